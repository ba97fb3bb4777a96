package web_test

import (
	"strings"
	"testing"
	"time"

	"atelier/models"
	"atelier/models/chapter/chaptertest"
	"atelier/models/store/storetest"
)

func TestYourData(t *testing.T) {
	each(t, func(h *house) {
		h.Chapter.Find = known{h.Store}
		ana := h.member("Ana Lindqvarn")
		storetest.Account(t, h.Store, "lena@books.example")
		b := h.as(ana)
		const page = "/settings/data"
		b.shows(b.get(page), 200, "Save everything", "Whom you follow", "Bring it from elsewhere")
		b.shows(b.post(page), 422, "Say what the file is.", "Choose a file first.")
		b.shows(b.sendFile(page, "file", []byte("lena@books.example\n")), 422, "Say what the file is.")
		b.shows(b.sendFile(page, "file", []byte("<html>"), "kind", "following_accounts"), 422, "nothing in this file that can be taken over")
		b.shows(b.sendFile(page, "file", []byte(strings.Repeat("x", 17<<20)), "kind", "following_accounts"), 413)

		list := "Account address,Show boosts\nlena@books.example,false\nghost@books.example,true\n"
		b.shows(b.sendFile(page, "file", []byte(list), "kind", "following_accounts"), 200, "The file is being worked through.")
		p := h.settled(b, page)
		b.shows(p, 200, "One line is taken over.", "ghost@books.example", "It cannot be found.")
		b.shows(b.sendFile(page, "file", []byte("https://books.example/<b>\n"), "kind", "bookmarks"), 200)
		b.has(h.settled(b, page), "<strong>https://books.example/&lt;b&gt;</strong>")

		table := b.get(page + "/following_accounts.csv")
		if got := table.Header.Get("Content-Disposition"); got != `attachment; filename="following_accounts.csv"` {
			t.Errorf("it is sent as %q", got)
		}
		if table.Header.Get("Content-Type") != "text/csv; charset=utf-8" || !strings.Contains(table.Body, "Account address,Show boosts,Notify on new posts,Languages\n") {
			t.Errorf("the table is %q %q", table.Header.Get("Content-Type"), table.Body)
		}
		b.shows(b.get(page+"/passwords.csv"), 404)
		for _, kind := range models.Portables {
			b.shows(b.get(page+"/"+string(kind)+".csv"), 200)
		}
		stranger := h.stranger()
		stranger.shows(stranger.get(page), 200, "E-mail or handle")
		stranger.shows(stranger.get(page+"/blocked_accounts.csv"), 200, "E-mail or handle")
	})
}

// settled is the page when nothing that was brought waits any more.
func (h *house) settled(b *browser, page string) *answer {
	for range 200 {
		chaptertest.DoJobs(h.T, h.Chapter)
		if p := b.get(page); !strings.Contains(p.Body, "Come back in a while.") {
			return p
		}
		time.Sleep(20 * time.Millisecond)
	}
	h.T.Fatal("what was brought still waits")
	return nil
}
