package chapter

import (
	"context"
	"slices"
	"strings"

	"atelier/models"
	"atelier/models/store"
	"atelier/models/text"
)

// What a member may keep.
const (
	MaxLists     = 100
	maxListTitle = 200 // characters
	fillList     = 40  // posts that an account brings into a list
)

// SetList stores a list of me: a new one if it has no id.
func (c *Chapter) SetList(ctx context.Context, me *models.Account, l *models.List) error {
	l.Title = strings.TrimSpace(l.Title)
	switch {
	case l.Title == "":
		return models.Errorf(models.Invalid, "Validation failed: Title can't be blank").On("title")
	case len([]rune(l.Title)) > maxListTitle:
		return models.Errorf(models.Invalid, "Validation failed: Title is too long (maximum is %d characters)", maxListTitle).On("title")
	case !l.Replies.Valid():
		return models.Errorf(models.Invalid, "Validation failed: Replies policy is not included in the list").On("replies_policy")
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		if l.ID == 0 {
			have, err := tx.Lists(ctx, me.ID, MaxLists)
			if err != nil {
				return err
			}
			if len(have) >= MaxLists {
				return models.Errorf(models.Invalid, "Validation failed: You may have %d lists at most", MaxLists)
			}
			l.ID, l.AccountID, l.CreatedAt = tx.NewID(), me.ID, tx.Now()
		} else if _, err := tx.List(ctx, me.ID, l.ID); err != nil {
			return err
		}
		return tx.SetList(ctx, l)
	})
}

// DeleteList deletes a list of me.
func (c *Chapter) DeleteList(ctx context.Context, me *models.Account, id models.ID) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		deleted, err := tx.DeleteList(ctx, me.ID, id)
		if err == nil && !deleted {
			return store404
		}
		return err
	})
}

// AddToList puts accounts that me follows into a list of me.
func (c *Chapter) AddToList(ctx context.Context, me *models.Account, listID models.ID, accounts []models.ID) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.List(ctx, me.ID, listID); err != nil {
			return err
		}
		v := viewer(ctx, tx, me.ID)
		for _, id := range accounts {
			f, err := tx.Follow(ctx, me.ID, id)
			if err != nil {
				return err
			}
			added, err := tx.AddToList(ctx, v, tx.NewID(), listID, f, fillList)
			if err != nil {
				return err
			}
			if !added {
				return models.Errorf(models.Invalid, "Validation failed: Account has already been taken")
			}
		}
		return nil
	})
}

// DropFromList takes accounts out of a list of me.
func (c *Chapter) DropFromList(ctx context.Context, me *models.Account, listID models.ID, accounts []models.ID) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.List(ctx, me.ID, listID); err != nil {
			return err
		}
		for _, id := range accounts {
			if err := tx.DropFromList(ctx, listID, id); err != nil {
				return err
			}
		}
		return nil
	})
}

// FollowTag brings public posts with a tag into me's home, or ends that. With
// a tag that names a theme the theme is followed.
func (c *Chapter) FollowTag(ctx context.Context, me *models.Account, name string, follows bool) (store.Tag, error) {
	return c.withTag(ctx, name, func(tx *store.Tx, t store.Tag) error {
		if err := tx.SetTagFollow(ctx, tx.NewID(), me.ID, t.ID, follows); err != nil {
			return err
		}
		return c.followThemeOf(ctx, tx, me, t, follows)
	})
}

// FeatureTag shows a tag on me's profile.
func (c *Chapter) FeatureTag(ctx context.Context, me *models.Account, name string) (store.Tag, error) {
	return c.withTag(ctx, name, func(tx *store.Tx, t store.Tag) error {
		have, err := tx.FeaturedTags(ctx, me.ID)
		if err != nil {
			return err
		}
		added, err := tx.AddFeaturedTag(ctx, tx.NewID(), me.ID, t.ID)
		switch {
		case err != nil:
			return err
		case !added:
			return models.Errorf(models.Invalid, "Validation failed: Tag has already been taken")
		case len(have) >= MaxFeaturedTags:
			return models.Errorf(models.Invalid, "Validation failed: You have already featured the maximum number of hashtags")
		}
		return c.tellOfTag(ctx, tx, me, models.TagFeatured, t)
	})
}

// UnfeatureTag takes a tag off me's profile.
func (c *Chapter) UnfeatureTag(ctx context.Context, me *models.Account, tagID models.ID) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		have, err := tx.FeaturedTags(ctx, me.ID)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(have, func(f store.FeaturedTag) bool { return f.Tag.ID == tagID })
		if i < 0 {
			return store404
		}
		if _, err := tx.DropFeaturedTag(ctx, me.ID, tagID); err != nil {
			return err
		}
		return c.tellOfTag(ctx, tx, me, models.TagUnfeatured, have[i].Tag)
	})
}

func (c *Chapter) tellOfTag(ctx context.Context, tx *store.Tx, me *models.Account, kind models.EventKind, t store.Tag) error {
	return tx.Leave(ctx, models.Event{Kind: kind, AccountID: me.ID, Data: jsonOf(models.ShownTag{Label: t.Label}), Federates: me.Local()})
}

// withTag does something with the tag called name, which is made if it is new.
func (c *Chapter) withTag(ctx context.Context, name string, do func(*store.Tx, store.Tag) error) (store.Tag, error) {
	name = strings.TrimPrefix(strings.TrimSpace(name), "#")
	if found := text.Scan("#"+name, models.PlainText).Hashtags; len(found) != 1 || found[0].Name != name {
		return store.Tag{}, models.Errorf(models.Invalid, "Validation failed: Tag is invalid").On("name")
	}
	var t store.Tag
	err := c.Store.Write(ctx, func(tx *store.Tx) (err error) {
		if t, err = tx.MakeTag(ctx, name, tx.NewID()); err != nil {
			return err
		}
		return do(tx, t)
	})
	return t, err
}

// converse makes a direct post the last of the conversations that members have
// about its thread.
func (c *Chapter) converse(ctx context.Context, tx *store.Tx, p *models.Post) error {
	if p.Visibility != models.Direct || p.BoostOfID != 0 || p.ThreadID == 0 {
		return nil
	}
	in := []models.ID{p.AuthorID}
	for _, m := range p.Mentions {
		if m.AccountID != 0 && m.AccountID != p.AuthorID {
			in = append(in, m.AccountID)
		}
	}
	for _, id := range in {
		if _, err := tx.Member(ctx, id); models.KindOf(err) == models.NotFound {
			continue
		} else if err != nil {
			return err
		}
		muted, err := tx.Hides(ctx, id, p.AuthorID)
		if err != nil {
			return err
		}
		if muted {
			continue
		}
		conversation, err := tx.ContinueConversation(ctx, tx.NewID(), id, p, id != p.AuthorID)
		if err != nil {
			return err
		}
		if err := tx.Leave(ctx, models.Event{Kind: models.Conversed, AccountID: id, TargetID: conversation, PostID: p.ID}); err != nil {
			return err
		}
	}
	return nil
}

// ReadConversation marks a conversation of me as read, or unread.
func (c *Chapter) ReadConversation(ctx context.Context, me *models.Account, id models.ID, unread bool) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.Conversation(ctx, me.ID, id); err != nil {
			return err
		}
		return tx.ReadConversation(ctx, me.ID, id, unread)
	})
}

// DeleteConversation takes a conversation off the list of me.
func (c *Chapter) DeleteConversation(ctx context.Context, me *models.Account, id models.ID) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		deleted, err := tx.DeleteConversation(ctx, me.ID, id)
		if err == nil && !deleted {
			return store404
		}
		return err
	})
}
