package mastodon

import (
	"context"
	"net/http"
	"time"

	"atelier/models"
)

// endorse serves POST /api/v1/accounts/{id}/endorse, and under its old name
// /pin.
func (a *API) endorse(w http.ResponseWriter, r *http.Request) error {
	return a.toward(w, r, "write:accounts", "id", func(ctx context.Context, me *models.Account, id models.ID) error {
		return a.Chapter.Endorse(ctx, me, id, true)
	})
}

// unendorse serves POST /api/v1/accounts/{id}/unendorse, and under its old
// name /unpin.
func (a *API) unendorse(w http.ResponseWriter, r *http.Request) error {
	return a.toward(w, r, "write:accounts", "id", func(ctx context.Context, me *models.Account, id models.ID) error {
		return a.Chapter.Endorse(ctx, me, id, false)
	})
}

// getEndorsements serves GET /api/v1/endorsements.
func (a *API) getEndorsements(w http.ResponseWriter, r *http.Request) error {
	return a.mine(w, r, "read:accounts", a.Store.Endorsed)
}

// getAccountEndorsements serves GET /api/v1/accounts/{id}/endorsements.
func (a *API) getAccountEndorsements(w http.ResponseWriter, r *http.Request) error {
	if _, err := a.viewer(r, "read:accounts"); err != nil {
		return err
	}
	account, err := a.someone(r.Context(), id(r, "id"))
	if err != nil {
		return err
	}
	p := pageOf(r, 40)
	found, err := a.Store.Endorsed(r.Context(), account.ID, p.Page)
	if err != nil {
		return err
	}
	return a.listed(w, r, p, found)
}

// familiarEntity are followers of an account whom the member follows (Mastodon
// FamiliarFollowers).
type familiarEntity struct {
	ID       string     `json:"id"`
	Accounts []rendered `json:"accounts"`
}

// maxFamiliar is how many familiar followers of one account are shown.
const maxFamiliar = 20

// getFamiliarFollowers serves GET /api/v1/accounts/familiar_followers.
func (a *API) getFamiliarFollowers(w http.ResponseWriter, r *http.Request) error {
	_, v, err := a.user(r, "read:follows")
	if err != nil {
		return err
	}
	ids, err := a.ids(w, r, 40)
	if err != nil {
		return err
	}
	ctx := r.Context()
	accounts, err := a.Store.SeenAccounts(ctx, ids)
	if err != nil {
		return err
	}
	found, err := a.Store.FamiliarFollowers(ctx, v, ids, maxFamiliar)
	if err != nil {
		return err
	}
	var all []models.ID
	for _, who := range found {
		all = append(all, who...)
	}
	known, err := a.Render.accountsByID(ctx, all)
	if err != nil {
		return err
	}
	out := []familiarEntity{}
	for _, of := range accounts {
		e := familiarEntity{ID: of.ID.String(), Accounts: []rendered{}}
		for _, id := range found[of.ID] {
			if x := known[id]; x != nil {
				e.Accounts = append(e.Accounts, x)
			}
		}
		out = append(out, e)
	}
	return reply(w, out)
}

// getDirectory serves GET /api/v1/directory: profiles that want to be found.
func (a *API) getDirectory(w http.ResponseWriter, r *http.Request) error {
	v, err := a.viewer(r)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	limit, offset := limitOf(q, 40, 80), offsetOf(q)
	accounts, err := a.Store.Directory(r.Context(), v, truth(q.Get("local")), q.Get("order") == "new", limit, offset)
	if err != nil {
		return err
	}
	brief(w, v.AccountID == 0)
	return a.accountList(w, r, accounts)
}

// suggestionEntity is somebody to follow, and why (Mastodon Suggestion).
type suggestionEntity struct {
	Source  string   `json:"source"` // the old form of sources
	Sources []string `json:"sources"`
	Account rendered `json:"account"`
}

// getSuggestions serves GET /api/v2/suggestions: members of the chapter, and
// whom many of them follow.
func (a *API) getSuggestions(w http.ResponseWriter, r *http.Request) error {
	accounts, err := a.suggested(r)
	if err != nil {
		return err
	}
	list, err := a.Render.accountList(r.Context(), accounts)
	if err != nil {
		return err
	}
	out := []suggestionEntity{}
	for i, e := range list {
		s := suggestionEntity{"staff", []string{"featured"}, e}
		if !accounts[i].Local() {
			s.Source, s.Sources = "global", []string{"most_followed"}
		}
		out = append(out, s)
	}
	return reply(w, out)
}

// getSuggestionsV1 serves GET /api/v1/suggestions.
func (a *API) getSuggestionsV1(w http.ResponseWriter, r *http.Request) error {
	accounts, err := a.suggested(r)
	if err != nil {
		return err
	}
	deprecated(w, time.Date(2021, 5, 16, 0, 0, 0, 0, time.UTC))
	return a.accountList(w, r, accounts)
}

func (a *API) suggested(r *http.Request) ([]*models.Account, error) {
	_, v, err := a.user(r, "read:accounts")
	if err != nil {
		return nil, err
	}
	return a.Store.Suggested(r.Context(), v, limitOf(r.URL.Query(), 40, 80))
}

// dismissSuggestion serves DELETE /api/v1/suggestions/{account_id}.
func (a *API) dismissSuggestion(w http.ResponseWriter, r *http.Request) error {
	me, _, err := a.user(r, "write:accounts")
	if err != nil {
		return err
	}
	account, err := a.someone(r.Context(), id(r, "account_id"))
	if err != nil {
		return err
	}
	if err := a.Chapter.DismissSuggestion(r.Context(), me, account.ID); err != nil {
		return err
	}
	return empty(w)
}

// getIdentityProofs serves GET /api/v1/accounts/{id}/identity_proofs: a feature
// that Mastodon took away; the list is always empty there too.
func (a *API) getIdentityProofs(w http.ResponseWriter, r *http.Request) error {
	if _, _, err := a.user(r); err != nil {
		return err
	}
	if _, err := a.someone(r.Context(), id(r, "id")); err != nil {
		return err
	}
	deprecated(w, time.Date(2022, 3, 30, 0, 0, 0, 0, time.UTC))
	return reply(w, []struct{}{})
}

// getDomainBlocks serves GET /api/v1/domain_blocks: plain texts.
func (a *API) getDomainBlocks(w http.ResponseWriter, r *http.Request) error {
	me, _, err := a.user(r, "read:blocks")
	if err != nil {
		return err
	}
	p := pageOf(r, 100)
	found, err := a.Store.BlockedDomains(r.Context(), me.ID, p.Page)
	if err != nil {
		return err
	}
	out := make([]string, len(found))
	for i, d := range found {
		out[i] = d.Domain
	}
	if n := len(found); n > 0 {
		a.link(w, r, p, full(n, p.Limit, found[n-1].Cursor), found[0].Cursor, sinceID)
	}
	return reply(w, out)
}

// blockDomain serves POST /api/v1/domain_blocks.
func (a *API) blockDomain(w http.ResponseWriter, r *http.Request) error {
	return a.changeDomainBlock(w, r, true)
}

// unblockDomain serves DELETE /api/v1/domain_blocks.
func (a *API) unblockDomain(w http.ResponseWriter, r *http.Request) error {
	return a.changeDomainBlock(w, r, false)
}

func (a *API) changeDomainBlock(w http.ResponseWriter, r *http.Request, blocked bool) error {
	me, _, err := a.user(r, "write:blocks")
	if err != nil {
		return err
	}
	var form struct {
		Domain string `param:"domain"`
	}
	if err := a.decode(w, r, &form); err != nil {
		return err
	}
	if err := a.Chapter.BlockDomain(r.Context(), me, form.Domain, blocked); err != nil {
		return err
	}
	return empty(w)
}

// blockPreview is what a domain block would cut.
type blockPreview struct {
	Following int `json:"following_count"`
	Followers int `json:"followers_count"`
}

// previewDomainBlock serves GET /api/v1/domain_blocks/preview.
func (a *API) previewDomainBlock(w http.ResponseWriter, r *http.Request) error {
	me, _, err := a.user(r, "write:blocks")
	if err != nil {
		return err
	}
	domain := r.URL.Query().Get("domain")
	if domain == "" {
		return models.Errorf(models.Malformed, "param is missing or the value is empty: domain")
	}
	ties, err := a.Store.TiesWithDomain(r.Context(), me.ID, domain, 10_000)
	if err != nil {
		return err
	}
	var out blockPreview
	for _, f := range ties {
		if f.AccountID == me.ID {
			out.Following++
		} else {
			out.Followers++
		}
	}
	return reply(w, out)
}
