package store

import (
	"context"
	"fmt"
	"time"

	"atelier/models"
)

// Backup is the moment of the last backup.
const Backup = "backup"

// SetMoment notes that something of the house was done.
func (q queries) SetMoment(ctx context.Context, name string, at time.Time) error {
	_, err := q.exec(ctx, `INSERT INTO moments (name, at) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET at = excluded.at`, name, at)
	if err != nil {
		return fmt.Errorf("note when there was a %s: %w", name, err)
	}
	return nil
}

// Moment returns when something was done last; the zero time if it never was.
func (q queries) Moment(ctx context.Context, name string) (at time.Time, err error) {
	err = q.row(ctx, `SELECT at FROM moments WHERE name = ?`, []any{name}, millis{&at})
	if models.KindOf(err) == models.NotFound {
		return at, nil
	}
	return at, err
}

// CountDeliveries counts the deliveries that wait, and the hosts that rest
// because they do not answer.
func (q queries) CountDeliveries(ctx context.Context) (waiting, resting int, err error) {
	if err = q.row(ctx, `SELECT COUNT(*) FROM deliveries`, nil, &waiting); err != nil {
		return 0, 0, fmt.Errorf("count deliveries: %w", err)
	}
	err = q.row(ctx, `SELECT COUNT(*) FROM hosts WHERE open_until > ?`, []any{q.now()}, &resting)
	return waiting, resting, err
}
