package deliver

import (
	"atelier/federation/wire"
	"atelier/models"
)

// A featuring makes Add or Remove.
type featuring struct {
	encode func(e wire.Encoder, id, actor, followers string, object wire.Document, target string) (wire.Document, error)
	id     func(u models.URLs, actor string, id models.ID) string
}

var (
	adding   = featuring{wire.Encoder.Add, models.URLs.Add}
	removing = featuring{wire.Encoder.Remove, models.URLs.Remove}
)

func (p *planner) pinned() error   { return p.featurePost(adding) }
func (p *planner) unpinned() error { return p.featurePost(removing) }

func (p *planner) featurePost(f featuring) error {
	post, err := p.stored(p.event.PostID)
	if err != nil || !post.Leaves() || !post.Visibility.Open() {
		return err
	}
	return p.feature(f, wire.Named(post.URI), post.URI)
}

func (p *planner) tagFeatured() error   { return p.featureTag(adding) }
func (p *planner) tagUnfeatured() error { return p.featureTag(removing) }

// featureTag tells of a hashtag that the profile shows. Its target is the
// collection of featured posts, as Mastodon's is.
func (p *planner) featureTag(f featuring) error {
	var shown models.ShownTag
	if err := p.data(&shown); err != nil {
		return err
	}
	tag := p.encoder.Hashtag(shown.Label)
	return p.feature(f, tag, tag.ID())
}

// feature tells the followers what the profile shows first, or no longer.
func (p *planner) feature(f featuring, object wire.Document, about string) error {
	a := p.actor
	to := p.audience()
	if err := to.followers(a.ID); err != nil {
		return err
	}
	doc, err := f.encode(p.encoder, f.id(p.d.urls, a.URI, p.event.ID), a.URI, a.FollowersURI, object, p.d.urls.Featured(a.URI))
	if err != nil {
		return err
	}
	return p.tell(doc, about, true, to)
}
