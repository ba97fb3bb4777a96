package models

import "time"

// FilterAction says what an app does with a status that a filter matches.
type FilterAction string

// The actions of filters.
const (
	FilterWarn FilterAction = "warn" // shown behind the filter's title
	FilterHide FilterAction = "hide"
	FilterBlur FilterAction = "blur" // only its media are hidden
)

// Valid says whether a is one of the actions.
func (a FilterAction) Valid() bool { return a == FilterWarn || a == FilterHide || a == FilterBlur }

// FilterContexts are the places in which a filter can hold.
var FilterContexts = []string{"home", "notifications", "public", "thread", "account"}

// Filter is what a member does not want to see: statuses with words, or single
// ones.
type Filter struct {
	ID        ID
	AccountID ID
	Title     string
	Contexts  []string
	Action    FilterAction
	ExpiresAt time.Time // zero: never
	CreatedAt time.Time
	Keywords  []FilterKeyword
	Posts     []FilterPost
}

// FilterKeyword is a word or phrase of a filter.
type FilterKeyword struct {
	ID        ID
	FilterID  ID
	Keyword   string
	WholeWord bool
}

// FilterPost is a post that a filter matches by its id.
type FilterPost struct {
	ID       ID
	FilterID ID
	PostID   ID
}
