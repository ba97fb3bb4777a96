package fedtest

import (
	"fmt"
	"testing"
	"time"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/store"
	"atelier/models/store/storetest"
)

// A community is a Group of a server in Lemmy's manner, which ana follows; mod
// looks after it, ada wrote a topic in it that the Group passed on.
type community struct {
	*Server
	ana             *models.Account
	group, mod, ada *Actor
	eve             *Actor // of a third server
	groupHere       *models.Account
	page            JSON
	topic           *models.Post
}

func (a *Actor) become(group JSON) {
	for k, v := range group {
		a.Document[k] = v
	}
}

func newCommunity(t *testing.T) *community {
	t.Helper()
	w := &community{Server: Start(t, "alpha", storetest.SQLite(t))}
	w.ana = w.Member(t, "ana")
	home, elsewhere := NewPeer(t), NewPeer(t)
	w.group, w.mod, w.ada, w.eve = home.Actor("practice", 0), home.Actor("mod", 1), home.Actor("ada", 2), elsewhere.Actor("eve", 3)
	w.group.become(JSON{"type": "Group", "attributedTo": w.group.URI + "/moderators"})
	w.moderators(w.mod.URI)
	var err error
	if w.groupHere, err = w.Finder.Account(t.Context(), w.group.URI); err != nil {
		t.Fatal(err)
	}
	if err := w.Chapter.Follow(t.Context(), w.ana, w.groupHere.ID, chapter.FollowWish{}); err != nil {
		t.Fatal(err)
	}
	Eventually(t, func() string {
		if len(home.Received("Follow")) == 0 {
			return "the community was not asked"
		}
		return ""
	})
	must(t, w.group.Send(w.Server, w.group.Do("Accept", "accept", home.Received("Follow")[0], nil)), 202)
	w.page = w.written(w.ada, "55")
	w.passOn(t, "1", w.ada.Create(w.page))
	w.topic = w.Post(t, w.page["id"].(string))
	w.shown(t, true)
	return w
}

// written is a Page in the community, as Lemmy writes one.
func (w *community) written(by *Actor, id string) JSON {
	p := by.Note(id, "What do you do?", JSON{"type": "Page", "name": "A client goes quiet", "to": []string{w.group.URI, Public}, "cc": []string{},
		"audience": w.group.URI, "mediaType": "text/html", "source": JSON{"content": "What do you do?", "mediaType": "text/markdown"},
		"tag": []any{JSON{"type": "Hashtag", "href": by.URI, "name": "#practice"}}, "language": JSON{"identifier": "en", "name": "English"}})
	by.Put(p["id"].(string), p)
	return p
}

func (w *community) moderators(uris ...string) {
	items := []any{}
	for _, uri := range uris {
		items = append(items, uri)
	}
	w.group.Put(w.group.URI+"/moderators", JSON{"@context": "https://www.w3.org/ns/activitystreams", "id": w.group.URI + "/moderators", "type": "OrderedCollection", "orderedItems": items})
}

// passOn has the Group announce an activity.
func (w *community) passOn(t *testing.T, id string, activity JSON) {
	t.Helper()
	must(t, w.group.Send(w.Server, w.group.Do("Announce", "announce/"+id, activity, JSON{"cc": []string{w.group.URI + "/followers"}})), 202)
	Quiet(t, w.Server)
}

func (w *community) isShown(t *testing.T) bool {
	t.Helper()
	p, err := w.Store.PostByURI(t.Context(), w.page["id"].(string))
	if models.KindOf(err) == models.NotFound {
		return false
	}
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.Store.BoostOf(t.Context(), w.groupHere.ID, p.ID)
	return err == nil
}

func (w *community) shown(t *testing.T, want bool) {
	t.Helper()
	Eventually(t, func() string {
		if w.isShown(t) != want {
			return fmt.Sprintf("that the topic is shown is %v", !want)
		}
		return ""
	})
}

func (w *community) answer(t *testing.T) error {
	t.Helper()
	_, err := w.Chapter.Publish(t.Context(), w.ana, chapter.Draft{Source: "I wait", Format: models.PlainText, Visibility: models.Public, InReplyTo: w.topic.ID})
	return err
}

// What the moderators of a community decide holds; what others claim to have
// decided, and what the Group did not pass on, does not.
func TestModerationTravels(t *testing.T) {
	topic := func(w *community) any { return w.page["id"] }
	in := func(w *community) JSON {
		return JSON{"audience": w.group.URI, "cc": []string{w.group.URI}, "summary": "Off topic"}
	}
	for _, test := range []struct {
		name   string
		decide func(w *community, by *Actor) JSON
		held   func(t *testing.T, w *community) bool
		undone bool
	}{
		{"Delete", func(w *community, by *Actor) JSON { return by.Do("Delete", "delete", topic(w), in(w)) },
			func(t *testing.T, w *community) bool { return !w.isShown(t) }, false},
		{"Remove", func(w *community, by *Actor) JSON {
			return by.Do("Remove", "remove", topic(w), with(in(w), JSON{"target": w.group.URI}))
		},
			func(t *testing.T, w *community) bool { return !w.isShown(t) }, false},
		{"Lock", func(w *community, by *Actor) JSON { return by.Do("Lock", "lock", topic(w), in(w)) },
			func(t *testing.T, w *community) bool { return w.answer(t) != nil }, true},
		{"Block", func(w *community, by *Actor) JSON {
			return by.Do("Block", "block", w.ana.URI, with(in(w), JSON{"target": w.group.URI, "endTime": time.Now().Add(time.Hour).UTC().Format(time.RFC3339)}))
		}, func(t *testing.T, w *community) bool { return w.answer(t) != nil }, true},
		{"Block with all that was written", func(w *community, by *Actor) JSON {
			return by.Do("Block", "block", w.ada.URI, with(in(w), JSON{"target": w.group.URI, "removeData": true}))
		}, func(t *testing.T, w *community) bool { return !w.isShown(t) }, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newCommunity(t)
			w.passOn(t, "neighbour", test.decide(w, w.ada))
			w.passOn(t, "stranger", test.decide(w, w.eve))
			w.mod.Send(w.Server, test.decide(w, w.mod)) // the Group did not pass it on
			Quiet(t, w.Server)
			if test.held(t, w) {
				t.Fatal("a forged decision holds")
			}
			decision := test.decide(w, w.mod)
			decision["id"] = w.mod.URI + "#decided"
			w.passOn(t, "mod", decision)
			if !test.held(t, w) {
				t.Fatal("the moderator's decision does not hold")
			}
			if !test.undone {
				return
			}
			w.passOn(t, "undo", w.mod.Do("Undo", "undo", decision, nil))
			if test.held(t, w) {
				t.Error("it was taken back and still holds")
			}
		})
	}
}

// A community's moderators change: who looks after it is read anew.
func TestModeratorsAreReadAnew(t *testing.T) {
	w := newCommunity(t)
	w.passOn(t, "1b", w.eve.Do("Delete", "d1", w.page["id"], nil))
	if !w.isShown(t) {
		t.Fatal("eve's word counts already")
	}
	w.moderators(w.mod.URI, w.eve.URI)
	w.passOn(t, "add", w.mod.Do("Add", "add", w.eve.URI, JSON{"target": w.group.URI + "/moderators"}))
	w.passOn(t, "2", w.eve.Do("Delete", "d2", w.page["id"], nil))
	w.shown(t, false)
}

// Another Group has nothing to say about what is in this one.
func TestAGroupModeratesWhatIsInIt(t *testing.T) {
	w := newCommunity(t)
	other := w.eve.Peer.Actor("other", 4)
	other.become(JSON{"type": "Group", "attributedTo": other.URI + "/moderators"})
	other.Put(other.URI+"/moderators", JSON{"id": other.URI + "/moderators", "type": "OrderedCollection", "orderedItems": []any{w.eve.URI}})
	here, err := w.Finder.Account(t.Context(), other.URI)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Chapter.Follow(t.Context(), w.ana, here.ID, chapter.FollowWish{}); err != nil {
		t.Fatal(err)
	}
	Eventually(t, func() string {
		if len(w.eve.Received("Follow")) == 0 {
			return "the other community was not asked"
		}
		return ""
	})
	must(t, other.Send(w.Server, other.Do("Accept", "accept", w.eve.Received("Follow")[0], nil)), 202)
	must(t, other.Send(w.Server, other.Do("Announce", "a", w.eve.Do("Delete", "d", w.page["id"], nil), nil)), 202)
	Quiet(t, w.Server)
	if !w.isShown(t) {
		t.Error("another Group took the topic away")
	}
}

func TestVotesThatAGroupPassesOn(t *testing.T) {
	w := newCommunity(t)
	likes := func() int { return w.Post(t, w.page["id"].(string)).Stats.Favourites }
	like := w.mod.Do("Like", "like", w.page["id"], JSON{"audience": w.group.URI})
	w.passOn(t, "like", like)
	w.passOn(t, "like2", like)
	w.passOn(t, "stranger", w.eve.Do("Like", "like", w.page["id"], nil)) // no proof that it was eve
	w.passOn(t, "dislike", w.mod.Do("Dislike", "dislike", w.page["id"], nil))
	if n := likes(); n != 1 {
		t.Errorf("%d likes, want 1", n)
	}
	w.passOn(t, "undo", w.mod.Do("Undo", "undo", like, nil))
	if n := likes(); n != 0 {
		t.Errorf("%d likes after the undo", n)
	}
}

// A comment and what is announced twice, nested, or in the name of somebody
// here make nothing of their own.
func TestWhatAGroupPassesOnEnds(t *testing.T) {
	w := newCommunity(t)
	comment := w.mod.Note("56", "I wait", JSON{"inReplyTo": w.page["id"], "to": []string{Public}, "cc": []string{w.group.URI}, "audience": w.group.URI})
	w.mod.Put(comment["id"].(string), comment)
	w.passOn(t, "comment", w.mod.Create(comment))
	if p := w.Post(t, comment["id"].(string)); p.InReplyToID != w.topic.ID {
		t.Errorf("the comment answers %d", p.InReplyToID)
	}
	before := w.Post(t, w.page["id"].(string)).Stats
	w.passOn(t, "again", w.group.Do("Announce", "inner", w.page["id"], nil))
	w.passOn(t, "nested", w.group.Do("Announce", "inner2", w.ada.Create(w.page), nil))
	w.passOn(t, "ours", JSON{"id": w.ana.URI + "#x", "type": "Like", "actor": w.ana.URI, "object": w.page["id"]})
	if after := w.Post(t, w.page["id"].(string)).Stats; after != before {
		t.Errorf("the topic's counts were %+v and are %+v", before, after)
	}
}

// A member begins a topic in a community elsewhere by naming it.
func TestATopicIsBegunInARemoteGroup(t *testing.T) {
	alpha, beta := Start(t, "alpha", storetest.SQLite(t)), Start(t, "beta", storetest.SQLite(t))
	ana, bob := alpha.Member(t, "ana"), beta.Member(t, "bob")
	group := beta.Group(t)
	alpha.Follow(t, ana, group, beta)
	beta.Follow(t, bob, group, beta)
	p := alpha.Publish(t, ana, "Hello @"+group.Username+"@"+beta.URLs.Domain, nil)
	_, doc := Get(t, p.URI, nil)
	if doc["audience"] != group.URI {
		t.Errorf("its audience is %v, want %s", doc["audience"], group.URI)
	}
	there := beta.Post(t, p.URI)
	if there.GroupID != group.ID {
		t.Errorf("at beta it belongs to %d, want %d", there.GroupID, group.ID)
	}
	Eventually(t, func() string { // the Group shows it to whoever follows it
		if _, err := beta.Store.BoostOf(t.Context(), group.ID, there.ID); err != nil {
			return fmt.Sprintf("the group does not show it: %v", err)
		}
		return ""
	})
	home := func(s *Server, who *models.Account) int {
		found, err := s.Store.Home(t.Context(), models.Viewer{AccountID: who.ID, Role: models.Ordinary}, store.Page{Limit: 5})
		if err != nil {
			t.Fatal(err)
		}
		return len(found)
	}
	Eventually(t, func() string {
		if home(beta, bob) != 1 {
			return "bob does not see it"
		}
		return ""
	})
	Quiet(t, alpha, beta)
	if _, err := alpha.Store.BoostOf(t.Context(), alpha.Group(t).ID, p.ID); models.KindOf(err) != models.NotFound {
		t.Errorf("the chapter shows it too: %v", err)
	}
}

// Groups that follow each other do not pass on for ever.
func TestGroupsThatFollowEachOther(t *testing.T) {
	alpha, beta, ana, _ := two(t)
	a, b := alpha.Group(t), beta.Group(t)
	alpha.Follow(t, a, b, beta)
	beta.Follow(t, b, a, alpha)
	p := alpha.Publish(t, ana, "Once around", nil)
	beta.Post(t, p.URI)
	Quiet(t, alpha, beta)
	Quiet(t, beta, alpha)
	for _, s := range []*Server{alpha, beta} {
		if n := s.Post(t, p.URI).Stats.Boosts; n > 1 {
			t.Errorf("%s counts %d boosts", s.Name, n)
		}
	}
	posts := alpha.Requests("POST /inbox") + beta.Requests("POST /inbox")
	time.Sleep(200 * time.Millisecond)
	if now := alpha.Requests("POST /inbox") + beta.Requests("POST /inbox"); now != posts {
		t.Errorf("they still talk: %d more", now-posts)
	}
}
