package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// event is a line of go test -json, as cmd/test2json describes it.
type event struct {
	Action, Package, Test, Output string
	ImportPath                    string // of build output
}

// count is how many tests ended how. A test with subtests counts by these.
type count struct{ passed, failed, skipped int }

// tally prints the results that it reads: of packages their last line, of
// tests that failed or were left out what they said. It ends with a line
// that counts all of them and reports whether nothing failed. Lines that are
// not JSON are passed on.
func tally(in io.Reader, out io.Writer) (ok bool, err error) {
	var (
		total   count
		said    = map[string][]string{} // by test: what it printed
		parents = map[string]bool{}     // tests that have subtests
		broken  int                     // packages that failed beside their tests: panics, builds
		failing = map[string]int{}      // by package: failed tests
	)
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var e event
		if json.Unmarshal(lines.Bytes(), &e) != nil || e.Action == "" {
			fmt.Fprintln(out, lines.Text())
			continue
		}
		name := e.Package + " " + e.Test
		switch e.Action {
		case "run":
			if i := strings.LastIndexByte(name, '/'); e.Test != "" && i > len(e.Package) {
				parents[name[:i]] = true
			}
		case "output", "build-output":
			switch {
			case e.Action == "build-output" || e.Test == "" && tells(e.Output):
				fmt.Fprint(out, e.Output)
			case e.Test == "":
				said[e.Package] = append(said[e.Package], e.Output)
			default:
				said[name] = append(said[name], e.Output)
			}
		case "pass", "fail", "skip":
			if e.Test == "" {
				if e.Action == "fail" && failing[e.Package] == 0 {
					broken++
					fmt.Fprint(out, strings.Join(said[e.Package], ""))
				}
				continue
			}
			if e.Action != "pass" {
				fmt.Fprint(out, strings.Join(said[name], ""))
			}
			delete(said, name)
			total.add(e.Action, parents[name])
			if e.Action == "fail" {
				failing[e.Package]++
			}
		}
	}
	if err := lines.Err(); err != nil {
		return false, fmt.Errorf("reading results: %w", err)
	}
	total.failed += broken
	fmt.Fprintf(out, "%d passed, %d failed, %d skipped\n", total.passed, total.failed, total.skipped)
	return total.failed == 0 && total.passed > 0, nil
}

// tells says whether a line of a package's own output is one to print at once.
func tells(line string) bool {
	return strings.HasPrefix(line, "ok  \t") || strings.HasPrefix(line, "FAIL\t") || strings.HasPrefix(line, "?   \t")
}

func (c *count) add(action string, parent bool) {
	switch {
	case parent && action != "fail":
	case action == "pass":
		c.passed++
	case action == "fail":
		c.failed++
	case action == "skip":
		c.skipped++
	}
}
