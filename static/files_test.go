package static_test

import (
	"compress/gzip"
	"io"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"atelier/static"
)

func get(path, encoding string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", path, nil)
	r.Header.Set("Accept-Encoding", encoding)
	w := httptest.NewRecorder()
	static.Files().ServeHTTP(w, r)
	return w
}

func TestFilesAreKeptForEverUnderTheNameOfTheirContent(t *testing.T) {
	for name, kind := range map[string]string{
		"atelier.css": "text/css; charset=utf-8", "atelier.js": "text/javascript; charset=utf-8", "icon.svg": "image/svg+xml",
	} {
		url := static.URL(name)
		if !regexp.MustCompile(`^/static/[a-z]+\.[0-9a-f]{12}\.[a-z]+$`).MatchString(url) {
			t.Errorf("%s is at %s", name, url)
		}
		w := get(url, "")
		if got := w.Header(); w.Code != 200 || got.Get("Content-Type") != kind || got.Get("Cache-Control") != "public, max-age=31536000, immutable" {
			t.Errorf("%s: %d %v", name, w.Code, got)
		}
		packed := get(url, "br, gzip")
		body := io.Reader(packed.Body)
		if packed.Header().Get("Content-Encoding") == "gzip" {
			var err error
			if body, err = gzip.NewReader(packed.Body); err != nil {
				t.Fatal(err)
			}
		}
		if b, err := io.ReadAll(body); err != nil || string(b) != w.Body.String() {
			t.Errorf("%s: packed and plain differ, %v", name, err)
		}
	}
	if get(static.URL("atelier.css"), "gzip").Header().Get("Content-Encoding") != "gzip" {
		t.Error("the stylesheet is not packed")
	}
	for _, path := range []string{"/static/", "/static/atelier.css", "/atelier.css", "/static/atelier.000000000000.css", "/static/../doc.go"} {
		if w := get(path, ""); w.Code != 404 {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

// The budget of a page (PRODUCT.md, section 12): one script of at most 20 KB.
func TestTheScriptIsSmall(t *testing.T) {
	if n := get(static.URL("atelier.js"), "").Body.Len(); n > 20<<10 {
		t.Errorf("the script has %d bytes", n)
	}
}

// A policy without exceptions: nothing in a template may need one.
func TestTemplatesHoldNoStyleAndNoScript(t *testing.T) {
	for _, page := range static.Templates().Templates() {
		if page.Tree == nil {
			continue
		}
		source := strings.ReplaceAll(page.Tree.Root.String(), "https://schema.org/", "") // a name, never asked
		for _, bad := range []string{" style=", " onclick", "<style", "javascript:", "http://", "https://"} {
			if strings.Contains(source, bad) {
				t.Errorf("%s has %q", page.Name(), bad)
			}
		}
	}
}
