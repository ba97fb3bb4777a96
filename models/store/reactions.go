package store

import (
	"context"
	"database/sql"
	"fmt"

	"atelier/models"
)

// AddFavourite stores a favourite. It reports false if it was there already.
func (q queries) AddFavourite(ctx context.Context, r *models.Reaction) (added bool, err error) {
	n, err := q.exec(ctx, `INSERT INTO favourites (id, account_id, post_id, uri, emoji, created_at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		r.ID, r.AccountID, r.PostID, r.URI, r.Emoji, r.CreatedAt)
	if err != nil {
		return false, fmt.Errorf("add favourite %s: %w", r.URI, err)
	}
	return n == 1, nil
}

// Favourite returns the favourite of a post by an account.
func (q queries) Favourite(ctx context.Context, accountID, postID models.ID) (*models.Reaction, error) {
	return one(ctx, q, scanReaction, `SELECT id, account_id, post_id, uri, emoji, created_at FROM favourites WHERE account_id = ? AND post_id = ?`, accountID, postID)
}

// FavouriteByURI returns the favourite that a Like made.
func (q queries) FavouriteByURI(ctx context.Context, uri string) (*models.Reaction, error) {
	return one(ctx, q, scanReaction, `SELECT id, account_id, post_id, uri, emoji, created_at FROM favourites WHERE uri = ?`, uri)
}

func scanReaction(rows *sql.Rows) (*models.Reaction, error) {
	r := &models.Reaction{}
	return r, rows.Scan(&r.ID, &r.AccountID, &r.PostID, &r.URI, &r.Emoji, millis{&r.CreatedAt})
}

// DeleteFavourite deletes a favourite. It reports false if it was not there.
func (q queries) DeleteFavourite(ctx context.Context, id models.ID) (deleted bool, err error) {
	n, err := q.exec(ctx, `DELETE FROM favourites WHERE id = ?`, id)
	return n == 1, err
}

// SetBookmark stores a bookmark or deletes it.
func (q queries) SetBookmark(ctx context.Context, id, accountID, postID models.ID, kept bool) error {
	if !kept {
		_, err := q.exec(ctx, `DELETE FROM bookmarks WHERE account_id = ? AND post_id = ?`, accountID, postID)
		return err
	}
	_, err := q.exec(ctx, `INSERT INTO bookmarks (id, account_id, post_id, created_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`, id, accountID, postID, q.now())
	return err
}

// A Kept is a post in a list that is ordered by something else: Cursor is what
// the list pages by.
type Kept struct {
	Cursor models.ID
	PostID models.ID
}

func scanKept(rows *sql.Rows) (k Kept, err error) { return k, rows.Scan(&k.Cursor, &k.PostID) }

// Bookmarks returns a page of what an account keeps.
func (q queries) Bookmarks(ctx context.Context, accountID models.ID, p Page) ([]Kept, error) {
	return pageOf(ctx, q, scanKept, p, "b.id", `SELECT b.id, b.post_id FROM bookmarks b WHERE b.account_id = ?`, accountID)
}

// Favourites returns a page of what an account favourited.
func (q queries) Favourites(ctx context.Context, accountID models.ID, p Page) ([]Kept, error) {
	return pageOf(ctx, q, scanKept, p, "b.id", `SELECT b.id, b.post_id FROM favourites b WHERE b.account_id = ?`, accountID)
}

// Marks are a viewer's own doings with a post.
type Marks struct {
	Favourited bool
	Boosted    bool
	Bookmarked bool
	Muted      bool // its thread
}

// Marks returns what the viewer did with each of the posts with ids; posts
// without any mark are left out.
func (q queries) Marks(ctx context.Context, v models.Viewer, ids []models.ID) (map[models.ID]Marks, error) {
	out := make(map[models.ID]Marks)
	if v.AccountID == 0 || len(ids) == 0 {
		return out, nil
	}
	me := v.AccountID
	type mark struct {
		post models.ID
		kind int
	}
	found, err := list(ctx, q, func(rows *sql.Rows) (m mark, err error) { return m, rows.Scan(&m.post, &m.kind) }, `
		SELECT post_id, 1 FROM favourites WHERE account_id = ? AND post_id {ids}
		UNION ALL SELECT boost_of_id, 2 FROM posts WHERE account_id = ? AND boost_of_id {ids}
		UNION ALL SELECT post_id, 3 FROM bookmarks WHERE account_id = ? AND post_id {ids}
		UNION ALL SELECT p.id, 4 FROM thread_mutes t JOIN posts p ON p.thread_id = t.thread_id WHERE t.account_id = ? AND p.id {ids}`,
		me, ids, me, ids, me, ids, me, ids)
	if err != nil {
		return nil, fmt.Errorf("read a viewer's marks: %w", err)
	}
	for _, m := range found {
		marks := out[m.post]
		switch m.kind {
		case 1:
			marks.Favourited = true
		case 2:
			marks.Boosted = true
		case 3:
			marks.Bookmarked = true
		case 4:
			marks.Muted = true
		}
		out[m.post] = marks
	}
	return out, nil
}
