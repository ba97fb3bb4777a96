package web_test

import (
	"strings"
	"testing"
	"time"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/store/storetest"
)

// viewer is what a member is to reads and verbs.
func (h *house) viewer(a *models.Account) models.Viewer {
	h.Helper()
	v, err := h.Store.ViewerOf(h.Context(), a.ID)
	if err != nil {
		h.Fatal(err)
	}
	return v
}

func (h *house) invite(by *models.Account, n chapter.NewInvite) *models.Invite {
	h.Helper()
	if n.Role == "" {
		n.Role = models.Ordinary
	}
	i, err := h.Chapter.CreateInvite(h.Context(), h.viewer(by), n)
	if err != nil {
		h.Fatal(err)
	}
	return i
}

func TestAcceptingAnInvitation(t *testing.T) {
	each(t, func(h *house) {
		h.note(h.Maren, "Checking in")
		h.note(h.Maren, "Among us", forMembers)
		i := h.invite(h.Maren, chapter.NewInvite{Uses: 1, Life: time.Hour})
		b := h.stranger()
		p := b.get("/i/" + i.Code)
		b.shows(p, 200, "You are invited to VI Coaches", "Maren Oakhollow invites you", "One person who shares what works. Among the things you will find: “Checking in”.",
			"No client can be recognised", "Members will see that you joined.")
		b.hides(p, "Among us", "maren@oakhollow.example")

		form := []string{"name", "Ana Lindqvarn", "email", "ana@mail.example", "password", "feeble"}
		p = b.post("/i/"+i.Code, form...)
		b.shows(p, 422, "Read what we ask of each other, and agree.")
		b.has(p, `value="Ana Lindqvarn"`)
		// All that is wrong is said at once, each beside its field.
		p = b.post("/i/"+i.Code, "name", strings.Repeat("A", 101), "email", "nowhere", "password", "feeble", "username", "Ana!", "agree", "yes")
		for _, field := range []string{"name", "email", "password", "username"} {
			b.has(p, `id="`+field+`-wrong"`)
		}
		b.shows(p, 422, "Your handle", "Nobody but the stewards sees it.", "your e-mail address by nobody but the stewards")
		b.hides(p, "Nobody sees it", "hort name")
		form = append(form, "agree", "yes")
		p = b.post("/i/"+i.Code, form...)
		b.shows(p, 422, "A password needs")
		b.has(p, `value="yes" checked`)
		b.hides(p, "feeble")
		b.shows(b.post("/i/"+i.Code), 422, "What are you called?", "Type your e-mail address.", "Choose a password.")
		form[5] = password
		taken := append([]string{}, form...)
		taken[3] = "maren@oakhollow.example"
		b.shows(b.post("/i/"+i.Code, taken...), 422, "belongs to a member already")
		taken[3] = "nowhere"
		b.shows(b.post("/i/"+i.Code, taken...), 422, "is not an e-mail address")

		b.shows(b.post("/i/"+i.Code, form...), 200, "Welcome. It is good", "Ana")
		b.shows(b.get("/notes/among-us"), 200, "Among us")
		m, err := h.Store.MemberByLogin(t.Context(), "ana")
		if err != nil || m.Role != models.Ordinary || m.InvitedBy != h.Maren.ID {
			t.Fatalf("the new member is %+v, %v", m, err)
		}
		other := h.stranger()
		other.shows(other.get("/i/"+i.Code), 410, "This link does not open any more", "This invitation was used already.")
		form[3] = "bo@mail.example"
		other.shows(other.post("/i/"+i.Code, form...), 410, "This invitation was used already.")
		if _, err := h.Store.MemberByLogin(t.Context(), "bo@mail.example"); models.KindOf(err) != models.NotFound {
			t.Errorf("a spent invitation made a member: %v", err)
		}
	})
}

func TestLinksOfInvitationsThatAreNot(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	b := h.stranger()
	b.shows(b.get("/i/nonsense"), 404, "This invitation is not known here.")
	b.shows(b.post("/i/nonsense", "name", "Ana"), 404, "This invitation is not known here.")
	i := h.invite(h.Maren, chapter.NewInvite{Uses: -1, Role: models.Guest})
	b.shows(b.get("/i/"+i.Code), 200, "You are invited as a guest")
	me := h.as(h.Maren)
	me.shows(me.get("/i/"+i.Code), 200, "You are here already")
	me.shows(me.post("/i/"+i.Code, "name", "A", "email", "a@mail.example", "password", password, "agree", "yes"), 200, "You are here already")
	if err := h.Chapter.RevokeInvite(t.Context(), h.viewer(h.Maren), i.ID); err != nil {
		t.Fatal(err)
	}
	b.shows(b.get("/i/"+i.Code), 410, "was called back")
	i = h.invite(h.Maren, chapter.NewInvite{Uses: -1, Life: time.Millisecond})
	time.Sleep(2 * time.Millisecond)
	b.shows(b.get("/i/"+i.Code), 410, "expired on")

	if _, err := h.Chapter.AddBar(t.Context(), h.viewer(h.Maren), models.Bar{Kind: models.NetworkBar, Value: "127.0.0.0/8", Severity: models.BarSignUp}); err != nil {
		t.Fatal(err)
	}
	i = h.invite(h.Maren, chapter.NewInvite{Uses: -1})
	b.shows(b.post("/i/"+i.Code, "name", "A", "email", "a@mail.example", "password", password, "agree", "yes"), 422, "Nobody can join from this network.")
}
