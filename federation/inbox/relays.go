package inbox

import (
	"context"
	"strings"
	"time"

	"atelier/federation/wire"
	"atelier/models"
	"atelier/models/store"
)

// A hint says why a post is looked at where it is.
type hint struct {
	Relayed bool   `json:"relayed,omitempty"` // a relay of the chapter told of it
	Parent  string `json:"parent,omitempty"`  // what it answers, as is said, is not here either
}

// passedByRelay takes in that a relay of the chapter boosted a post. It is
// shown among all posts, not as a boost: the relay has nothing to say.
func (in *Inbox) passedByRelay(ctx context.Context, a *wire.Activity) error {
	uri := a.Object().ID
	if in.chapter.URLs.Local(uri) {
		return nil
	}
	if _, err := in.chapter.Store.PostByURI(ctx, uri); models.KindOf(err) != models.NotFound || !in.find.Curious(uri) {
		return err
	}
	return in.look(ctx, uri, hint{Relayed: true})
}

// look has a post looked at where it is.
func (in *Inbox) look(ctx context.Context, uri string, h hint) error {
	return in.chapter.Store.Write(ctx, func(tx *store.Tx) error {
		return in.chapter.Later(ctx, tx, JobOrigin, uri, h, time.Time{})
	})
}

// answeredRelay takes in the answer to a Follow by the server's own account. It
// reports false if the Follow was somebody else's.
func (in *Inbox) answeredRelay(ctx context.Context, s *sender, uri string, accepted bool) (bool, error) {
	if !strings.HasPrefix(uri, in.chapter.URLs.Instance()+"#") {
		return false, nil
	}
	return in.chapter.RelayAnswered(ctx, s.Account, uri, accepted)
}
