package fedtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"atelier/federation/sign"
	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/store"
	"atelier/models/store/storetest"
)

// fetched is an answer, whole.
type fetched struct {
	status int
	header http.Header
	body   string
	doc    map[string]any
}

func fetchAs(t testing.TB, uri, accept string, key *sign.Key) fetched {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, uri, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", accept)
	if key != nil {
		if err := sign.Sign(r, key, sign.Cavage, sign.Digest{}, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	resp, err := local.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	f := fetched{status: resp.StatusCode, header: resp.Header, body: string(body)}
	json.Unmarshal(body, &f.doc)
	return f
}

const activityJSON = "application/activity+json"

func TestWhatIsServedHasTheIDThatWasAskedFor(t *testing.T) {
	s := Start(t, "alpha", storetest.SQLite(t))
	ana := s.Member(t, "ana")
	p := s.Publish(t, ana, "Hello #coaches", nil)
	if _, err := s.Chapter.Pin(t.Context(), ana, p.ID); err != nil {
		t.Fatal(err)
	}
	s.Publish(t, ana, "More", func(d *chapter.Draft) { d.InReplyTo = p.ID })
	Quiet(t, s)
	var boost string
	posts, err := s.Store.AccountPosts(t.Context(), models.Stranger, s.Group(t).ID, store.AccountFilter{}, store.Page{Limit: 1})
	if err != nil || len(posts) != 1 {
		t.Fatalf("the Group's posts: %v, %v", posts, err)
	}
	boost = posts[0].URI
	for _, test := range []struct{ uri, typ string }{
		{ana.URI, "Person"},
		{s.URLs.Chapter(), "Group"},
		{s.URLs.Instance(), "Application"},
		{p.URI, "Note"},
		{p.URI + "/activity", "Create"},
		{boost, "Announce"},
		{p.URI + "/replies", "Collection"},
		{p.URI + "/replies?page=true", "CollectionPage"},
		{p.URI + "/likes", "Collection"},
		{p.URI + "/shares", "Collection"},
		{p.ContextURI, "OrderedCollection"},
		{p.ContextURI + "?page=true", "OrderedCollectionPage"},
		{ana.URI + "/outbox", "OrderedCollection"},
		{ana.URI + "/outbox?page=true", "OrderedCollectionPage"},
		{ana.URI + "/followers", "OrderedCollection"},
		{ana.URI + "/followers?page=true", "OrderedCollectionPage"},
		{ana.URI + "/following", "OrderedCollection"},
		{ana.URI + "/featured", "OrderedCollection"},
		{ana.URI + "/tags", "Collection"},
		{s.URLs.Chapter() + "/moderators", "OrderedCollection"},
		{s.URLs.Chapter() + "/library", "OrderedCollection"},
		{s.URLs.Chapter() + "/outbox?page=true", "OrderedCollectionPage"},
		{s.URLs.Base() + "/tags/coaches", "OrderedCollection"},
	} {
		f := fetchAs(t, test.uri, activityJSON, nil)
		if f.status != 200 || f.doc["id"] != test.uri || f.doc["type"] != test.typ {
			t.Errorf("%s: %d, a %v called %v; want a %s", test.uri, f.status, f.doc["type"], f.doc["id"], test.typ)
		}
		if got := f.header.Get("Content-Type"); got != activityJSON {
			t.Errorf("%s has the type %q", test.uri, got)
		}
		if got := f.header.Get("Vary"); got != "Accept, Accept-Encoding, Signature" {
			t.Errorf("%s varies on %q", test.uri, got)
		}
		if c, ok := f.doc["@context"].([]any); !ok || c[0] != "https://www.w3.org/ns/activitystreams" {
			t.Errorf("%s has the context %v", test.uri, f.doc["@context"])
		}
	}
	for _, uri := range []string{s.URLs.Base() + "/", s.URLs.InstancePage()} { // Lemmy asks for the server at its root
		if f := fetchAs(t, uri, activityJSON, nil); f.doc["id"] != s.URLs.Instance() {
			t.Errorf("%s is %v", uri, f.doc["id"])
		}
	}
	for _, uri := range []string{s.URLs.PersonPage("ana"), s.URLs.Base() + "/@Ana", s.URLs.Person("ANA")} {
		if f := fetchAs(t, uri, activityJSON, nil); f.doc["id"] != ana.URI {
			t.Errorf("%s is %v", uri, f.doc["id"])
		}
	}
	for _, uri := range []string{
		s.URLs.Person("nobody"), s.URLs.Theme("ana"), s.URLs.Person("alpha_coaches"), strings.Replace(p.URI, "/ana/", "/pia/", 1), p.URI + "1", p.URI + "/nothing",
		ana.URI + "/moderators", ana.URI + "/inbox", s.URLs.Context(1),
	} {
		if f := fetchAs(t, uri, activityJSON, nil); f.status != 404 {
			t.Errorf("%s: %d %s", uri, f.status, f.body)
		}
	}
}

func TestCollectionsHoldWhatTheyShould(t *testing.T) {
	alpha, beta, ana, bob := two(t)
	p := alpha.Publish(t, ana, "Open", nil)
	quiet := alpha.Publish(t, ana, "Quiet", func(d *chapter.Draft) { d.Visibility = models.Unlisted })
	alpha.Publish(t, ana, "Followers", func(d *chapter.Draft) { d.Visibility = models.Private })
	own := alpha.Publish(t, ana, "My own answer", func(d *chapter.Draft) { d.InReplyTo = p.ID })
	there := beta.Post(t, p.URI)
	answer := beta.Publish(t, bob, "An answer", func(d *chapter.Draft) { d.InReplyTo = there.ID })
	beta.Publish(t, bob, "A hidden answer", func(d *chapter.Draft) { d.InReplyTo = there.ID; d.Visibility = models.Private })
	alpha.Post(t, answer.URI)
	Quiet(t, alpha, beta)
	items := func(uri string) (out []any) {
		f := fetchAs(t, uri, activityJSON, nil)
		list, ok := f.doc["orderedItems"].([]any)
		if !ok {
			list, _ = f.doc["items"].([]any)
		}
		for _, i := range list {
			if o, ok := i.(map[string]any); ok {
				i = o["id"]
			}
			out = append(out, i)
		}
		return out
	}
	for _, test := range []struct {
		uri  string
		want []any
	}{
		{ana.URI + "/outbox?page=true", []any{own.URI + "/activity", quiet.URI + "/activity", p.URI + "/activity"}},
		{ana.URI + "/followers?page=true", []any{bob.URI}},
		{ana.URI + "/following?page=true", []any{bob.URI, alpha.URLs.Chapter()}},
		{p.URI + "/replies?page=true", []any{own.URI, answer.URI}},
		{p.ContextURI + "?page=true", []any{p.URI, own.URI, answer.URI}},
	} {
		if diff := cmp.Diff(test.want, items(test.uri)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.uri, diff)
		}
	}
	replies := fetchAs(t, p.URI, activityJSON, nil).doc["replies"].(map[string]any)["first"].(map[string]any)["items"]
	if diff := cmp.Diff([]any{own.URI}, replies); diff != "" {
		t.Errorf("the author's own answers (-want +got):\n%s", diff)
	}

	hide := true
	if _, err := alpha.Chapter.UpdateProfile(t.Context(), ana, chapter.Profile{HideNetwork: &hide}); err != nil {
		t.Fatal(err)
	}
	f := fetchAs(t, ana.URI+"/followers?page=true", activityJSON, nil)
	if f.doc["totalItems"] != 1.0 || f.doc["orderedItems"] != nil || f.doc["first"] != nil {
		t.Errorf("hidden followers: %s", f.body)
	}
	// The host of a follower may see which of its own are counted (FEP-8fcf).
	keys, err := beta.Store.Keys(t.Context(), bob.ID)
	if err != nil {
		t.Fatal(err)
	}
	bobsKey, err := sign.ParseKey(bob.KeyID, keys.RSA)
	if err != nil {
		t.Fatal(err)
	}
	if f := fetchAs(t, ana.URI+"/followers_synchronization", activityJSON, bobsKey); f.status != 200 || fmt.Sprint(f.doc["orderedItems"]) != fmt.Sprint([]any{bob.URI}) {
		t.Errorf("synchronization: %d %s", f.status, f.body)
	}
	if f := fetchAs(t, ana.URI+"/followers_synchronization", activityJSON, nil); f.status != 401 {
		t.Errorf("synchronization for nobody: %d %s", f.status, f.body)
	}
}

func TestPagesOfALongCollection(t *testing.T) {
	s := Start(t, "alpha", storetest.SQLite(t))
	ana := s.Member(t, "ana")
	var want []any
	for i := range 45 {
		want = append([]any{s.Publish(t, ana, fmt.Sprint("Post ", i), func(d *chapter.Draft) { d.Visibility = models.Unlisted }).URI + "/activity"}, want...)
	}
	var got []any
	next := ana.URI + "/outbox?page=true"
	for n := 0; next != "" && n < 10; n++ {
		f := fetchAs(t, next, activityJSON, nil)
		if f.doc["id"] != next || f.doc["partOf"] != ana.URI+"/outbox" {
			t.Errorf("page %s is called %v, part of %v", next, f.doc["id"], f.doc["partOf"])
		}
		for _, i := range f.doc["orderedItems"].([]any) {
			got = append(got, i.(map[string]any)["id"])
		}
		next, _ = f.doc["next"].(string)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestPrivateDocumentsAreForWhoMaySeeThem(t *testing.T) {
	w := newTown(t) // ada follows ana
	p := w.Publish(t, w.ana, "For my followers", func(d *chapter.Draft) { d.Visibility = models.Private })
	never := fetchAs(t, w.ana.URI+"/posts/1234567890123456789", activityJSON, nil)
	for _, uri := range []string{p.URI, p.URI + "/activity", p.URI + "/replies", p.URI + "/likes"} {
		for name, key := range map[string]*sign.Key{"nobody": nil, "mallory": w.mallory.Key, "eve": w.eve.Key} {
			f := fetchAs(t, uri, activityJSON, key)
			if f.status != 404 || f.body != never.body {
				t.Errorf("%s for %s: %d %s", uri, name, f.status, f.body)
			}
		}
		f := fetchAs(t, uri, activityJSON, w.ada.Key)
		if f.status != 200 || f.header.Get("Cache-Control") != "private, no-store" {
			t.Errorf("%s for ada: %d, %s", uri, f.status, f.header.Get("Cache-Control"))
		}
	}
	// A signature in ada's name by another key is nobody's.
	forged, err := sign.ParseKey(w.ada.KeyID, Key(41).RSA)
	if err != nil {
		t.Fatal(err)
	}
	if f := fetchAs(t, p.URI, activityJSON, forged); f.status != 404 {
		t.Errorf("for a forger: %d %s", f.status, f.body)
	}
	if f := fetchAs(t, p.ContextURI+"?page=true", activityJSON, w.ada.Key); f.status != 404 {
		t.Errorf("its thread: %d %s", f.status, f.body)
	}
}

func TestKeptDocumentsFollowChanges(t *testing.T) {
	s := Start(t, "alpha", storetest.SQLite(t))
	ana := s.Member(t, "ana")
	p := s.Publish(t, ana, "One", nil)
	see := func(uri, part string) {
		t.Helper()
		if f := fetchAs(t, uri, activityJSON, nil); f.status != 200 || !strings.Contains(f.body, part) {
			t.Errorf("%s: %d, without %q: %s", uri, f.status, part, f.body)
		}
	}
	see(p.URI, "<p>One")
	two, name := "Two", "Ana Lima"
	if _, err := s.Chapter.Edit(t.Context(), ana, p.ID, chapter.Edit{Source: &two}); err != nil {
		t.Fatal(err)
	}
	see(p.URI, "Two")
	see(p.URI+"/activity", "Two")
	see(ana.URI, `"name":"ana"`)
	if _, err := s.Chapter.UpdateProfile(t.Context(), ana, chapter.Profile{Name: &name}); err != nil {
		t.Fatal(err)
	}
	see(ana.URI, `"name":"Ana Lima"`)
	if _, err := s.Chapter.Delete(t.Context(), ana, p.ID); err != nil {
		t.Fatal(err)
	}
	f := fetchAs(t, p.URI, activityJSON, nil)
	if f.status != 410 || f.doc["type"] != "Tombstone" || f.doc["formerType"] != "Note" || f.doc["id"] != p.URI {
		t.Errorf("what remains: %d %s", f.status, f.body)
	}
}

func TestSecureFetch(t *testing.T) {
	w := newTown(t)
	if err := w.Chapter.UpdateChapter(t.Context(), models.Viewer{AccountID: 1, Role: models.President}, func(c *models.Chapter) { c.Settings.SecureFetch = true }); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, uri string
		key       *sign.Key
		want      int
	}{
		{"an unsigned request", w.ana.URI, nil, 401},
		{"a signed one", w.ana.URI, w.eve.Key, 200},
		{"a post, unsigned", w.anasPost.URI, nil, 401},
		{"a post, signed", w.anasPost.URI, w.eve.Key, 200},
		{"the outbox, unsigned", w.ana.URI + "/outbox", nil, 401},
		{"the server's own actor, unsigned", w.URLs.Instance(), nil, 200},
		{"WebFinger", w.URLs.Base() + "/.well-known/webfinger?resource=acct:ana@" + w.URLs.Domain, nil, 200},
		{"NodeInfo", w.URLs.Base() + "/nodeinfo/2.1", nil, 200},
	} {
		if f := fetchAs(t, test.uri, activityJSON, test.key); f.status != test.want {
			t.Errorf("%s: %d, want %d: %s", test.name, f.status, test.want, f.body)
		}
	}
	forged, err := sign.ParseKey(w.eve.KeyID, Key(41).RSA)
	if err != nil {
		t.Fatal(err)
	}
	if f := fetchAs(t, w.ana.URI, activityJSON, forged); f.status != 401 {
		t.Errorf("a forged one: %d", f.status)
	}
	if cache := fetchAs(t, w.ana.URI, activityJSON, w.eve.Key).header.Get("Cache-Control"); cache != "private, no-store" {
		t.Errorf("it may be kept: %q", cache)
	}
}

func TestTwoServersThatWantSignaturesReadEachOther(t *testing.T) {
	alpha, beta := Start(t, "alpha", storetest.SQLite(t)), Start(t, "beta", storetest.SQLite(t))
	for _, s := range []*Server{alpha, beta} {
		if err := s.Chapter.UpdateChapter(t.Context(), models.Viewer{AccountID: 1, Role: models.President}, func(c *models.Chapter) { c.Settings.SecureFetch = true }); err != nil {
			t.Fatal(err)
		}
	}
	ana, bob := alpha.Member(t, "ana"), beta.Member(t, "bob")
	beta.Follow(t, bob, ana, alpha)
	alpha.Follow(t, ana, bob, beta)
}

func TestSuspendedServers(t *testing.T) {
	w := newTown(t)
	before := w.Publish(t, w.ana, "Before", nil)
	Quiet(t, w.Server)
	storetest.Write(t, w.Store, func(tx *store.Tx) error {
		return tx.SetDomainRule(t.Context(), &models.DomainRule{Domain: w.ada.Host(), Severity: models.Suspend, CreatedAt: tx.Now()})
	})
	told := len(w.ada.Received("Create"))
	asked := w.ada.AskedInAll()
	if got := w.ada.Send(w.Server, w.ada.Do("Like", "1", w.anasPost.URI, nil)); got != 403 {
		t.Errorf("what it sends: %d", got)
	}
	if f := fetchAs(t, before.URI, activityJSON, w.ada.Key); f.status != 404 {
		t.Errorf("what it asks for: %d", f.status)
	}
	w.Publish(t, w.ana, "After", nil)
	Quiet(t, w.Server)
	if n := len(w.ada.Received("Create")); n != told {
		t.Errorf("it was told of %d posts", n-told)
	}
	if _, err := w.Finder.Account(t.Context(), w.ada.URL+"/users/other"); models.KindOf(err) != models.Forbidden {
		t.Errorf("it is asked: %v", err)
	}
	if _, err := w.Finder.Handle(t.Context(), "other@"+w.ada.Host()); models.KindOf(err) != models.Forbidden {
		t.Errorf("it is asked: %v", err)
	}
	if n := w.ada.AskedInAll(); n != asked {
		t.Errorf("it was asked %d times", n-asked)
	}
}

func TestWebFinger(t *testing.T) {
	s := Start(t, "alpha", storetest.SQLite(t))
	ana := s.Member(t, "ana")
	base, domain := s.URLs.Base(), s.URLs.Domain
	finger := func(resource string) fetched {
		return fetchAs(t, base+"/.well-known/webfinger?resource="+resource, "application/jrd+json", nil)
	}
	for resource, want := range map[string]string{
		"acct:ana@" + domain:                  ana.URI,
		"acct:ANA@" + strings.ToUpper(domain): ana.URI,
		"acct%3Aana%40" + domain:              ana.URI,
		"ana@" + domain:                       ana.URI,
		ana.URI:                               ana.URI,
		base + "/@ana":                        ana.URI,
		base + "/people/ana":                  ana.URI,
		"acct:alpha_coaches@" + domain:        s.URLs.Chapter(),
		s.URLs.Chapter():                      s.URLs.Chapter(),
		"acct:" + domain + "@" + domain:       s.URLs.Instance(),
		base + "/":                            s.URLs.Instance(),
		base:                                  s.URLs.Instance(),
	} {
		f := finger(resource)
		var self string
		links, _ := f.doc["links"].([]any)
		for _, l := range links {
			if l := l.(map[string]any); l["rel"] == "self" && l["type"] == "application/activity+json" {
				self = l["href"].(string)
			}
		}
		if f.status != 200 || self != want {
			t.Errorf("%s: %d, %s; want %s", resource, f.status, self, want)
		}
		if h := f.header; h.Get("Content-Type") != "application/jrd+json; charset=utf-8" || h.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s: headers %v", resource, h)
		}
	}
	if f := finger("acct:ana@" + domain); f.doc["subject"] != "acct:ana@"+domain {
		t.Errorf("subject %v", f.doc["subject"])
	}
	for resource, want := range map[string]int{"acct:nobody@" + domain: 404, "acct:ana@elsewhere.example": 404, "": 400, "acct:ana": 404, ana.URI + "/outbox": 404} {
		if f := finger(resource); f.status != want {
			t.Errorf("%q: %d, want %d", resource, f.status, want)
		}
	}
}

func TestDiscovery(t *testing.T) {
	s := Start(t, "alpha", storetest.SQLite(t))
	ana := s.Member(t, "ana")
	s.Publish(t, ana, "One", nil)
	base := s.URLs.Base()
	for _, test := range []struct{ path, contentType, part string }{
		{"/.well-known/host-meta", "application/xrd+xml; charset=utf-8", `<Link rel="lrdd" type="application/jrd+json" template="` + base + `/.well-known/webfinger?resource={uri}"></Link>`},
		{"/.well-known/host-meta.json", "application/json; charset=utf-8", `"template":"` + base + `/.well-known/webfinger?resource={uri}"`},
		{"/.well-known/nodeinfo", "application/json; charset=utf-8", `{"rel":"https://www.w3.org/ns/activitystreams#Application","href":"` + base + `/actor"}`},
		{"/nodeinfo/2.0", `application/json; profile="http://nodeinfo.diaspora.software/ns/schema/2.0#"`, `"software":{"name":"atelier","version":"test"}`},
		{"/nodeinfo/2.1", `application/json; profile="http://nodeinfo.diaspora.software/ns/schema/2.1#"`, `"users":{"activeHalfyear":`},
	} {
		f := fetchAs(t, base+test.path, "*/*", nil)
		if f.status != 200 || f.header.Get("Content-Type") != test.contentType || !strings.Contains(f.body, test.part) {
			t.Errorf("%s: %d %s\n%s", test.path, f.status, f.header.Get("Content-Type"), f.body)
		}
	}
	if f := fetchAs(t, base+"/nodeinfo/3.0", "*/*", nil); f.status != 404 {
		t.Errorf("NodeInfo 3.0: %d", f.status)
	}
}

func TestDeletedActorsAreGone(t *testing.T) {
	s := Start(t, "alpha", storetest.SQLite(t))
	ana := s.Member(t, "ana")
	fetchAs(t, ana.URI, activityJSON, nil) // so that it is kept
	storetest.Write(t, s.Store, func(tx *store.Tx) error {
		a, err := tx.Account(t.Context(), ana.ID)
		if err != nil {
			return err
		}
		a.DeletedAt = tx.Now()
		if _, err := tx.SetAccount(t.Context(), a); err != nil {
			return err
		}
		return tx.Leave(t.Context(), models.Event{Kind: models.AccountDeleted, AccountID: a.ID, Federates: true})
	})
	f := fetchAs(t, ana.URI, activityJSON, nil)
	if f.status != 410 || f.doc["type"] != "Tombstone" || f.doc["id"] != ana.URI {
		t.Errorf("the actor: %d %s", f.status, f.body)
	}
	if f := fetchAs(t, ana.URI+"/outbox", activityJSON, nil); f.status != 410 {
		t.Errorf("the outbox: %d", f.status)
	}
	if f := fetchAs(t, s.URLs.Base()+"/.well-known/webfinger?resource=acct:ana@"+s.URLs.Domain, "*/*", nil); f.status != 410 {
		t.Errorf("WebFinger: %d", f.status)
	}
}

func TestDocumentsArePacked(t *testing.T) {
	s := Start(t, "alpha", storetest.SQLite(t))
	ana := s.Member(t, "ana")
	get := func(encoding string) *http.Response {
		r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, ana.URI, nil)
		r.Header.Set("Accept", activityJSON)
		r.Header.Set("Accept-Encoding", encoding)
		resp, err := local.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { resp.Body.Close() })
		return resp
	}
	if got := get("br, gzip").Header.Get("Content-Encoding"); got != "gzip" {
		t.Errorf("for who takes it: %q", got)
	}
	for _, encoding := range []string{"identity", "gzip;q=0", "br"} {
		resp := get(encoding)
		body, _ := io.ReadAll(resp.Body)
		if resp.Header.Get("Content-Encoding") != "" || !bytes.HasPrefix(body, []byte("{")) {
			t.Errorf("for %q: %q", encoding, resp.Header.Get("Content-Encoding"))
		}
	}
}
