package mastodon

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"time"

	"atelier/models"
)

// A pushMessage is a message as a push service passes it on: it cannot be read
// on the way.
type pushMessage struct {
	header http.Header
	body   []byte
}

// recordSize is the size of the one record that a message is.
const recordSize = 4096

// maxPush is how long a message may be, in bytes, so that it fits into one
// record with its padding and tag.
const maxPush = recordSize - 103

// seal encrypts a message for a subscription: as RFC 8291 has it, or as the
// draft before it had, which older apps and their relays read.
func seal(text []byte, s *models.PushSubscription, random io.Reader) (*pushMessage, error) {
	salt := make([]byte, 16)
	if _, err := io.ReadFull(random, salt); err != nil {
		return nil, err
	}
	scalar := make([]byte, 32)
	var key *ecdh.PrivateKey
	for key == nil { // a scalar beyond the group's order is none
		if _, err := io.ReadFull(random, scalar); err != nil {
			return nil, err
		}
		key, _ = ecdh.P256().NewPrivateKey(scalar)
	}
	if s.Standard {
		return sealStandard(text, s, key, salt)
	}
	return sealDraft(text, s, key, salt)
}

// shared returns the key agreed with a subscription, and its parts.
func agreed(s *models.PushSubscription, key *ecdh.PrivateKey) (secret, auth, theirs []byte, err error) {
	if theirs, err = keyBytes(s.P256DH); err != nil {
		return nil, nil, nil, err
	}
	if auth, err = keyBytes(s.Auth); err != nil {
		return nil, nil, nil, err
	}
	public, err := ecdh.P256().NewPublicKey(theirs)
	if err != nil {
		return nil, nil, nil, fmt.Errorf("read a push key: %w", err)
	}
	secret, err = key.ECDH(public)
	return secret, auth, theirs, err
}

func keyBytes(s string) ([]byte, error) {
	for _, e := range []*base64.Encoding{base64.RawURLEncoding, base64.URLEncoding, base64.RawStdEncoding, base64.StdEncoding} {
		if b, err := e.DecodeString(s); err == nil {
			return b, nil
		}
	}
	return nil, fmt.Errorf("a push key is not base64")
}

// sealStandard is aes128gcm with the keys of RFC 8291, section 3.4.
func sealStandard(text []byte, s *models.PushSubscription, key *ecdh.PrivateKey, salt []byte) (*pushMessage, error) {
	secret, auth, theirs, err := agreed(s, key)
	if err != nil {
		return nil, err
	}
	ours := key.PublicKey().Bytes()
	ikm, err := hkdf.Key(sha256.New, secret, auth, "WebPush: info\x00"+string(theirs)+string(ours), 32)
	if err != nil {
		return nil, err
	}
	sealed, err := encrypt(append(append([]byte{}, text...), 2), ikm, salt, "Content-Encoding: aes128gcm\x00", "Content-Encoding: nonce\x00")
	if err != nil {
		return nil, err
	}
	body := append([]byte{}, salt...)
	body = binary.BigEndian.AppendUint32(body, recordSize)
	body = append(body, byte(len(ours)))
	body = append(append(body, ours...), sealed...)
	return &pushMessage{http.Header{"Content-Encoding": {"aes128gcm"}}, body}, nil
}

// sealDraft is aesgcm (draft-ietf-webpush-encryption-04): salt and key stand in
// headers, and padding goes before the text.
func sealDraft(text []byte, s *models.PushSubscription, key *ecdh.PrivateKey, salt []byte) (*pushMessage, error) {
	secret, auth, theirs, err := agreed(s, key)
	if err != nil {
		return nil, err
	}
	ours := key.PublicKey().Bytes()
	ikm, err := hkdf.Key(sha256.New, secret, auth, "Content-Encoding: auth\x00", 32)
	if err != nil {
		return nil, err
	}
	context := "P-256\x00" + sized(theirs) + sized(ours)
	sealed, err := encrypt(append([]byte{0, 0}, text...), ikm, salt, "Content-Encoding: aesgcm\x00"+context, "Content-Encoding: nonce\x00"+context)
	if err != nil {
		return nil, err
	}
	b64 := base64.RawURLEncoding.EncodeToString
	return &pushMessage{http.Header{"Content-Encoding": {"aesgcm"}, "Encryption": {"salt=" + b64(salt)}, "Crypto-Key": {"dh=" + b64(ours)}}, sealed}, nil
}

func sized(b []byte) string {
	return string(binary.BigEndian.AppendUint16(nil, uint16(len(b)))) + string(b)
}

func encrypt(text, ikm, salt []byte, keyInfo, nonceInfo string) ([]byte, error) {
	key, err := hkdf.Key(sha256.New, ikm, salt, keyInfo, 16)
	if err != nil {
		return nil, err
	}
	nonce, err := hkdf.Key(sha256.New, ikm, salt, nonceInfo, 12)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	return gcm.Seal(nil, nonce, text, nil), nil
}

// A vapidSigner shows push services who sends (RFC 8292).
type vapidSigner struct {
	public  string
	key     *ecdsa.PrivateKey
	subject string // where to write to: mailto: or https:
}

func newVapidSigner(public, private, subject string) (*vapidSigner, error) {
	d, err := base64.RawURLEncoding.DecodeString(private)
	if err != nil {
		return nil, fmt.Errorf("read the push key: %w", err)
	}
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), d)
	if err != nil {
		return nil, fmt.Errorf("read the push key: %w", err)
	}
	return &vapidSigner{public, key, subject}, nil
}

// vapidFor is how long a token is good; at most a day is allowed.
const vapidFor = 12 * time.Hour

// sign adds to m who sends it, for the push service at endpoint.
func (v *vapidSigner) sign(m *pushMessage, endpoint string, standard bool, now time.Time) error {
	u, err := url.Parse(endpoint)
	if err != nil {
		return err
	}
	b64 := base64.RawURLEncoding.EncodeToString
	claims, err := json.Marshal(map[string]any{"aud": u.Scheme + "://" + u.Host, "exp": now.Add(vapidFor).Unix(), "sub": v.subject})
	if err != nil {
		return err
	}
	text := b64([]byte(`{"typ":"JWT","alg":"ES256"}`)) + "." + b64(claims)
	sum := sha256.Sum256([]byte(text))
	r, s, err := ecdsa.Sign(rand.Reader, v.key, sum[:])
	if err != nil {
		return err
	}
	signature := append(fixed(r), fixed(s)...)
	token := text + "." + b64(signature)
	if standard {
		m.header.Set("Authorization", "vapid t="+token+", k="+v.public)
		return nil
	}
	m.header.Set("Authorization", "WebPush "+token)
	m.header.Set("Crypto-Key", m.header.Get("Crypto-Key")+";p256ecdsa="+v.public)
	return nil
}

// fixed is n in 32 bytes, as JWS has it.
func fixed(n *big.Int) []byte { return n.FillBytes(make([]byte, 32)) }
