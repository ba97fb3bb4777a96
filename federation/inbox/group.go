package inbox

import (
	"context"

	"atelier/federation/fetch"
	"atelier/federation/wire"
	"atelier/models"
	"atelier/models/chapter"
)

// announceDeed takes in that a Group passed on what somebody did (FEP-1b12).
// That the Group says so proves nothing about the other: what it is about is
// fetched from where it is, or looked at whether it is still there. What is
// ours comes to us by itself.
func (in *Inbox) announceDeed(ctx context.Context, s *sender, a *wire.Activity, deep bool) error {
	inner, err := wire.Open(a.Object().Raw)
	if err != nil {
		return err
	}
	u := in.chapter.URLs
	if u.Local(inner.Actor) || u.Local(inner.Object.ID) || !fetch.SameOrigin(inner.Object.ID, inner.Actor) {
		return nil
	}
	switch inner.Type {
	case "Create", "Update", "Delete":
	default:
		return nil
	}
	followed, err := in.chapter.Store.IsFollowed(ctx, s.ID)
	if err != nil || !followed {
		return err
	}
	if !deep {
		return in.later(ctx, s, a)
	}
	switch inner.Type {
	case "Create":
		return in.passedCreate(ctx, s, a, inner)
	case "Update":
		return in.passedUpdate(ctx, a, inner)
	}
	return in.passedDelete(ctx, a, inner)
}

// passedCreate takes in a post that a Group passed on. A new topic is shown as
// the Group's boost; an answer stands in its thread.
func (in *Inbox) passedCreate(ctx context.Context, s *sender, a *wire.Activity, inner *wire.Envelope) error {
	p, err := in.find.Post(ctx, inner.Object.ID)
	if err != nil || p.IsReply() {
		return err
	}
	return in.boost(ctx, s, a, p)
}

func (in *Inbox) passedUpdate(ctx context.Context, a *wire.Activity, inner *wire.Envelope) error {
	author, old, err := in.passed(ctx, inner)
	if err != nil {
		return err
	}
	p, err := in.find.ReadPost(ctx, old.URI)
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
	_, err = in.chapter.ReceiveEdit(ctx, chapter.Activity{Sender: author, Key: key(a)}, incoming)
	return err
}

// passedDelete deletes a post of which a Group says that it was deleted, if
// its own server has it no longer.
func (in *Inbox) passedDelete(ctx context.Context, a *wire.Activity, inner *wire.Envelope) error {
	author, old, err := in.passed(ctx, inner)
	if err != nil {
		return err
	}
	_, err = in.find.ReadPost(ctx, old.URI)
	switch models.KindOf(err) {
	case models.Gone, models.NotFound:
		return in.chapter.ReceiveDelete(ctx, chapter.Activity{Sender: author, Key: key(a)}, old.URI)
	}
	return err
}

// passed is the post that an activity is about, which is here, and its author.
func (in *Inbox) passed(ctx context.Context, inner *wire.Envelope) (*models.Account, *models.Post, error) {
	p, err := in.chapter.Store.PostByURI(ctx, inner.Object.ID)
	if err != nil {
		return nil, nil, err
	}
	author, err := in.chapter.Store.Account(ctx, p.AuthorID)
	return author, p, err
}
