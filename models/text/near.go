package text

import "strings"

// Near says whether one of the words of name is word, give or take a slip of
// the pen: a letter too many, too few, another one, or two that changed
// places. Long words may have two.
func Near(word, name string) bool {
	w := []rune(fold(word))
	if len(w) < 3 {
		return false // too short to be sure
	}
	slips := 1
	if len(w) > 6 {
		slips = 2
	}
	for part := range strings.FieldsSeq(fold(name)) {
		if apart([]rune(part), w) <= slips {
			return true
		}
	}
	return false
}

// plainLetters are letters that people type for others.
var plainLetters = strings.NewReplacer("ä", "a", "å", "a", "á", "a", "à", "a", "â", "a", "ã", "a", "ç", "c", "é", "e", "è", "e", "ê", "e", "ë", "e", "í", "i", "ì", "i", "î", "i", "ï", "i",
	"ñ", "n", "ó", "o", "ò", "o", "ô", "o", "ö", "o", "õ", "o", "ø", "o", "ú", "u", "ù", "u", "û", "u", "ü", "u", "ý", "y", "ß", "ss", "æ", "ae", "œ", "oe")

func fold(s string) string { return plainLetters.Replace(strings.ToLower(s)) }

// apart counts the slips between two words (Damerau and Levenshtein, with
// neighbours changing places once).
func apart(a, b []rune) int {
	if d := len(a) - len(b); d > 2 || d < -2 {
		return 3
	}
	var before, last []int
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		before, last, row = last, row, make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(row[j-1]+1, last[j]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
	}
	return row[len(b)]
}
