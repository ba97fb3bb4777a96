package deliver

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"atelier/federation/sign"
	"atelier/federation/wire"
	"atelier/models"
)

// plan says what an event means to other servers. An event whose subject is
// not there any more means nothing: what took it away left an event too.
func (d *Deliverer) plan(ctx context.Context, e *models.Event, known *known) (*plan, error) {
	p := &planner{d: d, ctx: ctx, event: e, known: known, plan: &plan{event: e}, encoder: wire.Encoder{URLs: d.urls, Media: d.o.Media}}
	do := planners[e.Kind]
	if do == nil {
		return p.plan, nil
	}
	var err error
	if p.rules, err = d.store.DomainRules(ctx); err != nil {
		return nil, err
	}
	if p.actor, err = p.account(e.AccountID); err == nil {
		err = do(p)
	}
	if err != nil && models.KindOf(err) == models.NotFound {
		return &plan{event: e}, nil
	}
	return p.plan, err
}

// planners says for each kind of event what is told. Other kinds are nobody
// else's business.
var planners = map[models.EventKind]func(*planner) error{
	models.PostPublished:  (*planner).published,
	models.PostEdited:     (*planner).edited,
	models.PostCounted:    (*planner).counted,
	models.PostDeleted:    (*planner).deleted,
	models.PostBoosted:    (*planner).boosted,
	models.PostUnboosted:  (*planner).unboosted,
	models.PostFavourited: (*planner).favourited,
	models.PostUnfavored:  (*planner).unfavoured,
	models.PostPinned:     (*planner).pinned,
	models.PostUnpinned:   (*planner).unpinned,
	models.TagFeatured:    (*planner).tagFeatured,
	models.TagUnfeatured:  (*planner).tagUnfeatured,
	models.PostApproved:   (*planner).approved,
	models.QuoteAsked:     (*planner).quoteAsked,
	models.QuoteAnswered:  (*planner).quoteAnswered,
	models.QuoteRevokedBy: (*planner).quoteRevoked,
	models.PollVoted:      (*planner).voted,
	models.FollowAsked:    (*planner).followAsked,
	models.FollowAnswered: (*planner).followAnswered,
	models.FollowRefused:  (*planner).followRefused,
	models.FollowEnded:    (*planner).followEnded,
	models.AccountBlocked: (*planner).blocked,
	models.AccountUnblock: (*planner).unblocked,
	models.AccountChanged: (*planner).changed,
	models.AccountDeleted: (*planner).accountDeleted,
	models.AccountMoved:   (*planner).moved,
	models.ActivityRelay:  (*planner).relayed,
	models.RelayJoined:    (*planner).relayJoined,
	models.RelayLeft:      (*planner).relayLeft,
	models.ReportFiled:    (*planner).reported,
}

// A planner works out one event.
type planner struct {
	d       *Deliverer
	ctx     context.Context
	event   *models.Event
	known   *known
	actor   *models.Account // whose event it is
	encoder wire.Encoder
	rules   *models.DomainRules
	plan    *plan
}

// known is what was read for events that are worked on together: most are of
// the same few accounts, and a post that its Group boosts is needed twice.
type known struct {
	accounts map[models.ID]*models.Account
	posts    map[models.ID]*models.Post
}

func newKnown() *known {
	return &known{accounts: map[models.ID]*models.Account{}, posts: map[models.ID]*models.Post{}}
}

func (p *planner) account(id models.ID) (*models.Account, error) {
	return once(p, p.known.accounts, id, p.d.store.Account)
}

// stored returns a post whoever may read it.
func (p *planner) stored(id models.ID) (*models.Post, error) {
	return once(p, p.known.posts, id, p.d.store.PostByID)
}

func once[T any](p *planner, known map[models.ID]*T, id models.ID, read func(context.Context, models.ID) (*T, error)) (*T, error) {
	if v := known[id]; v != nil {
		return v, nil
	}
	v, err := read(p.ctx, id)
	if err == nil {
		known[id] = v
	}
	return v, err
}

// data reads the event's data into v.
func (p *planner) data(v any) error {
	if err := json.Unmarshal(p.event.Data, v); err != nil {
		return fmt.Errorf("read what event %s left: %w", p.event.Kind, err)
	}
	return nil
}

// An audience is a set of inboxes.
type audience struct {
	p       *planner
	inboxes []string
	seen    map[string]bool
}

func (p *planner) audience() *audience { return &audience{p: p, seen: map[string]bool{}} }

// add adds inboxes on other servers, but for those that the stewards suspended.
func (a *audience) add(inboxes ...string) {
	for _, inbox := range inboxes {
		if inbox == "" || a.seen[inbox] {
			continue
		}
		a.seen[inbox] = true
		host := hostOf(inbox)
		if host == "" || a.p.d.urls.Local(inbox) || a.p.rules.Blocked(host) {
			continue
		}
		a.inboxes = append(a.inboxes, inbox)
	}
}

// followers adds those of an account.
func (a *audience) followers(id models.ID) error {
	inboxes, err := a.p.d.store.FollowerInboxes(a.p.ctx, id)
	a.add(inboxes...)
	return err
}

// accounts adds those of the accounts that live elsewhere. A message that is
// for few goes to their own inboxes.
func (a *audience) accounts(direct bool, ids ...models.ID) error {
	ids = slices.DeleteFunc(slices.Clone(ids), func(id models.ID) bool { return id == 0 })
	found, err := a.p.d.store.Accounts(a.p.ctx, ids)
	if err != nil {
		return err
	}
	for _, id := range ids {
		other := found[id]
		switch {
		case other == nil, other.Local(), other.Suspended(), !other.DeletedAt.IsZero():
		case direct:
			a.add(other.InboxURI)
		default:
			a.add(other.Inbox())
		}
	}
	return nil
}

// post adds whom a post is for: followers and members of its audience as its
// visibility says, and in any case whom it names.
func (a *audience) post(author models.ID, v models.Visibility, mentions []models.Mention, others ...models.ID) error {
	ids := make([]models.ID, 0, len(mentions))
	for _, m := range mentions {
		ids = append(ids, m.AccountID)
	}
	if v == models.Direct {
		return a.accounts(true, ids...)
	}
	if err := a.followers(author); err != nil {
		return err
	}
	if v.Open() { // whoever else has to do with it may see it
		ids = append(ids, others...)
	}
	return a.accounts(false, ids...)
}

// tell adds an activity to the plan. Public ones carry a proof, so that they
// are believed from whoever passes them on.
func (p *planner) tell(doc wire.Document, object string, public bool, to *audience) error {
	if len(to.inboxes) == 0 {
		return nil
	}
	body, err := p.write(doc, public)
	if err != nil {
		return err
	}
	p.add(doc.ID(), object, body, to)
	return nil
}

func (p *planner) add(uri, object string, body []byte, to *audience) {
	p.plan.tell = append(p.plan.tell, telling{inboxes: to.inboxes, activity: &models.OutgoingActivity{
		ID: p.d.store.NewID(), URI: uri, ActorID: p.actor.ID, Object: object, Body: body, CreatedAt: p.d.store.Now()}})
}

func (p *planner) write(doc wire.Document, public bool) ([]byte, error) {
	if !public || p.actor.EdKeyID == "" {
		return doc.JSON()
	}
	keys, err := p.d.store.Keys(p.ctx, p.actor.ID)
	if err != nil {
		return nil, err
	}
	k, err := p.d.keyring.Key(p.actor.EdKeyID, keys.Ed25519)
	if err != nil {
		return nil, err
	}
	body, err := doc.JSONForProof()
	if err != nil {
		return nil, err
	}
	return sign.Prove(body, k, p.event.CreatedAt)
}

// post returns a local post that may leave, with what its document needs.
func (p *planner) post(id models.ID) (c wire.PostContext, err error) {
	if c.Post, err = p.stored(id); err != nil {
		return c, err
	}
	return p.context(c.Post)
}

func (p *planner) context(post *models.Post) (c wire.PostContext, err error) {
	c.Post, c.Author = post, p.actor
	if post.AuthorID != p.actor.ID {
		if c.Author, err = p.account(post.AuthorID); err != nil {
			return c, err
		}
	}
	if post.GroupID != 0 {
		if c.Group, err = p.account(post.GroupID); err != nil && models.KindOf(err) != models.NotFound {
			return c, err
		}
	}
	if c.Contributors, err = p.d.store.Credited(p.ctx, post); err != nil {
		return c, err
	}
	if post.QuoteOfID != 0 {
		if quoted, err := p.stored(post.QuoteOfID); err == nil {
			c.QuotedURL = quoted.URL
		}
	}
	return c, nil
}

func (p *planner) published() error {
	c, err := p.post(p.event.PostID)
	if err != nil || !c.Post.Leaves() {
		return err
	}
	if asked, err := p.asked(&c); err != nil || asked {
		return err
	}
	to := p.audience()
	if err := to.post(c.Author.ID, c.Post.Visibility, c.Post.Mentions, c.Post.InReplyToAuthorID, c.Post.GroupID, p.quoted(c.Post)); err != nil {
		return err
	}
	if err := to.relays(c.Post.Visibility); err != nil {
		return err
	}
	if err := p.tellRelays(c); err != nil {
		return err
	}
	// Of new topics the Group tells when it boosts them.
	return p.tellPost(c, to, c.Post.IsReply(), func() (wire.Document, error) { return p.encoder.Create(c) })
}

func (p *planner) edited() error {
	return p.update(func(post *models.Post) time.Time { return post.ToldAt() })
}

func (p *planner) counted() error {
	return p.update(func(*models.Post) time.Time { return p.event.CreatedAt })
}

func (p *planner) update(at func(*models.Post) time.Time) error {
	c, err := p.post(p.event.PostID)
	if err != nil || !c.Post.Leaves() {
		return err
	}
	if asked, err := p.asked(&c); err != nil || asked {
		return err
	}
	interested, err := p.d.store.Interested(p.ctx, c.Post.ID)
	if err != nil {
		return err
	}
	to := p.audience()
	if err := to.post(c.Author.ID, c.Post.Visibility, c.Post.Mentions, append(interested, c.Post.InReplyToAuthorID, c.Post.GroupID, p.quoted(c.Post))...); err != nil {
		return err
	}
	if err := to.relays(c.Post.Visibility); err != nil {
		return err
	}
	return p.tellPost(c, to, true, func() (wire.Document, error) { return p.encoder.Update(c, at(c.Post)) })
}

// tellPost tells about a post of ours. With echo, the local Group that it is
// for passes that on, so that its followers hear of it who do not follow the
// author (FEP-1b12). Nothing is written for nobody.
func (p *planner) tellPost(c wire.PostContext, to *audience, echo bool, write func() (wire.Document, error)) error {
	group := p.audience()
	if echo && c.Group != nil && c.Group.Local() && c.Post.Visibility.Open() {
		if err := group.followers(c.Group.ID); err != nil {
			return err
		}
	}
	if len(to.inboxes)+len(group.inboxes) == 0 {
		return nil
	}
	doc, err := write()
	if err != nil {
		return err
	}
	if err := p.tell(doc, c.Post.URI, c.Post.Visibility.Open(), to); err != nil {
		return err
	}
	return p.announce(c.Group, doc, c.Post.URI, group)
}

// announce has a local Group pass on an activity to its followers.
func (p *planner) announce(group *models.Account, passed wire.Document, object string, to *audience) error {
	if len(to.inboxes) == 0 {
		return nil
	}
	doc, err := p.encoder.AnnounceActivity(p.d.urls.Announce(group.URI, p.event.ID), group.URI, group.FollowersURI, passed)
	if err != nil {
		return err
	}
	return p.by(group).tell(doc, object, true, to)
}

// by is the same plan in the name of another actor.
func (p *planner) by(actor *models.Account) *planner {
	q := *p
	q.actor = actor
	return &q
}

func (p *planner) deleted() error {
	var gone models.DeletedPost
	if err := p.data(&gone); err != nil {
		return err
	}
	mentioned := make([]string, 0, len(gone.Mentions))
	for _, m := range gone.Mentions {
		mentioned = append(mentioned, m.URI)
	}
	x := wire.Deleted{URI: gone.URI, Type: gone.Type, Actor: p.actor.URI, At: p.event.CreatedAt}
	var group *models.Account
	if gone.GroupID != 0 && gone.Visibility.Open() {
		var err error
		if group, err = p.account(gone.GroupID); err == nil {
			x.Group = group.URI
		} else if models.KindOf(err) != models.NotFound {
			return err
		}
	}
	x.To, x.CC = wire.Addressing(gone.Visibility, p.actor.FollowersURI, mentioned, x.Group)
	doc := p.encoder.Delete(x)
	to := p.audience()
	if err := to.post(p.actor.ID, gone.Visibility, gone.Mentions, append(gone.Audience, gone.InReplyTo, gone.GroupID)...); err != nil {
		return err
	}
	if err := to.relays(gone.Visibility); err != nil {
		return err
	}
	p.plan.cancels = append(p.plan.cancels, cancellation{p.actor.ID, gone.URI})
	if err := p.tell(doc, gone.URI, gone.Visibility.Open(), to); err != nil {
		return err
	}
	if group != nil && group.Local() {
		p.plan.cancels = append(p.plan.cancels, cancellation{group.ID, gone.URI})
		to := p.audience()
		if err := to.followers(group.ID); err != nil {
			return err
		}
		return p.announce(group, doc, gone.URI, to)
	}
	return nil
}

func (p *planner) boosted() error {
	boost, err := p.stored(p.event.PostID)
	if err != nil {
		return err
	}
	subject, err := p.stored(boost.BoostOfID)
	if err != nil {
		return err
	}
	c, err := p.context(subject)
	if err != nil {
		return err
	}
	approval, err := p.approval(boost)
	if err != nil {
		return err
	}
	doc := p.encoder.Announce(wire.Boost{ID: boost.URI, Actor: p.actor.URI, Followers: p.actor.FollowersURI, Object: subject.URI, Author: c.Author.URI,
		Visibility: boost.Visibility, At: boost.CreatedAt, ApprovedBy: approval.Stamp})
	to := p.audience()
	if approval.State == models.ApprovalAsked {
		to.add(c.Author.InboxURI)
		return p.tell(doc, subject.URI, boost.Visibility.Open(), to)
	}
	if err := to.post(p.actor.ID, boost.Visibility, nil, subject.AuthorID); err != nil {
		return err
	}
	// A new topic in both forms: servers that know groups read the activity,
	// the others the boost (FEDERATION-NOTES 5.2).
	if p.actor.Type == models.Group && subject.GroupID == p.actor.ID && subject.Leaves() && subject.Visibility.Open() {
		group := p.audience()
		if err := group.followers(p.actor.ID); err != nil || len(group.inboxes) == 0 {
			return err
		}
		create, err := p.encoder.Create(c)
		if err != nil {
			return err
		}
		if err := p.announce(p.actor, create, subject.URI, group); err != nil {
			return err
		}
	}
	return p.tell(doc, subject.URI, boost.Visibility.Open(), to)
}

func (p *planner) unboosted() error {
	var gone models.DeletedPost
	if err := p.data(&gone); err != nil {
		return err
	}
	author := ""
	if len(gone.Audience) > 0 {
		if a, err := p.account(gone.Audience[0]); err == nil {
			author = a.URI
		}
	}
	to := p.audience()
	if err := to.post(p.actor.ID, gone.Visibility, nil, gone.Audience...); err != nil {
		return err
	}
	return p.undo(p.encoder.Announce(wire.Boost{ID: gone.URI, Actor: p.actor.URI, Followers: p.actor.FollowersURI, Object: gone.SubjectURI, Author: author,
		Visibility: gone.Visibility, At: p.made(gone.URI)}), gone.SubjectURI, gone.Visibility.Open(), to)
}

// made is when a deed of ours was done: its id ends in the number of its row.
func (p *planner) made(uri string) time.Time {
	id := models.ParseID(uri[strings.LastIndexByte(uri, '/')+1:])
	if id == 0 {
		return time.Time{}
	}
	return id.Time()
}

// undo takes back an activity, sent or not.
func (p *planner) undo(undone wire.Document, object string, public bool, to *audience) error {
	doc, err := p.encoder.Undo(undone)
	if err != nil {
		return err
	}
	return p.tell(doc, object, public, to)
}

// like is the favourite that the event is about, and where it goes: to the
// author and, if the post is in a remote Group, to that.
func (p *planner) like() (doc wire.Document, object string, to *audience, err error) {
	var deed models.Deed
	if err := p.data(&deed); err != nil {
		return doc, "", nil, err
	}
	post, err := p.stored(p.event.PostID)
	if err != nil {
		return doc, "", nil, err
	}
	author, err := p.account(post.AuthorID)
	if err != nil {
		return doc, "", nil, err
	}
	group := ""
	to = p.audience()
	to.add(author.Inbox())
	if post.GroupID != 0 && post.Visibility.Open() {
		if g, err := p.account(post.GroupID); err == nil && !g.Local() {
			group = g.URI
			to.add(g.Inbox())
		}
	}
	return p.encoder.Like(deed.URI, p.actor.URI, post.URI, author.URI, group, p.made(deed.URI)), post.URI, to, nil
}

func (p *planner) favourited() error {
	doc, object, to, err := p.like()
	if err != nil {
		return err
	}
	return p.tell(doc, object, false, to)
}

func (p *planner) unfavoured() error {
	doc, object, to, err := p.like()
	if err != nil {
		return err
	}
	return p.undo(doc, object, false, to)
}

func (p *planner) voted() error {
	var vote models.Vote
	if err := p.data(&vote); err != nil {
		return err
	}
	question, err := p.stored(p.event.PostID)
	if err != nil || question.Poll == nil {
		return err
	}
	author, err := p.account(question.AuthorID)
	if err != nil {
		return err
	}
	to := p.audience()
	to.add(author.InboxURI)
	for i, choice := range vote.Choices {
		if i >= len(vote.URIs) || choice >= len(question.Poll.Options) {
			break // the poll was changed meanwhile
		}
		doc := p.encoder.Vote(wire.Ballot{URI: vote.URIs[i], Voter: p.actor.URI, Question: question.URI, Author: author.URI,
			Choice: question.Poll.Options[choice].Title, At: p.event.CreatedAt})
		if err := p.tell(doc, question.URI, false, to); err != nil {
			return err
		}
	}
	return nil
}

// other is the account that the event's deed was done to, the deed's id, and
// its inbox.
func (p *planner) other() (other *models.Account, uri string, to *audience, err error) {
	var deed models.Deed
	if err := p.data(&deed); err != nil {
		return nil, "", nil, err
	}
	if other, err = p.account(p.event.TargetID); err != nil {
		return nil, "", nil, err
	}
	to = p.audience()
	to.add(other.InboxURI)
	return other, deed.URI, to, nil
}

func (p *planner) followAsked() error {
	other, uri, to, err := p.other()
	if err != nil {
		return err
	}
	return p.tell(p.encoder.Follow(uri, p.actor.URI, other.URI, p.made(uri)), other.URI, false, to)
}

func (p *planner) followEnded() error {
	other, uri, to, err := p.other()
	if err != nil {
		return err
	}
	return p.undo(p.encoder.Follow(uri, p.actor.URI, other.URI, p.made(uri)), other.URI, false, to)
}

func (p *planner) followAnswered() error {
	other, uri, to, err := p.other()
	if err != nil {
		return err
	}
	asked := p.encoder.Follow(uri, other.URI, p.actor.URI, time.Time{})
	doc, err := p.encoder.Accept(p.d.urls.Accept(p.actor.URI, p.event.ID), p.actor.URI, other.URI, asked, "")
	if err != nil {
		return err
	}
	return p.tell(doc, uri, false, to)
}

func (p *planner) followRefused() error {
	other, uri, to, err := p.other()
	if err != nil {
		return err
	}
	asked := p.encoder.Follow(uri, other.URI, p.actor.URI, time.Time{})
	doc, err := p.encoder.Reject(p.d.urls.Reject(p.actor.URI, p.event.ID), p.actor.URI, other.URI, asked)
	if err != nil {
		return err
	}
	return p.tell(doc, uri, false, to)
}

func (p *planner) blocked() error {
	other, uri, to, err := p.other()
	if err != nil {
		return err
	}
	return p.tell(p.encoder.Block(uri, p.actor.URI, other.URI), other.URI, false, to)
}

func (p *planner) unblocked() error {
	other, uri, to, err := p.other()
	if err != nil {
		return err
	}
	return p.undo(p.encoder.Block(uri, p.actor.URI, other.URI), other.URI, false, to)
}

func (p *planner) changed() error {
	doc, err := p.encoder.UpdateActor(wire.ActorContext{Account: p.actor}, p.event.CreatedAt)
	if err != nil {
		return err
	}
	to := p.audience()
	if err := to.followers(p.actor.ID); err != nil {
		return err
	}
	followed, err := p.d.store.FollowedInboxes(p.ctx, p.actor.ID)
	if err != nil {
		return err
	}
	to.add(followed...)
	return p.tell(doc, p.actor.URI, true, to)
}

func (p *planner) accountDeleted() error {
	to := p.audience()
	known, err := p.d.store.KnownInboxes(p.ctx)
	if err != nil {
		return err
	}
	to.add(known...)
	p.plan.cancels = append(p.plan.cancels, cancellation{p.actor.ID, ""})
	return p.tell(p.encoder.DeleteActor(p.actor.URI), p.actor.URI, true, to)
}

func (p *planner) moved() error {
	a := p.actor
	to := p.audience()
	if err := to.followers(a.ID); err != nil || a.MovedTo == "" {
		return err
	}
	return p.tell(p.encoder.Move(p.d.urls.Move(a.URI, p.event.ID), a.URI, a.FollowersURI, a.MovedTo), a.URI, true, to)
}

// relayed passes on what somebody else sent: wrapped by a Group, or as it is.
func (p *planner) relayed() error {
	var r models.RelayedActivity
	if err := p.data(&r); err != nil {
		return err
	}
	to := p.audience()
	if r.Announce {
		if err := to.followers(p.actor.ID); err != nil {
			return err
		}
		return p.announce(p.actor, wire.Received(r.Body), r.ID, to)
	}
	inboxes, err := p.d.store.FollowerInboxes(p.ctx, p.event.TargetID)
	if err != nil {
		return err
	}
	origin := hostOf(r.ID)
	for _, inbox := range inboxes {
		if hostOf(inbox) != origin { // who sent it has it
			to.add(inbox)
		}
	}
	if len(to.inboxes) > 0 {
		p.add(r.ID, r.ID, r.Body, to)
	}
	return nil
}
