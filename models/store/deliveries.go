package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"atelier/models"
)

// addEvent keeps an event until it was delivered.
func (q queries) addEvent(ctx context.Context, e *models.Event) error {
	_, err := q.exec(ctx, `
		INSERT INTO events (id, kind, account_id, target_id, post_id, notification_id, data, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		e.ID, e.Kind, e.AccountID, e.TargetID, e.PostID, e.NotificationID, e.Data, e.CreatedAt)
	if err != nil {
		return fmt.Errorf("leave event %s: %w", e.Kind, err)
	}
	return nil
}

// Events returns the oldest events that were not delivered yet. Other nodes
// may be at the same ones: the one that takes an event has it.
func (q queries) Events(ctx context.Context, limit int) ([]*models.Event, error) {
	return list(ctx, q, func(rows *sql.Rows) (*models.Event, error) {
		e := &models.Event{Federates: true}
		return e, rows.Scan(&e.ID, &e.Kind, &e.AccountID, &e.TargetID, &e.PostID, &e.NotificationID, &e.Data, millis{&e.CreatedAt})
	}, `SELECT id, kind, account_id, target_id, post_id, notification_id, data, created_at FROM events ORDER BY id LIMIT ?`, limit)
}

// TakeEvents deletes events, and returns the ids of those that were still
// there: the others were taken by another node.
func (q queries) TakeEvents(ctx context.Context, ids []models.ID) ([]models.ID, error) {
	taken, err := list(ctx, q, scanID, `DELETE FROM events WHERE id {ids} RETURNING id`, ids)
	if err != nil {
		return nil, fmt.Errorf("take events: %w", err)
	}
	return taken, nil
}

// AddActivity stores an activity's body, once for all its deliveries.
func (q queries) AddActivity(ctx context.Context, a *models.OutgoingActivity) error {
	_, err := q.exec(ctx, `INSERT INTO activities (id, uri, actor_id, object, body, created_at) VALUES (?, ?, ?, ?, ?, ?)`,
		a.ID, a.URI, a.ActorID, a.Object, a.Body, a.CreatedAt)
	if err != nil {
		return fmt.Errorf("store activity %s: %w", a.URI, err)
	}
	return nil
}

// Activity returns an activity's body.
func (q queries) Activity(ctx context.Context, id models.ID) (*models.OutgoingActivity, error) {
	a := &models.OutgoingActivity{ID: id}
	err := q.row(ctx, `SELECT uri, actor_id, object, body, created_at FROM activities WHERE id = ?`, []any{id},
		&a.URI, &a.ActorID, &a.Object, &a.Body, millis{&a.CreatedAt})
	if err != nil {
		return nil, err
	}
	return a, nil
}

// DeleteIdleActivities deletes those of the activities with ids that have no
// delivery left.
func (q queries) DeleteIdleActivities(ctx context.Context, ids []models.ID) error {
	_, err := q.exec(ctx, `
		DELETE FROM activities WHERE id {ids} AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.activity_id = activities.id)`, ids)
	return err
}

// AddDelivery stores a delivery.
func (q queries) AddDelivery(ctx context.Context, d *models.Delivery) error {
	_, err := q.exec(ctx, `
		INSERT INTO deliveries (id, activity_id, actor_id, host, inbox, attempts, run_at, last_error, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		d.ID, d.ActivityID, d.ActorID, d.Host, d.Inbox, d.Attempts, d.RunAt, d.LastError, d.CreatedAt)
	if err != nil {
		return fmt.Errorf("store delivery to %s: %w", d.Inbox, err)
	}
	return nil
}

// StepAside is how often a delivery is tried before later ones of its actor
// to the same host need not wait for it any longer: it alone is refused there.
const StepAside = 5

const deliveryColumns = `d.id, d.activity_id, d.actor_id, d.host, d.inbox, d.attempts, d.run_at, d.last_error, d.created_at`

func scanDelivery(rows *sql.Rows) (*models.Delivery, error) {
	d := &models.Delivery{}
	return d, rows.Scan(&d.ID, &d.ActivityID, &d.ActorID, &d.Host, &d.Inbox, &d.Attempts, millis{&d.RunAt}, &d.LastError, millis{&d.CreatedAt})
}

// ReadyDeliveries returns the oldest deliveries to a host that may be tried
// now: not those that wait for their next try, nor those behind one of the
// same actor that does.
func (q queries) ReadyDeliveries(ctx context.Context, host string, limit int) ([]*models.Delivery, error) {
	now := q.now()
	return list(ctx, q, scanDelivery, `SELECT `+deliveryColumns+` FROM deliveries d
		WHERE d.host = ? AND d.run_at <= ? AND NOT EXISTS (
			SELECT 1 FROM deliveries b WHERE b.host = d.host AND b.actor_id = d.actor_id AND b.id < d.id
				AND b.attempts > 0 AND b.attempts < ? AND b.run_at > ?)
		ORDER BY d.id LIMIT ?`, host, now, StepAside, now, limit)
}

// NextDelivery returns when the first of a host's waiting deliveries shall be
// tried, and whether there is any.
func (q queries) NextDelivery(ctx context.Context, host string) (at time.Time, waiting bool, err error) {
	var n int
	err = q.row(ctx, `SELECT COUNT(*), COALESCE(MIN(run_at), 0) FROM (SELECT run_at FROM deliveries WHERE host = ? ORDER BY id LIMIT 1000) w`,
		[]any{host}, &n, millis{&at})
	return at, n > 0, err
}

// DeleteDeliveries deletes deliveries that are done or given up.
func (q queries) DeleteDeliveries(ctx context.Context, ids []models.ID) error {
	_, err := q.exec(ctx, `DELETE FROM deliveries WHERE id {ids}`, ids)
	return err
}

// CancelDeliveries deletes what waits to be told about object by actor; with
// an empty object, all that actor has to tell.
func (q queries) CancelDeliveries(ctx context.Context, actorID models.ID, object string) error {
	_, err := q.exec(ctx, `DELETE FROM activities WHERE actor_id = ? AND (object = ? OR ? = '')`, actorID, object, object)
	return err
}

// ExpireDeliveries gives up what has waited for a host since before t, and
// says how many that were.
func (q queries) ExpireDeliveries(ctx context.Context, host string, t time.Time) (int64, error) {
	return q.exec(ctx, `DELETE FROM deliveries WHERE host = ? AND created_at < ?`, host, t)
}

// PostponeDelivery stores that a try did not succeed, and when the next one is.
func (q queries) PostponeDelivery(ctx context.Context, d *models.Delivery) error {
	_, err := q.exec(ctx, `UPDATE deliveries SET attempts = ?, run_at = ?, last_error = ? WHERE id = ?`, d.Attempts, d.RunAt, d.LastError, d.ID)
	return err
}

const hostColumns = `name, next_at, node, fails, open_until, last_error, last_ok_at, gone_at, signature`

func scanHost(rows *sql.Rows) (*models.Host, error) {
	h := &models.Host{}
	return h, rows.Scan(&h.Name, millis{&h.NextAt}, &h.Node, &h.Fails, millis{&h.OpenUntil}, &h.LastError, millis{&h.LastOKAt}, millis{&h.GoneAt}, &h.Signature)
}

// Hosts returns those of the hosts with names that are known, by name. Inside
// a transaction nobody else changes them until its end.
func (q queries) Hosts(ctx context.Context, names []string) (map[string]*models.Host, error) {
	text := `SELECT ` + hostColumns + ` FROM hosts WHERE name {names} ORDER BY name`
	if q.run.postgres() {
		text += ` FOR UPDATE`
	}
	found, err := list(ctx, q, scanHost, text, names)
	if err != nil {
		return nil, fmt.Errorf("read hosts: %w", err)
	}
	out := make(map[string]*models.Host, len(found))
	for _, h := range found {
		out[h.Name] = h
	}
	return out, nil
}

// EngageHost has node work on a host until a time. It reports false if
// another node does already, or if the host rests after a failure. To be
// called after the deliveries were stored: whoever works on the host looks
// for more before it leaves.
func (q queries) EngageHost(ctx context.Context, name, node string, until time.Time) (mine bool, err error) {
	now := q.now()
	_, err = one(ctx, q, scanString, `
		INSERT INTO hosts (name, next_at, node) VALUES (?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET next_at = excluded.next_at, node = excluded.node
			WHERE hosts.open_until <= ? AND (hosts.node = '' OR hosts.next_at <= ?)
		RETURNING name`, name, until, node, now, now)
	if models.KindOf(err) == models.NotFound {
		// It rests: there is something to do when it wakes.
		_, err = q.exec(ctx, `UPDATE hosts SET next_at = open_until WHERE name = ? AND next_at = 0 AND node = ''`, name)
		return false, err
	}
	return err == nil, err
}

// EngageDueHosts has node work until a time on hosts that wait for somebody.
func (q queries) EngageDueHosts(ctx context.Context, node string, until time.Time, limit int) ([]*models.Host, error) {
	lock := ``
	if q.run.postgres() {
		lock = ` FOR UPDATE SKIP LOCKED`
	}
	return list(ctx, q, scanHost, `
		UPDATE hosts SET next_at = ?, node = ?
		WHERE name IN (SELECT name FROM hosts WHERE next_at > 0 AND next_at <= ? ORDER BY next_at LIMIT ?`+lock+`)
		RETURNING `+hostColumns, until, node, q.now(), limit)
}

// NextHost returns when a host shall be looked after next; the zero time if
// none has anything to do.
func (q queries) NextHost(ctx context.Context) (at time.Time, err error) {
	err = q.row(ctx, `SELECT COALESCE(MIN(next_at), 0) FROM hosts WHERE next_at > 0`, nil, millis{&at})
	return at, err
}

// KeepHosts has node go on with hosts until a time. Those that it does not
// return were taken over by another node.
func (q queries) KeepHosts(ctx context.Context, node string, names []string, until time.Time) ([]string, error) {
	return list(ctx, q, scanString, `UPDATE hosts SET next_at = ? WHERE node = ? AND name {names} RETURNING name`, until, node, names)
}

// LeaveHosts ends node's work on those of the hosts that have nothing left to
// deliver, and returns them.
func (q queries) LeaveHosts(ctx context.Context, node string, names []string) ([]string, error) {
	names = slices.Sorted(slices.Values(names))
	if q.run.postgres() { // whoever adds a delivery now does so before or after, not in between
		if _, err := q.Hosts(ctx, names); err != nil {
			return nil, err
		}
	}
	return list(ctx, q, scanString, `
		UPDATE hosts SET next_at = 0, node = '' WHERE node = ? AND name {names}
			AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.host = hosts.name)
		RETURNING name`, node, names)
}

// HostsAnswered stores that hosts took what was sent to them.
func (q queries) HostsAnswered(ctx context.Context, names []string) error {
	_, err := q.exec(ctx, `UPDATE hosts SET fails = 0, open_until = 0, gone_at = 0, last_error = '', last_ok_at = ? WHERE name {names}`, q.now(), names)
	return err
}

// RestHost ends node's work on a host until h.NextAt, with how the last try
// went; without NextAt nothing is left to do.
func (q queries) RestHost(ctx context.Context, node string, h *models.Host) error {
	_, err := q.exec(ctx, `
		UPDATE hosts SET next_at = ?, node = '', fails = ?, open_until = ?, last_error = ?, gone_at = ? WHERE name = ? AND node = ?`,
		h.NextAt, h.Fails, h.OpenUntil, h.LastError, h.GoneAt, h.Name, node)
	return err
}

// SetHostSignature remembers the scheme of signatures that a host takes.
func (q queries) SetHostSignature(ctx context.Context, name, scheme string) error {
	_, err := q.exec(ctx, `
		INSERT INTO hosts (name, signature) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET signature = excluded.signature`, name, scheme)
	return err
}

// HostTroubled says whether deliveries to a host wait because it failed.
func (q queries) HostTroubled(ctx context.Context, name string) (bool, error) {
	return q.exists(ctx, `SELECT 1 FROM hosts WHERE name = ? AND (fails > 0 OR gone_at > 0)`, name)
}

// HostAwake stores that a failed host was heard of: what waits for it is
// tried now.
func (q queries) HostAwake(ctx context.Context, name string) error {
	now := q.now()
	if _, err := q.exec(ctx, `UPDATE deliveries SET run_at = ? WHERE host = ? AND attempts > 0 AND run_at > ?`, now, name, now); err != nil {
		return err
	}
	_, err := q.exec(ctx, `
		UPDATE hosts SET gone_at = 0, fails = 0, open_until = 0, next_at = CASE WHEN next_at = 0 OR node <> '' THEN next_at ELSE ? END
		WHERE name = ? AND (fails > 0 OR gone_at > 0)`, now, name)
	return err
}

// WakeHosts has all hosts looked after that have deliveries waiting and that
// nobody looks after: there are none unless something went wrong.
func (q queries) WakeHosts(ctx context.Context) error {
	_, err := q.exec(ctx, `
		UPDATE hosts SET next_at = ? WHERE next_at = 0 AND EXISTS (SELECT 1 FROM deliveries d WHERE d.host = hosts.name)`, q.now())
	return err
}

// A Backlog is a host with deliveries that wait.
type Backlog struct {
	Host       *models.Host
	Deliveries int
	Oldest     time.Time
}

// Backlogs returns the hosts with most deliveries waiting.
func (q queries) Backlogs(ctx context.Context, limit int) ([]Backlog, error) {
	return list(ctx, q, func(rows *sql.Rows) (Backlog, error) {
		b := Backlog{Host: &models.Host{}}
		h := b.Host
		return b, rows.Scan(&h.Name, millis{&h.NextAt}, &h.Node, &h.Fails, millis{&h.OpenUntil}, &h.LastError, millis{&h.LastOKAt}, millis{&h.GoneAt}, &h.Signature,
			&b.Deliveries, millis{&b.Oldest})
	}, `SELECT `+hostColumns+`, w.n, w.oldest FROM (SELECT host, COUNT(*) AS n, MIN(created_at) AS oldest FROM deliveries GROUP BY host) w
		JOIN hosts ON hosts.name = w.host ORDER BY w.n DESC, name LIMIT ?`, limit)
}

// InboxOwners returns ids (URIs) of the accounts on a server, base
// (scheme://host/), whose own inbox is at an address that is nobody's shared
// inbox.
func (q queries) InboxOwners(ctx context.Context, base, inbox string) ([]string, error) {
	end := base[:len(base)-1] + "0" // the byte after the slash
	return list(ctx, q, scanString, `
		SELECT uri FROM accounts a WHERE a.uri >= ? AND a.uri < ? AND a.inbox = ? AND a.deleted_at = 0
			AND NOT EXISTS (SELECT 1 FROM accounts o WHERE o.uri >= ? AND o.uri < ? AND o.shared_inbox = ?) LIMIT 2`,
		base, end, inbox, base, end, inbox)
}

// HostGone stores that a host wants nothing more, and drops what waits for it.
func (q queries) HostGone(ctx context.Context, name string) error {
	if _, err := q.exec(ctx, `DELETE FROM deliveries WHERE host = ?`, name); err != nil {
		return err
	}
	_, err := q.exec(ctx, `UPDATE hosts SET gone_at = ? WHERE name = ?`, q.now(), name)
	return err
}
