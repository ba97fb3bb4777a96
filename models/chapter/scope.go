package chapter

import (
	"context"

	"atelier/models"
)

// scope decides who may read a draft: what its author chose, or else wishes
// for posts from apps, but never more people than may read what it answers
// (PRODUCT: scopes and apps).
func (c *Chapter) scope(ctx context.Context, m *models.Member, d Draft, out *composed) error {
	self, err := c.Self(ctx)
	if err != nil {
		return err
	}
	p := out.post
	p.Visibility, p.LocalOnly = chosenScope(self.Settings, m, d)
	if !p.Visibility.Valid() {
		return models.Errorf(models.Invalid, "Validation failed: Visibility is not included in the list").On("visibility")
	}
	if m.Role == models.Guest && p.IsMembers() {
		return models.Errorf(models.Forbidden, "Guests cannot write to the members.").On("visibility")
	}
	if d.InReplyTo != 0 {
		v := viewerOf(m)
		parent, err := c.Store.Post(ctx, v, d.InReplyTo)
		if err == nil && parent.BoostOfID != 0 {
			parent, err = c.Store.Post(ctx, v, parent.BoostOfID)
		}
		if err != nil {
			return models.Errorf(models.NotFound, "The post you are trying to reply to does not appear to exist.").Because(err)
		}
		if parent.State != models.Published {
			return models.Errorf(models.Invalid, "A draft cannot be answered.")
		}
		out.parent = parent
		p.Visibility, p.LocalOnly = replyScope(parent, p.Visibility, p.LocalOnly)
		p.InReplyToID, p.InReplyToURI, p.InReplyToAuthorID = parent.ID, parent.URI, parent.AuthorID
		p.ThreadID, p.ContextURI, p.GroupID = parent.ThreadID, parent.ContextURI, parent.GroupID
	}
	if p.GroupID == 0 && p.Visibility == models.Public && m.Role.AtLeast(models.Ordinary) && out.parent == nil {
		p.GroupID = self.AccountID
	}
	return nil
}

// chosenScope is what the author chose, or wishes for posts from apps.
func chosenScope(s models.Settings, m *models.Member, d Draft) (models.Visibility, bool) {
	visibility, here := d.Visibility, d.LocalOnly != nil && *d.LocalOnly
	if visibility == "" {
		visibility = m.Privacy
		if visibility == "" {
			visibility = s.AppPrivacy
		}
		if m.MembersFirst {
			visibility = models.Private
		}
	}
	if d.LocalOnly == nil && d.FromApp && visibility == models.Private && (m.MembersFirst || s.AppsStayHere) {
		here = true
	}
	if here && visibility != models.Direct && visibility.Valid() {
		visibility = models.Private
	}
	return visibility, here
}

// replyScope lowers a reply's scope to what its parent allows.
func replyScope(parent *models.Post, v models.Visibility, here bool) (models.Visibility, bool) {
	switch {
	case parent.IsMembers():
		if v == models.Direct {
			return v, true
		}
		return models.Private, true
	case parent.LocalOnly:
		return models.Direct, true
	case parent.Visibility == models.Direct:
		return models.Direct, here
	case parent.Visibility == models.Private && v.Open():
		return models.Private, here
	}
	return v, here
}
