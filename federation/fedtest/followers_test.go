package fedtest

import (
	"bytes"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"atelier/federation/sign"
	"atelier/federation/wire"
	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/store"
	"atelier/models/store/storetest"
)

// pretend stores a follow on one server alone.
func pretend(t *testing.T, s *Server, who, whom *models.Account) {
	t.Helper()
	storetest.Write(t, s.Store, func(tx *store.Tx) error {
		id := tx.NewID()
		if err := tx.Leave(t.Context(), models.Event{Kind: models.ChapterChanged}); err != nil { // so that it is counted anew
			return err
		}
		return tx.SetFollow(t.Context(), &models.Follow{ID: id, AccountID: who.ID, TargetID: whom.ID, URI: who.URI + "#follows/" + id.String(),
			State: models.FollowAccepted, Boosts: true, CreatedAt: time.Now().Add(-time.Hour)}, who.Local())
	})
}

func followsOf(t *testing.T, s *Server, who, whom *models.Account) bool {
	t.Helper()
	f, err := s.Store.Follow(t.Context(), who.ID, whom.ID)
	if err != nil && models.KindOf(err) != models.NotFound {
		t.Fatal(err)
	}
	return err == nil && f.State == models.FollowAccepted
}

// TestFollowersAreSynchronised: bea of beta thinks that she follows ana, and
// ana's server thinks that ben does.
func TestFollowersAreSynchronised(t *testing.T) {
	alpha, beta := Start(t, "alpha", storetest.SQLite(t)), Start(t, "beta", storetest.SQLite(t))
	ana := alpha.Member(t, "ana")
	bo, bea, ben := beta.Member(t, "bo"), beta.Member(t, "bea"), beta.Member(t, "ben")
	beta.Follow(t, bo, ana, alpha)
	anaThere, benHere, boHere := beta.See(t, ana, alpha), alpha.See(t, ben, beta), alpha.See(t, bo, beta)
	partial := "GET /users/ana/followers_synchronization"
	alpha.Publish(t, ana, "All is well", nil)
	Quiet(t, alpha, beta)
	if n := beta.Requests("POST /inbox"); n == 0 || alpha.Requests(partial) != 0 {
		t.Fatalf("asked %d times although nothing differed", alpha.Requests(partial))
	}
	pretend(t, beta, bea, anaThere)
	pretend(t, alpha, benHere, ana)
	alpha.Publish(t, ana, "Something is wrong", nil)
	Eventually(t, func() string {
		if followsOf(t, beta, bea, anaThere) || followsOf(t, alpha, benHere, ana) {
			return "bea still thinks that she follows, or ben is still thought to"
		}
		return ""
	})
	Quiet(t, alpha, beta)
	if !followsOf(t, beta, bo, anaThere) || !followsOf(t, alpha, boHere, ana) {
		t.Error("bo does not follow any more")
	}
	if n := alpha.Requests(partial); n != 1 {
		t.Errorf("asked %d times", n)
	}
}

// TestAFollowThatIsAcceptedMeanwhile: ana accepts bea while the list without
// bea is on its way to bea's server.
func TestAFollowThatIsAcceptedMeanwhile(t *testing.T) {
	alpha, beta := Start(t, "alpha", storetest.SQLite(t)), Start(t, "beta", storetest.SQLite(t))
	ana, bo, bea := alpha.Member(t, "ana"), beta.Member(t, "bo"), beta.Member(t, "bea")
	beta.Follow(t, beta.Member(t, "bert"), ana, alpha)
	ana, err := alpha.Chapter.UpdateProfile(t.Context(), ana, chapter.Profile{Locked: new(true)})
	if err != nil {
		t.Fatal(err)
	}
	anaThere := beta.See(t, ana, alpha)
	if err := beta.Chapter.Follow(t.Context(), bea, anaThere.ID, chapter.FollowWish{}); err != nil {
		t.Fatal(err)
	}
	Quiet(t, alpha, beta)
	storetest.Write(t, beta.Store, func(tx *store.Tx) error { // she asked an hour ago
		f, err := tx.Follow(t.Context(), bea.ID, anaThere.ID)
		if err != nil {
			return err
		}
		if err := tx.DeleteFollow(t.Context(), f.ID); err != nil {
			return err
		}
		f.CreatedAt = f.CreatedAt.Add(-time.Hour)
		return tx.SetFollow(t.Context(), f, true)
	})
	pretend(t, beta, bo, anaThere)
	alpha.SetBefore(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodGet || r.URL.Path != "/users/ana/followers_synchronization" {
			return false
		}
		alpha.SetBefore(nil)
		list := httptest.NewRecorder()
		alpha.ServeHTTP(list, r)
		if err := alpha.Chapter.AnswerFollow(t.Context(), ana, alpha.See(t, bea, beta).ID, true); err != nil {
			t.Error(err)
		}
		Eventually(t, func() string {
			if !followsOf(t, beta, bea, anaThere) {
				return "bea does not hear that she follows"
			}
			return ""
		})
		maps.Copy(w.Header(), list.Header())
		w.WriteHeader(list.Code)
		w.Write(list.Body.Bytes())
		return true
	})
	alpha.Publish(t, ana, "Something is wrong", nil)
	Eventually(t, func() string {
		if followsOf(t, beta, bo, anaThere) {
			return "bo still thinks that he follows"
		}
		return ""
	})
	Quiet(t, alpha, beta)
	if !followsOf(t, beta, bea, anaThere) {
		t.Error("bea does not follow any more")
	}
}

// TestForgedFollowers: a list of followers counts only from the actor's own
// server, in a signed header, and whole.
func TestForgedFollowers(t *testing.T) {
	nobody := wire.FollowersDigest{}.String()
	for _, test := range []struct {
		name    string
		by      func(w *town) *Actor
		change  func(w *town, s *wire.FollowersSync)
		unsaid  bool // not signed
		believe bool
	}{
		{name: "as it is", change: func(*town, *wire.FollowersSync) {}, believe: true},
		{name: "in a header that is not signed", change: func(*town, *wire.FollowersSync) {}, unsaid: true},
		{name: "of somebody else", by: func(w *town) *Actor { return w.mallory }, change: func(*town, *wire.FollowersSync) {}},
		{name: "on another server", change: func(w *town, s *wire.FollowersSync) { s.URL = w.eve.URI + "/partial" }},
		{name: "that does not fit", change: func(_ *town, s *wire.FollowersSync) { s.Digest = nobody }},
		{name: "that is not there", change: func(w *town, s *wire.FollowersSync) { s.URL, s.Digest = w.ada.URI+"/none", nobody }},
	} {
		t.Run("a list "+test.name, func(t *testing.T) {
			w := newTown(t)
			bea := w.Member(t, "bea")
			pretend(t, w.Server, bea, w.adaHere)
			for _, by := range []*Actor{w.ada, w.eve} {
				by.Put(by.URI+"/partial", JSON{"id": by.URI + "/partial", "type": "OrderedCollection", "orderedItems": []string{w.ana.URI}})
			}
			var digest wire.FollowersDigest
			digest.Toggle(w.ana.URI)
			s := wire.FollowersSync{Collection: w.ada.URI + "/followers", URL: w.ada.URI + "/partial", Digest: digest.String()}
			test.change(w, &s)
			by := w.ada
			if test.by != nil {
				by = test.by(w)
			}
			sendWith(t, w, by, s, !test.unsaid)
			Quiet(t, w.Server)
			if got := !followsOf(t, w.Server, bea, w.adaHere); got != test.believe {
				t.Errorf("the follow ended: %v", got)
			}
			if !followsOf(t, w.Server, w.ana, w.adaHere) {
				t.Error("a follow that is listed ended")
			}
		})
	}
}

// sendWith sends a post with a Collection-Synchronization header.
func sendWith(t *testing.T, w *town, by *Actor, s wire.FollowersSync, signed bool) {
	t.Helper()
	body := marshal(t, by.Create(by.Note("synced", "Hello", nil)))
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.URLs.SharedInbox(), bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/activity+json")
	if signed {
		r.Header.Set(sign.SyncHeader, s.String())
	}
	if err := sign.Sign(r, by.Key, sign.Cavage, sign.DigestOf(body), time.Now()); err != nil {
		t.Fatal(err)
	}
	r.Header.Set(sign.SyncHeader, s.String())
	must(t, by.do(r), 202)
}

// TestFollowersHeader: what is for followers says who they are at the host
// that reads it; what is not does not.
func TestFollowersHeader(t *testing.T) {
	w := newTown(t)
	w.Publish(t, w.ana, "For everyone", nil)
	w.Publish(t, w.ana, "@ada@"+w.adaHere.Domain+" Only you", nil)
	Quiet(t, w.Server)
	var digest wire.FollowersDigest
	digest.Toggle(w.ada.URI)
	_, headers := w.ada.Arrivals("Create")
	for _, h := range headers {
		s, ok := wire.ParseFollowersSync(h.Get(sign.SyncHeader))
		if want := (wire.FollowersSync{Collection: w.ana.URI + "/followers", URL: w.ana.URI + "/followers_synchronization", Digest: digest.String()}); !ok || s != want {
			t.Errorf("header %+v, want %+v", s, want)
		}
		if !strings.Contains(h.Get("Signature"), "collection-synchronization") {
			t.Errorf("it is not signed: %s", h.Get("Signature"))
		}
	}
	_, headers = w.ada.Arrivals("Follow")
	if len(headers) != 1 || headers[0].Get(sign.SyncHeader) != "" {
		t.Errorf("a Follow has the header too: %v", headers)
	}
}
