package store_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"atelier/models"
	"atelier/models/store"
	"atelier/models/store/storetest"
)

// practiceNote stores a note of by.
func practiceNote(t *testing.T, s *store.Store, by *models.Account, change func(*models.Post)) *models.Post {
	t.Helper()
	return storetest.Post(t, s, by, func(p *models.Post) {
		p.Type, p.Title, p.Visibility = models.ArticleType, "Checking in", models.Public
		p.Practice = &models.Practice{Kind: models.Tool, Sections: []models.Section{{Key: "purpose", Text: "For teams."}}}
		if change != nil {
			change(p)
		}
	})
}

func coAuthor(s *store.Store, p *models.Post, a *models.Account, state models.CoAuthorState) *models.CoAuthor {
	return &models.CoAuthor{ID: s.NewID(), PostID: p.ID, AccountID: a.ID, State: state, InvitedAt: time.UnixMilli(1_700_000_000_000).UTC()}
}

func postIDs(posts []*models.Post) (ids []models.ID) {
	for _, p := range posts {
		ids = append(ids, p.ID)
	}
	return ids
}

func TestCoAuthors(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		ana, ben, noor := storetest.Member(t, s, "ana", models.Ordinary), storetest.Member(t, s, "ben", models.Ordinary), storetest.Member(t, s, "noor", models.Ordinary)
		p := practiceNote(t, s, ana, nil)
		one, two := coAuthor(s, p, ben, models.CoAuthorInvited), coAuthor(s, p, noor, models.CoAuthorInvited)
		storetest.Write(t, s, func(tx *store.Tx) error {
			for _, x := range []*models.CoAuthor{one, two} {
				if err := tx.SetCoAuthor(ctx, x); err != nil {
					return err
				}
			}
			one.AnsweredAt = time.UnixMilli(1_700_000_001_000).UTC()
			for i, want := range []bool{true, false} { // the second time there is nothing to answer
				if got, err := tx.AcceptCoAuthor(ctx, one); err != nil || got != want {
					t.Errorf("answer %d: AcceptCoAuthor = %v, %v", i+1, got, err)
				}
			}
			return nil
		})
		one.State = models.CoAuthorAccepted
		got, err := s.CoAuthors(ctx, p.ID)
		if diff := cmp.Diff([]*models.CoAuthor{one, two}, got); err != nil || diff != "" {
			t.Errorf("CoAuthors: %v (-want +got):\n%s", err, diff)
		}
		for _, pair := range [][2]models.ID{{ana.ID, ben.ID}, {ben.ID, ana.ID}} {
			if got, err := s.CoAuthorsBetween(ctx, pair[0], pair[1]); err != nil || len(got) != 1 || got[0].ID != one.ID {
				t.Errorf("CoAuthorsBetween: %v, %v", got, err)
			}
		}
		if named, err := s.CoAuthored(ctx, models.Stranger, ben.ID, 9); err != nil || !slices.Equal(postIDs(named), []models.ID{p.ID}) {
			t.Errorf("Ben is named in %v, %v", postIDs(named), err)
		}
		if named, err := s.CoAuthored(ctx, models.Stranger, noor.ID, 9); err != nil || len(named) != 0 {
			t.Errorf("Noor, who was only asked, is named in %v, %v", postIDs(named), err)
		}

		before, err := s.PublicStamp(ctx, p.ID)
		if err != nil {
			t.Fatal(err)
		}
		p.Practice.With, p.UpdatedAt = []models.ID{ben.ID, noor.ID}, one.AnsweredAt
		storetest.Write(t, s, func(tx *store.Tx) error {
			stale := *p
			stale.Version = p.Version + 1
			if set, err := tx.SetPractice(ctx, &stale); err != nil || set {
				t.Errorf("another version: SetCredit = %v, %v", set, err)
			}
			set, err := tx.SetPractice(ctx, p)
			if !set {
				t.Error("SetCredit = false")
			}
			return err
		})
		now, err := s.PostByID(ctx, p.ID)
		if err != nil || !slices.Equal(now.Practice.Others(), p.Practice.With) || !now.ToldAt().Equal(p.UpdatedAt) {
			t.Errorf("the note names %v since %v, %v", now.Practice.Others(), now.ToldAt(), err)
		}
		if after, err := s.PublicStamp(ctx, p.ID); err != nil || after <= before {
			t.Errorf("its stamp went from %d to %d, %v", before, after, err)
		}

		// Who is out of sight is not told of, and what was rendered is done anew.
		before, _ = s.PublicStamp(ctx, p.ID)
		storetest.Write(t, s, func(tx *store.Tx) error {
			a, err := tx.Account(ctx, ben.ID)
			if err != nil {
				return err
			}
			a.SuspendedAt = one.AnsweredAt
			if _, err := tx.SetAccount(ctx, a); err != nil {
				return err
			}
			return tx.SetHiddenAll(ctx, ben.ID, true)
		})
		if got, err := s.CoAuthors(ctx, p.ID); err != nil || len(got) != 1 || got[0].AccountID != noor.ID {
			t.Errorf("CoAuthors: %v, %v", got, err)
		}
		if named, err := s.Credited(ctx, now); err != nil || len(named) != 1 || named[0].ID != noor.ID {
			t.Errorf("Credited: %v, %v", named, err)
		}
		if after, err := s.PublicStamp(ctx, p.ID); err != nil || after <= before {
			t.Errorf("its stamp went from %d to %d, %v", before, after, err)
		}

		storetest.Write(t, s, func(tx *store.Tx) error { return tx.EraseOwn(ctx, noor.ID) })
		if got, err := s.CoAuthors(ctx, p.ID); err != nil || len(got) != 0 {
			t.Errorf("after Noor left: %v, %v", got, err)
		}
	})
}

// Who reads a note before it is out: one row for each way in, and for each way
// to be kept out.
func TestPostWith(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		ana, ben, noor, gil := storetest.Member(t, s, "ana", models.Ordinary), storetest.Member(t, s, "ben", models.Ordinary),
			storetest.Member(t, s, "noor", models.Ordinary), storetest.Member(t, s, "gil", models.Guest)
		draft := practiceNote(t, s, ana, func(p *models.Post) { p.State, p.Visibility, p.LocalOnly = models.Draft, models.Private, true })
		hidden := practiceNote(t, s, ana, func(p *models.Post) { p.State = models.Draft })
		own := practiceNote(t, s, ana, func(p *models.Post) { p.Visibility, p.LocalOnly = models.Direct, true })
		storetest.Write(t, s, func(tx *store.Tx) error {
			for _, p := range []*models.Post{draft, hidden, own} {
				for _, a := range []*models.Account{ben, gil} {
					if err := tx.SetCoAuthor(ctx, coAuthor(s, p, a, models.CoAuthorInvited)); err != nil {
						return err
					}
				}
			}
			return tx.SetHidden(ctx, hidden.ID, true)
		})
		for _, test := range []struct {
			name string
			by   models.Viewer
			post *models.Post
			want bool
		}{
			{"its author", storetest.ViewerOf(ana, models.Ordinary), draft, true},
			{"who was asked", storetest.ViewerOf(ben, models.Ordinary), draft, true},
			{"who was not", storetest.ViewerOf(noor, models.Steward), draft, false},
			{"a guest who was", storetest.ViewerOf(gil, models.Guest), draft, false},
			{"a stranger", models.Stranger, draft, false},
			{"what a steward hid", storetest.ViewerOf(ben, models.Ordinary), hidden, false},
			{"what is out, for others", storetest.ViewerOf(ben, models.Ordinary), own, false},
		} {
			_, err := s.PostWith(ctx, test.by, test.post.ID)
			if got := err == nil; got != test.want || err != nil && models.KindOf(err) != models.NotFound {
				t.Errorf("%s: PostWith = %v", test.name, err)
			}
		}
		list, err := s.UnfinishedWith(ctx, storetest.ViewerOf(ben, models.Ordinary), 9)
		if err != nil || !slices.Equal(postIDs(list), []models.ID{draft.ID}) {
			t.Errorf("UnfinishedWith: %v, %v", postIDs(list), err)
		}
		storetest.Write(t, s, func(tx *store.Tx) error {
			_, err := tx.SetBlock(ctx, &models.Block{ID: s.NewID(), AccountID: ana.ID, TargetID: ben.ID, URI: "https://here.example/b", CreatedAt: s.Now()})
			return err
		})
		if _, err := s.PostWith(ctx, storetest.ViewerOf(ben, models.Ordinary), draft.ID); models.KindOf(err) != models.NotFound {
			t.Errorf("whom its author blocks: PostWith = %v", err)
		}
	})
}

func TestProposals(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		ana, ben, noor := storetest.Member(t, s, "ana", models.Ordinary), storetest.Member(t, s, "ben", models.Ordinary), storetest.Member(t, s, "noor", models.Steward)
		p := practiceNote(t, s, ana, nil)
		at := time.UnixMilli(1_700_000_000_000).UTC()
		base := models.Wording{Title: "Checking in", Sections: []models.Section{{Key: "purpose", Text: "For teams."}}}
		want := &models.Proposal{ID: s.NewID(), PostID: p.ID, AccountID: ben.ID, State: models.ProposalBegun, Base: base, Text: base, CreatedAt: at, ChangedAt: at}
		set := func() {
			t.Helper()
			storetest.Write(t, s, func(tx *store.Tx) error { return tx.SetProposal(ctx, want) })
		}
		reads := func(a *models.Account, role models.Role) bool {
			t.Helper()
			got, err := s.Proposal(ctx, storetest.ViewerOf(a, role), want.ID)
			if models.KindOf(err) == models.NotFound {
				return false
			}
			if diff := cmp.Diff(want, got); err != nil || diff != "" {
				t.Errorf("%s: Proposal: %v (-want +got):\n%s", a.Username, err, diff)
			}
			return true
		}
		set()
		if !reads(ben, models.Ordinary) || reads(ana, models.Ordinary) || reads(noor, models.Steward) {
			t.Error("what is begun is not its author's alone")
		}
		want.State, want.Reason, want.Text.Title, want.ChangedAt = models.ProposalOpen, "Shorter", "Checking", at.Add(time.Hour)
		set()
		if !reads(ben, models.Ordinary) || !reads(ana, models.Ordinary) || reads(noor, models.Steward) {
			t.Error("what is sent is not for its author and the lead")
		}
		if got, err := s.PendingProposal(ctx, p.ID, ben.ID); err != nil || got.ID != want.ID {
			t.Errorf("PendingProposal: %v, %v", got, err)
		}
		another := *want
		another.ID = s.NewID()
		if err := s.Write(ctx, func(tx *store.Tx) error { return tx.SetProposal(ctx, &another) }); err == nil {
			t.Error("one has two open proposals for a note")
		}
		for _, v := range []models.Viewer{storetest.ViewerOf(ana, models.Ordinary), storetest.ViewerOf(noor, models.Steward), models.Stranger} {
			list, err := s.Proposals(ctx, v, p.ID, store.Page{Limit: 9})
			if n := len(list); err != nil || (n == 1) != (v.AccountID == ana.ID) {
				t.Errorf("%d reads %d proposals, %v", v.AccountID, n, err)
			}
		}
		storetest.Write(t, s, func(tx *store.Tx) error {
			if open, err := tx.HoldProposal(ctx, want.ID); err != nil || !open {
				t.Errorf("HoldProposal = %v, %v", open, err)
			}
			want.State, want.Replaced, want.Version, want.AnsweredAt = models.ProposalMerged, &base, 2, at.Add(2*time.Hour)
			if err := tx.SetProposal(ctx, want); err != nil {
				return err
			}
			if open, err := tx.HoldProposal(ctx, want.ID); err != nil || open {
				t.Errorf("answered: HoldProposal = %v, %v", open, err)
			}
			return tx.AddVersionMark(ctx, models.VersionMark{PostID: p.ID, Version: 2, AccountID: ben.ID, Small: true, CreatedAt: at})
		})
		reads(ana, models.Ordinary)
		if _, err := s.PendingProposal(ctx, p.ID, ben.ID); models.KindOf(err) != models.NotFound {
			t.Errorf("answered: PendingProposal: %v", err)
		}
		if mine, err := s.ProposalsBy(ctx, ben.ID, store.Page{Limit: 9}); err != nil || len(mine) != 1 {
			t.Errorf("ProposalsBy: %v, %v", mine, err)
		}
		marks, err := s.VersionMarks(ctx, p.ID)
		if diff := cmp.Diff(map[int]models.VersionMark{2: {PostID: p.ID, Version: 2, AccountID: ben.ID, Small: true, CreatedAt: at}}, marks); err != nil || diff != "" {
			t.Errorf("VersionMarks: %v (-want +got):\n%s", err, diff)
		}
		storetest.Write(t, s, func(tx *store.Tx) error { return tx.DeletePost(ctx, p.ID) })
		if all, err := s.AllProposals(ctx, p.ID); err != nil || len(all) != 0 {
			t.Errorf("after the note: %v, %v", all, err)
		}
	})
}

// A note from elsewhere names whom its newest version does.
func TestSetContributors(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		far, one, two := storetest.Account(t, s, "joel@halifax.example"), storetest.Account(t, s, "lena@halifax.example"), storetest.Account(t, s, "pim@halifax.example")
		p := practiceNote(t, s, far, func(p *models.Post) { p.Local = false })
		for _, ids := range [][]models.ID{{one.ID, two.ID}, {two.ID}, nil} {
			storetest.Write(t, s, func(tx *store.Tx) error { return tx.SetContributors(ctx, p.ID, ids, tx.NewID, s.Now()) })
			got, err := s.CoAuthors(ctx, p.ID)
			var named []models.ID
			for _, x := range got {
				named = append(named, x.AccountID)
			}
			if err != nil || !slices.Equal(named, ids) {
				t.Errorf("it names %v, want %v: %v", named, ids, err)
			}
		}
	})
}
