package store

import (
	"context"
	"fmt"

	"atelier/models"
)

// PublicStamp returns the stamp of a post that everyone may read. A document
// that was made at this stamp is still good.
func (q queries) PublicStamp(ctx context.Context, id models.ID) (stamp int64, err error) {
	err = q.row(ctx, `SELECT p.stamp + COALESCE(s.stamp, 0)`+fromPosts+`WHERE p.id = ? AND`+visibleToAll, []any{id}, &stamp)
	return stamp, err
}

// LocalStamp returns the id and the stamp of a local account, by its handle in
// lower case, unless it only applied to become a member.
func (q queries) LocalStamp(ctx context.Context, name string) (id models.ID, stamp int64, err error) {
	err = q.row(ctx, `
		SELECT a.id, a.stamp FROM accounts a
		WHERE a.handle = ? AND a.domain = '' AND NOT EXISTS (SELECT 1 FROM members m WHERE m.account_id = a.id AND m.state = 'applied')`, []any{name}, &id, &stamp)
	return id, stamp, err
}

// ThreadPosts returns posts of a thread that the viewer may read, oldest
// first, after the one with id after.
func (q queries) ThreadPosts(ctx context.Context, v models.Viewer, threadID, after models.ID, limit int) ([]*models.Post, error) {
	condition, args := visible(v)
	out, err := list(ctx, q, scanPost, `SELECT `+postColumns+fromPosts+`WHERE p.thread_id = ? AND p.id > ? AND p.boost_of_id IS NULL AND`+condition+`ORDER BY p.id LIMIT ?`,
		append(append([]any{threadID, int64(after)}, args...), limit)...)
	if err != nil {
		return nil, fmt.Errorf("read thread %d: %w", threadID, err)
	}
	return out, nil
}

// RepliesTo returns answers to a post that the viewer may read, oldest first,
// after the one with id after.
func (q queries) RepliesTo(ctx context.Context, v models.Viewer, postID, after models.ID, limit int) ([]*models.Post, error) {
	condition, args := visible(v)
	out, err := list(ctx, q, scanPost, `SELECT `+postColumns+fromPosts+`WHERE p.in_reply_to_id = ? AND p.id > ? AND`+condition+`ORDER BY p.id LIMIT ?`,
		append(append([]any{postID, int64(after)}, args...), limit)...)
	if err != nil {
		return nil, fmt.Errorf("read the answers to post %d: %w", postID, err)
	}
	return out, nil
}

// HasPosted says whether an account ever wrote anything that is still there.
func (q queries) HasPosted(ctx context.Context, accountID models.ID) (bool, error) {
	return q.exists(ctx, `SELECT 1 FROM posts WHERE account_id = ?`, accountID)
}

// PostThere says whether there is a post with an id, whoever may read it.
func (q queries) PostThere(ctx context.Context, id models.ID) (bool, error) {
	return q.exists(ctx, `SELECT 1 FROM posts WHERE id = ?`, id)
}
