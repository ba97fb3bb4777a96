package web

import (
	"net/http"
	"net/url"
	"strings"

	"atelier/handlers/session"
	"atelier/models"
)

// The two pages of OAuth. Their handlers are in handlers/oauth; the route table
// gives them Consent and Code as functions. Who is not signed in is sent to
// /sign-in?next= with the address to come back to; with &again=1 the page to
// sign in is shown even to who is.

// Consent is what an app asks a member for.
type Consent struct {
	App         string // the name it gave itself
	Website     string // "" if it named none
	RedirectURI string // where the answer goes
	Scopes      models.Scopes
	Action      string     // where the form posts to
	Fields      url.Values // what the form carries along
	SwitchURL   string     // where to sign in as somebody else
}

type consentView struct {
	Frame
	By                Person
	App, Verb, GoesTo string
	Website           *Link
	Can, Cannot       []string
	Posts, Action     string
	Kept              []Pair
	SwitchURL         string
}

type codeView struct {
	Frame
	App, Code string
}

// Consent shows what an app asks for. The form posts Fields, the session's
// form token (session.FormField), and do=allow or do=deny.
func (p *Pages) Consent(w http.ResponseWriter, r *http.Request, me *session.Session, c Consent) error {
	v, err := p.visit(r)
	if err != nil {
		return err
	}
	v.Session, v.viewer = me, me.Viewer
	f, err := p.frame(r, v, "Let "+c.App+" in?", "")
	if err != nil {
		return err
	}
	f.Bare = true
	view := consentView{
		Frame: f, By: p.person(me.Account), App: c.App, Action: c.Action,
		SwitchURL: c.SwitchURL,
		Posts:     defaultWords(me.Member, v.chapter),
	}
	view.Verb, view.Can, view.Cannot = scopeWords(c.Scopes)
	if u, err := url.Parse(c.RedirectURI); err == nil && u.Scheme != "urn" {
		view.GoesTo = u.Host
	}
	if u, err := url.Parse(c.Website); err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http") {
		view.Website = &Link{URL: c.Website, Name: u.Host}
	}
	for name, values := range c.Fields {
		for _, value := range values {
			view.Kept = append(view.Kept, Pair{name, value})
		}
	}
	p.headers(w)
	popUp(w)
	w.Header().Set("Content-Security-Policy", p.policy("'self'", formTarget(c.RedirectURI)))
	return p.html(w, "consent.html", view)
}

// formTarget is what a page's policy must name so that a form of it may end at
// a redirect URI: browsers hold form-action against redirects too.
func formTarget(redirectURI string) string {
	u, err := url.Parse(redirectURI)
	switch {
	case err != nil || u.Scheme == "" || u.Scheme == "urn" || strings.ContainsAny(redirectURI, " ;,\r\n"):
		return ""
	case u.Scheme != "https" && u.Scheme != "http": // an app's own scheme
		return u.Scheme + ":"
	case u.Host == "":
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// defaultWords says where posts of the app go when it does not say.
func defaultWords(m *models.Member, c *models.Chapter) string {
	switch {
	case m.MembersFirst:
		return "When the app does not say who may read a post, it is for the members of " + c.Name + ". You can change that in Settings."
	case m.Privacy == models.Private:
		return "When the app does not say who may read a post, it is for those who follow you. You can change that in Settings."
	}
	return "When the app does not say who may read a post, everyone may. You can change that in Settings."
}

// scopeWords says what scopes allow, and what they do not.
func scopeWords(s models.Scopes) (verb string, can, cannot []string) {
	say := func(scope, yes, no string) {
		if s.Allow(scope) {
			can = append(can, yes)
		} else if no != "" {
			cannot = append(cannot, no)
		}
	}
	reads, writes := s.Allow("read:statuses") || s.Allow("read:accounts") || s.Allow("profile"), s.Allow("write:statuses")
	switch {
	case reads && writes:
		verb = "read and write"
	case writes:
		verb = "write"
	default:
		verb = "read"
	}
	say("read:statuses", "read what you can read here, members’ posts included", "read what you can read here")
	say("read:notifications", "see your notices", "")
	say("read:accounts", "see your profile and other people’s", "")
	say("write:statuses", "write, reply and change posts in your name", "write in your name")
	say("write:follows", "follow and stop following for you", "")
	say("write:accounts", "change your profile", "change your profile")
	say("push", "tell you on your device when something is new", "")
	say("admin:read", "see what stewards see", "")
	say("admin:write", "do a steward’s work", "do a steward’s work")
	return verb, can, append(cannot, "see your password or your e-mail address")
}

// Code shows the code of an app that has no address to be sent to
// (urn:ietf:wg:oauth:2.0:oob).
func (p *Pages) Code(w http.ResponseWriter, r *http.Request, app, code string) error {
	v, err := p.visit(r)
	if err != nil {
		return err
	}
	f, err := p.frame(r, v, "Your code", "")
	if err != nil {
		return err
	}
	f.Bare, f.Here = true, "/"
	p.headers(w)
	popUp(w)
	w.Header().Set("Cache-Control", "no-store")
	return p.html(w, "code.html", codeView{f, app, code})
}
