package chapter

import (
	"context"
	"slices"
	"strings"

	"atelier/models"
	"atelier/models/store"
	"atelier/models/text"
)

// maxThemes is how many themes a note has at most.
const maxThemes = 3

// JobThemes makes the themes that a new chapter begins with.
const JobThemes = "themes"

func (c *Chapter) themesJob(ctx context.Context, _ *models.Job) error {
	for i, t := range models.DefaultThemes {
		t.Position = i + 1
		if _, err := c.Store.Theme(ctx, t.Key); models.KindOf(err) != models.NotFound {
			continue
		}
		err := c.addTheme(ctx, t)
		if models.KindOf(err) == models.Invalid {
			continue // somebody has that handle
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// SaveTheme makes a theme, or with the key of one changes its words, in the
// name of a steward.
func (c *Chapter) SaveTheme(ctx context.Context, by models.Viewer, t models.Theme) (*models.Theme, error) {
	if !by.IsSteward() {
		return nil, models.Errorf(models.Forbidden, "Only stewards may change the themes.")
	}
	t.Name, t.Words = strings.TrimSpace(text.CleanName(t.Name)), strings.TrimSpace(t.Words)
	switch {
	case t.Name == "":
		return nil, models.Errorf(models.Invalid, "A theme needs a name.").On("name")
	case len([]rune(t.Name)) > MaxName:
		return nil, models.Errorf(models.Invalid, "A theme's name may have %d characters at most.", MaxName).On("name")
	case len([]rune(t.Words)) > 5000:
		return nil, models.Errorf(models.Invalid, "What is said of a theme may have 5000 characters at most.").On("words")
	}
	if t.Key == "" {
		t.Key = handleFrom(t.Name)
	}
	old, err := c.Store.Theme(ctx, t.Key)
	switch {
	case models.KindOf(err) == models.NotFound:
		err = c.addTheme(ctx, t)
	case err == nil:
		t.ID, t.AccountID, t.CreatedAt = old.ID, old.AccountID, old.CreatedAt
		err = c.changeTheme(ctx, &t)
	}
	if err == nil {
		err = c.Store.Write(ctx, func(tx *store.Tx) error {
			return logDeed(ctx, tx, by, models.LogEntry{Deed: models.DeedTheme, Subject: t.Name})
		})
	}
	if err != nil {
		return nil, err
	}
	return c.Store.Theme(ctx, t.Key)
}

// addTheme stores a theme with an account of its own, which others can follow.
func (c *Chapter) addTheme(ctx context.Context, t models.Theme) error {
	if err := checkUsername(t.Key); err != nil {
		return err.On("key")
	}
	a, err := c.newAccount(models.Group, c.URLs.Theme(t.Key), t.Key)
	if err != nil {
		return err
	}
	c.dressTheme(a.Account, &t)
	a.Discoverable, a.Indexable = true, true
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		if err := a.add(ctx, tx); err != nil {
			return err
		}
		t.ID, t.AccountID, t.CreatedAt = tx.NewID(), a.ID, tx.Now()
		return tx.SetTheme(ctx, &t)
	})
}

func (c *Chapter) dressTheme(a *models.Account, t *models.Theme) {
	a.Name, a.BioSource = t.Name, t.Words
	a.BioHTML = text.SanitizeBio(text.Render(t.Words, models.Markdown, text.Env{TagURL: c.URLs.TagPage}))
}

func (c *Chapter) changeTheme(ctx context.Context, t *models.Theme) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		a, err := tx.Account(ctx, t.AccountID)
		if err != nil {
			return err
		}
		c.dressTheme(a, t)
		a.UpdatedAt = tx.Now()
		if _, err := tx.SetAccount(ctx, a); err != nil {
			return err
		}
		if err := tx.SetTheme(ctx, t); err != nil {
			return err
		}
		return tx.Leave(ctx, models.Event{Kind: models.AccountChanged, AccountID: a.ID, Federates: true})
	})
}

// DeleteTheme takes a theme off the chapter's list, in the name of a steward.
// Its account stays for who follows it, and is silent.
func (c *Chapter) DeleteTheme(ctx context.Context, by models.Viewer, key string) error {
	if !by.IsSteward() {
		return models.Errorf(models.Forbidden, "Only stewards may change the themes.")
	}
	t, err := c.Store.Theme(ctx, key)
	if err != nil {
		return err
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		if err := logDeed(ctx, tx, by, models.LogEntry{Deed: models.DeedThemeGone, Subject: t.Name}); err != nil {
			return err
		}
		return tx.DeleteTheme(ctx, t.ID)
	})
}

// checkThemes says whether keys are themes of the chapter.
func (c *Chapter) checkThemes(ctx context.Context, keys []string) error {
	if len(keys) > maxThemes {
		return models.Errorf(models.Invalid, "A note may have %d themes at most.", maxThemes).On("themes")
	}
	for _, key := range keys {
		if _, err := c.Store.Theme(ctx, key); err != nil {
			return models.Errorf(models.Invalid, "There is no theme %q.", key).On("themes").Because(err)
		}
	}
	return nil
}

// recordThemes gives a post its themes: those with the keys, and those whose
// name or alias is one of its hashtags, up to the number that a note may have.
func (c *Chapter) recordThemes(ctx context.Context, tx *store.Tx, p *models.Post, keys []string) error {
	if len(keys) == 0 && len(p.Tags) == 0 && p.Version <= 1 {
		return nil
	}
	all, err := tx.Themes(ctx)
	if err != nil {
		return err
	}
	var ids []models.ID
	for _, t := range all {
		if slices.Contains(keys, t.Key) {
			ids = append(ids, t.ID)
		}
	}
	for _, t := range all {
		if !slices.Contains(ids, t.ID) && len(ids) < maxThemes && named(t, p.Tags) {
			ids = append(ids, t.ID)
		}
	}
	if len(ids) == 0 && p.Version <= 1 {
		return nil
	}
	return tx.SetPostThemes(ctx, p.ID, ids)
}

// named says whether one of the hashtags means the theme.
func named(t *models.Theme, tags []string) bool {
	for _, tag := range tags {
		key := text.TagKey(tag)
		if key == t.Key || key == strings.ReplaceAll(t.Key, "_", "") || slices.ContainsFunc(t.Aliases, func(a string) bool { return text.TagKey(a) == key }) {
			return true
		}
	}
	return false
}
