package web_test

import (
	"strings"
	"testing"

	"atelier/handlers/session"
	"atelier/models"
	"atelier/models/store"
	"atelier/models/store/storetest"
)

func TestSetUpOpensTheChapter(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		h := emptyHouse(t, s)
		b := h.stranger()
		b.shows(b.get("/"), 503, "Nobody has opened this chapter yet")
		b.shows(b.get("/library"), 503)
		b.shows(b.get("/setup"), 404)
		b.shows(b.get("/setup?key=guessed"), 404)
		b.shows(b.get("/setup?key="+setupKey), 200, "Open your chapter")

		form := []string{"name", "VI Coaches", "sentence", "How do we get better?", "ink", "sea", "scope", "everyone",
			"person", "Maren Oakhollow", "username", "maren", "email", "maren@oakhollow.example", "password", "feeble"}
		b.shows(b.post("/setup", form...), 404) // without the key
		form = append(form, "key", setupKey)
		p := b.post("/setup", form...)
		b.shows(p, 422, "That did not work", "12")
		for _, typed := range []string{`value="VI Coaches"`, "How do we get better?", `value="sea" checked`, `value="maren@oakhollow.example"`} {
			b.has(p, typed)
		}
		b.hides(p, "feeble") // passwords are never shown again

		form[15] = password
		b.shows(b.post("/setup", form...), 200, "Your chapter is open.", "A face and a sentence", "Maren")
		c, err := h.Chapter.Self(t.Context())
		if err != nil || c.Name != "VI Coaches" || c.Settings.Accent != "sea" || c.Settings.NoteScope != "everyone" {
			t.Fatalf("the chapter is %+v, %v", c, err)
		}
		m, err := s.MemberByLogin(t.Context(), "maren@oakhollow.example")
		if err != nil || m.Role != models.President {
			t.Fatalf("its first member is %+v, %v", m, err)
		}
		if m.SeenAt.IsZero() {
			t.Error("who has just opened the chapter was never seen here")
		}
		again := h.stranger()
		again.shows(again.get("/setup?key="+setupKey), 404)
		again.shows(again.post("/setup", form...), 404)
	})
}

func TestSetUpSaysWhatIsMissing(t *testing.T) {
	b := emptyHouse(t, storetest.SQLite(t)).stranger()
	p := b.post("/setup", "key", setupKey, "username", "Ana Lindqvarn", "email", "nowhere")
	b.shows(p, 422, "What is the chapter called?", "Say in one sentence what you care about.", "What are you called?", "Choose a password.")
	// All at once, each beside its field.
	p = b.post("/setup", "key", setupKey, "name", strings.Repeat("n", 101), "handle", "Our House", "sentence", "s", "person", strings.Repeat("p", 101), "username", "Ana Lindqvarn", "email", "nowhere", "password", "brief")
	b.shows(p, 422, "100 characters", "a to z", "is not an e-mail address", "A password needs")
	for _, field := range []string{"name", "handle", "person", "username", "email", "password"} {
		b.has(p, `id="`+field+`-wrong"`)
	}
	b.hides(p, "hort name")
	p = b.post("/setup", "key", setupKey, "name", "n", "sentence", "s", "person", "p", "username", "Ana Lindqvarn", "email", "a@b.example", "password", password)
	b.shows(p, 422, "a to z")
	p = b.post("/setup", "key", setupKey, "name", "n", "sentence", "s", "person", "p", "username", "ana", "email", "nowhere", "password", password)
	b.shows(p, 422)
	b.has(p, `id="email-wrong"`)
}

func TestSigningInAndOut(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	ana := h.member("Ana Lindqvarn")
	b := h.stranger()
	p := b.post("/sign-in", "login", "ana", "password", "wrong", "next", "/shelf")
	b.shows(p, 422, "do not belong together")
	b.has(p, `value="ana"`)
	b.has(p, `value="/shelf"`)
	same := b.post("/sign-in", "login", "nobody", "password", "wrong").said()
	if want := b.post("/sign-in", "login", "ana", "password", "wrong").said(); same != want {
		t.Errorf("who is not here is answered otherwise:\n%s\n%s", same, want)
	}
	b.shows(b.post("/sign-in", "login", "", "password", ""), 422, "Type your e-mail address or your handle.", "Type your password.")
	for login, next := range map[string]string{"ana": "/shelf", "ANA@mail.example": "/settings", " ana ": "/people?q=m"} {
		b := h.stranger()
		if p := b.post("/sign-in", "login", login, "password", password, "next", next); p.Status != 200 || p.Path != next {
			t.Errorf("%q is led to %s, want %s: %s", login, p.Path, next, p.said())
		}
	}
	for _, next := range []string{"https://evil.example/", "//evil.example/", "/\\evil.example", "evil", ""} {
		if p := h.stranger().post("/sign-in", "login", "ana", "password", password, "next", next); p.Path != "/" || p.Status != 200 {
			t.Errorf("next %q leads to %s", next, p.Path)
		}
	}
	me := h.as(ana)
	if p := me.get("/sign-in?next=/shelf"); p.Path != "/shelf" {
		t.Errorf("who is signed in is asked again: %s", p.Path)
	}
	me.shows(me.get("/sign-in?next=/shelf&again=1"), 200, "E-mail or handle")
	me.shows(me.post("/sign-out"), 200, "Sign in")
	if p := me.get("/shelf"); p.Path != "/sign-in?next=%2Fshelf" {
		t.Errorf("who signed out sees %s", p.Path)
	}
}

func TestNothingTypedIsLostWithTheSession(t *testing.T) {
	each(t, func(h *house) {
		ana := h.member("Ana Lindqvarn")
		talk := h.says(h.Maren, "Who has stopped?")
		b := h.as(ana)
		token := b.token()
		b.endSessions(ana)
		action := "/talk/" + talk.ID.String() + "/reply"
		p := b.send(action, session.FormField, token, "text", "Stopped <two> years ago.")
		b.shows(p, 401, "You were signed out in the meantime. What you wrote is kept on this page.")
		b.has(p, `value="Stopped &lt;two&gt; years ago."`)
		b.has(p, `name="resume" value="`+action+`"`)
		p = b.send("/sign-in", "resume", action, "text", "Stopped <two> years ago.", "login", "ana", "password", "wrong")
		b.shows(p, 401, "do not belong together")
		b.has(p, `value="Stopped &lt;two&gt; years ago."`)
		b.shows(b.get("/talk/"+talk.ID.String()), 200, "Nobody has answered yet.")
		if p := b.send(action, "text", "Guessed.", "login", "ana", "password", password); p.Status != 401 {
			t.Errorf("one can sign in past /sign-in, where guesses are counted: %d", p.Status)
		}
		p = b.send("/sign-in", "resume", action, "text", "Stopped <two> years ago.", "login", "ana", "password", password)
		b.shows(p, 200, "Stopped <two> years ago.", "Ana Lindqvarn")
		for _, path := range []string{"/nowhere", "https://evil.example/", "/library"} {
			b := h.stranger()
			b.shows(b.send("/sign-in", "resume", path, "login", "ana", "password", password), 404)
		}
	})
}

// endSessions signs a member out everywhere.
func (h *house) endSessions(a *models.Account) {
	h.Helper()
	err := h.Chapter.SetPassword(h.Context(), a.ID, "", password, true, 0)
	if err != nil {
		h.Fatal(err)
	}
}
