package store

import (
	"context"
	"database/sql"
	"fmt"

	"atelier/models"
)

const collectionColumns = `c.id, c.account_id, c.name, c.description, c.language, COALESCE(c.tag_id, 0), COALESCE(t.label, ''), c.sensitive, c.discoverable, c.created_at, c.updated_at
	FROM collections c LEFT JOIN tags t ON t.id = c.tag_id JOIN accounts o ON o.id = c.account_id AND o.suspended_at = 0 AND o.deleted_at = 0`

func scanCollection(rows *sql.Rows) (*models.Collection, error) {
	c := &models.Collection{}
	return c, rows.Scan(&c.ID, &c.AccountID, &c.Name, &c.Description, &c.Language, &c.TagID, &c.Tag, &c.Sensitive, &c.Discoverable, millis{&c.CreatedAt}, millis{&c.UpdatedAt})
}

// notBlockedBy leaves out collections of accounts that block the viewer.
const notBlockedBy = `NOT EXISTS (SELECT 1 FROM blocks b WHERE b.account_id = c.account_id AND b.target_id = ?)`

// Collection returns a collection as a viewer sees it.
func (q queries) Collection(ctx context.Context, v models.Viewer, id models.ID) (*models.Collection, error) {
	c, err := one(ctx, q, scanCollection, `SELECT `+collectionColumns+` WHERE c.id = ? AND `+notBlockedBy, id, v.AccountID)
	if err != nil {
		return nil, err
	}
	return c, q.withItems(ctx, []*models.Collection{c})
}

// CollectionsByID returns collections by their ids.
func (q queries) CollectionsByID(ctx context.Context, ids []models.ID) ([]*models.Collection, error) {
	found, err := list(ctx, q, scanCollection, `SELECT `+collectionColumns+` WHERE c.id {ids}`, ids)
	if err != nil {
		return nil, err
	}
	return found, q.withItems(ctx, found)
}

// CollectionsOf returns an account's collections as a viewer sees them, the
// newest first: others see those that may be found.
func (q queries) CollectionsOf(ctx context.Context, v models.Viewer, accountID models.ID, offset, limit int) ([]*models.Collection, error) {
	found, err := list(ctx, q, scanCollection, `SELECT `+collectionColumns+` WHERE c.account_id = ? AND (c.discoverable OR c.account_id = ?) AND `+notBlockedBy+`
		ORDER BY c.id DESC LIMIT ? OFFSET ?`, accountID, v.AccountID, v.AccountID, limit, offset)
	if err != nil {
		return nil, err
	}
	return found, q.withItems(ctx, found)
}

// CollectionsWith returns the collections that an account is in, the newest
// first.
func (q queries) CollectionsWith(ctx context.Context, accountID models.ID, offset, limit int) ([]*models.Collection, error) {
	found, err := list(ctx, q, scanCollection, `SELECT `+collectionColumns+` JOIN collection_items i ON i.collection_id = c.id
		WHERE i.account_id = ? AND i.state = 'accepted' ORDER BY c.id DESC LIMIT ? OFFSET ?`, accountID, limit, offset)
	if err != nil {
		return nil, err
	}
	return found, q.withItems(ctx, found)
}

// withItems reads the accounts of collections. Those who are gone are left
// out.
func (q queries) withItems(ctx context.Context, found []*models.Collection) error {
	byID, ids := map[models.ID]*models.Collection{}, []models.ID{}
	for _, c := range found {
		byID[c.ID], ids = c, append(ids, c.ID)
	}
	if len(ids) == 0 {
		return nil
	}
	_, err := list(ctx, q, func(rows *sql.Rows) (i models.CollectionItem, err error) {
		var of models.ID
		if err := rows.Scan(&of, &i.ID, &i.AccountID, &i.State, millis{&i.CreatedAt}); err != nil {
			return i, err
		}
		byID[of].Items = append(byID[of].Items, i)
		return i, nil
	}, `
		SELECT i.collection_id, i.id, i.account_id, i.state, i.created_at FROM collection_items i JOIN accounts a ON a.id = i.account_id
		WHERE i.collection_id {ids} AND a.suspended_at = 0 AND a.deleted_at = 0 ORDER BY i.id`, ids)
	if err != nil {
		return fmt.Errorf("read accounts of collections: %w", err)
	}
	return nil
}

// CountCollections counts an account's collections.
func (q queries) CountCollections(ctx context.Context, accountID models.ID) (n int, err error) {
	err = q.row(ctx, `SELECT COUNT(*) FROM collections WHERE account_id = ?`, []any{accountID}, &n)
	return n, err
}

// SetCollection stores a collection, new or changed, without its accounts.
func (q queries) SetCollection(ctx context.Context, c *models.Collection) error {
	_, err := q.exec(ctx, `
		INSERT INTO collections (id, account_id, name, description, language, tag_id, sensitive, discoverable, created_at, updated_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, description = excluded.description, language = excluded.language, tag_id = excluded.tag_id,
			sensitive = excluded.sensitive, discoverable = excluded.discoverable, updated_at = excluded.updated_at`,
		c.ID, c.AccountID, c.Name, c.Description, c.Language, c.TagID, c.Sensitive, c.Discoverable, c.CreatedAt, c.UpdatedAt)
	if err != nil {
		return fmt.Errorf("store collection: %w", err)
	}
	return nil
}

// DeleteCollection deletes a collection.
func (q queries) DeleteCollection(ctx context.Context, id models.ID) error {
	_, err := q.exec(ctx, `DELETE FROM collections WHERE id = ?`, id)
	return err
}

// AddToCollection puts an account into a collection. It reports false if it is
// or was in it.
func (q queries) AddToCollection(ctx context.Context, id models.ID, i *models.CollectionItem) (added bool, err error) {
	n, err := q.exec(ctx, `INSERT INTO collection_items (id, collection_id, account_id, state, created_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		i.ID, id, i.AccountID, i.State, i.CreatedAt)
	if err != nil {
		return false, fmt.Errorf("add to collection: %w", err)
	}
	return n == 1, nil
}

// SetCollectionItem changes the state of an account in a collection; "" takes
// it out.
func (q queries) SetCollectionItem(ctx context.Context, id models.ID, state models.CollectionState) error {
	if state == "" {
		_, err := q.exec(ctx, `DELETE FROM collection_items WHERE id = ?`, id)
		return err
	}
	_, err := q.exec(ctx, `UPDATE collection_items SET state = ? WHERE id = ?`, state, id)
	return err
}
