package web

import (
	"fmt"
	"html/template"
	"io"
	"net/http"
	"strings"

	"atelier/models"
	"atelier/models/text"
	"atelier/static"
)

type textView struct {
	Frame
	Heading, Standfirst string
	Text                template.HTML
	Side                *sideNote
}

type sideNote struct {
	Heading string
	Lines   []string
}

// about serves GET /about.
func (p *Pages) about(w http.ResponseWriter, r *http.Request, v *visit) error {
	f, err := p.frame(r, v, "About", "about")
	if err != nil {
		return err
	}
	stewards, err := p.stewards(r)
	if err != nil {
		return err
	}
	var names []string
	for _, s := range stewards {
		names = append(names, s.Name)
	}
	own := v.chapter.Settings.About
	if own == "" {
		own = fmt.Sprintf("%s is a community of practice: people who care about the same work write down what they do, try each other’s ways, and say how it went.", v.chapter.Name)
	}
	view := textView{Frame: f, Heading: "About " + v.chapter.Name, Standfirst: v.chapter.Sentence, Text: p.markdown(own)}
	view.Text += p.markdown(fmt.Sprintf("## Who looks after it\n\n%s. You reach them %s.",
		and(names), contact(v.chapter)))
	if rules := v.chapter.Settings.Rules; len(rules) > 0 {
		view.Text += p.markdown("## What we ask of each other\n\n" + ruleList(rules))
	}
	view.Text += p.markdown("## What protects it\n\nWhat is for members only is protected by this site and by those who look after it, not by a cipher. [How this travels](" + p.URLs.Base() + "/how-this-travels) says what leaves and what can be called back.")
	return p.html(w, "text.html", view)
}

func contact(c *models.Chapter) string {
	if c.Email == "" {
		return "in person"
	}
	return "by e-mail to [" + c.Email + "](mailto:" + c.Email + ")"
}

func ruleList(rules []models.Rule) string {
	var b strings.Builder
	for i, r := range rules {
		fmt.Fprintf(&b, "%d. %s", i+1, strings.ReplaceAll(r.Text, "\n", " "))
		if r.Hint != "" {
			b.WriteString(" " + strings.ReplaceAll(r.Hint, "\n", " "))
		}
		b.WriteString("\n")
	}
	return b.String()
}

// markdown makes a page of what stewards wrote.
func (p *Pages) markdown(src string) template.HTML {
	return template.HTML(text.Render(src, models.Markdown, text.Env{}))
}

const privacyText = `What you give this site is kept by the people who look after it, on a machine they chose. Nothing on these pages is asked of anybody else: no counting of visits, no fonts, no pictures from other sites.

## What is kept

- Your name, your e-mail address, and a password that nobody can read.
- What you write, and whom it is for.
- When you were last here, and which apps you let in.

## Who sees what

- Your e-mail address: the stewards.
- What is for members: the members. What is for everyone: anybody, here and elsewhere.
- What you say in the directory: whom you chose, for each thing you say.
- Whom you thank: the one you thank. What you keep: nobody.

## What is remembered on your device

- That you are signed in, for ninety days or until you sign out.
- Whether you like it light or dark, and where your account elsewhere is, if you told us.

## When you leave

You can ask the stewards to delete your account. What went to other sites may stay there: they are asked to delete it, and most do.`

// privacy serves GET /privacy.
func (p *Pages) privacy(w http.ResponseWriter, r *http.Request, v *visit) error {
	f, err := p.frame(r, v, "Privacy", "privacy")
	if err != nil {
		return err
	}
	own := v.chapter.Settings.Privacy
	if own == "" {
		own = privacyText
	}
	return p.html(w, "text.html", textView{Frame: f, Heading: "Privacy", Text: p.markdown(own)})
}

const accessibilityText = `These pages are meant to be read and used by everybody, on anything.

- They work without scripts, writing included.
- Everything can be reached with the keyboard; where you are is always ringed.
- Text can be made four times as large without scrolling sideways.
- Light and dark follow your device, or your choice at the foot of each page; the contrast holds in both.
- Pictures ask their author for a description, and show it.
- Nothing moves or plays by itself.

We measure ourselves by WCAG 2.2, level AA. If something is in your way, tell a steward: it is a fault, and it will be mended.`

// accessibility serves GET /accessibility.
func (p *Pages) accessibility(w http.ResponseWriter, r *http.Request, v *visit) error {
	f, err := p.frame(r, v, "Accessibility", "accessibility")
	if err != nil {
		return err
	}
	return p.html(w, "text.html", textView{Frame: f, Heading: "Accessibility", Text: p.markdown(accessibilityText)})
}

type travelsView struct {
	Frame
	Waiting, FirstChoice string
}

// travels serves GET /how-this-travels.
func (p *Pages) travels(w http.ResponseWriter, r *http.Request, v *visit) error {
	f, err := p.frame(r, v, "How this travels", "travels")
	if err != nil {
		return err
	}
	view := travelsView{Frame: f, Waiting: "A note for everyone leaves at once.", FirstChoice: "Members is the first choice on every form here."}
	if n := v.chapter.Settings.LoungeMin; n > 0 {
		view.Waiting = fmt.Sprintf("A note for everyone waits for %s. Until then you can call it back and nobody will have seen it.", count(n, "minute", "minutes"))
	}
	if v.chapter.Settings.NoteScope == everyone {
		view.FirstChoice = "Everyone is the first choice for notes here; you can always choose otherwise."
	}
	return p.html(w, "travels.html", view)
}

// robots serves GET /robots.txt. Which pages may be listed is said on each.
func robots(w http.ResponseWriter, _ *http.Request, _ *visit) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, err := io.WriteString(w, "User-agent: *\nDisallow: /search\nDisallow: /sign-in\nDisallow: /follow\nDisallow: /authorize_interaction\nDisallow: /oauth/\nDisallow: /api/\n")
	return err
}

// favicon serves GET /favicon.ico for those who do not read the page first.
func favicon(w http.ResponseWriter, r *http.Request, _ *visit) error {
	http.Redirect(w, r, static.URL("icon.svg"), http.StatusFound)
	return nil
}
