package models

import (
	"strings"
	"time"
)

// Talk is what a discussion post is beyond its words: a title, a question, a
// report of having tried a note. Most posts have none.
type Talk struct {
	Title      string  `json:"title,omitempty"`    // a first line that stands for itself
	Question   bool    `json:"question,omitempty"` // waits for an answer
	Withheld   bool    `json:"withheld,omitempty"` // asked by the chapter for a member who is not named
	AnswerID   ID      `json:"answer_id,omitempty"`
	AnswerURI  string  `json:"answer_uri,omitempty"` // of the accepted answer, if everyone may read it
	AnsweredBy string  `json:"answered_by,omitempty"`
	Thanked    bool    `json:"thanked,omitempty"`
	Tried      bool    `json:"tried,omitempty"` // a report on the note it answers
	Outcome    Outcome `json:"outcome,omitempty"`
	Setting    Setting `json:"setting,omitempty"`
	NoteURI    string  `json:"note_uri,omitempty"` // of a report or a withdrawn one: the note
}

// Outcome says how a practice note worked for somebody who tried it; it
// travels as atelier:outcome.
type Outcome string

// The outcomes.
const (
	Helped    Outcome = "helped"
	Mixed     Outcome = "mixed"
	DidNotFit Outcome = "did-not-fit"
	Adapted   Outcome = "adapted"
	Reframed  Outcome = "reframed" // "changed my practice"
)

// Outcomes are the outcomes in the order in which pages offer them.
var Outcomes = []Outcome{Helped, Mixed, DidNotFit, Adapted, Reframed}

// Words is the outcome in words, "" if o is none.
func (o Outcome) Words() string {
	switch o {
	case Helped:
		return "it helped"
	case Mixed:
		return "it helped a little"
	case DidNotFit:
		return "it did not fit"
	case Adapted:
		return "adapted it"
	case Reframed:
		return "it changed my practice"
	}
	return ""
}

// Setting is where a note was tried.
type Setting string

// The settings.
const (
	WithTeam  Setting = "team"
	OneToOne  Setting = "one-to-one"
	WithGroup Setting = "group"
)

// Words is the setting in words, "" if s is none.
func (s Setting) Words() string {
	switch s {
	case WithTeam:
		return "with a team"
	case OneToOne:
		return "one-to-one"
	case WithGroup:
		return "with a group"
	}
	return ""
}

// Sentence says in plain words that and how a note was tried: what a report
// begins with, for readers that know nothing of outcomes.
func (t *Talk) Sentence() string {
	words := "Tried it"
	if t.Setting != "" {
		words += " " + t.Setting.Words()
	}
	return words + ": " + t.Outcome.Words() + "."
}

// Report is a "tried it" report as its note's page lists it.
type Report struct {
	PostID    ID
	NoteID    ID
	AccountID ID
	Outcome   Outcome
	Setting   Setting
	CountsAt  time.Time // from when it counts, if nobody objects
	CreatedAt time.Time
}

// Tally is how a note worked for those who tried it.
type Tally map[Outcome]int

// Total is how many tried it.
func (t Tally) Total() (n int) {
	for _, k := range t {
		n += k
	}
	return n
}

// QuestionState says how far a question is.
type QuestionState string

// The states of a question.
const (
	QuestionOpen     QuestionState = "open"
	QuestionAnswered QuestionState = "answered"
	QuestionThanked  QuestionState = "thanked"
)

// Question is a question as its list shows it.
type Question struct {
	PostID     ID
	State      QuestionState
	AskerID    ID // who asked, also if the name is withheld: never shown to others
	Withheld   bool
	AnswerID   ID
	AskedAt    time.Time
	AnsweredAt time.Time
}

// Theme is a subject that notes can have. It is a small Group that others
// follow.
type Theme struct {
	ID        ID
	Key       string // stable; the name of its account
	AccountID ID
	Name      string // in the chapter's own words
	Words     string // what the chapter says of it, Markdown
	Aliases   []string
	Position  int
	CreatedAt time.Time
}

// Tag is the hashtag that says the theme: its key in CamelCase.
func (t *Theme) Tag() string {
	var b strings.Builder
	for _, part := range strings.Split(t.Key, "_") {
		if part != "" {
			b.WriteString(strings.ToUpper(part[:1]) + part[1:]) // keys are ASCII
		}
	}
	return b.String()
}

// DefaultThemes are those that a new chapter begins with: the names of the
// eight competencies of the International Coaching Federation, and two of
// daily use. A chapter renames and deletes them as it likes.
var DefaultThemes = []Theme{
	{Key: "ethical_practice", Name: "Demonstrates ethical practice", Aliases: []string{"ethics", "EthicalPractice"}},
	{Key: "coaching_mindset", Name: "Embodies a coaching mindset", Aliases: []string{"mindset", "CoachingMindset"}},
	{Key: "agreements", Name: "Establishes and maintains agreements", Aliases: []string{"Agreements", "contracting"}},
	{Key: "trust_and_safety", Name: "Cultivates trust and safety", Aliases: []string{"trust", "TrustAndSafety"}},
	{Key: "maintains_presence", Name: "Maintains presence", Aliases: []string{"presence", "MaintainsPresence"}},
	{Key: "listens_actively", Name: "Listens actively", Aliases: []string{"listening", "ListensActively"}},
	{Key: "evokes_awareness", Name: "Evokes awareness", Aliases: []string{"awareness", "EvokesAwareness"}},
	{Key: "client_growth", Name: "Facilitates client growth", Aliases: []string{"growth", "ClientGrowth"}},
	{Key: "supervision", Name: "Supervision", Aliases: []string{"Supervision"}},
	{Key: "teams", Name: "Teams and groups", Aliases: []string{"teams", "groups", "feedback"}},
}

// Series is an ordered list of notes with an introduction.
type Series struct {
	ID        ID
	Slug      string
	Title     string
	Intro     string // Markdown
	CuratorID ID
	Notes     []ID // in order
	CreatedAt time.Time
	UpdatedAt time.Time
}
