package mastodon_test

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/store/storetest"
)

func TestTimelines(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.ben.get("/api/v1/timelines/home").list()
		if link := w.ben.get("/api/v1/timelines/home").header.Get("Link"); link != "" {
			t.Errorf("an empty page has a Link: %s", link)
		}
		w.ben.post("/api/v1/accounts/" + w.ana.id() + "/follow")
		public := w.ana.says("public #Silence")
		members := w.ana.says("members #silence", "visibility=private", "local_only=true")
		quiet := w.ana.says("quiet #silence", "visibility=unlisted")
		w.ana.says("@pia direct #silence", "visibility=direct")
		w.ben.get("/api/v1/timelines/home").list(quiet, members, public)
		w.nobody.get("/api/v1/timelines/public").list(public)
		w.nobody.get("/api/v1/timelines/public?local=true").list(public)
		w.ben.get("/api/v1/timelines/public?local=true").list(members, public)
		w.gus.get("/api/v1/timelines/public?local=true").list(public)
		w.nobody.get("/api/v1/timelines/public?remote=true").list()
		w.nobody.get("/api/v1/timelines/public?only_media=true").list()
		w.nobody.get("/api/v1/timelines/tag/SILENCE").list(public)
		w.ben.get("/api/v1/timelines/tag/silence").list(members, public)
		w.nobody.get("/api/v1/timelines/tag/noise").list()
		w.nobody.get("/api/v1/timelines/tag/noise?any[]=silence").list(public)
		w.nobody.get("/api/v1/timelines/tag/silence?all[]=noise").list()
		w.nobody.get("/api/v1/timelines/tag/silence?none[]=silence").list()
		w.ana.form("DELETE", "/api/v1/statuses/"+public).want(200)
		w.ben.get("/api/v1/timelines/home").list(quiet, members)
	})
}

func TestPaging(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		var ids []string // newest first
		for _, text := range []string{"1", "2", "3", "4", "5"} {
			ids = append([]string{w.ana.says(text)}, ids...)
		}
		const path = "/api/v1/timelines/public?limit=2&local=true"
		first := w.nobody.get(path).list(ids[0], ids[1])
		link := first.header.Get("Link")
		if !strings.HasPrefix(link, "<https://here.example/api/v1/timelines/public?") || strings.Index(link, `rel="next"`) > strings.Index(link, `rel="prev"`) {
			t.Errorf("Link: %s", link)
		}
		links := first.links()
		if links["next"] != "/api/v1/timelines/public?limit=2&local=true&max_id="+ids[1] || links["prev"] != "/api/v1/timelines/public?limit=2&local=true&min_id="+ids[0] {
			t.Errorf("links: %v", links)
		}
		second := w.nobody.get("%s", links["next"]).list(ids[2], ids[3])
		w.nobody.get("%s", second.links()["next"]).list(ids[4])
		w.nobody.get("%s", second.links()["prev"]).list(ids[0], ids[1])
		w.nobody.get(path+"&min_id=%s", ids[4]).list(ids[2], ids[3]) // directly above
		w.nobody.get(path+"&since_id=%s", ids[4]).list(ids[0], ids[1])
		w.nobody.get(path+"&max_id=%s", ids[4]).list()
		if got := len(w.nobody.get("/api/v1/timelines/public?limit=1000").ids()); got != 5 {
			t.Errorf("limit=1000 gives %d", got)
		}

		// Cursors of their own, and no next page after one that is not full.
		for _, id := range ids[:3] {
			w.ben.post("/api/v1/statuses/" + id + "/bookmark")
		}
		kept := w.ben.get("/api/v1/bookmarks?limit=2").list(ids[2], ids[1])
		rest := w.ben.get("%s", kept.links()["next"]).list(ids[0])
		if rest.links()["next"] != "" {
			t.Errorf("a next page after the last: %v", rest.links())
		}
		w.ben.get("%s", rest.links()["prev"]).list(ids[2], ids[1])
	})
}

func TestCaching(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	id := w.ana.says("hello")
	for _, test := range []struct {
		name string
		as   *client
		path string
		want string
	}{
		{"what is one's own", w.ana, "/api/v1/timelines/home", "private, no-store"},
		{"a status for a stranger", w.nobody, "/api/v1/statuses/" + id, "public, max-age=15"},
		{"a status for a member", w.ana, "/api/v1/statuses/" + id, "private, no-store"},
		{"the instance, also with a token", w.ana, "/api/v2/instance", "public, max-age=180"},
	} {
		if got := test.as.get("%s", test.path).header.Get("Cache-Control"); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
	if got := w.nobody.get("/api/v1/statuses/%s", id).header.Get("Vary"); got != "Authorization" {
		t.Errorf("Vary: %q", got)
	}
	whole := w.ana.get("/api/v2/instance")
	tag := whole.header.Get("ETag")
	for known, want := range map[string]int{tag: 304, `"other", ` + tag: 304, strings.TrimPrefix(tag, "W/"): 304, `W/"other"`: 200, "": 200} {
		w.ana.header = http.Header{"If-None-Match": {known}}
		if a := w.ana.ask("GET", "/api/v2/instance", "", ""); a.status != want || a.header.Get("ETag") != tag || (want == 304) != (len(a.body) == 0) {
			t.Errorf("known as %q: %d with %d bytes, tag %q; want %d", known, a.status, len(a.body), a.header.Get("ETag"), want)
		}
	}
	if tag == "" || w.ana.get("/api/v1/timelines/home").header.Get("ETag") != "" {
		t.Errorf("the instance's tag is %q; a timeline should have none", tag)
	}
}

func TestAccounts(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.nobody.get("/api/v1/accounts/%s", w.ana.id())
		a.is("acct", "ana").is("username", "ana").is("uri", "https://here.example/users/ana").is("url", "https://here.example/people/ana").lacks("source").lacks("role").
			is("fields", []any{}).is("emojis", []any{}).is("last_status_at", nil).is("group", false).is("noindex", true)
		if !strings.HasSuffix(a.str("created_at"), "T00:00:00.000Z") {
			t.Errorf("created_at: %s", a.str("created_at"))
		}
		w.nobody.get("/api/v1/accounts/lookup?acct=ana").is("id", w.ana.id())
		w.nobody.get("/api/v1/accounts/lookup?acct=@ANA@here.example").is("id", w.ana.id())
		w.nobody.ask("GET", "/api/v1/accounts/lookup?acct=zoe", "", "").want(404)
		w.nobody.ask("GET", "/api/v1/accounts/999", "", "").want(404)
		w.nobody.ask("GET", "/api/v1/accounts/junk", "", "").want(404)
		w.nobody.get("/api/v1/accounts?id[]=%s&id[]=8&id[]=%s", w.ben.id(), w.ana.id()).list(w.ben.id(), w.ana.id())
		w.nobody.get("/api/v1/accounts/lookup?acct=pia").is("roles.0.name", "President")
		w.nobody.get("/api/v1/accounts/lookup?acct=coaches").is("group", true).is("display_name", "Test Coaches").is("url", "https://here.example/")

		first := w.ana.says("one")
		reply := w.ana.says("@ben re", "in_reply_to_id="+w.ben.says("ben's"))
		thread := w.ana.says("two", "in_reply_to_id="+first)
		boost := w.ana.post("/api/v1/statuses/" + w.ben.says("other") + "/reblog").str("id")
		tagged := w.ana.says("#silence")
		direct := w.ana.says("@ben psst", "visibility=direct")
		all := "/api/v1/accounts/" + w.ana.id() + "/statuses"
		w.nobody.get("%s", all).list(tagged, boost, thread, reply, first)
		w.ben.get("%s", all).list(direct, tagged, boost, thread, reply, first)
		w.ben.get("%s?exclude_direct=true", all).list(tagged, boost, thread, reply, first)
		w.nobody.get("%s?exclude_replies=true", all).list(tagged, boost, thread, first)
		w.nobody.get("%s?exclude_reblogs=1&exclude_replies=0", all).list(tagged, thread, reply, first)
		w.nobody.get("%s?tagged=Silence", all).list(tagged)
		w.nobody.get("%s?only_media=true", all).list()
		w.nobody.get("/api/v1/accounts/%s", w.ana.id()).is("statuses_count", 5)
	})
}

func TestRelationships(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ana := "/api/v1/accounts/" + w.ana.id()
		w.ben.post(ana+"/follow", "reblogs=false", "notify=true").is("following", true).is("showing_reblogs", false).is("notifying", true).is("languages", nil)
		w.ben.post(ana+"/follow", "reblogs=true").is("showing_reblogs", true).is("notifying", true) // what is not said stays
		w.ana.get("/api/v1/accounts/relationships?id=%s", w.ben.id()).is("0.followed_by", true).is("0.following", false)
		w.ben.get("/api/v1/accounts/relationships?id[]=%s&id[]=5&id[]=%s", w.pia.id(), w.ana.id()).list(w.pia.id(), w.ana.id())
		w.nobody.get("%s/followers", ana).list(w.ben.id())
		w.ben.get("/api/v1/accounts/%s/following?limit=1", w.ben.id()).list(w.ana.id())
		w.ben.post(ana+"/unfollow").is("following", false)
		w.ben.form("POST", "/api/v1/accounts/"+w.ben.id()+"/follow").want(403)
		w.ben.form("POST", "/api/v1/accounts/7/follow").want(404)

		w.ana.json("PATCH", "/api/v1/accounts/update_credentials", `{"locked":true}`).want(200).is("locked", true)
		w.ben.post(ana+"/follow").is("following", false).is("requested", true)
		w.ana.get("/api/v1/follow_requests").list(w.ben.id())
		w.ana.get("/api/v1/accounts/verify_credentials").is("source.follow_requests_count", 1)
		w.ana.post("/api/v1/follow_requests/"+w.ben.id()+"/authorize").is("id", w.ben.id()).is("followed_by", true)
		w.pia.post(ana + "/follow")
		w.ana.post("/api/v1/follow_requests/"+w.pia.id()+"/reject").is("followed_by", false)
		w.ana.get("/api/v1/follow_requests").list()
		w.ana.post("/api/v1/accounts/"+w.ben.id()+"/remove_from_followers").is("followed_by", false)

		w.ben.post(ana+"/mute", "duration=3600").is("muting", true).is("muting_notifications", true)
		muted := w.ben.get("/api/v1/mutes").list(w.ana.id())
		if muted.at("0.mute_expires_at") == nil {
			t.Errorf("no end: %s", muted)
		}
		w.ben.post(ana+"/mute", "notifications=false").is("muting_notifications", false).is("muting_expires_at", nil)
		w.ben.get("/api/v1/mutes").is("0.mute_expires_at", nil)
		w.ben.post(ana+"/unmute").is("muting", false)
		w.ana.post("/api/v1/accounts/" + w.ben.id() + "/follow")
		w.ben.post(ana+"/block").is("blocking", true).is("followed_by", false)
		w.ben.get("/api/v1/blocks").list(w.ana.id())
		w.ana.get("/api/v1/accounts/relationships?id[]=%s", w.ben.id()).is("0.blocked_by", true).is("0.following", false)
		w.ben.post(ana+"/unblock").is("blocking", false)
		w.ben.post(ana+"/note", "comment=met in May").is("note", "met in May")
		w.ben.json("POST", ana+"/note", `{"comment":""}`).want(200).is("note", "")
	})
}

func TestHiddenNetwork(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	w.ben.post("/api/v1/accounts/" + w.ana.id() + "/follow")
	w.ana.form("PATCH", "/api/v1/accounts/update_credentials", "hide_collections=true").want(200).is("hide_collections", true)
	w.nobody.get("/api/v1/accounts/%s/followers", w.ana.id()).list()
	w.ana.get("/api/v1/accounts/%s/followers", w.ana.id()).list(w.ben.id())
	w.ana.form("PATCH", "/api/v1/accounts/update_credentials", "hide_collections=false").want(200)
	w.ana.post("/api/v1/accounts/" + w.pia.id() + "/block")
	w.pia.get("/api/v1/accounts/%s/followers", w.ana.id()).list()
}

// Who has not been let in yet is not there.
func TestApplicantsAreNotSeen(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	if err := w.UpdateChapter(t.Context(), w.pia.viewer(), func(c *models.Chapter) { c.Settings.Registration = models.ByAsking }); err != nil {
		t.Fatal(err)
	}
	a, err := w.Apply(t.Context(), chapter.NewMember{Username: "eva", Email: "eva@mail.example", Password: "correct horse", Application: "I coach."}, netip.Addr{})
	if err != nil {
		t.Fatal(err)
	}
	w.nobody.ask("GET", "/api/v1/accounts/"+a.ID.String(), "", "").want(404)
	w.ben.ask("GET", "/api/v1/accounts/"+a.ID.String(), "", "").want(404)
}

func TestNotifications(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.ana.says("hello")
		w.ben.post("/api/v1/accounts/" + w.ana.id() + "/follow")
		w.ben.post("/api/v1/statuses/" + id + "/favourite")
		w.pia.post("/api/v1/statuses/" + id + "/favourite")
		w.ben.post("/api/v1/statuses/" + id + "/reblog")
		mention := w.ben.says("@ana hi")
		all := w.ana.get("/api/v1/notifications")
		if got := strings.Join(all.all("type"), " "); got != "mention reblog favourite favourite follow" {
			t.Fatalf("types: %s", got)
		}
		all.is("0.status.id", mention).is("0.account.acct", "ben").is("1.status.id", id).lacks("4.status")
		if key := all.str("0.group_key"); key != "ungrouped-"+all.str("0.id") {
			t.Errorf("group_key of a mention: %s", key)
		}
		w.ana.get("/api/v1/notifications/%s", all.str("0.id")).is("type", "mention")
		w.ben.ask("GET", "/api/v1/notifications/"+all.str("0.id"), "", "").want(404)
		for query, want := range map[string]string{
			"types[]=mention&types[]=follow": "mention follow",
			"exclude_types[]=favourite":      "mention reblog follow",
			"account_id=" + w.pia.id():       "favourite",
			"limit=1":                        "mention",
		} {
			if got := strings.Join(w.ana.get("/api/v1/notifications?%s", query).all("type"), " "); got != want {
				t.Errorf("%s: %s, want %s", query, got, want)
			}
		}
		page := w.ana.get("/api/v1/notifications?limit=2&types[]=favourite&types[]=mention")
		if got := w.ana.get("%s", page.links()["next"]).all("type"); strings.Join(got, " ") != "favourite" {
			t.Errorf("the next page: %v", got)
		}

		w.ana.get("/api/v1/notifications/unread_count").is("count", 5)
		w.ana.post("/api/v1/markers", "notifications[last_read_id]="+all.str("2.id")).is("notifications.last_read_id", all.str("2.id")).lacks("home")
		w.ana.get("/api/v1/notifications/unread_count").is("count", 2)
		w.ana.get("/api/v2/notifications/unread_count").is("count", 2)
		w.ana.post("/api/v1/notifications/" + all.str("0.id") + "/dismiss")
		w.ana.form("POST", "/api/v1/notifications/"+all.str("0.id")+"/dismiss").want(404)
		w.ana.post("/api/v1/notifications/clear")
		w.ana.get("/api/v1/notifications").list()
	})
}

func TestGroupedNotifications(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		one, two := w.ana.says("one"), w.ana.says("two")
		w.ben.post("/api/v1/statuses/" + one + "/favourite")
		w.ben.post("/api/v1/statuses/" + two + "/favourite")
		w.ben.says("@ana hi")
		w.pia.post("/api/v1/statuses/" + one + "/favourite")
		got := w.ana.get("/api/v2/notifications")
		got.is("notification_groups.0.type", "favourite").is("notification_groups.0.notifications_count", 2).is("notification_groups.0.status_id", one).
			is("notification_groups.0.sample_account_ids", []any{w.pia.id(), w.ben.id()}).is("notification_groups.1.type", "mention").is("notification_groups.2.status_id", two).
			lacks("notification_groups.3")
		if n := len(got.at("accounts").([]any)); n != 2 {
			t.Errorf("%d accounts, want each once", n)
		}
		if n := len(got.at("statuses").([]any)); n != 3 {
			t.Errorf("%d statuses, want each once", n)
		}
		all := w.ana.get("/api/v1/notifications")
		got.is("notification_groups.0.page_max_id", all.str("0.id")).is("notification_groups.0.page_min_id", all.str("3.id"))

		first := w.ana.get("/api/v2/notifications?limit=2")
		first.lacks("notification_groups.2")
		w.ana.get("%s", first.links()["next"]).is("notification_groups.0.status_id", two)
		w.ana.get("/api/v2/notifications?limit=2&min_id=%s", all.str("3.id")).is("notification_groups.0.type", "mention").is("notification_groups.1.status_id", two)
		w.ana.get("/api/v2/notifications?grouped_types[]=reblog").is("notification_groups.3.notifications_count", 1)
		w.ana.get("/api/v2/notifications?types[]=mention").lacks("notification_groups.1")
		partial := w.ana.get("/api/v2/notifications?expand_accounts=partial_avatars&types[]=favourite")
		partial.is("accounts.0.id", w.pia.id())

		key := got.str("notification_groups.0.group_key")
		w.ana.get("/api/v2/notifications/%s", key).is("notification_groups.0.notifications_count", 2)
		w.ana.get("/api/v2/notifications/%s/accounts", key).list(w.pia.id(), w.ben.id())
		mention := got.str("notification_groups.1.group_key")
		w.ana.get("/api/v2/notifications/%s/accounts", mention).list(w.ben.id())
		w.ana.ask("GET", "/api/v2/notifications/favourite-1-1", "", "").want(404)
		w.ben.ask("GET", "/api/v2/notifications/"+key, "", "").want(404)
		w.ana.get("/api/v2/notifications/unread_count").is("count", 3)
		w.ana.post("/api/v2/notifications/" + key + "/dismiss")
		w.ana.post("/api/v2/notifications/" + mention + "/dismiss")
		w.ana.get("/api/v2/notifications").is("notification_groups.0.status_id", two).lacks("notification_groups.1")
		w.ana.post("/api/v2/notifications/clear")
		w.ana.get("/api/v2/notifications").is("notification_groups", []any{}).is("accounts", []any{})
	})
}

func TestMarkers(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	w.ana.get("/api/v1/markers").lacks("home")
	w.ana.json("POST", "/api/v1/markers", `{"home":{"last_read_id":"12"},"notifications":{"last_read_id":34}}`).want(200).is("home.last_read_id", "12").is("notifications.last_read_id", "34")
	w.ana.post("/api/v1/markers", "home[last_read_id]=13").is("home.version", 2)
	w.ana.get("/api/v1/markers?timeline[]=home&timeline[]=notifications").is("home.last_read_id", "13").is("notifications.last_read_id", "34")
	w.ana.get("/api/v1/markers?timeline[]=home").lacks("notifications")
}

func TestSearch(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.ana.says("The patient garden of #Silence")
		inside := w.ana.says("another patient garden", "visibility=private", "local_only=true")
		found := func(a *answer, what string) string {
			list, _ := a.at(what).([]any)
			var out []string
			for _, e := range list {
				id, _ := dig(e, "id")
				out = append(out, id.(string))
			}
			return strings.Join(out, " ")
		}
		for query, want := range map[string]string{
			"patient":                             inside + " " + id,
			"patient garden -another":             id,
			`"garden patient"`:                    "",
			`"patient garden" from:ana`:           inside + " " + id,
			"garden from:ben":                     "",
			"garden from:@nobody@nowhere.example": "",
			"garden in:public":                    id,
			"garden has:media":                    "",
			"garden -has:poll is:reply":           "",
			"garden before:2020-01-01":            "",
			"garden after:2020-01-01 language:en": inside + " " + id,
			"from:me":                             "",
			"https://here.example/talk/" + id:     id,
		} {
			if got := found(w.ben.get("/api/v2/search?q=%s", strings.NewReplacer(" ", "+", `"`, "%22", "#", "%23").Replace(query)), "statuses"); got != want {
				t.Errorf("%s finds %q, want %q", query, got, want)
			}
		}
		a := w.ben.get("/api/v2/search?q=garden&type=statuses&limit=1")
		if found(a, "statuses") != inside || found(a, "accounts") != "" {
			t.Errorf("one status: %s", a)
		}
		if got := found(w.ben.get("/api/v2/search?q=garden&type=statuses&limit=1&offset=1"), "statuses"); got != id {
			t.Errorf("the second: %s", got)
		}
		w.ben.get("/api/v2/search?q=%%23sil").is("hashtags.0.name", "Silence").is("hashtags.0.url", "https://here.example/tags/silence")
		w.ben.get("/api/v2/search?q=an&type=accounts").is("accounts.0.acct", "ana")
		w.ben.get("/api/v2/search?q=@ana@here.example&resolve=true").is("accounts.0.id", w.ana.id())
		w.ben.get("/api/v2/search?q=https://here.example/users/ana&resolve=true").is("accounts.0.id", w.ana.id())
		w.ben.get("/api/v2/search?q=https://elsewhere.example/x&resolve=true").is("accounts", []any{}).is("statuses", []any{})
		w.nobody.get("/api/v2/search?q=garden").is("statuses", []any{}) // strangers search no texts
		w.nobody.ask("GET", "/api/v2/search", "", "").want(400)
		w.nobody.ask("GET", "/api/v2/search?q=ana&offset=20", "", "").want(401)
		w.ben.get("/api/v1/accounts/search?q=ana").list(w.ana.id())
		w.ben.get("/api/v1/accounts/search?q=ana&following=true").list()
		if got := found(w.gus.get("/api/v2/search?q=garden"), "statuses"); got != "" {
			t.Errorf("a guest finds %s", got)
		}
	})
}

func TestFilters(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		status := w.ana.says("A Spoiler, and a garden")
		f := w.ben.json("POST", "/api/v2/filters", `{"title":"no news","context":["home","public"],"filter_action":"hide","expires_in":"3600","keywords_attributes":[{"keyword":"spoiler","whole_word":"true"},{"keyword":"rden","whole_word":true}]}`).want(200)
		id := f.str("id")
		f.is("title", "no news").is("filter_action", "hide").is("keywords.0.keyword", "spoiler").is("keywords.1.whole_word", true).is("statuses", []any{})
		a := w.ben.get("/api/v1/statuses/%s", status)
		a.is("filtered.0.filter.id", id).is("filtered.0.keyword_matches", []any{"Spoiler"}).is("filtered.0.status_matches", []any{}).lacks("filtered.1").lacks("filtered.0.filter.keywords")
		w.ana.get("/api/v1/statuses/%s", status).is("filtered", []any{})

		keyword := f.str("keywords.0.id")
		w.ben.form("PUT", "/api/v2/filters/keywords/"+keyword, "keyword=news").want(200).is("keyword", "news").is("whole_word", true)
		w.ben.get("/api/v1/statuses/%s", status).is("filtered", []any{}) // at once: no old filter is kept
		w.ben.get("/api/v2/filters/keywords/%s", keyword).is("keyword", "news")
		w.ben.get("/api/v2/filters/%s/keywords", id).list(keyword, f.str("keywords.1.id"))
		w.ben.form("PUT", "/api/v2/filters/"+id, "title=new title", "keywords_attributes[][keyword]=and", "keywords_attributes[][whole_word]=true",
			"keywords_attributes[][whole_word]=false", "keywords_attributes[][id]="+keyword, "keywords_attributes[][_destroy]=true").want(200).is("title", "new title").is("context", []any{"home", "public"})
		w.ben.get("/api/v2/filters/%s", id).is("keywords.0.id", f.str("keywords.1.id")).is("keywords.1.keyword", "and").lacks("keywords.2")
		w.ben.get("/api/v1/statuses/%s", status).is("filtered.0.keyword_matches", []any{"and"})
		w.ben.ask("DELETE", "/api/v2/filters/keywords/"+f.str("keywords.1.id"), "", "").want(200)
		added := w.ben.post("/api/v2/filters/"+id+"/keywords", "keyword=x", "whole_word=false")
		added.is("whole_word", false)

		entry := w.ben.post("/api/v2/filters/"+id+"/statuses", "status_id="+status)
		entry.is("status_id", status)
		w.ben.form("POST", "/api/v2/filters/"+id+"/statuses", "status_id="+status).want(422)
		w.ben.get("/api/v1/statuses/%s", status).is("filtered.0.status_matches", []any{status})
		w.ben.get("/api/v2/filters/%s/statuses", id).list(entry.str("id"))
		w.ben.get("/api/v2/filters/statuses/%s", entry.str("id")).is("status_id", status)
		w.ben.ask("DELETE", "/api/v2/filters/statuses/"+entry.str("id"), "", "").want(200)
		w.ben.get("/api/v2/filters/%s", id).is("statuses", []any{})

		w.ben.get("/api/v2/filters").list(id)
		w.ana.get("/api/v2/filters").list()
		w.ana.ask("GET", "/api/v2/filters/"+id, "", "").want(404)
		w.ana.ask("DELETE", "/api/v2/filters/"+id, "", "").want(404)
		w.ben.form("POST", "/api/v2/filters", "context[]=home").want(422)
		w.ben.form("POST", "/api/v2/filters", "title=x").want(422)
		w.ben.form("POST", "/api/v2/filters", "title=x", "context[]=everywhere").want(422)
		w.ben.form("POST", "/api/v2/filters", "title=x", "context[]=home", "filter_action=burn").want(422)
		w.ben.form("DELETE", "/api/v2/filters/"+id).want(200)
		w.ben.get("/api/v2/filters").list()
		w.ben.get("/api/v1/statuses/%s", status).is("filtered", []any{})
	})
}

func TestFiltersV1(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	f := w.ben.post("/api/v1/filters", "phrase=spoiler", "context[]=home", "irreversible=true", "whole_word=true", "expires_in=")
	id := f.str("id")
	f.is("phrase", "spoiler").is("irreversible", true).is("whole_word", true).is("expires_at", nil)
	if f.header.Get("Deprecation") == "" {
		t.Error("the old form is not marked as such")
	}
	w.ben.get("/api/v1/filters").list(id)
	w.ben.get("/api/v2/filters").is("0.title", "spoiler").is("0.filter_action", "hide")
	w.ben.form("PUT", "/api/v1/filters/"+id, "phrase=news", "context[]=public", "expires_in=60").want(200).is("phrase", "news").is("context", []any{"public"})
	w.ben.get("/api/v1/filters/%s", id).is("phrase", "news")
	w.ana.ask("GET", "/api/v1/filters/"+id, "", "").want(404)
	w.ben.form("DELETE", "/api/v1/filters/"+id).want(200)
	w.ben.get("/api/v2/filters").list()
}

func TestProfile(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		me := w.ana.get("/api/v1/accounts/verify_credentials")
		me.is("source.privacy", "public").is("source.note", "").is("source.fields", []any{}).is("role.name", "Member").is("source.quote_policy", "public")
		w.pia.get("/api/v1/accounts/verify_credentials").is("role.permissions", "1")
		a := w.ana.form("PATCH", "/api/v1/accounts/update_credentials", "display_name=Ana & Co", "note=I coach.\n\n#silence", "fields_attributes[0][name]=Web", "fields_attributes[0][value]=https://ana.example/",
			"fields_attributes[1][name]=Town", "fields_attributes[1][value]=Bern", "source[privacy]=unlisted", "source[sensitive]=true", "source[language]=de", "bot=true", "discoverable=true").want(200)
		a.is("display_name", "Ana & Co").is("source.note", "I coach.\n\n#silence").is("fields.1.name", "Town").is("source.fields.0.value", "https://ana.example/").
			is("source.privacy", "unlisted").is("source.sensitive", true).is("source.language", "de").is("bot", true).is("discoverable", true)
		if !strings.Contains(a.str("note"), "<p>I coach.</p>") || !strings.Contains(a.str("fields.0.value"), `href="https://ana.example/"`) {
			t.Errorf("HTML: %s %s", a.str("note"), a.str("fields.0.value"))
		}
		w.ana.get("/api/v1/preferences").is("posting:default:visibility", "unlisted").is("posting:default:sensitive", true).is("posting:default:language", "de")
		w.ana.post("/api/v1/statuses", "status=default").is("visibility", "unlisted").is("sensitive", true).is("language", "de")
		w.ana.json("PATCH", "/api/v1/accounts/update_credentials", `{"fields_attributes":{"0":{"name":"Only","value":"one"}},"bot":false}`).want(200).is("fields.0.name", "Only").lacks("fields.1").is("bot", false)
		w.ana.form("PATCH", "/api/v1/accounts/update_credentials", "display_name="+strings.Repeat("x", 500)).want(422)
		w.ana.form("PATCH", "/api/v1/accounts/update_credentials", "note="+strings.Repeat("x", 501)).want(422)
		w.ana.form("PATCH", "/api/v1/accounts/update_credentials", "source[privacy]=all").want(422)
		w.ana.get("/api/v1/profile").is("note", "I coach.\n\n#silence").is("fields.0.value", "one").is("avatar", nil)
		w.ana.json("PATCH", "/api/v1/profile", `{"note":"new"}`).want(200).is("note", "new")

		if _, err := w.UpdateProfile(t.Context(), w.ben.account, membersFirst()); err != nil {
			t.Fatal(err)
		}
		w.ben.get("/api/v1/accounts/verify_credentials").is("source.privacy", "private")
		w.ben.post("/api/v1/statuses", "status=x").is("visibility", "private").is("local_only", true)
		w.ben.post("/api/v1/statuses", "status=x", "visibility=private").is("local_only", true)
		w.ben.post("/api/v1/statuses", "status=x", "visibility=private", "local_only=false").is("local_only", false)
	})
}

func TestInstance(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		if err := w.UpdateChapter(t.Context(), w.pia.viewer(), func(c *models.Chapter) {
			c.Email = "desk@here.example"
			c.Settings.Rules = []models.Rule{{ID: 1, Text: "Be kind.", Hint: "Really."}}
			c.Settings.About = "We *coach*."
		}); err != nil {
			t.Fatal(err)
		}
		waitFor(t, func() bool { self, _ := w.Self(t.Context()); return self.Email != "" })
		v2 := w.nobody.get("/api/v2/instance")
		v2.is("domain", "here.example").is("title", "Test Coaches").is("description", "We try things.").is("version", "4.5.0 (compatible; Atelier 0.1.0)").is("api_versions.mastodon", 9).
			is("configuration.urls.streaming", "wss://here.example").is("configuration.statuses.characters_reserved_per_url", 23).is("rules.0.text", "Be kind.").
			is("contact.account.acct", "pia").is("contact.email", "desk@here.example")
		v1 := w.nobody.get("/api/v1/instance")
		v1.is("uri", "here.example").is("version", v2.str("version")).is("urls.streaming_api", "wss://here.example").is("stats.user_count", 4).
			is("configuration.statuses.max_characters", v2.at("configuration.statuses.max_characters"))
		w.nobody.get("/api/v1/instance/rules").is("0.hint", "Really.")
		w.nobody.get("/api/v1/instance/extended_description").is("content", "<p>We <em>coach</em>.</p>")
		w.nobody.get("/api/v1/instance/privacy_policy").is("content", "")
		w.nobody.ask("GET", "/api/v1/instance/terms_of_service", "", "").want(404)
		if weeks := w.nobody.get("/api/v1/instance/activity"); len(weeks.all("week")) != 12 || weeks.str("0.registrations") != "4" {
			t.Errorf("activity: %s", weeks)
		}
		storetest.Account(t, w.Store, "far@away.example")
		w.nobody.get("/api/v1/instance/peers").is("0", "away.example")
		w.nobody.get("/api/v1/peers/search?q=way").is("0", "away.example")
		w.nobody.get("/api/v1/instance/translation_languages")
		w.nobody.get("/api/v1/custom_emojis").list()
		w.nobody.get("/api/v1/trends").list()
		w.nobody.get("/api/v1/trends/tags").list()
		w.nobody.get("/api/v1/trends/statuses").list()
		w.nobody.get("/api/v1/trends/links").list()
		res, err := http.Get(w.server.URL + "/avatars/original/missing.png")
		if err != nil || res.StatusCode != 200 || res.Header.Get("Content-Type") != "image/png" {
			t.Errorf("the picture of who has none: %v %v", res, err)
		}
	})
}
