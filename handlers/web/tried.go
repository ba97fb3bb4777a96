package web

import (
	"context"
	"html"
	"html/template"
	"net/http"
	"strings"

	"github.com/gorilla/mux"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/store"
	"atelier/models/text"
)

// latestReports is how many reports a note's page shows; the others have a
// page of their own.
const latestReports = 3

// triedPart is the part of a note's page about who tried it.
type triedPart struct {
	Heading, Tally string
	Reports        []Report
	AllURL, All    string
	Form           *triedForm
	ElsewhereURL   string // where those without an account here can say so
}

// triedForm asks how it went.
type triedForm struct {
	Action, Token, Button string
	Form                  *Form
	Outcomes, Settings    Choices
	Audience              Audience
}

// Report is what somebody told of a note.
type Report struct {
	Said
	Outcome, Setting string
	Act              *Act // for those who may object
}

// outcomeWords are the outcomes as they stand before a report.
var outcomeWords = map[models.Outcome]string{
	"": "Tried it.", models.Helped: "Helped.", models.Mixed: "Mixed.", models.DidNotFit: "Did not fit.", models.Adapted: "Adapted it.", models.Reframed: "Changed my practice.",
}

// outcomeChoices are the outcomes as who tried a note chooses among them.
func outcomeChoices(form *Form) Choices {
	return form.choose("outcome", "What happened", "",
		Choice{Value: string(models.Helped), Label: "It helped"},
		Choice{Value: string(models.Mixed), Label: "Mixed"},
		Choice{Value: string(models.DidNotFit), Label: "Did not fit"},
		Choice{Value: string(models.Adapted), Label: "I adapted it"},
		Choice{Value: string(models.Reframed), Label: "It changed my practice"})
}

func settingChoices(form *Form) Choices {
	return form.choose("setting", "Where", "",
		Choice{Value: string(models.OneToOne), Label: "One-to-one"},
		Choice{Value: string(models.WithTeam), Label: "With a team"},
		Choice{Value: string(models.WithGroup), Label: "With a group"})
}

// triedWords says in words how many tried something.
func triedWords(n int) string {
	if n == 0 {
		return "nobody has tried it yet"
	}
	return number(n) + " tried it"
}

// tallyWords says how a note worked for those who tried it, "" if nobody did.
func tallyWords(t models.Tally) string {
	var parts []string
	say := func(o models.Outcome, before, one, many string) {
		n := t[o]
		if n == 1 {
			many = one
		}
		if n > 0 {
			parts = append(parts, before+number(n)+many)
		}
	}
	say(models.Helped, "", " says it helped", " say it helped")
	say(models.Mixed, "", " found it mixed", " found it mixed")
	say(models.Adapted, "", " adapted it", " adapted it")
	say(models.Reframed, "it changed the practice of ", "", "")
	say(models.DidNotFit, "for ", " it did not fit", " it did not fit")
	say("", "", " did not say how it went", " did not say how it went")
	if len(parts) == 0 {
		return ""
	}
	return capital(and(parts)) + "."
}

// triedPart reads who tried a note, as the viewer may know it.
func (p *Pages) triedPart(ctx context.Context, v *visit, note *models.Post, by Person, form *Form) (*triedPart, error) {
	if note.State != models.Published || note.Practice == nil {
		return nil, nil
	}
	out := &triedPart{Heading: "Tried it"}
	if note.Local {
		tallies, err := p.Store.Tallies(ctx, v.viewer, []models.ID{note.ID})
		if err != nil {
			return nil, err
		}
		tally := tallies[note.ID]
		if n := tally.Total(); n > 0 {
			out.Heading, out.Tally = capital(triedWords(n)), tallyWords(tally)
		}
		all, err := p.Store.CountReports(ctx, v.viewer, note.ID)
		if err != nil {
			return nil, err
		}
		switch {
		case all > 0 && v.mayObject(note):
			out.All = "All reports"
		case all > latestReports:
			out.All = "All " + number(all) + " reports"
		}
		out.AllURL = "/notes/" + note.Slug + "/tried"
		reports, err := p.Store.Reports(ctx, v.viewer, note.ID, store.Page{Limit: latestReports})
		if err != nil {
			return nil, err
		}
		if out.Reports, err = p.reports(ctx, v, note, reports); err != nil {
			return nil, err
		}
	}
	return out, p.askTried(ctx, v, note, by, form, out)
}

// askTried adds the form, for members who can say how it went; strangers are
// told how to say it from elsewhere.
func (p *Pages) askTried(ctx context.Context, v *visit, note *models.Post, by Person, form *Form, out *triedPart) error {
	switch {
	case v.Session == nil && note.Visibility.Open() && !note.LocalOnly:
		out.ElsewhereURL = "/follow?object=" + template.URLQueryEscaper(note.URI)
		return nil
	case v.Session == nil || note.AuthorID == v.viewer.AccountID:
		return nil
	}
	audience, err := p.replyAudience(ctx, v, note)
	if err != nil {
		return err
	}
	if note.Visibility.Open() {
		audience.Sentence = "Everyone can read this, because everyone can read the note."
	}
	out.Form = &triedForm{
		Action: "/talk/" + note.ID.String() + "/tried", Token: v.FormToken(), Button: "Tell " + by.Short + " how it went",
		Form: form, Outcomes: outcomeChoices(form), Settings: settingChoices(form), Audience: audience,
	}
	return nil
}

// mayObject says whether the viewer may take reports off a note's count.
func (v *visit) mayObject(note *models.Post) bool {
	return v.Session != nil && (note.AuthorID == v.viewer.AccountID || v.viewer.IsSteward())
}

// reports are views of reports; each is a post that the viewer may read.
func (p *Pages) reports(ctx context.Context, v *visit, note *models.Post, list []*models.Report) ([]Report, error) {
	ids := make([]models.ID, len(list))
	of := map[models.ID]*models.Report{}
	for i, r := range list {
		ids[i], of[r.PostID] = r.PostID, r
	}
	posts, err := p.Store.Posts(ctx, v.viewer, ids)
	if err != nil {
		return nil, err
	}
	c, err := p.cast(ctx, posts)
	if err != nil {
		return nil, err
	}
	var out []Report
	for _, post := range posts {
		r := of[post.ID]
		view := Report{Said: p.said(v, post, c, scopeOf(note)), Outcome: outcomeWords[r.Outcome], Setting: r.Setting.Words()}
		view.HTML = withOutcome(view.Outcome, reportBody(post))
		view.ReplyURL = ""
		if a := c[post.AuthorID]; a != nil && !a.Local() {
			view.By.Where = "a guest from " + a.Domain
		}
		out = append(out, view)
	}
	return out, nil
}

// reportBody is what a report says beyond its outcome and setting, which stand
// before it.
func reportBody(post *models.Post) template.HTML {
	s := post.HTML
	if post.Local && post.Talk != nil && post.Talk.Outcome != "" {
		if rest, ok := strings.CutPrefix(s, "<p>"+html.EscapeString(post.Talk.Sentence())); ok {
			s = "<p>" + strings.TrimLeft(rest, " ")
		}
	}
	if s = strings.TrimPrefix(s, "<p></p>"); s == "" {
		return ""
	}
	return template.HTML(s) // sanitized when it was written
}

// withOutcome puts the outcome before what is said.
func withOutcome(outcome string, said template.HTML) template.HTML {
	mark := `<span class="outcome">` + html.EscapeString(outcome) + `</span>`
	if rest, ok := strings.CutPrefix(string(said), "<p>"); ok {
		return template.HTML("<p>" + mark + " " + rest)
	}
	return template.HTML("<p>" + mark + "</p>" + string(said))
}

// tried serves POST /talk/{id}/tried: how a note went.
func (p *Pages) tried(w http.ResponseWriter, r *http.Request, v *visit) error {
	note, err := p.postOf(r, v)
	if err != nil {
		return err
	}
	if note.Practice == nil || note.State != models.Published {
		return notHere()
	}
	form := &Form{Values: r.PostForm}
	outcome := models.Outcome(form.Get("outcome"))
	post, err := p.Chapter.Tried(r.Context(), v.Account, note.ID, chapter.Tried{Outcome: outcome, Setting: models.Setting(form.Get("setting")), Line: form.Get("line")})
	if err == nil {
		line := "tried"
		if outcome == models.Reframed {
			line = "reframed"
		}
		return see(w, r, p.postURL(note)+"?done="+line+"#p"+post.ID.String())
	}
	if !form.takes(err) {
		return err
	}
	if last := &form.Wrong[len(form.Wrong)-1]; last.Field == "status" {
		last.Field = "line"
	}
	return p.showNote(w, r, v, note, typed{tried: form})
}

type triedView struct {
	Frame
	Note                 Link
	Heading, Tally, None string
	Uncounted, Reports   []Report
	Pager                Pager
}

// allTried serves GET /notes/{slug}/tried: every report on a note. Its author
// and the stewards also see those that do not count yet.
func (p *Pages) allTried(w http.ResponseWriter, r *http.Request, v *visit) error {
	ctx := r.Context()
	note, err := p.Store.PostBySlug(ctx, v.viewer, mux.Vars(r)["slug"])
	if err != nil {
		return err
	}
	if note.State != models.Published {
		return notHere()
	}
	f, err := p.frame(r, v, "Who tried “"+note.Title+"”", "library")
	if err != nil {
		return err
	}
	view := triedView{Frame: f, Note: Link{URL: p.postURL(note), Name: note.Title}, None: "Nobody has told how it went yet."}
	tallies, err := p.Store.Tallies(ctx, v.viewer, []models.ID{note.ID})
	if err != nil {
		return err
	}
	view.Heading, view.Tally = capital(triedWords(tallies[note.ID].Total())), tallyWords(tallies[note.ID])
	page := pageOf(r)
	list, err := p.Store.Reports(ctx, v.viewer, note.ID, page.and1())
	if err != nil {
		return err
	}
	list, view.Pager = cutPage(page, r, list, func(x *models.Report) models.ID { return x.PostID })
	if view.Reports, err = p.reports(ctx, v, note, list); err != nil {
		return err
	}
	if v.mayObject(note) {
		waiting, err := p.Store.UncountedReports(ctx, v.viewer, note.ID, 2*perPage)
		if err != nil {
			return err
		}
		if view.Uncounted, err = p.reports(ctx, v, note, waiting); err != nil {
			return err
		}
		objections(v, note, view.Uncounted, view.Reports)
	}
	return p.html(w, "tried.html", view)
}

// objections gives reports the button that takes them off the count.
func objections(v *visit, note *models.Post, lists ...[]Report) {
	for _, list := range lists {
		for i := range list {
			list[i].Act = &Act{Name: "Do not count it", Do: list[i].ID.String(), Action: "/notes/" + note.Slug + "/tried", Token: v.FormToken()}
		}
	}
}

// object serves POST /notes/{slug}/tried: a report no longer counts.
func (p *Pages) object(w http.ResponseWriter, r *http.Request, v *visit) error {
	ctx := r.Context()
	note, err := p.Store.PostBySlug(ctx, v.viewer, mux.Vars(r)["slug"])
	if err != nil {
		return err
	}
	report, err := p.Store.Report(ctx, models.ParseID(r.PostFormValue("do")))
	if err != nil {
		return err
	}
	if report.NoteID != note.ID {
		return notHere()
	}
	if err := p.Chapter.ObjectToReport(ctx, v.viewer, report.PostID); err != nil {
		return err
	}
	return see(w, r, "/notes/"+note.Slug+"/tried?done=uncounted")
}

// tallied adds to rows of notes how many tried each.
func (p *Pages) tallied(ctx context.Context, v *visit, posts []*models.Post, rows []Row) error {
	var ids []models.ID
	for _, post := range posts {
		if post.Practice != nil && post.Local {
			ids = append(ids, post.ID)
		}
	}
	tallies, err := p.Store.Tallies(ctx, v.viewer, ids)
	if err != nil {
		return err
	}
	for i, post := range posts {
		if n := tallies[post.ID].Total(); n > 0 {
			rows[i].Facts = append(rows[i].Facts, triedWords(n))
		}
	}
	return nil
}

// noteRows are practice notes in a list.
func (p *Pages) noteRows(ctx context.Context, v *visit, posts []*models.Post) ([]Row, error) {
	c, err := p.cast(ctx, posts)
	if err != nil {
		return nil, err
	}
	rows := make([]Row, len(posts))
	for i, post := range posts {
		rows[i] = p.row(v, post, c)
	}
	return rows, p.tallied(ctx, v, posts, rows)
}

// triedRows are the newest reports of colleagues, as This week shows them.
func (p *Pages) triedRows(ctx context.Context, v *visit, since models.ID, limit int) ([]Row, error) {
	list, err := p.Store.NewestReports(ctx, v.viewer, since, limit)
	if err != nil {
		return nil, err
	}
	var notes, said []models.ID
	for _, r := range list {
		notes, said = append(notes, r.NoteID), append(said, r.PostID)
	}
	note, err := p.postsByID(ctx, v, notes)
	if err != nil {
		return nil, err
	}
	post, err := p.postsByID(ctx, v, said)
	if err != nil {
		return nil, err
	}
	var who []models.ID
	for _, r := range list {
		who = append(who, r.AccountID)
	}
	c, err := p.Store.Accounts(ctx, who)
	if err != nil {
		return nil, err
	}
	var out []Row
	for _, r := range list {
		n, s := note[r.NoteID], post[r.PostID]
		if n == nil || s == nil {
			continue
		}
		out = append(out, Row{
			Title: n.Title, URL: p.postURL(n), Gist: reportGist(s, r, p.personIn(c, r.AccountID).Name),
			Outcome: strings.TrimSuffix(outcomeWords[r.Outcome], "."), At: ptr(v.moment(s.CreatedAt)),
		})
	}
	return out, nil
}

// reportGist says who told what of a note, in a line.
func reportGist(post *models.Post, r *models.Report, who string) string {
	if r.Setting != "" {
		who += ", " + r.Setting.Words()
	}
	said := reportWords(post)
	if said == "" {
		return who + "."
	}
	return who + ": “" + said + "”"
}

// reportWords is what a report says beyond its outcome, in a line.
func reportWords(post *models.Post) string {
	return text.Excerpt(text.ShownText(string(reportBody(post))), 140)
}
