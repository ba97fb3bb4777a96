package interop

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// peer is a small server on Fedify, a library that others wrote.
type peer struct {
	t       *now
	origin  string
	control string

	mu     sync.Mutex
	events []string // lines of JSON
}

// newPeer starts a peer with the actors ada, a Person, and guild, a Group.
func newPeer(n *now, flags ...string) *peer {
	n.Helper()
	t := n.TB.(*testing.T)
	port, control := freePort(t), freePort(t)
	p := &peer{t: n, origin: fmt.Sprintf("http://localhost:%d", port), control: fmt.Sprintf("http://127.0.0.1:%d/", control)}
	command := node(t, "peer.mjs", append([]string{"--origin", p.origin, "--port", fmt.Sprint(port), "--control", fmt.Sprint(control),
		"--actor", "ada:Person", "--actor", "guild:Group"}, flags...)...)
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Dir = drivers
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ready, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		lines := bufio.NewScanner(out)
		lines.Buffer(nil, 4<<20)
		for lines.Scan() {
			p.mu.Lock()
			p.events = append(p.events, lines.Text())
			p.mu.Unlock()
			if strings.Contains(lines.Text(), `"event":"ready"`) {
				close(ready)
			}
		}
		cmd.Wait()
	}()
	t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-ended:
		case <-time.After(10 * time.Second):
			cmd.Process.Kill()
		}
		if t.Failed() {
			p.mu.Lock()
			defer p.mu.Unlock()
			for _, l := range p.events[max(0, len(p.events)-25):] {
				t.Logf("peer: %.600s", l)
			}
			t.Logf("peer: %.2000s", said.String())
		}
	})
	select {
	case <-ready:
	case <-ended:
		t.Fatalf("the peer ended: %s", said.String())
	case <-time.After(30 * time.Second):
		t.Fatalf("the peer does not get ready: %s", said.String())
	}
	return p
}

// order gives the peer a command; out, if not nil, takes the answer.
func (p *peer) order(cmd string, with fields, out any) error {
	body := fields{"cmd": cmd, "as": "ada"}
	for k, v := range with {
		body[k] = v
	}
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	resp, err := web.Post(p.control, "application/json", bytes.NewReader(text))
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the peer's %s: %s", cmd, answer)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(answer, out)
}

// must is order, which must succeed; it returns the id that the answer names.
func (p *peer) must(cmd string, with fields) string {
	p.t.Helper()
	var answer struct{ ID string }
	if err := p.order(cmd, with, &answer); err != nil {
		p.t.Fatal(err)
	}
	return answer.ID
}

// state is what an actor of the peer knows.
type state struct {
	Followers, Following, Pending []string
}

// knows waits until an actor's state satisfies is.
func (p *peer) knows(as, what string, is func(state) bool) {
	p.t.Helper()
	soon(p.t, 20*time.Second, fmt.Sprintf("the peer's %s: %s", as, what), func() error {
		var s state
		if err := p.order("state", fields{"as": as}, &s); err != nil {
			return err
		}
		if !is(s) {
			return fmt.Errorf("%+v", s)
		}
		return nil
	})
}

// gets waits until an actor was sent an activity of a type whose JSON
// contains every one of parts.
func (p *peer) gets(as, kind string, parts ...string) {
	p.t.Helper()
	soon(p.t, 20*time.Second, fmt.Sprintf("the peer's %s gets no %s with %q", as, kind, parts), func() error {
		var list []json.RawMessage
		if err := p.order("received", fields{"as": as, "type": kind}, &list); err != nil {
			return err
		}
		for _, a := range list {
			if containsAll(string(a), parts) {
				return nil
			}
		}
		return fmt.Errorf("among %d of this type: %.1500s", len(list), list)
	})
}

// happened counts the peer's events that contain every one of parts.
func (p *peer) happened(parts ...string) (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, l := range p.events {
		if containsAll(l, parts) {
			n++
		}
	}
	return n
}

func containsAll(s string, parts []string) bool {
	for _, part := range parts {
		if !strings.Contains(s, part) {
			return false
		}
	}
	return true
}

func (p *peer) handle(as string) string { return as + "@" + strings.TrimPrefix(p.origin, "http://") }

// TestFedify exchanges every activity with a peer on Fedify, in both
// directions, over both signature schemes.
func TestFedify(t *testing.T) {
	for _, scheme := range []string{"draft", "rfc9421"} {
		t.Run(scheme, func(t *testing.T) { fedify(t, scheme) })
	}
}

func fedify(t *testing.T, scheme string) {
	n := &now{t}
	p := newPeer(n, "--sign", scheme)
	w := newTown(n, "alpha", "localhost")
	alice := w.member("alice")
	w.serve()
	ada := "@" + p.handle("ada")
	me := w.url("/users/alice")
	var adasPost string // as alice's server numbers it
	var adasURI string
	var mine status

	n.step("a member follows an actor of the peer", func(*testing.T) {
		alice.follow(ada)
		p.knows("ada", "is not followed", func(s state) bool { return len(s.Followers) == 1 && s.Followers[0] == me })
	})
	n.step("an actor of the peer follows a member", func(*testing.T) {
		p.must("follow", fields{"target": me})
		p.knows("ada", "was not accepted", func(s state) bool { return len(s.Following) == 1 && s.Following[0] == me })
		alice.notified("follow", p.handle("ada"))
	})
	n.step("a post of the peer arrives with its mention", func(*testing.T) {
		adasURI = p.must("post", fields{"content": "<p>We listened for an hour.</p>", "mention": []string{me}})
		adasPost = alice.sees("ada's post", says("listened for an hour")).ID
		alice.notified("mention", p.handle("ada"))
	})
	n.step("a post arrives at the peer", func(*testing.T) {
		mine = alice.post("What did you hear? #listening", nil)
		p.gets("ada", "Create", mine.URI, "What did you hear?", "isten")
	})
	n.step("a reply arrives at the peer", func(*testing.T) {
		reply := alice.post("@"+strings.TrimPrefix(ada, "@")+" An hour!", fields{"in_reply_to_id": adasPost})
		p.gets("ada", "Create", reply.URI, "An hour!", adasURI)
	})
	n.step("a reply of the peer stands in the thread", func(*testing.T) {
		uri := p.must("post", fields{"content": "<p>A voice that shook.</p>", "inReplyTo": mine.URI})
		soon(n, 20*time.Second, "the reply is not in the thread", func() error {
			var thread struct{ Descendants []status }
			if err := alice.do("GET", "/api/v1/statuses/"+mine.ID+"/context", nil, &thread); err != nil {
				return err
			}
			if len(thread.Descendants) != 1 || thread.Descendants[0].URI != uri {
				return fmt.Errorf("%+v", thread.Descendants)
			}
			return nil
		})
	})
	n.step("an edit of the peer arrives", func(*testing.T) {
		p.must("edit", fields{"id": adasURI, "content": "<p>We listened for two hours.</p>"})
		alice.becomes(adasPost, "edited", says("two hours"))
	})
	n.step("an edit arrives at the peer", func(*testing.T) {
		alice.must("PUT", "/api/v1/statuses/"+mine.ID, fields{"status": "What did you not hear?"}, nil)
		p.gets("ada", "Update", mine.URI, "not hear?")
	})
	n.step("a favourite of the peer arrives, and its undoing", func(*testing.T) {
		like := p.must("like", fields{"target": mine.URI})
		alice.notified("favourite", p.handle("ada"))
		alice.becomes(mine.ID, "favourited", func(s status) bool { return s.FavouritesCount == 1 })
		p.must("undo", fields{"id": like})
		alice.becomes(mine.ID, "no longer favourited", func(s status) bool { return s.FavouritesCount == 0 })
	})
	n.step("a boost of the peer arrives, and its undoing", func(*testing.T) {
		boost := p.must("announce", fields{"target": mine.URI})
		alice.notified("reblog", p.handle("ada"))
		alice.becomes(mine.ID, "boosted", func(s status) bool { return s.ReblogsCount == 1 })
		p.must("undo", fields{"id": boost})
		alice.becomes(mine.ID, "no longer boosted", func(s status) bool { return s.ReblogsCount == 0 })
	})
	n.step("a favourite arrives at the peer, and its undoing", func(*testing.T) {
		alice.must("POST", "/api/v1/statuses/"+adasPost+"/favourite", fields{}, nil)
		p.gets("ada", "Like", adasURI, me)
		alice.must("POST", "/api/v1/statuses/"+adasPost+"/unfavourite", fields{}, nil)
		p.gets("ada", "Undo", `"Like"`, me)
	})
	n.step("a boost arrives at the peer, and its undoing", func(*testing.T) {
		alice.must("POST", "/api/v1/statuses/"+adasPost+"/reblog", fields{}, nil)
		p.gets("ada", "Announce", adasURI, me)
		alice.must("POST", "/api/v1/statuses/"+adasPost+"/unreblog", fields{}, nil)
		p.gets("ada", "Undo", `"Announce"`, me)
	})
	pinned := func() (list []status) {
		alice.must("GET", "/api/v1/accounts/"+alice.find(ada).ID+"/statuses?pinned=true", nil, &list)
		return list
	}
	n.step("a pin of the peer arrives, and its undoing", func(*testing.T) {
		p.must("pin", fields{"id": adasURI})
		soon(n, 20*time.Second, "ada's post is not pinned", func() error {
			if got := pinned(); len(got) != 1 || got[0].URI != adasURI {
				return fmt.Errorf("%+v", got)
			}
			return nil
		})
		p.must("unpin", fields{"id": adasURI})
		soon(n, 20*time.Second, "ada's post is still pinned", func() error {
			if got := pinned(); len(got) != 0 {
				return fmt.Errorf("%+v", got)
			}
			return nil
		})
	})
	n.step("a pin arrives at the peer, and its undoing", func(*testing.T) {
		alice.must("POST", "/api/v1/statuses/"+mine.ID+"/pin", fields{}, nil)
		p.gets("ada", "Add", mine.URI, me+"/featured")
		alice.must("POST", "/api/v1/statuses/"+mine.ID+"/unpin", fields{}, nil)
		p.gets("ada", "Remove", mine.URI, me+"/featured")
	})
	n.step("the peer asks to quote a member's post", func(*testing.T) {
		alice.must("PUT", "/api/v1/statuses/"+mine.ID+"/interaction_policy", fields{"quote_approval_policy": "public"}, nil)
		request := p.must("quote", fields{"target": mine.URI})
		p.gets("ada", "Accept", request, me+"/stamps/")
	})
	n.step("the peer asks to quote what may not be quoted", func(*testing.T) {
		alice.must("PUT", "/api/v1/statuses/"+mine.ID+"/interaction_policy", fields{"quote_approval_policy": "nobody"}, nil)
		request := p.must("quote", fields{"target": mine.URI})
		p.gets("ada", "Reject", request)
	})
	n.step("a member asks to quote the peer's post", func(*testing.T) {
		quoting := alice.post("Listen to this", fields{"quoted_status_id": adasPost})
		p.gets("ada", "QuoteRequest", quoting.URI, adasURI)
		becomes := func(want string) {
			soon(n, 20*time.Second, "the quote is not "+want, func() error {
				var s struct{ Quote struct{ State string } }
				if err := alice.do("GET", "/api/v1/statuses/"+quoting.ID, nil, &s); err != nil || s.Quote.State != want {
					return fmt.Errorf("it is %q (%v)", s.Quote.State, err)
				}
				return nil
			})
		}
		becomes("pending")
		stamp := p.must("consent", nil)
		becomes("accepted")
		p.gets("ada", "Update", quoting.URI, stamp)
		p.must("revoke", fields{"id": stamp, "target": me})
		becomes("revoked")
	})
	n.step("the peer asks for consent to like, boost and answer", func(*testing.T) {
		for _, typ := range []string{"LikeRequest", "AnnounceRequest", "ReplyRequest"} {
			p.gets("ada", "Accept", p.must("ask", fields{"type": typ, "target": mine.URI}), me+"/stamps/")
		}
	})
	n.step("an article of the peer arrives with its title", func(*testing.T) {
		p.must("post", fields{"type": "Article", "name": "On waiting", "content": "<p>Waiting is a skill.</p>"})
		alice.sees("ada's article", func(s status) bool { return strings.Contains(s.Content, "On waiting") })
	})
	n.step("the peer reads the outbox and the followers", func(*testing.T) {
		var box struct {
			Type  string
			Items []string
		}
		if err := p.order("collection", fields{"target": me + "/outbox"}, &box); err != nil {
			n.Fatal(err)
		}
		if box.Type != "OrderedCollection" || len(box.Items) == 0 {
			n.Errorf("the outbox reads as %+v", box)
		}
	})
	n.step("a group of the peer is followed and announces", func(*testing.T) {
		alice.follow("@" + p.handle("guild"))
		text := "For the guild: " + scheme
		s := alice.post("@"+p.handle("guild")+" "+text, nil)
		p.gets("guild", "Create", s.URI, text)
		soon(n, 20*time.Second, "the guild did not announce", func() error {
			if p.happened(`"event":"sent"`, `"Announce"`, `"as":"guild"`) == 0 {
				return fmt.Errorf("it sent nothing")
			}
			return nil
		})
	})
	n.step("the chapter is followed and announces its members' posts", func(*testing.T) {
		p.must("follow", fields{"target": w.url("/chapter")})
		p.knows("ada", "does not follow the chapter", func(s state) bool { return len(s.Following) == 2 })
		s := alice.post("The chapter passes this on.", nil)
		p.gets("ada", "Announce", s.URI, w.url("/chapter"))
	})
	n.step("a request is answered by hand", func(*testing.T) {
		alice.must("PATCH", "/api/v1/accounts/update_credentials", fields{"locked": true}, nil)
		p.must("follow", fields{"as": "guild", "target": me})
		var asked []account
		soon(n, 20*time.Second, "no request is there", func() error {
			err := alice.do("GET", "/api/v1/follow_requests", nil, &asked)
			if err == nil && len(asked) != 1 {
				err = fmt.Errorf("%+v", asked)
			}
			return err
		})
		alice.must("POST", "/api/v1/follow_requests/"+asked[0].ID+"/authorize", fields{}, nil)
		p.knows("guild", "was not accepted", func(s state) bool { return len(s.Following) == 1 })
	})
	n.step("a deletion of the peer arrives", func(*testing.T) {
		p.must("delete", fields{"id": adasURI})
		soon(n, 20*time.Second, "alice still has it", func() error {
			if err := alice.do("GET", "/api/v1/statuses/"+adasPost, nil, nil); err == nil || !strings.Contains(err.Error(), "404") {
				return fmt.Errorf("answer: %v", err)
			}
			return nil
		})
	})
	n.step("a deletion arrives at the peer", func(*testing.T) {
		alice.must("DELETE", "/api/v1/statuses/"+mine.ID, nil, nil)
		p.gets("ada", "Delete", mine.URI)
	})
	n.step("the peer no longer follows", func(*testing.T) {
		p.must("unfollow", fields{"target": me})
		soon(n, 20*time.Second, "ada still follows", func() error {
			if left := alice.me().FollowersCount; left != 1 { // the guild
				return fmt.Errorf("%d followers", left)
			}
			return nil
		})
	})
	n.step("the member no longer follows", func(*testing.T) {
		alice.must("POST", "/api/v1/accounts/"+alice.find(ada).ID+"/unfollow", fields{}, nil)
		p.knows("ada", "is still followed", func(s state) bool { return len(s.Followers) == 0 })
	})
	if n := p.happened(`"event":"inbox-error"`) + p.happened(`"event":"delivery-error"`); n > 0 {
		t.Errorf("the peer had %d errors", n)
	}
	quiet(t, w)
}

// TestFedifyAnswers meets peers that do not simply say yes.
func TestFedifyAnswers(t *testing.T) {
	n := &now{t}
	w := newTown(n, "alpha", "localhost")
	alice := w.member("alice")
	w.serve()
	relationship := func(id string) (r struct{ Following, Requested bool }, err error) {
		list := []*struct{ Following, Requested bool }{&r}
		err = alice.do("GET", "/api/v1/accounts/relationships?"+url.Values{"id[]": {id}}.Encode(), nil, &list)
		return r, err
	}
	ask := func(handle string) string {
		id := alice.find("@" + handle).ID
		alice.must("POST", "/api/v1/accounts/"+id+"/follow", fields{}, nil)
		return id
	}
	n.try("a peer that refuses", func(*testing.T) {
		p := newPeer(n, "--accept", "reject")
		id := ask(p.handle("ada"))
		soon(n, 20*time.Second, "still waits", func() error {
			r, err := relationship(id)
			if err == nil && (r.Following || r.Requested) {
				err = fmt.Errorf("%+v", r)
			}
			return err
		})
	})
	n.try("a peer that asks its owner", func(*testing.T) {
		p := newPeer(n, "--accept", "manual")
		id := ask(p.handle("ada"))
		p.knows("ada", "was not asked", func(s state) bool { return len(s.Pending) == 1 })
		if r, err := relationship(id); err != nil || !r.Requested || r.Following {
			n.Errorf("while it waits: %+v, %v", r, err)
		}
		p.must("answer", fields{"accept": true})
		soon(n, 20*time.Second, "does not follow", func() error {
			r, err := relationship(id)
			if err == nil && (!r.Following || r.Requested) {
				err = fmt.Errorf("%+v", r)
			}
			return err
		})
	})
	n.try("a peer that lets only signed requests read", func(*testing.T) {
		p := newPeer(n, "--authorized-fetch")
		alice.find("@" + p.handle("ada"))
		if p.happened(`"event":"fetch"`, `"signedBy":"`+w.url("")) == 0 {
			n.Error("the actor was fetched without a signature")
		}
	})
	n.try("a peer that is out of order for a while", func(*testing.T) {
		if testing.Short() {
			n.Skip("waits for a second try")
		}
		keys := filepath.Join(n.TempDir(), "keys")
		p := newPeer(n, "--keys", keys)
		alice.follow("@" + p.handle("ada"))
		p.must("follow", fields{"target": w.url("/users/alice")})
		p.knows("ada", "was not accepted", func(s state) bool { return len(s.Following) == 1 })
		p.must("fail", fields{"status": 503})
		s := alice.post("Is anybody there?", nil)
		soon(n, 20*time.Second, "nothing was tried", func() error {
			if p.happened(`"event":"refused"`) == 0 {
				return fmt.Errorf("no request came")
			}
			return nil
		})
		p.must("fail", fields{"status": 0})
		p.gets("ada", "Create", s.URI, "anybody there?")
	})
	quiet(t, w)
}
