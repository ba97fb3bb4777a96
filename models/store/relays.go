package store

import (
	"context"
	"database/sql"
	"fmt"

	"atelier/models"
)

// Relays returns the relays, the first one first.
func (q queries) Relays(ctx context.Context) ([]*models.Relay, error) {
	return list(ctx, q, func(rows *sql.Rows) (*models.Relay, error) {
		r := &models.Relay{}
		return r, rows.Scan(&r.ID, &r.Address, &r.Style, &r.Inbox, &r.Actor, &r.FollowURI, &r.State, millis{&r.CreatedAt})
	}, `SELECT id, address, style, inbox, actor, follow_uri, state, created_at FROM relays ORDER BY id`)
}

// SetRelay stores a relay, in place of an older one with its id. It reports
// false for an address that another one has.
func (q queries) SetRelay(ctx context.Context, r *models.Relay) (set bool, err error) {
	taken, err := q.exists(ctx, `SELECT 1 FROM relays WHERE address = ? AND id <> ?`, r.Address, r.ID)
	if err != nil || taken {
		return false, err
	}
	_, err = q.exec(ctx, `
		INSERT INTO relays (id, address, style, inbox, actor, follow_uri, state, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET inbox = excluded.inbox, actor = excluded.actor, follow_uri = excluded.follow_uri, state = excluded.state`,
		r.ID, r.Address, r.Style, r.Inbox, r.Actor, r.FollowURI, r.State, r.CreatedAt)
	if err != nil {
		return false, fmt.Errorf("store relay %s: %w", r.Address, err)
	}
	return true, nil
}

// DeleteRelay deletes a relay.
func (q queries) DeleteRelay(ctx context.Context, id models.ID) error {
	_, err := q.exec(ctx, `DELETE FROM relays WHERE id = ?`, id)
	return err
}
