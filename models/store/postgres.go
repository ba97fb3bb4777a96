package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"math/rand/v2"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"atelier/models"
)

// channel is where nodes tell each other what happened.
const channel = "atelier_events"

// noticeLimit is how many bytes PostgreSQL lets a notice have.
const noticeLimit = 7900

// postgresEngine is a pool of connections, and one that listens to the other
// nodes and holds this node's number.
type postgresEngine struct {
	store   *Store
	config  *pgx.ConnConfig
	dialect dialect
	db      *sql.DB
	node    string // tells this node's own notices from others'
	stop    context.CancelFunc
	stopped sync.WaitGroup
}

func (s *Store) openPostgres(ctx context.Context, address string, o Options) error {
	config, err := pgx.ParseConfig(address)
	if err != nil {
		return fmt.Errorf("read the database address: %w", err)
	}
	// Every query is bounded and goes by an index, whatever its values; planning
	// its joins anew each time takes ten times as long as running it.
	config.RuntimeParams["plan_cache_mode"] = "force_generic_plan"
	// None is so long that it is worth starting more processes for it.
	config.RuntimeParams["max_parallel_workers_per_gather"] = "0"
	e := &postgresEngine{store: s, config: config, node: fmt.Sprintf("%016x", rand.Uint64()), dialect: dialect{pg: true}}
	e.db = stdlib.OpenDB(*config)
	n := o.Readers
	if n == 0 {
		n = max(8, 4*runtime.NumCPU())
	}
	e.db.SetMaxOpenConns(n)
	e.db.SetMaxIdleConns(n)
	if err := e.db.PingContext(ctx); err != nil {
		e.db.Close()
		return fmt.Errorf("reach the database: %w", err)
	}
	s.pg, s.run = e, postgresRunner{e, e.db}
	conn, err := e.claimNode(ctx)
	if err != nil {
		e.db.Close()
		return err
	}
	life, stop := context.WithCancel(context.Background())
	e.stop = stop
	e.stopped.Add(1)
	go e.listen(life, conn)
	return nil
}

// state is the snapshot that a read would have now: which transactions it sees.
func (e *postgresEngine) state(ctx context.Context) (s string, err error) {
	if err := e.db.QueryRowContext(ctx, `SELECT CAST(pg_current_snapshot() AS TEXT)`).Scan(&s); err != nil {
		return "", fmt.Errorf("ask for the database's state: %w", err)
	}
	return s, nil
}

func (e *postgresEngine) close() error {
	e.stop()
	e.stopped.Wait()
	return e.db.Close()
}

// nodeLock is the key space of the advisory locks that hold node numbers.
const nodeLock = 0x41746c72

// claimNode opens the listening connection and takes a node number with it:
// a lock of that session, so that a node that dies frees its number.
func (e *postgresEngine) claimNode(ctx context.Context) (*pgx.Conn, error) {
	conn, err := pgx.ConnectConfig(ctx, e.config)
	if err != nil {
		return nil, fmt.Errorf("reach the database: %w", err)
	}
	// Databases on one server share advisory locks only within themselves, but
	// schemas in one database do: the key takes the schema in.
	var schema string
	if err := conn.QueryRow(ctx, `SELECT current_schema()`).Scan(&schema); err != nil {
		conn.Close(ctx)
		return nil, fmt.Errorf("ask for the schema: %w", err)
	}
	h := fnv.New32a()
	h.Write([]byte(schema))
	space := int32(h.Sum32() ^ nodeLock)
	for n := range 256 {
		var got bool
		if err := conn.QueryRow(ctx, `SELECT pg_try_advisory_lock($1, $2)`, space, n).Scan(&got); err != nil {
			conn.Close(ctx)
			return nil, fmt.Errorf("claim a node number: %w", err)
		}
		if got {
			e.store.ids.SetNode(uint8(n))
			if _, err := conn.Exec(ctx, `LISTEN `+channel); err != nil {
				conn.Close(ctx)
				return nil, fmt.Errorf("listen to the other nodes: %w", err)
			}
			return conn, nil
		}
	}
	conn.Close(ctx)
	return nil, errors.New("256 nodes use this database already")
}

// notice is what one node tells the others of a transaction.
type notice struct {
	Node   string         `json:"node"`
	Schema string         `json:"schema"`
	Events []models.Event `json:"events"`
}

// listen passes on what other nodes tell, until life ends.
func (e *postgresEngine) listen(life context.Context, conn *pgx.Conn) {
	defer e.stopped.Done()
	for {
		n, err := conn.WaitForNotification(life)
		if life.Err() != nil {
			conn.Close(context.Background())
			return
		}
		if err != nil {
			slog.Warn("listening to the other nodes broke off", "err", err)
			conn.Close(context.Background())
			if conn = e.reclaim(life); conn == nil {
				return
			}
			continue
		}
		var heard notice
		if err := json.Unmarshal([]byte(n.Payload), &heard); err != nil {
			slog.Warn("a notice that cannot be read", "err", err)
			continue
		}
		if heard.Node != e.node && heard.Schema == e.config.RuntimeParams["search_path"] {
			e.store.tell(heard.Events)
		}
	}
}

func (e *postgresEngine) reclaim(life context.Context) *pgx.Conn {
	for {
		select {
		case <-life.Done():
			return nil
		case <-time.After(time.Second):
		}
		if conn, err := e.claimNode(life); err == nil {
			return conn
		}
	}
}

// write runs a transaction, again if the database asks for it.
func (e *postgresEngine) write(ctx context.Context, do func(*Tx) error) error {
	for try := 1; ; try++ {
		err := e.attempt(ctx, do)
		var pe *pgconn.PgError
		if err == nil || try == 4 || !errors.As(err, &pe) || (pe.Code != "40001" && pe.Code != "40P01") {
			return err
		}
		time.Sleep(time.Duration(try) * time.Millisecond * time.Duration(5+rand.IntN(10)))
	}
}

func (e *postgresEngine) attempt(ctx context.Context, do func(*Tx) error) error {
	sqlTx, err := e.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer sqlTx.Rollback()
	tx := &Tx{queries: queries{run: postgresRunner{e, sqlTx}, now: e.store.now}, store: e.store}
	if err := protect(func() error { return do(tx) }); err != nil {
		return err
	}
	if err := e.notify(ctx, sqlTx, tx.events); err != nil {
		return err
	}
	if err := sqlTx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	tx.committed()
	return nil
}

// notify has the database tell the other nodes at commit.
func (e *postgresEngine) notify(ctx context.Context, sqlTx *sql.Tx, events []models.Event) error {
	for len(events) > 0 {
		n := len(events)
		var text []byte
		for {
			text, _ = json.Marshal(notice{e.node, e.config.RuntimeParams["search_path"], events[:n]})
			if len(text) <= noticeLimit {
				break
			}
			if n > 1 {
				n = (n + 1) / 2
				continue
			}
			small := events[0]
			small.Data = nil // listeners read the rest from the database
			text, _ = json.Marshal(notice{e.node, e.config.RuntimeParams["search_path"], []models.Event{small}})
			break
		}
		if _, err := sqlTx.ExecContext(ctx, `SELECT pg_notify($1, $2)`, channel, string(text)); err != nil {
			return fmt.Errorf("tell the other nodes: %w", err)
		}
		events = events[n:]
	}
	return nil
}

// executor is what a pool and a transaction share.
type executor interface {
	QueryContext(context.Context, string, ...any) (*sql.Rows, error)
	ExecContext(context.Context, string, ...any) (sql.Result, error)
}

type postgresRunner struct {
	e  *postgresEngine
	db executor
}

func (r postgresRunner) postgres() bool { return true }

func (r postgresRunner) query(ctx context.Context, text string, args []any) (*sql.Rows, error) {
	text, args = withLimit(text, args)
	return r.db.QueryContext(ctx, r.e.dialect.text(text), args...)
}

// withLimit writes the numbers of text's LIMITs into it. There are few of them,
// and a plan that is made for any number is made for a tenth of the table.
func withLimit(text string, args []any) (string, []any) {
	for from := 0; ; {
		at := strings.Index(text[from:], limit)
		if at < 0 {
			return text, args
		}
		from += at + len(limit)
		before := text[:from-1]
		i := strings.Count(before, "?") + strings.Count(before, "{ids}") + strings.Count(before, "{names}")
		if n, ok := args[i].(int64); ok {
			text = before + strconv.FormatInt(n, 10) + text[from:]
			args = slices.Delete(slices.Clone(args), i, i+1)
		}
	}
}

const limit = "LIMIT ?"

func (r postgresRunner) exec(ctx context.Context, text string, args []any) (sql.Result, error) {
	if _, inside := r.db.(*sql.Tx); !inside {
		return nil, fmt.Errorf("a change outside Store.Write")
	}
	return r.db.ExecContext(ctx, r.e.dialect.text(text), args...)
}
