package web

import (
	"net/http"
	"strconv"

	"github.com/gorilla/mux"

	"atelier/models"
	"atelier/models/text"
)

type historyView struct {
	Frame
	URL, Heading, Lead, Newest string
	Versions                   []versionRow
	Changes                    *changes
}

type versionRow struct {
	Name, URL, Reason, By string
	At                    Moment
}

// changes are what one version made of the one before.
type changes struct {
	Heading string
	Parts   []changedPart
}

type changedPart struct {
	Heading string
	Runs    []run
}

// run is words with one fate: "new", "gone", or "" for those that stayed.
type run struct{ Kind, Text string }

func runs(old, now string) []run {
	kinds := map[text.Op]string{text.Inserted: "new", text.Deleted: "gone"}
	var out []run
	for _, r := range text.Diff(old, now) {
		out = append(out, run{kinds[r.Op], r.Text})
	}
	return out
}

// noteHistory serves GET /notes/{slug}/history.
func (p *Pages) noteHistory(w http.ResponseWriter, r *http.Request, v *visit) error {
	post, err := p.Store.PostBySlug(r.Context(), v.viewer, mux.Vars(r)["slug"])
	if err != nil {
		return err
	}
	return p.history(w, r, v, post)
}

// talkHistory serves GET /talk/{id}/history.
func (p *Pages) talkHistory(w http.ResponseWriter, r *http.Request, v *visit) error {
	post, err := p.postOf(r, v)
	if err != nil {
		return err
	}
	return p.history(w, r, v, post)
}

// history shows the versions of a post; with ?v=N what version N made of the
// one before.
func (p *Pages) history(w http.ResponseWriter, r *http.Request, v *visit, post *models.Post) error {
	ctx := r.Context()
	revisions, err := p.Store.Revisions(ctx, post.ID)
	if err != nil {
		return err
	}
	revisions = append(revisions, present(post))
	var ids []models.ID
	for _, rev := range revisions {
		ids = append(ids, rev.AccountID)
	}
	c, err := p.Store.Accounts(ctx, ids)
	if err != nil {
		return err
	}
	title, _ := heading(post)
	place := "week"
	if post.Practice != nil {
		place = "library"
	}
	f, err := p.frame(r, v, "Versions of “"+title+"”", place)
	if err != nil {
		return err
	}
	view := historyView{Frame: f, URL: p.postURL(post), Heading: title, Newest: p.postURL(post), Lead: "There is one version."}
	if n := len(revisions); n > 1 {
		view.Lead = capital(count(n, "version", "versions")) + ". Choose one to see what it changed."
	}
	for i := len(revisions) - 1; i >= 0; i-- {
		rev := revisions[i]
		view.Versions = append(view.Versions, versionRow{
			Name: "Version " + strconv.Itoa(rev.Version), URL: r.URL.Path + "?v=" + strconv.Itoa(rev.Version) + "#changes",
			Reason: rev.Reason, By: p.personIn(c, rev.AccountID).Name, At: v.moment(rev.CreatedAt),
		})
	}
	if r.FormValue("v") != "" {
		if view.Changes = changesOf(revisions, r.FormValue("v")); view.Changes == nil {
			return notHere()
		}
	}
	return p.html(w, "history.html", view)
}

// present is a post as it is, as the last of its versions.
func present(post *models.Post) *models.Revision {
	return &models.Revision{
		PostID: post.ID, Version: post.Version, AccountID: post.AuthorID, Reason: post.Reason, Title: post.Title, Summary: post.Summary,
		Warning: post.Warning, HTML: post.HTML, Practice: post.Practice, CreatedAt: changedAt(post),
	}
}

// changesOf says what the version made of the one before it; the first is shown
// whole. It is nil for a version that is not there.
func changesOf(revisions []*models.Revision, version string) *changes {
	for i, rev := range revisions {
		if strconv.Itoa(rev.Version) != version {
			continue
		}
		if i == 0 {
			return &changes{"Version " + version + ", as it was", parts(&models.Revision{}, rev, true)}
		}
		return &changes{"What version " + version + " changed", parts(revisions[i-1], rev, false)}
	}
	return nil
}

// parts compares two versions part by part. whole shows the newer one without
// marks.
func parts(old, now *models.Revision, whole bool) []changedPart {
	var out []changedPart
	add := func(heading, a, b string) {
		switch {
		case whole && b != "":
			out = append(out, changedPart{heading, []run{{"", b}}})
		case !whole && a != b:
			out = append(out, changedPart{heading, runs(a, b)})
		}
	}
	add("Title", old.Title, now.Title)
	add("In two sentences", text.PlainText(old.Summary), text.PlainText(now.Summary))
	add("Warning", old.Warning, now.Warning)
	if now.Practice == nil {
		add("", text.PlainText(old.HTML), text.PlainText(now.HTML))
		return out
	}
	for _, s := range now.Practice.Kind.Form().Sections {
		heading := s.Heading
		add(heading, section(old.Practice, s.Key), section(now.Practice, s.Key))
	}
	return out
}

func section(pr *models.Practice, key string) string {
	if pr == nil {
		return ""
	}
	for _, s := range pr.Sections {
		if s.Key == key {
			return s.Text
		}
	}
	return ""
}
