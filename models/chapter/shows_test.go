package chapter_test

import (
	"testing"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/chapter/chaptertest"
)

// What the chapter shows is boosted by its Group, which does not count as a
// person who found it worth boosting, neither when it begins nor when it ends.
func TestWhatTheChapterShowsIsNotCounted(t *testing.T) {
	each(t, func(t *testing.T, c *chapter.Chapter) {
		ana := chaptertest.Member(t, c, "ana", models.Ordinary)
		p := publish(t, c, ana, chapter.Draft{Source: "x", Visibility: models.Public})
		chaptertest.DoJobs(t, c)
		group, err := c.Group(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		boost, err := c.Store.BoostOf(t.Context(), group.ID, p.ID)
		if err != nil {
			t.Fatalf("the Group did not boost it: %v", err)
		}
		for _, when := range []string{"while it is shown", "afterwards"} {
			if got, err := c.Store.PostByID(t.Context(), p.ID); err != nil || got.Stats.Boosts != 0 {
				t.Errorf("%s it has %d boosts, %v", when, got.Stats.Boosts, err)
			}
			if when == "while it is shown" {
				if _, err := c.Delete(t.Context(), group, boost.ID); err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}
