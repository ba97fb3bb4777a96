package chapter_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/chapter/chaptertest"
	"atelier/models/store"
	"atelier/models/store/storetest"
)

func note(title string, v models.Visibility, themes ...string) chapter.Draft {
	return chapter.Draft{Title: title, Visibility: v, Practice: &models.Practice{Kind: models.Tool, Themes: themes, Sections: []models.Section{{Key: "purpose", Text: "x"}}}}
}

func TestTried(t *testing.T) {
	each(t, func(t *testing.T, c *chapter.Chapter) {
		ctx := t.Context()
		ana := chaptertest.Member(t, c, "ana", models.Ordinary)
		ben := chaptertest.Member(t, c, "ben", models.Ordinary)
		n := publish(t, c, ana, note("Cards", models.Public))
		report, err := c.Tried(ctx, ben, n.ID, chapter.Tried{Outcome: models.Helped, Setting: models.WithTeam, Line: "Twice."})
		if err != nil || report.Source != "Tried it with a team: it helped. Twice." || report.InReplyToID != n.ID {
			t.Fatalf("report %+v, %v", report, err)
		}
		if !slices.Contains(notices(t, c, ana), "mention ben") {
			t.Error("the author was not told that somebody tried the note")
		}
		for _, test := range []struct {
			name string
			id   models.ID
			r    chapter.Tried
			want models.Kind
		}{
			{"no outcome", n.ID, chapter.Tried{}, models.Invalid},
			{"an unknown setting", n.ID, chapter.Tried{Outcome: models.Mixed, Setting: "moon"}, models.Invalid},
			{"of a post that is no note", report.ID, chapter.Tried{Outcome: models.Mixed}, models.Invalid},
			{"of nothing", 1, chapter.Tried{Outcome: models.Mixed}, models.NotFound},
		} {
			if _, err := c.Tried(ctx, ben, test.id, test.r); models.KindOf(err) != test.want {
				t.Errorf("%s: %v; want kind %q", test.name, err, test.want)
			}
		}
		app := publish(t, c, ben, chapter.Draft{Source: "#tried it alone, #DidNotFit", InReplyTo: n.ID, FromApp: true})
		if app.Talk == nil || app.Talk.Outcome != models.DidNotFit {
			t.Errorf("a report from an app: %+v", app.Talk)
		}
		// From elsewhere a report counts after the time for objections.
		far := storetest.Account(t, c.Store, "far@away.example")
		got, err := c.Receive(ctx, chapter.Activity{Sender: far, Key: "c"}, chapter.Incoming{Post: &models.Post{URI: far.URI + "/1", Type: models.NoteType, Visibility: models.Public,
			HTML: "<p>#tried #helped</p>", Tags: []string{"tried", "helped"}, InReplyToURI: n.URI, CreatedAt: c.Store.Now()}})
		if err != nil || got.Talk == nil {
			t.Fatalf("a report from elsewhere: %+v, %v", got, err)
		}
		tally := func(v models.Viewer) models.Tally {
			t.Helper()
			all, err := c.Store.Tallies(ctx, v, []models.ID{n.ID})
			if err != nil {
				t.Fatal(err)
			}
			return all[n.ID]
		}
		// People are counted, not reports: the latest of each.
		if diff := cmp.Diff(models.Tally{models.DidNotFit: 1}, tally(models.Stranger)); diff != "" {
			t.Errorf("tally (-want +got):\n%s", diff)
		}
		if n, err := c.Store.CountReports(ctx, models.Stranger, n.ID); err != nil || n != 2 {
			t.Errorf("%d reports, %v; want 2", n, err)
		}
		if _, err := c.Tried(ctx, chaptertest.Member(t, c, "cleo", models.Ordinary), n.ID, chapter.Tried{Outcome: models.Helped}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(models.Tally{models.Helped: 1, models.DidNotFit: 1}, tally(models.Stranger)); diff != "" {
			t.Errorf("tally of two people (-want +got):\n%s", diff)
		}
		if err := c.ObjectToReport(ctx, viewerOf(t, c, ben), report.ID); models.KindOf(err) != models.Forbidden {
			t.Errorf("anybody objects: %v", err)
		}
		// A report that is taken off the count brings the earlier one back.
		if err := c.ObjectToReport(ctx, viewerOf(t, c, ana), app.ID); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(models.Tally{models.Helped: 2}, tally(models.Stranger)); diff != "" {
			t.Errorf("tally after an objection (-want +got):\n%s", diff)
		}
		// A report is never wider than its note, nor is its count.
		secret := note("Secret", models.Private)
		secret.LocalOnly = yes()
		s := publish(t, c, ana, secret)
		r, err := c.Tried(ctx, ben, s.ID, chapter.Tried{Outcome: models.Helped})
		if err != nil || !r.IsMembers() {
			t.Errorf("a report on a members' note: %+v, %v", r, err)
		}
		if all, _ := c.Store.Tallies(ctx, models.Stranger, []models.ID{s.ID}); len(all) != 0 {
			t.Errorf("a stranger counts reports on a members' note: %v", all)
		}
	})
}

func TestQuestions(t *testing.T) {
	each(t, func(t *testing.T, c *chapter.Chapter) {
		ctx := t.Context()
		ana := chaptertest.Member(t, c, "ana", models.Ordinary)
		ben := chaptertest.Member(t, c, "ben", models.Ordinary)
		q := publish(t, c, ana, chapter.Draft{Source: "What do you do with silence?\n\nI count. #question", Visibility: models.Public, FromApp: true})
		if q.Talk == nil || !q.Talk.Question || q.Talk.Title != "What do you do with silence?" {
			t.Fatalf("a question from an app: %+v", q.Talk)
		}
		waiting, err := c.Store.WaitingQuestions(ctx, viewerOf(t, c, ben), c.Store.Now().Add(time.Hour), 9)
		if err != nil || len(waiting) != 1 {
			t.Errorf("waiting %v, %v", waiting, err)
		}
		if _, err := c.ThankForAnswer(ctx, ana, q.ID); models.KindOf(err) != models.Invalid {
			t.Errorf("thanking for nothing: %v", err)
		}
		answer := publish(t, c, ben, chapter.Draft{Source: "Wait.", Visibility: models.Public, InReplyTo: q.ID})
		other := publish(t, c, ben, chapter.Draft{Source: "elsewhere", Visibility: models.Public})
		if _, err := c.AcceptAnswer(ctx, viewerOf(t, c, ben), q.ID, answer.ID); models.KindOf(err) != models.Forbidden {
			t.Errorf("somebody else accepts: %v", err)
		}
		if _, err := c.AcceptAnswer(ctx, viewerOf(t, c, ana), q.ID, other.ID); models.KindOf(err) != models.Invalid {
			t.Errorf("a post of another thread as the answer: %v", err)
		}
		got, err := c.AcceptAnswer(ctx, viewerOf(t, c, ana), q.ID, answer.ID)
		if err != nil || got.Talk.AnswerURI != answer.URI || got.Talk.AnsweredBy != "ben" || got.EditedAt.IsZero() {
			t.Fatalf("accepted: %+v, %v", got, err)
		}
		if _, err := c.ThankForAnswer(ctx, ana, q.ID); err != nil {
			t.Fatal(err)
		}
		open, err := c.Store.Questions(ctx, viewerOf(t, c, ben), store.QuestionFilter{States: []string{"open"}}, store.Page{Limit: 9})
		if err != nil || len(open) != 0 {
			t.Errorf("still open: %v, %v", open, err)
		}
		if !slices.Contains(notices(t, c, ben), "favourite ana") {
			t.Error("who answered was not thanked")
		}
		if _, err := c.ReopenQuestion(ctx, viewerOf(t, c, ben), q.ID); models.KindOf(err) != models.Forbidden {
			t.Errorf("somebody else reopens: %v", err)
		}
		got, err = c.ReopenQuestion(ctx, viewerOf(t, c, ana), q.ID)
		if err != nil || got.Talk.AnswerID != 0 || got.Talk.AnswerURI != "" || got.Talk.AnsweredBy != "" || got.Talk.Thanked {
			t.Errorf("reopened: %+v, %v", got.Talk, err)
		}
		x, err := c.Store.Question(ctx, q.ID)
		if err != nil || x.State != models.QuestionOpen || x.AnswerID != 0 || !x.AnsweredAt.IsZero() {
			t.Errorf("reopened: %+v, %v", x, err)
		}
		if _, err := c.ReopenQuestion(ctx, viewerOf(t, c, ana), q.ID); models.KindOf(err) != models.Invalid {
			t.Errorf("reopening what is open: %v", err)
		}
		// A title follows the text that it is the first line of.
		words := "What do you do with noise?\n\nI count."
		if got, err = c.Edit(ctx, ana, q.ID, chapter.Edit{Source: &words}); err != nil || got.Talk.Title != "What do you do with noise?" || !got.Talk.Question {
			t.Errorf("edited: %+v, %v", got.Talk, err)
		}
	})
}

// Who asks with the name withheld is in nothing that others read.
func TestAskWithheld(t *testing.T) {
	each(t, func(t *testing.T, c *chapter.Chapter) {
		ctx := t.Context()
		ana := chaptertest.Member(t, c, "ana", models.Ordinary)
		ben := chaptertest.Member(t, c, "ben", models.Ordinary)
		q, err := c.AskWithheld(ctx, ana, chapter.Draft{Source: "How do I begin?", Visibility: models.Private, LocalOnly: yes()})
		if err != nil {
			t.Fatal(err)
		}
		group, _ := c.Group(ctx)
		if q.AuthorID != group.ID || strings.Contains(q.URI+q.URL, "ana") {
			t.Errorf("asked by %d at %s", q.AuthorID, q.URI)
		}
		publish(t, c, ben, chapter.Draft{Source: "At the end.", InReplyTo: q.ID})
		if !slices.Contains(notices(t, c, ana), "mention ben") {
			t.Error("who asked was not told of the answer")
		}
		mine, err := c.Store.Questions(ctx, viewerOf(t, c, ana), store.QuestionFilter{States: []string{"open"}, Asker: ana.ID}, store.Page{Limit: 9})
		if err != nil || len(mine) != 1 {
			t.Errorf("who asked finds the question: %v, %v", mine, err)
		}
		if _, err := c.Edit(ctx, ben, q.ID, chapter.Edit{}); models.KindOf(err) != models.NotFound {
			t.Errorf("somebody edits it: %v", err)
		}
	})
}

func TestThemesAndSeries(t *testing.T) {
	each(t, func(t *testing.T, c *chapter.Chapter) {
		ctx := t.Context()
		chaptertest.DoJobs(t, c)
		themes, err := c.Store.Themes(ctx)
		if err != nil || len(themes) != len(models.DefaultThemes) {
			t.Fatalf("%d themes, %v", len(themes), err)
		}
		ana := chaptertest.Member(t, c, "ana", models.Ordinary)
		ben := chaptertest.Member(t, c, "ben", models.Ordinary)
		pia := chaptertest.Account(t, c, "pia")
		presence, err := c.Store.Theme(ctx, "maintains_presence")
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Follow(ctx, ben, presence.AccountID, chapter.FollowWish{}); err != nil {
			t.Fatal(err)
		}
		d := note("Silence", models.Public, "teams")
		d.Practice.Sections[0].Text = "About #presence."
		n := publish(t, c, ana, d)
		chaptertest.DoJobs(t, c)
		of, err := c.Store.ThemesOf(ctx, []models.ID{n.ID})
		if err != nil || len(of[n.ID]) != 2 || of[n.ID][0].Key != "maintains_presence" || of[n.ID][1].Key != "teams" {
			t.Errorf("themes of the note: %v, %v", of, err)
		}
		if !slices.Contains(home(t, c, ben), n.ID) {
			t.Error("a follower of the theme does not see the note")
		}
		if _, err := c.Store.BoostOf(ctx, presence.AccountID, n.ID); err != nil {
			t.Errorf("the theme did not show the note: %v", err)
		}
		if _, err := c.Publish(ctx, ana, note("x", models.Public, "nothing")); models.KindOf(err) != models.Invalid {
			t.Errorf("an unknown theme: %v", err)
		}
		if _, err := c.SaveTheme(ctx, viewerOf(t, c, ana), models.Theme{Name: "Mine"}); models.KindOf(err) != models.Forbidden {
			t.Errorf("a member makes a theme: %v", err)
		}
		made, err := c.SaveTheme(ctx, viewerOf(t, c, pia), models.Theme{Name: "First sentences", Words: "How it *begins*."})
		if err != nil || made.Key != "first_sentences" {
			t.Errorf("a steward makes a theme: %+v, %v", made, err)
		}
		if _, err := c.SaveSeries(ctx, viewerOf(t, c, ana), models.Series{Title: "For beginners", Notes: []models.ID{n.ID, 1}}); models.KindOf(err) != models.Invalid {
			t.Errorf("a series with a note that is not there: %v", err)
		}
		s, err := c.SaveSeries(ctx, viewerOf(t, c, ana), models.Series{Title: "For beginners", Notes: []models.ID{n.ID}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.SaveSeries(ctx, viewerOf(t, c, ben), models.Series{ID: s.ID, Title: "Mine now"}); models.KindOf(err) != models.Forbidden {
			t.Errorf("somebody else changes a series: %v", err)
		}
		got, err := c.Store.Series(ctx, "for-beginners")
		if diff := cmp.Diff([]models.ID{n.ID}, got.Notes); err != nil || diff != "" {
			t.Errorf("series: %v (-want +got):\n%s", err, diff)
		}
	})
}

// "#note" in an app puts a draft on the shelf, and nowhere else.
func TestNoteFromApp(t *testing.T) {
	each(t, func(t *testing.T, c *chapter.Chapter) {
		ana := chaptertest.Member(t, c, "ana", models.Ordinary)
		p := publish(t, c, ana, chapter.Draft{Source: "An idea #note", FromApp: true})
		if p.State != models.Draft || p.Visibility != models.Direct || !p.LocalOnly {
			t.Errorf("%s, %s, local %v", p.State, p.Visibility, p.LocalOnly)
		}
		if got := home(t, c, ana); got != nil {
			t.Errorf("a draft is at home: %v", got)
		}
		shelf, err := c.Store.Unfinished(t.Context(), ana.ID, 9)
		if err != nil || len(shelf) != 1 {
			t.Errorf("shelf %v, %v", shelf, err)
		}
	})
}
