package chapter

import (
	"context"

	"atelier/models"
	"atelier/models/store"
)

// RevokeToken ends an access token or a session of me, and what is open with
// it. It is ErrNotFound if the token is not me's.
func (c *Chapter) RevokeToken(ctx context.Context, me *models.Account, tokenID models.ID) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		t, err := tx.TokenByID(ctx, tokenID)
		if err != nil {
			return err
		}
		if t.AccountID != me.ID {
			return store404
		}
		return c.revoke(ctx, tx, t.ID, me.ID)
	})
}
