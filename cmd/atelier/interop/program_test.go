package interop

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// program is the built program.
var program string

func TestMain(m *testing.M) { os.Exit(build(m)) }

// build builds the program once, unless ATELIER_PROGRAM names one that is
// built, and runs the tests on it.
func build(m *testing.M) int {
	if program = os.Getenv("ATELIER_PROGRAM"); program != "" {
		return m.Run()
	}
	dir, err := os.MkdirTemp("", "atelier-interop-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	program = filepath.Join(dir, "atelier")
	if out, err := exec.Command("go", "build", "-o", program, "atelier/cmd/atelier").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "the program does not build: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// now is the test or subtest that is running: towns and clients outlive the
// subtests that use them.
type now struct{ testing.TB }

// step runs a subtest that the ones after it build on.
func (n *now) step(name string, do func(t *testing.T)) {
	n.Helper()
	outer := n.TB.(*testing.T)
	defer func() { n.TB = outer }()
	if !outer.Run(name, func(t *testing.T) { n.TB = t; do(t) }) {
		outer.FailNow()
	}
}

// try is step for a subtest on which no other builds.
func (n *now) try(name string, do func(t *testing.T)) {
	n.Helper()
	outer := n.TB.(*testing.T)
	defer func() { n.TB = outer }()
	outer.Run(name, func(t *testing.T) { n.TB = t; do(t) })
}

// leaveOut skips a test for which something is missing, or fails it where
// nothing may be left out.
func leaveOut(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(why)
	}
	t.Skip(why)
}

// call runs a command of the program to its end and returns what it printed.
func call(ctx context.Context, stdin string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Stdin = strings.NewReader(stdin)
	var failed strings.Builder
	cmd.Stderr = &failed
	out, err := cmd.Output()
	if err != nil {
		err = fmt.Errorf("atelier %s: %w: %s", strings.Join(args[:min(2, len(args))], " "), err, failed.String())
	}
	return strings.TrimSpace(string(out)), err
}

// freePort is a port of the loopback address that nobody uses now.
func freePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// web asks servers on this machine, whatever they are called, and follows no
// redirects.
var web = &http.Client{
	Timeout: 30 * time.Second,
	Transport: &http.Transport{
		MaxIdleConnsPerHost: 32,
		TLSClientConfig:     &tls.Config{RootCAs: trusted.pool},
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			_, port, err := net.SplitHostPort(address)
			if err != nil {
				return nil, err
			}
			return (&net.Dialer{}).DialContext(ctx, network, "127.0.0.1:"+port)
		},
	},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// soon waits until do no longer fails, for at most so long.
func soon(t testing.TB, within time.Duration, what string, do func() error) {
	t.Helper()
	var err error
	for end := time.Now().Add(within); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if err = do(); err == nil {
			return
		}
	}
	t.Fatalf("%s, after %v: %v", what, within, err)
}
