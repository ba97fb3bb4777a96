package chapter

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"

	"atelier/models"
	"atelier/models/store"
)

// The cost of a password's hash: argon2id as OWASP advises, 19 MiB, two
// passes, one lane.
const (
	argonMemory = 19 * 1024 // KiB
	argonPasses = 2
	argonLanes  = 1
	argonBytes  = 32
)

// Passwords have minPassword characters at least, and maxPassword bytes at
// most: hashing longer ones only serves who wants to keep us busy.
const (
	minPassword = 8
	maxPassword = 512
)

// hashing bounds how many hashes are computed at a time: each takes memory.
var hashing = make(chan struct{}, 2)

func checkPassword(password string) error {
	switch {
	case len([]rune(password)) < minPassword:
		return models.Errorf(models.Invalid, "A password needs %d characters at least.", minPassword).On("password")
	case len(password) > maxPassword:
		return models.Errorf(models.Invalid, "A password may have %d bytes at most.", maxPassword).On("password")
	}
	return nil
}

func newPasswordHash(password string) (string, error) {
	if err := checkPassword(password); err != nil {
		return "", err
	}
	salt := make([]byte, 16)
	rand.Read(salt)
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonPasses, argonLanes,
		b64.EncodeToString(salt), b64.EncodeToString(hashPassword(password, salt, argonMemory, argonPasses, argonLanes))), nil
}

func hashPassword(password string, salt []byte, memory, passes uint32, lanes uint8) []byte {
	hashing <- struct{}{}
	defer func() { <-hashing }()
	return argon2.IDKey([]byte(password), salt, passes, memory, lanes, argonBytes)
}

// noHash is compared with when there is no such member, so that the answer
// takes as long.
var noHash = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

func passwordFits(password, hash string) bool {
	if hash == "" || len(password) > maxPassword {
		hash, password = noHash, ""
	}
	parts := strings.Split(hash, "$")
	if len(parts) != 6 {
		return false
	}
	var memory, passes uint32
	var lanes uint8
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &passes, &lanes); err != nil {
		return false
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[4])
	want, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	if err1 != nil || err2 != nil {
		return false
	}
	return subtle.ConstantTimeCompare(want, hashPassword(password, salt, memory, passes, lanes)) == 1 && hash != noHash
}

// SignIn returns the member with a login (username or e-mail address) and a
// password. A wrong password and an unknown login are one answer, and take as
// long.
func (c *Chapter) SignIn(ctx context.Context, login, password string) (*models.Member, error) {
	m, err := c.Store.MemberByLogin(ctx, login)
	if models.KindOf(err) == models.NotFound {
		m = &models.Member{}
	} else if err != nil {
		return nil, err
	}
	if !passwordFits(password, m.PasswordHash) {
		return nil, models.Errorf(models.Forbidden, "That name and password do not belong together.").On("password")
	}
	switch m.State {
	case models.Active:
	case models.Applied:
		return nil, models.Errorf(models.Forbidden, "A steward has not answered your application yet.")
	default:
		return nil, models.Errorf(models.Forbidden, "This membership is closed. Please write to the stewards.")
	}
	now := c.Store.Now()
	err = c.Store.Write(ctx, func(tx *store.Tx) error { return tx.SeeMember(ctx, m.AccountID, now) })
	return m, err
}

// SetPassword gives a member another password. old must fit, unless reset says
// that somebody vouched otherwise; all sessions and tokens but keep end.
func (c *Chapter) SetPassword(ctx context.Context, accountID models.ID, old, password string, reset bool, keep models.ID) error {
	m, err := c.Store.Member(ctx, accountID)
	if err != nil {
		return err
	}
	if !reset && !passwordFits(old, m.PasswordHash) {
		return models.Errorf(models.Invalid, "That is not your password.").On("old")
	}
	hash, err := newPasswordHash(password)
	if err != nil {
		return err
	}
	return c.Store.Write(ctx, func(tx *store.Tx) error {
		m, err := tx.Member(ctx, accountID)
		if err != nil {
			return err
		}
		m.PasswordHash = hash
		if _, err := tx.SetMember(ctx, m); err != nil {
			return err
		}
		tokens, err := tx.TokensOf(ctx, accountID, 10_000)
		if err != nil {
			return err
		}
		for _, t := range tokens {
			if t.ID == keep {
				continue
			}
			if err := c.revoke(ctx, tx, t.ID, accountID); err != nil {
				return err
			}
		}
		return nil
	})
}
