package web

import (
	"context"
	"net/http"
	"strings"

	"github.com/gorilla/mux"

	"atelier/models"
	"atelier/models/store"
)

type searchView struct {
	Frame
	Count       string
	Find        Find
	Form        *Form
	Notes, Talk []Row
	People      []Person
	Nothing     string
	Pager       Pager
}

// search serves GET /search?q=: what the viewer may read and find. An address
// leads to what it names, also elsewhere.
func (p *Pages) search(w http.ResponseWriter, r *http.Request, v *visit) error {
	form := &Form{Values: r.URL.Query()}
	q := form.Get("q")
	if v.Session != nil && named(q) {
		if done, err := p.goTo(w, r, v, q, form); done || err != nil {
			return err
		}
	}
	f, err := p.frame(r, v, "Search", "search")
	if err != nil {
		return err
	}
	view := searchView{Frame: f, Form: form, Find: Find{Action: "/search", Label: "Search notes, talk and people", Query: q, Button: "Search", Primary: true}}
	if q != "" {
		view.Title = "“" + q + "”, " + view.Title
		if err := p.fillSearch(r, v, q, &view); err != nil {
			return err
		}
	}
	return p.htmlStatus(w, statusOf(form), "search.html", view)
}

// named says whether q names one thing: a web address, or somebody's handle.
func named(q string) bool {
	_, ok := handleIn(q)
	return ok || strings.HasPrefix(q, "https://") || strings.HasPrefix(q, "http://")
}

// goTo leads to the page of what q names. done is false if nothing was found:
// then form says so.
func (p *Pages) goTo(w http.ResponseWriter, r *http.Request, v *visit, q string, form *Form) (done bool, err error) {
	url, err := p.resolve(r.Context(), v, q)
	if err == nil {
		return true, see(w, r, url)
	}
	if models.KindOf(err) == models.NotFound {
		form.wrong("q", "Nothing was found at this address.")
		return false, nil
	}
	if form.takes(err) {
		return false, nil
	}
	return false, err
}

// resolve returns the page, here, of what an address or a handle names.
func (p *Pages) resolve(ctx context.Context, v *visit, q string) (url string, err error) {
	if handle, ok := handleIn(q); ok {
		a, err := p.find(ctx, handle)
		if err != nil {
			return "", err
		}
		return p.personURL(a), nil
	}
	if p.URLs.Local(q) {
		return p.localPage(ctx, v, q)
	}
	if p.Chapter.Find == nil {
		return "", notHere()
	}
	post, err := p.Chapter.Find.Post(ctx, q)
	if err == nil {
		// What was fetched is shown only as far as the viewer may read it.
		if post, err = p.Store.Post(ctx, v.viewer, post.ID); err == nil {
			return p.postURL(post), nil
		}
	}
	if k := models.KindOf(err); k != models.NotFound && k != models.Unsupported && k != models.Invalid {
		return "", err
	}
	a, err := p.Chapter.Find.Account(ctx, q)
	if err != nil {
		return "", err
	}
	return p.personURL(a), nil
}

// localPage is the page of what an address of ours names.
func (p *Pages) localPage(ctx context.Context, v *visit, uri string) (string, error) {
	ref, ok := p.URLs.Parse(uri)
	switch {
	case ok && ref.Kind == models.ActorRef:
		a, err := p.Store.AccountByURI(ctx, p.URLs.ActorURI(ref))
		if err != nil {
			return "", err
		}
		return p.personURL(a), nil
	case ok && ref.Kind == models.PostRef && ref.Slug != "":
		return "/notes/" + ref.Slug, nil
	case ok && ref.Kind == models.PostRef:
		post, err := p.Store.Post(ctx, v.viewer, ref.ID)
		if err != nil {
			return "", err
		}
		return p.postURL(post), nil
	}
	return "", notHere()
}

func (p *Pages) fillSearch(r *http.Request, v *visit, q string, view *searchView) error {
	ctx, page := r.Context(), pageOf(r)
	posts, err := p.Store.SearchPosts(ctx, v.viewer, q, false, page.and1())
	if err != nil {
		return err
	}
	posts, view.Pager = page.cut(r, posts)
	if view.Notes, view.Talk, err = p.parted(ctx, v, posts); err != nil {
		return err
	}
	if page.first() {
		found, err := p.called(ctx, v, q, 6)
		if err != nil {
			return err
		}
		for _, a := range found {
			if a.Local() && a.Type == models.Group { // the chapter and its themes are no people
				continue
			}
			if v.Session != nil || a.Local() && a.Discoverable {
				view.People = append(view.People, p.person(a))
			}
		}
	}
	if len(posts)+len(view.People) == 0 && len(view.Form.Wrong) == 0 {
		view.Nothing = "No note, no talk and no person that you can see has these words. One word less may find more."
	}
	if n := len(posts) + len(view.People); n > 0 {
		view.Count = "Newest first"
	}
	return nil
}

// called are those who are called q; if there are none, members who are called
// nearly so.
func (p *Pages) called(ctx context.Context, v *visit, q string, limit int) ([]*models.Account, error) {
	found, err := p.Store.SearchAccounts(ctx, v.viewer, q, false, limit, 0)
	if err != nil || len(found) > 0 || v.Session == nil {
		return found, err
	}
	return p.Store.NearAccounts(ctx, v.viewer, q, limit)
}

// tagFeed serves GET /tags/{tag}.atom: what has the word and is open to
// everyone.
func (p *Pages) tagFeed(w http.ResponseWriter, r *http.Request, v *visit) error {
	name := mux.Vars(r)["tag"]
	known, err := p.Store.Tag(r.Context(), name)
	if err != nil {
		return err
	}
	posts, err := p.Store.Tagged(r.Context(), models.Stranger, store.TagFilter{Any: []string{name}}, store.Page{Limit: perPage})
	if err != nil {
		return err
	}
	if len(posts) == 0 {
		return notHere()
	}
	f := p.newFeed(p.tagURL(known.Name)+".atom", p.URLs.TagPage(known.Name), "#"+known.Label, "")
	f.Author = &atomPerson{v.chapter.Name, p.URLs.ChapterPage()}
	return p.sendFeed(w, r, f, posts)
}

// parted makes rows of posts: notes, and what was said.
func (p *Pages) parted(ctx context.Context, v *visit, posts []*models.Post) (notes, talk []Row, err error) {
	c, err := p.cast(ctx, posts)
	if err != nil {
		return nil, nil, err
	}
	for _, post := range posts {
		if post.Practice != nil {
			notes = append(notes, p.noteRow(v, post, c))
		} else {
			talk = append(talk, p.talkRow(v, post, c))
		}
	}
	return notes, talk, nil
}

type tagView struct {
	Frame
	Heading, Lead string
	Notes, Talk   []Row
	Pager         Pager
}

// tag serves GET /tags/{tag}.
func (p *Pages) tag(w http.ResponseWriter, r *http.Request, v *visit) error {
	ctx, page := r.Context(), pageOf(r)
	name := mux.Vars(r)["tag"]
	known, err := p.Store.Tag(ctx, name)
	if err != nil {
		return err
	}
	posts, err := p.Store.Tagged(ctx, v.viewer, store.TagFilter{Any: []string{name}}, page.and1())
	if err != nil {
		return err
	}
	if len(posts) == 0 && page.first() {
		return notHere() // whether members use a word is theirs to know
	}
	f, err := p.frame(r, v, "#"+known.Label, "library")
	if err != nil {
		return err
	}
	f.Alternates = []Alternate{{"application/atom+xml", p.tagURL(known.Name) + ".atom", "#" + known.Label + ": what is open to everyone"}}
	view := tagView{Frame: f, Heading: "#" + known.Label, Lead: "What you can read that its authors gave this word, newest first."}
	posts, view.Pager = page.cut(r, posts)
	if view.Notes, view.Talk, err = p.parted(ctx, v, posts); err != nil {
		return err
	}
	return p.html(w, "tag.html", view)
}

// tagURL is the page of a hashtag, here.
func (p *Pages) tagURL(tag string) string {
	return strings.TrimPrefix(p.URLs.TagPage(tag), p.URLs.Base())
}
