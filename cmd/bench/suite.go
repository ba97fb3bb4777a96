package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// suite opens a chapter of its own with the program under test, serves it, and
// takes all measurements on it, one after another. It returns the exit code.
func suite(o *options) int {
	s, err := newSubject(o)
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		return 1
	}
	defer s.remove()
	failed := s.start("new")
	if s.pid == 0 {
		return 1
	}
	for _, m := range []struct {
		name   string
		change func(o *options)
	}{
		{"inbox", func(o *options) { o.n = 4000 }},
		{"inbox", func(o *options) { o.n, o.mode, o.actors = 1000, "mention", 50 }},
		{"fanout", func(o *options) { o.hosts, o.actors = 100, 100 }},
		{"fanout", func(o *options) { o.hosts, o.actors, o.shared = 10, 100, false }},
		{"fanout", func(o *options) { o.hosts, o.actors, o.delay = 100, 100, 100*time.Millisecond }},
		{"fanout", func(o *options) { o.hosts, o.actors, o.shared, o.posts = 50, 1000, false, 3 }},
		{"home", func(*options) {}},
		{"post", func(*options) {}},
		{"apps", func(o *options) { o.duration = 3 * time.Second }},
		{"streams", func(o *options) { o.n, o.posts = 1000, 10 }},
		{"public", func(*options) {}},
	} {
		mine := s.options
		m.change(&mine)
		if s.measure(m.name, &mine, nil) != nil {
			failed = true
		}
	}
	s.stop()
	if s.start("filled") || failed {
		return 1
	}
	s.stop()
	return 0
}

// subject is the program under test with a chapter made for the measurements.
type subject struct {
	options // what every measurement starts from
	program string
	args    []string // configuration, as flags
	data    string
	address string // host:port
	engine  string
}

func newSubject(o *options) (*subject, error) {
	program, err := filepath.Abs(o.program)
	if err != nil {
		return nil, err
	}
	data, err := os.MkdirTemp("", "atelier-bench-")
	if err != nil {
		return nil, err
	}
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	s := &subject{options: *o, program: program, data: data, address: address, engine: "sqlite"}
	s.base, s.user = "http://"+address, "bench"
	s.args = []string{"--domain", address, "--listen", address, "--data", data,
		"--allow-peers", "127.0.0.0/8", "--rate-limits", "off", "--log-level", "warn"}
	if o.database != "" {
		s.engine = "postgres"
		s.args = append(s.args, "--database", o.database)
	}
	if _, err = s.call("correct horse battery staple\n", "setup", "--name", "The measured chapter", "--steward", "bench",
		"--email", "bench@example.org", "--password-stdin"); err == nil {
		s.token, err = s.call("", "token", "create", "bench", "--scopes", "read write follow push")
	}
	if err != nil {
		s.remove()
		return nil, err
	}
	return s, nil
}

// freeAddress is a loopback name with a port that nobody serves now.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return fmt.Sprintf("localhost:%d", l.Addr().(*net.TCPAddr).Port), nil
}

// call runs a command of the program to its end and returns what it printed.
func (s *subject) call(stdin string, args ...string) (string, error) {
	cmd := exec.Command(s.program, slices.Concat(args, s.args)...)
	cmd.Stdin = strings.NewReader(stdin)
	out, err := cmd.Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return "", fmt.Errorf("%s %s: %s", s.program, args[0], strings.TrimSpace(string(exit.Stderr)))
	}
	return strings.TrimSpace(string(out)), err
}

// start measures a start and leaves the server running.
func (s *subject) start(database string) (failed bool) {
	o := s.options
	o.url, o.keep, o.pid = s.base+"/readyz", true, 0
	res, err := measureNamed("startup", &o, slices.Concat([]string{s.program, "serve"}, s.args), s.extra("database_is", database))
	s.pid, _ = res["started_pid"].(int)
	return err != nil
}

func (s *subject) measure(name string, o *options, args []string) error {
	o.pid = s.pid
	_, err := measureNamed(name, o, args, s.extra())
	return err
}

func (s *subject) extra(more ...string) result {
	r := result{"engine": s.engine}
	for pair := range slices.Chunk(more, 2) {
		r[pair[0]] = pair[1]
	}
	return r
}

func measureNamed(name string, o *options, args []string, extra result) (result, error) {
	i := slices.IndexFunc(commands, func(c command) bool { return c.name == name })
	return measure(commands[i], o, args, extra)
}

// stop ends the server and waits until its process is gone: only then is the
// database free for the next one.
func (s *subject) stop() {
	if s.pid == 0 {
		return
	}
	syscall.Kill(s.pid, syscall.SIGTERM)
	for until := time.Now().Add(20 * time.Second); time.Now().Before(until); time.Sleep(20 * time.Millisecond) {
		if syscall.Kill(s.pid, 0) != nil {
			break
		}
	}
	s.pid = 0
}

func (s *subject) remove() {
	s.stop()
	os.RemoveAll(s.data)
}
