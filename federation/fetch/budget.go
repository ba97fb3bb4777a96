package fetch

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"atelier/models"
)

// budget is how many requests a trigger may still cause. It is spent together
// with the one it is a part of.
type budget struct {
	left   atomic.Int64
	parent *budget
}

type budgetKey struct{}

// WithBudget returns a context in which at most fetches requests can be made,
// redirects included, and none after d. Everything that one trigger causes,
// an activity received or a search, is done in one such context: what it leads
// to may lead on without end. A budget within a budget is a part of it.
//
// Cancel has to be called when the work is done.
func WithBudget(ctx context.Context, fetches int, d time.Duration) (_ context.Context, cancel context.CancelFunc) {
	b := &budget{}
	b.left.Store(int64(fetches))
	b.parent, _ = ctx.Value(budgetKey{}).(*budget)
	return context.WithTimeout(context.WithValue(ctx, budgetKey{}, b), d)
}

// spend takes one request from the budget of ctx, if it has one.
func spend(ctx context.Context) error {
	b, _ := ctx.Value(budgetKey{}).(*budget)
	for ; b != nil; b = b.parent {
		if b.left.Add(-1) < 0 {
			return models.Errorf(models.TooMany, "Too many other addresses would have to be asked.")
		}
	}
	return nil
}

// gates limit how many requests are under way to each host. The zero gates
// are ready to use.
type gates struct {
	mu   sync.Mutex
	open map[string]*gate
}

// gate is that of one host, kept as long as somebody is in it or before it.
type gate struct {
	places chan struct{}
	users  int
}

// enter waits for one of n places at host. Leave has to be called.
func (g *gates) enter(ctx context.Context, host string, n int) (leave func(), err error) {
	g.mu.Lock()
	one := g.open[host]
	if one == nil {
		if g.open == nil {
			g.open = make(map[string]*gate)
		}
		one = &gate{places: make(chan struct{}, n)}
		g.open[host] = one
	}
	one.users++
	g.mu.Unlock()
	select {
	case one.places <- struct{}{}:
		return sync.OnceFunc(func() { <-one.places; g.forget(host, one) }), nil
	case <-ctx.Done():
		g.forget(host, one)
		return nil, ctx.Err()
	}
}

// forget drops the gate of host when nobody uses it any more.
func (g *gates) forget(host string, one *gate) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if one.users--; one.users == 0 {
		delete(g.open, host)
	}
}
