package mastodon

import (
	"context"
	"net/http"
	"net/url"

	"atelier/models"
	"atelier/models/store"
)

// notificationFilter reads types[], exclude_types[], account_id and
// include_filtered.
func notificationFilter(q url.Values) store.NotificationFilter {
	return store.NotificationFilter{
		Types: q["types[]"], Without: q["exclude_types[]"], FromID: models.ParseID(q.Get("account_id")), Filtered: truth(q.Get("include_filtered")),
	}
}

// getNotifications serves GET /api/v1/notifications.
func (a *API) getNotifications(w http.ResponseWriter, r *http.Request) error {
	_, v, err := a.user(r, "read:notifications")
	if err != nil {
		return err
	}
	p := pageOf(r, 40)
	list, err := a.Store.Notifications(r.Context(), v, notificationFilter(p.query), p.Page)
	if err != nil {
		return err
	}
	x, err := a.Render.notices(r.Context(), v, list)
	if err != nil {
		return err
	}
	if len(list) > 0 {
		a.link(w, r, p, list[len(list)-1].ID, list[0].ID, minID)
	}
	return answer(w, func(b []byte) []byte {
		b = append(b, '[')
		first := true
		for _, n := range list {
			if !x.has(n) {
				continue
			}
			if !first {
				b = append(b, ',')
			}
			first = false
			b = x.notification(b, n)
		}
		return append(b, ']')
	})
}

// getNotification serves GET /api/v1/notifications/{id}.
func (a *API) getNotification(w http.ResponseWriter, r *http.Request) error {
	_, v, err := a.user(r, "read:notifications")
	if err != nil {
		return err
	}
	wanted, err := a.unrounded(r.Context(), v, id(r, "id"))
	if err != nil {
		return err
	}
	body, err := a.Render.Notification(r.Context(), v, wanted)
	if err != nil {
		return err
	}
	write(w, http.StatusOK, body)
	return nil
}

// unrounded returns the id of the viewer's notification that is meant by an
// id: apps in browsers read the number of a push as a float and ask by what
// became of it.
func (a *API) unrounded(ctx context.Context, v models.Viewer, meant models.ID) (models.ID, error) {
	const apart = 1024 // more than two floats of this size
	if meant < 1<<53 {
		return meant, nil
	}
	near, err := a.Store.Notifications(ctx, v, store.NotificationFilter{Filtered: true}, store.Page{Min: meant - apart, Max: meant + apart, Limit: 40})
	out := meant
	for _, n := range near {
		if n.ID == meant {
			return meant, nil
		}
		if float64(n.ID) == float64(meant) {
			out = n.ID
		}
	}
	return out, err
}

// dismissNotification serves POST /api/v1/notifications/{id}/dismiss.
func (a *API) dismissNotification(w http.ResponseWriter, r *http.Request) error {
	me, v, err := a.user(r, "write:notifications")
	if err != nil {
		return err
	}
	if _, err := a.Store.Notification(r.Context(), v, id(r, "id")); err != nil {
		return err
	}
	if err := a.Chapter.DismissNotification(r.Context(), me, id(r, "id")); err != nil {
		return err
	}
	return empty(w)
}

// clearNotifications serves POST /api/v1/notifications/clear.
func (a *API) clearNotifications(w http.ResponseWriter, r *http.Request) error {
	me, _, err := a.user(r, "write:notifications")
	if err != nil {
		return err
	}
	if err := a.Chapter.DismissNotification(r.Context(), me, 0); err != nil {
		return err
	}
	return empty(w)
}

// countEntity is a number of things (Mastodon CountResponse).
type countEntity struct {
	Count int `json:"count"`
}

// getUnreadCount serves GET /api/v1/notifications/unread_count: how many came
// after the marker, at most as many as asked for.
func (a *API) getUnreadCount(w http.ResponseWriter, r *http.Request) error {
	me, v, err := a.user(r, "read:notifications")
	if err != nil {
		return err
	}
	q := r.URL.Query()
	after, err := a.lastRead(r, me.ID)
	if err != nil {
		return err
	}
	list, err := a.Store.Notifications(r.Context(), v, notificationFilter(q), store.Page{Since: after, Limit: limitOf(q, 100, 1000)})
	if err != nil {
		return err
	}
	return reply(w, countEntity{len(list)})
}

// lastRead is how far the member has read its notifications.
func (a *API) lastRead(r *http.Request, me models.ID) (models.ID, error) {
	markers, err := a.Store.Markers(r.Context(), me, []string{"notifications"})
	if err != nil || len(markers) == 0 {
		return 0, err
	}
	return models.ParseID(markers[0].LastRead), nil
}
