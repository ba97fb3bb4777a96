package chapter_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/chapter/chaptertest"
)

func TestSetDirectory(t *testing.T) {
	each(t, func(t *testing.T, c *chapter.Chapter) {
		ctx := t.Context()
		ana, _ := chaptertest.Member(t, c, "ana", models.Ordinary), chaptertest.Account(t, c, "pia")
		left(t, c)
		members := models.Told{To: models.ToMembers}
		err := c.SetDirectory(ctx, ana, models.DirectoryEntry{
			models.TownField:      {Text: " Court\n<i>enay</i> ", To: models.ToEveryone},
			models.LanguagesField: {Text: "Swedish; English,\nswedish,,", To: models.ToNobody},
		})
		if err != nil {
			t.Fatal(err)
		}
		want := models.DirectoryEntry{models.TownField: {Text: "Court enay", To: models.ToEveryone}, models.LanguagesField: {Text: "Swedish, English", To: models.ToNobody},
			models.AskField: members, models.CredentialField: members}
		got, err := c.Store.OwnDirectory(ctx, ana.ID)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
		if events := left(t, c); len(events) > 0 {
			t.Errorf("others are told of the directory: %v", events)
		}
		for name, e := range map[string]models.DirectoryEntry{
			"a long town":            {models.TownField: {Text: strings.Repeat("t", models.MaxTold+1)}},
			"too much to ask about":  {models.AskField: {Text: strings.Repeat("a", models.MaxAsk+1)}},
			"languages run together": {models.LanguagesField: {Text: strings.Repeat("english ", 9)}},
			"too many languages":     {models.LanguagesField: {Text: "a,b,c,d,e,f,g,h,i,j,k"}},
			"an audience unheard of": {models.TownField: {Text: "t", To: "friends"}},
		} {
			if err := c.SetDirectory(ctx, ana, e); models.KindOf(err) != models.Invalid {
				t.Errorf("%s: %v", name, err)
			}
			if _, err := c.UpdateProfile(ctx, ana, chapter.Profile{Directory: e}); models.KindOf(err) != models.Invalid {
				t.Errorf("%s, in a profile: %v", name, err)
			}
		}
		name := "Ana"
		if _, err := c.UpdateProfile(ctx, ana, chapter.Profile{Name: &name}); err != nil {
			t.Fatal(err)
		}
		if got, err := c.Store.OwnDirectory(ctx, ana.ID); err != nil || !cmp.Equal(want, got) {
			t.Errorf("a profile that says nothing of it changed it: %v, %v", got, err)
		}
		if err := c.DeleteMember(ctx, ana, "correct horse"); err != nil {
			t.Fatal(err)
		}
		if got, err := c.Store.OwnDirectory(ctx, ana.ID); err != nil || len(got) != 0 {
			t.Errorf("after leaving: %v, %v", got, err)
		}
	})
}
