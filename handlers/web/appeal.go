package web

import (
	"net/http"
	"strings"

	"github.com/gorilla/mux"

	"atelier/models"
	"atelier/models/chapter"
)

type appealView struct {
	Frame
	At                 Moment
	Letter             []string
	Means, Stands      string
	Mine               string // what was answered to it
	Action, Key, Token string
	Open               bool // it can still be answered
	Form               *Form
}

// means say what a measure is, to whom it is about.
var means = map[models.MeasureKind]string{
	models.MeasureWord:      "Nothing but this word: nothing was done.",
	models.MeasureHide:      "What it is about is not shown to anybody for now.",
	models.MeasureRemove:    "What it is about was deleted.",
	models.MeasureMark:      "What it is about is marked as sensitive.",
	models.MeasureSensitive: "All your pictures are marked as sensitive.",
	models.MeasureDisable:   "You cannot sign in for now.",
	models.MeasureLimit:     "Only those who follow you see what you write.",
	models.MeasureSuspend:   "Your membership is suspended: you cannot sign in, and nothing of yours is shown.",
}

// measureOf is the measure whose letter the address opens: for whom it is to,
// or with its key.
func (p *Pages) measureOf(r *http.Request, v *visit) (*models.Measure, error) {
	m, err := p.Store.Measure(r.Context(), models.ParseID(mux.Vars(r)["id"]))
	if err != nil {
		return nil, err
	}
	if !chapter.MayRead(m, v.viewer.AccountID, r.FormValue("key")) {
		return nil, notHere()
	}
	return m, nil
}

// askAppeal serves GET /appeals/{id}?key=: the stewards' letter, and what can
// be said to it.
func (p *Pages) askAppeal(w http.ResponseWriter, r *http.Request, v *visit) error {
	m, err := p.measureOf(r, v)
	if err != nil {
		return err
	}
	return p.showAppeal(w, r, v, m, newForm())
}

func (p *Pages) showAppeal(w http.ResponseWriter, r *http.Request, v *visit, m *models.Measure, form *Form) error {
	f, err := p.frame(r, v, "A word from the stewards", "")
	if err != nil {
		return err
	}
	f.Here = "/"
	view := appealView{Frame: f, At: v.date(m.CreatedAt), Letter: linesOf(m.Letter), Means: means[m.Kind], Mine: m.Appeal, Action: r.URL.Path,
		Key: r.FormValue("key"), Open: m.Appealable(v.now), Form: form, Token: f.Token}
	switch {
	case m.AppealState() == models.AppealPending:
		view.Stands = "You answered " + v.moment(m.AppealedAt).Words + ". The stewards will look at it again."
	case m.AppealState() == models.AppealApproved:
		view.Stands = "The stewards agreed with you, and took it back."
	case m.AppealState() == models.AppealRejected:
		view.Stands = "The stewards looked again. It stays as it is."
	case !m.LiftedAt.IsZero():
		view.Stands = "It was taken back " + v.moment(m.LiftedAt).Words + "."
	case !view.Open:
		view.Stands = "It can no longer be answered here: twenty days have passed."
	}
	w.Header().Set("Referrer-Policy", "no-referrer") // the address has the key
	return p.htmlStatus(w, statusOf(form), "appeal.html", view)
}

// appeal serves POST /appeals/{id}.
func (p *Pages) appeal(w http.ResponseWriter, r *http.Request, v *visit) error {
	m, err := p.measureOf(r, v)
	if err != nil {
		return err
	}
	form := &Form{Values: r.PostForm}
	if form.Get("key") == "" { // it is the session that lets the person in
		if err := v.CheckForm(r); err != nil {
			return err
		}
	}
	_, err = p.Chapter.Appeal(r.Context(), v.viewer.AccountID, form.Get("key"), m.ID, form.Text("appeal"))
	if err == nil {
		return see(w, r, r.URL.Path+"?done=appealed&key="+escape(form.Get("key")))
	}
	if !form.takes(err) {
		return err
	}
	return p.showAppeal(w, r, v, m, form)
}

// linesOf are the paragraphs of plain text.
func linesOf(s string) (out []string) {
	for _, line := range strings.Split(s, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}
