package text_test

import (
	"fmt"
	"strings"
	"testing"

	"atelier/models"
	"atelier/models/text"
)

// hostile are texts that are slow for careless parsers, n bytes or so long.
var hostile = []struct {
	name string
	make func(n int) string
}{
	{"opened brackets", repeat("[")},
	{"opened pictures", repeat("![")},
	{"brackets opened and closed", repeat("[a](")},
	{"links in links", func(n int) string { return strings.Repeat("[", n/2) + "a" + strings.Repeat("](x)", n/8) }},
	{"opened emphasis", repeat("*a ")},
	{"mixed emphasis", repeat("*a_ ~b")},
	{"nested emphasis with tags", func(n int) string { return strings.Repeat("*a **b ", n/16) + strings.Repeat("#c ", n/6) }},
	{"back-quotes of every length", func(n int) string {
		var w strings.Builder
		for i := 1; w.Len() < n; i++ {
			w.WriteString(strings.Repeat("`", i) + "a")
		}
		return w.String()
	}},
	{"nested quotations", repeat(">")},
	{"nested lists", repeat("- ")},
	{"lists, each deeper", func(n int) string {
		var w strings.Builder
		for i := 0; w.Len() < n; i++ {
			w.WriteString(strings.Repeat(" ", i) + "- a\n")
		}
		return w.String()
	}},
	{"numbered lists", repeat("1. ")},
	{"titles without end", repeat("[a](b \"")},
	{"strikes", repeat("~~a ~b ")},
	{"references without end", repeat("[a]: ")},
	{"references", repeat("[a]: b\n")},
	{"opened angle brackets", repeat("<")},
	{"opened links", repeat("<https://a.example/")},
	{"backslashes", repeat("\\")},
	{"ampersands", repeat("&")},
	{"numeric references", repeat("&#")},
	{"at signs", repeat("@")},
	{"mentions in a row", repeat("@a@b")},
	{"one long mention", func(n int) string { return "@" + strings.Repeat("a", n/2) + "@" + strings.Repeat("b.", n/4) + "@" }},
	{"number signs", repeat("#")},
	{"numbers", repeat("#1")},
	{"separators", func(n int) string { return "#a" + strings.Repeat("_", n) + "#" }},
	{"colons", repeat(":")},
	{"schemes", repeat("https://")},
	{"addresses in a row", repeat("https://a.example/(")},
	{"one long address", func(n int) string { return "https://a.example/" + strings.Repeat(")", n) }},
	{"one long host", func(n int) string { return "https://" + strings.Repeat("a.", n/2) }},
	{"opened tags", repeat("<b>")},
	{"tags with attributes", repeat("<a href=https://a.example/ class=a>")},
	{"one tag with many attributes", func(n int) string { return "<p " + strings.Repeat("a=b ", n/4) + ">" }},
	{"one tag with many classes", func(n int) string { return `<p class="` + strings.Repeat("u-a ", n/4) + `">` }},
	{"formatting that is opened again in each paragraph", func(n int) string { return strings.Repeat("<b>", 200) + strings.Repeat("<p>a", n/4) }},
	{"nested blocks", repeat("<blockquote>")},
	{"nested items", repeat("<ul><li>")},
	{"end tags", repeat("</b>")},
	{"paragraphs", repeat("<p>")},
	{"comments", repeat("<!--")},
	{"line ends", repeat("\n")},
	{"lines", repeat("a\n")},
	{"white space", repeat(" ")},
}

func repeat(s string) func(int) string {
	return func(n int) string { return strings.Repeat(s, n/len(s)+1) }
}

// BenchmarkHostile shows that no text is slow: the time per byte of the
// longer text must not be much more than that of the shorter.
func BenchmarkHostile(b *testing.B) {
	for _, h := range hostile {
		for _, n := range []int{10_000, 80_000} {
			src := h.make(n)
			b.Run(fmt.Sprintf("%s/%d", h.name, n), func(b *testing.B) {
				b.SetBytes(int64(len(src)))
				for b.Loop() {
					handle(src)
				}
			})
		}
	}
}

// handle does with src all that this package does with what strangers send.
func handle(src string) {
	text.Render(src, models.PlainText, env)
	text.Render(src, models.Markdown, env)
	text.Scan(src, models.Markdown)
	html := text.SanitizePost(src)
	text.ShownText(html)
	text.Summary(html)
	plain := text.PlainText(html)
	text.Excerpt(plain, 200)
	text.Summary(src)
	text.CleanName(src)
	text.Length(src, "")
	text.Guard(src, []string{"a b", "a a a a"})
	text.SplitTitle(src)
	text.Slug(src)
	text.TagKey(src)
	text.Diff(src, plain)
}
