package mastodon_test

import (
	"testing"

	"atelier/models"
)

func TestLinkTimeline(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		const link = "https://paper.example/a?b=c"
		card := func(id string) {
			t.Helper()
			if err := w.SetCard(t.Context(), models.ParseID(id), &models.Card{URL: link, Title: "A paper", Type: "link", ProviderURL: "https://paper.example"}); err != nil {
				t.Fatal(err)
			}
		}
		first, second := w.ana.says("see "+link), w.ben.says("and "+link)
		inside := w.ana.says("ours "+link, "visibility=private", "local_only=true")
		w.nobody.get("/api/v1/timelines/link?url=https%%3A%%2F%%2Fpaper.example%%2Fa%%3Fb%%3Dc").list()
		for _, id := range []string{first, second, inside} {
			w.ana.get("/api/v1/statuses/%s", id).is("card", nil)
			card(id)
		}
		page := w.nobody.get("/api/v1/timelines/link?limit=1&url=https%%3A%%2F%%2Fpaper.example%%2Fa%%3Fb%%3Dc").list(second).is("0.card.title", "A paper").is("0.card.image", nil)
		w.nobody.get("%s", page.links()["next"]).list(first)
		w.gus.post("/api/v1/accounts/" + w.ben.id() + "/block")
		w.gus.get("/api/v1/timelines/link?url=https%%3A%%2F%%2Fpaper.example%%2Fa%%3Fb%%3Dc").list(first)
		w.nobody.ask("GET", "/api/v1/timelines/link", "", "").want(400)
		w.ana.form("PUT", "/api/v1/statuses/"+first, "status=no link any more").want(200).is("card", nil)
		w.nobody.get("/api/v1/timelines/link?url=https%%3A%%2F%%2Fpaper.example%%2Fa%%3Fb%%3Dc").list(second)
	})
}
