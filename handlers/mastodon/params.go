package mastodon

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"atelier/models"
)

// Limits on what is read of a request.
const (
	maxBody   = 1 << 20 // bytes, of anything but multipart bodies
	maxMemory = 1 << 20 // bytes of a multipart body that are not put into files
	maxParams = 2000    // keys
	maxDepth  = 12      // of nesting
)

// decode reads the parameters of r into form, a pointer to a struct whose
// fields have the tag `param:"name"`. They may come in the query, as a form, as
// multipart or as JSON, with the same names and the nesting of Rack (a[b],
// a[], a[][b]); the body goes before the query. Absent and null leave a field
// as it is. A *multipart.FileHeader takes a file.
func (a *API) decode(w http.ResponseWriter, r *http.Request, form any) error {
	p, err := a.params(w, r)
	if err != nil {
		return err
	}
	return fillForm(form, p)
}

// fillForm sets form, a pointer to a struct, from parameters that were read.
func fillForm(form any, p map[string]any) error { return fill(reflect.ValueOf(form).Elem(), p) }

// params reads all parameters of r into a tree of map[string]any, []any,
// string, json.Number, bool, nil and *multipart.FileHeader.
func (a *API) params(w http.ResponseWriter, r *http.Request) (map[string]any, error) {
	out := map[string]any{}
	if err := addQuery(out, r.URL.RawQuery); err != nil {
		return nil, err
	}
	if r.Body == nil || r.Body == http.NoBody {
		return out, nil
	}
	mediaType, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch mediaType {
	case "multipart/form-data":
		return out, a.addMultipart(out, w, r)
	case "application/json":
		body, err := readBody(w, r)
		if err != nil {
			return nil, err
		}
		return out, addJSON(out, body)
	case "application/x-www-form-urlencoded", "":
		body, err := readBody(w, r)
		if err != nil {
			return nil, err
		}
		return out, addQuery(out, string(body))
	}
	return out, nil
}

func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	return body, readError(err)
}

func readError(err error) error {
	if err == nil {
		return nil
	}
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return models.Errorf(models.TooLarge, "That is more than can be sent at once.").Because(err)
	}
	return malformed.Because(err)
}

var malformed = models.Errorf(models.Malformed, "The request cannot be read.")

func (a *API) addMultipart(out map[string]any, w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, a.maxUpload()+maxBody)
	if err := r.ParseMultipartForm(maxMemory); err != nil {
		return readError(err)
	}
	n := 0
	for key, values := range r.MultipartForm.Value {
		for _, v := range values {
			if n++; n > maxParams {
				return malformed
			}
			if err := insert(out, key, v); err != nil {
				return err
			}
		}
	}
	for key, files := range r.MultipartForm.File {
		if err := insert(out, key, files[0]); err != nil {
			return err
		}
	}
	return nil
}

// addQuery adds parameters in the form of a query, in their order: the order
// tells where the next object of a list of objects begins.
func addQuery(out map[string]any, query string) error {
	for n := 0; query != ""; n++ {
		if n > maxParams {
			return malformed
		}
		var pair string
		pair, query, _ = strings.Cut(query, "&")
		if pair == "" {
			continue
		}
		key, value, _ := strings.Cut(pair, "=")
		key, err := url.QueryUnescape(key)
		if err != nil {
			return malformed.Because(err)
		}
		value, err = url.QueryUnescape(value)
		if err != nil {
			return malformed.Because(err)
		}
		if err := insert(out, key, value); err != nil {
			return err
		}
	}
	return nil
}

func addJSON(out map[string]any, body []byte) error {
	if len(bytes.TrimSpace(body)) == 0 {
		return nil
	}
	if tooDeep(body) {
		return malformed
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber() // ids are greater than what a float holds
	var v map[string]any
	if err := dec.Decode(&v); err != nil {
		return malformed.Because(err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return malformed
	}
	for key, value := range v {
		out[strings.TrimSuffix(key, "[]")] = value
	}
	return nil
}

// tooDeep says whether JSON nests deeper than any request of this API; it may
// count braces in texts, which are then many.
func tooDeep(body []byte) bool {
	depth, inText := 0, false
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case inText && c == '\\':
			i++
		case c == '"':
			inText = !inText
		case inText:
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return true
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return false
}

// repeated is what a key without brackets has that came more than once: the
// last one, or for a list all.
type repeated []any

// insert puts value where key says: a, a[b], a[], a[][b] (Rack, nested
// queries).
func insert(m map[string]any, key string, value any) error {
	name, rest, nested := strings.Cut(key, "[")
	if !nested {
		switch before := m[key].(type) {
		case nil:
			m[key] = value
		case repeated:
			m[key] = append(before, value)
		default:
			m[key] = repeated{before, value}
		}
		return nil
	}
	path := strings.Split(strings.TrimSuffix(rest, "]"), "][")
	if len(path) > maxDepth {
		return malformed
	}
	return insertAt(m, name, path, value)
}

func insertAt(m map[string]any, name string, path []string, value any) error {
	if len(path) == 0 {
		m[name] = value
		return nil
	}
	if path[0] != "" {
		child, ok := m[name].(map[string]any)
		if !ok {
			if m[name] != nil {
				return malformed // a text and an object under one name
			}
			child = map[string]any{}
			m[name] = child
		}
		return insertAt(child, path[0], path[1:], value)
	}
	list, ok := m[name].([]any)
	if !ok && m[name] != nil {
		return malformed
	}
	if len(path) == 1 {
		m[name] = append(list, value)
		return nil
	}
	// A key that the last object has already begins the next one.
	if len(list) > 0 {
		if last, ok := list[len(list)-1].(map[string]any); ok && !has(last, path[1:]) {
			return insertAt(last, path[1], path[2:], value)
		}
	}
	next := map[string]any{}
	m[name] = append(list, next)
	return insertAt(next, path[1], path[2:], value)
}

func has(m map[string]any, path []string) bool {
	v, ok := m[path[0]]
	if !ok || len(path) == 1 {
		return ok
	}
	child, isMap := v.(map[string]any)
	if path[1] == "" || !isMap {
		return false // a list grows
	}
	return has(child, path[1:])
}

var fileType = reflect.TypeFor[*multipart.FileHeader]()

// fill sets dst, a struct, from m by the tags of its fields.
func fill(dst reflect.Value, m map[string]any) error {
	t := dst.Type()
	for i := range t.NumField() {
		name := t.Field(i).Tag.Get("param")
		if name == "" {
			if t.Field(i).Anonymous {
				if err := fill(dst.Field(i), m); err != nil {
					return err
				}
			}
			continue
		}
		v, ok := m[name]
		if !ok || v == nil {
			continue
		}
		if err := set(dst.Field(i), v); err != nil {
			return err
		}
	}
	return nil
}

// set gives dst the value v as far as dst's type can take it.
func set(dst reflect.Value, v any) error {
	if all, ok := v.(repeated); ok && dst.Kind() != reflect.Slice {
		v = all[len(all)-1]
	}
	if v == nil {
		return nil
	}
	if dst.Kind() == reflect.Pointer && dst.Type() != fileType {
		if v == "" && !emptySays(dst.Type().Elem()) {
			return nil
		}
		p := reflect.New(dst.Type().Elem())
		if err := set(p.Elem(), v); err != nil {
			return err
		}
		dst.Set(p)
		return nil
	}
	switch p := dst.Addr().Interface().(type) {
	case *models.ID:
		*p = models.ParseID(textOf(v))
		return nil
	case *time.Time:
		return setTime(p, textOf(v))
	case **multipart.FileHeader:
		*p, _ = v.(*multipart.FileHeader) // a text in place of a file is none
		return nil
	}
	switch dst.Kind() {
	case reflect.String:
		switch v.(type) {
		case map[string]any, []any, *multipart.FileHeader:
			return malformed
		}
		dst.SetString(textOf(v))
	case reflect.Bool:
		dst.SetBool(truth(v))
	case reflect.Int, reflect.Int64:
		if v == "" {
			return nil
		}
		n, err := strconv.ParseInt(strings.TrimSpace(textOf(v)), 10, 64)
		if err != nil {
			return malformed.Because(err)
		}
		dst.SetInt(n)
	case reflect.Slice:
		return setList(dst, v)
	case reflect.Struct:
		m, ok := v.(map[string]any)
		if !ok {
			return malformed
		}
		return fill(dst, m)
	case reflect.Map:
		return setMap(dst, v)
	}
	return nil
}

// emptySays says whether the empty string is a value of type t. Of an id or a
// moment it says that there is none: forms send every field.
func emptySays(t reflect.Type) bool {
	return t != reflect.TypeFor[models.ID]() && t != reflect.TypeFor[time.Time]()
}

func setTime(p *time.Time, s string) error {
	if s == "" {
		return nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02"} {
		if t, err := time.Parse(layout, s); err == nil {
			*p = t.UTC()
			return nil
		}
	}
	return models.Errorf(models.Invalid, "Validation failed: %q is no time", s)
}

func setMap(dst reflect.Value, v any) error {
	m, ok := v.(map[string]any)
	if !ok {
		return malformed
	}
	dst.Set(reflect.MakeMap(dst.Type()))
	for key, value := range m {
		e := reflect.New(dst.Type().Elem()).Elem()
		if err := set(e, value); err != nil {
			return err
		}
		dst.SetMapIndex(reflect.ValueOf(key), e)
	}
	return nil
}

// setList takes a list, an object with the keys "0", "1", ..., or one thing
// alone.
func setList(dst reflect.Value, v any) error {
	var items []any
	switch v := v.(type) {
	case []any:
		items = v
	case repeated:
		items = v
	case map[string]any:
		items = indexed(v)
	case string:
		if v != "" {
			items = []any{v}
		}
	default:
		items = []any{v}
	}
	out := reflect.MakeSlice(dst.Type(), 0, len(items))
	for _, item := range items {
		if item == nil || item == "" {
			continue
		}
		e := reflect.New(dst.Type().Elem()).Elem()
		if err := set(e, item); err != nil {
			return err
		}
		out = reflect.Append(out, e)
	}
	dst.Set(out)
	return nil
}

// indexed returns the values of an object in the order of its keys as numbers.
func indexed(m map[string]any) []any {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b string) int {
		if len(a) != len(b) {
			return len(a) - len(b)
		}
		return strings.Compare(a, b)
	})
	out := make([]any, len(keys))
	for i, key := range keys {
		out[i] = m[key]
	}
	return out
}

func textOf(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}

// truth reads a boolean as Rails does: what is not one of these is true.
func truth(v any) bool {
	if b, ok := v.(bool); ok {
		return b
	}
	switch strings.ToLower(textOf(v)) {
	case "", "0", "f", "false", "off":
		return false
	}
	return true
}
