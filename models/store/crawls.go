package store

import (
	"context"
	"fmt"
	"time"

	"atelier/models"
)

// CrawlThread marks that the answers to a thread are looked for now. It reports
// false, and changes nothing, if they were since a moment.
func (q queries) CrawlThread(ctx context.Context, threadID models.ID, since time.Time) (due bool, err error) {
	n, err := q.exec(ctx, `
		INSERT INTO thread_crawls (thread_id, crawled_at) VALUES (?, ?)
		ON CONFLICT (thread_id) DO UPDATE SET crawled_at = excluded.crawled_at WHERE thread_crawls.crawled_at <= ?`, threadID, q.now(), since)
	if err != nil {
		return false, fmt.Errorf("mark the crawl of thread %d: %w", threadID, err)
	}
	return n == 1, nil
}
