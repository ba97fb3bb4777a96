package text

import (
	"crypto/sha256"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Block is a paragraph of a text: also a whole list, a quotation, a picture.
type Block struct {
	Key  string // the same as long as its words are; "" for headings and rules
	HTML string
	Text string
}

// Blocks takes sanitized HTML apart into its paragraphs, so that one can speak
// of each. A paragraph that moves keeps its key; of those with the same words
// each has its own.
func Blocks(src string) []Block {
	nodes, err := html.ParseFragment(strings.NewReader(src), &html.Node{Type: html.ElementNode, DataAtom: atom.Body, Data: "body"})
	if err != nil {
		return []Block{{Key: blockKey(src), HTML: src, Text: PlainText(src)}}
	}
	var out []Block
	seen := map[string]int{}
	for _, n := range nodes {
		var w strings.Builder
		if err := html.Render(&w, n); err != nil || strings.TrimSpace(w.String()) == "" {
			continue
		}
		b := Block{HTML: w.String(), Text: PlainText(w.String())}
		if !isHeading(n) {
			words := b.Text
			if words == "" {
				words = b.HTML
			}
			b.Key = blockKey(words)
			if seen[b.Key]++; seen[b.Key] > 1 {
				b.Key += "-" + strconv.Itoa(seen[b.Key])
			}
		}
		out = append(out, b)
	}
	return out
}

func blockKey(words string) string {
	sum := sha256.Sum256([]byte(words))
	return fmt.Sprintf("par-%x", sum[:5])
}

func isHeading(n *html.Node) bool {
	switch n.DataAtom {
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Hr:
		return true
	}
	return false
}
