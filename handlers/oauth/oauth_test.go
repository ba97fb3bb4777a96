package oauth_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/mux"

	"atelier/handlers/apitest"
	"atelier/handlers/oauth"
	"atelier/handlers/respond"
	"atelier/handlers/session"
	"atelier/models"
	"atelier/models/store"
	"atelier/models/store/storetest"
)

func TestMain(m *testing.M) { apitest.Main(m) }

// room is the OAuth handlers with a member who is signed in.
type room struct {
	t        *testing.T
	store    *store.Store
	oauth    *oauth.OAuth
	sessions *session.Sessions
	mux      *mux.Router
	ana      *models.Account
	cookie   *http.Cookie     // of ana's browser
	asked    *oauth.Consent   // what the consent page was shown with
	browser  *session.Session // who it was shown to
}

func open(t *testing.T, s *store.Store) *room {
	t.Helper()
	x := &room{t: t, store: s, sessions: &session.Sessions{Store: s, Secure: true}, mux: mux.NewRouter()}
	x.oauth = oauth.New(oauth.Config{
		Store: s, Sessions: x.sessions, URLs: models.NewURLs("https", "vi.example", ""),
		AskConsent: func(w http.ResponseWriter, _ *http.Request, by *session.Session, c oauth.Consent) error {
			x.asked, x.browser = &c, by
			_, err := io.WriteString(w, "consent")
			return err
		},
		ShowCode: func(w http.ResponseWriter, _ *http.Request, app, code string) error {
			_, err := io.WriteString(w, app+" "+code)
			return err
		},
		PageError: respond.PlainError,
		Avatar:    func(a *models.Account) string { return "https://vi.example/media/" + a.Username },
		PushKey:   func(context.Context) (string, error) { return "vapid", nil },
	})
	x.oauth.Routes(x.mux)
	storetest.Write(t, s, func(tx *store.Tx) error {
		_, err := tx.AddChapter(t.Context(), &models.Chapter{AccountID: 1, InstanceID: 2, Name: "VI", Domain: "vi.example"})
		return err
	})
	x.ana = storetest.Member(t, s, "ana", models.Ordinary)
	x.cookie = x.signIn(x.ana)
	return x
}

func (x *room) signIn(a *models.Account) *http.Cookie {
	w := httptest.NewRecorder()
	if _, err := x.sessions.Begin(w, httptest.NewRequest("POST", "/sign-in", nil), a.ID); err != nil {
		x.t.Fatal(err)
	}
	return w.Result().Cookies()[0]
}

// do sends a request; a body that begins with { is JSON, others are forms.
func (x *room) do(method, path, body string, change ...func(*http.Request)) *http.Response {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if strings.HasPrefix(body, "{") {
			r.Header.Set("Content-Type", "application/json")
		}
	}
	for _, c := range change {
		c(r)
	}
	w := httptest.NewRecorder()
	x.mux.ServeHTTP(w, r)
	apitest.Answered(x.t, x.mux, method, path, w.Code, w.Header(), w.Body.Bytes())
	return w.Result()
}

func withCookie(c *http.Cookie) func(*http.Request) {
	return func(r *http.Request) { r.AddCookie(c) }
}

func withToken(token string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) }
}

// object reads a JSON answer that must have a status.
func (x *room) object(res *http.Response, status int) map[string]any {
	x.t.Helper()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		x.t.Fatal(err)
	}
	if res.StatusCode != status {
		x.t.Fatalf("status %d, want %d: %s", res.StatusCode, status, body)
	}
	var out map[string]any
	if err := json.Unmarshal(body, &out); err != nil {
		x.t.Fatalf("%v: %s", err, body)
	}
	return out
}

const callback = "https://app.example/cb?x=%2F"

type app struct{ id, secret string }

func (x *room) app(redirects, scopes string) app {
	x.t.Helper()
	a := x.object(x.do("POST", "/api/v1/apps", url.Values{"client_name": {"Test"}, "redirect_uris": {redirects}, "scopes": {scopes}}.Encode()), 200)
	return app{a["client_id"].(string), a["client_secret"].(string)}
}

func (a app) wish(more ...string) url.Values {
	return with(url.Values{"response_type": {"code"}, "client_id": {a.id}, "redirect_uri": {callback}, "scope": {"read write"}}, more...)
}

func (a app) grant(code string, more ...string) url.Values {
	return with(url.Values{"grant_type": {"authorization_code"}, "client_id": {a.id}, "client_secret": {a.secret}, "redirect_uri": {callback}, "code": {code}}, more...)
}

// with sets fields; a field set to "-" is taken out.
func with(q url.Values, pairs ...string) url.Values {
	for i := 0; i < len(pairs); i += 2 {
		if q.Set(pairs[i], pairs[i+1]); pairs[i+1] == "-" {
			q.Del(pairs[i])
		}
	}
	return q
}

// consent asks for a wish and answers the consent page.
func (x *room) consent(wish url.Values, do string) *http.Response {
	x.t.Helper()
	x.asked = nil
	res := x.do("GET", "/oauth/authorize?"+wish.Encode(), "", withCookie(x.cookie))
	if x.asked == nil {
		x.t.Fatalf("the consent page was not shown: %d %s", res.StatusCode, res.Header.Get("Location"))
	}
	form := with(x.asked.Kept, "do", do, session.FormField, x.browser.FormToken())
	return x.do("POST", x.asked.Action, form.Encode(), withCookie(x.cookie))
}

// allowed asks for a wish and allows it, if that has to be asked.
func (x *room) allowed(wish url.Values) *http.Response {
	x.t.Helper()
	x.asked = nil
	res := x.do("GET", "/oauth/authorize?"+wish.Encode(), "", withCookie(x.cookie))
	if x.asked == nil {
		return res
	}
	return x.consent(wish, "allow")
}

// at lets a part of the test fail for itself.
func (x *room) at(t *testing.T) (back func()) {
	old := x.t
	x.t = t
	return func() { x.t = old }
}

// code is the code that a redirect carries.
func (x *room) code(res *http.Response) string {
	x.t.Helper()
	u, err := res.Location()
	if err != nil || u.Query().Get("code") == "" {
		x.t.Fatalf("no code in the answer %d: %v", res.StatusCode, u)
	}
	return u.Query().Get("code")
}

// token is an access token of ana's.
func (x *room) token(a app, scope string) string {
	x.t.Helper()
	code := x.code(x.allowed(a.wish("scope", scope)))
	return x.object(x.do("POST", "/oauth/token", a.grant(code).Encode()), 200)["access_token"].(string)
}

func TestRegisteringAnApp(t *testing.T) {
	x := open(t, storetest.SQLite(t))
	for _, test := range []struct {
		name, body string
		redirects  []any
		scopes     []any
	}{
		{"as a form", "client_name=Test&redirect_uris=" + url.QueryEscape(callback) + "&scopes=read+write&website=https://app.example", []any{callback}, []any{"read", "write"}},
		{"as JSON with a list", `{"client_name":"Test","redirect_uris":["` + callback + `","myapp://cb"],"scopes":"read","website":"https://app.example"}`, []any{callback, "myapp://cb"}, []any{"read"}},
		{"with lines of redirects", `{"client_name":"Test","redirect_uris":"urn:ietf:wg:oauth:2.0:oob\nhttp://127.0.0.1:8000/","website":"https://app.example"}`, []any{"urn:ietf:wg:oauth:2.0:oob", "http://127.0.0.1:8000/"}, []any{"read"}},
		{"with a repeated field", "client_name=Test&redirect_uris[]=a:b&redirect_uris[]=c:d&website=https://app.example", []any{"a:b", "c:d"}, []any{"read"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			defer x.at(t)()
			got := x.object(x.do("POST", "/api/v1/apps", test.body), 200)
			for _, field := range []string{"id", "client_id", "client_secret"} {
				if s, _ := got[field].(string); s == "" {
					t.Errorf("no %s in %v", field, got)
				}
				delete(got, field)
			}
			var joined []string
			for _, r := range test.redirects {
				joined = append(joined, r.(string))
			}
			want := map[string]any{"name": "Test", "website": "https://app.example", "scopes": test.scopes, "redirect_uris": test.redirects,
				"redirect_uri": strings.Join(joined, "\n"), "vapid_key": "vapid", "client_secret_expires_at": 0.0}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	t.Run("in the query alone", func(t *testing.T) {
		if res := x.do("POST", "/api/v1/apps?client_name=Old&redirect_uris=a:b", ""); res.StatusCode != 200 {
			t.Errorf("status %d", res.StatusCode)
		}
	})
}

func TestAnAppThatMakesNoSense(t *testing.T) {
	x := open(t, storetest.SQLite(t))
	for _, test := range []struct {
		name, change, value string
		status              int
	}{
		{"without a name", "client_name", " ", 422},
		{"with a long name", "client_name", strings.Repeat("é", 61), 422},
		{"without a redirect", "redirect_uris", "", 422},
		{"with a script as redirect", "redirect_uris", "JavaScript:alert(1)", 422},
		{"with data as redirect", "redirect_uris", "data:text/html,x", 422},
		{"with a relative redirect", "redirect_uris", "/cb", 422},
		{"with a redirect without host", "redirect_uris", "https:cb", 422},
		{"with a fragment", "redirect_uris", "https://app.example/#cb", 422},
		{"with an unreadable redirect", "redirect_uris", "https://app.example/%zz", 422},
		{"with a long redirect", "redirect_uris", "https://app.example/" + strings.Repeat("a", 2000), 422},
		{"with many redirects", "redirect_uris", strings.Repeat("a:b ", 31), 422},
		{"with a scope that is none", "scopes", "read everything", 422},
		{"with a website that is a script", "website", "javascript:alert(1)", 422},
		{"with too much", "website", strings.Repeat("a", 70000), 413},
	} {
		t.Run(test.name, func(t *testing.T) {
			q := with(url.Values{"client_name": {"Test"}, "redirect_uris": {callback}}, test.change, test.value)
			if res := x.do("POST", "/api/v1/apps", q.Encode()); res.StatusCode != test.status {
				t.Errorf("status %d, want %d", res.StatusCode, test.status)
			}
		})
	}
	for _, body := range []string{`{"client_name":`, `{"client_name":{"a":1}}`, `{}garbage`} {
		if res := x.do("POST", "/api/v1/apps", body); res.StatusCode != 400 && res.StatusCode != 422 {
			t.Errorf("%s: status %d", body, res.StatusCode)
		}
	}
}

func TestTheCodeFlow(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := open(t, s)
		a := x.app(callback, "read write follow")
		res := x.consent(a.wish("state", "a b&c"), "allow")
		code := x.code(res)
		if want := callback + "&code=" + code + "&state=a+b%26c"; res.StatusCode != 303 || res.Header.Get("Location") != want {
			t.Errorf("the app was answered %d %s, want %s", res.StatusCode, res.Header.Get("Location"), want)
		}
		got := x.object(x.do("POST", "/oauth/token", a.grant(code).Encode()), 200)
		token := got["access_token"].(string)
		if at := time.Unix(int64(got["created_at"].(float64)), 0); time.Since(at).Abs() > time.Minute {
			t.Errorf("created_at is %v", at)
		}
		delete(got, "access_token")
		delete(got, "created_at")
		if diff := cmp.Diff(map[string]any{"token_type": "Bearer", "scope": "read write"}, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}

		c, err := x.oauth.CallerOf(t.Context(), token)
		if err != nil {
			t.Fatal(err)
		}
		want := models.Viewer{AccountID: x.ana.ID, Role: models.Ordinary}
		if c.Viewer != want || c.Account.Username != "ana" || c.App.Name != "Test" || c.Token.Scopes.String() != "read write" {
			t.Errorf("the caller is %+v", c)
		}
		if t.Failed() {
			return
		}

		// The same app with the same or less does not ask again.
		x.asked = nil
		again := x.do("GET", "/oauth/authorize?"+a.wish("scope", "read").Encode(), "", withCookie(x.cookie))
		if x.asked != nil {
			t.Error("consent was asked for a second time")
		}
		x.object(x.do("POST", "/oauth/token", a.grant(x.code(again)).Encode()), 200)
		x.do("GET", "/oauth/authorize?"+a.wish("scope", "read follow").Encode(), "", withCookie(x.cookie))
		if x.asked == nil {
			t.Error("an app got more than it was allowed before without asking")
		}
	})
}

func TestWhatTheConsentPageIsShown(t *testing.T) {
	x := open(t, storetest.SQLite(t))
	a := x.app(callback, "read write")
	x.do("GET", "/oauth/authorize?"+a.wish("state", "s", "lang", "de", "evil", "1").Encode(), "", withCookie(x.cookie))
	got := *x.asked
	if got.App.Name != "Test" || x.browser.Member.AccountID != x.ana.ID {
		t.Errorf("asked %+v of %+v", got.App, x.browser)
	}
	got.App = nil
	kept := url.Values{"response_type": {"code"}, "client_id": {a.id}, "redirect_uri": {callback}, "scope": {"read write"}, "state": {"s"}, "lang": {"de"}}
	want := oauth.Consent{Scopes: models.Scopes{"read", "write"}, RedirectURI: callback, Action: "/oauth/authorize", Kept: kept,
		SwitchURL: "/sign-in?" + url.Values{"again": {"1"}, "next": {"/oauth/authorize?" + kept.Encode()}}.Encode()}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAuthorizeSendsToSignIn(t *testing.T) {
	x := open(t, storetest.SQLite(t))
	a := x.app(callback, "read write")
	for _, test := range []struct {
		name, path string
		signedIn   bool
		again      string
	}{
		{"somebody who is signed out", "/oauth/authorize?", false, ""},
		{"at the path with a slash", "/oauth/authorize/?", false, ""},
		{"whom the app wants to see sign in", "/oauth/authorize?force_login=true&", true, "1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var change []func(*http.Request)
			if test.signedIn {
				change = append(change, withCookie(x.cookie))
			}
			res := x.do("GET", test.path+a.wish("state", "s").Encode(), "", change...)
			u, err := res.Location()
			if err != nil || res.StatusCode != 302 || u.Path != "/sign-in" {
				t.Fatalf("%d %v", res.StatusCode, u)
			}
			want := url.Values{"next": {"/oauth/authorize?" + a.wish("state", "s").Encode()}}
			if test.again != "" {
				want.Set("again", test.again)
			}
			if diff := cmp.Diff(want, u.Query()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	if res := x.do("POST", "/oauth/authorize", with(a.wish(), "do", "allow").Encode()); res.StatusCode != 303 || !strings.HasPrefix(res.Header.Get("Location"), "/sign-in?") {
		t.Errorf("an answer without a session: %d %s", res.StatusCode, res.Header.Get("Location"))
	}
}

func TestWishesThatAreRefused(t *testing.T) {
	x := open(t, storetest.SQLite(t))
	a := x.app(callback, "read write")
	oob := x.app("urn:ietf:wg:oauth:2.0:oob", "read")
	two := x.app("a:b c:d", "read")
	challenge := base64.RawURLEncoding.EncodeToString(make([]byte, 32))
	for _, test := range []struct {
		name   string
		wish   url.Values
		status int
		code   string // in the redirect; "" means the member is told
	}{
		{"of an app that is not known", a.wish("client_id", "x"), 400, ""},
		{"with another redirect", a.wish("redirect_uri", "https://evil.example/"), 400, ""},
		{"with a longer redirect", a.wish("redirect_uri", callback+"/"), 400, ""},
		{"with a redirect that is spelt differently", a.wish("redirect_uri", strings.Replace(callback, "%2F", "/", 1)), 400, ""},
		{"without a redirect where there are two", two.wish("redirect_uri", "-", "scope", "read"), 400, ""},
		{"for a token in the address", a.wish("response_type", "token"), 303, "unsupported_response_type"},
		{"with a scope that the app did not register", a.wish("scope", "read push"), 303, "invalid_scope"},
		{"with a scope that is none", a.wish("scope", "read:everything"), 303, "invalid_scope"},
		{"with a plain challenge", a.wish("code_challenge", challenge, "code_challenge_method", "plain"), 303, "invalid_request"},
		{"with a challenge without method", a.wish("code_challenge", challenge), 303, "invalid_request"},
		{"with a method without challenge", a.wish("code_challenge_method", "S256"), 303, "invalid_request"},
		{"with a challenge that is none", a.wish("code_challenge", "abc", "code_challenge_method", "S256"), 303, "invalid_request"},
		{"out of band", oob.wish("redirect_uri", "-", "scope", "write"), 400, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.wish.Set("state", "s")
			for _, res := range []*http.Response{
				x.do("GET", "/oauth/authorize?"+test.wish.Encode(), "", withCookie(x.cookie)),
				x.do("POST", "/oauth/authorize", with(test.wish, "do", "allow", session.FormField, x.formToken()).Encode(), withCookie(x.cookie)),
			} {
				if res.StatusCode != test.status {
					t.Errorf("status %d, want %d", res.StatusCode, test.status)
				}
				u, err := res.Location()
				switch {
				case test.code == "" && err == nil:
					t.Errorf("redirected to %v", u)
				case test.code != "" && err != nil:
					t.Error("not redirected")
				case test.code != "":
					if q := u.Query(); q.Get("error") != test.code || q.Get("state") != "s" || q.Has("code") || !strings.HasPrefix(u.String(), callback) {
						t.Errorf("the app was told %v", u)
					}
				}
			}
		})
	}
}

// formToken is what forms of ana's browser carry.
func (x *room) formToken() string {
	r := httptest.NewRequest("GET", "/", nil)
	r.AddCookie(x.cookie)
	s, err := x.sessions.Of(r)
	if err != nil || s == nil {
		x.t.Fatal("ana is not signed in", err)
	}
	return s.FormToken()
}

func TestOnlyTheMembersOwnFormDecides(t *testing.T) {
	x := open(t, storetest.SQLite(t))
	a := x.app(callback, "read write")
	if res := x.consent(a.wish("state", "s"), "deny"); !strings.HasPrefix(res.Header.Get("Location"), callback+"&error=access_denied&") {
		t.Errorf("a refusal: %d %s", res.StatusCode, res.Header.Get("Location"))
	}
	for name, form := range map[string]url.Values{
		"from another site":            with(a.wish(), "do", "allow"),
		"with somebody else's token":   with(a.wish(), "do", "allow", session.FormField, "AAAA"),
		"that says neither yes nor no": with(a.wish(), session.FormField, x.formToken()),
	} {
		res := x.do("POST", "/oauth/authorize", form.Encode(), withCookie(x.cookie))
		if res.StatusCode < 400 {
			t.Errorf("a form %s: %d %s", name, res.StatusCode, res.Header.Get("Location"))
		}
	}
}

func TestOutOfBand(t *testing.T) {
	x := open(t, storetest.SQLite(t))
	a := x.app("urn:ietf:wg:oauth:2.0:oob", "read write")
	res := x.consent(a.wish("redirect_uri", "urn:ietf:wg:oauth:2.0:oob"), "allow")
	path := res.Header.Get("Location")
	if res.StatusCode != 303 || !strings.HasPrefix(path, "/oauth/authorize/native?code=") {
		t.Fatalf("%d %s", res.StatusCode, path)
	}
	code := x.code(res)
	shown, _ := io.ReadAll(x.do("GET", path, "", withCookie(x.cookie)).Body)
	if string(shown) != "Test "+code {
		t.Errorf("shown %q", shown)
	}
	for name, change := range map[string]func(*http.Request){
		"a stranger":     func(*http.Request) {},
		"another member": withCookie(x.signIn(storetest.Member(t, x.store, "bob", models.Ordinary))),
	} {
		if res := x.do("GET", path, "", change); res.StatusCode != 404 {
			t.Errorf("%s sees the code: %d", name, res.StatusCode)
		}
	}
	if res := x.do("GET", "/oauth/authorize/native?code=x", "", withCookie(x.cookie)); res.StatusCode != 404 {
		t.Errorf("a code that is none: %d", res.StatusCode)
	}
	x.object(x.do("POST", "/oauth/token", a.grant(code, "redirect_uri", "urn:ietf:wg:oauth:2.0:oob").Encode()), 200)
}

func TestTokenRequestsThatAreRefused(t *testing.T) {
	x := open(t, storetest.SQLite(t))
	a, other := x.app(callback, "read write"), x.app(callback, "read write")
	verifier := strings.Repeat("v", 43)
	sum := sha256.Sum256([]byte(verifier))
	challenge := base64.RawURLEncoding.EncodeToString(sum[:])
	for _, test := range []struct {
		name  string
		wish  []string
		grant []string
		code  string
	}{
		{"without a grant type", nil, []string{"grant_type", "-"}, "invalid_request"},
		{"by password", nil, []string{"grant_type", "password"}, "unsupported_grant_type"},
		{"by refresh token", nil, []string{"grant_type", "refresh_token"}, "unsupported_grant_type"},
		{"of an app that is not known", nil, []string{"client_id", "x"}, "invalid_client"},
		{"with a wrong secret", nil, []string{"client_secret", "x"}, "invalid_client"},
		{"without a secret", nil, []string{"client_secret", "-"}, "invalid_client"},
		{"of another app", nil, []string{"client_id", other.id, "client_secret", other.secret}, "invalid_grant"},
		{"with a wrong code", nil, []string{"code", "x"}, "invalid_grant"},
		{"without a code", nil, []string{"code", "-"}, "invalid_grant"},
		{"with another redirect", nil, []string{"redirect_uri", "https://app.example/"}, "invalid_grant"},
		{"with an empty redirect", nil, []string{"redirect_uri", ""}, "invalid_grant"},
		{"without the proof", []string{"code_challenge", challenge, "code_challenge_method", "S256"}, nil, "invalid_grant"},
		{"with a wrong proof", []string{"code_challenge", challenge, "code_challenge_method", "S256"}, []string{"code_verifier", strings.Repeat("w", 43)}, "invalid_grant"},
		{"with the challenge as proof", []string{"code_challenge", challenge, "code_challenge_method", "S256"}, []string{"code_verifier", challenge}, "invalid_grant"},
		{"with a proof of which the challenge was taken out", nil, []string{"code_verifier", verifier}, "invalid_grant"},
		{"of an app that wants more than it registered", nil, []string{"grant_type", "client_credentials", "scope", "push"}, "invalid_scope"},
		{"of an app that wants what is not", nil, []string{"grant_type", "client_credentials", "scope", "read:everything"}, "invalid_scope"},
		{"of an app with a wrong secret", nil, []string{"grant_type", "client_credentials", "client_secret", "x"}, "invalid_client"},
	} {
		t.Run(test.name, func(t *testing.T) {
			defer x.at(t)()
			code := x.code(x.allowed(a.wish(test.wish...)))
			status := 400
			if test.code == "invalid_client" {
				status = 401
			}
			got := x.object(x.do("POST", "/oauth/token", a.grant(code, test.grant...).Encode()), status)
			if got["error"] != test.code || got["error_description"] == "" {
				t.Errorf("answered %v, want %s", got, test.code)
			}
		})
	}
	t.Run("too late", func(t *testing.T) {
		code := x.code(x.allowed(a.wish()))
		storetest.Write(t, x.store, func(tx *store.Tx) error {
			c, err := tx.Code(t.Context(), hashed(code))
			if err != nil {
				return err
			}
			late := *c
			late.Hash, late.ExpiresAt = hashed("late"), x.store.Now()
			return tx.AddCode(t.Context(), &late)
		})
		if got := x.object(x.do("POST", "/oauth/token", a.grant("late").Encode()), 400); got["error"] != "invalid_grant" {
			t.Errorf("answered %v", got)
		}
	})
	t.Run("for a member who was suspended meanwhile", func(t *testing.T) {
		code := x.code(x.allowed(a.wish()))
		x.setState(models.Suspended)
		if got := x.object(x.do("POST", "/oauth/token", a.grant(code).Encode()), 400); got["error"] != "invalid_grant" {
			t.Errorf("answered %v", got)
		}
	})
}

func hashed(secret string) string {
	const digits = "0123456789abcdef"
	var b strings.Builder
	for _, c := range sha256.Sum256([]byte(secret)) {
		b.WriteByte(digits[c>>4])
		b.WriteByte(digits[c&15])
	}
	return b.String()
}

func (x *room) setState(s models.MemberState) {
	x.t.Helper()
	storetest.Write(x.t, x.store, func(tx *store.Tx) error {
		m, err := tx.Member(x.t.Context(), x.ana.ID)
		if err != nil {
			return err
		}
		m.State = s
		if _, err = tx.SetMember(x.t.Context(), m); err != nil {
			return err
		}
		return tx.Leave(x.t.Context(), models.Event{Kind: models.AccountChanged, AccountID: x.ana.ID})
	})
}

func TestTheWaysToAskForAToken(t *testing.T) {
	x := open(t, storetest.SQLite(t))
	a := x.app(callback, "read write")
	verifier := strings.Repeat("v", 43)
	sum := sha256.Sum256([]byte(verifier))
	proof := []string{"code_challenge", base64.RawURLEncoding.EncodeToString(sum[:]), "code_challenge_method", "S256"}
	asJSON := func(q url.Values) string {
		fields := map[string]string{}
		for name := range q {
			fields[name] = q.Get(name)
		}
		b, _ := json.Marshal(fields)
		return string(b)
	}
	for _, test := range []struct {
		name string
		wish []string
		ask  func(code string) *http.Response
	}{
		{"as a form", nil, func(code string) *http.Response { return x.do("POST", "/oauth/token", a.grant(code).Encode()) }},
		{"as JSON", nil, func(code string) *http.Response { return x.do("POST", "/oauth/token", asJSON(a.grant(code))) }},
		{"in the query", nil, func(code string) *http.Response { return x.do("POST", "/oauth/token?"+a.grant(code).Encode(), "") }},
		{"without the redirect, of which there is one", nil, func(code string) *http.Response {
			return x.do("POST", "/oauth/token", a.grant(code, "redirect_uri", "-").Encode())
		}},
		{"with HTTP Basic", nil, func(code string) *http.Response {
			return x.do("POST", "/oauth/token", a.grant(code, "client_id", "-", "client_secret", "-").Encode(),
				func(r *http.Request) { r.SetBasicAuth(url.QueryEscape(a.id), url.QueryEscape(a.secret)) })
		}},
		{"with a proof beside the secret", proof, func(code string) *http.Response {
			return x.do("POST", "/oauth/token", a.grant(code, "code_verifier", verifier).Encode())
		}},
		{"as parts", nil, func(code string) *http.Response {
			var b strings.Builder
			for name, values := range a.grant(code) {
				b.WriteString("--x\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + values[0] + "\r\n")
			}
			return x.do("POST", "/oauth/token", b.String()+"--x--\r\n", func(r *http.Request) {
				r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
			})
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			defer x.at(t)()
			code := x.code(x.allowed(a.wish(append(test.wish, "scope", "write")...)))
			got := x.object(test.ask(code), 200)
			if got["scope"] != "write" {
				t.Errorf("answered %v", got)
			}
			c, err := x.oauth.CallerOf(t.Context(), got["access_token"].(string))
			if err != nil || c.Viewer.AccountID != x.ana.ID {
				t.Fatalf("%+v, %v", c, err)
			}
			x.object(x.do("POST", "/oauth/revoke", url.Values{"client_id": {a.id}, "client_secret": {a.secret}, "token": {got["access_token"].(string)}}.Encode()), 200)
		})
	}
}

func TestACodeThatComesTwiceEndsItsToken(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := open(t, s)
		a := x.app(callback, "read write")
		code := x.code(x.allowed(a.wish()))
		token := x.object(x.do("POST", "/oauth/token", a.grant(code).Encode()), 200)["access_token"].(string)
		if _, err := x.oauth.CallerOf(t.Context(), token); err != nil {
			t.Fatal(err)
		}
		if got := x.object(x.do("POST", "/oauth/token", a.grant(code).Encode()), 400); got["error"] != "invalid_grant" {
			t.Errorf("answered %v", got)
		}
		if _, err := x.oauth.CallerOf(t.Context(), token); models.KindOf(err) != models.NoSession {
			t.Errorf("the token still works: %v", err)
		}
	})
}

func TestOneOfManyGetsTheToken(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := open(t, s)
		a := x.app(callback, "read write")
		code := x.code(x.allowed(a.wish()))
		statuses := make(chan int)
		for range 8 {
			go func() { statuses <- x.do("POST", "/oauth/token", a.grant(code).Encode()).StatusCode }()
		}
		got := map[int]int{}
		for range 8 {
			got[<-statuses]++
		}
		if diff := cmp.Diff(map[int]int{200: 1, 400: 7}, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestAppTokens(t *testing.T) {
	x := open(t, storetest.SQLite(t))
	a := x.app(callback, "read write")
	for _, test := range []struct{ name, scope, want string }{
		{"without a scope", "", "read"},
		{"with less", "write:accounts read", "write:accounts read"},
	} {
		t.Run(test.name, func(t *testing.T) {
			q := url.Values{"grant_type": {"client_credentials"}, "client_id": {a.id}, "client_secret": {a.secret}, "scope": {test.scope}}
			got := x.object(x.do("POST", "/oauth/token", q.Encode()), 200)
			if got["scope"] != test.want {
				t.Errorf("scope %v, want %s", got["scope"], test.want)
			}
			token := got["access_token"].(string)
			c, err := x.oauth.CallerOf(t.Context(), token)
			if err != nil || c.Account != nil || c.Viewer != models.Stranger {
				t.Errorf("the caller is %+v, %v", c, err)
			}
			app := x.object(x.do("GET", "/api/v1/apps/verify_credentials", "", withToken(token)), 200)
			if app["name"] != "Test" || app["client_secret"] != nil || app["vapid_key"] != "vapid" {
				t.Errorf("the app is %v", app)
			}
			if res := x.do("GET", "/oauth/userinfo", "", withToken(token)); res.StatusCode != 422 {
				t.Errorf("userinfo of an app: %d", res.StatusCode)
			}
		})
	}
	writer := x.app(callback, "write")
	q := url.Values{"grant_type": {"client_credentials"}, "client_id": {writer.id}, "client_secret": {writer.secret}}
	if got := x.object(x.do("POST", "/oauth/token", q.Encode()), 200); got["scope"] != "write" {
		t.Errorf("an app that may not read got %v", got["scope"])
	}
}

func TestRevoking(t *testing.T) {
	x := open(t, storetest.SQLite(t))
	a, other := x.app(callback, "read write"), x.app(callback, "read write")
	token := x.token(a, "read")
	revoke := func(by app, token string) *http.Response {
		return x.do("POST", "/oauth/revoke", url.Values{"client_id": {by.id}, "client_secret": {by.secret}, "token": {token}}.Encode())
	}
	if got := x.object(revoke(app{a.id, "x"}, token), 401); got["error"] != "invalid_client" {
		t.Errorf("without the secret: %v", got)
	}
	if got := x.object(revoke(other, token), 403); got["error"] != "unauthorized_client" {
		t.Errorf("by another app: %v", got)
	}
	if _, err := x.oauth.CallerOf(t.Context(), token); err != nil {
		t.Fatalf("the token ended too early: %v", err)
	}
	var heard []models.Event
	x.store.Listen(func(events []models.Event) { heard = append(heard, events...) })
	for _, unknown := range []string{token, token, "x", ""} {
		if got := x.object(revoke(a, unknown), 200); len(got) > 0 {
			t.Errorf("answered %v", got)
		}
	}
	if len(heard) != 1 || heard[0].Kind != models.TokenRevoked || heard[0].AccountID != x.ana.ID || len(heard[0].Data) < 10 {
		t.Errorf("heard %+v", heard)
	}
	if _, err := x.oauth.CallerOf(t.Context(), token); models.KindOf(err) != models.NoSession {
		t.Errorf("the token still works: %v", err)
	}
}

func TestWho(t *testing.T) {
	x := open(t, storetest.SQLite(t))
	a := x.app(callback, "read write profile")
	token := x.token(a, "read")
	for _, test := range []struct {
		name, header string
		state        models.MemberState
		nobody       bool
		want         models.Kind
	}{
		{"without a token", "", models.Active, true, ""},
		{"with another scheme", "Basic " + token, models.Active, true, ""},
		{"with the token", "Bearer " + token, models.Active, false, ""},
		{"with the scheme in small letters", "bearer " + token, models.Active, false, ""},
		{"with an unknown token", "Bearer x", models.Active, false, models.NoSession},
		{"with an empty token", "Bearer ", models.Active, false, models.NoSession},
		{"who is disabled", "Bearer " + token, models.Disabled, false, models.Forbidden},
		{"who is suspended", "Bearer " + token, models.Suspended, false, models.Forbidden},
		{"who waits for an answer", "Bearer " + token, models.Applied, false, models.Forbidden},
		{"who is back", "Bearer " + token, models.Active, false, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			x.setState(test.state)
			r := httptest.NewRequest("GET", "/?access_token="+token, nil) // tokens belong into the header
			r.Header.Set("Authorization", test.header)
			c, err := x.oauth.Who(r)
			if models.KindOf(err) != test.want || (err == nil && (c == nil) != test.nobody) {
				t.Errorf("%+v, %v", c, err)
			}
		})
	}
}

func TestCallersAreForgottenAfterAWhile(t *testing.T) {
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	s, err := store.Open(t.Context(), "sqlite:"+t.TempDir()+"/a.db", store.Options{Relaxed: true, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	x := open(t, s)
	token := x.token(x.app(callback, "read"), "read")
	c, err := x.oauth.CallerOf(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	// A command beside the server tells nobody.
	storetest.Write(t, s, func(tx *store.Tx) error { _, err := tx.DeleteToken(t.Context(), c.Token.ID); return err })
	if _, err := x.oauth.CallerOf(t.Context(), token); err != nil {
		t.Errorf("not remembered at all: %v", err)
	}
	now = now.Add(5 * time.Second)
	if _, err := x.oauth.CallerOf(t.Context(), token); models.KindOf(err) != models.NoSession {
		t.Errorf("remembered for too long: %v", err)
	}
}

func TestItIsWrittenDownNowAndThenThatATokenIsUsed(t *testing.T) {
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	s, err := store.Open(t.Context(), "sqlite:"+t.TempDir()+"/a.db", store.Options{Relaxed: true, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	x := open(t, s)
	token := x.token(x.app(callback, "read"), "read")
	made := now
	for _, test := range []struct {
		after time.Duration
		want  time.Time
	}{{0, made}, {time.Minute, made}, {2 * time.Hour, made.Add(2 * time.Hour)}} {
		now = made.Add(test.after)
		if _, err := x.oauth.CallerOf(t.Context(), token); err != nil {
			t.Fatal(err)
		}
		got, err := s.Token(t.Context(), models.AccessToken, hashed(token))
		if err != nil || !got.UsedAt.Equal(test.want) {
			t.Errorf("after %v it was used at %v, want %v (%v)", test.after, got.UsedAt, test.want, err)
		}
	}
	if m, err := s.Member(t.Context(), x.ana.ID); err != nil || !m.SeenAt.Equal(now) {
		t.Errorf("the member was seen at %v, %v", m.SeenAt, err)
	}
}

func TestUserinfo(t *testing.T) {
	x := open(t, storetest.SQLite(t))
	a := x.app(callback, "read profile")
	token := x.token(a, "profile")
	for _, method := range []string{"GET", "POST"} {
		got := x.object(x.do(method, "/oauth/userinfo", "", withToken(token)), 200)
		want := map[string]any{"iss": "https://vi.example/", "sub": x.ana.URI, "name": "ana", "preferred_username": "ana", "profile": x.ana.URL,
			"picture": "https://vi.example/media/ana"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	if res := x.do("GET", "/oauth/userinfo", ""); res.StatusCode != 401 {
		t.Errorf("without a token: %d", res.StatusCode)
	}
	if res := x.do("GET", "/oauth/userinfo", "", withToken(x.token(a, "read:statuses"))); res.StatusCode != 403 {
		t.Errorf("without the scope: %d", res.StatusCode)
	}
}

func TestMetadata(t *testing.T) {
	x := open(t, storetest.SQLite(t))
	got := x.object(x.do("GET", "/.well-known/oauth-authorization-server", ""), 200)
	if all, _ := got["scopes_supported"].([]any); len(all) != 47 {
		t.Errorf("%d scopes", len(all))
	}
	delete(got, "scopes_supported")
	want := map[string]any{
		"issuer": "https://vi.example/", "service_documentation": "https://vi.example/about",
		"authorization_endpoint": "https://vi.example/oauth/authorize", "token_endpoint": "https://vi.example/oauth/token",
		"app_registration_endpoint": "https://vi.example/api/v1/apps", "revocation_endpoint": "https://vi.example/oauth/revoke",
		"userinfo_endpoint": "https://vi.example/oauth/userinfo", "response_types_supported": []any{"code"}, "response_modes_supported": []any{"query"},
		"token_endpoint_auth_methods_supported": []any{"client_secret_basic", "client_secret_post"},
		"grant_types_supported":                 []any{"authorization_code", "client_credentials"},
		"code_challenge_methods_supported":      []any{"S256"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestNothingSecretIsKept(t *testing.T) {
	x := open(t, storetest.SQLite(t))
	a := x.app(callback, "read write")
	code := x.code(x.allowed(a.wish()))
	token := x.object(x.do("POST", "/oauth/token", a.grant(code).Encode()), 200)["access_token"].(string)
	stored, err := x.store.AppByClientID(t.Context(), a.id)
	if err != nil || stored.SecretHash != hashed(a.secret) {
		t.Errorf("the app's secret is kept as %q, %v", stored.SecretHash, err)
	}
	if _, err := x.store.Code(t.Context(), code); models.KindOf(err) != models.NotFound {
		t.Error("the code is kept as it is")
	}
	if _, err := x.store.Token(t.Context(), models.AccessToken, token); models.KindOf(err) != models.NotFound {
		t.Error("the token is kept as it is")
	}
}
