package store

import (
	"context"
	"database/sql"
	"fmt"

	"atelier/models"
)

const complaintColumns = `r.id, r.uri, r.from_id, r.target_id, r.post_ids, r.rule_ids, r.category, r.comment, r.forwarded, r.assigned_to, r.resolved_by,
	r.resolved_at, r.created_at, r.updated_at`

func scanComplaint(rows *sql.Rows) (*models.Complaint, error) {
	r := &models.Complaint{}
	return r, rows.Scan(&r.ID, &r.URI, &r.FromID, &r.TargetID, fromJSON{&r.PostIDs}, fromJSON{&r.RuleIDs}, &r.Category, &r.Comment, &r.Forwarded,
		&r.AssignedTo, &r.ResolvedBy, millis{&r.ResolvedAt}, millis{&r.CreatedAt}, millis{&r.UpdatedAt})
}

// AddComplaint stores a report. It reports false if one with its uri is there:
// servers send the same one twice.
func (q queries) AddComplaint(ctx context.Context, r *models.Complaint) (added bool, err error) {
	n, err := q.exec(ctx, `
		INSERT INTO complaints (id, uri, from_id, target_id, post_ids, rule_ids, category, comment, forwarded, created_at, updated_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (uri) DO NOTHING`,
		r.ID, r.URI, r.FromID, r.TargetID, jsonText(r.PostIDs), jsonText(r.RuleIDs), r.Category, r.Comment, r.Forwarded, r.CreatedAt, r.UpdatedAt)
	if err != nil {
		return false, fmt.Errorf("add report: %w", err)
	}
	return n == 1, nil
}

// SetComplaint stores anew what stewards may change about a report: its
// category, its rules, who looks into it, whether it is decided.
func (q queries) SetComplaint(ctx context.Context, r *models.Complaint) error {
	_, err := q.exec(ctx, `
		UPDATE complaints SET category = ?, rule_ids = ?, assigned_to = ?, resolved_by = ?, resolved_at = ?, updated_at = ? WHERE id = ?`,
		r.Category, jsonText(r.RuleIDs), r.AssignedTo, r.ResolvedBy, r.ResolvedAt, r.UpdatedAt, r.ID)
	if err != nil {
		return fmt.Errorf("change report %d: %w", r.ID, err)
	}
	return nil
}

// Complaint returns a report; whoever asks is a steward.
func (q queries) Complaint(ctx context.Context, id models.ID) (*models.Complaint, error) {
	return one(ctx, q, scanComplaint, `SELECT `+complaintColumns+` FROM complaints r WHERE r.id = ?`, id)
}

// ComplaintsByID returns those of the reports with ids that are there, by id.
func (q queries) ComplaintsByID(ctx context.Context, ids []models.ID) (map[models.ID]*models.Complaint, error) {
	out := make(map[models.ID]*models.Complaint, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	found, err := list(ctx, q, scanComplaint, `SELECT `+complaintColumns+` FROM complaints r WHERE r.id {ids}`, ids)
	if err != nil {
		return nil, fmt.Errorf("read reports: %w", err)
	}
	for _, r := range found {
		out[r.ID] = r
	}
	return out, nil
}

// ComplaintFilter chooses among reports.
type ComplaintFilter struct {
	Open     bool // only those that wait for a decision
	Resolved bool // only those that do not
	FromID   models.ID
	TargetID models.ID
}

// Complaints returns a page of reports.
func (q queries) Complaints(ctx context.Context, f ComplaintFilter, p Page) ([]*models.Complaint, error) {
	condition, args := `TRUE`, []any(nil)
	if f.Open {
		condition += ` AND r.resolved_at = 0`
	}
	if f.Resolved {
		condition += ` AND r.resolved_at > 0`
	}
	if f.FromID != 0 {
		condition += ` AND r.from_id = ?`
		args = append(args, f.FromID)
	}
	if f.TargetID != 0 {
		condition += ` AND r.target_id = ?`
		args = append(args, f.TargetID)
	}
	return pageOf(ctx, q, scanComplaint, p, "r.id", `SELECT `+complaintColumns+` FROM complaints r WHERE `+condition, args...)
}

// AddComplaintNote stores what a steward tells the others about a report.
func (q queries) AddComplaintNote(ctx context.Context, n *models.ComplaintNote) error {
	_, err := q.exec(ctx, `INSERT INTO complaint_notes (id, complaint_id, by_id, text, created_at) VALUES (?, ?, ?, ?, ?)`,
		n.ID, n.ComplaintID, n.By, n.Text, n.CreatedAt)
	if err != nil {
		return fmt.Errorf("add a note to report %d: %w", n.ComplaintID, err)
	}
	return nil
}

// ComplaintNotes returns the notes on a report, oldest first.
func (q queries) ComplaintNotes(ctx context.Context, complaintID models.ID, limit int) ([]*models.ComplaintNote, error) {
	return list(ctx, q, func(rows *sql.Rows) (*models.ComplaintNote, error) {
		n := &models.ComplaintNote{}
		return n, rows.Scan(&n.ID, &n.ComplaintID, &n.By, &n.Text, millis{&n.CreatedAt})
	}, `SELECT id, complaint_id, by_id, text, created_at FROM complaint_notes WHERE complaint_id = ? ORDER BY id LIMIT ?`, complaintID, limit)
}

// DeleteComplaintNote deletes a steward's own note. It reports false if there is
// none.
func (q queries) DeleteComplaintNote(ctx context.Context, by, id models.ID) (deleted bool, err error) {
	n, err := q.exec(ctx, `DELETE FROM complaint_notes WHERE id = ? AND by_id = ?`, id, by)
	return n == 1, err
}

// ReportedRefs returns Refs of posts whoever may read them, hidden ones too,
// by id: what a complaint is about, for the stewards who decide it.
func (q queries) ReportedRefs(ctx context.Context, ids []models.ID) (map[models.ID]Ref, error) {
	out := make(map[models.ID]Ref, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	found, err := list(ctx, q, scanRef, `SELECT `+refColumns+noMarks+fromPosts+refJoins+` WHERE p.id {ids}`, ids)
	if err != nil {
		return nil, fmt.Errorf("read reported posts: %w", err)
	}
	for _, r := range found {
		out[r.ID] = r
	}
	return out, nil
}

// HiddenOf returns those of the posts with ids that nobody is shown.
func (q queries) HiddenOf(ctx context.Context, ids []models.ID) (map[models.ID]bool, error) {
	out := map[models.ID]bool{}
	if len(ids) == 0 {
		return out, nil
	}
	found, err := list(ctx, q, scanID, `SELECT id FROM posts WHERE id {ids} AND hidden`, ids)
	for _, id := range found {
		out[id] = true
	}
	return out, err
}
