package chapter

import (
	"context"
	"encoding/json"
	"time"

	"atelier/models"
	"atelier/models/store"
)

func jsonOf(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // our own plain types
	}
	return b
}

// subject returns the published post with id that me may read, or what it is
// a boost of.
func subject(ctx context.Context, tx *store.Tx, me *models.Account, id models.ID) (*models.Post, error) {
	v := viewer(ctx, tx, me.ID)
	p, err := tx.Post(ctx, v, id)
	if err == nil && p.BoostOfID != 0 {
		p, err = tx.Post(ctx, v, p.BoostOfID)
	}
	if err != nil {
		return nil, err
	}
	if p.State != models.Published {
		return nil, store404
	}
	return p, nil
}

// on runs a verb on a post and returns the post as it is then.
func (c *Chapter) on(ctx context.Context, me *models.Account, id models.ID, do func(tx *store.Tx, p *models.Post) error) (*models.Post, error) {
	var after *models.Post
	err := c.Store.Write(ctx, func(tx *store.Tx) error {
		p, err := subject(ctx, tx, me, id)
		if err != nil {
			return err
		}
		if err := do(tx, p); err != nil {
			return err
		}
		after, err = tx.PostByID(ctx, p.ID)
		return err
	})
	return after, err
}

// Favourite likes a post: it thanks the author. Doing it twice is no error.
func (c *Chapter) Favourite(ctx context.Context, me *models.Account, id models.ID) (*models.Post, error) {
	return c.on(ctx, me, id, func(tx *store.Tx, p *models.Post) error {
		// Where the author wants to be asked, the like itself is the question.
		if _, err := c.mayDo(ctx, tx, me, p, models.ToLike); err != nil {
			return err
		}
		rid := tx.NewID()
		_, err := c.favour(ctx, tx, me, p, &models.Reaction{ID: rid, AccountID: me.ID, PostID: p.ID, URI: c.URLs.Like(me.URI, rid), CreatedAt: tx.Now()})
		return err
	})
}

// favour stores a favourite, ours or another server's.
func (c *Chapter) favour(ctx context.Context, tx *store.Tx, me *models.Account, p *models.Post, r *models.Reaction) (bool, error) {
	if err := c.mayAnswer(ctx, tx, me.ID, p); err != nil {
		return false, err
	}
	added, err := tx.AddFavourite(ctx, r)
	if err != nil || !added {
		return false, err
	}
	if err := tx.CountPost(ctx, p.ID, models.PostStats{Favourites: 1}); err != nil {
		return false, err
	}
	if err := c.notify(ctx, tx, models.Notification{AccountID: p.AuthorID, Type: models.NotifyFavourite, FromID: me.ID, PostID: p.ID}); err != nil {
		return false, err
	}
	return true, tx.Leave(ctx, models.Event{Kind: models.PostFavourited, AccountID: me.ID, TargetID: p.AuthorID, PostID: p.ID,
		Data: jsonOf(models.Deed{URI: r.URI}), Federates: me.Local() && !p.Local})
}

// Unfavourite takes a favourite back.
func (c *Chapter) Unfavourite(ctx context.Context, me *models.Account, id models.ID) (*models.Post, error) {
	return c.on(ctx, me, id, func(tx *store.Tx, p *models.Post) error {
		r, err := tx.Favourite(ctx, me.ID, p.ID)
		if models.KindOf(err) == models.NotFound {
			return nil
		}
		if err != nil {
			return err
		}
		return c.unfavour(ctx, tx, me, p, r)
	})
}

func (c *Chapter) unfavour(ctx context.Context, tx *store.Tx, me *models.Account, p *models.Post, r *models.Reaction) error {
	if _, err := tx.DeleteFavourite(ctx, r.ID); err != nil {
		return err
	}
	if err := tx.CountPost(ctx, p.ID, models.PostStats{Favourites: -1}); err != nil {
		return err
	}
	if err := tx.DeleteNotificationsOf(ctx, models.NotifyFavourite, me.ID, p.AuthorID, p.ID); err != nil {
		return err
	}
	return tx.Leave(ctx, models.Event{Kind: models.PostUnfavored, AccountID: me.ID, TargetID: p.AuthorID, PostID: p.ID,
		Data: jsonOf(models.Deed{URI: r.URI}), Federates: me.Local() && !p.Local})
}

// Boost shows a post to one's followers. It returns the boost, the earlier one
// if there is one. visibility "" is public, or what the post allows.
func (c *Chapter) Boost(ctx context.Context, me *models.Account, id models.ID, visibility models.Visibility) (*models.Post, error) {
	var boost *models.Post
	err := c.Store.Write(ctx, func(tx *store.Tx) error {
		p, err := subject(ctx, tx, me, id)
		if err != nil {
			return err
		}
		if boost, err = tx.BoostOf(ctx, me.ID, p.ID); models.KindOf(err) != models.NotFound {
			return err
		}
		if visibility == "" {
			visibility = models.Public
		}
		if !visibility.Valid() || visibility == models.Direct {
			return models.Errorf(models.Invalid, "Validation failed: Visibility is not included in the list").On("visibility")
		}
		if err := c.mayBoost(ctx, tx, me, p); err != nil {
			return err
		}
		ask, err := c.mayDo(ctx, tx, me, p, models.ToAnnounce)
		if err != nil {
			return err
		}
		bid := tx.NewID()
		boost = &models.Post{ID: bid, Type: models.NoteType, AuthorID: me.ID, Local: true, State: models.Published, BoostOfID: p.ID,
			Visibility: p.Visibility.Narrower(visibility), LocalOnly: p.LocalOnly, Version: 1, CreatedAt: bid.Time(), URI: c.URLs.Post(me.URI, bid)}
		boost.URL = boost.URI
		added, err := c.putBoost(ctx, tx, me, boost, p)
		if err == nil && added && ask {
			err = tx.SetApproval(ctx, models.Approval{PostID: boost.ID, State: models.ApprovalAsked})
		}
		return err
	})
	return boost, err
}

// mayBoost says whether me may boost a post: what is for everyone, what is for
// the members inside the chapter, and one's own for one's followers.
func (c *Chapter) mayBoost(ctx context.Context, tx *store.Tx, me *models.Account, p *models.Post) error {
	switch {
	case p.Visibility.Open(), p.IsMembers(), p.Visibility == models.Private && p.AuthorID == me.ID:
		return c.mayAnswer(ctx, tx, me.ID, p)
	}
	return store404
}

// putBoost stores a boost, ours or another server's. It reports false if the
// account boosted the post before.
func (c *Chapter) putBoost(ctx context.Context, tx *store.Tx, by *models.Account, boost, p *models.Post) (bool, error) {
	added, err := tx.AddPost(ctx, boost, "")
	if err != nil || !added {
		return false, err
	}
	if !shows(by) {
		if err := tx.CountPost(ctx, p.ID, models.PostStats{Boosts: 1}); err != nil {
			return false, err
		}
	}
	if err := count(ctx, tx, boost, 1); err != nil {
		return false, err
	}
	if err := tx.AddHome(ctx, boost); err != nil {
		return false, err
	}
	if !shows(by) {
		if err := c.notify(ctx, tx, models.Notification{AccountID: p.AuthorID, Type: models.NotifyBoost, FromID: by.ID, PostID: p.ID}); err != nil {
			return false, err
		}
	}
	federates := boost.Leaves()
	if federates && shows(by) && p.Local { // nobody but followers has to hear of it
		if federates, err = tx.FollowedFromElsewhere(ctx, []models.ID{by.ID}); err != nil {
			return false, err
		}
	}
	return true, tx.Leave(ctx, models.Event{Kind: models.PostBoosted, AccountID: by.ID, TargetID: p.AuthorID, PostID: boost.ID, Federates: federates})
}

// shows says whether boosts of an account are how a Group of ours, the chapter
// or a theme, shows what belongs to it. That is no news to the author, and is
// counted with what people found worth boosting by nobody.
func shows(by *models.Account) bool { return by.Local() && by.Type == models.Group }

// Unboost takes a boost back and returns the original.
func (c *Chapter) Unboost(ctx context.Context, me *models.Account, id models.ID) (*models.Post, error) {
	return c.on(ctx, me, id, func(tx *store.Tx, p *models.Post) error {
		boost, err := tx.BoostOf(ctx, me.ID, p.ID)
		if models.KindOf(err) == models.NotFound {
			return nil
		}
		if err != nil {
			return err
		}
		if err := tx.DeleteNotificationsOf(ctx, models.NotifyBoost, me.ID, p.AuthorID, p.ID); err != nil {
			return err
		}
		return c.remove(ctx, tx, me, boost)
	})
}

// Bookmark keeps a post on one's own shelf; nobody is told.
func (c *Chapter) Bookmark(ctx context.Context, me *models.Account, id models.ID) (*models.Post, error) {
	return c.on(ctx, me, id, func(tx *store.Tx, p *models.Post) error {
		return tx.SetBookmark(ctx, tx.NewID(), me.ID, p.ID, true)
	})
}

// Unbookmark takes a post off one's shelf.
func (c *Chapter) Unbookmark(ctx context.Context, me *models.Account, id models.ID) (*models.Post, error) {
	return c.on(ctx, me, id, func(tx *store.Tx, p *models.Post) error {
		return tx.SetBookmark(ctx, 0, me.ID, p.ID, false)
	})
}

// MuteThread ends notifications of a post's thread.
func (c *Chapter) MuteThread(ctx context.Context, me *models.Account, id models.ID) (*models.Post, error) {
	return c.on(ctx, me, id, func(tx *store.Tx, p *models.Post) error { return tx.SetThreadMute(ctx, me.ID, p.ThreadID, true) })
}

// UnmuteThread lets notifications of a post's thread come again.
func (c *Chapter) UnmuteThread(ctx context.Context, me *models.Account, id models.ID) (*models.Post, error) {
	return c.on(ctx, me, id, func(tx *store.Tx, p *models.Post) error { return tx.SetThreadMute(ctx, me.ID, p.ThreadID, false) })
}

// MaxPins is how many posts a profile shows first.
const MaxPins = 5

// Pin shows a post of one's own first on one's profile.
func (c *Chapter) Pin(ctx context.Context, me *models.Account, id models.ID) (*models.Post, error) {
	return c.on(ctx, me, id, func(tx *store.Tx, p *models.Post) error {
		switch {
		case p.AuthorID != me.ID:
			return models.Errorf(models.Invalid, "Validation failed: Someone else's post cannot be pinned")
		case p.Visibility == models.Direct:
			return models.Errorf(models.Invalid, "Validation failed: Posts that are only visible to mentioned users cannot be pinned")
		case !p.PinnedAt.IsZero():
			return nil
		}
		pinned, err := tx.AccountPosts(ctx, viewer(ctx, tx, me.ID), me.ID, store.AccountFilter{Pinned: true}, store.Page{Limit: MaxPins})
		if err != nil {
			return err
		}
		if len(pinned) >= MaxPins {
			return models.Errorf(models.Invalid, "Validation failed: You have already pinned the maximum number of posts")
		}
		return c.setPinned(ctx, tx, me, p, tx.Now())
	})
}

// Unpin takes a post off the top of one's profile.
func (c *Chapter) Unpin(ctx context.Context, me *models.Account, id models.ID) (*models.Post, error) {
	return c.on(ctx, me, id, func(tx *store.Tx, p *models.Post) error {
		if p.AuthorID != me.ID || p.PinnedAt.IsZero() {
			return nil
		}
		return c.setPinned(ctx, tx, me, p, time.Time{})
	})
}

func (c *Chapter) setPinned(ctx context.Context, tx *store.Tx, me *models.Account, p *models.Post, at time.Time) error {
	if err := tx.SetPinned(ctx, p.ID, at); err != nil {
		return err
	}
	kind := models.PostPinned
	if at.IsZero() {
		kind = models.PostUnpinned
	}
	return tx.Leave(ctx, models.Event{Kind: kind, AccountID: me.ID, PostID: p.ID, Federates: p.Leaves() && p.Visibility.Open()})
}
