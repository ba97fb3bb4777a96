package mastodon_test

import (
	"strings"
	"testing"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/chapter/chaptertest"
)

func TestLists(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.ben.post("/api/v1/accounts/" + w.ana.id() + "/follow")
		before := w.ana.says("before")
		l := w.ben.post("/api/v1/lists", "title=Friends", "replies_policy=list")
		id := l.str("id")
		l.is("title", "Friends").is("replies_policy", "list").is("exclusive", false)
		w.ben.get("/api/v1/lists").list("1", "2", id)
		w.ben.get("/api/v1/lists/%s", id).is("title", "Friends")
		w.ana.ask("GET", "/api/v1/lists/"+id, "", "").want(404)
		w.ben.form("POST", "/api/v1/lists").want(422)
		w.ben.form("POST", "/api/v1/lists", "title=x", "replies_policy=all").want(422)
		w.ben.form("POST", "/api/v1/lists/"+id+"/accounts", "account_ids[]="+w.pia.id()).want(404) // not followed
		w.ben.post("/api/v1/lists/"+id+"/accounts", "account_ids[]="+w.ana.id())
		w.ben.form("POST", "/api/v1/lists/"+id+"/accounts", "account_ids[]="+w.ana.id()).want(422)
		w.ben.get("/api/v1/lists/%s/accounts?limit=0", id).list(w.ana.id())
		w.ben.get("/api/v1/accounts/%s/lists", w.ana.id()).list(id)
		w.ben.get("/api/v1/timelines/list/%s", id).list(before)

		after := w.ana.says("after")
		reply := w.ana.says("re", "in_reply_to_id="+w.pia.says("pia's"))
		members := w.ana.says("in", "visibility=private", "local_only=true")
		w.ana.says("@ben psst", "visibility=direct")
		boost := w.ana.post("/api/v1/statuses/" + w.pia.says("other") + "/reblog").str("id")
		w.ben.get("/api/v1/timelines/list/%s", id).list(boost, members, after, before)
		w.ben.form("PUT", "/api/v1/lists/"+id, "title=Close friends", "replies_policy=followed", "exclusive=true").want(200).is("exclusive", true).is("title", "Close friends")
		w.ben.post("/api/v1/accounts/" + w.pia.id() + "/follow")
		answer := w.ana.says("re 2", "in_reply_to_id="+w.pia.says("pia's second"))
		w.ben.get("/api/v1/timelines/list/%s?limit=1", id).list(answer)
		if got := w.ben.get("/api/v1/timelines/home?limit=1").ids(); got[0] == answer {
			t.Error("what an exclusive list brings is at home")
		}
		_ = reply

		w.ben.json("DELETE", "/api/v1/lists/"+id+"/accounts", `{"account_ids":["`+w.ana.id()+`"]}`).want(200)
		w.ben.get("/api/v1/timelines/list/%s", id).list()
		w.ben.post("/api/v1/lists/"+id+"/accounts", "account_ids[]="+w.ana.id())
		w.ben.post("/api/v1/accounts/" + w.ana.id() + "/unfollow")
		w.ben.get("/api/v1/lists/%s/accounts", id).list() // gone with the follow
		w.ben.get("/api/v1/timelines/list/%s", id).list()
		w.ben.form("DELETE", "/api/v1/lists/"+id).want(200)
		w.ben.ask("GET", "/api/v1/timelines/list/"+id, "", "").want(404)
		w.ben.form("DELETE", "/api/v1/lists/"+id).want(404)
	})
}

// The chapter's practice notes are a list that nobody changes.
func TestLibraryList(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p, err := w.Publish(t.Context(), w.ana.account, chapter.Draft{Title: "Three chairs", Visibility: models.Public, Practice: &models.Practice{Kind: models.Tool, Sections: []models.Section{{Key: "steps", Text: "Sit."}}}})
		if err != nil {
			t.Fatal(err)
		}
		w.ana.says("no note")
		w.ben.get("/api/v1/lists/1").is("title", "Library")
		w.ben.get("/api/v1/timelines/list/1").list(p.ID.String())
		w.ben.get("/api/v1/lists/1/accounts").list()
		w.ben.form("DELETE", "/api/v1/lists/1").want(403)
		w.ben.form("PUT", "/api/v1/lists/1", "title=Mine").want(403)
		w.gus.get("/api/v1/lists").list()
		w.gus.ask("GET", "/api/v1/lists/1", "", "").want(404)
	})
}

// So are the questions that nobody answered yet; an app asks by #question.
func TestOpenQuestionsList(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		asked := w.ana.says("How do you begin?\n\nI never know. #question")
		secret := w.pia.says("Only for us? #question", "visibility=private", "local_only=true")
		w.ana.says("no question")
		w.ben.get("/api/v1/lists/2").is("title", "Open questions").is("replies_policy", "none").is("exclusive", false)
		w.ben.get("/api/v1/timelines/list/2").list(secret, asked)
		page := w.ben.get("/api/v1/timelines/list/2?limit=1").list(secret)
		w.ben.get("%s", page.links()["next"]).list(asked)
		answer := w.ben.says("With silence.", "in_reply_to_id="+asked)
		if _, err := w.AcceptAnswer(t.Context(), w.ana.viewer(), models.ParseID(asked), models.ParseID(answer)); err != nil {
			t.Fatal(err)
		}
		w.ben.get("/api/v1/timelines/list/2").list(secret)
		w.ben.post("/api/v1/accounts/" + w.pia.id() + "/mute")
		w.ben.get("/api/v1/timelines/list/2").list()
		w.ben.form("POST", "/api/v1/lists/2/accounts", "account_ids[]="+w.ana.id()).want(403)
		w.gus.ask("GET", "/api/v1/timelines/list/2", "", "").want(404)
	})
}

func TestTags(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.ben.get("/api/v1/tags/Silence").is("name", "Silence").is("following", false).is("id", "0")
		w.nobody.ask("GET", "/api/v1/tags/12", "", "").want(404)
		w.ben.post("/api/v1/tags/Silence/follow").is("following", true).is("featuring", false)
		w.ben.form("POST", "/api/v1/tags/12/follow").want(422)
		w.ben.get("/api/v1/followed_tags").is("0.name", "Silence").is("0.following", true)
		public := w.ana.says("#silence")
		w.ana.says("#silence", "visibility=unlisted")
		members := w.ana.says("#SILENCE", "visibility=private", "local_only=true")
		w.ben.get("/api/v1/timelines/home").list(members, public)
		w.nobody.get("/api/v1/tags/silence").lacks("following").is("history.0.uses", "1").is("history.0.accounts", "1").is("history.6.uses", "0")
		w.ben.post("/api/v1/accounts/" + w.ana.id() + "/block")
		w.ana.says("#silence again")
		w.ben.get("/api/v1/timelines/home").list()
		w.ben.post("/api/v1/tags/silence/unfollow").is("following", false)
		w.ben.get("/api/v1/followed_tags").list()

		w.ana.get("/api/v1/featured_tags/suggestions").is("0.name", "Silence")
		f := w.ana.post("/api/v1/featured_tags", "name=Silence")
		f.is("statuses_count", "3").is("url", "https://here.example/tags/silence")
		w.ana.form("POST", "/api/v1/featured_tags", "name=silence").want(422)
		w.ana.form("POST", "/api/v1/featured_tags", "name=no spaces").want(422)
		w.nobody.get("/api/v1/accounts/%s/featured_tags", w.ana.id()).is("0.id", f.str("id"))
		w.ana.get("/api/v1/tags/silence").is("featuring", true)
		w.ana.form("DELETE", "/api/v1/featured_tags/"+f.str("id")).want(200)
		w.ana.get("/api/v1/featured_tags").list()
		w.ana.form("DELETE", "/api/v1/featured_tags/"+f.str("id")).want(404)
		w.ana.post("/api/v1/tags/silence/feature").is("featuring", true)
		w.ana.post("/api/v1/tags/silence/unfeature").is("featuring", false)
	})
}

// A theme is followed as its account, by its page, or as its hashtag, in an app.
func TestThemesAreFollowedTags(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		theme, err := w.SaveTheme(t.Context(), w.pia.viewer(), models.Theme{Name: "Inner work", Aliases: []string{"reflection"}})
		if err != nil {
			t.Fatal(err)
		}
		account := theme.AccountID.String()
		following := func(want bool) {
			t.Helper()
			w.ben.get("/api/v1/accounts/relationships?id[]=%s", account).is("0.following", want)
		}
		w.ben.get("/api/v1/followed_tags").list()
		w.ben.post("/api/v1/accounts/" + account + "/follow")
		w.ben.get("/api/v1/followed_tags").is("0.name", "InnerWork").lacks("1")
		w.ben.post("/api/v1/tags/innerwork/unfollow").is("following", false)
		following(false)
		w.ben.post("/api/v1/tags/Reflection/follow").is("following", true)
		following(true)

		// What has the theme comes, with the hashtag or without.
		by := func(d chapter.Draft) string {
			p, err := w.Publish(t.Context(), w.ana.account, d)
			if err != nil {
				t.Fatal(err)
			}
			chaptertest.DoJobs(t, w.Chapter)
			return p.ID.String()
		}
		note := by(chapter.Draft{Title: "A pause", Visibility: models.Public, Practice: &models.Practice{Kind: models.Tool, Themes: []string{theme.Key}, Sections: []models.Section{{Key: "steps", Text: "Wait."}}}})
		talk := by(chapter.Draft{Source: "On #reflection", Visibility: models.Public})
		var got []string
		for _, e := range w.ben.get("/api/v1/timelines/home").v.([]any) {
			s := e.(map[string]any)
			if boosted, ok := s["reblog"].(map[string]any); ok {
				s = boosted
			}
			got = append(got, s["id"].(string))
		}
		if strings.Join(got, " ") != talk+" "+note {
			t.Errorf("at home are %v, want %v", got, []string{talk, note})
		}
		w.ben.post("/api/v1/accounts/" + account + "/unfollow")
		following(false)
		w.ben.get("/api/v1/followed_tags").list()
		w.ben.post("/api/v1/tags/Silence/follow") // no theme
		following(false)
	})
}

func TestConversations(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.ana.get("/api/v1/conversations").list()
		first := w.ana.says("@ben hello", "visibility=direct")
		c := w.ben.get("/api/v1/conversations")
		id := c.str("0.id")
		c.is("0.unread", true).is("0.last_status.id", first).is("0.accounts.0.id", w.ana.id()).lacks("0.accounts.1")
		w.ana.get("/api/v1/conversations").is("0.unread", false).is("0.accounts.0.id", w.ben.id())
		w.ben.post("/api/v1/conversations/"+id+"/read").is("unread", false)
		w.ana.form("POST", "/api/v1/conversations/"+id+"/read").want(404)
		w.ben.post("/api/v1/conversations/"+id+"/unread").is("unread", true)
		second := w.ben.says("@ana hi", "visibility=direct", "in_reply_to_id="+first)
		w.ana.get("/api/v1/conversations").is("0.last_status.id", second).is("0.unread", true).lacks("1")
		other := w.pia.says("@ana else", "visibility=direct")
		page := w.ana.get("/api/v1/conversations?limit=1").is("0.last_status.id", other)
		w.ana.get("%s", page.links()["next"]).is("0.last_status.id", second)
		w.ben.form("DELETE", "/api/v1/statuses/"+second).want(200)
		w.ana.get("/api/v1/conversations").is("1.last_status.id", first)
		w.ana.form("DELETE", "/api/v1/statuses/"+first).want(200)
		w.ben.get("/api/v1/conversations").list()
		only := w.ana.get("/api/v1/conversations").str("0.id")
		w.ana.form("DELETE", "/api/v1/conversations/"+only).want(200)
		w.ana.get("/api/v1/conversations").list()
		w.ana.form("DELETE", "/api/v1/conversations/"+only).want(404)
		note := w.ana.says("to myself", "visibility=direct", "local_only=true")
		w.ana.get("/api/v1/conversations").is("0.last_status.id", note).is("0.accounts.0.id", w.ana.id())
	})
}
