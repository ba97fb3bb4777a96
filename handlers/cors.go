package handlers

import (
	"net/http"
	"strings"
)

// cors lets pages of other sites use what is made for them: the client API and
// what leads to it. No cookies are sent along, so nobody acts for a member
// without a token.
func cors(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !forOtherSites(r.URL.Path) {
			next.ServeHTTP(w, r)
			return
		}
		h := w.Header()
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Access-Control-Expose-Headers", "Link, X-RateLimit-Reset, X-RateLimit-Limit, X-RateLimit-Remaining, X-Request-Id, Mastodon-Async-Refresh")
		if r.Method == http.MethodOptions {
			h.Set("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS")
			h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, Idempotency-Key, Last-Event-Id")
			h.Set("Access-Control-Max-Age", "86400")
			w.WriteHeader(http.StatusNoContent)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func forOtherSites(path string) bool {
	switch path {
	case "/oauth/token", "/oauth/revoke", "/oauth/userinfo":
		return true
	}
	for _, prefix := range []string{"/api/", "/media/", "/.well-known/", "/nodeinfo/"} {
		if strings.HasPrefix(path, prefix) {
			return true
		}
	}
	return false
}
