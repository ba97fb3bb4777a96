package store

import (
	"context"
	"database/sql"
	"fmt"

	"atelier/models"
)

func scanBar(rows *sql.Rows) (*models.Bar, error) {
	b := &models.Bar{}
	return b, rows.Scan(&b.ID, &b.Kind, &b.Value, &b.Severity, &b.Comment, millis{&b.ExpiresAt}, millis{&b.CreatedAt})
}

const barColumns = `b.id, b.kind, b.value, b.severity, b.comment, b.expires_at, b.created_at`

// AddBar stores a bar. It reports false if the same is barred already.
func (q queries) AddBar(ctx context.Context, b *models.Bar) (added bool, err error) {
	n, err := q.exec(ctx, `
		INSERT INTO bars (id, kind, value, severity, comment, expires_at, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (kind, value) DO NOTHING`, b.ID, b.Kind, b.Value, b.Severity, b.Comment, b.ExpiresAt, b.CreatedAt)
	if err != nil {
		return false, fmt.Errorf("bar %s: %w", b.Value, err)
	}
	return n == 1, nil
}

// SetBar stores a bar anew. It reports false if another one is about the same.
func (q queries) SetBar(ctx context.Context, b *models.Bar) (set bool, err error) {
	n, err := q.exec(ctx, `UPDATE bars SET value = ?, severity = ?, comment = ?, expires_at = ?
		WHERE id = ? AND NOT EXISTS (SELECT 1 FROM bars o WHERE o.kind = ? AND o.value = ? AND o.id <> ?)`,
		b.Value, b.Severity, b.Comment, b.ExpiresAt, b.ID, b.Kind, b.Value, b.ID)
	if err != nil {
		return false, fmt.Errorf("change bar %d: %w", b.ID, err)
	}
	return n == 1, nil
}

// DeleteBar deletes a bar.
func (q queries) DeleteBar(ctx context.Context, id models.ID) error {
	_, err := q.exec(ctx, `DELETE FROM bars WHERE id = ?`, id)
	return err
}

// Bar returns the bar of a kind with id.
func (q queries) Bar(ctx context.Context, kind models.BarKind, id models.ID) (*models.Bar, error) {
	return one(ctx, q, scanBar, `SELECT `+barColumns+` FROM bars b WHERE b.kind = ? AND b.id = ?`, kind, id)
}

// BarOf returns the bar of a kind on exactly value.
func (q queries) BarOf(ctx context.Context, kind models.BarKind, value string) (*models.Bar, error) {
	return one(ctx, q, scanBar, `SELECT `+barColumns+` FROM bars b WHERE b.kind = ? AND b.value = ?`, kind, value)
}

// Bars returns a page of the bars of a kind.
func (q queries) Bars(ctx context.Context, kind models.BarKind, p Page) ([]*models.Bar, error) {
	return pageOf(ctx, q, scanBar, p, "b.id", `SELECT `+barColumns+` FROM bars b WHERE b.kind = ?`, kind)
}

// BarsOf returns those bars of a kind that are on one of values and hold.
func (q queries) BarsOf(ctx context.Context, kind models.BarKind, values []string) ([]*models.Bar, error) {
	return list(ctx, q, scanBar, `SELECT `+barColumns+` FROM bars b WHERE b.kind = ? AND b.value {names} AND (b.expires_at = 0 OR b.expires_at > ?) ORDER BY b.id`,
		kind, values, q.now())
}
