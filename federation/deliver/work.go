package deliver

import (
	"context"
	"log/slog"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"atelier/models"
)

// An engagement is a host that this node works on.
type engagement struct {
	host  *models.Host
	since time.Time
	kept  bool        // scratch of keep
	lost  atomic.Bool // another node took over
}

// start works on a host in the background. rows are its deliveries if all are
// known; without any they are read.
func (d *Deliverer) start(ctx context.Context, h *models.Host, rows []*models.Delivery) {
	e := &engagement{host: h, since: time.Now()}
	d.mu.Lock()
	d.engaged[h.Name] = e
	d.mu.Unlock()
	d.workers.Go(func() {
		defer func() {
			d.mu.Lock()
			if d.engaged[h.Name] == e {
				delete(d.engaged, h.Name)
			}
			d.mu.Unlock()
			if p := recover(); p != nil { // the lease ends, and somebody tries again
				slog.Error("working on a host panicked", "host", h.Name, "panic", p, "stack", string(debug.Stack()))
			}
		}()
		d.work(ctx, e, rows)
	})
}

// work delivers to a host until nothing is left or it fails.
func (d *Deliverer) work(ctx context.Context, e *engagement, rows []*models.Delivery) {
	for !e.lost.Load() {
		s := &settlement{host: e.host, reply: make(chan struct{})}
		if len(rows) > 0 {
			d.try(ctx, s, rows)
		}
		s.stop = ctx.Err() != nil
		d.settle <- s
		<-s.reply
		if s.left {
			return
		}
		rows = s.next
	}
}

// try sends deliveries to one host, those of different actors side by side.
func (d *Deliverer) try(ctx context.Context, s *settlement, rows []*models.Delivery) {
	t := &trial{d: d, s: s, room: make(chan struct{}, d.o.PerHost), slots: d.slots}
	lanes := map[models.ID][]*models.Delivery{}
	for _, row := range rows {
		lanes[row.ActorID] = append(lanes[row.ActorID], row)
	}
	if s.host.Fails > 0 {
		t.slots = d.probes
		t.one(ctx, knocker(lanes))
		return
	}
	if len(lanes) == 1 {
		t.lane(ctx, rows)
		return
	}
	var all sync.WaitGroup
	for _, lane := range lanes {
		all.Go(func() { t.lane(ctx, lane) })
	}
	all.Wait()
}

// knocker is the delivery that is tried at a host that failed before: of what
// each actor has to tell next, the one that failed least often, since the
// fault may be its own.
func knocker(lanes map[models.ID][]*models.Delivery) *models.Delivery {
	var best *models.Delivery
	for _, lane := range lanes {
		if row := lane[0]; best == nil || row.Attempts < best.Attempts || row.Attempts == best.Attempts && row.ID < best.ID {
			best = row
		}
	}
	return best
}

// A trial is one round of requests to one host.
type trial struct {
	d     *Deliverer
	room  chan struct{} // of this host
	slots chan struct{} // of all hosts

	mu sync.Mutex
	s  *settlement
}

// lane sends what one actor has to tell, one activity after the other; the
// inboxes of one activity side by side.
func (t *trial) lane(ctx context.Context, rows []*models.Delivery) {
	for len(rows) > 0 {
		n := 1
		for n < len(rows) && rows[n].ActivityID == rows[0].ActivityID {
			n++
		}
		if !t.spread(ctx, rows[:n]) {
			return
		}
		rows = rows[n:]
	}
}

// spread sends one activity to its inboxes. It reports whether the next
// activity may follow.
func (t *trial) spread(ctx context.Context, rows []*models.Delivery) bool {
	if len(rows) == 1 {
		return t.one(ctx, rows[0])
	}
	var all sync.WaitGroup
	var blocked atomic.Bool
	for _, row := range rows {
		all.Go(func() {
			if !t.one(ctx, row) {
				blocked.Store(true)
			}
		})
	}
	all.Wait()
	return !blocked.Load()
}

// one sends one delivery, if nothing speaks against it by now, and notes what
// came of it. It reports whether the actor's next activity may follow.
func (t *trial) one(ctx context.Context, row *models.Delivery) bool {
	t.room <- struct{}{}
	defer func() { <-t.room }()
	if t.over(ctx) {
		return false
	}
	t.slots <- struct{}{}
	defer func() { <-t.slots }()
	if t.over(ctx) {
		return false
	}
	v := t.d.send(ctx, t.s.host, row)
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.s.note(t.d, row, v)
}

func (t *trial) over(ctx context.Context) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return ctx.Err() != nil || t.s.trouble
}
