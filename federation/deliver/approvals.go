package deliver

import (
	"atelier/federation/wire"
	"atelier/models"
)

// approval is how it stands with an answer or boost, the zero Approval where
// nobody has to be asked.
func (p *planner) approval(post *models.Post) (models.Approval, error) {
	if post.InReplyToID == 0 && post.BoostOfID == 0 {
		return models.Approval{}, nil
	}
	a, err := p.d.store.Approval(p.ctx, post.ID)
	if models.KindOf(err) == models.NotFound {
		return models.Approval{}, nil
	}
	if err != nil {
		return models.Approval{}, err
	}
	return *a, nil
}

// asked sends an answer that its parent's author wants to be asked about
// (GoToSocial interaction policies) to that author alone, and reports true, as
// long as there is no consent. Then it goes to everybody, with the consent.
func (p *planner) asked(c *wire.PostContext) (bool, error) {
	approval, err := p.approval(c.Post)
	if err != nil {
		return true, err
	}
	c.ApprovedBy = approval.Stamp
	if approval.State != models.ApprovalAsked {
		return approval.State == models.ApprovalRefused, nil
	}
	if p.event.Kind != models.PostPublished {
		return true, nil
	}
	author, err := p.account(c.Post.InReplyToAuthorID)
	if err != nil {
		return true, err
	}
	doc, err := p.encoder.Create(*c)
	if err != nil {
		return true, err
	}
	to := p.audience()
	to.add(author.InboxURI)
	return true, p.tell(doc, c.Post.URI, c.Post.Visibility.Open(), to)
}

// approved tells everybody of an answer or boost, now that its author was
// asked.
func (p *planner) approved() error {
	post, err := p.stored(p.event.PostID)
	if err != nil {
		return err
	}
	if post.BoostOfID != 0 {
		return p.boosted()
	}
	return p.published()
}
