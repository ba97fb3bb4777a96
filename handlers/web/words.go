package web

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// This file says numbers and times as a person would.

var small = []string{"no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
	"eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"}

var tens = []string{"", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"}

// number says n in words up to 999, in figures beyond.
func number(n int) string {
	switch {
	case n < 0 || n > 999:
		return figures(n)
	case n < 20:
		return small[n]
	case n < 100 && n%10 == 0:
		return tens[n/10]
	case n < 100:
		return tens[n/10] + "-" + small[n%10]
	case n%100 == 0:
		return small[n/100] + " hundred"
	}
	return small[n/100] + " hundred and " + number(n%100)
}

// figures writes n with a comma between thousands.
func figures(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// count says "no notes", "one note", "sixty-four notes".
func count(n int, one, many string) string {
	if n == 1 {
		return "one " + one
	}
	return number(n) + " " + many
}

// capital makes the first letter of s a capital.
func capital(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[size:]
}

// and joins names: "Marisol, Hugo and Wren".
func and(names []string) string {
	switch n := len(names); n {
	case 0:
		return ""
	case 1:
		return names[0]
	default:
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
}

// initials are the first letters of the first and the last word of a name.
func initials(name string) string {
	var letters []rune
	for _, word := range strings.Fields(name) {
		for _, r := range word {
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				letters = append(letters, unicode.ToUpper(r))
				break
			}
		}
	}
	switch len(letters) {
	case 0:
		return "?"
	case 1:
		return string(letters)
	}
	return string([]rune{letters[0], letters[len(letters)-1]})
}

// short is the first word of a name, or all of it if that is a title.
func short(name string) string {
	first, rest, found := strings.Cut(strings.TrimSpace(name), " ")
	if found && strings.HasSuffix(first, ".") {
		return first + " " + strings.TrimSpace(rest)
	}
	return first
}

// day says a date in full.
func day(t time.Time) string { return t.Format("2 January 2006") }

// when says how long before now t was, more roughly the longer. Both are in
// the chapter's time zone.
func when(t, now time.Time) string {
	if t.After(now) {
		return until(t, now)
	}
	switch ago, days := now.Sub(t), daysBetween(t, now); {
	case ago < time.Minute:
		return "just now"
	case ago < 2*time.Minute:
		return "a minute ago"
	case ago < time.Hour:
		return number(int(ago.Minutes())) + " minutes ago"
	case ago < 2*time.Hour:
		return "an hour ago"
	case ago < 6*time.Hour && days == 0:
		return number(int(ago.Hours())) + " hours ago"
	case days == 0:
		return "this " + partOfDay(t)
	case days == 1:
		return "yesterday"
	case days < 7:
		return t.Weekday().String()
	}
	if t.Year() == now.Year() {
		return t.Format("2 January")
	}
	return day(t)
}

func until(t, now time.Time) string {
	clock := t.Format("15:04")
	switch daysBetween(now, t) {
	case 0:
		return clock
	case 1:
		return "tomorrow at " + clock
	}
	return t.Format("2 January") + " at " + clock
}

func partOfDay(t time.Time) string {
	switch h := t.Hour(); {
	case h < 5:
		return "night"
	case h < 12:
		return "morning"
	case h < 18:
		return "afternoon"
	}
	return "evening"
}

// daysBetween counts the midnights from a to b.
func daysBetween(a, b time.Time) int {
	midnight := func(t time.Time) time.Time {
		y, m, d := t.Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	}
	return int(midnight(b).Sub(midnight(a)).Hours() / 24)
}
