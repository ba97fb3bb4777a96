package store

import (
	"context"
	"database/sql"
	"fmt"

	"atelier/models"
)

const importColumns = `i.id, i.account_id, i.kind, i.total, i.done, i.failed, i.created_at, i.ended_at`

func scanImport(rows *sql.Rows) (*models.Import, error) {
	i := &models.Import{}
	return i, rows.Scan(&i.ID, &i.AccountID, &i.Kind, &i.Total, &i.Done, fromJSON{&i.Failed}, millis{&i.CreatedAt}, millis{&i.EndedAt})
}

// SetImport stores an import, in place of an older state of it.
func (q queries) SetImport(ctx context.Context, i *models.Import) error {
	_, err := q.exec(ctx, `
		INSERT INTO imports (id, account_id, kind, total, done, failed, created_at, ended_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET done = excluded.done, failed = excluded.failed, ended_at = excluded.ended_at`,
		i.ID, i.AccountID, i.Kind, i.Total, i.Done, jsonText(i.Failed), i.CreatedAt, i.EndedAt)
	if err != nil {
		return fmt.Errorf("store import %d: %w", i.ID, err)
	}
	return nil
}

// Import returns an import.
func (q queries) Import(ctx context.Context, id models.ID) (*models.Import, error) {
	return one(ctx, q, scanImport, `SELECT `+importColumns+` FROM imports i WHERE i.id = ?`, id)
}

// Imports returns the newest imports of an account, newest first.
func (q queries) Imports(ctx context.Context, accountID models.ID, limit int) ([]*models.Import, error) {
	return list(ctx, q, scanImport, `SELECT `+importColumns+` FROM imports i WHERE i.account_id = ? ORDER BY i.id DESC LIMIT ?`, accountID, limit)
}
