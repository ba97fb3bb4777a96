package text_test

import (
	"strings"
	"testing"

	"atelier/models/text"
)

func TestOwnLinks(t *testing.T) {
	page := `<html><head><link rel=me href="https://a.example/@ana"><link rel="stylesheet" href="https://a.example/me.css"></head>
		<body><A REL="nofollow Me" HREF='https://b.example/?a=1&amp;b=2'>x</A><a rel="memory" href="https://c.example/">no</a>
		<a rel="me" href="/relative">no</a><!-- <a rel="me" href="https://d.example/"> --><script>"<a rel='me' href='https://e.example/'>"</script></body></html>`
	if got := strings.Join(text.OwnLinks([]byte(page)), " "); got != "https://a.example/@ana https://b.example/?a=1&b=2" {
		t.Errorf("the page's own links: %s", got)
	}
}
