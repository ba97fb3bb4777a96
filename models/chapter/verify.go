package chapter

import (
	"context"
	"time"

	"atelier/models"
	"atelier/models/store"
	"atelier/models/text"
)

// JobVerify looks whether the pages that the profile of the account named by
// the key links to link back with rel="me": then they are its own.
const JobVerify = "verify"

// planVerify leaves the job for an account's links that are not verified yet.
func (c *Chapter) planVerify(ctx context.Context, tx *store.Tx, a *models.Account) error {
	if !c.handles(JobVerify) {
		return nil
	}
	for _, f := range a.Fields {
		if f.VerifiedAt.IsZero() && text.FirstLink(f.HTML) != "" {
			return c.Later(ctx, tx, JobVerify, a.ID.String(), nil, time.Time{})
		}
	}
	return nil
}

// planVerifyElsewhere is planVerify for an account elsewhere that somebody
// here follows. Of all others nobody looks at pages that they choose.
func (c *Chapter) planVerifyElsewhere(ctx context.Context, tx *store.Tx, a *models.Account) error {
	followers, err := tx.FollowersHere(ctx, a.ID)
	if err != nil || len(followers) == 0 {
		return err
	}
	return c.planVerify(ctx, tx, a)
}

// Verified takes in which pages link back to an account, and which do not (any
// more). Of pages that it does not name nothing changes.
func (c *Chapter) Verified(ctx context.Context, accountID models.ID, pages map[string]bool) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		a, err := tx.Account(ctx, accountID)
		if err != nil {
			return err
		}
		changed := false
		for i := range a.Fields {
			f := &a.Fields[i]
			own, asked := pages[text.FirstLink(f.HTML)]
			switch {
			case !asked || own == !f.VerifiedAt.IsZero():
				continue
			case own:
				f.VerifiedAt = tx.Now()
			default:
				f.VerifiedAt = time.Time{}
			}
			changed = true
		}
		if !changed {
			return nil
		}
		if _, err := tx.SetAccount(ctx, a); err != nil {
			return err
		}
		return tx.Leave(ctx, models.Event{Kind: models.AccountChanged, AccountID: a.ID})
	})
}

// keepVerified keeps what was verified of links that did not change.
func keepVerified(now, old []models.Field) {
	for i := range now {
		for _, o := range old {
			if o.HTML == now[i].HTML {
				now[i].VerifiedAt = o.VerifiedAt
			}
		}
	}
}
