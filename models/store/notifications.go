package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"atelier/models"
)

func scanNotification(rows *sql.Rows) (*models.Notification, error) {
	n := &models.Notification{}
	return n, rows.Scan(&n.ID, &n.AccountID, &n.Type, &n.FromID, &n.PostID, &n.ReportID, &n.GroupKey, &n.Filtered, millis{&n.CreatedAt})
}

const notificationColumns = `t.id, t.account_id, t.type, t.from_id, t.post_id, t.report_id, t.group_key, t.filtered, t.created_at`

// AddNotification stores a notification, unless the account blocks or mutes
// who it is from, or muted the thread it is about. It reports whether it did.
func (q queries) AddNotification(ctx context.Context, n *models.Notification) (added bool, err error) {
	rows, err := q.exec(ctx, `
		INSERT INTO notifications (id, account_id, type, from_id, post_id, report_id, group_key, filtered, created_at)
		SELECT CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS TEXT), CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS TEXT), ?, CAST(? AS BIGINT)
		WHERE EXISTS (SELECT 1 FROM members WHERE account_id = ?)
			AND NOT EXISTS (SELECT 1 FROM blocks WHERE account_id = ? AND target_id = ?)
			AND NOT EXISTS (SELECT 1 FROM mutes WHERE account_id = ? AND target_id = ? AND notifications AND (expires_at = 0 OR expires_at > ?))
			AND NOT EXISTS (SELECT 1 FROM member_domain_blocks d JOIN accounts a ON a.domain = d.domain WHERE d.account_id = ? AND a.id = ?
				AND NOT EXISTS (SELECT 1 FROM follows f WHERE f.account_id = ? AND f.target_id = ? AND f.state = 'accepted'))
			AND NOT EXISTS (SELECT 1 FROM thread_mutes m JOIN posts p ON p.thread_id = m.thread_id WHERE m.account_id = ? AND p.id = ?)`,
		n.ID, n.AccountID, n.Type, n.FromID, n.PostID, n.ReportID, n.GroupKey, n.Filtered, n.CreatedAt,
		n.AccountID, n.AccountID, n.FromID, n.AccountID, n.FromID, q.now(), n.AccountID, n.FromID, n.AccountID, n.FromID, n.AccountID, n.PostID)
	if err != nil {
		return false, fmt.Errorf("add notification: %w", err)
	}
	return rows == 1, nil
}

// NotificationFilter chooses among notifications.
type NotificationFilter struct {
	Types    []string // none: all
	Without  []string
	FromID   models.ID
	Filtered bool // also those held back
	Own      bool // also those of our own types, which are for pages only
}

// notOwn leaves out notifications t of our own types: they are kept from apps
// here, so that no answer to one can forget to.
const notOwn = `t.type NOT LIKE 'atelier.%'`

// notificationCondition is what f chooses, as a condition on notifications t.
func notificationCondition(v models.Viewer, f NotificationFilter) (condition string, args []any) {
	condition, args = `t.account_id = ?`, []any{v.AccountID}
	if !f.Own {
		condition += ` AND ` + notOwn
	}
	if len(f.Types) > 0 {
		condition += ` AND t.type {names}`
		args = append(args, f.Types)
	}
	if len(f.Without) > 0 {
		condition += ` AND NOT (t.type {names})`
		args = append(args, f.Without)
	}
	if f.FromID != 0 {
		condition += ` AND t.from_id = ?`
		args = append(args, f.FromID)
	}
	if !f.Filtered {
		condition += ` AND NOT t.filtered`
	}
	return condition, args
}

// Notifications returns a page of the viewer's notifications.
func (q queries) Notifications(ctx context.Context, v models.Viewer, f NotificationFilter, p Page) ([]*models.Notification, error) {
	condition, args := notificationCondition(v, f)
	return pageOf(ctx, q, scanNotification, p, "t.id", `SELECT `+notificationColumns+` FROM notifications t WHERE `+condition, args...)
}

// Notification returns one of the viewer's notifications, of a type that apps
// know.
func (q queries) Notification(ctx context.Context, v models.Viewer, id models.ID) (*models.Notification, error) {
	return one(ctx, q, scanNotification, `SELECT `+notificationColumns+` FROM notifications t WHERE t.id = ? AND t.account_id = ? AND `+notOwn, id, v.AccountID)
}

// DeleteNotification deletes one of an account's notifications; with id 0 all
// that an app shows.
func (q queries) DeleteNotification(ctx context.Context, accountID, id models.ID) error {
	text, args := `DELETE FROM notifications AS t WHERE t.account_id = ? AND `+notOwn, []any{accountID}
	if id != 0 {
		text, args = text+` AND t.id = ?`, append(args, id)
	}
	_, err := q.exec(ctx, text, args...)
	return err
}

// DeleteNotificationsOf takes back what an account's deed made known: of a
// type, from an account, about a post if postID is set.
func (q queries) DeleteNotificationsOf(ctx context.Context, t models.NotificationType, fromID, accountID, postID models.ID) error {
	_, err := q.exec(ctx, `DELETE FROM notifications WHERE type = ? AND from_id = ? AND account_id = ? AND (post_id = ? OR CAST(? AS BIGINT) IS NULL)`, t, fromID, accountID, postID, postID)
	return err
}

// DeleteNotificationsAbout takes back what an account was told of a post in one
// type, whoever it was from.
func (q queries) DeleteNotificationsAbout(ctx context.Context, t models.NotificationType, accountID, postID models.ID) error {
	_, err := q.exec(ctx, `DELETE FROM notifications WHERE type = ? AND account_id = ? AND post_id = ?`, t, accountID, postID)
	return err
}

// UnreadNotifications counts the viewer's notifications after id, at most limit.
func (q queries) UnreadNotifications(ctx context.Context, v models.Viewer, after models.ID, limit int) (n int, err error) {
	err = q.row(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM notifications WHERE account_id = ? AND id > ? AND NOT filtered LIMIT ?) x`,
		[]any{v.AccountID, int64(after), limit}, &n)
	return n, err
}

// Marker is how far an account has read a timeline (Mastodon Marker).
type Marker struct {
	Timeline  string
	LastRead  string
	Version   int
	UpdatedAt time.Time
}

// Markers returns an account's markers of the named timelines.
func (q queries) Markers(ctx context.Context, accountID models.ID, timelines []string) ([]Marker, error) {
	return list(ctx, q, func(rows *sql.Rows) (m Marker, err error) {
		return m, rows.Scan(&m.Timeline, &m.LastRead, &m.Version, millis{&m.UpdatedAt})
	}, `SELECT timeline, last_read, version, updated_at FROM markers WHERE account_id = ? AND timeline {names} ORDER BY timeline`, accountID, timelines)
}

// SetMarker stores how far an account has read a timeline.
func (q queries) SetMarker(ctx context.Context, accountID models.ID, timeline, lastRead string) error {
	_, err := q.exec(ctx, `
		INSERT INTO markers (account_id, timeline, last_read, version, updated_at) VALUES (?, ?, ?, 1, ?)
		ON CONFLICT (account_id, timeline) DO UPDATE SET last_read = excluded.last_read, version = markers.version + 1, updated_at = excluded.updated_at`,
		accountID, timeline, lastRead, q.now())
	return err
}

// DeleteNotificationsFrom deletes what an account was told of another.
func (q queries) DeleteNotificationsFrom(ctx context.Context, accountID, fromID models.ID) error {
	_, err := q.exec(ctx, `DELETE FROM notifications WHERE from_id = ? AND account_id = ?`, fromID, accountID)
	return err
}
