package web_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/store"
	"atelier/models/store/storetest"
)

// apply sends an application as a stranger would.
func (h *house) apply(name, email, reason string) *answer {
	h.Helper()
	return h.stranger().post("/join", "name", name, "email", email, "password", password, "agree", "yes", "reason", reason)
}

func (h *house) settings(change func(*models.Settings)) {
	h.Helper()
	if err := h.Chapter.UpdateChapter(h.Context(), h.viewer(h.Maren), func(c *models.Chapter) { change(&c.Settings) }); err != nil {
		h.Fatal(err)
	}
}

func (h *house) steward(name string) *models.Account {
	h.Helper()
	a := h.member(name)
	if err := h.Chapter.SetRole(h.Context(), h.viewer(h.Maren), a.ID, models.Steward); err != nil {
		h.Fatal(err)
	}
	return a
}

// deskPaths are the pages of the desk that need no id.
var deskPaths = []string{"/desk", "/desk/members", "/desk/applications", "/desk/invitations", "/desk/reports", "/desk/log", "/desk/sites", "/desk/barred",
	"/desk/themes", "/desk/review", "/desk/messages", "/desk/chapter", "/desk/house"}

func TestTheDeskIsForStewards(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	ana, stu := h.member("Ana Lindqvarn"), h.steward("Stu Steward")
	r, err := h.Chapter.Complain(t.Context(), ana, chapter.NewComplaint{TargetID: stu.ID, Comment: "Rude"})
	if err != nil {
		t.Fatal(err)
	}
	paths := append([]string{"/desk/members/" + ana.ID.String(), "/desk/applications/" + ana.ID.String(), "/desk/reports/" + r.ID.String(), "/desk/themes/presence"}, deskPaths...)
	she, he, nobody := h.as(ana), h.as(stu), h.stranger()
	for _, path := range paths {
		she.shows(she.get(path), 404, "There is nothing here for you to read")
		if p := nobody.get(path); !strings.HasPrefix(p.Path, "/sign-in") {
			t.Errorf("a stranger sees %s", path)
		}
		if p := he.get(path); p.Status != 200 && path != "/desk/themes/presence" {
			t.Errorf("a steward sees %d at %s: %s", p.Status, path, p.said())
		}
		if p := she.post(path, "do", "role", "role", "president", "measure", "suspend", "name", "Mine"); p.Status != 404 && p.Status != 405 {
			t.Errorf("a member's form is taken at %s: %d", path, p.Status)
		}
	}
	she.hides(she.get("/"), `href="/desk"`)
	he.has(he.get("/"), `href="/desk"`)
	if m, err := h.Store.Member(t.Context(), ana.ID); err != nil || m.Role != models.Ordinary || m.State != models.Active {
		t.Errorf("it was done all the same: %+v, %v", m, err)
	}
}

func TestAskingToJoin(t *testing.T) {
	each(t, func(h *house) {
		b := h.stranger()
		b.shows(b.get("/join"), 200, "By invitation")
		if p := h.apply("Hester Wickline", "hester@mail.example", "I coach alone."); p.Status != 200 || !strings.Contains(p.said(), "By invitation") {
			t.Errorf("by invitation only: %d %s", p.Status, p.said())
		}
		h.settings(func(s *models.Settings) { s.Registration = models.Closed })
		b.shows(b.get("/join"), 200, "Not for now")
		h.settings(func(s *models.Settings) { s.Registration = models.ByAsking })
		b.shows(b.get("/"), 200, "Ask to join")
		b.shows(b.get("/join"), 200, "Ask to join VI Coaches", "What brings you here?")
		b.shows(h.apply("Hester Wickline", "hester@mail.example", ""), 422, "Say in a sentence or two")
		b.shows(h.apply("Hester Wickline", "hester@mail.example", "I coach alone and would like not to."), 200, "Thank you, Hester")
		b.shows(b.post("/sign-in", "login", "hester", "password", password), 422, "A steward has not answered your application yet.")

		me := h.as(h.Maren)
		me.shows(me.get("/desk"), 200, "One thing needs a person", "Asking to join", "I coach alone and would like not to.", "Answer Hester")
		p := me.get("/desk/applications")
		me.shows(p, 200, "Hester Wickline", "hester@mail.example")
		m, err := h.Store.MemberByLogin(t.Context(), "hester")
		if err != nil {
			t.Fatal(err)
		}
		page := "/desk/applications/" + m.AccountID.String()
		me.shows(me.get(page), 200, "I coach alone and would like not to.", "Let Hester in")
		me.shows(me.post(page, "do", "accept", "words", strings.Repeat("w", 5001)), 422, "5000 characters at most")
		me.shows(me.post(page, "do", "accept", "words", "Come on Friday."), 200, "They are in", "Nobody asks to join.")
		me.shows(me.get(page), 200, "answered already")
		letters, err := h.Store.WaitingLetters(t.Context(), store.Page{Limit: 9})
		if err != nil || len(letters) != 1 || letters[0].To != "hester@mail.example" || !strings.Contains(letters[0].Text, "Come on Friday.") {
			t.Errorf("the letters are %+v, %v", letters, err)
		}
		b.shows(b.post("/sign-in", "login", "hester", "password", password), 200, "Hester")

		h.apply("Bram Tollgate", "bram@mail.example", "Spam.")
		m, err = h.Store.MemberByLogin(t.Context(), "bram")
		if err != nil {
			t.Fatal(err)
		}
		me.shows(me.post("/desk/applications/"+m.AccountID.String(), "do", "refuse", "reason", "not a coach", "no", "Sorry."), 200, "They were turned down")
		if _, err := h.Store.AccountByHandle(t.Context(), "bram"); models.KindOf(err) != models.NotFound {
			t.Errorf("something of the application is kept: %v", err)
		}
		me.shows(me.get("/desk/log"), 200, "turned down (bram): “not a coach”", "let in Hester Wickline")

		h.settings(func(s *models.Settings) { s.Registration = models.Open })
		c := h.stranger()
		c.shows(c.post("/join", "name", "Cleo Ashgrove", "email", "cleo@mail.example", "password", password, "agree", "yes"), 200, "Welcome. It is good")
	})
}

func TestReporting(t *testing.T) {
	each(t, func(h *house) {
		ana, bo := h.member("Ana Lindqvarn"), h.member("Bo Tollgate")
		lena := storetest.Account(t, h.Store, "lena@books.example")
		said := h.says(bo, "The new director at the harbour authority.")
		note := h.note(bo, "Checking in when a client goes quiet")
		far := storetest.Post(t, h.Store, lena, nil)
		me := h.as(ana)
		page := "/talk/" + said.ID.String() + "/report"
		me.has(me.get("/talk/"+said.ID.String()), `href="`+page+`"`)
		me.has(me.get("/notes/"+note.Slug), `href="/talk/`+note.ID.String()+`/report"`)
		me.has(me.get("/people/bo"), `href="/people/bo/report"`)
		p := me.get(page)
		me.shows(p, 200, "what Bo Tollgate wrote", "harbour authority", "It is against what we ask of each other", "nobody else learns who said it")
		me.hides(p, "Tell its own site too")
		me.shows(me.post(page), 422, "Say what is wrong.")
		me.shows(me.post(page, "why", "other"), 422, "Say in a sentence what it is.")
		me.shows(me.post(page, "why", "tickling", "comment", "x"), 422)
		me.shows(me.post(page, "why", "rule-77", "comment", "x"), 422)
		me.shows(me.post(page, "why", "other", "comment", strings.Repeat("x", 1001)), 422)
		me.shows(me.post(page, "why", "rules", "comment", "There is only one."), 200, "The stewards will look at it. Thank you.")

		h.settings(func(s *models.Settings) { s.Rules = []models.Rule{{ID: 7, Text: "No names"}} })
		me.shows(me.get("/people/bo/report"), 200, "It is about Bo Tollgate.", "No names")
		me.shows(me.post("/people/bo/report", "why", "rule-7"), 200, "The stewards will look at it. Thank you.")
		elsewhere := "/talk/" + far.ID.String() + "/report"
		me.shows(me.get(elsewhere), 200, "Tell its own site too", "books.example")
		me.shows(me.post(elsewhere, "why", "spam", "forward", "yes"), 200, "The stewards will look at it. Thank you.")
		var got []models.Complaint
		for _, target := range []models.ID{bo.ID, lena.ID} {
			list, err := h.Store.Complaints(t.Context(), store.ComplaintFilter{TargetID: target}, store.Page{Limit: 5})
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range list {
				got = append(got, models.Complaint{FromID: c.FromID, TargetID: c.TargetID, PostIDs: c.PostIDs, RuleIDs: c.RuleIDs, Category: c.Category, Comment: c.Comment, Forwarded: c.Forwarded})
			}
		}
		want := []models.Complaint{
			{FromID: ana.ID, TargetID: bo.ID, RuleIDs: []models.ID{7}, Category: models.ComplaintViolation},
			{FromID: ana.ID, TargetID: bo.ID, PostIDs: []models.ID{said.ID}, Category: models.ComplaintViolation, Comment: "There is only one."},
			{FromID: ana.ID, TargetID: lena.ID, PostIDs: []models.ID{far.ID}, Category: models.ComplaintSpam, Forwarded: true},
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}

		me.shows(me.get("/people/ana/report"), 403, "You cannot report yourself.")
		me.shows(me.get("/talk/77/report"), 404)
		me.shows(me.get("/people/nobody/report"), 404)
		inside := h.says(bo, "Between stewards.", func(d *chapter.Draft) { d.Visibility = models.Direct })
		me.shows(me.get("/talk/"+inside.ID.String()+"/report"), 404)
		b := h.stranger()
		b.shows(b.get(page), 200, "E-mail or handle")
		b.hides(b.get("/notes/"+note.Slug), "Report a problem")
	})
}

func TestHandlingAReport(t *testing.T) {
	each(t, func(h *house) {
		ana, bo := h.member("Ana Lindqvarn"), h.member("Bo Tollgate")
		said := h.says(bo, "The new director at the harbour authority.")
		r, err := h.Chapter.Complain(t.Context(), ana, chapter.NewComplaint{TargetID: bo.ID, PostIDs: []models.ID{said.ID}, Comment: "There is only one."})
		if err != nil {
			t.Fatal(err)
		}
		me := h.as(h.Maren)
		me.shows(me.get("/desk"), 200, "One thing needs a person", "Something by Bo Tollgate", "There is only one.")
		page := "/desk/reports/" + r.ID.String()
		me.shows(me.get(page), 200, "harbour authority", "Ana Lindqvarn, whose name stays with the stewards.", "Nobody looks into it yet.")
		me.shows(me.post(page, "do", "take"), 200, "Maren looks into it.")
		me.shows(me.post(page, "do", "note", "note", "Honest mistake, I think."), 200, "Honest mistake, I think.", "The other stewards can read it.")
		me.shows(me.post(page, "do", "note", "note", ""), 422, "Write something first.")
		me.shows(me.post(page, "do", "decide"), 422, "Choose what to do.")
		me.shows(me.post(page, "do", "decide", "measure", "word"), 422, "Write what the person shall read.")
		me.shows(me.post(page, "do", "decide", "measure", "hide", "reason", "One can be recognised", "letter", "A client can be recognised."), 200, "Recorded.", "Maren closed it.", "hidden from everybody")
		if _, err := h.Store.Post(t.Context(), models.Stranger, said.ID); models.KindOf(err) != models.NotFound {
			t.Errorf("it is still shown: %v", err)
		}
		letters, err := h.Store.WaitingLetters(t.Context(), store.Page{Limit: 9})
		if err != nil || len(letters) != 1 || letters[0].To != "bo@mail.example" {
			t.Fatalf("the letters are %+v, %v", letters, err)
		}
		_, path, _ := strings.Cut(letters[0].Text, h.URLs.Base())
		path, _, _ = strings.Cut(path, "\n")

		told := h.as(bo) // a chapter may have no mail server
		told.shows(told.get("/notices"), 200, "VI Coaches has for you a word from the stewards", "A client can be recognised.")
		if address, _, _ := strings.Cut(path, "?"); !strings.Contains(told.get("/notices").Body, `href="`+address+`"`) {
			t.Error("the notice does not lead to the letter")
		} else {
			told.shows(told.get(address), 200, "A client can be recognised.")
		}
		b := h.stranger() // with the key alone
		b.shows(b.get(path), 200, "A word from the stewards", "A client can be recognised.", "not shown to anybody")
		b.hides(b.get(path), "One can be recognised")
		address, key, _ := strings.Cut(path, "?key=")
		b.shows(b.get(address), 404)
		b.shows(b.get(address+"?key=guessed"), 404)
		b.shows(b.post(address, "key", "guessed", "appeal", "Mine"), 404)
		b.shows(b.post(address, "key", key, "appeal", ""), 422, "Write why")
		b.shows(b.post(address, "key", key, "appeal", "Of course. Shall I change it?"), 200, "The stewards will read it", "You answered")
		b.shows(b.post(address, "key", key, "appeal", "Again"), 422, "too late to appeal")

		me.shows(me.get("/desk"), 200, "Answers to your letters", "Shall I change it?")
		member := "/desk/members/" + bo.ID.String()
		m, err := h.Store.Measures(t.Context(), store.MeasureFilter{TargetID: bo.ID}, store.Page{Limit: 1})
		if err != nil || len(m) != 1 {
			t.Fatal(err)
		}
		me.shows(me.get(member), 200, "Of course. Shall I change it?")
		me.shows(me.post(member, "do", "agree:"+m[0].ID.String()), 200, "Recorded.")
		if _, err := h.Store.Post(t.Context(), models.Stranger, said.ID); err != nil {
			t.Errorf("it is not shown again: %v", err)
		}
		me.shows(me.post(page, "do", "reopen"), 200, "It is open again.")
		me.shows(me.post(page, "do", "decide", "measure", "dismiss"), 200, "Maren closed it.")
		me.shows(me.get("/desk/reports"), 200, "None. That is how it should be.")
		me.shows(me.get("/desk/reports?tab=closed"), 200, "Something by Bo Tollgate")
	})
}

func TestLookingAfterMembersAtTheDesk(t *testing.T) {
	each(t, func(h *house) {
		ana, stu := h.member("Ana Lindqvarn"), h.steward("Stu Steward")
		me, he := h.as(h.Maren), h.as(stu)
		page := "/desk/members/" + ana.ID.String()
		me.shows(me.get("/desk/members"), 200, "Three memberships", "Ana Lindqvarn", "Steward", "President")
		me.shows(me.get("/desk/members?q=ana"), 200, "Ana Lindqvarn")
		me.hides(me.get("/desk/members?q=zebra"), "Ana Lindqvarn")
		me.shows(me.get("/desk/members?q=ana@mail.example"), 200, "Ana Lindqvarn")
		me.hides(me.get("/desk/members?tab=stewards"), "Ana Lindqvarn")
		me.shows(me.post(page, "do", "role", "role", "guest"), 200, "The role is changed.", "Guest, active")
		he.shows(he.post(page, "do", "role", "role", "steward"), 422, "Only a president")
		he.shows(he.post("/desk/members/"+h.Maren.ID.String(), "do", "decide", "measure", "suspend"), 422, "Somebody with the same role")
		he.shows(he.post(page, "do", "decide", "measure", "limit", "reason", "loud"), 200, "limited", "Limit no longer")
		he.shows(he.get("/desk/members?tab=limited"), 200, "Ana Lindqvarn")
		he.shows(he.post(page, "do", "lift:limit"), 200, "They are back.")
		p := he.post(page, "do", "reset")
		he.shows(p, 200, "chooses a new password")
		_, link, _ := strings.Cut(p.Body, h.URLs.Base()+"/reset/")
		link, _, _ = strings.Cut(link, "<")
		b := h.stranger()
		b.shows(b.get("/reset/"+link), 200, "Choose a new password")
		b.shows(b.post("/reset/"+link, "password", "short"), 422, "A password needs")
		b.shows(b.post("/reset/"+link, "password", "four minutes of silence"), 200, "The password is changed.")
		b.shows(b.get("/reset/"+link), 410, "used already")
		he.shows(he.post(page, "do", "decide", "measure", "suspend", "letter", "Please write to us."), 200, "suspended")
		b.shows(b.post("/sign-in", "login", "ana", "password", "four minutes of silence"), 422, "This membership is closed.")
		he.shows(he.post(page, "do", "lift:suspend"), 200, "They are back.")
		b.shows(b.post("/sign-in", "login", "ana", "password", "four minutes of silence"), 200)
		he.shows(he.post(page, "do", "wink"), 400)
		he.shows(he.get("/desk/members/1"), 404)
		he.shows(he.get("/desk/log"), 200, "suspended Ana Lindqvarn", "restored Ana Lindqvarn", "limited Ana Lindqvarn: “loud”")
	})
}

func TestTheHouseAtTheDesk(t *testing.T) {
	each(t, func(h *house) {
		me := h.as(h.Maren)
		// Invitations.
		p := me.post("/desk/invitations", "uses", "3", "days", "7", "role", "member", "to", "zoe@mail.example", "words", "We met.")
		me.shows(p, 200, "The invitation is made.", "For three members", h.URLs.Base()+"/i/", "Nobody has joined by it.")
		me.shows(me.post("/desk/invitations", "uses", "many", "days", "x", "role", "member"), 422, "Write a number, such as 12.", "Write a number of days")
		me.shows(me.post("/desk/invitations", "uses", "1", "role", "member", "to", "zoe"), 422, "is not an e-mail address")
		list, err := h.Store.Invites(t.Context(), 0, store.Page{Limit: 9})
		if err != nil || len(list) != 1 {
			t.Fatalf("%d invitations, %v", len(list), err)
		}
		me.shows(me.post("/desk/invitations", "do", "revoke:"+list[0].ID.String()), 200, "no longer opens", "It was called back.")
		// Letters wait, and their links can be passed on.
		p = me.get("/desk/house")
		me.shows(p, 200, "You are invited to VI Coaches", "To zoe@mail.example", h.URLs.Invitation(list[0].Code), "No mail server is set up", "No backup was ever written", "The database takes")
		// A check mark stands beside what works alone.
		for words, want := range map[string]bool{"No mail server is set up": false, "No backup was ever written": false, "What we send arrives": true} {
			before, _, _ := strings.Cut(p.Body, words)
			if done := strings.Contains(before[strings.LastIndex(before, "<li"):], "M3 8.5 6.5 12"); done != want {
				t.Errorf("%s: a check mark %v", words, done)
			}
		}
		letters, err := h.Store.WaitingLetters(t.Context(), store.Page{Limit: 9})
		if err != nil || len(letters) != 1 {
			t.Fatal(err)
		}
		me.shows(me.post("/desk/house", "do", "drop:"+letters[0].ID.String()), 200, "Taken away.", "Letters that wait None.")
		// Other sites.
		me.shows(me.post("/desk/sites", "domain", "spam.example", "severity", "suspend", "note", "Floods us"), 200, "spam.example", "Shut out", "Floods us")
		rules, err := h.Store.DomainRules(t.Context())
		if err != nil || !rules.Blocked("sub.spam.example") {
			t.Errorf("the rule does not hold: %v", err)
		}
		me.shows(me.post("/desk/sites", "domain", "no site", "severity", "suspend"), 422)
		me.shows(me.post("/desk/sites", "do", "free:spam.example"), 200, "No rule: all sites are treated alike.")
		// Bars.
		me.shows(me.post("/desk/barred", "do", "network", "ip", "192.0.2.0/24", "severity", "no_access"), 200, "192.0.2.0/24", "Nothing is answered to it.")
		me.shows(me.post("/desk/barred", "do", "network", "ip", "127.0.0.0/8", "severity", "no_access"), 422, "you would shut yourself out")
		me.shows(me.post("/desk/barred", "do", "mail", "email", "throwaway.example"), 200, "throwaway.example")
		me.shows(me.post("/desk/barred", "do", "mail", "email", "eve@mail.example"), 200, "An address, kept as")
		bars, err := h.Store.Bars(t.Context(), models.MailDomainBar, store.Page{Limit: 9})
		if err != nil || len(bars) != 1 {
			t.Fatal(err)
		}
		me.shows(me.post("/desk/barred", "do", "free:mail-domain:"+bars[0].ID.String()), 200, "It is no longer barred.")
		// Themes.
		me.shows(me.post("/desk/themes", "do", "save", "name", "Working with silence", "aliases", "silence, #quiet"), 200, "Working with silence")
		theme, err := h.Store.Theme(t.Context(), "working_with_silence")
		if err != nil || len(theme.Aliases) != 2 || theme.Aliases[1] != "quiet" {
			t.Fatalf("the theme is %+v, %v", theme, err)
		}
		me.shows(me.post("/desk/themes", "do", "save", "name", "working with SILENCE"), 422, "There is a theme called that.")
		me.shows(me.post("/desk/themes/working_with_silence", "do", "save", "name", "Silence", "words", "Three minutes.", "aliases", "quiet"), 200, "Silence", "Three minutes.")
		me.shows(me.post("/desk/themes/working_with_silence", "do", "retire"), 200, "Taken away.")
		if _, err := h.Store.Theme(t.Context(), "working_with_silence"); models.KindOf(err) != models.NotFound {
			t.Errorf("the theme is still there: %v", err)
		}
		// Messages.
		me.shows(me.post("/desk/messages", "do", "write", "text", ""), 422, "Write something first.")
		me.shows(me.post("/desk/messages", "do", "write", "text", "We meet on **Friday**.", "days", "7"), 200, "Every member finds it", "We meet on Friday.", "Shown until")
		ana := h.as(h.member("Ana Lindqvarn"))
		ana.shows(ana.get("/"), 200, "From Maren, to all", "We meet on Friday.")
		// The chapter.
		form := []string{"name", "VI Coaches", "sentence", "How?", "email", "us@mail.example", "ink", "sea", "joining", "application", "scope", "everyone", "lounge", "5", "rules", "No names.\r\nBe kind.\r\n",
			"licence", "https://creativecommons.org/licenses/by/4.0/", "employers", "Acme\r\nHarbour Shipping"}
		me.shows(me.post("/desk/chapter", form...), 200, "Saved.")
		c, err := h.Chapter.Self(t.Context())
		if err != nil || c.Settings.Accent != "sea" || c.Settings.Registration != models.ByAsking || c.Settings.NoteScope != "everyone" || c.Settings.LoungeMin != 5 ||
			len(c.Settings.Rules) != 2 || c.Settings.Rules[1].Text != "Be kind." || c.Settings.Rules[0].ID == 0 || c.Email != "us@mail.example" {
			t.Fatalf("the chapter is %+v, %v", c, err)
		}
		if s := c.Settings; s.Licence != "https://creativecommons.org/licenses/by/4.0/" || !slices.Equal(s.Employers, []string{"Acme", "Harbour Shipping"}) {
			t.Errorf("licence %s, employers %q", s.Licence, s.Employers)
		}
		if page := ana.get("/notes/new?kind=tool"); !strings.Contains(page.Body, `value="https://creativecommons.org/licenses/by/4.0/" checked`) {
			t.Error("the form of a note does not begin with the chapter's licence")
		}
		note := []string{"kind", "tool", "title", "Cards", "section-purpose", "As used at Harbour Shipping.", "client", "disguised", "scope", "everyone", "do", "publish"}
		ana.shows(ana.post("/notes/new", append(note, "licence", "https://licence.example/own")...), 422, "Harbour Shipping")
		note[5] = "For teams."
		ana.shows(ana.post("/notes/new", append(note, "licence", "https://licence.example/own")...), 422, "cannot have the licence")
		ana.shows(ana.post("/notes/new", append(note, "licence", "https://creativecommons.org/publicdomain/zero/1.0/")...), 200, "CC0 1.0")
		ana.shows(ana.get("/notes/cards"), 200, "CC0 1.0")
		kept := c.Settings.Rules[0].ID
		form[15] = "Be kinder.\nNo names."
		me.shows(me.post("/desk/chapter", form...), 200)
		if c, err := h.Chapter.Self(t.Context()); err != nil || c.Settings.Rules[1].ID != kept || c.Settings.Rules[0].ID == kept {
			t.Errorf("the rules are %+v, %v", c.Settings.Rules, err)
		}
		ana.shows(ana.get("/conduct"), 200, "Be kinder.", "No names.", "us@mail.example")
		form[13], form[9] = "soon", "somehow"
		form[17] = "mine"
		me.shows(me.post("/desk/chapter", form...), 422, "Write a number of minutes", "Choose how one becomes a member.", "Choose what others may do with a note.")
	})
}

func TestAForgottenPassword(t *testing.T) {
	each(t, func(h *house) {
		h.member("Ana Lindqvarn")
		b := h.stranger()
		b.shows(b.get("/sign-in"), 200, "I have forgotten my password")
		b.shows(b.get("/forgotten"), 200, "A new password", "cannot send letters yet")
		b.shows(b.post("/forgotten", "login", ""), 422, "Type your e-mail address")
		known, unknown := b.post("/forgotten", "login", "ana"), b.post("/forgotten", "login", "nobody")
		if known.said() != unknown.said() || known.Status != 200 {
			t.Errorf("who is here is told apart:\n%s\n%s", known.said(), unknown.said())
		}
		letters, err := h.Store.WaitingLetters(t.Context(), store.Page{Limit: 9})
		if err != nil || len(letters) != 1 {
			t.Fatalf("%d letters, %v", len(letters), err)
		}
		_, path, _ := strings.Cut(letters[0].Text, h.URLs.Base())
		path, _, _ = strings.Cut(path, "\n")
		b.shows(b.post(path, "password", "four minutes of silence"), 200, "The password is changed.", "Ana")
		b.shows(b.get("/reset/nonsense"), 410, "used already or is more than a day old")
	})
}
