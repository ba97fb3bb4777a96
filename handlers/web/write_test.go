package web_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/store"
	"atelier/models/store/storetest"
)

func TestWritingANoteForMembers(t *testing.T) {
	each(t, func(h *house) {
		ana := h.member("Ana Lindqvarn")
		b := h.as(ana)
		b.shows(b.get("/notes/new"), 200, "Experience", "Story", "Tool", "Approach")
		b.shows(b.get("/notes/new?kind=approach"), 200, "When it comes up", "Two members of VI Coaches can read this. It does not leave this site.")
		p := b.post("/notes/new", "kind", "approach", "title", "Checking in", "summary", "Three minutes.", "section-when", "Around the third session.",
			"section-do", "1. Say *what* you see.", "client", "disguised", "scope", "members", "do", "publish")
		b.shows(p, 200, "It is out.", "Checking in", "Three minutes.", "When it comes up", "Say what you see.", "Details changed to protect the client.", "Members", "CC BY-NC-SA 4.0")
		if p.Path != "/notes/checking-in?done=published" {
			t.Errorf("it leads to %s", p.Path)
		}
		b.hides(p, "What makes it hard")
		post, err := h.Store.PostBySlug(t.Context(), models.Viewer{AccountID: ana.ID, Role: models.Ordinary}, "checking-in")
		if err != nil || !post.IsMembers() || post.Leaves() {
			t.Errorf("it is %+v, %v", post, err)
		}
	})
}

func TestWhatIsWrongWithANoteStandsBesideIt(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	b := h.as(h.Maren)
	full := []string{"kind", "experience", "title", "A <title>", "section-happened", "It was & it is.", "client", "none", "scope", "members", "do", "publish"}
	for name, test := range map[string]struct {
		field, value string
		wrong, msg   string
	}{
		"no title":            {"title", " ", "title", "A note needs a title."},
		"a title too long":    {"title", strings.Repeat("t", 121), "title", "120"},
		"nothing in it":       {"section-happened", "\r\n", "section-happened", "Fill one of the boxes at least."},
		"a client unsaid":     {"client", "", "client", "Say whether there is a client in it."},
		"a scope unknown":     {"scope", "the world", "scope", "Choose who may read it."},
		"a client unheard of": {"client", "eaten", "client", "confidentiality"},
	} {
		t.Run(name, func(t *testing.T) {
			pairs := append([]string{}, full...)
			for i := 0; i < len(pairs); i += 2 {
				if pairs[i] == test.field {
					pairs[i+1] = test.value
				}
			}
			p := b.post("/notes/new", pairs...)
			b.shows(p, 422, "That did not work", test.msg)
			b.has(p, `<a href="#`+test.wrong+`">`)
			b.has(p, `id="`+test.wrong+`"`)
			if test.field != "section-happened" {
				b.has(p, "It was &amp; it is.")
			}
			if test.field != "title" {
				b.has(p, `value="A &lt;title&gt;"`)
			}
		})
	}
	b.shows(b.post("/notes/new", "kind", "poem", "title", "t"), 400)
	if notes, err := h.Store.Notes(t.Context(), models.Viewer{AccountID: h.Maren.ID, Role: models.President}, store.NoteFilter{}, store.Page{Limit: 10}); err != nil || len(notes) > 0 {
		t.Errorf("%d notes are there all the same, %v", len(notes), err)
	}
}

func TestTheGuardAsksOnce(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	b := h.as(h.Maren)
	form := []string{"kind", "approach", "title", "The chair", "section-when", "On 3 March Dr. Pell left.", "client", "disguised", "scope", "members", "do", "publish"}
	p := b.post("/notes/new", form...)
	b.shows(p, 422, "Two places may give somebody away", "3 March", "an exact date", "Dr. Pell", "a title with a name")
	b.has(p, `href="#section-when"`)
	seal := between(p.Body, `name="looked" value="`, `"`)
	form = append(form, "looked", seal)
	form[5] = "On 3 March Dr. Pell left, on 4 April she came."
	b.shows(b.post("/notes/new", form...), 422, "Three places may give somebody away") // what was not looked at is asked about
	form[5] = "On 3 March Dr. Pell left."
	b.shows(b.post("/notes/new", form...), 200, "It is out.")
	form[7], form[13] = "none", "" // no client, no question
	b.shows(b.post("/notes/new", form...), 200, "It is out.")
}

func between(s, before, after string) string {
	_, s, _ = strings.Cut(s, before)
	s, _, _ = strings.Cut(s, after)
	return s
}

func TestANoteForEveryoneWaitsInTheDoorway(t *testing.T) {
	each(t, func(h *house) {
		b, stranger := h.as(h.Maren), h.stranger()
		form := []string{"kind", "tool", "title", "Six chairs", "section-purpose", "For teams.", "client", "none", "scope", "everyone", "do", "publish"}
		p := b.post("/notes/new", form...)
		b.shows(p, 200, "It waits in the doorway.", "“Six chairs” leaves at", "about to leave")
		b.shows(b.get("/"), 200, "“Six chairs” leaves at")
		b.shows(b.get("/shelf"), 200, "“Six chairs” leaves at")
		stranger.shows(stranger.get("/notes/six-chairs"), 404)
		leaving := between(p.Body, `class="line" action="`, `"`)

		p = b.post(leaving, "do", "recall")
		b.shows(p, 200, "Recalled", "Six chairs")
		b.shows(b.get("/shelf"), 200, "Drafts Six chairs")
		b.shows(b.post(leaving, "do", "send"), 404) // it waits no more
		edit := strings.TrimSuffix(p.Path, "?done=recalled")
		p = b.post(edit, form...)
		b.shows(p, 200, "It waits in the doorway.")
		leaving = between(p.Body, `class="line" action="`, `"`)
		b.shows(b.post(leaving, "do", "juggle"), 400)
		b.shows(b.post(leaving, "do", "send"), 200, "It has left.")
		stranger.shows(stranger.get("/notes/six-chairs"), 200, "For teams.")
		b.shows(b.get("/shelf"), 200, "Nothing is half written.")
	})
}

func TestDraftsWaitOnTheShelf(t *testing.T) {
	each(t, func(h *house) {
		b := h.as(h.Maren)
		p := b.post("/notes/new", "kind", "story", "section-turn", "Then she laughed.", "scope", "members", "do", "draft")
		b.shows(p, 200, "The draft is on your shelf.", "Then she laughed.")
		edit := strings.TrimSuffix(p.Path, "?done=draft")
		b.shows(b.get("/shelf"), 200, "Without a title yet", "Continue writing")
		b.shows(b.post(edit, "kind", "story", "title", "The chair", "section-turn", "Then she laughed.", "scope", "everyone", "do", "draft"), 200, "The chair")
		b.has(b.get(edit), `id="scope-everyone" value="everyone" checked`)
		p = b.post(edit, "kind", "story", "title", "The chair", "section-turn", "Then she cried.", "client", "none", "scope", "me", "do", "publish")
		b.shows(p, 200, "The draft is on your shelf.", "Then she cried.") // only me: it stays
		p = b.post(edit, "kind", "story", "title", "The chair", "section-turn", "Then she cried.", "client", "none", "scope", "members", "do", "publish")
		b.shows(p, 200, "It is out.", "Then she cried.")
		b.shows(b.get("/shelf"), 200, "Nothing is half written.")

		p = b.post("/notes/new", "kind", "story", "title", "Thrown away", "scope", "members", "do", "draft")
		remove := strings.Replace(strings.TrimSuffix(p.Path, "?done=draft"), "/edit", "/delete", 1)
		b.shows(b.get(remove), 200, "Throw the draft away?", "Thrown away")
		b.shows(b.post(remove), 200, "My shelf", "Nothing is half written.")
	})
}

func TestThePreviewShowsWhatGoesOut(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	b := h.as(h.Maren)
	p := b.post("/notes/new", "kind", "tool", "title", "Six chairs", "section-purpose", "For teams who talk. About someone. Who is away.", "do", "preview")
	preview := between(p.Body, `<div class="preview">`, `</div>`)
	for _, want := range []string{"Six chairs", "For teams who talk. About someone.", h.URLs.Domain + "/notes/six-chairs", "@maren@"} {
		if !strings.Contains(preview, want) {
			t.Errorf("the preview has no %q: %s", want, preview)
		}
	}
	b.has(p, "Who is away.") // what was typed is still there
}

func TestChangingANote(t *testing.T) {
	each(t, func(h *house) {
		note := h.note(h.Maren, "Checking in")
		b := h.as(h.Maren)
		edit := "/talk/" + note.ID.String() + "/edit"
		p := b.get(edit)
		b.shows(p, 200, "Change “Checking in”", "What changed", "Take this note away")
		b.has(p, "1. Say what you see, once.")
		b.has(p, `value="everyone" checked`)
		p = b.post(edit, "kind", "approach", "title", "Checking in, again", "summary", "Two minutes.", "section-when", "Somewhere around the third session a client stops.",
			"section-do", "Keep it.", "client", "disguised", "scope", "everyone", "reason", "Shorter", "do", "publish")
		b.shows(p, 200, "Changed.", "Checking in, again", "Version Two", "Two minutes.")
		if !strings.HasPrefix(p.Path, "/notes/checking-in?") {
			t.Errorf("its address is now %s", p.Path)
		}
		stranger := h.stranger()
		stranger.shows(stranger.get("/notes/checking-in/history"), 200, "Two versions.", "Version 2", "Shorter", "Version 1")
		p = stranger.get("/notes/checking-in/history?v=2")
		stranger.shows(p, 200, "What version 2 changed")
		stranger.has(p, "<del>")
		stranger.has(p, "<ins>, again</ins>")
		stranger.shows(stranger.get("/notes/checking-in/history?v=1"), 200, "Version 1, as it was", "Three minutes of shared silence")
		stranger.shows(stranger.get("/notes/checking-in/history?v=3"), 404)

		p = stranger.get("/notes/checking-in?v=1")
		stranger.shows(p, 200, "This is an earlier version.", "Three minutes of shared silence", "Version One", "?v=1")
		stranger.hides(p, "Checking in, again", "Your reply")
		stranger.shows(stranger.get("/notes/checking-in?v=2"), 200, "Checking in, again")
		stranger.shows(stranger.get("/notes/checking-in?v=3"), 404)
		if got, want := stranger.get("/notes/checking-in").Header.Values("Link"), []string{
			"<" + h.URLs.Base() + `/notes/checking-in?v=2>; rel="cite-as"`, "<" + note.URI + `>; rel="alternate"; type="application/activity+json"`,
		}; !slices.Equal(got, want) {
			t.Errorf("the answer links to %q, want %q", got, want)
		}

		p = b.post(edit, "kind", "approach", "title", "Checking in", "section-when", "Now for us.", "client", "disguised", "scope", "members", "do", "publish")
		b.shows(p, 200, "Changed.", "Members")
		stranger.shows(stranger.get("/notes/checking-in"), 404)

		b.shows(b.get("/talk/"+note.ID.String()+"/delete"), 200, "Take it away?")
		b.shows(b.post("/talk/"+note.ID.String()+"/delete"), 200, "Taken away.")
		b.shows(b.get("/notes/checking-in"), 404)
	})
}

func TestTalking(t *testing.T) {
	each(t, func(h *house) {
		ana := h.member("Ana Lindqvarn")
		b := h.as(ana)
		b.shows(b.post("/talk/new", "text", " ", "scope", "members"), 422, "Write something first.")
		p := b.post("/talk/new", "text", strings.Repeat("x", chapter.MaxCharacters+1), "scope", "members")
		b.shows(p, 422, fmt.Sprint(chapter.MaxCharacters))
		b.has(p, strings.Repeat("x", chapter.MaxCharacters+1))
		p = b.post("/talk/new", "text", "Summaries?\n\nWho has stopped?", "scope", "members")
		b.shows(p, 200, "It is out.", "Summaries?", "Who has stopped?", "Members")
		if strings.Count(p.said(), "Summaries?") != 1 {
			t.Errorf("the title stands twice: %s", p.said())
		}
		talk := strings.TrimSuffix(p.Path, "?done=published")

		other := h.as(h.Maren)
		other.shows(other.get("/"), 200, "Being talked about", "Summaries?")
		other.shows(other.post(talk+"/reply", "text", ""), 422, "Write something first.")
		p = other.post(talk+"/reply", "text", "I have.")
		other.shows(p, 200, "I have.", "One reply")
		stranger := h.stranger()
		stranger.shows(stranger.get(talk), 404) // and so is the answer
		b.shows(b.get("/"), 200, "One new notice")
		p = b.get("/notices")
		b.shows(p, 200, "One is new.", "Maren Oakhollow answered you in Summaries?", "I have.")
		b.shows(b.post("/notices", "newest", between(p.Body, `name="newest" value="`, `"`)), 200, "Nothing is new.", "Earlier")
		b.hides(b.get("/"), "new notice")
		b.shows(b.post("/notices", "newest", "soon"), 400)

		p = b.post(talk+"/edit", "text", "Summaries?\n\nWho has stopped, and why?")
		b.shows(p, 200, "Changed.", "and why?")
		b.shows(b.get(talk+"/history"), 200, "Two versions.")
		b.shows(b.get(talk+"/delete"), 200, "Answers to it stay.")
		b.shows(b.post(talk+"/delete"), 200, "Taken away.")
		b.shows(b.get(talk), 404)
	})
}

func TestAnswersAreNeverWiderThanWhatTheyAnswer(t *testing.T) {
	each(t, func(h *house) {
		ana := h.member("Ana Lindqvarn")
		b := h.as(h.Maren)
		for name, test := range map[string]struct {
			post *models.Post
			says string
			want string
		}{
			"everyone":  {h.says(ana, "for everyone"), "Everyone can read this, because everyone can read what you answer.", "public"},
			"members":   {h.says(ana, "for members", func(d *chapter.Draft) { d.Visibility, d.LocalOnly = models.Private, &here }), "Two members of VI Coaches can read this.", "members"},
			"the named": {h.says(ana, "@maren for you", func(d *chapter.Draft) { d.Visibility = models.Direct }), "Only the people named can read this", "direct"},
		} {
			page := "/talk/" + test.post.ID.String()
			b.shows(b.get(page), 200, test.says)
			b.shows(b.post(page+"/reply", "text", "answer to "+name), 200, "answer to "+name)
			posts, err := h.Store.Descendants(t.Context(), models.Viewer{AccountID: ana.ID, Role: models.Ordinary}, test.post.ID, 5, 5)
			if err != nil || len(posts) != 1 {
				t.Fatalf("%s: %d answers, %v", name, len(posts), err)
			}
			got := string(posts[0].Visibility)
			if posts[0].IsMembers() {
				got = "members"
			}
			if got != test.want {
				t.Errorf("the answer to %s is for %s, want %s", name, got, test.want)
			}
		}
	})
}

func TestThankKeepAndPassOn(t *testing.T) {
	each(t, func(h *house) {
		ana := h.member("Ana Lindqvarn")
		note, secret := h.note(ana, "Checking in"), h.note(ana, "Among us", forMembers)
		b := h.as(h.Maren)
		do := "/talk/" + note.ID.String() + "/do"
		for _, step := range []struct{ do, want string }{
			{"thank", "Thanked"}, {"thank", "Thanked"}, {"unthank", "Thank Ana"}, {"keep", "Kept"}, {"share", "Passed on"}, {"unshare", "Pass on"},
		} {
			b.shows(b.post(do, "do", step.do), 200, step.want)
		}
		b.shows(b.get("/shelf"), 200, "To try Checking in")
		b.shows(b.post(do, "do", "unkeep"), 200, "Keep")
		b.shows(b.get("/shelf"), 200, "What you keep from the library waits here.")
		b.shows(b.post(do, "do", "frame"), 400)
		b.hides(b.get("/notes/"+secret.Slug), "Pass on")
		mine := h.as(ana)
		mine.hides(mine.get("/notes/"+note.Slug), "Thank Ana")
	})
}

func TestDiscussionsAreSetIn(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	one := h.says(h.Maren, "one")
	two := h.says(h.Maren, "two", answering(one))
	three := h.says(h.Maren, "three", answering(two))
	four := h.says(h.Maren, "four", answering(three))
	h.says(h.Maren, "five", answering(four))
	h.says(h.Maren, "six", answering(one))
	p := h.stranger().get("/talk/" + one.ID.String())
	var shape strings.Builder
	for _, line := range strings.Split(p.Body, "\n") {
		switch {
		case strings.Contains(line, `<article class="post"`):
			shape.WriteString("(")
		case strings.Contains(line, `<div class="said"`):
			shape.WriteString(between(line, "<p>", "</p>"))
		case strings.Contains(line, "answers Maren"):
			shape.WriteString("@")
		case strings.Contains(line, "</article>") && strings.Contains(shape.String(), "("):
			shape.WriteString(strings.Repeat(")", strings.Count(line, "</article>")))
		}
	}
	if got, want := shape.String(), "(two(three(four)(@five)))(six)"; !strings.HasPrefix(got, want) {
		t.Errorf("the discussion is %s, want %s", got, want)
	}
}

func TestVotingInAPoll(t *testing.T) {
	each(t, func(h *house) {
		ana := h.member("Ana Lindqvarn")
		poll := h.says(ana, "How often?", func(d *chapter.Draft) {
			d.Poll = &chapter.NewPoll{Options: []string{"Always", "Never"}, For: time.Hour}
		})
		page := "/talk/" + poll.ID.String()
		mine := h.as(ana)
		mine.hides(mine.get(page), ">Vote<")
		stranger := h.stranger()
		stranger.shows(stranger.get(page), 200, "Always no votes", "Never no votes", "Open until")
		b := h.as(h.Maren)
		p := b.get(page)
		b.shows(p, 200, "Vote")
		wellMade(t, "Maren", p)
		b.shows(b.post(page+"/vote"), 422, "Choose an answer first")
		b.shows(b.post(page+"/vote", "choice", "x"), 400)
		b.shows(b.post(page+"/vote", "choice", "7"), 422)
		b.shows(b.post(page+"/vote", "choice", "1"), 200, "Your vote is counted.", "Never one vote, yours too")
		b.shows(b.post(page+"/vote", "choice", "0"), 422)
		stranger.shows(stranger.get(page), 200, "Always no votes", "Never one vote")
		mine.shows(mine.post(page+"/vote", "choice", "0"), 422)
	})
}

func TestAQuoteShowsWhatItQuotes(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	ana := h.member("Ana Lindqvarn")
	open := h.says(ana, "Silence belongs to two people.")
	quoting := h.says(h.Maren, "This.", func(d *chapter.Draft) { d.QuoteOf = open.ID })
	b := h.stranger()
	b.shows(b.get("/talk/"+quoting.ID.String()), 200, "Ana Lindqvarn : “ Silence belongs to two people. ”")
	if _, err := h.Chapter.Delete(t.Context(), ana, open.ID); err != nil {
		t.Fatal(err)
	}
	p := b.get("/talk/" + quoting.ID.String())
	b.shows(p, 200, "This.")
	b.hides(p, "Silence belongs")
}
