package text

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"atelier/models"
)

func TestFirstLink(t *testing.T) {
	for _, test := range []struct{ name, html, want string }{
		{"none", "<p>hello</p>", ""},
		{"a link", `<p>see <a href="https://a.example/x?y=1&amp;z">it</a> and <a href="https://b.example/">that</a></p>`, "https://a.example/x?y=1&z"},
		{"mentions and tags are none", `<p><a class="u-url mention" href="https://a.example/@x">@x</a> <a class="mention hashtag" href="https://a.example/tags/y">#y</a></p>`, ""},
		{"nor is the quoted post", `<p class="quote-inline">RE: <a href="https://a.example/1">1</a></p><p><a href="https://b.example/">b</a></p>`, "https://b.example/"},
		{"nor is a letter", `<a href="mailto:a@b.example">a</a>`, ""},
	} {
		if got := FirstLink(test.html); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

func TestPreview(t *testing.T) {
	const at = "https://a.example/dir/page"
	for _, test := range []struct {
		name, page string
		want       *models.Card
	}{
		{"nothing", "<html><body>hello</body></html>", nil},
		{"a title", "<title>\n A  page\n</title><meta name=description content='What it says.'>",
			&models.Card{URL: at, Type: "link", Title: "A page", Description: "What it says.", Provider: "a.example", ProviderURL: "https://a.example"}},
		{"Open Graph goes first", `<head><title>x</title><meta property="og:title" content="T &amp; U"><meta property="og:site_name" content="Site"><meta name="author" content="Ana">
			<meta property="og:image" content="/i.png"><meta property="og:image:width" content="200"><meta property="og:image:height" content="100"></head>`,
			&models.Card{URL: at, Type: "link", Title: "T & U", Author: "Ana", Provider: "Site", ProviderURL: "https://a.example", ImageURL: "https://a.example/i.png", Width: 200, Height: 100}},
		{"what stands in the body does not count", `<head><title>x</title></head><body><meta property="og:title" content="evil">`,
			&models.Card{URL: at, Type: "link", Title: "x", Provider: "a.example", ProviderURL: "https://a.example"}},
		{"a picture that is none", `<title>x</title><meta property="og:image" content="javascript:alert(1)">`,
			&models.Card{URL: at, Type: "link", Title: "x", Provider: "a.example", ProviderURL: "https://a.example"}},
	} {
		if diff := cmp.Diff(test.want, Preview([]byte(test.page), at)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
	if got := Preview([]byte("<title>"+strings.Repeat("long ", 100)+"</title>"), at); len([]rune(got.Title)) > maxCardTitle+1 {
		t.Errorf("a title of %d characters", len(got.Title))
	}
}
