package store

import (
	"context"
	"database/sql"
	"strings"

	"atelier/models"
	"atelier/models/text"
)

// manyNames is how many members' names are looked through.
const manyNames = 2000

// NearAccounts returns members whose name or handle is nearly what was typed:
// for whom nobody was found who is called exactly that.
func (q queries) NearAccounts(ctx context.Context, v models.Viewer, words string, limit int) ([]*models.Account, error) {
	typed := strings.Fields(strings.TrimPrefix(words, "@"))
	if len(typed) == 0 || len(typed) > 3 {
		return nil, nil
	}
	type named struct {
		id   models.ID
		name string
	}
	members, err := list(ctx, q, func(rows *sql.Rows) (n named, err error) {
		var username string
		err = rows.Scan(&n.id, &username, &n.name)
		n.name += " " + username
		return n, err
	}, `SELECT m.account_id, a.username, a.name FROM members m JOIN accounts a ON a.id = m.account_id
		WHERE m.state = 'active' AND a.suspended_at = 0 AND a.deleted_at = 0 AND a.silenced_at = 0
			AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.account_id = a.id AND b.target_id = ?)
		ORDER BY m.account_id LIMIT ?`, v.AccountID, manyNames)
	if err != nil {
		return nil, err
	}
	var ids []models.ID
	for _, m := range members {
		near := true
		for _, word := range typed {
			near = near && text.Near(word, m.name)
		}
		if near && len(ids) < limit {
			ids = append(ids, m.id)
		}
	}
	found, err := q.Accounts(ctx, ids)
	var out []*models.Account
	for _, id := range ids {
		if a := found[id]; a != nil {
			out = append(out, a)
		}
	}
	return out, err
}
