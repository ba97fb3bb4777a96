package web

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/text"
)

type kindsView struct {
	Frame
	Kinds []*Kind
	From  string // goes along: what the note grows from
}

type writeView struct {
	Frame
	New             bool // not saved yet
	Edit            bool // out already
	Kind            *Kind
	Heading, Lead   string
	SavedAt         *Moment
	Form            *Form
	Action          string
	DraftKey        string // under which the browser keeps what is typed
	Sections        []Field
	Preview         preview
	Clients         Choices
	Licence         Choices
	Themes, Into    Choices
	GrownFrom       *Link
	Findings        []finding
	FindingsHeading string
	Dismiss         Tick
	Scopes          *Choices
	Publish         []Addressed
	OnlyMe          string // who reads a draft, if that is not its author alone
	CanDraft        bool
	CoAuthorsURL    string
	Calls           []call // what is proposed for it
	DeleteURL       string
	DeleteWords     string
}

// preview is how a note looks in an app.
type preview struct{ Title, Summary, URL string }

// writeHeadings stand over the form of each kind.
var writeHeadings = map[models.PracticeKind]string{
	models.Experience: "Something that happened, and what you took from it",
	models.Story:      "A story that is worth telling again",
	models.Tool:       "A tool that a colleague can pick up",
	models.Approach:   "An approach to something that keeps coming up",
}

const writeLead = "Write as you would tell a colleague on the way to the car. Any box may stay empty."

// askNote serves GET /notes/new: first the kind, then its form.
func (p *Pages) askNote(w http.ResponseWriter, r *http.Request, v *visit) error {
	kind := models.PracticeKind(r.FormValue("kind"))
	if kind == "" {
		return p.askKind(w, r, v)
	}
	if !kind.Valid() {
		return notHere()
	}
	form := newForm("kind", string(kind), "scope", v.first(v.chapter.Settings.NoteScope))
	if from := models.ParseID(r.FormValue("from")); from != 0 {
		if err := p.grow(r.Context(), v, form, from); err != nil {
			return err
		}
	}
	return p.showWrite(w, r, v, form, nil)
}

func (p *Pages) askKind(w http.ResponseWriter, r *http.Request, v *visit) error {
	f, err := p.frame(r, v, "Write", "write")
	if err != nil {
		return err
	}
	view := kindsView{Frame: f}
	if from := models.ParseID(r.FormValue("from")); from != 0 {
		view.From = "&from=" + from.String()
	}
	for _, k := range models.PracticeKinds {
		view.Kinds = append(view.Kinds, kindView(k))
	}
	return p.html(w, "kinds.html", view)
}

// writeNote serves POST /notes/new.
func (p *Pages) writeNote(w http.ResponseWriter, r *http.Request, v *visit) error {
	return p.saveNote(w, r, v, &Form{Values: r.PostForm}, nil)
}

// saveNote does what the button under a note's form says: shows how it looks,
// keeps a draft, or puts it out. post is the draft or note that is changed, nil
// for a new one.
func (p *Pages) saveNote(w http.ResponseWriter, r *http.Request, v *visit, form *Form, post *models.Post) error {
	kind := models.PracticeKind(form.Get("kind"))
	if !kind.Valid() {
		return models.Errorf(models.Malformed, "The form does not say of which kind the note is.")
	}
	do, out := form.Get("do"), post != nil && post.State != models.Draft
	switch {
	case do == "preview":
		return p.showWrite(w, r, v, form, post)
	case do == "picture":
		return p.putPicture(w, r, v, form, post)
	case !out && (do == "draft" || form.Get("scope") == onlyMe):
		return p.keepDraft(w, r, v, form, post)
	}
	p.checkNote(v, form, post)
	if len(form.Wrong) > 0 {
		return p.showWrite(w, r, v, form, post)
	}
	saved, err := p.putNote(r.Context(), v, form, post)
	if err != nil {
		if takeDraftError(form, kind, err) {
			return p.showWrite(w, r, v, form, post)
		}
		return err
	}
	line := "?done=published"
	switch {
	case saved.State == models.Waiting:
		line = "?done=waiting"
	case out:
		line = "?done=changed"
	}
	return see(w, r, p.postURL(saved)+line)
}

// keepDraft keeps what was written, however little it is.
func (p *Pages) keepDraft(w http.ResponseWriter, r *http.Request, v *visit, form *Form, post *models.Post) error {
	return p.keepDraftAnd(w, r, v, form, post, "draft")
}

// keepDraftAnd keeps a draft and says that line was done.
func (p *Pages) keepDraftAnd(w http.ResponseWriter, r *http.Request, v *visit, form *Form, post *models.Post, line string) error {
	var id models.ID
	if post != nil {
		id = post.ID
	}
	d, err := p.noteDraft(r.Context(), v, form)
	if err != nil {
		return err
	}
	saved, err := p.Chapter.SaveDraft(r.Context(), v.Account, id, d)
	if err != nil {
		if takeDraftError(form, models.PracticeKind(form.Get("kind")), err) {
			return p.showWrite(w, r, v, form, post)
		}
		return err
	}
	return see(w, r, editURL(saved)+"?done="+line)
}

// putNote publishes a note, or changes one that is out.
func (p *Pages) putNote(ctx context.Context, v *visit, form *Form, post *models.Post) (*models.Post, error) {
	d, err := p.noteDraft(ctx, v, form)
	if err != nil {
		return nil, err
	}
	switch {
	case post == nil:
		return p.Chapter.Publish(ctx, v.Account, d)
	case post.State == models.Draft:
		return p.Chapter.PublishDraft(ctx, v.Account, post.ID, d)
	}
	e := chapter.Edit{Title: &d.Title, Summary: &d.Summary, Practice: d.Practice, Reason: form.Get("reason"), Small: form.Ticked("small"), Media: p.pictured(post, d)}
	if form.Get("scope") != scopeField(post) {
		e.Visibility, e.LocalOnly = d.Visibility, d.LocalOnly
	}
	return p.Chapter.Edit(ctx, v.Account, post.ID, e)
}

// noteDraft is what a form says, for the verbs.
func (p *Pages) noteDraft(ctx context.Context, v *visit, form *Form) (chapter.Draft, error) {
	kind := models.PracticeKind(form.Get("kind"))
	d := chapter.Draft{
		Title: form.Get("title"), Summary: form.Text("summary"), Lounge: true, Language: form.Get("language"),
		Practice: &models.Practice{Kind: kind, Confidentiality: models.Confidentiality(form.Get("client")), Licence: form.Get("licence")},
	}
	for _, s := range kind.Form().Sections {
		d.Practice.Sections = append(d.Practice.Sections, models.Section{Key: s.Key, Text: form.Text(sectionField(s.Key))})
	}
	if visibility, here, err := addressing(form.Get("scope")); err == nil {
		d.Visibility, d.LocalOnly = visibility, &here
	}
	d.Practice.Themes = form.Values["theme"]
	var err error
	if d.Media, err = p.picturesIn(ctx, v, form, d.Practice.Sections); err != nil {
		return d, err
	}
	d.Practice.BasedOn, err = p.rootOf(ctx, v, form.Get("from"), d.Visibility)
	return d, err
}

func sectionField(key string) string { return "section-" + key }

// checkNote notes in form what is missing before a note goes out, and what may
// give somebody away, until the author has looked at it.
func (p *Pages) checkNote(v *visit, form *Form, post *models.Post) {
	kind := models.PracticeKind(form.Get("kind"))
	form.need("title", "A note needs a title.")
	boxes := noteBoxes(form)
	if written := boxes[2:]; allEmpty(written) {
		form.wrong(written[0].Field, "Fill one of the boxes at least.")
	}
	if _, _, err := addressing(form.Get("scope")); err != nil && (post == nil || scopeField(post) != "") {
		form.takes(err)
	}
	if form.Get("client") == "" && (kind == models.Experience || kind == models.Story) {
		form.wrong("client", "Say whether there is a client in it.")
	}
	if found := p.findings(v, form); len(found) > 0 && form.Get("looked") != seal(found) {
		form.wrong("guard", findingsHeading(len(found))+". Look at them below; then send it as it is, or change it.")
	}
}

// findings are what the guard finds in a form; nothing if there is no client
// in the note.
func (p *Pages) findings(v *visit, form *Form) []finding {
	if form.Get("client") == string(models.NoClient) {
		return nil
	}
	return guard(noteBoxes(form), v.chapter.Settings.Employers)
}

// noteBoxes are the boxes of a note's form: title, summary, then the sections.
func noteBoxes(form *Form) []box {
	boxes := []box{{"title", form.Get("title")}, {"summary", form.Text("summary")}}
	for _, s := range models.PracticeKind(form.Get("kind")).Form().Sections {
		boxes = append(boxes, box{sectionField(s.Key), form.Text(sectionField(s.Key))})
	}
	return boxes
}

func allEmpty(boxes []box) bool {
	for _, b := range boxes {
		if b.Text != "" {
			return false
		}
	}
	return true
}

// draftFields are the form's names for what verbs call otherwise.
var draftFields = map[string]string{"status": "text", "visibility": "scope", "confidentiality": "client", "themes": "theme"}

// takeDraftError makes what a verb says about a draft a fault of its form.
func takeDraftError(form *Form, kind models.PracticeKind, err error) bool {
	if !form.takes(err) {
		return false
	}
	last := &form.Wrong[len(form.Wrong)-1]
	if name, ok := draftFields[last.Field]; ok {
		last.Field = name
	}
	if last.Field == "sections" && kind.Valid() {
		last.Field = sectionField(kind.Form().Sections[0].Key)
	}
	return true
}

// showWrite shows the form of a note.
func (p *Pages) showWrite(w http.ResponseWriter, r *http.Request, v *visit, form *Form, post *models.Post) error {
	kind := models.PracticeKind(form.Get("kind"))
	f, err := p.frame(r, v, writeHeadings[kind], "write")
	if err != nil {
		return err
	}
	f.Script = true
	if form.Get("licence") == "" {
		form.Values.Set("licence", v.chapter.Settings.Licence)
	}
	view := writeView{
		Frame: f, New: post == nil, Edit: post != nil && post.State != models.Draft, Kind: kindView(kind),
		Heading: writeHeadings[kind], Lead: writeLead, Form: form, Action: "/notes/new", DraftKey: "note-new-" + string(kind),
		Preview: p.preview(form, post), Clients: clientChoices(form), CanDraft: true,
		Licence: licenceChoices(form, "It is written under the note and goes along with it."),
	}
	for _, s := range kind.Form().Sections {
		view.Sections = append(view.Sections, form.Field(sectionField(s.Key), sectionLabel(s), s.Prompt).Tall())
	}
	if post != nil {
		if err := p.viewOfSaved(r.Context(), v, post, &view); err != nil {
			return err
		}
	}
	view.Licence.Quiet = true // what opens it says the same
	view.Into = pictureChoices(form, kind)
	if view.Themes, err = p.themeChoices(r.Context(), form); err != nil {
		return err
	}
	if view.GrownFrom, err = p.grownFrom(r.Context(), v, form.Get("from")); err != nil {
		return err
	}
	if view.Publish, err = p.publishButtons(r.Context(), v, &view, post); err != nil {
		return err
	}
	for i := range view.Publish {
		if a := &view.Publish[i]; a.Scope == onlyMe && view.OnlyMe != "" {
			a.Sentence = view.OnlyMe
		}
	}
	if form.Fault("guard") != "" || form.Get("looked") != "" {
		view.Findings = p.findings(v, form)
		view.FindingsHeading = findingsHeading(len(view.Findings))
		view.Dismiss = Tick{Name: "looked", Value: seal(view.Findings), Label: "I have looked at these. It may go out as it is.", Checked: form.Get("looked") == seal(view.Findings)}
	}
	return p.htmlStatus(w, statusOf(form), "write.html", view)
}

// viewOfSaved fills in what is different when a draft or a note is changed.
func (p *Pages) viewOfSaved(ctx context.Context, v *visit, post *models.Post, view *writeView) (err error) {
	view.CoAuthorsURL = coAuthorsURL(post.ID)
	if view.Calls, err = p.openProposals(ctx, v, post); err != nil {
		return err
	}
	view.Action, view.DraftKey = editURL(post), "note-"+post.ID.String()
	view.DeleteURL, view.DeleteWords = deleteURL(post), "Throw this draft away"
	if !view.Edit {
		view.SavedAt = ptr(v.moment(changedAt(post)))
		who, err := p.writersOf(ctx, post)
		if who != "" {
			view.Lead += " " + who + " can read this draft too."
			view.OnlyMe = "Only you and " + who + " can read this. It waits on your shelf."
		}
		return err
	}
	view.CanDraft = false
	view.DeleteWords = "Take this note away"
	view.Heading = "Change “" + post.Title + "”"
	view.Lead = "The earlier version stays in the list of versions."
	if post.State == models.Published && post.Visibility.Open() && !post.LocalOnly {
		view.Lead += " Sites that have a copy are sent the change."
	}
	return nil
}

// publishButtons are the words of the button and the sentence under it, for
// each scope that can be chosen.
func (p *Pages) publishButtons(ctx context.Context, v *visit, view *writeView, post *models.Post) ([]Addressed, error) {
	if view.Edit && scopeField(post) == "" { // of an app's own choosing
		audience, err := p.audienceOf(ctx, v, post)
		return []Addressed{{Audience: audience, Button: saveChange}}, err
	}
	choices := []Choice{
		{Value: onlyMe, Label: "Only me", Hint: "It waits on your shelf."},
		{Value: members, Label: "Members", Hint: "Of this chapter. It does not leave this site."},
		{Value: everyone, Label: "Everyone", Hint: everyoneHint(v)},
	}
	names := []string{onlyMe, members, everyone}
	if view.Edit {
		choices, names = choices[1:], names[1:]
		if scopeField(post) == everyone {
			choices[0].Hint = "Copies may remain elsewhere: sites that have one are asked to delete it."
			choices[1].Hint = "As it is now."
		}
	}
	if !view.Edit { // what is the members' already may stay so
		names = v.mayChoose(names...)
		choices = slices.DeleteFunc(choices, func(c Choice) bool { return !slices.Contains(names, c.Value) })
	}
	scopes := view.Form.choose("scope", "Who may read it", "", choices...)
	scopes.Quiet = true
	view.Scopes = &scopes
	out, err := p.audiences(ctx, v, !view.Edit, names...)
	if view.Edit {
		for i := range out {
			out[i].Button = saveChange
		}
	}
	return out, err
}

const saveChange = "Save the change"

func everyoneHint(v *visit) string {
	if n := v.chapter.Settings.LoungeMin; n > 0 {
		return "Leaves after " + count(n, "minute", "minutes") + " in which you can call it back. After that, copies may stay elsewhere."
	}
	return "Leaves at once. Copies may stay elsewhere."
}

func sectionLabel(s models.SectionForm) string {
	if s.Heading == "" {
		return "More"
	}
	return s.Heading
}

func clientChoices(form *Form) Choices {
	return form.choose("client", "Is there a client in it?", "",
		Choice{Value: string(models.NoClient), Label: "No client"},
		Choice{Value: string(models.Disguised), Label: "Disguised"},
		Choice{Value: string(models.Composite), Label: "Several in one"},
		Choice{Value: string(models.Agreed), Label: "The client agreed"})
}

// preview is how the note in form would look elsewhere.
func (p *Pages) preview(form *Form, post *models.Post) preview {
	out := preview{Title: form.Get("title"), Summary: form.Text("summary"), URL: p.URLs.Domain + "/notes/…"}
	if out.Summary == "" {
		var src strings.Builder
		for _, b := range noteBoxes(form)[2:] {
			src.WriteString(b.Text + "\n\n")
		}
		out.Summary = text.Summary(text.Render(src.String(), models.Markdown, text.Env{}))
	}
	switch {
	case post != nil && post.Slug != "":
		out.URL = p.URLs.Domain + "/notes/" + post.Slug
	case out.Title != "":
		out.URL = p.URLs.Domain + "/notes/" + text.Slug(out.Title)
	}
	if out.Title == "" {
		out.Title = "The title"
	}
	if out.Summary == "" {
		out.Summary = "The two sentences."
	}
	return out
}

// noteForm is a form filled with a draft or note.
func noteForm(post *models.Post) *Form {
	form := newForm("kind", string(post.Practice.Kind), "title", post.Title, "summary", text.PlainText(post.Summary),
		"client", string(post.Practice.Confidentiality), "scope", scopeField(post), "language", post.Language, "licence", post.Practice.Licence)
	for _, s := range post.Practice.Sections {
		form.Values.Set(sectionField(s.Key), s.Text)
	}
	form.Values["theme"] = post.Practice.Themes
	form.Values.Set("from", post.Practice.BasedOn)
	for _, m := range post.Media {
		form.Values.Add("media", m.ID.String())
	}
	return form
}
