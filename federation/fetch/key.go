package fetch

import (
	"context"
	"crypto"
	"strings"

	"atelier/federation/sign"
	"atelier/models"
)

// A Signer is an account and the key that proves it. Both are shared and must
// not be changed.
type Signer struct {
	Account *models.Account
	KeyID   string
	Key     crypto.PublicKey
}

var errNoKey = models.Errorf(models.NoSession, "The key of this signature is nobody's.")

// Signer returns whose key keyID names: known, or fetched from the actor that
// says to have it. claimed is who signs, as far as the request tells; "" if it
// does not.
func (f *Finder) Signer(ctx context.Context, keyID, claimed string) (*Signer, error) {
	if s, ok := f.signers.GetIfPresent(keyID); ok {
		return s, nil
	}
	if f.chapter.URLs.Local(keyID) { // nobody outside has a key of ours
		return nil, errNoKey
	}
	if err := f.allowed(ctx, keyID); err != nil {
		return nil, err
	}
	a, err := f.chapter.Store.AccountByKeyID(ctx, keyID)
	if err == nil {
		if a, err = f.met(ctx, a); err != nil {
			return nil, err
		}
		return f.signer(a, keyID)
	}
	if models.KindOf(err) != models.NotFound {
		return nil, err
	}
	return f.newSigner(ctx, keyID, claimed)
}

// newSigner finds whose key it is by asking. Who claims to sign is asked
// first: its document lists the key, if it is the truth.
func (f *Finder) newSigner(ctx context.Context, keyID, claimed string) (*Signer, error) {
	uri, _, _ := strings.Cut(keyID, "#")
	if SameOrigin(claimed, keyID) {
		uri = claimed
	}
	a, err := f.chapter.Store.AccountByURI(ctx, uri)
	switch {
	case err == nil && a.Local():
		return nil, errNoKey
	case err == nil && (a.KeyID == keyID || a.EdKeyID == keyID): // somebody else was faster
		return f.signer(a, keyID)
	case err == nil: // known by another key
		return f.SignerAnew(ctx, &Signer{Account: a, KeyID: keyID})
	case models.KindOf(err) != models.NotFound:
		return nil, err
	}
	if a, err = f.newActor(ctx, uri, nil); err != nil {
		return nil, err
	}
	return f.signer(a, keyID)
}

// SignerAnew reads the actor of s anew, whose key has changed perhaps. It does
// so once a minute at most, and returns s's error of kind NoSession otherwise.
func (f *Finder) SignerAnew(ctx context.Context, s *Signer) (*Signer, error) {
	if _, lately := f.anew.GetIfPresent(s.KeyID); lately {
		return nil, errNoKey
	}
	f.anew.Set(s.KeyID, struct{}{})
	f.signers.Invalidate(s.KeyID)
	a, err := f.Refresh(ctx, s.Account)
	if err != nil {
		return nil, err
	}
	return f.signer(a, s.KeyID)
}

// signer returns a with its key keyID, and remembers it.
func (f *Finder) signer(a *models.Account, keyID string) (*Signer, error) {
	s := &Signer{Account: a, KeyID: keyID}
	var err error
	switch keyID {
	case "":
		return nil, errNoKey
	case a.KeyID:
		s.Key, err = sign.ParsePublic(a.PublicKey)
	case a.EdKeyID:
		s.Key, err = sign.ParseMultikey(a.EdKey)
	default:
		return nil, errNoKey
	}
	if err != nil {
		return nil, errNoKey.Because(err)
	}
	f.signers.Set(keyID, s)
	f.keysOf.Set(a.ID, [2]string{a.KeyID, a.EdKeyID})
	return s, nil
}
