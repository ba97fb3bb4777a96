package models

import (
	"net/url"
	"strconv"
	"strings"
	"time"
)

// URLs makes every address of this server, and reads them back: the ids of
// ActivityPub documents and activities, and the pages for people. No other
// place knows how they are spelt.
//
// Ids never change once they were sent; pages may. What other servers must be
// able to fetch has a path of its own; activities that nobody fetches (Like,
// Follow, Undo, ...) are fragments of their actor's or their post's id.
type URLs struct {
	Scheme        string // "https", or "http" on a loopback name
	Domain        string // host, and port if it is not the scheme's own
	AccountDomain string // the part after @ in handles

	base string
}

// NewURLs returns the addresses of the server at scheme and domain, whose
// handles end in accountDomain ("" means domain). Letter case and the scheme's
// own port are dropped.
func NewURLs(scheme, domain, accountDomain string) URLs {
	scheme = strings.ToLower(scheme)
	domain = hostOf(scheme, domain)
	if accountDomain == "" {
		accountDomain = domain
	}
	return URLs{scheme, domain, hostOf(scheme, accountDomain), scheme + "://" + domain}
}

// hostOf brings a host with an optional port into the one form that is
// compared: lower case, without a closing dot and without the scheme's own port.
func hostOf(scheme, host string) string {
	host = strings.ToLower(host)
	switch scheme {
	case "https":
		host = strings.TrimSuffix(host, ":443")
	case "http":
		host = strings.TrimSuffix(host, ":80")
	}
	name, port, found := strings.Cut(host, ":")
	if found && !strings.Contains(port, ":") { // not a bare IPv6 address
		return strings.TrimSuffix(name, ".") + ":" + port
	}
	return strings.TrimSuffix(host, ".")
}

// Handle is name@domain as others write it.
func (u URLs) Handle(name string) string { return name + "@" + u.AccountDomain }

// HandleOf is how an account is called everywhere: name@domain.
func (u URLs) HandleOf(a *Account) string {
	if a.Local() {
		return u.Handle(a.Username)
	}
	return a.Acct()
}

// Base is the address of the server, without a closing slash.
func (u URLs) Base() string { return u.base }

// Actors.

// Person is the id of the member or service called name.
func (u URLs) Person(name string) string { return u.base + "/users/" + name }

// Chapter is the id of the chapter's Group.
func (u URLs) Chapter() string { return u.base + "/chapter" }

// Theme is the id of a theme's Group, and its page.
func (u URLs) Theme(name string) string { return u.base + "/themes/" + name }

// Instance is the id of the server's own actor.
func (u URLs) Instance() string { return u.base + "/actor" }

// MainKey is the id of an actor's RSA key.
func (u URLs) MainKey(actor string) string { return actor + "#main-key" }

// EdKey is the id of an actor's Ed25519 key.
func (u URLs) EdKey(actor string) string { return actor + "#ed25519-key" }

// SharedInbox takes in what is for anybody here.
func (u URLs) SharedInbox() string { return u.base + "/inbox" }

// Inbox takes in what is for one actor.
func (u URLs) Inbox(actor string) string { return actor + "/inbox" }

// Outbox lists what an actor published.
func (u URLs) Outbox(actor string) string { return actor + "/outbox" }

// Followers lists, or counts, who follows an actor; as an address it means
// all of them.
func (u URLs) Followers(actor string) string { return actor + "/followers" }

// FollowersSync lists the followers of an actor at the asking host (FEP-8fcf).
func (u URLs) FollowersSync(actor string) string { return actor + "/followers_synchronization" }

// Following lists, or counts, whom an actor follows.
func (u URLs) Following(actor string) string { return actor + "/following" }

// Featured lists an actor's pinned posts.
func (u URLs) Featured(actor string) string { return actor + "/featured" }

// FeaturedTags lists the hashtags that an actor shows on its profile.
func (u URLs) FeaturedTags(actor string) string { return actor + "/tags" }

// Moderators lists who looks after a Group.
func (u URLs) Moderators(actor string) string { return actor + "/moderators" }

// Library lists a Group's practice notes.
func (u URLs) Library(actor string) string { return actor + "/library" }

// FirstPage is the first page of a collection.
func (u URLs) FirstPage(collection string) string { return collection + "?page=true" }

// PageAfter is the page of a collection that follows the item with id.
func (u URLs) PageAfter(collection string, id ID) string {
	return collection + "?page=true&max_id=" + id.String()
}

// Namespace is where our JSON-LD context is served.
func (u URLs) Namespace() string { return u.base + "/ns/atelier" }

// Posts and what belongs to them.

// Post is the id of a post of actor. A boost's is the id of its Announce.
func (u URLs) Post(actor string, id ID) string { return actor + "/posts/" + id.String() }

// Replies lists the answers to a post.
func (u URLs) Replies(post string) string { return post + "/replies" }

// Likes counts who liked a post.
func (u URLs) Likes(post string) string { return post + "/likes" }

// Shares counts who boosted a post.
func (u URLs) Shares(post string) string { return post + "/shares" }

// History lists the versions of a practice note (FEP-bad1).
func (u URLs) History(post string) string { return post + "/history" }

// Tried lists the "tried it" reports on a practice note.
func (u URLs) Tried(post string) string { return post + "/tried" }

// Context is the collection of a thread's posts (FEP-7888); id is the
// thread's.
func (u URLs) Context(id ID) string { return u.base + "/contexts/" + id.String() }

// Stamp is the id of an actor's consent to be quoted (FEP-044f);
// id is that of its row.
func (u URLs) Stamp(actor string, id ID) string { return actor + "/stamps/" + id.String() }

// Activities. Where an id is asked for, it is the one of the row that the
// activity comes from, so that the same deed has the same activity id however
// often it is encoded.

// Create is the id of the activity that published a post.
func (u URLs) Create(post string) string { return post + "/activity" }

// Update is the id of the activity that says post or actor changed at t.
func (u URLs) Update(thing string, t time.Time) string {
	return thing + "#updates/" + strconv.FormatInt(t.UnixMilli(), 10)
}

// Delete is the id of the activity that deletes a post, an actor or a stamp.
func (u URLs) Delete(thing string) string { return thing + "#delete" }

// Undo is the id of the activity that takes back another one.
func (u URLs) Undo(activity string) string { return sub(activity, "undo") }

// Accept is the id of the activity with which actor says yes; id is the one
// of the follow, quote or whatever was asked for.
func (u URLs) Accept(actor string, id ID) string { return actor + "#accepts/" + id.String() }

// Reject is the id of the activity with which actor says no.
func (u URLs) Reject(actor string, id ID) string { return actor + "#rejects/" + id.String() }

// Follow is the id of a follow; each has its own, a second one too.
func (u URLs) Follow(actor string, id ID) string { return actor + "#follows/" + id.String() }

// Like is the id of a favourite.
func (u URLs) Like(actor string, id ID) string { return actor + "#likes/" + id.String() }

// Block is the id of a block.
func (u URLs) Block(actor string, id ID) string { return actor + "#blocks/" + id.String() }

// Flag is the id of a report.
func (u URLs) Flag(actor string, id ID) string { return actor + "#flags/" + id.String() }

// Move is the id of a move.
func (u URLs) Move(actor string, id ID) string { return actor + "#moves/" + id.String() }

// Add is the id of an activity that puts something into a collection.
func (u URLs) Add(actor string, id ID) string { return actor + "#adds/" + id.String() }

// Remove is the id of an activity that takes something out of a collection.
func (u URLs) Remove(actor string, id ID) string { return actor + "#removes/" + id.String() }

// Announce is the id with which a Group passes on an activity (FEP-1b12).
// Boosts are posts and have the id of one.
func (u URLs) Announce(actor string, id ID) string { return actor + "#announces/" + id.String() }

// Lock is the id of an activity that closes a thread.
func (u URLs) Lock(actor string, id ID) string { return actor + "#locks/" + id.String() }

// QuoteRequest is the id of a request to quote.
func (u URLs) QuoteRequest(actor string, id ID) string { return actor + "#quotes/" + id.String() }

// Join is the id of a sign-up to an event.
func (u URLs) Join(actor string, id ID) string { return actor + "#joins/" + id.String() }

// Leave is the id of a sign-off from an event.
func (u URLs) Leave(actor string, id ID) string { return actor + "#leaves/" + id.String() }

// Vote is the id of one choice of a ballot; its Create is VoteCreate of it.
func (u URLs) Vote(actor string, id ID, choice int) string {
	return actor + "#votes/" + id.String() + "/" + strconv.Itoa(choice)
}

// VoteCreate is the id of the activity that carries a vote.
func (u URLs) VoteCreate(vote string) string { return sub(vote, "activity") }

// sub names a part of something that may be a fragment already.
func sub(id, part string) string {
	if strings.Contains(id, "#") {
		return id + "/" + part
	}
	return id + "#" + part
}

// Pages for people.

// PersonPage is a member's page.
func (u URLs) PersonPage(name string) string { return u.base + "/people/" + name }

// ChapterPage is the chapter's door.
func (u URLs) ChapterPage() string { return u.base + "/" }

// InstancePage says what this server is.
func (u URLs) InstancePage() string { return u.base + "/about" }

// NotePage is the page of the practice note with slug.
func (u URLs) NotePage(slug string) string { return u.base + "/notes/" + slug }

// TalkPage is the page of a discussion post.
func (u URLs) TalkPage(id ID) string { return u.base + "/talk/" + id.String() }

// TagPage is the page of a hashtag, written without #.
func (u URLs) TagPage(tag string) string { return u.base + "/tags/" + url.PathEscape(tag) }

// Invitation is the page that an invitation's link opens.
func (u URLs) Invitation(code string) string { return u.base + "/i/" + code }

// Reset is the page where whoever has the key chooses a new password.
func (u URLs) Reset(key string) string { return u.base + "/reset/" + key }

// Appeal is the page of a measure's letter: the key opens it without a sign-in.
func (u URLs) Appeal(id ID, key string) string {
	return u.base + "/appeals/" + id.String() + "?key=" + url.QueryEscape(key)
}

// Media is the address of a file of ours.
func (u URLs) Media(key string) string { return u.base + "/media/" + key }

// RemoteMedia is the address here of a file of another server.
func (u URLs) RemoteMedia(mac, encoded string) string {
	return u.base + "/media/remote/" + mac + "/" + encoded
}

// PostPage is the page of a local post.
func (u URLs) PostPage(p *Post) string {
	if p.Practice != nil && p.Slug != "" {
		return u.NotePage(p.Slug)
	}
	return u.TalkPage(p.ID)
}

// AccountPage is the page of a local account with the id uri.
func (u URLs) AccountPage(uri, name string) string {
	switch r, _ := u.Parse(uri); r.Actor {
	case ChapterActor:
		return u.ChapterPage()
	case ThemeActor:
		return uri
	case InstanceActor:
		return u.InstancePage()
	}
	return u.PersonPage(name)
}

// Reading back.

// RefKind says what a local address names.
type RefKind string

// What a local address can name. ActorRef to LibraryRef belong to an actor;
// PostRef to TriedRef to a post; the others stand alone or are activities.
const (
	ActorRef         RefKind = "actor"
	InboxRef         RefKind = "inbox"
	OutboxRef        RefKind = "outbox"
	FollowersRef     RefKind = "followers"
	FollowersSyncRef RefKind = "followers_synchronization"
	FollowingRef     RefKind = "following"
	FeaturedRef      RefKind = "featured"
	FeaturedTagsRef  RefKind = "tags"
	ModeratorsRef    RefKind = "moderators"
	LibraryRef       RefKind = "library"
	StampRef         RefKind = "stamp"
	KeyRef           RefKind = "key"

	PostRef    RefKind = "post"
	CreateRef  RefKind = "activity"
	RepliesRef RefKind = "replies"
	LikesRef   RefKind = "likes"
	SharesRef  RefKind = "shares"
	HistoryRef RefKind = "history"
	TriedRef   RefKind = "tried"

	SharedInboxRef RefKind = "shared inbox"
	ContextRef     RefKind = "context"
	TagRef         RefKind = "tag"

	FollowRef       RefKind = "follow"
	LikeRef         RefKind = "like"
	BlockRef        RefKind = "block"
	FlagRef         RefKind = "flag"
	AnnounceRef     RefKind = "announce"
	QuoteRequestRef RefKind = "quote request"
	VoteRef         RefKind = "vote"
	JoinRef         RefKind = "join"
)

// ActorKind says which sort of local actor an address belongs to.
type ActorKind string

// The sorts of local actors.
const (
	PersonActor   ActorKind = "person"
	ChapterActor  ActorKind = "chapter"
	ThemeActor    ActorKind = "theme"
	InstanceActor ActorKind = "instance"
)

// Ref is a local address, read.
type Ref struct {
	Kind  RefKind
	Actor ActorKind // "" if the address belongs to no actor or does not say to which
	Name  string    // of the person, theme or tag
	Slug  string    // of a practice note, when it was named by its page
	ID    ID        // of the post, thread, follow, ...
}

// ActorURI is the id of the actor that the address belongs to, "" if it does
// not say.
func (u URLs) ActorURI(r Ref) string {
	switch r.Actor {
	case PersonActor:
		return u.Person(r.Name)
	case ChapterActor:
		return u.Chapter()
	case ThemeActor:
		return u.Theme(r.Name)
	case InstanceActor:
		return u.Instance()
	}
	return ""
}

// Local says whether uri is an address on this server, however it is spelt.
func (u URLs) Local(uri string) bool {
	_, ok := u.path(uri)
	return ok
}

// path returns what follows the host in a local address.
func (u URLs) path(uri string) (string, bool) {
	if rest, ok := strings.CutPrefix(uri, u.base); ok && (rest == "" || strings.IndexByte("/#?", rest[0]) >= 0) {
		return rest, true
	}
	p, err := url.Parse(uri)
	if err != nil || !strings.EqualFold(p.Scheme, u.Scheme) || hostOf(u.Scheme, p.Host) != u.Domain {
		return "", false
	}
	rest := p.EscapedPath()
	if p.RawQuery != "" {
		rest += "?" + p.RawQuery
	}
	if p.Fragment != "" {
		rest += "#" + p.EscapedFragment()
	}
	return rest, true
}

// Parse reads an address on this server: an id that URLs made, or a page of a
// person or post, in any of the spellings that are answered. It reports false
// for all others, and for those that only differ by a query.
func (u URLs) Parse(uri string) (Ref, bool) {
	path, ok := u.path(uri)
	if !ok || strings.Contains(path, "?") {
		return Ref{}, false
	}
	path, fragment, _ := strings.Cut(path, "#")
	var parts [6]string
	n := 0
	for part := range strings.SplitSeq(strings.TrimPrefix(path, "/"), "/") {
		if n == len(parts) {
			return Ref{}, false
		}
		parts[n] = part
		n++
	}
	r, ok := parsePath(parts[:n])
	if !ok || fragment == "" {
		return r, ok
	}
	return parseFragment(r, fragment)
}

func parsePath(parts []string) (Ref, bool) {
	switch parts[0] {
	case "": // the chapter's door
		return Ref{Kind: ActorRef, Actor: ChapterActor}, len(parts) == 1
	case "chapter":
		return parseActor(Ref{Actor: ChapterActor}, parts[1:])
	case "actor":
		return parseActor(Ref{Actor: InstanceActor}, parts[1:])
	case "about":
		return Ref{Kind: ActorRef, Actor: InstanceActor}, len(parts) == 1
	case "inbox":
		return Ref{Kind: SharedInboxRef}, len(parts) == 1
	}
	if name, ok := strings.CutPrefix(parts[0], "@"); ok && name != "" {
		if len(parts) == 2 {
			return withID(Ref{Kind: PostRef, Actor: PersonActor, Name: name}, parts[1])
		}
		return Ref{Kind: ActorRef, Actor: PersonActor, Name: name}, len(parts) == 1
	}
	if len(parts) < 2 || parts[1] == "" {
		return Ref{}, false
	}
	switch parts[0] {
	case "users":
		return parseActor(Ref{Actor: PersonActor, Name: parts[1]}, parts[2:])
	case "themes":
		return parseActor(Ref{Actor: ThemeActor, Name: parts[1]}, parts[2:])
	}
	if len(parts) != 2 {
		return Ref{}, false
	}
	switch parts[0] {
	case "people":
		return Ref{Kind: ActorRef, Actor: PersonActor, Name: parts[1]}, true
	case "contexts":
		return withID(Ref{Kind: ContextRef}, parts[1])
	case "talk":
		return withID(Ref{Kind: PostRef}, parts[1])
	case "notes":
		return Ref{Kind: PostRef, Slug: parts[1]}, true
	case "tags":
		tag, err := url.PathUnescape(parts[1])
		return Ref{Kind: TagRef, Name: tag}, err == nil
	}
	return Ref{}, false
}

// parseActor reads what follows an actor's id.
func parseActor(r Ref, parts []string) (Ref, bool) {
	if len(parts) == 0 {
		r.Kind = ActorRef
		return r, true
	}
	if len(parts) == 1 {
		switch k := RefKind(parts[0]); k {
		case InboxRef, OutboxRef, FollowersRef, FollowersSyncRef, FollowingRef, FeaturedRef, FeaturedTagsRef, ModeratorsRef, LibraryRef:
			r.Kind = k
			return r, true
		}
		return Ref{}, false
	}
	switch {
	case parts[0] == "stamps" && len(parts) == 2:
		r.Kind = StampRef
	case parts[0] == "posts" && len(parts) == 2:
		r.Kind = PostRef
	case parts[0] == "posts" && len(parts) == 3:
		switch k := RefKind(parts[2]); k {
		case CreateRef, RepliesRef, LikesRef, SharesRef, HistoryRef, TriedRef:
			r.Kind = k
		default:
			return Ref{}, false
		}
	default:
		return Ref{}, false
	}
	return withID(r, parts[1])
}

// parseFragment reads the ids that are fragments of an actor's.
func parseFragment(r Ref, fragment string) (Ref, bool) {
	if r.Kind != ActorRef {
		return Ref{}, false
	}
	if fragment == "main-key" || fragment == "ed25519-key" {
		r.Kind = KeyRef
		return r, true
	}
	kind, id, _ := strings.Cut(fragment, "/")
	switch kind {
	case "follows":
		r.Kind = FollowRef
	case "likes":
		r.Kind = LikeRef
	case "blocks":
		r.Kind = BlockRef
	case "flags":
		r.Kind = FlagRef
	case "announces":
		r.Kind = AnnounceRef
	case "quotes":
		r.Kind = QuoteRequestRef
	case "joins":
		r.Kind = JoinRef
	case "votes":
		r.Kind = VoteRef
		id, _, _ = strings.Cut(id, "/") // the choice is in the row
	default:
		return Ref{}, false
	}
	return withID(r, id)
}

// withID sets r's id, if s is one in the only spelling that we make.
func withID(r Ref, s string) (Ref, bool) {
	r.ID = ParseID(s)
	if r.ID == 0 || r.ID.String() != s {
		return Ref{}, false
	}
	return r, true
}
