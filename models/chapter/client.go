package chapter

import (
	"context"
	"slices"
	"strings"

	"atelier/models"
	"atelier/models/store"
)

// What a member may keep in its apps.
const (
	MaxFilters      = 100
	MaxKeywords     = 100 // of a filter
	MaxFeaturedTags = 10
	maxKeyword      = 500 // characters
	maxFilterTitle  = 256
)

// DismissNotificationGroup deletes the notifications of me in the group with
// key.
func (c *Chapter) DismissNotificationGroup(ctx context.Context, me *models.Account, key string) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error { return tx.DeleteNotificationGroup(ctx, me.ID, key) })
}

// AddFilter stores a new filter of me.
func (c *Chapter) AddFilter(ctx context.Context, me *models.Account, f *models.Filter) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		have, err := tx.Filters(ctx, me.ID)
		if err != nil {
			return err
		}
		if len(have) >= MaxFilters {
			return models.Errorf(models.Invalid, "Validation failed: You may have %d filters at most", MaxFilters)
		}
		f.ID, f.AccountID, f.CreatedAt = tx.NewID(), me.ID, tx.Now()
		return c.putFilter(ctx, tx, me, f)
	})
}

// EditFilter has change made to the filter with id of me. New keywords and
// posts have no id yet.
func (c *Chapter) EditFilter(ctx context.Context, me *models.Account, id models.ID, change func(tx *store.Tx, f *models.Filter) error) (*models.Filter, error) {
	var f *models.Filter
	err := c.Store.Write(ctx, func(tx *store.Tx) (err error) {
		if f, err = tx.Filter(ctx, me.ID, id); err != nil {
			return err
		}
		if err := change(tx, f); err != nil {
			return err
		}
		return c.putFilter(ctx, tx, me, f)
	})
	return f, err
}

func (c *Chapter) putFilter(ctx context.Context, tx *store.Tx, me *models.Account, f *models.Filter) error {
	if err := checkFilter(f); err != nil {
		return err
	}
	for i := range f.Keywords {
		if f.Keywords[i].ID == 0 {
			f.Keywords[i].ID = tx.NewID()
		}
		f.Keywords[i].FilterID = f.ID
	}
	for i := range f.Posts {
		if f.Posts[i].ID == 0 {
			f.Posts[i].ID = tx.NewID()
		}
		f.Posts[i].FilterID = f.ID
	}
	if err := tx.SetFilter(ctx, f); err != nil {
		return err
	}
	return tx.Leave(ctx, models.Event{Kind: models.FiltersChanged, AccountID: me.ID})
}

func checkFilter(f *models.Filter) error {
	f.Title = strings.TrimSpace(f.Title)
	switch {
	case f.Title == "":
		return models.Errorf(models.Invalid, "Validation failed: Title can't be blank").On("title")
	case len([]rune(f.Title)) > maxFilterTitle:
		return models.Errorf(models.Invalid, "Validation failed: Title is too long (maximum is %d characters)", maxFilterTitle).On("title")
	case len(f.Contexts) == 0:
		return models.Errorf(models.Invalid, "Validation failed: Context None or invalid context supplied").On("context")
	case !f.Action.Valid():
		return models.Errorf(models.Invalid, "Validation failed: Action is not included in the list").On("filter_action")
	case len(f.Keywords) > MaxKeywords:
		return models.Errorf(models.Invalid, "Validation failed: A filter may have %d keywords at most", MaxKeywords)
	}
	for _, context := range f.Contexts {
		if !slices.Contains(models.FilterContexts, context) {
			return models.Errorf(models.Invalid, "Validation failed: Context None or invalid context supplied").On("context")
		}
	}
	for i := range f.Keywords {
		k := &f.Keywords[i]
		k.Keyword = strings.TrimSpace(k.Keyword)
		if k.Keyword == "" {
			return models.Errorf(models.Invalid, "Validation failed: Keyword can't be blank").On("keyword")
		}
		if len([]rune(k.Keyword)) > maxKeyword {
			return models.Errorf(models.Invalid, "Validation failed: Keyword is too long (maximum is %d characters)", maxKeyword).On("keyword")
		}
	}
	return nil
}

// DeleteFilter deletes a filter of me.
func (c *Chapter) DeleteFilter(ctx context.Context, me *models.Account, id models.ID) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		deleted, err := tx.DeleteFilter(ctx, me.ID, id)
		if err != nil {
			return err
		}
		if !deleted {
			return store404
		}
		return tx.Leave(ctx, models.Event{Kind: models.FiltersChanged, AccountID: me.ID})
	})
}
