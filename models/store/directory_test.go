package store_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"atelier/models"
	"atelier/models/store"
	"atelier/models/store/storetest"
)

// says stores what a member says in the directory.
func says(t *testing.T, s *store.Store, a *models.Account, e models.DirectoryEntry) {
	t.Helper()
	storetest.Write(t, s, func(tx *store.Tx) error { return tx.SetDirectory(t.Context(), a.ID, e) })
}

// shows makes an account one that is in the directory, or not.
func shows(t *testing.T, s *store.Store, a *models.Account, shown bool) {
	t.Helper()
	a.Discoverable = shown
	storetest.Write(t, s, func(tx *store.Tx) error { _, err := tx.SetAccount(t.Context(), a); return err })
}

// Who sees which field, whom words find, and how many are counted: one table,
// because none of the three may tell what the others do not.
func TestDirectory(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		ana, ben := storetest.Member(t, s, "ana", models.Ordinary), storetest.Member(t, s, "ben", models.Steward)
		gus, lea := storetest.Member(t, s, "gus", models.Guest), storetest.Member(t, s, "lea", models.Ordinary)
		for _, a := range []*models.Account{ana, ben, gus} {
			shows(t, s, a, true)
		}
		shows(t, s, lea, false) // she left the directory
		hers := models.DirectoryEntry{
			models.AskField:        {Text: "Silence; managers in health-care.", To: models.ToMembers},
			models.TownField:       {Text: "Courtenay", To: models.ToEveryone},
			models.LanguagesField:  {Text: "Swedish, English", To: models.ToMembers},
			models.CredentialField: {Text: "PCC", To: models.ToNobody},
		}
		says(t, s, ana, hers)
		says(t, s, ben, models.DirectoryEntry{models.TownField: {Text: "Courtenay", To: models.ToMembers}, models.AskField: {Text: "", To: models.ToEveryone}})
		says(t, s, lea, models.DirectoryEntry{models.TownField: {Text: "Courtenay", To: models.ToEveryone}})

		own, err := s.OwnDirectory(ctx, ana.ID)
		if diff := cmp.Diff(hers, own); err != nil || diff != "" {
			t.Errorf("OwnDirectory: %v (-want +got):\n%s", err, diff)
		}
		open := models.DirectoryEntry{models.TownField: hers[models.TownField]}
		among := models.DirectoryEntry{models.TownField: hers[models.TownField], models.AskField: hers[models.AskField], models.LanguagesField: hers[models.LanguagesField]}
		member, guest, self := storetest.ViewerOf(ben, models.Steward), storetest.ViewerOf(gus, models.Guest), storetest.ViewerOf(ana, models.Ordinary)
		for _, test := range []struct {
			name   string
			viewer models.Viewer
			words  string
			want   string
			entry  models.DirectoryEntry // of Ana
		}{
			{"a member meets all", member, "", "ana ben gus", among},
			{"oneself as others do", self, "", "ana ben gus", among},
			{"a guest meets all, and reads less", guest, "", "ana ben gus", open},
			{"a stranger meets who says something to everyone", models.Stranger, "", "ana", open},
			{"somebody from elsewhere is a stranger", models.Viewer{AccountID: 1}, "", "ana", open},

			{"a member by a members' field", member, "silence", "ana", among},
			{"by the beginning of a word", member, "SWED", "ana", among},
			{"not by the middle of one", member, "wedish", "", nil},
			{"by a word with a hyphen", member, "health-care", "ana", among},
			{"by all words, in any field", member, "silence courtenay an", "ana", among},
			{"not by one word of two", member, "silence victoria", "", nil},
			{"by town", member, "courtenay", "ana ben", among},
			{"by name", member, "@gus", "gus", nil},
			{"not by what nobody may see", member, "pcc", "", nil},
			{"not oneself either", self, "pcc", "", nil},
			{"a guest by an open field", guest, "courtenay", "ana", open},
			{"a guest not by a members' field", guest, "silence", "", nil},
			{"a stranger by an open field", models.Stranger, "court", "ana", open},
			{"a stranger not by a members' field", models.Stranger, "silence", "", nil},
			{"nor by another one", models.Stranger, "swedish", "", nil},
			{"nor by both together", models.Stranger, "courtenay english", "", nil},
			{"a stranger by the name of who shows something", models.Stranger, "ana", "ana", open},
			{"not by the name of who does not", models.Stranger, "ben", "", nil},
			{"not who left, by name", member, "lea", "", nil},
			{"signs are no words", member, "%", "ana ben gus", among},
			{"nor are they patterns", member, "a_a", "", nil},
		} {
			t.Run(test.name, func(t *testing.T) {
				people, err := s.InDirectory(ctx, test.viewer, test.words, 0, 10)
				if err != nil {
					t.Fatal(err)
				}
				got, entry := "", models.DirectoryEntry(nil)
				for _, p := range people {
					if got += " "; p.Account.ID == ana.ID {
						entry = p.Entry
					}
					got += p.Account.Username
				}
				if got != "" {
					got = got[1:]
				}
				if got != test.want {
					t.Errorf("found %q, want %q", got, test.want)
				}
				if diff := cmp.Diff(test.entry, entry); diff != "" {
					t.Errorf("her entry (-want +got):\n%s", diff)
				}
				n, _, err := s.CountDirectory(ctx, test.viewer, test.words)
				if err != nil || n != len(people) {
					t.Errorf("counted %d, %v; listed %d", n, err, len(people))
				}
			})
		}

		if n, guests, err := s.CountDirectory(ctx, member, ""); n != 3 || guests != 1 || err != nil {
			t.Errorf("CountDirectory: %d, %d, %v", n, guests, err)
		}
		next, err := s.InDirectory(ctx, member, "courtenay", ana.ID, 1)
		if err != nil || len(next) != 1 || next[0].Account.ID != ben.ID || next[0].Role != models.Steward || next[0].Asked {
			t.Errorf("the next page: %+v, %v", next, err)
		}
		asked, err := s.InDirectory(ctx, member, "silence manag", 0, 9)
		if err != nil || len(asked) != 1 || !asked[0].Asked {
			t.Errorf("who can be asked: %+v, %v", asked, err)
		}
		if left, err := s.DirectoryOf(ctx, member, []models.ID{lea.ID}); err != nil || len(left) != 0 {
			t.Errorf("who left still says %v, %v", left, err)
		}
		storetest.Write(t, s, func(tx *store.Tx) error {
			_, err := tx.SetBlock(ctx, &models.Block{ID: tx.NewID(), AccountID: ana.ID, TargetID: ben.ID, URI: "b1"})
			return err
		})
		if n, _, err := s.CountDirectory(ctx, member, "ana"); n != 0 || err != nil {
			t.Errorf("who shut one out is counted: %d, %v", n, err)
		}
		if e, err := s.DirectoryOf(ctx, member, []models.ID{ana.ID}); err != nil || len(e) != 0 {
			t.Errorf("who shut one out says %v, %v", e, err)
		}
		storetest.Write(t, s, func(tx *store.Tx) error { return tx.EraseOwn(ctx, ana.ID) })
		if own, err := s.OwnDirectory(ctx, ana.ID); err != nil || len(own) != 0 {
			t.Errorf("after Ana left: %v, %v", own, err)
		}
	})
}

// Who may not sign in, or is limited, stands in no stranger's list.
func TestWhoIsNotInTheDirectory(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		for name, change := range map[string]func(a *models.Account, m *models.Member){
			"an applicant": func(_ *models.Account, m *models.Member) { m.State = models.Applied },
			"disabled":     func(_ *models.Account, m *models.Member) { m.State = models.Disabled },
			"suspended":    func(a *models.Account, _ *models.Member) { a.SuspendedAt = s.Now() },
			"gone":         func(a *models.Account, _ *models.Member) { a.DeletedAt = s.Now() },
			"limited":      func(a *models.Account, _ *models.Member) { a.SilencedAt = s.Now() },
		} {
			a := storetest.Member(t, s, name[:4], models.Ordinary)
			m, err := s.Member(ctx, a.ID)
			if err != nil {
				t.Fatal(err)
			}
			a.Discoverable = true
			change(a, m)
			storetest.Write(t, s, func(tx *store.Tx) error {
				if _, err := tx.SetMember(ctx, m); err != nil {
					return err
				}
				if err := tx.SetDirectory(ctx, a.ID, models.DirectoryEntry{models.TownField: {Text: "Tofino", To: models.ToEveryone}}); err != nil {
					return err
				}
				_, err := tx.SetAccount(ctx, a)
				return err
			})
			people, err := s.InDirectory(ctx, models.Stranger, "tofino", 0, 9)
			if n, _, countErr := s.CountDirectory(ctx, models.Stranger, ""); len(people) != 0 || n != 0 || err != nil || countErr != nil {
				t.Errorf("%s: found %d, counted %d; %v, %v", name, len(people), n, err, countErr)
			}
		}
	})
}

func TestWelcomed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ana, ben := storetest.Member(t, s, "ana", models.Ordinary), storetest.Member(t, s, "ben", models.Ordinary)
		for _, step := range []models.Welcomed{models.WelcomeAsk, models.WelcomeAsk, models.WelcomeFace} {
			storetest.Write(t, s, func(tx *store.Tx) error { return tx.SetWelcomed(t.Context(), ana.ID, step) })
		}
		for a, want := range map[*models.Account]models.Welcomed{ana: models.WelcomeAsk | models.WelcomeFace, ben: 0} {
			if got, err := s.Welcomed(t.Context(), a.ID); err != nil || got != want {
				t.Errorf("Welcomed of %s: %b, %v; want %b", a.Username, got, err, want)
			}
		}
	})
}
