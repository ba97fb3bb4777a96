package web_test

import (
	"strings"
	"testing"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/store/storetest"
)

func TestSievingTheLibrary(t *testing.T) {
	each(t, func(h *house) {
		h.themes()
		ana, tobias := h.member("Ana Lindqvarn"), h.member("Tobias Fennick")
		of := func(kind models.PracticeKind, key string, themes ...string) func(*chapter.Draft) {
			return func(d *chapter.Draft) {
				d.Practice = &models.Practice{Kind: kind, Themes: themes, Sections: []models.Section{{Key: key, Text: "x"}}}
			}
		}
		chairs := h.note(ana, "Six chairs", of(models.Tool, "purpose", "teams"))
		cards := h.note(ana, "Cards", of(models.Tool, "purpose", "supervision"))
		ferry := h.note(ana, "A ferry", of(models.Story, "turn", "teams"))
		h.note(ana, "A hidden tool", of(models.Tool, "purpose", "teams"), forMembers)
		h.tells(tobias, chairs, models.Helped, "", "")
		h.tells(tobias, ferry, models.Mixed, "", "")
		h.tells(tobias, cards, models.Adapted, "", "")
		h.tells(tobias, cards, models.DidNotFit, "", "") // he thinks so now
		// What a member says to the members does not change what strangers see.
		h.says(tobias, "Hidden", answering(ferry), toMembers, func(d *chapter.Draft) { d.Talk = models.Talk{Tried: true, Outcome: models.Reframed} })
		lena := storetest.Account(t, h.Store, "lena@books.example")
		if _, err := h.Chapter.Receive(t.Context(), chapter.Activity{Sender: lena, Key: "n"}, chapter.Incoming{Fetched: true, Post: &models.Post{URI: lena.URI + "/1", URL: lena.URI + "/1", Type: models.ArticleType,
			Visibility: models.Public, Title: "From afar", HTML: "<p>x</p>", Practice: &models.Practice{Kind: models.Tool}, CreatedAt: h.Store.Now()}}); err != nil {
			t.Fatal(err)
		}
		me, stranger := h.as(tobias), h.stranger()
		all := []string{"Six chairs", "Cards", "A ferry", "A hidden tool", "From afar"}
		for _, test := range []struct {
			by   *browser
			path string
			want []string
		}{
			{me, "/library", all},
			{stranger, "/library", []string{"Six chairs", "Cards", "A ferry", "From afar"}},
			{me, "/library?kind=tool", []string{"Six chairs", "Cards", "A hidden tool", "From afar"}},
			{me, "/library?theme=teams", []string{"Six chairs", "A ferry", "A hidden tool"}},
			{stranger, "/library?theme=teams&kind=tool", []string{"Six chairs"}},
			{me, "/library?outcome=helped", []string{"Six chairs"}},
			{me, "/library?outcome=reframed", []string{"A ferry"}},
			{stranger, "/library?outcome=reframed", nil},
			{me, "/library?outcome=mixed", nil},
			{stranger, "/library?outcome=mixed", []string{"A ferry"}},
			{me, "/library?outcome=adapted", nil},
			{me, "/library?outcome=helped&theme=supervision", nil},
			{me, "/library?outcome=helped&theme=teams&kind=tool&whose=ours", []string{"Six chairs"}},
			{me, "/library?whose=ours", []string{"Six chairs", "Cards", "A ferry", "A hidden tool"}},
			{me, "/library?whose=elsewhere", []string{"From afar"}},
		} {
			p := test.by.get(test.path)
			test.by.shows(p, 200)
			for _, title := range all {
				want := false
				for _, w := range test.want {
					want = want || w == title
				}
				if got := strings.Contains(p.Body, ">"+title+"</a>"); got != want {
					t.Errorf("%s has %q: %v", test.path, title, got)
				}
			}
			if test.want == nil {
				test.by.shows(p, 200, "No note that you can read is like this.")
			}
		}
		me.has(me.get("/library?kind=tool&theme=teams"), `href="/library?kind=tool&amp;outcome=helped&amp;theme=teams"`)
		stranger.shows(stranger.get("/"), 200, "Three notes to begin with", "Six chairs")
		stranger.hides(stranger.get("/"), "From afar") // the door is this chapter's
		me.shows(me.get("/search?q=ana"), 200, "Ana Lindqvarn")
		me.hides(me.get("/search?q=maintains"), "Maintains presence") // a theme is nobody
		for _, path := range []string{"/library?kind=poem", "/library?theme=none", "/library?outcome=fame", "/library?whose=mine"} {
			me.shows(me.get(path), 404)
		}
	})
}

func TestExamplesInAnEmptyLibrary(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	ana := h.member("Ana Lindqvarn")
	maren, she, stranger := h.as(h.Maren), h.as(ana), h.stranger()
	p := she.get("/library")
	she.shows(p, 200, "Examples", "When a client goes quiet", "example")
	she.hides(p, "Take the examples away")
	she.shows(she.get("/library/examples/two-minute-ending"), 200, "This is an example", "What do you take with you?", "Write one of your own")
	she.shows(she.get("/library/examples/none"), 404)
	she.shows(she.post("/library/examples"), 403)
	stranger.hides(stranger.get("/library"), "When a client goes quiet")
	guest := h.as(h.guest("Gil Guest"))
	guest.shows(guest.get("/library/examples/two-minute-ending"), 404)
	h.note(ana, "One")
	she.shows(she.get("/library"), 200, "One", "When a client goes quiet")
	h.note(ana, "Two")
	h.note(ana, "Three")
	she.hides(she.get("/library"), "When a client goes quiet")
	if _, err := h.Chapter.Delete(t.Context(), ana, h.firstNote(ana)); err != nil {
		t.Fatal(err)
	}
	maren.shows(maren.get("/library"), 200, "Take the examples away")
	maren.hides(maren.post("/library/examples"), "When a client goes quiet")
	she.hides(she.get("/library"), "When a client goes quiet")
}

func TestNamesThatAreNearlyRight(t *testing.T) {
	each(t, func(h *house) {
		ana := h.member("Ana Lindqvarn")
		b := h.as(h.Maren)
		for _, q := range []string{"lindquarn", "Lindqvran"} {
			b.shows(b.get("/people?q="+q), 200, "Ana Lindqvarn")
			b.shows(b.get("/search?q="+q), 200, "Ana Lindqvarn")
		}
		b.hides(b.get("/people?q=Lenderbar"), "Ana Lindqvarn")
		stranger := h.stranger()
		stranger.hides(stranger.get("/search?q=lindquarn"), "Ana Lindqvarn")
		if err := h.Chapter.Block(t.Context(), ana, h.Maren.ID); err != nil {
			t.Fatal(err)
		}
		b.hides(b.get("/people?q=lindquarn"), "Ana Lindqvarn")
	})
}

func TestFeedsHaveWholeTexts(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	h.themes()
	ana := h.member("Ana Lindqvarn")
	more := func(d *chapter.Draft) {
		d.Practice.Sections[0].Text += " #silence"
		d.Practice.Themes = []string{"teams"}
	}
	note := h.note(ana, "An open note", more)
	h.note(ana, "A hidden note", more, forMembers)
	if _, err := h.Chapter.SaveSeries(t.Context(), models.Viewer{AccountID: ana.ID, Role: models.Ordinary}, models.Series{Title: "Quiet", Notes: []models.ID{note.ID}}); err != nil {
		t.Fatal(err)
	}
	b := h.as(ana)
	for page, feed := range map[string]string{"/library": "/library.atom", "/themes/teams": "/themes/teams.atom", "/tags/silence": "/tags/silence.atom", "/series/quiet": "/series/quiet.atom", "/people/ana": "/people/ana.atom"} {
		b.has(b.get(page), `<link rel="alternate" type="application/atom&#43;xml" href="`+feed+`"`)
		p := b.get(feed)
		if got := p.Header.Get("Content-Type"); got != "application/atom+xml; charset=utf-8" {
			t.Errorf("%s is %s", feed, got)
		}
		b.has(p, "An open note")
		b.has(p, "Offer the silence on purpose.")
		b.hides(p, "A hidden note")
	}
	b.shows(b.get("/tags/nothing.atom"), 404)
}
