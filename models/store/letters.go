package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"atelier/models"
)

const letterColumns = `l.id, l.kind, l.account_id, l.to_address, l.subject, l.text, l.failed, l.created_at, l.sent_at`

func scanLetter(rows *sql.Rows) (*models.Letter, error) {
	l := &models.Letter{}
	return l, rows.Scan(&l.ID, &l.Kind, &l.AccountID, &l.To, &l.Subject, &l.Text, &l.Failed, millis{&l.CreatedAt}, millis{&l.SentAt})
}

// AddLetter stores a letter that waits.
func (q queries) AddLetter(ctx context.Context, l *models.Letter) error {
	_, err := q.exec(ctx, `INSERT INTO letters (id, kind, account_id, to_address, subject, text, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		l.ID, l.Kind, l.AccountID, l.To, l.Subject, l.Text, l.CreatedAt)
	if err != nil {
		return fmt.Errorf("add a letter: %w", err)
	}
	return nil
}

// Letter returns a letter.
func (q queries) Letter(ctx context.Context, id models.ID) (*models.Letter, error) {
	return one(ctx, q, scanLetter, `SELECT `+letterColumns+` FROM letters l WHERE l.id = ?`, id)
}

// WaitingLetters returns a page of the letters that were not sent.
func (q queries) WaitingLetters(ctx context.Context, p Page) ([]*models.Letter, error) {
	return pageOf(ctx, q, scanLetter, p, "l.id", `SELECT `+letterColumns+` FROM letters l WHERE l.sent_at = 0`)
}

// CountLetters counts the letters that wait, and says when the last one went
// out; the zero time if none did.
func (q queries) CountLetters(ctx context.Context) (waiting int, last time.Time, err error) {
	if err = q.row(ctx, `SELECT COUNT(*) FROM letters WHERE sent_at = 0`, nil, &waiting); err != nil {
		return 0, last, fmt.Errorf("count letters: %w", err)
	}
	err = q.row(ctx, `SELECT COALESCE(MAX(sent_at), 0) FROM letters WHERE sent_at > 0`, nil, millis{&last})
	return waiting, last, err
}

// LetterSent notes that a letter was sent. What stood in it is forgotten.
func (q queries) LetterSent(ctx context.Context, id models.ID) error {
	_, err := q.exec(ctx, `UPDATE letters SET sent_at = ?, text = '', failed = '' WHERE id = ?`, q.now(), id)
	return err
}

// LetterFailed notes what the mail server said.
func (q queries) LetterFailed(ctx context.Context, id models.ID, why string) error {
	_, err := q.exec(ctx, `UPDATE letters SET failed = ? WHERE id = ? AND sent_at = 0`, why, id)
	return err
}

// DeleteLetter deletes a letter.
func (q queries) DeleteLetter(ctx context.Context, id models.ID) error {
	_, err := q.exec(ctx, `DELETE FROM letters WHERE id = ?`, id)
	return err
}

// DeleteLettersBefore forgets letters that were sent before a moment, and
// links for passwords that had expired by then.
func (q queries) DeleteLettersBefore(ctx context.Context, t time.Time) error {
	if _, err := q.exec(ctx, `DELETE FROM letters WHERE sent_at > 0 AND sent_at < ?`, t); err != nil {
		return err
	}
	_, err := q.exec(ctx, `DELETE FROM resets WHERE expires_at < ?`, t)
	return err
}

// AddReset stores a link for a new password.
func (q queries) AddReset(ctx context.Context, r *models.Reset) error {
	_, err := q.exec(ctx, `INSERT INTO resets (hash, account_id, created_at, expires_at) VALUES (?, ?, ?, ?)`, r.Hash, r.AccountID, r.CreatedAt, r.ExpiresAt)
	if err != nil {
		return fmt.Errorf("add a link for a password: %w", err)
	}
	return nil
}

// Reset returns a link for a new password that has not expired.
func (q queries) Reset(ctx context.Context, hash string) (*models.Reset, error) {
	return one(ctx, q, func(rows *sql.Rows) (*models.Reset, error) {
		r := &models.Reset{}
		return r, rows.Scan(&r.Hash, &r.AccountID, millis{&r.CreatedAt}, millis{&r.ExpiresAt})
	}, `SELECT hash, account_id, created_at, expires_at FROM resets WHERE hash = ? AND expires_at > ?`, hash, q.now())
}

// ResetSince says whether a link for an account was made after t.
func (q queries) ResetSince(ctx context.Context, accountID models.ID, t time.Time) (bool, error) {
	return q.exists(ctx, `SELECT 1 FROM resets WHERE account_id = ? AND created_at > ? LIMIT 1`, accountID, t)
}

// DeleteResets deletes all links of an account. It says how many there were.
func (q queries) DeleteResets(ctx context.Context, accountID models.ID) (int64, error) {
	return q.exec(ctx, `DELETE FROM resets WHERE account_id = ?`, accountID)
}
