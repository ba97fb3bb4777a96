package fedtest

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/store"
	"atelier/models/store/storetest"
)

func TestAnActorIsBelievedFromItsOwnServerOnly(t *testing.T) {
	home, elsewhere := NewPeer(t), NewPeer(t)
	ada := home.Actor("ada", 0)
	fingers := func(name, domain string, uris ...string) JSON {
		var links []any
		for _, uri := range uris {
			links = append(links, JSON{"rel": "self", "type": "application/activity+json", "href": uri})
		}
		return JSON{"subject": "acct:" + name + "@" + domain, "links": links}
	}
	for _, test := range []struct {
		name string
		put  func() string // returns the id to ask for
		want string        // "acct", or the kind of the error
	}{
		{"as it should be", func() string { return ada.URI }, "ada@" + home.Host()},
		{"one that says to be another's", func() string {
			elsewhere.Put(elsewhere.URL+"/users/thief", ada.Document)
			return elsewhere.URL + "/users/thief"
		}, "forbidden"},
		{"one under another address of its server", func() string {
			home.Put(home.URL+"/@ada", ada.Document)
			return home.URL + "/@ada"
		}, "ada@" + home.Host()},
		{"one that never is where it says", func() string {
			home.Put(home.URL+"/a", with(ada.Document, JSON{"id": home.URL + "/b"}))
			home.Put(home.URL+"/b", with(ada.Document, JSON{"id": home.URL + "/a"}))
			return home.URL + "/a"
		}, "forbidden"},
		{"one whose handle belongs to another", func() string {
			home.Put(home.URL+"/users/bob", with(ada.Document, JSON{"id": home.URL + "/users/bob", "preferredUsername": "taken"}))
			home.Put(home.URL+"/.well-known/webfinger?resource=acct:taken@"+home.Host(), fingers("taken", home.Host(), home.URL+"/users/holder"))
			return home.URL + "/users/bob"
		}, "forbidden"},
		{"one of two who share a handle", func() string {
			home.Put(home.URL+"/c/main", with(ada.Document, JSON{"id": home.URL + "/c/main", "preferredUsername": "main", "type": "Group"}))
			home.Put(home.URL+"/.well-known/webfinger?resource=acct:main@"+home.Host(), fingers("main", home.Host(), home.URL+"/u/main", home.URL+"/c/main"))
			return home.URL + "/c/main"
		}, "main@" + home.Host()},
		{"one that WebFinger does not know", func() string {
			home.Put(home.URL+"/users/cy", with(ada.Document, JSON{"id": home.URL + "/users/cy", "preferredUsername": "cy"}))
			return home.URL + "/users/cy"
		}, "cy@" + home.Host()},
		{"one with a handle of another domain, which says so too", func() string {
			uri := home.URL + "/users/dee"
			home.Put(uri, with(ada.Document, JSON{"id": uri, "preferredUsername": "dee", "webfinger": "dee@" + elsewhere.Host()}))
			elsewhere.Put(elsewhere.URL+"/.well-known/webfinger?resource=acct:dee@"+elsewhere.Host(), fingers("dee", elsewhere.Host(), uri))
			return uri
		}, "dee@" + elsewhere.Host()},
		{"one with a handle of another domain, which does not say so", func() string {
			uri := home.URL + "/users/eli"
			home.Put(uri, with(ada.Document, JSON{"id": uri, "preferredUsername": "eli", "webfinger": "boss@" + elsewhere.Host()}))
			elsewhere.Put(elsewhere.URL+"/.well-known/webfinger?resource=acct:eli@"+elsewhere.Host(), fingers("eli", elsewhere.Host(), elsewhere.URL+"/users/eli"))
			return uri
		}, "eli@" + home.Host()},
		{"one whose server names another domain, which confirms it", func() string {
			uri := home.URL + "/users/flo"
			home.Put(uri, with(ada.Document, JSON{"id": uri, "preferredUsername": "flo"}))
			home.Put(home.URL+"/.well-known/webfinger?resource=acct:flo@"+home.Host(), fingers("flo", elsewhere.Host(), uri))
			elsewhere.Put(elsewhere.URL+"/.well-known/webfinger?resource=acct:flo@"+elsewhere.Host(), fingers("flo", elsewhere.Host(), uri))
			return uri
		}, "flo@" + elsewhere.Host()},
		{"one whose server names another domain, which knows nothing of it", func() string {
			uri := home.URL + "/users/gil"
			home.Put(uri, with(ada.Document, JSON{"id": uri, "preferredUsername": "gil"}))
			home.Put(home.URL+"/.well-known/webfinger?resource=acct:gil@"+home.Host(), fingers("gil", elsewhere.Host(), uri))
			return uri
		}, "gil@" + home.Host()},
		{"one without an inbox", func() string {
			home.Put(home.URL+"/users/hal", with(ada.Document, JSON{"id": home.URL + "/users/hal", "inbox": nil}))
			return home.URL + "/users/hal"
		}, "malformed"},
		{"a post", func() string {
			home.Put(home.URL+"/notes/1", ada.Note("1", "Hello", nil))
			return home.URL + "/notes/1"
		}, "unsupported"},
		{"nothing", func() string { return home.URL + "/users/nobody" }, "not-found"},
		{"this machine's own secrets", func() string { return "http://169.254.169.254/latest/meta-data" }, "invalid"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := Start(t, "alpha", storetest.SQLite(t))
			a, err := s.Finder.Account(t.Context(), test.put())
			got := string(models.KindOf(err))
			if err == nil {
				got = a.Acct()
			}
			if got != test.want {
				t.Errorf("got %s (%v), want %s", got, err, test.want)
			}
		})
	}
}

func TestHandlesLeadToTheirActors(t *testing.T) {
	home, elsewhere := NewPeer(t), NewPeer(t)
	ada := home.Actor("ada", 0)
	finger := func(at *Peer, name, subject, uri string) {
		at.Put(at.URL+"/.well-known/webfinger?resource=acct:"+name+"@"+at.Host(), JSON{"subject": "acct:" + subject,
			"links": []any{JSON{"rel": "self", "type": "application/activity+json", "href": uri}}})
	}
	for _, test := range []struct {
		name, handle string
		put          func()
		want         string
	}{
		{"as it should be", "ada@" + home.Host(), func() {}, "ada@" + home.Host()},
		{"in capitals", "@ADA@" + strings.ToUpper(home.Host()), func() {
			finger(home, "ADA", "ada@"+home.Host(), ada.URI)
		}, "ada@" + home.Host()},
		{"a name that a domain gives to somebody elsewhere", "boss@" + elsewhere.Host(), func() {
			finger(elsewhere, "boss", "boss@"+elsewhere.Host(), ada.URI)
		}, "ada@" + home.Host()}, // not the boss of that domain
		{"nobody", "nobody@" + home.Host(), func() {}, "not-found"},
		{"a domain alone", "@" + home.Host(), func() {}, "invalid"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := Start(t, "alpha", storetest.SQLite(t))
			test.put()
			a, err := s.Finder.Handle(t.Context(), test.handle)
			got := string(models.KindOf(err))
			if err == nil {
				got = a.Acct()
			}
			if got != test.want {
				t.Errorf("got %s (%v), want %s", got, err, test.want)
			}
		})
	}
}

func TestWhatIsSaidOfOtherServersIsNotTakenOver(t *testing.T) {
	home, elsewhere := NewPeer(t), NewPeer(t)
	ada := home.Actor("ada", 0)
	eve := elsewhere.Actor("eve", 2)
	home.Put(ada.URI, with(ada.Document, JSON{"followers": eve.URI + "/followers", "outbox": eve.URI + "/outbox", "featured": eve.URI + "/featured",
		"url": eve.URI, "endpoints": JSON{"sharedInbox": elsewhere.URL + "/inbox"},
		"publicKey": []any{
			JSON{"id": eve.KeyID, "owner": ada.URI, "publicKeyPem": Key(42).PublicKey},
			JSON{"id": ada.URI + "#other", "owner": eve.URI, "publicKeyPem": Key(42).PublicKey},
			JSON{"id": ada.KeyID, "owner": ada.URI, "publicKeyPem": Key(40).PublicKey},
		}}))
	s := Start(t, "alpha", storetest.SQLite(t))
	a, err := s.Finder.Account(t.Context(), ada.URI)
	if err != nil {
		t.Fatal(err)
	}
	if a.FollowersURI+a.OutboxURI+a.FeaturedURI+a.SharedInboxURI != "" || a.URL != a.URI || a.KeyID != ada.KeyID {
		t.Errorf("it became %+v", a)
	}
}

func TestManyAskForAnActorOnce(t *testing.T) {
	s := Start(t, "alpha", storetest.SQLite(t))
	ana := s.Member(t, "ana")
	home := NewPeer(t)
	ada := home.Actor("ada", 0)
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			note := ada.Note(fmt.Sprint(i), "Hello", JSON{"tag": []any{JSON{"type": "Mention", "href": ana.URI, "name": "@ana"}}, "cc": []string{ana.URI}})
			if got := ada.Send(s, ada.Create(note)); got != 202 {
				t.Errorf("activity %d: %d", i, got)
			}
		})
	}
	all.Wait()
	for i := range 20 {
		s.Post(t, ada.URI+"/notes/"+fmt.Sprint(i))
	}
	Quiet(t, s)
	if n := home.AskedInAll(); n != 3 {
		t.Errorf("its server was asked %d times, want 3: actor, WebFinger and what the actor shows first", n)
	}
}

func TestAServerThatDoesNotAnswerIsAskedAgainLater(t *testing.T) {
	s := Start(t, "alpha", storetest.SQLite(t))
	ana := s.Member(t, "ana")
	home := NewPeer(t)
	ada := home.Actor("ada", 0)
	home.Put(ada.URI, "not JSON of an actor")
	like := ada.Do("Follow", "f", ana.URI, nil)
	if got := ada.Send(s, like); got != 401 {
		t.Errorf("without an actor: %d", got)
	}
	before := home.AskedInAll()
	ada.Send(s, like)
	if n := home.AskedInAll(); n != before {
		t.Errorf("the failure was not remembered: asked %d times more", n-before)
	}
}

func TestAPostIsBelievedFromItsOwnServerOnly(t *testing.T) {
	home, elsewhere := NewPeer(t), NewPeer(t)
	ada, eve := home.Actor("ada", 0), elsewhere.Actor("eve", 2)
	note := ada.Note("1", "Hello", nil)
	uri := note["id"].(string)
	for _, test := range []struct {
		name string
		put  func() string
		want string
	}{
		{"as it should be", func() string { home.Put(uri, note); return uri }, uri},
		{"by its page", func() string { home.Put(home.URL+"/@ada/1", note); return home.URL + "/@ada/1" }, uri},
		{"by the activity that made it", func() string { home.Put(uri+"/activity", ada.Create(note)); return uri + "/activity" }, uri},
		{"one at another server", func() string { elsewhere.Put(elsewhere.URL+"/1", note); return elsewhere.URL + "/1" }, "forbidden"},
		{"one of an author elsewhere", func() string {
			elsewhere.Put(elsewhere.URL+"/2", with(note, JSON{"id": elsewhere.URL + "/2"}))
			return elsewhere.URL + "/2"
		}, "forbidden"},
		{"a direct message", func() string {
			private := eve.Note("3", "Secret", JSON{"to": []string{ada.URI}, "cc": []string{}})
			elsewhere.Put(private["id"].(string), private)
			return private["id"].(string)
		}, "not-found"},
		{"a tombstone", func() string {
			elsewhere.Put(elsewhere.URL+"/4", JSON{"id": elsewhere.URL + "/4", "type": "Tombstone"})
			return elsewhere.URL + "/4"
		}, "gone"},
		{"an actor", func() string { return eve.URI }, "unsupported"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := Start(t, "alpha", storetest.SQLite(t))
			p, err := s.Finder.Post(t.Context(), test.put())
			got := string(models.KindOf(err))
			if err == nil {
				got = p.URI
			}
			if got != test.want {
				t.Errorf("got %s (%v), want %s", got, err, test.want)
			}
		})
	}
}

func TestThePostsBeforeAReplyAreFetched(t *testing.T) {
	w := newTown(t)
	other := w.eve.Peer
	prev := ""
	var uris []string
	for i := range 5 {
		n := w.eve.Note(fmt.Sprint("t", i), fmt.Sprint("Post ", i), nil)
		if prev != "" {
			n["inReplyTo"] = prev
		}
		prev = n["id"].(string)
		uris = append(uris, prev)
		other.Put(prev, n)
	}
	reply := w.ada.Note("reply", "And so on", JSON{"inReplyTo": prev})
	must(t, w.ada.Send(w.Server, w.ada.Create(reply)), 202)
	for _, uri := range uris {
		w.Post(t, uri)
	}
	Quiet(t, w.Server)
	first := w.Post(t, uris[0])
	last := w.Post(t, reply["id"].(string))
	if last.ThreadID != first.ThreadID || last.InReplyToID == 0 {
		t.Errorf("the reply is in thread %d below %d; the first post is in %d", last.ThreadID, last.InReplyToID, first.ThreadID)
	}
	home, err := w.Store.Home(t.Context(), models.Viewer{AccountID: w.ana.ID, Role: models.Ordinary}, store.Page{Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range home {
		for _, uri := range uris {
			if p.URI == uri {
				t.Errorf("a post that was fetched is in somebody's home: %s", uri)
			}
		}
	}
}

func TestAThreadWithoutEndIsNotFollowedForEver(t *testing.T) {
	w := newTown(t)
	for i := range 200 {
		n := w.eve.Note(fmt.Sprint("t", i), fmt.Sprint("Post ", i), JSON{"inReplyTo": w.eve.URI + fmt.Sprint("/notes/t", i+1)})
		w.eve.Put(n["id"].(string), n)
	}
	reply := w.ada.Note("reply", "And so on", JSON{"inReplyTo": w.eve.URI + "/notes/t0"})
	must(t, w.ada.Send(w.Server, w.ada.Create(reply)), 202)
	w.Post(t, w.eve.URI+"/notes/t0")
	Quiet(t, w.Server)
	if n := w.eve.AskedInAll(); n < 10 || n > 160 {
		t.Errorf("asked %d times", n)
	}
}

func TestAnAccountThatIsGoneIsDeletedWhenItIsReadAnew(t *testing.T) {
	w := newTown(t)
	w.ada.Gone(w.ada.URI)
	if _, err := w.Finder.Refresh(t.Context(), w.adaHere); models.KindOf(err) != models.Gone {
		t.Errorf("reading it anew: %v", err)
	}
	without(t, w.Server, w.note["id"].(string))
	a, err := w.Store.AccountByURI(t.Context(), w.ada.URI)
	if err != nil || a.DeletedAt.IsZero() {
		t.Errorf("the account: %+v, %v", a, err)
	}
}

func TestAnOldProfileIsReadAnewInTheBackground(t *testing.T) {
	w := newTown(t)
	w.ada.Put(w.ada.URI, with(w.ada.Document, JSON{"name": "Ada L."}))
	storetest.Write(t, w.Store, func(tx *store.Tx) error {
		a, err := tx.Account(t.Context(), w.adaHere.ID)
		if err != nil {
			return err
		}
		a.FetchedAt = tx.Now().Add(-48 * time.Hour)
		_, err = tx.SetAccount(t.Context(), a)
		return err
	})
	a, err := w.Finder.Account(t.Context(), w.ada.URI)
	if err != nil || a.Name != "ADA" {
		t.Errorf("at once: %+v, %v", a, err)
	}
	Eventually(t, func() string {
		a, err := w.Store.AccountByURI(t.Context(), w.ada.URI)
		if err != nil || a.Name != "Ada L." {
			return fmt.Sprintf("it is still %s, %v", a.Name, err)
		}
		return ""
	})
}

func TestByReferenceWorksAsWellAsEmbedded(t *testing.T) {
	w := newTown(t)
	note := w.ada.Note("2", "By its id only", nil)
	w.ada.Put(note["id"].(string), note)
	must(t, w.ada.Send(w.Server, w.ada.Do("Create", "c", note["id"], JSON{"cc": []string{w.ada.URI + "/followers"}})), 202)
	w.Post(t, note["id"].(string))
	w.ada.Put(note["id"].(string), with(note, JSON{"content": "<p>Changed</p>", "updated": time.Now().UTC().Format(time.RFC3339Nano)}))
	must(t, w.ada.Send(w.Server, w.ada.Do("Update", "u", note["id"], nil)), 202)
	Eventually(t, func() string {
		if html := w.Post(t, note["id"].(string)).HTML; html != "<p>Changed</p>" {
			return html
		}
		return ""
	})
	w.ada.Put(w.ada.URI, with(w.ada.Document, JSON{"name": "Ada L."}))
	must(t, w.ada.Send(w.Server, w.ada.Do("Update", "u2", w.ada.URI, nil)), 202)
	Eventually(t, func() string {
		if a, err := w.Store.AccountByURI(t.Context(), w.ada.URI); err != nil || a.Name != "Ada L." {
			return fmt.Sprint(a.Name, err)
		}
		return ""
	})
	// A post of somebody else is not fetched as the sender's.
	other := w.mallory.Note("3", "Mine", nil)
	w.mallory.Put(other["id"].(string), other)
	must(t, w.ada.Send(w.Server, w.ada.Do("Create", "c3", other["id"], JSON{"cc": []string{w.ana.URI}})), 202)
	Quiet(t, w.Server)
	without(t, w.Server, other["id"].(string))
	must(t, w.ada.Send(w.Server, w.ada.Do("Create", "c4", w.eve.URI+"/notes/1", JSON{"cc": []string{w.ana.URI}})), 403)
}

func TestAGroupPassesOnWhatOthersDid(t *testing.T) {
	s := Start(t, "alpha", storetest.SQLite(t))
	ana := s.Member(t, "ana")
	forum, home := NewPeer(t), NewPeer(t)
	group, ada := forum.Actor("practice", 3), home.Actor("ada", 0)
	group.Document["type"] = "Group"
	here, err := s.Finder.Account(t.Context(), group.URI)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Chapter.Follow(t.Context(), ana, here.ID, chapter.FollowWish{}); err != nil {
		t.Fatal(err)
	}
	Eventually(t, func() string {
		if n := len(forum.Received("Follow")); n != 1 {
			return fmt.Sprintf("the Group was asked %d times", n)
		}
		return ""
	})
	must(t, group.Send(s, group.Do("Accept", "a", forum.Received("Follow")[0], nil)), 202)

	topic := ada.Note("1", "A topic", JSON{"type": "Page", "name": "Title", "audience": group.URI, "to": []string{group.URI, Public}})
	home.Put(topic["id"].(string), topic)
	must(t, group.Send(s, group.Do("Announce", "b1", ada.Create(topic), nil)), 202)
	p := s.Post(t, topic["id"].(string))
	inHome := func() string {
		posts, err := s.Store.Home(t.Context(), models.Viewer{AccountID: ana.ID, Role: models.Ordinary}, store.Page{Limit: 5})
		if err != nil || len(posts) != 1 || posts[0].BoostOfID != p.ID || posts[0].AuthorID != here.ID {
			b, _ := json.Marshal(posts)
			return fmt.Sprintf("ana's home: %s %v", b, err)
		}
		return ""
	}
	Eventually(t, inHome)
	must(t, group.Send(s, group.Do("Announce", "b2", topic["id"], nil)), 202) // the other form of the same
	comment := ada.Note("2", "A comment", JSON{"inReplyTo": topic["id"], "audience": group.URI})
	home.Put(comment["id"].(string), comment)
	must(t, group.Send(s, group.Do("Announce", "b3", ada.Create(comment), nil)), 202)
	if c := s.Post(t, comment["id"].(string)); c.InReplyToID != p.ID {
		t.Errorf("the comment is below %d", c.InReplyToID)
	}
	Quiet(t, s)
	Eventually(t, inHome) // the comment is in the thread, not at home

	changed := with(topic, JSON{"content": "<p>Changed</p>", "updated": time.Now().UTC().Format(time.RFC3339Nano)})
	update := ada.Do("Update", "u", changed, JSON{"audience": group.URI})
	must(t, group.Send(s, group.Do("Announce", "b4", update, nil)), 202)
	Quiet(t, s)
	if html := s.Post(t, p.URI).HTML; strings.Contains(html, "Changed") {
		t.Error("a new version was taken over that its own server does not have")
	}
	home.Put(p.URI, changed)
	must(t, group.Send(s, group.Do("Announce", "b5", update, nil)), 202)
	Eventually(t, func() string {
		if html := s.Post(t, p.URI).HTML; !strings.Contains(html, "Changed") {
			return html
		}
		return ""
	})
	del := ada.Do("Delete", "d", p.URI, nil)
	must(t, group.Send(s, group.Do("Announce", "b6", del, nil)), 202)
	Quiet(t, s)
	s.Post(t, p.URI) // it is still at its own server
	home.Gone(p.URI)
	must(t, group.Send(s, group.Do("Announce", "b7", del, nil)), 202)
	without(t, s, p.URI)
	// Who is no Group passes nothing on.
	other := ada.Note("9", "Other", nil)
	home.Put(other["id"].(string), other)
	mallory := forum.Actor("mallory", 1)
	must(t, mallory.Send(s, mallory.Do("Announce", "b", ada.Create(other), nil)), 403)
	without(t, s, other["id"].(string))
}
