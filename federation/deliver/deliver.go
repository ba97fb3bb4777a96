package deliver

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/maypok86/otter/v2"

	"atelier/federation/sign"
	"atelier/models"
	"atelier/models/store"
)

// Options are what a Deliverer needs besides the store.
type Options struct {
	// Client is the guarded way out.
	Client *http.Client
	// Knocks remembers what each host wants requests to be signed by, together
	// with the fetches; nil for a memory of its own.
	Knocks *sign.Knocks
	// Media returns the address of a file of ours; nil means that of URLs.
	Media func(key string) string
	// Now is the clock; time.Now if nil.
	Now func() time.Time

	// Age is how long a delivery is tried; a week if 0.
	Age time.Duration
	// Pauses are how long a host rests after it failed, by how often it did.
	Pauses []time.Duration
	// Lease is how long a host stays with a node that does not say any more
	// that it works on it; 6 s if 0.
	Lease time.Duration
	// Timeout is how long one request may take; 20 s if 0.
	Timeout time.Duration
	// PerHost is how many requests to one host are under way at a time; 8 if 0.
	PerHost int
	// InFlight is how many requests are under way in all, to hosts that did not
	// fail before; 1024 if 0.
	InFlight int
}

// pauses are the standard ones. The first is short: most often a peer was
// only restarted.
var pauses = []time.Duration{5 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute, 15 * time.Minute,
	time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour}

const (
	week      = 7 * 24 * time.Hour
	probes    = 64 // requests under way to hosts that failed before
	batch     = 64 // deliveries to a host that are read at a time
	pollEvery = time.Second
)

// Deliverer works through events and deliveries.
type Deliverer struct {
	store   *store.Store
	urls    models.URLs
	o       Options
	node    string // this program's name among those that use the database
	keyring *sign.Keyring

	events chan struct{} // there are new ones
	wake   chan struct{} // a host may be due
	settle chan *settlement

	slots  chan struct{} // taken by requests to hosts that are well
	probes chan struct{} // taken by requests to the others

	bodies *otter.Cache[models.ID, *outgoing]
	actors *otter.Cache[models.ID, *sign.Key]
	heard  *otter.Cache[string, struct{}] // hosts that were heard of lately

	digests *digests

	mu      sync.Mutex
	engaged map[string]*engagement // hosts that this node works on
	workers sync.WaitGroup
}

// New returns a Deliverer. It does nothing until Run.
func New(s *store.Store, u models.URLs, o Options) *Deliverer {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Age == 0 {
		o.Age = week
	}
	if o.Pauses == nil {
		o.Pauses = pauses
	}
	if o.Lease == 0 {
		o.Lease = 6 * time.Second
	}
	if o.Timeout == 0 {
		o.Timeout = 20 * time.Second
	}
	if o.PerHost == 0 {
		o.PerHost = 8
	}
	if o.InFlight == 0 {
		o.InFlight = 1024
	}
	if o.Knocks == nil {
		o.Knocks = &sign.Knocks{}
	}
	name := make([]byte, 8)
	rand.Read(name)
	d := &Deliverer{
		store: s, urls: u, o: o, node: hex.EncodeToString(name), keyring: sign.NewKeyring(1024),
		events: make(chan struct{}, 1), wake: make(chan struct{}, 1), settle: make(chan *settlement, 256),
		slots: make(chan struct{}, o.InFlight), probes: make(chan struct{}, probes),
		bodies: otter.Must(&otter.Options[models.ID, *outgoing]{
			MaximumWeight: 32 << 20,
			Weigher:       func(_ models.ID, o *outgoing) uint32 { return uint32(len(o.body) + 200) },
		}),
		actors: otter.Must(&otter.Options[models.ID, *sign.Key]{
			MaximumSize: 4096, ExpiryCalculator: otter.ExpiryWriting[models.ID, *sign.Key](time.Minute),
		}),
		heard: otter.Must(&otter.Options[string, struct{}]{
			MaximumSize: 8192, ExpiryCalculator: otter.ExpiryWriting[string, struct{}](time.Minute),
		}),
		engaged: map[string]*engagement{}, digests: newDigests(s),
	}
	s.Listen(d.hear)
	return d
}

// hear wakes the dispatcher for events that other servers shall know of.
func (d *Deliverer) hear(events []models.Event) {
	for i := range events {
		d.digests.hear(&events[i])
		switch events[i].Kind {
		case models.AccountChanged, models.AccountDeleted:
			d.actors.Invalidate(events[i].AccountID)
		}
		if events[i].Federates {
			nudge(d.events)
		}
	}
}

func nudge(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Run delivers until ctx ends, and then gives requests under way a moment.
func (d *Deliverer) Run(ctx context.Context) error {
	if err := d.store.Write(ctx, func(tx *store.Tx) error { return tx.WakeHosts(ctx) }); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	books := make(chan struct{})
	go func() {
		defer close(books)
		d.keepBooks()
	}()
	var loops sync.WaitGroup
	for _, loop := range []func(context.Context){d.dispatchLoop, d.engageLoop, d.keepLoop} {
		loops.Go(func() { loop(ctx) })
	}
	loops.Wait()
	d.workers.Wait()
	close(d.settle)
	<-books
	return nil
}

// dispatchLoop turns events into deliveries.
func (d *Deliverer) dispatchLoop(ctx context.Context) {
	for {
		more, err := d.dispatch(ctx)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			slog.Error("turn events into deliveries", "err", err)
		} else if more {
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-d.events:
		case <-time.After(pollEvery):
		}
	}
}

// engageLoop takes up hosts that are due: after a rest, after the node that
// worked on them died, or after another one left something for them.
func (d *Deliverer) engageLoop(ctx context.Context) {
	for {
		wait, err := d.engageDue(ctx)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			slog.Error("look for deliveries that are due", "err", err)
			wait = pollEvery
		}
		select {
		case <-ctx.Done():
			return
		case <-d.wake:
		case <-time.After(wait):
		}
	}
}

// engageDue takes up what is due, and says after which time to look again.
func (d *Deliverer) engageDue(ctx context.Context) (wait time.Duration, err error) {
	const limit = 100
	at, err := d.store.NextHost(ctx)
	if err != nil || at.IsZero() {
		return pollEvery, err
	}
	if wait := at.Sub(d.store.Now()); wait > 0 {
		return min(wait, pollEvery), nil
	}
	var due []*models.Host
	err = d.store.Write(ctx, func(tx *store.Tx) (err error) {
		due, err = tx.EngageDueHosts(ctx, d.node, tx.Now().Add(d.o.Lease), limit)
		return err
	})
	for _, h := range due {
		d.start(ctx, h, nil)
	}
	return 0, err
}

// keepLoop says of the hosts that this node works on that it still does.
func (d *Deliverer) keepLoop(ctx context.Context) {
	tick := time.NewTicker(d.o.Lease / 3)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := d.keep(ctx); err != nil && ctx.Err() == nil {
				slog.Error("keep hosts", "err", err)
			}
		}
	}
}

func (d *Deliverer) keep(ctx context.Context) error {
	d.mu.Lock()
	names := make([]string, 0, len(d.engaged))
	for name, e := range d.engaged {
		if time.Since(e.since) > d.o.Lease/4 {
			names = append(names, name)
		}
	}
	d.mu.Unlock()
	if len(names) == 0 {
		return nil
	}
	var kept []string
	err := d.store.Write(ctx, func(tx *store.Tx) (err error) {
		kept, err = tx.KeepHosts(ctx, d.node, names, tx.Now().Add(d.o.Lease))
		return err
	})
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, name := range kept {
		if e := d.engaged[name]; e != nil {
			e.kept = true
		}
	}
	for _, name := range names {
		if e := d.engaged[name]; e != nil && !e.kept {
			e.lost.Store(true)
		} else if e != nil {
			e.kept = false
		}
	}
	return nil
}

// Heard is to be called with the host of every request whose signature was
// found right: a host that speaks can hear, and what waits for it is tried
// again.
func (d *Deliverer) Heard(ctx context.Context, host string) error {
	if _, lately := d.heard.GetIfPresent(host); lately {
		return nil
	}
	d.heard.Set(host, struct{}{})
	troubled, err := d.store.HostTroubled(ctx, host)
	if err != nil || !troubled {
		return err
	}
	err = d.store.Write(ctx, func(tx *store.Tx) error { return tx.HostAwake(ctx, host) })
	nudge(d.wake)
	return err
}
