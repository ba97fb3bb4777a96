package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"atelier/models"
)

// CrawlThread marks that the answers to a thread are looked for now. It reports
// false, and changes nothing, if they were since a moment.
func (q queries) CrawlThread(ctx context.Context, threadID models.ID, since time.Time) (due bool, err error) {
	n, err := q.exec(ctx, `
		INSERT INTO thread_crawls (thread_id, crawled_at) VALUES (?, ?)
		ON CONFLICT (thread_id) DO UPDATE SET crawled_at = excluded.crawled_at, found = 0 WHERE thread_crawls.crawled_at <= ?`, threadID, q.now(), since)
	if err != nil {
		return false, fmt.Errorf("mark the crawl of thread %d: %w", threadID, err)
	}
	return n == 1, nil
}

// A Crawl is a look at other servers for the answers to a thread.
type Crawl struct {
	At    time.Time // when it was planned
	Found int       // answers that it has brought so far
}

// Crawl returns the last look for the answers to a thread.
func (q queries) Crawl(ctx context.Context, threadID models.ID) (Crawl, error) {
	return one(ctx, q, func(rows *sql.Rows) (Crawl, error) {
		var c Crawl
		return c, rows.Scan(millis{&c.At}, &c.Found)
	}, `SELECT crawled_at, found FROM thread_crawls WHERE thread_id = ?`, threadID)
}

// CrawlFound counts answers that a look for the answers to a thread brought.
func (q queries) CrawlFound(ctx context.Context, threadID models.ID, n int) error {
	_, err := q.exec(ctx, `UPDATE thread_crawls SET found = found + ? WHERE thread_id = ?`, n, threadID)
	return err
}
