package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"atelier/models"
)

func scanScheduled(rows *sql.Rows) (*models.ScheduledPost, error) {
	p := &models.ScheduledPost{}
	var draft, params string
	err := rows.Scan(&p.ID, &p.AccountID, millis{&p.DueAt}, &draft, &params, millis{&p.CreatedAt})
	p.Draft, p.Params = []byte(draft), []byte(params)
	return p, err
}

const scheduledColumns = `s.id, s.account_id, s.due_at, s.draft, s.params, s.created_at`

// AddScheduled stores a post that leaves later.
func (q queries) AddScheduled(ctx context.Context, p *models.ScheduledPost) error {
	_, err := q.exec(ctx, `INSERT INTO scheduled_posts (id, account_id, due_at, draft, params, created_at) VALUES (?, ?, ?, ?, ?, ?)`,
		p.ID, p.AccountID, p.DueAt, string(p.Draft), string(p.Params), p.CreatedAt)
	if err != nil {
		return fmt.Errorf("schedule a post: %w", err)
	}
	return nil
}

// ScheduledPosts returns a page of an account's posts that leave later.
func (q queries) ScheduledPosts(ctx context.Context, accountID models.ID, p Page) ([]*models.ScheduledPost, error) {
	return pageOf(ctx, q, scanScheduled, p, "s.id", `SELECT `+scheduledColumns+` FROM scheduled_posts s WHERE s.account_id = ?`, accountID)
}

// ScheduledPost returns one of an account's posts that leave later.
func (q queries) ScheduledPost(ctx context.Context, accountID, id models.ID) (*models.ScheduledPost, error) {
	return one(ctx, q, scanScheduled, `SELECT `+scheduledColumns+` FROM scheduled_posts s WHERE s.id = ? AND s.account_id = ?`, id, accountID)
}

// ScheduledByID returns a post that leaves later, whosever it is.
func (q queries) ScheduledByID(ctx context.Context, id models.ID) (*models.ScheduledPost, error) {
	return one(ctx, q, scanScheduled, `SELECT `+scheduledColumns+` FROM scheduled_posts s WHERE s.id = ?`, id)
}

// MoveScheduled changes when a post leaves.
func (q queries) MoveScheduled(ctx context.Context, id models.ID, due time.Time) error {
	_, err := q.exec(ctx, `UPDATE scheduled_posts SET due_at = ? WHERE id = ?`, due, id)
	return err
}

// DeleteScheduled forgets a post that was to leave later. It reports false if
// it was not there.
func (q queries) DeleteScheduled(ctx context.Context, id models.ID) (deleted bool, err error) {
	n, err := q.exec(ctx, `DELETE FROM scheduled_posts WHERE id = ?`, id)
	return n == 1, err
}

// KeepMedia lets loose files of an account be kept as if they had been
// uploaded at a moment to come.
func (q queries) KeepMedia(ctx context.Context, accountID models.ID, ids []models.ID, until time.Time) error {
	_, err := q.exec(ctx, `UPDATE media SET created_at = ? WHERE account_id = ? AND id {ids} AND post_id IS NULL`, until, accountID, ids)
	if err != nil {
		return fmt.Errorf("keep media: %w", err)
	}
	return nil
}

// PostponeJobByKey changes when the job of a kind with a key runs.
func (q queries) PostponeJobByKey(ctx context.Context, kind, key string, at time.Time) error {
	_, err := q.exec(ctx, `UPDATE jobs SET run_at = ? WHERE kind = ? AND key = ?`, at, kind, key)
	return err
}

// DeleteJobByKey deletes the job of a kind with a key.
func (q queries) DeleteJobByKey(ctx context.Context, kind, key string) error {
	_, err := q.exec(ctx, `DELETE FROM jobs WHERE kind = ? AND key = ?`, kind, key)
	return err
}
