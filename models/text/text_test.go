package text_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"atelier/models"
	"atelier/models/text"
)

// env knows ana, who lives here, and bob@c2.example.
var env = text.Env{
	Mention: func(handle string) (url, name string, ok bool) {
		switch handle {
		case "ana":
			return "https://c1.example/@ana", "ana", true
		case "bob@c2.example":
			return "https://c2.example/@bob", "bob", true
		case "eve@evil.example":
			return "javascript:alert(1)", "eve", true
		}
		return "", "", false
	},
	TagURL: func(key string) string { return "https://c1.example/tags/" + key },
	Image:  func(url string) bool { return url == "https://c1.example/media/1.png" },
}

const (
	ana     = `<span class="h-card" translate="no"><a href="https://c1.example/@ana" class="u-url mention">@<span>ana</span></a></span>`
	bob     = `<span class="h-card" translate="no"><a href="https://c2.example/@bob" class="u-url mention">@<span>bob</span></a></span>`
	hearing = `<a href="https://c1.example/tags/listening" class="mention hashtag" rel="tag">#<span>Listening</span></a>`
	page    = `<a href="https://c3.example/a" target="_blank" rel="nofollow noopener" translate="no"><span class="invisible">https://</span><span>c3.example/a</span><span class="invisible"></span></a>`
	away    = `target="_blank" rel="nofollow noopener"`
)

func TestRenderPlainText(t *testing.T) {
	for _, test := range []struct{ name, src, want string }{
		{"nothing is nothing", " \n ", ""},
		{"a line is a paragraph", "Hello", "<p>Hello</p>"},
		{"a line end is a line end", "a\nb\r\nc\rd", "<p>a<br />b<br />c<br />d</p>"},
		{"a blank line parts paragraphs", "a\n\nb\n\n\n\nc", "<p>a</p><p>b</p><p>c</p>"},
		{"white space at the ends of lines is dropped", "a \n b\n \t\n c @ana \nd", "<p>a<br />b</p><p>c " + ana + "<br />d</p>"},
		{"white space around is dropped", "\n\n a \n\n", "<p>a</p>"},
		{"HTML is text", `<b title="x">'&amp;</b>`, "<p>&lt;b title=&quot;x&quot;&gt;&#39;&amp;amp;&lt;/b&gt;</p>"},
		{"what is no UTF-8 is replaced", "a\xffb", "<p>a\uFFFDb</p>"},
		{"control characters go", "a\x00\x07b\fc", "<p>ab c</p>"},
		{"Markdown is text", "**a** `b`", "<p>**a** `b`</p>"},
		{"a member is mentioned", "Hi @ana!", "<p>Hi " + ana + "!</p>"},
		{"a handle may be in capitals", "@Bob@C2.Example", "<p>" + bob + "</p>"},
		{"an unknown handle stays", "@nobody@c9.example", "<p>@nobody@c9.example</p>"},
		{"an account whose page is a script is not linked", "@eve@evil.example", "<p>@eve@evil.example</p>"},
		{"an e-mail address is no mention", "me@ana", "<p>me@ana</p>"},
		{"a hashtag keeps its capitals", "#Listening.", "<p>" + hearing + ".</p>"},
		{"a number is no hashtag", "#1 and #2026", "<p>#1 and #2026</p>"},
		{"an address is a link", "See https://c3.example/a.", "<p>See " + page + ".</p>"},
		{"a long address is shown in part", "http://www.c3.example/notes/checking-in-when-quiet",
			`<p><a href="http://www.c3.example/notes/checking-in-when-quiet" ` + away + ` translate="no"><span class="invisible">http://www.</span>` +
				`<span class="ellipsis">c3.example/notes/checking-in-w</span><span class="invisible">hen-quiet</span></a></p>`},
		{"an emoji stays a shortcode", ":blobcat:", "<p>:blobcat:</p>"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, text.Render(test.src, models.PlainText, env)); diff != "" {
				t.Errorf("Render (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRenderMarkdown(t *testing.T) {
	for _, test := range []struct{ name, src, want string }{
		{"nothing is nothing", " \n ", ""},
		{"paragraphs and line ends", "a\nb\n\nc", "<p>a<br />b</p><p>c</p>"},
		{"emphasis", "*a* **b** ~~c~~ `d<e`", "<p><em>a</em> <strong>b</strong> <del>c</del> <code>d&lt;e</code></p>"},
		{"headings start at the second rank", "# a\n## b\n### c", "<h2>a</h2><h2>b</h2><h3>c</h3>"},
		{"lists", "- a\n- b\n  1. c\n\n3. d", "<ul><li>a</li><li>b<ol><li>c</li></ol></li></ul><ol start=\"3\"><li>d</li></ol>"},
		{"quotations, code and rules", "> a\n\n```go\nb <c>\n```\n\n---", "<blockquote><p>a</p></blockquote><pre><code>b &lt;c&gt;\n</code></pre><hr />"},
		{"HTML is text", "<b>a</b> <script>x</script>\n\n<div onclick=x>", "<p>&lt;b&gt;a&lt;/b&gt; &lt;script&gt;x&lt;/script&gt;</p><p>&lt;div onclick=x&gt;</p>"},
		{"entities are characters", "&lt;b&gt; &copy; &#39;", "<p>&lt;b&gt; © &#39;</p>"},
		{"a link", "[a *b*](https://c3.example/a)", `<p><a href="https://c3.example/a" ` + away + `>a <em>b</em></a></p>`},
		{"a link with a title loses it", `[a](https://c3.example/a "t")`, `<p><a href="https://c3.example/a" ` + away + `>a</a></p>`},
		{"a link that runs a script is none", "[a](javascript:alert(1)) [b](JaVa&#x53;cript:x) [c](data:text/html,x)", "<p>a b c</p>"},
		{"a link to nowhere in particular is none", "[a](/settings) [b](//c3.example)", "<p>a b</p>"},
		{"a link by reference", "[a] [b][a]\n\n[a]: https://c3.example/a", `<p><a href="https://c3.example/a" ` + away + `>a</a> <a href="https://c3.example/a" ` + away + `>b</a></p>`},
		{"an address", "(https://c3.example/a)", "<p>(" + page + ")</p>"},
		{"an address in angle brackets", "<https://c3.example/a>", "<p>" + page + "</p>"},
		{"an e-mail address in angle brackets", "<a@c3.example>", `<p><a href="mailto:a@c3.example" ` + away + `>a@c3.example</a></p>`},
		{"an address in emphasis", "**https://c3.example/a**", "<p><strong>" + page + "</strong></p>"},
		{"an address in emphasis by underscores", "_https://c3.example/a_", "<p><em>" + page + "</em></p>"},
		{"an address that is none", "*https*://c3.example/a ://c3.example/a xhttps://c3.example/a", "<p><em>https</em>://c3.example/a ://c3.example/a xhttps://c3.example/a</p>"},
		{"brackets that are no link", "[a ![b] (c", "<p>[a ![b] (c</p>"},
		{"an address with underscores", "https://c3.example/_a_b_c", `<p><a href="https://c3.example/_a_b_c" ` + away +
			` translate="no"><span class="invisible">https://</span><span>c3.example/_a_b_c</span><span class="invisible"></span></a></p>`},
		{"mentions and hashtags", "@ana, *@bob@c2.example* #Listening", "<p>" + ana + ", <em>" + bob + "</em> " + hearing + "</p>"},
		{"a hashtag at the start of a line is no heading", "#Listening", "<p>" + hearing + "</p>"},
		{"nothing in code", "`@ana #Listening https://c3.example/a`\n\n    @ana", "<p><code>@ana #Listening https://c3.example/a</code></p><pre><code>@ana\n</code></pre>"},
		{"nothing in links", "[@ana #Listening https://c3.example/a](https://c4.example)",
			`<p><a href="https://c4.example" ` + away + `>@ana #Listening https://c3.example/a</a></p>`},
		{"an address in a link", "[<https://c3.example/a>](https://c4.example)", `<p><a href="https://c4.example" ` + away + `>https://c3.example/a</a></p>`},
		{"a backslash takes the meaning away", `\@ana \#Listening \*a\*`, "<p>@ana #Listening *a*</p>"},
		{"our picture is shown", "![A *chair*](https://c1.example/media/1.png)", `<p><img src="https://c1.example/media/1.png" alt="A chair" /></p>`},
		{"another's picture is a link", "![A chair](https://c3.example/1.png)", `<p><a href="https://c3.example/1.png" ` + away + `>A chair</a></p>`},
		{"a picture with a mention in two lines", "![A chair\nby @ana #a](https://c1.example/media/1.png)", `<p><img src="https://c1.example/media/1.png" alt="A chair by @ana #a" /></p>`},
		{"a picture without words", "![](https://c3.example/1.png)", `<p><a href="https://c3.example/1.png" ` + away + `>https://c3.example/1.png</a></p>`},
		{"a picture of nowhere is its words", "![A chair](javascript:x)", "<p>A chair</p>"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, text.Render(test.src, models.Markdown, env)); diff != "" {
				t.Errorf("Render (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRenderWithoutEnv(t *testing.T) {
	src := "@ana #Listening ![a](https://c1.example/media/1.png)"
	want := `<p>@ana #Listening <a href="https://c1.example/media/1.png" ` + away + `>a</a></p>`
	if got := text.Render(src, models.Markdown, text.Env{}); got != want {
		t.Errorf("Render = %s; want %s", got, want)
	}
}

func TestScan(t *testing.T) {
	src := "Dear @ana and @Bob@C2.Example, @ana: #Listening #listening #Café https://Bücher.example/a https://c3.example/(b). :blobcat: `@cid`"
	inMarkdown := text.Found{
		Mentions:   []string{"ana", "bob@c2.example"},
		Hashtags:   []text.Hashtag{{Name: "Listening", Key: "listening"}, {Name: "Café", Key: "café"}},
		Links:      []string{"https://xn--bcher-kva.example/a", "https://c3.example/(b)"},
		Shortcodes: []string{"blobcat"},
	}
	inPlain := inMarkdown
	inPlain.Mentions = append(inPlain.Mentions, "cid")
	linked := inMarkdown
	linked.Links = append([]string{"https://c4.example/"}, linked.Links...)
	for _, test := range []struct {
		name, src string
		format    models.Format
		want      text.Found
	}{
		{"plain text", src, models.PlainText, inPlain},
		{"Markdown, where code is code", src, models.Markdown, inMarkdown},
		{"Markdown with links", "[@cid #x](https://c4.example/) [y](mailto:a@b.example) <https://c4.example/> " + src, models.Markdown, linked},
		{"nothing", "", models.Markdown, text.Found{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, text.Scan(test.src, test.format)); diff != "" {
				t.Errorf("Scan (-want +got):\n%s", diff)
			}
		})
	}
}
