package streaming

import (
	"context"
	"encoding/json"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"

	"atelier/models"
	"atelier/models/store"
)

// maxNews is how many events wait to be told before posts are left out. What
// is taken back is told in any case.
const maxNews = 10_000

// news are the events that wait to be told.
type news struct {
	mu    sync.Mutex
	queue []models.Event
	more  chan struct{}
}

func (n *news) add(e models.Event) {
	n.mu.Lock()
	if len(n.queue) < maxNews || e.Kind == models.PostDeleted || e.Kind == models.PostUnboosted {
		n.queue = append(n.queue, e)
	}
	n.mu.Unlock()
	select {
	case n.more <- struct{}{}:
	default:
	}
}

func (n *news) take() []models.Event {
	n.mu.Lock()
	defer n.mu.Unlock()
	queue := n.queue
	n.queue = nil
	return queue
}

// hear takes in what happened. It is called by whoever made it happen, and
// does not wait.
func (s *Streams) hear(events []models.Event) {
	if s.Open() == 0 {
		return
	}
	for _, e := range events {
		switch e.Kind {
		case models.TokenRevoked:
			s.revoke(e)
		case models.PostPublished, models.PostEdited, models.PostBoosted, models.PostDeleted, models.PostUnboosted,
			models.Notified, models.NotificationsMerged, models.Conversed, models.Announced, models.AnnouncedGone, models.AnnouncedReact, models.FiltersChanged, models.AccountChanged, models.AccountDeleted:
			s.news.add(e)
		}
	}
}

// revoke ends the streams of a token at once.
func (s *Streams) revoke(e models.Event) {
	id := models.ParseID(string(e.Data))
	for _, r := range s.of(e.AccountID) {
		if id == 0 || r.token == id {
			r.end(revoked)
		}
	}
}

// work tells one event after the other, so that everybody hears them in their
// order.
func (s *Streams) work() {
	defer close(s.stopped)
	for {
		select {
		case <-s.done:
			return
		case <-s.news.more:
		}
		for _, e := range s.news.take() {
			if err := s.tell(context.Background(), e); err != nil {
				slog.Warn("tell streams", "event", e.Kind, "err", err)
			}
		}
	}
}

func (s *Streams) tell(ctx context.Context, e models.Event) (err error) {
	defer func() {
		if p := recover(); p != nil { // one event must not end all streams
			slog.Error("streams panicked", "event", e.Kind, "panic", p, "stack", string(debug.Stack()))
		}
	}()
	switch e.Kind {
	case models.PostPublished:
		return s.post(ctx, "update", e.PostID)
	case models.PostEdited:
		return s.post(ctx, "status.update", e.PostID)
	case models.PostBoosted:
		return s.own(ctx, "update", e.PostID)
	case models.PostDeleted, models.PostUnboosted:
		return s.gone(ctx, e)
	case models.Notified:
		return s.notice(ctx, e)
	case models.NotificationsMerged:
		s.merged(e)
	case models.Announced:
		return s.announce(ctx, models.ParseID(string(e.Data)))
	case models.AnnouncedGone:
		s.toMembers(newMessage("announcement.delete", e.Data))
	case models.AnnouncedReact:
		return s.reacted(e)
	case models.Conversed:
		return s.conversation(ctx, e)
	case models.FiltersChanged:
		m := newMessage("filters_changed", nil)
		for _, x := range s.on(channel{kind: user, of: e.AccountID}) {
			x.push(m, x.label)
		}
	case models.AccountChanged, models.AccountDeleted:
		for _, r := range s.of(e.AccountID) {
			s.still(ctx, r)
		}
	}
	return nil
}

// own tells a post to those who have it in their home timeline or in a list.
func (s *Streams) own(ctx context.Context, event string, id models.ID) error {
	if s.anybody(user) {
		homes, err := s.Store.HomesOf(ctx, id)
		if err != nil {
			return err
		}
		for _, home := range homes {
			if err := s.asViewer(ctx, event, id, s.on(channel{kind: user, of: home})); err != nil {
				return err
			}
		}
	}
	if !s.anybody(list) {
		return nil
	}
	lists, err := s.Store.ListsOf(ctx, id)
	if err != nil {
		return err
	}
	for _, l := range lists {
		if err := s.asViewer(ctx, event, id, s.on(channel{kind: list, of: l.ID})); err != nil {
			return err
		}
	}
	return nil
}

// asViewer tells a post to readers, as each of them sees it.
func (s *Streams) asViewer(ctx context.Context, event string, id models.ID, to []listener) error {
	made := map[models.Viewer]*message{}
	for _, x := range to {
		v := x.viewer()
		m, ok := made[v]
		if !ok {
			payload, err := s.Status(ctx, v, id)
			switch {
			case err == nil:
				m = newMessage(event, payload)
			case models.KindOf(err) != models.NotFound:
				return err
			}
			made[v] = m
		}
		if m != nil {
			x.push(m, x.label)
		}
	}
	return nil
}

// post tells a post to homes and lists, and to the public channels and the
// chapter's lists if it belongs there.
func (s *Streams) post(ctx context.Context, event string, id models.ID) error {
	if err := s.own(ctx, event, id); err != nil {
		return err
	}
	if !s.anybody(public, hashtag, list) {
		return nil
	}
	p, err := s.Store.PostByID(ctx, id)
	if models.KindOf(err) == models.NotFound {
		return nil // gone again
	}
	if err != nil {
		return err
	}
	for id, shows := range s.ChapterLists {
		if shows(p) {
			if err := s.chapterList(ctx, event, id, p); err != nil {
				return err
			}
		}
	}
	var to []listener
	for _, ch := range channelsOf(p.Visibility, p.Local, p.LocalOnly, len(p.Media) > 0, p.Tags) {
		to = append(to, s.on(ch)...)
	}
	if to, err = s.willing(ctx, p, to); err != nil || len(to) == 0 {
		return err
	}
	if p.IsMembers() {
		return s.asViewer(ctx, event, id, members(to))
	}
	payload, err := s.Status(ctx, models.Stranger, id)
	if err != nil {
		if models.KindOf(err) == models.NotFound {
			return nil
		}
		return err
	}
	m := newMessage(event, payload)
	for _, x := range to {
		x.push(m, x.label)
	}
	return nil
}

// chapterList tells a post to those who listen to one of the chapter's lists,
// as far as they may read it.
func (s *Streams) chapterList(ctx context.Context, event string, id models.ID, p *models.Post) error {
	to, err := s.willing(ctx, p, s.on(channel{kind: list, of: id}))
	if err != nil {
		return err
	}
	return s.asViewer(ctx, event, p.ID, to)
}

// channelsOf are the public channels that a post belongs to: those whose
// timelines have it. Members' posts are in the local ones, for members.
func channelsOf(v models.Visibility, local, localOnly, media bool, tags []string) (out []channel) {
	membersOnly := v == models.Private && localOnly
	if v != models.Public && !membersOnly {
		return nil
	}
	from := others
	if local {
		from = ours
	}
	origins := []origin{everybody, from}
	if membersOnly {
		origins = []origin{ours}
	}
	for _, o := range origins {
		out = append(out, channel{kind: public, from: o})
		if media {
			out = append(out, channel{kind: public, from: o, media: true})
		}
	}
	for _, tag := range tags {
		out = append(out, channel{kind: hashtag, tag: store.TagKey(tag)})
		if local {
			out = append(out, channel{kind: hashtag, tag: store.TagKey(tag), from: ours})
		}
	}
	return out
}

// willing leaves out those who do not want to see an author, or whom the
// author does not want to see; everybody if the author is limited.
func (s *Streams) willing(ctx context.Context, p *models.Post, to []listener) ([]listener, error) {
	if len(to) == 0 {
		return nil, nil
	}
	author, err := s.Store.Account(ctx, p.AuthorID)
	if err != nil {
		return nil, err
	}
	if !author.SilencedAt.IsZero() {
		return nil, nil
	}
	ids := make([]models.ID, 0, len(to))
	seen := make(map[models.ID]bool, len(to))
	for _, x := range to {
		if !seen[x.of] {
			seen[x.of] = true
			ids = append(ids, x.of)
		}
	}
	averse, err := s.Store.Averse(ctx, author, ids)
	if err != nil || len(averse) == 0 {
		return to, err
	}
	var out []listener
	for _, x := range to {
		if !averse[x.of] {
			out = append(out, x)
		}
	}
	return out, nil
}

// members are those of to who may read what is for members only.
func members(to []listener) (out []listener) {
	for _, x := range to {
		if x.viewer().IsMember() {
			out = append(out, x)
		}
	}
	return out
}

// gone tells that a post, or a boost, is no more. The rows that said who could
// see it are gone with it: what is told is an id that says nothing to others.
func (s *Streams) gone(ctx context.Context, e models.Event) error {
	var d models.DeletedPost
	if e.Data != nil {
		if err := json.Unmarshal(e.Data, &d); err != nil {
			return err
		}
	}
	m := newMessage("delete", []byte(e.PostID.String()))
	tell := func(to []listener) {
		if d.LocalOnly && d.Visibility == models.Private {
			to = members(to)
		}
		for _, x := range to {
			x.push(m, x.label)
		}
	}
	if s.anybody(user, list) {
		homes, err := s.homesOnce(ctx, e.AccountID, d)
		if err != nil {
			return err
		}
		for home := range homes {
			tell(s.on(channel{kind: user, of: home}))
		}
		tell(slices.DeleteFunc(s.onKind(list), func(x listener) bool { return !homes[x.of] }))
	}
	if e.Kind == models.PostUnboosted || !s.anybody(public, hashtag) {
		return nil
	}
	author, err := s.Store.Account(ctx, e.AccountID)
	if err != nil {
		return err
	}
	// What is left of it does not say whether it had files: the channels of
	// files are told in any case.
	for _, ch := range channelsOf(d.Visibility, author.Local(), d.LocalOnly, true, d.Tags) {
		tell(s.on(ch))
	}
	return nil
}

// homesOnce are the accounts that may have had a post in their home timeline.
func (s *Streams) homesOnce(ctx context.Context, authorID models.ID, d models.DeletedPost) (map[models.ID]bool, error) {
	homes := map[models.ID]bool{authorID: true}
	for _, mention := range d.Mentions {
		homes[mention.AccountID] = true
	}
	if d.Visibility == models.Direct {
		return homes, nil
	}
	followers, err := s.Store.FollowersHere(ctx, authorID)
	for _, id := range followers {
		homes[id] = true
	}
	return homes, err
}

// conversation tells a member that a conversation goes on.
func (s *Streams) conversation(ctx context.Context, e models.Event) error {
	to := s.on(channel{kind: direct, of: e.AccountID})
	if len(to) == 0 {
		return nil
	}
	payload, err := s.Conversation(ctx, to[0].viewer(), e.TargetID)
	if err != nil {
		if models.KindOf(err) == models.NotFound {
			return nil
		}
		return err
	}
	m := newMessage("conversation", payload)
	for _, x := range to {
		x.push(m, x.label)
	}
	return nil
}

// notice tells a member of a notification.
func (s *Streams) notice(ctx context.Context, e models.Event) error {
	to := s.notified(e.AccountID)
	if len(to) == 0 {
		return nil
	}
	payload, err := s.Notification(ctx, to[0].viewer(), e.NotificationID)
	if err != nil {
		if models.KindOf(err) == models.NotFound {
			return nil
		}
		return err
	}
	m := newMessage("notification", payload)
	for _, x := range to {
		x.push(m, x.label)
	}
	return nil
}

// notified are the listeners who may hear of an account's notifications.
func (s *Streams) notified(accountID models.ID) []listener {
	to := s.on(channel{kind: notifications, of: accountID})
	for _, x := range s.on(channel{kind: user, of: accountID}) {
		if allow(x.who(), "read:notifications") == nil {
			to = append(to, x)
		}
	}
	return to
}

// merged tells that notifications that were held back are among the others.
func (s *Streams) merged(e models.Event) {
	m := newMessage("notifications_merged", []byte("1"))
	for _, x := range s.notified(e.AccountID) {
		x.push(m, x.label)
	}
}
