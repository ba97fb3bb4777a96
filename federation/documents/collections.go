package documents

import (
	"strings"

	"atelier/federation/wire"
	"atelier/models"
	"atelier/models/store"
)

const (
	idsPerPage  = 60
	docsPerPage = 20
	maxFeatured = 100
)

// paging is which page of a collection is asked for: none at all, or the one
// after the item with id.
func (v *visit) paging() (page bool, after models.ID) {
	q := v.r.URL.Query()
	return q.Get("page") != "", models.ParseID(q.Get("max_id"))
}

// collection answers with a collection whose pages are at uri.
func (v *visit) collection(c wire.CollectionContext) error {
	doc, err := v.encoder.Collection(c)
	if err != nil {
		return err
	}
	return v.tell(doc, true)
}

// pageOf answers with one page of a collection: items, and the id of the last
// one if there may be more.
func (v *visit) pageOf(uri string, ordered bool, total int, items []wire.Document, last models.ID, full bool) error {
	c := wire.CollectionContext{ID: v.urls.FirstPage(uri), Ordered: ordered, Page: true, Total: total, PartOf: uri, Items: items}
	if _, after := v.paging(); after != 0 {
		c.ID = v.urls.PageAfter(uri, after)
	}
	if full {
		c.Next = v.urls.PageAfter(uri, last)
	}
	return v.collection(c)
}

// there returns the account of an address, which has to be there.
func (v *visit) there() (*models.Account, error) {
	a, err := v.account()
	if err == nil && !a.DeletedAt.IsZero() {
		err = models.Errorf(models.Gone, "This account was deleted.")
	}
	if err == nil && a.Suspended() {
		err = store.ErrNotFound
	}
	return a, err
}

// outbox lists what an actor published for everyone, newest first.
func (v *visit) outbox() error {
	a, err := v.there()
	if err != nil {
		return err
	}
	uri := v.urls.Outbox(a.URI)
	paged, after := v.paging()
	if !paged {
		return v.collection(wire.CollectionContext{ID: uri, Ordered: true, Total: a.Stats.Posts, First: v.urls.FirstPage(uri)})
	}
	posts, err := v.store.AccountPosts(v.ctx, models.Stranger, a.ID, store.AccountFilter{}, store.Page{Max: after, Limit: docsPerPage})
	if err != nil {
		return err
	}
	var items []wire.Document
	var last models.ID
	for _, p := range posts {
		last = p.ID
		doc, err := v.activityOf(p)
		if models.KindOf(err) == models.NotFound {
			continue // a boost of what strangers may not read
		}
		if err != nil {
			return err
		}
		items = append(items, doc)
	}
	return v.pageOf(uri, true, a.Stats.Posts, items, last, len(posts) == docsPerPage)
}

// people answers with a list of accounts, or only with their number.
func (v *visit) people(uri string, total int, hidden bool, list func(store.Page) ([]store.Listed, error)) error {
	paged, after := v.paging()
	if !paged || hidden {
		c := wire.CollectionContext{ID: uri, Ordered: true, Total: total}
		if !hidden {
			c.First = v.urls.FirstPage(uri)
		}
		return v.collection(c)
	}
	found, err := list(store.Page{Max: after, Limit: idsPerPage})
	if err != nil {
		return err
	}
	var items []wire.Document
	var last models.ID
	for _, l := range found {
		last = l.Cursor
		items = append(items, wire.Named(l.Account.URI))
	}
	return v.pageOf(uri, true, total, items, last, len(found) == idsPerPage)
}

func (v *visit) followers() error {
	a, err := v.there()
	if err != nil {
		return err
	}
	return v.people(v.urls.Followers(a.URI), a.Stats.Followers, a.HideNetwork, func(p store.Page) ([]store.Listed, error) {
		return v.store.Followers(v.ctx, a.ID, p)
	})
}

func (v *visit) following() error {
	a, err := v.there()
	if err != nil {
		return err
	}
	return v.people(v.urls.Following(a.URI), a.Stats.Following, a.HideNetwork, func(p store.Page) ([]store.Listed, error) {
		return v.store.Following(v.ctx, a.ID, p)
	})
}

// followersHere lists an actor's followers at the host that asks, to that host
// alone (FEP-8fcf).
func (v *visit) followersHere() error {
	a, err := v.there()
	if err != nil {
		return err
	}
	who, err := v.signer()
	if err != nil {
		return err
	}
	if who == nil {
		return errUnsigned
	}
	scheme, rest, _ := strings.Cut(who.URI, "://")
	host, _, _ := strings.Cut(rest, "/")
	uris, err := v.store.FollowsOnHost(v.ctx, a.ID, scheme+"://"+host+"/")
	if err != nil {
		return err
	}
	items := make([]wire.Document, len(uris))
	for i, uri := range uris {
		items[i] = wire.Named(uri)
	}
	doc, err := v.encoder.Collection(wire.CollectionContext{ID: v.urls.FollowersSync(a.URI), Ordered: true, Total: len(items), Items: items, Listed: true})
	if err != nil {
		return err
	}
	return v.tell(doc, false)
}

// featured lists the posts that an actor shows first.
func (v *visit) featured() error {
	a, err := v.there()
	if err != nil {
		return err
	}
	posts, err := v.store.AccountPosts(v.ctx, models.Stranger, a.ID, store.AccountFilter{Pinned: true}, store.Page{Limit: maxFeatured})
	if err != nil {
		return err
	}
	return v.listed(v.urls.Featured(a.URI), posts)
}

// listed answers with a short collection of posts, whole.
func (v *visit) listed(uri string, posts []*models.Post) error {
	items := make([]wire.Document, len(posts))
	for i, p := range posts {
		items[i] = wire.Named(p.URI)
	}
	return v.collection(wire.CollectionContext{ID: uri, Ordered: true, Total: len(items), Items: items, Listed: true})
}

// featuredTags lists the hashtags that an actor shows on its profile.
func (v *visit) featuredTags() error {
	a, err := v.there()
	if err != nil {
		return err
	}
	tags, err := v.store.FeaturedTags(v.ctx, a.ID)
	if err != nil {
		return err
	}
	items := make([]wire.Document, len(tags))
	for i, t := range tags {
		items[i] = v.encoder.Hashtag(t.Tag.Label)
	}
	return v.collection(wire.CollectionContext{ID: v.urls.FeaturedTags(a.URI), Total: len(items), Items: items, Listed: true})
}

// moderators lists who looks after a Group.
func (v *visit) moderators() error {
	a, err := v.there()
	if err != nil {
		return err
	}
	if a.Type != models.Group {
		return store.ErrNotFound
	}
	ids, err := v.store.Stewards(v.ctx)
	if err != nil {
		return err
	}
	found, err := v.store.Accounts(v.ctx, ids)
	if err != nil {
		return err
	}
	var items []wire.Document
	for _, id := range ids {
		if m := found[id]; m != nil {
			items = append(items, wire.Named(m.URI))
		}
	}
	return v.collection(wire.CollectionContext{ID: v.urls.Moderators(a.URI), Ordered: true, Owner: a.URI, Total: len(items), Items: items, Listed: true})
}

// library lists a Group's practice notes, newest first.
func (v *visit) library() error {
	a, err := v.there()
	if err != nil {
		return err
	}
	if a.Type != models.Group {
		return store.ErrNotFound
	}
	uri := v.urls.Library(a.URI)
	paged, after := v.paging()
	if !paged {
		return v.collection(wire.CollectionContext{ID: uri, Ordered: true, Owner: a.URI, Total: -1, First: v.urls.FirstPage(uri)})
	}
	posts, err := v.store.Notes(v.ctx, models.Stranger, store.NoteFilter{}, store.Page{Max: after, Limit: idsPerPage})
	if err != nil {
		return err
	}
	var items []wire.Document
	var last models.ID
	for _, p := range posts {
		last = p.ID
		if p.Leaves() && p.GroupID == a.ID {
			items = append(items, wire.Named(p.URI))
		}
	}
	return v.pageOf(uri, true, -1, items, last, len(posts) == idsPerPage)
}

// ofPost returns the post that an address belongs to, for whoever asks.
func (v *visit) ofPost() (*models.Post, models.Viewer, bool, error) {
	viewer := models.Stranger
	p, err := v.store.Post(v.ctx, viewer, v.ref.ID)
	if models.KindOf(err) == models.NotFound {
		if viewer = v.viewer(); viewer.AccountID != 0 {
			p, err = v.store.Post(v.ctx, viewer, v.ref.ID)
		}
	}
	if err != nil {
		return nil, viewer, false, err
	}
	if !p.Leaves() || p.BoostOfID != 0 || p.URI != v.urls.Post(v.actorURI(), p.ID) {
		return nil, viewer, false, store.ErrNotFound
	}
	return p, viewer, viewer.AccountID == 0, nil
}

// replies lists the answers to a post that everyone may read, oldest first.
func (v *visit) replies() error {
	p, _, open, err := v.ofPost()
	if err != nil {
		return err
	}
	uri := v.urls.Replies(p.URI)
	paged, after := v.paging()
	c := wire.CollectionContext{ID: uri, Total: -1, First: v.urls.FirstPage(uri)}
	if paged {
		found, err := v.store.RepliesTo(v.ctx, models.Stranger, p.ID, after, idsPerPage)
		if err != nil {
			return err
		}
		c = v.forward(uri, false, found, after)
	}
	doc, err := v.encoder.Collection(c)
	if err != nil {
		return err
	}
	return v.tell(doc, open)
}

// tried lists the reports on a practice note that count, newest first.
func (v *visit) tried() error {
	p, _, open, err := v.ofPost()
	if err != nil {
		return err
	}
	if p.Practice == nil {
		return store.ErrNotFound
	}
	uri := v.urls.Tried(p.URI)
	total, err := v.store.CountReports(v.ctx, models.Stranger, p.ID)
	if err != nil {
		return err
	}
	paged, after := v.paging()
	c := wire.CollectionContext{ID: uri, Ordered: true, Total: total, First: v.urls.FirstPage(uri)}
	if paged {
		if c, err = v.reports(uri, p.ID, total, after); err != nil {
			return err
		}
	}
	doc, err := v.encoder.Collection(c)
	if err != nil {
		return err
	}
	return v.tell(doc, open)
}

// reports is a page of the reports on a note.
func (v *visit) reports(uri string, noteID models.ID, total int, after models.ID) (wire.CollectionContext, error) {
	c := wire.CollectionContext{ID: v.urls.FirstPage(uri), Ordered: true, Page: true, Total: total, PartOf: uri}
	if after != 0 {
		c.ID = v.urls.PageAfter(uri, after)
	}
	found, err := v.store.Reports(v.ctx, models.Stranger, noteID, store.Page{Max: after, Limit: idsPerPage})
	if err != nil {
		return c, err
	}
	ids := make([]models.ID, len(found))
	for i, r := range found {
		ids[i] = r.PostID
	}
	posts, err := v.store.Posts(v.ctx, models.Stranger, ids)
	if err != nil {
		return c, err
	}
	for _, p := range posts {
		c.Items = append(c.Items, wire.Named(p.URI))
	}
	if len(found) == idsPerPage {
		c.Next = v.urls.PageAfter(uri, ids[len(ids)-1])
	}
	return c, nil
}

// forward is a page of a collection whose items come oldest first.
func (v *visit) forward(uri string, ordered bool, posts []*models.Post, after models.ID) wire.CollectionContext {
	c := wire.CollectionContext{ID: v.urls.FirstPage(uri), Ordered: ordered, Page: true, Total: -1, PartOf: uri}
	if after != 0 {
		c.ID = v.urls.PageAfter(uri, after)
	}
	for _, p := range posts {
		c.Items = append(c.Items, wire.Named(p.URI))
	}
	if len(posts) == idsPerPage {
		c.Next = v.urls.PageAfter(uri, posts[len(posts)-1].ID)
	}
	return c
}

// likes and shares say how many there are, not who.
func (v *visit) likes() error {
	return v.count(v.urls.Likes, func(s models.PostStats) int { return s.Favourites })
}

func (v *visit) shares() error {
	return v.count(v.urls.Shares, func(s models.PostStats) int { return s.Boosts })
}

func (v *visit) count(uri func(post string) string, of func(models.PostStats) int) error {
	p, _, open, err := v.ofPost()
	if err != nil {
		return err
	}
	doc, err := v.encoder.Collection(wire.CollectionContext{ID: uri(p.URI), Total: of(p.Stats)})
	if err != nil {
		return err
	}
	return v.tell(doc, open)
}

// thread lists the posts of a thread that everyone may read, the first one
// first (FEP-7888).
func (v *visit) thread() error {
	root, err := v.store.Post(v.ctx, models.Stranger, v.ref.ID)
	if err != nil {
		return err
	}
	uri := v.urls.Context(v.ref.ID)
	if root.ContextURI != "" && root.ContextURI != uri { // somebody else's thread
		return store.ErrNotFound
	}
	author, err := v.store.Account(v.ctx, root.AuthorID)
	if err != nil {
		return err
	}
	paged, after := v.paging()
	if !paged {
		return v.collection(wire.CollectionContext{ID: uri, Ordered: true, Owner: author.URI, Total: -1, First: v.urls.FirstPage(uri)})
	}
	posts, err := v.store.ThreadPosts(v.ctx, models.Stranger, v.ref.ID, after, idsPerPage)
	if err != nil {
		return err
	}
	return v.collection(v.forward(uri, true, posts, after))
}

// tag lists the chapter's own public posts with a hashtag, newest first.
func (v *visit) tag() error {
	uri := v.urls.TagPage(v.ref.Name)
	paged, after := v.paging()
	if !paged {
		return v.collection(wire.CollectionContext{ID: uri, Ordered: true, Total: -1, First: v.urls.FirstPage(uri)})
	}
	posts, err := v.store.Tagged(v.ctx, models.Stranger, store.TagFilter{Any: []string{v.ref.Name}, PublicFilter: store.PublicFilter{Local: true}}, store.Page{Max: after, Limit: idsPerPage})
	if err != nil {
		return err
	}
	var items []wire.Document
	var last models.ID
	for _, p := range posts {
		last = p.ID
		items = append(items, wire.Named(p.URI))
	}
	return v.pageOf(uri, true, -1, items, last, len(posts) == idsPerPage)
}
