package wire

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// FollowersDigest stands for a set of followers: the exclusive or of the
// SHA-256 of their ids (FEP-8fcf). The order does not matter, and an id is
// taken out as it was put in.
type FollowersDigest [sha256.Size]byte

// Toggle puts an id into the set, or takes it out.
func (d *FollowersDigest) Toggle(id string) {
	sum := sha256.Sum256([]byte(id))
	for i := range d {
		d[i] ^= sum[i]
	}
}

// String is the digest in lower case hexadecimal digits.
func (d FollowersDigest) String() string { return hex.EncodeToString(d[:]) }

// FollowersSync is what a Collection-Synchronization header says: which of an
// actor's followers live at the host that reads it.
type FollowersSync struct {
	Collection string // the actor's followers
	URL        string // those of the reader's host
	Digest     string // of these
}

// String is the header's value.
func (s FollowersSync) String() string {
	return `collectionId="` + s.Collection + `", url="` + s.URL + `", digest="` + s.Digest + `"`
}

// ParseFollowersSync reads the value of a header. It reports false for what
// does not say all three.
func ParseFollowersSync(value string) (s FollowersSync, ok bool) {
	if len(value) > 3*MaxURI {
		return s, false
	}
	for value != "" {
		name, rest, found := strings.Cut(value, `="`)
		if !found {
			return FollowersSync{}, false
		}
		text, after, found := strings.Cut(rest, `"`)
		if !found {
			return FollowersSync{}, false
		}
		switch strings.ToLower(strings.Trim(name, ", ")) {
		case "collectionid":
			s.Collection = text
		case "url":
			s.URL = text
		case "digest":
			s.Digest = strings.ToLower(text)
		}
		value = strings.Trim(after, ", ")
	}
	return s, ValidURI(s.Collection) && ValidURI(s.URL) && len(s.Digest) == 2*sha256.Size
}
