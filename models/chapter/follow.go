package chapter

import (
	"context"
	"time"

	"atelier/models"
	"atelier/models/store"
)

// fillHome is how many posts of a newly followed account go into one's home.
const fillHome = 20

// FollowWish is how one wants to follow. What is nil stays as it is, or is as
// usual.
type FollowWish struct {
	Boosts    *bool
	Notify    *bool
	Languages []string
}

// Follow makes me follow an account. One who answers follows by hand is asked;
// whom me follows already only takes the new wishes.
func (c *Chapter) Follow(ctx context.Context, me *models.Account, targetID models.ID, wish FollowWish) error {
	if targetID == me.ID {
		return models.Errorf(models.Forbidden, "You cannot follow yourself.")
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		target, err := c.someone(ctx, tx, targetID)
		if err != nil {
			return err
		}
		if err := c.follow(ctx, tx, me, target, wish); err != nil {
			return err
		}
		return c.followTagOf(ctx, tx, me, target, true)
	})
}

func (c *Chapter) follow(ctx context.Context, tx *store.Tx, me, target *models.Account, wish FollowWish) error {
	if target.Type == models.Application || target.MovedTo != "" {
		return models.Errorf(models.Forbidden, "This account cannot be followed.")
	}
	blocked, err := tx.BlockedEitherWay(ctx, me.ID, target.ID)
	if err != nil {
		return err
	}
	if blocked {
		return models.Errorf(models.Forbidden, "This account cannot be followed.")
	}
	f, err := tx.Follow(ctx, me.ID, target.ID)
	if err == nil {
		wish.apply(f)
		return c.wished(ctx, tx, f)
	}
	if models.KindOf(err) != models.NotFound {
		return err
	}
	id := tx.NewID()
	f = &models.Follow{ID: id, AccountID: me.ID, TargetID: target.ID, URI: c.URLs.Follow(me.URI, id), State: models.FollowPending, Boosts: true, CreatedAt: tx.Now()}
	wish.apply(f)
	return c.ask(ctx, tx, me, target, f)
}

func (w FollowWish) apply(f *models.Follow) {
	set(&f.Boosts, w.Boosts)
	set(&f.Notify, w.Notify)
	if w.Languages != nil {
		f.Languages = w.Languages
	}
}

// someone returns an account that can be dealt with.
func (c *Chapter) someone(ctx context.Context, tx *store.Tx, id models.ID) (*models.Account, error) {
	a, err := tx.Account(ctx, id)
	if err != nil {
		return nil, err
	}
	if a.Suspended() || !a.DeletedAt.IsZero() {
		return nil, store404
	}
	return a, nil
}

func (c *Chapter) wished(ctx context.Context, tx *store.Tx, f *models.Follow) error {
	if err := tx.SetFollow(ctx, f, true); err != nil {
		return err
	}
	return tx.Leave(ctx, models.Event{Kind: models.RelationChanged, AccountID: f.AccountID, TargetID: f.TargetID})
}

// ask stores a new follow, ours or another server's, and answers it at once if
// the target lives here and does so.
func (c *Chapter) ask(ctx context.Context, tx *store.Tx, me, target *models.Account, f *models.Follow) error {
	if target.Local() && !target.Locked {
		f.State = models.FollowAccepted
	}
	if err := tx.SetFollow(ctx, f, me.Local()); err != nil {
		return err
	}
	switch {
	case !target.Local():
		return tx.Leave(ctx, models.Event{Kind: models.FollowAsked, AccountID: me.ID, TargetID: target.ID, Data: jsonOf(models.Deed{URI: f.URI}), Federates: true})
	case target.Locked:
		return c.notify(ctx, tx, models.Notification{AccountID: target.ID, Type: models.NotifyFollowRequest, FromID: me.ID})
	}
	if err := c.notify(ctx, tx, models.Notification{AccountID: target.ID, Type: models.NotifyFollow, FromID: me.ID}); err != nil {
		return err
	}
	return c.accepted(ctx, tx, me, target, f)
}

// accepted does what follows from an accepted follow: counts, the home of a
// follower here, the answer to one elsewhere.
func (c *Chapter) accepted(ctx context.Context, tx *store.Tx, follower, target *models.Account, f *models.Follow) error {
	if err := c.countFollow(ctx, tx, f, 1); err != nil {
		return err
	}
	if follower.Local() {
		if err := tx.FillHome(ctx, viewer(ctx, tx, follower.ID), target.ID, fillHome); err != nil {
			return err
		}
		if err := tx.Leave(ctx, models.Event{Kind: models.RelationChanged, AccountID: follower.ID, TargetID: target.ID}); err != nil {
			return err
		}
		if !target.Local() {
			if err := c.planVerify(ctx, tx, target); err != nil {
				return err
			}
		}
	}
	return tx.Leave(ctx, models.Event{Kind: models.FollowAnswered, AccountID: target.ID, TargetID: follower.ID,
		Data: jsonOf(models.Deed{URI: f.URI}), Federates: target.Local() && !follower.Local()})
}

func (c *Chapter) countFollow(ctx context.Context, tx *store.Tx, f *models.Follow, n int) error {
	if err := tx.CountAccount(ctx, f.AccountID, models.AccountStats{Following: n}); err != nil {
		return err
	}
	return tx.CountAccount(ctx, f.TargetID, models.AccountStats{Followers: n})
}

// Unfollow ends a follow or takes back the wish for one. Doing it twice is no
// error.
func (c *Chapter) Unfollow(ctx context.Context, me *models.Account, targetID models.ID) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		target, err := tx.Account(ctx, targetID)
		if err != nil {
			return err
		}
		if err := c.unfollowAny(ctx, tx, me, target); err != nil {
			return err
		}
		return c.followTagOf(ctx, tx, me, target, false)
	})
}

// unfollowAny ends a follow, if there is one.
func (c *Chapter) unfollowAny(ctx context.Context, tx *store.Tx, me, target *models.Account) error {
	f, err := tx.Follow(ctx, me.ID, target.ID)
	if models.KindOf(err) == models.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	return c.unfollow(ctx, tx, me, target, f)
}

// unfollow deletes a follow at the follower's wish.
func (c *Chapter) unfollow(ctx context.Context, tx *store.Tx, me, target *models.Account, f *models.Follow) error {
	if err := c.dropFollow(ctx, tx, me, f); err != nil {
		return err
	}
	for _, t := range []models.NotificationType{models.NotifyFollow, models.NotifyFollowRequest} {
		if err := tx.DeleteNotificationsOf(ctx, t, me.ID, target.ID, 0); err != nil {
			return err
		}
	}
	return tx.Leave(ctx, models.Event{Kind: models.FollowEnded, AccountID: me.ID, TargetID: target.ID,
		Data: jsonOf(models.Deed{URI: f.URI}), Federates: me.Local() && !target.Local()})
}

// dropFollow deletes a follow whoever wished it.
func (c *Chapter) dropFollow(ctx context.Context, tx *store.Tx, follower *models.Account, f *models.Follow) error {
	if err := tx.DeleteFollow(ctx, f.ID); err != nil {
		return err
	}
	if f.State == models.FollowAccepted {
		if err := c.countFollow(ctx, tx, f, -1); err != nil {
			return err
		}
	}
	if !follower.Local() {
		return nil
	}
	if err := tx.ClearHome(ctx, follower.ID, f.TargetID); err != nil {
		return err
	}
	return tx.Leave(ctx, models.Event{Kind: models.RelationChanged, AccountID: follower.ID, TargetID: f.TargetID})
}

// AnswerFollow accepts or refuses the follow of me that waits.
func (c *Chapter) AnswerFollow(ctx context.Context, me *models.Account, fromID models.ID, accept bool) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		f, err := tx.Follow(ctx, fromID, me.ID)
		if err != nil {
			return err
		}
		if f.State != models.FollowPending {
			return store404
		}
		from, err := tx.Account(ctx, fromID)
		if err != nil {
			return err
		}
		if err := tx.DeleteNotificationsOf(ctx, models.NotifyFollowRequest, fromID, me.ID, 0); err != nil {
			return err
		}
		if !accept {
			return c.refuse(ctx, tx, me, from, f)
		}
		f.State = models.FollowAccepted
		if err := tx.SetFollow(ctx, f, from.Local()); err != nil {
			return err
		}
		return c.accepted(ctx, tx, from, me, f)
	})
}

// refuse ends a follow of me at my wish, and tells the follower's server.
func (c *Chapter) refuse(ctx context.Context, tx *store.Tx, me, from *models.Account, f *models.Follow) error {
	if err := c.dropFollow(ctx, tx, from, f); err != nil {
		return err
	}
	return tx.Leave(ctx, models.Event{Kind: models.FollowRefused, AccountID: me.ID, TargetID: from.ID,
		Data: jsonOf(models.Deed{URI: f.URI}), Federates: me.Local() && !from.Local()})
}

// RemoveFollower makes somebody stop following me. Doing it twice is no error.
func (c *Chapter) RemoveFollower(ctx context.Context, me *models.Account, fromID models.ID) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		from, err := tx.Account(ctx, fromID)
		if err != nil {
			return err
		}
		f, err := tx.Follow(ctx, from.ID, me.ID)
		if models.KindOf(err) == models.NotFound {
			return nil
		}
		if err != nil {
			return err
		}
		return c.refuse(ctx, tx, me, from, f)
	})
}

// Block ends everything between me and an account: follows both ways, what it
// wrote in my home, its notifications. It cannot read me any more.
func (c *Chapter) Block(ctx context.Context, me *models.Account, targetID models.ID) error {
	if targetID == me.ID {
		return models.Errorf(models.Forbidden, "You cannot block yourself.")
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		target, err := tx.Account(ctx, targetID)
		if err != nil {
			return err
		}
		id := tx.NewID()
		return c.block(ctx, tx, me, target, &models.Block{ID: id, AccountID: me.ID, TargetID: target.ID, URI: c.URLs.Block(me.URI, id), CreatedAt: tx.Now()})
	})
}

// block stores a block, ours or another server's.
func (c *Chapter) block(ctx context.Context, tx *store.Tx, me, target *models.Account, b *models.Block) error {
	added, err := tx.SetBlock(ctx, b)
	if err != nil || !added {
		return err
	}
	if err := c.partEach(ctx, tx, me.ID, target.ID); err != nil {
		return err
	}
	if f, err := tx.Follow(ctx, me.ID, target.ID); err == nil {
		if err := c.unfollow(ctx, tx, me, target, f); err != nil {
			return err
		}
	}
	if f, err := tx.Follow(ctx, target.ID, me.ID); err == nil {
		if err := c.refuse(ctx, tx, me, target, f); err != nil {
			return err
		}
	}
	if me.Local() {
		if err := tx.ClearHome(ctx, me.ID, target.ID); err != nil {
			return err
		}
		if err := tx.DropHeldBack(ctx, me.ID, target.ID); err != nil {
			return err
		}
		if err := tx.DeleteNotificationsFrom(ctx, me.ID, target.ID); err != nil {
			return err
		}
	}
	return tx.Leave(ctx, models.Event{Kind: models.AccountBlocked, AccountID: me.ID, TargetID: target.ID,
		Data: jsonOf(models.Deed{URI: b.URI}), Federates: me.Local() && !target.Local()})
}

// Unblock ends a block. Doing it twice is no error.
func (c *Chapter) Unblock(ctx context.Context, me *models.Account, targetID models.ID) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		target, err := tx.Account(ctx, targetID)
		if err != nil {
			return err
		}
		b, err := tx.Block(ctx, me.ID, target.ID)
		if models.KindOf(err) == models.NotFound {
			return nil
		}
		if err != nil {
			return err
		}
		return c.unblock(ctx, tx, me, target, b)
	})
}

func (c *Chapter) unblock(ctx context.Context, tx *store.Tx, me, target *models.Account, b *models.Block) error {
	if err := tx.DeleteBlock(ctx, b.ID); err != nil {
		return err
	}
	return tx.Leave(ctx, models.Event{Kind: models.AccountUnblock, AccountID: me.ID, TargetID: target.ID,
		Data: jsonOf(models.Deed{URI: b.URI}), Federates: me.Local() && !target.Local()})
}

// Mute hides an account from me; it is not told. span 0 is until it is taken
// back.
func (c *Chapter) Mute(ctx context.Context, me *models.Account, targetID models.ID, notifications bool, span time.Duration) error {
	if targetID == me.ID {
		return models.Errorf(models.Forbidden, "You cannot mute yourself.")
	}
	if span < 0 {
		return models.Errorf(models.Invalid, "A mute cannot end before it begins.").On("duration")
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		target, err := tx.Account(ctx, targetID)
		if err != nil {
			return err
		}
		m := &models.Mute{ID: tx.NewID(), AccountID: me.ID, TargetID: target.ID, Notifications: notifications, CreatedAt: tx.Now()}
		if span > 0 {
			m.ExpiresAt = tx.Now().Add(span)
		}
		if err := tx.SetMute(ctx, m); err != nil {
			return err
		}
		if err := tx.ClearHome(ctx, me.ID, target.ID); err != nil {
			return err
		}
		return tx.Leave(ctx, models.Event{Kind: models.RelationChanged, AccountID: me.ID, TargetID: target.ID})
	})
}

// Unmute ends a mute; what a followed account wrote lately comes home again.
func (c *Chapter) Unmute(ctx context.Context, me *models.Account, targetID models.ID) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		target, err := tx.Account(ctx, targetID)
		if err != nil {
			return err
		}
		if err := tx.DeleteMute(ctx, me.ID, target.ID); err != nil {
			return err
		}
		if f, err := tx.Follow(ctx, me.ID, target.ID); err == nil && f.State == models.FollowAccepted {
			if err := tx.FillHome(ctx, viewer(ctx, tx, me.ID), target.ID, fillHome); err != nil {
				return err
			}
		}
		return tx.Leave(ctx, models.Event{Kind: models.RelationChanged, AccountID: me.ID, TargetID: target.ID})
	})
}

// maxAccountNote is how long a private note about somebody may be, in
// characters.
const maxAccountNote = 2000

// SetAccountNote keeps what me writes for itself about an account; ""
// deletes it.
func (c *Chapter) SetAccountNote(ctx context.Context, me *models.Account, targetID models.ID, note string) error {
	if len([]rune(note)) > maxAccountNote {
		return models.Errorf(models.Invalid, "Validation failed: Comment is too long (maximum is %d characters)", maxAccountNote).On("comment")
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.Account(ctx, targetID); err != nil {
			return err
		}
		return tx.SetAccountNote(ctx, me.ID, targetID, note)
	})
}

// DismissNotification deletes one notification of me; with id 0 all.
func (c *Chapter) DismissNotification(ctx context.Context, me *models.Account, id models.ID) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error { return tx.DeleteNotification(ctx, me.ID, id) })
}

// SetMarker keeps how far me has read a timeline.
func (c *Chapter) SetMarker(ctx context.Context, me *models.Account, timeline, lastRead string) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error { return tx.SetMarker(ctx, me.ID, timeline, lastRead) })
}
