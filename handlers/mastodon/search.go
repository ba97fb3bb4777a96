package mastodon

import (
	"context"
	"net/http"
	"strings"

	"atelier/models"
	"atelier/models/store"
)

// search serves GET /api/v2/search. A handle or an address is looked up
// elsewhere if resolve says so: this is how apps open what they were sent.
func (a *API) search(w http.ResponseWriter, r *http.Request) error {
	v, err := a.viewer(r, "read:search")
	if err != nil {
		return err
	}
	q := r.URL.Query()
	words := strings.TrimSpace(q.Get("q"))
	if words == "" {
		return models.Errorf(models.Malformed, "param is missing or the value is empty: q")
	}
	ctx := r.Context()
	x := &finding{words: words, limit: limitOf(q, 20, 40), offset: offsetOf(q), following: truth(q.Get("following")), resolve: truth(q.Get("resolve")) && v.AccountID != 0,
		author: models.ParseID(q.Get("account_id")), page: pageOf(r, 20).Page}
	if v.AccountID == 0 && x.offset > 0 {
		return models.Errorf(models.NoSession, "Search queries pagination is not supported without authentication")
	}
	kind := q.Get("type")
	wanted := func(t string) bool { return kind == "" || kind == t }
	if err := a.find(ctx, v, x, wanted); err != nil {
		return err
	}
	accounts, err := a.Render.accountList(ctx, x.accounts)
	if err != nil {
		return err
	}
	tags, err := a.tags(ctx, v, x.tags)
	if err != nil {
		return err
	}
	s, err := a.Render.sheet(ctx, v, x.posts)
	if err != nil {
		return err
	}
	return answer(w, func(b []byte) []byte {
		b = appendArray(append(b, `{"accounts":`...), accounts)
		b = s.list(append(b, `,"statuses":`...), x.posts)
		b = append(append(b, `,"hashtags":`...), encode(tags)...)
		return append(b, `,"collections":[]}`...)
	})
}

// A finding is a search and what it found.
type finding struct {
	words         string
	limit, offset int
	following     bool
	resolve       bool
	author        models.ID
	page          store.Page

	accounts []*models.Account
	posts    []store.Ref
	tags     []store.Tag
}

func (a *API) find(ctx context.Context, v models.Viewer, x *finding, wanted func(string) bool) error {
	if isAddress(x.words) {
		return a.findAddress(ctx, v, x, wanted)
	}
	if wanted("accounts") {
		var err error
		if x.accounts, err = a.findAccounts(ctx, v, x); err != nil {
			return err
		}
	}
	tag := strings.HasPrefix(x.words, "#")
	if wanted("hashtags") && !strings.HasPrefix(x.words, "@") && !strings.ContainsAny(x.words, " @") {
		var err error
		if x.tags, err = a.Store.SearchTags(ctx, v, x.words, x.limit, x.offset); err != nil {
			return err
		}
	}
	if wanted("statuses") && v.AccountID != 0 && !tag && !strings.HasPrefix(x.words, "@") {
		return a.findPosts(ctx, v, x)
	}
	return nil
}

func isAddress(s string) bool {
	return (strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://")) && !strings.ContainsAny(s, " \n\t")
}

// findPosts finds posts by their text.
func (a *API) findPosts(ctx context.Context, v models.Viewer, x *finding) error {
	p := x.page
	p.Limit = x.limit + x.offset
	search, err := a.postSearch(ctx, v, x.words)
	if err != nil {
		return err
	}
	if x.author != 0 {
		search.From = x.author
	}
	found, err := a.Store.FindPosts(ctx, v, search, p)
	if err != nil {
		return err
	}
	if x.offset >= len(found) {
		return nil
	}
	ids := found[x.offset:]
	refs, err := a.Store.RefsOf(ctx, v, ids)
	x.posts = inOrder(ids, refs)
	return err
}

// findAccounts finds accounts by handle and name; a whole handle that is not
// known may be asked for at its own server.
func (a *API) findAccounts(ctx context.Context, v models.Viewer, x *finding) ([]*models.Account, error) {
	handle := strings.TrimPrefix(strings.TrimPrefix(x.words, "acct:"), "@")
	name, host, whole := strings.Cut(handle, "@")
	if whole && name != "" && host != "" && !strings.ContainsAny(handle, " /") && x.offset == 0 {
		if found, err := a.byHandle(ctx, handle, x.resolve); err != nil || found != nil {
			return found, err
		}
	}
	return a.Store.SearchAccounts(ctx, v, a.Chapter.LocalHandle(x.words), x.following, x.limit, x.offset)
}

// byHandle is the account with a whole handle: known here, or elsewhere.
func (a *API) byHandle(ctx context.Context, handle string, resolve bool) ([]*models.Account, error) {
	found, err := a.Store.AccountByHandle(ctx, a.Chapter.LocalHandle(handle))
	if models.KindOf(err) == models.NotFound {
		if !resolve || a.Chapter.Find == nil || a.Chapter.LocalHandle(handle) != strings.ToLower(handle) {
			return nil, nil
		}
		found, err = a.Chapter.Find.Handle(ctx, handle)
		if elsewhere(err) {
			return nil, nil
		}
	}
	if err != nil {
		return nil, err
	}
	return a.Store.SeenAccounts(ctx, []models.ID{found.ID})
}

// elsewhere says whether an error only means that another server has not what
// was asked for, or does not answer: then nothing was found.
func elsewhere(err error) bool {
	switch models.KindOf(err) {
	case models.NotFound, models.Gone, models.Unreachable, models.Invalid, models.Malformed, models.Forbidden, models.Unsupported, models.TooLarge:
		return true
	}
	return false
}

// findAddress finds what an address names: a post or an account, known here or
// elsewhere.
func (a *API) findAddress(ctx context.Context, v models.Viewer, x *finding, wanted func(string) bool) error {
	if wanted("statuses") {
		id, err := a.postAt(ctx, v, x.words, x.resolve)
		if err != nil {
			return err
		}
		if id != 0 {
			refs, err := a.Store.RefsOf(ctx, v, []models.ID{id})
			x.posts = inOrder([]models.ID{id}, refs)
			return err
		}
	}
	if !wanted("accounts") {
		return nil
	}
	id, err := a.accountAt(ctx, x.words, x.resolve)
	if err != nil || id == 0 {
		return err
	}
	x.accounts, err = a.Store.SeenAccounts(ctx, []models.ID{id})
	return err
}

// postAt is the id of the post with an address, 0 if there is none.
func (a *API) postAt(ctx context.Context, v models.Viewer, address string, resolve bool) (models.ID, error) {
	if ref, ok := a.URLs.Parse(address); ok {
		return a.localPost(ctx, v, ref)
	}
	if a.URLs.Local(address) {
		return 0, nil
	}
	p, err := a.Store.PostByURI(ctx, address)
	if models.KindOf(err) == models.NotFound {
		p, err = a.Store.PostByURL(ctx, v, address)
	}
	if models.KindOf(err) == models.NotFound && resolve && a.Chapter.Find != nil {
		p, err = a.Chapter.Find.Post(ctx, address)
	}
	if elsewhere(err) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return p.ID, nil
}

// localPost is the id of the post at one of our addresses.
func (a *API) localPost(ctx context.Context, v models.Viewer, ref models.Ref) (models.ID, error) {
	if ref.Kind != models.PostRef || ref.Slug == "" {
		if ref.Kind != models.PostRef {
			return 0, nil
		}
		return ref.ID, nil
	}
	p, err := a.Store.PostBySlug(ctx, v, ref.Slug)
	if models.KindOf(err) == models.NotFound {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return p.ID, nil
}

// accountAt is the id of the account with an address, 0 if there is none.
func (a *API) accountAt(ctx context.Context, address string, resolve bool) (models.ID, error) {
	if ref, ok := a.URLs.Parse(address); ok {
		switch {
		case ref.Kind != models.ActorRef:
			return 0, nil
		case ref.Actor == models.PersonActor:
			return a.accountID(a.Store.AccountByHandle(ctx, ref.Name))
		}
		return a.accountID(a.Store.AccountByURI(ctx, a.URLs.ActorURI(ref)))
	}
	found, err := a.Store.AccountByURI(ctx, address)
	if models.KindOf(err) == models.NotFound {
		found, err = a.Store.AccountByURL(ctx, address)
	}
	if models.KindOf(err) == models.NotFound && resolve && a.Chapter.Find != nil && !a.URLs.Local(address) {
		found, err = a.Chapter.Find.Account(ctx, address)
	}
	return a.accountID(found, err)
}

func (a *API) accountID(found *models.Account, err error) (models.ID, error) {
	if elsewhere(err) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return found.ID, nil
}

// searchAccounts serves GET /api/v1/accounts/search: completes handles.
func (a *API) searchAccounts(w http.ResponseWriter, r *http.Request) error {
	_, v, err := a.user(r, "read:accounts")
	if err != nil {
		return err
	}
	q := r.URL.Query()
	x := &finding{words: strings.TrimSpace(q.Get("q")), limit: limitOf(q, 40, 80), offset: offsetOf(q), following: truth(q.Get("following")), resolve: truth(q.Get("resolve"))}
	if isAddress(x.words) {
		err = a.findAddress(r.Context(), v, x, func(t string) bool { return t == "accounts" })
	} else if x.words != "" {
		x.accounts, err = a.findAccounts(r.Context(), v, x)
	}
	if err != nil {
		return err
	}
	return a.accountList(w, r, x.accounts)
}
