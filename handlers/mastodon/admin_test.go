package mastodon_test

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/chapter/chaptertest"
	"atelier/models/store/storetest"
)

// adminWorld is a world with a steward, and somebody elsewhere.
func adminWorld(t *testing.T, w *world) (stu *client, far *models.Account) {
	t.Helper()
	return w.client(chaptertest.Member(t, w.Chapter, "stu", models.Steward), "read write follow admin:read admin:write"), storetest.Account(t, w.Store, "far@far.example")
}

func TestAdminNeedsScopeAndRole(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		tokenOnly := w.client(chaptertest.Account(t, w.Chapter, "ana"), "read write admin:read admin:write")
		roleOnly := w.client(chaptertest.Account(t, w.Chapter, "pia"), "read write follow push")
		readOnly := w.client(chaptertest.Account(t, w.Chapter, "pia"), "admin:read")
		n := 0
		for _, op := range w.api.Operations() {
			if !strings.Contains(op.Path, "/admin/") {
				continue
			}
			n++
			path := strings.ReplaceAll(op.Path, "{id}", "1")
			w.nobody.ask(op.Method, path, "", "").want(401)
			tokenOnly.ask(op.Method, path, "", "").want(403)
			roleOnly.ask(op.Method, path, "", "").want(403)
			reads := op.Method == http.MethodGet || strings.HasSuffix(path, "/test") || strings.HasSuffix(path, "measures") || strings.HasSuffix(path, "dimensions") || strings.HasSuffix(path, "retention")
			if got := readOnly.ask(op.Method, path, "", ""); (got.status == 403) == reads {
				t.Errorf("%s %s with a token that may only read: %d", op.Method, path, got.status)
			}
		}
		if n < 44 {
			t.Errorf("only %d operations were tried", n)
		}
	})
}

func TestAdminAccounts(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		stu, far := adminWorld(t, w)
		ctx := t.Context()
		if err := w.UpdateChapter(ctx, w.pia.viewer(), func(c *models.Chapter) { c.Settings.Registration = models.ByAsking }); err != nil {
			t.Fatal(err)
		}
		apply := func(name string) string {
			a, err := w.Apply(ctx, chapter.NewMember{Username: name, Email: name + "@mail.example", Password: "correct horse", Application: "Because."}, netip.Addr{})
			if err != nil {
				t.Fatal(err)
			}
			return a.ID.String()
		}
		uma := apply("uma")
		for path, want := range map[string]string{
			"/api/v1/admin/accounts?pending=true":                            "uma",
			"/api/v2/admin/accounts?status=pending":                          "uma",
			"/api/v1/admin/accounts?remote=true":                             "far",
			"/api/v2/admin/accounts?origin=remote":                           "far",
			"/api/v1/admin/accounts?staff=true":                              "stu pia",
			"/api/v2/admin/accounts?permissions=staff":                       "stu pia",
			"/api/v2/admin/accounts?role_ids[]=-99":                          "gus",
			"/api/v2/admin/accounts?role_ids[]=17":                           "",
			"/api/v1/admin/accounts?local=true&active=true":                  "stu gus ben ana pia",
			"/api/v1/admin/accounts?by_domain=far.example":                   "far",
			"/api/v1/admin/accounts?username=b":                              "ben",
			"/api/v1/admin/accounts?email=ANA@mail.example":                  "ana",
			"/api/v1/admin/accounts?display_name=pia":                        "pia",
			"/api/v1/admin/accounts?ip=192.0.2.1":                            "",
			"/api/v1/admin/accounts?local=true&limit=2":                      "uma stu",
			"/api/v1/admin/accounts?local=true&limit=2&max_id=" + stu.id():   "gus ben",
			"/api/v1/admin/accounts?local=true&limit=1&min_id=" + w.ben.id(): "gus",
		} {
			if got := strings.Join(stu.get("%s", path).all("username"), " "); got != want {
				t.Errorf("%s: %s; want %s", path, got, want)
			}
		}
		got := stu.get("%s", "/api/v1/admin/accounts/"+uma)
		for path, want := range map[string]any{"email": "uma@mail.example", "invite_request": "Because.", "approved": false, "domain": nil, "role.name": "Member", "account.acct": "uma", "ip": nil} {
			if got.at(path) != want {
				t.Errorf("%s = %v; want %v", path, got.at(path), want)
			}
		}
		stu.get("%s", "/api/v1/admin/accounts/"+far.ID.String())
		stu.ask("GET", "/api/v1/admin/accounts/1", "", "").want(404)
		if got := stu.post("/api/v1/admin/accounts/" + uma + "/approve"); got.at("approved") != true {
			t.Errorf("approved: %s", got)
		}
		stu.form("POST", "/api/v1/admin/accounts/"+uma+"/reject").want(403)
		vic := apply("vic")
		stu.post("/api/v1/admin/accounts/" + vic + "/reject")
		stu.ask("GET", "/api/v1/admin/accounts/"+vic, "", "").want(404)
	})
}

func TestAdminActions(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		stu, far := adminWorld(t, w)
		ana := "/api/v1/admin/accounts/" + w.ana.id()
		for _, step := range []struct{ kind, undo, flag string }{
			{"sensitive", "unsensitive", "sensitized"}, {"silence", "unsilence", "silenced"}, {"suspend", "unsuspend", "suspended"}, {"disable", "enable", "disabled"},
		} {
			stu.post(ana+"/action", "type="+step.kind, "text=Because.")
			if got := stu.get("%s", ana); got.at(step.flag) != true {
				t.Errorf("after %s: %s", step.kind, got)
			}
			if got := stu.post(ana + "/" + step.undo); got.at(step.flag) != false {
				t.Errorf("after %s: %s", step.undo, got)
			}
		}
		for _, test := range []struct {
			path   string
			fields []string
			want   int
		}{
			{"/api/v1/admin/accounts/" + w.pia.id() + "/action", []string{"type=silence"}, 403},
			{"/api/v1/admin/accounts/" + stu.id() + "/action", []string{"type=silence"}, 403},
			{ana + "/action", []string{"type=tickle"}, 422},
			{ana + "/action", []string{"type=none"}, 422},
			{ana + "/action", []string{"type=none", "text=Mind the second rule."}, 200},
			{ana + "/action", []string{"type=silence", "warning_preset_id=1"}, 422},
			{"/api/v1/admin/accounts/1/action", []string{"type=silence"}, 404},
			{"/api/v1/admin/accounts/" + far.ID.String() + "/action", []string{"type=suspend", "text=x", "send_email_notification=true"}, 200},
		} {
			stu.form("POST", test.path, test.fields...).want(test.want)
		}
		// The words of a steward reach ana as a notification.
		ana2 := w.client(w.ana.account, "read") // signing in again: a disabled member's tokens ended
		got := ana2.get("/api/v1/notifications?types[]=moderation_warning")
		if got.str("0.moderation_warning.text") != "Mind the second rule." || got.str("0.moderation_warning.action") != "none" {
			t.Errorf("notification: %s", got)
		}
		stu.ask("DELETE", ana, "", "").want(403)
		stu.post(ana+"/action", "type=suspend")
		if got := stu.ask("DELETE", ana, "", "").want(200); got.str("username") != "ana" {
			t.Errorf("erased: %s", got)
		}
		if got := w.ben.ask("GET", "/api/v1/accounts/"+w.ana.id(), "", ""); got.status == 200 && got.at("suspended") != true {
			t.Errorf("an erased account: %s", got)
		}
	})
}

func TestAdminReports(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		stu, far := adminWorld(t, w)
		if err := w.UpdateChapter(t.Context(), w.pia.viewer(), func(c *models.Chapter) { c.Settings.Rules = []models.Rule{{ID: 7, Text: "No names"}} }); err != nil {
			t.Fatal(err)
		}
		post := w.ben.says("He said …")
		w.ana.form("POST", "/api/v1/reports", "account_id=1").want(404)
		w.ana.form("POST", "/api/v1/reports", "account_id="+w.ben.id(), "category=rude").want(422)
		w.nobody.form("POST", "/api/v1/reports", "account_id="+w.ben.id()).want(401)
		r := w.ana.post("/api/v1/reports", "account_id="+w.ben.id(), "status_ids[]="+post, "rule_ids[]=7", "category=violation", "comment=A client", "forward=true")
		for path, want := range map[string]any{"category": "violation", "comment": "A client", "forwarded": false, "action_taken": false, "target_account.acct": "ben", "status_ids.0": post, "rule_ids.0": "7"} {
			if r.at(path) != want {
				t.Errorf("%s = %v; want %v", path, r.at(path), want)
			}
		}
		other := w.ana.post("/api/v1/reports", "account_id="+far.ID.String(), "category=spam")
		stu.get("/api/v1/admin/reports").list(other.str("id"), r.str("id"))
		stu.get("%s", "/api/v1/admin/reports?target_account_id="+w.ben.id()).list(r.str("id"))
		stu.get("%s", "/api/v1/admin/reports?account_id="+w.ben.id()).list()
		if got := stu.get("/api/v1/notifications?types[]=admin.report"); got.str("1.report.comment") != "A client" || got.str("1.report.target_account.acct") != "ben" {
			t.Errorf("notification: %s", got)
		}
		// A post that is hidden is shown to who decides.
		if _, err := w.Decide(t.Context(), stu.viewer(), chapter.Decision{Kind: models.MeasureHide, Target: w.ben.account.ID, Posts: []models.ID{models.ParseID(post)}}); err != nil {
			t.Fatal(err)
		}
		path := "/api/v1/admin/reports/" + r.str("id")
		got := stu.get("%s", path)
		for path, want := range map[string]any{"statuses.0.id": post, "rules.0.text": "No names", "account.username": "ana", "target_account.email": "ben@mail.example", "assigned_account": nil} {
			if got.at(path) != want {
				t.Errorf("%s = %v; want %v", path, got.at(path), want)
			}
		}
		if got := stu.post(path + "/assign_to_self"); got.str("assigned_account.username") != "stu" {
			t.Errorf("assigned: %s", got)
		}
		if got := stu.post(path + "/unassign"); got.at("assigned_account") != nil {
			t.Errorf("unassigned: %s", got)
		}
		if got := stu.form("PUT", path, "category=spam").want(200); got.str("category") != "spam" || got.has("rules.0") {
			t.Errorf("sorted: %s", got)
		}
		if got := stu.post(path + "/resolve"); got.at("action_taken") != true || got.str("action_taken_by_account.username") != "stu" {
			t.Errorf("resolved: %s", got)
		}
		stu.get("/api/v1/admin/reports?resolved=true").list(r.str("id"))
		stu.get("/api/v1/admin/reports?resolved=false").list(other.str("id"))
		stu.get("/api/v1/admin/reports?resolved=true&unresolved=true").list(other.str("id"), r.str("id"))
		if got := stu.post(path + "/reopen"); got.at("action_taken") != false {
			t.Errorf("reopened: %s", got)
		}
		stu.post("/api/v1/admin/accounts/"+w.ben.id()+"/action", "type=none", "report_id="+r.str("id"))
		if got := stu.get("%s", path); got.at("action_taken") != true {
			t.Errorf("closed by an action: %s", got)
		}
		stu.ask("GET", "/api/v1/admin/reports/1", "", "").want(404)
	})
}

func TestAdminDomains(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		stu, _ := adminWorld(t, w)
		b := stu.post("/api/v1/admin/domain_blocks", "domain=Far.example", "severity=suspend", "reject_media=true", "public_comment=Spam", "private_comment=see mail", "obfuscate=true")
		path := "/api/v1/admin/domain_blocks/" + b.str("id")
		for path, want := range map[string]any{"domain": "far.example", "severity": "suspend", "reject_media": true, "reject_reports": false, "public_comment": "Spam", "private_comment": "see mail", "obfuscate": true} {
			if b.at(path) != want {
				t.Errorf("%s = %v; want %v", path, b.at(path), want)
			}
		}
		stu.form("POST", "/api/v1/admin/domain_blocks", "domain=far.example").want(422)
		stu.form("POST", "/api/v1/admin/domain_blocks", "domain=x.example", "severity=mild").want(422)
		stu.form("POST", "/api/v1/admin/domain_blocks", "domain=here.example").want(422)
		noop := stu.post("/api/v1/admin/domain_blocks", "domain=loud.example", "severity=noop", "reject_reports=true")
		stu.get("/api/v1/admin/domain_blocks").list(noop.str("id"), b.str("id"))
		stu.get("/api/v1/admin/domain_blocks?limit=1").list(noop.str("id"))
		stu.get("%s", "/api/v1/admin/domain_blocks?limit=1&max_id="+noop.str("id")).list(b.str("id"))
		stu.get("%s", "/api/v1/admin/domain_blocks?min_id="+b.str("id")).list(noop.str("id"))
		if got := w.nobody.get("/api/v1/instance/domain_blocks"); got.str("0.domain") != "fa*.*****le" || got.str("0.comment") != "Spam" || got.has("1") {
			t.Errorf("the public list: %s", got)
		}
		got := stu.form("PUT", path, "severity=silence", "obfuscate=false").want(200)
		if got.str("severity") != "silence" || got.str("public_comment") != "Spam" || got.at("reject_media") != true {
			t.Errorf("changed: %s", got)
		}
		if got := w.nobody.get("/api/v1/instance/domain_blocks"); got.str("0.domain") != "far.example" || got.str("0.severity") != "silence" {
			t.Errorf("the public list: %s", got)
		}
		if got := stu.get("%s", path); got.str("severity") != "silence" {
			t.Errorf("one: %s", got)
		}
		stu.ask("DELETE", path, "", "").want(200)
		stu.ask("DELETE", path, "", "").want(404)

		allow := stu.post("/api/v1/admin/domain_allows", "domain=good.example")
		if again := stu.post("/api/v1/admin/domain_allows", "domain=good.example"); again.str("id") != allow.str("id") {
			t.Errorf("allowed again: %s", again)
		}
		stu.get("/api/v1/admin/domain_allows").list(allow.str("id"))
		stu.get("%s", "/api/v1/admin/domain_allows/"+allow.str("id"))
		stu.ask("GET", "/api/v1/admin/domain_blocks/"+allow.str("id"), "", "").want(404)
		stu.ask("DELETE", "/api/v1/admin/domain_allows/"+allow.str("id"), "", "").want(200)
		stu.get("/api/v1/admin/domain_allows").list()
	})
}

func TestAdminBars(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		stu, _ := adminWorld(t, w)
		for _, test := range []struct {
			path, field, value string
			want               map[string]any
		}{
			{"email_domain_blocks", "domain=spam.example", "", map[string]any{"domain": "spam.example"}},
			{"canonical_email_blocks", "email=Will.Iam+x@mail.example", "", map[string]any{"canonical_email_hash": models.MailHash("william@mail.example")}},
			{"ip_blocks", "ip=192.0.2.7/24", "severity=sign_up_block", map[string]any{"ip": "192.0.2.0/24", "severity": "sign_up_block", "expires_at": nil, "comment": ""}},
		} {
			path := "/api/v1/admin/" + test.path
			stu.form("POST", path).want(422)
			b := stu.post(path, test.field, test.value)
			for path, want := range test.want {
				if b.at(path) != want {
					t.Errorf("%s: %s = %v; want %v", test.path, path, b.at(path), want)
				}
			}
			stu.form("POST", path, test.field, test.value).want(422)
			stu.get("%s", path).list(b.str("id"))
			if got := stu.get("%s", path+"/"+b.str("id")); got.String() != b.String() {
				t.Errorf("one: %s; want %s", got, b)
			}
			if test.path == "ip_blocks" {
				got := stu.form("PUT", path+"/"+b.str("id"), "severity=no_access", "comment=x", "expires_in=3600").want(200)
				if got.str("severity") != "no_access" || got.str("comment") != "x" || got.at("expires_at") == nil || got.str("ip") != "192.0.2.0/24" {
					t.Errorf("changed: %s", got)
				}
			}
			if test.path == "canonical_email_blocks" {
				stu.post(path+"/test", "email=william@mail.example").list(b.str("id"))
				stu.post(path+"/test", "email=other@mail.example").list()
			}
			stu.ask("DELETE", path+"/"+b.str("id"), "", "").want(200)
			stu.ask("GET", path+"/"+b.str("id"), "", "").want(404)
		}
	})
}

func TestAdminFigures(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		stu, far := adminWorld(t, w)
		post := w.ana.says("Hello #coaching")
		w.ben.post("/api/v1/statuses/" + post + "/favourite")
		w.ben.says("Well said", "in_reply_to_id="+post)
		w.ana.post("/api/v1/reports", "account_id="+far.ID.String())
		storetest.Post(t, w.Store, far, nil)
		tag, err := w.Store.Tag(t.Context(), "coaching")
		if err != nil {
			t.Fatal(err)
		}
		today := w.Store.Now().Format("2006-01-02")
		keys := []string{"active_users", "new_users", "interactions", "opened_reports", "resolved_reports", "tag_uses", "tag_accounts", "tag_servers", "instance_accounts", "instance_statuses",
			"instance_reports", "instance_media_attachments", "instance_follows", "instance_followers", "nonsense"}
		body := fmt.Sprintf(`{"keys":["%s"],"start_at":"%s","end_at":"%s","tag_uses":{"id":"%d"},"tag_accounts":{"id":"%[4]d"},"tag_servers":{"id":"%[4]d"},"tag_languages":{"id":"%[4]d"},
			"instance_accounts":{"domain":"far.example"},"instance_statuses":{"domain":"far.example"},"instance_reports":{"domain":"far.example"},"instance_media_attachments":{"domain":"far.example"},
			"instance_follows":{"domain":"far.example"},"instance_followers":{"domain":"far.example"},"instance_languages":{"domain":"far.example"}}`, strings.Join(keys, `","`), today, today, tag.ID)
		got := stu.json("POST", "/api/v1/admin/measures", body).want(200)
		want := []string{"2", "5", "2", "1", "0", "1", "1", "1", "1", "1", "1", "0", "0", "0"}
		if totals := got.all("total"); strings.Join(totals, " ") != strings.Join(want, " ") {
			t.Errorf("totals of %v: %v; want %v", got.all("key"), totals, want)
		}
		if got.str("1.data.0.value") != "5" || got.has("1.data.1") || got.str("1.previous_total") != "0" {
			t.Errorf("new_users: %s", got)
		}
		dimensions := strings.Replace(body, strings.Join(keys, `","`), `languages","servers","sources","software_versions","space_usage","tag_servers","tag_languages","instance_accounts","instance_languages","nonsense`, 1)
		got = stu.json("POST", "/api/v1/admin/dimensions", dimensions).want(200)
		for path, want := range map[string]string{"0.data.0.key": "en", "0.data.0.value": "5", "1.data.0.key": "here.example", "1.data.0.value": "3", "1.data.1.key": "far.example", "2.data.0.key": "Test app",
			"3.data.0.value": "0.1.0", "4.data.0.unit": "bytes", "5.data.0.key": "here.example", "8.data.0.key": "en"} {
			if got.str(path) != want {
				t.Errorf("%s = %s; want %s", path, got.str(path), want)
			}
		}
		if got.has("9") {
			t.Errorf("a key that is not known is answered: %s", got)
		}
		got = stu.json("POST", "/api/v1/admin/retention", fmt.Sprintf(`{"start_at":"%s","end_at":"%s","frequency":"month"}`, today, today)).want(200)
		if got.str("0.data.0.value") != "2" || got.at("0.data.0.rate") != 0.4 || !strings.HasSuffix(got.str("0.period"), "-01T00:00:00.000Z") {
			t.Errorf("retention: %s", got)
		}
		stu.json("POST", "/api/v1/admin/retention", fmt.Sprintf(`{"start_at":"%s","end_at":"%s","frequency":"day"}`, today, today)).want(200)
		stu.json("POST", "/api/v1/admin/retention", `{"frequency":"year"}`).want(422)
		stu.json("POST", "/api/v1/admin/measures", `{"keys":["new_users"],"start_at":"2020-01-01","end_at":"2025-01-01"}`).want(422)
	})
}
