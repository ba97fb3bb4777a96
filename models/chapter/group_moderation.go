package chapter

import (
	"context"
	"time"

	"atelier/models"
	"atelier/models/store"
)

// What those who look after a Group elsewhere decide holds for what is in the
// Group, and nothing else: it is not shown by it any more. The words stay their
// author's. That the sender, the Group, passed on the decision of one of its
// moderators was looked at before.

// OfGroup returns a post that belongs to a Group elsewhere: it was written into
// it, or the Group shows it.
func (c *Chapter) OfGroup(ctx context.Context, group *models.Account, uri string) (*models.Post, error) {
	p, err := c.Store.PostByURI(ctx, uri)
	if err != nil || p.GroupID == group.ID {
		return p, err
	}
	_, err = c.Store.BoostOf(ctx, group.ID, p.ID)
	return p, err
}

// ReceiveRemoval takes in that the sender, a Group, does not show a post any
// more.
func (c *Chapter) ReceiveRemoval(ctx context.Context, a Activity, postID models.ID) error {
	return c.once(ctx, a, func(tx *store.Tx) error {
		p, err := tx.PostByID(ctx, postID)
		if err != nil {
			return err
		}
		if boost, err := tx.BoostOf(ctx, a.Sender.ID, p.ID); err == nil {
			if err := c.remove(ctx, tx, a.Sender, boost); err != nil {
				return err
			}
		}
		if p.GroupID != a.Sender.ID {
			return nil
		}
		if err := tx.LeaveGroup(ctx, p.ID); err != nil {
			return err
		}
		return tx.Leave(ctx, models.Event{Kind: models.PostCounted, AccountID: p.AuthorID, PostID: p.ID})
	})
}

// ReceiveLock takes in that the sender, a Group, closed the thread below a post
// or opened it again.
func (c *Chapter) ReceiveLock(ctx context.Context, a Activity, postID models.ID, locked bool) error {
	return c.once(ctx, a, func(tx *store.Tx) error {
		return tx.SetLock(ctx, postID, a.Sender.ID, locked)
	})
}

// maxBanned is how many posts of somebody who was banned a Group stops showing
// at once.
const maxBanned = 500

// ReceiveBan takes in that the sender, a Group, lets an account write in it no
// more, until a moment or for ever; with erase it does not show either what
// that one wrote.
func (c *Chapter) ReceiveBan(ctx context.Context, a Activity, accountID models.ID, until time.Time, erase bool) error {
	return c.once(ctx, a, func(tx *store.Tx) error {
		if err := tx.SetBan(ctx, a.Sender.ID, accountID, until); err != nil || !erase {
			return err
		}
		shown, err := tx.ShownBy(ctx, a.Sender.ID, accountID, maxBanned)
		if err != nil {
			return err
		}
		for _, id := range shown {
			boost, err := tx.PostByID(ctx, id)
			if err != nil {
				return err
			}
			if err := c.remove(ctx, tx, a.Sender, boost); err != nil {
				return err
			}
		}
		return nil
	})
}

// ReceiveUnban takes in that the sender, a Group, lets an account write in it
// again.
func (c *Chapter) ReceiveUnban(ctx context.Context, a Activity, accountID models.ID) error {
	return c.once(ctx, a, func(tx *store.Tx) error {
		return tx.DropBan(ctx, a.Sender.ID, accountID)
	})
}

// mayWrite says whether me may put out a post where it is to stand: in a thread
// that was not closed, in a Group that did not ban me.
func (c *Chapter) mayWrite(ctx context.Context, tx *store.Tx, me *models.Account, out *composed) error {
	if p := out.parent; p != nil {
		if err := c.mayAnswer(ctx, tx, me.ID, p); err != nil {
			return err
		}
		locked, err := tx.Locked(ctx, p.ID, p.ThreadID)
		if err != nil {
			return err
		}
		if locked {
			return models.Errorf(models.Forbidden, "Those who look after this community closed the thread: it takes no more answers.")
		}
	}
	if out.post.GroupID == 0 {
		return nil
	}
	banned, err := tx.Banned(ctx, out.post.GroupID, me.ID)
	if err == nil && banned {
		err = models.Errorf(models.Forbidden, "Those who look after this community do not let you write in it.")
	}
	return err
}
