package store

import (
	"context"
	"database/sql"
)

func scanTag(rows *sql.Rows) (t Tag, err error) { return t, rows.Scan(&t.ID, &t.Name, &t.Label) }

// Tag returns a tag by its name in any letter case.
func (q queries) Tag(ctx context.Context, name string) (Tag, error) {
	return one(ctx, q, scanTag, `SELECT id, name, label FROM tags WHERE name = ?`, TagKey(name))
}
