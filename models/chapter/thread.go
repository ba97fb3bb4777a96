package chapter

import (
	"context"
	"log/slog"
	"time"

	"github.com/maypok86/otter/v2"

	"atelier/models"
	"atelier/models/store"
)

// CrawlEvery is how often answers to a thread that never came here are looked
// for, at most.
const CrawlEvery = 15 * time.Minute

// newSeen returns a memory of the posts whose threads were read a moment ago,
// so that a reader costs no query.
func newSeen() *otter.Cache[models.ID, struct{}] {
	return otter.Must(&otter.Options[models.ID, struct{}]{
		MaximumSize: 20_000, ExpiryCalculator: otter.ExpiryWriting[models.ID, struct{}](CrawlEvery / 3),
	})
}

// ThreadSeen is told that somebody reads the thread of a post. What others
// answered elsewhere is looked for in the background: for members only, since
// every visit of a stranger's program would else become many of ours.
func (c *Chapter) ThreadSeen(ctx context.Context, v models.Viewer, id models.ID) {
	if !v.IsMember() || !c.handles(JobReplies) {
		return
	}
	if _, lately := c.seen.GetIfPresent(id); lately {
		return
	}
	c.seen.Set(id, struct{}{})
	if err := c.crawl(ctx, id); err != nil && ctx.Err() == nil {
		slog.Warn("plan to look for answers", "post", id, "err", err)
	}
}

// crawl leaves the job of looking for answers, unless that was done lately, or
// nothing of the thread can be known better elsewhere.
func (c *Chapter) crawl(ctx context.Context, id models.ID) error {
	p, err := c.Store.PostByID(ctx, id)
	if err != nil {
		return err
	}
	if !p.Visibility.Open() || p.LocalOnly || p.Local && !p.IsReply() && p.Stats.Replies == 0 {
		return nil
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		due, err := tx.CrawlThread(ctx, p.ThreadID, tx.Now().Add(-CrawlEvery))
		if err != nil || !due {
			return err
		}
		return c.Later(ctx, tx, JobReplies, p.ThreadID.String(), nil, time.Time{})
	})
}
