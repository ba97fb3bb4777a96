package interop

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var (
	helpFlag     = regexp.MustCompile(`(?m)^ +(?:-\w, )?--([a-z-]+)`)
	helpVariable = regexp.MustCompile(`\$(ATELIER_[A-Z_]+)`)
	helpCommand  = regexp.MustCompile(`(?m)^  ([a-z-]+) +[A-Z]`)
	tableOption  = regexp.MustCompile("(?m)^\\| `--([a-z-]+)` \\| `(ATELIER_[A-Z_]+)` \\|")
	tableCommand = regexp.MustCompile("(?m)^\\| `atelier ([a-z-]+)")
)

// TestOperations compares docs/operations.md with what the program says of
// itself: every option with its variable, and every command.
func TestOperations(t *testing.T) {
	text, err := os.ReadFile("../../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	help, err := call(t.Context(), "", "--help")
	if err != nil {
		t.Fatal(err)
	}
	options, commands, ok := strings.Cut(help, "\nCommands:")
	if !ok {
		t.Fatalf("the help lists no commands:\n%s", help)
	}
	// The help folds long lines: a flag and its variable are found apart.
	flags := found(helpFlag, options, 1)
	flags = slices.DeleteFunc(flags, func(s string) bool { return s == "help" })
	for _, test := range []struct {
		name           string
		documented, is []string
	}{
		{"flags", found(tableOption, string(text), 1), flags},
		{"variables", found(tableOption, string(text), 2), found(helpVariable, options, 1)},
		{"commands", found(tableCommand, string(text), 1), found(helpCommand, commands, 1)},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.is, test.documented); diff != "" {
				t.Errorf("docs/operations.md (-what the program has +what is documented):\n%s", diff)
			}
		})
	}
}

// found lists what a group of an expression matches, sorted, each once.
func found(e *regexp.Regexp, in string, group int) (out []string) {
	for _, m := range e.FindAllStringSubmatch(in, -1) {
		out = append(out, m[group])
	}
	slices.Sort(out)
	return slices.Compact(out)
}
