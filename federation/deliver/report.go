package deliver

import (
	"atelier/models"
)

// reported tells the server of a reported account what is said against it, in
// the name of our server: whose complaint it is stays here.
func (p *planner) reported() error {
	var filed models.Filed
	if err := p.data(&filed); err != nil {
		return err
	}
	r, err := p.d.store.Complaint(p.ctx, filed.ComplaintID)
	if err != nil {
		return err
	}
	target, err := p.account(r.TargetID)
	if err != nil {
		return err
	}
	posts, err := p.d.store.PostsAnyway(p.ctx, r.PostIDs)
	if err != nil {
		return err
	}
	var uris []string
	for _, post := range posts {
		uris = append(uris, post.URI)
	}
	to := p.audience()
	to.add(target.Inbox())
	return p.tell(p.encoder.Flag(r.URI, target.URI, uris, r.Comment), target.URI, false, to)
}
