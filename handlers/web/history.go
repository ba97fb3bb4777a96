package web

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gorilla/mux"

	"atelier/models"
	"atelier/models/text"
)

type historyView struct {
	Frame
	URL, Heading, Lead, Newest string
	Versions                   []versionRow
	Changes                    *changes
	Restore                    *Act // makes the version that is looked at the newest again
	Pick                       *comparison
}

// comparison lets two versions be chosen.
type comparison struct {
	Action    string
	With, Now Choices
}

type versionRow struct {
	Name, URL, Reason, By string
	Small                 bool
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
	revisions, err := p.Store.Revisions(ctx, v.viewer, post.ID)
	if err != nil {
		return err
	}
	marks, err := p.Store.VersionMarks(ctx, post.ID)
	if err != nil {
		return err
	}
	revisions = append(revisions, present(post, marks))
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
			Reason: rev.Reason, By: p.personIn(c, rev.AccountID).Name, Small: marks[rev.Version].Small, At: v.moment(rev.CreatedAt),
		})
	}
	if now := r.FormValue("v"); now != "" {
		if view.Changes = changesOf(revisions, now, r.FormValue("with")); view.Changes == nil {
			return notHere()
		}
		if post.Practice != nil && v.Session != nil && post.AuthorID == v.viewer.AccountID && post.State == models.Published && now != strconv.Itoa(post.Version) {
			view.Restore = &Act{Name: "Make version " + now + " the newest again", Do: "restore-" + now, Action: "/talk/" + post.ID.String() + "/history", Token: v.FormToken()}
		}
	}
	if len(revisions) > 2 {
		view.Pick = pickVersions(r, revisions)
	}
	return p.html(w, "history.html", view)
}

// present is a post as it is, as the last of its versions.
func present(post *models.Post, marks map[int]models.VersionMark) *models.Revision {
	r := &models.Revision{
		PostID: post.ID, Version: post.Version, AccountID: post.AuthorID, Reason: post.Reason, Title: post.Title, Summary: post.Summary,
		Warning: post.Warning, HTML: post.HTML, Practice: post.Practice, CreatedAt: changedAt(post),
	}
	if m, ok := marks[post.Version]; ok {
		r.AccountID, r.CreatedAt = m.AccountID, m.CreatedAt
	}
	return r
}

// pickVersions are the versions as the form that compares two offers them.
func pickVersions(r *http.Request, revisions []*models.Revision) *comparison {
	newest := strconv.Itoa(revisions[len(revisions)-1].Version)
	form := newForm("with", cmp.Or(r.FormValue("with"), strconv.Itoa(revisions[0].Version)), "v", cmp.Or(r.FormValue("v"), newest))
	var one, two []Choice
	for _, rev := range revisions {
		n := strconv.Itoa(rev.Version)
		one, two = append(one, Choice{Value: n, Label: n}), append(two, Choice{Value: n, Label: n})
	}
	return &comparison{Action: r.URL.Path, With: form.choose("with", "Version", "", one...), Now: form.choose("v", "And version", "", two...)}
}

// restore serves POST /talk/{id}/history: an earlier version is the newest
// again.
func (p *Pages) restore(w http.ResponseWriter, r *http.Request, v *visit) error {
	post, err := p.own(r, v)
	if err != nil {
		return err
	}
	n, ok := strings.CutPrefix(r.PostFormValue("do"), "restore-")
	version, err := strconv.Atoi(n)
	if !ok || err != nil {
		return models.Errorf(models.Malformed, "This button is not known.")
	}
	post, err = p.Chapter.Restore(r.Context(), v.Account, post.ID, version)
	if err != nil {
		return err
	}
	return see(w, r, p.postURL(post)+"?done=restored")
}

// changesOf says what the version made of the one called with, or else of the
// one before it; the first is shown whole. It is nil for a version that is not
// there.
func changesOf(revisions []*models.Revision, version, with string) *changes {
	for i, rev := range revisions {
		if strconv.Itoa(rev.Version) != version {
			continue
		}
		if with != "" {
			for _, old := range revisions {
				if strconv.Itoa(old.Version) == with {
					return &changes{"From version " + with + " to version " + version, parts(old, rev, false)}
				}
			}
			return nil
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
	if !inSections(old) && !inSections(now) { // no note, or one from elsewhere
		add("", text.PlainText(old.HTML), text.PlainText(now.HTML))
		return out
	}
	for _, s := range now.Practice.Kind.Form().Sections {
		heading := s.Heading
		add(heading, section(old.Practice, s.Key), section(now.Practice, s.Key))
	}
	return out
}

// inSections says whether the words of a version are in its sections: notes of
// others have them in the HTML alone.
func inSections(r *models.Revision) bool {
	return r.Practice != nil && slices.ContainsFunc(r.Practice.Sections, func(s models.Section) bool { return s.Text != "" })
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
