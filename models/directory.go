package models

import (
	"slices"
	"strings"
)

// DirectoryField is one of the things that a member says of itself in the
// directory.
type DirectoryField string

// The fields of the directory, beside name and face.
const (
	AskField        DirectoryField = "ask" // what the member can be asked about
	TownField       DirectoryField = "town"
	LanguagesField  DirectoryField = "languages" // a list, with commas
	CredentialField DirectoryField = "credential"
)

// DirectoryFields are all fields, in the order in which pages ask for them.
var DirectoryFields = []DirectoryField{AskField, TownField, LanguagesField, CredentialField}

// ShownTo says who may see a field of the directory.
type ShownTo string

// Who may see a field.
const (
	ToNobody   ShownTo = "nobody"
	ToMembers  ShownTo = "members"
	ToEveryone ShownTo = "everyone"
)

// ShownTo are the audiences whose fields the viewer may see.
func (v Viewer) ShownTo() []string {
	if v.IsMember() {
		return []string{string(ToMembers), string(ToEveryone)}
	}
	return []string{string(ToEveryone)}
}

// Told is what a member says in one field, and to whom.
type Told struct {
	Text string
	To   ShownTo
}

// DirectoryEntry is what a member says in the directory. As others read it, a
// field that is not for them is not there.
type DirectoryEntry map[DirectoryField]Told

// What a field may have.
const (
	MaxAsk       = 200 // characters
	MaxTold      = 80
	MaxLanguages = 10
)

// Empty says whether nothing is said.
func (e DirectoryEntry) Empty() bool {
	for _, told := range e {
		if told.Text != "" {
			return false
		}
	}
	return true
}

// Faults are all that is wrong with an entry, each on its field.
func (e DirectoryEntry) Faults() []*Error {
	var out []*Error
	for _, f := range DirectoryFields {
		told := e[f]
		limit := MaxTold
		if f == AskField {
			limit = MaxAsk
		}
		if n := len([]rune(told.Text)); n > limit && f != LanguagesField {
			out = append(out, Errorf(Invalid, "This may have %d characters at most; it has %d.", limit, n).On(string(f)))
		}
		if !slices.Contains([]ShownTo{ToNobody, ToMembers, ToEveryone}, told.To) {
			out = append(out, Errorf(Invalid, "Choose who sees this: nobody, members or everyone.").On(string(f)+"-to"))
		}
	}
	languages := Languages(e[LanguagesField].Text)
	if len(languages) > MaxLanguages {
		out = append(out, Errorf(Invalid, "Name %d languages at most.", MaxLanguages).On(string(LanguagesField)))
	}
	for _, l := range languages {
		if len([]rune(l)) > MaxTold/2 {
			out = append(out, Errorf(Invalid, "Put a comma between two languages, of %d characters at most each.", MaxTold/2).On(string(LanguagesField)))
			break
		}
	}
	return out
}

// Languages are the languages that a text names, each once.
func Languages(text string) []string {
	var out []string
	for _, l := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ';' || r == '\n' }) {
		l = strings.Join(strings.Fields(l), " ")
		if l != "" && !slices.ContainsFunc(out, func(o string) bool { return strings.EqualFold(o, l) }) {
			out = append(out, l)
		}
	}
	return out
}

// Welcomed are the small steps that a new member has taken or let be, as bits.
type Welcomed int

// The steps of a welcome.
const (
	WelcomeFace   Welcomed = 1 << iota // a face and a sentence
	WelcomeAsk                         // the directory
	WelcomeFollow                      // themes and people
	WelcomeAll    = WelcomeFace | WelcomeAsk | WelcomeFollow
)
