package mastodon_test

import (
	"testing"
)

func TestStatus(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.ana.post("/api/v1/statuses", "status=Hello @ben #Silence https://example.org/a/long/path/that/is/cut/off/somewhere", "visibility=public")
		a.is("visibility", "public").is("local_only", false).is("account.acct", "ana").is("in_reply_to_id", nil).is("reblog", nil).is("poll", nil).is("card", nil).
			is("edited_at", nil).is("favourited", false).is("pinned", false).is("mentions.0.acct", "ben").is("tags.0.name", "silence").is("application.name", "Test app").
			is("spoiler_text", "").is("sensitive", false).is("quote", nil).is("quote_approval.current_user", "automatic")
		got := w.nobody.get("/api/v1/statuses/%s", a.str("id"))
		got.lacks("favourited").lacks("filtered").lacks("pinned").is("id", a.str("id")).is("quote_approval.current_user", "denied")
		w.ben.get("/api/v1/statuses/%s", a.str("id")).is("favourited", false).lacks("pinned")
	})
}
