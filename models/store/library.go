package store

import (
	"context"
	"slices"
	"strings"

	"atelier/models"
)

// Whose says where notes come from.
type Whose string

// Whose notes.
const (
	Anybodys Whose = ""
	Ours     Whose = "ours"
	Theirs   Whose = "elsewhere"
)

// NoteFilter chooses among the notes of the library. What is empty chooses
// all.
type NoteFilter struct {
	Kind    models.PracticeKind
	ThemeID models.ID
	Outcome models.Outcome // that somebody who tried it reported
	Whose   Whose
}

// triedWith are the notes on which the viewer may read a report with an
// outcome that nobody took back by a later one.
var triedWith = ` FROM (SELECT DISTINCT r.note_id FROM reports_tried r JOIN posts o ON o.id = r.post_id
	WHERE r.outcome = ? AND ` + counting("r", "o") + ` AND NOT EXISTS (SELECT 1 FROM reports_tried l JOIN posts m ON m.id = l.post_id
		WHERE l.note_id = r.note_id AND l.account_id = r.account_id AND l.post_id > r.post_id AND ` + counting("l", "m") + `)) x
	JOIN posts p ON p.id = x.note_id LEFT JOIN post_stats s ON s.post_id = p.id`

// counting is the condition that a report counts by now and is for everyone,
// or for the members of whom the viewer is one.
func counting(report, post string) string {
	return strings.NewReplacer("r.", report+".", "o.", post+".").Replace(`r.objected_by IS NULL AND r.counts_at <= ? AND NOT o.hidden AND o.state = 'published'
		AND (o.visibility IN ('public', 'unlisted') AND NOT o.local_only OR (? AND o.visibility = 'private' AND o.local_only))`)
}

// Notes returns a page of the library.
func (q queries) Notes(ctx context.Context, v models.Viewer, f NoteFilter, p Page) ([]*models.Post, error) {
	l := postList{column: "p.id", from: fromPosts, condition: `p.practice_kind <> ''`}
	switch {
	case f.Outcome != "":
		l.from, l.args = triedWith, []any{f.Outcome, q.now(), v.IsMember(), q.now(), v.IsMember()}
		if f.ThemeID != 0 {
			l.condition += ` AND EXISTS (SELECT 1 FROM post_themes y WHERE y.theme_id = ? AND y.post_id = p.id)`
			l.args = append(l.args, f.ThemeID)
		}
	case f.ThemeID != 0:
		l.column, l.from = "x.post_id", ` FROM post_themes x JOIN posts p ON p.id = x.post_id LEFT JOIN post_stats s ON s.post_id = p.id`
		l.condition += ` AND x.theme_id = ?`
		l.args = []any{f.ThemeID}
	}
	if f.Kind != "" {
		l.condition += ` AND p.practice_kind = ?`
		l.args = append(l.args, f.Kind)
	}
	switch f.Whose {
	case Ours:
		l.condition += ` AND p.local`
	case Theirs:
		l.condition += ` AND NOT p.local`
	}
	l.condition += ` AND ` + notMine
	l.args = append(slices.Clone(l.args), v.AccountID, v.AccountID, v.AccountID)
	return q.posts(ctx, v, p, l)
}

// CountNotes counts the notes of the library that are newer than since, up to
// limit.
func (q queries) CountNotes(ctx context.Context, v models.Viewer, since models.ID, limit int) (n int, err error) {
	rule, more := visible(v)
	err = q.row(ctx, `SELECT COUNT(*) FROM (SELECT p.id FROM posts p WHERE p.practice_kind <> '' AND p.id > ? AND `+notMine+` AND`+rule+` LIMIT ?) x`,
		append(append([]any{since, v.AccountID, v.AccountID, v.AccountID}, more...), limit), &n)
	return n, err
}
