package web

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"atelier/models"
	"atelier/models/chapter"
)

// Form is what somebody typed and what is wrong with it: a page that is shown
// again has both, so that nothing typed is lost.
type Form struct {
	Values url.Values
	Wrong  []Fault
}

// Fault is a sentence about a field; without one it is about the whole form.
type Fault struct {
	Field string
	Msg   string
}

func newForm(pairs ...string) *Form {
	f := &Form{Values: url.Values{}}
	for i := 0; i+1 < len(pairs); i += 2 {
		f.Values.Set(pairs[i], pairs[i+1])
	}
	return f
}

// Get is what was typed into a field, without space around it.
func (f *Form) Get(name string) string { return strings.TrimSpace(f.Values.Get(name)) }

// Text is what was typed into a field, its lines ending as on the server.
func (f *Form) Text(name string) string {
	return strings.TrimSpace(strings.ReplaceAll(f.Values.Get(name), "\r\n", "\n"))
}

// Ticked says whether a box was ticked.
func (f *Form) Ticked(name string) bool { return f.Values.Get(name) != "" }

// need notes a fault if a field was left empty.
func (f *Form) need(name, msg string) {
	if f.Get(name) == "" {
		f.wrong(name, msg)
	}
}

func (f *Form) wrong(name, msg string) { f.Wrong = append(f.Wrong, Fault{name, msg}) }

// takes makes err a fault of the form, if it is one that the person at the
// form can mend, and says whether it was.
func (f *Form) takes(err error) bool {
	e, ok := errors.AsType[*models.Error](err)
	if !ok {
		return false
	}
	switch e.Kind {
	case models.Invalid, models.Malformed, models.Conflict, models.TooLarge, models.TooMany, models.Unsupported, models.Unreachable, models.Forbidden:
		f.wrong(e.Field, inPlainWords(e))
		return true
	}
	return false
}

// inPlainWords says what a verb says in Mastodon's words, which apps know, as a
// page would.
func inPlainWords(e *models.Error) string {
	switch e {
	case chapter.ErrTooLong:
		return fmt.Sprintf("This is too long: it may have %d characters at most.", chapter.MaxCharacters)
	case chapter.ErrBlank:
		return "Write something first."
	}
	return strings.TrimPrefix(e.Msg, "Validation failed: ")
}

// also notes faults of fields that were fine so far.
func (f *Form) also(faults []*models.Error) {
	for _, e := range faults {
		if f.Fault(e.Field) == "" {
			f.wrong(e.Field, e.Msg)
		}
	}
}

// Fault is the sentence about a field, "" if it is fine.
func (f *Form) Fault(name string) string {
	for _, w := range f.Wrong {
		if w.Field == name {
			return w.Msg
		}
	}
	return ""
}

// Field is one labelled line or box of a form.
type Field struct {
	Name, Label, Hint, Value, Fault string

	Type     string // of the input
	Class    string
	Complete string // what a browser may fill in
	Lang     string
	Max      int
	Area     bool
	Exact    bool // a name or address: no capitals, no spelling
	Optional bool
}

// Field returns the field called name, filled with what was typed.
func (f *Form) Field(name, label, hint string) Field {
	return Field{Name: name, Label: label, Hint: hint, Value: f.Values.Get(name), Fault: f.Fault(name), Type: "text"}
}

// Big is for titles.
func (f Field) Big() Field { f.Class = "big"; return f }

// Narrow is for short answers.
func (f Field) Narrow() Field { f.Class = "short"; return f }

// Tall is a box of several lines.
func (f Field) Tall() Field { f.Area = true; return f }

// Limit lets at most n characters be typed.
func (f Field) Limit(n int) Field { f.Max = n; return f }

// Autofill names what a browser may fill in (HTML, autocomplete).
func (f Field) Autofill(what string) Field { f.Complete = what; return f }

// Verbatim is for names and addresses.
func (f Field) Verbatim() Field { f.Exact = true; return f }

// Maybe says that the field may stay empty.
func (f Field) Maybe() Field { f.Optional = true; return f }

// Email is an e-mail address.
func (f Field) Email() Field { f.Type = "email"; return f }

// Picture is a file to choose.
func (f Field) Picture() Field { f.Type = "file"; return f }

// Password is never shown again.
func (f Field) Password(what string) Field { f.Type, f.Complete = "password", what; return f }

// Choices are answers of which one is chosen.
type Choices struct {
	Name, Label, Hint, Fault string
	Quiet                    bool // the heading above says it already
	Many                     bool // several may be chosen
	Choices                  []Choice
}

// Choice is one of the answers.
type Choice struct {
	Value, Label, Hint string
	Swatch             string // the ink that it stands for
	Checked            bool
}

// choose returns the choices called name, with what was chosen.
func (f *Form) choose(name, label, hint string, choices ...Choice) Choices {
	for i := range choices {
		choices[i].Checked = choices[i].Value == f.Values.Get(name)
	}
	return Choices{Name: name, Label: label, Hint: hint, Fault: f.Fault(name), Choices: choices}
}

// chooseMany returns the choices called name, of which several may be chosen.
func (f *Form) chooseMany(name, label, hint string, choices ...Choice) Choices {
	for i := range choices {
		choices[i].Checked = slices.Contains(f.Values[name], choices[i].Value)
	}
	return Choices{Name: name, Label: label, Hint: hint, Fault: f.Fault(name), Choices: choices, Many: true}
}

// inks are the accents a chapter chooses from (look: the stylesheet's
// data-accent).
var inks = []string{"spruce", "sea", "iris", "heather", "brick", "ochre", "moss", "slate"}

// Inks lets a chapter choose its accent.
func (f *Form) Inks(name, label, hint string) Choices {
	var choices []Choice
	for _, ink := range inks {
		choices = append(choices, Choice{Value: ink, Label: capital(ink), Swatch: ink})
	}
	return f.choose(name, label, hint, choices...)
}

// Tick is a box that is ticked or not.
type Tick struct {
	Name, Value, Label, Hint string
	Checked                  bool
}

// Tick returns the box called name.
func (f *Form) Tick(name, label, hint string) Tick {
	return Tick{name, "yes", label, hint, f.Ticked(name)}
}
