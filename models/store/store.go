package store

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"atelier/models"
)

// Options are what a Store needs besides its address.
type Options struct {
	// Now is the clock; time.Now if nil.
	Now func() time.Time
	// Readers is how many connections read at a time; 0 chooses.
	Readers int
	// Node tells the ids of this program from those of others that use the same
	// SQLite file at the same time: 0 for the server, another for commands
	// beside it. On PostgreSQL nodes number themselves.
	Node uint8
	// Relaxed lets SQLite lose the last moments at a power failure (not at a
	// crash of the program): for tests.
	Relaxed bool
}

// Store is a chapter's database.
type Store struct {
	queries
	ids    models.IDs
	sqlite *sqliteEngine
	pg     *postgresEngine
	rules  keptRules

	mu        sync.Mutex
	listeners []func([]models.Event)

	watch func(took time.Duration)
}

// Tx is a transaction: the same queries, and the events that it will leave.
type Tx struct {
	queries
	store  *Store
	events []models.Event
	after  []func()

	changedRules bool
}

// Open opens the database at address, sqlite:FILE or postgres://..., without
// migrating it.
func Open(ctx context.Context, address string, o Options) (*Store, error) {
	clock := o.Now
	if clock == nil {
		clock = time.Now
	}
	// What is kept is milliseconds; a moment that was just written must equal
	// the one that is read.
	o.Now = func() time.Time { return clock().UTC().Truncate(time.Millisecond) }
	s := &Store{}
	s.ids.Now = o.Now
	s.ids.SetNode(o.Node)
	s.now = o.Now
	switch file, isFile := strings.CutPrefix(address, "sqlite:"); {
	case isFile:
		return s, s.openSQLite(ctx, file, o)
	case strings.HasPrefix(address, "postgres://"), strings.HasPrefix(address, "postgresql://"):
		return s, s.openPostgres(ctx, address, o)
	}
	return nil, fmt.Errorf("the database address must begin with sqlite: or postgres://, not %q", address)
}

// Close ends all connections. What Write accepted is committed first.
func (s *Store) Close() error {
	if s.sqlite != nil {
		return s.sqlite.close()
	}
	return s.pg.close()
}

// NewID returns an id that no other node makes.
func (s *Store) NewID() models.ID { return s.ids.New() }

// IDAt returns an id that sorts among those of moment t.
func (s *Store) IDAt(t time.Time) models.ID { return s.ids.At(t) }

// Now is the store's clock.
func (s *Store) Now() time.Time { return s.now() }

// Write runs do in a transaction and commits it; when it returns nil, the
// change is on disk. If do returns an error nothing is changed. do may run
// more than once, must not wait for anything but its Tx, and must not use
// the Store itself.
func (s *Store) Write(ctx context.Context, do func(tx *Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	begun := time.Now()
	err := s.engineWrite(ctx, do)
	if s.watch != nil {
		s.watch(time.Since(begun))
	}
	return err
}

func (s *Store) engineWrite(ctx context.Context, do func(tx *Tx) error) error {
	if s.sqlite != nil {
		return s.sqlite.write(ctx, do)
	}
	return s.pg.write(ctx, do)
}

// Listen has hear called with the events of every transaction after it was
// committed, on this node or another. hear must not block.
func (s *Store) Listen(hear func([]models.Event)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.listeners = append(s.listeners, hear)
}

func (s *Store) tell(events []models.Event) {
	if len(events) == 0 {
		return
	}
	s.mu.Lock()
	listeners := s.listeners
	s.mu.Unlock()
	for _, hear := range listeners {
		hear(events)
	}
}

// Ping says whether the database answers and is migrated.
func (s *Store) Ping(ctx context.Context) error {
	var n int
	err := s.row(ctx, `SELECT COUNT(*) FROM chapter`, nil, &n)
	if err != nil {
		return fmt.Errorf("ask the database: %w", err)
	}
	return nil
}

// State names what the database holds now, whoever wrote it: while it is the
// same, every read has the same answer. It costs less than the smallest read
// of a table.
func (s *Store) State(ctx context.Context) (string, error) {
	if s.sqlite != nil {
		return s.sqlite.state(ctx)
	}
	return s.pg.state(ctx)
}

// NewID returns an id that no other node makes.
func (tx *Tx) NewID() models.ID { return tx.store.NewID() }

// IDAt returns an id that sorts among those of moment t.
func (tx *Tx) IDAt(t time.Time) models.ID { return tx.store.IDAt(t) }

// Now is the store's clock.
func (tx *Tx) Now() time.Time { return tx.now() }

// Leave adds an event: listeners hear of it after the commit, and one that
// federates is kept until it was delivered.
func (tx *Tx) Leave(ctx context.Context, e models.Event) error {
	e.ID = tx.NewID()
	e.CreatedAt = tx.Now()
	tx.events = append(tx.events, e)
	if !e.Federates {
		return nil
	}
	return tx.addEvent(ctx, &e)
}

// After has do called when the transaction was committed.
func (tx *Tx) After(do func()) { tx.after = append(tx.after, do) }

// committed tells the world of the transaction.
func (tx *Tx) committed() {
	for _, do := range tx.after {
		do()
	}
	tx.store.tell(tx.events)
}

// ErrNotFound is what reads return for a row that is not there, or not for
// the viewer.
var ErrNotFound = models.Errorf(models.NotFound, "Record not found")
