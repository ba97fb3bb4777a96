package chapter

import (
	"context"
	"fmt"
	"strings"
	"time"

	"atelier/models"
	"atelier/models/store"
	"atelier/models/text"
)

// objectionTime is how long the author of a note, or a steward, may object to
// a report from elsewhere before it counts.
const objectionTime = 48 * time.Hour

// intend finds out what a post is beyond its words: what its author chose, or
// said by hashtags and its first line in an app (PRODUCT: scopes and apps).
func intend(d Draft, p *models.Post, parent *models.Post) error {
	t := d.Talk
	in := text.IntentOf(p.Tags...)
	if d.FromApp && parent == nil {
		if title, _ := text.SplitTitle(p.Source); title != "" {
			t.Title = title
		}
		t.Question = t.Question || in.Question
		if in.Note {
			p.State, p.Visibility, p.LocalOnly, p.GroupID = models.Draft, models.Direct, true, 0
		}
	}
	if d.FromApp && in.Tried && parent != nil && parent.Practice != nil {
		t.Tried, t.Outcome = true, in.Outcome
	}
	if t.Tried {
		switch {
		case parent == nil || parent.Practice == nil:
			return models.Errorf(models.Invalid, "One can report on a practice note only.")
		case t.Outcome != "" && t.Outcome.Words() == "":
			return models.Errorf(models.Invalid, "Please choose how it went.").On("outcome")
		case t.Setting != "" && t.Setting.Words() == "":
			return models.Errorf(models.Invalid, "Please choose where it was.").On("setting")
		}
		t.NoteURI = parent.URI
	}
	if t != (models.Talk{}) {
		p.Talk = &t
	}
	return nil
}

// Tried is a report of having tried a note.
type Tried struct {
	Outcome models.Outcome
	Setting models.Setting // "" if not said
	Line    string         // what there is to say, may be ""
}

// Tried says how a practice note went: an answer to it in plain words, which
// the note counts.
func (c *Chapter) Tried(ctx context.Context, me *models.Account, noteID models.ID, r Tried) (*models.Post, error) {
	if r.Outcome.Words() == "" {
		return nil, models.Errorf(models.Invalid, "Please choose how it went.").On("outcome")
	}
	talk := models.Talk{Tried: true, Outcome: r.Outcome, Setting: r.Setting}
	words := talk.Sentence()
	if line := strings.TrimSpace(r.Line); line != "" {
		words += " " + line
	}
	v, err := c.Store.ViewerOf(ctx, me.ID)
	if err != nil {
		return nil, err
	}
	note, err := c.Store.Post(ctx, v, noteID)
	if err != nil {
		return nil, err
	}
	here := note.LocalOnly
	return c.Publish(ctx, me, Draft{Source: words, InReplyTo: noteID, Visibility: note.Visibility, LocalOnly: &here, Talk: talk})
}

// ObjectToReport takes a report off its note's count, in the name of the
// note's author or a steward. The answer itself stays.
func (c *Chapter) ObjectToReport(ctx context.Context, by models.Viewer, postID models.ID) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		r, err := tx.Report(ctx, postID)
		if err != nil {
			return err
		}
		note, err := tx.PostByID(ctx, r.NoteID)
		if err != nil {
			return err
		}
		if note.AuthorID != by.AccountID && !by.IsSteward() {
			return models.Errorf(models.Forbidden, "Only the note's author or a steward may object.")
		}
		if _, err := tx.ObjectToReport(ctx, postID, by.AccountID); err != nil {
			return err
		}
		return tx.TouchPost(ctx, note.ID)
	})
}

// record keeps what a new post is beyond its words: a report on a note of
// ours, a question, a note with themes.
func (c *Chapter) record(ctx context.Context, tx *store.Tx, out *composed) error {
	p := out.post
	if p.Local && p.Practice != nil {
		if err := c.recordThemes(ctx, tx, p, p.Practice.Themes); err != nil {
			return err
		}
	}
	if p.Talk == nil {
		return nil
	}
	if p.Talk.Tried && out.parent != nil && out.parent.Local && out.parent.Practice != nil {
		r := &models.Report{PostID: p.ID, NoteID: out.parent.ID, AccountID: p.AuthorID, Outcome: p.Talk.Outcome, Setting: p.Talk.Setting, CountsAt: tx.Now(), CreatedAt: p.CreatedAt}
		if !p.Local && p.AuthorID != out.parent.AuthorID {
			r.CountsAt = tx.Now().Add(objectionTime)
		}
		if err := tx.AddReport(ctx, r); err != nil {
			return err
		}
		return tx.TouchPost(ctx, out.parent.ID)
	}
	if p.Talk.Question && p.Local {
		x := &models.Question{PostID: p.ID, State: models.QuestionOpen, AskerID: p.AuthorID, AskedAt: p.CreatedAt}
		if out.asker != 0 {
			x.AskerID, x.Withheld = out.asker, true
		}
		if err := tx.AddQuestion(ctx, x); err != nil {
			return err
		}
		return c.recordThemes(ctx, tx, p, out.themes)
	}
	return nil
}

// tellAsker tells who asked a question with the name withheld that somebody
// answered.
func (c *Chapter) tellAsker(ctx context.Context, tx *store.Tx, out *composed) error {
	parent := out.parent
	if parent == nil || parent.Talk == nil || !parent.Talk.Withheld {
		return nil
	}
	x, err := tx.Question(ctx, parent.ID)
	if err != nil || x.AskerID == out.post.AuthorID {
		return err
	}
	return c.notify(ctx, tx, models.Notification{AccountID: x.AskerID, Type: models.NotifyMention, FromID: out.post.AuthorID, PostID: out.post.ID})
}

// AskWithheld asks a question that the chapter posts: who asked is kept, and
// shown to nobody but the asker.
func (c *Chapter) AskWithheld(ctx context.Context, me *models.Account, d Draft) (*models.Post, error) {
	group, err := c.Group(ctx)
	if err != nil {
		return nil, err
	}
	if d.InReplyTo != 0 || len(d.Media) > 0 || d.Practice != nil {
		return nil, models.Errorf(models.Invalid, "With the name withheld one can ask in words only.")
	}
	d.Talk = models.Talk{Title: d.Talk.Title, Question: true, Withheld: true}
	out, err := c.compose(ctx, me, d)
	if err != nil {
		return nil, err
	}
	out.post.AuthorID, out.asker = group.ID, me.ID
	return out.post, c.putOut(ctx, group, out, d, 0)
}

// AcceptAnswer marks what answers a question, in the name of who asked it or a
// steward. Accepting another one takes the first one's place.
func (c *Chapter) AcceptAnswer(ctx context.Context, by models.Viewer, questionID, answerID models.ID) (*models.Post, error) {
	return c.closeQuestion(ctx, by, questionID, func(tx *store.Tx, p *models.Post, x *models.Question) error {
		answer, err := tx.Post(ctx, by, answerID)
		if err != nil {
			return err
		}
		if answer.ThreadID != p.ThreadID || answer.ID == p.ID || answer.BoostOfID != 0 {
			return models.Errorf(models.Invalid, "That is no answer to this question.")
		}
		author, err := tx.Account(ctx, answer.AuthorID)
		if err != nil {
			return err
		}
		x.State, x.AnswerID, x.AnsweredAt = models.QuestionAnswered, answer.ID, tx.Now()
		p.Talk.AnswerID, p.Talk.AnswerURI, p.Talk.AnsweredBy, p.Talk.Thanked = answer.ID, "", author.Label(), false
		if answer.ForAll() { // the question's document names it
			p.Talk.AnswerURI = answer.URI
		}
		return nil
	})
}

// ReopenQuestion takes back that a question is answered, in the name of who
// asked it or a steward.
func (c *Chapter) ReopenQuestion(ctx context.Context, by models.Viewer, questionID models.ID) (*models.Post, error) {
	return c.closeQuestion(ctx, by, questionID, func(_ *store.Tx, p *models.Post, x *models.Question) error {
		if x.State == models.QuestionOpen {
			return models.Errorf(models.Invalid, "It is open already.")
		}
		x.State, x.AnswerID, x.AnsweredAt = models.QuestionOpen, 0, time.Time{}
		p.Talk.AnswerID, p.Talk.AnswerURI, p.Talk.AnsweredBy, p.Talk.Thanked = 0, "", "", false
		return nil
	})
}

// ThankForAnswer closes a question for good: who asked thanks for the answer.
func (c *Chapter) ThankForAnswer(ctx context.Context, me *models.Account, questionID models.ID) (*models.Post, error) {
	by := models.Viewer{AccountID: me.ID}
	var answer models.ID
	p, err := c.closeQuestion(ctx, by, questionID, func(tx *store.Tx, p *models.Post, x *models.Question) error {
		if x.State == models.QuestionOpen {
			return models.Errorf(models.Invalid, "First mark which answer helped.")
		}
		x.State, p.Talk.Thanked, answer = models.QuestionThanked, true, x.AnswerID
		return nil
	})
	if err != nil || answer == 0 {
		return p, err
	}
	_, err = c.Favourite(ctx, me, answer)
	if models.KindOf(err) == models.NotFound {
		err = nil // the answer went meanwhile
	}
	return p, err
}

func (c *Chapter) closeQuestion(ctx context.Context, by models.Viewer, id models.ID, change func(*store.Tx, *models.Post, *models.Question) error) (*models.Post, error) {
	var after *models.Post
	err := c.Store.Write(ctx, func(tx *store.Tx) error {
		p, err := tx.PostByID(ctx, id)
		if err != nil {
			return err
		}
		x, err := tx.Question(ctx, id)
		if err != nil {
			return err
		}
		if x.AskerID != by.AccountID && !by.IsSteward() {
			return models.Errorf(models.Forbidden, "Only who asked, or a steward, may say what answers a question.")
		}
		if p.Talk == nil {
			return fmt.Errorf("question %d says nothing of itself", id)
		}
		if err := change(tx, p, x); err != nil {
			return err
		}
		if err := tx.AddQuestion(ctx, x); err != nil {
			return err
		}
		if err := tx.SetTalk(ctx, p.ID, p.Talk, tx.Now()); err != nil {
			return err
		}
		if after, err = tx.PostByID(ctx, id); err != nil {
			return err
		}
		return tx.Leave(ctx, models.Event{Kind: models.PostEdited, AccountID: p.AuthorID, PostID: p.ID, Federates: p.Leaves()})
	})
	return after, err
}
