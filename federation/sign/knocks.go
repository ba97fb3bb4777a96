package sign

import (
	"net/http"
	"sync"
	"time"
)

// The limits of what Knocks remembers.
const (
	maxKnocks = 10_000
	knockAge  = 7 * 24 * time.Hour
)

// Knocks remembers which hosts want to be spoken to by RFC 9421. Of all others
// the first knock is by draft-cavage. What it forgets costs one more request.
//
// The zero Knocks is ready to use, and safe for concurrent use.
type Knocks struct {
	mu    sync.Mutex
	until map[string]time.Time // by host: when to try draft-cavage again
}

// First returns the scheme to knock with at host.
func (k *Knocks) First(host string, now time.Time) Scheme {
	k.mu.Lock()
	defer k.mu.Unlock()
	if now.Before(k.until[host]) {
		return RFC9421
	}
	return Cavage
}

// Worked takes note that host accepted a signature made by s.
func (k *Knocks) Worked(host string, s Scheme, now time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.until, host)
	if s != RFC9421 {
		return
	}
	if k.until == nil {
		k.until = make(map[string]time.Time)
	}
	for victim := range k.until { // any one
		if len(k.until) < maxKnocks {
			break
		}
		delete(k.until, victim)
	}
	k.until[host] = now.Add(knockAge)
}

// KnockAgain says whether an answer of this status may mean that the scheme of
// the signature was not understood, so that the other is worth a try.
func KnockAgain(status int) bool {
	return status == http.StatusUnauthorized || status == http.StatusBadRequest || status == http.StatusForbidden
}
