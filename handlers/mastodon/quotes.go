package mastodon

import (
	"net/http"

	"atelier/models"
)

// getQuotes serves GET /api/v1/statuses/{id}/quotes: who quoted a post, with
// its author's consent.
func (a *API) getQuotes(w http.ResponseWriter, r *http.Request) error {
	_, v, err := a.user(r, "read:statuses")
	if err != nil {
		return err
	}
	post, err := a.readable(r.Context(), v, id(r, "id"))
	if err != nil {
		return err
	}
	p := pageOf(r, 20)
	refs, err := a.Store.QuoteRefs(r.Context(), v, post.ID, p.Page)
	if err != nil {
		return err
	}
	if n := len(refs); n > 0 {
		a.link(w, r, p, full(n, p.Limit, refs[n-1].ID), refs[0].ID, sinceID)
	}
	return a.statusList(w, r, v, refs)
}

// revokeQuote serves POST
// /api/v1/statuses/{id}/quotes/{quoting_status_id}/revoke: it answers the
// quoting post.
func (a *API) revokeQuote(w http.ResponseWriter, r *http.Request) error {
	me, v, err := a.user(r, "write:statuses")
	if err != nil {
		return err
	}
	p, err := a.Chapter.RevokeQuote(r.Context(), me, id(r, "id"), id(r, "quoting_status_id"))
	if err != nil {
		return err
	}
	return a.status(w, r, v, p.ID)
}

// setInteractionPolicy serves PUT /api/v1/statuses/{id}/interaction_policy.
func (a *API) setInteractionPolicy(w http.ResponseWriter, r *http.Request) error {
	me, v, err := a.user(r, "write:statuses")
	if err != nil {
		return err
	}
	var form struct {
		Policy string `param:"quote_approval_policy"`
	}
	if err := a.decode(w, r, &form); err != nil {
		return err
	}
	policy, err := quotePolicy(form.Policy)
	if err != nil {
		return err
	}
	if policy == "" {
		return models.Errorf(models.Malformed, "param is missing or the value is empty: quote_approval_policy")
	}
	p, err := a.Chapter.SetQuotePolicy(r.Context(), me, id(r, "id"), policy)
	if err != nil {
		return err
	}
	return a.status(w, r, v, p.ID)
}

// translate serves POST /api/v1/statuses/{id}/translate: nothing is translated
// here, and Mastodon without a translator says so with 404.
func (a *API) translate(w http.ResponseWriter, r *http.Request) error {
	_, v, err := a.user(r, "read:statuses")
	if err != nil {
		return err
	}
	if _, err := a.ref(r.Context(), v, id(r, "id")); err != nil {
		return err
	}
	return models.Errorf(models.NotFound, "This chapter translates nothing.")
}
