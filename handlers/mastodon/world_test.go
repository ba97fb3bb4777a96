package mastodon_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/mux"

	"atelier/handlers/apitest"
	"atelier/handlers/mastodon"
	"atelier/handlers/session"
	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/chapter/chaptertest"
	"atelier/models/media"
	"atelier/models/store"
	"atelier/models/store/storetest"
)

func TestMain(m *testing.M) { apitest.Main(m) }

// world is a chapter with the client API in front of it: pia is its president,
// ana and ben are members, gus is a guest.
type world struct {
	*chapter.Chapter
	t      testing.TB
	api    *mastodon.API
	server *httptest.Server
	routes *mux.Router
	push   *http.Client // what push services are reached by

	pia, ana, ben, gus *client
	nobody             *client
}

// each runs do in a new world on each engine.
func each(t *testing.T, do func(t *testing.T, w *world)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, s *store.Store) { do(t, newWorld(t, s)) })
}

func newWorld(t testing.TB, s *store.Store) *world {
	t.Helper()
	w := &world{t: t, Chapter: chaptertest.Open(t, s), push: &http.Client{}}
	storage, err := media.NewStorage(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	w.api = mastodon.New(mastodon.Config{Store: s, Chapter: w.Chapter, URLs: chaptertest.URLs, Who: w.who, NewToken: w.newToken, Version: "0.1.0", Media: storage, Processor: media.NewProcessor(), Push: w.push})
	if err := w.SealWith(bytes.Repeat([]byte("k"), 32)); err != nil {
		t.Fatal(err)
	}
	w.routes = mux.NewRouter()
	w.api.Routes(w.routes)
	w.server = httptest.NewServer(w.routes)
	t.Cleanup(w.server.Close)
	w.nobody = &client{world: w}
	w.pia = w.client(chaptertest.Account(t, w.Chapter, "pia"), "read write follow push admin:read admin:write")
	w.ana = w.member("ana", models.Ordinary)
	w.ben = w.member("ben", models.Ordinary)
	w.gus = w.member("gus", models.Guest)
	return w
}

func (w *world) member(name string, role models.Role) *client {
	w.t.Helper()
	return w.client(chaptertest.Member(w.t, w.Chapter, name, role), "read write follow push")
}

// client is a member's app with a token.
func (w *world) client(a *models.Account, scopes string) *client {
	w.t.Helper()
	app := &models.App{ID: w.Store.NewID(), Name: "Test app", Website: "https://app.example", RedirectURIs: []string{"app://"}, CreatedAt: w.Store.Now()}
	app.ClientID = app.ID.String()
	id := w.Store.NewID()
	c := &client{world: w, account: a, token: &models.Token{ID: id, Kind: models.AccessToken, Hash: id.String(), AppID: app.ID, Scopes: models.ParseScopes(scopes), CreatedAt: w.Store.Now()}}
	if a != nil {
		c.token.AccountID = a.ID
	}
	storetest.Write(w.t, w.Store, func(tx *store.Tx) error {
		if err := tx.AddApp(w.t.Context(), app); err != nil {
			return err
		}
		return tx.AddToken(w.t.Context(), c.token)
	})
	return c
}

// who finds the caller by a token whose secret is its hash.
func (w *world) who(r *http.Request) (*session.Caller, error) {
	secret, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return nil, nil
	}
	ctx := r.Context()
	t, err := w.Store.Token(ctx, models.AccessToken, secret)
	if err != nil {
		return nil, models.Errorf(models.NoSession, "The access token is invalid")
	}
	c := &session.Caller{Token: t}
	if c.App, err = w.Store.App(ctx, t.AppID); err != nil {
		return nil, err
	}
	if t.AccountID == 0 {
		return c, nil
	}
	if c.Account, err = w.Store.Account(ctx, t.AccountID); err != nil {
		return nil, err
	}
	if c.Member, err = w.Store.Member(ctx, t.AccountID); err != nil {
		return nil, err
	}
	c.Viewer, err = w.Store.ViewerOf(ctx, t.AccountID)
	return c, err
}

func (w *world) newToken(ctx context.Context, app *models.App, account models.ID, scopes models.Scopes) (string, *models.Token, error) {
	id := w.Store.NewID()
	t := &models.Token{ID: id, Kind: models.AccessToken, Hash: id.String(), AppID: app.ID, AccountID: account, Scopes: scopes, CreatedAt: w.Store.Now()}
	return t.Hash, t, w.Store.Write(ctx, func(tx *store.Tx) error { return tx.AddToken(ctx, t) })
}

// client asks the API; account is nil for an app's own token, token for none.
type client struct {
	*world
	account *models.Account
	token   *models.Token
	header  http.Header // sent with the next request
}

func (c *client) id() string { return c.account.ID.String() }

func (c *client) viewer() models.Viewer {
	v, err := c.Store.ViewerOf(c.t.Context(), c.account.ID)
	if err != nil {
		c.t.Fatal(err)
	}
	return v
}

// An answer is what came back. v is its JSON.
type answer struct {
	t      testing.TB
	what   string
	status int
	header http.Header
	body   []byte
	v      any
}

// ask sends a request with a body of a media type, and checks the answer
// against the schema.
func (c *client) ask(method, path, mediaType, body string) *answer {
	c.t.Helper()
	r, err := http.NewRequest(method, c.server.URL+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	if mediaType != "" {
		r.Header.Set("Content-Type", mediaType)
	}
	if c.token != nil {
		r.Header.Set("Authorization", "Bearer "+c.token.Hash)
	}
	for name, values := range c.header {
		r.Header[name] = values
	}
	c.header = nil
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	a := &answer{t: c.t, what: method + " " + path, status: res.StatusCode, header: res.Header}
	if a.body, err = io.ReadAll(res.Body); err != nil {
		c.t.Fatal(err)
	}
	if len(a.body) > 0 && method != http.MethodHead {
		if err := json.Unmarshal(a.body, &a.v); err != nil {
			c.t.Fatalf("%s: %v in %s", a.what, err, a.body)
		}
	}
	apitest.Answered(c.t, c.routes, method, path, a.status, a.header, a.body)
	return a
}

func (c *client) get(path string, args ...any) *answer {
	c.t.Helper()
	return c.ask(http.MethodGet, fmt.Sprintf(path, args...), "", "").want(200)
}

// form sends a form whose fields are key=value pairs, as a browser would.
func (c *client) form(method, path string, fields ...string) *answer {
	c.t.Helper()
	var pairs []string
	for _, f := range fields {
		key, value, _ := strings.Cut(f, "=")
		pairs = append(pairs, url.QueryEscape(key)+"="+url.QueryEscape(value))
	}
	return c.ask(method, path, "application/x-www-form-urlencoded", strings.Join(pairs, "&"))
}

func (c *client) post(path string, fields ...string) *answer {
	c.t.Helper()
	return c.form(http.MethodPost, path, fields...).want(200)
}

func (c *client) json(method, path, body string) *answer {
	c.t.Helper()
	return c.ask(method, path, "application/json", body)
}

// upload sends files and fields as multipart; a field is key=value, a file
// key@path.
func (c *client) upload(method, path string, parts ...string) *answer {
	c.t.Helper()
	var buf bytes.Buffer
	m := multipart.NewWriter(&buf)
	for _, part := range parts {
		if key, file, ok := strings.Cut(part, "@"); ok {
			data, err := os.ReadFile(file)
			if err != nil {
				c.t.Fatal(err)
			}
			h := textproto.MIMEHeader{"Content-Disposition": {fmt.Sprintf(`form-data; name=%q; filename=%q`, key, filepath.Base(file))}, "Content-Type": {"application/octet-stream"}}
			w, _ := m.CreatePart(h)
			w.Write(data)
			continue
		}
		key, value, _ := strings.Cut(part, "=")
		m.WriteField(key, value)
	}
	m.Close()
	return c.ask(method, path, m.FormDataContentType(), buf.String())
}

// says posts a status and returns its id.
func (c *client) says(text string, fields ...string) string {
	c.t.Helper()
	return c.post("/api/v1/statuses", append(fields, "status="+text)...).str("id")
}

func (a *answer) want(status int) *answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("%s: status %d, want %d: %s", a.what, a.status, status, a.body)
	}
	return a
}

// at returns the value at a path such as "account.id" or "0.tags.1.name".
func (a *answer) at(path string) any {
	a.t.Helper()
	v, err := dig(a.v, path)
	if err != nil {
		a.t.Fatalf("%s: %v in %s", a.what, err, a.body)
	}
	return v
}

var errAbsent = errors.New("absent")

func dig(v any, path string) (any, error) {
	if path == "" {
		return v, nil
	}
	for _, name := range strings.Split(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			child, ok := x[name]
			if !ok {
				return nil, fmt.Errorf("%s: %w", path, errAbsent)
			}
			v = child
		case []any:
			i, err := strconv.Atoi(name)
			if err != nil || i >= len(x) {
				return nil, fmt.Errorf("%s: %w", path, errAbsent)
			}
			v = x[i]
		default:
			return nil, fmt.Errorf("%s: %w", path, errAbsent)
		}
	}
	return v, nil
}

func (a *answer) str(path string) string {
	a.t.Helper()
	s, ok := a.at(path).(string)
	if !ok {
		a.t.Fatalf("%s: %s is no text in %s", a.what, path, a.body)
	}
	return s
}

// has says whether there is anything at a path.
func (a *answer) has(path string) bool {
	_, err := dig(a.v, path)
	return err == nil
}

// is checks what stands at a path.
func (a *answer) is(path string, want any) *answer {
	a.t.Helper()
	if n, ok := want.(int); ok {
		want = float64(n)
	}
	got, err := dig(a.v, path)
	if err != nil {
		a.t.Errorf("%s: %v; want %s = %v in %s", a.what, err, path, want, a.body)
		return a
	}
	if fmt.Sprint(got) != fmt.Sprint(want) || fmt.Sprintf("%T", got) != fmt.Sprintf("%T", want) {
		a.t.Errorf("%s: %s = %v (%T), want %v (%T)", a.what, path, got, got, want, want)
	}
	return a
}

// lacks checks that there is nothing at a path.
func (a *answer) lacks(path string) *answer {
	a.t.Helper()
	if a.has(path) {
		a.t.Errorf("%s: %s is there: %s", a.what, path, a.body)
	}
	return a
}

// ids are the ids of an array's elements.
func (a *answer) ids() []string { return a.all("id") }

// all are the texts at a path in each element of an array.
func (a *answer) all(path string) []string {
	a.t.Helper()
	list, ok := a.v.([]any)
	if !ok {
		a.t.Fatalf("%s: no list: %s", a.what, a.body)
	}
	out := []string{}
	for _, e := range list {
		v, err := dig(e, path)
		if err != nil {
			a.t.Fatalf("%s: %v in %s", a.what, err, a.body)
		}
		out = append(out, fmt.Sprint(v))
	}
	return out
}

// list checks the ids of an array.
func (a *answer) list(want ...string) *answer {
	a.t.Helper()
	if got := a.ids(); strings.Join(got, " ") != strings.Join(want, " ") {
		a.t.Errorf("%s: ids %v, want %v", a.what, got, want)
	}
	return a
}

// links are the addresses of the Link header, by rel, without the host.
func (a *answer) links() map[string]string {
	out := map[string]string{}
	for _, part := range strings.Split(a.header.Get("Link"), ", ") {
		address, rel, ok := strings.Cut(part, `>; rel="`)
		if ok {
			out[strings.TrimSuffix(rel, `"`)] = strings.TrimPrefix(address, "<"+chaptertest.URLs.Base())
		}
	}
	return out
}

func (a *answer) String() string { return string(a.body) }

func membersFirst() chapter.Profile {
	yes := true
	return chapter.Profile{MembersFirst: &yes}
}

// waitFor waits until something that happens soon has happened.
func waitFor(t testing.TB, happened func() bool) {
	t.Helper()
	for range 500 {
		if happened() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("it did not happen")
}
