package web

import (
	"context"
	"html/template"
	"net/http"
	"strings"

	"github.com/gorilla/mux"

	"atelier/models"
	"atelier/models/store"
)

type personView struct {
	Frame
	Person       Person
	Bio          template.HTML
	Standing     string
	Relation     string
	Do           []Act
	LongDo       bool
	Request      *request
	Ask          string // what they can be asked about
	Facts        []fact
	Notes, Posts []Row
	With         []Row // notes of others that they wrote too
	PostsHeading string
	Nothing      string
	Pager        Pager
	More         []Act
}

// request is somebody who waits for leave to follow.
type request struct{ Action, Token, Sentence string }

// fact is a row of a profile's table.
type fact struct {
	Name    string
	Value   template.HTML
	Checked string
}

// roles are what members are called; ordinary members by nothing.
var roles = map[models.Role]string{models.Guest: "A guest", models.Steward: "A steward", models.President: "The president"}

// accountOf reads the account that the address names. What may not be shown is
// not there.
func (p *Pages) accountOf(r *http.Request) (*models.Account, error) {
	acct := strings.TrimPrefix(mux.Vars(r)["acct"], "@")
	if name, host, ok := strings.Cut(acct, "@"); ok && strings.EqualFold(host, p.URLs.AccountDomain) {
		acct = name
	}
	a, err := p.Store.AccountByHandle(r.Context(), acct)
	if err != nil {
		return nil, err
	}
	if a.Suspended() || !a.DeletedAt.IsZero() || a.Type == models.Application {
		return nil, notHere()
	}
	return a, nil
}

// profile serves GET /people/{acct}, and /@{acct} as Mastodon has it. Strangers
// see people of this chapter; for those elsewhere the page is at their home.
func (p *Pages) profile(w http.ResponseWriter, r *http.Request, v *visit) error {
	a, err := p.accountOf(r)
	if err != nil {
		return err
	}
	if !a.Local() && v.Session == nil {
		return notHere()
	}
	if url := p.personURL(a); url != r.URL.Path {
		return see(w, r, url)
	}
	view, err := p.personView(r, v, a)
	if err != nil {
		return err
	}
	if err := p.personPosts(r, v, a, view); err != nil {
		return err
	}
	view.linkTo(w)
	return p.html(w, "person.html", view)
}

func (p *Pages) personView(r *http.Request, v *visit, a *models.Account) (*personView, error) {
	person := p.person(a)
	f, err := p.frame(r, v, person.Name, "people")
	if err != nil {
		return nil, err
	}
	view := &personView{Frame: f, Person: person, Bio: template.HTML(a.BioHTML)}
	if a.Local() {
		entries, err := p.Store.DirectoryOf(r.Context(), v.viewer, []models.ID{a.ID})
		if err != nil {
			return nil, err
		}
		view.Ask, view.Facts = entries[a.ID][models.AskField].Text, told(entries[a.ID])
	}
	for _, field := range a.Fields {
		row := fact{Name: field.Name, Value: template.HTML(field.HTML)}
		if !field.VerifiedAt.IsZero() {
			row.Checked = "checked " + v.date(field.VerifiedAt).Words
		}
		view.Facts = append(view.Facts, row)
	}
	if !a.Local() {
		view.Standing = "At " + a.Domain
	} else {
		if m, err := p.Store.Member(r.Context(), a.ID); err == nil {
			view.Standing = roles[m.Role]
		}
		view.Canonical = p.URLs.PersonPage(a.Username)
		view.Indexable = a.Indexable
		view.Alternates = []Alternate{
			{"application/activity+json", a.URI, ""},
			{"application/atom+xml", "/people/" + a.Username + ".atom", "What " + person.Name + " writes for everyone"},
		}
		view.Graph = &Graph{"profile", person.Name, person.Bio, view.Canonical, f.Chapter, person.Face.URL, "@" + person.Handle}
	}
	return view, p.standing(r.Context(), v, a, view)
}

// standing says what is between the viewer and a, and what can be done.
func (p *Pages) standing(ctx context.Context, v *visit, a *models.Account, view *personView) error {
	if v.Session == nil {
		view.Do = []Act{{Name: "Follow " + view.Person.Short, URL: "/follow?object=" + escape(a.URI), Primary: true}}
		return nil
	}
	if a.ID == v.viewer.AccountID {
		view.Do = []Act{{Name: "Change my page", URL: "/settings", Primary: true}}
		return nil
	}
	relations, err := p.Store.Relations(ctx, v.viewer, []models.ID{a.ID})
	if err != nil || len(relations) == 0 {
		return err
	}
	rel := relations[0]
	action, token := view.Person.URL, v.FormToken()
	act := func(name, do string, primary bool) {
		view.Do = append(view.Do, Act{Name: name, Do: do, Action: action, Token: token, Primary: primary})
	}
	switch {
	case rel.Blocking:
		act("Let "+view.Person.Short+" in again", "unblock", true)
	case rel.Following:
		act("Stop following", "unfollow", false)
	case rel.Requested:
		act("Take the request back", "unfollow", false)
	default:
		act("Follow "+view.Person.Short, "follow", true)
	}
	view.Relation = relationWords(rel)
	if rel.RequestedBy {
		view.Request = &request{action, token, view.Person.Name + " would like to follow you."}
	}
	if !rel.Blocking {
		view.More = distance(rel, action, token)
	}
	return nil
}

func relationWords(rel models.Relation) string {
	var words []string
	switch {
	case rel.Following && rel.FollowedBy:
		words = append(words, "You follow each other.")
	case rel.Following:
		words = append(words, "You follow them.")
	case rel.FollowedBy:
		words = append(words, "Follows you.")
	}
	if rel.Requested {
		words = append(words, "You have asked to follow them.")
	}
	if rel.Muting {
		words = append(words, "You do not see what they write.")
	}
	if rel.Blocking {
		words = append(words, "You have shut them out.")
	}
	return strings.Join(words, " ")
}

// distance are the ways to see less of somebody.
func distance(rel models.Relation, action, token string) []Act {
	mute := Act{Name: "Hide what they write", Do: "mute", Hint: "Their posts no longer come to you. They do not notice.", Action: action, Token: token}
	if rel.Muting {
		mute.Name, mute.Do, mute.Hint = "Show what they write again", "unmute", "Their posts come to you again."
	}
	return []Act{mute, {Name: "Shut them out", Do: "block", Hint: "Neither of you sees the other any more, and following ends both ways. They may notice.", Action: action, Token: token}}
}

func (p *Pages) personPosts(r *http.Request, v *visit, a *models.Account, view *personView) error {
	ctx, page := r.Context(), pageOf(r)
	posts, err := p.Store.AccountPosts(ctx, v.viewer, a.ID, store.AccountFilter{WithoutBoosts: true}, page.and1())
	if err != nil {
		return err
	}
	posts, view.Pager = page.cut(r, posts)
	c := cast{a.ID: a}
	for _, post := range posts {
		row := p.row(v, post, c)
		if post.Practice != nil {
			row.Facts = row.Facts[1:] // whose page it is
			view.Notes = append(view.Notes, row)
			continue
		}
		row.Facts = row.Facts[1:]
		if post.IsReply() {
			row.Facts = append([]string{"a reply"}, row.Facts...)
		}
		view.Posts = append(view.Posts, row)
	}
	if page.first() {
		with, err := p.Store.CoAuthored(ctx, v.viewer, a.ID, perPage)
		if err != nil {
			return err
		}
		if view.With, err = p.noteRows(ctx, v, with); err != nil {
			return err
		}
	}
	view.PostsHeading = "Said"
	if len(posts)+len(view.With) == 0 {
		view.Nothing = view.Person.Short + " has written nothing that you can read yet."
		if !a.Local() {
			view.Nothing = "Nothing of theirs has come here yet. What they write from now on comes, if you follow them."
		}
	}
	return nil
}
