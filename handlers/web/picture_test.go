package web_test

import (
	"bytes"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"atelier/handlers/session"
	"atelier/models"
	"atelier/models/store/storetest"
)

// sendFile posts a form with a file in it, as a browser does.
func (b *browser) sendFile(path, field string, file []byte, pairs ...string) *answer {
	b.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	w.WriteField(session.FormField, b.token())
	for i := 0; i < len(pairs); i += 2 {
		w.WriteField(pairs[i], pairs[i+1])
	}
	part, err := w.CreateFormFile(field, "picture.png")
	if err == nil {
		_, err = part.Write(file)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		b.Fatal(err)
	}
	r, err := http.NewRequest("POST", b.Server.URL+path, &body)
	if err != nil {
		b.Fatal(err)
	}
	r.Header.Set("Content-Type", w.FormDataContentType())
	res, err := b.http.Do(r)
	return b.read(res, err)
}

func aPicture(t *testing.T) []byte {
	t.Helper()
	var body bytes.Buffer
	if err := png.Encode(&body, image.NewRGBA(image.Rect(0, 0, 40, 30))); err != nil {
		t.Fatal(err)
	}
	return body.Bytes()
}

var mediaRE = regexp.MustCompile(`name="media" value="(\d+)"`)

func TestPicturesInANote(t *testing.T) {
	each(t, func(h *house) {
		ana := h.member("Ana Lindqvarn")
		b := h.as(ana)
		note := []string{"kind", "tool", "title", "Six chairs", "section-purpose", "For teams.", "client", "none", "scope", "members", "do", "picture"}
		with := func(pairs ...string) []string { return append(append([]string{}, note...), pairs...) }
		b.shows(b.sendFile("/notes/new", "picture", aPicture(t), with("into", "purpose")...), 422, "Say what can be seen")
		b.shows(b.sendFile("/notes/new", "picture", nil, with("into", "purpose", "alt", "Chairs")...), 422, "Choose a picture first.", "For teams.")
		b.shows(b.sendFile("/notes/new", "picture", []byte("no picture"), with("into", "purpose", "alt", "Chairs")...), 422, "That did not work")
		b.shows(b.sendFile("/notes/new", "picture", aPicture(t), with("into", "cellar", "alt", "Chairs")...), 422, "Choose the box")
		p := b.sendFile("/notes/new", "picture", aPicture(t), with("into", "purpose", "alt", "Six [empty] chairs", "caption", "Before *they* came")...)
		b.shows(p, 200, "The picture stands in your text", "![Six (empty) chairs](", "*Before they came*")
		m := mediaRE.FindStringSubmatch(p.Body)
		if m == nil {
			t.Fatalf("the form does not carry the picture: %s", p.Body)
		}
		file, err := h.Store.Media(t.Context(), ana.ID, models.ParseID(m[1]))
		if err != nil || file.Description != "Six [empty] chairs" || file.PostID == 0 {
			t.Fatalf("kept %+v, %v", file, err)
		}
		url := h.URLs.Media(file.Key)
		edit := strings.TrimSuffix(p.Path, "?done=picture")
		publish := []string{"kind", "tool", "title", "Six chairs", "section-purpose", "![Six chairs](" + url + ")\n*Before*", "client", "none", "scope", "members", "media", m[1], "do", "publish"}
		p = b.post(edit, publish...)
		b.shows(p, 200, "It is out.")
		if n := strings.Count(p.Body, `src="`+url); n != 1 || !strings.Contains(p.Body, `alt="Six chairs"`) {
			t.Errorf("the picture is shown %d times: %s", n, p.Body)
		}
		post, err := h.Store.PostBySlug(t.Context(), models.Viewer{AccountID: ana.ID, Role: models.Ordinary}, "six-chairs")
		if err != nil || len(post.Media) != 1 {
			t.Fatalf("the note has the files %+v, %v", post.Media, err)
		}
		edit = "/talk/" + post.ID.String() + "/edit"
		b.has(b.get(edit), `name="media" value="`+m[1]+`"`)
		b.shows(b.post(edit, publish...), 200, "Changed.") // and the picture stays
		if post, err = h.Store.PostByID(t.Context(), post.ID); err != nil || len(post.Media) != 1 {
			t.Errorf("after a change the note has %+v, %v", post.Media, err)
		}
		publish[5] = "No more chairs."
		b.shows(b.post(edit, publish...), 200, "Changed.")
		if post, err = h.Store.PostByID(t.Context(), post.ID); err != nil || len(post.Media) != 0 {
			t.Errorf("taken out, and the note has %+v, %v", post.Media, err)
		}
		// Nobody puts another one's picture into a note.
		he := h.as(h.Maren)
		p = he.post("/notes/new", "kind", "tool", "title", "Mine", "section-purpose", "![x]("+url+")", "client", "none", "scope", "members", "media", m[1], "do", "publish")
		he.shows(p, 200, "It is out.")
		if mine, err := h.Store.PostBySlug(t.Context(), models.Viewer{AccountID: ana.ID, Role: models.Ordinary}, "mine"); err != nil || len(mine.Media) != 0 {
			t.Errorf("somebody else's picture: %+v, %v", mine.Media, err)
		}
	})
}

// TestBrowserEditor presses the buttons of the editor and pastes what a word
// processor copies.
func TestBrowserEditor(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	b := h.open(chromium(t), true)
	b.signIn(h.Maren)
	b.goTo("/notes/new?kind=story")
	box := `document.querySelector('[name="section-turn"]')`
	tool := func(words string) {
		run(b, chromedp.Click(`//textarea[@name="section-turn"]/preceding-sibling::p//button[.="`+words+`"]`))
	}
	value := func() string { return run(b, chromedp.Value(chromedp.CSS(`[name="section-turn"]`))) }
	empty := func() { run(b, chromedp.Evaluate[any](box+`.value = "", 0`)) }
	b.types("section-turn", "a quiet turn")
	run(b, chromedp.Evaluate[any](box+`.setSelectionRange(2, 7), 0`))
	tool("Bold")
	if got := value(); got != "a **quiet** turn" {
		t.Errorf("bold: %q", got)
	}
	tool("Quote")
	if got := value(); got != "> a **quiet** turn" {
		t.Errorf("a quotation: %q", got)
	}
	empty()
	b.types("section-turn", "one\ntwo")
	run(b, chromedp.Evaluate[any](box+`.select(), 0`))
	tool("Numbers")
	if got := value(); got != "1. one\n2. two" {
		t.Errorf("numbers: %q", got)
	}
	for name, test := range map[string]struct{ html, want string }{
		"a word processor's list": {`<p class=MsoNormal>The <b>chair</b> by&nbsp;the <i>window</i>.</p><p class=MsoListParagraph>· One</p><p class=MsoListParagraph>· Two</p>`,
			"The **chair** by the *window*.\n\n- One\n- Two"},
		"Google's wrapper": {`<b style="font-weight:normal" id="docs-internal-guid-1"><p><span style="font-weight:700">Bold </span><span style="font-style:italic">lean</span></p></b>`,
			"**Bold** *lean*"},
		"headings, links and lists": {`<h1>Title</h1><ol><li>a<ul><li>b</li></ul></li><li><p>c</p></li></ol><blockquote>q</blockquote><a href="https://x.example/">there</a>`,
			"### Title\n\n1. a\n   - b\n2. c\n\n> q\n\n[there](https://x.example/)"},
		"scripts and hidden things": {`<style>p{}</style><script>alert(1)</script><p>Only <a href="javascript:alert(1)">this</a></p><p></p><p><b>too</b></p>`, "Only this\n\n**too**"},
	} {
		empty()
		run(b, chromedp.Evaluate[any](box+`.focus(), (() => { const d = new DataTransfer(); d.setData("text/html", `+"`"+test.html+"`"+`); d.setData("text/plain", "x");
			`+box+`.dispatchEvent(new ClipboardEvent("paste", {clipboardData: d, bubbles: true, cancelable: true})) })(), 0`))
		if got := value(); got != test.want {
			t.Errorf("%s:\n got %q\nwant %q", name, got, test.want)
		}
	}
}
