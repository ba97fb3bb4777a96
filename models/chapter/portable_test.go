package chapter_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/chapter/chaptertest"
	"atelier/models/store"
	"atelier/models/store/storetest"
)

// tables are all that a member can take along, by kind.
func tables(t *testing.T, c *chapter.Chapter, me *models.Account) map[models.Portable]string {
	t.Helper()
	out := map[models.Portable]string{}
	for _, kind := range models.Portables {
		var buf bytes.Buffer
		if err := c.Export(t.Context(), me, kind, &buf); err != nil {
			t.Fatal(err)
		}
		out[kind] = buf.String()
	}
	return out
}

// bring imports a table and works through it.
func bring(t *testing.T, c *chapter.Chapter, me *models.Account, kind models.Portable, text string) *models.Import {
	t.Helper()
	i, err := c.Import(t.Context(), me, kind, strings.NewReader(text))
	if err != nil {
		t.Fatalf("%s: %v", kind, err)
	}
	for range 300 {
		chaptertest.DoJobs(t, c)
		if i, err = c.Store.Import(t.Context(), i.ID); err != nil {
			t.Fatal(err)
		}
		if !i.EndedAt.IsZero() {
			return i
		}
	}
	t.Fatalf("%s does not end: %+v", kind, i)
	return nil
}

func TestWhatIsTakenAlongCanBeBrought(t *testing.T) {
	each(t, func(t *testing.T, c *chapter.Chapter) {
		ctx := t.Context()
		ana, ben := chaptertest.Member(t, c, "ana", models.Ordinary), chaptertest.Member(t, c, "ben", models.Ordinary)
		lena, max := storetest.Account(t, c.Store, "lena@books.example"), storetest.Account(t, c.Store, "max@films.example")
		post := storetest.Post(t, c.Store, lena, nil)
		no, yes := false, true
		list := &models.List{Title: `Peers, "close"`, Replies: models.RepliesToList}
		for _, err := range []error{
			c.Follow(ctx, ana, ben.ID, chapter.FollowWish{Boosts: &no, Notify: &yes, Languages: []string{"en", "de"}}),
			c.Block(ctx, ana, max.ID), c.Mute(ctx, ana, lena.ID, false, 0), c.BlockDomain(ctx, ana, "loud.example", true),
			c.SetList(ctx, ana, list), c.AddToList(ctx, ana, list.ID, []models.ID{ben.ID}),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		if _, err := c.Bookmark(ctx, ana, post.ID); err != nil {
			t.Fatal(err)
		}
		want := map[models.Portable]string{
			models.PortableFollowing: "Account address,Show boosts,Notify on new posts,Languages\nben@here.example,false,true,\"en, de\"\ncoaches@here.example,true,false,\n",
			models.PortableMutes:     "Account address,Hide notifications\nlena@books.example,false\n",
			models.PortableBlocks:    "max@films.example\n",
			models.PortableDomains:   "loud.example\n",
			models.PortableLists:     "\"Peers, \"\"close\"\"\",ben@here.example\n",
			models.PortableBookmarks: post.URI + "\n",
		}
		got := tables(t, c, ana)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("what ana takes along (-want +got):\n%s", diff)
		}

		// Somebody else brings it, twice over: the second time changes nothing.
		uma := chaptertest.Member(t, c, "uma", models.Ordinary)
		for range 2 {
			for _, kind := range models.Portables {
				if i := bring(t, c, uma, kind, got[kind]); len(i.Failed) > 0 || i.Done != i.Total {
					t.Errorf("%s: %+v", kind, i)
				}
			}
			if diff := cmp.Diff(want, tables(t, c, uma)); diff != "" {
				t.Fatalf("what uma has then (-want +got):\n%s", diff)
			}
		}
	})
}

func TestTablesOfOthers(t *testing.T) {
	each(t, func(t *testing.T, c *chapter.Chapter) {
		ana := chaptertest.Member(t, c, "ana", models.Ordinary)
		chaptertest.Member(t, c, "ben", models.Ordinary)
		storetest.Account(t, c.Store, "lena@books.example")

		// What cannot be found is said, line for line; the others are taken over.
		i := bring(t, c, ana, models.PortableFollowing, "\ufeff@ben\r\nghost@here.example,true\r\nana@here.example\r\n\r\nBEN with a space\r\nben@here.example\r\n")
		want := []models.ImportFailure{{What: "ghost@here.example", Why: "It cannot be found."}, {What: "ana@here.example", Why: "You cannot follow yourself."}}
		if diff := cmp.Diff(want, i.Failed); diff != "" || i.Total != 4 || i.Done != 4 {
			t.Errorf("%+v (-want +got):\n%s", i, diff)
		}
		// Domains as Mastodon's moderators export them.
		bring(t, c, ana, models.PortableDomains, "#domain,#severity\nLoud.example,suspend\n")
		if got := tables(t, c, ana)[models.PortableDomains]; got != "loud.example\n" {
			t.Errorf("domains: %q", got)
		}
		// A list makes its owner follow whom it has.
		bring(t, c, ana, models.PortableLists, "Readers,lena@books.example\n")
		if got := tables(t, c, ana)[models.PortableLists]; got != "Readers,lena@books.example\n" {
			t.Errorf("lists: %q", got)
		}
		if _, err := c.Store.Follow(t.Context(), ana.ID, account(t, c, "lena@books.example").ID); err != nil {
			t.Errorf("ana does not follow lena: %v", err)
		}
	})
}

func TestTablesThatAreRefused(t *testing.T) {
	c := chaptertest.Open(t, storetest.SQLite(t))
	ana := chaptertest.Member(t, c, "ana", models.Ordinary)
	for _, test := range []struct {
		kind models.Portable
		text string
		want models.Kind
	}{
		{models.PortableFollowing, "", models.Invalid},
		{models.PortableFollowing, "Account address\n", models.Invalid},
		{models.PortableFollowing, "<html><body>Not found</body></html>", models.Invalid},
		{models.PortableBookmarks, "ben@here.example\n", models.Invalid},
		{models.PortableFollowing, "\x00\xff\n\"", models.Invalid},
		{models.PortableFollowing, strings.Repeat("x", 1<<20), models.Invalid},
		{"passwords", "ben@here.example\n", models.Invalid},
	} {
		if _, err := c.Import(t.Context(), ana, test.kind, strings.NewReader(test.text)); models.KindOf(err) != test.want {
			t.Errorf("%s %.30q: %v", test.kind, test.text, err)
		}
	}
	var many strings.Builder
	for n := range 10_001 {
		fmt.Fprintf(&many, "a%d@b.example\n", n)
	}
	if _, err := c.Import(t.Context(), ana, models.PortableBlocks, strings.NewReader(many.String())); models.KindOf(err) != models.Invalid {
		t.Errorf("too many lines: %v", err)
	}
	if err := c.Export(t.Context(), ana, "passwords", &bytes.Buffer{}); models.KindOf(err) != models.NotFound {
		t.Errorf("an unknown table: %v", err)
	}
	if imports, err := c.Store.Imports(t.Context(), ana.ID, 5); err != nil || len(imports) > 0 {
		t.Errorf("a refused table left %v, %v", imports, err)
	}
}

// A long table is worked through in several runs, and one that was broken off
// goes on where it was.
func TestALongTable(t *testing.T) {
	each(t, func(t *testing.T, c *chapter.Chapter) {
		ana := chaptertest.Member(t, c, "ana", models.Ordinary)
		var text strings.Builder
		for n := range 120 {
			fmt.Fprintf(&text, "m%d.example\n", n)
		}
		i, err := c.Import(t.Context(), ana, models.PortableDomains, strings.NewReader(text.String()))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Import(t.Context(), ana, models.PortableDomains, strings.NewReader("x.example\n")); models.KindOf(err) != models.Conflict {
			t.Errorf("a second table at once: %v", err)
		}
		if _, err := c.WorkOnce(t.Context()); err != nil {
			t.Fatal(err)
		}
		half, err := c.Store.Import(t.Context(), i.ID)
		if err != nil || half.Done != 50 || !half.EndedAt.IsZero() {
			t.Fatalf("after one run: %+v, %v", half, err)
		}
		chaptertest.DoJobs(t, c)
		whole, err := c.Store.Import(t.Context(), i.ID)
		want := &models.Import{ID: i.ID, AccountID: ana.ID, Kind: models.PortableDomains, Total: 120, Done: 120, CreatedAt: whole.CreatedAt, EndedAt: whole.EndedAt}
		if diff := cmp.Diff(want, whole, cmpopts.EquateEmpty()); err != nil || diff != "" || whole.EndedAt.IsZero() {
			t.Errorf("at the end: %v\n%s", err, diff)
		}
		if got := strings.Count(tables(t, c, ana)[models.PortableDomains], "\n"); got != 120 {
			t.Errorf("%d domains", got)
		}
		// What is brought goes with who brought it.
		storetest.Write(t, c.Store, func(tx *store.Tx) error { return tx.EraseOwn(t.Context(), ana.ID) })
		if imports, err := c.Store.Imports(t.Context(), ana.ID, 5); err != nil || len(imports) > 0 {
			t.Errorf("left: %v, %v", imports, err)
		}
	})
}

func account(t *testing.T, c *chapter.Chapter, handle string) *models.Account {
	t.Helper()
	a, err := c.Store.AccountByHandle(t.Context(), handle)
	if err != nil {
		t.Fatal(err)
	}
	return a
}
