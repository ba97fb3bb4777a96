package chapter_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/chapter/chaptertest"
)

func TestWhoIsAnsweredIsTold(t *testing.T) {
	for _, test := range []struct {
		name  string
		reply chapter.Draft
		want  []string
	}{
		{"without being named", chapter.Draft{Source: "yes", Visibility: models.Public}, []string{"mention bo"}},
		{"once, when named too", chapter.Draft{Source: "@ana yes", Visibility: models.Public}, []string{"mention bo"}},
		{"among members", chapter.Draft{Source: "yes", Visibility: models.Private, LocalOnly: yes()}, []string{"mention bo"}},
		{"but not of what only followers read", chapter.Draft{Source: "yes", Visibility: models.Private}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			each(t, func(t *testing.T, c *chapter.Chapter) {
				ana, bo := chaptertest.Member(t, c, "ana", models.Ordinary), chaptertest.Member(t, c, "bo", models.Ordinary)
				post, err := c.Publish(t.Context(), ana, chapter.Draft{Source: "who?", Visibility: models.Public})
				if err != nil {
					t.Fatal(err)
				}
				test.reply.InReplyTo = post.ID
				if _, err := c.Publish(t.Context(), bo, test.reply); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(test.want, notices(t, c, ana)); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		})
	}
}
