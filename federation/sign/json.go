package sign

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// object is a JSON object as it was written: its members in their order, with
// the bytes of their values.
type object []member

type member struct {
	name  string
	value jsontext.Value
}

// readObject reads one JSON object, and refuses what two readers could
// understand differently: names that come twice, bytes that are not UTF-8, and
// anything after the object.
func readObject(data []byte) (object, error) {
	d := jsontext.NewDecoder(bytes.NewReader(data))
	if d.PeekKind() != jsontext.KindBeginObject {
		return nil, errors.New("not a JSON object")
	}
	if _, err := d.ReadToken(); err != nil {
		return nil, err
	}
	var o object
	for d.PeekKind() != jsontext.KindEndObject {
		name, err := d.ReadToken()
		if err != nil {
			return nil, err
		}
		m := member{name: name.String()}
		value, err := d.ReadValue()
		if err != nil {
			return nil, err
		}
		m.value = value.Clone() // the decoder uses its buffer again
		o = append(o, m)
	}
	if _, err := d.ReadToken(); err != nil {
		return nil, err
	}
	if _, err := d.ReadToken(); err != io.EOF {
		return nil, errors.New("there is something after the JSON object")
	}
	return o, nil
}

// get returns the value of the member called name, nil if there is none.
func (o object) get(name string) jsontext.Value {
	for _, m := range o {
		if m.name == name {
			return m.value
		}
	}
	return nil
}

// text returns the member called name if it is a string, else "".
func (o object) text(name string) string {
	v := o.get(name)
	if v.Kind() != jsontext.KindString {
		return ""
	}
	s, err := jsontext.AppendUnquote(nil, v)
	if err != nil {
		return ""
	}
	return string(s)
}

// without returns o less the members with these names.
func (o object) without(names ...string) object {
	return slices.DeleteFunc(slices.Clone(o), func(m member) bool { return slices.Contains(names, m.name) })
}

// with returns o with the member called name set to value.
func (o object) with(name string, value jsontext.Value) object {
	return append(o.without(name), member{name, value})
}

// canonical writes o by the JSON Canonicalization Scheme, RFC 8785.
func (o object) canonical() ([]byte, error) {
	v := jsontext.Value(o.encode())
	if err := v.Canonicalize(); err != nil {
		return nil, fmt.Errorf("canonicalize: %w", err)
	}
	return v, nil
}

// encode writes o with its values as they are.
func (o object) encode() []byte {
	size := 2
	for _, m := range o {
		size += len(m.name) + len(m.value) + 8
	}
	b := append(make([]byte, 0, size), '{')
	for i, m := range o {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, quote(m.name)...)
		b = append(b, ':')
		b = append(b, m.value...)
	}
	return append(b, '}')
}

// quote writes s, which is valid UTF-8, as a JSON string.
func quote(s string) jsontext.Value {
	q, _ := jsontext.AppendQuote[string](nil, s) // its error is only of bytes that are not UTF-8
	return q
}
