package store

import (
	"context"
	"database/sql"
	"fmt"

	"atelier/models"
)

const proposalColumns = `x.id, x.post_id, x.account_id, x.state, x.reason, x.base, x.wording, x.replaced, x.version, x.answer, x.created_at, x.changed_at, x.answered_at`

func scanProposal(rows *sql.Rows) (*models.Proposal, error) {
	p := &models.Proposal{}
	return p, rows.Scan(&p.ID, &p.PostID, &p.AccountID, &p.State, &p.Reason, fromJSON{&p.Base}, fromJSON{&p.Text}, fromJSON{&p.Replaced},
		&p.Version, &p.Answer, millis{&p.CreatedAt}, millis{&p.ChangedAt}, millis{&p.AnsweredAt})
}

// visibleProposal is who reads a proposal x on a post p: its author, and the
// note's once it was sent.
const visibleProposal = ` (x.account_id = ? OR (p.account_id = ? AND x.state <> 'begun' AND a.suspended_at = 0 AND a.deleted_at = 0)) `

const fromProposals = ` FROM proposals x JOIN posts p ON p.id = x.post_id JOIN accounts a ON a.id = x.account_id `

// Proposal returns a proposal, if the viewer made it or leads the note.
func (q queries) Proposal(ctx context.Context, v models.Viewer, id models.ID) (*models.Proposal, error) {
	return one(ctx, q, scanProposal, `SELECT `+proposalColumns+fromProposals+`WHERE x.id = ? AND`+visibleProposal, id, v.AccountID, v.AccountID)
}

// Proposals returns a page of the proposals on a note that the viewer made or,
// as its lead, can answer or has answered, newest first.
func (q queries) Proposals(ctx context.Context, v models.Viewer, postID models.ID, p Page) ([]*models.Proposal, error) {
	return pageOf(ctx, q, scanProposal, p, "x.id", `SELECT `+proposalColumns+fromProposals+`WHERE x.post_id = ? AND`+visibleProposal, postID, v.AccountID, v.AccountID)
}

// PendingProposal returns the proposal of an account on a note that it can
// still change.
func (q queries) PendingProposal(ctx context.Context, postID, accountID models.ID) (*models.Proposal, error) {
	return one(ctx, q, scanProposal, `SELECT `+proposalColumns+` FROM proposals x WHERE x.post_id = ? AND x.account_id = ? AND x.state IN ('begun', 'open')`, postID, accountID)
}

// ProposalsBy returns a page of the proposals that an account sent, on any
// note.
func (q queries) ProposalsBy(ctx context.Context, accountID models.ID, p Page) ([]*models.Proposal, error) {
	return pageOf(ctx, q, scanProposal, p, "x.id", `SELECT `+proposalColumns+` FROM proposals x WHERE x.account_id = ? AND x.state <> 'begun'`, accountID)
}

// AllProposals returns the proposals on a note, whoever may read them.
func (q queries) AllProposals(ctx context.Context, postID models.ID) ([]*models.Proposal, error) {
	return list(ctx, q, scanProposal, `SELECT `+proposalColumns+` FROM proposals x WHERE x.post_id = ? ORDER BY x.id`, postID)
}

// SetProposal stores a proposal, in place of what it was.
func (q queries) SetProposal(ctx context.Context, p *models.Proposal) error {
	_, err := q.exec(ctx, `
		INSERT INTO proposals (id, post_id, account_id, state, reason, base, wording, replaced, version, answer, created_at, changed_at, answered_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET state = excluded.state, reason = excluded.reason, base = excluded.base, wording = excluded.wording,
			replaced = excluded.replaced, version = excluded.version, answer = excluded.answer, changed_at = excluded.changed_at, answered_at = excluded.answered_at`,
		p.ID, p.PostID, p.AccountID, p.State, p.Reason, jsonText(p.Base), jsonText(p.Text), jsonText(p.Replaced), p.Version, p.Answer,
		p.CreatedAt, p.ChangedAt, p.AnsweredAt)
	if err != nil {
		return fmt.Errorf("store a proposal on post %d: %w", p.PostID, err)
	}
	return nil
}

// HoldProposal keeps everybody else from answering a proposal until the
// transaction ends. It reports false if that is not open any more.
func (q queries) HoldProposal(ctx context.Context, id models.ID) (open bool, err error) {
	n, err := q.exec(ctx, `UPDATE proposals SET state = 'open' WHERE id = ? AND state = 'open'`, id)
	return n == 1, err
}

// DeleteProposal deletes a proposal.
func (q queries) DeleteProposal(ctx context.Context, id models.ID) error {
	_, err := q.exec(ctx, `DELETE FROM proposals WHERE id = ?`, id)
	return err
}
