package models

import (
	"fmt"
	"strings"
	"time"
)

// Reviewed is the chapter's word that members of it read a version of a note
// before others rely on it.
type Reviewed struct {
	By      string `json:"by"`              // id of the chapter's Group
	On      string `json:"on"`              // the day, as 2006-01-02
	Version int    `json:"version"`         // that was read
	Fixed   int    `json:"fixed,omitempty"` // the last version since with small fixes alone; 0: none
}

// Since says whether version of the note is another text than the one that was
// read.
func (r *Reviewed) Since(version int) bool { return version > max(r.Version, r.Fixed) }

// AfterEdit is the mark of a note whose new version is version, small if that
// made small fixes alone. r is nil for a note without a mark.
func (r *Reviewed) AfterEdit(version int, small bool) *Reviewed {
	if r == nil || !small || r.Since(version-1) {
		return r
	}
	now := *r
	now.Fixed = version
	return &now
}

// Day is the day of the review; the zero time if On is none.
func (r *Reviewed) Day() time.Time {
	t, _ := time.Parse(time.DateOnly, r.On)
	return t
}

// When says which version was reviewed, and on which day.
func (r *Reviewed) When() string {
	return fmt.Sprintf("%s, version %d", r.Day().Format("2 Jan 2006"), r.Version)
}

// changedSince ends the line of a note that was changed after its review.
const changedSince = "; changed since review."

// Line is the sentence at the end of a note for who reads no extension: version
// is the note's present one.
func (r *Reviewed) Line(chapter string, version int) string {
	by := strings.TrimSpace("the chapter " + chapter)
	if r.Since(version) {
		return "Reviewed by " + by + ", " + r.When() + changedSince
	}
	return "Reviewed by " + by + ", " + r.When() + "."
}

// IsLine says whether a sentence is the Line of r, whatever its chapter is
// called, and whether it says that the note was changed since.
func (r *Reviewed) IsLine(s string) (is, changed bool) {
	rest, ok := strings.CutPrefix(s, "Reviewed by the chapter")
	if !ok {
		return false, false
	}
	changed = strings.HasSuffix(rest, ", "+r.When()+changedSince)
	return changed || strings.HasSuffix(rest, ", "+r.When()+"."), changed
}

// goodFor is how many months a review holds before the note needs a look.
const goodFor = 24

// NeedsLook says whether the review is so old that somebody should look at the
// note again.
func (r *Reviewed) NeedsLook(now time.Time) bool { return now.After(r.Day().AddDate(0, goodFor, 0)) }

// ReviewedBefore is the moment before which a note was reviewed that needs a
// look now.
func ReviewedBefore(now time.Time) time.Time { return now.AddDate(0, -goodFor, 0) }

// ReviewState says where a review stands.
type ReviewState string

// The states of a review.
const (
	ReviewOpen      ReviewState = "open"      // asked for, perhaps being read
	ReviewMarked    ReviewState = "marked"    // the note has the chapter's mark
	ReviewWithdrawn ReviewState = "withdrawn" // by the author
	ReviewEnded     ReviewState = "ended"     // the mark was taken back, or a later one took its place
)

// Review is one reading of a note by two members, from the request to the
// mark. A note has at most one that is open.
type Review struct {
	ID       ID
	PostID   ID
	State    ReviewState
	AskedBy  ID // the author, or a steward who found that the note needs a look
	AskedAt  time.Time
	Version  int // that got the mark
	MarkedAt time.Time
	Readers  []Reader // those who can read it now
}

// ReadersNeeded is how many members read a note before it gets the mark.
const ReadersNeeded = 2

// Reader is a member whom a steward named to read a note.
type Reader struct {
	AccountID ID
	NamedAt   time.Time
	Verdict   Verdict // "" before it was said
	Words     string  // the sentence that came with it
	Version   int     // that was read
	SaidAt    time.Time
}

// Verdict is what a reader says of a note in the end.
type Verdict string

// The verdicts.
const (
	Ready  Verdict = "ready"
	NotYet Verdict = "not-yet"
)

// Words is the verdict in words, "" if there is none.
func (v Verdict) Words() string {
	switch v {
	case Ready:
		return "ready"
	case NotYet:
		return "not yet"
	}
	return ""
}

// Reader returns what an account has to do with the review as a reader of it,
// nil if it is none.
func (r *Review) Reader(accountID ID) *Reader {
	for i := range r.Readers {
		if r.Readers[i].AccountID == accountID {
			return &r.Readers[i]
		}
	}
	return nil
}

// ReadyVersion is the version of the note that all readers found ready; 0 if
// there is none. A note that one of them saw in another version has to be read
// again.
func (r *Review) ReadyVersion() int {
	if r.State != ReviewOpen || len(r.Readers) < ReadersNeeded {
		return 0
	}
	for _, reader := range r.Readers {
		if reader.Verdict != Ready || reader.Version != r.Readers[0].Version {
			return 0
		}
	}
	return r.Readers[0].Version
}

// ReviewComment is what a reader, or the author, says beside a paragraph. It
// keeps the words that it is about.
type ReviewComment struct {
	ID        ID
	ReviewID  ID
	AccountID ID
	Version   int    // of the note that was read
	Paragraph string // key of a text.Block; "": about the whole note
	Quote     string // the paragraph's words
	Text      string
	CreatedAt time.Time
}

// ToldAt is when what others read of a local post changed last: its text,
// its mark, or who is named beside it. It is zero if that never happened.
func (p *Post) ToldAt() time.Time {
	if p.UpdatedAt.After(p.EditedAt) {
		return p.UpdatedAt
	}
	return p.EditedAt
}
