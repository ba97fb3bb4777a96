package web

import (
	"html/template"
	"net/http"

	"github.com/gorilla/mux"

	"atelier/models"
)

// The examples that a new chapter's library begins with. They are pages of
// this house, no notes: they are never sent, found or counted, and one click
// of a steward takes them away.

type example struct {
	Key, Title, Gist string
	Kind             models.PracticeKind
	Sections         []models.Section
}

var examples = []example{
	{"quiet-client", "When a client goes quiet", "Three minutes of shared silence, then one question about the silence itself. From the third session on.", models.Approach, []models.Section{
		{Key: "when", Text: "A client who has been talking freely stops. The answers get shorter. Nothing has gone wrong that either of you could name."},
		{Key: "hard", Text: "A silence belongs to two people but feels like the coach’s fault, so the temptation is to be more interesting."},
		{Key: "do", Text: "1. Say what you see, once, without a question mark.\n2. Offer three minutes of silence on purpose. Put a clock where both can see it.\n3. Ask one question about the silence, not about the goal: “What was in there?”"},
		{Key: "watch", Text: "- Not in the first session: early on, three minutes feel like an examination.\n- On the telephone, say halfway that you are still there."},
	}},
	{"two-minute-ending", "The two-minute ending", "Three questions for the last two minutes, always the same ones, so that the ending is never a surprise.", models.Tool, []models.Section{
		{Key: "purpose", Text: "For sessions that end in the middle of a sentence."},
		{Key: "steps", Text: "1. What do you take with you?\n2. What stays here?\n3. What will you do first?"},
		{Key: "needs", Text: "Two minutes, and a clock that you look at early enough."},
		{Key: "cautions", Text: "Do not answer for the other one, not even with a nod."},
	}},
	{"wrong-goal", "The goal that everybody agreed on", "Everyone had agreed on the goal, the client included. It took five sessions to hear that she had not.", models.Story, []models.Section{
		{Key: "situation", Text: "A promotion, a sponsor who was sure, and a client who nodded."},
		{Key: "turn", Text: "In the fifth session she said the sponsor’s sentence for the third time, word for word. I asked whose sentence it was."},
		{Key: "meaning", Text: "I now ask for the goal twice: once with the sponsor in the room, and once in the corridor."},
	}},
}

// fewNotes is how many notes make examples superfluous.
const fewNotes = 3

// exampleRows are the examples, as long as the library has few notes of its
// own and nobody took them away.
func exampleRows(v *visit, notes int) []Row {
	if !v.viewer.IsMember() || v.chapter.Settings.NoExamples || notes >= fewNotes {
		return nil
	}
	var out []Row
	for _, e := range examples {
		out = append(out, Row{Title: e.Title, URL: "/library/examples/" + e.Key, Gist: e.Gist, Kind: kindView(e.Kind), Facts: []string{"example"}})
	}
	return out
}

type exampleView struct {
	Frame
	Kind       *Kind
	Heading    string
	Standfirst string
	Text       template.HTML
	WriteURL   string
}

// example serves GET /library/examples/{key}.
func (p *Pages) example(w http.ResponseWriter, r *http.Request, v *visit) error {
	for _, e := range examples {
		if e.Key != mux.Vars(r)["key"] || !v.viewer.IsMember() {
			continue
		}
		f, err := p.frame(r, v, e.Title, "library")
		if err != nil {
			return err
		}
		pr := models.Practice{Kind: e.Kind, Sections: e.Sections}
		return p.html(w, "example.html", exampleView{
			Frame: f, Kind: kindView(e.Kind), Heading: e.Title, Standfirst: e.Gist, Text: p.markdown(pr.Markdown()), WriteURL: "/notes/new?kind=" + string(e.Kind),
		})
	}
	return notHere()
}

// toLibrary serves GET for an address that only takes a form.
func (p *Pages) toLibrary(w http.ResponseWriter, r *http.Request, _ *visit) error {
	return see(w, r, "/library")
}

// removeExamples serves POST /library/examples.
func (p *Pages) removeExamples(w http.ResponseWriter, r *http.Request, v *visit) error {
	err := p.Chapter.UpdateChapter(r.Context(), v.viewer, func(c *models.Chapter) { c.Settings.NoExamples = true })
	if err != nil {
		return err
	}
	return see(w, r, "/library?done=deleted")
}
