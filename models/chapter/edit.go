package chapter

import (
	"context"
	"slices"
	"strings"
	"time"

	"atelier/models"
	"atelier/models/store"
	"atelier/models/text"
)

// updateGap is how far two Updates of one practice note are apart at least:
// other servers tell readers of each.
const updateGap = 15 * time.Minute

// Edit is what somebody changes in a post of theirs. What is nil stays as it
// is.
type Edit struct {
	Source    *string
	Warning   *string
	Sensitive *bool
	Language  *string
	Media     []models.ID // replaces the files; nil: they stay; empty: none
	MediaText map[models.ID]MediaText
	Poll      *NewPoll // other options than before end all votes
	Quotes    models.QuotePolicy

	Title    *string
	Summary  *string
	Practice *models.Practice

	Visibility models.Visibility // a practice note's scope may change; "": stays
	LocalOnly  *bool
	Reason     string // of this version, in one line
	Small      bool   // a note's small fix: the version is kept and marked, and others are not told
}

// MediaText is what a file says to those who do not see it, and where its
// middle is.
type MediaText struct {
	Description *string
	FocusX      float64 // -1 to 1
	FocusY      float64
	SetFocus    bool
}

// Edit changes a post of me. The version before is kept.
func (c *Chapter) Edit(ctx context.Context, me *models.Account, id models.ID, e Edit) (*models.Post, error) {
	old, err := c.Store.PostByID(ctx, id)
	if err != nil {
		return nil, err
	}
	if old.AuthorID != me.ID || old.BoostOfID != 0 || old.State != models.Published {
		return nil, store404
	}
	out, err := c.recompose(ctx, me, old, e)
	if err != nil {
		return nil, err
	}
	p := out.post
	out.small = e.Small && isSmall(old, p)
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		now, err := tx.PostByID(ctx, id)
		if err != nil {
			return err
		}
		if now.Version != old.Version {
			return models.Errorf(models.Conflict, "It was changed meanwhile. Look at it again before you change it.")
		}
		if err := c.describe(ctx, tx, me, p, e.MediaText); err != nil {
			return err
		}
		return c.replace(ctx, tx, now, out, e.Reason, me.ID)
	})
	return p, err
}

// isSmall says whether a change of a note may go untold: nobody is named who
// was not before, the same people read it, and it stands in the same places.
func isSmall(old, p *models.Post) bool {
	return p.Practice != nil && old.Visibility == p.Visibility && old.LocalOnly == p.LocalOnly &&
		slices.Equal(old.Practice.Themes, p.Practice.Themes) && slices.Equal(old.Tags, p.Tags) && !slices.ContainsFunc(p.Mentions, func(m models.Mention) bool {
		return !slices.ContainsFunc(old.Mentions, func(o models.Mention) bool { return o.URI == m.URI })
	})
}

// recompose makes the new version of a post.
func (c *Chapter) recompose(ctx context.Context, me *models.Account, old *models.Post, e Edit) (*composed, error) {
	here := old.LocalOnly
	d := Draft{Format: old.Format, Source: old.Source, Visibility: old.Visibility, LocalOnly: &here, Warning: old.Warning, Sensitive: old.Sensitive,
		Language: old.Language, Quotes: old.QuotePolicy, Title: old.Title, AppID: old.AppID}
	set(&d.Source, e.Source)
	set(&d.Warning, e.Warning)
	set(&d.Sensitive, e.Sensitive)
	set(&d.Language, e.Language)
	set(&d.Title, e.Title)
	if e.Quotes != "" {
		d.Quotes = e.Quotes
	}
	if old.Practice != nil {
		c.recomposePractice(&d, old, e)
	}
	if e.Poll != nil {
		d.Poll = e.Poll
	}
	files := len(old.Media)
	if e.Media != nil {
		files = len(e.Media)
	}
	d.wordless = files > 0 || old.Poll != nil || old.QuoteOfID != 0
	out, err := c.compose(ctx, me, d)
	if err != nil {
		return nil, err
	}
	p := out.post
	keep := *p
	*p = *old // the place in the thread, the ids, the counts stay
	p.Visibility, p.LocalOnly, p.GroupID = keep.Visibility, keep.LocalOnly, old.GroupID
	if old.Practice == nil {
		p.Visibility, p.LocalOnly = old.Visibility, old.LocalOnly
	} else if old.GroupID == 0 {
		p.GroupID = keep.GroupID
	}
	p.Source, p.HTML, p.Warning, p.Sensitive, p.Language = keep.Source, keep.HTML, keep.Warning, keep.Sensitive, keep.Language
	p.Mentions, p.Tags, p.QuotePolicy = keep.Mentions, keep.Tags, keep.QuotePolicy
	p.Practice, p.Title, p.Summary = keep.Practice, keep.Title, keep.Summary
	if old.Talk != nil && old.Talk.Title != "" {
		talk := *old.Talk
		if talk.Title, _ = text.SplitTitle(p.Source); talk.Title == "" {
			talk.Title = text.Excerpt(p.Source, maxTitle)
		}
		p.Talk = &talk
	}
	if e.Media != nil {
		p.Media = nil
		if err := c.attach(ctx, me, e.Media, p); err != nil {
			return nil, err
		}
	}
	if e.Poll != nil {
		p.Poll = keep.Poll
		if old.Poll != nil && slices.Equal(pollTitles(old.Poll), pollTitles(p.Poll)) && old.Poll.Multiple == p.Poll.Multiple {
			p.Poll.Options, p.Poll.Voters = old.Poll.Options, old.Poll.Voters
		}
	}
	p.Card = nil
	return out, nil
}

func (c *Chapter) recomposePractice(d *Draft, old *models.Post, e Edit) {
	pr := *old.Practice
	switch {
	case e.Practice != nil:
		pr = *e.Practice
	case e.Source != nil: // an app's: the whole note as one text
		pr.SetMarkdown(*e.Source)
	}
	d.Practice = &pr
	if e.Summary != nil {
		d.Summary = *e.Summary
	} else if summarize("", old.HTML) != old.Summary {
		d.Summary = text.PlainText(old.Summary) // somebody wrote it
	}
	if e.Visibility != "" {
		d.Visibility = e.Visibility
		here := e.LocalOnly != nil && *e.LocalOnly
		d.LocalOnly = &here
	}
}

func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

// describe changes what a post's files say.
func (c *Chapter) describe(ctx context.Context, tx *store.Tx, me *models.Account, p *models.Post, texts map[models.ID]MediaText) error {
	for i := range p.Media {
		t, ok := texts[p.Media[i].ID]
		if !ok {
			continue
		}
		f, err := tx.Media(ctx, me.ID, p.Media[i].ID)
		if err != nil {
			return err
		}
		if err := t.apply(f); err != nil {
			return err
		}
		if err := tx.SetMedia(ctx, f); err != nil {
			return err
		}
		p.Media[i] = *f
	}
	return nil
}

// replace stores a new version of a post, ours or another server's, and tells
// of it.
func (c *Chapter) replace(ctx context.Context, tx *store.Tx, old *models.Post, out *composed, reason string, by models.ID) error {
	p := out.post
	r := &models.Revision{ID: tx.NewID(), PostID: old.ID, Version: old.Version, Visibility: old.Visibility, LocalOnly: old.LocalOnly, AccountID: old.AuthorID, Title: old.Title, Summary: old.Summary,
		Warning: old.Warning, Sensitive: old.Sensitive, HTML: old.HTML, Source: old.Source, Practice: old.Practice, Media: old.Media, Poll: old.Poll, CreatedAt: old.CreatedAt}
	if !old.EditedAt.IsZero() {
		r.CreatedAt = old.EditedAt
	}
	r.Reason = old.Reason
	if old.Practice != nil {
		if err := asMarked(ctx, tx, r); err != nil {
			return err
		}
	}
	if err := tx.AddRevision(ctx, r); err != nil {
		return err
	}
	p.Version, p.Reason = old.Version+1, reason
	if err := markVersion(ctx, tx, p, by, out.small); err != nil {
		return err
	}
	if p.Local && !out.small { // what is not told keeps the time of what was
		p.EditedAt = tx.Now()
		p.UpdatedAt = p.EditedAt
	}
	if p.Local {
		if p.Practice != nil && old.Practice != nil {
			p.Practice.Reviewed = old.Practice.Reviewed.AfterEdit(p.Version, out.small) // an edit does not take the mark, or give one
			p.Practice.With = old.Practice.With                                         // nor does it name or drop anybody
		}
		if err := tx.AttachMedia(ctx, p.ID, mediaIDs(p.Media)); err != nil {
			return err
		}
	}
	if p.Local && p.Practice != nil && p.ForAll() && !old.ForAll() {
		if err := c.renameAddress(ctx, tx, p); err != nil {
			return err
		}
	}
	if err := tx.SetPost(ctx, p, out.search); err != nil {
		return err
	}
	if old.ForAll() != p.ForAll() || old.IsMembers() != p.IsMembers() {
		if err := count(ctx, tx, old, -1); err != nil {
			return err
		}
		if err := count(ctx, tx, p, 1); err != nil {
			return err
		}
	}
	if p.Local && p.Practice != nil {
		if err := c.recordThemes(ctx, tx, p, p.Practice.Themes); err != nil {
			return err
		}
		if !out.small {
			if err := c.tellReaders(ctx, tx, p); err != nil {
				return err
			}
		}
	}
	if !out.small {
		if err := c.notifyChanged(ctx, tx, old, out); err != nil {
			return err
		}
	}
	if old.IsMembers() && !p.IsMembers() || c.isAnnounced(ctx, p) {
		if err := c.plan(ctx, tx, p); err != nil {
			return err
		}
	} else if err := c.planCard(ctx, tx, p); err != nil {
		return err
	}
	if out.small {
		return tx.Leave(ctx, models.Event{Kind: models.PostEdited, AccountID: p.AuthorID, PostID: p.ID})
	}
	if err := c.tellOfEdit(ctx, tx, old, p); err != nil {
		return err
	}
	return c.show(ctx, tx, p)
}

// renameAddress gives a note that opens to everyone for the first time an address
// of its title now: the one it has tells of a title that was for the members.
func (c *Chapter) renameAddress(ctx context.Context, tx *store.Tx, p *models.Post) error {
	if strings.HasPrefix(p.Slug, text.Slug(p.Title)) {
		return nil
	}
	versions, err := tx.Revisions(ctx, viewer(ctx, tx, p.AuthorID), p.ID)
	if err != nil || slices.ContainsFunc(versions, func(r *models.Revision) bool { return r.Visibility.Open() && !r.LocalOnly }) {
		return err
	}
	if err := c.nameSlug(ctx, tx, p, p.ID); err != nil {
		return err
	}
	p.URL = c.URLs.PostPage(p)
	return nil
}

// tellOfEdit leaves the event of an edit, later if others heard of one just
// now. What was for the members and leaves now is new to others.
func (c *Chapter) tellOfEdit(ctx context.Context, tx *store.Tx, old, p *models.Post) error {
	e := models.Event{Kind: models.PostEdited, AccountID: p.AuthorID, PostID: p.ID, Federates: p.Leaves()}
	if p.Leaves() && !old.Leaves() {
		e.Kind = models.PostPublished
		return tx.Leave(ctx, e)
	}
	if e.Federates && p.Practice != nil && !old.ToldAt().IsZero() && tx.Now().Sub(old.ToldAt()) < updateGap {
		e.Federates = false
		if err := c.Later(ctx, tx, JobUpdate, p.ID.String(), nil, old.ToldAt().Add(updateGap)); err != nil {
			return err
		}
	}
	return tx.Leave(ctx, e)
}

func (c *Chapter) updateJob(ctx context.Context, j *models.Job) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		p, err := tx.PostByID(ctx, models.ParseID(j.Key))
		if err != nil {
			return err
		}
		if !p.Leaves() {
			return nil
		}
		return tx.Leave(ctx, models.Event{Kind: models.PostEdited, AccountID: p.AuthorID, PostID: p.ID, Federates: true})
	})
}

// notifyChanged tells whom the new version names for the first time, and who
// boosted the post that it changed.
func (c *Chapter) notifyChanged(ctx context.Context, tx *store.Tx, old *models.Post, out *composed) error {
	p := out.post
	for _, m := range p.Mentions {
		if m.Silent || m.AccountID == 0 || slices.ContainsFunc(old.Mentions, func(o models.Mention) bool { return o.AccountID == m.AccountID }) {
			continue
		}
		if err := c.notify(ctx, tx, models.Notification{AccountID: m.AccountID, Type: models.NotifyMention, FromID: p.AuthorID, PostID: p.ID}); err != nil {
			return err
		}
	}
	if old.HTML == p.HTML && old.Warning == p.Warning && old.Title == p.Title {
		return nil
	}
	boosters, err := tx.LocalBoosters(ctx, p.ID)
	if err != nil {
		return err
	}
	for _, id := range boosters {
		if err := c.notify(ctx, tx, models.Notification{AccountID: id, Type: models.NotifyUpdate, FromID: p.AuthorID, PostID: p.ID}); err != nil {
			return err
		}
	}
	return nil
}

// Delete deletes a post of me: a draft, a post, a boost. It returns what it
// was.
func (c *Chapter) Delete(ctx context.Context, me *models.Account, id models.ID) (*models.Post, error) {
	var p *models.Post
	err := c.Store.Write(ctx, func(tx *store.Tx) (err error) {
		if p, err = tx.PostByID(ctx, id); err != nil {
			return err
		}
		if p.AuthorID != me.ID {
			return store404
		}
		return c.remove(ctx, tx, me, p)
	})
	return p, err
}

// remove deletes a post, ours or another server's, and tells of it.
func (c *Chapter) remove(ctx context.Context, tx *store.Tx, author *models.Account, p *models.Post) error {
	if p.State != models.Published {
		return tx.DeletePost(ctx, p.ID)
	}
	gone, err := c.remains(ctx, tx, p)
	if err != nil {
		return err
	}
	if err := count(ctx, tx, p, -1); err != nil {
		return err
	}
	kind := models.PostDeleted
	if p.BoostOfID != 0 {
		kind = models.PostUnboosted
		if !shows(author) {
			if err := tx.CountPost(ctx, p.BoostOfID, models.PostStats{Boosts: -1}); err != nil {
				return err
			}
		}
	} else {
		if err := tx.UncountBoosts(ctx, p.ID); err != nil {
			return err
		}
		if !p.Local || p.Leaves() { // of what stayed here nobody elsewhere is told that it was
			if err := tx.AddTombstone(ctx, p.URI, author.URI, string(p.Type), p.Local, tx.Now()); err != nil {
				return err
			}
		}
	}
	if err := tx.RewindConversations(ctx, p.ID); err != nil {
		return err
	}
	if err := tx.DeletePost(ctx, p.ID); err != nil {
		return err
	}
	return tx.Leave(ctx, models.Event{Kind: kind, AccountID: author.ID, PostID: p.ID, Data: jsonOf(gone), Federates: p.Leaves() && author.DeletedAt.IsZero()})
}

// remains is what is known of a post after it went.
func (c *Chapter) remains(ctx context.Context, tx *store.Tx, p *models.Post) (models.DeletedPost, error) {
	d := models.DeletedPost{URI: p.URI, Type: p.Type, Visibility: p.Visibility, ThreadID: p.ThreadID, GroupID: p.GroupID, InReplyTo: p.InReplyToAuthorID,
		Mentions: p.Mentions, Tags: p.Tags, LocalOnly: p.LocalOnly, BoostOf: p.BoostOfID}
	if p.BoostOfID != 0 {
		if subject, err := tx.PostByID(ctx, p.BoostOfID); err == nil {
			d.SubjectURI = subject.URI
			d.Audience = []models.ID{subject.AuthorID}
		}
		return d, nil
	}
	var err error
	if p.Leaves() {
		d.Audience, err = tx.Interested(ctx, p.ID)
	}
	return d, err
}
