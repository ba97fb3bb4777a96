package text_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"atelier/models"
	"atelier/models/text"
)

func TestPlainText(t *testing.T) {
	for _, test := range []struct{ name, html, want string }{
		{"nothing", "", ""},
		{"paragraphs and line ends", "<p>a<br />b</p><p>c &lt; d</p>", "a\nb\n\nc < d"},
		{"many line ends are one empty line", "<p>a<br /><br /><br /><br />b</p>", "a\n\nb"},
		{"white space is one space", "<p>a \n\t <b> b</b>c</p>", "a bc"},
		{"lists", "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul><ol start=\"3\"><li>d</li><li>e</li></ol>f", "- a\n  - b\n- c\n\n3. d\n4. e\n\nf"},
		{"code keeps its lines", "<p>a</p><pre><code>b\n  c\n</code></pre><p>d</p>", "a\n\nb\n  c\n\nd"},
		{"headings and quotations", "<h2>a</h2><blockquote><p>b</p></blockquote>c", "a\n\nb\n\nc"},
		{"an address is whole", text.Render("see https://www.c3.example/notes/checking-in-when-quiet now", models.PlainText, env), "see https://www.c3.example/notes/checking-in-when-quiet now"},
		{"a mention and a hashtag", text.Render("@bob@c2.example #Listening", models.PlainText, env), "@bob #Listening"},
		{"a picture is its words", `<p>a<img src="https://c1.example/1.png" alt="b &quot;c&quot;" />d</p>`, `a b "c"d`},
		{"scripts are not read", "a<script>b</script><style>c</style>", "a"},
		{"what is not closed", "<ul><li>a<span class=\"invisible\">b", "- ab"},
		{"what is not open", "</span></ul></pre>a</li><li>b", "a\nb"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, text.PlainText(test.html)); diff != "" {
				t.Errorf("PlainText (-want +got):\n%s", diff)
			}
		})
	}
}

func TestShownText(t *testing.T) {
	for _, test := range []struct{ name, src, want string }{
		{"a long address", "see https://www.c3.example/notes/checking-in-when-quiet now", "see c3.example/notes/checking-in-w… now"},
		{"a short address", "see https://c3.example/a now", "see c3.example/a now"},
		{"a mention", "@ana", "@ana"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := text.ShownText(text.Render(test.src, models.PlainText, env)); got != test.want {
				t.Errorf("ShownText = %q; want %q", got, test.want)
			}
		})
	}
}

func TestExcerpt(t *testing.T) {
	for _, test := range []struct {
		name, s string
		n       int
		want    string
	}{
		{"short text is whole", "a b\n\nc", 10, "a b c"},
		{"text that just fits is whole", "abc def", 7, "abc def"},
		{"words are whole", "abc def ghi", 9, "abc def…"},
		{"a word that just fits stays", "abc def ghi", 8, "abc def…"},
		{"no comma before the ellipsis", "abc, def", 6, "abc…"},
		{"a long word is cut", strings.Repeat("é", 20), 5, "éééé…"},
		{"a long word after a short one is cut", "a " + strings.Repeat("é", 20), 8, "a ééééé…"},
		{"nothing fits", "abc", 0, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := text.Excerpt(test.s, test.n); got != test.want {
				t.Errorf("Excerpt = %q; want %q", got, test.want)
			}
		})
	}
}

func TestSummary(t *testing.T) {
	for _, test := range []struct{ name, html, want string }{
		{"two sentences", "<p>Three minutes of shared silence, then one question. Works from the third session on. More.</p>",
			"Three minutes of shared silence, then one question. Works from the third session on."},
		{"headings are left out", "<h2>When it comes up</h2><p>Late. Often.</p><h2>More</h2><p>x</p>", "Late. Often."},
		{"code and quotation lines are left out", `<p class="quote-inline">RE: x.</p><pre>b. c.</pre><p>Late. Often. X</p>`, "Late. Often."},
		{"a paragraph ends a sentence", "<p>Late</p><p>Often! Yes.</p>", "Late Often!"},
		{"a list", "<p>You need:</p><ul><li>chairs</li><li>time</li></ul><p>x</p>", "You need: - chairs - time"},
		{"numbers and abbreviations do not end it", "<p>Dr. B. Meier takes 3.5 hours, e.g. on Mondays... or so. It (usually) works?! “Yes.” x</p>",
			"Dr. B. Meier takes 3.5 hours, e.g. on Mondays... or so. It (usually) works?!"},
		{"a quotation ends with its mark", "<p>“Late.” Then often. X</p>", "“Late.” Then often."},
		{"Japanese", "<p>三分間の沈黙。次に質問。以上。</p>", "三分間の沈黙。次に質問。"},
		{"a long sentence is cut", "<p>" + strings.Repeat("silence ", 100) + "</p>", strings.Repeat("silence ", 36) + "silence…"},
		{"nothing", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, text.Summary(test.html)); diff != "" {
				t.Errorf("Summary (-want +got):\n%s", diff)
			}
		})
	}
}

func FuzzWords(f *testing.F) {
	f.Add("<p>a<ul><li>b<span class=invisible>c</span><span class=ellipsis>d</span><script>e", 20)
	f.Fuzz(func(t *testing.T, src string, n int) {
		for _, s := range []string{text.PlainText(src), text.ShownText(src), text.Summary(src)} {
			if strings.TrimRight(s, " \n\t") != s {
				t.Errorf("%q ends with white space", s)
			}
			if got := text.Excerpt(s, n); len([]rune(got)) > max(n, 0) {
				t.Errorf("Excerpt(%q, %d) = %q", s, n, got)
			}
		}
	})
}
