package sign_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"atelier/federation/sign"
)

func TestKeysSurviveEncoding(t *testing.T) {
	for keyType, private := range map[string]crypto.Signer{"RSA": rsaKey, "Ed25519": ed25519Key} {
		text, err := sign.EncodePrivate(private)
		if err != nil {
			t.Fatal(err)
		}
		got, err := sign.ParsePrivate(text)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(private, got); diff != "" {
			t.Errorf("%s private key (-want +got):\n%s", keyType, diff)
		}
		text, err = sign.EncodePublic(private.Public())
		if err != nil || !strings.HasPrefix(text, "-----BEGIN PUBLIC KEY-----\n") {
			t.Errorf("%s: EncodePublic = %q, %v", keyType, text, err)
		}
		for form, text := range map[string]string{
			"as written":               text,
			"with CRLF":                strings.ReplaceAll(text, "\n", "\r\n"),
			"without the last newline": strings.TrimSpace(text),
			"with spaces around it":    "\n  " + text + "\n ",
		} {
			got, err := sign.ParsePublic(text)
			if err != nil {
				t.Fatalf("%s public key %s: %v", keyType, form, err)
			}
			if diff := cmp.Diff(private.Public(), got); diff != "" {
				t.Errorf("%s public key %s (-want +got):\n%s", keyType, form, diff)
			}
		}
	}
}

// bits returns an RSA public key of n bits that nobody has the private half of.
func bits(n int) *rsa.PublicKey {
	k := rsa.PublicKey{N: must(rand.Prime(rand.Reader, 64)), E: 65537}
	k.N.Lsh(k.N, uint(n-64)).SetBit(k.N, 0, 1)
	return &k
}

func TestPublicKeysAccepted(t *testing.T) {
	pkix := func(k any) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: must(x509.MarshalPKIXPublicKey(k))}))
	}
	pkcs1 := pem.EncodeToMemory(&pem.Block{Type: "RSA PUBLIC KEY", Bytes: x509.MarshalPKCS1PublicKey(&rsaKey.PublicKey)})
	ec := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	for _, test := range []struct {
		name, text string
		ok         bool
	}{
		{"RSA", pkix(&rsaKey.PublicKey), true},
		{"RSA in PKCS#1", string(pkcs1), true},
		{"Ed25519", pkix(ed25519Key.Public()), true},
		{"RSA of 4096 bits", pkix(bits(4096)), true},
		{"RSA of 8192 bits", pkix(bits(8192)), true},
		{"RSA of 1024 bits", pkix(bits(1024)), false},
		{"RSA of 2047 bits", pkix(bits(2047)), false},
		{"RSA of 8193 bits", pkix(bits(8193)), false},
		{"ECDSA", pkix(&ec.PublicKey), false},
		{"a private key", must(sign.EncodePrivate(rsaKey)), false},
		{"a key that is cut", pkix(&rsaKey.PublicKey)[:200], false},
		{"a long text before it", strings.Repeat("\n", 20_000) + pkix(&rsaKey.PublicKey), false},
		{"a block of something else", strings.ReplaceAll(pkix(&rsaKey.PublicKey), "PUBLIC KEY", "CERTIFICATE"), false},
		{"bytes that are no key", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", false},
		{"nothing", "", false},
	} {
		if _, err := sign.ParsePublic(test.text); (err == nil) != test.ok {
			t.Errorf("%s: ParsePublic: %v, want ok = %v", test.name, err, test.ok)
		}
	}
}

func TestPrivateKeysAccepted(t *testing.T) {
	small := must(rsa.GenerateKey(rand.Reader, 1024))
	ec := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	for _, test := range []struct {
		name, text string
		ok         bool
	}{
		{"RSA", must(sign.EncodePrivate(rsaKey)), true},
		{"Ed25519", must(sign.EncodePrivate(ed25519Key)), true},
		{"RSA of 1024 bits", must(sign.EncodePrivate(small)), false},
		{"ECDSA", must(sign.EncodePrivate(ec)), false},
		{"a public key", must(sign.EncodePublic(&rsaKey.PublicKey)), false},
		{"nothing", "", false},
	} {
		if _, err := sign.ParsePrivate(test.text); (err == nil) != test.ok {
			t.Errorf("%s: ParsePrivate: %v, want ok = %v", test.name, err, test.ok)
		}
		if _, err := sign.ParseKey(rsaID, test.text); (err == nil) != test.ok {
			t.Errorf("%s: ParseKey: %v, want ok = %v", test.name, err, test.ok)
		}
	}
	if _, err := sign.NewKey("bo", rsaKey); err == nil {
		t.Error("NewKey took an id that is no URL")
	}
	if _, err := sign.NewKey(rsaID, small); err == nil {
		t.Error("NewKey took a key of 1024 bits")
	}
}

// The keys that FEP-8b32 and the did:key method give as examples.
const (
	exampleEd25519 = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
	exampleRSA     = "z4MXj1wBzi9jUstyPMS4jQqB6KdJaiatPkAtVtGc6bQEQEEsKTic4G7Rou3iBf9vPmT5dbkm9qsZsuVNjq8HCuW1w24nhBFGkRE4cd2Uf2tfrB3N7h4mnyPp1BF3ZttHTYv3DLUPi1zMdkULiow3M1GfXkoC6DoxDUm1jmN6GBj22SjVsr6dxezRVQc7aj9TxE7JLbMH1wh5X3kA58H3DFW8rnYMakFGbca5CB2Jf6CnGQZmL7o5uJAdTwXfy2iiiyPxXEGerMhHwhjTA1mKYobyk2CpeEcmvynADfNZ5MBvcCS7m3XkFCMNUYBS9NQ3fze6vMSUPsNa6GVYmKx2x6JrdEjCk3qRMMmyjnjCMfR4pXbRMZa3i"
)

func TestMultikey(t *testing.T) {
	for _, example := range []string{exampleEd25519, exampleRSA} {
		k, err := sign.ParseMultikey(example)
		if err != nil {
			t.Fatal(err)
		}
		if text, err := sign.EncodeMultikey(k); err != nil || text != example {
			t.Errorf("EncodeMultikey = %q, %v; want %q", text, err, example)
		}
	}
	for name, k := range map[string]crypto.PublicKey{"Ed25519": ed25519Key.Public(), "RSA": &rsaKey.PublicKey, "large RSA": bits(8192)} {
		text, err := sign.EncodeMultikey(k)
		if err != nil {
			t.Fatal(err)
		}
		got, err := sign.ParseMultikey(text)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(k, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if _, err := sign.EncodeMultikey("a key"); err == nil {
		t.Error("EncodeMultikey wrote a string")
	}
	for name, text := range map[string]string{
		"nothing":               "",
		"the prefix alone":      "z",
		"another base":          "u" + exampleEd25519[1:],
		"a letter not in it":    exampleEd25519[:20] + "0" + exampleEd25519[21:],
		"a key that is cut":     exampleEd25519[:40],
		"another kind of key":   "zDnaeTHfhmSaQKBc7CmdL3K7oYg3D6SC7yowe2eBeVd2DH32r", // P-256
		"a short RSA key":       must(sign.EncodeMultikey(bits(1024))),
		"a text without an end": "z" + strings.Repeat("1", 3000),
	} {
		if k, err := sign.ParseMultikey(text); err == nil {
			t.Errorf("%s: ParseMultikey = %v", name, k)
		}
	}
}

func TestKeyringKeepsSome(t *testing.T) {
	ring := sign.NewKeyring(2)
	text := must(sign.EncodePrivate(ed25519Key))
	first, err := ring.Key(ed25519ID, text)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := ring.Key(ed25519ID, text); err != nil || again != first {
		t.Errorf("the same key = %p, %v; want %p", again, err, first)
	}
	renewed := must(sign.GenerateEd25519())
	second, err := ring.Key(ed25519ID, must(sign.EncodePrivate(renewed)))
	if err != nil || !second.Public().(ed25519.PublicKey).Equal(renewed.Public()) {
		t.Errorf("a renewed key under the same id = %v, %v", second, err)
	}
	if _, err := ring.Key(ed25519ID, "no key"); err == nil {
		t.Error("what is no key was parsed")
	}
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			id := ed25519ID + strings.Repeat("x", i%5)
			if k, err := ring.Key(id, text); err != nil || k.ID() != id {
				t.Errorf("Key(%s) = %v, %v", id, k, err)
			}
		})
	}
	all.Wait()
	if n := ring.Len(); n != 2 {
		t.Errorf("the ring keeps %d keys, want 2", n)
	}
}
