package web_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/store"
	"atelier/models/store/storetest"
)

// furnished is a house with people and things in it.
func furnished(t *testing.T) (h *house, ana *models.Account, note, talk *models.Post) {
	h = newHouse(t, storetest.SQLite(t))
	ana = h.member("Ana Lindqvarn")
	tobias, noor, sunniva, kofi := h.member("Tobias Fennick"), h.member("Noor Halloway"), h.member("Sunniva Holt"), h.member("Kofi Larkmoor")
	bio := "Twenty years with health care teams, nine as a coach. Ask me about silence, and about managers who are tired when we meet."
	name := "Ana Lindqvarn"
	_, err := h.Chapter.UpdateProfile(t.Context(), ana, chapter.Profile{Name: &name, Bio: &bio, Fields: []models.Field{
		{Name: "Elsewhere", Source: "https://lindqvarn.example"}}})
	if err != nil {
		t.Fatal(err)
	}
	for a, says := range map[*models.Account][4]string{
		ana: {"Silence; managers in health care", "Courtenay", "Swedish, English", "PCC"}, tobias: {"Contracts; fees; difficult sponsors", "Victoria", "German, English", "MCC"},
		noor: {"Teams after a loss; large rooms; starting again", "Nanaimo", "English, Arabic", "PCC"}, kofi: {"First-time managers; the telephone", "Parksville", "English, Twi", "ACC"},
		sunniva: {"", "Gabriola", "English, Norwegian", ""},
	} {
		e := models.DirectoryEntry{}
		for i, field := range models.DirectoryFields {
			e[field] = models.Told{Text: says[i], To: models.ToMembers}
			if a == ana && (field == models.TownField || field == models.AskField) {
				e[field] = models.Told{Text: says[i], To: models.ToEveryone}
			}
		}
		if err := h.Chapter.SetDirectory(t.Context(), a, e); err != nil {
			t.Fatal(err)
		}
	}
	note = h.note(ana, "Checking in when a client goes quiet", func(d *chapter.Draft) {
		d.Practice.Sections = []models.Section{
			{Key: "when", Text: "Somewhere around the third or fourth session a client who has been talking freely stops. The answers get shorter. Nothing has gone wrong that either of you could name, and the temptation is to be more interesting.\n\nI used to be more interesting. I brought a model, a card set, once a drawing of an iceberg. It filled the hour."},
			{Key: "hard", Text: "A silence belongs to two people but feels like the coach’s fault. In a first session it often *is* plain shyness. Later it tends to mean one of three things: the client has reached something, is hiding something, or has had enough."},
			{Key: "do", Text: "1. Say what you see, once, without a question mark.\n2. Offer the silence on purpose. “I would like us to take three minutes of it together.”\n3. Keep the three minutes. Look at the table rather than at the person.\n4. Ask one question about the silence.\n\n> “It was the first time this week that nobody wanted the next sentence from me.”\n\nJoel adds a fifth step, which he describes in [Walking the silence](https://halifax.example/notes/walking-the-silence). #presence"},
			{Key: "watch", Text: "- Not before the third session.\n- On the telephone, say that you are still there.\n- If a person is grieving, silence isn’t the news."},
		}
	})
	h.note(tobias, "The contract conversation, second time round", forMembers, func(d *chapter.Draft) {
		d.Summary = "Session six is where the agreement from session one quietly stops being true. A half-hour script for saying so."
	})
	h.note(noor, "Six chairs", func(d *chapter.Draft) {
		d.Summary = "A room exercise for teams who talk about someone who isn’t there. Twenty minutes, six chairs, no slides."
		d.Practice = &models.Practice{Kind: models.Tool, Confidentiality: models.NoClient, Sections: []models.Section{{Key: "purpose", Text: "For teams."}}}
	})
	h.note(sunniva, "The week I coached from a ferry", func(d *chapter.Draft) {
		d.Summary = "Bad signal turned out to be a coaching stance. What I stopped saying when I could only say half."
		d.Practice = &models.Practice{Kind: models.Story, Confidentiality: models.Agreed, Sections: []models.Section{{Key: "situation", Text: "A ferry."}}}
	})
	h.note(kofi, "Coaching in my second language", func(d *chapter.Draft) {
		d.Summary = "I stopped apologising for slow questions. Slower questions got longer answers."
		d.Practice = &models.Practice{Kind: models.Experience, Confidentiality: models.Composite, Sections: []models.Section{{Key: "happened", Text: "Slowly."}}}
	})
	q := h.says(tobias, "@ana How do you tell “has reached something” from “has had enough”? I keep guessing the flattering one.", answering(note))
	q2 := h.says(ana, "I don’t, until the question. What changed is that I stopped needing to know before I asked.", answering(q))
	q3 := h.says(tobias, "That is harder than it sounds.", answering(q2))
	h.says(ana, "It is.", answering(q3))
	h.says(kofi, "The clock matters more than I expected. Without it, I was the one who ended the silence, every time.", answering(note))
	talk = h.says(noor, "Do we still write session summaries?\n\nI was taught to send one after every session. I notice that clients quote my summary back to me instead of remembering. Who has stopped, and what happened?", func(d *chapter.Draft) { d.Visibility, d.LocalOnly = models.Private, &here })
	r := h.says(sunniva, "Stopped two years ago. The client sends me three lines before the next session. When the lines don’t come, that’s the session.", answering(talk))
	h.says(kofi, "“When the lines don’t come, that’s the session” is going on my wall.", answering(r))
	h.says(tobias, "One client had trouble with memory after a stroke. There the summary was part of the work.", answering(talk), func(d *chapter.Draft) { d.Warning = "Mentions a client’s illness" })
	h.says(kofi, "Sharing a room in Nanaimo on Tuesdays\n\nI have one from nine to four and use half of it. Anybody?", func(d *chapter.Draft) { d.Visibility, d.LocalOnly = models.Private, &here })
	h.says(h.Maren, "How do you end with a client who doesn’t want to end?\n\nThree sessions over already.", func(d *chapter.Draft) { d.Visibility, d.LocalOnly = models.Private, &here })
	for _, a := range []*models.Account{tobias, noor} {
		if _, err := h.Chapter.Favourite(t.Context(), a, note.ID); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.Chapter.Follow(t.Context(), sunniva, ana.ID, chapter.FollowWish{}); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Chapter.Bookmark(t.Context(), ana, h.firstNote(sunniva)); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Chapter.SaveDraft(t.Context(), ana, 0, chapter.Draft{Title: "Naming the empty chair", Summary: "When a team keeps talking about someone who isn’t in the room, put a chair there.",
		Practice: &models.Practice{Kind: models.Approach, Sections: []models.Section{{Key: "when", Text: "A leadership team, third workshop. On 3 March she had written to everybody, and nobody had answered. Dr. Pell had hired most of them."}}}}); err != nil {
		t.Fatal(err)
	}
	elsewhere := false
	if _, err := h.Chapter.Publish(t.Context(), ana, chapter.Draft{Title: "The three-line diary", Visibility: models.Public, LocalOnly: &elsewhere, Lounge: true,
		Practice: &models.Practice{Kind: models.Tool, Confidentiality: models.NoClient, Sections: []models.Section{{Key: "purpose", Text: "Before the next session the client sends three lines."}}}}); err != nil {
		t.Fatal(err)
	}
	title := "Checking in when a client goes quiet"
	if _, err := h.Chapter.Edit(t.Context(), ana, note.ID, chapter.Edit{Title: &title, Reason: "Tobias asked about the telephone", Practice: &models.Practice{
		Kind: models.Approach, Confidentiality: models.Disguised, Sections: func() []models.Section {
			s := append([]models.Section{}, note.Practice.Sections...)
			s[3].Text += "\n- Halfway through, nod."
			return s
		}()}}); err != nil {
		t.Fatal(err)
	}
	storetest.Account(t, h.Store, "lena@books.example")
	return h, ana, note, talk
}

func (h *house) firstNote(by *models.Account) models.ID {
	h.Helper()
	posts, err := h.Store.AccountPosts(h.Context(), models.Stranger, by.ID, store.AccountFilter{}, store.Page{Limit: 1})
	if err != nil || len(posts) == 0 {
		h.Fatalf("no note: %v", err)
	}
	return posts[0].ID
}

// TestBrowserPages looks at every page, wide and on a phone, by day and by
// night: nothing may scroll sideways, ask elsewhere or break the policy. With
// ATELIER_SCREENS set to a folder it keeps pictures of them.
func TestBrowserPages(t *testing.T) {
	ctx := chromium(t)
	h, ana, note, talk := furnished(t)
	drafts, err := h.Store.Unfinished(t.Context(), ana.ID, 10)
	if err != nil {
		t.Fatal(err)
	}
	var draft models.ID
	for _, d := range drafts {
		if d.State == models.Draft {
			draft = d.ID
		}
	}
	stranger, me := h.open(ctx, true), h.open(ctx, true)
	me.signIn(ana)
	for name, path := range map[string]string{
		"door": "/", "library-visitor": "/library", "note-visitor": "/notes/" + note.Slug, "sign-in": "/sign-in", "follow": "/follow",
		"travels": "/how-this-travels", "about": "/about", "privacy": "/privacy", "accessibility": "/accessibility", "error": "/nowhere", "person-visitor": "/people/ana", "people-visitor": "/people",
	} {
		stranger.look(name, path)
	}
	for name, path := range map[string]string{
		"week": "/", "library": "/library", "note": "/notes/" + note.Slug, "print": "/notes/" + note.Slug + "/print", "history": "/notes/" + note.Slug + "/history?v=2",
		"kinds": "/notes/new", "write": "/notes/new?kind=approach", "draft": fmt.Sprintf("/talk/%d/edit", draft), "waiting": "/notes/the-three-line-diary",
		"talk": "/talk/" + talk.ID.String(), "say": "/talk/new", "person": "/people/tobias", "me": "/people/ana", "people": "/people", "people-found": "/people?q=managers", "shelf": "/shelf",
		"notices": "/notices", "settings": "/settings", "settings-posts": "/settings/posts", "settings-password": "/settings/password", "settings-apps": "/settings/apps", "settings-moving": "/settings/moving", "settings-leave": "/settings/leave", "settings-data": "/settings/data", "report": "/people/tobias/report",
		"consent": "/oauth/authorize?scope=read+write+push&redirect_uri=https://heron.example/", "code": "/oauth/authorize/native", "search": "/search?q=silence", "tag": "/tags/presence", "delete": fmt.Sprintf("/talk/%d/delete", note.ID), "coauthors-none": fmt.Sprintf("/talk/%d/coauthors", note.ID), "remote": "/people/lena@books.example",
	} {
		me.look(name, path)
	}
	wren := h.open(ctx, true)
	wren.signIn(h.member("Wren Castellane"))
	for name, path := range map[string]string{"week-new": "/", "welcome": "/welcome/1", "welcome-ask": "/welcome/2", "welcome-follow": "/welcome/3"} {
		wren.look(name, path)
	}
	empty := emptyHouse(t, storetest.SQLite(t)).open(ctx, true)
	empty.look("setup", "/setup?key="+setupKey)
	empty.look("not-open", "/")
	fresh := newHouse(t, storetest.SQLite(t))
	bare := fresh.open(ctx, true)
	bare.look("door-empty", "/")
	bare.look("library-empty-visitor", "/library")
	bare.signIn(fresh.Maren)
	for name, path := range map[string]string{"week-empty": "/", "library-empty": "/library", "shelf-empty": "/shelf", "notices-empty": "/notices"} {
		bare.look(name, path)
	}
}

// signIn signs a member in through the form.
func (b *tab) signIn(a *models.Account) {
	b.Helper()
	b.goTo("/sign-in")
	b.types("login", a.Username)
	b.types("password", password)
	b.presses("Sign in")
	b.says("This week")
}

// look looks at a page in four ways.
func (b *tab) look(name, path string) {
	b.Helper()
	for _, way := range []struct {
		name          string
		width, height int64
		theme         string
	}{{"", 1280, 900, "light"}, {"-dark", 1280, 900, "dark"}, {"-phone", 390, 844, "light"}, {"-narrow", 320, 600, "dark"}} {
		b.size(way.width, way.height)
		call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: way.theme}}})
		b.goTo(path)
		if at := b.where(); at != path {
			b.Errorf("%s leads to %s", path, at)
		}
		if missing := run(b, chromedp.Evaluate[bool](`document.title.startsWith("There is nothing here")`)); missing != (name == "error") {
			b.Errorf("%s is there: %v", path, !missing)
		}
		if sideways := run(b, chromedp.Evaluate[int](`document.documentElement.scrollWidth - innerWidth`)); sideways > 0 {
			b.Errorf("%s scrolls %d px sideways at %d", path, sideways, way.width)
		}
		b.axe(path + way.name)
		if way.name != "-narrow" {
			b.shoot(name + way.name)
		}
	}
	b.size(1280, 900)
}

// axe runs the accessibility rules of axe-core, if ATELIER_AXE says where its
// script is: what it finds fails the test.
func (b *tab) axe(where string) {
	b.Helper()
	file := os.Getenv("ATELIER_AXE")
	if file == "" {
		if os.Getenv("CI") == "true" {
			b.Error("axe-core is not there: nobody looked for barriers")
		}
		return
	}
	script, err := os.ReadFile(file)
	if err != nil {
		b.Fatal(err)
	}
	run(b, chromedp.Evaluate[any](string(script)+";0"))
	found := run(b, chromedp.Evaluate[[]string](`axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]})
		.then(r => r.violations.flatMap(v => v.nodes.map(n => v.id + ": " + n.html.slice(0, 160))))`, chromedp.EvalAwaitPromise))
	for _, f := range found {
		b.Errorf("%s: %s", where, f)
	}
}
