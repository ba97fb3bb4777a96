package chapter_test

import (
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/chapter/chaptertest"
	"atelier/models/store"
)

func joiner(i int) chapter.NewMember {
	return chapter.NewMember{Name: "Ana Lindqvarn", Email: fmt.Sprintf("ana%d@mail.example", i), Password: "correct horse"}
}

// However many come at a time, no more get in than an invitation is for.
func TestAnInvitationIsNotUsedTooOften(t *testing.T) {
	each(t, func(t *testing.T, c *chapter.Chapter) {
		ctx := t.Context()
		i, err := c.CreateInvite(ctx, models.Viewer{Role: models.President}, chapter.NewInvite{Role: models.Guest, Uses: 3})
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		var mu sync.Mutex
		names := map[string]bool{}
		refused := 0
		for n := range 8 {
			wg.Go(func() {
				a, err := c.Join(ctx, i.Code, joiner(n), netip.Addr{})
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					names[a.Username] = true
				case models.KindOf(err) == models.Gone:
					refused++
				default:
					t.Errorf("joining: %v", err)
				}
			})
		}
		wg.Wait()
		if len(names) != 3 || refused != 5 || !names["ana"] {
			t.Errorf("%d came in (%v), %d were refused; want three and five", len(names), names, refused)
		}
		now, err := c.Store.Invite(ctx, i.Code)
		if err != nil || now.UsesLeft != 0 || now.Used != 3 {
			t.Errorf("the invitation: %+v, %v", now, err)
		}
		group, err := c.Group(ctx)
		if err != nil || now.By != group.ID {
			t.Errorf("one made on the server comes from %d, want the chapter: %v", now.By, err)
		}
		for name := range names {
			m, err := c.Store.MemberByLogin(ctx, name)
			if err != nil || m.Role != models.Guest || m.InvitedBy != group.ID || m.State != models.Active {
				t.Errorf("%s: %+v, %v", name, m, err)
			}
		}
	})
}

func TestALinkSaysWhatBecameOfIt(t *testing.T) {
	each(t, func(t *testing.T, c *chapter.Chapter) {
		ctx := t.Context()
		pia := viewerOf(t, c, chaptertest.Account(t, c, "pia"))
		make := func(n chapter.NewInvite) string {
			t.Helper()
			n.Role = models.Ordinary
			i, err := c.CreateInvite(ctx, pia, n)
			if err != nil {
				t.Fatal(err)
			}
			return i.Code
		}
		spent := make(chapter.NewInvite{Uses: 1, Life: time.Hour})
		if _, err := c.Join(ctx, spent, joiner(1), netip.Addr{}); err != nil {
			t.Fatal(err)
		}
		revoked := make(chapter.NewInvite{Uses: -1})
		i, err := c.Store.Invite(ctx, revoked)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.RevokeInvite(ctx, pia, i.ID); err != nil {
			t.Fatal(err)
		}
		if err := c.RevokeInvite(ctx, pia, i.ID); models.KindOf(err) != models.NotFound {
			t.Errorf("revoked twice: %v", err)
		}
		expired := make(chapter.NewInvite{Uses: -1, Life: time.Millisecond})
		time.Sleep(3 * time.Millisecond)
		for _, test := range []struct {
			code string
			kind models.Kind
			says string
		}{
			{spent, models.Gone, "was used already"},
			{revoked, models.Gone, "was called back"},
			{expired, models.Gone, "expired on " + c.Store.Now().Format("2 January 2006")},
			{"nonsense", models.NotFound, "is not known here"},
			{make(chapter.NewInvite{Uses: -1}), "", ""},
		} {
			_, opened := c.OpenInvite(ctx, test.code)
			_, joined := c.Join(ctx, test.code, joiner(2), netip.Addr{})
			for what, err := range map[string]error{"opened": opened, "joined": joined} {
				if models.KindOf(err) != test.kind || test.kind != "" && !strings.Contains(models.Sentence(err), test.says) {
					t.Errorf("%s: %v, want %q", what, err, test.says)
				}
			}
		}
		now, err := c.Store.Invite(ctx, expired)
		if err != nil || now.Used != 0 {
			t.Errorf("one that had expired was used: %+v, %v", now, err)
		}
		// The store looks again, whatever was read before.
		for _, code := range []string{spent, revoked, expired} {
			i, err := c.Store.Invite(ctx, code)
			if err != nil {
				t.Fatal(err)
			}
			err = c.Store.Write(ctx, func(tx *store.Tx) error {
				if used, err := tx.UseInvite(ctx, i.ID); err != nil || used {
					t.Errorf("%+v was used: %v", i, err)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestWhoMayInvite(t *testing.T) {
	each(t, func(t *testing.T, c *chapter.Chapter) {
		ctx := t.Context()
		pia := viewerOf(t, c, chaptertest.Account(t, c, "pia"))
		gil := viewerOf(t, c, chaptertest.Member(t, c, "gil", models.Guest))
		for _, test := range []struct {
			name string
			by   models.Viewer
			n    chapter.NewInvite
			want models.Kind
		}{
			{"a member", pia, chapter.NewInvite{Role: models.Ordinary, Uses: 1}, ""},
			{"a guest", gil, chapter.NewInvite{Role: models.Ordinary, Uses: 1}, models.Forbidden},
			{"nobody", models.Stranger, chapter.NewInvite{Role: models.Ordinary, Uses: 1}, models.Forbidden},
			{"as a steward", pia, chapter.NewInvite{Role: models.Steward, Uses: 1}, models.Invalid},
			{"for nobody", pia, chapter.NewInvite{Role: models.Ordinary}, models.Invalid},
			{"for fewer than nobody", pia, chapter.NewInvite{Role: models.Ordinary, Uses: -2}, models.Invalid},
			{"for a town", pia, chapter.NewInvite{Role: models.Ordinary, Uses: 10_001}, models.Invalid},
			{"in the past", pia, chapter.NewInvite{Role: models.Ordinary, Uses: 1, Life: -1}, models.Invalid},
		} {
			_, err := c.CreateInvite(ctx, test.by, test.n)
			kinds(t, test.name, err, test.want)
		}
		if all, err := c.Store.Invites(ctx, 0, store.Page{Limit: 9}); err != nil || len(all) != 1 {
			t.Errorf("%d invitations were made, want one: %v", len(all), err)
		}
	})
}

// A handle is made of the name, and no bar is passed by an invitation.
func TestJoiningByAnInvitation(t *testing.T) {
	each(t, func(t *testing.T, c *chapter.Chapter) {
		ctx := t.Context()
		pia := viewerOf(t, c, chaptertest.Account(t, c, "pia"))
		i, err := c.CreateInvite(ctx, pia, chapter.NewInvite{Role: models.Ordinary, Uses: -1})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.AddBar(ctx, pia, models.Bar{Kind: models.NetworkBar, Value: "192.0.2.0/24", Severity: models.BarSignUp}); err != nil {
			t.Fatal(err)
		}
		for n, test := range []struct{ name, username, want string }{
			{"Ana Lindqvarn", "", "ana"}, {"Ana Lindqvarn", "", "ana_lindqvarn"}, {"Ana Lindqvarn", "", "ana2"}, {"李小龍", "", "ana3"},
			{"Pia Press", "", "pia_press"}, {"Desk", "", "ana5"}, {"Ana", "@Choice", "choice"},
		} {
			m := joiner(n)
			m.Name, m.Username = test.name, test.username
			a, err := c.Join(ctx, i.Code, m, netip.MustParseAddr("192.0.3.1"))
			if err != nil {
				t.Fatalf("%s: %v", test.name, err)
			}
			if a.Username != test.want {
				t.Errorf("%s is called %s, want %s", test.name, a.Username, test.want)
			}
		}
		_, err = c.Join(ctx, i.Code, joiner(20), netip.MustParseAddr("192.0.2.9"))
		kinds(t, "from a barred network", err, models.Forbidden)
		m := joiner(21)
		m.Username = "ana"
		_, err = c.Join(ctx, i.Code, m, netip.Addr{})
		kinds(t, "with a handle that is taken", err, models.Invalid)
		now, err := c.Store.Invite(ctx, i.Code)
		if err != nil || now.Used != 7 {
			t.Errorf("it counts %d uses, want seven: %v", now.Used, err)
		}
	})
}
