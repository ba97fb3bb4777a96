package inbox

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestDocumented compares the activities that are heard with those that
// docs/federation.md says are.
func TestDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/federation.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "\n## Activities\n")
	section, _, _ = strings.Cut(section, "\nA vote is")
	var documented []string
	for row := range strings.Lines(section) {
		if cells := strings.Split(row, "|"); len(cells) > 2 {
			for _, m := range regexp.MustCompile("`([A-Z][A-Za-z]+)`").FindAllStringSubmatch(strings.Split(cells[1], " by ")[0], -1) {
				documented = append(documented, m[1])
			}
		}
	}
	slices.Sort(documented)
	if diff := cmp.Diff(slices.Sorted(maps.Keys(rules)), slices.Compact(documented)); diff != "" {
		t.Errorf("docs/federation.md (-heard +documented):\n%s", diff)
	}
}
