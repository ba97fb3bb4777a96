package mastodon

import (
	"context"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/maypok86/otter/v2"

	"atelier/models"
	"atelier/models/text"
)

// filterWords is all of a post that filters look at.
func filterWords(p *models.Post) string {
	var b strings.Builder
	for _, s := range []string{p.Warning, p.Title, text.PlainText(p.HTML)} {
		if s != "" {
			b.WriteString(s)
			b.WriteString("\n")
		}
	}
	for i := range p.Media {
		if p.Media[i].Description != "" {
			b.WriteString(p.Media[i].Description + "\n")
		}
	}
	if p.Poll != nil {
		for _, o := range p.Poll.Options {
			b.WriteString(o.Title + "\n")
		}
	}
	return b.String()
}

// A filterSet is all filters of a viewer, made ready. nil has none.
type filterSet struct{ filters []readyFilter }

type readyFilter struct {
	head     []byte // a FilterResult up to its matches
	expires  time.Time
	keywords []readyKeyword
	posts    map[models.ID]bool
}

type readyKeyword struct {
	lower      string
	start, end bool // only at the start, the end of a word
}

// filtersKept is how long filters are kept at most; a change ends it at once.
const filtersKept = time.Minute

func newFilterCache() *otter.Cache[models.ID, *filterSet] {
	return otter.Must(&otter.Options[models.ID, *filterSet]{MaximumSize: 10_000, ExpiryCalculator: otter.ExpiryWriting[models.ID, *filterSet](filtersKept)})
}

// filtersOf returns the filters of an account, ready.
func (r *Render) filtersOf(ctx context.Context, accountID models.ID) (*filterSet, error) {
	if s, ok := r.filters.GetIfPresent(accountID); ok {
		return s, nil
	}
	filters, err := r.Store.Filters(ctx, accountID)
	if err != nil {
		return nil, err
	}
	s := readyFilters(filters)
	r.filters.Set(accountID, s)
	return s, nil
}

func readyFilters(filters []*models.Filter) *filterSet {
	s := &filterSet{}
	for _, f := range filters {
		ready := readyFilter{expires: f.ExpiresAt, posts: map[models.ID]bool{}}
		ready.head = append([]byte(`{"filter":`), encode(filterHead(f))...)
		for _, k := range f.Keywords {
			word := strings.TrimSpace(k.Keyword)
			if word == "" {
				continue
			}
			first, _ := utf8.DecodeRuneInString(word)
			last, _ := utf8.DecodeLastRuneInString(word)
			ready.keywords = append(ready.keywords, readyKeyword{strings.ToLower(word), k.WholeWord && isWord(first), k.WholeWord && isWord(last)})
		}
		for _, p := range f.Posts {
			ready.posts[p.PostID] = true
		}
		s.filters = append(s.filters, ready)
	}
	return s
}

// append appends every filter that matches a post, whatever its context: the
// app knows where it shows the status.
func (s *filterSet) append(b []byte, p *post, now time.Time) []byte {
	b = append(b, '[')
	if s == nil || len(s.filters) == 0 {
		return append(b, ']')
	}
	lower, first := strings.ToLower(p.words), true
	for i := range s.filters {
		f := &s.filters[i]
		if !f.expires.IsZero() && !now.Before(f.expires) {
			continue
		}
		found, matched := f.match(lower, p.words)
		byID := f.posts[p.id]
		if !matched && !byID {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = append(b, f.head...)
		b = append(b, `,"keyword_matches":[`...) // never null: versions of Tusky fail at that
		if matched {
			b = append(b, encode(found)...)
		}
		b = append(b, `],"status_matches":[`...)
		if byID {
			b = appendID(b, p.id)
		}
		b = append(b, `]}`...)
	}
	return append(b, ']')
}

// match returns the first text that one of the keywords matches. lower is
// words in lower case.
func (f *readyFilter) match(lower, words string) (found string, ok bool) {
	for _, k := range f.keywords {
		for from := 0; from <= len(lower); {
			i := strings.Index(lower[from:], k.lower)
			if i < 0 {
				break
			}
			start, end := from+i, from+i+len(k.lower)
			if k.fits(lower, start, end) {
				if len(words) == len(lower) {
					return words[start:end], true // as it is written there
				}
				return k.lower, true
			}
			_, size := utf8.DecodeRuneInString(lower[start:])
			from = start + size
		}
	}
	return "", false
}

func (k *readyKeyword) fits(s string, start, end int) bool {
	if k.start && start > 0 {
		if r, _ := utf8.DecodeLastRuneInString(s[:start]); isWord(r) {
			return false
		}
	}
	if k.end && end < len(s) {
		if r, _ := utf8.DecodeRuneInString(s[end:]); isWord(r) {
			return false
		}
	}
	return true
}

func isWord(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || r == '_'
}
