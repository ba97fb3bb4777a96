package text

import (
	"net/url"
	"regexp"
	"strings"

	"github.com/microcosm-cc/bluemonday"
)

// maxHTML is how many bytes of foreign HTML are read; the rest is cut off. It
// is far above what any server sends as a post.
const maxHTML = 1 << 20

// Sanitizing takes two steps. A bluemonday policy decides what is allowed: it
// drops every other tag, attribute and scheme, and what is inside script,
// style and the like. A tidier then decides the shape: it closes and nests
// what is left, so that no post can reach out of its place on a page, and
// writes it anew in one canonical way.

// SanitizePost returns the HTML of a post from elsewhere as safe HTML: the
// tags of FEDERATION-NOTES 3.1, the classes Mastodon keeps, links by http,
// https and mailto that open apart and pass nothing on. Other tags go, their
// text stays; other blocks become paragraphs.
func SanitizePost(html string) string { return postPolicy.clean(html) }

// SanitizeBio is SanitizePost for the text of a profile: paragraphs, line ends
// and what is inside lines, but no headings, lists or quotations.
func SanitizeBio(html string) string { return bioPolicy.clean(html) }

// SanitizeField is SanitizePost for a value in a profile's table: one line,
// where a link may say rel="me".
func SanitizeField(html string) string { return fieldPolicy.clean(html) }

// CleanName returns a name or title from elsewhere as one line of plain text:
// without tags, control characters and marks that change the direction of
// writing, with single spaces. It is not HTML; templates escape it.
func CleanName(s string) string {
	if strings.ContainsAny(s, "<&") {
		s = PlainText(s)
	}
	return oneLine(s)
}

// policy is one set of rules for HTML.
type policy struct {
	allowed *bluemonday.Policy // what may be there at all
	shapes  map[string]shape   // how each allowed tag is treated
	foreign bool               // links open apart and pass nothing on
	me      bool               // a link may say rel="me"
	line    bool               // all is one line, without paragraphs
}

var (
	postPolicy  = policy{allowed: allow(), shapes: shapes(), foreign: true}
	bioPolicy   = policy{allowed: allow(), shapes: shapes(quotations, spacerShape, lists, spacerShape), foreign: true}
	fieldPolicy = policy{allowed: allow(), shapes: shapes(quotations, cellShape, lists, cellShape, spacers, cellShape, lineEnds, cellShape), foreign: true, me: true, line: true}
	ownPolicy   = policy{allowed: allowOwn(), shapes: shapes(pictures, voidShape)}
)

// The allowed tags, by how they are treated. Spacers and cells are let through
// for the tidier, which puts a paragraph or a space in their place.
var (
	inlines    = tags("a b code del em i rp rt ruby s span strong sub sup u")
	lineEnds   = tags("br")
	quotations = tags("blockquote h1 h2 h3 h4 h5 h6 hr pre")
	lists      = tags("ol ul li")
	spacers    = tags("p address article aside caption center dd details div dl dt fieldset figcaption figure footer form header legend main nav option section summary table tbody tfoot thead tr")
	cells      = tags("td th")
	pictures   = tags("img")
)

func tags(names string) []string { return strings.Fields(names) }

// allow returns the policy for what comes from elsewhere.
func allow() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	for _, names := range [][]string{inlines, lineEnds, quotations, lists, spacers, cells} {
		p.AllowNoAttrs().OnElements(names...)
	}
	p.AllowAttrs("href", "rel").OnElements("a")
	p.AllowAttrs("class").OnElements("a", "span", "p")
	p.AllowAttrs("translate").Matching(regexp.MustCompile(`^no$`)).OnElements("a", "span")
	p.AllowAttrs("start").Matching(wholeNumber).OnElements("ol")
	p.AllowAttrs("reversed").OnElements("ol")
	p.AllowAttrs("value").Matching(wholeNumber).OnElements("li")
	p.AllowURLSchemeWithCustomPolicy("https", plainAddress)
	p.AllowURLSchemeWithCustomPolicy("http", plainAddress)
	p.AllowURLSchemeWithCustomPolicy("mailto", func(u *url.URL) bool { return u.Opaque != "" })
	p.RequireParseableURLs(true)
	return p
}

// allowOwn returns the policy for what Render makes of Markdown: links say
// themselves how they open, and there may be pictures, which Env.Image chose.
func allowOwn() *bluemonday.Policy {
	p := allow()
	p.AllowAttrs("target").Matching(regexp.MustCompile(`^_blank$`)).OnElements("a")
	p.AllowAttrs("src", "alt").OnElements("img")
	return p
}

// plainAddress says whether u names a host, and nobody before it, who is only
// there to mislead: https://bank.example@evil.example.
func plainAddress(u *url.URL) bool { return u.Host != "" && u.User == nil }

var wholeNumber = regexp.MustCompile(`^-?[0-9]{1,6}$`)

// clean applies the policy to html.
func (p *policy) clean(html string) string {
	if len(html) > maxHTML {
		html = html[:maxHTML]
	}
	t := tidier{policy: p}
	return t.tidy(p.allowed.Sanitize(strings.ToValidUTF8(html, "\uFFFD")))
}
