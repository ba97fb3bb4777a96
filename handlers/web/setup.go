package web

import (
	"crypto/subtle"
	"fmt"
	"net/http"
	"slices"

	"atelier/models"
	"atelier/models/chapter"
)

type setupView struct {
	Frame
	Form                     *Form
	Key                      string
	Address, Promise         string
	HandleHint, UsernameHint string
	Scopes                   Choices
}

// mayOpen says whether a chapter may be opened with key: once, by the printed
// link.
func (p *Pages) mayOpen(v *visit, key string) bool {
	return v.chapter == nil && p.SetupKey != "" && subtle.ConstantTimeCompare([]byte(key), []byte(p.SetupKey)) == 1
}

// askSetup serves GET /setup?key=.
func (p *Pages) askSetup(w http.ResponseWriter, r *http.Request, v *visit) error {
	if !p.mayOpen(v, r.FormValue("key")) {
		return notHere()
	}
	return p.showSetup(w, r, v, newForm("ink", "spruce", "scope", members))
}

func (p *Pages) showSetup(w http.ResponseWriter, r *http.Request, v *visit, form *Form) error {
	f, err := p.frame(r, v, "Open your chapter", "")
	if err != nil {
		return err
	}
	f.Bare, f.Here = true, "/"
	view := setupView{
		Frame: f, Form: form, Key: p.SetupKey,
		Address:      fmt.Sprintf("People will find you at %s. This cannot be changed later.", p.URLs.Domain),
		HandleHint:   fmt.Sprintf("Others follow the chapter as @name@%s. Small letters, digits and _; left empty, we make one from its name. It cannot be changed later.", p.URLs.AccountDomain),
		UsernameHint: fmt.Sprintf("Others follow you as @name@%s. Small letters, digits and _. It cannot be changed later.", p.URLs.AccountDomain),
		Promise:      "You are its first steward. Nothing leaves this site until somebody chooses “everyone”.",
		Scopes: form.choose("scope", "Who may read new notes?", "The first choice on the form. Each author can choose otherwise.",
			Choice{Value: members, Label: "Members", Hint: "Notes stay in the chapter until their author opens them."},
			Choice{Value: everyone, Label: "Everyone", Hint: "Notes are public, after ten minutes to think again."}),
	}
	if p.URLs.Scheme == "http" {
		view.Address = fmt.Sprintf("You are just trying it here, at %s: nothing leaves this machine. A chapter that others reach needs a domain of its own, and begins anew.", p.URLs.Domain)
	}
	return p.htmlStatus(w, statusOf(form), "setup.html", view)
}

// setup serves POST /setup: it opens the chapter and signs its steward in.
func (p *Pages) setup(w http.ResponseWriter, r *http.Request, v *visit) error {
	form := &Form{Values: r.PostForm}
	if !p.mayOpen(v, form.Get("key")) {
		return notHere()
	}
	form.need("name", "What is the chapter called?")
	form.need("sentence", "Say in one sentence what you care about.")
	form.need("person", "What are you called?")
	form.need("username", "Choose a handle for yourself.")
	form.need("email", "Type your e-mail address.")
	form.need("password", "Choose a password.")
	opening := setUp(form)
	form.also(opening.Faults())
	for _, e := range opening.Steward.Faults() {
		if e.Field == "name" {
			e = e.On("person")
		}
		form.also([]*models.Error{e})
	}
	if len(form.Wrong) == 0 {
		id, err := p.open(r, opening, form)
		if err == nil {
			if _, err := p.Sessions.Begin(w, r, id); err != nil {
				return err
			}
			return see(w, r, "/welcome/1?done=welcome")
		}
		if !form.takes(err) {
			return err
		}
	}
	return p.showSetup(w, r, v, form)
}

func setUp(form *Form) chapter.SetUp {
	return chapter.SetUp{
		Name: form.Get("name"), Handle: form.Get("handle"), Sentence: form.Text("sentence"),
		Steward: chapter.NewMember{
			Username: form.Get("username"), Name: form.Get("person"), Email: form.Get("email"), Password: form.Values.Get("password"), Locale: "en",
		},
	}
}

// open calls the verbs, and returns the account of the first steward.
func (p *Pages) open(r *http.Request, opening chapter.SetUp, form *Form) (models.ID, error) {
	ctx := r.Context()
	steward, err := p.Chapter.SetUp(ctx, opening)
	if err != nil {
		return 0, err
	}
	by := models.Viewer{AccountID: steward.ID, Role: models.President}
	return steward.ID, p.Chapter.UpdateChapter(ctx, by, func(c *models.Chapter) {
		if slices.Contains(inks, form.Get("ink")) {
			c.Settings.Accent = form.Get("ink")
		}
		if form.Get("scope") == everyone {
			c.Settings.NoteScope = everyone
		}
	})
}
