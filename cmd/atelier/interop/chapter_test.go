package interop

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
)

const password = "an open door in spring"

// town is a chapter of its own, served by the built program.
type town struct {
	t      *now
	name   string // "alpha"
	domain string // "localhost:40001", in ids
	listen string // "127.0.0.1:40001"
	data   string
	flags  []string
	secure bool     // https
	env    []string // of the server, beside the test's own

	mu   sync.Mutex
	cmd  *exec.Cmd
	done chan struct{} // closed when cmd has ended
	log  *os.File
}

// newTown opens a chapter at host, which is a loopback name, with ada as its
// steward and without serving it yet. flags are configuration beyond what
// every test needs.
func newTown(t *now, name, host string, flags ...string) *town {
	t.Helper()
	port := freePort(t)
	w := &town{t: t, name: name, secure: slices.Contains(flags, "https"), domain: fmt.Sprintf("%s:%d", host, port), listen: fmt.Sprintf("127.0.0.1:%d", port), data: t.TempDir()}
	w.flags = append([]string{"--domain", w.domain, "--listen", w.listen, "--data", w.data,
		"--allow-peers", "127.0.0.0/8", "--rate-limits", "off", "--log-level", "debug"}, flags...)
	w.call(password+"\n", "setup", "--name", "Chapter "+name, "--handle", name, "--steward", "ada",
		"--email", "ada@"+host, "--password-stdin")
	log, err := os.Create(filepath.Join(w.data, "log"))
	if err != nil {
		t.Fatal(err)
	}
	w.log = log
	t.Cleanup(func() {
		w.stop()
		log.Close()
		if t.Failed() {
			w.tail(40)
		}
	})
	return w
}

// onSQLite returns the flags that keep a chapter's database in its folder.
func onSQLite(testing.TB) []string { return nil }

// onPostgres returns the flags that put a chapter's database on PostgreSQL.
func onPostgres(t testing.TB) []string {
	t.Helper()
	address := os.Getenv("ATELIER_TEST_POSTGRES")
	if address == "" {
		leaveOut(t.(*testing.T), "ATELIER_TEST_POSTGRES is not set: make test starts a PostgreSQL of its own")
	}
	schema := fmt.Sprintf("interop_%d_%d", os.Getpid(), time.Now().UnixNano())
	execute := func(statement string) {
		db, err := sql.Open("pgx", address)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if _, err := db.Exec(statement); err != nil {
			t.Errorf("%s: %v", statement, err)
		}
	}
	execute("CREATE SCHEMA " + schema)
	t.Cleanup(func() { execute("DROP SCHEMA " + schema + " CASCADE") })
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("search_path", schema)
	u.RawQuery = q.Encode()
	return []string{"--database", u.String()}
}

// call runs a command of the program on the chapter, which must succeed.
func (w *town) call(stdin string, args ...string) string {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	out, err := call(ctx, stdin, slices.Concat(args, w.flags)...)
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

// member adds a member and returns a client with a token of theirs.
func (w *town) member(username string) *client {
	w.t.Helper()
	w.call(password+"\n", "member", "add", username, "--email", username+"@example.org", "--role", "member", "--password-stdin")
	return w.client(username)
}

// client returns a client with a token of a member that is there.
func (w *town) client(username string) *client {
	w.t.Helper()
	token := w.call("", "token", "create", username, "--scopes", "read write follow push")
	return &client{t: w.t, base: w.url(""), token: token, name: username}
}

// url is an address of the chapter.
func (w *town) url(path string) string {
	if w.secure {
		return "https://" + w.domain + path
	}
	return "http://" + w.domain + path
}

// serve starts the server and waits until it is ready.
func (w *town) serve() {
	w.t.Helper()
	w.start()
	soon(w.t, 30*time.Second, w.name+" does not get ready", func() error {
		resp, err := web.Get(w.url("/readyz"))
		if err != nil {
			return err
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			return fmt.Errorf("readyz: %s", resp.Status)
		}
		return nil
	})
}

func (w *town) start() {
	w.mu.Lock()
	defer w.mu.Unlock()
	cmd := exec.Command(program, slices.Concat([]string{"serve"}, w.flags)...)
	cmd.Env = append(os.Environ(), w.env...)
	cmd.Stdout, cmd.Stderr = w.log, w.log
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	w.cmd, w.done = cmd, make(chan struct{})
	go func(done chan struct{}) { cmd.Wait(); close(done) }(w.done)
}

// stop tells the server to end and waits for it.
func (w *town) stop() { w.signal(syscall.SIGTERM) }

// kill ends the server at once, as a power failure does.
func (w *town) kill() { w.signal(syscall.SIGKILL) }

func (w *town) signal(s syscall.Signal) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cmd == nil {
		return
	}
	w.cmd.Process.Signal(s)
	select {
	case <-w.done:
	case <-time.After(30 * time.Second):
		w.cmd.Process.Kill()
		<-w.done
		w.t.Errorf("%s did not stop within 30 seconds of %v", w.name, s)
	}
	w.cmd = nil
}

// tail shows the end of the server's log, without the requests that went well.
func (w *town) tail(n int) {
	lines := slices.DeleteFunc(w.lines(), func(l string) bool {
		return strings.Contains(l, "level=DEBUG msg=request") && !strings.Contains(l, "status=4") && !strings.Contains(l, "status=5")
	})
	for _, l := range lines[max(0, len(lines)-n):] {
		w.t.Logf("%s: %.400s", w.name, l)
	}
}

// lines are the server's log so far.
func (w *town) lines() (out []string) {
	f, err := os.Open(w.log.Name())
	if err != nil {
		return nil
	}
	defer f.Close()
	r := bufio.NewReader(f)
	for {
		l, err := r.ReadString('\n')
		if l != "" {
			out = append(out, strings.TrimSuffix(l, "\n"))
		}
		if err == io.EOF || err != nil {
			return out
		}
	}
}
