package models

import "time"

// Invite lets people become members.
type Invite struct {
	ID        ID
	Code      string
	By        ID // the inviting account
	Role      Role
	UsesLeft  int       // -1: no limit
	Used      int       // how many have joined by it
	ExpiresAt time.Time // zero: never
	RevokedAt time.Time // zero: it was not called back
	CreatedAt time.Time
}

// Good is nil for an invitation that somebody can still join by. Else it says
// what became of it.
func (i *Invite) Good(now time.Time) error {
	switch {
	case !i.RevokedAt.IsZero():
		return Errorf(Gone, "This invitation was called back. Ask whoever sent it for a new one.")
	case i.UsesLeft == 0:
		return Errorf(Gone, "This invitation was used already. Ask whoever sent it for a new one.")
	case !i.ExpiresAt.IsZero() && !now.Before(i.ExpiresAt):
		return Errorf(Gone, "This invitation expired on %s. Ask whoever sent it for a new one.", i.ExpiresAt.Format("2 January 2006"))
	}
	return nil
}
