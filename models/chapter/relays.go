package chapter

import (
	"context"
	"net/url"
	"strings"
	"time"

	"atelier/models"
	"atelier/models/store"
)

// JobRelay asks the relay named by the key for a subscription.
const JobRelay = "relay"

// publicURI is the address of everyone: what a relay of the first style is
// asked to be followed as.
const publicURI = "https://www.w3.org/ns/activitystreams#Public"

// relaysFor is how long what is known of the relays is believed: a command
// beside the server may change it unheard.
const relaysFor = 5 * time.Second

type relaysCopy struct {
	relays []*models.Relay
	until  time.Time
}

// AddRelay subscribes the chapter to a relay, by the address of its inbox or of
// its actor. It is asked in the background.
func (c *Chapter) AddRelay(ctx context.Context, by models.Viewer, address string) (*models.Relay, error) {
	if !by.IsSteward() {
		return nil, errStewards
	}
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" || u.Scheme != "https" && u.Scheme != c.URLs.Scheme {
		return nil, models.Errorf(models.Invalid, "A relay has an address like https://relay.example/inbox or https://relay.example/actor.")
	}
	r := &models.Relay{Address: u.String(), Style: models.ActorRelay, State: models.RelayNew}
	if c.URLs.Local(r.Address) {
		return nil, models.Errorf(models.Invalid, "That is this chapter itself.")
	}
	if strings.HasSuffix(u.Path, "/inbox") {
		r.Style, r.Inbox = models.InboxRelay, r.Address
	}
	return r, c.Store.Write(ctx, func(tx *store.Tx) error {
		r.ID, r.CreatedAt = tx.NewID(), tx.Now()
		set, err := tx.SetRelay(ctx, r)
		if err != nil {
			return err
		}
		if !set {
			return models.Errorf(models.Conflict, "The chapter has that relay already.")
		}
		tx.After(func() { c.relays.Store(nil) })
		return c.Later(ctx, tx, JobRelay, r.ID.String(), nil, time.Time{})
	})
}

// RemoveRelay ends the subscription to a relay.
func (c *Chapter) RemoveRelay(ctx context.Context, by models.Viewer, address string) error {
	if !by.IsSteward() {
		return errStewards
	}
	self, err := c.Self(ctx)
	if err != nil {
		return err
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		r, err := findRelay(ctx, tx, func(r *models.Relay) bool { return r.Address == strings.TrimSpace(address) })
		if err != nil {
			return err
		}
		if r == nil {
			return models.Errorf(models.NotFound, "The chapter has no such relay.")
		}
		if err := tx.DeleteRelay(ctx, r.ID); err != nil {
			return err
		}
		tx.After(func() { c.relays.Store(nil) })
		if r.FollowURI == "" {
			return nil
		}
		return tx.Leave(ctx, models.Event{Kind: models.RelayLeft, AccountID: self.InstanceID, Data: jsonOf(relayDeed(r)), Federates: true})
	})
}

func findRelay(ctx context.Context, tx *store.Tx, is func(*models.Relay) bool) (*models.Relay, error) {
	all, err := tx.Relays(ctx)
	if err != nil {
		return nil, err
	}
	for _, r := range all {
		if is(r) {
			return r, nil
		}
	}
	return nil, nil
}

func relayDeed(r *models.Relay) models.RelayDeed {
	d := models.RelayDeed{URI: r.FollowURI, Inbox: r.Inbox, Object: publicURI}
	if r.Style == models.ActorRelay {
		d.Object = r.Actor
	}
	return d
}

// relayJob asks a relay. One that is known by its actor is read before.
func (c *Chapter) relayJob(ctx context.Context, j *models.Job) error {
	all, err := c.Store.Relays(ctx)
	if err != nil {
		return err
	}
	for _, r := range all {
		if r.ID.String() != j.Key || r.State != models.RelayNew {
			continue
		}
		if r.Style == models.ActorRelay {
			a, err := c.Find.Account(ctx, r.Address)
			if err != nil {
				return err
			}
			r.Actor, r.Inbox = a.URI, a.InboxURI
		}
		return c.askRelay(ctx, r)
	}
	return nil
}

func (c *Chapter) askRelay(ctx context.Context, r *models.Relay) error {
	instance, err := c.Instance(ctx)
	if err != nil {
		return err
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		there, err := findRelay(ctx, tx, func(o *models.Relay) bool { return o.ID == r.ID })
		if err != nil || there == nil { // removed meanwhile
			return err
		}
		r.State, r.FollowURI = models.RelayAsked, c.URLs.Follow(instance.URI, tx.NewID())
		if _, err := tx.SetRelay(ctx, r); err != nil {
			return err
		}
		tx.After(func() { c.relays.Store(nil) })
		return tx.Leave(ctx, models.Event{Kind: models.RelayJoined, AccountID: instance.ID, Data: jsonOf(relayDeed(r)), Federates: true})
	})
}

// RelayAnswered takes in that the sender accepted or refused the subscription
// that was asked for under uri. Nobody but the relay may say so; it reports
// false if there is no such relay.
func (c *Chapter) RelayAnswered(ctx context.Context, sender *models.Account, uri string, accepted bool) (known bool, err error) {
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		r, err := findRelay(ctx, tx, func(r *models.Relay) bool { return uri != "" && r.FollowURI == uri })
		known = r != nil
		if err != nil || r == nil {
			return err
		}
		if r.Style == models.ActorRelay && sender.URI != r.Actor || !sameServer(sender.URI, r.Inbox) {
			return models.Errorf(models.Forbidden, "Only the relay may answer.")
		}
		r.Actor, r.State = sender.URI, models.RelayRefused
		if accepted {
			r.State = models.RelayAccepted
		}
		tx.After(func() { c.relays.Store(nil) })
		_, err = tx.SetRelay(ctx, r)
		return err
	})
	return known, err
}

func sameServer(a, b string) bool {
	x, err := url.Parse(a)
	if err != nil {
		return false
	}
	y, err := url.Parse(b)
	return err == nil && x.Scheme == y.Scheme && strings.EqualFold(x.Host, y.Host)
}

// IsRelay says whether an account is a relay that the chapter subscribed to.
func (c *Chapter) IsRelay(ctx context.Context, a *models.Account) (bool, error) {
	known, err := c.knownRelays(ctx, c.Store.Relays)
	for _, r := range known {
		if r.Actor == a.URI && (r.State == models.RelayAccepted || r.State == models.RelayAsked && r.Style == models.ActorRelay) {
			return true, nil
		}
	}
	return false, err
}

// knownRelays are the relays as they were a moment ago; else they are read.
func (c *Chapter) knownRelays(ctx context.Context, read func(context.Context) ([]*models.Relay, error)) ([]*models.Relay, error) {
	if known := c.relays.Load(); known != nil && c.Store.Now().Before(known.until) {
		return known.relays, nil
	}
	all, err := read(ctx)
	if err != nil {
		return nil, err
	}
	c.relays.Store(&relaysCopy{all, c.Store.Now().Add(relaysFor)})
	return all, nil
}

// followedByRelay accepts the follow of the server's own account by a relay of
// the chapter: who follows may boost what it is told of.
func (c *Chapter) followedByRelay(ctx context.Context, tx *store.Tx, relay, target *models.Account, f *models.Follow) error {
	f.State = models.FollowAccepted
	if err := tx.SetFollow(ctx, f, false); err != nil {
		return err
	}
	return c.accepted(ctx, tx, relay, target, f)
}
