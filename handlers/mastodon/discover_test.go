package mastodon_test

import (
	"strings"
	"testing"

	"atelier/models"
	"atelier/models/store"
	"atelier/models/store/storetest"
)

func TestEndorsements(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ana := "/api/v1/accounts/" + w.ana.id()
		w.ben.form("POST", ana+"/endorse").want(422) // not followed
		w.ben.post(ana + "/follow")
		w.ben.post(ana+"/endorse").is("endorsed", true)
		w.ben.post(ana+"/pin").is("endorsed", true)
		w.ben.get("/api/v1/endorsements").list(w.ana.id())
		w.nobody.get("/api/v1/accounts/%s/endorsements", w.ben.id()).list(w.ana.id())
		w.ben.get("/api/v1/accounts/relationships?id[]=%s", w.ana.id()).is("0.endorsed", true)
		w.ben.post(ana+"/unendorse").is("endorsed", false)
		w.ben.post(ana+"/unpin").is("endorsed", false)
		w.ben.get("/api/v1/endorsements").list()
		w.ben.get("/api/v1/accounts/%s/identity_proofs", w.ana.id()).list()
	})
}

func TestFamiliarFollowers(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.ben.post("/api/v1/accounts/" + w.pia.id() + "/follow")
		w.gus.post("/api/v1/accounts/" + w.pia.id() + "/follow")
		w.ana.post("/api/v1/accounts/" + w.ben.id() + "/follow")
		a := w.ana.get("/api/v1/accounts/familiar_followers?id[]=%s&id[]=%s&id[]=6", w.pia.id(), w.ben.id())
		a.list(w.pia.id(), w.ben.id()).is("0.accounts.0.id", w.ben.id()).lacks("0.accounts.1").is("1.accounts", []any{})
		w.ben.form("PATCH", "/api/v1/accounts/update_credentials", "hide_collections=true").want(200)
		w.ana.get("/api/v1/accounts/familiar_followers?id[]=%s", w.pia.id()).is("0.accounts", []any{})
	})
}

func TestDirectoryAndSuggestions(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		far := storetest.NewAccount(w.Store, "far@away.example")
		far.Discoverable = true
		storetest.Write(t, w.Store, func(tx *store.Tx) error { _, err := tx.AddAccount(t.Context(), far); return err })
		for _, c := range []*client{w.ben, w.gus, w.pia} {
			c.form("PATCH", "/api/v1/accounts/update_credentials", "discoverable=true").want(200)
		}
		w.ana.form("PATCH", "/api/v1/accounts/update_credentials", "discoverable=false").want(200)
		in := func(a *answer, path, id string) bool {
			return strings.Contains(" "+strings.Join(a.all(path), " ")+" ", " "+id+" ")
		}
		all := w.nobody.get("/api/v1/directory?order=new")
		if !in(all, "id", w.ben.id()) || !in(all, "id", far.ID.String()) || in(all, "id", w.ana.id()) {
			t.Errorf("directory: %v", all.ids())
		}
		if local := w.nobody.get("/api/v1/directory?local=true"); in(local, "id", far.ID.String()) || !in(local, "id", w.ben.id()) {
			t.Errorf("local directory: %v", local.ids())
		}
		if n := len(w.nobody.get("/api/v1/directory?limit=1&offset=1").ids()); n != 1 {
			t.Errorf("the second: %d", n)
		}

		s := w.ana.get("/api/v2/suggestions")
		if !in(s, "account.id", w.ben.id()) || in(s, "account.id", far.ID.String()) || in(s, "account.id", w.ana.id()) {
			t.Errorf("suggestions: %v", s.all("account.acct"))
		}
		w.ana.form("DELETE", "/api/v1/suggestions/"+w.ben.id()).want(200)
		w.ana.post("/api/v1/accounts/" + w.gus.id() + "/follow")
		if old := w.ana.get("/api/v1/suggestions"); in(old, "id", w.ben.id()) || in(old, "id", w.gus.id()) {
			t.Errorf("dismissed or followed, and suggested: %v", old.all("acct"))
		}
		w.ana.form("DELETE", "/api/v1/suggestions/5").want(404)
	})
}

func TestDomainBlocks(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		far := storetest.Account(t, w.Store, "far@away.example")
		ctx := t.Context()
		storetest.Write(t, w.Store, func(tx *store.Tx) error {
			return tx.SetFollow(ctx, &models.Follow{ID: tx.NewID(), AccountID: w.ana.account.ID, TargetID: far.ID, URI: "f", State: models.FollowAccepted, Boosts: true}, true)
		})
		p := storetest.Post(t, w.Store, far, nil)
		storetest.Write(t, w.Store, func(tx *store.Tx) error { return tx.AddHome(ctx, p) })
		w.ana.get("/api/v1/timelines/home").list(p.ID.String())
		w.ana.get("/api/v1/timelines/public").list(p.ID.String())
		w.ana.get("/api/v1/domain_blocks/preview?domain=away.example").is("following_count", 1).is("followers_count", 0)
		w.ana.post("/api/v1/domain_blocks", "domain=Away.Example")
		w.ana.post("/api/v1/domain_blocks", "domain=away.example")
		w.ana.get("/api/v1/domain_blocks").is("0", "away.example").lacks("1")
		w.ana.get("/api/v1/accounts/relationships?id[]=%s", far.ID.String()).is("0.domain_blocking", true).is("0.following", false)
		w.ana.get("/api/v1/timelines/home").list()
		w.ana.get("/api/v1/timelines/public").list()
		w.ana.form("POST", "/api/v1/domain_blocks", "domain=here.example").want(422)
		w.ana.form("POST", "/api/v1/domain_blocks").want(422)
		w.ana.ask("DELETE", "/api/v1/domain_blocks?domain=away.example", "", "").want(200)
		w.ana.get("/api/v1/domain_blocks").lacks("0")
	})
}

func TestReports(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.ben.says("rude")
		a := w.ana.post("/api/v1/reports", "account_id="+w.ben.id(), "status_ids[]="+id, "comment=please look", "category=spam", "forward=true")
		a.is("target_account.id", w.ben.id()).is("status_ids", []any{id}).is("comment", "please look").is("category", "spam").is("action_taken", false).is("forwarded", false)
		w.ana.form("POST", "/api/v1/reports", "account_id=5").want(404)
		w.ana.form("POST", "/api/v1/reports", "account_id="+w.ben.id(), "category=boring").want(422)
		w.ana.form("POST", "/api/v1/reports", "account_id="+w.pia.id(), "status_ids[]="+id).want(404)
		w.nobody.form("POST", "/api/v1/reports", "account_id="+w.ben.id()).want(401)
		n := w.pia.get("/api/v1/notifications?types[]=admin.report")
		n.is("0.type", "admin.report").is("0.report.id", a.str("id")).is("0.account.id", w.ana.id())
	})
}

func TestAnnouncements(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.ana.get("/api/v1/announcements").list()
		x, err := w.SaveAnnouncement(t.Context(), w.pia.viewer(), models.Announcement{Source: "Please *renew*."}, true)
		if err != nil {
			t.Fatal(err)
		}
		id := x.ID.String()
		w.ana.get("/api/v1/announcements").is("0.content", "<p>Please <em>renew</em>.</p>").is("0.read", false).is("0.reactions", []any{})
		w.ana.form("PUT", "/api/v1/announcements/"+id+"/reactions/%F0%9F%91%8D").want(200)
		w.ben.get("/api/v1/announcements").is("0.reactions.0.name", "👍").is("0.reactions.0.count", 1).is("0.reactions.0.me", false)
		w.ana.get("/api/v1/announcements").is("0.reactions.0.me", true)
		w.ana.form("PUT", "/api/v1/announcements/"+id+"/reactions/word").want(422)
		w.ana.form("DELETE", "/api/v1/announcements/"+id+"/reactions/%F0%9F%91%8D").want(200)
		w.ana.post("/api/v1/announcements/" + id + "/dismiss")
		w.ana.get("/api/v1/announcements").is("0.read", true).is("0.reactions", []any{})
		w.ana.form("POST", "/api/v1/announcements/7/dismiss").want(404)
		w.nobody.ask("GET", "/api/v1/announcements", "", "").want(401)
	})
}

func TestQuoteConsent(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.ana.says("quote me")
		quoting := w.ben.says("look", "quoted_status_id="+id)
		w.ana.get("/api/v1/statuses/%s/quotes", id).list(quoting)
		w.ben.form("POST", "/api/v1/statuses/"+id+"/quotes/"+quoting+"/revoke").want(404)
		w.ana.post("/api/v1/statuses/"+id+"/quotes/"+quoting+"/revoke").is("id", quoting).is("quote.state", "revoked").is("quote.quoted_status", nil)
		w.ana.get("/api/v1/statuses/%s/quotes", id).list()
		w.ana.get("/api/v1/statuses/%s", id).is("quotes_count", 0)
		w.ana.form("PUT", "/api/v1/statuses/"+id+"/interaction_policy", "quote_approval_policy=nobody").want(200).is("quote_approval.automatic", []any{}).is("edited_at", nil)
		w.ben.get("/api/v1/statuses/%s", id).is("quote_approval.current_user", "denied")
		w.ben.form("PUT", "/api/v1/statuses/"+id+"/interaction_policy", "quote_approval_policy=public").want(404)
		w.ana.form("PUT", "/api/v1/statuses/"+id+"/interaction_policy").want(400)
		w.ana.form("POST", "/api/v1/statuses/"+id+"/translate").want(404)
	})
}

func TestOEmbed(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	id := w.ana.says("hello <world>")
	w.nobody.get("/api/oembed?url=https://here.example/talk/%s&maxwidth=300", id).is("type", "rich").is("author_name", "ana").is("width", 300).
		is("html", `<blockquote cite="https://here.example/talk/`+id+`"><p>hello &lt;world&gt;</p><p>ana, <a href="https://here.example/talk/`+id+`">Test Coaches</a></p></blockquote>`)
	inside := w.ana.says("inside", "visibility=private", "local_only=true")
	w.nobody.ask("GET", "/api/oembed?url=https://here.example/talk/"+inside, "", "").want(404)
	w.nobody.ask("GET", "/api/oembed?url=https://elsewhere.example/1", "", "").want(404)
	w.nobody.ask("GET", "/api/oembed", "", "").want(404)
}
