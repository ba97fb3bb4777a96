package chapter

import (
	"context"
	"strings"
	"time"

	"atelier/models"
	"atelier/models/store"
	"atelier/models/text"
)

// cardSpread is the span over which the servers that get a post ask for the
// page that it links to, so that they do not come all at once.
const cardSpread = time.Minute

// planCard leaves the job that fetches the preview of a post's link.
func (c *Chapter) planCard(ctx context.Context, tx *store.Tx, p *models.Post) error {
	if p.BoostOfID != 0 || len(p.Media) > 0 || p.Warning != "" || p.Visibility == models.Direct || !strings.Contains(p.HTML, "<a ") || !c.handles(JobCard) ||
		text.FirstLink(p.HTML) == "" {
		return nil
	}
	var at time.Time
	if !p.Local {
		at = tx.Now().Add(time.Duration(uint64(p.ID)*2654435761) % cardSpread)
	}
	return c.Later(ctx, tx, JobCard, p.ID.String(), nil, at)
}

// SetCard stores the preview of a post's link, nil for none.
func (c *Chapter) SetCard(ctx context.Context, postID models.ID, card *models.Card) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error { return tx.SetCard(ctx, postID, card) })
}
