package fedtest

import (
	"fmt"
	"testing"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/store/storetest"
)

// quoteState waits until a server holds a post with a state of its quote.
func quoteState(t *testing.T, s *Server, uri string, want models.QuoteState) *models.Post {
	t.Helper()
	var p *models.Post
	Eventually(t, func() string {
		var err error
		if p, err = s.Store.PostByURI(t.Context(), uri); err != nil || p.QuoteState != want {
			return fmt.Sprintf("%s: the quote in %s is %+v, want %s (%v)", s.Name, uri, p, want, err)
		}
		return ""
	})
	return p
}

func quoteOf(id models.ID) func(*chapter.Draft) {
	return func(d *chapter.Draft) { d.QuoteOf = id }
}

func TestAQuoteIsAskedForGivenAndRevoked(t *testing.T) {
	alpha, beta, ana, bob := two(t)
	gamma := Start(t, "gamma", storetest.SQLite(t))
	cleo := gamma.Member(t, "cleo")
	gamma.Follow(t, cleo, bob, beta)
	p := alpha.Publish(t, ana, "Quote me", func(d *chapter.Draft) { d.Quotes = models.QuotesPublic })
	there := beta.Post(t, p.URI)
	q := beta.Publish(t, bob, "Listen to this", quoteOf(there.ID))
	if q.QuoteState != models.QuotePending {
		t.Errorf("before it was asked for the quote is %s", q.QuoteState)
	}
	for _, s := range []*Server{alpha, beta, gamma} {
		quoteState(t, s, q.URI, models.QuoteAccepted)
	}
	told(t, alpha, ana, models.NotifyQuote)
	stamp := beta.Post(t, q.URI).QuoteStamp
	status, doc := Get(t, stamp, nil)
	if status != 200 || doc["type"] != "QuoteAuthorization" || doc["attributedTo"] != ana.URI || doc["interactingObject"] != q.URI || doc["interactionTarget"] != p.URI {
		t.Errorf("the stamp %s: %d %v", stamp, status, doc)
	}
	Eventually(t, func() string {
		if n := alpha.Post(t, p.URI).Stats.Quotes; n != 1 {
			return fmt.Sprintf("alpha counts %d quotes", n)
		}
		return ""
	})
	if _, err := alpha.Chapter.RevokeQuote(t.Context(), ana, p.ID, alpha.Post(t, q.URI).ID); err != nil {
		t.Fatal(err)
	}
	quoteState(t, beta, q.URI, models.QuoteRevoked)
	Eventually(t, func() string { // there it goes with the new version of the post
		if s := gamma.Post(t, q.URI).QuoteState; s == models.QuoteAccepted {
			return "gamma still shows the quote"
		}
		return ""
	})
	if status, _ := Get(t, stamp, nil); status != 410 {
		t.Errorf("the revoked stamp: %d", status)
	}
	if n := alpha.Post(t, p.URI).Stats.Quotes; n != 0 {
		t.Errorf("alpha counts %d quotes", n)
	}
}

func TestAQuoteIsRefusedByPolicy(t *testing.T) {
	alpha, beta, ana, bob := two(t)
	ben := beta.Member(t, "ben")
	for _, test := range []struct {
		policy models.QuotePolicy
		by     *models.Account
		want   models.QuoteState
	}{
		{models.QuotesNobody, bob, models.QuoteRejected},
		{models.QuotesFollowers, ben, models.QuoteRejected},
		{models.QuotesFollowers, bob, models.QuoteAccepted},
	} {
		p := alpha.Publish(t, ana, "Mine", func(d *chapter.Draft) { d.Quotes = test.policy })
		there := beta.Post(t, p.URI)
		if there.QuotePolicy != test.policy {
			t.Errorf("beta reads the policy %q as %q", test.policy, there.QuotePolicy)
		}
		q := beta.Publish(t, test.by, "I quote", quoteOf(there.ID))
		quoteState(t, beta, q.URI, test.want)
	}
}

// A quote that names a consent is shown if the consent is there and is for it.
func TestAConsentIsLookedUp(t *testing.T) {
	w := newTown(t)
	eves := w.eve.Note("1", "By eve", nil)
	w.eve.Put(eves["id"].(string), eves)
	stamp := func(id string, more JSON) string {
		uri := w.eve.URI + "/stamps/" + id
		doc := JSON{"@context": "https://www.w3.org/ns/activitystreams", "id": uri, "type": "QuoteAuthorization", "attributedTo": w.eve.URI,
			"interactingObject": w.ada.URI + "/notes/" + id, "interactionTarget": eves["id"]}
		w.eve.Put(uri, with(doc, more))
		return uri
	}
	for id, test := range map[string]struct {
		stamp string
		want  models.QuoteState
	}{
		"q1": {stamp("q1", nil), models.QuoteAccepted},
		"q2": {stamp("q2", JSON{"interactingObject": w.ada.URI + "/notes/q1"}), models.QuotePending},
		"q3": {stamp("q3", JSON{"interactionTarget": w.note["id"]}), models.QuotePending},
		"q4": {stamp("q4", JSON{"attributedTo": w.ada.URI}), models.QuotePending},
		"q5": {w.ada.URI + "/stamps/q5", models.QuotePending},
		"q6": {w.eve.URI + "/stamps/none", models.QuotePending},
	} {
		if id == "q5" {
			w.ada.Put(test.stamp, JSON{"id": test.stamp, "type": "QuoteAuthorization", "attributedTo": w.eve.URI, "interactingObject": w.ada.URI + "/notes/q5", "interactionTarget": eves["id"]})
		}
		n := w.ada.Note(id, "Quoting", JSON{"quote": eves["id"], "quoteAuthorization": test.stamp})
		must(t, w.ada.Send(w.Server, w.ada.Create(n)), 202)
		Quiet(t, w.Server)
		if p := w.Post(t, n["id"].(string)); p.QuoteState != test.want || p.QuoteURI != eves["id"] {
			t.Errorf("%s: the quote is %s of %s, want %s", id, p.QuoteState, p.QuoteURI, test.want)
		}
	}
	// Legacy forms are read, and wait for a consent that will never come.
	n := w.ada.Note("q7", "Quoting", JSON{"_misskey_quote": eves["id"]})
	must(t, w.ada.Send(w.Server, w.ada.Create(n)), 202)
	quoteState(t, w.Server, n["id"].(string), models.QuotePending)
	// One's own words need none.
	n = w.ada.Note("q8", "Quoting", JSON{"quoteUri": w.note["id"]})
	must(t, w.ada.Send(w.Server, w.ada.Create(n)), 202)
	quoteState(t, w.Server, n["id"].(string), models.QuoteAccepted)
}
