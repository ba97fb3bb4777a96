package handlers

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gorilla/mux"

	"atelier/handlers/apitest"
	"atelier/models/chapter"
	"atelier/models/chapter/chaptertest"
)

// The packages whose tests exercise operations of the client API, and the
// page that says of each operation whether it is there.
var (
	exercisers    = []string{"mastodon", "oauth", "streaming", "."}
	clientAPIPage = "../docs/client-api.md"
	reasonsFile   = "testdata/client-api-reasons.txt"
)

func TestMain(m *testing.M) { apitest.Main(m) }

// An operation is a row of the page.
type operation struct {
	tier, method, path string
	described          bool // by the published description
}

var inventoryRow = regexp.MustCompile("(?m)^\\| ([ABC]) \\| ([A-Z]+) \\| `([^`]+)` \\|(?:[^|]*\\|){2} (yes|no) \\|")

// inventory reads the list of operations, which is beside the project.
func inventory(t *testing.T) (out []operation) {
	t.Helper()
	file := apitest.Beside("ENDPOINTS.md")
	if file == "" {
		t.Skip(apitest.Absent)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range inventoryRow.FindAllStringSubmatch(string(data), -1) {
		out = append(out, operation{row[1], row[2], row[3], row[4] == "yes"})
	}
	return out
}

var variable = regexp.MustCompile(`\{[^}]*\}`)

// served says whether the route table has a route for an operation of its own.
func served(m *mux.Router, op operation) bool {
	r, err := http.NewRequest(op.method, variable.ReplaceAllString(op.path, "1"), nil)
	if err != nil {
		return false
	}
	var match mux.RouteMatch
	if !m.Match(r, &match) || match.MatchErr != nil {
		return false
	}
	template, err := match.Route.GetPathTemplate()
	return err == nil && (apitest.Nameless(template) == apitest.Nameless(op.path) || strings.HasPrefix(template, "/api/v1/streaming/{"))
}

// reasons are why operations are not served: a line each, the operation and,
// behind a colon, a sentence. A line may end a path with a star.
func reasons(t *testing.T) (lines [][2]string) {
	t.Helper()
	data, err := os.ReadFile(reasonsFile)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(strings.TrimSpace(string(data)), "\n") {
		op, why, ok := strings.Cut(line, ": ")
		if !ok || !strings.HasSuffix(why, ".") {
			t.Fatalf("%s: %q is not an operation, a colon and a sentence", reasonsFile, line)
		}
		lines = append(lines, [2]string{op, why})
	}
	return lines
}

// TestClientAPIPage keeps docs/client-api.md: every operation of the list,
// whether it is served or why not, and the test that had it answered as the
// description says. Everyday operations (tiers A and B) are all there.
func TestClientAPIPage(t *testing.T) {
	operations, why := inventory(t), reasons(t)
	tests := map[string]string{}
	for _, dir := range exercisers {
		record, err := apitest.Record(dir)
		if err != nil {
			t.Fatal(err)
		}
		for op, test := range record {
			if _, known := tests[apitest.Nameless(op)]; !known {
				tests[apitest.Nameless(op)] = strings.TrimPrefix("handlers/"+dir, "handlers/.") + " " + test
			}
		}
	}
	m := routes(t)
	var table strings.Builder
	var used = map[string]bool{}
	counts := map[string]*[3]int{}
	fmt.Fprintln(&table, "| tier | operation | described | served | exercised by |\n|---|---|---|---|---|")
	for _, op := range operations {
		name := op.method + " " + op.path
		n := counts[op.tier]
		if n == nil {
			n = &[3]int{}
			counts[op.tier] = n
		}
		n[0]++
		described, is, by := "", "yes", ""
		if op.described {
			described = "yes"
		}
		if served(m, op) {
			n[1]++
			if by = tests[apitest.Nameless(name)]; by != "" {
				n[2]++
				by = "`" + strings.TrimSpace(by) + "`"
			} else {
				t.Errorf("%s is served, and no test exercises it", name)
			}
		} else {
			i := slices.IndexFunc(why, func(line [2]string) bool {
				before, star := strings.CutSuffix(line[0], "*")
				return line[0] == name || star && strings.HasPrefix(name, before)
			})
			if i < 0 {
				t.Errorf("%s is not served, and %s does not say why", name, reasonsFile)
				continue
			}
			is, used[why[i][0]] = "no: "+why[i][1], true
		}
		if op.tier != "C" && is != "yes" {
			t.Errorf("%s is of tier %s and not served", name, op.tier)
		}
		fmt.Fprintf(&table, "| %s | %s `%s` | %s | %s | %s |\n", op.tier, op.method, op.path, described, is, by)
	}
	for _, line := range why {
		if !used[line[0]] {
			t.Errorf("%s gives a reason for %s, which is served or not in the list", reasonsFile, line[0])
		}
	}
	var sums strings.Builder
	fmt.Fprintln(&sums, "| tier | operations | served | exercised |\n|---|---|---|---|")
	for _, tier := range []string{"A", "B", "C"} {
		fmt.Fprintf(&sums, "| %s | %d | %d | %d |\n", tier, counts[tier][0], counts[tier][1], counts[tier][2])
	}
	checkPage(t, sums.String()+"\n"+table.String())
	checkInventory(t, operations)
}

const tableMark = "<!-- The tables below are written by go test ./handlers -run TestClientAPIPage -update -->\n\n"

// checkPage compares the tables of the page, or writes them.
func checkPage(t *testing.T, tables string) {
	t.Helper()
	data, err := os.ReadFile(clientAPIPage)
	if err != nil {
		t.Fatal(err)
	}
	words, old, ok := strings.Cut(string(data), tableMark)
	if !ok {
		t.Fatalf("%s has no mark where its tables begin", clientAPIPage)
	}
	switch {
	case *apitest.Update:
		if err := os.WriteFile(clientAPIPage, []byte(words+tableMark+tables), 0o644); err != nil {
			t.Fatal(err)
		}
	case old != tables:
		t.Errorf("%s is not what is served and tested: go test ./handlers -run TestClientAPIPage -update", clientAPIPage)
	}
}

// checkInventory makes sure that the list leaves out nothing of the
// description.
func checkInventory(t *testing.T, operations []operation) {
	t.Helper()
	d, err := apitest.Load()
	if err != nil || d == nil {
		t.Fatalf("the description: %v", err)
	}
	known := map[string]bool{}
	for _, op := range operations {
		known[apitest.Nameless(op.method+" "+op.path)] = true
	}
	for _, op := range d.Operations() {
		if !known[apitest.Nameless(op)] {
			t.Errorf("the list of operations leaves out %s", op)
		}
	}
}

// routes is the route table of a whole server.
func routes(t *testing.T) *mux.Router {
	t.Helper()
	return site(t, func(c *Config) { c.Chapter = chapter.New(c.Chapter.Store, chapter.Options{URLs: c.Chapter.URLs}) }).(*Site).routes
}

// What clients ask before anybody signs in.
func TestDiscovery(t *testing.T) {
	h := site(t, func(c *Config) { c.Chapter = chaptertest.Open(t, c.Chapter.Store) })
	m := h.(*Site).routes
	for path, part := range map[string]string{
		"/.well-known/nodeinfo": `/nodeinfo/2.0"`,
		"/nodeinfo/2.0":         `"name":"atelier"`,
		"/.well-known/webfinger?resource=acct:pia@" + chaptertest.URLs.AccountDomain: `/users/pia"`,
		"/health": "OK",
	} {
		res := do(h, "GET", path)
		got := body(t, res)
		if res.StatusCode != 200 || !strings.Contains(got, part) {
			t.Errorf("%s: %d %s", path, res.StatusCode, got)
		}
		apitest.Answered(t, m, "GET", path, res.StatusCode, res.Header, []byte(got))
	}
}

// elsewhere are the entities without a golden file of their own: the file in
// which each stands, or why no answer of this server has it.
var elsewhere = map[string]string{
	"AccountRole":                  "Notification",
	"AdminDimensionData":           "AdminDimension",
	"AdminEmailDomainBlockHistory": "AdminEmailDomainBlock",
	"AdminMeasureData":             "AdminMeasure",
	"Appeal":                       "AccountWarning",
	"AsyncRefresh":                 "AsyncRefreshResponse",
	"CohortData":                   "AdminCohort",
	"CustomEmoji":                  "AccountElsewhere",
	"CustomError422":               "ValidationError",
	"FeatureApproval":              "optional, and adding to a collection says the same",
	"Field":                        "CredentialAccount",
	"FilterKeyword":                "Filter",
	"FilterResult":                 "StatusFiltered",
	"InstanceIcon":                 "Instance",
	"MetaDetails":                  "MediaAttachment",
	"NotificationGroup":            "GroupedNotificationsResults",
	"PollOption":                   "Poll",
	"PreviewCard":                  "StatusCard",
	"PreviewCardAuthor":            "StatusCard",
	"Quote":                        "Status",
	"QuoteApproval":                "Status",
	"Reaction":                     "Announcement",
	"Role":                         "AdminAccount",
	"ShallowQuote":                 "StatusShallowQuote",
	"ShallowTag":                   "Collection",
	"StatusMention":                "Status",
	"StatusTag":                    "Status",
	"TagHistory":                   "Tag",
	"AdminIp":                      "addresses are not kept, so the list is always empty",
	"AnnouncementAccount":          "announcements are not linked to accounts",
	"AnnouncementStatus":           "announcements are not linked to posts",
	"AnnualReport":                 "no annual report is made",
	"BaseStatus":                   "a part of requests",
	"DeletedStatus":                "an answer with the whole Status and its source",
	"IdentityProof":                "the list is always empty, as at Mastodon",
	"NotificationFallback":         "every notification has a type that apps know",
	"RelationshipSeveranceEvent":   "no such notification is made",
	"Translation":                  "nothing is translated here",
	"TranslationAttachment":        "nothing is translated here",
	"TranslationPoll":              "nothing is translated here",
	"TranslationPollOption":        "nothing is translated here",
	"TrendsLink":                   "links do not trend here",
}

// Every entity of the description has a file in which it stands as apps
// receive it.
func TestEntitiesHaveGoldenFiles(t *testing.T) {
	d, err := apitest.Load()
	if err != nil {
		t.Fatal(err)
	}
	if d == nil {
		t.Skip(apitest.Absent)
	}
	for _, name := range d.Entities() {
		place := elsewhere[name]
		if strings.Contains(place, " ") {
			continue // a reason
		}
		if place == "" {
			place = name
		}
		found, err := filepath.Glob("*/testdata/entities/" + place + ".json")
		if err != nil || len(found) != 1 {
			t.Errorf("%s has no golden file", name)
		}
	}
}
