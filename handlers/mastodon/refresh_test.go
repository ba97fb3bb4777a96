package mastodon_test

import (
	"context"
	"fmt"
	"regexp"
	"testing"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/chapter/chaptertest"
	"atelier/models/store/storetest"
)

func TestContextSaysThatAnswersAreLookedFor(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		found := make(chan struct{})
		w.HandleJobs(chapter.JobReplies, func(ctx context.Context, j *models.Job) error {
			<-found
			return w.CrawlFound(ctx, models.ParseID(j.Key), 2)
		})
		far := storetest.Account(t, w.Store, "far@far.example")
		p := storetest.Post(t, w.Store, far, nil)
		path := fmt.Sprintf("/api/v1/statuses/%s/context", p.ID)

		// Strangers cause nothing, a post that lives here alone needs nothing.
		if h := w.nobody.get("%s", path).header.Get("Mastodon-Async-Refresh"); h != "" {
			t.Errorf("a stranger is told of %q", h)
		}
		if h := w.ana.get("/api/v1/statuses/%s/context", w.ana.says("here")).header.Get("Mastodon-Async-Refresh"); h != "" {
			t.Errorf("of a post that lives here one is told of %q", h)
		}
		h := w.ana.get("%s", path).header.Get("Mastodon-Async-Refresh")
		m := regexp.MustCompile(`^id="([^"]+)", retry=\d+$`).FindStringSubmatch(h)
		if m == nil {
			t.Fatalf("the header says %q", h)
		}
		if again := w.ben.get("%s", path).header.Get("Mastodon-Async-Refresh"); again != h {
			t.Errorf("another reader is told of %q, want %q", again, h)
		}
		refresh := "/api/v1_alpha/async_refreshes/" + m[1]
		w.ana.get("%s", refresh).is("async_refresh.id", m[1]).is("async_refresh.status", "running").is("async_refresh.result_count", 0)
		close(found)
		chaptertest.DoJobs(t, w.Chapter)
		w.ana.get("%s", refresh).is("async_refresh.status", "finished").is("async_refresh.result_count", 2)
		if h := w.ana.get("%s", path).header.Get("Mastodon-Async-Refresh"); h != "" {
			t.Errorf("when all is found one is told of %q", h)
		}
		w.nobody.ask("GET", refresh, "", "").want(401)
		for _, none := range []string{"context-1", "context-", "x"} {
			w.ana.ask("GET", "/api/v1_alpha/async_refreshes/"+none, "", "").want(404)
		}
	})
}
