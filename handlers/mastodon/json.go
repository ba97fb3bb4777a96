package mastodon

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"sync"
	"time"

	"atelier/models"
)

// moment is a time as clients read it: UTC, with exactly three digits of a
// second (strict parsers fail without); null if it is zero.
type moment time.Time

func (m moment) MarshalJSON() ([]byte, error) { return m.append(nil), nil }

func (m moment) append(b []byte) []byte {
	if time.Time(m).IsZero() {
		return append(b, "null"...)
	}
	return time.Time(m).UTC().AppendFormat(b, `"2006-01-02T15:04:05.000Z"`)
}

// day is a date without a time; null if it is zero.
type day time.Time

func (d day) MarshalJSON() ([]byte, error) {
	if time.Time(d).IsZero() {
		return []byte("null"), nil
	}
	return time.Time(d).UTC().AppendFormat(nil, `"2006-01-02"`), nil
}

// nullable is s, or null if it is empty.
type nullable string

func (n nullable) MarshalJSON() ([]byte, error) {
	if n == "" {
		return []byte("null"), nil
	}
	return encode(string(n)), nil
}

// idOrNull is an id as clients read it: a string, or null for none.
type idOrNull models.ID

func (i idOrNull) MarshalJSON() ([]byte, error) {
	if i == 0 {
		return []byte("null"), nil
	}
	return appendID(nil, models.ID(i)), nil
}

func appendID(b []byte, id models.ID) []byte {
	b = append(b, '"')
	b = strconv.AppendInt(b, int64(id), 10)
	return append(b, '"')
}

// encode is v as JSON. HTML is left as it is: the answer is no page, and
// clients compare texts.
func encode(v any) []byte {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err) // our own plain types
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n"))
}

// A rendered is JSON that was made before: it is copied, not checked again.
type rendered []byte

// MarshalJSON is for entities around a rendered one that are not made often.
func (r rendered) MarshalJSON() ([]byte, error) {
	if r == nil {
		return []byte("null"), nil
	}
	return r, nil
}

// open is an object without its closing brace, to which more can be added.
func open(v any) []byte {
	b := encode(v)
	return b[:len(b)-1]
}

var buffers = sync.Pool{New: func() any { b := make([]byte, 0, 64<<10); return &b }}

// answer writes what build appends, with status 200, as JSON.
func answer(w http.ResponseWriter, build func([]byte) []byte) error {
	p := buffers.Get().(*[]byte)
	b := build((*p)[:0])
	write(w, http.StatusOK, b)
	if cap(b) <= 1<<20 { // a huge one would stay for ever
		*p = b
		buffers.Put(p)
	}
	return nil
}

// reply writes v as JSON with status 200.
func reply(w http.ResponseWriter, v any) error {
	write(w, http.StatusOK, encode(v))
	return nil
}

// empty is what succeeds without anything to say: {} with 200, never 204.
func empty(w http.ResponseWriter) error { return reply(w, struct{}{}) }

func write(w http.ResponseWriter, status int, body []byte) {
	if status == http.StatusOK && standsThere(w, body) {
		return
	}
	h := w.Header()
	h["Content-Type"] = contentType
	h["X-Content-Type-Options"] = noSniff
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	w.Write(body) // a reader that went away is no trouble of ours
}

var (
	contentType = []string{"application/json; charset=utf-8"}
	noSniff     = []string{"nosniff"}
)
