package store

import (
	"context"
	"database/sql"
	"fmt"

	"atelier/models"
)

const consentColumns = `c.id, c.kind, c.author_id, c.post_id, c.by_id, c.uri, c.created_at, c.revoked_at`

func scanConsent(rows *sql.Rows) (*models.Consent, error) {
	c := &models.Consent{}
	return c, rows.Scan(&c.ID, &c.Kind, &c.AuthorID, &c.PostID, &c.ByID, &c.URI, millis{&c.CreatedAt}, millis{&c.RevokedAt})
}

// AddConsent stores a consent. It reports false, and changes nothing, if there
// is one for the same thing.
func (q queries) AddConsent(ctx context.Context, c *models.Consent) (added bool, err error) {
	n, err := q.exec(ctx, `
		INSERT INTO consents (id, kind, author_id, post_id, by_id, uri, created_at, revoked_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT DO NOTHING`, c.ID, c.Kind, c.AuthorID, c.PostID, c.ByID, c.URI, c.CreatedAt, c.RevokedAt)
	if err != nil {
		return false, fmt.Errorf("add a consent for %s: %w", c.URI, err)
	}
	return n == 1, nil
}

// Consent returns the consent with id.
func (q queries) Consent(ctx context.Context, id models.ID) (*models.Consent, error) {
	return one(ctx, q, scanConsent, `SELECT `+consentColumns+` FROM consents c WHERE c.id = ?`, id)
}

// ConsentFor returns the consent to what was made of a post.
func (q queries) ConsentFor(ctx context.Context, kind models.ConsentKind, postID models.ID, uri string) (*models.Consent, error) {
	return one(ctx, q, scanConsent, `SELECT `+consentColumns+` FROM consents c WHERE c.post_id = ? AND c.uri = ? AND c.kind = ?`, postID, uri, kind)
}

// RevokeConsent takes a consent back. Its row stays: it is not given again.
func (q queries) RevokeConsent(ctx context.Context, id models.ID) error {
	_, err := q.exec(ctx, `UPDATE consents SET revoked_at = ? WHERE id = ? AND revoked_at = 0`, q.now(), id)
	return err
}

// PostsByStamp returns ids of the posts that quote by a consent.
func (q queries) PostsByStamp(ctx context.Context, stamp string, limit int) ([]models.ID, error) {
	return list(ctx, q, scanID, `SELECT id FROM posts WHERE quote_stamp <> '' AND quote_stamp = ? ORDER BY id LIMIT ?`, stamp, limit)
}

// SetQuote stores what a post quotes, and how that stands.
func (q queries) SetQuote(ctx context.Context, p *models.Post) error {
	_, err := q.exec(ctx, `UPDATE posts SET stamp = stamp + 1, quote_of_id = ?, quote_uri = ?, quote_state = ?, quote_stamp = ? WHERE id = ?`,
		p.QuoteOfID, p.QuoteURI, p.QuoteState, p.QuoteStamp, p.ID)
	return err
}
