package mastodon_test

import (
	"testing"

	"atelier/models/store"
	"atelier/models/store/storetest"
)

// TestStandingAnswers: an answer that is given again is that of this moment,
// of this reader, of this token.
func TestStandingAnswers(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		const local = "/api/v1/timelines/public?local=true"
		members := w.ana.says("members", "visibility=private", "local_only=true")
		public := w.ana.says("public")
		for range 2 {
			w.ben.get(local).list(public, members)
			w.gus.get(local).list(public)
			w.nobody.get(local).list(public)
			w.ben.get("%s&limit=1", local).list(public)
		}
		first, again := w.ben.get("%s&limit=1", local), w.ben.get("%s&limit=1", local)
		for _, k := range []string{"Link", "Content-Type", "Cache-Control", "Content-Length", "X-Content-Type-Options"} {
			if first.header.Get(k) == "" || first.header.Get(k) != again.header.Get(k) {
				t.Errorf("%s was %q, and then %q", k, first.header.Get(k), again.header.Get(k))
			}
		}

		w.ben.get("/api/v1/statuses/%s", public).is("favourited", false)
		w.ben.post("/api/v1/statuses/" + public + "/favourite")
		w.ben.get("/api/v1/statuses/%s", public).is("favourited", true)
		w.gus.get("/api/v1/statuses/%s", public).is("favourited", false)
		storetest.Write(t, w.Store, func(tx *store.Tx) error {
			_, err := tx.DeleteToken(t.Context(), w.ben.token.ID)
			return err
		})
		w.ben.ask("GET", local, "", "").want(401)
	})
}
