package handlers

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/chapter/chaptertest"
	"atelier/models/store/storetest"
)

func TestAnAddressIsAPageOrADocument(t *testing.T) {
	c := chaptertest.Open(t, storetest.SQLite(t))
	pia := chaptertest.Account(t, c, "pia")
	post, err := c.Publish(t.Context(), pia, chapter.Draft{Source: "hello #tea"})
	if err != nil {
		t.Fatal(err)
	}
	hidden, err := c.Publish(t.Context(), pia, chapter.Draft{Source: "psst", Visibility: models.Private})
	if err != nil {
		t.Fatal(err)
	}
	h := site(t, func(x *Config) { x.Chapter = c })
	id := "/users/pia/posts/" + post.ID.String()
	const activity, page = "application/activity+json", "text/html"
	for _, test := range []struct {
		path, accept string
		status       int
		kind, to     string
	}{
		{"/users/pia", activity, 200, activity, ""},
		{"/users/pia", page, 302, page, "/people/pia"},
		{"/users/pia", "", 302, page, "/people/pia"},
		{"/people/pia", activity, 200, activity, ""},
		{"/people/pia", page, 200, page, ""},
		{"/@pia", activity, 200, activity, ""},
		{"/@pia", page, 303, page, "/people/pia"},
		{"/chapter", activity, 200, activity, ""},
		{"/chapter", page, 302, page, "/"},
		{"/", activity, 200, activity, ""},
		{"/", page, 200, page, ""},
		{"/actor", activity, 200, activity, ""},
		{"/actor", page, 302, page, "/about"},
		{id, activity, 200, activity, ""},
		{id, `application/ld+json; profile="https://www.w3.org/ns/activitystreams"`, 200, activity, ""},
		{id, page, 302, page, "/talk/" + post.ID.String()},
		{"/talk/" + post.ID.String(), activity, 200, activity, ""},
		{"/talk/" + post.ID.String(), page, 200, page, ""},
		{"/tags/tea", activity, 200, activity, ""},
		{"/tags/tea", page, 200, page, ""},
		{"/users/pia/outbox", page, 200, activity, ""},
		{"/users/pia/outbox", activity, 200, activity, ""},
		{"/users/pia/followers", activity, 200, activity, ""},
		{"/users/pia/following", activity, 200, activity, ""},
		{"/users/pia/featured", activity, 200, activity, ""},
		{id + "/activity", activity, 200, activity, ""},
		{id + "/replies", activity, 200, activity, ""},
		{"/chapter/outbox", activity, 200, activity, ""},
		{"/chapter/moderators", activity, 200, activity, ""},
		{"/.well-known/webfinger?resource=acct:pia@here.example", "", 200, "application/jrd+json", ""},
		{"/.well-known/host-meta", "", 200, "application/xrd+xml", ""},
		{"/.well-known/nodeinfo", "", 200, "application/json", ""},
		{"/nodeinfo/2.0", "", 200, "application/json", ""},
		{"/nodeinfo/2.1", "", 200, "application/json", ""},

		{"/users/nobody", activity, 404, "application/json", ""},
		{"/users/pia/posts/" + hidden.ID.String(), activity, 404, "application/json", ""},
		{"/talk/" + hidden.ID.String(), activity, 404, "application/json", ""},
		{"/talk/" + hidden.ID.String(), page, 404, page, ""},
		{"/users/pia/posts/7", activity, 404, "application/json", ""},
		{"/themes/none", page, 404, page, ""},
		{"/.well-known/webfinger?resource=acct:nobody@here.example", "", 404, "application/json", ""},
	} {
		t.Run(test.path+" as "+test.accept, func(t *testing.T) {
			res := do(h, "GET", test.path, "Accept", test.accept)
			kind, _, _ := strings.Cut(res.Header.Get("Content-Type"), ";")
			got := []any{res.StatusCode, kind, res.Header.Get("Location")}
			if diff := cmp.Diff([]any{test.status, test.kind, test.to}, got); diff != "" {
				t.Errorf("(-want +got):\n%s\n%s", diff, body(t, res))
			}
			both := !strings.Contains(test.path, "outbox") && !strings.HasPrefix(test.path, "/.well") && !strings.HasPrefix(test.path, "/nodeinfo") && test.status < 400
			if both && !strings.Contains(strings.Join(res.Header.Values("Vary"), ","), "Accept") {
				t.Errorf("it does not vary by Accept: %v", res.Header.Values("Vary"))
			}
		})
	}
}

func TestWhatOtherServersSend(t *testing.T) {
	c := chaptertest.Open(t, storetest.SQLite(t))
	h := site(t, func(x *Config) { x.Chapter = c })
	for _, test := range []struct {
		method, path string
		want         int
	}{
		{"POST", "/inbox", 401}, {"POST", "/users/pia/inbox", 401}, {"POST", "/chapter/inbox", 401}, {"POST", "/actor/inbox", 401}, {"POST", "/themes/tea/inbox", 404}, // there is no such theme
		{"GET", "/inbox", 405}, {"GET", "/users/pia/inbox", 405},
		{"POST", "/users/pia/outbox", 405}, {"POST", "/chapter/outbox", 405}, {"PUT", "/users/pia", 405}, {"DELETE", "/users/pia/posts/1", 405},
	} {
		r := httptest.NewRequest(test.method, test.path, strings.NewReader(`{"id":"https://far.example/1","type":"Create","actor":"https://far.example/users/a","object":"https://far.example/2"}`))
		r.Header.Set("Content-Type", "application/activity+json")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != test.want || (w.Code != http.StatusMethodNotAllowed && w.Header().Get("Content-Type") != "application/json; charset=utf-8") {
			t.Errorf("%s %s: %d %s %s", test.method, test.path, w.Code, w.Header().Get("Content-Type"), w.Body)
		}
	}
}
