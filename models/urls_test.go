package models

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var testURLs = NewURLs("https", "vi.example", "")

func TestURLsReadBackWhatTheyMake(t *testing.T) {
	u := testURLs
	ana, id := u.Person("ana"), ID(42)
	post := u.Post(ana, id)
	person := func(k RefKind, id ID) Ref { return Ref{Kind: k, Actor: PersonActor, Name: "ana", ID: id} }
	for _, test := range []struct {
		uri, want string
		ref       Ref
	}{
		{ana, "https://vi.example/users/ana", person(ActorRef, 0)},
		{u.Chapter(), "https://vi.example/chapter", Ref{Kind: ActorRef, Actor: ChapterActor}},
		{u.Theme("presence"), "https://vi.example/themes/presence", Ref{Kind: ActorRef, Actor: ThemeActor, Name: "presence"}},
		{u.Instance(), "https://vi.example/actor", Ref{Kind: ActorRef, Actor: InstanceActor}},
		{u.MainKey(ana), "https://vi.example/users/ana#main-key", person(KeyRef, 0)},
		{u.EdKey(ana), "https://vi.example/users/ana#ed25519-key", person(KeyRef, 0)},
		{u.SharedInbox(), "https://vi.example/inbox", Ref{Kind: SharedInboxRef}},
		{u.Inbox(ana), "https://vi.example/users/ana/inbox", person(InboxRef, 0)},
		{u.Outbox(u.Chapter()), "https://vi.example/chapter/outbox", Ref{Kind: OutboxRef, Actor: ChapterActor}},
		{u.Followers(ana), "https://vi.example/users/ana/followers", person(FollowersRef, 0)},
		{u.FollowersSync(ana), "https://vi.example/users/ana/followers_synchronization", person(FollowersSyncRef, 0)},
		{u.Following(ana), "https://vi.example/users/ana/following", person(FollowingRef, 0)},
		{u.Featured(ana), "https://vi.example/users/ana/featured", person(FeaturedRef, 0)},
		{u.FeaturedTags(ana), "https://vi.example/users/ana/tags", person(FeaturedTagsRef, 0)},
		{u.Moderators(u.Chapter()), "https://vi.example/chapter/moderators", Ref{Kind: ModeratorsRef, Actor: ChapterActor}},
		{u.Library(u.Chapter()), "https://vi.example/chapter/library", Ref{Kind: LibraryRef, Actor: ChapterActor}},
		{post, "https://vi.example/users/ana/posts/42", person(PostRef, id)},
		{u.Post(u.Chapter(), id), "https://vi.example/chapter/posts/42", Ref{Kind: PostRef, Actor: ChapterActor, ID: id}},
		{u.Create(post), "https://vi.example/users/ana/posts/42/activity", person(CreateRef, id)},
		{u.Replies(post), "https://vi.example/users/ana/posts/42/replies", person(RepliesRef, id)},
		{u.Likes(post), "https://vi.example/users/ana/posts/42/likes", person(LikesRef, id)},
		{u.Shares(post), "https://vi.example/users/ana/posts/42/shares", person(SharesRef, id)},
		{u.History(post), "https://vi.example/users/ana/posts/42/history", person(HistoryRef, id)},
		{u.Tried(post), "https://vi.example/users/ana/posts/42/tried", person(TriedRef, id)},
		{u.Context(id), "https://vi.example/contexts/42", Ref{Kind: ContextRef, ID: id}},
		{u.Stamp(ana, id), "https://vi.example/users/ana/stamps/42", person(StampRef, id)},
		{u.Follow(ana, id), "https://vi.example/users/ana#follows/42", person(FollowRef, id)},
		{u.Like(ana, id), "https://vi.example/users/ana#likes/42", person(LikeRef, id)},
		{u.Block(ana, id), "https://vi.example/users/ana#blocks/42", person(BlockRef, id)},
		{u.Flag(u.Instance(), id), "https://vi.example/actor#flags/42", Ref{Kind: FlagRef, Actor: InstanceActor, ID: id}},
		{u.Announce(u.Chapter(), id), "https://vi.example/chapter#announces/42", Ref{Kind: AnnounceRef, Actor: ChapterActor, ID: id}},
		{u.QuoteRequest(ana, id), "https://vi.example/users/ana#quotes/42", person(QuoteRequestRef, id)},
		{u.Join(ana, id), "https://vi.example/users/ana#joins/42", person(JoinRef, id)},
		{u.Vote(ana, id, 1), "https://vi.example/users/ana#votes/42/1", person(VoteRef, id)},
		{u.PersonPage("ana"), "https://vi.example/people/ana", person(ActorRef, 0)},
		{u.ChapterPage(), "https://vi.example/", Ref{Kind: ActorRef, Actor: ChapterActor}},
		{u.InstancePage(), "https://vi.example/about", Ref{Kind: ActorRef, Actor: InstanceActor}},
		{u.NotePage("quiet-client"), "https://vi.example/notes/quiet-client", Ref{Kind: PostRef, Slug: "quiet-client"}},
		{u.TalkPage(id), "https://vi.example/talk/42", Ref{Kind: PostRef, ID: id}},
		{u.TagPage("Übung"), "https://vi.example/tags/%C3%9Cbung", Ref{Kind: TagRef, Name: "Übung"}},
		{"https://vi.example", "https://vi.example", Ref{Kind: ActorRef, Actor: ChapterActor}},
		{"https://vi.example/@ana", "https://vi.example/@ana", person(ActorRef, 0)},
		{"https://vi.example/@ana/42", "https://vi.example/@ana/42", person(PostRef, id)},
		{"HTTPS://VI.Example:443/users/ana/posts/42", "HTTPS://VI.Example:443/users/ana/posts/42", person(PostRef, id)},
	} {
		if test.uri != test.want {
			t.Errorf("made %s, want %s", test.uri, test.want)
		}
		if got, ok := u.Parse(test.uri); !ok || got != test.ref {
			t.Errorf("Parse(%s) = %+v, %v; want %+v", test.uri, got, ok, test.ref)
		}
	}
}

func TestURLsOfActivitiesNobodyFetches(t *testing.T) {
	u := testURLs
	ana, id := u.Person("ana"), ID(42)
	post := u.Post(ana, id)
	got := []string{
		u.Update(post, time.UnixMilli(1767225600123)),
		u.Delete(post),
		u.Undo(u.Like(ana, id)),
		u.Undo(post),
		u.Accept(ana, id),
		u.Reject(ana, id),
		u.Move(ana, id),
		u.Add(ana, id),
		u.Remove(ana, id),
		u.Lock(ana, id),
		u.Leave(ana, id),
		u.VoteCreate(u.Vote(ana, id, 0)),
		u.Media("ab/cd.png"),
		u.Handle("ana"),
	}
	want := []string{
		"https://vi.example/users/ana/posts/42#updates/1767225600123",
		"https://vi.example/users/ana/posts/42#delete",
		"https://vi.example/users/ana#likes/42/undo",
		"https://vi.example/users/ana/posts/42#undo",
		"https://vi.example/users/ana#accepts/42",
		"https://vi.example/users/ana#rejects/42",
		"https://vi.example/users/ana#moves/42",
		"https://vi.example/users/ana#adds/42",
		"https://vi.example/users/ana#removes/42",
		"https://vi.example/users/ana#locks/42",
		"https://vi.example/users/ana#leaves/42",
		"https://vi.example/users/ana#votes/42/0/activity",
		"https://vi.example/media/ab/cd.png",
		"ana@vi.example",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestURLsRefuse(t *testing.T) {
	for _, uri := range []string{
		"",
		"https://vi.example.evil.example/users/ana",
		"https://vi.example@evil.example/users/ana",
		"http://vi.example/users/ana",
		"https://vi.example:8443/users/ana",
		"https://vi.example/users/",
		"https://vi.example/users/ana/",
		"https://vi.example/users/ana/posts",
		"https://vi.example/users/ana/posts/",
		"https://vi.example/users/ana/posts/042",
		"https://vi.example/users/ana/posts/-1",
		"https://vi.example/users/ana/posts/0",
		"https://vi.example/users/ana/posts/42/nothing",
		"https://vi.example/users/ana/posts/42?v=2",
		"https://vi.example/users/ana/posts/42#likes/1",
		"https://vi.example/users/ana/unknown",
		"https://vi.example/users/ana#likes/x",
		"https://vi.example/users/ana#unknown/1",
		"https://vi.example/a/b/c/d/e/f/g",
		"https://vi.example/talk/x",
		"https://vi.example/talk/1/2",
		"https://vi.example/@",
		"https://vi.example/tags/%zz",
		"https://vi.example/inbox/1",
	} {
		if r, ok := testURLs.Parse(uri); ok {
			t.Errorf("Parse(%q) = %+v", uri, r)
		}
	}
}

func TestURLsLocal(t *testing.T) {
	for uri, want := range map[string]bool{
		"https://vi.example":                      true,
		"https://vi.example/anything?x=1":         true,
		"https://VI.EXAMPLE./x":                   true,
		"https://user:pw@vi.example:443/x":        true, // ours in disguise is still ours
		"https://vi.example.evil.example/x":       false,
		"https://vi.examples/x":                   false,
		"https://evil.example/vi.example":         false,
		"https://evil.example#https://vi.example": false,
		"vi.example/x":                            false,
		"":                                        false,
	} {
		if got := testURLs.Local(uri); got != want {
			t.Errorf("Local(%q) = %v", uri, got)
		}
	}
}

func TestURLsAreMadeFromAnySpelling(t *testing.T) {
	for _, test := range []struct{ scheme, domain, accounts, base, handle string }{
		{"https", "VI.example:443", "", "https://vi.example", "ana@vi.example"},
		{"http", "localhost:8080", "", "http://localhost:8080", "ana@localhost:8080"},
		{"http", "beta.localhost:80", "", "http://beta.localhost", "ana@beta.localhost"},
		{"https", "social.vi.example.", "VI.example", "https://social.vi.example", "ana@vi.example"},
	} {
		u := NewURLs(test.scheme, test.domain, test.accounts)
		if u.Base() != test.base || u.Handle("ana") != test.handle {
			t.Errorf("%+v: base %s, handle %s", test, u.Base(), u.Handle("ana"))
		}
	}
}

func TestURLsPages(t *testing.T) {
	u := testURLs
	note := &Post{ID: 7, Slug: "quiet", Practice: &Practice{Kind: Tool}}
	for got, want := range map[string]string{
		u.PostPage(note):                          "https://vi.example/notes/quiet",
		u.PostPage(&Post{ID: 7}):                  "https://vi.example/talk/7",
		u.AccountPage(u.Person("ana"), "ana"):     "https://vi.example/people/ana",
		u.AccountPage(u.Chapter(), "vi"):          "https://vi.example/",
		u.AccountPage(u.Theme("x"), "x"):          "https://vi.example/themes/x",
		u.AccountPage(u.Instance(), "vi.example"): "https://vi.example/about",
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestURLsActorURI(t *testing.T) {
	u := testURLs
	for _, uri := range []string{u.Person("ana"), u.Chapter(), u.Theme("x"), u.Instance()} {
		r, _ := u.Parse(u.Outbox(uri))
		if got := u.ActorURI(r); got != uri {
			t.Errorf("owner of %s is %s", u.Outbox(uri), got)
		}
	}
	if got := u.ActorURI(Ref{Kind: ContextRef, ID: 1}); got != "" {
		t.Errorf("a context belongs to %s", got)
	}
}

func FuzzURLsParse(f *testing.F) {
	f.Add("https://vi.example/users/ana/posts/42")
	f.Add("https://vi.example/users/ana#votes/42/1")
	f.Add("https://vi.example/@ana/42")
	f.Fuzz(func(t *testing.T, uri string) {
		r, ok := testURLs.Parse(uri)
		if ok && !testURLs.Local(uri) {
			t.Errorf("%q is read as %+v and not local", uri, r)
		}
	})
}
