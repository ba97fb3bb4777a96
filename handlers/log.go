package handlers

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/gorilla/mux"

	"atelier/handlers/respond"
)

// slow is from when on a request is worth a line in the log.
const slow = time.Second

// logged names each request, and logs those that failed by our fault or took
// long; the others too if the level is debug. Queries are not logged: they may
// hold codes and keys.
func (s *server) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := strconv.FormatUint(rand.Uint64(), 36)
		w.Header().Set("X-Request-Id", id)
		x := &recorder{ResponseWriter: w}
		begun := time.Now()
		defer func() {
			took := time.Since(begun)
			if s.Observe != nil && !x.hijacked && !x.stream { // how long a stream lasted says nothing
				s.Observe(x.route, r.Method, x.status, took)
			}
			level := slog.LevelDebug
			if x.status >= 500 || (took >= slow && !x.hijacked && !x.stream) {
				level = slog.LevelInfo
			}
			if log := slog.Default(); log.Enabled(r.Context(), level) {
				log.LogAttrs(r.Context(), level, "request", slog.String("id", id), slog.String("method", r.Method), slog.String("path", r.URL.Path),
					slog.Int("status", x.status), slog.Int64("bytes", x.bytes), slog.Duration("took", took), slog.String("from", r.RemoteAddr))
			}
		}()
		defer s.rescue(x, r)
		next.ServeHTTP(x, r)
	})
}

// rescue answers for a room that panicked where nobody else does.
func (s *server) rescue(x *recorder, r *http.Request) {
	switch p := recover(); p {
	case nil:
	case http.ErrAbortHandler: // net/http's own way to drop a connection
		panic(p)
	default:
		err := fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		if x.status != 0 || x.hijacked {
			slog.Error("request failed halfway", "path", r.URL.Path, "err", err)
			panic(http.ErrAbortHandler) // the answer must not pass for a whole one
		}
		respond.Fail(x, r, err, s.fail)
	}
}

// observed notes which route answers, for the metrics: it stands behind the
// routes.
func observed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if x := recorderOf(w); x != nil {
			x.route = template(r)
		}
		next.ServeHTTP(w, r)
	})
}

// recorderOf finds the recorder behind what other middleware put before it.
func recorderOf(w http.ResponseWriter) *recorder {
	for {
		switch x := w.(type) {
		case *recorder:
			return x
		case interface{ Unwrap() http.ResponseWriter }:
			w = x.Unwrap()
		default:
			return nil
		}
	}
}

// template is the path of the route that a request matched, with the names of
// its parts; or what it is called, if it has many paths.
func template(r *http.Request) string {
	route := mux.CurrentRoute(r)
	if route == nil {
		return ""
	}
	if t, err := route.GetPathTemplate(); err == nil {
		return t
	}
	return route.GetName()
}

// recorder notes how a request was answered.
type recorder struct {
	http.ResponseWriter
	status   int
	bytes    int64
	route    string // the template of its path
	hijacked bool
	stream   bool
}

func (x *recorder) WriteHeader(status int) {
	if x.status == 0 && status >= 200 {
		x.status = status
		x.stream = x.Header().Get("Content-Type") == "text/event-stream"
	}
	x.ResponseWriter.WriteHeader(status)
}

func (x *recorder) Write(b []byte) (int, error) {
	if x.status == 0 {
		x.WriteHeader(http.StatusOK)
	}
	n, err := x.ResponseWriter.Write(b)
	x.bytes += int64(n)
	return n, err
}

// ReadFrom lets files go out without being copied through here.
func (x *recorder) ReadFrom(src io.Reader) (int64, error) {
	if x.status == 0 {
		x.WriteHeader(http.StatusOK)
	}
	n, err := io.Copy(x.ResponseWriter, src)
	x.bytes += n
	return n, err
}

// Hijack hands the connection to a WebSocket.
func (x *recorder) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	h, ok := x.ResponseWriter.(http.Hijacker)
	if !ok {
		return nil, nil, errors.ErrUnsupported
	}
	x.hijacked = true
	return h.Hijack()
}

// Flush sends what was written so far.
func (x *recorder) Flush() {
	if f, ok := x.ResponseWriter.(http.Flusher); ok {
		f.Flush()
	}
}

// Unwrap lets http.ResponseController reach the connection.
func (x *recorder) Unwrap() http.ResponseWriter { return x.ResponseWriter }
