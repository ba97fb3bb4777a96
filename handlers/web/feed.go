package web

import (
	"encoding/xml"
	"html"
	"net/http"
	"time"

	"atelier/models"
	"atelier/models/store"
)

// Atom (RFC 4287), as far as it is used here.

type atomFeed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	Lang    string      `xml:"xml:lang,attr,omitempty"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Sub     string      `xml:"subtitle,omitempty"`
	Updated string      `xml:"updated"`
	Links   []atomLink  `xml:"link"`
	Author  *atomPerson `xml:"author,omitempty"`
	Entries []atomEntry `xml:"entry"`
}

type atomEntry struct {
	ID        string       `xml:"id"`
	Title     string       `xml:"title"`
	Published string       `xml:"published"`
	Updated   string       `xml:"updated"`
	Links     []atomLink   `xml:"link"`
	Author    atomPerson   `xml:"author"`
	With      []atomPerson `xml:"contributor"`
	Summary   *atomText    `xml:"summary,omitempty"`
	Content   atomText     `xml:"content"`
	Rights    string       `xml:"rights,omitempty"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr,omitempty"`
	Href string `xml:"href,attr"`
}

type atomPerson struct {
	Name string `xml:"name"`
	URI  string `xml:"uri"`
}

type atomText struct {
	Type string `xml:"type,attr"`
	Lang string `xml:"xml:lang,attr,omitempty"`
	Body string `xml:",chardata"`
}

// libraryFeed serves GET /library.atom: the public notes, whole.
func (p *Pages) libraryFeed(w http.ResponseWriter, r *http.Request, v *visit) error {
	ctx := r.Context()
	notes, err := p.Store.Notes(ctx, models.Stranger, store.NoteFilter{}, store.Page{Limit: perPage})
	if err != nil {
		return err
	}
	group, err := p.Chapter.Group(ctx)
	if err != nil {
		return err
	}
	f := p.newFeed("/library.atom", p.URLs.Base()+"/library", v.chapter.Name+": notes", v.chapter.Sentence)
	f.Author = &atomPerson{group.Label(), p.URLs.ChapterPage()}
	return p.sendFeed(w, r, f, notes)
}

// questionsFeed serves GET /questions.atom: the public questions, the newest
// first.
func (p *Pages) questionsFeed(w http.ResponseWriter, r *http.Request, v *visit) error {
	posts, err := p.Store.Questions(r.Context(), models.Stranger, questionTabs["mine"], store.Page{Limit: perPage})
	if err != nil {
		return err
	}
	f := p.newFeed("/questions.atom", p.URLs.Base()+"/questions", v.chapter.Name+": questions", "")
	f.Author = &atomPerson{v.chapter.Name, p.URLs.ChapterPage()}
	return p.sendFeed(w, r, f, posts)
}

// personFeed serves GET /people/{acct}.atom: what a member writes for everyone.
func (p *Pages) personFeed(w http.ResponseWriter, r *http.Request, _ *visit) error {
	a, err := p.accountOf(r)
	if err != nil {
		return err
	}
	if !a.Local() || a.Type != models.Person {
		return notHere()
	}
	posts, err := p.Store.AccountPosts(r.Context(), models.Stranger, a.ID, store.AccountFilter{WithoutReplies: true, WithoutBoosts: true}, store.Page{Limit: perPage})
	if err != nil {
		return err
	}
	f := p.newFeed("/people/"+a.Username+".atom", p.URLs.PersonPage(a.Username), a.Label(), "")
	f.Author = &atomPerson{a.Label(), p.URLs.PersonPage(a.Username)}
	return p.sendFeed(w, r, f, posts)
}

func (p *Pages) newFeed(path, page, title, sub string) *atomFeed {
	self := p.URLs.Base() + path
	return &atomFeed{
		ID: self, Title: title, Sub: sub,
		Links: []atomLink{{"self", "application/atom+xml", self}, {"alternate", "text/html", page}},
	}
}

func (p *Pages) sendFeed(w http.ResponseWriter, r *http.Request, f *atomFeed, posts []*models.Post) error {
	c, err := p.cast(r.Context(), posts)
	if err != nil {
		return err
	}
	var newest time.Time
	for _, post := range posts {
		e := p.entry(post, c)
		if at := changedAt(post); at.After(newest) {
			newest = at
		}
		f.Entries = append(f.Entries, e)
	}
	f.Updated = atomTime(newest)
	h := w.Header()
	h.Set("Content-Type", "application/atom+xml; charset=utf-8")
	h.Set("Cache-Control", "public, max-age=300")
	h.Del("Vary") // the same for everybody
	body, err := xml.Marshal(f)
	if err != nil {
		return err
	}
	w.Write([]byte(xml.Header))
	w.Write(body) // a reader that went away is no trouble of ours
	return nil
}

func (p *Pages) entry(post *models.Post, c cast) atomEntry {
	title, _ := heading(post)
	by := p.personIn(c, post.AuthorID)
	e := atomEntry{
		ID: post.URI, Title: title, Published: atomTime(post.CreatedAt), Updated: atomTime(changedAt(post)),
		Links:   []atomLink{{"alternate", "text/html", p.URLs.Base() + p.postURL(post)}, {"alternate", "application/activity+json", post.URI}},
		Author:  atomPerson{by.Name, p.URLs.Base() + by.URL},
		Content: atomText{"html", post.Language, post.HTML},
	}
	for _, a := range post.Credited(c) {
		e.With = append(e.With, atomPerson{a.Label(), p.URLs.Base() + p.personURL(a)})
	}
	if post.Summary != "" {
		e.Summary = &atomText{"html", post.Language, post.Summary}
	}
	if post.Warning != "" {
		e.Summary = &atomText{"text", post.Language, post.Warning}
	}
	if post.Practice != nil {
		if line := post.Practice.Confidentiality.Line(); line != "" {
			e.Content.Body += "<p>" + line + "</p>"
		}
		if m := p.rowMark(post, p.Now()); m != nil && post.Local {
			e.Content.Body += "<p>" + html.EscapeString(m.String()) + ".</p>"
		}
		if l := licence(post.Practice.Licence); l != nil {
			e.Rights = l.Name + " " + l.URL
		}
	}
	return e
}

func changedAt(post *models.Post) time.Time {
	if post.EditedAt.IsZero() {
		return post.CreatedAt
	}
	return post.EditedAt
}

func atomTime(t time.Time) string { return t.UTC().Format(time.RFC3339) }
