package store

import (
	"context"
	"database/sql"
	"fmt"

	"atelier/models"
)

func scanAnnouncement(rows *sql.Rows) (*models.Announcement, error) {
	a := &models.Announcement{}
	return a, rows.Scan(&a.ID, &a.By, &a.Source, &a.HTML, millis{&a.StartsAt}, millis{&a.EndsAt}, &a.AllDay, millis{&a.PublishedAt}, millis{&a.CreatedAt}, millis{&a.UpdatedAt})
}

const announcementColumns = `a.id, a.by_id, a.source, a.html, a.starts_at, a.ends_at, a.all_day, a.published_at, a.created_at, a.updated_at`

// SetAnnouncement stores an announcement, new or changed.
func (q queries) SetAnnouncement(ctx context.Context, a *models.Announcement) error {
	_, err := q.exec(ctx, `
		INSERT INTO announcements (id, by_id, source, html, starts_at, ends_at, all_day, published_at, created_at, updated_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET source = excluded.source, html = excluded.html, starts_at = excluded.starts_at, ends_at = excluded.ends_at,
			all_day = excluded.all_day, published_at = excluded.published_at, updated_at = excluded.updated_at`,
		a.ID, a.By, a.Source, a.HTML, a.StartsAt, a.EndsAt, a.AllDay, a.PublishedAt, a.CreatedAt, a.UpdatedAt)
	if err != nil {
		return fmt.Errorf("store announcement: %w", err)
	}
	return nil
}

// DeleteAnnouncement deletes an announcement. It reports false if there is
// none.
func (q queries) DeleteAnnouncement(ctx context.Context, id models.ID) (deleted bool, err error) {
	n, err := q.exec(ctx, `DELETE FROM announcements WHERE id = ?`, id)
	return n == 1, err
}

// Announcement returns an announcement, drafts too, as a reader sees it.
func (q queries) Announcement(ctx context.Context, reader, id models.ID) (*models.Announcement, error) {
	a, err := one(ctx, q, scanAnnouncement, `SELECT `+announcementColumns+` FROM announcements a WHERE a.id = ?`, id)
	if err != nil {
		return nil, err
	}
	return a, q.withReactions(ctx, reader, []*models.Announcement{a})
}

// Announcements returns those announcements that are published and not over,
// newest first, as a reader sees them. Those that the reader has read are left
// out unless with is set.
func (q queries) Announcements(ctx context.Context, reader models.ID, with bool, limit int) ([]*models.Announcement, error) {
	found, err := list(ctx, q, scanAnnouncement, `SELECT `+announcementColumns+` FROM announcements a
		WHERE a.published_at > 0 AND (a.ends_at = 0 OR a.ends_at > ?)
			AND (? OR NOT EXISTS (SELECT 1 FROM announcement_reads d WHERE d.announcement_id = a.id AND d.account_id = ?))
		ORDER BY a.id DESC LIMIT ?`, q.now(), with, reader, limit)
	if err != nil {
		return nil, fmt.Errorf("read announcements: %w", err)
	}
	return found, q.withReactions(ctx, reader, found)
}

// AllAnnouncements returns a page of all announcements: drafts, and those that
// are over.
func (q queries) AllAnnouncements(ctx context.Context, p Page) ([]*models.Announcement, error) {
	return pageOf(ctx, q, scanAnnouncement, p, "a.id", `SELECT `+announcementColumns+` FROM announcements a WHERE TRUE`)
}

func (q queries) withReactions(ctx context.Context, reader models.ID, found []*models.Announcement) error {
	if len(found) == 0 {
		return nil
	}
	ids, byID := make([]models.ID, len(found)), map[models.ID]*models.Announcement{}
	for i, a := range found {
		ids[i], byID[a.ID] = a.ID, a
	}
	type row struct {
		id models.ID
		models.AnnouncementReaction
	}
	reactions, err := list(ctx, q, func(rows *sql.Rows) (r row, err error) { return r, rows.Scan(&r.id, &r.Name, &r.Count, &r.Me) }, `
		SELECT r.announcement_id, r.name, COUNT(*), MAX(CASE WHEN r.account_id = ? THEN 1 ELSE 0 END) = 1
		FROM announcement_reactions r WHERE r.announcement_id {ids} GROUP BY r.announcement_id, r.name ORDER BY COUNT(*) DESC, r.name`, int64(reader), ids)
	if err != nil {
		return fmt.Errorf("read reactions to announcements: %w", err)
	}
	for _, r := range reactions {
		byID[r.id].Reactions = append(byID[r.id].Reactions, r.AnnouncementReaction)
	}
	read, err := list(ctx, q, scanID, `SELECT announcement_id FROM announcement_reads WHERE account_id = ? AND announcement_id {ids}`, int64(reader), ids)
	for _, id := range read {
		byID[id].Read = true
	}
	return err
}

// ReadAnnouncement notes that an account has read an announcement.
func (q queries) ReadAnnouncement(ctx context.Context, accountID, id models.ID) error {
	_, err := q.exec(ctx, `INSERT INTO announcement_reads (announcement_id, account_id) VALUES (?, ?) ON CONFLICT DO NOTHING`, id, accountID)
	return err
}

// ForgetAnnouncementReads makes an announcement new to everybody.
func (q queries) ForgetAnnouncementReads(ctx context.Context, id models.ID) error {
	_, err := q.exec(ctx, `DELETE FROM announcement_reads WHERE announcement_id = ?`, id)
	return err
}

// SetAnnouncementReaction stores or takes back a reaction. It reports whether
// that changed anything.
func (q queries) SetAnnouncementReaction(ctx context.Context, accountID, id models.ID, name string, on bool) (changed bool, err error) {
	text := `DELETE FROM announcement_reactions WHERE announcement_id = ? AND name = ? AND account_id = ?`
	if on {
		text = `INSERT INTO announcement_reactions (announcement_id, name, account_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`
	}
	n, err := q.exec(ctx, text, id, name, accountID)
	return n == 1, err
}
