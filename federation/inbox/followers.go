package inbox

import (
	"context"
	"log/slog"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/maypok86/otter/v2"

	"atelier/federation/fetch"
	"atelier/federation/wire"
	"atelier/models"
	"atelier/models/store"
)

// follows are the digests of who here follows each account elsewhere, as this
// server knows it (FEP-8fcf). Each is read once, and again when it changed.
type follows struct {
	store   *store.Store
	of      *otter.Cache[models.ID, string]
	repairs *otter.Cache[models.ID, struct{}] // accounts of which the followers were compared lately
}

const (
	followsKept = 50_000
	repairEvery = 10 * time.Minute
)

func newFollows(s *store.Store) *follows {
	return &follows{
		store:   s,
		of:      otter.Must(&otter.Options[models.ID, string]{MaximumSize: followsKept, ExpiryCalculator: otter.ExpiryWriting[models.ID, string](repairEvery)}),
		repairs: otter.Must(&otter.Options[models.ID, struct{}]{MaximumSize: followsKept, ExpiryCalculator: otter.ExpiryWriting[models.ID, struct{}](repairEvery)}),
	}
}

// hear forgets the digest of whoever is followed by somebody else now.
func (f *follows) hear(events []models.Event) {
	for i := range events {
		switch e := &events[i]; e.Kind {
		case models.FollowAsked, models.FollowEnded, models.RelationChanged:
			f.of.Invalidate(e.TargetID)
		case models.FollowAnswered:
			f.of.Invalidate(e.AccountID)
		case models.AccountDeleted, models.ChapterChanged:
			f.of.InvalidateAll()
		}
	}
}

func (f *follows) digest(ctx context.Context, target models.ID) (string, error) {
	return f.of.Get(ctx, target, otter.LoaderFunc[models.ID, string](func(ctx context.Context, id models.ID) (string, error) {
		here, err := f.store.LocalFollows(ctx, id)
		if err != nil {
			return "", err
		}
		var d wire.FollowersDigest
		for _, follow := range here {
			if follow.State == models.FollowAccepted {
				d.Toggle(follow.Actor)
			}
		}
		return d.String(), nil
	}))
}

// compareFollowers looks whether the sender knows the same followers here as
// we do, if it said so. Else the two lists are compared later, once in a while.
func (in *Inbox) compareFollowers(ctx context.Context, s *sender) {
	if s.synced == "" {
		return
	}
	told, ok := wire.ParseFollowersSync(s.synced)
	if !ok || told.Collection != s.FollowersURI || !fetch.SameOrigin(told.URL, s.URI) {
		return
	}
	digest, err := in.follows.digest(ctx, s.ID)
	if err == nil && digest != told.Digest {
		if _, lately := in.follows.repairs.GetIfPresent(s.ID); lately {
			return
		}
		in.follows.repairs.Set(s.ID, struct{}{})
		err = in.chapter.Store.Write(ctx, func(tx *store.Tx) error {
			return in.chapter.Later(ctx, tx, JobFollowers, s.ID.String(), told, time.Time{})
		})
	}
	if err != nil && ctx.Err() == nil {
		slog.Warn("compare followers", "account", s.URI, "err", err)
	}
}

// followersJob asks the account with the key's id who follows it here, and
// does away with the differences.
func (in *Inbox) followersJob(ctx context.Context, j *models.Job) error {
	var told wire.FollowersSync
	if err := json.Unmarshal(j.Data, &told); err != nil {
		return err
	}
	a, err := in.chapter.Store.Account(ctx, models.ParseID(j.Key))
	if err != nil || a.Local() || a.Suspended() || !a.DeletedAt.IsZero() {
		return err
	}
	before, err := in.chapter.Store.LocalFollows(ctx, a.ID)
	if err != nil {
		return err
	}
	uris, err := in.find.Listed(ctx, told.URL, a.URI)
	if err != nil {
		return err
	}
	var digest wire.FollowersDigest
	for _, uri := range uris {
		digest.Toggle(uri)
	}
	if digest.String() != told.Digest { // read in part only, or changed meanwhile: the next header tells
		return nil
	}
	return in.chapter.ReceiveFollowers(ctx, a, before, uris)
}
