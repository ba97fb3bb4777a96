package web

import (
	"context"
	"net/http"
	"strconv"

	"atelier/models"
	"atelier/models/chapter"
)

// toReply serves GET for addresses that only take forms: somebody came back to
// one, perhaps by signing in.
func (p *Pages) toReply(w http.ResponseWriter, r *http.Request, v *visit) error {
	post, err := p.postOf(r, v)
	if err != nil {
		return err
	}
	return see(w, r, p.postURL(post))
}

// reply serves POST /talk/{id}/reply: an answer, for those who can read what it
// answers.
func (p *Pages) reply(w http.ResponseWriter, r *http.Request, v *visit) error {
	parent, err := p.postOf(r, v)
	if err != nil {
		return err
	}
	form := &Form{Values: r.PostForm}
	form.need("text", "Write something first.")
	if len(form.Wrong) == 0 {
		here := parent.LocalOnly
		post, err := p.Chapter.Publish(r.Context(), v.Account, chapter.Draft{
			Source: form.Text("text"), Format: models.Markdown, InReplyTo: parent.ID, Visibility: parent.Visibility, LocalOnly: &here,
		})
		if err == nil {
			return see(w, r, p.postURL(parent)+"#p"+post.ID.String())
		}
		if !takeDraftError(form, "", err) {
			return err
		}
	}
	switch {
	case parent.Practice != nil:
		return p.showNote(w, r, v, parent, typed{reply: form})
	case isQuestion(parent):
		return p.showQuestion(w, r, v, parent, form)
	}
	return p.showTalk(w, r, v, parent, form)
}

// act serves POST /talk/{id}/do: thank, keep, pass on, and their undoing.
func (p *Pages) act(w http.ResponseWriter, r *http.Request, v *visit) error {
	post, err := p.postOf(r, v)
	if err != nil {
		return err
	}
	line, err := p.actOn(r.Context(), v.Account, post.ID, r.PostFormValue("do"))
	if err != nil {
		return err
	}
	return see(w, r, p.postURL(post)+"?done="+line)
}

// actOn calls the verb for what a button says, and returns which line to show
// after it.
func (p *Pages) actOn(ctx context.Context, me *models.Account, id models.ID, do string) (line string, err error) {
	c := p.Chapter
	switch do {
	case "thank":
		_, err = c.Favourite(ctx, me, id)
		return "thanked", err
	case "unthank":
		_, err = c.Unfavourite(ctx, me, id)
		return "unthanked", err
	case "keep":
		_, err = c.Bookmark(ctx, me, id)
		return "kept", err
	case "unkeep":
		_, err = c.Unbookmark(ctx, me, id)
		return "unkept", err
	case "share":
		_, err = c.Boost(ctx, me, id, "")
		return "shared", err
	case "unshare":
		_, err = c.Unboost(ctx, me, id)
		return "unshared", err
	}
	return "", models.Errorf(models.Malformed, "This button is not known.")
}

// vote serves POST /talk/{id}/vote.
func (p *Pages) vote(w http.ResponseWriter, r *http.Request, v *visit) error {
	post, err := p.postOf(r, v)
	if err != nil {
		return err
	}
	var choices []int
	for _, s := range r.PostForm["choice"] {
		choice, err := strconv.Atoi(s)
		if err != nil {
			return models.Errorf(models.Malformed, "This choice is not known.")
		}
		choices = append(choices, choice)
	}
	if len(choices) == 0 {
		return models.Errorf(models.Invalid, "Choose an answer first, then vote.")
	}
	if _, err := p.Chapter.Vote(r.Context(), v.Account, post.ID, choices); err != nil {
		return err
	}
	return see(w, r, p.postURL(post)+"?done=voted")
}

// leaving serves POST /talk/{id}/leaving: a note in the departure lounge is
// recalled, or sent at once.
func (p *Pages) leaving(w http.ResponseWriter, r *http.Request, v *visit) error {
	post, err := p.own(r, v)
	if err != nil {
		return err
	}
	switch r.PostFormValue("do") {
	case "recall":
		if post, err = p.Chapter.Recall(r.Context(), v.Account, post.ID); err != nil {
			return err
		}
		return see(w, r, editURL(post)+"?done=recalled")
	case "send":
		if post, err = p.Chapter.SendNow(r.Context(), v.Account, post.ID); err != nil {
			return err
		}
		return see(w, r, p.postURL(post)+"?done=sent")
	}
	return models.Errorf(models.Malformed, "This button is not known.")
}

type confirmView struct {
	Frame
	Heading, Sentence    string
	Consequences         []string
	Action, Button, Back string
}

// askDelete serves GET /talk/{id}/delete.
func (p *Pages) askDelete(w http.ResponseWriter, r *http.Request, v *visit) error {
	post, err := p.own(r, v)
	if err != nil {
		return err
	}
	title, _ := heading(post)
	view := confirmView{
		Heading: "Take it away?", Sentence: "“" + title + "” will be gone, its versions too. Answers to it stay.",
		Action: deleteURL(post), Button: "Take it away", Back: p.postURL(post),
	}
	switch {
	case post.State == models.Draft:
		view.Heading, view.Sentence, view.Button, view.Back = "Throw the draft away?", "“"+title+"” will be gone. Nobody but you has seen it.", "Throw it away", editURL(post)
	case post.Leaves():
		view.Consequences = []string{"Sites that have a copy are asked to delete it. Most do so within the hour, and some never will."}
	}
	if err := p.warnCoAuthors(r.Context(), post, &view); err != nil {
		return err
	}
	if view.Frame, err = p.frame(r, v, view.Heading, ""); err != nil {
		return err
	}
	return p.html(w, "delete.html", view)
}

// delete serves POST /talk/{id}/delete.
func (p *Pages) delete(w http.ResponseWriter, r *http.Request, v *visit) error {
	post, err := p.own(r, v)
	if err != nil {
		return err
	}
	if _, err := p.Chapter.Delete(r.Context(), v.Account, post.ID); err != nil {
		return err
	}
	if post.State == models.Draft {
		return see(w, r, "/shelf?done=deleted")
	}
	if post.InReplyToID != 0 {
		if parent, err := p.Store.Post(r.Context(), v.viewer, post.InReplyToID); err == nil {
			return see(w, r, p.postURL(parent)+"?done=deleted")
		}
	}
	return see(w, r, "/?done=deleted")
}
