package web_test

import (
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/mux"

	"atelier/handlers/respond"
	"atelier/handlers/session"
	"atelier/handlers/web"
	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/media"
	"atelier/models/store"
	"atelier/models/store/storetest"
)

const password = "three minutes of silence"

// house is a chapter's pages on a real store, served.
type house struct {
	*testing.T
	Store   *store.Store
	Chapter *chapter.Chapter
	Pages   *web.Pages
	Server  *httptest.Server
	URLs    models.URLs

	Maren *models.Account // its president
}

const setupKey = "the-printed-key"

// emptyHouse is a house that nobody has opened.
func emptyHouse(t *testing.T, s *store.Store) *house {
	t.Helper()
	h := &house{T: t, Store: s}
	m := mux.NewRouter()
	h.Server = httptest.NewServer(m)
	t.Cleanup(h.Server.Close)
	host := strings.TrimPrefix(h.Server.URL, "http://")
	h.URLs = models.NewURLs("http", host, "")
	h.Chapter = chapter.New(s, chapter.Options{URLs: h.URLs, Keys: keys})
	files, err := media.NewStorage(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	h.Pages = web.New(web.Config{
		Store: s, Chapter: h.Chapter, URLs: h.URLs, SetupKey: setupKey, Media: files, Processor: media.NewProcessor(),
		Sessions: &session.Sessions{Store: s},
		Now:      func() time.Time { return s.Now().UTC() },
	})
	h.Pages.Routes(m)
	m.Handle("/oauth/authorize", respond.Wrap(h.consent, h.Pages.Error))
	m.Handle("/oauth/authorize/native", respond.Wrap(func(w http.ResponseWriter, r *http.Request) error {
		return h.Pages.Code(w, r, "Heron", "q5d2-code")
	}, h.Pages.Error))
	m.NotFoundHandler = h.Pages.NotFound()
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); h.Chapter.Work(ctx) }()
	t.Cleanup(func() { stop(); <-done })
	return h
}

// consent shows the page that handlers/oauth would: its form comes back here.
func (h *house) consent(w http.ResponseWriter, r *http.Request) error {
	s, err := h.Pages.Sessions.Of(r)
	if err != nil || s == nil {
		http.Redirect(w, r, "/sign-in?next="+url.QueryEscape(r.URL.RequestURI()), http.StatusFound)
		return err
	}
	return h.Pages.Consent(w, r, s, web.Consent{
		App: "Heron", Website: "https://heron.example/", RedirectURI: r.FormValue("redirect_uri"), Scopes: models.ParseScopes(r.FormValue("scope")),
		Action: "/oauth/authorize", Fields: url.Values{"client_id": {"heron"}, "state": {`"><b>`}}, SwitchURL: "/sign-in?again=1",
	})
}

// keys are the same for everybody: no test here signs.
func keys() (models.KeyPair, error) {
	return models.KeyPair{RSA: "rsa", PublicKey: "public", Ed25519: "ed", EdKey: "z6Mk"}, nil
}

// newHouse is a house that Maren has opened.
func newHouse(t *testing.T, s *store.Store) *house {
	t.Helper()
	h := emptyHouse(t, s)
	a, err := h.Chapter.SetUp(t.Context(), chapter.SetUp{
		Name: "VI Coaches", Sentence: "How do we keep getting better at work that nobody else sees?",
		Steward: chapter.NewMember{Username: "maren", Name: "Maren Oakhollow", Email: "maren@oakhollow.example", Password: password},
	})
	if err != nil {
		t.Fatal(err)
	}
	h.Maren = a
	return h
}

// each runs a test in an opened house on each engine.
func each(t *testing.T, do func(h *house)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, s *store.Store) { do(newHouse(t, s)) })
}

// member adds a member called like "Ana Lindqvarn".
func (h *house) member(name string) *models.Account {
	h.Helper()
	username := strings.ToLower(strings.Fields(name)[0])
	a, err := h.Chapter.AddMember(h.Context(), chapter.NewMember{
		Username: username, Name: name, Email: username + "@mail.example", Password: password, Role: models.Ordinary,
	})
	if err != nil {
		h.Fatal(err)
	}
	return a
}

var here = true

// note publishes an approach for everyone, at once.
func (h *house) note(by *models.Account, title string, change ...func(*chapter.Draft)) *models.Post {
	h.Helper()
	elsewhere := false
	d := chapter.Draft{
		Title: title, Summary: "Three minutes of shared silence, then one question. Works from the third session on.",
		Visibility: models.Public, LocalOnly: &elsewhere,
		Practice: &models.Practice{Kind: models.Approach, Confidentiality: models.Disguised, Sections: []models.Section{
			{Key: "when", Text: "Somewhere around the third session a client who has been talking freely stops."},
			{Key: "do", Text: "1. Say what you see, once.\n2. Offer the silence on purpose.\n3. Keep it."},
		}},
	}
	for _, c := range change {
		c(&d)
	}
	p, err := h.Chapter.Publish(h.Context(), by, d)
	if err != nil {
		h.Fatal(err)
	}
	return p
}

// forMembers makes a draft one for members.
func forMembers(d *chapter.Draft) { d.Visibility, d.LocalOnly = models.Private, &here }

// says publishes a discussion post for everyone.
func (h *house) says(by *models.Account, words string, change ...func(*chapter.Draft)) *models.Post {
	h.Helper()
	d := chapter.Draft{Source: words, Visibility: models.Public}
	for _, c := range change {
		c(&d)
	}
	p, err := h.Chapter.Publish(h.Context(), by, d)
	if err != nil {
		h.Fatal(err)
	}
	return p
}

// answering makes a draft an answer to p.
func answering(p *models.Post) func(*chapter.Draft) {
	return func(d *chapter.Draft) { d.InReplyTo = p.ID }
}

// browser is somebody's browser: it keeps cookies and follows redirects.
type browser struct {
	*house
	http *http.Client
}

// stranger is a browser that nobody is signed in with.
func (h *house) stranger() *browser {
	jar, _ := cookiejar.New(nil) // without options it cannot fail
	return &browser{h, &http.Client{Jar: jar}}
}

// as is a browser that a member is signed in with.
func (h *house) as(a *models.Account) *browser {
	h.Helper()
	b := h.stranger()
	page := b.post("/sign-in", "login", a.Username, "password", password)
	if page.Status != 200 || page.Path == "/sign-in" {
		h.Fatalf("%s cannot sign in: %d %s", a.Username, page.Status, page.said())
	}
	return b
}

// answer is what a browser shows.
type answer struct {
	Status int
	Path   string // with the query
	Header http.Header
	Body   string
}

func (b *browser) get(path string) *answer {
	b.Helper()
	res, err := b.http.Get(b.Server.URL + path)
	return b.read(res, err)
}

// post sends a form as a page of this house would: with the form token.
func (b *browser) post(path string, pairs ...string) *answer {
	b.Helper()
	form := url.Values{}
	if token := b.token(); token != "" {
		form.Set(session.FormField, token)
	}
	for i := 0; i < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	res, err := b.http.PostForm(b.Server.URL+path, form)
	return b.read(res, err)
}

var tokenRE = regexp.MustCompile(`name="token" value="([^"]*)"`)

// token is the one that forms carry, "" for strangers.
func (b *browser) token() string {
	b.Helper()
	if m := tokenRE.FindStringSubmatch(b.get("/").Body); m != nil {
		return m[1]
	}
	return ""
}

func (b *browser) read(res *http.Response, err error) *answer {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		b.Fatal(err)
	}
	return &answer{res.StatusCode, res.Request.URL.RequestURI(), res.Header, string(body)}
}

var (
	scriptsRE = regexp.MustCompile(`(?s)<head>.*?</head>|<svg.*?</svg>`)
	tagsRE    = regexp.MustCompile(`<[^>]*>`)
	spacesRE  = regexp.MustCompile(`\s+`)
)

// said is the text of a page, for messages and for looking in.
func (p *answer) said() string {
	s := tagsRE.ReplaceAllString(scriptsRE.ReplaceAllString(p.Body, ""), " ")
	s = strings.NewReplacer("&#34;", `"`, "&#39;", "'", "&amp;", "&", "&lt;", "<", "&gt;", ">").Replace(s)
	return strings.TrimSpace(spacesRE.ReplaceAllString(s, " "))
}

// shows fails the test unless the page has status and all words.
func (b *browser) shows(p *answer, status int, words ...string) {
	b.Helper()
	if p.Status != status {
		b.Fatalf("%s: status %d, want %d: %s", p.Path, p.Status, status, p.said())
	}
	for _, w := range words {
		if !strings.Contains(p.said(), w) {
			b.Fatalf("%s does not say %q: %s", p.Path, w, p.said())
		}
	}
}

// hides fails the test if the page has any of words anywhere.
func (b *browser) hides(p *answer, words ...string) {
	b.Helper()
	for _, w := range words {
		if strings.Contains(p.Body, w) {
			b.Fatalf("%s has %q: %s", p.Path, w, p.said())
		}
	}
}
