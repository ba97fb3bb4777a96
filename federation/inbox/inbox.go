package inbox

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"strings"
	"time"

	"atelier/federation/deliver"
	"atelier/federation/fetch"
	"atelier/federation/sign"
	"atelier/federation/wire"
	"atelier/models"
	"atelier/models/chapter"
)

// Inbox takes in what other servers send.
type Inbox struct {
	chapter  *chapter.Chapter
	find     *fetch.Finder
	deliver  *deliver.Deliverer
	verifier sign.Verifier
	follows  *follows
}

// Options are what an Inbox needs besides the other rooms.
type Options struct {
	// Hosts are the names under which this server is reached; none means the
	// domain and the domain of handles.
	Hosts []string
	// Now is the clock; time.Now if nil.
	Now func() time.Time
}

// New returns the inboxes of a chapter. It does the chapter's jobs of the kind
// JobActivity too.
func New(c *chapter.Chapter, f *fetch.Finder, d *deliver.Deliverer, o Options) *Inbox {
	if len(o.Hosts) == 0 {
		o.Hosts = []string{c.URLs.Domain, c.URLs.AccountDomain}
	}
	in := &Inbox{chapter: c, find: f, deliver: d, verifier: sign.Verifier{Scheme: c.URLs.Scheme, Hosts: o.Hosts, Now: o.Now}, follows: newFollows(c.Store)}
	c.Store.Listen(in.follows.hear)
	c.HandleJobs(JobFollowers, in.followersJob)
	c.HandleJobs(JobActivity, in.activityJob)
	c.HandleJobs(JobErase, in.eraseJob)
	c.HandleJobs(JobOrigin, in.originJob)
	return in
}

// keyWait is how long a request may wait for the key of its signature.
const keyWait = 8 * time.Second

var (
	errMediaType = models.Errorf(models.Unsupported, "An inbox takes activities as application/activity+json.")
	errNoInbox   = models.Errorf(models.NotFound, "There is no such inbox.")
	errSuspended = models.Errorf(models.Forbidden, "This chapter has nothing to do with that server.")
	errNotOwner  = models.Errorf(models.Forbidden, "The signature is not the actor's.")
	errOtherHost = models.Errorf(models.Forbidden, "The activity's id is not of the actor's server.")
	errNotItself = models.Errorf(models.Forbidden, "No other server speaks for an account of this one.")
	errBusy      = models.Errorf(models.Busy, "This cannot be taken in at the moment. Please send it again later.")
)

// Serve answers POST of the shared inbox and of every actor's own. It answers
// 202 when what was sent is safe, or is nobody's business here.
//
// For trouble of ours it returns an error of kind Busy, never one that would
// make the sender give up.
func (in *Inbox) Serve(w http.ResponseWriter, r *http.Request) error {
	err := in.serve(w, r)
	switch models.KindOf(err) {
	case "":
		w.WriteHeader(http.StatusAccepted)
		return nil
	case models.Internal, models.Unreachable:
		if r.Context().Err() == nil {
			slog.Error("take in an activity", "err", err)
		}
		return errBusy.Because(err)
	case models.Conflict:
		return errBusy.Because(err)
	}
	return err
}

func (in *Inbox) serve(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if !isActivity(r.Header.Get("Content-Type")) {
		return errMediaType
	}
	if err := in.checkInbox(ctx, r); err != nil {
		return err
	}
	body, err := read(w, r)
	if err != nil {
		return err
	}
	e, err := wire.Open(body)
	if err != nil {
		return err
	}
	if wire.ClassOf(e.Type) != wire.ActivityClass && e.Actor == "" {
		return wire.ErrNotActivity
	}
	heard, err := in.worthHearing(ctx, e)
	if err != nil || !heard {
		return err
	}
	s, err := in.verify(ctx, r, e, body)
	if err == errForwarded {
		return in.lookAtOrigin(ctx, e, s)
	}
	if err != nil {
		return err
	}
	a, err := wire.DecodeActivity(body)
	if err != nil {
		return err
	}
	in.compareFollowers(ctx, s)
	return in.take(ctx, s, a)
}

func isActivity(contentType string) bool {
	kind, _, err := mime.ParseMediaType(contentType)
	return err == nil && (kind == "application/activity+json" || kind == "application/ld+json" || kind == "application/json")
}

// read reads the body of r, as far as one is read.
func read(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	n := r.ContentLength
	if n > wire.MaxDocument {
		return nil, wire.ErrTooLarge
	}
	body := make([]byte, 0, max(n, 0)+512)
	limited := http.MaxBytesReader(w, r.Body, wire.MaxDocument)
	for {
		n, err := limited.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		var tooLarge *http.MaxBytesError
		switch {
		case err == io.EOF:
			return body, nil
		case errors.As(err, &tooLarge):
			return nil, wire.ErrTooLarge
		case err != nil:
			return nil, models.Errorf(models.Malformed, "The request was not sent whole.").Because(err)
		}
		if len(body) == cap(body) {
			body = append(body, 0)[:len(body)]
		}
	}
}

// checkInbox says whether there is an inbox at the address of r. Whose it is
// matters no further: what an activity is about says it.
func (in *Inbox) checkInbox(ctx context.Context, r *http.Request) error {
	u := in.chapter.URLs
	ref, ok := u.Parse(u.Base() + r.URL.Path)
	if !ok || ref.Kind != models.SharedInboxRef && ref.Kind != models.InboxRef {
		return errNoInbox
	}
	if ref.Kind == models.SharedInboxRef {
		return nil
	}
	a, err := in.chapter.Store.AccountByURI(ctx, u.ActorURI(ref))
	if models.KindOf(err) == models.NotFound {
		return errNoInbox
	}
	if err == nil && !a.DeletedAt.IsZero() {
		return models.Errorf(models.Gone, "There is no such inbox any more.")
	}
	return err
}

// worthHearing says, before anything is fetched, whether an activity can
// matter here at all.
func (in *Inbox) worthHearing(ctx context.Context, e *wire.Envelope) (bool, error) {
	if in.chapter.URLs.Local(e.Actor) {
		return false, errNotItself
	}
	rules, err := in.chapter.Store.DomainRules(ctx)
	if err != nil {
		return false, err
	}
	if rules.Blocked(fetch.HostOf(e.Actor)) {
		return false, errSuspended
	}
	if !fetch.SameOrigin(e.ID, e.Actor) && !mayLackID(e) {
		return false, errOtherHost
	}
	if e.Type != "Delete" {
		return true, nil
	}
	// Whoever was never met, or is gone already, has left nothing to delete; and
	// its key is gone with it.
	a, err := in.chapter.Store.AccountByURI(ctx, e.Actor)
	if models.KindOf(err) == models.NotFound {
		return false, nil
	}
	return err == nil && a.DeletedAt.IsZero(), err
}

// mayLackID says whether an activity is known to come without an id: deletions
// (GoToSocial) and new versions of actors (WordPress).
func mayLackID(e *wire.Envelope) bool {
	return e.ID == "" && (e.Type == "Delete" || e.Type == "Update")
}

// A sender is an actor of whom a signature proved that an activity is its own.
// There is no other way to get one.
type sender struct {
	*models.Account
	forwarded bool // another server passed it on; the proof is the actor's
	relayed   bool // and that server is a relay of the chapter

	// synced is the Collection-Synchronization header, if it was signed.
	synced string
}

// verify returns who sent an activity, or an error of kind NoSession if its
// signature does not prove it. With errForwarded it returns who passed it on.
func (in *Inbox) verify(ctx context.Context, r *http.Request, e *wire.Envelope, body []byte) (*sender, error) {
	s, err := in.verifier.Parse(r, body)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, keyWait)
	defer cancel()
	signer, err := in.find.Signer(ctx, s.KeyID, e.Actor)
	if err != nil {
		return nil, keyTrouble(err)
	}
	if err = s.Verify(signer.Key); err != nil {
		// The key may have changed since we read it.
		again, rerr := in.find.SignerAnew(ctx, signer)
		if rerr != nil {
			return nil, err
		}
		if err := s.Verify(again.Key); err != nil {
			return nil, err
		}
		signer = again
	}
	if err := in.deliver.Heard(ctx, fetch.HostOf(signer.Account.URI)); err != nil {
		slog.Warn("note that a host was heard of", "err", err)
	}
	if signer.Account.Suspended() {
		return nil, errSuspended
	}
	if signer.Account.URI != e.Actor {
		relayed, err := in.chapter.IsRelay(ctx, signer.Account)
		if err != nil {
			return nil, err
		}
		from, err := in.proved(ctx, e, body)
		if err == errForwarded {
			return &sender{Account: signer.Account, relayed: relayed}, err
		}
		if err == nil {
			from.relayed = relayed
		}
		return from, err
	}
	from := &sender{Account: signer.Account}
	if values := r.Header[sign.SyncHeader]; len(values) == 1 && s.Covers(sign.SyncHeader) {
		from.synced = values[0]
	}
	return from, nil
}

// proved returns the actor of an activity that somebody else passed on, if it
// carries the actor's own proof (FEP-8b32). Without one it is errForwarded if
// what it is about can be looked at instead.
func (in *Inbox) proved(ctx context.Context, e *wire.Envelope, body []byte) (*sender, error) {
	if !e.Proof {
		if canLookAtOrigin(e) {
			return nil, errForwarded
		}
		return nil, errNotOwner
	}
	if err := wire.CheckHygiene(body); err != nil {
		return nil, err
	}
	p, err := sign.ParseProof(body, in.now())
	if err != nil {
		return nil, errNotOwner.Because(err)
	}
	signer, err := in.find.Signer(ctx, p.KeyID, e.Actor)
	if err != nil {
		return nil, keyTrouble(err)
	}
	if err := p.Verify(signer.Key); err != nil {
		return nil, errNotOwner.Because(err)
	}
	if signer.Account.URI != e.Actor {
		return nil, errNotOwner
	}
	if signer.Account.Suspended() {
		return nil, errSuspended
	}
	return &sender{Account: signer.Account, forwarded: true}, nil
}

func (in *Inbox) now() time.Time {
	if in.verifier.Now != nil {
		return in.verifier.Now()
	}
	return time.Now()
}

// keyTrouble is the answer to a signature whose key could not be looked at:
// final if the other server says that there is none, to be tried again if it
// did not answer.
func keyTrouble(err error) error {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) { // nothing is wrong here
		return errBusy.Because(err)
	}
	switch models.KindOf(err) {
	case models.NoSession, models.Busy, models.Internal:
		return err
	case models.Unreachable, models.TooMany:
		return errBusy.Because(err)
	}
	return models.Errorf(models.NoSession, "The key of this request's signature cannot be read: %s", models.Sentence(err)).Because(err)
}

// key is what an activity is known by, so that the same one twice has no
// effect twice: its type and id, since there is software that gives a Create
// the id of its Article.
func key(a *wire.Activity) string {
	if a.ID == "" {
		return ""
	}
	return a.Type + " " + a.ID
}

// doneAt is when an activity was done or, of an Undo, what it takes back; zero
// if that is not said.
func doneAt(a *wire.Activity) time.Time {
	if a.Type != "Undo" {
		return a.Published
	}
	if undone, err := wire.DecodeActivity(a.Object().Raw); err == nil {
		return undone.Published
	}
	return time.Time{}
}

// activity is a as the chapter wants it told.
func (s *sender) activity(a *wire.Activity) chapter.Activity {
	return chapter.Activity{Sender: s.Account, Key: key(a), ID: a.ID, Raw: a.Raw, Forwarded: s.forwarded, At: doneAt(a)}
}

// trimID is the id of an activity's object without a fragment that some
// software adds.
func trimID(uri string) string {
	uri, _, _ = strings.Cut(uri, "#")
	return uri
}
