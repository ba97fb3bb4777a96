package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"atelier/models"
)

const memberColumns = `m.account_id, m.email, m.password_hash, m.role, m.state, m.locale, m.privacy, m.members_first, m.sensitive,
	m.language, m.quotes, m.application, m.invited_by, m.created_at, m.seen_at, m.confirmed_at, m.attribution_domains`

func scanMember(rows *sql.Rows) (*models.Member, error) {
	m := &models.Member{}
	return m, rows.Scan(memberDest(m)...)
}

// memberDest is where memberColumns go.
func memberDest(m *models.Member) []any {
	return []any{&m.AccountID, &m.Email, &m.PasswordHash, &m.Role, &m.State, &m.Locale, &m.Privacy, &m.MembersFirst, &m.Sensitive,
		&m.Language, &m.Quotes, &m.Application, &m.InvitedBy, millis{&m.CreatedAt}, millis{&m.SeenAt}, millis{&m.ConfirmedAt}, fromJSON{&m.AttributionDomains}}
}

// Member returns the member whose account has id.
func (q queries) Member(ctx context.Context, id models.ID) (*models.Member, error) {
	return one(ctx, q, scanMember, `SELECT `+memberColumns+` FROM members m WHERE m.account_id = ?`, id)
}

// MemberByLogin returns the member with an e-mail address or a username;
// letter case does not count.
func (q queries) MemberByLogin(ctx context.Context, login string) (*models.Member, error) {
	login = strings.ToLower(strings.TrimSpace(login))
	return one(ctx, q, scanMember, `SELECT `+memberColumns+` FROM members m
		WHERE m.email_key = ? OR m.account_id = (SELECT id FROM accounts WHERE handle = ? AND domain = '')
		ORDER BY m.account_id LIMIT 1`, login, strings.TrimPrefix(login, "@"))
}

// AddMember stores a member. It reports false if the e-mail address is taken.
func (q queries) AddMember(ctx context.Context, m *models.Member) (added bool, err error) {
	n, err := q.exec(ctx, `
		INSERT INTO members (account_id, email, email_key, password_hash, role, state, locale, privacy, members_first, sensitive,
			language, quotes, application, invited_by, created_at, seen_at, confirmed_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT DO NOTHING`,
		m.AccountID, m.Email, strings.ToLower(m.Email), m.PasswordHash, m.Role, m.State, m.Locale, m.Privacy, m.MembersFirst, m.Sensitive,
		m.Language, m.Quotes, m.Application, m.InvitedBy, m.CreatedAt, m.SeenAt, m.ConfirmedAt)
	if err != nil {
		return false, fmt.Errorf("add member: %w", err)
	}
	return n == 1, nil
}

// SetMember stores a member anew. It reports false if the e-mail address is
// somebody else's.
func (q queries) SetMember(ctx context.Context, m *models.Member) (set bool, err error) {
	n, err := q.exec(ctx, `
		UPDATE members SET email = ?, email_key = ?, password_hash = ?, role = ?, state = ?, locale = ?, privacy = ?, members_first = ?,
			sensitive = ?, language = ?, quotes = ?, application = ?, confirmed_at = ?, attribution_domains = ?
		WHERE account_id = ? AND NOT EXISTS (SELECT 1 FROM members o WHERE o.email_key = ? AND o.account_id <> ?)`,
		m.Email, strings.ToLower(m.Email), m.PasswordHash, m.Role, m.State, m.Locale, m.Privacy, m.MembersFirst,
		m.Sensitive, m.Language, m.Quotes, m.Application, m.ConfirmedAt, jsonText(m.AttributionDomains), m.AccountID, strings.ToLower(m.Email), m.AccountID)
	if err != nil {
		return false, fmt.Errorf("change member: %w", err)
	}
	return n == 1, nil
}

// SeeMember notes that a member was here.
func (q queries) SeeMember(ctx context.Context, id models.ID, at time.Time) error {
	_, err := q.exec(ctx, `UPDATE members SET seen_at = ? WHERE account_id = ? AND seen_at < ?`, at, id, at)
	return err
}

// A Person is a member with its account.
type Person struct {
	*models.Member
	Account *models.Account
}

// Members returns members in the order in which they came, after the one with
// id after; of a state, or of all states if that is "".
func (q queries) Members(ctx context.Context, state models.MemberState, after models.ID, limit int) ([]Person, error) {
	return list(ctx, q, func(rows *sql.Rows) (Person, error) {
		p := Person{&models.Member{}, &models.Account{}}
		return p, rows.Scan(append(memberDest(p.Member), accountDest(p.Account)...)...)
	}, `SELECT `+memberColumns+`, `+accountColumns+` FROM members m JOIN accounts a ON a.id = m.account_id LEFT JOIN account_stats n ON n.account_id = a.id
		WHERE (m.state = ? OR ? = '') AND m.account_id > ? ORDER BY m.account_id LIMIT ?`, state, state, int64(after), limit)
}

// Stewards returns the account ids of the active stewards and presidents.
func (q queries) Stewards(ctx context.Context) ([]models.ID, error) {
	return list(ctx, q, scanID, `SELECT account_id FROM members WHERE role IN ('steward', 'president') AND state = 'active' ORDER BY account_id`)
}

// ViewerOf returns who the member with id is to reads; ErrNotFound if it may
// not sign in.
func (q queries) ViewerOf(ctx context.Context, id models.ID) (v models.Viewer, err error) {
	v.AccountID = id
	err = q.row(ctx, `SELECT role FROM members WHERE account_id = ? AND state = 'active'`, []any{id}, &v.Role)
	return v, err
}

// Presidents counts the active presidents.
func (q queries) Presidents(ctx context.Context) (n int, err error) {
	err = q.row(ctx, `SELECT COUNT(*) FROM members WHERE role = 'president' AND state = 'active'`, nil, &n)
	return n, err
}
