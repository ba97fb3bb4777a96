package handlers

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"atelier/federation/deliver"
	"atelier/federation/documents"
	"atelier/federation/fetch"
	"atelier/federation/inbox"
	"atelier/handlers/session"
	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/chapter/chaptertest"
	"atelier/models/media"
	"atelier/models/store"
	"atelier/models/store/storetest"
)

func TestTheRealAddress(t *testing.T) {
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for _, test := range []struct {
		name, remote string
		said         []string
		want         string
	}{
		{"nobody said anything", "192.0.2.1:1234", nil, "192.0.2.1"},
		{"a stranger says", "192.0.2.1:1234", []string{"198.51.100.7"}, "192.0.2.1"},
		{"a proxy says", "10.0.0.1:1234", []string{"198.51.100.7"}, "198.51.100.7"},
		{"a proxy by IPv6 says", "[fd00::1]:1234", []string{"2001:db8::7"}, "2001:db8::7"},
		{"a proxy by mapped address says", "[::ffff:10.0.0.1]:1234", []string{"198.51.100.7"}, "198.51.100.7"},
		{"the caller said something first", "10.0.0.1:1234", []string{"127.0.0.1, 198.51.100.7"}, "198.51.100.7"},
		{"in two lines", "10.0.0.1:1234", []string{"127.0.0.1", "198.51.100.7"}, "198.51.100.7"},
		{"two proxies say", "10.0.0.1:1234", []string{"127.0.0.1, 198.51.100.7, 10.0.0.2"}, "198.51.100.7"},
		{"a proxy of nobody else", "10.0.0.1:1234", []string{"10.0.0.2"}, "10.0.0.2"},
		{"nonsense is said", "10.0.0.1:1234", []string{"unknown"}, "10.0.0.1"},
		{"nonsense behind a proxy", "10.0.0.1:1234", []string{"198.51.100.7, unknown, 10.0.0.2"}, "10.0.0.2"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/", nil)
			r.RemoteAddr = test.remote
			r.Header["X-Forwarded-For"] = test.said
			if got := caller(r, trusted).String(); got != test.want {
				t.Errorf("it is %s, want %s", got, test.want)
			}
		})
	}
}

func TestPageOrDocument(t *testing.T) {
	for accept, want := range map[string]bool{
		"":                          false,
		"*/*":                       false,
		"text/html":                 false,
		"application/activity+json": true,
		`application/ld+json; profile="https://www.w3.org/ns/activitystreams"`: true,
		`application/ld+json; profile="https://example.org/other"`:             false,
		"application/ld+json":                        true,
		"application/json":                           true,
		"text/html, application/json":                false,
		"application/activity+json;q=0":              false,
		"application/activity+json;q=boom":           false,
		"application/activity+json, text/html;q=0.9": true,
		"text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8":                             false,
		"text/html, application/activity+json;q=0.9":                                                                        false,
		`application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams", text/html; q=0.1`: true,
		";;;": false,
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Accept", accept)
		if got := wantsActivity(r); got != want {
			t.Errorf("%q wants a document: %v, want %v", accept, got, want)
		}
	}
	r := httptest.NewRequest("POST", "/", nil)
	r.Header.Set("Accept", "application/activity+json")
	if wantsActivity(r) {
		t.Error("a POST wants a document")
	}
}

func TestWhichLimitsCount(t *testing.T) {
	user := &session.Caller{Account: &models.Account{ID: 7}, Token: &models.Token{ID: 9}}
	app := &session.Caller{Token: &models.Token{ID: 9}}
	for _, test := range []struct {
		method, path string
		by           *session.Caller
		want         string
	}{
		{"GET", "/", nil, ""},
		{"GET", "/sign-in", nil, ""},
		{"POST", "/sign-in", nil, "sign-ins at 192.0.2.1"},
		{"POST", "/setup", nil, "sign-ins at 192.0.2.1"},
		{"POST", "/join/abc", nil, "sign-ins at 192.0.2.1"},
		{"POST", "/i/abc", nil, "sign-ins at 192.0.2.1"},
		{"POST", "/forgotten", nil, "sign-ins at 192.0.2.1"},
		{"POST", "/reset/abc", nil, "sign-ins at 192.0.2.1"},
		{"POST", "/appeals/7", nil, "sign-ins at 192.0.2.1"},
		{"POST", "/follow", nil, "handles at 192.0.2.1"},
		{"POST", "/oauth/token", nil, "place at 192.0.2.1"},
		{"POST", "/inbox", nil, ""},
		{"GET", "/api/v1/instance", nil, "place at 192.0.2.1"},
		{"POST", "/api/v1/apps", nil, "apps at 192.0.2.1, place at 192.0.2.1"},
		{"GET", "/api/v1/instance", app, "token token 9, place at 192.0.2.1"},
		{"GET", "/api/v1/timelines/home", user, "token token 9, member member 7"},
		{"POST", "/api/v1/statuses", user, "token token 9, member member 7, posts member 7"},
		{"GET", "/api/v1/statuses", user, "token token 9, member member 7"},
		{"POST", "/api/v2/media", user, "token token 9, member member 7, uploads member 7"},
		{"POST", "/api/v1/media", user, "token token 9, member member 7, uploads member 7"},
		{"DELETE", "/api/v1/statuses/1", user, "token token 9, member member 7, deletions member 7"},
		{"POST", "/api/v1/statuses/1/unreblog", user, "token token 9, member member 7, deletions member 7"},
		{"POST", "/api/v1/accounts/1/follow", user, "token token 9, member member 7, follows member 7"},
	} {
		var got []string
		for _, c := range limited(httptest.NewRequest(test.method, test.path, nil), test.by, netip.MustParseAddr("192.0.2.1")) {
			got = append(got, c.name+" "+c.by)
		}
		if s := strings.Join(got, ", "); s != test.want {
			t.Errorf("%s %s counts against %q, want %q", test.method, test.path, s, test.want)
		}
	}
}

func TestAHouseholdIsOnePlace(t *testing.T) {
	for a, want := range map[string]string{"192.0.2.1": "192.0.2.1", "2001:db8:1:2:3:4:5:6": "2001:db8:1:2::"} {
		if got := place(netip.MustParseAddr(a)).String(); got != want {
			t.Errorf("%s is at %s, want %s", a, got, want)
		}
	}
}

func TestCounting(t *testing.T) {
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	k := &counts{now: func() time.Time { return now }}
	two := limit{"two", 2, time.Minute}
	var got []int
	for range 4 {
		left, _ := k.add(counted{two, "a"})
		got = append(got, left)
	}
	if left, _ := k.add(counted{two, "b"}); left != 1 {
		t.Errorf("b has %d left, want 1: it shares a's count", left)
	}
	now = now.Add(time.Minute)
	left, until := k.add(counted{two, "a"})
	got = append(got, left)
	if diff := cmp.Diff([]int{1, 0, -1, -2, 1}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if want := now.Add(time.Minute); !until.Equal(want) {
		t.Errorf("until %v, want %v", until, want)
	}
	for i := range maxCounts + 10 {
		k.add(counted{two, fmt.Sprint(i)})
	}
	if len(k.kept) > maxCounts {
		t.Errorf("%d counts are kept", len(k.kept))
	}
}

// site is a whole server over an empty database.
func site(t testing.TB, change func(*Config)) http.Handler {
	t.Helper()
	files, err := media.NewStorage(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	c := Config{Chapter: chapter.New(storetest.SQLite(t), chapter.Options{URLs: models.NewURLs("https", "vi.example", "")}), Media: files}
	if change != nil {
		change(&c)
	}
	out := fetch.New(fetch.Config{Scheme: c.Chapter.URLs.Scheme, OwnHosts: []string{c.Chapter.URLs.Domain}})
	find := fetch.NewFinder(out, c.Chapter)
	c.Documents = documents.New(c.Chapter, find, documents.Options{Version: "test"})
	c.Inbox = inbox.New(c.Chapter, find, deliver.New(c.Chapter.Store, c.Chapter.URLs, deliver.Options{Client: out.HTTP()}), inbox.Options{})
	s := New(c)
	t.Cleanup(s.Close)
	return s
}

func do(h http.Handler, method, path string, header ...string) *http.Response {
	r := httptest.NewRequest(method, path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, res *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestTooManyRequestsAreRefused(t *testing.T) {
	h := site(t, nil)
	for i := range 6 {
		res := do(h, "POST", "/api/v1/apps?client_name=a&redirect_uris=a:b")
		want := 404 // there is no chapter yet
		if i == 5 {
			want = 429
		}
		if res.StatusCode != want {
			t.Fatalf("request %d: %d %s, want %d", i+1, res.StatusCode, body(t, res), want)
		}
		reset, err := time.Parse(time.RFC3339, res.Header.Get("X-RateLimit-Reset"))
		if err != nil || time.Until(reset) < 9*time.Minute || time.Until(reset) > 11*time.Minute {
			t.Errorf("reset at %q: %v", res.Header.Get("X-RateLimit-Reset"), err)
		}
		got := []string{res.Header.Get("X-RateLimit-Limit"), res.Header.Get("X-RateLimit-Remaining")}
		if diff := cmp.Diff([]string{"5", fmt.Sprint(max(4-i, 0))}, got); diff != "" {
			t.Errorf("request %d (-want +got):\n%s", i+1, diff)
		}
		if want == 429 {
			if b := body(t, res); b != `{"error":"Too many requests"}` || res.Header.Get("Retry-After") == "" {
				t.Errorf("answered %s, retry after %q", b, res.Header.Get("Retry-After"))
			}
		}
	}
	free := site(t, func(c *Config) { c.NoLimits = true })
	for range 10 {
		if res := do(free, "POST", "/api/v1/apps?client_name=a&redirect_uris=a:b"); res.StatusCode == 429 {
			t.Error("limited although limits are off")
		}
	}
}

func TestHeadersOfEveryAnswer(t *testing.T) {
	for _, path := range []string{"/healthz", "/nowhere", "/api/v1/nowhere", "/oauth/token"} {
		res := do(site(t, nil), "GET", path)
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin",
			"Content-Security-Policy": "default-src 'none'; ", "Strict-Transport-Security": "max-age=31536000"} {
			if got := res.Header.Get(name); !strings.HasPrefix(got, want) {
				t.Errorf("%s: %s is %q, want %q", path, name, got, want)
			}
		}
		if res.Header.Get("X-Request-Id") == "" {
			t.Errorf("%s: no X-Request-Id", path)
		}
	}
	plain := site(t, func(c *Config) { c.Chapter.URLs = models.NewURLs("http", "localhost:8080", "") })
	if got := do(plain, "GET", "/healthz").Header.Get("Strict-Transport-Security"); got != "" {
		t.Errorf("over plain http: %q", got)
	}
}

func TestOtherSitesMayUseTheAPI(t *testing.T) {
	h := site(t, nil)
	for path, want := range map[string]string{
		"/api/v1/nowhere": "*", "/oauth/token": "*", "/oauth/revoke": "*", "/oauth/userinfo": "*", "/.well-known/x": "*", "/nodeinfo/2.0": "*", "/media/x": "*",
		"/": "", "/oauth/authorize": "", "/sign-in": "",
	} {
		res := do(h, "GET", path, "Origin", "https://elk.example")
		if got := res.Header.Get("Access-Control-Allow-Origin"); got != want {
			t.Errorf("%s allows %q, want %q", path, got, want)
		}
		if res.Header.Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("%s allows credentials", path)
		}
	}
	res := do(h, "OPTIONS", "/api/v1/statuses", "Origin", "https://elk.example", "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization")
	if res.StatusCode != 204 {
		t.Errorf("preflight: %d", res.StatusCode)
	}
	for header, words := range map[string]string{
		"Access-Control-Allow-Methods":  "GET POST PUT PATCH DELETE",
		"Access-Control-Allow-Headers":  "Authorization Content-Type Idempotency-Key",
		"Access-Control-Expose-Headers": "Link X-RateLimit-Limit X-RateLimit-Remaining X-RateLimit-Reset X-Request-Id Mastodon-Async-Refresh",
	} {
		for _, word := range strings.Fields(words) {
			if !strings.Contains(res.Header.Get(header), word) {
				t.Errorf("%s lacks %s: %s", header, word, res.Header.Get(header))
			}
		}
	}
}

func TestNowhere(t *testing.T) {
	h := site(t, func(c *Config) { c.Chapter = chaptertest.Open(t, storetest.SQLite(t)) })
	for _, test := range []struct{ path, accept, kind, want string }{
		{"/nowhere", "text/html", "text/html; charset=utf-8", "<!doctype html>"},
		{"/api/v1/nowhere", "", "application/json; charset=utf-8", `{"error":"Record not found"}`},
		{"/.well-known/nowhere", "", "application/json; charset=utf-8", `{"error":"Record not found"}`},
		{"/nowhere", "application/activity+json", "application/json; charset=utf-8", `{"error":"Record not found"}`},
	} {
		res := do(h, "GET", test.path, "Accept", test.accept)
		if b := body(t, res); res.StatusCode != 404 || res.Header.Get("Content-Type") != test.kind || !strings.HasPrefix(b, test.want) {
			t.Errorf("%s: %d %s %q", test.path, res.StatusCode, res.Header.Get("Content-Type"), b)
		}
	}
	for path, kind := range map[string]string{"/api/v1/apps": "application/json; charset=utf-8", "/sign-in": "text/html; charset=utf-8"} {
		if res := do(h, "DELETE", path); res.StatusCode != 405 || res.Header.Get("Content-Type") != kind {
			t.Errorf("DELETE %s: %d %s", path, res.StatusCode, res.Header.Get("Content-Type"))
		}
	}
}

func TestHealth(t *testing.T) {
	s := storetest.SQLite(t)
	h := site(t, func(c *Config) { c.Chapter = chapter.New(s, chapter.Options{}) })
	for _, path := range []string{"/healthz", "/readyz"} {
		if res := do(h, "GET", path); res.StatusCode != 200 || body(t, res) != "OK\n" {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
	}
	s.Close()
	if res := do(h, "GET", "/readyz"); res.StatusCode != 503 {
		t.Errorf("ready without a database: %d", res.StatusCode)
	}
	if res := do(h, "GET", "/healthz"); res.StatusCode != 200 {
		t.Errorf("alive without a database: %d", res.StatusCode)
	}
	empty, err := store.Open(t.Context(), "sqlite:"+t.TempDir()+"/empty.db", store.Options{Relaxed: true})
	if err != nil {
		t.Fatal(err)
	}
	defer empty.Close()
	if res := do(site(t, func(c *Config) { c.Chapter = chapter.New(empty, chapter.Options{}) }), "GET", "/readyz"); res.StatusCode != 503 {
		t.Errorf("ready before the migrations: %d", res.StatusCode)
	}
}

func TestFiles(t *testing.T) {
	files, err := media.NewStorage(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	h := site(t, func(c *Config) { c.Media = files })
	picture, page := "ab/cdef.png", "ab/evil.html"
	for _, key := range []string{picture, page} {
		if err := files.Put(t.Context(), key, strings.NewReader("0123456789"), 10); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		name, path string
		header     []string
		status     int
		kind, body string
	}{
		{"whole", "/media/" + picture, nil, 200, "image/png", "0123456789"},
		{"a part", "/media/" + picture, []string{"Range", "bytes=2-4"}, 206, "image/png", "234"},
		{"known already", "/media/" + picture, []string{"If-None-Match", `"` + picture + `"`}, 304, "", ""},
		{"what is no picture", "/media/" + page, nil, 200, "application/octet-stream", "0123456789"},
		{"nothing", "/media/ab/none.png", nil, 404, "text/plain; charset=utf-8", "There is no such file.\n"},
		{"above", "/media/ab/%2e%2e/%2e%2e/atelier.db", nil, 301, "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			res := do(h, "GET", test.path, test.header...)
			got := []any{res.StatusCode, res.Header.Get("Content-Type"), body(t, res)}
			if test.status == 301 {
				got[1], got[2] = "", ""
			}
			if diff := cmp.Diff([]any{test.status, test.kind, test.body}, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if test.status > 206 {
				return
			}
			if cc := res.Header.Get("Cache-Control"); cc != "public, max-age=31536000, immutable" {
				t.Errorf("Cache-Control %q", cc)
			}
			if !strings.Contains(res.Header.Get("Content-Security-Policy"), "sandbox") || res.Header.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("headers %v", res.Header)
			}
		})
	}
	if d := do(h, "GET", "/media/"+page).Header.Get("Content-Disposition"); d != "attachment" {
		t.Errorf("what is no picture is shown: %q", d)
	}
}

func TestPacking(t *testing.T) {
	long := strings.Repeat("word ", 400)
	for _, test := range []struct {
		name, kind, path, body string
		want                   bool
	}{
		{"a long page", "text/html; charset=utf-8", "/", long, true},
		{"a long document", "application/activity+json", "/", long, true},
		{"long JSON", "application/json; charset=utf-8", "/", long, true},
		{"a short page", "text/html; charset=utf-8", "/", "word", false},
		{"a picture", "image/png", "/", long, false},
		{"a stream", "text/event-stream", "/api/v1/streaming/user", long, false},
		{"a file", "text/plain", "/media/x", long, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := packed(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", test.kind)
				io.WriteString(w, test.body)
			}))
			res := do(h, "GET", test.path, "Accept-Encoding", "gzip")
			got := body(t, res)
			if is := res.Header.Get("Content-Encoding") == "gzip"; is != test.want {
				t.Fatalf("packed: %v, want %v", is, test.want)
			}
			if test.want {
				z, err := gzip.NewReader(strings.NewReader(got))
				if err != nil {
					t.Fatal(err)
				}
				b, err := io.ReadAll(z)
				if err != nil {
					t.Fatal(err)
				}
				got = string(b)
			}
			if got != test.body {
				t.Errorf("unpacked it is %d bytes, want %d", len(got), len(test.body))
			}
			if res := do(h, "GET", test.path); res.Header.Get("Content-Encoding") != "" {
				t.Error("packed for somebody who cannot unpack")
			}
		})
	}
}

func TestAPanicIsAnsweredAndLogged(t *testing.T) {
	var log bytes.Buffer
	old := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	defer slog.SetDefault(old)
	s := &server{}
	observed := ""
	s.Observe = func(route, method string, status int, _ time.Duration) { observed = fmt.Sprint(route, method, status) }
	h := s.logged(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("nil map") }))
	res := do(h, "GET", "/api/x?code=secret")
	if b := body(t, res); res.StatusCode != 500 || strings.Contains(b, "nil map") || !strings.HasPrefix(b, `{"error":`) {
		t.Errorf("answered %d %s", res.StatusCode, b)
	}
	if got := log.String(); !strings.Contains(got, "nil map") || strings.Contains(got, "secret") {
		t.Errorf("logged %s", got)
	}
	if observed != "GET500" {
		t.Errorf("observed %q", observed)
	}
	half := s.logged(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "half"); panic("x") }))
	defer func() {
		if p := recover(); p != http.ErrAbortHandler {
			t.Errorf("half an answer passes for a whole one: %v", p)
		}
	}()
	do(half, "GET", "/")
}

func TestRoutesAreObservedByTemplate(t *testing.T) {
	var got []string
	h := site(t, func(c *Config) {
		c.Observe = func(route, method string, status int, _ time.Duration) {
			got = append(got, fmt.Sprint(method, " ", route, " ", status))
		}
	})
	do(h, "GET", "/media/ab/secret.png")
	do(h, "GET", "/healthz")
	do(h, "GET", "/nowhere/at/all", "Accept-Encoding", "gzip")
	if diff := cmp.Diff([]string{"GET /media/{key:.+} 404", "GET /healthz 200", "GET  404"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A program on this machine unpacks longer than it waits; whom a proxy here
// asks for is somewhere else.
func TestNextDoorIsNotPacked(t *testing.T) {
	h := packed(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, strings.Repeat("long ", 1000))
	}))
	for _, test := range []struct {
		name, from, forwarded string
		want                  bool // packed
	}{
		{"from elsewhere", "192.0.2.1:99", "", true},
		{"from this machine", "127.0.0.1:99", "", false},
		{"from this machine, by its other address", "[::1]:99", "", false},
		{"through a proxy on this machine", "127.0.0.1:99", "192.0.2.1", true},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = test.from
		r.Header.Set("Accept-Encoding", "gzip")
		if test.forwarded != "" {
			r.Header.Set("X-Forwarded-For", test.forwarded)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if got := w.Header().Get("Content-Encoding") == "gzip"; got != test.want {
			t.Errorf("%s: packed %v, want %v", test.name, got, test.want)
		}
	}
}

func TestWhoIsShutOutIsAnsweredNothing(t *testing.T) {
	c := chaptertest.Open(t, storetest.SQLite(t))
	h := site(t, func(x *Config) { x.Chapter = c })
	pia := models.Viewer{AccountID: chaptertest.Account(t, c, "pia").ID, Role: models.President}
	paths := []string{"/", "/api/v1/instance", "/chapter", "/.well-known/webfinger?resource=acct:coaches@here.example", "/healthz", "/readyz"}
	for _, path := range paths {
		if res := do(h, "GET", path); res.StatusCode == 403 {
			t.Errorf("%s is refused to everybody", path)
		}
	}
	for _, network := range []struct {
		value    string
		severity models.BarSeverity
		out      bool
	}{{"198.51.100.0/24", models.BarAccess, false}, {"192.0.2.0/28", models.BarSignUp, false}, {"192.0.2.0/24", models.BarAccess, true}} {
		if _, err := c.AddBar(t.Context(), pia, models.Bar{Kind: models.NetworkBar, Value: network.value, Severity: network.severity}); err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			res := do(h, "GET", path) // from 192.0.2.1
			alive := strings.HasSuffix(path, "z")
			if (res.StatusCode == 403) != (network.out && !alive) {
				t.Errorf("%s after barring %s: %d", path, network.value, res.StatusCode)
			}
		}
	}
}
