package fedtest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/store"
	"atelier/models/store/storetest"
)

// A link in a profile counts as the member's own when its page links back, at
// home and where somebody follows the member.
func TestLinksAreVerified(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var back atomic.Value
		back.Store("")
		mux := http.NewServeMux()
		page := func(path, format string) {
			mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "text/html; charset=utf-8")
				fmt.Fprintf(w, format, back.Load())
			})
		}
		page("/mine", `<html><body><p><a class="x" rel="nofollow ME" href="%s">me</a></p></body></html>`)
		page("/head", `<head><link rel="me" href="%s/"></head>`)
		page("/other", `<a rel="me" href="%s2">someone else</a>`)
		page("/plain", `<a href="%s">no rel</a>`)
		mux.HandleFunc("/text", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/plain")
			fmt.Fprintf(w, `<a rel="me" href="%s">`, back.Load())
		})
		site := httptest.NewServer(mux)
		t.Cleanup(site.Close)
		a, b := Start(t, "a", s), Start(t, "b", storetest.SQLite(t))
		ana, ben := a.Member(t, "ana"), b.Member(t, "ben")
		back.Store(a.Chapter.URLs.AccountPage(ana.URI, ana.Username))
		set := func(paths ...string) {
			t.Helper()
			fields := []models.Field{}
			for _, p := range paths {
				fields = append(fields, models.Field{Name: p, Source: site.URL + p})
			}
			if _, err := a.Chapter.UpdateProfile(t.Context(), ana, chapter.Profile{Fields: fields}); err != nil {
				t.Fatal(err)
			}
			Quiet(t, a, b)
		}
		verified := func(x *Server, uri string) (out []string) {
			t.Helper()
			got, err := x.Chapter.Store.AccountByURI(t.Context(), uri)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range got.Fields {
				if !f.VerifiedAt.IsZero() {
					out = append(out, f.Name)
				}
			}
			return out
		}
		check := func(where string, got []string, want ...string) {
			t.Helper()
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%s: verified are %v, want %v", where, got, want)
			}
		}
		set("/mine", "/head", "/other", "/plain")
		check("at home", verified(a, ana.URI), "/mine", "/head")

		// Elsewhere it is looked at by whoever follows, and again when it changes.
		anaThere := b.See(t, ana, a)
		Quiet(t, a, b)
		check("where nobody follows", verified(b, ana.URI))
		b.Follow(t, ben, anaThere, a)
		Quiet(t, a, b)
		check("where ben follows", verified(b, ana.URI), "/mine", "/head")

		// Each time the profile is saved the links are looked at anew; what cannot
		// be read stays as it was.
		back.Store("https://elsewhere.example/")
		set("/mine", "/text")
		check("when the page links elsewhere", verified(a, ana.URI))
		back.Store(a.Chapter.URLs.AccountPage(ana.URI, ana.Username))
		set("/mine", "/text")
		check("when it links back again", verified(a, ana.URI), "/mine")
		site.Close()
		set("/mine", "/text")
		check("when the site is down", verified(a, ana.URI), "/mine")
		check("when the site is down, elsewhere", verified(b, ana.URI), "/mine")
	})
}
