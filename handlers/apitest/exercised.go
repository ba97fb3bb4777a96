package apitest

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/gorilla/mux"
)

// Update says whether files in testdata are to be written anew.
var Update = flag.Bool("update", false, "write the files in testdata anew")

const record = "testdata/exercised.txt"

// exercised has the tests that had an operation answered well.
var exercised = struct {
	sync.Mutex
	by map[string][]string
}{by: map[string][]string{}}

// Exercised notes that an operation was answered well in a test.
func Exercised(t testing.TB, method, path string) {
	name, _, _ := strings.Cut(t.Name(), "/")
	op := method + " " + path
	exercised.Lock()
	defer exercised.Unlock()
	if !slices.Contains(exercised.by[op], name) {
		exercised.by[op] = append(exercised.by[op], name)
	}
}

// Answered checks an answer that a router gave against the description, and
// notes which operation it was.
func Answered(t testing.TB, m *mux.Router, method, path string, status int, header http.Header, body []byte) {
	t.Helper()
	d, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequest(method, path, nil)
	if err != nil {
		t.Fatal(err)
	}
	template := ""
	var match mux.RouteMatch
	if m.Match(r, &match) && match.Route != nil {
		template, _ = match.Route.GetPathTemplate()
	}
	if page := strings.HasPrefix(path, "/oauth/authorize"); d != nil && !page { // a browser is answered with pages
		if err := d.Check(r, template, status, header, body); err != nil {
			t.Errorf("%s %s: %d is not as the description says: %v\n%s", method, path, status, err, body)
			return
		}
	}
	if status < 400 && template != "" {
		Exercised(t, method, template)
	}
}

var variable = regexp.MustCompile(`\{[^}]*\}`)

// Nameless is a path whose variables have no names: {id} and {account_id} are
// the same address.
func Nameless(path string) string { return variable.ReplaceAllString(path, "{}") }

// Main runs the tests of a package. When all of them ran, what they exercised
// has to be what the package's record says; with -update the record is
// written anew.
func Main(m *testing.M) {
	flag.Parse()
	code := m.Run()
	if (code == 0 || *Update) && whole() {
		if err := settle(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// whole says whether all tests were asked for.
func whole() bool {
	for _, name := range []string{"test.run", "test.skip", "test.list"} {
		if f := flag.Lookup(name); f != nil && f.Value.String() != "" {
			return false
		}
	}
	return true
}

// settle compares the record with what was exercised. A line of the record
// stays as long as it is true, so that a new test changes no old line.
func settle() error {
	exercised.Lock()
	defer exercised.Unlock()
	old, err := Record(".")
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	var lines, wrong []string
	for op, tests := range exercised.by {
		test := old[op]
		if !slices.Contains(tests, test) {
			test = slices.Min(tests)
			wrong = append(wrong, op)
		}
		lines = append(lines, op+" "+test)
	}
	for op, test := range old {
		if exercised.by[op] == nil {
			wrong = append(wrong, op+", which "+test+" does not exercise")
		}
	}
	if *Update {
		slices.Sort(lines)
		return os.WriteFile(record, []byte(strings.Join(lines, "\n")+"\n"), 0o644)
	}
	if len(wrong) > 0 {
		slices.Sort(wrong)
		return fmt.Errorf("%s is not what the tests exercise (-update writes it anew):\n\t%s", record, strings.Join(wrong, "\n\t"))
	}
	return nil
}

// Record is what the package in dir exercises: the test of each operation.
func Record(dir string) (map[string]string, error) {
	data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(record)))
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, line := range strings.Split(strings.TrimSpace(string(data)), "\n") {
		op, test, ok := cutLast(line, " ")
		if !ok {
			return nil, fmt.Errorf("%s: %q is no operation and its test", record, line)
		}
		out[op] = test
	}
	return out, nil
}

func cutLast(s, sep string) (before, after string, ok bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}
