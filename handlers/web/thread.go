package web

import (
	"context"
	"slices"

	"atelier/models"
)

const (
	repliesPerPage = 60 // answers that a page shows
	indents        = 2  // levels of answers that are set in; deeper ones stand below and say whom they answer
)

// replies are the answers to a post, as the viewer may read them. more says
// whether there are others than these.
func (p *Pages) replies(ctx context.Context, v *visit, root *models.Post) (out []Said, n int, more bool, err error) {
	posts, err := p.Store.Descendants(ctx, v.viewer, root.ID, 20, repliesPerPage+1)
	if err != nil {
		return nil, 0, false, err
	}
	p.Chapter.ThreadSeen(ctx, v.viewer, root.ID)
	if more = len(posts) > repliesPerPage; more {
		posts = posts[:repliesPerPage]
	}
	if root.Practice != nil && root.Local {
		if posts, err = p.withoutReports(ctx, root, posts); err != nil {
			return nil, 0, false, err
		}
	}
	c, err := p.cast(ctx, posts)
	if err != nil {
		return nil, 0, false, err
	}
	return p.tree(v, root, posts, c), len(posts), more, nil
}

// withoutReports drops the reports on a note that nobody answered: they stand
// in the part about who tried it. What does not count there yet stays.
func (p *Pages) withoutReports(ctx context.Context, note *models.Post, posts []*models.Post) ([]*models.Post, error) {
	answered := map[models.ID]bool{}
	any := false
	for _, post := range posts {
		answered[post.InReplyToID] = true
		any = any || post.Talk != nil && post.Talk.Tried
	}
	if !any {
		return posts, nil
	}
	counted, err := p.Store.CountedReports(ctx, note.ID, posts)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(posts, func(post *models.Post) bool { return counted[post.ID] && !answered[post.ID] }), nil
}

// tree sets answers below what they answer. posts are in thread order.
func (p *Pages) tree(v *visit, root *models.Post, posts []*models.Post, c cast) []Said {
	type branch struct {
		said     Said
		children []*branch
		depth    int
	}
	scope := scopeOf(root)
	top := &branch{}
	seen := map[models.ID]*branch{root.ID: top}
	for _, post := range posts {
		b := &branch{said: p.said(v, post, c, scope)}
		parent := seen[post.InReplyToID]
		if parent == nil {
			parent = top // the viewer may not read what it answers
		}
		b.depth = parent.depth + 1
		if b.depth > indents+1 {
			b.depth = indents + 1
			b.said.Answers = p.personIn(c, post.InReplyToAuthorID).Name
			parent = seen[0]
		}
		if b.depth == indents {
			seen[0] = b // where deeper ones go
		}
		seen[post.ID] = b
		parent.children = append(parent.children, b)
	}
	var say func(bs []*branch) []Said
	say = func(bs []*branch) []Said {
		var out []Said
		for _, b := range bs {
			b.said.Replies = say(b.children)
			out = append(out, b.said)
		}
		return out
	}
	return say(top.children)
}

func repliesHeading(n int, more bool) string {
	switch {
	case more:
		return "More than " + number(n) + " replies"
	case n == 0:
		return "Discussion"
	}
	return capital(count(n, "reply", "replies"))
}
