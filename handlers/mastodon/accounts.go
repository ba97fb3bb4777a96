package mastodon

import (
	"context"
	"net/http"
	"strings"

	"atelier/models"
	"atelier/models/store"
)

// listed answers with a page of a list of accounts that is ordered by
// something else; the cursor is the list's own.
func (a *API) listed(w http.ResponseWriter, r *http.Request, p paging, found []store.Listed) error {
	accounts := make([]*models.Account, len(found))
	for i, l := range found {
		accounts[i] = l.Account
	}
	if n := len(found); n > 0 {
		a.link(w, r, p, full(n, p.Limit, found[n-1].Cursor), found[0].Cursor, sinceID)
	}
	return a.accountList(w, r, accounts)
}

// accountList answers with accounts.
func (a *API) accountList(w http.ResponseWriter, r *http.Request, accounts []*models.Account) error {
	list, err := a.Render.accountList(r.Context(), accounts)
	if err != nil {
		return err
	}
	return answer(w, func(b []byte) []byte { return appendArray(b, list) })
}

func appendArray(b []byte, list []rendered) []byte {
	b = append(b, '[')
	for i, e := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, e...)
	}
	return append(b, ']')
}

// someone is an account that clients may see: who has not joined yet, or is
// gone, is not there.
func (a *API) someone(ctx context.Context, id models.ID) (*models.Account, error) {
	return a.Store.SeenAccount(ctx, id)
}

// getAccount serves GET /api/v1/accounts/{id}.
func (a *API) getAccount(w http.ResponseWriter, r *http.Request) error {
	v, err := a.viewer(r, "read:accounts")
	if err != nil {
		return err
	}
	account, err := a.someone(r.Context(), id(r, "id"))
	if err != nil {
		return err
	}
	brief(w, v.AccountID == 0)
	return a.account(w, r, account)
}

func (a *API) account(w http.ResponseWriter, r *http.Request, account *models.Account) error {
	body, err := a.Render.keepAccount(r.Context(), account)
	if err != nil {
		return err
	}
	write(w, http.StatusOK, body)
	return nil
}

// getAccounts serves GET /api/v1/accounts.
func (a *API) getAccounts(w http.ResponseWriter, r *http.Request) error {
	if _, err := a.viewer(r, "read:accounts"); err != nil {
		return err
	}
	ids, err := a.ids(w, r, 40)
	if err != nil {
		return err
	}
	accounts, err := a.Store.SeenAccounts(r.Context(), ids)
	if err != nil {
		return err
	}
	return a.accountList(w, r, accounts)
}

// lookupAccount serves GET /api/v1/accounts/lookup: by handle, without asking
// anybody.
func (a *API) lookupAccount(w http.ResponseWriter, r *http.Request) error {
	v, err := a.viewer(r, "read:accounts")
	if err != nil {
		return err
	}
	handle := strings.TrimPrefix(strings.TrimSpace(r.URL.Query().Get("acct")), "@")
	if handle == "" {
		return models.Errorf(models.NotFound, "Record not found")
	}
	found, err := a.Store.AccountByHandle(r.Context(), a.Chapter.LocalHandle(handle))
	if err != nil {
		return err
	}
	account, err := a.someone(r.Context(), found.ID)
	if err != nil {
		return err
	}
	brief(w, v.AccountID == 0)
	return a.account(w, r, account)
}

// getAccountStatuses serves GET /api/v1/accounts/{id}/statuses.
func (a *API) getAccountStatuses(w http.ResponseWriter, r *http.Request) error {
	v, err := a.viewer(r, "read:statuses")
	if err != nil {
		return err
	}
	ctx := r.Context()
	account, err := a.someone(ctx, id(r, "id"))
	if err != nil {
		return err
	}
	p := pageOf(r, 20)
	brief(w, v.AccountID == 0)
	if account.Suspended() {
		return a.statuses(w, r, v, p, nil)
	}
	f := store.AccountFilter{
		Pinned:         truth(p.query.Get("pinned")),
		OnlyMedia:      truth(p.query.Get("only_media")),
		WithoutReplies: truth(p.query.Get("exclude_replies")),
		WithoutBoosts:  truth(p.query.Get("exclude_reblogs")),
		WithoutDirect:  truth(p.query.Get("exclude_direct")),
		Tag:            p.query.Get("tagged"),
	}
	refs, err := a.Store.AccountRefs(ctx, v, account.ID, f, p.Page)
	if err != nil {
		return err
	}
	return a.statuses(w, r, v, p, refs)
}

// getFollowers serves GET /api/v1/accounts/{id}/followers.
func (a *API) getFollowers(w http.ResponseWriter, r *http.Request) error {
	return a.network(w, r, a.Store.Followers)
}

// getFollowing serves GET /api/v1/accounts/{id}/following.
func (a *API) getFollowing(w http.ResponseWriter, r *http.Request) error {
	return a.network(w, r, a.Store.Following)
}

// network answers with an account's followers or whom it follows. Who hides
// them, or blocks the viewer, shows none.
func (a *API) network(w http.ResponseWriter, r *http.Request, list func(context.Context, models.ID, store.Page) ([]store.Listed, error)) error {
	v, err := a.viewer(r, "read:accounts")
	if err != nil {
		return err
	}
	ctx := r.Context()
	account, err := a.someone(ctx, id(r, "id"))
	if err != nil {
		return err
	}
	p := pageOf(r, 40)
	hidden := account.HideNetwork || account.Suspended()
	if v.AccountID != 0 && v.AccountID != account.ID && !hidden {
		_, err := a.Store.Block(ctx, account.ID, v.AccountID)
		if err != nil && models.KindOf(err) != models.NotFound {
			return err
		}
		hidden = err == nil
	}
	if hidden && v.AccountID != account.ID {
		return a.listed(w, r, p, nil)
	}
	found, err := list(ctx, account.ID, p.Page)
	if err != nil {
		return err
	}
	return a.listed(w, r, p, found)
}

// mine answers with a page of one of the member's own lists of accounts.
func (a *API) mine(w http.ResponseWriter, r *http.Request, scope string, list func(context.Context, models.ID, store.Page) ([]store.Listed, error)) error {
	me, _, err := a.user(r, scope)
	if err != nil {
		return err
	}
	p := pageOf(r, 40)
	found, err := list(r.Context(), me.ID, p.Page)
	if err != nil {
		return err
	}
	return a.listed(w, r, p, found)
}

// getBlocks serves GET /api/v1/blocks.
func (a *API) getBlocks(w http.ResponseWriter, r *http.Request) error {
	return a.mine(w, r, "read:blocks", a.Store.Blocked)
}

// getFollowRequests serves GET /api/v1/follow_requests.
func (a *API) getFollowRequests(w http.ResponseWriter, r *http.Request) error {
	return a.mine(w, r, "read:follows", a.Store.FollowRequests)
}

// getMutes serves GET /api/v1/mutes: accounts with the moment at which the
// mute ends.
func (a *API) getMutes(w http.ResponseWriter, r *http.Request) error {
	me, _, err := a.user(r, "read:mutes")
	if err != nil {
		return err
	}
	ctx := r.Context()
	p := pageOf(r, 40)
	found, err := a.Store.Muted(ctx, me.ID, p.Page)
	if err != nil {
		return err
	}
	ids := make([]models.ID, len(found))
	for i, l := range found {
		ids[i] = l.Account.ID
	}
	until, err := a.Store.MutesUntil(ctx, me.ID, ids)
	if err != nil {
		return err
	}
	out := make([]rendered, len(found))
	for i, l := range found {
		e, err := a.Render.keepAccount(ctx, l.Account)
		if err != nil {
			return err
		}
		b := append([]byte(nil), e[:len(e)-1]...)
		b = moment(until[l.Account.ID]).append(append(b, `,"mute_expires_at":`...))
		out[i] = append(b, '}')
	}
	if n := len(found); n > 0 {
		a.link(w, r, p, full(n, p.Limit, found[n-1].Cursor), found[0].Cursor, sinceID)
	}
	return answer(w, func(b []byte) []byte { return appendArray(b, out) })
}
