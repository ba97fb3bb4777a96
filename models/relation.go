package models

import "time"

// FollowState says whether a follow was answered.
type FollowState string

// The states of a follow; a rejected one is deleted.
const (
	FollowPending  FollowState = "pending"
	FollowAccepted FollowState = "accepted"
)

// Follow says that AccountID follows TargetID.
type Follow struct {
	ID        ID
	AccountID ID
	TargetID  ID
	URI       string // of the Follow activity; new for every follow
	State     FollowState
	Boosts    bool     // show the target's boosts
	Notify    bool     // notify of each post of the target
	Languages []string // show only these; none: all
	CreatedAt time.Time
}

// Block says that AccountID blocks TargetID.
type Block struct {
	ID        ID
	AccountID ID
	TargetID  ID
	URI       string
	CreatedAt time.Time
}

// Mute says that AccountID does not want to see TargetID.
type Mute struct {
	ID            ID
	AccountID     ID
	TargetID      ID
	Notifications bool      // hide its notifications too
	ExpiresAt     time.Time // zero: until taken back
	CreatedAt     time.Time
}

// Relation is everything between a viewer and one other account (Mastodon
// Relationship).
type Relation struct {
	AccountID     ID // the other
	Following     bool
	Requested     bool
	ShowBoosts    bool
	Notify        bool
	Languages     []string
	FollowedBy    bool
	RequestedBy   bool
	Blocking      bool
	BlockedBy     bool
	Muting        bool
	MutingNotes   bool // notifications too
	MuteExpiresAt time.Time
	DomainBlocked bool
	Endorsed      bool
	Note          string
}

// Reaction is a favourite: AccountID liked PostID.
type Reaction struct {
	ID        ID
	AccountID ID
	PostID    ID
	URI       string
	Emoji     string // what it was on the wire, if an emoji reaction
	CreatedAt time.Time
}
