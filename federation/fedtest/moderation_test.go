package fedtest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/store"
	"atelier/models/store/storetest"
)

// viewer is what a member of a server is to verbs.
func viewer(t *testing.T, s *Server, name string) models.Viewer {
	t.Helper()
	a, err := s.Store.AccountByHandle(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	v, err := s.Store.ViewerOf(t.Context(), a.ID)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestReportIsForwarded(t *testing.T) {
	alpha, beta, ana, bob := two(t)
	p := beta.Publish(t, bob, "She said that …", nil)
	here := alpha.Post(t, p.URI)
	bobHere := alpha.See(t, bob, beta)
	r, err := alpha.Chapter.Complain(t.Context(), ana, chapter.NewComplaint{TargetID: bobHere.ID, PostIDs: []models.ID{here.ID}, Comment: "A client of mine.", Forward: true})
	if err != nil {
		t.Fatal(err)
	}
	var found []*models.Complaint
	Eventually(t, func() string {
		if found, err = beta.Store.Complaints(t.Context(), store.ComplaintFilter{}, store.Page{Limit: 5}); err != nil || len(found) != 1 {
			return fmt.Sprintf("beta has %d complaints, %v", len(found), err)
		}
		return ""
	})
	c := found[0]
	from, err := beta.Store.Account(t.Context(), c.FromID)
	if err != nil || from.URI != alpha.URLs.Instance() {
		t.Errorf("it is from %+v, %v; want alpha itself", from, err)
	}
	if c.URI != r.URI || c.TargetID != bob.ID || !slices.Equal(c.PostIDs, []models.ID{p.ID}) || c.Comment != "A client of mine." {
		t.Errorf("beta has the complaint %+v", c)
	}
	pia, err := beta.Store.AccountByHandle(t.Context(), "pia")
	if err != nil {
		t.Fatal(err)
	}
	told(t, beta, pia, models.NotifyReport)
}

func TestReportThatIsNotForwardedStaysHere(t *testing.T) {
	alpha, beta, ana, bob := two(t)
	bobHere := alpha.See(t, bob, beta)
	if _, err := alpha.Chapter.Complain(t.Context(), ana, chapter.NewComplaint{TargetID: bobHere.ID, Comment: "x"}); err != nil {
		t.Fatal(err)
	}
	Quiet(t, alpha, beta)
	if found, err := beta.Store.Complaints(t.Context(), store.ComplaintFilter{}, store.Page{Limit: 5}); err != nil || len(found) != 0 {
		t.Errorf("beta has %d complaints, %v", len(found), err)
	}
}

func TestForgedReport(t *testing.T) {
	alpha, _, ana, _ := two(t)
	peer := NewPeer(t)
	mallory, victim := peer.Actor("mallory", 0), peer.Actor("victim", 1)
	flag := JSON{"@context": "https://www.w3.org/ns/activitystreams", "id": peer.URL + "/flags/1", "type": "Flag", "actor": victim.URI, "object": []any{ana.URI}, "content": "x"}
	if status := mallory.Send(alpha, flag); status < 400 {
		t.Errorf("signed by somebody else: %d", status)
	}
	flag["actor"], flag["id"] = mallory.URI, peer.URL+"/flags/2"
	if status := mallory.Send(alpha, flag); status != 202 {
		t.Errorf("the honest twin: %d", status)
	}
	Eventually(t, func() string {
		found, err := alpha.Store.Complaints(t.Context(), store.ComplaintFilter{}, store.Page{Limit: 5})
		if err != nil || len(found) != 1 || found[0].URI != peer.URL+"/flags/2" {
			return fmt.Sprintf("alpha has %v, %v", found, err)
		}
		return ""
	})
}

func TestSuspendedElsewhereIsToldAndNotHeard(t *testing.T) {
	alpha, beta, ana, bob := two(t)
	bobHere, anaThere := alpha.See(t, bob, beta), beta.See(t, ana, alpha)
	pia := viewer(t, alpha, "pia")
	if _, err := alpha.Chapter.Decide(t.Context(), pia, chapter.Decision{Kind: models.MeasureSuspend, Target: bobHere.ID}); err != nil {
		t.Fatal(err)
	}
	Eventually(t, func() string {
		if _, err := beta.Store.Follow(t.Context(), bob.ID, anaThere.ID); models.KindOf(err) != models.NotFound {
			return "bob still follows ana"
		}
		if _, err := beta.Store.Follow(t.Context(), anaThere.ID, bob.ID); models.KindOf(err) != models.NotFound {
			return "ana still follows bob"
		}
		return ""
	})
	p := beta.Publish(t, bob, "@ana@"+alpha.URLs.Domain+" Hello?", nil)
	time.Sleep(300 * time.Millisecond)
	without(t, alpha, p.URI)
	if err := alpha.Chapter.Lift(t.Context(), pia, bobHere.ID, models.MeasureSuspend, ""); err != nil {
		t.Fatal(err)
	}
	q := beta.Publish(t, bob, "@ana@"+alpha.URLs.Domain+" And now?", nil)
	alpha.Post(t, q.URI)
}

func TestSuspendedDomain(t *testing.T) {
	alpha, beta, ana, bob := two(t)
	old := beta.Publish(t, bob, "Before", nil)
	here := alpha.Post(t, old.URI)
	pia := viewer(t, alpha, "pia")
	if _, err := alpha.Chapter.SetDomainRule(t.Context(), pia, models.DomainRule{Domain: "beta.localhost", Severity: models.Suspend}); err != nil {
		t.Fatal(err)
	}
	bobHere, err := alpha.Store.AccountByURI(t.Context(), bob.URI)
	if err != nil {
		t.Fatal(err)
	}
	Eventually(t, func() string {
		_, err := alpha.Store.Follow(t.Context(), ana.ID, bobHere.ID)
		_, perr := alpha.Store.Post(t.Context(), models.Stranger, here.ID)
		if models.KindOf(err) != models.NotFound || models.KindOf(perr) != models.NotFound {
			return fmt.Sprintf("the follow: %v, the post: %v", err, perr)
		}
		return ""
	})
	p := beta.Publish(t, bob, "@ana@"+alpha.URLs.Domain+" Hello?", nil)
	time.Sleep(300 * time.Millisecond)
	without(t, alpha, p.URI)
	if _, err := alpha.Finder.Post(t.Context(), p.URI); err == nil {
		t.Error("a post of a suspended domain was fetched")
	}
	if err := alpha.Chapter.DeleteDomainRule(t.Context(), pia, "beta.localhost"); err != nil {
		t.Fatal(err)
	}
	Eventually(t, func() string {
		if _, err := alpha.Store.Post(t.Context(), models.Stranger, here.ID); err != nil {
			return fmt.Sprintf("the old post: %v", err)
		}
		return ""
	})
	q := beta.Publish(t, bob, "@ana@"+alpha.URLs.Domain+" And now?", nil)
	alpha.Post(t, q.URI)
}

func TestAllowListOnly(t *testing.T) {
	alpha, beta, _, bob := two(t)
	pia := viewer(t, alpha, "pia")
	if err := alpha.Chapter.UpdateChapter(t.Context(), pia, func(c *models.Chapter) { c.Settings.AllowList = true }); err != nil {
		t.Fatal(err)
	}
	if _, err := alpha.Chapter.SetDomainRule(t.Context(), pia, models.DomainRule{Domain: "gamma.localhost", Severity: models.Allow}); err != nil {
		t.Fatal(err)
	}
	p := beta.Publish(t, bob, "Hello?", nil)
	time.Sleep(300 * time.Millisecond)
	without(t, alpha, p.URI)
	if _, err := alpha.Chapter.SetDomainRule(t.Context(), pia, models.DomainRule{Domain: "beta.localhost", Severity: models.Allow}); err != nil {
		t.Fatal(err)
	}
	q := beta.Publish(t, bob, "And now?", nil)
	alpha.Post(t, q.URI)
}

// What a steward takes down of somebody elsewhere goes from where the Group
// showed it too, and comes back when the steward lifts that.
func TestTheGroupTakesBackWhatIsTakenDown(t *testing.T) {
	for _, kind := range []models.MeasureKind{models.MeasureRemove, models.MeasureHide} {
		t.Run(string(kind), func(t *testing.T) {
			s := Start(t, "alpha", storetest.SQLite(t))
			home, away := NewPeer(t), NewPeer(t)
			ada, eve := home.Actor("ada", 0), away.Actor("eve", 1)
			group := s.URLs.Chapter()
			must(t, ada.Send(s, ada.Do("Follow", "f", group, nil)), 202)
			Eventually(t, func() string { return short(home.Received("Accept"), 1) })
			note := eve.Note("1", "Buy this", JSON{"to": []string{Public, group}, "audience": group, "tag": []JSON{{"type": "Mention", "href": group, "name": "@coaches@alpha"}}})
			away.Put(note["id"].(string), note)
			must(t, eve.Send(s, eve.Create(note)), 202)
			p := s.Post(t, note["id"].(string))
			announced := func() (n int) {
				for _, a := range home.Received("Announce") {
					if a["object"] == note["id"] {
						n++
					}
				}
				return n
			}
			Eventually(t, func() string {
				if announced() != 1 {
					return "the Group does not show it"
				}
				return ""
			})
			m, err := s.Chapter.Decide(t.Context(), viewer(t, s, "pia"), chapter.Decision{Kind: kind, Target: p.AuthorID, Posts: []models.ID{p.ID}, Reason: "Advertising"})
			if err != nil {
				t.Fatal(err)
			}
			Eventually(t, func() string { return short(home.Received("Undo"), 1) })
			undone := home.Received("Undo")[0]["object"].(map[string]any)
			if undone["type"] != "Announce" || undone["object"] != note["id"] {
				t.Errorf("what is undone is %v", undone)
			}
			if kind == models.MeasureRemove {
				return
			}
			if err := s.Chapter.LiftMeasure(t.Context(), viewer(t, s, "pia"), m.ID, "It was none"); err != nil {
				t.Fatal(err)
			}
			Eventually(t, func() string {
				if n := announced(); n != 2 {
					return fmt.Sprintf("announced %d times", n)
				}
				return ""
			})
		})
	}
}

// short says so if fewer than n activities came.
func short(got []JSON, n int) string {
	if len(got) < n {
		return fmt.Sprintf("%d came, want %d", len(got), n)
	}
	return ""
}
