package web_test

import (
	"strings"
	"testing"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/store/storetest"
)

// asks asks the members.
func (h *house) asks(by *models.Account, title string, change ...func(*chapter.Draft)) *models.Post {
	h.Helper()
	d := chapter.Draft{Source: title + "\n\nI keep guessing.", Visibility: models.Private, LocalOnly: &here, Talk: models.Talk{Title: title, Question: true}}
	for _, c := range change {
		c(&d)
	}
	p, err := h.Chapter.Publish(h.Context(), by, d)
	if err != nil {
		h.Fatal(err)
	}
	return p
}

func toAll(d *chapter.Draft) {
	open := false
	d.Visibility, d.LocalOnly = models.Public, &open
}

func toMembers(d *chapter.Draft) { d.Visibility, d.LocalOnly = models.Private, &here }

func TestAskingAndAnswering(t *testing.T) {
	each(t, func(h *house) {
		h.themes()
		ana, tobias, noor := h.member("Ana Lindqvarn"), h.member("Tobias Fennick"), h.member("Noor Halloway")
		she := h.as(ana)
		she.shows(she.get("/questions"), 200, "No question is waiting.", "Ask a question")
		she.shows(she.get("/questions?state=mine"), 200, "You have not asked anything yet.")
		she.shows(she.get("/questions/new"), 200, "What would you like to know?", "Ask the members", "Teams and groups")
		she.shows(she.post("/questions/new", "title", "", "text", "Kept & shown", "scope", "members"), 422, "Say in one line")
		she.has(she.post("/questions/new", "title", "", "text", "Kept & shown", "scope", "members"), "Kept &amp; shown")
		she.shows(she.post("/questions/new", "title", "What?", "scope", "me"), 422, "Choose who may read it.")
		she.shows(she.post("/questions/new", "title", "What?", "scope", "members", "theme", "nothing"), 422, "There is no theme")
		p := she.post("/questions/new", "title", "What do you say when the sponsor asks?", "text", "He stops me in the corridor.", "scope", "members", "theme", "agreements")
		she.shows(p, 200, "It is asked.", "What do you say when the sponsor asks?", "He stops me in the corridor.", "open", "Establishes and maintains agreements", "Nobody has answered yet.")
		path := strings.TrimSuffix(p.Path, "?done=asked-question")
		id := strings.TrimPrefix(path, "/questions/")
		she.hides(she.get("/"), "Could you answer this?") // it is hers

		he := h.as(tobias)
		he.shows(he.get("/"), 200, "Could you answer this?", "What do you say when the sponsor asks?", "Asked today.")
		he.shows(he.get("/questions"), 200, "no answer yet")
		he.shows(he.get("/themes/agreements"), 200, "Open questions", "What do you say when the sponsor asks?")
		p = he.post("/questions/new", "title", "What does one say when a sponsor asks?", "scope", "members")
		he.shows(p, 200, "Perhaps this was asked before")
		he.shows(he.get("/talk/"+id), 200, "Your answer")
		he.shows(he.post("/talk/"+id+"/reply", "text", ""), 422, "Write something first.", "What do you say when the sponsor asks?")
		he.shows(he.post("/talk/"+id+"/reply", "text", "You’d have to ask him."), 200, "One answer", "You’d have to ask him.")
		h.says(noor, "I report dates.", func(d *chapter.Draft) { d.InReplyTo = models.ParseID(id); toMembers(d) })
		he.hides(he.get(path), "This helped")
		answers, err := h.Store.Descendants(t.Context(), models.Viewer{AccountID: ana.ID, Role: models.Ordinary}, models.ParseID(id), 3, 9)
		if err != nil || len(answers) != 2 {
			t.Fatalf("answers %v, %v", answers, err)
		}
		best := answers[0].ID.String()
		he.shows(he.post(path, "do", "accept-"+best), 403)
		he.shows(he.post(path, "do", "sing"), 400)
		she.shows(she.get(path), 200, "Two answers", "This helped")
		she.shows(she.post(path, "do", "thank"), 422, "First mark which answer helped.")
		p = she.post(path, "do", "accept-"+best)
		she.shows(p, 200, "What helped", "Thank Tobias", "One more", "I report dates.", "answered")
		if strings.Count(p.said(), "You’d have to ask him.") != 1 {
			t.Errorf("the answer stands twice: %s", p.said())
		}
		she.shows(she.get("/questions"), 200, "No question is waiting.")
		she.shows(she.get("/questions?state=answered"), 200, "What do you say when the sponsor asks?", "answered")
		she.shows(she.post(path, "do", "reopen"), 200, "It is open again.", "Two answers")
		she.shows(she.post(path, "do", "reopen"), 422)
		she.post(path, "do", "accept-"+best)
		she.shows(she.post(path, "do", "thank"), 200, "This helped, with thanks")
		he.shows(he.get("/notices"), 200, "Ana Lindqvarn thanked you for")
		she.shows(she.get("/questions?state=mine"), 200, "What do you say when the sponsor asks?")

		he.shows(he.get(path), 200, "Turn it into a note")
		p = he.get("/notes/new?kind=approach&from=" + id)
		he.shows(p, 200, "It grows from What do you say when the sponsor asks?", "> You’d have to ask him.", "From a question by Ana Lindqvarn, with answers by Tobias Fennick and Noor Halloway.")
		uri := answers[0].InReplyToURI
		p = he.post("/notes/new", "kind", "approach", "title", "The sponsor in the corridor", "section-do", "Smile.", "client", "none", "scope", "members", "from", uri, "do", "publish")
		he.shows(p, 200, "Grew from", "What do you say when the sponsor asks?")
		// What is open to everyone does not name what is for members.
		p = he.post("/notes/new", "kind", "approach", "title", "The sponsor outside", "section-do", "Smile.", "client", "none", "scope", "everyone", "from", uri, "do", "publish")
		he.hides(p, "Grew from")
	})
}

func TestAskingWithTheNameWithheld(t *testing.T) {
	each(t, func(h *house) {
		ana, tobias := h.member("Ana Lindqvarn"), h.member("Tobias Fennick")
		she, he, maren := h.as(ana), h.as(tobias), h.as(h.Maren)
		p := she.post("/questions/new", "title", "Is it normal to be afraid?", "scope", "members", "withheld", "yes")
		she.shows(p, 200, "by you, your name withheld", "although it does not stand beside the question")
		path := strings.TrimSuffix(p.Path, "?done=asked-question")
		for who, b := range map[string]*browser{"Tobias": he, "a steward": maren} {
			for _, at := range []string{path, "/questions", "/search?q=afraid", "/people/ana", path + "/../../talk/" + strings.TrimPrefix(path, "/questions/") + "/history"} {
				p := b.get(at)
				if strings.Contains(p.said(), "Ana") && at != "/people/ana" || at == "/people/ana" && strings.Contains(p.said(), "afraid") {
					t.Errorf("%s reads who asked at %s: %s", who, at, p.said())
				}
			}
			b.shows(b.get(path), 200, "by a member, name withheld")
		}
		she.shows(she.get("/questions?state=mine"), 200, "Is it normal to be afraid?", "name withheld")
		he.hides(he.get("/questions?state=mine"), "afraid")
		he.post("/talk/"+strings.TrimPrefix(path, "/questions/")+"/reply", "text", "Yes.")
		she.shows(she.get("/notices"), 200, "Tobias Fennick")
		she.shows(she.get(path), 200, "This helped")
	})
}

func TestQuestionsForMembersAreNotForOthers(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	ana := h.member("Ana Lindqvarn")
	hidden, open := h.asks(ana, "A hidden question"), h.asks(ana, "An open question", toAll)
	guest := h.guest("Gil Guest")
	for who, b := range map[string]*browser{"a stranger": h.stranger(), "a guest": h.as(guest)} {
		for _, path := range []string{"/questions", "/questions?state=answered", "/questions/" + hidden.ID.String(), "/questions.atom"} {
			if p := b.get(path); strings.Contains(p.Body, "A hidden question") {
				t.Errorf("%s reads %s", who, path)
			}
		}
		b.shows(b.get("/questions/"+hidden.ID.String()), 404)
		b.shows(b.get("/questions"), 200, "An open question")
		b.has(b.get("/questions.atom"), "An open question")
	}
	b := h.stranger()
	b.shows(b.get("/questions?state=mine"), 404)
	b.shows(b.get("/questions?state=loud"), 404)
	b.shows(b.get("/questions/new"), 200, "E-mail or handle")
	b.shows(b.get("/questions/"+open.ID.String()), 200, "answer from an account you already have")
	b.shows(b.post("/questions/"+open.ID.String(), "do", "reopen"), 401)
	me := h.as(ana)
	me.shows(me.get("/questions/"+h.says(ana, "Just talk").ID.String()), 200, "Discussion")
	me.shows(me.post("/questions/"+h.says(ana, "Just talk").ID.String(), "do", "reopen"), 404)
}

// The list that begins with the oldest is read in pages, both ways.
func TestQuestionsByThePage(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	ana := h.member("Ana Lindqvarn")
	for i := range 45 {
		h.asks(ana, "Question "+string(rune('A'+i/10))+string(rune('0'+i%10)))
	}
	b := h.as(ana)
	seen := func(p *answer) (first, last string) {
		for _, w := range strings.Split(p.said(), "Question ")[1:] {
			if len(w) > 2 && w[1] >= '0' && w[1] <= '9' {
				if first == "" {
					first = w[:2]
				}
				last = w[:2]
			}
		}
		return first, last
	}
	follow := func(p *answer, rel string) *answer {
		t.Helper()
		before, _, ok := strings.Cut(p.Body, `" rel="`+rel+`"`)
		if !ok {
			t.Fatalf("%s has no %s: %s", p.Path, rel, p.said())
		}
		i := strings.LastIndex(before, `href="`)
		return b.get(strings.ReplaceAll(before[i+6:], "&amp;", "&"))
	}
	first := b.get("/questions")
	b.hides(first, `rel="next"`)
	second := follow(first, "prev")
	third := follow(second, "prev")
	back := follow(third, "next")
	for i, want := range [][2]string{{"A0", "B9"}, {"C0", "D9"}, {"E0", "E4"}, {"C0", "D9"}} {
		p := []*answer{first, second, third, back}[i]
		if a, z := seen(p); a != want[0] || z != want[1] {
			t.Errorf("page %d: %s to %s; want %v", i, a, z, want)
		}
	}
	b.hides(third, `rel="prev"`)
}

func TestThemes(t *testing.T) {
	each(t, func(h *house) {
		themes := h.themes()
		ana, tobias := h.member("Ana Lindqvarn"), h.member("Tobias Fennick")
		if _, err := h.Chapter.SaveTheme(t.Context(), models.Viewer{AccountID: h.Maren.ID, Role: models.President}, models.Theme{Key: "teams", Name: "Teams", Words: "More than two. *And* a table."}); err != nil {
			t.Fatal(err)
		}
		with := func(key string) func(*chapter.Draft) {
			return func(d *chapter.Draft) { d.Practice.Themes = []string{key} }
		}
		h.note(ana, "Six chairs", with("teams"))
		h.note(ana, "A hidden note", with("teams"), forMembers)
		b, stranger := h.as(tobias), h.stranger()
		b.shows(b.get("/themes"), 200, "Teams", "More than two.")
		b.shows(b.get("/themes/teams"), 200, "Six chairs", "A hidden note", "People to ask", "Ana Lindqvarn", "Follow this theme")
		b.shows(b.post("/themes/teams", "do", "follow"), 200, "You follow this theme", "Stop following")
		b.shows(b.get("/themes"), 200, "you follow it")
		b.shows(b.post("/themes/teams", "do", "block"), 400)
		b.shows(b.post("/themes/teams", "do", "unfollow"), 200, "You no longer follow it.", "Follow this theme")
		b.shows(b.get("/themes/nothing"), 404)
		b.shows(b.get("/themes/nothing.atom"), 404)

		p := stranger.get("/themes/teams")
		stranger.shows(p, 200, "Six chairs", "Follow this theme")
		stranger.hides(p, "A hidden note", "People to ask")
		p = stranger.get("/themes/teams.atom")
		stranger.has(p, "Six chairs")
		stranger.has(p, "Offer the silence on purpose")
		stranger.hides(p, "A hidden note")
		stranger.shows(stranger.post("/themes/teams", "do", "follow"), 401)
		stranger.shows(stranger.get("/themes/"+themes[0].Key), 200, "No note that you can read has this theme yet.")

		she := h.as(ana)
		p = she.post("/notes/new", "kind", "tool", "title", "Cards", "section-purpose", "x", "client", "none", "scope", "members", "theme", "teams", "theme", "supervision", "do", "publish")
		she.shows(p, 200, "Themes", "Teams", "Supervision")
		fields := []string{"kind", "tool", "title", "More cards", "section-purpose", "x", "client", "none", "scope", "members", "do", "publish"}
		for _, key := range []string{"teams", "supervision", "agreements", "client_growth"} {
			fields = append(fields, "theme", key)
		}
		p = she.post("/notes/new", fields...)
		she.shows(p, 422, "A note may have 3 themes at most.")
		if strings.Count(p.Body, `name="theme" value="teams" checked`) != 1 {
			t.Error("what was chosen is lost")
		}
	})
}
