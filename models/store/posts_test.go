package store_test

import (
	"errors"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"atelier/models"
	"atelier/models/store"
	"atelier/models/store/storetest"
)

func TestAddPost(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		ana := storetest.Account(t, s, "ana")
		now := time.UnixMilli(time.Now().UnixMilli()).UTC()
		id := s.NewID()
		want := &models.Post{ID: id, URI: "https://here.example/1", URL: "https://here.example/notes/x", Type: models.ArticleType, AuthorID: ana.ID, Local: true,
			Visibility: models.Public, State: models.Published, Title: "Title", Slug: "x", Summary: "<p>s</p>", Warning: "w", HTML: "<p>h</p>", Source: "h",
			Format: models.Markdown, Language: "en", ThreadID: id, ContextURI: "https://here.example/c", QuotePolicy: models.QuotesPublic,
			Practice: &models.Practice{Kind: models.Tool, Sections: []models.Section{{Key: "purpose", Text: "p"}}},
			Poll:     &models.Poll{PostID: id, Options: []models.PollOption{{Title: "a", Votes: 1}, {Title: "b"}}, ExpiresAt: now.Add(time.Hour)},
			Mentions: []models.Mention{{AccountID: ana.ID, URI: ana.URI, Username: "ana", Acct: "ana"}}, Tags: []string{"ListensActively", "silence"},
			Media:     []models.Media{{ID: 7, Type: models.Image, State: models.MediaReady, CreatedAt: now}},
			CreatedAt: now, Version: 1}
		for i, wantAdded := range []bool{true, false} { // the second delivery changes nothing
			var added bool
			storetest.Write(t, s, func(tx *store.Tx) (err error) { added, err = tx.AddPost(ctx, want, "h"); return err })
			if added != wantAdded {
				t.Fatalf("delivery %d: AddPost = %v; want %v", i+1, added, wantAdded)
			}
		}
		got, err := s.Post(ctx, models.Stranger, want.ID)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("Post: %v (-want +got):\n%s", err, diff)
		}
		tagged, err := s.Tagged(ctx, models.Stranger, store.TagFilter{Any: []string{"listensactively"}, All: []string{"SILENCE"}, None: []string{"other"}}, store.Page{Limit: 5})
		if err != nil || len(tagged) != 1 {
			t.Errorf("Tagged: %v, %v", tagged, err)
		}
		want.Title, want.Tags, want.Poll, want.EditedAt, want.Version = "New", []string{"silence"}, nil, now, 2
		storetest.Write(t, s, func(tx *store.Tx) error { return tx.SetPost(ctx, want, "anew") })
		got, err = s.PostBySlug(ctx, models.Stranger, "x")
		want.Stamp = got.Stamp
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("changed Post: %v (-want +got):\n%s", err, diff)
		}
		storetest.Write(t, s, func(tx *store.Tx) error { return tx.DeletePost(ctx, want.ID) })
		if _, err := s.Post(ctx, models.Stranger, want.ID); models.KindOf(err) != models.NotFound {
			t.Errorf("deleted Post: %v", err)
		}
	})
}

// Who reads what: one row for each way in, and for each way to be kept out.
func TestVisibility(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		ana := storetest.Member(t, s, "ana", models.Ordinary)
		ben := storetest.Member(t, s, "ben", models.Ordinary)
		gus := storetest.Member(t, s, "gus", models.Guest)
		far := storetest.Account(t, s, "far@away.example")
		enemy := storetest.Account(t, s, "enemy@away.example")
		follow(t, s, far, ana)
		storetest.Write(t, s, func(tx *store.Tx) error {
			_, err := tx.SetBlock(ctx, &models.Block{ID: tx.NewID(), AccountID: ana.ID, TargetID: enemy.ID, URI: "b1"})
			return err
		})
		viewers := map[string]models.Viewer{
			"stranger": models.Stranger,
			"author":   storetest.ViewerOf(ana, models.Ordinary),
			"member":   storetest.ViewerOf(ben, models.Ordinary),
			"guest":    storetest.ViewerOf(gus, models.Guest),
			"follower": {AccountID: far.ID},
			"blocked":  {AccountID: enemy.ID},
		}
		for _, test := range []struct {
			name   string
			change func(*models.Post)
			want   []string
		}{
			{"public", func(p *models.Post) {}, []string{"author", "follower", "guest", "member", "stranger"}},
			{"unlisted", func(p *models.Post) { p.Visibility = models.Unlisted }, []string{"author", "follower", "guest", "member", "stranger"}},
			{"followers", func(p *models.Post) { p.Visibility = models.Private }, []string{"author", "follower"}},
			{"members", func(p *models.Post) { p.Visibility, p.LocalOnly = models.Private, true }, []string{"author", "member"}},
			{"direct", func(p *models.Post) { p.Visibility = models.Direct }, []string{"author"}},
			{"direct to ben", func(p *models.Post) {
				p.Visibility = models.Direct
				p.Mentions = []models.Mention{{AccountID: ben.ID}}
			}, []string{"author", "member"}},
			{"direct to the blocked one", func(p *models.Post) {
				p.Visibility = models.Direct
				p.Mentions = []models.Mention{{AccountID: enemy.ID}}
			}, []string{"author"}},
			{"kept here, naming a follower elsewhere", func(p *models.Post) {
				p.Visibility, p.LocalOnly = models.Private, true
				p.Mentions = []models.Mention{{AccountID: far.ID}}
			}, []string{"author", "member"}},
			{"draft", func(p *models.Post) { p.State = models.Draft }, []string{"author"}},
			{"waiting", func(p *models.Post) { p.State = models.Waiting }, []string{"author"}},
		} {
			t.Run(test.name, func(t *testing.T) {
				p := storetest.Post(t, s, ana, test.change)
				var got, listed []string
				for name, v := range viewers {
					if _, err := s.Post(ctx, v, p.ID); err == nil {
						got = append(got, name)
					} else if models.KindOf(err) != models.NotFound {
						t.Fatal(err)
					}
					posts, err := s.AccountPosts(ctx, v, ana.ID, store.AccountFilter{}, store.Page{Limit: 40})
					if err != nil {
						t.Fatal(err)
					}
					if slices.ContainsFunc(posts, func(q *models.Post) bool { return q.ID == p.ID }) {
						listed = append(listed, name)
					}
				}
				slices.Sort(got)
				slices.Sort(listed)
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Errorf("readers (-want +got):\n%s", diff)
				}
				want := test.want
				if p.State != models.Published {
					want = nil // drafts are in no list of what was published
				}
				if diff := cmp.Diff(want, listed); diff != "" {
					t.Errorf("readers of the profile (-want +got):\n%s", diff)
				}
			})
		}
		hidden := storetest.Post(t, s, ana, nil)
		storetest.Write(t, s, func(tx *store.Tx) error { return tx.SetHidden(ctx, hidden.ID, true) })
		for name, v := range viewers {
			if _, err := s.Post(ctx, v, hidden.ID); models.KindOf(err) != models.NotFound {
				t.Errorf("%s reads a hidden post: %v", name, err)
			}
		}
	})
}

func follow(t *testing.T, s *store.Store, a, b *models.Account) {
	t.Helper()
	storetest.Write(t, s, func(tx *store.Tx) error {
		id := tx.NewID()
		return tx.SetFollow(t.Context(), &models.Follow{ID: id, AccountID: a.ID, TargetID: b.ID, URI: "f" + id.String(), State: models.FollowAccepted, Boosts: true}, a.Local())
	})
}

func TestHome(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		me := storetest.Member(t, s, "me", models.Ordinary)
		ana := storetest.Account(t, s, "ana@away.example")
		ben := storetest.Account(t, s, "ben@away.example")
		follow(t, s, me, ana)
		follow(t, s, me, ben)
		v := storetest.ViewerOf(me, models.Ordinary)
		home := func() (got []models.ID) {
			t.Helper()
			posts, err := s.Home(ctx, v, store.Page{Limit: 40})
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range posts {
				got = append(got, p.ID)
			}
			return got
		}
		add := func(by *models.Account, change func(*models.Post)) *models.Post {
			t.Helper()
			p := storetest.Post(t, s, by, change)
			storetest.Write(t, s, func(tx *store.Tx) error { return tx.AddHome(ctx, p) })
			return p
		}
		first := add(ana, nil)
		mine := add(me, nil)
		add(ben, func(p *models.Post) { p.BoostOfID, p.HTML = first.ID, "" }) // seen already
		add(ana, func(p *models.Post) { p.Visibility = models.Direct })       // not for me
		stranger := storetest.Account(t, s, "who@away.example")
		add(ana, func(p *models.Post) { p.InReplyToURI, p.InReplyToAuthorID = "x", stranger.ID }) // an answer to a stranger
		answer := add(ana, func(p *models.Post) { p.InReplyToURI, p.InReplyToAuthorID = "x", ben.ID })
		if diff := cmp.Diff([]models.ID{answer.ID, mine.ID, first.ID}, home()); diff != "" {
			t.Errorf("home (-want +got):\n%s", diff)
		}
		storetest.Write(t, s, func(tx *store.Tx) error { return tx.ClearHome(ctx, me.ID, ana.ID) })
		if diff := cmp.Diff([]models.ID{mine.ID}, home()); diff != "" {
			t.Errorf("home without ana (-want +got):\n%s", diff)
		}
		storetest.Write(t, s, func(tx *store.Tx) error { return tx.FillHome(ctx, v, ana.ID, 10) })
		if diff := cmp.Diff([]models.ID{mine.ID, first.ID}, home()); diff != "" {
			t.Errorf("home filled again (-want +got):\n%s", diff)
		}
	})
}

func TestPages(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ana := storetest.Account(t, s, "ana")
		var ids []models.ID
		for range 6 {
			ids = append(ids, storetest.Post(t, s, ana, nil).ID)
		}
		for _, test := range []struct {
			name string
			page store.Page
			want []int
		}{
			{"newest", store.Page{Limit: 2}, []int{5, 4}},
			{"older", store.Page{Max: ids[4], Limit: 2}, []int{3, 2}},
			{"since cuts the newest from below", store.Page{Since: ids[1], Limit: 2}, []int{5, 4}},
			{"min is the page directly above", store.Page{Min: ids[1], Limit: 2}, []int{3, 2}},
			{"between", store.Page{Max: ids[5], Since: ids[3], Limit: 9}, []int{4}},
		} {
			posts, err := s.Public(t.Context(), models.Stranger, store.PublicFilter{}, test.page)
			if err != nil {
				t.Fatal(err)
			}
			var got []int
			for _, p := range posts {
				got = append(got, slices.Index(ids, p.ID))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", test.name, diff)
			}
		}
	})
}

func TestThread(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		ana := storetest.Account(t, s, "ana")
		reply := func(to *models.Post) *models.Post {
			return storetest.Post(t, s, ana, func(p *models.Post) {
				p.InReplyToID, p.InReplyToURI, p.ThreadID = to.ID, to.URI, to.ThreadID
			})
		}
		root := storetest.Post(t, s, ana, nil)
		a := reply(root)
		b := reply(root)
		aa := reply(a)
		ancestors, err := s.Ancestors(ctx, models.Stranger, aa.ID, 40)
		if diff := cmp.Diff([]models.ID{root.ID, a.ID}, idsOf(ancestors)); err != nil || diff != "" {
			t.Errorf("ancestors: %v (-want +got):\n%s", err, diff)
		}
		descendants, err := s.Descendants(ctx, models.Stranger, root.ID, 20, 60)
		if diff := cmp.Diff([]models.ID{a.ID, aa.ID, b.ID}, idsOf(descendants)); err != nil || diff != "" {
			t.Errorf("descendants: %v (-want +got):\n%s", err, diff)
		}
		storetest.Write(t, s, func(tx *store.Tx) error { return tx.DeletePost(ctx, a.ID) })
		left, err := s.Post(ctx, models.Stranger, aa.ID)
		if err != nil || left.InReplyToID != 0 || left.InReplyToURI != a.URI {
			t.Errorf("a reply whose parent went: %+v, %v", left, err)
		}
	})
}

func idsOf(posts []*models.Post) (ids []models.ID) {
	for _, p := range posts {
		ids = append(ids, p.ID)
	}
	return ids
}

func TestSearchPosts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		ana := storetest.Member(t, s, "ana", models.Ordinary)
		far := storetest.Account(t, s, "far@away.example")
		ours := storetest.Post(t, s, ana, func(p *models.Post) { p.Source = "The silence of a client, and Überraschung" })
		storetest.Post(t, s, far, func(p *models.Post) { p.Source = "silence from one who does not want to be found" })
		private := storetest.Post(t, s, ana, func(p *models.Post) {
			p.Source, p.Visibility, p.LocalOnly = "silence among members", models.Private, true
		})
		member, guest := storetest.ViewerOf(ana, models.Ordinary), models.Viewer{AccountID: far.ID}
		for _, test := range []struct {
			name, words string
			viewer      models.Viewer
			want        []models.ID
		}{
			{"a member finds what members wrote", "silence", member, []models.ID{private.ID, ours.ID}},
			{"all words must be there, the last as a beginning", "silence cli", member, []models.ID{ours.ID}},
			{"marks do not count", `"silence" OR (client*`, member, nil},
			{"nothing to look for", " - ", member, nil},
			{"a stranger finds nothing whose author did not ask for it", "client", guest, nil},
		} {
			for _, few := range []int{1, 1000} { // each engine has two ways
				store.SetFewHits(t, few)
				got, err := s.SearchPosts(ctx, test.viewer, test.words, false, store.Page{Limit: 10})
				if diff := cmp.Diff(test.want, idsOf(got)); err != nil || diff != "" {
					t.Errorf("%s, few being %d: %v (-want +got):\n%s", test.name, few, err, diff)
				}
			}
		}
		// A page that whole words do not fill has beginnings too.
		longer := storetest.Post(t, s, ana, func(p *models.Post) { p.Source = "two silences" })
		for limit, want := range map[int][]models.ID{2: {private.ID, ours.ID}, 3: {longer.ID, private.ID, ours.ID}} {
			got, err := s.SearchPosts(ctx, member, "silence", false, store.Page{Limit: limit})
			if diff := cmp.Diff(want, idsOf(got)); err != nil || diff != "" {
				t.Errorf("%d of silence: %v (-want +got):\n%s", limit, err, diff)
			}
		}
	})
}

func TestFindPosts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ana := storetest.Member(t, s, "ana", models.Ordinary)
		add := func(text string) models.ID {
			return storetest.Post(t, s, ana, func(p *models.Post) { p.Source = text }).ID
		}
		client, clients, silence, phrase := add("the silence of a client"), add("two clients, one silence"), add("silence, and again silence"), add("a client of silence")
		for _, test := range []struct {
			name       string
			words, not []string
			limit      int
			want       []models.ID
		}{
			{name: "the last word goes on, after those that have it", words: []string{"silence", "client"}, want: []models.ID{phrase, client, clients}, limit: 4},
			{name: "a page of those that have it", words: []string{"silence", "client"}, limit: 2, want: []models.ID{phrase, client}},
			{name: "a beginning alone", words: []string{"silenc"}, want: []models.ID{phrase, silence, clients, client}, limit: 4},
			{name: "a phrase", words: []string{"silence of"}, want: []models.ID{client}, limit: 4},
			{name: "one without the other", words: []string{"silence", "client"}, not: []string{"two"}, want: []models.ID{phrase, client}, limit: 4},
			{name: "without a phrase", words: []string{"silence"}, not: []string{"client of", "again silence"}, want: []models.ID{clients, client}, limit: 4},
			{name: "only without", not: []string{"client", "clients of"}, want: []models.ID{silence, clients}, limit: 4},
			{name: "a word that nobody has", words: []string{"silence", "weather", "client"}, limit: 4},
			{name: "no word at all", words: []string{"-"}, limit: 4},
		} {
			for _, few := range []int{1, 1000} {
				store.SetFewHits(t, few)
				f := store.PostSearch{Words: test.words, Not: test.not, From: ana.ID}
				got, err := s.FindPosts(t.Context(), storetest.ViewerOf(ana, models.Ordinary), f, store.Page{Limit: test.limit})
				if diff := cmp.Diff(test.want, got); err != nil || diff != "" {
					t.Errorf("%s, few being %d: %v (-want +got):\n%s", test.name, few, err, diff)
				}
			}
		}
	})
}

// A transaction that fails takes nothing else down with it, however many are
// committed together.
func TestWriteInGroups(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		bad := errors.New("bad")
		var heard []models.Event
		s.Listen(func(e []models.Event) { heard = append(heard, e...) })
		errs := make(chan error, 60)
		for i := range 60 {
			go func() {
				errs <- s.Write(ctx, func(tx *store.Tx) error {
					if _, err := tx.TakeIn(ctx, strconv.Itoa(i)); err != nil {
						return err
					}
					switch i % 3 {
					case 0:
						return bad
					case 1:
						panic("worse")
					}
					return nil
				})
			}()
		}
		good := 0
		for range 60 {
			if err := <-errs; err == nil {
				good++
			}
		}
		kept := 0
		storetest.Write(t, s, func(tx *store.Tx) error {
			for i := range 60 {
				fresh, err := tx.TakeIn(ctx, strconv.Itoa(i))
				if err != nil {
					return err
				}
				if !fresh {
					kept++
				}
			}
			return tx.Leave(ctx, models.Event{Kind: models.PostPublished})
		})
		if good != 20 || kept != 20 {
			t.Errorf("%d transactions succeeded and %d were kept; want 20", good, kept)
		}
		if len(heard) != 1 {
			t.Errorf("heard %v", heard)
		}
	})
}
