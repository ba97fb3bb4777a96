package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"atelier/models"
	"atelier/models/store"
	"atelier/models/store/storetest"
)

// reading is a note under review: Ana wrote it, Ben and Cleo read it, Maren
// looks after the chapter.
type reading struct {
	*testing.T
	*store.Store
	ana, ben, cleo, dora, maren *models.Account
	note                        *models.Post
	review                      *models.Review
}

func newReading(t *testing.T, s *store.Store) *reading {
	member := func(name string, role models.Role) *models.Account { return storetest.Member(t, s, name, role) }
	r := &reading{T: t, Store: s, ana: member("ana", models.Ordinary), ben: member("ben", models.Ordinary), cleo: member("cleo", models.Ordinary),
		dora: member("dora", models.Ordinary), maren: member("maren", models.Steward)}
	r.note = r.practice(r.ana, nil)
	r.review = r.asked(r.note, s.Now())
	r.write(func(tx *store.Tx) error {
		for _, a := range []*models.Account{r.ben, r.cleo} {
			if err := tx.AddReader(t.Context(), tx.NewID(), r.review.ID, a.ID); err != nil {
				return err
			}
		}
		return nil
	})
	return r
}

func (r *reading) write(do func(tx *store.Tx) error) { r.Helper(); storetest.Write(r.T, r.Store, do) }

func (r *reading) practice(by *models.Account, change func(*models.Post)) *models.Post {
	r.Helper()
	return storetest.Post(r.T, r.Store, by, func(p *models.Post) {
		p.Type, p.Title, p.Practice = models.ArticleType, "Checking in", &models.Practice{Kind: models.Tool}
		if change != nil {
			change(p)
		}
	})
}

func (r *reading) asked(p *models.Post, at time.Time) *models.Review {
	r.Helper()
	x := &models.Review{ID: r.NewID(), PostID: p.ID, State: models.ReviewOpen, AskedBy: p.AuthorID, AskedAt: at.UTC().Truncate(time.Millisecond)}
	r.write(func(tx *store.Tx) error {
		added, err := tx.AddReview(r.Context(), x)
		if err == nil && !added {
			r.Errorf("the review of %d was not added", p.ID)
		}
		return err
	})
	return x
}

func (r *reading) mayRead(v models.Viewer) bool {
	r.Helper()
	_, err := r.Review(r.Context(), v, r.note.ID)
	if err != nil && models.KindOf(err) != models.NotFound {
		r.Fatal(err)
	}
	return err == nil
}

func TestAReviewIsForThoseInIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := newReading(t, s)
		for _, test := range []struct {
			name string
			v    models.Viewer
			want bool
		}{
			{"the author", storetest.ViewerOf(r.ana, models.Ordinary), true},
			{"a reader", storetest.ViewerOf(r.ben, models.Ordinary), true},
			{"a steward", storetest.ViewerOf(r.maren, models.Steward), true},
			{"another member", storetest.ViewerOf(r.dora, models.Ordinary), false},
			{"an account elsewhere", models.Viewer{AccountID: storetest.Account(t, s, "lena@else.example").ID}, false},
			{"a stranger", models.Stranger, false},
		} {
			if got := r.mayRead(test.v); got != test.want {
				t.Errorf("%s may read it: %v", test.name, got)
			}
		}
		got, err := s.Review(t.Context(), storetest.ViewerOf(r.ana, models.Ordinary), r.note.ID)
		want := *r.review
		want.Readers = []models.Reader{{AccountID: r.ben.ID}, {AccountID: r.cleo.ID}}
		if diff := cmp.Diff(&want, got, cmpopts.IgnoreFields(models.Reader{}, "NamedAt")); err != nil || diff != "" {
			t.Errorf("Review: %v (-want +got):\n%s", err, diff)
		}

		// An older review is not shown to its readers in place of the newest.
		r.write(func(tx *store.Tx) error {
			x := *r.review
			x.State = models.ReviewWithdrawn
			return tx.SetReview(t.Context(), &x)
		})
		r.asked(r.note, s.Now())
		if r.mayRead(storetest.ViewerOf(r.ben, models.Ordinary)) || !r.mayRead(storetest.ViewerOf(r.ana, models.Ordinary)) {
			t.Error("the second review is for the readers of the first")
		}
	})
}

func TestANoteHasOneOpenReview(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := newReading(t, s)
		again := *r.review
		again.ID = s.NewID()
		r.write(func(tx *store.Tx) error {
			added, err := tx.AddReview(t.Context(), &again)
			if added {
				t.Error("a second one was added")
			}
			return err
		})
	})
}

func TestWhoIsShutOutReadsNoMore(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		r := newReading(t, s)
		said := models.Reader{AccountID: r.ben.ID, Verdict: models.Ready, Words: "Yes.", Version: 1, SaidAt: s.Now().UTC().Truncate(time.Millisecond)}
		r.write(func(tx *store.Tx) error { return tx.SetVerdict(ctx, r.review.ID, said) })
		comment := &models.ReviewComment{ID: s.NewID(), ReviewID: r.review.ID, AccountID: r.ben.ID, Version: 1, Paragraph: "par-1", Quote: "Hello", Text: "Why?", CreatedAt: said.SaidAt}
		r.write(func(tx *store.Tx) error { return tx.AddReviewComment(ctx, comment) })
		comments, err := s.ReviewComments(ctx, r.review, 9)
		if diff := cmp.Diff([]*models.ReviewComment{comment}, comments); err != nil || diff != "" {
			t.Errorf("ReviewComments: %v (-want +got):\n%s", err, diff)
		}
		stewards := storetest.ViewerOf(r.maren, models.Steward)
		readers := func() (out []models.ID) {
			x, err := s.Review(ctx, stewards, r.note.ID)
			if err != nil {
				t.Fatal(err)
			}
			for _, reader := range x.Readers {
				out = append(out, reader.AccountID)
			}
			return out
		}
		member := func(change func(*models.Member)) {
			m, err := s.Member(ctx, r.ben.ID)
			if err != nil {
				t.Fatal(err)
			}
			change(m)
			r.write(func(tx *store.Tx) error { _, err := tx.SetMember(ctx, m); return err })
		}
		shut := func(at time.Time) {
			a := *r.ben
			a.SuspendedAt = at
			r.write(func(tx *store.Tx) error { _, err := tx.SetAccount(ctx, &a); return err })
		}
		for _, test := range []struct {
			name     string
			out, in  func()
			comments int
		}{
			{"suspended", func() { shut(s.Now()) }, func() { shut(time.Time{}) }, 0},
			{"disabled", func() { member(func(m *models.Member) { m.State = models.Disabled }) }, func() { member(func(m *models.Member) { m.State = models.Active }) }, 1},
			{"a guest", func() { member(func(m *models.Member) { m.Role = models.Guest }) }, func() { member(func(m *models.Member) { m.Role = models.Ordinary }) }, 1},
		} {
			test.out()
			comments, err := s.ReviewComments(ctx, r.review, 9)
			if diff := cmp.Diff([]models.ID{r.cleo.ID}, readers()); err != nil || diff != "" || len(comments) != test.comments || r.mayRead(storetest.ViewerOf(r.ben, models.Ordinary)) {
				t.Errorf("%s: %d comments, %v, readers (-want +got):\n%s", test.name, len(comments), err, diff)
			}
			if may, err := s.PossibleReaders(ctx, r.note, 99); err != nil || len(may) != 3 {
				t.Errorf("%s: %d members can be named, %v", test.name, len(may), err)
			}
			test.in()
			if diff := cmp.Diff([]models.ID{r.ben.ID, r.cleo.ID}, readers()); diff != "" {
				t.Errorf("no longer %s (-want +got):\n%s", test.name, diff)
			}
		}

		// What a member said goes with the membership.
		r.write(func(tx *store.Tx) error { return tx.EraseOwn(ctx, r.ben.ID) })
		comments, err = s.ReviewComments(ctx, r.review, 9)
		if diff := cmp.Diff([]models.ID{r.cleo.ID}, readers()); err != nil || diff != "" || len(comments) != 0 {
			t.Errorf("who left: %d comments, %v, readers (-want +got):\n%s", len(comments), err, diff)
		}
		// And all of it with the note.
		r.write(func(tx *store.Tx) error { return tx.DeletePost(ctx, r.note.ID) })
		if r.mayRead(stewards) {
			t.Error("the note went, its review stays")
		}
	})
}

func TestPossibleReaders(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := newReading(t, s)
		storetest.Member(t, s, "guest", models.Guest)
		block := func(a, b *models.Account) {
			r.write(func(tx *store.Tx) error {
				_, err := tx.SetBlock(t.Context(), &models.Block{ID: tx.NewID(), AccountID: a.ID, TargetID: b.ID, URI: a.URI + "#block", CreatedAt: tx.Now()})
				return err
			})
		}
		block(r.ana, r.cleo)
		block(r.dora, r.ana)
		eve := storetest.Member(t, s, "eve", models.Ordinary)
		r.write(func(tx *store.Tx) error {
			return tx.SetCoAuthor(t.Context(), &models.CoAuthor{ID: tx.NewID(), PostID: r.note.ID, AccountID: eve.ID, State: models.CoAuthorInvited, InvitedAt: tx.Now()})
		})
		found, err := s.PossibleReaders(t.Context(), r.note, 99)
		var got []string
		for _, a := range found {
			got = append(got, a.Username)
		}
		if diff := cmp.Diff([]string{"ben", "maren"}, got); err != nil || diff != "" {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
	})
}

// Who comes to write a note does not read it for its review any more.
func TestAReaderWhoWritesItToo(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := newReading(t, s)
		for _, state := range []models.CoAuthorState{models.CoAuthorInvited, models.CoAuthorAccepted} {
			r.write(func(tx *store.Tx) error {
				return tx.SetCoAuthor(t.Context(), &models.CoAuthor{ID: tx.NewID(), PostID: r.note.ID, AccountID: r.ben.ID, State: state, InvitedAt: tx.Now()})
			})
			reads := state == models.CoAuthorInvited
			x, err := s.NewestReview(t.Context(), r.note.ID)
			if err != nil || (x.Reader(r.ben.ID) != nil) != reads || x.Reader(r.cleo.ID) == nil || r.mayRead(storetest.ViewerOf(r.ben, models.Ordinary)) != reads {
				t.Errorf("%s: the readers are %+v, %v", state, x.Readers, err)
			}
		}
	})
}

func TestReviewsThatNeedAPerson(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		r := newReading(t, s)
		steward := storetest.ViewerOf(r.maren, models.Steward)
		second := r.practice(r.ben, nil)
		r.asked(second, s.Now())
		r.asked(r.practice(r.ben, func(p *models.Post) { p.Visibility = models.Direct }), s.Now()) // not for stewards
		open, err := s.OpenReviews(ctx, steward, 9)
		if err != nil || len(open) != 2 || open[0].PostID != r.note.ID || open[1].PostID != second.ID || len(open[0].Readers) != 2 || len(open[1].Readers) != 0 {
			t.Errorf("open: %v, %v", open, err)
		}

		marked := func(p *models.Post, x *models.Review, at time.Time) {
			x.State, x.MarkedAt, x.Version = models.ReviewMarked, at.UTC().Truncate(time.Millisecond), 1
			r.write(func(tx *store.Tx) error { return tx.SetReview(ctx, x) })
		}
		old := s.Now().AddDate(-2, 0, -1)
		marked(r.note, r.review, old)
		fresh := r.practice(r.ben, nil)
		marked(fresh, r.asked(fresh, s.Now()), s.Now())
		before := models.ReviewedBefore(s.Now())
		found, err := s.OldReviews(ctx, steward, before, 9)
		if diff := cmp.Diff([]*models.Review{r.review}, found, cmpopts.IgnoreFields(models.Review{}, "Readers")); err != nil || diff != "" {
			t.Errorf("old: %v (-want +got):\n%s", err, diff)
		}
		again := r.asked(r.note, s.Now())
		if found, err := s.OldReviews(ctx, steward, before, 9); err != nil || len(found) != 0 {
			t.Errorf("somebody looks at it again, and it is old: %v, %v", found, err)
		}
		again.State = models.ReviewWithdrawn
		r.write(func(tx *store.Tx) error { return tx.SetReview(ctx, again) })
		r.write(func(tx *store.Tx) error { return tx.EndMarks(ctx, r.note.ID) })
		if found, err := s.OldReviews(ctx, steward, before, 9); err != nil || len(found) != 0 {
			t.Errorf("its mark was taken back, and it is old: %v, %v", found, err)
		}
	})
}

func TestTheMarkIsThePosts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		r := newReading(t, s)
		p, err := s.Post(ctx, models.Stranger, r.note.ID)
		if err != nil {
			t.Fatal(err)
		}
		want := *p
		want.Practice = &models.Practice{Kind: models.Tool, Reviewed: &models.Reviewed{By: "https://here.example/chapter", On: "2026-11-20", Version: 1}}
		want.UpdatedAt = s.Now().UTC().Truncate(time.Millisecond)
		r.write(func(tx *store.Tx) error { _, err := tx.SetPractice(ctx, &want); return err })
		got, err := s.Post(ctx, models.Stranger, r.note.ID)
		want.Stamp++
		if diff := cmp.Diff(&want, got); err != nil || diff != "" {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
		if got.ToldAt() != want.UpdatedAt || !got.EditedAt.IsZero() {
			t.Errorf("told at %v, edited at %v", got.ToldAt(), got.EditedAt)
		}
	})
}

// Notifications of our own types are for pages: no app is shown one, and none
// can clear it away.
func TestAppsHearNothingOfReviews(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		r := newReading(t, s)
		n := &models.Notification{ID: s.NewID(), AccountID: r.ben.ID, Type: models.NotifyReadersNamed, FromID: r.maren.ID, PostID: r.note.ID, CreatedAt: s.Now()}
		r.write(func(tx *store.Tx) error { _, err := tx.AddNotification(ctx, n); return err })
		v := storetest.ViewerOf(r.ben, models.Ordinary)
		count := func(f store.NotificationFilter) int {
			list, err := s.Notifications(ctx, v, f, store.Page{Limit: 9})
			if err != nil {
				t.Fatal(err)
			}
			groups, err := s.NotificationGroups(ctx, v, f, nil, store.Page{Limit: 9})
			if err != nil || len(groups) != len(list) {
				t.Fatalf("%d in %d groups, %v", len(list), len(groups), err)
			}
			return len(list)
		}
		if got := count(store.NotificationFilter{}) + count(store.NotificationFilter{Types: []string{string(n.Type)}}); got != 0 {
			t.Errorf("an app is shown %d", got)
		}
		if _, err := s.Notification(ctx, v, n.ID); models.KindOf(err) != models.NotFound {
			t.Errorf("an app may ask for it: %v", err)
		}
		if alone, err := s.GroupNotifications(ctx, v, "ungrouped-"+n.ID.String(), store.Page{Limit: 9}); err != nil || len(alone) != 0 {
			t.Errorf("as a group of its own: %v, %v", alone, err)
		}
		for _, id := range []models.ID{n.ID, 0} {
			r.write(func(tx *store.Tx) error { return tx.DeleteNotification(ctx, r.ben.ID, id) })
		}
		if unread, err := s.UnreadNotifications(ctx, v, 0, 9); err != nil || unread != 1 || count(store.NotificationFilter{Own: true}) != 1 {
			t.Errorf("on pages %d is new, %v", unread, err)
		}
		r.write(func(tx *store.Tx) error { return tx.DeleteNotificationsAbout(ctx, n.Type, r.ben.ID, r.note.ID) })
		if got := count(store.NotificationFilter{Own: true}); got != 0 {
			t.Errorf("%d after it was taken back", got)
		}
	})
}

func TestWhatAMemberSaidInReviews(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		r := newReading(t, s)
		at := s.Now().UTC().Truncate(time.Millisecond)
		said := models.Reader{AccountID: r.ben.ID, Verdict: models.NotYet, Words: "The end is missing.", Version: 1, SaidAt: at}
		x := &models.ReviewComment{ID: s.NewID(), ReviewID: r.review.ID, AccountID: r.ben.ID, Version: 1, Paragraph: "par-1", Quote: "Hello", Text: "Why?", CreatedAt: at}
		r.write(func(tx *store.Tx) error {
			if err := tx.SetVerdict(ctx, r.review.ID, said); err != nil {
				return err
			}
			return tx.AddReviewComment(ctx, x)
		})
		comments, err := s.ReviewCommentsBy(ctx, r.ben.ID, store.Page{Limit: 9})
		want := []store.Reading{{Title: "Checking in", URI: r.note.URI, ReviewComment: models.ReviewComment{Version: 1, Quote: "Hello", Text: "Why?", CreatedAt: at}}}
		if diff := cmp.Diff(want, comments, cmpopts.IgnoreFields(store.Reading{}, "ID")); err != nil || diff != "" {
			t.Errorf("ReviewCommentsBy: %v (-want +got):\n%s", err, diff)
		}
		verdicts, err := s.VerdictsBy(ctx, r.ben.ID, store.Page{Limit: 9})
		want = []store.Reading{{Title: "Checking in", URI: r.note.URI, ReviewComment: models.ReviewComment{Version: 1, Text: "The end is missing.", CreatedAt: at}, Verdict: models.NotYet}}
		if diff := cmp.Diff(want, verdicts, cmpopts.IgnoreFields(store.Reading{}, "ID")); err != nil || diff != "" {
			t.Errorf("VerdictsBy: %v (-want +got):\n%s", err, diff)
		}
		if verdicts, err := s.VerdictsBy(ctx, r.cleo.ID, store.Page{Limit: 9}); err != nil || len(verdicts) != 0 {
			t.Errorf("who said nothing said %v, %v", verdicts, err)
		}
		r.write(func(tx *store.Tx) error {
			if deleted, err := tx.DeleteReviewComment(ctx, r.review.ID, r.cleo.ID, x.ID); err != nil || deleted {
				t.Errorf("somebody else took it back: %v, %v", deleted, err)
			}
			deleted, err := tx.DeleteReviewComment(ctx, r.review.ID, r.ben.ID, x.ID)
			if !deleted {
				t.Error("it cannot be taken back")
			}
			return err
		})
	})
}
