package store

import (
	"context"
	"database/sql"
	"fmt"

	"atelier/models"
)

const measureColumns = `m.id, m.target_id, m.by_id, m.kind, m.complaint_id, m.post_ids, m.reason, m.letter, m.key, m.created_at, m.lifted_at, m.lifted_by,
	m.appeal, m.appealed_at, m.answered_by, m.answered_at, m.granted`

func scanMeasure(rows *sql.Rows) (*models.Measure, error) {
	m := &models.Measure{}
	return m, rows.Scan(&m.ID, &m.TargetID, &m.By, &m.Kind, &m.ComplaintID, fromJSON{&m.PostIDs}, &m.Reason, &m.Letter, &m.Key, millis{&m.CreatedAt},
		millis{&m.LiftedAt}, &m.LiftedBy, &m.Appeal, millis{&m.AppealedAt}, &m.AnsweredBy, millis{&m.AnsweredAt}, &m.Granted)
}

// AddMeasure stores what a steward did about an account.
func (q queries) AddMeasure(ctx context.Context, m *models.Measure) error {
	_, err := q.exec(ctx, `
		INSERT INTO measures (id, target_id, by_id, kind, complaint_id, post_ids, reason, letter, key, created_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		m.ID, m.TargetID, m.By, m.Kind, m.ComplaintID, jsonText(m.PostIDs), m.Reason, m.Letter, m.Key, m.CreatedAt)
	if err != nil {
		return fmt.Errorf("add a measure about account %d: %w", m.TargetID, err)
	}
	return nil
}

// SetMeasure stores anew what may change about a measure: its end, and the
// appeal against it.
func (q queries) SetMeasure(ctx context.Context, m *models.Measure) error {
	_, err := q.exec(ctx, `
		UPDATE measures SET lifted_at = ?, lifted_by = ?, appeal = ?, appealed_at = ?, answered_by = ?, answered_at = ?, granted = ? WHERE id = ?`,
		m.LiftedAt, m.LiftedBy, m.Appeal, m.AppealedAt, m.AnsweredBy, m.AnsweredAt, m.Granted, m.ID)
	if err != nil {
		return fmt.Errorf("change measure %d: %w", m.ID, err)
	}
	return nil
}

// LiftMeasures notes that all measures of a kind about an account ended.
func (q queries) LiftMeasures(ctx context.Context, targetID models.ID, kind models.MeasureKind, by models.ID) error {
	_, err := q.exec(ctx, `UPDATE measures SET lifted_at = ?, lifted_by = ? WHERE target_id = ? AND kind = ? AND lifted_at = 0`, q.now(), by, targetID, kind)
	return err
}

// Measure returns a measure.
func (q queries) Measure(ctx context.Context, id models.ID) (*models.Measure, error) {
	return one(ctx, q, scanMeasure, `SELECT `+measureColumns+` FROM measures m WHERE m.id = ?`, id)
}

// MeasuresByID returns those of the measures with ids that are there, by id.
func (q queries) MeasuresByID(ctx context.Context, ids []models.ID) (map[models.ID]*models.Measure, error) {
	out := make(map[models.ID]*models.Measure, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	found, err := list(ctx, q, scanMeasure, `SELECT `+measureColumns+` FROM measures m WHERE m.id {ids}`, ids)
	if err != nil {
		return nil, fmt.Errorf("read measures: %w", err)
	}
	for _, m := range found {
		out[m.ID] = m
	}
	return out, nil
}

// MeasureFilter chooses among measures.
type MeasureFilter struct {
	TargetID    models.ID
	ComplaintID models.ID
	Appealed    bool // only those whose appeal waits for an answer
}

// Measures returns a page of measures.
func (q queries) Measures(ctx context.Context, f MeasureFilter, p Page) ([]*models.Measure, error) {
	condition, args := `TRUE`, []any(nil)
	if f.TargetID != 0 {
		condition += ` AND m.target_id = ?`
		args = append(args, f.TargetID)
	}
	if f.ComplaintID != 0 {
		condition += ` AND m.complaint_id = ?`
		args = append(args, f.ComplaintID)
	}
	if f.Appealed {
		condition += ` AND m.appealed_at > 0 AND m.answered_at = 0`
	}
	return pageOf(ctx, q, scanMeasure, p, "m.id", `SELECT `+measureColumns+` FROM measures m WHERE `+condition, args...)
}

// MarkHidden hides a post of its own, whatever happens to its author, or
// takes that back: it is shown unless its author is suspended.
func (q queries) MarkHidden(ctx context.Context, id models.ID, hidden bool) error {
	if hidden {
		if _, err := q.exec(ctx, `INSERT INTO post_marks (post_id, mark) VALUES (?, 'hidden') ON CONFLICT DO NOTHING`, id); err != nil {
			return err
		}
		return q.SetHidden(ctx, id, true)
	}
	if _, err := q.exec(ctx, `DELETE FROM post_marks WHERE post_id = ? AND mark = 'hidden'`, id); err != nil {
		return err
	}
	_, err := q.exec(ctx, `UPDATE posts SET stamp = stamp + 1, hidden = EXISTS (SELECT 1 FROM accounts a WHERE a.id = posts.account_id AND a.suspended_at > 0) WHERE id = ?`, id)
	return err
}

// MarkSensitive marks a post sensitive, if its author did not, or takes that
// back. It reports whether that changed the post.
func (q queries) MarkSensitive(ctx context.Context, id models.ID, sensitive bool) (changed bool, err error) {
	var n int64
	if sensitive {
		n, err = q.exec(ctx, `INSERT INTO post_marks (post_id, mark) SELECT id, 'sensitive' FROM posts WHERE id = ? AND NOT sensitive ON CONFLICT DO NOTHING`, id)
	} else {
		n, err = q.exec(ctx, `DELETE FROM post_marks WHERE post_id = ? AND mark = 'sensitive'`, id)
	}
	if err != nil || n == 0 {
		return false, err
	}
	_, err = q.exec(ctx, `UPDATE posts SET stamp = stamp + 1, sensitive = ? WHERE id = ?`, sensitive, id)
	return true, err
}

// MarkSensitiveAll marks all posts of an account that have media sensitive, or
// takes that back from those that it was done to.
func (q queries) MarkSensitiveAll(ctx context.Context, accountID models.ID, sensitive bool) error {
	if sensitive {
		if _, err := q.exec(ctx, `INSERT INTO post_marks (post_id, mark) SELECT id, 'account' FROM posts WHERE account_id = ? AND has_media AND NOT sensitive ON CONFLICT DO NOTHING`, accountID); err != nil {
			return err
		}
	}
	const marked = `SELECT m.post_id FROM post_marks m JOIN posts p ON p.id = m.post_id WHERE p.account_id = ? AND m.mark = 'account'`
	if _, err := q.exec(ctx, `UPDATE posts SET stamp = stamp + 1, sensitive = ? WHERE id IN (`+marked+`)`, sensitive, accountID); err != nil {
		return err
	}
	if sensitive {
		return nil
	}
	_, err := q.exec(ctx, `DELETE FROM post_marks WHERE mark = 'account' AND post_id IN (`+marked+`)`, accountID)
	return err
}

// AddSensitiveMark notes that a new post is sensitive because its author's
// media are.
func (q queries) AddSensitiveMark(ctx context.Context, id models.ID) error {
	_, err := q.exec(ctx, `INSERT INTO post_marks (post_id, mark) VALUES (?, 'account') ON CONFLICT DO NOTHING`, id)
	return err
}

// Log adds a line to the stewards' log.
func (q queries) Log(ctx context.Context, e *models.LogEntry) error {
	_, err := q.exec(ctx, `
		INSERT INTO steward_log (id, by_id, deed, account_id, post_id, complaint_id, subject, reason, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		e.ID, e.By, e.Deed, e.AccountID, e.PostID, e.ComplaintID, e.Subject, e.Reason, e.CreatedAt)
	if err != nil {
		return fmt.Errorf("log %s: %w", e.Deed, err)
	}
	return nil
}

// LogFilter chooses among the lines of the stewards' log.
type LogFilter struct {
	AccountID   models.ID
	ComplaintID models.ID
}

// StewardLog returns a page of the stewards' log.
func (q queries) StewardLog(ctx context.Context, f LogFilter, p Page) ([]*models.LogEntry, error) {
	condition, args := `TRUE`, []any(nil)
	if f.AccountID != 0 {
		condition += ` AND l.account_id = ?`
		args = append(args, f.AccountID)
	}
	if f.ComplaintID != 0 {
		condition += ` AND l.complaint_id = ?`
		args = append(args, f.ComplaintID)
	}
	return pageOf(ctx, q, func(rows *sql.Rows) (*models.LogEntry, error) {
		e := &models.LogEntry{}
		return e, rows.Scan(&e.ID, &e.By, &e.Deed, &e.AccountID, &e.PostID, &e.ComplaintID, &e.Subject, &e.Reason, millis{&e.CreatedAt})
	}, p, "l.id", `SELECT l.id, l.by_id, l.deed, l.account_id, l.post_id, l.complaint_id, l.subject, l.reason, l.created_at FROM steward_log l WHERE `+condition, args...)
}

// AccountsOfDomain returns accounts whose handle or id may be of a domain or
// one below it, after the one with id after. The caller looks again: the
// address may have the domain anywhere in it.
func (q queries) AccountsOfDomain(ctx context.Context, domain string, after models.ID, limit int) ([]*models.Account, error) {
	like := likePrefix(domain)
	like = like[:len(like)-1]
	return list(ctx, q, scanAccount, `SELECT `+accountColumns+fromAccounts+`
		WHERE a.domain <> '' AND a.id > ? AND (a.domain = ? OR a.domain LIKE ? ESCAPE '\' OR a.uri LIKE ? ESCAPE '\') ORDER BY a.id LIMIT ?`,
		int64(after), domain, "%."+like, "%"+like+"%", limit)
}

// DeleteMember deletes a membership; the account stays.
func (q queries) DeleteMember(ctx context.Context, id models.ID) error {
	_, err := q.exec(ctx, `DELETE FROM members WHERE account_id = ?`, id)
	return err
}

// DeleteAccount deletes an account and all that is its own: that of an
// applicant who was turned down, and that nobody ever saw.
func (q queries) DeleteAccount(ctx context.Context, id models.ID) error {
	_, err := q.exec(ctx, `DELETE FROM accounts WHERE id = ?`, id)
	return err
}
