package sign_test

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"atelier/federation/sign"
	"atelier/models"
)

// The keys of all tests; making an RSA key takes long.
var (
	rsaKey     = must(sign.GenerateRSA())
	otherRSA   = must(sign.GenerateRSA())
	ed25519Key = must(sign.GenerateEd25519())
)

const (
	rsaID     = "https://peer.example/users/bo#main-key"
	ed25519ID = "https://peer.example/users/bo#ed25519-key"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// now is the time at which the tests sign and verify. It is the real one,
// because httpsig looks at the clock itself.
var now = time.Now().Truncate(time.Second)

var create = []byte(`{"id":"https://peer.example/1","type":"Create","actor":"https://peer.example/users/bo"}`)

func verifier() *sign.Verifier {
	return &sign.Verifier{Scheme: "https", Hosts: []string{"c1.example"}, Now: func() time.Time { return now }}
}

// keys are one Key of each type.
func keys(t testing.TB) map[string]*sign.Key {
	t.Helper()
	return map[string]*sign.Key{"RSA": must(sign.NewKey(rsaID, rsaKey)), "Ed25519": must(sign.NewKey(ed25519ID, ed25519Key))}
}

// outgoing is a request as a client makes it.
func outgoing(t testing.TB, method, url string, body []byte) (*http.Request, sign.Digest) {
	t.Helper()
	r, err := http.NewRequest(method, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	var d sign.Digest
	if body != nil {
		r.Header.Set("Content-Type", "application/activity+json")
		d = sign.DigestOf(body)
	}
	return r, d
}

// incoming is r as the server sees it that it was sent to.
func incoming(r *http.Request, body []byte) *http.Request {
	in := httptest.NewRequest(r.Method, r.URL.RequestURI(), bytes.NewReader(body))
	in.Host = r.URL.Host
	if r.Host != "" {
		in.Host = r.Host
	}
	in.Header = r.Header.Clone()
	return in
}

func TestWhatIsSignedIsVerified(t *testing.T) {
	for keyType, key := range keys(t) {
		for _, scheme := range []sign.Scheme{sign.Cavage, sign.RFC9421} {
			for _, test := range []struct {
				name, method, url string
				body              []byte
			}{
				{"a GET", "GET", "https://c1.example/users/ana", nil},
				{"a GET with a query", "GET", "https://c1.example/?author=1&x=a+b%20c", nil},
				{"a GET with an empty query", "GET", "https://c1.example/users/ana?", nil},
				{"a GET of the root", "GET", "https://c1.example", nil},
				{"a POST", "POST", "https://c1.example/inbox", create},
				{"a POST of nothing", "POST", "https://c1.example/inbox", []byte{}},
				{"an escaped slash", "POST", "https://c1.example/a%2Fb/inbox", create},
				{"letters beyond ASCII", "POST", "https://c1.example/ü/inbox?q=é", create},
				{"a host in capitals with its port", "POST", "https://C1.example:443/inbox", create},
			} {
				t.Run(keyType+" "+string(scheme)+" "+test.name, func(t *testing.T) {
					r, d := outgoing(t, test.method, test.url, test.body)
					if err := sign.Sign(r, key, scheme, d, now); err != nil {
						t.Fatal(err)
					}
					s, err := verifier().Parse(incoming(r, test.body), test.body)
					if err != nil {
						t.Fatal(err)
					}
					if err := s.Verify(key.Public()); err != nil {
						t.Error(err)
					}
					if got, want := [2]string{s.KeyID, string(s.Scheme)}, [2]string{key.ID(), string(scheme)}; got != want {
						t.Errorf("Parse = %v, want %v", got, want)
					}
				})
			}
		}
	}
}

// TestOverTheWire sends signed requests through net/http, which is where a
// host, an escape or a header could come out otherwise than it was signed.
func TestOverTheWire(t *testing.T) {
	var got error
	v := &sign.Verifier{Scheme: "http"}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		s, err := v.Parse(r, body)
		if err == nil {
			err = s.Verify(&rsaKey.PublicKey)
		}
		got = err
	}))
	defer server.Close()
	v.Hosts = []string{strings.TrimPrefix(server.URL, "http://")}
	for _, scheme := range []sign.Scheme{sign.Cavage, sign.RFC9421} {
		for _, path := range []string{"", "/inbox", "/a%2Fb?x=1&y=%20z", "/ü/%C3%BC?é"} {
			r, d := outgoing(t, "POST", server.URL+path, create)
			if err := sign.Sign(r, keys(t)["RSA"], scheme, d, now); err != nil {
				t.Fatal(err)
			}
			answer, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			answer.Body.Close()
			if got != nil {
				t.Errorf("%s to %q: %v", scheme, path, got)
			}
		}
	}
}

func TestHeadersSent(t *testing.T) {
	at := time.Date(2026, 11, 25, 12, 0, 0, 0, time.FixedZone("", 3600))
	for _, test := range []struct {
		name   string
		scheme sign.Scheme
		key    string
		body   []byte
		want   map[string]string // with … for the signature
	}{
		{"cavage, a POST", sign.Cavage, "RSA", []byte("{}"), map[string]string{
			"Date":         "Wed, 25 Nov 2026 11:00:00 GMT",
			"Content-Type": "application/activity+json",
			"Digest":       "SHA-256=RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=",
			"Signature":    `keyId="` + rsaID + `",algorithm="rsa-sha256",headers="(request-target) host date digest content-type",signature="…"`,
		}},
		{"cavage, a GET", sign.Cavage, "RSA", nil, map[string]string{
			"Date":      "Wed, 25 Nov 2026 11:00:00 GMT",
			"Signature": `keyId="` + rsaID + `",algorithm="rsa-sha256",headers="(request-target) host date",signature="…"`,
		}},
		{"cavage, Ed25519", sign.Cavage, "Ed25519", nil, map[string]string{
			"Date":      "Wed, 25 Nov 2026 11:00:00 GMT",
			"Signature": `keyId="` + ed25519ID + `",algorithm="hs2019",headers="(request-target) host date",signature="…"`,
		}},
		{"RFC 9421, a POST", sign.RFC9421, "RSA", []byte("{}"), map[string]string{
			"Date":            "Wed, 25 Nov 2026 11:00:00 GMT",
			"Content-Type":    "application/activity+json",
			"Content-Digest":  "sha-256=:RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=:",
			"Signature-Input": `sig1=("@method" "@target-uri" "content-digest");created=1795604400;keyid="` + rsaID + `";alg="rsa-v1_5-sha256"`,
			"Signature":       "sig1=:…:",
		}},
		{"RFC 9421, a GET with Ed25519", sign.RFC9421, "Ed25519", nil, map[string]string{
			"Date":            "Wed, 25 Nov 2026 11:00:00 GMT",
			"Signature-Input": `sig1=("@method" "@target-uri");created=1795604400;keyid="` + ed25519ID + `";alg="ed25519"`,
			"Signature":       "sig1=:…:",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			method := "GET"
			if test.body != nil {
				method = "POST"
			}
			r, d := outgoing(t, method, "https://c1.example/inbox", test.body)
			for _, scheme := range []sign.Scheme{test.scheme.Other(), test.scheme} { // the second knock leaves nothing of the first
				if err := sign.Sign(r, keys(t)[test.key], scheme, d, at); err != nil {
					t.Fatal(err)
				}
			}
			got := make(map[string]string)
			for name, values := range r.Header {
				got[name] = strings.Join(values, " | ")
			}
			got["Signature"] = hideSignature(got["Signature"])
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("headers (-want +got):\n%s", diff)
			}
		})
	}
}

// hideSignature puts … in the place of the bytes of a signature.
func hideSignature(header string) string {
	for _, start := range []string{`signature="`, "sig1=:"} {
		if i := strings.Index(header, start); i >= 0 {
			return header[:i+len(start)] + "…" + header[len(header)-1:]
		}
	}
	return header
}

func TestWhatCannotBeSigned(t *testing.T) {
	key := keys(t)["RSA"]
	r, d := outgoing(t, "POST", "https://c1.example/inbox", create)
	if err := sign.Sign(r, key, "morse", d, now); err == nil {
		t.Error("an unknown scheme was signed with")
	}
	for _, scheme := range []sign.Scheme{sign.Cavage, sign.RFC9421} {
		if err := sign.Sign(r, key, scheme, sign.Digest{}, now); err == nil {
			t.Errorf("%s: a POST was signed without a digest", scheme)
		}
	}
	r.Header.Del("Content-Type")
	if err := sign.Sign(r, key, sign.Cavage, d, now); err == nil {
		t.Error("a POST was signed without the Content-Type that the signature names")
	}
}

// TestManyAtOnce is the case in which a shared signer of httpsig made wrong
// signatures.
func TestManyAtOnce(t *testing.T) {
	for _, scheme := range []sign.Scheme{sign.Cavage, sign.RFC9421} {
		key := keys(t)["RSA"]
		d := sign.DigestOf(create)
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				for range 20 {
					r, _ := outgoing(t, "POST", "https://c1.example/inbox", create)
					if err := sign.Sign(r, key, scheme, d, now); err != nil {
						t.Error(err)
						return
					}
					s, err := verifier().Parse(incoming(r, create), create)
					if err == nil {
						err = s.Verify(&rsaKey.PublicKey)
					}
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
	}
}

func TestUnsignedRequests(t *testing.T) {
	r := httptest.NewRequest("GET", "/users/ana", nil)
	r.Host = "c1.example"
	r.Header.Set("Authorization", "Bearer token")
	if s, err := verifier().Parse(r, nil); s != nil || err != sign.ErrUnsigned {
		t.Errorf("Parse = %v, %v; want ErrUnsigned", s, err)
	}
	if kind := models.KindOf(sign.ErrUnsigned); kind != models.NoSession {
		t.Errorf("ErrUnsigned is of kind %s", kind)
	}
}

func TestVerifyRefusesOtherKeys(t *testing.T) {
	for _, scheme := range []sign.Scheme{sign.Cavage, sign.RFC9421} {
		r, d := outgoing(t, "POST", "https://c1.example/inbox", create)
		if err := sign.Sign(r, keys(t)["RSA"], scheme, d, now); err != nil {
			t.Fatal(err)
		}
		s, err := verifier().Parse(incoming(r, create), create)
		if err != nil {
			t.Fatal(err)
		}
		for _, test := range []struct {
			name string
			key  crypto.PublicKey
			want models.Kind
		}{
			{"the right key", &rsaKey.PublicKey, ""},
			{"another key of the type", &otherRSA.PublicKey, models.NoSession},
			{"a key of another type", ed25519Key.Public(), models.NoSession},
			{"a secret, as for HMAC", []byte("secret"), models.NoSession},
			{"a short Ed25519 key", ed25519.PublicKey("short"), models.NoSession},
			{"no key", nil, models.NoSession},
			{"a private key", rsaKey, models.NoSession},
			{"an RSA key by value", rsa.PublicKey{}, models.NoSession},
		} {
			if got := models.KindOf(s.Verify(test.key)); got != test.want {
				t.Errorf("%s, %s: Verify = %q, want %q", scheme, test.name, got, test.want)
			}
		}
	}
}
