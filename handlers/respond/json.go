package respond

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"

	"atelier/models"
)

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// JSON answers with v, status 200 and media type application/json.
func JSON(w http.ResponseWriter, v any) error {
	return JSONAs(w, http.StatusOK, "application/json; charset=utf-8", v)
}

// JSONAs answers with v under another status and media type. If v cannot be
// encoded nothing has been written and the error says so.
func JSONAs(w http.ResponseWriter, status int, mediaType string, v any) error {
	buf := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(buf)
	buf.Reset()
	enc := json.NewEncoder(buf)
	enc.SetEscapeHTML(false) // the answer is no page, and clients compare texts
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("encode %T: %w", v, err)
	}
	send(w, status, mediaType, bytes.TrimSuffix(buf.Bytes(), []byte("\n")))
	return nil
}

// JSONError writes {"error": sentence}, as the Mastodon API does.
func JSONError(w http.ResponseWriter, _ *http.Request, status int, err error) {
	errorJSON(w, status, map[string]string{"error": models.Sentence(err)})
}

// OAuthFault is an error with the code that RFC 6749 has for it, such as
// "invalid_grant".
type OAuthFault struct {
	Code string
	Err  error
}

func (f *OAuthFault) Error() string { return f.Code + ": " + f.Err.Error() }

func (f *OAuthFault) Unwrap() error { return f.Err }

// OAuthError writes {"error": code, "error_description": sentence} (RFC 6749,
// section 5.2). Without an OAuthFault in err's chain the code is chosen by
// kind.
func OAuthError(w http.ResponseWriter, _ *http.Request, status int, err error) {
	code := oauthCode(err)
	if code == "invalid_client" {
		status = http.StatusUnauthorized
	}
	w.Header().Set("Cache-Control", "no-store")
	errorJSON(w, status, map[string]string{"error": code, "error_description": models.Sentence(err)})
}

func oauthCode(err error) string {
	if f, ok := errors.AsType[*OAuthFault](err); ok {
		return f.Code
	}
	switch models.KindOf(err) {
	case models.NoSession:
		return "invalid_token"
	case models.Forbidden:
		return "access_denied"
	case models.Busy, models.Unreachable, models.TooMany:
		return "temporarily_unavailable"
	case models.Internal:
		return "server_error"
	}
	return "invalid_request"
}

// PlainError writes the sentence as text, for callers that are programs and
// read only the status.
func PlainError(w http.ResponseWriter, _ *http.Request, status int, err error) {
	send(w, status, "text/plain; charset=utf-8", []byte(models.Sentence(err)+"\n"))
}

func errorJSON(w http.ResponseWriter, status int, v map[string]string) {
	body, _ := json.Marshal(v) // strings always encode
	send(w, status, "application/json; charset=utf-8", body)
}

func send(w http.ResponseWriter, status int, mediaType string, body []byte) {
	h := w.Header()
	h.Set("Content-Type", mediaType)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	w.Write(body) // a reader that went away is no trouble of ours
}
