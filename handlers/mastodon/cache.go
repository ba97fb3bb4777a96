package mastodon

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// How answers may be kept (BEHAVIOUR 6).
var (
	privateAnswer = []string{"private, no-store"}
	sharedAnswer  = []string{"public, max-age=180"}
	briefAnswer   = []string{"public, max-age=15"}
	varyToken     = []string{"Authorization"}
)

// shared says that the answer is the same for everybody, also with a token.
func shared(w http.ResponseWriter) { w.Header()["Cache-Control"] = sharedAnswer }

// asked is where an answer goes to somebody who may have it already.
type asked struct {
	http.ResponseWriter
	tags string // If-None-Match
}

// has says whether the answer with a tag is there already (RFC 9110, 13.1.2).
func (a *asked) has(tag string) bool {
	for t := range strings.SplitSeq(a.tags, ",") {
		if t = strings.TrimSpace(t); t == "*" || strings.TrimPrefix(t, "W/") == strings.TrimPrefix(tag, "W/") {
			return true
		}
	}
	return false
}

// standsThere gives an answer that is the same for everybody a weak tag. It
// reports true if whoever asked has it, and was told so.
func standsThere(w http.ResponseWriter, body []byte) bool {
	h := w.Header()
	if c := h["Cache-Control"]; len(c) == 0 || c[0] != sharedAnswer[0] {
		return false
	}
	sum := sha256.Sum256(body)
	tag := `W/"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
	h["Etag"] = []string{tag}
	if a, ok := w.(*asked); !ok || !a.has(tag) {
		return false
	}
	w.WriteHeader(http.StatusNotModified)
	return true
}

// brief says that the answer to a stranger is the same for all strangers, for
// a moment.
func brief(w http.ResponseWriter, stranger bool) {
	if stranger {
		w.Header()["Cache-Control"] = briefAnswer
		w.Header()["Vary"] = varyToken
	}
}

// deprecated marks an old operation with the moment since when it is
// (RFC 9745).
func deprecated(w http.ResponseWriter, since time.Time) {
	w.Header().Set("Deprecation", "@"+strconv.FormatInt(since.Unix(), 10))
}
