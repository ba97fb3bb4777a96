package handlers

import (
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"atelier/handlers/respond"
	"atelier/handlers/session"
	"atelier/models"
)

// A limit is how often something may be done in a span of time.
type limit struct {
	name string
	n    int
	span time.Duration
}

// The limits of the client API are Mastodon's (rack_attack): clients pace
// themselves by them.
var (
	perToken    = limit{"token", 300, 5 * time.Minute}
	perMember   = limit{"member", 1500, 5 * time.Minute}
	perPlace    = limit{"place", 300, 5 * time.Minute}
	uploads     = limit{"uploads", 30, 30 * time.Minute}
	deletions   = limit{"deletions", 30, 30 * time.Minute}
	posts       = limit{"posts", 300, 3 * time.Hour}
	follows     = limit{"follows", 400, 24 * time.Hour}
	newApps     = limit{"apps", 5, 10 * time.Minute}
	newMembers  = limit{"sign-ups", 5, 30 * time.Minute}
	signIns     = limit{"sign-ins", 25, 5 * time.Minute}
	handleAsked = limit{"handles", 30, 5 * time.Minute} // "follow from where you are": each may ask another server
)

// limited are the limits that a request counts against, and by what.
func limited(r *http.Request, c *session.Caller, from netip.Addr) (out []counted) {
	path := r.URL.Path
	place := "at " + place(from).String()
	if !strings.HasPrefix(path, "/api/") {
		if r.Method != http.MethodPost {
			return nil
		}
		switch {
		case path == "/sign-in", path == "/setup", strings.HasPrefix(path, "/join"), strings.HasPrefix(path, "/i/"), path == "/forgotten", strings.HasPrefix(path, "/reset/"),
			strings.HasPrefix(path, "/appeals/"):
			return []counted{{signIns, place}}
		case path == "/follow":
			return []counted{{handleAsked, place}}
		case path == "/oauth/token", path == "/oauth/revoke":
			return []counted{{perPlace, place}}
		}
		return nil
	}
	if path == "/api/v1/apps" && r.Method == http.MethodPost {
		return []counted{{newApps, place}, {perPlace, place}}
	}
	if path == "/api/v1/accounts" && r.Method == http.MethodPost {
		return []counted{{newMembers, place}, {perPlace, place}}
	}
	if c == nil {
		return []counted{{perPlace, place}}
	}
	if c.Account == nil { // an app's own token
		return []counted{{perToken, "token " + c.Token.ID.String()}, {perPlace, place}}
	}
	who := "member " + c.Account.ID.String()
	out = append(out, counted{perToken, "token " + c.Token.ID.String()}, counted{perMember, who})
	switch last := path[strings.LastIndexByte(path, '/')+1:]; {
	case r.Method == http.MethodPost && (path == "/api/v1/media" || path == "/api/v2/media"):
		out = append(out, counted{uploads, who})
	case r.Method == http.MethodPost && path == "/api/v1/statuses":
		out = append(out, counted{posts, who})
	case r.Method == http.MethodDelete && strings.HasPrefix(path, "/api/v1/statuses/"), r.Method == http.MethodPost && last == "unreblog":
		out = append(out, counted{deletions, who})
	case r.Method == http.MethodPost && last == "follow" && strings.HasPrefix(path, "/api/v1/accounts/"):
		out = append(out, counted{follows, who})
	}
	return out
}

// counted is a limit and what it is counted by.
type counted struct {
	limit
	by string
}

// maxCounts bounds how many counts are kept.
const maxCounts = 100_000

// counts counts on this node: a chapter on several nodes allows that much
// more.
type counts struct {
	now func() time.Time

	mu   sync.Mutex
	kept map[countKey]*count
}

type countKey struct{ limit, by string }

type count struct {
	n     int
	until time.Time
}

// add counts one request against c and says how many more may come until when.
// Below zero means that this one was too many.
func (k *counts) add(c counted) (left int, until time.Time) {
	now := k.now()
	key := countKey{c.name, c.by}
	k.mu.Lock()
	defer k.mu.Unlock()
	x := k.kept[key]
	if x == nil || !x.until.After(now) {
		k.sweep(now)
		x = &count{until: now.Add(c.span)}
		k.kept[key] = x
	}
	x.n++
	return c.n - x.n, x.until
}

// sweep makes room for another count.
func (k *counts) sweep(now time.Time) {
	if k.kept != nil && len(k.kept) < maxCounts {
		return
	}
	left := map[countKey]*count{}
	for key, x := range k.kept {
		if x.until.After(now) {
			left[key] = x
		}
	}
	if len(left) >= maxCounts/2 { // somebody comes from everywhere: better forget than fall
		left = map[countKey]*count{}
	}
	k.kept = left
}

var errTooMany = models.Errorf(models.TooMany, "Too many requests")

// limits answers who comes too often, and tells clients how much is left.
func (s *server) limits(next http.Handler) http.Handler {
	if s.NoLimits {
		return next
	}
	k := &counts{now: s.now}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := s.who(r)
		if err != nil {
			c = nil // the room will say what is wrong with the token
		}
		nearest, until, of := 0, time.Time{}, 0
		for i, x := range limited(r, c, remote(r)) {
			if left, end := k.add(x); i == 0 || left < nearest {
				nearest, until, of = left, end, x.n
			}
		}
		if of > 0 && strings.HasPrefix(r.URL.Path, "/api/") {
			h := w.Header()
			h.Set("X-RateLimit-Limit", strconv.Itoa(of))
			h.Set("X-RateLimit-Remaining", strconv.Itoa(max(nearest, 0)))
			h.Set("X-RateLimit-Reset", until.UTC().Format("2006-01-02T15:04:05.000000Z"))
		}
		if nearest < 0 {
			w.Header().Set("Retry-After", strconv.Itoa(int(until.Sub(k.now()).Seconds())+1))
			respond.Fail(w, r, errTooMany, s.fail)
			return
		}
		next.ServeHTTP(w, r)
	})
}
