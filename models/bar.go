package models

import (
	"crypto/sha256"
	"encoding/hex"
	"net/netip"
	"strings"
	"time"
)

// Bar keeps addresses from signing up, or from coming at all: mail domains,
// single mail addresses, networks.
type Bar struct {
	ID        ID
	Kind      BarKind
	Value     string // a lower-case domain, a hash of an address, a network in CIDR form
	Severity  BarSeverity
	Comment   string // for stewards
	ExpiresAt time.Time
	CreatedAt time.Time
}

// BarKind says what is barred.
type BarKind string

// The kinds of bar.
const (
	MailDomainBar BarKind = "mail-domain" // and its sub-domains
	MailBar       BarKind = "mail"        // the canonical form of one address
	NetworkBar    BarKind = "network"
)

// BarSeverity says what a barred network may not do (Mastodon
// Admin::IpBlock).
type BarSeverity string

// The severities of network bars; the others have none.
const (
	BarApproval BarSeverity = "sign_up_requires_approval"
	BarSignUp   BarSeverity = "sign_up_block"
	BarAccess   BarSeverity = "no_access"
)

// Valid says whether s is one of the severities.
func (s BarSeverity) Valid() bool { return s == BarApproval || s == BarSignUp || s == BarAccess }

// MailHash is what an address is barred by: SHA-256 of its canonical form, in
// which letter case, dots and what follows a + do not count (Mastodon,
// CanonicalEmailBlock), so that the address itself need not be kept.
func MailHash(address string) string {
	name, domain, _ := strings.Cut(strings.ToLower(strings.TrimSpace(address)), "@")
	name, _, _ = strings.Cut(name, "+")
	name = strings.ReplaceAll(name, ".", "")
	sum := sha256.Sum256([]byte(name + "@" + domain))
	return hex.EncodeToString(sum[:])
}

// ParseNetwork reads an address or a network, and returns the network.
func ParseNetwork(s string) (netip.Prefix, error) {
	s = strings.TrimSpace(s)
	if !strings.Contains(s, "/") {
		a, err := netip.ParseAddr(s)
		if err != nil {
			return netip.Prefix{}, Errorf(Invalid, "%q is not an address or a network.", s).On("ip")
		}
		a = a.Unmap().WithZone("")
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return netip.Prefix{}, Errorf(Invalid, "%q is not an address or a network.", s).On("ip")
	}
	return p.Masked(), nil
}
