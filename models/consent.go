package models

import "time"

// ConsentKind says what somebody may do with a post.
type ConsentKind string

// What may be consented to: to quote a post (FEP-044f), to answer, to like, to
// boost it (GoToSocial interaction policies).
const (
	ToQuote    ConsentKind = "quote"
	ToReply    ConsentKind = "reply"
	ToLike     ConsentKind = "like"
	ToAnnounce ConsentKind = "announce"
)

// Consent is what the author of a local post let somebody do with it.
type Consent struct {
	ID        ID
	Kind      ConsentKind
	AuthorID  ID
	PostID    ID     // the author's post
	ByID      ID     // who asked
	URI       string // what they made: the post that quotes, the answer, the like, the boost
	CreatedAt time.Time
	RevokedAt time.Time // zero: it stands
}

// Asked is a request for consent and its answer.
type Asked struct {
	Kind    ConsentKind `json:"kind"`
	Request string      `json:"request"`         // id of the request
	Of      string      `json:"of"`              // the post that something is to be done with
	By      string      `json:"by"`              // what was made
	Stamp   string      `json:"stamp,omitempty"` // the consent; "" if there is none
}
