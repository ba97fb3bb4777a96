package web

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/store"
)

type questionsView struct {
	Frame
	Count, Lead string
	Tabs        []Link
	Rows        []Row
	None        string
	Pager       Pager
}

// questionTabs are the lists of questions, by what ?state= says.
var questionTabs = map[string]store.QuestionFilter{
	"":         {States: []string{string(models.QuestionOpen)}},
	"answered": {States: []string{string(models.QuestionAnswered), string(models.QuestionThanked)}},
	"mine":     {States: []string{string(models.QuestionOpen), string(models.QuestionAnswered), string(models.QuestionThanked)}},
}

// questions serves GET /questions: the open ones, longest waiting first; the
// answered ones and the viewer's own, newest first.
func (p *Pages) questions(w http.ResponseWriter, r *http.Request, v *visit) error {
	state := r.FormValue("state")
	filter, ok := questionTabs[state]
	if !ok || state == "mine" && v.Session == nil {
		return notHere()
	}
	if state == "mine" {
		filter.Asker = v.viewer.AccountID
	}
	page := pageOf(r)
	posts, pager, err := p.questionPage(r, v, filter, page, state == "")
	if err != nil {
		return err
	}
	f, err := p.frame(r, v, "Questions", "questions")
	if err != nil {
		return err
	}
	f.Alternates = []Alternate{{"application/atom+xml", "/questions.atom", "Public questions of " + f.Chapter}}
	view := questionsView{Frame: f, Pager: pager, Count: "Newest first", Lead: "Ask while you need it. Somebody here has stood where you stand."}
	if state == "" {
		view.Count = "Longest waiting first"
	}
	view.Tabs = []Link{{URL: "/questions", Name: "Open", Current: state == ""}, {URL: "/questions?state=answered", Name: "Answered", Current: state == "answered"}}
	if v.Session != nil {
		view.Tabs = append(view.Tabs, Link{URL: "/questions?state=mine", Name: "Mine", Current: state == "mine"})
	}
	if view.Rows, err = p.questionRows(r.Context(), v, posts); err != nil {
		return err
	}
	view.None = map[string]string{
		"": "No question is waiting. That can be a good moment to ask one.", "answered": "None has been answered yet.", "mine": "You have not asked anything yet.",
	}[state]
	return p.html(w, "questions.html", view)
}

// questionPage reads a page of questions. In a list that begins with the oldest
// what follows is newer.
func (p *Pages) questionPage(r *http.Request, v *visit, filter store.QuestionFilter, page paging, oldest bool) ([]*models.Post, Pager, error) {
	if !oldest {
		posts, err := p.Store.Questions(r.Context(), v.viewer, filter, page.and1())
		if err != nil {
			return nil, Pager{}, err
		}
		posts, pager := page.cut(r, posts)
		return posts, pager, nil
	}
	upward := page
	if page.Max == 0 {
		upward.Min = max(page.Min, 1)
	}
	posts, err := p.Store.Questions(r.Context(), v.viewer, filter, upward.and1())
	if err != nil {
		return nil, Pager{}, err
	}
	posts, pager := upward.cut(r, posts)
	if page.first() {
		pager.Older = "" // it begins with the oldest
	}
	slices.Reverse(posts)
	return posts, pager, nil
}

// questionRows are questions in a list: how long each waits, and how many
// answered.
func (p *Pages) questionRows(ctx context.Context, v *visit, posts []*models.Post) ([]Row, error) {
	c, err := p.cast(ctx, posts)
	if err != nil {
		return nil, err
	}
	var out []Row
	for _, post := range posts {
		out = append(out, p.questionRow(v, post, c))
	}
	return out, nil
}

func (p *Pages) questionRow(v *visit, post *models.Post, c cast) Row {
	row := p.talkRow(v, post, c)
	who := p.personIn(c, post.AuthorID).Name
	if post.Talk.Withheld {
		who = "name withheld"
	}
	row.Facts = []string{answersWords(v, post), who}
	return row
}

// answersWords says how far a question is.
func answersWords(v *visit, post *models.Post) string {
	switch n := post.RepliesFor(v.viewer); {
	case post.Talk.AnswerID != 0:
		return "answered"
	case n == 0:
		return "no answer yet"
	default:
		return count(n, "answer", "answers")
	}
}

type askView struct {
	Frame
	Form             *Form
	Scopes           *Choices
	Themes           Choices
	Withheld, Looked Tick
	Publish          []Addressed
	Similar          []Row
}

// askQuestion serves GET /questions/new.
func (p *Pages) askQuestion(w http.ResponseWriter, r *http.Request, v *visit) error {
	return p.showAsk(w, r, v, newForm("scope", v.first(members), "title", r.FormValue("title")), nil)
}

func (p *Pages) showAsk(w http.ResponseWriter, r *http.Request, v *visit, form *Form, similar []*models.Post) error {
	f, err := p.frame(r, v, "Ask a question", "questions")
	if err != nil {
		return err
	}
	f.Script = true
	view := askView{Frame: f, Form: form, Scopes: v.talkScopes(form)}
	view.Withheld = form.Tick("withheld", "With my name withheld", v.chapter.Name+" asks for you. No member sees who it was; answers reach you all the same.")
	view.Looked = Tick{Name: "looked", Value: "yes", Label: "These are not what I mean. Ask it all the same.", Checked: form.Ticked("looked")}
	if view.Themes, err = p.themeChoices(r.Context(), form); err != nil {
		return err
	}
	if view.Publish, err = p.audiences(r.Context(), v, false, v.mayChoose(members, everyone)...); err != nil {
		return err
	}
	for i := range view.Publish {
		view.Publish[i].Button = map[string]string{members: "Ask the members", everyone: "Ask everyone"}[view.Publish[i].Scope]
	}
	if view.Similar, err = p.questionRows(r.Context(), v, similar); err != nil {
		return err
	}
	return p.htmlStatus(w, statusOf(form), "ask.html", view)
}

// ask serves POST /questions/new. What was asked before in like words is shown
// first, once.
func (p *Pages) ask(w http.ResponseWriter, r *http.Request, v *visit) error {
	ctx := r.Context()
	form := &Form{Values: r.PostForm}
	form.need("title", "Say in one line what you would like to know.")
	visibility, here, err := addressing(form.Get("scope"))
	if err != nil || form.Get("scope") == onlyMe {
		form.wrong("scope", "Choose who may read it.")
	}
	if len(form.Wrong) > 0 {
		return p.showAsk(w, r, v, form, nil)
	}
	if !form.Ticked("looked") {
		similar, err := p.similarQuestions(ctx, v, form.Get("title"))
		if err != nil {
			return err
		}
		if len(similar) > 0 {
			form.Values.Set("seen", "yes")
			return p.showAsk(w, r, v, form, similar)
		}
	}
	d := chapter.Draft{
		Source: strings.TrimSpace(form.Get("title") + "\n\n" + form.Text("text")), Format: models.Markdown, Visibility: visibility, LocalOnly: &here,
		Talk: models.Talk{Title: form.Get("title"), Question: true}, Themes: form.Values["theme"],
	}
	put := p.Chapter.Publish
	if form.Ticked("withheld") {
		put = p.Chapter.AskWithheld
	}
	post, err := put(ctx, v.Account, d)
	if err == nil {
		return see(w, r, p.postURL(post)+"?done=asked-question")
	}
	if !takeDraftError(form, "", err) {
		return err
	}
	if last := &form.Wrong[len(form.Wrong)-1]; last.Field == "themes" {
		last.Field = "theme"
	}
	return p.showAsk(w, r, v, form, nil)
}

// similarQuestions are questions that have most of the long words of title.
func (p *Pages) similarQuestions(ctx context.Context, v *visit, title string) ([]*models.Post, error) {
	words := longWords(title, 3)
	if len(words) == 0 {
		return nil, nil
	}
	has := map[models.ID]int{}
	var found []*models.Post
	for _, word := range words {
		posts, err := p.Store.SearchPosts(ctx, v.viewer, word, false, store.Page{Limit: perPage})
		if err != nil {
			return nil, err
		}
		for _, post := range posts {
			if post.Talk == nil || !post.Talk.Question {
				continue
			}
			if has[post.ID] == 0 {
				found = append(found, post)
			}
			has[post.ID]++
		}
	}
	enough := min(2, len(words))
	found = slices.DeleteFunc(found, func(post *models.Post) bool { return has[post.ID] < enough })
	slices.SortStableFunc(found, func(a, b *models.Post) int { return has[b.ID] - has[a.ID] })
	return found[:min(len(found), 3)], nil
}

// longWords are the n longest words of s of five letters and more.
func longWords(s string, n int) []string {
	words := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return strings.ContainsRune(" \t?!.,;:()“”‘’\"'/-", r) })
	words = slices.DeleteFunc(words, func(w string) bool { return len([]rune(w)) < 5 })
	slices.SortStableFunc(words, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	words = slices.Compact(words)
	return words[:min(len(words), n)]
}

// waitingQuestion is a question of somebody else that nobody has answered, the
// one that waits longest; nil if there is none.
func (p *Pages) waitingQuestion(ctx context.Context, v *visit) (*models.Post, error) {
	posts, err := p.Store.WaitingQuestions(ctx, v.viewer, v.now, perPage)
	if err != nil {
		return nil, err
	}
	for _, post := range posts {
		x, err := p.Store.Question(ctx, post.ID)
		if err != nil {
			return nil, err
		}
		if x.AskerID != v.viewer.AccountID {
			return post, nil
		}
	}
	return nil, nil
}

// waited says for how long something waits.
func waited(since, now time.Time) string {
	switch days := daysBetween(since, now); days {
	case 0:
		return "Asked today."
	case 1:
		return "Waiting since yesterday."
	default:
		return "Waiting for " + number(days) + " days."
	}
}
