package store

import (
	"context"
	"strings"
	"unicode"
)

// A sought is what the full-text index is asked for.
type sought struct {
	all       []term // must be there
	not       []term // must not
	beginning bool   // the last of all, if it is one word, may go on
}

// A term is a word or, of several words, a phrase.
type term []string

// maxTerms is how many words of a phrase are looked for.
const maxTerms = 12

// searchWords are the words of s, in lower case, without anything else.
func searchWords(s string) []string {
	terms := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
	})
	return terms[:min(len(terms), maxTerms)]
}

// singly are words as terms of one word each.
func singly(words []string) (out []term) {
	for _, w := range words {
		out = append(out, term{w})
	}
	return out
}

// phrases are terms, each as it was typed; those without a word are left out.
func phrases(typed []string) (out []term) {
	for _, s := range typed {
		if words := searchWords(s); len(words) > 0 {
			out = append(out, words)
		}
	}
	return out
}

// begins says whether the last term may go on.
func (s sought) begins() bool { return s.beginning && len(s.all) > 0 && len(s.all[len(s.all)-1]) == 1 }

// tsquery is what PostgreSQL's to_tsquery takes.
func (s sought) tsquery() string {
	all := tsTerms(s.all)
	if s.begins() {
		all[len(all)-1] = "'" + s.all[len(all)-1][0] + "':*"
	}
	for _, t := range tsTerms(s.not) {
		all = append(all, "!"+t)
	}
	return strings.Join(all, " & ")
}

// tsTerms writes terms for PostgreSQL.
func tsTerms(terms []term) (out []string) {
	for _, t := range terms {
		out = append(out, "('"+strings.Join(t, "' <-> '")+"')")
	}
	return out
}

// rareTerm is below how many posts that have it a term is rare.
var rareTerm = 200

// match is what SQLite's index is asked for; "" if no post has one of the terms.
// Of several terms the index reads the whole list of the rarest before anything
// else, which is best if that is short. Common ones are asked for in a form that
// has it go through all lists side by side, and end when the page is full.
func (q queries) match(ctx context.Context, s sought) (string, error) {
	terms, probe := ftsTerms(s.all), len(s.all)
	if s.begins() { // that list is merged of others, and so read whole in any case
		probe--
		terms[probe] = s.all[probe][0] + "*" // there is no beginning of a quoted word
	}
	common := len(terms) > 1
	for i := 0; len(terms) > 1 && i < probe; i++ {
		var n int
		if err := q.row(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM post_search WHERE post_search MATCH ? LIMIT ?)`, []any{terms[i], rareTerm}, &n); err != nil || n == 0 {
			return "", err
		}
		common = common && n == rareTerm
	}
	if common {
		for i := range terms {
			terms[i] = "(" + terms[i] + " NOT " + nothing + ")"
		}
	}
	return strings.Join(append([]string{strings.Join(terms, " AND ")}, ftsTerms(s.not)...), " NOT "), nil
}

// nothing is a word that no post has: its letters mean nothing. Of a term that
// excludes another SQLite does not read the list beforehand, whatever the other
// is.
const nothing = "\uE000\uE001\uE000\uE002"

// ftsTerms writes terms for SQLite.
func ftsTerms(terms []term) (out []string) {
	for _, t := range terms {
		out = append(out, `"`+strings.Join(t, " ")+`"`)
	}
	return out
}
