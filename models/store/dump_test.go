package store_test

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"atelier/models"
	"atelier/models/store"
	"atelier/models/store/storetest"
)

// dumped is all that a database holds, the rows of each table in an order of
// their own.
func dumped(t *testing.T, s *store.Store) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	err := s.Dump(t.Context(), func(r store.Rows) error {
		for _, row := range r.Rows {
			out[r.Table] = append(out[r.Table], cmp.Diff(nil, row)+strings.Join(r.Columns, " "))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, rows := range out {
		slices.Sort(rows)
	}
	return out
}

func replay(t *testing.T, s *store.Store) func() (store.Rows, error) {
	t.Helper()
	var kept []store.Rows
	if err := s.Dump(t.Context(), func(r store.Rows) error { kept = append(kept, r); return nil }); err != nil {
		t.Fatal(err)
	}
	slices.Reverse(kept) // so that references come before what they refer to
	return func() (store.Rows, error) {
		if len(kept) == 0 {
			return store.Rows{}, io.EOF
		}
		r := kept[0]
		kept = kept[1:]
		return r, nil
	}
}

func fresh(t *testing.T, address string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), address, store.Options{Relaxed: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestADatabaseCanBeLoadedIntoEitherEngine(t *testing.T) {
	engines := map[string]func(t *testing.T) string{
		"sqlite":   func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "new.db") },
		"postgres": func(t *testing.T) string { return storetest.PostgresAddress(t) },
	}
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ana := storetest.Member(t, s, "ana", models.Steward)
		ben := storetest.Account(t, s, "ben@else.example")
		p := storetest.Post(t, s, ana, func(p *models.Post) {
			p.Source, p.HTML, p.Tags = "Höher schöner \"quoted\" <b>", "<p>hé</p>", []string{"tag"}
		})
		storetest.Post(t, s, ben, func(q *models.Post) { q.InReplyToID, q.InReplyToURI, q.ThreadID = p.ID, p.URI, p.ID })
		storetest.Write(t, s, func(tx *store.Tx) error {
			_, err := tx.AddJob(t.Context(), &models.Job{ID: tx.NewID(), Kind: "k", Key: "1", Data: []byte{0, 255, 1}, RunAt: tx.Now()}, tx.Now())
			return err
		})
		version, err := s.Version(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		want := dumped(t, s)
		if len(want["accounts"]) != 2 || len(want["posts"]) != 2 || len(want["post_search"]) != 2 || len(want["jobs"]) != 1 {
			t.Fatalf("the dump lacks something: %v", want)
		}
		for name, address := range engines {
			t.Run("to "+name, func(t *testing.T) {
				to := fresh(t, address(t))
				if err := to.Load(t.Context(), version, replay(t, s)); err != nil {
					t.Fatal(err)
				}
				got := dumped(t, to)
				delete(got, "post_search") // words, in another order
				wanted := map[string][]string{}
				for table, rows := range want {
					if table != "post_search" {
						wanted[table] = rows
					}
				}
				if diff := cmp.Diff(wanted, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				found, err := to.SearchPosts(t.Context(), models.Viewer{AccountID: ana.ID, Role: models.Steward}, "schön", false, store.Page{Limit: 5})
				if err != nil || len(found) != 1 || found[0].ID != p.ID {
					t.Errorf("what was loaded is not found: %v, %v", found, err)
				}
				if err := to.Load(t.Context(), version, replay(t, s)); err == nil || !strings.Contains(err.Error(), "not empty") {
					t.Errorf("loaded twice: %v", err)
				}
				if err := to.Write(t.Context(), func(tx *store.Tx) error { // references are checked row by row again
					return tx.AddInvite(t.Context(), &models.Invite{ID: tx.NewID(), Code: "x", By: 1, Role: models.Ordinary, UsesLeft: 1, CreatedAt: tx.Now()})
				}); err == nil {
					t.Error("an invitation by nobody was stored")
				}
			})
		}
	})
}

func TestLoadingIsAllOrNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		storetest.Member(t, s, "ana", models.Steward)
		version, err := s.Version(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		broken := errors.New("the file ends here")
		for name, test := range map[string]struct {
			version int64
			spoil   func(r *store.Rows) error
			want    string
		}{
			"a file that breaks off":      {version, func(r *store.Rows) error { return broken }, broken.Error()},
			"a table that is none":        {version, func(r *store.Rows) error { r.Table = "nothing"; return nil }, "no such table"},
			"a column that is none":       {version, func(r *store.Rows) error { r.Columns = append([]string{`x" --`}, r.Columns[1:]...); return nil }, "no column"},
			"a value too few":             {version, func(r *store.Rows) error { r.Rows[0] = r.Rows[0][1:]; return nil }, "values for"},
			"no columns":                  {version, func(r *store.Rows) error { r.Columns = nil; return nil }, "no column is named"},
			"a reference to nothing":      {version, func(r *store.Rows) error { r.Rows[0][0] = int64(4711); return nil }, ""},
			"a version that is not known": {999_999, func(r *store.Rows) error { return nil }, "knows only"},
			"a version that is too old":   {1, func(r *store.Rows) error { return nil }, "already"},
			"somebody who stops":          {version, func(r *store.Rows) error { return context.Canceled }, "canceled"},
			"a row that is there twice":   {version, func(r *store.Rows) error { r.Rows = append(r.Rows, r.Rows[0]); return nil }, ""},
		} {
			t.Run(name, func(t *testing.T) {
				var to *store.Store
				if strings.Contains(t.Name(), "/postgres/") {
					to = storetest.Postgres(t)
				} else {
					to = storetest.SQLite(t)
				}
				next := replay(t, s)
				err := to.Load(t.Context(), test.version, func() (store.Rows, error) {
					r, err := next()
					if err == nil && r.Table == "members" {
						err = test.spoil(&r)
					}
					return r, err
				})
				if err == nil || !strings.Contains(err.Error(), test.want) {
					t.Errorf("%v, want %q in it", err, test.want)
				}
				if empty, err := to.Empty(t.Context()); err != nil || !empty {
					t.Errorf("something was left: %v, %v", empty, err)
				}
			})
		}
	})
}
