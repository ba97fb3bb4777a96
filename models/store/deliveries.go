package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"atelier/models"
)

// addEvent keeps an event until it was delivered.
func (q queries) addEvent(ctx context.Context, e *models.Event) error {
	_, err := q.exec(ctx, `
		INSERT INTO events (id, kind, account_id, target_id, post_id, notification_id, data, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		e.ID, e.Kind, e.AccountID, e.TargetID, e.PostID, e.NotificationID, e.Data, e.CreatedAt)
	if err != nil {
		return fmt.Errorf("leave event %s: %w", e.Kind, err)
	}
	return nil
}

// Events returns the oldest events that were not delivered yet. Inside a
// transaction, those are this transaction's alone until its end.
func (q queries) Events(ctx context.Context, limit int) ([]*models.Event, error) {
	lock := ``
	if q.run.postgres() {
		lock = ` FOR UPDATE SKIP LOCKED`
	}
	return list(ctx, q, func(rows *sql.Rows) (*models.Event, error) {
		e := &models.Event{Federates: true}
		return e, rows.Scan(&e.ID, &e.Kind, &e.AccountID, &e.TargetID, &e.PostID, &e.NotificationID, &e.Data, millis{&e.CreatedAt})
	}, `SELECT id, kind, account_id, target_id, post_id, notification_id, data, created_at FROM events ORDER BY id LIMIT ?`+lock, limit)
}

// DeleteEvents deletes events that are done.
func (q queries) DeleteEvents(ctx context.Context, ids []models.ID) error {
	_, err := q.exec(ctx, `DELETE FROM events WHERE id {ids}`, ids)
	return err
}

// AddActivity stores an activity's body, once for all its deliveries.
func (q queries) AddActivity(ctx context.Context, a *models.OutgoingActivity) error {
	_, err := q.exec(ctx, `INSERT INTO activities (id, uri, actor_id, digest, body, created_at) VALUES (?, ?, ?, ?, ?, ?)`,
		a.ID, a.URI, a.ActorID, a.Digest, a.Body, a.CreatedAt)
	if err != nil {
		return fmt.Errorf("store activity %s: %w", a.URI, err)
	}
	return nil
}

// Activity returns an activity's body.
func (q queries) Activity(ctx context.Context, id models.ID) (*models.OutgoingActivity, error) {
	a := &models.OutgoingActivity{ID: id}
	err := q.row(ctx, `SELECT uri, actor_id, digest, body, created_at FROM activities WHERE id = ?`, []any{id},
		&a.URI, &a.ActorID, &a.Digest, &a.Body, millis{&a.CreatedAt})
	if err != nil {
		return nil, err
	}
	return a, nil
}

// AddDelivery stores a delivery.
func (q queries) AddDelivery(ctx context.Context, d *models.Delivery) error {
	_, err := q.exec(ctx, `
		INSERT INTO deliveries (id, activity_id, actor_id, host, inbox, attempts, run_at, last_error, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		d.ID, d.ActivityID, d.ActorID, d.Host, d.Inbox, d.Attempts, d.RunAt, d.LastError, d.CreatedAt)
	if err != nil {
		return fmt.Errorf("store delivery to %s: %w", d.Inbox, err)
	}
	return nil
}

// HeardOfHost closes a host's breaker: it is alive.
func (q queries) HeardOfHost(ctx context.Context, host string, at time.Time) error {
	_, err := q.exec(ctx, `UPDATE hosts SET fails = 0, open_until = 0, gone_at = 0, last_ok_at = ? WHERE name = ? AND fails > 0`, at, host)
	return err
}
