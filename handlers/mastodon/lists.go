package mastodon

import (
	"net/http"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/store"
)

// listEntity is a list (Mastodon List).
type listEntity struct {
	ID            string `json:"id"`
	Title         string `json:"title"`
	RepliesPolicy string `json:"replies_policy"`
	Exclusive     bool   `json:"exclusive"`
}

func listOf(l *models.List) listEntity {
	return listEntity{l.ID.String(), l.Title, string(l.Replies), l.Exclusive}
}

// getLists serves GET /api/v1/lists: all, the chapter's own first.
func (a *API) getLists(w http.ResponseWriter, r *http.Request) error {
	me, v, err := a.user(r, "read:lists")
	if err != nil {
		return err
	}
	lists, err := a.Store.Lists(r.Context(), me.ID, chapter.MaxLists)
	if err != nil {
		return err
	}
	out := []listEntity{}
	for i := range chapterLists {
		if v.IsMember() {
			out = append(out, chapterLists[i].entity())
		}
	}
	for _, l := range lists {
		out = append(out, listOf(l))
	}
	return reply(w, out)
}

// getList serves GET /api/v1/lists/{id}.
func (a *API) getList(w http.ResponseWriter, r *http.Request) error {
	me, v, err := a.user(r, "read:lists")
	if err != nil {
		return err
	}
	if own := chapterListOf(v, id(r, "id")); own != nil {
		return reply(w, own.entity())
	}
	l, err := a.Store.List(r.Context(), me.ID, id(r, "id"))
	if err != nil {
		return err
	}
	return reply(w, listOf(l))
}

type listForm struct {
	Title         *string               `param:"title"`
	RepliesPolicy *models.RepliesPolicy `param:"replies_policy"`
	Exclusive     *bool                 `param:"exclusive"`
}

func (form *listForm) apply(l *models.List) {
	if form.Title != nil {
		l.Title = *form.Title
	}
	if form.RepliesPolicy != nil && *form.RepliesPolicy != "" {
		l.Replies = *form.RepliesPolicy
	}
	if form.Exclusive != nil {
		l.Exclusive = *form.Exclusive
	}
}

// createList serves POST /api/v1/lists.
func (a *API) createList(w http.ResponseWriter, r *http.Request) error {
	me, _, err := a.user(r, "write:lists")
	if err != nil {
		return err
	}
	var form listForm
	if err := a.decode(w, r, &form); err != nil {
		return err
	}
	l := &models.List{Replies: models.RepliesToList}
	form.apply(l)
	if err := a.Chapter.SetList(r.Context(), me, l); err != nil {
		return err
	}
	return reply(w, listOf(l))
}

// updateList serves PUT /api/v1/lists/{id}.
func (a *API) updateList(w http.ResponseWriter, r *http.Request) error {
	me, _, err := a.user(r, "write:lists")
	if err != nil {
		return err
	}
	var form listForm
	if err := a.decode(w, r, &form); err != nil {
		return err
	}
	if err := checkNotOwn(id(r, "id")); err != nil {
		return err
	}
	l, err := a.Store.List(r.Context(), me.ID, id(r, "id"))
	if err != nil {
		return err
	}
	form.apply(l)
	if err := a.Chapter.SetList(r.Context(), me, l); err != nil {
		return err
	}
	return reply(w, listOf(l))
}

// deleteList serves DELETE /api/v1/lists/{id}.
func (a *API) deleteList(w http.ResponseWriter, r *http.Request) error {
	me, _, err := a.user(r, "write:lists")
	if err != nil {
		return err
	}
	if err := checkNotOwn(id(r, "id")); err != nil {
		return err
	}
	if err := a.Chapter.DeleteList(r.Context(), me, id(r, "id")); err != nil {
		return err
	}
	return empty(w)
}

// getListAccounts serves GET /api/v1/lists/{id}/accounts; limit=0 means all.
func (a *API) getListAccounts(w http.ResponseWriter, r *http.Request) error {
	me, v, err := a.user(r, "read:lists")
	if err != nil {
		return err
	}
	p := pageOf(r, 40)
	if p.query.Get("limit") == "0" {
		p.Limit = 10_000
	}
	if chapterListOf(v, id(r, "id")) != nil {
		return a.listed(w, r, p, nil)
	}
	l, err := a.Store.List(r.Context(), me.ID, id(r, "id"))
	if err != nil {
		return err
	}
	found, err := a.Store.ListMembers(r.Context(), l.ID, p.Page)
	if err != nil {
		return err
	}
	return a.listed(w, r, p, found)
}

// addListAccounts serves POST /api/v1/lists/{id}/accounts: accounts that the
// member follows.
func (a *API) addListAccounts(w http.ResponseWriter, r *http.Request) error {
	return a.changeListAccounts(w, r, true)
}

// removeListAccounts serves DELETE /api/v1/lists/{id}/accounts.
func (a *API) removeListAccounts(w http.ResponseWriter, r *http.Request) error {
	return a.changeListAccounts(w, r, false)
}

func (a *API) changeListAccounts(w http.ResponseWriter, r *http.Request, add bool) error {
	me, _, err := a.user(r, "write:lists")
	if err != nil {
		return err
	}
	var form struct {
		Accounts []models.ID `param:"account_ids"`
	}
	if err := a.decode(w, r, &form); err != nil {
		return err
	}
	if err := checkNotOwn(id(r, "id")); err != nil {
		return err
	}
	if add {
		err = a.Chapter.AddToList(r.Context(), me, id(r, "id"), form.Accounts)
	} else {
		err = a.Chapter.DropFromList(r.Context(), me, id(r, "id"), form.Accounts)
	}
	if err != nil {
		return err
	}
	return empty(w)
}

// getAccountLists serves GET /api/v1/accounts/{id}/lists: which of my lists
// hold an account.
func (a *API) getAccountLists(w http.ResponseWriter, r *http.Request) error {
	me, _, err := a.user(r, "read:lists")
	if err != nil {
		return err
	}
	account, err := a.someone(r.Context(), id(r, "id"))
	if err != nil {
		return err
	}
	lists, err := a.Store.ListsWith(r.Context(), me.ID, account.ID)
	if err != nil {
		return err
	}
	out := []listEntity{}
	for _, l := range lists {
		out = append(out, listOf(l))
	}
	return reply(w, out)
}

// listTimeline serves GET /api/v1/timelines/list/{list_id}.
func (a *API) listTimeline(w http.ResponseWriter, r *http.Request) error {
	me, v, err := a.user(r, "read:lists")
	if err != nil {
		return err
	}
	p := pageOf(r, 20)
	var refs []store.Ref
	if own := chapterListOf(v, id(r, "list_id")); own != nil {
		refs, err = own.refs(a.Store, r.Context(), v, p.Page)
	} else {
		var l *models.List
		if l, err = a.Store.List(r.Context(), me.ID, id(r, "list_id")); err == nil {
			refs, err = a.Store.ListRefs(r.Context(), v, l.ID, p.Page)
		}
	}
	if err != nil {
		return err
	}
	return a.statuses(w, r, v, p, refs)
}
