package fetch

import (
	"context"
	"fmt"
	"html"
	"slices"
	"strings"
	"time"

	"atelier/federation/wire"
	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/text"
)

const (
	onePost     = time.Minute // for a post and whatever it needs
	onePostGets = 30
	jobRefresh  = chapter.JobRefresh
)

// Post returns the post with an ActivityPub id or page address: from the
// store, or from its own server. It is taken in as it stands there now,
// whoever it is for.
func (f *Finder) Post(ctx context.Context, uri string) (*models.Post, error) {
	p, err := f.known(ctx, uri)
	if models.KindOf(err) != models.NotFound {
		return p, err
	}
	if f.chapter.URLs.Local(uri) {
		return nil, errHere
	}
	if err, failed := f.failures.GetIfPresent(uri); failed {
		return nil, err
	}
	return f.posts.do(ctx, uri, func(ctx context.Context) (*models.Post, error) {
		ctx, cancel := WithBudget(ctx, onePostGets, onePost)
		defer cancel()
		p, err := f.readPost(ctx, uri)
		if err != nil {
			f.failures.Set(uri, err)
		}
		return p, err
	})
}

// known returns the post with an id or address that is here.
func (f *Finder) known(ctx context.Context, uri string) (*models.Post, error) {
	p, err := f.chapter.Store.PostByURI(ctx, uri)
	if models.KindOf(err) != models.NotFound {
		return p, err
	}
	if r, ok := f.chapter.URLs.Parse(uri); ok && r.Kind == models.PostRef {
		if r.ID != 0 {
			return f.chapter.Store.PostByID(ctx, r.ID)
		}
		return f.chapter.Store.PostBySlug(ctx, models.Stranger, r.Slug)
	}
	return f.chapter.Store.PostByURL(ctx, models.Stranger, uri)
}

// readPost fetches a post and has it stored.
func (f *Finder) readPost(ctx context.Context, uri string) (*models.Post, error) {
	w, err := f.postAt(ctx, uri)
	if err != nil {
		return nil, err
	}
	return f.TakeIn(ctx, w)
}

// TakeIn stores a post that its own server served.
func (f *Finder) TakeIn(ctx context.Context, w *wire.Post) (*models.Post, error) {
	if p, err := f.chapter.Store.PostByURI(ctx, w.ID); models.KindOf(err) != models.NotFound {
		return p, err
	}
	if !SameOrigin(w.Author, w.ID) {
		return nil, models.Errorf(models.Forbidden, "The post is not its author's.")
	}
	author, err := f.Account(ctx, w.Author)
	if err != nil {
		return nil, err
	}
	if author.Local() || author.Suspended() {
		return nil, errHere
	}
	in, err := f.Incoming(ctx, w, nil, author)
	if err != nil {
		return nil, err
	}
	if in.Post.Visibility == models.Direct { // whom it is for was sent it
		return nil, errHere
	}
	in.Fetched = true
	p, err := f.chapter.Receive(ctx, chapter.Activity{Sender: author}, in)
	if err == nil && p == nil {
		err = errHere // deleted by its author before
	}
	return p, err
}

// ReadPost fetches the document of a post as it stands at its own server now.
func (f *Finder) ReadPost(ctx context.Context, uri string) (*wire.Post, error) {
	ctx, cancel := WithBudget(ctx, oneActorGets, oneActor)
	defer cancel()
	w, err := f.postAt(ctx, uri)
	if err == nil && w.ID != uri {
		err = errOtherID
	}
	return w, err
}

// postAt fetches the document of a post. One that names itself otherwise,
// within the same origin, is asked for under that name; so is the post in a
// Create.
func (f *Finder) postAt(ctx context.Context, uri string) (*wire.Post, error) {
	for range 3 {
		d, err := f.document(ctx, uri)
		if err != nil {
			return nil, err
		}
		e, err := wire.Open(d.Body)
		if err != nil {
			return nil, err
		}
		id := e.ID
		switch {
		case wire.ClassOf(e.Type) == wire.PostClass && id == uri:
			return wire.DecodePost(d.Body)
		case e.Type == "Create" || e.Type == "Update":
			id = e.Object.ID
		case e.Type == "Tombstone":
			return nil, models.Errorf(models.Gone, "The post was deleted.")
		case wire.ClassOf(e.Type) != wire.PostClass:
			return nil, errNotPost
		}
		if !SameOrigin(id, uri) || id == uri {
			return nil, errOtherID
		}
		uri = id
	}
	return nil, errOtherID
}

var errNotPost = models.Errorf(models.Unsupported, "There is no post at that address.")

// maxContent is how many bytes of a post's text are taken in.
const maxContent = 256 << 10

// Incoming is a post from elsewhere as the chapter takes it in: safe to show,
// its times not in the future. a is the activity that brought it, nil if it
// was fetched.
func (f *Finder) Incoming(ctx context.Context, w *wire.Post, a *wire.Activity, author *models.Account) (chapter.Incoming, error) {
	rules, err := f.chapter.Store.DomainRules(ctx)
	if err != nil {
		return chapter.Incoming{}, err
	}
	now := f.chapter.Store.Now()
	p := &models.Post{
		URI: w.ID, URL: ofOrigin(w.URL, w.ID), Type: models.PostType(w.Type), Visibility: w.Visibility(a, author.FollowersURI),
		Sensitive: w.Sensitive, HTML: htmlOf(w), Language: w.Language, InReplyToURI: w.InReplyTo, ContextURI: w.Context,
		Emojis: w.Emojis, Poll: w.Poll, Practice: w.Practice(), Talk: w.Extension.Talk(), CreatedAt: clamp(w.Published, now), UpdatedAt: clamp(w.Updated, now), Version: 1,
	}
	if p.CreatedAt.IsZero() {
		p.CreatedAt = now
	}
	if p.UpdatedAt.After(p.CreatedAt) { // some say when it was published, again
		p.EditedAt = p.UpdatedAt
	}
	if p.URL == "" {
		p.URL = p.URI
	}
	if w.HasTitle() {
		p.Title = text.CleanName(w.Name)
	}
	if w.Type == "Note" || w.Type == "Question" || w.Type == "ChatMessage" {
		p.Warning = shorten(strings.TrimSpace(text.PlainText(w.Summary)), 500)
	} else {
		p.Summary = text.SanitizePost(w.Summary)
	}
	for _, tag := range w.Hashtags {
		if !slices.ContainsFunc(p.Tags, func(have string) bool { return text.TagKey(have) == text.TagKey(tag) }) && len(p.Tags) < 50 {
			p.Tags = append(p.Tags, tag)
		}
	}
	if !rules.RejectsMedia(HostOf(w.ID)) {
		for _, m := range w.Media {
			m.ID, m.AccountID, m.State, m.CreatedAt = f.chapter.Store.NewID(), author.ID, models.MediaRemote, now
			p.Media = append(p.Media, m)
		}
	} else {
		p.Emojis = nil
	}
	quote(p, w, author)
	policy := models.Policy{Like: models.PolicyRule(w.Policy.Like), Reply: models.PolicyRule(w.Policy.Reply), Announce: models.PolicyRule(w.Policy.Announce)}
	return chapter.Incoming{Post: p, Named: named(w), Addressed: addressed(w, a, author), Contributors: contributors(w), Policy: policy}, nil
}

// contributors are whom a note names beside its author, as far as they are of
// its own server: for others that server does not speak.
func contributors(w *wire.Post) []string {
	if w.Extension == nil {
		return nil
	}
	var out []string
	for _, uri := range w.Extension.Contributors {
		if ofOrigin(uri, w.ID) != "" && len(out) < models.MaxCoAuthors {
			out = append(out, uri)
		}
	}
	return out
}

// clamp is a moment that is not to come.
func clamp(t, now time.Time) time.Time {
	if t.After(now) {
		return now
	}
	return t.UTC().Truncate(time.Millisecond)
}

// htmlOf is the text of a post, with what the type of the post has beside it.
func htmlOf(w *wire.Post) string {
	content := w.Content
	if len(content) > maxContent {
		content = content[:maxContent]
	}
	switch w.ContentType {
	case "":
		content = text.SanitizePost(content)
	case "text/markdown":
		content = text.Render(content, models.Markdown, text.Env{})
	default:
		content = text.Render(content, models.PlainText, text.Env{})
	}
	if e := w.Event; e != nil {
		content = eventHTML(e) + content
	}
	for _, l := range w.Links {
		if l.IsObject() || strings.Contains(content, html.EscapeString(l.Href)) || len(content) > maxContent {
			continue
		}
		name := html.EscapeString(l.Href)
		content += text.SanitizePost(`<p><a href="` + name + `">` + name + `</a></p>`)
	}
	return content
}

// eventHTML says when and where an event is.
func eventHTML(e *wire.Event) string {
	var parts []string
	if !e.Start.IsZero() {
		when := e.Start.Format("Monday, 2 January 2006, 15:04 MST")
		if !e.End.IsZero() && e.End.After(e.Start) {
			if layout := "15:04 MST"; e.End.Sub(e.Start) < 24*time.Hour {
				when += " to " + e.End.Format(layout)
			} else {
				when += " to " + e.End.Format("Monday, 2 January 2006, "+layout)
			}
		}
		parts = append(parts, when)
	}
	for _, place := range []string{e.Place, e.Address} {
		if place != "" {
			parts = append(parts, place)
		}
	}
	if strings.EqualFold(e.Status, "CANCELLED") {
		parts = append([]string{"Cancelled"}, parts...)
	}
	if len(parts) == 0 {
		return ""
	}
	return fmt.Sprintf("<p>%s</p>", html.EscapeString(strings.Join(parts, " · ")))
}

// quote sets what a post quotes. An author may always quote itself; for
// others consent is looked at apart.
func quote(p *models.Post, w *wire.Post, author *models.Account) {
	if w.Policy.Quote.Set {
		p.QuotePolicy = w.Policy.Quote.Quotes(author.FollowersURI)
	}
	if w.Quote == "" || w.QuoteGone {
		return
	}
	p.QuoteURI, p.QuoteStamp, p.QuoteState = w.Quote, w.QuoteStamp, models.QuotePending
}

// named are those whom the post's tags mention.
func named(w *wire.Post) (out []models.Mention) {
	for _, m := range w.Mentions {
		if len(out) == 100 {
			break
		}
		acct := strings.TrimPrefix(strings.TrimSpace(m.Name), "@")
		name, domain := SplitHandle(acct)
		if name == "" {
			name, domain = acct, HostOf(m.Href)
		}
		if name == "" || strings.ContainsAny(name, "@/ \t\n") {
			// Who is known is meant by its address, whatever the tag calls it.
			out = append(out, models.Mention{URI: m.Href, URL: m.Href})
			continue
		}
		out = append(out, models.Mention{URI: m.Href, URL: m.Href, Username: name, Acct: name + "@" + domain})
	}
	return out
}

// addressed are the actors, perhaps, that the post is addressed to.
func addressed(w *wire.Post, a *wire.Activity, author *models.Account) (out []string) {
	to, cc := w.Recipients(a)
	audience := w.Audience
	if a != nil {
		audience = slices.Concat(audience, a.Audience)
	}
	for _, uri := range slices.Concat(to, cc, audience) {
		if uri != wire.PublicURI && uri != author.FollowersURI && len(out) < 200 && !slices.Contains(out, uri) {
			out = append(out, uri)
		}
	}
	return out
}
