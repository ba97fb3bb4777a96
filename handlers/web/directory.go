package web

import (
	"context"
	"html/template"
	"net/http"
	"slices"
	"strings"

	"atelier/models"
	"atelier/models/store"
)

// perDirectory is how many people stand on a page of the directory.
const perDirectory = 60

type peopleView struct {
	Frame
	Count, Hint string
	Find        Find
	Form        *Form
	Groups      []group
	Next, First string // of the directory's pages
	All         bool   // members' page: it can be left, and leads elsewhere
}

type group struct {
	Heading, Empty string
	People         []Person
}

// people serves GET /people?q=: who is in the directory, or whom words find
// there. Visitors meet those who say something to everyone; as long as nobody
// does, the page is for members. The full address of somebody elsewhere leads
// to their page.
func (p *Pages) people(w http.ResponseWriter, r *http.Request, v *visit) error {
	ctx := r.Context()
	form := &Form{Values: r.URL.Query()}
	q := form.Get("q")
	if v.Session == nil {
		n, _, err := p.Store.CountDirectory(ctx, v.viewer, "")
		if err != nil {
			return err
		}
		if n == 0 {
			return see(w, r, "/sign-in?next="+escape(r.URL.RequestURI()))
		}
	} else if handle, ok := handleIn(q); ok {
		a, err := p.find(ctx, handle)
		if err == nil {
			return see(w, r, p.personURL(a))
		}
		if models.KindOf(err) == models.NotFound {
			form.wrong("q", "Nobody is called @"+handle+". Is it spelt like this?")
		} else if !form.takes(err) {
			return err
		}
		q = ""
	}
	f, err := p.frame(r, v, "People", "people")
	if err != nil {
		return err
	}
	view := peopleView{Frame: f, Form: form, All: v.Session != nil, Hint: "By name, town, language, or what somebody can be asked about.",
		Find: Find{Action: "/people", Label: "Find by name, town, language or subject", Query: form.Get("q"), Button: "Find", Primary: true}}
	if err := p.fillDirectory(r, v, q, &view); err != nil {
		return err
	}
	return p.htmlStatus(w, statusOf(form), "people.html", view)
}

// fillDirectory puts those on the page whom the viewer may meet and q finds.
func (p *Pages) fillDirectory(r *http.Request, v *visit, q string, view *peopleView) error {
	ctx, after := r.Context(), models.ParseID(r.FormValue("after"))
	list, err := p.Store.InDirectory(ctx, v.viewer, q, after, perDirectory+1)
	if err != nil {
		return err
	}
	if len(list) > perDirectory {
		list = list[:perDirectory]
		view.Next = with(r, "after", list[perDirectory-1].Account.ID)
	}
	if after != 0 {
		view.First = "/people"
		if q != "" {
			view.First += "?q=" + escape(q)
		}
	}
	all, guests, err := p.Store.CountDirectory(ctx, v.viewer, q)
	if err != nil {
		return err
	}
	view.Count = countDirectory(v, q, all, guests)
	if q == "" {
		view.Groups = []group{{Heading: "Members", Empty: "Nobody yet.", People: p.directoryRows(list)}}
		return nil
	}
	view.Groups = p.foundGroups(q, list)
	if v.Session == nil || after != 0 {
		return nil
	}
	return p.foundBeside(ctx, v, q, view)
}

// countDirectory says how many the page lists, all pages together.
func countDirectory(v *visit, q string, all, guests int) string {
	switch {
	case q != "" && all == 0:
		return ""
	case q != "":
		return capital(count(all, "person", "people")) + " found"
	case v.Session == nil:
		return capital(count(all, "person", "people")) + " whom anybody may ask"
	}
	words := capital(count(all-guests, "member", "members"))
	if guests > 0 {
		words += ", " + count(guests, "guest", "guests")
	}
	return words
}

// foundGroups are those whom q found: first who can be asked about it.
func (p *Pages) foundGroups(q string, list []store.DirectoryPerson) []group {
	var ask, other []store.DirectoryPerson
	for _, d := range list {
		if d.Asked {
			ask = append(ask, d)
		} else {
			other = append(other, d)
		}
	}
	var out []group
	if len(ask) > 0 {
		out = append(out, group{Heading: "Ask them about “" + q + "”", People: p.directoryRows(ask)})
	}
	if len(other) > 0 || len(ask) == 0 {
		out = append(out, group{Heading: "Here", Empty: "Nobody here is found by that. One word less may find more.", People: p.directoryRows(other)})
	}
	return out
}

// foundBeside adds who is called q elsewhere and is known here; and if nobody
// was found at all, members who are called nearly so.
func (p *Pages) foundBeside(ctx context.Context, v *visit, q string, view *peopleView) error {
	found, err := p.Store.SearchAccounts(ctx, v.viewer, q, false, 2*perPage, 0)
	if err != nil {
		return err
	}
	elsewhere := group{Heading: "Elsewhere"}
	for _, a := range found {
		if !a.Local() {
			elsewhere.People = append(elsewhere.People, p.person(a))
		}
	}
	if len(elsewhere.People) > 0 {
		view.Groups = append(view.Groups, elsewhere)
		return nil
	}
	if len(view.Groups[0].People) > 0 {
		return nil
	}
	near, err := p.Store.NearAccounts(ctx, v.viewer, q, perPage)
	if err != nil {
		return err
	}
	for _, a := range near {
		if a.Discoverable {
			view.Groups[0].People = append(view.Groups[0].People, p.person(a))
		}
	}
	return nil
}

// directoryRows are people as they stand in the directory.
func (p *Pages) directoryRows(list []store.DirectoryPerson) []Person {
	var out []Person
	for _, d := range list {
		out = append(out, p.inDirectory(d.Account, d.Role, d.Entry))
	}
	return out
}

// inDirectory is somebody as the directory shows them: town, credential and
// languages in one line, then what they can be asked about.
func (p *Pages) inDirectory(a *models.Account, role models.Role, e models.DirectoryEntry) Person {
	person := p.person(a)
	parts := []string{e[models.TownField].Text, e[models.CredentialField].Text, e[models.LanguagesField].Text, roles[role]}
	person.Where = strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), ". ")
	if ask := e[models.AskField].Text; ask != "" {
		person.Bio = ask
	}
	return person
}

// told are the fields of somebody's entry as rows of facts, without what can
// be asked about.
func told(e models.DirectoryEntry) []fact {
	var out []fact
	for _, f := range []struct {
		field models.DirectoryField
		name  string
	}{{models.TownField, "Town"}, {models.LanguagesField, "Languages"}, {models.CredentialField, "Credential"}} {
		if text := e[f.field].Text; text != "" {
			out = append(out, fact{Name: f.name, Value: template.HTML(template.HTMLEscapeString(text))})
		}
	}
	return out
}

// A DirectoryRow is one field of the directory in a form, and who sees it.
type DirectoryRow struct {
	Text Field
	To   Choices
}

// directoryWords are how forms ask for the fields of the directory.
var directoryWords = map[models.DirectoryField]struct{ label, hint, who string }{
	models.AskField:        {"What you can be asked about", "In a few words: silence; managers in health care; being new at this.", "Who sees what you can be asked about"},
	models.TownField:       {"Town", "", "Who sees your town"},
	models.LanguagesField:  {"Languages", "Those you coach in, with a comma between two.", "Who sees your languages"},
	models.CredentialField: {"Credential", "Such as ACC, PCC or MCC.", "Who sees your credential"},
}

// DirectoryRows are the fields of the directory as a form asks for them.
func (f *Form) DirectoryRows() []DirectoryRow {
	var out []DirectoryRow
	for _, field := range models.DirectoryFields {
		name, words := string(field), directoryWords[field]
		row := DirectoryRow{Text: f.Field(name, words.label, words.hint).Limit(models.MaxTold).Maybe()}
		switch field {
		case models.AskField:
			row.Text.Max = models.MaxAsk
		case models.LanguagesField:
			row.Text.Max = 0
		case models.TownField:
			row.Text.Complete = "address-level2"
		}
		row.To = f.choose(name+"-to", words.who, "",
			Choice{Value: string(models.ToNobody), Label: "Nobody"},
			Choice{Value: string(models.ToMembers), Label: "Members"},
			Choice{Value: string(models.ToEveryone), Label: "Everyone"})
		out = append(out, row)
	}
	return out
}

// setEntry puts what a member says in the directory into a form.
func (f *Form) setEntry(e models.DirectoryEntry) {
	for _, field := range models.DirectoryFields {
		told, ok := e[field]
		if !ok {
			told.To = models.ToMembers
		}
		f.Values.Set(string(field), told.Text)
		f.Values.Set(string(field)+"-to", string(told.To))
	}
}

// entry is what a form says for the directory. What it does not say for whom
// it is, is for members.
func (f *Form) entry() models.DirectoryEntry {
	e := models.DirectoryEntry{}
	for _, field := range models.DirectoryFields {
		if f.Get(string(field)+"-to") == "" {
			f.Values.Set(string(field)+"-to", string(models.ToMembers))
		}
		e[field] = models.Told{Text: f.Text(string(field)), To: models.ShownTo(f.Get(string(field) + "-to"))}
	}
	return e
}
