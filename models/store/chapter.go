package store

import (
	"context"
	"fmt"

	"atelier/models"
)

// Chapter returns the chapter; ErrNotFound before it was set up.
func (q queries) Chapter(ctx context.Context) (*models.Chapter, error) {
	c := &models.Chapter{}
	err := q.row(ctx, `
		SELECT account_id, instance_id, name, domain, sentence, email, opened_at, settings
		FROM chapter`, nil,
		&c.AccountID, &c.InstanceID, &c.Name, &c.Domain, &c.Sentence, &c.Email, millis{&c.OpenedAt}, fromJSON{&c.Settings})
	if err != nil {
		return nil, fmt.Errorf("read the chapter: %w", err)
	}
	return c, nil
}

// AddChapter stores the chapter. It reports false if there is one already.
func (q queries) AddChapter(ctx context.Context, c *models.Chapter) (added bool, err error) {
	n, err := q.exec(ctx, `
		INSERT INTO chapter (one, account_id, instance_id, name, domain, sentence, email, opened_at, settings)
		VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (one) DO NOTHING`,
		c.AccountID, c.InstanceID, c.Name, c.Domain, c.Sentence, c.Email, c.OpenedAt, jsonText(c.Settings))
	if err != nil {
		return false, fmt.Errorf("add the chapter: %w", err)
	}
	return n == 1, nil
}

// SetChapter stores what stewards may change: name, sentence, e-mail address
// and settings.
func (q queries) SetChapter(ctx context.Context, c *models.Chapter) error {
	_, err := q.exec(ctx, `UPDATE chapter SET name = ?, sentence = ?, email = ?, settings = ?`,
		c.Name, c.Sentence, c.Email, jsonText(c.Settings))
	if err != nil {
		return fmt.Errorf("change the chapter: %w", err)
	}
	return nil
}

// Counts are what a chapter's server tells of itself (NodeInfo, instance).
type Counts struct {
	Members        int
	ActiveMonth    int
	ActiveHalfYear int
	Posts          int // local, public
	Replies        int
	Hosts          int // known other servers
}

// Counts counts members and local public posts.
func (q queries) Counts(ctx context.Context) (c Counts, err error) {
	now := q.now()
	err = q.row(ctx, `
		SELECT COUNT(*),
			COALESCE(SUM(CASE WHEN seen_at >= ? THEN 1 ELSE 0 END), 0),
			COALESCE(SUM(CASE WHEN seen_at >= ? THEN 1 ELSE 0 END), 0)
		FROM members WHERE state = 'active'`,
		[]any{now.AddDate(0, -1, 0), now.AddDate(0, -6, 0)}, &c.Members, &c.ActiveMonth, &c.ActiveHalfYear)
	if err != nil {
		return c, fmt.Errorf("count members: %w", err)
	}
	err = q.row(ctx, `
		SELECT COALESCE(SUM(CASE WHEN in_reply_to_uri = '' THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN in_reply_to_uri <> '' THEN 1 ELSE 0 END), 0)
		FROM posts WHERE local AND boost_of_id IS NULL AND visibility = 'public' AND state = 'published' AND NOT hidden`,
		nil, &c.Posts, &c.Replies)
	if err != nil {
		return c, fmt.Errorf("count posts: %w", err)
	}
	err = q.row(ctx, `SELECT COUNT(DISTINCT domain) FROM accounts WHERE domain <> ''`, nil, &c.Hosts)
	if err != nil {
		return c, fmt.Errorf("count hosts: %w", err)
	}
	return c, nil
}
