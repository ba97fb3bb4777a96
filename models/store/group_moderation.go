package store

import (
	"context"
	"time"

	"atelier/models"
)

// SetLock closes the thread below a post, in the name of a Group, or opens it.
func (q queries) SetLock(ctx context.Context, postID, groupID models.ID, locked bool) error {
	if !locked {
		_, err := q.exec(ctx, `DELETE FROM thread_locks WHERE post_id = ? AND group_id = ?`, postID, groupID)
		return err
	}
	_, err := q.exec(ctx, `INSERT INTO thread_locks (post_id, group_id, locked_at) VALUES (?, ?, ?) ON CONFLICT (post_id) DO NOTHING`, postID, groupID, q.now())
	return err
}

// Locked says whether a post, or the first of its thread, was closed to answers.
func (q queries) Locked(ctx context.Context, postID, threadID models.ID) (bool, error) {
	return q.exists(ctx, `SELECT 1 FROM thread_locks WHERE post_id {ids} LIMIT 1`, []models.ID{postID, threadID})
}

// SetBan says that an account may not write in a Group until a moment, the
// zero time for ever.
func (q queries) SetBan(ctx context.Context, groupID, accountID models.ID, until time.Time) error {
	_, err := q.exec(ctx, `
		INSERT INTO group_bans (group_id, account_id, ends_at) VALUES (?, ?, ?)
		ON CONFLICT (group_id, account_id) DO UPDATE SET ends_at = excluded.ends_at`, groupID, accountID, until)
	return err
}

// DropBan lets an account write in a Group again.
func (q queries) DropBan(ctx context.Context, groupID, accountID models.ID) error {
	_, err := q.exec(ctx, `DELETE FROM group_bans WHERE group_id = ? AND account_id = ?`, groupID, accountID)
	return err
}

// Banned says whether an account may not write in a Group now.
func (q queries) Banned(ctx context.Context, groupID, accountID models.ID) (bool, error) {
	return q.exists(ctx, `SELECT 1 FROM group_bans WHERE group_id = ? AND account_id = ? AND (ends_at = 0 OR ends_at > ?)`, groupID, accountID, q.now())
}

// ShownBy returns ids of the boosts with which a Group shows posts of an
// account.
func (q queries) ShownBy(ctx context.Context, groupID, accountID models.ID, limit int) ([]models.ID, error) {
	return list(ctx, q, scanID, `
		SELECT b.id FROM posts p JOIN posts b ON b.boost_of_id = p.id AND b.account_id = ?
		WHERE p.account_id = ? ORDER BY p.id DESC LIMIT ?`, groupID, accountID, limit)
}

// LeaveGroup takes a post out of its Group.
func (q queries) LeaveGroup(ctx context.Context, postID models.ID) error {
	_, err := q.exec(ctx, `UPDATE posts SET stamp = stamp + 1, group_id = NULL WHERE id = ?`, postID)
	return err
}
