package store

import (
	"context"
	"database/sql"
	"fmt"

	"atelier/models"
)

func scanConversation(rows *sql.Rows) (*models.Conversation, error) {
	c := &models.Conversation{}
	return c, rows.Scan(&c.ID, &c.AccountID, &c.ThreadID, &c.LastPostID, &c.Unread)
}

const conversationColumns = `c.id, c.account_id, c.thread_id, c.last_post_id, c.unread`

// Conversations returns a page of an account's conversations, by their last
// post.
func (q queries) Conversations(ctx context.Context, accountID models.ID, p Page) ([]*models.Conversation, error) {
	return pageOf(ctx, q, scanConversation, p, "c.last_post_id", `SELECT `+conversationColumns+` FROM conversations c WHERE c.account_id = ?`, accountID)
}

// Conversation returns one of an account's conversations.
func (q queries) Conversation(ctx context.Context, accountID, id models.ID) (*models.Conversation, error) {
	return one(ctx, q, scanConversation, `SELECT `+conversationColumns+` FROM conversations c WHERE c.id = ? AND c.account_id = ?`, id, accountID)
}

// ConversationOf returns an account's conversation about a thread.
func (q queries) ConversationOf(ctx context.Context, accountID, threadID models.ID) (*models.Conversation, error) {
	return one(ctx, q, scanConversation, `SELECT `+conversationColumns+` FROM conversations c WHERE c.account_id = ? AND c.thread_id = ?`, accountID, threadID)
}

// ContinueConversation makes a post the last one of an account's conversation,
// which has the id fresh if it begins with it. It returns the conversation's
// id.
func (q queries) ContinueConversation(ctx context.Context, fresh, accountID models.ID, p *models.Post, unread bool) (id models.ID, err error) {
	err = q.row(ctx, `
		INSERT INTO conversations (id, account_id, thread_id, last_post_id, unread) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (account_id, thread_id) DO UPDATE SET unread = excluded.unread,
			last_post_id = CASE WHEN conversations.last_post_id > excluded.last_post_id THEN conversations.last_post_id ELSE excluded.last_post_id END
		RETURNING id`, []any{fresh, accountID, p.ThreadID, p.ID, unread}, &id)
	if err != nil {
		return 0, fmt.Errorf("continue a conversation: %w", err)
	}
	return id, nil
}

// RewindConversations gives the conversations whose last post is about to be
// deleted the one before it; those without one go with it.
func (q queries) RewindConversations(ctx context.Context, postID models.ID) error {
	_, err := q.exec(ctx, `
		UPDATE conversations SET last_post_id = (
			SELECT MAX(p.id) FROM posts p WHERE p.thread_id = conversations.thread_id AND p.id <> conversations.last_post_id AND p.visibility = 'direct'
				AND (p.account_id = conversations.account_id OR EXISTS (SELECT 1 FROM post_mentions m WHERE m.post_id = p.id AND m.account_id = conversations.account_id)))
		WHERE last_post_id = ? AND EXISTS (
			SELECT 1 FROM posts p WHERE p.thread_id = conversations.thread_id AND p.id <> conversations.last_post_id AND p.visibility = 'direct'
				AND (p.account_id = conversations.account_id OR EXISTS (SELECT 1 FROM post_mentions m WHERE m.post_id = p.id AND m.account_id = conversations.account_id)))`, postID)
	if err != nil {
		return fmt.Errorf("rewind conversations: %w", err)
	}
	return nil
}

// ReadConversation marks an account's conversation as read, or unread.
func (q queries) ReadConversation(ctx context.Context, accountID, id models.ID, unread bool) error {
	_, err := q.exec(ctx, `UPDATE conversations SET unread = ? WHERE id = ? AND account_id = ?`, unread, id, accountID)
	return err
}

// DeleteConversation takes a conversation off an account's list; a new post in
// it brings it back. It reports false if it was not there.
func (q queries) DeleteConversation(ctx context.Context, accountID, id models.ID) (deleted bool, err error) {
	n, err := q.exec(ctx, `DELETE FROM conversations WHERE id = ? AND account_id = ?`, id, accountID)
	return n == 1, err
}

// Hides says whether an account blocks or mutes another.
func (q queries) Hides(ctx context.Context, accountID, targetID models.ID) (bool, error) {
	return q.exists(ctx, `
		SELECT 1 FROM blocks WHERE account_id = ? AND target_id = ?
		UNION ALL SELECT 1 FROM mutes WHERE account_id = ? AND target_id = ? AND (expires_at = 0 OR expires_at > ?) LIMIT 1`, accountID, targetID, accountID, targetID, q.now())
}
