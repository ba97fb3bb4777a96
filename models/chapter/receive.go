package chapter

import (
	"context"
	"slices"
	"strings"
	"time"

	"atelier/models"
	"atelier/models/store"
	"atelier/models/text"
)

// Activity is what is known of the activity that brings a change from another
// server: the sender, whom its signature proved, and what keeps it from being
// taken in twice.
type Activity struct {
	Sender *models.Account
	Key    string // type and id; "" if it has none, or came by a fetch
	ID     string
	Raw    []byte // the body as received, to be passed on; may be nil

	// At is when the sender did it or, of an Undo, when it did what it takes
	// back; zero if it does not say.
	At time.Time

	// Forwarded says that another server passed the activity on.
	Forwarded bool
}

// fresh marks an activity as taken in. It reports false if it was before.
func (a Activity) fresh(ctx context.Context, tx *store.Tx) (bool, error) {
	if a.Key == "" {
		return true, nil
	}
	return tx.TakeIn(ctx, a.Key)
}

// once does what an activity asks for, unless it was done before.
func (c *Chapter) once(ctx context.Context, a Activity, do func(tx *store.Tx) error) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		fresh, err := a.fresh(ctx, tx)
		if err != nil || !fresh {
			return err
		}
		return do(tx)
	})
}

// tooLate says whether what the sender did is older than another such deed of
// its, done at a moment, that came first.
func (a Activity) tooLate(other time.Time) bool { return !a.At.IsZero() && a.At.Before(other) }

// at is when the sender did it, as far as is known.
func (a Activity) at(tx *store.Tx) time.Time {
	if now := tx.Now(); a.At.IsZero() || a.At.After(now) {
		return now
	}
	return a.At.UTC().Truncate(time.Millisecond)
}

// bury remembers that a deed of the sender is over: it is not taken in if it
// comes later, or again.
func (a Activity) bury(ctx context.Context, tx *store.Tx, uri, typ string) error {
	return tx.AddTombstone(ctx, uri, a.Sender.URI, typ, false, tx.Now())
}

// Incoming is a post from another server.
type Incoming struct {
	Post *models.Post // complete but for ids: HTML is sanitized, times are clamped; AuthorID is not read

	// Named are the ids of actors that the post's tags mention, with what they
	// are called there; Addressed those that only its addressing names.
	Named     []models.Mention
	Addressed []string

	// Contributors are the ids of people of the post's own server whom it names
	// beside its author.
	Contributors []string

	// Policy is what the author lets others do with the post.
	Policy models.Policy

	// Fetched says that the post was looked for, not sent: it is taken in
	// whoever it is for, nobody is notified, and its place is where it was
	// published.
	Fetched bool

	// Relayed says that a relay of the chapter brought it: it is taken in among
	// all posts if it is for everyone.
	Relayed bool
}

// Receive takes in a post that its author's server sent, or that was fetched
// from there. It returns nil if the post is nobody's business here. A post
// that is here already is returned as it is; if it was fetched and is sent now,
// it is told of like a new one.
func (c *Chapter) Receive(ctx context.Context, a Activity, in Incoming) (*models.Post, error) {
	var p *models.Post
	err := c.Store.Write(ctx, func(tx *store.Tx) error {
		p = nil
		fresh, err := a.fresh(ctx, tx)
		if err != nil || !fresh {
			return err
		}
		post := *in.Post // a transaction may run twice
		out := &composed{post: &post}
		if gone, err := tx.Gone(ctx, post.URI, a.Sender.URI); err != nil || gone {
			return err
		}
		if err := c.place(ctx, tx, a.Sender, in, out); err != nil {
			return err
		}
		wanted, err := c.wanted(ctx, tx, a.Sender, in, out)
		if err != nil || !wanted {
			return err
		}
		added, err := c.take(ctx, tx, a, in, out)
		if err != nil {
			return err
		}
		if added {
			p = &post
			return nil
		}
		if p, err = tx.PostByURI(ctx, post.URI); err != nil || in.Fetched {
			return err
		}
		return c.sentToo(ctx, tx, out, p)
	})
	return p, err
}

// sentToo takes in that a post was sent that is here already. If it was only
// looked for before, whom it concerns is told of it now.
func (c *Chapter) sentToo(ctx context.Context, tx *store.Tx, out *composed, there *models.Post) error {
	first, err := tx.UnmarkFetched(ctx, there.ID)
	if err != nil || !first {
		return err
	}
	out.post = there
	return c.tell(ctx, tx, out)
}

// place finds what a post from elsewhere refers to: its parent, whom it names,
// its Group, what it quotes.
func (c *Chapter) place(ctx context.Context, tx *store.Tx, sender *models.Account, in Incoming, out *composed) error {
	p := out.post
	p.AuthorID, p.Local, p.State, p.LocalOnly = sender.ID, false, models.Published, false
	p.ID = tx.NewID()
	if in.Fetched || tx.Now().Sub(p.CreatedAt) > 24*time.Hour {
		var err error
		if p.ID, err = freeIDAt(ctx, tx, p.CreatedAt); err != nil {
			return err
		}
	}
	p.ThreadID = p.ID
	if err := c.placeInThread(ctx, tx, sender, out); err != nil {
		return err
	}
	if err := c.placeMentions(ctx, tx, in, out); err != nil {
		return err
	}
	if err := placeContributors(ctx, tx, in, p); err != nil {
		return err
	}
	if in := text.IntentOf(p.Tags...); p.Talk == nil && in.Tried && out.parent != nil && out.parent.Practice != nil {
		p.Talk = &models.Talk{Tried: true, Outcome: in.Outcome, NoteURI: out.parent.URI}
	}
	if p.QuoteURI != "" {
		q, err := tx.PostByURI(ctx, p.QuoteURI)
		if err == nil {
			p.QuoteOfID, out.quoted = q.ID, q
		} else if models.KindOf(err) != models.NotFound {
			return err
		}
	}
	if p.Language == "" {
		p.Language = "und"
	}
	if p.Language == "und" {
		p.Language = ""
	}
	out.search = strings.TrimSpace(p.Title + "\n" + p.Warning + "\n" + text.PlainText(p.HTML))
	return nil
}

// freeIDAt returns an id of a moment that no post has: many are published in
// the same second by what their servers say.
func freeIDAt(ctx context.Context, tx *store.Tx, at time.Time) (models.ID, error) {
	for {
		id := tx.IDAt(at)
		taken, err := tx.PostThere(ctx, id)
		if err != nil || !taken {
			return id, err
		}
	}
}

func (c *Chapter) placeInThread(ctx context.Context, tx *store.Tx, sender *models.Account, out *composed) error {
	p := out.post
	p.InReplyToID, p.InReplyToAuthorID = 0, 0
	if p.InReplyToURI == "" {
		return nil
	}
	parent, err := tx.PostByURI(ctx, p.InReplyToURI)
	if models.KindOf(err) == models.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	if parent.Local {
		// One answers only what one may read, and whom one does not block.
		if _, err := tx.Post(ctx, models.Viewer{AccountID: sender.ID}, parent.ID); err != nil {
			return models.Errorf(models.Forbidden, "The post that this answers is not the sender's to answer.")
		}
	}
	if err := c.mayAnswer(ctx, tx, sender.ID, parent); err != nil {
		return models.Errorf(models.Forbidden, "The post that this answers is not the sender's to answer.")
	}
	out.parent = parent
	p.InReplyToID, p.InReplyToAuthorID, p.ThreadID = parent.ID, parent.AuthorID, parent.ThreadID
	if parent.GroupID != 0 && p.GroupID == 0 && p.Visibility.Open() {
		p.GroupID = parent.GroupID
	}
	return nil
}

// placeMentions finds the accounts that a post names or is addressed to.
func (c *Chapter) placeMentions(ctx context.Context, tx *store.Tx, in Incoming, out *composed) error {
	p := out.post
	uris := make([]string, 0, len(in.Named)+len(in.Addressed))
	for _, m := range in.Named {
		uris = append(uris, m.URI)
	}
	uris = append(uris, in.Addressed...)
	p.Mentions = nil
	if len(uris) == 0 {
		return nil
	}
	known, err := tx.AccountsByURI(ctx, uris)
	if err != nil {
		return err
	}
	self, err := c.Self(ctx)
	if err != nil {
		return err
	}
	add := func(a *models.Account, m models.Mention) {
		if a != nil {
			m.AccountID, m.URL, m.Username, m.Acct = a.ID, a.URL, a.Username, a.Acct()
			if a.ID == self.AccountID && p.Visibility.Open() {
				p.GroupID = a.ID
			}
			if slices.ContainsFunc(p.Mentions, func(o models.Mention) bool { return o.AccountID == a.ID }) {
				return
			}
		}
		if m.Acct != "" {
			p.Mentions = append(p.Mentions, m)
		}
	}
	for _, m := range in.Named {
		add(known[m.URI], m)
	}
	for _, uri := range in.Addressed {
		if a := known[uri]; a != nil && (a.Local() || a.Type == models.Group) {
			if a.Type == models.Group {
				if p.GroupID == 0 && p.Visibility.Open() {
					p.GroupID = a.ID
				}
				continue
			}
			add(a, models.Mention{URI: uri, Silent: true})
		}
	}
	return nil
}

// wanted says whether a post is anybody's business here (FEDERATION-NOTES
// 8.10): its author is followed, it names somebody here, it belongs to a
// thread or a Group of ours, or it was asked for.
func (c *Chapter) wanted(ctx context.Context, tx *store.Tx, sender *models.Account, in Incoming, out *composed) (bool, error) {
	p := out.post
	if in.Fetched || in.Relayed && p.Visibility == models.Public {
		return true, nil
	}
	for _, m := range p.Mentions {
		if m.AccountID != 0 && c.URLs.Local(m.URI) {
			return true, nil
		}
	}
	if out.parent != nil && (out.parent.Local || p.GroupID != 0) || out.quoted != nil && out.quoted.Local {
		return true, nil
	}
	followed, err := tx.IsFollowed(ctx, sender.ID)
	if err != nil || followed {
		return followed, err
	}
	if out.parent != nil {
		return tx.IsFollowed(ctx, out.parent.AuthorID)
	}
	if p.GroupID != 0 {
		self, err := c.Self(ctx)
		if err != nil {
			return false, err
		}
		if p.GroupID == self.AccountID {
			return true, nil
		}
		return tx.IsFollowed(ctx, p.GroupID)
	}
	return false, nil
}

// take stores a post from elsewhere and does what follows.
func (c *Chapter) take(ctx context.Context, tx *store.Tx, a Activity, in Incoming, out *composed) (bool, error) {
	p := out.post
	var added bool
	var err error
	if in.Fetched {
		added, err = c.takeQuietly(ctx, tx, a.Sender, out)
	} else {
		added, err = c.put(ctx, tx, a.Sender, out)
	}
	if err != nil || !added {
		return added, err
	}
	if err := keepContributors(ctx, tx, p); err != nil {
		return true, err
	}
	if err := c.adopt(ctx, tx, p); err != nil {
		return true, err
	}
	if err := c.findQuote(ctx, tx, p); err != nil {
		return true, err
	}
	if !in.Policy.Open() {
		if err := c.setPolicy(ctx, tx, p.ID, in.Policy); err != nil {
			return true, err
		}
	}
	return true, c.passOn(ctx, tx, a, p)
}

// takeQuietly stores a post that was fetched: it is in threads and on
// profiles, in nobody's home.
func (c *Chapter) takeQuietly(ctx context.Context, tx *store.Tx, sender *models.Account, out *composed) (bool, error) {
	p := out.post
	sensitize(sender, p)
	if err := c.consent(ctx, tx, sender, out); err != nil {
		return false, err
	}
	added, err := tx.AddPost(ctx, p, out.search)
	if err != nil || !added {
		return false, err
	}
	if err := tx.MarkFetched(ctx, p.ID); err != nil {
		return false, err
	}
	return true, count(ctx, tx, p, 1)
}

// maxAdopted is how many waiting replies find their parent at once.
const maxAdopted = 200

// adopt gives replies that came before their parent the parent that is here
// now.
func (c *Chapter) adopt(ctx context.Context, tx *store.Tx, parent *models.Post) error {
	waiting, err := tx.Orphans(ctx, parent.URI, maxAdopted)
	if err != nil {
		return err
	}
	for _, p := range waiting {
		if err := tx.SetParent(ctx, p.ID, parent); err != nil {
			return err
		}
		if err := countReply(ctx, tx, p, parent.ID, 1); err != nil {
			return err
		}
	}
	return nil
}

// ReceiveEdit takes in a new version of a post of the sender. What is older
// than what is here, or of somebody else, changes nothing. It returns nil for
// a post that is not here.
func (c *Chapter) ReceiveEdit(ctx context.Context, a Activity, in Incoming) (*models.Post, error) {
	var p *models.Post
	err := c.Store.Write(ctx, func(tx *store.Tx) error {
		p = nil
		fresh, err := a.fresh(ctx, tx)
		if err != nil || !fresh {
			return err
		}
		old, err := tx.PostByURI(ctx, in.Post.URI)
		if models.KindOf(err) == models.NotFound {
			return nil
		}
		if err != nil {
			return err
		}
		if old.AuthorID != a.Sender.ID || old.Local {
			return models.Errorf(models.Forbidden, "The post is not the sender's.")
		}
		p = old
		if !in.Post.UpdatedAt.IsZero() && in.Post.UpdatedAt.Before(old.UpdatedAt) {
			return nil
		}
		if err := c.requote(ctx, tx, old, in.Post); err != nil {
			return err
		}
		if !old.UpdatedAt.IsZero() && !in.Post.UpdatedAt.After(old.UpdatedAt) {
			return c.recount(ctx, tx, old, merge(old, in.Post))
		}
		if err := c.setPolicy(ctx, tx, old.ID, in.Policy); err != nil {
			return err
		}
		out := &composed{post: merge(old, in.Post)}
		if err := c.placeMentions(ctx, tx, in, out); err != nil {
			return err
		}
		if err := placeContributors(ctx, tx, in, out.post); err != nil {
			return err
		}
		out.post.GroupID = old.GroupID
		out.search = strings.TrimSpace(out.post.Title + "\n" + out.post.Warning + "\n" + text.PlainText(out.post.HTML))
		p = out.post
		if unchanged(old, p) {
			return c.recount(ctx, tx, old, p)
		}
		if p.EditedAt = p.UpdatedAt; p.EditedAt.IsZero() {
			p.EditedAt = tx.Now()
		}
		if err := c.replace(ctx, tx, old, out, "", a.Sender.ID); err != nil {
			return err
		}
		if err := keepContributors(ctx, tx, p); err != nil {
			return err
		}
		return c.passOn(ctx, tx, a, p)
	})
	return p, err
}

// merge is a stored post with the text of its new version. Who may read it
// does not widen by an Update.
func merge(old, from *models.Post) *models.Post {
	p := *old
	p.Title, p.Summary, p.Warning, p.Sensitive = from.Title, from.Summary, from.Warning, from.Sensitive
	p.HTML, p.Source, p.Format, p.Language = from.HTML, from.Source, from.Format, from.Language
	p.Tags, p.Media, p.Emojis, p.Practice, p.Talk, p.Type, p.URL = from.Tags, from.Media, from.Emojis, from.Practice, from.Talk, from.Type, from.URL
	p.Poll, p.UpdatedAt, p.QuotePolicy = from.Poll, from.UpdatedAt, from.QuotePolicy
	p.Visibility = old.Visibility.Narrower(from.Visibility)
	if p.Poll != nil && old.Poll != nil {
		poll := *p.Poll
		poll.PostID = old.ID
		p.Poll = &poll
	}
	return &p
}

// pollMoved says whether an Update without a new time brings later counts: so
// polls are refreshed. Votes are not taken back, so fewer ones are older ones,
// and a poll that was closed stays so.
func pollMoved(old, from *models.Post) bool {
	switch {
	case old.Poll == nil || from.Poll == nil || !slices.Equal(pollTitles(old.Poll), pollTitles(from.Poll)):
		return false
	case old.Poll.ClosedAt.IsZero() != from.Poll.ClosedAt.IsZero():
		return old.Poll.ClosedAt.IsZero()
	case old.Poll.Voters != from.Poll.Voters:
		return from.Poll.Voters > old.Poll.Voters
	}
	return pollVotes(from.Poll) > pollVotes(old.Poll)
}

func pollVotes(p *models.Poll) (n int) {
	for _, o := range p.Options {
		n += o.Votes
	}
	return n
}

// unchanged says whether nothing that a person wrote differs.
func unchanged(old, p *models.Post) bool {
	return old.HTML == p.HTML && old.Title == p.Title && old.Summary == p.Summary && old.Warning == p.Warning && old.Sensitive == p.Sensitive &&
		slices.Equal(old.Tags, p.Tags) && slices.Equal(pollTitles(old.Poll), pollTitles(p.Poll)) && old.Visibility == p.Visibility &&
		slices.EqualFunc(old.Media, p.Media, func(a, b models.Media) bool { return a.RemoteURL == b.RemoteURL && a.Description == b.Description })
}

// recount stores what an Update that changes no text brings: a poll's counts.
func (c *Chapter) recount(ctx context.Context, tx *store.Tx, old, p *models.Post) error {
	if p.Poll == nil || !pollMoved(old, p) {
		return nil
	}
	if err := tx.SetPoll(ctx, p.ID, p.Poll); err != nil {
		return err
	}
	if err := tx.TouchPost(ctx, p.ID); err != nil {
		return err
	}
	return tx.Leave(ctx, models.Event{Kind: models.PostCounted, AccountID: p.AuthorID, PostID: p.ID})
}

// ReceiveDelete takes in that the sender deleted something of its own: a post,
// a boost. What is not here yet will not be taken in later.
func (c *Chapter) ReceiveDelete(ctx context.Context, a Activity, uri string) error {
	return c.once(ctx, a, func(tx *store.Tx) error {
		p, err := tx.PostByURI(ctx, uri)
		if models.KindOf(err) == models.NotFound {
			if was, err := c.stampDeleted(ctx, tx, a, uri); err != nil || was {
				return err
			}
			return tx.AddTombstone(ctx, uri, a.Sender.URI, "", false, tx.Now())
		}
		if err != nil {
			return err
		}
		if p.AuthorID != a.Sender.ID || p.Local {
			return models.Errorf(models.Forbidden, "The post is not the sender's.")
		}
		if err := c.passOn(ctx, tx, a, p); err != nil {
			return err
		}
		return c.remove(ctx, tx, a.Sender, p)
	})
}

// ReceiveVote takes in a vote of the sender in a poll of ours, for the option
// called title.
func (c *Chapter) ReceiveVote(ctx context.Context, a Activity, postID models.ID, uri, title string) error {
	return c.once(ctx, a, func(tx *store.Tx) error {
		p, err := tx.Post(ctx, models.Viewer{AccountID: a.Sender.ID}, postID)
		if err != nil {
			return err
		}
		if p.Poll == nil || !p.Local {
			return store404
		}
		choice := slices.IndexFunc(p.Poll.Options, func(o models.PollOption) bool { return o.Title == title })
		if err := checkVote(p, a.Sender.ID, []int{choice}, tx.Now()); err != nil {
			return err
		}
		votes, err := tx.Votes(ctx, a.Sender.ID, []models.ID{p.ID})
		if err != nil {
			return err
		}
		if before := votes[p.ID]; len(before) > 0 && !p.Poll.Multiple || slices.Contains(before, choice) {
			return models.Errorf(models.Invalid, "The sender has voted already.")
		} else if len(before) == 0 {
			p.Poll.Voters++
		}
		if err := c.vote(ctx, tx, a.Sender, p, choice, uri); err != nil {
			return err
		}
		return c.counted(ctx, tx, p)
	})
}
