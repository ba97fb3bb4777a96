package wire

import (
	"net/url"
	"strings"
	"time"

	"atelier/models"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Namespace is what atelier: stands for. It names our terms and is never
// fetched: each document defines inline what it uses, and readers match the
// prefixed key, whichever server sent it.
const Namespace = "https://w3id.org/atelier/ns#"

// Extension is what Atelier says of a post beyond ActivityStreams. Nothing in
// it is needed to read the post.
type Extension struct {
	Kind            string                 // of a practice note; "question" of a question
	Sections        []string               // keys of a practice note's sections, in order
	Themes          []string               // ids of theme Groups
	Contributors    []string               // ids of co-authors
	Confidentiality models.Confidentiality // how the client in the note is protected
	Licence         string                 // its address
	Review          *Review
	Tried           string // the collection of "tried it" reports
	Outcome         string // of a report: helped, mixed, did-not-fit, adapted, reframed
	BasedOn         string // the note that this one grew from
	AdaptedFrom     string // the note that this one is an adaptation of
	AcceptedAnswer  string // of a question: the id of the answer
	History         string // the collection of versions (FEP-bad1)
}

// Review says that a Group's readers reviewed a version of a note.
type Review struct {
	By      string // id of the Group
	On      string // the day, as 2006-01-02
	Version int
}

// Practice is the extension as a practice note's form, without texts; nil if
// it is none of the four kinds.
func (e *Extension) Practice() *models.Practice {
	if e == nil || !models.PracticeKind(e.Kind).Valid() {
		return nil
	}
	p := &models.Practice{Kind: models.PracticeKind(e.Kind), Confidentiality: e.Confidentiality, Licence: e.Licence}
	for _, key := range e.Sections {
		p.Sections = append(p.Sections, models.Section{Key: key})
	}
	return p
}

// Practice is what a post says of itself as a practice note. That it was
// reviewed is believed if the reviewing Group is of the post's own server: for
// others that server does not speak.
func (p *Post) Practice() *models.Practice {
	pr := p.Extension.Practice()
	if pr == nil || p.Extension.Review == nil {
		return pr
	}
	r := p.Extension.Review
	if _, err := time.Parse(time.DateOnly, r.On); err == nil && r.Version > 0 && sameServer(r.By, p.ID) {
		pr.Reviewed = &models.Reviewed{By: r.By, On: r.On, Version: r.Version}
	}
	return pr
}

// sameServer says whether two ids are of one server.
func sameServer(a, b string) bool {
	one, err := url.Parse(a)
	if err != nil || one.Host == "" {
		return false
	}
	two, err := url.Parse(b)
	return err == nil && one.Scheme == two.Scheme && strings.EqualFold(one.Host, two.Host)
}

// questionKind is the kind of a question: never the poll type Question.
const questionKind = "question"

// Talk is the extension as what a discussion post is beyond its words; nil if
// it says nothing of that.
func (e *Extension) Talk() *models.Talk {
	if e == nil {
		return nil
	}
	t := models.Talk{Question: e.Kind == questionKind}
	if o := models.Outcome(e.Outcome); o.Words() != "" {
		t.Tried, t.Outcome = true, o
	}
	if t.Question {
		t.AnswerURI = e.AcceptedAnswer
	}
	if t == (models.Talk{}) {
		return nil
	}
	return &t
}

// rawExtension is the extension as it is written.
type rawExtension struct {
	Kind            text     `json:"atelier:kind"`
	Sections        sections `json:"atelier:sections"`
	Themes          uris     `json:"atelier:theme"`
	Contributors    uris     `json:"atelier:contributor"`
	Confidentiality text     `json:"atelier:confidentiality"`
	Licence         uri      `json:"atelier:licence"`
	Review          review   `json:"atelier:review"`
	Tried           uri      `json:"atelier:tried"`
	Outcome         text     `json:"atelier:outcome"`
	BasedOn         uri      `json:"atelier:basedOn"`
	AdaptedFrom     uri      `json:"atelier:adaptedFrom"`
	AcceptedAnswer  uri      `json:"atelier:acceptedAnswer"`
	History         uri      `json:"history"`
}

func (w *rawExtension) extension() *Extension {
	c := models.Confidentiality(w.Confidentiality)
	if !c.Valid() {
		c = ""
	}
	e := Extension{
		Kind: cut(w.Kind, 40), Sections: w.Sections, Themes: addresses(w.Themes), Contributors: addresses(w.Contributors),
		Confidentiality: c, Licence: address(w.Licence), Tried: address(w.Tried), Outcome: cut(w.Outcome, 40),
		BasedOn: address(w.BasedOn), AdaptedFrom: address(w.AdaptedFrom), AcceptedAnswer: address(w.AcceptedAnswer),
		History: address(w.History),
	}
	if w.Review.By != "" {
		e.Review = (*Review)(&w.Review)
	}
	if e.empty() {
		return nil
	}
	return &e
}

func (e *Extension) empty() bool {
	return e.Kind == "" && len(e.Sections)+len(e.Themes)+len(e.Contributors) == 0 && e.Review == nil &&
		e.Confidentiality == "" && e.Licence+e.Tried+e.Outcome+e.BasedOn+e.AdaptedFrom+e.AcceptedAnswer+e.History == ""
}

func addresses(s []string) []string {
	var out []string
	for _, u := range s {
		if ValidURI(u) {
			out = append(out, u)
		}
	}
	return out
}

// sections are the keys of sections.
type sections []string

func (s *sections) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return each(dec, func() error {
		if dec.PeekKind() != '{' || len(*s) >= MaxSections {
			return dec.SkipValue()
		}
		var w struct {
			Key text `json:"key"`
		}
		if err := json.UnmarshalDecode(dec, &w); err != nil {
			return err
		}
		if w.Key != "" && len(w.Key) <= 100 && !strings.ContainsAny(string(w.Key), " \n\t") {
			*s = append(*s, string(w.Key))
		}
		return nil
	})
}

type review Review

func (r *review) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	if dec.PeekKind() != '{' {
		return dec.SkipValue()
	}
	var w struct {
		By      uri    `json:"by"`
		On      text   `json:"on"`
		Version number `json:"version"`
	}
	err := json.UnmarshalDecode(dec, &w)
	*r = review{address(w.By), cut(w.On, 30), w.Version.count()}
	return err
}
