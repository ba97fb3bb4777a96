package web

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/gorilla/mux"

	"atelier/models"
	"atelier/models/chapter"
)

type complainView struct {
	Frame
	Form   *Form
	Action string
	Back   string
	About  []string // what is reported, in a few words
	Why    Choices
	Site   string // of whom it is about, if not this one
}

// The reasons of a report that are no rule of the chapter.
var complaintReasons = []Choice{
	{Value: "rules", Label: "It is against what we ask of each other"},
	{Value: string(models.ComplaintSpam), Label: "It is advertising that nobody wants"},
	{Value: string(models.ComplaintLegal), Label: "It is against the law"},
	{Value: string(models.ComplaintOther), Label: "Something else"},
}

// complained is what a report is about: an account, and a post of it unless the
// account itself is meant.
type complained struct {
	account *models.Account
	post    *models.Post
	back    string
}

// complaintOf is what the address of a request says is reported.
func (p *Pages) complaintOf(r *http.Request, v *visit) (about complained, err error) {
	if mux.Vars(r)["id"] == "" {
		if about.account, err = p.accountOf(r); err != nil {
			return about, err
		}
		about.back = p.personURL(about.account)
	} else {
		if about.post, err = p.postOf(r, v); err != nil {
			return about, err
		}
		if about.account, err = p.Store.Account(r.Context(), about.post.AuthorID); err != nil {
			return about, err
		}
		about.back = p.postURL(about.post)
	}
	if about.account.ID == v.viewer.AccountID {
		return about, models.Errorf(models.Forbidden, "You cannot report yourself. You can change what you wrote, or take it back.")
	}
	return about, nil
}

// askComplain serves GET /talk/{id}/report and /people/{acct}/report.
func (p *Pages) askComplain(w http.ResponseWriter, r *http.Request, v *visit) error {
	about, err := p.complaintOf(r, v)
	if err != nil {
		return err
	}
	return p.showComplain(w, r, v, newForm(), about)
}

func (p *Pages) showComplain(w http.ResponseWriter, r *http.Request, v *visit, form *Form, about complained) error {
	f, err := p.frame(r, v, "Tell the stewards", "")
	if err != nil {
		return err
	}
	view := complainView{Frame: f, Form: form, Action: r.URL.Path, Back: about.back, Why: form.choose("why", "What is wrong?", "", complaintChoices(v.chapter)...)}
	name := p.person(about.account).Name
	switch {
	case about.post == nil:
		view.About = []string{"It is about " + name + "."}
	case about.post.Title != "":
		view.About = []string{fmt.Sprintf("It is about “%s” by %s.", about.post.Title, name)}
	default:
		view.About = []string{"It is about what " + name + " wrote:", "“" + gist(about.post) + "”"}
	}
	if !about.account.Local() {
		view.Site = about.account.Domain
	}
	return p.htmlStatus(w, statusOf(form), "complain.html", view)
}

// complaintChoices are the reasons: each of the chapter's rules, or all that it
// asks for where it has made none, and the others.
func complaintChoices(c *models.Chapter) []Choice {
	var out []Choice
	for _, rule := range c.Settings.Rules {
		out = append(out, Choice{Value: "rule-" + rule.ID.String(), Label: rule.Text})
	}
	if len(out) > 0 {
		return append(out, complaintReasons[1:]...)
	}
	return append(out, complaintReasons...)
}

// complain serves POST for the same addresses.
func (p *Pages) complain(w http.ResponseWriter, r *http.Request, v *visit) error {
	about, err := p.complaintOf(r, v)
	if err != nil {
		return err
	}
	form := &Form{Values: r.PostForm}
	n := chapter.NewComplaint{TargetID: about.account.ID, Comment: form.Text("comment"), Forward: form.Ticked("forward")}
	if about.post != nil {
		n.PostIDs = []models.ID{about.post.ID}
	}
	why := form.Get("why")
	rule, isRule := strings.CutPrefix(why, "rule-")
	switch {
	case why == "":
		form.wrong("why", "Say what is wrong.")
	case isRule:
		n.RuleIDs = []models.ID{models.ParseID(rule)}
	case why == "rules":
		n.Category = models.ComplaintViolation
	default:
		n.Category = models.ComplaintCategory(why)
	}
	if n.Category == models.ComplaintOther {
		form.need("comment", "Say in a sentence what it is.")
	}
	if len(form.Wrong) == 0 {
		_, err := p.Chapter.Complain(r.Context(), v.Account, n)
		if err == nil {
			return see(w, r, about.back+"?done=reported")
		}
		if !form.takes(err) {
			return err
		}
	}
	return p.showComplain(w, r, v, form, about)
}
