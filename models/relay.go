package models

import "time"

// RelayStyle is how a relay is spoken with (FEP-ae0c).
type RelayStyle string

// The styles. Of the first, its inbox is known, and it passes activities on as
// they are; the second is an actor that follows and is followed, and boosts.
const (
	InboxRelay RelayStyle = "inbox" // Mastodon
	ActorRelay RelayStyle = "actor" // LitePub: Pleroma, Akkoma, NodeBB
)

// RelayState says how far a subscription is.
type RelayState string

// The states of a subscription.
const (
	RelayNew      RelayState = "new"      // it was not asked yet
	RelayAsked    RelayState = "asked"    // it did not answer yet
	RelayAccepted RelayState = "accepted" // posts go there and come from there
	RelayRefused  RelayState = "refused"
)

// Relay is a server that passes public posts on between servers that do not
// know each other.
type Relay struct {
	ID        ID
	Address   string // as the operator gave it: of the inbox, or of the actor
	Style     RelayStyle
	Inbox     string // "" until the actor was read
	Actor     string // "" until it answered, or was read
	FollowURI string
	State     RelayState
	CreatedAt time.Time
}

// RelayDeed is what a Follow of a relay, or its Undo, says.
type RelayDeed struct {
	URI    string `json:"uri"`
	Inbox  string `json:"inbox"`
	Object string `json:"object"`
}
