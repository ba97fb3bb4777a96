package chapter

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"atelier/models"
	"atelier/models/store"
)

// JobScheduled publishes the scheduled post named by the key.
const JobScheduled = "scheduled"

// Limits of scheduled posts (Mastodon).
const (
	MinSchedule  = 5 * time.Minute
	maxScheduled = 300
)

// Schedule has what me wrote published at a moment to come; once, if it comes
// twice with the same key. params are what
// the client sent, to be shown to it again. A draft that could not be
// published now is refused now.
func (c *Chapter) Schedule(ctx context.Context, me *models.Account, d Draft, params json.RawMessage, at time.Time) (*models.ScheduledPost, error) {
	if err := c.checkDue(at); err != nil {
		return nil, err
	}
	if _, err := c.compose(ctx, me, d); err != nil {
		return nil, err
	}
	key := ""
	if d.Key != "" {
		key = "later " + d.Key // a key of its own: what it stands for is no post
		if p, err := c.scheduledBefore(ctx, me, key); p != nil || err != nil {
			return p, err
		}
	}
	d.Key = ""
	draft, err := json.Marshal(d)
	if err != nil {
		return nil, fmt.Errorf("write a draft: %w", err)
	}
	var p *models.ScheduledPost
	return p, c.Store.Write(ctx, func(tx *store.Tx) error {
		have, err := tx.ScheduledPosts(ctx, me.ID, store.Page{Limit: maxScheduled})
		if err != nil {
			return err
		}
		if len(have) >= maxScheduled {
			return models.Errorf(models.Invalid, "Validation failed: You have exceeded the limit of %d scheduled posts", maxScheduled)
		}
		p = &models.ScheduledPost{ID: tx.NewID(), AccountID: me.ID, DueAt: at, Draft: draft, Params: params, CreatedAt: tx.Now()}
		if key != "" {
			fresh, err := tx.SetIdempotent(ctx, me.ID, key, p.ID, tx.Now().Add(-keyFor))
			if err != nil {
				return err
			}
			if !fresh { // a twin was faster
				twin, err := tx.Idempotent(ctx, me.ID, key, tx.Now().Add(-keyFor))
				if err != nil {
					return err
				}
				p, err = tx.ScheduledPost(ctx, me.ID, twin)
				return err
			}
		}
		if err := tx.AddScheduled(ctx, p); err != nil {
			return err
		}
		if err := tx.KeepMedia(ctx, me.ID, d.Media, at); err != nil {
			return err
		}
		return c.Later(ctx, tx, JobScheduled, p.ID.String(), nil, at)
	})
}

// scheduledBefore returns what me scheduled with key before, nil if there is
// none or it has left.
func (c *Chapter) scheduledBefore(ctx context.Context, me *models.Account, key string) (*models.ScheduledPost, error) {
	id, err := c.Store.Idempotent(ctx, me.ID, key, c.Store.Now().Add(-keyFor))
	if models.KindOf(err) == models.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	p, err := c.Store.ScheduledPost(ctx, me.ID, id)
	if models.KindOf(err) == models.NotFound {
		return nil, c.freeKey(ctx, me, key, id)
	}
	return p, err
}

func (c *Chapter) checkDue(at time.Time) error {
	if at.Before(c.Store.Now().Add(MinSchedule)) {
		return models.Errorf(models.Invalid, "Validation failed: The scheduled date must be at least %d minutes in the future", int(MinSchedule.Minutes())).On("scheduled_at")
	}
	return nil
}

// Reschedule changes when a scheduled post of me leaves.
func (c *Chapter) Reschedule(ctx context.Context, me *models.Account, id models.ID, at time.Time) (*models.ScheduledPost, error) {
	if err := c.checkDue(at); err != nil {
		return nil, err
	}
	var p *models.ScheduledPost
	return p, c.Store.Write(ctx, func(tx *store.Tx) (err error) {
		if p, err = tx.ScheduledPost(ctx, me.ID, id); err != nil {
			return err
		}
		p.DueAt = at
		if err := tx.MoveScheduled(ctx, id, at); err != nil {
			return err
		}
		var d Draft
		if err := json.Unmarshal(p.Draft, &d); err != nil {
			return fmt.Errorf("read a draft: %w", err)
		}
		if err := tx.KeepMedia(ctx, me.ID, d.Media, at); err != nil {
			return err
		}
		return tx.PostponeJobByKey(ctx, JobScheduled, id.String(), at)
	})
}

// Unschedule forgets a scheduled post of me.
func (c *Chapter) Unschedule(ctx context.Context, me *models.Account, id models.ID) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.ScheduledPost(ctx, me.ID, id); err != nil {
			return err
		}
		if _, err := tx.DeleteScheduled(ctx, id); err != nil {
			return err
		}
		return tx.DeleteJobByKey(ctx, JobScheduled, id.String())
	})
}

// scheduledJob publishes a scheduled post whose moment has come. The draft's
// key keeps it from being published twice, however often the job runs.
func (c *Chapter) scheduledJob(ctx context.Context, j *models.Job) error {
	p, err := c.Store.ScheduledByID(ctx, models.ParseID(j.Key))
	if models.KindOf(err) == models.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	me, err := c.Store.Account(ctx, p.AccountID)
	if err != nil {
		return err
	}
	var d Draft
	if err := json.Unmarshal(p.Draft, &d); err != nil {
		return fmt.Errorf("read a draft: %w", err)
	}
	d.Key = "scheduled " + j.Key
	if _, err := c.Publish(ctx, me, d); err != nil {
		if models.KindOf(err) == models.Internal || models.KindOf(err) == models.Busy {
			return err
		}
		// What it answers or quotes is gone, or a rule changed: it stays
		// unpublished, as it would have been when it was written.
		slog.Info("a scheduled post was not published", "account", me.ID, "err", err)
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.DeleteScheduled(ctx, p.ID)
		return err
	})
}
