package models

import "time"

// Visibility says who may read a post, in the words of the client API. With
// LocalOnly set, Private means "the members of this chapter".
type Visibility string

// The visibilities. On the wire they are addressing (FEDERATION-NOTES: public
// has Public in to, unlisted in cc).
const (
	Public   Visibility = "public"
	Unlisted Visibility = "unlisted"
	Private  Visibility = "private"
	Direct   Visibility = "direct"
)

// Valid says whether v is one of the visibilities.
func (v Visibility) Valid() bool {
	switch v {
	case Public, Unlisted, Private, Direct:
		return true
	}
	return false
}

// Open says whether everyone may read it.
func (v Visibility) Open() bool { return v == Public || v == Unlisted }

// Narrower returns the one of two visibilities that fewer people see.
func (v Visibility) Narrower(o Visibility) Visibility {
	if v.rank() > o.rank() {
		return v
	}
	return o
}

func (v Visibility) rank() int {
	switch v {
	case Public:
		return 0
	case Unlisted:
		return 1
	case Private:
		return 2
	}
	return 3
}

// PostType is the ActivityStreams type of a post's object.
type PostType string

// The types that Atelier writes. Other types that other servers send (Page,
// Event, Video, Image, Audio, Document) are kept as they came.
const (
	NoteType     PostType = "Note"
	ArticleType  PostType = "Article"
	QuestionType PostType = "Question" // a poll
)

// PostState says whether a post is out.
type PostState string

// The states of a post.
const (
	Published PostState = "published"
	Draft     PostState = "draft"   // only its author sees it
	Waiting   PostState = "waiting" // in the departure lounge until LeavesAt
)

// Format is how a post's source is written.
type Format string

// The formats of sources.
const (
	PlainText Format = "text/plain"
	Markdown  Format = "text/markdown"
	HTML      Format = "text/html"
)

// Post is one thing an account published: a discussion post, a practice note
// when Practice is set, a boost of another post when BoostOfID is set.
type Post struct {
	ID       ID
	URI      string // the ActivityPub id, ours or the origin's; never changes
	URL      string // the page for people
	Type     PostType
	AuthorID ID
	Local    bool // written here

	Visibility Visibility
	LocalOnly  bool
	State      PostState
	LeavesAt   time.Time // when a waiting post goes out

	Title     string // plain text; practice notes, and Articles and Pages of others
	Slug      string // of a local practice note's address
	Summary   string // HTML: what a practice note is about, in two sentences
	Warning   string // plain text: the content warning (client API: spoiler_text)
	Sensitive bool   // media are hidden until asked for
	HTML      string // already sanitized; safe to put on a page
	Source    string // what the author typed
	Format    Format
	Language  string // BCP 47, "" if not known

	InReplyToID       ID     // 0: no reply, or the parent is not here yet
	InReplyToURI      string // the parent's id, also while it is not here
	InReplyToAuthorID ID
	ThreadID          ID     // id of the thread's first post; its own id for that one
	ContextURI        string // the thread's collection (FEP-7888)
	GroupID           ID     // the Group whose audience it is for, 0 if none
	BoostOfID         ID

	QuoteOfID   ID
	QuoteURI    string
	QuoteState  QuoteState
	QuoteStamp  string // URI of the QuoteAuthorization
	QuotePolicy QuotePolicy

	Practice *Practice
	Talk     *Talk
	Poll     *Poll
	Card     *Card

	Mentions []Mention
	Tags     []string // as written, without #; the key is its lower case
	Media    []Media
	Emojis   []Emoji

	AppID     ID // the client it was written with, 0 for the pages
	CreatedAt time.Time
	EditedAt  time.Time // zero: never edited
	UpdatedAt time.Time // of a remote post: the origin's "updated"
	PinnedAt  time.Time // zero: not pinned to the author's profile
	Version   int       // counts the published versions, from 1
	Reason    string    // of this version, in one line

	Stats PostStats
	Stamp int64 // grows with every change that readers can see
}

// PostStats counts what others did with a post. For remote posts it counts
// what is known here.
type PostStats struct {
	Replies    int // that everyone may read
	Members    int // replies for the members
	Boosts     int
	Favourites int
	Quotes     int // that everyone may read
}

// Replies counts the replies to the post that whoever may read it may read: a
// number tells of no other.
func (p *Post) Replies() int {
	if p.IsMembers() {
		return max(p.Stats.Replies+p.Stats.Members, 0)
	}
	return max(p.Stats.Replies, 0)
}

// RepliesFor counts the replies to the post that v may read.
func (p *Post) RepliesFor(v Viewer) int {
	if v.IsMember() {
		return max(p.Stats.Replies+p.Stats.Members, 0)
	}
	return max(p.Stats.Replies, 0)
}

// ForAll says whether everyone may read the post once it is out.
func (p *Post) ForAll() bool { return p.Visibility.Open() && !p.LocalOnly }

// IsMembers says whether the post is for the members of this chapter only.
func (p *Post) IsMembers() bool { return p.LocalOnly && p.Visibility == Private }

// Leaves says whether the post may be sent to other servers at all.
func (p *Post) Leaves() bool { return p.Local && !p.LocalOnly && p.State == Published }

// IsReply says whether the post answers another, known or not.
func (p *Post) IsReply() bool { return p.InReplyToID != 0 || p.InReplyToURI != "" }

// Subject is the post a reader sees: the boosted one of a boost, else itself.
func (p *Post) Subject() ID {
	if p.BoostOfID != 0 {
		return p.BoostOfID
	}
	return p.ID
}

// Mention names an account in a post.
type Mention struct {
	AccountID ID     `json:"id"`
	URI       string `json:"uri"`
	URL       string `json:"url"`
	Username  string `json:"username"`
	Acct      string `json:"acct"`
	Silent    bool   `json:"silent,omitempty"` // addressed, not named in the text
}

// QuoteState is the consent to a quote (client API: quote.state).
type QuoteState string

// The states of a quote.
const (
	QuotePending  QuoteState = "pending"
	QuoteAccepted QuoteState = "accepted"
	QuoteRejected QuoteState = "rejected"
	QuoteRevoked  QuoteState = "revoked"
)

// Revision is a version of a post as it was.
type Revision struct {
	ID         ID
	PostID     ID
	Version    int
	Visibility Visibility // who might read it; who may read the post now is asked as well
	LocalOnly  bool
	AccountID  ID // who saved it
	Reason     string
	Title      string
	Summary    string
	Warning    string
	Sensitive  bool
	HTML       string
	Source     string
	Practice   *Practice
	Media      []Media
	Poll       *Poll
	CreatedAt  time.Time
}
