package interop

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/mattn/go-mastodon"
)

// driveGoMastodon drives the Go client library with the tokens of two members
// of whom the first follows the second.
func driveGoMastodon(t *testing.T, server, token, peerToken string) {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	c := mastodon.NewClient(&mastodon.Config{Server: server, AccessToken: token})
	peer := mastodon.NewClient(&mastodon.Config{Server: server, AccessToken: peerToken})
	tag := fmt.Sprintf("go%d", time.Now().UnixNano())
	var me *mastodon.Account
	var mine, theirs *mastodon.Status
	for _, step := range []struct {
		name   string
		needed bool // by later steps
		do     func() error
	}{
		{"RegisterApp, form encoded", false, func() error {
			a, err := mastodon.RegisterApp(ctx, &mastodon.AppConfig{Server: server, ClientName: "go-mastodon",
				Scopes: "read write follow", RedirectURIs: "urn:ietf:wg:oauth:2.0:oob"})
			if err == nil && (a.ClientID == "" || a.AuthURI == "") {
				err = fmt.Errorf("incomplete: %+v", a)
			}
			return err
		}},
		{"GetInstance", false, func() error { _, err := c.GetInstance(ctx); return err }},
		{"GetAccountCurrentUser", true, func() (err error) { me, err = c.GetAccountCurrentUser(ctx); return err }},
		{"PostStatus", true, func() (err error) {
			mine, err = c.PostStatus(ctx, &mastodon.Toot{Status: "from go " + tag, Visibility: "public"})
			return err
		}},
		{"GetTimelineHome, two pages", false, func() error {
			pg := mastodon.Pagination{Limit: 2}
			first, err := c.GetTimelineHome(ctx, &pg)
			if err != nil || len(first) == 0 || pg.MaxID == "" {
				return fmt.Errorf("%d statuses, next max_id %q: %w", len(first), pg.MaxID, err)
			}
			_, err = c.GetTimelineHome(ctx, &pg)
			return err
		}},
		{"GetNotifications", false, func() error { _, err := c.GetNotifications(ctx, nil); return err }},
		{"GetLists", false, func() error { _, err := c.GetLists(ctx); return err }},
		{"GetFavourites", false, func() error { _, err := c.GetFavourites(ctx, nil); return err }},
		{"GetBookmarks", false, func() error { _, err := c.GetBookmarks(ctx, nil); return err }},
		{"GetFilters", false, func() error { _, err := c.GetFilters(ctx); return err }},
		{"a peer's PostStatus", true, func() (err error) {
			theirs, err = peer.PostStatus(ctx, &mastodon.Toot{Status: "peer " + tag + " @" + me.Username, Visibility: "public"})
			return err
		}},
		{"Reblog", false, func() error { _, err := c.Reblog(ctx, theirs.ID); return err }},
		{"Favourite", false, func() error { _, err := c.Favourite(ctx, theirs.ID); return err }},
		{"Bookmark", false, func() error { _, err := c.Bookmark(ctx, theirs.ID); return err }},
		{"a reply and GetStatusContext", false, func() error {
			if _, err := c.PostStatus(ctx, &mastodon.Toot{Status: "reply " + tag, InReplyToID: theirs.ID}); err != nil {
				return err
			}
			x, err := c.GetStatusContext(ctx, theirs.ID)
			if err == nil && len(x.Descendants) == 0 {
				err = fmt.Errorf("the reply is not in the context")
			}
			return err
		}},
		{"StreamingUser, server-sent events", false, func() error {
			return hears(ctx, c.StreamingUser, peer, "sse"+tag)
		}},
		{"StreamingWSUser, WebSocket", false, func() error {
			return hears(ctx, c.NewWSClient().StreamingWSUser, peer, "ws"+tag)
		}},
		{"DeleteStatus", false, func() error { return c.DeleteStatus(ctx, mine.ID) }},
	} {
		if !t.Run(step.name, func(t *testing.T) {
			if err := step.do(); err != nil {
				t.Fatal(err)
			}
		}) && step.needed {
			return
		}
	}
}

// hears opens a stream, lets peer post and waits for the update.
func hears(ctx context.Context, open func(context.Context) (chan mastodon.Event, error), peer *mastodon.Client, text string) error {
	ctx, stop := context.WithTimeout(ctx, 20*time.Second)
	defer stop()
	events, err := open(ctx)
	if err != nil {
		return err
	}
	// The library does not say when its stream is open: post until it hears.
	again := time.NewTicker(time.Second)
	defer again.Stop()
	var last string
	for {
		select {
		case e := <-events:
			switch e := e.(type) {
			case *mastodon.UpdateEvent:
				if strings.Contains(e.Status.Content, text) {
					return nil
				}
			case *mastodon.ErrorEvent:
				last = e.Error()
			}
		case <-again.C:
			if _, err := peer.PostStatus(ctx, &mastodon.Toot{Status: text, Visibility: "public"}); err != nil {
				return err
			}
		case <-ctx.Done():
			return fmt.Errorf("no update was heard; last error: %q", last)
		}
	}
}
