package chapter

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strings"

	"atelier/models"
	"atelier/models/store"
	"atelier/models/text"
)

// SetDirectory changes what me says in the directory, and to whom. Nothing of
// it leaves the chapter, so nobody elsewhere is told.
func (c *Chapter) SetDirectory(ctx context.Context, me *models.Account, e models.DirectoryEntry) error {
	e = cleanEntry(e)
	if faults := e.Faults(); len(faults) > 0 {
		return faults[0]
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error { return tx.SetDirectory(ctx, me.ID, e) })
}

// cleanEntry is an entry with all fields, each one line of plain text; who may
// see a field that does not say so are the members.
func cleanEntry(e models.DirectoryEntry) models.DirectoryEntry {
	out := models.DirectoryEntry{}
	for _, f := range models.DirectoryFields {
		told := e[f]
		if f == models.LanguagesField {
			told.Text = strings.Join(models.Languages(told.Text), ", ")
		}
		told.Text = text.CleanName(told.Text)
		if told.To == "" {
			told.To = models.ToMembers
		}
		out[f] = told
	}
	return out
}

// exportDirectory writes all that a member says in the directory as a table.
func (c *Chapter) exportDirectory(ctx context.Context, me *models.Account, w io.Writer) error {
	e, err := c.Store.OwnDirectory(ctx, me.ID)
	if err != nil {
		return err
	}
	table := csv.NewWriter(w)
	rows := [][]string{{"Field", "Text", "Shown to"}}
	for _, f := range models.DirectoryFields {
		if told, ok := e[f]; ok {
			rows = append(rows, []string{string(f), told.Text, string(told.To)})
		}
	}
	if err := table.WriteAll(rows); err != nil {
		return fmt.Errorf("write the directory entry: %w", err)
	}
	return nil
}

// Welcome notes that me has taken steps of the welcome, or let them be: they
// are not shown again.
func (c *Chapter) Welcome(ctx context.Context, me *models.Account, steps models.Welcomed) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error { return tx.SetWelcomed(ctx, me.ID, steps) })
}
