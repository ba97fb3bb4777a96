package models

import "time"

// RepliesPolicy says which replies a list shows.
type RepliesPolicy string

// The policies.
const (
	RepliesToFollowed RepliesPolicy = "followed" // to anyone whom the list's owner follows
	RepliesToList     RepliesPolicy = "list"     // to accounts in the list
	RepliesToNobody   RepliesPolicy = "none"
)

// Valid says whether p is one of the policies.
func (p RepliesPolicy) Valid() bool {
	return p == RepliesToFollowed || p == RepliesToList || p == RepliesToNobody
}

// List is a member's list of accounts that it follows.
type List struct {
	ID        ID
	AccountID ID
	Title     string
	Replies   RepliesPolicy
	Exclusive bool // what it brings is not at home
	CreatedAt time.Time
}

// Conversation is a thread of direct posts as one member in it sees it.
type Conversation struct {
	ID         ID
	AccountID  ID
	ThreadID   ID
	LastPostID ID
	Unread     bool
}
