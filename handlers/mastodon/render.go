package mastodon

import (
	"context"
	"slices"

	"github.com/maypok86/otter/v2"

	"atelier/models"
	"atelier/models/store"
)

// Render makes statuses, accounts and notifications for a viewer. What does
// not depend on the viewer is rendered once for each stamp and kept.
type Render struct {
	Store *store.Store
	URLs  models.URLs
	// Remote is the address under which a file of another server is read here.
	Remote func(address string) string

	posts    *otter.Cache[stamped, *post]
	accounts *otter.Cache[stamped, rendered]
	filters  *otter.Cache[models.ID, *filterSet]
}

// stamped names a version of a post or an account.
type stamped struct {
	id    models.ID
	stamp int64
}

// How much is kept, in bytes.
const (
	keptPosts    = 24 << 20
	keptAccounts = 8 << 20
)

// NewRender returns a Render of what s has; remote is its Remote.
func NewRender(s *store.Store, u models.URLs, remote func(address string) string) *Render {
	r := &Render{Store: s, URLs: u, Remote: remote}
	r.posts = otter.Must(&otter.Options[stamped, *post]{
		MaximumWeight: keptPosts,
		Weigher:       func(_ stamped, p *post) uint32 { return p.weight() },
	})
	r.accounts = otter.Must(&otter.Options[stamped, rendered]{
		MaximumWeight: keptAccounts,
		Weigher:       func(_ stamped, a rendered) uint32 { return uint32(len(a) + 100) },
	})
	r.filters = newFilterCache()
	s.Listen(r.hear)
	return r
}

// hear forgets filters that were changed, on whichever node.
func (r *Render) hear(events []models.Event) {
	for _, e := range events {
		if e.Kind == models.FiltersChanged {
			r.filters.Invalidate(e.AccountID)
		}
	}
}

// Status returns the status of the post with id as v sees it, as JSON;
// store.ErrNotFound if v may not read it.
func (r *Render) Status(ctx context.Context, v models.Viewer, id models.ID) ([]byte, error) {
	refs, err := r.Store.RefsOf(ctx, v, []models.ID{id})
	if err != nil {
		return nil, err
	}
	ref, ok := refs[id]
	if !ok {
		return nil, store.ErrNotFound
	}
	return r.statusOf(ctx, v, ref)
}

func (r *Render) statusOf(ctx context.Context, v models.Viewer, ref store.Ref) ([]byte, error) {
	s, err := r.sheet(ctx, v, []store.Ref{ref})
	if err != nil {
		return nil, err
	}
	if !s.has(ref) {
		return nil, store.ErrNotFound
	}
	return s.status(nil, ref), nil
}

// plain says that nothing of a post's rendering is known only to the store:
// what it answers or quotes, votes, the state of its files.
func plain(p *models.Post) bool {
	return p.State == models.Published && p.BoostOfID == 0 && p.InReplyToID == 0 && p.InReplyToURI == "" &&
		p.QuoteOfID == 0 && p.QuoteURI == "" && p.Poll == nil && p.Practice == nil && len(p.Media) == 0
}

// made renders a plain post that its author v has just published. Nobody can
// have done anything with it, and it is not read again.
func (r *Render) made(ctx context.Context, v models.Viewer, p *models.Post, app *models.App) ([]byte, error) {
	author, err := r.Store.Account(ctx, p.AuthorID)
	if err != nil {
		return nil, err
	}
	a, err := r.keepAccount(ctx, author)
	if err != nil {
		return nil, err
	}
	head := r.post(p, app)
	r.posts.Set(stamped{p.ID, p.Stamp}, head)
	s := &sheet{viewer: v, render: r, posts: map[models.ID]*post{p.ID: head}, accounts: map[models.ID]rendered{p.AuthorID: a}}
	if err := s.loadViewer(ctx); err != nil {
		return nil, err
	}
	return s.status(nil, store.Ref{ID: p.ID, Stamp: p.Stamp, AuthorID: p.AuthorID}), nil
}

// Account returns an account as JSON; store.ErrNotFound if it is not there.
func (r *Render) Account(ctx context.Context, id models.ID) ([]byte, error) {
	found, err := r.accountsByID(ctx, []models.ID{id})
	if err != nil {
		return nil, err
	}
	a, ok := found[id]
	if !ok {
		return nil, store.ErrNotFound
	}
	return a, nil
}

// accountsByID returns accounts as JSON, by id; unknown ones are left out.
func (r *Render) accountsByID(ctx context.Context, ids []models.ID) (map[models.ID]rendered, error) {
	out := make(map[models.ID]rendered, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	stamps, err := r.Store.AccountStamps(ctx, ids)
	if err != nil {
		return nil, err
	}
	return out, r.loadAccounts(ctx, stamps, out)
}

// loadAccounts puts accounts with their stamps into out, rendering those that
// are not kept.
func (r *Render) loadAccounts(ctx context.Context, stamps map[models.ID]int64, out map[models.ID]rendered) error {
	var missing []models.ID
	for id, stamp := range stamps {
		if a, ok := r.accounts.GetIfPresent(stamped{id, stamp}); ok {
			out[id] = a
		} else {
			missing = append(missing, id)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	found, err := r.Store.Accounts(ctx, missing)
	if err != nil {
		return err
	}
	for id, a := range found {
		if out[id], err = r.keepAccount(ctx, a); err != nil {
			return err
		}
	}
	return nil
}

// keepAccount renders an account that was read, unless it is kept.
func (r *Render) keepAccount(ctx context.Context, a *models.Account) (rendered, error) {
	key := stamped{a.ID, a.Stamp}
	if out, ok := r.accounts.GetIfPresent(key); ok {
		return out, nil
	}
	role := models.Role("")
	if a.Local() && a.Type == models.Person {
		m, err := r.Store.Member(ctx, a.ID)
		if err != nil && models.KindOf(err) != models.NotFound {
			return nil, err
		}
		if err == nil {
			role = m.Role
		}
	}
	moved, err := r.moved(ctx, a)
	if err != nil {
		return nil, err
	}
	out := rendered(encode(r.account(a, role, moved)))
	r.accounts.Set(key, out)
	return out, nil
}

// moved is the account that a moved to, if it is known here.
func (r *Render) moved(ctx context.Context, a *models.Account) (rendered, error) {
	if a.MovedTo == "" {
		return nil, nil
	}
	to, err := r.Store.AccountByURI(ctx, a.MovedTo)
	if models.KindOf(err) == models.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return encode(r.account(to, "", nil)), nil
}

// accountList returns accounts that were read, as JSON.
func (r *Render) accountList(ctx context.Context, accounts []*models.Account) ([]rendered, error) {
	out := make([]rendered, 0, len(accounts))
	for _, a := range accounts {
		e, err := r.keepAccount(ctx, a)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

// A sheet holds all that the statuses of one answer need, read together.
type sheet struct {
	viewer   models.Viewer
	render   *Render
	posts    map[models.ID]*post
	accounts map[models.ID]rendered
	quoted   map[models.ID]store.Ref
	votes    map[models.ID][]int
	follows  map[models.ID]bool // authors whom the viewer follows, where it matters
	filters  *filterSet
}

// sheet reads what the statuses of refs need, and the accounts with ids more.
func (r *Render) sheet(ctx context.Context, v models.Viewer, refs []store.Ref, more ...models.ID) (*sheet, error) {
	s := &sheet{viewer: v, render: r, posts: make(map[models.ID]*post, len(refs)+4), accounts: make(map[models.ID]rendered, len(refs)+len(more))}
	stamps := make(map[models.ID]int64, len(refs))
	if err := s.load(ctx, refs, stamps); err != nil {
		return nil, err
	}
	if err := s.loadQuoted(ctx, stamps); err != nil {
		return nil, err
	}
	var unknown []models.ID
	for _, id := range more {
		if _, ok := stamps[id]; !ok {
			unknown = append(unknown, id)
		}
	}
	if len(unknown) > 0 {
		found, err := r.Store.AccountStamps(ctx, unknown)
		if err != nil {
			return nil, err
		}
		for id, stamp := range found {
			stamps[id] = stamp
		}
	}
	if err := r.loadAccounts(ctx, stamps, s.accounts); err != nil {
		return nil, err
	}
	return s, s.loadViewer(ctx)
}

// load gets the posts of refs and what they are boosts of, and notes their
// authors' stamps.
func (s *sheet) load(ctx context.Context, refs []store.Ref, stamps map[models.ID]int64) error {
	var missing []models.ID
	get := func(ref *store.Ref) {
		stamps[ref.AuthorID] = ref.AuthorStamp
		if p, ok := s.render.posts.GetIfPresent(stamped{ref.ID, ref.Stamp}); ok {
			s.posts[ref.ID] = p
		} else if !slices.Contains(missing, ref.ID) {
			missing = append(missing, ref.ID)
		}
	}
	for i := range refs {
		get(&refs[i])
		if refs[i].BoostOf != nil {
			get(refs[i].BoostOf)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	found, err := s.render.Store.PostsAnyway(ctx, missing)
	if err != nil {
		return err
	}
	apps, err := s.apps(ctx, found)
	if err != nil {
		return err
	}
	for _, p := range found {
		made := s.render.post(p, apps[p.AppID])
		s.render.posts.Set(stamped{p.ID, p.Stamp}, made)
		s.posts[p.ID] = made
	}
	return nil
}

func (s *sheet) apps(ctx context.Context, posts []*models.Post) (map[models.ID]*models.App, error) {
	var ids []models.ID
	for _, p := range posts {
		if p.AppID != 0 && !slices.Contains(ids, p.AppID) {
			ids = append(ids, p.AppID)
		}
	}
	return s.render.Store.Apps(ctx, ids)
}

// loadQuoted gets what the posts quote, as far as the viewer may read it.
func (s *sheet) loadQuoted(ctx context.Context, stamps map[models.ID]int64) error {
	var ids []models.ID
	for _, p := range s.posts {
		if p.quoteOf != 0 && p.quoteState == models.QuoteAccepted {
			ids = append(ids, p.quoteOf)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	var err error
	if s.quoted, err = s.render.Store.RefsOf(ctx, s.viewer, ids); err != nil {
		return err
	}
	refs := make([]store.Ref, 0, len(s.quoted))
	for _, ref := range s.quoted {
		refs = append(refs, ref)
	}
	return s.load(ctx, refs, stamps)
}

// loadViewer gets what the viewer did: votes, follows, filters.
func (s *sheet) loadViewer(ctx context.Context) error {
	me := s.viewer.AccountID
	if me == 0 {
		return nil
	}
	var polls, authors []models.ID
	for _, p := range s.posts {
		if p.poll != nil {
			polls = append(polls, p.id)
		}
		if p.quotes == models.QuotesFollowers && p.visibility.Open() && p.authorID != me {
			authors = append(authors, p.authorID)
		}
	}
	var err error
	if len(polls) > 0 {
		if s.votes, err = s.render.Store.Votes(ctx, me, polls); err != nil {
			return err
		}
	}
	if len(authors) > 0 {
		if s.follows, err = s.render.Store.FollowedAmong(ctx, me, authors); err != nil {
			return err
		}
	}
	s.filters, err = s.render.filtersOf(ctx, me)
	return err
}

// has says whether all parts of a status are there: a post may be deleted
// while a page is read.
func (s *sheet) has(ref store.Ref) bool {
	if s.posts[ref.ID] == nil || s.accounts[ref.AuthorID] == nil {
		return false
	}
	return ref.BoostOf == nil || s.has(*ref.BoostOf)
}

// list appends the statuses of refs as an array.
func (s *sheet) list(b []byte, refs []store.Ref) []byte {
	b = append(b, '[')
	first := true
	for _, ref := range refs {
		if !s.has(ref) {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = s.status(b, ref)
	}
	return append(b, ']')
}

// status appends a status with all that the viewer sees of it.
func (s *sheet) status(b []byte, ref store.Ref) []byte { return s.append(b, ref, false) }

func (s *sheet) append(b []byte, ref store.Ref, isQuote bool) []byte {
	p := s.posts[ref.ID]
	b = append(b, p.head...)
	b = append(b, `,"account":`...)
	b = append(b, s.accounts[ref.AuthorID]...)
	b = append(b, `,"reblog":`...)
	subject := p
	if ref.BoostOf != nil {
		subject = s.posts[ref.BoostOf.ID]
		inner := *ref.BoostOf
		inner.Marks = ref.Marks
		b = s.append(b, inner, isQuote)
	} else {
		b = append(b, "null"...)
	}
	b = append(b, `,"poll":`...)
	if p.poll != nil {
		b = append(b, encode(poll(p.poll, p.authorID, s.render.emojis(p.emojis), s.viewer, s.votes[p.id], s.render.Store.Now()))...)
	} else {
		b = append(b, "null"...)
	}
	b = append(b, `,"quote":`...)
	b = s.quote(b, p, isQuote)
	b = append(b, `,"quote_approval":`...)
	b = s.approval(b, p)
	if s.viewer.AccountID != 0 {
		b = s.flags(b, p, subject, ref.Marks)
	}
	return append(b, '}')
}

// flags appends what the viewer did with a status.
func (s *sheet) flags(b []byte, p, subject *post, m store.Marks) []byte {
	b = appendFlag(b, `,"favourited":`, m.Favourited)
	b = appendFlag(b, `,"reblogged":`, m.Boosted)
	b = appendFlag(b, `,"muted":`, m.Muted)
	b = appendFlag(b, `,"bookmarked":`, m.Bookmarked)
	if p.authorID == s.viewer.AccountID && p.boostOf == 0 && p.visibility != models.Direct {
		b = appendFlag(b, `,"pinned":`, p.pinned)
	}
	b = append(b, `,"filtered":`...)
	return s.filters.append(b, subject, s.render.Store.Now())
}

func appendFlag(b []byte, key string, on bool) []byte {
	b = append(b, key...)
	if on {
		return append(b, "true"...)
	}
	return append(b, "false"...)
}
