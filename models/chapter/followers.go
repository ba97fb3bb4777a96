package chapter

import (
	"context"
	"time"

	"atelier/models"
	"atelier/models/store"
)

// unsettled is how long a follow may be on its way between two servers.
const unsettled = time.Minute

// ReceiveFollowers takes in which accounts of ours follow the sender, as its
// server has it (FEP-8fcf). Who thinks to follow and is not on the list does
// not any more: its posts for followers are not for us. For whom it counts and
// who does not follow, it is told so once more.
//
// before are the follows from before the list was asked for: what changed since
// may be newer than the list, and stays as it is.
func (c *Chapter) ReceiveFollowers(ctx context.Context, sender *models.Account, before []store.FollowOf, uris []string) error {
	was := make(map[models.ID]models.FollowState, len(before))
	for _, f := range before {
		was[f.ID] = f.State
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		here, err := tx.LocalFollows(ctx, sender.ID)
		if err != nil {
			return err
		}
		listed := make(map[string]bool, len(uris))
		for _, uri := range uris {
			listed[uri] = true
		}
		for _, f := range here {
			if was[f.ID] == f.State {
				if err := c.matchFollow(ctx, tx, sender, f, listed[f.Actor]); err != nil {
					return err
				}
			}
			delete(listed, f.Actor)
		}
		for uri := range listed {
			if err := c.denyFollow(ctx, tx, sender, uri); err != nil {
				return err
			}
		}
		return nil
	})
}

// matchFollow brings a follow of the sender in line with what its server has.
func (c *Chapter) matchFollow(ctx context.Context, tx *store.Tx, sender *models.Account, f store.FollowOf, listed bool) error {
	if listed == (f.State == models.FollowAccepted) || tx.Now().Sub(f.CreatedAt) < unsettled {
		return nil
	}
	follower, err := tx.Account(ctx, f.AccountID)
	if err != nil {
		return err
	}
	whole, err := tx.Follow(ctx, f.AccountID, sender.ID)
	if err != nil {
		return err
	}
	if !listed {
		return c.dropFollow(ctx, tx, follower, whole)
	}
	whole.State = models.FollowAccepted
	if err := tx.SetFollow(ctx, whole, true); err != nil {
		return err
	}
	return c.accepted(ctx, tx, follower, sender, whole)
}

// denyFollow tells the sender's server that an account of ours does not follow
// it.
func (c *Chapter) denyFollow(ctx context.Context, tx *store.Tx, sender *models.Account, uri string) error {
	if !c.URLs.Local(uri) {
		return nil
	}
	a, err := tx.AccountByURI(ctx, uri)
	if models.KindOf(err) == models.NotFound || err == nil && !a.DeletedAt.IsZero() {
		return nil // it has no key left to say so with; its Delete did
	}
	if err != nil {
		return err
	}
	return tx.Leave(ctx, models.Event{Kind: models.FollowEnded, AccountID: a.ID, TargetID: sender.ID,
		Data: jsonOf(models.Deed{URI: c.URLs.Follow(a.URI, tx.NewID())}), Federates: true})
}
