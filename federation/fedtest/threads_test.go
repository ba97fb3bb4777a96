package fedtest

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"atelier/federation/sign"
	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/store/storetest"
)

// list is a collection of ids.
func list(uri string, ids ...string) JSON {
	return JSON{"id": uri, "type": "Collection", "items": ids}
}

// serve puts a note at its address, and returns its id.
func serve(a *Actor, note JSON) string {
	a.Put(note["id"].(string), note)
	return note["id"].(string)
}

// there says which of the addresses are posts here.
func there(t *testing.T, s *Server, uris ...string) (out []string) {
	t.Helper()
	for _, uri := range uris {
		_, err := s.Store.PostByURI(t.Context(), uri)
		if err == nil {
			out = append(out, uri)
		} else if models.KindOf(err) != models.NotFound {
			t.Fatal(err)
		}
	}
	return out
}

func ordinary(a *models.Account) models.Viewer {
	return models.Viewer{AccountID: a.ID, Role: models.Ordinary}
}

func TestAnswersThatNeverCameAreLookedFor(t *testing.T) {
	w := newTown(t)
	root := w.eve.Note("root", "It begins", nil)
	uri := root["id"].(string)
	answer := func(by *Actor, id string, more JSON) string { return serve(by, by.Note(id, "Answer "+id, more)) }
	first := answer(w.eve, "a", JSON{"inReplyTo": uri, "replies": list(w.eve.URI+"/notes/a/replies", w.ada.URI+"/notes/below")})
	below := answer(w.ada, "below", JSON{"inReplyTo": first})
	far := answer(w.ada, "far", JSON{"inReplyTo": uri})
	wrong := []string{
		answer(w.ada, "elsewhere", JSON{"inReplyTo": w.note["id"]}),
		answer(w.ada, "no-answer", nil),
		answer(w.eve, "secret", JSON{"inReplyTo": uri, "to": []string{w.eve.URI + "/followers"}, "cc": []string{}}),
		answer(w.eve, "of-ada", JSON{"inReplyTo": uri, "attributedTo": w.ada.URI}),
		w.eve.URI + "/notes/missing",
	}
	second := answer(w.eve, "b", JSON{"inReplyTo": uri})
	root["replies"] = JSON{"id": uri + "/replies", "type": "Collection", "first": JSON{"type": "CollectionPage", "partOf": uri + "/replies",
		"items": append([]string{first, w.anasPost.URI}, wrong...), "next": uri + "/replies?page=2"}}
	w.eve.Put(uri+"/replies?page=2", JSON{"id": uri + "/replies?page=2", "type": "CollectionPage", "items": []string{far}, "next": w.ada.URL + "/more"})
	w.ada.Put(w.ada.URL+"/more", list(w.ada.URL+"/more", second)) // a page on another server
	serve(w.eve, root)
	p, err := w.Finder.Post(t.Context(), uri)
	if err != nil {
		t.Fatal(err)
	}
	w.Chapter.ThreadSeen(t.Context(), models.Stranger, p.ID)
	Quiet(t, w.Server)
	if got := there(t, w.Server, first, far); len(got) != 0 {
		t.Errorf("a stranger's visit brought %v", got)
	}
	w.Chapter.ThreadSeen(t.Context(), ordinary(w.ana), p.ID)
	Eventually(t, func() string {
		if got := there(t, w.Server, first, far, below); len(got) < 3 {
			return fmt.Sprintf("only %v came", got)
		}
		return ""
	})
	Quiet(t, w.Server)
	if got := there(t, w.Server, append(wrong, second)...); len(got) != 0 {
		t.Errorf("what does not belong there came: %v", got)
	}
	if got := w.Post(t, below); got.ThreadID != p.ThreadID || got.InReplyToID == 0 {
		t.Errorf("an answer to an answer is in thread %d below %d", got.ThreadID, got.InReplyToID)
	}
	if last, running, err := w.Chapter.Crawl(t.Context(), p.ThreadID); err != nil || running || last.Found != 3 {
		t.Errorf("the look for answers: %+v, under way %v, %v; want 3 found", last, running, err)
	}
	asked := w.eve.AskedInAll()
	if thread := w.Chapter.ThreadSeen(t.Context(), ordinary(w.Member(t, "bea")), p.ID); thread != 0 {
		t.Error("they are said to be looked for still")
	}
	w.Chapter.ThreadSeen(t.Context(), ordinary(w.ana), w.Post(t, below).ID) // of the same thread
	Quiet(t, w.Server)
	if n := w.eve.AskedInAll() - asked; n != 0 {
		t.Errorf("a second visit asked %d times", n)
	}
}

func TestAThreadsOwnCollectionIsReadFirst(t *testing.T) {
	w := newTown(t)
	context := w.eve.URL + "/contexts/1"
	uri := serve(w.eve, w.eve.Note("root", "It begins", JSON{"context": context}))
	var answers []string
	for i := range 5 { // listed in the wrong order: each before what it answers
		n := w.ada.Note(fmt.Sprint("c", i), "Answer", JSON{"context": context, "inReplyTo": uri})
		if i > 0 {
			n["inReplyTo"] = answers[len(answers)-1]
		}
		answers = append(answers, serve(w.ada, n))
	}
	w.eve.Put(context, JSON{"id": context, "type": "OrderedCollection", "attributedTo": w.eve.URI, "first": context + "?page=1"})
	w.eve.Put(context+"?page=1", JSON{"id": context + "?page=1", "type": "OrderedCollectionPage", "orderedItems": []string{answers[1], answers[0], uri}, "next": context + "?page=2"})
	w.eve.Put(context+"?page=2", JSON{"id": context + "?page=2", "type": "OrderedCollectionPage", "orderedItems": answers[2:], "next": context + "?page=1"})
	p, err := w.Finder.Post(t.Context(), uri)
	if err != nil {
		t.Fatal(err)
	}
	w.Chapter.ThreadSeen(t.Context(), ordinary(w.ana), p.ID)
	Eventually(t, func() string {
		if got := there(t, w.Server, answers...); len(got) != len(answers) {
			return fmt.Sprintf("%d of %d came", len(got), len(answers))
		}
		return ""
	})
	Quiet(t, w.Server)
	if n := w.eve.Asked(context + "?page=1"); n != 1 {
		t.Errorf("the first page was asked for %d times", n)
	}
}

func TestACrawlEnds(t *testing.T) {
	w := newTown(t)
	uri := w.eve.URI + "/notes/root"
	page := func(i int) string { return fmt.Sprintf("%s/replies?page=%d", uri, i) }
	root := w.eve.Note("root", "It begins", JSON{"replies": page(0)})
	serve(w.eve, root)
	for i := range 40 {
		var ids []string
		for j := range 20 {
			ids = append(ids, serve(w.eve, w.eve.Note(fmt.Sprintf("r%d-%d", i, j), "x", JSON{"inReplyTo": uri, "replies": page(i)})))
		}
		w.eve.Put(page(i), JSON{"id": page(i), "type": "CollectionPage", "items": ids, "next": page(i + 1)})
	}
	p, err := w.Finder.Post(t.Context(), uri)
	if err != nil {
		t.Fatal(err)
	}
	before := w.eve.AskedInAll()
	w.Chapter.ThreadSeen(t.Context(), ordinary(w.ana), p.ID)
	w.Post(t, w.eve.URI+"/notes/r0-0")
	Quiet(t, w.Server)
	if n := w.eve.AskedInAll() - before; n < 20 || n > 80 {
		t.Errorf("a thread without end was asked about %d times", n)
	}
}

// TestRepliesReachWhoFollowsThePost: bo of beta follows ana of alpha, and
// knows nothing of carl of gamma, who answers her.
func TestRepliesReachWhoFollowsThePost(t *testing.T) {
	alpha, beta, gamma := Start(t, "alpha", storetest.SQLite(t)), Start(t, "beta", storetest.SQLite(t)), Start(t, "gamma", storetest.SQLite(t))
	ana, bo, carl := alpha.Member(t, "ana"), beta.Member(t, "bo"), gamma.Member(t, "carl")
	beta.Follow(t, bo, ana, alpha)
	gamma.Follow(t, carl, ana, alpha)
	post := alpha.Publish(t, ana, "What do you do?", nil)
	beta.Post(t, post.URI)
	reply := gamma.Publish(t, carl, "This.", func(d *chapter.Draft) { d.InReplyTo = gamma.Post(t, post.URI).ID })
	got := beta.Post(t, reply.URI)
	if got.InReplyToID != beta.Post(t, post.URI).ID || !strings.Contains(got.HTML, "This.") {
		t.Errorf("beta has %+v", got)
	}
	secret := gamma.Publish(t, carl, "Only for mine.", func(d *chapter.Draft) {
		d.InReplyTo, d.Visibility = gamma.Post(t, post.URI).ID, models.Private
		d.Source = "@ana@" + alpha.URLs.Domain + " " + d.Source
	})
	alpha.Post(t, secret.URI)
	if _, err := gamma.Chapter.Edit(t.Context(), carl, reply.ID, chapter.Edit{Source: new("That.")}); err != nil {
		t.Fatal(err)
	}
	Eventually(t, func() string {
		if got := beta.Post(t, reply.URI); !strings.Contains(got.HTML, "That.") {
			return got.HTML
		}
		return ""
	})
	Quiet(t, alpha, beta, gamma)
	if got := there(t, beta, secret.URI); len(got) > 0 {
		t.Error("a reply for few was passed on")
	}
	sent := beta.Requests("POST /inbox")
	if _, err := gamma.Chapter.Delete(t.Context(), carl, reply.ID); err != nil {
		t.Fatal(err)
	}
	Eventually(t, func() string {
		if len(there(t, beta, reply.URI)) > 0 {
			return "the reply is still at beta"
		}
		return ""
	})
	Quiet(t, alpha, beta, gamma)
	if n := beta.Requests("POST /inbox") - sent; n != 1 {
		t.Errorf("beta was told %d times of the end of the reply", n)
	}
}

// TestForwardedWithoutAProof: what somebody else passes on is looked at where
// it is.
func TestForwardedWithoutAProof(t *testing.T) {
	w := newTown(t)
	note := w.eve.Note("reply", "As it is", JSON{"inReplyTo": w.note["id"]})
	uri := note["id"].(string)
	forged := w.eve.Create(with(note, JSON{"content": "<p>Forged</p>"}))
	must(t, w.mallory.Send(w.Server, forged), 202) // eve's server knows nothing of it
	must(t, w.mallory.Send(w.Server, w.ada.Do("Like", "l", w.anasPost.URI, nil)), 403)
	Quiet(t, w.Server)
	if got := there(t, w.Server, uri); len(got) != 0 {
		t.Fatal("what its server does not have came")
	}
	other := serve(w.eve, w.eve.Note("other", "As it is", JSON{"inReplyTo": w.note["id"]}))
	must(t, w.mallory.Send(w.Server, w.eve.Create(w.eve.Note("other", "Forged", JSON{"inReplyTo": w.note["id"]}))), 202)
	if p := w.Post(t, other); !strings.Contains(p.HTML, "As it is") {
		t.Errorf("taken in: %s", p.HTML)
	}
	unasked := serve(w.eve, w.eve.Note("unasked", "Nobody's business", nil))
	must(t, w.mallory.Send(w.Server, w.eve.Create(w.eve.Note("unasked", "Nobody's business", nil))), 202)
	must(t, w.mallory.Send(w.Server, w.eve.Do("Delete", "d", other, nil)), 202)
	Quiet(t, w.Server)
	if got := there(t, w.Server, other, unasked); len(got) != 1 || got[0] != other {
		t.Errorf("after a forged Delete there are %v", got)
	}
	w.eve.Put(other, with(w.eve.Note("other", "Changed", JSON{"inReplyTo": w.note["id"]}), JSON{"updated": time.Now().UTC().Format(time.RFC3339Nano)}))
	must(t, w.mallory.Send(w.Server, w.eve.Do("Update", "u", w.eve.Note("other", "Forged", nil), nil)), 202)
	Eventually(t, func() string {
		if p := w.Post(t, other); !strings.Contains(p.HTML, "Changed") {
			return p.HTML
		}
		return ""
	})
	Quiet(t, w.Server)
	w.eve.Gone(other)
	must(t, w.mallory.Send(w.Server, w.eve.Do("Delete", "d2", other, nil)), 202)
	Eventually(t, func() string { return strings.Join(there(t, w.Server, other), "") })

	// A post that is not for everyone cannot be seen by us: that is no sign.
	private := w.ada.Note("private", "For followers", JSON{"to": []string{w.ada.URI + "/followers"}, "cc": []string{}})
	must(t, w.ada.Send(w.Server, w.ada.Create(private)), 202)
	w.Post(t, private["id"].(string))
	must(t, w.mallory.Send(w.Server, w.ada.Do("Delete", "d3", private["id"], nil)), 202)
	Quiet(t, w.Server)
	if got := there(t, w.Server, private["id"].(string)); len(got) != 1 {
		t.Error("a stranger deleted a post for followers")
	}
}

// TestAnAnswerIsForwardedAsItCame: byte for byte, so that proofs hold.
func TestAnAnswerIsForwardedAsItCame(t *testing.T) {
	w := newTown(t)
	body := marshal(t, w.eve.Create(serveNote(w.eve, "reply", JSON{"inReplyTo": w.anasPost.URI, "odd": []any{1.50, "<é>"}})))
	forwarded := func() (out [][]byte) {
		bodies, _ := w.ada.Arrivals("Create")
		for _, b := range bodies {
			if bytes.Contains(b, []byte(w.eve.URI+"/notes/reply")) {
				out = append(out, b)
			}
		}
		return out
	}
	must(t, w.eve.SendTo(w.URLs.SharedInbox(), body, sign.Cavage), 202)
	Eventually(t, func() string {
		if n := len(forwarded()); n != 1 {
			return fmt.Sprintf("ada's server was told %d times", n)
		}
		return ""
	})
	if got := forwarded()[0]; !bytes.Equal(got, body) {
		t.Errorf("sent on:\n%s\nwas:\n%s", got, body)
	}
	must(t, w.eve.SendTo(w.URLs.SharedInbox(), body, sign.Cavage), 202)
	Quiet(t, w.Server)
	if n := len(forwarded()); n != 1 {
		t.Errorf("the second receipt was sent on: %d", n)
	}
}

func serveNote(a *Actor, id string, more JSON) JSON {
	n := a.Note(id, "Answer "+id, more)
	serve(a, n)
	return n
}
