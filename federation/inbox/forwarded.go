package inbox

import (
	"context"
	"errors"

	"github.com/go-json-experiment/json"

	"atelier/federation/fetch"
	"atelier/federation/wire"
	"atelier/models"
	"atelier/models/chapter"
)

// errForwarded says that an activity was passed on by somebody who is not its
// actor, and proves nothing: what it says has to be looked at where it is.
var errForwarded = errors.New("forwarded without a proof")

// canLookAtOrigin says whether an activity is about a post, which its author's
// server will tell about.
func canLookAtOrigin(e *wire.Envelope) bool {
	switch e.Type {
	case "Create", "Update", "Delete":
		return e.Object.ID != "" && e.Object.ID != e.Actor && fetch.SameOrigin(e.Object.ID, e.Actor)
	}
	return false
}

// lookAtOrigin takes a forwarded activity for a hint that a post is new or
// changed. Of the activity nothing is believed, not even that it exists: a
// stranger could use up its id. Nothing is asked for what cannot matter here.
func (in *Inbox) lookAtOrigin(ctx context.Context, e *wire.Envelope, by *sender) error {
	uri, h := e.Object.ID, hint{Relayed: by.relayed}
	matters, err := in.hintMatters(ctx, e)
	if err == nil && !matters {
		h.Parent, err = in.forwardedFor(ctx, e, by)
	}
	if err != nil || !matters && h.Parent == "" && !(by.relayed && e.Type == "Create") {
		return err
	}
	if !in.find.Curious(uri) { // somebody else may look, later
		return nil
	}
	return in.look(ctx, uri, h)
}

// hintMatters says whether a post is here that the activity may be about, or
// that it says to answer.
func (in *Inbox) hintMatters(ctx context.Context, e *wire.Envelope) (bool, error) {
	for _, uri := range []string{e.Object.ID, answered(e)} {
		if uri == "" {
			continue
		}
		_, err := in.chapter.Store.PostByURI(ctx, uri)
		if err == nil {
			return true, nil
		}
		if models.KindOf(err) != models.NotFound {
			return false, err
		}
	}
	return false, nil
}

// answered is the post that a Create says to answer.
func answered(e *wire.Envelope) string {
	var o struct {
		InReplyTo string `json:"inReplyTo"`
	}
	if e.Type != "Create" || !e.Object.Embedded() || json.Unmarshal(e.Object.Raw, &o) != nil {
		return ""
	}
	return o.InReplyTo
}

// forwardedFor is the post for whose readers an answer to it was passed on, if
// that has not come yet: it is of the server that passed it on, and by somebody
// who is followed here.
func (in *Inbox) forwardedFor(ctx context.Context, e *wire.Envelope, by *sender) (string, error) {
	parent := answered(e)
	if !fetch.SameOrigin(parent, by.URI) {
		return "", nil
	}
	followed, err := in.chapter.Store.IsFollowed(ctx, by.ID)
	if err != nil || !followed || !in.find.Curious(parent) {
		return "", err
	}
	return parent, nil
}

// originJob looks at a post where it is, and takes in what it finds: a new
// post, a new version, or that it is gone.
func (in *Inbox) originJob(ctx context.Context, j *models.Job) error {
	var h hint
	if err := json.Unmarshal(j.Data, &h); err != nil {
		return err
	}
	old, err := in.chapter.Store.PostByURI(ctx, j.Key)
	if err != nil && models.KindOf(err) != models.NotFound {
		return err
	}
	p, err := in.find.ReadPost(ctx, j.Key)
	if old != nil {
		return in.lookedAgain(ctx, old, p, err)
	}
	if err != nil {
		return err
	}
	if h.Parent != "" && h.Parent == p.InReplyTo { // to be there before its answer
		if _, err := in.find.Post(ctx, h.Parent); err != nil {
			return err
		}
	}
	author, err := in.find.Account(ctx, p.Author)
	if err != nil {
		return err
	}
	if author.Local() || author.Suspended() || !fetch.SameOrigin(p.ID, author.URI) {
		return errNotTheirs
	}
	incoming, err := in.find.Incoming(ctx, p, nil, author)
	if err != nil {
		return err
	}
	incoming.Relayed = h.Relayed
	_, err = in.chapter.Receive(ctx, chapter.Activity{Sender: author, Forwarded: true}, incoming)
	return err
}

// lookedAgain takes in what a look at a post that is here found.
func (in *Inbox) lookedAgain(ctx context.Context, old *models.Post, p *wire.Post, err error) error {
	author, aerr := in.chapter.Store.Account(ctx, old.AuthorID)
	if aerr != nil || author.Local() {
		return aerr
	}
	act := chapter.Activity{Sender: author, Forwarded: true}
	if isGone(old, err) {
		return in.chapter.ReceiveDelete(ctx, act, old.URI)
	}
	if err != nil {
		return err
	}
	if p.Author != author.URI {
		return errNotTheirs
	}
	incoming, err := in.find.Incoming(ctx, p, nil, author)
	if err != nil {
		return err
	}
	_, err = in.chapter.ReceiveEdit(ctx, act, incoming)
	return err
}

// isGone says whether what came of asking for a post means that it was deleted.
// One that is not for everyone may only not be for us.
func isGone(old *models.Post, err error) bool {
	switch models.KindOf(err) {
	case models.Gone:
		return true
	case models.NotFound:
		return old.Visibility.Open()
	}
	return false
}
