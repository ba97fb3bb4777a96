package models

import "time"

// EventKind says what happened.
type EventKind string

// The kinds of event. Those of Federates are kept until they were delivered;
// the others only wake whoever listens in this moment.
const (
	PostPublished  EventKind = "post.published"  // a local post went out, or a remote one came in
	PostEdited     EventKind = "post.edited"     // text, media or poll options changed
	PostCounted    EventKind = "post.counted"    // only counts or poll results changed
	PostDeleted    EventKind = "post.deleted"    // Data: DeletedPost
	PostBoosted    EventKind = "post.boosted"    // PostID: the boost
	PostUnboosted  EventKind = "post.unboosted"  // Data: DeletedPost of the boost
	PostFavourited EventKind = "post.favourited" // Data: Deed
	PostUnfavored  EventKind = "post.unfavoured" // Data: Deed
	PostPinned     EventKind = "post.pinned"
	PostUnpinned   EventKind = "post.unpinned"
	PollVoted      EventKind = "poll.voted"     // Data: Vote
	TagFeatured    EventKind = "tag.featured"   // Data: ShownTag
	TagUnfeatured  EventKind = "tag.unfeatured" // Data: ShownTag

	PostApproved   EventKind = "post.approved"  // an answer or boost that its author elsewhere was asked about
	QuoteAsked     EventKind = "quote.asked"    // PostID quotes a post of TargetID
	QuoteAnswered  EventKind = "quote.answered" // Data: Asked; also what else was asked for
	QuoteRevokedBy EventKind = "quote.revoked"  // Data: Asked

	FollowAsked     EventKind = "follow.asked"    // Data: Deed
	FollowAnswered  EventKind = "follow.answered" // accepted; Data: Deed
	FollowRefused   EventKind = "follow.refused"  // Data: Deed
	FollowEnded     EventKind = "follow.ended"    // Data: Deed
	AccountBlocked  EventKind = "account.blocked" // Data: Deed
	AccountUnblock  EventKind = "account.unblocked"
	AccountChanged  EventKind = "account.changed" // profile
	AccountDeleted  EventKind = "account.deleted"
	AccountMoved    EventKind = "account.moved"
	RelationChanged EventKind = "relation.changed" // AccountID's view of TargetID; nobody else's business

	Notified            EventKind = "notified"              // AccountID has a new notification, NotificationID
	Conversed           EventKind = "conversation"          // AccountID's conversation TargetID has a new post
	HomeChanged         EventKind = "home.changed"          // AccountID's home timeline was rebuilt
	FiltersChanged      EventKind = "filters.changed"       // AccountID's filters
	Announced           EventKind = "announcement"          // Data: the announcement's id
	AnnouncedGone       EventKind = "announcement.gone"     // Data: the announcement's id
	AnnouncedReact      EventKind = "announcement.reaction" // Data: AnnouncementReacted
	TokenRevoked        EventKind = "token.revoked"         // streams of it end; Data: the token's id
	ReportFiled         EventKind = "report.filed"          // by AccountID about TargetID; Data: Filed
	ChapterChanged      EventKind = "chapter.changed"
	ThreadWanted        EventKind = "thread.wanted"        // PostID has a parent that is not here
	RelayJoined         EventKind = "relay.joined"         // the server asks a relay; Data: RelayDeed
	RelayLeft           EventKind = "relay.left"           // Data: RelayDeed
	ActivityRelay       EventKind = "activity.relay"       // Data: RelayedActivity, sent on as it came: by a Group, or to the followers of TargetID
	NotificationsMerged EventKind = "notifications.merged" // what was held back for AccountID is among its notifications
)

// Event is "this happened", left by a change in its own transaction. Delivery,
// streams, letters and push work from it.
type Event struct {
	ID             ID
	Kind           EventKind
	AccountID      ID     // who did it, or whose it is
	TargetID       ID     // the other account
	PostID         ID     // the post
	NotificationID ID     // for Notified
	Data           []byte // JSON, its type as said at the kind
	Federates      bool   // kept until delivered to other servers
	CreatedAt      time.Time
}

// Deed is what an activity about another one needs after the row is gone: the
// id under which it was first sent.
type Deed struct {
	URI string `json:"uri"`
}

// DeletedPost is what remains of a deleted post, for its Delete or Undo.
type DeletedPost struct {
	URI        string     `json:"uri"`
	Type       PostType   `json:"type"`
	SubjectURI string     `json:"subject_uri,omitempty"` // of a boost: the boosted post
	Visibility Visibility `json:"visibility"`
	ThreadID   ID         `json:"thread_id,omitempty"`
	GroupID    ID         `json:"group_id,omitempty"`
	InReplyTo  ID         `json:"in_reply_to,omitempty"` // author of the parent
	Mentions   []Mention  `json:"mentions,omitempty"`
	Tags       []string   `json:"tags,omitempty"`
	LocalOnly  bool       `json:"local_only,omitempty"`
	BoostOf    ID         `json:"boost_of,omitempty"`
	// Audience are ids of remote accounts that may hold a copy beyond the
	// followers: who boosted, favourited or answered it.
	Audience []ID `json:"audience,omitempty"`
}

// Vote is a ballot: one activity on the wire for each choice.
type Vote struct {
	Choices []int    `json:"choices"`
	URIs    []string `json:"uris"`
}

// ShownTag is a hashtag that a profile shows, or showed.
type ShownTag struct {
	Label string `json:"label"`
}

// Filed names a complaint; of one that federates, the server's own actor tells
// the target's server.
type Filed struct {
	ComplaintID ID `json:"complaint_id"`
}

// AnnouncementReacted is a count of reactions that changed.
type AnnouncementReacted struct {
	ID    ID     `json:"id"`
	Name  string `json:"name"`
	Count int    `json:"count"`
}

// RelayedActivity is an activity of somebody else, to be sent on unchanged.
type RelayedActivity struct {
	ID       string `json:"id"`       // the activity's own id
	Body     []byte `json:"body"`     // as received
	Announce bool   `json:"announce"` // wrapped into an Announce by AccountID (FEP-1b12), else raw
}

// Delivery is one activity to one inbox, until done or given up.
type Delivery struct {
	ID         ID
	ActivityID ID
	ActorID    ID // who signs
	Inbox      string
	Host       string
	Attempts   int
	RunAt      time.Time
	LastError  string
	CreatedAt  time.Time
}

// OutgoingActivity is the body of deliveries, stored once.
type OutgoingActivity struct {
	ID        ID
	URI       string
	ActorID   ID
	Object    string // URI of what it is about
	Body      []byte
	CreatedAt time.Time
}

// Host is another server, and how delivery to it goes.
type Host struct {
	Name      string
	NextAt    time.Time // when somebody shall look after its deliveries; zero: there are none
	Node      string    // who does, until NextAt
	Fails     int       // in a row
	OpenUntil time.Time // no delivery before
	LastError string
	LastOKAt  time.Time
	GoneAt    time.Time // it answered 410, or failed for a week
	Signature string    // the scheme that it took: "cavage", "rfc9421", "" if not known
}
