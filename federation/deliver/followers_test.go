package deliver

import (
	"testing"

	"atelier/federation/wire"
	"atelier/models"
	"atelier/models/store"
	"atelier/models/store/storetest"
)

// A fan-out to many hosts reads the followers once; a change reads them anew.
func TestDigestsAreReadOnce(t *testing.T) {
	s := storetest.SQLite(t)
	ana := storetest.Account(t, s, "ana")
	d := newDigests(s)
	follow := func(handle string) string {
		a := storetest.Account(t, s, handle)
		storetest.Write(t, s, func(tx *store.Tx) error {
			return tx.SetFollow(t.Context(), &models.Follow{ID: tx.NewID(), AccountID: a.ID, TargetID: ana.ID, URI: a.URI + "#f", State: models.FollowAccepted}, false)
		})
		return a.URI
	}
	digest := func(uris ...string) string {
		var sum wire.FollowersDigest
		for _, uri := range uris {
			sum.Toggle(uri)
		}
		return sum.String()
	}
	at := func(server, want string) {
		t.Helper()
		if got, err := d.at(t.Context(), ana.ID, server); err != nil || got != want {
			t.Errorf("at %s: %s, %v; want %s", server, got, err, want)
		}
	}
	bo, bea, carl := follow("bo@beta.example"), follow("bea@beta.example"), follow("carl@gamma.example")
	for range 3 {
		at(serverOf(bo), digest(bo, bea))
		at(serverOf(carl), digest(carl))
		at("https://nobody.example/", digest())
	}
	dan := follow("dan@gamma.example")
	at(serverOf(carl), digest(carl)) // known from before: no query
	for _, e := range []models.Event{{Kind: models.FollowAnswered, AccountID: ana.ID}, {Kind: models.FollowEnded, TargetID: ana.ID}, {Kind: models.AccountDeleted}} {
		d.hear(&e)
		at(serverOf(carl), digest(carl, dan))
	}
}
