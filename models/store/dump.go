package store

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/jmoiron/sqlx"
	"github.com/pressly/goose/v3"
)

// Rows are rows of one table: what a backup is made of. Values are int64,
// float64, bool, string, []byte or nil on both engines, so that what one
// engine wrote the other can load.
type Rows struct {
	Table   string
	Columns []string
	Rows    [][]any
}

const (
	dumpRows  = 1000    // at a time
	dumpBytes = 1 << 20 // or so
	loadArgs  = 30_000  // values in one INSERT; SQLite takes 32,766, PostgreSQL 65,535
)

// searchTable is the index of the full-text search, which the engines keep
// differently: it is dumped and loaded as words.
const searchTable = "post_search"

// versionTable is where goose notes which migrations were done.
const versionTable = "goose_db_version"

// Version returns the number of the last migration that was done here, 0 for
// an empty database.
func (s *Store) Version(ctx context.Context) (int64, error) {
	p, done, err := s.provider()
	if err != nil {
		return 0, err
	}
	defer done()
	at, _, err := p.GetVersions(ctx)
	if err != nil {
		return 0, fmt.Errorf("ask for the database's version: %w", err)
	}
	return at, nil
}

// Dump hands take all that the database holds, as it was at one moment, some
// rows at a time. Who writes meanwhile is not held up.
func (s *Store) Dump(ctx context.Context, take func(Rows) error) error {
	return s.snapshot(ctx, func(q executor) error {
		tables, err := s.tables(ctx, q)
		if err != nil {
			return err
		}
		for _, t := range tables {
			if err := dumpTable(ctx, q, t, take); err != nil {
				return fmt.Errorf("dump %s: %w", t.name, err)
			}
		}
		return nil
	})
}

// snapshot runs do on a connection that sees the database as of one moment.
func (s *Store) snapshot(ctx context.Context, do func(executor) error) error {
	if s.pg != nil {
		tx, err := s.pg.db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
		if err != nil {
			return fmt.Errorf("begin: %w", err)
		}
		defer tx.Rollback()
		return do(tx)
	}
	db, _ := s.migrationDB()
	defer db.Close()
	conn, err := db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, `BEGIN DEFERRED`); err != nil { // reads only: takes no lock that a writer waits for
		return fmt.Errorf("begin: %w", err)
	}
	defer conn.ExecContext(context.WithoutCancel(ctx), `ROLLBACK`)
	return do(conn)
}

// A table is a table as it is dumped.
type table struct {
	name    string
	columns []string
	read    string // SELECT of the columns
}

// tables returns all tables of the database, by name.
func (s *Store) tables(ctx context.Context, q executor) ([]table, error) {
	text := `SELECT m.name, c.name, m.sql LIKE 'CREATE VIRTUAL %' FROM sqlite_master m JOIN pragma_table_info(m.name) c
		WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY m.name, c.cid`
	if s.pg != nil {
		text = `SELECT c.table_name, c.column_name, FALSE FROM information_schema.columns c
			JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name AND t.table_type = 'BASE TABLE'
			WHERE c.table_schema = current_schema() ORDER BY c.table_name COLLATE "C", c.ordinal_position`
	}
	rows, err := q.QueryContext(ctx, text)
	if err != nil {
		return nil, fmt.Errorf("ask for the tables: %w", err)
	}
	defer rows.Close()
	var out []table
	for rows.Next() {
		var name, column string
		var virtual bool
		if err := rows.Scan(&name, &column, &virtual); err != nil {
			return nil, err
		}
		if name == versionTable || strings.HasPrefix(name, searchTable) {
			continue
		}
		if virtual {
			return nil, fmt.Errorf("the table %s can be dumped in no way that is known", name)
		}
		if len(out) == 0 || out[len(out)-1].name != name {
			out = append(out, table{name: name})
		}
		t := &out[len(out)-1]
		t.columns = append(t.columns, column)
	}
	for i := range out {
		out[i].read = `SELECT ` + quoted(out[i].columns) + ` FROM ` + quoted([]string{out[i].name})
	}
	words := `body`
	if s.pg != nil {
		words = `array_to_string(tsvector_to_array(body), ' ')`
	}
	out = append(out, table{searchTable, []string{"docid", "body"}, `SELECT docid, ` + words + ` FROM ` + searchTable})
	return out, rows.Err()
}

func quoted(names []string) string { return `"` + strings.Join(names, `", "`) + `"` }

func dumpTable(ctx context.Context, q executor, t table, take func(Rows) error) error {
	rows, err := q.QueryContext(ctx, t.read)
	if err != nil {
		return err
	}
	defer rows.Close()
	some := Rows{Table: t.name, Columns: t.columns}
	size := 0
	for rows.Next() {
		values := make([]any, len(t.columns))
		dest := make([]any, len(t.columns))
		for i := range values {
			dest[i] = &values[i]
		}
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		some.Rows = append(some.Rows, values)
		if size += sizeOf(values); len(some.Rows) == dumpRows || size > dumpBytes {
			if err := take(some); err != nil {
				return err
			}
			some.Rows, size = nil, 0
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if len(some.Rows) == 0 {
		return nil
	}
	return take(some)
}

func sizeOf(values []any) (n int) {
	for _, v := range values {
		switch v := v.(type) {
		case string:
			n += len(v)
		case []byte:
			n += len(v)
		}
	}
	return n
}

// Empty says whether nothing is kept here: the database may be new, or made
// and never used.
func (s *Store) Empty(ctx context.Context) (empty bool, err error) {
	return empty, s.snapshot(ctx, func(q executor) error {
		tables, err := s.tables(ctx, q)
		if err != nil {
			return err
		}
		for _, t := range tables[:len(tables)-1] { // what is searched is in the others
			rows, err := q.QueryContext(ctx, t.read+` LIMIT 1`)
			if err != nil {
				return err
			}
			some := rows.Next()
			if err := rows.Close(); err != nil || some {
				return err
			}
		}
		empty = true
		return nil
	})
}

// Load fills an empty database with what next returns until io.EOF: rows of
// tables as they were at a version of the database. All of it is there
// afterwards, or nothing; and the database is up to date.
func (s *Store) Load(ctx context.Context, version int64, next func() (Rows, error)) error {
	if err := s.migrateTo(ctx, version); err != nil {
		return err
	}
	empty, err := s.Empty(ctx)
	if err != nil {
		return err
	}
	if !empty {
		return fmt.Errorf("the database is not empty")
	}
	if err := s.load(ctx, next); err != nil {
		return err
	}
	return s.Migrate(ctx)
}

func (s *Store) migrateTo(ctx context.Context, version int64) error {
	p, done, err := s.provider()
	if err != nil {
		return err
	}
	defer done()
	at, known, err := p.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("ask for the database's version: %w", err)
	}
	if version > known {
		return fmt.Errorf("what shall be loaded is of version %d, this program knows only %d: use the newer atelier that made it", version, known)
	}
	if at > version {
		return fmt.Errorf("the database is at version %d already, and what shall be loaded at %d: load it into a new one", at, version)
	}
	if _, err := p.UpTo(ctx, version); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

func (s *Store) provider() (*goose.Provider, func(), error) {
	files, err := migrations(s.run.postgres())
	if err != nil {
		return nil, nil, fmt.Errorf("read the migrations: %w", err)
	}
	db, dialect := s.migrationDB()
	done := func() {}
	if s.sqlite != nil {
		done = func() { db.Close() }
	}
	p, err := goose.NewProvider(dialect, db, files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		done()
		return nil, nil, fmt.Errorf("read the migrations: %w", err)
	}
	return p, done, nil
}

// load inserts all rows in one transaction. Rows may come before those that
// they refer to: references are checked at the end.
func (s *Store) load(ctx context.Context, next func() (Rows, error)) error {
	db, _ := s.migrationDB()
	if s.sqlite != nil {
		defer db.Close()
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer tx.Rollback()
	known, err := s.tables(ctx, tx)
	if err != nil {
		return err
	}
	check, err := s.deferChecks(ctx, tx)
	if err != nil {
		return err
	}
	for {
		some, err := next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		if err := s.insert(ctx, tx, known, some); err != nil {
			return fmt.Errorf("load %s: %w", some.Table, err)
		}
	}
	if err := check(); err != nil {
		return fmt.Errorf("check what was loaded: %w", err)
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// deferChecks has references checked when check is called, not row by row.
func (s *Store) deferChecks(ctx context.Context, tx *sql.Tx) (check func() error, err error) {
	if s.sqlite != nil {
		_, err := tx.ExecContext(ctx, `PRAGMA defer_foreign_keys = ON`)
		return func() error { return nil }, err // at the commit
	}
	constraints, err := scanAll(ctx, tx, `
		SELECT 'ALTER TABLE ' || quote_ident(r.relname) || ' ALTER CONSTRAINT ' || quote_ident(c.conname)
		FROM pg_constraint c JOIN pg_class r ON r.oid = c.conrelid JOIN pg_namespace n ON n.oid = r.relnamespace
		WHERE c.contype = 'f' AND n.nspname = current_schema()`)
	if err != nil {
		return nil, err
	}
	set := func(how string) error {
		for _, c := range constraints {
			if _, err := tx.ExecContext(ctx, c+how); err != nil {
				return err
			}
		}
		return nil
	}
	return func() error {
		if _, err := tx.ExecContext(ctx, `SET CONSTRAINTS ALL IMMEDIATE`); err != nil {
			return err
		}
		return set(` NOT DEFERRABLE`)
	}, set(` DEFERRABLE INITIALLY DEFERRED`)
}

func scanAll(ctx context.Context, q executor, text string) (out []string, err error) {
	rows, err := q.QueryContext(ctx, text)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		s, err := scanString(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

// insert inserts rows of a table that must be known, with columns that must
// be. Names come from a file: only names that the database has itself get
// into a statement.
func (s *Store) insert(ctx context.Context, tx *sql.Tx, known []table, some Rows) error {
	i := slices.IndexFunc(known, func(t table) bool { return t.name == some.Table })
	if i < 0 {
		return fmt.Errorf("there is no such table")
	}
	for _, c := range some.Columns {
		if !slices.Contains(known[i].columns, c) {
			return fmt.Errorf("it has no column %q", c)
		}
	}
	if len(some.Columns) == 0 {
		return fmt.Errorf("no column is named")
	}
	value := strings.Repeat(", ?", len(some.Columns))[2:]
	if some.Table == searchTable && s.pg != nil {
		value = `?, to_tsvector('simple', ?)`
	}
	for rows := range slices.Chunk(some.Rows, loadArgs/len(some.Columns)) {
		args := make([]any, 0, len(rows)*len(some.Columns))
		for _, row := range rows {
			if len(row) != len(some.Columns) {
				return fmt.Errorf("a row has %d values for %d columns", len(row), len(some.Columns))
			}
			args = append(args, row...)
		}
		text := `INSERT INTO ` + quoted([]string{some.Table}) + ` (` + quoted(some.Columns) + `) VALUES (` +
			strings.Repeat(value+`), (`, len(rows)-1) + value + `)`
		if s.pg != nil {
			text = sqlx.Rebind(sqlx.DOLLAR, text)
		}
		if _, err := tx.ExecContext(ctx, text, args...); err != nil {
			return err
		}
	}
	return nil
}
