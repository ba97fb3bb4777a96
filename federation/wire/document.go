package wire

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-fed/activity/streams"
	"github.com/go-fed/activity/streams/vocab"
	"github.com/go-json-experiment/json/jsontext"
)

// Document is a document of ours: built in the types of go-fed's vocabulary,
// not yet written. It may also be one of somebody else, passed on as it came,
// or only the id of one.
type Document struct {
	typed vocab.Type
	raw   jsontext.Value
	id    string

	actor  string // of activities
	to, cc []string
}

// Named is a document that is only named.
func Named(uri string) Document { return Document{id: uri} }

// Received is a document of somebody else, to be passed on inside one of ours
// byte for byte. It was opened before.
func Received(raw []byte) Document {
	return Document{raw: raw, id: embedded(raw).ID}
}

// ID is the document's id.
func (d Document) ID() string { return d.id }

// value is the document as a part of another one.
func (d Document) value() (any, error) {
	switch {
	case d.raw != nil:
		return d.raw, nil
	case d.typed != nil:
		return d.typed.Serialize()
	}
	return d.id, nil
}

// JSON writes the document with its context.
func (d Document) JSON() ([]byte, error) { return d.write(false) }

// JSONForProof writes the document with a context that knows the proof that is
// made over it (FEP-8b32, sign.Prove).
func (d Document) JSONForProof() ([]byte, error) { return d.write(true) }

func (d Document) write(provable bool) ([]byte, error) {
	if d.typed == nil {
		return nil, fmt.Errorf("write %s: only what we made is written", d.id)
	}
	m, err := d.typed.Serialize()
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", d.id, err)
	}
	w := writer{buf: make([]byte, 0, 4096)}
	w.object(m)
	if w.err != nil {
		return nil, fmt.Errorf("write %s: %w", d.id, w.err)
	}
	return w.document(provable), nil
}

// Each value is set in go-fed's types as far as they can say it. What they
// cannot say, or write wrongly, goes to their unknown properties, which they
// write as they are: times (they cut fractions), maps of languages (they drop
// the content beside one), and all terms of other vocabularies.

// object is what all of go-fed's objects and activities have in common.
type object interface {
	vocab.Type
	GetUnknownProperties() map[string]any
	SetJSONLDType(vocab.JSONLDTypeProperty)
	SetActivityStreamsAttachment(vocab.ActivityStreamsAttachmentProperty)
	SetActivityStreamsAttributedTo(vocab.ActivityStreamsAttributedToProperty)
	SetActivityStreamsAudience(vocab.ActivityStreamsAudienceProperty)
	SetActivityStreamsCc(vocab.ActivityStreamsCcProperty)
	SetActivityStreamsContent(vocab.ActivityStreamsContentProperty)
	SetActivityStreamsContext(vocab.ActivityStreamsContextProperty)
	SetActivityStreamsIcon(vocab.ActivityStreamsIconProperty)
	SetActivityStreamsImage(vocab.ActivityStreamsImageProperty)
	SetActivityStreamsInReplyTo(vocab.ActivityStreamsInReplyToProperty)
	SetActivityStreamsLikes(vocab.ActivityStreamsLikesProperty)
	SetActivityStreamsMediaType(vocab.ActivityStreamsMediaTypeProperty)
	SetActivityStreamsName(vocab.ActivityStreamsNameProperty)
	SetActivityStreamsPreview(vocab.ActivityStreamsPreviewProperty)
	SetActivityStreamsReplies(vocab.ActivityStreamsRepliesProperty)
	SetActivityStreamsShares(vocab.ActivityStreamsSharesProperty)
	SetActivityStreamsSummary(vocab.ActivityStreamsSummaryProperty)
	SetActivityStreamsTag(vocab.ActivityStreamsTagProperty)
	SetActivityStreamsTo(vocab.ActivityStreamsToProperty)
	SetActivityStreamsUrl(vocab.ActivityStreamsUrlProperty)
}

// iri is an address in the form that go-fed takes. Parsed as a whole it would
// be spelt anew when it is written; an id must stay as it is, to the letter.
func iri(s string) *url.URL {
	scheme, rest, ok := strings.Cut(s, ":")
	if !ok {
		return &url.URL{Opaque: s}
	}
	return &url.URL{Scheme: scheme, Opaque: rest}
}

func iris[P interface{ AppendIRI(*url.URL) }](p P, uris ...string) P {
	for _, u := range uris {
		p.AppendIRI(iri(u))
	}
	return p
}

func at[P interface{ SetIRI(*url.URL) }](p P, uri string) P {
	p.SetIRI(iri(uri))
	return p
}

func words[P interface{ AppendXMLSchemaString(string) }](p P, s string) P {
	p.AppendXMLSchemaString(s)
	return p
}

// parts fills a property with embedded things. The vocabulary says which it
// takes; to give it another is a mistake of this package, not of its input.
func parts[P interface{ AppendType(vocab.Type) error }](p P, things ...vocab.Type) P {
	for _, t := range things {
		if err := p.AppendType(t); err != nil {
			panic("wire: " + err.Error())
		}
	}
	return p
}

func part[P interface{ SetType(vocab.Type) error }](p P, t vocab.Type) P {
	if err := p.SetType(t); err != nil {
		panic("wire: " + err.Error())
	}
	return p
}

func setID(t vocab.Type, id string) { t.SetJSONLDId(at(streams.NewJSONLDIdProperty(), id)) }

// as gives t a type that the vocabulary does not know.
func as[T interface {
	SetJSONLDType(vocab.JSONLDTypeProperty)
}](t T, typ string) T {
	t.SetJSONLDType(words(streams.NewJSONLDTypeProperty(), typ))
	return t
}

// set sets an extension property, unless its value is the zero value.
func set[V comparable](t interface{ GetUnknownProperties() map[string]any }, key string, value V) {
	var zero V
	if value != zero {
		t.GetUnknownProperties()[key] = value
	}
}

func setTime(t interface{ GetUnknownProperties() map[string]any }, key string, at time.Time) {
	if !at.IsZero() {
		t.GetUnknownProperties()[key] = at.UTC().Format(time.RFC3339Nano)
	}
}

func setList(t interface{ GetUnknownProperties() map[string]any }, key string, list []string) {
	if len(list) > 0 {
		t.GetUnknownProperties()[key] = list
	}
}

func setRecipients(o object, to, cc []string) {
	o.SetActivityStreamsTo(iris(streams.NewActivityStreamsToProperty(), to...))
	o.SetActivityStreamsCc(iris(streams.NewActivityStreamsCcProperty(), cc...))
}

func setAudience(o object, group string) {
	if group != "" {
		o.SetActivityStreamsAudience(iris(streams.NewActivityStreamsAudienceProperty(), group))
	}
}

// writer writes what Serialize returned, puts right what peers cannot read,
// and notes which terms were used.
type writer struct {
	buf   []byte
	used  [len(terms)]bool
	keyed bool // a publicKey was written
	err   error
}

// lists are properties that are always arrays: go-fed makes a scalar of an
// array of one, and peers want arrays.
var lists = map[string]bool{
	"to": true, "cc": true, "tag": true, "attachment": true, "items": true, "orderedItems": true, "oneOf": true, "anyOf": true,
	"alsoKnownAs": true, "attributionDomains": true, "assertionMethod": true, "implements": true,
	"automaticApproval": true, "manualApproval": true,
	"atelier:theme": true, "atelier:contributor": true, "atelier:sections": true,
}

func (w *writer) object(m map[string]any) {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, byRank)
	w.buf = append(w.buf, '{')
	for i, k := range keys {
		if i > 0 {
			w.buf = append(w.buf, ',')
		}
		w.string(k)
		w.buf = append(w.buf, ':')
		w.use(k)
		w.member(k, m[k])
	}
	w.buf = append(w.buf, '}')
}

// byRank sorts id and type first, the others by name.
func byRank(a, b string) int {
	rank := func(s string) int {
		switch s {
		case "id":
			return 0
		case "type":
			return 1
		}
		return 2
	}
	if d := rank(a) - rank(b); d != 0 {
		return d
	}
	return strings.Compare(a, b)
}

func (w *writer) member(key string, v any) {
	if s, ok := v.(string); ok && key == "type" {
		w.use(s)
	}
	if lists[key] && !isList(v) {
		w.buf = append(w.buf, '[')
		w.value(v)
		w.buf = append(w.buf, ']')
		return
	}
	w.value(v)
}

// inLanguage is the value of a contentMap with one language.
type inLanguage struct{ lang, text string }

func isList(v any) bool {
	switch v.(type) {
	case []any, []string, []float64:
		return true
	}
	return false
}

func (w *writer) value(v any) {
	switch v := v.(type) {
	case string:
		w.string(v)
	case bool:
		w.buf = strconv.AppendBool(w.buf, v)
	case int:
		w.buf = strconv.AppendInt(w.buf, int64(v), 10)
	case float64:
		w.buf = jsontext.AppendFloat(w.buf, v, 64)
	case map[string]any:
		w.object(v)
	case jsontext.Value:
		w.buf = append(w.buf, v...)
	case inLanguage: // its key is no term
		w.buf = append(w.buf, '{')
		w.string(v.lang)
		w.buf = append(w.buf, ':')
		w.string(v.text)
		w.buf = append(w.buf, '}')
	case []any:
		list(w, v, w.value)
	case []string:
		list(w, v, w.string)
	case []float64:
		list(w, v, func(f float64) { w.value(f) })
	default:
		w.err = fmt.Errorf("a value of type %T", v)
	}
}

func list[T any](w *writer, vs []T, write func(T)) {
	w.buf = append(w.buf, '[')
	for i, v := range vs {
		if i > 0 {
			w.buf = append(w.buf, ',')
		}
		write(v)
	}
	w.buf = append(w.buf, ']')
}

func (w *writer) string(s string) {
	var err error
	if w.buf, err = jsontext.AppendQuote(w.buf, s); err != nil {
		w.err = err
	}
}

// use notes that a property or type is used.
func (w *writer) use(name string) {
	if i, ok := termIndex[name]; ok {
		w.used[i] = true
	}
	if name == "publicKey" {
		w.keyed = true
	}
}
