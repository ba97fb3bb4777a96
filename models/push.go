package models

import "time"

// PushSubscription is where an app wants notifications to be pushed to: one
// for each token (RFC 8030).
type PushSubscription struct {
	ID        ID
	TokenID   ID
	AccountID ID
	Endpoint  string
	P256DH    string // the app's public key, base64url
	Auth      string // the secret that it shares, base64url
	Sealed    string // the token itself, sealed: apps find the account by it in the message
	Standard  bool   // encrypted as RFC 8291 has it, not as its draft
	Alerts    map[string]bool
	Policy    PushPolicy
	CreatedAt time.Time
}

// PushPolicy says from whom notifications are pushed.
type PushPolicy string

// The policies.
const (
	PushAll      PushPolicy = "all"
	PushFollowed PushPolicy = "followed"
	PushFollower PushPolicy = "follower"
	PushNone     PushPolicy = "none"
)

// Valid says whether p is one of the policies.
func (p PushPolicy) Valid() bool {
	return p == PushAll || p == PushFollowed || p == PushFollower || p == PushNone
}
