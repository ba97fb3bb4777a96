package store

import (
	"context"
	"database/sql"
	"fmt"

	"atelier/models"
)

// SetSeries stores a series with its notes, in place of what it was.
func (q queries) SetSeries(ctx context.Context, s *models.Series) error {
	_, err := q.exec(ctx, `
		INSERT INTO series (id, slug, title, intro, curator_id, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET title = excluded.title, intro = excluded.intro, updated_at = excluded.updated_at`,
		s.ID, s.Slug, s.Title, s.Intro, s.CuratorID, s.CreatedAt, s.UpdatedAt)
	if err != nil {
		return fmt.Errorf("store series %s: %w", s.Slug, err)
	}
	if _, err := q.exec(ctx, `DELETE FROM series_notes WHERE series_id = ?`, s.ID); err != nil {
		return fmt.Errorf("store series %s: %w", s.Slug, err)
	}
	for i, id := range s.Notes {
		if _, err := q.exec(ctx, `INSERT INTO series_notes (series_id, post_id, position) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, s.ID, id, i); err != nil {
			return fmt.Errorf("store series %s: %w", s.Slug, err)
		}
	}
	return nil
}

func scanSeries(rows *sql.Rows) (*models.Series, error) {
	s := &models.Series{}
	return s, rows.Scan(&s.ID, &s.Slug, &s.Title, &s.Intro, &s.CuratorID, millis{&s.CreatedAt}, millis{&s.UpdatedAt})
}

const seriesColumns = `s.id, s.slug, s.title, s.intro, s.curator_id, s.created_at, s.updated_at`

// Series returns the series with a slug, with the ids of its notes: the caller
// reads those for its viewer.
func (q queries) Series(ctx context.Context, slug string) (*models.Series, error) {
	s, err := one(ctx, q, scanSeries, `SELECT `+seriesColumns+` FROM series s WHERE s.slug = ?`, slug)
	if err != nil {
		return nil, err
	}
	s.Notes, err = list(ctx, q, scanID, `SELECT post_id FROM series_notes WHERE series_id = ? ORDER BY position`, s.ID)
	return s, err
}

// AllSeries returns a page of the series, without their notes. Members see all
// of them, others those that have a note they may read.
func (q queries) AllSeries(ctx context.Context, v models.Viewer, p Page) ([]*models.Series, error) {
	if v.IsMember() {
		return pageOf(ctx, q, scanSeries, p, "s.id", `SELECT `+seriesColumns+` FROM series s WHERE TRUE`)
	}
	rule, args := visible(v)
	return pageOf(ctx, q, scanSeries, p, "s.id", `SELECT `+seriesColumns+` FROM series s
		WHERE EXISTS (SELECT 1 FROM series_notes x JOIN posts p ON p.id = x.post_id WHERE x.series_id = s.id AND`+rule+`)`, args...)
}

// SeriesBy returns the newest series of a curator, without their notes.
func (q queries) SeriesBy(ctx context.Context, curatorID models.ID, limit int) ([]*models.Series, error) {
	return list(ctx, q, scanSeries, `SELECT `+seriesColumns+` FROM series s WHERE s.curator_id = ? ORDER BY s.id DESC LIMIT ?`, curatorID, limit)
}

// SetKeptSeries puts a series on an account's shelf, or takes it off.
func (q queries) SetKeptSeries(ctx context.Context, id, accountID, seriesID models.ID, kept bool) error {
	if !kept {
		_, err := q.exec(ctx, `DELETE FROM kept_series WHERE account_id = ? AND series_id = ?`, accountID, seriesID)
		return err
	}
	_, err := q.exec(ctx, `INSERT INTO kept_series (id, account_id, series_id, created_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`, id, accountID, seriesID, q.now())
	return err
}

// KeepsSeries says whether an account keeps a series.
func (q queries) KeepsSeries(ctx context.Context, accountID, seriesID models.ID) (bool, error) {
	return q.exists(ctx, `SELECT 1 FROM kept_series WHERE account_id = ? AND series_id = ?`, accountID, seriesID)
}

// KeptSeries returns the series that an account keeps, by title, without their
// notes.
func (q queries) KeptSeries(ctx context.Context, accountID models.ID, limit int) ([]*models.Series, error) {
	return list(ctx, q, scanSeries, `SELECT `+seriesColumns+` FROM kept_series k JOIN series s ON s.id = k.series_id WHERE k.account_id = ? ORDER BY s.title LIMIT ?`, accountID, limit)
}

// TriedAmong says which of the notes with ids an account reported on.
func (q queries) TriedAmong(ctx context.Context, accountID models.ID, noteIDs []models.ID) (map[models.ID]bool, error) {
	found, err := list(ctx, q, scanID, `SELECT r.note_id FROM reports_tried r WHERE r.note_id {ids} AND r.account_id = ?`, noteIDs, accountID)
	out := map[models.ID]bool{}
	for _, id := range found {
		out[id] = true
	}
	return out, err
}

// SeriesWith returns the series that a note is in.
func (q queries) SeriesWith(ctx context.Context, postID models.ID) ([]*models.Series, error) {
	return list(ctx, q, scanSeries, `SELECT `+seriesColumns+` FROM series_notes x JOIN series s ON s.id = x.series_id WHERE x.post_id = ? ORDER BY s.id LIMIT 20`, postID)
}

// DeleteSeries deletes a series; its notes stay.
func (q queries) DeleteSeries(ctx context.Context, id models.ID) error {
	_, err := q.exec(ctx, `DELETE FROM series WHERE id = ?`, id)
	return err
}

// SeriesByID returns a series without its notes.
func (q queries) SeriesByID(ctx context.Context, id models.ID) (*models.Series, error) {
	return one(ctx, q, scanSeries, `SELECT `+seriesColumns+` FROM series s WHERE s.id = ?`, id)
}
