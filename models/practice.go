package models

import "strings"

// PracticeKind is one of the four kinds of practice note.
type PracticeKind string

// The four kinds.
const (
	Experience PracticeKind = "experience" // what happened, what I noticed, what I would do again
	Story      PracticeKind = "story"      // situation, turn, meaning
	Tool       PracticeKind = "tool"       // purpose, steps, time, materials, cautions
	Approach   PracticeKind = "approach"   // to a recurring problem
)

// PracticeKinds are the kinds in the order in which pages offer them.
var PracticeKinds = []PracticeKind{Experience, Story, Tool, Approach}

// Valid says whether k is one of the four kinds.
func (k PracticeKind) Valid() bool { return len(practiceForms[k].Sections) > 0 }

// Form returns what the kind's form asks for.
func (k PracticeKind) Form() PracticeForm { return practiceForms[k] }

// Practice is what makes a post a practice note.
type Practice struct {
	Kind            PracticeKind    `json:"kind"`
	Sections        []Section       `json:"sections"`
	Confidentiality Confidentiality `json:"confidentiality,omitempty"`
	Licence         string          `json:"licence,omitempty"`  // its address
	Themes          []string        `json:"themes,omitempty"`   // keys of the chapter's themes
	BasedOn         string          `json:"based_on,omitempty"` // id of the note that this one grew from
	Reviewed        *Reviewed       `json:"reviewed,omitempty"` // the mark; set by MarkReviewed alone, whatever an edit says
	With            []ID            `json:"with,omitempty"`     // the co-authors who agreed to be named, whatever an edit says
}

// Others are the co-authors whom the note names.
func (p *Practice) Others() []ID {
	if p == nil {
		return nil
	}
	return p.With
}

// Section is one box of the form. The key is stable; it travels.
type Section struct {
	Key  string `json:"key"`  // of a SectionForm, or "more" for the free box
	Text string `json:"text"` // Markdown
}

// Confidentiality says how the client in a note is protected.
type Confidentiality string

// The choices; they travel as atelier:confidentiality.
const (
	NoClient  Confidentiality = "none"
	Disguised Confidentiality = "disguised"
	Composite Confidentiality = "composite"
	Agreed    Confidentiality = "agreed"
)

// Valid says whether c is empty or one of the choices.
func (c Confidentiality) Valid() bool { return c == "" || c.Line() != "" || c == NoClient }

// Line is the sentence at the end of a note that says how its client is
// protected, "" if there is nothing to say.
func (c Confidentiality) Line() string {
	switch c {
	case Disguised:
		return "Details changed to protect the client."
	case Composite:
		return "The client in this note is made of several people."
	case Agreed:
		return "Shared with the client's agreement."
	}
	return ""
}

// PracticeForm is the form of one kind.
type PracticeForm struct {
	Name     string // "Approach"
	Sentence string // what it is, for who chooses a kind
	Example  string // a title, as an example
	Sections []SectionForm
}

// SectionForm is one box of a form.
type SectionForm struct {
	Key     string
	Heading string
	Prompt  string
}

// FreeSection is the key of the box without a heading of its own.
const FreeSection = "more"

var practiceForms = map[PracticeKind]PracticeForm{
	Experience: {"Experience", "Something that happened in your practice, and what you took from it.", "The session that ended after ten minutes", []SectionForm{
		{"happened", "What happened", "As it was, in the order it was. Who was there, what was the work?"},
		{"noticed", "What I noticed", "In the room, in the other, in yourself."},
		{"again", "What I would do again", "And what you would leave."},
		{FreeSection, "More", "Anything that has no place above."},
	}},
	Story: {"Story", "A situation, a turn, and what it came to mean.", "The chair by the window", []SectionForm{
		{"situation", "The situation", "Where does it begin?"},
		{"turn", "The turn", "What changed, and how did it show?"},
		{"meaning", "What it means to me", "Why do you still tell it?"},
		{FreeSection, "More", "Anything that has no place above."},
	}},
	Tool: {"Tool", "Something to use: what it is for, how it goes, what it needs.", "Three chairs, one decision", []SectionForm{
		{"purpose", "What it is for", "And for whom. When would you take something else?"},
		{"steps", "Steps", "One after the other, with the words you use."},
		{"needs", "Time and materials", "How long, how many people, what on the table."},
		{"cautions", "Cautions", "What goes wrong, and what then."},
		{FreeSection, "More", "Anything that has no place above."},
	}},
	Approach: {"Approach", "A way of addressing a problem that comes up again and again.", "Checking in when a client goes quiet", []SectionForm{
		{"when", "When it comes up", "How do you recognise it?"},
		{"hard", "What makes it hard", "Why does the obvious not work?"},
		{"do", "What we do", "In the order in which you do it."},
		{"watch", "What to watch for", "Signs that it helps, signs to stop."},
		{"uses", "Known uses", "Where it was used, and by whom."},
		{FreeSection, "More", "Anything that has no place above."},
	}},
}

// Heading is the heading of the section with key in notes of kind k, "" for
// the free box and for keys that the form does not know.
func (k PracticeKind) Heading(key string) string {
	if key == FreeSection {
		return ""
	}
	for _, s := range practiceForms[k].Sections {
		if s.Key == key {
			return s.Heading
		}
	}
	return ""
}

// Markdown is the whole note as one text: each section under its heading. It
// is what apps edit.
func (p *Practice) Markdown() string {
	var b strings.Builder
	for _, s := range p.Sections {
		text := strings.TrimSpace(s.Text)
		if text == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteString("\n\n")
		}
		if h := p.Kind.Heading(s.Key); h != "" {
			b.WriteString("## " + h + "\n\n")
		}
		b.WriteString(text)
	}
	return b.String()
}

// SetMarkdown puts a whole note back into its sections. What stands under a
// heading that the kind's form does not have, and what stands before any,
// goes into the free box with its heading, so that nothing is lost.
func (p *Practice) SetMarkdown(text string) {
	keys := map[string]string{}
	for _, s := range p.Kind.Form().Sections {
		if s.Key != FreeSection {
			keys[strings.ToLower(s.Heading)] = s.Key
		}
	}
	var sections []Section
	key, lines := FreeSection, []string(nil)
	flush := func() {
		body := strings.TrimSpace(strings.Join(lines, "\n"))
		lines = nil
		if body == "" {
			return
		}
		for i := range sections {
			if sections[i].Key == key {
				sections[i].Text += "\n\n" + body
				return
			}
		}
		sections = append(sections, Section{key, body})
	}
	for line := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		if heading, ok := strings.CutPrefix(line, "## "); ok {
			if k := keys[strings.ToLower(strings.TrimSpace(heading))]; k != "" {
				flush()
				key = k
				continue
			}
			if key != FreeSection {
				flush()
				key = FreeSection
			}
		}
		lines = append(lines, line)
	}
	flush()
	p.Sections = sections
}
