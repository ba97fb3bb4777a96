package chapter

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"atelier/models"
	"atelier/models/store"
	"atelier/models/text"
)

// maxSeries is how many notes a series has at most.
const maxSeries = 100

// SaveSeries makes a series, or with an id changes one of the curator's, or
// any in the name of a steward.
func (c *Chapter) SaveSeries(ctx context.Context, by models.Viewer, s models.Series) (*models.Series, error) {
	s.Title, s.Intro = strings.TrimSpace(text.CleanName(s.Title)), strings.TrimSpace(s.Intro)
	switch {
	case !by.IsMember():
		return nil, models.Errorf(models.Forbidden, "Only members make series.")
	case s.Title == "":
		return nil, models.Errorf(models.Invalid, "A series needs a title.").On("title")
	case len([]rune(s.Title)) > maxTitle:
		return nil, models.Errorf(models.Invalid, "A title may have %d characters at most.", maxTitle).On("title")
	case len([]rune(s.Intro)) > 5000:
		return nil, models.Errorf(models.Invalid, "An introduction may have 5000 characters at most.").On("intro")
	case len(s.Notes) > maxSeries:
		return nil, models.Errorf(models.Invalid, "A series may have %d notes at most.", maxSeries).On("notes")
	}
	notes, err := c.Store.Posts(ctx, by, s.Notes)
	if err != nil {
		return nil, err
	}
	if len(notes) != len(s.Notes) || slices.ContainsFunc(notes, func(p *models.Post) bool { return p.Practice == nil }) {
		return nil, models.Errorf(models.Invalid, "A series has practice notes that its curator may read.").On("notes")
	}
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		s.UpdatedAt = tx.Now()
		if s.ID != 0 {
			return changeSeries(ctx, tx, by, &s)
		}
		s.ID, s.CuratorID, s.CreatedAt = tx.NewID(), by.AccountID, tx.Now()
		base := text.Slug(s.Title)
		for n := 1; ; n++ {
			s.Slug = base
			if n > 1 || base == "new" {
				s.Slug = base + "-" + strconv.Itoa(n)
			}
			if _, err := tx.Series(ctx, s.Slug); models.KindOf(err) == models.NotFound {
				return tx.SetSeries(ctx, &s)
			} else if err != nil {
				return err
			}
		}
	})
	return &s, err
}

func changeSeries(ctx context.Context, tx *store.Tx, by models.Viewer, s *models.Series) error {
	old, err := tx.SeriesByID(ctx, s.ID)
	if err != nil {
		return err
	}
	if old.CuratorID != by.AccountID && !by.IsSteward() {
		return models.Errorf(models.Forbidden, "Only its curator or a steward may change a series.")
	}
	s.Slug, s.CuratorID, s.CreatedAt = old.Slug, old.CuratorID, old.CreatedAt
	return tx.SetSeries(ctx, s)
}

// KeepSeries puts a series on the shelf of me, or takes it off.
func (c *Chapter) KeepSeries(ctx context.Context, me *models.Account, id models.ID, kept bool) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.SeriesByID(ctx, id); err != nil {
			return err
		}
		return tx.SetKeptSeries(ctx, tx.NewID(), me.ID, id, kept)
	})
}

// DeleteSeries deletes a series in the name of its curator or a steward; its
// notes stay.
func (c *Chapter) DeleteSeries(ctx context.Context, by models.Viewer, id models.ID) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		s, err := tx.SeriesByID(ctx, id)
		if err != nil {
			return err
		}
		if s.CuratorID != by.AccountID && !by.IsSteward() {
			return models.Errorf(models.Forbidden, "Only its curator or a steward may delete a series.")
		}
		return tx.DeleteSeries(ctx, id)
	})
}
