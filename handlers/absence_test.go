package handlers

import (
	"bufio"
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

	"atelier/federation/sign"
	"atelier/handlers/session"
	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/chapter/chaptertest"
	"atelier/models/store"
	"atelier/models/store/storetest"
)

// Words that stand in what only some may read, and nowhere else.
const (
	inside  = "quiverleaf" // in what the members may read
	circle  = "larkmeadow" // in what the author's followers may read
	own     = "wrenhollow" // in what not even another member may read
	tag     = "hushedtag"  // the hashtag of all of that
	picture = "4d/hushedpicture.png"
)

// A hiding place is a chapter with posts that are not for everyone: ana writes
// them; ben is a member who does not follow her, gus a guest who does, and so
// does far, on another server.
type hidingPlace struct {
	*Site
	chapter             *chapter.Chapter
	ana, ben, gus, far  *models.Account
	key                 *sign.Key               // far's
	posts               map[string]*models.Post // by what they are
	inside, circle, own []string                // the words and ids of what is read by members, by followers, by ana alone
	fill                map[string][]string     // what variables of addresses are filled with, by their names
}

func newHidingPlace(t *testing.T, s *store.Store) *hidingPlace {
	t.Helper()
	c := chaptertest.Open(t, s)
	chaptertest.DoJobs(t, c) // the themes
	x := &hidingPlace{chapter: c, posts: map[string]*models.Post{}, inside: []string{inside, tag, picture}, circle: []string{circle}, own: []string{own}}
	x.ana, x.ben = chaptertest.Member(t, c, "ana", models.Ordinary), chaptertest.Member(t, c, "ben", models.Ordinary)
	x.gus = chaptertest.Member(t, c, "gus", models.Guest)
	if err := c.Follow(t.Context(), x.gus, x.ana.ID, chapter.FollowWish{Notify: yes}); err != nil {
		t.Fatal(err)
	}
	x.followFrom(t, "far@far.example")
	x.hide(t)
	x.Site = site(t, func(o *Config) { o.Chapter, o.NoLimits = c, true }).(*Site)
	return x
}

// followFrom has an account of another server follow ana.
func (x *hidingPlace) followFrom(t *testing.T, handle string) {
	t.Helper()
	private, err := sign.GenerateEd25519()
	if err != nil {
		t.Fatal(err)
	}
	s := x.chapter.Store
	x.far = storetest.NewAccount(s, handle)
	x.far.KeyID, x.far.EdKeyID = "", x.far.URI+"#key"
	if x.far.EdKey, err = sign.EncodeMultikey(private.Public()); err != nil {
		t.Fatal(err)
	}
	pem, err := sign.EncodePrivate(private)
	if err != nil {
		t.Fatal(err)
	}
	if x.key, err = sign.ParseKey(x.far.EdKeyID, pem); err != nil {
		t.Fatal(err)
	}
	storetest.Write(t, s, func(tx *store.Tx) error {
		if _, err := tx.AddAccount(t.Context(), x.far); err != nil {
			return err
		}
		return tx.SetFollow(t.Context(), &models.Follow{ID: tx.NewID(), AccountID: x.far.ID, TargetID: x.ana.ID, URI: x.far.URI + "/follows/1", State: models.FollowAccepted, CreatedAt: tx.Now()}, false)
	})
}

// hide publishes everything, and what is for everyone around it.
func (x *hidingPlace) hide(t *testing.T) {
	t.Helper()
	c, s := x.chapter, x.chapter.Store
	here := true
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
	members := func(what string, by *models.Account, d chapter.Draft) *models.Post {
		t.Helper()
		d.Visibility, d.LocalOnly = models.Private, &here
		p := publish(what, by, d)
		x.inside = append(x.inside, secretsOf(p)...)
		return p
	}
	ours := func(what string, p *models.Post, err error) {
		t.Helper()
		x.own = append(x.own, secretsOf(put(what, p, err))...)
	}
	practice := func(word string) *models.Practice {
		return &models.Practice{Kind: models.Approach, Themes: []string{"teams"}, Sections: []models.Section{{Key: "when", Text: "A " + word + " in the room. #" + tag}}}
	}
	file := &models.Media{ID: s.NewID(), Type: models.Image, State: models.MediaReady, ContentType: "image/png", Key: picture, PreviewKey: picture, Description: "A " + inside, CreatedAt: s.Now()}
	if err := c.AddMedia(t.Context(), x.ana, file); err != nil {
		t.Fatal(err)
	}

	open := publish("open", x.ben, chapter.Draft{Source: "For everyone #tea", Visibility: models.Public})
	openNote := publish("open note", x.ben, chapter.Draft{Title: "Open door", Visibility: models.Public,
		Practice: &models.Practice{Kind: models.Approach, Themes: []string{"teams"}, Sections: []models.Section{{Key: "when", Text: "A door that is open. #tea"}}}})
	openQuestion := publish("open question", x.ben, chapter.Draft{Source: "Who knows?", Visibility: models.Public, Talk: models.Talk{Question: true}})

	p := practice(inside)
	p.Sections[0].Text += " It grew from " + openNote.URL
	p.BasedOn = openNote.ID.String()
	note := members("note", x.ana, chapter.Draft{Title: "The " + inside + " way", Summary: "On " + inside, Practice: p})
	talk := members("talk", x.ana, chapter.Draft{Source: "Talk of " + inside + " #" + tag + " #tea " + open.URL, Media: []models.ID{file.ID}})
	members("answer", x.ana, chapter.Draft{Source: "An answer: " + inside, InReplyTo: open.ID})
	members("answer to it", x.ben, chapter.Draft{Source: "More " + inside, InReplyTo: talk.ID, Visibility: models.Public})
	members("quote", x.ana, chapter.Draft{Source: "Look: " + inside, QuoteOf: open.ID})
	members("poll", x.ana, chapter.Draft{Source: "Which?", Poll: &chapter.NewPoll{Options: []string{inside, "other"}, For: time.Hour}})
	members("warned", x.ana, chapter.Draft{Source: "x", Warning: "Of " + inside})
	question := members("question", x.ana, chapter.Draft{Source: "Who knows " + inside + "?", Talk: models.Talk{Question: true}, Themes: []string{"teams"}})
	accept := func(question, answer *models.Post) {
		t.Helper()
		asker, err := s.ViewerOf(t.Context(), question.AuthorID)
		if err == nil {
			_, err = c.AcceptAnswer(t.Context(), asker, question.ID, answer.ID)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	accept(question, members("answer to the question", x.ben, chapter.Draft{Source: "I know: " + inside, InReplyTo: question.ID}))
	accept(openQuestion, members("answer to the open question", x.ana, chapter.Draft{Source: "Among us: " + inside, InReplyTo: openQuestion.ID}))
	members("answer to the open note", x.ana, chapter.Draft{Source: "Tried it: " + inside, InReplyTo: openNote.ID, Talk: models.Talk{Tried: true, Outcome: models.Helped}})
	report, err := c.Tried(t.Context(), x.ben, note.ID, chapter.Tried{Outcome: models.Helped, Line: inside})
	x.inside = append(x.inside, secretsOf(put("report", report, err))...)
	if _, err := c.Pin(t.Context(), x.ana, talk.ID); err != nil {
		t.Fatal(err)
	}
	for _, id := range []models.ID{note.ID, talk.ID} {
		if _, err := c.Favourite(t.Context(), x.ben, id); err != nil {
			t.Fatal(err)
		}
	}
	title := "Edited " + inside
	if note, err = c.Edit(t.Context(), x.ana, note.ID, chapter.Edit{Summary: &title, Reason: "Again " + inside}); err != nil {
		t.Fatal(err)
	}
	x.posts["note"] = note
	for _, series := range []models.Series{{Title: "All " + inside, Intro: "Of " + inside, Notes: []models.ID{note.ID}}, {Title: "Mixed", Notes: []models.ID{openNote.ID, note.ID}}} {
		if _, err := c.SaveSeries(t.Context(), models.Viewer{AccountID: x.ana.ID, Role: models.Ordinary}, series); err != nil {
			t.Fatal(err)
		}
	}

	followers := publish("followers", x.ana, chapter.Draft{Source: "For followers: " + circle, Visibility: models.Private})
	x.circle = append(x.circle, secretsOf(followers)...)

	direct, err := c.Publish(t.Context(), x.ana, chapter.Draft{Source: "@pia between us: " + own + " #" + tag, Visibility: models.Direct})
	ours("direct", direct, err)
	draft, err := c.SaveDraft(t.Context(), x.ana, 0, chapter.Draft{Title: "Not yet " + own, Practice: practice(own)})
	ours("draft", draft, err)
	waiting, err := c.Publish(t.Context(), x.ana, chapter.Draft{Title: "Soon " + own, Practice: practice(own), Visibility: models.Public, Lounge: true})
	ours("waiting", waiting, err)
	if waiting.State != models.Waiting {
		t.Fatalf("it does not wait in the lounge: %s", waiting.State)
	}
	scheduled, err := c.Schedule(t.Context(), x.ana, chapter.Draft{Source: "Later: " + own}, json.RawMessage(`{"text":"`+own+`"}`), s.Now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	x.own = append(x.own, scheduled.ID.String())

	words := []string{"ana", "ben", "coaches", tag, "tea", "teams", "following_accounts", "1"}
	ids := []string{x.ana.ID.String(), x.ben.ID.String(), file.ID.String(), scheduled.ID.String(), "1", "2"}
	slugs := []string{"mixed", "all-" + inside}
	for _, p := range x.posts {
		ids = append(ids, p.ID.String())
		if p.Slug != "" {
			slugs = append(slugs, p.Slug)
		}
	}
	x.fill = map[string][]string{
		"id": ids, "slug": slugs, "theme": {"teams"}, "tag": {tag, "tea"}, "hashtag": {tag, "tea"}, "year": {"2026"},
		"name": {"ana", "ben", "pia", "gus", "coaches", "teams", tag, "tea"}, "acct": {"ana", "ben", "gus", "coaches", "ana@here.example", "far@far.example"},
		"stream": {"public"}, "": slices.Concat(words, slugs, []string{picture, "mention-" + talk.ID.String()}),
	}
}

// yes is what is pointed at where a wish may be left open.
var yes = func() *bool { is := true; return &is }()

// secretsOf are the names of a post that is not for everyone.
func secretsOf(p *models.Post) []string {
	if p.Slug != "" {
		return []string{p.ID.String(), p.Slug}
	}
	return []string{p.ID.String()}
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
	if strings.HasSuffix(name, "_id") {
		name = "id"
	}
	values := x.fill[name]
	if values == nil { // a variable that the test has never heard of
		values = x.fill[""]
	}
	var out []string
	for _, value := range values {
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
	talk, note := x.posts["talk"], x.posts["note"]
	return []string{"", "?" + q + "&q=quiverl", "?" + q + "&q=wrenhol", "?" + q + "&q=larkmea", "?q=hushedt&type=hashtags", "?page=true&max_id=9223372036854775807&pinned=true&only_media=true",
		"?url=https://here.example/talk/" + talk.ID.String() + "&q=" + talk.URI + "&uri=" + talk.URI + "&resource=" + talk.URI,
		"?url=" + note.URL + "&q=" + note.URL + "&uri=" + note.URL + "&version=1&v=1"}
}

// An asker is somebody who may not read some of what is here.
type asker struct {
	name   string
	header []string
	sign   *sign.Key // set: requests are signed
	hidden []string  // the words that they must not meet
}

func (x *hidingPlace) askers(t *testing.T) []asker {
	t.Helper()
	const document = "application/activity+json"
	all := slices.Concat(x.inside, x.circle, x.own)
	return []asker{
		{"a stranger's browser", []string{"Accept", "text/html"}, nil, all},
		{"a stranger's server", []string{"Accept", document}, nil, all},
		{"a stranger's app", []string{"Authorization", "Bearer " + x.token(t, nil)}, nil, all},
		{"a follower's server", []string{"Accept", document}, x.key, slices.Concat(x.inside, x.own)},
		// A guest reads what everyone may read, and what whom they follow
		// wrote for followers.
		{"a guest's browser", []string{"Accept", "text/html", "Cookie", x.cookie(t, x.gus)}, nil, slices.Concat(x.inside, x.own)},
		{"a guest's app", []string{"Authorization", "Bearer " + x.token(t, x.gus)}, nil, slices.Concat(x.inside, x.own)},
		{"another member's browser", []string{"Accept", "text/html", "Cookie", x.cookie(t, x.ben)}, nil, slices.Concat(x.circle, x.own)},
		{"another member's app", []string{"Authorization", "Bearer " + x.token(t, x.ben)}, nil, slices.Concat(x.circle, x.own)},
	}
}

// ask sends one GET request.
func (x *hidingPlace) ask(t *testing.T, by asker, address string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, address, nil)
	r.Host = x.urls.Domain
	for i := 0; i < len(by.header); i += 2 {
		r.Header.Set(by.header[i], by.header[i+1])
	}
	if by.sign != nil {
		r.URL.Scheme, r.URL.Host = "https", r.Host // what is signed is the whole address
		if err := sign.Sign(r, by.sign, sign.RFC9421, sign.Digest{}, time.Now()); err != nil {
			t.Fatal(err)
		}
		r.URL.Scheme, r.URL.Host = "", ""
	}
	w := httptest.NewRecorder()
	x.ServeHTTP(w, r)
	return w.Result()
}

// cookie is that of a member who is signed in.
func (x *hidingPlace) cookie(t *testing.T, a *models.Account) string {
	t.Helper()
	cookies := &session.Sessions{Store: x.chapter.Store, Secure: true}
	signed := httptest.NewRecorder()
	if _, err := cookies.Begin(signed, httptest.NewRequest("POST", "/sign-in", nil), a.ID); err != nil {
		t.Fatal(err)
	}
	return signed.Result().Cookies()[0].String()
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

// met are the words that an answer has and should not have. What stood in the
// question may be repeated; but not what stood in the path, by an answer that
// something is there: only a hashtag has a page whether it is used or not.
func met(res *http.Response, address string, words []string) (out []string) {
	body, _ := io.ReadAll(res.Body)
	text := string(body)
	for _, values := range res.Header {
		text += "\n" + strings.Join(values, "\n")
	}
	path, query, _ := strings.Cut(address, "?")
	for _, word := range words {
		asked := strings.Contains(query, word) || strings.Contains(path, word) && (res.StatusCode != http.StatusOK || word == tag)
		if strings.Contains(text, word) && !asked {
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
		if routes < 270 || len(addresses) < 3500 {
			t.Errorf("only %d routes and %d addresses were found", routes, len(addresses))
		}
		askers := x.askers(t)
		n, answered := 0, map[string]int{}
		for _, by := range askers {
			for _, path := range addresses {
				for _, query := range x.queries() {
					if query != "" && strings.Contains(path, "/users/") && !strings.Contains(query, "page=true") {
						continue
					}
					res := x.ask(t, by, path+query)
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
		if len(answered) != len(askers) || slices.Min(slices.Collect(maps.Values(answered))) < 50 {
			t.Errorf("hardly anything was answered: %v", answered)
		}
		x.isThere(t)
	})
}

// isThere says that all of it is there, for those who may read it.
func (x *hidingPlace) isThere(t *testing.T) {
	t.Helper()
	finds := func(who string, by asker, path, word string) {
		t.Helper()
		if res := x.ask(t, by, path); len(met(res, "", []string{word})) == 0 {
			t.Errorf("%s finds no %s at %s (%d)", who, word, path, res.StatusCode)
		}
	}
	app := func(a *models.Account) asker {
		return asker{header: []string{"Authorization", "Bearer " + x.token(t, a)}}
	}
	browser := func(a *models.Account) asker {
		return asker{header: []string{"Accept", "text/html", "Cookie", x.cookie(t, a)}}
	}
	ana, ben := app(x.ana), app(x.ben)
	for what, p := range x.posts {
		by := ana
		if what == "open" {
			continue
		}
		finds("who may read "+what, by, "/api/v1/statuses/"+p.ID.String(), p.ID.String())
		for word, of := range map[string][]string{inside: x.inside, circle: x.circle, own: x.own} {
			if slices.Contains(of, p.ID.String()) {
				finds("who may read "+what, by, "/api/v1/statuses/"+p.ID.String(), word)
			}
		}
	}
	finds("ana", ana, "/api/v1/scheduled_statuses", own)
	finds("ana", browser(x.ana), "/shelf", own)
	finds("pia", app(chaptertest.Account(t, x.chapter, "pia")), "/api/v1/conversations", own)
	finds("gus", app(x.gus), "/api/v1/timelines/home", circle)
	finds("far", asker{header: []string{"Accept", "application/activity+json"}, sign: x.key}, "/users/ana/posts/"+x.posts["followers"].ID.String(), circle)
	for _, path := range []string{"/api/v1/timelines/public?local=true", "/api/v2/search?q=quiverl", "/api/v1/timelines/tag/" + tag, fmt.Sprintf("/api/v1/statuses/%d/context", x.posts["open"].ID)} {
		finds("ben", ben, path, inside)
	}
	for _, path := range []string{"/", "/library", "/search?q=" + inside, "/questions/" + x.posts["question"].ID.String(), "/series", "/series/mixed", "/themes/teams", "/tags/" + tag, "/people/ana", "/talk/" + x.posts["open"].ID.String(), "/notes/" + x.posts["note"].Slug, "/notes/" + x.posts["note"].Slug + "/print"} {
		finds("ben", browser(x.ben), path, inside)
	}
	finds("ben", ben, "/api/v1/accounts/"+x.ana.ID.String()+"/statuses?only_media=true", picture)
}

// What is published while somebody listens is told to those who may read it.
// The post for everyone that comes after all others says when all was told.
func TestStreamsTellNothingToOthers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		c := chaptertest.Open(t, s)
		ana, ben := chaptertest.Member(t, c, "ana", models.Ordinary), chaptertest.Member(t, c, "ben", models.Ordinary)
		gus := chaptertest.Member(t, c, "gus", models.Guest)
		if err := c.Follow(t.Context(), gus, ana.ID, chapter.FollowWish{Notify: yes}); err != nil {
			t.Fatal(err)
		}
		x := &hidingPlace{chapter: c, Site: site(t, func(o *Config) { o.Chapter, o.NoLimits = c, true }).(*Site)}
		server := httptest.NewServer(x)
		defer server.Close()
		defer x.Close() // ends the streams, which the server waits for
		listen := func(token, stream string) *http.Response {
			t.Helper()
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/api/v1/streaming"+stream, nil)
			if err != nil {
				t.Fatal(err)
			}
			if token != "" {
				r.Header.Set("Authorization", "Bearer "+token)
			}
			res, err := server.Client().Do(r)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { res.Body.Close() })
			return res
		}
		streams := []string{"/public", "/public/local", "/hashtag?tag=" + tag, "/hashtag/local?tag=" + tag, "/user"}
		told := map[string]*http.Response{}
		for _, stream := range streams {
			for who, token := range map[string]string{"a stranger": "", "a stranger's app": x.token(t, nil)} {
				if res := listen(token, stream); res.StatusCode != http.StatusUnauthorized {
					t.Errorf("%s listens to %s: %d", who, stream, res.StatusCode)
				}
			}
			for who, a := range map[string]*models.Account{"the guest": gus, "the member": ben} {
				res := listen(x.token(t, a), stream)
				if res.StatusCode != http.StatusOK {
					t.Fatalf("%s may not listen to %s: %d", who, stream, res.StatusCode)
				}
				told[who+" at "+stream] = res
			}
		}
		for deadline := time.Now().Add(10 * time.Second); x.Streams() < len(told); time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("%d of %d streams are open", x.Streams(), len(told))
			}
		}
		here := true
		var secrets []string
		for _, d := range []chapter.Draft{
			{Source: "Talk of " + inside + " #" + tag, Visibility: models.Private, LocalOnly: &here},
			{Source: "@pia between us: " + inside + " #" + tag, Visibility: models.Direct},
		} {
			p, err := c.Publish(t.Context(), ana, d)
			if err != nil {
				t.Fatal(err)
			}
			secrets = append(secrets, p.ID.String())
		}
		if _, err := c.Publish(t.Context(), ana, chapter.Draft{Source: "@ben lastword #" + tag, Visibility: models.Public}); err != nil {
			t.Fatal(err)
		}
		for where, res := range told {
			text := heard(t, res, "lastword")
			members := strings.HasPrefix(where, "the member at ") && where != "the member at /public" && where != "the member at /user"
			if strings.Contains(text, inside) != members || strings.Contains(text, secrets[0]) != members || strings.Contains(text, secrets[1]) {
				t.Errorf("%s is told:\n%s", where, text)
			}
		}
	})
}

// heard is what a stream told until a word came.
func heard(t *testing.T, res *http.Response, word string) string {
	t.Helper()
	late := time.AfterFunc(10*time.Second, func() { res.Body.Close() })
	defer late.Stop()
	var text strings.Builder
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		text.WriteString(lines.Text() + "\n")
		if strings.Contains(lines.Text(), word) {
			return text.String()
		}
	}
	t.Fatalf("%s never came: %v\n%s", word, lines.Err(), text.String())
	return ""
}
