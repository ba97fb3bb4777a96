package web

import (
	"context"
	"html/template"
	"net/http"
	"strings"

	"github.com/gorilla/mux"

	"atelier/models"
	"atelier/models/store"
)

// themeURL is the page of a theme; it is also the address of its Group.
func (p *Pages) themeURL(key string) string {
	return strings.TrimPrefix(p.URLs.Theme(key), p.URLs.Base())
}

// themeLinks are the themes of a post.
func (p *Pages) themeLinks(ctx context.Context, post *models.Post) ([]Link, error) {
	themes, err := p.Store.ThemesOf(ctx, []models.ID{post.ID})
	if err != nil {
		return nil, err
	}
	var out []Link
	for _, t := range themes[post.ID] {
		out = append(out, Link{URL: p.themeURL(t.Key), Name: t.Name})
	}
	return out, nil
}

// themeChoices are the chapter's themes, of which a note may have some.
func (p *Pages) themeChoices(ctx context.Context, form *Form) (Choices, error) {
	themes, err := p.Store.Themes(ctx)
	if err != nil {
		return Choices{}, err
	}
	var choices []Choice
	for _, t := range themes {
		choices = append(choices, Choice{Value: t.Key, Label: t.Name})
	}
	return form.chooseMany("theme", "Themes", "Up to three. Who follows a theme hears of it.", choices...), nil
}

type themesView struct {
	Frame
	Rows []Row
	None string
}

// themes serves GET /themes.
func (p *Pages) themes(w http.ResponseWriter, r *http.Request, v *visit) error {
	themes, err := p.Store.Themes(r.Context())
	if err != nil {
		return err
	}
	f, err := p.frame(r, v, "Themes", "library")
	if err != nil {
		return err
	}
	view := themesView{Frame: f, None: "The stewards have not named any yet."}
	followed, err := p.followedThemes(r.Context(), v, themes)
	if err != nil {
		return err
	}
	for _, t := range themes {
		row := Row{Title: t.Name, URL: p.themeURL(t.Key), Gist: firstSentence(t.Words)}
		if followed[t.AccountID] {
			row.Facts = []string{"you follow it"}
		}
		view.Rows = append(view.Rows, row)
	}
	return p.html(w, "themes.html", view)
}

// followedThemes says which themes the viewer follows, by their accounts.
func (p *Pages) followedThemes(ctx context.Context, v *visit, themes []*models.Theme) (map[models.ID]bool, error) {
	out := map[models.ID]bool{}
	if v.Session == nil {
		return out, nil
	}
	var ids []models.ID
	for _, t := range themes {
		ids = append(ids, t.AccountID)
	}
	relations, err := p.Store.Relations(ctx, v.viewer, ids)
	if err != nil {
		return nil, err
	}
	for _, rel := range relations {
		if rel.Following {
			out[rel.AccountID] = true
		}
	}
	return out, nil
}

type themeView struct {
	Frame
	Heading   string
	Words     template.HTML
	Do        Act
	Notes     []Row
	Questions []Row
	People    []Person
	None      string
	Pager     Pager
}

// What a theme's page shows beside its notes.
const (
	themeQuestions = 5
	themePeople    = 6
)

// theme serves GET /themes/{theme}.
func (p *Pages) theme(w http.ResponseWriter, r *http.Request, v *visit) error {
	ctx := r.Context()
	t, err := p.Store.Theme(ctx, mux.Vars(r)["theme"])
	if err != nil {
		return err
	}
	a, err := p.Store.Account(ctx, t.AccountID)
	if err != nil {
		return err
	}
	f, err := p.frame(r, v, t.Name, "library")
	if err != nil {
		return err
	}
	url := p.themeURL(t.Key)
	f.Canonical, f.Indexable = p.URLs.Theme(t.Key), true
	f.Alternates = []Alternate{
		{"application/activity+json", p.URLs.Theme(t.Key), ""},
		{"application/atom+xml", url + ".atom", t.Name + ": what is open to everyone"},
	}
	view := themeView{Frame: f, Heading: t.Name, Words: template.HTML(a.BioHTML), None: "No note that you can read has this theme yet."}
	if view.Do, err = p.followAct(ctx, v, t); err != nil {
		return err
	}
	page := pageOf(r)
	notes, err := p.Store.ThemePosts(ctx, v.viewer, t.ID, store.ThemeNotes, page.and1())
	if err != nil {
		return err
	}
	notes, view.Pager = page.cut(r, notes)
	if view.Notes, err = p.noteRows(ctx, v, notes); err != nil {
		return err
	}
	if page.first() {
		if err := p.aboutTheme(ctx, v, t, notes, &view); err != nil {
			return err
		}
	}
	view.linkTo(w)
	return p.html(w, "theme.html", view)
}

// aboutTheme adds what stands beside a theme's notes: open questions, and whom
// one could ask.
func (p *Pages) aboutTheme(ctx context.Context, v *visit, t *models.Theme, notes []*models.Post, view *themeView) error {
	open, err := p.Store.ThemePosts(ctx, v.viewer, t.ID, store.ThemeQuestions, store.Page{Limit: themeQuestions})
	if err != nil {
		return err
	}
	if view.Questions, err = p.questionRows(ctx, v, open); err != nil {
		return err
	}
	if v.Session == nil {
		return nil
	}
	c, err := p.cast(ctx, notes)
	if err != nil {
		return err
	}
	seen := map[models.ID]bool{v.viewer.AccountID: true}
	for _, n := range notes {
		if a := c[n.AuthorID]; a != nil && !seen[a.ID] && len(view.People) < themePeople {
			seen[a.ID] = true
			view.People = append(view.People, p.person(a))
		}
	}
	return nil
}

// followAct is the button that follows a theme, or stops it.
func (p *Pages) followAct(ctx context.Context, v *visit, t *models.Theme) (Act, error) {
	if v.Session == nil {
		return Act{Name: "Follow this theme", URL: "/follow?object=" + escape(p.URLs.Theme(t.Key)), Primary: true}, nil
	}
	followed, err := p.followedThemes(ctx, v, []*models.Theme{t})
	act := Act{Name: "Follow this theme", Do: "follow", Action: p.themeURL(t.Key), Token: v.FormToken(), Primary: true}
	if followed[t.AccountID] {
		act.Name, act.Do, act.Primary = "Stop following", "unfollow", false
	}
	return act, err
}

// followTheme serves POST /themes/{theme}.
func (p *Pages) followTheme(w http.ResponseWriter, r *http.Request, v *visit) error {
	t, err := p.Store.Theme(r.Context(), mux.Vars(r)["theme"])
	if err != nil {
		return err
	}
	a, err := p.Store.Account(r.Context(), t.AccountID)
	if err != nil {
		return err
	}
	do := r.PostFormValue("do")
	if do != "follow" && do != "unfollow" {
		return models.Errorf(models.Malformed, "This button is not known.")
	}
	if _, err := p.relateTo(r.Context(), v.Account, a, do); err != nil {
		return err
	}
	return see(w, r, p.themeURL(t.Key)+"?done="+do+"ed-theme")
}

// themeFeed serves GET /themes/{theme}.atom: what has the theme and is open to
// everyone.
func (p *Pages) themeFeed(w http.ResponseWriter, r *http.Request, _ *visit) error {
	t, err := p.Store.Theme(r.Context(), mux.Vars(r)["theme"])
	if err != nil {
		return err
	}
	posts, err := p.Store.ThemePosts(r.Context(), models.Stranger, t.ID, store.ThemeAll, store.Page{Limit: perPage})
	if err != nil {
		return err
	}
	f := p.newFeed(p.themeURL(t.Key)+".atom", p.URLs.Theme(t.Key), t.Name, t.Words)
	f.Author = &atomPerson{t.Name, p.URLs.Theme(t.Key)}
	return p.sendFeed(w, r, f, posts)
}

// firstSentence is how a longer text begins.
func firstSentence(s string) string {
	if i := strings.Index(s, ". "); i > 0 {
		return s[:i+1]
	}
	line, _, _ := strings.Cut(s, "\n")
	return line
}
