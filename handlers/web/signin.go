package web

import (
	"net/http"
	"net/url"

	"github.com/gorilla/mux"

	"atelier/handlers/session"
	"atelier/models"
)

type signInView struct {
	Frame
	Heading, Why, Action, Button string
	Join                         string // the words that lead to /join, if there is a way in
	Kept                         []Pair
	Form                         *Form
}

// askSignIn serves GET /sign-in?next=: where to go on is kept. Handlers that
// need a member send browsers here; ?again=1 asks also who is signed in.
func (p *Pages) askSignIn(w http.ResponseWriter, r *http.Request, v *visit) error {
	next := local(r.FormValue("next"))
	if v.Session != nil && r.FormValue("again") == "" {
		return see(w, r, next)
	}
	return p.showSignIn(w, r, v, next, newForm())
}

func (p *Pages) showSignIn(w http.ResponseWriter, r *http.Request, v *visit, next string, form *Form) error {
	f, err := p.frame(r, v, "Sign in", "sign-in")
	if err != nil {
		return err
	}
	f.Me = nil
	view := signInView{Frame: f, Heading: "Sign in", Action: "/sign-in", Button: "Sign in", Kept: []Pair{{"next", next}}, Form: form, Join: joinWords(v.chapter)}
	if u, err := url.Parse(next); err == nil && u.Path == "/oauth/authorize" {
		popUp(w)
		w.Header().Set("Content-Security-Policy", p.policy("'self'", formTarget(u.Query().Get("redirect_uri"))))
		view.Bare = true
		view.Why = "An app would like to use your account. Sign in first; then you decide."
	}
	return p.htmlStatus(w, statusOf(form), "sign-in.html", view)
}

// signIn serves POST /sign-in. A form that waited for it goes on.
func (p *Pages) signIn(w http.ResponseWriter, r *http.Request, v *visit) error {
	form := &Form{Values: r.PostForm}
	next := local(form.Get("next"))
	member, err := p.checkPassword(r, form)
	if err != nil {
		return err
	}
	path := form.Get(resumeField)
	switch {
	case member == nil && path != "":
		return p.keep(w, r, v, form, path)
	case member == nil:
		return p.showSignIn(w, r, v, next, form)
	}
	if v.Session, err = p.Sessions.Begin(w, r, member.AccountID); err != nil {
		return err
	}
	v.viewer = v.Session.Viewer
	if path != "" {
		return p.resume(w, r, v, path)
	}
	return see(w, r, next)
}

// checkPassword returns the member whose login and password form has; nil,
// with the faults in form, if there is none.
func (p *Pages) checkPassword(r *http.Request, form *Form) (*models.Member, error) {
	form.need("login", "Type your e-mail address or your handle.")
	form.need("password", "Type your password.")
	if len(form.Wrong) > 0 {
		return nil, nil
	}
	member, err := p.Chapter.SignIn(r.Context(), form.Get("login"), form.Values.Get("password"))
	if form.takes(err) {
		return nil, nil
	}
	if models.KindOf(err) == models.NoSession {
		form.wrong("password", models.Sentence(err))
		return nil, nil
	}
	return member, err
}

// signOut serves POST /sign-out.
func (p *Pages) signOut(w http.ResponseWriter, r *http.Request, _ *visit) error {
	if err := p.Sessions.End(w, r); err != nil {
		return err
	}
	return see(w, r, "/")
}

// resumeField names the address of a form that waits for a sign-in.
const resumeField = "resume"

// keep answers a form that came to path without a session, so that nothing
// typed is lost: with a page to sign in that carries the form along.
func (p *Pages) keep(w http.ResponseWriter, r *http.Request, v *visit, form *Form, path string) error {
	f, err := p.frame(r, v, "Sign in", "sign-in")
	if err != nil {
		return err
	}
	view := signInView{
		Frame: f, Heading: "Sign in to go on", Action: "/sign-in", Button: "Sign in and send it",
		Why: "You were signed out in the meantime. What you wrote is kept on this page.", Form: form, Kept: []Pair{{resumeField, path}},
	}
	if r.MultipartForm != nil && len(r.MultipartForm.File) > 0 {
		view.Why += " A picture cannot be kept: choose it again afterwards."
	}
	for name, values := range form.Values {
		switch name {
		case "login", "password", resumeField, session.FormField:
			continue
		}
		for _, value := range values {
			view.Kept = append(view.Kept, Pair{name, value})
		}
	}
	return p.htmlStatus(w, http.StatusUnauthorized, "sign-in.html", view)
}

// waiting is a page that takes a member's form, as the route that resume finds.
type waiting page

// ServeHTTP is there for mux; resume calls the page itself.
func (h waiting) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	http.Error(w, "This form needs a sign-in.", http.StatusUnauthorized)
}

// resume lets a form that waited for the sign-in go on to where it was sent.
func (p *Pages) resume(w http.ResponseWriter, r *http.Request, v *visit, path string) error {
	r = r.Clone(r.Context())
	r.URL = &url.URL{Path: local(path)}
	var match mux.RouteMatch
	if !p.mine.Match(r, &match) {
		return notHere()
	}
	h, ok := match.Handler.(waiting)
	if !ok {
		return notHere()
	}
	return h(w, mux.SetURLVars(r, match.Vars), v)
}
