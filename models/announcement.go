package models

import "time"

// Announcement is a message of the stewards to all members: the president's
// words.
type Announcement struct {
	ID          ID
	By          ID
	Source      string // Markdown
	HTML        string // sanitized
	StartsAt    time.Time
	EndsAt      time.Time // zero: until it is taken away
	AllDay      bool      // the two are days, not hours
	PublishedAt time.Time // zero: a draft
	CreatedAt   time.Time
	UpdatedAt   time.Time

	Reactions []AnnouncementReaction // as the reader sees them
	Read      bool                   // by the reader
}

// AnnouncementReaction is how many reacted to an announcement with one emoji.
type AnnouncementReaction struct {
	Name  string
	Count int
	Me    bool // the reader did
}
