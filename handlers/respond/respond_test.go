package respond_test

import (
	"bytes"
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"atelier/handlers/respond"
	"atelier/models"
)

type answer struct {
	Status int
	Type   string
	Body   string
}

func serve(h http.Handler) answer {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/notes/a?key=secret", nil))
	return answer{w.Code, w.Header().Get("Content-Type"), w.Body.String()}
}

func fails(err error) respond.Handler {
	return func(http.ResponseWriter, *http.Request) error { return err }
}

// logs returns what was logged while f ran.
func logs(t *testing.T, f func()) string {
	t.Helper()
	var buf bytes.Buffer
	old := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&buf, nil)))
	defer slog.SetDefault(old)
	f()
	return buf.String()
}

func TestStatusOfEveryKind(t *testing.T) {
	for kind, want := range map[models.Kind]int{
		models.Invalid: 422, models.Malformed: 400, models.NoSession: 401, models.Forbidden: 403,
		models.NotFound: 404, models.Gone: 410, models.Conflict: 409, models.TooLarge: 413, models.TooMany: 429,
		models.Unsupported: 415, models.Unreachable: 503, models.Busy: 503, models.Internal: 500,
		"a kind from tomorrow": 500,
	} {
		if got := respond.Status(fmt.Errorf("reading: %w", models.Errorf(kind, "No."))); got != want {
			t.Errorf("%s: status %d, want %d", kind, got, want)
		}
	}
	if got := respond.Status(nil); got != 200 {
		t.Errorf("no error: status %d, want 200", got)
	}
}

func TestErrorWriters(t *testing.T) {
	const neutral = "Something went wrong on our side. Please try again in a moment."
	untitled := models.Errorf(models.Invalid, "A practice note needs a <title>.")
	for _, test := range []struct {
		name  string
		err   error
		write respond.ErrorWriter
		want  answer
	}{
		{"a sentence in JSON", untitled, respond.JSONError,
			answer{422, "application/json; charset=utf-8", `{"error":"A practice note needs a \u003ctitle\u003e."}`}},
		{"a fault of ours in JSON", errors.New("disk full"), respond.JSONError,
			answer{500, "application/json; charset=utf-8", `{"error":"` + neutral + `"}`}},
		{"a sentence as text", untitled, respond.PlainError,
			answer{422, "text/plain; charset=utf-8", "A practice note needs a <title>.\n"}},
		{"a sentence for OAuth", untitled, respond.OAuthError,
			answer{422, "application/json; charset=utf-8", `{"error":"invalid_request","error_description":"A practice note needs a \u003ctitle\u003e."}`}},
		{"an OAuth code", &respond.OAuthFault{Code: "invalid_grant", Err: models.Errorf(models.Malformed, "The code was used before.")}, respond.OAuthError,
			answer{400, "application/json; charset=utf-8", `{"error":"invalid_grant","error_description":"The code was used before."}`}},
		{"an unknown client", &respond.OAuthFault{Code: "invalid_client", Err: models.Errorf(models.Malformed, "No such app.")}, respond.OAuthError,
			answer{401, "application/json; charset=utf-8", `{"error":"invalid_client","error_description":"No such app."}`}},
		{"a fault of ours for OAuth", errors.New("disk full"), respond.OAuthError,
			answer{500, "application/json; charset=utf-8", `{"error":"server_error","error_description":"` + neutral + `"}`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got answer
			logs(t, func() { got = serve(respond.Wrap(fails(test.err), test.write)) })
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestFaultsOfOursAreLoggedInFull(t *testing.T) {
	for _, test := range []struct {
		name string
		h    respond.Handler
		want string // "" means not logged at all
	}{
		{"an error nobody classified", fails(fmt.Errorf("add post: %w", errors.New("disk full"))), "add post: disk full"},
		{"a cause behind a sentence", fails(models.Errorf(models.Busy, "Try again.").Because(errors.New("locked"))), "Try again.: locked"},
		{"a panic", func(http.ResponseWriter, *http.Request) error { panic("nil map") }, "panic: nil map"},
		{"what a person did wrong", fails(models.Errorf(models.Invalid, "No title.")), ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got answer
			log := logs(t, func() { got = serve(respond.Wrap(test.h, respond.JSONError)) })
			if !strings.Contains(log, test.want) || (log == "") != (test.want == "") {
				t.Errorf("logged %q, want %q in it", log, test.want)
			}
			if strings.Contains(log, "secret") {
				t.Errorf("the query was logged: %s", log)
			}
			if strings.Contains(got.Body, "disk") || strings.Contains(got.Body, "nil map") || strings.Contains(got.Body, ".go") {
				t.Errorf("the answer tells the cause: %s", got.Body)
			}
		})
	}
}

func TestNobodyIsAnsweredWhoWentAway(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, gone := range []error{context.Canceled, driver.ErrBadConn} {
		w := httptest.NewRecorder()
		log := logs(t, func() {
			respond.Wrap(fails(fmt.Errorf("read: %w", gone)), respond.JSONError).
				ServeHTTP(w, httptest.NewRequest("GET", "/", nil).WithContext(ctx))
		})
		if log != "" || w.Body.Len() > 0 {
			t.Errorf("%v is answered with %q and logged as %q", gone, w.Body, log)
		}
	}
}

func TestWhatCannotBeWrittenIsNotBegun(t *testing.T) {
	broken := template.Must(template.New("page").Parse(`<p>{{.Name.First}}</p>`))
	for name, h := range map[string]respond.Handler{
		"a page whose view is wrong": func(w http.ResponseWriter, _ *http.Request) error {
			return respond.HTML(w, 200, broken, "page", map[string]int{"Name": 1})
		},
		"a value that JSON cannot say": func(w http.ResponseWriter, _ *http.Request) error {
			return respond.JSON(w, func() {})
		},
	} {
		t.Run(name, func(t *testing.T) {
			var got answer
			logs(t, func() { got = serve(respond.Wrap(h, respond.PlainError)) })
			if got.Status != 500 || strings.Contains(got.Body, "<p>") {
				t.Errorf("answered %+v", got)
			}
		})
	}
}

func TestJSONLeavesTextsAsTheyAre(t *testing.T) {
	got := serve(respond.Wrap(func(w http.ResponseWriter, _ *http.Request) error {
		return respond.JSON(w, []string{"<p>a & b</p>"})
	}, respond.JSONError))
	want := answer{200, "application/json; charset=utf-8", `["<p>a & b</p>"]`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestHTMLEscapesAndIsCounted(t *testing.T) {
	page := template.Must(template.New("page").Parse(`<p>{{.}}</p>`))
	w := httptest.NewRecorder()
	if err := respond.HTML(w, 201, page, "page", "<b>"); err != nil {
		t.Fatal(err)
	}
	got := []string{w.Result().Status, w.Header().Get("Content-Type"), w.Header().Get("Content-Length"), w.Body.String()}
	want := []string{"201 Created", "text/html; charset=utf-8", "16", "<p>&lt;b&gt;</p>"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
