package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"atelier/models"
)

// MovedAt returns when an account moved last; the zero time if it never did.
func (q queries) MovedAt(ctx context.Context, id models.ID) (at time.Time, err error) {
	err = q.row(ctx, `SELECT moved_at FROM moves WHERE account_id = ?`, []any{id}, millis{&at})
	if models.KindOf(err) == models.NotFound {
		return at, nil
	}
	return at, err
}

// SetMove notes that an account moved.
func (q queries) SetMove(ctx context.Context, id models.ID, target string, at time.Time) error {
	_, err := q.exec(ctx, `
		INSERT INTO moves (account_id, target_uri, moved_at) VALUES (?, ?, ?)
		ON CONFLICT (account_id) DO UPDATE SET target_uri = excluded.target_uri, moved_at = excluded.moved_at`, id, target, at)
	if err != nil {
		return fmt.Errorf("note a move: %w", err)
	}
	return nil
}

// FollowsHere returns the follows of an account by people here, answered or
// not.
func (q queries) FollowsHere(ctx context.Context, targetID models.ID) ([]*models.Follow, error) {
	return list(ctx, q, scanFollow, `SELECT `+followColumns+` FROM follows f WHERE f.target_id = ? AND f.local ORDER BY f.id`, targetID)
}

// BlockersHere returns who here blocks an account.
func (q queries) BlockersHere(ctx context.Context, targetID models.ID) ([]models.ID, error) {
	return list(ctx, q, scanID, `
		SELECT b.account_id FROM blocks b JOIN accounts a ON a.id = b.account_id WHERE b.target_id = ? AND a.domain = '' ORDER BY b.id`, targetID)
}

// CarryOver gives what people here have noted of one account to another, as
// far as they have nothing of the kind for that: mutes and private notes.
func (q queries) CarryOver(ctx context.Context, fromID, toID models.ID, newID func() models.ID) error {
	mutes, err := list(ctx, q, func(rows *sql.Rows) (*models.Mute, error) {
		m := &models.Mute{}
		return m, rows.Scan(&m.AccountID, &m.Notifications, millis{&m.ExpiresAt})
	}, `SELECT account_id, notifications, expires_at FROM mutes m WHERE target_id = ? AND account_id <> ?
		AND NOT EXISTS (SELECT 1 FROM mutes o WHERE o.account_id = m.account_id AND o.target_id = ?)`, fromID, toID, toID)
	if err != nil {
		return fmt.Errorf("carry mutes over: %w", err)
	}
	for _, m := range mutes {
		m.ID, m.TargetID, m.CreatedAt = newID(), toID, q.now()
		if err := q.SetMute(ctx, m); err != nil {
			return err
		}
	}
	_, err = q.exec(ctx, `
		INSERT INTO account_notes (account_id, target_id, note) SELECT n.account_id, CAST(? AS BIGINT), n.note FROM account_notes n
		WHERE n.target_id = ? AND n.account_id <> ? ON CONFLICT DO NOTHING`, toID, fromID, toID)
	if err != nil {
		return fmt.Errorf("carry notes over: %w", err)
	}
	return nil
}

// CarryList puts an account where another one is in the lists of who follows
// both.
func (q queries) CarryList(ctx context.Context, from, to *models.Follow, newID func() models.ID) error {
	lists, err := list(ctx, q, scanID, `SELECT list_id FROM list_accounts WHERE follow_id = ? ORDER BY id`, from.ID)
	if err != nil {
		return fmt.Errorf("carry lists over: %w", err)
	}
	for _, id := range lists {
		_, err := q.exec(ctx, `INSERT INTO list_accounts (id, list_id, account_id, follow_id) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			newID(), id, to.TargetID, to.ID)
		if err != nil {
			return fmt.Errorf("carry lists over: %w", err)
		}
	}
	return nil
}

// ownTables are the tables, but posts, follows and media, whose rows are a
// member's own and go with the membership.
var ownTables = map[string]string{
	"invites": "by_id", "members": "account_id", "blocks": "account_id", "mutes": "account_id", "thread_mutes": "account_id", "member_domain_blocks": "account_id",
	"account_notes": "account_id", "bookmarks": "account_id", "notifications": "account_id", "markers": "account_id", "tokens": "account_id", "codes": "account_id",
	"idempotency": "account_id", "filters": "account_id", "tag_follows": "account_id", "featured_tags": "account_id", "endorsements": "account_id",
	"lists": "account_id", "conversations": "account_id", "scheduled_posts": "account_id", "push_subscriptions": "account_id", "notification_policies": "account_id",
	"notification_permissions": "account_id", "notification_requests": "account_id", "suggestion_dismissals": "account_id", "announcement_reads": "account_id",
	"announcement_reactions": "account_id", "home_entries": "account_id", "post_mentions": "account_id", "consents": "author_id", "group_bans": "account_id",
	"kept_series": "account_id", "letters": "account_id", "resets": "account_id",
	"collections": "account_id", "collection_items": "account_id", "imports": "account_id",
	"directory_fields": "account_id",
	"review_readers":   "account_id", "review_comments": "account_id",
	"coauthors": "account_id", "proposals": "account_id",
}

// EraseOwn deletes what a member kept here for itself: all but the account
// and its keys, posts, follows, favourites and media.
func (q queries) EraseOwn(ctx context.Context, accountID models.ID) error {
	for name, column := range ownTables {
		if _, err := q.exec(ctx, `DELETE FROM `+name+` WHERE `+column+` = ?`, accountID); err != nil {
			return fmt.Errorf("delete from %s what was account %d's: %w", name, accountID, err)
		}
	}
	return nil
}

// MediaOfAccount returns files of an account.
func (q queries) MediaOfAccount(ctx context.Context, accountID models.ID, limit int) ([]*models.Media, error) {
	return list(ctx, q, scanMedia, `SELECT `+mediaColumns+` FROM media WHERE account_id = ? ORDER BY id LIMIT ?`, accountID, limit)
}

// MediaPage returns a page of the files of an account.
func (q queries) MediaPage(ctx context.Context, accountID models.ID, p Page) ([]*models.Media, error) {
	return pageOf(ctx, q, scanMedia, p, "m.id", `SELECT `+mediaColumns+` FROM media m WHERE m.account_id = ?`, accountID)
}

// RetryHost has what waits for a host tried now, whatever happened before.
func (q queries) RetryHost(ctx context.Context, name string) error {
	now := q.now()
	if _, err := q.exec(ctx, `UPDATE deliveries SET run_at = ? WHERE host = ? AND run_at > ?`, now, name, now); err != nil {
		return fmt.Errorf("retry %s: %w", name, err)
	}
	_, err := q.exec(ctx, `UPDATE hosts SET gone_at = 0, fails = 0, open_until = 0, next_at = CASE WHEN node <> '' AND next_at > 0 THEN next_at ELSE ? END WHERE name = ?`, now, name)
	if err != nil {
		return fmt.Errorf("retry %s: %w", name, err)
	}
	return nil
}

// GiveUpHost drops what waits for a host, and the activities that wait for
// nobody else.
func (q queries) GiveUpHost(ctx context.Context, name string) error {
	ids, err := list(ctx, q, scanID, `DELETE FROM deliveries WHERE host = ? RETURNING activity_id`, name)
	if err != nil {
		return fmt.Errorf("give up %s: %w", name, err)
	}
	return q.DeleteIdleActivities(ctx, ids)
}
