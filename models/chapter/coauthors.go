package chapter

import (
	"cmp"
	"context"
	"slices"

	"atelier/models"
	"atelier/models/store"
)

// errNobody does not say whether there is nobody of that name, or somebody who
// blocks.
var errNobody = models.Errorf(models.Invalid, "There is no member here by that name whom you could ask.").On("who")

// InviteCoAuthor asks a member, in the name of a note's author, to write it
// with them. Nobody is named before saying yes.
func (c *Chapter) InviteCoAuthor(ctx context.Context, me *models.Account, postID, who models.ID) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		p, err := leads(ctx, tx, me, postID)
		if err != nil {
			return err
		}
		if !viewer(ctx, tx, me.ID).IsMember() {
			return models.Errorf(models.Forbidden, "Only members ask others to write with them.")
		}
		if err := mayWriteWith(ctx, tx, p, who); err != nil {
			return err
		}
		if _, err := tx.CoAuthor(ctx, postID, who); models.KindOf(err) != models.NotFound {
			return models.Errorf(models.Conflict, "They have been asked already.").On("who").Because(err)
		}
		all, err := tx.CoAuthors(ctx, postID)
		if err != nil {
			return err
		}
		if len(all) >= models.MaxCoAuthors {
			return models.Errorf(models.Invalid, "A note names %d co-authors at most.", models.MaxCoAuthors).On("who")
		}
		x := &models.CoAuthor{ID: tx.NewID(), PostID: postID, AccountID: who, State: models.CoAuthorInvited, InvitedAt: tx.Now()}
		if err := tx.SetCoAuthor(ctx, x); err != nil {
			return err
		}
		return tellCoAuthors(ctx, tx, models.NotifyCoAuthorAsked, who, me.ID, p, 0)
	})
}

// leads returns a practice note of me, out or not.
func leads(ctx context.Context, tx *store.Tx, me *models.Account, postID models.ID) (*models.Post, error) {
	p, err := tx.Post(ctx, viewer(ctx, tx, me.ID), postID)
	if err == nil && (p.AuthorID != me.ID || !p.Local || p.Practice == nil) {
		err = store404
	}
	return p, err
}

// mayWriteWith says whether somebody can be asked to write a note with its
// author.
func mayWriteWith(ctx context.Context, tx *store.Tx, p *models.Post, who models.ID) error {
	if who == p.AuthorID {
		return models.Errorf(models.Invalid, "You are its author already.").On("who")
	}
	m, err := tx.Member(ctx, who)
	if models.KindOf(err) == models.NotFound {
		return errNobody
	}
	if err != nil {
		return err
	}
	blocked, err := tx.BlockedEitherWay(ctx, p.AuthorID, who)
	if err != nil {
		return err
	}
	if blocked || m.State != models.Active {
		return errNobody
	}
	if !m.Role.AtLeast(models.Ordinary) {
		return models.Errorf(models.Invalid, "Guests do not write notes here. Ask a member.").On("who")
	}
	if p.State != models.Published {
		return nil
	}
	if _, err = tx.Post(ctx, viewerOf(m), p.ID); models.KindOf(err) == models.NotFound {
		return models.Errorf(models.Invalid, "They cannot read this note, so they cannot write it with you.").On("who")
	}
	return err
}

// AnswerInvitation says yes or no, in the name of who was asked, to being a
// co-author. Who says yes is named.
func (c *Chapter) AnswerInvitation(ctx context.Context, me *models.Account, postID models.ID, yes bool) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		p, x, err := writesWith(ctx, tx, me, postID)
		if err != nil {
			return err
		}
		if x.State != models.CoAuthorInvited {
			return models.Errorf(models.Conflict, "You have answered already.")
		}
		if err := tx.DeleteNotificationsAbout(ctx, models.NotifyCoAuthorAsked, me.ID, postID); err != nil {
			return err
		}
		if !yes {
			if err := tx.DeleteCoAuthor(ctx, postID, me.ID); err != nil {
				return err
			}
			return tellCoAuthors(ctx, tx, models.NotifyCoAuthorRefused, p.AuthorID, me.ID, p, 0)
		}
		if !viewer(ctx, tx, me.ID).IsMember() {
			return models.Errorf(models.Forbidden, "Only members write notes here.")
		}
		x.AnsweredAt = tx.Now()
		if accepted, err := tx.AcceptCoAuthor(ctx, x); err != nil || !accepted {
			return cmp.Or(err, error(store404))
		}
		if err := tellCoAuthors(ctx, tx, models.NotifyCoAuthorJoined, p.AuthorID, me.ID, p, 0); err != nil {
			return err
		}
		return c.recredit(ctx, tx, p)
	})
}

// writesWith returns a note that me was asked to write with its author, and
// what became of that.
func writesWith(ctx context.Context, tx *store.Tx, me *models.Account, postID models.ID) (*models.Post, *models.CoAuthor, error) {
	p, err := tx.PostWith(ctx, viewer(ctx, tx, me.ID), postID)
	if err != nil {
		return nil, nil, err
	}
	x, err := tx.CoAuthor(ctx, postID, me.ID)
	return p, x, err
}

// StepDown ends that me is a co-author of a note. What it wrote stays.
func (c *Chapter) StepDown(ctx context.Context, me *models.Account, postID models.ID) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		p, _, err := writesWith(ctx, tx, me, postID)
		if err != nil {
			return err
		}
		if err := c.part(ctx, tx, p, me.ID); err != nil {
			return err
		}
		return tellCoAuthors(ctx, tx, models.NotifyCoAuthorLeft, p.AuthorID, me.ID, p, 0)
	})
}

// RemoveCoAuthor ends, in the name of a note's author, that somebody is a
// co-author or asked to be one.
func (c *Chapter) RemoveCoAuthor(ctx context.Context, me *models.Account, postID, who models.ID) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		p, err := leads(ctx, tx, me, postID)
		if err != nil {
			return err
		}
		x, err := tx.CoAuthor(ctx, postID, who)
		if err != nil {
			return err
		}
		if err := c.part(ctx, tx, p, who); err != nil || x.State == models.CoAuthorInvited {
			return err
		}
		return tellCoAuthors(ctx, tx, models.NotifyCoAuthorRemoved, who, me.ID, p, 0)
	})
}

// part ends what somebody has to do with a note: the name goes, and what was
// proposed and not answered is declined.
func (c *Chapter) part(ctx context.Context, tx *store.Tx, p *models.Post, who models.ID) error {
	if err := tx.DeleteCoAuthor(ctx, p.ID, who); err != nil {
		return err
	}
	if err := tx.DeleteNotificationsAbout(ctx, models.NotifyCoAuthorAsked, who, p.ID); err != nil {
		return err
	}
	x, err := tx.PendingProposal(ctx, p.ID, who)
	switch {
	case models.KindOf(err) == models.NotFound:
	case err != nil:
		return err
	case x.State == models.ProposalBegun:
		err = tx.DeleteProposal(ctx, x.ID)
	default:
		err = endProposal(ctx, tx, p, x, models.ProposalDeclined)
	}
	if err != nil && models.KindOf(err) != models.NotFound {
		return err
	}
	return c.recredit(ctx, tx, p)
}

// partEach ends what two accounts have to do with each other's notes: one of
// them blocks the other.
func (c *Chapter) partEach(ctx context.Context, tx *store.Tx, a, b models.ID) error {
	between, err := tx.CoAuthorsBetween(ctx, a, b)
	if err != nil {
		return err
	}
	for _, x := range between {
		p, err := tx.PostByID(ctx, x.PostID)
		if err != nil {
			return err
		}
		if !p.Local {
			continue
		}
		if err := c.part(ctx, tx, p, x.AccountID); err != nil {
			return err
		}
	}
	return nil
}

// recredit names in a note who agreed to be, and tells others if that is not
// who was named before.
func (c *Chapter) recredit(ctx context.Context, tx *store.Tx, p *models.Post) error {
	all, err := tx.CoAuthors(ctx, p.ID)
	if err != nil {
		return err
	}
	with := agreed(all)
	if p.State != models.Published || slices.Equal(with, p.Practice.With) {
		return nil
	}
	now, pr := *p, *p.Practice
	pr.With = with
	now.Practice, now.UpdatedAt = &pr, tx.Now()
	return c.reform(ctx, tx, p, &now)
}

// reform stores the form of a note, whose text is as it was, and tells of it as
// of an edit: no version comes of it, and the chapter does not announce it
// again.
func (c *Chapter) reform(ctx context.Context, tx *store.Tx, old, now *models.Post) error {
	set, err := tx.SetPractice(ctx, now)
	if err != nil {
		return err
	}
	if !set {
		return models.Errorf(models.Conflict, "The note was changed in the same moment. Try it again.")
	}
	return c.tellOfEdit(ctx, tx, old, now)
}

// agreed are the co-authors who said yes.
func agreed(all []*models.CoAuthor) (with []models.ID) {
	for _, x := range all {
		if x.State == models.CoAuthorAccepted {
			with = append(with, x.AccountID)
		}
	}
	return with
}

// tellCoAuthors notifies somebody of what happened between those who write a
// note, on pages only.
func tellCoAuthors(ctx context.Context, tx *store.Tx, what models.NotificationType, to, from models.ID, p *models.Post, proposal models.ID) error {
	_, err := tx.AddNotification(ctx, &models.Notification{ID: tx.NewID(), AccountID: to, Type: what, FromID: from, PostID: p.ID, ReportID: proposal, CreatedAt: tx.Now()})
	return err
}

// company is who writes a draft with its author, and what they propose: it goes
// along when a post takes the draft's place.
type company struct {
	coAuthors []*models.CoAuthor
	proposals []*models.Proposal
}

// companyOf reads the company of a draft that p takes the place of, and names
// in p who agreed.
func companyOf(ctx context.Context, tx *store.Tx, draft models.ID, p *models.Post) (k company, err error) {
	if draft == 0 || p.Practice == nil {
		return k, nil
	}
	if k.coAuthors, err = tx.CoAuthors(ctx, draft); err != nil {
		return k, err
	}
	pr := *p.Practice
	pr.With = agreed(k.coAuthors)
	p.Practice = &pr
	k.proposals, err = tx.AllProposals(ctx, draft)
	return k, err
}

// join gives the company to the post that took the draft's place. Who has not
// answered yet is asked again, as the notice went with the draft.
func (k company) join(ctx context.Context, tx *store.Tx, p *models.Post) error {
	for _, x := range k.coAuthors {
		x.PostID = p.ID
		if err := tx.SetCoAuthor(ctx, x); err != nil {
			return err
		}
		if x.State == models.CoAuthorInvited {
			if err := tellCoAuthors(ctx, tx, models.NotifyCoAuthorAsked, x.AccountID, p.AuthorID, p, 0); err != nil {
				return err
			}
		}
	}
	for _, x := range k.proposals {
		x.PostID = p.ID
		if err := tx.SetProposal(ctx, x); err != nil {
			return err
		}
		if x.State == models.ProposalOpen {
			if err := tellCoAuthors(ctx, tx, models.NotifyProposed, p.AuthorID, x.AccountID, p, x.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// markVersion notes who made the version that a note has now, if that was not
// its author, and that it is a small fix.
func markVersion(ctx context.Context, tx *store.Tx, p *models.Post, by models.ID, small bool) error {
	if !p.Local || by == p.AuthorID && !small {
		return nil
	}
	return tx.AddVersionMark(ctx, models.VersionMark{PostID: p.ID, Version: p.Version, AccountID: by, Small: small, CreatedAt: tx.Now()})
}

// asMarked gives a version that is kept who made it, and when it was a small
// fix, its own time.
func asMarked(ctx context.Context, tx *store.Tx, r *models.Revision) error {
	marks, err := tx.VersionMarks(ctx, r.PostID)
	if m, ok := marks[r.Version]; ok {
		r.AccountID, r.CreatedAt = m.AccountID, m.CreatedAt
	}
	return err
}

// placeContributors finds whom a note from elsewhere names beside its author,
// as far as they are known here. Its server speaks for its own people alone:
// nobody else said there that they agree.
func placeContributors(ctx context.Context, tx *store.Tx, in Incoming, p *models.Post) error {
	if p.Practice == nil || len(in.Contributors) == 0 {
		return nil
	}
	known, err := tx.AccountsByURI(ctx, in.Contributors)
	if err != nil {
		return err
	}
	pr := *p.Practice
	pr.With = nil
	for _, uri := range in.Contributors {
		a := known[uri]
		if a != nil && a.ID != p.AuthorID && a.Type == models.Person && !a.Local() && len(pr.With) < models.MaxCoAuthors && !slices.Contains(pr.With, a.ID) {
			pr.With = append(pr.With, a.ID)
		}
	}
	p.Practice = &pr
	return nil
}

// keepContributors stores whom a note from elsewhere names.
func keepContributors(ctx context.Context, tx *store.Tx, p *models.Post) error {
	if p.Practice == nil {
		return nil
	}
	return tx.SetContributors(ctx, p.ID, p.Practice.With, tx.NewID, tx.Now())
}
