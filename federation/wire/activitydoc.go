package wire

import (
	"fmt"
	"time"

	"atelier/models"

	"github.com/go-fed/activity/streams"
	"github.com/go-fed/activity/streams/vocab"
)

// activity is what all of go-fed's activities have in common.
type activity interface {
	object
	SetActivityStreamsActor(vocab.ActivityStreamsActorProperty)
	SetActivityStreamsObject(vocab.ActivityStreamsObjectProperty)
	SetActivityStreamsTarget(vocab.ActivityStreamsTargetProperty)
}

func newActivity(typ string) activity {
	switch typ {
	case "Accept":
		return streams.NewActivityStreamsAccept()
	case "Add":
		return streams.NewActivityStreamsAdd()
	case "Announce":
		return streams.NewActivityStreamsAnnounce()
	case "Block":
		return streams.NewActivityStreamsBlock()
	case "Create":
		return streams.NewActivityStreamsCreate()
	case "Delete":
		return streams.NewActivityStreamsDelete()
	case "Flag":
		return streams.NewActivityStreamsFlag()
	case "Follow":
		return streams.NewActivityStreamsFollow()
	case "Join":
		return streams.NewActivityStreamsJoin()
	case "Leave":
		return streams.NewActivityStreamsLeave()
	case "Like":
		return streams.NewActivityStreamsLike()
	case "Move":
		return streams.NewActivityStreamsMove()
	case "Reject":
		return streams.NewActivityStreamsReject()
	case "Remove":
		return streams.NewActivityStreamsRemove()
	case "Undo":
		return streams.NewActivityStreamsUndo()
	case "Update":
		return streams.NewActivityStreamsUpdate()
	}
	return as(streams.NewActivityStreamsActivity(), typ)
}

// deed is an activity before it is built.
type deed struct {
	typ, id, actor string
	objects        []Document
	target         string
	group          string // audience
	to, cc         []string
	at             time.Time // published
	more           func(activity) error
}

func (d deed) document() (Document, error) {
	a := newActivity(d.typ)
	setID(a, d.id)
	a.SetActivityStreamsActor(iris(streams.NewActivityStreamsActorProperty(), d.actor))
	if err := setObjects(a, d.objects); err != nil {
		return Document{}, fmt.Errorf("write %s %s: %w", d.typ, d.id, err)
	}
	if d.target != "" {
		a.SetActivityStreamsTarget(iris(streams.NewActivityStreamsTargetProperty(), d.target))
	}
	setAudience(a, d.group)
	d.to, d.cc = compact(d.to), compact(d.cc)
	setRecipients(a, d.to, d.cc)
	setTime(a, "published", d.at)
	if d.more != nil {
		if err := d.more(a); err != nil {
			return Document{}, fmt.Errorf("write %s %s: %w", d.typ, d.id, err)
		}
	}
	return Document{typed: a, id: d.id, actor: d.actor, to: d.to, cc: d.cc}, nil
}

// setObjects sets what the activity is about: in go-fed's types where we made
// it, as it came where others did.
func setObjects(a activity, objects []Document) error {
	object := streams.NewActivityStreamsObjectProperty()
	var values []any
	for _, d := range objects {
		switch {
		case d.raw != nil:
			values = append(values, d.raw)
		case d.typed != nil:
			if err := object.AppendType(d.typed); err != nil {
				return fmt.Errorf("embed %s: %w", d.id, err)
			}
		default:
			object.AppendIRI(iri(d.id))
		}
	}
	if len(values) > 0 { // received ones stand alone
		if len(values) == 1 {
			a.GetUnknownProperties()["object"] = values[0]
		} else {
			a.GetUnknownProperties()["object"] = values
		}
		return nil
	}
	a.SetActivityStreamsObject(object)
	return nil
}

func (d deed) must() Document {
	doc, err := d.document()
	if err != nil {
		panic("wire: " + err.Error()) // of named objects and our own types there is none
	}
	return doc
}

// Create publishes a post. Its id can be fetched: Mastodon looks there for
// what a Group announces.
func (e Encoder) Create(c PostContext) (Document, error) {
	return e.published(c, "Create", e.URLs.Create(c.Post.URI), c.Post.CreatedAt)
}

// Update says that a post changed at a moment: its EditedAt or, if only its
// counts or its poll's results did, whenever that was. Peers see by the post's
// own updated which of the two it is.
func (e Encoder) Update(c PostContext, at time.Time) (Document, error) {
	return e.published(c, "Update", e.URLs.Update(c.Post.URI, at), at)
}

func (e Encoder) published(c PostContext, typ, id string, at time.Time) (Document, error) {
	post, err := e.Post(c)
	if err != nil {
		return Document{}, err
	}
	d := deed{typ: typ, id: id, actor: c.Author.URI, objects: []Document{post}, to: post.to, cc: post.cc, at: at}
	if c.Group != nil && c.Post.Visibility.Open() {
		d.group = c.Group.URI
	}
	return d.document()
}

// UpdateActor says that an account's profile or keys changed.
func (e Encoder) UpdateActor(c ActorContext, now time.Time) (Document, error) {
	a := c.Account
	return deed{
		typ: "Update", id: e.URLs.Update(a.URI, now), actor: a.URI, objects: []Document{e.Actor(c)},
		to: []string{PublicURI}, cc: []string{a.FollowersURI}, at: now,
	}.document()
}

// Deleted is a post that was deleted, and whom its Delete is for.
type Deleted struct {
	URI    string
	Type   models.PostType
	Actor  string // its author, or who moderates
	Group  string // "" if it was for none
	To, CC []string
	At     time.Time
	Reason string // of a moderator
}

// Delete says that a post was deleted. It goes to whom the post was addressed.
func (e Encoder) Delete(d Deleted) Document {
	return deed{
		typ: "Delete", id: e.URLs.Delete(d.URI), actor: d.Actor, objects: []Document{e.Tombstone(d.URI, d.Type, d.At)},
		group: d.Group, to: d.To, cc: d.CC, at: d.At,
		more: func(a activity) error {
			if d.Reason != "" {
				a.SetActivityStreamsSummary(words(streams.NewActivityStreamsSummaryProperty(), d.Reason))
			}
			return nil
		},
	}.must()
}

// DeleteActor says that an account is gone, with all that it wrote.
func (e Encoder) DeleteActor(uri string) Document {
	return deed{
		typ: "Delete", id: e.URLs.Delete(uri), actor: uri, objects: []Document{Named(uri)}, to: []string{PublicURI},
	}.must()
}

// RevokeQuote takes back a consent to be quoted; to is whom the quoting post
// was addressed to, as far as it is known.
func (e Encoder) RevokeQuote(stamp, author string, to []string) Document {
	return deed{
		typ: "Delete", id: e.URLs.Delete(stamp), actor: author, objects: []Document{Named(stamp)}, to: to,
	}.must()
}

// Follow asks to follow an actor; object may be PublicURI, which is how a
// relay is asked. Each Follow has an id of its own. at is when it was asked,
// zero if that is not known: whoever is sent an Undo too, in any order, can
// tell which of several follows it takes back.
func (e Encoder) Follow(id, actor, object string, at time.Time) Document {
	return deed{typ: "Follow", id: id, actor: actor, objects: []Document{Named(object)}, to: []string{object}, at: at}.must()
}

// Accept says yes to a Follow, Join or QuoteRequest of asker; result is the
// id of what came of it, "" for nothing.
func (e Encoder) Accept(id, actor, asker string, asked Document, result string) (Document, error) {
	return e.answer("Accept", id, actor, asker, asked, result)
}

// Reject says no, or takes back a yes.
func (e Encoder) Reject(id, actor, asker string, asked Document) (Document, error) {
	return e.answer("Reject", id, actor, asker, asked, "")
}

func (e Encoder) answer(typ, id, actor, asker string, asked Document, result string) (Document, error) {
	return deed{
		typ: typ, id: id, actor: actor, objects: []Document{asked}, to: []string{asker},
		more: func(a activity) error {
			set(a, "result", result)
			return nil
		},
	}.document()
}

// Undo takes back an activity of ours. It embeds it whole and goes to whom it
// went.
func (e Encoder) Undo(undone Document) (Document, error) {
	return deed{
		typ: "Undo", id: e.URLs.Undo(undone.id), actor: undone.actor, objects: []Document{undone}, to: undone.to, cc: undone.cc,
	}.document()
}

// Like says that actor likes a post of author; group is the Group that the
// post is in, "" if in none.
func (e Encoder) Like(id, actor, object, author, group string, at time.Time) Document {
	d := deed{typ: "Like", id: id, actor: actor, objects: []Document{Named(object)}, group: group, to: []string{author}, at: at}
	if group != "" {
		d.cc = []string{group}
	}
	return d.must()
}

// Boost is a post that an actor, perhaps a Group, passes on to its followers.
type Boost struct {
	ID         string
	Actor      string
	Followers  string
	Object     string // the post
	Author     string // of the post
	Visibility models.Visibility
	At         time.Time
	ApprovedBy string // id of the author's consent, "" if none was needed
}

// Announce passes on a post.
func (e Encoder) Announce(b Boost) Document {
	to, cc := Addressing(b.Visibility, b.Followers, []string{b.Author}, "")
	return deed{typ: "Announce", id: b.ID, actor: b.Actor, objects: []Document{Named(b.Object)}, to: to, cc: cc, at: b.At, more: func(a activity) error {
		set(a, "approvedBy", b.ApprovedBy)
		return nil
	}}.must()
}

// AnnounceActivity is a Group passing on an activity as it was received
// (FEP-1b12), or one of a member here.
func (e Encoder) AnnounceActivity(id, group, followers string, passed Document) (Document, error) {
	return deed{
		typ: "Announce", id: id, actor: group, objects: []Document{passed}, to: []string{PublicURI}, cc: []string{followers},
	}.document()
}

// Add puts something into a collection: a post into featured, a Hashtag into
// featured tags, an account into the moderators.
func (e Encoder) Add(id, actor, followers string, object Document, target string) (Document, error) {
	return deed{
		typ: "Add", id: id, actor: actor, objects: []Document{object}, target: target, to: []string{PublicURI}, cc: []string{followers},
	}.document()
}

// Remove takes something out of a collection.
func (e Encoder) Remove(id, actor, followers string, object Document, target string) (Document, error) {
	return deed{
		typ: "Remove", id: id, actor: actor, objects: []Document{object}, target: target, to: []string{PublicURI}, cc: []string{followers},
	}.document()
}

// Block tells an account's server that it is blocked.
func (e Encoder) Block(id, actor, object string) Document {
	return deed{typ: "Block", id: id, actor: actor, objects: []Document{Named(object)}, to: []string{object}}.must()
}

// Flag reports an account and perhaps its posts. It is sent by the server, so
// that nobody learns who complained.
func (e Encoder) Flag(id, account string, posts []string, content string) Document {
	objects := []Document{Named(account)}
	for _, uri := range posts {
		objects = append(objects, Named(uri))
	}
	return deed{
		typ: "Flag", id: id, actor: e.URLs.Instance(), objects: objects, to: []string{account},
		more: func(a activity) error {
			a.SetActivityStreamsContent(words(streams.NewActivityStreamsContentProperty(), content))
			return nil
		},
	}.must()
}

// Move says that an account went to another server.
func (e Encoder) Move(id, actor, followers, target string) Document {
	return deed{
		typ: "Move", id: id, actor: actor, objects: []Document{Named(actor)}, target: target, to: []string{followers},
	}.must()
}

// Lock closes a thread of a Group; Undo opens it again.
func (e Encoder) Lock(id, actor, post, group, reason string) Document {
	return deed{
		typ: "Lock", id: id, actor: actor, objects: []Document{Named(post)}, group: group, to: []string{PublicURI}, cc: []string{group},
		more: func(a activity) error {
			if reason != "" {
				a.SetActivityStreamsSummary(words(streams.NewActivityStreamsSummaryProperty(), reason))
			}
			return nil
		},
	}.must()
}

// Join signs up for an event of organizer; Accept or Reject answers it.
func (e Encoder) Join(id, actor, event, organizer string) Document {
	return deed{typ: "Join", id: id, actor: actor, objects: []Document{Named(event)}, to: []string{organizer}}.must()
}

// Leave signs off from an event.
func (e Encoder) Leave(id, actor, event, organizer string) Document {
	return deed{typ: "Leave", id: id, actor: actor, objects: []Document{Named(event)}, to: []string{organizer}}.must()
}

// QuoteRequest asks author whether its post quoted may be quoted by quoting,
// a post of ours that goes along (FEP-044f).
func (e Encoder) QuoteRequest(id string, quoting PostContext, quoted, author string) (Document, error) {
	instrument, err := e.Post(quoting)
	if err != nil {
		return Document{}, err
	}
	return deed{
		typ: "QuoteRequest", id: id, actor: quoting.Author.URI, objects: []Document{Named(quoted)}, to: []string{author},
		more: func(a activity) error {
			p := streams.NewActivityStreamsInstrumentProperty()
			if err := p.AppendType(instrument.typed); err != nil {
				return fmt.Errorf("embed %s: %w", instrument.id, err)
			}
			a.(vocab.ActivityStreamsActivity).SetActivityStreamsInstrument(p)
			return nil
		},
	}.document()
}

// Asked is somebody else's request for consent, as an answer names it.
func (e Encoder) Asked(kind models.ConsentKind, id, actor, of, made string) Document {
	return deed{
		typ: requests[kind], id: id, actor: actor, objects: []Document{Named(of)},
		more: func(a activity) error {
			a.(vocab.ActivityStreamsActivity).SetActivityStreamsInstrument(iris(streams.NewActivityStreamsInstrumentProperty(), made))
			return nil
		},
	}.must()
}

// Ballot is one choice of a vote in a poll elsewhere.
type Ballot struct {
	URI      string // of the vote
	Voter    string
	Question string
	Author   string // of the question
	Choice   string // the option, to the letter
	At       time.Time
}

// Vote casts one choice: a Note with a name and no text, for the author only.
func (e Encoder) Vote(b Ballot) Document {
	n := streams.NewActivityStreamsNote()
	setID(n, b.URI)
	n.SetActivityStreamsAttributedTo(iris(streams.NewActivityStreamsAttributedToProperty(), b.Voter))
	n.SetActivityStreamsInReplyTo(iris(streams.NewActivityStreamsInReplyToProperty(), b.Question))
	n.SetActivityStreamsName(words(streams.NewActivityStreamsNameProperty(), b.Choice))
	setTime(n, "published", b.At)
	setRecipients(n, []string{b.Author}, nil)
	return deed{
		typ: "Create", id: e.URLs.VoteCreate(b.URI), actor: b.Voter,
		objects: []Document{{typed: n, id: b.URI}}, to: []string{b.Author}, at: b.At,
	}.must()
}
