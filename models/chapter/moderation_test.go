package chapter_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/chapter/chaptertest"
	"atelier/models/store"
	"atelier/models/store/storetest"
)

// bench is a chapter with a president, a steward, two members and somebody
// elsewhere.
type bench struct {
	*chapter.Chapter
	t                       *testing.T
	pia, stu, ana, ben, far *models.Account
}

func eachBench(t *testing.T, do func(t *testing.T, b *bench)) {
	t.Helper()
	each(t, func(t *testing.T, c *chapter.Chapter) {
		b := &bench{Chapter: c, t: t, pia: chaptertest.Account(t, c, "pia"), stu: chaptertest.Member(t, c, "stu", models.Steward),
			ana: chaptertest.Member(t, c, "ana", models.Ordinary), ben: chaptertest.Member(t, c, "ben", models.Ordinary), far: storetest.Account(t, c.Store, "far@far.example")}
		do(t, b)
	})
}

func (b *bench) as(a *models.Account) models.Viewer { return viewerOf(b.t, b.Chapter, a) }

func (b *bench) account(a *models.Account) *models.Account {
	b.t.Helper()
	now, err := b.Store.Account(b.t.Context(), a.ID)
	if err != nil {
		b.t.Fatal(err)
	}
	return now
}

// told returns the types and subjects of what an account was notified of.
func (b *bench) told(a *models.Account, t models.NotificationType) (ids []models.ID) {
	b.t.Helper()
	list, err := b.Store.Notifications(b.t.Context(), models.Viewer{AccountID: a.ID}, store.NotificationFilter{Types: []string{string(t)}}, store.Page{Limit: 50})
	if err != nil {
		b.t.Fatal(err)
	}
	for _, n := range list {
		ids = append(ids, n.ReportID)
	}
	return ids
}

// deeds are the deeds of the log, oldest first, from the first of since on.
func (b *bench) deeds(f store.LogFilter) (out []models.StewardDeed) {
	b.t.Helper()
	log, err := b.Store.StewardLog(b.t.Context(), f, store.Page{Min: 1, Limit: 100})
	if err != nil {
		b.t.Fatal(err)
	}
	for i := len(log) - 1; i >= 0; i-- {
		out = append(out, log[i].Deed)
	}
	return out
}

func kinds(t *testing.T, what string, err error, want models.Kind) {
	t.Helper()
	if models.KindOf(err) != want {
		t.Errorf("%s: %v; want kind %q", what, err, want)
	}
}

func TestComplaintsOfMembers(t *testing.T) {
	eachBench(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		if err := b.UpdateChapter(ctx, b.as(b.pia), func(c *models.Chapter) { c.Settings.Rules = []models.Rule{{ID: 7, Text: "No names"}} }); err != nil {
			t.Fatal(err)
		}
		p := publish(t, b.Chapter, b.ben, chapter.Draft{Source: "He said", Visibility: models.Public})
		secret := publish(t, b.Chapter, b.ben, chapter.Draft{Source: "hush", Visibility: models.Direct})
		for _, test := range []struct {
			name string
			n    chapter.NewComplaint
			want models.Kind
		}{
			{"nobody", chapter.NewComplaint{TargetID: 1}, models.NotFound},
			{"a post that is somebody else's", chapter.NewComplaint{TargetID: b.far.ID, PostIDs: []models.ID{p.ID}}, models.NotFound},
			{"a post that one cannot read", chapter.NewComplaint{TargetID: b.ben.ID, PostIDs: []models.ID{secret.ID}}, models.NotFound},
			{"a rule that is none", chapter.NewComplaint{TargetID: b.ben.ID, RuleIDs: []models.ID{8}}, models.Invalid},
			{"a category that is none", chapter.NewComplaint{TargetID: b.ben.ID, Category: "rude"}, models.Invalid},
			{"too many words", chapter.NewComplaint{TargetID: b.ben.ID, Comment: string(make([]rune, 1001))}, models.Invalid},
			{"too many posts", chapter.NewComplaint{TargetID: b.ben.ID, PostIDs: make([]models.ID, 51)}, models.Invalid},
		} {
			_, err := b.Complain(ctx, b.ana, test.n)
			kinds(t, test.name, err, test.want)
		}
		r, err := b.Complain(ctx, b.ana, chapter.NewComplaint{TargetID: b.ben.ID, PostIDs: []models.ID{p.ID}, RuleIDs: []models.ID{7}, Comment: " That is a client. ", Forward: true})
		if err != nil {
			t.Fatal(err)
		}
		want := &models.Complaint{ID: r.ID, URI: r.URI, FromID: b.ana.ID, TargetID: b.ben.ID, PostIDs: []models.ID{p.ID}, RuleIDs: []models.ID{7},
			Category: models.ComplaintViolation, Comment: "That is a client.", CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt}
		stored, err := b.Store.Complaint(ctx, r.ID)
		if err != nil {
			t.Fatal(err)
		}
		for name, got := range map[string]*models.Complaint{"answer": r, "stored": stored} {
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		}
		for _, steward := range []*models.Account{b.pia, b.stu} {
			if diff := cmp.Diff([]models.ID{r.ID}, b.told(steward, models.NotifyReport)); diff != "" {
				t.Errorf("%s is told (-want +got):\n%s", steward.Username, diff)
			}
		}
		if told := b.told(b.ben, models.NotifyReport); told != nil {
			t.Errorf("whom it is about is told: %v", told)
		}
		forwarded, err := b.Complain(ctx, b.ana, chapter.NewComplaint{TargetID: b.far.ID, Forward: true})
		if err != nil || !forwarded.Forwarded || forwarded.Category != models.ComplaintOther {
			t.Errorf("a report to be forwarded: %+v, %v", forwarded, err)
		}
		about, err := b.Complain(ctx, b.ana, chapter.NewComplaint{TargetID: b.stu.ID})
		if err != nil {
			t.Fatal(err)
		}
		if told := b.told(b.stu, models.NotifyReport); len(told) != 2 {
			t.Errorf("a steward is told of a report about itself: %v", told)
		}
		_, err = b.ResolveComplaint(ctx, b.as(b.stu), about.ID)
		kinds(t, "a steward closes a report about itself", err, models.Forbidden)
		_, err = b.ResolveComplaint(ctx, b.as(b.ana), r.ID)
		kinds(t, "a member closes a report", err, models.Forbidden)
		kinds(t, "a member writes a note", b.AddComplaintNote(ctx, b.as(b.ana), r.ID, "x"), models.Forbidden)
		kinds(t, "an empty note", b.AddComplaintNote(ctx, b.as(b.stu), r.ID, " "), models.Invalid)
		kinds(t, "a note on a report about oneself", b.AddComplaintNote(ctx, b.as(b.stu), about.ID, "x"), models.Forbidden)
		_, err = b.AssignComplaint(ctx, b.as(b.stu), r.ID, b.ana.ID)
		kinds(t, "a report for a member to look into", err, models.Invalid)

		if err := b.AddComplaintNote(ctx, b.as(b.stu), r.ID, "I know him."); err != nil {
			t.Fatal(err)
		}
		notes, err := b.Store.ComplaintNotes(ctx, r.ID, 10)
		if err != nil || len(notes) != 1 || notes[0].Text != "I know him." || notes[0].By != b.stu.ID {
			t.Fatalf("notes: %v, %v", notes, err)
		}
		kinds(t, "somebody else's note", b.DeleteComplaintNote(ctx, b.as(b.pia), notes[0].ID), models.NotFound)
		kinds(t, "one's own note", b.DeleteComplaintNote(ctx, b.as(b.stu), notes[0].ID), "")
		steps := []struct {
			do   func() (*models.Complaint, error)
			want func(*models.Complaint)
		}{
			{func() (*models.Complaint, error) { return b.AssignComplaint(ctx, b.as(b.stu), r.ID, b.stu.ID) }, func(r *models.Complaint) { r.AssignedTo = b.stu.ID }},
			{func() (*models.Complaint, error) { return b.AssignComplaint(ctx, b.as(b.stu), r.ID, 0) }, func(r *models.Complaint) { r.AssignedTo = 0 }},
			{func() (*models.Complaint, error) {
				return b.SortComplaint(ctx, b.as(b.stu), r.ID, models.ComplaintSpam, []models.ID{7})
			}, func(r *models.Complaint) { r.Category, r.RuleIDs = models.ComplaintSpam, nil }},
			{func() (*models.Complaint, error) { return b.ResolveComplaint(ctx, b.as(b.stu), r.ID) }, func(r *models.Complaint) { r.ResolvedBy = b.stu.ID }},
			{func() (*models.Complaint, error) { return b.ReopenComplaint(ctx, b.as(b.pia), r.ID) }, func(r *models.Complaint) { r.ResolvedBy, r.ResolvedAt = 0, time.Time{} }},
		}
		for i, step := range steps {
			if _, err := step.do(); err != nil {
				t.Fatalf("step %d: %v", i, err)
			}
			got, err := b.Store.Complaint(ctx, r.ID)
			if err != nil {
				t.Fatal(err)
			}
			step.want(want)
			want.UpdatedAt, want.ResolvedAt = got.UpdatedAt, got.ResolvedAt
			if diff := cmp.Diff(want, got); diff != "" || got.Open() != (i != 3) {
				t.Errorf("step %d, open %v (-want +got):\n%s", i, got.Open(), diff)
			}
		}
		if diff := cmp.Diff([]models.StewardDeed{models.DeedAssign, models.DeedUnassign, models.DeedSort, models.DeedResolve, models.DeedReopen}, b.deeds(store.LogFilter{ComplaintID: r.ID})); diff != "" {
			t.Errorf("log (-want +got):\n%s", diff)
		}
	})
}

func TestReportsOfOtherServers(t *testing.T) {
	eachBench(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		server := storetest.NewAccount(b.Store, "far.example@far.example")
		server.Type = models.Application
		storetest.Write(t, b.Store, func(tx *store.Tx) error { _, err := tx.AddAccount(ctx, server); return err })
		p := publish(t, b.Chapter, b.ben, chapter.Draft{Source: "x", Visibility: models.Public})
		a := chapter.Activity{Sender: server, Key: "Flag https://far.example/f/1", ID: "https://far.example/f/1"}
		uris := []string{b.ana.URI, p.URI, b.far.URI, "https://here.example/users/nobody"}
		for range 2 { // sent twice
			if err := b.ReceiveReport(ctx, a, uris, "<p>They <b>both</b></p>"); err != nil {
				t.Fatal(err)
			}
		}
		got, err := b.Store.Complaints(ctx, store.ComplaintFilter{Open: true}, store.Page{Limit: 10})
		if err != nil || len(got) != 2 {
			t.Fatalf("complaints: %v, %v", got, err)
		}
		for i, want := range []*models.Complaint{
			{TargetID: b.ben.ID, PostIDs: []models.ID{p.ID}}, {TargetID: b.ana.ID, URI: a.ID},
		} {
			g := got[i]
			want.ID, want.FromID, want.Category, want.Comment, want.CreatedAt, want.UpdatedAt = g.ID, server.ID, models.ComplaintOther, "They both", g.CreatedAt, g.UpdatedAt
			if i == 0 {
				want.URI = g.URI
			}
			if diff := cmp.Diff(want, g); diff != "" {
				t.Errorf("complaint %d (-want +got):\n%s", i, diff)
			}
		}
		if told := b.told(b.stu, models.NotifyReport); len(told) != 2 {
			t.Errorf("a steward is told of %d", len(told))
		}
		if _, err := b.SetDomainRule(ctx, b.as(b.stu), models.DomainRule{Domain: "far.example", Severity: models.NoLimit, RejectReports: true}); err != nil {
			t.Fatal(err)
		}
		a.Key, a.ID = "Flag 2", "https://far.example/f/2"
		if err := b.ReceiveReport(ctx, a, uris, "again"); err != nil {
			t.Fatal(err)
		}
		if got, _ := b.Store.Complaints(ctx, store.ComplaintFilter{}, store.Page{Limit: 10}); len(got) != 2 {
			t.Errorf("reports of a domain whose reports are rejected: %d", len(got))
		}
	})
}

func TestWhoDecides(t *testing.T) {
	eachBench(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		group, err := b.Group(ctx)
		if err != nil {
			t.Fatal(err)
		}
		p := publish(t, b.Chapter, b.ana, chapter.Draft{Source: "x", Visibility: models.Public})
		ofBen := publish(t, b.Chapter, b.ben, chapter.Draft{Source: "x", Visibility: models.Public})
		r, err := b.Complain(ctx, b.ana, chapter.NewComplaint{TargetID: b.ben.ID})
		if err != nil {
			t.Fatal(err)
		}
		limit := models.MeasureLimit
		for _, test := range []struct {
			name string
			by   *models.Account
			d    chapter.Decision
			want models.Kind
		}{
			{"a member", b.ben, chapter.Decision{Kind: limit, Target: b.ana.ID}, models.Forbidden},
			{"a steward about a steward", b.stu, chapter.Decision{Kind: limit, Target: b.stu.ID}, models.Forbidden},
			{"a steward about the president", b.stu, chapter.Decision{Kind: limit, Target: b.pia.ID}, models.Forbidden},
			{"a president about itself", b.pia, chapter.Decision{Kind: limit, Target: b.pia.ID}, models.Forbidden},
			{"about the chapter", b.pia, chapter.Decision{Kind: limit, Target: group.ID}, models.Forbidden},
			{"about nobody", b.pia, chapter.Decision{Kind: limit, Target: 1}, models.NotFound},
			{"nothing known", b.pia, chapter.Decision{Kind: "tickle", Target: b.ana.ID}, models.Invalid},
			{"a word without words", b.pia, chapter.Decision{Kind: models.MeasureWord, Target: b.ana.ID}, models.Invalid},
			{"posts without posts", b.pia, chapter.Decision{Kind: models.MeasureHide, Target: b.ana.ID}, models.Invalid},
			{"posts of somebody else", b.pia, chapter.Decision{Kind: models.MeasureHide, Target: b.ana.ID, Posts: []models.ID{ofBen.ID}}, models.Invalid},
			{"a complaint about somebody else", b.pia, chapter.Decision{Kind: limit, Target: b.ana.ID, Complaint: r.ID}, models.Invalid},
			{"a letter to somebody elsewhere", b.pia, chapter.Decision{Kind: limit, Target: b.far.ID, Letter: "Dear"}, models.Invalid},
			{"no signing in for somebody elsewhere", b.pia, chapter.Decision{Kind: models.MeasureDisable, Target: b.far.ID}, models.Invalid},
			{"a president about a steward", b.pia, chapter.Decision{Kind: models.MeasureWord, Target: b.stu.ID, Letter: "Well done."}, ""},
			{"a steward about a member", b.stu, chapter.Decision{Kind: models.MeasureHide, Target: b.ana.ID, Posts: []models.ID{p.ID}}, ""},
			{"a steward about somebody elsewhere", b.stu, chapter.Decision{Kind: limit, Target: b.far.ID}, ""},
		} {
			_, err := b.Decide(ctx, b.as(test.by), test.d)
			kinds(t, test.name, err, test.want)
		}
		kinds(t, "a member lifts", b.Lift(ctx, b.as(b.ben), b.ana.ID, limit, ""), models.Forbidden)
		kinds(t, "a steward lifts the president's measure", b.Lift(ctx, b.as(b.stu), b.stu.ID, limit, ""), models.Forbidden)
		kinds(t, "a word lifted", b.Lift(ctx, b.as(b.pia), b.stu.ID, models.MeasureWord, ""), models.Invalid)
	})
}

func TestMeasuresAboutMembers(t *testing.T) {
	eachBench(t, func(t *testing.T, b *bench) {
		ctx, stu := t.Context(), b.as(b.stu)
		p := publish(t, b.Chapter, b.ana, chapter.Draft{Source: "one", Visibility: models.Public})
		q := publish(t, b.Chapter, b.ana, chapter.Draft{Source: "two", Visibility: models.Public})
		shown := func(want ...models.ID) {
			t.Helper()
			list, err := b.Store.Public(ctx, b.as(b.ben), store.PublicFilter{}, store.Page{Limit: 10})
			if err != nil {
				t.Fatal(err)
			}
			var got []models.ID
			for _, p := range list {
				got = append(got, p.ID)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("shown (-want +got):\n%s", diff)
			}
		}
		decide := func(d chapter.Decision) *models.Measure {
			t.Helper()
			d.Target = b.ana.ID
			m, err := b.Decide(ctx, stu, d)
			if err != nil {
				t.Fatal(err)
			}
			return m
		}
		r, err := b.Complain(ctx, b.ben, chapter.NewComplaint{TargetID: b.ana.ID, PostIDs: []models.ID{p.ID}})
		if err != nil {
			t.Fatal(err)
		}
		hidden := decide(chapter.Decision{Kind: models.MeasureHide, Posts: []models.ID{p.ID}, Complaint: r.ID, Reason: "names a client", Letter: "Please change it."})
		shown(q.ID)
		if r, err = b.Store.Complaint(ctx, r.ID); err != nil || r.Open() || r.ResolvedBy != b.stu.ID {
			t.Errorf("the report is open: %+v, %v", r, err)
		}
		if diff := cmp.Diff([]models.ID{hidden.ID}, b.told(b.ana, models.NotifyMeasure)); diff != "" {
			t.Errorf("the person is told (-want +got):\n%s", diff)
		}
		// Suspended and back: what was hidden for itself stays hidden.
		other, err := b.Complain(ctx, b.ben, chapter.NewComplaint{TargetID: b.ana.ID})
		if err != nil {
			t.Fatal(err)
		}
		decide(chapter.Decision{Kind: models.MeasureSuspend})
		shown()
		if other, _ = b.Store.Complaint(ctx, other.ID); other.Open() {
			t.Error("a suspension leaves another report open")
		}
		_, err = b.SignIn(ctx, "ana", "correct horse")
		kinds(t, "a suspended member signs in", err, models.Forbidden)
		kinds(t, "back", b.Lift(ctx, stu, b.ana.ID, models.MeasureDisable, ""), "")
		if !b.account(b.ana).Suspended() {
			t.Error("the end of another measure ended the suspension")
		}
		kinds(t, "back", b.Lift(ctx, stu, b.ana.ID, models.MeasureSuspend, "talked"), "")
		shown(q.ID)
		if m, _ := b.SignIn(ctx, "ana", "correct horse"); m == nil {
			t.Error("a member that is let in again cannot sign in")
		}
		kinds(t, "shown again", b.LiftMeasure(ctx, stu, hidden.ID, "changed"), "")
		shown(q.ID, p.ID)

		decide(chapter.Decision{Kind: models.MeasureLimit})
		shown()
		if found, _ := b.Store.SearchAccounts(ctx, b.as(b.ben), "ana", false, 5, 0); len(found) != 0 {
			t.Error("a limited account is found by who does not follow it")
		}
		if err := b.Follow(ctx, b.ben, b.ana.ID, chapter.FollowWish{}); err != nil {
			t.Fatal(err)
		}
		if found, _ := b.Store.SearchAccounts(ctx, b.as(b.ben), "ana", false, 5, 0); len(found) != 1 {
			t.Error("a limited account is not found by who follows it")
		}
		if home, _ := b.Store.Home(ctx, b.as(b.ben), store.Page{Limit: 5}); len(home) != 2 {
			t.Errorf("a follower sees %d posts of a limited account", len(home))
		}
		kinds(t, "not limited", b.Lift(ctx, stu, b.ana.ID, models.MeasureLimit, ""), "")
		shown(q.ID, p.ID)

		decide(chapter.Decision{Kind: models.MeasureDisable})
		_, err = b.SignIn(ctx, "ana", "correct horse")
		kinds(t, "a disabled member signs in", err, models.Forbidden)
		shown(q.ID, p.ID)
		kinds(t, "enabled", b.Lift(ctx, stu, b.ana.ID, models.MeasureDisable, ""), "")

		decide(chapter.Decision{Kind: models.MeasureRemove, Posts: []models.ID{q.ID}})
		shown(p.ID)
		if gone, _ := b.Store.Gone(ctx, q.URI, b.ana.URI); !gone {
			t.Error("a removed post leaves no tombstone")
		}
		kinds(t, "an account that is not suspended is erased", b.Erase(ctx, stu, b.ana.ID), models.Forbidden)
		decide(chapter.Decision{Kind: models.MeasureSuspend})
		kinds(t, "a member erases", b.Erase(ctx, b.as(b.ben), b.ana.ID), models.Forbidden)
		kinds(t, "erased", b.Erase(ctx, stu, b.ana.ID), "")
		shown()
		if a := b.account(b.ana); a.DeletedAt.IsZero() || a.Name != "" {
			t.Errorf("an erased account: %+v", a)
		}
		_, err = b.Store.Member(ctx, b.ana.ID)
		kinds(t, "the membership of an erased account", err, models.NotFound)
		if f, err := b.Store.Follow(ctx, b.ben.ID, b.ana.ID); models.KindOf(err) != models.NotFound {
			t.Errorf("a follow of an erased account: %v, %v", f, err)
		}
		want := []models.StewardDeed{"hide", "suspend", "lift:disable", "lift:suspend", "lift:hide", "limit", "lift:limit", "disable", "lift:disable", "remove", "suspend", "account.erase"}
		if diff := cmp.Diff(want, b.deeds(store.LogFilter{AccountID: b.ana.ID})); diff != "" {
			t.Errorf("log (-want +got):\n%s", diff)
		}
	})
}

func TestSensitive(t *testing.T) {
	eachBench(t, func(t *testing.T, b *bench) {
		ctx, stu := t.Context(), b.as(b.stu)
		picture := func(own bool) models.ID {
			t.Helper()
			m := &models.Media{ID: b.Store.NewID(), AccountID: b.ana.ID, Type: "image", State: models.MediaReady, ContentType: "image/png", CreatedAt: b.Store.Now()}
			if err := b.AddMedia(ctx, b.ana, m); err != nil {
				t.Fatal(err)
			}
			return publish(t, b.Chapter, b.ana, chapter.Draft{Source: "see", Visibility: models.Public, Media: []models.ID{m.ID}, Sensitive: own}).ID
		}
		marks := func(want map[models.ID]bool) {
			t.Helper()
			for id, on := range want {
				p, err := b.Store.PostByID(ctx, id)
				if err != nil || p.Sensitive != on {
					t.Errorf("post %d is sensitive: %v, want %v; %v", id, p.Sensitive, on, err)
				}
			}
		}
		plain, own := picture(false), picture(true)
		words := publish(t, b.Chapter, b.ana, chapter.Draft{Source: "words", Visibility: models.Public}).ID
		marked, err := b.Decide(ctx, stu, chapter.Decision{Kind: models.MeasureMark, Target: b.ana.ID, Posts: []models.ID{plain, own}})
		if err != nil {
			t.Fatal(err)
		}
		marks(map[models.ID]bool{plain: true, own: true, words: false})
		if err := b.LiftMeasure(ctx, stu, marked.ID, ""); err != nil {
			t.Fatal(err)
		}
		marks(map[models.ID]bool{plain: false, own: true})
		if _, err := b.Decide(ctx, stu, chapter.Decision{Kind: models.MeasureSensitive, Target: b.ana.ID}); err != nil {
			t.Fatal(err)
		}
		b.ana = b.account(b.ana)
		later := picture(false)
		marks(map[models.ID]bool{plain: true, own: true, later: true, words: false})
		if err := b.Lift(ctx, stu, b.ana.ID, models.MeasureSensitive, ""); err != nil {
			t.Fatal(err)
		}
		marks(map[models.ID]bool{plain: false, own: true, later: false})
	})
}

func TestAppeals(t *testing.T) {
	eachBench(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		m, err := b.Decide(ctx, b.as(b.stu), chapter.Decision{Kind: models.MeasureSuspend, Target: b.ana.ID, Letter: "Because."})
		if err != nil {
			t.Fatal(err)
		}
		quiet, err := b.Decide(ctx, b.as(b.stu), chapter.Decision{Kind: models.MeasureLimit, Target: b.ben.ID})
		if err != nil {
			t.Fatal(err)
		}
		for _, test := range []struct {
			name string
			me   models.ID
			key  string
			id   models.ID
			text string
			want models.Kind
		}{
			{"somebody else", b.ben.ID, "", m.ID, "x", models.NotFound},
			{"a wrong key", 0, "wrong", m.ID, "x", models.NotFound},
			{"no key", 0, "", m.ID, "x", models.NotFound},
			{"against what one was not told", b.ben.ID, "", quiet.ID, "x", models.NotFound},
			{"no words", b.ana.ID, "", m.ID, " ", models.Invalid},
			{"too many words", b.ana.ID, "", m.ID, string(make([]rune, 2001)) + "x", models.Invalid},
			{"the key of the letter", 0, m.Key, m.ID, "I was asked to.", ""},
			{"twice", b.ana.ID, "", m.ID, "Please.", models.Conflict},
		} {
			_, err := b.Appeal(ctx, test.me, test.key, test.id, test.text)
			kinds(t, test.name, err, test.want)
		}
		waiting, err := b.Store.Measures(ctx, store.MeasureFilter{Appealed: true}, store.Page{Limit: 5})
		if err != nil || len(waiting) != 1 || waiting[0].Appeal != "I was asked to." {
			t.Fatalf("waiting appeals: %v, %v", waiting, err)
		}
		kinds(t, "a member answers", b.AnswerAppeal(ctx, b.as(b.ben), m.ID, true, ""), models.Forbidden)
		kinds(t, "granted", b.AnswerAppeal(ctx, b.as(b.pia), m.ID, true, "right"), "")
		kinds(t, "answered twice", b.AnswerAppeal(ctx, b.as(b.pia), m.ID, false, ""), models.Conflict)
		got, err := b.Store.Measure(ctx, m.ID)
		if err != nil || got.AppealState() != models.AppealApproved || got.LiftedAt.IsZero() {
			t.Errorf("the measure: %+v, %v", got, err)
		}
		if b.account(b.ana).Suspended() {
			t.Error("still suspended")
		}
		if told := b.told(b.ana, models.NotifyMeasure); len(told) != 2 {
			t.Errorf("the person is told %d times, want of the measure and of the answer", len(told))
		}
		if diff := cmp.Diff([]models.StewardDeed{"suspend", "appeal", "lift:suspend", "appeal.grant"}, b.deeds(store.LogFilter{AccountID: b.ana.ID})); diff != "" {
			t.Errorf("log (-want +got):\n%s", diff)
		}
	})
}

func TestAppealIsTooLate(t *testing.T) {
	day := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	m := &models.Measure{Letter: "x", CreatedAt: day}
	for days, want := range map[int]bool{0: true, 19: true, 20: false} {
		if got := m.Appealable(day.AddDate(0, 0, days)); got != want {
			t.Errorf("after %d days: %v", days, got)
		}
	}
}

func TestDomainRules(t *testing.T) {
	eachBench(t, func(t *testing.T, b *bench) {
		ctx, stu := t.Context(), b.as(b.stu)
		sub, port, other := storetest.Account(t, b.Store, "sub@deep.far.example"), storetest.Account(t, b.Store, "port@far.example:8443"), storetest.Account(t, b.Store, "o@notfar.example")
		lone := storetest.Account(t, b.Store, "lone@far.example")
		if _, err := b.Decide(ctx, stu, chapter.Decision{Kind: models.MeasureSuspend, Target: lone.ID}); err != nil {
			t.Fatal(err)
		}
		for _, test := range []struct {
			name string
			by   *models.Account
			rule models.DomainRule
			want models.Kind
		}{
			{"a member", b.ana, models.DomainRule{Domain: "far.example", Severity: models.Suspend}, models.Forbidden},
			{"ourselves", b.stu, models.DomainRule{Domain: "here.example", Severity: models.Suspend}, models.Invalid},
			{"no severity", b.stu, models.DomainRule{Domain: "far.example"}, models.Invalid},
			{"no domain", b.stu, models.DomainRule{Domain: " ", Severity: models.Suspend}, models.Invalid},
			{"a domain with a space", b.stu, models.DomainRule{Domain: "far example", Severity: models.Suspend}, models.Invalid},
		} {
			_, err := b.SetDomainRule(ctx, b.as(test.by), test.rule)
			kinds(t, test.name, err, test.want)
		}
		p := storetest.Post(t, b.Store, b.far, nil)
		if err := b.Follow(ctx, b.ana, b.far.ID, chapter.FollowWish{}); err != nil {
			t.Fatal(err)
		}
		if err := b.ReceiveFollow(ctx, chapter.Activity{Sender: sub}, "https://deep.far.example/f/1", b.ana.ID); err != nil {
			t.Fatal(err)
		}
		rule, err := b.SetDomainRule(ctx, stu, models.DomainRule{Domain: " https://FAR.example/about", Severity: models.Suspend, Comment: "Spam", Note: "see mail"})
		if err != nil || rule.Domain != "far.example" {
			t.Fatalf("%+v, %v", rule, err)
		}
		chaptertest.DoJobs(t, b.Chapter)
		suspended := func(want ...*models.Account) {
			t.Helper()
			for _, a := range []*models.Account{b.far, sub, port, other, lone} {
				on := false
				for _, w := range want {
					on = on || w.ID == a.ID
				}
				if got := b.account(a).Suspended(); got != on {
					t.Errorf("%s is suspended: %v", a.Acct(), got)
				}
			}
		}
		suspended(b.far, sub, port, lone)
		if _, err := b.Store.Post(ctx, models.Stranger, p.ID); models.KindOf(err) != models.NotFound {
			t.Errorf("a post from a suspended domain is read: %v", err)
		}
		for _, pair := range [][2]models.ID{{b.ana.ID, b.far.ID}, {sub.ID, b.ana.ID}} {
			if _, err := b.Store.Follow(ctx, pair[0], pair[1]); models.KindOf(err) != models.NotFound {
				t.Errorf("a follow is still there: %v", err)
			}
		}
		newcomer, err := b.ReceiveAccount(ctx, storetest.NewAccount(b.Store, "new@deep.far.example"))
		if err != nil || !newcomer.Suspended() {
			t.Errorf("somebody new from there: %+v, %v", newcomer, err)
		}
		// Softer: limited, and shown again.
		again, err := b.SetDomainRule(ctx, stu, models.DomainRule{Domain: "far.example", Severity: models.Silence})
		if err != nil || again.ID != rule.ID || !again.CreatedAt.Equal(rule.CreatedAt) {
			t.Fatalf("%+v, %v", again, err)
		}
		chaptertest.DoJobs(t, b.Chapter)
		suspended(lone)
		if b.account(b.far).SilencedAt.IsZero() || b.account(newcomer).SilencedAt.IsZero() || !b.account(other).SilencedAt.IsZero() {
			t.Error("limited are not those of the domain")
		}
		if _, err := b.Store.Post(ctx, models.Stranger, p.ID); err != nil {
			t.Errorf("a post from a limited domain: %v", err)
		}
		if list, _ := b.Store.Public(ctx, b.as(b.ana), store.PublicFilter{Remote: true}, store.Page{Limit: 5}); len(list) != 0 {
			t.Error("a limited domain is on the public timeline")
		}
		kinds(t, "a member lifts", b.DeleteDomainRule(ctx, b.as(b.ana), "far.example"), models.Forbidden)
		kinds(t, "lifted", b.DeleteDomainRule(ctx, stu, "far.example"), "")
		kinds(t, "lifted twice", b.DeleteDomainRule(ctx, stu, "far.example"), models.NotFound)
		chaptertest.DoJobs(t, b.Chapter)
		suspended(lone)
		if !b.account(b.far).SilencedAt.IsZero() {
			t.Error("still limited")
		}
		if list, _ := b.Store.Public(ctx, b.as(b.ana), store.PublicFilter{Remote: true}, store.Page{Limit: 5}); len(list) != 1 {
			t.Error("a domain that was limited is not on the public timeline again")
		}
	})
}

func TestSuspendedElsewhere(t *testing.T) {
	eachBench(t, func(t *testing.T, b *bench) {
		ctx, stu := t.Context(), b.as(b.stu)
		p := storetest.Post(t, b.Store, b.far, nil)
		if err := b.Follow(ctx, b.ana, b.far.ID, chapter.FollowWish{}); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Decide(ctx, stu, chapter.Decision{Kind: models.MeasureSuspend, Target: b.far.ID}); err != nil {
			t.Fatal(err)
		}
		_, err := b.Store.Post(ctx, b.as(b.ana), p.ID)
		kinds(t, "a post of a suspended account", err, models.NotFound)
		_, err = b.Store.Follow(ctx, b.ana.ID, b.far.ID)
		kinds(t, "a follow of a suspended account", err, models.NotFound)
		kinds(t, "following again", b.Follow(ctx, b.ana, b.far.ID, chapter.FollowWish{}), models.NotFound)
		kinds(t, "back", b.Lift(ctx, stu, b.far.ID, models.MeasureSuspend, ""), "")
		if _, err := b.Store.Post(ctx, b.as(b.ana), p.ID); err != nil {
			t.Error(err)
		}
	})
}

func TestApplicationsAndBars(t *testing.T) {
	eachBench(t, func(t *testing.T, b *bench) {
		ctx, stu := t.Context(), b.as(b.stu)
		register := func(r models.Registration) {
			t.Helper()
			if err := b.UpdateChapter(ctx, b.as(b.pia), func(c *models.Chapter) { c.Settings.Registration = r }); err != nil {
				t.Fatal(err)
			}
		}
		somebody := func(name string) chapter.NewMember {
			return chapter.NewMember{Username: name, Email: name + "@mail.example", Password: "correct horse", Application: "I coach."}
		}
		from := netip.MustParseAddr("192.0.2.7")
		_, err := b.Apply(ctx, somebody("uma"), from)
		kinds(t, "by invitation only", err, models.Forbidden)
		register(models.ByAsking)
		n := somebody("uma")
		n.Application, n.Role = " ", models.President
		_, err = b.Apply(ctx, n, from)
		kinds(t, "without a word", err, models.Invalid)
		n.Application = "I coach."
		uma, err := b.Apply(ctx, n, from)
		if err != nil {
			t.Fatal(err)
		}
		if m, err := b.Store.Member(ctx, uma.ID); err != nil || m.State != models.Applied || m.Role != models.Ordinary {
			t.Errorf("an applicant: %+v, %v", m, err)
		}
		_, err = b.SignIn(ctx, "uma", "correct horse")
		kinds(t, "an applicant signs in", err, models.Forbidden)
		_, err = b.Decide(ctx, stu, chapter.Decision{Kind: models.MeasureSuspend, Target: uma.ID})
		kinds(t, "a measure about an applicant", err, models.Invalid)
		kinds(t, "a member accepts", b.AcceptApplicant(ctx, b.as(b.ana), uma.ID, ""), models.Forbidden)
		kinds(t, "accepted", b.AcceptApplicant(ctx, stu, uma.ID, ""), "")
		kinds(t, "accepted twice", b.AcceptApplicant(ctx, stu, uma.ID, ""), models.Forbidden)
		if m, _ := b.SignIn(ctx, "uma", "correct horse"); m == nil {
			t.Error("who was accepted cannot sign in")
		}
		_, err = b.RejectApplicant(ctx, stu, b.ana.ID, "", "")
		kinds(t, "a member is turned down", err, models.Forbidden)
		vic, err := b.Apply(ctx, somebody("vic"), from)
		if err != nil {
			t.Fatal(err)
		}
		_, err = b.RejectApplicant(ctx, b.as(b.ana), vic.ID, "", "")
		kinds(t, "a member turns down", err, models.Forbidden)
		if _, err := b.RejectApplicant(ctx, stu, vic.ID, "spam", ""); err != nil {
			t.Fatal(err)
		}
		if _, err = b.Apply(ctx, somebody("vic"), from); err != nil {
			t.Errorf("the handle of who was turned down: %v", err)
		}

		register(models.Open)
		bar := func(k models.BarKind, value string, s models.BarSeverity) *models.Bar {
			t.Helper()
			x, err := b.AddBar(ctx, stu, models.Bar{Kind: k, Value: value, Severity: s})
			if err != nil {
				t.Fatal(err)
			}
			return x
		}
		_, err = b.AddBar(ctx, b.as(b.ana), models.Bar{Kind: models.MailDomainBar, Value: "spam.example"})
		kinds(t, "a member bars", err, models.Forbidden)
		for _, x := range []models.Bar{{Kind: models.NetworkBar, Value: "192.0.2.0/24"}, {Kind: models.NetworkBar, Value: "here", Severity: models.BarAccess}, {Kind: models.MailBar, Value: "abc"}, {Kind: "x", Value: "y"}} {
			_, err := b.AddBar(ctx, stu, x)
			kinds(t, "barring "+x.Value, err, models.Invalid)
		}
		domain := bar(models.MailDomainBar, "Spam.example", "")
		_, err = b.AddBar(ctx, stu, models.Bar{Kind: models.MailDomainBar, Value: "spam.example"})
		kinds(t, "barred twice", err, models.Invalid)
		bar(models.MailBar, "Will.I.Am@mail.example", "")
		for address, want := range map[string]models.Kind{
			"a@spam.example": models.Invalid, "a@deep.spam.example": models.Invalid, "a@nospam.example": "",
			"william+x@mail.example": models.Invalid, "williams@mail.example": "", "nonsense": models.Invalid,
		} {
			kinds(t, address, b.CheckMail(ctx, address), want)
		}
		n = somebody("wes")
		n.Email = "wes@spam.example"
		_, err = b.Apply(ctx, n, from)
		kinds(t, "a barred mail domain", err, models.Invalid)
		i, err := b.CreateInvite(ctx, b.as(b.ana), chapter.NewInvite{Role: models.Ordinary, Uses: 1})
		if err != nil {
			t.Fatal(err)
		}
		_, err = b.Join(ctx, i.Code, n, netip.Addr{})
		kinds(t, "a barred mail domain with an invitation", err, models.Invalid)
		kinds(t, "unbarred", b.DeleteBar(ctx, stu, models.MailDomainBar, domain.ID), "")
		kinds(t, "unbarred again", b.DeleteBar(ctx, stu, models.MailDomainBar, domain.ID), models.NotFound)
		if _, err := b.Join(ctx, i.Code, n, netip.Addr{}); err != nil {
			t.Error(err)
		}

		net := bar(models.NetworkBar, "192.0.2.9/24", models.BarSignUp)
		if net.Value != "192.0.2.0/24" {
			t.Errorf("the network is %s", net.Value)
		}
		_, err = b.Apply(ctx, somebody("xan"), from)
		kinds(t, "a barred network", err, models.Forbidden)
		if b.ShutOut(ctx, from) {
			t.Error("a network that may not sign up is shut out altogether")
		}
		if _, err := b.Apply(ctx, somebody("xan"), netip.MustParseAddr("192.0.3.7")); err != nil {
			t.Error(err)
		}
		if _, err := b.ChangeBar(ctx, stu, models.NetworkBar, net.ID, func(x *models.Bar) { x.Severity = models.BarApproval }); err != nil {
			t.Fatal(err)
		}
		yan, err := b.Apply(ctx, somebody("yan"), netip.MustParseAddr("::ffff:192.0.2.8"))
		if err != nil {
			t.Fatal(err)
		}
		if m, _ := b.Store.Member(ctx, yan.ID); m.State != models.Applied {
			t.Errorf("from a network that needs approval: %s", m.State)
		}
		if _, err := b.ChangeBar(ctx, stu, models.NetworkBar, net.ID, func(x *models.Bar) { x.Severity = models.BarAccess }); err != nil {
			t.Fatal(err)
		}
		if !b.ShutOut(ctx, from) || b.ShutOut(ctx, netip.MustParseAddr("192.0.3.7")) {
			t.Error("not the barred network is shut out")
		}

		mine, err := b.CreateInvite(ctx, b.as(b.ana), chapter.NewInvite{Role: models.Guest, Uses: 5, Life: time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		kinds(t, "somebody else's invitation", b.RevokeInvite(ctx, b.as(b.ben), mine.ID), models.NotFound)
		kinds(t, "one's own invitation", b.RevokeInvite(ctx, b.as(b.ana), mine.ID), "")
		_, err = b.Join(ctx, mine.Code, somebody("zoe"), netip.Addr{})
		kinds(t, "a revoked invitation", err, models.Gone)
	})
}

func TestAnnouncements(t *testing.T) {
	eachBench(t, func(t *testing.T, b *bench) {
		ctx, stu := t.Context(), b.as(b.stu)
		heard := make(chan models.Event, 20)
		defer b.Hub().Subscribe(func(events []models.Event) {
			for _, e := range events {
				if e.Kind == models.Announced || e.Kind == models.AnnouncedGone || e.Kind == models.AnnouncedReact {
					heard <- e
				}
			}
		})()
		next := func(kind models.EventKind, data string) {
			t.Helper()
			select {
			case e := <-heard:
				if e.Kind != kind || string(e.Data) != data {
					t.Errorf("heard %s %s, want %s %s", e.Kind, e.Data, kind, data)
				}
			case <-time.After(5 * time.Second):
				t.Errorf("%s was not heard", kind)
			}
		}
		_, err := b.SaveAnnouncement(ctx, b.as(b.ana), models.Announcement{Source: "x"}, true)
		kinds(t, "a member announces", err, models.Forbidden)
		_, err = b.SaveAnnouncement(ctx, stu, models.Announcement{Source: " "}, true)
		kinds(t, "nothing", err, models.Invalid)
		now := b.Store.Now()
		_, err = b.SaveAnnouncement(ctx, stu, models.Announcement{Source: "x", StartsAt: now, EndsAt: now.Add(-time.Hour)}, true)
		kinds(t, "an end before the beginning", err, models.Invalid)
		a, err := b.SaveAnnouncement(ctx, stu, models.Announcement{Source: "We meet **today**.<script>"}, false)
		if err != nil {
			t.Fatal(err)
		}
		kinds(t, "a draft is dismissed", b.DismissAnnouncement(ctx, b.ana, a.ID), models.NotFound)
		list := func(want ...*models.Announcement) {
			t.Helper()
			got, err := b.Store.Announcements(ctx, b.ana.ID, false, 10)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("announcements (-want +got):\n%s", diff)
			}
		}
		list()
		if a, err = b.SaveAnnouncement(ctx, stu, *a, true); err != nil {
			t.Fatal(err)
		}
		next(models.Announced, a.ID.String())
		list(a)
		if want := "<p>We meet <strong>today</strong>."; a.HTML[:len(want)] != want || len(a.HTML) > 80 {
			t.Errorf("HTML: %s", a.HTML)
		}
		for _, test := range []struct {
			emoji string
			want  models.Kind
		}{{"👍", ""}, {"👍", ""}, {"👨‍👩‍👧", ""}, {"🇨🇦", ""}, {"7️⃣", ""}, {"a", models.Invalid}, {"👍👍", models.Invalid}, {"", models.Invalid}} {
			kinds(t, "reacting with "+test.emoji, b.ReactToAnnouncement(ctx, b.ana, a.ID, test.emoji, true), test.want)
		}
		next(models.AnnouncedReact, `{"id":`+a.ID.String()+`,"name":"👍","count":1}`)
		if err := b.ReactToAnnouncement(ctx, b.ben, a.ID, "👍", true); err != nil {
			t.Fatal(err)
		}
		a.Reactions = []models.AnnouncementReaction{{Name: "👍", Count: 2, Me: true}, {Name: "7️⃣", Count: 1, Me: true}, {Name: "🇨🇦", Count: 1, Me: true}, {Name: "👨‍👩‍👧", Count: 1, Me: true}}
		got, err := b.Store.Announcement(ctx, b.ana.ID, a.ID)
		if err != nil || len(got.Reactions) != 4 || got.Reactions[0] != a.Reactions[0] {
			t.Errorf("reactions: %+v, %v", got, err)
		}
		if err := b.ReactToAnnouncement(ctx, b.ana, a.ID, "👍", false); err != nil {
			t.Fatal(err)
		}
		if got, _ = b.Store.Announcement(ctx, b.ana.ID, a.ID); got.Reactions[0].Count != 1 || got.Reactions[0].Me && got.Reactions[0].Name == "👍" {
			t.Errorf("a reaction was not taken back: %+v", got.Reactions)
		}
		for _, emoji := range []string{"🌱", "🌲", "🌳", "🌴"} {
			if err := b.ReactToAnnouncement(ctx, b.ana, a.ID, emoji, true); err != nil {
				t.Fatal(err)
			}
		}
		kinds(t, "a ninth emoji", b.ReactToAnnouncement(ctx, b.ben, a.ID, "🌵", true), models.Invalid)
		kinds(t, "an eighth emoji again", b.ReactToAnnouncement(ctx, b.ben, a.ID, "🌱", true), "")
		if err := b.DismissAnnouncement(ctx, b.ana, a.ID); err != nil {
			t.Fatal(err)
		}
		list()
		if a, err = b.SaveAnnouncement(ctx, stu, models.Announcement{ID: a.ID, Source: "Over", StartsAt: now.Add(-2 * time.Hour), EndsAt: now.Add(-time.Hour)}, true); err != nil {
			t.Fatal(err)
		}
		list()
		kinds(t, "a member deletes", b.DeleteAnnouncement(ctx, b.as(b.ana), a.ID), models.Forbidden)
		kinds(t, "deleted", b.DeleteAnnouncement(ctx, stu, a.ID), "")
		kinds(t, "deleted twice", b.DeleteAnnouncement(ctx, stu, a.ID), models.NotFound)
	})
}

func TestDeedsOfStewardsAreLogged(t *testing.T) {
	eachBench(t, func(t *testing.T, b *bench) {
		ctx, pia := t.Context(), b.as(b.pia)
		before := len(b.deeds(store.LogFilter{}))
		for _, do := range []func() error{
			func() error { return b.SetRole(ctx, pia, b.ana.ID, models.Steward) },
			func() error { return b.SetMemberState(ctx, pia, b.ana.ID, models.Disabled) },
			func() error { return b.UpdateChapter(ctx, pia, func(c *models.Chapter) { c.Name = "New" }) },
			func() error { _, err := b.SaveTheme(ctx, pia, models.Theme{Name: "Endings"}); return err },
			func() error { return b.DeleteTheme(ctx, pia, "endings") },
		} {
			if err := do(); err != nil {
				t.Fatal(err)
			}
		}
		want := []models.StewardDeed{models.DeedRole, models.DeedState, models.DeedChapter, models.DeedTheme, models.DeedThemeGone}
		if diff := cmp.Diff(want, b.deeds(store.LogFilter{})[before:]); diff != "" {
			t.Errorf("log (-want +got):\n%s", diff)
		}
	})
}
