package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"atelier/models"
)

func scanApp(rows *sql.Rows) (*models.App, error) {
	a := &models.App{}
	return a, rows.Scan(&a.ID, &a.ClientID, &a.SecretHash, &a.Name, &a.Website, fromJSON{&a.RedirectURIs}, fromJSON{&a.Scopes}, millis{&a.CreatedAt})
}

const appColumns = `id, client_id, secret_hash, name, website, redirect_uris, scopes, created_at`

// AddApp stores a client program.
func (q queries) AddApp(ctx context.Context, a *models.App) error {
	_, err := q.exec(ctx, `INSERT INTO apps (`+appColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		a.ID, a.ClientID, a.SecretHash, a.Name, a.Website, jsonText(a.RedirectURIs), jsonText(a.Scopes), a.CreatedAt)
	if err != nil {
		return fmt.Errorf("add app: %w", err)
	}
	return nil
}

// App returns a client program.
func (q queries) App(ctx context.Context, id models.ID) (*models.App, error) {
	return one(ctx, q, scanApp, `SELECT `+appColumns+` FROM apps WHERE id = ?`, id)
}

// AppByClientID returns a client program by its public id.
func (q queries) AppByClientID(ctx context.Context, clientID string) (*models.App, error) {
	return one(ctx, q, scanApp, `SELECT `+appColumns+` FROM apps WHERE client_id = ?`, clientID)
}

// Apps returns those of the client programs with ids that are there, by id.
func (q queries) Apps(ctx context.Context, ids []models.ID) (map[models.ID]*models.App, error) {
	out := map[models.ID]*models.App{}
	if len(ids) == 0 {
		return out, nil
	}
	found, err := list(ctx, q, scanApp, `SELECT `+appColumns+` FROM apps WHERE id {ids}`, ids)
	for _, a := range found {
		out[a.ID] = a
	}
	return out, err
}

const tokenColumns = `id, kind, hash, app_id, account_id, scopes, created_at, used_at, expires_at`

func scanToken(rows *sql.Rows) (*models.Token, error) {
	t := &models.Token{}
	return t, rows.Scan(&t.ID, &t.Kind, &t.Hash, &t.AppID, &t.AccountID, fromJSON{&t.Scopes}, millis{&t.CreatedAt}, millis{&t.UsedAt}, millis{&t.ExpiresAt})
}

// AddToken stores a token.
func (q queries) AddToken(ctx context.Context, t *models.Token) error {
	_, err := q.exec(ctx, `INSERT INTO tokens (`+tokenColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		t.ID, t.Kind, t.Hash, t.AppID, t.AccountID, jsonText(t.Scopes), t.CreatedAt, t.UsedAt, t.ExpiresAt)
	if err != nil {
		return fmt.Errorf("add token: %w", err)
	}
	return nil
}

// Token returns the token of a kind with a hash, unless it has expired.
func (q queries) Token(ctx context.Context, kind models.TokenKind, hash string) (*models.Token, error) {
	return one(ctx, q, scanToken, `SELECT `+tokenColumns+` FROM tokens WHERE hash = ? AND kind = ? AND (expires_at = 0 OR expires_at > ?)`, hash, kind, q.now())
}

// TokenByID returns the token with id, unless it has expired.
func (q queries) TokenByID(ctx context.Context, id models.ID) (*models.Token, error) {
	return one(ctx, q, scanToken, `SELECT `+tokenColumns+` FROM tokens WHERE id = ? AND (expires_at = 0 OR expires_at > ?)`, id, q.now())
}

// TokensOf returns an account's tokens, newest first.
func (q queries) TokensOf(ctx context.Context, accountID models.ID, limit int) ([]*models.Token, error) {
	return list(ctx, q, scanToken, `SELECT `+tokenColumns+` FROM tokens WHERE account_id = ? ORDER BY id DESC LIMIT ?`, accountID, limit)
}

// UseToken notes that a token was used.
func (q queries) UseToken(ctx context.Context, id models.ID, at time.Time) error {
	_, err := q.exec(ctx, `UPDATE tokens SET used_at = ? WHERE id = ? AND used_at < ?`, at, id, at)
	return err
}

// DeleteToken deletes a token. It reports false if it was not there.
func (q queries) DeleteToken(ctx context.Context, id models.ID) (deleted bool, err error) {
	n, err := q.exec(ctx, `DELETE FROM tokens WHERE id = ?`, id)
	return n == 1, err
}

// AddCode stores an authorization code.
func (q queries) AddCode(ctx context.Context, c *models.Code) error {
	_, err := q.exec(ctx, `
		INSERT INTO codes (hash, app_id, account_id, redirect_uri, scopes, challenge, token_id, expires_at) VALUES (?, ?, ?, ?, ?, ?, NULL, ?)`,
		c.Hash, c.AppID, c.AccountID, c.RedirectURI, jsonText(c.Scopes), c.Challenge, c.ExpiresAt)
	if err != nil {
		return fmt.Errorf("add authorization code: %w", err)
	}
	return nil
}

// Code returns the authorization code with a hash, also one that expired or
// was used.
func (q queries) Code(ctx context.Context, hash string) (*models.Code, error) {
	return one(ctx, q, func(rows *sql.Rows) (*models.Code, error) {
		c := &models.Code{}
		return c, rows.Scan(&c.Hash, &c.AppID, &c.AccountID, &c.RedirectURI, fromJSON{&c.Scopes}, &c.Challenge, &c.TokenID, millis{&c.ExpiresAt})
	}, `SELECT hash, app_id, account_id, redirect_uri, scopes, challenge, token_id, expires_at FROM codes WHERE hash = ?`, hash)
}

// UseCode marks an authorization code as changed for a token. It reports false
// if it was before.
func (q queries) UseCode(ctx context.Context, hash string, tokenID models.ID) (used bool, err error) {
	n, err := q.exec(ctx, `UPDATE codes SET token_id = ? WHERE hash = ? AND token_id IS NULL`, tokenID, hash)
	return n == 1, err
}
