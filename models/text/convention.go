package text

import (
	"slices"
	"strings"

	"github.com/rivo/uniseg"

	"atelier/models"
)

// Intent is what a post from an app asks for by its hashtags (PRODUCT 8).
type Intent struct {
	Question bool           // #question: it is a question
	Note     bool           // #note: it waits on the shelf as a draft note, for its author only
	Tried    bool           // #tried: in a reply, it is a report of having tried the note
	Outcome  models.Outcome // of a report: #helped, #mixed, #didnotfit or #adapted; "" if none was said
}

// IntentOf returns what the hashtags with the given names ask for. Of several
// outcomes the first counts; without #tried there is none.
func IntentOf(tags ...string) Intent {
	var in Intent
	for _, tag := range tags {
		switch key := TagKey(tag); key {
		case "question":
			in.Question = true
		case "note":
			in.Note = true
		case "tried":
			in.Tried = true
		case "helped", "mixed", "didnotfit", "adapted":
			if in.Outcome == "" {
				in.Outcome = models.Outcome(strings.Replace(key, "didnotfit", "did-not-fit", 1))
			}
		}
	}
	if !in.Tried {
		in.Outcome = ""
	}
	return in
}

// Tags returns the hashtags' names, as written.
func (f Found) Tags() []string {
	names := make([]string, len(f.Hashtags))
	for i, h := range f.Hashtags {
		names[i] = h.Name
	}
	return names
}

// maxTitle is how long the title of a discussion may be, in characters.
const maxTitle = 120

// SplitTitle parts the text of a discussion post from an app into title and
// body: a first line of up to 120 characters that is followed by an empty line
// and more text is the title (PRODUCT 8). Otherwise title is "" and body is
// src. A line of mentions, hashtags and addresses only is no title.
func SplitTitle(src string) (title, body string) {
	src = lines(src)
	line, rest, ok := strings.Cut(strings.TrimLeft(src, space), "\n")
	line = strings.TrimSpace(line)
	blank, after, _ := strings.Cut(rest, "\n")
	if !ok || strings.TrimSpace(blank) != "" || strings.TrimSpace(after) == "" || bare(line) || uniseg.GraphemeClusterCount(line) > maxTitle {
		return "", src
	}
	return line, strings.TrimSpace(after)
}

// bare says whether line has no words beside entities.
func bare(line string) bool {
	var others strings.Builder
	done := 0
	entities(line, func(e entity) {
		others.WriteString(line[done:e.start])
		done = e.end
	})
	others.WriteString(line[done:])
	return !slices.ContainsFunc([]rune(others.String()), word)
}
