package handlers

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// caller is the address that a request really comes from: what proxies say
// counts only as far as the proxies that say it are trusted.
func caller(r *http.Request, trusted []netip.Prefix) netip.Addr {
	at := remote(r)
	if !within(trusted, at) {
		return at
	}
	said := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(said) - 1; i >= 0; i-- { // each proxy adds whom it heard
		a, err := netip.ParseAddr(strings.TrimSpace(said[i]))
		if err != nil {
			return at
		}
		at = a.Unmap()
		if !within(trusted, at) {
			return at
		}
	}
	return at
}

func remote(r *http.Request) netip.Addr {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	a, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Addr{}
	}
	return a.Unmap().WithZone("")
}

func within(networks []netip.Prefix, a netip.Addr) bool {
	for _, p := range networks {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// place is what limits count by: an address, or of IPv6 the network that one
// household has.
func place(a netip.Addr) netip.Addr {
	if a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.Addr()
		}
	}
	return a
}
