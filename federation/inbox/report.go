package inbox

import (
	"context"

	"atelier/federation/wire"
)

// flag takes in that another server reports accounts or posts of ours. Anybody
// may: whom it is about is looked up among what is ours, and stewards decide.
func (in *Inbox) flag(ctx context.Context, s *sender, a *wire.Activity, deep bool) error {
	uris := make([]string, 0, len(a.Objects))
	for _, o := range a.Objects {
		uris = append(uris, trimID(o.ID))
	}
	return in.chapter.ReceiveReport(ctx, s.activity(a), uris, a.Content)
}
