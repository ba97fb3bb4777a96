package web_test

import (
	"regexp"
	"strings"
	"testing"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/store"
	"atelier/models/store/storetest"
)

// hidden is the value of a hidden field of a page.
func (b *browser) hidden(p *answer, name string) string {
	b.Helper()
	m := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(p.Body)
	if m == nil {
		b.Fatalf("%s has no field %s: %s", p.Path, name, p.said())
	}
	return m[1]
}

// proposes sends a proposal through the form, and returns its page.
func (b *browser) proposes(note *models.Post, reason string, change ...string) *answer {
	b.Helper()
	path := "/talk/" + note.ID.String() + "/proposal"
	form := b.get(path)
	b.shows(form, 200)
	pairs := append([]string{"do", "propose", "reason", reason, "seal", b.hidden(form, "seal")}, change...)
	return b.post(path, pairs...)
}

var whole = []string{"title", "Checking in when a client goes quiet", "summary", "Three minutes of shared silence, then one question. Works from the third session on.",
	"section-do", "1. Say what you see, once.\n2. Offer the silence on purpose.\n3. Keep it."}

// but is a form of the whole note with one section "when".
func but(when string) []string { return append([]string{"section-when", when}, whole...) }

// coAuthored is a note of Ana that Ben agreed to write with her.
func (h *house) coAuthored(change ...func(*chapter.Draft)) (ana, ben *models.Account, note *models.Post) {
	h.Helper()
	ana, ben = h.member("Ana Lindqvarn"), h.member("Ben Koster")
	note = h.note(ana, "Checking in when a client goes quiet", change...)
	if err := h.Chapter.InviteCoAuthor(h.Context(), ana, note.ID, ben.ID); err != nil {
		h.Fatal(err)
	}
	if err := h.Chapter.AnswerInvitation(h.Context(), ben, note.ID, true); err != nil {
		h.Fatal(err)
	}
	return ana, ben, note
}

func TestCoAuthorsFromInvitationToVersion(t *testing.T) {
	each(t, func(h *house) {
		ana, ben, noor := h.member("Ana Lindqvarn"), h.member("Ben Koster"), h.member("Noor Halloway")
		note := h.note(ana, "Checking in when a client goes quiet")
		page, who := "/notes/"+note.Slug, "/talk/"+note.ID.String()+"/coauthors"
		she, he, other, stranger := h.as(ana), h.as(ben), h.as(noor), h.stranger()

		she.shows(she.get(page), 200, "Who writes it with you")
		she.shows(she.get(who), 200, "Nobody yet.", "Ask a colleague")
		for name, words := range map[string]string{"": "Say whom", "Nobody Known": "no member here by that name", "ana": "its author already", "@maren@elsewhere.example": "no member here", "kost": "Do you mean Ben Koster (@ben)?"} {
			she.shows(she.post(who, "do", "invite", "who", name), 422, words)
		}
		she.shows(she.post(who, "do", "invite", "who", "ben koster"), 200, "Nobody is named before saying yes.", "Ben Koster", "Take the question back")
		she.shows(she.post(who, "do", "invite", "who", "@ben"), 422, "asked already")

		// Asked is not named.
		stranger.hides(stranger.get(page), "Ben Koster")
		other.hides(other.get(page), "Ben Koster", "coauthors")
		he.shows(he.get("/notices"), 200, "Ana Lindqvarn asks you to write with them: Checking in when a client goes quiet")
		he.shows(he.get(page), 200, "Ana Lindqvarn asks you to write this note with them.")
		he.shows(he.get(who), 200, "Yes, with my name")
		he.shows(he.get("/talk/"+note.ID.String()+"/proposal"), 404)
		for _, b := range []*browser{other} {
			b.shows(b.get(who), 404)
			b.shows(b.post(who, "do", "accept"), 404)
			b.shows(b.post(who, "do", "invite", "who", "ben"), 404)
			b.shows(b.get("/talk/"+note.ID.String()+"/proposal"), 404)
		}
		he.shows(he.post(who, "do", "invite", "who", "noor"), 404)
		he.shows(he.post(who, "do", "remove-"+ben.ID.String()), 404)
		he.shows(he.post(who, "do", "burn"), 400)

		he.shows(he.post(who, "do", "accept"), 200, "You write it together now.", "Propose a change")
		he.shows(he.post(who, "do", "accept"), 409)
		she.shows(she.get("/notices"), 200, "Ben Koster writes with you now: Checking in when a client goes quiet")
		for path, words := range map[string]string{
			page: "Ana Lindqvarn with Ben Koster", page + "/print": "Ana Lindqvarn with Ben Koster", "/library": "Ana Lindqvarn with Ben Koster",
			"/people/ben": "Written with others Checking in when a client goes quiet",
		} {
			stranger.shows(stranger.get(path), 200, words)
		}
		stranger.shows(stranger.get(page), 200, "Lindqvarn, A., with Koster, B. (")
		if feed := stranger.get("/library.atom").Body; !strings.Contains(feed, "<contributor><name>Ben Koster</name>") {
			t.Errorf("the feed does not name Ben: %s", feed)
		}

		// A proposal changes nothing, and is theirs alone.
		propose := "/talk/" + note.ID.String() + "/proposal"
		he.shows(he.get(page), 200, "Propose a change", "Your part in it")
		seal := he.hidden(he.get(propose), "seal")
		he.shows(he.post(propose, append(but("Around the third hour."), "do", "propose", "seal", seal, "reason", "")...), 422, "in one line", "Around the third hour.")
		he.shows(he.post(propose, append(but(""), "do", "propose", "seal", seal, "reason", "x", "title", "")...), 200) // the first title counts
		he.shows(he.post(propose, "do", "withdraw"), 200, "Taken back.")
		he.shows(he.proposes(note, "Nothing", but("Somewhere around the third session a client who has been talking freely stops.")...), 422, "Change something first.")
		he.shows(he.proposes(note, "No title", "section-when", "Words"), 422, "needs a title")
		sent := he.proposes(note, "Sooner than I thought", but("Somewhere around the second session a client who has been talking freely stops.")...)
		he.shows(sent, 200, "The author is told.", "Sooner than I thought", "Change it")
		he.has(sent, "<ins>second</ins>")
		proposal, _, _ := strings.Cut(sent.Path, "?")
		he.shows(he.get(propose), 200, "Ana Lindqvarn has your proposal.", "second session")
		for _, b := range []*browser{stranger, other} {
			b.hides(b.get(page), "Sooner than I thought", "second session")
		}
		other.shows(other.get(proposal), 404)
		other.shows(other.post(proposal, "do", "merge", "seen", "x"), 404)
		if p := stranger.get(proposal); !strings.HasPrefix(p.Path, "/sign-in") {
			t.Errorf("a stranger at a proposal is at %s", p.Path)
		}
		he.shows(he.post(proposal, "do", "merge", "seen", "x"), 404)
		he.shows(he.post(proposal, "do", "decline", "answer", "x"), 404)

		// The lead compares and takes it over.
		she.shows(she.get("/notices"), 200, "Ben Koster proposes a change to Checking in when a client goes quiet", "Sooner than I thought")
		she.shows(she.get(page), 200, "Ben Koster proposes a change: “Sooner than I thought” Compare")
		compare := she.get(proposal)
		she.has(compare, "<del>third</del>")
		she.has(compare, "<ins>second</ins>")
		she.shows(compare, 200, "Take it over, as version 2")
		she.shows(she.post(proposal, "do", "merge", "seen", "stale"), 422, "Something changed since you looked.")
		she.shows(she.post(proposal, "do", "merge", "seen", she.hidden(compare, "seen")), 200, "It is taken over", "it is version 2")
		she.shows(she.post(proposal, "do", "merge", "seen", she.hidden(compare, "seen")), 422, "answered already")
		stranger.shows(stranger.get(page), 200, "second session", "Ana Lindqvarn with Ben Koster", "Two")
		stranger.shows(stranger.get(page+"/history"), 200, "Version 2 Sooner than I thought Ben Koster", "Version 1 Ana Lindqvarn")
		she.hides(she.get(page), "proposes a change")
		she.hides(she.get("/notices"), "proposes a change")
		he.shows(he.get("/notices"), 200, "Ana Lindqvarn took over what you proposed for Checking in")
		he.shows(he.get(proposal), 200, "Ana Lindqvarn took it over", "it is version 2")

		// The next version is Ana's again, and the second stays Ben's.
		title := "Checking in"
		if _, err := h.Chapter.Edit(t.Context(), ana, note.ID, chapter.Edit{Title: &title, Reason: "Shorter"}); err != nil {
			t.Fatal(err)
		}
		stranger.shows(stranger.get(page+"/history"), 200, "Version 3 Shorter Ana Lindqvarn", "Version 2 Sooner than I thought Ben Koster")
		stranger.shows(stranger.get(page), 200, "Ana Lindqvarn with Ben Koster")

		// Stepping down.
		he.shows(he.post(who, "do", "leave"), 200, "You are not named any more.")
		stranger.hides(stranger.get(page), "Ben Koster")
		stranger.shows(stranger.get(page+"/history"), 200, "Ben Koster")
		he.shows(he.get(who), 404)
		she.shows(she.get("/notices"), 200, "Ben Koster is no longer a co-author of Checking in")
	})
}

func TestAnInvitationIsDeclined(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	ana, ben := h.member("Ana Lindqvarn"), h.member("Ben Koster")
	note := h.note(ana, "Checking in")
	who := "/talk/" + note.ID.String() + "/coauthors"
	she, he := h.as(ana), h.as(ben)
	she.post(who, "do", "invite", "who", "ben")
	he.shows(he.post(who, "do", "decline"), 200, "You are not named.")
	he.hides(he.get("/notices"), "asks you to write")
	he.shows(he.get(who), 404)
	she.shows(she.get("/notices"), 200, "Ben Koster would rather not be a co-author of Checking in")
	she.shows(she.get(who), 200, "Nobody yet.")

	// What was asked can be taken back.
	she.post(who, "do", "invite", "who", "ben")
	she.shows(she.post(who, "do", "remove-"+ben.ID.String()), 200, "Nobody yet.")
	he.hides(he.get("/notices"), "asks you to write")
	he.shows(he.post(who, "do", "accept"), 404)
	h.stranger().hides(h.stranger().get("/notes/"+note.Slug), "Ben Koster")
}

func TestAProposalIsDeclinedWithASentence(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	ana, ben, note := h.coAuthored(forMembers)
	she, he := h.as(ana), h.as(ben)
	path, _, _ := strings.Cut(he.proposes(note, "Sooner", but("In the second.")...).Path, "?")
	he.shows(he.proposes(note, "Sooner, and shorter", but("Second.")...), 200, "Sooner, and shorter") // one at a time: this one changed it
	she.shows(she.get("/notices"), 200, "Sooner, and shorter")
	she.shows(she.get("/talk/"+note.ID.String()+"/coauthors"), 200, "Sooner, and shorter", "Not answered yet")
	she.shows(she.post(path, "do", "decline", "answer", " "), 422, "Please say why")
	she.shows(she.post(path, "do", "decline", "answer", "The third is what we saw."), 200, "They are told why.", "The third is what we saw.")
	he.shows(he.get("/notices"), 200, "Ana Lindqvarn did not take over what you proposed for Checking in", "The third is what we saw.")
	he.shows(he.get(path), 200, "It was not taken over.", "The third is what we saw.")
	p := he.get("/notes/" + note.Slug)
	he.shows(p, 200, "third session")
	he.hides(he.get("/talk/"+note.ID.String()+"/proposal"), "Second.") // the next one begins with the note
}

// The lead changed the note since the proposal was begun: both texts stay.
func TestAProposalForANoteThatChanged(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	ana, ben, note := h.coAuthored(func(d *chapter.Draft) { d.Practice.Confidentiality = models.NoClient })
	she, he := h.as(ana), h.as(ben)
	path, _, _ := strings.Cut(he.proposes(note, "Sooner", but("In the second session.")...).Path, "?")
	stale := she.hidden(she.get(path), "seen")
	pr := *note.Practice
	pr.Sections = []models.Section{{Key: "when", Text: "In the fourth session."}, {Key: "do", Text: "Wait."}, {Key: "watch", Text: "The clock."}}
	if _, err := h.Chapter.Edit(t.Context(), ana, note.ID, chapter.Edit{Practice: &pr}); err != nil {
		t.Fatal(err)
	}
	she.shows(she.post(path, "do", "merge", "seen", stale), 422, "Something changed since you looked.")
	compare := she.get(path)
	she.shows(compare, 200, "The note was changed since this was begun.", "Both changed “When it comes up”", "kept in version 2", "as version 3")
	she.has(compare, "<del>fourth</del>")
	she.has(compare, "<ins>second</ins>")
	she.hides(compare, "The clock.", "Wait.") // Ben left them alone
	she.shows(she.post(path, "do", "merge", "seen", she.hidden(compare, "seen")), 200, "it is version 3")
	p := she.get("/notes/" + note.Slug)
	she.shows(p, 200, "In the second session.", "Wait.", "The clock.")
	she.shows(she.get("/notes/"+note.Slug+"?v=2"), 200, "In the fourth session.")
}

func TestADraftIsWrittenTogether(t *testing.T) {
	each(t, func(h *house) {
		ana, ben, noor := h.member("Ana Lindqvarn"), h.member("Ben Koster"), h.member("Noor Halloway")
		draft, err := h.Chapter.SaveDraft(t.Context(), ana, 0, chapter.Draft{Title: "Naming the empty chair", Practice: &models.Practice{
			Kind: models.Approach, Confidentiality: models.NoClient, Sections: []models.Section{{Key: "when", Text: "A team talks about somebody."}}}})
		if err != nil {
			t.Fatal(err)
		}
		id := draft.ID.String()
		she, he, other := h.as(ana), h.as(ben), h.as(noor)
		she.shows(she.get("/talk/"+id+"/edit"), 200, "Who writes it with you")
		she.shows(she.post("/talk/"+id+"/coauthors", "do", "invite", "who", "Ben"), 200, "Ben Koster")
		she.shows(she.get("/talk/"+id+"/edit"), 200, "Ben Koster can read this draft too.", "Only you and Ben Koster can read this.")
		she.shows(she.get("/talk/"+id+"/delete"), 200, "You write it with Ben Koster.")

		he.shows(he.get("/notices"), 200, "asks you to write with them: Naming the empty chair")
		he.shows(he.get("/shelf"), 200, "With others Naming the empty chair", "begun by Ana Lindqvarn")
		he.shows(he.get("/talk/"+id+"/coauthors"), 200, "A team talks about somebody.", "Yes, with my name")
		for _, path := range []string{"/coauthors", "/proposal", "/edit", ""} {
			other.shows(other.get("/talk/"+id+path), 404)
		}
		for _, path := range []string{"/edit", "", "/delete"} {
			he.shows(he.get("/talk/"+id+path), 404)
		}
		he.post("/talk/"+id+"/coauthors", "do", "accept")
		path, _, _ := strings.Cut(he.proposes(draft, "A second sign", "title", "Naming the empty chair", "section-when", "A team talks about somebody. The chair stays empty.").Path, "?")
		she.shows(she.get("/talk/"+id+"/edit"), 200, "Ben Koster proposes a change: “A second sign”")
		compare := she.get(path)
		she.shows(compare, 200, "Take it over")
		she.shows(she.post(path, "do", "merge", "seen", she.hidden(compare, "seen")), 200, "You took it over")
		she.shows(she.get("/talk/"+id+"/edit"), 200, "The chair stays empty.")

		// Out: it takes everything along, through the doorway too.
		he.proposes(draft, "A third sign", "title", "Naming the empty chair", "section-when", "A team talks about somebody. The chair stays empty. Nobody looks.")
		out := she.post("/talk/"+id+"/edit", "kind", "approach", "title", "Naming the empty chair", "client", "none", "scope", "everyone", "do", "publish",
			"section-when", "A team talks about somebody. The chair stays empty.")
		she.shows(out, 200, "about to leave", "You and Ben Koster")
		waiting := h.unfinished(ana)
		he.shows(he.get("/talk/"+waiting.ID.String()+"/coauthors"), 200, "The chair stays empty.")
		other.shows(other.get("/talk/"+waiting.ID.String()+"/coauthors"), 404)
		if _, err := h.Chapter.SendNow(t.Context(), ana, waiting.ID); err != nil {
			t.Fatal(err)
		}
		h.stranger().shows(h.stranger().get("/notes/naming-the-empty-chair"), 200, "Ana Lindqvarn with Ben Koster")
		she.shows(she.get("/notes/naming-the-empty-chair"), 200, "Ben Koster proposes a change: “A third sign”")
		she.shows(she.get("/notices"), 200, "Ben Koster proposes a change to Naming the empty chair")
	})
}

// unfinished is the only draft or waiting note of somebody.
func (h *house) unfinished(by *models.Account) *models.Post {
	h.Helper()
	list, err := h.Store.Unfinished(h.Context(), by.ID, 2)
	if err != nil || len(list) != 1 {
		h.Fatalf("%d unfinished, %v", len(list), err)
	}
	return list[0]
}

func TestASmallFixIsKeptAndMarked(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	ana := h.member("Ana Lindqvarn")
	note := h.note(ana, "Checking in when a client goes quiet")
	she := h.as(ana)
	edit := "/talk/" + note.ID.String() + "/edit"
	she.shows(she.get(edit), 200, "It is a small fix")
	form := append(but("Around the third session, a client stops."), "kind", "approach", "client", "disguised", "scope", "everyone", "do", "publish", "small", "yes")
	she.shows(she.post(edit, form...), 200, "Changed.", "Around the third session, a client stops.", "Two")
	she.shows(she.get("/notes/"+note.Slug+"/history"), 200, "Two versions", "a small fix, not sent out")
	p, err := h.Store.PostByID(t.Context(), note.ID)
	if err != nil || p.Version != 2 || !p.ToldAt().IsZero() || !p.EditedAt.IsZero() {
		t.Errorf("version %d, told at %v, %v", p.Version, p.ToldAt(), err)
	}
}

// What ends that somebody is a co-author, and what keeps it from beginning.
func TestWhoCanBeACoAuthor(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	ana, ben, note := h.coAuthored()
	she, stranger, page := h.as(ana), h.stranger(), "/notes/"+note.Slug
	who := "/talk/" + note.ID.String() + "/coauthors"
	steward := models.Viewer{AccountID: h.Maren.ID, Role: models.President}
	tell := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}

	guest := h.member("Gil Arden")
	tell(h.Chapter.SetRole(t.Context(), steward, guest.ID, models.Guest))
	she.shows(she.post(who, "do", "invite", "who", "gil"), 422, "Guests do not write notes here.")
	for _, block := range [][2]string{{"ana", "Cleo Ashby"}, {"Dag Wren", "ana"}} {
		one, two := ana, ana
		if block[0] == "ana" {
			two = h.member(block[1])
		} else {
			one = h.member(block[0])
		}
		tell(h.Chapter.Block(t.Context(), one, two.ID))
		name := one.Username
		if one == ana {
			name = two.Username
		}
		she.shows(she.post(who, "do", "invite", "who", name), 422, "There is no member here by that name")
	}

	// Out of sight: not named, and back after that.
	he := h.as(ben)
	path, _, _ := strings.Cut(he.proposes(note, "Sooner", but("Second.")...).Path, "?")
	tell(h.Chapter.SetMemberState(t.Context(), steward, ben.ID, models.Suspended))
	stranger.hides(stranger.get(page), "Ben Koster")
	she.shows(she.get(path), 404)
	tell(h.Chapter.SetMemberState(t.Context(), steward, ben.ID, models.Active))
	stranger.shows(stranger.get(page), 200, "with Ben Koster")
	she.shows(she.get(path), 200)

	// A guest stays named, and proposes no more.
	tell(h.Chapter.SetRole(t.Context(), steward, ben.ID, models.Guest))
	he = h.as(ben)
	he.shows(he.get("/talk/"+note.ID.String()+"/proposal"), 404)
	stranger.shows(stranger.get(page), 200, "with Ben Koster")
	tell(h.Chapter.SetRole(t.Context(), steward, ben.ID, models.Ordinary))

	// A block ends it.
	tell(h.Chapter.Block(t.Context(), ben, ana.ID))
	stranger.hides(stranger.get(page), "Ben Koster")
	she.hides(she.get(who), "Ben Koster writes it")
	p, err := h.Store.PostByID(t.Context(), note.ID)
	if err != nil || len(p.Practice.With) != 0 {
		t.Errorf("the note names %v, %v", p.Practice.With, err)
	}

	// Who is gone is not named.
	eve := h.member("Eve Sandoval")
	tell(h.Chapter.InviteCoAuthor(t.Context(), ana, note.ID, eve.ID))
	tell(h.Chapter.AnswerInvitation(t.Context(), eve, note.ID, true))
	stranger.shows(stranger.get(page), 200, "with Eve Sandoval")
	tell(h.Chapter.DeleteMember(t.Context(), eve, password))
	stranger.hides(stranger.get(page), "Eve Sandoval", "with Somebody")
	if all, err := h.Store.CoAuthors(t.Context(), note.ID); err != nil || len(all) != 0 {
		t.Errorf("%d co-authors are left, %v", len(all), err)
	}
}

// What is for members is not told by what a co-author's page lists.
func TestCoAuthorsOfAMembersNote(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	_, ben, note := h.coAuthored(forMembers)
	noor := h.as(h.member("Noor Halloway"))
	noor.shows(noor.get("/people/ben"), 200, "Written with others", note.Title)
	noor.shows(noor.get("/notes/"+note.Slug), 200, "Ana Lindqvarn with Ben Koster")
	stranger := h.stranger()
	stranger.shows(stranger.get("/people/ben"), 200, "has written nothing that you can read yet")
	stranger.hides(stranger.get("/people/ben"), note.Title, "Written with others")
	stranger.shows(stranger.get("/notes/"+note.Slug), 404)
	list, err := h.Store.CoAuthored(t.Context(), models.Stranger, ben.ID, 9)
	if err != nil || len(list) != 0 {
		t.Errorf("a stranger reads %d, %v", len(list), err)
	}
}

// Apps are told of nothing that they do not know.
func TestAppsHearNothingOfCoAuthors(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	ana, ben, _ := h.coAuthored()
	for _, a := range []*models.Account{ana, ben} {
		list, err := h.Store.Notifications(t.Context(), models.Viewer{AccountID: a.ID, Role: models.Ordinary}, store.NotificationFilter{}, store.Page{Limit: 9})
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range list {
			if n.Type.Own() {
				t.Errorf("an app of %s is told of %s", a.Username, n.Type)
			}
		}
	}
}

func TestCoAuthorsPagesAreWellMade(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	ana, ben, note := h.coAuthored()
	she, he := h.as(ana), h.as(ben)
	path, _, _ := strings.Cut(he.proposes(note, "Sooner", but("On 3 March, in the second.")...).Path, "?")
	for _, p := range []string{"/notes/" + note.Slug, "/notes/" + note.Slug + "/print", "/talk/" + note.ID.String() + "/coauthors", path, "/notices", "/talk/" + note.ID.String() + "/edit"} {
		wellMade(t, "Ana", she.get(p))
	}
	she.shows(she.get(path), 200, "One place may give somebody away")
	for _, p := range []string{"/notes/" + note.Slug, "/talk/" + note.ID.String() + "/coauthors", "/talk/" + note.ID.String() + "/proposal", path, "/people/ben", "/notices"} {
		wellMade(t, "Ben", he.get(p))
	}
	wellMade(t, "Ana", she.post(path, "do", "decline", "answer", ""))
	wellMade(t, "Ana", she.post("/talk/"+note.ID.String()+"/coauthors", "do", "invite", "who", ""))
	wellMade(t, "Ben", he.post("/talk/"+note.ID.String()+"/proposal", "do", "propose", "reason", ""))
}

// TestBrowserCoAuthors looks at the pages of those who write a note together as
// TestBrowserPages looks at the others.
func TestBrowserCoAuthors(t *testing.T) {
	ctx := chromium(t)
	h, ana, note, _ := furnished(t)
	tobias, err := h.Store.AccountByHandle(t.Context(), "tobias")
	if err != nil {
		t.Fatal(err)
	}
	noor, err := h.Store.AccountByHandle(t.Context(), "noor")
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{
		h.Chapter.InviteCoAuthor(t.Context(), ana, note.ID, tobias.ID), h.Chapter.InviteCoAuthor(t.Context(), ana, note.ID, noor.ID),
		h.Chapter.AnswerInvitation(t.Context(), tobias, note.ID, true),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	begun, err := h.Chapter.BeginProposal(t.Context(), tobias, note.ID)
	if err != nil {
		t.Fatal(err)
	}
	words := begun.Text
	words.Sections = append([]models.Section{}, words.Sections...)
	words.Sections[0].Text = strings.Replace(words.Sections[0].Text, "third or fourth", "second or third", 1)
	words.Sections[3].Text += "\n- By telephone, count aloud to ten on 3 March."
	x, err := h.Chapter.Propose(t.Context(), tobias, note.ID, chapter.Proposed{Seal: begun.Base.Seal(), Reason: "It comes up sooner by telephone", Text: words})
	if err != nil {
		t.Fatal(err)
	}
	pr := *note.Practice
	pr.Sections = append([]models.Section{}, words.Sections...)
	pr.Sections[0].Text = "Somewhere around the fifth session a client who has been talking freely stops."
	if _, err := h.Chapter.Edit(t.Context(), ana, note.ID, chapter.Edit{Practice: &pr, Reason: "A slip", Small: true}); err != nil {
		t.Fatal(err)
	}
	lead, other, asked := h.open(ctx, true), h.open(ctx, true), h.open(ctx, true)
	lead.signIn(ana)
	other.signIn(tobias)
	asked.signIn(noor)
	base := "/talk/" + note.ID.String()
	for _, page := range []struct {
		name, path string
		by         *tab
	}{
		{"coauthors-note", "/notes/" + note.Slug, lead},
		{"coauthors", base + "/coauthors", lead},
		{"coauthors-mine", base + "/coauthors", other},
		{"coauthors-asked", base + "/coauthors", asked},
		{"coauthors-propose", base + "/proposal", other},
		{"coauthors-proposal", "/proposals/" + x.ID.String(), lead},
		{"coauthors-edit", base + "/edit", lead},
		{"coauthors-history", "/notes/" + note.Slug + "/history", lead},
		{"coauthors-person", "/people/tobias", lead},
		{"coauthors-notices", "/notices", lead},
		{"coauthors-print", "/notes/" + note.Slug + "/print", lead},
	} {
		page.by.look(page.name, page.path)
	}
}
