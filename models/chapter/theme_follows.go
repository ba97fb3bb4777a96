package chapter

import (
	"context"

	"atelier/models"
	"atelier/models/store"
)

// A theme is an account that browsers and others follow, and a hashtag that
// apps follow: to a member here both are one.

// followTagOf makes me follow the tag of a theme when me follows its account,
// or neither. Of other accounts nothing happens.
func (c *Chapter) followTagOf(ctx context.Context, tx *store.Tx, me, target *models.Account, follows bool) error {
	if target.Type != models.Group || !target.Local() || !me.Local() {
		return nil
	}
	themes, err := tx.Themes(ctx)
	if err != nil {
		return err
	}
	for _, t := range themes {
		if t.AccountID != target.ID {
			continue
		}
		if follows {
			return c.setTagFollow(ctx, tx, me, t.Tag(), true)
		}
		for _, name := range append([]string{t.Tag(), t.Key}, t.Aliases...) { // by which of its names it was followed is all the same
			if err := c.setTagFollow(ctx, tx, me, name, false); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *Chapter) setTagFollow(ctx context.Context, tx *store.Tx, me *models.Account, name string, follows bool) error {
	t, err := tx.Tag(ctx, name)
	if models.KindOf(err) == models.NotFound {
		if !follows {
			return nil
		}
		t, err = tx.MakeTag(ctx, name, tx.NewID())
	}
	if err != nil {
		return err
	}
	return tx.SetTagFollow(ctx, tx.NewID(), me.ID, t.ID, follows)
}

// followThemeOf makes me follow the accounts of the themes that a tag names,
// or no longer.
func (c *Chapter) followThemeOf(ctx context.Context, tx *store.Tx, me *models.Account, tag store.Tag, follows bool) error {
	themes, err := tx.Themes(ctx)
	if err != nil {
		return err
	}
	for _, t := range themes {
		if !named(t, []string{tag.Label}) {
			continue
		}
		account, err := tx.Account(ctx, t.AccountID)
		if err != nil {
			return err
		}
		if follows {
			err = c.follow(ctx, tx, me, account, FollowWish{})
		} else {
			if err = c.unfollowAny(ctx, tx, me, account); err == nil {
				err = c.followTagOf(ctx, tx, me, account, false)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}
