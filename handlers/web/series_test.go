package web_test

import (
	"strings"
	"testing"

	"atelier/models"
	"atelier/models/chapter"
)

func TestCollectingASeries(t *testing.T) {
	each(t, func(h *house) {
		ana, tobias := h.member("Ana Lindqvarn"), h.member("Tobias Fennick")
		one, two, hidden := h.note(ana, "The two-minute ending"), h.note(tobias, "Checking in"), h.note(ana, "A hidden note", forMembers)
		talk := h.says(ana, "No note")
		she, he, stranger := h.as(ana), h.as(tobias), h.stranger()
		she.shows(she.get("/series"), 200, "Nobody has collected any yet.")
		she.shows(she.get("/notes/"+one.Slug), 200, "Put it into a series")
		she.shows(she.get("/notes/"+one.Slug+"/series"), 200, "A new series", "It begins with The two-minute ending")
		note := one.ID.String()
		she.shows(she.post("/series/new", "note", note, "title", "", "intro", "Kept & shown"), 422, "A series needs a title.", "It begins with")
		she.shows(she.post("/series/new", "title", "T", "add", "/notes/nowhere"), 422, "There is no note at /notes/nowhere.")
		she.shows(she.post("/series/new", "title", "T", "add", h.URLs.Base()+"/talk/"+talk.ID.String()), 422, "There is no note at")
		p := she.post("/series/new", "note", note, "title", "Between sessions", "intro", "Small things. For *tired* weeks.", "add", h.URLs.Base()+"/notes/"+two.Slug+"?v=1\n/notes/"+hidden.Slug)
		she.shows(p, 200, "Saved.", "Between sessions", "Collected by Ana Lindqvarn", "The two-minute ending", "Checking in", "A hidden note")
		const path = "/series/between-sessions"

		she.shows(she.get("/notes/"+two.Slug), 200, "Second of three notes, collected by Ana Lindqvarn.", "Before: The two-minute ending", "Next: A hidden note")
		p = stranger.get("/notes/" + two.Slug)
		stranger.shows(p, 200, "Second of two notes")
		stranger.hides(p, "A hidden note", "Put it into a series")
		p = stranger.get(path)
		stranger.shows(p, 200, "Small things.", "The two-minute ending")
		stranger.hides(p, "A hidden note", "Keep this series", "Change it")
		p = stranger.get(path + ".atom")
		stranger.has(p, "Offer the silence on purpose")
		stranger.hides(p, "A hidden note")

		p = she.get(path + "/edit")
		she.shows(p, 200, "Change “Between sessions”", "Take it out")
		id := func(x *models.Post) string { return x.ID.String() }
		p = she.post(path+"/edit", "title", "Between sessions", "place-"+id(one), "2", "place-"+id(two), "1.5", "out-"+id(hidden), "yes")
		she.shows(p, 200, "Saved.")
		she.hides(p, "A hidden note")
		if at := strings.Index(p.Body, "Checking in"); at < 0 || at > strings.Index(p.Body, "The two-minute ending") {
			t.Errorf("the order is as it was: %s", p.said())
		}
		she.shows(she.post(path+"/edit", "title", strings.Repeat("t", 121)), 422, "120 characters at most")
		for _, at := range []string{path + "/edit", path + "/delete"} {
			he.shows(he.get(at), 404)
			he.shows(he.post(at, "title", "Mine"), 404)
		}
		he.shows(he.post("/notes/"+one.Slug+"/series", "series", "between-sessions"), 403)
		he.shows(he.get("/series"), 200, "Between sessions", "collected by Ana Lindqvarn")

		h.tells(tobias, one, models.Helped, "", "")
		he.shows(he.get(path), 200, "You tried one of two.", "Keep this series")
		he.shows(he.post(path, "do", "keep"), 200, "It is on your shelf.", "Kept")
		he.shows(he.get("/shelf"), 200, "Between sessions")
		he.shows(he.post(path, "do", "unkeep"), 200, "It is off your shelf.")
		he.hides(he.get("/shelf"), "Between sessions")
		he.shows(he.post(path, "do", "burn"), 400)
		she.shows(she.post("/notes/"+hidden.Slug+"/series", "series", "between-sessions"), 200, "Saved.", "A hidden note")

		she.shows(she.get(path+"/delete"), 200, "Dissolve the series?")
		she.shows(she.post(path+"/delete"), 200, "Taken away.")
		she.shows(she.get(path), 404)
		she.shows(she.get("/notes/"+one.Slug), 200)
	})
}

// A series without a note that somebody may read is not there for them.
func TestSeriesForMembersAreNotForOthers(t *testing.T) {
	each(t, func(h *house) {
		ana := h.member("Ana Lindqvarn")
		note := h.note(ana, "A hidden note", forMembers)
		if _, err := h.Chapter.SaveSeries(t.Context(), models.Viewer{AccountID: ana.ID, Role: models.Ordinary}, models.Series{Title: "New", Intro: "A hidden intro.", Notes: []models.ID{note.ID}}); err != nil {
			t.Fatal(err)
		}
		b := h.as(ana)
		b.shows(b.get("/series/new-1"), 200, "A hidden intro.") // /series/new is a form
		guest := h.guest("Gil Guest")
		for who, b := range map[string]*browser{"a stranger": h.stranger(), "a guest": h.as(guest)} {
			for _, path := range []string{"/series", "/series/new-1", "/series/new-1.atom", "/series/new-1/edit"} {
				if p := b.get(path); strings.Contains(p.Body, "A hidden") || strings.Contains(p.Body, ">New<") {
					t.Errorf("%s reads %s: %s", who, path, p.said())
				}
			}
			b.shows(b.get("/series/new-1"), 404)
		}
	})
}

func TestTheShelf(t *testing.T) {
	each(t, func(h *house) {
		ana, tobias := h.member("Ana Lindqvarn"), h.member("Tobias Fennick")
		tool := h.note(ana, "Six chairs")
		story := h.note(ana, "A ferry", func(d *chapter.Draft) {
			d.Practice = &models.Practice{Kind: models.Story, Sections: []models.Section{{Key: "turn", Text: "A turn."}}}
		})
		for _, n := range []*models.Post{tool, story} {
			if _, err := h.Chapter.Bookmark(t.Context(), tobias, n.ID); err != nil {
				t.Fatal(err)
			}
		}
		b := h.as(tobias)
		before, after, ok := strings.Cut(b.get("/shelf").said(), "Kept")
		if !ok || !strings.Contains(before, "To try Six chairs") || strings.Contains(before, "A ferry") || !strings.Contains(after, "A ferry") {
			t.Errorf("%s / %s", before, after)
		}
		h.tells(tobias, tool, models.Mixed, "", "Four would do.")
		p := b.get("/shelf")
		b.hides(p, "To try")
		b.shows(p, 200, "Tried", "Four would do.", "Mixed")
		b.hides(p, "/shelf/tried")
		for range 5 {
			h.tells(tobias, story, models.Helped, "", "")
		}
		p = b.get("/shelf")
		b.shows(p, 200, "All that you have tried")
		b.hides(p, "Four would do.")
		b.shows(b.get("/shelf/tried"), 200, "Four would do.")
		b.shows(h.as(ana).get("/shelf/tried"), 200, "Nothing yet.")
		b.shows(h.stranger().get("/shelf/tried"), 200, "E-mail or handle")
	})
}
