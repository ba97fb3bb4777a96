package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// options are the flags; every subcommand takes the ones it needs.
type options struct {
	base, token, user, password string
	pid                         int
	max                         time.Duration

	hosts, actors, port int
	keys                string
	shared              bool
	delay               time.Duration

	n, conc, posts int
	conns          string
	duration       time.Duration
	mode           string
	url            string
	keep, unfollow bool
	mix            bool

	program, database string // of suite
}

// result is printed as one JSON line.
type result map[string]any

// A command is one measurement.
type command struct {
	name string
	run  func(context.Context, *options, []string) (result, error)
	help string
}

var commands = []command{
	{"login", runLogin, "print a user token, obtained through the server's sign-in form"},
	{"inbox", runInbox, "signed notes from remote actors: accepted and visible per second"},
	{"fanout", runFanout, "one post to remote followers: time to the first and the last inbox"},
	{"home", runHome, "reading the home timeline"},
	{"post", runPost, "writing statuses through the API"},
	{"apps", runApps, "what apps read: a thread, notifications, an account's posts, a search"},
	{"streams", runStreams, "-n open streams: their memory, and the time until the last of them has a post"},
	{"public", runPublic, "actor document, webfinger and a public post"},
	{"rss", runRSS, "memory and CPU time of process -pid"},
	{"startup", runStartup, "start the command after --, time until -url answers 200"},
}

func main() {
	if len(os.Args) < 2 {
		usageAndExit()
	}
	name := os.Args[1]
	var o options
	f := o.flags(name)
	if name == "suite" {
		f.Parse(os.Args[2:])
		os.Exit(suite(&o))
	}
	i := slices.IndexFunc(commands, func(c command) bool { return c.name == name })
	if i < 0 {
		usageAndExit()
	}
	f.Parse(os.Args[2:])
	o.base = strings.TrimRight(o.base, "/")
	if _, err := measure(commands[i], &o, f.Args(), nil); err != nil {
		os.Exit(1)
	}
}

func usageAndExit() {
	fmt.Fprintln(os.Stderr, "usage: bench SUBCOMMAND [flags]   (bench SUBCOMMAND -h lists the flags)")
	for _, c := range commands {
		fmt.Fprintf(os.Stderr, "  %-8s %s\n", c.name, c.help)
	}
	fmt.Fprintf(os.Stderr, "  %-8s %s\n", "suite", "all of them, on a new chapter of the program -program")
	os.Exit(2)
}

// flags are those of subcommand name; they fill o.
func (o *options) flags(name string) *flag.FlagSet {
	f := flag.NewFlagSet(name, flag.ExitOnError)
	f.StringVar(&o.base, "base", "http://localhost:8080", "URL of the server under test")
	f.StringVar(&o.token, "token", os.Getenv("BENCH_TOKEN"), "bearer token of the local user (default $BENCH_TOKEN)")
	f.StringVar(&o.user, "user", "bench", "name of the local user (login: what the sign-in form wants)")
	f.StringVar(&o.password, "password", "", "login: password")
	f.IntVar(&o.pid, "pid", 0, "the server's process: adds its CPU time and memory to the result")
	f.DurationVar(&o.max, "max", 5*time.Minute, "give up after this long")
	f.IntVar(&o.hosts, "hosts", 10, "simulated remote hosts")
	f.IntVar(&o.actors, "actors", 20, "simulated remote actors (fanout: followers)")
	f.IntVar(&o.port, "port", 7700, "port of the simulated hosts, on 127.1.0.1 and up")
	f.StringVar(&o.keys, "keys", filepath.Join(os.TempDir(), "bench-keys.pem"), "file that keeps the actors' keys between runs")
	f.BoolVar(&o.shared, "shared", true, "simulated hosts offer a shared inbox")
	f.DurationVar(&o.delay, "delay", 0, "simulated hosts answer inbox posts this late")
	f.IntVar(&o.n, "n", 1000, "inbox: notes; post: statuses at each concurrency; streams: how many are open")
	f.IntVar(&o.conc, "c", 8, "inbox: concurrent posts")
	f.IntVar(&o.posts, "posts", 5, "fanout, streams: posts, one after another")
	f.StringVar(&o.conns, "conc", "", "home, post, public: concurrencies, comma-separated")
	f.DurationVar(&o.duration, "t", 5*time.Second, "home, public: time for each measurement")
	f.StringVar(&o.mode, "mode", "followed", "inbox: notes from followed actors (followed) or that mention the user (mention)")
	f.BoolVar(&o.mix, "mix", true, "inbox: a quarter replies and a tenth boosts of earlier notes")
	f.BoolVar(&o.unfollow, "unfollow", false, "inbox: unfollow the actors afterwards, which empties the home timeline again")
	f.StringVar(&o.url, "url", "", "startup: what to poll")
	f.BoolVar(&o.keep, "keep", false, "startup: leave the process running and report its pid")
	if name == "suite" {
		f.StringVar(&o.program, "program", "./atelier", "the built program")
		f.StringVar(&o.database, "database", "", "postgres://... of an empty database; SQLite without it")
	}
	return f
}

// measure runs one measurement and prints its line, with extra members.
func measure(c command, o *options, args []string, extra result) (result, error) {
	ctx, cancel := context.WithTimeout(context.Background(), o.max)
	defer cancel()
	var before usage
	if o.pid != 0 {
		before, _ = processUsage(o.pid)
	}
	began, cpu := time.Now(), selfCPU()
	res, err := c.run(ctx, o, args)
	if res == nil {
		res = result{}
	}
	res["bench"] = c.name
	maps.Copy(res, extra)
	if err != nil {
		res["error"] = err.Error()
	}
	if c.name != "login" {
		res["total_s"] = round(time.Since(began).Seconds())
		res["bench_cpu_s"] = round(selfCPU() - cpu)
		res["load_average"] = loadAverage()
		if after, e := processUsage(o.pid); o.pid != 0 && e == nil {
			after.CPU = round(after.CPU - before.CPU)
			res["server"] = after
		}
	}
	line, _ := json.Marshal(res)
	fmt.Println(string(line))
	return res, err
}

func (o *options) api(conns int) *api {
	return &api{base: o.base, token: o.token, user: o.user, http: newHTTPClient(conns)}
}

func (o *options) sim(actors int) (*sim, error) {
	tag := "b" + strconv.FormatInt(time.Now().UnixMilli(), 36) + "x"
	return newSim(min(o.hosts, actors), actors, o.port, tag, o.keys, o.shared, o.delay)
}

// concurrencies parses -conc.
func (o *options) concurrencies(dflt string) (list []int, err error) {
	if o.conns == "" {
		o.conns = dflt
	}
	for s := range strings.SplitSeq(o.conns, ",") {
		c, err := strconv.Atoi(s)
		if err != nil || c < 1 {
			return nil, fmt.Errorf("bad concurrency %q", s)
		}
		list = append(list, c)
	}
	return list, nil
}

func runLogin(_ context.Context, o *options, _ []string) (result, error) {
	token, err := login(o.base, o.user, o.password)
	return result{"token": token}, err
}

func runHome(ctx context.Context, o *options, _ []string) (result, error) {
	concs, err := o.concurrencies("1,16")
	if err != nil {
		return nil, err
	}
	a := o.api(32)
	// Walk back through the timeline, for its size and for places to page from.
	var cursors []string
	count, path := 0, "/api/v1/timelines/home?limit=40"
	for count < 5000 {
		var page []status
		if err := a.get(ctx, path, &page); err != nil {
			return nil, err
		}
		if len(page) == 0 {
			break
		}
		count += len(page)
		cursors = append(cursors, page[len(page)-1].ID)
		path = "/api/v1/timelines/home?limit=40&max_id=" + page[len(page)-1].ID
	}
	if count < 20 {
		return nil, errors.New("the home timeline has fewer than 20 posts; run inbox first")
	}
	res := result{"timeline_posts": count}
	for _, c := range concs {
		part, cancel := context.WithTimeout(ctx, o.duration)
		res[fmt.Sprintf("newest_c%d", c)] = drive(part, c, 1<<30, func(int) error {
			return a.get(part, "/api/v1/timelines/home?limit=20", nil)
		})
		cancel()
	}
	c := concs[len(concs)-1]
	part, cancel := context.WithTimeout(ctx, o.duration)
	defer cancel()
	res[fmt.Sprintf("older_pages_c%d", c)] = drive(part, c, 1<<30, func(i int) error {
		// A stride coprime to most lengths spreads the places; the last is the end.
		return a.get(part, "/api/v1/timelines/home?limit=20&max_id="+cursors[i*37%max(1, len(cursors)-1)], nil)
	})
	return res, nil
}

func runPost(ctx context.Context, o *options, _ []string) (result, error) {
	concs, err := o.concurrencies("1,8")
	if err != nil {
		return nil, err
	}
	a := o.api(32)
	res := result{}
	for _, c := range concs {
		res[fmt.Sprintf("c%d", c)] = drive(ctx, c, o.n, func(i int) error {
			return a.post(ctx, "/api/v1/statuses", url.Values{"status": {noteText(fmt.Sprintf("%d/%d", c, i))},
				"visibility": {"public"}}, nil)
		})
	}
	return res, nil
}

func runPublic(ctx context.Context, o *options, _ []string) (result, error) {
	concs, err := o.concurrencies("1,16")
	if err != nil {
		return nil, err
	}
	s, err := o.sim(16)
	if err != nil {
		return nil, err
	}
	defer s.close()
	a := o.api(32)
	local, err := a.lookUp(s.actors[0])
	if err != nil {
		return nil, err
	}
	var post status
	if err := a.post(ctx, "/api/v1/statuses", url.Values{"status": {noteText("public")}, "visibility": {"public"}}, &post); err != nil {
		return nil, err
	}
	a.token = "" // from here on we are a stranger
	res := result{}
	for _, t := range []struct{ name, url, accept string }{
		{"actor", local.id, activityJSON},
		{"webfinger", o.base + "/.well-known/webfinger?resource=acct:" + local.acct, "application/jrd+json"},
		{"object", post.URI, activityJSON},
	} {
		// Unsigned if the server allows it, as caches and proxies ask; if it
		// does not, signed by any of 16 actors.
		requests := make([]*http.Request, len(s.actors))
		for i, r := range s.actors {
			if requests[i], err = r.newGet(t.url, t.accept); err != nil {
				return nil, err
			}
		}
		plain := requests[0].Clone(ctx)
		plain.Header.Del("Signature")
		signed := false
		if err := a.do(ctx, plain, nil); err != nil {
			var se *statusError
			if !errors.As(err, &se) || (se.code != 401 && se.code != 403) {
				return nil, err
			}
			signed = true
		}
		if signed {
			for _, r := range requests { // let the server fetch the keys first
				if err := a.do(ctx, r, nil); err != nil {
					return nil, err
				}
			}
		}
		for _, c := range concs {
			part, cancel := context.WithTimeout(ctx, o.duration)
			l := drive(part, c, 1<<30, func(i int) error {
				r := plain
				if signed {
					r = requests[i%len(requests)]
				}
				return a.do(part, r, nil)
			})
			cancel()
			res[fmt.Sprintf("%s_c%d", t.name, c)] = l
		}
		res[t.name+"_signed"] = signed
	}
	return res, nil
}

func runRSS(_ context.Context, o *options, _ []string) (result, error) {
	u, err := processUsage(o.pid)
	return result{"process": u}, err
}

func runStartup(ctx context.Context, o *options, args []string) (result, error) {
	if len(args) == 0 || o.url == "" {
		return nil, errors.New("give the command after --, and -url")
	}
	c := &http.Client{Timeout: 2 * time.Second}
	if resp, err := c.Get(o.url); err == nil {
		resp.Body.Close()
		return nil, errors.New("something already answers " + o.url)
	}
	cmd := exec.Command(args[0], args[1:]...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	exited := make(chan error, 1)
	go func() { exited <- cmd.Wait() }()
	for {
		resp, err := c.Get(o.url)
		if err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				break
			}
		}
		select {
		case err := <-exited:
			return nil, fmt.Errorf("the command ended: %v", err)
		case <-ctx.Done():
			cmd.Process.Kill()
			return nil, ctx.Err()
		case <-time.After(5 * time.Millisecond):
		}
	}
	res := result{"ready_ms": ms(time.Since(start)), "started_pid": cmd.Process.Pid}
	time.Sleep(2 * time.Second) // settle before looking at idle memory
	u, err := processUsage(cmd.Process.Pid)
	res["idle"] = u
	if !o.keep {
		cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-exited:
		case <-time.After(20 * time.Second):
			cmd.Process.Kill()
		}
	}
	return res, err
}

// noteText is about 300 characters with one hashtag, as real posts have.
func noteText(marker string) string {
	return "Practice note " + marker + ": we opened with a round of check-ins, agreed on one thing to try before " +
		"the next session, and closed by naming what helped. Listening longer than feels natural still does most of " +
		"the work; the questions that landed were short and open. More next week. #coaching"
}
