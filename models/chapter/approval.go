package chapter

import (
	"context"

	"atelier/models"
	"atelier/models/store"
)

// refusals say what an author elsewhere does not let one do.
var refusals = map[models.ConsentKind]*models.Error{
	models.ToLike:     models.Errorf(models.Forbidden, "The author does not want this post to be liked by everybody, and you are not among those who may."),
	models.ToReply:    models.Errorf(models.Forbidden, "The author does not want this post to be answered by everybody, and you are not among those who may."),
	models.ToAnnounce: models.Errorf(models.Forbidden, "The author does not want this post to be boosted by everybody, and you are not among those who may."),
}

// mayDo says whether me may do something with a post elsewhere, as its author
// wishes (GoToSocial interaction policies). It reports true if the author
// wants to be asked first.
func (c *Chapter) mayDo(ctx context.Context, tx *store.Tx, me *models.Account, p *models.Post, kind models.ConsentKind) (ask bool, err error) {
	if p == nil || p.Local || p.AuthorID == me.ID || !me.Local() {
		return false, nil
	}
	policy, err := tx.Policy(ctx, p.ID)
	if models.KindOf(err) == models.NotFound {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if kind == models.ToReply {
		for _, m := range p.Mentions { // who is named may always answer
			if m.AccountID == me.ID {
				return false, nil
			}
		}
	}
	author, err := tx.Account(ctx, p.AuthorID)
	if err != nil {
		return false, err
	}
	isFollower, err := c.follows(ctx, tx, me.ID, author.ID)
	if err != nil {
		return false, err
	}
	isFollowed, err := c.follows(ctx, tx, author.ID, me.ID)
	if err != nil {
		return false, err
	}
	atOnce, asked := policy.Of(kind).Allows(me.URI, author.URI, author.FollowersURI, author.FollowingURI, isFollower, isFollowed)
	if !asked {
		return false, refusals[kind]
	}
	return !atOnce, nil
}

func (c *Chapter) follows(ctx context.Context, tx *store.Tx, account, target models.ID) (bool, error) {
	f, err := tx.Follow(ctx, account, target)
	if models.KindOf(err) == models.NotFound {
		return false, nil
	}
	return err == nil && f.State == models.FollowAccepted, err
}

// setPolicy stores what the author of a post elsewhere lets others do with it.
func (c *Chapter) setPolicy(ctx context.Context, tx *store.Tx, postID models.ID, p models.Policy) error {
	if p.Open() {
		return tx.SetPolicy(ctx, postID, nil)
	}
	return tx.SetPolicy(ctx, postID, &p)
}

// answered returns an answer or boost of ours with what it is about, which has
// to be the sender's.
func (c *Chapter) answered(ctx context.Context, tx *store.Tx, a Activity, id models.ID) (p, about *models.Post, err error) {
	if p, err = tx.PostByID(ctx, id); err != nil {
		return nil, nil, err
	}
	aboutID := p.BoostOfID
	if aboutID == 0 {
		aboutID = p.InReplyToID
	}
	if about, err = tx.PostByID(ctx, aboutID); err != nil {
		return nil, nil, err
	}
	if !p.Local || about.AuthorID != a.Sender.ID {
		return nil, nil, models.Errorf(models.Forbidden, "That is not the sender's to decide.")
	}
	return p, about, nil
}

// ReceiveApproval takes in that the sender lets an answer or boost of ours
// through, by the consent at stamp: now everybody is told.
func (c *Chapter) ReceiveApproval(ctx context.Context, a Activity, id models.ID, stamp string) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		p, _, err := c.answered(ctx, tx, a, id)
		if err != nil {
			return err
		}
		now, err := tx.Approval(ctx, p.ID)
		if err != nil || now.State == models.ApprovalGiven {
			return err
		}
		if err := tx.SetApproval(ctx, models.Approval{PostID: p.ID, State: models.ApprovalGiven, Stamp: stamp}); err != nil {
			return err
		}
		if err := tx.TouchPost(ctx, p.ID); err != nil {
			return err
		}
		return tx.Leave(ctx, models.Event{Kind: models.PostApproved, AccountID: p.AuthorID, TargetID: a.Sender.ID, PostID: p.ID, Federates: p.Leaves()})
	})
}

// ReceiveRefusal takes in that the sender does not let an answer or boost of
// ours through: a boost goes; an answer stays here, and is told to nobody.
func (c *Chapter) ReceiveRefusal(ctx context.Context, a Activity, id models.ID) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		p, _, err := c.answered(ctx, tx, a, id)
		if err != nil {
			return err
		}
		if p.BoostOfID != 0 {
			me, err := tx.Account(ctx, p.AuthorID)
			if err != nil {
				return err
			}
			return c.remove(ctx, tx, me, p)
		}
		return tx.SetApproval(ctx, models.Approval{PostID: p.ID, State: models.ApprovalRefused})
	})
}

// ReceiveLikeRefused takes in that the sender does not want a like of ours.
func (c *Chapter) ReceiveLikeRefused(ctx context.Context, a Activity, uri string) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		r, err := tx.FavouriteByURI(ctx, uri)
		if err != nil {
			return err
		}
		p, err := tx.PostByID(ctx, r.PostID)
		if err != nil {
			return err
		}
		if p.AuthorID != a.Sender.ID {
			return models.Errorf(models.Forbidden, "That is not the sender's to decide.")
		}
		me, err := tx.Account(ctx, r.AccountID)
		if err != nil {
			return err
		}
		return c.unfavour(ctx, tx, me, p, r)
	})
}

// ReceiveRequest answers the sender, who asks whether something that it made
// may answer, like or boost a post here. Who may read it may.
func (c *Chapter) ReceiveRequest(ctx context.Context, a Activity, kind models.ConsentKind, ofID models.ID, uri string) error {
	return c.once(ctx, a, func(tx *store.Tx) error {
		p, err := tx.Post(ctx, models.Viewer{AccountID: a.Sender.ID}, ofID)
		if err != nil {
			return err
		}
		if !p.Local {
			return store404
		}
		asked := models.Asked{Kind: kind, Request: a.ID, Of: p.URI, By: uri}
		blocked, err := tx.BlockedEitherWay(ctx, a.Sender.ID, p.AuthorID)
		if err != nil {
			return err
		}
		if !blocked && (kind != models.ToAnnounce || p.Visibility.Open()) {
			if asked.Stamp, err = c.grant(ctx, tx, kind, p, a.Sender.ID, uri); err != nil {
				return err
			}
		}
		return tx.Leave(ctx, models.Event{Kind: models.QuoteAnswered, AccountID: p.AuthorID, TargetID: a.Sender.ID, PostID: p.ID, Federates: true, Data: jsonOf(asked)})
	})
}
