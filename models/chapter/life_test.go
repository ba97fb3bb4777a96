package chapter_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/chapter/chaptertest"
	"atelier/models/store"
	"atelier/models/store/storetest"
)

// erased notes which files were deleted.
type erased []string

func (e *erased) Delete(_ context.Context, key string) error {
	*e = append(*e, key)
	return nil
}

// left returns the kinds of the events that wait to be told to others, and
// forgets them.
func left(t *testing.T, c *chapter.Chapter) (out []string) {
	t.Helper()
	events, err := c.Store.Events(t.Context(), 1000)
	if err != nil {
		t.Fatal(err)
	}
	var ids []models.ID
	for _, e := range events {
		out, ids = append(out, string(e.Kind)), append(ids, e.ID)
	}
	storetest.Write(t, c.Store, func(tx *store.Tx) error { _, err := tx.TakeEvents(t.Context(), ids); return err })
	return out
}

func TestAMemberWhoLeavesLeavesNothing(t *testing.T) {
	each(t, func(t *testing.T, c *chapter.Chapter) {
		ctx := t.Context()
		var files erased
		c.EraseFilesIn(&files)
		ana, ben := chaptertest.Member(t, c, "ana", models.Ordinary), chaptertest.Member(t, c, "ben", models.Ordinary)
		pia := chaptertest.Account(t, c, "pia")
		p := publish(t, c, ana, chapter.Draft{Source: "my words", Visibility: models.Public})
		b := publish(t, c, ben, chapter.Draft{Source: "ben's words", Visibility: models.Public})
		for _, err := range []error{c.Follow(ctx, ben, ana.ID, chapter.FollowWish{}), c.Follow(ctx, ana, ben.ID, chapter.FollowWish{}),
			c.SetAccountNote(ctx, ana, ben.ID, "a secret"), c.Mute(ctx, ana, pia.ID, true, 0)} {
			if err != nil {
				t.Fatal(err)
			}
		}
		if _, err := c.Favourite(ctx, ana, b.ID); err != nil {
			t.Fatal(err)
		}
		storetest.Write(t, c.Store, func(tx *store.Tx) error {
			return tx.SetMedia(ctx, &models.Media{ID: tx.NewID(), AccountID: ana.ID, PostID: p.ID, Type: models.Image, State: models.MediaReady, Key: "aa/file.png", PreviewKey: "aa/small.png", CreatedAt: tx.Now()})
		})
		avatar := models.Picture{Key: "bb/face.png"}
		if _, err := c.UpdateProfile(ctx, ana, chapter.Profile{Avatar: &avatar}); err != nil {
			t.Fatal(err)
		}
		chaptertest.DoJobs(t, c)
		left(t, c)

		for _, test := range []struct {
			name string
			err  error
			want models.Kind
		}{
			{"without the password", c.DeleteMember(ctx, ana, "wrong horse"), models.Invalid},
			{"by another member", c.RemoveMember(ctx, viewerOf(t, c, ben), ana.ID), models.Forbidden},
			{"the last president", c.DeleteMember(ctx, pia, "correct horse"), models.Conflict},
			{"the chapter itself", c.RemoveMember(ctx, models.Viewer{Role: models.President}, group(t, c).ID), models.NotFound},
			{"by its own wish", c.DeleteMember(ctx, ana, "correct horse"), ""},
			{"twice", c.DeleteMember(ctx, ana, "correct horse"), models.NotFound},
		} {
			if models.KindOf(test.err) != test.want {
				t.Errorf("%s: %v, want kind %q", test.name, test.err, test.want)
			}
		}
		if _, err := c.Store.Post(ctx, models.Stranger, p.ID); models.KindOf(err) != models.NotFound {
			t.Errorf("its post is read before the job is done: %v", err)
		}
		chaptertest.DoJobs(t, c)
		if got := left(t, c); !slices.Contains(got, string(models.AccountDeleted)) || slices.Contains(got, string(models.PostDeleted)) {
			t.Errorf("others are told %q: the account's Delete and none of its posts'", got)
		}
		if ids, err := c.Store.PostIDsOf(ctx, ana.ID, 10); err != nil || len(ids) > 0 {
			t.Errorf("posts are left: %v, %v", ids, err)
		}
		slices.Sort(files)
		if diff := cmp.Diff(erased{"aa/file.png", "aa/small.png", "bb/face.png"}, files); diff != "" {
			t.Errorf("files (-want +got):\n%s", diff)
		}
		now, err := c.Store.Account(ctx, ana.ID)
		if err != nil || now.DeletedAt.IsZero() || now.Name != "" || !now.Avatar.Empty() || now.Stats.Followers+now.Stats.Following != 0 {
			t.Errorf("the account is %+v, %v", now, err)
		}
		if after, err := c.Store.PostByID(ctx, b.ID); err != nil || after.Stats.Favourites != 0 {
			t.Errorf("its favourite counts on: %+v, %v", after.Stats, err)
		}
		if gone, err := c.Store.LocalTombstone(ctx, ana.URI); err != nil || gone.Former != "Person" {
			t.Errorf("its tombstone: %+v, %v", gone, err)
		}
		if _, err := c.SignIn(ctx, "ana", "correct horse"); models.KindOf(err) != models.Forbidden {
			t.Errorf("it signs in: %v", err)
		}
		if _, err := c.Store.Keys(ctx, ana.ID); err != nil {
			t.Errorf("its Delete cannot be signed: %v", err)
		}
		_, err = c.AddMember(ctx, chapter.NewMember{Username: "ana", Email: "new@mail.example", Password: "correct horse", Role: models.Ordinary})
		if models.KindOf(err) != models.Invalid {
			t.Errorf("the handle is given again: %v", err)
		}
		_, err = c.AddMember(ctx, chapter.NewMember{Username: "anna", Email: "ana@mail.example", Password: "correct horse", Role: models.Ordinary})
		if err != nil {
			t.Errorf("the person does not come back: %v", err)
		}
		if err := c.RemoveMember(ctx, viewerOf(t, c, pia), ben.ID); err != nil {
			t.Errorf("by a president: %v", err)
		}
	})
}

func group(t *testing.T, c *chapter.Chapter) *models.Account {
	t.Helper()
	g, err := c.Group(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// elsewhere finds accounts that the test stored, and reads them anew as the
// test says.
type elsewhere struct {
	c     *chapter.Chapter
	anew  map[string]func(*models.Account)
	reads int
}

func (e *elsewhere) Handle(ctx context.Context, handle string) (*models.Account, error) {
	return e.c.Store.AccountByHandle(ctx, handle)
}
func (e *elsewhere) Account(ctx context.Context, uri string) (*models.Account, error) {
	return e.c.Store.AccountByURI(ctx, uri)
}
func (e *elsewhere) Post(context.Context, string) (*models.Post, error) {
	return nil, store.ErrNotFound
}

func (e *elsewhere) Refresh(ctx context.Context, a *models.Account) (*models.Account, error) {
	e.reads++
	now := *a
	if change := e.anew[a.URI]; change != nil {
		change(&now)
	}
	return e.c.ReceiveAccount(ctx, &now)
}

// whom returns the handles that a member follows, in the order of the alphabet.
func whom(t *testing.T, c *chapter.Chapter, a *models.Account) (out []string) {
	t.Helper()
	list, err := c.Store.Ties(t.Context(), a.ID, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range list {
		if f.AccountID != a.ID || f.TargetID == group(t, c).ID {
			continue
		}
		target, err := c.Store.Account(t.Context(), f.TargetID)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, target.Acct()+" "+string(f.State))
	}
	slices.Sort(out)
	return out
}

func TestFollowersGoAlongWithWhoMovesElsewhere(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		c := chaptertest.Open(t, s)
		find := &elsewhere{c: c, anew: map[string]func(*models.Account){}}
		c.Find = find
		ana, ben, cleo := chaptertest.Member(t, c, "ana", models.Ordinary), chaptertest.Member(t, c, "ben", models.Ordinary), chaptertest.Member(t, c, "cleo", models.Ordinary)
		old, fresh, liar := storetest.Account(t, s, "old@far.example"), storetest.Account(t, s, "new@else.example"), storetest.Account(t, s, "liar@far.example")
		find.anew[fresh.URI] = func(a *models.Account) { a.AlsoKnownAs = []string{old.URI} }
		yes := true
		if err := c.Follow(ctx, ana, old.ID, chapter.FollowWish{Notify: &yes}); err != nil {
			t.Fatal(err)
		}
		f, err := s.Follow(ctx, ana.ID, old.ID)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.ReceiveAccept(ctx, chapter.Activity{Sender: old}, f.URI, ana.ID); err != nil {
			t.Fatal(err)
		}
		if err := c.Block(ctx, ben, old.ID); err != nil {
			t.Fatal(err)
		}
		for _, err := range []error{c.Follow(ctx, cleo, old.ID, chapter.FollowWish{}), c.Mute(ctx, cleo, old.ID, true, 0), c.SetAccountNote(ctx, cleo, old.ID, "met in May"),
			c.ReceiveMove(ctx, chapter.Activity{Sender: old, Key: "Move 1"}, fresh.URI)} {
			if err != nil {
				t.Fatal(err)
			}
		}
		if find.reads == 0 {
			t.Error("the new account was not read anew")
		}
		for who, want := range map[*models.Account][]string{ana: {"new@else.example pending"}, ben: nil, cleo: {"new@else.example pending"}} {
			if diff := cmp.Diff(want, whom(t, c, who)); diff != "" {
				t.Errorf("%s follows (-want +got):\n%s", who.Username, diff)
			}
		}
		if f, err := s.Follow(ctx, ana.ID, fresh.ID); err != nil || !f.Notify {
			t.Errorf("the wish was forgotten: %+v, %v", f, err)
		}
		if _, err := s.Block(ctx, ben.ID, fresh.ID); err != nil {
			t.Errorf("the block was left behind: %v", err)
		}
		if r, err := s.Relations(ctx, viewerOf(t, c, cleo), []models.ID{fresh.ID}); err != nil || !r[0].Muting || r[0].Note != "met in May" {
			t.Errorf("the mute or the note was left behind: %+v, %v", r, err)
		}
		if now, err := s.Account(ctx, old.ID); err != nil || now.MovedTo != fresh.URI {
			t.Errorf("it moved to %q, %v", now.MovedTo, err)
		}
		if err := c.Follow(ctx, ben, old.ID, chapter.FollowWish{}); models.KindOf(err) != models.Forbidden {
			t.Errorf("one follows where nobody is: %v", err)
		}

		// Once a week.
		third := storetest.Account(t, s, "third@else.example")
		find.anew[third.URI] = func(a *models.Account) { a.AlsoKnownAs = []string{old.URI} }
		if err := c.ReceiveMove(ctx, chapter.Activity{Sender: old, Key: "Move 2"}, third.URI); err != nil {
			t.Fatal(err)
		}
		if now, err := s.Account(ctx, old.ID); err != nil || now.MovedTo != fresh.URI {
			t.Errorf("it moved again within the week, to %q, %v", now.MovedTo, err)
		}
		// Whoever is not named by the other side takes nobody along.
		if err := c.Follow(ctx, ana, liar.ID, chapter.FollowWish{}); err != nil {
			t.Fatal(err)
		}
		for name, uri := range map[string]string{"to an account that does not say so": fresh.URI, "to itself": liar.URI, "to nobody": "https://else.example/nobody"} {
			err := c.ReceiveMove(ctx, chapter.Activity{Sender: liar, Key: name}, uri)
			if kind := models.KindOf(err); kind != models.Forbidden && kind != models.NotFound {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := c.ReceiveMove(ctx, chapter.Activity{Sender: ana}, fresh.URI); models.KindOf(err) != models.Forbidden {
			t.Errorf("a member's move from outside: %v", err)
		}
		if got := whom(t, c, ana); !slices.Contains(got, "liar@far.example pending") {
			t.Errorf("ana was taken along: %q", got)
		}
		// One moved on already cannot be where another one ends.
		find.anew[third.URI] = func(a *models.Account) { a.AlsoKnownAs, a.MovedTo = []string{liar.URI}, old.URI }
		if err := c.ReceiveMove(ctx, chapter.Activity{Sender: liar}, third.URI); models.KindOf(err) != models.Forbidden {
			t.Errorf("to one that moved on: %v", err)
		}
	})
}

func TestAMemberMovesAway(t *testing.T) {
	for engine, open := range map[string]func(t *testing.T) string{
		"sqlite":   func(t *testing.T) string { return "sqlite:" + t.TempDir() + "/a.db" },
		"postgres": func(t *testing.T) string { return storetest.PostgresAddress(t) },
	} {
		t.Run(engine, func(t *testing.T) {
			ctx, clock := t.Context(), time.Now()
			s, err := store.Open(ctx, open(t), store.Options{Relaxed: true, Now: func() time.Time { return clock }})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { s.Close() })
			if err := s.Migrate(ctx); err != nil {
				t.Fatal(err)
			}
			c := chaptertest.Open(t, s)
			find := &elsewhere{c: c, anew: map[string]func(*models.Account){}}
			c.Find = find
			ana, ben := chaptertest.Member(t, c, "ana", models.Ordinary), chaptertest.Member(t, c, "ben", models.Ordinary)
			far, fan := storetest.Account(t, s, "ana@else.example"), storetest.Account(t, s, "fan@far.example")
			if err := c.Follow(ctx, ben, ana.ID, chapter.FollowWish{}); err != nil {
				t.Fatal(err)
			}
			if err := c.ReceiveFollow(ctx, chapter.Activity{Sender: fan}, "https://far.example/f/1", ana.ID); err != nil {
				t.Fatal(err)
			}
			left(t, c)
			named := func(a *models.Account) { a.AlsoKnownAs = []string{ana.URI} }
			for _, test := range []struct {
				name, password, to string
				before             func()
				want               models.Kind
			}{
				{"with a wrong password", "wrong horse", "ana@else.example", nil, models.Invalid},
				{"to nobody", "correct horse", "nobody@else.example", nil, models.Invalid},
				{"to itself", "correct horse", "ana", nil, models.Invalid},
				{"to an account that does not name it", "correct horse", "ana@else.example", nil, models.Invalid},
				{"to one that moved on", "correct horse", "ana@else.example", func() {
					find.anew[far.URI] = func(a *models.Account) { named(a); a.MovedTo = fan.URI }
				}, models.Invalid},
				{"to its own account elsewhere", "correct horse", "@ana@else.example", func() {
					find.anew[far.URI] = func(a *models.Account) { named(a); a.MovedTo = "" }
				}, ""},
				{"again at once", "correct horse", far.URI, nil, models.Conflict},
				{"again after 29 days", "correct horse", far.URI, func() { clock = clock.Add(29 * 24 * time.Hour) }, models.Conflict},
				{"again after 30 days", "correct horse", far.URI, func() { clock = clock.Add(24 * time.Hour) }, ""},
			} {
				if test.before != nil {
					test.before()
				}
				if err := c.Move(ctx, ana, test.password, test.to); models.KindOf(err) != test.want {
					t.Errorf("%s: %v, want kind %q", test.name, err, test.want)
				}
			}
			if diff := cmp.Diff([]string{"account.changed", "account.moved", "follow.asked", "account.changed", "account.moved"}, left(t, c)); diff != "" {
				t.Errorf("others are told (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff([]string{"ana@else.example pending"}, whom(t, c, ben)); diff != "" {
				t.Errorf("who follows here goes along (-want +got):\n%s", diff)
			}
			if err := c.ReceiveFollow(ctx, chapter.Activity{Sender: far}, "https://else.example/f/2", ana.ID); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Follow(ctx, far.ID, ana.ID); models.KindOf(err) != models.NotFound {
				t.Errorf("who moved away is followed: %v", err)
			}
			if err := c.CancelMove(ctx, ana); err != nil {
				t.Fatal(err)
			}
			if now, err := s.Account(ctx, ana.ID); err != nil || now.MovedTo != "" {
				t.Errorf("the move was not cancelled: %q, %v", now.MovedTo, err)
			}
		})
	}
}

func TestAliases(t *testing.T) {
	each(t, func(t *testing.T, c *chapter.Chapter) {
		ctx := t.Context()
		ana := chaptertest.Member(t, c, "ana", models.Ordinary)
		far := storetest.Account(t, c.Store, "ana@far.example")
		left(t, c)
		for _, test := range []struct {
			name, alias string
			want        models.Kind
		}{
			{"nobody", "nobody@far.example", models.Invalid}, {"itself", "@ana@here.example", models.Invalid},
			{"by handle", "@ana@far.example", ""}, {"twice, by id", far.URI, ""},
		} {
			if err := c.AddAlias(ctx, ana, test.alias); models.KindOf(err) != test.want {
				t.Errorf("%s: %v, want kind %q", test.name, err, test.want)
			}
		}
		aliases := func() []string {
			a, err := c.Store.Account(ctx, ana.ID)
			if err != nil {
				t.Fatal(err)
			}
			return a.AlsoKnownAs
		}
		if diff := cmp.Diff([]string{far.URI}, aliases()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"account.changed"}, left(t, c)); diff != "" {
			t.Errorf("told once (-want +got):\n%s", diff)
		}
		for range 2 {
			if err := c.RemoveAlias(ctx, ana, far.URI); err != nil {
				t.Fatal(err)
			}
		}
		for i := range 11 {
			other := storetest.Account(t, c.Store, string(rune('a'+i))+"@many.example")
			if err := c.AddAlias(ctx, ana, other.URI); models.KindOf(err) != map[bool]models.Kind{true: models.Invalid}[i == 10] {
				t.Errorf("alias %d: %v", i+1, err)
			}
		}
		if n := len(aliases()); n != 10 {
			t.Errorf("%d aliases", n)
		}
	})
}
