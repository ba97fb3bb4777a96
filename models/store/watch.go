package store

import (
	"context"
	"fmt"
	"time"
)

// WatchWrites has saw called with how long each transaction took, from the
// call of Write until it was on disk. It is set once, before the first Write;
// saw must not block.
func (s *Store) WatchWrites(saw func(took time.Duration)) { s.watch = saw }

// Waiting is how much waits to be done. Counts stop at maxWaiting: more than
// that is said by no bigger number.
type Waiting struct {
	Events     int // not yet made into deliveries
	Deliveries int
	Jobs       int
	Resting    int // hosts that are not delivered to for now
}

const maxWaiting = 100_000

// Waiting counts what waits.
func (q queries) Waiting(ctx context.Context) (w Waiting, err error) {
	err = q.row(ctx, `
		SELECT (SELECT COUNT(*) FROM (SELECT 1 AS x FROM events LIMIT ?) e),
			(SELECT COUNT(*) FROM (SELECT 1 AS x FROM deliveries LIMIT ?) d),
			(SELECT COUNT(*) FROM (SELECT 1 AS x FROM jobs LIMIT ?) j),
			(SELECT COUNT(*) FROM hosts WHERE open_until > ?)`,
		[]any{maxWaiting, maxWaiting, maxWaiting, q.now()}, &w.Events, &w.Deliveries, &w.Jobs, &w.Resting)
	if err != nil {
		return w, fmt.Errorf("count what waits: %w", err)
	}
	return w, nil
}
