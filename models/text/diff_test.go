package text_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"atelier/models/text"
)

func TestDiff(t *testing.T) {
	long := strings.Repeat("a b c d e f g h\n", 2000)
	other := strings.Repeat("i j k l m n o p\n", 2000)
	for _, test := range []struct {
		name, old, new string
		want           []text.Run
	}{
		{"nothing and nothing", "", "", nil},
		{"the same", "a b", "a b", []text.Run{{text.Equal, "a b"}}},
		{"all new", "", "a b", []text.Run{{text.Inserted, "a b"}}},
		{"all gone", "a b", "", []text.Run{{text.Deleted, "a b"}}},
		{"one word changed", "We wait three minutes.", "We wait two minutes.",
			[]text.Run{{text.Equal, "We wait "}, {text.Deleted, "three"}, {text.Inserted, "two"}, {text.Equal, " minutes."}}},
		{"one word more", "a c", "a b c", []text.Run{{text.Equal, "a "}, {text.Inserted, "b "}, {text.Equal, "c"}}},
		{"words that stay between words that change", "a b c d e", "x b y d",
			[]text.Run{{text.Deleted, "a"}, {text.Inserted, "x"}, {text.Equal, " b "}, {text.Deleted, "c"}, {text.Inserted, "y"}, {text.Equal, " d"}, {text.Deleted, " e"}}},
		{"one line more", "a\nc\n", "a\nb\nc\n", []text.Run{{text.Equal, "a\n"}, {text.Inserted, "b\n"}, {text.Equal, "c\n"}}},
		{"a word changed in one of many lines", "a b\nc d\ne f", "a b\nc x\ne f",
			[]text.Run{{text.Equal, "a b\nc "}, {text.Deleted, "d"}, {text.Inserted, "x"}, {text.Equal, "\ne f"}}},
		{"words beyond ASCII are whole", "Gefühl 感情", "Gefühle 感情", []text.Run{{text.Deleted, "Gefühl"}, {text.Inserted, "Gefühle"}, {text.Equal, " 感情"}}},
		{"texts with nothing in common, too long to compare", long, other,
			[]text.Run{{text.Deleted, strings.TrimSpace(long)}, {text.Inserted, strings.TrimSpace(other)}, {text.Equal, "\n"}}},
		{"long texts with one difference", long + "x\n" + long, long + "y\n" + long,
			[]text.Run{{text.Equal, long}, {text.Deleted, "x"}, {text.Inserted, "y"}, {text.Equal, "\n" + long}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, text.Diff(test.old, test.new)); diff != "" {
				t.Errorf("Diff (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDiffMakesBothVersions(t *testing.T) {
	words := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c", " ", "\n", "ä"}), 0, 30)
	rapid.Check(t, func(t *rapid.T) {
		old, new := strings.Join(words.Draw(t, "old"), ""), strings.Join(words.Draw(t, "new"), "")
		var gotOld, gotNew string
		last := text.Op(255)
		for _, r := range text.Diff(old, new) {
			if r.Text == "" || r.Op == last || r.Op == text.Deleted && last == text.Inserted {
				t.Fatalf("run %v after %v", r, last)
			}
			last = r.Op
			if r.Op != text.Inserted {
				gotOld += r.Text
			}
			if r.Op != text.Deleted {
				gotNew += r.Text
			}
		}
		if gotOld != old || gotNew != new {
			t.Fatalf("the runs make %q and %q; want %q and %q", gotOld, gotNew, old, new)
		}
	})
}
