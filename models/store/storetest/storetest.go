// Package storetest gives a test a real, empty database of each engine, and
// small builders to fill it.
package storetest

import (
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"atelier/models"
	"atelier/models/store"
)

// Each runs do against an empty, migrated database of each engine. PostgreSQL
// is the one that ATELIER_TEST_POSTGRES names; without it that half is skipped,
// except under CI.
func Each(t *testing.T, do func(t *testing.T, s *store.Store)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { do(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { do(t, Postgres(t)) })
}

// SQLite opens an empty, migrated SQLite database.
func SQLite(t testing.TB) *store.Store {
	t.Helper()
	return open(t, "sqlite:"+filepath.Join(t.TempDir(), "test.db"))
}

// Postgres opens an empty, migrated schema of the PostgreSQL database that
// ATELIER_TEST_POSTGRES names.
func Postgres(t testing.TB) *store.Store {
	t.Helper()
	return open(t, PostgresAddress(t))
}

var schemas atomic.Int64

// PostgresAddress returns the address of an empty schema of its own.
func PostgresAddress(t testing.TB) string {
	t.Helper()
	address := os.Getenv("ATELIER_TEST_POSTGRES")
	if address == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("ATELIER_TEST_POSTGRES is not set: make test starts a PostgreSQL of its own")
		}
		t.Skip("ATELIER_TEST_POSTGRES is not set: make test starts a PostgreSQL of its own")
	}
	db, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	schema := fmt.Sprintf("test_%d_%d_%d", os.Getpid(), time.Now().UnixNano(), schemas.Add(1))
	if _, err := db.ExecContext(t.Context(), `CREATE SCHEMA `+schema); err != nil {
		t.Fatalf("make a schema: %v", err)
	}
	t.Cleanup(func() {
		db, err := sql.Open("pgx", address)
		if err != nil {
			return
		}
		defer db.Close()
		db.Exec(`DROP SCHEMA ` + schema + ` CASCADE`)
	})
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	v := u.Query()
	v.Set("search_path", schema)
	u.RawQuery = v.Encode()
	return u.String()
}

func open(t testing.TB, address string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), address, store.Options{Relaxed: true})
	if err != nil {
		t.Fatalf("open %s: %v", address, err)
	}
	t.Cleanup(func() { s.Close() })
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatalf("migrate %s: %v", address, err)
	}
	return s
}

// Write runs do in a transaction that must succeed.
func Write(t testing.TB, s *store.Store, do func(tx *store.Tx) error) {
	t.Helper()
	if err := s.Write(t.Context(), do); err != nil {
		t.Fatal(err)
	}
}

// Account stores an account: a local Person for a bare name, a remote one for
// name@host.
func Account(t testing.TB, s *store.Store, handle string) *models.Account {
	t.Helper()
	a := NewAccount(s, handle)
	Write(t, s, func(tx *store.Tx) error {
		added, err := tx.AddAccount(t.Context(), a)
		if err == nil && !added {
			err = fmt.Errorf("account %s is there already", handle)
		}
		return err
	})
	return a
}

// NewAccount makes an account without storing it.
func NewAccount(s *store.Store, handle string) *models.Account {
	now := s.Now().UTC().Truncate(time.Millisecond)
	a := &models.Account{ID: s.NewID(), Type: models.Person, Username: handle, CreatedAt: now, UpdatedAt: now}
	host := "here.example"
	for i := range handle {
		if handle[i] == '@' {
			a.Username, a.Domain = handle[:i], handle[i+1:]
			host = a.Domain
		}
	}
	a.URI = "https://" + host + "/users/" + a.Username
	a.URL = "https://" + host + "/@" + a.Username
	a.InboxURI, a.SharedInboxURI = a.URI+"/inbox", "https://"+host+"/inbox"
	a.OutboxURI, a.FollowersURI, a.FollowingURI = a.URI+"/outbox", a.URI+"/followers", a.URI+"/following"
	a.KeyID = a.URI + "#main-key"
	return a
}

// Member stores a local account with a membership.
func Member(t testing.TB, s *store.Store, name string, role models.Role) *models.Account {
	t.Helper()
	a := Account(t, s, name)
	Write(t, s, func(tx *store.Tx) error {
		_, err := tx.AddMember(t.Context(), &models.Member{AccountID: a.ID, Email: name + "@mail.example", Role: role, State: models.Active,
			Locale: "en", Privacy: models.Public, Quotes: models.QuotesPublic, CreatedAt: a.CreatedAt})
		return err
	})
	return a
}

// Post stores a public discussion post by an account; change may change it
// first.
func Post(t testing.TB, s *store.Store, by *models.Account, change func(*models.Post)) *models.Post {
	t.Helper()
	id := s.NewID()
	p := &models.Post{ID: id, URI: by.URI + "/posts/" + id.String(), URL: by.URL + "/" + id.String(), Type: models.NoteType, AuthorID: by.ID,
		Local: by.Local(), Visibility: models.Public, State: models.Published, HTML: "<p>Hello</p>", Source: "Hello", Format: models.PlainText,
		Language: "en", ThreadID: id, Version: 1, CreatedAt: s.Now().UTC().Truncate(time.Millisecond), QuotePolicy: models.QuotesPublic}
	if change != nil {
		change(p)
	}
	Write(t, s, func(tx *store.Tx) error {
		added, err := tx.AddPost(t.Context(), p, p.Source)
		if err == nil && !added {
			err = fmt.Errorf("post %s is there already", p.URI)
		}
		return err
	})
	return p
}

// ViewerOf is what a member is to reads.
func ViewerOf(a *models.Account, role models.Role) models.Viewer {
	return models.Viewer{AccountID: a.ID, Role: role}
}
