package handlers

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestASlashAtTheEnd(t *testing.T) {
	for path, want := range map[string]string{
		"/api/v1/instance/":              "/api/v1/instance",
		"/api/v1/instance":               "/api/v1/instance",
		"/api/v1/streaming/?stream=user": "/api/v1/streaming",
		"/api/v1/timelines/tag/a%2Fb/":   "/api/v1/timelines/tag/a/b",
		"/library/":                      "/library/",
		"/":                              "/",
	} {
		var got *http.Request
		h := unslashed(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r }))
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", path, nil))
		if got.URL.Path != want {
			t.Errorf("%s becomes %s, want %s", path, got.URL.Path, want)
		}
	}
}
