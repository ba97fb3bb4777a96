package mastodon

import (
	"context"

	"atelier/models"
	"atelier/models/store"
)

// The chapter's own lists: apps find in them what is not a matter of whom one
// follows. They are there for every member, and nobody changes them.
const (
	Library       models.ID = 1 // every practice note
	OpenQuestions models.ID = 2 // what somebody asked and nobody answered yet
)

// chapterList is one of them.
type chapterList struct {
	id    models.ID
	title string
	refs  func(s *store.Store, ctx context.Context, v models.Viewer, p store.Page) ([]store.Ref, error)
	shows func(*models.Post) bool // of a new post, for the streams
}

var chapterLists = []chapterList{
	{Library, "Library", (*store.Store).LibraryRefs,
		func(p *models.Post) bool { return p.Practice != nil }},
	{OpenQuestions, "Open questions", (*store.Store).OpenQuestionRefs,
		func(p *models.Post) bool { return p.Local && p.Talk != nil && p.Talk.Question }},
}

// ChapterLists says of each of them which new posts it shows, for the streams.
func ChapterLists() map[models.ID]func(*models.Post) bool {
	out := map[models.ID]func(*models.Post) bool{}
	for _, l := range chapterLists {
		out[l.id] = l.shows
	}
	return out
}

func (l *chapterList) entity() listEntity {
	return listEntity{ID: l.id.String(), Title: l.title, RepliesPolicy: string(models.RepliesToNobody)}
}

// chapterListOf is the chapter's list with an id, nil for none; v sees it as a
// member.
func chapterListOf(v models.Viewer, id models.ID) *chapterList {
	for i := range chapterLists {
		if chapterLists[i].id == id && v.IsMember() {
			return &chapterLists[i]
		}
	}
	return nil
}

var errOwnList = models.Errorf(models.Forbidden, "This list is the chapter's own: it cannot be changed.")

// checkNotOwn refuses to change one of the chapter's lists.
func checkNotOwn(id models.ID) error {
	for _, l := range chapterLists {
		if l.id == id {
			return errOwnList
		}
	}
	return nil
}
