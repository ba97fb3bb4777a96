package inbox

import (
	"context"

	"atelier/federation/fetch"
	"atelier/federation/wire"
	"atelier/models"
)

// quoteRequest takes in that the sender asks whether a post of its own may
// quote one of ours (FEP-044f). One that is only named is fetched, to see that
// it is the sender's.
func (in *Inbox) quoteRequest(ctx context.Context, s *sender, a *wire.Activity, deep bool) error {
	quoted, err := in.chapter.Store.PostByURI(ctx, a.Object().ID)
	if err != nil {
		return err
	}
	if !quoted.Local {
		return errNothing
	}
	var p *wire.Post
	switch {
	case !fetch.SameOrigin(a.Instrument.ID, s.URI):
		return errNotTheirs
	case a.Instrument.Embedded():
		p, err = own(s, a.Instrument)
	case !deep:
		return in.later(ctx, s, a)
	default:
		p, err = in.find.ReadPost(ctx, a.Instrument.ID)
	}
	if err != nil {
		return err
	}
	if p.Author != s.URI || p.Quote != quoted.URI {
		return errNotTheirs
	}
	return in.chapter.ReceiveQuoteRequest(ctx, s.activity(a), quoted.ID, p.ID)
}

// quoting is the post of ours that an Accept or Reject of a QuoteRequest is
// about, nil if it is about something else. Some write only the request's id.
func (in *Inbox) quoting(ctx context.Context, a *wire.Activity) (*models.Post, error) {
	o := a.Object()
	if r, ok := in.chapter.URLs.Parse(o.ID); ok && r.Kind == models.QuoteRequestRef {
		return in.chapter.Store.PostByID(ctx, r.ID)
	}
	if !o.Embedded() || o.Type != "QuoteRequest" {
		return nil, nil
	}
	asked, err := wire.DecodeActivity(o.Raw)
	if err != nil {
		return nil, err
	}
	return in.chapter.Store.PostByURI(ctx, asked.Instrument.ID)
}

// quoteAnswer takes in whether the sender lets a post of ours quote it. A
// consent has to be where it says that it is.
func (in *Inbox) quoteAnswer(ctx context.Context, s *sender, a *wire.Activity, p *models.Post, deep bool) error {
	quoted, err := in.chapter.Store.PostByURI(ctx, p.QuoteURI)
	if err != nil {
		return err
	}
	if !p.Local || quoted.AuthorID != s.ID {
		return errNotTheirs
	}
	if a.Type == "Reject" {
		return in.chapter.ReceiveQuoteAnswer(ctx, s.activity(a), p.ID, "")
	}
	if !fetch.SameOrigin(a.Result, s.URI) {
		return errNotTheirs
	}
	if !deep {
		return in.later(ctx, s, a)
	}
	if err := in.find.Consent(ctx, a.Result, s.URI, p.URI, quoted.URI); err != nil {
		return err
	}
	return in.chapter.ReceiveQuoteAnswer(ctx, s.activity(a), p.ID, a.Result)
}
