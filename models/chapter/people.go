package chapter

import (
	"context"
	"strings"

	"atelier/models"
	"atelier/models/store"
)

// Endorse shows an account that me follows on me's profile, or ends that.
func (c *Chapter) Endorse(ctx context.Context, me *models.Account, targetID models.ID, shown bool) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		if shown {
			f, err := tx.Follow(ctx, me.ID, targetID)
			if err != nil && models.KindOf(err) != models.NotFound {
				return err
			}
			if err != nil || f.State != models.FollowAccepted {
				return models.Errorf(models.Invalid, "Validation failed: You must be already following the person you want to endorse")
			}
		}
		return tx.SetEndorsement(ctx, tx.NewID(), me.ID, targetID, shown)
	})
}

// DismissSuggestion keeps an account out of me's suggestions.
func (c *Chapter) DismissSuggestion(ctx context.Context, me *models.Account, targetID models.ID) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		if _, err := c.someone(ctx, tx, targetID); err != nil {
			return err
		}
		return tx.DismissSuggestion(ctx, me.ID, targetID)
	})
}

// maxTies is how many follows a blocked domain can cut.
const maxTies = 10_000

// BlockDomain keeps all of a domain away from me, and ends the follows both
// ways; or ends that.
func (c *Chapter) BlockDomain(ctx context.Context, me *models.Account, domain string, blocked bool) error {
	domain = strings.TrimSuffix(strings.ToLower(strings.TrimSpace(domain)), ".")
	if domain == "" || strings.ContainsAny(domain, " /@") || domain == c.URLs.Domain || domain == c.URLs.AccountDomain {
		return models.Errorf(models.Invalid, "Validation failed: Domain is not a valid domain name").On("domain")
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.SetDomainBlock(ctx, tx.NewID(), me.ID, domain, blocked); err != nil || !blocked {
			return err
		}
		ties, err := tx.TiesWithDomain(ctx, me.ID, domain, maxTies)
		if err != nil {
			return err
		}
		for _, f := range ties {
			if err := c.endTie(ctx, tx, me, f); err != nil {
				return err
			}
		}
		return tx.ClearHomeOfDomain(ctx, me.ID, domain)
	})
}

// endTie ends a follow of me, or by whom it is of me.
func (c *Chapter) endTie(ctx context.Context, tx *store.Tx, me *models.Account, f *models.Follow) error {
	if f.AccountID == me.ID {
		target, err := tx.Account(ctx, f.TargetID)
		if err != nil {
			return err
		}
		return c.unfollow(ctx, tx, me, target, f)
	}
	from, err := tx.Account(ctx, f.AccountID)
	if err != nil {
		return err
	}
	return c.refuse(ctx, tx, me, from, f)
}

// SetQuotePolicy changes who may quote a post of me; that is no edit.
func (c *Chapter) SetQuotePolicy(ctx context.Context, me *models.Account, id models.ID, policy models.QuotePolicy) (*models.Post, error) {
	var p *models.Post
	err := c.Store.Write(ctx, func(tx *store.Tx) (err error) {
		if p, err = tx.PostByID(ctx, id); err != nil {
			return err
		}
		if p.AuthorID != me.ID || p.BoostOfID != 0 {
			return store404
		}
		p.QuotePolicy = policy
		if err := tx.SetQuotePolicy(ctx, id, policy); err != nil {
			return err
		}
		return tx.Leave(ctx, models.Event{Kind: models.PostEdited, AccountID: me.ID, PostID: id, Federates: p.Leaves()})
	})
	return p, err
}
