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

// A profile may say that it moved; it is taken over if the other one says so
// too.
func TestAMoveThatAProfileTellsOfIsProvedBothWays(t *testing.T) {
	s := Start(t, "alpha", storetest.SQLite(t))
	home, elsewhere := NewPeer(t), NewPeer(t)
	ada, mallory := home.Actor("ada", 0), home.Actor("mallory", 1)
	there := elsewhere.Actor("ada", 2)
	there.Document["alsoKnownAs"] = []string{ada.URI}
	movedTo := func(a *Actor) string {
		got, err := s.Store.AccountByURI(t.Context(), a.URI)
		if err != nil {
			t.Fatal(err)
		}
		return got.MovedTo
	}
	for _, a := range []*Actor{ada, mallory} {
		a.Document["movedTo"] = there.URI
		if _, err := s.Finder.Account(t.Context(), a.URI); err != nil {
			t.Fatal(err)
		}
	}
	Quiet(t, s)
	if got := movedTo(ada); got != there.URI {
		t.Errorf("ada moved to %q", got)
	}
	if got := movedTo(mallory); got != "" {
		t.Errorf("mallory moved to %q", got)
	}
	must(t, ada.Send(s, ada.Do("Update", "u", with(ada.Document, JSON{"movedTo": mallory.URI}), nil)), 202)
	Quiet(t, s)
	if got := movedTo(ada); got != "" {
		t.Errorf("ada moved to %q, which does not say so", got)
	}
	// Two that each say to be the other are not read for ever.
	mallory.Document["movedTo"] = ada.URI
	must(t, mallory.Send(s, mallory.Do("Update", "u", mallory.Document, nil)), 202)
	Quiet(t, s)
}

// New keys are heard of by an Update, and found by who did not get one.
func TestKeysAreRenewed(t *testing.T) {
	alpha, beta, ana, bob := two(t)
	gamma := Start(t, "gamma", storetest.SQLite(t))
	cleo := gamma.Member(t, "cleo")
	cleos := gamma.Publish(t, cleo, "Like me", nil)
	known, err := alpha.Finder.Post(t.Context(), cleos.URI)
	if err != nil {
		t.Fatal(err)
	}
	gamma.See(t, ana, alpha)
	Quiet(t, alpha, beta, gamma)
	before := ana.PublicKey
	if _, err := alpha.Chapter.RenewKeys(t.Context(), viewer(t, alpha, "ana"), "ana"); models.KindOf(err) != models.Forbidden {
		t.Errorf("a member renews keys: %v", err)
	}
	if _, err := alpha.Chapter.RenewKeys(t.Context(), viewer(t, alpha, "pia"), "nobody"); models.KindOf(err) != models.NotFound {
		t.Errorf("keys of nobody: %v", err)
	}
	now, err := alpha.Chapter.RenewKeys(t.Context(), viewer(t, alpha, "pia"), "ana")
	if err != nil || now.PublicKey == before || now.EdKey == ana.EdKey || now.KeyID != ana.KeyID {
		t.Fatalf("renewed: %+v, %v", now, err)
	}
	Eventually(t, func() string {
		if a, err := beta.Store.AccountByURI(t.Context(), ana.URI); err != nil || a.PublicKey != now.PublicKey || a.EdKey != now.EdKey {
			return fmt.Sprintf("beta has the old keys (%v)", err)
		}
		return ""
	})
	told := alpha.Publish(t, ana, "Signed anew @bob@"+beta.URLs.Domain, nil)
	beta.Post(t, told.URI)
	if a, err := gamma.Store.AccountByURI(t.Context(), ana.URI); err != nil || a.PublicKey != before {
		t.Errorf("gamma heard of it already: %v", err)
	}
	if _, err := alpha.Chapter.Favourite(t.Context(), ana, known.ID); err != nil {
		t.Fatal(err)
	}
	counts(t, gamma, cleos.URI, models.PostStats{Favourites: 1, Boosts: gamma.Post(t, cleos.URI).Stats.Boosts})
	// The server's own keys sign what it fetches.
	if _, err := alpha.Chapter.RenewKeys(t.Context(), viewer(t, alpha, "pia"), alpha.URLs.Domain); err != nil {
		t.Fatal(err)
	}
	if _, err := alpha.Finder.Refresh(t.Context(), alpha.See(t, bob, beta)); err != nil {
		t.Errorf("alpha cannot read what is at beta: %v", err)
	}
}
