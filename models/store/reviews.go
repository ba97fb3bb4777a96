package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"atelier/models"
)

// Nothing of a review but the mark, which is the post's, is anybody's but the
// author's, the readers' and the stewards'.

const reviewColumns = `r.id, r.post_id, r.state, r.asked_by, r.asked_at, r.version, r.marked_at`

func scanReview(rows *sql.Rows) (*models.Review, error) {
	r := &models.Review{}
	return r, rows.Scan(&r.ID, &r.PostID, &r.State, &r.AskedBy, millis{&r.AskedAt}, &r.Version, millis{&r.MarkedAt})
}

// AddReview stores that a note shall be reviewed. It reports false if that is
// asked for already.
func (q queries) AddReview(ctx context.Context, r *models.Review) (added bool, err error) {
	n, err := q.exec(ctx, `INSERT INTO reviews (id, post_id, state, asked_by, asked_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		r.ID, r.PostID, r.State, r.AskedBy, r.AskedAt)
	if err != nil {
		return false, fmt.Errorf("ask for a review of post %d: %w", r.PostID, err)
	}
	return n == 1, nil
}

// SetReview stores where a review stands.
func (q queries) SetReview(ctx context.Context, r *models.Review) error {
	_, err := q.exec(ctx, `UPDATE reviews SET state = ?, version = ?, marked_at = ? WHERE id = ?`, r.State, r.Version, r.MarkedAt, r.ID)
	if err != nil {
		return fmt.Errorf("change review %d: %w", r.ID, err)
	}
	return nil
}

// EndMarks ends the reviews whose mark a note has.
func (q queries) EndMarks(ctx context.Context, postID models.ID) error {
	_, err := q.exec(ctx, `UPDATE reviews SET state = 'ended' WHERE post_id = ? AND state = 'marked'`, postID)
	if err != nil {
		return fmt.Errorf("end the marks of post %d: %w", postID, err)
	}
	return nil
}

// newest is the newest review of a note.
const newest = `SELECT ` + reviewColumns + ` FROM reviews r JOIN posts p ON p.id = r.post_id WHERE r.id = (SELECT MAX(id) FROM reviews WHERE post_id = ?)`

// NewestReview returns the newest review of a note, whoever may read it: for
// verbs, never for an answer.
func (q queries) NewestReview(ctx context.Context, postID models.ID) (*models.Review, error) {
	return q.review(ctx, newest, postID)
}

// Review returns the newest review of a note that the viewer may read, if the
// viewer is its author, one of its readers, or a steward.
func (q queries) Review(ctx context.Context, v models.Viewer, postID models.ID) (*models.Review, error) {
	rule, args := visible(v)
	text, args := newest+` AND`+rule, append([]any{postID}, args...)
	if !v.IsSteward() {
		text += ` AND (p.account_id = ? OR EXISTS (SELECT 1 FROM review_readers x` + ableReaders + ` WHERE x.review_id = r.id AND x.account_id = ?` + ableToRead + didNotWrite + `))`
		args = append(args, v.AccountID, v.AccountID)
	}
	return q.review(ctx, text, args...)
}

func (q queries) review(ctx context.Context, text string, args ...any) (*models.Review, error) {
	r, err := one(ctx, q, scanReview, text, args...)
	if err != nil {
		return nil, err
	}
	return r, q.withReaders(ctx, []*models.Review{r})
}

// Who was shut out, left or became a guest reads no more.
const (
	ableReaders = ` JOIN reviews rx ON rx.id = x.review_id JOIN accounts a ON a.id = x.account_id JOIN members m ON m.account_id = x.account_id`
	ableToRead  = ` AND a.suspended_at = 0 AND a.deleted_at = 0 AND m.state = 'active' AND m.role <> 'guest'`
	didNotWrite = ` AND NOT EXISTS (SELECT 1 FROM coauthors w WHERE w.post_id = rx.post_id AND w.account_id = x.account_id AND w.state = 'accepted')`
)

// withReaders reads who reads what reviews are about.
func (q queries) withReaders(ctx context.Context, found []*models.Review) error {
	byID, ids := map[models.ID]*models.Review{}, []models.ID{}
	for _, r := range found {
		byID[r.ID], ids = r, append(ids, r.ID)
	}
	if len(ids) == 0 {
		return nil
	}
	_, err := list(ctx, q, func(rows *sql.Rows) (x models.Reader, err error) {
		var of models.ID
		if err := rows.Scan(&of, &x.AccountID, millis{&x.NamedAt}, &x.Verdict, &x.Words, &x.Version, millis{&x.SaidAt}); err != nil {
			return x, err
		}
		byID[of].Readers = append(byID[of].Readers, x)
		return x, nil
	}, `SELECT x.review_id, x.account_id, x.named_at, x.verdict, x.words, x.version, x.said_at FROM review_readers x`+ableReaders+`
		WHERE x.review_id {ids}`+ableToRead+didNotWrite+` ORDER BY x.id`, ids)
	if err != nil {
		return fmt.Errorf("read who reviews: %w", err)
	}
	return nil
}

// OpenReviews returns the reviews that are asked for, the oldest first, of
// notes that the viewer may read.
func (q queries) OpenReviews(ctx context.Context, v models.Viewer, limit int) ([]*models.Review, error) {
	rule, args := visible(v)
	found, err := list(ctx, q, scanReview, `SELECT `+reviewColumns+` FROM reviews r JOIN posts p ON p.id = r.post_id
		WHERE r.state = 'open' AND`+rule+` ORDER BY r.id LIMIT ?`, append(args, limit)...)
	if err != nil {
		return nil, fmt.Errorf("read open reviews: %w", err)
	}
	return found, q.withReaders(ctx, found)
}

// OldReviews returns the reviews whose mark is from before a moment, the
// oldest first, of notes that the viewer may read and that nobody has asked to
// look at again.
func (q queries) OldReviews(ctx context.Context, v models.Viewer, before time.Time, limit int) ([]*models.Review, error) {
	rule, args := visible(v)
	return list(ctx, q, scanReview, `SELECT `+reviewColumns+` FROM reviews r JOIN posts p ON p.id = r.post_id
		WHERE r.state = 'marked' AND r.marked_at < ? AND NOT EXISTS (SELECT 1 FROM reviews o WHERE o.post_id = r.post_id AND o.state = 'open') AND`+rule+`
		ORDER BY r.marked_at LIMIT ?`, append(append([]any{before}, args...), limit)...)
}

// AddReader names a reader of a review; one who is named stays as before.
func (q queries) AddReader(ctx context.Context, id, reviewID, accountID models.ID) error {
	_, err := q.exec(ctx, `INSERT INTO review_readers (id, review_id, account_id, named_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`, id, reviewID, accountID, q.now())
	if err != nil {
		return fmt.Errorf("name a reader: %w", err)
	}
	return nil
}

// ReadersBut returns who was named a reader of a review, able to read or not,
// but those with ids.
func (q queries) ReadersBut(ctx context.Context, reviewID models.ID, ids []models.ID) ([]models.ID, error) {
	return list(ctx, q, scanID, `SELECT account_id FROM review_readers WHERE review_id = ? AND NOT (account_id {ids}) ORDER BY id`, reviewID, ids)
}

// DeleteReader lets a reader go. What was said stays.
func (q queries) DeleteReader(ctx context.Context, reviewID, accountID models.ID) error {
	_, err := q.exec(ctx, `DELETE FROM review_readers WHERE review_id = ? AND account_id = ?`, reviewID, accountID)
	return err
}

// SetVerdict stores what a reader says of a note.
func (q queries) SetVerdict(ctx context.Context, reviewID models.ID, r models.Reader) error {
	_, err := q.exec(ctx, `UPDATE review_readers SET verdict = ?, words = ?, version = ?, said_at = ? WHERE review_id = ? AND account_id = ?`,
		r.Verdict, r.Words, r.Version, r.SaidAt, reviewID, r.AccountID)
	if err != nil {
		return fmt.Errorf("store a verdict: %w", err)
	}
	return nil
}

// PossibleReaders returns the members, by name, whom a steward can name to
// read a note for everyone or for the members: who did not write it, and is not
// asked to.
func (q queries) PossibleReaders(ctx context.Context, p *models.Post, limit int) ([]*models.Account, error) {
	return list(ctx, q, scanAccount, `SELECT `+accountColumns+`
		FROM members m JOIN accounts a ON a.id = m.account_id LEFT JOIN account_stats n ON n.account_id = a.id
		WHERE a.id <> ?`+ableToRead+`
			AND NOT EXISTS (SELECT 1 FROM coauthors w WHERE w.post_id = ? AND w.account_id = a.id)
			AND NOT EXISTS (SELECT 1 FROM blocks b WHERE (b.account_id = ? AND b.target_id = a.id) OR (b.account_id = a.id AND b.target_id = ?))
		ORDER BY LOWER(CASE WHEN a.name = '' THEN a.username ELSE a.name END), a.id LIMIT ?`, p.AuthorID, p.ID, p.AuthorID, p.AuthorID, limit)
}

// AddReviewComment stores what somebody says beside a paragraph.
func (q queries) AddReviewComment(ctx context.Context, x *models.ReviewComment) error {
	_, err := q.exec(ctx, `INSERT INTO review_comments (id, review_id, account_id, version, paragraph, quote, text, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		x.ID, x.ReviewID, x.AccountID, x.Version, x.Paragraph, x.Quote, x.Text, x.CreatedAt)
	if err != nil {
		return fmt.Errorf("add a comment to review %d: %w", x.ReviewID, err)
	}
	return nil
}

const reviewCommentColumns = `c.id, c.review_id, c.account_id, c.version, c.paragraph, c.quote, c.text, c.created_at`

func scanReviewComment(rows *sql.Rows) (*models.ReviewComment, error) {
	x := &models.ReviewComment{}
	return x, rows.Scan(&x.ID, &x.ReviewID, &x.AccountID, &x.Version, &x.Paragraph, &x.Quote, &x.Text, millis{&x.CreatedAt})
}

// ReviewComments returns what was said in a review, oldest first, but by who
// is suspended. The caller has read the review for its viewer.
func (q queries) ReviewComments(ctx context.Context, r *models.Review, limit int) ([]*models.ReviewComment, error) {
	return list(ctx, q, scanReviewComment, `SELECT `+reviewCommentColumns+` FROM review_comments c JOIN accounts a ON a.id = c.account_id
		WHERE c.review_id = ? AND a.suspended_at = 0 AND a.deleted_at = 0 ORDER BY c.id LIMIT ?`, r.ID, limit)
}

// CountReviewComments counts what an account said in a review.
func (q queries) CountReviewComments(ctx context.Context, reviewID, accountID models.ID) (n int, err error) {
	err = q.row(ctx, `SELECT COUNT(*) FROM review_comments WHERE review_id = ? AND account_id = ?`, []any{reviewID, accountID}, &n)
	return n, err
}

// DeleteReviewComment takes back what an account said in a review. It reports
// false if there is nothing.
func (q queries) DeleteReviewComment(ctx context.Context, reviewID, accountID, id models.ID) (deleted bool, err error) {
	n, err := q.exec(ctx, `DELETE FROM review_comments WHERE id = ? AND review_id = ? AND account_id = ?`, id, reviewID, accountID)
	return n == 1, err
}

// A Reading is what an account said in a review, and of which note.
type Reading struct {
	ID    models.ID // of the comment, or of having been named a reader
	Title string
	URI   string
	models.ReviewComment
	models.Verdict
}

// ReviewCommentsBy returns a page of what an account said beside paragraphs.
func (q queries) ReviewCommentsBy(ctx context.Context, accountID models.ID, p Page) ([]Reading, error) {
	return pageOf(ctx, q, func(rows *sql.Rows) (r Reading, err error) {
		return r, rows.Scan(&r.ID, &r.Title, &r.URI, &r.Version, &r.Quote, &r.Text, millis{&r.CreatedAt})
	}, p, "c.id", `SELECT c.id, p.title, p.uri, c.version, c.quote, c.text, c.created_at
		FROM review_comments c JOIN reviews r ON r.id = c.review_id JOIN posts p ON p.id = r.post_id WHERE c.account_id = ?`, accountID)
}

// VerdictsBy returns a page of what an account said of whole notes.
func (q queries) VerdictsBy(ctx context.Context, accountID models.ID, p Page) ([]Reading, error) {
	return pageOf(ctx, q, func(rows *sql.Rows) (r Reading, err error) {
		return r, rows.Scan(&r.ID, &r.Title, &r.URI, &r.Version, &r.Verdict, &r.Text, millis{&r.CreatedAt})
	}, p, "x.id", `SELECT x.id, p.title, p.uri, x.version, x.verdict, x.words, x.said_at
		FROM review_readers x JOIN reviews r ON r.id = x.review_id JOIN posts p ON p.id = r.post_id WHERE x.account_id = ? AND x.verdict <> ''`, accountID)
}
