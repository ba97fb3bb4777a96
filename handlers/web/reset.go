package web

import (
	"net/http"

	"github.com/gorilla/mux"

	"atelier/models"
)

type resetView struct {
	Frame
	Heading, Sentence string
	Action, Button    string
	Login, Password   bool // what is asked for
	Form              *Form
}

// askForgotten serves GET /forgotten.
func (p *Pages) askForgotten(w http.ResponseWriter, r *http.Request, v *visit) error {
	return p.showForgotten(w, r, v, newForm("login", r.FormValue("login")))
}

func (p *Pages) showForgotten(w http.ResponseWriter, r *http.Request, v *visit, form *Form) error {
	f, err := p.frame(r, v, "A new password", "sign-in")
	if err != nil {
		return err
	}
	view := resetView{Frame: f, Form: form, Heading: "A new password", Action: "/forgotten", Button: "Send me a link", Login: true,
		Sentence: "Say who you are, and a link comes to your e-mail address. It works once, within a day."}
	if !p.Chapter.SendsLetters() {
		view.Sentence = "Say who you are. This site cannot send letters yet: the link waits for a steward, who can pass it on to you. " + capital(contact(v.chapter)) + "."
	}
	return p.htmlStatus(w, statusOf(form), "reset.html", view)
}

// forgotten serves POST /forgotten. Who is a member and who is not is answered
// alike.
func (p *Pages) forgotten(w http.ResponseWriter, r *http.Request, v *visit) error {
	form := &Form{Values: r.PostForm}
	form.need("login", "Type your e-mail address or your handle.")
	if len(form.Wrong) > 0 {
		return p.showForgotten(w, r, v, form)
	}
	if err := p.Chapter.AskReset(r.Context(), form.Get("login")); err != nil {
		return err
	}
	sentence := "If somebody here is called that, a letter with a link is on its way to their address. It can take a few minutes."
	if !p.Chapter.SendsLetters() {
		sentence = "If somebody here is called that, a link waits with the stewards, who can pass it on."
	}
	return p.dead(w, r, v, http.StatusOK, "Look in your letters", sentence)
}

// askReset serves GET /reset/{key}.
func (p *Pages) askReset(w http.ResponseWriter, r *http.Request, v *visit) error {
	return p.showReset(w, r, v, newForm())
}

func (p *Pages) showReset(w http.ResponseWriter, r *http.Request, v *visit, form *Form) error {
	if _, err := p.Chapter.OpenReset(r.Context(), mux.Vars(r)["key"]); err != nil {
		return p.closed(w, r, v, err)
	}
	f, err := p.frame(r, v, "Choose a new password", "sign-in")
	if err != nil {
		return err
	}
	f.Bare, f.Here = true, "/"
	w.Header().Set("Referrer-Policy", "no-referrer") // the address is the key
	return p.htmlStatus(w, statusOf(form), "reset.html", resetView{Frame: f, Form: form, Heading: "Choose a new password", Action: r.URL.Path, Button: "Change the password", Password: true,
		Sentence: "You are signed in with it here, and signed out everywhere else. Apps have to be let in again."})
}

// reset serves POST /reset/{key}: it changes the password and signs in.
func (p *Pages) reset(w http.ResponseWriter, r *http.Request, v *visit) error {
	form := &Form{Values: r.PostForm}
	form.need("password", "Choose a password.")
	if len(form.Wrong) > 0 {
		return p.showReset(w, r, v, form)
	}
	id, err := p.Chapter.ResetPassword(r.Context(), mux.Vars(r)["key"], form.Values.Get("password"))
	switch {
	case models.KindOf(err) == models.Gone:
		return p.closed(w, r, v, err)
	case form.takes(err):
		return p.showReset(w, r, v, form)
	case err != nil:
		return err
	}
	if _, err := p.Sessions.Begin(w, r, id); err != nil {
		return err
	}
	return see(w, r, "/?done=reset")
}
