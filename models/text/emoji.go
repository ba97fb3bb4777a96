package text

import "unicode/utf8"

// IsEmoji says whether s is one emoji: a picture with what changes it (tone,
// variant, joined pictures), a flag, or a key cap.
func IsEmoji(s string) bool {
	if s == "" || len(s) > 64 || !utf8.ValidString(s) {
		return false
	}
	runes := []rune(s)
	if isKeyCap(runes) {
		return true
	}
	if isFlagLetter(runes[0]) {
		return len(runes) == 2 && isFlagLetter(runes[1])
	}
	for len(runes) > 0 {
		if !isPicture(runes[0]) {
			return false
		}
		for runes = runes[1:]; len(runes) > 0 && isModifier(runes[0]); {
			runes = runes[1:]
		}
		if len(runes) == 0 {
			return true
		}
		if runes[0] != 0x200D { // joiner
			return false
		}
		runes = runes[1:]
	}
	return false
}

func isKeyCap(r []rune) bool {
	if len(r) < 2 || r[len(r)-1] != 0x20E3 || !(r[0] >= '0' && r[0] <= '9' || r[0] == '#' || r[0] == '*') {
		return false
	}
	return len(r) == 2 || len(r) == 3 && r[1] == 0xFE0F
}

func isFlagLetter(r rune) bool { return r >= 0x1F1E6 && r <= 0x1F1FF }

// isModifier: variants, tones, and the letters of a region's flag.
func isModifier(r rune) bool {
	return r == 0xFE0F || r >= 0x1F3FB && r <= 0x1F3FF || r >= 0xE0020 && r <= 0xE007F
}

// isPicture: the blocks of Unicode that hold pictures.
func isPicture(r rune) bool {
	switch {
	case r >= 0x1F300 && r <= 0x1FAFF && !(r >= 0x1F3FB && r <= 0x1F3FF),
		r >= 0x2600 && r <= 0x27BF, r >= 0x2B00 && r <= 0x2BFF, r >= 0x2190 && r <= 0x21FF, r >= 0x2300 && r <= 0x23FF,
		r >= 0x25A0 && r <= 0x25FF, r >= 0x1F100 && r <= 0x1F2FF, r >= 0x1F000 && r <= 0x1F0FF,
		r == 0x00A9, r == 0x00AE, r == 0x203C, r == 0x2049, r == 0x2122, r == 0x2139, r == 0x3030, r == 0x303D, r == 0x3297, r == 0x3299, r == 0x2934, r == 0x2935:
		return true
	}
	return false
}
