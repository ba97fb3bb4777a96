package web

import (
	"crypto/sha256"
	"encoding/hex"

	"atelier/models/text"
)

// A finding is a place in a note that may give a client away (PRODUCT.md, F8).
// The author decides; nothing of what is found is kept.
type finding struct {
	Text  string // as it stands in the note
	What  string // what it is, and what would say as much
	Field string // the box it stands in
}

// box is one box of the form, by its field's name.
type box struct{ Field, Text string }

var findingWords = map[text.FindingKind]string{
	text.EmailFound:    "an e-mail address",
	text.PhoneFound:    "a telephone number",
	text.NameFound:     "a title with a name",
	text.DateFound:     "an exact date. “In the spring” says as much",
	text.EmployerFound: "an employer of the chapter’s list",
}

// guard looks through boxes for what may give a client away; each thing once.
func guard(boxes []box, employers []string) []finding {
	var out []finding
	seen := map[string]bool{}
	for _, b := range boxes {
		for _, f := range text.Guard(b.Text, employers) {
			if !seen[f.Excerpt] {
				seen[f.Excerpt] = true
				out = append(out, finding{f.Excerpt, findingWords[f.Kind], b.Field})
			}
		}
	}
	return out
}

// seal names a set of findings, so that an author's "I have looked" holds for
// these and for no others.
func seal(findings []finding) string {
	h := sha256.New()
	for _, f := range findings {
		h.Write([]byte(f.Field + "\x00" + f.Text + "\x00"))
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

func findingsHeading(n int) string {
	if n == 1 {
		return "One place may give somebody away"
	}
	return capital(number(n)) + " places may give somebody away"
}
