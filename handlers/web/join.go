package web

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"

	"github.com/gorilla/mux"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/store"
)

type joinView struct {
	Frame
	By            *Person // who invites
	Margin        string
	Heading, Lead string
	Action        string
	Form          *Form
	NameHint      string
	UsernameHint  string
	Why           bool // it asks for a few words to the stewards
	Rules         []models.Rule
	Button, Seen  string
}

// invited serves GET /i/{code}: who invites, to what, what others will see,
// what is asked, and the form.
func (p *Pages) invited(w http.ResponseWriter, r *http.Request, v *visit) error {
	return p.invitation(w, r, v, newForm())
}

func (p *Pages) invitation(w http.ResponseWriter, r *http.Request, v *visit, form *Form) error {
	invite, err := p.Chapter.OpenInvite(r.Context(), mux.Vars(r)["code"])
	if err != nil {
		return p.closed(w, r, v, err)
	}
	if v.Session != nil {
		return p.dead(w, r, v, http.StatusOK, "You are here already", "This invitation is for somebody who is not a member yet. Pass the link on; it has not been used by opening it.")
	}
	by, err := p.Store.Account(r.Context(), invite.By)
	if err != nil {
		return err
	}
	view, err := p.joining(r, v, form, "You are invited to "+v.chapter.Name)
	if err != nil {
		return err
	}
	if by.ID != v.chapter.AccountID {
		person := p.person(by)
		person.URL = ""
		view.By = &person
	}
	view.Action, view.Button = r.URL.Path, "Join "+v.chapter.Name
	view.Seen = "Members will see that you joined. Your page, with your name, can be seen by anybody; your e-mail address by nobody but the stewards."
	if invite.Role == models.Guest {
		view.Lead += " You are invited as a guest: you read what is open to everyone, and answer."
	}
	return p.htmlStatus(w, statusOf(form), "join.html", view)
}

// joining is what the forms to become a member have in common.
func (p *Pages) joining(r *http.Request, v *visit, form *Form, heading string) (joinView, error) {
	f, err := p.frame(r, v, heading, "join")
	if err != nil {
		return joinView{}, err
	}
	f.Title, f.Bare = heading, true
	view := joinView{Frame: f, Heading: heading, Form: form, Rules: conduct(v.chapter),
		NameHint:     "As colleagues know you. Members see it; visitors see it on your page and on what you show everyone.",
		UsernameHint: fmt.Sprintf("Others find you as @name@%s. Left empty, we make one from your name. It cannot be changed later.", p.URLs.AccountDomain)}
	view.Lead, err = p.invitingWords(r.Context(), v)
	return view, err
}

// invitingWords say what there is to join: how many, and two things to read.
func (p *Pages) invitingWords(ctx context.Context, v *visit) (string, error) {
	n, err := p.Store.Readers(ctx)
	if err != nil {
		return "", err
	}
	words := capital(count(n, "person who shares", "people sharing")) + " what works."
	notes, err := p.Store.Notes(ctx, models.Stranger, store.NoteFilter{Whose: store.Ours}, store.Page{Limit: 2})
	if err != nil {
		return "", err
	}
	var titles []string
	for _, note := range notes {
		title, _ := heading(note)
		titles = append(titles, "“"+title+"”")
	}
	if len(titles) > 0 {
		words += " Among the things you will find: " + and(titles) + "."
	}
	return words, nil
}

// join serves POST /i/{code}: it makes a member and signs in.
func (p *Pages) join(w http.ResponseWriter, r *http.Request, v *visit) error {
	form := &Form{Values: r.PostForm}
	code := mux.Vars(r)["code"]
	if _, err := p.Chapter.OpenInvite(r.Context(), code); err != nil || v.Session != nil {
		return p.invitation(w, r, v, form)
	}
	needed(form)
	if len(form.Wrong) == 0 {
		a, err := p.Chapter.Join(r.Context(), code, newMember(form), from(r))
		switch {
		case err == nil:
			return p.begin(w, r, a)
		case models.KindOf(err) == models.Gone: // somebody was faster
			return p.closed(w, r, v, err)
		case !form.takes(err):
			return err
		}
	}
	return p.invitation(w, r, v, form)
}

// needed notes all that is wrong with a form to become a member, before anybody
// is asked whether the name is free.
func needed(form *Form) {
	form.need("name", "What are you called?")
	form.need("email", "Type your e-mail address.")
	form.need("password", "Choose a password.")
	form.need("agree", "Read what we ask of each other, and agree.")
	form.also(newMember(form).Faults())
}

func newMember(form *Form) chapter.NewMember {
	return chapter.NewMember{Name: form.Get("name"), Username: form.Get("username"), Email: form.Get("email"), Password: form.Values.Get("password"),
		Application: form.Text("reason"), Locale: "en"}
}

// begin signs somebody in who has just become a member.
func (p *Pages) begin(w http.ResponseWriter, r *http.Request, a *models.Account) error {
	if _, err := p.Sessions.Begin(w, r, a.ID); err != nil {
		return err
	}
	return see(w, r, "/welcome/1?done=joined")
}

// from is the address that a request comes from; the zero address if it is not
// known.
func from(r *http.Request) netip.Addr {
	a, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return a.Addr().Unmap().WithZone("")
}

// closed is the page of a link that no longer opens anything: err says why.
func (p *Pages) closed(w http.ResponseWriter, r *http.Request, v *visit, err error) error {
	status := http.StatusNotFound
	switch models.KindOf(err) {
	case models.NotFound:
	case models.Gone:
		status = http.StatusGone
	default:
		return err
	}
	return p.dead(w, r, v, status, "This link does not open any more", models.Sentence(err))
}

// dead is a page that says one thing and leads on.
func (p *Pages) dead(w http.ResponseWriter, r *http.Request, v *visit, status int, heading, sentence string) error {
	f, err := p.frame(r, v, heading, "")
	if err != nil {
		return err
	}
	return p.htmlStatus(w, status, "error.html", errorView{Frame: f, Heading: heading, Sentence: sentence, Ways: ways(v)})
}

// conduct is what members of a chapter ask of each other: its rules, or these
// as long as it has none.
func conduct(c *models.Chapter) []models.Rule {
	if len(c.Settings.Rules) > 0 {
		return c.Settings.Rules
	}
	return []models.Rule{
		{Text: "What is said here stays here, unless its author chose everyone."},
		{Text: "No client can be recognised, not even by their colleagues."},
		{Text: "Tell what you did rather than what others should do."},
		{Text: "If you try something, say how it went."},
		{Text: "When something is wrong, tell a steward."},
	}
}

// askJoin serves GET /join: how one becomes a member here.
func (p *Pages) askJoin(w http.ResponseWriter, r *http.Request, v *visit) error {
	return p.showJoin(w, r, v, newForm())
}

func (p *Pages) showJoin(w http.ResponseWriter, r *http.Request, v *visit, form *Form) error {
	if v.Session != nil {
		return see(w, r, "/")
	}
	way := v.chapter.Settings.Registration
	switch way {
	case models.Open, models.ByAsking:
	case models.ByInvite:
		return p.dead(w, r, v, http.StatusOK, "By invitation", "One becomes a member of "+v.chapter.Name+" by invitation: ask somebody who is one for a link. You can follow from where you are, or read in the library.")
	default:
		return p.dead(w, r, v, http.StatusOK, "Not for now", v.chapter.Name+" takes in no new members for now. You can follow from where you are, or read in the library.")
	}
	view, err := p.joining(r, v, form, "Join "+v.chapter.Name)
	if err != nil {
		return err
	}
	view.Bare = false
	view.Action, view.Button, view.Margin = "/join", "Join "+v.chapter.Name, "Open to everyone"
	view.Seen = "Members will see that you joined. Your page, with your name, can be seen by anybody; your e-mail address by nobody but the stewards."
	if way == models.ByAsking {
		view.Heading, view.Margin, view.Why = "Ask to join "+v.chapter.Name, "A steward reads it, mostly within days", true
		view.Button, view.Seen = "Ask to join", "Only the stewards read this. Their answer comes by e-mail."
	}
	return p.htmlStatus(w, statusOf(form), "join.html", view)
}

// apply serves POST /join: where the chapter is open one is in at once, else
// the stewards read it first.
func (p *Pages) apply(w http.ResponseWriter, r *http.Request, v *visit) error {
	form := &Form{Values: r.PostForm}
	way := v.chapter.Settings.Registration
	if v.Session != nil || way != models.Open && way != models.ByAsking {
		return p.showJoin(w, r, v, form)
	}
	needed(form)
	if way == models.ByAsking {
		form.need("reason", "Say in a sentence or two why you would like to join.")
	}
	if len(form.Wrong) > 0 {
		return p.showJoin(w, r, v, form)
	}
	a, err := p.Chapter.Apply(r.Context(), newMember(form), from(r))
	if form.takes(err) {
		return p.showJoin(w, r, v, form)
	}
	if err != nil {
		return err
	}
	m, err := p.Store.Member(r.Context(), a.ID)
	if err != nil {
		return err
	}
	if m.State == models.Active {
		return p.begin(w, r, a)
	}
	sentence := "The stewards will read what you wrote. Their answer comes to " + m.Email + ", and then you can sign in with the password that you chose."
	if !p.Chapter.SendsLetters() {
		sentence = "The stewards will read what you wrote. Once they have let you in you can sign in with the password that you chose: try it in a few days."
	}
	return p.dead(w, r, v, http.StatusOK, "Thank you, "+short(a.Label()), sentence)
}

// joinWords lead to /join, "" where no way leads in without an invitation.
func joinWords(c *models.Chapter) string {
	switch c.Settings.Registration {
	case models.Open:
		return "Join"
	case models.ByAsking:
		return "Ask to join"
	}
	return ""
}

// conductPage serves GET /conduct.
func (p *Pages) conductPage(w http.ResponseWriter, r *http.Request, v *visit) error {
	f, err := p.frame(r, v, "What we ask of each other", "about")
	if err != nil {
		return err
	}
	return p.html(w, "text.html", textView{Frame: f, Heading: "What we ask of each other", Standfirst: "Whoever joins " + v.chapter.Name + " has read these and agreed.",
		Text: p.markdown(ruleList(conduct(v.chapter)) + "\nWhen something is wrong, tell the stewards: you reach them " + contact(v.chapter) + ". Nobody but they learns who told them.")})
}
