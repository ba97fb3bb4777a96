package documents

import (
	"sync/atomic"
	"time"

	"github.com/maypok86/otter/v2"

	"atelier/models"
)

const (
	keptBytes = 64 << 20
	// keptFor is how long a page is sent without asking for the stamp again. On
	// this node events drop it at once; only what another node tells may be lost.
	keptFor = time.Second
)

// kept are pages that are for everyone.
type kept struct {
	posts *otter.Cache[postKey, *keptPage]
	names *otter.Cache[nameKey, *keptPage]
	byID  *otter.Cache[models.ID, string] // names of accounts in names
}

// postKey names a page of a post.
type postKey struct {
	id   models.ID
	kind models.RefKind
}

// nameKey names a page of a local account, by its handle in lower case.
type nameKey struct {
	name string
	kind models.RefKind // ActorRef, or "" for its WebFinger answer
}

// A keptPage is a page and the stamp of what it was made of.
type keptPage struct {
	page
	uri     string // its own id
	id      models.ID
	stamp   int64
	checked atomic.Int64 // Unix nanoseconds
}

func newKept() *kept {
	weigh := func(p *keptPage) uint32 { return uint32(len(p.body) + len(p.gzip) + 300) }
	return &kept{
		posts: otter.Must(&otter.Options[postKey, *keptPage]{MaximumWeight: keptBytes, Weigher: func(_ postKey, p *keptPage) uint32 { return weigh(p) }}),
		names: otter.Must(&otter.Options[nameKey, *keptPage]{MaximumWeight: keptBytes / 4, Weigher: func(_ nameKey, p *keptPage) uint32 { return weigh(p) }}),
		byID:  otter.Must(&otter.Options[models.ID, string]{MaximumSize: 10_000}),
	}
}

// hear drops pages of what changed.
func (k *kept) hear(events []models.Event) {
	for i := range events {
		e := &events[i]
		if e.PostID != 0 {
			k.posts.Invalidate(postKey{e.PostID, models.PostRef})
			k.posts.Invalidate(postKey{e.PostID, models.CreateRef})
		}
		if name, ok := k.byID.GetIfPresent(e.AccountID); ok {
			k.names.Invalidate(nameKey{name, models.ActorRef})
			k.names.Invalidate(nameKey{name, ""})
		}
	}
}

// good says whether a page may still be sent; stamp asks for what the stamp is
// now.
func (p *keptPage) good(now time.Time, stamp func() (int64, error)) bool {
	if n := now.UnixNano(); n-p.checked.Load() < int64(keptFor) {
		return true
	}
	s, err := stamp()
	if err != nil || s != p.stamp {
		return false
	}
	p.checked.Store(now.UnixNano())
	return true
}
