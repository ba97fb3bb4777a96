package mastodon

import "atelier/models"

// quote appends what a post quotes (Mastodon Quote): only an accepted quote
// shows the post, and a quote within a quote only its id.
func (s *sheet) quote(b []byte, p *post, shallow bool) []byte {
	if p.quoteState == "" {
		return append(b, "null"...)
	}
	ref, readable := s.quoted[p.quoteOf]
	readable = readable && s.has(ref)
	state := string(p.quoteState)
	if p.quoteState == models.QuoteAccepted && !readable && !shallow {
		state = "unauthorized" // or deleted: not there and not for this viewer are one answer
	}
	b = append(b, `{"state":"`...)
	b = append(b, state...)
	switch {
	case shallow:
		b = append(b, `","quoted_status_id":`...)
		if p.quoteState == models.QuoteAccepted && p.quoteOf != 0 {
			b = appendID(b, p.quoteOf)
		} else {
			b = append(b, "null"...)
		}
	case p.quoteState == models.QuoteAccepted && readable:
		b = append(b, `","quoted_status":`...)
		b = s.append(b, ref, true)
	default:
		b = append(b, `","quoted_status":null`...)
	}
	return append(b, '}')
}

// approval appends who may quote a post, and whether the viewer may (Mastodon
// QuoteApproval): clients hide the quote button by it.
func (s *sheet) approval(b []byte, p *post) []byte {
	who, may := "", "denied"
	if p.visibility.Open() && !p.localOnly {
		switch p.quotes {
		case models.QuotesPublic:
			who, may = `"public"`, "automatic"
		case models.QuotesFollowers:
			who = `"followers"`
			if s.follows[p.authorID] {
				may = "automatic"
			}
		}
	}
	switch s.viewer.AccountID {
	case 0:
		may = "denied"
	case p.authorID:
		may = "automatic"
	}
	b = append(b, `{"automatic":[`...)
	b = append(b, who...)
	b = append(b, `],"manual":[],"current_user":"`...)
	b = append(b, may...)
	return append(b, `"}`...)
}
