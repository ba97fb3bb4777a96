package fedtest

import (
	"sync/atomic"
	"testing"

	"atelier/models"
	"atelier/models/store"
)

// TestSentAfterItWasFetched: a post that somebody looked up is told of when it
// is sent, once.
func TestSentAfterItWasFetched(t *testing.T) {
	w := newTown(t)
	note := w.ada.Note("early", "Hello @ana", JSON{"inReplyTo": w.anasPost.URI, "tag": []JSON{{"type": "Mention", "href": w.ana.URI, "name": "@ana"}}})
	uri := serve(w.ada, note)
	var heard atomic.Int64
	w.Store.Listen(func(events []models.Event) {
		for _, e := range events {
			if p, err := w.Store.PostByURI(t.Context(), uri); err == nil && e.Kind == models.PostPublished && e.PostID == p.ID {
				heard.Add(1)
			}
		}
	})
	p, err := w.Finder.Post(t.Context(), uri)
	if err != nil {
		t.Fatal(err)
	}
	seen := func() (told, home int) {
		t.Helper()
		v := models.Viewer{AccountID: w.ana.ID, Role: models.Ordinary}
		found, err := w.Store.Notifications(t.Context(), v, store.NotificationFilter{Types: []string{string(models.NotifyMention)}}, store.Page{Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range found {
			if n.PostID == p.ID {
				told++
			}
		}
		posts, err := w.Store.Home(t.Context(), v, store.Page{Limit: 20})
		if err != nil {
			t.Fatal(err)
		}
		for _, q := range posts {
			if q.ID == p.ID {
				home++
			}
		}
		return told, home
	}
	if told, home := seen(); told+home+int(heard.Load()) > 0 {
		t.Fatalf("a post that was looked up is told of: %d notifications, %d times in the home, %d events", told, home, heard.Load())
	}
	must(t, w.ada.Send(w.Server, w.ada.Create(note)), 202)
	Quiet(t, w.Server)
	for _, again := range []JSON{nil, w.ada.Create(note), w.ada.Do("Create", "another-id", note, nil)} {
		if again != nil {
			must(t, w.ada.Send(w.Server, again), 202)
			Quiet(t, w.Server)
		}
		if told, home := seen(); told != 1 || home != 1 || heard.Load() != 1 {
			t.Errorf("after %v: %d notifications, %d times in the home, %d events", again["id"], told, home, heard.Load())
		}
	}
	post, err := w.Store.PostByID(t.Context(), w.anasPost.ID)
	if err != nil || post.RepliesFor(models.Viewer{}) != 1 {
		t.Errorf("ana's post has %d replies: %v", post.RepliesFor(models.Viewer{}), err)
	}
}

// TestForwardedBeforeItsParent: an answer that the author of a post passes on
// to those who follow, before the post itself came, is in its thread.
func TestForwardedBeforeItsParent(t *testing.T) {
	w := newTown(t)
	parent := w.ada.Note("late", "What do you think?", nil)
	serve(w.ada, parent)
	answer := w.eve.Note("answer", "A lot", JSON{"inReplyTo": parent["id"]})
	uri := serve(w.eve, answer)
	must(t, w.ada.Send(w.Server, w.eve.Create(answer)), 202)
	p := w.Post(t, uri)
	if p.InReplyToID == 0 {
		t.Errorf("%+v is in no thread", p)
	}
	if got, err := w.Store.PostByURI(t.Context(), parent["id"].(string)); err != nil || got.ID != p.InReplyToID {
		t.Errorf("its parent: %+v, %v", got, err)
	}
	// Nobody follows mallory; and ada has nothing to say of eve's threads.
	unheard := w.mallory.Note("unheard", "Look at me", nil)
	theirs := w.eve.Note("theirs", "Nobody's business", nil)
	var uris []string
	for i, of := range []JSON{unheard, theirs} {
		by, from := w.eve, w.mallory
		if i == 1 {
			from = w.ada
		}
		n := by.Note("to-"+of["id"].(string)[len(of["id"].(string))-4:], "Noise", JSON{"inReplyTo": of["id"]})
		uris = append(uris, serve(w.mallory, unheard), serve(w.eve, theirs), serve(by, n))
		must(t, from.Send(w.Server, by.Create(n)), 202)
	}
	Quiet(t, w.Server)
	if got := there(t, w.Server, uris...); len(got) > 0 {
		t.Errorf("taken in: %v", got)
	}
}
