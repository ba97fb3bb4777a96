package web

import (
	"context"
	"html/template"
	"net/http"

	"github.com/gorilla/mux"

	"atelier/models"
	"atelier/models/text"
)

type talkView struct {
	Frame
	Above          []above
	What           string
	StateWords     string
	Heading        string
	QuietHeading   bool
	Post           Said
	Scope          Scope
	Origin         *Link
	Acts           []Act
	RepliesHeading string
	Replies        []Said
	MoreReplies    bool
	Reply          *Reply
	ElsewhereURL   string
	HistoryURL     string
}

// above is a post that the page's post answers.
type above struct {
	By                    Person
	Words, URL, LinkWords string
}

// talk serves GET /talk/{id}: a post and what was answered. A practice note
// has a page of its own.
func (p *Pages) talk(w http.ResponseWriter, r *http.Request, v *visit) error {
	post, err := p.postOf(r, v)
	if err != nil {
		return err
	}
	if url := p.postURL(post); url != r.URL.Path {
		return see(w, r, url)
	}
	if post.Practice != nil { // somebody else's, from elsewhere
		return p.showNote(w, r, v, post, typed{})
	}
	return p.showTalk(w, r, v, post, newForm())
}

// postOf reads the post that the address names. A boost leads to what it is of.
func (p *Pages) postOf(r *http.Request, v *visit) (*models.Post, error) {
	post, err := p.Store.Post(r.Context(), v.viewer, models.ParseID(mux.Vars(r)["id"]))
	if err != nil {
		return nil, err
	}
	if post.BoostOfID != 0 {
		return p.Store.Post(r.Context(), v.viewer, post.BoostOfID)
	}
	return post, nil
}

// showTalk shows a post with what was typed into its reply form.
func (p *Pages) showTalk(w http.ResponseWriter, r *http.Request, v *visit, post *models.Post, reply *Form) error {
	ctx := r.Context()
	author, err := p.Store.Account(ctx, post.AuthorID)
	if err != nil {
		return err
	}
	view, err := p.talkView(r, v, post, author)
	if err != nil {
		return err
	}
	if view.Post.Quote, err = p.quote(ctx, v, post); err != nil {
		return err
	}
	if err := p.ballot(ctx, v, post, view.Post.Poll); err != nil {
		return err
	}
	if view.Above, err = p.above(ctx, v, post); err != nil {
		return err
	}
	var n int
	if view.Replies, n, view.MoreReplies, err = p.replies(ctx, v, post); err != nil {
		return err
	}
	view.RepliesHeading = repliesHeading(n, view.MoreReplies)
	view.linkTo(w)
	if view.Acts, err = p.acts(ctx, v, post, view.Post.By); err != nil {
		return err
	}
	if view.Reply, view.ElsewhereURL, err = p.replyForm(ctx, v, post, view.Token, reply); err != nil {
		return err
	}
	return p.htmlStatus(w, statusOf(reply), "talk.html", view)
}

// talkView is the post without what surrounds it.
func (p *Pages) talkView(r *http.Request, v *visit, post *models.Post, author *models.Account) (talkView, error) {
	title, own := heading(post)
	by := p.person(author)
	name := title
	if !own {
		name = by.Name + ": " + title
	}
	f, err := p.frame(r, v, name, "week")
	if err != nil {
		return talkView{}, err
	}
	if v.Session == nil {
		f.Place = ""
	}
	view := talkView{
		Frame: f, What: "Discussion", Heading: title, QuietHeading: !own, Scope: scopeOf(post),
		Post:       p.said(v, post, cast{author.ID: author}, scopeOf(post)),
		HistoryURL: "/talk/" + post.ID.String() + "/history",
	}
	if post.IsReply() {
		view.What = "A reply"
	}
	if own && post.Title == "" {
		view.Post.HTML = body(post, title)
	}
	if post.Title != "" && post.Practice == nil { // an Article or Page from elsewhere
		view.Post.HTML = template.HTML(post.HTML)
	}
	if !post.Local {
		view.Origin = &Link{URL: post.URL, Name: author.Domain}
	}
	p.meta(&view.Frame, post, author, gist(post))
	return view, nil
}

// quote is the post that post quotes, as far as the viewer may read it.
func (p *Pages) quote(ctx context.Context, v *visit, post *models.Post) (*Quote, error) {
	if post.QuoteOfID == 0 || post.QuoteState != models.QuoteAccepted {
		return nil, nil
	}
	quoted, err := p.Store.Post(ctx, v.viewer, post.QuoteOfID)
	if models.KindOf(err) == models.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	c, err := p.cast(ctx, []*models.Post{quoted})
	if err != nil {
		return nil, err
	}
	title, _ := heading(quoted)
	return &Quote{p.by(v, c, quoted.AuthorID), title, p.postURL(quoted)}, nil
}

// ballot lets the viewer vote in a poll, or says what it chose.
func (p *Pages) ballot(ctx context.Context, v *visit, post *models.Post, poll *Poll) error {
	if poll == nil || v.Session == nil {
		return nil
	}
	votes, err := p.Store.Votes(ctx, v.viewer.AccountID, []models.ID{post.ID})
	if err != nil {
		return err
	}
	mine := votes[post.ID]
	for _, choice := range mine {
		if choice < len(poll.Options) {
			poll.Options[choice].Mine = true
		}
	}
	if len(mine) == 0 && post.Poll.Open(v.now) && post.AuthorID != v.viewer.AccountID {
		poll.Action, poll.Token, poll.Type = "/talk/"+post.ID.String()+"/vote", v.FormToken(), "radio"
		if post.Poll.Multiple {
			poll.Type = "checkbox"
		}
	}
	return nil
}

// above are the posts that post answers: the thread's first and the nearest.
func (p *Pages) above(ctx context.Context, v *visit, post *models.Post) ([]above, error) {
	if !post.IsReply() {
		return nil, nil
	}
	posts, err := p.Store.Ancestors(ctx, v.viewer, post.ID, 20)
	if err != nil || len(posts) == 0 {
		return nil, err
	}
	c, err := p.cast(ctx, posts)
	if err != nil {
		return nil, err
	}
	chosen := posts[:1]
	if last := posts[len(posts)-1]; len(posts) > 1 {
		chosen = []*models.Post{posts[0], last}
	}
	var out []above
	for i, a := range chosen {
		line := above{By: p.by(v, c, a.AuthorID), URL: p.postURL(a), LinkWords: "What it answers"}
		if title, own := heading(a); own {
			line.Words = title
		} else {
			line.Words = text.Excerpt(title, 120)
		}
		if i == 0 && len(chosen) > 1 {
			line.LinkWords = "Where it began"
		}
		out = append(out, line)
	}
	return out, nil
}

// replyForm is the form under a post, or for strangers the address where they
// can answer from.
func (p *Pages) replyForm(ctx context.Context, v *visit, post *models.Post, token string, form *Form) (*Reply, string, error) {
	if post.State != models.Published {
		return nil, "", nil
	}
	if v.Session == nil {
		return nil, "/follow?object=" + template.URLQueryEscaper(post.URI), nil
	}
	audience, err := p.replyAudience(ctx, v, post)
	if err != nil {
		return nil, "", err
	}
	reply := &Reply{
		Action: "/talk/" + post.ID.String() + "/reply", Token: token, Label: "What you want to say", Button: "Reply",
		Also:    "*Stars* make words lean, **two stars** make them bold; a line that begins with “- ” or “1. ” is an item of a list.",
		Primary: post.Practice == nil, Form: form, Audience: audience,
	}
	if form.Values.Get("text") == "" {
		names, err := p.otherNames(ctx, v, post)
		if err != nil {
			return nil, "", err
		}
		form.Values.Set("text", names)
	}
	return reply, "", nil
}

// otherNames are the handles that an answer begins with: of somebody elsewhere,
// whose server would not hear of it otherwise, and of who else is named.
func (p *Pages) otherNames(ctx context.Context, v *visit, post *models.Post) (string, error) {
	author, err := p.Store.Account(ctx, post.AuthorID)
	if err != nil {
		return "", err
	}
	out := ""
	if !author.Local() {
		out = "@" + author.Acct() + " "
	}
	if post.Visibility != models.Direct {
		return out, nil
	}
	if author.Local() && author.ID != v.viewer.AccountID {
		out = "@" + author.Acct() + " "
	}
	for _, m := range post.Mentions {
		if m.AccountID != v.viewer.AccountID && m.AccountID != author.ID && !m.Silent {
			out += "@" + m.Acct + " "
		}
	}
	return out, nil
}

// acts are what the viewer can do with a post.
func (p *Pages) acts(ctx context.Context, v *visit, post *models.Post, by Person) ([]Act, error) {
	if v.Session == nil || post.State != models.Published {
		return nil, nil
	}
	mine := post.AuthorID == v.viewer.AccountID
	marks, err := p.Store.Marks(ctx, v.viewer, []models.ID{post.ID})
	if err != nil {
		return nil, err
	}
	did := marks[post.ID]
	action := "/talk/" + post.ID.String() + "/do"
	token := v.FormToken()
	var out []Act
	toggle := func(on bool, do, name, undo, undoName string) {
		a := Act{Name: name, Do: do, Action: action, Token: token}
		if on {
			a.Name, a.Do, a.Pressed = undoName, undo, true
		}
		out = append(out, a)
	}
	if !mine {
		toggle(did.Favourited, "thank", "Thank "+by.Short, "unthank", "Thanked")
	}
	toggle(did.Bookmarked, "keep", "Keep", "unkeep", "Kept")
	if post.Visibility.Open() && !post.LocalOnly {
		toggle(did.Boosted, "share", "Pass on", "unshare", "Passed on")
	}
	if post.Practice != nil && !mine {
		out = append(out, Act{Name: "Tried it", URL: "#tried"})
	}
	out = append(out, Act{Name: "Reply", URL: "#reply"})
	if !mine && post.Practice == nil {
		out = append(out, Act{Name: "Report", URL: complainURL(post)})
	}
	if mine && post.Practice == nil {
		out = append(out, Act{Name: "Change", URL: editURL(post)}, Act{Name: "Take it back", URL: deleteURL(post)})
	}
	return out, nil
}

func editURL(post *models.Post) string { return "/talk/" + post.ID.String() + "/edit" }

func deleteURL(post *models.Post) string { return "/talk/" + post.ID.String() + "/delete" }

func complainURL(post *models.Post) string { return "/talk/" + post.ID.String() + "/report" }
