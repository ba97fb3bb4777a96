package models

import (
	"slices"
	"time"
)

// Portable is what a member can take along as a table, or bring: the names are
// those of Mastodon's files.
type Portable string

// What can be taken along.
const (
	PortableFollowing Portable = "following_accounts"
	PortableLists     Portable = "lists"
	PortableBlocks    Portable = "blocked_accounts"
	PortableMutes     Portable = "muted_accounts"
	PortableDomains   Portable = "blocked_domains"
	PortableBookmarks Portable = "bookmarks"
)

// Portables are all of them, in the order in which they are best brought:
// whom one blocks before whom one follows, and lists after that.
var Portables = []Portable{PortableBlocks, PortableMutes, PortableDomains, PortableFollowing, PortableLists, PortableBookmarks}

// Valid says whether p is one of them.
func (p Portable) Valid() bool { return slices.Contains(Portables, p) }

// Import is a table that a member brought, and how far it is worked through.
type Import struct {
	ID        ID
	AccountID ID
	Kind      Portable
	Total     int // lines
	Done      int // lines that were worked through, the failed ones among them
	Failed    []ImportFailure
	CreatedAt time.Time
	EndedAt   time.Time // zero while it is under way
}

// ImportFailure is a line that could not be taken over, and why.
type ImportFailure struct {
	What string `json:"what"`
	Why  string `json:"why"`
}
