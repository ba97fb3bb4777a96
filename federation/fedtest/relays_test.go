package fedtest

import (
	"fmt"
	"strings"
	"testing"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/store"
)

var operator = models.Viewer{Role: models.President}

func relayState(t *testing.T, w *town) models.RelayState {
	t.Helper()
	all, err := w.Store.Relays(t.Context())
	if err != nil || len(all) != 1 {
		t.Fatalf("%d relays, %v", len(all), err)
	}
	return all[0].State
}

// subscribed adds a relay, which accepts.
func subscribed(t *testing.T, w *town, address string, relay *Actor) {
	t.Helper()
	if _, err := w.Chapter.AddRelay(t.Context(), operator, address); err != nil {
		t.Fatal(err)
	}
	var asked map[string]any
	Eventually(t, func() string {
		for _, f := range relay.Received("Follow") {
			if f["actor"] == w.URLs.Instance() {
				asked = f
				return ""
			}
		}
		return "the relay was not asked"
	})
	must(t, w.mallory.Send(w.Server, w.mallory.Do("Accept", "forged", asked, nil)), 403)
	if got := relayState(t, w); got != models.RelayAsked {
		t.Fatalf("after an answer of somebody else the relay is %s", got)
	}
	must(t, relay.Send(w.Server, relay.Do("Accept", "accepted", asked, nil)), 202)
	Eventually(t, func() string {
		if got := relayState(t, w); got != models.RelayAccepted {
			return string(got)
		}
		return ""
	})
}

// inAll says whether a post is in the timeline of all posts.
func inAll(t *testing.T, w *town, uri string) bool {
	t.Helper()
	posts, err := w.Store.Public(t.Context(), ordinary(w.ana), store.PublicFilter{Remote: true}, store.Page{Limit: 40})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range posts {
		if p.URI == uri && p.BoostOfID == 0 {
			return true
		}
	}
	return false
}

func eventuallyInAll(t *testing.T, w *town, uri string) {
	t.Helper()
	Eventually(t, func() string {
		if !inAll(t, w, uri) {
			return uri + " is not among all posts"
		}
		return ""
	})
}

func about(sent []map[string]any, uri string) (n int) {
	for _, a := range sent {
		if o, ok := a["object"].(map[string]any); ok && o["id"] == uri || a["object"] == uri {
			n++
		}
	}
	return n
}

// TestRelayWithAnInbox is a relay as Mastodon knows them: it is asked to be
// followed as everyone, and passes on activities as they are.
func TestRelayWithAnInbox(t *testing.T) {
	w := newTown(t)
	peer := NewPeer(t)
	relay := peer.Actor("relay", 4)
	subscribed(t, w, peer.URL+"/inbox", relay)
	if asked := peer.Received("Follow")[0]; asked["object"] != Public {
		t.Errorf("it was asked for %v", asked["object"])
	}
	unknown := w.Publish(t, w.Member(t, "bea"), "Nobody follows me", nil)
	public := w.Publish(t, w.ana, "For everyone", nil)
	quiet := w.Publish(t, w.ana, "Not listed", func(d *chapter.Draft) { d.Visibility = models.Unlisted })
	Quiet(t, w.Server)
	if about(peer.Received("Create"), unknown.URI) != 1 || about(peer.Received("Create"), public.URI) != 1 || about(peer.Received("Create"), quiet.URI) != 0 {
		t.Errorf("the relay was told %v", peer.Received("Create"))
	}
	if _, err := w.Chapter.Delete(t.Context(), w.ana, public.ID); err != nil {
		t.Fatal(err)
	}
	Quiet(t, w.Server)
	if about(peer.Received("Delete"), public.URI) != 1 {
		t.Error("the relay was not told of the end of the post")
	}

	note := w.eve.Note("relayed", "From afar", nil)
	uri := serve(w.eve, note)
	must(t, w.mallory.Send(w.Server, w.eve.Create(note)), 202) // who is no relay
	must(t, w.mallory.Send(w.Server, w.mallory.Do("Announce", "a", uri, nil)), 202)
	Quiet(t, w.Server)
	if got := there(t, w.Server, uri); len(got) != 0 {
		t.Error("anybody can be a relay")
	}
	must(t, relay.Send(w.Server, w.eve.Create(with(note, JSON{"content": "<p>Forged</p>"}))), 202)
	eventuallyInAll(t, w, uri)
	if p := w.Post(t, uri); !strings.Contains(p.HTML, "From afar") {
		t.Errorf("the relay is believed: %s", p.HTML)
	}
	other := serve(w.eve, w.eve.Note("announced", "Also from afar", nil))
	must(t, relay.Send(w.Server, relay.Do("Announce", "a", other, nil)), 202)
	eventuallyInAll(t, w, other)
	for id, to := range map[string]string{"for-followers": w.eve.URI + "/followers", "for-ana": w.ana.URI} {
		uri := serve(w.eve, w.eve.Note(id, "Not for everyone", JSON{"to": []string{to}, "cc": []string{}}))
		must(t, relay.Send(w.Server, relay.Do("Announce", id, uri, nil)), 202)
	}
	Quiet(t, w.Server)
	if got := there(t, w.Server, w.eve.URI+"/notes/for-followers"); len(got) != 0 {
		t.Error("a relay brought a post for followers")
	}

	if err := w.Chapter.RemoveRelay(t.Context(), operator, peer.URL+"/inbox"); err != nil {
		t.Fatal(err)
	}
	last := w.Publish(t, w.ana, "Without the relay", nil)
	Quiet(t, w.Server)
	if len(peer.Received("Undo")) != 1 || about(peer.Received("Create"), last.URI) != 0 {
		t.Errorf("after the end: %d Undos, told: %d", len(peer.Received("Undo")), about(peer.Received("Create"), last.URI))
	}
	third := serve(w.eve, w.eve.Note("late", "Too late", nil))
	must(t, relay.Send(w.Server, relay.Do("Announce", "late", third, nil)), 202)
	Quiet(t, w.Server)
	if inAll(t, w, third) {
		t.Error("a relay that was removed still brings posts")
	}
}

// TestRelayThatIsAnActor is a relay as Pleroma knows them: it follows back, and
// both boost what is new.
func TestRelayThatIsAnActor(t *testing.T) {
	w := newTown(t)
	peer := NewPeer(t)
	relay := peer.Actor("relay", 4)
	relay.Document["type"] = "Application"
	peer.Put(relay.URI, relay.Document)
	must(t, w.mallory.Send(w.Server, w.mallory.Do("Follow", "f", w.URLs.Instance(), nil)), 202)
	Eventually(t, func() string {
		if n := len(w.mallory.Received("Reject")); n != 1 {
			return fmt.Sprintf("%d refusals for who is no relay", n)
		}
		return ""
	})
	subscribed(t, w, relay.URI, relay)
	if asked := peer.Received("Follow")[0]; asked["object"] != relay.URI {
		t.Errorf("it was asked for %v", asked["object"])
	}
	must(t, relay.Send(w.Server, relay.Do("Follow", "back", w.URLs.Instance(), nil)), 202)
	Eventually(t, func() string {
		if n := len(peer.Received("Accept")); n != 1 {
			return fmt.Sprintf("%d answers to the relay's own follow", n)
		}
		return ""
	})
	post := w.Publish(t, w.ana, "For everyone", nil)
	Quiet(t, w.Server)
	if about(peer.Received("Announce"), post.URI) != 1 || about(peer.Received("Create"), post.URI) != 0 {
		t.Errorf("the relay was told %v, %v", peer.Received("Announce"), peer.Received("Create"))
	}
	uri := serve(w.eve, w.eve.Note("announced", "From afar", nil))
	must(t, relay.Send(w.Server, relay.Do("Announce", "a", uri, nil)), 202)
	eventuallyInAll(t, w, uri)
	if p := w.Post(t, uri); p.Stats.Boosts != 0 {
		t.Error("it passes for a boost")
	}
}

func TestRelaysAreChosenWithCare(t *testing.T) {
	w := newTown(t)
	for _, address := range []string{"", "relay.example", "https://user@relay.example/inbox", "ftp://relay.example/inbox", w.URLs.SharedInbox()} {
		if _, err := w.Chapter.AddRelay(t.Context(), operator, address); models.KindOf(err) != models.Invalid {
			t.Errorf("%q: %v", address, err)
		}
	}
	if _, err := w.Chapter.AddRelay(t.Context(), ordinary(w.ana), "https://relay.example/inbox"); models.KindOf(err) != models.Forbidden {
		t.Errorf("by a member: %v", err)
	}
	if err := w.Chapter.RemoveRelay(t.Context(), operator, "https://relay.example/inbox"); models.KindOf(err) != models.NotFound {
		t.Errorf("removed what is not there: %v", err)
	}
}
