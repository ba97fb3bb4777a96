package deliver

import (
	"atelier/federation/wire"
	"atelier/models"
)

// quoted is the author of what a post quotes, 0 if it quotes nothing that is
// here.
func (p *planner) quoted(post *models.Post) models.ID {
	if post.QuoteOfID == 0 {
		return 0
	}
	q, err := p.stored(post.QuoteOfID)
	if err != nil {
		return 0
	}
	return q.AuthorID
}

// quoteAsked asks an author elsewhere whether a post of ours may quote it
// (FEP-044f). The post goes along.
func (p *planner) quoteAsked() error {
	c, err := p.post(p.event.PostID)
	if err != nil || !c.Post.Leaves() {
		return err
	}
	author, err := p.account(p.event.TargetID)
	if err != nil {
		return err
	}
	doc, err := p.encoder.QuoteRequest(p.d.urls.QuoteRequest(p.actor.URI, c.Post.ID), c, c.Post.QuoteURI, author.URI)
	if err != nil {
		return err
	}
	to := p.audience()
	to.add(author.InboxURI)
	return p.tell(doc, c.Post.URI, false, to)
}

// quoteAnswered tells who asked to do something with a post of ours whether
// that may be.
func (p *planner) quoteAnswered() error {
	var asked models.Asked
	if err := p.data(&asked); err != nil {
		return err
	}
	other, err := p.account(p.event.TargetID)
	if err != nil {
		return err
	}
	to := p.audience()
	to.add(other.InboxURI)
	request, u, e := p.encoder.Asked(asked.Kind, asked.Request, other.URI, asked.Of, asked.By), p.d.urls, p.encoder
	answer := func() (doc wire.Document, err error) {
		if asked.Stamp == "" {
			return e.Reject(u.Reject(p.actor.URI, p.event.ID), p.actor.URI, other.URI, request)
		}
		return e.Accept(u.Accept(p.actor.URI, p.event.ID), p.actor.URI, other.URI, request, asked.Stamp)
	}
	doc, err := answer()
	if err != nil {
		return err
	}
	return p.tell(doc, asked.By, false, to)
}

// quoteRevoked tells that a consent was taken back: who quoted, and the
// followers, who may hold the quote.
func (p *planner) quoteRevoked() error {
	var asked models.Asked
	if err := p.data(&asked); err != nil {
		return err
	}
	other, err := p.account(p.event.TargetID)
	if err != nil {
		return err
	}
	to := p.audience()
	if err := to.followers(p.actor.ID); err != nil {
		return err
	}
	to.add(other.Inbox())
	return p.tell(p.encoder.RevokeQuote(asked.Stamp, p.actor.URI, []string{other.URI, p.actor.FollowersURI}), asked.Stamp, true, to)
}
