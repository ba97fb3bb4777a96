package wire

import (
	"strings"
	"time"

	"atelier/models"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Post is a post as its origin describes it: Note, Article, Page, Question,
// Event, Video, Image, Audio, Document, ChatMessage. What the store knows
// under ids of its own is still an address here, and HTML is as it came: it
// has to go through models/text before anybody sees it.
type Post struct {
	ID     string
	URL    string // the page for people, "" if it does not say
	Type   string
	Author string // the first Person of attributedTo, else the first of all

	To, CC   []string
	Audience []string // groups it is meant for

	Name        string // plain text: the title of an Article, Page, Video; the answer of a vote
	Summary     string // HTML: the lede of an Article; plain text: the content warning of anything else
	Content     string // HTML, unless ContentType says otherwise
	ContentType string // "" means text/html
	Source      string
	SourceType  string
	Language    string // BCP 47, "" if it does not say
	Sensitive   bool

	InReplyTo    string
	Context      string // the thread's collection (FEP-7888)
	Conversation string // opaque, older
	Published    time.Time
	Updated      time.Time

	Mentions []Mention
	Hashtags []string // without #
	Emojis   []models.Emoji
	Links    []Link // attached pages, and links to objects among the tags
	Media    []models.Media
	Image    models.Picture // of an Article or Page
	Poll     *models.Poll
	Event    *Event

	Quote       string // the id of the quoted post
	QuoteStamp  string // the id of its author's consent
	QuoteLegacy bool   // it was written in a way that knows no consent
	QuoteGone   bool   // the quoted post was deleted

	Policy     Policy
	Replies    Object // the collection, perhaps with its first page
	Likes      Count
	Shares     Count
	Locked     bool   // commentsEnabled is false (PeerTube, Lemmy before 1.0)
	Stickied   bool   // Lemmy before 1.0
	ApprovedBy string // GoToSocial: the id of the consent to this reply
	Direct     *bool  // litepub directMessage: true for a message, false for a limited post

	Extension *Extension // what Atelier adds, nil if nothing
	Raw       []byte
}

// Count is a collection of which only the number matters, as its origin
// counts it: for show, never for a decision.
type Count struct {
	URI   string
	Total int
	Known bool
}

// IsVote says whether the post is the answer to a poll: a Note with a name
// and no text (FEP-9967).
func (p *Post) IsVote() bool {
	return p.Type == "Note" && p.Name != "" && p.Content == "" && p.InReplyTo != "" && len(p.Media) == 0
}

// HasTitle says whether Name is a title to show: Notes have none.
func (p *Post) HasTitle() bool {
	return p.Name != "" && p.Type != "Note" && p.Type != "Question" && p.Type != "ChatMessage"
}

// rawPost is a post as it is written.
type rawPost struct {
	ID           soleID      `json:"id"`
	Type         kind        `json:"type"`
	URL          links       `json:"url"`
	AttributedTo things      `json:"attributedTo"`
	Actor        uri         `json:"actor"`
	To           recipients  `json:"to"`
	CC           recipients  `json:"cc"`
	Audience     recipients  `json:"audience"`
	Name         text        `json:"name"`
	NameMap      languages   `json:"nameMap"`
	Summary      text        `json:"summary"`
	SummaryMap   languages   `json:"summaryMap"`
	Content      text        `json:"content"`
	ContentMap   languages   `json:"contentMap"`
	MediaType    text        `json:"mediaType"`
	Source       source      `json:"source"`
	Language     identifier  `json:"language"`
	InLanguage   text        `json:"inLanguage"`
	Sensitive    boolean     `json:"sensitive"`
	AsSensitive  boolean     `json:"as:sensitive"`
	InReplyTo    uri         `json:"inReplyTo"`
	Context      uri         `json:"context"`
	Conversation uri         `json:"conversation"`
	Published    moment      `json:"published"`
	Updated      moment      `json:"updated"`
	Tag          tags        `json:"tag"`
	Attachment   attachments `json:"attachment"`
	Image        image       `json:"image"`
	Icon         image       `json:"icon"`
	Blurhash     text        `json:"blurhash"`
	Width        number      `json:"width"`
	Height       number      `json:"height"`
	Duration     text        `json:"duration"`

	OneOf       options `json:"oneOf"`
	AnyOf       options `json:"anyOf"`
	EndTime     moment  `json:"endTime"`
	Closed      closed  `json:"closed"`
	VotersCount number  `json:"votersCount"`

	Quote         things `json:"quote"`
	QuoteURI      uri    `json:"quoteUri"`
	QuoteURL      uri    `json:"quoteUrl"`
	MisskeyQuote  uri    `json:"_misskey_quote"`
	Authorization uri    `json:"quoteAuthorization"`
	Policy        Policy `json:"interactionPolicy"`

	Replies         things  `json:"replies"`
	Likes           counted `json:"likes"`
	Shares          counted `json:"shares"`
	CommentsEnabled boolean `json:"commentsEnabled"`
	Stickied        boolean `json:"stickied"`
	ApprovedBy      uri     `json:"approvedBy"`
	DirectMessage   boolean `json:"directMessage"`

	rawExtension `json:",inline"`
}

// DecodePost reads a post.
func DecodePost(raw []byte) (*Post, error) {
	var w rawPost
	if err := read(raw, &w); err != nil {
		return nil, err
	}
	switch {
	case w.Type == "":
		return nil, ErrType
	case ClassOf(string(w.Type)) != PostClass:
		return nil, ErrNotPost
	case w.ID == "":
		return nil, ErrID
	}
	author := w.author()
	if author == "" {
		return nil, ErrAuthor
	}
	p := &Post{
		ID: string(w.ID), Type: string(w.Type), URL: w.URL.page(), Author: author,
		To: w.To, CC: w.CC, Audience: w.Audience,
		ContentType: contentType(w.MediaType),
		Source:      w.Source.Content, SourceType: w.Source.MediaType,
		Sensitive: w.Sensitive.val || w.AsSensitive.val,
		InReplyTo: address(w.InReplyTo), Context: address(w.Context), Conversation: cut(w.Conversation, MaxURI),
		Published: time.Time(w.Published), Updated: time.Time(w.Updated),
		Mentions: w.Tag.mentions, Hashtags: w.Tag.hashtags, Emojis: w.Tag.emojis,
		Links: append(w.Attachment.links, w.Tag.links...),
		Media: w.Attachment.media, Image: w.Image.picture(),
		Policy: w.Policy, Replies: w.Replies.first(), Likes: Count(w.Likes), Shares: Count(w.Shares),
		Locked: w.CommentsEnabled.set && !w.CommentsEnabled.val, Stickied: w.Stickied.val,
		ApprovedBy: address(w.ApprovedBy), Extension: w.extension(), Raw: raw,
	}
	p.Language, p.Name, p.Summary, p.Content = w.words()
	p.Quote, p.QuoteLegacy, p.QuoteGone = w.quote()
	p.QuoteStamp = address(w.Authorization)
	if w.DirectMessage.set {
		p.Direct = &w.DirectMessage.val
	}
	switch p.Type {
	case "Question":
		p.Poll = w.poll()
	case "Video", "Audio", "Image", "Document":
		if m, ok := w.itself(); ok {
			p.Media = append([]models.Media{m}, p.Media...)
		}
	case "Event":
		p.Event = decodeEvent(raw)
	}
	return p, nil
}

// author is whose post it is. PeerTube names the Person and the Group of the
// channel; Mobilizon the Group and, as actor, the Person.
func (w *rawPost) author() string {
	for _, o := range w.AttributedTo {
		if o.Type == "Person" && ValidURI(o.ID) {
			return o.ID
		}
	}
	if s := address(w.AttributedTo.first().ID); s != "" {
		return s
	}
	return address(w.Actor)
}

// words are the texts and their language.
func (w *rawPost) words() (language, name, summary, content string) {
	inContent, content := w.ContentMap.of(string(w.Content))
	inName, name := w.NameMap.of(string(w.Name))
	inSummary, summary := w.SummaryMap.of(string(w.Summary))
	for _, language = range []string{inContent, inName, inSummary, w.Language.ID, string(w.InLanguage)} {
		if language != "" && language != "und" {
			return cut(language, 35), cut(name, MaxName), summary, content
		}
	}
	return "", cut(name, MaxName), summary, content
}

// quote is the quoted post, in any of the ways to write it.
func (w *rawPost) quote() (id string, legacy, gone bool) {
	if o := w.Quote.first(); o.ID != "" {
		return address(o.ID), false, o.Type == "Tombstone"
	}
	for _, u := range []uri{w.QuoteURI, w.MisskeyQuote, w.QuoteURL} {
		if u != "" {
			return address(u), true, false
		}
	}
	for _, l := range w.Tag.links {
		if l.isQuote() {
			return l.Href, true, false
		}
	}
	return "", false, false
}

// poll is the question's poll, nil if it has no options.
func (w *rawPost) poll() *models.Poll {
	p := &models.Poll{
		Options: w.OneOf, ExpiresAt: time.Time(w.EndTime), ClosedAt: time.Time(w.Closed.at),
		Voters: w.VotersCount.count(),
	}
	if len(w.AnyOf) > 0 {
		p.Options, p.Multiple = w.AnyOf, true
	}
	if len(p.Options) == 0 {
		return nil
	}
	if w.Closed.set && p.ClosedAt.IsZero() { // closed: true
		p.ClosedAt = p.ExpiresAt
		if p.ClosedAt.IsZero() {
			p.ClosedAt = time.Time(w.Updated)
		}
		if p.ClosedAt.IsZero() {
			p.ClosedAt = time.Time(w.Published)
		}
	}
	return p
}

// itself is the file that a Video, Audio, Image or Document is.
func (w *rawPost) itself() (models.Media, bool) {
	a := rawAttachment{
		Type: w.Type, URL: w.URL, MediaType: w.MediaType, Name: w.Name, Width: w.Width, Height: w.Height,
		Blurhash: w.Blurhash, Duration: w.Duration, Icon: w.Icon,
	}
	link := w.URL.file()
	if link.Href == "" {
		return models.Media{}, false // only a page, or a stream
	}
	a.MediaType = text(link.MediaType)
	return a.file()
}

// contentType is the media type of content, "" for HTML.
func contentType(s text) string {
	main, _, _ := strings.Cut(string(s), ";")
	main = strings.ToLower(strings.TrimSpace(main))
	if main == "text/html" || !strings.HasPrefix(main, "text/") {
		return ""
	}
	return main
}

// source is what the author typed.
type source struct{ Content, MediaType string }

func (s *source) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	if dec.PeekKind() != '{' {
		return dec.SkipValue()
	}
	var w struct {
		Content   text `json:"content"`
		MediaType text `json:"mediaType"`
	}
	err := json.UnmarshalDecode(dec, &w)
	*s = source{string(w.Content), cut(w.MediaType, 100)}
	return err
}

// identifier is how Lemmy and PeerTube name a language.
type identifier struct{ ID string }

func (i *identifier) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	if dec.PeekKind() != '{' {
		return dec.SkipValue()
	}
	var w struct {
		ID text `json:"identifier"`
	}
	err := json.UnmarshalDecode(dec, &w)
	i.ID = string(w.ID)
	return err
}

// options are the answers of a poll.
type options []models.PollOption

func (o *options) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return each(dec, func() error {
		if dec.PeekKind() != '{' || len(*o) >= MaxOptions {
			return dec.SkipValue()
		}
		var w struct {
			Name    text    `json:"name"`
			Replies counted `json:"replies"`
			Misskey number  `json:"_misskey_votes"`
		}
		if err := json.UnmarshalDecode(dec, &w); err != nil {
			return err
		}
		if w.Name != "" {
			*o = append(*o, models.PollOption{Title: cut(w.Name, MaxName), Votes: max(w.Replies.Total, w.Misskey.count())})
		}
		return nil
	})
}

// closed says that a poll is over: a time, or true.
type closed struct {
	set bool
	at  moment
}

func (c *closed) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	switch dec.PeekKind() {
	case 't':
		c.set = true
	case '"':
		c.set = true
		return c.at.UnmarshalJSONFrom(dec)
	}
	return dec.SkipValue()
}

// counted is a collection as a reference, or embedded with its count.
type counted Count

func (c *counted) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return each(dec, func() error {
		switch dec.PeekKind() {
		case '"':
			var u uri
			err := u.UnmarshalJSONFrom(dec)
			c.URI = address(u)
			return err
		case '{':
			var w struct {
				ID    uri    `json:"id"`
				Total number `json:"totalItems"`
			}
			err := json.UnmarshalDecode(dec, &w)
			*c = counted{address(w.ID), w.Total.count(), w.Total.set}
			return err
		}
		return dec.SkipValue()
	})
}

// Policy says who may do what with a post (GoToSocial, FEP-044f).
type Policy struct {
	Like     Rule
	Reply    Rule
	Announce Rule
	Quote    Rule
}

// Rule is one of its rules.
type Rule models.PolicyRule

func (p *Policy) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	if dec.PeekKind() != '{' {
		return dec.SkipValue()
	}
	var w struct {
		Like     Rule `json:"canLike"`
		Reply    Rule `json:"canReply"`
		Announce Rule `json:"canAnnounce"`
		Quote    Rule `json:"canQuote"`
	}
	err := json.UnmarshalDecode(dec, &w)
	*p = Policy(w)
	return err
}

func (r *Rule) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	if dec.PeekKind() != '{' {
		return dec.SkipValue()
	}
	var w struct {
		Automatic recipients `json:"automaticApproval"`
		Manual    recipients `json:"manualApproval"`
		Always    recipients `json:"always"`           // GoToSocial before 0.20
		Asked     recipients `json:"approvalRequired"` // the same
	}
	err := json.UnmarshalDecode(dec, &w)
	*r = Rule{true, append(w.Automatic, w.Always...), append(w.Manual, w.Asked...)}
	return err
}

// Quotes is the rule in the words of the client API; followers is the address
// of the author's followers.
func (r Rule) Quotes(followers string) models.QuotePolicy {
	for _, uri := range r.Automatic {
		if uri == PublicURI {
			return models.QuotesPublic
		}
	}
	for _, uri := range r.Automatic {
		if uri == followers && uri != "" {
			return models.QuotesFollowers
		}
	}
	return models.QuotesNobody
}
