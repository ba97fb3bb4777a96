package web_test

import (
	"fmt"
	"testing"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/store"
	"atelier/models/store/storetest"
)

func TestThisWeekCountsWhatIsNew(t *testing.T) {
	each(t, func(h *house) {
		ana := h.member("Ana Lindqvarn")
		for i := range 8 {
			h.note(h.Maren, fmt.Sprintf("Note %d", i))
		}
		b := h.as(ana)
		b.shows(b.get("/"), 200, "Eight notes are new this week", "Note 7", "All of them are in the library")
		blocked := h.member("Bo Tollgate")
		h.note(blocked, "Not for Ana")
		h.note(h.Maren, "For Maren alone", func(d *chapter.Draft) { d.Visibility = models.Direct })
		if err := h.Chapter.Block(t.Context(), ana, blocked.ID); err != nil {
			t.Fatal(err)
		}
		b.shows(b.get("/"), 200, "Eight notes are new this week")
	})
}

// Only a question asks for an answer.
func TestOnlyQuestionsAreOnTheBoard(t *testing.T) {
	each(t, func(h *house) {
		ana := h.member("Ana Lindqvarn")
		h.says(h.Maren, "The kettle is mended.")
		b := h.as(ana)
		b.shows(b.get("/"), 200, "The kettle is mended.")
		b.hides(b.get("/"), "Could you answer this?")
		h.says(h.Maren, "Who has a kettle?", func(d *chapter.Draft) { d.Talk = models.Talk{Question: true} })
		b.shows(b.get("/"), 200, "Could you answer this? Who has a kettle?")
	})
}

// What is new and "you are up to date" do not stand on one page.
func TestNoticesThatAreNew(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	ana := h.member("Ana Lindqvarn")
	me := h.as(h.Maren)
	p := me.get("/notices")
	me.shows(p, 200, "Ana Lindqvarn", "One is new.")
	me.hides(p, "You are up to date.")
	n, err := h.Store.Notifications(t.Context(), h.viewer(h.Maren), store.NotificationFilter{}, store.Page{Limit: 1})
	if err != nil || len(n) != 1 || n[0].FromID != ana.ID {
		t.Fatalf("notices %v, %v", n, err)
	}
	me.shows(me.post("/notices", "newest", n[0].ID.String()), 200, "Nothing is new.", "You are up to date.")
}
