package main

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"atelier/models"
	"atelier/models/store"
	"atelier/models/store/storetest"
)

// place is the configuration of a chapter in a new folder.
func place(t *testing.T) []string {
	tidy(t)
	return []string{"--data", t.TempDir()}
}

// ok runs a command that must succeed, and returns what it printed.
func ok(t *testing.T, stdin string, args ...string) string {
	t.Helper()
	code, stdout, stderr := atelier(t, stdin, args...)
	if code != 0 {
		t.Fatalf("atelier %s: exit code %d: %s", strings.Join(args, " "), code, stderr)
	}
	return stdout
}

func opened(t *testing.T, where []string) {
	t.Helper()
	ok(t, "correct horse\n", append(where, "setup", "--name", "VI Coaches", "--steward", "ana", "--email", "ana@mail.example", "--password-stdin")...)
}

func TestLookingAfterMembers(t *testing.T) {
	for engine, where := range map[string]func(t *testing.T) []string{
		"sqlite": place,
		"postgres": func(t *testing.T) []string {
			return append(place(t), "--database", storetest.PostgresAddress(t))
		},
	} {
		t.Run(engine, func(t *testing.T) {
			where := where(t)
			with := func(args ...string) []string { return append(append([]string{}, where...), args...) }
			out := ok(t, "correct horse\n", with("setup", "--name", "VI Coaches", "--steward", "ana", "--email", "ana@mail.example", "--password-stdin")...)
			if want := "VI Coaches is open at http://localhost:8080/\n"; out != want {
				t.Errorf("set-up said %q, want %q", out, want)
			}
			out = ok(t, "", with("member", "add", "bob", "--email", "bob@mail.example", "--role", "steward")...)
			if !regexp.MustCompile(`^@bob@localhost:8080 is a steward now\.\nThe password of bob is [a-z2-7]{26}\n$`).MatchString(out) {
				t.Errorf("a member with a password that was made: %q", out)
			}
			out = ok(t, "another password", with("member", "add", "cleo", "--email", "cleo@mail.example", "--password-stdin")...)
			if want := "@cleo@localhost:8080 is a member now.\n"; out != want {
				t.Errorf("a member with a password: %q, want %q", out, want)
			}
			ok(t, "", with("member", "suspend", "cleo@mail.example")...)
			var got []string
			for _, line := range strings.Split(ok(t, "", with("member", "list")...), "\n") {
				if f := strings.Fields(line); len(f) > 3 {
					got = append(got, strings.Join(f[:4], " "))
				}
			}
			want := []string{"NAME ROLE STATE E-MAIL", "ana president active ana@mail.example", "bob steward active bob@mail.example", "cleo member suspended cleo@mail.example"}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			ok(t, "", with("member", "restore", "cleo")...)
			ok(t, "a third password", with("member", "reset-password", "cleo", "--password-stdin")...)
			if token := ok(t, "", with("token", "create", "ana", "--scopes", "read admin:read")...); !regexp.MustCompile(`^[\w-]{43}\n$`).MatchString(token) {
				t.Errorf("the token is %q", token)
			}
			ok(t, "", with("migrate")...)
		})
	}
}

func TestWhatGoesWrongIsSaidInOneLine(t *testing.T) {
	where := place(t)
	with := func(args ...string) []string { return append(append([]string{}, where...), args...) }
	before := with("member", "list")
	code, _, stderr := atelier(t, "", before...)
	if want := "atelier: there is no chapter in sqlite:" + filepath.Join(where[1], "atelier.db") + " yet: open it with atelier setup, or by the link that atelier serve prints\n"; code != 1 || stderr != want {
		t.Errorf("before the set-up: %d %q, want %q", code, stderr, want)
	}
	opened(t, where)
	for _, test := range []struct {
		name, stdin string
		args        []string
		want        string
	}{
		{"no command", "", with(), `expected one of "serve", "setup", "member", "invite"`},
		{"a command that is none", "", with("dance"), "unexpected argument dance"},
		{"a flag that is none", "", with("serve", "--dance"), "unknown flag --dance"},
		{"a second set-up", "correct horse", with("setup", "--name", "B", "--steward", "bob", "--email", "b@mail.example", "--password-stdin"), "This chapter is open already."},
		{"a set-up without a name", "", with("setup", "--steward", "bob", "--email", "b@mail.example"), "missing flags: --name=STRING"},
		{"a member who is there", "correct horse", with("member", "add", "ana", "--email", "b@mail.example", "--password-stdin"), "taken"},
		{"a member without an address", "", with("member", "add", "bob"), "missing flags: --email=STRING"},
		{"a role that is none", "", with("member", "add", "bob", "--email", "b@mail.example", "--role", "king"), "must be one of"},
		{"a password that is too short", "x", with("member", "add", "bob", "--email", "b@mail.example", "--password-stdin"), "password"},
		{"somebody who is no member", "", with("member", "suspend", "bob"), "there is no member called bob"},
		{"an invitation for nobody", "", with("invite", "create", "--uses", "0"), "An invitation is for one person at least."},
		{"an invitation that had its time", "", with("invite", "create", "--expires", "2020-02-02"), "--expires: 2020-02-02 has passed already"},
		{"an invitation without sense", "", with("invite", "create", "--expires", "soon"), "--expires is days such as 7d"},
		{"an invitation for half a day too short", "", with("invite", "create", "--expires=-4h"), "has passed already"},
		{"an invitation of a king", "", with("invite", "create", "--role", "king"), "must be one of"},
		{"an invitation that is none", "", with("invite", "revoke", "abc"), "there is no invitation abc"},
		{"a token for nobody", "", with("token", "create", "bob"), "there is no member called bob"},
		{"a token that may do what is not", "", with("token", "create", "ana", "--scopes", "read everything"), `The scopes "read everything" are not known here.`},
		{"a token that may do nothing", "", with("token", "create", "ana", "--scopes", " "), `are not known here.`},
		{"another domain than before", "", with("--domain", "vi.example", "member", "list"), "this chapter lives at localhost:8080: its ids cannot move to vi.example; start with --domain=localhost:8080"},
		{"a database that is none", "", with("--database", "mysql://x", "migrate"), "the database address must begin with sqlite: or postgres://"},
		{"a place that cannot be served", "", with("--listen", "256.0.0.1:1", "serve"), "serve at 256.0.0.1:1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			code, _, stderr := atelier(t, test.stdin, test.args...)
			if code != 1 || !strings.HasPrefix(stderr, "atelier: ") || !strings.Contains(stderr, test.want) || strings.Count(stderr, "\n") != 1 {
				t.Errorf("%d %q, want %q in it", code, stderr, test.want)
			}
		})
	}
	ok(t, "correct horse", with("member", "add", "cleo", "--email", "cleo@mail.example", "--password-stdin")...)
	if code, _, stderr := atelier(t, "", with("token", "create", "cleo", "--scopes", "admin:read")...); code != 1 || !strings.Contains(stderr, "Only stewards") {
		t.Errorf("a member has a steward's token: %d %s", code, stderr)
	}
}

func TestHelpAndVersion(t *testing.T) {
	tidy(t)
	for _, args := range [][]string{{"--help"}, {"serve", "--help"}, {"setup", "--help"}, {"member", "--help"}, {"member", "add", "--help"}, {"member", "list", "--help"},
		{"member", "suspend", "--help"}, {"member", "restore", "--help"}, {"member", "delete", "--help"}, {"backup", "--help"}, {"restore", "--help"}, {"deliveries", "--help"}, {"doctor", "--help"}, {"member", "reset-password", "--help"}, {"invite", "--help"}, {"invite", "create", "--help"}, {"invite", "list", "--help"}, {"invite", "revoke", "--help"}, {"token", "--help"}, {"token", "create", "--help"}, {"migrate", "--help"}} {
		code, stdout, stderr := atelier(t, "", args...)
		if code != 0 || !strings.Contains(stdout, "Usage: atelier") || stderr != "" {
			t.Errorf("%v: %d %q %q", args, code, stdout, stderr)
		}
	}
	// Nothing is listed that does nothing.
	for command, want := range map[string][]string{
		"version": {"--help"}, "demo": {"--help", "--listen"}, "backup": {"--config", "--database", "--domain", "--help", "--media"},
		"migrate": {"--config", "--database", "--domain", "--help"}, "member add": {"--config", "--database", "--domain", "--email", "--help"},
		"serve": {"--config", "--database", "--domain", "--help", "--listen", "--log-level", "--media", "--metrics-listen", "--rate-limits", "--smtp"},
	} {
		out := ok(t, "", append(strings.Fields(command), "--help")...)
		for _, flag := range []string{"--config", "--database", "--domain", "--email", "--help", "--listen", "--log-level", "--media", "--metrics-listen", "--rate-limits", "--smtp"} {
			if got := strings.Contains(out, " "+flag); got != slices.Contains(want, flag) {
				t.Errorf("%s lists %s: %v", command, flag, got)
			}
		}
	}
	if out := ok(t, "", "version"); !strings.HasPrefix(out, "atelier "+version+" (go1.") {
		t.Errorf("version is %q", out)
	}
}

// served is a server under test.
type served struct {
	t    *testing.T
	base string
	stop context.CancelFunc
	out  *lockedBuffer
	err  *lockedBuffer
	code chan int
}

// lockedBuffer is written by the server while the test reads.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// free is an address where nobody serves.
func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// serve starts a server and waits until it answers.
func serve(t *testing.T, args ...string) *served {
	t.Helper()
	return serveAt(t, free(t), args...)
}

func serveAt(t *testing.T, address string, args ...string) *served {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	x := &served{t: t, base: "http://" + address, stop: stop, out: &lockedBuffer{}, err: &lockedBuffer{}, code: make(chan int, 1)}
	go func() {
		x.code <- execute(ctx, append([]string{"serve", "--listen", address}, args...), strings.NewReader(""), x.out, x.err)
	}()
	t.Cleanup(func() { stop(); x.end() })
	for range 200 {
		if res, err := http.Get(x.base + "/readyz"); err == nil {
			res.Body.Close()
			return x
		}
		select {
		case code := <-x.code:
			t.Fatalf("it ended with %d: %s", code, x.err)
		case <-time.After(25 * time.Millisecond):
		}
	}
	t.Fatalf("it does not answer: %s", x.err)
	return nil
}

// end waits for the server to end.
func (x *served) end() int {
	select {
	case code := <-x.code:
		x.code <- code
		return code
	case <-time.After(20 * time.Second):
		x.t.Error("it does not stop")
		return -1
	}
}

func (x *served) get(path string) (int, string) {
	x.t.Helper()
	res, err := http.Get(x.base + path)
	if err != nil {
		x.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		x.t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

func TestServing(t *testing.T) {
	where := place(t)
	x := serve(t, where...)
	if !regexp.MustCompile(`\n    http://localhost:8080/setup\?key=[A-Z2-7]{26}\n`).MatchString(x.out.String()) {
		t.Errorf("no link to open the chapter in %q", x.out)
	}
	for path, want := range map[string]string{"/healthz": "OK\n", "/readyz": "OK\n"} {
		if status, body := x.get(path); status != 200 || body != want {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
	// Commands work beside it; a second server does not.
	opened(t, where)
	code, _, stderr := atelier(t, "", append([]string{"serve", "--listen", free(t)}, where...)...)
	if code != 1 || stderr != "atelier: another atelier serves "+filepath.Join(where[1], "atelier.db")+" already: stop it first, or give this one a database of its own\n" {
		t.Errorf("a second server: %d %q", code, stderr)
	}
	x.stop()
	if code := x.end(); code != 0 {
		t.Errorf("it ended with %d: %s", code, x.err)
	}
	again := serve(t, where...)
	if want := "VI Coaches is open at http://localhost:8080/\n"; again.out.String() != want {
		t.Errorf("the second time it said %q, want %q", again.out, want)
	}
}

func TestStoppingLetsRequestsFinish(t *testing.T) {
	x := serve(t, place(t)...)
	conn, err := net.Dial("tcp", strings.TrimPrefix(x.base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	// The half of a request is under way.
	io.WriteString(conn, "POST /api/v1/apps HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{")
	time.Sleep(100 * time.Millisecond)
	x.stop()
	time.Sleep(100 * time.Millisecond)
	io.WriteString(conn, "}")
	b := make([]byte, 12)
	conn.SetReadDeadline(time.Now().Add(5 * time.Second))
	if _, err := io.ReadFull(conn, b); err != nil || string(b) != "HTTP/1.1 422" {
		t.Errorf("answered %q, %v", b, err)
	}
	if code := x.end(); code != 0 {
		t.Errorf("it ended with %d: %s", code, x.err)
	}
}

func TestMetrics(t *testing.T) {
	desk := free(t)
	where := place(t)
	opened(t, where)
	x := serve(t, append(where, "--metrics-listen", desk)...)
	x.get("/healthz")
	res, err := http.Get("http://" + desk + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, _ := io.ReadAll(res.Body)
	for _, want := range []string{
		`atelier_request_seconds_count{method="GET",route="/healthz",status="2xx"} 1`,
		`atelier_waiting{kind="deliveries"} 0`, "atelier_streams 0",
		"go_goroutines ", "process_resident_memory_bytes ", "atelier_write_seconds_count ",
	} {
		if !strings.Contains(string(b), want) {
			t.Errorf("no %s", want)
		}
	}
	if status, _ := x.get("/metrics"); status != 404 {
		t.Errorf("strangers see the metrics: %d", status)
	}
	if res, err := http.Get("http://" + desk + "/debug/pprof/heap"); err != nil || res.StatusCode != 200 {
		t.Errorf("no profile: %v", err)
	}
}

func TestTokensOfTheCommandLineWork(t *testing.T) {
	where := place(t)
	opened(t, where)
	x := serve(t, where...)
	token := strings.TrimSpace(ok(t, "", append(where, "token", "create", "ana", "--scopes", "profile")...))
	r, _ := http.NewRequest("GET", x.base+"/oauth/userinfo", nil)
	r.Header.Set("Authorization", "Bearer "+token)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if b, _ := io.ReadAll(res.Body); res.StatusCode != 200 || !strings.Contains(string(b), `"preferred_username":"ana"`) {
		t.Errorf("%d %s", res.StatusCode, b)
	}
}

func TestIdsOfCommandsDoNotMeetTheServers(t *testing.T) {
	where := place(t)
	opened(t, where)
	c, err := parse(append(where, "version"))
	if err != nil {
		t.Fatal(err)
	}
	ch, err := c.open(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	defer ch.Store.Close()
	s, err := store.Open(t.Context(), c.Database, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	node := func(id models.ID) int64 { return int64(id) >> 13 & 0xff }
	if a, b := node(ch.Store.NewID()), node(s.NewID()); a == b {
		t.Errorf("both make ids as node %d", a)
	}
}
