package sign_test

import (
	"bytes"
	"net/http"
	"net/url"
	"testing"

	"atelier/federation/sign"
)

// FuzzSignature: whatever the headers say, no request passes but the one that
// was signed.
func FuzzSignature(f *testing.F) {
	for _, p := range []*peer{honest(), honestGet()} {
		r := p.send(f)
		f.Add(r.Header.Get("Signature"), "", "", r.Header.Get("Date"), r.Header.Get("Digest"), "", r.Method, r.RequestURI, string(p.body))
		f.Add("", "", "Signature "+r.Header.Get("Signature"), r.Header.Get("Date"), r.Header.Get("Digest"), "", r.Method, r.RequestURI, string(p.body))
	}
	m := honestMessage()
	r := m.send(f)
	f.Add(r.Header.Get("Signature"), r.Header.Get("Signature-Input"), "", "", "", r.Header.Get("Content-Digest"), r.Method, r.RequestURI, string(m.body))
	f.Fuzz(func(t *testing.T, signature, input, authorization, date, digest, contentDigest, method, target, body string) {
		r := &http.Request{Method: method, Host: "c1.example", RequestURI: target, URL: &url.URL{Path: "/inbox"}, Header: http.Header{}}
		for name, value := range map[string]string{"Signature": signature, "Signature-Input": input, "Authorization": authorization,
			"Date": date, "Digest": digest, "Content-Digest": contentDigest, "Content-Type": "application/activity+json"} {
			if value != "" {
				r.Header[name] = []string{value}
			}
		}
		s, err := verifier().Parse(r, []byte(body))
		if err != nil || s.Verify(&rsaKey.PublicKey) != nil {
			return
		}
		path, _, _ := bytes.Cut([]byte(target), []byte("?"))
		post := method == "POST" && body == string(create) && (string(path) == "/inbox" || target[:1] != "/")
		get := method == "GET" && body == "" && string(path) == "/users/ana"
		if !post && !get {
			// A path may be escaped in several ways that all decode to the same.
			if decoded, err := url.PathUnescape(string(path)); err != nil || decoded != "/inbox" && decoded != "/users/ana" {
				t.Errorf("%s %s with %q passed", method, target, body)
			}
		}
	})
}

// FuzzProof: no document passes but one that says what was proved.
func FuzzProof(f *testing.F) {
	f.Add([]byte(example))
	alice := must(sign.ParseMultikey(exampleEd25519))
	f.Fuzz(func(t *testing.T, document []byte) {
		p, err := sign.ParseProof(document, now)
		if err == nil && p.Verify(alice) == nil && !bytes.Contains(document, []byte("42ffGu6AUKPCFcFPiabmUvnGLPJzC7e4DGWC52NUasSSH37UMa9c58tdgVszUcZfytxa4fQ5TYHaJENCxUDe9SdL")) {
			t.Errorf("%s passed", document)
		}
	})
}
