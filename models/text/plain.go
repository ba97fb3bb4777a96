package text

import (
	"strings"
	"unicode/utf8"
)

// scanPlain takes in what a plain text names.
func scanPlain(src string, c *collector) { entities(src, c.add) }

// renderPlain writes a plain text as Mastodon does: a blank line starts a new
// paragraph, a line end is a line end.
func renderPlain(src string, env Env) string {
	src = strings.TrimSpace(lines(src))
	if src == "" {
		return ""
	}
	var w strings.Builder
	w.Grow(len(src) + len(src)/2 + 64)
	done := 0
	w.WriteString("<p>")
	entities(src, func(e entity) {
		writeLines(&w, src[done:e.start])
		writeEntity(&w, e, src[e.start:e.end], env)
		done = e.end
	})
	writeLines(&w, src[done:])
	w.WriteString("</p>")
	return w.String()
}

// lines returns s as valid UTF-8 with every line ended by \n.
func lines(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if strings.Contains(s, "\r\n") {
		s = strings.ReplaceAll(s, "\r\n", "\n")
	}
	return visible(s)
}

// visible returns s without control characters, with every line ended by \n
// and every other space of ASCII a space or a tab.
func visible(s string) string {
	if strings.IndexFunc(s, control) < 0 {
		return s
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\r':
			return '\n'
		case r == '\f' || r == '\v':
			return ' '
		case control(r):
			return -1
		}
		return r
	}, s)
}

func control(r rune) bool { return r < ' ' && r != '\n' && r != '\t' || r == 0x7F }

// writeLines writes words that are no entity.
func writeLines(w *strings.Builder, s string) {
	for {
		line, rest, more := strings.Cut(s, "\n")
		if !more {
			writeEscaped(w, s)
			return
		}
		writeEscaped(w, strings.TrimRight(line, space))
		s = strings.TrimLeft(rest, space)
		if strings.Contains(rest[:len(rest)-len(s)], "\n") {
			w.WriteString("</p><p>")
		} else {
			w.WriteString("<br />")
		}
	}
}

// writeEscaped writes s as text of an element or value of an attribute, in
// the one way in which this package writes it.
func writeEscaped(w *strings.Builder, s string) {
	done := 0
	for i := range len(s) {
		var esc string
		switch s[i] {
		case '&':
			esc = "&amp;"
		case '<':
			esc = "&lt;"
		case '>':
			esc = "&gt;"
		case '"':
			esc = "&quot;"
		case '\'':
			esc = "&#39;"
		default:
			continue
		}
		w.WriteString(s[done:i])
		w.WriteString(esc)
		done = i + 1
	}
	w.WriteString(s[done:])
}

// writeMention writes the mention of the account name whose page is at url.
func writeMention(w *strings.Builder, url, name string) {
	w.WriteString(`<span class="h-card" translate="no"><a href="`)
	writeEscaped(w, url)
	w.WriteString(`" class="u-url mention">@<span>`)
	writeEscaped(w, name)
	w.WriteString(`</span></a></span>`)
}

// writeHashtag writes the hashtag name whose page is at url.
func writeHashtag(w *strings.Builder, url, name string) {
	w.WriteString(`<a href="`)
	writeEscaped(w, url)
	w.WriteString(`" class="mention hashtag" rel="tag">#<span>`)
	writeEscaped(w, name)
	w.WriteString(`</span></a>`)
}

// shownRunes is how much of an address is shown.
const shownRunes = 30

// writeLink writes a link to the normalised address href that was typed in
// the text. The scheme, "www." and all after shownRunes are there for who
// copies the text, but are not shown.
func writeLink(w *strings.Builder, href, typed string) {
	w.WriteString(`<a href="`)
	writeEscaped(w, href)
	w.WriteString(`" target="_blank" rel="nofollow noopener" translate="no"><span class="invisible">`)
	prefix := strings.Index(typed, "://") + len("://")
	if len(typed) >= prefix+4 && strings.EqualFold(typed[prefix:prefix+4], "www.") {
		prefix += 4
	}
	shown := prefix
	for n := 0; n < shownRunes && shown < len(typed); n++ {
		_, size := utf8.DecodeRuneInString(typed[shown:])
		shown += size
	}
	writeEscaped(w, typed[:prefix])
	if shown < len(typed) {
		w.WriteString(`</span><span class="ellipsis">`)
	} else {
		w.WriteString(`</span><span>`)
	}
	writeEscaped(w, typed[prefix:shown])
	w.WriteString(`</span><span class="invisible">`)
	writeEscaped(w, typed[shown:])
	w.WriteString(`</span></a>`)
}
