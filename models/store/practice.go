package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"atelier/models"
)

// AddReport stores that a post is a report on a note.
func (q queries) AddReport(ctx context.Context, r *models.Report) error {
	_, err := q.exec(ctx, `
		INSERT INTO reports_tried (post_id, note_id, account_id, outcome, setting, counts_at, created_at) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		r.PostID, r.NoteID, r.AccountID, r.Outcome, r.Setting, r.CountsAt, r.CreatedAt)
	if err != nil {
		return fmt.Errorf("add a report on note %d: %w", r.NoteID, err)
	}
	return nil
}

const reportColumns = `r.post_id, r.note_id, r.account_id, r.outcome, r.setting, r.counts_at, r.created_at`

func scanReport(rows *sql.Rows) (*models.Report, error) {
	r := &models.Report{}
	return r, rows.Scan(&r.PostID, &r.NoteID, &r.AccountID, &r.Outcome, &r.Setting, millis{&r.CountsAt}, millis{&r.CreatedAt})
}

// Report returns the report that a post is.
func (q queries) Report(ctx context.Context, postID models.ID) (*models.Report, error) {
	return one(ctx, q, scanReport, `SELECT `+reportColumns+` FROM reports_tried r WHERE r.post_id = ? AND r.objected_by IS NULL`, postID)
}

// Reports returns a page of the reports on a note that count and that the
// viewer may read, newest first.
func (q queries) Reports(ctx context.Context, v models.Viewer, noteID models.ID, p Page) ([]*models.Report, error) {
	rule, args := visible(v)
	return pageOf(ctx, q, scanReport, p, "r.post_id", `SELECT `+reportColumns+` FROM reports_tried r JOIN posts p ON p.id = r.post_id
		WHERE r.note_id = ? AND r.objected_by IS NULL AND r.counts_at <= ? AND`+rule, append([]any{noteID, q.now()}, args...)...)
}

// CountedReports says which of posts are reports on a note that count.
func (q queries) CountedReports(ctx context.Context, noteID models.ID, posts []*models.Post) (map[models.ID]bool, error) {
	ids := make([]models.ID, len(posts))
	for i, p := range posts {
		ids[i] = p.ID
	}
	found, err := list(ctx, q, scanID, `SELECT r.post_id FROM reports_tried r WHERE r.post_id {ids} AND r.note_id = ? AND r.objected_by IS NULL AND r.counts_at <= ?`, ids, noteID, q.now())
	out := map[models.ID]bool{}
	for _, id := range found {
		out[id] = true
	}
	return out, err
}

// UncountedReports returns the newest reports on a note for which the time to
// object is not over, as far as the viewer may read them.
func (q queries) UncountedReports(ctx context.Context, v models.Viewer, noteID models.ID, limit int) ([]*models.Report, error) {
	rule, args := visible(v)
	return list(ctx, q, scanReport, `SELECT `+reportColumns+` FROM reports_tried r JOIN posts p ON p.id = r.post_id
		WHERE r.note_id = ? AND r.objected_by IS NULL AND r.counts_at > ? AND`+rule+` ORDER BY r.post_id DESC LIMIT ?`, append(append([]any{noteID, q.now()}, args...), limit)...)
}

// NewestReports returns the newest reports that count, on any note, as far as
// the viewer may read them.
func (q queries) NewestReports(ctx context.Context, v models.Viewer, since models.ID, limit int) ([]*models.Report, error) {
	rule, args := visible(v)
	me := v.AccountID
	return list(ctx, q, scanReport, `SELECT `+reportColumns+` FROM reports_tried r JOIN posts p ON p.id = r.post_id
		WHERE r.post_id > ? AND r.account_id <> ? AND r.objected_by IS NULL AND r.counts_at <= ? AND `+notMine+` AND`+rule+` ORDER BY r.post_id DESC LIMIT ?`,
		append(append([]any{since, me, q.now(), me, me, me}, args...), limit)...)
}

// CountReports counts the reports on a note that count and that the viewer may
// read: what Reports returns, page after page.
func (q queries) CountReports(ctx context.Context, v models.Viewer, noteID models.ID) (n int, err error) {
	rule, args := visible(v)
	err = q.row(ctx, `SELECT COUNT(*) FROM reports_tried r JOIN posts p ON p.id = r.post_id
		WHERE r.note_id = ? AND r.objected_by IS NULL AND r.counts_at <= ? AND`+rule, append([]any{noteID, q.now()}, args...), &n)
	return n, err
}

// Tallies returns how those who tried each of the notes with ids fared, as far
// as the viewer may read their reports. It counts people: of several reports
// of one person on a note the latest counts. A report that does not count yet,
// was objected to, or is not for the viewer takes nothing from an earlier one.
func (q queries) Tallies(ctx context.Context, v models.Viewer, noteIDs []models.ID) (map[models.ID]models.Tally, error) {
	out := map[models.ID]models.Tally{}
	if len(noteIDs) == 0 {
		return out, nil
	}
	type row struct {
		note    models.ID
		outcome models.Outcome
		n       int
	}
	rule, args := visible(v)
	found, err := list(ctx, q, func(rows *sql.Rows) (r row, err error) { return r, rows.Scan(&r.note, &r.outcome, &r.n) }, `
		SELECT x.note_id, x.outcome, COUNT(*) FROM (
			SELECT r.note_id, r.outcome, ROW_NUMBER() OVER (PARTITION BY r.note_id, r.account_id ORDER BY r.post_id DESC) AS nth
			FROM reports_tried r JOIN posts p ON p.id = r.post_id
			WHERE r.note_id {ids} AND r.objected_by IS NULL AND r.counts_at <= ? AND`+rule+`) x
		WHERE x.nth = 1 GROUP BY x.note_id, x.outcome`, append([]any{noteIDs, q.now()}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("count reports: %w", err)
	}
	for _, r := range found {
		if out[r.note] == nil {
			out[r.note] = models.Tally{}
		}
		out[r.note][r.outcome] = r.n
	}
	return out, nil
}

// ReportedBy returns a page of the reports that an account wrote.
func (q queries) ReportedBy(ctx context.Context, accountID models.ID, p Page) ([]*models.Report, error) {
	return pageOf(ctx, q, scanReport, p, "r.post_id", `SELECT `+reportColumns+` FROM reports_tried r WHERE r.account_id = ? AND r.objected_by IS NULL`, accountID)
}

// ObjectToReport takes a report off its note's count. It reports false if it
// was taken off before.
func (q queries) ObjectToReport(ctx context.Context, postID, by models.ID) (taken bool, err error) {
	n, err := q.exec(ctx, `UPDATE reports_tried SET objected_by = ? WHERE post_id = ? AND objected_by IS NULL`, by, postID)
	return n == 1, err
}

// AddQuestion stores that a post is a question.
func (q queries) AddQuestion(ctx context.Context, x *models.Question) error {
	_, err := q.exec(ctx, `
		INSERT INTO questions (post_id, state, asker_id, withheld, answer_id, asked_at, answered_at) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (post_id) DO UPDATE SET state = excluded.state, answer_id = excluded.answer_id, answered_at = excluded.answered_at`,
		x.PostID, x.State, x.AskerID, x.Withheld, x.AnswerID, x.AskedAt, x.AnsweredAt)
	if err != nil {
		return fmt.Errorf("store question %d: %w", x.PostID, err)
	}
	return nil
}

// Question returns the question that a post is. Who asked with the name
// withheld is in it: the caller shows that to nobody.
func (q queries) Question(ctx context.Context, postID models.ID) (*models.Question, error) {
	x := &models.Question{PostID: postID}
	err := q.row(ctx, `SELECT state, asker_id, withheld, answer_id, asked_at, answered_at FROM questions WHERE post_id = ?`, []any{postID},
		&x.State, &x.AskerID, &x.Withheld, &x.AnswerID, millis{&x.AskedAt}, millis{&x.AnsweredAt})
	if err != nil {
		return nil, err
	}
	return x, nil
}

// QuestionFilter chooses among questions.
type QuestionFilter struct {
	States []string
	Asker  models.ID // 0: anybody
}

// Questions returns a page of questions that the viewer may read, newest
// first.
func (q queries) Questions(ctx context.Context, v models.Viewer, f QuestionFilter, p Page) ([]*models.Post, error) {
	condition, args := `x.state {names}`, []any{f.States}
	if f.Asker != 0 {
		condition, args = condition+` AND x.asker_id = ?`, append(args, f.Asker)
	}
	return q.postsPage(ctx, v, p, "x.post_id", ` FROM questions x JOIN posts p ON p.id = x.post_id LEFT JOIN post_stats s ON s.post_id = p.id`, condition, args...)
}

// WaitingQuestions returns open questions without any reply that were asked by
// a moment, longest waiting first, as far as the viewer may read them.
func (q queries) WaitingQuestions(ctx context.Context, v models.Viewer, before time.Time, limit int) ([]*models.Post, error) {
	rule, more := visible(v)
	return list(ctx, q, scanPost, `SELECT `+postColumns+` FROM questions x JOIN posts p ON p.id = x.post_id LEFT JOIN post_stats s ON s.post_id = p.id
		WHERE x.state = 'open' AND x.asked_at <= ? AND COALESCE(s.replies + s.members, 0) = 0 AND`+rule+` ORDER BY x.post_id LIMIT ?`,
		append(append([]any{before}, more...), limit)...)
}

func scanTheme(rows *sql.Rows) (*models.Theme, error) {
	t := &models.Theme{}
	return t, rows.Scan(&t.ID, &t.Key, &t.AccountID, &t.Name, &t.Words, fromJSON{&t.Aliases}, &t.Position, millis{&t.CreatedAt})
}

const themeColumns = `t.id, t.key, t.account_id, t.name, t.words, t.aliases, t.position, t.created_at`

// Themes returns the chapter's themes in its order.
func (q queries) Themes(ctx context.Context) ([]*models.Theme, error) {
	return list(ctx, q, scanTheme, `SELECT `+themeColumns+` FROM themes t ORDER BY t.position, t.name LIMIT 500`)
}

// Theme returns the theme with a key.
func (q queries) Theme(ctx context.Context, key string) (*models.Theme, error) {
	return one(ctx, q, scanTheme, `SELECT `+themeColumns+` FROM themes t WHERE t.key = ?`, key)
}

// SetTheme stores a theme; one with its id takes the new words.
func (q queries) SetTheme(ctx context.Context, t *models.Theme) error {
	_, err := q.exec(ctx, `
		INSERT INTO themes (id, key, account_id, name, words, aliases, position, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, words = excluded.words, aliases = excluded.aliases, position = excluded.position`,
		t.ID, t.Key, t.AccountID, t.Name, t.Words, jsonText(t.Aliases), t.Position, t.CreatedAt)
	if err != nil {
		return fmt.Errorf("store theme %s: %w", t.Key, err)
	}
	return nil
}

// DeleteTheme deletes a theme. Its account stays, for who follows it.
func (q queries) DeleteTheme(ctx context.Context, id models.ID) error {
	_, err := q.exec(ctx, `DELETE FROM themes WHERE id = ?`, id)
	return err
}

// SetPostThemes gives a post its themes, in place of those before.
func (q queries) SetPostThemes(ctx context.Context, postID models.ID, themes []models.ID) error {
	if _, err := q.exec(ctx, `DELETE FROM post_themes WHERE post_id = ?`, postID); err != nil {
		return fmt.Errorf("set the themes of post %d: %w", postID, err)
	}
	for _, id := range themes {
		if _, err := q.exec(ctx, `INSERT INTO post_themes (theme_id, post_id) VALUES (?, ?) ON CONFLICT DO NOTHING`, id, postID); err != nil {
			return fmt.Errorf("set the themes of post %d: %w", postID, err)
		}
	}
	return nil
}

// ThemesOf returns the themes of each of the posts with ids.
func (q queries) ThemesOf(ctx context.Context, postIDs []models.ID) (map[models.ID][]*models.Theme, error) {
	out := map[models.ID][]*models.Theme{}
	if len(postIDs) == 0 {
		return out, nil
	}
	type row struct {
		post  models.ID
		theme models.Theme
	}
	found, err := list(ctx, q, func(rows *sql.Rows) (r row, err error) {
		t := &r.theme
		return r, rows.Scan(&r.post, &t.ID, &t.Key, &t.AccountID, &t.Name, &t.Words, fromJSON{&t.Aliases}, &t.Position, millis{&t.CreatedAt})
	}, `SELECT x.post_id, `+themeColumns+` FROM post_themes x JOIN themes t ON t.id = x.theme_id WHERE x.post_id {ids} ORDER BY t.position, t.name`, postIDs)
	if err != nil {
		return nil, fmt.Errorf("read themes: %w", err)
	}
	for _, r := range found {
		out[r.post] = append(out[r.post], &r.theme)
	}
	return out, nil
}

// ThemePosts returns a page of what has a theme: practice notes only, or
// questions only, or both.
func (q queries) ThemePosts(ctx context.Context, v models.Viewer, themeID models.ID, kind ThemeKind, p Page) ([]*models.Post, error) {
	condition := `x.theme_id = ? AND ` + notMine
	switch kind {
	case ThemeNotes:
		condition += ` AND p.practice_kind <> ''`
	case ThemeQuestions:
		condition += ` AND EXISTS (SELECT 1 FROM questions o WHERE o.post_id = p.id AND o.state = 'open')`
	}
	return q.postsPage(ctx, v, p, "x.post_id", ` FROM post_themes x JOIN posts p ON p.id = x.post_id LEFT JOIN post_stats s ON s.post_id = p.id`,
		condition, themeID, v.AccountID, v.AccountID, v.AccountID)
}

// ThemeKind says what of a theme is wanted.
type ThemeKind int

// What a theme has.
const (
	ThemeAll ThemeKind = iota
	ThemeNotes
	ThemeQuestions
)
