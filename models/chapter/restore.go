package chapter

import (
	"context"
	"strconv"

	"atelier/models"
	"atelier/models/text"
)

// Restore makes an earlier version of a note the newest one again. What came
// in between stays among the versions.
func (c *Chapter) Restore(ctx context.Context, me *models.Account, id models.ID, version int) (*models.Post, error) {
	p, err := c.Store.PostByID(ctx, id)
	if err != nil {
		return nil, err
	}
	if p.AuthorID != me.ID || p.Practice == nil {
		return nil, store404
	}
	v, err := c.Store.ViewerOf(ctx, me.ID)
	if err != nil {
		return nil, err
	}
	revisions, err := c.Store.Revisions(ctx, v, id)
	if err != nil {
		return nil, err
	}
	for _, r := range revisions {
		if r.Version != version || r.Practice == nil {
			continue
		}
		then := *r.Practice
		then.Themes, then.Licence, then.BasedOn = p.Practice.Themes, p.Practice.Licence, p.Practice.BasedOn // these are not of its text
		summary := text.PlainText(r.Summary)
		media := mediaIDs(p.Media)
		for _, f := range r.Media {
			media = append(media, f.ID)
		}
		if media, err = c.stillMine(ctx, me, media); err != nil {
			return nil, err
		}
		return c.Edit(ctx, me, id, Edit{Title: &r.Title, Summary: &summary, Practice: &then, Media: media, Reason: "As in version " + strconv.Itoa(version)})
	}
	return nil, store404
}

// stillMine are those of the files with ids that are still there, each once.
func (c *Chapter) stillMine(ctx context.Context, me *models.Account, ids []models.ID) ([]models.ID, error) {
	files, err := c.Store.MediaOf(ctx, me.ID, ids)
	if err != nil {
		return nil, err
	}
	seen, out := map[models.ID]bool{}, []models.ID{}
	for _, f := range files {
		if !seen[f.ID] {
			seen[f.ID] = true
			out = append(out, f.ID)
		}
	}
	return out, nil
}
