package mastodon

import (
	"html"
	"regexp"
	"strings"
	"unicode/utf8"

	"atelier/models"
	"atelier/models/text"
)

// wholeNote is how many characters of a practice note apps are given whole; of
// a longer one they get the beginning and a link.
const wholeNote = 3000

// content is a post's HTML as apps can show it.
func (r *Render) content(p *models.Post) string {
	switch {
	case p.BoostOfID != 0:
		return ""
	case p.Practice != nil && p.Local:
		out, _ := r.practiceContent(p)
		return out
	}
	out := plainHeadings(p.HTML)
	if p.Title != "" && !strings.Contains(text.PlainText(out), p.Title) {
		out = "<p><strong>" + html.EscapeString(p.Title) + "</strong></p>" + out
	}
	if p.QuoteURI != "" && p.Local && !strings.Contains(out, `class="quote-inline"`) {
		// Clients that show quotes hide this line; the others show a link.
		a := html.EscapeString(p.QuoteURI)
		out = `<p class="quote-inline">RE: <a href="` + a + `" target="_blank" rel="nofollow noopener" translate="no">` + a + `</a></p>` + out
	}
	return out
}

// practiceContent is a practice note as a status (PRODUCT 8): bold title, kind,
// two sentences, then the whole text, or of a long one the first section and a
// link. It reports whether it was cut.
func (r *Render) practiceContent(p *models.Post) (out string, cut bool) {
	var b strings.Builder
	b.WriteString("<p><strong>" + html.EscapeString(p.Title) + "</strong><br />" + html.EscapeString(p.Practice.Kind.Form().Name) + "</p>")
	whole := text.PlainText(p.HTML)
	if !strings.Contains(words(whole), strings.TrimSuffix(words(text.PlainText(p.Summary)), "…")) {
		b.WriteString(p.Summary) // else the text begins with these very sentences
	}
	if utf8.RuneCountInString(whole) <= wholeNote {
		b.WriteString(plainHeadings(p.HTML))
	} else {
		cut = true
		b.WriteString(plainHeadings(firstSection(p.HTML)))
		page := html.EscapeString(r.URLs.PostPage(p))
		b.WriteString(`<p><a href="` + page + `" target="_blank" rel="noopener">Read the whole note</a></p>`)
	}
	if line := p.Practice.Confidentiality.Line(); line != "" {
		b.WriteString("<p>" + html.EscapeString(line) + "</p>")
	}
	if mark := p.Practice.Reviewed; mark != nil {
		b.WriteString("<p>" + html.EscapeString(mark.Line("", p.Version)) + "</p>")
	}
	return b.String(), cut
}

func words(s string) string { return strings.Join(strings.Fields(s), " ") }

// firstSection is what stands before the second heading. A section that is
// itself too long ends after the paragraph that fills it.
func firstSection(h string) string {
	if i := strings.Index(h[min(1, len(h)):], "<h2"); i >= 0 {
		h = h[:i+1]
	}
	if utf8.RuneCountInString(text.PlainText(h)) <= wholeNote {
		return h
	}
	out, length := "", 0
	for _, part := range strings.SplitAfter(h, "</p>") {
		length += utf8.RuneCountInString(text.PlainText(part))
		if length > wholeNote && out != "" {
			break
		}
		out += part
	}
	if utf8.RuneCountInString(text.PlainText(out)) > wholeNote { // one paragraph without end
		return "<p>" + html.EscapeString(text.Excerpt(text.PlainText(out), wholeNote)) + "</p>"
	}
	return text.SanitizePost(out) // closes what the cut left open
}

var heading = regexp.MustCompile(`(?s)<h[1-6](?: [^>]*)?>(.*?)</h[1-6]>`)

// plainHeadings makes headings bold lines: apps show no headings.
func plainHeadings(h string) string {
	if !strings.Contains(h, "<h") {
		return h
	}
	return heading.ReplaceAllString(h, "<p><strong>$1</strong></p>")
}
