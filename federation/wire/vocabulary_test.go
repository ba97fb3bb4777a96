package wire

import (
	"net/url"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// go-fed's vocabulary is the referee of our reading: whatever document of
// others it can read and write again says the same to us before and after,
// but for what it is known to get wrong.
func TestWeReadWhatTheVocabularyReads(t *testing.T) {
	n := 0
	documents(t, func(name string, raw []byte) {
		want, err := decode(raw)
		if err != nil {
			return // see refusals
		}
		typed, err := vocabulary(raw)
		if err != nil {
			return // a type that it does not know
		}
		m, err := typed.Serialize()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		again, err := json.Marshal(m)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got, err := decode(again)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		n++
		if diff := cmp.Diff(want, got, ignoreRaw, cmpopts.EquateEmpty(), knownDefects); diff != "" {
			t.Errorf("%s (-ours +go-fed's):\n%s", name, diff)
		}
	})
	if n < 280 {
		t.Errorf("only %d documents were compared", n)
	}
}

var knownDefects = cmp.Options{
	cmpopts.IgnoreFields(Post{}, "Language"), // contentMap is dropped beside content
	cmp.Comparer(func(a, b time.Time) bool { return a.Truncate(time.Second).Equal(b.Truncate(time.Second)) }),
	cmp.Comparer(func(a, b string) bool { return respelt(a) == respelt(b) }),
}

// respelt is what becomes of a text that go-fed takes for an address.
func respelt(s string) string {
	u, err := url.Parse(s)
	if err != nil {
		return s
	}
	return u.String()
}

func TestTheVocabularysPanicsStopHere(t *testing.T) {
	for _, raw := range []string{`{"type":"Event","duration":""}`, `{"type":"Video","duration":"-"}`} {
		if v, err := vocabulary([]byte(raw)); err == nil {
			t.Errorf("%s is read as %v: the guard is not needed any more", raw, v)
		}
	}
}
