package chapter

import (
	"context"
	"strings"
	"time"

	"atelier/models"
	"atelier/models/store"
	"atelier/models/text"
)

// SaveDraft keeps what me is writing, as it is: half a note is a draft too.
// With id 0 it makes a new draft, else it changes that one.
func (c *Chapter) SaveDraft(ctx context.Context, me *models.Account, id models.ID, d Draft) (*models.Post, error) {
	if d.Practice != nil && !d.Practice.Kind.Valid() {
		return nil, models.Errorf(models.Invalid, "A practice note is an experience, a story, a tool or an approach.").On("kind")
	}
	p := &models.Post{Type: models.NoteType, AuthorID: me.ID, Local: true, State: models.Draft, Visibility: d.Visibility, LocalOnly: d.LocalOnly != nil && *d.LocalOnly,
		Format: d.Format, Source: d.Source, Title: strings.TrimSpace(d.Title), Warning: d.Warning, Sensitive: d.Sensitive, Language: d.Language,
		QuotePolicy: d.Quotes, Practice: d.Practice, Version: 1}
	if !p.Visibility.Valid() {
		p.Visibility, p.LocalOnly = models.Private, true
	}
	if d.Practice != nil {
		p.Type, p.Format, p.Source = models.ArticleType, models.Markdown, d.Practice.Markdown()
	}
	if p.Format == "" {
		p.Format = models.PlainText
	}
	if len(p.Source) > 4*MaxPractice || len(p.Title) > 4*maxTitle {
		return nil, models.Errorf(models.Invalid, "This is too long to be kept as a draft.")
	}
	if d.Summary != "" {
		p.Summary = text.Render(d.Summary, models.PlainText, text.Env{})
	}
	err := c.Store.Write(ctx, func(tx *store.Tx) error {
		if id == 0 {
			p.ID = tx.NewID()
			p.CreatedAt, p.ThreadID = p.ID.Time(), p.ID
			p.URI = c.URLs.Post(me.URI, p.ID)
			p.URL = p.URI
			p.Media = nil
			if err := c.attachDraft(ctx, tx, me, d, p); err != nil {
				return err
			}
			if _, err := tx.AddPost(ctx, p, ""); err != nil {
				return err
			}
			return tx.AttachMedia(ctx, p.ID, mediaIDs(p.Media))
		}
		old, err := ownUnfinished(ctx, tx, me, id)
		if err != nil {
			return err
		}
		p.ID, p.URI, p.URL, p.CreatedAt, p.ThreadID, p.EditedAt = old.ID, old.URI, old.URL, old.CreatedAt, old.ThreadID, tx.Now()
		p.Media = nil
		if err := c.attachDraft(ctx, tx, me, d, p); err != nil {
			return err
		}
		if err := tx.AttachMedia(ctx, p.ID, mediaIDs(p.Media)); err != nil {
			return err
		}
		return tx.SetPost(ctx, p, "")
	})
	return p, err
}

// attachDraft gives a draft its files, so that nobody tidies them away.
func (c *Chapter) attachDraft(ctx context.Context, tx *store.Tx, me *models.Account, d Draft, p *models.Post) error {
	files, err := tx.MediaOf(ctx, me.ID, d.Media)
	if err != nil {
		return err
	}
	for _, f := range files {
		if f.PostID == 0 || f.PostID == p.ID {
			p.Media = append(p.Media, *f)
		}
	}
	return nil
}

// ownUnfinished returns a draft or waiting post of me.
func ownUnfinished(ctx context.Context, tx *store.Tx, me *models.Account, id models.ID) (*models.Post, error) {
	p, err := tx.PostByID(ctx, id)
	if err != nil {
		return nil, err
	}
	if p.AuthorID != me.ID || p.State == models.Published {
		return nil, store404
	}
	return p, nil
}

// PublishDraft puts out a draft, as d now says it. The draft becomes a new
// post: its place is where it was put out, not where it was begun.
func (c *Chapter) PublishDraft(ctx context.Context, me *models.Account, id models.ID, d Draft) (*models.Post, error) {
	old, err := c.Store.PostByID(ctx, id)
	if err != nil {
		return nil, err
	}
	if old.AuthorID != me.ID || old.State == models.Published {
		return nil, store404
	}
	out, err := c.composeFrom(ctx, me, d, old)
	if err != nil {
		return nil, err
	}
	return out.post, c.putOut(ctx, me, out, d, id)
}

// composeFrom composes what takes a draft's place: its files are its own.
func (c *Chapter) composeFrom(ctx context.Context, me *models.Account, d Draft, old *models.Post) (*composed, error) {
	media := d.Media
	d.Media = nil
	out, err := c.compose(ctx, me, d)
	if err != nil {
		return nil, err
	}
	out.post.ID = old.ID
	if err := c.attach(ctx, me, media, out.post); err != nil {
		return nil, err
	}
	out.post.ID = 0
	return out, nil
}

// wait stores a post in the departure lounge: until it leaves, only its author
// reads it.
func (c *Chapter) wait(ctx context.Context, tx *store.Tx, out *composed) error {
	p := out.post
	if _, err := tx.AddPost(ctx, p, ""); err != nil {
		return err
	}
	if err := tx.AttachMedia(ctx, p.ID, mediaIDs(p.Media)); err != nil {
		return err
	}
	return c.Later(ctx, tx, JobDepart, p.ID.String(), nil, p.LeavesAt)
}

// Recall takes a post back from the departure lounge: it is a draft again.
func (c *Chapter) Recall(ctx context.Context, me *models.Account, id models.ID) (*models.Post, error) {
	var p *models.Post
	err := c.Store.Write(ctx, func(tx *store.Tx) (err error) {
		if p, err = ownUnfinished(ctx, tx, me, id); err != nil {
			return err
		}
		p.State, p.LeavesAt = models.Draft, time.Time{}
		return tx.SetPost(ctx, p, "")
	})
	return p, err
}

// SendNow lets a post leave the departure lounge at once.
func (c *Chapter) SendNow(ctx context.Context, me *models.Account, id models.ID) (*models.Post, error) {
	p, err := c.Store.PostByID(ctx, id)
	if err != nil {
		return nil, err
	}
	if p.AuthorID != me.ID || p.State != models.Waiting {
		return nil, store404
	}
	return c.depart(ctx, me, p)
}

func (c *Chapter) departJob(ctx context.Context, j *models.Job) error {
	p, err := c.Store.PostByID(ctx, models.ParseID(j.Key))
	if err != nil {
		return err
	}
	if p.State != models.Waiting || c.Store.Now().Before(p.LeavesAt) {
		return nil // recalled, or sent by hand
	}
	me, err := c.Store.Account(ctx, p.AuthorID)
	if err != nil {
		return err
	}
	_, err = c.depart(ctx, me, p)
	return err
}

// depart publishes a waiting post.
func (c *Chapter) depart(ctx context.Context, me *models.Account, p *models.Post) (*models.Post, error) {
	here := p.LocalOnly
	d := Draft{Format: p.Format, Source: p.Source, Visibility: p.Visibility, LocalOnly: &here, Warning: p.Warning, Sensitive: p.Sensitive, Language: p.Language,
		Media: mediaIDs(p.Media), Quotes: p.QuotePolicy, Practice: p.Practice, Title: p.Title, Summary: text.PlainText(p.Summary), AppID: p.AppID}
	out, err := c.composeFrom(ctx, me, d, p)
	if err != nil {
		return nil, err
	}
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		now, err := tx.PostByID(ctx, p.ID)
		if err != nil {
			return err
		}
		if now.State != models.Waiting {
			return models.Errorf(models.Conflict, "It has left already, or was recalled.")
		}
		if err := c.address(ctx, tx, me, out.post, p.ID); err != nil {
			return err
		}
		with, err := companyOf(ctx, tx, p.ID, out.post)
		if err != nil {
			return err
		}
		if err := tx.DeletePost(ctx, p.ID); err != nil {
			return err
		}
		if _, err := c.put(ctx, tx, me, out); err != nil {
			return err
		}
		return with.join(ctx, tx, out.post)
	})
	return out.post, err
}
