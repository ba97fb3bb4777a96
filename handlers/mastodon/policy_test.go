package mastodon_test

import (
	"testing"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/store/storetest"
)

// held is a world whose ana holds back whom she does not follow.
func held(w *world) {
	w.ana.form("PATCH", "/api/v2/notifications/policy", "for_not_following=filter").want(200).is("for_not_following", "filter")
}

func TestNotificationPolicy(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.ana.get("/api/v2/notifications/policy").is("for_not_following", "accept").is("for_limited_accounts", "filter").is("for_private_mentions", "accept").
			is("summary.pending_requests_count", 0)
		w.ana.get("/api/v1/notifications/policy").is("filter_not_following", false).is("summary.pending_notifications_count", 0)
		w.ana.json("PATCH", "/api/v2/notifications/policy", `{"for_bots":"drop","for_not_followers":"filter","for_new_accounts":null}`).want(200).
			is("for_bots", "drop").is("for_not_followers", "filter").is("for_new_accounts", "accept")
		w.ana.form("PATCH", "/api/v2/notifications/policy", "for_bots=maybe").want(422)
		w.ana.form("PUT", "/api/v1/notifications/policy", "filter_not_followers=false", "filter_new_accounts=true").want(200).is("filter_new_accounts", true).is("filter_not_followers", false)
		w.ana.get("/api/v2/notifications/policy").is("for_new_accounts", "filter").is("for_not_followers", "accept").is("for_bots", "drop")
		w.ana.form("PATCH", "/api/v2/notifications/policy", "for_new_accounts=drop").want(200)
		w.ana.form("PUT", "/api/v1/notifications/policy", "filter_new_accounts=true").want(200)
		w.ana.get("/api/v2/notifications/policy").is("for_new_accounts", "drop")
		w.ben.get("/api/v2/notifications/policy").is("for_bots", "accept")
		w.nobody.form("PATCH", "/api/v2/notifications/policy", "for_bots=drop").want(401)
		w.client(w.ana.account, "read").form("PATCH", "/api/v2/notifications/policy", "for_bots=drop").want(403)
	})
}

func TestWhatIsHeldBackWaitsInRequests(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		held(w)
		mention := w.ben.says("@ana hello")
		w.ben.post("/api/v1/accounts/" + w.ana.id() + "/follow")
		w.ana.get("/api/v1/notifications").list()
		w.ana.get("/api/v2/notifications").is("notification_groups", []any{})
		w.ana.get("/api/v1/notifications/unread_count").is("count", 0)
		if got := w.ana.get("/api/v1/notifications?include_filtered=true"); len(got.ids()) != 2 || got.at("0.filtered") != true {
			t.Errorf("with what is held back: %s", got)
		}
		w.ana.get("/api/v2/notifications?include_filtered=true").is("notification_groups.0.type", "follow").is("notification_groups.0.notifications_count", 1)
		w.ana.get("/api/v2/notifications/policy").is("summary.pending_requests_count", 1).is("summary.pending_notifications_count", 2)
		list := w.ana.get("/api/v1/notifications/requests")
		list.is("0.notifications_count", "2").is("0.account.acct", "ben").is("0.last_status.id", mention)
		request := list.str("0.id")
		w.ana.get("/api/v1/notifications/requests/%s", request).is("id", request)
		w.ben.ask("GET", "/api/v1/notifications/requests/"+request, "", "").want(404)
		w.ben.form("POST", "/api/v1/notifications/requests/"+request+"/accept").want(404)
		w.ben.post("/api/v1/notifications/requests/accept", "id[]="+request)
		w.ana.get("/api/v1/notifications/requests").list(request)

		w.ana.post("/api/v1/notifications/requests/" + request + "/accept")
		w.ana.get("/api/v1/notifications/requests").list()
		w.ana.get("/api/v1/notifications/requests/merged").is("merged", true)
		w.ana.get("/api/v1/notifications").is("0.type", "follow").is("1.type", "mention").lacks("0.filtered")
		w.ben.says("@ana once more") // he is let through from now on
		w.ana.get("/api/v1/notifications").is("0.type", "mention").lacks("0.filtered")
		w.ana.form("POST", "/api/v1/notifications/requests/"+request+"/accept").want(404)
	})
}

func TestDismissingRequests(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		held(w)
		w.ben.says("@ana hello")
		w.gus.says("@ana hello")
		list := w.ana.get("/api/v1/notifications/requests?limit=1")
		if list.links()["next"] == "" || list.str("0.account.acct") != "gus" {
			t.Errorf("the first page: %v %s", list.header, list)
		}
		gus := list.str("0.id")
		ben := w.ana.get("%s", list.links()["next"]).str("0.id")
		w.ana.post("/api/v1/notifications/requests/" + gus + "/dismiss")
		w.ana.get("/api/v1/notifications/requests").list(ben)
		w.ana.json("POST", "/api/v1/notifications/requests/dismiss", `{"id":["`+ben+`","1"]}`).want(200)
		w.ana.get("/api/v1/notifications?include_filtered=true").list()
		w.ben.says("@ana hello again") // he asks anew
		again := w.ana.get("/api/v1/notifications/requests").is("0.account.acct", "ben").str("0.id")
		w.ana.post("/api/v1/notifications/requests/accept", "id[]="+again)
		w.ana.get("/api/v1/notifications").is("0.account.acct", "ben")
		w.gus.says("@ana and me")
		w.ana.post("/api/v1/accounts/" + w.gus.id() + "/block")
		w.ana.get("/api/v1/notifications/requests").list()
	})
}

func TestWhoIsAlwaysHeard(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.ana.json("PATCH", "/api/v2/notifications/policy", `{"for_not_following":"drop","for_private_mentions":"drop"}`).want(200)
		w.ben.says("@ana hello")
		w.ana.get("/api/v1/notifications?include_filtered=true").list()
		w.pia.says("@ana from the president")
		w.ana.get("/api/v1/notifications").is("0.account.acct", "pia")
		w.ana.post("/api/v1/accounts/" + w.ben.id() + "/follow")
		w.ben.says("@ana psst", "visibility=direct")
		w.ana.get("/api/v1/notifications").is("0.account.acct", "ben")
	})
	each(t, func(t *testing.T, w *world) {
		w.ana.json("PATCH", "/api/v2/notifications/policy", `{"for_private_mentions":"filter"}`).want(200)
		said := w.ana.says("@ben psst", "visibility=direct")
		w.ben.says("@ana an answer", "visibility=direct", "in_reply_to_id="+said)
		w.ana.get("/api/v1/notifications").is("0.account.acct", "ben")
		w.gus.says("@ana out of the blue", "visibility=direct")
		w.ana.get("/api/v1/notifications/requests").is("0.account.acct", "gus")
	})
}

func TestLimitedAccountsAreHeldBack(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	if _, err := w.Decide(t.Context(), w.pia.viewer(), chapter.Decision{Target: w.ben.account.ID, Kind: models.MeasureLimit, Reason: "spam"}); err != nil {
		t.Fatal(err)
	}
	w.ben.says("@ana hello")
	w.ana.get("/api/v1/notifications").list()
	w.ana.get("/api/v1/notifications/requests").is("0.account.acct", "ben")
}
