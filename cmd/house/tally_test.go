package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTally(t *testing.T) {
	for _, test := range []struct {
		name, in, want string
		ok             bool
	}{
		{"a test that passed", `{"Action":"run","Package":"p","Test":"T"}
{"Action":"output","Package":"p","Test":"T","Output":"hidden\n"}
{"Action":"pass","Package":"p","Test":"T"}
{"Action":"output","Package":"p","Output":"ok  \tp\t0.1s\n"}
{"Action":"pass","Package":"p"}`, "ok  \tp\t0.1s\n1 passed, 0 failed, 0 skipped\n", true},
		{"subtests count, not what holds them", `{"Action":"run","Package":"p","Test":"T"}
{"Action":"run","Package":"p","Test":"T/a"}
{"Action":"run","Package":"p","Test":"T/b"}
{"Action":"pass","Package":"p","Test":"T/a"}
{"Action":"output","Package":"p","Test":"T/b","Output":"why\n"}
{"Action":"skip","Package":"p","Test":"T/b"}
{"Action":"pass","Package":"p","Test":"T"}`, "why\n1 passed, 0 failed, 1 skipped\n", true},
		{"what a failed test said is shown", `{"Action":"run","Package":"p","Test":"T"}
{"Action":"output","Package":"p","Test":"T","Output":"why\n"}
{"Action":"fail","Package":"p","Test":"T"}
{"Action":"output","Package":"p","Output":"FAIL\tp\t0.1s\n"}
{"Action":"fail","Package":"p"}`, "why\nFAIL\tp\t0.1s\n0 passed, 1 failed, 0 skipped\n", false},
		{"a package that does not build has failed", `{"Action":"build-output","ImportPath":"p","Output":"x.go:1: no\n"}
{"Action":"output","Package":"p","Output":"FAIL\tp [build failed]\n"}
{"Action":"fail","Package":"p"}`, "x.go:1: no\nFAIL\tp [build failed]\n0 passed, 1 failed, 0 skipped\n", false},
		{"a package that panics has failed", `{"Action":"run","Package":"p","Test":"T"}
{"Action":"pass","Package":"p","Test":"T"}
{"Action":"output","Package":"p","Output":"panic: no\n"}
{"Action":"fail","Package":"p"}`, "panic: no\n1 passed, 1 failed, 0 skipped\n", false},
		{"no test at all is no success", "go: no packages\n", "go: no packages\n0 passed, 0 failed, 0 skipped\n", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			var out strings.Builder
			ok, err := tally(strings.NewReader(test.in), &out)
			if err != nil || ok != test.ok {
				t.Errorf("tally = %v, %v; want %v", ok, err, test.ok)
			}
			if diff := cmp.Diff(test.want, out.String()); diff != "" {
				t.Errorf("printed (-want +got):\n%s", diff)
			}
		})
	}
}
