package web

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/gorilla/mux"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/store"
)

func coAuthorsURL(id models.ID) string { return "/talk/" + id.String() + "/coauthors" }

func proposalURL(id models.ID) string { return "/proposals/" + id.String() }

func proposeURL(id models.ID) string { return "/talk/" + id.String() + "/proposal" }

type coAuthorsView struct {
	Frame
	Note          Link
	Lead          string
	Leads         bool // the viewer is the note's author
	People        []coAuthorRow
	Form          *Form
	Action        string
	Invitation    string // a sentence, for who has not answered yet
	Propose, Open *Link
	Proposals     []Row
	Text          []changedPart // of a draft, to those who write it too
	CanLeave      bool
}

type coAuthorRow struct {
	Who    Person
	State  string
	Remove Act
}

// noteWith reads the note that the address names, if the viewer may read it or
// was asked to write it too.
func (p *Pages) noteWith(r *http.Request, v *visit) (*models.Post, error) {
	post, err := p.Store.PostWith(r.Context(), v.viewer, models.ParseID(mux.Vars(r)["id"]))
	if err == nil && (post.Practice == nil || !post.Local) {
		err = notHere()
	}
	return post, err
}

// askCoAuthors serves GET /talk/{id}/coauthors: to the author of a note who
// writes it too, and to who was asked what is asked of them. To anybody else it
// is not there.
func (p *Pages) askCoAuthors(w http.ResponseWriter, r *http.Request, v *visit) error {
	post, err := p.noteWith(r, v)
	if err != nil {
		return err
	}
	return p.showCoAuthors(w, r, v, post, newForm())
}

func (p *Pages) showCoAuthors(w http.ResponseWriter, r *http.Request, v *visit, post *models.Post, form *Form) error {
	ctx := r.Context()
	view := coAuthorsView{Leads: post.AuthorID == v.viewer.AccountID, Form: form, Action: coAuthorsURL(post.ID), Note: p.noteLink(v, post)}
	all, err := p.Store.CoAuthors(ctx, post.ID)
	if err != nil {
		return err
	}
	ids := []models.ID{post.AuthorID}
	for _, x := range all {
		ids = append(ids, x.AccountID)
	}
	c, err := p.Store.Accounts(ctx, ids)
	if err != nil {
		return err
	}
	if view.Leads {
		view.Lead = "They propose changes, and you take them over or not. Whoever you ask can read it at once, also before it is out. Nobody is named before saying yes."
		view.fillForLead(p, v, c, all)
	} else if err := p.fillForCoAuthor(v, c, post, all, &view); err != nil {
		return err
	}
	if err := p.fillProposals(ctx, v, c, post, &view); err != nil {
		return err
	}
	if view.Frame, err = p.frame(r, v, "Who writes it", "library"); err != nil {
		return err
	}
	return p.htmlStatus(w, statusOf(form), "coauthors.html", view)
}

// noteLink leads to a note or, of a draft, to where the viewer sees it.
func (p *Pages) noteLink(v *visit, post *models.Post) Link {
	l := Link{URL: p.postURL(post), Name: post.Title}
	if l.Name == "" {
		l.Name = "A note without a title yet"
	}
	switch {
	case post.State == models.Published:
	case post.AuthorID != v.viewer.AccountID:
		l.URL = coAuthorsURL(post.ID)
	case post.State == models.Draft:
		l.URL = editURL(post)
	}
	return l
}

func (view *coAuthorsView) fillForLead(p *Pages, v *visit, c cast, all []*models.CoAuthor) {
	for _, x := range all {
		row := coAuthorRow{Who: p.personIn(c, x.AccountID), State: "asked " + v.moment(x.InvitedAt).Words}
		row.Remove = Act{Name: "Take the question back", Do: "remove-" + x.AccountID.String(), Action: view.Action, Token: v.FormToken()}
		if x.State == models.CoAuthorAccepted {
			row.State, row.Remove.Name = "writes it with you", "Name "+row.Who.Short+" no more"
		}
		view.People = append(view.People, row)
	}
}

// fillForCoAuthor fills in what somebody sees who was asked.
func (p *Pages) fillForCoAuthor(v *visit, c cast, post *models.Post, all []*models.CoAuthor, view *coAuthorsView) error {
	var mine *models.CoAuthor
	author := p.personIn(c, post.AuthorID)
	for _, x := range all {
		if x.AccountID == v.viewer.AccountID {
			mine = x
		} else if x.State == models.CoAuthorAccepted {
			view.People = append(view.People, coAuthorRow{Who: p.personIn(c, x.AccountID), State: "writes it too"})
		}
	}
	if mine == nil {
		return notHere()
	}
	view.People = append([]coAuthorRow{{Who: author, State: "began it, and decides"}}, view.People...)
	if mine.State == models.CoAuthorInvited {
		view.Lead = author.Name + " asks you to write this note with them."
		view.Invitation = "You would propose changes, and " + author.Short + " would take them over or not. Your name stands beside theirs, wherever the note is read."
	} else {
		view.Lead, view.CanLeave = "You write this note with "+author.Name+".", true
	}
	if post.State != models.Published {
		view.Text = parts(&models.Revision{}, wordsOf(post, chapter.WordingOf(post)), true)
	}
	return nil
}

// fillProposals fills in what was proposed for the note, as far as the viewer
// reads it.
func (p *Pages) fillProposals(ctx context.Context, v *visit, c cast, post *models.Post, view *coAuthorsView) error {
	list, err := p.Store.Proposals(ctx, v.viewer, post.ID, store.Page{Limit: perPage})
	if err != nil {
		return err
	}
	if view.CanLeave && v.viewer.IsMember() {
		view.Propose = &Link{URL: proposeURL(post.ID), Name: "Propose a change"}
	}
	for _, x := range list {
		if x.State == models.ProposalBegun {
			continue
		}
		if x.State == models.ProposalOpen && view.Propose != nil {
			view.Propose.Name = "Change your proposal"
		}
		row := Row{Title: x.Reason, URL: proposalURL(x.ID), Outcome: proposalWords[x.State], At: ptr(v.moment(x.ChangedAt))}
		if view.Leads {
			row.Facts = []string{p.personIn(c, x.AccountID).Name}
		}
		view.Proposals = append(view.Proposals, row)
	}
	return nil
}

var proposalWords = map[models.ProposalState]string{
	models.ProposalOpen: "Not answered yet", models.ProposalMerged: "Taken over", models.ProposalDeclined: "Not taken over",
}

// setCoAuthors serves POST /talk/{id}/coauthors.
func (p *Pages) setCoAuthors(w http.ResponseWriter, r *http.Request, v *visit) error {
	ctx, form, do := r.Context(), &Form{Values: r.PostForm}, r.PostFormValue("do")
	post, err := p.noteWith(r, v)
	if err != nil {
		return err
	}
	line, back := "", coAuthorsURL(post.ID)
	switch who, removes := strings.CutPrefix(do, "remove-"); {
	case removes:
		line, err = "coauthor-removed", p.Chapter.RemoveCoAuthor(ctx, v.Account, post.ID, models.ParseID(who))
	case do == "accept":
		line, err = "coauthor-joined", p.Chapter.AnswerInvitation(ctx, v.Account, post.ID, true)
	case do == "decline":
		line, back, err = "coauthor-refused", "/notices", p.Chapter.AnswerInvitation(ctx, v.Account, post.ID, false)
	case do == "leave":
		line, back, err = "coauthor-left", "/notices", p.Chapter.StepDown(ctx, v.Account, post.ID)
	case do == "invite":
		return p.inviteCoAuthor(w, r, v, post, form)
	default:
		return models.Errorf(models.Malformed, "This button is not known.")
	}
	if err != nil {
		return err
	}
	return see(w, r, back+"?done="+line)
}

func (p *Pages) inviteCoAuthor(w http.ResponseWriter, r *http.Request, v *visit, post *models.Post, form *Form) error {
	if post.AuthorID != v.viewer.AccountID {
		return notHere()
	}
	form.need("who", "Say whom you would like to ask.")
	if len(form.Wrong) == 0 {
		who, err := p.memberCalled(r.Context(), v, form)
		if err != nil {
			return err
		}
		if len(form.Wrong) == 0 {
			err = p.Chapter.InviteCoAuthor(r.Context(), v.Account, post.ID, who)
			if err == nil {
				return see(w, r, coAuthorsURL(post.ID)+"?done=coauthor-asked")
			}
			if !form.takes(err) {
				return err
			}
		}
	}
	return p.showCoAuthors(w, r, v, post, form)
}

// memberCalled finds the member whom a form names, by handle or by the whole
// name; 0 if there is none.
func (p *Pages) memberCalled(ctx context.Context, v *visit, form *Form) (models.ID, error) {
	name := form.Get("who")
	a, err := p.Store.AccountByHandle(ctx, p.Chapter.LocalHandle(name))
	if err == nil && a.Local() {
		return a.ID, nil
	}
	if err != nil && models.KindOf(err) != models.NotFound {
		return 0, err
	}
	found, err := p.Store.SearchAccounts(ctx, v.viewer, name, false, perPage, 0)
	if err != nil {
		return 0, err
	}
	var same []models.ID
	var names []string
	for _, a := range found {
		if !a.Local() || a.Type != models.Person {
			continue
		}
		names = append(names, a.Label()+" (@"+a.Username+")")
		if strings.EqualFold(a.Label(), name) {
			same = append(same, a.ID)
		}
	}
	if len(same) == 1 {
		return same[0], nil
	}
	if len(names) > 0 { // who is asked can read the note: nobody is asked by a slip
		form.wrong("who", "Do you mean "+strings.Join(names, " or ")+"? Write the whole name, or what stands after the @.")
	}
	return 0, nil
}

// byline is who wrote a post: "Ana Lindqvarn with Ben Koster".
func (p *Pages) byline(c cast, post *models.Post) string {
	var names []string
	for _, a := range post.Credited(c) {
		names = append(names, a.Label())
	}
	author := p.personIn(c, post.AuthorID).Name
	if len(names) == 0 {
		return author
	}
	return author + " with " + and(names)
}

// withWhom is who wrote a note with its author, for the note's own page, and who
// has a page of their own there.
func (p *Pages) withWhom(v *visit, c cast, post *models.Post) []Person {
	var out []Person
	for _, a := range post.Credited(c) {
		out = append(out, p.by(v, c, a.ID))
	}
	return out
}

// madeAt is when the version of a note that is shown was made.
func (p *Pages) madeAt(ctx context.Context, post *models.Post) (time.Time, error) {
	if post.Version < 2 || !post.Local {
		return changedAt(post), nil
	}
	marks, err := p.Store.VersionMarks(ctx, post.ID)
	if m, ok := marks[post.Version]; ok {
		return m.CreatedAt, err
	}
	return changedAt(post), err
}

// A call is a line on a note's page that asks something of the viewer.
type call struct {
	Words string
	Link  Link
}

// mineInNote fills in what the viewer has to do with a note that it writes, or
// writes with others.
func (p *Pages) mineInNote(ctx context.Context, v *visit, post *models.Post, view *noteView) error {
	if v.Session == nil || !post.Local || post.Practice == nil {
		return nil
	}
	if post.AuthorID == v.viewer.AccountID {
		var err error
		view.Aside = append(view.Aside, Link{URL: coAuthorsURL(post.ID), Name: "Who writes it with you"})
		view.Calls, err = p.openProposals(ctx, v, post)
		return err
	}
	x, err := p.Store.CoAuthor(ctx, post.ID, v.viewer.AccountID)
	if models.KindOf(err) == models.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	if x.State == models.CoAuthorInvited {
		view.Calls = []call{{view.By.Name + " asks you to write this note with them.", Link{URL: coAuthorsURL(post.ID), Name: "Answer"}}}
		return nil
	}
	if v.viewer.IsMember() {
		view.Aside = append(view.Aside, Link{URL: proposeURL(post.ID), Name: "Propose a change"})
	}
	view.Aside = append(view.Aside, Link{URL: coAuthorsURL(post.ID), Name: "Your part in it"})
	return nil
}

// warnCoAuthors says, before a note goes, what others lose with it.
func (p *Pages) warnCoAuthors(ctx context.Context, post *models.Post, view *confirmView) error {
	who, err := p.writersOf(ctx, post)
	if err != nil || who == "" {
		return err
	}
	view.Consequences = append(view.Consequences, "You write it with "+who+". What they proposed goes too.")
	if post.State == models.Draft {
		view.Sentence = strings.TrimSuffix(view.Sentence, " Nobody but you has seen it.")
	}
	return nil
}

// writersOf names whom the author of a note asked to write it too: before it is
// out, they can read it as well.
func (p *Pages) writersOf(ctx context.Context, post *models.Post) (string, error) {
	all, err := p.Store.CoAuthors(ctx, post.ID)
	if err != nil || len(all) == 0 {
		return "", err
	}
	var ids []models.ID
	for _, x := range all {
		ids = append(ids, x.AccountID)
	}
	c, err := p.Store.Accounts(ctx, ids)
	if err != nil {
		return "", err
	}
	var names []string
	for _, id := range ids {
		names = append(names, p.personIn(c, id).Name)
	}
	return and(names), nil
}

// othersDrafts are the notes that are not out yet and that the viewer was asked
// to write with somebody, as the shelf shows them.
func (p *Pages) othersDrafts(ctx context.Context, v *visit) ([]Row, error) {
	list, err := p.Store.UnfinishedWith(ctx, v.viewer, perPage)
	if err != nil {
		return nil, err
	}
	c, err := p.cast(ctx, list)
	if err != nil {
		return nil, err
	}
	var out []Row
	for _, post := range list {
		row := draftRow(v, post)
		row.URL, row.Facts = coAuthorsURL(post.ID), []string{"begun by " + p.personIn(c, post.AuthorID).Name}
		out = append(out, row)
	}
	return out, nil
}

// coAuthorNotice says where a notice between those who write a note leads, and
// adds what they said.
func (p *Pages) coAuthorNotice(ctx context.Context, v *visit, n *models.Notification, out *notice) error {
	post, err := p.Store.PostWith(ctx, v.viewer, n.PostID)
	if models.KindOf(err) == models.NotFound {
		out.Title, out.URL = "", ""
		out.Did += " a note that you cannot read now."
		return nil
	}
	if err != nil {
		return err
	}
	out.Title, out.URL = p.noteLink(v, post).Name, coAuthorsURL(post.ID)
	if n.Type == models.NotifyCoAuthorRemoved {
		out.URL = p.postURL(post)
	}
	if n.ReportID == 0 {
		return nil
	}
	x, err := p.Store.Proposal(ctx, v.viewer, n.ReportID)
	if models.KindOf(err) == models.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	out.URL, out.Gist = proposalURL(x.ID), x.Reason
	if n.Type == models.NotifyProposalRefused {
		out.Gist = x.Answer
	}
	return nil
}
