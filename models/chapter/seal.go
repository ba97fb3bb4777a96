package chapter

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"fmt"

	"atelier/models"
)

// SealWith gives the chapter the key that seals what its database must not
// tell by itself. It is set once, before the first verb, and kept outside of
// the database and its backups.
func (c *Chapter) SealWith(key []byte) error {
	if len(key) < 32 {
		return fmt.Errorf("a sealing key has 32 bytes, not %d", len(key))
	}
	// A key of its own for each use: what is sealed for one opens nothing else.
	push, err := hkdf.Key(sha256.New, key, nil, "atelier push token", 32)
	if err != nil {
		return err
	}
	block, err := aes.NewCipher(push)
	if err != nil {
		return err
	}
	if c.pushSeal, err = cipher.NewGCMWithRandomNonce(block); err != nil {
		return err
	}
	c.remoteKey, err = hkdf.Key(sha256.New, key, nil, "atelier remote media", 32)
	return err
}

// sealToken seals an access token for its subscription. Without a key nothing
// is kept of it.
func (c *Chapter) sealToken(s *models.PushSubscription, secret string) string {
	if c.pushSeal == nil || secret == "" {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(c.pushSeal.Seal(nil, nil, []byte(secret), sealedFor(s)))
}

// PushToken is the access token that a subscription belongs to, "" if it
// cannot be opened: the key is not the one that sealed it.
func (c *Chapter) PushToken(s *models.PushSubscription) string {
	sealed, err := base64.RawURLEncoding.DecodeString(s.Sealed)
	if c.pushSeal == nil || err != nil {
		return ""
	}
	secret, err := c.pushSeal.Open(nil, nil, sealed, sealedFor(s))
	if err != nil {
		return ""
	}
	return string(secret)
}

// sealedFor binds what is sealed to its row: moved to another one it does not
// open.
func sealedFor(s *models.PushSubscription) []byte {
	return []byte(s.AccountID.String() + " " + s.TokenID.String())
}
