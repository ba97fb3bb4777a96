package chapter

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"atelier/models"
	"atelier/models/store"
	"atelier/models/text"
)

// Limits on what a proposal holds, in characters.
const (
	maxLine    = 200
	maxSummary = 2000
	maxAnswer  = 500
)

// WordingOf is a note in the words that co-authors change.
func WordingOf(p *models.Post) models.Wording {
	return models.Wording{Title: p.Title, Summary: text.PlainText(p.Summary), Sections: p.Practice.Sections}
}

// BeginProposal returns what me proposes for a note, or what it begins with:
// the note as it is. Nobody else knows of it before Propose.
func (c *Chapter) BeginProposal(ctx context.Context, me *models.Account, postID models.ID) (*models.Proposal, error) {
	var x *models.Proposal
	err := c.Store.Write(ctx, func(tx *store.Tx) error {
		p, err := proposesFor(ctx, tx, me, postID)
		if err != nil {
			return err
		}
		now := WordingOf(p)
		if x, err = tx.PendingProposal(ctx, postID, me.ID); models.KindOf(err) == models.NotFound {
			x = &models.Proposal{ID: tx.NewID(), PostID: postID, AccountID: me.ID, State: models.ProposalBegun, CreatedAt: tx.Now()}
		} else if err != nil || x.State == models.ProposalOpen || x.Base.Seal() == now.Seal() {
			return err
		}
		x.Base, x.Text, x.ChangedAt = now, now, tx.Now()
		return tx.SetProposal(ctx, x)
	})
	return x, err
}

// proposesFor returns a note that me, a co-author who agreed, can propose
// changes for.
func proposesFor(ctx context.Context, tx *store.Tx, me *models.Account, postID models.ID) (*models.Post, error) {
	p, x, err := writesWith(ctx, tx, me, postID)
	if err != nil {
		return nil, err
	}
	if x.State != models.CoAuthorAccepted || !viewer(ctx, tx, me.ID).IsMember() || p.Practice == nil || !p.Local {
		return nil, store404
	}
	return p, nil
}

// Proposed is what a co-author says in a proposal.
type Proposed struct {
	Seal   string // of the Base of the proposal that BeginProposal returned
	Reason string // in one line
	Text   models.Wording
}

// Propose sends the proposal of me for a note to its author, or changes the one
// that was sent. The note stays as it is.
func (c *Chapter) Propose(ctx context.Context, me *models.Account, postID models.ID, said Proposed) (*models.Proposal, error) {
	said.Reason = strings.Join(strings.Fields(text.CleanName(said.Reason)), " ")
	switch {
	case said.Reason == "":
		return nil, models.Errorf(models.Invalid, "Please say in one line what you changed, or why.").On("reason")
	case len([]rune(said.Reason)) > maxLine:
		return nil, models.Errorf(models.Invalid, "That line may have %d characters at most.", maxLine).On("reason")
	}
	var x *models.Proposal
	err := c.Store.Write(ctx, func(tx *store.Tx) error {
		p, err := proposesFor(ctx, tx, me, postID)
		if err != nil {
			return err
		}
		words, err := checkWording(p, said.Text)
		if err != nil {
			return err
		}
		if x, err = tx.PendingProposal(ctx, postID, me.ID); err != nil && models.KindOf(err) != models.NotFound {
			return err
		}
		if err != nil || x.Base.Seal() != said.Seal {
			return models.Errorf(models.Conflict, "It was begun anew since, perhaps in another window. What you wrote is still here: look at it, then save it again.")
		}
		if words.Seal() == x.Base.Seal() {
			return models.Errorf(models.Invalid, "It is the note as it was when you began. Change something first.")
		}
		if x.State == models.ProposalOpen {
			if open, err := tx.HoldProposal(ctx, x.ID); err != nil || !open {
				return cmp.Or(err, error(models.Errorf(models.Conflict, "It was answered in the same moment.")))
			}
		}
		x.State, x.Reason, x.Text, x.ChangedAt = models.ProposalOpen, said.Reason, words, tx.Now()
		if err := tx.SetProposal(ctx, x); err != nil {
			return err
		}
		if err := tx.DeleteNotificationsOf(ctx, models.NotifyProposed, me.ID, p.AuthorID, p.ID); err != nil {
			return err
		}
		return tellCoAuthors(ctx, tx, models.NotifyProposed, p.AuthorID, me.ID, p, x.ID)
	})
	return x, err
}

// checkWording tidies what is proposed for a note. A draft may be half a note
// still.
func checkWording(p *models.Post, w models.Wording) (models.Wording, error) {
	w.Title = strings.TrimSpace(text.CleanName(w.Title))
	w.Summary = strings.TrimSpace(strings.ReplaceAll(w.Summary, "\r\n", "\n"))
	if len([]rune(w.Summary)) > maxSummary {
		return w, models.Errorf(models.Invalid, "The two sentences may have %d characters at most.", maxSummary).On("summary")
	}
	pr := *p.Practice
	pr.Sections = w.Sections
	checked, err := checkPractice(Draft{Practice: &pr}, w.Title)
	if err != nil && p.State == models.Published {
		return w, err
	}
	if err == nil {
		w.Sections = checked.Sections
		return w, nil
	}
	if length := len([]rune((&models.Practice{Kind: pr.Kind, Sections: w.Sections}).Markdown())); length > MaxPractice || len([]rune(w.Title)) > maxTitle {
		return w, err
	}
	sections := w.Sections
	w.Sections = nil
	for _, s := range sections {
		if s.Text = strings.TrimSpace(strings.ReplaceAll(s.Text, "\r\n", "\n")); s.Text != "" && (s.Key == models.FreeSection || pr.Kind.Heading(s.Key) != "") {
			w.Sections = append(w.Sections, s)
		}
	}
	return w, nil
}

// WithdrawProposal takes back what me proposes for a note.
func (c *Chapter) WithdrawProposal(ctx context.Context, me *models.Account, postID models.ID) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		x, err := tx.PendingProposal(ctx, postID, me.ID)
		if err != nil {
			return err
		}
		p, err := tx.PostByID(ctx, postID)
		if err != nil {
			return err
		}
		if err := tx.DeleteNotificationsOf(ctx, models.NotifyProposed, me.ID, p.AuthorID, p.ID); err != nil {
			return err
		}
		return tx.DeleteProposal(ctx, x.ID)
	})
}

// Seen is how a proposal and the note that it is for are known again: who takes
// it over has looked at both.
func Seen(p *models.Post, x *models.Proposal) string { return WordingOf(p).Seal() + x.Text.Seal() }

// MergeProposal takes a proposal over, in the name of the note's author: it
// becomes a version by the co-author, for the co-author's reason. What the
// proposal left alone stays as it is now. seen is what the author looked at.
func (c *Chapter) MergeProposal(ctx context.Context, me *models.Account, id models.ID, seen string) (*models.Post, error) {
	x, old, err := c.answerable(ctx, me, id)
	if err != nil {
		return nil, err
	}
	changed := models.Errorf(models.Conflict, "Something changed since you looked. Compare them again.")
	if Seen(old, x) != seen {
		return nil, changed
	}
	was := WordingOf(old)
	words, _ := was.Merge(x.Base, x.Text)
	out, err := c.reword(ctx, me, old, words)
	if err != nil {
		return nil, err
	}
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		now, err := tx.PostByID(ctx, old.ID)
		if err != nil {
			return err
		}
		open, err := tx.HoldProposal(ctx, id)
		if err != nil {
			return err
		}
		x, err := tx.Proposal(ctx, models.Viewer{AccountID: me.ID}, id)
		if err != nil {
			return err
		}
		if !open || Seen(now, x) != seen || now.Version != old.Version || now.State != old.State {
			return changed
		}
		x.Replaced = &was
		if now.State == models.Draft {
			out.post.EditedAt = tx.Now()
			err = tx.SetPost(ctx, out.post, "")
		} else {
			x.Version = now.Version + 1
			err = c.replace(ctx, tx, now, out, x.Reason, x.AccountID)
		}
		if err != nil {
			return err
		}
		if err := endProposal(ctx, tx, now, x, models.ProposalMerged); err != nil {
			return err
		}
		return tellCoAuthors(ctx, tx, models.NotifyProposalMerged, x.AccountID, me.ID, now, x.ID)
	})
	return out.post, err
}

// answerable returns an open proposal for a note of me, and the note.
func (c *Chapter) answerable(ctx context.Context, me *models.Account, id models.ID) (*models.Proposal, *models.Post, error) {
	v, err := c.Store.ViewerOf(ctx, me.ID)
	if err != nil {
		return nil, nil, err
	}
	x, err := c.Store.Proposal(ctx, v, id)
	if err != nil {
		return nil, nil, err
	}
	p, err := c.Store.Post(ctx, v, x.PostID)
	switch {
	case err != nil:
		return nil, nil, err
	case p.AuthorID != me.ID:
		return nil, nil, store404
	case x.State != models.ProposalOpen:
		return nil, nil, models.Errorf(models.Conflict, "It was answered already.")
	case p.State == models.Waiting:
		return nil, nil, models.Errorf(models.Conflict, "The note is about to leave. Call it back first, or wait until it is out.")
	}
	return x, p, nil
}

// reword is a note in other words.
func (c *Chapter) reword(ctx context.Context, me *models.Account, old *models.Post, w models.Wording) (*composed, error) {
	pr := *old.Practice
	pr.Sections = w.Sections
	ownSummary := w.Summary != text.PlainText(old.Summary)
	if old.State == models.Draft {
		p := *old
		p.Title, p.Practice, p.Source = w.Title, &pr, pr.Markdown()
		if ownSummary {
			p.Summary = text.Render(w.Summary, models.PlainText, text.Env{})
		}
		return &composed{post: &p}, nil
	}
	e := Edit{Title: &w.Title, Practice: &pr}
	if ownSummary {
		e.Summary = &w.Summary
	}
	return c.recompose(ctx, me, old, e)
}

// endProposal notes what became of a proposal, and takes back that the lead was
// told of it.
func endProposal(ctx context.Context, tx *store.Tx, p *models.Post, x *models.Proposal, state models.ProposalState) error {
	x.State, x.AnsweredAt = state, tx.Now()
	if err := tx.SetProposal(ctx, x); err != nil {
		return err
	}
	return tx.DeleteNotificationsOf(ctx, models.NotifyProposed, x.AccountID, p.AuthorID, p.ID)
}

// DeclineProposal says no to a proposal, in the name of the note's author, with
// a sentence for the co-author.
func (c *Chapter) DeclineProposal(ctx context.Context, me *models.Account, id models.ID, answer string) error {
	answer = strings.TrimSpace(strings.ReplaceAll(answer, "\r\n", "\n"))
	switch {
	case answer == "":
		return models.Errorf(models.Invalid, "Please say why, in one sentence. They will read it.").On("answer")
	case len([]rune(answer)) > maxAnswer:
		return models.Errorf(models.Invalid, "That may have %d characters at most.", maxAnswer).On("answer")
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		x, err := tx.Proposal(ctx, models.Viewer{AccountID: me.ID}, id)
		if err != nil {
			return err
		}
		p, err := leads(ctx, tx, me, x.PostID)
		if err != nil {
			return err
		}
		if open, err := tx.HoldProposal(ctx, id); err != nil || !open {
			return cmp.Or(err, error(models.Errorf(models.Conflict, "It was answered already, or taken back.")))
		}
		x.Answer = answer
		if err := endProposal(ctx, tx, p, x, models.ProposalDeclined); err != nil {
			return err
		}
		return tellCoAuthors(ctx, tx, models.NotifyProposalRefused, x.AccountID, me.ID, p, x.ID)
	})
}

// proposals adds what the member proposed for notes of others.
func (a *archive) proposals() error {
	mine := func(p store.Page) ([]*models.Proposal, error) { return a.Store.ProposalsBy(a.ctx, a.me.ID, p) }
	return store.InPages(mine, func(x *models.Proposal) models.ID { return x.ID }, func(page []*models.Proposal) error {
		for _, x := range page {
			if err := a.proposal(x); err != nil {
				return err
			}
		}
		return nil
	})
}

func (a *archive) proposal(x *models.Proposal) error {
	p, err := a.Store.PostByID(a.ctx, x.PostID)
	if err != nil {
		return err
	}
	pr := models.Practice{Sections: x.Text.Sections}
	if p.Practice != nil {
		pr.Kind = p.Practice.Kind
	}
	return a.add("proposals/"+x.ID.String()+".md", func(w io.Writer) error {
		_, err := fmt.Fprintf(w, "---\ntitle: %q\nsummary: %q\nreason: %q\nstate: %q\nanswer: %q\nnote: %q\ndate: %s\n---\n\n%s\n",
			x.Text.Title, x.Text.Summary, x.Reason, x.State, x.Answer, p.URI, x.ChangedAt.UTC().Format(time.RFC3339), pr.Markdown())
		return err
	})
}
