package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"atelier/handlers/session"
	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/store"
	"atelier/models/store/storetest"
)

// send posts a form exactly as given.
func (b *browser) send(path string, pairs ...string) *answer {
	b.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	res, err := b.http.PostForm(b.Server.URL+path, form)
	return b.read(res, err)
}

// has fails the test unless the page's HTML has s.
func (b *browser) has(p *answer, s string) {
	b.Helper()
	if !strings.Contains(p.Body, s) {
		b.Fatalf("%s has no %s:\n%s", p.Path, s, p.Body)
	}
}

func TestFormsOfOtherSitesAreRefused(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	ana := h.member("Ana Lindqvarn")
	talk := h.says(h.Maren, "Who has stopped?")
	b := h.as(ana)
	thank := "/talk/" + talk.ID.String() + "/do"
	for name, pairs := range map[string][]string{
		"without a token":            {"do", "thank"},
		"with another one's token":   {"do", "thank", session.FormField, h.as(h.Maren).token()},
		"with an empty token":        {"do", "thank", session.FormField, ""},
		"with a token in wrong case": {"do", "thank", session.FormField, strings.ToUpper(b.token())},
	} {
		if p := b.send(thank, pairs...); p.Status != 403 {
			t.Errorf("%s: status %d", name, p.Status)
		}
	}
	for _, path := range []string{thank, "/sign-in", "/light", "/follow"} {
		form := url.Values{"do": {"thank"}, session.FormField: {b.token()}, "login": {"ana"}, "password": {password}}
		r, _ := http.NewRequest("POST", h.Server.URL+path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		res, err := b.http.Do(r)
		if p := b.read(res, err); p.Status != 403 {
			t.Errorf("%s from another site: status %d", path, p.Status)
		}
	}
	if marks, err := h.Store.Marks(t.Context(), models.Viewer{AccountID: ana.ID}, []models.ID{talk.ID}); err != nil || marks[talk.ID].Favourited {
		t.Errorf("it was done all the same: %v, %v", marks, err)
	}
	b.shows(b.post(thank, "do", "thank"), 200, "They have been told.", "Thanked")
}

// Every address that may tell of posts, as somebody sees them who is not
// signed in.
func (h *house) everywhere(posts ...*models.Post) []string {
	paths := []string{"/", "/library", "/library?kind=approach", "/library.atom", "/people", "/people/ana", "/@ana", "/people/ana.atom", "/about", "/follow",
		"/search?q=hidden", "/search?q=ana", "/tags/hidden", "/shelf", "/notices", "/robots.txt", "/nowhere"}
	for _, p := range posts {
		id := p.ID.String()
		paths = append(paths, "/talk/"+id, "/talk/"+id+"/history", "/talk/"+id+"/history?v=1", "/talk/"+id+"/edit", "/talk/"+id+"/delete", "/@ana/"+id,
			"/talk/"+id+"/reply", "/follow?object="+url.QueryEscape(p.URI), "/authorize_interaction?uri="+url.QueryEscape(p.URI))
		if p.Slug != "" {
			paths = append(paths, "/notes/"+p.Slug, "/notes/"+p.Slug+"/print", "/notes/"+p.Slug+"/history", "/follow?object="+url.QueryEscape(h.URLs.NotePage(p.Slug)))
		}
	}
	return paths
}

func TestWhatIsForMembersIsNowhereElse(t *testing.T) {
	each(t, func(h *house) {
		ana := h.member("Ana Lindqvarn")
		indexable := true
		if _, err := h.Chapter.UpdateProfile(t.Context(), ana, chapter.Profile{Indexable: &indexable}); err != nil {
			t.Fatal(err)
		}
		hidden := func(d *chapter.Draft) {
			d.Summary, d.Practice.Sections = "A hidden summary.", []models.Section{{Key: "when", Text: "A hidden section. #hidden"}}
		}
		note := h.note(ana, "A hidden title", forMembers, hidden)
		talk := h.says(ana, "A hidden thought\n\nWith more of it. #hidden", func(d *chapter.Draft) { d.Visibility, d.LocalOnly = models.Private, &here })
		followers := h.says(ana, "A hidden line for followers #hidden", func(d *chapter.Draft) { d.Visibility = models.Private })
		named := h.says(ana, "@maren a hidden word #hidden", func(d *chapter.Draft) { d.Visibility = models.Direct })
		waiting := h.note(ana, "A hidden wait", hidden, func(d *chapter.Draft) { d.Lounge = true })
		draft, err := h.Chapter.SaveDraft(t.Context(), ana, 0, chapter.Draft{Title: "A hidden draft", Practice: &models.Practice{Kind: models.Tool}})
		if err != nil {
			t.Fatal(err)
		}
		open := h.note(ana, "An open title")
		answer := h.says(h.Maren, "A hidden answer", answering(talk))
		posts := []*models.Post{note, talk, followers, named, waiting, draft, answer}

		guest := h.guest("Gil Guest")
		for who, b := range map[string]*browser{"a stranger": h.stranger(), "a guest": h.as(guest)} {
			for _, path := range h.everywhere(posts...) {
				p := b.get(path)
				if strings.Contains(strings.ToLower(strings.ReplaceAll(p.Body, path, "")), "a hidden") {
					t.Errorf("%s reads at %s: %s", who, path, p.said())
				}
			}
			for _, post := range posts {
				p, none := b.get("/talk/"+post.ID.String()), b.get("/talk/1")
				if p.Status != 404 || p.said() != none.said() {
					t.Errorf("%s is told otherwise of %s than of what is not there: %d %s", who, post.Title+post.Source, p.Status, p.said())
				}
			}
			b.shows(b.get("/notes/"+open.Slug), 200, "An open title")
		}
		me := h.as(h.Maren)
		me.shows(me.get("/notes/"+note.Slug), 200, "A hidden title", "Members")
		me.shows(me.get("/talk/"+talk.ID.String()), 200, "A hidden thought")
		me.shows(me.get("/talk/"+named.ID.String()), 200, "a hidden word", "The people named")
		for _, post := range []*models.Post{followers, waiting, draft} {
			me.shows(me.get("/talk/"+post.ID.String()), 404)
		}
		for _, path := range []string{"/talk/" + note.ID.String() + "/edit", "/talk/" + note.ID.String() + "/delete"} {
			me.shows(me.get(path), 404) // readable, but not Maren's to change
			me.shows(me.post(path, "kind", "approach", "title", "Mine"), 404)
		}
	})
}

// guest adds a guest: somebody who reads what everyone reads, and answers.
func (h *house) guest(name string) *models.Account {
	h.Helper()
	username := strings.ToLower(strings.Fields(name)[0])
	a, err := h.Chapter.AddMember(h.Context(), chapter.NewMember{Username: username, Name: name, Email: username + "@mail.example", Password: password, Role: models.Guest})
	if err != nil {
		h.Fatal(err)
	}
	return a
}

func TestEveryPageIsGuarded(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	note := h.note(h.Maren, "A title")
	b := h.stranger()
	for _, path := range []string{"/", "/library", "/notes/" + note.Slug, "/nowhere", "/sign-in"} {
		got := b.get(path).Header
		for name, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; media-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
			"X-Content-Type-Options":  "nosniff", "Referrer-Policy": "same-origin", "X-Frame-Options": "DENY", "Cache-Control": "private, no-cache",
		} {
			if got.Get(name) != want {
				t.Errorf("%s: %s is %q, want %q", path, name, got.Get(name), want)
			}
		}
	}
}

func TestSearchEnginesAskFirst(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	ana, bo := h.member("Ana Lindqvarn"), h.member("Bo Tollgate")
	yes := true
	if _, err := h.Chapter.UpdateProfile(t.Context(), ana, chapter.Profile{Indexable: &yes}); err != nil {
		t.Fatal(err)
	}
	const noindex = `content="noindex"`
	b := h.stranger()
	for path, may := range map[string]bool{
		"/":                                 true,
		"/notes/" + h.note(ana, "One").Slug: true,
		"/notes/" + h.note(bo, "Two").Slug:  false,
		"/people/ana":                       true,
		"/people/bo":                        false,
		"/library":                          false,
		"/search?q=one":                     false,
		"/nowhere":                          false,
	} {
		if got := !strings.Contains(b.get(path).Body, noindex); got != may {
			t.Errorf("%s may be listed: %v, want %v", path, got, may)
		}
	}
	mine := h.as(ana)
	if !strings.Contains(mine.get("/notes/"+h.note(ana, "Three", forMembers).Slug).Body, noindex) {
		t.Error("a members' note may be listed")
	}
}

func TestAPageSaysWhatItIs(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	ana := h.member("Ana Lindqvarn")
	note := h.note(ana, "Checking in")
	b := h.stranger()
	p := b.get("/notes/" + note.Slug)
	base, host := h.URLs.Base(), h.URLs.AccountDomain
	for _, want := range []string{
		`<link rel="canonical" href="` + base + "/notes/" + note.Slug + `">`,
		`<link rel="alternate" type="application/activity&#43;json" href="` + note.URI + `">`,
		`<meta property="og:title" content="Checking in">`,
		`<meta name="fediverse:creator" content="@ana@` + host + `">`,
	} {
		b.has(p, want)
	}
	b.has(b.get("/people/ana"), `<link rel="alternate" type="application/activity&#43;json" href="`+ana.URI+`">`)
	b.has(b.get("/"), `<link rel="alternate" type="application/activity&#43;json" href="`+h.URLs.Chapter()+`">`)
	members := h.note(ana, "Among us", forMembers)
	b = h.as(h.Maren)
	b.hides(b.get("/notes/"+members.Slug), "og:title", "activity&#43;json", "canonical")
}

func TestWhoBlocksIsNotSeen(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		h := newHouse(t, s)
		ana, bo := h.member("Ana Lindqvarn"), h.member("Bo Tollgate")
		note := h.note(ana, "Checking in")
		me := h.as(bo)
		me.shows(me.get("/notes/"+note.Slug), 200)
		she := h.as(ana)
		she.shows(she.post("/people/bo", "do", "block"), 200, "You have shut them out.")
		me.shows(me.get("/notes/"+note.Slug), 404)
		me.shows(me.post("/talk/"+note.ID.String()+"/reply", "text", "But"), 404)
		she.shows(she.post("/people/bo", "do", "unblock"), 200, "Follow Bo")
		me.shows(me.get("/notes/"+note.Slug), 200)
	})
}
