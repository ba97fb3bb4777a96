package chapter_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/chapter/chaptertest"
	"atelier/models/store"
	"atelier/models/store/storetest"
)

// A job goes to this node's workers by hand, is done once, and leaves nothing.
func TestWork(t *testing.T) {
	each(t, func(t *testing.T, c *chapter.Chapter) {
		chaptertest.DoJobs(t, c)
		ana := chaptertest.Member(t, c, "ana", models.Ordinary)
		var done atomic.Int32
		c.HandleJobs("test", func(context.Context, *models.Job) error { done.Add(1); return nil })
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { c.Work(ctx); close(ended) }()
		time.Sleep(20 * time.Millisecond)
		p := publish(t, c, ana, note("Shown", models.Public))
		storetest.Write(t, c.Store, func(tx *store.Tx) error { return c.Later(t.Context(), tx, "test", "k", nil, time.Time{}) })
		group, err := c.Group(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for end := time.Now().Add(10 * time.Second); ; time.Sleep(2 * time.Millisecond) {
			_, err := c.Store.BoostOf(t.Context(), group.ID, p.ID)
			if err == nil && done.Load() == 1 {
				break
			}
			if time.Now().After(end) {
				t.Fatalf("not done in time: %v, %d", err, done.Load())
			}
		}
		stop()
		<-ended
		if n, err := c.Store.CountJobs(t.Context()); err != nil || n != 0 || done.Load() != 1 {
			t.Errorf("%d jobs left, %v; done %d times", n, err, done.Load())
		}
	})
}

// A job that fails runs again later; one that cannot succeed is given up.
func TestJobsThatFail(t *testing.T) {
	each(t, func(t *testing.T, c *chapter.Chapter) {
		ctx := t.Context()
		chaptertest.DoJobs(t, c)
		c.HandleJobs("tired", func(context.Context, *models.Job) error { return errors.New("later") })
		c.HandleJobs("wrong", func(context.Context, *models.Job) error { return models.Errorf(models.NotFound, "gone") })
		c.HandleJobs("broken", func(context.Context, *models.Job) error { panic("oh") })
		for _, kind := range []string{"tired", "wrong", "broken"} {
			storetest.Write(t, c.Store, func(tx *store.Tx) error { return c.Later(ctx, tx, kind, "k", nil, time.Time{}) })
		}
		chaptertest.DoJobs(t, c)
		if n, err := c.Store.CountJobs(ctx); err != nil || n != 2 {
			t.Errorf("%d jobs wait for another try, %v; want the tired and the broken one", n, err)
		}
	})
}
