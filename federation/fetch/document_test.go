package fetch

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"atelier/federation/sign"
	"atelier/models"
)

const note = `{"type":"Note"}`

// document serves a note.
func document(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/activity+json; charset=utf-8")
	io.WriteString(w, note)
}

// zeros writes n zero bytes, or until nobody listens, and counts them.
func zeros(w io.Writer, n int64, written *atomic.Int64) {
	block := make([]byte, 64<<10)
	for n > 0 {
		count, err := w.Write(block[:min(n, int64(len(block)))])
		written.Add(int64(count))
		if n -= int64(count); err != nil {
			return
		}
	}
}

// TestDocuments has each way in which a server can fail, beside the one in
// which it does not.
func TestDocuments(t *testing.T) {
	var written atomic.Int64
	typed := func(mediaType string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header()["Content-Type"] = []string{mediaType}
			io.WriteString(w, note)
		}
	}
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/activity+json")
			w.WriteHeader(code)
			io.WriteString(w, note)
		}
	}
	redirect := func(to string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) }
	}
	long := func(n int64, length bool) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/activity+json")
			if length {
				w.Header().Set("Content-Length", fmt.Sprint(n))
			}
			zeros(w, n, &written)
		}
	}
	other := httptest.NewServer(http.HandlerFunc(document))
	defer other.Close()
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	zeros(z, 20<<20, new(atomic.Int64))
	z.Close()
	stop := make(chan struct{})
	mux := http.NewServeMux()
	for path, handler := range map[string]http.HandlerFunc{
		"/note":               document,
		"/plain":              typed("application/activity+json"),
		"/capitals":           typed("Application/Activity+JSON"),
		"/odd-parameter":      typed("application/activity+json; charset"),
		"/ld":                 typed(`application/ld+json; profile="https://www.w3.org/ns/activitystreams"`),
		"/ld-two-profiles":    typed(`application/ld+json; charset=utf-8; profile="https://example.com/p https://www.w3.org/ns/activitystreams"`),
		"/ld-without-profile": typed("application/ld+json"),
		"/ld-other-profile":   typed(`application/ld+json; profile="https://example.com/p"`),
		"/json":               typed("application/json"),
		"/html":               typed("text/html"),
		"/text":               typed("text/plain; application/activity+json"),
		"/no-type":            typed(""),
		"/two-types":          typed("text/html, application/activity+json"),
		"/missing":            status(404),
		"/gone":               status(410),
		"/forbidden":          status(403),
		"/accepted":           status(202),
		"/partial":            status(206),
		"/multiple":           status(300),
		"/moved-nowhere":      status(301),
		"/broken":             status(500),
		"/busy":               status(429),
		"/redirect-1":         redirect("/note"),
		"/redirect-2":         redirect("/redirect-1"),
		"/redirect-3":         redirect("redirect-2#fragment"),
		"/redirect-fragment":  redirect("/note#fragment"),
		"/redirect-4":         redirect("/redirect-3"),
		"/redirect-loop":      redirect("/redirect-loop"),
		"/redirect-away":      redirect(other.URL + "/note"),
		"/redirect-private":   redirect("https://192.168.0.1/"),
		"/redirect-metadata":  redirect("http://169.254.169.254/latest/meta-data/"),
		"/redirect-file":      redirect("file:///etc/passwd"),
		"/redirect-nonsense":  redirect("https://%zz/"),
		"/redirect-own":       redirect("http://localhost:8080/actor"),
		"/just-right":         long(MaxDocument, false),
		"/just-right-told":    long(MaxDocument, true),
		"/too-long":           long(MaxDocument+1, false),
		"/too-long-told":      long(MaxDocument+1, true),
		"/gigabyte":           long(1<<30, false),
		"/silent":             func(w http.ResponseWriter, r *http.Request) { <-stop },
		"/hangs-up":           func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) },
		"/never-ending-header": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X", strings.Repeat("x", 100<<10))
			document(w, r)
		},
		"/dripping": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/activity+json")
			for {
				select {
				case <-stop:
					return
				case <-r.Context().Done():
					return
				case <-time.After(20 * time.Millisecond):
					io.WriteString(w, " ")
					w.(http.Flusher).Flush()
				}
			}
		},
		"/gzip": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/activity+json")
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			io.WriteString(z, note)
			z.Close()
		},
		"/gzip-bomb": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/activity+json")
			w.Header().Set("Content-Encoding", "gzip")
			w.Write(bomb.Bytes())
		},
	} {
		mux.HandleFunc(path, handler)
	}
	server := httptest.NewServer(mux)
	defer server.Close()
	defer close(stop)
	patient, hurried := plainClient(), hurriedClient()

	found := func(path, mediaType string) *Document {
		return &Document{URL: server.URL + path, MediaType: mediaType, Body: []byte(note)}
	}
	const activity, ld = "application/activity+json", "application/ld+json"
	megabyte := &Document{URL: server.URL + "/just-right", MediaType: activity, Body: make([]byte, MaxDocument)}
	toldMegabyte := &Document{URL: server.URL + "/just-right-told", MediaType: activity, Body: make([]byte, MaxDocument)}
	for _, test := range []struct {
		path string
		want *Document
		kind models.Kind
	}{
		{"/note", found("/note", activity), ""},
		{"/note?x=1#fragment", found("/note?x=1", activity), ""},
		{"/plain", found("/plain", activity), ""},
		{"/capitals", found("/capitals", activity), ""},
		{"/odd-parameter", found("/odd-parameter", activity), ""},
		{"/ld", found("/ld", ld), ""},
		{"/ld-two-profiles", found("/ld-two-profiles", ld), ""},
		{"/ld-without-profile", nil, models.Unreachable},
		{"/ld-other-profile", nil, models.Unreachable},
		{"/json", nil, models.Unreachable},
		{"/html", nil, models.Unreachable},
		{"/text", nil, models.Unreachable},
		{"/no-type", nil, models.Unreachable},
		{"/two-types", nil, models.Unreachable},
		{"/missing", nil, models.NotFound},
		{"/gone", nil, models.Gone},
		{"/forbidden", nil, models.Unreachable},
		{"/accepted", nil, models.Unreachable},
		{"/partial", nil, models.Unreachable},
		{"/multiple", nil, models.Unreachable},
		{"/moved-nowhere", nil, models.Unreachable},
		{"/broken", nil, models.Unreachable},
		{"/busy", nil, models.Unreachable},
		{"/redirect-1", found("/note", activity), ""},
		{"/redirect-3", found("/note", activity), ""},
		{"/redirect-fragment", found("/note", activity), ""},
		{"/redirect-4", nil, models.Unreachable},
		{"/redirect-loop", nil, models.Unreachable},
		{"/redirect-away", nil, models.Unreachable},
		{"/redirect-private", nil, models.Unreachable},
		{"/redirect-metadata", nil, models.Unreachable},
		{"/redirect-file", nil, models.Unreachable},
		{"/redirect-nonsense", nil, models.Unreachable},
		{"/redirect-own", nil, models.Unreachable},
		{"/just-right", megabyte, ""},
		{"/just-right-told", toldMegabyte, ""},
		{"/too-long", nil, models.TooLarge},
		{"/too-long-told", nil, models.TooLarge},
		{"/gigabyte", nil, models.TooLarge},
		{"/silent", nil, models.Unreachable},
		{"/hangs-up", nil, models.Unreachable},
		{"/never-ending-header", nil, models.Unreachable},
		{"/dripping", nil, models.Unreachable},
		{"/gzip", found("/gzip", activity), ""},
		{"/gzip-bomb", nil, models.TooLarge},
	} {
		t.Run(test.path, func(t *testing.T) {
			c := patient
			if test.path == "/silent" || test.path == "/dripping" {
				c = hurried
			}
			start := time.Now()
			got, err := c.GetDocument(t.Context(), server.URL+test.path, nil)
			if kind := models.KindOf(err); kind != test.kind {
				t.Errorf("GetDocument: %v, want %q", err, test.kind)
			}
			if diff := cmp.Diff(test.want, got, cmp.Comparer(bytes.Equal)); diff != "" {
				t.Errorf("GetDocument (-want +got):\n%.500s", diff)
			}
			if d := time.Since(start); d > 5*time.Second {
				t.Errorf("it took %v", d)
			}
		})
	}
	if n := written.Load(); n > 32<<20 {
		t.Errorf("%d bytes were sent by the server", n)
	}
	if n := len(patient.gates.open) + len(hurried.gates.open); n != 0 {
		t.Errorf("%d places at hosts were not given back", n)
	}
}

func TestStatusIsTold(t *testing.T) {
	for _, code := range []int{202, 301, 304, 401, 404, 410, 429, 503} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Retry-After", "120")
			w.WriteHeader(code)
		}))
		_, err := plainClient().GetDocument(t.Context(), server.URL, nil)
		var e *StatusError
		if !errors.As(err, &e) || e.Code != code || e.Header.Get("Retry-After") != "120" {
			t.Errorf("GetDocument: %v, %+v; want status %d", err, e, code)
		}
		server.Close()
	}
}

// TestRedirectSpeltOtherwise: an origin is the same in capitals.
func TestRedirectSpeltOtherwise(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/note", document)
	server := httptest.NewServer(mux)
	defer server.Close()
	_, port, _ := strings.Cut(strings.TrimPrefix(server.URL, "http://"), ":")
	mux.Handle("/moved", http.RedirectHandler("HTTP://LocalHost:"+port+"/note", http.StatusFound))
	got, err := plainClient().GetDocument(t.Context(), "http://localhost:"+port+"/moved", nil)
	if want := "http://localhost:" + port + "/note"; err != nil || got.URL != want {
		t.Errorf("GetDocument = %v, %v; want that of %s", got, err, want)
	}
}

// TestSilentHeader: waiting for an answer ends before the time for all of it.
func TestSilentHeader(t *testing.T) {
	stop := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { <-stop }))
	defer server.Close()
	defer close(stop)
	config := plainClient().config
	config.limits.header = 50 * time.Millisecond
	start := time.Now()
	if _, err := New(config).GetDocument(t.Context(), server.URL, nil); models.KindOf(err) != models.Unreachable || time.Since(start) > 10*time.Second {
		t.Errorf("after %v: %v", time.Since(start), err)
	}
}

func TestLimitedBody(t *testing.T) {
	for _, size := range []int{1, 3, 4, 5, 100} {
		l := &limited{io.NopCloser(strings.NewReader("0123456789")), 4}
		var got []byte
		var err error
		for err == nil {
			p := make([]byte, size)
			var n int
			n, err = l.Read(p)
			got = append(got, p[:n]...)
		}
		if string(got) != "0123" || err != errTooLarge {
			t.Errorf("%d bytes at a time: %q, %v", size, got, err)
		}
		if n, err := l.Read(make([]byte, size)); n != 0 || err != errTooLarge {
			t.Errorf("after the end: %d bytes, %v", n, err)
		}
	}
}

// signedServer serves a note to those who sign by one of the schemes.
func signedServer(t *testing.T, key *sign.Key, schemes ...sign.Scheme) (server *httptest.Server, seen func() []string) {
	t.Helper()
	var mu sync.Mutex
	var log []string
	v := &sign.Verifier{Scheme: "http"}
	server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s, err := v.Parse(r, nil)
		if err == nil {
			err = s.Verify(key.Public())
		}
		ok := false
		line := r.URL.RequestURI() + " "
		if err != nil {
			line += err.Error()
		} else {
			line += string(s.Scheme)
			for _, scheme := range schemes {
				ok = ok || s.Scheme == scheme
			}
		}
		mu.Lock()
		log = append(log, line)
		mu.Unlock()
		switch {
		case !ok:
			w.WriteHeader(http.StatusUnauthorized)
		case r.URL.Path == "/moved":
			http.Redirect(w, r, "/a%2Fb?x=1", http.StatusMovedPermanently)
		default:
			document(w, r)
		}
	}))
	t.Cleanup(server.Close)
	v.Hosts = []string{strings.TrimPrefix(server.URL, "http://")}
	return server, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return log
	}
}

func newKey(t *testing.T) *sign.Key {
	t.Helper()
	private, err := sign.GenerateEd25519()
	if err != nil {
		t.Fatal(err)
	}
	key, err := sign.NewKey("http://localhost:8080/actor#main-key", private)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestSignedRequests(t *testing.T) {
	key := newKey(t)
	for _, test := range []struct {
		name    string
		accepts []sign.Scheme
		paths   []string
		want    []string
		kind    models.Kind // of the last one
	}{
		{"draft-cavage first", []sign.Scheme{sign.Cavage, sign.RFC9421}, []string{"/a"}, []string{"/a cavage"}, ""},
		{"RFC 9421 if it is refused, and that is remembered", []sign.Scheme{sign.RFC9421}, []string{"/a", "/b"}, []string{"/a cavage", "/a rfc9421", "/b rfc9421"}, ""},
		{"both refused, at every knock", nil, []string{"/a", "/b"}, []string{"/a cavage", "/a rfc9421", "/b cavage", "/b rfc9421"}, models.Unreachable},
		{"a redirect gets a signature of its own", []sign.Scheme{sign.Cavage}, []string{"/moved"}, []string{"/moved cavage", "/a%2Fb?x=1 cavage"}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			server, seen := signedServer(t, key, test.accepts...)
			c := plainClient()
			var err error
			for _, path := range test.paths {
				_, err = c.GetDocument(t.Context(), server.URL+path, key)
			}
			if kind := models.KindOf(err); kind != test.kind {
				t.Errorf("GetDocument: %v, want %q", err, test.kind)
			}
			if diff := cmp.Diff(test.want, seen()); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
		})
	}
}

func TestUnsignedRequest(t *testing.T) {
	server, seen := signedServer(t, newKey(t), sign.Cavage)
	if _, err := plainClient().GetDocument(t.Context(), server.URL+"/a", nil); models.KindOf(err) != models.Unreachable {
		t.Errorf("GetDocument: %v", err)
	}
	if diff := cmp.Diff([]string{"/a " + sign.ErrUnsigned.Error()}, seen()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

func TestWhatIsAskedFor(t *testing.T) {
	var got http.Header
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.Header
		document(w, r)
	}))
	defer server.Close()
	if _, err := plainClient().GetDocument(t.Context(), server.URL, nil); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(http.Header{
		"Accept":          {`application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams"`},
		"Accept-Encoding": {"gzip"},
		"User-Agent":      {"Atelier/1 (+http://localhost:8080)"},
	}, got); diff != "" {
		t.Errorf("headers (-want +got):\n%s", diff)
	}
}

func TestBudgetIsSpent(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/note", document)
	mux.Handle("/moved", http.RedirectHandler("/note", http.StatusFound))
	server := httptest.NewServer(mux)
	defer server.Close()
	c := plainClient()
	ctx, cancel := WithBudget(t.Context(), 3, time.Minute)
	defer cancel()
	var got []models.Kind
	for _, path := range []string{"/moved", "/note", "/note"} {
		_, err := c.GetDocument(ctx, server.URL+path, nil)
		got = append(got, models.KindOf(err))
	}
	if diff := cmp.Diff([]models.Kind{"", "", models.TooMany}, got); diff != "" {
		t.Errorf("a redirect and two documents with a budget of three requests (-want +got):\n%s", diff)
	}
}

// TestHostsAreNotOverrun: each host gets a few requests at a time, also from
// one that is slow to be read.
func TestHostsAreNotOverrun(t *testing.T) {
	var inside, most atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for n := inside.Add(1); n > most.Load(); {
			most.Store(n)
		}
		time.Sleep(5 * time.Millisecond)
		inside.Add(-1)
		document(w, r)
	}))
	defer server.Close()
	c := plainClient()
	var all sync.WaitGroup
	for range 40 {
		all.Go(func() {
			if _, err := c.GetDocument(t.Context(), server.URL, nil); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if most.Load() > int64(standard.perHost) || most.Load() < 2 {
		t.Errorf("%d requests were under way at once, want up to %d", most.Load(), standard.perHost)
	}
}

// TestNobodyQueuesForLong: where all places are taken by requests that are not
// answered, the next one is told so soon.
func TestNobodyQueuesForLong(t *testing.T) {
	inside, stop := make(chan struct{}), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { inside <- struct{}{}; <-stop }))
	defer server.Close()
	defer close(stop)
	c := New(Config{Scheme: "http", AllowPeers: loopback, limits: limits{connect: time.Minute, header: time.Minute, total: time.Minute, queue: 20 * time.Millisecond, perHost: 1}})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go c.GetDocument(ctx, server.URL, nil)
	<-inside
	if _, err := c.GetDocument(t.Context(), server.URL, nil); models.KindOf(err) != models.Busy {
		t.Errorf("the second request: %v", err)
	}
}

func TestFiles(t *testing.T) {
	var served atomic.Int64
	far := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		served.Add(1)
		w.Header().Set("Content-Type", "image/png")
		io.WriteString(w, "0123456789")
		if r.URL.Path == "/slow" {
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}
	}))
	defer far.Close()
	mux := http.NewServeMux()
	mux.Handle("/away", http.RedirectHandler(far.URL+"/file", http.StatusFound))
	mux.Handle("/private", http.RedirectHandler("https://192.168.0.1/", http.StatusFound))
	mux.Handle("/loop", http.RedirectHandler("/loop", http.StatusFound))
	near := httptest.NewServer(mux)
	defer near.Close()
	patient, hurried := plainClient(), hurriedClient()
	image := &Document{URL: far.URL + "/file", MediaType: "image/png", Body: []byte("0123456789")}
	for _, test := range []struct {
		name, url string
		limit     int64
		want      *Document
		kind      models.Kind
	}{
		{"a file", far.URL + "/file", 10, image, ""},
		{"a file on another host", near.URL + "/away", 10, image, ""},
		{"a file that is too long", far.URL + "/file", 9, nil, models.TooLarge},
		{"a file in a private network", near.URL + "/private", 10, nil, models.Unreachable},
		{"a file that is nowhere", near.URL + "/loop", 10, nil, models.Unreachable},
		{"a file that never ends", far.URL + "/slow", 100, nil, models.Unreachable},
		{"a file of this machine", "file:///etc/passwd", 100, nil, models.Invalid},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := patient
			if strings.HasSuffix(test.url, "/slow") {
				c = hurried
			}
			got, err := c.Get(t.Context(), test.url, "image/*", test.limit)
			if kind := models.KindOf(err); kind != test.kind {
				t.Errorf("Get: %v, want %q", err, test.kind)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("Get (-want +got):\n%s", diff)
			}
			opened, err := openAll(c, test.url, test.limit)
			if kind := models.KindOf(err); kind != test.kind && !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("Open: %v, want %q", err, test.kind)
			}
			if diff := cmp.Diff(test.want, opened); diff != "" {
				t.Errorf("Open (-want +got):\n%s", diff)
			}
		})
	}
	if _, err := patient.Open(t.Context(), far.URL+"/file", "*/*", 9); models.KindOf(err) != models.TooLarge {
		t.Errorf("a file that says it is too long was opened: %v", err)
	}
	if n := len(patient.gates.open) + len(hurried.gates.open); served.Load() == 0 || n != 0 {
		t.Errorf("%d files served, %d places not given back", served.Load(), n)
	}
}

// openAll is Get by means of Open.
func openAll(c *Client, url string, limit int64) (*Document, error) {
	f, err := c.Open(context.Background(), url, "image/*", limit)
	if err != nil {
		return nil, err
	}
	defer f.Body.Close()
	var all bytes.Buffer
	if _, err := all.ReadFrom(f.Body); err != nil {
		return nil, err
	}
	if f.Length != limit {
		return nil, fmt.Errorf("length %d", f.Length)
	}
	return &Document{URL: f.URL, MediaType: f.MediaType, Body: all.Bytes()}, nil
}

// TestOpenFilesKeepTheirPlace: a file that is being read counts against its host.
func TestOpenFilesKeepTheirPlace(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(document))
	defer server.Close()
	config := plainClient().config
	config.limits = standard
	config.limits.perHost = 1
	c := New(config)
	f, err := c.Open(t.Context(), server.URL, "*/*", 100)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := c.Get(ctx, server.URL, "*/*", 100); models.KindOf(err) != models.Unreachable {
		t.Errorf("while the file is open: %v", err)
	}
	f.Body.Close()
	f.Body.Close()
	if _, err := c.Get(t.Context(), server.URL, "*/*", 100); err != nil {
		t.Errorf("when it is closed: %v", err)
	}
}
