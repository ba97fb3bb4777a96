package main

import (
	"context"
	"fmt"
	"math/rand/v2"

	"atelier/federation/sign"
	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/store"
)

// open opens the chapter's database, brings it up to date and returns the
// chapter. beside says that a server may be working on it meanwhile.
func (c *Config) open(ctx context.Context, beside bool) (*chapter.Chapter, error) {
	o := store.Options{}
	if beside {
		o.Node = uint8(1 + rand.IntN(255)) // its ids must not meet the server's
		o.Readers = 1
	}
	s, err := store.Open(ctx, c.Database, o)
	if err != nil {
		return nil, err
	}
	if err := s.Migrate(ctx); err != nil {
		s.Close()
		return nil, err
	}
	self, err := s.Chapter(ctx)
	if err == nil && self.Domain != c.urls.Domain {
		s.Close()
		return nil, fmt.Errorf("this chapter lives at %s: its ids cannot move to %s; start with --domain=%s", self.Domain, c.urls.Domain, self.Domain)
	}
	if err != nil && models.KindOf(err) != models.NotFound {
		s.Close()
		return nil, err
	}
	return chapter.New(s, chapter.Options{URLs: c.urls, Keys: newKeys}), nil
}

// newKeys makes the keys of a new account: RSA, which everybody can verify,
// and Ed25519.
func newKeys() (models.KeyPair, error) {
	var out models.KeyPair
	r, err := sign.GenerateRSA()
	if err != nil {
		return out, fmt.Errorf("make an RSA key: %w", err)
	}
	e, err := sign.GenerateEd25519()
	if err != nil {
		return out, fmt.Errorf("make an Ed25519 key: %w", err)
	}
	if out.RSA, err = sign.EncodePrivate(r); err != nil {
		return out, err
	}
	if out.PublicKey, err = sign.EncodePublic(r.Public()); err != nil {
		return out, err
	}
	if out.Ed25519, err = sign.EncodePrivate(e); err != nil {
		return out, err
	}
	out.EdKey, err = sign.EncodeMultikey(e.Public())
	return out, err
}

// beside runs do on the chapter, beside a server that may be running. It must
// have been opened before.
func (r *run) beside(do func(c *chapter.Chapter) error) error {
	c, err := r.open(r.ctx, true)
	if err != nil {
		return err
	}
	defer c.Store.Close()
	if _, err := c.Self(r.ctx); err != nil {
		if models.KindOf(err) == models.NotFound {
			return fmt.Errorf("there is no chapter in %s yet: open it with atelier setup, or by the link that atelier serve prints", r.Database)
		}
		return err
	}
	return do(c)
}
