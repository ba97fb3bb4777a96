package mastodon

import (
	"context"
	"sync"
	"time"

	"atelier/models/store"
)

// countsFor is how long the chapter's numbers are good: they are read through
// whole tables, and asked for by everybody who comes.
const countsFor = 5 * time.Minute

// statistics keeps the chapter's numbers for a while.
type statistics struct {
	mu     sync.Mutex
	counts store.Counts
	until  time.Time
}

// counts are the chapter's numbers.
func (a *API) counts(ctx context.Context) (store.Counts, error) {
	a.statistics.mu.Lock()
	defer a.statistics.mu.Unlock()
	now := a.Store.Now()
	if now.Before(a.statistics.until) {
		return a.statistics.counts, nil
	}
	c, err := a.Store.Counts(ctx)
	if err != nil {
		return c, err
	}
	a.statistics.counts, a.statistics.until = c, now.Add(countsFor)
	return c, nil
}

// contact is whom to write to: the first of the stewards, null without one.
func (a *API) contact(ctx context.Context) (rendered, error) {
	stewards, err := a.Store.Stewards(ctx)
	if err != nil || len(stewards) == 0 {
		return nil, err
	}
	return a.Render.Account(ctx, stewards[0])
}

// icons are the chapter's picture, if it has one.
func (a *API) icons() []instanceIcon { return []instanceIcon{} }
