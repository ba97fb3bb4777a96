package web

import (
	"cmp"
	"context"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gorilla/mux"

	"atelier/models"
	"atelier/models/text"
)

// ordinals count the notes of a series.
var ordinals = []string{"", "First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "Ninth", "Tenth", "Eleventh", "Twelfth"}

func ordinal(n int) string {
	if n < len(ordinals) {
		return ordinals[n]
	}
	return "Number " + number(n)
}

func seriesURL(s *models.Series) string { return "/series/" + s.Slug }

type allSeriesView struct {
	Frame
	Rows  []Row
	None  string
	Pager Pager
}

// allSeries serves GET /series.
func (p *Pages) allSeries(w http.ResponseWriter, r *http.Request, v *visit) error {
	page := pageOf(r)
	list, err := p.Store.AllSeries(r.Context(), v.viewer, page.and1())
	if err != nil {
		return err
	}
	f, err := p.frame(r, v, "Series", "library")
	if err != nil {
		return err
	}
	view := allSeriesView{Frame: f, None: "Nobody has collected any yet. Three notes that belong together are a good beginning."}
	list, view.Pager = cutPage(page, r, list, func(s *models.Series) models.ID { return s.ID })
	if view.Rows, err = p.seriesRows(r.Context(), v, list); err != nil {
		return err
	}
	return p.html(w, "all-series.html", view)
}

func (p *Pages) seriesRows(ctx context.Context, v *visit, list []*models.Series) ([]Row, error) {
	var ids []models.ID
	for _, s := range list {
		ids = append(ids, s.CuratorID)
	}
	c, err := p.Store.Accounts(ctx, ids)
	if err != nil {
		return nil, err
	}
	var out []Row
	for _, s := range list {
		out = append(out, Row{Title: s.Title, URL: seriesURL(s), Gist: firstSentence(s.Intro), Facts: []string{"collected by " + p.personIn(c, s.CuratorID).Name}, At: ptr(v.moment(s.UpdatedAt))})
	}
	return out, nil
}

type seriesView struct {
	Frame
	Heading  string
	Intro    template.HTML
	By       Person
	Changed  Moment
	Rows     []Row
	None     string
	Progress string
	Do       *Act
	EditURL  string
}

// seriesOf reads the series that the address names, and those of its notes that
// the viewer may read. To who may read none of them it is not there, but for
// members.
func (p *Pages) seriesOf(r *http.Request, v *visit) (*models.Series, []*models.Post, error) {
	s, err := p.Store.Series(r.Context(), mux.Vars(r)["slug"])
	if err != nil {
		return nil, nil, err
	}
	notes, err := p.Store.Posts(r.Context(), v.viewer, s.Notes)
	if err == nil && len(notes) == 0 && !v.viewer.IsMember() {
		err = notHere()
	}
	return s, notes, err
}

// mayCurate says whether the viewer may change a series.
func (v *visit) mayCurate(s *models.Series) bool {
	return v.Session != nil && (s.CuratorID == v.viewer.AccountID || v.viewer.IsSteward())
}

// series serves GET /series/{slug}.
func (p *Pages) series(w http.ResponseWriter, r *http.Request, v *visit) error {
	ctx := r.Context()
	s, notes, err := p.seriesOf(r, v)
	if err != nil {
		return err
	}
	f, err := p.frame(r, v, s.Title, "library")
	if err != nil {
		return err
	}
	curator, err := p.Store.Account(ctx, s.CuratorID)
	if err != nil {
		return err
	}
	f.Canonical = p.URLs.Base() + seriesURL(s)
	f.Alternates = []Alternate{{"application/atom+xml", seriesURL(s) + ".atom", s.Title}}
	view := seriesView{
		Frame: f, Heading: s.Title, Intro: p.markdown(s.Intro), By: p.person(curator), Changed: v.date(s.UpdatedAt),
		None: "There is no note in it that you can read yet.",
	}
	if view.Rows, err = p.noteRows(ctx, v, notes); err != nil {
		return err
	}
	if v.mayCurate(s) {
		view.EditURL = seriesURL(s) + "/edit"
	}
	if err := p.progress(ctx, v, s, notes, &view); err != nil {
		return err
	}
	view.linkTo(w)
	return p.html(w, "series.html", view)
}

// progress says what the viewer has tried of a series, and lets it be kept.
func (p *Pages) progress(ctx context.Context, v *visit, s *models.Series, notes []*models.Post, view *seriesView) error {
	if v.Session == nil {
		return nil
	}
	kept, err := p.Store.KeepsSeries(ctx, v.viewer.AccountID, s.ID)
	if err != nil {
		return err
	}
	view.Do = &Act{Name: "Keep this series", Do: "keep", Action: seriesURL(s), Token: v.FormToken(), Primary: true}
	if kept {
		view.Do = &Act{Name: "Kept", Do: "unkeep", Action: seriesURL(s), Token: v.FormToken(), Pressed: true}
	}
	ids := make([]models.ID, len(notes))
	for i, n := range notes {
		ids[i] = n.ID
	}
	tried, err := p.Store.TriedAmong(ctx, v.viewer.AccountID, ids)
	if err != nil {
		return err
	}
	for i, n := range notes {
		if tried[n.ID] {
			view.Rows[i].Facts = append(view.Rows[i].Facts, "you too")
		}
	}
	if len(tried) > 0 {
		view.Progress = fmt.Sprintf("You tried %s of %s.", number(len(tried)), number(len(notes)))
	}
	return nil
}

// keepSeries serves POST /series/{slug}.
func (p *Pages) keepSeries(w http.ResponseWriter, r *http.Request, v *visit) error {
	s, _, err := p.seriesOf(r, v)
	if err != nil {
		return err
	}
	line := map[string]string{"keep": "kept", "unkeep": "unkept"}[r.PostFormValue("do")]
	if line == "" {
		return models.Errorf(models.Malformed, "This button is not known.")
	}
	if err := p.Chapter.KeepSeries(r.Context(), v.Account, s.ID, line == "kept"); err != nil {
		return err
	}
	return see(w, r, seriesURL(s)+"?done="+line)
}

type seriesFormView struct {
	Frame
	Heading, Lead, Action string
	Form                  *Form
	Notes                 []placed
	Adds                  *Link // the note that a new series begins with
	DissolveURL           string
}

// placed is a note in the form of its series.
type placed struct {
	Title string
	Place Field
	Out   Tick
}

// askSeries serves GET /series/new.
func (p *Pages) askSeries(w http.ResponseWriter, r *http.Request, v *visit) error {
	if !v.viewer.IsMember() {
		return models.Errorf(models.Forbidden, "Only members make series.")
	}
	return p.showSeriesForm(w, r, v, nil, newForm("note", r.FormValue("note")))
}

// askSeriesEdit serves GET /series/{slug}/edit.
func (p *Pages) askSeriesEdit(w http.ResponseWriter, r *http.Request, v *visit) error {
	s, err := p.curated(r, v)
	if err != nil {
		return err
	}
	return p.showSeriesForm(w, r, v, s, newForm("title", s.Title, "intro", s.Intro))
}

// curated reads a series that the viewer may change.
func (p *Pages) curated(r *http.Request, v *visit) (*models.Series, error) {
	s, _, err := p.seriesOf(r, v)
	if err == nil && !v.mayCurate(s) {
		err = notHere()
	}
	return s, err
}

func (p *Pages) showSeriesForm(w http.ResponseWriter, r *http.Request, v *visit, s *models.Series, form *Form) error {
	ctx := r.Context()
	view := seriesFormView{Heading: "A new series", Lead: "Notes that belong together, in the order in which one should read them.", Action: "/series/new", Form: form}
	if s != nil {
		view.Heading, view.Lead, view.Action = "Change “"+s.Title+"”", "Whoever may read one of its notes sees the series.", seriesURL(s)+"/edit"
		view.DissolveURL = seriesURL(s) + "/delete"
		notes, err := p.Store.Posts(ctx, v.viewer, s.Notes)
		if err != nil {
			return err
		}
		for i, n := range notes {
			id := n.ID.String()
			if form.Get("place-"+id) == "" {
				form.Values.Set("place-"+id, strconv.Itoa(i+1))
			}
			view.Notes = append(view.Notes, placed{n.Title, form.Field("place-"+id, "Place of “"+n.Title+"”", "").Narrow(), form.Tick("out-"+id, "Take it out", "")})
		}
	} else if id := models.ParseID(form.Get("note")); id != 0 {
		n, err := p.Store.Post(ctx, v.viewer, id)
		if err != nil {
			return err
		}
		view.Adds = &Link{URL: p.postURL(n), Name: n.Title}
	}
	f, err := p.frame(r, v, view.Heading, "library")
	if err != nil {
		return err
	}
	view.Frame = f
	return p.htmlStatus(w, statusOf(form), "series-form.html", view)
}

// saveSeries serves POST /series/new.
func (p *Pages) saveSeries(w http.ResponseWriter, r *http.Request, v *visit) error {
	form := &Form{Values: r.PostForm}
	return p.putSeries(w, r, v, nil, form, models.Series{Title: form.Get("title"), Intro: form.Text("intro")})
}

// editSeries serves POST /series/{slug}/edit.
func (p *Pages) editSeries(w http.ResponseWriter, r *http.Request, v *visit) error {
	s, err := p.curated(r, v)
	if err != nil {
		return err
	}
	form := &Form{Values: r.PostForm}
	next := models.Series{ID: s.ID, Title: form.Get("title"), Intro: form.Text("intro"), Notes: reordered(s.Notes, form)}
	return p.putSeries(w, r, v, s, form, next)
}

// askDissolve serves GET /series/{slug}/delete.
func (p *Pages) askDissolve(w http.ResponseWriter, r *http.Request, v *visit) error {
	s, err := p.curated(r, v)
	if err != nil {
		return err
	}
	view := confirmView{
		Heading: "Dissolve the series?", Sentence: "“" + s.Title + "” will be gone. Its notes stay where they are.",
		Action: r.URL.Path, Button: "Dissolve it", Back: seriesURL(s),
	}
	if view.Frame, err = p.frame(r, v, view.Heading, "library"); err != nil {
		return err
	}
	return p.html(w, "delete.html", view)
}

// dissolve serves POST /series/{slug}/delete.
func (p *Pages) dissolve(w http.ResponseWriter, r *http.Request, v *visit) error {
	s, err := p.curated(r, v)
	if err != nil {
		return err
	}
	if err := p.Chapter.DeleteSeries(r.Context(), v.viewer, s.ID); err != nil {
		return err
	}
	return see(w, r, "/series?done=deleted")
}

// reordered are the notes of a series as its form now orders them.
func reordered(notes []models.ID, form *Form) []models.ID {
	place := func(id models.ID) float64 {
		n, err := strconv.ParseFloat(form.Get("place-"+id.String()), 64)
		if err != nil {
			return float64(slices.Index(notes, id) + 1)
		}
		return n
	}
	out := slices.Clone(notes)
	out = slices.DeleteFunc(out, func(id models.ID) bool { return form.Ticked("out-" + id.String()) })
	slices.SortStableFunc(out, func(a, b models.ID) int { return cmp.Compare(place(a), place(b)) })
	return out
}

// putSeries saves a series with the notes that its form adds.
func (p *Pages) putSeries(w http.ResponseWriter, r *http.Request, v *visit, old *models.Series, form *Form, next models.Series) error {
	added, err := p.addedNotes(r.Context(), v, form)
	if err != nil {
		return err
	}
	for _, id := range added {
		if !slices.Contains(next.Notes, id) {
			next.Notes = append(next.Notes, id)
		}
	}
	if len(form.Wrong) == 0 {
		saved, err := p.Chapter.SaveSeries(r.Context(), v.viewer, next)
		if err == nil {
			return see(w, r, seriesURL(saved)+"?done=saved")
		}
		if !form.takes(err) {
			return err
		}
		if last := &form.Wrong[len(form.Wrong)-1]; last.Field == "notes" {
			last.Field = "add"
		}
	}
	return p.showSeriesForm(w, r, v, old, form)
}

// addedNotes are the notes whose addresses stand in a form, one a line, and the
// one that a new series begins with.
func (p *Pages) addedNotes(ctx context.Context, v *visit, form *Form) ([]models.ID, error) {
	var out []models.ID
	if id := models.ParseID(form.Get("note")); id != 0 {
		out = append(out, id)
	}
	for line := range strings.SplitSeq(form.Text("add"), "\n") {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		n, err := p.noteAt(ctx, v, line)
		if models.KindOf(err) == models.NotFound {
			form.wrong("add", "There is no note at "+text.Excerpt(line, 60)+".")
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, n.ID)
	}
	return out, nil
}

// noteAt reads the practice note with an address of ours.
func (p *Pages) noteAt(ctx context.Context, v *visit, address string) (*models.Post, error) {
	path := strings.TrimPrefix(address, p.URLs.Base())
	path, _, _ = strings.Cut(path, "?")
	var n *models.Post
	var err error
	if slug, ok := strings.CutPrefix(path, "/notes/"); ok {
		n, err = p.Store.PostBySlug(ctx, v.viewer, slug)
	} else {
		n, err = p.Store.Post(ctx, v.viewer, models.ParseID(strings.TrimPrefix(path, "/talk/")))
	}
	if err == nil && (n.Practice == nil || n.State != models.Published) {
		err = notHere()
	}
	return n, err
}

// collecting is how many series a note can be put into from its page.
const collecting = 20

type collectView struct {
	Frame
	Note   Link
	Form   *Form
	Mine   Choices
	NewURL string
	Action string
}

// askCollect serves GET /notes/{slug}/series: into which series a note goes.
func (p *Pages) askCollect(w http.ResponseWriter, r *http.Request, v *visit) error {
	note, err := p.Store.PostBySlug(r.Context(), v.viewer, mux.Vars(r)["slug"])
	if err != nil {
		return err
	}
	mine, err := p.Store.SeriesBy(r.Context(), v.viewer.AccountID, collecting)
	if err != nil {
		return err
	}
	begin := "/series/new?note=" + note.ID.String()
	if len(mine) == 0 {
		return see(w, r, begin)
	}
	f, err := p.frame(r, v, "Into a series", "library")
	if err != nil {
		return err
	}
	form := newForm("series", mine[0].Slug)
	var choices []Choice
	for _, s := range mine {
		choices = append(choices, Choice{Value: s.Slug, Label: s.Title})
	}
	return p.html(w, "collect.html", collectView{Frame: f, Note: Link{URL: p.postURL(note), Name: note.Title}, Form: form, Mine: form.choose("series", "Your series", "", choices...), NewURL: begin, Action: r.URL.Path})
}

// collect serves POST /notes/{slug}/series.
func (p *Pages) collect(w http.ResponseWriter, r *http.Request, v *visit) error {
	ctx := r.Context()
	note, err := p.Store.PostBySlug(ctx, v.viewer, mux.Vars(r)["slug"])
	if err != nil {
		return err
	}
	s, err := p.Store.Series(ctx, r.PostFormValue("series"))
	if err != nil {
		return err
	}
	if !slices.Contains(s.Notes, note.ID) {
		s.Notes = append(s.Notes, note.ID)
	}
	if _, err = p.Chapter.SaveSeries(ctx, v.viewer, *s); err != nil {
		return err
	}
	return see(w, r, seriesURL(s)+"?done=saved")
}

// seriesFeed serves GET /series/{slug}.atom: those of its notes that are open
// to everyone, whole.
func (p *Pages) seriesFeed(w http.ResponseWriter, r *http.Request, _ *visit) error {
	s, notes, err := p.seriesOf(r, &visit{viewer: models.Stranger})
	if err != nil {
		return err
	}
	curator, err := p.Store.Account(r.Context(), s.CuratorID)
	if err != nil {
		return err
	}
	f := p.newFeed(seriesURL(s)+".atom", p.URLs.Base()+seriesURL(s), s.Title, firstSentence(s.Intro))
	f.Author = &atomPerson{curator.Label(), p.URLs.Base() + p.personURL(curator)}
	return p.sendFeed(w, r, f, notes)
}

// seriesAside is where a note stands in a series.
type seriesAside struct {
	Series       Link
	Place        string
	Before, Next *Link
}

// seriesAsides are the places of a note in the series that it is in.
func (p *Pages) seriesAsides(ctx context.Context, v *visit, note *models.Post) ([]seriesAside, error) {
	in, err := p.Store.SeriesWith(ctx, note.ID)
	if err != nil || len(in) == 0 {
		return nil, err
	}
	var out []seriesAside
	for _, found := range in[:min(len(in), 3)] {
		s, err := p.Store.Series(ctx, found.Slug)
		if err != nil {
			return nil, err
		}
		notes, err := p.Store.Posts(ctx, v.viewer, s.Notes)
		if err != nil {
			return nil, err
		}
		curators, err := p.Store.Accounts(ctx, []models.ID{s.CuratorID})
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(notes, func(n *models.Post) bool { return n.ID == note.ID })
		if i < 0 {
			continue
		}
		aside := seriesAside{Series: Link{URL: seriesURL(s), Name: s.Title}}
		aside.Place = ordinal(i+1) + " of " + count(len(notes), "note", "notes") + ", collected by " + p.personIn(curators, s.CuratorID).Name + "."
		if i > 0 {
			aside.Before = &Link{URL: p.postURL(notes[i-1]), Name: notes[i-1].Title}
		}
		if i+1 < len(notes) {
			aside.Next = &Link{URL: p.postURL(notes[i+1]), Name: notes[i+1].Title}
		}
		out = append(out, aside)
	}
	return out, nil
}

// keptSeries are the series on the viewer's shelf.
func (p *Pages) keptSeries(ctx context.Context, v *visit) ([]Row, error) {
	list, err := p.Store.KeptSeries(ctx, v.viewer.AccountID, perPage)
	if err != nil {
		return nil, err
	}
	return p.seriesRows(ctx, v, list)
}
