package deliver

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/maypok86/otter/v2"

	"atelier/federation/wire"
	"atelier/models"
	"atelier/models/store"
)

// digests are what Collection-Synchronization headers say of the followers of
// our actors, host by host (FEP-8fcf). All hosts of an actor are counted in one
// read, which is good until its followers change: a delivery costs no query.
type digests struct {
	store *store.Store
	of    *otter.Cache[models.ID, map[string]string] // by actor, then by server
}

const (
	digestsKept = 256 << 10 // servers, of all actors
	digestsFor  = 10 * time.Minute
)

func newDigests(s *store.Store) *digests {
	return &digests{s, otter.Must(&otter.Options[models.ID, map[string]string]{
		MaximumWeight:    digestsKept,
		Weigher:          func(_ models.ID, m map[string]string) uint32 { return uint32(len(m) + 1) },
		ExpiryCalculator: otter.ExpiryWriting[models.ID, map[string]string](digestsFor),
	})}
}

// hear forgets the digests of those whose followers changed.
func (d *digests) hear(e *models.Event) {
	switch e.Kind {
	case models.FollowAnswered, models.FollowRefused:
		d.of.Invalidate(e.AccountID)
	case models.FollowEnded:
		d.of.Invalidate(e.TargetID)
	case models.AccountDeleted, models.ChapterChanged:
		d.of.InvalidateAll()
	}
}

// at is the digest of an actor's followers on a server.
func (d *digests) at(ctx context.Context, actor models.ID, server string) (string, error) {
	all, err := d.of.Get(ctx, actor, otter.LoaderFunc[models.ID, map[string]string](d.load))
	if err != nil {
		return "", err
	}
	if digest, ok := all[server]; ok {
		return digest, nil
	}
	return wire.FollowersDigest{}.String(), nil
}

func (d *digests) load(ctx context.Context, actor models.ID) (map[string]string, error) {
	uris, err := d.store.RemoteFollowers(ctx, actor)
	if err != nil {
		return nil, err
	}
	sums := map[string]*wire.FollowersDigest{}
	for _, uri := range uris {
		server := serverOf(uri)
		if sums[server] == nil {
			sums[server] = &wire.FollowersDigest{}
		}
		sums[server].Toggle(uri)
	}
	out := make(map[string]string, len(sums))
	for server, sum := range sums {
		out[server] = sum.String()
	}
	return out, nil
}

// An addressing says whether an activity is for its actor's followers; it is
// looked up once for all its inboxes.
type addressing struct {
	once    sync.Once
	follows bool
}

func (a *addressing) forFollowers(body []byte, followers string) bool {
	a.once.Do(func() { a.follows = bytes.Contains(body, []byte(`"`+followers+`"`)) })
	return a.follows
}

// sync is the Collection-Synchronization header of a delivery; "" for what is
// not for followers.
func (d *Deliverer) sync(ctx context.Context, o *outgoing, row *models.Delivery, keyID string) string {
	actor, _, _ := strings.Cut(keyID, "#")
	followers := d.urls.Followers(actor)
	if !o.to.forFollowers(o.body, followers) {
		return ""
	}
	digest, err := d.digests.at(ctx, row.ActorID, serverOf(row.Inbox))
	if err != nil {
		slog.Warn("read followers for a delivery", "actor", actor, "err", err)
		return ""
	}
	return wire.FollowersSync{Collection: followers, URL: d.urls.FollowersSync(actor), Digest: digest}.String()
}
