package store

import (
	"context"
	"database/sql"
	"fmt"

	"atelier/models"
)

func scanList(rows *sql.Rows) (*models.List, error) {
	l := &models.List{}
	return l, rows.Scan(&l.ID, &l.AccountID, &l.Title, &l.Replies, &l.Exclusive, millis{&l.CreatedAt})
}

const listColumns = `l.id, l.account_id, l.title, l.replies, l.exclusive, l.created_at`

// Lists returns an account's lists, oldest first, at most limit.
func (q queries) Lists(ctx context.Context, accountID models.ID, limit int) ([]*models.List, error) {
	return list(ctx, q, scanList, `SELECT `+listColumns+` FROM lists l WHERE l.account_id = ? ORDER BY l.id LIMIT ?`, accountID, limit)
}

// List returns one of an account's lists.
func (q queries) List(ctx context.Context, accountID, id models.ID) (*models.List, error) {
	return one(ctx, q, scanList, `SELECT `+listColumns+` FROM lists l WHERE l.id = ? AND l.account_id = ?`, id, accountID)
}

// ListsWith returns those of an account's lists that hold another account.
func (q queries) ListsWith(ctx context.Context, accountID, memberID models.ID) ([]*models.List, error) {
	return list(ctx, q, scanList, `SELECT `+listColumns+` FROM list_accounts m JOIN lists l ON l.id = m.list_id WHERE m.account_id = ? AND l.account_id = ? ORDER BY l.id`, memberID, accountID)
}

// SetList stores a list, in place of an older one with its id.
func (q queries) SetList(ctx context.Context, l *models.List) error {
	_, err := q.exec(ctx, `
		INSERT INTO lists (id, account_id, title, replies, exclusive, created_at) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET title = excluded.title, replies = excluded.replies, exclusive = excluded.exclusive`,
		l.ID, l.AccountID, l.Title, l.Replies, l.Exclusive, l.CreatedAt)
	if err != nil {
		return fmt.Errorf("store list: %w", err)
	}
	return nil
}

// DeleteList deletes a list of an account. It reports false if it was not
// there.
func (q queries) DeleteList(ctx context.Context, accountID, id models.ID) (deleted bool, err error) {
	n, err := q.exec(ctx, `DELETE FROM lists WHERE id = ? AND account_id = ?`, id, accountID)
	return n == 1, err
}

// ListMembers returns a page of the accounts in a list.
func (q queries) ListMembers(ctx context.Context, listID models.ID, p Page) ([]Listed, error) {
	return q.listed(ctx, p, "f.id", `(SELECT id, account_id AS who FROM list_accounts WHERE list_id = ?) f`, `TRUE`, listID)
}

// AddToList puts an account, whom the list's owner follows by follow, into a
// list, and its newest posts. It reports false if it was there already.
func (q queries) AddToList(ctx context.Context, v models.Viewer, id, listID models.ID, follow *models.Follow, fill int) (added bool, err error) {
	n, err := q.exec(ctx, `INSERT INTO list_accounts (id, list_id, account_id, follow_id) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`, id, listID, follow.TargetID, follow.ID)
	if err != nil {
		return false, fmt.Errorf("add to list: %w", err)
	}
	if n == 0 {
		return false, nil
	}
	posts, err := q.AccountPosts(ctx, v, follow.TargetID, AccountFilter{WithoutReplies: true, WithoutDirect: true, WithoutBoosts: !follow.Boosts}, Page{Limit: fill})
	if err != nil {
		return false, err
	}
	for _, p := range posts {
		if _, err := q.exec(ctx, `INSERT INTO list_entries (list_id, post_id, subject_id, author_id) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			listID, p.ID, p.Subject(), p.AuthorID); err != nil {
			return false, fmt.Errorf("fill list: %w", err)
		}
	}
	return true, nil
}

// DropFromList takes an account and its posts out of a list.
func (q queries) DropFromList(ctx context.Context, listID, accountID models.ID) error {
	for _, text := range []string{`DELETE FROM list_accounts WHERE list_id = ? AND account_id = ?`, `DELETE FROM list_entries WHERE list_id = ? AND author_id = ?`} {
		if _, err := q.exec(ctx, text, listID, accountID); err != nil {
			return fmt.Errorf("drop from list: %w", err)
		}
	}
	return nil
}

// ListRefs are Refs of a page of what the accounts in a list, which is the
// viewer's, brought.
func (q queries) ListRefs(ctx context.Context, v models.Viewer, listID models.ID, p Page) ([]Ref, error) {
	return q.refs(ctx, v, p, postList{column: "e.post_id",
		from:      ` FROM list_entries e JOIN posts p ON p.id = e.post_id LEFT JOIN post_stats s ON s.post_id = p.id`,
		condition: `e.list_id = ? AND EXISTS (SELECT 1 FROM list_accounts m WHERE m.list_id = e.list_id AND m.account_id = e.author_id) AND ` + notMine,
		args:      []any{listID, v.AccountID, v.AccountID, v.AccountID}})
}

// LibraryRefs are Refs of all practice notes.
func (q queries) LibraryRefs(ctx context.Context, v models.Viewer, p Page) ([]Ref, error) {
	return q.refs(ctx, v, p, postList{column: "p.id", from: fromPosts, condition: `p.practice_kind <> '' AND ` + notMine, args: []any{v.AccountID, v.AccountID, v.AccountID}})
}

// OpenQuestionRefs are Refs of the questions that wait for an answer.
func (q queries) OpenQuestionRefs(ctx context.Context, v models.Viewer, p Page) ([]Ref, error) {
	return q.refs(ctx, v, p, postList{column: "x.post_id", from: ` FROM questions x JOIN posts p ON p.id = x.post_id LEFT JOIN post_stats s ON s.post_id = p.id `,
		condition: `x.state = 'open' AND ` + notMine, args: []any{v.AccountID, v.AccountID, v.AccountID}})
}

// ListsOf returns the lists that show a post, with their owners.
func (q queries) ListsOf(ctx context.Context, postID models.ID) ([]*models.List, error) {
	return list(ctx, q, scanList, `SELECT `+listColumns+` FROM list_entries e JOIN lists l ON l.id = e.list_id WHERE e.post_id = ?`, postID)
}

// spread puts a new post where it belongs besides the homes of its author's
// followers: into lists, which may take it out of a home, and into the homes
// of those who follow one of its tags.
func (q queries) spread(ctx context.Context, p *models.Post) error {
	if p.Visibility == models.Direct {
		return nil
	}
	n, err := q.exec(ctx, `
		INSERT INTO list_entries (list_id, post_id, subject_id, author_id)
		SELECT l.id, CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT) FROM list_accounts m JOIN lists l ON l.id = m.list_id JOIN follows f ON f.id = m.follow_id
		WHERE m.account_id = ? AND f.state = 'accepted' AND (f.boosts OR ?)
			AND (? OR EXISTS (SELECT 1 FROM members x WHERE x.account_id = l.account_id AND x.state = 'active' AND x.role <> 'guest'))
			AND (? OR (l.replies = 'list' AND EXISTS (SELECT 1 FROM list_accounts x WHERE x.list_id = l.id AND x.account_id = ?))
				OR (l.replies = 'followed' AND (l.account_id = ? OR EXISTS (SELECT 1 FROM follows x WHERE x.account_id = l.account_id AND x.target_id = ? AND x.state = 'accepted'))))
		ON CONFLICT DO NOTHING`,
		p.ID, p.Subject(), p.AuthorID, p.AuthorID, p.BoostOfID == 0, !p.IsMembers(),
		!p.IsReply() || p.InReplyToAuthorID == p.AuthorID, p.InReplyToAuthorID, p.InReplyToAuthorID, p.InReplyToAuthorID)
	if err != nil {
		return fmt.Errorf("put post %s into lists: %w", p.URI, err)
	}
	if n > 0 {
		_, err = q.exec(ctx, `
			DELETE FROM home_entries WHERE post_id = ? AND account_id IN (
				SELECT l.account_id FROM list_accounts m JOIN lists l ON l.id = m.list_id WHERE m.account_id = ? AND l.exclusive)`, p.ID, p.AuthorID)
		if err != nil {
			return fmt.Errorf("take post %s out of homes: %w", p.URI, err)
		}
	}
	if len(p.Tags) == 0 || p.BoostOfID != 0 || p.Visibility != models.Public && !p.IsMembers() {
		return nil
	}
	_, err = q.exec(ctx, `
		INSERT INTO home_entries (account_id, post_id, subject_id, author_id)
		SELECT DISTINCT f.account_id, CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT) FROM post_tags t JOIN tag_follows f ON f.tag_id = t.tag_id
		WHERE t.post_id = ? AND EXISTS (SELECT 1 FROM members x WHERE x.account_id = f.account_id AND (? OR (x.state = 'active' AND x.role <> 'guest')))
			AND NOT EXISTS (SELECT 1 FROM mutes x WHERE x.account_id = f.account_id AND x.target_id = ?)
			AND NOT EXISTS (SELECT 1 FROM blocks x WHERE x.account_id = f.account_id AND x.target_id = ?)
			AND NOT EXISTS (SELECT 1 FROM blocks x WHERE x.account_id = ? AND x.target_id = f.account_id)
			AND NOT EXISTS (SELECT 1 FROM member_domain_blocks x JOIN accounts a ON a.domain = x.domain WHERE x.account_id = f.account_id AND a.id = ?)
		ON CONFLICT DO NOTHING`,
		p.ID, p.ID, p.AuthorID, p.ID, !p.IsMembers(), p.AuthorID, p.AuthorID, p.AuthorID, p.AuthorID)
	if err != nil {
		return fmt.Errorf("put post %s into homes by its tags: %w", p.URI, err)
	}
	return nil
}
