package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"atelier/models"
)

// A NotificationGroup is like notifications shown as one.
type NotificationGroup struct {
	Key     string
	Newest  *models.Notification // of those on the page
	Count   int                  // of all, on the page or older
	Samples []models.ID          // who the newest ones are from, the newest first
	PageMin models.ID            // the oldest and the newest one on the page
	PageMax models.ID
}

// maxSamples is how many accounts a group shows.
const maxSamples = 8

// ungrouped begins the key of a notification that stands alone; its id follows.
const ungrouped = "ungrouped-"

// NotificationGroups returns a page of the viewer's notifications, those of
// types in groups: page.Limit groups, the one with the newest notification
// first. A group whose notifications reach below the page is on the next one
// again.
func (q queries) NotificationGroups(ctx context.Context, v models.Viewer, f NotificationFilter, types []string, page Page) ([]NotificationGroup, error) {
	var out []NotificationGroup
	seen := map[string]bool{}
	var keys []string
	rest, edge := page, models.ID(0)
	rest.Limit = 2 * page.Limit
	for len(out) < page.Limit {
		list, err := q.notificationsWithout(ctx, v, f, keys, rest)
		if err != nil {
			return nil, err
		}
		if page.Min != 0 {
			slices.Reverse(list) // from the floor upwards
		}
		for _, n := range list {
			key := groupOf(n, types)
			if !seen[key] {
				if len(out) == page.Limit {
					break
				}
				seen[key] = true
				out = append(out, NotificationGroup{Key: key, Newest: n, Count: 1, Samples: []models.ID{n.FromID}, PageMin: n.ID, PageMax: n.ID})
				if !strings.HasPrefix(key, ungrouped) {
					keys = append(keys, key)
				}
			}
			edge = n.ID
		}
		if len(list) < rest.Limit {
			break
		}
		if page.Min != 0 {
			rest.Min = edge
		} else {
			rest.Max = edge
		}
	}
	return out, q.fillGroups(ctx, v, f, out, keys, page, edge)
}

// groupOf is the key under which a notification is shown, if those of types
// are grouped.
func groupOf(n *models.Notification, types []string) string {
	if n.GroupKey == "" || !slices.Contains(types, string(n.Type)) {
		return ungrouped + n.ID.String()
	}
	return n.GroupKey
}

// notificationsWithout returns a page of notifications that are in none of
// the groups with keys.
func (q queries) notificationsWithout(ctx context.Context, v models.Viewer, f NotificationFilter, keys []string, p Page) ([]*models.Notification, error) {
	condition, args := notificationCondition(v, f)
	if len(keys) > 0 {
		condition += ` AND NOT (t.group_key {names})`
		args = append(args, keys)
	}
	return pageOf(ctx, q, scanNotification, p, "t.id", `SELECT `+notificationColumns+` FROM notifications t WHERE `+condition, args...)
}

// fillGroups counts the groups with keys and finds who they are from. edge is
// where the page ends.
func (q queries) fillGroups(ctx context.Context, v models.Viewer, f NotificationFilter, groups []NotificationGroup, keys []string, page Page, edge models.ID) error {
	if len(keys) == 0 {
		return nil
	}
	low, high := edge, page.Max
	if page.Min != 0 {
		low, high = page.Min+1, edge+1
	}
	if high == 0 {
		high = 1<<63 - 1
	}
	type sample struct {
		key        string
		from       models.ID
		count      int
		oldest     sql.NullInt64
		newest, id models.ID
	}
	found, err := list(ctx, q, func(rows *sql.Rows) (s sample, err error) {
		return s, rows.Scan(&s.key, &s.id, &s.from, &s.count, &s.oldest, &s.newest)
	}, `
		SELECT group_key, id, from_id, total, oldest, newest FROM (
			SELECT group_key, id, from_id, ROW_NUMBER() OVER (PARTITION BY group_key ORDER BY id DESC) AS nth, COUNT(*) OVER (PARTITION BY group_key) AS total,
				MIN(CASE WHEN id >= ? THEN id END) OVER (PARTITION BY group_key) AS oldest, MAX(id) OVER (PARTITION BY group_key) AS newest
			FROM notifications WHERE account_id = ? AND group_key {names} AND id < ? AND (NOT filtered OR ?)) x
		WHERE nth <= ? ORDER BY id DESC`, int64(low), v.AccountID, keys, int64(high), f.Filtered, maxSamples)
	if err != nil {
		return fmt.Errorf("read notification groups: %w", err)
	}
	for i := range groups {
		g := &groups[i]
		first := true
		for _, s := range found {
			if s.key != g.Key {
				continue
			}
			if first {
				g.Samples, first = nil, false
			}
			g.Count = s.count
			if s.oldest.Valid {
				g.PageMin = models.ID(s.oldest.Int64)
			}
			g.PageMax = s.newest
			if !slices.Contains(g.Samples, s.from) {
				g.Samples = append(g.Samples, s.from)
			}
		}
		if g.PageMax != g.Newest.ID {
			n, err := q.Notification(ctx, v, g.PageMax)
			if err != nil {
				return err
			}
			g.Newest = n
		}
	}
	slices.SortFunc(groups, func(a, b NotificationGroup) int {
		return int(min(max(b.Newest.ID-a.Newest.ID, -1), 1))
	})
	return nil
}

// NotificationGroup returns the viewer's group with key.
func (q queries) NotificationGroup(ctx context.Context, v models.Viewer, key string) (NotificationGroup, error) {
	list, err := q.GroupNotifications(ctx, v, key, Page{Limit: 1})
	if err != nil {
		return NotificationGroup{}, err
	}
	if len(list) == 0 {
		return NotificationGroup{}, ErrNotFound
	}
	groups := []NotificationGroup{{Key: key, Newest: list[0], Count: 1, Samples: []models.ID{list[0].FromID}}}
	if !strings.HasPrefix(key, ungrouped) {
		err = q.fillGroups(ctx, v, NotificationFilter{Filtered: list[0].Filtered}, groups, []string{key}, Page{}, 0)
	}
	groups[0].PageMin, groups[0].PageMax = 0, 0 // it is on no page
	return groups[0], err
}

// GroupNotifications returns a page of the notifications of the viewer's group
// with key.
func (q queries) GroupNotifications(ctx context.Context, v models.Viewer, key string, p Page) ([]*models.Notification, error) {
	if id, alone := strings.CutPrefix(key, ungrouped); alone {
		n, err := q.Notification(ctx, v, models.ParseID(id))
		if models.KindOf(err) == models.NotFound {
			return nil, nil
		}
		return []*models.Notification{n}, err
	}
	return pageOf(ctx, q, scanNotification, p, "t.id", `SELECT `+notificationColumns+` FROM notifications t WHERE t.account_id = ? AND t.group_key = ? AND t.group_key <> ''`, v.AccountID, key)
}

// DeleteNotificationGroup deletes an account's notifications in the group with
// key.
func (q queries) DeleteNotificationGroup(ctx context.Context, accountID models.ID, key string) error {
	if id, alone := strings.CutPrefix(key, ungrouped); alone {
		if n := models.ParseID(id); n != 0 {
			return q.DeleteNotification(ctx, accountID, n)
		}
		return nil
	}
	_, err := q.exec(ctx, `DELETE FROM notifications WHERE account_id = ? AND group_key = ? AND group_key <> ''`, accountID, key)
	return err
}
