package streaming

import (
	"net/http"
	"net/url"
	"strings"

	"atelier/models"
)

// serve serves GET /api/v1/streaming and what is below: a WebSocket if one is
// asked for, else server-sent events.
func (s *Streams) serve(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	if path := strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, "/api/v1/streaming"), "/"); path != "" {
		q.Set("stream", strings.ReplaceAll(strings.TrimSuffix(path, "/"), "/", ":"))
	}
	secret, protocol := token(r, q)
	c, err := s.CallerOf(r.Context(), secret)
	if err != nil {
		return err
	}
	if c.Account == nil {
		return models.Errorf(models.NoSession, "The access token is not a member's")
	}
	x := newReader(secret, c)
	if err := s.add(x); err != nil {
		return err
	}
	defer s.remove(x)
	s.still(r.Context(), x) // it may have been revoked before anybody could tell x
	if isWebSocket(r) {
		return s.webSocket(w, r, x, q, protocol)
	}
	return s.events(w, r, x, q)
}

// token finds the access token of a request. Browsers cannot set headers on a
// WebSocket; their clients put the token where the protocol's name belongs,
// which has to be echoed then.
func token(r *http.Request, q url.Values) (secret, protocol string) {
	scheme, secret, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	if ok && strings.EqualFold(scheme, "Bearer") {
		return strings.TrimSpace(secret), ""
	}
	if secret := q.Get("access_token"); secret != "" {
		return secret, ""
	}
	protocol, _, _ = strings.Cut(r.Header.Get("Sec-Websocket-Protocol"), ",")
	protocol = strings.TrimSpace(protocol)
	return protocol, protocol
}

func isWebSocket(r *http.Request) bool {
	return strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
}
