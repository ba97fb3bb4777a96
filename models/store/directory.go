package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"unicode"

	"atelier/models"
)

// SetDirectory stores what a member says in the directory anew.
func (q queries) SetDirectory(ctx context.Context, id models.ID, e models.DirectoryEntry) error {
	if _, err := q.exec(ctx, `DELETE FROM directory_fields WHERE account_id = ?`, id); err != nil {
		return fmt.Errorf("change a directory entry: %w", err)
	}
	for field, told := range e {
		_, err := q.exec(ctx, `INSERT INTO directory_fields (account_id, field, told, shown_to, words) VALUES (?, ?, ?, ?, ?)`,
			id, field, told.Text, told.To, foundBy(told.Text))
		if err != nil {
			return fmt.Errorf("change a directory entry: %w", err)
		}
	}
	return nil
}

// lettersOf are the words of s, in small letters, without anything else.
func lettersOf(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
	})
}

// foundBy are the words of a text, a space before each and one at the end.
func foundBy(s string) string {
	return " " + strings.Join(lettersOf(s), " ") + " "
}

// A toldRow is one field of somebody's entry.
type toldRow struct {
	id    models.ID
	field models.DirectoryField
	told  models.Told
}

func scanTold(rows *sql.Rows) (t toldRow, err error) {
	return t, rows.Scan(&t.id, &t.field, &t.told.Text, &t.told.To)
}

// OwnDirectory returns all that a member says in the directory, also what
// nobody may see: only the member may have it.
func (q queries) OwnDirectory(ctx context.Context, id models.ID) (models.DirectoryEntry, error) {
	rows, err := list(ctx, q, scanTold, `SELECT account_id, field, told, shown_to FROM directory_fields WHERE account_id = ?`, id)
	if err != nil {
		return nil, fmt.Errorf("read a directory entry: %w", err)
	}
	out := models.DirectoryEntry{}
	for _, t := range rows {
		out[t.field] = t.told
	}
	return out, nil
}

// shown says of a field, as d, that the viewer may see it; its argument is the
// viewer's ShownTo.
const shown = ` d.shown_to {names} AND d.told <> '' `

// inDirectory says of an account, as a, that the viewer, its argument, meets it
// in the directory: who leaves it shows no field anywhere.
const inDirectory = ` a.discoverable AND a.suspended_at = 0 AND a.deleted_at = 0
	AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.account_id = a.id AND b.target_id = ?) `

// DirectoryOf returns what each of accounts says in the directory, as far as
// the viewer may see it.
func (q queries) DirectoryOf(ctx context.Context, v models.Viewer, accounts []models.ID) (map[models.ID]models.DirectoryEntry, error) {
	rows, err := list(ctx, q, scanTold, `
		SELECT d.account_id, d.field, d.told, d.shown_to FROM directory_fields d JOIN accounts a ON a.id = d.account_id
		WHERE d.account_id {ids} AND`+inDirectory+`AND`+shown, accounts, v.AccountID, v.ShownTo())
	if err != nil {
		return nil, fmt.Errorf("read directory entries: %w", err)
	}
	out := map[models.ID]models.DirectoryEntry{}
	for _, t := range rows {
		if out[t.id] == nil {
			out[t.id] = models.DirectoryEntry{}
		}
		out[t.id][t.field] = t.told
	}
	return out, nil
}

// A DirectoryPerson is somebody in the directory, as the viewer may see them.
type DirectoryPerson struct {
	Account *models.Account
	Role    models.Role
	Entry   models.DirectoryEntry
	Asked   bool // the words are in what the person can be asked about
}

// directory is the part of a query that finds those who are in the directory
// and have all words in their name or in a field that the viewer may see. To
// strangers only those show themselves who say something to everyone.
func directory(v models.Viewer, words string) (text string, args []any) {
	text = ` FROM members m JOIN accounts a ON a.id = m.account_id LEFT JOIN account_stats n ON n.account_id = a.id
		WHERE m.state = 'active' AND` + inDirectory
	args = []any{v.AccountID}
	if v.Role == "" {
		text += `AND a.silenced_at = 0 AND EXISTS (SELECT 1 FROM directory_fields d WHERE d.account_id = a.id AND` + shown + `) `
		args = append(args, v.ShownTo())
	}
	words = strings.ToLower(words)
	for i, word := range strings.Fields(words) {
		letters := lettersOf(word)
		if len(letters) == 0 || i >= maxTerms {
			continue
		}
		name := likePrefix(strings.TrimPrefix(word, "@"))
		text += `AND (a.handle LIKE ? ESCAPE '\' OR LOWER(a.name) LIKE ? ESCAPE '\' OR LOWER(a.name) LIKE ? ESCAPE '\'
			OR EXISTS (SELECT 1 FROM directory_fields d WHERE d.account_id = a.id AND` + shown + `AND d.words LIKE ?)) `
		args = append(args, name, name, "% "+name, v.ShownTo(), "% "+strings.Join(letters, " ")+"%")
	}
	return text, args
}

// InDirectory returns those in the directory whom words find, or all without
// words, in the order in which they came, after the one with id after.
func (q queries) InDirectory(ctx context.Context, v models.Viewer, words string, after models.ID, limit int) ([]DirectoryPerson, error) {
	from, args := directory(v, words)
	people, err := list(ctx, q, func(rows *sql.Rows) (DirectoryPerson, error) {
		p := DirectoryPerson{Account: &models.Account{}}
		return p, rows.Scan(append([]any{&p.Role}, accountDest(p.Account)...)...)
	}, `SELECT m.role, `+accountColumns+from+`AND m.account_id > ? ORDER BY m.account_id LIMIT ?`, append(args, int64(after), limit)...)
	if err != nil {
		return nil, fmt.Errorf("read the directory: %w", err)
	}
	var ids []models.ID
	for _, p := range people {
		ids = append(ids, p.Account.ID)
	}
	entries, err := q.DirectoryOf(ctx, v, ids)
	for i := range people {
		people[i].Entry = entries[people[i].Account.ID]
		people[i].Asked = asks(people[i].Entry, words)
	}
	return people, err
}

// asks says whether all words are in what somebody can be asked about.
func asks(e models.DirectoryEntry, words string) bool {
	letters, ask := lettersOf(words), foundBy(e[models.AskField].Text)
	for _, word := range letters {
		if !strings.Contains(ask, " "+word) {
			return false
		}
	}
	return len(letters) > 0
}

// CountDirectory counts those whom InDirectory would return page by page, and
// how many of them are guests.
func (q queries) CountDirectory(ctx context.Context, v models.Viewer, words string) (all, guests int, err error) {
	from, args := directory(v, words)
	err = q.row(ctx, `SELECT COUNT(*), COALESCE(SUM(CASE WHEN m.role = 'guest' THEN 1 ELSE 0 END), 0)`+from, args, &all, &guests)
	if err != nil {
		return 0, 0, fmt.Errorf("count the directory: %w", err)
	}
	return all, guests, nil
}

// Welcomed returns which steps of the welcome a member has taken or let be.
func (q queries) Welcomed(ctx context.Context, id models.ID) (models.Welcomed, error) {
	var steps int64
	err := q.row(ctx, `SELECT welcomed FROM members WHERE account_id = ?`, []any{id}, &steps)
	return models.Welcomed(steps), err
}

// SetWelcomed notes that a member has taken steps of the welcome, or let them
// be.
func (q queries) SetWelcomed(ctx context.Context, id models.ID, steps models.Welcomed) error {
	_, err := q.exec(ctx, `UPDATE members SET welcomed = welcomed | ? WHERE account_id = ?`, int64(steps), id)
	if err != nil {
		return fmt.Errorf("note a step of the welcome: %w", err)
	}
	return nil
}
