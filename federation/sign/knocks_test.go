package sign_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"atelier/federation/sign"
)

func TestKnocks(t *testing.T) {
	var k sign.Knocks
	first := func(host string, at time.Time) string { return string(k.First(host, at)) }
	got := []string{first("a.example", now)}
	k.Worked("a.example", sign.RFC9421, now)
	got = append(got, first("a.example", now), first("b.example", now), first("a.example", now.Add(8*24*time.Hour)))
	k.Worked("a.example", sign.Cavage, now)
	got = append(got, first("a.example", now))
	if diff := cmp.Diff([]string{"cavage", "rfc9421", "cavage", "cavage", "cavage"}, got); diff != "" {
		t.Errorf("First (-want +got):\n%s", diff)
	}
	for i := range 10_001 {
		k.Worked(fmt.Sprint(i), sign.RFC9421, now)
	}
	kept := 0
	for i := range 10_001 {
		if k.First(fmt.Sprint(i), now) == sign.RFC9421 {
			kept++
		}
	}
	if kept != 10_000 || k.First("10000", now) != sign.RFC9421 {
		t.Errorf("of 10,001 hosts %d are remembered, want all but one, and the last", kept)
	}
}

func TestKnockAgain(t *testing.T) {
	got := map[int]bool{}
	for _, status := range []int{200, 202, 400, 401, 403, 404, 410, 429, 500} {
		if sign.KnockAgain(status) {
			got[status] = true
		}
	}
	if diff := cmp.Diff(map[int]bool{400: true, 401: true, 403: true}, got); diff != "" {
		t.Errorf("KnockAgain (-want +got):\n%s", diff)
	}
}
