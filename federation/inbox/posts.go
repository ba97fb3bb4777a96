package inbox

import (
	"context"
	"slices"
	"time"

	"atelier/federation/fetch"
	"atelier/federation/wire"
	"atelier/models"
	"atelier/models/chapter"
)

// create takes in posts that their author's own server sent us: one, or the
// votes of one ballot.
func (in *Inbox) create(ctx context.Context, s *sender, a *wire.Activity, deep bool) error {
	for i, o := range a.Objects {
		if !o.Embedded() {
			continue
		}
		p, err := own(s, o)
		if err != nil {
			return err
		}
		act := s.activity(a)
		if i > 0 {
			act.Key += " " + o.ID
		}
		if p.IsVote() {
			err = in.vote(ctx, act, p)
		} else {
			_, err = in.receive(ctx, s, act, a, p)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// own reads a post that came along. Without the check, any server could put
// words into anyone's mouth.
func own(s *sender, o wire.Object) (*wire.Post, error) {
	p, err := wire.DecodePost(o.Raw)
	if err != nil {
		return nil, err
	}
	if p.Author != s.URI || !fetch.SameOrigin(p.ID, s.URI) {
		return nil, models.Errorf(models.Forbidden, "The post is not the sender's.")
	}
	return p, nil
}

func (in *Inbox) receive(ctx context.Context, s *sender, act chapter.Activity, a *wire.Activity, p *wire.Post) (*models.Post, error) {
	incoming, err := in.find.Incoming(ctx, p, a, s.Account)
	if err != nil {
		return nil, err
	}
	incoming.Relayed = s.relayed
	return in.chapter.Receive(ctx, act, incoming)
}

// vote takes in one choice in a poll of ours.
func (in *Inbox) vote(ctx context.Context, act chapter.Activity, p *wire.Post) error {
	question, err := in.chapter.Store.PostByURI(ctx, p.InReplyTo)
	if err != nil {
		return err
	}
	if !question.Local {
		return nil
	}
	err = in.chapter.ReceiveVote(ctx, act, question.ID, p.ID, p.Name)
	if models.KindOf(err) == models.Invalid { // too late, or twice: nothing to try again
		return models.Errorf(models.Forbidden, "%s", models.Sentence(err)).Because(err)
	}
	return err
}

// createNamed takes in a post that is only named: it is fetched, if the sender
// or whom it addresses says that it can matter here.
func (in *Inbox) createNamed(ctx context.Context, s *sender, a *wire.Activity, deep bool) error {
	if !deep {
		if matters, err := in.matters(ctx, s, a); err != nil || !matters {
			return err
		}
		return in.later(ctx, s, a)
	}
	p, err := in.find.ReadPost(ctx, a.Object().ID)
	if err != nil {
		return err
	}
	if p.Author != s.URI {
		return models.Errorf(models.Forbidden, "The post is not the sender's.")
	}
	_, err = in.receive(ctx, s, s.activity(a), a, p)
	return err
}

// matters says whether what a sender has to say can be anybody's business here:
// somebody follows it, or it is addressed to this server.
func (in *Inbox) matters(ctx context.Context, s *sender, a *wire.Activity) (bool, error) {
	for _, list := range [][]string{a.To, a.CC, a.Audience} {
		for _, uri := range list {
			if in.chapter.URLs.Local(uri) {
				return true, nil
			}
		}
	}
	return in.chapter.Store.IsFollowed(ctx, s.ID)
}

// recently is how old a post may be that is heard of first by an Update.
const recently = 24 * time.Hour

// update takes in a new version of a post of the sender. One that is not here,
// and is new, may have been missed.
func (in *Inbox) update(ctx context.Context, s *sender, a *wire.Activity, deep bool) error {
	p, err := own(s, a.Object())
	if err != nil {
		return err
	}
	return in.newVersion(ctx, s, a, p)
}

func (in *Inbox) newVersion(ctx context.Context, s *sender, a *wire.Activity, p *wire.Post) error {
	incoming, err := in.find.Incoming(ctx, p, a, s.Account)
	if err != nil {
		return err
	}
	act := s.activity(a)
	known, err := in.chapter.ReceiveEdit(ctx, act, incoming)
	if err != nil || known != nil || in.chapter.Store.Now().Sub(incoming.Post.CreatedAt) > recently {
		return err
	}
	act.Key = "" // it was marked by ReceiveEdit
	there, err := in.chapter.Receive(ctx, act, incoming)
	if err != nil || there == nil || !there.UpdatedAt.Before(incoming.Post.UpdatedAt) {
		return err
	}
	_, err = in.chapter.ReceiveEdit(ctx, act, incoming) // another version came meanwhile
	return err
}

// updateNamed reads anew what is only named: the sender, or a post that is
// here.
func (in *Inbox) updateNamed(ctx context.Context, s *sender, a *wire.Activity, deep bool) error {
	uri := a.Object().ID
	if uri != s.URI {
		if _, err := in.chapter.Store.PostByURI(ctx, uri); err != nil {
			return err
		}
	}
	if !deep {
		return in.later(ctx, s, a)
	}
	if uri == s.URI {
		_, err := in.find.Refresh(ctx, s.Account)
		return err
	}
	p, err := in.find.ReadPost(ctx, uri)
	if err != nil {
		return err
	}
	if p.Author != s.URI {
		return models.Errorf(models.Forbidden, "The post is not the sender's.")
	}
	return in.newVersion(ctx, s, a, p)
}

// delete takes in that the sender deleted something of its own, or itself.
func (in *Inbox) delete(ctx context.Context, s *sender, a *wire.Activity, deep bool) error {
	uri := a.Object().ID
	if uri == s.URI {
		return in.eraseLater(ctx, s)
	}
	return in.chapter.ReceiveDelete(ctx, s.activity(a), uri)
}

// like takes in that the sender likes a post that is here, or reacted to it.
// One of the chapter's Group may come later than the like.
func (in *Inbox) like(ctx context.Context, s *sender, a *wire.Activity, deep bool) error {
	ofGroup := slices.Contains(slices.Concat(a.To, a.CC, a.Audience), in.chapter.URLs.Chapter())
	p, err := in.subject(ctx, s, a, deep, ofGroup)
	if err != nil || p == nil {
		return err
	}
	return in.chapter.ReceiveFavourite(ctx, s.activity(a), p.ID, a.ID, a.Reaction())
}

// announce takes in that the sender boosted a post.
func (in *Inbox) announce(ctx context.Context, s *sender, a *wire.Activity, deep bool) error {
	relay, err := in.chapter.IsRelay(ctx, s.Account)
	if err != nil {
		return err
	}
	if relay {
		return in.passedByRelay(ctx, a)
	}
	p, err := in.subject(ctx, s, a, deep, true)
	if err != nil || p == nil {
		return err
	}
	return in.boost(ctx, s, a, p)
}

// subject is the post that an activity is about. One that is not here is
// fetched from where it is, if that is asked for and anybody here follows the
// sender. It is nil if it does not matter here, or is fetched later.
func (in *Inbox) subject(ctx context.Context, s *sender, a *wire.Activity, deep, fetched bool) (*models.Post, error) {
	uri := a.Object().ID
	p, err := in.chapter.Store.PostByURI(ctx, uri)
	if models.KindOf(err) != models.NotFound || in.chapter.URLs.Local(uri) || !fetched {
		return p, err
	}
	if followed, err := in.chapter.Store.IsFollowed(ctx, s.ID); err != nil || !followed {
		return nil, err
	}
	if !deep {
		return nil, in.later(ctx, s, a)
	}
	return in.find.Post(ctx, uri)
}

func (in *Inbox) boost(ctx context.Context, s *sender, a *wire.Activity, p *models.Post) error {
	visibility := wire.VisibilityOf(a.To, a.CC, s.FollowersURI)
	if visibility == models.Direct {
		return nil
	}
	b := &models.Post{URI: a.ID, URL: a.ID, Visibility: visibility, CreatedAt: in.clamp(a.Published)}
	if !a.Published.IsZero() {
		b.UpdatedAt = b.CreatedAt // so it is known that this is the sender's word
	}
	return in.chapter.ReceiveBoost(ctx, s.activity(a), p.ID, b)
}
