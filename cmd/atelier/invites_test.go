package main

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"atelier/models/store/storetest"
)

func TestInvitingByCommand(t *testing.T) {
	for engine, where := range map[string]func(t *testing.T) []string{
		"sqlite": place,
		"postgres": func(t *testing.T) []string {
			return append(place(t), "--database", storetest.PostgresAddress(t))
		},
	} {
		t.Run(engine, func(t *testing.T) {
			where := where(t)
			opened(t, where)
			with := func(args ...string) []string { return append(append([]string{}, where...), args...) }
			link := ok(t, "", with("invite", "create", "--uses", "3", "--expires", "48h")...)
			if !regexp.MustCompile(`^http://localhost:8080/i/[\w-]{16}\n$`).MatchString(link) {
				t.Errorf("the link is %q", link)
			}
			ok(t, "", with("invite", "create", "--uses=-1", "--expires", "never", "--role", "guest")...)
			if out, want := ok(t, "", with("invite", "revoke", strings.TrimSpace(link))...), "The invitation is called back.\n"; out != want {
				t.Errorf("revoke said %q", out)
			}
			code, _, stderr := atelier(t, "", with("invite", "revoke", strings.TrimSpace(link))...)
			if code != 1 || !strings.Contains(stderr, "could be called back") {
				t.Errorf("twice: %d %q", code, stderr)
			}
			lines := strings.Split(ok(t, "", with("invite", "list")...), "\n")
			if len(lines) != 4 {
				t.Fatalf("the list is %q", lines)
			}
			for i, want := range []string{"BY ROLE USED LEFT UNTIL STATE", "vi_coaches guest 0 any never good",
				"vi_coaches member 0 3 " + time.Now().UTC().Add(48*time.Hour).Format(time.DateOnly) + " revoked"} {
				if got := strings.Join(strings.Fields(lines[i])[1:], " "); got != want {
					t.Errorf("line %d says %q, want %q", i, got, want)
				}
			}
		})
	}
}

func TestHowLongSomethingIsGood(t *testing.T) {
	now := time.Date(2026, 11, 26, 18, 0, 0, 0, time.UTC)
	for in, want := range map[string]time.Duration{
		"7d": 7 * 24 * time.Hour, "48h": 48 * time.Hour, "90m": 90 * time.Minute, "2026-11-26": 6 * time.Hour, "2026-11-28": 54 * time.Hour, "never": 0,
	} {
		if got, err := lifeOf(in, now); err != nil || got != want {
			t.Errorf("%s is %v, %v; want %v", in, got, err, want)
		}
	}
	for _, in := range []string{"", "d", "0d", "-7d", "2026-11-25", "soon", "99999999d", "2026-13-01"} {
		if got, err := lifeOf(in, now); err == nil {
			t.Errorf("%q is %v", in, got)
		}
	}
}
