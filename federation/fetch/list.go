package fetch

import (
	"context"

	"atelier/federation/wire"
	"atelier/models"
)

const (
	listPages = 10 // of one collection that is read whole
	listItems = 10_000
	listGets  = 2 * listPages
)

// Listed returns the ids in a collection of owner, which has to be of its
// origin with all its pages. A collection that goes on and on fails.
func (f *Finder) Listed(ctx context.Context, uri, owner string) (ids []string, err error) {
	ctx, cancel := WithBudget(ctx, listGets, onePost)
	defer cancel()
	next := wire.Object{ID: uri}
	for range listPages {
		raw := []byte(next.Raw)
		if raw == nil {
			if !SameOrigin(next.ID, owner) {
				return nil, models.Errorf(models.Forbidden, "The list is not of its owner's server.")
			}
			d, err := f.document(ctx, next.ID)
			if err != nil {
				return nil, err
			}
			raw = d.Body
		}
		page, err := wire.DecodeCollection(raw)
		if err != nil {
			return nil, err
		}
		for _, item := range page.Items {
			ids = append(ids, item.ID)
		}
		if next = page.First; next.ID == "" && next.Raw == nil || len(page.Items) > 0 {
			next = wire.Object{ID: page.Next}
		}
		if next.ID == "" && next.Raw == nil {
			return ids, nil
		}
		if len(ids) > listItems {
			break
		}
	}
	return nil, models.Errorf(models.TooMany, "The list does not end.")
}
