package web_test

import (
	"testing"

	"github.com/chromedp/chromedp"

	"atelier/models"
	"atelier/models/store/storetest"
)

// TestBrowserFit measures what has to fit: a chapter's name into the header,
// the first note onto a telephone's first screen, initials that can be read.
func TestBrowserFit(t *testing.T) {
	ctx := chromium(t)
	h := newHouse(t, storetest.SQLite(t))
	if err := h.Chapter.UpdateChapter(t.Context(), h.viewer(h.Maren), func(c *models.Chapter) { c.Name = "Northlight Coaches" }); err != nil {
		t.Fatal(err)
	}
	h.themes()
	h.note(h.Maren, "Checking in when a client goes quiet")
	b := h.open(ctx, true)
	b.signIn(h.Maren)
	for _, test := range []struct {
		what          string
		width, height int64
		measure       string
		least, most   float64
	}{
		{"the name in the header", 1280, 800, `(() => { const a = document.querySelector(".masthead .chapter"), s = getComputedStyle(a);
			return (a.offsetHeight - parseFloat(s.paddingTop) - parseFloat(s.paddingBottom)) / parseFloat(s.lineHeight) })()`, 0.9, 1.5},
		{"the letters of the initials", 1280, 800, `parseFloat(getComputedStyle(document.querySelector(".masthead .face")).fontSize)`, 12, 16},
		{"the first note on a telephone", 390, 844, `document.querySelector(".rows .row").getBoundingClientRect().top`, 100, 700},
		{"the width on a telephone", 390, 844, `document.documentElement.scrollWidth`, 300, 390},
	} {
		b.size(test.width, test.height)
		b.goTo("/library")
		if got := run(b, chromedp.Evaluate[float64](test.measure)); got < test.least || got > test.most {
			t.Errorf("%s: %.1f, want %.1f to %.1f", test.what, got, test.least, test.most)
		}
	}
}
