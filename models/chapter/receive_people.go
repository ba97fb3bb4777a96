package chapter

import (
	"context"
	"slices"

	"atelier/models"
	"atelier/models/store"
)

// ReceiveFollow takes in that the sender wants to follow an account of ours.
// Asked again, it is answered again.
func (c *Chapter) ReceiveFollow(ctx context.Context, a Activity, uri string, targetID models.ID) error {
	relay, err := c.IsRelay(ctx, a.Sender)
	if err != nil {
		return err
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		target, err := c.someone(ctx, tx, targetID)
		if err != nil {
			return err
		}
		if !target.Local() {
			return store404
		}
		f := &models.Follow{ID: tx.NewID(), AccountID: a.Sender.ID, TargetID: target.ID, URI: uri, State: models.FollowPending, Boosts: true, CreatedAt: a.at(tx)}
		if target.Type == models.Application && relay {
			return c.followedByRelay(ctx, tx, a.Sender, target, f)
		}
		refused := target.Type == models.Application || target.MovedTo != ""
		if !refused {
			if refused, err = tx.BlockedEitherWay(ctx, a.Sender.ID, target.ID); err != nil {
				return err
			}
		}
		if refused {
			return tx.Leave(ctx, models.Event{Kind: models.FollowRefused, AccountID: target.ID, TargetID: a.Sender.ID, Data: jsonOf(models.Deed{URI: uri}), Federates: true})
		}
		old, err := tx.Follow(ctx, a.Sender.ID, target.ID)
		if err != nil && models.KindOf(err) != models.NotFound {
			return err
		}
		if err != nil || old.URI != uri {
			if gone, err := tx.Gone(ctx, uri, a.Sender.URI); err != nil || gone {
				return err // it was undone before it came
			}
		}
		if err != nil {
			return c.ask(ctx, tx, a.Sender, target, f)
		}
		return c.askedAgain(ctx, tx, a, old, f)
	})
}

// askedAgain takes in a follow by the sender of whom it follows already: the
// other server forgot, or did not hear the answer, or what it asked first
// comes last. The follow keeps the later id.
func (c *Chapter) askedAgain(ctx context.Context, tx *store.Tx, a Activity, old, f *models.Follow) error {
	if old.URI != f.URI {
		if a.tooLate(old.CreatedAt) {
			return a.bury(ctx, tx, f.URI, "Follow")
		}
		if err := tx.DeleteFollow(ctx, old.ID); err != nil {
			return err
		}
		f.State = old.State
		if err := tx.SetFollow(ctx, f, false); err != nil {
			return err
		}
	}
	if old.State != models.FollowAccepted {
		return nil
	}
	return tx.Leave(ctx, models.Event{Kind: models.FollowAnswered, AccountID: f.TargetID, TargetID: a.Sender.ID, Data: jsonOf(models.Deed{URI: f.URI}), Federates: true})
}

// ReceiveUnfollow takes in that the sender ended a follow: the one with the id
// uri, or of the account targetID.
func (c *Chapter) ReceiveUnfollow(ctx context.Context, a Activity, uri string, targetID models.ID) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		f, err := tx.FollowByURI(ctx, uri)
		if models.KindOf(err) == models.NotFound && targetID != 0 {
			if f, err = tx.Follow(ctx, a.Sender.ID, targetID); err == nil && a.tooLate(f.CreatedAt) {
				err = store404
			}
		}
		if models.KindOf(err) == models.NotFound || err == nil && !a.At.IsZero() {
			// The same Follow may come again, but for software that uses one id
			// for ever; that does not say when it asked.
			if berr := a.bury(ctx, tx, uri, "Follow"); berr != nil || err != nil {
				return berr
			}
		}
		if err != nil {
			return err
		}
		if f.AccountID != a.Sender.ID {
			return models.Errorf(models.Forbidden, "The follow is not the sender's.")
		}
		target, err := tx.Account(ctx, f.TargetID)
		if err != nil {
			return err
		}
		return c.unfollow(ctx, tx, a.Sender, target, f)
	})
}

// findFollow returns the follow of the sender by an account of ours: the one
// with the id uri, else, if the sender calls it by a name that is not ours, the
// one by followerID. An answer to a follow of ours that is over says nothing of
// a later one, which the sender may not even have heard of.
func (c *Chapter) findFollow(ctx context.Context, tx *store.Tx, a Activity, uri string, followerID models.ID) (*models.Follow, error) {
	f, err := tx.FollowByURI(ctx, uri)
	if models.KindOf(err) == models.NotFound && followerID != 0 && !c.URLs.Local(uri) {
		f, err = tx.Follow(ctx, followerID, a.Sender.ID)
	}
	if err != nil {
		return nil, err
	}
	if f.TargetID != a.Sender.ID {
		return nil, models.Errorf(models.Forbidden, "Only who is followed may answer a follow.")
	}
	return f, nil
}

// ReceiveAccept takes in that the sender lets an account of ours follow it.
func (c *Chapter) ReceiveAccept(ctx context.Context, a Activity, uri string, followerID models.ID) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		f, err := c.findFollow(ctx, tx, a, uri, followerID)
		if err != nil {
			return err
		}
		if f.State == models.FollowAccepted {
			return nil
		}
		follower, err := tx.Account(ctx, f.AccountID)
		if err != nil {
			return err
		}
		f.State = models.FollowAccepted
		if err := tx.SetFollow(ctx, f, follower.Local()); err != nil {
			return err
		}
		return c.accepted(ctx, tx, follower, a.Sender, f)
	})
}

// ReceiveReject takes in that the sender does not let an account of ours
// follow it, or no longer.
func (c *Chapter) ReceiveReject(ctx context.Context, a Activity, uri string, followerID models.ID) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		f, err := c.findFollow(ctx, tx, a, uri, followerID)
		if models.KindOf(err) == models.NotFound {
			return nil
		}
		if err != nil {
			return err
		}
		follower, err := tx.Account(ctx, f.AccountID)
		if err != nil {
			return err
		}
		return c.dropFollow(ctx, tx, follower, f)
	})
}

// ReceiveBlock takes in that the sender blocks an account of ours.
func (c *Chapter) ReceiveBlock(ctx context.Context, a Activity, uri string, targetID models.ID) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		target, err := tx.Account(ctx, targetID)
		if err != nil {
			return err
		}
		if gone, err := tx.Gone(ctx, uri, a.Sender.URI); err != nil || gone {
			return err
		}
		return c.block(ctx, tx, a.Sender, target, &models.Block{ID: tx.NewID(), AccountID: a.Sender.ID, TargetID: target.ID, URI: uri, CreatedAt: tx.Now()})
	})
}

// ReceiveUnblock takes in that the sender no longer blocks an account of ours.
func (c *Chapter) ReceiveUnblock(ctx context.Context, a Activity, uri string, targetID models.ID) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		target, err := tx.Account(ctx, targetID)
		if err != nil {
			return err
		}
		b, err := tx.Block(ctx, a.Sender.ID, target.ID)
		if models.KindOf(err) == models.NotFound {
			return tx.AddTombstone(ctx, uri, a.Sender.URI, "Block", false, tx.Now())
		}
		if err != nil {
			return err
		}
		return c.unblock(ctx, tx, a.Sender, target, b)
	})
}

// ReceiveAccount stores the profile of a remote account, new or known. The
// caller has read it from its own server. The account's server may have been
// built anew: whoever had the handle before under another id is gone then. That
// it moved is taken over when the other account says so too.
func (c *Chapter) ReceiveAccount(ctx context.Context, a *models.Account) (*models.Account, error) {
	return c.receiveAccount(ctx, a, false)
}

// ReceiveProfile is ReceiveAccount for what an account sent. What is older than
// what is here came late and changes nothing.
func (c *Chapter) ReceiveProfile(ctx context.Context, a *models.Account) (*models.Account, error) {
	return c.receiveAccount(ctx, a, true)
}

func (c *Chapter) receiveAccount(ctx context.Context, a *models.Account, sent bool) (*models.Account, error) {
	var stored *models.Account
	err := c.Store.Write(ctx, func(tx *store.Tx) error {
		now := *a
		now.FetchedAt = tx.Now()
		old, err := tx.AccountByURI(ctx, a.URI)
		switch {
		case err == nil && old.Local():
			return models.Errorf(models.Forbidden, "That account lives here.")
		case err == nil && sent && !a.UpdatedAt.IsZero() && a.UpdatedAt.Before(old.UpdatedAt):
			stored = old
			return nil
		case err == nil:
			now.ID, now.CreatedAt, now.Stats = old.ID, old.CreatedAt, old.Stats
			now.SuspendedAt, now.SilencedAt, now.SensitizedAt = old.SuspendedAt, old.SilencedAt, old.SensitizedAt
			now.MovedTo = old.MovedTo
			if !old.DeletedAt.IsZero() {
				return models.Errorf(models.Gone, "That account was deleted.")
			}
			keepPicture(&now.Avatar, old.Avatar)
			keepPicture(&now.Header, old.Header)
			now.Fields = slices.Clone(a.Fields)
			keepVerified(now.Fields, old.Fields)
		case models.KindOf(err) == models.NotFound:
			now.ID, now.MovedTo = tx.NewID(), ""
			if now.CreatedAt.IsZero() || now.CreatedAt.After(tx.Now()) {
				now.CreatedAt = tx.Now()
			}
			if err := ruleNewcomer(ctx, tx, &now); err != nil {
				return err
			}
		default:
			return err
		}
		if err := c.freeHandle(ctx, tx, &now); err != nil {
			return err
		}
		if err := c.claimMove(ctx, tx, &now, a.MovedTo); err != nil {
			return err
		}
		if old != nil {
			if _, err := tx.SetAccount(ctx, &now); err != nil {
				return err
			}
			if err := c.planVerifyElsewhere(ctx, tx, &now); err != nil {
				return err
			}
		} else if _, err := tx.AddAccount(ctx, &now); err != nil {
			return err
		}
		if stored, err = tx.AccountByURI(ctx, a.URI); err != nil {
			return err
		}
		stored.SaysMovedTo = a.MovedTo
		return tx.Leave(ctx, models.Event{Kind: models.AccountChanged, AccountID: stored.ID})
	})
	return stored, err
}

// keepPicture keeps our copy of a picture that did not change.
func keepPicture(now *models.Picture, old models.Picture) {
	if now.Remote == old.Remote {
		now.Key, now.Type = old.Key, old.Type
	}
}

func (c *Chapter) freeHandle(ctx context.Context, tx *store.Tx, a *models.Account) error {
	had, err := tx.AccountByHandle(ctx, a.Acct())
	if models.KindOf(err) == models.NotFound || err == nil && had.ID == a.ID {
		return nil
	}
	if err != nil {
		return err
	}
	if had.Local() {
		return models.Errorf(models.Forbidden, "That handle is of this server.")
	}
	had.Username += "." + had.ID.String()
	had.DeletedAt = tx.Now()
	_, err = tx.SetAccount(ctx, had)
	return err
}

// erasing is how many posts of a deleted account go in one transaction.
const erasing = 200

// ReceiveAccountDeleted takes in that the sender is gone: all that it wrote
// and did is deleted, and its id is remembered.
func (c *Chapter) ReceiveAccountDeleted(ctx context.Context, sender *models.Account) error {
	err := c.Store.Write(ctx, func(tx *store.Tx) error {
		a, err := tx.Account(ctx, sender.ID)
		if err != nil {
			return err
		}
		if a.Local() {
			return models.Errorf(models.Forbidden, "That account lives here.")
		}
		a.DeletedAt, a.Name, a.BioHTML, a.Fields, a.Avatar, a.Header = tx.Now(), "", "", nil, models.Picture{}, models.Picture{}
		if _, err := tx.SetAccount(ctx, a); err != nil {
			return err
		}
		if err := tx.AddTombstone(ctx, a.URI, a.URI, string(a.Type), false, tx.Now()); err != nil {
			return err
		}
		return c.cutTies(ctx, tx, a)
	})
	if err != nil {
		return err
	}
	return c.erasePosts(ctx, sender)
}

// cutTies ends all follows of and by an account that goes, and takes back what
// it did.
func (c *Chapter) cutTies(ctx context.Context, tx *store.Tx, a *models.Account) error {
	for page := (store.Page{Limit: 500}); ; {
		ties, err := tx.Ties(ctx, a.ID, page.Limit)
		if err != nil {
			return err
		}
		for _, f := range ties {
			follower := a
			if f.AccountID != a.ID {
				if follower, err = tx.Account(ctx, f.AccountID); err != nil {
					return err
				}
			}
			if err := c.dropFollow(ctx, tx, follower, f); err != nil {
				return err
			}
		}
		if len(ties) < page.Limit {
			break
		}
	}
	if err := tx.DeleteDeeds(ctx, a.ID); err != nil {
		return err
	}
	return tx.Leave(ctx, models.Event{Kind: models.AccountDeleted, AccountID: a.ID, Federates: a.Local()})
}

// erasePosts deletes all posts of an account, some at a time.
func (c *Chapter) erasePosts(ctx context.Context, a *models.Account) error {
	for {
		n := 0
		err := c.Store.Write(ctx, func(tx *store.Tx) error {
			ids, err := tx.PostIDsOf(ctx, a.ID, erasing)
			n = len(ids)
			if err != nil {
				return err
			}
			for _, id := range ids {
				p, err := tx.PostByID(ctx, id)
				if err != nil {
					return err
				}
				if err := c.remove(ctx, tx, a, p); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || n < erasing {
			return err
		}
	}
}
