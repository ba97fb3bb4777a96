package text

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// maxDepth is how many elements may be open at once; deeper ones lose their
// tags and keep their text.
const maxDepth = 40

// shape is how the tidier treats a tag.
type shape uint8

const (
	unknownShape   shape = iota // written nowhere; no policy lets it through
	inlineShape                 // part of a line
	breakShape                  // br
	voidShape                   // img
	spacerShape                 // what follows is a new paragraph
	cellShape                   // what follows is a new word
	paragraphShape              // a heading or pre: holds lines, no blocks
	containerShape              // blockquote, ul, ol: holds blocks
	itemShape                   // li
	ruleShape                   // hr
)

// shapes returns the shapes of all tags; others, in pairs of a list of tags
// and their shape, differ.
func shapes(others ...any) map[string]shape {
	m := map[string]shape{}
	set := func(names []string, s shape) {
		for _, name := range names {
			m[name] = s
		}
	}
	set(inlines, inlineShape)
	set(lineEnds, breakShape)
	set(quotations, paragraphShape)
	set(spacers, spacerShape)
	set(cells, cellShape)
	m["blockquote"], m["ul"], m["ol"] = containerShape, containerShape, containerShape
	m["li"], m["hr"] = itemShape, ruleShape
	for i := 0; i < len(others); i += 2 {
		set(others[i].([]string), others[i+1].(shape))
	}
	return m
}

// tidier writes allowed HTML anew: every element closed and in its place,
// loose lines in paragraphs, attributes and escapes always the same way. What
// it has written it would write again, to the letter.
type tidier struct {
	policy *policy
	w      strings.Builder
	open   []string // the open elements

	gap   string // white space that was read and not yet written
	edge  bool   // at the start of a line, where white space means nothing
	blank bool   // the open paragraph has no text yet
	next  bool   // the next text starts a paragraph,
	class string // of this class
}

// tidy returns src, which a policy has passed, tidied.
func (t *tidier) tidy(src string) string {
	t.w.Grow(len(src))
	t.edge, t.next = true, !t.policy.line
	z := html.NewTokenizer(strings.NewReader(src))
	for {
		switch z.Next() {
		case html.ErrorToken:
			t.closeTo(0)
			return t.w.String()
		case html.TextToken:
			t.text(string(z.Text()))
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			t.start(string(name), attributes(z, more))
		case html.EndTagToken:
			name, _ := z.TagName()
			t.end(string(name))
		}
	}
}

// attributes reads the attributes of the current tag; of equal ones the first
// counts, as in browsers.
func attributes(z *html.Tokenizer, more bool) map[string]string {
	var m map[string]string
	for more {
		var key, val []byte
		key, val, more = z.TagAttr()
		if m == nil {
			m = map[string]string{}
		}
		if _, there := m[string(key)]; !there {
			m[string(key)] = string(val)
		}
	}
	return m
}

// space is the white space that HTML does not show.
const space = " \t\n\r\f"

// text writes the text s.
func (t *tidier) text(s string) {
	s = visible(s)
	if slices.Contains(t.open, "pre") {
		t.blank, t.edge = false, false
		writeEscaped(&t.w, s)
		return
	}
	body := strings.TrimLeft(s, space)
	if lead := s[:len(s)-len(body)]; lead != "" && t.gap == "" {
		t.gap = lead
	}
	if body == "" {
		return
	}
	t.begin()
	s = body
	body = strings.TrimRight(s, space)
	writeEscaped(&t.w, body)
	t.edge, t.blank = false, false
	t.gap = s[len(body):]
}

// begin makes ready for something in a line: it starts the paragraph that is
// due and writes the white space that was read.
func (t *tidier) begin() {
	if t.next {
		t.next = false
		if t.paragraph() < 0 && len(t.open) < maxDepth {
			t.push("p", attribute("class", t.class))
			t.edge, t.blank = true, true
		} else {
			t.gap, t.edge = " ", false
		}
		t.class = ""
	}
	if !t.edge {
		writeEscaped(&t.w, t.gap)
	}
	t.gap = ""
}

// paragraph returns the place of the open paragraph, heading or pre in t.open,
// -1 if there is none.
func (t *tidier) paragraph() int {
	for i := len(t.open) - 1; i >= 0; i-- {
		switch t.open[i] {
		case "li", "ul", "ol", "blockquote":
			return -1
		case "p", "h2", "h3", "h4", "h5", "h6", "pre":
			return i
		}
	}
	return -1
}

// part ends the open paragraph, if it has text.
func (t *tidier) part() {
	if i := t.paragraph(); i >= 0 && t.blank {
		return
	} else if i >= 0 {
		t.closeTo(i)
	}
	t.gap, t.edge, t.next, t.class = "", true, true, ""
}

// cell puts a space before what follows.
func (t *tidier) cell() {
	if t.gap == "" {
		t.gap = " "
	}
}

// start writes the start tag of an element.
func (t *tidier) start(name string, attrs map[string]string) {
	switch t.policy.shapes[name] {
	case inlineShape:
		t.startInline(name, attrs)
	case breakShape:
		t.gap = ""
		t.begin()
		t.w.WriteString("<br />")
		t.edge = true
	case voidShape:
		if attrs["src"] != "" {
			t.begin()
			t.w.WriteString("<img" + attribute("src", attrs["src"]) + attribute("alt", attrs["alt"]) + " />")
			t.edge, t.blank = false, false
		}
	case spacerShape:
		t.part()
		if name == "p" {
			t.class = classes(attrs["class"])
		}
	case cellShape:
		t.cell()
	case ruleShape:
		t.startBlock()
		t.w.WriteString("<hr />")
		t.next = true
	case paragraphShape:
		t.startBlock()
		t.push(heading(name), "")
		t.blank = true
	case containerShape:
		t.startBlock()
		t.push(name, listAttributes(attrs))
		t.next = true
	case itemShape:
		t.startItem(attrs)
	}
}

// heading keeps the first rank for the title of the page.
func heading(name string) string {
	if name == "h1" {
		return "h2"
	}
	return name
}

// startBlock ends the open paragraph and the line.
func (t *tidier) startBlock() {
	if i := t.paragraph(); i >= 0 {
		t.closeTo(i)
	}
	t.gap, t.edge, t.next, t.class = "", true, false, ""
}

// startItem writes the start tag of a list's item; outside of lists it is a
// paragraph.
func (t *tidier) startItem(attrs map[string]string) {
	list := t.find(func(name string) bool { return name == "ul" || name == "ol" }, "blockquote")
	if list < 0 {
		t.part()
		return
	}
	t.closeTo(list + 1)
	t.gap, t.edge, t.next, t.class = "", true, false, ""
	t.push("li", attribute("value", attrs["value"]))
}

// startInline writes the start tag of an element inside a line.
func (t *tidier) startInline(name string, attrs map[string]string) {
	switch name {
	case "a":
		if i := t.inline("a"); i >= 0 { // links do not nest
			t.closeTo(i)
		}
		if attrs["href"] == "" {
			return
		}
	case "rt", "rp":
		i := t.inline("ruby")
		if i < 0 {
			return
		}
		t.closeTo(i + 1)
	}
	t.begin()
	t.push(name, t.policy.inlineAttributes(name, attrs))
	if name == "code" {
		t.edge = false
	}
}

// end writes the end tag of an element, and of those still open inside it. An
// end tag whose element is not open here means nothing.
func (t *tidier) end(name string) {
	switch t.policy.shapes[name] {
	case inlineShape:
		if i := t.inline(name); i >= 0 {
			t.flush()
			t.closeTo(i)
		}
	case spacerShape:
		t.part()
	case cellShape:
		t.cell()
	case paragraphShape:
		if i := t.paragraph(); i >= 0 && t.open[i] == heading(name) {
			t.endBlock(i)
		}
	case containerShape, itemShape:
		barriers := []string{"blockquote", "li", "ul", "ol"}
		if name != "li" {
			barriers = []string{"blockquote"}
		}
		if i := t.find(func(open string) bool { return open == name }, barriers...); i >= 0 {
			t.endBlock(i)
		}
	}
}

func (t *tidier) endBlock(i int) {
	t.closeTo(i)
	t.gap, t.edge, t.next, t.class = "", true, true, ""
}

// flush writes the white space that was read.
func (t *tidier) flush() {
	if !t.edge {
		writeEscaped(&t.w, t.gap)
		t.gap = ""
	}
}

// inline returns the place of the innermost open element called name within
// the current line, -1 if there is none.
func (t *tidier) inline(name string) int {
	return t.find(func(open string) bool { return open == name }, "p", "h2", "h3", "h4", "h5", "h6", "pre", "li", "ul", "ol", "blockquote")
}

// find returns the place of the innermost open element that is wanted, not
// looking beyond a barrier; -1 if there is none.
func (t *tidier) find(wanted func(name string) bool, barriers ...string) int {
	for i := len(t.open) - 1; i >= 0; i-- {
		if wanted(t.open[i]) {
			return i
		}
		if slices.Contains(barriers, t.open[i]) {
			return -1
		}
	}
	return -1
}

// push writes the start tag name with attributes attrs.
func (t *tidier) push(name, attrs string) {
	if len(t.open) >= maxDepth {
		return
	}
	t.open = append(t.open, name)
	t.w.WriteString("<" + name + attrs + ">")
}

// closeTo writes the end tags of the open elements from place i on.
func (t *tidier) closeTo(i int) {
	for len(t.open) > i {
		last := len(t.open) - 1
		t.w.WriteString("</" + t.open[last] + ">")
		t.open = t.open[:last]
	}
}

// attribute returns an attribute as it stands in a tag, "" if it has no value;
// only an alternative text is also written when empty.
func attribute(name, value string) string {
	if value == "" && name != "alt" {
		return ""
	}
	var w strings.Builder
	w.WriteString(" " + name + `="`)
	writeEscaped(&w, value)
	w.WriteByte('"')
	return w.String()
}

// listAttributes returns the attributes of a list; only those with numbers
// have any.
func listAttributes(attrs map[string]string) string {
	s := attribute("start", attrs["start"])
	if _, there := attrs["reversed"]; there {
		s += ` reversed=""`
	}
	return s
}

// inlineAttributes returns the attributes of an element inside a line.
func (p *policy) inlineAttributes(name string, attrs map[string]string) string {
	switch name {
	case "a":
		target, rel := attrs["target"], p.rel(attrs["rel"])
		if p.foreign {
			target = "_blank"
		}
		return attribute("href", attrs["href"]) + attribute("class", classes(attrs["class"])) +
			attribute("target", target) + attribute("rel", rel) + attribute("translate", attrs["translate"])
	case "span":
		return attribute("class", classes(attrs["class"])) + attribute("translate", attrs["translate"])
	}
	return ""
}

// rel returns what a link may say of its relation.
func (p *policy) rel(value string) string {
	var kept []string
	for _, word := range strings.Fields(value) {
		ok := word == "tag" || word == "me" && (p.me || !p.foreign)
		if !p.foreign {
			ok = ok || word == "nofollow" || word == "noopener"
		}
		if ok && !slices.Contains(kept, word) {
			kept = append(kept, word)
		}
	}
	if p.foreign {
		kept = append(kept, "nofollow", "noopener", "noreferrer")
	}
	return strings.Join(kept, " ")
}

// classes returns the classes of value that Mastodon keeps: microformats, and
// those that say what a link is.
func classes(value string) string {
	var kept []string
	for _, c := range strings.Fields(value) {
		if keptClass(c) && !slices.Contains(kept, c) && len(kept) < 8 {
			kept = append(kept, c)
		}
	}
	return strings.Join(kept, " ")
}

func keptClass(c string) bool {
	switch c {
	case "mention", "hashtag", "ellipsis", "invisible", "quote-inline":
		return true
	}
	prefix, rest, _ := strings.Cut(c, "-")
	switch prefix {
	case "h", "p", "u", "dt", "e":
		return rest != "" && strings.Trim(rest, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
	}
	return false
}
