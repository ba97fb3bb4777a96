package chapter

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"atelier/models"
	"atelier/models/store"
	"atelier/models/text"
)

// keyFor is how long an idempotency key is good.
const keyFor = time.Hour

// Publish puts out what me wrote. A note for everyone may wait in the
// departure lounge first: its State is then Waiting.
func (c *Chapter) Publish(ctx context.Context, me *models.Account, d Draft) (*models.Post, error) {
	if d.Key != "" {
		if p, err := c.again(ctx, me, d.Key); p != nil || err != nil {
			return p, err
		}
	}
	out, err := c.compose(ctx, me, d)
	if err != nil {
		return nil, err
	}
	return out.post, c.putOut(ctx, me, out, d, 0)
}

// putOut stores a composed post, in place of the draft with id draft if that
// is set.
func (c *Chapter) putOut(ctx context.Context, me *models.Account, out *composed, d Draft, draft models.ID) error {
	self, err := c.Self(ctx)
	if err != nil {
		return err
	}
	p := out.post
	if d.Lounge && p.Practice != nil && p.Visibility.Open() && self.Settings.LoungeMin > 0 {
		p.State = models.Waiting
		p.LeavesAt = c.Store.Now().Add(time.Duration(self.Settings.LoungeMin) * time.Minute)
	}
	var earlier models.ID
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		earlier = 0
		if err := c.address(ctx, tx, me, p, draft); err != nil {
			return err
		}
		if d.Key != "" {
			fresh, err := tx.SetIdempotent(ctx, me.ID, d.Key, p.ID, tx.Now().Add(-keyFor))
			if err != nil {
				return err
			}
			if !fresh { // a twin was faster
				earlier, err = tx.Idempotent(ctx, me.ID, d.Key, tx.Now().Add(-keyFor))
				return err
			}
		}
		if err := c.mayWrite(ctx, tx, me, out); err != nil {
			return err
		}
		with, err := companyOf(ctx, tx, draft, p)
		if err != nil {
			return err
		}
		if draft != 0 {
			if err := tx.DeletePost(ctx, draft); err != nil {
				return err
			}
		}
		switch p.State {
		case models.Waiting:
			if err := c.wait(ctx, tx, out); err != nil {
				return err
			}
			return with.join(ctx, tx, p)
		case models.Draft: // an app put it on the shelf
			_, err := tx.AddPost(ctx, p, "")
			return err
		}
		ask, err := c.mayDo(ctx, tx, me, out.parent, models.ToReply)
		if err != nil {
			return err
		}
		added, err := c.put(ctx, tx, me, out)
		if err == nil && added && ask {
			err = tx.SetApproval(ctx, models.Approval{PostID: p.ID, State: models.ApprovalAsked})
		}
		if err != nil {
			return err
		}
		return with.join(ctx, tx, p)
	})
	if err == nil && earlier != 0 {
		twin, err := c.Store.PostByID(ctx, earlier)
		if err != nil {
			return err
		}
		*p = *twin
	}
	return err
}

// again returns the post that me made with key before, nil if there is none.
func (c *Chapter) again(ctx context.Context, me *models.Account, key string) (*models.Post, error) {
	id, err := c.Store.Idempotent(ctx, me.ID, key, c.Store.Now().Add(-keyFor))
	if models.KindOf(err) == models.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	p, err := c.Store.PostByID(ctx, id)
	if models.KindOf(err) == models.NotFound { // deleted since
		return nil, c.freeKey(ctx, me, key, id)
	}
	return p, err
}

// freeKey lets me use a key again that is of something with id, which is gone.
func (c *Chapter) freeKey(ctx context.Context, me *models.Account, key string, id models.ID) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error { return tx.DropIdempotent(ctx, me.ID, key, id) })
}

// mayAnswer says whether an account may answer a post: nobody answers whom
// they block, or who blocks them.
func (c *Chapter) mayAnswer(ctx context.Context, tx *store.Tx, accountID models.ID, parent *models.Post) error {
	if parent == nil || parent.AuthorID == accountID {
		return nil
	}
	blocked, err := tx.BlockedEitherWay(ctx, accountID, parent.AuthorID)
	if err != nil {
		return err
	}
	if blocked {
		return store404
	}
	return nil
}

// address gives a local post its id, its moment, and its addresses.
func (c *Chapter) address(ctx context.Context, tx *store.Tx, me *models.Account, p *models.Post, draft models.ID) error {
	p.ID = tx.NewID()
	p.CreatedAt = p.ID.Time()
	p.URI = c.URLs.Post(me.URI, p.ID)
	if p.ThreadID == 0 {
		p.ThreadID = p.ID
	}
	if p.ContextURI == "" {
		p.ContextURI = c.URLs.Context(p.ThreadID)
	}
	if p.Practice != nil {
		if err := c.nameSlug(ctx, tx, p, draft); err != nil {
			return err
		}
	}
	p.URL = c.URLs.PostPage(p)
	return nil
}

// nameSlug gives a practice note a readable address that no other has.
func (c *Chapter) nameSlug(ctx context.Context, tx *store.Tx, p *models.Post, draft models.ID) error {
	base := text.Slug(p.Title)
	for n := 1; ; n++ {
		slug := base
		switch {
		case n > 20: // a title that everybody uses
			slug = base + "-" + p.ID.String()
		case n > 1 || slug == "new":
			slug = base + "-" + strconv.Itoa(n)
		}
		taken, err := tx.SlugTaken(ctx, slug, draft)
		if err != nil {
			return err
		}
		if !taken {
			p.Slug = slug
			return nil
		}
	}
}

// put stores a post, ours or another server's, and does all that follows from
// it: counts, homes, notifications, the event. It reports false if the post
// was there already.
func (c *Chapter) put(ctx context.Context, tx *store.Tx, author *models.Account, out *composed) (bool, error) {
	p := out.post
	marked := sensitize(author, p)
	if err := c.consent(ctx, tx, author, out); err != nil {
		return false, err
	}
	added, err := tx.AddPost(ctx, p, out.search)
	if err != nil || !added {
		return false, err
	}
	if marked {
		if err := tx.AddSensitiveMark(ctx, p.ID); err != nil {
			return false, err
		}
	}
	if p.Local && len(p.Media) > 0 {
		if err := tx.AttachMedia(ctx, p.ID, mediaIDs(p.Media)); err != nil {
			return false, err
		}
	}
	if err := count(ctx, tx, p, 1); err != nil {
		return false, err
	}
	return true, c.tell(ctx, tx, out)
}

// tell does all that follows from it that a post is out: homes, notifications,
// the event.
func (c *Chapter) tell(ctx context.Context, tx *store.Tx, out *composed) error {
	p := out.post
	if err := tx.AddHome(ctx, p); err != nil {
		return err
	}
	if err := c.converse(ctx, tx, p); err != nil {
		return err
	}
	if err := c.record(ctx, tx, out); err != nil {
		return err
	}
	if err := c.notifyOf(ctx, tx, out); err != nil {
		return err
	}
	if err := c.tellAsker(ctx, tx, out); err != nil {
		return err
	}
	if err := c.plan(ctx, tx, p); err != nil {
		return err
	}
	federates, err := c.travels(ctx, tx, p)
	if err != nil {
		return err
	}
	if err := tx.Leave(ctx, models.Event{Kind: models.PostPublished, AccountID: p.AuthorID, PostID: p.ID, Federates: federates}); err != nil {
		return err
	}
	return c.show(ctx, tx, p)
}

// travels says whether anybody elsewhere may have to hear that p is out. It
// spares planning for nobody, which costs more than publishing; where the
// answer is not plain it is yes, and the plan decides.
func (c *Chapter) travels(ctx context.Context, tx *store.Tx, p *models.Post) (bool, error) {
	if !p.Leaves() {
		return false, nil
	}
	if len(p.Mentions) > 0 || p.IsReply() || p.QuoteURI != "" || p.QuoteOfID != 0 {
		return true, nil
	}
	if p.Visibility == models.Public {
		relays, err := c.knownRelays(ctx, tx.Relays)
		if err != nil || len(relays) > 0 {
			return true, err
		}
	}
	audience := []models.ID{p.AuthorID}
	if p.GroupID != 0 {
		audience = append(audience, p.GroupID)
		self, err := c.Self(ctx)
		if err != nil || p.GroupID != self.AccountID {
			return true, err
		}
	}
	return tx.FollowedFromElsewhere(ctx, audience)
}

func mediaIDs(files []models.Media) (ids []models.ID) {
	for _, f := range files {
		ids = append(ids, f.ID)
	}
	return ids
}

// notifyOf tells those whom a new post names, quotes, or who asked to hear of
// each.
func (c *Chapter) notifyOf(ctx context.Context, tx *store.Tx, out *composed) error {
	p := out.post
	told := map[models.ID]bool{p.AuthorID: true}
	for _, m := range p.Mentions {
		if m.Silent || m.AccountID == 0 || told[m.AccountID] {
			continue
		}
		told[m.AccountID] = true
		if err := c.notify(ctx, tx, models.Notification{AccountID: m.AccountID, Type: models.NotifyMention, FromID: p.AuthorID, PostID: p.ID}); err != nil {
			return err
		}
	}
	// Whom it answers is told, named or not: pages answer without a handle.
	if id := p.InReplyToAuthorID; id != 0 && !told[id] && (p.Visibility.Open() || p.IsMembers()) {
		told[id] = true
		if err := c.notify(ctx, tx, models.Notification{AccountID: id, Type: models.NotifyMention, FromID: p.AuthorID, PostID: p.ID}); err != nil {
			return err
		}
	}
	if q := out.quoted; q != nil && q.Local && !told[q.AuthorID] && p.QuoteState == models.QuoteAccepted {
		told[q.AuthorID] = true
		if err := c.notify(ctx, tx, models.Notification{AccountID: q.AuthorID, Type: models.NotifyQuote, FromID: p.AuthorID, PostID: p.ID}); err != nil {
			return err
		}
	}
	if p.Visibility == models.Direct || p.IsReply() && p.InReplyToAuthorID != p.AuthorID {
		return nil
	}
	wanting, err := tx.NotifyFollowers(ctx, p.AuthorID)
	if err != nil {
		return err
	}
	for _, id := range wanting {
		if told[id] {
			continue
		}
		if p.IsMembers() && !viewer(ctx, tx, id).IsMember() {
			continue
		}
		if err := c.notify(ctx, tx, models.Notification{AccountID: id, Type: models.NotifyPost, FromID: p.AuthorID, PostID: p.ID}); err != nil {
			return err
		}
	}
	return nil
}

// notify stores a notification for a member, if it wants to hear of it.
func (c *Chapter) notify(ctx context.Context, tx *store.Tx, n models.Notification) error {
	if n.AccountID == n.FromID && n.Type != models.NotifyPoll && n.Type != models.NotifyMeasure {
		return nil
	}
	n.ID, n.CreatedAt = tx.NewID(), tx.Now()
	n.GroupKey = groupKey(n)
	hold, err := c.holdBack(ctx, tx, &n)
	if err != nil || hold == models.HoldDrop {
		return err
	}
	n.Filtered = hold == models.HoldAsk
	added, err := tx.AddNotification(ctx, &n)
	if err != nil || !added {
		return err
	}
	if n.Filtered {
		return tx.AskToNotify(ctx, tx.NewID(), &n)
	}
	if c.handles(JobPush) {
		pushed, err := tx.HasPush(ctx, n.AccountID)
		if err != nil {
			return err
		}
		if pushed {
			if err := c.Later(ctx, tx, JobPush, n.ID.String(), nil, time.Time{}); err != nil {
				return err
			}
		}
	}
	return tx.Leave(ctx, models.Event{Kind: models.Notified, AccountID: n.AccountID, TargetID: n.FromID, PostID: n.PostID, NotificationID: n.ID})
}

// groupHours is the span in which like notifications are shown as one.
const groupHours = 12

// groupKey says with which others a notification is shown as one (Mastodon
// grouped notifications): "" for those that stand alone.
func groupKey(n models.Notification) string {
	bucket := n.CreatedAt.Unix() / (groupHours * 3600)
	switch n.Type {
	case models.NotifyFavourite, models.NotifyBoost:
		return fmt.Sprintf("%s-%d-%d", n.Type, n.PostID, bucket)
	case models.NotifyFollow, models.NotifySignUp:
		return fmt.Sprintf("%s-%d", n.Type, bucket)
	}
	return ""
}

// plan leaves the jobs that follow from a new post.
func (c *Chapter) plan(ctx context.Context, tx *store.Tx, p *models.Post) error {
	if p.Poll != nil && !p.Poll.ExpiresAt.IsZero() {
		if err := c.Later(ctx, tx, JobPollEnd, p.ID.String(), nil, p.Poll.ExpiresAt); err != nil {
			return err
		}
	}
	if !p.Local && p.InReplyToID == 0 && p.InReplyToURI != "" {
		if err := c.Later(ctx, tx, JobThread, p.ID.String(), nil, time.Time{}); err != nil {
			return err
		}
	}
	return c.planCard(ctx, tx, p)
}

func (c *Chapter) handles(kind string) bool {
	c.tasks.mu.Lock()
	defer c.tasks.mu.Unlock()
	return c.tasks.doers[kind] != nil
}
