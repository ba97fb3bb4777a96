package apitest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// Golden compares an answer with testdata/entities/NAME.json: what apps
// receive, read and approved by a person. What differs in every run, such as
// ids and times, is replaced first, alike where it was alike.
func Golden(t testing.TB, name string, body []byte) {
	t.Helper()
	var buf bytes.Buffer
	if err := json.Indent(&buf, body, "", "  "); err != nil {
		t.Errorf("%s: %v in %s", name, err, body)
		return
	}
	got := append(steady(buf.Bytes()), '\n')
	file := filepath.Join("testdata", "entities", name+".json")
	if *Update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Error(err)
		return
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not what it was (-update writes it anew):\n%s", file, got)
	}
}

// unsteady is what no two runs have in common, and what stands for it.
var unsteady = []struct {
	is   *regexp.Regexp
	name string // with a number, where one is not like the other
}{
	{regexp.MustCompile(`": \d{15,20}\b`), `": 1000`},
	{regexp.MustCompile(`"id": \d{1,10}\b`), `"id": 1000`},
	{regexp.MustCompile(`\b\d{15,20}\b`), "id-%d"},
	{regexp.MustCompile(`("group_key": "[a-z_.]+(-id-\d+)?)-\d{5}"`), `$1-12345"`},
	{regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`), "2026-11-20T08:00:00.000Z"},
	{regexp.MustCompile(`"\d{4}-\d\d-\d\d"`), `"2026-11-20"`},
	{regexp.MustCompile(`"day": "\d{9,10}"`), `"day": "1795046400"`},
	{regexp.MustCompile(`/media/[a-z0-9]{2}/[a-z0-9]{24}`), "/media/aa/key-%d"},
	{regexp.MustCompile(`"(public_key|server_key)": "[A-Za-z0-9_-]{80,}={0,2}"`), `"$1": "key"`},
	{regexp.MustCompile(`"(client_id|client_secret|access_token)": "[A-Za-z0-9_-]{40,}"`), `"$1": "secret"`},
	{regexp.MustCompile(`"created_at": \d{9,10}\b`), `"created_at": 1795046400`},
}

func steady(body []byte) []byte {
	for _, u := range unsteady {
		seen := map[string]string{}
		body = u.is.ReplaceAllFunc(body, func(m []byte) []byte {
			if !bytes.Contains([]byte(u.name), []byte("%d")) {
				return u.is.ReplaceAll(m, []byte(u.name))
			}
			if seen[string(m)] == "" {
				seen[string(m)] = fmt.Sprintf(u.name, len(seen)+1)
			}
			return []byte(seen[string(m)])
		})
	}
	return body
}
