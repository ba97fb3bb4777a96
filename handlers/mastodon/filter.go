package mastodon

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"atelier/models"
	"atelier/models/store"
)

// filterEntity is a filter (Mastodon Filter). Within a status it has no
// keywords and statuses.
type filterEntity struct {
	ID           string   `json:"id"`
	Title        string   `json:"title"`
	Context      []string `json:"context"`
	ExpiresAt    moment   `json:"expires_at"`
	FilterAction string   `json:"filter_action"`
}

// wholeFilter is a filter with its keywords and statuses.
type wholeFilter struct {
	filterEntity
	Keywords []keywordEntity `json:"keywords"`
	Statuses []filteredPost  `json:"statuses"`
}

type keywordEntity struct {
	ID        string `json:"id"`
	Keyword   string `json:"keyword"`
	WholeWord bool   `json:"whole_word"`
}

type filteredPost struct {
	ID       string `json:"id"`
	StatusID string `json:"status_id"`
}

// filterHead is a filter as it stands in a status.
func filterHead(f *models.Filter) filterEntity {
	return filterEntity{ID: f.ID.String(), Title: f.Title, Context: f.Contexts, ExpiresAt: moment(f.ExpiresAt), FilterAction: string(f.Action)}
}

// whole is a filter with all that it has.
func whole(f *models.Filter) wholeFilter {
	out := wholeFilter{filterEntity: filterHead(f), Keywords: []keywordEntity{}, Statuses: []filteredPost{}}
	for _, k := range f.Keywords {
		out.Keywords = append(out.Keywords, keyword(k))
	}
	for _, p := range f.Posts {
		out.Statuses = append(out.Statuses, filteredStatus(p))
	}
	return out
}

func keyword(k models.FilterKeyword) keywordEntity {
	return keywordEntity{k.ID.String(), k.Keyword, k.WholeWord}
}

func filteredStatus(p models.FilterPost) filteredPost {
	return filteredPost{p.ID.String(), p.PostID.String()}
}

// filterForm is what POST and PUT of a filter take.
type filterForm struct {
	Title     *string             `param:"title"`
	Context   *[]string           `param:"context"`
	Action    models.FilterAction `param:"filter_action"`
	ExpiresIn *string             `param:"expires_in"` // seconds; "" means never
	Keywords  []keywordForm       `param:"keywords_attributes"`
}

type keywordForm struct {
	ID        models.ID `param:"id"`
	Keyword   *string   `param:"keyword"`
	WholeWord *bool     `param:"whole_word"`
	Destroy   bool      `param:"_destroy"`
}

// apply makes the changes that the form asks for.
func (form *filterForm) apply(f *models.Filter, now time.Time) error {
	if form.Title != nil {
		f.Title = *form.Title
	}
	if form.Context != nil {
		f.Contexts = *form.Context
	}
	if form.Action != "" {
		f.Action = form.Action
	}
	if err := expireIn(f, form.ExpiresIn, now); err != nil {
		return err
	}
	for _, k := range form.Keywords {
		i := slices.IndexFunc(f.Keywords, func(have models.FilterKeyword) bool { return have.ID == k.ID })
		switch {
		case k.ID != 0 && i < 0:
			return store.ErrNotFound
		case k.Destroy && i >= 0:
			f.Keywords = slices.Delete(f.Keywords, i, i+1)
		case k.ID != 0:
			k.apply(&f.Keywords[i])
		default:
			fresh := models.FilterKeyword{WholeWord: true}
			k.apply(&fresh)
			f.Keywords = append(f.Keywords, fresh)
		}
	}
	return nil
}

func (k *keywordForm) apply(to *models.FilterKeyword) {
	if k.Keyword != nil {
		to.Keyword = *k.Keyword
	}
	if k.WholeWord != nil {
		to.WholeWord = *k.WholeWord
	}
}

// expireIn sets when a filter ends: "" and nothing more than zero mean never.
func expireIn(f *models.Filter, in *string, now time.Time) error {
	if in == nil {
		return nil
	}
	if *in == "" {
		f.ExpiresAt = time.Time{}
		return nil
	}
	seconds, err := strconv.ParseInt(*in, 10, 64)
	if err != nil {
		return malformed.Because(err)
	}
	f.ExpiresAt = time.Time{}
	if seconds > 0 {
		f.ExpiresAt = now.Add(time.Duration(min(seconds, 1<<31)) * time.Second).Truncate(time.Millisecond)
	}
	return nil
}

// getFilters serves GET /api/v2/filters.
func (a *API) getFilters(w http.ResponseWriter, r *http.Request) error {
	me, _, err := a.user(r, "read:filters")
	if err != nil {
		return err
	}
	filters, err := a.Store.Filters(r.Context(), me.ID)
	if err != nil {
		return err
	}
	out := make([]wholeFilter, len(filters))
	for i, f := range filters {
		out[i] = whole(f)
	}
	return reply(w, out)
}

// getFilter serves GET /api/v2/filters/{id}.
func (a *API) getFilter(w http.ResponseWriter, r *http.Request) error {
	f, err := a.ownFilter(r, "read:filters", "id")
	if err != nil {
		return err
	}
	return reply(w, whole(f))
}

func (a *API) ownFilter(r *http.Request, scope, name string) (*models.Filter, error) {
	me, _, err := a.user(r, scope)
	if err != nil {
		return nil, err
	}
	return a.Store.Filter(r.Context(), me.ID, id(r, name))
}

// createFilter serves POST /api/v2/filters.
func (a *API) createFilter(w http.ResponseWriter, r *http.Request) error {
	me, _, err := a.user(r, "write:filters")
	if err != nil {
		return err
	}
	var form filterForm
	if err := a.decode(w, r, &form); err != nil {
		return err
	}
	f := &models.Filter{Action: models.FilterWarn}
	if err := form.apply(f, a.Store.Now()); err != nil {
		return err
	}
	if err := a.Chapter.AddFilter(r.Context(), me, f); err != nil {
		return err
	}
	return reply(w, whole(f))
}

// updateFilter serves PUT /api/v2/filters/{id}.
func (a *API) updateFilter(w http.ResponseWriter, r *http.Request) error {
	me, _, err := a.user(r, "write:filters")
	if err != nil {
		return err
	}
	var form filterForm
	if err := a.decode(w, r, &form); err != nil {
		return err
	}
	f, err := a.Chapter.EditFilter(r.Context(), me, id(r, "id"), func(_ *store.Tx, f *models.Filter) error { return form.apply(f, a.Store.Now()) })
	if err != nil {
		return err
	}
	return reply(w, whole(f))
}

// deleteFilter serves DELETE /api/v2/filters/{id}.
func (a *API) deleteFilter(w http.ResponseWriter, r *http.Request) error {
	me, _, err := a.user(r, "write:filters")
	if err != nil {
		return err
	}
	if err := a.Chapter.DeleteFilter(r.Context(), me, id(r, "id")); err != nil {
		return err
	}
	return empty(w)
}

// getKeywords serves GET /api/v2/filters/{filter_id}/keywords.
func (a *API) getKeywords(w http.ResponseWriter, r *http.Request) error {
	f, err := a.ownFilter(r, "read:filters", "filter_id")
	if err != nil {
		return err
	}
	return reply(w, whole(f).Keywords)
}

// createKeyword serves POST /api/v2/filters/{filter_id}/keywords.
func (a *API) createKeyword(w http.ResponseWriter, r *http.Request) error {
	me, _, err := a.user(r, "write:filters")
	if err != nil {
		return err
	}
	var form keywordForm
	if err := a.decode(w, r, &form); err != nil {
		return err
	}
	f, err := a.Chapter.EditFilter(r.Context(), me, id(r, "filter_id"), func(_ *store.Tx, f *models.Filter) error {
		k := models.FilterKeyword{WholeWord: true}
		form.apply(&k)
		f.Keywords = append(f.Keywords, k)
		return nil
	})
	if err != nil {
		return err
	}
	return reply(w, keyword(f.Keywords[len(f.Keywords)-1]))
}

// getKeyword serves GET /api/v2/filters/keywords/{id}.
func (a *API) getKeyword(w http.ResponseWriter, r *http.Request) error {
	me, _, err := a.user(r, "read:filters")
	if err != nil {
		return err
	}
	f, i, err := a.keywordOf(r, me)
	if err != nil {
		return err
	}
	return reply(w, keyword(f.Keywords[i]))
}

func (a *API) keywordOf(r *http.Request, me *models.Account) (*models.Filter, int, error) {
	f, err := a.Store.FilterWithKeyword(r.Context(), me.ID, id(r, "id"))
	if err != nil {
		return nil, 0, err
	}
	return f, slices.IndexFunc(f.Keywords, func(k models.FilterKeyword) bool { return k.ID == id(r, "id") }), nil
}

// updateKeyword serves PUT /api/v2/filters/keywords/{id}.
func (a *API) updateKeyword(w http.ResponseWriter, r *http.Request) error {
	var form keywordForm
	if err := a.decode(w, r, &form); err != nil {
		return err
	}
	return a.changeKeyword(w, r, func(f *models.Filter, i int) any {
		form.apply(&f.Keywords[i])
		return keyword(f.Keywords[i])
	})
}

// deleteKeyword serves DELETE /api/v2/filters/keywords/{id}.
func (a *API) deleteKeyword(w http.ResponseWriter, r *http.Request) error {
	return a.changeKeyword(w, r, func(f *models.Filter, i int) any {
		f.Keywords = slices.Delete(f.Keywords, i, i+1)
		return struct{}{}
	})
}

func (a *API) changeKeyword(w http.ResponseWriter, r *http.Request, change func(*models.Filter, int) any) error {
	me, _, err := a.user(r, "write:filters")
	if err != nil {
		return err
	}
	f, _, err := a.keywordOf(r, me)
	if err != nil {
		return err
	}
	var out any
	_, err = a.Chapter.EditFilter(r.Context(), me, f.ID, func(_ *store.Tx, f *models.Filter) error {
		i := slices.IndexFunc(f.Keywords, func(k models.FilterKeyword) bool { return k.ID == id(r, "id") })
		if i < 0 {
			return store.ErrNotFound
		}
		out = change(f, i)
		return nil
	})
	if err != nil {
		return err
	}
	return reply(w, out)
}

// getFilterStatuses serves GET /api/v2/filters/{filter_id}/statuses.
func (a *API) getFilterStatuses(w http.ResponseWriter, r *http.Request) error {
	f, err := a.ownFilter(r, "read:filters", "filter_id")
	if err != nil {
		return err
	}
	return reply(w, whole(f).Statuses)
}

// createFilterStatus serves POST /api/v2/filters/{filter_id}/statuses.
func (a *API) createFilterStatus(w http.ResponseWriter, r *http.Request) error {
	me, v, err := a.user(r, "write:filters")
	if err != nil {
		return err
	}
	var form struct {
		StatusID models.ID `param:"status_id"`
	}
	if err := a.decode(w, r, &form); err != nil {
		return err
	}
	p, err := a.readable(r.Context(), v, form.StatusID)
	if err != nil {
		return err
	}
	f, err := a.Chapter.EditFilter(r.Context(), me, id(r, "filter_id"), func(tx *store.Tx, f *models.Filter) error {
		if slices.ContainsFunc(f.Posts, func(have models.FilterPost) bool { return have.PostID == p.ID }) {
			return models.Errorf(models.Invalid, "Validation failed: Status has already been taken")
		}
		f.Posts = append(f.Posts, models.FilterPost{PostID: p.ID})
		return nil
	})
	if err != nil {
		return err
	}
	return reply(w, filteredStatus(f.Posts[len(f.Posts)-1]))
}

func (a *API) filterPostOf(r *http.Request, me *models.Account) (*models.Filter, int, error) {
	f, err := a.Store.FilterWithPost(r.Context(), me.ID, id(r, "id"))
	if err != nil {
		return nil, 0, err
	}
	return f, slices.IndexFunc(f.Posts, func(p models.FilterPost) bool { return p.ID == id(r, "id") }), nil
}

// getFilterStatus serves GET /api/v2/filters/statuses/{id}.
func (a *API) getFilterStatus(w http.ResponseWriter, r *http.Request) error {
	me, _, err := a.user(r, "read:filters")
	if err != nil {
		return err
	}
	f, i, err := a.filterPostOf(r, me)
	if err != nil {
		return err
	}
	return reply(w, filteredStatus(f.Posts[i]))
}

// deleteFilterStatus serves DELETE /api/v2/filters/statuses/{id}.
func (a *API) deleteFilterStatus(w http.ResponseWriter, r *http.Request) error {
	me, _, err := a.user(r, "write:filters")
	if err != nil {
		return err
	}
	f, _, err := a.filterPostOf(r, me)
	if err != nil {
		return err
	}
	_, err = a.Chapter.EditFilter(r.Context(), me, f.ID, func(_ *store.Tx, f *models.Filter) error {
		f.Posts = slices.DeleteFunc(f.Posts, func(p models.FilterPost) bool { return p.ID == id(r, "id") })
		return nil
	})
	if err != nil {
		return err
	}
	return empty(w)
}
