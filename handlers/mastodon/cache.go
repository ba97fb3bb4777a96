package mastodon

import (
	"net/http"
	"strconv"
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
