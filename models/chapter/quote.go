package chapter

import (
	"context"
	"time"

	"atelier/models"
	"atelier/models/store"
)

// A quote shows somebody else's words. Who wrote them decides (FEP-044f): the
// author's server answers a request, and its consent is a document that
// everybody can look up, until it is taken back.

// quotable says whether an account may quote a local post.
func (c *Chapter) quotable(ctx context.Context, tx *store.Tx, q *models.Post, by models.ID) (bool, error) {
	if q.AuthorID == by {
		return true, nil
	}
	if blocked, err := tx.BlockedEitherWay(ctx, by, q.AuthorID); err != nil || blocked {
		return false, err
	}
	if !q.Visibility.Open() {
		return q.IsMembers() && viewer(ctx, tx, by).IsMember(), nil
	}
	switch q.QuotePolicy {
	case models.QuotesPublic:
		return true, nil
	case models.QuotesFollowers:
		f, err := tx.Follow(ctx, by, q.AuthorID)
		if models.KindOf(err) == models.NotFound {
			return false, nil
		}
		return err == nil && f.State == models.FollowAccepted, err
	}
	return false, nil
}

// consent says how it stands with what a new post quotes: one's own may be
// quoted, ours as their authors wish; for others' consent is asked.
func (c *Chapter) consent(ctx context.Context, tx *store.Tx, author *models.Account, out *composed) error {
	p, q := out.post, out.quoted
	if p.QuoteURI == "" {
		return nil
	}
	if q == nil && p.QuoteOfID != 0 {
		var err error
		if q, err = tx.PostByID(ctx, p.QuoteOfID); err != nil && models.KindOf(err) != models.NotFound {
			return err
		}
		out.quoted = q
	}
	p.QuoteState = models.QuotePending
	switch {
	case q == nil:
		return nil
	case q.AuthorID == author.ID:
		p.QuoteState = models.QuoteAccepted
		return nil
	case q.Local:
		given, err := c.give(ctx, tx, q, author.ID, p.URI)
		if err == nil && given != "" {
			p.QuoteState, p.QuoteStamp = models.QuoteAccepted, given
		}
		return err
	case !p.Leaves():
		return nil
	}
	return tx.Leave(ctx, models.Event{Kind: models.QuoteAsked, AccountID: author.ID, TargetID: q.AuthorID, PostID: p.ID, Federates: true})
}

// give gives the consent of a local post's author to be quoted by the post
// with the id uri, if the author's wishes allow it. It returns its address, ""
// if it is not given or was taken back before.
func (c *Chapter) give(ctx context.Context, tx *store.Tx, q *models.Post, by models.ID, uri string) (string, error) {
	_, err := tx.ConsentFor(ctx, models.ToQuote, q.ID, uri)
	if models.KindOf(err) == models.NotFound {
		if may, err := c.quotable(ctx, tx, q, by); err != nil || !may {
			return "", err
		}
	} else if err != nil {
		return "", err
	}
	return c.grant(ctx, tx, models.ToQuote, q, by, uri)
}

// grant gives a consent, or returns that which was given. It returns its
// address, "" if it was taken back.
func (c *Chapter) grant(ctx context.Context, tx *store.Tx, kind models.ConsentKind, q *models.Post, by models.ID, uri string) (string, error) {
	author, err := tx.Account(ctx, q.AuthorID)
	if err != nil {
		return "", err
	}
	given, err := tx.ConsentFor(ctx, kind, q.ID, uri)
	switch {
	case err == nil && (!given.RevokedAt.IsZero() || given.ByID != by):
		return "", nil
	case err == nil:
		return c.URLs.Stamp(author.URI, given.ID), nil
	case models.KindOf(err) != models.NotFound:
		return "", err
	}
	given = &models.Consent{ID: tx.NewID(), Kind: kind, AuthorID: author.ID, PostID: q.ID, ByID: by, URI: uri, CreatedAt: tx.Now()}
	if _, err := tx.AddConsent(ctx, given); err != nil {
		return "", err
	}
	return c.URLs.Stamp(author.URI, given.ID), nil
}

// ReceiveQuoteRequest answers the sender, who asks whether its post with the
// id quotingURI may quote a post here.
func (c *Chapter) ReceiveQuoteRequest(ctx context.Context, a Activity, quotedID models.ID, quotingURI string) error {
	return c.once(ctx, a, func(tx *store.Tx) error {
		q, err := tx.Post(ctx, models.Viewer{AccountID: a.Sender.ID}, quotedID)
		if err != nil {
			return err
		}
		if !q.Local {
			return store404
		}
		stamp, err := c.give(ctx, tx, q, a.Sender.ID, quotingURI)
		if err != nil {
			return err
		}
		if p, err := tx.PostByURI(ctx, quotingURI); err == nil && p.AuthorID == a.Sender.ID && p.QuoteURI == q.URI {
			state := models.QuoteAccepted
			if stamp == "" {
				state = models.QuoteRejected
			}
			if err := c.settleQuote(ctx, tx, p, q, state, stamp); err != nil {
				return err
			}
		}
		return tx.Leave(ctx, models.Event{Kind: models.QuoteAnswered, AccountID: q.AuthorID, TargetID: a.Sender.ID, PostID: q.ID, Federates: true,
			Data: jsonOf(models.Asked{Kind: models.ToQuote, Request: a.ID, Of: q.URI, By: quotingURI, Stamp: stamp})})
	})
}

// ReceiveQuoteAnswer takes in that the sender lets a post of ours quote it, by
// the consent at stamp, or does not, if that is "".
func (c *Chapter) ReceiveQuoteAnswer(ctx context.Context, a Activity, quotingID models.ID, stamp string) error {
	return c.once(ctx, a, func(tx *store.Tx) error {
		p, err := tx.PostByID(ctx, quotingID)
		if err != nil {
			return err
		}
		q, err := tx.PostByURI(ctx, p.QuoteURI)
		if err != nil {
			return err
		}
		if !p.Local || q.AuthorID != a.Sender.ID {
			return models.Errorf(models.Forbidden, "The quote is not the sender's to answer.")
		}
		state := models.QuoteAccepted
		switch {
		case stamp == "" && p.QuoteState == models.QuoteAccepted:
			state = models.QuoteRevoked
		case stamp == "":
			state = models.QuoteRejected
		}
		return c.settleQuote(ctx, tx, p, q, state, stamp)
	})
}

// QuoteFound takes in what a post quotes, which was looked up, and whether the
// consent that it names holds.
func (c *Chapter) QuoteFound(ctx context.Context, quotingID, quotedID models.ID, consents bool) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		p, err := tx.PostByID(ctx, quotingID)
		if err != nil {
			return err
		}
		q, err := tx.PostByID(ctx, quotedID)
		if err != nil || p.QuoteURI != q.URI || p.QuoteState != models.QuotePending {
			return err
		}
		state := p.QuoteState
		if consents {
			state = models.QuoteAccepted
		}
		return c.settleQuote(ctx, tx, p, q, state, p.QuoteStamp)
	})
}

// settleQuote stores how it stands with a quote, with all that follows.
func (c *Chapter) settleQuote(ctx context.Context, tx *store.Tx, p, q *models.Post, state models.QuoteState, stamp string) error {
	was, is := p.QuoteState == models.QuoteAccepted, state == models.QuoteAccepted
	if p.QuoteState == state && p.QuoteStamp == stamp && p.QuoteOfID == q.ID {
		return nil
	}
	p.QuoteOfID, p.QuoteState, p.QuoteStamp = q.ID, state, stamp
	if err := tx.SetQuote(ctx, p); err != nil {
		return err
	}
	change := 0
	if is && !was {
		change = 1
		if q.Local {
			if err := c.notify(ctx, tx, models.Notification{AccountID: q.AuthorID, Type: models.NotifyQuote, FromID: p.AuthorID, PostID: p.ID}); err != nil {
				return err
			}
		}
	} else if was && !is {
		change = -1
	}
	if change != 0 {
		if err := countQuote(ctx, tx, p, change); err != nil {
			return err
		}
	}
	return tx.Leave(ctx, models.Event{Kind: models.PostCounted, AccountID: p.AuthorID, PostID: p.ID, Federates: p.Leaves()})
}

// findQuote leaves the job of looking up what a post quotes, or the consent
// that it names, if that is still to be done.
func (c *Chapter) findQuote(ctx context.Context, tx *store.Tx, p *models.Post) error {
	if p.Local || p.QuoteURI == "" || p.QuoteState != models.QuotePending || p.QuoteOfID != 0 && p.QuoteStamp == "" || !c.handles(JobQuote) {
		return nil
	}
	// A stamp that comes while the job without it is under way is looked up too.
	return c.Later(ctx, tx, JobQuote, p.ID.String()+" "+p.QuoteStamp, nil, time.Time{})
}

// requote takes in what a new version of a post from elsewhere says of its
// quote: that it has a consent now, or is no more.
func (c *Chapter) requote(ctx context.Context, tx *store.Tx, old, from *models.Post) error {
	if from.UpdatedAt.Before(old.UpdatedAt) || old.QuoteURI == from.QuoteURI && (from.QuoteStamp == "" || from.QuoteStamp == old.QuoteStamp) {
		return nil
	}
	if old.QuoteState == models.QuoteAccepted && old.QuoteURI == from.QuoteURI {
		return nil // it stands by a consent that is here
	}
	if old.QuoteState == models.QuoteAccepted && old.QuoteOfID != 0 {
		if err := countQuote(ctx, tx, old, -1); err != nil {
			return err
		}
	}
	if old.QuoteURI != from.QuoteURI {
		old.QuoteOfID = 0
	}
	old.QuoteURI, old.QuoteStamp, old.QuoteState = from.QuoteURI, from.QuoteStamp, from.QuoteState
	if err := tx.SetQuote(ctx, old); err != nil {
		return err
	}
	if err := c.findQuote(ctx, tx, old); err != nil {
		return err
	}
	return tx.Leave(ctx, models.Event{Kind: models.PostCounted, AccountID: old.AuthorID, PostID: old.ID})
}

// RevokeQuote takes back me's consent that a post quotes one of me's.
func (c *Chapter) RevokeQuote(ctx context.Context, me *models.Account, postID, quotingID models.ID) (*models.Post, error) {
	var quoting *models.Post
	err := c.Store.Write(ctx, func(tx *store.Tx) error {
		p, err := tx.PostByID(ctx, postID)
		if err != nil {
			return err
		}
		if quoting, err = tx.PostByID(ctx, quotingID); err != nil {
			return err
		}
		if p.AuthorID != me.ID || quoting.QuoteOfID != p.ID {
			return store404
		}
		if quoting.QuoteState == models.QuoteRevoked {
			return nil
		}
		given, err := tx.ConsentFor(ctx, models.ToQuote, p.ID, quoting.URI)
		if err == nil {
			if err := tx.RevokeConsent(ctx, given.ID); err != nil {
				return err
			}
			if err := tx.Leave(ctx, models.Event{Kind: models.QuoteRevokedBy, AccountID: me.ID, TargetID: quoting.AuthorID, PostID: p.ID, Federates: p.Leaves(),
				Data: jsonOf(models.Asked{Kind: models.ToQuote, Of: p.URI, By: quoting.URI, Stamp: c.URLs.Stamp(me.URI, given.ID)})}); err != nil {
				return err
			}
		} else if models.KindOf(err) != models.NotFound {
			return err
		}
		return c.settleQuote(ctx, tx, quoting, p, models.QuoteRevoked, "")
	})
	return quoting, err
}

// maxByStamp is how many posts can quote by one consent: it names one, but
// others may claim it.
const maxByStamp = 20

// stampDeleted takes in that the sender took back its consent with the id uri.
// It reports false if that is no consent by which anything here quotes.
func (c *Chapter) stampDeleted(ctx context.Context, tx *store.Tx, a Activity, uri string) (bool, error) {
	ids, err := tx.PostsByStamp(ctx, uri, maxByStamp)
	if err != nil || len(ids) == 0 {
		return false, err
	}
	for _, id := range ids {
		p, err := tx.PostByID(ctx, id)
		if err != nil {
			return true, err
		}
		q, err := tx.PostByURI(ctx, p.QuoteURI)
		if models.KindOf(err) == models.NotFound {
			continue
		}
		if err != nil {
			return true, err
		}
		if q.AuthorID != a.Sender.ID {
			return true, models.Errorf(models.Forbidden, "The consent is not the sender's.")
		}
		if err := c.settleQuote(ctx, tx, p, q, models.QuoteRevoked, ""); err != nil {
			return true, err
		}
		if p.Leaves() && a.Raw != nil { // who holds the quote has to hear it too
			if err := tx.Leave(ctx, models.Event{Kind: models.ActivityRelay, AccountID: p.AuthorID, TargetID: a.Sender.ID, PostID: p.ID, Federates: true,
				Data: jsonOf(models.RelayedActivity{ID: a.ID, Body: a.Raw})}); err != nil {
				return true, err
			}
		}
	}
	return true, tx.AddTombstone(ctx, uri, a.Sender.URI, "QuoteAuthorization", false, tx.Now())
}
