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
	kind := passedOn(inner)
	if kind == nothing || in.chapter.URLs.Local(inner.Actor) || kind == words && in.chapter.URLs.Local(inner.Object.ID) {
		return nil
	}
	followed, err := in.chapter.Store.IsFollowed(ctx, s.ID)
	if err != nil || !followed {
		return err
	}
	if !deep {
		return in.later(ctx, s, a)
	}
	switch {
	case kind == words && inner.Type == "Create":
		return in.passedCreate(ctx, s, a, inner)
	case kind == words && inner.Type == "Update":
		return in.passedUpdate(ctx, a, inner)
	}
	whole, err := wire.DecodeActivity(a.Object().Raw)
	if err != nil {
		return err
	}
	if kind == vote {
		return in.passedVote(ctx, s, whole)
	}
	if inner.Type == "Delete" && fetch.SameOrigin(inner.Object.ID, inner.Actor) {
		if done, err := in.passedDelete(ctx, a, inner); err != nil || done {
			return err
		}
	}
	return in.moderated(ctx, s, a, whole)
}

// passing is what sort of thing a Group passes on.
type passing int

const (
	nothing  passing = iota // of no use here: dislikes, what is passed on twice
	words                   // what somebody wrote, which is fetched from where it is
	vote                    // a like, or that one was taken back
	decision                // of those who look after the Group, or an author's own Delete
)

func passedOn(inner *wire.Envelope) passing {
	typ := inner.Type
	if typ == "Undo" {
		undone, err := wire.Open(inner.Object.Raw)
		if err != nil {
			return nothing
		}
		switch undone.Type {
		case "Like", "EmojiReact":
			return vote
		case "Block", "Lock":
			return decision
		}
		return nothing
	}
	switch typ {
	case "Create", "Update":
		if !fetch.SameOrigin(inner.Object.ID, inner.Actor) {
			return nothing
		}
		return words
	case "Like", "EmojiReact":
		return vote
	case "Delete", "Remove", "Add", "Lock", "Block":
		return decision
	}
	return nothing
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
// its own server has it no longer. It reports false if that is not so.
func (in *Inbox) passedDelete(ctx context.Context, a *wire.Activity, inner *wire.Envelope) (bool, error) {
	author, old, err := in.passed(ctx, inner)
	if err != nil {
		return true, err
	}
	if old.Local {
		return false, nil
	}
	_, err = in.find.ReadPost(ctx, old.URI)
	switch {
	case isGone(old, err):
		return true, in.chapter.ReceiveDelete(ctx, chapter.Activity{Sender: author, Key: key(a)}, old.URI)
	case err == nil:
		return author.URI == inner.Actor, nil // its own author cannot have deleted what is there
	}
	return true, err
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
