package main

import (
	"strings"
	"testing"
)

func TestRelays(t *testing.T) {
	where := place(t)
	opened(t, where)
	with := func(args ...string) []string {
		return append(append([]string{}, where...), append([]string{"relay"}, args...)...)
	}
	if got := ok(t, "", with("list")...); got != "There are no relays.\n" {
		t.Errorf("at first: %q", got)
	}
	const inbox = "https://relay.example/inbox"
	if got := ok(t, "", with("add", inbox)...); !strings.HasPrefix(got, inbox+" is asked") {
		t.Errorf("added: %q", got)
	}
	if got := ok(t, "", with("list")...); !strings.Contains(got, inbox) || !strings.Contains(got, "not asked yet") {
		t.Errorf("listed: %q", got)
	}
	for _, bad := range [][]string{{"add", inbox}, {"add", "relay.example"}, {"remove", "https://other.example/inbox"}} {
		if code, _, stderr := atelier(t, "", with(bad...)...); code == 0 || strings.Count(stderr, "\n") != 1 {
			t.Errorf("relay %v: code %d, %q", bad, code, stderr)
		}
	}
	if got := ok(t, "", with("remove", inbox)...); !strings.Contains(got, "is not a relay") {
		t.Errorf("removed: %q", got)
	}
	if got := ok(t, "", with("list")...); got != "There are no relays.\n" {
		t.Errorf("at last: %q", got)
	}
}
