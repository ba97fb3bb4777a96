package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"atelier/models"
)

const accountColumns = `
	a.id, a.stamp + COALESCE(n.stamp, 0), a.uri, a.type, a.username, a.domain, a.suspended_at, a.silenced_at, a.sensitized_at, a.deleted_at, a.fetched_at,
	a.locked, a.discoverable, a.indexable, a.bot, a.memorial, a.hide_network, a.url, a.name, a.bio_html, a.bio_source, a.fields, a.emojis, a.avatar,
	a.header, a.inbox, a.shared_inbox, a.outbox, a.followers, a.following, a.featured, a.moderators, a.key_id, a.public_key, a.ed_key_id,
	a.ed_key, a.also_known_as, a.moved_to, a.created_at, a.updated_at,
	COALESCE(n.posts, 0), COALESCE(n.followers, 0), COALESCE(n.following, 0), COALESCE(n.last_post_at, 0)`

const fromAccounts = ` FROM accounts a LEFT JOIN account_stats n ON n.account_id = a.id `

func scanAccount(rows *sql.Rows) (*models.Account, error) {
	a := &models.Account{}
	return a, rows.Scan(accountDest(a)...)
}

func accountDest(a *models.Account) []any {
	return []any{
		&a.ID, &a.Stamp, &a.URI, &a.Type, &a.Username, &a.Domain, millis{&a.SuspendedAt}, millis{&a.SilencedAt}, millis{&a.SensitizedAt}, millis{&a.DeletedAt}, millis{&a.FetchedAt},
		&a.Locked, &a.Discoverable, &a.Indexable, &a.Bot, &a.Memorial, &a.HideNetwork, &a.URL, &a.Name, &a.BioHTML, &a.BioSource, fromJSON{&a.Fields}, fromJSON{&a.Emojis}, fromJSON{&a.Avatar},
		fromJSON{&a.Header}, &a.InboxURI, &a.SharedInboxURI, &a.OutboxURI, &a.FollowersURI, &a.FollowingURI, &a.FeaturedURI, &a.ModeratorsURI, &a.KeyID, &a.PublicKey, &a.EdKeyID,
		&a.EdKey, fromJSON{&a.AlsoKnownAs}, &a.MovedTo, millis{&a.CreatedAt}, millis{&a.UpdatedAt},
		&a.Stats.Posts, &a.Stats.Followers, &a.Stats.Following, millis{&a.Stats.LastPostAt},
	}
}

// Account returns the account with id, also one that was suspended.
func (q queries) Account(ctx context.Context, id models.ID) (*models.Account, error) {
	return one(ctx, q, scanAccount, `SELECT `+accountColumns+fromAccounts+`WHERE a.id = ?`, id)
}

// AccountByURI returns the account with the ActivityPub id uri.
func (q queries) AccountByURI(ctx context.Context, uri string) (*models.Account, error) {
	return one(ctx, q, scanAccount, `SELECT `+accountColumns+fromAccounts+`WHERE a.uri = ?`, uri)
}

// AccountByKeyID returns the account whose RSA or Ed25519 key has the id.
func (q queries) AccountByKeyID(ctx context.Context, keyID string) (*models.Account, error) {
	return one(ctx, q, scanAccount, `SELECT `+accountColumns+fromAccounts+`
		WHERE a.key_id = ? OR (a.ed_key_id <> '' AND a.ed_key_id = ?)`, keyID, keyID)
}

// AccountByHandle returns the account with a handle: a bare name for local
// ones, name@domain for remote ones; letter case does not count.
func (q queries) AccountByHandle(ctx context.Context, handle string) (*models.Account, error) {
	return one(ctx, q, scanAccount, `SELECT `+accountColumns+fromAccounts+`WHERE a.handle = ?`, strings.ToLower(handle))
}

// AccountByURL returns a remote account by the address of its page.
func (q queries) AccountByURL(ctx context.Context, url string) (*models.Account, error) {
	return one(ctx, q, scanAccount, `SELECT `+accountColumns+fromAccounts+`WHERE a.url = ? AND a.domain <> ''`, url)
}

// AccountByFollowers returns the account whose followers collection is uri.
func (q queries) AccountByFollowers(ctx context.Context, uri string) (*models.Account, error) {
	return one(ctx, q, scanAccount, `SELECT `+accountColumns+fromAccounts+`WHERE a.followers <> '' AND a.followers = ?`, uri)
}

// Accounts returns those of the accounts with ids that are there, by id.
func (q queries) Accounts(ctx context.Context, ids []models.ID) (map[models.ID]*models.Account, error) {
	out := make(map[models.ID]*models.Account, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	found, err := list(ctx, q, scanAccount, `SELECT `+accountColumns+fromAccounts+`WHERE a.id {ids}`, ids)
	if err != nil {
		return nil, fmt.Errorf("read accounts: %w", err)
	}
	for _, a := range found {
		out[a.ID] = a
	}
	return out, nil
}

// AccountsByURI returns those of the accounts with uris that are there, by uri.
func (q queries) AccountsByURI(ctx context.Context, uris []string) (map[string]*models.Account, error) {
	out := make(map[string]*models.Account, len(uris))
	if len(uris) == 0 {
		return out, nil
	}
	found, err := list(ctx, q, scanAccount, `SELECT `+accountColumns+fromAccounts+`WHERE a.uri {names}`, uris)
	if err != nil {
		return nil, fmt.Errorf("read accounts: %w", err)
	}
	for _, a := range found {
		out[a.URI] = a
	}
	return out, nil
}

func handleOf(a *models.Account) string { return strings.ToLower(a.Acct()) }

// AddAccount stores a new account. It reports false, and changes nothing, if
// its uri or its handle is taken.
func (q queries) AddAccount(ctx context.Context, a *models.Account) (added bool, err error) {
	n, err := q.exec(ctx, `
		INSERT INTO accounts (id, uri, type, username, handle, domain, suspended_at, silenced_at, sensitized_at, deleted_at, fetched_at,
			locked, discoverable, indexable, bot, memorial, hide_network, url, name, bio_html, bio_source, fields, emojis, avatar, header,
			inbox, shared_inbox, outbox, followers, following, featured, moderators, key_id, public_key, ed_key_id, ed_key,
			also_known_as, moved_to, created_at, updated_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT DO NOTHING`,
		a.ID, a.URI, a.Type, a.Username, handleOf(a), a.Domain, a.SuspendedAt, a.SilencedAt, a.SensitizedAt, a.DeletedAt, a.FetchedAt,
		a.Locked, a.Discoverable, a.Indexable, a.Bot, a.Memorial, a.HideNetwork, a.URL, a.Name, a.BioHTML, a.BioSource,
		jsonText(a.Fields), jsonText(a.Emojis), jsonText(a.Avatar), jsonText(a.Header),
		a.InboxURI, a.SharedInboxURI, a.OutboxURI, a.FollowersURI, a.FollowingURI, a.FeaturedURI, a.ModeratorsURI, a.KeyID, a.PublicKey, a.EdKeyID, a.EdKey,
		jsonText(a.AlsoKnownAs), a.MovedTo, a.CreatedAt, a.UpdatedAt)
	if err != nil {
		return false, fmt.Errorf("add account %s: %w", a.URI, err)
	}
	if n == 0 {
		return false, nil
	}
	if _, err := q.exec(ctx, `INSERT INTO account_stats (account_id) VALUES (?)`, a.ID); err != nil {
		return false, fmt.Errorf("add account %s: %w", a.URI, err)
	}
	return true, nil
}

// SetAccount stores an account's profile anew: everything but its id, uri,
// creation and counts. It reports false if another account has the handle.
func (q queries) SetAccount(ctx context.Context, a *models.Account) (set bool, err error) {
	n, err := q.exec(ctx, `
		UPDATE accounts SET stamp = stamp + 1, type = ?, username = ?, handle = ?, domain = ?, suspended_at = ?, silenced_at = ?, sensitized_at = ?, deleted_at = ?, fetched_at = ?,
			locked = ?, discoverable = ?, indexable = ?, bot = ?, memorial = ?, hide_network = ?, url = ?, name = ?, bio_html = ?, bio_source = ?, fields = ?,
			emojis = ?, avatar = ?, header = ?, inbox = ?, shared_inbox = ?, outbox = ?, followers = ?, following = ?, featured = ?, moderators = ?,
			key_id = ?, public_key = ?, ed_key_id = ?, ed_key = ?, also_known_as = ?, moved_to = ?, updated_at = ?
		WHERE id = ? AND NOT EXISTS (SELECT 1 FROM accounts o WHERE o.handle = ? AND o.id <> ?)`,
		a.Type, a.Username, handleOf(a), a.Domain, a.SuspendedAt, a.SilencedAt, a.SensitizedAt, a.DeletedAt, a.FetchedAt,
		a.Locked, a.Discoverable, a.Indexable, a.Bot, a.Memorial, a.HideNetwork, a.URL, a.Name, a.BioHTML, a.BioSource, jsonText(a.Fields),
		jsonText(a.Emojis), jsonText(a.Avatar), jsonText(a.Header), a.InboxURI, a.SharedInboxURI, a.OutboxURI, a.FollowersURI, a.FollowingURI, a.FeaturedURI, a.ModeratorsURI,
		a.KeyID, a.PublicKey, a.EdKeyID, a.EdKey, jsonText(a.AlsoKnownAs), a.MovedTo, a.UpdatedAt, a.ID, handleOf(a), a.ID)
	if err != nil {
		return false, fmt.Errorf("change account %s: %w", a.URI, err)
	}
	return n == 1, nil
}

// TouchAccount changes an account's stamp and nothing else: what is rendered
// of it is rendered anew.
func (q queries) TouchAccount(ctx context.Context, id models.ID) error {
	_, err := q.exec(ctx, `UPDATE accounts SET stamp = stamp + 1 WHERE id = ?`, id)
	return err
}

// CountAccount adds to an account's counts; at, if set, is when it posted.
func (q queries) CountAccount(ctx context.Context, id models.ID, add models.AccountStats) error {
	_, err := q.exec(ctx, `
		UPDATE account_stats SET stamp = stamp + 1, posts = posts + ?, followers = followers + ?, following = following + ?,
			last_post_at = CASE WHEN last_post_at < ? THEN ? ELSE last_post_at END
		WHERE account_id = ?`,
		add.Posts, add.Followers, add.Following, add.LastPostAt, add.LastPostAt, id)
	if err != nil {
		return fmt.Errorf("count for account %d: %w", id, err)
	}
	return nil
}

// SetRemoteCounts stores what a remote account's own server says of its
// counts; a negative number is not known and changes nothing.
func (q queries) SetRemoteCounts(ctx context.Context, id models.ID, posts, followers, following int) error {
	_, err := q.exec(ctx, `
		UPDATE account_stats SET stamp = stamp + 1,
			posts = CASE WHEN ? >= 0 THEN ? ELSE posts END,
			followers = CASE WHEN ? >= 0 THEN ? ELSE followers END,
			following = CASE WHEN ? >= 0 THEN ? ELSE following END
		WHERE account_id = ?`, posts, posts, followers, followers, following, following, id)
	if err != nil {
		return fmt.Errorf("count for account %d: %w", id, err)
	}
	return nil
}

// AddKeys stores the private keys of a local account, in place of older ones.
func (q queries) AddKeys(ctx context.Context, k models.Keys) error {
	_, err := q.exec(ctx, `
		INSERT INTO account_keys (account_id, rsa, ed25519) VALUES (?, ?, ?)
		ON CONFLICT (account_id) DO UPDATE SET rsa = excluded.rsa, ed25519 = excluded.ed25519`,
		k.AccountID, k.RSA, k.Ed25519)
	if err != nil {
		return fmt.Errorf("add keys: %w", err)
	}
	return nil
}

// Keys returns the private keys of a local account.
func (q queries) Keys(ctx context.Context, id models.ID) (k models.Keys, err error) {
	k.AccountID = id
	err = q.row(ctx, `SELECT rsa, ed25519 FROM account_keys WHERE account_id = ?`, []any{id}, &k.RSA, &k.Ed25519)
	return k, err
}

// SearchAccounts returns accounts whose handle or name begins with words, or
// has a word in its name that does; those the viewer follows first.
func (q queries) SearchAccounts(ctx context.Context, v models.Viewer, words string, onlyFollowing bool, limit, offset int) ([]*models.Account, error) {
	words = likePrefix(strings.ToLower(strings.TrimPrefix(strings.TrimSpace(words), "@")))
	if words == "%" {
		return nil, nil
	}
	only := ``
	if onlyFollowing {
		only = `AND f.id IS NOT NULL`
	}
	return list(ctx, q, scanAccount, `SELECT `+accountColumns+fromAccounts+`
		LEFT JOIN follows f ON f.account_id = ? AND f.target_id = a.id AND f.state = 'accepted'
		WHERE (a.handle LIKE ? ESCAPE '\' OR LOWER(a.name) LIKE ? ESCAPE '\' OR LOWER(a.name) LIKE ? ESCAPE '\')
			AND a.suspended_at = 0 AND a.deleted_at = 0 AND a.type <> 'Application' AND (a.silenced_at = 0 OR f.id IS NOT NULL) `+only+`
			AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.account_id = a.id AND b.target_id = ?)
			AND NOT EXISTS (SELECT 1 FROM members m WHERE m.account_id = a.id AND m.state <> 'active')
		ORDER BY CASE WHEN f.id IS NOT NULL THEN 0 WHEN a.domain = '' THEN 1 ELSE 2 END, COALESCE(n.last_post_at, 0) DESC, a.id
		LIMIT ? OFFSET ?`, v.AccountID, words, words, "% "+words, v.AccountID, limit, offset)
}

// likePrefix is a LIKE pattern for what begins with s, with \ as its escape.
func likePrefix(s string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(s) + "%"
}

// LocalAccounts returns local accounts of a type, oldest first.
func (q queries) LocalAccounts(ctx context.Context, t models.ActorType, after models.ID, limit int) ([]*models.Account, error) {
	return list(ctx, q, scanAccount, `SELECT `+accountColumns+fromAccounts+`
		WHERE a.domain = '' AND a.type = ? AND a.id > ? AND a.deleted_at = 0 ORDER BY a.id LIMIT ?`, t, int64(after), limit)
}

// AddTombstone remembers that actorURI said that uri is gone.
func (q queries) AddTombstone(ctx context.Context, uri, actorURI, former string, local bool, at time.Time) error {
	_, err := q.exec(ctx, `
		INSERT INTO tombstones (uri, actor_uri, former, local, deleted_at) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (uri, actor_uri) DO NOTHING`, uri, actorURI, former, local, at)
	if err != nil {
		return fmt.Errorf("remember that %s is gone: %w", uri, err)
	}
	return nil
}

// Tombstone is what remains of something deleted.
type Tombstone struct {
	URI       string
	ActorURI  string
	Former    string
	DeletedAt time.Time
}

// LocalTombstone returns what remains of something of ours.
func (q queries) LocalTombstone(ctx context.Context, uri string) (*Tombstone, error) {
	t := &Tombstone{URI: uri}
	err := q.row(ctx, `SELECT actor_uri, former, deleted_at FROM tombstones WHERE uri = ? AND local`, []any{uri},
		&t.ActorURI, &t.Former, millis{&t.DeletedAt})
	if err != nil {
		return nil, err
	}
	return t, nil
}

// Gone says whether actorURI said before that uri is gone.
func (q queries) Gone(ctx context.Context, uri, actorURI string) (bool, error) {
	return q.exists(ctx, `SELECT 1 FROM tombstones WHERE uri = ? AND actor_uri = ?`, uri, actorURI)
}

// DeleteTombstone forgets that uri is gone: its deletion was undone.
func (q queries) DeleteTombstone(ctx context.Context, uri, actorURI string) error {
	_, err := q.exec(ctx, `DELETE FROM tombstones WHERE uri = ? AND actor_uri = ?`, uri, actorURI)
	return err
}

// TakeIn marks an activity as taken in. It reports false if it was before.
func (q queries) TakeIn(ctx context.Context, key string) (fresh bool, err error) {
	n, err := q.exec(ctx, `INSERT INTO received (key, received_at) VALUES (?, ?) ON CONFLICT (key) DO NOTHING`, key, q.now())
	if err != nil {
		return false, fmt.Errorf("take in %s: %w", key, err)
	}
	return n == 1, nil
}

// receivedFor is how long an activity is known to have been taken in; handlers
// do nothing twice anyway.
const receivedFor = 3 * 24 * time.Hour

// forget deletes what has served its time.
func (q queries) forget(ctx context.Context) error {
	for _, text := range []string{
		`DELETE FROM received WHERE received_at < ?`,
		`DELETE FROM idempotency WHERE created_at < ?`,
		`DELETE FROM thread_crawls WHERE crawled_at < ?`,
	} {
		if _, err := q.exec(ctx, text, q.now().Add(-receivedFor)); err != nil {
			return err
		}
	}
	for _, text := range []string{
		`DELETE FROM tokens WHERE expires_at > 0 AND expires_at < ?`,
		`DELETE FROM codes WHERE expires_at < ?`,
		`DELETE FROM mutes WHERE expires_at > 0 AND expires_at < ?`,
	} {
		if _, err := q.exec(ctx, text, q.now().Add(-time.Hour)); err != nil {
			return err
		}
	}
	return nil
}
