package sign_test

import (
	"encoding/json"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"atelier/federation/sign"
)

// TestRecorded verifies what other software signed: testdata/*.json says which
// and when. Fedify, for one, leaves the query out of (request-target).
func TestRecorded(t *testing.T) {
	data, err := os.ReadFile("testdata/fedify.json")
	if err != nil {
		t.Fatal(err)
	}
	var recorded struct {
		Time                             time.Time
		PublicKeyPem, PublicKeyMultibase string
		Requests                         []struct {
			Method, URL, Body, Spec string
			Headers                 map[string]string
		}
		Proved string
	}
	if err := json.Unmarshal(data, &recorded); err != nil {
		t.Fatal(err)
	}
	v := verifier()
	v.Now = func() time.Time { return recorded.Time.Add(time.Minute) }
	key, err := sign.ParsePublic(recorded.PublicKeyPem)
	if err != nil {
		t.Fatal(err)
	}
	schemes := make(map[sign.Scheme]int)
	for _, q := range recorded.Requests {
		r := httptest.NewRequest(q.Method, strings.TrimPrefix(q.URL, "https://c1.example"), nil)
		for name, value := range q.Headers {
			r.Header.Set(name, value)
		}
		r.Host = r.Header.Get("Host")
		r.Header.Del("Host")
		s, err := v.Parse(r, []byte(q.Body))
		if err == nil {
			schemes[s.Scheme]++
			err = s.Verify(key)
		}
		if err != nil {
			t.Errorf("%s %s by %s: %v", q.Method, q.URL, q.Spec, err)
		}
	}
	if schemes[sign.Cavage] != 3 || schemes[sign.RFC9421] != 3 {
		t.Errorf("signatures by scheme: %v, want 3 of each", schemes)
	}
	multikey, err := sign.ParseMultikey(recorded.PublicKeyMultibase)
	if err != nil {
		t.Fatal(err)
	}
	p, err := sign.ParseProof([]byte(recorded.Proved), v.Now())
	if err == nil {
		err = p.Verify(multikey)
	}
	if err != nil {
		t.Errorf("proof: %v", err)
	}
}
