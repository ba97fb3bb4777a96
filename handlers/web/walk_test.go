package web_test

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"atelier/models/store/storetest"
)

// TestBrowserWalk walks through a chapter's first evening in a real browser:
// set-up, writing, signing in, answering, following. Once with scripts, once
// without.
func TestBrowserWalk(t *testing.T) {
	ctx := chromium(t)
	for name, scripts := range map[string]bool{"with scripts": true, "without scripts": false} {
		t.Run(name, func(t *testing.T) {
			h := emptyHouse(t, storetest.SQLite(t))
			h.Chapter.Find = known{h.Store}
			maren := h.open(ctx, scripts)
			maren.goTo("/setup?key=" + setupKey)
			maren.types("name", "VI Coaches")
			maren.types("sentence", "How do we keep getting better at work that nobody else sees?")
			maren.chooses("ink", "iris")
			maren.types("person", "Maren Oakhollow")
			maren.types("username", "maren")
			maren.types("email", "maren@oakhollow.example")
			maren.types("password", password)
			maren.presses("Open the chapter")
			maren.says("Your chapter is open.")
			for range 3 {
				maren.presses("Skip this")
			}
			maren.says("You are up to date.")

			maren.presses("Share something from your practice")
			maren.presses("A way of addressing a problem that comes up again and again.")
			maren.types("title", "Checking in when a client goes quiet")
			maren.types("section-when", "Around the third session.")
			maren.chooses("scope", "everyone")
			maren.says("Send to everyone, in ten minutes")
			maren.chooses("scope", "members")
			maren.says("You, so far the only member of VI Coaches, can read this. It does not leave this site.")
			maren.chooses("client", "disguised")
			maren.presses("Show members")
			maren.says("It is out.")
			maren.says("Around the third session.")
			note := strings.TrimSuffix(maren.where(), "?done=published")

			ana := h.open(ctx, scripts)
			account := h.member("Ana Lindqvarn")
			ana.goTo(note)
			ana.says("There is nothing here for you to read")
			ana.presses("Sign in")
			ana.types("login", "ana@mail.example")
			ana.types("password", password)
			ana.presses("Sign in")
			ana.says("New notes")
			ana.presses("Checking in when a client goes quiet")
			ana.types("text", "The clock matters more than I expected.")
			ana.presses("Reply")
			ana.says("One reply")
			ana.presses("Thank Maren")
			ana.says("Thanked")
			ana.presses("Keep")
			ana.goTo("/shelf")
			ana.says("Checking in when a client goes quiet")

			ana.goTo("/people")
			ana.presses("Maren Oakhollow")
			ana.presses("Follow Maren")
			ana.says("You follow them now.")
			storetest.Account(t, h.Store, "lena@books.example")
			ana.goTo("/people")
			ana.types("q", "@lena@books.example")
			ana.presses("Find")
			ana.presses("Follow lena")
			ana.says("They have been asked.")

			maren.goTo("/notices")
			maren.says("Ana Lindqvarn follows you.")
			maren.says("Ana Lindqvarn answered you in Checking in when a client goes quiet")
			maren.presses("Mark all as read")
			maren.says("Nothing is new.")

			ana.goTo("/settings")
			ana.types("bio", "Silence.")
			ana.presses("Save")
			ana.says("Saved.")
			h.endSessions(account)
			ana.types("bio", " And managers in health care.")
			ana.presses("Save")
			ana.says("E-mail or handle") // a form with a picture cannot be carried along
		})
	}
}

// TestBrowserKeepsDrafts: what is typed is saved without being asked, and comes
// back.
func TestBrowserKeepsDrafts(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	b := h.open(chromium(t), true)
	b.signIn(h.Maren)
	b.goTo("/notes/new?kind=story")
	b.types("title", "The chair by the window")
	b.types("section-turn", "Then she laughed.")
	if got := run(b, chromedp.Text(chromedp.CSS(`[data-preview="title"]`))); got != "The chair by the window" {
		t.Errorf("the preview says %q", got)
	}
	b.says("The draft was saved at") // within ten seconds
	if at := b.where(); !strings.HasPrefix(at, "/talk/") || !strings.HasSuffix(at, "/edit") {
		t.Errorf("the draft is at %s", at)
	}
	b.types("section-turn", " And left.")
	time.Sleep(time.Second) // the pause after which the browser keeps it
	b.goTo("/shelf")
	b.says("The chair by the window")
	b.presses("The chair by the window")
	b.says("What you wrote here before is still in this browser.")
	run(b, chromedp.Click(`//button[normalize-space()="Bring it back"]`))
	if got := run(b, chromedp.Value(chromedp.CSS(`[name="section-turn"]`))); got != "Then she laughed. And left." {
		t.Errorf("back came %q", got)
	}
	b.chooses("client", "none")
	b.presses("Show members")
	b.says("Then she laughed. And left.")
	b.goTo("/notes/new?kind=story")
	if strings.Contains(b.words(), "still in this browser") {
		t.Error("what was sent is kept all the same")
	}
}

// TestBrowserByKeyboard signs in and answers with the keyboard alone.
func TestBrowserByKeyboard(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	talk := h.says(h.Maren, "Who has stopped?")
	b := h.open(chromium(t), false)
	b.goTo("/sign-in?next=/talk/" + talk.ID.String())
	b.tabTo("login")
	b.keys("maren\t" + password + "\r")
	b.says("Who has stopped?")
	b.tabTo("text")
	b.keys("I have.\t\r")
	b.says("One reply")
}

// tabTo presses Tab until the field called name has the focus, and fails if one
// of the stops on the way has no ring.
func (b *tab) tabTo(name string) {
	b.Helper()
	for range 60 {
		b.keys("\t")
		at := run(b, chromedp.Evaluate[struct {
			Name string
			Ring bool
			What string
		}](`(() => { const e = document.activeElement, s = getComputedStyle(e);
			return {Name: e.name || "", Ring: s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2 || e.matches(":has(:focus-visible)"), What: e.outerHTML.slice(0, 80)} })()`))
		if !at.Ring {
			b.Errorf("on %s no ring around %s", b.where(), at.What)
		}
		if at.Name == name {
			return
		}
	}
	b.Fatalf("Tab does not lead to %s on %s", name, b.where())
}

// keys presses keys, wherever the focus is.
func (b *tab) keys(keys string) {
	b.Helper()
	run(b, chromedp.KeyEvent(keys))
}
