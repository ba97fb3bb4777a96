package fedtest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/store"
	"atelier/models/store/storetest"
)

// A post with a link gets the card of the page; one for a few people asks
// nobody.
func TestCards(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var asked atomic.Int32
		mux := http.NewServeMux()
		mux.HandleFunc("/paper", func(w http.ResponseWriter, _ *http.Request) {
			asked.Add(1)
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprint(w, `<title>x</title><meta property="og:title" content="A paper"><meta property="og:description" content="On listening.">`)
		})
		mux.HandleFunc("/data", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, `{"title":"<title>no page</title>"}`)
		})
		page := httptest.NewServer(mux)
		t.Cleanup(page.Close)
		a := Start(t, "a", s)
		ana := a.Member(t, "ana")
		card := func(p *models.Post) *models.Card {
			t.Helper()
			Quiet(t, a)
			got, err := a.Chapter.Store.PostByID(t.Context(), p.ID)
			if err != nil {
				t.Fatal(err)
			}
			return got.Card
		}
		p := a.Publish(t, ana, "see "+page.URL+"/paper", nil)
		if c := card(p); c == nil || c.Title != "A paper" || c.Description != "On listening." || c.URL != page.URL+"/paper" {
			t.Errorf("the card: %+v", c)
		}
		for _, path := range []string{"/data", "/nothing"} {
			if c := card(a.Publish(t, ana, "see "+page.URL+path, nil)); c != nil {
				t.Errorf("%s: a card %+v", path, c)
			}
		}
		before := asked.Load()
		if c := card(a.Publish(t, ana, "see "+page.URL+"/paper", func(d *chapter.Draft) { d.Visibility = models.Direct })); c != nil || asked.Load() != before {
			t.Errorf("a direct post: %+v, asked %d times", c, asked.Load()-before)
		}
		text := "see " + page.URL + "/data"
		if _, err := a.Chapter.Edit(t.Context(), ana, p.ID, chapter.Edit{Source: &text}); err != nil {
			t.Fatal(err)
		}
		if c := card(p); c != nil {
			t.Errorf("after the link was changed: %+v", c)
		}
	})
}
