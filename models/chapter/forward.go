package chapter

import (
	"context"

	"atelier/models"
	"atelier/models/store"
)

// passOn has an activity of somebody elsewhere told to those who would not
// hear of it otherwise: the followers of the chapter's Group (FEP-1b12), and
// those who follow whom it answers. The activity goes as it came.
func (c *Chapter) passOn(ctx context.Context, tx *store.Tx, a Activity, p *models.Post) error {
	if err := c.tellGroup(ctx, tx, a, p); err != nil {
		return err
	}
	return c.forward(ctx, tx, a, p)
}

// tellGroup has an activity about a post told to the followers of the
// chapter's Group, if the post is in that.
func (c *Chapter) tellGroup(ctx context.Context, tx *store.Tx, a Activity, p *models.Post) error {
	if a.Raw == nil || p.GroupID == 0 || !p.Visibility.Open() {
		return nil
	}
	self, err := c.Self(ctx)
	if err != nil || p.GroupID != self.AccountID {
		return err
	}
	return tx.Leave(ctx, models.Event{Kind: models.ActivityRelay, AccountID: p.GroupID, TargetID: a.Sender.ID, PostID: p.ID,
		Data: jsonOf(models.RelayedActivity{ID: a.ID, Body: a.Raw, Announce: true}), Federates: true})
}

// forward sends an answer to one of our members' public posts to the servers
// of that member's followers, which show the post and would miss the answer
// (ActivityPub, section 7.1.2). The server's own account sends it: a host that
// does not believe what others pass on shall not keep a member's posts waiting.
// Likes are not forwarded: they carry no proof, and cannot be looked up.
//
// There are no loops: the first receipt alone is forwarded, by the server of
// the post that is answered alone, and never what was forwarded to it.
func (c *Chapter) forward(ctx context.Context, tx *store.Tx, a Activity, p *models.Post) error {
	if a.Raw == nil || !p.Visibility.Open() || a.Forwarded || a.ID == "" || !p.IsReply() || !a.Sender.SilencedAt.IsZero() {
		return nil
	}
	answered, err := c.oursAbove(ctx, tx, p)
	if err != nil || answered == nil {
		return err
	}
	self, err := c.Self(ctx)
	if err != nil {
		return err
	}
	return tx.Leave(ctx, models.Event{Kind: models.ActivityRelay, AccountID: self.InstanceID, TargetID: answered.AuthorID, PostID: p.ID,
		Data: jsonOf(models.RelayedActivity{ID: a.ID, Body: a.Raw}), Federates: true})
}

// oursAbove is the public post of a member that p answers: at once, or as the
// first of its thread. It is nil if there is none.
func (c *Chapter) oursAbove(ctx context.Context, tx *store.Tx, p *models.Post) (*models.Post, error) {
	for _, id := range []models.ID{p.InReplyToID, p.ThreadID} {
		if id == 0 || id == p.ID {
			continue
		}
		above, err := tx.PostByID(ctx, id)
		if models.KindOf(err) == models.NotFound {
			continue
		}
		if err != nil || above.Leaves() && above.Visibility.Open() {
			return above, err
		}
	}
	return nil, nil
}
