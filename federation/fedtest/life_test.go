package fedtest

import (
	"fmt"
	"net/http"
	"testing"

	"atelier/models"
	"atelier/models/store/storetest"
)

// follows waits until who follows, or no longer follows, an account.
func follows(t *testing.T, s *Server, who models.ID, uri string, want bool) {
	t.Helper()
	Eventually(t, func() string {
		a, err := s.Store.AccountByURI(t.Context(), uri)
		if err != nil {
			return err.Error()
		}
		f, err := s.Store.Follow(t.Context(), who, a.ID)
		if got := err == nil && f.State == models.FollowAccepted; got != want {
			return fmt.Sprintf("%s: follow of %s is %v, want %v (%v)", s.Name, uri, got, want, err)
		}
		return ""
	})
}

func TestMoveTakesFollowersAlong(t *testing.T) {
	alpha, beta, ana, bob := two(t)
	gamma := Start(t, "gamma", storetest.SQLite(t))
	anew := gamma.Member(t, "ana")
	if err := gamma.Chapter.AddAlias(t.Context(), anew, ana.URI); err != nil {
		t.Fatal(err)
	}
	if err := alpha.Chapter.Move(t.Context(), ana, "correct horse", anew.URI); err != nil {
		t.Fatal(err)
	}
	follows(t, beta, bob.ID, anew.URI, true)
	follows(t, beta, bob.ID, ana.URI, false)
	follows(t, gamma, gamma.See(t, bob, beta).ID, anew.URI, true)
	follows(t, alpha, alpha.See(t, bob, beta).ID, ana.URI, false)
}

func TestAMoveThatOneSideSaysIsNone(t *testing.T) {
	_, beta, ana, bob := two(t)
	peer := NewPeer(t)
	mallory, liar := peer.Actor("mallory", 1), peer.Actor("liar", 2)
	// Of somebody else, and by oneself to an account that does not say so.
	if got := mallory.Send(beta, mallory.Do("Move", "1", ana.URI, JSON{"target": mallory.URI})); got != http.StatusAccepted {
		t.Errorf("a move of somebody else: %d", got)
	}
	if got := liar.Send(beta, liar.Do("Move", "2", liar.URI, JSON{"target": ana.URI})); got != http.StatusAccepted {
		t.Errorf("a move to who does not say so: %d", got)
	}
	Quiet(t, beta)
	follows(t, beta, bob.ID, ana.URI, true)
	for _, uri := range []string{ana.URI, liar.URI} {
		if a, err := beta.Store.AccountByURI(t.Context(), uri); err == nil && a.MovedTo != "" {
			t.Errorf("%s moved to %s", uri, a.MovedTo)
		}
	}
}

func TestAMemberWhoLeavesIsGoneElsewhere(t *testing.T) {
	alpha, beta, ana, bob := two(t)
	p := alpha.Publish(t, ana, "my words", nil)
	beta.Post(t, p.URI)
	if err := alpha.Chapter.DeleteMember(t.Context(), ana, "correct horse"); err != nil {
		t.Fatal(err)
	}
	without(t, beta, p.URI)
	without(t, alpha, p.URI)
	there, err := beta.Store.AccountByURI(t.Context(), ana.URI)
	if err != nil || there.DeletedAt.IsZero() {
		t.Errorf("beta still knows ana: %+v, %v", there, err)
	}
	follows(t, beta, bob.ID, ana.URI, false)
	if status, doc := Get(t, ana.URI, nil); status != http.StatusGone || doc["type"] != "Tombstone" {
		t.Errorf("ana's id answers %d %v", status, doc)
	}
}
