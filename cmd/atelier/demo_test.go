package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// A safeBuffer can be read while it is written to.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// The two chapters of the demo know each other's notes, and nothing of them
// is left when it ends.
func TestDemo(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var out safeBuffer
	ended := make(chan int, 1)
	go func() {
		ended <- execute(ctx, []string{"demo", "--listen=127.0.0.1:0"}, strings.NewReader(""), &out, os.Stderr)
	}()
	for start := time.Now(); !strings.Contains(out.String(), "Sign in as"); time.Sleep(50 * time.Millisecond) {
		select {
		case code := <-ended:
			t.Fatalf("the demo ended with %d", code)
		default:
		}
		if time.Since(start) > 2*time.Minute {
			t.Fatalf("the demo is not ready:\n%s", out.String())
		}
	}
	chapters := regexp.MustCompile(`http://((?:alpha|beta)\.localhost:(\d+))/\n`).FindAllStringSubmatch(out.String(), -1)
	if len(chapters) != 2 {
		t.Fatalf("no two chapters:\n%s", out.String())
	}
	for _, look := range []struct {
		chapter    int
		path, want string
	}{
		{0, "/notes/checking-in-when-a-client-goes-quiet", "We tried the three minutes in our peer group"}, // the other chapter's answer
		{0, "/notes/checking-in-when-a-client-goes-quiet", `alt="Two chairs beside a window; on the sill a clock that both can see."`},
		{0, "/notes/checking-in-when-a-client-goes-quiet", "Three tried it"},
		{0, "/questions", "How do you begin with somebody who was sent?"},
		{0, "/questions?state=answered", "half are in the room"},
		{0, "/library?outcome=adapted", "Checking in"},
		{1, "/notes/my-three-index-cards", "Thirty years in and I have just bought index cards"},
		{1, "/notes/my-three-index-cards", "Two tried it"},
		{1, "/notes/the-standing-question", `alt="Four people stand in front of a sheet on the wall."`},
		{1, "/questions", "short film"},
		{1, "/people?q=endings", "Maren Solvik"},
	} {
		domain, at := chapters[look.chapter][1], "http://127.0.0.1:"+chapters[look.chapter][2]
		page := get(t, at+look.path, domain)
		if !strings.Contains(page, look.want) {
			t.Errorf("%s%s lacks %q", domain, look.path, look.want)
		}
		if src := regexp.MustCompile(`<img src="http://[^"/]*(/[^"]*)"`).FindStringSubmatch(page); src != nil {
			get(t, at+src[1], domain)
		}
		if strings.Contains(get(t, at+"/library", domain), "too clever") {
			t.Error("a stranger sees a members' note in the library")
		}
	}
	stop()
	if code := <-ended; code != 0 {
		t.Errorf("the demo ended with %d", code)
	}
	if left, _ := filepath.Glob(filepath.Join(os.Getenv("TMPDIR"), "atelier-demo-*")); len(left) > 0 {
		t.Errorf("the demo left %v", left)
	}
}

// The demo runs beside a chapter that is served where it would be.
func TestDemoDoors(t *testing.T) {
	other, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	taken := other.Addr().(*net.TCPAddr).Port
	for _, first := range []int{taken, taken - 1} { // it, or the second one's place
		doors, err := demoDoors(fmt.Sprintf("127.0.0.1:%d", first))
		if err != nil {
			t.Fatal(err)
		}
		a, b := doors[0].Addr().(*net.TCPAddr).Port, doors[1].Addr().(*net.TCPAddr).Port
		if a <= taken || b != a+1 {
			t.Errorf("with port %d taken the demo is at %d and %d", taken, a, b)
		}
		if got := demoDomain(0, doors[0]); got != fmt.Sprintf("alpha.localhost:%d", a) {
			t.Errorf("the first is called %s", got)
		}
		for _, door := range doors {
			door.Close()
		}
	}
	for address, want := range map[string]string{"8080": "--listen is an address and a port", "127.0.0.1:http": "--listen is an address and a port"} {
		if _, err := demoDoors(address); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("--listen=%s: %v", address, err)
		}
	}
}

func get(t *testing.T, url, host string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Host = host
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v", url, resp.Status, err)
	}
	return string(body)
}
