package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"atelier/models"
)

// Multiply makes n posts of the posts that there are: copies of each in turn,
// a millisecond apart, older than they are, every twentieth a boost of its author's post
// before and every tenth an answer to one, all with body in the full-text
// index and, as far as reader follows the authors, in its home timeline. It
// returns the ids.
func (tx *Tx) Multiply(ctx context.Context, n int, reader models.ID, body string) ([]models.ID, error) {
	end := tx.Now().Add(-time.Minute) // those that there are come after
	first := models.FirstIDAt(end.Add(-time.Duration(n) * time.Millisecond))
	step := int64(models.FirstIDAt(end.Add(time.Millisecond)) - models.FirstIDAt(end))
	var authors int64
	if err := tx.row(ctx, `SELECT COUNT(*) FROM posts`, nil, &authors); err != nil {
		return nil, err
	}
	rows, err := tx.run.query(ctx, `SELECT * FROM posts LIMIT 1`, nil)
	if err != nil {
		return nil, err
	}
	columns, err := rows.Columns()
	rows.Close()
	if err != nil {
		return nil, err
	}
	id := fmt.Sprintf(`(%d + (n.i * %d + t.a) * %d)`, first, authors, step)
	values := make([]string, len(columns))
	for i, c := range columns {
		switch c {
		case "id", "thread_id":
			values[i] = id
		case "uri", "url":
			values[i] = fmt.Sprintf(`t.%s || '/' || n.i`, c)
		case "boost_of_id":
			values[i] = fmt.Sprintf(`CASE WHEN n.i %% 20 = 19 THEN %s - %d END`, id, authors*step)
		case "in_reply_to_id":
			values[i] = fmt.Sprintf(`CASE WHEN n.i %% 10 = 8 THEN %s - %d END`, id, authors*step)
		default:
			values[i] = "t." + c
		}
	}
	toWords := `CAST(? AS TEXT)`
	if tx.run.postgres() {
		toWords = `to_tsvector('simple', CAST(? AS TEXT))`
	}
	for _, do := range []struct {
		text string
		args []any
	}{
		{`INSERT INTO posts (` + strings.Join(columns, ", ") + `)
			WITH RECURSIVE n (i) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?),
			t AS (SELECT p.*, ROW_NUMBER() OVER (ORDER BY id) - 1 AS a FROM posts p)
			SELECT ` + strings.Join(values, ", ") + ` FROM n CROSS JOIN t ORDER BY n.i, t.a`, []any{int64(n) / authors}},
		{`INSERT INTO home_entries (account_id, post_id, subject_id, author_id)
			SELECT f.account_id, p.id, COALESCE(p.boost_of_id, p.id), p.account_id FROM posts p JOIN follows f ON f.target_id = p.account_id
			WHERE f.account_id = ? ORDER BY p.id ON CONFLICT DO NOTHING`, []any{reader}},
		{`INSERT INTO post_search (docid, body) SELECT id, ` + toWords + ` FROM posts WHERE boost_of_id IS NULL AND id >= ? AND id < ? ORDER BY id`, []any{body, first, models.FirstIDAt(end)}},
	} {
		if _, err := tx.exec(ctx, do.text, do.args...); err != nil {
			return nil, err
		}
	}
	return list(ctx, tx.queries, scanID, `SELECT id FROM posts WHERE id >= ? ORDER BY id`, first)
}

// Analyze does what PostgreSQL does by itself after a while.
func (tx *Tx) Analyze(ctx context.Context) error {
	if !tx.run.postgres() {
		return nil
	}
	_, err := tx.exec(ctx, `ANALYZE`)
	return err
}
