package sign_test

import (
	"bytes"
	"net/http"
	"testing"
	"time"

	"atelier/federation/sign"
)

var schemes = []sign.Scheme{sign.Cavage, sign.RFC9421}

// BenchmarkSign is what each delivery pays, with the fastest signer there is.
func BenchmarkSign(b *testing.B) {
	for _, scheme := range schemes {
		for _, keyType := range []string{"RSA", "Ed25519"} {
			b.Run(string(scheme)+"/"+keyType, func(b *testing.B) {
				key := keys(b)[keyType]
				r, d := outgoing(b, "POST", "https://c1.example/inbox", create)
				b.ReportAllocs()
				for b.Loop() {
					if err := sign.Sign(r, key, scheme, d, now); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkVerify is what each activity received pays before its key is known
// to be right; its body has the length of a Mastodon Create.
func BenchmarkVerify(b *testing.B) {
	body := bytes.Repeat([]byte("x"), 3675)
	for _, scheme := range schemes {
		for _, keyType := range []string{"RSA", "Ed25519"} {
			b.Run(string(scheme)+"/"+keyType, func(b *testing.B) {
				key := keys(b)[keyType]
				r, d := outgoing(b, "POST", "https://c1.example/inbox", body)
				if err := sign.Sign(r, key, scheme, d, now); err != nil {
					b.Fatal(err)
				}
				in, v := incoming(r, body), verifier()
				b.ReportAllocs()
				for b.Loop() {
					s, err := v.Parse(in, body)
					if err == nil {
						err = s.Verify(key.Public())
					}
					if err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkRefuse is what a request pays that is refused before its key is
// looked up.
func BenchmarkRefuse(b *testing.B) {
	r := honest().send(b)
	r.Header.Set("Date", now.Add(-2*time.Hour).UTC().Format(http.TimeFormat))
	v := verifier()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := v.Parse(r, create); err == nil {
			b.Fatal("accepted")
		}
	}
}

// BenchmarkProof is the price of a proof in a document of 650 bytes.
func BenchmarkProof(b *testing.B) {
	key := keys(b)["Ed25519"]
	b.Run("prove", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := sign.Prove(create, key, now); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("verify", func(b *testing.B) {
		alice := must(sign.ParseMultikey(exampleEd25519))
		b.ReportAllocs()
		for b.Loop() {
			p, err := sign.ParseProof([]byte(example), now)
			if err == nil {
				err = p.Verify(alice)
			}
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}
