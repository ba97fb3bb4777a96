package fetch

import (
	"net/netip"
	"strings"
)

// notGlobal are the networks within the unicast space that are not, or not
// reliably, somebody else's public servers: the special-purpose registries of
// IANA (RFC 6890 and its updates). Those that embed an IPv4 address are here
// because a translator would lead back to any of the others.
var notGlobal = prefixes(
	"0.0.0.0/8",       // this network
	"10.0.0.0/8",      // private
	"100.64.0.0/10",   // shared by carriers
	"127.0.0.0/8",     // loopback
	"169.254.0.0/16",  // link-local, and the metadata of clouds
	"172.16.0.0/12",   // private
	"192.0.0.0/24",    // protocol assignments
	"192.0.2.0/24",    // documentation
	"192.31.196.0/24", // AS112
	"192.52.193.0/24", // AMT
	"192.88.99.0/24",  // 6to4 relays
	"192.168.0.0/16",  // private
	"192.175.48.0/24", // AS112
	"198.18.0.0/15",   // benchmarking
	"198.51.100.0/24", // documentation
	"203.0.113.0/24",  // documentation
	"224.0.0.0/4",     // multicast
	"240.0.0.0/4",     // reserved, broadcast

	"2001::/23",         // protocol assignments: Teredo, ORCHID, benchmarking
	"2001:db8::/32",     // documentation
	"2002::/16",         // 6to4
	"2620:4f:8000::/48", // AS112
	"3fff::/20",         // documentation
)

// global6 is the only part of IPv6 that is handed out as global unicast.
// Outside of it are loopback, unique local, link-local and site-local
// addresses, multicast, and IPv4 addresses that are mapped or translated; no
// network contains an address with a zone.
var global6 = netip.MustParsePrefix("2000::/3")

func prefixes(texts ...string) []netip.Prefix {
	list := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		list[i] = netip.MustParsePrefix(text)
	}
	return list
}

// public says whether a belongs to the public internet.
func public(a netip.Addr) bool {
	a = a.Unmap()
	if !a.IsValid() || a.Is6() && !global6.Contains(a) {
		return false
	}
	return !within(notGlobal, a)
}

// within says whether one of the networks contains a.
func within(networks []netip.Prefix, a netip.Addr) bool {
	for _, network := range networks {
		if network.Contains(a) {
			return true
		}
	}
	return false
}

// Loopback says whether host, with or without a port, is a name or an address
// of this machine by its spelling: localhost, names that end in .localhost,
// 127.x.y.z, and ::1.
func Loopback(host string) bool {
	host = hostname(host)
	if a, err := netip.ParseAddr(host); err == nil {
		return a.IsLoopback() && !a.Is4In6() && a.Zone() == ""
	}
	return localName(host)
}

// localName says whether host, without a port, is a name of this machine:
// RFC 6761, section 6.3.
func localName(host string) bool {
	host = strings.ToLower(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}

// hostname is host without port and brackets.
func hostname(host string) string {
	if strings.HasPrefix(host, "[") {
		host, _, _ = strings.Cut(host[1:], "]")
		return host
	}
	if name, _, found := strings.Cut(host, ":"); found && strings.Count(host, ":") == 1 {
		return name
	}
	return host
}
