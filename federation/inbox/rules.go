package inbox

import (
	"context"
	"time"

	"atelier/federation/fetch"
	"atelier/federation/wire"
	"atelier/models"
)

// object says what an activity is about.
type object string

const (
	aPost     object = "a post that came along"
	anActor   object = "an actor that came along"
	aDeed     object = "an activity that came along"
	something object = "something that is only named, or a stub of it"
)

func objectOf(o wire.Object) object {
	if !o.Embedded() {
		return something
	}
	switch wire.ClassOf(o.Type) {
	case wire.PostClass:
		return aPost
	case wire.ActorClass:
		return anActor
	case wire.ActivityClass:
		return aDeed
	}
	return something
}

// A rule is what becomes of an activity: who may send it, and what it does.
type rule struct {
	may func(s *sender, a *wire.Activity) bool
	do  func(in *Inbox, ctx context.Context, s *sender, a *wire.Activity, deep bool) error
}

// rules are all activities that are heard. The check that stands here is the
// part of the authority that can be seen in the activity itself; whether the
// stored object is the sender's is asked by the chapter's verb, which finds it.
var rules = map[string]map[object]rule{
	"Create": {
		aPost:     {ofItsServer, (*Inbox).create},
		something: {ofItsServer, (*Inbox).createNamed},
	},
	"Update": {
		aPost:     {ofItsServer, (*Inbox).update},
		anActor:   {itself, (*Inbox).updateActor},
		something: {ofItsServer, (*Inbox).updateNamed},
	},
	"Delete": {
		aPost:     {ofItsServer, (*Inbox).delete},
		anActor:   {itself, (*Inbox).delete},
		something: {ofItsServer, (*Inbox).delete},
	},
	"Follow": {
		anActor:   {anybody, (*Inbox).follow},
		something: {anybody, (*Inbox).follow},
	},
	"Accept": {
		aDeed:     {isObject, (*Inbox).accept},
		something: {anybody, (*Inbox).accept}, // the verb finds the follow and whose it is
	},
	"Reject": {
		aDeed:     {isObject, (*Inbox).reject},
		something: {anybody, (*Inbox).reject},
	},
	"Undo": {
		aDeed:     {ownDeed, (*Inbox).undo},
		something: {ofItsServer, (*Inbox).undoNamed},
	},
	"Like": {
		aPost:     {anybody, (*Inbox).like},
		something: {anybody, (*Inbox).like},
	},
	"EmojiReact": {
		aPost:     {anybody, (*Inbox).like},
		something: {anybody, (*Inbox).like},
	},
	"Announce": {
		aPost:     {anybody, (*Inbox).announce},
		something: {anybody, (*Inbox).announce},
		aDeed:     {aGroup, (*Inbox).announceDeed},
	},
	"QuoteRequest": { // its instrument is looked at by what it does
		aPost:     {anybody, (*Inbox).quoteRequest},
		something: {anybody, (*Inbox).quoteRequest},
	},
	"ReplyRequest":    {aPost: {anybody, (*Inbox).request}, something: {anybody, (*Inbox).request}},
	"LikeRequest":     {aPost: {anybody, (*Inbox).request}, something: {anybody, (*Inbox).request}},
	"AnnounceRequest": {aPost: {anybody, (*Inbox).request}, something: {anybody, (*Inbox).request}},
	"Add": { // the target is looked at by what it does
		aPost:     {ofItsServer, (*Inbox).add},
		something: {anybody, (*Inbox).add},
	},
	"Remove": {
		aPost:     {ofItsServer, (*Inbox).remove},
		something: {anybody, (*Inbox).remove},
	},
	"Flag": {
		aPost:     {anybody, (*Inbox).flag},
		anActor:   {anybody, (*Inbox).flag},
		something: {anybody, (*Inbox).flag},
	},
	"Move": { // of topics between groups, which is not for us, too
		anActor:   {itself, (*Inbox).move},
		something: {anybody, (*Inbox).move},
	},
	"Block": {
		anActor:   {anybody, (*Inbox).block},
		something: {anybody, (*Inbox).block},
	},
}

func anybody(*sender, *wire.Activity) bool { return true }

// ofItsServer: what it is about has an id on the sender's own server.
func ofItsServer(s *sender, a *wire.Activity) bool {
	return fetch.SameOrigin(a.Object().ID, s.URI)
}

// itself: it is about the sender.
func itself(s *sender, a *wire.Activity) bool { return trimID(a.Object().ID) == s.URI }

// ownDeed: what is undone was the sender's doing.
func ownDeed(s *sender, a *wire.Activity) bool {
	inner, err := wire.Open(a.Object().Raw)
	return err == nil && (inner.Actor == s.URI || inner.Actor == "") && (inner.ID == "" || fetch.SameOrigin(inner.ID, s.URI))
}

// isObject: what is answered was asked of the sender. A stub that does not say
// of whom will be found by its id, and so will what was asked of a relay.
func isObject(s *sender, a *wire.Activity) bool {
	inner, err := wire.Open(a.Object().Raw)
	return err == nil && (inner.Object.ID == s.URI || inner.Object.ID == "" || inner.Object.ID == wire.PublicURI || inner.Type != "Follow")
}

// aGroup: only Groups pass on what others did (FEP-1b12).
func aGroup(s *sender, _ *wire.Activity) bool { return s.Type == models.Group }

var errNotTheirs = models.Errorf(models.Forbidden, "That is not the sender's to say.")

// take does what the rules say of an activity. What is not in them is nobody's
// business here.
func (in *Inbox) take(ctx context.Context, s *sender, a *wire.Activity) error {
	return in.apply(ctx, s, a, false)
}

// apply is take; deep says that there is time to fetch what is missing.
func (in *Inbox) apply(ctx context.Context, s *sender, a *wire.Activity, deep bool) error {
	r, ok := rules[a.Type][objectOf(a.Object())]
	if !ok {
		return nil
	}
	if !r.may(s, a) {
		return errNotTheirs
	}
	err := r.do(in, ctx, s, a, deep)
	if models.KindOf(err) == models.NotFound && a.Type != "Follow" {
		return nil // it is about something that is not here
	}
	return err
}

// clamp is a moment that is not to come, now if it is not known.
func (in *Inbox) clamp(t time.Time) time.Time {
	now := in.chapter.Store.Now()
	if t.IsZero() || t.After(now) {
		return now
	}
	return t.UTC().Truncate(time.Millisecond)
}
