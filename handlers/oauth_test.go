package handlers

import (
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"atelier/models/chapter/chaptertest"
	"atelier/models/store/storetest"
)

// visitor is a browser: it keeps cookies and reads forms.
type visitor struct {
	t      *testing.T
	site   http.Handler
	cookie map[string]string
}

func (v *visitor) send(method, path string, form url.Values) *http.Response {
	v.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	if method == "POST" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for name, value := range v.cookie {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	v.site.ServeHTTP(w, r)
	res := w.Result()
	for _, c := range res.Cookies() {
		v.cookie[c.Name] = c.Value
	}
	return res
}

var (
	formAction = regexp.MustCompile(`<form class="form" action="([^"]+)" method="post">`)
	hidden     = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)">`)
)

// form reads the page's form.
func (v *visitor) form(res *http.Response) (action string, fields url.Values) {
	v.t.Helper()
	page := body(v.t, res)
	m := formAction.FindStringSubmatch(page)
	if res.StatusCode != 200 || m == nil {
		v.t.Fatalf("no form on the page: %d %s", res.StatusCode, page)
	}
	fields = url.Values{}
	for _, h := range hidden.FindAllStringSubmatch(page, -1) {
		fields.Set(h[1], html.UnescapeString(h[2]))
	}
	return html.UnescapeString(m[1]), fields
}

func TestAnAppIsLetInThroughThePages(t *testing.T) {
	c := chaptertest.Open(t, storetest.SQLite(t))
	h := site(t, func(x *Config) { x.Chapter = c })
	v := &visitor{t, h, map[string]string{}}
	for _, redirect := range []string{"https://app.example/cb", "myapp://cb", "urn:ietf:wg:oauth:2.0:oob"} {
		t.Run(redirect, func(t *testing.T) {
			v.t = t
			res := v.send("POST", "/api/v1/apps", url.Values{"client_name": {"<App>"}, "redirect_uris": {redirect}, "scopes": {"read write"}})
			app := body(t, res)
			id := regexp.MustCompile(`"client_id":"([^"]+)"`).FindStringSubmatch(app)[1]
			// The first app of a chapter is shown the key for push, which is made then.
			if public, _, err := c.VAPID(t.Context()); err != nil || !strings.Contains(app, `"vapid_key":"`+public+`"`) {
				t.Errorf("%s has not the key %s (%v)", app, public, err)
			}
			wish := "/oauth/authorize?" + url.Values{"client_id": {id}, "redirect_uri": {redirect}, "response_type": {"code"}, "scope": {"read"}, "state": {"s&t"}, "force_login": {"true"}}.Encode()

			res = v.send("GET", wish, nil)
			signIn := res.Header.Get("Location")
			res = v.send("GET", signIn, nil)
			keepsOpener(t, "the page to sign in", res)
			action, fields := v.form(res)
			fields.Set("login", "pia")
			fields.Set("password", "wrong")
			if res = v.send("POST", action, fields); res.StatusCode == 303 {
				t.Fatal("a wrong password signs in")
			}
			fields.Set("password", "correct horse")
			res = v.send("POST", action, fields)
			if res.StatusCode != 303 {
				t.Fatalf("signing in: %d", res.StatusCode)
			}
			res = v.send("GET", res.Header.Get("Location"), nil)
			keepsOpener(t, "the consent page", res)
			action, fields = v.form(res)
			fields.Set("do", "allow")
			res = v.send("POST", action, fields)
			to := res.Header.Get("Location")
			if res.StatusCode != 303 {
				t.Fatalf("consent: %d %s", res.StatusCode, body(t, res))
			}
			if strings.HasPrefix(redirect, "urn:") {
				res = v.send("GET", to, nil)
				keepsOpener(t, "the page with the code", res)
				page := body(t, res)
				u, _ := url.Parse(to)
				if res.StatusCode != 200 || !strings.Contains(page, `value="`+u.Query().Get("code")+`"`) || !strings.Contains(page, "&lt;App&gt;") {
					t.Errorf("%d %s", res.StatusCode, page)
				}
				return
			}
			if !strings.HasPrefix(to, redirect+"?code=") || !strings.HasSuffix(to, "&state=s%26t") {
				t.Errorf("the app is told %s", to)
			}
		})
	}
}

// keepsOpener fails unless the window that opened a page can talk to it: apps
// sign in in windows of their own.
func keepsOpener(t *testing.T, name string, res *http.Response) {
	t.Helper()
	if p := res.Header.Get("Cross-Origin-Opener-Policy"); p != "" {
		t.Errorf("%s: Cross-Origin-Opener-Policy is %q", name, p)
	}
	if res.Header.Get("X-Frame-Options") != "DENY" {
		t.Errorf("%s can stand in a frame", name)
	}
}

func TestSignInIsLimited(t *testing.T) {
	c := chaptertest.Open(t, storetest.SQLite(t))
	v := &visitor{t, site(t, func(x *Config) { x.Chapter = c }), map[string]string{}}
	form := url.Values{"login": {""}, "password": {""}}
	for i := range signIns.n + 1 {
		res := v.send("POST", "/sign-in", form)
		if got := res.StatusCode == 429; got != (i == signIns.n) {
			t.Fatalf("attempt %d: %d", i+1, res.StatusCode)
		}
	}
}
