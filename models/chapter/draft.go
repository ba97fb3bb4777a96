package chapter

import (
	"context"
	"slices"
	"strings"
	"time"

	"atelier/models"
	"atelier/models/text"
)

// What a post may have.
const (
	MaxCharacters = 5000    // of a discussion post, counted as Mastodon counts
	MaxPractice   = 100_000 // characters of a practice note's sections together
	MaxMedia      = 4
	MaxOptions    = 4   // of a poll
	MaxOption     = 100 // characters of a poll's option
	MinPoll       = 5 * time.Minute
	MaxPoll       = 31 * 24 * time.Hour
	maxTitle      = 120 // characters of a practice note's title
	maxMentions   = 50
	MaxName       = 100
)

// Draft is what somebody wrote.
type Draft struct {
	Source string
	Format models.Format // "" is PlainText; practice notes are Markdown

	Visibility models.Visibility // "" is the member's default for apps
	LocalOnly  *bool             // nil: not said
	FromApp    bool              // a client's: the member's wishes for apps hold

	InReplyTo models.ID
	Warning   string
	Sensitive bool
	Language  string // "" is the member's
	Media     []models.ID
	Poll      *NewPoll
	QuoteOf   models.ID
	Quotes    models.QuotePolicy // "" is the member's

	Practice *models.Practice // set: a practice note
	Title    string           // of a practice note
	Summary  string           // of a practice note, plain text; "" is made from its beginning
	Lounge   bool             // a note for everyone first waits in the departure lounge
	Talk     models.Talk      // what a discussion post is beyond its words
	Themes   []string         // of a question, keys of the chapter's themes

	wordless bool // a new version of a post that has more than words: files, a poll, a quote

	Allowed []models.ID // set: whom it may mention; others make it refused

	AppID models.ID
	Key   string // the same key again within an hour gives the same post
}

// NewPoll is a poll that somebody wants to hold.
type NewPoll struct {
	Options    []string
	For        time.Duration
	Multiple   bool
	HideTotals bool
}

// A composed post is complete but for its id and addresses, which it gets when
// it is put.
type composed struct {
	post   *models.Post
	parent *models.Post
	quoted *models.Post
	search string
	themes []string  // of a question, keys
	asker  models.ID // who asks with the name withheld, 0 for all other posts
	small  bool      // of a new version: a small fix, that others are not told of
}

// compose makes a post of a draft, or says what is wrong with it. It may ask
// other servers who is mentioned, so it runs before the transaction.
func (c *Chapter) compose(ctx context.Context, me *models.Account, d Draft) (*composed, error) {
	m, err := c.Store.Member(ctx, me.ID)
	if err != nil {
		return nil, err
	}
	p := &models.Post{Type: models.NoteType, AuthorID: me.ID, Local: true, State: models.Published, Format: d.Format, Warning: strings.TrimSpace(d.Warning),
		Sensitive: d.Sensitive || m.Sensitive && d.FromApp, QuotePolicy: d.Quotes, AppID: d.AppID, Version: 1}
	out := &composed{post: p}
	if p.Format == "" {
		p.Format = models.PlainText
	}
	if p.QuotePolicy == "" {
		p.QuotePolicy = m.Quotes
	}
	if p.Language, err = language(d.Language, m.Language); err != nil {
		return nil, err
	}
	if err := c.scope(ctx, m, d, out); err != nil {
		return nil, err
	}
	if err := c.attach(ctx, me, d.Media, p); err != nil {
		return nil, err
	}
	if d.Poll != nil {
		if p.Poll, err = c.newPoll(d, p); err != nil {
			return nil, err
		}
		p.Type = models.QuestionType
	}
	if d.QuoteOf != 0 {
		if err := c.quote(ctx, viewerOf(m), d.QuoteOf, out); err != nil {
			return nil, err
		}
	}
	if d.Practice != nil {
		err = c.writePractice(ctx, m, d, out)
	} else if err = c.writeTalk(ctx, m, d, out); err == nil {
		if err = intend(d, p, out.parent); err == nil {
			out.themes = d.Themes
			err = c.checkThemes(ctx, d.Themes)
		}
	}
	if err == nil && d.Allowed != nil {
		err = expected(p, d.Allowed)
	}
	return out, err
}

func viewerOf(m *models.Member) models.Viewer {
	return models.Viewer{AccountID: m.AccountID, Role: m.Role}
}

func language(tag, fallback string) (string, error) {
	if tag == "" {
		return fallback, nil
	}
	short, ok := text.Language(tag)
	if !ok {
		return "", models.Errorf(models.Invalid, "%q is not a language.", tag).On("language")
	}
	return short, nil
}

// What is wrong with a discussion post most often, in the words that apps know.
var (
	ErrBlank   = models.Errorf(models.Invalid, "Validation failed: Text can't be blank").On("status")
	ErrTooLong = models.Errorf(models.Invalid, "Validation failed: Text character limit of %d exceeded", MaxCharacters).On("status")
)

// writeTalk writes a discussion post.
func (c *Chapter) writeTalk(ctx context.Context, m *models.Member, d Draft, out *composed) error {
	p := out.post
	p.Source = strings.TrimSpace(strings.ReplaceAll(d.Source, "\r\n", "\n"))
	if p.Source == "" && len(p.Media) == 0 && p.Poll == nil && out.quoted == nil && !d.wordless {
		return ErrBlank
	}
	if n := text.Length(p.Source, p.Warning); n > MaxCharacters {
		return ErrTooLong
	}
	found := text.Scan(p.Source, p.Format)
	env, err := c.name(ctx, m, found, out)
	if err != nil {
		return err
	}
	p.HTML = text.Render(p.Source, p.Format, env)
	out.search = strings.TrimSpace(p.Warning + "\n" + text.PlainText(p.HTML))
	for _, o := range pollTitles(p.Poll) {
		out.search += "\n" + o
	}
	return nil
}

func pollTitles(p *models.Poll) (titles []string) {
	if p == nil {
		return nil
	}
	for _, o := range p.Options {
		titles = append(titles, o.Title)
	}
	return titles
}

// writePractice writes a practice note: its sections one after the other,
// each under its heading.
func (c *Chapter) writePractice(ctx context.Context, m *models.Member, d Draft, out *composed) error {
	p := out.post
	p.Type, p.Format, p.Title = models.ArticleType, models.Markdown, strings.TrimSpace(text.CleanName(d.Title))
	practice, err := checkPractice(d, p.Title)
	if err != nil {
		return err
	}
	if out.parent != nil {
		return models.Errorf(models.Invalid, "A practice note stands for itself; it cannot be an answer.")
	}
	if err := c.checkThemes(ctx, practice.Themes); err != nil {
		return err
	}
	p.Practice = practice
	if practice.Licence == "" {
		self, err := c.Self(ctx)
		if err != nil {
			return err
		}
		practice.Licence = self.Settings.Licence
	}
	p.Source = practice.Markdown()
	env, err := c.name(ctx, m, text.Scan(p.Source, p.Format), out)
	if err != nil {
		return err
	}
	p.HTML = c.renderPractice(practice, env)
	p.Summary = summarize(d.Summary, p.HTML)
	out.search = p.Title + "\n" + text.PlainText(p.HTML)
	return nil
}

func checkPractice(d Draft, title string) (*models.Practice, error) {
	pr := *d.Practice
	pr.Reviewed = nil // nobody gives it to themselves
	pr.With = nil     // nobody is named before agreeing
	switch {
	case !pr.Kind.Valid():
		return nil, models.Errorf(models.Invalid, "A practice note is an experience, a story, a tool or an approach.").On("kind")
	case title == "":
		return nil, models.Errorf(models.Invalid, "A practice note needs a title.").On("title")
	case len([]rune(title)) > maxTitle:
		return nil, models.Errorf(models.Invalid, "A title may have %d characters at most.", maxTitle).On("title")
	case !pr.Confidentiality.Valid():
		return nil, models.Errorf(models.Invalid, "%q is no choice of confidentiality.", pr.Confidentiality).On("confidentiality")
	}
	if _, known := models.LicenceAt(pr.Licence); !known && pr.Licence != "" {
		return nil, models.Errorf(models.Invalid, "A note here cannot have the licence %q.", pr.Licence).On("licence")
	}
	pr.Sections = slices.Clone(pr.Sections)
	length := 0
	for i := range pr.Sections {
		s := &pr.Sections[i]
		s.Text = strings.TrimSpace(strings.ReplaceAll(s.Text, "\r\n", "\n"))
		length += len([]rune(s.Text))
		if s.Key != models.FreeSection && pr.Kind.Heading(s.Key) == "" {
			return nil, models.Errorf(models.Invalid, "A note of this kind has no section %q.", s.Key)
		}
	}
	pr.Sections = slices.DeleteFunc(pr.Sections, func(s models.Section) bool { return s.Text == "" })
	switch {
	case length == 0:
		return nil, models.Errorf(models.Invalid, "Please fill one of the boxes at least.").On("sections")
	case length > MaxPractice:
		return nil, models.Errorf(models.Invalid, "A practice note may have %d characters at most.", MaxPractice).On("sections")
	}
	return &pr, nil
}

func (c *Chapter) renderPractice(pr *models.Practice, env text.Env) string {
	var b strings.Builder
	for _, s := range pr.Sections {
		if h := pr.Kind.Heading(s.Key); h != "" {
			b.WriteString("<h2>" + h + "</h2>")
		}
		b.WriteString(text.Render(s.Text, models.Markdown, env))
	}
	return b.String()
}

// summarize makes the two sentences that stand for a note elsewhere.
func summarize(own, html string) string {
	if own = strings.TrimSpace(own); own != "" {
		return text.Render(own, models.PlainText, text.Env{})
	}
	return text.Render(text.Summary(html), models.PlainText, text.Env{})
}

// attach gives a draft's files to its post: they are the author's, ready, and
// in no other post.
func (c *Chapter) attach(ctx context.Context, me *models.Account, ids []models.ID, p *models.Post) error {
	if len(ids) == 0 {
		return nil
	}
	if len(ids) > MaxMedia && p.Practice == nil {
		return models.Errorf(models.Invalid, "A post may have %d files at most.", MaxMedia).On("media_ids")
	}
	files, err := c.Store.MediaOf(ctx, me.ID, ids)
	if err != nil {
		return err
	}
	if len(files) != len(ids) {
		return models.Errorf(models.Invalid, "Media not found: it may have been used or deleted.").On("media_ids")
	}
	for _, f := range files {
		switch {
		case f.PostID != 0 && f.PostID != p.ID:
			return models.Errorf(models.Invalid, "A file can be in one post only.").On("media_ids")
		case f.State == models.MediaProcessing:
			return models.Errorf(models.Invalid, "Cannot attach files that have not finished processing. Try again in a moment!").On("media_ids")
		case f.State == models.MediaFailed:
			return models.Errorf(models.Invalid, "A file could not be processed; please take it out.").On("media_ids")
		}
		p.Media = append(p.Media, *f)
	}
	return nil
}

func (c *Chapter) newPoll(d Draft, p *models.Post) (*models.Poll, error) {
	n := d.Poll
	switch {
	case len(p.Media) > 0:
		return nil, models.Errorf(models.Invalid, "A post can have a poll or files, not both.").On("poll")
	case len(n.Options) < 2:
		return nil, models.Errorf(models.Invalid, "Validation failed: Poll must have more than one item").On("poll")
	case len(n.Options) > MaxOptions:
		return nil, models.Errorf(models.Invalid, "Validation failed: Poll can't contain more than %d items", MaxOptions).On("poll")
	case n.For < MinPoll:
		return nil, models.Errorf(models.Invalid, "Validation failed: Poll duration is too short").On("poll")
	case n.For > MaxPoll:
		return nil, models.Errorf(models.Invalid, "Validation failed: Poll duration is too far into the future").On("poll")
	}
	poll := &models.Poll{Multiple: n.Multiple, HideTotals: n.HideTotals, ExpiresAt: c.Store.Now().Add(n.For)}
	for _, title := range n.Options {
		title = strings.TrimSpace(title)
		switch {
		case title == "":
			return nil, models.Errorf(models.Invalid, "Validation failed: Poll items can't be blank").On("poll")
		case len([]rune(title)) > MaxOption:
			return nil, models.Errorf(models.Invalid, "Validation failed: Poll items can't be longer than %d characters each", MaxOption).On("poll")
		case slices.ContainsFunc(poll.Options, func(o models.PollOption) bool { return o.Title == title }):
			return nil, models.Errorf(models.Invalid, "Validation failed: Poll contains duplicate items").On("poll")
		}
		poll.Options = append(poll.Options, models.PollOption{Title: title})
	}
	return poll, nil
}

// quote makes the post quote another, if its author allows it (FEP-044f).
func (c *Chapter) quote(ctx context.Context, v models.Viewer, id models.ID, out *composed) error {
	q, err := c.Store.Post(ctx, v, id)
	if err != nil {
		return err
	}
	if q.BoostOfID != 0 {
		if q, err = c.Store.Post(ctx, v, q.BoostOfID); err != nil {
			return err
		}
	}
	p := out.post
	mine := q.AuthorID == v.AccountID
	switch {
	case q.Visibility == models.Direct, q.Visibility == models.Private && !mine && !q.IsMembers():
		return store404
	case !q.Visibility.Open() && p.Visibility.Open(), q.IsMembers() && !p.IsMembers():
		return models.Errorf(models.Invalid, "A quote cannot be read by more people than what it quotes.").On("visibility")
	case !mine && q.Local && q.QuotePolicy == models.QuotesNobody:
		return store404
	case !mine && q.Local && q.QuotePolicy == models.QuotesFollowers:
		f, err := c.Store.Follow(ctx, v.AccountID, q.AuthorID)
		if err != nil || f.State != models.FollowAccepted {
			return store404
		}
	}
	p.QuoteOfID, p.QuoteURI, p.QuoteState = q.ID, q.URI, models.QuotePending
	if q.Local || mine {
		p.QuoteState = models.QuoteAccepted
	}
	out.quoted = q
	return nil
}

var store404 = models.Errorf(models.NotFound, "Record not found")
