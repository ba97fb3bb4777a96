package store

import (
	"context"
	"database/sql"
	"fmt"

	"atelier/models"
)

const inviteColumns = `i.id, i.code, i.by_id, i.role, i.uses_left, i.used, i.expires_at, i.revoked_at, i.created_at`

func scanInvite(rows *sql.Rows) (*models.Invite, error) {
	i := &models.Invite{}
	return i, rows.Scan(&i.ID, &i.Code, &i.By, &i.Role, &i.UsesLeft, &i.Used, millis{&i.ExpiresAt}, millis{&i.RevokedAt}, millis{&i.CreatedAt})
}

// Invite returns the invitation with code, whether or not it is still good.
func (q queries) Invite(ctx context.Context, code string) (*models.Invite, error) {
	return one(ctx, q, scanInvite, `SELECT `+inviteColumns+` FROM invites i WHERE i.code = ?`, code)
}

// AddInvite stores an invitation.
func (q queries) AddInvite(ctx context.Context, i *models.Invite) error {
	_, err := q.exec(ctx, `
		INSERT INTO invites (id, code, by_id, role, uses_left, expires_at, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		i.ID, i.Code, i.By, i.Role, i.UsesLeft, i.ExpiresAt, i.CreatedAt)
	if err != nil {
		return fmt.Errorf("add invitation: %w", err)
	}
	return nil
}

// UseInvite takes one use off the invitation with id. It reports false, and
// changes nothing, if it is no longer good: of several at a time no more get
// through than there are uses.
func (q queries) UseInvite(ctx context.Context, id models.ID) (used bool, err error) {
	n, err := q.exec(ctx, `
		UPDATE invites SET used = used + 1, uses_left = CASE WHEN uses_left > 0 THEN uses_left - 1 ELSE uses_left END
		WHERE id = ? AND uses_left <> 0 AND revoked_at = 0 AND (expires_at = 0 OR expires_at > ?)`, id, q.now())
	if err != nil {
		return false, fmt.Errorf("use invitation: %w", err)
	}
	return n == 1, nil
}

// RevokeInvite calls back an invitation of by, or with anybody's set of
// anybody. It reports false if there is none that was not called back before.
func (q queries) RevokeInvite(ctx context.Context, id, by models.ID, anybodys bool) (revoked bool, err error) {
	n, err := q.exec(ctx, `UPDATE invites SET revoked_at = ? WHERE id = ? AND revoked_at = 0 AND (by_id = ? OR ?)`, q.now(), id, by, anybodys)
	return n == 1, err
}

// Invites returns a page of invitations, used up, expired and revoked ones
// too; of one account, or of all if by is 0.
func (q queries) Invites(ctx context.Context, by models.ID, p Page) ([]*models.Invite, error) {
	condition, args := `TRUE`, []any(nil)
	if by != 0 {
		condition, args = `i.by_id = ?`, []any{by}
	}
	return pageOf(ctx, q, scanInvite, p, "i.id", `SELECT `+inviteColumns+` FROM invites i WHERE `+condition, args...)
}
