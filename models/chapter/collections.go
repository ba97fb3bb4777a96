package chapter

import (
	"context"
	"strings"

	"atelier/models"
	"atelier/models/store"
)

// What a member may gather, as in Mastodon.
const (
	MaxCollections   = 10
	MaxCollected     = 25 // accounts in one
	maxCollection    = 40 // characters of a name
	maxCollectionSay = 100
)

// SaveCollection stores a collection of me: a new one if it has no id. tag is
// the name of its tag, "" for none; accounts are put into it.
func (c *Chapter) SaveCollection(ctx context.Context, me *models.Account, n models.Collection, tag string, accounts []models.ID) (out *models.Collection, err error) {
	n.Name, n.Description = strings.TrimSpace(n.Name), strings.TrimSpace(n.Description)
	switch {
	case n.Name == "":
		return nil, models.Errorf(models.Invalid, "Validation failed: Name can't be blank").On("name")
	case len([]rune(n.Name)) > maxCollection:
		return nil, models.Errorf(models.Invalid, "Validation failed: Name is too long (maximum is %d characters)", maxCollection).On("name")
	case len([]rune(n.Description)) > maxCollectionSay:
		return nil, models.Errorf(models.Invalid, "Validation failed: Description is too long (maximum is %d characters)", maxCollectionSay).On("description")
	case len(accounts) > MaxCollected:
		return nil, models.Errorf(models.Invalid, "Validation failed: A collection may have %d accounts at most", MaxCollected)
	}
	if n.Language, err = language(n.Language, ""); err != nil {
		return nil, err
	}
	v := models.Viewer{AccountID: me.ID}
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		n.UpdatedAt, n.TagID = tx.Now(), 0
		if tag = strings.TrimPrefix(strings.TrimSpace(tag), "#"); tag != "" {
			t, err := tx.MakeTag(ctx, tag, tx.NewID())
			if err != nil {
				return err
			}
			n.TagID = t.ID
		}
		if n.ID == 0 {
			if err := newCollection(ctx, tx, me, &n); err != nil {
				return err
			}
		} else if _, err := ownCollection(ctx, tx, me, n.ID); err != nil {
			return err
		}
		if err := tx.SetCollection(ctx, &n); err != nil {
			return err
		}
		for _, id := range accounts {
			if _, err := c.collect(ctx, tx, me, n.ID, id); err != nil {
				return err
			}
		}
		if out, err = tx.Collection(ctx, v, n.ID); err != nil || len(accounts) > 0 {
			return err
		}
		return c.tellCollected(ctx, tx, out)
	})
	return out, err
}

func newCollection(ctx context.Context, tx *store.Tx, me *models.Account, n *models.Collection) error {
	have, err := tx.CountCollections(ctx, me.ID)
	if err != nil {
		return err
	}
	if have >= MaxCollections {
		return models.Errorf(models.Invalid, "Validation failed: You may have %d collections at most", MaxCollections)
	}
	n.ID, n.AccountID, n.CreatedAt = tx.NewID(), me.ID, tx.Now()
	return nil
}

// ownCollection returns a collection that is me's.
func ownCollection(ctx context.Context, tx *store.Tx, me *models.Account, id models.ID) (*models.Collection, error) {
	n, err := tx.Collection(ctx, models.Viewer{AccountID: me.ID}, id)
	if err == nil && n.AccountID != me.ID {
		err = models.Errorf(models.Forbidden, "This action is not allowed")
	}
	return n, err
}

// tellCollected tells the accounts in a collection that it was changed.
func (c *Chapter) tellCollected(ctx context.Context, tx *store.Tx, n *models.Collection) error {
	for _, i := range n.Items {
		if i.State != models.ItemAccepted {
			continue
		}
		if err := c.notify(ctx, tx, models.Notification{AccountID: i.AccountID, Type: models.NotifyCollection, FromID: n.AccountID, ReportID: n.ID}); err != nil {
			return err
		}
	}
	return nil
}

// DeleteCollection deletes a collection of me.
func (c *Chapter) DeleteCollection(ctx context.Context, me *models.Account, id models.ID) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		if _, err := ownCollection(ctx, tx, me, id); err != nil {
			return err
		}
		return tx.DeleteCollection(ctx, id)
	})
}

// AddToCollection puts an account into a collection of me.
func (c *Chapter) AddToCollection(ctx context.Context, me *models.Account, id, accountID models.ID) (item models.CollectionItem, err error) {
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		n, err := ownCollection(ctx, tx, me, id)
		if err != nil {
			return err
		}
		if len(n.Items) >= MaxCollected {
			return models.Errorf(models.Invalid, "Validation failed: A collection may have %d accounts at most", MaxCollected)
		}
		item, err = c.collect(ctx, tx, me, id, accountID)
		return err
	})
	return item, err
}

// collect puts an account into a collection, if it wants to be shown: who may
// be found by others agreed to it, and who took itself out did not. Accounts
// elsewhere cannot be asked.
func (c *Chapter) collect(ctx context.Context, tx *store.Tx, me *models.Account, id, accountID models.ID) (item models.CollectionItem, err error) {
	a, err := c.someone(ctx, tx, accountID)
	if err != nil {
		return item, err
	}
	blocked, err := tx.BlockedEitherWay(ctx, a.ID, me.ID)
	switch {
	case err != nil:
		return item, err
	case !a.Local():
		return item, models.Errorf(models.Forbidden, "Only people of this server can be in a collection: others cannot be asked whether they agree.")
	case blocked || a.ID != me.ID && !a.Discoverable:
		return item, models.Errorf(models.Forbidden, "This person does not want to be shown in collections.")
	}
	item = models.CollectionItem{ID: tx.NewID(), AccountID: a.ID, State: models.ItemAccepted, CreatedAt: tx.Now()}
	added, err := tx.AddToCollection(ctx, id, &item)
	if err != nil {
		return item, err
	}
	if !added {
		return item, models.Errorf(models.Invalid, "Validation failed: Account is in the collection already, or took itself out").On("account_id")
	}
	return item, c.notify(ctx, tx, models.Notification{AccountID: a.ID, Type: models.NotifyCollected, FromID: me.ID, ReportID: id})
}

// DropFromCollection takes an account out of a collection of me.
func (c *Chapter) DropFromCollection(ctx context.Context, me *models.Account, id, itemID models.ID) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		n, err := ownCollection(ctx, tx, me, id)
		if err != nil {
			return err
		}
		item, err := itemOf(n, itemID)
		if err != nil {
			return err
		}
		if item.State == models.ItemRevoked {
			return nil // it is not shown, and shall not come back
		}
		return tx.SetCollectionItem(ctx, itemID, "")
	})
}

// LeaveCollection takes me out of somebody's collection, for good.
func (c *Chapter) LeaveCollection(ctx context.Context, me *models.Account, id, itemID models.ID) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		n, err := tx.Collection(ctx, models.Viewer{AccountID: me.ID}, id)
		if err != nil {
			return err
		}
		item, err := itemOf(n, itemID)
		if err != nil {
			return err
		}
		if item.AccountID != me.ID {
			return models.Errorf(models.Forbidden, "This action is not allowed")
		}
		return tx.SetCollectionItem(ctx, itemID, models.ItemRevoked)
	})
}

func itemOf(n *models.Collection, id models.ID) (models.CollectionItem, error) {
	for _, i := range n.Items {
		if i.ID == id {
			return i, nil
		}
	}
	return models.CollectionItem{}, store404
}
