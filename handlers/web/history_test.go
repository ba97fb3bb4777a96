package web_test

import (
	"strconv"
	"testing"

	"atelier/models"
	"atelier/models/chapter"
)

func TestComparingAndRestoringVersions(t *testing.T) {
	each(t, func(h *house) {
		ana, tobias := h.member("Ana Lindqvarn"), h.member("Tobias Fennick")
		note := h.note(ana, "Checking in")
		for i, words := range []string{"Around the third meeting.", "Around the fourth hour."} {
			pr := *note.Practice
			pr.Sections = []models.Section{{Key: "when", Text: words}}
			title := "Checking in " + strconv.Itoa(i+2)
			if _, err := h.Chapter.Edit(t.Context(), ana, note.ID, chapter.Edit{Title: &title, Practice: &pr, Reason: "Reason " + strconv.Itoa(i+2)}); err != nil {
				t.Fatal(err)
			}
		}
		path, act := "/notes/"+note.Slug+"/history", "/talk/"+note.ID.String()+"/history"
		she, he := h.as(ana), h.as(tobias)
		p := he.get(path + "?v=3&with=1")
		he.shows(p, 200, "From version 1 to version 3", "Compare two", "Reason 2")
		he.has(p, "<ins>fourth</ins>")
		he.hides(p, "the newest again")
		he.shows(he.get(path+"?v=2&with=2"), 200, "Not a word differs.")
		he.shows(he.get(path+"?v=2&with=9"), 404)
		he.shows(he.get(path+"?v=9"), 404)
		she.shows(she.get(path+"?v=1"), 200, "Make version 1 the newest again")
		she.hides(she.get(path+"?v=3"), "the newest again")
		he.shows(he.post(act, "do", "restore-1"), 404)
		she.shows(she.post(act, "do", "restore-9"), 404)
		she.shows(she.post(act, "do", "burn"), 400)
		p = she.post(act, "do", "restore-1")
		she.shows(p, 200, "It is as it was then.", "Offer the silence on purpose.", "Four")
		she.hides(p, "Around the fourth hour.")
		she.shows(she.get(path), 200, "As in version 1", "Four versions")
		she.hides(she.get(path+"?v=4&with=1"), "<ins>", "<del>")
	})
}
