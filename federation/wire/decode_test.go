package wire

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"atelier/models"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestOpenReadsTheEnvelope(t *testing.T) {
	const id, actor = `"id":"https://a.example/1","actor":"https://a.example/u"`, "https://a.example/u"
	for _, test := range []struct {
		name, raw string
		want      Envelope
	}{
		{"an activity with a named object", `{` + id + `,"type":"Like","object":"https://b.example/2"}`,
			Envelope{ID: "https://a.example/1", Type: "Like", Actor: actor, Object: Object{ID: "https://b.example/2"}}},
		{"an activity with an embedded object", `{` + id + `,"type":"Create","object":{"id":"https://a.example/2","type":"Note"},"target":"https://a.example/3"}`,
			Envelope{ID: "https://a.example/1", Type: "Create", Actor: actor, Object: Object{ID: "https://a.example/2", Type: "Note"}, Target: Object{ID: "https://a.example/3"}}},
		{"arrays of one", `{"id":"https://a.example/1","type":["Like"],"actor":["https://a.example/u"],"object":["https://b.example/2"]}`,
			Envelope{ID: "https://a.example/1", Type: "Like", Actor: actor, Object: Object{ID: "https://b.example/2"}}},
		{"the first known of several types", `{` + id + `,"type":["x:Thing","Like"],"object":"https://b.example/2"}`,
			Envelope{ID: "https://a.example/1", Type: "Like", Actor: actor, Object: Object{ID: "https://b.example/2"}}},
		{"the first of several known types", `{` + id + `,"type":["Like","Announce"],"object":"https://b.example/2"}`,
			Envelope{ID: "https://a.example/1", Type: "Like", Actor: actor, Object: Object{ID: "https://b.example/2"}}},
		{"a type with the prefix of the vocabulary", `{` + id + `,"type":"as:Like","object":"https://b.example/2"}`,
			Envelope{ID: "https://a.example/1", Type: "Like", Actor: actor, Object: Object{ID: "https://b.example/2"}}},
		{"an embedded actor is its id", `{"id":"https://a.example/1","type":"Like","actor":{"id":"https://a.example/u","inbox":"https://evil.example"},"object":"https://b.example/2"}`,
			Envelope{ID: "https://a.example/1", Type: "Like", Actor: actor, Object: Object{ID: "https://b.example/2"}}},
		{"a Delete without id", `{"type":"Delete","actor":"https://a.example/u","object":"https://a.example/2"}`,
			Envelope{Type: "Delete", Actor: actor, Object: Object{ID: "https://a.example/2"}}},
		{"a post", `{"id":"https://a.example/1","type":"Note","attributedTo":"https://a.example/u"}`,
			Envelope{ID: "https://a.example/1", Type: "Note", Owner: actor}},
		{"signed and proven", `{` + id + `,"type":"Like","object":"https://b.example/2","proof":{},"signature":{}}`,
			Envelope{ID: "https://a.example/1", Type: "Like", Actor: actor, Object: Object{ID: "https://b.example/2"}, Proof: true, Signed: true}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := Open([]byte(test.raw))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(&test.want, got, ignoreRaw); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestOpenRefuses(t *testing.T) {
	like := func(members string) string {
		return `{"id":"https://a.example/1","type":"Like","actor":"https://a.example/u","object":"https://b.example/2"` + members + `}`
	}
	deep := func(n int) string { return like(`,"x":` + strings.Repeat("[", n) + strings.Repeat("]", n)) }
	for _, test := range []struct {
		name, raw string
		want      error // nil: read
	}{
		{"a document as large as may be", like(`,"x":"` + strings.Repeat("a", MaxDocument-len(like(`,"x":""`))) + `"`), nil},
		{"a larger one", like(`,"x":"` + strings.Repeat("a", MaxDocument) + `"`), ErrTooLarge},
		{"one as deep as may be", deep(MaxDepth - 1), nil},
		{"a deeper one", deep(MaxDepth), ErrTooDeep},
		{"brackets in a text", like(`,"x":"` + strings.Repeat(`[{\"`, 100) + `"`), nil},
		{"a member twice", like(`,"id":"https://a.example/2"`), ErrTwice},
		{"a member twice, further in", like(`,"x":{"y":[{"z":1,"z":2}]}`), ErrTwice},
		{"a member twice, once by an escape", like(`,"\u0069d":"https://a.example/2"`), ErrTwice},
		{"text that is not UTF-8", like(",\"x\":\"\xff\""), ErrSyntax},
		{"half a character", like(`,"x":"\ud800"`), ErrSyntax},
		{"something after it", like("") + "{}", ErrSyntax},
		{"half a document", like("")[:40], ErrSyntax},
		{"an array", `[` + like("") + `]`, ErrSyntax},
		{"nothing", ``, ErrSyntax},
		{"null", `null`, ErrSyntax},
		{"no type", `{"id":"https://a.example/1"}`, ErrType},
		{"an id that is a number", `{"id":1,"type":"Note"}`, ErrID},
		{"several ids", `{"id":["https://a.example/1","https://a.example/2"],"type":"Note"}`, ErrID},
		{"an id that is no web address", `{"id":"tag:a.example,2026:1","type":"Note"}`, ErrID},
		{"an id with a blank", `{"id":"https://a.example/ 1","type":"Note"}`, ErrID},
		{"an id without a host", `{"id":"https:///1","type":"Note"}`, ErrID},
		{"an endless id", `{"id":"https://a.example/` + strings.Repeat("a", MaxURI) + `","type":"Note"}`, ErrID},
		{"no actor", `{"id":"https://a.example/1","type":"Like","object":"https://b.example/2"}`, ErrActor},
		{"two actors", `{"id":"https://a.example/1","type":"Like","actor":["https://a.example/u","https://b.example/u"],"object":"https://b.example/2"}`, ErrActor},
		{"an actor that is no address", `{"id":"https://a.example/1","type":"Like","actor":"acct:u@a.example","object":"https://b.example/2"}`, ErrActor},
		{"an actor without id", `{"id":"https://a.example/1","type":"Like","actor":{"type":"Person"},"object":"https://b.example/2"}`, ErrActor},
	} {
		t.Run(test.name, func(t *testing.T) {
			if _, err := Open([]byte(test.raw)); !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
		})
	}
}

func TestRefusalsHaveAKindAndASentence(t *testing.T) {
	_, err := Open([]byte(`{"a":1,"a":2}`))
	if models.KindOf(err) != models.Malformed || models.Sentence(err) != "The document has a member twice." {
		t.Errorf("%s: %s", models.KindOf(err), models.Sentence(err))
	}
}

func TestDecodingRefuses(t *testing.T) {
	many := func(n int) string {
		return `["` + strings.Repeat(`https://a.example/u","`, n-1) + `https://a.example/u"]`
	}
	post := func(raw string) error { _, err := DecodePost([]byte(raw)); return err }
	activity := func(raw string) error { _, err := DecodeActivity([]byte(raw)); return err }
	actor := func(raw string) error { _, err := DecodeActor([]byte(raw)); return err }
	const person = `"id":"https://a.example/u","type":"Person","inbox":"https://a.example/u/inbox"`
	const note = `"id":"https://a.example/1","type":"Note","attributedTo":"https://a.example/u"`
	for _, test := range []struct {
		name string
		err  error
		want error
	}{
		{"an activity about nothing", activity(`{"id":"https://a.example/1","type":"Like","actor":"https://a.example/u"}`), ErrObject},
		{"an activity about an empty list", activity(`{"id":"https://a.example/1","type":"Like","actor":"https://a.example/u","object":[]}`), ErrObject},
		{"a post as an activity", activity(`{"id":"https://a.example/1","type":"Note","actor":"https://a.example/u","object":"https://a.example/2"}`), ErrNotActivity},
		{"a post without actor as an activity", activity(`{` + note + `}`), ErrNotActivity},
		{"an activity without type", activity(`{"actor":"https://a.example/u","object":"https://a.example/2"}`), ErrType},
		{"a type nobody knows", activity(`{"type":"Frobnicate","actor":"https://a.example/u","object":"https://a.example/2"}`), ErrNotActivity},
		{"as many recipients as may be", post(`{` + note + `,"to":` + many(MaxRecipients) + `}`), nil},
		{"more recipients", post(`{` + note + `,"to":` + many(MaxRecipients+1) + `}`), ErrRecipients},
		{"more recipients of an activity", activity(`{"type":"Like","actor":"https://a.example/u","object":"https://a.example/2","cc":` + many(MaxRecipients+1) + `}`), ErrRecipients},
		{"a post without author", post(`{"id":"https://a.example/1","type":"Note"}`), ErrAuthor},
		{"a post whose author is no address", post(`{"id":"https://a.example/1","type":"Note","attributedTo":"u"}`), ErrAuthor},
		{"a post without id", post(`{"type":"Note","attributedTo":"https://a.example/u"}`), ErrID},
		{"an actor as a post", post(`{` + person + `,"preferredUsername":"u"}`), ErrNotPost},
		{"a tombstone as a post", post(`{"id":"https://a.example/1","type":"Tombstone"}`), ErrNotPost},
		{"an actor", actor(`{` + person + `,"preferredUsername":"u"}`), nil},
		{"an actor without name", actor(`{` + person + `}`), ErrUsername},
		{"an actor whose name is another's handle", actor(`{` + person + `,"preferredUsername":"u@b.example"}`), ErrUsername},
		{"an actor with a path as name", actor(`{` + person + `,"preferredUsername":"../u"}`), ErrUsername},
		{"an actor with a blank in its name", actor(`{` + person + `,"preferredUsername":"u v"}`), ErrUsername},
		{"an actor with an endless name", actor(`{` + person + `,"preferredUsername":"` + strings.Repeat("u", MaxUsername+1) + `"}`), ErrUsername},
		{"an actor without inbox", actor(`{"id":"https://a.example/u","type":"Person","preferredUsername":"u"}`), ErrInbox},
		{"an actor without id", actor(`{"type":"Person","preferredUsername":"u","inbox":"https://a.example/u/inbox"}`), ErrID},
		{"a post as an actor", actor(`{` + note + `}`), ErrNotActor},
		{"a post as a collection", func() error { _, err := DecodeCollection([]byte(`{` + note + `}`)); return err }(), ErrNotList},
		{"a consent of nobody", func() error {
			_, err := DecodeAuthorization([]byte(`{"id":"https://a.example/1","type":"QuoteAuthorization","interactingObject":"https://a.example/2","interactionTarget":"https://a.example/3"}`))
			return err
		}(), ErrAuthor},
		{"a consent to nothing", func() error {
			_, err := DecodeAuthorization([]byte(`{"id":"https://a.example/1","type":"QuoteAuthorization","attributedTo":"https://a.example/u","interactionTarget":"https://a.example/3"}`))
			return err
		}(), ErrObject},
		{"a note as a consent", func() error { _, err := DecodeAuthorization([]byte(`{` + note + `}`)); return err }(), ErrType},
		{"a tombstone of nothing", func() error { _, err := DecodeTombstone([]byte(`{"type":"Tombstone"}`)); return err }(), ErrID},
		{"a key without owner", func() error {
			_, err := DecodeKey([]byte(`{"id":"https://a.example/u#k","publicKeyPem":"x"}`))
			return err
		}(), ErrType},
		{"a multikey without controller", func() error {
			_, err := DecodeMultikey([]byte(`{"id":"https://a.example/u#k","publicKeyMultibase":"x"}`))
			return err
		}(), ErrType},
	} {
		if !errors.Is(test.err, test.want) {
			t.Errorf("%s: %v, want %v", test.name, test.err, test.want)
		}
	}
}

// Each row says what one property means; the rest of the post is the same.
func TestDecodePost(t *testing.T) {
	yes := true
	img := func(m models.Media) []models.Media { m.State = models.MediaRemote; return []models.Media{m} }
	for _, test := range []struct {
		name, members string
		want          Post
	}{
		{"one recipient as a scalar", `"to":"as:Public","cc":{"id":"https://a.example/f"}`, Post{To: []string{PublicURI}, CC: []string{"https://a.example/f"}}},
		{"the short name of everyone", `"to":["Public"]`, Post{To: []string{PublicURI}}},
		{"values that are none", `"to":[null,1,["https://a.example/f"],{}],"summary":{},"sensitive":"yes","published":5,"tag":"x","attachment":[7]`, Post{}},
		{"a warning with a colon", `"summary":"CW: coaching"`, Post{Summary: "CW: coaching"}},
		{"content in a language", `"content":"Hallo","contentMap":{"en":"Hello","de":"Hallo"}`, Post{Content: "Hallo", Language: "de"}},
		{"content in languages only", `"contentMap":{"fr":"Salut","en":"Hello"}`, Post{Content: "Salut", Language: "fr"}},
		{"a language that is not known", `"content":"x","contentMap":{"und":"x"},"language":{"identifier":"fr"}`, Post{Content: "x", Language: "fr"}},
		{"the language of a name", `"nameMap":{"fr":"Salut"}`, Post{Name: "Salut", Language: "fr"}},
		{"the language of a summary", `"summaryMap":{"fr":"Salut"}`, Post{Summary: "Salut", Language: "fr"}},
		{"the language of an event", `"inLanguage":"fr"`, Post{Language: "fr"}},
		{"a language that is none", `"content":"x","contentMap":{"` + strings.Repeat("x", 36) + `":"x"}`, Post{Content: "x"}},
		{"a time to the microsecond and with an offset", `"published":"2026-01-02T03:04:05.123456+01:00"`, Post{Published: time.Date(2026, 1, 2, 2, 4, 5, 123456000, time.UTC)}},
		{"a time without a zone", `"updated":"2026-01-02T03:04:05"`, Post{Updated: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}},
		{"a time that is none", `"published":"yesterday"`, Post{}},
		{"a year that is none", `"published":"12026-01-02T03:04:05Z"`, Post{}},
		{"pages of several kinds", `"url":["https://a.example/x",{"type":"Link","mediaType":"text/html","href":"https://a.example/h"}]`, Post{URL: "https://a.example/h"}},
		{"a page as a link with the old name of its type", `"url":{"type":"Link","mimeType":"text/html","href":"https://a.example/h"}`, Post{URL: "https://a.example/h"}},
		{"a script as page", `"url":"javascript:alert(1)"`, Post{}},
		{"markdown as content", `"content":"*x*","mediaType":"text/markdown; charset=utf-8"`, Post{Content: "*x*", ContentType: "text/markdown"}},
		{"a source", `"source":{"content":"*x*","mediaType":"text/markdown"}`, Post{Source: "*x*", SourceType: "text/markdown"}},
		{"a source that is a text", `"source":"*x*"`, Post{}},
		{"sensitive by its full name", `"as:sensitive":true`, Post{Sensitive: true}},
		{"an embedded parent", `"inReplyTo":{"id":"https://b.example/1","type":"Note"}`, Post{InReplyTo: "https://b.example/1"}},
		{"a conversation that is no address", `"conversation":"tag:b.example,2018:1","context":"tag:b.example,2018:1"`, Post{Conversation: "tag:b.example,2018:1"}},
		{"one hashtag, not in a list", `"tag":{"type":"Hashtag","name":"#x"}`, Post{Hashtags: []string{"x"}}},
		{"hashtags in all forms", `"tag":[{"type":"Hashtag","name":"x"},{"type":"Hashtag","name":"＃ü"},{"type":"Hashtag","name":"#"},{"type":"Hashtag"}]`, Post{Hashtags: []string{"x", "ü"}}},
		{"a mention", `"tag":[{"type":"Mention","href":"https://b.example/u","name":"@u@b.example"},{"type":"Mention","name":"@v"}]`,
			Post{Mentions: []Mention{{"https://b.example/u", "@u@b.example"}}}},
		{"an emoji", `"tag":[{"type":"Emoji","id":null,"name":":star:","icon":{"type":"Image","url":"https://b.example/s.png"}},{"type":"Emoji","name":":none:"}]`,
			Post{Emojis: []models.Emoji{{Shortcode: "star", URL: "https://b.example/s.png"}}}},
		{"a tag that is not known", `"tag":[{"type":"CommunityPostTag","id":"https://b.example/t"}]`, Post{}},
		{"Mastodon's attachment", `"attachment":[{"type":"Document","mediaType":"image/png","url":"https://a.example/i.png","name":"alt","blurhash":"UBL_:r","focalPoint":[0.5,-2],"width":3,"height":4}]`,
			Post{Media: img(models.Media{Type: models.Image, ContentType: "image/png", RemoteURL: "https://a.example/i.png", Description: "alt", Blurhash: "UBL_:r",
				Meta: models.MediaMeta{Width: 3, Height: 4, FocusX: 0.5, FocusY: -1, HasFocus: true}})}},
		{"GoToSocial's attachment", `"attachment":{"type":"Image","mediaType":"image/png","url":"https://a.example/i.png","name":"file","summary":"alt"}`,
			Post{Media: img(models.Media{Type: models.Image, ContentType: "image/png", RemoteURL: "https://a.example/i.png", Description: "alt"})}},
		{"Pleroma's attachment", `"attachment":[{"type":"Document","url":[{"type":"Link","mediaType":"video/mp4","href":"https://a.example/v.mp4"}]}]`,
			Post{Media: img(models.Media{Type: models.Video, ContentType: "video/mp4", RemoteURL: "https://a.example/v.mp4"})}},
		{"an attachment without media type", `"attachment":[{"type":"Audio","url":"https://a.example/a","duration":"PT1M3.5S"},{"type":"Document","url":"https://a.example/b"}]`,
			Post{Media: append(img(models.Media{Type: models.Audio, RemoteURL: "https://a.example/a", Meta: models.MediaMeta{Duration: 63.5}}),
				img(models.Media{Type: models.Unknown, RemoteURL: "https://a.example/b"})...)}},
		{"half a focal point, and a blurhash that is none", `"attachment":[{"type":"Image","url":"https://a.example/i","focalPoint":[0.5],"blurhash":"UBL"}]`,
			Post{Media: img(models.Media{Type: models.Image, RemoteURL: "https://a.example/i"})}},
		{"an attached file that is elsewhere than on the web", `"attachment":[{"type":"Image","url":"file:///etc/passwd"}]`, Post{}},
		{"the card of a page", `"attachment":[{"type":"Document","href":"https://a.example/p","name":"A page"}]`, Post{Links: []Link{{Href: "https://a.example/p", Name: "A page"}}}},
		{"Lemmy's link", `"attachment":[{"type":"Link","href":"https://a.example/p"}]`, Post{Links: []Link{{Href: "https://a.example/p"}}}},
		{"quoted by FEP-044f", `"quote":"https://b.example/1","quoteAuthorization":"https://b.example/s"`, Post{Quote: "https://b.example/1", QuoteStamp: "https://b.example/s"}},
		{"quoted, and deleted since", `"quote":{"id":"https://b.example/1","type":"Tombstone"}`, Post{Quote: "https://b.example/1", QuoteGone: true}},
		{"quoted by Misskey", `"_misskey_quote":"https://b.example/1"`, Post{Quote: "https://b.example/1", QuoteLegacy: true}},
		{"quoted by Fedibird", `"quoteUri":"https://b.example/1"`, Post{Quote: "https://b.example/1", QuoteLegacy: true}},
		{"quoted by Pleroma", `"quoteUrl":"https://b.example/1"`, Post{Quote: "https://b.example/1", QuoteLegacy: true}},
		{"quoted by an object link", `"tag":[{"type":"Link","mediaType":"application/activity+json","href":"https://b.example/1","rel":"https://misskey-hub.net/ns#_misskey_quote"}]`,
			Post{Quote: "https://b.example/1", QuoteLegacy: true, Links: []Link{{Href: "https://b.example/1", MediaType: "application/activity+json", Rel: "https://misskey-hub.net/ns#_misskey_quote"}}}},
		{"an object link that is no quote", `"tag":[{"type":"Link","mediaType":"application/activity+json","href":"https://b.example/1"}]`,
			Post{Links: []Link{{Href: "https://b.example/1", MediaType: "application/activity+json"}}}},
		{"a new quote before an old one", `"quote":"https://b.example/1","quoteUri":"https://b.example/2"`, Post{Quote: "https://b.example/1"}},
		{"a policy", `"interactionPolicy":{"canQuote":{"automaticApproval":"as:Public"},"canReply":{"manualApproval":["https://a.example/f"]}}`,
			Post{Policy: Policy{Quote: Rule{Set: true, Automatic: []string{PublicURI}}, Reply: Rule{Set: true, Manual: []string{"https://a.example/f"}}}}},
		{"a policy in the old words", `"interactionPolicy":{"canLike":{"always":["as:Public"],"approvalRequired":[]},"canAnnounce":{}}`,
			Post{Policy: Policy{Like: Rule{Set: true, Automatic: []string{PublicURI}}, Announce: Rule{Set: true}}}},
		{"collections that are named", `"replies":"https://a.example/r","likes":"https://a.example/l"`, Post{Replies: Object{ID: "https://a.example/r"}, Likes: Count{URI: "https://a.example/l"}}},
		{"a count below nothing", `"likes":{"type":"Collection","totalItems":-3}`, Post{Likes: Count{Known: true}}},
		{"a count beyond all", `"shares":{"id":"https://a.example/s","totalItems":1e300}`, Post{Shares: Count{"https://a.example/s", 1<<31 - 1, true}}},
		{"a locked thread", `"commentsEnabled":false`, Post{Locked: true}},
		{"an open thread", `"commentsEnabled":true,"stickied":true`, Post{Stickied: true}},
		{"an approved reply", `"approvedBy":"https://b.example/ok"`, Post{ApprovedBy: "https://b.example/ok"}},
		{"a direct message", `"directMessage":true`, Post{Direct: &yes}},
		{"groups", `"audience":["https://b.example/g"]`, Post{Audience: []string{"https://b.example/g"}}},
		{"what Atelier adds", `"atelier:kind":"question","atelier:acceptedAnswer":"https://b.example/1","atelier:outcome":"helped","atelier:basedOn":{"id":"https://b.example/2"},"atelier:adaptedFrom":"nowhere","atelier:sections":[{"key":"when"},{"key":"a b"},{}]`,
			Post{Extension: &Extension{Kind: "question", AcceptedAnswer: "https://b.example/1", Outcome: "helped", BasedOn: "https://b.example/2", Sections: []string{"when"}}}},
		{"a confidentiality that nobody has", `"atelier:confidentiality":"secret"`, Post{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := DecodePost([]byte(`{"id":"https://a.example/1","type":"Note","attributedTo":"https://a.example/u",` + test.members + `}`))
			if err != nil {
				t.Fatal(err)
			}
			test.want.ID, test.want.Type, test.want.Author = "https://a.example/1", "Note", "https://a.example/u"
			if diff := cmp.Diff(&test.want, got, ignoreRaw, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestAuthors(t *testing.T) {
	for raw, want := range map[string]string{
		`"attributedTo":["https://a.example/u"]`: "https://a.example/u",
		`"attributedTo":[{"type":"Group","id":"https://a.example/g"},{"type":"Person","id":"https://a.example/u"}]`: "https://a.example/u",
		`"attributedTo":"https://a.example/g","actor":"https://a.example/u"`:                                        "https://a.example/g",
		`"actor":"https://a.example/u"`: "https://a.example/u",
	} {
		p, err := DecodePost([]byte(`{"id":"https://a.example/1","type":"Video",` + raw + `}`))
		if err != nil || p.Author != want {
			t.Errorf("%s: %v, %v", raw, p, err)
		}
	}
}

func TestPolls(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	tea := []models.PollOption{{Title: "Tea", Votes: 2}, {Title: "Coffee"}}
	const options = `[{"name":"Tea","replies":{"totalItems":2}},{"name":"Coffee"},{"x":1}]`
	for raw, want := range map[string]*models.Poll{
		`"oneOf":` + options + `,"endTime":"2026-01-02T03:04:05Z","votersCount":2`: {Options: tea, ExpiresAt: at, Voters: 2},
		`"anyOf":` + options: {Options: tea, Multiple: true},
		`"oneOf":` + options + `,"closed":"2026-01-02T03:04:05Z"`:                  {Options: tea, ClosedAt: at},
		`"oneOf":` + options + `,"closed":true,"published":"2026-01-02T03:04:05Z"`: {Options: tea, ClosedAt: at},
		`"oneOf":` + options + `,"closed":true,"endTime":"2026-01-02T03:04:05Z"`:   {Options: tea, ExpiresAt: at, ClosedAt: at},
		`"oneOf":` + options + `,"closed":false`:                                   {Options: tea},
		`"oneOf":[{"name":"Tea","_misskey_votes":2},{"name":"Coffee"}]`:            {Options: tea},
		`"oneOf":[]`: nil,
	} {
		p, err := DecodePost([]byte(`{"id":"https://a.example/1","type":"Question","attributedTo":"https://a.example/u",` + raw + `}`))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, p.Poll); diff != "" {
			t.Errorf("%s (-want +got):\n%s", raw, diff)
		}
	}
}

func TestVideos(t *testing.T) {
	file := func(height int, name string) string {
		return fmt.Sprintf(`{"type":"Link","mediaType":"video/mp4","href":"https://a.example/%s","height":%d,"size":9}`, name, height)
	}
	const page = `{"type":"Link","mediaType":"text/html","href":"https://a.example/page"}`
	for _, test := range []struct{ name, url, file string }{
		{"the largest that is not too large", page + `,` + file(240, "s") + `,` + file(720, "m") + `,` + file(1080, "l"), "https://a.example/m"},
		{"else the smallest", page + `,` + file(2160, "xl") + `,` + file(1080, "l"), "https://a.example/l"},
		{"files within a stream", page + `,{"type":"Link","mediaType":"application/x-mpegURL","href":"https://a.example/s.m3u8","tag":[` + file(480, "n") + `]}`, "https://a.example/n"},
		{"a stream alone", page + `,{"type":"Link","mediaType":"application/x-mpegURL","href":"https://a.example/s.m3u8"}`, ""},
	} {
		p, err := DecodePost([]byte(`{"id":"https://a.example/1","type":"Video","attributedTo":"https://a.example/u","name":"A: video","duration":"PT90S","icon":[{"url":"https://a.example/i.png"},{"url":"https://a.example/j.png"}],"url":[` + test.url + `]}`))
		if err != nil || p.URL != "https://a.example/page" || !p.HasTitle() || p.Name != "A: video" {
			t.Fatalf("%s: %+v, %v", test.name, p, err)
		}
		if test.file == "" {
			if len(p.Media) != 0 {
				t.Errorf("%s: %+v", test.name, p.Media)
			}
			continue
		}
		if len(p.Media) != 1 || p.Media[0].RemoteURL != test.file || p.Media[0].PreviewURL != "https://a.example/i.png" || p.Media[0].Meta.Duration != 90 {
			t.Errorf("%s: %+v", test.name, p.Media)
		}
	}
}

func TestEvents(t *testing.T) {
	const event = `{"id":"https://a.example/e","type":"Event","attributedTo":"https://a.example/g","actor":"https://a.example/u","name":"Tea: and talk",
		"startTime":"2026-01-02T19:00:00+01:00","endTime":"2026-01-02T21:00:00.5Z","ical:status":"CONFIRMED","joinMode":"free","timezone":"Europe/Paris",
		"isOnline":true,"maximumAttendeeCapacity":20,"participantCount":3,"externalParticipationUrl":"https://a.example/join","duration":%s,
		"location":{"type":"Place","name":"Room: 5","latitude":50.5,"longitude":-3.5,"address":{"type":"PostalAddress","streetAddress":"Main 1","addressLocality":"Lyon"}}}`
	want := &Event{
		Start: time.Date(2026, 1, 2, 18, 0, 0, 0, time.UTC), End: time.Date(2026, 1, 2, 21, 0, 0, 5e8, time.UTC),
		Place: "Room: 5", Address: "Main 1, Lyon", Latitude: 50.5, Longitude: -3.5, Status: "CONFIRMED", JoinMode: "free",
		JoinURL: "https://a.example/join", Timezone: "Europe/Paris", Online: true, Capacity: 20, Attendees: 3, OrganizedBy: "https://a.example/u",
	}
	p, err := DecodePost([]byte(fmt.Sprintf(event, `"PT2H"`)))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, p.Event); diff != "" || p.Author != "https://a.example/g" {
		t.Errorf("%s: (-want +got):\n%s", p.Author, diff)
	}
	// The outline of a whole country is not read.
	p, err = DecodePost([]byte(strings.Replace(fmt.Sprintf(event, `"PT2H"`), `"type":"Place",`, `"type":"Place","outline":"`+strings.Repeat("x", 70<<10)+`",`, 1)))
	want.Latitude, want.Longitude = 0, 0
	if diff := cmp.Diff(want, p.Event); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	// go-fed panics on this; what it does not read is read all the same.
	p, err = DecodePost([]byte(fmt.Sprintf(event, `""`)))
	if err != nil || p.Event == nil || p.Event.Place != "Room: 5" {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestDecodeActor(t *testing.T) {
	for _, test := range []struct {
		name, members string
		want          Actor
	}{
		{"the old place of the shared inbox", `"sharedInbox":"https://a.example/inbox"`, Actor{SharedInbox: "https://a.example/inbox"}},
		{"endpoints that are only named", `"endpoints":"https://a.example/#endpoints"`, Actor{}},
		{"collections that are embedded", `"followers":{"id":"https://a.example/f","type":"Collection"}`, Actor{Followers: "https://a.example/f"}},
		{"several keys", `"publicKey":[{"id":"https://a.example/u#1","owner":"https://a.example/u","publicKeyPem":"x"},{"id":"https://a.example/u#2"},"https://a.example/u#3"]`,
			Actor{Keys: []Key{{"https://a.example/u#1", "https://a.example/u", "x"}}}},
		{"methods", `"assertionMethod":[{"id":"https://a.example/u#e","type":"Multikey","controller":"https://a.example/u","publicKeyMultibase":"z6"},{"id":"https://a.example/u#f","type":"Other","publicKeyMultibase":"z6"},"https://a.example/u#g"]`,
			Actor{Methods: []Multikey{{"https://a.example/u#e", "https://a.example/u", "z6"}}}},
		{"fields of all sorts", `"attachment":[{"type":"PropertyValue","name":"a: b","value":"<b>x</b>"},{"type":"Note","name":"c","content":"y"},{"type":"Link","name":"d","href":"https://a.example"},{"type":"IdentityProof","name":"e"}]`,
			Actor{Fields: []Field{{"a: b", "<b>x</b>", false}, {"c", "y", false}, {"d", "https://a.example", true}}}},
		{"pictures", `"icon":[{"type":"Image","url":"https://a.example/i.png","mediaType":"image/png","name":"me"}],"image":"https://a.example/h.png"`,
			Actor{Avatar: models.Picture{Remote: "https://a.example/i.png", Type: "image/png", Description: "me"}, Header: models.Picture{Remote: "https://a.example/h.png"}}},
		{"one alias", `"alsoKnownAs":"https://b.example/u","movedTo":"https://b.example/u"`, Actor{AlsoKnownAs: []string{"https://b.example/u"}, MovedTo: "https://b.example/u"}},
		{"an alias that is no address", `"alsoKnownAs":["acct:u@b.example","https://b.example/u"]`, Actor{AlsoKnownAs: []string{"https://b.example/u"}}},
		{"a name with a colon", `"name":"Dr: Who","summary":"Re: me"`, Actor{Name: "Dr: Who", Summary: "Re: me"}},
		{"what it can do", `"generator":{"implements":[{"href":"https://a.example/rfc"}]},"implements":"https://a.example/fep"`, Actor{Implements: []string{"https://a.example/fep", "https://a.example/rfc"}}},
		{"pages", `"url":["https://a.example/@u"]`, Actor{URL: "https://a.example/@u"}},
		{"a Person's attributedTo is no list of moderators", `"attributedTo":"https://a.example/mods"`, Actor{}},
		{"choices", `"manuallyApprovesFollowers":true,"discoverable":true,"indexable":true,"memorial":true,"suspended":true,"hidesToPublicFromUnauthedWeb":true,"hidesCcPublicFromUnauthedWeb":true`,
			Actor{Locked: true, Discoverable: true, Indexable: true, Memorial: true, Suspended: true, HidePublic: true, HideUnlisted: true}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := DecodeActor([]byte(`{"id":"https://a.example/u","type":"Person","preferredUsername":"u","inbox":"https://a.example/u/inbox",` + test.members + `}`))
			if err != nil {
				t.Fatal(err)
			}
			test.want.ID, test.want.Type, test.want.Username, test.want.Inbox = "https://a.example/u", models.Person, "u", "https://a.example/u/inbox"
			if diff := cmp.Diff(&test.want, got, ignoreRaw, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestModeratorsOfGroups(t *testing.T) {
	for raw, want := range map[string]string{
		`"attributedTo":"https://a.example/mods"`:                                             "https://a.example/mods",
		`"attributedTo":[{"type":"Person","id":"https://a.example/u"}]`:                       "",
		`"attributedTo":["https://a.example/u","https://a.example/v"]`:                        "",
		`"moderators":"https://a.example/mods"`:                                               "https://a.example/mods",
		`"moderators":"https://a.example/mods","attributedTo":[{"id":"https://a.example/u"}]`: "https://a.example/mods",
	} {
		a, err := DecodeActor([]byte(`{"id":"https://a.example/g","type":"Group","preferredUsername":"g","inbox":"https://a.example/g/inbox",` + raw + `}`))
		if err != nil || a.Moderators != want {
			t.Errorf("%s: %+v, %v", raw, a, err)
		}
	}
}

func TestListsAreCut(t *testing.T) {
	list := func(n int, item string) string {
		return "[" + strings.TrimSuffix(strings.Repeat(item+",", n), ",") + "]"
	}
	const more = 1200
	p, err := DecodePost([]byte(`{"id":"https://a.example/1","type":"Question","attributedTo":"https://a.example/u",
		"tag":` + list(more, `{"type":"Hashtag","name":"x"}`) + `,"attachment":` + list(more, `{"type":"Image","url":"https://a.example/i"}`) + `,
		"oneOf":` + list(more, `{"name":"x"}`) + `,"name":"` + strings.Repeat("ü", MaxName+1) + `","atelier:sections":` + list(more, `{"key":"x"}`) + `}`))
	if err != nil {
		t.Fatal(err)
	}
	a, err := DecodeActor([]byte(`{"id":"https://a.example/u","type":"Person","preferredUsername":"u","inbox":"https://a.example/u/inbox",
		"attachment":` + list(more, `{"type":"PropertyValue","name":"x","value":"y"}`) + `,"alsoKnownAs":` + list(more, `"https://a.example/v"`) + `,
		"attributionDomains":` + list(more, `"a.example"`) + `,"publicKey":` + list(more, `{"id":"https://a.example/k","publicKeyPem":"x"}`) + `,
		"assertionMethod":` + list(more, `{"id":"https://a.example/k","type":"Multikey","publicKeyMultibase":"x"}`) + `,"implements":` + list(more, `"https://a.example/fep"`) + `}`))
	if err != nil {
		t.Fatal(err)
	}
	many, err := DecodePost([]byte(`{"id":"https://a.example/1","type":"Note","attributedTo":"https://a.example/u","contentMap":{` +
		strings.Join(languagesOf(MaxLanguages, "x"), ",") + `,"de":"y"},"content":"y"}`))
	if err != nil || many.Language != "l0" {
		t.Errorf("the language is %q, %v", many.Language, err)
	}
	c, err := DecodeCollection([]byte(`{"type":"Collection","items":` + list(more, `"https://a.example/1"`) + `}`))
	if err != nil {
		t.Fatal(err)
	}
	act, err := DecodeActivity([]byte(`{"type":"Flag","actor":"https://a.example/u","object":` + list(more, `"https://a.example/1"`) + `}`))
	if err != nil {
		t.Fatal(err)
	}
	got := []int{
		len(p.Hashtags), len(p.Media), len(p.Poll.Options), len([]rune(p.Name)), len(p.Extension.Sections), len(a.Fields), len(a.AlsoKnownAs),
		len(a.Domains), len(a.Keys), len(a.Methods), len(a.Implements), len(c.Items), len(act.Objects),
	}
	want := []int{
		MaxTags, MaxAttachments, MaxOptions, MaxName, MaxSections, MaxFields, MaxAliases, MaxDomains, MaxKeys, MaxKeys, MaxAttachments, MaxItems, MaxObjects,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// languagesOf are n members of a contentMap.
func languagesOf(n int, text string) []string {
	var l []string
	for i := range n {
		l = append(l, fmt.Sprintf(`"l%d":%q`, i, text))
	}
	return l
}

func TestDecodeActivity(t *testing.T) {
	const like = `"id":"https://a.example/1","type":"Like","actor":"https://a.example/u","object":"https://b.example/2"`
	base := Activity{ID: "https://a.example/1", Type: "Like", Actor: "https://a.example/u", Objects: []Object{{ID: "https://b.example/2"}}}
	for _, test := range []struct {
		name, members string
		change        func(*Activity)
	}{
		{"a plain one", `"x":1`, func(*Activity) {}},
		{"a reaction", `"content":":star:","tag":[{"type":"Emoji","name":":star:","icon":{"url":"https://a.example/s.png"}}]`,
			func(a *Activity) {
				a.Content, a.Emoji = ":star:", models.Emoji{Shortcode: "star", URL: "https://a.example/s.png"}
			}},
		{"Misskey's reaction", `"_misskey_reaction":"❤"`, func(a *Activity) { a.Content = "❤" }},
		{"hidden recipients", `"bto":["https://c.example/u"],"bcc":["https://c.example/v"]`, func(*Activity) {}},
		{"a ban", `"removeData":true,"endTime":"2026-01-02T03:04:05Z","summary":"spam"`,
			func(a *Activity) {
				a.RemoveData, a.EndTime, a.Summary = true, time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), "spam"
			}},
		{"where from and where to", `"origin":"https://c.example/1","target":{"id":"https://c.example/2","type":"Group"}`,
			func(a *Activity) {
				a.Origin, a.Target = Object{ID: "https://c.example/1"}, Object{ID: "https://c.example/2", Type: "Group"}
			}},
		{"an approved one", `"approvedBy":"https://b.example/ok","result":{"id":"https://b.example/r"}`,
			func(a *Activity) { a.ApprovedBy, a.Result = "https://b.example/ok", "https://b.example/r" }},
	} {
		want := base
		test.change(&want)
		got, err := DecodeActivity([]byte(`{` + like + `,` + test.members + `}`))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(&want, got, ignoreRaw, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
		if got.Reaction() != want.Content {
			t.Errorf("%s: the reaction is %q", test.name, got.Reaction())
		}
	}
}

func TestOnlyLikesAreReactions(t *testing.T) {
	for typ, want := range map[string]string{"Like": "x", "EmojiReact": "x", "Dislike": "x", "Flag": "", "Create": ""} {
		if got := (&Activity{Type: typ, Content: "x"}).Reaction(); got != want {
			t.Errorf("%s: %q", typ, got)
		}
	}
}

// GoToSocial bundles the votes of one ballot.
func TestBundledVotes(t *testing.T) {
	a, err := DecodeActivity([]byte(`{"type":"Create","actor":"https://a.example/u","object":[{"id":"https://a.example/1","type":"Note","name":"x"},{"id":"https://a.example/2","type":"Note","name":"y"}]}`))
	if err != nil || len(a.Objects) != 2 || a.Objects[1].ID != "https://a.example/2" || !a.Objects[1].Embedded() {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestKeysOfTheirOwn(t *testing.T) {
	key, err := DecodeKey([]byte(`{"id":"https://a.example/k","owner":{"id":"https://a.example/u"},"publicKeyPem":"x"}`))
	if err != nil || *key != (Key{"https://a.example/k", "https://a.example/u", "x"}) {
		t.Errorf("%+v, %v", key, err)
	}
	multi, err := DecodeMultikey([]byte(`{"id":"https://a.example/k","type":"Multikey","controller":"https://a.example/u","publicKeyMultibase":"x"}`))
	if err != nil || *multi != (Multikey{"https://a.example/k", "https://a.example/u", "x"}) {
		t.Errorf("%+v, %v", multi, err)
	}
}

func TestClasses(t *testing.T) {
	for typ, want := range map[string]Class{
		"Create": ActivityClass, "EmojiReact": ActivityClass, "Lock": ActivityClass, "Arrive": ActivityClass, "QuoteRequest": ActivityClass, "TentativeAccept": ActivityClass,
		"Person": ActorClass, "Group": ActorClass, "Service": ActorClass, "Application": ActorClass, "Organization": ActorClass,
		"Note": PostClass, "Article": PostClass, "Page": PostClass, "Question": PostClass, "Event": PostClass, "Video": PostClass, "Image": PostClass,
		"Audio": PostClass, "Document": PostClass, "ChatMessage": PostClass,
		"Collection": CollectionClass, "OrderedCollectionPage": CollectionClass, "Link": LinkClass, "Mention": LinkClass, "Hashtag": LinkClass,
		"Tombstone": OtherClass, "Place": OtherClass, "QuoteAuthorization": OtherClass, "Frobnicate": "", "": "",
	} {
		if got := ClassOf(typ); got != want {
			t.Errorf("%s is %q, want %q", typ, got, want)
		}
	}
}

func TestHygiene(t *testing.T) {
	for raw, want := range map[string]error{
		`{"type":"Note","content":"@graph"}`:                                     nil,
		`{"@context":["https://www.w3.org/ns/activitystreams"],"type":"Note"}`:   nil,
		`{"type":"Note","@graph":[]}`:                                            ErrHygiene,
		`{"type":"Note","\u0040graph":[]}`:                                       ErrHygiene,
		`{"type":"Note","object":[{"x":{"@included":[]}}]}`:                      ErrHygiene,
		`{"type":"Note","object":{"@reverse":{}}}`:                               ErrHygiene,
		`{"@context":{"g":"@graph"},"type":"Note","g":[]}`:                       ErrHygiene,
		`{"@context":[{"g":{"@id":"@graph"}}],"type":"Note"}`:                    ErrHygiene,
		`{"@context":[{"g":{"@reverse":"as:actor"}}],"type":"Note"}`:             ErrHygiene,
		`{"type":"Note","object":{"@context":{"g":"@included"}}}`:                ErrHygiene,
		`{"@context":{"x":"as:x"},"content":"@graph","name":"@reverse"}`:         nil,
		`{"@context":"https://www.w3.org/ns/activitystreams","name":"@reverse"}`: nil,
		`{"object":{"@context":{"x":"as:x"}},"name":"@graph"}`:                   nil,
		`{"tag":[{"@context":{"x":"as:x"},"name":"a"},{"name":"@included"}]}`:    nil,
	} {
		if got := CheckHygiene([]byte(raw)); got != want {
			t.Errorf("%s: %v", raw, got)
		}
	}
}

func TestDurations(t *testing.T) {
	for s, want := range map[string]float64{
		"PT1M3S": 63, "PT1145S": 1145, "PT1.5S": 1.5, "P1DT1H": 90000, "P1W": 604800, "P2M": 5184000, "PT2M": 120,
		"": 0, "P": 0, "PT": 0, "-PT1S": 0, "PTS": 0, "PT1": 0, "PT1X": 0, "63": 0, "PT1.2.3S": 0, "PT" + strings.Repeat("1", 40) + "S": 0,
	} {
		if got := parseDuration(s); got != want {
			t.Errorf("%q: %v", s, got)
		}
	}
	for seconds, want := range map[float64]string{0.5: "PT0.5S", 63.5: "PT1M3.5S", 3600: "PT1H0S", 59.9996: "PT60S", 7384: "PT2H3M4S"} {
		if got := formatDuration(seconds); got != want {
			t.Errorf("%v: %s", seconds, got)
		}
		if got := parseDuration(want); got-seconds > 0.001 || seconds-got > 0.001 {
			t.Errorf("%s: %v", want, got)
		}
	}
}

func TestCut(t *testing.T) {
	for s, want := range map[string]string{"": "", "abc": "abc", "abcd": "abc", "üüü": "üüü", "üüüü": "üüü", "aüüü": "aüü"} {
		if got := cut(s, 3); got != want {
			t.Errorf("%q: %q", s, got)
		}
	}
}
