package fedtest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/store"
	"atelier/models/store/storetest"
)

// two starts alpha on SQLite and beta on SQLite; alpha's ana is followed by
// beta's bob, and the other way round.
func two(t *testing.T) (alpha, beta *Server, ana, bob *models.Account) {
	alpha, beta = Start(t, "alpha", storetest.SQLite(t)), Start(t, "beta", storetest.SQLite(t))
	ana, bob = alpha.Member(t, "ana"), beta.Member(t, "bob")
	beta.Follow(t, bob, ana, alpha)
	alpha.Follow(t, ana, bob, beta)
	return alpha, beta, ana, bob
}

// counts waits until a post on a server has counts that fit.
func counts(t *testing.T, s *Server, uri string, want models.PostStats) {
	t.Helper()
	Eventually(t, func() string {
		p, err := s.Store.PostByURI(t.Context(), uri)
		if err != nil || p.Stats != want {
			return fmt.Sprintf("%s: %s counts %+v, want %+v (%v)", s.Name, uri, p.Stats, want, err)
		}
		return ""
	})
}

// told waits until an account was notified.
func told(t *testing.T, s *Server, who *models.Account, typ models.NotificationType) {
	t.Helper()
	Eventually(t, func() string {
		found, err := s.Store.Notifications(t.Context(), models.Viewer{AccountID: who.ID, Role: models.Ordinary}, store.NotificationFilter{Types: []string{string(typ)}}, store.Page{Limit: 10})
		if err != nil || len(found) == 0 {
			return fmt.Sprintf("%s was not notified of a %s: %v", who.Username, typ, err)
		}
		return ""
	})
}

// without waits until a post is not on a server.
func without(t *testing.T, s *Server, uri string) {
	t.Helper()
	Eventually(t, func() string {
		_, err := s.Store.PostByURI(t.Context(), uri)
		if models.KindOf(err) != models.NotFound {
			return fmt.Sprintf("%s still has %s (%v)", s.Name, uri, err)
		}
		return ""
	})
}

func TestFollowAcceptUndo(t *testing.T) {
	alpha, beta, ana, bob := two(t)
	told(t, alpha, ana, models.NotifyFollow)
	anaThere := beta.See(t, ana, alpha)
	if err := beta.Chapter.Unfollow(t.Context(), bob, anaThere.ID); err != nil {
		t.Fatal(err)
	}
	bobHere := alpha.See(t, bob, beta)
	Eventually(t, func() string {
		if _, err := alpha.Store.Follow(t.Context(), bobHere.ID, ana.ID); models.KindOf(err) != models.NotFound {
			return fmt.Sprintf("alpha still has the follow: %v", err)
		}
		return ""
	})
	beta.Follow(t, bob, ana, alpha) // again: a new follow with a new id
}

func TestFollowOfALockedAccountIsAnsweredByHand(t *testing.T) {
	alpha, beta := Start(t, "alpha", storetest.SQLite(t)), Start(t, "beta", storetest.SQLite(t))
	ana, bob := alpha.Member(t, "ana"), beta.Member(t, "bob")
	locked := true
	ana, err := alpha.Chapter.UpdateProfile(t.Context(), ana, chapter.Profile{Locked: &locked})
	if err != nil {
		t.Fatal(err)
	}
	anaThere := beta.See(t, ana, alpha)
	ask := func() {
		if err := beta.Chapter.Follow(t.Context(), bob, anaThere.ID, chapter.FollowWish{}); err != nil {
			t.Fatal(err)
		}
		told(t, alpha, ana, models.NotifyFollowRequest)
	}
	state := func(want models.FollowState) {
		t.Helper()
		Eventually(t, func() string {
			f, err := beta.Store.Follow(t.Context(), bob.ID, anaThere.ID)
			if want == "" && models.KindOf(err) == models.NotFound {
				return ""
			}
			if err != nil || f.State != want {
				return fmt.Sprintf("the follow is %+v, %v; want %q", f, err, want)
			}
			return ""
		})
	}
	ask()
	bobHere := alpha.See(t, bob, beta)
	state(models.FollowPending)
	if err := alpha.Chapter.AnswerFollow(t.Context(), ana, bobHere.ID, false); err != nil {
		t.Fatal(err)
	}
	state("")
	ask()
	if err := alpha.Chapter.AnswerFollow(t.Context(), ana, bobHere.ID, true); err != nil {
		t.Fatal(err)
	}
	state(models.FollowAccepted)
	if err := alpha.Chapter.RemoveFollower(t.Context(), ana, bobHere.ID); err != nil {
		t.Fatal(err)
	}
	state("")
}

func TestCreateUpdateDelete(t *testing.T) {
	alpha, beta, ana, bob := two(t)
	p := alpha.Publish(t, ana, "Hello #coaches, @bob@"+beta.URLs.Domain, nil)
	there := beta.Post(t, p.URI)
	if there.HTML == "" || there.Visibility != models.Public || !slices.Equal(there.Tags, []string{"coaches"}) || !there.CreatedAt.Equal(p.CreatedAt) {
		t.Errorf("beta has %+v", there)
	}
	told(t, beta, bob, models.NotifyMention)
	home, err := beta.Store.Home(t.Context(), models.Viewer{AccountID: bob.ID, Role: models.Ordinary}, store.Page{Limit: 5})
	if err != nil || len(home) != 1 || home[0].URI != p.URI {
		t.Errorf("bob's home: %+v, %v", home, err)
	}

	changed := "Hello again"
	if _, err := alpha.Chapter.Edit(t.Context(), ana, p.ID, chapter.Edit{Source: &changed}); err != nil {
		t.Fatal(err)
	}
	Eventually(t, func() string {
		there := beta.Post(t, p.URI)
		if there.HTML != "<p>Hello again</p>" || there.EditedAt.IsZero() || there.Version != 2 {
			return fmt.Sprintf("beta has %+v", there)
		}
		return ""
	})
	if _, err := alpha.Chapter.Delete(t.Context(), ana, p.ID); err != nil {
		t.Fatal(err)
	}
	without(t, beta, p.URI)
}

func TestPracticeNoteTravels(t *testing.T) {
	alpha, beta, ana, _ := two(t)
	p := alpha.Publish(t, ana, "", func(d *chapter.Draft) {
		d.Title = "When a client goes quiet"
		d.Practice = &models.Practice{Kind: models.Approach, Confidentiality: models.Disguised,
			Sections: []models.Section{{Key: "when", Text: "Mid-session."}, {Key: "do", Text: "Wait. *Then ask.*"}}}
	})
	there := beta.Post(t, p.URI)
	if there.Type != models.ArticleType || there.Title != p.Title || there.Practice == nil || there.Practice.Kind != models.Approach {
		t.Errorf("beta has %+v, practice %+v", there, there.Practice)
	}
}

func TestReplyAndThread(t *testing.T) {
	alpha, beta, ana, bob := two(t)
	p := alpha.Publish(t, ana, "What do you think?", nil)
	there := beta.Post(t, p.URI)
	answer := beta.Publish(t, bob, "A lot", func(d *chapter.Draft) { d.InReplyTo = there.ID })
	here := alpha.Post(t, answer.URI)
	if here.InReplyToID != p.ID || here.ThreadID != p.ThreadID || here.ContextURI != p.ContextURI {
		t.Errorf("alpha has the answer as %+v", here)
	}
	counts(t, alpha, p.URI, models.PostStats{Replies: 1, Boosts: alpha.Post(t, p.URI).Stats.Boosts})
}

func TestLikeAndUndo(t *testing.T) {
	alpha, beta, ana, bob := two(t)
	p := alpha.Publish(t, ana, "Like me", func(d *chapter.Draft) { d.Visibility = models.Unlisted })
	there := beta.Post(t, p.URI)
	if _, err := beta.Chapter.Favourite(t.Context(), bob, there.ID); err != nil {
		t.Fatal(err)
	}
	counts(t, alpha, p.URI, models.PostStats{Favourites: 1})
	told(t, alpha, ana, models.NotifyFavourite)
	if _, err := beta.Chapter.Unfavourite(t.Context(), bob, there.ID); err != nil {
		t.Fatal(err)
	}
	counts(t, alpha, p.URI, models.PostStats{})
}

func TestAnnounceAndUndo(t *testing.T) {
	alpha, beta, ana, bob := two(t)
	p := alpha.Publish(t, ana, "Boost me", func(d *chapter.Draft) { d.Visibility = models.Unlisted })
	there := beta.Post(t, p.URI)
	boost, err := beta.Chapter.Boost(t.Context(), bob, there.ID, "")
	if err != nil {
		t.Fatal(err)
	}
	counts(t, alpha, p.URI, models.PostStats{Boosts: 1})
	told(t, alpha, ana, models.NotifyBoost)
	alpha.Post(t, boost.URI)
	if _, err := beta.Chapter.Unboost(t.Context(), bob, there.ID); err != nil {
		t.Fatal(err)
	}
	counts(t, alpha, p.URI, models.PostStats{})
	without(t, alpha, boost.URI)
}

func TestBoostOfWhatIsNotHereIsFetched(t *testing.T) {
	alpha, beta, ana, bob := two(t)
	gamma := Start(t, "gamma", storetest.SQLite(t))
	cleo := gamma.Member(t, "cleo")
	first := gamma.Publish(t, cleo, "At the beginning", nil)
	p := gamma.Publish(t, cleo, "In the middle", func(d *chapter.Draft) { d.InReplyTo = first.ID })
	known, err := beta.Finder.Post(t.Context(), p.URI)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := beta.Chapter.Boost(t.Context(), bob, known.ID, ""); err != nil {
		t.Fatal(err)
	}
	here := alpha.Post(t, p.URI)
	home := func() []*models.Post {
		out, err := alpha.Store.Home(t.Context(), models.Viewer{AccountID: ana.ID, Role: models.Ordinary}, store.Page{Limit: 5})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	Eventually(t, func() string {
		if h := home(); len(h) != 1 || h[0].BoostOfID != here.ID {
			return fmt.Sprintf("ana's home: %+v", h)
		}
		return ""
	})
}

func TestBlockAndUndo(t *testing.T) {
	alpha, beta, ana, bob := two(t)
	bobHere, anaThere := alpha.See(t, bob, beta), beta.See(t, ana, alpha)
	if err := alpha.Chapter.Block(t.Context(), ana, bobHere.ID); err != nil {
		t.Fatal(err)
	}
	Eventually(t, func() string {
		if _, err := beta.Store.Follow(t.Context(), bob.ID, anaThere.ID); models.KindOf(err) != models.NotFound {
			return "bob still follows ana"
		}
		if _, err := beta.Store.Block(t.Context(), anaThere.ID, bob.ID); err != nil {
			return "beta does not know of the block"
		}
		return ""
	})
	if err := alpha.Chapter.Unblock(t.Context(), ana, bobHere.ID); err != nil {
		t.Fatal(err)
	}
	Eventually(t, func() string {
		if _, err := beta.Store.Block(t.Context(), anaThere.ID, bob.ID); models.KindOf(err) != models.NotFound {
			return "beta still knows of the block"
		}
		return ""
	})
}

func TestProfileTravels(t *testing.T) {
	alpha, beta, ana, _ := two(t)
	name, bio := "Ana Lima", "I coach."
	if _, err := alpha.Chapter.UpdateProfile(t.Context(), ana, chapter.Profile{Name: &name, Bio: &bio}); err != nil {
		t.Fatal(err)
	}
	Eventually(t, func() string {
		a, err := beta.Store.AccountByURI(t.Context(), ana.URI)
		if err != nil || a.Name != name || a.BioHTML != "<p>I coach.</p>" {
			return fmt.Sprintf("beta has %+v, %v", a, err)
		}
		return ""
	})
}

func TestPollTravels(t *testing.T) {
	alpha, beta, ana, bob := two(t)
	p := alpha.Publish(t, ana, "Tea or coffee?", func(d *chapter.Draft) {
		d.Poll = &chapter.NewPoll{Options: []string{"Tea", "Coffee"}, For: time.Hour}
	})
	there := beta.Post(t, p.URI)
	if there.Poll == nil || len(there.Poll.Options) != 2 {
		t.Fatalf("beta has the poll %+v", there.Poll)
	}
	if _, err := beta.Chapter.Vote(t.Context(), bob, there.ID, []int{1}); err != nil {
		t.Fatal(err)
	}
	Eventually(t, func() string {
		p := alpha.Post(t, p.URI)
		if p.Poll.Options[1].Votes != 1 || p.Poll.Voters != 1 {
			return fmt.Sprintf("alpha counts %+v", p.Poll)
		}
		return ""
	})
}

func TestDirectMessageGoesToWhomItNamesOnly(t *testing.T) {
	alpha, beta, ana, bob := two(t)
	gamma := Start(t, "gamma", storetest.SQLite(t))
	cleo := gamma.Member(t, "cleo")
	gamma.Follow(t, cleo, ana, alpha)
	p := alpha.Publish(t, ana, "Between us @bob@"+beta.URLs.Domain, func(d *chapter.Draft) { d.Visibility = models.Direct })
	there := beta.Post(t, p.URI)
	if there.Visibility != models.Direct {
		t.Errorf("at beta it is %s", there.Visibility)
	}
	told(t, beta, bob, models.NotifyMention)
	Quiet(t, alpha, beta, gamma)
	if _, err := gamma.Store.PostByURI(t.Context(), p.URI); models.KindOf(err) != models.NotFound {
		t.Errorf("gamma has it: %v", err)
	}
	if _, err := gamma.Finder.Post(t.Context(), p.URI); models.KindOf(err) != models.NotFound {
		t.Errorf("gamma can fetch it: %v", err)
	}
}

func TestFollowersPostsAreForFollowers(t *testing.T) {
	alpha, beta, ana, bob := two(t)
	p := alpha.Publish(t, ana, "For you", func(d *chapter.Draft) { d.Visibility = models.Private })
	there := beta.Post(t, p.URI)
	if there.Visibility != models.Private {
		t.Errorf("at beta it is %s", there.Visibility)
	}
	if _, err := beta.Store.Post(t.Context(), models.Viewer{AccountID: bob.ID, Role: models.Ordinary}, there.ID); err != nil {
		t.Errorf("bob cannot read it: %v", err)
	}
	if _, err := beta.Store.Post(t.Context(), models.Viewer{AccountID: beta.Member(t, "ben").ID, Role: models.Ordinary}, there.ID); models.KindOf(err) != models.NotFound {
		t.Errorf("ben can read it: %v", err)
	}
}

func TestMembersPostsStayHere(t *testing.T) {
	alpha, beta, ana, _ := two(t)
	here := true
	p := alpha.Publish(t, ana, "Among ourselves", func(d *chapter.Draft) { d.LocalOnly = &here; d.Visibility = models.Private })
	Quiet(t, alpha, beta)
	without(t, beta, p.URI)
	if status, _ := Get(t, p.URI, nil); status != 404 {
		t.Errorf("GET %s = %d", p.URI, status)
	}
}

func TestTheGroupAnnouncesWhatMembersPublish(t *testing.T) {
	alpha, beta := Start(t, "alpha", storetest.SQLite(t)), Start(t, "beta", storetest.SQLite(t))
	ana, bob := alpha.Member(t, "ana"), beta.Member(t, "bob")
	beta.Follow(t, bob, alpha.Group(t), alpha)
	p := alpha.Publish(t, ana, "For the library of us all", nil)
	there := beta.Post(t, p.URI)
	Eventually(t, func() string {
		home, err := beta.Store.Home(t.Context(), models.Viewer{AccountID: bob.ID, Role: models.Ordinary}, store.Page{Limit: 5})
		if err != nil || len(home) != 1 || home[0].BoostOfID != there.ID {
			return fmt.Sprintf("bob's home: %+v, %v", home, err)
		}
		return ""
	})
	changed := "For the library of everyone"
	if _, err := alpha.Chapter.Edit(t.Context(), ana, p.ID, chapter.Edit{Source: &changed}); err != nil {
		t.Fatal(err)
	}
	Eventually(t, func() string {
		if html := beta.Post(t, p.URI).HTML; html != "<p>"+changed+"</p>" {
			return "beta has " + html
		}
		return ""
	})
	if _, err := alpha.Chapter.Delete(t.Context(), ana, p.ID); err != nil {
		t.Fatal(err)
	}
	without(t, beta, p.URI)
}

func TestAPeerThatIsDownIsToldLater(t *testing.T) {
	alpha, beta, ana, _ := two(t)
	beta.SetDown(true)
	var uris []string
	for i := range 20 {
		uris = append(uris, alpha.Publish(t, ana, fmt.Sprint("Post ", i), nil).URI)
	}
	time.Sleep(100 * time.Millisecond)
	beta.SetDown(false)
	for _, uri := range uris {
		beta.Post(t, uri)
	}
	Quiet(t, alpha, beta)
}

func TestPostgresSpeaksWithSQLite(t *testing.T) {
	alpha, beta := Start(t, "alpha", storetest.Postgres(t)), Start(t, "beta", storetest.SQLite(t))
	ana, bob := alpha.Member(t, "ana"), beta.Member(t, "bob")
	beta.Follow(t, bob, ana, alpha)
	alpha.Follow(t, ana, bob, beta)
	p := alpha.Publish(t, ana, "From one", nil)
	there := beta.Post(t, p.URI)
	answer := beta.Publish(t, bob, "From the other", func(d *chapter.Draft) { d.InReplyTo = there.ID })
	alpha.Post(t, answer.URI)
	if _, err := alpha.Chapter.Delete(t.Context(), ana, p.ID); err != nil {
		t.Fatal(err)
	}
	without(t, beta, p.URI)
	if status, doc := Get(t, p.URI, nil); status != 410 || doc["type"] != "Tombstone" || doc["formerType"] != "Note" {
		t.Errorf("what remains: %d %v", status, doc)
	}
}

// That a note was reviewed comes with an Update: in the extension, and in
// words for those who read none. The Group does not announce it again.
func TestAReviewTravels(t *testing.T) {
	alpha, beta, ana, bob := two(t)
	beta.Follow(t, bob, alpha.Group(t), alpha)
	ctx := t.Context()
	p := alpha.Publish(t, ana, "", func(d *chapter.Draft) {
		d.Title = "When a client goes quiet"
		d.Practice = &models.Practice{Kind: models.Approach, Confidentiality: models.Disguised, Sections: []models.Section{{Key: "when", Text: "Mid-session."}}}
	})
	beta.Post(t, p.URI)
	pia, err := alpha.Store.AccountByHandle(ctx, "pia")
	if err != nil {
		t.Fatal(err)
	}
	steward := models.Viewer{AccountID: pia.ID, Role: models.President}
	one, two := alpha.Member(t, "tobias"), alpha.Member(t, "noor")
	said := models.Reader{Verdict: models.Ready, Words: "Zanzibar.", Version: 1}
	for _, err := range []error{
		alpha.Chapter.AskForReview(ctx, ana, p.ID), alpha.Chapter.NameReaders(ctx, steward, p.ID, []models.ID{one.ID, two.ID}),
		alpha.Chapter.CommentInReview(ctx, one, p.ID, chapter.Remark{Version: 1, Text: "Zanzibar."}),
		alpha.Chapter.Judge(ctx, one, p.ID, said), alpha.Chapter.Judge(ctx, two, p.ID, said),
		alpha.Chapter.MarkReviewed(ctx, steward, p.ID),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	day := alpha.Store.Now().UTC()
	line := "Reviewed by the chapter " + alpha.Group(t).Label() + ", " + day.Format("2 Jan 2006") + ", version 1"
	Eventually(t, func() string {
		there := beta.Post(t, p.URI)
		mark := there.Practice.Reviewed
		if mark == nil || *mark != (models.Reviewed{By: alpha.Group(t).URI, On: day.Format(time.DateOnly), Version: 1}) || !strings.HasSuffix(there.HTML, "<p>"+line+".</p>") {
			return fmt.Sprintf("beta has the mark %+v, and %s", mark, there.HTML)
		}
		return ""
	})
	if doc := fetchAs(t, p.URI, activityJSON, nil).doc; doc["updated"] == nil {
		t.Error("without a new time, who has the note already leaves the Update out")
	}
	Quiet(t, alpha, beta)
	home, err := beta.Store.Home(ctx, models.Viewer{AccountID: bob.ID, Role: models.Ordinary}, store.Page{Limit: 9})
	if err != nil || len(home) != 1 {
		t.Errorf("bob's home has %d posts, %v", len(home), err)
	}
	title := "When somebody goes quiet"
	if _, err := alpha.Chapter.Edit(ctx, ana, p.ID, chapter.Edit{Title: &title}); err != nil {
		t.Fatal(err)
	}
	for _, uri := range []string{p.URI, p.URI + "/activity", alpha.URLs.Outbox(ana.URI) + "?page=true"} {
		body := fetchAs(t, uri, activityJSON, nil).body
		if !strings.Contains(body, line+"; changed since review.") || !strings.Contains(body, `"atelier:review":{`) {
			t.Errorf("%s does not say that it was reviewed: %s", uri, body)
		}
		if strings.Contains(body, "Zanzibar") {
			t.Errorf("%s tells what was said: %s", uri, body)
		}
	}
}

// Who wrote a note too travels with it: as contributors, as mentions, in words.
// The author alone is its author. Who left goes with the next Update; a small
// fix makes none.
func TestCoAuthorsTravel(t *testing.T) {
	alpha, beta, ana, bob := two(t)
	ctx := t.Context()
	beta.Follow(t, bob, ana, alpha)
	noor := alpha.Member(t, "noor")
	beta.See(t, noor, alpha)
	tell := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	words := func(s string) *models.Practice {
		return &models.Practice{Kind: models.Approach, Confidentiality: models.NoClient, Sections: []models.Section{{Key: "when", Text: s}}}
	}
	p := alpha.Publish(t, ana, "", func(d *chapter.Draft) { d.Title, d.Practice = "When a client goes quiet", words("Mid-session.") })
	tell(alpha.Chapter.InviteCoAuthor(ctx, ana, p.ID, noor.ID))
	there := beta.Post(t, p.URI)
	if _, doc := Get(t, p.URI, nil); doc["atelier:contributor"] != nil || strings.Contains(there.HTML, "noor") {
		t.Errorf("who was only asked is named: %v, %s", doc["atelier:contributor"], there.HTML)
	}
	tell(alpha.Chapter.AnswerInvitation(ctx, noor, p.ID, true))
	named := func(want bool) func() string {
		return func() string {
			there := beta.Post(t, p.URI)
			if got := len(there.Practice.Others()) == 1; got != want || strings.Contains(there.HTML, "Written with") != want {
				return fmt.Sprintf("beta has %v: %s", there.Practice.Others(), there.HTML)
			}
			return ""
		}
	}
	Eventually(t, named(true))
	lena, err := beta.Store.AccountByURI(ctx, noor.URI)
	tell(err)
	if there := beta.Post(t, p.URI); there.Practice.With[0] != lena.ID || there.AuthorID == lena.ID {
		t.Errorf("beta names %v, by %d", there.Practice.With, there.AuthorID)
	}
	_, doc := Get(t, p.URI, nil)
	if fmt.Sprint(doc["atelier:contributor"]) != "["+noor.URI+"]" || doc["attributedTo"] != ana.URI || !strings.Contains(fmt.Sprint(doc["tag"]), noor.URI) ||
		!strings.Contains(fmt.Sprint(doc["cc"]), noor.URI) {
		t.Errorf("the document is %v", doc)
	}
	updated := doc["updated"]
	Quiet(t, alpha, beta)

	// A small fix: nothing is sent, and the time stays.
	before := beta.Requests("POST /inbox")
	if before == 0 {
		t.Error("beta's inbox was not asked for yet")
	}
	_, err = alpha.Chapter.Edit(ctx, ana, p.ID, chapter.Edit{Practice: words("In mid-session."), Small: true})
	tell(err)
	Quiet(t, alpha, beta)
	if n := beta.Requests("POST /inbox") - before; n != 0 {
		t.Errorf("a small fix sent %d", n)
	}
	if waits, err := alpha.Store.JobWaits(ctx, chapter.JobUpdate, p.ID.String()); err != nil || waits {
		t.Errorf("an Update of a small fix waits: %v, %v", waits, err)
	}
	if _, doc := Get(t, p.URI, nil); doc["updated"] != updated || !strings.Contains(fmt.Sprint(doc["content"]), "In mid-session.") {
		t.Errorf("after a small fix: updated %v, was %v; %v", doc["updated"], updated, doc["content"])
	}
	if there := beta.Post(t, p.URI); strings.Contains(there.HTML, "In mid-session.") {
		t.Errorf("beta has %s", there.HTML)
	}

	// The name goes from the document at once, and with an Update elsewhere:
	// two of one note are a quarter of an hour apart, so the job is what waits.
	tell(alpha.Chapter.StepDown(ctx, noor, p.ID))
	if _, doc := Get(t, p.URI, nil); doc["atelier:contributor"] != nil || doc["updated"] == updated {
		t.Errorf("after stepping down: %v, updated %v", doc["atelier:contributor"], doc["updated"])
	}
	if waits, err := alpha.Store.JobWaits(ctx, chapter.JobUpdate, p.ID.String()); err != nil || !waits {
		t.Errorf("no Update waits: %v", err)
	}
}

// A server speaks for its own people alone: whom a note from elsewhere names
// here, or on a third server, did not say there that they agree. Nobody is
// looked up for it.
func TestContributorsAreBelievedOfTheirOwnServer(t *testing.T) {
	beta := Start(t, "beta", storetest.SQLite(t))
	bob := beta.Member(t, "bob")
	home, third := NewPeer(t), NewPeer(t)
	joel, lena, pim, cy := home.Actor("joel", 0), home.Actor("lena", 1), home.Actor("pim", 2), third.Actor("cy", 3)
	for _, a := range []*Actor{lena, cy} {
		if _, err := beta.Finder.Account(t.Context(), a.URI); err != nil {
			t.Fatal(err)
		}
	}
	note := with(joel.Note("1", "<p>Walk.</p>", nil), JSON{"type": "Article", "name": "Walking the silence", "atelier:kind": "tool",
		"atelier:contributor": []any{bob.URI, cy.URI, pim.URI, joel.URI, lena.URI, lena.URI}})
	home.Put(note["id"].(string), note)
	p, err := beta.Finder.Post(t.Context(), note["id"].(string))
	if err != nil {
		t.Fatal(err)
	}
	known, err := beta.Store.AccountByURI(t.Context(), lena.URI)
	if err != nil || !slices.Equal(p.Practice.Others(), []models.ID{known.ID}) {
		t.Errorf("it names %v, want %d alone: %v", p.Practice.Others(), known.ID, err)
	}
	if n := home.Asked(pim.URI); n != 0 {
		t.Errorf("pim was looked up %d times", n)
	}
	for _, a := range []models.ID{known.ID, bob.ID} {
		list, err := beta.Store.CoAuthored(t.Context(), models.Viewer{AccountID: bob.ID, Role: models.Ordinary}, a, 9)
		if err != nil || (len(list) == 1) != (a == known.ID) {
			t.Errorf("%d is named in %d notes, %v", a, len(list), err)
		}
	}
}
