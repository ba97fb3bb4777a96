package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/jmoiron/sqlx"

	"atelier/models"
)

// queries are all reads and changes, run by whoever embeds them: outside a
// transaction on the readers, inside one on its connection.
type queries struct {
	run runner
	now func() time.Time
}

// A runner runs SQL: the readers' pool or a transaction of either engine.
type runner interface {
	query(ctx context.Context, text string, args []any) (*sql.Rows, error)
	exec(ctx context.Context, text string, args []any) (sql.Result, error)
	postgres() bool
}

// exec runs a change and says how many rows it changed.
func (q queries) exec(ctx context.Context, text string, args ...any) (int64, error) {
	res, err := q.run.exec(ctx, text, q.bind(args))
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// row reads one row into dest; ErrNotFound if there is none.
func (q queries) row(ctx context.Context, text string, args []any, dest ...any) error {
	rows, err := q.run.query(ctx, text, q.bind(args))
	if err != nil {
		return err
	}
	defer rows.Close()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return err
		}
		return ErrNotFound
	}
	if err := rows.Scan(dest...); err != nil {
		return err
	}
	return rows.Close()
}

// list reads all rows of a query, each by scan.
func list[T any](ctx context.Context, q queries, scan func(*sql.Rows) (T, error), text string, args ...any) ([]T, error) {
	rows, err := q.run.query(ctx, text, q.bind(args))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// one reads the only row of a query by scan; ErrNotFound if there is none.
func one[T any](ctx context.Context, q queries, scan func(*sql.Rows) (T, error), text string, args ...any) (v T, err error) {
	rows, err := q.run.query(ctx, text, q.bind(args))
	if err != nil {
		return v, err
	}
	defer rows.Close()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return v, err
		}
		return v, ErrNotFound
	}
	if v, err = scan(rows); err != nil {
		return v, err
	}
	return v, rows.Close()
}

// exists says whether a query has a row.
func (q queries) exists(ctx context.Context, text string, args ...any) (bool, error) {
	var n int
	err := q.row(ctx, text, args, &n)
	if models.KindOf(err) == models.NotFound {
		return false, nil
	}
	return err == nil, err
}

func scanID(rows *sql.Rows) (id models.ID, err error) { return id, rows.Scan(&id) }

func scanString(rows *sql.Rows) (s string, err error) { return s, rows.Scan(&s) }

// bind makes values for the driver: times become milliseconds, lists of ids
// and of strings what {list} in the text needs, and enumerations text.
func (q queries) bind(args []any) []any {
	for i, arg := range args {
		switch v := arg.(type) {
		case time.Time:
			args[i] = toMillis(v)
		case []models.ID:
			args[i] = q.idList(v)
		case []string:
			args[i] = q.stringList(v)
		case models.ID, string, bool, int64, []byte, nil:
		case int:
			args[i] = int64(v)
		default:
			if r := reflect.ValueOf(arg); r.Kind() == reflect.String {
				args[i] = r.String()
			}
		}
	}
	return args
}

func (q queries) idList(ids []models.ID) any {
	if q.run.postgres() {
		out := make([]int64, len(ids))
		for i, id := range ids {
			out[i] = int64(id)
		}
		return out
	}
	b := make([]byte, 0, 21*len(ids)+2)
	b = append(b, '[')
	for i, id := range ids {
		if i > 0 {
			b = append(b, ',')
		}
		b = fmt.Appendf(b, "%d", int64(id))
	}
	return string(append(b, ']'))
}

func (q queries) stringList(list []string) any {
	if q.run.postgres() {
		if list == nil {
			return []string{}
		}
		return list
	}
	b, _ := json.Marshal(list)
	return string(b)
}

// dialect turns the one text of a query into the engine's own, once.
//
//	{ids}   = (is one of a []models.ID): IN (...) or = ANY (...)
//	{names} = (is one of a []string)
//	?       a value
type dialect struct {
	pg    bool
	texts sync.Map // text -> rebound
}

func (d *dialect) text(text string) string {
	if t, ok := d.texts.Load(text); ok {
		return t.(string)
	}
	t := text
	if d.pg {
		t = strings.NewReplacer("{ids}", "= ANY (?::bigint[])", "{names}", "= ANY (?::text[])").Replace(t)
		t = sqlx.Rebind(sqlx.DOLLAR, t)
	} else {
		t = strings.NewReplacer("{ids}", "IN (SELECT value FROM json_each(?))", "{names}", "IN (SELECT value FROM json_each(?))").Replace(t)
	}
	d.texts.Store(text, t)
	return t
}

func toMillis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func fromMillis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// millis reads milliseconds into a time.
type millis struct{ t *time.Time }

func (m millis) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*m.t = time.Time{}
	case int64:
		*m.t = fromMillis(v)
	default:
		return fmt.Errorf("scan %T into a time", src)
	}
	return nil
}

// jsonText is v as JSON, "" if v is empty: most lists are.
func jsonText(v any) string {
	r := reflect.ValueOf(v)
	switch r.Kind() {
	case reflect.Slice, reflect.Map:
		if r.Len() == 0 {
			return ""
		}
	case reflect.Pointer:
		if r.IsNil() {
			return ""
		}
	case reflect.Struct:
		if r.IsZero() {
			return ""
		}
	}
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // our own plain types
	}
	return string(b)
}

// fromJSON reads what jsonText wrote.
type fromJSON struct{ v any }

func (j fromJSON) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		return nil
	case string:
		if v == "" {
			return nil
		}
		return json.Unmarshal([]byte(v), j.v)
	case []byte:
		if len(v) == 0 {
			return nil
		}
		return json.Unmarshal(v, j.v)
	}
	return fmt.Errorf("scan %T as JSON", src)
}
