package text_test

import (
	"strings"
	"testing"

	"atelier/models"
	"atelier/models/text"
)

// A post as people write it, a practice note, and a post as Mastodon sends it.
const post = "Dear @ana, thank you for the question about #Listening.\n\nWhat we do is here: https://c3.example/notes/checking-in-when-a-client-goes-quiet. It took us three sessions :blobcat:"

var practice = strings.Repeat("## When it comes up\n\nLate in a session, *often* after a hard question. See [the original](https://c3.example/a) by @bob@c2.example.\n\n- Wait for three minutes.\n- Ask about the **silence**.\n\n> It was the first time that anybody waited for me.\n\n", 8)

const mastodon = `<p><span class="h-card" translate="no"><a href="https://c1.example/@ana" class="u-url mention">@<span>ana</span></a></span> thank you for the question about <a href="https://c2.example/tags/listening" class="mention hashtag" rel="tag">#<span>Listening</span></a>.</p><p>What we do is here: <a href="https://c3.example/notes/checking-in-when-a-client-goes-quiet" target="_blank" rel="nofollow noopener" translate="no"><span class="invisible">https://</span><span class="ellipsis">c3.example/notes/checking-in-wh</span><span class="invisible">en-a-client-goes-quiet</span></a>. It took us three sessions &amp; more.</p>`

func BenchmarkText(b *testing.B) {
	note := text.Render(practice, models.Markdown, env)
	edited := strings.Replace(practice, "three minutes", "two minutes", 3)
	for _, bench := range []struct {
		name string
		run  func()
	}{
		{"scan a post", func() { text.Scan(post, models.PlainText) }},
		{"render a post", func() { text.Render(post, models.PlainText, env) }},
		{"render a post in Markdown", func() { text.Render(post, models.Markdown, env) }},
		{"scan a note", func() { text.Scan(practice, models.Markdown) }},
		{"render a note", func() { text.Render(practice, models.Markdown, env) }},
		{"sanitize a post", func() { text.SanitizePost(mastodon) }},
		{"sanitize a note", func() { text.SanitizePost(note) }},
		{"read a post", func() { text.PlainText(mastodon) }},
		{"measure a post", func() { text.Length(post, "") }},
		{"guard a note", func() { text.Guard(practice, []string{"Acme", "Nova Scotia Power"}) }},
		{"compare two versions of a note", func() { text.Diff(practice, edited) }},
	} {
		b.Run(strings.ReplaceAll(bench.name, " ", "-"), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				bench.run()
			}
		})
	}
}
