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

// reading is a note for everyone that Ana wrote, and who may review it.
type reading struct {
	*testing.T
	*chapter.Chapter
	ana, ben, cleo *models.Account
	maren          models.Viewer
	note           *models.Post
}

func newReading(t *testing.T, c *chapter.Chapter) *reading {
	member := func(name string) *models.Account { return chaptertest.Member(t, c, name, models.Ordinary) }
	r := &reading{T: t, Chapter: c, ana: member("ana"), ben: member("ben"), cleo: member("cleo"),
		maren: models.Viewer{AccountID: chaptertest.Member(t, c, "maren", models.Steward).ID, Role: models.Steward}}
	storetest.Write(t, c.Store, func(tx *store.Tx) error { // so that somebody elsewhere has to hear of it
		far := storetest.NewAccount(c.Store, "far@away.example")
		if _, err := tx.AddAccount(t.Context(), far); err != nil {
			return err
		}
		return tx.SetFollow(t.Context(), &models.Follow{ID: tx.NewID(), URI: far.URI + "/follow", AccountID: far.ID, TargetID: r.ana.ID, State: models.FollowAccepted, CreatedAt: tx.Now()}, false)
	})
	r.note = publish(t, c, r.ana, note("Cards", models.Public))
	return r
}

func (r *reading) must(errs ...error) {
	r.Helper()
	for _, err := range errs {
		if err != nil {
			r.Fatal(err)
		}
	}
}

func (r *reading) now() *models.Post {
	r.Helper()
	p, err := r.Store.PostByID(r.Context(), r.note.ID)
	r.must(err)
	return p
}

// ready has a review go on until the mark can be given.
func (r *reading) ready() {
	r.Helper()
	ctx := r.Context()
	r.must(r.AskForReview(ctx, r.ana, r.note.ID), r.NameReaders(ctx, r.maren, r.note.ID, []models.ID{r.ben.ID, r.cleo.ID}))
	said := models.Reader{Verdict: models.Ready, Words: "Used it.", Version: r.now().Version}
	r.must(r.Judge(ctx, r.ben, r.note.ID, said), r.Judge(ctx, r.cleo, r.note.ID, said))
}

// told are the events about the note that wait to be delivered.
func (r *reading) told() (out []models.EventKind) {
	r.Helper()
	events, err := r.Store.Events(r.Context(), 100)
	r.must(err)
	for _, e := range events {
		if e.PostID == r.note.ID {
			out = append(out, e.Kind)
		}
	}
	return out
}

func (r *reading) waits() bool {
	r.Helper()
	waits, err := r.Store.JobWaits(r.Context(), chapter.JobUpdate, r.note.ID.String())
	r.must(err)
	return waits
}

// The mark is told as an edit is: once, not sooner than others may be told
// again, without a new version, and without the chapter announcing it anew.
func TestTheMarkIsToldAsAnEdit(t *testing.T) {
	each(t, func(t *testing.T, c *chapter.Chapter) {
		ctx := t.Context()
		r := newReading(t, c)
		r.ready()
		before := r.told()
		if slices.Contains(before, models.PostEdited) {
			t.Errorf("a review is told of: %v", before)
		}
		r.must(r.MarkReviewed(ctx, r.maren, r.note.ID))
		group, err := c.Group(ctx)
		r.must(err)
		p := r.now()
		want := &models.Reviewed{By: group.URI, On: c.Store.Now().UTC().Format(time.DateOnly), Version: 1}
		if diff := cmp.Diff(want, p.Practice.Reviewed); diff != "" || p.Version != 1 || !p.EditedAt.IsZero() || p.ToldAt().IsZero() {
			t.Errorf("version %d, edited %v, told %v, mark (-want +got):\n%s", p.Version, p.EditedAt, p.ToldAt(), diff)
		}
		if diff := cmp.Diff(append(before, models.PostEdited), r.told()); diff != "" || r.waits() {
			t.Errorf("a job waits: %v; told (-want +got):\n%s", r.waits(), diff)
		}
		if revisions, err := c.Store.Revisions(ctx, models.Viewer{AccountID: p.AuthorID}, p.ID); err != nil || len(revisions) != 0 {
			t.Errorf("%d earlier versions, %v", len(revisions), err)
		}

		// A quarter of an hour has not passed: an edit, and the mark taken back,
		// wait.
		title := "More cards"
		_, err = r.Edit(ctx, r.ana, p.ID, chapter.Edit{Title: &title})
		r.must(err, r.TakeMarkBack(ctx, r.maren, p.ID, ""))
		if diff := cmp.Diff(append(before, models.PostEdited), r.told()); diff != "" || !r.waits() || r.now().Practice.Reviewed != nil {
			t.Errorf("a job waits: %v, the mark is %v; told (-want +got):\n%s", r.waits(), r.now().Practice.Reviewed, diff)
		}
	})
}

func TestAMarkForMembersIsToldToNobody(t *testing.T) {
	c := chaptertest.Open(t, storetest.SQLite(t))
	r := newReading(t, c)
	d, here := note("Among us", models.Private), true
	d.LocalOnly = &here
	r.note = publish(t, c, r.ana, d)
	r.ready()
	r.must(r.MarkReviewed(t.Context(), r.maren, r.note.ID))
	if r.now().Practice.Reviewed == nil || len(r.told()) != 0 || r.waits() {
		t.Errorf("the mark is %v, told %v, a job waits: %v", r.now().Practice.Reviewed, r.told(), r.waits())
	}
}

// An edit carries the mark along; nobody gives it to themselves.
func TestNobodyWritesTheMark(t *testing.T) {
	each(t, func(t *testing.T, c *chapter.Chapter) {
		ctx := t.Context()
		r := newReading(t, c)
		forged := note("Forged", models.Public)
		forged.Practice.Reviewed = &models.Reviewed{By: "https://here.example/chapter", On: "2026-11-20", Version: 1}
		if p := publish(t, c, r.ana, forged); p.Practice.Reviewed != nil {
			t.Error("a new note has a mark")
		}
		if p, err := r.Edit(ctx, r.ana, r.note.ID, chapter.Edit{Practice: forged.Practice}); err != nil || p.Practice.Reviewed != nil {
			t.Errorf("an edit gives the mark: %v", err)
		}
		r.ready()
		r.must(r.MarkReviewed(ctx, r.maren, r.note.ID))
		mark := r.now().Practice.Reviewed
		words := "x. A whole note from an app."
		if _, err := r.Edit(ctx, r.ana, r.note.ID, chapter.Edit{Source: &words}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(mark, r.now().Practice.Reviewed); diff != "" || r.now().Version != mark.Version+1 {
			t.Errorf("version %d (-want +got):\n%s", r.now().Version, diff)
		}
	})
}

// What is marked is the version that both read, also if it is not the present
// one any more.
func TestTheMarkIsOfTheVersionThatWasRead(t *testing.T) {
	c := chaptertest.Open(t, storetest.SQLite(t))
	r := newReading(t, c)
	r.ready()
	words := "Shorter."
	if _, err := r.Edit(t.Context(), r.ana, r.note.ID, chapter.Edit{Source: &words}); err != nil {
		t.Fatal(err)
	}
	r.must(r.MarkReviewed(t.Context(), r.maren, r.note.ID))
	if p := r.now(); p.Version != 2 || p.Practice.Reviewed.Version != 1 {
		t.Errorf("version %d has the mark of version %d", p.Version, p.Practice.Reviewed.Version)
	}
}

func TestCommentsKeepTheirWords(t *testing.T) {
	each(t, func(t *testing.T, c *chapter.Chapter) {
		ctx := t.Context()
		r := newReading(t, c)
		say := func(by *models.Account, m chapter.Remark) error { return r.CommentInReview(ctx, by, r.note.ID, m) }
		if err := say(r.ana, chapter.Remark{Version: 1, Text: "x"}); models.KindOf(err) != models.NotFound {
			t.Errorf("without a review: %v", err)
		}
		r.must(r.AskForReview(ctx, r.ana, r.note.ID), r.NameReaders(ctx, r.maren, r.note.ID, []models.ID{r.ben.ID, r.cleo.ID}))
		key := "par-2d711642b7" // of "x"
		for _, test := range []struct {
			name string
			by   *models.Account
			m    chapter.Remark
			want models.Kind
		}{
			{"beside a paragraph", r.ben, chapter.Remark{Version: 1, Paragraph: key, Text: "Why?"}, ""},
			{"of the whole note", r.ben, chapter.Remark{Version: 1, Text: "Good."}, ""},
			{"by the author", r.ana, chapter.Remark{Version: 1, Paragraph: key, Text: "Since."}, ""},
			{"of a version that is not there", r.ben, chapter.Remark{Version: 9, Text: "x"}, models.Conflict},
			{"of a paragraph that is not there", r.ben, chapter.Remark{Version: 1, Paragraph: "par-1", Text: "x"}, models.Conflict},
			{"nothing", r.ben, chapter.Remark{Version: 1, Text: "\n "}, models.Invalid},
			{"too much", r.ben, chapter.Remark{Version: 1, Text: strings.Repeat("é", 3001)}, models.Invalid},
			{"by somebody else", chaptertest.Member(t, c, "dora", models.Ordinary), chapter.Remark{Version: 1, Text: "x"}, models.NotFound},
		} {
			if err := say(test.by, test.m); models.KindOf(err) != test.want {
				t.Errorf("%s: %v; want kind %q", test.name, err, test.want)
			}
		}
		words := "Other words."
		if _, err := r.Edit(ctx, r.ana, r.note.ID, chapter.Edit{Source: &words}); err != nil {
			t.Fatal(err)
		}
		r.must(say(r.cleo, chapter.Remark{Version: 1, Paragraph: key, Text: "I read the old one."}))
		review, err := c.Store.Review(ctx, r.maren, r.note.ID)
		r.must(err)
		comments, err := c.Store.ReviewComments(ctx, review, 99)
		r.must(err)
		var got []string
		for _, x := range comments {
			got = append(got, x.Paragraph+" “"+x.Quote+"” "+x.Text)
		}
		if diff := cmp.Diff([]string{key + " “x” Why?", " “” Good.", key + " “x” Since.", key + " “x” I read the old one."}, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}
