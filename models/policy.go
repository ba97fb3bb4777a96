package models

import "slices"

const everyone = "https://www.w3.org/ns/activitystreams#Public"

// Policy says who may like, answer or boost a post elsewhere (GoToSocial
// interaction policies). Who may quote it is in the post.
type Policy struct {
	Like     PolicyRule `json:"like,omitzero"`
	Reply    PolicyRule `json:"reply,omitzero"`
	Announce PolicyRule `json:"announce,omitzero"`
}

// PolicyRule names, by address, for whom something goes through at once and
// for whom after the author was asked. A rule that is not set allows everyone
// who can see the post.
type PolicyRule struct {
	Set       bool     `json:"set,omitempty"`
	Automatic []string `json:"automatic,omitempty"`
	Manual    []string `json:"manual,omitempty"`
}

// Open says whether everybody may do everything at once: then there is nothing
// to remember.
func (p Policy) Open() bool { return p.Like.open() && p.Reply.open() && p.Announce.open() }

func (r PolicyRule) open() bool { return !r.Set || slices.Contains(r.Automatic, everyone) }

// Of is the rule for one thing to do.
func (p Policy) Of(k ConsentKind) PolicyRule {
	switch k {
	case ToLike:
		return p.Like
	case ToReply:
		return p.Reply
	case ToAnnounce:
		return p.Announce
	}
	return PolicyRule{}
}

// Allows says whether the rule lets actor through at once, and whether it
// does so after the author was asked. isFollower and isFollowed say how actor
// stands to the author, whose collections are at followers and following.
func (r PolicyRule) Allows(actor, author, followers, following string, isFollower, isFollowed bool) (atOnce, asked bool) {
	if !r.Set || actor == author {
		return true, true
	}
	in := func(uris []string) bool {
		for _, uri := range uris {
			switch uri {
			case "":
			case everyone, actor:
				return true
			case followers:
				if isFollower {
					return true
				}
			case following:
				if isFollowed {
					return true
				}
			}
		}
		return false
	}
	atOnce = in(r.Automatic)
	return atOnce, atOnce || in(r.Manual)
}

// ApprovalState says how the author of a post elsewhere took what was done
// with it.
type ApprovalState string

// The states of an approval.
const (
	ApprovalAsked   ApprovalState = "asked" // only the author was told
	ApprovalGiven   ApprovalState = "given"
	ApprovalRefused ApprovalState = "refused"
)

// Approval is how it stands with an answer or boost of ours that an author
// elsewhere wants to be asked about.
type Approval struct {
	PostID ID // the answer or boost
	State  ApprovalState
	Stamp  string // id of the author's consent, once given
}
