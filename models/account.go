package models

import (
	"strings"
	"time"
)

// ActorType is the ActivityStreams type of an account.
type ActorType string

// The five types of actor (AS2 vocabulary, section 3.2).
const (
	Person       ActorType = "Person"
	Group        ActorType = "Group"
	Service      ActorType = "Service"
	Application  ActorType = "Application"
	Organization ActorType = "Organization"
)

// Account is anyone who can act: a member, a remote actor, the chapter, a
// theme, the server itself.
type Account struct {
	ID       ID
	URI      string // the ActivityPub id; never changes
	URL      string // the page for people
	Type     ActorType
	Username string // as written; compared without case
	Domain   string // the handle's part after @ for remote accounts, "" for local ones

	Name      string // plain text
	BioHTML   string // sanitized
	BioSource string // what a local member wrote
	Fields    []Field
	Emojis    []Emoji

	Avatar Picture
	Header Picture

	InboxURI       string
	SharedInboxURI string
	OutboxURI      string
	FollowersURI   string
	FollowingURI   string
	FeaturedURI    string
	ModeratorsURI  string // of a Group: its moderators collection

	KeyID     string // of the RSA key
	PublicKey string // PEM, PKIX
	EdKeyID   string // of the Ed25519 key, "" if none
	EdKey     string // Multikey (multibase) of the Ed25519 key

	Locked       bool // follows wait for an answer
	Discoverable bool
	Indexable    bool // FEP-5feb: public posts may be found by full-text search
	Bot          bool
	Memorial     bool
	HideNetwork  bool // followers and following are counted, not listed
	AlsoKnownAs  []string
	MovedTo      string // URI of the account this one moved to; of remote ones, as both say
	SaysMovedTo  string // the same as its own server says now, proved or not; not stored

	CreatedAt   time.Time
	UpdatedAt   time.Time // when the profile last changed, at its origin
	FetchedAt   time.Time // remote accounts: when the document was last read
	SuspendedAt time.Time // zero: not suspended
	SilencedAt  time.Time // zero: not limited
	DeletedAt   time.Time // zero: there

	SensitizedAt time.Time // zero: media are shown as their author marks them

	Stats AccountStats
	Stamp int64 // grows with every change of the profile or its counts
}

// AccountStats counts what an account has.
type AccountStats struct {
	Posts      int // that everyone may read, so that it tells of no others
	Followers  int
	Following  int
	LastPostAt time.Time // of these posts
}

// Field is a row of a profile's table of facts.
type Field struct {
	Name       string    `json:"name"`
	Source     string    `json:"source,omitempty"` // what a member typed
	HTML       string    `json:"html"`             // sanitized
	VerifiedAt time.Time `json:"verified_at,omitzero"`
}

// Emoji is a custom emoji: a shortcode, without colons, and its picture.
type Emoji struct {
	Shortcode string `json:"shortcode"`
	URL       string `json:"url"`
	StaticURL string `json:"static_url,omitempty"`
}

// Picture is an avatar or a header. Key names the file in our storage; Remote
// is where a remote account's own server has it.
type Picture struct {
	Key         string `json:"key,omitempty"`
	Remote      string `json:"remote,omitempty"`
	Type        string `json:"type,omitempty"` // media type
	Description string `json:"description,omitempty"`
}

// Empty says whether there is no picture.
func (p Picture) Empty() bool { return p.Key == "" && p.Remote == "" }

// Local says whether the account lives on this server.
func (a *Account) Local() bool { return a.Domain == "" }

// Acct is the handle as clients show it: the bare name of a local account,
// name@domain of a remote one.
func (a *Account) Acct() string {
	if a.Domain == "" {
		return a.Username
	}
	return a.Username + "@" + a.Domain
}

// Label is the name to show: the display name, or the username without one.
func (a *Account) Label() string {
	if s := strings.TrimSpace(a.Name); s != "" {
		return s
	}
	return a.Username
}

// Suspended says whether nothing of the account may be shown or accepted.
func (a *Account) Suspended() bool { return !a.SuspendedAt.IsZero() }

// Inbox is where to deliver what many of the account's server may read.
func (a *Account) Inbox() string {
	if a.SharedInboxURI != "" {
		return a.SharedInboxURI
	}
	return a.InboxURI
}

// Keys are the private keys of a local account: PKCS #8, PEM.
type Keys struct {
	AccountID ID
	RSA       string
	Ed25519   string
}

// KeyPair is what a new local account is given: its private keys, and the
// public ones as documents show them.
type KeyPair struct {
	RSA       string // PKCS #8, PEM
	PublicKey string // PKIX, PEM
	Ed25519   string // PKCS #8, PEM
	EdKey     string // Multikey
}
