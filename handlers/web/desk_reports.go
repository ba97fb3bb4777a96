package web

import (
	"context"
	"html/template"
	"net/http"
	"strings"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/store"
)

var categoryWords = map[models.ComplaintCategory]string{
	models.ComplaintSpam: "unwanted advertising", models.ComplaintLegal: "against the law", models.ComplaintViolation: "against our rules", models.ComplaintOther: "something else",
}

// reportRows are reports as rows, by whom they are about.
func (p *Pages) reportRows(ctx context.Context, v *visit, list []*models.Complaint) ([]deskRow, error) {
	var ids []models.ID
	for _, c := range list {
		ids = append(ids, c.TargetID, c.FromID, c.AssignedTo)
	}
	people, err := p.Store.Accounts(ctx, ids)
	if err != nil {
		return nil, err
	}
	var out []deskRow
	for _, c := range list {
		row := deskRow{Title: p.reportTitle(c, people), URL: reportURL(c.ID), At: ptr(v.moment(c.CreatedAt))}
		if c.Comment != "" {
			row.Gist = "“" + excerpt(c.Comment, 120) + "”"
		}
		if from := people[c.FromID]; from != nil && !from.Local() {
			row.Facts = append(row.Facts, "from "+from.Domain)
		}
		if a := people[c.AssignedTo]; a != nil {
			row.Facts = append(row.Facts, short(a.Label())+" looks into it")
		}
		out = append(out, row)
	}
	return out, nil
}

func (p *Pages) reportTitle(c *models.Complaint, people cast) string {
	name := p.personIn(people, c.TargetID).Name
	switch n := len(c.PostIDs); n {
	case 0:
		return "About " + name
	case 1:
		return "Something by " + name
	default:
		return capital(number(n)) + " things by " + name
	}
}

// deskReports serves GET /desk/reports.
func (p *Pages) deskReports(w http.ResponseWriter, r *http.Request, v *visit) error {
	view, err := p.desk(r, v, "/desk/reports", "Reports", "By members, and by other sites about people here. Who reports is told to nobody but stewards.", nil)
	if err != nil {
		return err
	}
	closed := r.FormValue("tab") == "closed"
	view.Tabs = []Link{{URL: "/desk/reports", Name: "Open", Current: !closed}, {URL: "/desk/reports?tab=closed", Name: "Closed", Current: closed}}
	page := pageOf(r)
	list, err := p.Store.Complaints(r.Context(), store.ComplaintFilter{Open: !closed, Resolved: closed}, page.and1())
	if err != nil {
		return err
	}
	list, view.Pager = cutPage(page, r, list, func(c *models.Complaint) models.ID { return c.ID })
	s := deskSection{Heading: "Open", Empty: "None. That is how it should be."}
	if closed {
		s.Heading, s.Empty = "Closed", "None yet."
	}
	if s.Rows, err = p.reportRows(r.Context(), v, list); err != nil {
		return err
	}
	view.Sections = []deskSection{s}
	return p.showDesk(w, view)
}

// deskReport serves GET /desk/reports/{id}.
func (p *Pages) deskReport(w http.ResponseWriter, r *http.Request, v *visit) error {
	return p.showReport(w, r, v, newForm())
}

func (p *Pages) showReport(w http.ResponseWriter, r *http.Request, v *visit, form *Form) error {
	ctx := r.Context()
	c, err := p.Store.Complaint(ctx, idOf(r))
	if err != nil {
		return err
	}
	people, err := p.Store.Accounts(ctx, []models.ID{c.TargetID, c.FromID, c.AssignedTo, c.ResolvedBy})
	if err != nil {
		return err
	}
	view, err := p.desk(r, v, "/desk/reports", p.reportTitle(c, people), "", form)
	if err != nil {
		return err
	}
	view.Lead = "It came " + v.moment(c.CreatedAt).Words + ". " + reportStands(c, people)
	view.Do = &Link{URL: memberURL(c.TargetID), Name: "About " + p.personIn(people, c.TargetID).Short}
	if len(c.PostIDs) > 0 {
		said, err := p.reportedPosts(ctx, v, c)
		if err != nil {
			return err
		}
		view.Sections = append(view.Sections, said)
	}
	view.Sections = append(view.Sections, deskSection{Heading: "Who told us", Words: p.whoTold(v, c, people)})
	so, err := p.reportSoFar(ctx, v, c, form)
	if err != nil {
		return err
	}
	view.Sections = append(view.Sections, so...)
	view.Sections = append(view.Sections, p.reportForms(v, c, people, form)...)
	return p.showDesk(w, view)
}

func reportStands(c *models.Complaint, people cast) string {
	if !c.Open() {
		if a := people[c.ResolvedBy]; a != nil {
			return short(a.Label()) + " closed it."
		}
		return "It is closed."
	}
	if a := people[c.AssignedTo]; a != nil {
		return short(a.Label()) + " looks into it."
	}
	return "Nobody looks into it yet. There is time to think."
}

func (p *Pages) whoTold(v *visit, c *models.Complaint, people cast) []string {
	var words []string
	for _, line := range linesOf(c.Comment) {
		words = append(words, "“"+line+"”")
	}
	from := people[c.FromID]
	switch {
	case from == nil:
		words = append(words, "Somebody who is gone.")
	case from.Local():
		words = append(words, from.Label()+", whose name stays with the stewards.")
	default:
		words = append(words, "The site "+from.Domain+", which does not say who there.")
	}
	kind := "Kind: " + categoryWords[c.Category] + "."
	for _, rule := range conduct(v.chapter) {
		for _, id := range c.RuleIDs {
			if rule.ID == id {
				kind += " " + rule.Text
			}
		}
	}
	words = append(words, kind)
	if c.Forwarded {
		words = append(words, "The other site was told too, without a name.")
	}
	return words
}

// reportedPosts are what a report is about, hidden ones too.
func (p *Pages) reportedPosts(ctx context.Context, v *visit, c *models.Complaint) (deskSection, error) {
	s := deskSection{Heading: "What was said"}
	refs, err := p.Store.ReportedRefs(ctx, c.PostIDs)
	if err != nil {
		return s, err
	}
	hidden, err := p.Store.HiddenOf(ctx, c.PostIDs)
	if err != nil {
		return s, err
	}
	people, err := p.Store.Accounts(ctx, []models.ID{c.TargetID})
	if err != nil {
		return s, err
	}
	for _, id := range c.PostIDs {
		if _, there := refs[id]; !there {
			s.Words = append(s.Words, "Something that is not there any more.")
			continue
		}
		post, err := p.Store.PostByID(ctx, id)
		if err != nil {
			return s, err
		}
		said := Said{ID: id, By: p.personIn(people, c.TargetID), At: v.moment(post.CreatedAt), URL: p.postURL(post), Lang: post.Language, HTML: template.HTML(post.HTML), Scope: scopeOf(post).Name}
		if hidden[id] {
			said.Scope = "hidden from everybody"
		}
		s.Said = append(s.Said, said)
	}
	return s, nil
}

// reportSoFar are the log of a report, and what stewards told each other.
func (p *Pages) reportSoFar(ctx context.Context, v *visit, c *models.Complaint, form *Form) ([]deskSection, error) {
	entries, err := p.Store.StewardLog(ctx, store.LogFilter{ComplaintID: c.ID}, store.Page{Limit: 50})
	if err != nil {
		return nil, err
	}
	log := deskSection{Heading: "What happened so far", Empty: "Nothing yet."}
	if log.Log, err = p.logLines(ctx, v, entries); err != nil {
		return nil, err
	}
	notes, err := p.Store.ComplaintNotes(ctx, c.ID, 100)
	if err != nil {
		return nil, err
	}
	var ids []models.ID
	for _, n := range notes {
		ids = append(ids, n.By)
	}
	people, err := p.Store.Accounts(ctx, ids)
	if err != nil {
		return nil, err
	}
	among := deskSection{Heading: "Among stewards", Action: reportURL(c.ID), Button: "Tell the others", Plain: true,
		Fields: []deskField{hidden("do", "note"), aField(form.Field("note", "A note", "Only stewards read it.").Tall())}}
	for _, n := range notes {
		row := deskRow{Title: p.personIn(people, n.By).Name, Words: linesOf(n.Text), At: ptr(v.moment(n.CreatedAt))}
		if n.By == v.viewer.AccountID {
			row.Acts = []Act{{Name: "Take it away", Do: "unnote:" + n.ID.String(), Action: reportURL(c.ID), Token: v.FormToken()}}
		}
		among.Rows = append(among.Rows, row)
	}
	return []deskSection{log, among}, nil
}

func (p *Pages) reportForms(v *visit, c *models.Complaint, people cast, form *Form) []deskSection {
	action := reportURL(c.ID)
	act := func(name, do string) Act { return Act{Name: name, Do: do, Action: action, Token: v.FormToken()} }
	if !c.Open() {
		return []deskSection{{Heading: "Closed", Words: []string{"Nothing more is needed."}, Also: []Act{act("Open it again", "reopen")}}}
	}
	target := people[c.TargetID]
	var choices []Choice
	if len(c.PostIDs) > 0 {
		choices = append(choices, Choice{Value: "hide", Label: "Hide it", Hint: "Nobody sees it. It can be shown again."}, Choice{Value: "remove", Label: "Delete it", Hint: "It cannot be brought back. Answers to it stay."})
	}
	if target != nil && target.Local() {
		choices = append(choices, Choice{Value: "word", Label: "A word", Hint: "Nothing but a letter."})
	}
	choices = append(choices, Choice{Value: "limit", Label: "Limit the person", Hint: "Only those who follow them see what they write."},
		Choice{Value: "suspend", Label: "Suspend the person", Hint: "Nothing of theirs is shown. It can be taken back."},
		Choice{Value: "dismiss", Label: "Close it", Hint: "Nothing was wrong, or nothing more is needed."})
	fields := []deskField{hidden("do", "decide"), aChoice(form.choose("measure", "What you decide", "", choices...)),
		aField(form.Field("reason", "Why", "Kept in the log, for you and for next year’s stewards.").Tall().Maybe())}
	if target != nil && target.Local() {
		fields = append(fields, aField(form.Field("letter", "A letter to "+short(target.Label()), "It goes by e-mail with what you decided and a way to answer. Left empty, nothing is sent.").Tall().Maybe()))
	}
	s := deskSection{Heading: "What you decide", Action: action, Fields: fields, Button: "Record the decision"}
	if c.AssignedTo == v.viewer.AccountID {
		s.Also = append(s.Also, act("Leave it to others", "leave"))
	} else {
		s.Also = append(s.Also, act("I look into it", "take"))
	}
	return []deskSection{s}
}

// setReport serves POST /desk/reports/{id}.
func (p *Pages) setReport(w http.ResponseWriter, r *http.Request, v *visit) error {
	ctx, id := r.Context(), idOf(r)
	form := &Form{Values: r.PostForm}
	line, err := p.doReport(ctx, v, id, form)
	if err == nil {
		return see(w, r, reportURL(id)+"?done="+line)
	}
	if !form.takes(err) {
		return err
	}
	return p.showReport(w, r, v, form)
}

// doReport calls the verb for what a button on a report says.
func (p *Pages) doReport(ctx context.Context, v *visit, id models.ID, form *Form) (line string, err error) {
	do, of, _ := strings.Cut(form.Get("do"), ":")
	c := p.Chapter
	switch do {
	case "take":
		_, err = c.AssignComplaint(ctx, v.viewer, id, v.viewer.AccountID)
		return "assigned", err
	case "leave":
		_, err = c.AssignComplaint(ctx, v.viewer, id, 0)
		return "saved", err
	case "reopen":
		_, err = c.ReopenComplaint(ctx, v.viewer, id)
		return "opened-again", err
	case "note":
		return "noted", c.AddComplaintNote(ctx, v.viewer, id, form.Text("note"))
	case "unnote":
		return "deleted", c.DeleteComplaintNote(ctx, v.viewer, models.ParseID(of))
	case "decide":
		return p.decideReport(ctx, v, id, form)
	}
	return "", models.Errorf(models.Malformed, "This button is not known.")
}

func (p *Pages) decideReport(ctx context.Context, v *visit, id models.ID, form *Form) (line string, err error) {
	if form.Get("measure") == "dismiss" {
		_, err := p.Chapter.ResolveComplaint(ctx, v.viewer, id)
		return "resolved", err
	}
	r, err := p.Store.Complaint(ctx, id)
	if err != nil {
		return "", err
	}
	d := chapter.Decision{Kind: models.MeasureKind(form.Get("measure")), Target: r.TargetID, Complaint: id, Reason: form.Text("reason"), Letter: form.Text("letter")}
	if d.Kind.OfPosts() {
		d.Posts = r.PostIDs
	}
	_, err = p.Chapter.Decide(ctx, v.viewer, d)
	return "decided", fieldAs(err, "do", "measure")
}
