package fetch

import (
	"context"
	"net/url"
	"sync"
	"time"

	"github.com/maypok86/otter/v2"
	"golang.org/x/time/rate"

	"atelier/federation/sign"
	"atelier/models"
	"atelier/models/chapter"
)

// Finder finds actors, keys and posts elsewhere, and has the chapter store
// them. What it takes in was served by the host in its id, which is the only
// one that may say so; for a handle, both the host in the handle and the actor
// have to agree.
//
// It implements chapter.Finder.
type Finder struct {
	client  *Client
	chapter *chapter.Chapter
	keyring *sign.Keyring

	signers  *otter.Cache[string, *Signer]      // by key id
	keysOf   *otter.Cache[models.ID, [2]string] // ids of an account's keys that may be in signers
	failures *otter.Cache[string, error]        // what could not be fetched a moment ago
	anew     *otter.Cache[string, struct{}]     // what was fetched again a moment ago
	mods     *otter.Cache[models.ID, []string]  // who looks after a Group
	newcome  *otter.Cache[string, *rate.Limiter]
	crawled  *otter.Cache[string, *rate.Limiter] // hosts that were asked for answers

	actors flights[*models.Account]
	posts  flights[*models.Post]
}

const (
	dayOld        = 24 * time.Hour // a profile is read anew when it is met after that
	signersKept   = 20_000
	signersFor    = 5 * time.Minute
	failuresKept  = 20_000
	anewEvery     = time.Minute      // per key: reading it anew because a signature did not fit
	newPerHost    = 20               // actors never seen, of one host, per second
	newPerHostMax = 600              // and at once
	oneActor      = 30 * time.Second // for an actor and whatever belongs to it
	oneActorGets  = 8                // requests for it, redirects and second knocks included
)

// NewFinder returns the Finder of a chapter, which does the chapter's fetching
// jobs too.
func NewFinder(c *Client, ch *chapter.Chapter) *Finder {
	f := &Finder{
		client: c, chapter: ch, keyring: sign.NewKeyring(4),
		signers: otter.Must(&otter.Options[string, *Signer]{MaximumSize: signersKept, ExpiryCalculator: otter.ExpiryWriting[string, *Signer](signersFor)}),
		keysOf:  otter.Must(&otter.Options[models.ID, [2]string]{MaximumSize: signersKept}),
		failures: otter.Must(&otter.Options[string, error]{MaximumSize: failuresKept,
			ExpiryCalculator: otter.ExpiryWritingFunc(func(e otter.Entry[string, error]) time.Duration { return failureFor(e.Value) })}),
		anew:    otter.Must(&otter.Options[string, struct{}]{MaximumSize: failuresKept, ExpiryCalculator: otter.ExpiryWriting[string, struct{}](anewEvery)}),
		mods:    otter.Must(&otter.Options[models.ID, []string]{MaximumSize: moderatorsKept, ExpiryCalculator: otter.ExpiryWriting[models.ID, []string](moderatorsFor)}),
		crawled: otter.Must(&otter.Options[string, *rate.Limiter]{MaximumSize: 10_000, ExpiryCalculator: otter.ExpiryAccessing[string, *rate.Limiter](time.Hour)}),
		newcome: otter.Must(&otter.Options[string, *rate.Limiter]{MaximumSize: 10_000, ExpiryCalculator: otter.ExpiryAccessing[string, *rate.Limiter](time.Hour)}),
	}
	ch.Store.Listen(f.hear)
	ch.HandleJobs(chapter.JobThread, f.threadJob)
	ch.HandleJobs(chapter.JobReplies, f.repliesJob)
	ch.HandleJobs(chapter.JobCard, f.cardJob)
	ch.HandleJobs(chapter.JobVerify, f.verifyJob)
	ch.HandleJobs(chapter.JobRefresh, f.refreshJob)
	ch.HandleJobs(chapter.JobFeatured, f.featuredJob)
	ch.HandleJobs(chapter.JobQuote, f.quoteJob)
	return f
}

// hear forgets keys of accounts that changed.
func (f *Finder) hear(events []models.Event) {
	for i := range events {
		switch events[i].Kind {
		case models.AccountChanged, models.AccountDeleted, models.AccountMoved:
			keys, _ := f.keysOf.GetIfPresent(events[i].AccountID)
			for _, id := range keys {
				f.signers.Invalidate(id)
			}
		}
	}
}

// failureFor is how long a failure is remembered: what is not there, or not
// right, for longer than what did not answer.
func failureFor(err error) time.Duration {
	switch models.KindOf(err) {
	case models.Unreachable:
		return time.Minute
	case models.Busy, models.TooMany, models.Internal:
		return time.Second
	}
	return 10 * time.Minute
}

// instanceKey is the server's own key, which signs our fetches.
func (f *Finder) instanceKey(ctx context.Context) (*sign.Key, error) {
	a, err := f.chapter.Instance(ctx)
	if err != nil {
		return nil, err
	}
	keys, err := f.chapter.Store.Keys(ctx, a.ID)
	if err != nil {
		return nil, err
	}
	return f.keyring.Key(a.KeyID, keys.RSA)
}

// document fetches an ActivityPub document in the name of the server, unless
// the stewards suspended its host.
func (f *Finder) document(ctx context.Context, uri string) (*Document, error) {
	if err := f.allowed(ctx, uri); err != nil {
		return nil, err
	}
	key, err := f.instanceKey(ctx)
	if err != nil {
		return nil, err
	}
	return f.client.GetDocument(ctx, uri, key)
}

var (
	errSuspended = models.Errorf(models.Forbidden, "This chapter has nothing to do with that server.")
	errHere      = models.Errorf(models.NotFound, "Record not found")
	errCrowd     = models.Errorf(models.Busy, "Too many accounts of that server are new here. Please try again later.")
)

// allowed says whether the host of uri is one to deal with.
func (f *Finder) allowed(ctx context.Context, uri string) error {
	rules, err := f.chapter.Store.DomainRules(ctx)
	if err != nil {
		return err
	}
	u, err := url.Parse(uri)
	if err != nil {
		return models.Errorf(models.Invalid, "This is not the address of anything.").Because(err)
	}
	if rules.Blocked(u.Host) {
		return errSuspended
	}
	return nil
}

// crowded says whether a host has sent more new actors than a server of ours
// size wants to know at once.
func (f *Finder) crowded(host string) bool {
	l, _ := f.newcome.ComputeIfAbsent(host, func() (*rate.Limiter, bool) { return rate.NewLimiter(newPerHost, newPerHostMax), false })
	return !l.Allow()
}

// Origin is scheme, host and port of an address in the form in which they are
// compared, "" for what is no address: two things of one origin may speak for
// each other (FEP-fe34).
func Origin(uri string) string {
	u, err := url.Parse(uri)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	host, err := asciiHost(u.Scheme, u.Host)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + host
}

// SameOrigin says whether two addresses are of one origin.
func SameOrigin(a, b string) bool {
	o := Origin(a)
	return o != "" && o == Origin(b)
}

// HostOf is the host of an address, with a port if it is not the scheme's own,
// "" for what is no address.
func HostOf(uri string) string {
	u, err := url.Parse(uri)
	if err != nil {
		return ""
	}
	host, err := asciiHost(u.Scheme, u.Host)
	if err != nil {
		return ""
	}
	return host
}

// ofOrigin is uri if it is of the origin of owner, else "".
func ofOrigin(uri, owner string) string {
	if SameOrigin(uri, owner) {
		return uri
	}
	return ""
}

// flights let callers who want the same thing wait for one fetch of it. The
// zero flights is ready to use.
type flights[T any] struct {
	mu    sync.Mutex
	under map[string]*flight[T]
}

type flight[T any] struct {
	done chan struct{}
	v    T
	err  error
}

// do returns what fetch returns, or what the fetch under way for key will. The
// fetch goes on when its callers leave; others may wait for it.
func (f *flights[T]) do(ctx context.Context, key string, fetch func(context.Context) (T, error)) (T, error) {
	chapter.StepAside(ctx)
	f.mu.Lock()
	one := f.under[key]
	if one == nil {
		if f.under == nil {
			f.under = map[string]*flight[T]{}
		}
		one = &flight[T]{done: make(chan struct{})}
		f.under[key] = one
		go func() {
			defer func() {
				if p := recover(); p != nil {
					one.err = models.Errorf(models.Internal, "Something went wrong on our side.").Because(panicked(p))
				}
				f.mu.Lock()
				delete(f.under, key)
				f.mu.Unlock()
				close(one.done)
			}()
			one.v, one.err = fetch(context.WithoutCancel(ctx))
		}()
	}
	f.mu.Unlock()
	select {
	case <-one.done:
		return one.v, one.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}
