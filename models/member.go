package models

import "time"

// Role is what a member may do.
type Role string

// The roles, from the least to the most that they may do.
const (
	Guest     Role = "guest"     // reads what everyone may read, writes replies
	Ordinary  Role = "member"    // reads and writes in the chapter
	Steward   Role = "steward"   // looks after it: members, reports, themes
	President Role = "president" // a steward who may change the chapter itself
)

// Valid says whether r is one of the roles.
func (r Role) Valid() bool { return r.rank() > 0 }

// AtLeast says whether r may do all that o may.
func (r Role) AtLeast(o Role) bool { return r.rank() >= o.rank() && o.rank() > 0 }

func (r Role) rank() int {
	switch r {
	case Guest:
		return 1
	case Ordinary:
		return 2
	case Steward:
		return 3
	case President:
		return 4
	}
	return 0
}

// MemberState says where a membership stands.
type MemberState string

// The states of a membership.
const (
	Applied   MemberState = "applied"   // waits for a steward's answer
	Active    MemberState = "active"    // may sign in
	Disabled  MemberState = "disabled"  // may not sign in; everything stays
	Suspended MemberState = "suspended" // may not sign in; hidden from all
)

// Member is a local person: an account with a credential, a role and a
// membership.
type Member struct {
	AccountID    ID
	Email        string
	PasswordHash string // PHC string, argon2id; "" means no password was set
	Role         Role
	State        MemberState
	Locale       string // BCP 47

	// Defaults for posts that do not say otherwise (Mastodon: source).
	Privacy      Visibility // of posts from apps
	MembersFirst bool       // posts from apps go to the members; Privacy is then Private
	Sensitive    bool
	Language     string
	Quotes       QuotePolicy

	// AttributionDomains are sites that may name the member as an author of
	// their pages (Mastodon: attribution_domains).
	AttributionDomains []string

	Application string // what an applicant wrote
	InvitedBy   ID
	CreatedAt   time.Time
	SeenAt      time.Time
	ConfirmedAt time.Time // when the e-mail address was confirmed
}

// QuotePolicy says who may quote a post (FEP-044f, Mastodon's
// quote_approval_policy).
type QuotePolicy string

// The policies of quotes.
const (
	QuotesPublic    QuotePolicy = "public"
	QuotesFollowers QuotePolicy = "followers"
	QuotesNobody    QuotePolicy = "nobody"
)

// Viewer is who reads: every read takes one, and sees only what it may.
type Viewer struct {
	AccountID ID   // 0: nobody is signed in
	Role      Role // "" for remote accounts and strangers
}

// Stranger is the viewer of whom nothing is known.
var Stranger = Viewer{}

// IsMember says whether the viewer may read what is for members only.
func (v Viewer) IsMember() bool { return v.Role.AtLeast(Ordinary) }

// IsSteward says whether the viewer looks after the chapter.
func (v Viewer) IsSteward() bool { return v.Role.AtLeast(Steward) }
