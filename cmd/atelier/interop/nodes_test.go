package interop

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestTwoNodes serves one chapter by two processes on one PostgreSQL: what
// happens on one is heard on the other at once, and when one is killed the
// other delivers what it had promised.
func TestTwoNodes(t *testing.T) {
	n := &now{t}
	first := newTown(n, "alpha", "localhost", onPostgres(t)...)
	second := first.twin()
	beta := newTown(n, "beta", "beta.localhost")
	alice, bob := first.member("alice"), beta.member("bob")
	alicesOther := &client{t: n, base: "http://localhost" + second.listen[strings.LastIndexByte(second.listen, ':'):], token: alice.token, name: "alice"}
	first.serve()
	second.start()
	beta.serve()
	soon(t, 30*time.Second, "the second node does not get ready", func() error { return alicesOther.do("GET", "/api/v1/preferences", nil, nil) })
	bob.follow("@alice@" + first.domain)
	alice.notified("follow", "bob@"+beta.domain)

	n.step("a stream on one node hears of what happens on the other", func(t *testing.T) {
		line := alicesOther.listen(t, "/api/v1/streaming/user")
		begun := time.Now()
		said := alice.post("Heard on the other side.", nil)
		for heard := ""; !strings.Contains(heard, said.ID); heard = line() {
			if time.Since(begun) > 10*time.Second {
				t.Fatal("the stream does not tell of the post")
			}
		}
		t.Logf("heard after %v", time.Since(begun))
		alicesOther.must("DELETE", "/api/v1/statuses/"+said.ID, nil, nil)
		if err := alice.do("GET", "/api/v1/statuses/"+said.ID, nil, nil); err == nil {
			t.Error("what was deleted on one node is still there on the other")
		}
	})
	n.step("when a node is killed, nothing is lost", func(t *testing.T) {
		const posts = 20
		var want []string
		for i := range posts {
			text := fmt.Sprintf("kept word 1-%d.", i)
			alice.post(text, nil)
			want = append(want, text)
		}
		first.kill()
		here := texts(n, alicesOther, "/api/v1/accounts/"+alicesOther.me().ID+"/statuses")
		for _, text := range want {
			if here[text] != 1 {
				t.Errorf("%q is %d times where it was posted", text, here[text])
			}
		}
		alicesOther.post("kept word 2-0.", nil)
		want = append(want, "kept word 2-0.")
		soon(t, 3*time.Minute, "not all is delivered", func() error {
			there := texts(n, bob, "/api/v1/timelines/home")
			for _, text := range want {
				if there[text] != 1 {
					return fmt.Errorf("%q is there %d times", text, there[text])
				}
			}
			return nil
		})
	})
}

// twin is another node of the same chapter.
func (w *town) twin() *town {
	port := freePort(w.t)
	x := &town{t: w.t, name: w.name + "'s second node", domain: w.domain, listen: fmt.Sprintf("127.0.0.1:%d", port), data: w.data, env: w.env, log: w.log}
	x.flags = append(slices.Clone(w.flags), "--listen", x.listen)
	w.t.Cleanup(x.stop)
	return x
}

// listen opens server-sent events and returns what reads a line of them.
func (c *client) listen(t *testing.T, path string) (line func() string) {
	t.Helper()
	req, err := c.request("GET", path, nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	res, err := (&http.Client{Transport: web.Transport}).Do(req.WithContext(ctx))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { res.Body.Close() })
	if res.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s", path, res.Status)
	}
	in := bufio.NewReader(res.Body)
	return func() string {
		text, err := in.ReadString('\n')
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		return text
	}
}
