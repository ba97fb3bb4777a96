package models

import "time"

// Complaint says to the stewards that something is wrong with an account or
// with some of its posts. Pages and clients call it a report; in Go that is
// the word for having tried a note.
type Complaint struct {
	ID         ID
	URI        string // of the Flag that brought it, or that we send
	FromID     ID     // who reports: a member, or another server's actor
	TargetID   ID     // whose doing it is
	PostIDs    []ID   // of the target
	RuleIDs    []ID   // of the chapter's rules, for a Violation
	Category   ComplaintCategory
	Comment    string // plain text
	Forwarded  bool   // the target's server was told
	AssignedTo ID     // the steward who looks into it, 0: nobody does
	ResolvedBy ID
	ResolvedAt time.Time // zero: open
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

// Open says whether a steward still has to decide.
func (r *Complaint) Open() bool { return r.ResolvedAt.IsZero() }

// ComplaintCategory says what a report is about (Mastodon ReportCategory).
type ComplaintCategory string

// The categories of reports.
const (
	ComplaintSpam      ComplaintCategory = "spam"
	ComplaintLegal     ComplaintCategory = "legal"
	ComplaintViolation ComplaintCategory = "violation" // of the chapter's rules
	ComplaintOther     ComplaintCategory = "other"
)

// Valid says whether c is one of the categories.
func (c ComplaintCategory) Valid() bool {
	return c == ComplaintSpam || c == ComplaintLegal || c == ComplaintViolation || c == ComplaintOther
}

// ComplaintNote is what one steward tells the others about a report.
type ComplaintNote struct {
	ID          ID
	ComplaintID ID
	By          ID
	Text        string
	CreatedAt   time.Time
}
