package web

import (
	"context"

	"atelier/models"
	"atelier/models/text"
)

// This file is about notes that grow from something: an answered question, or
// a note that changed somebody's practice.

// grow fills the form of a new note with what it grows from. The sentence it
// returns says so.
func (p *Pages) grow(ctx context.Context, v *visit, form *Form, id models.ID) error {
	from, err := p.Store.Post(ctx, v.viewer, id)
	if err != nil {
		return err
	}
	form.Values.Set("from", from.URI)
	if !isQuestion(from) {
		return nil
	}
	title, _ := heading(from)
	form.Values.Set("title", title)
	kind := models.PracticeKind(form.Get("kind"))
	sections := kind.Form().Sections
	form.Values.Set(sectionField(sections[0].Key), text.PlainText(string(body(from, title))))
	credit, err := p.credit(ctx, v, from)
	if err != nil {
		return err
	}
	form.Values.Set(sectionField(models.FreeSection), credit)
	if from.Talk.AnswerID == 0 {
		return nil
	}
	answer, err := p.Store.Post(ctx, v.viewer, from.Talk.AnswerID)
	if models.KindOf(err) == models.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	key := sections[1].Key
	if kind == models.Approach {
		key = "do"
	}
	form.Values.Set(sectionField(key), quoted(answer.HTML)+"\n\n"+from.Talk.AnsweredBy)
	return nil
}

// basedOn is the post that a note says it grew from, as far as the viewer may
// read it; nil if there is none.
func (p *Pages) basedOn(ctx context.Context, v *visit, uri string) (*models.Post, error) {
	if uri == "" {
		return nil, nil
	}
	from, err := p.Store.PostByURI(ctx, uri)
	if err == nil {
		from, err = p.Store.Post(ctx, v.viewer, from.ID)
	}
	if models.KindOf(err) == models.NotFound {
		return nil, nil
	}
	return from, err
}

// rootOf is what d may say that it grew from: something that its author may
// read, and that is open if the note is.
func (p *Pages) rootOf(ctx context.Context, v *visit, uri string, visibility models.Visibility) (string, error) {
	from, err := p.basedOn(ctx, v, uri)
	if err != nil || from == nil || visibility.Open() && (from.LocalOnly || !from.Visibility.Open()) {
		return "", err
	}
	return from.URI, nil
}

// grownFrom leads to what something grew from.
func (p *Pages) grownFrom(ctx context.Context, v *visit, uri string) (*Link, error) {
	from, err := p.basedOn(ctx, v, uri)
	if err != nil || from == nil {
		return nil, err
	}
	title, _ := heading(from)
	return &Link{URL: p.postURL(from), Name: title}, nil
}
