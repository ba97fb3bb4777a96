package store

import (
	"fmt"
	"testing"
)

func TestLimitsAreWrittenIntoTheText(t *testing.T) {
	for _, c := range []struct {
		text string
		args []any
		want string
	}{
		{"SELECT 1 FROM a WHERE b = ? ORDER BY id LIMIT ?", []any{"x", int64(20)}, "SELECT 1 FROM a WHERE b = ? ORDER BY id LIMIT 20 [x]"},
		{"SELECT 1 FROM a WHERE id {ids} LIMIT ? OFFSET ?", []any{"i", int64(5), int64(7)}, "SELECT 1 FROM a WHERE id {ids} LIMIT 5 OFFSET ? [i 7]"},
		{"SELECT (SELECT 1 FROM a LIMIT ?), (SELECT 2 FROM b WHERE c = ? LIMIT ?)", []any{int64(100), "x", int64(3)}, "SELECT (SELECT 1 FROM a LIMIT 100), (SELECT 2 FROM b WHERE c = ? LIMIT 3) [x]"},
		{"SELECT 1 FROM a WHERE b = ?", []any{"x"}, "SELECT 1 FROM a WHERE b = ? [x]"},
	} {
		text, args := withLimit(c.text, c.args)
		if got := fmt.Sprint(text, " ", args); got != c.want {
			t.Errorf("%s becomes\n%s, want\n%s", c.text, got, c.want)
		}
	}
}
