package fedtest

import (
	"fmt"
	"slices"
	"testing"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/store"
	"atelier/models/store/storetest"
)

// pinned is what a server shows first of an account elsewhere.
func pinned(t *testing.T, s *Server, uri string) []string {
	t.Helper()
	a, err := s.Store.AccountByURI(t.Context(), uri)
	if err != nil {
		t.Fatal(err)
	}
	posts, err := s.Store.AccountPosts(t.Context(), models.Stranger, a.ID, store.AccountFilter{Pinned: true}, store.Page{Limit: 40})
	if err != nil {
		t.Fatal(err)
	}
	out := []string{}
	for _, p := range posts {
		out = append(out, p.URI)
	}
	return out
}

func shownTags(t *testing.T, s *Server, uri string) []string {
	t.Helper()
	a, err := s.Store.AccountByURI(t.Context(), uri)
	if err != nil {
		t.Fatal(err)
	}
	tags, err := s.Store.FeaturedTags(t.Context(), a.ID)
	if err != nil {
		t.Fatal(err)
	}
	out := []string{}
	for _, f := range tags {
		out = append(out, f.Tag.Name)
	}
	return out
}

// becomes waits until a list is what it should be.
func becomes(t *testing.T, what string, list func() []string, want ...string) {
	t.Helper()
	Eventually(t, func() string {
		if got := list(); !slices.Equal(got, want) {
			return fmt.Sprintf("%s: %v, want %v", what, got, want)
		}
		return ""
	})
}

func TestPinsAndShownTagsTravel(t *testing.T) {
	alpha, beta, ana, _ := two(t)
	p := alpha.Publish(t, ana, "First of all #listening", nil)
	beta.Post(t, p.URI)
	pins := func() []string { return pinned(t, beta, ana.URI) }
	tags := func() []string { return shownTags(t, beta, ana.URI) }
	if _, err := alpha.Chapter.Pin(t.Context(), ana, p.ID); err != nil {
		t.Fatal(err)
	}
	becomes(t, "pinned at beta", pins, p.URI)
	tag, err := alpha.Chapter.FeatureTag(t.Context(), ana, "Listening")
	if err != nil {
		t.Fatal(err)
	}
	becomes(t, "tags shown at beta", tags, "listening")
	if _, err := alpha.Chapter.Unpin(t.Context(), ana, p.ID); err != nil {
		t.Fatal(err)
	}
	becomes(t, "pinned at beta", pins)
	if err := alpha.Chapter.UnfeatureTag(t.Context(), ana, tag.ID); err != nil {
		t.Fatal(err)
	}
	becomes(t, "tags shown at beta", tags)
}

// Whoever is met for the first time comes with what it shows first.
func TestWhatANewcomerShowsFirstIsRead(t *testing.T) {
	alpha, beta := Start(t, "alpha", storetest.SQLite(t)), Start(t, "beta", storetest.SQLite(t))
	ana := alpha.Member(t, "ana")
	p := alpha.Publish(t, ana, "First of all", nil)
	hidden := alpha.Publish(t, ana, "For my followers", func(d *chapter.Draft) { d.Visibility = models.Private })
	for _, id := range []models.ID{p.ID, hidden.ID} {
		if _, err := alpha.Chapter.Pin(t.Context(), ana, id); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := alpha.Chapter.FeatureTag(t.Context(), ana, "listening"); err != nil {
		t.Fatal(err)
	}
	beta.See(t, ana, alpha)
	becomes(t, "pinned at beta", func() []string { return pinned(t, beta, ana.URI) }, p.URI)
	becomes(t, "tags shown at beta", func() []string { return shownTags(t, beta, ana.URI) }, "listening")
}

// A profile that lists a hundred posts, others' among them, costs so much and
// no more.
func TestAFeaturedCollectionIsReadWithinABudget(t *testing.T) {
	s := Start(t, "alpha", storetest.SQLite(t))
	home := NewPeer(t)
	ada, mallory := home.Actor("ada", 0), home.Actor("mallory", 1)
	foreign := mallory.Note("1", "Not ada's", nil)
	home.Put(foreign["id"].(string), foreign)
	items := []any{foreign["id"]}
	for i := range 100 {
		n := ada.Note(fmt.Sprint(i), "One of many", nil)
		home.Put(n["id"].(string), n)
		items = append(items, n["id"])
	}
	ada.Document["featured"] = ada.URI + "/featured"
	home.Put(ada.URI+"/featured", JSON{"@context": "https://www.w3.org/ns/activitystreams", "id": ada.URI + "/featured", "type": "OrderedCollection", "orderedItems": items})
	if _, err := s.Finder.Account(t.Context(), ada.URI); err != nil {
		t.Fatal(err)
	}
	Quiet(t, s)
	got := pinned(t, s, ada.URI)
	if len(got) == 0 || len(got) > chapter.MaxShown || slices.Contains(got, foreign["id"].(string)) {
		t.Errorf("pinned: %v", got)
	}
	if n := home.AskedInAll(); n > 50 {
		t.Errorf("the peer was asked %d times", n)
	}
}
