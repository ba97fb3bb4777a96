package chapter_test

import (
	"fmt"
	"slices"
	"testing"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/chapter/chaptertest"
	"atelier/models/store"
	"atelier/models/store/storetest"
)

// together is a note of ana that ben agreed to write with her.
func together(t *testing.T, c *chapter.Chapter) (ana, ben *models.Account, p *models.Post) {
	t.Helper()
	ana, ben = chaptertest.Member(t, c, "ana", models.Ordinary), chaptertest.Member(t, c, "ben", models.Ordinary)
	p, err := c.Publish(t.Context(), ana, chapter.Draft{Title: "Walking", Visibility: models.Public, Practice: &models.Practice{
		Kind: models.Approach, With: []models.ID{ben.ID}, Sections: []models.Section{{Key: "when", Text: "Early."}}}})
	if err == nil && len(p.Practice.With) > 0 {
		t.Error("a draft named somebody who had not agreed")
	}
	for _, err := range []error{err, c.InviteCoAuthor(t.Context(), ana, p.ID, ben.ID), c.AnswerInvitation(t.Context(), ben, p.ID, true)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return ana, ben, p
}

// Whatever way a note is changed, it names nobody new and drops nobody; and who
// made which version stays known.
func TestAnEditNamesNobodyAndDropsNobody(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		c := chaptertest.Open(t, s)
		ctx := t.Context()
		ana, ben, p := together(t, c)
		cy := chaptertest.Member(t, c, "cy", models.Ordinary)
		whole := "## When it comes up\n\nLate."
		edits := []func() error{
			func() error { _, err := c.Edit(ctx, ana, p.ID, chapter.Edit{Source: &whole}); return err },
			func() error {
				pr := models.Practice{Kind: models.Approach, With: []models.ID{cy.ID}, Sections: []models.Section{{Key: "when", Text: "Later."}}}
				_, err := c.Edit(ctx, ana, p.ID, chapter.Edit{Practice: &pr, Small: true})
				return err
			},
			func() error { _, err := c.Restore(ctx, ana, p.ID, 1); return err },
		}
		for i, edit := range edits {
			if err := edit(); err != nil {
				t.Fatal(err)
			}
			now, err := s.PostByID(ctx, p.ID)
			if err != nil || !slices.Equal(now.Practice.With, []models.ID{ben.ID}) || now.Version != i+2 {
				t.Errorf("after edit %d, version %d names %v, %v", i+1, now.Version, now.Practice.With, err)
			}
		}
		marks, err := s.VersionMarks(ctx, p.ID)
		if err != nil || len(marks) != 1 || !marks[3].Small || marks[3].AccountID != ana.ID {
			t.Errorf("marks: %v, %v", marks, err)
		}
		for _, edit := range []func() error{
			func() error { _, err := c.Edit(ctx, ben, p.ID, chapter.Edit{Source: &whole}); return err },
			func() error { _, err := c.Delete(ctx, ben, p.ID); return err },
			func() error { return c.InviteCoAuthor(ctx, ben, p.ID, cy.ID) },
			func() error { return c.RemoveCoAuthor(ctx, cy, p.ID, ben.ID) },
		} {
			if err := edit(); models.KindOf(err) != models.NotFound {
				t.Errorf("somebody else changes it: %v", err)
			}
		}
	})
}

// What is called a small fix and is more than that is told like any other.
func TestWhatIsNoSmallFix(t *testing.T) {
	c := chaptertest.Open(t, storetest.SQLite(t))
	ana, _, p := together(t, c)
	here := true
	named := "## When it comes up\n\nAsk @ben."
	for name, e := range map[string]chapter.Edit{
		"it names somebody":  {Source: &named},
		"others may read it": {Visibility: models.Private, LocalOnly: &here},
	} {
		before, err := c.Store.PostByID(t.Context(), p.ID)
		if err != nil {
			t.Fatal(err)
		}
		e.Small = true
		now, err := c.Edit(t.Context(), ana, p.ID, e)
		if err != nil || !now.ToldAt().After(before.ToldAt()) {
			t.Errorf("%s: told at %v, before at %v, %v", name, now.ToldAt(), before.ToldAt(), err)
		}
	}
}

func TestANoteNamesSoManyCoAuthors(t *testing.T) {
	c := chaptertest.Open(t, storetest.SQLite(t))
	ana, _, p := together(t, c)
	for i := range models.MaxCoAuthors {
		m := chaptertest.Member(t, c, fmt.Sprintf("m%d", i), models.Ordinary)
		err := c.InviteCoAuthor(t.Context(), ana, p.ID, m.ID)
		if last := i == models.MaxCoAuthors-1; (models.KindOf(err) == models.Invalid) != last {
			t.Errorf("invitation %d: %v", i+2, err)
		}
	}
}
