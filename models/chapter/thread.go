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

// crawlLasts is how long a look for answers is taken to be under way at most.
const crawlLasts = 3 * time.Minute

// seenThread is a thread that was read a moment ago, and when answers to it
// were last looked for.
type seenThread struct {
	id      models.ID
	crawled time.Time // zero: not at all
}

// newSeen returns a memory of the posts whose threads were read a moment ago,
// so that a reader costs no query.
func newSeen() *otter.Cache[models.ID, seenThread] {
	return otter.Must(&otter.Options[models.ID, seenThread]{
		MaximumSize: 20_000, ExpiryCalculator: otter.ExpiryWriting[models.ID, seenThread](CrawlEvery / 3),
	})
}

// ThreadSeen is told that somebody reads the thread of a post. What others
// answered elsewhere is looked for in the background: for members only, since
// every visit of a stranger's program would else become many of ours. It
// returns the thread while answers to it are looked for, 0 else.
func (c *Chapter) ThreadSeen(ctx context.Context, v models.Viewer, id models.ID) (crawled models.ID) {
	if !v.IsMember() || !c.handles(JobReplies) {
		return 0
	}
	thread, lately := c.seen.GetIfPresent(id)
	if !lately {
		var err error
		if thread, err = c.crawl(ctx, id); err != nil && ctx.Err() == nil {
			slog.Warn("plan to look for answers", "post", id, "err", err)
		}
		c.seen.Set(id, thread)
	}
	if thread.crawled.IsZero() || c.Store.Now().Sub(thread.crawled) > crawlLasts {
		return 0
	}
	if waits, err := c.Store.JobWaits(ctx, JobReplies, thread.id.String()); err != nil || !waits {
		return 0
	}
	return thread.id
}

// crawl leaves the job of looking for answers, unless that was done lately, or
// nothing of the thread can be known better elsewhere.
func (c *Chapter) crawl(ctx context.Context, id models.ID) (seen seenThread, err error) {
	p, err := c.Store.PostByID(ctx, id)
	if err != nil {
		return seen, err
	}
	seen.id = p.ThreadID
	if !p.Visibility.Open() || p.LocalOnly || p.Local && !p.IsReply() && p.Stats.Replies == 0 {
		return seen, nil
	}
	return seen, c.Store.Write(ctx, func(tx *store.Tx) error {
		due, err := tx.CrawlThread(ctx, p.ThreadID, tx.Now().Add(-CrawlEvery))
		if err != nil {
			return err
		}
		last, err := tx.Crawl(ctx, p.ThreadID)
		if err != nil {
			return err
		}
		if seen.crawled = last.At; !due {
			return nil
		}
		return c.Later(ctx, tx, JobReplies, p.ThreadID.String(), nil, time.Time{})
	})
}

// Crawl returns the last look for the answers to a thread, and whether it is
// under way; it is ErrNotFound if there was none.
func (c *Chapter) Crawl(ctx context.Context, threadID models.ID) (last store.Crawl, running bool, err error) {
	if last, err = c.Store.Crawl(ctx, threadID); err != nil || c.Store.Now().Sub(last.At) > crawlLasts {
		return last, false, err
	}
	running, err = c.Store.JobWaits(ctx, JobReplies, threadID.String())
	return last, running, err
}

// CrawlFound counts answers that a look for them brought.
func (c *Chapter) CrawlFound(ctx context.Context, threadID models.ID, n int) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error { return tx.CrawlFound(ctx, threadID, n) })
}
