package text_test

import (
	"bufio"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"atelier/models"
	"atelier/models/text"
)

// apart is what every link from elsewhere gets.
const apart = `target="_blank" rel="nofollow noopener noreferrer"`

func TestSanitizePost(t *testing.T) {
	for _, test := range []struct{ name, src, want string }{
		{"nothing", "", ""},
		{"loose words become a paragraph", "a &amp; b", "<p>a &amp; b</p>"},
		{"a script goes with its content", "a<script>alert(1)</script>b", "<p>ab</p>"},
		{"a style goes with its content", "a<style>p{}</style>b", "<p>ab</p>"},
		{"other tags go, their text stays", "<font color=red>a</font> <blink>b</blink>", "<p>a b</p>"},
		{"handlers and styles go", `<p onclick="x" style="y" id="z">a</p>`, "<p>a</p>"},
		{"a script address goes", `<a href="javascript:x">a</a><a href=" java&#10;script:x">b</a>`, "<p>ab</p>"},
		{"a link opens apart", `<a href="https://a.example/?a=1&amp;b" onclick="x">a</a>`, `<p><a href="https://a.example/?a=1&amp;b" ` + apart + `>a</a></p>`},
		{"a link keeps that it is a tag, not more", `<a href="https://a.example/" rel="me tag opener">a</a>`, `<p><a href="https://a.example/" target="_blank" rel="tag nofollow noopener noreferrer">a</a></p>`},
		{"a link that names no host goes", `<a href="https:a">a</a> <a href="mailto:">b</a>`, "<p>a b</p>"},
		{"a link that names somebody before the host goes", `<a href="https://bank.example@evil.example/">a</a>`, "<p>a</p>"},
		{"mail may be linked", `<a href="mailto:a@b.example">a</a>`, `<p><a href="mailto:a@b.example" ` + apart + `>a</a></p>`},
		{"a relative link goes", `<a href="/x">a</a> <a>b</a>`, "<p>a b</p>"},
		{"links do not nest", `<a href="https://a.example/">a<a href="https://b.example/">b</a></a>`,
			`<p><a href="https://a.example/" ` + apart + `>a</a><a href="https://b.example/" ` + apart + `>b</a></p>`},
		{"Mastodon's classes stay", `<p class="quote-inline x"><span class="h-card invisible evil u-a&quot;b" translate="no">a</span></p>`,
			`<p class="quote-inline"><span class="h-card invisible" translate="no">a</span></p>`},
		{"the first heading is ours", "<h1>a</h1><h6>b</h6>", "<h2>a</h2><h6>b</h6>"},
		{"lists", `<ol start="3" reversed><li value="7">a<li>b</ol><ul><li><p>c</p></ul>`, `<ol start="3" reversed=""><li value="7">a</li><li>b</li></ol><ul><li><p>c</p></li></ul>`},
		{"a list in a list", "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>", "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>"},
		{"an item without a list is a paragraph", "<li>a</li><li>b</li>", "<p>a</p><p>b</p>"},
		{"a list starts with a number", `<ol start="x"><li value="1e9">a</li></ol>`, "<ol><li>a</li></ol>"},
		{"ruby", "<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby><rt>x</rt>", "<p><ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>x</p>"},
		{"code keeps its lines", "<pre><code>a\n  b\n</code></pre>", "<pre><code>a\n  b\n</code></pre>"},
		{"code keeps its white space", "<pre>  a\n\n b </pre><p><code> a </code></p>", "<pre>  a\n\n b </pre><p><code> a </code></p>"},
		{"a block in a heading", "<h2><div>a</div></h2><p>b</p>", "<h2>a</h2><p>b</p>"},
		{"open tags are closed", "<p><b>a<blockquote><i>b", "<p><b>a</b></p><blockquote><p><i>b</i></p></blockquote>"},
		{"end tags without a start go", "</p></div></blockquote></b>a</ul>", "<p>a</p>"},
		{"an end tag does not reach out of its block", "<b><ul><li>a</b>c</li></ul>", "<p><b></b></p><ul><li>ac</li></ul>"},
		{"an end tag does not reach out of its item", "<ul><li><b>x<ul><li>a</b>c</li></ul></b></li></ul>", "<ul><li><b>x<ul><li>ac</li></ul></b></li></ul>"},
		{"an item does not reach out of its quotation", "<ul><li>a<blockquote><li>b</blockquote></ul>", "<ul><li>a<blockquote><p>b</p></blockquote></li></ul>"},
		{"crossed tags are uncrossed", "<b>a<i>b</b>c</i>", "<p><b>a<i>b</i></b>c</p>"},
		{"other blocks become paragraphs", "<div><div>a</div>b</div><section>c</section>", "<p>a</p><p>b</p><p>c</p>"},
		{"a table becomes lines", "<table><tr><th>a<td>b</tr><tr><td>c</td><td>d</td></tr></table>", "<p>a b</p><p>c d</p>"},
		{"a picture and its words", "<figure><img src=x alt=y><figcaption>a</figcaption></figure>", "<p>a</p>"},
		{"white space between blocks goes", "\n <p> a \n b </p>\n\n<p>c</p>\n", "<p>a \n b</p><p>c</p>"},
		{"white space between words stays", "<b>a</b> <i>b </i>c<br> d", "<p><b>a</b> <i>b </i>c<br />d</p>"},
		{"empty paragraphs go", "<p></p><p> </p><p>a</p><p></p>", "<p>a</p>"},
		{"comments, doctypes and instructions go", "<!doctype html><?xml x?><!-- a --><![CDATA[b]]>c", "<p>c</p>"},
		{"foreign elements go", "<svg><style><img src=x onerror=x></style></svg><math><mi>x</mi></math>", "<p>x</p>"},
		{"a half tag goes", "a<a href=\"https://a.example/", "<p>a</p>"},
		{"what is no UTF-8 is replaced", "a\xc3(", "<p>a\uFFFD(</p>"},
		{"control characters go", "a&#0;&#8;b", "<p>a\uFFFDb</p>"},
		{"control characters alone are nothing", "\x01\f\v", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, text.SanitizePost(test.src)); diff != "" {
				t.Errorf("SanitizePost (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSanitizePostIsBounded(t *testing.T) {
	deep := text.SanitizePost(strings.Repeat("<blockquote>", 10_000) + "a" + strings.Repeat("</blockquote>", 10_000))
	if n := strings.Count(deep, "<blockquote>"); n != 40 || !strings.Contains(deep, "a") {
		t.Errorf("10,000 quotations in each other became %d; want 40, and their text", n)
	}
	if end := text.SanitizePost(strings.Repeat("<blockquote>", 50) + "<p>a</p><p>b</p>"); !strings.Contains(end, "> a b<") {
		t.Errorf("paragraphs too deep run together: %s", end)
	}
	if n := len(text.SanitizePost(strings.Repeat("a", 3<<20))); n > 1<<20+10 {
		t.Errorf("3 MiB of text became %d bytes; want 1 MiB at most", n)
	}
}

func TestSanitizeBio(t *testing.T) {
	for _, test := range []struct{ name, src, want string }{
		{"paragraphs and what is in lines", `<p>a<br>b</p><p><strong>c</strong></p>`, "<p>a<br />b</p><p><strong>c</strong></p>"},
		{"headings, lists and quotations become paragraphs", "<h1>a</h1><ul><li>b</li><li>c</li></ul><blockquote>d</blockquote><pre>e</pre>f<hr>g",
			"<p>a</p><p>b</p><p>c</p><p>d</p><p>e</p><p>f</p><p>g</p>"},
		{"nobody is vouched for", `<a rel="me" href="https://a.example/">a</a>`, `<p><a href="https://a.example/" ` + apart + `>a</a></p>`},
		{"a script goes", "<script>x</script>a", "<p>a</p>"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, text.SanitizeBio(test.src)); diff != "" {
				t.Errorf("SanitizeBio (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSanitizeField(t *testing.T) {
	for _, test := range []struct{ name, src, want string }{
		{"a word", " they/them ", "they/them"},
		{"a link may vouch", `<a href="https://a.example/" rel="me nofollow">a</a>`, `<a href="https://a.example/" target="_blank" rel="me nofollow noopener noreferrer">a</a>`},
		{"blocks become spaces", "<p>a</p><p>b<br>c</p><ul><li>d</ul>", "a b c d"},
		{"a script goes", "<script>x</script>a", "a"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, text.SanitizeField(test.src)); diff != "" {
				t.Errorf("SanitizeField (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCleanName(t *testing.T) {
	for _, test := range []struct{ name, src, want string }{
		{"a name", "Ana 🦊 :fox:", "Ana 🦊 :fox:"},
		{"a name in HTML", "<b>Ana</b> &amp; <script>x</script>Bob", "Ana & Bob"},
		{"a name that is no HTML", "Ana <3 & R&D", "Ana <3 & R&D"},
		{"lines become one", " Ana\n\t  Maria ", "Ana Maria"},
		{"a name cannot turn its neighbours around", "Ana\u202Eelcitra\u2066\uFEFF\x07", "Anaelcitra"},
		{"joined emoji stay joined", "👩‍👩‍👧", "👩‍👩‍👧"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, text.CleanName(test.src)); diff != "" {
				t.Errorf("CleanName (-want +got):\n%s", diff)
			}
		})
	}
}

// attacks returns the lines of testdata/attacks.txt: known ways to smuggle a
// script past a filter.
func attacks(t testing.TB) []string {
	f, err := os.Open("testdata/attacks.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []string
	for s := bufio.NewScanner(f); s.Scan(); {
		if line := s.Text(); line != "" && !strings.HasPrefix(line, "##") {
			all = append(all, strings.NewReplacer(`\n`, "\n", `\t`, "\t", `\0`, "\x00").Replace(line))
		}
	}
	if len(all) < 50 {
		t.Fatalf("only %d attacks", len(all))
	}
	return all
}

func TestAttacks(t *testing.T) {
	for _, src := range attacks(t) {
		for name, sanitize := range sanitizers {
			harmless(t, name, src, sanitize(src))
		}
		for _, format := range []models.Format{models.PlainText, models.Markdown} {
			harmless(t, string(format), src, text.Render(src, format, env))
		}
	}
}

var sanitizers = map[string]func(string) string{"post": text.SanitizePost, "bio": text.SanitizeBio, "field": text.SanitizeField}

// allowed are the tags and attributes that may be on a page at all.
var allowed = map[string]string{
	"a": "href class target rel translate", "b": "", "blockquote": "", "br": "", "code": "", "del": "", "em": "", "h2": "", "h3": "", "h4": "", "h5": "", "h6": "",
	"hr": "", "i": "", "img": "src alt", "li": "value", "ol": "start reversed", "p": "class", "pre": "", "rp": "", "rt": "", "ruby": "", "s": "",
	"span": "class translate", "strong": "", "sub": "", "sup": "", "u": "", "ul": "",
}

// harmless fails the test if a browser that reads out would see more than is
// allowed in it, or if it is not well-formed.
func harmless(t testing.TB, by, src, out string) {
	t.Helper()
	body := &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body}
	nodes, err := html.ParseFragment(strings.NewReader(out), body)
	if err != nil {
		t.Fatalf("%s: %q became %q: %v", by, src, out, err)
	}
	for _, n := range nodes {
		for d := range n.Descendants() {
			harmlessNode(t, by, src, out, d)
		}
		harmlessNode(t, by, src, out, n)
	}
	var open []string
	z := html.NewTokenizer(strings.NewReader(out))
	for z.Next() != html.ErrorToken {
		switch token := z.Token(); token.Type {
		case html.StartTagToken:
			open = append(open, token.Data)
		case html.EndTagToken:
			if len(open) == 0 || open[len(open)-1] != token.Data {
				t.Fatalf("%s: %q became %q, which is not well nested at </%s>", by, src, out, token.Data)
			}
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		t.Fatalf("%s: %q became %q, which leaves %q open", by, src, out, open)
	}
}

func harmlessNode(t testing.TB, by, src, out string, n *html.Node) {
	t.Helper()
	if n.Type == html.TextNode {
		return
	}
	attrs, ok := allowed[n.Data]
	if n.Type != html.ElementNode || !ok || n.Namespace != "" {
		t.Fatalf("%s: %q became %q, with %q", by, src, out, n.Data)
	}
	for _, a := range n.Attr {
		ok := strings.Contains(" "+attrs+" ", " "+a.Key+" ")
		if a.Key == "href" || a.Key == "src" {
			ok = ok && (strings.HasPrefix(a.Val, "https://") || strings.HasPrefix(a.Val, "http://") || strings.HasPrefix(a.Val, "mailto:"))
		}
		if !ok {
			t.Fatalf("%s: %q became %q, with %s=%q", by, src, out, a.Key, a.Val)
		}
	}
}

func FuzzSanitize(f *testing.F) {
	for _, src := range attacks(f) {
		f.Add(src)
	}
	f.Add("<div>a<p class=e-x>b<ul>c<li>d<table><td>e")
	f.Fuzz(func(t *testing.T, src string) {
		for name, sanitize := range sanitizers {
			once := sanitize(src)
			harmless(t, name, src, once)
			if twice := sanitize(once); twice != once {
				t.Errorf("%s: %q became\n%q, then\n%q", name, src, once, twice)
			}
		}
	})
}

func FuzzRender(f *testing.F) {
	for _, src := range attacks(f) {
		f.Add(src)
	}
	f.Add("@ana **#Listening** [a](https://c3.example/) ![x](https://c1.example/media/1.png)\n\n> - 1. `b`\n\n***")
	f.Fuzz(func(t *testing.T, src string) {
		for _, format := range []models.Format{models.PlainText, models.Markdown} {
			out := text.Render(src, format, env)
			harmless(t, string(format), src, out)
			if again := text.SanitizeOwn(out); again != out {
				t.Errorf("%s: %q became\n%q, which the sanitizer makes\n%q", format, src, out, again)
			}
			text.Scan(src, format)
		}
	})
}

func TestRenderMarkdownIsBounded(t *testing.T) {
	for _, test := range []struct {
		name, src, counted string
		want               int
	}{
		{"quotations in each other", strings.Repeat(">", 1000) + "a", "<blockquote>", 30},
		{"items in each other", strings.Repeat("- ", 1000) + "a", "<li>", 15},
		{"emphasis in one paragraph", strings.Repeat("*a* ", 1000), "<em>", 300},
		{"strikes in one paragraph", strings.Repeat("~a~ ", 1000), "<del>", 300},
		{"links in one paragraph", strings.Repeat("[a](https://c3.example) ", 1000), ">a</a>", 300},
		{"references in one paragraph", "[a]\n\n" + strings.Repeat("[a]: https://c3.example\n", 201), ": <a ", 201},
		{"links in two paragraphs", strings.Repeat("[a](https://c3.example) ", 200) + "\n\n" + strings.Repeat("[a](https://c3.example) ", 200), ">a</a>", 400},
	} {
		t.Run(test.name, func(t *testing.T) {
			out := text.Render(test.src, models.Markdown, env)
			if n := strings.Count(out, test.counted); n != test.want {
				t.Errorf("%d times %s; want %d", n, test.counted, test.want)
			}
			harmless(t, "Markdown", test.src, out)
		})
	}
}
