package chapter_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/chapter/chaptertest"
)

// What is for the members is in no number that others see, whenever it comes,
// changes and goes.
func TestNumbersTellOfNothingElse(t *testing.T) {
	each(t, func(t *testing.T, c *chapter.Chapter) {
		ctx := t.Context()
		ana, ben := chaptertest.Member(t, c, "ana", models.Ordinary), chaptertest.Member(t, c, "ben", models.Ordinary)
		publish := func(me *models.Account, d chapter.Draft) *models.Post {
			t.Helper()
			p, err := c.Publish(ctx, me, d)
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		asked := publish(ana, chapter.Draft{Source: "who?", Visibility: models.Public})
		check := func(when string, want models.PostStats, posts int) {
			t.Helper()
			p, err := c.Store.PostByID(ctx, asked.ID)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, p.Stats); diff != "" {
				t.Errorf("%s (-want +got):\n%s", when, diff)
			}
			b, err := c.Store.Account(ctx, ben.ID)
			if err != nil || b.Stats.Posts != posts || b.Stats.LastPostAt.IsZero() != (posts == 0) {
				t.Errorf("%s: %d posts of ben's, the last of %v, want %d (%v)", when, b.Stats.Posts, b.Stats.LastPostAt, posts, err)
			}
		}
		members := chapter.Draft{Source: "here", Visibility: models.Private, LocalOnly: yes(), InReplyTo: asked.ID}
		here := publish(ben, members)
		publish(ben, chapter.Draft{Source: "@ana to my followers", Visibility: models.Private, InReplyTo: asked.ID})
		publish(ben, chapter.Draft{Source: "@ana between us", Visibility: models.Direct, InReplyTo: asked.ID})
		publish(ben, chapter.Draft{Source: "quoted here", Visibility: models.Private, LocalOnly: yes(), QuoteOf: asked.ID})
		if _, err := c.Boost(ctx, ben, here.ID, models.Private); err != nil {
			t.Fatal(err)
		}
		check("replies that not everyone may read", models.PostStats{Members: 1}, 0)
		everyone := publish(ben, chapter.Draft{Source: "for all", Visibility: models.Unlisted, InReplyTo: asked.ID})
		publish(ben, chapter.Draft{Source: "quoted", Visibility: models.Public, QuoteOf: asked.ID})
		check("and some that everyone may", models.PostStats{Members: 1, Replies: 1, Quotes: 1}, 2)
		if p, err := c.Store.PostByID(ctx, asked.ID); err != nil || p.Replies() != 1 || p.RepliesFor(models.Stranger) != 1 || p.RepliesFor(models.Viewer{AccountID: ana.ID, Role: models.Ordinary}) != 2 {
			t.Errorf("replies for all %d (%v)", p.Replies(), err)
		}
		for _, p := range []*models.Post{here, everyone} {
			if _, err := c.Delete(ctx, ben, p.ID); err != nil {
				t.Fatal(err)
			}
		}
		check("two are gone", models.PostStats{Quotes: 1}, 1)
		for _, gone := range []struct {
			post *models.Post
			told bool
		}{{here, false}, {everyone, true}} {
			if _, err := c.Store.LocalTombstone(ctx, gone.post.URI); (err == nil) != gone.told {
				t.Errorf("%q: a tombstone %v, want %v", gone.post.Source, err == nil, gone.told)
			}
		}
		note := publish(ben, chapter.Draft{Title: "Three chairs", Visibility: models.Private, LocalOnly: yes(), Practice: &models.Practice{Kind: models.Tool, Sections: []models.Section{{Key: "purpose", Text: "x"}}}})
		check("a note for the members", models.PostStats{Quotes: 1}, 1)
		title := "Four stools"
		if _, err := c.Edit(ctx, ben, note.ID, chapter.Edit{Visibility: models.Public, Title: &title}); err != nil {
			t.Fatal(err)
		}
		if p, err := c.Store.PostBySlug(ctx, models.Stranger, "four-stools"); err != nil || p.ID != note.ID || p.URL != c.URLs.PostPage(p) {
			t.Errorf("the address tells of the title that was for the members: %+v, %v", p, err)
		}
		check("for everyone now", models.PostStats{Quotes: 1}, 2)
		for v, want := range map[models.Viewer]int{models.Stranger: 0, {AccountID: ana.ID, Role: models.Ordinary}: 1, {AccountID: ben.ID}: 1} {
			if versions, err := c.Store.Revisions(ctx, v, note.ID); err != nil || len(versions) != want {
				t.Errorf("viewer %+v reads %d versions, want %d (%v)", v, len(versions), want, err)
			}
		}
		if _, err := c.Edit(ctx, ben, note.ID, chapter.Edit{Visibility: models.Private, LocalOnly: yes()}); err != nil {
			t.Fatal(err)
		}
		check("for the members again", models.PostStats{Quotes: 1}, 1)
		if versions, err := c.Store.Revisions(ctx, models.Stranger, note.ID); err != nil || len(versions) != 0 {
			t.Errorf("strangers read %d versions of what is not for them (%v)", len(versions), err)
		}
	})
}
