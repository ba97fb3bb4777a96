package web

import (
	"fmt"
	"html"
	"html/template"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/gorilla/mux"

	"atelier/models"
	"atelier/models/text"
)

type noteView struct {
	Frame
	Kind            *Kind
	StateWords      string
	Heading         string
	Standfirst      string
	By              Person
	With            []Person
	Published       *Moment
	Version         string // "" for the first
	Changed         Moment
	Scope           Scope
	Tags, Themes    []Link
	GrownFrom       *Link
	Text            template.HTML
	NoteLang        string
	Media           []File
	Confidentiality string
	Reviewed        *mark
	Licence         *Link
	Footnotes       []string
	Acts            []Act
	Aside           []Link
	Series          []seriesAside
	Leaving         *Leaving
	Calls           []call
	Newer           *Link // an earlier version leads to the present one
	Tried           *triedPart
	Related         []Row
	RepliesHeading  string
	Replies         []Said
	MoreReplies     bool
	Reply           *Reply
	ElsewhereURL    string
	Citation        string
	PrintURL        string
	ReportURL       string
	HistoryURL      string
}

// note serves GET /notes/{slug}.
func (p *Pages) note(w http.ResponseWriter, r *http.Request, v *visit) error {
	post, err := p.Store.PostBySlug(r.Context(), v.viewer, mux.Vars(r)["slug"])
	if err != nil {
		return err
	}
	if n := r.FormValue("v"); n != "" && n != strconv.Itoa(post.Version) {
		return p.earlier(w, r, v, post, n)
	}
	return p.showNote(w, r, v, post, typed{})
}

// typed is what was typed into the forms of a note's page, nil for those that
// were not used.
type typed struct{ reply, tried *Form }

func (t *typed) blank() {
	if t.reply == nil {
		t.reply = newForm()
	}
	if t.tried == nil {
		t.tried = newForm()
	}
}

// earlier shows version n of a note as it was: what was cited stays to be read.
func (p *Pages) earlier(w http.ResponseWriter, r *http.Request, v *visit, post *models.Post, n string) error {
	revisions, err := p.Store.Revisions(r.Context(), v.viewer, post.ID)
	if err != nil {
		return err
	}
	for _, rev := range revisions {
		if strconv.Itoa(rev.Version) != n {
			continue
		}
		old := *post
		old.Version, old.Title, old.Summary, old.HTML, old.Practice, old.Media = rev.Version, rev.Title, rev.Summary, rev.HTML, markedAt(rev.Practice, post, rev.Version), rev.Media
		old.EditedAt = rev.CreatedAt
		view, err := p.noteView(r, v, &old)
		if err != nil {
			return err
		}
		view.Indexable = false
		view.Version, view.Changed = capital(number(rev.Version)), v.date(rev.CreatedAt)
		view.Newer = &Link{URL: p.postURL(post), Name: "Read the present one"}
		return p.html(w, "note.html", view)
	}
	return notHere()
}

// showNote shows a note with what was typed into its forms.
func (p *Pages) showNote(w http.ResponseWriter, r *http.Request, v *visit, post *models.Post, forms typed) error {
	ctx := r.Context()
	forms.blank()
	view, err := p.noteView(r, v, post)
	if err != nil {
		return err
	}
	if view.Acts, err = p.acts(ctx, v, post, view.By); err != nil {
		return err
	}
	if post.State == models.Waiting {
		view.Leaving = &Leaving{post.ID, post.Title, v.moment(post.LeavesAt), view.Token}
	}
	if post.AuthorID == v.viewer.AccountID {
		view.Aside = []Link{{URL: editURL(post), Name: "Change it"}, {URL: deleteURL(post), Name: "Take it away"}}
	}
	if err := p.mineInNote(ctx, v, post, &view); err != nil {
		return err
	}
	if v.viewer.IsMember() && post.Local && post.State == models.Published {
		view.Aside = append(view.Aside, Link{URL: "/notes/" + post.Slug + "/series", Name: "Put it into a series"})
	}
	if link, err := p.reviewLink(ctx, v, post); err != nil {
		return err
	} else if link != nil {
		view.Aside = append(view.Aside, *link)
	}
	if view.Series, err = p.seriesAsides(ctx, v, post); err != nil {
		return err
	}
	var n int
	if view.Replies, n, view.MoreReplies, err = p.replies(ctx, v, post); err != nil {
		return err
	}
	view.RepliesHeading = repliesHeading(n, view.MoreReplies)
	if view.Tried, err = p.triedPart(ctx, v, post, view.By, forms.tried); err != nil {
		return err
	}
	related, err := p.Store.Related(ctx, v.viewer, post, closest)
	if err != nil {
		return err
	}
	if view.Related, err = p.noteRows(ctx, v, related); err != nil {
		return err
	}
	if view.Graph != nil {
		w.Header().Add("Link", fmt.Sprintf(`<%s?v=%d>; rel="cite-as"`, view.Canonical, post.Version))
	}
	view.linkTo(w)
	if view.Reply, view.ElsewhereURL, err = p.replyForm(ctx, v, post, view.Token, forms.reply); err != nil {
		return err
	}
	return p.htmlStatus(w, max(statusOf(forms.reply), statusOf(forms.tried)), "note.html", view)
}

// closest is how many notes close to it a note's page names.
const closest = 3

// printNote serves GET /notes/{slug}/print: the note alone, as on paper.
func (p *Pages) printNote(w http.ResponseWriter, r *http.Request, v *visit) error {
	post, err := p.Store.PostBySlug(r.Context(), v.viewer, mux.Vars(r)["slug"])
	if err != nil {
		return err
	}
	view, err := p.noteView(r, v, post)
	if err != nil {
		return err
	}
	view.Bare, view.Indexable = true, false
	return p.html(w, "print.html", view)
}

// noteView is the note without its discussion.
func (p *Pages) noteView(r *http.Request, v *visit, post *models.Post) (noteView, error) {
	f, err := p.frame(r, v, post.Title, "library")
	if err != nil {
		return noteView{}, err
	}
	c, err := p.cast(r.Context(), []*models.Post{post})
	if err != nil {
		return noteView{}, err
	}
	author := c[post.AuthorID]
	numbered, notes := footnotes(unframed(post))
	view := noteView{
		Frame:      f,
		Heading:    post.Title,
		Standfirst: text.ShownText(post.Summary),
		By:         p.by(v, c, author.ID),
		With:       p.withWhom(v, c, post),
		Scope:      scopeOf(post),
		Text:       template.HTML(numbered), // sanitized when it was written
		NoteLang:   post.Language,
		Footnotes:  notes,
		Media:      p.files(p.beside(post)),
	}
	switch {
	case post.Local:
		if v.Session != nil && post.AuthorID != v.viewer.AccountID {
			view.ReportURL = complainURL(post)
		}
		view.PrintURL, view.HistoryURL = "/notes/"+post.Slug+"/print", "/notes/"+post.Slug+"/history"
	case post.Version > 1:
		view.HistoryURL = "/talk/" + post.ID.String() + "/history"
	}
	made, err := p.madeAt(r.Context(), post)
	if err != nil {
		return noteView{}, err
	}
	if post.State == models.Published {
		view.Published = ptr(v.date(post.CreatedAt))
		view.Citation = p.citation(v, post, author, post.Credited(c), made)
	} else {
		if who, err := p.writersOf(r.Context(), post); err != nil {
			return noteView{}, err
		} else if who != "" {
			view.Scope = Scope{"named", "You and " + who}
		}
		view.StateWords = map[models.PostState]string{models.Draft: "a draft", models.Waiting: "about to leave"}[post.State]
	}
	if post.Version > 1 {
		view.Version, view.Changed = capital(number(post.Version)), v.date(made)
	}
	if pr := post.Practice; pr != nil {
		view.Kind = kindView(pr.Kind)
		view.Confidentiality = pr.Confidentiality.Line()
		view.Licence = licence(pr.Licence)
		if view.Reviewed, err = p.pageMark(r.Context(), post, v.now); err != nil {
			return noteView{}, err
		}
		if view.GrownFrom, err = p.grownFrom(r.Context(), v, pr.BasedOn); err != nil {
			return noteView{}, err
		}
	}
	if view.Themes, err = p.themeLinks(r.Context(), post); err != nil {
		return noteView{}, err
	}
	for _, tag := range post.Tags {
		view.Tags = append(view.Tags, Link{URL: p.tagURL(tag), Name: "#" + tag})
	}
	p.meta(&view.Frame, post, author, view.Standfirst)
	return view, nil
}

// meta says of a public post's page what it is, to search engines and to sites
// that link to it. Of any other it says nothing.
func (p *Pages) meta(f *Frame, post *models.Post, author *models.Account, description string) {
	if !post.Visibility.Open() || post.LocalOnly || post.State != models.Published {
		return
	}
	f.Indexable = author.Indexable && post.Local
	f.Canonical = p.URLs.Base() + p.postURL(post)
	if !post.Local {
		f.Canonical = post.URL
	}
	f.Alternates = append(f.Alternates, Alternate{Type: "application/activity+json", URL: post.URI})
	title, _ := heading(post)
	f.Graph = &Graph{
		Type: "article", Title: title, Description: description, URL: f.Canonical, Site: f.Chapter,
		Creator: "@" + p.URLs.HandleOf(author), Image: p.picture(author.Avatar),
	}
}

// linkTo says in the answer's header what the page says in its head: where its
// ActivityPub document is (RFC 8288).
func (f *Frame) linkTo(w http.ResponseWriter) {
	for _, a := range f.Alternates {
		w.Header().Add("Link", fmt.Sprintf(`<%s>; rel="alternate"; type=%q`, a.URL, a.Type))
	}
}

// citation is how to cite a version of a note (PRODUCT.md, F23).
func (p *Pages) citation(v *visit, post *models.Post, author *models.Account, with []*models.Account, made time.Time) string {
	who := cited(author)
	if len(with) > 0 {
		var names []string
		for _, a := range with {
			names = append(names, cited(a))
		}
		who += ", with " + and(names)
	}
	version := ""
	if post.Version > 1 {
		version = fmt.Sprintf(" Version %d, %s.", post.Version, v.date(made).Words)
	}
	place, address := v.chapter.Name, fmt.Sprintf("%s%s?v=%d", p.URLs.Base(), p.postURL(post), post.Version)
	if !post.Local {
		place, address = author.Domain, post.URL
	}
	return fmt.Sprintf("%s (%d). %s.%s %s. %s", who, post.CreatedAt.Year(), strings.TrimRight(post.Title, "."), version, place, address)
}

// cited is a person as citations name them: "Lindqvarn, A.".
func cited(a *models.Account) string {
	words := strings.Fields(a.Label())
	who := words[len(words)-1]
	for i, w := range words[:len(words)-1] {
		if i == 0 {
			who += ","
		}
		who += " " + string([]rune(w)[:1]) + "."
	}
	return who
}

// unframed is the HTML of a note without what it carries for readers that show
// nothing else of it: the line with kind and title before it and the one with
// the co-authors, and the lines on confidentiality and review after it
// (PRODUCT.md, section 9).
func unframed(post *models.Post) string {
	s := post.HTML
	if post.Local {
		return s
	}
	if first, rest, ok := strings.Cut(s, "</p>"); ok && strings.HasPrefix(first, "<p><strong>") && strings.HasSuffix(text.PlainText(first), post.Title) {
		s = rest
		if first, rest, ok := strings.Cut(s, "</p>"); ok && len(post.Practice.Others()) > 0 && strings.HasPrefix(first, "<p>Written with <a ") {
			s = rest
		}
	}
	s, _ = withoutMark(post, s)
	if i := strings.LastIndex(s, "<p>"); i > 0 && post.Practice != nil && text.PlainText(s[i:]) == post.Practice.Confidentiality.Line() {
		s = s[:i]
	}
	return s
}

// A link in the HTML that models/text writes.
var linkRE = regexp.MustCompile(`(?s)<a [^>]*href="(https?://[^"]+)"[^>]*>.*?</a>`)

// footnotes adds a number after each link, to be seen on paper only, and
// returns what the numbers stand for.
func footnotes(text string) (numbered string, notes []string) {
	numbers := map[string]int{}
	numbered = linkRE.ReplaceAllStringFunc(text, func(link string) string {
		if strings.Contains(link, "mention") || strings.Contains(link, "hashtag") {
			return link
		}
		address := linkRE.FindStringSubmatch(link)[1]
		n, known := numbers[address]
		if !known {
			n = len(numbers) + 1
			numbers[address] = n
			notes = append(notes, strconv.Itoa(n)+" "+html.UnescapeString(address))
		}
		return link + `<sup class="on-paper">` + strconv.Itoa(n) + `</sup>`
	})
	return numbered, notes
}
