package store

import (
	"context"
	"maps"
	"slices"
)

// OwnTables are the tables that EraseOwn clears.
func OwnTables() []string { return slices.Sorted(maps.Keys(ownTables)) }

// Referring returns the tables of a SQLite database that refer to another one.
func (s *Store) Referring(ctx context.Context, to string) ([]string, error) {
	return list(ctx, s.queries, scanString, `
		SELECT m.name FROM sqlite_master m WHERE m.type = 'table' AND EXISTS (SELECT 1 FROM pragma_foreign_key_list(m.name) f WHERE f."table" = ?)
		ORDER BY m.name`, to)
}
