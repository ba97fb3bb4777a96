package fedtest

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"atelier/federation/sign"
	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/store/storetest"
)

// A town is a chapter whose ana follows, and is followed by, ada of another
// server; mallory lives there too, and eve on a third one.
type town struct {
	*Server
	ana                *models.Account
	ada, mallory, eve  *Actor
	adaHere            *models.Account
	note               JSON         // of ada, known here
	noteHere, anasPost *models.Post // ada's note; a post of ana
	anasQuote          *models.Post // a post of ana that quotes ada's note, once a test made it
}

// stamp has an actor serve a consent to ana's quote of ada's note.
func (w *town) stamp(t *testing.T, by *Actor) string {
	t.Helper()
	if w.anasQuote == nil {
		w.anasQuote = w.Publish(t, w.ana, "Quoting ada", func(d *chapter.Draft) { d.QuoteOf = w.noteHere.ID })
	}
	uri := by.URI + "/stamps/1"
	by.Put(uri, JSON{"@context": "https://www.w3.org/ns/activitystreams", "id": uri, "type": "QuoteAuthorization", "attributedTo": w.ada.URI,
		"interactingObject": w.anasQuote.URI, "interactionTarget": w.note["id"]})
	return uri
}

// answer is what an actor says to the request to quote ada's note.
func (w *town) answer(t *testing.T, by *Actor, typ string) (*Actor, JSON) {
	uri := w.stamp(t, by)
	request := w.URLs.QuoteRequest(w.ana.URI, w.anasQuote.ID)
	if typ == "Reject" {
		return by, by.Do(typ, "no", request, nil)
	}
	return by, by.Do(typ, "yes", JSON{"id": request, "type": "QuoteRequest", "actor": w.ana.URI, "object": w.note["id"], "instrument": w.anasQuote.URI}, JSON{"result": uri})
}

func newTown(t *testing.T) *town {
	t.Helper()
	w := &town{Server: Start(t, "alpha", storetest.SQLite(t))}
	w.ana = w.Member(t, "ana")
	home, elsewhere := NewPeer(t), NewPeer(t)
	w.ada, w.mallory, w.eve = home.Actor("ada", 0), home.Actor("mallory", 1), elsewhere.Actor("eve", 2)
	var err error
	if w.adaHere, err = w.Finder.Account(t.Context(), w.ada.URI); err != nil {
		t.Fatal(err)
	}
	if err := w.Chapter.Follow(t.Context(), w.ana, w.adaHere.ID, chapter.FollowWish{}); err != nil {
		t.Fatal(err)
	}
	Eventually(t, func() string {
		if n := len(home.Received("Follow")); n != 1 {
			return fmt.Sprintf("ada was asked %d times", n)
		}
		return ""
	})
	must(t, w.ada.Send(w.Server, w.ada.Do("Accept", "accept", home.Received("Follow")[0], nil)), 202)
	must(t, w.ada.Send(w.Server, w.ada.Do("Follow", "follow", w.ana.URI, nil)), 202)
	w.note = w.ada.Note("1", "Hello", nil)
	must(t, w.ada.Send(w.Server, w.ada.Create(w.note)), 202)
	w.noteHere = w.Post(t, w.note["id"].(string))
	w.anasPost = w.Publish(t, w.ana, "Mine", func(d *chapter.Draft) { d.Visibility, d.Quotes = models.Unlisted, models.QuotesPublic })
	return w
}

func must(t *testing.T, got, want int) {
	t.Helper()
	if got != want {
		t.Fatalf("status %d, want %d", got, want)
	}
}

// with is a document with some members changed.
func with(doc JSON, more JSON) JSON {
	out := JSON{}
	for k, v := range doc {
		out[k] = v
	}
	for k, v := range more {
		out[k] = v
	}
	return out
}

// TestForgedTwins sends each activity twice: as somebody who may not, which
// changes nothing; and as who may, which does.
func TestForgedTwins(t *testing.T) {
	follows := func(w *town) string {
		f, err := w.Store.Follow(t.Context(), w.adaHere.ID, w.ana.ID)
		return fmt.Sprint(f != nil, models.KindOf(err))
	}
	following := func(w *town) string {
		f, err := w.Store.Follow(t.Context(), w.ana.ID, w.adaHere.ID)
		if err != nil {
			return "no"
		}
		return string(f.State)
	}
	note := func(w *town) string {
		p, err := w.Store.PostByURI(t.Context(), w.note["id"].(string))
		if err != nil {
			return "none"
		}
		return p.HTML
	}
	pins := func(w *town) string {
		return fmt.Sprint(pinned(t, w.Server, w.ada.URI), shownTags(t, w.Server, w.ada.URI), pinned(t, w.Server, w.ana.URI))
	}
	pin := func(by *Actor, typ string, what any, of *Actor) JSON {
		return by.Do(typ, typ+"1", what, JSON{"target": of.URI + "/featured"})
	}
	given := func(w *town) string {
		c, err := w.Store.ConsentFor(t.Context(), models.ToQuote, w.anasPost.ID, w.ada.URI+"/notes/q")
		return fmt.Sprint(c != nil && c.RevokedAt.IsZero(), models.KindOf(err))
	}
	ask := func(w *town, by *Actor, quoting any) (*Actor, JSON) {
		return by, by.Do("QuoteRequest", "ask", w.anasPost.URI, JSON{"instrument": quoting})
	}
	quoting := func(w *town) JSON { return w.ada.Note("q", "Quoting", JSON{"quote": w.anasPost.URI}) }
	answered := func(w *town) string {
		p, err := w.Store.PostByID(t.Context(), w.anasQuote.ID)
		return fmt.Sprint(p.QuoteState, err)
	}
	likes := func(w *town) string {
		p, err := w.Store.PostByID(t.Context(), w.anasPost.ID)
		return fmt.Sprint(p.Stats.Favourites, p.Stats.Boosts, err)
	}
	profile := func(w *town) string {
		a, err := w.Store.AccountByURI(t.Context(), w.ada.URI)
		return fmt.Sprint(a.Name, a.InboxURI, a.PublicKey == Key(40).PublicKey, a.DeletedAt.IsZero(), err)
	}
	for _, test := range []struct {
		name   string
		before func(w *town) // that the honest one needs
		state  func(w *town) string
		honest func(w *town) (*Actor, JSON)
		forged map[string]func(w *town) (*Actor, JSON)
	}{
		{
			name: "Create", state: func(w *town) string {
				_, err := w.Store.PostByURI(t.Context(), w.ada.URI+"/notes/2")
				return string(models.KindOf(err))
			},
			honest: func(w *town) (*Actor, JSON) { return w.ada, w.ada.Create(w.ada.Note("2", "More", nil)) },
			forged: map[string]func(w *town) (*Actor, JSON){
				"of a neighbour, in its name": func(w *town) (*Actor, JSON) { return w.mallory, w.ada.Create(w.ada.Note("2", "More", nil)) },
				"of a stranger, in its name":  func(w *town) (*Actor, JSON) { return w.eve, w.ada.Create(w.ada.Note("2", "More", nil)) },
				"of a neighbour, own activity": func(w *town) (*Actor, JSON) {
					return w.mallory, w.mallory.Do("Create", "c", w.ada.Note("2", "More", nil), nil)
				},
				"of a stranger, own activity": func(w *town) (*Actor, JSON) { return w.eve, w.eve.Do("Create", "c", w.ada.Note("2", "More", nil), nil) },
				"of a stranger, own author": func(w *town) (*Actor, JSON) {
					return w.eve, w.eve.Do("Create", "c", w.ada.Note("2", "More", JSON{"attributedTo": w.eve.URI}), nil)
				},
				"with an id of another server": func(w *town) (*Actor, JSON) {
					return w.ada, with(w.ada.Create(w.ada.Note("2", "More", nil)), JSON{"id": w.eve.URI + "/x"})
				},
				"with two actors": func(w *town) (*Actor, JSON) {
					return w.mallory, with(w.ada.Create(w.ada.Note("2", "More", nil)), JSON{"actor": []string{w.mallory.URI, w.ada.URI}})
				},
				"in the name of somebody here": func(w *town) (*Actor, JSON) {
					return w.eve, with(w.eve.Create(w.eve.Note("2", "More", nil)), JSON{"actor": w.ana.URI})
				},
			},
		}, {
			name: "Update of a post", state: note,
			honest: func(w *town) (*Actor, JSON) {
				return w.ada, w.ada.Do("Update", "u", with(w.note, JSON{"content": "<p>Changed</p>", "updated": time.Now().UTC().Format(time.RFC3339Nano)}), nil)
			},
			forged: map[string]func(w *town) (*Actor, JSON){
				"by a neighbour": func(w *town) (*Actor, JSON) {
					return w.mallory, w.mallory.Do("Update", "u", with(w.note, JSON{"content": "<p>Bad</p>", "updated": time.Now().UTC().Format(time.RFC3339Nano)}), nil)
				},
				"by a neighbour who claims it": func(w *town) (*Actor, JSON) {
					return w.mallory, w.mallory.Do("Update", "u", with(w.note, JSON{"content": "<p>Bad</p>", "attributedTo": w.mallory.URI, "updated": time.Now().UTC().Format(time.RFC3339Nano)}), nil)
				},
				"by a stranger": func(w *town) (*Actor, JSON) {
					return w.eve, w.eve.Do("Update", "u", with(w.note, JSON{"content": "<p>Bad</p>", "updated": time.Now().UTC().Format(time.RFC3339Nano)}), nil)
				},
			},
		}, {
			name: "Delete of a post", state: note,
			honest: func(w *town) (*Actor, JSON) {
				return w.ada, w.ada.Do("Delete", "d", JSON{"id": w.note["id"], "type": "Tombstone"}, nil)
			},
			forged: map[string]func(w *town) (*Actor, JSON){
				"by a neighbour": func(w *town) (*Actor, JSON) { return w.mallory, w.mallory.Do("Delete", "d", w.note["id"], nil) },
				"by a stranger":  func(w *town) (*Actor, JSON) { return w.eve, w.eve.Do("Delete", "d", w.note["id"], nil) },
				"by a stranger, the post along": func(w *town) (*Actor, JSON) {
					return w.eve, w.eve.Do("Delete", "d", with(w.note, JSON{"attributedTo": w.eve.URI}), nil)
				},
			},
		}, {
			name: "Update of an actor", state: profile,
			honest: func(w *town) (*Actor, JSON) {
				return w.ada, w.ada.Do("Update", "u", with(w.ada.Document, JSON{"name": "Ada L."}), nil)
			},
			forged: map[string]func(w *town) (*Actor, JSON){
				"by a neighbour": func(w *town) (*Actor, JSON) {
					return w.mallory, w.mallory.Do("Update", "u", with(w.ada.Document, JSON{"name": "Bad"}), nil)
				},
				"by a stranger": func(w *town) (*Actor, JSON) {
					return w.eve, w.eve.Do("Update", "u", with(w.ada.Document, JSON{"name": "Bad"}), nil)
				},
			},
		}, {
			name: "Delete of an actor", state: profile,
			honest: func(w *town) (*Actor, JSON) { return w.ada, w.ada.Do("Delete", "d", w.ada.URI, nil) },
			forged: map[string]func(w *town) (*Actor, JSON){
				"by a neighbour": func(w *town) (*Actor, JSON) { return w.mallory, w.mallory.Do("Delete", "d", w.ada.URI, nil) },
				"by a stranger":  func(w *town) (*Actor, JSON) { return w.eve, w.eve.Do("Delete", "d", w.ada.URI, nil) },
			},
		}, {
			name: "Undo of a Follow", state: follows,
			honest: func(w *town) (*Actor, JSON) {
				return w.ada, w.ada.Do("Undo", "u", w.ada.Do("Follow", "follow", w.ana.URI, nil), nil)
			},
			forged: map[string]func(w *town) (*Actor, JSON){
				"by a neighbour": func(w *town) (*Actor, JSON) {
					return w.mallory, w.mallory.Do("Undo", "u", w.ada.Do("Follow", "follow", w.ana.URI, nil), nil)
				},
				"by a neighbour who claims it": func(w *town) (*Actor, JSON) {
					return w.mallory, w.mallory.Do("Undo", "u", with(w.ada.Do("Follow", "follow", w.ana.URI, nil), JSON{"actor": w.mallory.URI}), nil)
				},
				"by a neighbour, by id": func(w *town) (*Actor, JSON) { return w.mallory, w.mallory.Do("Undo", "u", w.ada.URI+"#follow", nil) },
				"by a stranger, by id":  func(w *town) (*Actor, JSON) { return w.eve, w.eve.Do("Undo", "u", w.ada.URI+"#follow", nil) },
			},
		}, {
			name: "Accept",
			before: func(w *town) {
				if err := w.Chapter.Unfollow(t.Context(), w.ana, w.adaHere.ID); err != nil {
					t.Fatal(err)
				}
				if err := w.Chapter.Follow(t.Context(), w.ana, w.adaHere.ID, chapter.FollowWish{}); err != nil {
					t.Fatal(err)
				}
			},
			state: following,
			honest: func(w *town) (*Actor, JSON) {
				f, _ := w.Store.Follow(t.Context(), w.ana.ID, w.adaHere.ID)
				return w.ada, w.ada.Do("Accept", "a", f.URI, nil)
			},
			forged: map[string]func(w *town) (*Actor, JSON){
				"by a neighbour, by id": func(w *town) (*Actor, JSON) {
					f, _ := w.Store.Follow(t.Context(), w.ana.ID, w.adaHere.ID)
					return w.mallory, w.mallory.Do("Accept", "a", f.URI, nil)
				},
				"by a stranger, the follow along": func(w *town) (*Actor, JSON) {
					f, _ := w.Store.Follow(t.Context(), w.ana.ID, w.adaHere.ID)
					return w.eve, w.eve.Do("Accept", "a", JSON{"id": f.URI, "type": "Follow", "actor": w.ana.URI, "object": w.ada.URI}, nil)
				},
				"by a stranger who claims it": func(w *town) (*Actor, JSON) {
					f, _ := w.Store.Follow(t.Context(), w.ana.ID, w.adaHere.ID)
					return w.eve, w.eve.Do("Accept", "a", JSON{"id": f.URI, "type": "Follow", "actor": w.ana.URI, "object": w.eve.URI}, nil)
				},
			},
		}, {
			name: "Reject", state: following,
			honest: func(w *town) (*Actor, JSON) {
				f, _ := w.Store.Follow(t.Context(), w.ana.ID, w.adaHere.ID)
				return w.ada, w.ada.Do("Reject", "r", JSON{"id": f.URI, "type": "Follow", "actor": w.ana.URI, "object": w.ada.URI}, nil)
			},
			forged: map[string]func(w *town) (*Actor, JSON){
				"by a neighbour": func(w *town) (*Actor, JSON) {
					f, _ := w.Store.Follow(t.Context(), w.ana.ID, w.adaHere.ID)
					return w.mallory, w.mallory.Do("Reject", "r", f.URI, nil)
				},
				"by a stranger": func(w *town) (*Actor, JSON) {
					f, _ := w.Store.Follow(t.Context(), w.ana.ID, w.adaHere.ID)
					return w.eve, w.eve.Do("Reject", "r", JSON{"id": f.URI, "type": "Follow", "actor": w.ana.URI, "object": w.eve.URI}, nil)
				},
			},
		}, {
			name: "Like", state: likes,
			honest: func(w *town) (*Actor, JSON) { return w.ada, w.ada.Do("Like", "l", w.anasPost.URI, nil) },
			forged: map[string]func(w *town) (*Actor, JSON){
				"in another's name": func(w *town) (*Actor, JSON) { return w.eve, w.ada.Do("Like", "l", w.anasPost.URI, nil) },
			},
		}, {
			name: "EmojiReact", state: likes,
			honest: func(w *town) (*Actor, JSON) {
				return w.ada, w.ada.Do("EmojiReact", "l", w.anasPost.URI, JSON{"content": "🦔"})
			},
			forged: map[string]func(w *town) (*Actor, JSON){
				"in another's name": func(w *town) (*Actor, JSON) {
					return w.eve, w.ada.Do("EmojiReact", "l", w.anasPost.URI, JSON{"content": "🦔"})
				},
			},
		}, {
			name: "Undo of a Like", state: likes,
			before: func(w *town) { must(t, w.ada.Send(w.Server, w.ada.Do("Like", "l", w.anasPost.URI, nil)), 202) },
			honest: func(w *town) (*Actor, JSON) {
				return w.ada, w.ada.Do("Undo", "u", w.ada.Do("Like", "other-id", w.anasPost.URI, nil), nil) // Lemmy makes up a new id
			},
			forged: map[string]func(w *town) (*Actor, JSON){
				"by a neighbour, by id": func(w *town) (*Actor, JSON) { return w.mallory, w.mallory.Do("Undo", "u", w.ada.URI+"#l", nil) },
				"by a neighbour who claims it": func(w *town) (*Actor, JSON) {
					return w.mallory, w.mallory.Do("Undo", "u", with(w.ada.Do("Like", "l", w.anasPost.URI, nil), JSON{"actor": w.mallory.URI}), nil)
				},
				"by a stranger": func(w *town) (*Actor, JSON) {
					return w.eve, w.eve.Do("Undo", "u", w.ada.Do("Like", "l", w.anasPost.URI, nil), nil)
				},
			},
		}, {
			name: "Announce", state: likes,
			honest: func(w *town) (*Actor, JSON) { return w.ada, w.ada.Do("Announce", "b", w.anasPost.URI, nil) },
			forged: map[string]func(w *town) (*Actor, JSON){
				"in another's name": func(w *town) (*Actor, JSON) { return w.eve, w.ada.Do("Announce", "b", w.anasPost.URI, nil) },
			},
		}, {
			name: "Undo of an Announce", state: likes,
			before: func(w *town) { must(t, w.ada.Send(w.Server, w.ada.Do("Announce", "b", w.anasPost.URI, nil)), 202) },
			honest: func(w *town) (*Actor, JSON) {
				return w.ada, w.ada.Do("Undo", "u", w.ada.Do("Announce", "b", w.anasPost.URI, nil), nil)
			},
			forged: map[string]func(w *town) (*Actor, JSON){
				"by a neighbour, by id": func(w *town) (*Actor, JSON) { return w.mallory, w.mallory.Do("Undo", "u", w.ada.URI+"#b", nil) },
				"by a neighbour who claims it": func(w *town) (*Actor, JSON) {
					return w.mallory, w.mallory.Do("Undo", "u", with(w.ada.Do("Announce", "b", w.anasPost.URI, nil), JSON{"actor": w.mallory.URI}), nil)
				},
				"by a stranger": func(w *town) (*Actor, JSON) {
					return w.eve, w.eve.Do("Undo", "u", w.ada.Do("Announce", "b", w.anasPost.URI, nil), nil)
				},
			},
		}, {
			name: "QuoteRequest", state: given,
			honest: func(w *town) (*Actor, JSON) { return ask(w, w.ada, quoting(w)) },
			forged: map[string]func(w *town) (*Actor, JSON){
				"by a neighbour":              func(w *town) (*Actor, JSON) { return ask(w, w.mallory, quoting(w)) },
				"by a stranger":               func(w *town) (*Actor, JSON) { return ask(w, w.eve, quoting(w)) },
				"by a neighbour, only named":  func(w *town) (*Actor, JSON) { return ask(w, w.mallory, w.ada.URI+"/notes/q") },
				"for a post that quotes else": func(w *town) (*Actor, JSON) { return ask(w, w.ada, w.ada.Note("q", "Not quoting", nil)) },
			},
		}, {
			name: "Accept of a QuoteRequest", state: answered, before: func(w *town) { w.stamp(t, w.ada) },
			honest: func(w *town) (*Actor, JSON) { return w.answer(t, w.ada, "Accept") },
			forged: map[string]func(w *town) (*Actor, JSON){
				"by a neighbour": func(w *town) (*Actor, JSON) { return w.answer(t, w.mallory, "Accept") },
				"by a stranger":  func(w *town) (*Actor, JSON) { return w.answer(t, w.eve, "Accept") },
				"with a stamp of a stranger": func(w *town) (*Actor, JSON) {
					_, a := w.answer(t, w.ada, "Accept")
					return w.ada, with(a, JSON{"id": w.ada.URI + "#other", "result": w.stamp(t, w.eve)})
				},
				"with a stamp that is not there": func(w *town) (*Actor, JSON) {
					_, a := w.answer(t, w.ada, "Accept")
					return w.ada, with(a, JSON{"id": w.ada.URI + "#none", "result": w.ada.URI + "/stamps/none"})
				},
			},
		}, {
			name: "Reject of a QuoteRequest", state: answered, before: func(w *town) { w.stamp(t, w.ada) },
			honest: func(w *town) (*Actor, JSON) { return w.answer(t, w.ada, "Reject") },
			forged: map[string]func(w *town) (*Actor, JSON){
				"by a neighbour": func(w *town) (*Actor, JSON) { return w.answer(t, w.mallory, "Reject") },
				"by a stranger":  func(w *town) (*Actor, JSON) { return w.answer(t, w.eve, "Reject") },
			},
		}, {
			name: "Delete of a stamp", state: answered,
			before: func(w *town) {
				w.stamp(t, w.ada)
				by, a := w.answer(t, w.ada, "Accept")
				must(t, by.Send(w.Server, a), 202)
				quoteState(t, w.Server, w.anasQuote.URI, models.QuoteAccepted)
			},
			honest: func(w *town) (*Actor, JSON) { return w.ada, w.ada.Do("Delete", "d", w.ada.URI+"/stamps/1", nil) },
			forged: map[string]func(w *town) (*Actor, JSON){
				"by a neighbour": func(w *town) (*Actor, JSON) {
					return w.mallory, w.mallory.Do("Delete", "d", w.ada.URI+"/stamps/1", nil)
				},
				"by a stranger": func(w *town) (*Actor, JSON) { return w.eve, w.eve.Do("Delete", "d", w.ada.URI+"/stamps/1", nil) },
			},
		}, {
			name: "Add", state: pins,
			honest: func(w *town) (*Actor, JSON) { return w.ada, pin(w.ada, "Add", w.note["id"], w.ada) },
			forged: map[string]func(w *town) (*Actor, JSON){
				"by a neighbour":          func(w *town) (*Actor, JSON) { return w.mallory, pin(w.mallory, "Add", w.note["id"], w.ada) },
				"by a neighbour, its own": func(w *town) (*Actor, JSON) { return w.mallory, pin(w.mallory, "Add", w.note["id"], w.mallory) },
				"by a stranger, the post along": func(w *town) (*Actor, JSON) {
					return w.eve, pin(w.eve, "Add", with(w.note, JSON{"attributedTo": w.eve.URI}), w.eve)
				},
				"of a post that is not its own": func(w *town) (*Actor, JSON) { return w.ada, pin(w.ada, "Add", w.anasPost.URI, w.ada) },
				"into another collection": func(w *town) (*Actor, JSON) {
					return w.ada, w.ada.Do("Add", "Add2", w.note["id"], JSON{"target": w.ada.URI + "/followers"})
				},
			},
		}, {
			name: "Remove", state: pins,
			before: func(w *town) { must(t, w.ada.Send(w.Server, pin(w.ada, "Add", w.note["id"], w.ada)), 202) },
			honest: func(w *town) (*Actor, JSON) { return w.ada, pin(w.ada, "Remove", w.note["id"], w.ada) },
			forged: map[string]func(w *town) (*Actor, JSON){
				"by a neighbour":          func(w *town) (*Actor, JSON) { return w.mallory, pin(w.mallory, "Remove", w.note["id"], w.ada) },
				"by a neighbour, its own": func(w *town) (*Actor, JSON) { return w.mallory, pin(w.mallory, "Remove", w.note["id"], w.mallory) },
				"by a stranger":           func(w *town) (*Actor, JSON) { return w.eve, pin(w.eve, "Remove", w.note["id"], w.ada) },
			},
		}, {
			name: "Add of a Hashtag", state: pins,
			honest: func(w *town) (*Actor, JSON) {
				return w.ada, pin(w.ada, "Add", JSON{"type": "Hashtag", "name": "#Listening", "href": w.ada.URI + "/tagged/listening"}, w.ada)
			},
			forged: map[string]func(w *town) (*Actor, JSON){
				"by a neighbour": func(w *town) (*Actor, JSON) {
					return w.mallory, pin(w.mallory, "Add", JSON{"type": "Hashtag", "name": "#Listening"}, w.ada)
				},
				"of what is no hashtag": func(w *town) (*Actor, JSON) {
					return w.ada, pin(w.ada, "Add", JSON{"type": "Hashtag", "name": "#two words"}, w.ada)
				},
			},
		}, {
			name: "Block", state: follows,
			honest: func(w *town) (*Actor, JSON) { return w.ada, w.ada.Do("Block", "block", w.ana.URI, nil) },
			forged: map[string]func(w *town) (*Actor, JSON){
				"in another's name": func(w *town) (*Actor, JSON) { return w.eve, w.ada.Do("Block", "block", w.ana.URI, nil) },
				"by somebody else":  func(w *town) (*Actor, JSON) { return w.mallory, w.mallory.Do("Block", "block", w.ana.URI, nil) },
			},
		}, {
			name: "Undo of a Block",
			state: func(w *town) string {
				b, _ := w.Store.Block(t.Context(), w.adaHere.ID, w.ana.ID)
				return fmt.Sprint(b != nil)
			},
			before: func(w *town) { must(t, w.ada.Send(w.Server, w.ada.Do("Block", "block", w.ana.URI, nil)), 202) },
			honest: func(w *town) (*Actor, JSON) { return w.ada, w.ada.Do("Undo", "u", w.ada.URI+"#block", nil) },
			forged: map[string]func(w *town) (*Actor, JSON){
				"by a neighbour, by id": func(w *town) (*Actor, JSON) { return w.mallory, w.mallory.Do("Undo", "u", w.ada.URI+"#block", nil) },
				"by a stranger": func(w *town) (*Actor, JSON) {
					return w.eve, w.eve.Do("Undo", "u", w.ada.Do("Block", "block", w.ana.URI, nil), nil)
				},
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newTown(t)
			if test.before != nil {
				test.before(w)
			}
			before := test.state(w)
			for name, forge := range test.forged {
				by, activity := forge(w)
				by.Send(w.Server, activity)
				Quiet(t, w.Server)
				if after := test.state(w); after != before {
					t.Errorf("%s: %s became %s", name, before, after)
				}
			}
			by, activity := test.honest(w)
			must(t, by.Send(w.Server, activity), 202)
			Eventually(t, func() string {
				if test.state(w) == before {
					return "the honest one changed nothing: " + before
				}
				return ""
			})
			after := test.state(w)
			must(t, by.Send(w.Server, activity), 202) // once more
			Quiet(t, w.Server)
			if again := test.state(w); again != after {
				t.Errorf("the second time %s became %s", after, again)
			}
		})
	}
}

func TestDoors(t *testing.T) {
	w := newTown(t)
	create := func() JSON { return w.ada.Create(w.ada.Note(fmt.Sprint(time.Now().UnixNano()), "Hello", nil)) }
	shared := w.URLs.SharedInbox()
	deep := []byte(`{"id":"` + w.ada.URI + `/x","type":"Create","actor":"` + w.ada.URI + `","object":` + strings.Repeat(`{"object":`, 10_000) + `1` + strings.Repeat(`}`, 10_000) + `}`)
	for _, test := range []struct {
		name   string
		by     *Actor
		inbox  string
		body   any
		scheme sign.Scheme
		want   int
	}{
		{"a signed activity", w.ada, shared, create(), sign.Cavage, 202},
		{"one signed by RFC 9421", w.ada, shared, create(), sign.RFC9421, 202},
		{"an inbox of somebody", w.ada, w.ana.URI + "/inbox", create(), sign.Cavage, 202},
		{"the inbox of the chapter", w.ada, w.URLs.Chapter() + "/inbox", create(), sign.Cavage, 202},
		{"the inbox of the server", w.ada, w.URLs.Instance() + "/inbox", create(), sign.Cavage, 202},
		{"an inbox of nobody", w.ada, w.URLs.Person("nobody") + "/inbox", create(), sign.Cavage, 404},
		{"no inbox", w.ada, w.ana.URI + "/outbox", create(), sign.Cavage, 404},
		{"no signature", w.ada, shared, create(), "", 401},
		{"no JSON", w.ada, shared, []byte(`{"id":`), sign.Cavage, 400},
		{"a list", w.ada, shared, []byte(`[]`), sign.Cavage, 400},
		{"no type", w.ada, shared, []byte(`{"id":"` + w.ada.URI + `/x"}`), sign.Cavage, 400},
		{"no activity", w.ada, shared, w.ada.Note("9", "bare", nil), sign.Cavage, 415},
		{"a member twice", w.ada, shared, []byte(`{"type":"Like","type":"Follow","actor":"` + w.ada.URI + `"}`), sign.Cavage, 400},
		{"two megabytes", w.ada, shared, bytes.Repeat([]byte(" "), 2<<20), sign.Cavage, 413},
		{"ten thousand levels", w.ada, shared, deep, sign.Cavage, 400},
		{"a Delete of somebody never met", w.eve, shared, w.eve.Do("Delete", "d", w.eve.URI, nil), sign.Cavage, 202},
		{"something that nobody here knows", w.ada, shared, w.ada.Do("Travel", "t", w.ada.URI, nil), sign.Cavage, 202},
		{"a dislike", w.ada, shared, w.ada.Do("Dislike", "t", w.anasPost.URI, nil), sign.Cavage, 202},
	} {
		if got := test.by.SendTo(test.inbox, test.body, test.scheme); got != test.want {
			t.Errorf("%s: status %d, want %d", test.name, got, test.want)
		}
	}
	if n := w.eve.Asked(w.eve.URI); n != 0 {
		t.Errorf("the actor of a Delete was asked for %d times", n)
	}
}

// TestSignatures changes a rightly signed request on its way.
func TestSignatures(t *testing.T) {
	w := newTown(t)
	request := func(scheme sign.Scheme, at time.Time) *http.Request {
		body := []byte(`{"id":"` + w.ada.URI + `/x","type":"Like","actor":"` + w.ada.URI + `","object":"` + w.anasPost.URI + `"}`)
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.URLs.SharedInbox(), bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/activity+json")
		if err := sign.Sign(r, w.ada.Key, scheme, sign.DigestOf(body), at); err != nil {
			t.Fatal(err)
		}
		return r
	}
	for _, scheme := range []sign.Scheme{sign.Cavage, sign.RFC9421} {
		for _, test := range []struct {
			name   string
			change func(r *http.Request)
			at     time.Time
			want   int
		}{
			{"another body", func(r *http.Request) {
				r.Body = http.NoBody
				r.ContentLength = 0
			}, time.Now(), 400},
			{"another inbox", func(r *http.Request) { r.URL.Path = "/users/ana/inbox" }, time.Now(), 401},
			{"another host", func(r *http.Request) { r.Host = "elsewhere.example" }, time.Now(), 401},
			{"an hour and a half old", func(*http.Request) {}, time.Now().Add(-90 * time.Minute), 401},
			{"of the day after tomorrow", func(*http.Request) {}, time.Now().Add(48 * time.Hour), 401},
			{"as it was sent", func(*http.Request) {}, time.Now(), 202},
		} {
			r := request(scheme, test.at)
			test.change(r)
			if got := w.ada.do(r); got != test.want {
				t.Errorf("%s, %s: status %d, want %d", scheme, test.name, got, test.want)
			}
		}
	}
	p, err := w.Store.PostByID(t.Context(), w.anasPost.ID)
	if err != nil || p.Stats.Favourites != 1 {
		t.Errorf("%d likes, %v; want 1", p.Stats.Favourites, err)
	}
}

func TestAKeyThatChangedIsReadAnewOnce(t *testing.T) {
	w := newTown(t)
	fresh := Key(45)
	newKey, err := sign.ParseKey(w.ada.KeyID, fresh.RSA)
	if err != nil {
		t.Fatal(err)
	}
	asked := w.ada.Asked(w.ada.URI)
	w.ada.Key = newKey
	must(t, w.ada.Send(w.Server, w.ada.Do("Like", "1", w.anasPost.URI, nil)), 401) // the document still has the old one
	if n := w.ada.Asked(w.ada.URI) - asked; n != 1 {
		t.Errorf("the actor was read anew %d times", n)
	}
	must(t, w.ada.Send(w.Server, w.ada.Do("Like", "1", w.anasPost.URI, nil)), 401)
	if n := w.ada.Asked(w.ada.URI) - asked; n != 1 {
		t.Errorf("the actor was read anew %d times within a minute", n)
	}
	// At another peer the key changes and the document says so.
	other := newTown(t)
	if other.ada.Key, err = sign.ParseKey(other.ada.KeyID, fresh.RSA); err != nil {
		t.Fatal(err)
	}
	other.ada.Put(other.ada.URI, with(other.ada.Document, JSON{"publicKey": JSON{"id": other.ada.KeyID, "owner": other.ada.URI, "publicKeyPem": fresh.PublicKey}}))
	must(t, other.ada.Send(other.Server, other.ada.Do("Like", "1", other.anasPost.URI, nil)), 202)
}

func TestAProofLetsOthersPassOn(t *testing.T) {
	w := newTown(t)
	k := Key(40)
	ed, err := sign.ParseKey(w.ada.URI+"#ed25519-key", k.Ed25519)
	if err != nil {
		t.Fatal(err)
	}
	must(t, w.ada.Send(w.Server, w.ada.Do("Update", "u", with(w.ada.Document, JSON{"assertionMethod": []any{JSON{"id": ed.ID(), "type": "Multikey",
		"controller": w.ada.URI, "publicKeyMultibase": k.EdKey}}}), nil)), 202)
	plain := marshal(t, w.ada.Do("Like", "1", w.anasPost.URI, nil))
	must(t, w.eve.SendTo(w.URLs.SharedInbox(), plain, sign.Cavage), 403)
	proved, err := sign.Prove(plain, ed, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	must(t, w.eve.SendTo(w.URLs.SharedInbox(), bytes.Replace(proved, []byte(w.anasPost.URI), []byte(w.note["id"].(string)), 1), sign.Cavage), 403)
	must(t, w.eve.SendTo(w.URLs.SharedInbox(), proved, sign.Cavage), 202)
	counts(t, w.Server, w.anasPost.URI, models.PostStats{Favourites: 1})
}
