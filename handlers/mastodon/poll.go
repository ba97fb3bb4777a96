package mastodon

import (
	"slices"
	"time"

	"atelier/models"
)

// pollEntity is a poll as a viewer sees it (Mastodon Poll).
type pollEntity struct {
	ID          string        `json:"id"`
	ExpiresAt   moment        `json:"expires_at"`
	Expired     bool          `json:"expired"`
	Multiple    bool          `json:"multiple"`
	VotesCount  int           `json:"votes_count"`
	VotersCount *int          `json:"voters_count"`
	Options     []pollOption  `json:"options"`
	Emojis      []emojiEntity `json:"emojis"`
	Voted       *bool         `json:"voted,omitempty"`
	OwnVotes    *[]int        `json:"own_votes,omitempty"`
}

type pollOption struct {
	Title      string `json:"title"`
	VotesCount *int   `json:"votes_count"` // null while the totals are hidden
}

// poll is the poll of a post by author, for v, who chose own. Authors count as
// having voted, so that apps show them the results.
func poll(p *models.Poll, author models.ID, emoji []emojiEntity, v models.Viewer, own []int, now time.Time) pollEntity {
	open := p.Open(now)
	e := pollEntity{ID: p.PostID.String(), ExpiresAt: moment(p.ExpiresAt), Expired: !open, Multiple: p.Multiple,
		VotesCount: p.Votes(), VotersCount: &p.Voters, Options: []pollOption{}, Emojis: emoji}
	hidden := p.HideTotals && open
	for i := range p.Options {
		o := pollOption{Title: p.Options[i].Title, VotesCount: &p.Options[i].Votes}
		if hidden {
			o.VotesCount = nil
		}
		e.Options = append(e.Options, o)
	}
	if v.AccountID != 0 {
		voted := len(own) > 0 || author == v.AccountID
		own = append([]int{}, own...)
		slices.Sort(own)
		e.Voted, e.OwnVotes = &voted, &own
	}
	return e
}
