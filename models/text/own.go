package text

import (
	"strings"

	"golang.org/x/net/html"
)

// OwnLinks are the addresses to which a page links with rel="me": by that it
// says that they are its author's too (microformats, rel-me). Relative ones
// are left out, since a profile is elsewhere.
func OwnLinks(page []byte) (out []string) {
	z := html.NewTokenizer(strings.NewReader(strings.ToValidUTF8(string(page), "")))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return out
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			if s := string(name); s != "a" && s != "link" {
				continue
			}
			attrs := attributes(z, more)
			if hasWord(attrs["rel"], "me") && strings.Contains(attrs["href"], "://") {
				out = append(out, attrs["href"])
			}
		}
	}
}

func hasWord(words, word string) bool {
	for _, w := range strings.Fields(words) {
		if strings.EqualFold(w, word) {
			return true
		}
	}
	return false
}
