package web

import (
	"context"
	"net/http"
	"strings"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/store"
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
	found, err := p.Store.SearchAccounts(ctx, v.viewer, q, false, 2*perPage, 0)
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

type shelfView struct {
	Frame
	Lead         string
	Do           *Link
	Leaving      []Leaving
	Drafts, Kept []Row
	Pager        Pager
}

// shelf serves GET /shelf: drafts, and what the viewer keeps.
func (p *Pages) shelf(w http.ResponseWriter, r *http.Request, v *visit) error {
	ctx := r.Context()
	f, err := p.frame(r, v, "My shelf", "")
	if err != nil {
		return err
	}
	view := shelfView{Frame: f, Lead: "What you have begun, and what you keep.", Do: &Link{URL: "/notes/new", Name: "Write a note"}}
	if view.Leaving, err = p.lounge(ctx, v); err != nil {
		return err
	}
	unfinished, err := p.Store.Unfinished(ctx, v.viewer.AccountID, 50)
	if err != nil {
		return err
	}
	for _, post := range unfinished {
		if post.State == models.Draft {
			view.Drafts = append(view.Drafts, draftRow(v, post))
		}
	}
	if len(view.Drafts) > 0 {
		view.Do = &Link{URL: view.Drafts[0].URL, Name: "Continue writing"}
	}
	page := pageOf(r)
	kept, err := p.Store.Bookmarks(ctx, v.viewer.AccountID, page.and1())
	if err != nil {
		return err
	}
	kept, view.Pager = cutPage(page, r, kept, func(k store.Kept) models.ID { return k.Cursor })
	if view.Kept, err = p.keptRows(ctx, v, kept); err != nil {
		return err
	}
	return p.html(w, "shelf.html", view)
}

func draftRow(v *visit, post *models.Post) Row {
	row := Row{Title: post.Title, URL: editURL(post), Gist: gist(post), Facts: []string{"draft"}, At: ptr(v.moment(post.ID.Time()))}
	if !post.EditedAt.IsZero() {
		row.At = ptr(v.moment(post.EditedAt))
	}
	if row.Title == "" {
		row.Title = "Without a title yet"
	}
	if post.Practice != nil {
		row.Kind = kindView(post.Practice.Kind)
	}
	return row
}

func (p *Pages) keptRows(ctx context.Context, v *visit, kept []store.Kept) ([]Row, error) {
	ids := make([]models.ID, len(kept))
	for i, k := range kept {
		ids[i] = k.PostID
	}
	posts, err := p.Store.Posts(ctx, v.viewer, ids)
	if err != nil {
		return nil, err
	}
	c, err := p.cast(ctx, posts)
	if err != nil {
		return nil, err
	}
	var out []Row
	for _, post := range posts {
		out = append(out, p.row(v, post, c))
	}
	return out, nil
}
