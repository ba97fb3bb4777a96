package handlers

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"atelier/handlers/session"
	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/chapter/chaptertest"
	"atelier/models/media"
	"atelier/models/store/storetest"
	"atelier/models/text"
)

// propose has a member propose something for a note of lead.
func propose(t *testing.T, c *chapter.Chapter, lead, by *models.Account) *models.Proposal {
	t.Helper()
	ctx := t.Context()
	note, err := c.Publish(ctx, lead, chapter.Draft{Title: "Walking", Visibility: models.Public, Practice: &models.Practice{Kind: models.Approach, Sections: []models.Section{{Key: "when", Text: "Early."}}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{c.InviteCoAuthor(ctx, lead, note.ID, by.ID), c.AnswerInvitation(ctx, by, note.ID, true)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	begun, err := c.BeginProposal(ctx, by, note.ID)
	if err != nil {
		t.Fatal(err)
	}
	x, err := c.Propose(ctx, by, note.ID, chapter.Proposed{Seal: begun.Base.Seal(), Reason: "It was later", Text: models.Wording{Title: "Walking", Sections: []models.Section{{Key: "when", Text: "Late."}}}})
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// A member's archive has what the member wrote, whoever may read it, and
// nothing of anybody else.
func TestArchive(t *testing.T) {
	c := chaptertest.Open(t, storetest.SQLite(t))
	ctx := t.Context()
	ana, ben := chaptertest.Member(t, c, "ana", models.Ordinary), chaptertest.Member(t, c, "ben", models.Ordinary)
	files, err := media.NewStorage(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	key := media.NewKey("image/png")
	if err := files.Put(ctx, key, strings.NewReader("a picture"), 9); err != nil {
		t.Fatal(err)
	}
	lost := media.NewKey("image/png")
	for _, k := range []string{key, lost} {
		if err := c.AddMedia(ctx, ana, &models.Media{Type: models.Image, Key: k, ContentType: "image/png"}); err != nil {
			t.Fatal(err)
		}
	}
	publish := func(by *models.Account, d chapter.Draft) *models.Post {
		p, err := c.Publish(ctx, by, d)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	yes := true
	talk := publish(ana, chapter.Draft{Source: "hello *all*"})
	inside := publish(ana, chapter.Draft{Source: "between us: \"quoted\"", Visibility: models.Private, LocalOnly: &yes})
	practice := func() *models.Practice {
		return &models.Practice{Kind: models.Approach, Sections: []models.Section{{Key: "when", Text: "They go quiet."}}}
	}
	publish(ana, chapter.Draft{Title: "Checking in", Visibility: models.Public, Practice: practice()})
	if _, err := c.SaveDraft(ctx, ana, 0, chapter.Draft{Title: "Not yet", Practice: practice()}); err != nil {
		t.Fatal(err)
	}
	maren, cleo := chaptertest.Member(t, c, "maren", models.Steward), chaptertest.Member(t, c, "cleo", models.Ordinary)
	read := publish(ben, chapter.Draft{Title: "Walking", Visibility: models.Public, Practice: practice()})
	steward := models.Viewer{AccountID: maren.ID, Role: models.Steward}
	for _, err := range []error{
		c.AskForReview(ctx, ben, read.ID), c.NameReaders(ctx, steward, read.ID, []models.ID{ana.ID, cleo.ID}),
		c.CommentInReview(ctx, ana, read.ID, chapter.Remark{Version: 1, Paragraph: text.Blocks(read.HTML)[1].Key, Text: "Who are they?"}),
		c.CommentInReview(ctx, cleo, read.ID, chapter.Remark{Version: 1, Text: "Of Cleo."}),
		c.Judge(ctx, ana, read.ID, models.Reader{Verdict: models.NotYet, Words: "It ends too early.", Version: 1}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	theirs := publish(ben, chapter.Draft{Source: "ben's words"})
	if _, err := c.Boost(ctx, ana, theirs.ID, models.Public); err != nil {
		t.Fatal(err)
	}

	if err := c.SetDirectory(ctx, ana, models.DirectoryEntry{
		models.TownField: {Text: "Courtenay", To: models.ToEveryone}, models.CredentialField: {Text: "Courtenay, \"PCC\"", To: models.ToNobody},
	}); err != nil {
		t.Fatal(err)
	}
	proposed := propose(t, c, ben, ana)

	h := site(t, func(x *Config) { x.Chapter, x.Media = c, files })
	cookies := &session.Sessions{Store: c.Store, Secure: true}
	signed := httptest.NewRecorder()
	if _, err := cookies.Begin(signed, httptest.NewRequest("POST", "/sign-in", nil), ana.ID); err != nil {
		t.Fatal(err)
	}
	res := do(h, "GET", "/settings/data/archive.zip", "Cookie", signed.Result().Cookies()[0].String())
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "application/zip" {
		t.Fatalf("%d %v, %v: %.200s", res.StatusCode, res.Header, err, body)
	}
	z, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		got[f.Name] = string(text)
	}
	var names []string
	draft := ""
	for name, text := range got {
		if strings.HasPrefix(name, "notes/") && name != "notes/checking-in.md" {
			draft, name = text, "notes/draft"
		}
		if strings.Contains(text, "ben's words") {
			t.Errorf("%s has what ben wrote", name)
		}
		names = append(names, name)
	}
	slices.Sort(names)
	want := []string{"README.txt", "actor.json", "directory.csv", "lists/blocked_accounts.csv", "lists/blocked_domains.csv", "lists/bookmarks.csv", "lists/following_accounts.csv", "lists/lists.csv",
		"lists/muted_accounts.csv", "media/" + key[strings.LastIndex(key, "/")+1:], "notes/checking-in.md", "notes/draft", "outbox.json", "reviews.md", "proposals/" + proposed.ID.String() + ".md", "posts/" + talk.ID.String() + ".md", "posts/" + inside.ID.String() + ".md"}
	slices.Sort(want)
	if diff := cmp.Diff(want, names); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
	for name, word := range map[string]string{
		"posts/" + talk.ID.String() + ".md":         "hello *all*",
		"posts/" + inside.ID.String() + ".md":       `readers: "members"`,
		"notes/checking-in.md":                      "title: \"Checking in\"\nkind: \"approach\"\n",
		"directory.csv":                             "Field,Text,Shown to\nask,,members\ntown,Courtenay,everyone\nlanguages,,members\ncredential,\"Courtenay, \"\"PCC\"\"\",nobody\n",
		"proposals/" + proposed.ID.String() + ".md": "reason: \"It was later\"\nstate: \"open\"",
		"README.txt":                                "This is what ana@here.example has in Test Coaches",
	} {
		if !strings.Contains(got[name], word) {
			t.Errorf("%s lacks %q: %s", name, word, got[name])
		}
	}
	for word, want := range map[string]bool{"## Walking\n": true, "> They go quiet.\n": true, "Who are they?": true, "not yet. It ends too early.": true, "Of Cleo.": false} {
		if strings.Contains(got["reviews.md"], word) != want {
			t.Errorf("reviews.md has %q: %v in %s", word, !want, got["reviews.md"])
		}
	}
	if !strings.Contains(draft, `state: "draft"`) || !strings.Contains(draft, "They go quiet.") {
		t.Errorf("the draft: %s", draft)
	}
	var outbox struct {
		TotalItems   int
		OrderedItems []struct {
			Type   string
			Object json.RawMessage
		}
	}
	if err := json.Unmarshal([]byte(got["outbox.json"]), &outbox); err != nil {
		t.Fatalf("%v in %s", err, got["outbox.json"])
	}
	var kinds []string
	for _, item := range outbox.OrderedItems {
		kinds = append(kinds, item.Type)
	}
	if diff := cmp.Diff([]string{"Announce", "Create", "Create"}, kinds); diff != "" || outbox.TotalItems != 3 || strings.Contains(got["outbox.json"], "between us") {
		t.Errorf("outbox.json (-want +got):\n%s\n%s", diff, got["outbox.json"])
	}

	if res := do(h, "GET", "/settings/data/archive.zip"); res.StatusCode != http.StatusSeeOther {
		t.Errorf("a stranger is answered %d", res.StatusCode)
	}

	// The directory is of this house: neither servers nor apps nor feeds hear
	// of it, though a field is for everyone.
	if strings.Contains(got["actor.json"], "Courtenay") {
		t.Errorf("actor.json: %s", got["actor.json"])
	}
	for path, accept := range map[string]string{"/users/ana": "application/activity+json", "/api/v1/accounts/lookup?acct=ana": "application/json", "/people/ana.atom": "application/atom+xml"} {
		res := do(h, "GET", path, "Accept", accept)
		body, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode != http.StatusOK || strings.Contains(string(body), "Courtenay") {
			t.Errorf("%s: %d, %v: %s", path, res.StatusCode, err, body)
		}
	}
}
