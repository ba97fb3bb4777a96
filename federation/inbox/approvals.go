package inbox

import (
	"context"

	"atelier/federation/fetch"
	"atelier/federation/wire"
	"atelier/models"
)

// asking are the requests for consent that are no quotes.
var asking = map[string]models.ConsentKind{"ReplyRequest": models.ToReply, "LikeRequest": models.ToLike, "AnnounceRequest": models.ToAnnounce}

// request takes in that the sender asks whether what it made, its instrument,
// may answer, like or boost a post of ours (GoToSocial).
func (in *Inbox) request(ctx context.Context, s *sender, a *wire.Activity, deep bool) error {
	p, err := in.chapter.Store.PostByURI(ctx, a.Object().ID)
	if err != nil {
		return err
	}
	if !p.Local {
		return errNothing
	}
	made := a.Instrument
	if !fetch.SameOrigin(made.ID, s.URI) {
		return errNotTheirs
	}
	if made.Embedded() && wire.ClassOf(made.Type) == wire.PostClass {
		answer, err := own(s, made)
		if err != nil {
			return err
		}
		if answer.InReplyTo != p.URI {
			return errNotTheirs
		}
	}
	if made.Embedded() && wire.ClassOf(made.Type) == wire.ActivityClass {
		if deed, err := wire.Open(made.Raw); err != nil || deed.Actor != s.URI || deed.Object.ID != p.URI {
			return errNotTheirs
		}
	}
	return in.chapter.ReceiveRequest(ctx, s.activity(a), asking[a.Type], p.ID, made.ID)
}

// made is what of ours an Accept or Reject of an interaction is about, by its
// id: an answer, a boost, or, with 0, a like. It reports false if it is about
// something else.
func (in *Inbox) made(ctx context.Context, a *wire.Activity) (id models.ID, uri string, ok bool) {
	uri = a.Object().ID
	if o := a.Object(); o.Embedded() && asking[o.Type] != "" {
		asked, err := wire.DecodeActivity(o.Raw)
		if err != nil {
			return 0, "", false
		}
		uri = asked.Instrument.ID
	}
	r, ok := in.chapter.URLs.Parse(uri)
	if !ok {
		return 0, "", false
	}
	switch r.Kind {
	case models.PostRef, models.CreateRef:
		return r.ID, uri, r.ID != 0
	case models.LikeRef:
		return 0, uri, true
	}
	return 0, "", false
}

// answerMade takes in whether the sender lets an answer, a boost or a like of
// ours through. A consent has to be where it says that it is.
func (in *Inbox) answerMade(ctx context.Context, s *sender, a *wire.Activity, id models.ID, uri string, deep bool) error {
	act := s.activity(a)
	switch {
	case id == 0 && a.Type == "Accept":
		return nil // it is counted there
	case id == 0:
		return in.chapter.ReceiveLikeRefused(ctx, act, uri)
	case a.Type == "Reject":
		return in.chapter.ReceiveRefusal(ctx, act, id)
	case !fetch.SameOrigin(a.Result, s.URI):
		return errNotTheirs
	case !deep:
		return in.later(ctx, s, a)
	}
	p, err := in.chapter.Store.PostByID(ctx, id)
	if err != nil {
		return err
	}
	of := p.InReplyToURI
	if p.BoostOfID != 0 {
		subject, err := in.chapter.Store.PostByID(ctx, p.BoostOfID)
		if err != nil {
			return err
		}
		of = subject.URI
	}
	if err := in.find.Consent(ctx, a.Result, s.URI, p.URI, of); err != nil {
		return err
	}
	return in.chapter.ReceiveApproval(ctx, act, id, a.Result)
}
