package text_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"atelier/models"
	"atelier/models/text"
)

func TestIntentOf(t *testing.T) {
	for _, test := range []struct {
		name string
		src  string
		want text.Intent
	}{
		{"nothing", "How do you begin? #listening", text.Intent{}},
		{"a question", "How do you begin? #Question", text.Intent{Question: true}},
		{"a note", "Three chairs #note", text.Intent{Note: true}},
		{"tried", "#tried it", text.Intent{Tried: true}},
		{"tried, and it helped", "#tried with a book club, #HELPED", text.Intent{Tried: true, Outcome: models.Helped}},
		{"tried, and it was mixed", "#tried #mixed", text.Intent{Tried: true, Outcome: models.Mixed}},
		{"tried, and it did not fit", "#tried #DidNotFit", text.Intent{Tried: true, Outcome: models.DidNotFit}},
		{"tried, and adapted", "#tried #adapted", text.Intent{Tried: true, Outcome: models.Adapted}},
		{"the first outcome counts", "#mixed #helped #tried", text.Intent{Tried: true, Outcome: models.Mixed}},
		{"an outcome without a trial is a word", "this #helped", text.Intent{}},
		{"a tag in the middle of a word is none", "un#tried", text.Intent{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := text.IntentOf(text.Scan(test.src, models.PlainText).Tags()...)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("IntentOf (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSplitTitle(t *testing.T) {
	long := strings.Repeat("é", 120)
	for _, test := range []struct{ name, src, title, body string }{
		{"a title and a body", "Supervision in teams\n\nHow do you…\n\nAna", "Supervision in teams", "How do you…\n\nAna"},
		{"Windows' line ends", "A\r\n\r\nB", "A", "B"},
		{"an empty line may have spaces", "\n A \n \t\nB", "A", "B"},
		{"no empty line", "A\nB\n\nC", "", "A\nB\n\nC"},
		{"nothing after it", "A\n\n \n", "", "A\n\n \n"},
		{"one line", "A", "", "A"},
		{"120 characters", long + "\n\nB", long, "B"},
		{"121 characters", long + "é\n\nB", "", long + "é\n\nB"},
		{"tags only", "#question #listening\n\nB", "", "#question #listening\n\nB"},
		{"a mention only", "@ana@c1.example:\n\nB", "", "@ana@c1.example:\n\nB"},
		{"words and a tag", "Ask me #anything\n\nB", "Ask me #anything", "B"},
		{"nothing", "", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			title, body := text.SplitTitle(test.src)
			if diff := cmp.Diff([]string{test.title, test.body}, []string{title, body}); diff != "" {
				t.Errorf("SplitTitle (-want +got):\n%s", diff)
			}
		})
	}
}
