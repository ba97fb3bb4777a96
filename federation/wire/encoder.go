package wire

import (
	"html"
	"slices"
	"strings"
	"time"

	"atelier/models"

	"github.com/go-fed/activity/streams"
	"github.com/go-fed/activity/streams/vocab"
)

// Encoder makes our documents. It knows the addresses of this server and
// nothing else: what a document needs beyond its own row is handed to it.
type Encoder struct {
	URLs models.URLs
	// Media returns the address of a file of ours; nil means URLs.Media.
	Media func(key string) string
}

func (e Encoder) media(key, remote string) string {
	switch {
	case key == "":
		return remote
	case e.Media != nil:
		return e.Media(key)
	}
	return e.URLs.Media(key)
}

// handle is the name of an account for people everywhere: @name@domain.
func (e Encoder) handle(acct string) string {
	if strings.Contains(acct, "@") {
		return "@" + acct
	}
	return "@" + e.URLs.Handle(acct)
}

// PostContext is a local post and what its document needs from elsewhere.
type PostContext struct {
	Post   *models.Post
	Author *models.Account
	// Group is the chapter, theme or remote group that the post is addressed
	// to, nil if to none.
	Group *models.Account
	// Replies are ids of the author's own replies, for the first page.
	Replies []string
	// QuotedURL is the page of the quoted post, for readers that know no
	// quotes; "" means its id.
	QuotedURL string
	// ApprovedBy is the id of the consent of whose post this answers, "" if none
	// was needed.
	ApprovedBy string
	// Themes are the ids of theme Groups by hashtag, in lower case.
	Themes map[string]string
	// Contributors wrote a practice note with its author, and agreed to be named.
	Contributors []*models.Account
	// Extension is what a practice note says beyond its form; its kind,
	// sections, confidentiality and licence come from the post.
	Extension *Extension
}

// Post is the document of a post: Note, Article or Question. A post that may
// not leave has none.
func (e Encoder) Post(c PostContext) (Document, error) {
	p := c.Post
	if !p.Leaves() {
		return Document{}, models.Errorf(models.Internal, "This post does not leave the chapter.")
	}
	o := newPost(p.Type)
	setID(o, p.URI)
	to, cc := c.addressing()
	setRecipients(o, to, cc)
	if c.Group != nil && p.Visibility.Open() {
		setAudience(o, c.Group.URI)
	}
	attributedTo := streams.NewActivityStreamsAttributedToProperty()
	o.SetActivityStreamsAttributedTo(iris(attributedTo, c.Author.URI))
	o.SetActivityStreamsUrl(iris(streams.NewActivityStreamsUrlProperty(), e.page(p)))
	setTime(o, "published", p.CreatedAt)
	setTime(o, "updated", p.ToldAt())
	set(o, "directMessage", p.Visibility == models.Direct)
	o.GetUnknownProperties()["sensitive"] = p.Sensitive || p.Warning != ""

	e.setWords(o, c)
	e.setThread(o, c)
	e.setTags(o, c)
	e.setMedia(o, c)
	e.setQuote(o, c)
	e.setCounts(o, c)
	set(o, "approvedBy", c.ApprovedBy)
	set(o, "replyAuthorization", c.ApprovedBy)
	if q, ok := o.(vocab.ActivityStreamsQuestion); ok && p.Poll != nil {
		setPoll(q, p.Poll)
	}
	e.extension(c).set(o)
	return Document{typed: o, id: p.URI, to: to, cc: cc}, nil
}

func newPost(t models.PostType) object {
	switch t {
	case models.ArticleType:
		return streams.NewActivityStreamsArticle()
	case models.QuestionType:
		return streams.NewActivityStreamsQuestion()
	}
	return streams.NewActivityStreamsNote()
}

func (e Encoder) page(p *models.Post) string {
	if p.URL != "" {
		return p.URL
	}
	return e.URLs.PostPage(p)
}

// addressing is to and cc of the post and of its Create and Update. Who wrote
// it too is addressed if everyone may read it; else it is for those it was for.
func (c PostContext) addressing() (to, cc []string) {
	mentioned := make([]string, 0, len(c.Post.Mentions)+len(c.Contributors))
	for _, m := range c.Post.Mentions {
		mentioned = append(mentioned, m.URI)
	}
	for _, a := range c.Contributors {
		if c.Post.Visibility.Open() && !slices.Contains(mentioned, a.URI) {
			mentioned = append(mentioned, a.URI)
		}
	}
	group := ""
	if c.Group != nil {
		group = c.Group.URI
	}
	return Addressing(c.Post.Visibility, c.Author.FollowersURI, mentioned, group)
}

// setWords sets title, warning or lede, text and source.
func (e Encoder) setWords(o object, c PostContext) {
	p := c.Post
	content := p.HTML
	if p.Type == models.ArticleType {
		o.SetActivityStreamsName(words(streams.NewActivityStreamsNameProperty(), p.Title))
		content = articleContent(c)
		if p.Summary != "" && p.Warning == "" {
			o.SetActivityStreamsSummary(words(streams.NewActivityStreamsSummaryProperty(), p.Summary))
		}
		o.SetActivityStreamsPreview(parts(streams.NewActivityStreamsPreviewProperty(), preview(p)))
	}
	if p.Warning != "" {
		o.SetActivityStreamsSummary(words(streams.NewActivityStreamsSummaryProperty(), p.Warning))
	}
	if t := p.Talk; t != nil && t.AnswerURI != "" { // in plain words, for who reads no extension
		content += `<p>Answered by <a href="` + html.EscapeString(t.AnswerURI) + `">` + html.EscapeString(t.AnsweredBy) + `</a>.</p>`
	}
	if c.quoting() {
		content = quoteFallback(c) + content
	}
	o.SetActivityStreamsContent(words(streams.NewActivityStreamsContentProperty(), content))
	if p.Language != "" {
		o.GetUnknownProperties()["contentMap"] = inLanguage{p.Language, content}
	}
	if p.Source != "" && p.Format != "" {
		o.GetUnknownProperties()["source"] = map[string]any{"content": p.Source, "mediaType": string(p.Format)}
	}
}

// articleContent is the text of a note as others show it. They do not all
// show the title, so it begins with one, and with who wrote it too; and it ends
// with the lines that say how the client in it is protected, and that it was
// reviewed.
func articleContent(c PostContext) string {
	p, with := c.Post, withWhom(c.Contributors)
	label := html.EscapeString(p.Title)
	if p.Practice == nil {
		return "<p><strong>" + label + "</strong></p>" + p.HTML
	}
	if name := p.Practice.Kind.Form().Name; name != "" {
		label = name + " - " + label
	}
	content := "<p><strong>" + label + "</strong></p>" + with + p.HTML
	if line := p.Practice.Confidentiality.Line(); line != "" {
		content += "<p>" + html.EscapeString(line) + "</p>"
	}
	if r := p.Practice.Reviewed; r != nil {
		by := ""
		if c.Group != nil && c.Group.URI == r.By {
			by = c.Group.Label()
		}
		content += "<p>" + html.EscapeString(r.Line(by, p.Version)) + "</p>"
	}
	return content
}

// withWhom is the line of a note that names who wrote it with its author, ""
// if nobody did.
func withWhom(contributors []*models.Account) string {
	var names []string
	for _, a := range contributors {
		names = append(names, `<a href="`+html.EscapeString(a.URL)+`" class="u-url mention">@`+html.EscapeString(a.Username)+`</a>`)
	}
	switch n := len(names); n {
	case 0:
		return ""
	case 1:
		return "<p>Written with " + names[0] + ".</p>"
	default:
		return "<p>Written with " + strings.Join(names[:n-1], ", ") + " and " + names[n-1] + ".</p>"
	}
}

// preview is a note in brief, for software that shows short posts (FEP-b2b8).
func preview(p *models.Post) vocab.Type {
	n := streams.NewActivityStreamsNote()
	n.SetActivityStreamsContent(words(streams.NewActivityStreamsContentProperty(),
		"<p><strong>"+html.EscapeString(p.Title)+"</strong></p>"+p.Summary))
	return n
}

// setThread sets what the post answers and the thread it is in.
func (e Encoder) setThread(o object, c PostContext) {
	p := c.Post
	if p.InReplyToURI != "" {
		o.SetActivityStreamsInReplyTo(iris(streams.NewActivityStreamsInReplyToProperty(), p.InReplyToURI))
	}
	context := p.ContextURI
	if context == "" && p.ThreadID != 0 {
		context = e.URLs.Context(p.ThreadID)
	}
	if context != "" {
		o.SetActivityStreamsContext(iris(streams.NewActivityStreamsContextProperty(), context))
		set(o, "conversation", context)
	}
}

// setTags sets mentions, hashtags and emojis. The group is mentioned too:
// replies from software that knows no groups then address it.
func (e Encoder) setTags(o object, c PostContext) {
	p := c.Post
	tag := streams.NewActivityStreamsTagProperty()
	mentioned := func(uri string) bool {
		return slices.ContainsFunc(p.Mentions, func(m models.Mention) bool { return m.URI == uri && !m.Silent })
	}
	for _, name := range p.Tags {
		tag.AppendActivityStreamsMention(e.hashtag(name, c.Themes[strings.ToLower(name)]))
	}
	if c.Group != nil && p.Visibility.Open() && !mentioned(c.Group.URI) {
		tag.AppendActivityStreamsMention(mention(c.Group.URI, e.handle(c.Group.Acct())))
	}
	for _, m := range p.Mentions {
		if !m.Silent {
			tag.AppendActivityStreamsMention(mention(m.URI, e.handle(m.Acct)))
		}
	}
	for _, a := range c.Contributors {
		if !mentioned(a.URI) {
			tag.AppendActivityStreamsMention(mention(a.URI, e.handle(a.Acct())))
		}
	}
	e.appendEmojis(tag, p.Emojis)
	if c.quoting() {
		tag.AppendActivityStreamsLink(objectLink(p.QuoteURI, "RE: "+p.QuoteURI))
	}
	if x := c.Extension; x != nil && x.AdaptedFrom != "" {
		tag.AppendActivityStreamsLink(objectLink(x.AdaptedFrom, ""))
	}
	o.SetActivityStreamsTag(tag)
}

func mention(href, name string) vocab.ActivityStreamsMention {
	m := streams.NewActivityStreamsMention()
	m.SetActivityStreamsHref(at(streams.NewActivityStreamsHrefProperty(), href))
	m.SetActivityStreamsName(words(streams.NewActivityStreamsNameProperty(), name))
	return m
}

// hashtag is a Mention by another name: the vocabulary has no Hashtag.
func (e Encoder) hashtag(name, theme string) vocab.ActivityStreamsMention {
	if theme == "" {
		theme = e.URLs.TagPage(strings.ToLower(name))
	}
	return as(mention(theme, "#"+name), "Hashtag")
}

// objectLink is a link to an ActivityPub object (FEP-e232).
func objectLink(href, name string) vocab.ActivityStreamsLink {
	l := streams.NewActivityStreamsLink()
	l.SetActivityStreamsHref(at(streams.NewActivityStreamsHrefProperty(), href))
	l.GetUnknownProperties()["mediaType"] = `application/ld+json; profile="https://www.w3.org/ns/activitystreams"`
	if name != "" {
		l.SetActivityStreamsName(words(streams.NewActivityStreamsNameProperty(), name))
		l.GetUnknownProperties()["rel"] = "https://misskey-hub.net/ns#_misskey_quote"
	}
	return l
}

func (e Encoder) appendEmojis(tag vocab.ActivityStreamsTagProperty, emojis []models.Emoji) {
	for _, m := range emojis {
		t := streams.NewTootEmoji()
		t.SetActivityStreamsName(words(streams.NewActivityStreamsNameProperty(), ":"+m.Shortcode+":"))
		t.SetActivityStreamsIcon(parts(streams.NewActivityStreamsIconProperty(), picture(m.URL, "", "")))
		tag.AppendTootEmoji(t)
	}
}

// picture is an Image that something has: an icon, a header.
func picture(url, mediaType, description string) vocab.ActivityStreamsImage {
	i := streams.NewActivityStreamsImage()
	i.SetActivityStreamsUrl(iris(streams.NewActivityStreamsUrlProperty(), url))
	set(i, "mediaType", mediaType)
	if description != "" {
		i.SetActivityStreamsSummary(words(streams.NewActivityStreamsSummaryProperty(), description))
		i.SetActivityStreamsName(words(streams.NewActivityStreamsNameProperty(), description))
	}
	return i
}

// setMedia sets the attached files and, of an Article, its picture.
func (e Encoder) setMedia(o object, c PostContext) {
	attachment := streams.NewActivityStreamsAttachmentProperty()
	illustrated := false
	for _, m := range c.Post.Media {
		url := e.media(m.Key, m.RemoteURL)
		parts(attachment, e.file(m, url))
		if m.Type == models.Image && !illustrated && c.Post.Type == models.ArticleType {
			illustrated = true
			o.SetActivityStreamsImage(parts(streams.NewActivityStreamsImageProperty(), picture(url, m.ContentType, m.Description)))
		}
	}
	o.SetActivityStreamsAttachment(attachment)
}

// file is an attached file. The description stands in name, where Mastodon
// looks for it, and in summary, where GoToSocial does.
func (e Encoder) file(m models.Media, url string) vocab.Type {
	var f object
	switch m.Type {
	case models.Image:
		f = streams.NewActivityStreamsImage()
	case models.Video, models.GIFV:
		f = streams.NewActivityStreamsVideo()
	case models.Audio:
		f = streams.NewActivityStreamsAudio()
	default:
		f = streams.NewActivityStreamsDocument()
	}
	f.SetActivityStreamsUrl(iris(streams.NewActivityStreamsUrlProperty(), url))
	set(f, "mediaType", m.ContentType)
	if m.Description != "" {
		f.SetActivityStreamsName(words(streams.NewActivityStreamsNameProperty(), m.Description))
		f.SetActivityStreamsSummary(words(streams.NewActivityStreamsSummaryProperty(), m.Description))
	}
	set(f, "width", m.Meta.Width)
	set(f, "height", m.Meta.Height)
	set(f, "blurhash", m.Blurhash)
	if m.Meta.HasFocus {
		f.GetUnknownProperties()["focalPoint"] = []float64{m.Meta.FocusX, m.Meta.FocusY}
	}
	if m.Meta.Duration > 0 {
		f.GetUnknownProperties()["duration"] = formatDuration(m.Meta.Duration)
	}
	if m.PreviewKey != "" && m.Type != models.Image {
		f.SetActivityStreamsIcon(parts(streams.NewActivityStreamsIconProperty(), picture(e.media(m.PreviewKey, ""), "", "")))
	}
	return f
}

// quoting says whether the post is sent as a quote.
func (c PostContext) quoting() bool {
	s := c.Post.QuoteState
	return c.Post.QuoteURI != "" && s != models.QuoteRejected && s != models.QuoteRevoked
}

// quoteFallback is the quote for readers that know none; the others leave it
// out.
func quoteFallback(c PostContext) string {
	href := c.QuotedURL
	if href == "" {
		href = c.Post.QuoteURI
	}
	href = html.EscapeString(href)
	return `<p class="quote-inline">RE: <a href="` + href + `" rel="nofollow noopener">` + href + `</a></p>`
}

// setQuote sets the quoted post, in the new way and in the older ones, and
// who may quote this one.
func (e Encoder) setQuote(o object, c PostContext) {
	p := c.Post
	if c.quoting() {
		for _, key := range []string{"quote", "quoteUri", "quoteUrl", "_misskey_quote"} {
			set(o, key, p.QuoteURI)
		}
		set(o, "quoteAuthorization", p.QuoteStamp)
	}
	allowed := c.Author.URI // nobody else
	switch {
	case p.QuotePolicy == "":
		return
	case p.QuotePolicy == models.QuotesPublic && p.Visibility.Open():
		allowed = PublicURI
	case p.QuotePolicy == models.QuotesFollowers && p.Visibility.Open():
		allowed = c.Author.FollowersURI
	}
	policy := map[string]any{"canQuote": map[string]any{"automaticApproval": []string{allowed}}}
	if p.Visibility.Open() { // as servers that know no such policies behave
		for _, can := range []string{"canLike", "canReply", "canAnnounce"} {
			policy[can] = map[string]any{"automaticApproval": []string{PublicURI}}
		}
	}
	o.GetUnknownProperties()["interactionPolicy"] = policy
}

// setCounts sets the collections of replies, likes and shares. A post that is
// not for everyone has none that a stranger could ask for.
func (e Encoder) setCounts(o object, c PostContext) {
	p := c.Post
	uri := e.URLs.Replies(p.URI)
	first := streams.NewActivityStreamsCollectionPage()
	first.SetActivityStreamsPartOf(at(streams.NewActivityStreamsPartOfProperty(), uri))
	first.SetActivityStreamsNext(at(streams.NewActivityStreamsNextProperty(), e.URLs.FirstPage(uri)))
	first.SetActivityStreamsItems(iris(streams.NewActivityStreamsItemsProperty(), c.Replies...))
	replies := streams.NewActivityStreamsCollection()
	setID(replies, uri)
	replies.SetActivityStreamsFirst(part(streams.NewActivityStreamsFirstProperty(), first))
	o.SetActivityStreamsReplies(part(streams.NewActivityStreamsRepliesProperty(), replies))
	if p.Visibility.Open() {
		o.SetActivityStreamsLikes(part(streams.NewActivityStreamsLikesProperty(), tally(e.URLs.Likes(p.URI), p.Stats.Favourites)))
		o.SetActivityStreamsShares(part(streams.NewActivityStreamsSharesProperty(), tally(e.URLs.Shares(p.URI), p.Stats.Boosts)))
	}
}

// tally is a collection of which only the number is told.
func tally(uri string, total int) vocab.Type {
	c := streams.NewActivityStreamsCollection()
	setID(c, uri)
	c.SetActivityStreamsTotalItems(totalItems(total))
	return c
}

func totalItems(n int) vocab.ActivityStreamsTotalItemsProperty {
	p := streams.NewActivityStreamsTotalItemsProperty()
	p.Set(n)
	return p
}

func setPoll(q vocab.ActivityStreamsQuestion, p *models.Poll) {
	var notes []vocab.ActivityStreamsNote
	for _, o := range p.Options {
		n := streams.NewActivityStreamsNote()
		n.SetActivityStreamsName(words(streams.NewActivityStreamsNameProperty(), o.Title))
		replies := streams.NewActivityStreamsCollection()
		replies.SetActivityStreamsTotalItems(totalItems(o.Votes))
		n.SetActivityStreamsReplies(part(streams.NewActivityStreamsRepliesProperty(), replies))
		notes = append(notes, n)
	}
	if p.Multiple {
		any := streams.NewActivityStreamsAnyOfProperty()
		for _, n := range notes {
			any.AppendActivityStreamsNote(n)
		}
		q.SetActivityStreamsAnyOf(any)
	} else {
		one := streams.NewActivityStreamsOneOfProperty()
		for _, n := range notes {
			one.AppendActivityStreamsNote(n)
		}
		q.SetActivityStreamsOneOf(one)
	}
	setTime(q, "endTime", p.ExpiresAt)
	setTime(q, "closed", p.ClosedAt)
	q.GetUnknownProperties()["votersCount"] = p.Voters
}

// extension is what Atelier adds: the form of a practice note, what a
// discussion post is beyond its words, and what came with the context.
func (e Encoder) extension(c PostContext) *Extension {
	var x Extension
	if c.Extension != nil {
		x = *c.Extension
	}
	for _, a := range c.Contributors {
		x.Contributors = append(x.Contributors, a.URI)
	}
	if t := c.Post.Talk; t != nil {
		x.Outcome, x.AcceptedAnswer = string(t.Outcome), t.AnswerURI
		if t.Question {
			x.Kind = questionKind
		}
	}
	if pr := c.Post.Practice; pr != nil {
		x.Kind, x.Confidentiality, x.Licence = string(pr.Kind), pr.Confidentiality, pr.Licence
		x.Tried, x.BasedOn = e.URLs.Tried(c.Post.URI), pr.BasedOn
		if r := pr.Reviewed; r != nil {
			x.Review = &Review{By: r.By, On: r.On, Version: r.Version}
		}
		for _, key := range pr.Themes {
			x.Themes = append(x.Themes, e.URLs.Theme(key))
		}
		x.Sections = nil
		for _, s := range pr.Sections {
			x.Sections = append(x.Sections, s.Key)
		}
	}
	if len(x.Themes) == 0 {
		for _, name := range c.Post.Tags {
			if uri := c.Themes[strings.ToLower(name)]; uri != "" && !slices.Contains(x.Themes, uri) {
				x.Themes = append(x.Themes, uri)
			}
		}
	}
	return &x
}

func (x *Extension) set(o object) {
	set(o, "atelier:kind", x.Kind)
	set(o, "atelier:confidentiality", string(x.Confidentiality))
	set(o, "atelier:licence", x.Licence)
	set(o, "atelier:tried", x.Tried)
	set(o, "atelier:outcome", x.Outcome)
	set(o, "atelier:basedOn", x.BasedOn)
	set(o, "atelier:adaptedFrom", x.AdaptedFrom)
	set(o, "atelier:acceptedAnswer", x.AcceptedAnswer)
	set(o, "history", x.History)
	setList(o, "atelier:theme", x.Themes)
	setList(o, "atelier:contributor", x.Contributors)
	if len(x.Sections) > 0 {
		sections := make([]any, 0, len(x.Sections))
		for _, key := range x.Sections {
			sections = append(sections, map[string]any{"key": key})
		}
		o.GetUnknownProperties()["atelier:sections"] = sections
	}
	if r := x.Review; r != nil {
		o.GetUnknownProperties()["atelier:review"] = map[string]any{"by": r.By, "on": r.On, "version": r.Version}
	}
}

// Tombstone is what remains of something deleted.
func (e Encoder) Tombstone(uri string, formerType models.PostType, deleted time.Time) Document {
	t := streams.NewActivityStreamsTombstone()
	setID(t, uri)
	if formerType != "" {
		t.SetActivityStreamsFormerType(words(streams.NewActivityStreamsFormerTypeProperty(), string(formerType)))
	}
	setTime(t, "deleted", deleted)
	return Document{typed: t, id: uri}
}

// authorizations and requests are the types of consents and of what asks for
// them: FEP-044f, and GoToSocial from 0.21.
var (
	authorizations = map[models.ConsentKind]string{models.ToQuote: "QuoteAuthorization", models.ToReply: "ReplyAuthorization",
		models.ToLike: "LikeAuthorization", models.ToAnnounce: "AnnounceAuthorization"}
	requests = map[models.ConsentKind]string{models.ToQuote: "QuoteRequest", models.ToReply: "ReplyRequest",
		models.ToLike: "LikeRequest", models.ToAnnounce: "AnnounceRequest"}
)

// Authorization is an author's consent: to be quoted (FEP-044f), answered,
// liked or boosted. It never embeds what was made.
func (e Encoder) Authorization(kind models.ConsentKind, stamp, author, made, of string) Document {
	o := as(streams.NewActivityStreamsObject(), authorizations[kind])
	setID(o, stamp)
	o.SetActivityStreamsAttributedTo(iris(streams.NewActivityStreamsAttributedToProperty(), author))
	set(o, "interactingObject", made)
	set(o, "interactionTarget", of)
	return Document{typed: o, id: stamp}
}
