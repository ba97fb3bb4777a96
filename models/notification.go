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
	NotifyReadersNamed    NotificationType = "atelier.reader"            // FromID asks to read a note before its review
	NotifyReviewSaid      NotificationType = "atelier.said"              // a reader said whether a note is ready
	NotifyReadAgain       NotificationType = "atelier.again"             // a note was changed after one said whether it is ready
	NotifyReviewMarked    NotificationType = "atelier.reviewed"          // a note got the chapter's mark
	NotifyReviewEnded     NotificationType = "atelier.unmarked"          // and lost it
	NotifyCoAuthorAsked   NotificationType = "atelier.coauthor"          // FromID asks to write a note with them
	NotifyCoAuthorJoined  NotificationType = "atelier.coauthor.joined"   // who was asked said yes
	NotifyCoAuthorRefused NotificationType = "atelier.coauthor.refused"  // or no
	NotifyCoAuthorLeft    NotificationType = "atelier.coauthor.left"     // a co-author is none any more
	NotifyCoAuthorRemoved NotificationType = "atelier.coauthor.removed"  // the lead names one no more
	NotifyProposed        NotificationType = "atelier.proposal"          // ReportID: the proposal, as of the next two
	NotifyProposalMerged  NotificationType = "atelier.proposal.merged"   // the lead took a proposal over
	NotifyProposalRefused NotificationType = "atelier.proposal.declined" // or did not
)

// Own says whether only pages know the type.
func (t NotificationType) Own() bool { return strings.HasPrefix(string(t), "atelier.") }

// AmongAuthors says whether it is between those who write a note.
func (t NotificationType) AmongAuthors() bool {
	return strings.HasPrefix(string(t), "atelier.coauthor") || strings.HasPrefix(string(t), "atelier.proposal")
}

// Notification tells AccountID that FromID did something.
type Notification struct {
	ID        ID
	AccountID ID
	Type      NotificationType
	FromID    ID
	PostID    ID // 0 if it is not about a post
	ReportID  ID // the complaint of a NotifyReport, the measure of a NotifyMeasure, the collection of NotifyCollected and NotifyCollection
	GroupKey  string
	Filtered  bool // held back by the policy
	CreatedAt time.Time
}
