package respond

import (
	"net/http"

	"atelier/models"
)

// status says which status code answers each kind of error. Mastodon clients
// expect 422 for what a rule forbids and 503 for trouble with other servers.
var status = map[models.Kind]int{
	models.Invalid:     http.StatusUnprocessableEntity,
	models.Malformed:   http.StatusBadRequest,
	models.NoSession:   http.StatusUnauthorized,
	models.Forbidden:   http.StatusForbidden,
	models.NotFound:    http.StatusNotFound,
	models.Gone:        http.StatusGone,
	models.Conflict:    http.StatusConflict,
	models.TooLarge:    http.StatusRequestEntityTooLarge,
	models.TooMany:     http.StatusTooManyRequests,
	models.Unsupported: http.StatusUnsupportedMediaType,
	models.Unreachable: http.StatusServiceUnavailable,
	models.Busy:        http.StatusServiceUnavailable,
	models.Internal:    http.StatusInternalServerError,
}

// Status returns the status code that answers err, 200 for nil.
func Status(err error) int {
	if err == nil {
		return http.StatusOK
	}
	if s, ok := status[models.KindOf(err)]; ok {
		return s
	}
	return http.StatusInternalServerError
}
