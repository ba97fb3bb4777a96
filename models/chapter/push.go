package chapter

import (
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net/url"

	"atelier/models"
	"atelier/models/store"
)

// JobPush pushes the notification named by the key to its account's apps.
const JobPush = "push"

// VAPID returns the keys with which the chapter shows push services who it is
// (RFC 8292): a P-256 point and scalar, base64url. They are made when they are
// first needed.
func (c *Chapter) VAPID(ctx context.Context) (public, private string, err error) {
	self, err := c.Self(ctx)
	if err != nil {
		return "", "", err
	}
	if self.Settings.VAPIDPublic != "" {
		return self.Settings.VAPIDPublic, self.Settings.VAPIDPrivate, nil
	}
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		return "", "", fmt.Errorf("make the push keys: %w", err)
	}
	err = c.Store.Write(ctx, func(tx *store.Tx) error {
		self, err := tx.Chapter(ctx)
		if err != nil {
			return err
		}
		s := &self.Settings
		if s.VAPIDPublic == "" { // another node may have been faster
			s.VAPIDPublic, s.VAPIDPrivate = base64.RawURLEncoding.EncodeToString(key.PublicKey().Bytes()), base64.RawURLEncoding.EncodeToString(key.Bytes())
			if err := tx.SetChapter(ctx, self); err != nil {
				return err
			}
		}
		public, private = s.VAPIDPublic, s.VAPIDPrivate
		return tx.Leave(ctx, models.Event{Kind: models.ChapterChanged, AccountID: self.AccountID})
	})
	if err == nil {
		_, err = c.reload(ctx)
	}
	return public, private, err
}

// Subscribe has the notifications of me pushed to an app, whose access token is
// secret: messages name it, since apps of several accounts go by it.
func (c *Chapter) Subscribe(ctx context.Context, me *models.Account, s *models.PushSubscription, secret string) error {
	u, err := url.Parse(s.Endpoint)
	if err != nil || u.Host == "" || u.Scheme != "https" && (u.Scheme != "http" || c.URLs.Scheme != "http") {
		return models.Errorf(models.Invalid, "Validation failed: Endpoint is invalid").On("endpoint")
	}
	point, err := decodeKey(s.P256DH)
	if err == nil {
		_, err = ecdh.P256().NewPublicKey(point)
	}
	if err != nil {
		return models.Errorf(models.Invalid, "Validation failed: Key p256dh is invalid").On("p256dh")
	}
	if auth, err := decodeKey(s.Auth); err != nil || len(auth) < 12 {
		return models.Errorf(models.Invalid, "Validation failed: Key auth is invalid").On("auth")
	}
	if !s.Policy.Valid() {
		return models.Errorf(models.Invalid, "Validation failed: Policy is not included in the list").On("policy")
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		s.ID, s.AccountID, s.CreatedAt = tx.NewID(), me.ID, tx.Now()
		s.Sealed = c.sealToken(s, secret)
		return tx.SetPush(ctx, s)
	})
}

// decodeKey reads base64 of either alphabet, padded or not, as clients send
// it.
func decodeKey(s string) ([]byte, error) {
	for _, e := range []*base64.Encoding{base64.RawURLEncoding, base64.URLEncoding, base64.RawStdEncoding, base64.StdEncoding} {
		if b, err := e.DecodeString(s); err == nil {
			return b, nil
		}
	}
	return nil, fmt.Errorf("not base64: %q", s)
}

// ChangePush changes what is pushed for a token.
func (c *Chapter) ChangePush(ctx context.Context, tokenID models.ID, change func(*models.PushSubscription)) (*models.PushSubscription, error) {
	var s *models.PushSubscription
	return s, c.Store.Write(ctx, func(tx *store.Tx) (err error) {
		if s, err = tx.Push(ctx, tokenID); err != nil {
			return err
		}
		change(s)
		if !s.Policy.Valid() {
			return models.Errorf(models.Invalid, "Validation failed: Policy is not included in the list").On("policy")
		}
		return tx.SetPush(ctx, s)
	})
}

// Unsubscribe ends the pushing for a token. Doing it twice is no error.
func (c *Chapter) Unsubscribe(ctx context.Context, tokenID models.ID) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error { return tx.DeletePush(ctx, tokenID) })
}

// DropPush ends a subscription that its push service says is over.
func (c *Chapter) DropPush(ctx context.Context, id models.ID) error {
	return c.Store.Write(ctx, func(tx *store.Tx) error { return tx.DeletePushByID(ctx, id) })
}
