package oauth

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"atelier/handlers/session"
	"atelier/models"
	"atelier/models/store"
)

// Who says who sent a request, by its Authorization header.
func (o *OAuth) Who(r *http.Request) (*session.Caller, error) {
	secret, ok := bearer(r)
	if !ok {
		return nil, nil
	}
	return o.CallerOf(r.Context(), secret)
}

// bearer returns the token in the Authorization header (RFC 6750, section
// 2.1).
func bearer(r *http.Request) (secret string, ok bool) {
	scheme, secret, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return "", false
	}
	return strings.TrimSpace(secret), true
}

var (
	errToken     = models.Errorf(models.NoSession, "The access token is invalid")
	errApplied   = models.Errorf(models.Forbidden, "Your login is currently pending approval")
	errDisabled  = models.Errorf(models.Forbidden, "Your login is currently disabled")
	errSuspended = models.Errorf(models.Forbidden, "Your account is currently suspended")
)

// CallerOf returns whose token secret is. It is an error of kind NoSession if
// there is no such token, and Forbidden if its member may not use it now.
func (o *OAuth) CallerOf(ctx context.Context, secret string) (*session.Caller, error) {
	h := hash(secret)
	now := o.Store.Now()
	c, seen := o.callers.get(h, now)
	if c == nil {
		var err error
		if c, err = o.read(ctx, h); err != nil {
			return nil, err
		}
		o.callers.put(h, c, seen, now)
	}
	if c.Member == nil {
		return c, nil
	}
	switch c.Member.State {
	case models.Active:
		return c, nil
	case models.Applied:
		return nil, errApplied
	case models.Suspended:
		return nil, errSuspended
	}
	return nil, errDisabled
}

// read reads whose token has a hash.
func (o *OAuth) read(ctx context.Context, hash string) (*session.Caller, error) {
	t, err := o.Store.Token(ctx, models.AccessToken, hash)
	if models.KindOf(err) == models.NotFound {
		return nil, errToken
	}
	if err != nil {
		return nil, err
	}
	c := &session.Caller{Token: t}
	if t.AppID != 0 {
		if c.App, err = o.Store.App(ctx, t.AppID); err != nil {
			return nil, err
		}
	}
	if t.AccountID == 0 {
		return c, o.seen(ctx, t)
	}
	if c.Member, err = o.Store.Member(ctx, t.AccountID); err != nil {
		return nil, err
	}
	if c.Account, err = o.Store.Account(ctx, t.AccountID); err != nil {
		return nil, err
	}
	c.Viewer = models.Viewer{AccountID: t.AccountID, Role: c.Member.Role}
	return c, o.seen(ctx, t)
}

// seenEvery is how often it is written down that a token is in use.
const seenEvery = time.Hour

func (o *OAuth) seen(ctx context.Context, t *models.Token) error {
	now := o.Store.Now()
	if now.Sub(t.UsedAt) < seenEvery {
		return nil
	}
	return o.Store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.UseToken(ctx, t.ID, now); err != nil || t.AccountID == 0 {
			return err
		}
		return tx.SeeMember(ctx, t.AccountID, now)
	})
}

// callerLife bounds how long a caller is believed without asking the
// database: a command beside the server may have changed it, and a node may
// miss what another one tells.
const callerLife = 5 * time.Second

// maxCallers bounds how many callers are kept.
const maxCallers = 2000

// callers remembers who has which token. What ends or changes one is heard of
// before the change is acknowledged on this node, and a moment later on
// others.
type callers struct {
	mu    sync.RWMutex
	kept  map[string]keptCaller // by the token's hash
	heard int                   // counts what made kept callers wrong
}

type keptCaller struct {
	*session.Caller
	until time.Time
}

// get returns the caller whose token has a hash, nil if it has to be read;
// seen says what was heard of before the reading.
func (c *callers) get(hash string, now time.Time) (caller *session.Caller, seen int) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	k, ok := c.kept[hash]
	if !ok || !k.until.After(now) {
		return nil, c.heard
	}
	return k.Caller, c.heard
}

// put keeps a caller, unless something was heard of since it was read.
func (c *callers) put(hash string, caller *session.Caller, seen int, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.heard != seen {
		return
	}
	if len(c.kept) >= maxCallers {
		c.kept = nil
	}
	if c.kept == nil {
		c.kept = map[string]keptCaller{}
	}
	c.kept[hash] = keptCaller{caller, now.Add(callerLife)}
}

// hear forgets what an event made wrong.
func (c *callers) hear(events []models.Event) {
	for _, e := range events {
		switch e.Kind {
		case models.TokenRevoked, models.AccountDeleted:
			c.forget(func(*session.Caller) bool { return true })
		case models.AccountChanged:
			c.forget(func(k *session.Caller) bool { return k.Viewer.AccountID == e.AccountID })
		}
	}
}

func (c *callers) forget(which func(*session.Caller) bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.heard++
	for hash, k := range c.kept {
		if which(k.Caller) {
			delete(c.kept, hash)
		}
	}
}
