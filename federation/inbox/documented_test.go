package inbox

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestFeatureTable looks whether each row of the table of features is shown by
// tests that are there, or says in a sentence why it is not so.
func TestFeatureTable(t *testing.T) {
	text, err := os.ReadFile("../../docs/federation.md")
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]bool{}
	err = filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		for _, m := range regexp.MustCompile(`(?m)^func (Test\w+)\(`).FindAllSubmatch(source, -1) {
			tests[string(m[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(text), "\n|---|---|---|\n"+"| shared inbox")
	rows := 0
	for row := range strings.Lines("| shared inbox" + table) {
		cells := strings.Split(row, "|")
		if len(cells) != 5 {
			t.Errorf("no row of the table: %q", row)
			continue
		}
		rows++
		here, shown := strings.TrimSpace(cells[2]), strings.TrimSpace(cells[3])
		named := regexp.MustCompile("`(Test\\w+)`").FindAllStringSubmatch(shown, -1)
		switch {
		case here == "no" && !strings.HasSuffix(shown, "."):
			t.Errorf("%s: it does not say why not", cells[1])
		case here != "no" && len(named) == 0:
			t.Errorf("%s: no test shows it", cells[1])
		}
		for _, m := range named {
			if !tests[m[1]] {
				t.Errorf("%s: there is no %s", cells[1], m[1])
			}
		}
	}
	if rows < 30 {
		t.Errorf("the table has only %d rows", rows)
	}
}

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
