package web

import (
	"net/http"
	"net/url"

	"atelier/models"
	"atelier/models/store"
)

// perPage is how long a list is.
const perPage = 20

type libraryView struct {
	Frame
	Count string
	Find  *Find
	Tabs  []Link
	Rows  []Row
	Pager Pager
	None  string // what is said of a choice that nothing has

	Sieves    []sieve
	Examples  []Row
	MayRemove bool
}

type emptyLibraryView struct {
	Frame
	Count, Heading, Sentence string
	Do                       *Link
	Kinds                    []*Kind
	Examples                 []Row
	MayRemove                bool
}

var plural = map[models.PracticeKind]string{
	models.Approach: "Approaches", models.Tool: "Tools", models.Experience: "Experiences", models.Story: "Stories",
}

// library serves GET /library: the practice notes that the viewer may read.
func (p *Pages) library(w http.ResponseWriter, r *http.Request, v *visit) error {
	ctx := r.Context()
	chosen, err := p.facetsOf(r)
	if err != nil {
		return err
	}
	page := pageOf(r)
	notes, err := p.Store.Notes(ctx, v.viewer, chosen.filter(), page.and1())
	if err != nil {
		return err
	}
	f, err := p.frame(r, v, "Library", "library")
	if err != nil {
		return err
	}
	f.Alternates = []Alternate{{"application/atom+xml", "/library.atom", "Public notes of " + f.Chapter}}
	if len(notes) == 0 && page.first() && !chosen.any() {
		return p.html(w, "library-empty.html", emptyLibrary(f, v))
	}
	notes, pager := page.cut(r, notes)
	view := libraryView{Frame: f, Find: &Find{Action: "/search", Label: "Search the library", Button: "Search"}, Pager: pager}
	view.Count = "Newest first"
	view.Tabs, view.None = chosen.kindTabs(), "No note that you can read is like this. Choose less, and there may be more."
	if view.Sieves, err = p.sieves(ctx, v, chosen); err != nil {
		return err
	}
	if page.first() && !chosen.any() {
		view.Examples, view.MayRemove = exampleRows(v, len(notes)), v.viewer.IsSteward()
	}
	if view.Rows, err = p.noteRows(r.Context(), v, notes); err != nil {
		return err
	}
	return p.html(w, "library.html", view)
}

func emptyLibrary(f Frame, v *visit) emptyLibraryView {
	view := emptyLibraryView{Frame: f, Count: "No notes yet"}
	if v.Session == nil {
		view.Heading = "Nothing is open to everyone yet"
		view.Sentence = "Members write first for each other. What they open to everyone stands here."
		view.Do = &Link{URL: "/follow", Name: "Follow " + f.Chapter}
		return view
	}
	view.Heading = "An empty shelf is a fine beginning"
	view.Sentence = "The first note need not be good. Write down one thing you did this month that you would do again, and ask two colleagues to do the same."
	view.Do = &Link{URL: "/notes/new", Name: "Write the first note"}
	view.Examples, view.MayRemove = exampleRows(v, 0), v.viewer.IsSteward()
	for _, k := range models.PracticeKinds {
		view.Kinds = append(view.Kinds, kindView(k))
	}
	return view
}

// paging is where in a list a page begins.
type paging struct{ store.Page }

// pageOf reads ?before= and ?after=, the ids next to the page.
func pageOf(r *http.Request) paging {
	return paging{store.Page{Max: models.ParseID(r.FormValue("before")), Min: models.ParseID(r.FormValue("after")), Limit: perPage}}
}

func (g paging) first() bool { return g.Max == 0 && g.Min == 0 }

// and1 asks for one row more than is shown, to know whether there are others.
func (g paging) and1() store.Page {
	p := g.Page
	p.Limit++
	return p
}

// cut drops the row too many and says where older and newer ones are.
func (g paging) cut(r *http.Request, posts []*models.Post) ([]*models.Post, Pager) {
	return cutPage(g, r, posts, func(p *models.Post) models.ID { return p.ID })
}

// cutPage is cut for rows of any type.
func cutPage[T any](g paging, r *http.Request, rows []T, id func(T) models.ID) ([]T, Pager) {
	more := len(rows) > g.Limit
	up := g.Min != 0
	if more && up {
		rows = rows[1:]
	} else if more {
		rows = rows[:g.Limit]
	}
	var pager Pager
	if len(rows) == 0 {
		return rows, pager
	}
	if more && !up || up {
		pager.Older = with(r, "before", id(rows[len(rows)-1]))
	}
	if g.Max != 0 || more && up {
		pager.Newer = with(r, "after", id(rows[0]))
	}
	return rows, pager
}

// with is the page's own address with one bound set.
func with(r *http.Request, name string, id models.ID) string {
	q := url.Values{}
	for key, values := range r.URL.Query() {
		if key != "before" && key != "after" && key != "done" {
			q[key] = values
		}
	}
	q.Set(name, id.String())
	return r.URL.Path + "?" + q.Encode()
}
