package interop

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// authority is a certificate authority of the tests' own.
type authority struct {
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
	pool *x509.CertPool
}

var trusted = newAuthority()

func newAuthority() *authority {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority of tests"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		panic(err)
	}
	a := &authority{key: key, pool: x509.NewCertPool()}
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		panic(err)
	}
	a.pool.AddCert(a.cert)
	return a
}

// issue writes a certificate for a name, its key, and the authority's own
// certificate into a folder.
func (a *authority) issue(t *testing.T, name string) (cert, key, root string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &k.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	write := func(file, kind string, bytes []byte) string {
		path := filepath.Join(dir, file)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: bytes}), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	return write("cert.pem", "CERTIFICATE", der), write("key.pem", "PRIVATE KEY", private), write("root.pem", "CERTIFICATE", a.cert.Raw)
}

// TestTLS lets a chapter that encrypts by itself and one behind a proxy speak
// with each other, and an app with each.
func TestTLS(t *testing.T) {
	installed(t, "/usr/bin/caddy", "caddy")
	n := &now{t}
	cert, key, root := trusted.issue(t, "alpha.localhost")
	alpha := newTown(n, "alpha", "alpha.localhost", "--scheme", "https", "--tls", cert+","+key)
	alpha.env = []string{"SSL_CERT_FILE=" + root}
	beta := newTown(n, "beta", "beta.localhost", "--scheme", "https", "--trusted-proxies", "127.0.0.0/8")
	beta.env = alpha.env
	inside := fmt.Sprintf("127.0.0.1:%d", freePort(t))
	beta.flags = append(beta.flags, "--listen", inside)
	proxy(t, beta.domain, inside)
	alice, bob := alpha.member("alice"), beta.member("bob")
	alpha.serve()
	beta.serve()

	n.step("a member follows across, and a post arrives", func(t *testing.T) {
		bob.follow("@alice@" + alpha.domain)
		s := alice.post("Under seal.", nil)
		if !strings.HasPrefix(s.URI, "https://") {
			t.Errorf("its id is %s", s.URI)
		}
		bob.sees("alice's post", says("Under seal"))
	})
	n.step("back too", func(*testing.T) {
		alice.follow("@bob@" + beta.domain)
		bob.post("Under seal, and through a proxy.", nil)
		alice.sees("bob's post", says("through a proxy"))
	})
	n.step("a stream comes through the proxy", func(t *testing.T) {
		req, err := bob.request("GET", "/api/v1/streaming/user", nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := (&http.Client{Transport: web.Transport, Timeout: 20 * time.Second}).Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		alice.post("Live, under seal.", nil)
		for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
			if strings.Contains(lines.Text(), "Live, under seal") {
				return
			}
		}
		t.Error("the stream ended without it")
	})
	n.step("cookies are for encrypted connections only", func(t *testing.T) {
		resp, err := web.PostForm(beta.url("/sign-in"), map[string][]string{"login": {"bob"}, "password": {password}})
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if len(resp.Cookies()) == 0 {
			t.Fatalf("signing in sets no cookie: %s", resp.Status)
		}
		for _, c := range resp.Cookies() {
			if !c.Secure || !c.HttpOnly {
				t.Errorf("the cookie is %s", c)
			}
		}
	})
	quiet(t, alpha, beta)
}

// proxy starts Caddy, which encrypts for a domain what a server inside says.
func proxy(t *testing.T, domain, inside string) {
	t.Helper()
	name, port, _ := strings.Cut(domain, ":")
	cert, key, _ := trusted.issue(t, name)
	file := filepath.Join(t.TempDir(), "Caddyfile")
	text := fmt.Sprintf("{\n\tadmin off\n\tauto_https off\n}\nhttps://%s:%s {\n\tbind 127.0.0.1\n\ttls %s %s\n\treverse_proxy %s\n}\n", name, port, cert, key, inside)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("/usr/bin/caddy", "run", "--config", file, "--adapter", "caddyfile")
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir())
	var said strings.Builder
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
		if t.Failed() {
			t.Logf("caddy: %.2000s", said.String())
		}
	})
}
