package store

import (
	"context"
	"fmt"

	"atelier/models"
)

// Averse returns those of viewers who are not to be shown what author wrote
// in lists that they did not choose the authors of: who blocks or mutes the
// author or its host, and whom the author blocks.
func (q queries) Averse(ctx context.Context, author *models.Account, viewers []models.ID) (map[models.ID]bool, error) {
	ids, err := list(ctx, q, scanID, `
		SELECT account_id FROM blocks WHERE target_id = ? AND account_id {ids}
		UNION SELECT target_id FROM blocks WHERE account_id = ? AND target_id {ids}
		UNION SELECT account_id FROM mutes WHERE target_id = ? AND account_id {ids} AND (expires_at = 0 OR expires_at > ?)
		UNION SELECT account_id FROM member_domain_blocks WHERE domain = ? AND domain <> '' AND account_id {ids}`,
		author.ID, viewers, author.ID, viewers, author.ID, viewers, q.now(), author.Domain, viewers)
	if err != nil {
		return nil, fmt.Errorf("ask who is averse to account %d: %w", author.ID, err)
	}
	out := make(map[models.ID]bool, len(ids))
	for _, id := range ids {
		out[id] = true
	}
	return out, nil
}
