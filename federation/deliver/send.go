package deliver

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"atelier/federation/sign"
	"atelier/models"
)

// outgoing is an activity as it is sent: made once, however many inboxes it
// has.
type outgoing struct {
	body   []byte
	digest sign.Digest
	to     addressing
}

func newOutgoing(body []byte) *outgoing { return &outgoing{body: body, digest: sign.DigestOf(body)} }

// activity returns the body of a delivery.
func (d *Deliverer) activity(ctx context.Context, id models.ID) (*outgoing, error) {
	if o, ok := d.bodies.GetIfPresent(id); ok {
		return o, nil
	}
	a, err := d.store.Activity(ctx, id)
	if err != nil {
		return nil, err
	}
	o := newOutgoing(a.Body)
	d.bodies.Set(id, o)
	return o, nil
}

// key returns the key with which an actor of ours signs.
func (d *Deliverer) key(ctx context.Context, actor models.ID) (*sign.Key, error) {
	if k, ok := d.actors.GetIfPresent(actor); ok {
		return k, nil
	}
	a, err := d.store.Account(ctx, actor)
	if err != nil {
		return nil, err
	}
	keys, err := d.store.Keys(ctx, actor)
	if err != nil {
		return nil, err
	}
	k, err := d.keyring.Key(a.KeyID, keys.RSA)
	if err == nil {
		d.actors.Set(actor, k)
	}
	return k, err
}

// A verdict is what came of one try.
type verdict struct {
	kind   outcome
	why    string
	after  time.Duration // the host asks us to wait so long
	scheme sign.Scheme   // the scheme that the host took, "" if that is no news
}

type outcome int

const (
	delivered  outcome = iota
	refused            // never try this one again
	gone               // the inbox is no more
	unbelieved         // the signature was not believed
	busy               // the host is well and wants to be left alone for a while
	failed             // the host is not well
)

// send posts one delivery; a signature that is not believed is followed by
// one of the other scheme ("double knock").
func (d *Deliverer) send(ctx context.Context, h *models.Host, row *models.Delivery) verdict {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), d.o.Timeout)
	defer cancel()
	o, err := d.activity(ctx, row.ActivityID)
	if err == nil {
		var k *sign.Key
		if k, err = d.key(ctx, row.ActorID); err == nil {
			return d.knock(ctx, h, row.Inbox, o, k, d.sync(ctx, o, row, k.ID()))
		}
	}
	if models.KindOf(err) == models.NotFound { // cancelled meanwhile, or its actor has no keys any more
		return verdict{kind: refused, why: "there is nothing to send: " + err.Error()}
	}
	return verdict{kind: failed, why: err.Error()}
}

func (d *Deliverer) knock(ctx context.Context, h *models.Host, inbox string, o *outgoing, k *sign.Key, followers string) verdict {
	first := sign.Scheme(h.Signature)
	if first == "" {
		first = d.o.Knocks.First(h.Name, d.o.Now())
	}
	v, again := d.post(ctx, inbox, o, k, followers, first)
	if again {
		second, refused := d.post(ctx, inbox, o, k, followers, first.Other())
		if refused {
			return v
		}
		v, first = second, first.Other()
	}
	if v.kind == delivered && h.Signature != string(first) {
		v.scheme = first
		d.o.Knocks.Worked(h.Name, first, d.o.Now())
	}
	return v
}

// post sends one request. again says that another signature may be believed;
// followers is what it says of the followers there, if anything.
func (d *Deliverer) post(ctx context.Context, inbox string, o *outgoing, k *sign.Key, followers string, scheme sign.Scheme) (v verdict, again bool) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, inbox, bytes.NewReader(o.body))
	if err != nil {
		return verdict{kind: refused, why: err.Error()}, false
	}
	r.Header["Content-Type"] = contentType
	r.Header["Accept"] = accept
	if followers != "" {
		r.Header[sign.SyncHeader] = []string{followers}
	}
	if err := sign.Sign(r, k, scheme, o.digest, d.o.Now()); err != nil {
		return verdict{kind: failed, why: err.Error()}, false
	}
	resp, err := d.o.Client.Do(r)
	if err != nil {
		return verdict{kind: failed, why: err.Error()}, false
	}
	defer resp.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(resp.Body, 300))
	io.CopyN(io.Discard, resp.Body, 64<<10) // so that the connection can be used again
	return judge(resp, text, d.o.Now())
}

var (
	contentType = []string{"application/activity+json"}
	accept      = []string{"application/activity+json, application/json"}
)

// judge says what an answer means. Answers of the 400s are final, except those
// that speak of the moment or of the signature.
func judge(resp *http.Response, text []byte, now time.Time) (v verdict, again bool) {
	v.why = strings.TrimSpace(fmt.Sprintf("%s %.200q", resp.Status, text))
	switch code := resp.StatusCode; {
	case code >= 200 && code < 300:
		return verdict{kind: delivered}, false
	case code == http.StatusUnauthorized:
		v.kind = unbelieved
	case code == http.StatusGone:
		v.kind = gone
	case code == http.StatusTooManyRequests:
		v.kind, v.after = busy, retryAfter(resp.Header, now)
	case code == http.StatusServiceUnavailable && resp.Header.Get("Retry-After") != "":
		v.kind, v.after = failed, retryAfter(resp.Header, now)
	case code == http.StatusRequestTimeout, code == http.StatusTooEarly, code >= 300 && code < 400:
		v.kind = failed // a POST is not redirected; the inbox has to be read anew
	case code < 500, code == http.StatusNotImplemented:
		v.kind = refused
	default:
		v.kind = failed
	}
	return v, sign.KnockAgain(resp.StatusCode)
}
