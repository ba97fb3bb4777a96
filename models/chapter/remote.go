package chapter

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"strings"

	"atelier/models"
)

// Remote is the address under which a file of another server is read here, so
// that readers need not go there. It is signed: only what this chapter showed
// can be asked for. Without a sealing key, or for a file of ours, it is the
// address itself.
func (c *Chapter) Remote(address string) string {
	if c.remoteKey == nil || address == "" || strings.HasPrefix(address, c.URLs.Base()+"/") {
		return address
	}
	return c.URLs.RemoteMedia(base64.RawURLEncoding.EncodeToString(c.remoteMAC(address)), base64.RawURLEncoding.EncodeToString([]byte(address)))
}

// RemoteOf reads back what Remote made: the address of the file at its own
// server. Its error is of kind NotFound if this chapter did not make it, or
// takes no files of that server any more.
func (c *Chapter) RemoteOf(ctx context.Context, mac, encoded string) (string, error) {
	sum, err := base64.RawURLEncoding.DecodeString(mac)
	if err != nil || c.remoteKey == nil {
		return "", store404
	}
	address, err := base64.RawURLEncoding.DecodeString(encoded)
	if err != nil || !hmac.Equal(sum, c.remoteMAC(string(address))) {
		return "", store404
	}
	u, err := url.Parse(string(address))
	if err != nil {
		return "", store404
	}
	rules, err := c.Store.DomainRules(ctx)
	if err != nil {
		return "", err
	}
	if rule := rules.Of(u.Host); rule != nil && (rule.RejectMedia || rule.Severity == models.Suspend) {
		return "", models.Errorf(models.NotFound, "This chapter takes no files of that server.")
	}
	return string(address), nil
}

// remoteMAC is the first half of an HMAC-SHA256.
func (c *Chapter) remoteMAC(address string) []byte {
	h := hmac.New(sha256.New, c.remoteKey)
	h.Write([]byte(address))
	return h.Sum(make([]byte, 0, sha256.Size))[:16]
}
