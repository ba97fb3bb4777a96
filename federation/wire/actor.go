package wire

import (
	"strings"
	"time"
	"unicode"

	"atelier/models"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Actor is an account as its own server describes it. HTML is as it came.
// Its handle and its keys are claims that the reader has to check.
type Actor struct {
	ID        string
	URL       string
	Type      models.ActorType
	Username  string
	WebFinger string // the handle as it claims it (FEP-2c59), "" if it does not

	Name    string // plain text
	Summary string // HTML
	Fields  []Field
	Emojis  []models.Emoji
	Tags    []string // hashtags of the profile, without #
	Avatar  models.Picture
	Header  models.Picture

	Inbox        string
	SharedInbox  string
	Outbox       string
	Followers    string
	Following    string
	Featured     string
	FeaturedTags string
	Moderators   string // of a Group
	Library      string // of a chapter's Group: atelier:library

	Keys    []Key      // RSA
	Methods []Multikey // FEP-521a, mostly Ed25519

	Locked       bool
	Discoverable bool
	Indexable    bool
	Memorial     bool
	Suspended    bool
	ModsOnly     bool // Lemmy: only moderators may post
	HidePublic   bool // GoToSocial: no public posts on pages for strangers
	HideUnlisted bool // the same for unlisted ones
	AlsoKnownAs  []string
	MovedTo      string
	Domains      []string // attributionDomains
	Implements   []string // FEP-844e

	Published time.Time
	Updated   time.Time
	Raw       []byte
}

// Field is a row of a profile's table of facts.
type Field struct {
	Name  string // plain text
	HTML  string // as it came
	IsURL bool   // HTML is an address, not HTML (Link attachments)
}

// Key is a public key that an actor claims.
type Key struct {
	ID    string
	Owner string
	PEM   string
}

// Multikey is a verification method that an actor claims (FEP-521a).
type Multikey struct {
	ID         string
	Controller string
	Multibase  string
}

// rawActor is an actor as it is written.
type rawActor struct {
	ID           soleID    `json:"id"`
	Type         kind      `json:"type"`
	URL          links     `json:"url"`
	Username     text      `json:"preferredUsername"`
	WebFinger    text      `json:"webfinger"`
	Name         text      `json:"name"`
	NameMap      languages `json:"nameMap"`
	Summary      text      `json:"summary"`
	SummaryMap   languages `json:"summaryMap"`
	Attachment   fields    `json:"attachment"`
	Tag          tags      `json:"tag"`
	Icon         image     `json:"icon"`
	Image        image     `json:"image"`
	Inbox        uri       `json:"inbox"`
	SharedInbox  uri       `json:"sharedInbox"`
	Endpoints    endpoints `json:"endpoints"`
	Outbox       uri       `json:"outbox"`
	Followers    uri       `json:"followers"`
	Following    uri       `json:"following"`
	Featured     uri       `json:"featured"`
	FeaturedTags uri       `json:"featuredTags"`
	AttributedTo things    `json:"attributedTo"`
	Moderators   uri       `json:"moderators"`
	Library      uri       `json:"atelier:library"`
	PublicKey    keys      `json:"publicKey"`
	Assertion    multikeys `json:"assertionMethod"`
	Locked       boolean   `json:"manuallyApprovesFollowers"`
	Discoverable boolean   `json:"discoverable"`
	Indexable    boolean   `json:"indexable"`
	Memorial     boolean   `json:"memorial"`
	Suspended    boolean   `json:"suspended"`
	ModsOnly     boolean   `json:"postingRestrictedToMods"`
	HidePublic   boolean   `json:"hidesToPublicFromUnauthedWeb"`
	HideUnlisted boolean   `json:"hidesCcPublicFromUnauthedWeb"`
	AlsoKnownAs  uris      `json:"alsoKnownAs"`
	MovedTo      uri       `json:"movedTo"`
	Domains      texts     `json:"attributionDomains"`
	Implements   hrefs     `json:"implements"`
	Generator    generator `json:"generator"`
	Published    moment    `json:"published"`
	Updated      moment    `json:"updated"`
}

// DecodeActor reads an actor.
func DecodeActor(raw []byte) (*Actor, error) {
	var w rawActor
	if err := read(raw, &w); err != nil {
		return nil, err
	}
	switch {
	case w.Type == "":
		return nil, ErrType
	case ClassOf(string(w.Type)) != ActorClass:
		return nil, ErrNotActor
	case w.ID == "":
		return nil, ErrID
	case address(w.Inbox) == "":
		return nil, ErrInbox
	case !validUsername(string(w.Username)):
		return nil, ErrUsername
	}
	a := &Actor{
		ID: string(w.ID), Type: models.ActorType(w.Type), URL: w.URL.page(),
		Username: string(w.Username), WebFinger: cut(w.WebFinger, MaxName),
		Fields: w.Attachment.fields, Emojis: w.Tag.emojis, Tags: w.Tag.hashtags,
		Avatar: w.Icon.picture(), Header: w.Image.picture(),
		Inbox: address(w.Inbox), SharedInbox: address(w.Endpoints.SharedInbox), Outbox: address(w.Outbox),
		Followers: address(w.Followers), Following: address(w.Following),
		Featured: address(w.Featured), FeaturedTags: address(w.FeaturedTags), Moderators: w.moderators(), Library: address(w.Library),
		Keys: w.PublicKey, Methods: w.Assertion,
		Locked: w.Locked.val, Discoverable: w.Discoverable.val, Indexable: w.Indexable.val,
		Memorial: w.Memorial.val, Suspended: w.Suspended.val, ModsOnly: w.ModsOnly.val,
		HidePublic: w.HidePublic.val, HideUnlisted: w.HideUnlisted.val,
		AlsoKnownAs: addresses(w.AlsoKnownAs), MovedTo: address(w.MovedTo), Domains: w.Domains,
		Implements: append(w.Implements, w.Generator.Implements...),
		Published:  time.Time(w.Published), Updated: time.Time(w.Updated), Raw: raw,
	}
	if a.SharedInbox == "" {
		a.SharedInbox = address(w.SharedInbox)
	}
	_, name := w.NameMap.of(string(w.Name))
	_, a.Summary = w.SummaryMap.of(string(w.Summary))
	a.Name = cut(name, MaxName)
	return a, nil
}

// validUsername says whether a name can stand before the @ of a handle.
func validUsername(s string) bool {
	return s != "" && len(s) <= MaxUsername && !strings.ContainsFunc(s, func(r rune) bool {
		return r == '@' || r == '/' || unicode.IsSpace(r) || unicode.IsControl(r)
	})
}

// moderators is where a Group lists who looks after it: attributedTo in
// Lemmy, if it is one address; moderators before that.
func (w *rawActor) moderators() string {
	if w.Type != kind(models.Group) {
		return ""
	}
	if o := w.AttributedTo.first(); len(w.AttributedTo) == 1 && !o.Embedded() {
		return address(o.ID)
	}
	return address(w.Moderators)
}

// endpoints is an object, though some write its address only.
type endpoints struct{ SharedInbox string }

func (e *endpoints) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	if dec.PeekKind() != '{' {
		return dec.SkipValue()
	}
	var w struct {
		SharedInbox uri `json:"sharedInbox"`
	}
	err := json.UnmarshalDecode(dec, &w)
	e.SharedInbox = string(w.SharedInbox)
	return err
}

// fields are a profile's facts: PropertyValues, and what NodeBB makes of them.
type fields struct{ fields []Field }

func (f *fields) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return each(dec, func() error {
		if dec.PeekKind() != '{' || len(f.fields) >= MaxFields {
			return dec.SkipValue()
		}
		var w struct {
			Type    kind `json:"type"`
			Name    text `json:"name"`
			Value   text `json:"value"`
			Content text `json:"content"`
			Href    text `json:"href"`
		}
		if err := json.UnmarshalDecode(dec, &w); err != nil {
			return err
		}
		field := Field{Name: cut(w.Name, MaxName)}
		switch w.Type {
		case "PropertyValue":
			field.HTML = cut(w.Value, MaxName)
		case "Note":
			field.HTML = cut(w.Content, MaxName)
		case "Link":
			field.HTML, field.IsURL = address(w.Href), true
		}
		if field.HTML != "" {
			f.fields = append(f.fields, field)
		}
		return nil
	})
}

// keys are the values of publicKey.
type keys []Key

func (k *keys) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return each(dec, func() error {
		if dec.PeekKind() != '{' || len(*k) >= MaxKeys {
			return dec.SkipValue()
		}
		var w rawKey
		if err := json.UnmarshalDecode(dec, &w); err != nil {
			return err
		}
		if w.PEM != "" && ValidURI(string(w.ID)) {
			*k = append(*k, Key{string(w.ID), address(w.Owner), string(w.PEM)})
		}
		return nil
	})
}

type rawKey struct {
	ID    uri  `json:"id"`
	Owner uri  `json:"owner"`
	PEM   text `json:"publicKeyPem"`
}

// multikeys are the values of assertionMethod; named ones are left out: they
// would have to be fetched.
type multikeys []Multikey

func (k *multikeys) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return each(dec, func() error {
		if dec.PeekKind() != '{' || len(*k) >= MaxKeys {
			return dec.SkipValue()
		}
		var w rawMultikey
		if err := json.UnmarshalDecode(dec, &w); err != nil {
			return err
		}
		if w.Type == "Multikey" && w.Multibase != "" && ValidURI(string(w.ID)) {
			*k = append(*k, Multikey{string(w.ID), address(w.Controller), string(w.Multibase)})
		}
		return nil
	})
}

type rawMultikey struct {
	ID         uri  `json:"id"`
	Type       kind `json:"type"`
	Controller uri  `json:"controller"`
	Multibase  text `json:"publicKeyMultibase"`
}

// DecodeKey reads a key that is a document of its own (GoToSocial serves the
// owner with it, others the bare key).
func DecodeKey(raw []byte) (*Key, error) {
	var w rawKey
	if err := read(raw, &w); err != nil {
		return nil, err
	}
	if !ValidURI(string(w.ID)) || w.PEM == "" || w.Owner == "" {
		return nil, ErrType
	}
	return &Key{string(w.ID), address(w.Owner), string(w.PEM)}, nil
}

// DecodeMultikey reads a verification method that is a document of its own.
func DecodeMultikey(raw []byte) (*Multikey, error) {
	var w rawMultikey
	if err := read(raw, &w); err != nil {
		return nil, err
	}
	if !ValidURI(string(w.ID)) || w.Multibase == "" || w.Controller == "" {
		return nil, ErrType
	}
	return &Multikey{string(w.ID), address(w.Controller), string(w.Multibase)}, nil
}

// hrefs are the addresses of links (FEP-844e implements).
type hrefs []string

func (h *hrefs) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	var l links
	err := l.UnmarshalJSONFrom(dec)
	for _, link := range l {
		*h = append(*h, link.Href)
	}
	return err
}

// generator is the software; only what it says it can do matters.
type generator struct{ Implements hrefs }

func (g *generator) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return each(dec, func() error {
		if dec.PeekKind() != '{' {
			return dec.SkipValue()
		}
		var w struct {
			Implements hrefs `json:"implements"`
		}
		err := json.UnmarshalDecode(dec, &w)
		g.Implements = w.Implements
		return err
	})
}
