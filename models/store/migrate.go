package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"testing/fstest"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// migrations are the files for one engine, under one name each: a file that
// ends in _sqlite or _postgres is for that engine alone, and words in braces
// stand for what the engines call differently.
func migrations(pg bool) (fs.FS, error) {
	words, other := strings.NewReplacer("{{id}}", "INTEGER PRIMARY KEY", "{{blob}}", "BLOB", "{{without_rowid}}", "WITHOUT ROWID"), "_postgres.sql"
	if pg {
		words, other = strings.NewReplacer("{{id}}", "BIGINT PRIMARY KEY", "{{blob}}", "BYTEA", " {{without_rowid}}", ""), "_sqlite.sql"
	}
	out := fstest.MapFS{}
	entries, err := migrationFiles.ReadDir("migrations")
	if err != nil {
		return nil, err
	}
	for _, entry := range entries {
		if strings.HasSuffix(entry.Name(), other) {
			continue
		}
		text, err := migrationFiles.ReadFile(path.Join("migrations", entry.Name()))
		if err != nil {
			return nil, err
		}
		out[entry.Name()] = &fstest.MapFile{Data: []byte(words.Replace(string(text)))}
	}
	return out, nil
}

// Migrate brings the database up to date. One node does it at a time; a
// database that is newer than this program is refused.
func (s *Store) Migrate(ctx context.Context) error {
	files, err := migrations(s.run.postgres())
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	db, dialect := s.migrationDB()
	// A migration that came out late under a lower number is applied all the
	// same: none may lean on one of a higher number.
	options := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true), goose.WithAllowOutofOrder(true)}
	if s.pg != nil {
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return fmt.Errorf("lock the migrations: %w", err)
		}
		options = append(options, goose.WithSessionLocker(locker))
	} else {
		defer db.Close()
	}
	provider, err := goose.NewProvider(dialect, db, files, options...)
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	at, known, err := provider.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("ask for the database's version: %w", err)
	}
	if at > known {
		return fmt.Errorf("the database is at version %d, this program knows only %d: run the newer atelier that made it", at, known)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// migrationDB is where migrations run: on SQLite a connection of their own,
// since the writer's is the engine's alone.
func (s *Store) migrationDB() (*sql.DB, goose.Dialect) {
	if s.pg != nil {
		return s.pg.db, goose.DialectPostgres
	}
	db, err := sql.Open("sqlite3", sqliteAddress(s.sqlite.file, nil))
	if err != nil {
		panic(err) // the driver is linked in
	}
	db.SetMaxOpenConns(1)
	return db, goose.DialectSQLite3
}
