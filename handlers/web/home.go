package web

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"atelier/models"
	"atelier/models/store"
	"atelier/models/text"
)

type doorView struct {
	Frame
	Sentence, Lead, NotesHeading string
	Join                         string
	Notes                        []Row
	Stewards                     []Person
	Ask                          bool // members say to everyone what they can be asked about
}

type weekView struct {
	Frame
	Today               Moment
	Greeting, Lead, End string
	Leaving             []Leaving
	Board               []boardNotice
	Notes, Tried        []Row
	Talk, Followed      []Row
	First               bool   // the viewer is new here
	Welcome             string // what is left to make the place theirs
	MoreNotes           bool   // than are listed
}

type boardNotice struct {
	Label, Title, URL, Text string
	Person                  *Person
}

// home serves GET /: This week for members, the Door for everybody else.
func (p *Pages) home(w http.ResponseWriter, r *http.Request, v *visit) error {
	if v.Session == nil {
		return p.door(w, r, v)
	}
	return p.week(w, r, v)
}

func (p *Pages) door(w http.ResponseWriter, r *http.Request, v *visit) error {
	ctx := r.Context()
	f, err := p.frame(r, v, "", "door")
	if err != nil {
		return err
	}
	f.Title = f.Chapter
	group, err := p.Chapter.Group(ctx)
	if err != nil {
		return err
	}
	f.Indexable, f.Canonical = true, p.URLs.ChapterPage()
	f.Alternates = []Alternate{
		{"application/activity+json", group.URI, ""},
		{"application/atom+xml", "/library.atom", "Public notes of " + f.Chapter},
	}
	f.Graph = &Graph{"website", f.Chapter, v.chapter.Sentence, f.Canonical, f.Chapter, "", "@" + p.URLs.HandleOf(group)}
	view := doorView{Frame: f, Sentence: v.chapter.Sentence, Join: joinWords(v.chapter)}
	if view.Sentence == "" {
		view.Sentence = f.Chapter
	}
	n, err := p.Store.Readers(ctx)
	if err != nil {
		return err
	}
	view.Lead = fmt.Sprintf("%s is a community of %s. We write down what works, try each other’s ways, and say honestly how it went.", f.Chapter, count(n, "person", "people"))
	notes, err := p.Store.Notes(ctx, v.viewer, store.NoteFilter{Whose: store.Ours}, store.Page{Limit: 3})
	if err != nil {
		return err
	}
	c, err := p.cast(ctx, notes)
	if err != nil {
		return err
	}
	for _, note := range notes {
		view.Notes = append(view.Notes, p.noteRow(v, note, c))
	}
	view.NotesHeading = capital(count(len(notes), "note", "notes")) + " to begin with"
	if view.Stewards, err = p.stewards(r); err != nil {
		return err
	}
	asked, _, err := p.Store.CountDirectory(ctx, v.viewer, "")
	if err != nil {
		return err
	}
	view.Ask = asked > 0
	view.linkTo(w)
	return p.html(w, "door.html", view)
}

// stewards are those who look after the chapter.
func (p *Pages) stewards(r *http.Request) ([]Person, error) {
	ids, err := p.Store.Stewards(r.Context())
	if err != nil {
		return nil, err
	}
	accounts, err := p.Store.Accounts(r.Context(), ids)
	if err != nil {
		return nil, err
	}
	var out []Person
	for _, id := range ids {
		if a := accounts[id]; a != nil {
			person := p.person(a)
			person.Where = "Steward"
			out = append(out, person)
		}
	}
	return out, nil
}

// What This week shows at most, so that it ends.
const (
	weekNotes    = 6
	weekTalk     = 6
	weekFollowed = 6
	weekTried    = 3
	countedNotes = 100
	aWeek        = 7 * 24 * time.Hour
)

func (p *Pages) week(w http.ResponseWriter, r *http.Request, v *visit) error {
	ctx := r.Context()
	f, err := p.frame(r, v, "This week", "week")
	if err != nil {
		return err
	}
	view := weekView{Frame: f, Greeting: "Good " + greeting(v.now) + ", " + f.Me.Short, End: "You are up to date."}
	view.Today = Moment{v.now.Format(time.DateOnly), v.now.Format("Monday, 2 January")}
	if view.Leaving, err = p.lounge(ctx, v); err != nil {
		return err
	}
	if view.Welcome, err = p.welcomeLine(ctx, v); err != nil {
		return err
	}
	if err := p.fillWeek(ctx, v, &view); err != nil {
		return err
	}
	if view.Board, err = p.board(ctx, v); err != nil {
		return err
	}
	if v.Account.BioSource == "" {
		posted, err := p.Store.HasPosted(ctx, v.viewer.AccountID)
		if err != nil {
			return err
		}
		view.First = !posted
	}
	fresh, err := p.Store.CountNotes(ctx, v.viewer, models.FirstIDAt(v.now.Add(-aWeek)), countedNotes)
	if err != nil {
		return err
	}
	view.Lead, view.MoreNotes = weekLead(fresh, len(view.Talk)+len(view.Followed)), fresh > len(view.Notes)
	return p.html(w, "week.html", view)
}

func greeting(now time.Time) string {
	if part := partOfDay(now); part != "night" {
		return part
	}
	return "evening"
}

// weekLead says what is new; up to countedNotes notes are counted.
func weekLead(notes, talk int) string {
	fresh := capital(count(notes, "note is", "notes are"))
	if notes == countedNotes {
		fresh = "A hundred notes and more are"
	}
	switch {
	case notes+talk == 0:
		return "It is quiet this week. That can be a good moment to write something down."
	case notes == 0:
		return "No new notes this week, but people are talking."
	case talk == 0:
		return fresh + " new this week."
	}
	return fresh + " new this week, and people are talking."
}

// fillWeek fills the lists: what is new in the library, what members talk
// about, and what came from those whom the viewer follows.
func (p *Pages) fillWeek(ctx context.Context, v *visit, view *weekView) error {
	since := models.FirstIDAt(v.now.Add(-aWeek))
	notes, err := p.Store.Notes(ctx, v.viewer, store.NoteFilter{}, store.Page{Since: since, Limit: weekNotes})
	if err != nil {
		return err
	}
	local, err := p.Store.Public(ctx, v.viewer, store.PublicFilter{Local: true}, store.Page{Since: since, Limit: 4 * weekTalk})
	if err != nil {
		return err
	}
	talk := begun(local, weekTalk)
	shown := map[models.ID]bool{}
	for _, post := range append(append([]*models.Post{}, notes...), talk...) {
		shown[post.ID] = true
	}
	followed, err := p.fromFollowed(ctx, v, since, shown)
	if err != nil {
		return err
	}
	if view.Notes, err = p.noteRows(ctx, v, notes); err != nil {
		return err
	}
	if view.Tried, err = p.triedRows(ctx, v, since, weekTried); err != nil {
		return err
	}
	c, err := p.cast(ctx, talk, followed)
	if err != nil {
		return err
	}
	for _, post := range talk {
		view.Talk = append(view.Talk, p.talkRow(v, post, c))
	}
	for _, post := range followed {
		view.Followed = append(view.Followed, p.row(v, post, c))
	}
	return nil
}

// begun are at most n discussions of posts: no notes, no replies.
func begun(posts []*models.Post, n int) []*models.Post {
	var out []*models.Post
	for _, post := range posts {
		if post.Practice == nil && !post.IsReply() && len(out) < n {
			out = append(out, post)
		}
	}
	return out
}

// fromFollowed are posts in the viewer's home timeline that the page does not
// show yet. Replies are left to the page of what they answer.
func (p *Pages) fromFollowed(ctx context.Context, v *visit, since models.ID, shown map[models.ID]bool) ([]*models.Post, error) {
	home, err := p.Store.Home(ctx, v.viewer, store.Page{Since: since, Limit: 4 * weekFollowed})
	if err != nil {
		return nil, err
	}
	boosted, err := p.Store.Boosted(ctx, v.viewer, home)
	if err != nil {
		return nil, err
	}
	var out []*models.Post
	for _, post := range home {
		if post.BoostOfID != 0 {
			post = boosted[post.BoostOfID]
		}
		if post == nil || shown[post.ID] || post.IsReply() || post.AuthorID == v.viewer.AccountID || len(out) == weekFollowed {
			continue
		}
		shown[post.ID] = true
		out = append(out, post)
	}
	return out, nil
}

// lounge are the viewer's own notes that wait in the departure lounge.
func (p *Pages) lounge(ctx context.Context, v *visit) ([]Leaving, error) {
	posts, err := p.Store.Unfinished(ctx, v.viewer.AccountID, perPage)
	if err != nil {
		return nil, err
	}
	var out []Leaving
	for _, post := range posts {
		if post.State == models.Waiting {
			title, _ := heading(post)
			out = append(out, Leaving{post.ID, title, v.moment(post.LeavesAt), v.FormToken()})
		}
	}
	return out, nil
}

// messages are what stewards say to all members: the newest stands on the
// board.
func (p *Pages) messages(ctx context.Context, v *visit) ([]boardNotice, error) {
	list, err := p.Store.Announcements(ctx, v.viewer.AccountID, true, 1)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	a := list[0]
	by, err := p.Store.Account(ctx, a.By)
	if err != nil {
		return nil, err
	}
	person := p.person(by)
	return []boardNotice{{Label: "From " + person.Short + ", to all", Person: &person, Text: text.ShownText(a.HTML)}}, nil
}

// board are the notices at the top: something to answer, somebody to meet.
func (p *Pages) board(ctx context.Context, v *visit) ([]boardNotice, error) {
	out, err := p.messages(ctx, v)
	if err != nil {
		return nil, err
	}
	question, err := p.waitingQuestion(ctx, v)
	if err != nil {
		return nil, err
	}
	if question != nil {
		title, _ := heading(question)
		out = append(out, boardNotice{Label: "Could you answer this?", Title: title, URL: p.postURL(question), Text: waited(question.CreatedAt.In(v.now.Location()), v.now)})
	}
	out, err = p.boardColleague(ctx, v, out)
	return out[:min(len(out), 3)], err
}

// boardColleague puts a new member whom the viewer does not know on the board.
func (p *Pages) boardColleague(ctx context.Context, v *visit, out []boardNotice) ([]boardNotice, error) {
	colleague, err := p.Store.Newcomer(ctx, v.viewer)
	if err != nil {
		return nil, err
	}
	if colleague != nil && colleague.Discoverable {
		entries, err := p.Store.DirectoryOf(ctx, v.viewer, []models.ID{colleague.ID})
		if err != nil {
			return nil, err
		}
		person := p.inDirectory(colleague, "", entries[colleague.ID])
		words := person.Bio
		if ask := entries[colleague.ID][models.AskField].Text; ask != "" {
			words = "Can be asked about: " + ask
		}
		if words == "" {
			words = "Joined " + v.moment(colleague.CreatedAt).Words + ". Say hello."
		}
		out = append(out, boardNotice{Label: "Meet a colleague", Person: &person, Text: words})
	}
	if len(out) == 0 {
		return nil, nil
	}
	return out, nil
}
