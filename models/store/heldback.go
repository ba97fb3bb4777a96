package store

import (
	"context"
	"database/sql"
	"fmt"

	"atelier/models"
)

// NotificationPolicy returns from whom an account wants to hear.
func (q queries) NotificationPolicy(ctx context.Context, accountID models.ID) (p models.NotificationPolicy, err error) {
	err = q.row(ctx, `SELECT not_following, not_followers, new_accounts, private_mentions, limited_accounts, bots FROM notification_policies WHERE account_id = ?`,
		[]any{accountID}, &p.NotFollowing, &p.NotFollowers, &p.NewAccounts, &p.PrivateMentions, &p.LimitedAccounts, &p.Bots)
	if models.KindOf(err) == models.NotFound {
		return models.UsualPolicy, nil
	}
	return p, err
}

// SetNotificationPolicy stores from whom an account wants to hear.
func (q queries) SetNotificationPolicy(ctx context.Context, accountID models.ID, p models.NotificationPolicy) error {
	_, err := q.exec(ctx, `
		INSERT INTO notification_policies (account_id, not_following, not_followers, new_accounts, private_mentions, limited_accounts, bots)
		VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (account_id) DO UPDATE SET not_following = excluded.not_following, not_followers = excluded.not_followers, new_accounts = excluded.new_accounts,
			private_mentions = excluded.private_mentions, limited_accounts = excluded.limited_accounts, bots = excluded.bots`,
		accountID, p.NotFollowing, p.NotFollowers, p.NewAccounts, p.PrivateMentions, p.LimitedAccounts, p.Bots)
	if err != nil {
		return fmt.Errorf("store notification policy: %w", err)
	}
	return nil
}

// Sender returns how an account stands to another that notifies it.
func (q queries) Sender(ctx context.Context, accountID, fromID models.ID) (s models.Sender, err error) {
	var role string
	err = q.row(ctx, `
		SELECT a.created_at, a.silenced_at > 0, a.bot, COALESCE((SELECT m.role FROM members m WHERE m.account_id = a.id), ''),
			EXISTS (SELECT 1 FROM follows f WHERE f.account_id = ? AND f.target_id = a.id AND f.state = 'accepted'),
			COALESCE((SELECT f.created_at FROM follows f WHERE f.account_id = a.id AND f.target_id = ? AND f.state = 'accepted'), 0),
			EXISTS (SELECT 1 FROM notification_permissions n WHERE n.account_id = ? AND n.from_id = a.id)
		FROM accounts a WHERE a.id = ?`, []any{accountID, accountID, accountID, fromID},
		millis{&s.CreatedAt}, &s.Limited, &s.Bot, &role, &s.Followed, millis{&s.FollowsSince}, &s.Permitted)
	s.Steward = models.Viewer{AccountID: fromID, Role: models.Role(role)}.IsSteward()
	return s, err
}

// AskToNotify records that a notification from an account was held back; id is
// a new request's.
func (q queries) AskToNotify(ctx context.Context, id models.ID, n *models.Notification) error {
	_, err := q.exec(ctx, `
		INSERT INTO notification_requests (id, account_id, from_id, last_post_id, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (account_id, from_id) DO UPDATE SET last_post_id = COALESCE(excluded.last_post_id, notification_requests.last_post_id), updated_at = excluded.updated_at`,
		id, n.AccountID, n.FromID, n.PostID, n.CreatedAt, n.CreatedAt)
	if err != nil {
		return fmt.Errorf("store notification request: %w", err)
	}
	return nil
}

func scanNotificationRequest(rows *sql.Rows) (*models.NotificationRequest, error) {
	r := &models.NotificationRequest{}
	return r, rows.Scan(&r.ID, &r.AccountID, &r.FromID, &r.LastPostID, millis{&r.CreatedAt}, millis{&r.UpdatedAt}, &r.Count)
}

const notificationRequests = `
	SELECT r.id, r.account_id, r.from_id, r.last_post_id, r.created_at, r.updated_at,
		(SELECT COUNT(*) FROM notifications n WHERE n.account_id = r.account_id AND n.from_id = r.from_id AND n.filtered)
	FROM notification_requests r WHERE r.account_id = ?`

// NotificationRequests returns a page of who waits to be heard by an account.
func (q queries) NotificationRequests(ctx context.Context, accountID models.ID, p Page) ([]*models.NotificationRequest, error) {
	return pageOf(ctx, q, scanNotificationRequest, p, "r.id", notificationRequests, accountID)
}

// NotificationRequest returns one of an account's requests.
func (q queries) NotificationRequest(ctx context.Context, accountID, id models.ID) (*models.NotificationRequest, error) {
	return one(ctx, q, scanNotificationRequest, notificationRequests+` AND r.id = ?`, accountID, id)
}

// HeldBack counts an account's requests and the notifications that wait, each
// up to limit.
func (q queries) HeldBack(ctx context.Context, accountID models.ID, limit int) (requests, notifications int, err error) {
	if err := q.row(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM notification_requests WHERE account_id = ? LIMIT ?) x`, []any{accountID, limit}, &requests); err != nil {
		return 0, 0, err
	}
	err = q.row(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM notifications WHERE account_id = ? AND filtered LIMIT ?) x`, []any{accountID, limit}, &notifications)
	return requests, notifications, err
}

// LetThrough makes what an account was told by another and held back ordinary
// notifications, and lets the other's through from now on.
func (q queries) LetThrough(ctx context.Context, accountID, fromID models.ID) error {
	if _, err := q.exec(ctx, `INSERT INTO notification_permissions (account_id, from_id) VALUES (?, ?) ON CONFLICT DO NOTHING`, accountID, fromID); err != nil {
		return fmt.Errorf("permit notifications: %w", err)
	}
	if _, err := q.exec(ctx, `UPDATE notifications SET filtered = FALSE WHERE account_id = ? AND from_id = ? AND filtered`, accountID, fromID); err != nil {
		return fmt.Errorf("let notifications through: %w", err)
	}
	return q.dropRequest(ctx, accountID, fromID)
}

// DropHeldBack deletes what an account was told by another and held back.
func (q queries) DropHeldBack(ctx context.Context, accountID, fromID models.ID) error {
	if _, err := q.exec(ctx, `DELETE FROM notifications WHERE account_id = ? AND from_id = ? AND filtered`, accountID, fromID); err != nil {
		return fmt.Errorf("delete held back notifications: %w", err)
	}
	return q.dropRequest(ctx, accountID, fromID)
}

func (q queries) dropRequest(ctx context.Context, accountID, fromID models.ID) error {
	_, err := q.exec(ctx, `DELETE FROM notification_requests WHERE account_id = ? AND from_id = ?`, accountID, fromID)
	return err
}
