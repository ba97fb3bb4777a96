package web

import (
	"testing"
	"time"

	"atelier/models"
)

func TestNumbersAreSaidInWords(t *testing.T) {
	for n, want := range map[int]string{
		0: "no", 1: "one", 13: "thirteen", 20: "twenty", 64: "sixty-four", 100: "one hundred", 112: "one hundred and twelve",
		999: "nine hundred and ninety-nine", 1000: "1,000", 1234567: "1,234,567", -1: "-1", -1000: "-1,000",
	} {
		if got := number(n); got != want {
			t.Errorf("number(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestTimesAreSaidInWords(t *testing.T) {
	now := time.Date(2026, 11, 23, 14, 30, 0, 0, time.UTC) // a Monday
	for at, want := range map[string]string{
		"2026-11-23T14:29:30Z": "just now",
		"2026-11-23T14:28:30Z": "a minute ago",
		"2026-11-23T14:18:00Z": "twelve minutes ago",
		"2026-11-23T13:00:00Z": "an hour ago",
		"2026-11-23T10:00:00Z": "four hours ago",
		"2026-11-23T07:00:00Z": "this morning",
		"2026-11-23T03:00:00Z": "this night",
		"2026-11-22T23:00:00Z": "yesterday",
		"2026-11-20T09:00:00Z": "Friday",
		"2026-11-16T09:00:00Z": "16 November",
		"2025-11-16T09:00:00Z": "16 November 2025",
		"2026-11-23T15:05:00Z": "15:05",
		"2026-11-24T09:05:00Z": "tomorrow at 09:05",
		"2026-12-03T09:05:00Z": "3 December at 09:05",
	} {
		tm, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if got := when(tm, now); got != want {
			t.Errorf("when(%s) = %q, want %q", at, got, want)
		}
	}
}

func TestNames(t *testing.T) {
	for name, want := range map[string][2]string{
		"Ana Lindqvarn":     {"AL", "Ana"},
		"ana":               {"A", "ana"},
		"Dr. Pell":          {"DP", "Dr. Pell"},
		"María José  Íñigo": {"MÍ", "María"},
		"🙂 (joy)":           {"J", "🙂"},
		"🙂":                 {"?", "🙂"},
		"":                  {"?", ""},
	} {
		if got := [2]string{initials(name), short(name)}; got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
	if got, want := and([]string{"Marisol", "Hugo", "Wren"}), "Marisol, Hugo and Wren"; got != want {
		t.Errorf("and = %q, want %q", got, want)
	}
}

// Notes from elsewhere have their words in the HTML alone.
func TestWordsOfNotesFromElsewhere(t *testing.T) {
	form := &models.Practice{Kind: models.Tool, Sections: []models.Section{{Key: "steps"}}}
	old, now := &models.Revision{HTML: "<p>Wait.</p>", Practice: form}, &models.Revision{HTML: "<p>Wait longer.</p>", Practice: form}
	if got := parts(old, now, false); len(got) != 1 || len(got[0].Runs) < 2 {
		t.Errorf("the change is %+v", got)
	}
}
