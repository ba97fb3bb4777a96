package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"atelier/models"
)

const followColumns = `f.id, f.account_id, f.target_id, f.uri, f.state, f.boosts, f.notify, f.languages, f.created_at`

func scanFollow(rows *sql.Rows) (*models.Follow, error) {
	f := &models.Follow{}
	return f, rows.Scan(&f.ID, &f.AccountID, &f.TargetID, &f.URI, &f.State, &f.Boosts, &f.Notify, fromJSON{&f.Languages}, millis{&f.CreatedAt})
}

// Follow returns the follow, answered or not, of target by account.
func (q queries) Follow(ctx context.Context, accountID, targetID models.ID) (*models.Follow, error) {
	return one(ctx, q, scanFollow, `SELECT `+followColumns+` FROM follows f WHERE f.account_id = ? AND f.target_id = ?`, accountID, targetID)
}

// FollowByURI returns the follow that a Follow activity made.
func (q queries) FollowByURI(ctx context.Context, uri string) (*models.Follow, error) {
	return one(ctx, q, scanFollow, `SELECT `+followColumns+` FROM follows f WHERE f.uri = ?`, uri)
}

// SetFollow stores a follow. One that is there already takes the new uri,
// state and wishes, and keeps its id.
func (q queries) SetFollow(ctx context.Context, f *models.Follow, local bool) error {
	_, err := q.exec(ctx, `
		INSERT INTO follows (id, account_id, target_id, local, uri, state, boosts, notify, languages, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (account_id, target_id) DO UPDATE SET uri = excluded.uri, state = excluded.state, boosts = excluded.boosts,
			notify = excluded.notify, languages = excluded.languages`,
		f.ID, f.AccountID, f.TargetID, local, f.URI, f.State, f.Boosts, f.Notify, jsonText(f.Languages), f.CreatedAt)
	if err != nil {
		return fmt.Errorf("store follow %s: %w", f.URI, err)
	}
	return nil
}

// DeleteFollow deletes a follow.
func (q queries) DeleteFollow(ctx context.Context, id models.ID) error {
	_, err := q.exec(ctx, `DELETE FROM follows WHERE id = ?`, id)
	return err
}

// A Listed is an account in a list that is ordered by something else: Cursor
// is what the list pages by.
type Listed struct {
	Cursor  models.ID
	Account *models.Account
}

func scanListed(rows *sql.Rows) (Listed, error) {
	l := Listed{Account: &models.Account{}}
	return l, rows.Scan(append([]any{&l.Cursor}, accountDest(l.Account)...)...)
}

func (q queries) listed(ctx context.Context, p Page, cursor, from, condition string, args ...any) ([]Listed, error) {
	out, err := pageOf(ctx, q, scanListed, p, cursor, `SELECT `+cursor+`, `+accountColumns+` FROM `+from+`
		JOIN accounts a ON a.id = f.who LEFT JOIN account_stats n ON n.account_id = a.id WHERE a.suspended_at = 0 AND a.deleted_at = 0 AND `+condition, args...)
	if err != nil {
		return nil, fmt.Errorf("read a list of accounts: %w", err)
	}
	return out, nil
}

// Followers returns a page of who follows an account.
func (q queries) Followers(ctx context.Context, accountID models.ID, p Page) ([]Listed, error) {
	return q.listed(ctx, p, "f.id", `(SELECT id, account_id AS who FROM follows WHERE target_id = ? AND state = 'accepted') f`, `TRUE`, accountID)
}

// Following returns a page of whom an account follows.
func (q queries) Following(ctx context.Context, accountID models.ID, p Page) ([]Listed, error) {
	return q.listed(ctx, p, "f.id", `(SELECT id, target_id AS who FROM follows WHERE account_id = ? AND state = 'accepted') f`, `TRUE`, accountID)
}

// FollowRequests returns a page of who waits for an account's answer.
func (q queries) FollowRequests(ctx context.Context, accountID models.ID, p Page) ([]Listed, error) {
	return q.listed(ctx, p, "f.id", `(SELECT id, account_id AS who FROM follows WHERE target_id = ? AND state = 'pending') f`, `TRUE`, accountID)
}

// Blocked returns a page of whom an account blocks.
func (q queries) Blocked(ctx context.Context, accountID models.ID, p Page) ([]Listed, error) {
	return q.listed(ctx, p, "f.id", `(SELECT id, target_id AS who FROM blocks WHERE account_id = ?) f`, `TRUE`, accountID)
}

// Muted returns a page of whom an account mutes, and the mutes by account id.
func (q queries) Muted(ctx context.Context, accountID models.ID, p Page) ([]Listed, error) {
	return q.listed(ctx, p, "f.id", `(SELECT id, target_id AS who FROM mutes WHERE account_id = ? AND (expires_at = 0 OR expires_at > ?)) f`, `TRUE`, accountID, q.now())
}

// FavouritedBy returns a page of who favourited a post that the caller may
// read.
func (q queries) FavouritedBy(ctx context.Context, postID models.ID, p Page) ([]Listed, error) {
	return q.listed(ctx, p, "f.id", `(SELECT id, account_id AS who FROM favourites WHERE post_id = ?) f`, `TRUE`, postID)
}

// BoostedBy returns a page of who boosted a post that the caller may read.
func (q queries) BoostedBy(ctx context.Context, postID models.ID, p Page) ([]Listed, error) {
	return q.listed(ctx, p, "f.id", `(SELECT id, account_id AS who FROM posts WHERE boost_of_id = ? AND NOT hidden AND visibility IN ('public', 'unlisted')
		AND NOT EXISTS (SELECT 1 FROM accounts g WHERE g.id = account_id AND g.domain = '' AND g.type = 'Group')) f`, `TRUE`, postID)
}

// FollowerInboxes returns where to deliver what an account's remote followers
// may read: each inbox once, shared ones in place of personal ones.
func (q queries) FollowerInboxes(ctx context.Context, accountID models.ID) ([]string, error) {
	return list(ctx, q, scanString, `
		SELECT DISTINCT CASE WHEN a.shared_inbox <> '' THEN a.shared_inbox ELSE a.inbox END
		FROM follows f JOIN accounts a ON a.id = f.account_id
		WHERE f.target_id = ? AND f.state = 'accepted' AND NOT f.local AND a.suspended_at = 0 AND a.deleted_at = 0`, accountID)
}

// FollowedFromElsewhere says whether any of the accounts has a follower on
// another server.
func (q queries) FollowedFromElsewhere(ctx context.Context, ids []models.ID) (bool, error) {
	return q.exists(ctx, `SELECT 1 FROM follows f WHERE f.target_id {ids} AND NOT f.local AND f.state = 'accepted' LIMIT 1`, ids)
}

// FollowedInboxes returns where to deliver what those may know whom an account
// follows: each inbox once.
func (q queries) FollowedInboxes(ctx context.Context, accountID models.ID) ([]string, error) {
	return list(ctx, q, scanString, `
		SELECT DISTINCT CASE WHEN a.shared_inbox <> '' THEN a.shared_inbox ELSE a.inbox END
		FROM follows f JOIN accounts a ON a.id = f.target_id
		WHERE f.account_id = ? AND a.domain <> '' AND a.suspended_at = 0 AND a.deleted_at = 0`, accountID)
}

// KnownInboxes returns every shared inbox, and the inboxes of accounts without
// one: for what everyone who may hold a copy must hear.
func (q queries) KnownInboxes(ctx context.Context) ([]string, error) {
	return list(ctx, q, scanString, `
		SELECT DISTINCT CASE WHEN shared_inbox <> '' THEN shared_inbox ELSE inbox END FROM accounts
		WHERE domain <> '' AND deleted_at = 0 AND inbox <> ''`)
}

// FollowersHere returns the local followers of an account.
func (q queries) FollowersHere(ctx context.Context, accountID models.ID) ([]models.ID, error) {
	return list(ctx, q, scanID, `SELECT account_id FROM follows WHERE target_id = ? AND local AND state = 'accepted'`, accountID)
}

// NotifyFollowers returns the local followers who want to hear of each post
// of an account.
func (q queries) NotifyFollowers(ctx context.Context, accountID models.ID) ([]models.ID, error) {
	return list(ctx, q, scanID, `SELECT account_id FROM follows WHERE target_id = ? AND local AND state = 'accepted' AND notify`, accountID)
}

// FollowsOnHost returns the followers of a local account whose ids are on a
// host, in the order of their URIs (FEP-8fcf).
func (q queries) FollowsOnHost(ctx context.Context, targetID models.ID, prefix string) ([]string, error) {
	return list(ctx, q, scanString, `
		SELECT a.uri FROM follows f JOIN accounts a ON a.id = f.account_id
		WHERE f.target_id = ? AND f.state = 'accepted' AND NOT f.local AND SUBSTR(a.uri, 1, ?) = ? ORDER BY a.uri`, targetID, len(prefix), prefix)
}

// RemoteFollowers returns the ids of an account's followers elsewhere.
func (q queries) RemoteFollowers(ctx context.Context, targetID models.ID) ([]string, error) {
	return list(ctx, q, scanString, `
		SELECT a.uri FROM follows f JOIN accounts a ON a.id = f.account_id
		WHERE f.target_id = ? AND f.state = 'accepted' AND NOT f.local`, targetID)
}

// LocalFollows returns the follows of an account by members here, those that
// wait for an answer too, with the ids of who follows.
func (q queries) LocalFollows(ctx context.Context, targetID models.ID) ([]FollowOf, error) {
	return list(ctx, q, func(rows *sql.Rows) (f FollowOf, err error) {
		f.Follow = &models.Follow{TargetID: targetID}
		return f, rows.Scan(&f.ID, &f.AccountID, &f.State, &f.URI, millis{&f.CreatedAt}, &f.Actor)
	}, `SELECT f.id, f.account_id, f.state, f.uri, f.created_at, a.uri FROM follows f JOIN accounts a ON a.id = f.account_id WHERE f.target_id = ? AND f.local`, targetID)
}

// FollowOf is a follow with the ActivityPub id of who follows.
type FollowOf struct {
	*models.Follow
	Actor string
}

// IsFollowed says whether anybody here follows an account.
func (q queries) IsFollowed(ctx context.Context, accountID models.ID) (bool, error) {
	return q.exists(ctx, `SELECT 1 FROM follows WHERE target_id = ? AND local AND state = 'accepted' LIMIT 1`, accountID)
}

// Relations returns what is between the viewer and each of the accounts with
// ids that is there, in the order of ids.
func (q queries) Relations(ctx context.Context, v models.Viewer, ids []models.ID) ([]models.Relation, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	me := v.AccountID
	found, err := list(ctx, q, func(rows *sql.Rows) (r models.Relation, err error) {
		var state, back string
		err = rows.Scan(&r.AccountID, &state, &r.ShowBoosts, &r.Notify, fromJSON{&r.Languages}, &back, &r.Blocking, &r.BlockedBy,
			&r.Muting, &r.MutingNotes, millis{&r.MuteExpiresAt}, &r.DomainBlocked, &r.Note)
		r.Following, r.Requested = state == string(models.FollowAccepted), state == string(models.FollowPending)
		r.FollowedBy, r.RequestedBy = back == string(models.FollowAccepted), back == string(models.FollowPending)
		return r, err
	}, `
		SELECT a.id, COALESCE(f.state, ''), COALESCE(f.boosts, FALSE), COALESCE(f.notify, FALSE), COALESCE(f.languages, ''), COALESCE(b.state, ''),
			EXISTS (SELECT 1 FROM blocks x WHERE x.account_id = ? AND x.target_id = a.id),
			EXISTS (SELECT 1 FROM blocks x WHERE x.account_id = a.id AND x.target_id = ?),
			m.id IS NOT NULL, COALESCE(m.notifications, FALSE), COALESCE(m.expires_at, 0),
			EXISTS (SELECT 1 FROM member_domain_blocks x WHERE x.account_id = ? AND x.domain = a.domain AND a.domain <> ''),
			COALESCE(w.note, '')
		FROM accounts a
		LEFT JOIN follows f ON f.account_id = ? AND f.target_id = a.id
		LEFT JOIN follows b ON b.account_id = a.id AND b.target_id = ?
		LEFT JOIN mutes m ON m.account_id = ? AND m.target_id = a.id AND (m.expires_at = 0 OR m.expires_at > ?)
		LEFT JOIN account_notes w ON w.account_id = ? AND w.target_id = a.id
		WHERE a.id {ids}`, me, me, me, me, me, me, q.now(), me, ids)
	if err != nil {
		return nil, fmt.Errorf("read relations: %w", err)
	}
	byID := map[models.ID]models.Relation{}
	for _, r := range found {
		byID[r.AccountID] = r
	}
	out := make([]models.Relation, 0, len(found))
	for _, id := range ids {
		if r, ok := byID[id]; ok {
			out = append(out, r)
		}
	}
	return out, nil
}

// SetBlock stores a block. It reports false if it was there already.
func (q queries) SetBlock(ctx context.Context, b *models.Block) (added bool, err error) {
	n, err := q.exec(ctx, `INSERT INTO blocks (id, account_id, target_id, uri, created_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		b.ID, b.AccountID, b.TargetID, b.URI, b.CreatedAt)
	if err != nil {
		return false, fmt.Errorf("store block %s: %w", b.URI, err)
	}
	return n == 1, nil
}

// Block returns the block of target by account.
func (q queries) Block(ctx context.Context, accountID, targetID models.ID) (*models.Block, error) {
	b := &models.Block{AccountID: accountID, TargetID: targetID}
	err := q.row(ctx, `SELECT id, uri, created_at FROM blocks WHERE account_id = ? AND target_id = ?`, []any{accountID, targetID}, &b.ID, &b.URI, millis{&b.CreatedAt})
	if err != nil {
		return nil, err
	}
	return b, nil
}

// BlockByURI returns the block that a Block activity made.
func (q queries) BlockByURI(ctx context.Context, uri string) (*models.Block, error) {
	b := &models.Block{URI: uri}
	err := q.row(ctx, `SELECT id, account_id, target_id, created_at FROM blocks WHERE uri = ?`, []any{uri}, &b.ID, &b.AccountID, &b.TargetID, millis{&b.CreatedAt})
	if err != nil {
		return nil, err
	}
	return b, nil
}

// DeleteBlock deletes a block.
func (q queries) DeleteBlock(ctx context.Context, id models.ID) error {
	_, err := q.exec(ctx, `DELETE FROM blocks WHERE id = ?`, id)
	return err
}

// BlockedEitherWay says whether one of two accounts blocks the other.
func (q queries) BlockedEitherWay(ctx context.Context, a, b models.ID) (bool, error) {
	return q.exists(ctx, `SELECT 1 FROM blocks WHERE (account_id = ? AND target_id = ?) OR (account_id = ? AND target_id = ?) LIMIT 1`, a, b, b, a)
}

// SetMute stores a mute, in place of an older one.
func (q queries) SetMute(ctx context.Context, m *models.Mute) error {
	_, err := q.exec(ctx, `
		INSERT INTO mutes (id, account_id, target_id, notifications, expires_at, created_at) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (account_id, target_id) DO UPDATE SET notifications = excluded.notifications, expires_at = excluded.expires_at`,
		m.ID, m.AccountID, m.TargetID, m.Notifications, m.ExpiresAt, m.CreatedAt)
	if err != nil {
		return fmt.Errorf("store mute: %w", err)
	}
	return nil
}

// DeleteMute ends a mute.
func (q queries) DeleteMute(ctx context.Context, accountID, targetID models.ID) error {
	_, err := q.exec(ctx, `DELETE FROM mutes WHERE account_id = ? AND target_id = ?`, accountID, targetID)
	return err
}

// MutesUntil returns when the mutes of an account end, by the muted account;
// zero times for those without an end.
func (q queries) MutesUntil(ctx context.Context, accountID models.ID, targets []models.ID) (map[models.ID]time.Time, error) {
	type mute struct {
		target models.ID
		until  time.Time
	}
	found, err := list(ctx, q, func(rows *sql.Rows) (m mute, err error) { return m, rows.Scan(&m.target, millis{&m.until}) },
		`SELECT target_id, expires_at FROM mutes WHERE account_id = ? AND target_id {ids}`, accountID, targets)
	if err != nil {
		return nil, err
	}
	out := map[models.ID]time.Time{}
	for _, m := range found {
		out[m.target] = m.until
	}
	return out, nil
}

// SetThreadMute mutes a thread for an account, or ends that.
func (q queries) SetThreadMute(ctx context.Context, accountID, threadID models.ID, muted bool) error {
	text := `DELETE FROM thread_mutes WHERE account_id = ? AND thread_id = ?`
	if muted {
		text = `INSERT INTO thread_mutes (account_id, thread_id) VALUES (?, ?) ON CONFLICT DO NOTHING`
	}
	_, err := q.exec(ctx, text, accountID, threadID)
	return err
}

// SetAccountNote stores what an account wrote for itself about another; ""
// deletes it.
func (q queries) SetAccountNote(ctx context.Context, accountID, targetID models.ID, note string) error {
	if note == "" {
		_, err := q.exec(ctx, `DELETE FROM account_notes WHERE account_id = ? AND target_id = ?`, accountID, targetID)
		return err
	}
	_, err := q.exec(ctx, `
		INSERT INTO account_notes (account_id, target_id, note) VALUES (?, ?, ?)
		ON CONFLICT (account_id, target_id) DO UPDATE SET note = excluded.note`, accountID, targetID, note)
	return err
}

// Ties returns follows of and by an account.
func (q queries) Ties(ctx context.Context, accountID models.ID, limit int) ([]*models.Follow, error) {
	return list(ctx, q, scanFollow, `SELECT `+followColumns+` FROM follows f WHERE f.account_id = ? OR f.target_id = ? ORDER BY f.id LIMIT ?`, accountID, accountID, limit)
}

// DeleteDeeds deletes an account's favourites, with their counts, its blocks,
// and the notifications it caused.
func (q queries) DeleteDeeds(ctx context.Context, accountID models.ID) error {
	for _, text := range []string{
		`UPDATE post_stats SET stamp = stamp + 1, favourites = favourites - 1 WHERE post_id IN (SELECT post_id FROM favourites WHERE account_id = ?)`,
		`DELETE FROM favourites WHERE account_id = ?`,
		`DELETE FROM blocks WHERE account_id = ?`,
		`DELETE FROM notifications WHERE from_id = ?`,
		`DELETE FROM bookmarks WHERE account_id = ?`,
	} {
		if _, err := q.exec(ctx, text, accountID); err != nil {
			return fmt.Errorf("delete the deeds of account %d: %w", accountID, err)
		}
	}
	return nil
}

// PostIDsOf returns ids of posts of an account, whatever their state.
func (q queries) PostIDsOf(ctx context.Context, accountID models.ID, limit int) ([]models.ID, error) {
	return list(ctx, q, scanID, `SELECT id FROM posts WHERE account_id = ? ORDER BY id LIMIT ?`, accountID, limit)
}
