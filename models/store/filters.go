package store

import (
	"context"
	"database/sql"
	"fmt"

	"atelier/models"
)

// maxFilters is how many filters of one member are read.
const maxFilters = 200

func scanFilter(rows *sql.Rows) (*models.Filter, error) {
	f := &models.Filter{}
	return f, rows.Scan(&f.ID, &f.AccountID, &f.Title, fromJSON{&f.Contexts}, &f.Action, millis{&f.ExpiresAt}, millis{&f.CreatedAt})
}

const filterColumns = `f.id, f.account_id, f.title, f.contexts, f.action, f.expires_at, f.created_at`

// Filters returns an account's filters, oldest first, with their keywords and
// posts.
func (q queries) Filters(ctx context.Context, accountID models.ID) ([]*models.Filter, error) {
	found, err := list(ctx, q, scanFilter, `SELECT `+filterColumns+` FROM filters f WHERE f.account_id = ? ORDER BY f.id LIMIT ?`, accountID, maxFilters)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found, q.withFilterParts(ctx, found)
}

// Filter returns one of an account's filters.
func (q queries) Filter(ctx context.Context, accountID, id models.ID) (*models.Filter, error) {
	f, err := one(ctx, q, scanFilter, `SELECT `+filterColumns+` FROM filters f WHERE f.id = ? AND f.account_id = ?`, id, accountID)
	if err != nil {
		return nil, err
	}
	return f, q.withFilterParts(ctx, []*models.Filter{f})
}

// FilterWithKeyword returns the filter of an account that has a keyword.
func (q queries) FilterWithKeyword(ctx context.Context, accountID, keywordID models.ID) (*models.Filter, error) {
	return q.filterBy(ctx, `SELECT filter_id FROM filter_keywords WHERE id = ?`, accountID, keywordID)
}

// FilterWithPost returns the filter of an account that has an entry for a
// post; id is the entry's.
func (q queries) FilterWithPost(ctx context.Context, accountID, id models.ID) (*models.Filter, error) {
	return q.filterBy(ctx, `SELECT filter_id FROM filter_posts WHERE id = ?`, accountID, id)
}

func (q queries) filterBy(ctx context.Context, text string, accountID, partID models.ID) (*models.Filter, error) {
	var id models.ID
	if err := q.row(ctx, text, []any{partID}, &id); err != nil {
		return nil, err
	}
	return q.Filter(ctx, accountID, id)
}

func (q queries) withFilterParts(ctx context.Context, filters []*models.Filter) error {
	byID := make(map[models.ID]*models.Filter, len(filters))
	ids := make([]models.ID, len(filters))
	for i, f := range filters {
		byID[f.ID], ids[i] = f, f.ID
	}
	keywords, err := list(ctx, q, func(rows *sql.Rows) (k models.FilterKeyword, err error) {
		return k, rows.Scan(&k.ID, &k.FilterID, &k.Keyword, &k.WholeWord)
	}, `SELECT id, filter_id, keyword, whole_word FROM filter_keywords WHERE filter_id {ids} ORDER BY id`, ids)
	if err != nil {
		return fmt.Errorf("read filters: %w", err)
	}
	for _, k := range keywords {
		byID[k.FilterID].Keywords = append(byID[k.FilterID].Keywords, k)
	}
	posts, err := list(ctx, q, func(rows *sql.Rows) (p models.FilterPost, err error) {
		return p, rows.Scan(&p.ID, &p.FilterID, &p.PostID)
	},
		`SELECT id, filter_id, post_id FROM filter_posts WHERE filter_id {ids} ORDER BY id`, ids)
	if err != nil {
		return fmt.Errorf("read filters: %w", err)
	}
	for _, p := range posts {
		byID[p.FilterID].Posts = append(byID[p.FilterID].Posts, p)
	}
	return nil
}

// SetFilter stores a filter, in place of an older one with its id, and its
// keywords and posts in place of the ones it had.
func (q queries) SetFilter(ctx context.Context, f *models.Filter) error {
	_, err := q.exec(ctx, `
		INSERT INTO filters (id, account_id, title, contexts, action, expires_at, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET title = excluded.title, contexts = excluded.contexts, action = excluded.action, expires_at = excluded.expires_at`,
		f.ID, f.AccountID, f.Title, jsonText(f.Contexts), f.Action, f.ExpiresAt, f.CreatedAt)
	if err != nil {
		return fmt.Errorf("store filter: %w", err)
	}
	for _, text := range []string{`DELETE FROM filter_keywords WHERE filter_id = ?`, `DELETE FROM filter_posts WHERE filter_id = ?`} {
		if _, err := q.exec(ctx, text, f.ID); err != nil {
			return fmt.Errorf("store filter: %w", err)
		}
	}
	for _, k := range f.Keywords {
		if _, err := q.exec(ctx, `INSERT INTO filter_keywords (id, filter_id, keyword, whole_word) VALUES (?, ?, ?, ?)`, k.ID, f.ID, k.Keyword, k.WholeWord); err != nil {
			return fmt.Errorf("store filter: %w", err)
		}
	}
	for _, p := range f.Posts {
		if _, err := q.exec(ctx, `INSERT INTO filter_posts (id, filter_id, post_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, p.ID, f.ID, p.PostID); err != nil {
			return fmt.Errorf("store filter: %w", err)
		}
	}
	return nil
}

// DeleteFilter deletes a filter of an account with all that it has. It reports
// false if it was not there.
func (q queries) DeleteFilter(ctx context.Context, accountID, id models.ID) (deleted bool, err error) {
	n, err := q.exec(ctx, `DELETE FROM filters WHERE id = ? AND account_id = ?`, id, accountID)
	return n == 1, err
}

// FollowedAmong returns which of accounts an account follows.
func (q queries) FollowedAmong(ctx context.Context, accountID models.ID, accounts []models.ID) (map[models.ID]bool, error) {
	ids, err := list(ctx, q, scanID, `SELECT target_id FROM follows WHERE account_id = ? AND target_id {ids} AND state = 'accepted'`, accountID, accounts)
	if err != nil {
		return nil, fmt.Errorf("read follows: %w", err)
	}
	out := make(map[models.ID]bool, len(ids))
	for _, id := range ids {
		out[id] = true
	}
	return out, nil
}
