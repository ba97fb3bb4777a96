package models

import "time"

// Letter is an e-mail to one person. It waits until it was sent; then only
// that it was is kept.
type Letter struct {
	ID        ID
	Kind      LetterKind
	AccountID ID // whose affair it is about, 0: nobody's here
	To        string
	Subject   string
	Text      string // plain text; "" once it was sent
	Failed    string // what the mail server said last, "" if it was not tried
	CreatedAt time.Time
	SentAt    time.Time // zero: it waits
}

// LetterKind says what a letter is for.
type LetterKind string

// The kinds of letter.
const (
	LetterReset   LetterKind = "reset"   // a link for a new password
	LetterInvite  LetterKind = "invite"  // an invitation
	LetterAnswer  LetterKind = "answer"  // to an application
	LetterMeasure LetterKind = "measure" // what stewards decided, with the link for an appeal
)

// Reset lets somebody choose a new password, once.
type Reset struct {
	Hash      string
	AccountID ID
	CreatedAt time.Time
	ExpiresAt time.Time
}
