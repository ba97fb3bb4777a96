package main

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

// The fediverse's common request signature: draft-cavage-http-signatures
// with RSA-SHA256 over (request-target), host, date and, for a body, digest.

// sign adds Date, Digest (when there is a body) and Signature to req.
func sign(req *http.Request, body []byte, keyID string, key *rsa.PrivateKey) error {
	req.Header.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	names := []string{"(request-target)", "host", "date"}
	if body != nil {
		sum := sha256.Sum256(body)
		req.Header.Set("Digest", "SHA-256="+base64.StdEncoding.EncodeToString(sum[:]))
		names = append(names, "digest")
	}
	text, err := signingText(names, req.Method, req.URL.RequestURI(), req.URL.Host, req.Header)
	if err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(text))
	raw, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		return err
	}
	req.Header.Set("Signature", fmt.Sprintf(`keyId="%s",algorithm="rsa-sha256",headers="%s",signature="%s"`,
		keyID, strings.Join(names, " "), base64.StdEncoding.EncodeToString(raw)))
	return nil
}

func signingText(names []string, method, target, host string, h http.Header) (string, error) {
	lines := make([]string, 0, len(names))
	for _, n := range names {
		switch n {
		case "(request-target)":
			lines = append(lines, n+": "+strings.ToLower(method)+" "+target)
		case "host":
			lines = append(lines, n+": "+host)
		default:
			v := h.Values(n)
			if len(v) == 0 {
				return "", fmt.Errorf("signed header %q is missing", n)
			}
			lines = append(lines, n+": "+strings.Join(v, ", "))
		}
	}
	return strings.Join(lines, "\n"), nil
}

// keyID extracts the keyId parameter of a Signature header.
func keyID(h http.Header) string { return sigParams(h.Get("Signature"))["keyId"] }

// verify checks the digest and the signature of a received request.
// A POST must cover its target, host, date and digest.
func verify(method, target, host string, h http.Header, body []byte, key *rsa.PublicKey) error {
	p := sigParams(h.Get("Signature"))
	if p["signature"] == "" {
		return errors.New("no Signature header")
	}
	names := strings.Fields(strings.ToLower(p["headers"]))
	for _, need := range []string{"(request-target)", "host", "date", "digest"} {
		if need == "digest" && method != http.MethodPost {
			continue
		}
		if !slices.Contains(names, need) {
			return fmt.Errorf("signature does not cover %s", need)
		}
	}
	if slices.Contains(names, "digest") {
		sum := sha256.Sum256(body)
		algo, value, _ := strings.Cut(h.Get("Digest"), "=")
		got, err := base64.StdEncoding.DecodeString(value)
		if err != nil || !strings.EqualFold(algo, "SHA-256") || !bytes.Equal(got, sum[:]) {
			return errors.New("digest mismatch")
		}
	}
	text, err := signingText(names, method, target, host, h)
	if err != nil {
		return err
	}
	raw, err := base64.StdEncoding.DecodeString(p["signature"])
	if err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(text))
	return rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], raw)
}

func sigParams(s string) map[string]string {
	out := map[string]string{}
	for s != "" {
		name, rest, ok := strings.Cut(s, "=")
		if !ok {
			break
		}
		var value string
		if strings.HasPrefix(rest, `"`) {
			value, rest, _ = strings.Cut(rest[1:], `"`)
			_, s, _ = strings.Cut(rest, ",")
		} else {
			value, s, _ = strings.Cut(rest, ",")
		}
		out[strings.TrimSpace(name)] = value
	}
	return out
}

// loadKeys returns n distinct RSA-2048 keys, kept in a file between runs
// because making them is slow. They are test keys and protect nothing.
func loadKeys(path string, n int) ([]*rsa.PrivateKey, error) {
	data, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	var keys []*rsa.PrivateKey
	for len(keys) < n {
		block, rest := pem.Decode(data)
		if block == nil {
			break
		}
		data = rest
		k, err := x509.ParsePKCS1PrivateKey(block.Bytes)
		if err != nil {
			return nil, err
		}
		keys = append(keys, k)
	}
	if len(keys) == n {
		return keys, nil
	}
	have := len(keys)
	keys = append(keys, make([]*rsa.PrivateKey, n-have)...)
	var wg sync.WaitGroup
	gate := make(chan struct{}, 2)
	for i := have; i < n; i++ {
		wg.Go(func() {
			gate <- struct{}{}
			defer func() { <-gate }()
			keys[i], _ = rsa.GenerateKey(rand.Reader, 2048)
		})
	}
	wg.Wait()
	var buf bytes.Buffer
	for _, k := range keys {
		if k == nil {
			return nil, errors.New("key generation failed")
		}
		pem.Encode(&buf, &pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(k)})
	}
	return keys, os.WriteFile(path, buf.Bytes(), 0o600)
}

func publicPEM(k *rsa.PrivateKey) string {
	der, _ := x509.MarshalPKIXPublicKey(&k.PublicKey)
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

func parsePublicPEM(s string) (*rsa.PublicKey, error) {
	block, _ := pem.Decode([]byte(s))
	if block == nil {
		return nil, errors.New("no PEM block in public key")
	}
	k, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return x509.ParsePKCS1PublicKey(block.Bytes)
	}
	pub, ok := k.(*rsa.PublicKey)
	if !ok {
		return nil, errors.New("public key is not RSA")
	}
	return pub, nil
}
