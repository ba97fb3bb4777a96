package web

import (
	"context"
	"net/http"
	"strings"

	"atelier/models"
	"atelier/models/store"
)

type shelfView struct {
	Frame
	Lead                             string
	Do                               *Link
	Leaving                          []Leaving
	Drafts, ToTry, Kept, Collections []Row
	Tried                            []Row
	Others                           []Row // drafts of others that the viewer writes too
	MoreTried                        string
	Pager                            Pager
}

// latestTried is how much of what was tried the shelf shows at once.
const latestTried = 5

// shelf serves GET /shelf: drafts, what the viewer keeps, and what it tried.
func (p *Pages) shelf(w http.ResponseWriter, r *http.Request, v *visit) error {
	ctx := r.Context()
	f, err := p.frame(r, v, "My shelf", "")
	if err != nil {
		return err
	}
	view := shelfView{Frame: f, Lead: "What you have begun, what you keep, and what you have tried.", Do: &Link{URL: "/notes/new", Name: "Write a note"}}
	page := pageOf(r)
	if page.first() {
		if err := p.fillShelf(ctx, v, &view); err != nil {
			return err
		}
	}
	kept, err := p.Store.Bookmarks(ctx, v.viewer.AccountID, page.and1())
	if err != nil {
		return err
	}
	kept, view.Pager = cutPage(page, r, kept, func(k store.Kept) models.ID { return k.Cursor })
	if view.ToTry, view.Kept, err = p.keptRows(ctx, v, kept); err != nil {
		return err
	}
	return p.html(w, "shelf.html", view)
}

// fillShelf fills in what stands on the shelf's first page only.
func (p *Pages) fillShelf(ctx context.Context, v *visit, view *shelfView) (err error) {
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
	if view.Others, err = p.othersDrafts(ctx, v); err != nil {
		return err
	}
	if view.Collections, err = p.keptSeries(ctx, v); err != nil {
		return err
	}
	reports, err := p.Store.ReportedBy(ctx, v.viewer.AccountID, store.Page{Limit: latestTried + 1})
	if err != nil {
		return err
	}
	if len(reports) > latestTried {
		reports, view.MoreTried = reports[:latestTried], "/shelf/tried"
	}
	view.Tried, err = p.myTriedRows(ctx, v, reports)
	return err
}

type shelfTriedView struct {
	Frame
	Rows  []Row
	Pager Pager
}

// shelfTried serves GET /shelf/tried: everything that the viewer tried.
func (p *Pages) shelfTried(w http.ResponseWriter, r *http.Request, v *visit) error {
	page := pageOf(r)
	reports, err := p.Store.ReportedBy(r.Context(), v.viewer.AccountID, page.and1())
	if err != nil {
		return err
	}
	f, err := p.frame(r, v, "What I have tried", "")
	if err != nil {
		return err
	}
	view := shelfTriedView{Frame: f}
	reports, view.Pager = cutPage(page, r, reports, func(x *models.Report) models.ID { return x.PostID })
	if view.Rows, err = p.myTriedRows(r.Context(), v, reports); err != nil {
		return err
	}
	return p.html(w, "shelf-tried.html", view)
}

// myTriedRows are notes that the viewer reported on, and what it said.
func (p *Pages) myTriedRows(ctx context.Context, v *visit, reports []*models.Report) ([]Row, error) {
	var notes, said []models.ID
	for _, r := range reports {
		notes, said = append(notes, r.NoteID), append(said, r.PostID)
	}
	note, err := p.postsByID(ctx, v, notes)
	if err != nil {
		return nil, err
	}
	post, err := p.postsByID(ctx, v, said)
	if err != nil {
		return nil, err
	}
	var out []Row
	for _, r := range reports {
		n, s := note[r.NoteID], post[r.PostID]
		if n == nil || s == nil {
			continue // one of the two is gone
		}
		out = append(out, Row{
			Title: n.Title, URL: p.postURL(n), Gist: reportWords(s), Outcome: strings.TrimSuffix(outcomeWords[r.Outcome], "."), At: ptr(v.moment(s.CreatedAt)),
		})
	}
	return out, nil
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

// keptRows are what the viewer keeps: the ways of working that it has not told
// of yet, and the rest.
func (p *Pages) keptRows(ctx context.Context, v *visit, kept []store.Kept) (toTry, rest []Row, err error) {
	ids := make([]models.ID, len(kept))
	for i, k := range kept {
		ids[i] = k.PostID
	}
	posts, err := p.Store.Posts(ctx, v.viewer, ids)
	if err != nil {
		return nil, nil, err
	}
	tried, err := p.Store.TriedAmong(ctx, v.viewer.AccountID, ids)
	if err != nil {
		return nil, nil, err
	}
	rows, err := p.noteRows(ctx, v, posts)
	if err != nil {
		return nil, nil, err
	}
	for i, post := range posts {
		if pr := post.Practice; pr != nil && (pr.Kind == models.Tool || pr.Kind == models.Approach) && !tried[post.ID] && post.AuthorID != v.viewer.AccountID {
			toTry = append(toTry, rows[i])
		} else {
			rest = append(rest, rows[i])
		}
	}
	return toTry, rest, nil
}
