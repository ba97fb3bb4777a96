package web_test

import (
	"net/url"
	"strings"
	"testing"

	"atelier/handlers/session"
	"atelier/models/store/storetest"
)

func TestLettingAnAppIn(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	b := h.stranger()
	ask := func(redirect, scope string) string {
		return "/oauth/authorize?" + url.Values{"redirect_uri": {redirect}, "scope": {scope}}.Encode()
	}
	p := b.get(ask("https://heron.example/callback", "read write"))
	b.shows(p, 200, "Sign in", "An app would like to use your account.")
	if got := p.Header.Get("Content-Security-Policy"); !strings.Contains(got, "form-action 'self' https://heron.example;") {
		t.Errorf("the sign-in could not end at the app: %s", got)
	}
	b.post("/sign-in", "login", "maren", "password", password, "next", between(p.Body, `name="next" value="`, `"`))
	p = b.get(ask("https://heron.example/callback", "read write"))
	b.shows(p, 200, "Let Heron read and write for you?", "heron.example", "write, reply and change posts in your name", "see your password or your e-mail address", "everyone may", "Allow Heron", "Do not let it in")
	b.has(p, `name="client_id" value="heron"`)
	b.has(p, `name="state" value="&#34;&gt;&lt;b&gt;"`)
	b.has(p, `name="`+session.FormField+`" value="`+b.token()+`"`)
	b.has(p, `<button class="button primary" type="submit" name="do" value="allow">`)

	b.shows(b.get(ask("https://heron.example/callback", "read")), 200, "Let Heron read for you?", "write in your name")
	b.shows(b.get(ask("https://heron.example/callback", "admin:write")), 200, "do a steward’s work")
	for redirect, want := range map[string]string{
		"https://heron.example/callback":  "form-action 'self' https://heron.example;",
		"http://localhost:9/callback":     "form-action 'self' http://localhost:9;",
		"heron-app://callback":            "form-action 'self' heron-app:;",
		"urn:ietf:wg:oauth:2.0:oob":       "form-action 'self';",
		"https://a.example; script-src *": "form-action 'self';",
	} {
		if got := b.get(ask(redirect, "read")).Header.Get("Content-Security-Policy"); !strings.Contains(got, want) {
			t.Errorf("%s: %s, want %s", redirect, got, want)
		}
	}
	code := b.get("/oauth/authorize/native")
	b.shows(code, 200, "Your code for Heron")
	b.has(code, `readonly value="q5d2-code"`)
	if code.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("the code is kept: %s", code.Header.Get("Cache-Control"))
	}
	wellMade(t, "Maren", p)
	wellMade(t, "Maren", code)
}
