package handlers

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/mux"

	"atelier/handlers/session"
	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/chapter/chaptertest"
	"atelier/models/store"
	"atelier/models/store/storetest"
)

// Words that stand in what only some may read, and nowhere else.
const (
	inside = "quiverleaf" // in what the members may read, or the author's followers
	own    = "wrenhollow" // in what not even another member may read
	tag    = "hushedtag"  // the hashtag of all of that
)

// A hiding place is a chapter with posts that are not for everyone.
type hidingPlace struct {
	*Site
	chapter  *chapter.Chapter
	ana, ben *models.Account
	posts    map[string]*models.Post // by what they are
	secrets  []string                // that no stranger may meet
	owns     []string                // that ben may not meet
	fill     map[bool][]string       // what variables of addresses are filled with; true: those that are ids
}

func newHidingPlace(t *testing.T, s *store.Store) *hidingPlace {
	t.Helper()
	c := chaptertest.Open(t, s)
	x := &hidingPlace{chapter: c, posts: map[string]*models.Post{}, secrets: []string{inside, own, tag}, owns: []string{own}}
	x.ana, x.ben = chaptertest.Member(t, c, "ana", models.Ordinary), chaptertest.Member(t, c, "ben", models.Ordinary)
	put := func(what string, p *models.Post, err error) *models.Post {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		x.posts[what] = p
		return p
	}
	publish := func(what string, by *models.Account, d chapter.Draft) *models.Post {
		t.Helper()
		p, err := c.Publish(t.Context(), by, d)
		return put(what, p, err)
	}
	yes := true
	members := func(d chapter.Draft) chapter.Draft {
		d.Visibility, d.LocalOnly = models.Private, &yes
		return d
	}
	practice := func(word string) *models.Practice {
		return &models.Practice{Kind: models.Approach, Sections: []models.Section{{Key: "when", Text: "A " + word + " in the room. #" + tag}}}
	}
	open := publish("open", x.ben, chapter.Draft{Source: "For everyone", Visibility: models.Public})
	publish("note", x.ana, members(chapter.Draft{Title: "The " + inside + " way", Summary: "On " + inside, Practice: practice(inside)}))
	talk := publish("talk", x.ana, members(chapter.Draft{Source: "Talk of " + inside + " #" + tag}))
	publish("answer", x.ana, members(chapter.Draft{Source: "An answer: " + inside, InReplyTo: open.ID}))
	publish("answer to it", x.ben, members(chapter.Draft{Source: "More " + inside, InReplyTo: talk.ID}))
	publish("poll", x.ana, members(chapter.Draft{Source: "Which?", Poll: &chapter.NewPoll{Options: []string{inside, "other"}, For: time.Hour}}))
	publish("question", x.ana, members(chapter.Draft{Source: "Who knows " + inside + "?", Talk: models.Talk{Question: true}}))
	publish("followers", x.ana, chapter.Draft{Source: "For followers: " + inside, Visibility: models.Private})
	publish("warned", x.ana, members(chapter.Draft{Source: "x", Warning: "Of " + inside}))
	publish("direct", x.ana, chapter.Draft{Source: "@pia between us: " + own + " #" + tag, Visibility: models.Direct})
	draft, err := c.SaveDraft(t.Context(), x.ana, 0, chapter.Draft{Title: "Not yet " + own, Practice: practice(own)})
	put("draft", draft, err)
	if _, err := c.Schedule(t.Context(), x.ana, chapter.Draft{Source: "Later: " + own}, json.RawMessage(`{"text":"`+own+`"}`), s.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	x.fill = map[bool][]string{
		true:  {x.ana.ID.String(), x.ben.ID.String(), "1", "2"},
		false: {"ana", "ben", "pia", "coaches", "ana@here.example", tag, "following_accounts", "2026"},
	}
	for what, p := range x.posts {
		x.fill[true] = append(x.fill[true], p.ID.String())
		if p.Slug != "" {
			x.fill[false] = append(x.fill[false], p.Slug)
		}
		if what != "open" {
			x.secrets = append(x.secrets, p.ID.String())
		}
		if what == "draft" || what == "direct" {
			x.owns = append(x.owns, p.ID.String())
		}
	}
	x.Site = site(t, func(o *Config) { o.Chapter, o.NoLimits = c, true }).(*Site)
	return x
}

// addresses are those of all GET routes, with every filling.
func (x *hidingPlace) addresses(t *testing.T) (out []string, routes int) {
	t.Helper()
	err := x.routes.Walk(func(r *mux.Route, _ *mux.Router, _ []*mux.Route) error {
		template, err := r.GetPathTemplate()
		methods, _ := r.GetMethods()
		if err != nil || !slices.Contains(methods, http.MethodGet) || strings.HasPrefix(template, "/api/v1/streaming") || strings.HasPrefix(template, "/static") {
			return nil
		}
		routes++
		out = append(out, x.filled(template)...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(out)
	return slices.Compact(out), routes
}

var pathVariable = regexp.MustCompile(`\{([a-z_]+)(:[^{}]*(\{[^{}]*\})?[^{}]*)?\}`)

func (x *hidingPlace) filled(template string) []string {
	m := pathVariable.FindStringSubmatchIndex(template)
	if m == nil {
		return []string{template}
	}
	name := template[m[2]:m[3]]
	var out []string
	for _, value := range x.fill[strings.HasSuffix(name, "id")] {
		out = append(out, x.filled(template[:m[0]]+value+template[m[1]:])...)
	}
	return out
}

// queries are what is asked of each address: nothing, and everything that may
// lead anywhere. Words are looked for by their beginnings, so that an answer
// that has one whole did not get it from the question.
func (x *hidingPlace) queries() []string {
	q := "page=true&limit=40&local=true&resolve=true&with_suspended=true&include_filtered=true&type=&acct=ana&resource=acct:ana@here.example" +
		"&id[]=" + x.ana.ID.String() + "&status_id=" + x.posts["talk"].ID.String()
	if testing.Short() {
		return []string{"", "?" + q + "&q=quiverl"}
	}
	return []string{"", "?" + q + "&q=quiverl", "?" + q + "&q=wrenhol", "?q=hushedt&type=hashtags", "?url=https://here.example/talk/" + x.posts["talk"].ID.String() + "&q=" + x.posts["talk"].URI}
}

// An asker is somebody who may not read some of what is here.
type asker struct {
	name   string
	header []string
	hidden []string // the words that they must not meet
}

func (x *hidingPlace) askers(t *testing.T) []asker {
	t.Helper()
	cookies := &session.Sessions{Store: x.chapter.Store, Secure: true}
	signed := httptest.NewRecorder()
	if _, err := cookies.Begin(signed, httptest.NewRequest("POST", "/sign-in", nil), x.ben.ID); err != nil {
		t.Fatal(err)
	}
	return []asker{
		{"a stranger's browser", []string{"Accept", "text/html"}, x.secrets},
		{"a stranger's server", []string{"Accept", "application/activity+json"}, x.secrets},
		{"a stranger's app", []string{"Authorization", "Bearer " + x.token(t, nil)}, x.secrets},
		{"another member's browser", []string{"Accept", "text/html", "Cookie", signed.Result().Cookies()[0].String()}, x.owns},
		{"another member's app", []string{"Authorization", "Bearer " + x.token(t, x.ben)}, x.owns},
	}
}

// token is one of an app, for an account or for none.
func (x *hidingPlace) token(t *testing.T, a *models.Account) string {
	t.Helper()
	app := &models.App{ID: x.chapter.Store.NewID(), Name: "App", RedirectURIs: []string{"app://"}, CreatedAt: x.chapter.Store.Now()}
	app.ClientID = app.ID.String()
	storetest.Write(t, x.chapter.Store, func(tx *store.Tx) error { return tx.AddApp(t.Context(), app) })
	var id models.ID
	if a != nil {
		id = a.ID
	}
	secret, _, err := x.oauth.NewToken(t.Context(), app, id, models.ParseScopes("read write follow"))
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

// met are the words that an answer has and the question had not.
func met(res *http.Response, address string, words []string) (out []string) {
	body, _ := io.ReadAll(res.Body)
	text := string(body)
	for _, values := range res.Header {
		text += "\n" + strings.Join(values, "\n")
	}
	for _, word := range words {
		if strings.Contains(text, word) && !strings.Contains(address, word) {
			out = append(out, word)
		}
	}
	return out
}

// What is not for everyone is in no answer to those for whom it is not: every
// address that the route table has, whichever post, account or tag it is
// filled with, whoever asks.
func TestWhatIsNotForEveryoneIsNowhere(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := newHidingPlace(t, s)
		addresses, routes := x.addresses(t)
		if routes < 250 || len(addresses) < 2000 {
			t.Errorf("only %d routes and %d addresses were found", routes, len(addresses))
		}
		n, answered := 0, map[string]int{}
		for _, by := range x.askers(t) {
			for _, path := range addresses {
				for _, query := range x.queries() {
					if query != "" && strings.Contains(path, "/users/") && !strings.Contains(query, "page=true") {
						continue
					}
					res := do(x, http.MethodGet, path+query, by.header...)
					n++
					if res.StatusCode == http.StatusOK {
						answered[by.name]++
					}
					if words := met(res, path+query, by.hidden); len(words) > 0 {
						t.Errorf("%s meets %v at %s%s (%d)", by.name, words, path, query, res.StatusCode)
					}
				}
			}
		}
		t.Logf("%d routes, %d addresses, %d requests; answered with 200: %v", routes, len(addresses), n, answered)
		if len(answered) != 5 || slices.Min(slices.Collect(maps.Values(answered))) < 50 {
			t.Errorf("hardly anything was answered: %v", answered)
		}

		// They are there, for those who may read them.
		mine := []string{"Authorization", "Bearer " + x.token(t, x.ana)}
		for what, p := range x.posts {
			if what == "draft" || what == "open" {
				continue
			}
			if words := met(do(x, http.MethodGet, "/api/v1/statuses/"+p.ID.String(), mine...), "", x.secrets); len(words) < 2 {
				t.Errorf("ana does not find %s: %v", what, words)
			}
		}
		if words := met(do(x, http.MethodGet, "/api/v1/scheduled_statuses", mine...), "", []string{own}); len(words) == 0 {
			t.Error("ana does not find what she scheduled")
		}
		his := []string{"Authorization", "Bearer " + x.token(t, x.ben)}
		for _, path := range []string{"/api/v1/timelines/public?local=true", "/api/v2/search?q=quiverl", "/api/v1/timelines/tag/" + tag, fmt.Sprintf("/api/v1/statuses/%d/context", x.posts["open"].ID)} {
			if words := met(do(x, http.MethodGet, path, his...), "", []string{inside}); len(words) == 0 {
				t.Errorf("ben finds nothing of the members at %s", path)
			}
		}
	})
}
