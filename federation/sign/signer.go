package sign

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"fmt"
)

// A signer makes signatures with one private key: RSASSA-PKCS1-v1_5 with
// SHA-256 for RSA, plain Ed25519 for Ed25519. It is safe for concurrent use.
//
// It is the seam for faster implementations: RSA signing is the price of every
// delivery.
type signer interface {
	sign(message []byte) ([]byte, error)
}

// newSigner returns the fastest signer for k that works on this machine.
func newSigner(k crypto.Signer) signer {
	switch k := k.(type) {
	case *rsa.PrivateKey:
		if s := newNativeSigner(k); s != nil {
			return s
		}
		return rsaSigner{k}
	case ed25519.PrivateKey:
		return ed25519Signer{k}
	}
	return unknownSigner{k}
}

type rsaSigner struct{ key *rsa.PrivateKey }

func (s rsaSigner) sign(message []byte) ([]byte, error) {
	sum := sha256.Sum256(message)
	return rsa.SignPKCS1v15(nil, s.key, crypto.SHA256, sum[:])
}

type ed25519Signer struct{ key ed25519.PrivateKey }

func (s ed25519Signer) sign(message []byte) ([]byte, error) {
	return ed25519.Sign(s.key, message), nil
}

type unknownSigner struct{ key crypto.Signer }

func (s unknownSigner) sign([]byte) ([]byte, error) {
	return nil, fmt.Errorf("no signatures are made with a %T", s.key)
}

// verify checks a signature that a signer made of message.
func verify(pub crypto.PublicKey, message, signature []byte) error {
	if err := CheckPublic(pub); err != nil {
		return err
	}
	switch k := pub.(type) {
	case *rsa.PublicKey:
		sum := sha256.Sum256(message)
		return rsa.VerifyPKCS1v15(k, crypto.SHA256, sum[:], signature)
	case ed25519.PublicKey:
		if ed25519.Verify(k, message, signature) {
			return nil
		}
	}
	return errWrongSignature
}
