package web

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/gorilla/mux"

	"atelier/models"
	"atelier/models/store"
)

// deskView is a page of the desk: sections of rows, of forms, or of both.
type deskView struct {
	Frame
	Index         []Link
	Heading, Lead string
	Do            *Link
	Alarm         *deskAlarm
	Tabs          []Link
	Find          *Find
	Form          *Form
	Table         *deskTable
	Sections      []deskSection
	Pager         Pager
}

type deskAlarm struct{ Sentence, URL, Name string }

type deskSection struct {
	Count       string // set in large: how many need a person
	Heading     string
	Words       []string
	Code        string // a link to be copied
	Said        []Said
	Rows        []deskRow
	Empty       string
	Lights      []deskLight
	Log         []logLine
	Action      string
	Fields      []deskField
	Button      string
	Plain       bool // the button is not the page's main one
	Also        []Act
	Consequence string
}

type deskRow struct {
	Title, URL, Gist string
	Words            []string
	Facts            []string
	At               *Moment
	Acts             []Act
}

// deskLight says how one thing stands: Icon is "done" for what works, else
// "trouble"; an alarm is what has to be seen to at once.
type deskLight struct {
	Icon, Words string
	Alarm       bool
}

func light(works bool, words string) deskLight {
	if works {
		return deskLight{Icon: "done", Words: words}
	}
	return deskLight{Icon: "trouble", Words: words}
}

func alarmIf(alarm bool, words string) deskLight {
	return deskLight{Icon: "trouble", Words: words, Alarm: alarm}
}

type logLine struct {
	At         Moment
	Who, Words string
}

// deskField is one field of a form, of any sort.
type deskField struct {
	Field   *Field
	Choices *Choices
	Picks   *Choices
	Tick    *Tick
	Hidden  *Pair
}

func aField(f Field) deskField      { return deskField{Field: &f} }
func aChoice(c Choices) deskField   { return deskField{Choices: &c} }
func somePicks(c Choices) deskField { return deskField{Picks: &c} }
func aTick(t Tick) deskField        { return deskField{Tick: &t} }
func hidden(name, value string) deskField {
	return deskField{Hidden: &Pair{name, value}}
}

type deskTable struct {
	Caption string
	Columns []string
	Rows    []tableRow
	Empty   string
}

type tableRow struct {
	Name, URL string
	Cells     []tableCell
}

type tableCell struct {
	Words, Label string
	Alarm        bool
}

// forStewards lets stewards through. For everybody else there is no desk.
func (p *Pages) forStewards(h page) page {
	return func(w http.ResponseWriter, r *http.Request, v *visit) error {
		if !v.viewer.IsSteward() {
			return notHere()
		}
		return h(w, r, v)
	}
}

var deskPages = []Link{
	{URL: "/desk", Name: "The desk"}, {URL: "/desk/members", Name: "Members"}, {URL: "/desk/applications", Name: "Applications"},
	{URL: "/desk/invitations", Name: "Invitations"}, {URL: "/desk/reports", Name: "Reports"}, {URL: "/desk/log", Name: "The log"},
	{URL: "/desk/sites", Name: "Other sites"}, {URL: "/desk/barred", Name: "Barred"}, {URL: "/desk/themes", Name: "Themes"}, {URL: "/desk/review", Name: "Reviews"},
	{URL: "/desk/messages", Name: "Messages"}, {URL: "/desk/chapter", Name: "The chapter"}, {URL: "/desk/house", Name: "The house"},
}

func (p *Pages) desk(r *http.Request, v *visit, path, heading, lead string, form *Form) (deskView, error) {
	f, err := p.frame(r, v, heading, "")
	view := deskView{Frame: f, Heading: heading, Lead: lead, Form: form, Index: append([]Link{}, deskPages...)}
	if r.Method == http.MethodPost {
		view.Here = path
	}
	for i := range view.Index {
		view.Index[i].Current = view.Index[i].URL == path
	}
	return view, err
}

func (p *Pages) showDesk(w http.ResponseWriter, view deskView) error {
	if view.Form == nil {
		view.Form = newForm()
	}
	return p.htmlStatus(w, statusOf(view.Form), "desk.html", view)
}

// atDesk is how many things of a sort the first page of the desk names.
const atDesk = 5

// askDesk serves GET /desk: what needs a person, oldest first.
func (p *Pages) askDesk(w http.ResponseWriter, r *http.Request, v *visit) error {
	ctx := r.Context()
	view, err := p.desk(r, v, "/desk", "", "", nil)
	if err != nil {
		return err
	}
	n, oldest := 0, time.Time{}
	note := func(count int, first time.Time, do *Link) {
		n += count
		if count > 0 && (oldest.IsZero() || first.Before(oldest)) {
			oldest, view.Do = first, do
		}
	}
	for _, find := range []func(context.Context, *visit) (deskSection, int, time.Time, *Link, error){p.applicantsWaiting, p.reportsWaiting, p.appealsWaiting, p.reviewsWaiting, p.lettersWaiting} {
		s, count, first, do, err := find(ctx, v)
		if err != nil {
			return err
		}
		note(count, first, do)
		if count > 0 {
			s.Count = figures(count)
			view.Sections = append(view.Sections, s)
		}
	}
	view.Heading = "Nothing needs a person"
	view.Lead = "Whoever asks to join or for a review, reports something or answers a letter of yours stands here."
	if n > 0 {
		view.Heading = capital(count(n, "thing needs", "things need")) + " a person"
		view.Lead = "The oldest has waited since " + v.moment(oldest).Words + "."
		if v.now.Sub(oldest) < time.Hour {
			view.Lead = "The oldest came " + v.moment(oldest).Words + "."
		}
	}
	view.Title = "The desk, " + v.chapter.Name
	lights, err := p.lights(ctx, v)
	if err != nil {
		return err
	}
	for _, l := range lights {
		if l.Alarm && view.Alarm == nil {
			view.Alarm = &deskAlarm{l.Words, "/desk/house", "Look at the house"}
		}
	}
	view.Sections = append(view.Sections, deskSection{Heading: "The house", Lights: lights})
	return p.showDesk(w, view)
}

func (p *Pages) applicantsWaiting(ctx context.Context, v *visit) (s deskSection, n int, first time.Time, do *Link, err error) {
	list, err := p.Store.Members(ctx, models.Applied, 0, atDesk)
	if err != nil || len(list) == 0 {
		return s, 0, first, nil, err
	}
	if n, err = p.Store.CountSouls(ctx, store.SoulFilter{Local: true, State: models.Applied}, 1000); err != nil {
		return s, 0, first, nil, err
	}
	s.Heading = "Asking to join"
	for _, m := range list {
		row := deskRow{Title: m.Account.Label(), URL: applicationURL(m.AccountID), At: ptr(v.moment(m.CreatedAt))}
		if m.Application != "" {
			row.Gist = "“" + excerpt(m.Application, 120) + "”"
		}
		s.Rows = append(s.Rows, row)
	}
	return s, n, list[0].CreatedAt, &Link{URL: s.Rows[0].URL, Name: "Answer " + short(list[0].Account.Label())}, nil
}

func (p *Pages) reportsWaiting(ctx context.Context, v *visit) (s deskSection, n int, first time.Time, do *Link, err error) {
	const most = 100
	list, err := p.Store.Complaints(ctx, store.ComplaintFilter{Open: true}, store.Page{Min: 1, Limit: most})
	if err != nil || len(list) == 0 {
		return s, 0, first, nil, err
	}
	oldest := list[len(list)-1]
	if list[0].CreatedAt.Before(oldest.CreatedAt) {
		oldest = list[0]
	}
	s.Heading = "Reports"
	if len(list) == 1 {
		s.Heading = "Report"
	}
	if s.Rows, err = p.reportRows(ctx, v, list[:min(len(list), atDesk)]); err != nil {
		return s, 0, first, nil, err
	}
	return s, len(list), oldest.CreatedAt, &Link{URL: reportURL(oldest.ID), Name: "Look at the report"}, nil
}

func (p *Pages) appealsWaiting(ctx context.Context, v *visit) (s deskSection, n int, first time.Time, do *Link, err error) {
	list, err := p.Store.Measures(ctx, store.MeasureFilter{Appealed: true}, store.Page{Limit: 100})
	if err != nil || len(list) == 0 {
		return s, 0, first, nil, err
	}
	var ids []models.ID
	for _, m := range list {
		ids = append(ids, m.TargetID)
	}
	c, err := p.Store.Accounts(ctx, ids)
	if err != nil {
		return s, 0, first, nil, err
	}
	s.Heading = "Answers to your letters"
	for i, m := range list {
		if i < atDesk {
			s.Rows = append(s.Rows, deskRow{Title: p.personIn(c, m.TargetID).Name, URL: memberURL(m.TargetID), Gist: "“" + excerpt(m.Appeal, 120) + "”", At: ptr(v.moment(m.AppealedAt))})
		}
		if first.IsZero() || m.AppealedAt.Before(first) {
			first, do = m.AppealedAt, &Link{URL: memberURL(m.TargetID), Name: "Read the answer"}
		}
	}
	return s, len(list), first, do, nil
}

func (p *Pages) lettersWaiting(ctx context.Context, v *visit) (s deskSection, n int, first time.Time, do *Link, err error) {
	list, err := p.Store.WaitingLetters(ctx, store.Page{Limit: 100})
	if err != nil {
		return s, 0, first, nil, err
	}
	s.Heading = "Letters to pass on"
	for _, l := range list {
		if p.Chapter.SendsLetters() && l.Failed == "" || !p.Chapter.MayHandle(ctx, v.viewer, l) {
			continue
		}
		if n++; n <= atDesk {
			s.Rows = append(s.Rows, deskRow{Title: l.Subject, URL: "/desk/house", Gist: "To " + l.To, At: ptr(v.moment(l.CreatedAt))})
		}
		if first.IsZero() || l.CreatedAt.Before(first) {
			first, do = l.CreatedAt, &Link{URL: "/desk/house", Name: "See the letters"}
		}
	}
	return s, n, first, do, nil
}

// lights say whether mail, backup and delivery work.
func (p *Pages) lights(ctx context.Context, v *visit) ([]deskLight, error) {
	waiting, sent, err := p.Store.CountLetters(ctx)
	if err != nil {
		return nil, err
	}
	var out []deskLight
	switch {
	case !p.Chapter.SendsLetters():
		out = append(out, light(false, "No mail server is set up: letters wait, and you can pass their links on."))
	case waiting > 0:
		out = append(out, alarmIf(v.now.Sub(sent) > time.Hour, capital(count(waiting, "letter waits", "letters wait"))+" to be sent."))
	case sent.IsZero():
		out = append(out, light(true, "Mail is set up; no letter has gone out yet."))
	default:
		out = append(out, light(true, "Mail works; the last letter went out "+v.moment(sent).Words+"."))
	}
	n, resting, err := p.Store.CountDeliveries(ctx)
	if err != nil {
		return nil, err
	}
	switch {
	case n == 0:
		out = append(out, light(true, "What we send arrives; nothing is waiting."))
	case resting > 0:
		out = append(out, light(false, capital(count(n, "delivery waits", "deliveries wait"))+"; "+count(resting, "other site does", "other sites do")+" not answer for now."))
	default:
		out = append(out, light(true, capital(count(n, "delivery is", "deliveries are"))+" on the way."))
	}
	backup, err := p.Store.Moment(ctx, store.Backup)
	if err != nil {
		return nil, err
	}
	switch {
	case backup.IsZero():
		out = append(out, alarmIf(v.now.Sub(v.chapter.OpenedAt) > 7*24*time.Hour, "No backup was ever written. On the server: atelier backup FILE"))
	case v.now.Sub(backup) > 7*24*time.Hour:
		out = append(out, alarmIf(true, "The last backup is of "+day(backup)+"."))
	default:
		out = append(out, light(true, "The last backup was written "+v.moment(backup).Words+"."))
	}
	return out, nil
}

func memberURL(id models.ID) string      { return "/desk/members/" + id.String() }
func applicationURL(id models.ID) string { return "/desk/applications/" + id.String() }
func reportURL(id models.ID) string      { return "/desk/reports/" + id.String() }

func idOf(r *http.Request) models.ID { return models.ParseID(mux.Vars(r)["id"]) }

func excerpt(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}

// deedWords say what stewards did, for the log.
var deedWords = map[models.StewardDeed]string{
	models.DeedAssign: "took a report on", models.DeedUnassign: "left a report to others", models.DeedResolve: "closed a report", models.DeedReopen: "opened a report again",
	models.DeedSort: "sorted a report", models.DeedAppeal: "answered a letter of the stewards", models.DeedAppealYes: "agreed with an answer", models.DeedAppealNo: "did not agree with an answer",
	models.DeedAccept: "let in", models.DeedReject: "turned down", models.DeedRole: "changed the role of", models.DeedState: "changed the membership of", models.DeedErase: "deleted",
	models.DeedReset: "made a link for a new password of", models.DeedRule: "decided about the site", models.DeedRuleGone: "lifted the rule about the site", models.DeedBar: "barred",
	models.DeedBarGone: "no longer bars", models.DeedChapter: "changed the chapter", models.DeedTheme: "changed the theme", models.DeedThemeGone: "retired the theme",
	models.DeedInvite: "made an invitation", models.DeedInviteGone: "called an invitation back", models.DeedAnnounce: "wrote a message to all", models.DeedAnnounceGone: "took a message away",
	models.DeedReviewAsk: "asked for the review of a note by", models.DeedReviewGone: "took back the request for a review", models.DeedReader: "named as a reader",
	models.DeedReaderGone: "let go as a reader", models.DeedMark: "gave the chapter’s mark to a note by", models.DeedMarkGone: "took the chapter’s mark off a note by",
	"word": "wrote a word to", "hide": "hid something by", "remove": "deleted something by", "mark": "marked something as sensitive by", "sensitive": "marked all pictures as sensitive of",
	"disable": "shut out", "limit": "limited", "suspend": "suspended", "lift:hide": "showed again something by", "lift:mark": "took the mark off something by",
	"lift:sensitive": "took the mark off the pictures of", "lift:disable": "let sign in again", "lift:limit": "no longer limits", "lift:suspend": "restored",
}

func (p *Pages) logLines(ctx context.Context, v *visit, entries []*models.LogEntry) ([]logLine, error) {
	var ids []models.ID
	for _, e := range entries {
		ids = append(ids, e.By, e.AccountID)
	}
	c, err := p.Store.Accounts(ctx, ids)
	if err != nil {
		return nil, err
	}
	var out []logLine
	for _, e := range entries {
		who := "The server"
		if a := c[e.By]; a != nil {
			who = a.Label()
		}
		words := deedWords[e.Deed]
		if words == "" {
			words = string(e.Deed)
		}
		if a := c[e.AccountID]; a != nil && e.AccountID != e.By {
			words += " " + a.Label()
		} else {
			words = strings.TrimSuffix(words, " by")
		}
		if e.Subject != "" && e.Deed != models.DeedAnnounce && e.Deed != models.DeedAnnounceGone {
			words += " (" + e.Subject + ")"
		}
		if e.Reason != "" {
			words += ": “" + e.Reason + "”"
		}
		out = append(out, logLine{v.moment(e.CreatedAt), who, words + "."})
	}
	return out, nil
}

// deskLog serves GET /desk/log.
func (p *Pages) deskLog(w http.ResponseWriter, r *http.Request, v *visit) error {
	view, err := p.desk(r, v, "/desk/log", "The log", "What stewards did, and which reviews authors asked for, newest first. It is kept for next year’s stewards too, and cannot be changed.", nil)
	if err != nil {
		return err
	}
	page := pageOf(r)
	entries, err := p.Store.StewardLog(r.Context(), store.LogFilter{}, page.and1())
	if err != nil {
		return err
	}
	entries, view.Pager = cutPage(page, r, entries, func(e *models.LogEntry) models.ID { return e.ID })
	s := deskSection{Heading: "What was done", Empty: "Nothing yet."}
	if s.Log, err = p.logLines(r.Context(), v, entries); err != nil {
		return err
	}
	view.Sections = []deskSection{s}
	return p.showDesk(w, view)
}

func bytesWords(n int64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%d kB", n>>10)
}
