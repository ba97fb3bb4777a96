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
	before := demoDoors
	defer func() { demoDoors = before }()
	for i, name := range []string{"localhost", "beta.localhost"} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		_, port, _ := net.SplitHostPort(l.Addr().String())
		l.Close()
		demoDoors[i].domain, demoDoors[i].listen = name+":"+port, l.Addr().String()
	}
	t.Setenv("TMPDIR", t.TempDir())
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var out safeBuffer
	ended := make(chan int, 1)
	go func() { ended <- execute(ctx, []string{"demo"}, strings.NewReader(""), &out, os.Stderr) }()
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
	for i, want := range []string{"We tried the three minutes in our peer group", "Thirty years in and I have just bought index cards"} {
		path := "/notes/" + []string{"checking-in-when-a-client-goes-quiet", "my-three-index-cards"}[i]
		page := get(t, fmt.Sprintf("http://%s%s", demoDoors[i].listen, path), demoDoors[i].domain)
		if !strings.Contains(page, want) {
			t.Errorf("%s lacks the answer from the other chapter", path)
		}
		if strings.Contains(get(t, fmt.Sprintf("http://%s/library", demoDoors[i].listen), demoDoors[i].domain), "too clever") {
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
