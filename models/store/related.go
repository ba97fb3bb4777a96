package store

import (
	"context"
	"slices"

	"atelier/models"
)

// relatedDepth is how many notes of each theme and word are looked at.
const relatedDepth = 12

// Related returns the notes that are closest to a note: those that have most
// of its themes and hashtags, of equally close ones the newest first.
func (q queries) Related(ctx context.Context, v models.Viewer, note *models.Post, limit int) ([]*models.Post, error) {
	near := map[models.ID]int{}
	var found []*models.Post
	count := func(posts []*models.Post, weight int) {
		for _, p := range posts {
			if p.Practice == nil || p.ID == note.ID {
				continue
			}
			if near[p.ID] == 0 {
				found = append(found, p)
			}
			near[p.ID] += weight
		}
	}
	themes, err := q.ThemesOf(ctx, []models.ID{note.ID})
	if err != nil {
		return nil, err
	}
	for _, t := range themes[note.ID] {
		posts, err := q.ThemePosts(ctx, v, t.ID, ThemeNotes, Page{Limit: relatedDepth})
		if err != nil {
			return nil, err
		}
		count(posts, 3) // a theme was chosen with care
	}
	for _, tag := range note.Tags[:min(len(note.Tags), 4)] {
		posts, err := q.Tagged(ctx, v, TagFilter{Any: []string{tag}}, Page{Limit: relatedDepth})
		if err != nil {
			return nil, err
		}
		count(posts, 2)
	}
	slices.SortStableFunc(found, func(a, b *models.Post) int {
		if n := near[b.ID] - near[a.ID]; n != 0 {
			return n
		}
		return int(min(max(b.ID-a.ID, -1), 1))
	})
	return found[:min(len(found), limit)], nil
}
