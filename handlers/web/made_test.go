package web_test

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"atelier/models"
)

// TestEveryPageIsWellMade reads the HTML of every page: what a person without a
// mouse, without sight or without scripts depends on, and what the policy and
// the budget of a page (PRODUCT.md, section 12) allow.
func TestEveryPageIsWellMade(t *testing.T) {
	h, ana, note, talk := furnished(t)
	drafts, err := h.Store.Unfinished(t.Context(), ana.ID, 10)
	if err != nil {
		t.Fatal(err)
	}
	var draft string
	for _, d := range drafts {
		if d.State == models.Draft {
			draft = "/talk/" + d.ID.String() + "/edit"
		}
	}
	stranger, me, wren := h.stranger(), h.as(ana), h.as(h.member("Wren Castellane"))
	tobias, err := h.Store.AccountByHandle(t.Context(), "tobias")
	if err != nil {
		t.Fatal(err)
	}
	review := "/notes/" + note.Slug + "/review"
	wellMade(t, "Ana", me.get(review))
	h.inReview(note, ana, tobias, h.Maren)
	for who, b := range map[string]*browser{"the author": me, "a reader": h.as(tobias), "a steward who reads": h.as(h.Maren)} {
		wellMade(t, who, b.get(review))
		wellMade(t, who, b.post(review, "do", "comment", "on", "par-none", "version", "2", "text", "x"))
	}
	wellMade(t, "a steward", h.as(h.Maren).get("/desk/review"))
	for _, path := range []string{"/", "/library", "/notes/" + note.Slug, "/notes/" + note.Slug + "/history?v=2", "/sign-in", "/follow", "/follow?object=" + ana.URI,
		"/how-this-travels", "/about", "/privacy", "/accessibility", "/nowhere", "/people/ana", "/people", "/people?q=courtenay", "/search?q=x", "/tags/presence"} {
		wellMade(t, "a stranger", stranger.get(path))
	}
	for _, path := range []string{"/", "/library", "/library?kind=tool", "/notes/" + note.Slug, "/notes/" + note.Slug + "/print", "/notes/" + note.Slug + "/history", "/notes/new",
		"/notes/new?kind=tool", draft, "/notes/the-three-line-diary", "/talk/" + talk.ID.String(), "/talk/new", "/people/tobias", "/people/ana", "/people", "/people?q=tob",
		"/people/lena@books.example", "/shelf", "/notices", "/settings", "/settings/posts", "/settings/password", "/settings/apps", "/settings/moving", "/settings/leave", "/settings/data", "/people/lena@books.example/report", "/search", "/search?q=silence",
		"/talk/" + note.ID.String() + "/delete", "/talk/" + note.ID.String() + "/edit", "/talk/" + note.ID.String() + "/coauthors", "/talk/" + talk.ID.String() + "/history"} {
		wellMade(t, "Ana", me.get(path))
	}
	for _, path := range []string{"/", "/welcome/1", "/welcome/2", "/welcome/3"} {
		wellMade(t, "Wren", wren.get(path))
	}
	wellMade(t, "Wren", wren.post("/welcome/2", "ask-to", "aliens", "town", strings.Repeat("t", 81)))
	wellMade(t, "Ana", me.get("/people?q=silence"))
	wellMade(t, "Ana", me.post("/settings", "town-to", "aliens", "languages", strings.Repeat("l,m", 20)))
	wellMade(t, "Ana", me.post("/notes/new", "kind", "story", "title", "", "section-turn", "On 3 March.", "client", "disguised", "do", "publish"))
	wellMade(t, "Ana", me.post("/talk/new", "text", ""))
	wellMade(t, "Ana", me.post("/settings", "name", ""))
	wellMade(t, "Ana", me.post("/settings/moving", "do", "move"))
	wellMade(t, "Ana", me.post("/settings/leave", "password", "wrong"))
	wellMade(t, "a stranger", stranger.post("/sign-in", "login", "ana", "password", "wrong"))
	wellMade(t, "a stranger", stranger.post("/follow", "account", "", "object", ana.URI))
}

// maxPage is how many bytes a page may have without pictures, its stylesheet
// and script being counted apart.
const maxPage = 100 << 10

func wellMade(t *testing.T, who string, p *answer) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(p.Body))
	if err != nil {
		t.Fatal(err)
	}
	fault := func(format string, args ...any) {
		t.Helper()
		t.Errorf("%s at %s: %s", who, p.Path, fmt.Sprintf(format, args...))
	}
	if len(p.Body) > maxPage {
		fault("%d bytes", len(p.Body))
	}
	ids, labels, refs := map[string]int{}, map[string]bool{}, map[string]string{}
	level, ones, mains := 0, 0, 0
	var inForm, inLabel bool
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.ElementNode {
			at := attributes(n)
			if id := at["id"]; id != "" {
				ids[id]++
			}
			if _, ok := at["style"]; ok {
				fault("<%s> has a style of its own", n.Data)
			}
			for name := range at {
				if strings.HasPrefix(name, "on") {
					fault("<%s> has a script in %s", n.Data, name)
				}
			}
			for _, name := range []string{"aria-describedby", "aria-labelledby"} {
				for _, id := range strings.Fields(at[name]) {
					refs[id] = name
				}
			}
			if href := at["href"]; strings.HasPrefix(href, "#") && len(href) > 1 {
				refs[href[1:]] = "href"
			}
			switch n.Data {
			case "html":
				if at["lang"] == "" {
					fault("it says no language")
				}
			case "title":
				if n.FirstChild == nil || strings.TrimSpace(n.FirstChild.Data) == "" {
					fault("the window has no title")
				}
			case "main":
				mains++
			case "h1", "h2", "h3", "h4":
				now := int(n.Data[1] - '0')
				if now == 1 {
					ones++
				}
				if now > level+1 && !inside(n, "prose") {
					fault("an h%d follows an h%d", now, level)
				}
				if !inside(n, "prose") {
					level = now
				}
			case "script":
				if n.FirstChild != nil {
					fault("a script stands in the page")
				}
			case "style":
				fault("a style stands in the page")
			case "img":
				if _, ok := at["alt"]; !ok {
					fault("a picture without alt")
				}
			case "form":
				if strings.EqualFold(at["method"], "post") && !strings.HasPrefix(at["action"], "/") {
					fault("a form posts to %q", at["action"])
				}
				defer func(was bool) { inForm = was }(inForm)
				inForm = true
			case "label":
				if at["for"] != "" {
					labels[at["for"]] = true
				}
				defer func(was bool) { inLabel = was }(inLabel)
				inLabel = true
			case "input", "textarea", "select":
				if at["type"] != "hidden" && !inLabel && at["aria-label"] == "" {
					refs[at["id"]] = "label of " + at["name"]
				}
			case "a":
				if at["href"] == "" {
					fault("a link leads nowhere: %s", textOf(n))
				}
				fallthrough
			case "button":
				if strings.TrimSpace(textOf(n)) == "" {
					fault("a %s without words", n.Data)
				}
				if n.Data == "button" && !inForm {
					fault("the button %q is in no form", textOf(n))
				}
			case "time":
				if at["datetime"] == "" {
					fault("a time without datetime")
				}
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(root)
	if ones != 1 || mains != 1 {
		fault("%d h1, %d main", ones, mains)
	}
	for id, n := range ids {
		if n > 1 {
			fault("%d elements are called %q", n, id)
		}
	}
	for id, why := range refs {
		if name, ok := strings.CutPrefix(why, "label of "); ok {
			if !labels[id] {
				fault("the field %q has no label", name)
			}
		} else if ids[id] == 0 {
			fault("%s names %q, which is not there", why, id)
		}
	}
}

func attributes(n *html.Node) map[string]string {
	out := map[string]string{}
	for _, a := range n.Attr {
		out[a.Key] = a.Val
	}
	return out
}

func inside(n *html.Node, class string) bool {
	for ; n != nil; n = n.Parent {
		for _, a := range n.Attr {
			if a.Key == "class" && strings.Contains(" "+a.Val+" ", " "+class+" ") {
				return true
			}
		}
	}
	return false
}

func textOf(n *html.Node) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	var out string
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		out += textOf(c)
	}
	return out
}
