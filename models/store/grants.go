package store

import (
	"context"
	"fmt"

	"atelier/models"
)

// TokensFor returns the access tokens that an app has for an account, newest
// first.
func (q queries) TokensFor(ctx context.Context, appID, accountID models.ID) ([]*models.Token, error) {
	out, err := list(ctx, q, scanToken, `SELECT `+tokenColumns+` FROM tokens
		WHERE account_id = ? AND app_id = ? AND kind = ? AND (expires_at = 0 OR expires_at > ?) ORDER BY id DESC LIMIT 100`,
		accountID, appID, models.AccessToken, q.now())
	if err != nil {
		return nil, fmt.Errorf("read the tokens of an app: %w", err)
	}
	return out, nil
}
