package web

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTheGuardSaysWhereAndWhat(t *testing.T) {
	got := guard([]box{
		{"section-when", "On 3 March she had written to everybody at the Harbour Authority."},
		{"section-hard", "Loyalty. Dr. Pell had hired most of them. On 3 March he left."},
	}, []string{"Harbour Authority"})
	want := []finding{
		{"3 March", findingWords["date"], "section-when"},
		{"Harbour Authority", findingWords["employer"], "section-when"},
		{"Dr. Pell", findingWords["name"], "section-hard"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestASealHoldsForItsFindingsOnly(t *testing.T) {
	one := guard([]box{{"a", "on 3 March"}}, nil)
	if len(one) == 0 || seal(one) != seal(guard([]box{{"a", "It was on 3 March, truly"}}, nil)) {
		t.Error("the same finding has another seal")
	}
	for name, boxes := range map[string][]box{
		"another date": {{"a", "on 4 March"}},
		"another box":  {{"b", "on 3 March"}},
		"one more":     {{"a", "on 3 March and on 4 March"}},
		"none":         {{"a", "in the spring"}},
	} {
		if seal(one) == seal(guard(boxes, nil)) {
			t.Errorf("%s has the same seal", name)
		}
	}
}
