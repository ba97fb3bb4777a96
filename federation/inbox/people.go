package inbox

import (
	"context"

	"atelier/federation/wire"
	"atelier/models"
)

// follow takes in that the sender wants to follow somebody here.
func (in *Inbox) follow(ctx context.Context, s *sender, a *wire.Activity, deep bool) error {
	target, err := in.chapter.Store.AccountByURI(ctx, a.Object().ID)
	if err != nil {
		return err
	}
	if !target.Local() {
		return errNotTheirs
	}
	return in.chapter.ReceiveFollow(ctx, s.activity(a), a.ID, target.ID)
}

// accept takes in that the sender lets somebody here follow it.
func (in *Inbox) accept(ctx context.Context, s *sender, a *wire.Activity, deep bool) error {
	if p, err := in.quoting(ctx, a); err != nil || p != nil {
		if err != nil {
			return err
		}
		return in.quoteAnswer(ctx, s, a, p, deep)
	}
	if id, uri, ok := in.made(ctx, a); ok {
		return in.answerMade(ctx, s, a, id, uri, deep)
	}
	uri, follower, err := in.asked(ctx, a)
	if err != nil {
		return err
	}
	if known, err := in.answeredRelay(ctx, s, uri, true); err != nil || known {
		return err
	}
	return in.chapter.ReceiveAccept(ctx, s.activity(a), uri, follower)
}

// reject takes in that the sender does not let somebody here follow it, or no
// longer.
func (in *Inbox) reject(ctx context.Context, s *sender, a *wire.Activity, deep bool) error {
	if p, err := in.quoting(ctx, a); err != nil || p != nil {
		if err != nil {
			return err
		}
		return in.quoteAnswer(ctx, s, a, p, deep)
	}
	if id, uri, ok := in.made(ctx, a); ok {
		return in.answerMade(ctx, s, a, id, uri, deep)
	}
	uri, follower, err := in.asked(ctx, a)
	if err != nil {
		return err
	}
	if known, err := in.answeredRelay(ctx, s, uri, false); err != nil || known {
		return err
	}
	return in.chapter.ReceiveReject(ctx, s.activity(a), uri, follower)
}

// asked is the Follow that an Accept or Reject answers: its id, and who asked
// if it says so. Some write only the id, others make up a new one.
func (in *Inbox) asked(ctx context.Context, a *wire.Activity) (uri string, follower models.ID, err error) {
	o := a.Object()
	if !o.Embedded() {
		return o.ID, 0, nil
	}
	inner, err := wire.Open(o.Raw)
	if err != nil {
		return "", 0, err
	}
	if inner.Type != "Follow" {
		return "", 0, errNothing
	}
	if inner.Actor == "" {
		return inner.ID, 0, nil
	}
	from, err := in.chapter.Store.AccountByURI(ctx, inner.Actor)
	if err != nil {
		return "", 0, err
	}
	if !from.Local() {
		return "", 0, errNotTheirs
	}
	return inner.ID, from.ID, nil
}

// errNothing says that an activity is about nothing that is here.
var errNothing = models.Errorf(models.NotFound, "There is nothing like that here.")

// block takes in that the sender blocks somebody here. Groups ban with a
// target, which is their own business.
func (in *Inbox) block(ctx context.Context, s *sender, a *wire.Activity, deep bool) error {
	if a.Target.ID != "" {
		return nil
	}
	target, err := in.chapter.Store.AccountByURI(ctx, a.Object().ID)
	if err != nil {
		return err
	}
	if !target.Local() {
		return nil
	}
	return in.chapter.ReceiveBlock(ctx, s.activity(a), a.ID, target.ID)
}

// updateActor takes in the sender's new profile.
func (in *Inbox) updateActor(ctx context.Context, s *sender, a *wire.Activity, deep bool) error {
	w, err := wire.DecodeActor(a.Object().Raw)
	if err != nil {
		return err
	}
	if w.ID != s.URI {
		return errNotTheirs
	}
	return in.find.Update(ctx, w, s.Account)
}

// undo takes in that the sender took something back that came along.
func (in *Inbox) undo(ctx context.Context, s *sender, a *wire.Activity, deep bool) error {
	inner, err := wire.Open(a.Object().Raw)
	if err != nil {
		return err
	}
	act, about := s.activity(a), inner.Object.ID
	switch inner.Type {
	case "Announce":
		return in.chapter.ReceiveUnboost(ctx, act, inner.ID, about)
	case "Like", "EmojiReact":
		return in.chapter.ReceiveUnfavourite(ctx, act, inner.ID, about)
	case "Follow", "Block":
		target, err := in.chapter.Store.AccountByURI(ctx, about)
		if err != nil {
			return err
		}
		if inner.Type == "Block" {
			return in.chapter.ReceiveUnblock(ctx, act, inner.ID, target.ID)
		}
		return in.chapter.ReceiveUnfollow(ctx, act, inner.ID, target.ID)
	case "Accept": // of a follow by somebody here, who follows no longer
		o, err := wire.DecodeActivity(a.Object().Raw)
		if err != nil {
			return err
		}
		return in.reject(ctx, s, o, deep)
	}
	return nil
}

// undoNamed takes in that the sender took something back that is only named.
func (in *Inbox) undoNamed(ctx context.Context, s *sender, a *wire.Activity, deep bool) error {
	uri, act := a.Object().ID, s.activity(a)
	if f, err := in.chapter.Store.FollowByURI(ctx, uri); err == nil {
		return in.chapter.ReceiveUnfollow(ctx, act, uri, f.TargetID)
	}
	if _, err := in.chapter.Store.FavouriteByURI(ctx, uri); err == nil {
		return in.chapter.ReceiveUnfavourite(ctx, act, uri, "")
	}
	if b, err := in.chapter.Store.BlockByURI(ctx, uri); err == nil {
		return in.chapter.ReceiveUnblock(ctx, act, uri, b.TargetID)
	}
	return in.chapter.ReceiveUnboost(ctx, act, uri, "") // or remembers that it was undone before it came
}

// move takes in that the sender went to another server. Where it went is read
// anew, which takes time.
func (in *Inbox) move(ctx context.Context, s *sender, a *wire.Activity, deep bool) error {
	if trimID(a.Object().ID) != s.URI || a.Target.ID == "" {
		return nil
	}
	if !deep {
		return in.later(ctx, s, a)
	}
	return in.chapter.ReceiveMove(ctx, s.activity(a), a.Target.ID)
}
