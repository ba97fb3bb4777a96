package models

import "time"

// Poll is the question part of a post (AS2 Question, Mastodon Poll).
type Poll struct {
	PostID     ID
	Options    []PollOption
	Multiple   bool
	HideTotals bool
	ExpiresAt  time.Time // zero: never
	ClosedAt   time.Time // zero: open, unless it has expired
	Voters     int       // people who voted
}

// PollOption is one answer and how many chose it.
type PollOption struct {
	Title string `json:"title"`
	Votes int    `json:"votes"`
}

// Open says whether votes are still taken at t.
func (p *Poll) Open(t time.Time) bool {
	return p.ClosedAt.IsZero() && (p.ExpiresAt.IsZero() || t.Before(p.ExpiresAt))
}

// Votes is the sum of all votes.
func (p *Poll) Votes() (n int) {
	for _, o := range p.Options {
		n += o.Votes
	}
	return n
}

// Card is the preview of a link in a post (Mastodon PreviewCard).
type Card struct {
	URL         string `json:"url"`
	Title       string `json:"title"`
	Description string `json:"description"`
	Type        string `json:"type"` // link, photo, video, rich
	Author      string `json:"author"`
	AuthorURL   string `json:"author_url"`
	Provider    string `json:"provider"`
	ProviderURL string `json:"provider_url"`
	Image       string `json:"image"`     // key of the picture in our storage
	ImageURL    string `json:"image_url"` // where the page has it
	Width       int    `json:"width"`
	Height      int    `json:"height"`
	Blurhash    string `json:"blurhash"`
}
