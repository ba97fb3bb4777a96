package mastodon_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gorilla/mux"

	"atelier/handlers/mastodon"
	"atelier/handlers/session"
	"atelier/models"
	"atelier/models/chapter/chaptertest"
	"atelier/models/media"
	"atelier/models/store"
	"atelier/models/store/storetest"
)

// BenchmarkHome reads the newest and an older page of a home timeline of
// 10,000 posts by 50 authors, a tenth of them boosts, through the handler.
func BenchmarkHome(b *testing.B) {
	for _, engine := range []struct {
		name string
		open func(testing.TB) *store.Store
	}{{"sqlite", storetest.SQLite}, {"postgres", storetest.Postgres}} {
		b.Run(engine.name, func(b *testing.B) {
			h, token, middle := homeOf(b, engine.open(b), 10_000)
			for _, page := range []struct{ name, query string }{{"newest", ""}, {"older", "?max_id=" + middle.String()}} {
				b.Run(page.name, func(b *testing.B) { askOften(b, h, token, "/api/v1/timelines/home"+page.query) })
			}
		})
	}
}

func askOften(b *testing.B, h http.Handler, token, path string) {
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			r := httptest.NewRequest(http.MethodGet, path, nil)
			r.Header.Set("Authorization", "Bearer "+token)
			w := &sink{header: http.Header{}}
			h.ServeHTTP(w, r)
			if w.status != 200 || w.n < 1000 {
				b.Fatalf("status %d, %d bytes", w.status, w.n)
			}
		}
	})
}

// sink is an answer that is not kept.
type sink struct {
	header http.Header
	status int
	n      int
}

func (s *sink) Header() http.Header         { return s.header }
func (s *sink) WriteHeader(status int)      { s.status = status }
func (s *sink) Write(p []byte) (int, error) { s.n += len(p); return io.Discard.Write(p) }

// homeOf fills the home timeline of a member with n posts.
func homeOf(b *testing.B, s *store.Store, n int) (h http.Handler, token string, middle models.ID) {
	c := chaptertest.Open(b, s)
	me := chaptertest.Member(b, c, "reader", models.Ordinary)
	authors := make([]*models.Account, 50)
	for i := range authors {
		authors[i] = storetest.Account(b, s, fmt.Sprintf("author%d@host%d.example", i, i%10))
	}
	ctx := b.Context()
	storetest.Write(b, s, func(tx *store.Tx) error {
		for _, a := range authors {
			f := &models.Follow{ID: tx.NewID(), AccountID: me.ID, TargetID: a.ID, URI: "f" + a.ID.String(), State: models.FollowAccepted, Boosts: true, CreatedAt: tx.Now()}
			if err := tx.SetFollow(ctx, f, true); err != nil {
				return err
			}
		}
		return nil
	})
	stranger := storetest.Account(b, s, "stranger@far.example")
	for at := 0; at < n; at += 1000 {
		storetest.Write(b, s, func(tx *store.Tx) error {
			for i := range 1000 {
				a := authors[(at+i)%len(authors)]
				p := &models.Post{ID: tx.NewID(), Type: models.NoteType, AuthorID: a.ID, Visibility: models.Public, State: models.Published, Format: models.HTML, Language: "en", Version: 1, CreatedAt: tx.Now(),
					HTML: "<p>A post of an ordinary length, as people write them: two sentences or three, nothing special. It has a <a href=\"https://example.org/\">link</a>.</p>"}
				if i%10 == 0 {
					orig := *p
					orig.AuthorID = stranger.ID
					orig.URI = "https://far.example/posts/" + p.ID.String()
					orig.URL, orig.ThreadID = orig.URI, orig.ID
					if _, err := tx.AddPost(ctx, &orig, ""); err != nil {
						return err
					}
					p.ID, p.HTML, p.BoostOfID = tx.NewID(), "", orig.ID
				}
				p.URI = a.URI + "/posts/" + p.ID.String()
				p.URL, p.ThreadID = p.URI, p.ID
				if _, err := tx.AddPost(ctx, p, ""); err != nil {
					return err
				}
				if err := tx.CountPost(ctx, p.Subject(), models.PostStats{Favourites: 1}); err != nil {
					return err
				}
				if err := tx.AddHome(ctx, p); err != nil {
					return err
				}
				if at+i == n/2 {
					middle = p.ID
				}
			}
			return nil
		})
	}
	viewer := storetest.ViewerOf(me, models.Ordinary)
	caller := &session.Caller{Viewer: viewer, Account: me, Token: &models.Token{ID: 1, Scopes: models.ParseScopes("read")}}
	api := mastodon.New(mastodon.Config{Store: s, Chapter: c, URLs: chaptertest.URLs, Who: func(*http.Request) (*session.Caller, error) { return caller, nil }, Processor: media.NewProcessor()})
	m := mux.NewRouter()
	api.Routes(m)
	return m, "t", middle
}
