package web_test

import (
	"strings"
	"testing"
	"time"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/store/storetest"
)

// tells reports how a note went.
func (h *house) tells(by *models.Account, note *models.Post, o models.Outcome, s models.Setting, line string) *models.Post {
	h.Helper()
	p, err := h.Chapter.Tried(h.Context(), by, note.ID, chapter.Tried{Outcome: o, Setting: s, Line: line})
	if err != nil {
		h.Fatal(err)
	}
	return p
}

func TestSayingHowItWent(t *testing.T) {
	each(t, func(h *house) {
		ana, tobias := h.member("Ana Lindqvarn"), h.member("Tobias Fennick")
		note := h.note(ana, "Checking in")
		path, form := "/notes/"+note.Slug, "/talk/"+note.ID.String()+"/tried"
		b := h.as(tobias)
		b.shows(b.get(path), 200, "Did you try it?", "Tell Ana how it went", "Everyone can read this, because everyone can read the note.")
		b.hides(b.get(path), " checked") // nothing is said in anybody's name
		b.shows(b.post(form, "line", "Loud & clear", "setting", "team"), 422, "Please choose how it went.")
		b.has(b.post(form, "line", "Loud & clear", "setting", "team"), "Loud &amp; clear")
		b.has(b.post(form, "line", "Loud & clear", "setting", "team"), `value="team" checked`)
		b.has(b.post(form, "outcome", "", "line", "Loud & clear"), "Loud &amp; clear")
		b.shows(b.post(form, "outcome", "sang"), 422, "Please choose how it went.")
		b.shows(b.post(form, "outcome", "helped", "setting", "moon"), 422, "Please choose where it was.")
		p := b.post(form, "outcome", "helped", "setting", "team", "line", "Louder in a group <3.")
		b.shows(p, 200, "Thank you: it helps the next one", "One tried it", "One says it helped.", "with a team", "Helped. Louder in a group <3.")
		b.hides(p, "Tried it with a team: it helped.", "Two replies")
		if strings.Count(p.said(), "Louder in a group") != 1 {
			t.Errorf("the report stands twice: %s", p.said())
		}
		for name, o := range map[string]models.Outcome{"Priya Sandlark": models.Mixed, "Wren Okafor": models.Adapted, "Hugo Lind": models.DidNotFit} {
			h.tells(h.member(name), note, o, "", "")
		}
		p = b.post(form, "outcome", "reframed")
		// Tobias has told twice: he is one of four, with what he told last.
		b.shows(p, 200, "may be a story of its own", "Four tried it",
			"One found it mixed, one adapted it, it changed the practice of one and for one it did not fit.", "All five reports")
		b.hides(p, "Louder in a group") // of five the latest three
		b.shows(b.get(path+"/tried"), 200, "Louder in a group", "Changed my practice.", "Did not fit.")
		b.shows(b.get("/library"), 200, "four tried it")

		she := h.as(ana)
		she.hides(she.get(path), "Did you try it?")
		she.shows(she.get("/"), 200, "Tried by colleagues", "Tobias Fennick")
		she.shows(she.get("/notices"), 200, "Tobias Fennick tried Checking in")
		b.hides(b.get("/"), "Changed my practice") // his own

		stranger := h.stranger()
		stranger.shows(stranger.get(path), 200, "Four tried it", "Say so from an account you already have", "#tried")
		stranger.shows(stranger.post(form, "outcome", "helped"), 401, "Sign in to go on")
		for _, path := range []string{"/talk/1/tried", "/talk/" + h.says(ana, "No note").ID.String() + "/tried"} {
			b.shows(b.post(path, "outcome", "helped"), 404)
		}
		b.shows(b.get("/notes/nowhere/tried"), 404)
	})
}

func TestObjectingToAReport(t *testing.T) {
	each(t, func(h *house) {
		ana, tobias := h.member("Ana Lindqvarn"), h.member("Tobias Fennick")
		note, other := h.note(ana, "Checking in"), h.note(ana, "Another")
		lena := storetest.Account(t, h.Store, "lena@books.example")
		_, err := h.Chapter.Receive(t.Context(), chapter.Activity{Sender: lena, Key: "c"}, chapter.Incoming{Post: &models.Post{URI: lena.URI + "/1", Type: models.NoteType,
			Visibility: models.Public, HTML: "<p>For a book club. #tried #adapted</p>", Tags: []string{"tried", "adapted"}, InReplyToURI: note.URI, CreatedAt: h.Store.Now()}})
		if err != nil {
			t.Fatal(err)
		}
		h.tells(tobias, note, models.Helped, "", "It did.")
		path := "/notes/" + note.Slug + "/tried"
		he, she := h.as(tobias), h.as(ana)
		p := he.get(path)
		he.shows(p, 200, "One tried it", "It did.")
		he.hides(p, "For a book club", "Do not count it")
		he.shows(he.get("/notes/"+note.Slug), 200, "For a book club") // in the discussion meanwhile
		p = she.get(path)
		she.shows(p, 200, "Not counted yet", "For a book club", "a guest from books.example", "Do not count it")
		waiting, err := h.Store.UncountedReports(t.Context(), models.Viewer{AccountID: ana.ID, Role: models.Ordinary}, note.ID, 9)
		if err != nil || len(waiting) != 1 {
			t.Fatalf("uncounted: %v, %v", waiting, err)
		}
		id := waiting[0].PostID.String()
		he.shows(he.post(path, "do", id), 403, "Only the note's author or a steward")
		she.shows(she.post("/notes/"+other.Slug+"/tried", "do", id), 404)
		she.shows(she.post(path, "do", "7"), 404)
		p = she.post(path, "do", id)
		she.shows(p, 200, "It no longer counts.")
		she.hides(p, "Not counted yet")
	})
}

// A report on what is for members is for members, and nobody else is told that
// there is one.
func TestReportsAreNotCountedForStrangers(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	ana := h.member("Ana Lindqvarn")
	note := h.note(ana, "Checking in")
	post := h.says(h.Maren, "A hidden report", answering(note), func(d *chapter.Draft) {
		d.Visibility, d.LocalOnly = models.Private, &here
		d.Talk = models.Talk{Tried: true, Outcome: models.Helped}
	})
	if !post.IsMembers() {
		t.Fatalf("the report is for %s", post.Visibility)
	}
	for _, path := range []string{"/notes/" + note.Slug, "/notes/" + note.Slug + "/tried", "/library"} {
		p := h.stranger().get(path)
		if strings.Contains(p.said(), "hidden") || strings.Contains(p.said(), "ne tried it") {
			t.Errorf("%s: %s", path, p.said())
		}
	}
	b := h.as(ana)
	b.shows(b.get("/notes/"+note.Slug), 200, "One tried it", "A hidden report", "for members")
}

func TestNotesCloseToANote(t *testing.T) {
	each(t, func(h *house) {
		ana := h.member("Ana Lindqvarn")
		tag := func(words string, themes ...string) func(*chapter.Draft) {
			return func(d *chapter.Draft) {
				d.Practice.Sections[0].Text += " " + words
				d.Practice.Themes = themes
			}
		}
		h.themes()
		note := h.note(ana, "Checking in", tag("#silence #telephone", "teams"))
		h.note(ana, "Far away")
		h.note(ana, "Near", tag("#silence"))
		h.note(ana, "Nearer", tag("#silence #telephone"))
		h.note(ana, "Nearest", tag("#silence", "teams"))
		h.note(ana, "Not for you", tag("#silence #telephone", "teams"), forMembers)
		h.says(ana, "No note #silence")
		b := h.stranger()
		p := b.get("/notes/" + note.Slug)
		b.shows(p, 200, "Close to this")
		b.hides(p, "Far away", "Not for you", "No note")
		at := func(s string) int { return strings.Index(p.said(), " "+s+" ") }
		if !(0 < at("Nearest") && at("Nearest") < at("Nearer") && at("Nearer") < at("Near")) {
			t.Errorf("in this order: %s", p.said())
		}
	})
}

// themes waits until the chapter has its themes.
func (h *house) themes() []*models.Theme {
	h.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		all, err := h.Store.Themes(h.Context())
		if err != nil {
			h.Fatal(err)
		}
		if len(all) == len(models.DefaultThemes) {
			return all
		}
		if time.Now().After(deadline) {
			h.Fatalf("only %d themes", len(all))
		}
	}
}
