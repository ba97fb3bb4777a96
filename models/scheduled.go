package models

import (
	"encoding/json"
	"time"
)

// ScheduledPost is a post that leaves at a moment that its author chose.
type ScheduledPost struct {
	ID        ID
	AccountID ID
	DueAt     time.Time
	Draft     json.RawMessage // the chapter's
	Params    json.RawMessage // as the client sent them
	CreatedAt time.Time
}
