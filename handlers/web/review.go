package web

import (
	"cmp"
	"context"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gorilla/mux"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/text"
)

func (p *Pages) reviewURL(post *models.Post) string { return p.postURL(post) + "/review" }

// mark is the chapter's word that a note was reviewed, as pages show it.
type mark struct {
	Words string // "Reviewed by the chapter, 20 Nov 2026, version 4"
	Since string // what became of it since, "" if it holds
}

// String is the mark in one line.
func (m *mark) String() string {
	if m.Since == "" {
		return m.Words
	}
	return m.Words + "; " + m.Since
}

// markOf is the mark of a note, by whom of the chapters it is said; nil if it
// has none.
func (p *Pages) markOf(post *models.Post, by string, now time.Time) *mark {
	if post.Practice == nil || post.Practice.Reviewed == nil {
		return nil
	}
	r := post.Practice.Reviewed
	var since []string
	_, changed := withoutMark(post, post.HTML) // versions are counted where a note lives
	if changed || post.Local && r.Since(post.Version) {
		since = append(since, "changed since review")
	}
	if r.NeedsLook(now) {
		since = append(since, "needs a look")
	}
	return &mark{"Reviewed by " + by + ", " + r.When(), strings.Join(since, "; ")}
}

// rowMark is the mark of a note in a list, which names no other chapter: where
// the note is from stands beside it.
func (p *Pages) rowMark(post *models.Post, now time.Time) *mark {
	if post.Local {
		return p.markOf(post, "the chapter", now)
	}
	return p.markOf(post, "its chapter", now)
}

// pageMark is the mark of a note on its page: of one from elsewhere with the
// name of the Group that gives it. That this Group may speak was seen when the
// note came in.
func (p *Pages) pageMark(ctx context.Context, post *models.Post, now time.Time) (*mark, error) {
	if post.Local || post.Practice == nil || post.Practice.Reviewed == nil {
		return p.rowMark(post, now), nil
	}
	by := "a chapter"
	if u, err := url.Parse(post.Practice.Reviewed.By); err == nil {
		by = "the chapter at " + u.Host
	}
	group, err := p.Store.AccountByURI(ctx, post.Practice.Reviewed.By)
	switch {
	case err == nil && group.Type == models.Group && !group.Suspended():
		by = group.Label()
	case err != nil && models.KindOf(err) != models.NotFound:
		return nil, err
	}
	return p.markOf(post, by, now), nil
}

// withoutMark is the HTML of a note from elsewhere without the line that says
// that it was reviewed, and whether the line says that it was changed since.
func withoutMark(post *models.Post, s string) (rest string, changed bool) {
	if post.Local || post.Practice == nil || post.Practice.Reviewed == nil {
		return s, false
	}
	i := strings.LastIndex(s, "<p>")
	if i < 0 {
		return s, false
	}
	is, changed := post.Practice.Reviewed.IsLine(text.PlainText(s[i:]))
	if !is {
		return s, false
	}
	return s[:i], changed
}

// markedAt is the form of an earlier version of a note: it has the mark that
// this version got.
func markedAt(then *models.Practice, post *models.Post, version int) *models.Practice {
	if then == nil {
		return nil
	}
	pr := *then
	pr.Reviewed = nil
	if now := post.Practice; post.Local && now != nil && now.Reviewed != nil && now.Reviewed.Version == version {
		pr.Reviewed = now.Reviewed
	}
	return &pr
}

type reviewView struct {
	Frame
	Note          Link
	NoteLang      string
	Heading, Lead string
	Action        string
	Version       int
	Form          *Form
	Ask           *Act
	Withdraw      *Act

	Readers    []readerRow
	Whole      *place
	Places     []*place
	Lost       []*place
	MayComment bool

	Verdict *verdictForm
	Steward *reviewCare
}

// readerRow is what a reader said.
type readerRow struct {
	Who         Person
	Said, Words string
	At          *Moment
}

// place is a paragraph with what was said beside it.
type place struct {
	Key     string // "" for headings, and for the whole note
	HTML    template.HTML
	Start   string // its first words
	Quote   string // of one that is no longer there: its words
	Remarks []remark
	Typed   string // what could not be saved
	Fault   string
}

type remark struct {
	ID      models.ID
	By      Person
	At      Moment
	Version *Link // the version that it is about, if that is an earlier one
	Text    template.HTML
	Back    *Act
}

type verdictForm struct {
	Choices Choices
	Words   Field
}

// reviewCare is what a steward can do.
type reviewCare struct {
	Names  Choices
	Button string
	Mark   *Act
	Unmark bool
	Why    Field
}

// askReview serves GET /notes/{slug}/review: to the author, the readers and
// the stewards; for everybody else there is none.
func (p *Pages) askReview(w http.ResponseWriter, r *http.Request, v *visit) error {
	post, err := p.Store.PostBySlug(r.Context(), v.viewer, mux.Vars(r)["slug"])
	if err != nil {
		return err
	}
	return p.showReview(w, r, v, post, newForm())
}

// reviewOf is the newest review of a note as far as the viewer has to do with
// it; nil if the note has none and the viewer could ask for one.
func (p *Pages) reviewOf(ctx context.Context, v *visit, post *models.Post) (*models.Review, error) {
	review, err := p.Store.Review(ctx, v.viewer, post.ID)
	if models.KindOf(err) == models.NotFound && post.AuthorID == v.viewer.AccountID && chapter.Reviewable(post) {
		return nil, nil
	}
	return review, err
}

func (p *Pages) showReview(w http.ResponseWriter, r *http.Request, v *visit, post *models.Post, form *Form) error {
	ctx := r.Context()
	review, err := p.reviewOf(ctx, v, post)
	if err != nil {
		return err
	}
	f, err := p.frame(r, v, "The review of “"+post.Title+"”", "library")
	if err != nil {
		return err
	}
	view := reviewView{Frame: f, Note: Link{URL: p.postURL(post), Name: post.Title}, NoteLang: post.Language, Heading: "The review", Action: p.reviewURL(post), Version: post.Version, Form: form}
	view.Here = view.Action
	author := post.AuthorID == v.viewer.AccountID
	if author && chapter.Reviewable(post) && (review == nil || review.State != models.ReviewOpen) {
		view.Ask = p.reviewAct(v, post, "ask", "Ask for review")
	}
	if review == nil {
		view.Heading = "Ask for review?"
		view.Lead = "A steward names two members who read the note and say what would make it better. Only you, they and the stewards see what they say. When both find it ready, a steward gives it the chapter’s mark, and the note says so to everyone who reads it."
		return p.htmlStatus(w, statusOf(form), "review.html", view)
	}
	if err := p.fillReview(ctx, v, post, review, &view); err != nil {
		return err
	}
	return p.htmlStatus(w, statusOf(form), "review.html", view)
}

func (p *Pages) reviewAct(v *visit, post *models.Post, do, name string) *Act {
	return &Act{Name: name, Do: do, Action: p.reviewURL(post), Token: v.FormToken()}
}

// fillReview adds what there is of a review.
func (p *Pages) fillReview(ctx context.Context, v *visit, post *models.Post, review *models.Review, view *reviewView) error {
	comments, err := p.Store.ReviewComments(ctx, review, manyRemarks)
	if err != nil {
		return err
	}
	ids := []models.ID{post.AuthorID, review.AskedBy}
	for _, reader := range review.Readers {
		ids = append(ids, reader.AccountID)
	}
	for _, x := range comments {
		ids = append(ids, x.AccountID)
	}
	c, err := p.Store.Accounts(ctx, ids)
	if err != nil {
		return err
	}
	open, author, reader := review.State == models.ReviewOpen, post.AuthorID == v.viewer.AccountID, review.Reader(v.viewer.AccountID)
	view.Lead = p.reviewLead(v, post, review, c)
	view.Readers = p.readerRows(v, post, review, c)
	view.MayComment = open && (author || reader != nil)
	p.places(v, post, comments, c, view)
	if open && author {
		view.Withdraw = p.reviewAct(v, post, "withdraw", "Take the request back")
	}
	if open && reader != nil {
		view.Verdict = verdictOf(view.Form, reader)
	}
	if v.viewer.IsSteward() {
		return p.careFor(ctx, v, post, review, view)
	}
	return nil
}

// manyRemarks is how many comments a page shows: more than a review may have
// of its three people, and of readers who were let go.
const manyRemarks = 1000

// reviewLead says where a review stands.
func (p *Pages) reviewLead(v *visit, post *models.Post, review *models.Review, c cast) string {
	names := make([]string, len(review.Readers))
	for i, reader := range review.Readers {
		names[i] = p.personIn(c, reader.AccountID).Name
	}
	switch review.State {
	case models.ReviewWithdrawn:
		return p.personIn(c, post.AuthorID).Name + " has taken the request back."
	case models.ReviewEnded:
		return "The mark was taken back."
	case models.ReviewMarked:
		if m := p.rowMark(post, v.now); m != nil {
			return m.String() + "."
		}
	}
	asked := p.personIn(c, review.AskedBy).Name + " asked for it " + v.moment(review.AskedAt).Words + ". "
	switch {
	case len(names) < models.ReadersNeeded:
		return asked + "Next, a steward names two readers."
	case review.ReadyVersion() != 0:
		return "Both readers find it ready. Next, a steward gives it the chapter’s mark."
	}
	return asked + and(names) + " read it. Only they, the author and the stewards see this page."
}

func (p *Pages) readerRows(v *visit, post *models.Post, review *models.Review, c cast) []readerRow {
	var out []readerRow
	for _, reader := range review.Readers {
		row := readerRow{Who: p.personIn(c, reader.AccountID), Said: "has not said anything yet", Words: reader.Words}
		if reader.Verdict != "" {
			row.Said, row.At = "says: "+reader.Verdict.Words(), ptr(v.moment(reader.SaidAt))
			if reader.Version != post.Version {
				row.Said += ", of version " + strconv.Itoa(reader.Version)
			}
		}
		out = append(out, row)
	}
	return out
}

// places are the paragraphs of the note with what was said beside each. What
// was said of words that are no longer there stands by itself.
func (p *Pages) places(v *visit, post *models.Post, comments []*models.ReviewComment, c cast, view *reviewView) {
	view.Whole = &place{}
	at := map[string]*place{"": view.Whole}
	for _, b := range text.Blocks(post.HTML) {
		x := &place{Key: b.Key, HTML: template.HTML(b.HTML), Start: text.Excerpt(b.Text, 40)} // sanitized when it was written
		if view.Places = append(view.Places, x); b.Key != "" {
			at[b.Key] = x
		}
	}
	for _, x := range comments {
		where := at[x.Paragraph]
		if where == nil {
			where = &place{Key: x.Paragraph, Quote: x.Quote}
			at[x.Paragraph], view.Lost = where, append(view.Lost, where)
		}
		where.Remarks = append(where.Remarks, p.remark(v, post, x, c))
	}
	if view.Form.Get("do") != "comment" {
		return
	}
	where := at[view.Form.Get("on")] // what was typed is not lost with its paragraph
	if where == nil || where.Quote != "" {
		where = view.Whole
	}
	where.Typed, where.Fault = view.Form.Text("text"), view.Form.Fault("text")
}

func (p *Pages) remark(v *visit, post *models.Post, x *models.ReviewComment, c cast) remark {
	out := remark{ID: x.ID, By: p.personIn(c, x.AccountID), At: v.moment(x.CreatedAt), Text: p.markdown(x.Text)}
	if x.Version != post.Version {
		n := strconv.Itoa(x.Version)
		out.Version = &Link{URL: p.postURL(post) + "?v=" + n, Name: "version " + n}
	}
	if x.AccountID == v.viewer.AccountID {
		out.Back = p.reviewAct(v, post, "unsay-"+x.ID.String(), "Take it back")
	}
	return out
}

func verdictOf(form *Form, reader *models.Reader) *verdictForm {
	if form.Get("do") != "judge" {
		form.Values.Set("verdict", string(reader.Verdict))
		form.Values.Set("words", reader.Words)
	}
	return &verdictForm{
		form.choose("verdict", "Is the note ready?", "",
			Choice{Value: string(models.Ready), Label: "Ready", Hint: "A colleague can rely on it."},
			Choice{Value: string(models.NotYet), Label: "Not yet", Hint: "Something should change first. You can say it again later."}),
		form.Field("words", "In one sentence, why", "The author, the other reader and the stewards read it.").Limit(500),
	}
}

// careFor adds what a steward can do.
func (p *Pages) careFor(ctx context.Context, v *visit, post *models.Post, review *models.Review, view *reviewView) error {
	care := &reviewCare{Button: "Ask these two to read it"}
	open := review.State == models.ReviewOpen
	if open || review.State == models.ReviewMarked && chapter.Reviewable(post) {
		possible, err := p.Store.PossibleReaders(ctx, post, manyRemarks)
		if err != nil {
			return err
		}
		if view.Form.Get("do") != "name" && open {
			for _, reader := range review.Readers {
				view.Form.Values.Add("reader", reader.AccountID.String())
			}
		}
		var choices []Choice
		for _, a := range possible {
			choices = append(choices, Choice{Value: a.ID.String(), Label: a.Label()})
		}
		care.Names = view.Form.chooseMany("reader", "Two readers", "Members who may read the note and did not write it. Whoever is no longer among the two is let go; what they said beside the text stays.", choices...)
		if !open {
			care.Names.Label, care.Names.Hint = "Two readers to look at it again", "Members who may read the note and did not write it."
		}
	}
	if review.ReadyVersion() != 0 {
		care.Mark = p.reviewAct(v, post, "mark", "Give it the chapter’s mark")
		care.Mark.Primary = true
	}
	if post.Practice.Reviewed != nil {
		care.Unmark = true
		care.Why = view.Form.Field("reason", "Why the mark is taken back", "It stands in the stewards’ log.").Limit(500).Maybe()
	}
	view.Steward = care
	return nil
}

// doReview serves POST /notes/{slug}/review.
func (p *Pages) doReview(w http.ResponseWriter, r *http.Request, v *visit) error {
	post, err := p.Store.PostBySlug(r.Context(), v.viewer, mux.Vars(r)["slug"])
	if err != nil {
		return err
	}
	form := &Form{Values: r.PostForm}
	line, err := p.actOnReview(r.Context(), v, post, form)
	if err == nil {
		return see(w, r, p.reviewURL(post)+"?done="+line)
	}
	if models.KindOf(err) == models.Forbidden || models.KindOf(err) == models.Malformed || !form.takes(err) {
		return err
	}
	return p.showReview(w, r, v, post, form)
}

// actOnReview calls the verb for what a form says, and returns which line to
// show after it, and where.
func (p *Pages) actOnReview(ctx context.Context, v *visit, post *models.Post, form *Form) (line string, err error) {
	c, me, do := p.Chapter, v.Account, form.Get("do")
	version, _ := strconv.Atoi(form.Get("version"))
	if id, ok := strings.CutPrefix(do, "unsay-"); ok {
		return "unsaid", c.TakeBackRemark(ctx, me, post.ID, models.ParseID(id))
	}
	switch do {
	case "ask":
		return "review-asked", c.AskForReview(ctx, me, post.ID)
	case "withdraw":
		return "review-back", c.WithdrawReview(ctx, me, post.ID)
	case "comment":
		on := form.Get("on")
		return "remarked#" + cmp.Or(url.PathEscape(on), "whole"), c.CommentInReview(ctx, me, post.ID, chapter.Remark{Version: version, Paragraph: on, Text: form.Text("text")})
	case "judge":
		return "judged", c.Judge(ctx, me, post.ID, models.Reader{Verdict: models.Verdict(form.Get("verdict")), Words: form.Get("words"), Version: version})
	case "name":
		var readers []models.ID
		for _, id := range form.Values["reader"] {
			readers = append(readers, models.ParseID(id))
		}
		return "named", c.NameReaders(ctx, v.viewer, post.ID, readers)
	case "mark":
		return "marked", c.MarkReviewed(ctx, v.viewer, post.ID)
	case "unmark":
		return "unmarked", c.TakeMarkBack(ctx, v.viewer, post.ID, form.Get("reason"))
	}
	return "", models.Errorf(models.Malformed, "This button is not known.")
}

// reviewLink leads from a note to its review: who has to do with it, and the
// author to asking for one. It is nil for everybody else.
func (p *Pages) reviewLink(ctx context.Context, v *visit, post *models.Post) (*Link, error) {
	if v.Session == nil || !post.Local || post.Practice == nil || post.State != models.Published {
		return nil, nil
	}
	review, err := p.reviewOf(ctx, v, post)
	switch {
	case models.KindOf(err) == models.NotFound:
		return nil, nil
	case err != nil:
		return nil, err
	case review == nil:
		return &Link{URL: p.reviewURL(post), Name: "Ask for review"}, nil
	}
	return &Link{URL: p.reviewURL(post), Name: "Its review"}, nil
}

// slowReading is after how many days a reader who has said nothing is on the
// desk.
const slowReading = 14

// waitsFor says what of a review a steward should do, "" if nothing.
func (p *Pages) waitsFor(review *models.Review, c cast, now time.Time) string {
	switch {
	case review.State == models.ReviewMarked:
		return "Its review is two years old: it needs a look."
	case len(review.Readers) == 0:
		return "Name two readers."
	case len(review.Readers) < models.ReadersNeeded:
		return p.personIn(c, review.Readers[0].AccountID).Name + " reads it. Name two readers: the other one cannot any more."
	case review.ReadyVersion() != 0:
		return "Both readers find it ready. It waits for the chapter’s mark."
	}
	var slow []string
	for _, reader := range review.Readers {
		if reader.Verdict == "" && now.Sub(reader.NamedAt) > slowReading*24*time.Hour {
			slow = append(slow, p.personIn(c, reader.AccountID).Name)
		}
	}
	if len(slow) > 0 {
		return "Nothing yet from " + and(slow) + "."
	}
	return ""
}

// manyReviews is how many reviews the desk looks through.
const manyReviews = 200

// reviewsNow are the reviews that wait for a steward, and those that are being
// read, as rows; first is since when the first waits.
func (p *Pages) reviewsNow(ctx context.Context, v *visit) (waiting, reading []deskRow, first time.Time, err error) {
	list, err := p.Store.OpenReviews(ctx, v.viewer, manyReviews)
	if err != nil {
		return nil, nil, first, err
	}
	old, err := p.Store.OldReviews(ctx, v.viewer, models.ReviewedBefore(v.now), manyReviews)
	if err != nil {
		return nil, nil, first, err
	}
	list = append(list, old...)
	var ids, people []models.ID
	for _, review := range list {
		ids = append(ids, review.PostID)
		for _, reader := range review.Readers {
			people = append(people, reader.AccountID)
		}
	}
	posts, err := p.postsByID(ctx, v, ids)
	if err != nil {
		return nil, nil, first, err
	}
	for _, post := range posts {
		people = append(people, post.AuthorID)
	}
	c, err := p.Store.Accounts(ctx, people)
	if err != nil {
		return nil, nil, first, err
	}
	for _, review := range list {
		post := posts[review.PostID]
		if post == nil {
			continue // it went meanwhile
		}
		since := review.AskedAt
		if review.State == models.ReviewMarked {
			since = review.MarkedAt
		}
		row := deskRow{Title: post.Title, URL: p.reviewURL(post), Gist: p.waitsFor(review, c, v.now), Facts: []string{p.personIn(c, post.AuthorID).Name}, At: ptr(v.moment(since))}
		if row.Gist == "" {
			row.Gist = p.readingNow(review, c)
			reading = append(reading, row)
			continue
		}
		if waiting = append(waiting, row); first.IsZero() || since.Before(first) {
			first = since
		}
	}
	return waiting, reading, first, nil
}

// readingNow says who reads a note, and what they said.
func (p *Pages) readingNow(review *models.Review, c cast) string {
	var out []string
	for _, reader := range review.Readers {
		words := "reads it"
		if reader.Verdict != "" {
			words = "says: " + reader.Verdict.Words()
		}
		out = append(out, p.personIn(c, reader.AccountID).Name+" "+words)
	}
	return strings.Join(out, "; ") + "."
}

// reviewsWaiting are the reviews on the first page of the desk.
func (p *Pages) reviewsWaiting(ctx context.Context, v *visit) (s deskSection, n int, first time.Time, do *Link, err error) {
	rows, _, first, err := p.reviewsNow(ctx, v)
	if err != nil || len(rows) == 0 {
		return s, 0, first, nil, err
	}
	s = deskSection{Heading: "Reviews of notes", Rows: rows[:min(len(rows), atDesk)]}
	oldest := rows[slices.IndexFunc(rows, func(r deskRow) bool { return *r.At == v.moment(first) })]
	return s, len(rows), first, &Link{URL: oldest.URL, Name: "Look at its review"}, nil
}

// deskReviews serves GET /desk/review.
func (p *Pages) deskReviews(w http.ResponseWriter, r *http.Request, v *visit) error {
	view, err := p.desk(r, v, "/desk/review", "Reviews of notes", "Authors ask for them on the page of their note. Two members read it; when both find the same version ready, you give it the chapter’s mark.", nil)
	if err != nil {
		return err
	}
	waiting, reading, _, err := p.reviewsNow(r.Context(), v)
	if err != nil {
		return err
	}
	view.Sections = []deskSection{{Heading: "They need you", Rows: waiting, Empty: "None does."}, {Heading: "Being read", Rows: reading, Empty: "None just now."}}
	return p.showDesk(w, view)
}
