package models

import "time"

// Chapter is the community that this server serves: one row.
type Chapter struct {
	AccountID  ID // its Group
	InstanceID ID // the server's own actor
	Name       string
	Domain     string // the host in ids; fixed at set-up
	Sentence   string // the domain of practice, in one sentence
	Email      string // where to write to the stewards
	OpenedAt   time.Time
	Settings   Settings
}

// Settings are what stewards may change. They are kept as JSON: nothing is
// ever looked for inside them.
type Settings struct {
	Accent       string       `json:"accent,omitempty"` // spruce, sea, iris, heather, brick, ochre, moss, slate
	NoteScope    string       `json:"note_scope"`       // first choice for new notes: "members" or "everyone"
	AppPrivacy   Visibility   `json:"app_privacy"`      // of posts from apps that name none
	AppsStayHere bool         `json:"apps_stay_here"`   // private posts from apps are members' posts
	LoungeMin    int          `json:"lounge_min"`       // minutes in the departure lounge, 0: off
	Registration Registration `json:"registration"`
	SecureFetch  bool         `json:"secure_fetch"` // authorized fetch
	AllowList    bool         `json:"allow_list"`   // federate only with allowed hosts
	Licence      string       `json:"licence"`      // first choice for new notes
	Rules        []Rule       `json:"rules,omitempty"`
	About        string       `json:"about,omitempty"`   // Markdown
	Privacy      string       `json:"privacy,omitempty"` // Markdown
	Terms        string       `json:"terms,omitempty"`   // Markdown
	Languages    []string     `json:"languages,omitempty"`
	Employers    []string     `json:"employers,omitempty"`   // for the confidentiality guard
	NoExamples   bool         `json:"no_examples,omitempty"` // the library's examples were taken away
	VAPIDPublic  string       `json:"vapid_public,omitempty"`
	VAPIDPrivate string       `json:"vapid_private,omitempty"`
}

// Registration says how one becomes a member.
type Registration string

// The ways in.
const (
	Closed   Registration = "closed"
	ByInvite Registration = "invite"
	ByAsking Registration = "application"
	Open     Registration = "open"
)

// Rule is one of the chapter's rules.
type Rule struct {
	ID   ID     `json:"id"`
	Text string `json:"text"`
	Hint string `json:"hint,omitempty"`
}

// DefaultSettings are those of a chapter that was just opened.
func DefaultSettings() Settings {
	return Settings{
		Accent:       "spruce",
		NoteScope:    "members",
		AppPrivacy:   Public,
		LoungeMin:    10,
		Registration: ByInvite,
		Licence:      "https://creativecommons.org/licenses/by-nc-sa/4.0/",
		Languages:    []string{"en"},
	}
}
