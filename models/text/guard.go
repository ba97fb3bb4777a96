package text

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// FindingKind is what the confidentiality guard noticed.
type FindingKind string

// The kinds of finding.
const (
	EmailFound    FindingKind = "email"
	PhoneFound    FindingKind = "phone"
	NameFound     FindingKind = "name"     // a title with a name: "Dr. Meier"
	DateFound     FindingKind = "date"     // to the day
	EmployerFound FindingKind = "employer" // of the chapter's list
)

// Finding is something in a text by which a client might be recognised.
type Finding struct {
	Kind       FindingKind
	Start, End int    // bytes of the text
	Excerpt    string // the text between them
}

// Guard reads src by the local rules of the confidentiality guard (PRODUCT
// F8) and returns what a reader could recognise a client by, in the order of
// the text and without overlaps. It is a help for the author, not a proof: it
// neither finds everything nor is always right.
func Guard(src string, employers []string) []Finding {
	var found []Finding
	add := func(kind FindingKind, start, end int) {
		found = append(found, Finding{kind, start, end, src[start:end]})
	}
	for _, rule := range guardRules {
		for _, m := range rule.pattern.FindAllStringSubmatchIndex(src, -1) {
			start, end := m[2], m[3]
			if !joined(src, start, end) && (rule.check == nil || rule.check(src[start:end])) {
				add(rule.kind, start, end)
			}
		}
	}
	findEmployers(src, employers, add)
	slices.SortStableFunc(found, func(a, b Finding) int {
		if a.Start != b.Start {
			return a.Start - b.Start
		}
		return b.End - a.End
	})
	end := 0
	return slices.DeleteFunc(found, func(f Finding) bool {
		if f.Start < end {
			return true
		}
		end = f.End
		return false
	})
}

// joined says whether the letters or digits of src[start:end] go on outside,
// or they are part of a handle.
func joined(src string, start, end int) bool {
	first, last := after(src, start), before(src, end)
	return before(src, start) == '@' || word(first) && start > 0 && word(before(src, start)) || word(last) && end < len(src) && word(after(src, end))
}

// guardRules are the rules that a pattern can say. What counts is the first
// group.
var guardRules = []struct {
	kind    FindingKind
	pattern *regexp.Regexp
	check   func(string) bool
}{
	{EmailFound, regexp.MustCompile(`([\pL\pN._%+-]+@[\pL\pN-]+(?:\.[\pL\pN-]+)*\.\pL{2,})`), nil},
	{DateFound, regexp.MustCompile(`(?i)(\d{1,2}(?:st|nd|rd|th|\.)?\s+(?:of\s+|de\s+)?(?:` + months + `)\.?(?:,?\s+(?:de\s+)?\d{4})?)`), nil},
	{DateFound, regexp.MustCompile(`((?:` + englishMonths + `)\.?\s+\d{1,2}(?:st|nd|rd|th)?(?:,?\s+\d{4})?)`), nil},
	{DateFound, regexp.MustCompile(`(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\s?\d{1,2}[-/.]\s?(?:\d{4}|\d{2}))`), date},
	{PhoneFound, regexp.MustCompile(`(\+?\(?\d[\d ().\x{2011}\x{2013}/-]{5,20}\d)`), phone},
	{NameFound, regexp.MustCompile(`((?:` + titles + `)[ \t\x{A0}]+(?:(?:von|van|de|der|den|la|le|al)[ \t\x{A0}]+)*\p{Lu}[\pL\pM'’-]*(?:[ \t\x{A0}]+\p{Lu}[\pL\pM'’-]+)?)`), nil},
}

// Where the month comes first it is an English one, with its capital: "may 10
// people come?" is no date.
const (
	englishMonths = "January|February|March|April|May|June|July|August|September|October|November|December|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec"

	months = "january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec|" +
		"januar|februar|märz|mai|juni|juli|oktober|dezember|" +
		"janvier|février|mars|avril|juin|juillet|août|septembre|octobre|novembre|décembre|" +
		"enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre"
	titles = `Mr\.?|Mrs\.?|Ms\.?|Miss|Mx\.?|Dr\.?|Prof\.?|Professor|Sir|Dame|Lady|Lord|Rev\.?|Father|Sister|Judge|Captain|Capt\.?|Colonel|` +
		`Herrn?|Frau|Monsieur|Madame|Mme\.?|Mlle\.?|Señora?|Sra?\.|Signora?|Don|Doña`
)

// date says whether s, numbers in the shape of a date, is one.
func date(s string) bool {
	numbers := strings.FieldsFunc(s, func(r rune) bool { return !digit(r) })
	small := 0 // numbers that may be a month
	for _, n := range numbers {
		switch {
		case len(n) == 4:
			if n < "1900" || n > "2099" {
				return false
			}
		case len(n) <= 2:
			if strings.TrimLeft(n, "0") == "" {
				return false
			}
			if len(n) == 1 || n <= "12" {
				small++
			} else if n > "31" {
				return false
			}
		}
	}
	return small > 0
}

// phone says whether s, digits and what stands between them, looks like a
// telephone number rather than like a price, a year or a date.
func phone(s string) bool {
	groups := strings.FieldsFunc(s, func(r rune) bool { return !digit(r) })
	digits := len(strings.Join(groups, ""))
	if digits < 7 || digits > 15 || dateShape.MatchString(s) {
		return false
	}
	if strings.ContainsRune("+(0", rune(s[0])) {
		return true
	}
	short := len(groups) == 2 && len(s) == 8 && s[3] == '-' // 555-0123
	decimal := len(groups) == 2 && strings.Contains(s, ".")
	return len(groups) > 1 && !decimal && (digits >= 9 || short)
}

var dateShape = regexp.MustCompile(`^(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\s?\d{1,2}[-/.]\s?\d{4})$`)

// findEmployers adds every whole-word occurrence of an employer's name, in
// capitals or not.
func findEmployers(src string, employers []string, add func(FindingKind, int, int)) {
	byFirst := map[string][][]string{} // the names' words, by the first of them
	for _, name := range employers {
		if words := wordsOf(strings.ToLower(name)); len(words) > 0 {
			list := make([]string, len(words))
			for i, w := range words {
				list[i] = w.text
			}
			byFirst[list[0]] = append(byFirst[list[0]], list)
		}
	}
	words := wordsOf(src)
	for i := range words {
		longest := 0
		for _, name := range byFirst[strings.ToLower(words[i].text)] {
			if len(name) > longest && len(name) <= len(words)-i && sameWords(words[i:i+len(name)], name) {
				longest = len(name)
			}
		}
		if longest > 0 {
			add(EmployerFound, words[i].start, words[i+longest-1].start+len(words[i+longest-1].text))
		}
	}
}

func sameWords(words []wordAt, name []string) bool {
	for i, w := range words {
		if strings.ToLower(w.text) != name[i] {
			return false
		}
	}
	return true
}

// wordAt is a word and where it starts.
type wordAt struct {
	text  string
	start int
}

// wordsOf returns the words of s: runs of letters and digits.
func wordsOf(s string) []wordAt {
	var words []wordAt
	start := -1
	for i, r := range s {
		switch in := unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r); {
		case in && start < 0:
			start = i
		case !in && start >= 0:
			words = append(words, wordAt{s[start:i], start})
			start = -1
		}
	}
	if start >= 0 {
		words = append(words, wordAt{s[start:], start})
	}
	return words
}
