package mastodon

import (
	"context"
	"net/http"

	"atelier/models"
)

// collectionEntity is a set of accounts under a name (Mastodon Collection).
// It has no page; its uri is only its name.
type collectionEntity struct {
	ID           string       `json:"id"`
	AccountID    string       `json:"account_id"`
	URI          string       `json:"uri"`
	URL          nullable     `json:"url"`
	Name         string       `json:"name"`
	Description  string       `json:"description"`
	Language     nullable     `json:"language"`
	Local        bool         `json:"local"`
	Sensitive    bool         `json:"sensitive"`
	Discoverable bool         `json:"discoverable"`
	Tag          *tagLink     `json:"tag"`
	ItemCount    int          `json:"item_count"`
	CreatedAt    moment       `json:"created_at"`
	UpdatedAt    moment       `json:"updated_at"`
	Items        []itemEntity `json:"items"`
}

// itemEntity is an account in a collection (Mastodon CollectionItem).
type itemEntity struct {
	ID        string                 `json:"id"`
	AccountID string                 `json:"account_id"`
	State     models.CollectionState `json:"state"`
	CreatedAt moment                 `json:"created_at"`
}

func itemOf(i models.CollectionItem) itemEntity {
	return itemEntity{i.ID.String(), i.AccountID.String(), i.State, moment(i.CreatedAt)}
}

// collection is a collection as a viewer sees it: who took itself out is shown
// to its maker alone.
func (r *Render) collection(c *models.Collection, viewer models.ID) collectionEntity {
	e := collectionEntity{ID: c.ID.String(), AccountID: c.AccountID.String(), URI: r.URLs.Base() + "/collections/" + c.ID.String(), Name: c.Name,
		Description: c.Description, Language: nullable(c.Language), Local: true, Sensitive: c.Sensitive, Discoverable: c.Discoverable,
		CreatedAt: moment(c.CreatedAt), UpdatedAt: moment(c.UpdatedAt), Items: []itemEntity{}}
	if c.TagID != 0 {
		e.Tag = &tagLink{Name: c.Tag, URL: r.URLs.TagPage(c.Tag)}
	}
	for _, i := range c.Items {
		if i.State == models.ItemAccepted {
			e.ItemCount++
		}
		if i.State == models.ItemAccepted || viewer == c.AccountID {
			e.Items = append(e.Items, itemOf(i))
		}
	}
	return e
}

type wrappedCollection struct {
	Collection collectionEntity `json:"collection"`
}

type collectionForm struct {
	Name         *string     `param:"name"`
	Description  *string     `param:"description"`
	Language     *string     `param:"language"`
	TagName      *string     `param:"tag_name"`
	Sensitive    *bool       `param:"sensitive"`
	Discoverable *bool       `param:"discoverable"`
	Accounts     []models.ID `param:"account_ids"`
}

func (form *collectionForm) apply(c *models.Collection) {
	override(&c.Name, form.Name)
	override(&c.Description, form.Description)
	override(&c.Language, form.Language)
	override(&c.Tag, form.TagName)
	override(&c.Sensitive, form.Sensitive)
	override(&c.Discoverable, form.Discoverable)
}

// createCollection serves POST /api/v1/collections.
func (a *API) createCollection(w http.ResponseWriter, r *http.Request) error {
	me, _, err := a.user(r, "write:collections")
	if err != nil {
		return err
	}
	var form collectionForm
	if err := a.decode(w, r, &form); err != nil {
		return err
	}
	c := models.Collection{Discoverable: true}
	form.apply(&c)
	out, err := a.Chapter.SaveCollection(r.Context(), me, c, c.Tag, form.Accounts)
	if err != nil {
		return collectionFault(w, err)
	}
	return reply(w, wrappedCollection{a.Render.collection(out, me.ID)})
}

// updateCollection serves PATCH /api/v1/collections/{id}.
func (a *API) updateCollection(w http.ResponseWriter, r *http.Request) error {
	me, v, err := a.user(r, "write:collections")
	if err != nil {
		return err
	}
	var form collectionForm
	if err := a.decode(w, r, &form); err != nil {
		return err
	}
	c, err := a.Store.Collection(r.Context(), v, id(r, "id"))
	if err != nil {
		return err
	}
	form.apply(c)
	if c, err = a.Chapter.SaveCollection(r.Context(), me, *c, c.Tag, nil); err != nil {
		return collectionFault(w, err)
	}
	return reply(w, wrappedCollection{a.Render.collection(c, me.ID)})
}

// deleteCollection serves DELETE /api/v1/collections/{id}.
func (a *API) deleteCollection(w http.ResponseWriter, r *http.Request) error {
	me, _, err := a.user(r, "write:collections")
	if err != nil {
		return err
	}
	if err := a.Chapter.DeleteCollection(r.Context(), me, id(r, "id")); err != nil {
		return err
	}
	return empty(w)
}

// getCollection serves GET /api/v1/collections/{id}: with its accounts.
func (a *API) getCollection(w http.ResponseWriter, r *http.Request) error {
	v, err := a.viewer(r, "read:collections")
	if err != nil {
		return err
	}
	c, err := a.Store.Collection(r.Context(), v, id(r, "id"))
	if err != nil {
		return err
	}
	ids := []models.ID{c.AccountID}
	for _, i := range c.Items {
		if i.State == models.ItemAccepted {
			ids = appendNew(ids, i.AccountID)
		}
	}
	found, err := a.Render.accountsByID(r.Context(), ids)
	if err != nil {
		return err
	}
	accounts := []rendered{}
	for _, id := range ids {
		if found[id] != nil {
			accounts = append(accounts, found[id])
		}
	}
	return reply(w, struct {
		Collection collectionEntity `json:"collection"`
		Accounts   []rendered       `json:"accounts"`
	}{a.Render.collection(c, v.AccountID), accounts})
}

// getAccountCollections serves GET /api/v1/accounts/{account_id}/collections.
func (a *API) getAccountCollections(w http.ResponseWriter, r *http.Request) error {
	v, err := a.viewer(r, "read:collections")
	if err != nil {
		return err
	}
	account, err := a.someone(r.Context(), id(r, "account_id"))
	if err != nil {
		return err
	}
	return a.collections(w, r, v, func(ctx context.Context, offset, limit int) ([]*models.Collection, error) {
		return a.Store.CollectionsOf(ctx, v, account.ID, offset, limit)
	})
}

// getCollectionsWith serves GET /api/v1/accounts/{account_id}/in_collections:
// everybody sees only where it is itself.
func (a *API) getCollectionsWith(w http.ResponseWriter, r *http.Request) error {
	me, v, err := a.user(r, "read:collections")
	if err != nil {
		return err
	}
	if id(r, "account_id") != me.ID {
		return models.Errorf(models.Forbidden, "This action is not allowed")
	}
	return a.collections(w, r, v, func(ctx context.Context, offset, limit int) ([]*models.Collection, error) {
		return a.Store.CollectionsWith(ctx, me.ID, offset, limit)
	})
}

func (a *API) collections(w http.ResponseWriter, r *http.Request, v models.Viewer, read func(ctx context.Context, offset, limit int) ([]*models.Collection, error)) error {
	q := r.URL.Query()
	offset, limit := offsetOf(q), limitOf(q, 40, 80)
	found, err := read(r.Context(), offset, limit)
	if err != nil {
		return err
	}
	out := []collectionEntity{}
	for _, c := range found {
		out = append(out, a.Render.collection(c, v.AccountID))
	}
	a.linkOffset(w, r, offset, limit, len(found))
	return reply(w, struct {
		Collections []collectionEntity `json:"collections"`
	}{out})
}

// addToCollection serves POST /api/v1/collections/{collection_id}/items.
func (a *API) addToCollection(w http.ResponseWriter, r *http.Request) error {
	me, _, err := a.user(r, "write:collections")
	if err != nil {
		return err
	}
	var form struct {
		AccountID models.ID `param:"account_id"`
	}
	if err := a.decode(w, r, &form); err != nil {
		return err
	}
	item, err := a.Chapter.AddToCollection(r.Context(), me, id(r, "collection_id"), form.AccountID)
	if err != nil {
		return err
	}
	return reply(w, struct {
		Item itemEntity `json:"collection_item"`
	}{itemOf(item)})
}

// dropFromCollection serves DELETE
// /api/v1/collections/{collection_id}/items/{id}.
func (a *API) dropFromCollection(w http.ResponseWriter, r *http.Request) error {
	return a.changeItem(w, r, a.Chapter.DropFromCollection)
}

// leaveCollection serves POST
// /api/v1/collections/{collection_id}/items/{id}/revoke.
func (a *API) leaveCollection(w http.ResponseWriter, r *http.Request) error {
	return a.changeItem(w, r, a.Chapter.LeaveCollection)
}

func (a *API) changeItem(w http.ResponseWriter, r *http.Request, verb func(ctx context.Context, me *models.Account, id, itemID models.ID) error) error {
	me, _, err := a.user(r, "write:collections")
	if err != nil {
		return err
	}
	if err := verb(r.Context(), me, id(r, "collection_id"), id(r, "id")); err != nil {
		return err
	}
	return empty(w)
}

// loadCollections gets the collections with ids, beside the reports: their ids
// are of one kind.
func (x *notices) loadCollections(ctx context.Context, ids []models.ID) error {
	found, err := x.render.Store.CollectionsByID(ctx, ids)
	if err != nil {
		return err
	}
	for _, c := range found {
		x.reports[c.ID] = encode(x.render.collection(c, x.viewer.AccountID))
	}
	return nil
}
