package models

import (
	"errors"
	"fmt"
)

// Kind says what sort of trouble an Error is, for the program: each writer of
// answers maps a Kind to its own status code.
type Kind string

// The kinds of error. An error that is no *Error is Internal.
const (
	Invalid     Kind = "invalid"     // what was sent breaks a rule; the sentence says which
	Malformed   Kind = "malformed"   // what was sent cannot be read at all
	NoSession   Kind = "no-session"  // nobody is signed in, or the token is unknown
	Forbidden   Kind = "forbidden"   // known, but not allowed
	NotFound    Kind = "not-found"   // not there, or not for this viewer: one answer for both
	Gone        Kind = "gone"        // was there, was deleted
	Conflict    Kind = "conflict"    // somebody else was faster
	TooLarge    Kind = "too-large"   // more bytes than are read
	TooMany     Kind = "too-many"    // a rate limit
	Unsupported Kind = "unsupported" // a media type or format that is not read
	Unreachable Kind = "unreachable" // another server did not answer as needed
	Busy        Kind = "busy"        // trouble of ours that will pass; try again
	Internal    Kind = "internal"    // a fault of ours
)

// Error is an error that is safe to show: Msg is written for the person who
// made the request. Err, if set, is the cause, for the log only.
type Error struct {
	Kind  Kind
	Msg   string
	Field string // the form field the sentence belongs to, "" if none
	Err   error
}

// Errorf makes an Error of kind k whose sentence is formatted like fmt.Sprintf.
func Errorf(k Kind, format string, args ...any) *Error {
	return &Error{Kind: k, Msg: fmt.Sprintf(format, args...)}
}

// Because returns e with its cause set to err.
func (e *Error) Because(err error) *Error {
	c := *e
	c.Err = err
	return &c
}

// On returns e with the form field it belongs to.
func (e *Error) On(field string) *Error {
	c := *e
	c.Field = field
	return &c
}

func (e *Error) Error() string {
	if e.Err != nil {
		return e.Msg + ": " + e.Err.Error()
	}
	return e.Msg
}

func (e *Error) Unwrap() error { return e.Err }

// KindOf returns the kind of the first *Error in err's chain, Internal if
// there is none, and "" if err is nil.
func KindOf(err error) Kind {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// Sentence returns what may be shown of err: the sentence of the first *Error
// in its chain, or one neutral sentence.
func Sentence(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Msg
	}
	return "Something went wrong on our side. Please try again in a moment."
}
