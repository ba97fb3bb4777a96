package handlers

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"

	"atelier/models"
	"atelier/models/media"
	"atelier/models/store"
	"atelier/models/store/storetest"
)

func TestFilesOfOtherServers(t *testing.T) {
	const there = "https://files.far.example/a picture.svg?x=1"
	asked := 0
	copies, err := media.NewRemote(t.TempDir(), func(_ context.Context, address string, _ int64) (io.ReadCloser, error) {
		if asked++; address != there {
			t.Errorf("%s is asked for", address)
		}
		return io.NopCloser(strings.NewReader("GIF89a\x01\x00\x01\x00\x00\x00\x00;")), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var c Config
	h := site(t, func(x *Config) { x.Remote, c = copies, *x })
	if c.Chapter.Remote(there) != there {
		t.Error("without a key an address is changed")
	}
	if err := c.Chapter.SealWith(bytes.Repeat([]byte("k"), 32)); err != nil {
		t.Fatal(err)
	}
	if ours := c.Chapter.URLs.Media("ab/c.png"); c.Chapter.Remote(ours) != ours || c.Chapter.Remote("") != "" {
		t.Error("what is ours, or nothing, is fetched from elsewhere")
	}
	path := strings.TrimPrefix(c.Chapter.Remote(there), c.Chapter.URLs.Base())
	if !strings.HasPrefix(path, "/media/remote/") {
		t.Fatalf("it is read at %s", path)
	}

	res := do(h, "GET", path)
	if res.StatusCode != 200 || res.Header.Get("Content-Type") != "image/gif" || res.Header.Get("X-Content-Type-Options") != "nosniff" ||
		!strings.Contains(res.Header.Get("Content-Security-Policy"), "sandbox") || !strings.HasPrefix(body(t, res), "GIF89a") {
		t.Errorf("%d %v", res.StatusCode, res.Header)
	}
	if got := body(t, do(h, "GET", path, "Range", "bytes=0-2")); got != "GIF" {
		t.Errorf("a part of it is %q", got)
	}
	if asked != 1 {
		t.Errorf("it was fetched %d times", asked)
	}
	forged := strings.Replace(path, "/remote/", "/remote/A", 1)
	other := path[:len(path)-2] + "AA"
	for _, path := range []string{forged, other, "/media/remote/x/y", "/media/remote/%00/%00"} {
		if res := do(h, "GET", path); res.StatusCode != 404 {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
	}

	storetest.Write(t, c.Chapter.Store, func(tx *store.Tx) error {
		return tx.SetDomainRule(t.Context(), &models.DomainRule{ID: tx.NewID(), Domain: "far.example", Severity: models.NoLimit, RejectMedia: true, CreatedAt: tx.Now()})
	})
	if res := do(h, "GET", path); res.StatusCode != 404 || !strings.Contains(body(t, res), "no files of that server") {
		t.Errorf("a server whose files are not wanted: %d", res.StatusCode)
	}
}
