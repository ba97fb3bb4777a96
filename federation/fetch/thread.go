package fetch

import (
	"context"
	"log/slog"
	"time"

	"golang.org/x/time/rate"

	"atelier/federation/wire"
	"atelier/models"
)

const (
	threadGets = 150 // requests for all that comes before a reply
	threadUp   = 60  // posts that are fetched one after the other, towards the first

	crawlGets    = 150 // requests for the answers to one thread
	crawlTime    = 90 * time.Second
	crawlPosts   = 100 // posts that one crawl takes in
	crawlPages   = 10  // pages of one collection
	crawlPerHost = 60  // requests to one host at once, for whatever threads; then one a second
)

// threadJob fetches what comes before the reply whose id is the job's key, up
// to the first post of the thread.
func (f *Finder) threadJob(ctx context.Context, j *models.Job) error {
	ctx, cancel := WithBudget(ctx, threadGets, 90*time.Second)
	defer cancel()
	p, err := f.chapter.Store.PostByID(ctx, models.ParseID(j.Key))
	if err != nil {
		return err
	}
	return f.climb(ctx, p)
}

// climb fetches the posts that p answers, one after the other.
func (f *Finder) climb(ctx context.Context, p *models.Post) error {
	for range threadUp {
		if p.InReplyToURI == "" {
			return nil
		}
		var err error
		if p.InReplyToID != 0 {
			p, err = f.chapter.Store.PostByID(ctx, p.InReplyToID)
		} else {
			p, err = f.Post(ctx, p.InReplyToURI)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// A crawl looks for the answers in one thread that never came here, since
// nobody here follows who wrote them.
type crawl struct {
	f      *Finder
	thread models.ID
	seen   map[string]bool // addresses that were looked at
	queue  []*models.Post  // whose answers are still to be looked for
	left   int             // posts that may still be taken in
}

// repliesJob looks for answers in the thread whose first post's id is the
// job's key: first in the thread's own collection (FEP-7888), then in the
// replies of each post, as far as everyone may read them. Whatever it cannot
// find, somebody may look for the next time.
func (f *Finder) repliesJob(ctx context.Context, j *models.Job) error {
	ctx, cancel := WithBudget(ctx, crawlGets, crawlTime)
	defer cancel()
	first, err := f.chapter.Store.PostByID(ctx, models.ParseID(j.Key))
	if err != nil {
		return err
	}
	if err := f.climb(ctx, first); err == nil {
		if first, err = f.chapter.Store.PostByID(ctx, first.ID); err != nil {
			return err
		}
	}
	c := &crawl{f: f, thread: first.ThreadID, seen: map[string]bool{}, left: crawlPosts}
	here, err := f.chapter.Store.ThreadPosts(ctx, models.Stranger, c.thread, 0, crawlPosts)
	if err != nil {
		return err
	}
	for _, p := range here {
		c.seen[p.URI] = true
		c.queue = append(c.queue, p)
	}
	if len(here) > 0 && here[0].ContextURI != "" {
		c.collection(ctx, wire.Object{ID: here[0].ContextURI}, here[0].ContextURI)
	}
	for len(c.queue) > 0 && c.left > 0 && ctx.Err() == nil {
		p := c.queue[0]
		c.queue = c.queue[1:]
		c.replies(ctx, p)
	}
	return nil
}

// replies looks at the collection of answers of a post elsewhere.
func (c *crawl) replies(ctx context.Context, p *models.Post) {
	if p.Local || !c.f.Curious(p.URI) {
		return
	}
	w, err := c.f.ReadPost(ctx, p.URI)
	if err != nil {
		return
	}
	c.collection(ctx, w.Replies, p.URI)
}

// collection takes in what a collection lists that belongs to the thread. It
// and its pages have to be of the origin of owner, which is who may say so.
func (c *crawl) collection(ctx context.Context, o wire.Object, owner string) {
	defer c.count(ctx, c.left)
	var listed []string
	for range crawlPages {
		page := c.page(ctx, o, owner)
		if page == nil {
			break
		}
		for _, item := range page.Items {
			listed = append(listed, item.ID)
		}
		if o = page.First; o.ID == "" && o.Raw == nil {
			o = wire.Object{ID: page.Next}
		} else if len(page.Items) > 0 { // listed whole
			break
		}
	}
	// Once more for answers that were listed before what they answer.
	for range 2 {
		before := c.left
		rest := listed[:0]
		for _, uri := range listed {
			if c.left == 0 || ctx.Err() != nil {
				return
			}
			if !c.take(ctx, uri) {
				rest = append(rest, uri)
			}
		}
		if listed = rest; c.left == before {
			return
		}
	}
}

// count tells how many answers were taken in since so many were left.
func (c *crawl) count(ctx context.Context, left int) {
	if n := left - c.left; n > 0 {
		if err := c.f.chapter.CrawlFound(context.WithoutCancel(ctx), c.thread, n); err != nil {
			slog.Warn("count the answers that were found", "thread", c.thread, "err", err)
		}
	}
}

// page reads one page, nil if there is none.
func (c *crawl) page(ctx context.Context, o wire.Object, owner string) *wire.Collection {
	raw := []byte(o.Raw)
	if raw == nil {
		if o.ID == "" || c.seen[o.ID] || !SameOrigin(o.ID, owner) || !c.f.Curious(o.ID) {
			return nil
		}
		c.seen[o.ID] = true
		d, err := c.f.document(ctx, o.ID)
		if err != nil {
			return nil
		}
		raw = d.Body
	}
	page, err := wire.DecodeCollection(raw)
	if err != nil {
		return nil
	}
	return page
}

// take fetches a post that a collection lists, and takes it in if it answers
// something in the thread. It reports false for what may still find its place.
func (c *crawl) take(ctx context.Context, uri string) bool {
	s := c.f.chapter.Store
	if c.seen[uri] || c.f.chapter.URLs.Local(uri) {
		return true
	}
	if _, err := s.PostByURI(ctx, uri); err == nil || !c.f.Curious(uri) {
		c.seen[uri] = true
		return true
	}
	if _, failed := c.f.failures.GetIfPresent(uri); failed {
		return true
	}
	w, err := c.f.postAt(ctx, uri)
	if err != nil {
		c.f.failures.Set(uri, err)
		return true
	}
	if w.ID != uri || w.InReplyTo == "" || !w.Visibility(nil, "").Open() {
		c.seen[uri] = true
		return true
	}
	parent, err := s.PostByURI(ctx, w.InReplyTo)
	if err != nil {
		return false
	}
	c.seen[uri] = true
	if parent.ThreadID != c.thread {
		return true
	}
	p, err := c.f.TakeIn(ctx, w)
	if err != nil {
		return true
	}
	c.left--
	c.queue = append(c.queue, p)
	return true
}

// Curious says whether the host of an address may be asked once more for what
// nobody here needs to know: so much at once, and little by little after that.
func (f *Finder) Curious(uri string) bool {
	host := HostOf(uri)
	if host == "" {
		return false
	}
	l, _ := f.crawled.ComputeIfAbsent(host, func() (*rate.Limiter, bool) { return rate.NewLimiter(1, crawlPerHost), false })
	return l.Allow()
}
