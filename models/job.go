package models

import "time"

// Job is work that can wait: a fetch, a letter, a picture.
type Job struct {
	ID       ID
	Kind     string
	Key      string // of jobs with the same kind and key, one is enough
	Data     []byte
	Attempts int // this one counted
	RunAt    time.Time
	Done     bool // its row went with the transaction that did it
}
