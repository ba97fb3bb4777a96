package chapter

import (
	"context"

	"atelier/models"
	"atelier/models/store"
)

// MaxDescription is how long an alt text may be, in characters (Mastodon).
const MaxDescription = 1500

// AddMedia stores the row of a file that me uploaded, and has it processed if
// it is not ready.
func (c *Chapter) AddMedia(ctx context.Context, me *models.Account, f *models.Media) error {
	if err := checkDescription(f.Description); err != nil {
		return err
	}
	f.AccountID = me.ID
	return c.Store.Write(ctx, func(tx *store.Tx) error { return tx.SetMedia(ctx, f) })
}

// SetMedia stores how the processing of a file went.
func (c *Chapter) SetMedia(ctx context.Context, f *models.Media) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		now, err := tx.Media(ctx, f.AccountID, f.ID)
		if err != nil {
			return err
		}
		f.PostID, f.Description = now.PostID, now.Description
		return tx.SetMedia(ctx, f)
	})
}

func checkDescription(s string) error {
	if len([]rune(s)) > MaxDescription {
		return models.Errorf(models.Invalid, "Validation failed: Description is too long (maximum is %d characters)", MaxDescription).On("description")
	}
	return nil
}

func (t MediaText) apply(f *models.Media) error {
	if t.Description != nil {
		if err := checkDescription(*t.Description); err != nil {
			return err
		}
		f.Description = *t.Description
	}
	if t.SetFocus {
		if t.FocusX < -1 || t.FocusX > 1 || t.FocusY < -1 || t.FocusY > 1 {
			return models.Errorf(models.Invalid, "Validation failed: A focus lies between -1 and 1").On("focus")
		}
		f.Meta.FocusX, f.Meta.FocusY, f.Meta.HasFocus = t.FocusX, t.FocusY, true
	}
	return nil
}

// DescribeMedia changes what an upload of me that is in no post says.
func (c *Chapter) DescribeMedia(ctx context.Context, me *models.Account, id models.ID, t MediaText) (*models.Media, error) {
	var f *models.Media
	err := c.Store.Write(ctx, func(tx *store.Tx) (err error) {
		if f, err = tx.Media(ctx, me.ID, id); err != nil {
			return err
		}
		if f.PostID != 0 {
			return store404
		}
		if err := t.apply(f); err != nil {
			return err
		}
		return tx.SetMedia(ctx, f)
	})
	return f, err
}

// DeleteMedia deletes an upload of me that is in no post. Its bytes go when
// nothing needs them.
func (c *Chapter) DeleteMedia(ctx context.Context, me *models.Account, id models.ID) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		f, err := tx.Media(ctx, me.ID, id)
		if err != nil {
			return err
		}
		if f.PostID != 0 {
			return models.Errorf(models.Invalid, "Validation failed: The file is in a post")
		}
		return tx.DeleteMedia(ctx, f.ID)
	})
}
