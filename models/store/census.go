package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"atelier/models"
)

// A Soul is an account as stewards see it: with its membership, if it is a
// member's.
type Soul struct {
	Account *models.Account
	Member  *models.Member // nil for accounts elsewhere, and for one that was erased
}

// SoulFilter chooses among members and accounts elsewhere. All conditions must
// hold.
type SoulFilter struct {
	Local, Remote bool
	State         models.MemberState // of members; Active: no account that is suspended
	Limited       bool
	Sensitive     bool
	Roles         []string
	Username      string // a beginning
	Name          string // a beginning
	Domain        string // and those below it
	Email         string
	InvitedBy     models.ID
	IDs           []models.ID
}

func (f SoulFilter) condition() (text string, args []any) {
	text = `(a.domain <> '' OR m.account_id IS NOT NULL) AND a.deleted_at = 0`
	add := func(condition string, values ...any) {
		text += ` AND ` + condition
		args = append(args, values...)
	}
	if f.Local {
		add(`a.domain = ''`)
	}
	if f.Remote {
		add(`a.domain <> ''`)
	}
	switch f.State {
	case "":
	case models.Active:
		add(`a.suspended_at = 0 AND (m.state IS NULL OR m.state = 'active')`)
	case models.Suspended:
		add(`a.suspended_at > 0`)
	default:
		add(`m.state = ?`, f.State)
	}
	if f.Limited {
		add(`a.silenced_at > 0`)
	}
	if f.Sensitive {
		add(`a.sensitized_at > 0`)
	}
	if len(f.Roles) > 0 {
		add(`m.role {names}`, f.Roles)
	}
	if f.Username != "" {
		add(`a.handle LIKE ? ESCAPE '\'`, likePrefix(strings.ToLower(f.Username)))
	}
	if f.Name != "" {
		add(`LOWER(a.name) LIKE ? ESCAPE '\'`, likePrefix(strings.ToLower(f.Name)))
	}
	if f.Domain != "" {
		add(`(a.domain = ? OR a.domain LIKE ? ESCAPE '\')`, f.Domain, "%."+strings.TrimSuffix(likePrefix(f.Domain), "%"))
	}
	if f.Email != "" {
		add(`m.email_key = ?`, strings.ToLower(f.Email))
	}
	if f.InvitedBy != 0 {
		add(`m.invited_by = ?`, f.InvitedBy)
	}
	if f.IDs != nil {
		add(`a.id {ids}`, f.IDs)
	}
	return text, args
}

const fromSouls = fromAccounts + ` LEFT JOIN members m ON m.account_id = a.id `

// Souls returns a page of accounts for stewards.
func (q queries) Souls(ctx context.Context, f SoulFilter, p Page) ([]Soul, error) {
	condition, args := f.condition()
	out, err := pageOf(ctx, q, scanSoul, p, "a.id", `SELECT `+accountColumns+`, COALESCE(m.email, ''), COALESCE(m.role, ''), COALESCE(m.state, ''), COALESCE(m.locale, ''),
		COALESCE(m.application, ''), m.invited_by, COALESCE(m.created_at, 0), COALESCE(m.seen_at, 0), COALESCE(m.confirmed_at, 0)`+fromSouls+`WHERE `+condition, args...)
	if err != nil {
		return nil, fmt.Errorf("read accounts for stewards: %w", err)
	}
	return out, nil
}

func scanSoul(rows *sql.Rows) (Soul, error) {
	s := Soul{Account: &models.Account{}, Member: &models.Member{}}
	m := s.Member
	err := rows.Scan(append(accountDest(s.Account), &m.Email, &m.Role, &m.State, &m.Locale, &m.Application, &m.InvitedBy, millis{&m.CreatedAt}, millis{&m.SeenAt}, millis{&m.ConfirmedAt})...)
	m.AccountID = s.Account.ID
	if m.State == "" {
		s.Member = nil
	}
	return s, err
}

// SoulsByID returns those of the accounts with ids that are there, by id.
func (q queries) SoulsByID(ctx context.Context, ids []models.ID) (map[models.ID]Soul, error) {
	out := make(map[models.ID]Soul, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	found, err := list(ctx, q, scanSoul, `SELECT `+accountColumns+`, COALESCE(m.email, ''), COALESCE(m.role, ''), COALESCE(m.state, ''), COALESCE(m.locale, ''),
		COALESCE(m.application, ''), m.invited_by, COALESCE(m.created_at, 0), COALESCE(m.seen_at, 0), COALESCE(m.confirmed_at, 0)`+fromSouls+`WHERE a.id {ids}`, ids)
	if err != nil {
		return nil, fmt.Errorf("read accounts for stewards: %w", err)
	}
	for _, s := range found {
		out[s.Account.ID] = s
	}
	return out, nil
}

// CountSouls counts accounts, at most limit.
func (q queries) CountSouls(ctx context.Context, f SoulFilter, limit int) (n int, err error) {
	condition, args := f.condition()
	err = q.row(ctx, `SELECT COUNT(*) FROM (SELECT a.id`+fromSouls+`WHERE `+condition+` LIMIT ?) x`, append(args, limit), &n)
	if err != nil {
		return 0, fmt.Errorf("count accounts: %w", err)
	}
	return n, nil
}

// A Span is a stretch of time: from Since on, before Until.
type Span struct{ Since, Until time.Time }

func (s Span) ids() []any {
	return []any{int64(models.FirstIDAt(s.Since)), int64(models.FirstIDAt(s.Until))}
}

// A Figure is a number that stewards can look at over time.
type Figure string

// The figures. Those of a tag and of a domain need to be told which.
const (
	NewMembers       Figure = "new_users"
	Interactions     Figure = "interactions"
	ReportsOpened    Figure = "opened_reports"
	ReportsResolved  Figure = "resolved_reports"
	TagUses          Figure = "tag_uses"
	TagAccounts      Figure = "tag_accounts"
	TagServers       Figure = "tag_servers"
	DomainAccounts   Figure = "instance_accounts"
	DomainMedia      Figure = "instance_media_attachments"
	DomainReports    Figure = "instance_reports"
	DomainPosts      Figure = "instance_statuses"
	DomainFollows    Figure = "instance_follows"   // of members by accounts there
	DomainFollowers  Figure = "instance_followers" // by members of accounts there
	ofDomain                = ` a.domain = ?`
	countTagged             = ` FROM post_tags t JOIN posts p ON p.id = t.post_id JOIN accounts a ON a.id = p.account_id WHERE t.tag_id = ? AND p.id >= ? AND p.id < ?`
	countFromDomains        = ` JOIN accounts a ON a.id = `
)

// Measured returns a figure in a span; of is the tag's id or the domain that
// it is of.
func (q queries) Measured(ctx context.Context, f Figure, of any, s Span) (n int, err error) {
	ids := s.ids()
	var text string
	args := ids
	switch f {
	case NewMembers:
		text, args = `SELECT COUNT(*) FROM members WHERE created_at >= ? AND created_at < ?`, []any{s.Since, s.Until}
	case Interactions:
		text = `SELECT (SELECT COUNT(*) FROM favourites f JOIN posts p ON p.id = f.post_id WHERE p.local AND f.id >= ? AND f.id < ?)
			+ (SELECT COUNT(*) FROM posts b JOIN posts p ON p.id = COALESCE(b.boost_of_id, b.in_reply_to_id) WHERE p.local AND b.id >= ? AND b.id < ? AND b.account_id <> p.account_id
				AND NOT EXISTS (SELECT 1 FROM accounts g WHERE g.id = b.account_id AND g.domain = '' AND g.type = 'Group'))`
		args = append(s.ids(), ids...)
	case ReportsOpened:
		text, args = `SELECT COUNT(*) FROM complaints WHERE created_at >= ? AND created_at < ?`, []any{s.Since, s.Until}
	case ReportsResolved:
		text, args = `SELECT COUNT(*) FROM complaints WHERE resolved_at >= ? AND resolved_at < ?`, []any{s.Since, s.Until}
	case TagUses:
		text, args = `SELECT COUNT(*)`+countTagged, append([]any{of}, ids...)
	case TagAccounts:
		text, args = `SELECT COUNT(DISTINCT p.account_id)`+countTagged, append([]any{of}, ids...)
	case TagServers:
		text, args = `SELECT COUNT(DISTINCT a.domain)`+countTagged, append([]any{of}, ids...)
	case DomainAccounts:
		text, args = `SELECT COUNT(*) FROM accounts a WHERE`+ofDomain+` AND a.id >= ? AND a.id < ?`, append([]any{of}, ids...)
	case DomainMedia:
		text, args = `SELECT COALESCE(SUM(x.size), 0) FROM media x`+countFromDomains+`x.account_id WHERE`+ofDomain+` AND x.id >= ? AND x.id < ?`, append([]any{of}, ids...)
	case DomainReports:
		text, args = `SELECT COUNT(*) FROM complaints x`+countFromDomains+`x.target_id WHERE`+ofDomain+` AND x.id >= ? AND x.id < ?`, append([]any{of}, ids...)
	case DomainPosts:
		text, args = `SELECT COUNT(*) FROM posts x`+countFromDomains+`x.account_id WHERE`+ofDomain+` AND x.id >= ? AND x.id < ?`, append([]any{of}, ids...)
	case DomainFollows:
		text, args = `SELECT COUNT(*) FROM follows x`+countFromDomains+`x.account_id WHERE`+ofDomain+` AND x.id >= ? AND x.id < ?`, append([]any{of}, ids...)
	case DomainFollowers:
		text, args = `SELECT COUNT(*) FROM follows x`+countFromDomains+`x.target_id WHERE`+ofDomain+` AND x.id >= ? AND x.id < ?`, append([]any{of}, ids...)
	default:
		return 0, ErrNotFound
	}
	if err := q.row(ctx, text, args, &n); err != nil {
		return 0, fmt.Errorf("count %s: %w", f, err)
	}
	return n, nil
}

// An Activity is that a member did something on a day.
type Activity struct {
	AccountID models.ID
	Day       time.Time // its beginning, UTC
}

// dayOfIDs is how many ids a day has.
const dayOfIDs = int64(24*time.Hour/time.Millisecond) << 21

// ActiveDays returns on which days of a span each member wrote, boosted or
// thanked, or was here last.
func (q queries) ActiveDays(ctx context.Context, s Span) ([]Activity, error) {
	ids := s.ids()
	day := fmt.Sprintf("/ %d", dayOfIDs)
	args := append(append(s.ids(), ids...), s.Since, s.Until)
	out, err := list(ctx, q, func(rows *sql.Rows) (a Activity, err error) {
		var n int64
		err = rows.Scan(&a.AccountID, &n)
		a.Day = time.UnixMilli(n * int64(24*time.Hour/time.Millisecond)).UTC()
		return a, err
	}, `SELECT p.account_id, p.id `+day+` FROM posts p JOIN members m ON m.account_id = p.account_id WHERE p.local AND p.id >= ? AND p.id < ?
		UNION SELECT f.account_id, f.id `+day+` FROM favourites f JOIN members m ON m.account_id = f.account_id WHERE f.id >= ? AND f.id < ?
		UNION SELECT account_id, seen_at / 86400000 FROM members WHERE seen_at >= ? AND seen_at < ?`, args...)
	if err != nil {
		return nil, fmt.Errorf("read who was active: %w", err)
	}
	return out, nil
}

// Joined returns when each member joined in a span.
func (q queries) Joined(ctx context.Context, s Span) ([]Activity, error) {
	return list(ctx, q, func(rows *sql.Rows) (a Activity, err error) { return a, rows.Scan(&a.AccountID, millis{&a.Day}) },
		`SELECT account_id, created_at FROM members WHERE created_at >= ? AND created_at < ? ORDER BY created_at`, s.Since, s.Until)
}

// A Share is one part of a whole, and how large it is.
type Share struct {
	Key   string
	Label string
	Value int64
}

// A Division is a whole that can be looked at in its parts.
type Division string

// The divisions. Those of a tag and of a domain need to be told which.
const (
	ByLanguage       Division = "languages" // of members
	ByServer         Division = "servers"   // of posts
	BySource         Division = "sources"   // apps of members' posts
	TagByServer      Division = "tag_servers"
	TagByLanguage    Division = "tag_languages"
	DomainByAccount  Division = "instance_accounts" // accounts there with the most followers here
	DomainByLanguage Division = "instance_languages"
)

// Divided returns the largest parts of a division; of is the tag's id or the
// domain that it is of.
func (q queries) Divided(ctx context.Context, d Division, of any, s Span, limit int) ([]Share, error) {
	ids := s.ids()
	var text string
	var args []any
	switch d {
	case ByLanguage:
		text = `SELECT locale, locale, COUNT(*) FROM members WHERE state = 'active' GROUP BY locale`
	case ByServer:
		text, args = `SELECT a.domain, a.domain, COUNT(*) FROM posts p JOIN accounts a ON a.id = p.account_id WHERE p.id >= ? AND p.id < ? GROUP BY a.domain`, ids
	case BySource:
		text, args = `SELECT COALESCE(x.name, 'web'), COALESCE(x.name, 'Web'), COUNT(*) FROM posts p LEFT JOIN apps x ON x.id = p.app_id
			WHERE p.local AND p.id >= ? AND p.id < ? AND p.boost_of_id IS NULL GROUP BY x.name`, ids
	case TagByServer:
		text, args = `SELECT a.domain, a.domain, COUNT(*)`+countTagged+` GROUP BY a.domain`, append([]any{of}, ids...)
	case TagByLanguage:
		text, args = `SELECT p.language, p.language, COUNT(*)`+countTagged+` GROUP BY p.language`, append([]any{of}, ids...)
	case DomainByAccount:
		text, args = `SELECT a.username, a.username, COUNT(*) FROM follows f JOIN accounts a ON a.id = f.target_id WHERE`+ofDomain+` AND f.local GROUP BY a.username`, []any{of}
	case DomainByLanguage:
		text, args = `SELECT p.language, p.language, COUNT(*) FROM posts p JOIN accounts a ON a.id = p.account_id WHERE`+ofDomain+` AND p.id >= ? AND p.id < ? GROUP BY p.language`, append([]any{of}, ids...)
	default:
		return nil, ErrNotFound
	}
	out, err := list(ctx, q, func(rows *sql.Rows) (s Share, err error) { return s, rows.Scan(&s.Key, &s.Label, &s.Value) },
		text+` ORDER BY 3 DESC, 1 LIMIT ?`, append(args, limit)...)
	if err != nil {
		return nil, fmt.Errorf("divide by %s: %w", d, err)
	}
	return out, nil
}

// Space returns how many bytes the files and the database take.
func (q queries) Space(ctx context.Context) (files, database int64, err error) {
	if err = q.row(ctx, `SELECT COALESCE(SUM(size), 0) FROM media WHERE file_key <> ''`, nil, &files); err != nil {
		return 0, 0, fmt.Errorf("measure the files: %w", err)
	}
	text := `SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()`
	if q.run.postgres() {
		text = `SELECT pg_database_size(current_database())`
	}
	if err = q.row(ctx, text, nil, &database); err != nil {
		return 0, 0, fmt.Errorf("measure the database: %w", err)
	}
	return files, database, nil
}

// Engine is the name and the version of the database.
func (q queries) Engine(ctx context.Context) (name, version string, err error) {
	name, text := "SQLite", `SELECT sqlite_version()`
	if q.run.postgres() {
		name, text = "PostgreSQL", `SHOW server_version`
	}
	err = q.row(ctx, text, nil, &version)
	return name, version, err
}
