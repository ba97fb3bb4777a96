package mastodon_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"atelier/handlers/mastodon"
	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/chapter/chaptertest"
	"atelier/models/store"
	"atelier/models/store/storetest"
)

func TestStatus(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.ana.post("/api/v1/statuses", "status=Hello @ben #Silence", "visibility=public")
		a.is("visibility", "public").is("local_only", false).is("account.acct", "ana").is("in_reply_to_id", nil).is("reblog", nil).is("poll", nil).is("card", nil).
			is("edited_at", nil).is("favourited", false).is("pinned", false).is("mentions.0.acct", "ben").is("tags.0.name", "silence").is("application.name", "Test app").
			is("spoiler_text", "").is("sensitive", false).is("quote", nil).is("quote_approval.current_user", "automatic")
		got := w.nobody.get("/api/v1/statuses/%s", a.str("id"))
		got.lacks("favourited").lacks("filtered").lacks("pinned").is("id", a.str("id")).is("quote_approval.current_user", "denied")
		w.ben.get("/api/v1/statuses/%s", a.str("id")).is("favourited", false).lacks("pinned")
		if len(a.str("id")) != 19 {
			t.Errorf("id %s has not 19 digits", a.str("id"))
		}
	})
}

// What text becomes.
func TestStatusContent(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	for _, test := range []struct{ name, text, want string }{
		{"paragraphs and lines", "one\ntwo\n\nthree", "<p>one<br />two</p><p>three</p>"},
		{"what is special in HTML", `<b> & "x"`, `<p>&lt;b&gt; &amp; &quot;x&quot;</p>`},
		{"a mention", "@ben", `<p><span class="h-card" translate="no"><a href="https://here.example/people/ben" class="u-url mention">@<span>ben</span></a></span></p>`},
		{"a hashtag", "#MaintainsPresence", `<p><a href="https://here.example/tags/maintainspresence" class="mention hashtag" rel="tag">#<span>MaintainsPresence</span></a></p>`},
		{"a long link", "https://www.example.org/a/path/that/is/longer/than/thirty", `<p><a href="https://www.example.org/a/path/that/is/longer/than/thirty" target="_blank" rel="nofollow noopener" translate="no">` +
			`<span class="invisible">https://www.</span><span class="ellipsis">example.org/a/path/that/is/lon</span><span class="invisible">ger/than/thirty</span></a></p>`},
	} {
		got := strings.NewReplacer("&#34;", "&quot;", "&#39;", "'").Replace(w.ana.post("/api/v1/statuses", "status="+test.text).str("content"))
		if got != test.want {
			t.Errorf("%s: %s\nwant %s", test.name, got, test.want)
		}
	}
}

func TestPosting(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.ana.json("POST", "/api/v1/statuses", `{"status":"as JSON","sensitive":true,"spoiler_text":"careful","language":"de","media_ids":null}`).want(200).
			is("spoiler_text", "careful").is("sensitive", true).is("language", "de")
		w.ana.ask("POST", "/api/v1/statuses?status=in+the+query", "", "").want(200)

		w.ana.header = http.Header{"Idempotency-Key": {"k1"}}
		first := w.ana.post("/api/v1/statuses", "status=once").str("id")
		w.ana.header = http.Header{"Idempotency-Key": {"k1"}}
		w.ana.post("/api/v1/statuses", "status=once").is("id", first)

		reply := w.ben.post("/api/v1/statuses", "status=answer", "in_reply_to_id="+first)
		reply.is("in_reply_to_id", first).is("in_reply_to_account_id", w.ana.id())
		w.ana.get("/api/v1/statuses/%s", first).is("replies_count", 1)

		members := w.ana.post("/api/v1/statuses", "status=inside", "visibility=private", "local_only=true")
		members.is("visibility", "private").is("local_only", true)
		w.ben.get("/api/v1/statuses/%s", members.str("id"))
		w.nobody.ask("GET", "/api/v1/statuses/"+members.str("id"), "", "").want(404).is("error", "Record not found")
		w.gus.ask("GET", "/api/v1/statuses/"+members.str("id"), "", "").want(404)
		direct := w.ana.says("@ben psst", "visibility=direct")
		w.ben.get("/api/v1/statuses/%s", direct).lacks("pinned")
		w.pia.ask("GET", "/api/v1/statuses/"+direct, "", "").want(404)

		w.ana.get("/api/v1/statuses?id[]=%s&id[]=%s&id[]=77", reply.str("id"), first).list(reply.str("id"), first)
	})
}

// Forms send every field: what is empty is not said.
func TestEmptyIsNotSaid(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	w.ana.post("/api/v1/statuses", "status=alone", "in_reply_to_id=", "quoted_status_id=", "scheduled_at=", "visibility=", "language=", "media_ids[]=").
		is("content", "<p>alone</p>").is("in_reply_to_id", nil).is("quote", nil)
	w.ana.json("POST", "/api/v1/statuses", `{"status":"alone too","in_reply_to_id":"","quoted_status_id":""}`).want(200).is("in_reply_to_id", nil)
	w.ana.form("POST", "/api/v1/accounts/"+w.ben.id()+"/mute", "duration=").want(200).is("muting", true)
	w.ana.json("POST", "/api/v1/accounts/"+w.ben.id()+"/mute", `{"duration":""}`).want(200).is("muting_expires_at", nil)
}

// An app that knows whom a post goes to has it refused if it went to others.
func TestUnexpectedMentions(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.ana.form("POST", "/api/v1/statuses", "status=@ben and @pia", "allowed_mentions[]="+w.ben.id()).want(422).
			is("error", "Post would be sent to unexpected accounts").is("unexpected_accounts.0.acct", "pia").lacks("unexpected_accounts.1")
		w.ana.json("POST", "/api/v1/statuses", `{"status":"@ben","allowed_mentions":[],"scheduled_at":"`+time.Now().Add(time.Hour).UTC().Format(time.RFC3339)+`"}`).want(422).
			is("unexpected_accounts.0.id", w.ben.id())
		w.ana.get("/api/v1/accounts/%s/statuses", w.ana.id()).list()
		w.ana.form("POST", "/api/v1/statuses", "status=@ben and @pia", "allowed_mentions[]="+w.ben.id(), "allowed_mentions[]="+w.pia.id()).want(200)
		w.ana.form("POST", "/api/v1/statuses", "status=nobody named", "allowed_mentions[]=").want(200)
	})
}

func TestIdempotencyKeys(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		send := func(body string) *answer {
			w.ana.header = http.Header{"Idempotency-Key": {"once"}}
			return w.ana.json("POST", "/api/v1/statuses", body)
		}
		later := `{"status":"later","scheduled_at":"` + time.Now().Add(time.Hour).UTC().Format(time.RFC3339) + `"}`
		id := send(later).want(200).str("id")
		send(later).want(200).is("id", id).is("params.text", "later")
		w.ana.get("/api/v1/scheduled_statuses").list(id)
		w.ana.form("DELETE", "/api/v1/scheduled_statuses/"+id).want(200)
		again := send(later).want(200).str("id")
		w.ana.get("/api/v1/scheduled_statuses").list(again)

		// The key of a post that is gone is free.
		now := send(`{"status":"now"}`).want(200).str("id")
		send(`{"status":"now"}`).want(200).is("id", now)
		w.ana.form("DELETE", "/api/v1/statuses/"+now).want(200)
		second := send(`{"status":"now"}`).want(200).str("id")
		w.ana.get("/api/v1/accounts/%s/statuses", w.ana.id()).list(second)
	})
}

func TestPostingRefused(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	mine := w.ana.says("mine")
	for _, test := range []struct {
		name   string
		as     *client
		method string
		path   string
		body   string
		status int
	}{
		{"nothing", w.ana, "POST", "/api/v1/statuses", "status=", 422},
		{"too much", w.ana, "POST", "/api/v1/statuses", "status=" + strings.Repeat("x", chapter.MaxCharacters+1), 422},
		{"no such visibility", w.ana, "POST", "/api/v1/statuses", "status=x&visibility=friends", 422},
		{"a reply to nothing", w.ana, "POST", "/api/v1/statuses", "status=x&in_reply_to_id=12345", 404},
		{"a reply to junk", w.ana, "POST", "/api/v1/statuses", "status=x&in_reply_to_id=junk", 404},
		{"a poll with one option", w.ana, "POST", "/api/v1/statuses", "status=x&poll[options][]=a&poll[expires_in]=600", 422},
		{"files that are not there", w.ana, "POST", "/api/v1/statuses", "status=x&media_ids[]=5", 422},
		{"a quote policy that is none", w.ana, "POST", "/api/v1/statuses", "status=x&quote_approval_policy=some", 422},
		{"a text where an object belongs", w.ana, "POST", "/api/v1/statuses", "status=x&poll=5", 400},
		{"an object where a text belongs", w.ana, "POST", "/api/v1/statuses", "status[a]=x", 400},
		{"without a token", w.nobody, "POST", "/api/v1/statuses", "status=x", 401},
		{"another's edit", w.ben, "PUT", "/api/v1/statuses/" + mine, "status=x", 404},
		{"another's deletion", w.ben, "DELETE", "/api/v1/statuses/" + mine, "", 404},
		{"another's source", w.ben, "GET", "/api/v1/statuses/" + mine + "/source", "", 404},
		{"an unknown id", w.ana, "GET", "/api/v1/statuses/123", "", 404},
		{"junk for an id", w.ana, "GET", "/api/v1/statuses/junk", "", 404},
		{"pinning another's", w.ben, "POST", "/api/v1/statuses/" + mine + "/pin", "", 422},
	} {
		a := test.as.ask(test.method, test.path, "application/x-www-form-urlencoded", test.body)
		if a.status != test.status || !a.has("error") {
			t.Errorf("%s: %d %s; want %d and an error", test.name, a.status, a.body, test.status)
		}
	}
	for _, test := range []struct {
		name, mediaType, body string
		status                int
	}{
		{"broken JSON", "application/json", `{"status":`, 400},
		{"JSON that goes on", "application/json", `{"status":"x"} {}`, 400},
		{"a list in place of an object", "application/json", `["x"]`, 400},
		{"JSON 10,000 deep", "application/json", `{"status":` + strings.Repeat("[", 10000) + strings.Repeat("]", 10000) + `}`, 400},
		{"2 MB", "application/json", `{"status":"` + strings.Repeat("x", 2<<20) + `"}`, 413},
		{"a form with bad escapes", "application/x-www-form-urlencoded", "status=%zz", 400},
		{"multipart without a boundary", "multipart/form-data", "x", 400},
	} {
		a := w.ana.ask("POST", "/api/v1/statuses", test.mediaType, test.body)
		if a.status != test.status || !a.has("error") {
			t.Errorf("%s: %d %s; want %d and an error", test.name, a.status, a.body, test.status)
		}
	}
	if n := len(w.ana.get("/api/v1/accounts/%s/statuses", w.ana.id()).ids()); n != 1 {
		t.Errorf("%d statuses; what was refused left something", n)
	}
}

// Tokens: none, unknown ones, an app's own, too narrow ones.
func TestTokens(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	app := w.client(nil, "read write")
	narrow := w.client(w.ana.account, "read:statuses")
	bad := &client{world: w, token: &models.Token{Hash: "nonsense"}}
	id := w.ana.says("hello")
	for _, test := range []struct {
		name   string
		as     *client
		method string
		path   string
		status int
	}{
		{"none where one is needed", w.nobody, "GET", "/api/v1/timelines/home", 401},
		{"an unknown one", bad, "GET", "/api/v1/accounts/verify_credentials", 401},
		{"an unknown one where none is needed", bad, "GET", "/api/v1/statuses/" + id, 401},
		{"an unknown one where nobody asks", bad, "GET", "/api/v2/instance", 200},
		{"an app's own for a member's things", app, "GET", "/api/v1/timelines/home", 422},
		{"an app's own for what everybody reads", app, "GET", "/api/v1/statuses/" + id, 200},
		{"a narrow one for what it allows", narrow, "GET", "/api/v1/timelines/home", 200},
		{"a narrow one for something else", narrow, "GET", "/api/v1/notifications", 403},
		{"a narrow one for a change", narrow, "POST", "/api/v1/statuses/" + id + "/favourite", 403},
	} {
		if a := test.as.ask(test.method, test.path, "", ""); a.status != test.status {
			t.Errorf("%s: %d, want %d: %s", test.name, a.status, test.status, a.body)
		}
	}
}

func TestEditing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.ana.post("/api/v1/statuses", "status=frist & *raw*", "spoiler_text=cw")
		id := a.str("id")
		w.ana.get("/api/v1/statuses/%s/source", id).is("text", "frist & *raw*").is("spoiler_text", "cw")
		w.nobody.get("/api/v1/statuses/%s/history", id).is("0.content", a.str("content"))
		b := w.ana.form("PUT", "/api/v1/statuses/"+id, "status=first").want(200)
		b.is("id", id).is("created_at", a.str("created_at")).is("url", a.str("url")).is("content", "<p>first</p>").is("spoiler_text", "")
		if b.at("edited_at") == nil {
			t.Error("edited_at is null after an edit")
		}
		history := w.nobody.get("/api/v1/statuses/%s/history", id)
		if got := history.all("content"); len(got) != 2 || got[0] != a.str("content") || got[1] != "<p>first</p>" {
			t.Errorf("history: %v", got)
		}
		w.nobody.get("/api/v1/statuses/%s", id).is("content", "<p>first</p>")

		w.ana.form("DELETE", "/api/v1/statuses/"+id).want(200).is("text", "first").is("id", id).lacks("content")
		w.ana.ask("GET", "/api/v1/statuses/"+id, "", "").want(404)
		w.ana.ask("DELETE", "/api/v1/statuses/"+id, "", "").want(404)
	})
}

func TestReactions(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.ana.says("hello")
		for range 2 { // twice is no error
			w.ben.post("/api/v1/statuses/"+id+"/favourite").is("id", id).is("favourited", true).is("favourites_count", 1)
		}
		w.nobody.get("/api/v1/statuses/%s/favourited_by", id).list(w.ben.id())
		w.ben.get("/api/v1/favourites").list(id)
		w.ben.post("/api/v1/statuses/"+id+"/unfavourite").is("favourited", false).is("favourites_count", 0)
		w.ben.post("/api/v1/statuses/"+id+"/unfavourite").is("favourited", false)
		w.ben.get("/api/v1/favourites").list()

		boost := w.ben.post("/api/v1/statuses/" + id + "/reblog")
		boost.is("reblog.id", id).is("reblog.reblogged", true).is("reblog.reblogs_count", 1).is("account.acct", "ben")
		w.ben.post("/api/v1/statuses/"+boost.str("id")+"/reblog").is("id", boost.str("id"))
		w.nobody.get("/api/v1/statuses/%s/reblogged_by", id).list(w.ben.id())
		w.pia.post("/api/v1/statuses/"+boost.str("id")+"/favourite").is("id", id) // what is in the wrapper
		w.ben.post("/api/v1/statuses/"+id+"/unreblog").is("id", id).is("reblogged", false).is("reblogs_count", 0)
		w.ben.ask("GET", "/api/v1/statuses/"+boost.str("id"), "", "").want(404)

		w.ben.post("/api/v1/statuses/"+id+"/bookmark").is("bookmarked", true)
		w.ben.get("/api/v1/bookmarks").list(id)
		w.ben.post("/api/v1/statuses/"+id+"/unbookmark").is("bookmarked", false)
		w.ana.post("/api/v1/statuses/"+id+"/pin").is("pinned", true)
		w.nobody.get("/api/v1/accounts/%s/statuses?pinned=true", w.ana.id()).list(id)
		w.ana.post("/api/v1/statuses/"+id+"/unpin").is("pinned", false)
		w.ana.post("/api/v1/statuses/"+id+"/mute").is("muted", true)
		w.ana.get("/api/v1/statuses/%s", id).is("muted", true)
		w.ana.post("/api/v1/statuses/"+id+"/unmute").is("muted", false)
	})
}

func TestContext(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		root := w.ana.says("root")
		a := w.ben.says("a", "in_reply_to_id="+root)
		b := w.ana.says("b", "in_reply_to_id="+a)
		c := w.ana.says("c", "in_reply_to_id="+root)
		secret := w.ana.says("@ben s", "in_reply_to_id="+root, "visibility=direct")
		ids := func(a *answer, what string) string {
			list, _ := a.at(what).([]any)
			out := []string{}
			for _, e := range list {
				id, _ := dig(e, "id")
				out = append(out, fmt.Sprint(id))
			}
			return strings.Join(out, " ")
		}
		got := w.nobody.get("/api/v1/statuses/%s/context", root)
		if ids(got, "ancestors") != "" || ids(got, "descendants") != strings.Join([]string{a, b, c}, " ") {
			t.Errorf("of the root: %s", got)
		}
		got = w.nobody.get("/api/v1/statuses/%s/context", b)
		if ids(got, "ancestors") != root+" "+a || ids(got, "descendants") != "" {
			t.Errorf("of a leaf: %s", got)
		}
		got = w.ben.get("/api/v1/statuses/%s/context", root)
		if ids(got, "descendants") != strings.Join([]string{a, b, c, secret}, " ") {
			t.Errorf("for who is named: %s", got)
		}
	})
}

func TestPolls(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.ana.json("POST", "/api/v1/statuses", `{"status":"which?","poll":{"options":["red","blue"],"expires_in":"3600","multiple":true,"hide_totals":true}}`).want(200)
		id := a.str("poll.id")
		a.is("poll.multiple", true).is("poll.expired", false).is("poll.voted", true).is("poll.options.0.votes_count", nil).is("poll.votes_count", 0)
		w.nobody.get("/api/v1/polls/%s", id).lacks("voted").is("options.1.title", "blue")
		w.ben.json("POST", "/api/v1/polls/"+id+"/votes", `{"choices":["0","1"]}`).want(200).is("voted", true).is("own_votes", []any{0.0, 1.0}).is("votes_count", 2).is("voters_count", 1)
		w.ben.form("POST", "/api/v1/polls/"+id+"/votes", "choices[]=0").want(422)
		w.ana.form("POST", "/api/v1/polls/"+id+"/votes", "choices[]=0").want(422)
		w.ben.get("/api/v1/statuses/%s", a.str("id")).is("poll.own_votes", []any{0.0, 1.0})
		w.ana.ask("GET", "/api/v1/polls/77", "", "").want(404)
		w.ana.ask("GET", "/api/v1/polls/"+w.ana.says("no poll"), "", "").want(404)

		form := w.ana.post("/api/v1/statuses", "status=form", "poll[options][]=a", "poll[options][]=b", "poll[expires_in]=300")
		form.is("poll.options.1.title", "b").is("poll.options.1.votes_count", 0)
	})
}

func TestQuotes(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		open := w.ana.says("quote me")
		a := w.ben.post("/api/v1/statuses", "status=look", "quoted_status_id="+open)
		a.is("quote.state", "accepted").is("quote.quoted_status.id", open).is("quote.quoted_status.account.acct", "ana")
		if !strings.Contains(a.str("content"), `class="quote-inline"`) {
			t.Errorf("no line for clients without quotes: %s", a.str("content"))
		}
		w.nobody.get("/api/v1/statuses/%s", open).is("quotes_count", 1)
		again := w.pia.post("/api/v1/statuses", "status=look at that", "quoted_status_id="+a.str("id"))
		again.is("quote.quoted_status.quote.quoted_status_id", open) // a quote within a quote is shallow
		closed := w.ana.post("/api/v1/statuses", "status=do not", "quote_approval_policy=nobody")
		closed.is("quote_approval.automatic", []any{})
		w.ben.form("POST", "/api/v1/statuses", "status=x", "quoted_status_id="+closed.str("id")).want(404)
		followers := w.ana.says("followers only", "quote_approval_policy=followers")
		w.ben.get("/api/v1/statuses/%s", followers).is("quote_approval.current_user", "denied").is("quote_approval.automatic", []any{"followers"})
		w.ben.post("/api/v1/accounts/" + w.ana.id() + "/follow")
		w.ben.get("/api/v1/statuses/%s", followers).is("quote_approval.current_user", "automatic")
		w.ana.form("DELETE", "/api/v1/statuses/"+open).want(200)
		w.nobody.get("/api/v1/statuses/%s", a.str("id")).is("quote.state", "unauthorized").is("quote.quoted_status", nil)
	})
}

// A practice note reads well in any app, and an app's edit loses nothing.
func TestPracticeNote(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	long := strings.Repeat("A sentence that says something about it. ", 100)
	publish := func(sections ...models.Section) *answer {
		p, err := w.Publish(t.Context(), w.ana.account, chapter.Draft{Title: "Checking in", Visibility: models.Public, Summary: "Three minutes of silence. Then one question.",
			Practice: &models.Practice{Kind: models.Approach, Sections: sections, Confidentiality: models.Disguised}})
		if err != nil {
			t.Fatal(err)
		}
		return w.nobody.get("/api/v1/statuses/%s", p.ID.String())
	}
	short := publish(models.Section{Key: "when", Text: "They go *quiet*."}, models.Section{Key: "do", Text: "Wait."})
	short.is("spoiler_text", "").is("card", nil).is("practice_note.kind", "approach").is("practice_note.title", "Checking in").is("practice_note.complete", true).
		is("content", "<p><strong>Checking in</strong><br />Approach</p><p>Three minutes of silence. Then one question.</p><p><strong>When it comes up</strong></p><p>They go <em>quiet</em>.</p>"+
			"<p><strong>What we do</strong></p><p>Wait.</p><p>Details changed to protect the client.</p>")
	reviewed, err := w.Store.PostByID(t.Context(), models.ParseID(short.str("id")))
	if err != nil {
		t.Fatal(err)
	}
	reviewed.Practice.Reviewed = &models.Reviewed{By: w.URLs.Chapter(), On: "2026-11-20", Version: 1}
	storetest.Write(t, w.Store, func(tx *store.Tx) error { return tx.SetPost(t.Context(), reviewed, "x") })
	if c := w.nobody.get("/api/v1/statuses/%s", short.str("id")).str("content"); !strings.HasSuffix(c, "<p>Reviewed by the chapter, 20 Nov 2026, version 1.</p>") {
		t.Errorf("a note that was reviewed: %s", c)
	}
	cut := publish(models.Section{Key: "when", Text: "They go quiet."}, models.Section{Key: "do", Text: long})
	cut.is("practice_note.complete", false).is("card.url", cut.str("url")).is("card.title", "Checking in")
	if c := cut.str("content"); !strings.Contains(c, "They go quiet.") || strings.Contains(c, "A sentence") || !strings.Contains(c, cut.str("url")) {
		t.Errorf("the cut note: %s", c)
	}
	source := w.ana.get("/api/v1/statuses/%s/source", cut.str("id")).str("text")
	if !strings.Contains(source, strings.TrimSpace(long)) {
		t.Errorf("the source is not whole: %s", source)
	}
	edited := w.ana.json("PUT", "/api/v1/statuses/"+cut.str("id"), fmt.Sprintf(`{"status":%q}`, strings.Replace(source, "They go quiet.", "They fall silent.", 1))).want(200)
	edited.is("practice_note.kind", "approach").is("practice_note.version", 2)
	p, err := w.Store.PostByID(t.Context(), models.ParseID(cut.str("id")))
	if err != nil || len(p.Practice.Sections) != 2 || p.Practice.Sections[0].Text != "They fall silent." || p.Practice.Sections[1].Text != strings.TrimSpace(long) {
		t.Errorf("after an app's edit: %+v, %v", p.Practice, err)
	}
}

// What the cache keeps is by stamp: every change is seen at once.
func TestChangesAreSeen(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.ana.says("hello")
		w.nobody.get("/api/v1/statuses/%s", id).is("account.display_name", "")
		w.ana.form("PATCH", "/api/v1/accounts/update_credentials", "display_name=Ana A").want(200)
		w.nobody.get("/api/v1/statuses/%s", id).is("account.display_name", "Ana A")
		w.ben.post("/api/v1/statuses/" + id + "/favourite")
		w.nobody.get("/api/v1/statuses/%s", id).is("favourites_count", 1)
		storetest.Write(t, w.Store, func(tx *store.Tx) error { return tx.SetHidden(t.Context(), models.ParseID(id), true) })
		w.nobody.ask("GET", "/api/v1/statuses/"+id, "", "").want(404)
	})
}

// What a post is answered with at once is what is read of it afterwards.
func TestMadeStatusIsTheReadOne(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		first := w.ana.post("/api/v1/statuses", "status=first").str("id")
		for _, form := range [][]string{
			{"status=Hello @ben@here.example and @nobody #Silence https://example.org/a :no:", "visibility=public"},
			{"status=careful", "spoiler_text=<warning>", "sensitive=true", "language=de", "visibility=unlisted"},
			{"status=for followers", "visibility=private"},
			{"status=@ben for one", "visibility=direct"},
			{"status=members only", "local_only=true"},
			{"status=**bold**", "content_type=text/markdown"},
			{"status=#question: who knows?"},
			{"status=answer", "in_reply_to_id=" + first},
			{"status=votes", "poll[options][]=yes", "poll[options][]=no", "poll[expires_in]=3600"},
			{"status=quotes", "quoted_status_id=" + first},
		} {
			got := w.ana.post("/api/v1/statuses", form...)
			v, err := w.Store.ViewerOf(ctx, w.ana.account.ID)
			if err != nil {
				t.Fatal(err)
			}
			want, err := mastodon.NewRender(w.Store, chaptertest.URLs, w.Chapter.Remote).Status(ctx, v, models.ParseID(got.str("id")))
			if err != nil {
				t.Fatal(err)
			}
			if string(got.body) != string(want) {
				t.Errorf("%v is answered with\n%s\nand read as\n%s", form, got.body, want)
			}
		}
	})
}
