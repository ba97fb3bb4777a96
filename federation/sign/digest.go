package sign

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"strings"

	"github.com/dunglas/httpsfv"
)

// Digest is the SHA-256 of a body, written the way each scheme sends it. It is
// made once per body, however many requests carry it. The zero Digest says
// that there is no body.
type Digest struct {
	cavage  string // for the Digest header, RFC 3230
	message string // for the Content-Digest header, RFC 9530
}

// DigestOf returns the digest of body.
func DigestOf(body []byte) Digest {
	sum := sha256.Sum256(body)
	text := base64.StdEncoding.EncodeToString(sum[:])
	return Digest{cavage: "SHA-256=" + text, message: "sha-256=:" + text + ":"}
}

func (d Digest) zero() bool { return d.cavage == "" }

var (
	errNoDigest    = errors.New("no SHA-256 or SHA-512 digest of the body")
	errWrongDigest = errors.New("the digest is not the body's")
)

// matches says whether sum is the digest of body under the algorithm name;
// known is false for an algorithm that is not looked at.
func matches(name string, sum, body []byte) (known, ok bool) {
	switch name {
	case "sha-256":
		want := sha256.Sum256(body)
		return true, bytes.Equal(sum, want[:])
	case "sha-512":
		want := sha512.Sum512(body)
		return true, bytes.Equal(sum, want[:])
	}
	return false, false
}

// checkDigest compares body with the values of a Digest header (RFC 3230): a
// list of NAME=BASE64. Every digest of a known algorithm must be right, and
// there must be one.
func checkDigest(values []string, body []byte) error {
	found := false
	for _, value := range values {
		for item := range strings.SplitSeq(value, ",") {
			name, text, _ := strings.Cut(strings.TrimSpace(item), "=")
			sum, err := base64.StdEncoding.DecodeString(text)
			if err != nil {
				sum = nil // not what was read before the error
			}
			known, ok := matches(strings.ToLower(name), sum, body)
			if known && !ok {
				return errWrongDigest
			}
			found = found || known
		}
	}
	if !found {
		return errNoDigest
	}
	return nil
}

// checkContentDigest compares body with the values of a Content-Digest header
// (RFC 9530), under the same rule as checkDigest.
func checkContentDigest(values []string, body []byte) error {
	dict, err := httpsfv.UnmarshalDictionary(values)
	if err != nil {
		return errors.New("the Content-Digest header cannot be read")
	}
	found := false
	for _, name := range dict.Names() {
		member, _ := dict.Get(name)
		item, _ := member.(httpsfv.Item)
		sum, _ := item.Value.([]byte)
		known, ok := matches(name, sum, body)
		if known && !ok {
			return errWrongDigest
		}
		found = found || known
	}
	if !found {
		return errNoDigest
	}
	return nil
}
