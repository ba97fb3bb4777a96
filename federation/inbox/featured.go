package inbox

import (
	"context"

	"atelier/federation/wire"
	"atelier/models"
)

// add takes in that the sender put something into a collection of its own.
func (in *Inbox) add(ctx context.Context, s *sender, a *wire.Activity, deep bool) error {
	return in.place(ctx, s, a, true, deep)
}

// remove takes in that the sender took something out of one.
func (in *Inbox) remove(ctx context.Context, s *sender, a *wire.Activity, deep bool) error {
	return in.place(ctx, s, a, false, deep)
}

// place changes what the sender shows first on its profile: posts, and, as
// Mastodon sends them, hashtags. Other collections are nobody's business here.
func (in *Inbox) place(ctx context.Context, s *sender, a *wire.Activity, shown, deep bool) error {
	o := a.Object()
	if s.FeaturedURI == "" || a.Target.ID != s.FeaturedURI {
		return nil
	}
	if o.Embedded() && o.Type == "Hashtag" {
		name, err := wire.DecodeHashtag(o.Raw)
		if err != nil {
			return err
		}
		return in.chapter.ReceiveShownTag(ctx, s.activity(a), name, shown)
	}
	p, err := in.chapter.Store.PostByURI(ctx, o.ID)
	if models.KindOf(err) == models.NotFound && shown && !in.chapter.URLs.Local(o.ID) {
		followed, err := in.chapter.Store.IsFollowed(ctx, s.ID)
		if err != nil || !followed {
			return err
		}
		if !deep {
			return in.later(ctx, s, a)
		}
		if p, err = in.find.Post(ctx, o.ID); err != nil {
			return err
		}
	} else if err != nil {
		return err
	}
	return in.chapter.ReceivePin(ctx, s.activity(a), p.ID, shown)
}
