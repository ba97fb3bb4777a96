package chapter_test

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/chapter/chaptertest"
	"atelier/models/store"
	"atelier/models/store/storetest"
)

func TestSetUpAndMembers(t *testing.T) {
	each(t, func(t *testing.T, c *chapter.Chapter) {
		ctx := t.Context()
		if _, err := c.SetUp(ctx, chapter.SetUp{Name: "Twice", Steward: chapter.NewMember{Username: "tom", Email: "t@mail.example", Password: "correct horse"}}); models.KindOf(err) != models.Conflict {
			t.Errorf("second set-up: %v", err)
		}
		for _, test := range []struct {
			name   string
			member chapter.NewMember
			want   models.Kind
		}{
			{"a member", chapter.NewMember{Username: "Ana", Email: "ana@mail.example", Password: "correct horse", Role: models.Ordinary}, ""},
			{"a taken name", chapter.NewMember{Username: "ana", Email: "b@mail.example", Password: "correct horse", Role: models.Ordinary}, models.Invalid},
			{"the chapter's name", chapter.NewMember{Username: "coaches", Email: "b@mail.example", Password: "correct horse", Role: models.Ordinary}, models.Invalid},
			{"a taken address", chapter.NewMember{Username: "ben", Email: "ANA@mail.example", Password: "correct horse", Role: models.Ordinary}, models.Invalid},
			{"no address", chapter.NewMember{Username: "ben", Email: "ben", Password: "correct horse", Role: models.Ordinary}, models.Invalid},
			{"a reserved name", chapter.NewMember{Username: "admin", Email: "b@mail.example", Password: "correct horse", Role: models.Ordinary}, models.Invalid},
			{"a name with a dot", chapter.NewMember{Username: "b.en", Email: "b@mail.example", Password: "correct horse", Role: models.Ordinary}, models.Invalid},
			{"a short password", chapter.NewMember{Username: "ben", Email: "b@mail.example", Password: "short", Role: models.Ordinary}, models.Invalid},
			{"no role", chapter.NewMember{Username: "ben", Email: "b@mail.example", Password: "correct horse"}, models.Invalid},
		} {
			if _, err := c.AddMember(ctx, test.member); models.KindOf(err) != test.want {
				t.Errorf("%s: %v; want kind %q", test.name, err, test.want)
			}
		}
		for _, test := range []struct {
			login, password string
			want            models.Kind
		}{
			{"ana", "correct horse", ""}, {"@Ana", "correct horse", ""}, {"ana@mail.example", "correct horse", ""},
			{"ana", "wrong horse", models.Forbidden}, {"nobody", "correct horse", models.Forbidden}, {"", "", models.Forbidden},
		} {
			if _, err := c.SignIn(ctx, test.login, test.password); models.KindOf(err) != test.want {
				t.Errorf("sign in as %q with %q: %v; want kind %q", test.login, test.password, err, test.want)
			}
		}
		pia := chaptertest.Account(t, c, "pia")
		ana := chaptertest.Account(t, c, "ana")
		president, member := viewerOf(t, c, pia), viewerOf(t, c, ana)
		if err := c.SetMemberState(ctx, member, pia.ID, models.Disabled); models.KindOf(err) != models.Forbidden {
			t.Errorf("a member shuts the president out: %v", err)
		}
		if err := c.SetRole(ctx, president, pia.ID, models.Ordinary); models.KindOf(err) != models.Conflict {
			t.Errorf("the last president steps down: %v", err)
		}
		p := publish(t, c, ana, chapter.Draft{Source: "x", Visibility: models.Public})
		if err := c.SetMemberState(ctx, president, ana.ID, models.Suspended); err != nil {
			t.Fatal(err)
		}
		if _, err := c.SignIn(ctx, "ana", "correct horse"); models.KindOf(err) != models.Forbidden {
			t.Errorf("a suspended member signs in: %v", err)
		}
		if _, err := c.Store.Post(ctx, models.Stranger, p.ID); models.KindOf(err) != models.NotFound {
			t.Errorf("a suspended member is read: %v", err)
		}
		if err := c.SetMemberState(ctx, president, ana.ID, models.Active); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Store.Post(ctx, models.Stranger, p.ID); err != nil {
			t.Errorf("a member let in again is not read: %v", err)
		}
	})
}

func TestInvitation(t *testing.T) {
	each(t, func(t *testing.T, c *chapter.Chapter) {
		ctx := t.Context()
		pia := chaptertest.Account(t, c, "pia")
		i, err := c.CreateInvite(ctx, viewerOf(t, c, pia), chapter.NewInvite{Role: models.Ordinary, Uses: 1, Life: time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		ana, err := c.Join(ctx, i.Code, chapter.NewMember{Username: "ana", Email: "ana@mail.example", Password: "correct horse"}, netip.Addr{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Join(ctx, i.Code, chapter.NewMember{Username: "ben", Email: "ben@mail.example", Password: "correct horse"}, netip.Addr{}); models.KindOf(err) != models.Gone {
			t.Errorf("second use: %v", err)
		}
		if _, err := c.Join(ctx, "no", chapter.NewMember{}, netip.Addr{}); models.KindOf(err) != models.NotFound {
			t.Errorf("unknown code: %v", err)
		}
		group, err := c.Group(ctx)
		if err != nil {
			t.Fatal(err)
		}
		relations, err := c.Store.Relations(ctx, viewerOf(t, c, ana), []models.ID{group.ID, pia.ID})
		if err != nil || !relations[0].Following || !relations[1].Following {
			t.Errorf("a new member follows the chapter and who invited it: %+v, %v", relations, err)
		}
		if !slices.Contains(notices(t, c, pia), "admin.sign_up ana") {
			t.Error("the steward was not told")
		}
	})
}

func TestFollowBlockMute(t *testing.T) {
	each(t, func(t *testing.T, c *chapter.Chapter) {
		ctx := t.Context()
		ana := chaptertest.Member(t, c, "ana", models.Ordinary)
		ben := chaptertest.Member(t, c, "ben", models.Ordinary)
		old := publish(t, c, ana, chapter.Draft{Source: "before", Visibility: models.Unlisted})
		follow := func() {
			t.Helper()
			if err := c.Follow(ctx, ben, ana.ID, chapter.FollowWish{Notify: yes()}); err != nil {
				t.Fatal(err)
			}
		}
		follow()
		follow() // twice is no error
		next := publish(t, c, ana, chapter.Draft{Source: "after", Visibility: models.Unlisted})
		if diff := cmp.Diff([]models.ID{next.ID, old.ID}, home(t, c, ben)); diff != "" {
			t.Errorf("home of a follower (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"status ana"}, notices(t, c, ben)); diff != "" {
			t.Errorf("notices of a follower (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"follow ben"}, notices(t, c, ana)); diff != "" {
			t.Errorf("notices of the followed (-want +got):\n%s", diff)
		}
		if err := c.Mute(ctx, ben, ana.ID, true, 0); err != nil {
			t.Fatal(err)
		}
		publish(t, c, ana, chapter.Draft{Source: "@ben muted", Visibility: models.Unlisted})
		if got := home(t, c, ben); got != nil {
			t.Errorf("home after a mute: %v", got)
		}
		if got := notices(t, c, ben); len(got) != 1 {
			t.Errorf("notices after a mute: %v", got)
		}
		if err := c.Unmute(ctx, ben, ana.ID); err != nil {
			t.Fatal(err)
		}
		if got := home(t, c, ben); len(got) != 3 {
			t.Errorf("home after the mute ended: %v", got)
		}
		if err := c.Block(ctx, ana, ben.ID); err != nil {
			t.Fatal(err)
		}
		if got := home(t, c, ben); got != nil {
			t.Errorf("home of the blocked one: %v", got)
		}
		if err := c.Follow(ctx, ben, ana.ID, chapter.FollowWish{}); models.KindOf(err) != models.Forbidden {
			t.Errorf("the blocked one follows again: %v", err)
		}
		if _, err := c.Favourite(ctx, ben, old.ID); models.KindOf(err) != models.NotFound {
			t.Errorf("the blocked one likes: %v", err)
		}
		a, _ := c.Store.Account(ctx, ana.ID)
		b, _ := c.Store.Account(ctx, ben.ID)
		if a.Stats.Followers != 0 || b.Stats.Following != 1 { // ben still follows the chapter
			t.Errorf("counts after the block: %+v, %+v", a.Stats, b.Stats)
		}
		if err := c.Follow(ctx, ana, ana.ID, chapter.FollowWish{}); models.KindOf(err) != models.Forbidden {
			t.Errorf("following oneself: %v", err)
		}
	})
}

func TestLockedAccount(t *testing.T) {
	each(t, func(t *testing.T, c *chapter.Chapter) {
		ctx := t.Context()
		ana := chaptertest.Member(t, c, "ana", models.Ordinary)
		ben := chaptertest.Member(t, c, "ben", models.Ordinary)
		if _, err := c.UpdateProfile(ctx, ana, chapter.Profile{Locked: yes()}); err != nil {
			t.Fatal(err)
		}
		if err := c.Follow(ctx, ben, ana.ID, chapter.FollowWish{}); err != nil {
			t.Fatal(err)
		}
		waiting, err := c.Store.FollowRequests(ctx, ana.ID, store.Page{Limit: 9})
		if err != nil || len(waiting) != 1 || waiting[0].Account.ID != ben.ID {
			t.Fatalf("requests %v, %v", waiting, err)
		}
		if err := c.AnswerFollow(ctx, ana, ben.ID, true); err != nil {
			t.Fatal(err)
		}
		followers, err := c.Store.Followers(ctx, ana.ID, store.Page{Limit: 9})
		if err != nil || len(followers) != 1 {
			t.Errorf("followers %v, %v", followers, err)
		}
		if err := c.AnswerFollow(ctx, ana, ben.ID, false); models.KindOf(err) != models.NotFound {
			t.Errorf("answering twice: %v", err)
		}
		if err := c.RemoveFollower(ctx, ana, ben.ID); err != nil {
			t.Fatal(err)
		}
		if a, _ := c.Store.Account(ctx, ana.ID); a.Stats.Followers != 0 {
			t.Errorf("followers after one was removed: %d", a.Stats.Followers)
		}
	})
}

func TestReactions(t *testing.T) {
	each(t, func(t *testing.T, c *chapter.Chapter) {
		ctx := t.Context()
		ana := chaptertest.Member(t, c, "ana", models.Ordinary)
		ben := chaptertest.Member(t, c, "ben", models.Ordinary)
		p := publish(t, c, ana, chapter.Draft{Source: "x", Visibility: models.Public})
		for range 2 { // twice is once
			if _, err := c.Favourite(ctx, ben, p.ID); err != nil {
				t.Fatal(err)
			}
			if _, err := c.Boost(ctx, ben, p.ID, ""); err != nil {
				t.Fatal(err)
			}
			if _, err := c.Bookmark(ctx, ben, p.ID); err != nil {
				t.Fatal(err)
			}
		}
		got, err := c.Store.PostByID(ctx, p.ID)
		if want := (models.PostStats{Boosts: 1, Favourites: 1}); err != nil || got.Stats != want {
			t.Errorf("counts %+v, %v", got.Stats, err)
		}
		marks, err := c.Store.Marks(ctx, viewerOf(t, c, ben), []models.ID{p.ID})
		if want := (store.Marks{Favourited: true, Boosted: true, Bookmarked: true}); err != nil || marks[p.ID] != want {
			t.Errorf("marks %+v, %v", marks, err)
		}
		if diff := cmp.Diff([]string{"reblog ben", "favourite ben"}, notices(t, c, ana)); diff != "" {
			t.Errorf("notices (-want +got):\n%s", diff)
		}
		for range 2 {
			if _, err := c.Unfavourite(ctx, ben, p.ID); err != nil {
				t.Fatal(err)
			}
			if _, err := c.Unboost(ctx, ben, p.ID); err != nil {
				t.Fatal(err)
			}
		}
		if got, _ := c.Store.PostByID(ctx, p.ID); got.Stats != (models.PostStats{}) || got.Stamp <= p.Stamp {
			t.Errorf("counts after all was taken back: %+v, stamp %d", got.Stats, got.Stamp)
		}
		private := publish(t, c, ana, chapter.Draft{Source: "x", Visibility: models.Private})
		if _, err := c.Boost(ctx, ben, private.ID, ""); models.KindOf(err) != models.NotFound {
			t.Errorf("boost of what one may not read: %v", err)
		}
		members := publish(t, c, ana, chapter.Draft{Source: "x", Visibility: models.Private, LocalOnly: yes()})
		boost, err := c.Boost(ctx, ben, members.ID, models.Public)
		if err != nil || !boost.IsMembers() {
			t.Errorf("a boost of a members' post stays with the members: %+v, %v", boost, err)
		}
	})
}

func TestVote(t *testing.T) {
	each(t, func(t *testing.T, c *chapter.Chapter) {
		ctx := t.Context()
		ana := chaptertest.Member(t, c, "ana", models.Ordinary)
		ben := chaptertest.Member(t, c, "ben", models.Ordinary)
		p := publish(t, c, ana, chapter.Draft{Source: "x", Poll: &chapter.NewPoll{Options: []string{"a", "b"}, For: time.Hour}})
		for _, test := range []struct {
			name    string
			by      *models.Account
			choices []int
			want    models.Kind
		}{
			{"two answers", ben, []int{0, 1}, models.Invalid},
			{"no such answer", ben, []int{2}, models.Invalid},
			{"in one's own poll", ana, []int{0}, models.Invalid},
			{"one answer", ben, []int{1}, ""},
			{"twice", ben, []int{0}, models.Invalid},
		} {
			if _, err := c.Vote(ctx, test.by, p.ID, test.choices); models.KindOf(err) != test.want {
				t.Errorf("%s: %v; want kind %q", test.name, err, test.want)
			}
		}
		got, err := c.Store.PostByID(ctx, p.ID)
		want := []models.PollOption{{Title: "a"}, {Title: "b", Votes: 1}}
		if diff := cmp.Diff(want, got.Poll.Options); err != nil || diff != "" || got.Poll.Voters != 1 {
			t.Errorf("poll %+v, %v (-want +got):\n%s", got.Poll, err, diff)
		}
	})
}

// What another server sends, and who may send it.
func TestReceive(t *testing.T) {
	each(t, func(t *testing.T, c *chapter.Chapter) {
		ctx := t.Context()
		ana := chaptertest.Member(t, c, "ana", models.Ordinary)
		far := storetest.Account(t, c.Store, "far@away.example")
		other := storetest.Account(t, c.Store, "other@away.example")
		incoming := func(n string, change func(*chapter.Incoming)) chapter.Incoming {
			in := chapter.Incoming{Post: &models.Post{URI: far.URI + "/" + n, URL: far.URL + "/" + n, Type: models.NoteType, Visibility: models.Public, HTML: "<p>" + n + "</p>",
				Format: models.HTML, CreatedAt: c.Store.Now()}}
			if change != nil {
				change(&in)
			}
			return in
		}
		from := func(a *models.Account, key string) chapter.Activity { return chapter.Activity{Sender: a, Key: key} }
		if p, err := c.Receive(ctx, from(far, "c0"), incoming("0", nil)); p != nil || err != nil {
			t.Errorf("a post that is nobody's business: %v, %v", p, err)
		}
		if err := c.Follow(ctx, ana, far.ID, chapter.FollowWish{}); err != nil {
			t.Fatal(err)
		}
		f, err := c.Store.Follow(ctx, ana.ID, far.ID)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.ReceiveAccept(ctx, from(other, ""), f.URI, ana.ID); models.KindOf(err) != models.Forbidden {
			t.Errorf("somebody else accepts: %v", err)
		}
		if err := c.ReceiveAccept(ctx, from(far, ""), f.URI, 0); err != nil {
			t.Fatal(err)
		}
		first, err := c.Receive(ctx, from(far, "c1"), incoming("1", nil))
		if err != nil || first == nil {
			t.Fatalf("a followed author's post: %v, %v", first, err)
		}
		if p, err := c.Receive(ctx, from(far, "c1"), incoming("1", nil)); p != nil || err != nil {
			t.Errorf("the same activity again: %v, %v", p, err)
		}
		orphan, err := c.Receive(ctx, from(far, "c3"), incoming("3", func(in *chapter.Incoming) { in.Post.InReplyToURI = far.URI + "/2" }))
		if err != nil || orphan == nil || orphan.InReplyToID != 0 {
			t.Fatalf("a reply before its parent: %+v, %v", orphan, err)
		}
		parent, err := c.Receive(ctx, from(far, "c2"), incoming("2", nil))
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := c.Store.PostByID(ctx, orphan.ID); got.InReplyToID != parent.ID || got.ThreadID != parent.ThreadID {
			t.Errorf("the reply when its parent came: %+v", got)
		}
		if got, _ := c.Store.PostByID(ctx, parent.ID); got.Stats.Replies != 1 {
			t.Errorf("replies of the parent: %d", got.Stats.Replies)
		}
		named, err := c.Receive(ctx, from(other, "c4"), incoming("4", func(in *chapter.Incoming) {
			in.Post.URI, in.Post.Visibility = other.URI+"/4", models.Direct
			in.Named = []models.Mention{{URI: ana.URI}}
		}))
		if err != nil || named == nil {
			t.Fatalf("a message to a member: %v, %v", named, err)
		}
		if !slices.Contains(notices(t, c, ana), "mention other@away.example") {
			t.Error("the member was not told")
		}
		later := func(n, html string) chapter.Incoming {
			return incoming(n, func(in *chapter.Incoming) { in.Post.HTML, in.Post.UpdatedAt = html, c.Store.Now().Add(time.Second) })
		}
		if _, err := c.ReceiveEdit(ctx, from(other, "u0"), later("1", "<p>forged</p>")); models.KindOf(err) != models.Forbidden {
			t.Errorf("somebody else's Update: %v", err)
		}
		if p, err := c.ReceiveEdit(ctx, from(far, "u1"), later("1", "<p>new</p>")); err != nil || p.HTML != "<p>new</p>" || p.Version != 2 {
			t.Errorf("an Update: %+v, %v", p, err)
		}
		stale := incoming("1", func(in *chapter.Incoming) {
			in.Post.HTML, in.Post.UpdatedAt = "<p>stale</p>", c.Store.Now().Add(-time.Hour)
		})
		if p, err := c.ReceiveEdit(ctx, from(far, "u2"), stale); err != nil || p.HTML != "<p>new</p>" {
			t.Errorf("an older Update: %+v, %v", p, err)
		}
		if err := c.ReceiveDelete(ctx, from(other, "d0"), first.URI); models.KindOf(err) != models.Forbidden {
			t.Errorf("somebody else's Delete: %v", err)
		}
		if err := c.ReceiveDelete(ctx, from(far, "d1"), first.URI); err != nil {
			t.Fatal(err)
		}
		if err := c.ReceiveDelete(ctx, from(far, "d9"), far.URI+"/9"); err != nil {
			t.Fatal(err)
		}
		if p, err := c.Receive(ctx, from(far, "c9"), incoming("9", nil)); p != nil || err != nil {
			t.Errorf("a post that was deleted before it came: %v, %v", p, err)
		}
		mine := publish(t, c, ana, chapter.Draft{Source: "x", Visibility: models.Public})
		if err := c.ReceiveFavourite(ctx, from(far, "l1"), mine.ID, far.URI+"#l1", ""); err != nil {
			t.Fatal(err)
		}
		if err := c.ReceiveUnfavourite(ctx, from(other, "x1"), far.URI+"#l1", ""); models.KindOf(err) != models.Forbidden {
			t.Errorf("somebody else takes a like back: %v", err)
		}
		private := publish(t, c, ana, chapter.Draft{Source: "x", Visibility: models.Private})
		if err := c.ReceiveBoost(ctx, from(far, "b1"), private.ID, &models.Post{URI: far.URI + "/b1", Visibility: models.Public, CreatedAt: c.Store.Now()}); models.KindOf(err) != models.Forbidden {
			t.Errorf("a boost of what is not for the sender: %v", err)
		}
		if err := c.ReceiveAccountDeleted(ctx, far); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Store.PostByID(ctx, parent.ID); models.KindOf(err) != models.NotFound {
			t.Errorf("a post of a deleted account: %v", err)
		}
		if a, _ := c.Store.Account(ctx, ana.ID); a.Stats.Following != 1 {
			t.Errorf("following after the followed is gone: %d; want 1, the chapter", a.Stats.Following)
		}
	})
}
