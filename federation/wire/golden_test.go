package wire

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"atelier/models"

	"github.com/go-json-experiment/json/jsontext"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares a document with the recorded one: what other servers
// receive, read and approved by a person.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	v := jsontext.Value(bytes.Clone(got))
	if err := v.Indent(jsontext.WithIndent("  ")); err != nil {
		t.Fatalf("%s is not JSON: %v\n%s", name, err, got)
	}
	v = append(v, '\n')
	path := filepath.Join("testdata", name+".json")
	if *update {
		if err := os.WriteFile(path, v, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(v, want) {
		t.Errorf("%s is not what it was (go test ./federation/wire -update writes it anew):\n%s", name, v)
	}
}

var (
	urls = models.NewURLs("https", "vi.example", "")
	enc  = Encoder{URLs: urls}
	noon = time.Date(2026, 11, 14, 9, 30, 0, 0, time.UTC)
	then = time.Date(2026, 11, 20, 16, 5, 0, 123e6, time.UTC)
)

const pem = "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAuUK0EqawgZ8k+ofVUd8C\nh3bZXvqkLCBJ8W6ak1rBJFVp9+CxpToOzqI4bDb2qhsoX6nqGV1r+vPn0sJIjbV2\nchCEV4qnR3mIJxhykRgFuWIKm9vTi/A1z5YoRdE1f9noaEIDskcE5HE6+iIKe3R7\nBu+UBcKXS9WUcYG2EoBOvdwadVbCkn9KtmiRGsKgaZ09a69cHqbnzzq4U2DJJusH\ngPA0hBKmLGKO0cvNmJDDtnMOvZyEeV0ggUwKE8Oi7JRNIGDg4mB6zt/1nsFYBZKe\nsaOFANryFCa6h9BbTrY4XNq7W++eicEuG8sZY2NaYTEh3bVJp4wGQWxcQGbafE/p\nWQIDAQAB\n-----END PUBLIC KEY-----\n"

func account(t models.ActorType, uri, username string) *models.Account {
	return &models.Account{
		ID: 1, URI: uri, Type: t, Username: username, Name: strings.ToUpper(username[:1]) + username[1:],
		FollowersURI: urls.Followers(uri), Discoverable: true, Indexable: true,
		KeyID: urls.MainKey(uri), PublicKey: pem, EdKeyID: urls.EdKey(uri), EdKey: "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK",
		CreatedAt: noon, UpdatedAt: then,
	}
}

func ana() *models.Account {
	a := account(models.Person, urls.Person("ana"), "ana")
	a.BioHTML = "<p>Coach: teams &amp; boards</p>"
	a.Fields = []models.Field{{Name: "Site", HTML: `<a href="https://ana.example" rel="me nofollow noopener">ana.example</a>`}}
	a.Emojis = []models.Emoji{{Shortcode: "heron", URL: "https://vi.example/media/heron.png"}}
	a.Avatar = models.Picture{Key: "ab/a.png", Type: "image/png", Description: "Ana, smiling"}
	a.Header = models.Picture{Key: "ab/h.jpg", Type: "image/jpeg"}
	a.AlsoKnownAs = []string{"https://old.example/users/ana"}
	return a
}

func chapter() *models.Account {
	a := account(models.Group, urls.Chapter(), "vi_coaches")
	a.Name, a.BioHTML = "VI Coaches", "<p>Coaching on the island</p>"
	return a
}

func theme() *models.Account {
	return account(models.Group, urls.Theme("maintains_presence"), "maintains_presence")
}

func server() *models.Account {
	a := account(models.Application, urls.Instance(), "vi.example")
	a.Name, a.Locked, a.Discoverable, a.Indexable = "VI Coaches", true, false, false
	return a
}

const (
	joel      = "https://halifax.example/users/joel"
	joelsPost = "https://halifax.example/users/joel/posts/9"
)

func mentionsJoel() []models.Mention {
	return []models.Mention{{AccountID: 2, URI: joel, URL: "https://halifax.example/people/joel", Username: "joel", Acct: "joel@halifax.example"}}
}

func post(t models.PostType, v models.Visibility) *models.Post {
	uri := urls.Post(ana().URI, 42)
	return &models.Post{
		ID: 42, URI: uri, Type: t, AuthorID: 1, Local: true, Visibility: v, State: models.Published,
		HTML: "<p>What do you do when: a client goes quiet?</p>", Language: "en", ThreadID: 42, CreatedAt: noon,
	}
}

// note is a discussion post with everything that one can have.
func note() PostContext {
	p := post(models.NoteType, models.Public)
	p.Warning, p.Source, p.Format = "CW: coaching", "What do you do when: a client goes quiet?", models.Markdown
	p.InReplyToURI, p.ThreadID, p.ContextURI = joelsPost, 7, "https://halifax.example/contexts/9"
	p.Mentions, p.Tags = mentionsJoel(), []string{"Listening", "Übung"}
	p.Emojis = []models.Emoji{{Shortcode: "heron", URL: "https://vi.example/media/heron.png"}}
	p.Media = []models.Media{
		{
			Type: models.Image, Key: "cd/i.jpg", ContentType: "image/jpeg", Description: "Two chairs", Blurhash: "UBL_:rOpGG-oBUNG,qRj2so|=eE1w^n4S5NH",
			Meta: models.MediaMeta{Width: 1200, Height: 800, HasFocus: true, FocusX: 0, FocusY: 0.2},
		},
		{Type: models.Audio, Key: "cd/t.mp3", PreviewKey: "cd/t.jpg", ContentType: "audio/mpeg", Description: "A talk", Meta: models.MediaMeta{Duration: 63.5}},
	}
	p.Stats = models.PostStats{Favourites: 3, Boosts: 1}
	p.QuotePolicy, p.EditedAt = models.QuotesPublic, then
	return PostContext{Post: p, Author: ana(), Group: chapter(), Replies: []string{urls.Post(ana().URI, 43)}}
}

// practice is the practice note of PRODUCT.md, section 9.
func practice() PostContext {
	p := post(models.ArticleType, models.Public)
	p.Slug, p.Title = "checking-in-when-a-client-goes-quiet", "Checking in when a client goes quiet"
	p.Summary = "<p>Three minutes of shared silence, then one question about the silence itself. Works from the third session on.</p>"
	p.HTML = "<h2>When it comes up</h2><p>In the third session.</p>"
	p.Source, p.Format = "## When it comes up\n\nIn the third session.", models.Markdown
	p.Practice = &models.Practice{
		Kind: models.Approach, Sections: []models.Section{{Key: "when", Text: "In the third session."}, {Key: "do"}},
		Confidentiality: models.Disguised, Licence: "https://creativecommons.org/licenses/by-nc-sa/4.0/",
		Reviewed: &models.Reviewed{By: chapter().URI, On: "2026-11-20", Version: 4},
	}
	p.Version = 4
	p.Mentions, p.Tags, p.EditedAt, p.QuotePolicy = mentionsJoel(), []string{"MaintainsPresence"}, then, models.QuotesFollowers
	p.Media = []models.Media{{Type: models.Image, Key: "cd/i.jpg", ContentType: "image/jpeg", Description: "Two chairs"}}
	return PostContext{
		Post: p, Author: ana(), Group: chapter(), Themes: map[string]string{"maintainspresence": theme().URI},
		Extension: &Extension{
			Contributors: []string{joel}, Tried: urls.Tried(p.URI), History: urls.History(p.URI),
		},
	}
}

// withCoAuthors is a note that two members wrote with its author. Nobody is
// named in its text.
func withCoAuthors(v models.Visibility) PostContext {
	return with(practice(), func(c *PostContext) {
		c.Post.Visibility, c.Post.Mentions, c.Extension = v, nil, nil
		for _, name := range []string{"ben", "noor"} {
			a := account(models.Person, urls.Person(name), name)
			a.URL = urls.PersonPage(name)
			c.Contributors = append(c.Contributors, a)
		}
	})
}

func poll(multiple bool) PostContext {
	p := post(models.QuestionType, models.Public)
	p.Poll = &models.Poll{
		Options: []models.PollOption{{Title: "Tea", Votes: 2}, {Title: "Time: later", Votes: 1}}, Multiple: multiple,
		ExpiresAt: then, Voters: 3,
	}
	if multiple {
		p.Poll.ClosedAt = then
	}
	return PostContext{Post: p, Author: ana()}
}

func quote() PostContext {
	p := post(models.NoteType, models.Unlisted)
	p.QuoteURI, p.QuoteState, p.QuoteStamp, p.QuotePolicy = joelsPost, models.QuoteAccepted, "https://halifax.example/users/joel/stamps/42", models.QuotesNobody
	return PostContext{Post: p, Author: ana(), QuotedURL: "https://halifax.example/talk/9"}
}

func with(c PostContext, change func(*PostContext)) PostContext {
	change(&c)
	return c
}

func suspended() *models.Account {
	a := ana()
	a.SuspendedAt = then
	return a
}

func moved() *models.Account {
	a := ana()
	a.MovedTo, a.Memorial, a.Locked = "https://new.example/users/ana", false, true
	return a
}

const receivedFollow = `{"@context":"https://www.w3.org/ns/activitystreams","actor":"https://halifax.example/users/joel",` +
	`"id":"https://halifax.example/follows/1","object":"https://vi.example/users/ana","type":"Follow","x:more":{"kept":[1,2]}}`

// sent are all documents that we send: each row has a golden file.
var sent = []struct {
	name string
	make func() (Document, error)
}{
	{"person", func() (Document, error) {
		return enc.Actor(ActorContext{Account: ana(), Domains: []string{"ana.example"}}), nil
	}},
	{"person-moved", func() (Document, error) { return enc.Actor(ActorContext{Account: moved()}), nil }},
	{"person-suspended", func() (Document, error) { return enc.Actor(ActorContext{Account: suspended()}), nil }},
	{"chapter", func() (Document, error) { return enc.Actor(ActorContext{Account: chapter()}), nil }},
	{"theme", func() (Document, error) { return enc.Actor(ActorContext{Account: theme(), ModsOnly: true}), nil }},
	{"instance", func() (Document, error) { return enc.Actor(ActorContext{Account: server()}), nil }},
	{"service", func() (Document, error) {
		return enc.Actor(ActorContext{Account: account(models.Service, urls.Person("digest"), "digest")}), nil
	}},

	{"note", func() (Document, error) { return enc.Post(note()) }},
	{"note-plain", func() (Document, error) {
		return enc.Post(PostContext{Post: post(models.NoteType, models.Public), Author: ana()})
	}},
	{"note-unlisted-group", func() (Document, error) {
		return enc.Post(PostContext{Post: post(models.NoteType, models.Unlisted), Author: ana(), Group: chapter()})
	}},
	{"note-private", func() (Document, error) {
		return enc.Post(with(note(), func(c *PostContext) { c.Post.Visibility = models.Private }))
	}},
	{"note-direct", func() (Document, error) {
		return enc.Post(with(note(), func(c *PostContext) { c.Post.Visibility = models.Direct }))
	}},
	{"note-outcome", func() (Document, error) {
		p := post(models.NoteType, models.Public)
		p.Talk = &models.Talk{Tried: true, Outcome: models.Adapted}
		return enc.Post(PostContext{Post: p, Author: ana()})
	}},
	{"note-question", func() (Document, error) {
		p := post(models.NoteType, models.Public)
		p.Talk = &models.Talk{Question: true, AnswerURI: joelsPost, AnsweredBy: "Joel & co"}
		return enc.Post(PostContext{Post: p, Author: ana()})
	}},
	{"article", func() (Document, error) { return enc.Post(practice()) }},
	{"article-adapted", func() (Document, error) {
		return enc.Post(with(practice(), func(c *PostContext) {
			c.Extension, c.Post.Practice.BasedOn = &Extension{AdaptedFrom: joelsPost}, joelsPost
			c.Post.Practice.Confidentiality, c.Post.Warning = "", "Mentions a death"
			c.Post.Practice.Reviewed = nil
		}))
	}},
	{"article-changed-since-review", func() (Document, error) {
		return enc.Post(with(practice(), func(c *PostContext) { c.Post.Version++ }))
	}},
	{"article-with-coauthors", func() (Document, error) { return enc.Post(withCoAuthors(models.Public)) }},
	{"article-with-coauthors-private", func() (Document, error) { return enc.Post(withCoAuthors(models.Private)) }},
	{"question", func() (Document, error) { return enc.Post(poll(false)) }},
	{"question-multiple-closed", func() (Document, error) { return enc.Post(poll(true)) }},
	{"quote", func() (Document, error) { return enc.Post(quote()) }},
	{"tombstone", func() (Document, error) {
		return enc.Tombstone(urls.Post(ana().URI, 42), models.NoteType, then), nil
	}},
	{"quote-authorization", func() (Document, error) {
		return enc.Authorization(models.ToQuote, urls.Stamp(ana().URI, 9), ana().URI, joelsPost, urls.Post(ana().URI, 42)), nil
	}},

	{"reply-authorization", func() (Document, error) {
		return enc.Authorization(models.ToReply, urls.Stamp(ana().URI, 9), ana().URI, joelsPost, urls.Post(ana().URI, 42)), nil
	}},
	{"note-approved", func() (Document, error) {
		p := post(models.NoteType, models.Public)
		p.InReplyToURI = joelsPost
		return enc.Post(PostContext{Post: p, Author: ana(), ApprovedBy: "https://halifax.example/users/joel/stamps/42"})
	}},

	{"create-note", func() (Document, error) { return enc.Create(note()) }},
	{"create-article", func() (Document, error) { return enc.Create(practice()) }},
	{"update-note", func() (Document, error) { return enc.Update(note(), then) }},
	{"update-question", func() (Document, error) { return enc.Update(poll(false), then) }},
	{"update-person", func() (Document, error) { return enc.UpdateActor(ActorContext{Account: ana()}, then) }},
	{"delete-note", func() (Document, error) {
		return enc.Delete(Deleted{
			URI: urls.Post(ana().URI, 42), Type: models.NoteType, Actor: ana().URI, At: then,
			To: []string{PublicURI}, CC: []string{ana().FollowersURI, joel},
		}), nil
	}},
	{"delete-note-moderated", func() (Document, error) {
		return enc.Delete(Deleted{
			URI: joelsPost, Actor: ana().URI, Group: chapter().URI, At: then, Reason: "Off topic",
			To: []string{PublicURI}, CC: []string{chapter().URI},
		}), nil
	}},
	{"delete-person", func() (Document, error) { return enc.DeleteActor(ana().URI), nil }},
	{"delete-quote-authorization", func() (Document, error) {
		return enc.RevokeQuote(urls.Stamp(ana().URI, 9), ana().URI, []string{joel}), nil
	}},
	{"follow", func() (Document, error) { return follow(), nil }},
	{"follow-relay", func() (Document, error) {
		return enc.Follow(urls.Follow(urls.Instance(), 5), urls.Instance(), PublicURI, noon), nil
	}},
	{"accept-follow", func() (Document, error) {
		asked := enc.Follow("https://halifax.example/follows/1", joel, ana().URI, time.Time{})
		return enc.Accept(urls.Accept(ana().URI, 5), ana().URI, joel, asked, "")
	}},
	{"accept-follow-received", func() (Document, error) {
		return enc.Accept(urls.Accept(ana().URI, 5), ana().URI, joel, Received([]byte(receivedFollow)), "")
	}},
	{"accept-quote", func() (Document, error) {
		return enc.Accept(urls.Accept(ana().URI, 9), ana().URI, joel, askedToQuote(), urls.Stamp(ana().URI, 9))
	}},
	{"reject-quote", func() (Document, error) {
		return enc.Reject(urls.Reject(ana().URI, 9), ana().URI, joel, askedToQuote())
	}},
	{"reject-follow", func() (Document, error) {
		return enc.Reject(urls.Reject(ana().URI, 5), ana().URI, joel, Named("https://halifax.example/follows/1"))
	}},
	{"undo-follow", func() (Document, error) { return enc.Undo(follow()) }},
	{"undo-like", func() (Document, error) { return enc.Undo(like()) }},
	{"undo-announce", func() (Document, error) { return enc.Undo(boost(ana(), models.Unlisted)) }},
	{"like", func() (Document, error) { return like(), nil }},
	{"like-in-group", func() (Document, error) {
		return enc.Like(urls.Like(ana().URI, 6), ana().URI, joelsPost, joel, "https://halifax.example/chapter", noon), nil
	}},
	{"announce", func() (Document, error) { return boost(ana(), models.Public), nil }},
	{"announce-approved", func() (Document, error) {
		return enc.Announce(Boost{ID: urls.Post(ana().URI, 44), Actor: ana().URI, Followers: ana().FollowersURI, Object: joelsPost, Author: joel,
			Visibility: models.Public, At: then, ApprovedBy: "https://halifax.example/users/joel/stamps/44"}), nil
	}},
	{"accept-reply", func() (Document, error) {
		asked := enc.Asked(models.ToReply, "https://halifax.example/asks/1", joel, urls.Post(ana().URI, 42), joelsPost)
		return enc.Accept(urls.Accept(ana().URI, 9), ana().URI, joel, asked, urls.Stamp(ana().URI, 9))
	}},
	{"announce-private", func() (Document, error) { return boost(ana(), models.Private), nil }},
	{"announce-by-group", func() (Document, error) { return boost(chapter(), models.Public), nil }},
	{"announce-create", func() (Document, error) {
		create, err := enc.Create(PostContext{Post: post(models.NoteType, models.Public), Author: ana(), Group: chapter()})
		if err != nil {
			return Document{}, err
		}
		return enc.AnnounceActivity(urls.Announce(chapter().URI, 8), chapter().URI, chapter().FollowersURI, create)
	}},
	{"announce-received", func() (Document, error) {
		return enc.AnnounceActivity(urls.Announce(chapter().URI, 8), chapter().URI, chapter().FollowersURI, Received([]byte(receivedFollow)))
	}},
	{"add-pin", func() (Document, error) {
		a := ana()
		return enc.Add(urls.Add(a.URI, 10), a.URI, a.FollowersURI, Named(urls.Post(a.URI, 42)), urls.Featured(a.URI))
	}},
	{"remove-pin", func() (Document, error) {
		a := ana()
		return enc.Remove(urls.Remove(a.URI, 10), a.URI, a.FollowersURI, Named(urls.Post(a.URI, 42)), urls.Featured(a.URI))
	}},
	{"add-featured-tag", func() (Document, error) {
		a := ana()
		return enc.Add(urls.Add(a.URI, 11), a.URI, a.FollowersURI, enc.Hashtag("Listening"), urls.Featured(a.URI))
	}},
	{"remove-featured-tag", func() (Document, error) {
		a := ana()
		return enc.Remove(urls.Remove(a.URI, 11), a.URI, a.FollowersURI, enc.Hashtag("Listening"), urls.Featured(a.URI))
	}},
	{"block", func() (Document, error) { return enc.Block(urls.Block(ana().URI, 12), ana().URI, joel), nil }},
	{"undo-block", func() (Document, error) { return enc.Undo(enc.Block(urls.Block(ana().URI, 12), ana().URI, joel)) }},
	{"flag", func() (Document, error) {
		return enc.Flag(urls.Flag(urls.Instance(), 13), joel, []string{joelsPost}, "Names a client: see line 2."), nil
	}},
	{"move", func() (Document, error) {
		return enc.Move(urls.Move(ana().URI, 14), ana().URI, ana().FollowersURI, "https://new.example/users/ana"), nil
	}},
	{"lock", func() (Document, error) {
		return enc.Lock(urls.Lock(ana().URI, 15), ana().URI, joelsPost, chapter().URI, "Settled"), nil
	}},
	{"undo-lock", func() (Document, error) {
		return enc.Undo(enc.Lock(urls.Lock(ana().URI, 15), ana().URI, joelsPost, chapter().URI, ""))
	}},
	{"join", func() (Document, error) {
		return enc.Join(urls.Join(ana().URI, 16), ana().URI, "https://mobilizon.example/events/1", "https://mobilizon.example/@g"), nil
	}},
	{"leave", func() (Document, error) {
		return enc.Leave(urls.Leave(ana().URI, 16), ana().URI, "https://mobilizon.example/events/1", "https://mobilizon.example/@g"), nil
	}},
	{"quote-request", func() (Document, error) {
		c := with(quote(), func(c *PostContext) { c.Post.QuoteState, c.Post.QuoteStamp = models.QuotePending, "" })
		return enc.QuoteRequest(urls.QuoteRequest(ana().URI, 17), c, joelsPost, joel)
	}},
	{"vote", func() (Document, error) {
		return enc.Vote(Ballot{
			URI: urls.Vote(ana().URI, 18, 1), Voter: ana().URI, Question: "https://halifax.example/users/joel/posts/10", Author: joel,
			Choice: "Time: later", At: then,
		}), nil
	}},

	{"outbox", func() (Document, error) {
		uri := urls.Outbox(ana().URI)
		return enc.Collection(CollectionContext{ID: uri, Ordered: true, Total: 2, First: urls.FirstPage(uri)})
	}},
	{"outbox-page", func() (Document, error) {
		uri := urls.Outbox(ana().URI)
		create, err := enc.Create(PostContext{Post: post(models.NoteType, models.Public), Author: ana()})
		if err != nil {
			return Document{}, err
		}
		return enc.Collection(CollectionContext{
			ID: urls.FirstPage(uri), Ordered: true, Page: true, Total: -1, PartOf: uri, Next: urls.PageAfter(uri, 42),
			Items: []Document{create, boost(ana(), models.Public)},
		})
	}},
	{"followers-hidden", func() (Document, error) {
		return enc.Collection(CollectionContext{ID: ana().FollowersURI, Ordered: true, Total: 12})
	}},
	{"followers-page", func() (Document, error) {
		uri := ana().FollowersURI
		return enc.Collection(CollectionContext{
			ID: urls.PageAfter(uri, 5), Ordered: true, Page: true, Total: 12, PartOf: uri, Next: urls.PageAfter(uri, 3), Items: []Document{Named(joel)},
		})
	}},
	{"featured", func() (Document, error) {
		return enc.Collection(CollectionContext{ID: urls.Featured(ana().URI), Ordered: true, Listed: true})
	}},
	{"featured-tags", func() (Document, error) {
		return enc.Collection(CollectionContext{ID: urls.FeaturedTags(ana().URI), Total: 1, Items: []Document{enc.Hashtag("Listening")}})
	}},
	{"moderators", func() (Document, error) {
		return enc.Collection(CollectionContext{ID: urls.Moderators(urls.Chapter()), Ordered: true, Total: 1, Items: []Document{Named(ana().URI)}})
	}},
	{"context", func() (Document, error) {
		uri := urls.Context(42)
		return enc.Collection(CollectionContext{ID: uri, Ordered: true, Owner: ana().URI, Total: 3, First: urls.FirstPage(uri)})
	}},
	{"replies-page", func() (Document, error) {
		uri := urls.Replies(urls.Post(ana().URI, 42))
		return enc.Collection(CollectionContext{ID: urls.FirstPage(uri), Page: true, Total: -1, PartOf: uri})
	}},
}

func askedToQuote() Document {
	return enc.Asked(models.ToQuote, "https://halifax.example/quotes/1", joel, urls.Post(ana().URI, 42), joelsPost)
}
func follow() Document { return enc.Follow(urls.Follow(ana().URI, 5), ana().URI, joel, noon) }
func like() Document   { return enc.Like(urls.Like(ana().URI, 6), ana().URI, joelsPost, joel, "", noon) }

func boost(by *models.Account, v models.Visibility) Document {
	return enc.Announce(Boost{
		ID: urls.Post(by.URI, 44), Actor: by.URI, Followers: by.FollowersURI, Object: joelsPost, Author: joel, Visibility: v, At: then,
	})
}

func TestSentDocuments(t *testing.T) {
	for _, test := range sent {
		t.Run(test.name, func(t *testing.T) {
			d, err := test.make()
			if err != nil {
				t.Fatal(err)
			}
			got, err := d.JSON()
			if err != nil {
				t.Fatal(err)
			}
			golden(t, test.name, got)
		})
	}
	golden(t, "ns-atelier", ContextDocument())
}
