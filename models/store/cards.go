package store

import (
	"context"
	"fmt"

	"atelier/models"
)

// SetCard stores the preview of a post's link, or with nil that it has none.
func (q queries) SetCard(ctx context.Context, postID models.ID, c *models.Card) error {
	if _, err := q.exec(ctx, `UPDATE posts SET card = ?, card_url = ?, stamp = stamp + 1 WHERE id = ?`, jsonText(c), cardURL(c), postID); err != nil {
		return fmt.Errorf("store a card: %w", err)
	}
	return nil
}

func cardURL(c *models.Card) string {
	if c == nil {
		return ""
	}
	return c.URL
}

// LinkRefs are Refs of a page of the public posts whose card is of a link.
func (q queries) LinkRefs(ctx context.Context, v models.Viewer, url string, p Page) ([]Ref, error) {
	return q.refs(ctx, v, p, postList{column: "p.id", from: fromPosts, condition: `p.card_url = ? AND p.card_url <> '' AND p.boost_of_id IS NULL AND p.visibility = 'public' AND ` + notMine,
		args: []any{url, v.AccountID, v.AccountID, v.AccountID}})
}
