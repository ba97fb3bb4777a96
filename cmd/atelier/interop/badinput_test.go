package interop

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// TestBadInput sends what nobody should, and expects an error of the right
// kind that a person can read, nothing changed, and no trace in the log.
func TestBadInput(t *testing.T) {
	n := &now{t}
	w := newTown(n, "alpha", "localhost")
	alice := w.member("alice")
	w.serve()
	kept := alice.post("This stays as it is.", nil)
	stranger := &client{t: n, base: w.url(""), name: "a stranger"}
	const inbox = "/inbox"
	big := strings.Repeat("a", 2<<20)
	deep := strings.Repeat(`{"object":`, 10_000) + "1" + strings.Repeat("}", 10_000)
	note := func(actor string) string {
		return fmt.Sprintf(`{"@context":"https://www.w3.org/ns/activitystreams","id":"%s/1","type":"Create","actor":"%[1]s",
			"object":{"id":"%[1]s/2","type":"Note","attributedTo":"%[1]s","content":"x","to":"https://www.w3.org/ns/activitystreams#Public"}}`, actor)
	}
	unsigned := http.Header{"Content-Type": {"application/activity+json"}}
	forged := unsigned.Clone()
	forged.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	forged.Set("Digest", "SHA-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
	forged.Set("Signature", `keyId="`+w.url("/users/alice#main-key")+`",algorithm="rsa-sha256",headers="(request-target) host date digest",signature="AAAA"`)
	jsonBody := http.Header{"Content-Type": {"application/json"}}
	formBody := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}

	for _, test := range []struct {
		name         string
		as           *client
		method, path string
		header       http.Header
		body         string
		want         []int
	}{
		{"JSON that breaks off, posted as a status", alice, "POST", "/api/v1/statuses", jsonBody, `{"status":"x`, []int{400, 422}},
		{"an empty status", alice, "POST", "/api/v1/statuses", jsonBody, `{"status":"  "}`, []int{422}},
		{"a status of two megabytes", alice, "POST", "/api/v1/statuses", jsonBody, `{"status":"` + big + `"}`, []int{413, 422}},
		{"a status nested ten thousand deep", alice, "POST", "/api/v1/statuses", jsonBody, deep, []int{400, 422}},
		{"a status with an unknown visibility", alice, "POST", "/api/v1/statuses", jsonBody, `{"status":"x","visibility":"wide"}`, []int{422}},
		{"an answer to a post that is not there", alice, "POST", "/api/v1/statuses", jsonBody, `{"status":"x","in_reply_to_id":"999"}`, []int{404, 422}},
		{"an unknown id", alice, "GET", "/api/v1/statuses/999", nil, "", []int{404}},
		{"an id that is none", alice, "GET", "/api/v1/statuses/all-of-them", nil, "", []int{404}},
		{"a method that is none", alice, "DELETE", "/api/v1/instance", nil, "", []int{404, 405}},
		{"a status without a token", stranger, "POST", "/api/v1/statuses", jsonBody, `{"status":"x"}`, []int{401}},
		{"a status with a token that is none", &client{t: n, base: w.url(""), token: "none"}, "POST", "/api/v1/statuses", jsonBody, `{"status":"x"}`, []int{401}},
		{"a post of somebody else, deleted", w.client("ada"), "DELETE", "/api/v1/statuses/" + kept.ID, nil, "", []int{403, 404}},
		{"a post of somebody else, changed", w.client("ada"), "PUT", "/api/v1/statuses/" + kept.ID, jsonBody, `{"status":"y"}`, []int{403, 404}},
		{"a token for a client that is none", stranger, "POST", "/oauth/token", formBody, "grant_type=client_credentials&client_id=x&client_secret=y", []int{401}},
		{"an authorization for a client that is none", stranger, "GET", "/oauth/authorize?client_id=x&redirect_uri=https://example.org/&response_type=code", nil, "", []int{400, 401, 404, 422}},
		{"an activity without a signature", stranger, "POST", inbox, unsigned, note("https://example.org/users/x"), []int{401}},
		{"an activity with a forged signature", stranger, "POST", inbox, forged, note(w.url("/users/alice")), []int{401, 403}},
		{"an activity that is no JSON", stranger, "POST", inbox, unsigned, `{"type":`, []int{400, 401}},
		{"an activity nested ten thousand deep", stranger, "POST", inbox, unsigned, deep, []int{400, 401, 413}},
		{"an activity of two megabytes", stranger, "POST", inbox, unsigned, `{"type":"` + big + `"}`, []int{400, 401, 413}},
		{"a WebFinger look-up of nobody", stranger, "GET", "/.well-known/webfinger?resource=acct:nobody@" + w.domain, nil, "", []int{404}},
		{"a WebFinger look-up of nothing", stranger, "GET", "/.well-known/webfinger", nil, "", []int{400}},
		{"a WebFinger look-up elsewhere", stranger, "GET", "/.well-known/webfinger?resource=acct:alice@example.org", nil, "", []int{400, 404}},
		{"an actor that is not there", stranger, "GET", "/users/nobody", http.Header{"Accept": {"application/activity+json"}}, "", []int{404}},
		{"a page that is not there", stranger, "GET", "/no/such/page", http.Header{"Accept": {"text/html"}}, "", []int{404}},
		{"a path that climbs out", stranger, "GET", "/static/..%2f..%2fgo.mod", nil, "", []int{301, 307, 400, 404}},
		{"a sign-in form from elsewhere", stranger, "POST", "/sign-in", http.Header{"Content-Type": {"application/x-www-form-urlencoded"},
			"Origin": {"https://example.org"}, "Sec-Fetch-Site": {"cross-site"}}, "login=alice&password=" + url.QueryEscape(password), []int{403}},
		{"the set-up of a chapter that is open", stranger, "GET", "/setup?key=x", nil, "", []int{303, 302, 403, 404, 410}},
	} {
		n.try(test.name, func(t *testing.T) {
			req, err := http.NewRequest(test.method, w.url(test.path), strings.NewReader(test.body))
			if err != nil {
				t.Fatal(err)
			}
			if test.header != nil {
				req.Header = test.header.Clone()
			}
			if test.as.token != "" {
				req.Header.Set("Authorization", "Bearer "+test.as.token)
			}
			resp, err := web.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			text, err := io.ReadAll(resp.Body)
			if err != nil {
				t.Fatal(err)
			}
			if !oneOf(resp.StatusCode, test.want) {
				t.Errorf("answered %s, want %v: %.300s", resp.Status, test.want, text)
			}
			if resp.StatusCode >= 400 && strings.HasPrefix(test.path, "/api/") {
				var e struct{ Error string }
				if json.Unmarshal(text, &e) != nil || e.Error == "" {
					t.Errorf("the error is not in JSON: %.200s", text)
				}
			}
			if strings.Contains(string(text), ".go:") || strings.Contains(strings.ToLower(string(text)), "sql") {
				t.Errorf("the answer tells of the inside: %.300s", text)
			}
		})
	}
	for _, target := range []string{"http://10.0.0.1/users/x", "http://169.254.169.254/latest/meta-data/", "http://[::1]:1/", "file:///etc/passwd", "@x@10.0.0.1", "gopher://example.org/"} {
		n.try("a search that would fetch "+target, func(t *testing.T) {
			var found struct{ Accounts []account }
			start := time.Now()
			if err := alice.do("GET", "/api/v2/search?"+url.Values{"q": {target}, "resolve": {"true"}}.Encode(), nil, &found); err != nil || len(found.Accounts) > 0 {
				t.Errorf("found %+v, %v", found, err)
			}
			if time.Since(start) > 5*time.Second {
				t.Errorf("took %v", time.Since(start))
			}
		})
	}
	n.try("nothing has changed", func(t *testing.T) {
		var list []status
		alice.must("GET", "/api/v1/accounts/"+alice.me().ID+"/statuses", nil, &list)
		if len(list) != 1 || list[0].Content != kept.Content || list[0].EditedAt != nil {
			t.Errorf("there is %+v", list)
		}
	})
	quiet(t, w)
}

func oneOf(n int, of []int) bool {
	for _, w := range of {
		if n == w {
			return true
		}
	}
	return false
}

// TestCommandLine gives the program what it cannot do: one line says so.
func TestCommandLine(t *testing.T) {
	n := &now{t}
	w := newTown(n, "alpha", "localhost")
	w.member("alice")
	w.serve()
	for _, test := range []struct {
		name, stdin string
		args        []string
		want        string
	}{
		{"a chapter is opened twice", password, []string{"setup", "--name", "Again", "--steward", "eve", "--email", "eve@example.org", "--password-stdin"}, "open"},
		{"a name that is taken", password, []string{"member", "add", "alice", "--email", "other@example.org", "--role", "member", "--password-stdin"}, "taken"},
		{"a name that is none", password, []string{"member", "add", "not a name", "--email", "other@example.org", "--role", "member", "--password-stdin"}, "handle"},
		{"a role that is none", password, []string{"member", "add", "eve", "--email", "eve@example.org", "--role", "emperor", "--password-stdin"}, "role"},
		{"a password that is too short", "abc", []string{"member", "add", "eve", "--email", "eve@example.org", "--role", "member", "--password-stdin"}, "password"},
		{"a token for nobody", "", []string{"token", "create", "nobody", "--scopes", "read"}, "nobody"},
		{"a scope that is none", "", []string{"token", "create", "alice", "--scopes", "fly"}, "scope"},
		{"a second server on the same database", "", []string{"serve"}, "already"},
		{"a command that is none", "", []string{"dance"}, "dance"},
		{"an option that is none", "", []string{"serve", "--colour", "red"}, "colour"},
		{"plain http for a public name", "", []string{"serve", "--domain", "example.org", "--scheme", "http"}, "https"},
		{"no rate limits for a public name", "", []string{"serve", "--domain", "example.org"}, "rate-limits"},
		{"another domain than the chapter's", "", []string{"migrate", "--domain", "localhost:1"}, "localhost:1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			args := append(append([]string{}, w.flags...), test.args...) // later flags win
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			out, err := call(ctx, test.stdin, args...)
			if err == nil {
				t.Fatalf("it did it: %s", out)
			}
			said := err.Error()
			if !strings.Contains(said, test.want) {
				t.Errorf("it says %q, want something with %q", said, test.want)
			}
			if strings.Contains(said, "goroutine ") || strings.Contains(said, "panic") {
				t.Errorf("it panicked: %s", said)
			}
		})
	}
}

// TestStop sees a server end on SIGTERM with a stream open, and start again
// with everything there.
func TestStop(t *testing.T) {
	n := &now{t}
	w := newTown(n, "alpha", "localhost")
	alice := w.member("alice")
	w.serve()
	kept := alice.post("Still here.", nil)
	req, err := alice.request("GET", "/api/v1/streaming/user", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := (&http.Client{Transport: web.Transport}).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	start := time.Now()
	w.stop()
	if took := time.Since(start); took > 15*time.Second {
		t.Errorf("it took %v to stop", took)
	}
	w.serve()
	if got := alice.becomes(kept.ID, "there", says("Still here")); got.URI != kept.URI {
		t.Errorf("after the start it is %+v", got)
	}
	quiet(t, w)
}
