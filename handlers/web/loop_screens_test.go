package web_test

import (
	"fmt"
	"testing"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/store"
)

// turning is a furnished house in which notes were tried and questions closed.
type turning struct {
	*house
	ana, tobias                 *models.Account
	note                        *models.Post
	unanswered, answered, alone *models.Post
}

func turned(t *testing.T) *turning {
	h, ana, note, _ := furnished(t)
	h.themes()
	find := func(name string) *models.Account {
		a, err := h.Store.AccountByHandle(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	x := &turning{house: h, ana: ana, tobias: find("tobias"), note: note}
	noor, kofi, sunniva := find("noor"), find("kofi"), find("sunniva")
	for key, words := range map[string]string{
		"maintains_presence": "Being fully there, and staying there when it becomes quiet, slow or strange. In our chapter this theme also holds everything about silence, telephones and tiredness.",
		"teams":              "More than one person in the room, and what is between them.",
	} {
		old, err := h.Store.Theme(t.Context(), key)
		if err != nil {
			t.Fatal(err)
		}
		old.Words = words
		if _, err := h.Chapter.SaveTheme(t.Context(), models.Viewer{AccountID: h.Maren.ID, Role: models.President}, *old); err != nil {
			t.Fatal(err)
		}
	}
	library, err := h.Store.Notes(t.Context(), models.Viewer{AccountID: ana.ID, Role: models.Ordinary}, store.NoteFilter{}, store.Page{Limit: 20})
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range library {
		pr := *n.Practice
		pr.Themes = []string{"maintains_presence"}
		if n.Title == "Six chairs" {
			pr.Themes = []string{"teams", "evokes_awareness"}
		}
		by, err := h.Store.Account(t.Context(), n.AuthorID)
		if err == nil {
			_, err = h.Chapter.Edit(t.Context(), by, n.ID, chapter.Edit{Practice: &pr})
		}
		if err != nil {
			t.Fatal(err)
		}
		if n.Title == "Six chairs" {
			h.tells(ana, n, models.DidNotFit, models.WithTeam, "Six was four too many for us. I would begin with two.")
		}
	}
	h.tells(kofi, note, models.Mixed, models.OneToOne, "Three minutes by telephone are very long. I’d start with one.")
	h.tells(sunniva, note, models.Helped, "", "")
	h.tells(noor, note, models.Adapted, models.WithGroup, "Used it to open a book club. Two minutes, then one word each.")
	h.tells(x.tobias, note, models.Helped, models.WithTeam, "The silence was louder in a group. Somebody laughed at minute two, and that was what we talked about.")

	x.unanswered = h.asks(x.tobias, "How do you come back after you drifted?", func(d *chapter.Draft) { d.Themes = []string{"maintains_presence"} })
	x.alone = h.asks(kofi, "Is looking at my notes a break in presence?", toAll, func(d *chapter.Draft) { d.Themes = []string{"maintains_presence"} })
	h.says(sunniva, "I say that I did.", toMembers, answering(x.unanswered))
	x.answered, err = h.Chapter.AskWithheld(t.Context(), ana, chapter.Draft{Visibility: models.Private, LocalOnly: &here, Themes: []string{"agreements"},
		Talk:   models.Talk{Title: "What do you say when the sponsor asks how it’s going?"},
		Source: "What do you say when the sponsor asks how it’s going?\n\nThe HR director who pays for the coaching stops me in the corridor every second week. “And, how is he doing?” It’s friendly. I have an agreement about confidentiality and it still feels rude to say nothing. What do you actually say, word for word?"})
	if err != nil {
		t.Fatal(err)
	}
	best := h.says(x.tobias, "“You’d have to ask him, and I think he’d like it if you did.” Then I smile and keep walking.\n\nIt’s true, it’s warm, and it sends the question to the only place where it can do some good.", toMembers, answering(x.answered))
	more := h.says(noor, "I report dates and nothing else: “We’ve had four of eight.” A number satisfies the part of them that needs to have asked.", toMembers, answering(x.answered))
	h.says(kofi, "That is what I do too.", toMembers, answering(more))
	if _, err := h.Chapter.AcceptAnswer(t.Context(), models.Viewer{AccountID: ana.ID, Role: models.Ordinary}, x.answered.ID, best.ID); err != nil {
		t.Fatal(err)
	}
	ids := []models.ID{note.ID}
	for _, n := range library {
		if n.ID != note.ID {
			ids = append(ids, n.ID)
		}
	}
	s, err := h.Chapter.SaveSeries(t.Context(), models.Viewer{AccountID: noor.ID, Role: models.Ordinary}, models.Series{Title: "Between sessions", Notes: ids[:4],
		Intro: "What holds a piece of work together is often not in the hour. Read them in this order; the last one takes a week."})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Chapter.KeepSeries(t.Context(), x.tobias, s.ID, true); err != nil {
		t.Fatal(err)
	}
	for _, id := range ids {
		if _, err := h.Chapter.Bookmark(t.Context(), x.tobias, id); err != nil {
			t.Fatal(err)
		}
	}
	for _, n := range library {
		if n.Title == "Six chairs" {
			h.hasMark(n, noor, x.tobias, kofi)
		}
	}
	h.inReview(note, ana, x.tobias, kofi)
	return x
}

// TestBrowserLoop looks at the pages of the practice loop as TestBrowserPages
// looks at the others.
func TestBrowserLoop(t *testing.T) {
	ctx := chromium(t)
	x := turned(t)
	me, stranger := x.open(ctx, true), x.open(ctx, true)
	me.signIn(x.tobias)
	noor := x.open(ctx, true)
	by, err := x.Store.AccountByHandle(t.Context(), "noor")
	if err != nil {
		t.Fatal(err)
	}
	noor.signIn(by)
	author, steward := x.open(ctx, true), x.open(ctx, true)
	author.signIn(x.ana)
	steward.signIn(x.Maren)
	review := "/notes/" + x.note.Slug + "/review"
	for _, page := range []struct {
		name, path string
		by         *tab
	}{
		{"loop-note", "/notes/" + x.note.Slug, me},
		{"loop-note-visitor", "/notes/" + x.note.Slug, stranger},
		{"loop-tried", "/notes/" + x.note.Slug + "/tried", me},
		{"loop-week", "/", me},
		{"questions", "/questions", me},
		{"questions-mine", "/questions?state=mine", me},
		{"question", "/questions/" + x.answered.ID.String(), me},
		{"question-open", "/questions/" + x.unanswered.ID.String(), me},
		{"ask", "/questions/new", me},
		{"themes", "/themes", me},
		{"theme", "/themes/maintains_presence", me},
		{"theme-empty", "/themes/supervision", stranger},
		{"loop-write", "/notes/new?kind=approach&from=" + x.answered.ID.String(), me},
		{"all-series", "/series", me},
		{"series", "/series/between-sessions", me},
		{"series-edit", "/series/between-sessions/edit", noor},
		{"review", review, me},
		{"review-author", review, author},
		{"review-steward", review, steward},
		{"review-marked", "/notes/six-chairs/review", steward},
		{"review-ask", "/notes/the-contract-conversation-second-time-round/review", me},
		{"note-reviewed", "/notes/six-chairs", me},
		{"library-reviewed", "/library", me},
		{"notices-review", "/notices", me},
		{"desk-review", "/desk/review", steward},
		{"series-new", "/series/new", me},
		{"loop-shelf", "/shelf", me},
		{"shelf-tried", "/shelf/tried", me},
		{"library-sieved", "/library?kind=approach&theme=maintains_presence", me},
		{"library-none", "/library?outcome=reframed", me},
		{"example", "/library/examples/two-minute-ending", me},
		{"history-two", "/notes/" + x.note.Slug + "/history?v=3&with=1", me},
		{"loop-library", "/library", me},
	} {
		t.Run(page.name, func(*testing.T) { page.by.look(page.name, page.path) })
	}
}

// TestLoopPagesAreWellMade reads their HTML.
func TestLoopPagesAreWellMade(t *testing.T) {
	x := turned(t)
	he, she, stranger := x.as(x.tobias), x.as(x.ana), x.stranger()
	for _, path := range x.paths() {
		wellMade(t, "Tobias", he.get(path))
		wellMade(t, "Ana", she.get(path))
		wellMade(t, "a stranger", stranger.get(path))
	}
	wellMade(t, "Tobias", he.post("/questions/new", "title", "", "scope", ""))
	wellMade(t, "Tobias", he.post("/questions/new", "title", "What do sponsors say to their sponsor?", "scope", "members"))
	wellMade(t, "Tobias", he.post(fmt.Sprintf("/talk/%d/tried", x.note.ID), "outcome", ""))
	wellMade(t, "Tobias", he.post(fmt.Sprintf("/talk/%d/reply", x.unanswered.ID), "text", ""))
}

func (x *turning) paths() []string {
	return []string{
		"/", "/notes/" + x.note.Slug, "/notes/" + x.note.Slug + "/tried", "/questions", "/questions?state=answered", "/questions?state=mine", "/questions/new",
		"/questions/" + x.answered.ID.String(), "/questions/" + x.unanswered.ID.String(), "/themes", "/themes/maintains_presence", "/themes/supervision", "/library",
		"/series", "/series/between-sessions", "/series/between-sessions/edit", "/series/between-sessions/delete", "/series/new", "/notes/" + x.note.Slug + "/series", "/shelf", "/shelf/tried",
		"/library?kind=approach&theme=maintains_presence", "/library?outcome=reframed", "/library/examples/two-minute-ending", "/notes/" + x.note.Slug + "/history?v=3&with=1",
		"/notes/new?kind=approach&from=" + x.answered.ID.String(),
	}
}
