package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"atelier/models"
)

const mediaColumns = `id, account_id, post_id, type, state, content_type, file_key, preview_key, remote_url, preview_url, description, blurhash, meta, size, created_at`

func scanMedia(rows *sql.Rows) (*models.Media, error) {
	m := &models.Media{}
	return m, rows.Scan(&m.ID, &m.AccountID, &m.PostID, &m.Type, &m.State, &m.ContentType, &m.Key, &m.PreviewKey, &m.RemoteURL, &m.PreviewURL,
		&m.Description, &m.Blurhash, fromJSON{&m.Meta}, &m.Size, millis{&m.CreatedAt})
}

// SetMedia stores a file's row, in place of an older one with its id.
func (q queries) SetMedia(ctx context.Context, m *models.Media) error {
	_, err := q.exec(ctx, `
		INSERT INTO media (`+mediaColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET post_id = excluded.post_id, type = excluded.type, state = excluded.state, content_type = excluded.content_type,
			file_key = excluded.file_key, preview_key = excluded.preview_key, remote_url = excluded.remote_url, preview_url = excluded.preview_url,
			description = excluded.description, blurhash = excluded.blurhash, meta = excluded.meta, size = excluded.size`,
		m.ID, m.AccountID, m.PostID, m.Type, m.State, m.ContentType, m.Key, m.PreviewKey, m.RemoteURL, m.PreviewURL,
		m.Description, m.Blurhash, jsonText(m.Meta), m.Size, m.CreatedAt)
	if err != nil {
		return fmt.Errorf("store media: %w", err)
	}
	return nil
}

// Media returns one of an account's files.
func (q queries) Media(ctx context.Context, accountID, id models.ID) (*models.Media, error) {
	return one(ctx, q, scanMedia, `SELECT `+mediaColumns+` FROM media WHERE id = ? AND account_id = ?`, id, accountID)
}

// MediaOf returns the files with ids of an account, in the order of ids.
func (q queries) MediaOf(ctx context.Context, accountID models.ID, ids []models.ID) ([]*models.Media, error) {
	found, err := list(ctx, q, scanMedia, `SELECT `+mediaColumns+` FROM media WHERE account_id = ? AND id {ids}`, accountID, ids)
	if err != nil {
		return nil, fmt.Errorf("read media: %w", err)
	}
	out := make([]*models.Media, 0, len(found))
	for _, id := range ids {
		for _, m := range found {
			if m.ID == id {
				out = append(out, m)
			}
		}
	}
	return out, nil
}

// AttachMedia gives files to a post; those that it had before and has no more
// are loose again.
func (q queries) AttachMedia(ctx context.Context, postID models.ID, ids []models.ID) error {
	if _, err := q.exec(ctx, `UPDATE media SET post_id = NULL WHERE post_id = ?`, postID); err != nil {
		return fmt.Errorf("attach media: %w", err)
	}
	if len(ids) == 0 {
		return nil
	}
	if _, err := q.exec(ctx, `UPDATE media SET post_id = ? WHERE id {ids}`, postID, ids); err != nil {
		return fmt.Errorf("attach media: %w", err)
	}
	return nil
}

// LooseMedia returns files that were uploaded before a moment and never used.
func (q queries) LooseMedia(ctx context.Context, before time.Time, limit int) ([]*models.Media, error) {
	return list(ctx, q, scanMedia, `SELECT `+mediaColumns+` FROM media WHERE post_id IS NULL AND created_at < ? ORDER BY created_at LIMIT ?`, before, limit)
}

// DeleteMedia deletes a file's row.
func (q queries) DeleteMedia(ctx context.Context, id models.ID) error {
	_, err := q.exec(ctx, `DELETE FROM media WHERE id = ?`, id)
	return err
}

// FileUsed says whether any row still needs the file with key.
func (q queries) FileUsed(ctx context.Context, key string) (bool, error) {
	return q.exists(ctx, `SELECT 1 FROM media WHERE file_key = ? OR preview_key = ? LIMIT 1`, key, key)
}
