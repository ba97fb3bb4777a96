package mastodon

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"testing"

	"atelier/models"
)

func raw(t *testing.T, s string) []byte {
	t.Helper()
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The example of RFC 8291, section 5 and appendix A.
func TestSealAsInTheStandard(t *testing.T) {
	s := &models.PushSubscription{Standard: true, Auth: "BTBZMqHH6r4Tts7J_aSIgg",
		P256DH: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"}
	random := bytes.NewReader(append(raw(t, "DGv6ra1nlYgDCS1FRnbzlw"), raw(t, "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")...))
	m, err := seal([]byte("When I grow up, I want to be a watermelon"), s, random)
	if err != nil {
		t.Fatal(err)
	}
	const want = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
	if got := base64.RawURLEncoding.EncodeToString(m.body); got != want {
		t.Errorf("sealed:\n%s\nwant\n%s", got, want)
	}
	if got := m.header.Get("Content-Encoding"); got != "aes128gcm" {
		t.Errorf("Content-Encoding: %s", got)
	}
}

// What was sealed as the draft has it is opened step by step as the draft
// says.
func TestSealAsInTheDraft(t *testing.T) {
	ua, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	auth := bytes.Repeat([]byte{7}, 16)
	s := &models.PushSubscription{P256DH: base64.URLEncoding.EncodeToString(ua.PublicKey().Bytes()), Auth: base64.StdEncoding.EncodeToString(auth)}
	m, err := seal([]byte("hello"), s, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if got := m.header.Get("Content-Encoding"); got != "aesgcm" {
		t.Errorf("Content-Encoding: %s", got)
	}
	salt := raw(t, m.header.Get("Encryption")[len("salt="):])
	dh := raw(t, m.header.Get("Crypto-Key")[len("dh="):])
	theirs, err := ecdh.P256().NewPublicKey(dh)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := ua.ECDH(theirs)
	if err != nil {
		t.Fatal(err)
	}
	mac := func(key, data []byte) []byte {
		h := hmac.New(sha256.New, key)
		h.Write(data)
		return h.Sum(nil)
	}
	context := append([]byte("P-256\x00\x00\x41"), ua.PublicKey().Bytes()...)
	context = append(append(context, 0, 0x41), dh...)
	ikm := mac(mac(auth, secret), []byte("Content-Encoding: auth\x00\x01"))
	prk := mac(salt, ikm)
	key := mac(prk, append(append([]byte("Content-Encoding: aesgcm\x00"), context...), 1))[:16]
	nonce := mac(prk, append(append([]byte("Content-Encoding: nonce\x00"), context...), 1))[:12]
	block, _ := aes.NewCipher(key)
	gcm, _ := cipher.NewGCM(block)
	got, err := gcm.Open(nil, nonce, m.body, nil)
	if err != nil || string(got) != "\x00\x00hello" {
		t.Errorf("opened: %q, %v", got, err)
	}
}
