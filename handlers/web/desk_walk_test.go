package web_test

import (
	"testing"
	"time"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/store/storetest"
)

// TestBrowserWalkIn walks in a real browser through an invitation, an
// application and its answer, and a report; with scripts and without.
func TestBrowserWalkIn(t *testing.T) {
	ctx := chromium(t)
	for name, scripts := range map[string]bool{"with scripts": true, "without scripts": false} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, storetest.SQLite(t))
			h.settings(func(s *models.Settings) { s.Registration = models.ByAsking })
			note := h.note(h.Maren, "Checking in when a client goes quiet")
			i := h.invite(h.Maren, chapter.NewInvite{Uses: 1, Life: time.Hour})

			ana := h.open(ctx, scripts)
			ana.goTo("/i/" + i.Code)
			ana.says("You are invited to VI Coaches")
			ana.types("name", "Ana Lindqvarn")
			ana.types("email", "ana@mail.example")
			ana.types("password", password)
			ana.presses("Join VI Coaches")
			ana.says("Read what we ask of each other, and agree.")
			ana.types("password", password)
			ana.ticks("agree")
			ana.presses("Join VI Coaches")
			ana.says("Welcome. It is good")
			ana.goTo("/notes/" + note.Slug)
			ana.types("text", "Pell & Pell, third floor.")
			ana.presses("Reply")
			ana.says("Pell & Pell, third floor.")

			hester := h.open(ctx, scripts)
			hester.goTo("/")
			hester.presses("Ask to join")
			hester.types("name", "Hester Wickline")
			hester.types("email", "hester@mail.example")
			hester.types("password", password)
			hester.types("reason", "I coach alone and would like not to.")
			hester.ticks("agree")
			hester.presses("Ask to join")
			hester.says("Thank you, Hester")

			maren := h.open(ctx, scripts)
			maren.signIn(h.Maren)
			maren.goTo("/desk")
			maren.says("One thing needs a person")
			maren.presses("Answer Hester")
			maren.types("words", "Come on Friday.")
			maren.presses("Let Hester in")
			maren.says("They are in")
			hester.goTo("/sign-in")
			hester.types("login", "hester@mail.example")
			hester.types("password", password)
			hester.presses("Sign in")
			hester.says("Hester")

			h.reportReply(note)
			maren.goTo("/desk")
			maren.presses("Something by Ana Lindqvarn")
			maren.says("Pell & Pell, third floor.")
			maren.chooses("measure", "hide")
			maren.types("reason", "A client can be recognised.")
			maren.types("letter", "Please do not name clients.")
			maren.presses("Record the decision")
			maren.says("hidden from everybody")
			maren.goTo("/desk/log")
			maren.says("hid something by Ana Lindqvarn")
		})
	}
}

// TestBrowserDesk looks at every page of the desk and of the ways in.
func TestBrowserDesk(t *testing.T) {
	ctx := chromium(t)
	h := newHouse(t, storetest.SQLite(t))
	h.settings(func(s *models.Settings) { s.Registration = models.ByAsking })
	note := h.note(h.Maren, "Checking in when a client goes quiet")
	ana := h.member("Ana Lindqvarn")
	h.steward("Priya Sandlark")
	h.guest("Gil Guest")
	h.apply("Hester Wickline", "hester@mail.example", "I coach alone in Port Alberni and would like not to.")
	h.says(ana, "I had exactly this with the new director at the harbour authority.", answering(note))
	h.reportReply(note)
	i := h.invite(h.Maren, chapter.NewInvite{Uses: 3, Life: 7 * 24 * time.Hour})
	m, err := h.Store.MemberByLogin(t.Context(), "hester")
	if err != nil {
		t.Fatal(err)
	}
	r := h.reportReply(note)
	d, err := h.Chapter.Decide(t.Context(), h.viewer(h.Maren), chapter.Decision{Kind: models.MeasureWord, Target: ana.ID, Letter: "Please do not name clients.\n\nMaren"})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Chapter.AskReset(t.Context(), "gil"); err != nil {
		t.Fatal(err)
	}
	out := h.open(ctx, true)
	for name, path := range map[string]string{"invitation": "/i/" + i.Code, "join": "/join", "forgotten": "/forgotten", "sign-in-join": "/sign-in", "link-gone": "/i/none",
		"appeal": "/appeals/" + d.ID.String() + "?key=" + d.Key} {
		out.look(name, path)
	}
	me := h.open(ctx, true)
	me.signIn(h.Maren)
	for _, path := range deskPaths {
		me.look("desk"+dashes(path[len("/desk"):]), path)
	}
	me.look("desk-member", "/desk/members/"+ana.ID.String())
	me.look("desk-application", "/desk/applications/"+m.AccountID.String())
	me.look("desk-report", "/desk/reports/"+r.ID.String())
}

func dashes(path string) string {
	if path == "" {
		return ""
	}
	return "-" + path[1:]
}

// reportReply reports the newest reply to a post.
func (h *house) reportReply(p *models.Post) *models.Complaint {
	h.Helper()
	replies, err := h.Store.Descendants(h.Context(), h.viewer(h.Maren), p.ID, 20, 60)
	if err != nil || len(replies) == 0 {
		h.Fatalf("no reply: %v", err)
	}
	last := replies[len(replies)-1]
	r, err := h.Chapter.Complain(h.Context(), h.Maren, chapter.NewComplaint{TargetID: last.AuthorID, PostIDs: []models.ID{last.ID}, Comment: "There is only one. I don’t think it was meant."})
	if err != nil {
		h.Fatal(err)
	}
	return r
}

// ticks ticks the box called name.
func (b *tab) ticks(name string) {
	b.Helper()
	b.chooses(name, "yes")
}
