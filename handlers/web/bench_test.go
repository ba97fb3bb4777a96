package web_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gorilla/mux"

	"atelier/handlers/session"
	"atelier/handlers/web"
	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/store/storetest"
)

// BenchmarkPage is the server's time for a page, from request to last byte.
func BenchmarkPage(b *testing.B) {
	s := storetest.SQLite(b)
	urls := models.NewURLs("https", "vi.example", "")
	c := chapter.New(s, chapter.Options{URLs: urls, Keys: keys})
	maren, err := c.SetUp(b.Context(), chapter.SetUp{Name: "VI Coaches", Sentence: "How?",
		Steward: chapter.NewMember{Username: "maren", Name: "Maren Oakhollow", Email: "m@m.example", Password: password}})
	if err != nil {
		b.Fatal(err)
	}
	var note *models.Post
	for i := range 30 {
		elsewhere := false
		note, err = c.Publish(b.Context(), maren, chapter.Draft{Title: fmt.Sprint("Note ", i), Visibility: models.Public, LocalOnly: &elsewhere,
			Practice: &models.Practice{Kind: models.Approach, Confidentiality: models.NoClient, Sections: []models.Section{{Key: "do", Text: strings.Repeat("A sentence of a note. ", 200)}}}})
		if err != nil {
			b.Fatal(err)
		}
	}
	for i := range 20 {
		if _, err := c.Publish(b.Context(), maren, chapter.Draft{Source: fmt.Sprint("Answer ", i), Visibility: models.Public, InReplyTo: note.ID}); err != nil {
			b.Fatal(err)
		}
	}
	sessions := &session.Sessions{Store: s, Secure: true}
	m := mux.NewRouter()
	web.New(web.Config{Store: s, Chapter: c, URLs: urls, Sessions: sessions}).Routes(m)
	signed := httptest.NewRecorder()
	if _, err := sessions.Begin(signed, httptest.NewRequest("POST", "/sign-in", nil), maren.ID); err != nil {
		b.Fatal(err)
	}
	cookie := signed.Result().Cookies()[0]
	for name, path := range map[string]string{"note": "/notes/" + note.Slug, "library": "/library", "front": "/"} {
		for who, cookies := range map[string][]*http.Cookie{"stranger": nil, "member": {cookie}} {
			b.Run(name+"/"+who, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					r := httptest.NewRequest("GET", path, nil)
					for _, c := range cookies {
						r.AddCookie(c)
					}
					w := httptest.NewRecorder()
					if m.ServeHTTP(w, r); w.Code != 200 {
						b.Fatalf("%s: %d", path, w.Code)
					}
				}
			})
		}
	}
}
