package chapter_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/chapter/chaptertest"
	"atelier/models/store"
	"atelier/models/store/storetest"
)

func yes() *bool { b := true; return &b }
func no() *bool  { b := false; return &b }

func each(t *testing.T, do func(t *testing.T, c *chapter.Chapter)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, s *store.Store) { do(t, chaptertest.Open(t, s)) })
}

func viewerOf(t *testing.T, c *chapter.Chapter, a *models.Account) models.Viewer {
	t.Helper()
	v, err := c.Store.ViewerOf(t.Context(), a.ID)
	if err != nil {
		return models.Viewer{AccountID: a.ID}
	}
	return v
}

// home returns the ids of what a member sees at home, newest first.
func home(t *testing.T, c *chapter.Chapter, a *models.Account) (ids []models.ID) {
	t.Helper()
	posts, err := c.Store.Home(t.Context(), viewerOf(t, c, a), store.Page{Limit: 40})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range posts {
		ids = append(ids, p.Subject())
	}
	return ids
}

// notices returns what a member was told: type and name of who did it.
func notices(t *testing.T, c *chapter.Chapter, a *models.Account) (out []string) {
	t.Helper()
	list, err := c.Store.Notifications(t.Context(), viewerOf(t, c, a), store.NotificationFilter{}, store.Page{Limit: 40})
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range list {
		from, err := c.Store.Account(t.Context(), n.FromID)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, string(n.Type)+" "+from.Acct())
	}
	return out
}

func publish(t *testing.T, c *chapter.Chapter, a *models.Account, d chapter.Draft) *models.Post {
	t.Helper()
	p, err := c.Publish(t.Context(), a, d)
	if err != nil {
		t.Fatalf("publish: %v", err)
	}
	return p
}

// A client posts without saying for whom, with every wish that the chapter and
// the member can have (PRODUCT: scopes and apps).
func TestScopeOfAppPosts(t *testing.T) {
	each(t, func(t *testing.T, c *chapter.Chapter) {
		ctx := t.Context()
		ana := chaptertest.Member(t, c, "ana", models.Ordinary)
		private := models.Private
		for _, test := range []struct {
			name         string
			membersFirst bool
			privacy      models.Visibility
			appsStay     bool
			draft        chapter.Draft
			visibility   models.Visibility
			here         bool
		}{
			{"shipped: public", false, "", false, chapter.Draft{}, models.Public, false},
			{"the member's own default", false, models.Unlisted, false, chapter.Draft{}, models.Unlisted, false},
			{"private means followers", false, "", false, chapter.Draft{Visibility: models.Private}, models.Private, false},
			{"members first", true, "", false, chapter.Draft{}, models.Private, true},
			{"members first: private comes back from the app", true, "", false, chapter.Draft{Visibility: models.Private}, models.Private, true},
			{"members first, but the app says followers", true, "", false, chapter.Draft{Visibility: models.Private, LocalOnly: no()}, models.Private, false},
			{"members first, public when chosen", true, "", false, chapter.Draft{Visibility: models.Public}, models.Public, false},
			{"the chapter keeps private posts", false, "", true, chapter.Draft{Visibility: models.Private}, models.Private, true},
			{"local_only makes public a members' post", false, "", false, chapter.Draft{Visibility: models.Public, LocalOnly: yes()}, models.Private, true},
			{"direct and local", false, "", false, chapter.Draft{Visibility: models.Direct, LocalOnly: yes()}, models.Direct, true},
		} {
			t.Run(test.name, func(t *testing.T) {
				if err := c.UpdateChapter(ctx, models.Viewer{AccountID: 1, Role: models.President}, func(self *models.Chapter) { self.Settings.AppsStayHere = test.appsStay }); err != nil {
					t.Fatal(err)
				}
				if _, err := c.UpdateProfile(ctx, ana, chapter.Profile{MembersFirst: &test.membersFirst}); err != nil {
					t.Fatal(err)
				}
				if !test.membersFirst {
					if _, err := c.UpdateProfile(ctx, ana, chapter.Profile{Privacy: &test.privacy}); err != nil {
						t.Fatal(err)
					}
				} else if _, err := c.UpdateProfile(ctx, ana, chapter.Profile{Privacy: &private}); err != nil { // as apps do
					t.Fatal(err)
				}
				test.draft.Source, test.draft.FromApp = "hello", true
				p := publish(t, c, ana, test.draft)
				if p.Visibility != test.visibility || p.LocalOnly != test.here {
					t.Errorf("scope %s local %v; want %s %v", p.Visibility, p.LocalOnly, test.visibility, test.here)
				}
			})
		}
	})
}

func TestScopeOfReplies(t *testing.T) {
	each(t, func(t *testing.T, c *chapter.Chapter) {
		ana := chaptertest.Member(t, c, "ana", models.Ordinary)
		ben := chaptertest.Member(t, c, "ben", models.Ordinary)
		if err := c.Follow(t.Context(), ben, ana.ID, chapter.FollowWish{}); err != nil {
			t.Fatal(err)
		}
		for _, test := range []struct {
			name       string
			parent     chapter.Draft
			reply      models.Visibility
			visibility models.Visibility
			here       bool
		}{
			{"to everyone: any", chapter.Draft{Visibility: models.Public}, models.Public, models.Public, false},
			{"to members: members", chapter.Draft{Visibility: models.Private, LocalOnly: yes()}, models.Public, models.Private, true},
			{"to followers: not public", chapter.Draft{Visibility: models.Private}, models.Unlisted, models.Private, false},
			{"to those named: those named", chapter.Draft{Source: "@ben", Visibility: models.Direct}, models.Public, models.Direct, false},
		} {
			t.Run(test.name, func(t *testing.T) {
				if test.parent.Source == "" {
					test.parent.Source = "parent"
				}
				parent := publish(t, c, ana, test.parent)
				p := publish(t, c, ben, chapter.Draft{Source: "reply", Visibility: test.reply, InReplyTo: parent.ID})
				if p.Visibility != test.visibility || p.LocalOnly != test.here || p.ThreadID != parent.ID {
					t.Errorf("reply is %s, local %v, in thread %d; want %s, %v, %d", p.Visibility, p.LocalOnly, p.ThreadID, test.visibility, test.here, parent.ID)
				}
				if !slices.Contains(notices(t, c, ana), "mention ben") && test.name == "to those named: those named" {
					t.Error("the one answered was not told")
				}
			})
		}
		hidden := publish(t, c, ana, chapter.Draft{Source: "for nobody", Visibility: models.Direct})
		if _, err := c.Publish(t.Context(), ben, chapter.Draft{Source: "I saw that", InReplyTo: hidden.ID}); models.KindOf(err) != models.NotFound {
			t.Errorf("answer to a post one may not read: %v", err)
		}
	})
}

func TestPublishRefuses(t *testing.T) {
	each(t, func(t *testing.T, c *chapter.Chapter) {
		ana := chaptertest.Member(t, c, "ana", models.Ordinary)
		gus := chaptertest.Member(t, c, "gus", models.Guest)
		note := func(kind models.PracticeKind, title, key, words string) chapter.Draft {
			return chapter.Draft{Title: title, Practice: &models.Practice{Kind: kind, Sections: []models.Section{{Key: key, Text: words}}}, Visibility: models.Public}
		}
		for _, test := range []struct {
			name  string
			by    *models.Account
			draft chapter.Draft
			want  models.Kind
		}{
			{"a post with words", ana, chapter.Draft{Source: "x"}, ""},
			{"an empty post", ana, chapter.Draft{Source: " \n"}, models.Invalid},
			{"a post that is too long", ana, chapter.Draft{Source: strings.Repeat("x", chapter.MaxCharacters+1)}, models.Invalid},
			{"an unknown visibility", ana, chapter.Draft{Source: "x", Visibility: "secret"}, models.Invalid},
			{"an unknown language", ana, chapter.Draft{Source: "x", Language: "%%"}, models.Invalid},
			{"a file that is not there", ana, chapter.Draft{Source: "x", Media: []models.ID{1}}, models.Invalid},
			{"a poll with one option", ana, chapter.Draft{Source: "x", Poll: &chapter.NewPoll{Options: []string{"a"}, For: time.Hour}}, models.Invalid},
			{"a poll that ends at once", ana, chapter.Draft{Source: "x", Poll: &chapter.NewPoll{Options: []string{"a", "b"}, For: time.Second}}, models.Invalid},
			{"a poll with twins", ana, chapter.Draft{Source: "x", Poll: &chapter.NewPoll{Options: []string{"a", "a "}, For: time.Hour}}, models.Invalid},
			{"a poll", ana, chapter.Draft{Source: "x", Poll: &chapter.NewPoll{Options: []string{"a", "b"}, For: time.Hour}}, ""},
			{"a guest writing to the members", gus, chapter.Draft{Source: "x", Visibility: models.Private, LocalOnly: yes()}, models.Forbidden},
			{"a local message to somebody who is no member", ana, chapter.Draft{Source: "@gus psst", Visibility: models.Direct, LocalOnly: yes()}, models.Invalid},
			{"an answer to nothing", ana, chapter.Draft{Source: "x", InReplyTo: 1}, models.NotFound},
			{"a note", ana, note(models.Tool, "Cards", "purpose", "x"), ""},
			{"a note without a title", ana, note(models.Tool, " ", "purpose", "x"), models.Invalid},
			{"a note with a long title", ana, note(models.Tool, strings.Repeat("t", 121), "purpose", "x"), models.Invalid},
			{"a note without words", ana, note(models.Tool, "t", "purpose", " "), models.Invalid},
			{"a note of no kind", ana, note("poem", "t", "purpose", "x"), models.Invalid},
			{"a note with a section of another kind", ana, note(models.Tool, "t", "turn", "x"), models.Invalid},
		} {
			t.Run(test.name, func(t *testing.T) {
				before, _ := c.Store.Account(t.Context(), test.by.ID)
				_, err := c.Publish(t.Context(), test.by, test.draft)
				if models.KindOf(err) != test.want {
					t.Errorf("Publish: %v; want kind %q", err, test.want)
				}
				after, _ := c.Store.Account(t.Context(), test.by.ID)
				if test.want != "" && after.Stats.Posts != before.Stats.Posts {
					t.Error("a refused post was counted")
				}
			})
		}
	})
}

func TestPracticeNote(t *testing.T) {
	each(t, func(t *testing.T, c *chapter.Chapter) {
		ctx := t.Context()
		ana := chaptertest.Member(t, c, "ana", models.Ordinary)
		ben := chaptertest.Member(t, c, "ben", models.Ordinary)
		gus := chaptertest.Member(t, c, "gus", models.Guest)
		d := chapter.Draft{Title: "Three chairs", LocalOnly: yes(), Visibility: models.Private, Practice: &models.Practice{Kind: models.Tool, Sections: []models.Section{
			{Key: "purpose", Text: "To decide. It works. Third sentence. #Decisions"}, {Key: "steps", Text: "1. Sit\n2. Speak"}, {Key: "cautions", Text: " "}}}}
		p := publish(t, c, ana, d)
		if want := "<h2>What it is for</h2><p>To decide. It works. Third sentence. "; !strings.HasPrefix(p.HTML, want) {
			t.Errorf("HTML %q; want it to begin with %q", p.HTML, want)
		}
		if p.URL != "https://here.example/notes/three-chairs" || p.Summary != "<p>To decide. It works.</p>" || len(p.Practice.Sections) != 2 {
			t.Errorf("note %+v", p)
		}
		twin := publish(t, c, ben, d)
		if twin.Slug != "three-chairs-2" {
			t.Errorf("second note of that title has the slug %q", twin.Slug)
		}
		if diff := cmp.Diff([]models.ID{twin.ID, p.ID}, home(t, c, ben)); diff != "" {
			t.Errorf("a member's home has what the chapter showed and its own (-want +got):\n%s", diff)
		}
		if got := home(t, c, gus); got != nil {
			t.Errorf("a guest's home has members' notes: %v", got)
		}
		whole := "Before.\n\n## What it is for\n\nNew purpose.\n\n## My own heading\n\nOwn words.\n\n## Steps\n\n1. Stand"
		edited, err := c.Edit(ctx, ana, p.ID, chapter.Edit{Source: &whole, Reason: "clearer"})
		if err != nil {
			t.Fatal(err)
		}
		want := []models.Section{{Key: "more", Text: "Before.\n\n## My own heading\n\nOwn words."}, {Key: "purpose", Text: "New purpose."}, {Key: "steps", Text: "1. Stand"}}
		if diff := cmp.Diff(want, edited.Practice.Sections); diff != "" || edited.Version != 2 || edited.Reason != "clearer" {
			t.Errorf("edited by an app: version %d, %q (-want +got):\n%s", edited.Version, edited.Reason, diff)
		}
		history, err := c.Store.Revisions(ctx, models.Viewer{AccountID: ben.ID, Role: models.Ordinary}, p.ID)
		if err != nil || len(history) != 1 || history[0].Version != 1 || history[0].HTML != p.HTML {
			t.Errorf("history %+v, %v", history, err)
		}
		if _, err := c.Edit(ctx, ben, p.ID, chapter.Edit{Source: &whole}); models.KindOf(err) != models.NotFound {
			t.Errorf("somebody else edits: %v", err)
		}
		// What was for the members goes out to everyone: then, and not before,
		// others hear of it.
		wide, err := c.Edit(ctx, ana, p.ID, chapter.Edit{Visibility: models.Public})
		if err != nil || wide.Visibility != models.Public || wide.LocalOnly || wide.GroupID == 0 {
			t.Errorf("widened: %+v, %v", wide, err)
		}
		var kinds []models.EventKind
		events, err := c.Store.Events(ctx, 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			if e.PostID == p.ID {
				kinds = append(kinds, e.Kind)
			}
		}
		if diff := cmp.Diff([]models.EventKind{models.PostPublished}, kinds); diff != "" {
			t.Errorf("what others hear (-want +got):\n%s", diff)
		}
	})
}

func TestIdempotencyKey(t *testing.T) {
	each(t, func(t *testing.T, c *chapter.Chapter) {
		ana := chaptertest.Member(t, c, "ana", models.Ordinary)
		ids := make(chan models.ID, 8)
		for range 8 {
			go func() {
				p, err := c.Publish(t.Context(), ana, chapter.Draft{Source: "once", Key: "k"})
				if err != nil {
					t.Error(err)
					ids <- 0
					return
				}
				ids <- p.ID
			}()
		}
		first := <-ids
		for range 7 {
			if id := <-ids; id != first {
				t.Errorf("the same key gave %d and %d", first, id)
			}
		}
		if other := publish(t, c, ana, chapter.Draft{Source: "twice", Key: "other"}); other.ID == first {
			t.Error("another key gave the same post")
		}
	})
}

func TestLounge(t *testing.T) {
	each(t, func(t *testing.T, c *chapter.Chapter) {
		ctx := t.Context()
		ana := chaptertest.Member(t, c, "ana", models.Ordinary)
		ben := chaptertest.Member(t, c, "ben", models.Ordinary)
		d := chapter.Draft{Title: "Waiting", Visibility: models.Public, Lounge: true, Practice: &models.Practice{Kind: models.Story, Sections: []models.Section{{Key: "turn", Text: "x"}}}}
		p := publish(t, c, ana, d)
		if p.State != models.Waiting || p.LeavesAt.Before(c.Store.Now()) {
			t.Fatalf("note for everyone: %s, leaves at %v", p.State, p.LeavesAt)
		}
		if _, err := c.Store.PostBySlug(ctx, viewerOf(t, c, ben), p.Slug); models.KindOf(err) != models.NotFound {
			t.Errorf("somebody else reads it already: %v", err)
		}
		if events, _ := c.Store.Events(ctx, 9); len(events) != 0 {
			t.Errorf("others hear of it already: %v", events)
		}
		recalled, err := c.Recall(ctx, ana, p.ID)
		if err != nil || recalled.State != models.Draft {
			t.Fatalf("recalled: %+v, %v", recalled, err)
		}
		again, err := c.PublishDraft(ctx, ana, p.ID, d)
		if err != nil || again.State != models.Waiting || again.Slug != p.Slug {
			t.Fatalf("published again: %+v, %v", again, err)
		}
		out, err := c.SendNow(ctx, ana, again.ID)
		if err != nil || out.State != models.Published {
			t.Fatalf("sent now: %+v, %v", out, err)
		}
		if _, err := c.Store.PostBySlug(ctx, models.Stranger, out.Slug); err != nil {
			t.Errorf("a stranger reads what left: %v", err)
		}
		if left, err := c.Store.Unfinished(ctx, ana.ID, 9); err != nil || len(left) != 0 {
			t.Errorf("what waited is still there: %v, %v", left, err)
		}
		talk := publish(t, c, ana, chapter.Draft{Source: "x", Visibility: models.Public, Lounge: true})
		if talk.State != models.Published {
			t.Errorf("a discussion post waits: %s", talk.State)
		}
	})
}

func TestDelete(t *testing.T) {
	each(t, func(t *testing.T, c *chapter.Chapter) {
		ctx := t.Context()
		ana := chaptertest.Member(t, c, "ana", models.Ordinary)
		ben := chaptertest.Member(t, c, "ben", models.Ordinary)
		p := publish(t, c, ana, chapter.Draft{Source: "@ben hello", Visibility: models.Public})
		reply := publish(t, c, ben, chapter.Draft{Source: "@ana yes", Visibility: models.Public, InReplyTo: p.ID})
		if _, err := c.Boost(ctx, ben, p.ID, ""); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Delete(ctx, ben, p.ID); models.KindOf(err) != models.NotFound {
			t.Fatalf("somebody else deletes it: %v", err)
		}
		if _, err := c.Delete(ctx, ana, p.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Store.PostByID(ctx, p.ID); models.KindOf(err) != models.NotFound {
			t.Errorf("deleted post: %v", err)
		}
		if tomb, err := c.Store.LocalTombstone(ctx, p.URI); err != nil || tomb.ActorURI != ana.URI {
			t.Errorf("tombstone %+v, %v", tomb, err)
		}
		if got := notices(t, c, ben); got != nil {
			t.Errorf("notices of a deleted post: %v", got)
		}
		left, err := c.Store.PostByID(ctx, reply.ID)
		if err != nil || left.InReplyToID != 0 {
			t.Errorf("the reply: %+v, %v", left, err)
		}
		b, _ := c.Store.Account(ctx, ben.ID)
		a, _ := c.Store.Account(ctx, ana.ID)
		if a.Stats.Posts != 0 || b.Stats.Posts != 1 {
			t.Errorf("counts %d and %d; want 0 and 1", a.Stats.Posts, b.Stats.Posts)
		}
	})
}
