package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"atelier/models"
)

// MakeTag returns the tag written as label; it makes it, with the id fresh,
// if it is new.
func (q queries) MakeTag(ctx context.Context, label string, fresh models.ID) (Tag, error) {
	if _, err := q.tagID(ctx, label, fresh); err != nil {
		return Tag{}, err
	}
	return q.Tag(ctx, label)
}

// TagByID returns a tag.
func (q queries) TagByID(ctx context.Context, id models.ID) (Tag, error) {
	return one(ctx, q, scanTag, `SELECT id, name, label FROM tags WHERE id = ?`, id)
}

// SetTagFollow makes an account follow a tag, or ends that.
func (q queries) SetTagFollow(ctx context.Context, id, accountID, tagID models.ID, follows bool) error {
	if !follows {
		_, err := q.exec(ctx, `DELETE FROM tag_follows WHERE account_id = ? AND tag_id = ?`, accountID, tagID)
		return err
	}
	_, err := q.exec(ctx, `INSERT INTO tag_follows (id, account_id, tag_id, created_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`, id, accountID, tagID, q.now())
	if err != nil {
		return fmt.Errorf("follow a tag: %w", err)
	}
	return nil
}

// A ListedTag is a tag in a list that is ordered by something else.
type ListedTag struct {
	Cursor models.ID
	Tag
}

// FollowedTags returns a page of the tags that an account follows.
func (q queries) FollowedTags(ctx context.Context, accountID models.ID, p Page) ([]ListedTag, error) {
	return pageOf(ctx, q, func(rows *sql.Rows) (t ListedTag, err error) {
		return t, rows.Scan(&t.Cursor, &t.ID, &t.Name, &t.Label)
	},
		p, "f.id", `SELECT f.id, t.id, t.name, t.label FROM tag_follows f JOIN tags t ON t.id = f.tag_id WHERE f.account_id = ?`, accountID)
}

// TagMarks are what an account does with a tag.
type TagMarks struct{ Following, Featuring bool }

// TagMarks returns what an account does with each of the tags with ids.
func (q queries) TagMarks(ctx context.Context, accountID models.ID, ids []models.ID) (map[models.ID]TagMarks, error) {
	type mark struct {
		id   models.ID
		kind int
	}
	found, err := list(ctx, q, func(rows *sql.Rows) (m mark, err error) { return m, rows.Scan(&m.id, &m.kind) }, `
		SELECT tag_id, 1 FROM tag_follows WHERE account_id = ? AND tag_id {ids}
		UNION ALL SELECT tag_id, 2 FROM featured_tags WHERE account_id = ? AND tag_id {ids}`, accountID, ids, accountID, ids)
	if err != nil {
		return nil, fmt.Errorf("read tag marks: %w", err)
	}
	out := map[models.ID]TagMarks{}
	for _, m := range found {
		marks := out[m.id]
		marks.Following = marks.Following || m.kind == 1
		marks.Featuring = marks.Featuring || m.kind == 2
		out[m.id] = marks
	}
	return out, nil
}

// A TagDay is how often a tag was used on a day, in public posts.
type TagDay struct {
	TagID    models.ID
	Day      time.Time
	Uses     int
	Accounts int
}

// TagDays returns how the tags with ids were used since a moment.
func (q queries) TagDays(ctx context.Context, ids []models.ID, since time.Time) ([]TagDay, error) {
	const day = 24 * 60 * 60 * 1000
	found, err := list(ctx, q, func(rows *sql.Rows) (d TagDay, err error) {
		var n int64
		err = rows.Scan(&d.TagID, &n, &d.Uses, &d.Accounts)
		d.Day = time.UnixMilli(n * day).UTC()
		return d, err
	}, `
		SELECT t.tag_id, p.created_at / 86400000 AS day, COUNT(*), COUNT(DISTINCT p.account_id) FROM post_tags t JOIN posts p ON p.id = t.post_id
		WHERE t.tag_id {ids} AND t.post_id >= ? AND p.visibility = 'public' AND p.state = 'published' AND NOT p.hidden
		GROUP BY t.tag_id, p.created_at / 86400000`, ids, int64(models.FirstIDAt(since)))
	if err != nil {
		return nil, fmt.Errorf("count tags: %w", err)
	}
	return found, nil
}

// A FeaturedTag is a tag that an account shows, with its own use of it.
type FeaturedTag struct {
	ID     models.ID // of the entry
	Tag    Tag
	Posts  int
	LastAt time.Time
}

// FeaturedTags returns the tags that an account shows.
func (q queries) FeaturedTags(ctx context.Context, accountID models.ID) ([]FeaturedTag, error) {
	return list(ctx, q, scanFeaturedTag, featuredTags, accountID, accountID)
}

// Counted are an account's newest posts: it may have any number.
const featuredTags = `
	SELECT f.id, g.id, g.name, g.label, COUNT(p.id), COALESCE(MAX(p.created_at), 0)
	FROM featured_tags f JOIN tags g ON g.id = f.tag_id
	LEFT JOIN (SELECT id, created_at FROM posts WHERE account_id = ? AND visibility IN ('public', 'unlisted') AND state = 'published' ORDER BY id DESC LIMIT 5000) p
		ON EXISTS (SELECT 1 FROM post_tags t WHERE t.tag_id = f.tag_id AND t.post_id = p.id)
	WHERE f.account_id = ? GROUP BY f.id, g.id, g.name, g.label ORDER BY f.id LIMIT 100`

func scanFeaturedTag(rows *sql.Rows) (f FeaturedTag, err error) {
	return f, rows.Scan(&f.ID, &f.Tag.ID, &f.Tag.Name, &f.Tag.Label, &f.Posts, millis{&f.LastAt})
}

// AddFeaturedTag makes an account show a tag. It reports false if it did.
func (q queries) AddFeaturedTag(ctx context.Context, id, accountID, tagID models.ID) (added bool, err error) {
	n, err := q.exec(ctx, `INSERT INTO featured_tags (id, account_id, tag_id, created_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`, id, accountID, tagID, q.now())
	if err != nil {
		return false, fmt.Errorf("feature a tag: %w", err)
	}
	return n == 1, nil
}

// DropFeaturedTag ends an account's showing of a tag. It reports false if it
// did not.
func (q queries) DropFeaturedTag(ctx context.Context, accountID, tagID models.ID) (dropped bool, err error) {
	n, err := q.exec(ctx, `DELETE FROM featured_tags WHERE account_id = ? AND tag_id = ?`, accountID, tagID)
	return n == 1, err
}

// TagsUsedBy returns the tags that an account used last in public posts and
// does not show yet.
func (q queries) TagsUsedBy(ctx context.Context, accountID models.ID, limit int) ([]Tag, error) {
	return list(ctx, q, scanTag, `
		SELECT g.id, g.name, g.label FROM (SELECT id FROM posts WHERE account_id = ? AND visibility IN ('public', 'unlisted') ORDER BY id DESC LIMIT 500) p
		JOIN post_tags t ON t.post_id = p.id JOIN tags g ON g.id = t.tag_id
		WHERE NOT EXISTS (SELECT 1 FROM featured_tags f WHERE f.account_id = ? AND f.tag_id = t.tag_id)
		GROUP BY g.id, g.name, g.label ORDER BY COUNT(*) DESC, MAX(p.id) DESC LIMIT ?`, accountID, accountID, limit)
}
