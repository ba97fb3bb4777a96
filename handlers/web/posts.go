package web

import (
	"cmp"
	"context"
	"html"
	"html/template"
	"net/url"
	"strings"
	"time"

	"atelier/models"
	"atelier/models/text"
)

// cast are accounts by id: the authors of what is on a page.
type cast map[models.ID]*models.Account

// cast reads the authors of posts, and of what they boost.
func (p *Pages) cast(ctx context.Context, lists ...[]*models.Post) (cast, error) {
	var ids []models.ID
	for _, posts := range lists {
		for _, post := range posts {
			ids = append(append(ids, post.AuthorID), post.Practice.Others()...)
			if post.InReplyToAuthorID != 0 {
				ids = append(ids, post.InReplyToAuthorID)
			}
		}
	}
	return p.Store.Accounts(ctx, ids)
}

// person is the one with id, or somebody who is no longer here.
func (p *Pages) personIn(c cast, id models.ID) Person {
	if a := c[id]; a != nil {
		return p.person(a)
	}
	return Person{Name: "Somebody", Short: "somebody", Face: Face{Initials: "?"}}
}

// by is the author of something on a page. Strangers are sent to the home of
// those who live elsewhere: only members have a page for them here.
func (p *Pages) by(v *visit, c cast, id models.ID) Person {
	person := p.personIn(c, id)
	if a := c[id]; v.Session == nil && a != nil && !a.Local() {
		person.URL = a.URL
	}
	return person
}

// moment says when t was, seen from a visit.
func (v *visit) moment(t time.Time) Moment {
	t = t.In(v.now.Location())
	return Moment{t.Format(time.RFC3339), when(t, v.now)}
}

// date says t as a date in full.
func (v *visit) date(t time.Time) Moment {
	t = t.In(v.now.Location())
	return Moment{t.Format(time.DateOnly), day(t)}
}

func kindView(k models.PracticeKind) *Kind {
	form := k.Form()
	return &Kind{string(k), form.Name, form.Sentence, form.Example}
}

// heading is a title to show for a post, and whether the post has one of its
// own: a practice note's title, or a first line that stands alone. Otherwise
// it is the post's first words.
func heading(p *models.Post) (title string, own bool) {
	if p.Title != "" {
		return p.Title, true
	}
	if p.Warning != "" {
		return p.Warning, false
	}
	if p.Talk != nil && p.Talk.Title != "" {
		return p.Talk.Title, true
	}
	words := words(p)
	if title, _ := text.SplitTitle(words); title != "" {
		return title, true
	}
	if words == "" && len(p.Media) > 0 {
		return "A picture", false
	}
	return text.Excerpt(words, 90), false
}

// body is the HTML of a discussion post without the line that stands as its
// title.
func body(p *models.Post, title string) template.HTML {
	for _, tags := range [][2]string{{"<p>", "</p>"}, {"<p><strong>", "</strong></p>"}} {
		if rest, ok := strings.CutPrefix(p.HTML, tags[0]+html.EscapeString(title)+tags[1]); ok {
			return template.HTML(rest) // sanitized when it came in
		}
	}
	return template.HTML(p.HTML)
}

// gist is what a post is about: a note's summary, or its first words.
func gist(p *models.Post) string {
	if p.Summary != "" {
		return text.Excerpt(text.ShownText(p.Summary), 240)
	}
	if p.Warning != "" {
		return ""
	}
	return text.Excerpt(words(p), 160)
}

// words is the text of a post, without the names that it begins with: whom it
// answers stands elsewhere.
func words(p *models.Post) string {
	s := text.ShownText(p.HTML)
	for strings.HasPrefix(s, "@") {
		_, rest, found := strings.Cut(s, " ")
		if !found {
			break
		}
		s = strings.TrimLeft(rest, " \n")
	}
	return s
}

// postURL is the page of any post, here.
func (p *Pages) postURL(post *models.Post) string {
	if post.Practice != nil && post.Slug != "" && post.Local {
		return "/notes/" + post.Slug
	}
	if isQuestion(post) {
		return "/questions/" + post.ID.String()
	}
	return "/talk/" + post.ID.String()
}

// noteRow is a practice note in a list.
func (p *Pages) noteRow(v *visit, post *models.Post, c cast) Row {
	row := Row{Title: post.Title, URL: p.postURL(post), Gist: gist(post), Facts: []string{p.byline(c, post)}}
	if post.Practice != nil {
		row.Kind = kindView(post.Practice.Kind)
	}
	if a := c[post.AuthorID]; a != nil && !a.Local() {
		row.Facts = append(row.Facts, a.Domain)
	}
	if m := p.rowMark(post, v.now); m != nil {
		row.Facts = append(row.Facts, m.String())
	}
	row.At = ptr(v.moment(post.CreatedAt))
	return row
}

// talkRow is a discussion post in a list.
func (p *Pages) talkRow(v *visit, post *models.Post, c cast) Row {
	title, own := heading(post)
	row := Row{Title: title, URL: p.postURL(post), Facts: []string{p.personIn(c, post.AuthorID).Name}, At: ptr(v.moment(post.CreatedAt))}
	if own {
		row.Gist = text.Excerpt(text.ShownText(string(body(post, title))), 160)
	}
	if n := post.RepliesFor(v.viewer); n > 0 {
		row.Facts = append(row.Facts, count(n, "reply", "replies"))
	}
	return row
}

// row is any post in a list.
func (p *Pages) row(v *visit, post *models.Post, c cast) Row {
	if post.Practice != nil {
		return p.noteRow(v, post, c)
	}
	return p.talkRow(v, post, c)
}

// said is a post as it stands in a discussion that has scope.
func (p *Pages) said(v *visit, post *models.Post, c cast, scope Scope) Said {
	s := Said{
		ID:      post.ID,
		By:      p.by(v, c, post.AuthorID),
		At:      v.moment(post.CreatedAt),
		URL:     p.postURL(post),
		Lang:    post.Language,
		Warning: post.Warning,
		HTML:    template.HTML(post.HTML), // sanitized when it came in
		Media:   p.files(post.Media),
		Poll:    p.poll(v, post.Poll),
		Card:    card(post.Card),
		Edited:  !post.EditedAt.IsZero(),
	}
	if s.Warning == "" && post.Sensitive && len(post.Media) > 0 {
		s.Warning = "Pictures that may not be for everyone"
	}
	if own := scopeOf(post); own.Name != scope.Name {
		s.Scope = "for " + strings.ToLower(own.Name)
	}
	if v.Session == nil {
		return s
	}
	s.ReplyURL = s.URL + "#reply"
	if post.AuthorID == v.viewer.AccountID {
		s.EditURL = "/talk/" + post.ID.String() + "/edit"
	} else {
		s.ReportURL = complainURL(post)
	}
	return s
}

// files are views of what is attached. What is not read here is a link.
func (p *Pages) files(media []models.Media) []File {
	var out []File
	for _, m := range media {
		f := File{Kind: "file", URL: m.RemoteURL, Alt: m.Description, Width: m.Meta.Width, Height: m.Meta.Height}
		here := p.remote(m.RemoteURL)
		if m.Key != "" {
			here = p.URLs.Media(m.Key)
		}
		if here != "" && m.Type != models.Unknown {
			f.URL, f.Kind = here, string(m.Type)
			switch m.Type {
			case models.Image:
				f.Preview = cmp.Or(p.remote(m.PreviewURL), here)
			case models.GIFV:
				f.Kind = "video"
			}
		}
		if m.PreviewKey != "" {
			f.Preview = p.URLs.Media(m.PreviewKey)
			if m.Type == models.Image && m.Meta.PreviewWidth > 0 {
				f.Width, f.Height = m.Meta.PreviewWidth, m.Meta.PreviewHeight
			}
		}
		if f.URL != "" {
			out = append(out, f)
		}
	}
	return out
}

func (p *Pages) poll(v *visit, poll *models.Poll) *Poll {
	if poll == nil {
		return nil
	}
	out := &Poll{Closes: "Closed"}
	open := poll.Open(v.now)
	if open {
		out.Closes = "Open"
		if !poll.ExpiresAt.IsZero() {
			out.Closes = "Open until " + until(poll.ExpiresAt.In(v.now.Location()), v.now)
		}
	}
	total := poll.Votes()
	for _, o := range poll.Options {
		option := PollOption{Title: o.Title}
		if !open || !poll.HideTotals {
			option.Votes = count(o.Votes, "vote", "votes")
			if total > 0 {
				option.Share = 100 * o.Votes / total
			}
		}
		out.Options = append(out.Options, option)
	}
	return out
}

func card(c *models.Card) *Card {
	if c == nil || c.URL == "" {
		return nil
	}
	out := &Card{URL: c.URL, Title: c.Title}
	if u, err := url.Parse(c.URL); err == nil {
		out.Host = u.Host // links may lie about where they lead
	}
	if out.Title == "" {
		out.Title = c.URL
	}
	return out
}

func ptr[T any](v T) *T { return &v }
