package store

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	_ "github.com/mattn/go-sqlite3" // the driver "sqlite3"
)

// groupSize is how many transactions are committed together at most.
const groupSize = 128

// sqliteEngine is one writer connection, its transactions grouped, and
// readers beside it; sqlite_commit.go says how changes become durable.
type sqliteEngine struct {
	store   *Store
	file    string
	dialect dialect
	readers *sql.DB
	reads   statements
	db      *sql.DB // of the one writer connection
	conn    *sql.Conn
	writes  statements
	glance  glance
	jobs    chan *writeJob
	later   []indexed // of the group at work
	sync    *syncer
	commits atomic.Int64
	crowded atomic.Bool // the log has grown long
	stopped sync.WaitGroup
	closing chan struct{}
	once    sync.Once
}

// A writeJob is one caller of Write.
type writeJob struct {
	ctx  context.Context
	do   func(*Tx) error
	tx   *Tx
	err  error
	done chan struct{}
}

func (s *Store) openSQLite(ctx context.Context, file string, o Options) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return fmt.Errorf("make the database's folder: %w", err)
	}
	e := &sqliteEngine{store: s, file: file, jobs: make(chan *writeJob, groupSize), closing: make(chan struct{})}
	var err error
	e.db, err = sql.Open("sqlite3", sqliteAddress(file, url.Values{"_synchronous": {"NORMAL"}, "_cache_size": {"-16384"}}))
	if err != nil {
		return fmt.Errorf("open %s: %w", file, err)
	}
	checkpointer, err := e.openWriters(ctx)
	if err != nil {
		e.db.Close()
		return fmt.Errorf("open %s: %w", file, err)
	}
	e.readers, err = sql.Open("sqlite3", sqliteAddress(file, url.Values{"_query_only": {"on"}, "_cache_size": {"-4096"}}))
	if err != nil {
		e.db.Close()
		return fmt.Errorf("open %s: %w", file, err)
	}
	n := o.Readers
	if n == 0 {
		n = max(4, 2*runtime.NumCPU())
	}
	e.readers.SetMaxOpenConns(n + 1) // and the glance
	e.readers.SetMaxIdleConns(n + 1) // a connection costs more than what it reads
	e.reads.prepare = e.readers.PrepareContext
	if err := e.glance.open(ctx, e.readers); err != nil {
		e.db.Close()
		e.readers.Close()
		return fmt.Errorf("open %s: %w", file, err)
	}
	e.writes.prepare = e.conn.PrepareContext
	s.sqlite, s.run = e, sqliteReader{e}
	e.sync = &syncer{log: file + "-wal", relaxed: o.Relaxed, groups: make(chan []*writeJob, 4)}
	e.stopped.Add(3)
	go e.work()
	go e.sync.run(&e.stopped)
	go e.checkpoints(checkpointer)
	return nil
}

// openWriters opens the writer's connection and that of the checkpoints.
func (e *sqliteEngine) openWriters(ctx context.Context) (checkpointer *sql.Conn, err error) {
	e.db.SetMaxOpenConns(2)
	if e.conn, err = e.db.Conn(ctx); err != nil {
		return nil, err
	}
	for _, setting := range []string{
		`PRAGMA temp_store=MEMORY`,    // or each savepoint writes a file
		`PRAGMA wal_autocheckpoint=0`, // checkpoints are made beside
	} {
		if _, err = e.conn.ExecContext(ctx, setting); err != nil {
			return nil, err
		}
	}
	return e.db.Conn(ctx)
}

func sqliteAddress(file string, more url.Values) string {
	v := url.Values{
		"_journal_mode": {"WAL"},
		"_foreign_keys": {"on"},
		"_busy_timeout": {"15000"},
		"_txlock":       {"immediate"},
	}
	for k := range more {
		v.Set(k, more.Get(k))
	}
	return "file:" + (&url.URL{Path: file}).EscapedPath() + "?" + v.Encode()
}

func (e *sqliteEngine) close() error {
	e.once.Do(func() { close(e.closing) })
	e.stopped.Wait()
	e.writes.close()
	e.reads.close()
	e.glance.close()
	e.conn.Close()
	err := e.readers.Close()
	if err2 := e.db.Close(); err == nil {
		err = err2
	}
	return err
}

// write hands a transaction to the writer and waits for its commit.
func (e *sqliteEngine) write(ctx context.Context, do func(*Tx) error) error {
	j := &writeJob{ctx: ctx, do: do, done: make(chan struct{})}
	select {
	case e.jobs <- j:
	case <-ctx.Done():
		return ctx.Err()
	case <-e.closing:
		return errClosed
	}
	select {
	case <-j.done:
	case <-e.closing:
		e.stopped.Wait() // what was accepted before the end was still worked on
		select {
		case <-j.done:
		default:
			return errClosed
		}
	}
	if j.err == nil {
		j.tx.committed()
	}
	return j.err
}

var errClosed = fmt.Errorf("the database was closed")

// work is the writer: it takes what is waiting, and commits it together.
func (e *sqliteEngine) work() {
	defer e.stopped.Done()
	defer close(e.sync.groups)
	for {
		select {
		case j := <-e.jobs:
			e.group(j)
		case <-e.closing:
			for {
				select {
				case j := <-e.jobs:
					e.group(j)
				default:
					return
				}
			}
		}
	}
}

// group runs first and those that wait behind it in one transaction of the
// database.
func (e *sqliteEngine) group(first *writeJob) {
	ctx := context.Background() // a caller who leaves must not break the others' transaction
	group := []*writeJob{first}
	e.makeRoom()
	if first.err = e.begin(ctx); first.err != nil {
		release(group)
		return
	}
	e.later = e.later[:0]
	if err := e.attemptFirst(ctx, first); err != nil {
		release(group)
		return
	}
	for len(group) < groupSize {
		select {
		case j := <-e.jobs:
			group = append(group, j)
			e.attempt(ctx, j)
			continue
		default:
		}
		break
	}
	e.commit(ctx, group)
	e.sync.groups <- group
}

func (e *sqliteEngine) begin(ctx context.Context) error {
	_, err := e.execWriter(ctx, `BEGIN IMMEDIATE`, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	return nil
}

// attempt runs one job behind a savepoint, so that its failure is its own.
func (e *sqliteEngine) attempt(ctx context.Context, j *writeJob) {
	if j.err = j.ctx.Err(); j.err != nil {
		return
	}
	if _, j.err = e.execWriter(ctx, `SAVEPOINT job`, nil); j.err != nil {
		return
	}
	kept := len(e.later)
	if e.do(j); j.err != nil {
		e.execWriter(ctx, `ROLLBACK TO job`, nil)
		e.later = e.later[:kept]
	}
	if _, err := e.execWriter(ctx, `RELEASE job`, nil); err != nil && j.err == nil {
		j.err = err
	}
}

// attemptFirst runs the first job of a group, which needs no savepoint: there
// is nothing yet that its failure could take along. Behind a savepoint every
// page is copied before it is changed. An error means that there is no
// transaction any more.
func (e *sqliteEngine) attemptFirst(ctx context.Context, j *writeJob) error {
	if j.err = j.ctx.Err(); j.err != nil {
		return nil
	}
	if e.do(j); j.err == nil {
		return nil
	}
	e.later = e.later[:0]
	e.execWriter(ctx, `ROLLBACK`, nil)
	return e.begin(ctx)
}

func (e *sqliteEngine) do(j *writeJob) {
	j.tx = &Tx{queries: queries{run: sqliteWriter{e}, now: e.store.now}, store: e.store}
	j.err = protect(func() error { return j.do(j.tx) })
}

// protect turns a panic into an error: one bad job must not stop the writer.
func protect(do func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			slog.Error("a transaction panicked", "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("a transaction panicked: %v", p)
		}
	}()
	return do()
}

func (e *sqliteEngine) execWriter(ctx context.Context, text string, args []any) (sql.Result, error) {
	st, err := e.writes.get(ctx, e.dialect.text(text))
	if err != nil {
		return nil, err
	}
	return st.ExecContext(ctx, args...)
}

// sqliteReader reads on the pool.
type sqliteReader struct{ e *sqliteEngine }

func (r sqliteReader) postgres() bool { return false }

func (r sqliteReader) query(ctx context.Context, text string, args []any) (*sql.Rows, error) {
	// Every query is bounded, and a context that can end costs the driver a
	// goroutine for each.
	ctx = context.WithoutCancel(ctx)
	st, err := r.e.reads.get(ctx, r.e.dialect.text(text))
	if err != nil {
		return nil, err
	}
	return st.QueryContext(ctx, args...)
}

func (r sqliteReader) exec(context.Context, string, []any) (sql.Result, error) {
	return nil, fmt.Errorf("a change outside Store.Write")
}

// sqliteWriter works inside the writer's transaction.
type sqliteWriter struct{ e *sqliteEngine }

func (w sqliteWriter) postgres() bool { return false }

func (w sqliteWriter) query(ctx context.Context, text string, args []any) (*sql.Rows, error) {
	ctx = context.WithoutCancel(ctx)
	st, err := w.e.writes.get(ctx, w.e.dialect.text(text))
	if err != nil {
		return nil, err
	}
	return st.QueryContext(ctx, args...)
}

func (w sqliteWriter) exec(ctx context.Context, text string, args []any) (sql.Result, error) {
	return w.e.execWriter(context.WithoutCancel(ctx), text, args)
}

// index leaves a change of the full-text index to the end of the group.
func (w sqliteWriter) index(text string, args []any) {
	w.e.later = append(w.e.later, indexed{text, args})
}

// statements keeps prepared statements: preparing costs more than most
// queries.
type statements struct {
	prepare func(context.Context, string) (*sql.Stmt, error)
	kept    sync.Map // text -> *sql.Stmt
}

func (s *statements) get(ctx context.Context, text string) (*sql.Stmt, error) {
	if st, ok := s.kept.Load(text); ok {
		return st.(*sql.Stmt), nil
	}
	st, err := s.prepare(ctx, text)
	if err != nil {
		return nil, err
	}
	if other, loaded := s.kept.LoadOrStore(text, st); loaded {
		st.Close()
		return other.(*sql.Stmt), nil
	}
	return st, nil
}

func (s *statements) close() {
	s.kept.Range(func(_, st any) bool {
		st.(*sql.Stmt).Close()
		return true
	})
}

// optimizeEvery is how often SQLite may refresh what its planner knows.
const optimizeEvery = 6 * time.Hour

// Tend keeps the database in shape until ctx ends. It is for the serving
// program only.
func (s *Store) Tend(ctx context.Context) {
	tick := time.NewTicker(optimizeEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := s.Write(ctx, func(tx *Tx) error { return tx.forget(ctx) }); err != nil {
				slog.Warn("tend the database", "err", err)
			}
		}
	}
}

// A glance is a connection that asks only whether the others have written. It
// is one connection, because the number that it reads is counted by each for
// itself (SQLite, PRAGMA data_version).
type glance struct {
	mu   sync.Mutex
	conn *sql.Conn
	ask  *sql.Stmt
}

func (g *glance) open(ctx context.Context, db *sql.DB) (err error) {
	if g.conn, err = db.Conn(ctx); err != nil {
		return err
	}
	g.ask, err = g.conn.PrepareContext(ctx, `PRAGMA data_version`)
	return err
}

func (g *glance) close() {
	g.ask.Close()
	g.conn.Close()
}

func (e *sqliteEngine) state(ctx context.Context) (string, error) {
	e.glance.mu.Lock()
	defer e.glance.mu.Unlock()
	var n int64
	if err := e.glance.ask.QueryRowContext(context.WithoutCancel(ctx)).Scan(&n); err != nil {
		return "", fmt.Errorf("ask for the database's state: %w", err)
	}
	return strconv.FormatInt(n, 36), nil
}
