package wire

import (
	"errors"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// The values of properties, as servers write them: x and [x] are the same, an
// object stands for its id, and what has the wrong kind is as if it were not
// there. Each type reads exactly one JSON value.
//
// Raw values are parts of the bytes that were given to be read. A decoder
// that reads from bytes never moves or changes them.

// again is how parts of a document are read that was read before: nothing in
// them need be checked a second time.
var again = json.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))

// check refuses raw if it is larger or deeper than what is read.
func check(raw []byte) error {
	if len(raw) > MaxDocument {
		return ErrTooLarge
	}
	depth := 0
	for i := 0; i < len(raw); i++ {
		switch raw[i] {
		case '"':
			for i++; i < len(raw) && raw[i] != '"'; i++ {
				if raw[i] == '\\' {
					i++
				}
			}
		case '{', '[':
			if depth++; depth > MaxDepth {
				return ErrTooDeep
			}
		case '}', ']':
			depth--
		}
	}
	return nil
}

// read decodes a document of others into v.
func read(raw []byte, v any) error {
	if err := check(raw); err != nil {
		return err
	}
	if jsontext.Value(raw).Kind() != '{' {
		return ErrSyntax
	}
	return refusal(json.Unmarshal(raw, v))
}

// refusal turns an error of the decoder into one of ours.
func refusal(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, jsontext.ErrDuplicateName):
		return because(ErrTwice, err)
	}
	for _, ours := range []error{ErrRecipients, ErrActor, ErrID} {
		if errors.Is(err, ours) {
			return ours
		}
	}
	return because(ErrSyntax, err)
}

// reason is a refusal with its cause: errors.Is finds the one, the log shows
// the other.
type reason struct{ err, cause error }

func because(err, cause error) error      { return &reason{err, cause} }
func (r *reason) Error() string           { return r.err.Error() + " " + r.cause.Error() }
func (r *reason) Unwrap() error           { return r.err }
func parse(v jsontext.Value, to any) bool { return json.Unmarshal(v, to, again) == nil }

// each calls f for a value, or for each element of an array. f reads one value.
func each(dec *jsontext.Decoder, f func() error) error {
	if dec.PeekKind() != '[' {
		return f()
	}
	if _, err := dec.ReadToken(); err != nil {
		return err
	}
	for dec.PeekKind() != ']' {
		if err := f(); err != nil {
			return err
		}
	}
	_, err := dec.ReadToken()
	return err
}

// text is a string; of several, the first.
type text string

func (t *text) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return each(dec, func() error {
		if *t != "" || dec.PeekKind() != '"' {
			return dec.SkipValue()
		}
		tok, err := dec.ReadToken()
		if err != nil {
			return err
		}
		*t = text(tok.String())
		return nil
	})
}

// texts are strings.
type texts []string

func (t *texts) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return each(dec, func() error {
		if len(*t) >= MaxDomains || dec.PeekKind() != '"' {
			return dec.SkipValue()
		}
		tok, err := dec.ReadToken()
		if err != nil {
			return err
		}
		*t = append(*t, tok.String())
		return nil
	})
}

// kind is the type: of several, the first that is known.
type kind string

func (k *kind) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	known := false
	return each(dec, func() error {
		if known || dec.PeekKind() != '"' {
			return dec.SkipValue()
		}
		v, err := dec.ReadValue()
		if err != nil {
			return err
		}
		s := name(v)
		if _, known = classes[s]; known || *k == "" {
			*k = kind(s)
		}
		return nil
	})
}

// names are strings that come again and again; they need not be made each time.
var names = func() map[string]string {
	m := map[string]string{PublicURI: PublicURI}
	for s := range classes {
		m[s] = s
	}
	return m
}()

// name unquotes a string, without making one that is known.
func name(v jsontext.Value) string {
	if s, ok := names[string(v[1:len(v)-1])]; ok {
		return s
	}
	b, _ := jsontext.AppendUnquote(nil, v)
	return strings.TrimPrefix(string(b), "as:")
}

// thing reads a reference: a string, or an object with an id.
func thing(dec *jsontext.Decoder) (Object, error) {
	switch dec.PeekKind() {
	case '"':
		v, err := dec.ReadValue()
		if err != nil {
			return Object{}, err
		}
		if s, ok := names[string(v[1:len(v)-1])]; ok {
			return Object{ID: s}, nil
		}
		b, err := jsontext.AppendUnquote(nil, v)
		return Object{ID: string(b)}, err
	case '{':
		v, err := dec.ReadValue()
		if err != nil {
			return Object{}, err
		}
		return embedded(v), nil
	}
	return Object{}, dec.SkipValue()
}

// embedded returns the object that v is.
func embedded(v jsontext.Value) Object {
	var head struct {
		ID   text `json:"id"` // no deeper: each level would be read anew
		Type kind `json:"type"`
		Href text `json:"href"`
	}
	if !parse(v, &head) {
		return Object{}
	}
	if head.ID == "" {
		head.ID = head.Href
	}
	return Object{ID: string(head.ID), Type: string(head.Type), Raw: v}
}

// uri is an address, or the id of an object; of several, the first.
type uri string

func (u *uri) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return each(dec, func() error {
		if *u != "" {
			return dec.SkipValue()
		}
		o, err := thing(dec)
		*u = uri(o.ID)
		return err
	})
}

// recipients are addresses of readers.
type recipients []string

func (r *recipients) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return each(dec, func() error {
		o, err := thing(dec)
		if err != nil || o.ID == "" {
			return err
		}
		if len(*r) >= MaxRecipients {
			return ErrRecipients
		}
		if o.ID == "as:Public" || o.ID == "Public" {
			o.ID = PublicURI
		}
		*r = append(*r, o.ID)
		return nil
	})
}

// uris are addresses, as many as aliases may be.
type uris []string

func (u *uris) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return each(dec, func() error {
		o, err := thing(dec)
		if err != nil || o.ID == "" || len(*u) >= MaxAliases {
			return err
		}
		*u = append(*u, o.ID)
		return nil
	})
}

// things are references, as many as objects of an activity may be.
type things []Object

func (t *things) UnmarshalJSONFrom(dec *jsontext.Decoder) error { return t.read(dec, MaxObjects) }

func (t *things) read(dec *jsontext.Decoder, limit int) error {
	return each(dec, func() error {
		if len(*t) >= limit {
			return dec.SkipValue()
		}
		o, err := thing(dec)
		if err == nil && (o.ID != "" || o.Raw != nil) {
			*t = append(*t, o)
		}
		return err
	})
}

func (t things) first() Object {
	if len(t) == 0 {
		return Object{}
	}
	return t[0]
}

// boolean is a boolean that may be missing.
type boolean struct{ set, val bool }

func (f *boolean) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return each(dec, func() error {
		switch dec.PeekKind() {
		case 't', 'f':
			tok, err := dec.ReadToken()
			if err == nil {
				*f = boolean{true, tok.Bool()}
			}
			return err
		}
		return dec.SkipValue()
	})
}

// number is a count, 0 if missing or negative.
type number struct {
	set bool
	val float64
}

func (n *number) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return each(dec, func() error {
		switch dec.PeekKind() {
		case '0':
			v, err := dec.ReadValue()
			if err != nil {
				return err
			}
			if f, err := strconv.ParseFloat(string(v), 64); err == nil {
				*n = number{true, f}
			}
			return nil
		case '"': // PeerTube's height of an Image was a string once
			v, err := dec.ReadValue()
			if err != nil {
				return err
			}
			if f, err := strconv.ParseFloat(name(v), 64); err == nil {
				*n = number{true, f}
			}
			return nil
		}
		return dec.SkipValue()
	})
}

// count is the number as a count that an int32 can hold.
func (n number) count() int {
	if !n.set || !(n.val > 0) {
		return 0
	}
	return int(min(n.val, 1<<31-1))
}

// moment is a time: RFC 3339 with any fraction and offset, read exactly.
type moment time.Time

// timeForms are the ways to write a time that are understood.
var timeForms = []string{time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05", "2006-01-02T15:04Z07:00", "2006-01-02"}

func (m *moment) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return each(dec, func() error {
		if dec.PeekKind() != '"' {
			return dec.SkipValue()
		}
		v, err := dec.ReadValue()
		if err == nil && len(v) < 64 {
			*m = moment(parseTime(string(v[1 : len(v)-1])))
		}
		return err
	})
}

func parseTime(s string) time.Time {
	for _, form := range timeForms {
		if t, err := time.Parse(form, s); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

// languages is a map from language to text, in the order in which it is written.
type languages []struct{ lang, text string }

func (l *languages) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	if dec.PeekKind() != '{' {
		return dec.SkipValue()
	}
	if _, err := dec.ReadToken(); err != nil {
		return err
	}
	for dec.PeekKind() != '}' {
		tok, err := dec.ReadToken()
		if err != nil {
			return err
		}
		lang := tok.String()
		var t text
		if err := t.UnmarshalJSONFrom(dec); err != nil {
			return err
		}
		if len(*l) < MaxLanguages && len(lang) <= 35 { // the longest that BCP 47 asks readers to take
			*l = append(*l, struct{ lang, text string }{lang, string(t)})
		}
	}
	_, err := dec.ReadToken()
	return err
}

// of returns the language whose text is s, else the first one that says
// something; and the text, which is s unless s is empty.
func (l languages) of(s string) (lang, text string) {
	for _, e := range l {
		if e.text == s && s != "" {
			return e.lang, s
		}
	}
	for _, e := range l {
		if e.text == "" {
			continue
		}
		if s == "" {
			s = e.text
		}
		return e.lang, s
	}
	return "", s
}

// cut shortens a plain text to n characters.
func cut[T ~string](s T, n int) string {
	if len(s) <= n || utf8.RuneCountInString(string(s)) <= n {
		return string(s)
	}
	for i := range s {
		if n == 0 {
			return string(s[:i])
		}
		n--
	}
	return string(s)
}

// ValidURI says whether s can be the id of something on another server: an
// absolute http or https address of reasonable length, without blanks.
func ValidURI(s string) bool {
	rest, ok := strings.CutPrefix(s, "https://")
	if !ok {
		rest, ok = strings.CutPrefix(s, "http://")
	}
	if !ok || len(s) > MaxURI || rest == "" || strings.IndexByte("/?#:@.", rest[0]) >= 0 {
		return false
	}
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c == 0x7f || c == '"' || c == '<' || c == '>' || c == '\\' {
			return false
		}
	}
	return true
}

// address returns s if it can be one, else "".
func address[T ~string](s T) string {
	if ValidURI(string(s)) {
		return string(s)
	}
	return ""
}
