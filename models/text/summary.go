package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxSummary is how long a summary is at most, in characters.
const maxSummary = 300

// Summary returns the first two sentences of sanitized HTML as one line of
// plain text, without headings, code and quotation lines: the summary of a
// practice note, as long as its author wrote none.
func Summary(html string) string {
	return Excerpt(Sentences((&reader{shown: true, prose: true}).read(html), 2), maxSummary)
}

// Sentences returns the first n sentences of a plain text as one line. A
// paragraph ends a sentence, whatever it ends with.
func Sentences(s string, n int) string {
	end := 0
	for ; n > 0 && end < len(s); n-- {
		end += sentence(s[end:])
	}
	return oneLine(s[:end])
}

// sentence returns the end of the first sentence of s, with the white space
// around it.
func sentence(s string) int {
	begun := false
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		i += size
		switch {
		case r == '\n' && begun && strings.HasPrefix(s[i:], "\n"):
			return i
		case strings.ContainsRune("。！？", r):
			return closing(s, i)
		case strings.ContainsRune(".!?…", r):
			if end := closing(s, i); begun && endsSentence(s, i, end) {
				return end
			}
		}
		begun = begun || word(r)
	}
	return len(s)
}

// closing returns the end of the punctuation from byte i on.
func closing(s string, i int) int {
	return span(s, i, func(r rune) bool { return strings.ContainsRune(".!?…\"')]”’»」』", r) })
}

// endsSentence says whether the sentence ends with the punctuation from before
// byte i to end: not in a number, an abbreviation or before a small letter.
func endsSentence(s string, i, end int) bool {
	next := strings.TrimLeftFunc(s[end:], unicode.IsSpace)
	if len(next) == len(s)-end || unicode.IsLower(after(next, 0)) {
		return false
	}
	return s[i-1] != '.' || !abbreviation(s[:i-1])
}

// abbreviation says whether the word at the end of s is usually followed by a
// full stop that ends no sentence.
func abbreviation(s string) bool {
	start := strings.LastIndexFunc(s[max(0, len(s)-20):], func(r rune) bool { return unicode.IsSpace(r) || r == '(' }) + 1
	last := s[max(0, len(s)-20)+start:]
	if utf8.RuneCountInString(last) == 1 && unicode.IsLetter(after(last, 0)) {
		return last != "I"
	}
	return abbreviations[strings.ToLower(last)]
}

var abbreviations = map[string]bool{"mr": true, "mrs": true, "ms": true, "dr": true, "prof": true, "st": true, "no": true, "nr": true, "vs": true, "cf": true,
	"e.g": true, "i.e": true, "approx": true, "resp": true, "vol": true, "pp": true, "z.b": true, "d.h": true, "u.a": true, "bzw": true, "ca": true, "vgl": true, "p.ex": true}
