package web_test

import (
	"strings"
	"testing"

	"atelier/models"
	"atelier/models/chapter"
)

func TestTheWelcomeIsThreeSmallSteps(t *testing.T) {
	each(t, func(h *house) {
		if _, err := h.Chapter.SaveTheme(t.Context(), h.viewer(h.Maren), models.Theme{Key: "silence", Name: "Silence"}); err != nil {
			t.Fatal(err)
		}
		bo := h.member("Bo Tollgate")
		i := h.invite(h.Maren, chapter.NewInvite{Uses: -1})
		b := h.stranger()
		p := b.post("/i/"+i.Code, "name", "Ana Lindqvarn", "email", "ana@mail.example", "password", password, "agree", "yes")
		b.shows(p, 200, "Welcome. It is good", "One of three small things", "A face and a sentence")
		b.shows(b.get("/"), 200, "Three small things to make this place yours.")

		p = b.post("/welcome/1", "bio", strings.Repeat("b", 501), "do", "save")
		b.shows(p, 422, "maximum is 500")
		b.shows(b.post("/welcome/1", "bio", "I coach crews.", "do", "save"), 200, "What can others ask you about?")
		b.shows(b.get("/people/ana"), 200, "I coach crews.")
		b.shows(b.get("/"), 200, "Two small things to make this place yours.")

		b.shows(b.post("/welcome/2", "town", strings.Repeat("t", 81), "do", "save"), 422, "This may have 80 characters at most")
		b.shows(b.post("/welcome/2", "ask", "Shift work", "ask-to", "members", "do", "save"), 200, "What would you like to hear of?", "Silence", "Bo Tollgate")
		b.shows(b.get("/people/ana"), 200, "Ask me about Shift work")

		p = b.post("/welcome/3", "theme", "silence", "person", bo.ID.String(), "person", "12345", "do", "save")
		b.shows(p, 200, "Good")
		b.hides(p, "small thing", `href="/welcome"`)
		b.shows(b.get("/people/bo"), 200, "You follow them.")
		b.shows(b.get("/themes"), 200, "you follow it")
		for _, path := range []string{"/welcome", "/welcome/1", "/welcome/2", "/welcome/3"} {
			if p := b.get(path); p.Path != "/" {
				t.Errorf("%s is shown again: %s", path, p.Path)
			}
			if p := b.post(path, "bio", "Again.", "do", "save"); p.Path != "/" {
				t.Errorf("%s leads to a step: %s", path, p.Path)
			}
		}
		b.shows(b.get("/people/ana"), 200, "Again.") // who goes back and writes is not ignored
	})
}

func TestEveryStepCanBeSkipped(t *testing.T) {
	each(t, func(h *house) {
		ana := h.member("Ana Lindqvarn")
		b := h.as(ana)
		b.shows(b.post("/welcome/2", "ask", "Typed, then thought better of", "do", "skip"), 200, "A face and a sentence")
		b.shows(b.get("/"), 200, "Two small things")
		b.shows(b.post("/welcome/1", "bio", "", "do", "save"), 200, "What would you like to hear of?") // all empty is let be
		b.shows(b.get("/"), 200, "One small thing to make this place yours.")
		b.hides(b.post("/welcome/3", "do", "skip"), "small thing")
		if e, err := h.Store.OwnDirectory(t.Context(), ana.ID); err != nil || len(e) != 0 {
			t.Errorf("what was skipped is kept: %v, %v", e, err)
		}

		all := h.as(h.Maren)
		all.shows(all.get("/"), 200, "Three small things")
		all.hides(all.post("/welcome"), "small thing")
		if p := all.get("/welcome"); p.Path != "/" {
			t.Errorf("after Skip there is still %s", p.Path)
		}

		bo := h.as(h.member("Bo Tollgate"))
		bo.shows(bo.post("/settings", "name", "Bo", "town", "Tofino"), 200, "Saved.")
		bo.shows(bo.get("/"), 200, "Two small things") // what was said elsewhere is not asked
		if p := bo.get("/welcome/2"); p.Path != "/welcome/1" {
			t.Errorf("the directory is asked about again: %s", p.Path)
		}
		if p := h.stranger().get("/welcome"); !strings.HasPrefix(p.Path, "/sign-in") {
			t.Errorf("a stranger is welcomed: %s", p.Path)
		}
	})
}
