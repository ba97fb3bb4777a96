package text

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// PlainText returns the words of sanitized HTML: what is searched, and what
// goes into letters. Paragraphs are parted by a blank line, list items start
// with "- " or their number; addresses are whole, also where a page shows
// them shortened.
func PlainText(html string) string { return (&reader{}).read(html) }

// ShownText is PlainText as a reader sees it, with shortened addresses: for
// notifications and previews.
func ShownText(html string) string { return (&reader{shown: true}).read(html) }

// read returns the words of the HTML src.
func (r *reader) read(src string) string {
	r.w.Grow(len(src))
	z := html.NewTokenizer(strings.NewReader(src))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return strings.TrimRight(r.w.String(), space)
		case html.TextToken:
			r.text(string(z.Text()))
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			r.start(string(name), attributes(z, more))
		case html.EndTagToken:
			name, _ := z.TagName()
			r.end(string(name))
		}
	}
}

// reader reads HTML aloud.
type reader struct {
	w      strings.Builder
	shown  bool   // addresses are shortened
	prose  bool   // headings, code and quotations of posts are left out
	lists  []int  // the number of the next item of each open list, -1 without numbers
	spans  []bool // for each open span, whether it is cut off
	hidden int    // open spans that are not shown
	skip   string // the open element whose text is none
	pre    int    // open pre elements
	breaks int    // line ends due before the next word
	gap    bool   // a space is due before the next word
}

func (r *reader) text(s string) {
	if r.skip != "" || r.hidden > 0 && r.shown {
		return
	}
	if r.pre > 0 {
		r.word(strings.Trim(s, "\n"))
		return
	}
	for s != "" {
		body := strings.TrimLeft(s, space)
		r.gap = r.gap || len(body) < len(s)
		end := strings.IndexAny(body, space)
		if end < 0 {
			end = len(body)
		}
		if end > 0 {
			r.word(body[:end])
		}
		s = body[end:]
	}
}

// word writes s after the line ends or the space that are due.
func (r *reader) word(s string) {
	if r.w.Len() > 0 {
		if r.breaks > 0 {
			r.w.WriteString(strings.Repeat("\n", r.breaks))
		} else if r.gap {
			r.w.WriteByte(' ')
		}
	}
	r.breaks, r.gap = 0, false
	r.w.WriteString(s)
}

// line asks for at least n line ends before the next word.
func (r *reader) line(n int) {
	r.breaks, r.gap = max(r.breaks, n), false
}

func (r *reader) start(name string, attrs map[string]string) {
	switch name {
	case "br":
		r.breaks++
		r.breaks, r.gap = min(r.breaks, 2), false
	case "span":
		class := strings.Fields(attrs["class"])
		r.spans = append(r.spans, len(class) == 1 && class[0] == "ellipsis")
		if len(class) == 1 && class[0] == "invisible" || r.hidden > 0 {
			r.hidden++
		}
	case "ul", "ol":
		r.line(2 - min(1, len(r.lists)))
		first := -1
		if name == "ol" {
			first = 1
			if n, err := strconv.Atoi(attrs["start"]); err == nil {
				first = n
			}
		}
		r.lists = append(r.lists, first)
	case "li":
		r.line(1)
		r.item()
	case "img":
		r.gap = true
		r.text(attrs["alt"])
	case "pre":
		r.line(2)
		r.pre++
	case "td", "th":
		r.gap = true
	case "div", "tr", "section", "article", "dt", "dd", "figcaption":
		r.line(1)
	case "p", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "table":
		r.line(2)
	}
	if r.skip == "" && r.silent(name, attrs) {
		r.skip = name
	}
}

// silent says whether the text of an element is not read.
func (r *reader) silent(name string, attrs map[string]string) bool {
	switch name {
	case "script", "style", "title", "noscript", "template", "iframe", "object":
		return true
	case "h1", "h2", "h3", "h4", "h5", "h6", "pre":
		return r.prose
	case "p":
		return r.prose && strings.Contains(attrs["class"], "quote-inline")
	}
	return false
}

// item writes what stands before the text of a list's item.
func (r *reader) item() {
	if len(r.lists) == 0 {
		return
	}
	depth := len(r.lists) - 1
	mark := "-"
	if n := r.lists[depth]; n >= 0 {
		mark = strconv.Itoa(n) + "."
		r.lists[depth]++
	}
	r.word(strings.Repeat("  ", min(depth, 8)) + mark)
	r.gap = true
}

func (r *reader) end(name string) {
	if name == r.skip {
		r.skip = ""
	}
	switch name {
	case "span":
		if n := len(r.spans); n > 0 {
			if r.spans[n-1] && r.shown && r.hidden == 0 {
				r.word("…")
			}
			r.spans = r.spans[:n-1]
			r.hidden = max(0, r.hidden-1)
		}
	case "ul", "ol":
		if n := len(r.lists); n > 0 {
			r.lists = r.lists[:n-1]
		}
		r.line(2 - min(1, len(r.lists)))
	case "pre":
		r.pre = max(0, r.pre-1)
		r.line(2)
	case "div", "tr", "section", "article", "dt", "dd", "figcaption", "li":
		r.line(1)
	case "p", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "table":
		r.line(2)
	}
}

// Excerpt returns the first words of a plain text as one line of at most n
// characters, the last an ellipsis if there was more. Only a word longer than
// half the line is cut.
func Excerpt(s string, n int) string {
	s = oneLine(s)
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	if n < 1 {
		return ""
	}
	end := 0
	for range n - 1 {
		_, size := utf8.DecodeRuneInString(s[end:])
		end += size
	}
	if next, _ := utf8.DecodeRuneInString(s[end:]); !unicode.IsSpace(next) {
		if cut := strings.LastIndexByte(s[:end], ' '); cut > end/2 {
			end = cut
		}
	}
	return strings.TrimRightFunc(s[:end], func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",;:-–—(", r) }) + "…"
}

// oneLine returns s as one line, with single spaces and without characters
// that are not seen.
func oneLine(s string) string {
	var w strings.Builder
	w.Grow(len(s))
	gap := false
	for _, r := range s {
		switch {
		case unicode.IsSpace(r):
			gap = true
			continue
		case unicode.IsControl(r), unseen(r):
			continue
		}
		if gap && w.Len() > 0 {
			w.WriteByte(' ')
		}
		gap = false
		w.WriteRune(r)
	}
	return w.String()
}

// unseen says whether r only changes how others are shown: marks of direction,
// and the like. Joiners stay; scripts and emoji need them.
func unseen(r rune) bool {
	return unicode.Is(unicode.Cf, r) && r != '\u200C' && r != '\u200D' && !(0xE0020 <= r && r <= 0xE007F)
}
