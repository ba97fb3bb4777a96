package mastodon

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"

	"github.com/gorilla/mux"

	"atelier/models"
	"atelier/models/store"
)

// groupable are the types that are shown in groups, unless the client names
// fewer.
var groupable = []string{"favourite", "reblog", "follow", "admin.sign_up"}

// groupedTypes are the types that a client wants in groups.
func groupedTypes(r *http.Request) []string {
	if types := r.URL.Query()["grouped_types[]"]; len(types) > 0 {
		var out []string
		for _, t := range types {
			if slices.Contains(groupable, t) {
				out = append(out, t)
			}
		}
		return out
	}
	return groupable
}

// getGroups serves GET /api/v2/notifications.
func (a *API) getGroups(w http.ResponseWriter, r *http.Request) error {
	_, v, err := a.user(r, "read:notifications")
	if err != nil {
		return err
	}
	ctx := r.Context()
	p := pageOf(r, 40)
	f := notificationFilter(p.query)
	types := groupedTypes(r)
	groups, err := a.Store.NotificationGroups(ctx, v, f, types, p.Page)
	if err != nil {
		return err
	}
	return a.groups(w, r, v, p, groups)
}

func (a *API) groups(w http.ResponseWriter, r *http.Request, v models.Viewer, p paging, found []store.NotificationGroup) error {
	ctx := r.Context()
	var list []*models.Notification
	var accounts []models.ID
	for _, g := range found {
		list = append(list, g.Newest)
		accounts = append(accounts, g.Samples...)
	}
	x, err := a.Render.notices(ctx, v, list, accounts...)
	if err != nil {
		return err
	}
	if len(found) > 0 {
		oldest, newest := found[0].PageMin, found[0].PageMax
		for _, g := range found {
			oldest, newest = min(oldest, g.PageMin), max(newest, g.PageMax)
		}
		a.link(w, r, p, oldest, newest, minID)
	}
	found = slices.DeleteFunc(found, func(g store.NotificationGroup) bool { return !x.has(g.Newest) })
	partial := p.query.Get("expand_accounts") == "partial_avatars"
	return answer(w, func(b []byte) []byte { return x.groups(b, found, partial) })
}

// groups appends GroupedNotificationsResults: accounts and statuses once each.
func (x *notices) groups(b []byte, groups []store.NotificationGroup, partial bool) []byte {
	var whole, avatars, posts []models.ID
	b = append(b, `{"notification_groups":[`...)
	for i, g := range groups {
		if i > 0 {
			b = append(b, ',')
		}
		b = x.group(b, g)
		for j, id := range g.Samples {
			switch {
			case x.accounts[id] == nil:
			case partial && j > 0:
				avatars = appendNew(avatars, id)
			default:
				whole = appendNew(whole, id)
			}
		}
		if g.Newest.PostID != 0 {
			posts = appendNew(posts, g.Newest.PostID)
		}
	}
	b = append(b, `],"accounts":[`...)
	for i, id := range whole {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, x.accounts[id]...)
	}
	b = append(b, `],"statuses":`...)
	b = x.list(b, inOrder(posts, x.refs))
	if partial {
		avatars = slices.DeleteFunc(avatars, func(id models.ID) bool { return slices.Contains(whole, id) })
		b = append(b, `,"partial_accounts":[`...)
		for i, id := range avatars {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(b, encode(partialAccount(x.accounts[id]))...)
		}
		b = append(b, ']')
	}
	return append(b, '}')
}

func appendNew(ids []models.ID, id models.ID) []models.ID {
	if slices.Contains(ids, id) {
		return ids
	}
	return append(ids, id)
}

// group appends one NotificationGroup. most_recent_notification_id is a number
// as in Mastodon.
func (x *notices) group(b []byte, g store.NotificationGroup) []byte {
	n := g.Newest
	b = append(b, `{"group_key":`...)
	b = strconv.AppendQuote(b, g.Key)
	b = append(b, `,"notifications_count":`...)
	b = strconv.AppendInt(b, int64(g.Count), 10)
	b = append(b, `,"type":"`...)
	b = append(b, n.Type...)
	b = append(b, `","most_recent_notification_id":`...)
	b = strconv.AppendInt(b, int64(n.ID), 10)
	if g.PageMin != 0 {
		b = append(b, `,"page_min_id":`...)
		b = appendID(b, g.PageMin)
		b = append(b, `,"page_max_id":`...)
		b = appendID(b, g.PageMax)
		b = append(b, `,"latest_page_notification_at":`...)
		b = moment(n.CreatedAt).append(b)
	}
	b = append(b, `,"sample_account_ids":[`...)
	for i, id := range g.Samples {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendID(b, id)
	}
	b = append(b, ']')
	if n.PostID != 0 {
		b = append(b, `,"status_id":`...)
		b = appendID(b, n.PostID)
	}
	b = x.appendCase(b, n)
	return append(b, '}')
}

// getGroup serves GET /api/v2/notifications/{group_key}.
func (a *API) getGroup(w http.ResponseWriter, r *http.Request) error {
	_, v, err := a.user(r, "read:notifications")
	if err != nil {
		return err
	}
	g, err := a.Store.NotificationGroup(r.Context(), v, mux.Vars(r)["group_key"])
	if err != nil {
		return err
	}
	x, err := a.Render.notices(r.Context(), v, []*models.Notification{g.Newest}, g.Samples...)
	if err != nil {
		return err
	}
	if !x.has(g.Newest) {
		return store.ErrNotFound
	}
	return answer(w, func(b []byte) []byte { return x.groups(b, []store.NotificationGroup{g}, false) })
}

// getGroupAccounts serves GET /api/v2/notifications/{group_key}/accounts.
func (a *API) getGroupAccounts(w http.ResponseWriter, r *http.Request) error {
	_, v, err := a.user(r, "read:notifications")
	if err != nil {
		return err
	}
	ctx := r.Context()
	p := pageOf(r, 40)
	list, err := a.Store.GroupNotifications(ctx, v, mux.Vars(r)["group_key"], p.Page)
	if err != nil {
		return err
	}
	var ids []models.ID
	for _, n := range list {
		ids = appendNew(ids, n.FromID)
	}
	found, err := a.Render.accountsByID(ctx, ids)
	if err != nil {
		return err
	}
	out := make([]rendered, 0, len(ids))
	for _, id := range ids {
		if e := found[id]; e != nil {
			out = append(out, e)
		}
	}
	if n := len(list); n > 0 {
		a.link(w, r, p, full(n, p.Limit, list[n-1].ID), list[0].ID, minID)
	}
	return answer(w, func(b []byte) []byte { return appendArray(b, out) })
}

// dismissGroup serves POST /api/v2/notifications/{group_key}/dismiss.
func (a *API) dismissGroup(w http.ResponseWriter, r *http.Request) error {
	me, _, err := a.user(r, "write:notifications")
	if err != nil {
		return err
	}
	if err := a.Chapter.DismissNotificationGroup(r.Context(), me, mux.Vars(r)["group_key"]); err != nil {
		return err
	}
	return empty(w)
}

// getUnreadGroups serves GET /api/v2/notifications/unread_count.
func (a *API) getUnreadGroups(w http.ResponseWriter, r *http.Request) error {
	me, v, err := a.user(r, "read:notifications")
	if err != nil {
		return err
	}
	after, err := a.lastRead(r, me.ID)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	groups, err := a.Store.NotificationGroups(r.Context(), v, notificationFilter(q), groupedTypes(r), store.Page{Since: after, Limit: limitOf(q, 100, 1000)})
	if err != nil {
		return err
	}
	return reply(w, countEntity{len(groups)})
}

// partialEntity is as much of an account as its picture needs (Mastodon
// PartialAccountWithAvatar).
type partialEntity struct {
	ID                string `json:"id"`
	Acct              string `json:"acct"`
	Locked            bool   `json:"locked"`
	Bot               bool   `json:"bot"`
	URL               string `json:"url"`
	Avatar            string `json:"avatar"`
	AvatarStatic      string `json:"avatar_static"`
	AvatarDescription string `json:"avatar_description"`
}

func partialAccount(whole rendered) (p partialEntity) {
	if err := json.Unmarshal(whole, &p); err != nil {
		panic(err) // we wrote it
	}
	return p
}
