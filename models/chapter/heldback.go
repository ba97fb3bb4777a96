package chapter

import (
	"context"

	"atelier/models"
	"atelier/models/store"
)

// SetNotificationPolicy has change made to from whom me wants to hear.
func (c *Chapter) SetNotificationPolicy(ctx context.Context, me *models.Account, change func(*models.NotificationPolicy)) (p models.NotificationPolicy, err error) {
	err = c.Store.Write(ctx, func(tx *store.Tx) (err error) {
		if p, err = tx.NotificationPolicy(ctx, me.ID); err != nil {
			return err
		}
		change(&p)
		for _, choice := range []models.HoldBack{p.NotFollowing, p.NotFollowers, p.NewAccounts, p.PrivateMentions, p.LimitedAccounts, p.Bots} {
			if !choice.Valid() {
				return models.Errorf(models.Invalid, "Validation failed: %q is none of accept, filter and drop", choice)
			}
		}
		return tx.SetNotificationPolicy(ctx, me.ID, p)
	})
	return p, err
}

// AcceptRequests lets the senders of requests of me through: what they sent
// before becomes ordinary, and what they send from now on. Requests that are
// not there are passed over.
func (c *Chapter) AcceptRequests(ctx context.Context, me *models.Account, ids []models.ID) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		n, err := eachRequest(ctx, tx, me.ID, ids, tx.LetThrough)
		if err != nil || n == 0 {
			return err
		}
		return tx.Leave(ctx, models.Event{Kind: models.NotificationsMerged, AccountID: me.ID})
	})
}

// DismissRequests deletes requests of me and what was held back for them.
func (c *Chapter) DismissRequests(ctx context.Context, me *models.Account, ids []models.ID) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		_, err := eachRequest(ctx, tx, me.ID, ids, tx.DropHeldBack)
		return err
	})
}

// eachRequest does something about the sender of each of an account's
// requests, and counts them.
func eachRequest(ctx context.Context, tx *store.Tx, accountID models.ID, ids []models.ID, do func(ctx context.Context, accountID, fromID models.ID) error) (n int, err error) {
	for _, id := range ids {
		r, err := tx.NotificationRequest(ctx, accountID, id)
		if models.KindOf(err) == models.NotFound {
			continue
		}
		if err != nil {
			return n, err
		}
		if err := do(ctx, accountID, r.FromID); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// holdBack says what becomes of a notification under its receiver's policy.
func (c *Chapter) holdBack(ctx context.Context, tx *store.Tx, n *models.Notification) (models.HoldBack, error) {
	if !n.Type.CanBeHeld() {
		return models.HoldNone, nil
	}
	policy, err := tx.NotificationPolicy(ctx, n.AccountID)
	if err != nil {
		return "", err
	}
	sender, err := tx.Sender(ctx, n.AccountID, n.FromID)
	if err != nil {
		return "", err
	}
	private := false
	if n.Type == models.NotifyMention && policy.PrivateMentions != models.HoldNone {
		p, err := tx.PostByID(ctx, n.PostID)
		if err != nil {
			return "", err
		}
		private = p.Visibility == models.Direct && p.InReplyToAuthorID != n.AccountID
	}
	return policy.Of(sender, private, tx.Now()), nil
}
