package web_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/store"
	"atelier/models/store/storetest"
	"atelier/models/text"
)

// reviewed is a note under review: Ana asked, Maren named Tobias and Noor.
type reviewed struct {
	*house
	ana, tobias, noor          *models.Account
	note                       *models.Post
	she, he, noors, maren, kim *browser // Ana, Tobias, Noor, the steward, another member
	path                       string
}

func (h *house) underReview(change ...func(*chapter.Draft)) *reviewed {
	h.Helper()
	r := &reviewed{house: h, ana: h.member("Ana Lindqvarn"), tobias: h.member("Tobias Fennick"), noor: h.member("Noor Halloway")}
	r.note = h.note(r.ana, "Checking in", change...)
	r.path = "/notes/" + r.note.Slug + "/review"
	r.she, r.he, r.noors, r.maren, r.kim = h.as(r.ana), h.as(r.tobias), h.as(r.noor), h.as(h.Maren), h.as(h.member("Kim Other"))
	return r
}

func (r *reviewed) begin() {
	r.Helper()
	r.she.shows(r.she.post(r.path, "do", "ask"), 200, "The stewards see it on their desk")
	r.name(r.tobias, r.noor)
}

func (r *reviewed) name(readers ...*models.Account) {
	r.Helper()
	form := []string{"do", "name"}
	for _, a := range readers {
		form = append(form, "reader", a.ID.String())
	}
	r.maren.shows(r.maren.post(r.path, form...), 200, "The two are told among their notices.")
}

func (r *reviewed) bothReady() {
	r.Helper()
	for _, b := range []*browser{r.he, r.noors} {
		b.shows(r.judge(b, "ready"), 200, "The author, the other reader and the stewards can read it.")
	}
}

func (r *reviewed) judge(b *browser, verdict string) *answer {
	r.Helper()
	return b.post(r.path, "do", "judge", "verdict", verdict, "words", "I used it twice.", "version", strconv.Itoa(r.now().Version))
}

func (r *reviewed) now() *models.Post {
	r.Helper()
	p, err := r.Store.PostByID(r.Context(), r.note.ID)
	if err != nil {
		r.Fatal(err)
	}
	return p
}

// edit changes the first paragraph of the note.
func (r *reviewed) edit(words string) {
	r.Helper()
	pr := *r.note.Practice
	pr.Sections = append([]models.Section{{Key: "when", Text: words}}, pr.Sections[1:]...)
	if _, err := r.Chapter.Edit(r.Context(), r.ana, r.note.ID, chapter.Edit{Practice: &pr, Reason: "Clearer"}); err != nil {
		r.Fatal(err)
	}
}

// later makes the mark older, as if time had passed.
func (r *reviewed) later(years int) {
	r.Helper()
	p := r.now()
	when := r.Store.Now().AddDate(-years, 0, -1)
	p.Practice.Reviewed.On = when.Format(time.DateOnly)
	err := r.Store.Write(r.Context(), func(tx *store.Tx) error {
		if _, err := tx.SetPractice(r.Context(), p); err != nil {
			return err
		}
		x, err := tx.NewestReview(r.Context(), p.ID)
		if err != nil {
			return err
		}
		x.MarkedAt = when
		return tx.SetReview(r.Context(), x)
	})
	if err != nil {
		r.Fatal(err)
	}
}

var paragraphRE = regexp.MustCompile(`name="on" value="(par-[0-9a-f]+)"`)

func TestANoteIsReviewed(t *testing.T) {
	each(t, func(h *house) {
		r := h.underReview()
		page := "/notes/" + r.note.Slug

		r.she.shows(r.she.get(page), 200, "Ask for review")
		r.she.shows(r.she.get(r.path), 200, "Ask for review?", "Only you, they and the stewards see what they say.")
		r.he.hides(r.he.get(page), "Ask for review", "Its review")
		r.begin()
		r.she.shows(r.she.post(r.path, "do", "ask"), 422, "A review of it is asked for already.")
		r.she.shows(r.she.get(page), 200, "Its review")
		r.he.shows(r.he.get("/notices"), 200, "Maren Oakhollow asks you to read, before it is reviewed,")
		r.he.has(r.he.get("/notices"), `href="`+r.path+`"`)

		p := r.he.get(r.path)
		r.he.shows(p, 200, "Tobias Fennick and Noor Halloway read it.", "This is version 1.", "Somewhere around the third session", "Is the note ready?")
		r.he.hides(p, "Two readers", "Take the request back")
		key := paragraphRE.FindStringSubmatch(p.Body)[1]
		r.he.has(p, `id="`+key+`"`)
		p = r.he.post(r.path, "do", "comment", "on", key, "version", "1", "text", "Only *around* the third?")
		r.he.shows(p, 200, "It stands beside the text.", "Only around the third?")
		r.he.shows(r.he.post(r.path, "do", "comment", "on", "", "version", "1", "text", "A heron of a note."), 200, "A heron of a note.")
		r.she.shows(r.she.post(r.path, "do", "comment", "on", key, "version", "1", "text", "Third or fourth."), 200, "Only around the third?", "Third or fourth.")
		r.she.shows(r.she.post(r.path, "do", "comment", "on", key, "version", "1", "text", " "), 422, "Write something first.")
		p = r.he.post(r.path, "do", "comment", "on", "par-gone", "version", "1", "text", "Not to be lost.")
		r.he.shows(p, 422, "This paragraph is not there any more.", "Not to be lost.")
		r.maren.shows(r.maren.get(r.path), 200, "Only around the third?", "Third or fourth.", "Two readers")
		r.maren.shows(r.maren.post(r.path, "do", "comment", "on", "", "version", "1", "text", "x"), 403)

		// The words that it is about stay with a comment.
		r.edit("Somewhere around the fourth session a client stops.")
		p = r.she.get(r.path)
		r.she.shows(p, 200, "This is version 2.", "On words that were changed", "a client who has been talking freely stops.", "Only around the third?", "on version 1")
		r.he.shows(r.he.post(r.path, "do", "comment", "on", key, "version", "1", "text", "I still had the old one open."), 200, "I still had the old one open.")
		p = r.he.post(r.path, "do", "judge", "verdict", "ready", "words", "Good.", "version", "1")
		r.he.shows(p, 422, "It was changed while you read.")
		r.he.has(p, `value="Good."`)

		r.he.shows(r.he.post(r.path, "do", "judge", "verdict", "perhaps", "words", "x", "version", "2"), 422, "Please choose whether it is ready.")
		r.he.shows(r.he.post(r.path, "do", "judge", "verdict", "ready", "words", "", "version", "2"), 422, "Please say why, in one sentence.")
		r.she.shows(r.judge(r.she, "ready"), 403)
		r.he.shows(r.judge(r.he, "not-yet"), 200, "Tobias Fennick says: not yet", "I used it twice.")
		r.she.shows(r.she.get("/notices"), 200, "Tobias Fennick read for you, and says whether it is ready: Checking in")
		r.noors.shows(r.judge(r.noors, "ready"), 200)
		r.maren.shows(r.maren.post(r.path, "do", "mark"), 422, "Two readers have to find the same version ready first.")
		r.edit("Somewhere around the fourth session a client stops talking.")
		r.noors.shows(r.noors.get("/notices"), 200, "Ana Lindqvarn changed, after you read it, Checking in")
		r.he.shows(r.judge(r.he, "ready"), 200, "Noor Halloway says: ready, of version 2")
		r.maren.shows(r.maren.post(r.path, "do", "mark"), 422, "the same version")
		r.noors.shows(r.judge(r.noors, "ready"), 200, "Both readers find it ready.")
		r.he.shows(r.he.post(r.path, "do", "mark"), 403)
		r.maren.shows(r.maren.get("/desk"), 200, "Reviews of notes", "Both readers find it ready.")
		r.maren.shows(r.maren.post(r.path, "do", "mark"), 200, "The note says so now.", "Take the mark back")
		r.maren.hides(r.maren.get("/desk"), "Reviews of notes")
		r.she.shows(r.she.get("/notices"), 200, "Maren Oakhollow gave the chapter’s mark to Checking in")
		r.he.shows(r.he.post(r.path, "do", "comment", "on", "", "version", "3", "text", "Late."), 422, "The review is over.")

		mark := "Reviewed by the chapter, " + h.Store.Now().UTC().Format("2 Jan 2006") + ", version 3"
		stranger := h.stranger()
		for _, path := range []string{page, page + "/print", "/library", "/library.atom", page + "?v=3"} {
			stranger.has(stranger.get(path), mark)
		}
		stranger.hides(stranger.get(page+"?v=2"), "Reviewed by")

		r.edit("Somewhere around the fifth session.")
		for _, path := range []string{page, page + "/print", "/library", "/library.atom"} {
			p := stranger.get(path)
			stranger.has(p, mark)
			stranger.has(p, "changed since review")
		}
		stranger.hides(stranger.get(page+"?v=3"), "changed since review")
		r.later(2)
		stranger.has(stranger.get(page), "needs a look")
		r.maren.shows(r.maren.get("/desk"), 200, "Reviews of notes", "Its review is two years old: it needs a look.")
		r.maren.shows(r.maren.get("/desk/review"), 200, "Its review is two years old")

		// A steward has it read again; that review takes the first one's place.
		r.name(r.tobias, r.noor)
		r.he.hides(r.he.get(r.path), "A heron of a note.")
		stranger.has(stranger.get(page), "needs a look")
		r.bothReady()
		r.maren.shows(r.maren.post(r.path, "do", "mark"), 200)
		stranger.has(stranger.get(page), "version 4")
		stranger.hides(stranger.get(page), "needs a look", "changed since review")

		r.he.shows(r.he.post(r.path, "do", "unmark"), 403)
		r.maren.shows(r.maren.post(r.path, "do", "unmark", "reason", "It names a client."), 200, "The mark is off the note.", "The mark was taken back.")
		for _, path := range []string{page, page + "?v=3", page + "/print", "/library", "/library.atom"} {
			stranger.hides(stranger.get(path), "Reviewed by")
		}
		r.she.shows(r.she.get("/notices"), 200, "Maren Oakhollow took the chapter’s mark off Checking in")
		r.maren.shows(r.maren.get("/desk/log"), 200, "Ana Lindqvarn asked for the review of a note (Checking in).", "Maren Oakhollow named as a reader Tobias Fennick (Checking in).",
			"Maren Oakhollow gave the chapter’s mark to a note by Ana Lindqvarn (Checking in).", "took the chapter’s mark off a note by Ana Lindqvarn (Checking in): “It names a client.”")
	})
}

// What is said in a review is for the author, the readers and the stewards:
// nobody else can tell that there is one.
func TestNobodyElseHearsOfAReview(t *testing.T) {
	each(t, func(h *house) {
		r := h.underReview()
		r.begin()
		r.he.shows(r.he.post(r.path, "do", "comment", "on", "", "version", "1", "text", "Zanzibar."), 200, "Zanzibar.")
		r.he.shows(r.he.post(r.path, "do", "judge", "verdict", "not-yet", "words", "Zanzibar again.", "version", "1"), 200, "Zanzibar again.")
		other := h.note(r.noor, "Without a review")
		guest := h.as(h.guest("Gil Guest"))
		for who, b := range map[string]*browser{"another member": r.kim, "a guest": guest} {
			if got, none := b.get(r.path), b.get("/notes/"+other.Slug+"/review"); got.Status != 404 || strings.ReplaceAll(got.Body, r.note.Slug, "") != strings.ReplaceAll(none.Body, other.Slug, "") {
				t.Errorf("to %s it is not as if there were none: %d", who, got.Status)
			}
			for _, do := range []string{"comment", "judge", "withdraw"} {
				b.shows(b.post(r.path, "do", do, "version", "1", "text", "x", "verdict", "ready", "words", "x"), 404)
			}
			for _, do := range []string{"name", "mark", "unmark"} {
				b.shows(b.post(r.path, "do", do, "reader", r.noor.ID.String(), "reader", r.tobias.ID.String()), 403)
			}
			b.shows(b.post(r.path, "do", "ask"), 403)
			b.shows(b.get("/desk/review"), 404)
		}
		stranger := h.stranger()
		stranger.shows(stranger.get(r.path), 200, "E-mail or handle")
		for who, b := range map[string]*browser{"another member": r.kim, "a guest": guest, "a stranger": stranger} {
			for _, path := range append(h.everywhere(r.note), "/library", "/library.atom", "/search?q=zanzibar", "/notices", "/people/tobias") {
				p := b.get(path)
				if strings.Contains(p.Body, "Zanzibar") || strings.Contains(p.Body, r.path) {
					t.Errorf("%s reads of the review at %s", who, path)
				}
			}
		}
	})
}

func TestReadersOfAReview(t *testing.T) {
	each(t, func(h *house) {
		r := h.underReview(forMembers)
		viewer := h.viewer(h.Maren)
		name := func(ids ...models.ID) error { return h.Chapter.NameReaders(t.Context(), viewer, r.note.ID, ids) }
		guest := h.guest("Gil Guest")
		r.maren.shows(r.maren.get(r.path), 404)
		if err := name(r.tobias.ID, r.noor.ID); models.KindOf(err) != models.NotFound {
			t.Errorf("nobody asked, and readers are named: %v", err)
		}
		r.she.shows(r.she.post(r.path, "do", "ask"), 200)
		r.maren.shows(r.maren.get("/desk"), 200, "Reviews of notes", "Name two readers.", "Look at its review")
		for what, ids := range map[string][]models.ID{
			"two the same": {r.tobias.ID, r.tobias.ID}, "one": {r.tobias.ID}, "three": {r.tobias.ID, r.noor.ID, h.Maren.ID}, "the author": {r.tobias.ID, r.ana.ID},
			"a guest": {r.tobias.ID, guest.ID}, "nobody": {r.tobias.ID, 7},
		} {
			if err := name(ids...); models.KindOf(err) != models.Invalid {
				t.Errorf("%s: %v", what, err)
			}
		}
		r.maren.shows(r.maren.post(r.path, "do", "name", "reader", r.tobias.ID.String()), 422, "Name two readers.")
		if err := h.Chapter.NameReaders(t.Context(), h.viewer(r.ana), r.note.ID, []models.ID{r.tobias.ID, r.noor.ID}); models.KindOf(err) != models.Forbidden {
			t.Errorf("the author names the readers: %v", err)
		}
		r.name(r.tobias, r.noor)
		r.maren.hides(r.maren.get("/desk"), "Reviews of notes")
		r.maren.shows(r.maren.get("/desk/review"), 200, "Tobias Fennick reads it; Noor Halloway reads it.")
		r.he.shows(r.he.post(r.path, "do", "comment", "on", "", "version", "1", "text", "From Tobias."), 200)
		r.bothReady()

		// Who is suspended has said nothing, and is heard again when back.
		state := func(s models.MemberState) {
			if err := h.Chapter.SetMemberState(t.Context(), viewer, r.tobias.ID, s); err != nil {
				t.Fatal(err)
			}
		}
		state(models.Suspended)
		p := r.maren.get(r.path)
		r.maren.shows(p, 200, "Next, a steward names two readers.")
		r.maren.hides(p, "From Tobias.", "Give it the chapter’s mark")
		r.maren.shows(r.maren.post(r.path, "do", "mark"), 422, "Two readers have to find")
		r.maren.shows(r.maren.get("/desk"), 200, "Noor Halloway reads it. Name two readers: the other one cannot any more.")
		state(models.Active)
		r.maren.shows(r.maren.get(r.path), 200, "From Tobias.", "Give it the chapter’s mark")

		// Who is let go reads no more, and the notice goes too.
		r.he = h.as(r.tobias)
		kim, err := h.Store.AccountByHandle(t.Context(), "kim")
		if err != nil {
			t.Fatal(err)
		}
		r.name(r.noor, kim)
		r.he.shows(r.he.get(r.path), 404)
		r.he.hides(r.he.get("/notices"), "asks you to read")
		r.kim.shows(r.kim.get(r.path), 200, "From Tobias.", "Noor Halloway says: ready")
		r.maren.shows(r.maren.get("/desk/log"), 200, "let go as a reader Tobias Fennick")

		// Who leaves takes what they said along.
		r.kim.shows(r.kim.post(r.path, "do", "comment", "on", "", "version", "1", "text", "From Kim."), 200, "From Kim.")
		if err := h.Chapter.DeleteMember(t.Context(), kim, password); err != nil {
			t.Fatal(err)
		}
		p = r.maren.get(r.path)
		r.maren.hides(p, "From Kim.", "Kim Other")
		r.maren.shows(p, 200, "Next, a steward names two readers.")

		// And the note takes all of it.
		if _, err := h.Chapter.Delete(t.Context(), r.ana, r.note.ID); err != nil {
			t.Fatal(err)
		}
		r.maren.shows(r.maren.get(r.path), 404)
		r.maren.hides(r.maren.get("/desk"), "Reviews of notes")
		r.maren.hides(r.maren.get("/desk/review"), "Checking in")
		r.noors.hides(r.noors.get("/notices"), "asks you to read")
	})
}

func TestTakingARequestForReviewBack(t *testing.T) {
	each(t, func(h *house) {
		r := h.underReview()
		r.begin()
		p := r.he.post(r.path, "do", "comment", "on", "", "version", "1", "text", "Of Tobias.")
		id := regexp.MustCompile(`value="(unsay-\d+)"`).FindStringSubmatch(p.Body)[1]
		r.noors.shows(r.noors.post(r.path, "do", id), 404)
		p = r.he.post(r.path, "do", id)
		r.he.shows(p, 200, "Taken back.")
		r.he.hides(p, "Of Tobias.")
		r.he.shows(r.he.post(r.path, "do", "withdraw"), 403)
		r.maren.shows(r.maren.post(r.path, "do", "withdraw"), 403)
		r.she.shows(r.she.post(r.path, "do", "withdraw"), 200, "You have taken the request back.", "Ask for review")
		r.he.hides(r.he.get("/notices"), "asks you to read")
		r.he.shows(r.he.get(r.path), 200, "Ana Lindqvarn has taken the request back.")
		r.he.shows(r.judge(r.he, "ready"), 422, "The review is over.")
		r.maren.hides(r.maren.get("/desk/review"), "Checking in")
		r.maren.shows(r.maren.post(r.path, "do", "mark"), 422, "The review is over.")
		r.maren.shows(r.maren.post(r.path, "do", "name", "reader", r.tobias.ID.String(), "reader", r.noor.ID.String()), 422, "Its author has not asked for a review.")
		r.maren.shows(r.maren.get("/desk/log"), 200, "Ana Lindqvarn took back the request for a review (Checking in).")
		r.she.shows(r.she.post(r.path, "do", "ask"), 200, "Next, a steward names two readers.")
		r.she.shows(r.she.post(r.path, "do", "burn"), 400)
	})
}

// Only a practice note of one's own that is out, and that all members may
// read, can be reviewed.
func TestWhatCanBeReviewed(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	ana, tobias := h.member("Ana Lindqvarn"), h.member("Tobias Fennick")
	draft, err := h.Chapter.SaveDraft(t.Context(), ana, 0, chapter.Draft{Title: "A draft", Practice: &models.Practice{Kind: models.Tool, Sections: []models.Section{{Key: "purpose", Text: "x"}}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		post *models.Post
		by   *models.Account
		want models.Kind
	}{
		{"a note for everyone", h.note(ana, "Open"), ana, ""},
		{"a note for members", h.note(ana, "Among us", forMembers), ana, ""},
		{"somebody else's", h.note(tobias, "Of Tobias"), ana, models.Forbidden},
		{"a note for followers", h.note(ana, "Followers", func(d *chapter.Draft) { d.Visibility = models.Private }), ana, models.Forbidden},
		{"a note for nobody", h.note(ana, "Alone", func(d *chapter.Draft) { d.Visibility, d.LocalOnly = models.Direct, &here }), ana, models.Forbidden},
		{"a draft", draft, ana, models.Forbidden},
		{"a discussion post", h.says(ana, "No note."), ana, models.Forbidden},
	} {
		if got := models.KindOf(h.Chapter.AskForReview(t.Context(), test.by, test.post.ID)); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

// inReview has a note read by two members: one has commented and is not
// content yet.
func (h *house) inReview(note *models.Post, author, one, two *models.Account) {
	h.Helper()
	ctx := h.Context()
	must := func(err error) {
		h.Helper()
		if err != nil {
			h.Fatal(err)
		}
	}
	must(h.Chapter.AskForReview(ctx, author, note.ID))
	must(h.Chapter.NameReaders(ctx, h.viewer(h.Maren), note.ID, []models.ID{one.ID, two.ID}))
	now, err := h.Store.PostByID(ctx, note.ID)
	must(err)
	var keys []string
	for _, b := range text.Blocks(now.HTML) {
		if b.Key != "" {
			keys = append(keys, b.Key)
		}
	}
	say := func(by *models.Account, on, words string) {
		must(h.Chapter.CommentInReview(ctx, by, note.ID, chapter.Remark{Version: now.Version, Paragraph: on, Text: words}))
	}
	say(one, keys[0], "I would begin here with what *you* felt, before the theory.")
	say(author, keys[0], "I had that, and took it out. I will put it back.")
	say(one, keys[1], "Whose hour? It took me a second reading.")
	say(two, "", "I used it on Tuesday. It reads as if you had been in the room.")
	must(h.Chapter.Judge(ctx, one, note.ID, models.Reader{Verdict: models.NotYet, Words: "The telephone needs a sentence of its own.", Version: now.Version}))
}

// hasMark has a note reviewed and marked, in the version that it has.
func (h *house) hasMark(note *models.Post, author, one, two *models.Account) {
	h.Helper()
	ctx, maren := h.Context(), h.viewer(h.Maren)
	err := h.Chapter.AskForReview(ctx, author, note.ID)
	if err == nil {
		err = h.Chapter.NameReaders(ctx, maren, note.ID, []models.ID{one.ID, two.ID})
	}
	now, _ := h.Store.PostByID(ctx, note.ID)
	for _, reader := range []*models.Account{one, two} {
		if err == nil {
			err = h.Chapter.Judge(ctx, reader, note.ID, models.Reader{Verdict: models.Ready, Words: "I used it twice.", Version: now.Version})
		}
	}
	if err == nil {
		err = h.Chapter.MarkReviewed(ctx, maren, note.ID)
	}
	if err != nil {
		h.Fatal(err)
	}
}

// Of a note from elsewhere the page says which Group reviewed it. Whether it
// was changed since is said by its own server, which counts the versions.
func TestAReviewElsewhere(t *testing.T) {
	each(t, func(h *house) {
		joel := storetest.Account(t, h.Store, "joel@halifax.example")
		ana := h.as(h.member("Ana Lindqvarn"))
		receive := func(id, line string) *models.Post {
			p, err := h.Chapter.Receive(t.Context(), chapter.Activity{Sender: joel, Key: id}, chapter.Incoming{Fetched: true, Post: &models.Post{
				URI: joel.URI + "/" + id, URL: joel.URL + "/" + id, Type: models.ArticleType, Title: "Walking " + id, Visibility: models.Public, CreatedAt: h.Store.Now(), Version: 1,
				HTML: "<p><strong>Tool - Walking " + id + "</strong></p><p>Walk.</p><p>Details changed to protect the client.</p>" + line,
				Practice: &models.Practice{Kind: models.Tool, Confidentiality: models.Disguised,
					Reviewed: &models.Reviewed{By: "https://halifax.example/chapter", On: h.Store.Now().Format(time.DateOnly), Version: 7}},
			}})
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		when := h.Store.Now().Format("2 Jan 2006") + ", version 7"
		one := receive("one", "<p>Reviewed by the chapter Halifax Coaches, "+when+".</p>")
		two := receive("two", "<p>Reviewed by the chapter Halifax Coaches, "+when+"; changed since review.</p>")
		bare := receive("bare", "<p>Reviewed by the moon.</p>")
		page := func(p *models.Post) *answer { return ana.get("/talk/" + p.ID.String()) }
		ana.shows(page(one), 200, "Reviewed by the chapter at halifax.example, "+when)

		group := storetest.NewAccount(h.Store, "chapter@halifax.example")
		group.Type, group.URI, group.Name = models.Group, "https://halifax.example/chapter", "Halifax Coaches"
		storetest.Write(t, h.Store, func(tx *store.Tx) error { _, err := tx.AddAccount(t.Context(), group); return err })
		p := page(one)
		ana.shows(p, 200, "Reviewed by Halifax Coaches, "+when)
		ana.hides(p, "by the chapter Halifax", "changed since review")
		if n := strings.Count(p.Body, "Details changed to protect the client."); n != 1 {
			t.Errorf("how the client is protected stands there %d times", n)
		}
		p = page(two)
		ana.shows(p, 200, "Reviewed by Halifax Coaches, "+when, "changed since review")
		ana.hides(p, "by the chapter Halifax")
		ana.shows(page(bare), 200, "Reviewed by Halifax Coaches, "+when, "Reviewed by the moon.")
		ana.shows(ana.get("/library"), 200, "halifax.example Reviewed by its chapter, "+when)
		ana.shows(ana.get("/talk/"+one.ID.String()+"/review"), 404)
	})
}
