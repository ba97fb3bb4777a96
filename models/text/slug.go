package text

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// maxSlug is how long a slug is at most, in bytes.
const maxSlug = 60

// emptySlug is the slug of a title that leaves nothing.
const emptySlug = "note"

// Slug returns the readable part of the address of what has the given title:
// its words in lower case, in ASCII, joined by hyphens; "note" if nothing is
// left. Two titles may have the same slug.
func Slug(title string) string {
	var words []string
	length := 0
	for _, word := range strings.FieldsFunc(ascii(title), func(r rune) bool { return !alnum(r) }) {
		if length > 0 && length+1+len(word) > maxSlug {
			break
		}
		if len(word) > maxSlug {
			word = word[:maxSlug]
		}
		words = append(words, word)
		length += 1 + len(word)
	}
	if len(words) == 0 {
		return emptySlug
	}
	return strings.Join(words, "-")
}

// letters are those that decomposition does not turn into ASCII.
var letters = strings.NewReplacer("ß", "ss", "æ", "ae", "œ", "oe", "ø", "o", "ł", "l", "đ", "d", "ð", "d", "þ", "th", "ı", "i", "ħ", "h", "ŋ", "n",
	"'", "", "’", "", "&", " and ")

// ascii returns s in lower case with its letters stripped to what ASCII has.
func ascii(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFKD.String(letters.Replace(strings.ToLower(s))))
}
