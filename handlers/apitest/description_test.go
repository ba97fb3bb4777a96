package apitest

import (
	"net/http"
	"strings"
	"testing"
)

// What the checks rest on: a wrong answer is found.
func TestSchemaFindsWrongAnswers(t *testing.T) {
	s, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	if s == nil {
		t.Skip(Absent)
	}
	for _, test := range []struct {
		name, body string
		wrong      string // what the complaint names; "" for none
	}{
		{"a list", `{"id":"1","title":"t","replies_policy":"list","exclusive":false}`, ""},
		{"an id that is a number", `{"id":1,"title":"t","replies_policy":"list","exclusive":false}`, "/id"},
		{"a value that is none of them", `{"id":"1","title":"t","replies_policy":"all","exclusive":false}`, "/replies_policy"},
		{"a field too few", `{"id":"1","title":"t","replies_policy":"list"}`, "exclusive"},
	} {
		r, _ := http.NewRequest(http.MethodGet, "/api/v1/lists/1", nil)
		err := s.Check(r, "", 200, http.Header{"Content-Type": {"application/json; charset=utf-8"}}, []byte(test.body))
		if (test.wrong == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), test.wrong) {
			t.Errorf("%s: %v; want a complaint about %q", test.name, err, test.wrong)
		}
	}
	r, _ := http.NewRequest(http.MethodGet, "/api/v1/markers", nil)
	marker := []byte(`{"home":{"last_read_id":"1","version":1,"updated_at":"2026-01-01T00:00:00Z"}}`)
	if err := s.Check(r, "", 200, http.Header{"Content-Type": {"application/json"}}, marker); err == nil {
		t.Error("a moment without a fraction of a second passes")
	}
}
