package wire

import (
	"bytes"

	"github.com/go-json-experiment/json/jsontext"
)

// Envelope is the outside of a document: enough to decide whether it is worth
// a look at the inside. Nothing in it is believed yet.
type Envelope struct {
	ID     string // "" if it has none: some Deletes and Updates
	Type   string
	Actor  string // "" if it is not an activity
	Owner  string // attributedTo, of things that are no activities
	Object Object // the first one
	Target Object
	Proof  bool // carries a FEP-8b32 proof
	Signed bool // carries a linked data signature
}

// Object is what an activity is about: named, or embedded.
type Object struct {
	ID   string
	Type string         // "" if it is only named
	Raw  jsontext.Value // nil if it is only named
}

// Embedded says whether the object came along. What came along is a hint:
// unless it is its sender's own, it has to be fetched from where its id says.
func (o Object) Embedded() bool { return o.Raw != nil }

// Open reads the envelope of a document and checks the whole document for
// what no later reader may meet: too many bytes, too deep, a member twice,
// text that is not UTF-8, an id that is none, more than one actor.
func Open(raw []byte) (*Envelope, error) {
	var w struct {
		ID        soleID         `json:"id"`
		Type      kind           `json:"type"`
		Actor     sole           `json:"actor"`
		Owner     uri            `json:"attributedTo"`
		Object    things         `json:"object"`
		Target    things         `json:"target"`
		Proof     jsontext.Value `json:"proof"`
		Signature jsontext.Value `json:"signature"`
	}
	if err := read(raw, &w); err != nil {
		return nil, err
	}
	e := &Envelope{
		ID: string(w.ID), Type: string(w.Type), Actor: string(w.Actor), Owner: address(w.Owner),
		Object: w.Object.first(), Target: w.Target.first(),
		Proof: w.Proof.Kind() == '{' || w.Proof.Kind() == '[', Signed: w.Signature.Kind() == '{',
	}
	if e.Type == "" {
		return nil, ErrType
	}
	if ClassOf(e.Type) == ActivityClass && e.Actor == "" {
		return nil, ErrActor
	}
	return e, nil
}

// soleID is the id of a document: one address.
type soleID string

func (s *soleID) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	switch dec.PeekKind() {
	case 'n':
		return dec.SkipValue()
	case '"':
		tok, err := dec.ReadToken()
		if err != nil {
			return err
		}
		*s = soleID(tok.String())
		if !ValidURI(string(*s)) {
			return ErrID
		}
		return nil
	}
	return ErrID
}

// sole is the actor: one address, or one object with one. Whoever names
// several is refused, not read as the first of them.
type sole string

func (s *sole) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	if dec.PeekKind() == 'n' {
		return dec.SkipValue()
	}
	return each(dec, func() error {
		o, err := thing(dec)
		if err != nil {
			return err
		}
		if *s != "" || !ValidURI(o.ID) {
			return ErrActor
		}
		*s = sole(o.ID)
		return nil
	})
}

// CheckHygiene refuses a document that says something by @graph, @included or
// @reverse, in any place or by an alias in its context: a signature over the
// JSON would not cover what a JSON-LD reader understands (FEP-8b32). The
// document was opened before.
func CheckHygiene(raw []byte) error {
	if bytes.IndexByte(raw, '@') < 0 && bytes.IndexByte(raw, '\\') < 0 {
		return nil
	}
	dec := jsontext.NewDecoder(bytes.NewBuffer(raw), again)
	context := 0 // the depth at which an @context began, 0: outside
	for {
		tok, err := dec.ReadToken()
		if err != nil {
			return nil // the end; it was opened before
		}
		depth := dec.StackDepth()
		if context != 0 && depth < context {
			context = 0
		}
		if tok.Kind() != '"' {
			continue
		}
		_, n := dec.StackIndex(depth)
		isName := n%2 == 1 && inObject(dec, depth)
		s := tok.String()
		if forbidden(s) && (isName || context != 0) {
			return ErrHygiene
		}
		if isName && s == "@context" && context == 0 {
			context = depth
		} else if isName && context == depth {
			context = 0 // the next member after the context
		}
	}
}

func inObject(dec *jsontext.Decoder, depth int) bool {
	k, _ := dec.StackIndex(depth)
	return k == '{'
}

func forbidden(s string) bool { return s == "@graph" || s == "@included" || s == "@reverse" }
