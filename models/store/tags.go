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

// AllTags returns a page of all tags, the newest first.
func (q queries) AllTags(ctx context.Context, p Page) ([]Tag, error) {
	return pageOf(ctx, q, scanTag, p, "t.id", `SELECT t.id, t.name, t.label FROM tags t WHERE TRUE`)
}
