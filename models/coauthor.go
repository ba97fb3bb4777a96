package models

import (
	"time"
)

// MaxCoAuthors is how many people a note names beside its author at most.
const MaxCoAuthors = 10

// CoAuthor is somebody whom the author of a note, its lead, asked to write it
// with them. Nobody is named before saying yes.
type CoAuthor struct {
	ID         ID
	PostID     ID
	AccountID  ID
	State      CoAuthorState
	InvitedAt  time.Time
	AnsweredAt time.Time // zero: not yet
}

// CoAuthorState says whether somebody agreed to be a co-author. Who does not,
// is none.
type CoAuthorState string

// The states.
const (
	CoAuthorInvited  CoAuthorState = "invited"
	CoAuthorAccepted CoAuthorState = "accepted"
)

// VersionMark is what a version of a note has that is not ordinary: it was
// made by somebody else than the author, or it is a small fix.
type VersionMark struct {
	PostID    ID
	Version   int
	AccountID ID   // who made it
	Small     bool // kept, and not sent out
	CreatedAt time.Time
}

// Credited are the people whom a note names beside its author, among those of
// people who can be named.
func (p *Post) Credited(people map[ID]*Account) (out []*Account) {
	for _, id := range p.Practice.Others() {
		if a := people[id]; a != nil && a.CanBeNamed() {
			out = append(out, a)
		}
	}
	return out
}

// CanBeNamed says whether a note can name the account as a co-author: it is not
// gone, and nobody took it out of sight.
func (a *Account) CanBeNamed() bool { return !a.Suspended() && a.DeletedAt.IsZero() }
