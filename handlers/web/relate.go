package web

import (
	"context"
	"net/http"
	"strings"

	"atelier/models"
	"atelier/models/chapter"
)

// relate serves POST /people/{acct}: follow, mute, block, and their undoing;
// and the answer to somebody who asked to follow.
func (p *Pages) relate(w http.ResponseWriter, r *http.Request, v *visit) error {
	a, err := p.accountOf(r)
	if err != nil {
		return err
	}
	line, err := p.relateTo(r.Context(), v.Account, a, r.PostFormValue("do"))
	if err != nil {
		return err
	}
	if back := r.PostFormValue("back"); back != "" {
		return see(w, r, local(back))
	}
	return see(w, r, p.personURL(a)+line)
}

// relateTo calls the verb for what a button says, and returns the line to show
// after it.
func (p *Pages) relateTo(ctx context.Context, me, a *models.Account, do string) (line string, err error) {
	c := p.Chapter
	switch do {
	case "follow":
		if err := c.Follow(ctx, me, a.ID, chapter.FollowWish{}); err != nil {
			return "", err
		}
		f, err := p.Store.Follow(ctx, me.ID, a.ID)
		if err == nil && f.State == models.FollowPending {
			return "?done=asked", nil
		}
		return "?done=followed", err
	case "unfollow":
		return "?done=unfollowed", c.Unfollow(ctx, me, a.ID)
	case "mute":
		return "", c.Mute(ctx, me, a.ID, true, 0)
	case "unmute":
		return "", c.Unmute(ctx, me, a.ID)
	case "block":
		return "", c.Block(ctx, me, a.ID)
	case "unblock":
		return "", c.Unblock(ctx, me, a.ID)
	case "accept", "reject":
		return "", c.AnswerFollow(ctx, me, a.ID, do == "accept")
	}
	return "", models.Errorf(models.Malformed, "This button is not known.")
}

type peopleView struct {
	Frame
	Count  string
	Find   Find
	Form   *Form
	Groups []group
	Pager  Pager
}

type group struct {
	Heading, Empty string
	People         []Person
}

// people serves GET /people?q=: the members, or who is looked for. The full
// address of somebody elsewhere leads to their page.
func (p *Pages) people(w http.ResponseWriter, r *http.Request, v *visit) error {
	ctx := r.Context()
	form := &Form{Values: r.URL.Query()}
	q := form.Get("q")
	if handle, ok := handleIn(q); ok {
		a, err := p.find(ctx, handle)
		if err == nil {
			return see(w, r, p.personURL(a))
		}
		if models.KindOf(err) == models.NotFound {
			form.wrong("q", "Nobody is called @"+handle+". Is it spelt like this?")
		} else if !form.takes(err) {
			return err
		}
	}
	f, err := p.frame(r, v, "People", "people")
	if err != nil {
		return err
	}
	n, err := p.Store.Readers(ctx)
	if err != nil {
		return err
	}
	view := peopleView{Frame: f, Form: form, Count: capital(count(n, "member", "members")),
		Find: Find{Action: "/people", Label: "Find by name or address", Query: q, Button: "Find", Primary: true}}
	if q == "" || len(form.Wrong) > 0 {
		err = p.directory(r, &view)
	} else {
		err = p.findPeople(ctx, v, q, &view)
	}
	if err != nil {
		return err
	}
	return p.htmlStatus(w, statusOf(form), "people.html", view)
}

// handleIn says whether q is the full address of somebody: name@host.
func handleIn(q string) (handle string, ok bool) {
	q = strings.TrimPrefix(strings.TrimPrefix(q, "acct:"), "@")
	name, host, ok := strings.Cut(q, "@")
	return q, ok && name != "" && host != "" && !strings.ContainsAny(q, " /?#")
}

// find returns the account with a handle, also one that was not known here.
func (p *Pages) find(ctx context.Context, handle string) (*models.Account, error) {
	if name, host, _ := strings.Cut(handle, "@"); strings.EqualFold(host, p.URLs.AccountDomain) || strings.EqualFold(host, p.URLs.Domain) {
		return p.Store.AccountByHandle(ctx, name)
	}
	if p.Chapter.Find == nil {
		return p.Store.AccountByHandle(ctx, handle)
	}
	return p.Chapter.Find.Handle(ctx, handle)
}

func (p *Pages) directory(r *http.Request, view *peopleView) error {
	const many = 60
	after := models.ParseID(r.FormValue("after"))
	list, err := p.Store.Members(r.Context(), models.Active, after, many+1)
	if err != nil {
		return err
	}
	if len(list) > many {
		list = list[:many]
		view.Pager.Older = with(r, "after", list[many-1].AccountID)
	}
	here := group{Heading: "Members", Empty: "Nobody yet."}
	for _, m := range list {
		person := p.person(m.Account)
		person.Where = roles[m.Role]
		here.People = append(here.People, person)
	}
	view.Groups = []group{here}
	return nil
}

func (p *Pages) findPeople(ctx context.Context, v *visit, q string, view *peopleView) error {
	found, err := p.called(ctx, v, q, 2*perPage)
	if err != nil {
		return err
	}
	here, elsewhere := group{Heading: "Here", Empty: "Nobody here is called that."}, group{Heading: "Elsewhere"}
	for _, a := range found {
		if a.Local() {
			here.People = append(here.People, p.person(a))
		} else {
			elsewhere.People = append(elsewhere.People, p.person(a))
		}
	}
	view.Groups = []group{here}
	if len(elsewhere.People) > 0 {
		view.Groups = append(view.Groups, elsewhere)
	}
	return nil
}
