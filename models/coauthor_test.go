package models

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Part by part: what was proposed, what stands now, and who wins.
func TestWordingMerge(t *testing.T) {
	w := func(title string, sections ...string) Wording {
		out := Wording{Title: title, Summary: "s"}
		for i := 0; i < len(sections); i += 2 {
			out.Sections = append(out.Sections, Section{sections[i], sections[i+1]})
		}
		return out
	}
	for _, test := range []struct {
		name                      string
		base, now, proposed, want Wording
		both                      []string
	}{
		{"one side changed", w("t", "a", "1", "b", "2"), w("t", "a", "1", "b", "2"), w("t", "a", "1", "b", "3"), w("t", "a", "1", "b", "3"), nil},
		{"each another part", w("t", "a", "1", "b", "2"), w("t", "a", "9", "b", "2"), w("u", "a", "1", "b", "3"), w("u", "a", "9", "b", "3"), nil},
		{"both the same part", w("t", "a", "1"), w("t", "a", "2"), w("t", "a", "3"), w("t", "a", "3"), []string{"a"}},
		{"both alike", w("t", "a", "1"), w("t", "a", "2"), w("t", "a", "2"), w("t", "a", "2"), nil},
		{"both the title", w("t", "a", "1"), w("u", "a", "1"), w("v", "a", "1"), w("v", "a", "1"), []string{TitlePart}},
		{"a new part in its place", w("t", "a", "1", "c", "3"), w("t", "a", "1", "c", "3"), w("t", "a", "1", "b", "2", "c", "3"), w("t", "a", "1", "b", "2", "c", "3"), nil},
		{"a new first part", w("t", "b", "2"), w("t", "b", "2"), w("t", "a", "1", "b", "2"), w("t", "a", "1", "b", "2"), nil},
		{"a part taken out", w("t", "a", "1", "b", "2"), w("t", "a", "1", "b", "2"), w("t", "b", "2"), w("t", "b", "2"), nil},
		{"a part taken out there and changed here", w("t", "a", "1", "b", "2"), w("t", "a", "7", "b", "2"), w("t", "b", "2"), w("t", "b", "2"), []string{"a"}},
		{"a part that came since", w("t", "a", "1"), w("t", "a", "1", "b", "2"), w("t", "a", "3"), w("t", "a", "3", "b", "2"), nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, both := test.now.Merge(test.base, test.proposed)
			if diff := cmp.Diff(test.want, got); diff != "" || !slices.Equal(both, test.both) {
				t.Errorf("both %v (-want +got):\n%s", both, diff)
			}
			if got.Seal() != test.want.Seal() || got.Seal() == (Wording{}).Seal() {
				t.Error("the seal does not tell")
			}
		})
	}
}
