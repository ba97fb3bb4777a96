package web

import (
	"net/http"
	"net/url"

	"atelier/handlers/session"
	"atelier/models"
)

type signInView struct {
	Frame
	Heading, Why, Action, Button string
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
	view := signInView{Frame: f, Heading: "Sign in", Action: "/sign-in", Button: "Sign in", Kept: []Pair{{"next", next}}, Form: form}
	if u, err := url.Parse(next); err == nil && u.Path == "/oauth/authorize" {
		popUp(w)
		w.Header().Set("Content-Security-Policy", p.policy("'self'", formTarget(u.Query().Get("redirect_uri"))))
		view.Bare = true
		view.Why = "An app would like to use your account. Sign in first; then you decide."
	}
	return p.htmlStatus(w, statusOf(form), "sign-in.html", view)
}

// signIn serves POST /sign-in.
func (p *Pages) signIn(w http.ResponseWriter, r *http.Request, v *visit) error {
	form := &Form{Values: r.PostForm}
	next := local(form.Get("next"))
	member, err := p.checkPassword(r, form)
	if err != nil {
		return err
	}
	if member == nil {
		return p.showSignIn(w, r, v, next, form)
	}
	if _, err := p.Sessions.Begin(w, r, member.AccountID); err != nil {
		return err
	}
	return see(w, r, next)
}

// checkPassword returns the member whose login and password form has; nil,
// with the faults in form, if there is none.
func (p *Pages) checkPassword(r *http.Request, form *Form) (*models.Member, error) {
	form.need("login", "Type your e-mail address or your short name.")
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

// resumeField tells a form that was sent on from the page of resume.
const resumeField = "resume"

// resume answers a form that came without a session, so that nothing typed is
// lost: a page to sign in that carries the form along. Sent again, it signs in
// and lets the form go on to h.
func (p *Pages) resume(w http.ResponseWriter, r *http.Request, v *visit, h page) error {
	form := &Form{Values: r.PostForm}
	if r.MultipartForm != nil {
		return see(w, r, "/sign-in?next="+escape(r.URL.Path)) // files cannot be carried
	}
	if form.Get(resumeField) != "" {
		member, err := p.checkPassword(r, form)
		if err != nil {
			return err
		}
		if member != nil {
			return p.goOn(w, r, v, member, h)
		}
	}
	f, err := p.frame(r, v, "Sign in", "sign-in")
	if err != nil {
		return err
	}
	view := signInView{
		Frame: f, Heading: "Sign in to go on", Action: r.URL.RequestURI(), Button: "Sign in and send it",
		Why: "You were signed out in the meantime. What you wrote is kept on this page.", Form: form, Kept: []Pair{{resumeField, "yes"}},
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

// goOn begins a session and answers the form that waited for it.
func (p *Pages) goOn(w http.ResponseWriter, r *http.Request, v *visit, member *models.Member, h page) error {
	begun, err := p.Sessions.Begin(w, r, member.AccountID)
	if err != nil {
		return err
	}
	v.Session, v.viewer = begun, begun.Viewer
	return h(w, r, v)
}
