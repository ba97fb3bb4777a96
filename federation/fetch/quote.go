package fetch

import (
	"context"
	"strings"

	"atelier/federation/wire"
	"atelier/models"
)

const quoteGets = 20 // requests for what a post quotes, and the consent

var errNoConsent = models.Errorf(models.Forbidden, "The author's consent to this quote does not hold.")

// quoteJob looks up what the post quotes whose id the job's key begins
// with, and the consent that it names.
func (f *Finder) quoteJob(ctx context.Context, j *models.Job) error {
	ctx, cancel := WithBudget(ctx, quoteGets, onePost)
	defer cancel()
	id, _, _ := strings.Cut(j.Key, " ")
	p, err := f.chapter.Store.PostByID(ctx, models.ParseID(id))
	if err != nil || p.QuoteURI == "" {
		return err
	}
	q, err := f.Post(ctx, p.QuoteURI)
	if err != nil {
		return err
	}
	consents := q.AuthorID == p.AuthorID
	if !consents && p.QuoteStamp != "" && !q.Local {
		author, err := f.chapter.Store.Account(ctx, q.AuthorID)
		if err != nil {
			return err
		}
		err = f.Consent(ctx, p.QuoteStamp, author.URI, p.URI, q.URI)
		if k := models.KindOf(err); k == models.Unreachable || k == models.Busy || k == models.TooMany {
			return err // perhaps later
		}
		consents = err == nil
	}
	return f.chapter.QuoteFound(ctx, p.ID, q.ID, consents)
}

// Consent says whether the consent at stamp is there now, at the author's own
// server, and is for what was made of the author's post (FEP-044f, GoToSocial).
func (f *Finder) Consent(ctx context.Context, stamp, author, made, of string) error {
	if !SameOrigin(stamp, author) {
		return errNoConsent
	}
	d, err := f.document(ctx, stamp)
	if err != nil {
		return err
	}
	c, err := wire.DecodeAuthorization(d.Body)
	if err != nil {
		return err
	}
	if c.ID != stamp || c.Author != author || c.Made != made || c.Of != of && c.Of != "" {
		return errNoConsent
	}
	return nil
}
