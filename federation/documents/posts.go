package documents

import (
	"net/http"
	"time"

	"atelier/federation/wire"
	"atelier/models"
	"atelier/models/store"
)

// post answers with a post's document; a boost's is its Announce.
func (v *visit) post() error { return v.postPage(models.PostRef) }

// create answers with the activity that published a post: Mastodon looks there
// for what a Group passes on.
func (v *visit) create() error { return v.postPage(models.CreateRef) }

func (v *visit) postPage(kind models.RefKind) error {
	id := v.ref.ID
	if id == 0 {
		p, err := v.store.PostBySlug(v.ctx, models.Stranger, v.ref.Slug)
		if err != nil {
			return err
		}
		id = p.ID
	}
	p, err := v.keptPost(postKey{id, kind})
	if models.KindOf(err) == models.NotFound {
		return v.notForAll(id, kind)
	}
	if err != nil {
		return err
	}
	if !v.itsOwn(p.uri, kind) {
		return store.ErrNotFound
	}
	return v.send(&p.page, true)
}

// itsOwn says whether the address names the post under its own actor. Pages
// name none.
func (v *visit) itsOwn(uri string, kind models.RefKind) bool {
	if v.ref.Actor == "" {
		return kind == models.PostRef
	}
	return uri == v.urls.Post(v.actorURI(), v.ref.ID)
}

// keptPost returns a page of a post that everyone may read.
func (v *visit) keptPost(key postKey) (*keptPage, error) {
	now := time.Now()
	p, ok := v.kept.posts.GetIfPresent(key)
	if ok && p.good(now, func() (int64, error) { return v.store.PublicStamp(v.ctx, key.id) }) {
		return p, nil
	}
	stamp, err := v.store.PublicStamp(v.ctx, key.id)
	if err != nil {
		return nil, err
	}
	post, err := v.store.Post(v.ctx, models.Stranger, key.id)
	if err != nil {
		return nil, err
	}
	doc, err := v.document(post, key.kind)
	if err != nil {
		return nil, err
	}
	body, err := doc.JSON()
	if err != nil {
		return nil, err
	}
	p = &keptPage{page: *newPage(body, http.StatusOK, true), uri: post.URI, id: post.ID, stamp: stamp}
	p.checked.Store(now.UnixNano())
	v.kept.posts.Set(key, p)
	return p, nil
}

// notForAll answers for a post that is not for everyone: with its document if
// the actor that signed the request may read it, with 410 if it was deleted;
// else it is not there.
func (v *visit) notForAll(id models.ID, kind models.RefKind) error {
	if v.ref.Actor != "" {
		uri := v.urls.Post(v.actorURI(), id)
		if t, err := v.store.LocalTombstone(v.ctx, uri); err == nil {
			return v.gone(uri, t.Former, t.DeletedAt)
		} else if models.KindOf(err) != models.NotFound {
			return err
		}
	}
	viewer := v.viewer()
	if viewer.AccountID == 0 {
		return store.ErrNotFound
	}
	post, err := v.store.Post(v.ctx, viewer, id)
	if err != nil {
		return err
	}
	if !v.itsOwn(post.URI, kind) {
		return store.ErrNotFound
	}
	doc, err := v.document(post, kind)
	if err != nil {
		return err
	}
	return v.tell(doc, false)
}

// document makes the document of a post, or of the activity that published it.
func (v *visit) document(post *models.Post, kind models.RefKind) (wire.Document, error) {
	if !post.Leaves() {
		return wire.Document{}, store.ErrNotFound
	}
	author, err := v.store.Account(v.ctx, post.AuthorID)
	if err != nil {
		return wire.Document{}, err
	}
	if post.BoostOfID != 0 {
		if kind != models.PostRef {
			return wire.Document{}, store.ErrNotFound
		}
		return v.announce(post, author)
	}
	c, err := v.context(post, author)
	if err != nil {
		return wire.Document{}, err
	}
	if kind == models.CreateRef {
		return v.encoder.Create(c)
	}
	return v.encoder.Post(c)
}

// activityOf is the document of the activity that published a post or, as one
// boosted, of the boost.
func (v *visit) activityOf(p *models.Post) (wire.Document, error) {
	if p.BoostOfID != 0 {
		return v.document(p, models.PostRef)
	}
	return v.document(p, models.CreateRef)
}

// announce is the document of a boost of what everyone may read.
func (v *visit) announce(boost *models.Post, by *models.Account) (wire.Document, error) {
	subject, err := v.store.Post(v.ctx, models.Stranger, boost.BoostOfID)
	if err != nil {
		return wire.Document{}, err
	}
	author, err := v.store.Account(v.ctx, subject.AuthorID)
	if err != nil {
		return wire.Document{}, err
	}
	return v.encoder.Announce(wire.Boost{ID: boost.URI, Actor: by.URI, Followers: by.FollowersURI, Object: subject.URI, Author: author.URI,
		Visibility: boost.Visibility, At: boost.CreatedAt}), nil
}

// ownReplies is how many of the author's own answers come with a post.
const ownReplies = 5

func (v *visit) context(post *models.Post, author *models.Account) (wire.PostContext, error) {
	c := wire.PostContext{Post: post, Author: author}
	var err error
	if post.GroupID != 0 {
		if c.Group, err = v.store.Account(v.ctx, post.GroupID); err != nil && models.KindOf(err) != models.NotFound {
			return c, err
		}
	}
	if c.Contributors, err = v.store.Credited(v.ctx, post); err != nil {
		return c, err
	}
	if post.QuoteOfID != 0 {
		if quoted, err := v.store.Post(v.ctx, models.Stranger, post.QuoteOfID); err == nil {
			c.QuotedURL = quoted.URL
		}
	}
	if post.InReplyToID != 0 {
		approval, err := v.store.Approval(v.ctx, post.ID)
		if err == nil {
			c.ApprovedBy = approval.Stamp
		} else if models.KindOf(err) != models.NotFound {
			return c, err
		}
	}
	if post.Stats.Replies == 0 {
		return c, nil
	}
	replies, err := v.store.RepliesTo(v.ctx, models.Stranger, post.ID, 0, 4*ownReplies)
	if err != nil {
		return c, err
	}
	for _, r := range replies {
		if r.AuthorID == author.ID && len(c.Replies) < ownReplies {
			c.Replies = append(c.Replies, r.URI)
		}
	}
	return c, nil
}

// stamp answers with the consent of an author here (FEP-044f), to whoever may
// read the post that it is about.
func (v *visit) stamp() error {
	given, err := v.store.Consent(v.ctx, v.ref.ID)
	if err != nil {
		return err
	}
	author, err := v.store.Account(v.ctx, given.AuthorID)
	if err != nil {
		return err
	}
	uri := v.urls.Stamp(author.URI, given.ID)
	if author.URI != v.actorURI() {
		return store.ErrNotFound
	}
	post, err := v.store.Post(v.ctx, models.Stranger, given.PostID)
	open := err == nil
	if models.KindOf(err) == models.NotFound {
		post, err = v.store.Post(v.ctx, v.viewer(), given.PostID)
	}
	if err != nil {
		return err
	}
	if !given.RevokedAt.IsZero() {
		return v.gone(uri, "QuoteAuthorization", given.RevokedAt)
	}
	return v.tell(v.encoder.Authorization(given.Kind, uri, author.URI, given.URI, post.URI), open)
}
