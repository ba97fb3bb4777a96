package models

import (
	"strings"
	"time"
)

// NotificationType is what a notification tells (Mastodon Notification type).
type NotificationType string

// The types of notification.
const (
	NotifyMention       NotificationType = "mention"
	NotifyPost          NotificationType = "status"
	NotifyBoost         NotificationType = "reblog"
	NotifyFollow        NotificationType = "follow"
	NotifyFollowRequest NotificationType = "follow_request"
	NotifyFavourite     NotificationType = "favourite"
	NotifyPoll          NotificationType = "poll"
	NotifyUpdate        NotificationType = "update"
	NotifyQuote         NotificationType = "quote"
	NotifyQuotedUpdate  NotificationType = "quoted_update"
	NotifySignUp        NotificationType = "admin.sign_up"
	NotifyReport        NotificationType = "admin.report"
	NotifyMeasure       NotificationType = "moderation_warning"
	NotifyCollected     NotificationType = "added_to_collection"
	NotifyCollection    NotificationType = "collection_update"

	// Our own, for pages only: apps that know no such types leave the person
	// with an empty line, or stop reading.
	NotifyReadersNamed NotificationType = "atelier.reader"   // FromID asks to read a note before its review
	NotifyReviewSaid   NotificationType = "atelier.said"     // a reader said whether a note is ready
	NotifyReadAgain    NotificationType = "atelier.again"    // a note was changed after one said whether it is ready
	NotifyReviewMarked NotificationType = "atelier.reviewed" // a note got the chapter's mark
	NotifyReviewEnded  NotificationType = "atelier.unmarked" // and lost it
)

// Own says whether only pages know the type.
func (t NotificationType) Own() bool { return strings.HasPrefix(string(t), "atelier.") }

// Notification tells AccountID that FromID did something.
type Notification struct {
	ID        ID
	AccountID ID
	Type      NotificationType
	FromID    ID
	PostID    ID // 0 if it is not about a post
	ReportID  ID // the complaint of a NotifyReport, the measure of a NotifyMeasure, the collection of the last two
	GroupKey  string
	Filtered  bool // held back by the policy
	CreatedAt time.Time
}
