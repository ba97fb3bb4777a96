package web

import (
	"context"
	"html/template"
	"net/http"
	"strings"

	"atelier/models"
	"atelier/models/text"
)

type questionView struct {
	Frame
	State, Heading string
	Text           template.HTML
	Media          []File
	By             *Person // nil: the name is withheld
	ByWords        string
	At             Moment
	Edited         bool
	Scope          Scope
	Themes         []Link
	Acts           []Act
	Accepted       *accepted
	AnswersHeading string
	Answers        []Said
	MoreAnswers    bool
	None           string
	Reply          *Reply
	ElsewhereURL   string
	NoteURL        string // where it becomes a note
	HistoryURL     string
}

// accepted is the answer that helped.
type accepted struct {
	Answer Said
	Label  string
	Acts   []Act
}

// question serves GET /questions/{id}.
func (p *Pages) question(w http.ResponseWriter, r *http.Request, v *visit) error {
	post, err := p.postOf(r, v)
	if err != nil {
		return err
	}
	if url := p.postURL(post); url != r.URL.Path {
		return see(w, r, url)
	}
	return p.showQuestion(w, r, v, post, newForm())
}

// isQuestion says whether a post has the page of a question.
func isQuestion(post *models.Post) bool {
	return post.Local && post.Talk != nil && post.Talk.Question && post.State == models.Published
}

func (p *Pages) showQuestion(w http.ResponseWriter, r *http.Request, v *visit, post *models.Post, reply *Form) error {
	ctx := r.Context()
	author, err := p.Store.Account(ctx, post.AuthorID)
	if err != nil {
		return err
	}
	x, err := p.Store.Question(ctx, post.ID)
	if err != nil {
		return err
	}
	view, err := p.questionView(r, v, post, author, x)
	if err != nil {
		return err
	}
	if err := p.fillAnswers(ctx, v, post, x, &view); err != nil {
		return err
	}
	if view.Acts, err = p.questionActs(ctx, v, post, x, author); err != nil {
		return err
	}
	if view.Reply, view.ElsewhereURL, err = p.replyForm(ctx, v, post, view.Token, reply); err != nil {
		return err
	}
	if view.Reply != nil {
		view.Reply.Label, view.Reply.Button, view.Reply.Primary = "Your answer", "Answer", view.Accepted == nil
		view.Reply.Hint = "What you do yourself is more useful than what one should do."
		if x.AskerID == v.viewer.AccountID && x.Withheld {
			view.Reply.Hint = "Your name stands beside what you write here, although it does not stand beside the question."
		}
		view.NoteURL = "/notes/new?kind=approach&from=" + post.ID.String()
	}
	view.linkTo(w)
	return p.htmlStatus(w, statusOf(reply), "question.html", view)
}

// questionView is the question without its answers.
func (p *Pages) questionView(r *http.Request, v *visit, post *models.Post, author *models.Account, x *models.Question) (questionView, error) {
	title, _ := heading(post)
	f, err := p.frame(r, v, title, "questions")
	if err != nil {
		return questionView{}, err
	}
	view := questionView{
		Frame: f, State: "open", Heading: title, Text: body(post, title), Media: p.files(post.Media), At: v.date(post.CreatedAt),
		Edited: !post.EditedAt.IsZero() && post.Version > 1, Scope: scopeOf(post), HistoryURL: "/talk/" + post.ID.String() + "/history",
	}
	if post.Talk.AnswerID != 0 {
		view.State = "answered"
	}
	switch {
	case !post.Talk.Withheld:
		view.By = ptr(p.by(v, cast{author.ID: author}, author.ID))
	case x.AskerID == v.viewer.AccountID && v.Session != nil:
		view.ByWords = "by you, your name withheld"
	default:
		view.ByWords = "by a member, name withheld"
	}
	if view.Themes, err = p.themeLinks(r.Context(), post); err != nil {
		return view, err
	}
	p.meta(&view.Frame, post, author, gist(post))
	return view, nil
}

// fillAnswers puts the answer that helped on top and the others below it.
func (p *Pages) fillAnswers(ctx context.Context, v *visit, post *models.Post, x *models.Question, view *questionView) error {
	answers, n, more, err := p.replies(ctx, v, post)
	if err != nil {
		return err
	}
	mayMark := v.Session != nil && (x.AskerID == v.viewer.AccountID || v.viewer.IsSteward())
	answers, best := lift(answers, post.Talk.AnswerID)
	if best == nil && post.Talk.AnswerID != 0 {
		if best, err = p.oneAnswer(ctx, v, post); err != nil {
			return err
		}
	}
	if best != nil {
		view.Accepted = p.acceptedView(v, post, x, *best, mayMark)
		n--
	}
	if mayMark {
		p.markable(v, post, answers)
	}
	view.Answers, view.MoreAnswers = answers, more
	view.AnswersHeading = answersHeading(n, more, best != nil)
	view.None = "Nobody has answered yet."
	if best != nil {
		view.None = ""
	}
	return nil
}

// oneAnswer reads the marked answer by itself; nil if the viewer may not read
// it, or it is gone.
func (p *Pages) oneAnswer(ctx context.Context, v *visit, post *models.Post) (*Said, error) {
	answer, err := p.Store.Post(ctx, v.viewer, post.Talk.AnswerID)
	if models.KindOf(err) == models.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	c, err := p.cast(ctx, []*models.Post{answer})
	if err != nil {
		return nil, err
	}
	return ptr(p.said(v, answer, c, scopeOf(post))), nil
}

func (p *Pages) acceptedView(v *visit, post *models.Post, x *models.Question, best Said, mayMark bool) *accepted {
	out := &accepted{Answer: best, Label: "This helped"}
	if post.Talk.Thanked {
		out.Label = "This helped, with thanks"
	}
	act := func(name, do string, primary bool) {
		out.Acts = append(out.Acts, Act{Name: name, Do: do, Action: "/questions/" + post.ID.String(), Token: v.FormToken(), Primary: primary})
	}
	if v.Session != nil && x.AskerID == v.viewer.AccountID && !post.Talk.Thanked {
		act("Thank "+best.By.Short, "thank", true)
	}
	if mayMark {
		act("It is still open", "reopen", false)
	}
	return out
}

// markable gives answers the button that says which one helped.
func (p *Pages) markable(v *visit, post *models.Post, answers []Said) {
	for i := range answers {
		a := &answers[i]
		a.Act = &Act{Name: "This helped", Do: "accept-" + a.ID.String(), Action: "/questions/" + post.ID.String(), Token: v.FormToken()}
		p.markable(v, post, a.Replies)
	}
}

// lift takes the answer with id, and what was said to it, out of a tree.
func lift(tree []Said, id models.ID) ([]Said, *Said) {
	for i := range tree {
		if tree[i].ID == id {
			found := tree[i]
			return append(tree[:i:i], tree[i+1:]...), &found
		}
		if rest, found := lift(tree[i].Replies, id); found != nil {
			tree[i].Replies = rest
			return tree, found
		}
	}
	return tree, nil
}

func answersHeading(n int, more, best bool) string {
	switch {
	case more:
		return "More than " + number(n) + " answers"
	case n <= 0 && best:
		return "Anything to add?"
	case n <= 0:
		return "Answers"
	case best:
		return capital(number(n)) + " more"
	}
	return capital(count(n, "answer", "answers"))
}

// questionActs are what the viewer can do with a question: keep it, and what
// its asker can.
func (p *Pages) questionActs(ctx context.Context, v *visit, post *models.Post, x *models.Question, author *models.Account) ([]Act, error) {
	acts, err := p.acts(ctx, v, post, p.person(author))
	if err != nil {
		return nil, err
	}
	var out []Act
	for _, a := range acts {
		if a.Do == "thank" || a.Do == "unthank" || a.URL == "#reply" {
			continue // a question is answered, not thanked
		}
		out = append(out, a)
	}
	return out, nil
}

// closeQuestion serves POST /questions/{id}: which answer helped, that none
// did, or thanks for the one that did.
func (p *Pages) closeQuestion(w http.ResponseWriter, r *http.Request, v *visit) error {
	ctx := r.Context()
	post, err := p.postOf(r, v)
	if err != nil {
		return err
	}
	if !isQuestion(post) {
		return notHere()
	}
	do, line := r.PostFormValue("do"), ""
	answer, accepts := strings.CutPrefix(do, "accept-")
	switch {
	case accepts:
		line = "accepted"
		_, err = p.Chapter.AcceptAnswer(ctx, v.viewer, post.ID, models.ParseID(answer))
	case do == "reopen":
		line = "reopened"
		_, err = p.Chapter.ReopenQuestion(ctx, v.viewer, post.ID)
	case do == "thank":
		line = "thanked"
		_, err = p.Chapter.ThankForAnswer(ctx, v.Account, post.ID)
	default:
		err = models.Errorf(models.Malformed, "This button is not known.")
	}
	if err != nil {
		return err
	}
	return see(w, r, p.postURL(post)+"?done="+line)
}

// credit says who asked and who answered, for a note that grows from a
// question.
func (p *Pages) credit(ctx context.Context, v *visit, post *models.Post) (string, error) {
	posts, err := p.Store.Descendants(ctx, v.viewer, post.ID, 2, perPage)
	if err != nil {
		return "", err
	}
	c, err := p.cast(ctx, []*models.Post{post}, posts)
	if err != nil {
		return "", err
	}
	who := "a member"
	if !post.Talk.Withheld {
		who = p.personIn(c, post.AuthorID).Name
	}
	var names []string
	seen := map[models.ID]bool{post.AuthorID: true}
	for _, a := range posts {
		if !seen[a.AuthorID] {
			seen[a.AuthorID] = true
			names = append(names, p.personIn(c, a.AuthorID).Name)
		}
	}
	if len(names) == 0 {
		return "From a question by " + who + ".", nil
	}
	return "From a question by " + who + ", with answers by " + and(names) + ".", nil
}

// quoted is text as a quotation in Markdown.
func quoted(html string) string {
	return "> " + strings.ReplaceAll(strings.TrimSpace(text.PlainText(html)), "\n", "\n> ")
}
