package models

import "time"

// MeasureKind says what a steward does about an account or its posts.
type MeasureKind string

// The kinds of measure.
const (
	MeasureWord      MeasureKind = "word"      // nothing but a letter
	MeasureHide      MeasureKind = "hide"      // some posts are not shown to anybody
	MeasureRemove    MeasureKind = "remove"    // some posts are deleted; cannot be taken back
	MeasureMark      MeasureKind = "mark"      // some posts are marked sensitive
	MeasureSensitive MeasureKind = "sensitive" // all media of the account are
	MeasureDisable   MeasureKind = "disable"   // a member may not sign in
	MeasureLimit     MeasureKind = "limit"     // only followers see the account
	MeasureSuspend   MeasureKind = "suspend"   // nothing of the account is shown or accepted
)

// OfPosts says whether a measure is about posts, not about the whole account.
func (k MeasureKind) OfPosts() bool {
	return k == MeasureHide || k == MeasureRemove || k == MeasureMark
}

// Valid says whether k is one of the kinds.
func (k MeasureKind) Valid() bool {
	switch k {
	case MeasureWord, MeasureHide, MeasureRemove, MeasureMark, MeasureSensitive, MeasureDisable, MeasureLimit, MeasureSuspend:
		return true
	}
	return false
}

// Measure is what a steward did about an account, why, and what its person
// says to that.
type Measure struct {
	ID          ID
	TargetID    ID
	By          ID
	Kind        MeasureKind
	ComplaintID ID // 0: nobody had reported it
	PostIDs     []ID
	Reason      string // for the stewards' log
	Letter      string // to the person; "" if it was not told
	Key         string // opens the page of the letter to who cannot sign in; "" without a letter

	CreatedAt time.Time
	LiftedAt  time.Time // zero: it holds
	LiftedBy  ID

	Appeal     string // what the person says
	AppealedAt time.Time
	AnsweredBy ID
	AnsweredAt time.Time
	Granted    bool
}

// AppealState says where an appeal stands (Mastodon Appeal).
type AppealState string

// The states of an appeal.
const (
	NoAppeal       AppealState = ""
	AppealPending  AppealState = "pending"
	AppealApproved AppealState = "approved"
	AppealRejected AppealState = "rejected"
)

// AppealState says where the person's appeal stands.
func (m *Measure) AppealState() AppealState {
	switch {
	case m.AppealedAt.IsZero():
		return NoAppeal
	case m.AnsweredAt.IsZero():
		return AppealPending
	case m.Granted:
		return AppealApproved
	}
	return AppealRejected
}

// appealDays is how long a measure can be appealed against.
const appealDays = 20

// Appealable says whether the person may still write an appeal.
func (m *Measure) Appealable(now time.Time) bool {
	return m.Letter != "" && m.AppealedAt.IsZero() && m.LiftedAt.IsZero() && now.Before(m.CreatedAt.AddDate(0, 0, appealDays))
}

// StewardDeed is what a steward did, for the log.
type StewardDeed string

// The deeds that are logged. A measure and its end are logged as the measure's
// kind, and as "lift:" with it.
const (
	DeedAssign       StewardDeed = "report.assign"
	DeedUnassign     StewardDeed = "report.unassign"
	DeedResolve      StewardDeed = "report.resolve"
	DeedReopen       StewardDeed = "report.reopen"
	DeedSort         StewardDeed = "report.sort"
	DeedAppeal       StewardDeed = "appeal"
	DeedAppealYes    StewardDeed = "appeal.grant"
	DeedAppealNo     StewardDeed = "appeal.refuse"
	DeedAccept       StewardDeed = "member.accept"
	DeedReject       StewardDeed = "member.reject"
	DeedRole         StewardDeed = "member.role"
	DeedState        StewardDeed = "member.state"
	DeedReset        StewardDeed = "member.reset"
	DeedErase        StewardDeed = "account.erase"
	DeedKeys         StewardDeed = "account.keys"
	DeedRule         StewardDeed = "domain.rule"
	DeedRuleGone     StewardDeed = "domain.free"
	DeedBar          StewardDeed = "bar.add"
	DeedBarGone      StewardDeed = "bar.remove"
	DeedChapter      StewardDeed = "chapter.change"
	DeedTheme        StewardDeed = "theme.save"
	DeedThemeGone    StewardDeed = "theme.delete"
	DeedInvite       StewardDeed = "invite.create"
	DeedInviteGone   StewardDeed = "invite.revoke"
	DeedAnnounce     StewardDeed = "announcement.save"
	DeedAnnounceGone StewardDeed = "announcement.delete"
	DeedReviewAsk    StewardDeed = "review.ask"
	DeedReviewGone   StewardDeed = "review.withdraw"
	DeedReader       StewardDeed = "review.reader"
	DeedReaderGone   StewardDeed = "review.reader.gone"
	DeedMark         StewardDeed = "review.mark"
	DeedMarkGone     StewardDeed = "review.unmark"
)

// LogEntry is one line of the stewards' log: who did what, to whom, and why.
type LogEntry struct {
	ID          ID
	By          ID // 0: by a command on the server
	Deed        StewardDeed
	AccountID   ID
	PostID      ID
	ComplaintID ID
	Subject     string // a domain, an address, a theme
	Reason      string
	CreatedAt   time.Time
}
