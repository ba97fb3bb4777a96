package web

import (
	"context"
	"net/http"
	"strings"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/store"
)

var memberTabs = []struct {
	key, name string
	filter    store.SoulFilter
}{
	{"", "All", store.SoulFilter{Local: true}},
	{"stewards", "Stewards", store.SoulFilter{Local: true, Roles: []string{string(models.Steward), string(models.President)}}},
	{"guests", "Guests", store.SoulFilter{Local: true, Roles: []string{string(models.Guest)}}},
	{"limited", "Limited", store.SoulFilter{Local: true, Limited: true}},
	{"out", "Shut out", store.SoulFilter{Local: true, State: models.Disabled}},
	{"suspended", "Suspended", store.SoulFilter{Local: true, State: models.Suspended}},
}

// deskMembers serves GET /desk/members.
func (p *Pages) deskMembers(w http.ResponseWriter, r *http.Request, v *visit) error {
	ctx := r.Context()
	view, err := p.desk(r, v, "/desk/members", "Members", "", nil)
	if err != nil {
		return err
	}
	q, tab := strings.TrimSpace(r.FormValue("q")), r.FormValue("tab")
	filter := memberTabs[0].filter
	for _, t := range memberTabs {
		link := Link{URL: "/desk/members", Name: t.name, Current: t.key == tab}
		if t.key != "" {
			link.URL += "?tab=" + t.key
		}
		if link.Current {
			filter = t.filter
		}
		view.Tabs = append(view.Tabs, link)
	}
	switch {
	case strings.Contains(q, "@") && !strings.HasPrefix(q, "@"):
		filter.Email = q
	case strings.HasPrefix(q, "@"):
		filter.Username = q[1:]
	case q != "":
		filter.Name = q
	}
	page := pageOf(r)
	souls, err := p.Store.Souls(ctx, filter, page.and1())
	if err != nil {
		return err
	}
	souls, view.Pager = cutPage(page, r, souls, func(s store.Soul) models.ID { return s.Account.ID })
	n, err := p.Store.CountSouls(ctx, memberTabs[0].filter, 10_000)
	if err != nil {
		return err
	}
	view.Lead = capital(count(n, "membership", "memberships")) + " in all, newest first."
	view.Find = &Find{Action: "/desk/members", Label: "Find by the beginning of a name, by @handle or e-mail address", Query: q, Button: "Find"}
	table := &deskTable{Caption: "Members", Columns: []string{"Name", "Role", "Stands", "Since", "Here last"}, Empty: "Nobody."}
	for _, s := range souls {
		if s.Member == nil {
			continue
		}
		seen := "never"
		if !s.Member.SeenAt.IsZero() {
			seen = v.moment(s.Member.SeenAt).Words
		}
		standing, alarm := standingOf(s)
		table.Rows = append(table.Rows, tableRow{s.Account.Label(), memberURL(s.Account.ID), []tableCell{
			{Words: roleWords[s.Member.Role]}, {Words: standing, Alarm: alarm}, {Words: v.date(s.Member.CreatedAt).Words, Label: "Since"}, {Words: seen, Label: "Here last:"}}})
	}
	view.Table = table
	return p.showDesk(w, view)
}

var roleWords = map[models.Role]string{models.Guest: "Guest", models.Ordinary: "Member", models.Steward: "Steward", models.President: "President"}

func standingOf(s store.Soul) (words string, alarm bool) {
	switch {
	case s.Account.Suspended() || s.Member != nil && s.Member.State == models.Suspended:
		return "Suspended", true
	case s.Member != nil && s.Member.State == models.Disabled:
		return "Shut out", true
	case s.Member != nil && s.Member.State == models.Applied:
		return "Asks to join", false
	case !s.Account.SilencedAt.IsZero():
		return "Limited", true
	}
	return "Active", false
}

func (p *Pages) soulOf(ctx context.Context, id models.ID) (store.Soul, error) {
	souls, err := p.Store.SoulsByID(ctx, []models.ID{id})
	if err != nil {
		return store.Soul{}, err
	}
	s, ok := souls[id]
	if !ok {
		return s, notHere()
	}
	return s, nil
}

// deskMember serves GET /desk/members/{id}: anybody whom stewards decide about.
func (p *Pages) deskMember(w http.ResponseWriter, r *http.Request, v *visit) error {
	s, err := p.soulOf(r.Context(), idOf(r))
	if err != nil {
		return err
	}
	return p.showMember(w, r, v, s, newForm(), "")
}

func (p *Pages) showMember(w http.ResponseWriter, r *http.Request, v *visit, s store.Soul, form *Form, link string) error {
	ctx := r.Context()
	view, err := p.desk(r, v, "/desk/members", s.Account.Label(), "@"+p.URLs.HandleOf(s.Account)+".", form)
	if err != nil {
		return err
	}
	if standing, _ := standingOf(s); s.Member != nil {
		view.Lead = "@" + p.URLs.HandleOf(s.Account) + ", " + s.Member.Email + ". " + roleWords[s.Member.Role] + ", " + strings.ToLower(standing) + ", since " + v.date(s.Member.CreatedAt).Words + "."
	}
	view.Do = &Link{URL: p.personURL(s.Account), Name: "Their page"}
	action := memberURL(s.Account.ID)
	if link != "" {
		view.Sections = append(view.Sections, deskSection{Heading: "A link", Words: []string{"With it " + short(s.Account.Label()) + " chooses a new password, once, within a day. Pass it on yourself; it is not shown again."}, Code: link})
	}
	appeals, err := p.memberAppeals(ctx, v, s, action)
	if err != nil {
		return err
	}
	view.Sections = append(view.Sections, appeals...)
	if s.Account.ID != v.viewer.AccountID {
		view.Sections = append(view.Sections, memberForms(form, v, s, action)...)
	}
	entries, err := p.Store.StewardLog(ctx, store.LogFilter{AccountID: s.Account.ID}, store.Page{Limit: perPage})
	if err != nil {
		return err
	}
	log := deskSection{Heading: "What happened so far", Empty: "Nothing yet."}
	if log.Log, err = p.logLines(ctx, v, entries); err != nil {
		return err
	}
	view.Sections = append(view.Sections, log)
	return p.showDesk(w, view)
}

// memberAppeals are the answers to letters that wait.
func (p *Pages) memberAppeals(ctx context.Context, v *visit, s store.Soul, action string) ([]deskSection, error) {
	measures, err := p.Store.Measures(ctx, store.MeasureFilter{TargetID: s.Account.ID, Appealed: true}, store.Page{Limit: atDesk})
	if err != nil {
		return nil, err
	}
	var out []deskSection
	for _, m := range measures {
		act := func(name, do string, primary bool) Act {
			return Act{Name: name, Do: do + ":" + m.ID.String(), Action: action, Token: v.FormToken(), Primary: primary}
		}
		words := append([]string{"You wrote " + v.date(m.CreatedAt).Words + ":"}, linesOf(m.Letter)...)
		words = append(words, "The answer:")
		words = append(words, linesOf(m.Appeal)...)
		out = append(out, deskSection{Heading: "An answer", Words: words, Also: []Act{act("Agree, and take it back", "agree", true), act("It stays as it is", "stay", false)}})
	}
	return out, nil
}

func memberForms(form *Form, v *visit, s store.Soul, action string) []deskSection {
	var out []deskSection
	if s.Member != nil {
		if form.Values.Get("role") == "" {
			form.Values.Set("role", string(s.Member.Role))
		}
		out = append(out, deskSection{Heading: "Role", Action: action, Button: "Change the role", Plain: true, Fields: []deskField{hidden("do", "role"),
			aChoice(form.choose("role", "Role", "", Choice{Value: "guest", Label: "Guest", Hint: "Reads what is open to everyone, and answers."}, Choice{Value: "member", Label: "Member"},
				Choice{Value: "steward", Label: "Steward", Hint: "Looks after members, reports and themes. Only a president makes and unmakes stewards."},
				Choice{Value: "president", Label: "President", Hint: "A steward who names the others."}))}})
	}
	var also []Act
	act := func(name, do string) {
		also = append(also, Act{Name: name, Do: do, Action: action, Token: v.FormToken()})
	}
	if !s.Account.SilencedAt.IsZero() {
		act("Limit no longer", "lift:limit")
	}
	if s.Member != nil && s.Member.State == models.Disabled {
		act("Let sign in again", "lift:disable")
	}
	if s.Account.Suspended() {
		act("Restore", "lift:suspend")
	}
	if s.Member != nil && s.Member.State == models.Active {
		act("Make a link for a new password", "reset")
	}
	choices := []Choice{{Value: "word", Label: "A word", Hint: "Nothing but a letter."}, {Value: "limit", Label: "Limit", Hint: "Only those who follow them see what they write."}}
	if s.Member != nil {
		choices = append(choices, Choice{Value: "disable", Label: "Shut out", Hint: "They cannot sign in. What they wrote stays."})
	} else {
		choices = choices[1:]
	}
	choices = append(choices, Choice{Value: "suspend", Label: "Suspend", Hint: "They cannot sign in, and nothing of theirs is shown. It can be taken back."})
	fields := []deskField{hidden("do", "decide"), aChoice(form.choose("measure", "What you decide", "", choices...)),
		aField(form.Field("reason", "Why", "Kept in the log, for you and for next year’s stewards.").Tall().Maybe())}
	if s.Member != nil {
		fields = append(fields, aField(form.Field("letter", "A letter to "+short(s.Account.Label()), "It goes by e-mail with what you decided and a way to answer. Left empty, nothing is sent.").Tall().Maybe()))
	}
	return append(out, deskSection{Heading: "Decide", Action: action, Fields: fields, Button: "Record the decision", Also: also})
}

// setMember serves POST /desk/members/{id}.
func (p *Pages) setMember(w http.ResponseWriter, r *http.Request, v *visit) error {
	ctx := r.Context()
	s, err := p.soulOf(ctx, idOf(r))
	if err != nil {
		return err
	}
	form := &Form{Values: r.PostForm}
	do, of, _ := strings.Cut(form.Get("do"), ":")
	line, id := "decided", s.Account.ID
	switch do {
	case "role":
		line, err = "role", p.Chapter.SetRole(ctx, v.viewer, id, models.Role(form.Get("role")))
	case "decide":
		_, err = p.Chapter.Decide(ctx, v.viewer, chapter.Decision{Kind: models.MeasureKind(form.Get("measure")), Target: id, Reason: form.Text("reason"), Letter: form.Text("letter")})
		err = fieldAs(err, "do", "measure")
	case "lift":
		line, err = "lifted", p.Chapter.Lift(ctx, v.viewer, id, models.MeasureKind(of), "")
	case "agree", "stay":
		err = p.Chapter.AnswerAppeal(ctx, v.viewer, models.ParseID(of), do == "agree", "")
	case "reset":
		var link string
		if link, err = p.Chapter.ResetLink(ctx, v.viewer, id); err == nil {
			return p.showMember(w, r, v, s, newForm(), link)
		}
	default:
		return models.Errorf(models.Malformed, "This button is not known.")
	}
	if err == nil {
		return see(w, r, memberURL(id)+"?done="+line)
	}
	if !form.takes(err) {
		return err
	}
	return p.showMember(w, r, v, s, form, "")
}

// fieldAs gives an error about one field to another.
func fieldAs(err error, from, to string) error {
	if e, ok := err.(*models.Error); ok && e.Field == from {
		return e.On(to)
	}
	return err
}

// deskApplications serves GET /desk/applications.
func (p *Pages) deskApplications(w http.ResponseWriter, r *http.Request, v *visit) error {
	view, err := p.desk(r, v, "/desk/applications", "Applications", "Who asks to join. What they wrote is read by stewards only.", nil)
	if err != nil {
		return err
	}
	list, err := p.Store.Members(r.Context(), models.Applied, models.ParseID(r.FormValue("after")), perPage+1)
	if err != nil {
		return err
	}
	if len(list) > perPage {
		list = list[:perPage]
		view.Pager.Older = with(r, "after", list[perPage-1].AccountID)
	}
	s := deskSection{Heading: "Waiting", Empty: "Nobody asks to join." + wayInWords(v.chapter)}
	for _, m := range list {
		s.Rows = append(s.Rows, deskRow{Title: m.Account.Label(), URL: applicationURL(m.AccountID), Gist: excerpt(m.Application, 200), Facts: []string{m.Email}, At: ptr(v.moment(m.CreatedAt))})
	}
	view.Sections = []deskSection{s}
	return p.showDesk(w, view)
}

func wayInWords(c *models.Chapter) string {
	switch c.Settings.Registration {
	case models.ByAsking:
		return " Anybody can, at /join."
	case models.Open:
		return " The chapter is open: whoever comes is in at once."
	}
	return " It is by invitation only: see The chapter, Joining."
}

// deskApplication serves GET /desk/applications/{id}.
func (p *Pages) deskApplication(w http.ResponseWriter, r *http.Request, v *visit) error {
	return p.showApplication(w, r, v, newForm())
}

func (p *Pages) showApplication(w http.ResponseWriter, r *http.Request, v *visit, form *Form) error {
	s, err := p.soulOf(r.Context(), idOf(r))
	if err != nil {
		return err
	}
	if s.Member == nil || s.Member.State != models.Applied {
		return p.dead(w, r, v, http.StatusOK, "This application was answered already", "The log says by whom.")
	}
	name := s.Account.Label()
	view, err := p.desk(r, v, "/desk/applications", name, "@"+s.Account.Username+", "+s.Member.Email+". Asked "+v.moment(s.Member.CreatedAt).Words+".", form)
	if err != nil {
		return err
	}
	view.Sections = []deskSection{
		{Heading: "In their words", Words: linesOf(s.Member.Application)},
		{Heading: "Your answer", Action: applicationURL(s.Account.ID), Button: "Let " + short(name) + " in",
			Fields:      []deskField{hidden("do", "accept"), aField(form.Field("words", "A few words with it", "They go by e-mail with a welcome and the way in.").Tall().Maybe())},
			Consequence: short(name) + " can then sign in, and follows the chapter from the start."},
		{Heading: "Or turn down", Action: applicationURL(s.Account.ID), Button: "Turn down", Plain: true,
			Fields: []deskField{hidden("do", "refuse"), aField(form.Field("reason", "Why, for the log", "").Maybe()),
				aField(form.Field("no", "What "+short(name)+" shall read", "It goes by e-mail. Left empty, nothing is sent.").Tall().Maybe())},
			Consequence: "Nothing of the application is kept, and the handle is free again."},
	}
	return p.showDesk(w, view)
}

// answerApplication serves POST /desk/applications/{id}.
func (p *Pages) answerApplication(w http.ResponseWriter, r *http.Request, v *visit) error {
	form := &Form{Values: r.PostForm}
	var err error
	line := "accepted-in"
	switch form.Get("do") {
	case "accept":
		err = p.Chapter.AcceptApplicant(r.Context(), v.viewer, idOf(r), form.Text("words"))
	case "refuse":
		line = "refused"
		_, err = p.Chapter.RejectApplicant(r.Context(), v.viewer, idOf(r), form.Text("reason"), form.Text("no"))
	default:
		return models.Errorf(models.Malformed, "This button is not known.")
	}
	if err == nil {
		return see(w, r, "/desk/applications?done="+line)
	}
	if !form.takes(err) {
		return err
	}
	return p.showApplication(w, r, v, form)
}
