package main

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"atelier/models"
	"atelier/models/store"
)

// backlog leaves a delivery to each inbox in a chapter that nobody serves.
func backlog(t *testing.T, where []string, inboxes map[string]string) {
	t.Helper()
	s := openedStore(t, where)
	err := s.Write(t.Context(), func(tx *store.Tx) error {
		a := &models.OutgoingActivity{ID: tx.NewID(), ActorID: 1, URI: "https://x.example/1", Body: []byte("{}"), CreatedAt: tx.Now()}
		if err := tx.AddActivity(t.Context(), a); err != nil {
			return err
		}
		for host, inbox := range inboxes {
			err := tx.AddDelivery(t.Context(), &models.Delivery{ID: tx.NewID(), ActivityID: a.ID, ActorID: 1, Host: host, Inbox: inbox, Attempts: 3, RunAt: tx.Now().Add(time.Hour), CreatedAt: tx.Now()})
			if err != nil {
				return err
			}
			if _, err := tx.EngageHost(t.Context(), host, "n", tx.Now().Add(time.Minute)); err != nil {
				return err
			}
			h := &models.Host{Name: host, NextAt: tx.Now().Add(time.Hour), OpenUntil: tx.Now().Add(time.Hour), Fails: 3, LastError: "connection\nrefused"}
			if err := tx.RestHost(t.Context(), "n", h); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// openedStore opens the database of a configuration beside whoever uses it.
func openedStore(t *testing.T, where []string) *store.Store {
	t.Helper()
	address := "sqlite:" + where[1] + "/atelier.db"
	if len(where) > 3 {
		address = where[3]
	}
	s, err := store.Open(t.Context(), address, store.Options{Node: 7, Readers: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestDeliveries(t *testing.T) {
	for engine, place := range places {
		t.Run(engine, func(t *testing.T) {
			where := place(t)
			opened(t, where)
			if out := ok(t, "", with(where, "deliveries")...); out != "Nothing waits to be delivered.\n" {
				t.Errorf("at first: %q", out)
			}
			backlog(t, where, map[string]string{"dead.example": "https://dead.example/inbox", "slow.example": "https://slow.example/inbox"})
			out := ok(t, "", with(where, "deliveries")...)
			for _, want := range []string{`HOST +WAITING`, `(?m)^dead\.example  +1  +\S+ \S+  +3  +\d{4}-\d\d-\d\d \d\d:\d\d  +connection refused$`, `(?m)^slow\.example  +1 `} {
				if !regexp.MustCompile(want).MatchString(out) {
					t.Errorf("no %s in\n%s", want, out)
				}
			}
			if out := ok(t, "", with(where, "deliveries", "--retry", "Slow.example")...); out != "What waits for slow.example (1) is tried now.\n" {
				t.Errorf("retry: %q", out)
			}
			if ready, err := openedStore(t, where).ReadyDeliveries(t.Context(), "slow.example", 5); err != nil || len(ready) != 1 {
				t.Errorf("it is not tried: %v, %v", ready, err)
			}
			if out := ok(t, "", with(where, "deliveries")...); !regexp.MustCompile(`(?m)^slow\.example +1 .* now +`).MatchString(out) {
				t.Errorf("after the retry:\n%s", out)
			}
			ok(t, "", with(where, "deliveries", "--give-up", "dead.example")...)
			if out := ok(t, "", with(where, "deliveries")...); strings.Contains(out, "dead.example") {
				t.Errorf("given up and still there:\n%s", out)
			}
			for _, args := range [][]string{{"--retry", "dead.example"}, {"--give-up", "dead.example"}} {
				code, _, stderr := atelier(t, "", with(where, append([]string{"deliveries"}, args...)...)...)
				if code != 1 || stderr != "atelier: nothing waits for dead.example\n" {
					t.Errorf("%v: %d %q", args, code, stderr)
				}
			}
			if code, _, _ := atelier(t, "", with(where, "deliveries", "--retry", "slow.example", "--give-up", "slow.example")...); code != 1 {
				t.Error("both at once")
			}
		})
	}
}

func TestDeletingAMemberIsMeant(t *testing.T) {
	where := place(t)
	opened(t, where)
	ok(t, "correct horse", with(where, "member", "add", "bob", "--email", "bob@mail.example", "--password-stdin")...)
	for _, test := range []struct{ name, who, want string }{
		{"without a word", "bob", "say --yes"}, {"somebody who is none", "cleo --yes", "there is no member called cleo"}, {"the only president", "ana --yes", "role"},
	} {
		code, _, stderr := atelier(t, "", with(where, append([]string{"member", "delete"}, strings.Fields(test.who)...)...)...)
		if code != 1 || !strings.Contains(stderr, test.want) || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%s: %d %q", test.name, code, stderr)
		}
	}
	ok(t, "", with(where, "member", "delete", "bob", "--yes")...)
	if out := ok(t, "", with(where, "member", "list")...); strings.Contains(out, "bob") {
		t.Errorf("bob is a member:\n%s", out)
	}
}

func TestDoctor(t *testing.T) {
	where := append(place(t), "--domain", "127.0.0.1:1")
	code, out, stderr := atelier(t, "", with(where, "doctor")...)
	if code != 1 || !strings.Contains(out, "BAD database       there is no chapter in ") || !strings.Contains(out, "BAD server ") || !strings.Contains(stderr, "2 lines marked BAD") {
		t.Errorf("of nothing: %d\n%s%s", code, out, stderr)
	}
	address := free(t)
	where = append(place(t), "--domain", address)
	ok(t, "correct horse\n", append(where, "setup", "--name", "VI Coaches", "--steward", "ana", "--email", "ana@mail.example", "--password-stdin")...)
	x := serveAt(t, address, where...)
	out = ok(t, "", with(where, "doctor")...)
	for _, want := range []string{"ok  database", "VI Coaches, 1 member", "ok  media", "ok  server", "ok  clock", "ok  webfinger      vi_coaches@" + address + " is found"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	x.stop()
}

func TestWhatTheDoctorFinds(t *testing.T) {
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	finger := func(body string) func() error {
		return func() error { return pointsTo(strings.NewReader(body), "https://vi.example/chapter") }
	}
	for _, test := range []struct {
		name string
		do   func() error
		want string
	}{
		{"a certificate that is good", func() error { _, err := goodUntil(now.AddDate(0, 2, 0), now); return err }, ""},
		{"a certificate that ends soon", func() error { _, err := goodUntil(now.AddDate(0, 0, 6), now); return err }, "ends on 7 May 2026"},
		{"clocks that agree", func() error { _, err := compareClocks(now, now.Add(20*time.Second)); return err }, ""},
		{"a clock that is late", func() error { _, err := compareClocks(now, now.Add(-time.Minute)); return err }, "differ by 1m0s"},
		{"a finger that points here", finger(`{"links":[{"rel":"self","href":"https://vi.example/chapter"}]}`), ""},
		{"a finger that points elsewhere", finger(`{"links":[{"rel":"self","href":"https://old.example/chapter"}]}`), "does not lead to"},
		{"a finger of another kind", finger(`{"links":[{"rel":"profile","href":"https://vi.example/chapter"}]}`), "does not lead to"},
		{"a page", finger(`<html>`), "no JSON"},
	} {
		err := test.do()
		if got := ""; err != nil {
			got = err.Error()
			if test.want == "" || !strings.Contains(got, test.want) {
				t.Errorf("%s: %q, want %q", test.name, got, test.want)
			}
		} else if test.want != "" {
			t.Errorf("%s: nothing found", test.name)
		}
	}
}
