package text_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"atelier/models/text"
)

func TestBlocks(t *testing.T) {
	const first = `<p>Say what you <em>see</em>, once.</p>`
	src := `<h2>When it comes up</h2>` + first + "\n" + `<ol start="3"><li>Wait &amp; see.</li><li>Ask.</li></ol><p><img src="/media/a.jpg" alt=""/></p>` + first + `<hr/>words alone`
	got := text.Blocks(src)
	want := []text.Block{
		{HTML: `<h2>When it comes up</h2>`, Text: "When it comes up"},
		{HTML: first, Text: "Say what you see, once."},
		{HTML: `<ol start="3"><li>Wait &amp; see.</li><li>Ask.</li></ol>`, Text: "3. Wait & see.\n4. Ask."},
		{HTML: `<p><img src="/media/a.jpg" alt=""/></p>`},
		{HTML: first, Text: "Say what you see, once."},
		{HTML: `<hr/>`},
		{HTML: "words alone", Text: "words alone"},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(text.Block{}, "Key")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	keys := map[string]bool{}
	for i, b := range got {
		if heading := i == 0 || i == 5; heading != (b.Key == "") || b.Key != "" && keys[b.Key] {
			t.Errorf("the key of %q is %q", b.HTML, b.Key)
		}
		keys[b.Key] = true
	}
	if got[4].Key != got[1].Key+"-2" {
		t.Errorf("the second of two alike is %q, the first %q", got[4].Key, got[1].Key)
	}

	moved := text.Blocks(strings.Replace("<p>New.</p>"+src, `<em>see</em>`, "see", 1))
	if moved[2].Key != got[1].Key || moved[3].Key != got[2].Key {
		t.Error("a paragraph that moved, or is only set otherwise, has another key")
	}
	if text.Blocks(strings.Replace(src, "once", "twice", 1))[1].Key == got[1].Key {
		t.Error("other words have the same key")
	}
	if got := text.Blocks(""); got != nil {
		t.Errorf("nothing has blocks: %v", got)
	}
}
