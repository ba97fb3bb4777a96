package store_test

import (
	"strconv"
	"testing"
	"time"

	"atelier/models"
	"atelier/models/store"
	"atelier/models/store/storetest"
)

// TestState: the state is another after every write, by whomever, and the same
// until then.
func TestState(t *testing.T) {
	for _, engine := range []struct {
		name    string
		address func(t *testing.T) string
	}{
		{"sqlite", func(t *testing.T) string { return "sqlite:" + t.TempDir() + "/test.db" }},
		{"postgres", func(t *testing.T) string { return storetest.PostgresAddress(t) }},
	} {
		t.Run(engine.name, func(t *testing.T) {
			ctx := t.Context()
			address := engine.address(t)
			open := func() *store.Store {
				s, err := store.Open(ctx, address, store.Options{Relaxed: true})
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { s.Close() })
				if err := s.Migrate(ctx); err != nil {
					t.Fatal(err)
				}
				return s
			}
			here, other := open(), open()
			state := func() string {
				t.Helper()
				v, err := here.State(ctx)
				if err != nil {
					t.Fatal(err)
				}
				return v
			}
			last := state()
			for i, s := range []*store.Store{here, other, here} {
				if v := state(); v != last {
					t.Errorf("the state went from %s to %s while nothing was written", last, v)
				}
				storetest.Write(t, s, func(tx *store.Tx) error {
					_, err := tx.AddJob(ctx, &models.Job{ID: models.ID(i + 1), Kind: "test", Key: strconv.Itoa(i), RunAt: tx.Now()}, time.Time{})
					return err
				})
				v := state()
				if v == last {
					t.Errorf("the state is still %s after a write", v)
				}
				last = v
			}
		})
	}
}
