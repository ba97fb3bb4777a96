package models

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"
)

// Proposal is how a co-author would have a note. The note does not change
// before its lead takes the proposal over.
type Proposal struct {
	ID         ID
	PostID     ID
	AccountID  ID
	State      ProposalState
	Reason     string   // in one line
	Base       Wording  // the note when the proposal was begun
	Text       Wording  // what is proposed
	Replaced   *Wording // of one that was taken over: what stood there before
	Version    int      // of one that was taken over: what it became, 0 in a draft
	Answer     string   // why it was declined
	CreatedAt  time.Time
	ChangedAt  time.Time
	AnsweredAt time.Time
}

// ProposalState says where a proposal stands.
type ProposalState string

// The states of a proposal. A co-author has one that is begun or open for a
// note at most.
const (
	ProposalBegun    ProposalState = "begun" // only its author knows of it
	ProposalOpen     ProposalState = "open"
	ProposalMerged   ProposalState = "merged"
	ProposalDeclined ProposalState = "declined"
)

// Pending says whether the proposal can still be changed.
func (p *Proposal) Pending() bool { return p.State == ProposalBegun || p.State == ProposalOpen }

// Wording is what co-authors change of a note: its words.
type Wording struct {
	Title    string    `json:"title"`
	Summary  string    `json:"summary"` // plain text
	Sections []Section `json:"sections"`
}

// Text is the text of a section, "" if it is not there.
func (w Wording) Text(key string) string {
	for _, s := range w.Sections {
		if s.Key == key {
			return s.Text
		}
	}
	return ""
}

// Seal is short and differs for different words: what somebody looked at is
// known again by it.
func (w Wording) Seal() string {
	b, err := json.Marshal(w)
	if err != nil {
		panic("models: a wording cannot be written: " + err.Error()) // it holds strings only
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:12])
}

// The parts of a wording that are no sections.
const (
	TitlePart   = "title"
	SummaryPart = "summary"
)

// Merge is w with what changed from base to proposed, part by part: what the
// proposal left alone stays as it is in w. both names the parts that were
// changed on either side, and differently: there the proposal's words stand.
func (w Wording) Merge(base, proposed Wording) (merged Wording, both []string) {
	choose := func(part, was, now, wanted string) string {
		if wanted == was {
			return now
		}
		if now != was && now != wanted {
			both = append(both, part)
		}
		return wanted
	}
	merged.Title = choose(TitlePart, base.Title, w.Title, proposed.Title)
	merged.Summary = choose(SummaryPart, base.Summary, w.Summary, proposed.Summary)
	for _, key := range w.keysWith(proposed) {
		if text := choose(key, base.Text(key), w.Text(key), proposed.Text(key)); text != "" {
			merged.Sections = append(merged.Sections, Section{key, text})
		}
	}
	return merged, both
}

// keysWith are the keys of w's sections in their order, each one that only o
// has after the one that it follows there.
func (w Wording) keysWith(o Wording) []string {
	var keys []string
	for _, s := range w.Sections {
		keys = append(keys, s.Key)
	}
	after := 0
	for _, s := range o.Sections {
		if i := slices.Index(keys, s.Key); i >= 0 {
			after = i + 1
			continue
		}
		keys = slices.Insert(keys, after, s.Key)
		after++
	}
	return keys
}
