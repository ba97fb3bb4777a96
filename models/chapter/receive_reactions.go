package chapter

import (
	"context"

	"atelier/models"
	"atelier/models/store"
)

// ReceiveBoost takes in that the sender boosted a post that is here.
func (c *Chapter) ReceiveBoost(ctx context.Context, a Activity, postID models.ID, boost *models.Post) error {
	return c.once(ctx, a, func(tx *store.Tx) error {
		p, err := tx.PostByID(ctx, postID)
		if err != nil {
			return err
		}
		if gone, err := tx.Gone(ctx, boost.URI, a.Sender.URI); err != nil || gone {
			return err
		}
		if err := c.mayBoost(ctx, tx, a.Sender, p); err != nil || p.LocalOnly {
			return models.Errorf(models.Forbidden, "The post is not the sender's to boost.")
		}
		b := *boost
		b.ID, b.AuthorID, b.BoostOfID, b.Local, b.State, b.Type, b.Version = tx.NewID(), a.Sender.ID, p.ID, false, models.Published, models.NoteType, 1
		b.Visibility = p.Visibility.Narrower(b.Visibility)
		wanted := p.Local
		if !wanted {
			if wanted, err = tx.IsFollowed(ctx, a.Sender.ID); err != nil || !wanted {
				return err
			}
		}
		if late, err := c.clearBoost(ctx, tx, a, &b); err != nil || late {
			return err
		}
		_, err = c.putBoost(ctx, tx, a.Sender, &b, p)
		return err
	})
}

// clearBoost makes room for a boost of what the sender boosted before. It
// reports true if there is none to be made: the one that is here is the later
// one, or nobody can tell.
func (c *Chapter) clearBoost(ctx context.Context, tx *store.Tx, a Activity, b *models.Post) (late bool, err error) {
	old, err := tx.BoostOf(ctx, a.Sender.ID, b.BoostOfID)
	if models.KindOf(err) == models.NotFound {
		return false, nil
	}
	if err != nil || old.URI == b.URI || a.At.IsZero() || old.UpdatedAt.IsZero() {
		return true, err
	}
	if !b.CreatedAt.After(old.CreatedAt) {
		return true, a.bury(ctx, tx, b.URI, "Announce")
	}
	if err := a.bury(ctx, tx, old.URI, "Announce"); err != nil {
		return false, err
	}
	return false, c.remove(ctx, tx, a.Sender, old)
}

// ReceiveUnboost takes in that the sender took a boost back: the one with the
// id uri, or its boost of the post subjectURI.
func (c *Chapter) ReceiveUnboost(ctx context.Context, a Activity, uri, subjectURI string) error {
	return c.once(ctx, a, func(tx *store.Tx) error {
		boost, err := tx.PostByURI(ctx, uri)
		if models.KindOf(err) == models.NotFound && subjectURI != "" {
			if p, perr := tx.PostByURI(ctx, subjectURI); perr == nil {
				if boost, err = tx.BoostOf(ctx, a.Sender.ID, p.ID); err == nil && a.tooLate(boost.UpdatedAt) {
					err = store404
				}
			}
		}
		if models.KindOf(err) == models.NotFound || err == nil && boost.URI != uri && !a.At.IsZero() {
			if berr := a.bury(ctx, tx, uri, "Announce"); berr != nil || err != nil {
				return berr
			}
		}
		if err != nil {
			return err
		}
		if boost.AuthorID != a.Sender.ID || boost.BoostOfID == 0 {
			return models.Errorf(models.Forbidden, "The boost is not the sender's.")
		}
		if p, err := tx.PostByID(ctx, boost.BoostOfID); err == nil {
			if err := tx.DeleteNotificationsOf(ctx, models.NotifyBoost, a.Sender.ID, p.AuthorID, p.ID); err != nil {
				return err
			}
		}
		return c.remove(ctx, tx, a.Sender, boost)
	})
}

// ReceiveFavourite takes in that the sender likes a post of ours, or reacted
// to it with an emoji.
func (c *Chapter) ReceiveFavourite(ctx context.Context, a Activity, postID models.ID, uri, emoji string) error {
	return c.once(ctx, a, func(tx *store.Tx) error {
		p, err := tx.Post(ctx, models.Viewer{AccountID: a.Sender.ID}, postID)
		if err != nil {
			return err
		}
		if gone, err := tx.Gone(ctx, uri, a.Sender.URI); err != nil || gone {
			return err
		}
		r := &models.Reaction{ID: tx.NewID(), AccountID: a.Sender.ID, PostID: p.ID, URI: uri, Emoji: emoji, CreatedAt: a.at(tx)}
		if old, err := tx.Favourite(ctx, a.Sender.ID, p.ID); err == nil {
			return refavour(ctx, tx, a, old, r)
		} else if models.KindOf(err) != models.NotFound {
			return err
		}
		added, err := c.favour(ctx, tx, a.Sender, p, r)
		if err != nil || !added {
			return err
		}
		return c.tellGroup(ctx, tx, a, p)
	})
}

// refavour keeps the later of two likes of the same post, and buries the other.
func refavour(ctx context.Context, tx *store.Tx, a Activity, old, r *models.Reaction) error {
	switch {
	case old.URI == r.URI || a.At.IsZero():
		return nil
	case !r.CreatedAt.After(old.CreatedAt):
		return a.bury(ctx, tx, r.URI, "Like")
	}
	if err := a.bury(ctx, tx, old.URI, "Like"); err != nil {
		return err
	}
	if _, err := tx.DeleteFavourite(ctx, old.ID); err != nil {
		return err
	}
	_, err := tx.AddFavourite(ctx, r)
	return err
}

// ReceiveUnfavourite takes in that the sender took a like back: the one with
// the id uri, or its like of the post subjectURI.
func (c *Chapter) ReceiveUnfavourite(ctx context.Context, a Activity, uri, subjectURI string) error {
	return c.once(ctx, a, func(tx *store.Tx) error {
		r, err := tx.FavouriteByURI(ctx, uri)
		if models.KindOf(err) == models.NotFound && subjectURI != "" {
			if p, perr := tx.PostByURI(ctx, subjectURI); perr == nil {
				if r, err = tx.Favourite(ctx, a.Sender.ID, p.ID); err == nil && a.tooLate(r.CreatedAt) {
					err = store404
				}
			}
		}
		if models.KindOf(err) == models.NotFound || err == nil && r.URI != uri && !a.At.IsZero() {
			if berr := a.bury(ctx, tx, uri, "Like"); berr != nil || err != nil {
				return berr
			}
		}
		if err != nil {
			return err
		}
		if r.AccountID != a.Sender.ID {
			return models.Errorf(models.Forbidden, "The like is not the sender's.")
		}
		p, err := tx.PostByID(ctx, r.PostID)
		if err != nil {
			return err
		}
		if err := c.tellGroup(ctx, tx, a, p); err != nil {
			return err
		}
		return c.unfavour(ctx, tx, a.Sender, p, r)
	})
}
