package streaming

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"

	"atelier/handlers/session"
	"atelier/models"
	"atelier/models/store"
)

// channel is what one can listen to. Of public channels, media has only posts
// with files, and from says whose.
type channel struct {
	kind  kind
	of    models.ID // the account of a personal channel, the list of a list's
	tag   string    // the key of a tag's channel
	media bool
	from  origin
}

type kind string

const (
	user          kind = "user"
	notifications kind = "user:notification"
	direct        kind = "direct"
	public        kind = "public"
	hashtag       kind = "hashtag"
	list          kind = "list"
)

// origin says whose posts a public channel has.
type origin string

const (
	everybody origin = ""
	ours      origin = "local"
	others    origin = "remote"
)

// names are the channels as clients call them.
var names = map[string]channel{
	"user":                {kind: user},
	"user:notification":   {kind: notifications},
	"direct":              {kind: direct},
	"public":              {kind: public},
	"public:media":        {kind: public, media: true},
	"public:local":        {kind: public, from: ours},
	"public:local:media":  {kind: public, from: ours, media: true},
	"public:remote":       {kind: public, from: others},
	"public:remote:media": {kind: public, from: others, media: true},
	"list":                {kind: list},
	"hashtag":             {kind: hashtag},
	"hashtag:local":       {kind: hashtag, from: ours},
}

// label is how a client is told which of its streams a message belongs to: a
// JSON list of the name and, if it has one, the tag or list as the client
// wrote it.
type label string

// channelOf reads what a client wants to listen to: a stream, its tag or its
// list.
func (s *Streams) channelOf(ctx context.Context, c *session.Caller, q url.Values) (channel, label, error) {
	name := q.Get("stream")
	ch, ok := names[name]
	if !ok {
		return ch, "", models.Errorf(models.Malformed, "Unknown stream type")
	}
	if q.Get("only_media") != "" && q.Get("only_media") != "false" && ch.kind == public {
		ch.media = true
		name = strings.TrimSuffix(name, ":media") + ":media"
	}
	switch ch.kind {
	case user, direct:
		ch.of = c.Account.ID
	case notifications:
		ch.of = c.Account.ID
		return ch, labelOf(name), allow(c, "read:notifications")
	case hashtag:
		tag := q.Get("tag")
		if ch.tag = store.TagKey(tag); ch.tag == "" {
			return ch, "", models.Errorf(models.Malformed, "Missing tag name parameter")
		}
		return ch, labelOf(name, tag), allow(c, "read:statuses")
	case list:
		if err := allow(c, "read:statuses"); err != nil {
			return ch, "", err
		}
		ch.of = models.ParseID(q.Get("list"))
		return ch, labelOf(name, q.Get("list")), s.mayList(ctx, c, ch.of)
	}
	return ch, labelOf(name), allow(c, "read:statuses")
}

// mayList says whether a list is the caller's, or one of the chapter's that
// every member has.
func (s *Streams) mayList(ctx context.Context, c *session.Caller, id models.ID) error {
	if s.ChapterLists[id] != nil && c.Viewer.IsMember() {
		return nil
	}
	_, err := s.Store.List(ctx, c.Account.ID, id)
	return err
}

func labelOf(parts ...string) label {
	b, _ := json.Marshal(parts) // strings always encode
	return label(b)
}

func allow(c *session.Caller, scope string) error {
	_, err := c.User(scope)
	return err
}
