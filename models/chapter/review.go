package chapter

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"atelier/models"
	"atelier/models/store"
	"atelier/models/text"
)

// Limits on what a review holds.
const (
	maxRemark  = 3000 // characters of a comment
	maxVerdict = 500  // characters of the sentence with a verdict
	maxQuote   = 1000 // characters kept of the paragraph that a comment is about
	maxRemarks = 200  // comments of one person
	maxReaders = 1000 // members among whom a steward chooses
)

// Reviewable says whether a note can be reviewed: it is out, and the members
// may read it.
func Reviewable(p *models.Post) bool {
	return p.Local && p.Practice != nil && p.State == models.Published && (p.IsMembers() || p.Visibility.Open())
}

// AskForReview asks the stewards, in the name of a note's author, to have two
// members read it.
func (c *Chapter) AskForReview(ctx context.Context, me *models.Account, postID models.ID) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		p, err := tx.Post(ctx, viewer(ctx, tx, me.ID), postID)
		if err != nil {
			return err
		}
		if p.AuthorID != me.ID || !Reviewable(p) {
			return models.Errorf(models.Forbidden, "Authors ask for a review of a practice note of theirs that is out, for the members or for everyone.")
		}
		return c.openReview(ctx, tx, models.Viewer{AccountID: me.ID}, p)
	})
}

// openReview begins a review.
func (c *Chapter) openReview(ctx context.Context, tx *store.Tx, by models.Viewer, p *models.Post) error {
	r := &models.Review{ID: tx.NewID(), PostID: p.ID, State: models.ReviewOpen, AskedBy: by.AccountID, AskedAt: tx.Now()}
	added, err := tx.AddReview(ctx, r)
	if err != nil {
		return err
	}
	if !added {
		return models.Errorf(models.Conflict, "A review of it is asked for already.")
	}
	return logReview(ctx, tx, by, models.DeedReviewAsk, p, p.AuthorID, "")
}

// WithdrawReview takes the author's request for a review back.
func (c *Chapter) WithdrawReview(ctx context.Context, me *models.Account, postID models.ID) error {
	return c.changeReview(ctx, models.Viewer{AccountID: me.ID}, postID, func(tx *store.Tx, p *models.Post, r *models.Review) error {
		if p.AuthorID != me.ID {
			return models.Errorf(models.Forbidden, "Only the author can take the request back.")
		}
		r.State = models.ReviewWithdrawn
		if err := tx.SetReview(ctx, r); err != nil {
			return err
		}
		for _, reader := range r.Readers {
			if err := untellReader(ctx, tx, reader.AccountID, p); err != nil {
				return err
			}
		}
		return logReview(ctx, tx, models.Viewer{AccountID: me.ID}, models.DeedReviewGone, p, me.ID, "")
	})
}

// NameReaders says, in the name of a steward, which two members read a note
// for its review. Those named before who are not among them are let go. Of a
// note that was reviewed, it begins the next review.
func (c *Chapter) NameReaders(ctx context.Context, by models.Viewer, postID models.ID, readers []models.ID) error {
	if !by.IsSteward() {
		return errStewards
	}
	slices.Sort(readers)
	if readers = slices.Compact(readers); len(readers) != models.ReadersNeeded {
		return models.Errorf(models.Invalid, "Name two readers.").On("reader")
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		p, r, err := c.reviewed(ctx, tx, by, postID)
		if err != nil {
			return err
		}
		possible, err := tx.PossibleReaders(ctx, p, maxReaders)
		if err != nil {
			return err
		}
		for _, id := range readers {
			if !slices.ContainsFunc(possible, func(a *models.Account) bool { return a.ID == id }) {
				return models.Errorf(models.Invalid, "Readers are members who may read the note, and do not write it.").On("reader")
			}
		}
		if r.State != models.ReviewOpen {
			if r.State != models.ReviewMarked || !Reviewable(p) {
				return models.Errorf(models.Conflict, "Its author has not asked for a review.")
			}
			if err := c.openReview(ctx, tx, by, p); err != nil {
				return err
			}
			if r, err = tx.NewestReview(ctx, postID); err != nil {
				return err
			}
		}
		return c.setReaders(ctx, tx, by, p, r, readers)
	})
}

func (c *Chapter) setReaders(ctx context.Context, tx *store.Tx, by models.Viewer, p *models.Post, r *models.Review, readers []models.ID) error {
	gone, err := tx.ReadersBut(ctx, r.ID, readers)
	if err != nil {
		return err
	}
	for _, id := range gone {
		if err := tx.DeleteReader(ctx, r.ID, id); err != nil {
			return err
		}
		if err := untellReader(ctx, tx, id, p); err != nil {
			return err
		}
		if err := logReview(ctx, tx, by, models.DeedReaderGone, p, id, ""); err != nil {
			return err
		}
	}
	for _, id := range readers {
		if r.Reader(id) != nil {
			continue
		}
		if err := tx.AddReader(ctx, tx.NewID(), r.ID, id); err != nil {
			return err
		}
		if err := tellOfReview(ctx, tx, models.NotifyReadersNamed, id, by.AccountID, p); err != nil {
			return err
		}
		if err := logReview(ctx, tx, by, models.DeedReader, p, id, ""); err != nil {
			return err
		}
	}
	return nil
}

// Remark is what somebody says beside a paragraph.
type Remark struct {
	Version   int    // of the note that was read
	Paragraph string // key of a text.Block; "": about the whole note
	Text      string
}

// CommentInReview says something beside a paragraph of a note, in the name of
// a reader or the author. It stays with the words that were read.
func (c *Chapter) CommentInReview(ctx context.Context, me *models.Account, postID models.ID, m Remark) error {
	m.Text = strings.TrimSpace(m.Text)
	switch n := len([]rune(m.Text)); {
	case n == 0:
		return models.Errorf(models.Invalid, "Write something first.").On("text")
	case n > maxRemark:
		return models.Errorf(models.Invalid, "A comment may have %d characters at most.", maxRemark).On("text")
	}
	return c.changeReview(ctx, models.Viewer{AccountID: me.ID}, postID, func(tx *store.Tx, p *models.Post, r *models.Review) error {
		if p.AuthorID != me.ID && r.Reader(me.ID) == nil {
			return models.Errorf(models.Forbidden, "Only the author and the readers comment.")
		}
		n, err := tx.CountReviewComments(ctx, r.ID, me.ID)
		if err != nil {
			return err
		}
		if n >= maxRemarks {
			return models.Errorf(models.TooMany, "There is enough to think about. Talk to each other about the rest.").On("text")
		}
		quote, err := paragraphOf(ctx, tx, me, p, m)
		if err != nil {
			return err
		}
		return tx.AddReviewComment(ctx, &models.ReviewComment{ID: tx.NewID(), ReviewID: r.ID, AccountID: me.ID, Version: m.Version,
			Paragraph: m.Paragraph, Quote: quote, Text: m.Text, CreatedAt: tx.Now()})
	})
}

// paragraphOf is the paragraph that a remark is about, in the words of the
// version that was read.
func paragraphOf(ctx context.Context, tx *store.Tx, me *models.Account, p *models.Post, m Remark) (string, error) {
	html, known := p.HTML, m.Version == p.Version
	if !known {
		revisions, err := tx.Revisions(ctx, viewer(ctx, tx, me.ID), p.ID)
		if err != nil {
			return "", err
		}
		for _, rev := range revisions {
			if rev.Version == m.Version {
				html, known = rev.HTML, true
			}
		}
	}
	if m.Paragraph == "" && known {
		return "", nil
	}
	for _, b := range text.Blocks(html) {
		if known && b.Key == m.Paragraph {
			return text.Excerpt(b.Text, maxQuote), nil
		}
	}
	return "", models.Errorf(models.Conflict, "This paragraph is not there any more. Say it of the whole note.").On("text")
}

// TakeBackRemark deletes what me said in the review of a note.
func (c *Chapter) TakeBackRemark(ctx context.Context, me *models.Account, postID, id models.ID) error {
	return c.changeReview(ctx, models.Viewer{AccountID: me.ID}, postID, func(tx *store.Tx, _ *models.Post, r *models.Review) error {
		deleted, err := tx.DeleteReviewComment(ctx, r.ID, me.ID, id)
		if err == nil && !deleted {
			err = store404
		}
		return err
	})
}

// Judge says in the name of a reader whether a version of a note is ready.
func (c *Chapter) Judge(ctx context.Context, me *models.Account, postID models.ID, said models.Reader) error {
	said.Words = strings.TrimSpace(said.Words)
	switch {
	case said.Verdict.Words() == "":
		return models.Errorf(models.Invalid, "Please choose whether it is ready.").On("verdict")
	case said.Words == "":
		return models.Errorf(models.Invalid, "Please say why, in one sentence.").On("words")
	case len([]rune(said.Words)) > maxVerdict:
		return models.Errorf(models.Invalid, "That may have %d characters at most.", maxVerdict).On("words")
	}
	return c.changeReview(ctx, models.Viewer{AccountID: me.ID}, postID, func(tx *store.Tx, p *models.Post, r *models.Review) error {
		if r.Reader(me.ID) == nil {
			return models.Errorf(models.Forbidden, "Only its readers say whether it is ready.")
		}
		if said.Version != p.Version {
			return models.Errorf(models.Conflict, "It was changed while you read. Look at what is new, then say it again.").On("verdict")
		}
		said.AccountID, said.SaidAt = me.ID, tx.Now()
		if err := tx.SetVerdict(ctx, r.ID, said); err != nil {
			return err
		}
		return tellOfReview(ctx, tx, models.NotifyReviewSaid, p.AuthorID, me.ID, p)
	})
}

// MarkReviewed gives a note the chapter's mark, in the name of a steward, when
// both readers found the same version ready.
func (c *Chapter) MarkReviewed(ctx context.Context, by models.Viewer, postID models.ID) error {
	if !by.IsSteward() {
		return errStewards
	}
	group, err := c.Group(ctx)
	if err != nil {
		return err
	}
	return c.changeReview(ctx, by, postID, func(tx *store.Tx, p *models.Post, r *models.Review) error {
		if r.Version = r.ReadyVersion(); r.Version == 0 {
			return models.Errorf(models.Conflict, "Two readers have to find the same version ready first.")
		}
		if !Reviewable(p) {
			return models.Errorf(models.Conflict, "The note is no longer for all members.")
		}
		if err := tx.EndMarks(ctx, p.ID); err != nil {
			return err
		}
		r.State, r.MarkedAt = models.ReviewMarked, tx.Now()
		if err := tx.SetReview(ctx, r); err != nil {
			return err
		}
		mark := &models.Reviewed{By: group.URI, On: r.MarkedAt.Format(time.DateOnly), Version: r.Version}
		if err := c.setMark(ctx, tx, p, mark); err != nil {
			return err
		}
		if err := tellOfReview(ctx, tx, models.NotifyReviewMarked, p.AuthorID, by.AccountID, p); err != nil {
			return err
		}
		return logReview(ctx, tx, by, models.DeedMark, p, p.AuthorID, "")
	})
}

// TakeMarkBack takes the chapter's mark off a note, in the name of a steward.
func (c *Chapter) TakeMarkBack(ctx context.Context, by models.Viewer, postID models.ID, reason string) error {
	if !by.IsSteward() {
		return errStewards
	}
	reason = strings.TrimSpace(reason)
	if len([]rune(reason)) > maxVerdict {
		return models.Errorf(models.Invalid, "That may have %d characters at most.", maxVerdict).On("reason")
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		p, _, err := c.reviewed(ctx, tx, by, postID)
		if err != nil {
			return err
		}
		if p.Practice.Reviewed == nil {
			return models.Errorf(models.Conflict, "It has no mark.")
		}
		if err := tx.EndMarks(ctx, p.ID); err != nil {
			return err
		}
		if err := c.setMark(ctx, tx, p, nil); err != nil {
			return err
		}
		if err := tellOfReview(ctx, tx, models.NotifyReviewEnded, p.AuthorID, by.AccountID, p); err != nil {
			return err
		}
		return logReview(ctx, tx, by, models.DeedMarkGone, p, p.AuthorID, reason)
	})
}

// setMark gives a note a mark, or takes it.
func (c *Chapter) setMark(ctx context.Context, tx *store.Tx, p *models.Post, mark *models.Reviewed) error {
	old := *p
	p.Practice.Reviewed, p.UpdatedAt = mark, tx.Now()
	return c.reform(ctx, tx, &old, p)
}

// changeReview does something to the open review of a note. To who has nothing
// to do with it, it is not there.
func (c *Chapter) changeReview(ctx context.Context, by models.Viewer, postID models.ID, change func(*store.Tx, *models.Post, *models.Review) error) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		p, r, err := c.reviewed(ctx, tx, by, postID)
		if err != nil {
			return err
		}
		if r.State != models.ReviewOpen {
			return models.Errorf(models.Conflict, "The review is over.")
		}
		return change(tx, p, r)
	})
}

// reviewed reads a note and its newest review, for its author, its readers and
// the stewards.
func (c *Chapter) reviewed(ctx context.Context, tx *store.Tx, by models.Viewer, postID models.ID) (*models.Post, *models.Review, error) {
	by = viewer(ctx, tx, by.AccountID)
	r, err := tx.Review(ctx, by, postID)
	if err != nil {
		return nil, nil, err
	}
	p, err := tx.PostByID(ctx, postID)
	return p, r, err
}

// tellOfReview notifies somebody of a review, on pages only.
func tellOfReview(ctx context.Context, tx *store.Tx, what models.NotificationType, to, from models.ID, p *models.Post) error {
	if to == from {
		return nil
	}
	_, err := tx.AddNotification(ctx, &models.Notification{ID: tx.NewID(), AccountID: to, Type: what, FromID: from, PostID: p.ID, CreatedAt: tx.Now()})
	return err
}

// tellReaders tells those who said whether a note is ready that it has a new
// version.
func (c *Chapter) tellReaders(ctx context.Context, tx *store.Tx, p *models.Post) error {
	r, err := tx.NewestReview(ctx, p.ID)
	if models.KindOf(err) == models.NotFound || err == nil && r.State != models.ReviewOpen {
		return nil
	}
	if err != nil {
		return err
	}
	for _, reader := range r.Readers {
		if reader.Verdict == "" {
			continue
		}
		if err := tx.DeleteNotificationsAbout(ctx, models.NotifyReadAgain, reader.AccountID, p.ID); err != nil {
			return err
		}
		if err := tellOfReview(ctx, tx, models.NotifyReadAgain, reader.AccountID, p.AuthorID, p); err != nil {
			return err
		}
	}
	return nil
}

// untellReader takes back that somebody was asked to read a note.
func untellReader(ctx context.Context, tx *store.Tx, reader models.ID, p *models.Post) error {
	for _, what := range []models.NotificationType{models.NotifyReadersNamed, models.NotifyReadAgain} {
		if err := tx.DeleteNotificationsAbout(ctx, what, reader, p.ID); err != nil {
			return err
		}
	}
	return nil
}

func logReview(ctx context.Context, tx *store.Tx, by models.Viewer, deed models.StewardDeed, p *models.Post, about models.ID, reason string) error {
	return logDeed(ctx, tx, by, models.LogEntry{Deed: deed, AccountID: about, PostID: p.ID, Subject: p.Title, Reason: reason})
}

// reviews adds what the member said of notes before their review: that is
// its own text, though it belongs to notes of others.
func (a *archive) reviews() error {
	said, err := everyReading(a.ctx, a.me.ID, a.Store.VerdictsBy)
	if err != nil {
		return err
	}
	comments, err := everyReading(a.ctx, a.me.ID, a.Store.ReviewCommentsBy)
	if err != nil || len(said)+len(comments) == 0 {
		return err
	}
	return a.add("reviews.md", func(w io.Writer) error {
		for _, r := range append(said, comments...) {
			fmt.Fprintf(w, "## %s\n\n%s, version %d, %s\n\n", r.Title, r.URI, r.Version, r.CreatedAt.Format("2 January 2006"))
			if r.Quote != "" {
				fmt.Fprintf(w, "> %s\n\n", strings.ReplaceAll(r.Quote, "\n", "\n> "))
			}
			if r.Verdict != "" {
				fmt.Fprintf(w, "%s. ", r.Verdict.Words())
			}
			if _, err := fmt.Fprintf(w, "%s\n\n", r.Text); err != nil {
				return err
			}
		}
		return nil
	})
}

// everyReading reads all pages of what a member said in reviews.
func everyReading(ctx context.Context, by models.ID, read func(context.Context, models.ID, store.Page) ([]store.Reading, error)) (all []store.Reading, err error) {
	err = store.InPages(func(p store.Page) ([]store.Reading, error) { return read(ctx, by, p) },
		func(r store.Reading) models.ID { return r.ID },
		func(some []store.Reading) error { all = append(all, some...); return nil })
	return all, err
}
