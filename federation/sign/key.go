package sign

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
	"sync"
)

// The sizes of RSA keys, in bits: what is made here, and what is accepted from
// others. Smaller keys can be broken; larger ones only cost us time.
const (
	rsaBits    = 2048
	minRSABits = 2048
	maxRSABits = 8192
)

// maxPEM is the longest PEM text that is read, in bytes.
const maxPEM = 16 << 10

// GenerateRSA makes an RSA key of 2048 bits, which every peer can verify. It
// takes some 50 ms of processor time.
func GenerateRSA() (*rsa.PrivateKey, error) {
	k, err := rsa.GenerateKey(rand.Reader, rsaBits)
	if err != nil {
		return nil, fmt.Errorf("generate RSA key: %w", err)
	}
	return k, nil
}

// GenerateEd25519 makes an Ed25519 key, for proofs and for peers that know it.
func GenerateEd25519() (ed25519.PrivateKey, error) {
	_, k, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("generate Ed25519 key: %w", err)
	}
	return k, nil
}

// EncodePrivate writes a private key as PEM, PKCS#8.
func EncodePrivate(k crypto.Signer) (string, error) {
	der, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		return "", fmt.Errorf("encode private key: %w", err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), nil
}

// ParsePrivate reads what EncodePrivate wrote.
func ParsePrivate(text string) (crypto.Signer, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil || block.Type != "PRIVATE KEY" {
		return nil, errors.New("parse private key: no PRIVATE KEY block")
	}
	k, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("parse private key: %w", err)
	}
	s, ok := k.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("parse private key: a %T cannot sign", k)
	}
	if err := CheckPublic(s.Public()); err != nil {
		return nil, fmt.Errorf("parse private key: %w", err)
	}
	return s, nil
}

// EncodePublic writes a public key as PEM, PKIX ("BEGIN PUBLIC KEY"): the form
// of publicKeyPem in actor documents.
func EncodePublic(k crypto.PublicKey) (string, error) {
	der, err := x509.MarshalPKIXPublicKey(k)
	if err != nil {
		return "", fmt.Errorf("encode public key: %w", err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})), nil
}

// ParsePublic reads a peer's publicKeyPem: PKIX, or PKCS#1 as some older
// software writes. It refuses keys that CheckPublic refuses.
func ParsePublic(text string) (crypto.PublicKey, error) {
	if len(text) > maxPEM {
		return nil, errors.New("parse public key: too long")
	}
	block, _ := pem.Decode([]byte(strings.TrimSpace(text)))
	if block == nil {
		return nil, errors.New("parse public key: no PEM block")
	}
	var k crypto.PublicKey
	var err error
	switch block.Type {
	case "PUBLIC KEY":
		k, err = x509.ParsePKIXPublicKey(block.Bytes)
	case "RSA PUBLIC KEY":
		k, err = x509.ParsePKCS1PublicKey(block.Bytes)
	default:
		err = fmt.Errorf("a block of type %q", block.Type)
	}
	if err == nil {
		err = CheckPublic(k)
	}
	if err != nil {
		return nil, fmt.Errorf("parse public key: %w", err)
	}
	return k, nil
}

// CheckPublic refuses public keys that no signature is checked with: anything
// but RSA of 2048 to 8192 bits, and Ed25519.
func CheckPublic(k crypto.PublicKey) error {
	switch k := k.(type) {
	case *rsa.PublicKey:
		if n := k.N.BitLen(); n < minRSABits || n > maxRSABits {
			return fmt.Errorf("an RSA key of %d bits", n)
		}
		return nil
	case ed25519.PublicKey:
		if len(k) != ed25519.PublicKeySize {
			return fmt.Errorf("an Ed25519 key of %d bytes", len(k))
		}
		return nil
	}
	return fmt.Errorf("a key of type %T", k)
}

// Key is a private key and the id under which peers find its public half. It
// is safe for concurrent use.
type Key struct {
	id      string
	private crypto.Signer
	signer  func() signer // made at the first signature
}

// NewKey makes a Key of private, which is an *rsa.PrivateKey or an
// ed25519.PrivateKey. The id is the URL that peers look up, such as
// https://c1.example/users/ana#main-key.
func NewKey(id string, private crypto.Signer) (*Key, error) {
	if err := checkKeyID(id); err != nil {
		return nil, fmt.Errorf("new key: %w", err)
	}
	if err := CheckPublic(private.Public()); err != nil {
		return nil, fmt.Errorf("new key %s: %w", id, err)
	}
	k := &Key{id: id, private: private}
	k.signer = sync.OnceValue(func() signer { return newSigner(private) })
	return k, nil
}

// ParseKey is NewKey for what EncodePrivate wrote.
func ParseKey(id, text string) (*Key, error) {
	private, err := ParsePrivate(text)
	if err != nil {
		return nil, err
	}
	return NewKey(id, private)
}

// ID returns the id under which peers find the public half of k.
func (k *Key) ID() string { return k.id }

// Public returns the public half of k.
func (k *Key) Public() crypto.PublicKey { return k.private.Public() }

func (k *Key) rsa() bool {
	_, ok := k.private.(*rsa.PrivateKey)
	return ok
}

// Keyring keeps parsed keys between uses, since parsing one costs as much as
// many signatures of the smaller kind. It is safe for concurrent use.
type Keyring struct {
	max int

	mu   sync.Mutex
	keys map[[2]string]*Key // by id and PEM text, so that a renewed key is not mistaken
}

// NewKeyring returns a Keyring that keeps at most max keys.
func NewKeyring(max int) *Keyring {
	return &Keyring{max: max, keys: make(map[[2]string]*Key)}
}

// Len returns how many keys are kept.
func (r *Keyring) Len() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.keys)
}

// Key is ParseKey, remembered.
func (r *Keyring) Key(id, text string) (*Key, error) {
	name := [2]string{id, text}
	r.mu.Lock()
	k := r.keys[name]
	r.mu.Unlock()
	if k != nil {
		return k, nil
	}
	k, err := ParseKey(id, text)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for victim := range r.keys { // any one: a key that is in use comes back at once
		if len(r.keys) < r.max {
			break
		}
		delete(r.keys, victim)
	}
	r.keys[name] = k
	return k, nil
}
