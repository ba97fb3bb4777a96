package store

import (
	"context"
	"fmt"

	"atelier/models"
)

// Readers counts those who can read what is for members.
func (q queries) Readers(ctx context.Context) (n int, err error) {
	err = q.row(ctx, `SELECT COUNT(*) FROM members WHERE state = 'active' AND role IN ('member', 'steward', 'president')`, nil, &n)
	if err != nil {
		return 0, fmt.Errorf("count readers: %w", err)
	}
	return n, nil
}

// Newcomer returns the newest member whom the viewer does not follow; nil if
// it follows all of them.
func (q queries) Newcomer(ctx context.Context, v models.Viewer) (*models.Account, error) {
	a, err := one(ctx, q, scanAccount, `SELECT `+accountColumns+fromAccounts+`
		JOIN members m ON m.account_id = a.id
		WHERE m.state = 'active' AND a.id <> ? AND a.suspended_at = 0 AND a.deleted_at = 0
			AND NOT EXISTS (SELECT 1 FROM follows f WHERE f.account_id = ? AND f.target_id = a.id)
			AND NOT EXISTS (SELECT 1 FROM blocks b WHERE (b.account_id = ? AND b.target_id = a.id) OR (b.account_id = a.id AND b.target_id = ?))
			AND NOT EXISTS (SELECT 1 FROM mutes u WHERE u.account_id = ? AND u.target_id = a.id)
		ORDER BY a.id DESC LIMIT 1`, v.AccountID, v.AccountID, v.AccountID, v.AccountID, v.AccountID)
	if models.KindOf(err) == models.NotFound {
		return nil, nil
	}
	return a, err
}
