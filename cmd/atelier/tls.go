package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/caddyserver/certmagic"
)

// tls says how connections are encrypted.
func (n *node) tls() (*tls.Config, error) {
	if n.TLS == "auto" {
		return n.certified(context.Background())
	}
	certificate, key, _ := strings.Cut(n.TLS, ",")
	p := &pair{certificate: certificate, key: key, now: time.Now}
	if _, err := p.get(nil); err != nil {
		return nil, err
	}
	return &tls.Config{GetCertificate: p.get, NextProtos: []string{"h2", "http/1.1"}}, nil
}

// certified gets certificates by ACME, kept in the data folder. The proof is
// made on the port where everything is served (TLS-ALPN), which others must
// reach as port 443.
func (n *node) certified(ctx context.Context) (*tls.Config, error) {
	var m *certmagic.Config
	cache := certmagic.NewCache(certmagic.CacheOptions{
		GetConfigForCert: func(certmagic.Certificate) (*certmagic.Config, error) { return m, nil },
	})
	m = certmagic.New(cache, certmagic.Config{Storage: &certmagic.FileStorage{Path: filepath.Join(n.Data, "certificates")}})
	m.Issuers = []certmagic.Issuer{certmagic.NewACMEIssuer(m, certmagic.ACMEIssuer{Agreed: true, DisableHTTPChallenge: true})}
	if err := m.ManageAsync(ctx, []string{n.urls.Domain}); err != nil {
		return nil, fmt.Errorf("get a certificate for %s: %w", n.urls.Domain, err)
	}
	config := m.TLSConfig()
	config.NextProtos = append([]string{"h2", "http/1.1"}, config.NextProtos...)
	return config, nil
}

// pairFor is how long a certificate is used before its files are looked at
// again: whoever renews it need not start anything anew.
const pairFor = time.Minute

// pair is a certificate in files.
type pair struct {
	certificate, key string
	now              func() time.Time

	mu      sync.Mutex
	loaded  *tls.Certificate
	changed time.Time // of the certificate's file
	looked  time.Time
}

func (p *pair) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	if p.loaded != nil && now.Sub(p.looked) < pairFor {
		return p.loaded, nil
	}
	p.looked = now
	info, err := os.Stat(p.certificate)
	if err == nil && p.loaded != nil && info.ModTime().Equal(p.changed) {
		return p.loaded, nil
	}
	var c tls.Certificate
	if err == nil {
		c, err = tls.LoadX509KeyPair(p.certificate, p.key)
	}
	if err != nil {
		if p.loaded != nil {
			return p.loaded, nil // half written: the old one is better than none
		}
		return nil, fmt.Errorf("read the certificate: %w", err)
	}
	p.loaded, p.changed = &c, info.ModTime()
	return p.loaded, nil
}
