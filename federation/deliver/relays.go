package deliver

import (
	"atelier/federation/wire"
	"atelier/models"
)

// relays adds the relays that pass on what they are sent, for what everyone may
// read.
func (a *audience) relays(v models.Visibility) error {
	if v != models.Public {
		return nil
	}
	all, err := a.p.d.store.Relays(a.p.ctx)
	for _, r := range all {
		if r.State == models.RelayAccepted && r.Style == models.InboxRelay {
			a.add(r.Inbox)
		}
	}
	return err
}

// tellRelays tells the relays that boost what they are told of about a new post
// for everyone, in the name of the server's own account.
func (p *planner) tellRelays(c wire.PostContext) error {
	if c.Post.Visibility != models.Public {
		return nil
	}
	all, err := p.d.store.Relays(p.ctx)
	if err != nil {
		return err
	}
	to := p.audience()
	for _, r := range all {
		if r.State == models.RelayAccepted && r.Style == models.ActorRelay {
			to.add(r.Inbox)
		}
	}
	if len(to.inboxes) == 0 {
		return nil
	}
	self, err := p.d.store.Chapter(p.ctx)
	if err != nil {
		return err
	}
	instance, err := p.account(self.InstanceID)
	if err != nil {
		return err
	}
	doc := p.encoder.Announce(wire.Boost{ID: p.d.urls.Announce(instance.URI, p.event.ID), Actor: instance.URI, Followers: p.d.urls.Followers(instance.URI),
		Object: c.Post.URI, Author: c.Author.URI, Visibility: models.Public, At: p.event.CreatedAt})
	return p.by(instance).tell(doc, c.Post.URI, true, to)
}

func (p *planner) relayJoined() error {
	follow, to, err := p.relay()
	if err != nil {
		return err
	}
	return p.tell(follow, follow.ID(), false, to)
}

func (p *planner) relayLeft() error {
	follow, to, err := p.relay()
	if err != nil {
		return err
	}
	return p.undo(follow, follow.ID(), false, to)
}

// relay is the Follow that subscribes to a relay, and where it goes.
func (p *planner) relay() (wire.Document, *audience, error) {
	var d models.RelayDeed
	to := p.audience()
	if err := p.data(&d); err != nil {
		return wire.Document{}, nil, err
	}
	to.add(d.Inbox)
	return p.encoder.Follow(d.URI, p.actor.URI, d.Object, p.made(d.URI)), to, nil
}
