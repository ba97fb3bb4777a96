package interop

import (
	"context"
	"fmt"
	"io"
	"net"
	"regexp"
	"sync"
	"testing"
	"time"
)

// TestKill posts a thousand posts at a chapter that is killed ten times, to a
// chapter that is out of reach half the time and is killed too. Whatever was
// acknowledged has to be at the first, and at the second exactly once.
func TestKill(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a minute")
	}
	t.Run("sqlite", func(t *testing.T) { killed(t, onSQLite) })
	t.Run("postgres", func(t *testing.T) { killed(t, onPostgres) })
}

const (
	rounds   = 10
	perRound = 100
)

func killed(t *testing.T, engine func(testing.TB) []string) {
	n := &now{t}
	alpha := newTown(n, "alpha", "localhost", engine(t)...)
	beta := newTown(n, "beta", "beta.localhost", engine(t)...)
	// beta is reached through a door that the test opens and closes.
	inside := fmt.Sprintf("127.0.0.1:%d", freePort(t))
	d := &door{t: t, outside: beta.listen, inside: inside}
	beta.flags = append(beta.flags, "--listen", inside)
	d.open()
	t.Cleanup(d.close)
	alice, bob := alpha.member("alice"), beta.member("bob")
	alpha.serve()
	beta.serve()
	bob.follow("@alice@" + alpha.domain)

	var acknowledged []string
	for round := range rounds {
		if round%2 == 1 {
			d.close()
		}
		acknowledged = append(acknowledged, postUntilKilled(t, alpha, alice, round)...)
		if round%4 == 2 {
			beta.kill()
			beta.serve()
		}
		alpha.serve()
		d.open()
	}
	t.Logf("%d posts were acknowledged", len(acknowledged))
	if len(acknowledged) < rounds*perRound/2 {
		t.Fatalf("too few posts to say anything: %d", len(acknowledged))
	}

	here := texts(n, alice, "/api/v1/accounts/"+alice.me().ID+"/statuses")
	for _, text := range acknowledged {
		if here[text] != 1 {
			t.Errorf("%q is %d times where it was posted", text, here[text])
		}
	}
	start := time.Now()
	soon(t, 5*time.Minute, "not all is delivered", func() error {
		there := texts(n, bob, "/api/v1/timelines/home")
		missing := 0
		for text, count := range there {
			if count != 1 || here[text] != 1 {
				t.Fatalf("%q is %d times where it was delivered, %d times where it was posted", text, count, here[text])
			}
		}
		for text := range here {
			if there[text] == 0 {
				missing++
			}
		}
		if missing > 0 {
			time.Sleep(time.Second)
			return fmt.Errorf("%d of %d are missing", missing, len(here))
		}
		return nil
	})
	t.Logf("all %d had arrived exactly once %v after the last round", len(here), time.Since(start).Round(time.Millisecond))
	quiet(t, alpha, beta)
}

// postUntilKilled posts a round of posts, several at a time, kills the server
// while it is at it, and returns the texts that were acknowledged.
func postUntilKilled(t *testing.T, w *town, c *client, round int) (acknowledged []string) {
	t.Helper()
	var mu sync.Mutex
	var writers sync.WaitGroup
	killAt := perRound - 5 - round // while the rest are on their way
	kill := make(chan struct{})
	work := make(chan string, perRound)
	for i := range perRound {
		work <- fmt.Sprintf("kept word %d-%d.", round, i)
	}
	close(work)
	var once sync.Once
	for range 4 {
		writers.Go(func() {
			for text := range work {
				if c.do("POST", "/api/v1/statuses", fields{"status": text, "visibility": "public"}, nil) != nil {
					continue // the server was killed
				}
				mu.Lock()
				acknowledged = append(acknowledged, text)
				if len(acknowledged) >= killAt {
					once.Do(func() { close(kill) })
				}
				mu.Unlock()
			}
		})
	}
	select {
	case <-kill:
	case <-time.After(time.Minute):
		t.Errorf("round %d: posting takes more than a minute", round)
	}
	w.kill()
	writers.Wait()
	return acknowledged
}

var keptWord = regexp.MustCompile(`kept word \d+-\d+\.`)

// texts counts the posts of this test in a list, from its newest to its
// oldest page.
func texts(n *now, c *client, path string) map[string]int {
	n.Helper()
	count := map[string]int{}
	for page, below := 0, ""; page < 100; page++ {
		var list []status
		c.must("GET", path+"?limit=40"+below, nil, &list)
		if len(list) == 0 {
			return count
		}
		for _, s := range list {
			if text := keptWord.FindString(s.Content); text != "" {
				count[text]++
			}
		}
		below = "&max_id=" + list[len(list)-1].ID
	}
	n.Fatalf("%s does not end", path)
	return nil
}

// door passes connections on while it is open, and refuses them while it is
// closed.
type door struct {
	t               *testing.T
	outside, inside string

	mu     sync.Mutex
	listen net.Listener
	cancel context.CancelFunc
}

func (d *door) open() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.listen != nil {
		return
	}
	l, err := net.Listen("tcp", d.outside)
	if err != nil {
		d.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	d.listen, d.cancel = l, cancel
	go func() {
		for {
			from, err := l.Accept()
			if err != nil {
				return
			}
			go pass(ctx, from, d.inside)
		}
	}()
}

// close refuses new connections and breaks those that are there.
func (d *door) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.listen != nil {
		d.listen.Close()
		d.cancel()
		d.listen = nil
	}
}

func pass(ctx context.Context, from net.Conn, inside string) {
	defer from.Close()
	to, err := net.Dial("tcp", inside)
	if err != nil {
		return
	}
	defer to.Close()
	stop := context.AfterFunc(ctx, func() { from.Close(); to.Close() })
	defer stop()
	done := make(chan struct{}, 2)
	go func() { io.Copy(to, from); done <- struct{}{} }()
	go func() { io.Copy(from, to); done <- struct{}{} }()
	<-done
}
