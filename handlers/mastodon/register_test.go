package mastodon_test

import (
	"testing"
	"time"

	"atelier/handlers/apitest"
	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/store/storetest"
)

func (w *world) opens(r models.Registration) {
	w.t.Helper()
	if err := w.UpdateChapter(w.t.Context(), w.pia.viewer(), func(c *models.Chapter) { c.Settings.Registration = r }); err != nil {
		w.t.Fatal(err)
	}
	waitFor(w.t, func() bool { self, _ := w.Self(w.t.Context()); return self.Settings.Registration == r })
}

func TestRegistering(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		app := w.client(nil, "read write")
		fields := func(name string, more ...string) []string {
			return append([]string{"username=" + name, "email=" + name + "@mail.example", "password=correct horse battery", "agreement=true", "locale=en"}, more...)
		}
		w.opens(models.Closed)
		app.form("POST", "/api/v1/accounts", fields("eve")...).want(403)
		w.opens(models.Open)
		made := app.post("/api/v1/accounts", fields("eve")...).is("token_type", "Bearer").is("scope", "read write")
		eve := &client{world: w, token: &models.Token{Hash: made.str("access_token")}}
		eve.get("/api/v1/accounts/verify_credentials").is("username", "eve")
		eve.get("/api/v1/emails/check_confirmation")
		eve.form("POST", "/api/v1/emails/confirmations").want(403)
		apitest.Exercised(t, "POST", "/api/v1/emails/confirmations") // by its refusal: nobody waits for a letter

		for _, test := range []struct{ field, code, name, more string }{
			{"username", "ERR_TAKEN", "eve", "email=other@mail.example"},
			{"agreement", "ERR_ACCEPTED", "ina", "agreement=false"},
			{"password", "ERR_BLANK", "ina", "password="},
			{"email", "ERR_INVALID", "ina", "email=nonsense"},
		} {
			got := app.form("POST", "/api/v1/accounts", fields(test.name, test.more)...).want(422)
			got.is("details."+test.field+".0.error", test.code)
		}
		w.nobody.form("POST", "/api/v1/accounts", fields("ina")...).want(401)
		w.client(nil, "read").form("POST", "/api/v1/accounts", fields("ina")...).want(403)

		w.opens(models.ByAsking)
		app.form("POST", "/api/v1/accounts", fields("ina")...).want(422).is("details.reason.0.error", "ERR_INVALID")
		app.post("/api/v1/accounts", fields("ina", "reason=I coach teams.")...)
		w.pia.get("/api/v2/admin/accounts?status=pending").is("0.username", "ina").is("0.invite_request", "I coach teams.")

		w.opens(models.ByInvite)
		app.form("POST", "/api/v1/accounts", fields("ola")...).want(403)
		app.form("POST", "/api/v1/accounts", fields("ola", "invite_code=nonsense")...).want(404)
		invite, err := w.CreateInvite(t.Context(), w.pia.viewer(), chapter.NewInvite{Role: models.Guest, Uses: 1, Life: time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		app.post("/api/v1/accounts", fields("ola", "invite_code="+invite.Code)...)
		app.form("POST", "/api/v1/accounts", fields("tom", "invite_code="+invite.Code)...).want(410)
	})
}

func TestWhatIsNotMadeHere(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	w.ana.get("/api/v1/annual_reports").is("annual_reports", []any{})
	w.ana.get("/api/v1/annual_reports/2026/state").is("state", "ineligible")
	w.ana.post("/api/v1/annual_reports/2026/generate")
	w.nobody.ask("GET", "/api/v1/annual_reports", "", "").want(401)
	for path, method := range map[string]string{"/api/v1/annual_reports/{year}": "GET", "/api/v1/annual_reports/{year}/read": "POST"} {
		w.ana.ask(method, path, "", "").want(404).is("error", "Record not found")
		w.nobody.ask(method, path, "", "").want(401)
		apitest.Exercised(t, method, path) // by its refusal: there never is one
	}
	id := w.ana.says("hello")
	w.ana.form("POST", "/api/v1/statuses/"+id+"/translate").want(404)
	apitest.Exercised(t, "POST", "/api/v1/statuses/{id}/translate") // likewise: nothing translates here
}

func TestChapterTexts(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.nobody.ask("GET", "/api/v1/instance/terms_of_service", "", "").want(404)
		if err := w.UpdateChapter(t.Context(), w.pia.viewer(), func(c *models.Chapter) { c.Settings.Terms = "Be *kind*." }); err != nil {
			t.Fatal(err)
		}
		waitFor(t, func() bool { self, _ := w.Self(t.Context()); return self.Settings.Terms != "" })
		terms := w.nobody.get("/api/v1/instance/terms_of_service").is("content", "<p>Be <em>kind</em>.</p>").is("effective", true)
		w.nobody.get("/api/v1/instance/terms_of_service/%s", terms.str("effective_date")).is("content", "<p>Be <em>kind</em>.</p>")
		w.nobody.ask("GET", "/api/v1/instance/terms_of_service/2001-01-01", "", "").want(404)
		languages := w.nobody.get("/api/v1/instance/languages")
		found := map[string]string{}
		for i, code := range languages.all("code") {
			found[code] = languages.all("name")[i]
		}
		if found["de"] != "German" || len(found) < 100 {
			t.Errorf("languages: %v", found)
		}
	})
}

func TestAdminTags(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.ana.says("#One and #Two")
		tags := w.pia.get("/api/v1/admin/tags?limit=1").is("0.usable", true).is("0.trendable", false)
		other := w.pia.get("%s", tags.links()["next"])
		got := map[string]bool{tags.str("0.name"): true, other.str("0.name"): true}
		if len(got) != 2 || len(other.ids()) != 1 {
			t.Errorf("tags %s, then %s", tags, other)
		}
		w.pia.get("/api/v1/admin/tags/%s", tags.str("0.id")).is("name", tags.str("0.name"))
		w.pia.ask("GET", "/api/v1/admin/tags/7", "", "").want(404)
		for _, of := range []string{"tags", "statuses", "links", "links/publishers"} {
			w.pia.get("/api/v1/admin/trends/%s", of).list()
			w.ana.ask("GET", "/api/v1/admin/trends/"+of, "", "").want(403)
		}
	})
}

func TestAttributionDomains(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.ana.json("PATCH", "/api/v1/accounts/update_credentials", `{"attribution_domains":["Paper.example","blog.example","paper.example"]}`).want(200).
			is("source.attribution_domains", []any{"paper.example", "blog.example"})
		w.ana.form("PATCH", "/api/v1/profile", "attribution_domains[]=bad_domain.example").want(422)
		w.ana.get("/api/v1/profile").is("attribution_domains", []any{"paper.example", "blog.example"})
		w.ana.form("PATCH", "/api/v1/profile", "attribution_domains[]=").want(200).is("attribution_domains", []any{})
	})
}
