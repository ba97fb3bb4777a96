package mastodon

import (
	"context"
	"strconv"

	"atelier/models"
	"atelier/models/store"
)

// Notification returns one of v's notifications as JSON; store.ErrNotFound if
// it is not v's.
func (r *Render) Notification(ctx context.Context, v models.Viewer, id models.ID) ([]byte, error) {
	n, err := r.Store.Notification(ctx, v, id)
	if err != nil {
		return nil, err
	}
	x, err := r.notices(ctx, v, []*models.Notification{n})
	if err != nil {
		return nil, err
	}
	if !x.has(n) {
		return nil, store.ErrNotFound
	}
	return x.notification(nil, n), nil
}

// notices holds what notifications need: their statuses, accounts, and the
// reports or measures that they are about.
type notices struct {
	*sheet
	refs    map[models.ID]store.Ref
	reports map[models.ID]rendered
}

func (r *Render) notices(ctx context.Context, v models.Viewer, list []*models.Notification, more ...models.ID) (*notices, error) {
	posts, accounts, reports := []models.ID{}, append([]models.ID{}, more...), []models.ID{}
	for _, n := range list {
		if n.ReportID != 0 {
			reports = append(reports, n.ReportID)
		}
		accounts = append(accounts, n.FromID)
		if n.PostID != 0 {
			posts = append(posts, n.PostID)
		}
	}
	refs, err := r.Store.RefsOf(ctx, v, posts)
	if err != nil {
		return nil, err
	}
	all := make([]store.Ref, 0, len(refs))
	for _, ref := range refs {
		all = append(all, ref)
	}
	s, err := r.sheet(ctx, v, all, accounts...)
	if err != nil {
		return nil, err
	}
	x := &notices{sheet: s, refs: refs, reports: map[models.ID]rendered{}}
	return x, x.loadReports(ctx, reports)
}

func (x *notices) loadReports(ctx context.Context, ids []models.ID) error {
	if len(ids) == 0 {
		return nil
	}
	found, err := x.render.Store.ComplaintsByID(ctx, ids)
	if err != nil {
		return err
	}
	for id, c := range found {
		e, err := x.render.report(ctx, c)
		if err != nil {
			return err
		}
		x.reports[id] = encode(e)
	}
	if err := x.loadMeasures(ctx, ids); err != nil {
		return err
	}
	return x.loadCollections(ctx, ids)
}

// has says whether a notification can be shown: who it is from, and the post
// that it is about, may be gone or no longer for the viewer.
func (x *notices) has(n *models.Notification) bool {
	if x.accounts[n.FromID] == nil || n.ReportID != 0 && x.reports[n.ReportID] == nil {
		return false
	}
	if n.PostID == 0 {
		return true
	}
	ref, ok := x.refs[n.PostID]
	return ok && x.sheet.has(ref)
}

// notification appends one notification (Mastodon Notification).
func (x *notices) notification(b []byte, n *models.Notification) []byte {
	b = append(b, `{"id":`...)
	b = appendID(b, n.ID)
	b = append(b, `,"type":"`...)
	b = append(b, n.Type...)
	b = append(b, `","created_at":`...)
	b = moment(n.CreatedAt).append(b)
	b = append(b, `,"group_key":`...)
	b = strconv.AppendQuote(b, groupKey(n))
	b = append(b, `,"account":`...)
	b = append(b, x.accounts[n.FromID]...)
	if n.PostID != 0 {
		b = append(b, `,"status":`...)
		b = x.status(b, x.refs[n.PostID])
	}
	b = x.appendCase(b, n)
	if n.Filtered {
		b = append(b, `,"filtered":true`...)
	}
	return append(b, '}')
}

// groupKey is the key of the group that a notification belongs to; one that
// stands alone has a key of its own.
func groupKey(n *models.Notification) string {
	if n.GroupKey == "" {
		return "ungrouped-" + n.ID.String()
	}
	return n.GroupKey
}
