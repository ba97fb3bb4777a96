package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// How a change becomes durable here.
//
// The writer's COMMIT puts a group into the write-ahead log without waiting
// for the disk (synchronous=NORMAL). The syncer then syncs that file and only
// then answers the group's callers, while the writer is already at the next
// group: work and disk overlap, one sync serves all groups that wait for it,
// and still nothing is acknowledged that a loss of power could take back. A
// reader may see a change some milliseconds before it is on the disk.
//
// Checkpoints, which copy the log into the database, are made beside the
// writer, not inside its commits.

const (
	checkpointEvery = 500 * time.Millisecond
	// pagesKept is how long the log may grow, in pages of 4 KiB, before the
	// writer makes room for it to begin anew: beside a writer that never
	// rests it would not be whole.
	pagesKept = 16384
)

// A syncer makes committed groups durable and answers their callers.
type syncer struct {
	log     string // the write-ahead log
	relaxed bool   // do not wait for the disk
	file    *os.File
	groups  chan []*writeJob
	mu      sync.Mutex
	failed  error // of a sync: what the disk holds is not known any more
}

// run answers groups until there will be no more.
func (y *syncer) run(stopped *sync.WaitGroup) {
	defer stopped.Done()
	for group := range y.groups {
		for more := true; more; {
			select {
			case next, open := <-y.groups:
				group, more = append(group, next...), open
			default:
				more = false
			}
		}
		if err := y.sync(); err != nil {
			fail(group, err)
		}
		release(group)
	}
	if y.file != nil {
		y.file.Close()
	}
}

// sync brings what was committed to the disk. After a failure the kernel may
// have dropped what it could not write, so that a later success would say
// nothing: the store then takes no more changes.
func (y *syncer) sync() error {
	err := y.broken()
	if err == nil && y.relaxed {
		return nil
	}
	if err == nil && y.file == nil {
		y.file, err = os.OpenFile(y.log, os.O_RDWR, 0)
	}
	if err == nil {
		err = y.file.Sync()
	}
	if err != nil && y.broken() == nil {
		slog.Error("the database's log cannot be brought to the disk; no more changes are taken", "err", err)
		y.mu.Lock()
		y.failed = fmt.Errorf("sync the database's log: %w", err)
		y.mu.Unlock()
	}
	return y.broken()
}

func (y *syncer) broken() error {
	y.mu.Lock()
	defer y.mu.Unlock()
	return y.failed
}

// fail gives err to those whose own work had none.
func fail(group []*writeJob, err error) {
	for _, j := range group {
		if j.err == nil {
			j.err = err
		}
	}
}

func release(group []*writeJob) {
	for _, j := range group {
		close(j.done)
	}
}

// checkpoints copies the log into the database while there is something new in
// it, until the engine closes.
func (e *sqliteEngine) checkpoints(conn *sql.Conn) {
	defer e.stopped.Done()
	defer conn.Close()
	tick := time.NewTicker(checkpointEvery)
	defer tick.Stop()
	var done int64
	for {
		select {
		case <-e.closing:
			return
		case <-tick.C:
		}
		now := e.commits.Load()
		if now == done {
			continue
		}
		done = now
		pages, err := checkpoint(conn)
		if err != nil {
			slog.Warn("checkpoint", "err", err)
		}
		e.crowded.Store(pages > pagesKept)
	}
}

// checkpoint copies what it can without waiting for anybody and returns how
// many pages the log holds.
func checkpoint(conn *sql.Conn) (pages int64, err error) {
	var busy, copied int64
	err = conn.QueryRowContext(context.Background(), `PRAGMA wal_checkpoint(PASSIVE)`).Scan(&busy, &pages, &copied)
	return pages, err
}

// makeRoom copies the rest of a log that has grown long, between two
// transactions of the writer: the next one then begins the log anew.
func (e *sqliteEngine) makeRoom() {
	if !e.crowded.Swap(false) {
		return
	}
	if _, err := checkpoint(e.conn); err != nil {
		slog.Warn("checkpoint", "err", err)
	}
}

// indexed is a change of the full-text index that waits for the end of its
// group.
type indexed struct {
	text string
	args []any
}

// index does what the group's transactions left for the full-text index. It
// is done once for all, behind the last savepoint: at each savepoint FTS would
// write down what it holds, and soon merge what it wrote.
func (e *sqliteEngine) index(ctx context.Context) error {
	for _, i := range e.later {
		if _, err := e.execWriter(ctx, i.text, i.args); err != nil {
			return fmt.Errorf("index: %w", err)
		}
	}
	return nil
}

// commit ends the group's transaction. Either all of it is in the log or
// nothing is.
func (e *sqliteEngine) commit(ctx context.Context, group []*writeJob) {
	err := errors.Join(e.index(ctx), e.sync.broken())
	if err == nil {
		if _, err = e.execWriter(ctx, `COMMIT`, nil); err == nil {
			e.commits.Add(1)
			return
		}
		err = fmt.Errorf("commit: %w", err)
	}
	e.execWriter(ctx, `ROLLBACK`, nil)
	fail(group, err)
}
