package web

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gorilla/mux"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/store"
	"atelier/models/text"
)

// again answers a form of the desk: by the page it leads to, or with what is
// wrong.
func again(w http.ResponseWriter, r *http.Request, v *visit, form *Form, err error, path, line string, show func(http.ResponseWriter, *http.Request, *visit, *Form) error) error {
	if err == nil {
		return see(w, r, path+"?done="+line)
	}
	if !form.takes(err) {
		return err
	}
	return show(w, r, v, form)
}

func (p *Pages) deskInvites(w http.ResponseWriter, r *http.Request, v *visit) error {
	return p.showInvites(w, r, v, newForm("uses", "1", "days", "7", "role", "member"))
}

func (p *Pages) showInvites(w http.ResponseWriter, r *http.Request, v *visit, form *Form) error {
	ctx := r.Context()
	view, err := p.desk(r, v, "/desk/invitations", "Invitations", "A link that lets people in. Pass it on yourself, or have it sent.", form)
	if err != nil {
		return err
	}
	page := pageOf(r)
	list, err := p.Store.Invites(ctx, 0, page.and1())
	if err != nil {
		return err
	}
	list, view.Pager = cutPage(page, r, list, func(i *models.Invite) models.ID { return i.ID })
	var ids []models.ID
	for _, i := range list {
		ids = append(ids, i.By)
	}
	people, err := p.Store.Accounts(ctx, ids)
	if err != nil {
		return err
	}
	made := deskSection{Heading: "Made so far", Empty: "None yet."}
	for _, i := range list {
		row := deskRow{Title: inviteTitle(i), Gist: inviteStands(i, v.now, func(t time.Time) string { return v.date(t).Words }), Facts: []string{"by " + p.personIn(people, i.By).Short}, At: ptr(v.moment(i.CreatedAt))}
		if i.Good(v.now) == nil {
			row.Words = []string{p.URLs.Invitation(i.Code)}
			row.Acts = []Act{{Name: "Call it back", Do: "revoke:" + i.ID.String(), Action: "/desk/invitations", Token: v.FormToken()}}
		}
		made.Rows = append(made.Rows, row)
	}
	view.Sections = []deskSection{{Heading: "A new one", Action: "/desk/invitations", Button: "Make the invitation", Fields: []deskField{hidden("do", "create"),
		aField(form.Field("uses", "For how many people?", "Left empty: any number.").Narrow()), aField(form.Field("days", "For how many days?", "Left empty: until you call it back.").Narrow()),
		aChoice(form.choose("role", "They become", "", Choice{Value: "member", Label: "Members"}, Choice{Value: "guest", Label: "Guests", Hint: "They read what is open to everyone, and answer."})),
		aField(form.Field("to", "Send it to", "An e-mail address. Left empty, you pass the link on.").Email().Verbatim().Maybe()), aField(form.Field("words", "A few words with it", "").Tall().Maybe())}}, made}
	return p.showDesk(w, view)
}

func inviteTitle(i *models.Invite) string {
	who := "members"
	if i.Role == models.Guest {
		who = "guests"
	}
	all := i.Used + i.UsesLeft
	switch {
	case i.UsesLeft < 0:
		return "For any number of " + who
	case all == 1:
		return "For one " + strings.TrimSuffix(who, "s")
	}
	return "For " + number(all) + " " + who
}

func inviteStands(i *models.Invite, now time.Time, date func(time.Time) string) string {
	used := capital(count(i.Used, "has", "have")) + " joined by it."
	if i.Used == 0 {
		used = "Nobody has joined by it."
	}
	switch {
	case !i.RevokedAt.IsZero():
		return used + " It was called back."
	case i.UsesLeft == 0:
		return "Used."
	case i.Good(now) != nil:
		return used + " It expired on " + date(i.ExpiresAt) + "."
	case i.ExpiresAt.IsZero():
		return used + " Good until it is called back."
	}
	return used + " Good until " + date(i.ExpiresAt) + "."
}

// setInvites serves POST /desk/invitations.
func (p *Pages) setInvites(w http.ResponseWriter, r *http.Request, v *visit) error {
	form := &Form{Values: r.PostForm}
	if id, ok := strings.CutPrefix(form.Get("do"), "revoke:"); ok {
		return again(w, r, v, form, p.Chapter.RevokeInvite(r.Context(), v.viewer, models.ParseID(id)), "/desk/invitations", "called-back", p.showInvites)
	}
	n := chapter.NewInvite{Role: models.Role(form.Get("role")), Uses: -1}
	if s := form.Get("uses"); s != "" {
		var err error
		if n.Uses, err = strconv.Atoi(s); err != nil || n.Uses < 1 {
			form.wrong("uses", "Write a number, such as 12.")
		}
	}
	if s := form.Get("days"); s != "" {
		days, err := strconv.Atoi(s)
		if err != nil || days < 1 || days > 3650 {
			form.wrong("days", "Write a number of days, such as 7.")
		}
		n.Life = time.Duration(days) * 24 * time.Hour
	}
	if len(form.Wrong) > 0 {
		return p.showInvites(w, r, v, form)
	}
	if to := form.Get("to"); to != "" { // before anything is made
		if err := p.Chapter.CheckMail(r.Context(), to); err != nil {
			return again(w, r, v, form, fieldAs(err, "email", "to"), "", "", p.showInvites)
		}
	}
	i, err := p.Chapter.CreateInvite(r.Context(), v.viewer, n)
	if err == nil && form.Get("to") != "" {
		err = fieldAs(p.Chapter.MailInvite(r.Context(), v.viewer, i.Code, form.Get("to"), form.Text("words")), "email", "to")
	}
	return again(w, r, v, form, err, "/desk/invitations", "invited", p.showInvites)
}

func (p *Pages) deskSites(w http.ResponseWriter, r *http.Request, v *visit) error {
	return p.showSites(w, r, v, newForm("severity", "silence"))
}

var severityWords = map[models.Severity]string{models.NoLimit: "No limit, but what is said beside", models.Silence: "Limited: only followers see what comes from there",
	models.Suspend: "Shut out: nothing goes there or comes from there", models.Allow: "Allowed"}

func (p *Pages) showSites(w http.ResponseWriter, r *http.Request, v *visit, form *Form) error {
	view, err := p.desk(r, v, "/desk/sites", "Other sites", "What holds for other sites and all below them. People can be judged one by one; this is for sites that do not look after themselves.", form)
	if err != nil {
		return err
	}
	rules, err := p.Store.DomainRules(r.Context())
	if err != nil {
		return err
	}
	held := deskSection{Heading: "What holds", Empty: "No rule: all sites are treated alike."}
	var domains []string
	for d := range rules.Rules {
		domains = append(domains, d)
	}
	slices.Sort(domains)
	for _, d := range domains {
		rule := rules.Rules[d]
		row := deskRow{Title: d, Gist: severityWords[rule.Severity] + ".", Acts: []Act{{Name: "Lift the rule", Do: "free:" + d, Action: "/desk/sites", Token: v.FormToken()}}, At: ptr(v.moment(rule.CreatedAt))}
		if rule.RejectMedia {
			row.Words = append(row.Words, "No pictures are fetched from there.")
		}
		if rule.RejectReports {
			row.Words = append(row.Words, "Its reports are not taken in.")
		}
		for _, s := range []string{rule.Comment, rule.Note} {
			if s != "" {
				row.Words = append(row.Words, "“"+s+"”")
			}
		}
		held.Rows = append(held.Rows, row)
	}
	view.Sections = []deskSection{held, {Heading: "A rule", Action: "/desk/sites", Button: "Let it hold", Fields: []deskField{hidden("do", "rule"),
		aField(form.Field("domain", "The site", "Such as books.example. What is below it is meant too. A rule that is there is replaced.").Narrow().Verbatim()),
		aChoice(form.choose("severity", "What shall happen", "", Choice{Value: "none", Label: "Nothing but what is ticked below"}, Choice{Value: "silence", Label: "Limit", Hint: "Only those who follow somebody there see what comes from there."},
			Choice{Value: "suspend", Label: "Shut out", Hint: "Nothing goes there or comes from there; follows end and do not come back."},
			Choice{Value: "allow", Label: "Allow", Hint: "For a chapter that speaks only with sites it allows."})),
		aTick(form.Tick("media", "Fetch no pictures from there", "")), aTick(form.Tick("reports", "Take in no reports from there", "")), aTick(form.Tick("obscured", "Do not spell the name out in public", "")),
		aField(form.Field("comment", "Why, for everyone", "It can be read by anybody.").Maybe()), aField(form.Field("note", "Why, for stewards", "").Maybe())}}}
	return p.showDesk(w, view)
}

// setSites serves POST /desk/sites.
func (p *Pages) setSites(w http.ResponseWriter, r *http.Request, v *visit) error {
	form := &Form{Values: r.PostForm}
	if d, ok := strings.CutPrefix(form.Get("do"), "free:"); ok {
		return again(w, r, v, form, p.Chapter.DeleteDomainRule(r.Context(), v.viewer, d), "/desk/sites", "freed", p.showSites)
	}
	_, err := p.Chapter.SetDomainRule(r.Context(), v.viewer, models.DomainRule{Domain: form.Get("domain"), Severity: models.Severity(form.Get("severity")), RejectMedia: form.Ticked("media"),
		RejectReports: form.Ticked("reports"), Obscured: form.Ticked("obscured"), Comment: form.Text("comment"), Note: form.Text("note")})
	return again(w, r, v, form, err, "/desk/sites", "ruled", p.showSites)
}

func (p *Pages) deskBars(w http.ResponseWriter, r *http.Request, v *visit) error {
	return p.showBars(w, r, v, newForm("severity", "sign_up_requires_approval"))
}

var barWords = map[models.BarSeverity]string{models.BarApproval: "Who joins from there waits for a steward.", models.BarSignUp: "Nobody joins from there.", models.BarAccess: "Nothing is answered to it."}

func (p *Pages) showBars(w http.ResponseWriter, r *http.Request, v *visit, form *Form) error {
	view, err := p.desk(r, v, "/desk/barred", "Barred", "Networks and e-mail addresses that may not join, or not come at all.", form)
	if err != nil {
		return err
	}
	for _, kind := range []struct {
		kind           models.BarKind
		heading, empty string
	}{{models.NetworkBar, "Networks", "None."}, {models.MailDomainBar, "E-mail sites", "None."}, {models.MailBar, "E-mail addresses", "None."}} {
		list, err := p.Store.Bars(r.Context(), kind.kind, store.Page{Limit: 200})
		if err != nil {
			return err
		}
		s := deskSection{Heading: kind.heading, Empty: kind.empty}
		for _, b := range list {
			row := deskRow{Title: b.Value, Gist: strings.TrimSpace(barWords[b.Severity] + " " + b.Comment), At: ptr(v.moment(b.CreatedAt)),
				Acts: []Act{{Name: "Let in again", Do: "free:" + string(b.Kind) + ":" + b.ID.String(), Action: "/desk/barred", Token: v.FormToken()}}}
			if b.Kind == models.MailBar {
				row.Title = "An address, kept as " + b.Value[:12] + "…"
			}
			s.Rows = append(s.Rows, row)
		}
		view.Sections = append(view.Sections, s)
	}
	view.Sections = append(view.Sections,
		deskSection{Heading: "Bar a network", Action: "/desk/barred", Button: "Bar it", Plain: true, Fields: []deskField{hidden("do", "network"),
			aField(form.Field("ip", "Address or network", "Such as 192.0.2.7 or 192.0.2.0/24.").Narrow().Verbatim()),
			aChoice(form.choose("severity", "What shall happen", "", Choice{Value: "sign_up_requires_approval", Label: "Who joins from there waits for a steward"}, Choice{Value: "sign_up_block", Label: "Nobody joins from there"},
				Choice{Value: "no_access", Label: "Nothing is answered to it", Hint: "Pages, apps and other sites alike."})),
			aField(form.Field("comment", "Why, for stewards", "").Maybe())}},
		deskSection{Heading: "Bar mail", Action: "/desk/barred", Button: "Bar it", Plain: true, Fields: []deskField{hidden("do", "mail"),
			aField(form.Field("email", "E-mail address, or what stands after its @", "Nobody can join with it.").Narrow().Verbatim())}})
	return p.showDesk(w, view)
}

// setBars serves POST /desk/barred.
func (p *Pages) setBars(w http.ResponseWriter, r *http.Request, v *visit) error {
	form := &Form{Values: r.PostForm}
	do, of, _ := strings.Cut(form.Get("do"), ":")
	line, err := "barred", error(nil)
	switch do {
	case "free":
		kind, id, _ := strings.Cut(of, ":")
		line, err = "unbarred", p.Chapter.DeleteBar(r.Context(), v.viewer, models.BarKind(kind), models.ParseID(id))
	case "network":
		severity := models.BarSeverity(form.Get("severity"))
		if severity == models.BarAccess && contains(form.Get("ip"), from(r)) {
			err = models.Errorf(models.Invalid, "You come from there yourself: you would shut yourself out.").On("ip")
			break
		}
		_, err = p.Chapter.AddBar(r.Context(), v.viewer, models.Bar{Kind: models.NetworkBar, Value: form.Get("ip"), Severity: severity, Comment: form.Text("comment")})
	case "mail":
		b := models.Bar{Kind: models.MailDomainBar, Value: form.Get("email")}
		if strings.Contains(strings.TrimPrefix(b.Value, "@"), "@") {
			b.Kind = models.MailBar
		}
		b.Value = strings.TrimPrefix(b.Value, "@")
		_, err = p.Chapter.AddBar(r.Context(), v.viewer, b)
		err = fieldAs(err, "domain", "email")
	default:
		return models.Errorf(models.Malformed, "This button is not known.")
	}
	return again(w, r, v, form, err, "/desk/barred", line, p.showBars)
}

// contains says whether a network has an address in it.
func contains(network string, a netip.Addr) bool {
	n, err := models.ParseNetwork(network)
	return err == nil && a.IsValid() && n.Contains(a)
}

func (p *Pages) deskThemes(w http.ResponseWriter, r *http.Request, v *visit) error {
	return p.showThemes(w, r, v, newForm())
}

func (p *Pages) showThemes(w http.ResponseWriter, r *http.Request, v *visit, form *Form) error {
	view, err := p.desk(r, v, "/desk/themes", "Themes", "What notes are about. Each has a page, a feed and an account that others follow. Its handle stays; its words are yours.", form)
	if err != nil {
		return err
	}
	themes, err := p.Store.Themes(r.Context())
	if err != nil {
		return err
	}
	s := deskSection{Heading: "The themes", Empty: "None yet."}
	for _, t := range themes {
		s.Rows = append(s.Rows, deskRow{Title: t.Name, URL: "/desk/themes/" + t.Key, Gist: text.Excerpt(t.Words, 120), Facts: []string{"@" + t.Key}})
	}
	view.Sections = []deskSection{s, {Heading: "A new one", Action: "/desk/themes", Button: "Make the theme", Fields: themeFields(form)}}
	return p.showDesk(w, view)
}

func themeFields(form *Form) []deskField {
	return []deskField{hidden("do", "save"), aField(form.Field("name", "Its name", "").Limit(80)), aField(form.Field("words", "What the chapter says of it", "A few sentences at the top of its page.").Tall().Maybe()),
		aField(form.Field("aliases", "Other words for it", "With commas between. A note with one of them as its hashtag belongs to the theme.").Maybe())}
}

// setThemes serves POST /desk/themes.
func (p *Pages) setThemes(w http.ResponseWriter, r *http.Request, v *visit) error {
	form := &Form{Values: r.PostForm}
	themes, err := p.Store.Themes(r.Context())
	if err != nil {
		return err
	}
	t := models.Theme{Name: form.Get("name"), Words: form.Text("words"), Aliases: commaList(form.Get("aliases")), Position: len(themes) + 1}
	for _, other := range themes {
		if strings.EqualFold(other.Name, t.Name) {
			form.wrong("name", "There is a theme called that.")
			return p.showThemes(w, r, v, form)
		}
	}
	_, err = p.Chapter.SaveTheme(r.Context(), v.viewer, t)
	return again(w, r, v, form, fieldAs(fieldAs(err, "key", "name"), "username", "name"), "/desk/themes", "saved", p.showThemes)
}

// commaList are the words of a list with commas.
func commaList(s string) (out []string) {
	for w := range strings.SplitSeq(s, ",") {
		if w = strings.TrimPrefix(strings.TrimSpace(w), "#"); w != "" {
			out = append(out, w)
		}
	}
	return out
}

func (p *Pages) deskTheme(w http.ResponseWriter, r *http.Request, v *visit) error {
	t, err := p.Store.Theme(r.Context(), mux.Vars(r)["key"])
	if err != nil {
		return err
	}
	return p.showTheme(w, r, v, newForm("name", t.Name, "words", t.Words, "aliases", strings.Join(t.Aliases, ", ")))
}

func (p *Pages) showTheme(w http.ResponseWriter, r *http.Request, v *visit, form *Form) error {
	t, err := p.Store.Theme(r.Context(), mux.Vars(r)["key"])
	if err != nil {
		return err
	}
	view, err := p.desk(r, v, "/desk/themes", t.Name, "@"+p.URLs.Handle(t.Key), form)
	if err != nil {
		return err
	}
	view.Do = &Link{URL: "/themes/" + t.Key, Name: "Its page"}
	view.Sections = []deskSection{{Heading: "Its words", Action: "/desk/themes/" + t.Key, Button: "Save", Fields: themeFields(form)},
		{Heading: "Retire it", Words: []string{"It leaves the list, and notes no longer name it. They stay, and so does its account, in silence."},
			Also: []Act{{Name: "Retire the theme", Do: "retire", Action: "/desk/themes/" + t.Key, Token: v.FormToken()}}}}
	return p.showDesk(w, view)
}

// changeTheme serves POST /desk/themes/{key}.
func (p *Pages) changeTheme(w http.ResponseWriter, r *http.Request, v *visit) error {
	form, key := &Form{Values: r.PostForm}, mux.Vars(r)["key"]
	t, err := p.Store.Theme(r.Context(), key)
	if err != nil {
		return err
	}
	if form.Get("do") == "retire" {
		return again(w, r, v, form, p.Chapter.DeleteTheme(r.Context(), v.viewer, key), "/desk/themes", "withdrawn", p.showTheme)
	}
	t.Name, t.Words, t.Aliases = form.Get("name"), form.Text("words"), commaList(form.Get("aliases"))
	_, err = p.Chapter.SaveTheme(r.Context(), v.viewer, *t)
	return again(w, r, v, form, err, "/desk/themes/"+key, "saved", p.showTheme)
}

func (p *Pages) deskMessages(w http.ResponseWriter, r *http.Request, v *visit) error {
	return p.showMessages(w, r, v, newForm())
}

func (p *Pages) showMessages(w http.ResponseWriter, r *http.Request, v *visit, form *Form) error {
	view, err := p.desk(r, v, "/desk/messages", "Messages", "A few lines to all members, on the board of This week and in their apps.", form)
	if err != nil {
		return err
	}
	page := pageOf(r)
	list, err := p.Store.AllAnnouncements(r.Context(), page.and1())
	if err != nil {
		return err
	}
	list, view.Pager = cutPage(page, r, list, func(a *models.Announcement) models.ID { return a.ID })
	s := deskSection{Heading: "Written so far", Empty: "None yet."}
	for _, a := range list {
		row := deskRow{Title: text.Excerpt(text.ShownText(a.HTML), 80), At: ptr(v.moment(a.CreatedAt)), Gist: "Shown until it is taken away.",
			Acts: []Act{{Name: "Take it away", Do: "delete:" + a.ID.String(), Action: "/desk/messages", Token: v.FormToken()}}}
		switch {
		case !a.EndsAt.IsZero() && a.EndsAt.Before(v.now):
			row.Gist = "It is over."
		case !a.EndsAt.IsZero():
			row.Gist = "Shown until " + v.date(a.EndsAt).Words + "."
		}
		s.Rows = append(s.Rows, row)
	}
	view.Sections = []deskSection{{Heading: "A new one", Action: "/desk/messages", Button: "Show it to all members", Fields: []deskField{hidden("do", "write"),
		aField(form.Field("text", "What you want to say", "Markdown, if you like.").Tall()), aField(form.Field("days", "For how many days?", "Left empty: until it is taken away.").Narrow().Maybe())}}, s}
	return p.showDesk(w, view)
}

// setMessages serves POST /desk/messages.
func (p *Pages) setMessages(w http.ResponseWriter, r *http.Request, v *visit) error {
	form := &Form{Values: r.PostForm}
	if id, ok := strings.CutPrefix(form.Get("do"), "delete:"); ok {
		return again(w, r, v, form, p.Chapter.DeleteAnnouncement(r.Context(), v.viewer, models.ParseID(id)), "/desk/messages", "withdrawn", p.showMessages)
	}
	a := models.Announcement{Source: form.Text("text")}
	if s := form.Get("days"); s != "" {
		days, err := strconv.Atoi(s)
		if err != nil || days < 1 || days > 3650 {
			form.wrong("days", "Write a number of days, such as 7.")
			return p.showMessages(w, r, v, form)
		}
		a.StartsAt, a.EndsAt = v.now, v.now.AddDate(0, 0, days)
	}
	_, err := p.Chapter.SaveAnnouncement(r.Context(), v.viewer, a, true)
	return again(w, r, v, form, err, "/desk/messages", "announced", p.showMessages)
}

func (p *Pages) deskChapter(w http.ResponseWriter, r *http.Request, v *visit) error {
	s := v.chapter.Settings
	var rules []string
	for _, rule := range conduct(v.chapter) {
		rules = append(rules, rule.Text)
	}
	return p.showChapter(w, r, v, newForm("name", v.chapter.Name, "sentence", v.chapter.Sentence, "email", v.chapter.Email, "ink", s.Accent, "joining", string(s.Registration),
		"scope", s.NoteScope, "lounge", strconv.Itoa(s.LoungeMin), "rules", strings.Join(rules, "\n"), "about", s.About, "privacy", s.Privacy,
		"licence", s.Licence, "employers", strings.Join(s.Employers, "\n")))
}

func (p *Pages) showChapter(w http.ResponseWriter, r *http.Request, v *visit, form *Form) error {
	view, err := p.desk(r, v, "/desk/chapter", "The chapter", "What it is called, who may join, and what its members ask of each other.", form)
	if err != nil {
		return err
	}
	view.Sections = []deskSection{{Heading: "The chapter", Action: "/desk/chapter", Button: "Save", Fields: []deskField{
		aField(form.Field("name", "Its name", "").Big().Limit(80)), aField(form.Field("sentence", "In one sentence, what do you care about?", "It stands at the door, in large type.").Tall().Limit(300)),
		aField(form.Field("email", "E-mail of the stewards", "Visitors can see it; letters are answered to it.").Email().Verbatim()),
		somePicks(form.Inks("ink", "Its ink", "Used for links, marks and the one main button of a page.")),
		aChoice(form.choose("joining", "Joining", "", Choice{Value: "invite", Label: "By invitation only"}, Choice{Value: "application", Label: "By asking", Hint: "Anybody can ask; a steward answers."},
			Choice{Value: "open", Label: "Open", Hint: "Whoever comes is a member at once."}, Choice{Value: "closed", Label: "Closed for now"})),
		aChoice(form.choose("scope", "Who may read new notes?", "The first choice on the form. Each author can choose otherwise.", Choice{Value: members, Label: "Members"}, Choice{Value: everyone, Label: "Everyone"})),
		aField(form.Field("lounge", "Minutes in the doorway", "How long a note for everyone can be recalled before it leaves. 0: it leaves at once.").Narrow()),
		aChoice(licenceChoices(form, "The first choice on the form of a note. Each author can choose otherwise; notes that are out keep theirs.")),
		aField(form.Field("employers", "Employers to look out for", "One on each line. Before a note goes out, its author is asked whether one of these names gives a client away.").Tall().Maybe()),
		aField(form.Field("rules", "What we ask of each other", "One line for each rule. Whoever joins reads and agrees to them; reports can name them.").Tall()),
		aField(form.Field("about", "About", "The page About, in Markdown. Left empty, it says what a chapter is.").Tall().Maybe()),
		aField(form.Field("privacy", "Privacy", "The page Privacy, in Markdown. Left empty, it says what this program keeps.").Tall().Maybe())}}}
	return p.showDesk(w, view)
}

// maxEmployers is how many names the guard looks for.
const maxEmployers = 200

// setChapter serves POST /desk/chapter.
func (p *Pages) setChapter(w http.ResponseWriter, r *http.Request, v *visit) error {
	form := &Form{Values: r.PostForm}
	form.need("name", "What is the chapter called?")
	lounge, err := strconv.Atoi(form.Get("lounge"))
	if err != nil || lounge < 0 || lounge > 24*60 {
		form.wrong("lounge", "Write a number of minutes, a day at most.")
	}
	way := models.Registration(form.Get("joining"))
	if !slices.Contains([]models.Registration{models.ByInvite, models.ByAsking, models.Open, models.Closed}, way) {
		form.wrong("joining", "Choose how one becomes a member.")
	}
	rules := rulesFrom(form.Text("rules"), v.chapter.Settings.Rules, p.Store.NewID)
	if len(rules) > 20 {
		form.wrong("rules", "Twenty rules are enough for everybody.")
	}
	employers := linesOf(form.Text("employers"))
	if len(employers) > maxEmployers {
		form.wrong("employers", fmt.Sprintf("Write %d names at most.", maxEmployers))
	}
	licence, known := models.LicenceAt(form.Get("licence"))
	if !known && form.Get("licence") != "" {
		form.wrong("licence", "Choose what others may do with a note.")
	}
	if len(form.Wrong) > 0 {
		return p.showChapter(w, r, v, form)
	}
	err = p.Chapter.UpdateChapter(r.Context(), v.viewer, func(c *models.Chapter) {
		c.Name, c.Sentence, c.Email = form.Get("name"), form.Text("sentence"), form.Get("email")
		s := &c.Settings
		if slices.Contains(inks, form.Get("ink")) {
			s.Accent = form.Get("ink")
		}
		s.Registration, s.LoungeMin, s.Rules, s.About, s.Privacy = way, lounge, rules, form.Text("about"), form.Text("privacy")
		if s.Employers = employers; known {
			s.Licence = licence.Address
		}
		s.NoteScope = members
		if form.Get("scope") == everyone {
			s.NoteScope = everyone
		}
	})
	return again(w, r, v, form, err, "/desk/chapter", "saved", p.showChapter)
}

// rulesFrom makes rules of lines. A line that was a rule before keeps its id:
// reports name it.
func rulesFrom(lines string, old []models.Rule, newID func() models.ID) (out []models.Rule) {
	for _, line := range linesOf(lines) {
		rule := models.Rule{Text: line}
		for _, o := range old {
			if o.Text == line {
				rule = o
			}
		}
		if rule.ID == 0 {
			rule.ID = newID()
		}
		out = append(out, rule)
	}
	return out
}

// deskHouse serves GET /desk/house: the program, its disk, its letters.
func (p *Pages) deskHouse(w http.ResponseWriter, r *http.Request, v *visit) error {
	return p.showHouse(w, r, v, newForm())
}

func (p *Pages) showHouse(w http.ResponseWriter, r *http.Request, v *visit, form *Form) error {
	ctx := r.Context()
	view, err := p.desk(r, v, "/desk/house", "The house", "Whether what the chapter stands on is in order. What is on the server is looked after there: atelier doctor says more.", form)
	if err != nil {
		return err
	}
	lights, err := p.lights(ctx, v)
	if err != nil {
		return err
	}
	facts, err := p.houseFacts(ctx)
	if err != nil {
		return err
	}
	letters, pager, err := p.letterRows(r, v)
	if err != nil {
		return err
	}
	view.Pager = pager
	view.Sections = []deskSection{{Heading: "In order?", Lights: lights}, letters, {Heading: "The program", Rows: facts}}
	return p.showDesk(w, view)
}

func (p *Pages) houseFacts(ctx context.Context) ([]deskRow, error) {
	files, database, err := p.Store.Space(ctx)
	if err != nil {
		return nil, err
	}
	engine, version, err := p.Store.Engine(ctx)
	if err != nil {
		return nil, err
	}
	return []deskRow{{Title: "Atelier " + p.Version}, {Title: engine + " " + version, Gist: "The database takes " + bytesWords(database) + "."}, {Title: "Files", Gist: "Pictures and the like take " + bytesWords(files) + "."}}, nil
}

func (p *Pages) letterRows(r *http.Request, v *visit) (deskSection, Pager, error) {
	s := deskSection{Heading: "Letters that wait", Empty: "None."}
	page := pageOf(r)
	list, err := p.Store.WaitingLetters(r.Context(), page.and1())
	if err != nil {
		return s, Pager{}, err
	}
	list, pager := cutPage(page, r, list, func(l *models.Letter) models.ID { return l.ID })
	for _, l := range list {
		row := deskRow{Title: l.Subject, Gist: "To " + l.To, At: ptr(v.moment(l.CreatedAt))}
		if l.Failed != "" {
			row.Words = append(row.Words, "The mail server said: "+l.Failed)
		}
		act := func(name, do string) {
			row.Acts = append(row.Acts, Act{Name: name, Do: do + ":" + l.ID.String(), Action: "/desk/house", Token: v.FormToken()})
		}
		if p.Chapter.SendsLetters() {
			act("Try again now", "retry")
		}
		if p.Chapter.MayHandle(r.Context(), v.viewer, l) {
			if link := linkIn(l.Text); link != "" {
				row.Words = append(row.Words, "To pass on: "+link)
			}
			act("Take it away", "drop")
		}
		s.Rows = append(s.Rows, row)
	}
	return s, pager, nil
}

// linkIn is the last address in a letter, on a line of its own.
func linkIn(letter string) (link string) {
	for _, line := range linesOf(letter) {
		if strings.HasPrefix(line, "http://") || strings.HasPrefix(line, "https://") {
			link = line
		}
	}
	return link
}

// setHouse serves POST /desk/house.
func (p *Pages) setHouse(w http.ResponseWriter, r *http.Request, v *visit) error {
	form := &Form{Values: r.PostForm}
	do, id, _ := strings.Cut(form.Get("do"), ":")
	switch do {
	case "retry":
		return again(w, r, v, form, p.Chapter.RetryLetter(r.Context(), v.viewer, models.ParseID(id)), "/desk/house", "mailed", p.showHouse)
	case "drop":
		return again(w, r, v, form, p.Chapter.DropLetter(r.Context(), v.viewer, models.ParseID(id)), "/desk/house", "withdrawn", p.showHouse)
	}
	return models.Errorf(models.Malformed, "This button is not known.")
}
