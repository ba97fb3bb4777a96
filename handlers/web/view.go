package web

import (
	"html/template"

	"atelier/models"
)

// The views: what templates print. They hold words that are ready, not models.

// Frame is what every page has around its content.
type Frame struct {
	Title   string // of the window
	Chapter string
	Opened  bool // there is a chapter to go to
	Bare    bool // no menu: a page with one thing to do
	Lang    string
	Theme   string // "light", "dark", or "" for the device's own
	Accent  string // the chapter's ink
	Place   string // the menu word that the page belongs to
	Here    string // the page's own address, for coming back
	Token   string // what forms of this browser carry
	Me      *Person
	Steward bool   // the one who looks may sit at the desk
	Done    string // one line about what was just done
	Script  bool   // the page has an editor

	Indexable  bool // search engines may list it
	Canonical  string
	Alternates []Alternate
	Graph      *Graph
}

// Alternate is the page in another form: its feed, its ActivityPub document.
type Alternate struct{ Type, URL, Title string }

// Graph is what other sites show when the page is linked to (OpenGraph).
type Graph struct{ Type, Title, Description, URL, Site, Image, Creator string }

// Moment is a time, said twice.
type Moment struct{ ISO, Words string }

// Link is an address with its words.
type Link struct {
	URL, Name, Icon string
	Current         bool
}

// Face is a portrait, or the initials until there is one.
type Face struct{ Initials, URL, Size string }

// Tiny, Mid and Large are the other sizes of a face.
func (f Face) Tiny() Face  { f.Size = "tiny"; return f }
func (f Face) Mid() Face   { f.Size = "mid"; return f }
func (f Face) Large() Face { f.Size = "big"; return f }

// Person is anybody.
type Person struct {
	Name, Short string
	Handle      string // name@host
	URL         string
	Where       string // the host of somebody elsewhere, or a role
	Bio         string
	Face        Face
	Notices     string // of the one who looks: the menu's line
}

// Kind is one of the four kinds of note.
type Kind struct{ Key, Name, Sentence, Example string }

// Scope says who can read something, in a word.
type Scope struct{ Icon, Name string }

// Audience says who will read it, in a sentence that is true.
type Audience struct{ Icon, Sentence string }

// Row is one thing of a list.
type Row struct {
	Title, URL, Gist string
	New              bool
	Kind             *Kind
	Facts            []string
	Outcome          string // of a report, as a word
	At               *Moment
}

// Pager leads to what is older and newer.
type Pager struct{ Older, Newer, Words string }

// Find is a search box.
type Find struct {
	Action, Label, Query, Button string
	Primary                      bool
}

// Said is a post as it stands in a discussion.
type Said struct {
	ID      models.ID
	By      Person
	At      Moment
	URL     string
	Answers string // whom, when the page does not show it by indenting
	Scope   string // if it differs from the page's
	Lang    string
	Warning string
	HTML    template.HTML
	Media   []File
	Poll    *Poll
	Card    *Card
	Quote   *Quote
	Edited  bool
	New     bool
	Replies []Said

	ReplyURL, EditURL, ReportURL string
	Act                          *Act // what only some may do with it
}

// File is a picture, film or sound.
type File struct {
	Kind, URL, Preview, Alt string
	Width, Height           int
}

// Poll is a poll as it stands. With an Action the viewer can still vote.
type Poll struct {
	Options       []PollOption
	Closes        string
	Action, Token string
	Type          string // of the inputs: "radio", or "checkbox" if several may be chosen
}

// PollOption is one answer, how many gave it, and their share in per cent.
type PollOption struct {
	Title, Votes string
	Share        int
	Mine         bool // the viewer chose it
}

// Card is a link with a title.
type Card struct{ URL, Title, Host string }

// Quote is a post that another one quotes.
type Quote struct {
	By         Person
	Words, URL string
}

// Act is a button, or a link that looks like one.
type Act struct {
	Name, Do, Hint, Token string
	Action                string // where the button posts to
	URL                   string // or where the link leads
	Primary, Pressed      bool
}

// Leaving is a note in the departure lounge.
type Leaving struct {
	ID    models.ID
	Title string
	At    Moment
	Token string
}

// Reply is the form under a discussion.
type Reply struct {
	Action, Token, Label, Hint, Also, Button string
	Primary                                  bool
	Form                                     *Form
	Audience                                 Audience
}

// Pair is a value that a form carries along.
type Pair struct{ Name, Value string }
