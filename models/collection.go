package models

import "time"

// Collection is a set of accounts that AccountID gathered under a name
// (Mastodon Collection).
type Collection struct {
	ID           ID
	AccountID    ID
	Name         string
	Description  string
	Language     string
	TagID        ID     // 0: none
	Tag          string // its name as first written
	Sensitive    bool
	Discoverable bool // listed on its maker's profile
	CreatedAt    time.Time
	UpdatedAt    time.Time

	Items []CollectionItem // the oldest first
}

// CollectionState says whether an account of a collection is shown in it.
type CollectionState string

// The states.
const (
	ItemAccepted CollectionState = "accepted"
	ItemRevoked  CollectionState = "revoked" // the account took itself out
)

// CollectionItem is an account in a collection.
type CollectionItem struct {
	ID        ID
	AccountID ID
	State     CollectionState
	CreatedAt time.Time
}
