// Package session says which member a browser belongs to: a cookie with a
// random secret, whose hash is in the token table. The pages and the OAuth
// handlers share it.
//
// It checks no passwords; that is a verb of the chapter.
package session

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"time"

	"atelier/models"
	"atelier/models/store"
)

// lifetime is how long a browser stays signed in.
const lifetime = 90 * 24 * time.Hour

// seenEvery is how often it is written down that a session is in use.
const seenEvery = time.Hour

// FormField is the hidden field in which forms carry Session.FormToken.
const FormField = "token"

// Sessions keeps the sessions of a chapter.
type Sessions struct {
	Store  *store.Store
	Secure bool // cookies are for https only
}

// Session is a signed-in browser.
type Session struct {
	Member  *models.Member
	Account *models.Account
	Viewer  models.Viewer
	TokenID models.ID

	secret string
}

// CookieName is what the cookie is called. With https a browser takes it from
// this very host only.
func (s *Sessions) CookieName() string {
	if s.Secure {
		return "__Host-session"
	}
	return "session"
}

// Of returns the session that a request belongs to; nil if nobody is signed
// in, or no longer may be.
func (s *Sessions) Of(r *http.Request) (*Session, error) {
	c, err := r.Cookie(s.CookieName())
	if err != nil || c.Value == "" {
		return nil, nil
	}
	ctx := r.Context()
	token, err := s.Store.Token(ctx, models.SessionToken, hash(c.Value))
	if err != nil {
		return nil, unlessGone(err)
	}
	x, err := s.read(ctx, token)
	if err != nil || x == nil {
		return nil, unlessGone(err)
	}
	x.secret = c.Value
	return x, s.seen(ctx, token)
}

// read returns the session of a token; nil if its member may not sign in.
func (s *Sessions) read(ctx context.Context, t *models.Token) (*Session, error) {
	member, err := s.Store.Member(ctx, t.AccountID)
	if err != nil || member.State != models.Active {
		return nil, err
	}
	account, err := s.Store.Account(ctx, t.AccountID)
	if err != nil {
		return nil, err
	}
	return &Session{
		Member:  member,
		Account: account,
		Viewer:  models.Viewer{AccountID: member.AccountID, Role: member.Role},
		TokenID: t.ID,
	}, nil
}

// seen writes down now and then that a session is in use.
func (s *Sessions) seen(ctx context.Context, t *models.Token) error {
	now := s.Store.Now()
	if now.Sub(t.UsedAt) < seenEvery {
		return nil
	}
	return s.Store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.UseToken(ctx, t.ID, now); err != nil {
			return err
		}
		return tx.SeeMember(ctx, t.AccountID, now)
	})
}

// Begin signs a member in: a new session, whatever the browser had before.
func (s *Sessions) Begin(w http.ResponseWriter, r *http.Request, memberID models.ID) (*Session, error) {
	if err := s.End(w, r); err != nil {
		return nil, err
	}
	secret := newSecret()
	now := s.Store.Now()
	t := &models.Token{
		ID: s.Store.NewID(), Kind: models.SessionToken, Hash: hash(secret), AccountID: memberID,
		CreatedAt: now, UsedAt: now, ExpiresAt: now.Add(lifetime),
	}
	ctx := r.Context()
	err := s.Store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.AddToken(ctx, t); err != nil {
			return err
		}
		return tx.SeeMember(ctx, memberID, now)
	})
	if err != nil {
		return nil, fmt.Errorf("begin a session: %w", err)
	}
	x, err := s.read(ctx, t)
	if err != nil {
		return nil, fmt.Errorf("begin a session: %w", err)
	}
	if x == nil {
		return nil, models.Errorf(models.Forbidden, "This membership is not active.")
	}
	x.secret = secret
	s.setCookie(w, secret, int(lifetime.Seconds()))
	return x, nil
}

// End signs the browser out. It is no error if it was not signed in.
func (s *Sessions) End(w http.ResponseWriter, r *http.Request) error {
	c, err := r.Cookie(s.CookieName())
	if err != nil || c.Value == "" {
		return nil
	}
	s.setCookie(w, "", -1)
	ctx := r.Context()
	t, err := s.Store.Token(ctx, models.SessionToken, hash(c.Value))
	if err != nil {
		return unlessGone(err)
	}
	err = s.Store.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.DeleteToken(ctx, t.ID)
		return err
	})
	if err != nil {
		return fmt.Errorf("end a session: %w", err)
	}
	return nil
}

func (s *Sessions) setCookie(w http.ResponseWriter, value string, maxAge int) {
	http.SetCookie(w, &http.Cookie{
		Name: s.CookieName(), Value: value, Path: "/", MaxAge: maxAge,
		Secure: s.Secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

// FormToken is what this browser's forms carry, so that no other site can make
// one that is believed.
func (x *Session) FormToken() string {
	mac := hmac.New(sha256.New, []byte(x.secret))
	mac.Write([]byte("form"))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:16])
}

// CheckForm returns an error unless the form in r, which the caller has
// parsed, carries the session's FormToken.
func (x *Session) CheckForm(r *http.Request) error {
	got := r.PostFormValue(FormField)
	if subtle.ConstantTimeCompare([]byte(got), []byte(x.FormToken())) == 1 {
		return nil
	}
	return models.Errorf(models.Forbidden, "This form is from another time or another place. Please go back, reload the page and send it again.")
}

func newSecret() string {
	b := make([]byte, 32)
	rand.Read(b) // never fails (crypto/rand)
	return base64.RawURLEncoding.EncodeToString(b)
}

func hash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// unlessGone is err, unless it only says that something is not there.
func unlessGone(err error) error {
	if models.KindOf(err) == models.NotFound {
		return nil
	}
	return err
}
