package mastodon

import (
	"net/http"

	"atelier/models"
	"atelier/models/store"
)

// adminTagEntity is a tag as stewards see it (Mastodon Admin::Tag). A chapter
// has no rules about single tags: all may be used, and none trends.
type adminTagEntity struct {
	tagEntity
	Trendable      bool `json:"trendable"`
	Usable         bool `json:"usable"`
	RequiresReview bool `json:"requires_review"`
	Listable       bool `json:"listable"`
}

func (a *API) adminTagList(r *http.Request, v models.Viewer, list []store.Tag) ([]adminTagEntity, error) {
	tags, err := a.tags(r.Context(), v, list)
	if err != nil {
		return nil, err
	}
	out := make([]adminTagEntity, len(tags))
	for i, t := range tags {
		out[i] = adminTagEntity{tagEntity: t, Usable: true, Listable: true}
	}
	return out, nil
}

// adminTags serves GET /api/v1/admin/tags: all, the newest first.
func (a *API) adminTags(w http.ResponseWriter, r *http.Request) error {
	_, v, err := a.steward(r, "admin:read")
	if err != nil {
		return err
	}
	p := pageOf(r, 100)
	list, err := a.Store.AllTags(r.Context(), p.Page)
	if err != nil {
		return err
	}
	out, err := a.adminTagList(r, v, list)
	if err != nil {
		return err
	}
	if n := len(list); n > 0 {
		a.link(w, r, p, full(n, p.Limit, list[n-1].ID), list[0].ID, minID)
	}
	return reply(w, out)
}

// adminTag serves GET /api/v1/admin/tags/{id}.
func (a *API) adminTag(w http.ResponseWriter, r *http.Request) error {
	_, v, err := a.steward(r, "admin:read")
	if err != nil {
		return err
	}
	t, err := a.Store.TagByID(r.Context(), id(r, "id"))
	if err != nil {
		return err
	}
	out, err := a.adminTagList(r, v, []store.Tag{t})
	if err != nil {
		return err
	}
	return reply(w, out[0])
}

// adminTrends serves GET /api/v1/admin/trends/*: nothing trends here, so that
// nothing waits for a review.
func (a *API) adminTrends(w http.ResponseWriter, r *http.Request) error {
	if _, _, err := a.steward(r, "admin:read"); err != nil {
		return err
	}
	return reply(w, []struct{}{})
}
