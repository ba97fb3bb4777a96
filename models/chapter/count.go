package chapter

import (
	"context"

	"atelier/models"
	"atelier/models/store"
)

// count adds a post n times to what is counted of its author, of the post that
// it answers and of the post that it quotes. Only what everyone may read is
// counted, since a number tells of what it counts; replies for the members are
// counted apart.
func count(ctx context.Context, tx *store.Tx, p *models.Post, n int) error {
	if p.ForAll() {
		stats := models.AccountStats{Posts: n}
		if n > 0 {
			stats.LastPostAt = p.CreatedAt
		}
		if err := tx.CountAccount(ctx, p.AuthorID, stats); err != nil {
			return err
		}
		if p.QuoteState == models.QuoteAccepted {
			if err := countQuote(ctx, tx, p, n); err != nil {
				return err
			}
		}
	}
	return countReply(ctx, tx, p, p.InReplyToID, n)
}

// countReply adds a reply n times to what is counted of its parent, if that is
// here.
func countReply(ctx context.Context, tx *store.Tx, p *models.Post, parent models.ID, n int) error {
	switch {
	case parent == 0:
		return nil
	case p.ForAll():
		return tx.CountPost(ctx, parent, models.PostStats{Replies: n})
	case p.IsMembers():
		return tx.CountPost(ctx, parent, models.PostStats{Members: n})
	}
	return nil
}

// countQuote adds a quote n times to what is counted of the quoted post, if
// that is here.
func countQuote(ctx context.Context, tx *store.Tx, p *models.Post, n int) error {
	if p.QuoteOfID == 0 || !p.ForAll() {
		return nil
	}
	return tx.CountPost(ctx, p.QuoteOfID, models.PostStats{Quotes: n})
}
