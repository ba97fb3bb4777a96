// Package sign makes and checks the signatures of federation: HTTP signatures
// in both schemes that peers speak (draft-cavage-http-signatures-12, and
// RFC 9421), the digests that tie a body to them, the keys they are made with,
// and the proofs inside documents (FEP-8b32).
//
// A signature is only worth what it covers. A Verifier therefore demands the
// method, the target, the host, the time and, where there is a body, its
// digest; it takes the algorithm from the type of the key and never from the
// request; and it refuses whatever it does not fully understand.
//
// The package fetches nothing and stores nothing. Whose key a key id names,
// and whether that actor may say what was said, is decided by the callers.
package sign

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Scheme is a way of signing HTTP requests.
type Scheme string

// The schemes. Cavage is the one to begin with at an unknown peer: there is
// software that answers 202 to an RFC 9421 signature and drops the activity
// later, so a second knock would never come.
const (
	Cavage  Scheme = "cavage"  // draft-cavage-http-signatures-12, as the fediverse practises it
	RFC9421 Scheme = "rfc9421" // HTTP Message Signatures
)

// SyncHeader tells the followers of an actor at the receiver's host (FEP-8fcf).
// A request that has it is signed with it.
const (
	SyncHeader = "Collection-Synchronization"
	syncName   = "collection-synchronization"
)

// Other returns the scheme to knock with a second time.
func (s Scheme) Other() Scheme {
	if s == RFC9421 {
		return Cavage
	}
	return RFC9421
}

// Sign signs r with k, ready to be sent at once: the time of the signature is
// now, and peers accept it for minutes. It sets Date, the digest header of the
// scheme when d is of a body, and the signature headers, replacing those of an
// earlier try.
//
// Everything else has to be as it will be sent: the URL, Host if it differs
// from the URL's, and Content-Type if there is a body.
func Sign(r *http.Request, k *Key, s Scheme, d Digest, now time.Time) error {
	if d.zero() && r.Method != http.MethodGet && r.Method != http.MethodHead {
		return fmt.Errorf("sign %s %s: a digest is needed", r.Method, r.URL.Redacted())
	}
	for _, name := range []string{"Signature", "Signature-Input", "Digest", "Content-Digest"} {
		delete(r.Header, name)
	}
	r.Header["Date"] = []string{now.UTC().Format(http.TimeFormat)}
	var err error
	switch s {
	case Cavage:
		err = signCavage(r, k, d)
	case RFC9421:
		err = signMessage(r, k, d, now)
	default:
		err = fmt.Errorf("unknown scheme %q", s)
	}
	if err != nil {
		return fmt.Errorf("sign %s %s: %w", r.Method, r.URL.Redacted(), err)
	}
	return nil
}

// sentHost is the Host header that net/http will write for r.
func sentHost(r *http.Request) string {
	if r.Host != "" {
		return r.Host
	}
	return r.URL.Host
}

// authority brings host into the form in which RFC 9421 signs it and in which
// hosts are compared: lower case, without the scheme's own port.
func authority(scheme, host string) string {
	host = strings.ToLower(host)
	switch scheme {
	case "https":
		host = strings.TrimSuffix(host, ":443")
	case "http":
		host = strings.TrimSuffix(host, ":80")
	}
	return host
}

// maxKeyID is how long a key id may be, in bytes.
const maxKeyID = 2048

// checkKeyID says whether id can name a key: an absolute http or https URL of
// printable ASCII that needs no escapes within a quoted string.
func checkKeyID(id string) error {
	if len(id) > maxKeyID {
		return errors.New("the key id is too long")
	}
	for _, c := range []byte(id) {
		if c <= ' ' || c >= 0x7f || c == '"' || c == '\\' {
			return fmt.Errorf("the key id holds the byte %s", strconv.QuoteRune(rune(c)))
		}
	}
	u, err := url.Parse(id)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil {
		return errors.New("the key id is not an http or https URL")
	}
	return nil
}
