package web_test

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/store"
	"atelier/models/store/storetest"
)

// known finds what the store has: as a Finder whose fetches found it before.
type known struct{ *store.Store }

func (k known) Handle(ctx context.Context, handle string) (*models.Account, error) {
	return k.AccountByHandle(ctx, handle)
}

func (k known) Account(ctx context.Context, uri string) (*models.Account, error) {
	return k.AccountByURI(ctx, uri)
}

func (k known) Post(ctx context.Context, uri string) (*models.Post, error) {
	return k.PostByURI(ctx, uri)
}

func TestFollowingSomebodyElsewhere(t *testing.T) {
	each(t, func(h *house) {
		h.Chapter.Find = known{h.Store}
		lena := storetest.Account(t, h.Store, "lena@books.example")
		post := storetest.Post(t, h.Store, lena, nil)
		b := h.as(h.Maren)
		for _, address := range []string{"@lena@books.example", "lena@books.example", "acct:lena@books.example"} {
			if p := b.get("/people?q=" + url.QueryEscape(address)); p.Path != "/people/lena@books.example" {
				t.Errorf("%q leads to %s", address, p.Path)
			}
		}
		for q, path := range map[string]string{
			lena.URI: "/people/lena@books.example", post.URI: "/talk/" + post.ID.String(), "@lena@books.example": "/people/lena@books.example",
			h.Maren.URI: "/people/maren", h.URLs.PersonPage("maren"): "/people/maren", "@maren@" + h.URLs.AccountDomain: "/people/maren", h.URLs.ChapterPage(): "/",
		} {
			if p := b.get("/search?q=" + url.QueryEscape(q)); p.Path != path {
				t.Errorf("searching %s leads to %s, want %s", q, p.Path, path)
			}
			if p := b.get("/authorize_interaction?uri=" + url.QueryEscape(q)); p.Path != path {
				t.Errorf("coming with %s leads to %s, want %s", q, p.Path, path)
			}
		}
		b.shows(b.get("/people?q=nobody@books.example"), 422, "Nobody is called @nobody@books.example.")
		b.shows(b.get("/search?q=https://books.example/nothing"), 422, "Nothing was found at this address.")
		b.shows(b.get("/authorize_interaction"), 400)
		b.shows(b.get("/authorize_interaction?uri=https://books.example/nothing"), 404)

		p := b.post("/people/lena@books.example", "do", "follow")
		b.shows(p, 200, "They have been asked.", "Take the request back")
		f, err := h.Store.Follow(t.Context(), h.Maren.ID, lena.ID)
		if err != nil || f.State != models.FollowPending {
			t.Errorf("the follow is %+v, %v", f, err)
		}
		b.shows(b.post("/people/lena@books.example", "do", "unfollow"), 200, "Follow lena")
		stranger := h.stranger()
		stranger.shows(stranger.get("/people/lena@books.example"), 404) // hers to show, at her home
	})
}

func TestBetweenTwoMembers(t *testing.T) {
	each(t, func(h *house) {
		ana := h.member("Ana Lindqvarn")
		b, she := h.as(h.Maren), h.as(ana)
		page := "/people/ana"
		b.shows(b.post(page, "do", "follow"), 200, "You follow them now.", "Stop following")
		she.shows(she.get("/people/maren"), 200, "Follows you.")
		b.shows(b.post(page, "do", "mute"), 200, "You do not see what they write.", "Show what they write again")
		b.shows(b.post(page, "do", "unmute"), 200, "You follow them.")
		b.shows(b.post(page, "do", "unfollow"), 200, "You no longer follow them.", "Follow Ana")
		b.shows(b.post(page, "do", "wink"), 400)
		b.shows(b.post("/people/maren", "do", "follow"), 403)

		she.shows(she.post("/settings/posts", "apps", "everyone", "locked", "yes"), 200, "Saved.")
		b.shows(b.post(page, "do", "follow"), 200, "They have been asked.")
		she.shows(she.get("/notices"), 200, "Maren Oakhollow would like to follow you.")
		she.shows(she.get("/people/maren"), 200, "Maren Oakhollow would like to follow you.", "Say yes")
		she.shows(she.post("/people/maren", "do", "accept"), 200, "Follows you.")
		b.shows(b.get(page), 200, "You follow them.")
		b.post(page, "do", "unfollow")
		b.post(page, "do", "follow")
		she.post("/people/maren", "do", "reject")
		b.shows(b.get(page), 200, "Follow Ana")
	})
}

func TestTheDirectoryIsForMembers(t *testing.T) {
	each(t, func(h *house) {
		h.member("Ana Lindqvarn")
		if p := h.stranger().get("/people"); !strings.HasPrefix(p.Path, "/sign-in") {
			t.Errorf("a stranger sees %s", p.Path)
		}
		b := h.as(h.Maren)
		b.shows(b.get("/people"), 200, "Two members", "Maren Oakhollow The president", "Ana Lindqvarn")
		b.shows(b.get("/people?q=lind"), 200, "Here", "Ana Lindqvarn")
		b.hides(b.get("/people?q=lind"), "/people/maren\">Maren")
		b.shows(b.get("/people?q=zebra"), 200, "Nobody here is found by that.")
	})
}

func TestFollowingFromElsewhere(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	ana := h.member("Ana Lindqvarn")
	note, secret := h.note(ana, "Checking in"), h.note(ana, "Among us", forMembers)
	lena := storetest.Account(t, h.Store, "lena@far.example")
	theirs := func(id string, v models.Visibility) string {
		uri := lena.URI + "/" + id
		if _, err := h.Chapter.Receive(t.Context(), chapter.Activity{Sender: lena, Key: id}, chapter.Incoming{Fetched: true, Post: &models.Post{URI: uri, URL: uri, Type: models.NoteType,
			Visibility: v, HTML: "<p>From afar</p>", CreatedAt: h.Store.Now()}}); err != nil {
			t.Fatal(err)
		}
		return uri
	}
	open, closed := theirs("open", models.Public), theirs("closed", models.Private)
	b := h.stranger()
	b.shows(b.get("/follow?object="+url.QueryEscape(open)), 200, "Answer from where you are", "From afar")
	b.shows(b.get("/follow?object="+url.QueryEscape(closed)), 404)
	b.http.CheckRedirect = func(r *http.Request, _ []*http.Request) error { return http.ErrUseLastResponse }
	group, err := h.Chapter.Group(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for account, to := range map[string]string{
		"lena@books.example":          "https://books.example",
		" @lena@books.example ":       "https://books.example",
		"books.example":               "https://books.example",
		"https://books.example/@lena": "https://books.example",
		"lena@books.example:8443":     "https://books.example:8443",
		"lena@beta.localhost:8081":    "http://beta.localhost:8081", // this house is one on loopback itself
	} {
		for _, object := range []string{group.URI, ana.URI, note.URI, open} {
			p := b.post("/follow", "account", account, "object", object)
			want := to + "/authorize_interaction?uri=" + url.QueryEscape(object)
			if got := p.Header.Get("Location"); p.Status != 303 || got != want {
				t.Errorf("%q leads to %q, want %q", account, got, want)
			}
		}
	}
	b.post("/follow", "account", "lena@books.example", "object", group.URI)
	b.has(b.get("/follow"), `value="lena@books.example"`) // it is remembered on this device
	for account, msg := range map[string]string{
		"": "Say where your account is", "lena": "does not look like", "lena@": "does not look like", "lena@books example": "does not look like",
		"lena@books.example\"><script>": "does not look like", "javascript:alert(1)": "does not look like", "lena@localhost.": "",
	} {
		p := b.post("/follow", "account", account, "object", group.URI)
		if msg != "" {
			b.shows(p, 422, msg)
		}
	}
	for _, object := range []string{"https://books.example/users/lena", closed, "", secret.URI, h.URLs.Base() + "/nothing", h.URLs.Person("nobody")} {
		if p := b.post("/follow", "account", "", "object", object); object != "" && p.Status != 404 {
			t.Errorf("following %q: status %d", object, p.Status)
		}
	}
	if p := b.post("/follow", "account", "lena@books.example", "object", "https://evil.example/"); p.Status != 404 {
		t.Errorf("what is not ours was passed on: %d", p.Status)
	}
	if got := b.get("/follow").Header.Get("Content-Security-Policy"); !strings.Contains(got, "form-action 'self' https: http:;") {
		t.Errorf("the form could not lead on: %s", got)
	}
}

func TestSettingWhoYouAre(t *testing.T) {
	each(t, func(h *house) {
		ana := h.member("Ana Lindqvarn")
		b := h.as(ana)
		b.shows(b.post("/settings", "name", "Ana L.", "bio", "Silence. https://lindqvarn.example", "fact-1", "Town", "fact-1-value", "Courtenay", "fact-3", "Elsewhere", "fact-3-value", "https://lindqvarn.example"), 200, "Saved.")
		b.shows(b.get("/people/ana"), 200, "Ana L.", "Silence.", "Town Courtenay", "Elsewhere")
		b.has(b.get("/settings"), `value="Courtenay"`)
		p := b.post("/settings", "name", "", "bio", "Kept.")
		b.shows(p, 422, "What shall others call you?", "Kept.")
		b.shows(b.post("/settings", "name", "Ana", "bio", strings.Repeat("b", chapter.MaxBio+1)), 422, fmt.Sprint(chapter.MaxBio))

		b.shows(b.post("/settings/posts", "apps", "members", "language", "sv", "indexable", "yes", "hidenetwork", "yes"), 200, "Saved.")
		m, err := h.Store.Member(t.Context(), ana.ID)
		if err != nil || !m.MembersFirst || m.Privacy != models.Private || m.Language != "sv" {
			t.Errorf("the defaults are %+v, %v", m, err)
		}
		a, err := h.Store.Account(t.Context(), ana.ID)
		if err != nil || !a.Indexable || !a.HideNetwork || a.Discoverable || a.Locked {
			t.Errorf("the account is %+v, %v", a, err)
		}
		p = b.get("/settings/posts")
		b.has(p, `value="members" checked`)
		b.has(p, `name="indexable" value="yes" checked`)
		b.shows(b.post("/settings/posts", "apps", "nobody"), 422, "Choose for whom posts from apps are.")
		b.shows(b.post("/settings/posts", "apps", "everyone", "language", "klingonese"), 422, "language")
	})
}

func TestAPictureIsTakenIn(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	b := h.as(h.Maren)
	send := func(content []byte) *answer {
		var body bytes.Buffer
		w := multipart.NewWriter(&body)
		w.WriteField("token", b.token())
		w.WriteField("name", "Maren")
		f, _ := w.CreateFormFile("picture", "me.jpg")
		f.Write(content)
		w.Close()
		res, err := b.http.Post(h.Server.URL+"/settings", w.FormDataContentType(), &body)
		return b.read(res, err)
	}
	var portrait bytes.Buffer
	if err := png.Encode(&portrait, image.NewRGBA(image.Rect(0, 0, 60, 90))); err != nil {
		t.Fatal(err)
	}
	b.has(b.get("/settings"), `type="file"`)
	b.shows(send(portrait.Bytes()), 200, "Saved.")
	a, err := h.Store.Account(t.Context(), h.Maren.ID)
	if err != nil || a.Avatar.Key == "" {
		t.Fatalf("the portrait is %+v, %v", a.Avatar, err)
	}
	file, err := h.Pages.Media.Open(t.Context(), a.Avatar.Key)
	if err != nil {
		t.Fatalf("the file is not there: %v", err)
	}
	file.Close()
	b.has(b.get("/people/maren"), `<img src="`+h.URLs.Media(a.Avatar.Key)+`"`)
	b.shows(send([]byte("no picture")), 422, "That did not work")
	b.has(send([]byte("no picture")), `id="picture-wrong"`)
	b.shows(send(make([]byte, 9<<20)), 422, "more than eight megabytes")
	b.shows(send(make([]byte, 17<<20)), 413)
	b.shows(b.post("/settings", "name", "Maren", "remove", "yes"), 200, "Saved.")
	b.hides(b.get("/people/maren"), "<img")
}

func TestChangingThePassword(t *testing.T) {
	each(t, func(h *house) {
		ana := h.member("Ana Lindqvarn")
		b, elsewhere := h.as(ana), h.as(ana)
		b.shows(b.post("/settings/password", "old", "", "new", ""), 422, "Type the password that you have now.", "Choose a new one.")
		b.shows(b.post("/settings/password", "old", "wrong", "new", "another long one"), 422, "That is not your password.")
		p := b.post("/settings/password", "old", password, "new", "feeble")
		b.has(p, `id="new-wrong"`)
		b.hides(p, `value="feeble"`)
		b.shows(b.post("/settings/password", "old", password, "new", "another long one"), 200, "The password is changed.")
		b.shows(b.get("/shelf"), 200, "My shelf") // still signed in here
		if p := elsewhere.get("/shelf"); !strings.HasPrefix(p.Path, "/sign-in") {
			t.Errorf("elsewhere still signed in: %s", p.Path)
		}
		stranger := h.stranger()
		stranger.shows(stranger.post("/sign-in", "login", "ana", "password", password), 422)
		stranger.shows(stranger.post("/sign-in", "login", "ana", "password", "another long one"), 200, "This week")
	})
}

func TestShuttingAnAppOut(t *testing.T) {
	each(t, func(h *house) {
		ana := h.member("Ana Lindqvarn")
		app := &models.App{ID: h.Store.NewID(), ClientID: "heron", Name: "Heron", Scopes: models.ParseScopes("read write")}
		token := &models.Token{ID: h.Store.NewID(), Kind: models.AccessToken, Hash: "hash", AppID: app.ID, AccountID: ana.ID, Scopes: app.Scopes, CreatedAt: h.Store.Now()}
		storetest.Write(t, h.Store, func(tx *store.Tx) error {
			if err := tx.AddApp(t.Context(), app); err != nil {
				return err
			}
			return tx.AddToken(t.Context(), token)
		})
		b, other := h.as(ana), h.as(h.Maren)
		p := b.get("/settings/apps")
		b.shows(p, 200, "Heron", "May read and write for you.")
		shut := "/settings/apps/" + token.ID.String()
		other.shows(other.get(shut), 404)
		other.shows(other.post(shut), 404)
		b.shows(b.get(shut), 200, "Shut Heron out?")
		b.shows(b.post(shut), 200, "The app is shut out.", "None yet.")
		b.shows(b.post(shut), 404)
		b.shows(b.get("/shelf"), 200) // the session is not an app
	})
}

func TestFeedsHaveTheWholeText(t *testing.T) {
	each(t, func(h *house) {
		ana := h.member("Ana Lindqvarn")
		note := h.note(ana, "Checking in & out")
		h.note(ana, "Among us", forMembers)
		talk := h.says(ana, "Summaries?\n\nWho has stopped?")
		h.says(ana, "An answer", answering(h.says(h.Maren, "Not hers")))
		b := h.stranger()
		type entry struct {
			ID, Title, Content, Summary, Name string
		}
		read := func(path string) (title string, out []entry) {
			p := b.get(path)
			if got := p.Header.Get("Content-Type"); got != "application/atom+xml; charset=utf-8" {
				t.Errorf("%s is %s", path, got)
			}
			var f struct {
				XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
				Title   string   `xml:"title"`
				Updated string   `xml:"updated"`
				Entries []struct {
					ID      string `xml:"id"`
					Title   string `xml:"title"`
					Content string `xml:"content"`
					Summary string `xml:"summary"`
					Name    string `xml:"author>name"`
				} `xml:"entry"`
			}
			if err := xml.Unmarshal([]byte(p.Body), &f); err != nil {
				t.Fatalf("%s: %v\n%s", path, err, p.Body)
			}
			for _, e := range f.Entries {
				out = append(out, entry(e))
			}
			return f.Title, out
		}
		checking := entry{note.URI, "Checking in & out", note.HTML + "<p>Details changed to protect the client.</p>", note.Summary, "Ana Lindqvarn"}
		title, got := read("/library.atom")
		if diff := cmp.Diff([]entry{checking}, got); diff != "" || title != "VI Coaches: notes" {
			t.Errorf("%s (-want +got):\n%s", title, diff)
		}
		title, got = read("/people/ana.atom")
		want := []entry{{talk.URI, "Summaries?", talk.HTML, "", "Ana Lindqvarn"}, checking}
		if diff := cmp.Diff(want, got); diff != "" || title != "Ana Lindqvarn" {
			t.Errorf("%s (-want +got):\n%s", title, diff)
		}
		b.shows(b.get("/people/nobody.atom"), 404)
	})
}

func TestLightAndDark(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	b := h.stranger()
	b.hides(b.get("/library"), "data-theme")
	p := b.post("/light", "theme", "dark", "back", "/library")
	if p.Path != "/library" {
		t.Errorf("it leads to %s", p.Path)
	}
	b.has(p, `data-theme="dark"`)
	b.has(p, `value="dark" aria-pressed="true"`)
	if p := b.post("/light", "theme", "light", "back", "https://evil.example"); p.Path != "/" {
		t.Errorf("it leads to %s", p.Path)
	}
	b.has(b.get("/library"), `data-theme="light"`)
	b.hides(b.post("/light", "theme", "<evil>", "back", "/library"), "data-theme")
}

func TestANoteFromElsewhereReadsLikeOne(t *testing.T) {
	each(t, func(h *house) {
		lena := storetest.Account(t, h.Store, "lena@books.example")
		note := storetest.Post(t, h.Store, lena, func(p *models.Post) {
			p.Type, p.Title, p.URL = models.ArticleType, "Walking & talking", "https://books.example/notes/walking"
			p.Summary = "<p>Go outside for it.</p>"
			p.Practice = &models.Practice{Kind: models.Tool, Confidentiality: models.Agreed}
			p.HTML = "<p><strong>Tool - Walking &amp; talking</strong></p><h2>What it is for</h2><p>Side by side.</p><p>Shared with the client&#39;s agreement.</p>"
		})
		b := h.as(h.Maren)
		b.shows(b.get("/library"), 200, "Walking & talking", "lena", "books.example")
		p := b.get("/talk/" + note.ID.String())
		b.shows(p, 200, "Tool", "Walking & talking", "Go outside for it.", "Side by side.", "lena (", "books.example. https://books.example/notes/walking", "@lena@books.example")
		b.hides(p, "Tool - Walking", "Earlier versions", "A page to print")
		if n := strings.Count(p.said(), "Shared with the client"); n != 1 {
			t.Errorf("the line on confidentiality stands %d times: %s", n, p.said())
		}
		wellMade(t, "Maren", p)
		stranger := h.stranger()
		p = stranger.get("/talk/" + note.ID.String())
		stranger.shows(p, 200, "Side by side.")
		stranger.has(p, `<a href="`+lena.URL+`">`) // her page is at her home
		b.has(b.get("/talk/"+note.ID.String()), `<a href="/people/lena@books.example">`)
	})
}
