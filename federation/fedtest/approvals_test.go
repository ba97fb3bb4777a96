package fedtest

import (
	"fmt"
	"testing"

	"atelier/models"
	"atelier/models/chapter"
)

// guarded is a post of ada that wants its author to be asked, or refuses.
func (w *town) guarded(t *testing.T, id string, policy JSON) *models.Post {
	t.Helper()
	n := w.ada.Note(id, "Careful", JSON{"interactionPolicy": policy})
	must(t, w.ada.Send(w.Server, w.ada.Create(n)), 202)
	return w.Post(t, n["id"].(string))
}

func (w *town) approval(t *testing.T, p *models.Post) models.ApprovalState {
	t.Helper()
	a, err := w.Store.Approval(t.Context(), p.ID)
	if models.KindOf(err) == models.NotFound {
		return ""
	}
	if err != nil {
		t.Fatal(err)
	}
	return a.State
}

// received waits until an inbox got so many activities of a type about
// something.
func received(t *testing.T, p *Peer, typ, about string, want int) []JSON {
	t.Helper()
	var out []JSON
	Eventually(t, func() string {
		out = nil
		for _, a := range p.Received(typ) {
			o, _ := a["object"].(map[string]any)
			if a["object"] == about || o["id"] == about {
				out = append(out, a)
			}
		}
		if len(out) != want {
			return fmt.Sprintf("%d times %s of %s, want %d", len(out), typ, about, want)
		}
		return ""
	})
	return out
}

// eveFollows has eve of another server follow ana.
func (w *town) eveFollows(t *testing.T) {
	t.Helper()
	must(t, w.eve.Send(w.Server, w.eve.Do("Follow", "follow", w.ana.URI, nil)), 202)
	Quiet(t, w.Server)
}

func none(t *testing.T, w *town, typ, about string) {
	t.Helper()
	Quiet(t, w.Server)
	received(t, w.eve.Peer, typ, about, 0)
}

var onlyAsked = JSON{"automaticApproval": []any{}, "manualApproval": []any{Public}}

func TestAnAnswerIsAskedAbout(t *testing.T) {
	w := newTown(t)
	w.eveFollows(t)
	p := w.guarded(t, "g", JSON{"canReply": onlyAsked})
	answer := w.Publish(t, w.ana, "May I?", func(d *chapter.Draft) { d.InReplyTo = p.ID })
	received(t, w.ada.Peer, "Create", answer.URI, 1)
	none(t, w, "Create", answer.URI)
	stamp := w.ada.URI + "/approvals/1"
	w.ada.Put(stamp, JSON{"@context": "https://www.w3.org/ns/activitystreams", "id": stamp, "type": "ReplyApproval", "attributedTo": w.ada.URI, "object": answer.URI, "target": p.URI})
	accept := func(by *Actor, id, result string) {
		by.Send(w.Server, by.Do("Accept", id, answer.URI, JSON{"result": result}))
		Quiet(t, w.Server)
	}
	accept(w.mallory, "m", stamp)
	accept(w.eve, "e", stamp)
	accept(w.ada, "none", w.ada.URI+"/approvals/none")
	if got := w.approval(t, answer); got != models.ApprovalAsked {
		t.Fatalf("after forged consents it is %q", got)
	}
	accept(w.ada, "yes", stamp)
	if got := w.approval(t, answer); got != models.ApprovalGiven {
		t.Fatalf("after the consent it is %q", got)
	}
	o := received(t, w.eve.Peer, "Create", answer.URI, 1)[0]["object"].(map[string]any)
	if o["approvedBy"] != stamp {
		t.Errorf("it is approved by %v, want %s", o["approvedBy"], stamp)
	}
	if _, doc := Get(t, answer.URI, nil); doc["approvedBy"] != stamp {
		t.Errorf("its document is approved by %v", doc["approvedBy"])
	}
}

func TestABoostIsAskedAbout(t *testing.T) {
	w := newTown(t)
	w.eveFollows(t)
	p := w.guarded(t, "g", JSON{"canAnnounce": onlyAsked})
	boost := func() *models.Post {
		b, err := w.Chapter.Boost(t.Context(), w.ana, p.ID, "")
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	b := boost()
	received(t, w.ada.Peer, "Announce", p.URI, 1)
	none(t, w, "Announce", p.URI)
	must(t, w.ada.Send(w.Server, w.ada.Do("Reject", "no", b.URI, nil)), 202)
	without(t, w.Server, b.URI)
	b = boost()
	received(t, w.ada.Peer, "Announce", p.URI, 2) // nobody consents before being asked
	stamp := w.ada.URI + "/approvals/2"
	w.ada.Put(stamp, JSON{"@context": "https://www.w3.org/ns/activitystreams", "id": stamp, "type": "AnnounceAuthorization", "attributedTo": w.ada.URI, "interactingObject": b.URI, "interactionTarget": p.URI})
	must(t, w.ada.Send(w.Server, w.ada.Do("Accept", "yes", b.URI, JSON{"result": stamp})), 202)
	if a := received(t, w.eve.Peer, "Announce", p.URI, 1)[0]; a["approvedBy"] != stamp {
		t.Errorf("it is approved by %v", a["approvedBy"])
	}
}

func TestWhatAnAuthorDoesNotWantIsRefused(t *testing.T) {
	w := newTown(t)
	nobody := JSON{"automaticApproval": []any{w.ada.URI}}
	p := w.guarded(t, "g", JSON{"canLike": nobody, "canReply": nobody, "canAnnounce": nobody})
	_, liked := w.Chapter.Favourite(t.Context(), w.ana, p.ID)
	_, boosted := w.Chapter.Boost(t.Context(), w.ana, p.ID, "")
	_, answered := w.Chapter.Publish(t.Context(), w.ana, chapter.Draft{Source: "No?", Format: models.PlainText, Visibility: models.Public, InReplyTo: p.ID})
	for what, err := range map[string]error{"a like": liked, "a boost": boosted, "an answer": answered} {
		if models.KindOf(err) != models.Forbidden {
			t.Errorf("%s: %v", what, err)
		}
	}
	// Her followers may, and ana is one.
	p = w.guarded(t, "f", JSON{"canLike": JSON{"always": []any{w.ada.URI + "/followers"}}})
	if _, err := w.Chapter.Favourite(t.Context(), w.ana, p.ID); err != nil {
		t.Errorf("a follower's like: %v", err)
	}
	if _, err := w.Chapter.Favourite(t.Context(), w.Member(t, "ben"), p.ID); models.KindOf(err) != models.Forbidden {
		t.Errorf("a stranger's like: %v", err)
	}
}

func TestALikeThatIsRefusedGoes(t *testing.T) {
	w := newTown(t)
	p := w.guarded(t, "g", JSON{"canLike": onlyAsked})
	if _, err := w.Chapter.Favourite(t.Context(), w.ana, p.ID); err != nil {
		t.Fatal(err)
	}
	like := received(t, w.ada.Peer, "Like", p.URI, 1)[0]
	w.mallory.Send(w.Server, w.mallory.Do("Reject", "no", like["id"], nil))
	Quiet(t, w.Server)
	if n := w.Post(t, p.URI).Stats.Favourites; n != 1 {
		t.Errorf("a neighbour's Reject: %d likes", n)
	}
	must(t, w.ada.Send(w.Server, w.ada.Do("Reject", "no", like["id"], nil)), 202)
	counts(t, w.Server, p.URI, models.PostStats{})
}

// Requests of others are answered with a consent that can be looked up.
func TestRequestsAreAnswered(t *testing.T) {
	for typ, kind := range map[string]models.ConsentKind{"ReplyRequest": models.ToReply, "LikeRequest": models.ToLike, "AnnounceRequest": models.ToAnnounce} {
		t.Run(typ, func(t *testing.T) {
			w := newTown(t)
			var made any = w.ada.Do("Like", "made", w.anasPost.URI, nil)
			id := w.ada.URI + "#made"
			if typ == "ReplyRequest" {
				id = w.ada.URI + "/notes/made"
				made = w.ada.Note("made", "May I?", JSON{"inReplyTo": w.anasPost.URI})
			}
			ask := func(by *Actor) JSON { return by.Do(typ, "ask", w.anasPost.URI, JSON{"instrument": made}) }
			for _, by := range []*Actor{w.mallory, w.eve} {
				by.Send(w.Server, ask(by))
			}
			Quiet(t, w.Server)
			if c, _ := w.Store.ConsentFor(t.Context(), kind, w.anasPost.ID, id); c != nil {
				t.Fatalf("somebody else was given %+v", c)
			}
			must(t, w.ada.Send(w.Server, ask(w.ada)), 202)
			a := received(t, w.ada.Peer, "Accept", w.ada.URI+"#ask", 1)[0]
			status, doc := Get(t, a["result"].(string), nil)
			if status != 200 || doc["interactingObject"] != id || doc["interactionTarget"] != w.anasPost.URI || doc["attributedTo"] != w.ana.URI {
				t.Errorf("the consent: %d %v", status, doc)
			}
		})
	}
}
