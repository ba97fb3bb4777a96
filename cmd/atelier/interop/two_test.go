package interop

import (
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestTwoChapters lets a member of one chapter follow a member of another, and
// sees everything that one does arrive at the other and on its pages.
func TestTwoChapters(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { twoChapters(t, onSQLite) })
	t.Run("postgres", func(t *testing.T) { twoChapters(t, onPostgres) })
}

func twoChapters(t *testing.T, engine func(testing.TB) []string) {
	n := &now{t}
	alpha := newTown(n, "alpha", "localhost", engine(t)...)
	beta := newTown(n, "beta", "beta.localhost", engine(t)...)
	alice, bob := alpha.member("alice"), beta.member("bob")
	alpha.serve()
	beta.serve()
	aliceThere, bobThere := "alice@"+alpha.domain, "bob@"+beta.domain
	bob.follow("@" + aliceThere)
	alice.notified("follow", bobThere)
	alice.follow("@" + bobThere)
	bob.notified("follow", aliceThere)

	var note, seen status
	n.step("a discussion post arrives", func(t *testing.T) {
		note = alice.post("What do you do when nobody speaks?", nil)
		seen = bob.sees("alice's post", says("when nobody speaks"))
		if seen.URI != note.URI || seen.Account.Acct != aliceThere {
			t.Errorf("it arrived as %+v", seen)
		}
		page(t, beta.signIn("bob"), "/talk/"+seen.ID, "when nobody speaks")
		page(t, beta.signIn("bob"), "/", "when nobody speaks")
		page(t, alpha.visitor(), "/people/alice", "when nobody speaks")
	})
	n.step("a practice note arrives as an article with its title", func(t *testing.T) {
		form := fields{"status": "Ask one open question, then count to ten.", "practice_note": fields{"kind": "practice", "title": "Ten silent seconds"}}
		var s status
		if err := alice.do("POST", "/api/v1/statuses", form, &s); err != nil {
			t.Fatal(err)
		}
		bob.sees("alice's note", says("count to ten"))
	})
	n.step("a reply arrives and stands in the thread", func(t *testing.T) {
		reply := bob.post("@"+aliceThere+" I count to ten.", fields{"in_reply_to_id": seen.ID})
		alice.notified("mention", bobThere)
		soon(t, 20*time.Second, "the reply is not in the thread", func() error {
			var thread struct{ Descendants []status }
			if err := alice.do("GET", "/api/v1/statuses/"+note.ID+"/context", nil, &thread); err != nil {
				return err
			}
			for _, s := range thread.Descendants {
				if s.URI == reply.URI && s.InReplyToID != nil && *s.InReplyToID == note.ID {
					return nil
				}
			}
			return fmt.Errorf("among %+v", thread.Descendants)
		})
	})
	n.step("an edit arrives", func(t *testing.T) {
		alice.must("PUT", "/api/v1/statuses/"+note.ID, fields{"status": "What do you do when everybody speaks?"}, nil)
		bob.becomes(seen.ID, "edited", func(s status) bool {
			return strings.Contains(s.Content, "when everybody speaks") && s.EditedAt != nil
		})
	})
	n.step("a favourite arrives, and its undoing", func(t *testing.T) {
		bob.must("POST", "/api/v1/statuses/"+seen.ID+"/favourite", fields{}, nil)
		alice.notified("favourite", bobThere)
		alice.becomes(note.ID, "favourited", func(s status) bool { return s.FavouritesCount == 1 })
		bob.must("POST", "/api/v1/statuses/"+seen.ID+"/unfavourite", fields{}, nil)
		alice.becomes(note.ID, "no longer favourited", func(s status) bool { return s.FavouritesCount == 0 })
	})
	n.step("a boost arrives, and its undoing", func(t *testing.T) {
		bob.must("POST", "/api/v1/statuses/"+seen.ID+"/reblog", fields{}, nil)
		alice.notified("reblog", bobThere)
		alice.becomes(note.ID, "boosted", func(s status) bool { return s.ReblogsCount == 1 })
		bob.must("POST", "/api/v1/statuses/"+seen.ID+"/unreblog", fields{}, nil)
		alice.becomes(note.ID, "no longer boosted", func(s status) bool { return s.ReblogsCount == 0 })
	})
	n.step("what a member boosts arrives, whoever wrote it", func(t *testing.T) {
		theirs := alpha.client("ada").post("Chairs in a circle, no table.", nil)
		alice.must("POST", "/api/v1/statuses/"+theirs.ID+"/reblog", fields{}, nil)
		bob.sees("alice's boost", func(s status) bool {
			return s.Reblog != nil && s.Reblog.URI == theirs.URI && s.Account.Acct == aliceThere && s.Reblog.Account.Acct == "ada@"+alpha.domain
		})
	})
	n.step("a post to those named reaches them and nobody's pages", func(t *testing.T) {
		direct := alice.post("@"+bobThere+" between us: the room is booked", fields{"visibility": "direct"})
		bob.notified("mention", aliceThere)
		for _, town := range []*town{alpha, beta} {
			for _, path := range []string{"/", "/people/alice", "/people/" + aliceThere} {
				if strings.Contains(body(t, town.visitor(), path), "the room is booked") {
					t.Errorf("%s shows it at %s", town.name, path)
				}
			}
		}
		req, _ := http.NewRequest("GET", direct.URI, nil)
		req.Header.Set("Accept", "application/activity+json")
		resp, err := web.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusNotFound {
			t.Errorf("a stranger who asks for it gets %s", resp.Status)
		}
	})
	n.step("a deletion arrives", func(t *testing.T) {
		alice.must("DELETE", "/api/v1/statuses/"+note.ID, nil, nil)
		soon(t, 20*time.Second, "bob still has it", func() error {
			if err := bob.do("GET", "/api/v1/statuses/"+seen.ID, nil, nil); err == nil || !strings.Contains(err.Error(), "404") {
				return fmt.Errorf("answer: %v", err)
			}
			return nil
		})
	})
	n.step("an undone follow arrives", func(t *testing.T) {
		bob.must("POST", "/api/v1/accounts/"+bob.find("@"+aliceThere).ID+"/unfollow", fields{}, nil)
		soon(t, 20*time.Second, "bob still follows", func() error {
			if left := alice.me().FollowersCount; left != 0 {
				return fmt.Errorf("%d followers", left)
			}
			return nil
		})
	})
	quiet(t, alpha, beta)
}

// TestLatency measures how long a post takes from the API's answer until the
// API of the other chapter shows it. It judges no figure.
func TestLatency(t *testing.T) {
	if testing.Short() {
		t.Skip("a measurement")
	}
	n := &now{t}
	alpha := newTown(n, "alpha", "localhost")
	beta := newTown(n, "beta", "beta.localhost")
	alice, bob := alpha.member("alice"), beta.member("bob")
	alpha.serve()
	beta.serve()
	bob.follow("@alice@" + alpha.domain)
	var took []time.Duration
	for i := range 100 {
		text := fmt.Sprintf("measured post %d.", i)
		alice.post(text, nil)
		start := time.Now()
		for {
			var newest []status
			bob.must("GET", "/api/v1/timelines/home?limit=1", nil, &newest)
			if len(newest) > 0 && strings.Contains(newest[0].Content, text) {
				break
			}
			if time.Since(start) > 20*time.Second {
				t.Fatalf("post %d is not there after 20 seconds", i)
			}
			time.Sleep(time.Millisecond)
		}
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	t.Logf("from the answer at one chapter until shown at the other: median %v, 90 %% %v, longest %v",
		took[50].Round(time.Millisecond), took[90].Round(time.Millisecond), took[99].Round(time.Millisecond))
}

// visitor is somebody with a browser.
type visitor struct {
	*town
	browser *http.Client
}

// visitor returns somebody who is not signed in.
func (w *town) visitor() *visitor { return &visitor{w, web} }

// signIn returns a member who is signed in.
func (w *town) signIn(username string) *visitor {
	w.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	v := &visitor{w, &http.Client{Timeout: web.Timeout, Transport: web.Transport, CheckRedirect: web.CheckRedirect, Jar: jar}}
	resp, err := v.browser.PostForm(w.url("/sign-in"), url.Values{"login": {username}, "password": {password}})
	if err != nil {
		w.t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusSeeOther {
		w.t.Fatalf("%s cannot sign in at %s: %s", username, w.name, resp.Status)
	}
	return v
}

// page waits until the page at path contains text.
func page(t *testing.T, v *visitor, path, text string) {
	t.Helper()
	soon(t, 10*time.Second, fmt.Sprintf("%s does not show %q at %s", v.name, text, path), func() error {
		if b := body(t, v, path); !strings.Contains(b, text) {
			return fmt.Errorf("it shows %.200s", b)
		}
		return nil
	})
}

// body is what a visitor's browser gets at path.
func body(t *testing.T, v *visitor, path string) string {
	t.Helper()
	req, err := http.NewRequest("GET", v.url(path), nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept", "text/html")
	resp, err := v.browser.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.Status + " " + string(text)
}

// quiet finds fault with errors and stack traces in the logs.
func quiet(t *testing.T, towns ...*town) {
	t.Helper()
	for _, w := range towns {
		for _, l := range w.lines() {
			if strings.Contains(l, "level=ERROR") || strings.Contains(l, "goroutine ") || strings.Contains(l, "panic") {
				t.Errorf("%s logged: %.400s", w.name, l)
			}
		}
	}
}
