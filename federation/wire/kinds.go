package wire

import (
	"github.com/go-fed/activity/streams"
	"github.com/go-fed/activity/streams/vocab"
)

// Class is what sort of thing a type is.
type Class string

// The classes.
const (
	ActivityClass   Class = "activity"
	ActorClass      Class = "actor"
	PostClass       Class = "post"
	CollectionClass Class = "collection"
	LinkClass       Class = "link"
	OtherClass      Class = "other" // known, and none of the above: Tombstone, Place, ...
)

// ClassOf returns the class of a type, "" if the type is not known.
func ClassOf(typ string) Class { return classes[typ] }

// classes are the types that go-fed's vocabulary has, and those of other
// vocabularies that servers send.
var classes = classify()

// extensions are types that go-fed does not know.
var extensions = map[string]Class{
	"EmojiReact":            ActivityClass, // litepub
	"QuoteRequest":          ActivityClass, // FEP-044f
	"FeatureRequest":        ActivityClass, // FEP-7aa9
	"LikeRequest":           ActivityClass, // GoToSocial 0.21
	"ReplyRequest":          ActivityClass,
	"AnnounceRequest":       ActivityClass,
	"Lock":                  ActivityClass, // Lemmy 1.0, PieFed, Mbin
	"Resolve":               ActivityClass, // Lemmy 1.0: a report is dealt with
	"Warn":                  ActivityClass, // Lemmy 1.0
	"ChatMessage":           PostClass,     // Pleroma, Lemmy before 1.0
	"QuoteAuthorization":    OtherClass,
	"FeatureAuthorization":  OtherClass,
	"LikeApproval":          OtherClass, // GoToSocial 0.19
	"ReplyApproval":         OtherClass,
	"AnnounceApproval":      OtherClass,
	"LikeAuthorization":     OtherClass,
	"ReplyAuthorization":    OtherClass,
	"AnnounceAuthorization": OtherClass,
	"Hashtag":               LinkClass,
	"Emoji":                 OtherClass,
	"PropertyValue":         OtherClass,
	"Conversation":          OtherClass, // Friendica, Lemmy
	"Multikey":              OtherClass,
}

func classify() map[string]Class {
	m := make(map[string]Class, 100)
	for _, t := range []vocab.Type{
		streams.NewActivityStreamsAccept(), streams.NewActivityStreamsActivity(), streams.NewActivityStreamsAdd(),
		streams.NewActivityStreamsAnnounce(), streams.NewActivityStreamsArrive(), streams.NewActivityStreamsBlock(),
		streams.NewActivityStreamsCreate(), streams.NewActivityStreamsDelete(), streams.NewActivityStreamsDislike(),
		streams.NewActivityStreamsFlag(), streams.NewActivityStreamsFollow(), streams.NewActivityStreamsIgnore(),
		streams.NewActivityStreamsInvite(), streams.NewActivityStreamsJoin(), streams.NewActivityStreamsLeave(),
		streams.NewActivityStreamsLike(), streams.NewActivityStreamsListen(), streams.NewActivityStreamsMove(),
		streams.NewActivityStreamsOffer(), streams.NewActivityStreamsRead(), streams.NewActivityStreamsReject(),
		streams.NewActivityStreamsRemove(), streams.NewActivityStreamsTentativeAccept(), streams.NewActivityStreamsTentativeReject(),
		streams.NewActivityStreamsTravel(), streams.NewActivityStreamsUndo(), streams.NewActivityStreamsUpdate(),
		streams.NewActivityStreamsView(), streams.NewActivityStreamsIntransitiveActivity(),
		streams.NewActivityStreamsArticle(), streams.NewActivityStreamsAudio(), streams.NewActivityStreamsDocument(),
		streams.NewActivityStreamsEvent(), streams.NewActivityStreamsImage(), streams.NewActivityStreamsNote(),
		streams.NewActivityStreamsPage(), streams.NewActivityStreamsVideo(), streams.NewActivityStreamsQuestion(),
		streams.NewActivityStreamsObject(), streams.NewActivityStreamsPlace(), streams.NewActivityStreamsProfile(),
		streams.NewActivityStreamsRelationship(), streams.NewActivityStreamsTombstone(),
		streams.NewActivityStreamsCollection(), streams.NewActivityStreamsCollectionPage(),
		streams.NewActivityStreamsOrderedCollection(), streams.NewActivityStreamsOrderedCollectionPage(),
		streams.NewActivityStreamsLink(), streams.NewActivityStreamsMention(),
		streams.NewActivityStreamsPerson(), streams.NewActivityStreamsGroup(), streams.NewActivityStreamsService(),
		streams.NewActivityStreamsApplication(), streams.NewActivityStreamsOrganization(),
	} {
		m[t.GetTypeName()] = classOf(t)
	}
	for name, class := range extensions {
		m[name] = class
	}
	return m
}

// classOf asks the vocabulary. Question is an activity there, but nobody in
// the fediverse sends it as one: it is a post with a poll.
func classOf(t vocab.Type) Class {
	switch t.GetTypeName() {
	case "Person", "Group", "Service", "Application", "Organization":
		return ActorClass
	case "Note", "Article", "Page", "Question", "Event":
		return PostClass
	}
	switch {
	case streams.IsOrExtendsActivityStreamsActivity(t), streams.IsOrExtendsActivityStreamsIntransitiveActivity(t):
		return ActivityClass
	case streams.IsOrExtendsActivityStreamsCollection(t):
		return CollectionClass
	case streams.IsOrExtendsActivityStreamsLink(t):
		return LinkClass
	case streams.IsOrExtendsActivityStreamsDocument(t): // Audio, Image, Video
		return PostClass
	}
	return OtherClass
}
