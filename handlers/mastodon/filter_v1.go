package mastodon

import (
	"net/http"
	"slices"
	"time"

	"atelier/models"
	"atelier/models/store"
)

// filterV1 is the old form of a filter: one keyword (Mastodon V1::Filter). Its
// id is the keyword's.
type filterV1 struct {
	ID           string   `json:"id"`
	Phrase       string   `json:"phrase"`
	Context      []string `json:"context"`
	ExpiresAt    moment   `json:"expires_at"`
	Irreversible bool     `json:"irreversible"`
	WholeWord    bool     `json:"whole_word"`
}

func oldFilter(f *models.Filter, k models.FilterKeyword) filterV1 {
	return filterV1{k.ID.String(), k.Keyword, f.Contexts, moment(f.ExpiresAt), f.Action == models.FilterHide, k.WholeWord}
}

type filterV1Form struct {
	Phrase       *string   `param:"phrase"`
	Context      *[]string `param:"context"`
	ExpiresIn    *string   `param:"expires_in"`
	Irreversible *bool     `param:"irreversible"`
	WholeWord    *bool     `param:"whole_word"`
}

func (form *filterV1Form) apply(f *models.Filter, k *models.FilterKeyword, now time.Time) error {
	if form.Phrase != nil {
		k.Keyword = *form.Phrase
		if len(f.Keywords) <= 1 {
			f.Title = *form.Phrase
		}
	}
	if form.WholeWord != nil {
		k.WholeWord = *form.WholeWord
	}
	if form.Context != nil {
		f.Contexts = *form.Context
	}
	if form.Irreversible != nil {
		f.Action = models.FilterWarn
		if *form.Irreversible {
			f.Action = models.FilterHide
		}
	}
	return expireIn(f, form.ExpiresIn, now)
}

// v1Deprecated is since when the first form of filters is old.
var v1Deprecated = time.Date(2022, 11, 14, 0, 0, 0, 0, time.UTC)

// getFiltersV1 serves GET /api/v1/filters.
func (a *API) getFiltersV1(w http.ResponseWriter, r *http.Request) error {
	me, _, err := a.user(r, "read:filters")
	if err != nil {
		return err
	}
	filters, err := a.Store.Filters(r.Context(), me.ID)
	if err != nil {
		return err
	}
	out := []filterV1{}
	for _, f := range filters {
		for _, k := range f.Keywords {
			out = append(out, oldFilter(f, k))
		}
	}
	deprecated(w, v1Deprecated)
	return reply(w, out)
}

// getFilterV1 serves GET /api/v1/filters/{id}.
func (a *API) getFilterV1(w http.ResponseWriter, r *http.Request) error {
	me, _, err := a.user(r, "read:filters")
	if err != nil {
		return err
	}
	f, i, err := a.keywordOf(r, me)
	if err != nil {
		return err
	}
	deprecated(w, v1Deprecated)
	return reply(w, oldFilter(f, f.Keywords[i]))
}

// createFilterV1 serves POST /api/v1/filters.
func (a *API) createFilterV1(w http.ResponseWriter, r *http.Request) error {
	me, _, err := a.user(r, "write:filters")
	if err != nil {
		return err
	}
	var form filterV1Form
	if err := a.decode(w, r, &form); err != nil {
		return err
	}
	f, k := &models.Filter{Action: models.FilterWarn}, models.FilterKeyword{}
	if err := form.apply(f, &k, a.Store.Now()); err != nil {
		return err
	}
	f.Keywords = []models.FilterKeyword{k}
	if err := a.Chapter.AddFilter(r.Context(), me, f); err != nil {
		return err
	}
	deprecated(w, v1Deprecated)
	return reply(w, oldFilter(f, f.Keywords[0]))
}

// updateFilterV1 serves PUT /api/v1/filters/{id}.
func (a *API) updateFilterV1(w http.ResponseWriter, r *http.Request) error {
	me, _, err := a.user(r, "write:filters")
	if err != nil {
		return err
	}
	var form filterV1Form
	if err := a.decode(w, r, &form); err != nil {
		return err
	}
	f, _, err := a.keywordOf(r, me)
	if err != nil {
		return err
	}
	at := 0
	f, err = a.Chapter.EditFilter(r.Context(), me, f.ID, func(_ *store.Tx, f *models.Filter) error {
		at = slices.IndexFunc(f.Keywords, func(k models.FilterKeyword) bool { return k.ID == id(r, "id") })
		if at < 0 {
			return store.ErrNotFound
		}
		return form.apply(f, &f.Keywords[at], a.Store.Now())
	})
	if err != nil {
		return err
	}
	deprecated(w, v1Deprecated)
	return reply(w, oldFilter(f, f.Keywords[at]))
}

// deleteFilterV1 serves DELETE /api/v1/filters/{id}: the keyword goes, and with
// the last one the filter.
func (a *API) deleteFilterV1(w http.ResponseWriter, r *http.Request) error {
	me, _, err := a.user(r, "write:filters")
	if err != nil {
		return err
	}
	f, _, err := a.keywordOf(r, me)
	if err != nil {
		return err
	}
	if len(f.Keywords) == 1 {
		err = a.Chapter.DeleteFilter(r.Context(), me, f.ID)
	} else {
		_, err = a.Chapter.EditFilter(r.Context(), me, f.ID, func(_ *store.Tx, f *models.Filter) error {
			f.Keywords = slices.DeleteFunc(f.Keywords, func(k models.FilterKeyword) bool { return k.ID == id(r, "id") })
			return nil
		})
	}
	if err != nil {
		return err
	}
	deprecated(w, v1Deprecated)
	return empty(w)
}
