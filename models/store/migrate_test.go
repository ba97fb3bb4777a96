package store_test

import (
	"database/sql"
	"path/filepath"
	"testing"

	"atelier/models/store"
)

// A migration that came out under a lower number than one already applied is
// applied all the same; a database of a newer program is refused.
func TestMigrateLateAndNewer(t *testing.T) {
	ctx := t.Context()
	file := filepath.Join(t.TempDir(), "test.db")
	migrate := func() error {
		s, err := store.Open(ctx, "sqlite:"+file, store.Options{Relaxed: true})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		return s.Migrate(ctx)
	}
	do := func(text string) {
		t.Helper()
		db, err := sql.Open("sqlite3", file)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if _, err := db.ExecContext(ctx, text); err != nil {
			t.Fatal(err)
		}
	}
	if err := migrate(); err != nil {
		t.Fatal(err)
	}
	do(`ALTER TABLE push_subscriptions RENAME COLUMN sealed TO secret; DELETE FROM goose_db_version WHERE version_id = 460`)
	if err := migrate(); err != nil {
		t.Fatal(err)
	}
	do(`UPDATE push_subscriptions SET sealed = ''`) // the column is there again
	do(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)`)
	if err := migrate(); err == nil {
		t.Error("a database of a newer program was taken")
	}
}
