package respond

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"

	"atelier/models"
)

// Handler answers a request, or returns the error that Wrap shall answer it
// with. A handler that has begun its answer returns nil.
type Handler func(w http.ResponseWriter, r *http.Request) error

// ErrorWriter answers a request with err, whose status is given. It shows
// models.Sentence(err) and nothing else of err.
type ErrorWriter func(w http.ResponseWriter, r *http.Request, status int, err error)

// Wrap makes h a http.Handler: what h returns, or panics with, is logged if it
// is a fault of ours and answered by write.
func Wrap(h Handler, write ErrorWriter) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := run(h, w, r); err != nil {
			Fail(w, r, err, write)
		}
	})
}

// Fail answers r with err by write, and logs what a person has to look at.
func Fail(w http.ResponseWriter, r *http.Request, err error, write ErrorWriter) {
	if r.Context().Err() != nil && (errors.Is(err, context.Canceled) || errors.Is(err, driver.ErrBadConn)) {
		return // whoever asked has gone away, and with them the query that was under way
	}
	status := Status(err)
	logError(r, status, err)
	write(w, r, status, err)
}

func run(h Handler, w http.ResponseWriter, r *http.Request) (err error) {
	defer func() {
		switch p := recover(); p {
		case nil:
		case http.ErrAbortHandler: // net/http's own way to drop a connection
			panic(p)
		default:
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return h(w, r)
}

// The path is logged without its query, which may hold keys and codes.
func logError(r *http.Request, status int, err error) {
	level := slog.LevelDebug
	switch models.KindOf(err) {
	case models.Internal:
		level = slog.LevelError
	case models.Busy, models.Unreachable:
		level = slog.LevelWarn
	}
	slog.LogAttrs(r.Context(), level, "request failed",
		slog.String("method", r.Method), slog.String("path", r.URL.Path),
		slog.Int("status", status), slog.Any("err", err))
}
