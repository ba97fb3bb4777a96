package text

import (
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/html"

	"atelier/models"
)

// What is kept of a page's preview, in characters.
const (
	maxCardTitle = 200
	maxCardText  = 400
)

// FirstLink is the first address that a post's sanitized HTML links to, but
// for mentions and hashtags; "" if there is none.
func FirstLink(src string) string {
	z := html.NewTokenizer(strings.NewReader(src))
	quote := 0 // what is inside leads to the quoted post
	for {
		switch z.Next() {
		case html.ErrorToken:
			return ""
		case html.EndTagToken:
			if name, _ := z.TagName(); quote > 0 && string(name) == "p" {
				quote--
			}
		case html.StartTagToken:
			name, more := z.TagName()
			attrs := attributes(z, more)
			switch {
			case string(name) == "p" && hasClass(attrs["class"], "quote-inline"):
				quote++
			case string(name) != "a" || quote > 0 || hasClass(attrs["class"], "mention") || hasClass(attrs["class"], "hashtag"):
			case strings.HasPrefix(attrs["href"], "https://") || strings.HasPrefix(attrs["href"], "http://"):
				return attrs["href"]
			}
		}
	}
}

func hasClass(classes, name string) bool {
	for _, c := range strings.Fields(classes) {
		if c == name {
			return true
		}
	}
	return false
}

// Preview is what the page at address says of itself: in its Open Graph
// properties (ogp.me), else in its title and description. It is nil for a page
// without a title.
func Preview(page []byte, address string) *models.Card {
	base, err := url.Parse(address)
	if err != nil {
		return nil
	}
	said := metaOf(page)
	c := &models.Card{URL: address, Type: "link", Title: said.first("og:title", "twitter:title", "title"), Description: said.first("og:description", "description", "twitter:description"),
		Author: said.first("author", "article:author"), Provider: said.first("og:site_name"), ProviderURL: base.Scheme + "://" + base.Host}
	if strings.Contains(c.Author, "://") {
		c.Author = "" // an address is no name
	}
	if c.Provider == "" {
		c.Provider = base.Host
	}
	c.Title, c.Description = Excerpt(c.Title, maxCardTitle), Excerpt(c.Description, maxCardText)
	c.Author, c.Provider = Excerpt(c.Author, maxCardTitle), Excerpt(c.Provider, maxCardTitle)
	if c.Title == "" {
		return nil
	}
	if image, err := base.Parse(said.first("og:image:secure_url", "og:image", "twitter:image")); err == nil && image.String() != base.String() && (image.Scheme == "https" || image.Scheme == "http") {
		c.ImageURL = image.String()
		c.Width, _ = strconv.Atoi(said.first("og:image:width"))
		c.Height, _ = strconv.Atoi(said.first("og:image:height"))
	}
	return c
}

// metadata is what a page says of itself, by name.
type metadata map[string]string

// first is the first of names that the page has.
func (m metadata) first(names ...string) string {
	for _, name := range names {
		if m[name] != "" {
			return m[name]
		}
	}
	return ""
}

// metaOf reads the head of a page.
func metaOf(page []byte) metadata {
	out := metadata{}
	z := html.NewTokenizer(strings.NewReader(strings.ToValidUTF8(string(page), "")))
	title := false
	for {
		switch z.Next() {
		case html.ErrorToken:
			return out
		case html.TextToken:
			if title && out["title"] == "" {
				out["title"] = strings.Join(strings.Fields(string(z.Text())), " ")
			}
		case html.EndTagToken:
			title = false
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			switch string(name) {
			case "title":
				title = true
			case "body":
				return out
			case "meta":
				attrs := attributes(z, more)
				key := strings.ToLower(attrs["property"])
				if key == "" {
					key = strings.ToLower(attrs["name"])
				}
				if key != "" && out[key] == "" {
					out[key] = strings.Join(strings.Fields(attrs["content"]), " ")
				}
			}
		}
	}
}
