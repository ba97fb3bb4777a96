package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"atelier/models"
)

func scanCoAuthor(rows *sql.Rows) (*models.CoAuthor, error) {
	c := &models.CoAuthor{}
	return c, rows.Scan(&c.ID, &c.PostID, &c.AccountID, &c.State, millis{&c.InvitedAt}, millis{&c.AnsweredAt})
}

const coAuthorColumns = `x.id, x.post_id, x.account_id, x.state, x.invited_at, x.answered_at`

// CoAuthors returns who was asked to write a note with its author, in the
// order in which they were, but for those who cannot be seen. The caller has
// made sure that the viewer may know.
func (q queries) CoAuthors(ctx context.Context, postID models.ID) ([]*models.CoAuthor, error) {
	return list(ctx, q, scanCoAuthor, `SELECT `+coAuthorColumns+` FROM coauthors x JOIN accounts a ON a.id = x.account_id
		WHERE x.post_id = ? AND a.suspended_at = 0 AND a.deleted_at = 0 ORDER BY x.id`, postID)
}

// CoAuthor returns what an account has to do with a note as its co-author.
func (q queries) CoAuthor(ctx context.Context, postID, accountID models.ID) (*models.CoAuthor, error) {
	return one(ctx, q, scanCoAuthor, `SELECT `+coAuthorColumns+` FROM coauthors x WHERE x.post_id = ? AND x.account_id = ?`, postID, accountID)
}

// SetCoAuthor stores a co-author, in place of what was known of that one.
func (q queries) SetCoAuthor(ctx context.Context, c *models.CoAuthor) error {
	_, err := q.exec(ctx, `
		INSERT INTO coauthors (id, post_id, account_id, state, invited_at, answered_at) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (post_id, account_id) DO UPDATE SET state = excluded.state, answered_at = excluded.answered_at`,
		c.ID, c.PostID, c.AccountID, c.State, c.InvitedAt, c.AnsweredAt)
	if err != nil {
		return fmt.Errorf("store a co-author of post %d: %w", c.PostID, err)
	}
	return nil
}

// AcceptCoAuthor notes that who was asked said yes. It reports false if that is
// not so any more: the lead may have thought better of it.
func (q queries) AcceptCoAuthor(ctx context.Context, c *models.CoAuthor) (bool, error) {
	n, err := q.exec(ctx, `UPDATE coauthors SET state = 'accepted', answered_at = ? WHERE id = ? AND state = 'invited'`, c.AnsweredAt, c.ID)
	return n == 1, err
}

// DeleteCoAuthor ends what an account has to do with a note.
func (q queries) DeleteCoAuthor(ctx context.Context, postID, accountID models.ID) error {
	_, err := q.exec(ctx, `DELETE FROM coauthors WHERE post_id = ? AND account_id = ?`, postID, accountID)
	return err
}

// CoAuthorsBetween returns what two accounts have to do with each other's
// notes.
func (q queries) CoAuthorsBetween(ctx context.Context, a, b models.ID) ([]*models.CoAuthor, error) {
	return list(ctx, q, scanCoAuthor, `SELECT `+coAuthorColumns+` FROM coauthors x JOIN posts p ON p.id = x.post_id WHERE x.account_id = ? AND p.account_id = ?
		UNION ALL SELECT `+coAuthorColumns+` FROM coauthors x JOIN posts p ON p.id = x.post_id WHERE x.account_id = ? AND p.account_id = ?`, a, b, b, a)
}

// writtenWith is who may read a note before it is out, beside its author: a
// member who was asked to write it with them.
const writtenWith = ` (p.state <> 'published' AND NOT p.hidden AND NOT EXISTS (SELECT 1 FROM blocks vb WHERE vb.account_id = p.account_id AND vb.target_id = ?)
	AND EXISTS (SELECT 1 FROM coauthors vx WHERE vx.post_id = p.id AND vx.account_id = ?)) `

// PostWith returns the post with id if the viewer may read it, or was asked to
// write it with its author.
func (q queries) PostWith(ctx context.Context, v models.Viewer, id models.ID) (*models.Post, error) {
	p, err := q.Post(ctx, v, id)
	if models.KindOf(err) != models.NotFound || !v.IsMember() {
		return p, err
	}
	return one(ctx, q, scanPost, `SELECT `+postColumns+fromPosts+`WHERE p.id = ? AND`+writtenWith, id, v.AccountID, v.AccountID)
}

// UnfinishedWith returns notes of others that are not out yet and that the
// viewer was asked to write with them, newest first.
func (q queries) UnfinishedWith(ctx context.Context, v models.Viewer, limit int) ([]*models.Post, error) {
	if !v.IsMember() {
		return nil, nil
	}
	return list(ctx, q, scanPost, `SELECT `+postColumns+` FROM coauthors x JOIN posts p ON p.id = x.post_id LEFT JOIN post_stats s ON s.post_id = p.id
		WHERE x.account_id = ? AND`+writtenWith+`ORDER BY x.post_id DESC LIMIT ?`, v.AccountID, v.AccountID, v.AccountID, limit)
}

// CoAuthored returns the newest notes that an account is named in as a
// co-author, as far as the viewer may read them.
func (q queries) CoAuthored(ctx context.Context, v models.Viewer, accountID models.ID, limit int) ([]*models.Post, error) {
	rule, args := visible(v)
	return list(ctx, q, scanPost, `SELECT `+postColumns+` FROM coauthors x JOIN posts p ON p.id = x.post_id LEFT JOIN post_stats s ON s.post_id = p.id
		WHERE x.account_id = ? AND x.state = 'accepted' AND`+rule+`ORDER BY x.post_id DESC LIMIT ?`, slices.Concat([]any{accountID}, args, []any{limit})...)
}

// SetPractice stores a note's form, such as its mark or who is named in it, and
// when others hear of it; the text is as it was. It reports false, and changes
// nothing, if the note has another version by now.
func (q queries) SetPractice(ctx context.Context, p *models.Post) (set bool, err error) {
	n, err := q.exec(ctx, `UPDATE posts SET stamp = stamp + 1, practice = ?, updated_at = ? WHERE id = ? AND version = ?`, jsonText(p.Practice), p.UpdatedAt, p.ID, p.Version)
	if err != nil {
		return false, fmt.Errorf("change the form of post %d: %w", p.ID, err)
	}
	return n == 1, nil
}

// touchCoAuthored has the notes that an account is named in rendered anew.
func (q queries) touchCoAuthored(ctx context.Context, accountID models.ID) error {
	_, err := q.exec(ctx, `UPDATE posts SET stamp = stamp + 1 WHERE id IN (SELECT x.post_id FROM coauthors x WHERE x.account_id = ? AND x.state = 'accepted')`, accountID)
	return err
}

// Credited returns the people whom a note names beside its author, but for
// those who cannot be seen.
func (q queries) Credited(ctx context.Context, p *models.Post) ([]*models.Account, error) {
	with := p.Practice.Others()
	if len(with) == 0 {
		return nil, nil
	}
	found, err := q.Accounts(ctx, with)
	return p.Credited(found), err
}

// AddVersionMark stores what is not ordinary about a version of a note.
func (q queries) AddVersionMark(ctx context.Context, m models.VersionMark) error {
	_, err := q.exec(ctx, `INSERT INTO version_marks (post_id, version, account_id, small, created_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		m.PostID, m.Version, m.AccountID, m.Small, m.CreatedAt)
	if err != nil {
		return fmt.Errorf("mark version %d of post %d: %w", m.Version, m.PostID, err)
	}
	return nil
}

// VersionMarks returns what is not ordinary about versions of a note, by
// version. The caller has made sure that the note may be read.
func (q queries) VersionMarks(ctx context.Context, postID models.ID) (map[int]models.VersionMark, error) {
	found, err := list(ctx, q, func(rows *sql.Rows) (m models.VersionMark, err error) {
		return m, rows.Scan(&m.PostID, &m.Version, &m.AccountID, &m.Small, millis{&m.CreatedAt})
	}, `SELECT post_id, version, account_id, small, created_at FROM version_marks WHERE post_id = ?`, postID)
	if err != nil {
		return nil, fmt.Errorf("read how versions of post %d came about: %w", postID, err)
	}
	out := make(map[int]models.VersionMark, len(found))
	for _, m := range found {
		out[m.Version] = m
	}
	return out, nil
}

// SetContributors stores who a note from elsewhere names beside its author, in
// place of those before.
func (q queries) SetContributors(ctx context.Context, postID models.ID, ids []models.ID, newID func() models.ID, at time.Time) error {
	if _, err := q.exec(ctx, `DELETE FROM coauthors WHERE post_id = ?`, postID); err != nil {
		return fmt.Errorf("name the co-authors of post %d: %w", postID, err)
	}
	for _, id := range ids {
		c := &models.CoAuthor{ID: newID(), PostID: postID, AccountID: id, State: models.CoAuthorAccepted, InvitedAt: at, AnsweredAt: at}
		if err := q.SetCoAuthor(ctx, c); err != nil {
			return err
		}
	}
	return nil
}
