package store

import (
	"context"
	"fmt"

	"atelier/models"
)

// SetPolicy stores who may do what with a post; nil forgets it.
func (q queries) SetPolicy(ctx context.Context, postID models.ID, p *models.Policy) error {
	if p == nil {
		_, err := q.exec(ctx, `DELETE FROM post_policies WHERE post_id = ?`, postID)
		return err
	}
	_, err := q.exec(ctx, `INSERT INTO post_policies (post_id, policy) VALUES (?, ?) ON CONFLICT (post_id) DO UPDATE SET policy = excluded.policy`, postID, jsonText(p))
	if err != nil {
		return fmt.Errorf("store a policy: %w", err)
	}
	return nil
}

// Policy returns who may do what with a post. There is none where everybody
// may do everything.
func (q queries) Policy(ctx context.Context, postID models.ID) (*models.Policy, error) {
	p := &models.Policy{}
	if err := q.row(ctx, `SELECT policy FROM post_policies WHERE post_id = ?`, []any{postID}, fromJSON{p}); err != nil {
		return nil, err
	}
	return p, nil
}

// SetApproval stores how it stands with an answer or boost.
func (q queries) SetApproval(ctx context.Context, a models.Approval) error {
	_, err := q.exec(ctx, `INSERT INTO post_approvals (post_id, state, stamp) VALUES (?, ?, ?)
		ON CONFLICT (post_id) DO UPDATE SET state = excluded.state, stamp = excluded.stamp`, a.PostID, a.State, a.Stamp)
	if err != nil {
		return fmt.Errorf("store an approval: %w", err)
	}
	return nil
}

// Approval returns how it stands with an answer or boost. Those that nobody
// has to approve of have none.
func (q queries) Approval(ctx context.Context, postID models.ID) (*models.Approval, error) {
	a := &models.Approval{PostID: postID}
	if err := q.row(ctx, `SELECT state, stamp FROM post_approvals WHERE post_id = ?`, []any{postID}, &a.State, &a.Stamp); err != nil {
		return nil, err
	}
	return a, nil
}
