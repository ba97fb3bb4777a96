package deliver

import (
	"context"
	"log/slog"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"atelier/models"
	"atelier/models/store"
)

// A plan is what follows from an event: activities, each with its inboxes, and
// before them, what need not be told any more.
type plan struct {
	event   *models.Event
	cancels []cancellation
	tell    []telling
}

// A telling is one activity and where it goes.
type telling struct {
	activity *models.OutgoingActivity
	inboxes  []string
}

// A cancellation drops what waits to be told by actor about object; about
// anything, if that is "".
type cancellation struct {
	actor  models.ID
	object string
}

const (
	dispatchSize = 64              // events that are worked on together
	strangers    = 2 * time.Second // for so long an event is left to the node where it happened
)

// dispatch turns the oldest events into deliveries and has them sent. It
// reports whether there may be more.
func (d *Deliverer) dispatch(ctx context.Context) (more bool, err error) {
	events, err := d.store.Events(ctx, dispatchSize)
	if err != nil || len(events) == 0 {
		return false, err
	}
	more = len(events) == dispatchSize
	events = d.own(events)
	plans := make(map[models.ID]*plan, len(events))
	ids := make([]models.ID, 0, len(events))
	known := newKnown()
	for _, e := range events {
		p, err := d.plan(ctx, e, known)
		if err != nil {
			if models.KindOf(err) == models.Busy || ctx.Err() != nil {
				return false, err
			}
			slog.Error("an event cannot be told to other servers", "event", e.ID, "kind", e.Kind, "err", err)
			p = &plan{event: e}
		}
		plans[e.ID] = p
		ids = append(ids, e.ID)
	}
	if len(ids) == 0 {
		return false, nil
	}
	var engaged []*engagedHost
	err = d.store.Write(ctx, func(tx *store.Tx) error {
		engaged, err = d.enter(ctx, tx, ids, plans)
		return err
	})
	if err != nil {
		return false, err
	}
	for _, e := range engaged {
		d.start(ctx, e.host, e.rows)
	}
	return more, nil
}

// own leaves out what happened on another node a moment ago, and what the same
// account did after that: events of one account are told in their order.
func (d *Deliverer) own(events []*models.Event) []*models.Event {
	node, now := d.store.NewID().Node(), d.store.Now()
	var skipped map[models.ID]bool
	out := events[:0]
	for _, e := range events {
		if skipped[e.AccountID] || e.ID.Node() != node && now.Sub(e.CreatedAt) < strangers {
			if skipped == nil {
				skipped = map[models.ID]bool{}
			}
			skipped[e.AccountID] = true
			continue
		}
		out = append(out, e)
	}
	return out
}

// An engagedHost is one that this node works on from now on. Without rows
// there may be others before those that were just entered.
type engagedHost struct {
	host *models.Host
	rows []*models.Delivery
}

// enter stores what follows from those of the events that no other node took,
// and engages the hosts that it goes to.
func (d *Deliverer) enter(ctx context.Context, tx *store.Tx, ids []models.ID, plans map[models.ID]*plan) ([]*engagedHost, error) {
	taken, err := tx.TakeEvents(ctx, ids)
	if err != nil || len(taken) == 0 {
		return nil, err
	}
	slices.Sort(taken)
	rows, err := d.addRows(ctx, tx, taken, plans)
	if err != nil {
		return nil, err
	}
	names := slices.Sorted(maps.Keys(rows))
	if len(names) == 0 {
		return nil, nil
	}
	hosts, err := tx.Hosts(ctx, names)
	if err != nil {
		return nil, err
	}
	var engaged []*engagedHost
	for _, name := range names {
		h := hosts[name]
		if h == nil {
			h = &models.Host{Name: name}
		}
		if !h.GoneAt.IsZero() {
			continue
		}
		for _, row := range rows[name] {
			if err := tx.AddDelivery(ctx, row); err != nil {
				return nil, err
			}
		}
		mine, err := tx.EngageHost(ctx, name, d.node, tx.Now().Add(d.o.Lease))
		if err != nil {
			return nil, err
		}
		if !mine {
			continue
		}
		e := &engagedHost{host: h}
		if h.NextAt.IsZero() { // nothing waited before
			e.rows = rows[name]
		}
		engaged = append(engaged, e)
	}
	return engaged, nil
}

// addRows stores the activities of the events that were taken, and returns
// their deliveries by host, which are not stored yet.
func (d *Deliverer) addRows(ctx context.Context, tx *store.Tx, taken []models.ID, plans map[models.ID]*plan) (map[string][]*models.Delivery, error) {
	rows := map[string][]*models.Delivery{}
	for _, id := range taken {
		for _, c := range plans[id].cancels {
			if err := tx.CancelDeliveries(ctx, c.actor, c.object); err != nil {
				return nil, err
			}
		}
		for _, t := range plans[id].tell {
			a := t.activity
			if err := tx.AddActivity(ctx, a); err != nil {
				return nil, err
			}
			d.bodies.Set(a.ID, newOutgoing(a.Body))
			for _, inbox := range t.inboxes {
				host := hostOf(inbox)
				rows[host] = append(rows[host], &models.Delivery{ID: tx.NewID(), ActivityID: a.ID, ActorID: a.ActorID, Inbox: inbox, Host: host,
					RunAt: tx.Now(), CreatedAt: tx.Now()})
			}
		}
	}
	return rows, nil
}

// hostOf is the host of an address as hosts are named: lower case, with a port
// if it is not the scheme's own. It is "" for what is no address to deliver to.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.User != nil {
		return ""
	}
	host := strings.TrimSuffix(strings.ToLower(u.Host), ".")
	if u.Scheme == "https" {
		return strings.TrimSuffix(host, ":443")
	}
	return strings.TrimSuffix(host, ":80")
}

// serverOf is the part of an address that names the server, with a slash.
func serverOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host + "/"
}
