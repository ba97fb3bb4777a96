package chapter_test

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/chapter/chaptertest"
	"atelier/models/store"
)

// letters are those that wait, oldest first.
func letters(t *testing.T, c *chapter.Chapter) []*models.Letter {
	t.Helper()
	found, err := c.Store.WaitingLetters(t.Context(), store.Page{Min: 1, Limit: 50})
	if err != nil {
		t.Fatal(err)
	}
	for i, j := 0, len(found)-1; i < j; i, j = i+1, j-1 {
		found[i], found[j] = found[j], found[i]
	}
	return found
}

var keyRE = regexp.MustCompile(`/reset/([\w-]+)`)

func TestANewPasswordByLetter(t *testing.T) {
	each(t, func(t *testing.T, c *chapter.Chapter) {
		ctx := t.Context()
		ana := chaptertest.Member(t, c, "ana", models.Ordinary)
		for _, login := range []string{"nobody", "nobody@mail.example", ""} {
			if err := c.AskReset(ctx, login); err != nil {
				t.Errorf("%q is told otherwise: %v", login, err)
			}
		}
		if got := letters(t, c); len(got) != 0 {
			t.Fatalf("nobody got %d letters", len(got))
		}
		for range 2 { // the second one comes too soon
			if err := c.AskReset(ctx, "ana@mail.example"); err != nil {
				t.Fatal(err)
			}
		}
		got := letters(t, c)
		if len(got) != 1 || got[0].To != "ana@mail.example" || got[0].Kind != models.LetterReset || got[0].AccountID != ana.ID {
			t.Fatalf("the letters are %+v", got)
		}
		m := keyRE.FindStringSubmatch(got[0].Text)
		if m == nil || !strings.HasPrefix(got[0].Text, "Dear ana,\n\n") {
			t.Fatalf("the letter says %q", got[0].Text)
		}
		key := m[1]
		if _, err := c.ResetPassword(ctx, key, "short"); models.KindOf(err) != models.Invalid {
			t.Errorf("a feeble password: %v", err)
		}
		if id, err := c.ResetPassword(ctx, key, "another horse"); err != nil || id != ana.ID {
			t.Fatalf("reset: %d, %v", id, err)
		}
		if _, err := c.SignIn(ctx, "ana", "another horse"); err != nil {
			t.Errorf("the new password: %v", err)
		}
		for _, k := range []string{key, "nonsense", ""} {
			if _, err := c.ResetPassword(ctx, k, "a third horse"); models.KindOf(err) != models.Gone {
				t.Errorf("key %q: %v", k, err)
			}
		}
		if _, err := c.SignIn(ctx, "ana", "another horse"); err != nil {
			t.Errorf("a used link changed it: %v", err)
		}
	})
}

func TestLinksThatStewardsPassOn(t *testing.T) {
	eachBench(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		for _, test := range []struct {
			name      string
			by, whose *models.Account
			want      models.Kind
		}{
			{"of a member", b.stu, b.ana, ""}, {"of a president", b.stu, b.pia, models.Forbidden}, {"one's own", b.stu, b.stu, models.Forbidden},
			{"by a member", b.ana, b.ben, models.Forbidden}, {"of a steward", b.pia, b.stu, ""}, {"of somebody elsewhere", b.pia, b.far, models.NotFound},
		} {
			link, err := b.ResetLink(ctx, b.as(test.by), test.whose.ID)
			kinds(t, test.name, err, test.want)
			if test.want != "" {
				continue
			}
			if id, err := b.OpenReset(ctx, keyRE.FindStringSubmatch(link)[1]); err != nil || id != test.whose.ID {
				t.Errorf("%s: the link %q opens %d, %v", test.name, link, id, err)
			}
		}
		if err := b.AskReset(ctx, "pia"); err != nil {
			t.Fatal(err)
		}
		l := letters(t, b.Chapter)[0]
		for who, may := range map[*models.Account]bool{b.stu: false, b.pia: false, b.ana: false} {
			if b.MayHandle(ctx, b.as(who), l) != may {
				t.Errorf("%s may read the president's letter: %v", who.Username, !may)
			}
		}
		kinds(t, "a steward drops the president's letter", b.DropLetter(ctx, b.as(b.stu), l.ID), models.Forbidden)
		kinds(t, "a member tries it again", b.RetryLetter(ctx, b.as(b.ana), l.ID), models.Forbidden)
	})
}

func TestLettersWaitUntilTheyAreSent(t *testing.T) {
	each(t, func(t *testing.T, c *chapter.Chapter) {
		ctx := t.Context()
		chaptertest.Member(t, c, "ana", models.Ordinary)
		if err := c.AskReset(ctx, "ana"); err != nil {
			t.Fatal(err)
		}
		chaptertest.DoJobs(t, c) // nobody sends
		if c.SendsLetters() || len(letters(t, c)) != 1 {
			t.Fatal("a letter left without a mail server")
		}
		trouble := errors.New("451 try later")
		var sent []string
		c.SendLettersBy(func(_ context.Context, self *models.Chapter, l *models.Letter) error {
			if trouble != nil {
				return trouble
			}
			sent = append(sent, self.Name+" to "+l.To)
			return nil
		})
		chaptertest.DoJobs(t, c)
		if l := letters(t, c)[0]; l.Failed != "451 try later" || l.Text == "" {
			t.Errorf("after a failure: %+v", l)
		}
		trouble = nil
		id := letters(t, c)[0].ID
		if err := c.RetryLetter(ctx, viewerOf(t, c, chaptertest.Account(t, c, "pia")), id); err != nil {
			t.Fatal(err)
		}
		chaptertest.DoJobs(t, c)
		if len(sent) != 1 || sent[0] != "Test Coaches to ana@mail.example" || len(letters(t, c)) != 0 {
			t.Errorf("sent %v, %d wait", sent, len(letters(t, c)))
		}
		l, err := c.Store.Letter(ctx, id)
		if err != nil || l.SentAt.IsZero() || l.Text != "" || l.Failed != "" {
			t.Errorf("a sent letter is kept as %+v, %v", l, err)
		}
		if n, last, err := c.Store.CountLetters(ctx); err != nil || n != 0 || !last.Equal(l.SentAt) {
			t.Errorf("counted %d, %v, %v", n, last, err)
		}
	})
}

func TestLettersOfStewards(t *testing.T) {
	eachBench(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		stu := b.as(b.stu)
		m, err := b.Decide(ctx, stu, chapter.Decision{Kind: models.MeasureDisable, Target: b.ana.ID, Reason: "Secret reason", Letter: "Please take a week."})
		if err != nil {
			t.Fatal(err)
		}
		got := letters(t, b.Chapter)
		if len(got) != 1 || got[0].To != "ana@mail.example" || !strings.Contains(got[0].Text, "Please take a week.") || strings.Contains(got[0].Text, "Secret") ||
			!strings.Contains(got[0].Text, b.URLs.Appeal(m.ID, m.Key)) || !strings.Contains(got[0].Text, "You cannot sign in for now.") {
			t.Fatalf("the letters are %+v", got)
		}
		if _, err := b.Appeal(ctx, 0, m.Key, m.ID, "It was not me."); err != nil {
			t.Fatal(err)
		}
		if err := b.AnswerAppeal(ctx, stu, m.ID, true, "Secret too"); err != nil {
			t.Fatal(err)
		}
		got = letters(t, b.Chapter)
		if len(got) != 2 || !strings.Contains(got[1].Text, "take it back") || strings.Contains(got[1].Text, "Secret") {
			t.Fatalf("the letters are %+v", got)
		}
		if _, err := b.Decide(ctx, stu, chapter.Decision{Kind: models.MeasureLimit, Target: b.ben.ID}); err != nil {
			t.Fatal(err)
		}
		if got := letters(t, b.Chapter); len(got) != 2 {
			t.Errorf("who is told nothing got a letter: %+v", got[2])
		}
		i, err := b.CreateInvite(ctx, stu, chapter.NewInvite{Role: models.Ordinary, Uses: 1})
		if err != nil {
			t.Fatal(err)
		}
		kinds(t, "a member mails", b.MailInvite(ctx, b.as(b.ana), i.Code, "zoe@mail.example", ""), models.Forbidden)
		kinds(t, "to no address", b.MailInvite(ctx, stu, i.Code, "zoe", ""), models.Invalid)
		kinds(t, "no invitation", b.MailInvite(ctx, stu, "x", "zoe@mail.example", ""), models.NotFound)
		kinds(t, "an invitation", b.MailInvite(ctx, stu, i.Code, "zoe@mail.example", "We met on Friday."), "")
		if l := letters(t, b.Chapter)[2]; l.To != "zoe@mail.example" || !strings.Contains(l.Text, "We met on Friday.") || !strings.Contains(l.Text, b.URLs.Invitation(i.Code)) {
			t.Errorf("the letter is %+v", l)
		}
	})
}
