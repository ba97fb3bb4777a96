package web_test

import (
	"strings"
	"testing"

	"atelier/models/store"
	"atelier/models/store/storetest"
)

// TestGuestsAreOfferedWhatTheyMayDo: they do not write to the members, and make
// no series.
func TestGuestsAreOfferedWhatTheyMayDo(t *testing.T) {
	each(t, func(h *house) {
		gil, ana := h.as(h.guest("Gil Guest")), h.as(h.member("Ana Lindqvarn"))
		for _, path := range []string{"/notes/new?kind=tool", "/questions/new", "/talk/new"} {
			for by, want := range map[*browser]bool{gil: false, ana: true} {
				p := by.get(path)
				by.shows(p, 200, "Everyone")
				if got := strings.Contains(p.Body, `name="scope" id="scope-members"`); got != want {
					t.Errorf("%s offers the members' scope: %v", path, got)
				}
			}
			gil.has(gil.get(path), `value="everyone" checked`)
		}
		gil.shows(gil.get("/series/new"), 403, "Only members make series.")
		gil.shows(gil.post("/talk/new", "text", "A *lean* word", "scope", "everyone"), 200, "A lean word")
		gil.shows(gil.post("/talk/new", "text", "To the members", "scope", "members"), 422, "Guests cannot write to the members.")
	})
}

// TestTalkIsMarkdown, as answers and notes are.
func TestTalkIsMarkdown(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	me := h.as(h.member("Ana Lindqvarn"))
	me.has(me.post("/talk/new", "text", "What helps\n\n- to **wait**\n- #silence", "scope", "members"), "<strong>wait</strong>")
	me.has(me.post("/questions/new", "title", "How long do you wait?", "text", "I count *to ten*.", "scope", "everyone"), "<em>to ten</em>")
	posts, err := h.Store.Tagged(t.Context(), storetest.ViewerOf(h.Maren, "president"), store.TagFilter{Any: []string{"silence"}}, store.Page{Limit: 5})
	if err != nil || len(posts) != 1 {
		t.Fatalf("with the tag: %d, %v", len(posts), err)
	}
	me.has(me.get("/talk/"+posts[0].ID.String()+"/edit"), "- to **wait**")
}
