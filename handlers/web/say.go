package web

import (
	"net/http"

	"atelier/models"
	"atelier/models/chapter"
)

type sayView struct {
	Frame
	Label, Heading, Lead, PartHeading string
	Form                              *Form
	Action, DraftKey                  string
	Scopes                            *Choices
	Publish                           []Addressed
	DeleteURL                         string
}

// askTalk serves GET /talk/new.
func (p *Pages) askTalk(w http.ResponseWriter, r *http.Request, v *visit) error {
	return p.showTalkForm(w, r, v, newForm("scope", v.first(members), "text", r.FormValue("text")))
}

func (p *Pages) showTalkForm(w http.ResponseWriter, r *http.Request, v *visit, form *Form) error {
	f, err := p.frame(r, v, "Begin a discussion", "write")
	if err != nil {
		return err
	}
	f.Script = true
	view := sayView{
		Frame: f, Label: "Discussion", Heading: "What is on your mind?", Lead: "A thought, a question, something you noticed. Others can answer.",
		PartHeading: "Your post", Form: form, Action: "/talk/new", DraftKey: "talk-new", Scopes: v.talkScopes(form),
	}
	if view.Publish, err = p.audiences(r.Context(), v, false, v.mayChoose(members, everyone)...); err != nil {
		return err
	}
	return p.htmlStatus(w, statusOf(form), "say.html", view)
}

// writeTalk serves POST /talk/new.
func (p *Pages) writeTalk(w http.ResponseWriter, r *http.Request, v *visit) error {
	form := &Form{Values: r.PostForm}
	form.need("text", "Write something first.")
	visibility, here, err := addressing(form.Get("scope"))
	if err != nil && !form.takes(err) {
		return err
	}
	if len(form.Wrong) == 0 {
		post, err := p.Chapter.Publish(r.Context(), v.Account, chapter.Draft{
			Source: form.Text("text"), Format: models.Markdown, Warning: form.Get("warning"), Visibility: visibility, LocalOnly: &here,
		})
		if err == nil {
			return see(w, r, p.postURL(post)+"?done=published")
		}
		if !takeDraftError(form, "", err) {
			return err
		}
	}
	return p.showTalkForm(w, r, v, form)
}

// own reads the viewer's own post that the address names. To anybody else it
// is not there.
func (p *Pages) own(r *http.Request, v *visit) (*models.Post, error) {
	post, err := p.postOf(r, v)
	if err != nil {
		return nil, err
	}
	if post.AuthorID != v.viewer.AccountID {
		return nil, notHere()
	}
	return post, nil
}

// askEdit serves GET /talk/{id}/edit: a draft, a note, or a post of the
// viewer's own.
func (p *Pages) askEdit(w http.ResponseWriter, r *http.Request, v *visit) error {
	post, err := p.own(r, v)
	if err != nil {
		return err
	}
	if post.Practice != nil {
		return p.showWrite(w, r, v, noteForm(post), post)
	}
	return p.showTalkEdit(w, r, v, newForm("text", post.Source, "warning", post.Warning), post)
}

func (p *Pages) showTalkEdit(w http.ResponseWriter, r *http.Request, v *visit, form *Form, post *models.Post) error {
	f, err := p.frame(r, v, "Change what you said", "write")
	if err != nil {
		return err
	}
	f.Script = true
	audience, err := p.audienceOf(r.Context(), v, post)
	if err != nil {
		return err
	}
	return p.htmlStatus(w, statusOf(form), "say.html", sayView{
		Frame: f, Label: "Discussion", Heading: "Change what you said", Lead: "Readers see that it was changed, and how.", PartHeading: "Your post",
		Form: form, Action: editURL(post), DraftKey: "talk-" + post.ID.String(), DeleteURL: deleteURL(post),
		Publish: []Addressed{{Audience: audience, Button: "Save the change"}},
	})
}

// edit serves POST /talk/{id}/edit.
func (p *Pages) edit(w http.ResponseWriter, r *http.Request, v *visit) error {
	post, err := p.own(r, v)
	if err != nil {
		return err
	}
	form := &Form{Values: r.PostForm}
	if post.Practice != nil {
		return p.saveNote(w, r, v, form, post)
	}
	if len(post.Media) == 0 && post.Poll == nil {
		form.need("text", "Write something, or take it back.")
	}
	if len(form.Wrong) == 0 {
		_, err := p.Chapter.Edit(r.Context(), v.Account, post.ID, chapter.Edit{Source: ptr(form.Text("text")), Warning: ptr(form.Get("warning"))})
		if err == nil {
			return see(w, r, p.postURL(post)+"?done=changed")
		}
		if !takeDraftError(form, "", err) {
			return err
		}
	}
	return p.showTalkEdit(w, r, v, form, post)
}
