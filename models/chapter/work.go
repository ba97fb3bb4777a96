package chapter

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"atelier/models"
	"atelier/models/store"
)

// Kinds of job. The chapter does some itself; the others are done by whoever
// registered with HandleJobs.
const (
	JobDepart   = "depart"    // the post named by the key leaves the departure lounge
	JobUpdate   = "update"    // tell others of an edit that came soon after another
	JobPollEnd  = "poll.end"  // the poll of the post named by the key is over
	JobPollTell = "poll.tell" // tell others how the poll stands
	JobThread   = "thread"    // fetch the parent, and its parents, of the post named by the key
	JobReplies  = "replies"   // look for answers in the thread named by the key
	JobMedia    = "media"     // process the upload named by the key
	JobCard     = "card"      // fetch the preview of a link in the post named by the key
	JobRefresh  = "refresh"   // read the remote account named by the key anew
	JobQuote    = "quote"     // look up what the post named by the key quotes, and the consent
	JobMoved    = "moved"     // prove that the remote account named by the key moved
	JobFeatured = "featured"  // read what the remote account named by the key shows first
)

const (
	jobLease   = 2 * time.Minute // after it a job is taken to be lost with its node
	jobWorkers = 4
	jobsAside  = 256 // jobs that wait for other servers, besides
	jobTries   = 8
	jobPoll    = 2 * time.Second // how often to look for jobs that others left
)

// tasks is who does which kind of job, and what waits to be done here.
type tasks struct {
	working atomic.Bool
	mu      sync.Mutex
	doers   map[string]func(context.Context, *models.Job) error
	waiting []*models.Job // claimed by this node when they were made
	wake    chan struct{}
}

// hand gives a job of this node's to its workers.
func (t *tasks) hand(j *models.Job) {
	t.mu.Lock()
	t.waiting = append(t.waiting, j)
	t.mu.Unlock()
	t.poke()
}

// take returns up to limit jobs that wait.
func (t *tasks) take(limit int) []*models.Job {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := min(limit, len(t.waiting))
	jobs := t.waiting[:n:n]
	t.waiting = t.waiting[n:]
	if len(t.waiting) == 0 {
		t.waiting = nil
	}
	return jobs
}

func (t *tasks) any() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.waiting) > 0
}

func (t *tasks) poke() {
	select {
	case t.wake <- struct{}{}:
	default:
	}
}

// HandleJobs has do called for each job of kind. An error lets the job run
// again later, a few times; models errors end it at once.
func (c *Chapter) HandleJobs(kind string, do func(context.Context, *models.Job) error) {
	c.tasks.mu.Lock()
	defer c.tasks.mu.Unlock()
	c.tasks.doers[kind] = do
}

// Later leaves a job in a transaction, to be done after it at the moment at;
// the zero time means at once.
func (c *Chapter) Later(ctx context.Context, tx *store.Tx, kind, key string, data any, at time.Time) error {
	j := &models.Job{ID: tx.NewID(), Kind: kind, Key: key, RunAt: at}
	if data != nil {
		var err error
		if j.Data, err = json.Marshal(data); err != nil {
			return fmt.Errorf("write job %s: %w", kind, err)
		}
	}
	if !at.IsZero() {
		_, err := tx.AddJob(ctx, j, time.Time{})
		return err
	}
	j.RunAt = tx.Now()
	if !c.tasks.working.Load() || !c.handles(kind) { // a command beside the server: that one finds it
		tx.After(c.poke)
		_, err := tx.AddJob(ctx, j, time.Time{})
		return err
	}
	// It is this node's from the start, and goes to its workers by hand: that
	// saves claiming it.
	j.Attempts = 1
	added, err := tx.AddJob(ctx, j, tx.Now().Add(jobLease))
	if added {
		tx.After(func() { c.tasks.hand(j) })
	}
	return err
}

// Done ends a job in the transaction that did it.
func Done(ctx context.Context, tx *store.Tx, j *models.Job) error {
	tx.After(func() { j.Done = true })
	return tx.DeleteJob(ctx, j.ID)
}

func (c *Chapter) poke() { c.tasks.poke() }

// Work does jobs until ctx ends, and then lets those under way finish.
func (c *Chapter) Work(ctx context.Context) {
	c.tasks.working.Store(true)
	defer c.tasks.working.Store(false)
	var under sync.WaitGroup
	slots, aside := make(chan struct{}, jobWorkers), make(chan struct{}, jobsAside)
	tick := time.NewTicker(jobPoll)
	defer tick.Stop()
	defer under.Wait()
	look := true // whether others may have left something
	for {
		free := cap(slots) - len(slots)
		jobs := c.tasks.take(free)
		if look && len(jobs) < free {
			found := c.claim(ctx, free-len(jobs))
			jobs, look = append(jobs, found...), len(found) > 0
		}
		for _, j := range jobs {
			slots <- struct{}{}
			p := &place{slots: slots, aside: aside, free: c.poke}
			under.Go(func() {
				defer p.leave()
				c.do(context.WithValue(context.WithoutCancel(ctx), placeKey{}, p), j)
			})
		}
		if len(jobs) > 0 && len(jobs) == free {
			continue // the slots block until one is free
		}
		select {
		case <-ctx.Done():
			return
		case <-c.tasks.wake:
			look = look || !c.tasks.any()
		case <-tick.C:
			look = true
		}
	}
}

// A place is where a job is done: one of a few or, while it waits for another
// server, one of many.
type place struct {
	slots, aside chan struct{}
	free         func() // told that one of the few is free

	once  sync.Once
	moved bool
}

type placeKey struct{}

// StepAside says that what is done in ctx is about to wait for another server.
// If it is a job, others are done meanwhile: a server that never answers shall
// not keep them waiting.
func StepAside(ctx context.Context) {
	p, _ := ctx.Value(placeKey{}).(*place)
	if p == nil {
		return
	}
	p.once.Do(func() {
		select {
		case p.aside <- struct{}{}:
			p.moved = true
			<-p.slots
			p.free()
		case <-ctx.Done():
		}
	})
}

// leave ends the job's stay.
func (p *place) leave() {
	p.once.Do(func() {}) // from now on it does not step aside
	if p.moved {
		<-p.aside
		return
	}
	<-p.slots
	p.free()
}

// WorkOnce does the jobs that are due, one after the other, and returns how
// many there were.
func (c *Chapter) WorkOnce(ctx context.Context) (n int, err error) {
	jobs := c.claim(ctx, jobWorkers)
	for _, j := range jobs {
		c.do(ctx, j)
	}
	return len(jobs), ctx.Err()
}

func (c *Chapter) claim(ctx context.Context, limit int) (jobs []*models.Job) {
	if limit == 0 || ctx.Err() != nil {
		return nil
	}
	kinds := c.kinds()
	due, err := c.Store.JobsDue(ctx, kinds)
	if err == nil && due {
		err = c.Store.Write(ctx, func(tx *store.Tx) (err error) {
			jobs, err = tx.ClaimJobs(ctx, kinds, jobLease, limit)
			return err
		})
	}
	if err != nil && ctx.Err() == nil {
		slog.Error("claim jobs", "err", err)
	}
	return jobs
}

func (c *Chapter) kinds() (kinds []string) {
	c.tasks.mu.Lock()
	defer c.tasks.mu.Unlock()
	for kind := range c.tasks.doers {
		kinds = append(kinds, kind)
	}
	return kinds
}

// do does one job and notes how it went.
func (c *Chapter) do(ctx context.Context, j *models.Job) {
	c.tasks.mu.Lock()
	do := c.tasks.doers[j.Kind]
	c.tasks.mu.Unlock()
	limited, cancel := context.WithTimeout(ctx, jobLease-10*time.Second)
	defer cancel()
	err := guard(func() error { return do(limited, j) })
	if err == nil && j.Done {
		return
	}
	final := err == nil || models.KindOf(err) == models.NotFound || models.KindOf(err) == models.Gone ||
		models.KindOf(err) == models.Invalid || models.KindOf(err) == models.Forbidden || models.KindOf(err) == models.Malformed
	if err != nil && !final {
		slog.Warn("a job failed", "kind", j.Kind, "key", j.Key, "try", j.Attempts, "err", err)
	}
	werr := c.Store.Write(ctx, func(tx *store.Tx) error {
		if final || j.Attempts >= jobTries {
			return tx.DeleteJob(ctx, j.ID)
		}
		return tx.PostponeJob(ctx, j.ID, tx.Now().Add(pause(j.Attempts)), err.Error())
	})
	if werr != nil {
		slog.Error("note how a job went", "kind", j.Kind, "key", j.Key, "err", werr)
	}
}

// pause is how long to wait after the nth failure: 30 s, doubling.
func pause(n int) time.Duration { return 30 * time.Second << min(n-1, 10) }

func guard(do func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			slog.Error("a job panicked", "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("panicked: %v", p)
		}
	}()
	return do()
}
