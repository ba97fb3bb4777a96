package models

import "time"

// HoldBack says what becomes of notifications from a kind of sender (Mastodon
// notification policy).
type HoldBack string

// The choices.
const (
	HoldNone HoldBack = "accept"
	HoldAsk  HoldBack = "filter" // into requests, until the member decides
	HoldDrop HoldBack = "drop"
)

// Valid says whether h is one of the choices.
func (h HoldBack) Valid() bool { return h == HoldNone || h == HoldAsk || h == HoldDrop }

// NotificationPolicy says from whom a member wants to hear.
type NotificationPolicy struct {
	NotFollowing    HoldBack
	NotFollowers    HoldBack
	NewAccounts     HoldBack
	PrivateMentions HoldBack
	LimitedAccounts HoldBack
	Bots            HoldBack
}

// UsualPolicy is the one of members who chose none. Direct posts of strangers
// come through: in a chapter most who write are fellow members.
var UsualPolicy = NotificationPolicy{HoldNone, HoldNone, HoldNone, HoldNone, HoldAsk, HoldNone}

// Until when a follower and an account are new.
const (
	NewFollowerFor = 3 * 24 * time.Hour
	NewAccountFor  = 30 * 24 * time.Hour
)

// A Sender is who a notification is from, as its receiver stands to them.
type Sender struct {
	CreatedAt    time.Time
	FollowsSince time.Time // the receiver; zero if it does not
	Followed     bool      // by the receiver
	Permitted    bool      // the receiver let them in before
	Limited      bool
	Bot          bool
	Steward      bool // stewards and the chapter itself are always heard
}

// canBeHeld are the types that a policy holds back. The others tell of
// something that the member asked for, or of its duties.
var canBeHeld = map[NotificationType]bool{
	NotifyMention: true, NotifyBoost: true, NotifyFollow: true, NotifyFollowRequest: true, NotifyFavourite: true, NotifyQuote: true,
	NotifyCollected: true,
}

// CanBeHeld says whether a policy holds back notifications of a type.
func (t NotificationType) CanBeHeld() bool { return canBeHeld[t] }

// Of says what becomes of a notification from s; private says that it is a
// direct post that answers none of the receiver's.
func (p NotificationPolicy) Of(s Sender, private bool, now time.Time) HoldBack {
	if s.Permitted || s.Steward {
		return HoldNone
	}
	out := HoldNone
	for _, c := range []struct {
		applies bool
		choice  HoldBack
	}{
		{!s.Followed, p.NotFollowing},
		{s.FollowsSince.IsZero() || now.Sub(s.FollowsSince) < NewFollowerFor, p.NotFollowers},
		{!s.Followed && now.Sub(s.CreatedAt) < NewAccountFor, p.NewAccounts},
		{!s.Followed && private, p.PrivateMentions},
		{!s.Followed && s.Limited, p.LimitedAccounts},
		{!s.Followed && s.Bot, p.Bots},
	} {
		switch {
		case !c.applies:
		case c.choice == HoldDrop:
			return HoldDrop
		case c.choice == HoldAsk:
			out = HoldAsk
		}
	}
	return out
}

// NotificationRequest is a sender whose notifications to AccountID are held
// back.
type NotificationRequest struct {
	ID         ID
	AccountID  ID
	FromID     ID
	LastPostID ID // 0 if none is about a post
	Count      int
	CreatedAt  time.Time
	UpdatedAt  time.Time
}
