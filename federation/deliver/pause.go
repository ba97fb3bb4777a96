package deliver

import (
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// pause is how long to wait after the nth failure in a row, give or take a
// tenth, so that what failed together does not come back together.
func (d *Deliverer) pause(n int) time.Duration {
	p := d.o.Pauses[min(max(n, 1), len(d.o.Pauses))-1]
	return p + time.Duration((rand.Float64()-0.5)*0.2*float64(p))
}

// maxRetryAfter is the longest wait that a host can ask for.
const maxRetryAfter = 24 * time.Hour

// retryAfter reads the Retry-After header (RFC 9110, section 10.2.3): seconds
// or a date. It returns 0 if there is none that can be read.
func retryAfter(h http.Header, now time.Time) time.Duration {
	s := strings.TrimSpace(h.Get("Retry-After"))
	if s == "" {
		return 0
	}
	if n, err := strconv.ParseUint(s, 10, 31); err == nil {
		return min(time.Duration(n)*time.Second, maxRetryAfter)
	}
	at, err := http.ParseTime(s)
	if err != nil {
		return 0
	}
	return min(max(at.Sub(now), 0), maxRetryAfter)
}
