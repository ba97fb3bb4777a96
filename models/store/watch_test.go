package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"atelier/models"
	"atelier/models/store"
	"atelier/models/store/storetest"
)

func TestMembersFromTheFirst(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for _, name := range []string{"ana", "bob", "cleo"} {
			storetest.Member(t, s, name, models.Ordinary)
		}
		var got []string
		for after := models.ID(0); ; {
			page, err := s.Members(t.Context(), "", after, 2)
			if err != nil {
				t.Fatal(err)
			}
			if len(page) == 0 {
				break
			}
			for _, m := range page {
				got = append(got, m.Account.Username)
				after = m.AccountID
			}
		}
		if diff := cmp.Diff([]string{"ana", "bob", "cleo"}, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		first, err := s.LocalAccounts(t.Context(), models.Person, 0, 1)
		if err != nil || len(first) != 1 || first[0].Username != "ana" {
			t.Errorf("the first local account is %v, %v", first, err)
		}
	})
}

func TestWaiting(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var took []time.Duration
		s.WatchWrites(func(d time.Duration) { took = append(took, d) })
		storetest.Write(t, s, func(tx *store.Tx) error {
			if err := tx.Leave(t.Context(), models.Event{Kind: models.PostPublished, Federates: true}); err != nil {
				return err
			}
			for _, key := range []string{"a", "b"} {
				if _, err := tx.AddJob(t.Context(), &models.Job{ID: tx.NewID(), Kind: "k", Key: key, RunAt: tx.Now()}, time.Time{}); err != nil {
					return err
				}
			}
			return nil
		})
		got, err := s.Waiting(t.Context())
		if diff := cmp.Diff(store.Waiting{Events: 1, Jobs: 2}, got); err != nil || diff != "" {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
		if len(took) != 1 || took[0] <= 0 {
			t.Errorf("watched %v", took)
		}
	})
}
