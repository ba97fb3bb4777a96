package chapter

import (
	"context"
	"strings"
	"time"

	"atelier/models"
	"atelier/models/store"
	"atelier/models/text"
)

// maxAnnouncement is how long an announcement may be, in characters.
const maxAnnouncement = 5000

// maxReactions is how many different emoji an announcement may have.
const maxReactions = 8

// SaveAnnouncement stores a message to all members, new (without an id) or
// changed, in the name of a steward. With publish it is shown from now on;
// published again after a change it is new to everybody.
func (c *Chapter) SaveAnnouncement(ctx context.Context, by models.Viewer, a models.Announcement, publish bool) (*models.Announcement, error) {
	if !by.IsSteward() {
		return nil, errStewards
	}
	a.Source = strings.TrimSpace(a.Source)
	switch {
	case a.Source == "":
		return nil, models.Errorf(models.Invalid, "Write something first.").On("text")
	case len([]rune(a.Source)) > maxAnnouncement:
		return nil, models.Errorf(models.Invalid, "An announcement may have %d characters at most.", maxAnnouncement).On("text")
	case !a.EndsAt.IsZero() && a.EndsAt.Before(a.StartsAt):
		return nil, models.Errorf(models.Invalid, "It cannot end before it begins.").On("ends")
	}
	a.HTML = text.SanitizePost(text.Render(a.Source, models.Markdown, text.Env{TagURL: c.URLs.TagPage}))
	var out *models.Announcement
	err := c.Store.Write(ctx, func(tx *store.Tx) error {
		now := tx.Now()
		n := a
		if n.ID == 0 {
			n.ID, n.By, n.CreatedAt, n.PublishedAt = tx.NewID(), by.AccountID, now, time.Time{}
		} else {
			old, err := tx.Announcement(ctx, 0, n.ID)
			if err != nil {
				return err
			}
			n.By, n.CreatedAt, n.PublishedAt = old.By, old.CreatedAt, old.PublishedAt
		}
		n.UpdatedAt = now
		if publish {
			if n.PublishedAt.IsZero() {
				n.PublishedAt = now
			}
			if err := tx.ForgetAnnouncementReads(ctx, n.ID); err != nil {
				return err
			}
		}
		if err := tx.SetAnnouncement(ctx, &n); err != nil {
			return err
		}
		if err := logDeed(ctx, tx, by, models.LogEntry{Deed: models.DeedAnnounce, Subject: n.ID.String()}); err != nil {
			return err
		}
		out = &n
		if n.PublishedAt.IsZero() {
			return nil
		}
		return tx.Leave(ctx, models.Event{Kind: models.Announced, Data: []byte(n.ID.String())})
	})
	return out, err
}

// DeleteAnnouncement takes an announcement away, in the name of a steward.
func (c *Chapter) DeleteAnnouncement(ctx context.Context, by models.Viewer, id models.ID) error {
	if !by.IsSteward() {
		return errStewards
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		deleted, err := tx.DeleteAnnouncement(ctx, id)
		if err != nil {
			return err
		}
		if !deleted {
			return store404
		}
		if err := logDeed(ctx, tx, by, models.LogEntry{Deed: models.DeedAnnounceGone, Subject: id.String()}); err != nil {
			return err
		}
		return tx.Leave(ctx, models.Event{Kind: models.AnnouncedGone, Data: []byte(id.String())})
	})
}

// announced returns an announcement that members see.
func announced(ctx context.Context, tx *store.Tx, me, id models.ID) (*models.Announcement, error) {
	a, err := tx.Announcement(ctx, me, id)
	if err == nil && a.PublishedAt.IsZero() {
		err = store404
	}
	return a, err
}

// DismissAnnouncement notes that me has read an announcement.
func (c *Chapter) DismissAnnouncement(ctx context.Context, me *models.Account, id models.ID) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		if _, err := announced(ctx, tx, me.ID, id); err != nil {
			return err
		}
		return tx.ReadAnnouncement(ctx, me.ID, id)
	})
}

// ReactToAnnouncement adds me's reaction with an emoji to an announcement, or
// takes it back. Doing it twice is no error.
func (c *Chapter) ReactToAnnouncement(ctx context.Context, me *models.Account, id models.ID, emoji string, on bool) error {
	if on && !text.IsEmoji(emoji) {
		return models.Errorf(models.Invalid, "Validation failed: Name is not a recognized emoji").On("name")
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		a, err := announced(ctx, tx, me.ID, id)
		if err != nil {
			return err
		}
		count, kinds := 0, len(a.Reactions)
		for _, r := range a.Reactions {
			if r.Name == emoji {
				count, kinds = r.Count, kinds-1
			}
		}
		if on && kinds >= maxReactions {
			return models.Errorf(models.Invalid, "Validation failed: Limit of different reactions reached")
		}
		changed, err := tx.SetAnnouncementReaction(ctx, me.ID, id, emoji, on)
		if err != nil || !changed {
			return err
		}
		if on {
			count++
		} else {
			count--
		}
		return tx.Leave(ctx, models.Event{Kind: models.AnnouncedReact, Data: jsonOf(models.AnnouncementReacted{ID: id, Name: emoji, Count: count})})
	})
}
