package mastodon

import (
	"context"
	"net/http"
	"strconv"

	"atelier/models"
	"atelier/models/store"
)

// policyEntity says from whom a member wants to hear (Mastodon
// NotificationPolicy).
type policyEntity struct {
	ForNotFollowing    models.HoldBack `json:"for_not_following"`
	ForNotFollowers    models.HoldBack `json:"for_not_followers"`
	ForNewAccounts     models.HoldBack `json:"for_new_accounts"`
	ForPrivateMentions models.HoldBack `json:"for_private_mentions"`
	ForLimitedAccounts models.HoldBack `json:"for_limited_accounts"`
	ForBots            models.HoldBack `json:"for_bots"`
	Summary            policySummary   `json:"summary"`
}

// policyV1 is the old form (Mastodon V1::NotificationPolicy).
type policyV1 struct {
	NotFollowing    bool          `json:"filter_not_following"`
	NotFollowers    bool          `json:"filter_not_followers"`
	NewAccounts     bool          `json:"filter_new_accounts"`
	PrivateMentions bool          `json:"filter_private_mentions"`
	Summary         policySummary `json:"summary"`
}

// policySummary counts what waits, up to a hundred.
type policySummary struct {
	Requests      int `json:"pending_requests_count"`
	Notifications int `json:"pending_notifications_count"`
}

const maxPending = 100

func (a *API) policySummary(r *http.Request, me *models.Account) (s policySummary, err error) {
	s.Requests, s.Notifications, err = a.Store.HeldBack(r.Context(), me.ID, maxPending)
	return s, err
}

func (a *API) replyPolicy(w http.ResponseWriter, r *http.Request, me *models.Account, p models.NotificationPolicy) error {
	s, err := a.policySummary(r, me)
	if err != nil {
		return err
	}
	return reply(w, policyEntity{p.NotFollowing, p.NotFollowers, p.NewAccounts, p.PrivateMentions, p.LimitedAccounts, p.Bots, s})
}

func (a *API) replyPolicyV1(w http.ResponseWriter, r *http.Request, me *models.Account, p models.NotificationPolicy) error {
	s, err := a.policySummary(r, me)
	if err != nil {
		return err
	}
	held := func(h models.HoldBack) bool { return h != models.HoldNone }
	return reply(w, policyV1{held(p.NotFollowing), held(p.NotFollowers), held(p.NewAccounts), held(p.PrivateMentions), s})
}

type policyReply func(http.ResponseWriter, *http.Request, *models.Account, models.NotificationPolicy) error

func (a *API) readPolicy(w http.ResponseWriter, r *http.Request, out policyReply) error {
	me, _, err := a.user(r, "read:notifications")
	if err != nil {
		return err
	}
	p, err := a.Store.NotificationPolicy(r.Context(), me.ID)
	if err != nil {
		return err
	}
	return out(w, r, me, p)
}

// getPolicy serves GET /api/v2/notifications/policy.
func (a *API) getPolicy(w http.ResponseWriter, r *http.Request) error {
	return a.readPolicy(w, r, a.replyPolicy)
}

// getPolicyV1 serves GET /api/v1/notifications/policy.
func (a *API) getPolicyV1(w http.ResponseWriter, r *http.Request) error {
	return a.readPolicy(w, r, a.replyPolicyV1)
}

// changePolicy serves PATCH /api/v2/notifications/policy.
func (a *API) changePolicy(w http.ResponseWriter, r *http.Request) error {
	var form struct {
		NotFollowing    *models.HoldBack `param:"for_not_following"`
		NotFollowers    *models.HoldBack `param:"for_not_followers"`
		NewAccounts     *models.HoldBack `param:"for_new_accounts"`
		PrivateMentions *models.HoldBack `param:"for_private_mentions"`
		LimitedAccounts *models.HoldBack `param:"for_limited_accounts"`
		Bots            *models.HoldBack `param:"for_bots"`
	}
	me, _, err := a.user(r, "write:notifications")
	if err != nil {
		return err
	}
	if err := a.decode(w, r, &form); err != nil {
		return err
	}
	p, err := a.Chapter.SetNotificationPolicy(r.Context(), me, func(p *models.NotificationPolicy) {
		override(&p.NotFollowing, form.NotFollowing)
		override(&p.NotFollowers, form.NotFollowers)
		override(&p.NewAccounts, form.NewAccounts)
		override(&p.PrivateMentions, form.PrivateMentions)
		override(&p.LimitedAccounts, form.LimitedAccounts)
		override(&p.Bots, form.Bots)
	})
	if err != nil {
		return err
	}
	return a.replyPolicy(w, r, me, p)
}

// changePolicyV1 serves PUT /api/v1/notifications/policy. What is dropped stays
// dropped when an old client says that it be filtered.
func (a *API) changePolicyV1(w http.ResponseWriter, r *http.Request) error {
	var form struct {
		NotFollowing    *bool `param:"filter_not_following"`
		NotFollowers    *bool `param:"filter_not_followers"`
		NewAccounts     *bool `param:"filter_new_accounts"`
		PrivateMentions *bool `param:"filter_private_mentions"`
	}
	me, _, err := a.user(r, "write:notifications")
	if err != nil {
		return err
	}
	if err := a.decode(w, r, &form); err != nil {
		return err
	}
	filter := func(to *models.HoldBack, wish *bool) {
		switch {
		case wish == nil || *wish && *to == models.HoldDrop:
		case *wish:
			*to = models.HoldAsk
		default:
			*to = models.HoldNone
		}
	}
	p, err := a.Chapter.SetNotificationPolicy(r.Context(), me, func(p *models.NotificationPolicy) {
		filter(&p.NotFollowing, form.NotFollowing)
		filter(&p.NotFollowers, form.NotFollowers)
		filter(&p.NewAccounts, form.NewAccounts)
		filter(&p.PrivateMentions, form.PrivateMentions)
	})
	if err != nil {
		return err
	}
	return a.replyPolicyV1(w, r, me, p)
}

// override sets to to from, if there is one.
func override[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

// requestEntity is a sender who waits to be heard (Mastodon
// NotificationRequest). Its count is a string.
type requestEntity struct {
	ID                 string   `json:"id"`
	CreatedAt          moment   `json:"created_at"`
	UpdatedAt          moment   `json:"updated_at"`
	NotificationsCount string   `json:"notifications_count"`
	Account            rendered `json:"account"`
	LastStatus         rendered `json:"last_status"`
}

// requests are requests as their member sees them; those whose sender is gone
// are left out.
func (a *API) requests(r *http.Request, v models.Viewer, list []*models.NotificationRequest) ([]requestEntity, error) {
	ctx := r.Context()
	var accounts, posts []models.ID
	for _, q := range list {
		accounts = append(accounts, q.FromID)
		if q.LastPostID != 0 {
			posts = append(posts, q.LastPostID)
		}
	}
	found, err := a.Render.accountsByID(ctx, accounts)
	if err != nil {
		return nil, err
	}
	statuses, err := a.Render.statusesByID(ctx, v, posts)
	if err != nil {
		return nil, err
	}
	out := []requestEntity{}
	for _, q := range list {
		if found[q.FromID] != nil {
			out = append(out, requestEntity{q.ID.String(), moment(q.CreatedAt), moment(q.UpdatedAt), strconv.Itoa(q.Count), found[q.FromID], statuses[q.LastPostID]})
		}
	}
	return out, nil
}

// getRequests serves GET /api/v1/notifications/requests.
func (a *API) getRequests(w http.ResponseWriter, r *http.Request) error {
	me, v, err := a.user(r, "read:notifications")
	if err != nil {
		return err
	}
	p := pageOf(r, 40)
	list, err := a.Store.NotificationRequests(r.Context(), me.ID, p.Page)
	if err != nil {
		return err
	}
	out, err := a.requests(r, v, list)
	if err != nil {
		return err
	}
	if n := len(list); n > 0 {
		a.link(w, r, p, full(n, p.Limit, list[n-1].ID), list[0].ID, minID)
	}
	return reply(w, out)
}

// getRequest serves GET /api/v1/notifications/requests/{id}.
func (a *API) getRequest(w http.ResponseWriter, r *http.Request) error {
	me, v, err := a.user(r, "read:notifications")
	if err != nil {
		return err
	}
	q, err := a.Store.NotificationRequest(r.Context(), me.ID, id(r, "id"))
	if err != nil {
		return err
	}
	out, err := a.requests(r, v, []*models.NotificationRequest{q})
	if err != nil {
		return err
	}
	if len(out) == 0 {
		return models.Errorf(models.NotFound, "Record not found")
	}
	return reply(w, out[0])
}

// A requestVerb does something about requests of a member.
type requestVerb func(context.Context, *models.Account, []models.ID) error

// acceptRequest serves POST /api/v1/notifications/requests/{id}/accept.
func (a *API) acceptRequest(w http.ResponseWriter, r *http.Request) error {
	return a.oneRequest(w, r, a.Chapter.AcceptRequests)
}

// dismissRequest serves POST /api/v1/notifications/requests/{id}/dismiss.
func (a *API) dismissRequest(w http.ResponseWriter, r *http.Request) error {
	return a.oneRequest(w, r, a.Chapter.DismissRequests)
}

func (a *API) oneRequest(w http.ResponseWriter, r *http.Request, verb requestVerb) error {
	me, _, err := a.user(r, "write:notifications")
	if err != nil {
		return err
	}
	q, err := a.Store.NotificationRequest(r.Context(), me.ID, id(r, "id"))
	if err != nil {
		return err
	}
	if err := verb(r.Context(), me, []models.ID{q.ID}); err != nil {
		return err
	}
	return empty(w)
}

// acceptRequests serves POST /api/v1/notifications/requests/accept.
func (a *API) acceptRequests(w http.ResponseWriter, r *http.Request) error {
	return a.manyRequests(w, r, a.Chapter.AcceptRequests)
}

// dismissRequests serves POST /api/v1/notifications/requests/dismiss.
func (a *API) dismissRequests(w http.ResponseWriter, r *http.Request) error {
	return a.manyRequests(w, r, a.Chapter.DismissRequests)
}

func (a *API) manyRequests(w http.ResponseWriter, r *http.Request, verb requestVerb) error {
	me, _, err := a.user(r, "write:notifications")
	if err != nil {
		return err
	}
	var form struct {
		IDs []models.ID `param:"id"`
	}
	if err := a.decode(w, r, &form); err != nil {
		return err
	}
	if err := verb(r.Context(), me, form.IDs); err != nil {
		return err
	}
	return empty(w)
}

// getMerged serves GET /api/v1/notifications/requests/merged: accepting is done
// when it is answered.
func (a *API) getMerged(w http.ResponseWriter, r *http.Request) error {
	if _, _, err := a.user(r, "read:notifications"); err != nil {
		return err
	}
	return reply(w, struct {
		Merged bool `json:"merged"`
	}{true})
}

// statusesByID are the posts with ids that v may see, as statuses.
func (r *Render) statusesByID(ctx context.Context, v models.Viewer, ids []models.ID) (map[models.ID]rendered, error) {
	refs, err := r.Store.RefsOf(ctx, v, ids)
	if err != nil {
		return nil, err
	}
	all := make([]store.Ref, 0, len(refs))
	for _, ref := range refs {
		all = append(all, ref)
	}
	s, err := r.sheet(ctx, v, all)
	if err != nil {
		return nil, err
	}
	out := make(map[models.ID]rendered, len(all))
	for _, ref := range all {
		if s.has(ref) {
			out[ref.ID] = s.status(nil, ref)
		}
	}
	return out, nil
}
