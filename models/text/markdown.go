package text

import (
	"bytes"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	gmtext "github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// The Markdown here is CommonMark with strike-through and these changes: HTML
// is text like any other, a line end is a line end, mentions, hashtags and
// bare addresses are found as in plain text, and headings start at the second
// rank, since the first is the page's.
var markdownParser = parser.NewParser(
	parser.WithBlockParsers(
		util.Prioritized(parser.NewSetextHeadingParser(), 100),
		util.Prioritized(parser.NewThematicBreakParser(), 200),
		util.Prioritized(shallow{parser.NewListParser()}, 300),
		util.Prioritized(parser.NewListItemParser(), 400),
		util.Prioritized(parser.NewCodeBlockParser(), 500),
		util.Prioritized(parser.NewATXHeadingParser(), 600),
		util.Prioritized(parser.NewFencedCodeBlockParser(), 700),
		util.Prioritized(shallow{parser.NewBlockquoteParser()}, 800),
		util.Prioritized(parser.NewParagraphParser(), 1000),
	),
	parser.WithInlineParsers(
		util.Prioritized(parser.NewCodeSpanParser(), 100),
		util.Prioritized(entityParser{}, 150),
		util.Prioritized(bounded{parser.NewLinkParser(), linkTally}, 200),
		util.Prioritized(parser.NewAutoLinkParser(), 300),
		util.Prioritized(bounded{parser.NewEmphasisParser(), emphasisTally}, 500),
		util.Prioritized(bounded{extension.NewStrikethroughParser(), emphasisTally}, 500),
	),
	parser.WithParagraphTransformers(util.Prioritized(references{parser.LinkReferenceParagraphTransformer}, 100)),
)

// Some of goldmark's parsers need time that grows with the square of what they
// work on: blocks in each other, brackets and emphasis in one paragraph. What
// is beyond these limits, far above what people write, is text.
const (
	maxBlocks = 30  // quotations, lists and items in each other
	maxMarks  = 600 // brackets, or marks of emphasis, in one paragraph
	maxLines  = 200 // lines of a paragraph in which references are looked for
)

// shallow is a parser of blocks that does not open them beyond maxBlocks.
type shallow struct{ parser.BlockParser }

// Open implements parser.BlockParser.
func (p shallow) Open(parent ast.Node, reader gmtext.Reader, pc parser.Context) (ast.Node, parser.State) {
	depth := 0
	for n := parent; n != nil; n = n.Parent() {
		depth++
	}
	if depth > maxBlocks {
		return nil, parser.NoChildren
	}
	return p.BlockParser.Open(parent, reader, pc)
}

// bounded is a parser within lines that reads at most maxMarks in a paragraph,
// together with others that have the same tally.
type bounded struct {
	parser.InlineParser
	tally parser.ContextKey
}

var linkTally, emphasisTally = parser.NewContextKey(), parser.NewContextKey()

// tally counts what was read in the paragraph block.
type tally struct {
	block ast.Node
	marks int
}

// Parse implements parser.InlineParser.
func (p bounded) Parse(parent ast.Node, block gmtext.Reader, pc parser.Context) ast.Node {
	t, _ := pc.Get(p.tally).(*tally)
	if t == nil || t.block != parent {
		t = &tally{block: parent}
		pc.Set(p.tally, t)
	}
	t.marks++
	if t.marks > maxMarks {
		return nil
	}
	return p.InlineParser.Parse(parent, block, pc)
}

// CloseBlock implements parser.CloseBlocker.
func (p bounded) CloseBlock(parent ast.Node, block gmtext.Reader, pc parser.Context) {
	if c, ok := p.InlineParser.(parser.CloseBlocker); ok {
		c.CloseBlock(parent, block, pc)
	}
}

// references looks for link references in paragraphs of up to maxLines.
type references struct{ parser.ParagraphTransformer }

// Transform implements parser.ParagraphTransformer.
func (t references) Transform(node *ast.Paragraph, reader gmtext.Reader, pc parser.Context) {
	if node.Lines().Len() <= maxLines {
		t.ParagraphTransformer.Transform(node, reader, pc)
	}
}

// entityNode is a mention, hashtag, bare address or shortcode in Markdown.
type entityNode struct {
	ast.BaseInline
	entity entity
	typed  string
}

var entityNodeKind = ast.NewNodeKind("Entity")

// Kind implements ast.Node.
func (n *entityNode) Kind() ast.NodeKind { return entityNodeKind }

// Dump implements ast.Node.
func (n *entityNode) Dump(source []byte, level int) {
	ast.DumpHelper(n, source, level, map[string]string{"Typed": n.typed}, nil)
}

// entityParser finds entities before emphasis and links do, so that the
// underscores of @ana_b and of addresses stay what they are.
type entityParser struct{}

// sourceKey is where the parser finds the source as a string.
var sourceKey = parser.NewContextKey()

// Trigger implements parser.InlineParser. An address is noticed at its colon:
// the parser stops at punctuation only.
func (entityParser) Trigger() []byte { return []byte{'@', '#', ':', '&'} }

// Parse implements parser.InlineParser.
func (entityParser) Parse(parent ast.Node, block gmtext.Reader, pc parser.Context) ast.Node {
	_, segment := block.PeekLine()
	s := pc.Get(sourceKey).(string)[:segment.Stop]
	i := segment.Start
	if s[i] == '&' {
		return characterReference(s, i, block)
	}
	if s[i] == ':' && strings.HasPrefix(s[i:], "://") {
		return addressBefore(s, i, parent, block)
	}
	e, ok := entityAt(s, i)
	if !ok {
		return nil
	}
	block.Advance(e.end - e.start)
	return &entityNode{entity: e, typed: s[e.start:e.end]}
}

// characterReference reads &#39; and the like as a whole: the parser would
// stop at the number sign, and goldmark reads them only in one piece.
func characterReference(s string, i int, block gmtext.Reader) ast.Node {
	digits := span(s, i+1, func(r rune) bool { return r == '#' || alnum(r) })
	if !strings.HasPrefix(s[i:], "&#") || after(s, digits) != ';' || digits-i > 10 {
		return nil
	}
	block.Advance(digits + 1 - i)
	return ast.NewTextSegment(gmtext.NewSegment(i, digits+1))
}

// addressBefore reads the address whose colon is at byte i of s, and takes its
// scheme back from the text that was read before.
func addressBefore(s string, i int, parent ast.Node, block gmtext.Reader) ast.Node {
	last, ok := parent.LastChild().(*ast.Text)
	if !ok || last.Segment.Stop != i {
		return nil
	}
	for _, scheme := range []string{"https", "http"} {
		start := i - len(scheme)
		if start < last.Segment.Start {
			continue
		}
		if e, ok := linkAt(s, start, true); ok {
			last.Segment = last.Segment.WithStop(start)
			block.Advance(e.end - i)
			return &entityNode{entity: e, typed: s[e.start:e.end]}
		}
	}
	return nil
}

// parseMarkdown returns the document that src is.
func parseMarkdown(src string) (ast.Node, []byte) {
	source := []byte(src)
	pc := parser.NewContext()
	pc.Set(sourceKey, src)
	return markdownParser.Parse(gmtext.NewReader(source), parser.WithContext(pc)), source
}

// scanMarkdown takes in what a Markdown text names.
func scanMarkdown(src string, c *collector) {
	doc, source := parseMarkdown(lines(src))
	_ = ast.Walk(doc, func(n ast.Node, _ bool) (ast.WalkStatus, error) {
		switch n := n.(type) {
		case *entityNode:
			c.add(n.entity)
		case *ast.AutoLink:
			c.address(string(n.URL(source)))
		case *ast.Link:
			c.address(string(n.Destination))
			return ast.WalkSkipChildren, nil // links do not nest
		case *ast.Image:
			return ast.WalkSkipChildren, nil
		}
		return ast.WalkContinue, nil
	})
}

// address takes in the address of a link, if it is one by http or https.
func (c *collector) address(s string) {
	if href, ok := pageURL(s); ok {
		c.link(href)
	}
}

// renderMarkdown writes a Markdown text as HTML.
func renderMarkdown(src string, env Env) string {
	doc, source := parseMarkdown(lines(src))
	var w bytes.Buffer
	r := renderer.NewRenderer(renderer.WithNodeRenderers(
		util.Prioritized(entityRenderer{env}, 100),
		util.Prioritized(html.NewRenderer(html.WithHardWraps(), html.WithXHTML()), 1000),
		util.Prioritized(extension.NewStrikethroughHTMLRenderer(), 1000),
	))
	if err := r.Render(&w, source, doc); err != nil {
		return renderPlain(src, env) // writing to memory does not fail
	}
	return ownPolicy.clean(w.String())
}

// entityRenderer writes what is not as goldmark writes it.
type entityRenderer struct{ env Env }

// RegisterFuncs implements renderer.NodeRenderer.
func (r entityRenderer) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(entityNodeKind, r.entity)
	reg.Register(ast.KindLink, r.link)
	reg.Register(ast.KindAutoLink, r.autoLink)
	reg.Register(ast.KindImage, r.image)
}

func (r entityRenderer) entity(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	n := node.(*entityNode)
	var s strings.Builder
	if inLink(n) {
		writeEscaped(&s, n.typed)
	} else {
		writeEntity(&s, n.entity, n.typed, r.env)
	}
	_, _ = w.WriteString(s.String())
	return ast.WalkContinue, nil
}

// inLink says whether n stands in the words of a link.
func inLink(n ast.Node) bool {
	for p := n.Parent(); p != nil && p.Type() == ast.TypeInline; p = p.Parent() {
		if p.Kind() == ast.KindLink {
			return true
		}
	}
	return false
}

func (r entityRenderer) link(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering { // without an address, the sanitizer leaves only the words
		href, _ := normalURL(string(node.(*ast.Link).Destination))
		_, _ = w.WriteString("<a" + attribute("href", href) + ` target="_blank" rel="nofollow noopener">`)
	} else {
		_, _ = w.WriteString("</a>")
	}
	return ast.WalkContinue, nil
}

func (r entityRenderer) autoLink(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	n := node.(*ast.AutoLink)
	typed := string(n.Label(source))
	var s strings.Builder
	href, page := pageURL(string(n.URL(source)))
	switch {
	case inLink(n):
		writeEscaped(&s, typed)
	case n.AutoLinkType == ast.AutoLinkEmail:
		s.WriteString("<a" + attribute("href", "mailto:"+typed) + ` target="_blank" rel="nofollow noopener">`)
		writeEscaped(&s, typed)
		s.WriteString("</a>")
	case page:
		writeLink(&s, href, typed)
	default:
		writeEscaped(&s, typed)
	}
	_, _ = w.WriteString(s.String())
	return ast.WalkContinue, nil
}

func (r entityRenderer) image(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	n := node.(*ast.Image)
	alt := strings.TrimSpace(words(n, source))
	src, ok := pageURL(string(n.Destination))
	var s strings.Builder
	switch {
	case ok && r.env.Image != nil && r.env.Image(src):
		s.WriteString("<img" + attribute("src", src) + attribute("alt", alt) + " />")
	case ok && !inLink(n):
		if alt == "" {
			alt = src
		}
		s.WriteString("<a" + attribute("href", src) + ` target="_blank" rel="nofollow noopener">`)
		writeEscaped(&s, alt)
		s.WriteString("</a>")
	default:
		writeEscaped(&s, alt)
	}
	_, _ = w.WriteString(s.String())
	return ast.WalkSkipChildren, nil
}

// words returns the text inside n.
func words(n ast.Node, source []byte) string {
	var w strings.Builder
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		switch n := n.(type) {
		case *ast.Text:
			if entering {
				w.Write(n.Segment.Value(source))
				if n.SoftLineBreak() || n.HardLineBreak() {
					w.WriteByte(' ')
				}
			}
		case *entityNode:
			if entering {
				w.WriteString(n.typed)
			}
		}
		return ast.WalkContinue, nil
	})
	return w.String()
}
