package chapter

import (
	"context"

	"atelier/models"
	"atelier/models/store"
)

// isAnnounced says whether the chapter's Group boosts a post: what is new and
// for everyone, if it is the Group's business; and the practice notes that are
// for the members, to the members.
func (c *Chapter) isAnnounced(ctx context.Context, p *models.Post) bool {
	if p.IsReply() || p.BoostOfID != 0 || p.State != models.Published {
		return false
	}
	if p.IsMembers() {
		return p.Practice != nil
	}
	if p.Visibility != models.Public || p.GroupID == 0 {
		return false
	}
	self, err := c.Self(ctx)
	return err == nil && p.GroupID == self.AccountID
}

// show has the Groups of ours that a post belongs to boost it, in the
// transaction that put it out: it is there whole or not at all, and one commit
// is the dearest part of publishing.
func (c *Chapter) show(ctx context.Context, tx *store.Tx, p *models.Post) error {
	if !c.isAnnounced(ctx, p) {
		return nil
	}
	groups, err := c.announcers(ctx, tx, p)
	if err != nil {
		return err
	}
	for _, g := range groups {
		if err := c.announce(ctx, tx, g, p); err != nil {
			return err
		}
	}
	return nil
}

// unshow has the Groups of ours take back their boosts of a post by somebody
// elsewhere: what a steward decides of it here holds for who follows the Group,
// and the words stay their author's. Posts of ours are told of by themselves.
func (c *Chapter) unshow(ctx context.Context, tx *store.Tx, p *models.Post) error {
	if p.Local || !c.isAnnounced(ctx, p) {
		return nil
	}
	groups, err := c.announcers(ctx, tx, p)
	if err != nil {
		return err
	}
	for _, g := range groups {
		boost, err := tx.BoostOf(ctx, g.ID, p.ID)
		if models.KindOf(err) == models.NotFound {
			continue
		}
		if err != nil {
			return err
		}
		if err := c.remove(ctx, tx, g, boost); err != nil {
			return err
		}
	}
	return nil
}

// announcers are the Groups of ours that show a post: the chapter, and its
// themes.
func (c *Chapter) announcers(ctx context.Context, tx *store.Tx, p *models.Post) ([]*models.Account, error) {
	group, err := c.Group(ctx)
	if err != nil {
		return nil, err
	}
	groups := []*models.Account{group}
	if p.Practice == nil && len(p.Tags) == 0 { // has no theme
		return groups, nil
	}
	themes, err := tx.ThemesOf(ctx, []models.ID{p.ID})
	if err != nil {
		return nil, err
	}
	for _, t := range themes[p.ID] {
		a, err := tx.Account(ctx, t.AccountID)
		if err != nil {
			return nil, err
		}
		groups = append(groups, a)
	}
	return groups, nil
}

// announce has a Group of ours boost a post, if it did not before.
func (c *Chapter) announce(ctx context.Context, tx *store.Tx, group *models.Account, p *models.Post) error {
	id := tx.NewID()
	boost := &models.Post{ID: id, Type: models.NoteType, AuthorID: group.ID, Local: true, State: models.Published, BoostOfID: p.ID,
		Visibility: p.Visibility, LocalOnly: p.LocalOnly, Version: 1, CreatedAt: id.Time(), URI: c.URLs.Post(group.URI, id)}
	boost.URL = boost.URI
	_, err := c.putBoost(ctx, tx, group, boost, p)
	return err
}
