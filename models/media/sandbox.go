package media

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"strconv"
	"time"
)

// The limits of one run of ffmpeg or ffprobe.
const (
	maxToolTime   = 10 * time.Minute
	maxToolMemory = 2 << 30
	maxToolFile   = 2 * MaxFilmBytes
	maxToolOutput = 64 << 20
)

// sandbox runs a program that reads what strangers sent: in dir, without
// network where the system can do that, without our environment, and within
// limits of time, memory and size of files. It returns what the program wrote.
func sandbox(ctx context.Context, dir, program string, args ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, maxToolTime)
	defer cancel()
	prepare := func() (*exec.Cmd, *limited, *limited) {
		// A shell sets the limits; where it cannot, it goes on without.
		limits := fmt.Sprintf("ulimit -v %d; ulimit -t %d; ulimit -f %d; exec \"$0\" \"$@\"", maxToolMemory>>10, int(maxToolTime.Seconds()), maxToolFile>>9)
		cmd := exec.CommandContext(ctx, "/bin/sh", append([]string{"-c", limits, program}, args...)...)
		cmd.Dir = dir
		cmd.Env = []string{"PATH=/usr/bin:/bin", "HOME=" + dir, "LC_ALL=C"}
		cmd.WaitDelay = time.Second
		out, trouble := &limited{left: maxToolOutput}, &limited{left: 4 << 10}
		cmd.Stdout, cmd.Stderr = out, trouble
		return cmd, out, trouble
	}
	cmd, out, trouble := prepare()
	isolate(cmd)
	err := cmd.Start()
	if err != nil { // no name spaces for us: the tool's own limits have to do
		cmd, out, trouble = prepare()
		err = cmd.Start()
	}
	if err == nil {
		err = cmd.Wait()
	}
	if err == nil && out.left < 0 {
		err = fmt.Errorf("more than %d bytes of output", maxToolOutput)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %s", program, err, strconv.Quote(trouble.buffer.String()))
	}
	return out.buffer.Bytes(), nil
}

// limited keeps the first bytes that are written to it. It does not embed its
// buffer, which has more ways to be written to.
type limited struct {
	buffer bytes.Buffer
	left   int
}

func (l *limited) Write(p []byte) (int, error) {
	l.buffer.Write(p[:max(0, min(l.left, len(p)))])
	l.left -= len(p)
	return len(p), nil
}
