package web

import (
	"context"
	"html"
	"net/http"
	"strconv"

	"github.com/gorilla/mux"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/store"
)

type proposeView struct {
	Frame
	Note      Link
	Lead      string
	Form      *Form
	Action    string
	Seal      string
	DraftKey  string
	Sections  []Field
	Sent      bool // the lead has it already
	Withdraws string
}

// askProposal serves GET /talk/{id}/proposal: a co-author's form of the note.
func (p *Pages) askProposal(w http.ResponseWriter, r *http.Request, v *visit) error {
	return p.showProposalForm(w, r, v, nil)
}

func (p *Pages) showProposalForm(w http.ResponseWriter, r *http.Request, v *visit, form *Form) error {
	ctx := r.Context()
	post, err := p.noteWith(r, v)
	if err != nil {
		return err
	}
	x, err := p.Chapter.BeginProposal(ctx, v.Account, post.ID)
	if err != nil {
		return err
	}
	author, err := p.Store.Account(ctx, post.AuthorID)
	if err != nil {
		return err
	}
	if form == nil {
		form = proposalForm(x)
	}
	lead := p.person(author)
	view := proposeView{Note: p.noteLink(v, post), Form: form, Action: proposeURL(post.ID), Seal: x.Base.Seal(), DraftKey: "proposal-" + post.ID.String(), Sent: x.State == models.ProposalOpen}
	view.Lead = "The note stays as it is until " + lead.Name + " takes your proposal over."
	if view.Sent {
		view.Lead = lead.Name + " has your proposal. You can change it until it is answered."
		if x.Base.Seal() != chapter.WordingOf(post).Seal() {
			view.Lead += " The note was changed since you began; where you changed nothing, it stays as it is now."
		}
	}
	for _, s := range post.Practice.Kind.Form().Sections {
		view.Sections = append(view.Sections, form.Field(sectionField(s.Key), sectionLabel(s), s.Prompt).Tall())
	}
	if view.Frame, err = p.frame(r, v, "Propose a change", "library"); err != nil {
		return err
	}
	view.Script = true
	return p.htmlStatus(w, statusOf(form), "propose.html", view)
}

// proposalForm is a form filled with a proposal.
func proposalForm(x *models.Proposal) *Form {
	form := newForm("title", x.Text.Title, "summary", x.Text.Summary, "reason", x.Reason)
	for _, s := range x.Text.Sections {
		form.Values.Set(sectionField(s.Key), s.Text)
	}
	return form
}

// saveProposal serves POST /talk/{id}/proposal.
func (p *Pages) saveProposal(w http.ResponseWriter, r *http.Request, v *visit) error {
	ctx, form := r.Context(), &Form{Values: r.PostForm}
	post, err := p.noteWith(r, v)
	if err != nil {
		return err
	}
	if form.Get("do") == "withdraw" {
		if err := p.Chapter.WithdrawProposal(ctx, v.Account, post.ID); err != nil {
			return err
		}
		return see(w, r, coAuthorsURL(post.ID)+"?done=withdrawn-proposal")
	}
	words := models.Wording{Title: form.Get("title"), Summary: form.Text("summary")}
	for _, s := range post.Practice.Kind.Form().Sections {
		words.Sections = append(words.Sections, models.Section{Key: s.Key, Text: form.Text(sectionField(s.Key))})
	}
	x, err := p.Chapter.Propose(ctx, v.Account, post.ID, chapter.Proposed{Seal: form.Get("seal"), Reason: form.Get("reason"), Text: words})
	if err != nil {
		if takeDraftError(form, post.Practice.Kind, err) {
			return p.showProposalForm(w, r, v, form)
		}
		return err
	}
	return see(w, r, proposalURL(x.ID)+"?done=proposed")
}

type proposalView struct {
	Frame
	Note            Link
	Heading, Lead   string
	Since           string // what happened to the note meanwhile
	Answer          string
	ChangesHeading  string
	Changes         []changedPart
	FindingsHeading string
	Findings        []finding
	Form            *Form
	Action, Seen    string // set for who can answer
	MergeWords      string
	Edit            *Link // set for who can change it
}

// proposal serves GET /proposals/{id}, to who made it and to who leads the
// note.
func (p *Pages) proposal(w http.ResponseWriter, r *http.Request, v *visit) error {
	x, post, err := p.proposalOf(r, v)
	if err != nil {
		return err
	}
	return p.showProposal(w, r, v, x, post, newForm())
}

// proposalOf reads the proposal that the address names, and its note.
func (p *Pages) proposalOf(r *http.Request, v *visit) (*models.Proposal, *models.Post, error) {
	x, err := p.Store.Proposal(r.Context(), v.viewer, models.ParseID(mux.Vars(r)["id"]))
	if err != nil {
		return nil, nil, err
	}
	if x.State == models.ProposalBegun {
		return nil, nil, notHere()
	}
	post, err := p.Store.PostWith(r.Context(), v.viewer, x.PostID)
	return x, post, err
}

func (p *Pages) showProposal(w http.ResponseWriter, r *http.Request, v *visit, x *models.Proposal, post *models.Post, form *Form) error {
	c, err := p.Store.Accounts(r.Context(), []models.ID{x.AccountID, post.AuthorID})
	if err != nil {
		return err
	}
	by, lead := p.personIn(c, x.AccountID), p.personIn(c, post.AuthorID)
	leads := post.AuthorID == v.viewer.AccountID
	view := proposalView{Note: p.noteLink(v, post), Heading: x.Reason, Answer: x.Answer, Form: form, ChangesHeading: "What it changes"}
	view.Lead = by.Name + " proposes this, " + v.moment(x.ChangedAt).Words + "."
	if !leads {
		view.Lead = "You proposed this, " + v.moment(x.ChangedAt).Words + "."
	}
	from, to := x.Base, x.Text
	switch x.State {
	case models.ProposalOpen:
		var both []string
		from = chapter.WordingOf(post)
		to, both = from.Merge(x.Base, x.Text)
		view.Since = sinceBegun(post, x, from, both)
		if leads {
			p.fillAnswer(v, x, post, by, to, &view)
		} else {
			view.Edit = &Link{URL: proposeURL(post.ID), Name: "Change it"}
		}
	case models.ProposalMerged:
		if x.Replaced != nil {
			from = *x.Replaced
			to, _ = from.Merge(x.Base, x.Text)
		}
		view.Lead += " " + mergedWords(x, lead, leads, v.moment(x.AnsweredAt).Words)
		view.ChangesHeading = "What it changed"
	case models.ProposalDeclined:
		view.Lead += " It was not taken over."
	}
	view.Changes = parts(wordsOf(post, from), wordsOf(post, to), false)
	if view.Frame, err = p.frame(r, v, "A proposal", "library"); err != nil {
		return err
	}
	return p.htmlStatus(w, statusOf(form), "proposal.html", view)
}

// fillAnswer lets the lead answer, after a look at what may give a client away.
func (p *Pages) fillAnswer(v *visit, x *models.Proposal, post *models.Post, by Person, to models.Wording, view *proposalView) {
	view.Action, view.Seen, view.MergeWords = proposalURL(x.ID), chapter.Seen(post, x), "Take it over"
	if post.State == models.Published {
		view.MergeWords = "Take it over, as version " + strconv.Itoa(post.Version+1)
	}
	if post.Practice.Confidentiality == models.NoClient {
		return
	}
	boxes := []box{{"title", to.Title}, {"summary", to.Summary}}
	for _, s := range to.Sections {
		boxes = append(boxes, box{sectionField(s.Key), s.Text})
	}
	view.Findings = guard(boxes, v.chapter.Settings.Employers)
	view.FindingsHeading = findingsHeading(len(view.Findings))
}

// sinceBegun says what happened to a note since a proposal for it was begun, ""
// if nothing did.
func sinceBegun(post *models.Post, x *models.Proposal, now models.Wording, both []string) string {
	if now.Seal() == x.Base.Seal() {
		return ""
	}
	s := "The note was changed since this was begun. Below it is compared with the note as it is now: what the proposal left alone stays."
	if len(both) == 0 {
		return s
	}
	var names []string
	for _, part := range both {
		names = append(names, partName(post, part))
	}
	s += " Both changed " + and(names) + ": there the proposal’s words take the place of those that stand there now, which are kept "
	if post.State == models.Published {
		return s + "in version " + strconv.Itoa(post.Version) + "."
	}
	return s + "with the proposal."
}

// partName is what a form calls a part of a note.
func partName(post *models.Post, part string) string {
	switch part {
	case models.TitlePart:
		return "the title"
	case models.SummaryPart:
		return "the two sentences"
	}
	if h := post.Practice.Kind.Heading(part); h != "" {
		return "“" + h + "”"
	}
	return "“More”"
}

func mergedWords(x *models.Proposal, lead Person, leads bool, when string) string {
	s := lead.Name + " took it over, " + when
	if leads {
		s = "You took it over, " + when
	}
	if x.Version > 0 {
		s += ": it is version " + strconv.Itoa(x.Version)
	}
	return s + "."
}

// wordsOf is a wording of a note as a version that can be compared.
func wordsOf(post *models.Post, w models.Wording) *models.Revision {
	return &models.Revision{Title: w.Title, Summary: html.EscapeString(w.Summary), Practice: &models.Practice{Kind: post.Practice.Kind, Sections: w.Sections}}
}

// answerProposal serves POST /proposals/{id}.
func (p *Pages) answerProposal(w http.ResponseWriter, r *http.Request, v *visit) error {
	x, _, err := p.proposalOf(r, v)
	if err != nil {
		return err
	}
	form, line := &Form{Values: r.PostForm}, "proposal-declined"
	switch form.Get("do") {
	case "merge":
		line = "proposal-merged"
		_, err = p.Chapter.MergeProposal(r.Context(), v.Account, x.ID, form.Get("seen"))
	case "decline":
		err = p.Chapter.DeclineProposal(r.Context(), v.Account, x.ID, form.Text("answer"))
	default:
		return models.Errorf(models.Malformed, "This button is not known.")
	}
	if err == nil {
		return see(w, r, proposalURL(x.ID)+"?done="+line)
	}
	if !form.takes(err) {
		return err
	}
	x, post, err := p.proposalOf(r, v) // as it stands now
	if err != nil {
		return err
	}
	return p.showProposal(w, r, v, x, post, form)
}

// openProposals are the lines about proposals that the viewer can answer.
func (p *Pages) openProposals(ctx context.Context, v *visit, post *models.Post) ([]call, error) {
	list, err := p.Store.Proposals(ctx, v.viewer, post.ID, store.Page{Limit: perPage})
	if err != nil {
		return nil, err
	}
	var ids []models.ID
	for _, x := range list {
		ids = append(ids, x.AccountID)
	}
	c, err := p.Store.Accounts(ctx, ids)
	if err != nil {
		return nil, err
	}
	var out []call
	for _, x := range list {
		if x.State == models.ProposalOpen {
			out = append(out, call{p.personIn(c, x.AccountID).Name + " proposes a change: “" + x.Reason + "”", Link{URL: proposalURL(x.ID), Name: "Compare"}})
		}
	}
	return out, nil
}
