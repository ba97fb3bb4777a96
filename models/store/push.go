package store

import (
	"context"
	"database/sql"
	"fmt"

	"atelier/models"
)

func scanPush(rows *sql.Rows) (*models.PushSubscription, error) {
	s := &models.PushSubscription{}
	return s, rows.Scan(&s.ID, &s.TokenID, &s.AccountID, &s.Endpoint, &s.P256DH, &s.Auth, &s.Sealed, &s.Standard, fromJSON{&s.Alerts}, &s.Policy, millis{&s.CreatedAt})
}

const pushColumns = `id, token_id, account_id, endpoint, p256dh, auth, sealed, standard, alerts, policy, created_at`

// SetPush stores where to push to, in place of what the token had before.
func (q queries) SetPush(ctx context.Context, s *models.PushSubscription) error {
	_, err := q.exec(ctx, `
		INSERT INTO push_subscriptions (`+pushColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (token_id) DO UPDATE SET id = excluded.id, endpoint = excluded.endpoint, p256dh = excluded.p256dh, auth = excluded.auth, sealed = excluded.sealed,
			standard = excluded.standard, alerts = excluded.alerts, policy = excluded.policy`,
		s.ID, s.TokenID, s.AccountID, s.Endpoint, s.P256DH, s.Auth, s.Sealed, s.Standard, jsonText(s.Alerts), s.Policy, s.CreatedAt)
	if err != nil {
		return fmt.Errorf("store a push subscription: %w", err)
	}
	return nil
}

// Push returns where to push to for a token.
func (q queries) Push(ctx context.Context, tokenID models.ID) (*models.PushSubscription, error) {
	return one(ctx, q, scanPush, `SELECT `+pushColumns+` FROM push_subscriptions WHERE token_id = ?`, tokenID)
}

// PushesOf returns where to push an account's notifications to.
func (q queries) PushesOf(ctx context.Context, accountID models.ID) ([]*models.PushSubscription, error) {
	return list(ctx, q, scanPush, `SELECT `+pushColumns+` FROM push_subscriptions WHERE account_id = ? ORDER BY id LIMIT 100`, accountID)
}

// HasPush says whether an account's notifications are pushed anywhere.
func (q queries) HasPush(ctx context.Context, accountID models.ID) (bool, error) {
	return q.exists(ctx, `SELECT 1 FROM push_subscriptions WHERE account_id = ? LIMIT 1`, accountID)
}

// DeletePush ends the pushing for a token.
func (q queries) DeletePush(ctx context.Context, tokenID models.ID) error {
	_, err := q.exec(ctx, `DELETE FROM push_subscriptions WHERE token_id = ?`, tokenID)
	return err
}

// DeletePushByID ends one subscription: a newer one of its token stays.
func (q queries) DeletePushByID(ctx context.Context, id models.ID) error {
	_, err := q.exec(ctx, `DELETE FROM push_subscriptions WHERE id = ?`, id)
	return err
}

// NotificationByID returns a notification, whosever it is.
func (q queries) NotificationByID(ctx context.Context, id models.ID) (*models.Notification, error) {
	return one(ctx, q, scanNotification, `SELECT `+notificationColumns+` FROM notifications t WHERE t.id = ?`, id)
}
