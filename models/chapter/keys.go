package chapter

import (
	"context"

	"atelier/models"
	"atelier/models/store"
)

// RenewKeys gives a local account, by its handle, new keys in place of those
// that it has, in the name of a steward: they may have been seen by others, or
// are old. Members, the chapter, themes and the server itself have some.
//
// The ids of the keys stay. Others hear of the new ones by an Update; whoever
// does not reads the actor anew when a signature does not fit.
func (c *Chapter) RenewKeys(ctx context.Context, by models.Viewer, name string) (*models.Account, error) {
	if !by.IsSteward() {
		return nil, errStewards
	}
	found, err := c.Store.AccountByHandle(ctx, c.LocalHandle(name))
	if models.KindOf(err) == models.NotFound || err == nil && (!found.Local() || !found.DeletedAt.IsZero()) {
		return nil, models.Errorf(models.NotFound, "There is no account called %s here.", name)
	}
	if err != nil {
		return nil, err
	}
	pair, err := c.keys()
	if err != nil {
		return nil, err
	}
	var a *models.Account
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		if a, err = tx.Account(ctx, found.ID); err != nil {
			return err
		}
		a.PublicKey, a.EdKey = pair.PublicKey, pair.EdKey
		a.KeyID, a.EdKeyID = c.URLs.MainKey(a.URI), c.URLs.EdKey(a.URI)
		if err := tx.AddKeys(ctx, models.Keys{AccountID: a.ID, RSA: pair.RSA, Ed25519: pair.Ed25519}); err != nil {
			return err
		}
		if err := logDeed(ctx, tx, by, models.LogEntry{Deed: models.DeedKeys, AccountID: a.ID}); err != nil {
			return err
		}
		return c.changed(ctx, tx, a)
	})
	return a, err
}
