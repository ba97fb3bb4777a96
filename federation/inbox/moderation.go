package inbox

import (
	"context"
	"slices"

	"atelier/federation/fetch"
	"atelier/federation/wire"
	"atelier/models"
	"atelier/models/chapter"
)

// moderated takes in what one of those who look after a Group decided, and the
// Group passed on (FEP-1b12). Who they are its moderators collection says, as
// it is at the Group's own server; it holds for what is in the Group.
func (in *Inbox) moderated(ctx context.Context, s *sender, a *wire.Activity, inner *wire.Activity) error {
	if inner.Actor != s.URI {
		moderators, err := in.find.Moderators(ctx, s.Account)
		if err != nil {
			return err
		}
		if !slices.Contains(moderators, inner.Actor) {
			return errNotTheirs
		}
	}
	deed, undone := inner, false
	if inner.Type == "Undo" {
		var err error
		if deed, err = wire.DecodeActivity(inner.Object().Raw); err != nil {
			return err
		}
		undone = true
	}
	switch deed.Type {
	case "Add", "Remove":
		if s.ModeratorsURI != "" && deed.Target.ID == s.ModeratorsURI {
			in.find.ForgetModerators(s.Account)
			return nil
		}
		if deed.Type == "Add" || undone || deed.Target.ID != "" && deed.Target.ID != s.URI && deed.Target.ID != s.OutboxURI {
			return nil // what the Group features is read from its collection
		}
		return in.removed(ctx, s, a, deed)
	case "Delete":
		if undone {
			return nil // the Group will show it again by itself
		}
		return in.removed(ctx, s, a, deed)
	case "Lock":
		p, err := in.chapter.OfGroup(ctx, s.Account, deed.Object().ID)
		if err != nil {
			return err
		}
		return in.chapter.ReceiveLock(ctx, s.activity(a), p.ID, !undone)
	case "Block":
		return in.banned(ctx, s, a, deed, undone)
	}
	return nil
}

// removed takes a post out of a Group. If it is not at its own server either,
// it is deleted.
func (in *Inbox) removed(ctx context.Context, s *sender, a, deed *wire.Activity) error {
	p, err := in.chapter.OfGroup(ctx, s.Account, deed.Object().ID)
	if err != nil {
		return err
	}
	if !p.Local && fetch.SameOrigin(p.URI, s.URI) {
		_, err := in.find.ReadPost(ctx, p.URI)
		if k := models.KindOf(err); k == models.Gone || k == models.NotFound {
			author, err := in.chapter.Store.Account(ctx, p.AuthorID)
			if err != nil {
				return err
			}
			return in.chapter.ReceiveDelete(ctx, chapter.Activity{Sender: author, Key: key(a)}, p.URI)
		}
	}
	return in.chapter.ReceiveRemoval(ctx, s.activity(a), p.ID)
}

func (in *Inbox) banned(ctx context.Context, s *sender, a, deed *wire.Activity, undone bool) error {
	if deed.Target.ID != s.URI {
		return nil // of the whole server there: its own business
	}
	who, err := in.chapter.Store.AccountByURI(ctx, deed.Object().ID)
	if err != nil {
		return err
	}
	if undone {
		return in.chapter.ReceiveUnban(ctx, s.activity(a), who.ID)
	}
	return in.chapter.ReceiveBan(ctx, s.activity(a), who.ID, deed.EndTime, deed.RemoveData)
}

// passedVote takes in that somebody liked what is in a Group, or took that
// back, as the Group passed on. The Group's server speaks for those who live
// there; for others their proof does (FEP-8b32).
func (in *Inbox) passedVote(ctx context.Context, s *sender, inner *wire.Activity) error {
	var voter *sender
	if fetch.SameOrigin(inner.Actor, s.URI) {
		who, err := in.find.Account(ctx, inner.Actor)
		if err != nil {
			return err
		}
		voter = &sender{Account: who}
	} else {
		e, err := wire.Open(inner.Raw)
		if err != nil {
			return err
		}
		if voter, err = in.proved(ctx, e, inner.Raw); err != nil {
			return nil // nobody can tell
		}
	}
	if voter.Suspended() || !fetch.SameOrigin(inner.ID, inner.Actor) {
		return errNotTheirs
	}
	if inner.Type == "Undo" {
		if !ownDeed(voter, inner) {
			return errNotTheirs
		}
		return in.undo(ctx, voter, inner, true)
	}
	uri := inner.Object().ID
	if fetch.SameOrigin(uri, s.URI) { // the like may have been quicker than the post
		if _, err := in.find.Post(ctx, uri); err != nil {
			return err
		}
	}
	if _, err := in.chapter.OfGroup(ctx, s.Account, uri); err != nil {
		return err
	}
	return in.like(ctx, voter, inner, true)
}
