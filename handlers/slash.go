package handlers

import (
	"net/http"
	"strings"
)

// unslashed takes the slash away from the end of a path of the client API:
// Mastodon's routes do not mind it, and libraries (Mastodon.py) send it.
func unslashed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if path := r.URL.Path; strings.HasSuffix(path, "/") && strings.HasPrefix(path, "/api/") {
			r.URL.Path = strings.TrimRight(path, "/")
			r.URL.RawPath = strings.TrimRight(r.URL.RawPath, "/")
		}
		next.ServeHTTP(w, r)
	})
}
