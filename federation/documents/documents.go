package documents

import (
	"bytes"
	"compress/gzip"
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"atelier/federation/fetch"
	"atelier/federation/sign"
	"atelier/federation/wire"
	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/store"
)

// Options are what Documents needs besides the chapter.
type Options struct {
	// Hosts are the names under which this server is reached; none means the
	// domain and the domain of handles.
	Hosts []string
	// Version is that of the program, for NodeInfo.
	Version string
	// Media returns the address of a file of ours; nil means that of URLs.
	Media func(key string) string
	// Now is the clock; time.Now if nil.
	Now func() time.Time
}

// Documents answers GET requests of other servers.
type Documents struct {
	store    *store.Store
	chapter  *chapter.Chapter
	find     *fetch.Finder
	urls     models.URLs
	encoder  wire.Encoder
	verifier sign.Verifier
	version  string
	kept     *kept
	info     infoKept
}

// New returns the documents of a chapter. With find, signed requests are
// believed; without, all are answered as a stranger's.
func New(c *chapter.Chapter, find *fetch.Finder, o Options) *Documents {
	if len(o.Hosts) == 0 {
		o.Hosts = []string{c.URLs.Domain, c.URLs.AccountDomain}
	}
	d := &Documents{
		store: c.Store, chapter: c, find: find, urls: c.URLs, version: o.Version,
		encoder:  wire.Encoder{URLs: c.URLs, Media: o.Media},
		verifier: sign.Verifier{Scheme: c.URLs.Scheme, Hosts: o.Hosts, Now: o.Now},
		kept:     newKept(),
	}
	c.Store.Listen(d.kept.hear)
	return d
}

// A visit is a request and who makes it.
type visit struct {
	*Documents
	w      http.ResponseWriter
	r      *http.Request
	ctx    context.Context
	ref    models.Ref
	secure bool // authorized fetch: nothing is for everyone
}

// tellers says what answers each kind of address.
var tellers = map[models.RefKind]func(*visit) error{
	models.ActorRef:         (*visit).actor,
	models.OutboxRef:        (*visit).outbox,
	models.FollowersRef:     (*visit).followers,
	models.FollowersSyncRef: (*visit).followersHere,
	models.FollowingRef:     (*visit).following,
	models.FeaturedRef:      (*visit).featured,
	models.FeaturedTagsRef:  (*visit).featuredTags,
	models.ModeratorsRef:    (*visit).moderators,
	models.LibraryRef:       (*visit).library,
	models.StampRef:         (*visit).stamp,
	models.PostRef:          (*visit).post,
	models.CreateRef:        (*visit).create,
	models.RepliesRef:       (*visit).replies,
	models.TriedRef:         (*visit).tried,
	models.LikesRef:         (*visit).likes,
	models.SharesRef:        (*visit).shares,
	models.ContextRef:       (*visit).thread,
	models.TagRef:           (*visit).tag,
}

// Serve answers a GET of any ActivityPub address, ids and pages alike, with
// its document.
func (d *Documents) Serve(w http.ResponseWriter, r *http.Request) error {
	ref, ok := d.urls.Parse(d.urls.Base() + r.URL.EscapedPath())
	if r.URL.Path == "/" { // Lemmy asks there for who a server is
		ref = models.Ref{Kind: models.ActorRef, Actor: models.InstanceActor}
	}
	tell := tellers[ref.Kind]
	if !ok || tell == nil {
		return store.ErrNotFound
	}
	v := &visit{Documents: d, w: w, r: r, ctx: r.Context(), ref: ref}
	if err := v.admit(); err != nil {
		return err
	}
	return tell(v)
}

var errUnsigned = models.Errorf(models.NoSession, "This server answers signed requests only.")

// admit refuses requests of suspended hosts, and unsigned ones if the chapter
// wants them signed. Who this server is stays open to all: else two such
// servers could never read each other's keys.
func (v *visit) admit() error {
	rules, err := v.store.DomainRules(v.ctx)
	if err != nil {
		return err
	}
	if len(rules.Rules) > 0 || rules.AllowList {
		if host := claimedHost(v.r); host != "" && rules.Blocked(host) {
			return store.ErrNotFound
		}
	}
	self, err := v.chapter.Self(v.ctx)
	if err != nil {
		return err
	}
	if v.ref.Actor == models.InstanceActor || !self.Settings.SecureFetch {
		return nil
	}
	v.secure = true
	s, err := v.signer()
	if err == nil && s == nil {
		err = errUnsigned
	}
	return err
}

// claimedHost is the host of the key that a request says to be signed with,
// "" if it is not signed.
func claimedHost(r *http.Request) string {
	for _, name := range []string{"Signature", "Signature-Input", "Authorization"} {
		for _, value := range r.Header[name] {
			i := strings.Index(strings.ToLower(value), `keyid="`)
			if i < 0 {
				continue
			}
			id, _, _ := strings.Cut(value[i+len(`keyid="`):], `"`)
			return fetch.HostOf(id)
		}
	}
	return ""
}

// signer returns who signed the request; nil if it is not signed, an error of
// kind NoSession if the signature is not right.
func (v *visit) signer() (*models.Account, error) {
	s, err := v.verifier.Parse(v.r, nil)
	if err == sign.ErrUnsigned || v.find == nil {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	who, err := v.find.Signer(v.ctx, s.KeyID, "")
	if err != nil {
		return nil, models.Errorf(models.NoSession, "The key of this request's signature cannot be read.").Because(err)
	}
	if err := s.Verify(who.Key); err != nil {
		if who, err = v.find.SignerAnew(v.ctx, who); err != nil {
			return nil, models.Errorf(models.NoSession, "The signature of this request is not right.").Because(err)
		}
		if err := s.Verify(who.Key); err != nil {
			return nil, err
		}
	}
	if who.Account.Suspended() || !who.Account.DeletedAt.IsZero() {
		return nil, store.ErrNotFound
	}
	return who.Account, nil
}

// viewer is who reads: the actor that signed the request, or a stranger. A
// signature that is not right makes a stranger: what is for everyone is also
// for whoever cannot sign.
func (v *visit) viewer() models.Viewer {
	if a, err := v.signer(); err == nil && a != nil {
		return models.Viewer{AccountID: a.ID}
	}
	return models.Stranger
}

// The headers of answers. Peers compare the media type byte for byte.
var (
	activityJSON = []string{"application/activity+json"}
	vary         = []string{"Accept, Accept-Encoding, Signature"}
	forAll       = []string{"public, max-age=60"}
	forOne       = []string{"private, no-store"}
	packed       = []string{"gzip"}
)

// A page is a document as it is sent.
type page struct {
	body   []byte
	gzip   []byte // nil: not worth it
	status int
}

// newPage makes a page of a document; packed once if it is to be kept.
func newPage(body []byte, status int, keep bool) *page {
	p := &page{body: body, status: status}
	if keep && len(body) > 1400 {
		var b bytes.Buffer
		z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
		z.Write(body)
		z.Close()
		p.gzip = b.Bytes()
	}
	return p
}

// send answers with a page.
func (v *visit) send(p *page, open bool) error {
	h, body := v.w.Header(), p.body
	h["Content-Type"], h["Vary"] = activityJSON, vary
	if open && !v.secure {
		h["Cache-Control"] = forAll
	} else {
		h["Cache-Control"] = forOne
	}
	if p.gzip != nil && takesGzip(v.r) {
		h["Content-Encoding"], body = packed, p.gzip
	}
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	v.w.WriteHeader(p.status)
	_, err := v.w.Write(body)
	if err != nil && v.ctx.Err() != nil {
		return nil // whoever asked has gone away
	}
	return nil
}

func takesGzip(r *http.Request) bool {
	for _, line := range r.Header["Accept-Encoding"] {
		for part := range strings.SplitSeq(line, ",") {
			name, q, _ := strings.Cut(strings.TrimSpace(part), ";")
			if name == "gzip" && strings.TrimSpace(q) != "q=0" {
				return true
			}
		}
	}
	return false
}

// tell answers with a document that is made for this request alone.
func (v *visit) tell(doc wire.Document, open bool) error {
	body, err := doc.JSON()
	if err != nil {
		return err
	}
	return v.send(newPage(body, http.StatusOK, false), open)
}

// gone answers that something was deleted, with what remains of it (410).
func (v *visit) gone(uri, former string, at time.Time) error {
	body, err := v.encoder.Tombstone(uri, models.PostType(former), at).JSON()
	if err != nil {
		return err
	}
	return v.send(newPage(body, http.StatusGone, false), true)
}
