package fetch

import (
	"context"
	"strings"

	"atelier/models"
	"atelier/models/text"
)

// maxPage is how much of a page is read for its preview, in bytes.
const maxPage = 1 << 20

// cardJob fetches the preview of the first link in a post. A page that cannot
// be had is no trouble: the post has no card then.
func (f *Finder) cardJob(ctx context.Context, j *models.Job) error {
	p, err := f.chapter.Store.PostByID(ctx, models.ParseID(j.Key))
	if models.KindOf(err) == models.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	link := text.FirstLink(p.HTML)
	if p.Card != nil && p.Card.URL == link {
		return nil
	}
	return f.chapter.SetCard(ctx, p.ID, f.preview(ctx, link))
}

// preview is what a page says of itself, nil for none.
func (f *Finder) preview(ctx context.Context, link string) *models.Card {
	if link == "" {
		return nil
	}
	ctx, cancel := WithBudget(ctx, oneActorGets, oneActor)
	defer cancel()
	doc, err := f.client.Get(ctx, link, "text/html, application/xhtml+xml", maxPage)
	if err != nil || !strings.Contains(doc.MediaType, "html") {
		return nil
	}
	return text.Preview(doc.Body, link)
}
