package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"atelier/models"
	"atelier/models/store"
)

// shelfThemes is how many themes the library names; the others have a page.
const shelfThemes = 6

// facets are what the library can be sieved by.
type facets struct {
	Kind    models.PracticeKind
	Theme   *models.Theme
	Outcome models.Outcome
	Whose   store.Whose
}

// facetsOf reads ?kind=, ?theme=, ?outcome= and ?whose=.
func (p *Pages) facetsOf(r *http.Request) (facets, error) {
	f := facets{Kind: models.PracticeKind(r.FormValue("kind")), Outcome: models.Outcome(r.FormValue("outcome")), Whose: store.Whose(r.FormValue("whose"))}
	switch {
	case f.Kind != "" && !f.Kind.Valid(), f.Outcome != "" && f.Outcome.Words() == "", f.Whose != store.Anybodys && f.Whose != store.Ours && f.Whose != store.Theirs:
		return f, notHere()
	}
	if key := r.FormValue("theme"); key != "" {
		var err error
		if f.Theme, err = p.Store.Theme(r.Context(), key); err != nil {
			return f, err
		}
	}
	return f, nil
}

func (f facets) any() bool {
	return f.Kind != "" || f.Theme != nil || f.Outcome != "" || f.Whose != store.Anybodys
}

func (f facets) filter() store.NoteFilter {
	out := store.NoteFilter{Kind: f.Kind, Outcome: f.Outcome, Whose: f.Whose}
	if f.Theme != nil {
		out.ThemeID = f.Theme.ID
	}
	return out
}

// with is the library's address with one facet chosen otherwise.
func (f facets) with(name, value string) string {
	q := url.Values{}
	set := func(key, v string) {
		if key == name {
			v = value
		}
		if v != "" {
			q.Set(key, v)
		}
	}
	set("kind", string(f.Kind))
	theme := ""
	if f.Theme != nil {
		theme = f.Theme.Key
	}
	set("theme", theme)
	set("outcome", string(f.Outcome))
	set("whose", string(f.Whose))
	if len(q) == 0 {
		return "/library"
	}
	return "/library?" + q.Encode()
}

// kindTabs are the kinds as tabs.
func (f facets) kindTabs() []Link {
	out := []Link{{URL: f.with("kind", ""), Name: "All kinds", Current: f.Kind == ""}}
	for _, k := range models.PracticeKinds {
		out = append(out, Link{URL: f.with("kind", string(k)), Name: plural[k], Icon: string(k), Current: k == f.Kind})
	}
	return out
}

// sieve is one facet's choices.
type sieve struct {
	Label   string
	Choices []Link
}

// sieves are the facets besides the kinds; those without a choice are left out.
func (p *Pages) sieves(ctx context.Context, v *visit, f facets) ([]sieve, error) {
	themes, err := p.themeSieve(ctx, f)
	if err != nil {
		return nil, err
	}
	whose, err := p.whoseSieve(ctx, v, f)
	if err != nil {
		return nil, err
	}
	all := []sieve{{"Themes", themes}, {"What came of it", f.outcomeSieve()}, {"Whose notes", whose}}
	return slices.DeleteFunc(all, func(s sieve) bool { return len(s.Choices) == 0 }), nil
}

// themeSieve are the first themes, and the one that is chosen.
func (p *Pages) themeSieve(ctx context.Context, f facets) ([]Link, error) {
	themes, err := p.Store.Themes(ctx)
	if err != nil || len(themes) == 0 {
		return nil, err
	}
	var out []Link
	for i, t := range themes {
		chosen := f.Theme != nil && f.Theme.ID == t.ID
		if i < shelfThemes || chosen {
			out = append(out, Link{URL: f.with("theme", t.Key), Name: t.Name, Current: chosen})
		}
	}
	if f.Theme != nil {
		out = append(out, Link{URL: f.with("theme", ""), Name: "Any theme"})
	}
	return append(out, Link{URL: "/themes", Name: "All " + count(len(themes), "theme", "themes")}, Link{URL: "/series", Name: "Series"}), nil
}

// outcomeSieve are what may have come of trying a note.
func (f facets) outcomeSieve() []Link {
	out := []Link{{URL: f.with("outcome", ""), Name: "Tried or not", Current: f.Outcome == ""}}
	for _, o := range []models.Outcome{models.Helped, models.Adapted, models.Reframed} {
		name := map[models.Outcome]string{models.Helped: "Helped somebody", models.Adapted: "Was adapted", models.Reframed: "Changed a practice"}[o]
		out = append(out, Link{URL: f.with("outcome", string(o)), Name: name, Current: f.Outcome == o})
	}
	return out
}

// whoseSieve tells ours from others, where there are others.
func (p *Pages) whoseSieve(ctx context.Context, v *visit, f facets) ([]Link, error) {
	far, err := p.Store.Notes(ctx, v.viewer, store.NoteFilter{Whose: store.Theirs}, store.Page{Limit: 1})
	if err != nil || len(far) == 0 && f.Whose == store.Anybodys {
		return nil, err
	}
	return []Link{
		{URL: f.with("whose", ""), Name: "All", Current: f.Whose == store.Anybodys},
		{URL: f.with("whose", string(store.Ours)), Name: "Ours", Current: f.Whose == store.Ours},
		{URL: f.with("whose", string(store.Theirs)), Name: "From elsewhere", Current: f.Whose == store.Theirs},
	}, nil
}
