package chapter

import (
	"context"
	"slices"
	"time"

	"atelier/models"
	"atelier/models/store"
	"atelier/models/text"
)

// MaxShown is how many posts, and how many hashtags, of an account elsewhere
// are shown first.
const MaxShown = 10

// ReceivePin takes in that the sender shows a post of its own first on its
// profile, or no longer.
func (c *Chapter) ReceivePin(ctx context.Context, a Activity, postID models.ID, pinned bool) error {
	return c.once(ctx, a, func(tx *store.Tx) error {
		p, err := tx.PostByID(ctx, postID)
		if err != nil {
			return err
		}
		if p.AuthorID != a.Sender.ID || p.Local || p.BoostOfID != 0 || p.Visibility == models.Direct {
			return models.Errorf(models.Forbidden, "The post is not the sender's to feature.")
		}
		if pinned == !p.PinnedAt.IsZero() {
			return nil
		}
		if !pinned {
			return c.setPinned(ctx, tx, a.Sender, p, time.Time{})
		}
		shown, err := tx.PinnedPosts(ctx, a.Sender.ID, MaxShown)
		if err != nil || len(shown) == MaxShown {
			return err
		}
		return c.setPinned(ctx, tx, a.Sender, p, tx.Now())
	})
}

// ReceiveFeatured takes in which posts an account elsewhere shows first, as
// its own server lists them.
func (c *Chapter) ReceiveFeatured(ctx context.Context, of *models.Account, ids []models.ID) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		before, err := tx.PinnedPosts(ctx, of.ID, 1000)
		if err != nil {
			return err
		}
		for _, id := range before {
			if slices.Contains(ids, id) {
				continue
			}
			if err := c.setPinned(ctx, tx, of, &models.Post{ID: id}, time.Time{}); err != nil {
				return err
			}
		}
		for _, id := range ids[:min(len(ids), MaxShown)] {
			p, err := tx.PostByID(ctx, id)
			if models.KindOf(err) == models.NotFound {
				continue
			}
			if err != nil {
				return err
			}
			if p.AuthorID != of.ID || p.Local || p.BoostOfID != 0 || p.Visibility == models.Direct || !p.PinnedAt.IsZero() {
				continue
			}
			if err := c.setPinned(ctx, tx, of, p, tx.Now()); err != nil {
				return err
			}
		}
		return nil
	})
}

// ReceiveShownTag takes in that the sender shows a hashtag on its profile, or
// no longer.
func (c *Chapter) ReceiveShownTag(ctx context.Context, a Activity, name string, shown bool) error {
	if !isTag(name) {
		return models.Errorf(models.Invalid, "That is no hashtag.")
	}
	return c.once(ctx, a, func(tx *store.Tx) error {
		return c.showTag(ctx, tx, a.Sender, name, shown)
	})
}

// ReceiveShownTags takes in which hashtags an account elsewhere shows, as its
// own server lists them.
func (c *Chapter) ReceiveShownTags(ctx context.Context, of *models.Account, names []string) error {
	names = slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !isTag(name) })
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		have, err := tx.FeaturedTags(ctx, of.ID)
		if err != nil {
			return err
		}
		for _, f := range have {
			if !slices.ContainsFunc(names, func(name string) bool { return text.TagKey(name) == f.Tag.Name }) {
				if _, err := tx.DropFeaturedTag(ctx, of.ID, f.Tag.ID); err != nil {
					return err
				}
			}
		}
		for _, name := range names {
			if err := c.showTag(ctx, tx, of, name, true); err != nil {
				return err
			}
		}
		return nil
	})
}

// isTag says whether a name can be a hashtag's.
func isTag(name string) bool {
	found := text.Scan("#"+name, models.PlainText).Hashtags
	return len(found) == 1 && found[0].Name == name
}

func (c *Chapter) showTag(ctx context.Context, tx *store.Tx, of *models.Account, name string, shown bool) error {
	t, err := tx.MakeTag(ctx, name, tx.NewID())
	if err != nil {
		return err
	}
	if !shown {
		_, err := tx.DropFeaturedTag(ctx, of.ID, t.ID)
		return err
	}
	have, err := tx.FeaturedTags(ctx, of.ID)
	if err != nil || len(have) >= MaxShown {
		return err
	}
	_, err = tx.AddFeaturedTag(ctx, tx.NewID(), of.ID, t.ID)
	return err
}
