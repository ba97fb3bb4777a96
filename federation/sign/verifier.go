package sign

import (
	"crypto"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"atelier/models"
)

// The limits of what is read of a signature.
const (
	maxHeader     = 8 << 10 // bytes in all headers that carry the signature
	maxComponents = 32      // parts that one signature covers
	maxLabels     = 8       // signatures within one request, RFC 9421
)

// The limits of time. Clocks of peers are wrong by minutes, and their queues
// sign some time before they send.
const (
	window      = time.Hour        // between the time of a signature and now, either way
	maxLifetime = 12 * time.Hour   // a signature that says when it expires may be older
	expirySlack = 10 * time.Second // after it has expired
)

// ErrUnsigned is returned by Parse for a request that carries no signature at
// all, which may still be served if what it asks for is public.
var ErrUnsigned = models.Errorf(models.NoSession, "This request has to be signed.")

var errWrongSignature = errors.New("the signature was not made with this key over this request")

// Verifier reads the signatures of requests to this server.
type Verifier struct {
	// Scheme is our own, "https" or "http". A signature may cover it, and
	// behind a proxy the request does not tell it.
	Scheme string
	// Hosts are the names under which this server is reached, with a port if
	// it is not the scheme's own. A request to any other host is refused: it
	// was signed for somebody else.
	Hosts []string
	// Now is the clock, time.Now if nil.
	Now func() time.Time
}

// Signature is one that a request carries, and that covers enough of it. All
// that is left to check is whether it was made with the key it names.
type Signature struct {
	// KeyID is the URL of the key, with its fragment.
	KeyID string
	// Scheme is how the request is signed, and so what its sender understands.
	Scheme Scheme

	covered []string // names of headers and components, in lower case
	check   func(crypto.PublicKey) error
}

// Covers says whether a header is signed, besides those that always are.
func (s *Signature) Covers(name string) bool {
	return slices.ContainsFunc(s.covered, func(c string) bool { return strings.EqualFold(c, name) })
}

// Parse reads the signature of r, whose body has been read into body, and
// checks everything about it that needs no key: that it covers the method, the
// target, our host, the time, and the digest of a body; that the digest is
// right; and that the time is near.
//
// If r has Signature-Input its signature is taken as RFC 9421, otherwise as
// draft-cavage. It returns ErrUnsigned if there is none, and an error of kind
// NoSession for one that does not do.
func (v *Verifier) Parse(r *http.Request, body []byte) (*Signature, error) {
	s, err := v.parse(r, body)
	if err == nil || err == ErrUnsigned {
		return s, err
	}
	return nil, models.Errorf(models.NoSession, "The signature of this request is not accepted: %s.", err)
}

func (v *Verifier) parse(r *http.Request, body []byte) (*Signature, error) {
	auth := signatureCredentials(r.Header["Authorization"])
	sigs, inputs := r.Header["Signature"], r.Header["Signature-Input"]
	if len(auth)+len(sigs)+len(inputs) == 0 {
		return nil, ErrUnsigned
	}
	size := 0
	for _, value := range slices.Concat(auth, sigs, inputs) {
		size += len(value)
	}
	if size > maxHeader {
		return nil, errors.New("its headers are too long")
	}
	if len(auth) > 0 && len(sigs)+len(inputs) > 0 {
		return nil, errors.New("there is one in Authorization and another one in Signature")
	}
	if !v.ours(r.Host) {
		return nil, fmt.Errorf("the host %q is not this server's", r.Host)
	}
	if len(inputs) > 0 {
		return v.parseMessage(r, body)
	}
	return v.parseCavage(r, append(auth, sigs...), body)
}

// Verify checks s with pub, the public key that s.KeyID names: an
// *rsa.PublicKey or an ed25519.PublicKey. An error means that the key is not
// the one that signed; the peer may have changed it since.
func (s *Signature) Verify(pub crypto.PublicKey) error {
	err := CheckPublic(pub)
	if err == nil {
		err = s.check(pub)
	}
	if err != nil {
		return models.Errorf(models.NoSession, "The signature of this request was not made with the key %s.", s.KeyID).Because(err)
	}
	return nil
}

// ours says whether host, as a request names it, is one of v.Hosts.
func (v *Verifier) ours(host string) bool {
	host = authority(v.Scheme, host)
	return slices.ContainsFunc(v.Hosts, func(own string) bool { return authority(v.Scheme, own) == host })
}

func (v *Verifier) now() time.Time {
	if v.Now != nil {
		return v.Now()
	}
	return time.Now()
}

// checkTime says whether a signature made at created is timely; expires is
// zero if it does not say until when it is meant to be valid.
func (v *Verifier) checkTime(created, expires time.Time) error {
	now := v.now()
	switch {
	case created.After(now.Add(window)):
		return errors.New("it was made in the future")
	case expires.IsZero() && created.Before(now.Add(-window)):
		return errors.New("it was made more than an hour ago")
	case !expires.IsZero() && created.Before(now.Add(-maxLifetime)):
		return errors.New("it was made more than twelve hours ago")
	case !expires.IsZero() && expires.Before(now.Add(-expirySlack)):
		return errors.New("it has expired")
	}
	return nil
}

// signatureCredentials returns those values of Authorization headers that are
// of the Signature scheme, without its name.
func signatureCredentials(values []string) []string {
	var found []string
	for _, value := range values {
		name, rest, _ := strings.Cut(strings.TrimSpace(value), " ")
		if strings.EqualFold(name, "Signature") {
			found = append(found, rest)
		}
	}
	return found
}

// hasBody says whether a signature of r has to cover a digest.
func hasBody(r *http.Request, body []byte) bool {
	return len(body) > 0 || r.Method != http.MethodGet && r.Method != http.MethodHead
}

// requestTarget is the path and query of r exactly as they were sent.
func requestTarget(r *http.Request) string {
	if strings.HasPrefix(r.RequestURI, "/") {
		return r.RequestURI
	}
	return r.URL.RequestURI() // a client's request, or a target in absolute form
}
