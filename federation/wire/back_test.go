package wire

import (
	"testing"
	"time"

	"atelier/models"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// written is what peers get of the document called name.
func written(t *testing.T, name string) []byte {
	t.Helper()
	for _, s := range sent {
		if s.name != name {
			continue
		}
		d, err := s.make()
		if err != nil {
			t.Fatal(err)
		}
		raw, err := d.JSON()
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	t.Fatalf("we send no %s", name)
	return nil
}

var ignoreRaw = cmp.Options{cmpopts.IgnoreFields(Post{}, "Raw"), cmpopts.IgnoreFields(Actor{}, "Raw"), cmpopts.IgnoreFields(Activity{}, "Raw"), cmpopts.IgnoreFields(Object{}, "Raw")}

func TestEverySentDocumentCanBeRead(t *testing.T) {
	for _, test := range sent {
		d, err := test.make()
		if err != nil {
			t.Fatal(err)
		}
		raw, err := d.JSON()
		if err != nil {
			t.Fatal(err)
		}
		e, err := Open(raw)
		if err != nil || e.ID != d.ID() && test.name != "hashtag" {
			t.Errorf("%s: opened as %+v, %v", test.name, e, err)
			continue
		}
		if _, err := decode(raw); err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
		if err := CheckHygiene(raw); err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

func TestPostsComeBackAsTheyWere(t *testing.T) {
	uri := urls.Post(ana().URI, 42)
	group := Mention{urls.Chapter(), "@vi_coaches@vi.example"}
	toJoel := Mention{joel, "@joel@halifax.example"}
	heron := []models.Emoji{{Shortcode: "heron", URL: "https://vi.example/media/heron.png"}}
	everyone, quotable := []string{PublicURI, urls.Chapter()}, func(who string) Policy {
		all := Rule{Set: true, Automatic: []string{PublicURI}}
		return Policy{Like: all, Reply: all, Announce: all, Quote: Rule{Set: true, Automatic: []string{who}}}
	}
	for _, test := range []struct {
		name string
		want Post
	}{
		{"note", Post{
			ID: uri, URL: "https://vi.example/talk/42", Type: "Note", Author: ana().URI,
			To: everyone, CC: []string{ana().FollowersURI, joel}, Audience: []string{urls.Chapter()},
			Summary: "CW: coaching", Content: "<p>What do you do when: a client goes quiet?</p>",
			Source: "What do you do when: a client goes quiet?", SourceType: "text/markdown", Language: "en", Sensitive: true,
			InReplyTo: joelsPost, Context: "https://halifax.example/contexts/9", Conversation: "https://halifax.example/contexts/9",
			Published: noon, Updated: then,
			Mentions: []Mention{group, toJoel}, Hashtags: []string{"Listening", "Übung"}, Emojis: heron,
			Media: []models.Media{
				{
					Type: models.Image, State: models.MediaRemote, ContentType: "image/jpeg", RemoteURL: "https://vi.example/media/cd/i.jpg",
					Description: "Two chairs", Blurhash: "UBL_:rOpGG-oBUNG,qRj2so|=eE1w^n4S5NH",
					Meta: models.MediaMeta{Width: 1200, Height: 800, HasFocus: true, FocusY: 0.2},
				},
				{
					Type: models.Audio, State: models.MediaRemote, ContentType: "audio/mpeg", RemoteURL: "https://vi.example/media/cd/t.mp3",
					PreviewURL: "https://vi.example/media/cd/t.jpg", Description: "A talk", Meta: models.MediaMeta{Duration: 63.5},
				},
			},
			Policy: quotable(PublicURI), Replies: Object{ID: uri + "/replies", Type: "Collection"},
			Likes: Count{uri + "/likes", 3, true}, Shares: Count{uri + "/shares", 1, true},
		}},
		{"article", Post{
			ID: uri, URL: "https://vi.example/notes/checking-in-when-a-client-goes-quiet", Type: "Article", Author: ana().URI,
			To: everyone, CC: []string{ana().FollowersURI, joel}, Audience: []string{urls.Chapter()},
			Name:    "Checking in when a client goes quiet",
			Summary: "<p>Three minutes of shared silence, then one question about the silence itself. Works from the third session on.</p>",
			Content: "<p><strong>Approach - Checking in when a client goes quiet</strong></p><h2>When it comes up</h2>" +
				"<p>In the third session.</p><p>Details changed to protect the client.</p>" +
				"<p>Reviewed by the chapter VI Coaches, 20 Nov 2026, version 4.</p>",
			Source: "## When it comes up\n\nIn the third session.", SourceType: "text/markdown", Language: "en",
			Context: urls.Context(42), Conversation: urls.Context(42), Published: noon, Updated: then,
			Mentions: []Mention{group, toJoel}, Hashtags: []string{"MaintainsPresence"},
			Media: []models.Media{{
				Type: models.Image, State: models.MediaRemote, ContentType: "image/jpeg", RemoteURL: "https://vi.example/media/cd/i.jpg", Description: "Two chairs",
			}},
			Image:  models.Picture{Remote: "https://vi.example/media/cd/i.jpg", Type: "image/jpeg", Description: "Two chairs"},
			Policy: quotable(ana().FollowersURI), Replies: Object{ID: uri + "/replies", Type: "Collection"},
			Likes: Count{uri + "/likes", 0, true}, Shares: Count{uri + "/shares", 0, true},
			Extension: &Extension{
				Kind: "approach", Sections: []string{"when", "do"}, Themes: []string{theme().URI}, Contributors: []string{joel},
				Confidentiality: models.Disguised, Licence: "https://creativecommons.org/licenses/by-nc-sa/4.0/",
				Review: &Review{urls.Chapter(), "2026-11-20", 4}, Tried: uri + "/tried", History: uri + "/history",
			},
		}},
		{"question-multiple-closed", Post{
			ID: uri, URL: "https://vi.example/talk/42", Type: "Question", Author: ana().URI, To: []string{PublicURI}, CC: []string{ana().FollowersURI},
			Content: "<p>What do you do when: a client goes quiet?</p>", Language: "en", Context: urls.Context(42), Conversation: urls.Context(42),
			Published: noon, Poll: &models.Poll{
				Options:  []models.PollOption{{Title: "Tea", Votes: 2}, {Title: "Time: later", Votes: 1}},
				Multiple: true, ExpiresAt: then, ClosedAt: then, Voters: 3,
			},
			Replies: Object{ID: uri + "/replies", Type: "Collection"}, Likes: Count{uri + "/likes", 0, true}, Shares: Count{uri + "/shares", 0, true},
		}},
		{"quote", Post{
			ID: uri, URL: "https://vi.example/talk/42", Type: "Note", Author: ana().URI, To: []string{ana().FollowersURI}, CC: []string{PublicURI},
			Content: `<p class="quote-inline">RE: <a href="https://halifax.example/talk/9" rel="nofollow noopener">https://halifax.example/talk/9</a></p>` +
				"<p>What do you do when: a client goes quiet?</p>",
			Language: "en", Context: urls.Context(42), Conversation: urls.Context(42), Published: noon,
			Quote: joelsPost, QuoteStamp: "https://halifax.example/users/joel/stamps/42", Policy: quotable(ana().URI),
			Links: []Link{{
				Href: joelsPost, MediaType: `application/ld+json; profile="https://www.w3.org/ns/activitystreams"`, Name: "RE: " + joelsPost,
				Rel: "https://misskey-hub.net/ns#_misskey_quote",
			}},
			Replies: Object{ID: uri + "/replies", Type: "Collection"}, Likes: Count{uri + "/likes", 0, true}, Shares: Count{uri + "/shares", 0, true},
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := DecodePost(written(t, test.name))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(&test.want, got, ignoreRaw); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestPracticeComesBack(t *testing.T) {
	p, err := DecodePost(written(t, "article"))
	if err != nil {
		t.Fatal(err)
	}
	want := &models.Practice{
		Kind: models.Approach, Sections: []models.Section{{Key: "when"}, {Key: "do"}},
		Confidentiality: models.Disguised, Licence: "https://creativecommons.org/licenses/by-nc-sa/4.0/",
		Reviewed: &models.Reviewed{By: urls.Chapter(), On: "2026-11-20", Version: 4},
	}
	if diff := cmp.Diff(want, p.Practice()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if is, changed := p.Practice().Reviewed.IsLine("Reviewed by the chapter VI Coaches, 20 Nov 2026, version 4."); !is || changed {
		t.Errorf("the line is not known again: %v, %v", is, changed)
	}
	for _, x := range []*Extension{nil, {Kind: "question"}, {Outcome: "helped"}} {
		if got := x.Practice(); got != nil {
			t.Errorf("%+v is the practice note %+v", x, got)
		}
	}
}

// A server speaks for its own Groups alone.
func TestAReviewIsBelievedOfItsOwnServer(t *testing.T) {
	const mine, day = "https://halifax.example/chapter", "2026-11-20"
	for _, test := range []struct {
		name   string
		review string
		want   bool
	}{
		{"by the Group of the note's server", `{"by":"` + mine + `","on":"` + day + `","version":2}`, true},
		{"by a Group elsewhere", `{"by":"https://vi.example/chapter","on":"` + day + `","version":2}`, false},
		{"by another port of it", `{"by":"https://halifax.example:8443/chapter","on":"` + day + `","version":2}`, false},
		{"by nobody", `{"on":"` + day + `","version":2}`, false},
		{"on no day", `{"by":"` + mine + `","on":"lately","version":2}`, false},
		{"of no version", `{"by":"` + mine + `","on":"` + day + `"}`, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, err := DecodePost([]byte(`{"id":"https://halifax.example/users/joel/posts/9","type":"Article","attributedTo":"https://halifax.example/users/joel",` +
				`"name":"Walking the silence","content":"<p>x</p>","atelier:kind":"tool","atelier:review":` + test.review + `}`))
			if err != nil {
				t.Fatal(err)
			}
			if pr := p.Practice(); pr == nil || (pr.Reviewed != nil) != test.want {
				t.Errorf("it is %+v", pr)
			}
		})
	}
}

func TestActorsComeBackAsTheyWere(t *testing.T) {
	base := func(a *models.Account) Actor {
		return Actor{
			ID: a.URI, URL: urls.AccountPage(a.URI, a.Username), Type: a.Type, Username: a.Username, WebFinger: a.Username + "@vi.example",
			Name: a.Name, Summary: a.BioHTML, Inbox: a.URI + "/inbox", SharedInbox: "https://vi.example/inbox", Outbox: a.URI + "/outbox",
			Followers: a.URI + "/followers", Following: a.URI + "/following", Featured: a.URI + "/featured", FeaturedTags: a.URI + "/tags",
			Keys: []Key{{a.URI + "#main-key", a.URI, pem}}, Methods: []Multikey{{a.URI + "#ed25519-key", a.URI, a.EdKey}},
			Discoverable: a.Discoverable, Indexable: a.Indexable, Locked: a.Locked,
			Implements: []string{"https://datatracker.ietf.org/doc/html/rfc9421"}, Published: noon, Updated: then,
		}
	}
	person := base(ana())
	person.Fields = []Field{{Name: "Site", HTML: `<a href="https://ana.example" rel="me nofollow noopener">ana.example</a>`}}
	person.Emojis = ana().Emojis
	person.Avatar = models.Picture{Remote: "https://vi.example/media/ab/a.png", Type: "image/png", Description: "Ana, smiling"}
	person.Header = models.Picture{Remote: "https://vi.example/media/ab/h.jpg", Type: "image/jpeg"}
	person.AlsoKnownAs, person.Domains = ana().AlsoKnownAs, []string{"ana.example"}

	suspended := base(ana())
	suspended.Name, suspended.Summary, suspended.Suspended, suspended.AlsoKnownAs = "ana", "", true, ana().AlsoKnownAs

	group := base(chapter())
	group.Moderators, group.Library = urls.Chapter()+"/moderators", urls.Chapter()+"/library"

	app := base(server())
	app.Followers, app.Following, app.Featured, app.FeaturedTags = "", "", "", ""

	for name, want := range map[string]Actor{"person": person, "person-suspended": suspended, "chapter": group, "instance": app} {
		got, err := DecodeActor(written(t, name))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(&want, got, ignoreRaw); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestActivitiesComeBackAsTheyWere(t *testing.T) {
	me, uri := ana().URI, urls.Post(ana().URI, 42)
	followers := ana().FollowersURI
	named := func(uris ...string) (o []Object) {
		for _, u := range uris {
			o = append(o, Object{ID: u})
		}
		return o
	}
	one := func(id, typ string) []Object { return []Object{{ID: id, Type: typ}} }
	for name, want := range map[string]Activity{
		"create-note": {
			ID: uri + "/activity", Type: "Create", Actor: me, Objects: one(uri, "Note"), To: []string{PublicURI, urls.Chapter()},
			CC: []string{followers, joel}, Audience: []string{urls.Chapter()}, Published: noon,
		},
		"update-note": {
			ID: uri + "#updates/1795190700123", Type: "Update", Actor: me, Objects: one(uri, "Note"), To: []string{PublicURI, urls.Chapter()},
			CC: []string{followers, joel}, Audience: []string{urls.Chapter()}, Published: then,
		},
		"update-person": {
			ID: me + "#updates/1795190700123", Type: "Update", Actor: me, Objects: one(me, "Person"),
			To: []string{PublicURI}, CC: []string{followers}, Published: then,
		},
		"delete-note": {
			ID: uri + "#delete", Type: "Delete", Actor: me, Objects: one(uri, "Tombstone"), To: []string{PublicURI}, CC: []string{followers, joel}, Published: then,
		},
		"delete-note-moderated": {
			ID: joelsPost + "#delete", Type: "Delete", Actor: me, Objects: one(joelsPost, "Tombstone"), Audience: []string{urls.Chapter()},
			To: []string{PublicURI}, CC: []string{urls.Chapter()}, Published: then, Summary: "Off topic",
		},
		"delete-person":              {ID: me + "#delete", Type: "Delete", Actor: me, Objects: named(me), To: []string{PublicURI}},
		"delete-quote-authorization": {ID: me + "/stamps/9#delete", Type: "Delete", Actor: me, Objects: named(me + "/stamps/9"), To: []string{joel}},
		"follow":                     {ID: me + "#follows/5", Type: "Follow", Actor: me, Objects: named(joel), To: []string{joel}, Published: noon},
		"follow-relay": {
			ID: urls.Instance() + "#follows/5", Type: "Follow", Actor: urls.Instance(), Objects: named(PublicURI), To: []string{PublicURI}, Published: noon,
		},
		"accept-follow": {
			ID: me + "#accepts/5", Type: "Accept", Actor: me, Objects: one("https://halifax.example/follows/1", "Follow"), To: []string{joel},
		},
		"accept-quote": {
			ID: me + "#accepts/9", Type: "Accept", Actor: me, Objects: one("https://halifax.example/quotes/1", "QuoteRequest"), To: []string{joel}, Result: me + "/stamps/9",
		},
		"reject-follow": {ID: me + "#rejects/5", Type: "Reject", Actor: me, Objects: named("https://halifax.example/follows/1"), To: []string{joel}},
		"undo-like":     {ID: me + "#likes/6/undo", Type: "Undo", Actor: me, Objects: one(me+"#likes/6", "Like"), To: []string{joel}},
		"undo-lock": {
			ID: me + "#locks/15/undo", Type: "Undo", Actor: me, Objects: one(me+"#locks/15", "Lock"), To: []string{PublicURI}, CC: []string{urls.Chapter()},
		},
		"like": {ID: me + "#likes/6", Type: "Like", Actor: me, Objects: named(joelsPost), To: []string{joel}, Published: noon},
		"like-in-group": {
			ID: me + "#likes/6", Type: "Like", Actor: me, Objects: named(joelsPost), To: []string{joel}, Published: noon,
			CC: []string{"https://halifax.example/chapter"}, Audience: []string{"https://halifax.example/chapter"},
		},
		"announce": {
			ID: me + "/posts/44", Type: "Announce", Actor: me, Objects: named(joelsPost), To: []string{PublicURI}, CC: []string{followers, joel}, Published: then,
		},
		"announce-private": {
			ID: me + "/posts/44", Type: "Announce", Actor: me, Objects: named(joelsPost), To: []string{followers}, CC: []string{joel}, Published: then,
		},
		"announce-create": {
			ID: urls.Chapter() + "#announces/8", Type: "Announce", Actor: urls.Chapter(), Objects: one(uri+"/activity", "Create"),
			To: []string{PublicURI}, CC: []string{urls.Chapter() + "/followers"},
		},
		"add-pin": {
			ID: me + "#adds/10", Type: "Add", Actor: me, Objects: named(uri), Target: Object{ID: me + "/featured"}, To: []string{PublicURI}, CC: []string{followers},
		},
		"add-featured-tag": {
			ID: me + "#adds/11", Type: "Add", Actor: me, Objects: one("https://vi.example/tags/listening", "Hashtag"),
			Target: Object{ID: me + "/featured"}, To: []string{PublicURI}, CC: []string{followers},
		},
		"remove-pin": {
			ID: me + "#removes/10", Type: "Remove", Actor: me, Objects: named(uri), Target: Object{ID: me + "/featured"},
			To: []string{PublicURI}, CC: []string{followers},
		},
		"block": {ID: me + "#blocks/12", Type: "Block", Actor: me, Objects: named(joel), To: []string{joel}},
		"flag": {
			ID: urls.Instance() + "#flags/13", Type: "Flag", Actor: urls.Instance(), Objects: named(joel, joelsPost), To: []string{joel},
			Content: "Names a client: see line 2.",
		},
		"move": {
			ID: me + "#moves/14", Type: "Move", Actor: me, Objects: named(me), Target: Object{ID: "https://new.example/users/ana"}, To: []string{followers},
		},
		"lock": {
			ID: me + "#locks/15", Type: "Lock", Actor: me, Objects: named(joelsPost), Audience: []string{urls.Chapter()}, To: []string{PublicURI},
			CC: []string{urls.Chapter()}, Summary: "Settled",
		},
		"join": {
			ID: me + "#joins/16", Type: "Join", Actor: me, Objects: named("https://mobilizon.example/events/1"), To: []string{"https://mobilizon.example/@g"},
		},
		"leave": {
			ID: me + "#leaves/16", Type: "Leave", Actor: me, Objects: named("https://mobilizon.example/events/1"), To: []string{"https://mobilizon.example/@g"},
		},
		"quote-request": {
			ID: me + "#quotes/17", Type: "QuoteRequest", Actor: me, Objects: named(joelsPost), Instrument: Object{ID: uri, Type: "Note"}, To: []string{joel},
		},
		"vote": {
			ID: me + "#votes/18/1/activity", Type: "Create", Actor: me, Objects: one(me+"#votes/18/1", "Note"), To: []string{joel}, Published: then,
		},
	} {
		got, err := DecodeActivity(written(t, name))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(&want, got, ignoreRaw, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestVoteComesBack(t *testing.T) {
	a, err := DecodeActivity(written(t, "vote"))
	if err != nil {
		t.Fatal(err)
	}
	p, err := DecodePost(a.Object().Raw)
	if err != nil || !p.IsVote() || p.Name != "Time: later" || p.InReplyTo != "https://halifax.example/users/joel/posts/10" {
		t.Errorf("the vote is %+v, %v", p, err)
	}
	for _, name := range []string{"note", "note-plain", "article"} {
		if p, err := DecodePost(written(t, name)); err != nil || p.IsVote() {
			t.Errorf("%s is a vote (%v)", name, err)
		}
	}
}

func TestOtherDocumentsComeBackAsTheyWere(t *testing.T) {
	uri := urls.Post(ana().URI, 42)
	stone, err := DecodeTombstone(written(t, "tombstone"))
	if diff := cmp.Diff(&Tombstone{ID: uri, FormerType: "Note", Deleted: then}, stone); err != nil || diff != "" {
		t.Errorf("tombstone: %v (-want +got):\n%s", err, diff)
	}
	stamp, err := DecodeAuthorization(written(t, "quote-authorization"))
	want := &Authorization{ID: ana().URI + "/stamps/9", Type: "QuoteAuthorization", Author: ana().URI, Made: joelsPost, Of: uri}
	if diff := cmp.Diff(want, stamp); err != nil || diff != "" {
		t.Errorf("quote authorization: %v (-want +got):\n%s", err, diff)
	}
	for name, want := range map[string]Collection{
		"outbox": {ID: ana().URI + "/outbox", Type: "OrderedCollection", TotalItems: 2, First: Object{ID: ana().URI + "/outbox?page=true"}},
		"outbox-page": {
			ID: ana().URI + "/outbox?page=true", Type: "OrderedCollectionPage", TotalItems: -1, PartOf: ana().URI + "/outbox",
			Next:  ana().URI + "/outbox?page=true&max_id=42",
			Items: []Object{{ID: uri + "/activity", Type: "Create"}, {ID: ana().URI + "/posts/44", Type: "Announce"}},
		},
		"followers-hidden": {ID: ana().FollowersURI, Type: "OrderedCollection", TotalItems: 12},
		"featured-tags": {
			ID: ana().URI + "/tags", Type: "Collection", TotalItems: 1, Items: []Object{{ID: "https://vi.example/tags/listening", Type: "Hashtag"}},
		},
		"context":      {ID: urls.Context(42), Type: "OrderedCollection", TotalItems: 3, Owner: ana().URI, First: Object{ID: urls.Context(42) + "?page=true"}},
		"replies-page": {ID: uri + "/replies?page=true", Type: "CollectionPage", TotalItems: -1, PartOf: uri + "/replies"},
	} {
		got, err := DecodeCollection(written(t, name))
		if diff := cmp.Diff(&want, got, ignoreRaw); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
		}
	}
}

// What others wrote is passed on byte for byte, with all that we do not know.
func TestReceivedDocumentsArePassedOnUnchanged(t *testing.T) {
	for _, name := range []string{"announce-received", "accept-follow-received"} {
		a, err := DecodeActivity(written(t, name))
		if err != nil {
			t.Fatal(err)
		}
		if got := string(a.Object().Raw); got != receivedFollow {
			t.Errorf("%s passes on %s", name, got)
		}
	}
}

func TestPostsThatMayNotLeaveHaveNoDocument(t *testing.T) {
	for name, change := range map[string]func(*models.Post){
		"local only":          func(p *models.Post) { p.LocalOnly = true },
		"a draft":             func(p *models.Post) { p.State = models.Draft },
		"in the lounge":       func(p *models.Post) { p.State = models.Waiting },
		"of another server":   func(p *models.Post) { p.Local = false },
		"state not even said": func(p *models.Post) { p.State = "" },
	} {
		c := note()
		change(c.Post)
		for what, write := range map[string]func() (Document, error){
			"post":          func() (Document, error) { return enc.Post(c) },
			"create":        func() (Document, error) { return enc.Create(c) },
			"update":        func() (Document, error) { return enc.Update(c, then) },
			"quote request": func() (Document, error) { return enc.QuoteRequest("https://vi.example/q", c, joelsPost, joel) },
		} {
			if d, err := write(); err == nil || d.ID() != "" {
				t.Errorf("%s: the %s was written as %q", name, what, d.ID())
			}
		}
	}
}

func TestRefusedQuotesAreNotSentAsQuotes(t *testing.T) {
	for _, s := range []models.QuoteState{models.QuoteRejected, models.QuoteRevoked} {
		c := quote()
		c.Post.QuoteState = s
		d, err := enc.Post(c)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := d.JSON()
		if err != nil {
			t.Fatal(err)
		}
		p, err := DecodePost(raw)
		if err != nil || p.Quote != "" || len(p.Links) != 0 || p.Content != c.Post.HTML {
			t.Errorf("%s: %+v, %v", s, p, err)
		}
	}
}

func TestMediaMayBeElsewhere(t *testing.T) {
	e := Encoder{URLs: urls, Media: func(key string) string { return "https://media.example/" + key }}
	d, err := e.Post(note())
	if err != nil {
		t.Fatal(err)
	}
	raw, err := d.JSON()
	if err != nil {
		t.Fatal(err)
	}
	p, err := DecodePost(raw)
	if err != nil || p.Media[0].RemoteURL != "https://media.example/cd/i.jpg" || p.Media[1].PreviewURL != "https://media.example/cd/t.jpg" {
		t.Errorf("%+v, %v", p.Media, err)
	}
}

func TestDocumentsForProof(t *testing.T) {
	raw, err := like().JSONForProof()
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"@context":["https://www.w3.org/ns/activitystreams","https://w3id.org/security/data-integrity/v1"],` +
		`"id":"https://vi.example/users/ana#likes/6","type":"Like","actor":"https://vi.example/users/ana","cc":[],` +
		`"object":"https://halifax.example/users/joel/posts/9","published":"2026-11-14T09:30:00Z","to":["https://halifax.example/users/joel"]}`
	if string(raw) != want {
		t.Errorf("got %s", raw)
	}
}

func TestIDsKeepTheirSpelling(t *testing.T) {
	const odd = "https://pfefferle.example?c=148&ü=%c3%BC#a/b"
	raw, err := enc.Like(urls.Like(ana().URI, 6), ana().URI, odd, "HTTPS://Other.Example/a/../b", "", time.Time{}).JSON()
	if err != nil {
		t.Fatal(err)
	}
	a, err := DecodeActivity(raw)
	if err != nil || a.Object().ID != odd || a.To[0] != "HTTPS://Other.Example/a/../b" {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestTimesAreExact(t *testing.T) {
	c := note()
	c.Post.EditedAt = time.Date(2026, 11, 20, 17, 5, 0, 123456789, time.FixedZone("", 3600))
	d, err := enc.Post(c)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := d.JSON()
	if err != nil {
		t.Fatal(err)
	}
	if p, err := DecodePost(raw); err != nil || !p.Updated.Equal(c.Post.EditedAt) {
		t.Errorf("%v, %v", p.Updated, err)
	}
}
