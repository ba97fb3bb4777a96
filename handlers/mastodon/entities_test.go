package mastodon_test

import (
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"atelier/handlers/apitest"
	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/store"
	"atelier/models/store/storetest"
)

// golden compares the answer with the recorded one.
func (a *answer) golden(name string) *answer {
	a.t.Helper()
	apitest.Golden(a.t, name, a.body)
	return a
}

// Every entity is what it was when somebody last looked at it: on both
// engines, byte for byte.
func TestEntities(t *testing.T) {
	t.Setenv("PATH", "") // whether films are taken depends on what is installed
	each(t, func(t *testing.T, w *world) {
		stu, far := adminWorld(t, w)
		entitiesOfChapter(t, w)
		entitiesOfPeople(t, w, far)
		note := entitiesOfPosts(t, w, far)
		entitiesOfReading(t, w, note)
		entitiesOfNotices(t, w)
		entitiesOfStewards(t, w, stu, far)
	})
}

func entitiesOfChapter(t *testing.T, w *world) {
	err := w.UpdateChapter(t.Context(), w.pia.viewer(), func(c *models.Chapter) {
		c.Settings.Rules = []models.Rule{{ID: 7, Text: "No names"}}
		c.Settings.Registration, c.Settings.Terms = models.ByAsking, "Be *kind*."
	})
	if err != nil {
		t.Fatal(err)
	}
	waitFor(t, func() bool { self, _ := w.Self(t.Context()); return self.Settings.Terms != "" })
	w.nobody.get("/api/v2/instance").golden("Instance")
	w.nobody.get("/api/v1/instance").golden("V1Instance")
	w.nobody.get("/api/v1/instance/rules").golden("Rule")
	w.nobody.get("/api/v1/instance/extended_description").golden("ExtendedDescription")
	w.nobody.get("/api/v1/instance/privacy_policy").golden("PrivacyPolicy")
	w.nobody.get("/api/v1/instance/terms_of_service").golden("TermsOfService")
	if _, err := w.SaveAnnouncement(t.Context(), w.pia.viewer(), models.Announcement{Source: "Please *renew*, @ana. #renewal"}, true); err != nil {
		t.Fatal(err)
	}
	id := w.ana.get("/api/v1/announcements").str("0.id")
	w.ana.form("PUT", "/api/v1/announcements/"+id+"/reactions/%F0%9F%91%8D").want(200)
	w.ana.get("/api/v1/announcements").golden("Announcement")
}

func entitiesOfPeople(t *testing.T, w *world, far *models.Account) {
	w.ana.upload("PATCH", "/api/v1/accounts/update_credentials", "avatar@"+picture(t), "avatar_description=Ana, smiling", "display_name=Ana A", "note=I coach. #silence",
		"fields_attributes[0][name]=Web", "fields_attributes[0][value]=https://ana.example/").want(200).golden("CredentialAccount")
	w.nobody.get("/api/v1/accounts/%s", w.ana.id()).golden("Account")
	far.Name, far.Emojis = "Far :heron:", []models.Emoji{{Shortcode: "heron", URL: "https://far.example/heron.png"}}
	storetest.Write(t, w.Store, func(tx *store.Tx) error { _, err := tx.SetAccount(t.Context(), far); return err })
	w.nobody.get("/api/v1/accounts/%s", far.ID).golden("AccountElsewhere")
	w.ana.get("/api/v1/profile").golden("Profile")
	w.ana.get("/api/v1/preferences").golden("Preferences")
	w.ana.post("/api/v1/accounts/"+w.ben.id()+"/follow", "notify=true", "languages[]=en").golden("Relationship")
	w.pia.post("/api/v1/accounts/" + w.ana.id() + "/follow")
	w.ana.post("/api/v1/accounts/"+far.ID.String()+"/mute", "duration=3600")
	w.ana.get("/api/v1/mutes").golden("MutedAccount")
	w.ana.post("/api/v1/accounts/" + far.ID.String() + "/unmute")
	w.pia.get("/api/v1/accounts/familiar_followers?id[]=%s", w.ben.id()).golden("FamiliarFollowers")
	w.ana.post("/api/v1/featured_tags", "name=silence").golden("FeaturedTag")
	w.gus.form("PATCH", "/api/v1/accounts/update_credentials", "discoverable=true").want(200)
	w.pia.get("/api/v2/suggestions").golden("Suggestion")
	w.ben.form("PATCH", "/api/v1/accounts/update_credentials", "discoverable=true").want(200)
	c := w.ana.json("POST", "/api/v1/collections", `{"name":"Facilitators","description":"They ask well.","tag_name":"Asking","language":"en","account_ids":["`+w.ben.id()+`"]}`).want(200).golden("Collection")
	w.nobody.get("/api/v1/collections/%s", c.str("collection.id")).golden("CollectionWithAccounts")
	w.ana.post("/api/v1/collections/"+c.str("collection.id")+"/items", "account_id="+w.ana.id()).golden("CollectionItem")
	w.client(nil, "read write").post("/api/v1/accounts", "username=uma", "email=uma@mail.example", "password=correct horse", "agreement=true", "locale=en", "reason=Because.").golden("Token")
}

// entitiesOfPosts returns the id of ana's practice note.
func entitiesOfPosts(t *testing.T, w *world, far *models.Account) string {
	p, err := w.Publish(t.Context(), w.ana.account, chapter.Draft{Title: "Checking in", Visibility: models.Public, Summary: "Three minutes of silence.",
		Practice: &models.Practice{Kind: models.Approach, Sections: []models.Section{{Key: "when", Text: "They go *quiet*. #Silence"}, {Key: "do", Text: "Wait."}}, Confidentiality: models.Disguised}})
	if err != nil {
		t.Fatal(err)
	}
	note := p.ID.String()
	w.ben.get("/api/v1/statuses/%s", note).golden("StatusPracticeNote")
	media := w.ana.upload("POST", "/api/v2/media", "file@"+picture(t), "description=colours", "focus=0.5,-0.25").want(200).golden("MediaAttachment").str("id")
	full := w.ana.post("/api/v1/statuses", "status=@ben look: #Silence https://paper.example/a", "spoiler_text=colours", "visibility=unlisted", "language=en", "media_ids[]="+media, "quoted_status_id="+note).golden("Status")
	id := full.str("id")
	w.ana.get("/api/v1/statuses/%s/source", id).golden("StatusSource")
	w.ana.form("PUT", "/api/v1/statuses/"+id, "status=@ben look again", "spoiler_text=colours", "media_ids[]="+media).want(200)
	w.ana.get("/api/v1/statuses/%s/history", id).golden("StatusEdit")
	w.ben.post("/api/v1/statuses", "status=as she says", "quoted_status_id="+id).golden("StatusShallowQuote")
	w.ben.says("I see.", "in_reply_to_id="+id)
	w.ben.get("/api/v1/statuses/%s/context", id).golden("Context")
	w.ben.post("/api/v1/statuses/" + note + "/reblog").golden("StatusBoost")
	theirs := storetest.Post(t, w.Store, far, func(p *models.Post) { p.HTML = "<p>From elsewhere</p>" })
	w.ana.get("/api/v1/statuses/%s", theirs.ID).golden("StatusElsewhere")
	poll := w.ana.json("POST", "/api/v1/statuses", `{"status":"which?","poll":{"options":["red","blue"],"expires_in":"3600","multiple":true}}`).want(200).str("poll.id")
	w.ben.form("POST", "/api/v1/polls/"+poll+"/votes", "choices[]=1").want(200).golden("Poll")
	later := time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
	w.ana.post("/api/v1/statuses", "status=later", "visibility=private", "scheduled_at="+later).golden("ScheduledStatus")
	storetest.Write(t, w.Store, func(tx *store.Tx) error {
		return tx.SetCard(t.Context(), models.ParseID(id), &models.Card{URL: "https://paper.example/a", Title: "A paper", Description: "On silence", Type: "link", Provider: "Paper"})
	})
	w.ana.get("/api/v1/statuses/%s", id).golden("StatusCard")
	w.nobody.get("/api/oembed?url=https://here.example/talk/%s", w.ana.says("hello")).golden("OEmbedResponse")
	return note
}

func entitiesOfReading(t *testing.T, w *world, note string) {
	w.ben.post("/api/v1/tags/silence/follow").golden("Tag")
	w.ana.get("/api/v2/search?q=silence").golden("Search")
	list := w.ana.post("/api/v1/lists", "title=Peers", "replies_policy=list").golden("List").str("id")
	w.ana.get("/api/v1/lists").golden("Lists")
	w.ana.form("DELETE", "/api/v1/lists/"+list).want(200)
	f := w.pia.json("POST", "/api/v2/filters", `{"title":"no news","context":["home","public"],"filter_action":"warn","expires_in":"3600","keywords_attributes":[{"keyword":"quiet","whole_word":true}]}`).want(200)
	w.pia.post("/api/v2/filters/"+f.str("id")+"/statuses", "status_id="+note).golden("FilterStatus")
	w.pia.get("/api/v2/filters/%s", f.str("id")).golden("Filter")
	w.pia.get("/api/v1/statuses/%s", note).golden("StatusFiltered")
	w.pia.get("/api/v1/filters").golden("V1Filter")
	w.pia.form("DELETE", "/api/v2/filters/"+f.str("id")).want(200)
	w.ana.post("/api/v1/markers", "home[last_read_id]="+note).golden("Marker")
	w.ben.says("@ana between us", "visibility=direct")
	w.ana.get("/api/v1/conversations").golden("Conversation")
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	w.ana.json("POST", "/api/v1/push/subscription", fmt.Sprintf(`{"subscription":{"endpoint":"https://push.example/1","keys":{"p256dh":"%s","auth":"%s"}},"data":{"alerts":{"mention":true},"policy":"followed"}}`,
		base64.RawURLEncoding.EncodeToString(key.PublicKey().Bytes()), base64.RawURLEncoding.EncodeToString(make([]byte, 16)))).want(200).golden("WebPushSubscription")
}

func entitiesOfNotices(t *testing.T, w *world) {
	w.ana.get("/api/v1/notifications").golden("Notification")
	w.ana.get("/api/v2/notifications").golden("GroupedNotificationsResults")
	w.ana.get("/api/v2/notifications?expand_accounts=partial_avatars").golden("PartialAccountWithAvatar")
	w.ana.get("/api/v1/notifications/unread_count").golden("CountResponse")
	held(w)
	w.gus.says("@ana may I?")
	w.ana.get("/api/v2/notifications/policy").golden("NotificationPolicy")
	w.ana.get("/api/v1/notifications/policy").golden("V1NotificationPolicy")
	w.ana.get("/api/v1/notifications/requests").golden("NotificationRequest")
	w.ana.get("/api/v1/notifications/requests/merged").golden("MergedResponse")
}

func entitiesOfStewards(t *testing.T, w *world, stu *client, far *models.Account) {
	post := w.ben.says("He said …")
	r := w.ana.post("/api/v1/reports", "account_id="+w.ben.id(), "status_ids[]="+post, "rule_ids[]=7", "category=violation", "comment=A client").golden("Report")
	stu.get("/api/v1/admin/reports/%s", r.str("id")).golden("AdminReport")
	stu.get("/api/v1/admin/accounts/%s", w.ben.id()).golden("AdminAccount")
	stu.post("/api/v1/admin/domain_blocks", "domain=loud.example", "severity=silence", "public_comment=Loud").golden("AdminDomainBlock")
	w.nobody.get("/api/v1/instance/domain_blocks").golden("DomainBlock")
	stu.post("/api/v1/admin/domain_allows", "domain=good.example").golden("AdminDomainAllow")
	stu.post("/api/v1/admin/email_domain_blocks", "domain=spam.example").golden("AdminEmailDomainBlock")
	stu.post("/api/v1/admin/canonical_email_blocks", "email=will@mail.example").golden("AdminCanonicalEmailBlock")
	stu.post("/api/v1/admin/ip_blocks", "ip=192.0.2.7/24", "severity=sign_up_block", "comment=x").golden("AdminIpBlock")
	tag, err := w.Store.Tag(t.Context(), "silence")
	if err != nil {
		t.Fatal(err)
	}
	stu.get("/api/v1/admin/tags/%s", tag.ID).golden("AdminTag")
	today := w.Store.Now().Format("2006-01-02")
	span := fmt.Sprintf(`"start_at":"%s","end_at":"%s"`, today, today)
	stu.json("POST", "/api/v1/admin/measures", `{"keys":["new_users"],`+span+`}`).want(200).golden("AdminMeasure")
	stu.json("POST", "/api/v1/admin/dimensions", `{"keys":["languages"],`+span+`}`).want(200).golden("AdminDimension")
	stu.json("POST", "/api/v1/admin/retention", `{`+span+`,"frequency":"day"}`).want(200).golden("AdminCohort")
	stu.post("/api/v1/admin/accounts/"+w.ben.id()+"/action", "type=none", "text=Mind the first rule.")
	w.ben.get("/api/v1/notifications?types[]=moderation_warning").golden("AccountWarning")
	w.ana.ask("GET", "/api/v1/statuses/1", "", "").want(404).golden("Error")
	w.ana.form("POST", "/api/v1/collections", "name= ").want(422).golden("ValidationError")
	w.HandleJobs(chapter.JobReplies, func(context.Context, *models.Job) error { return nil })
	p := storetest.Post(t, w.Store, far, nil)
	h := w.ana.get("/api/v1/statuses/%s/context", p.ID).header.Get("Mastodon-Async-Refresh")
	id, _, _ := strings.Cut(strings.TrimPrefix(h, `id="`), `"`)
	w.ana.get("/api/v1_alpha/async_refreshes/%s", id).golden("AsyncRefreshResponse")
}
