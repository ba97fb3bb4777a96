package fetch

import (
	"net/netip"
	"testing"
)

func TestPublicAddresses(t *testing.T) {
	for _, test := range []struct {
		public    bool
		addresses []string
	}{
		{true, []string{"1.1.1.1", "8.8.8.8", "93.184.215.14", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.1",
			"169.253.255.255", "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255",
			"2606:4700:4700::1111", "2a00:1450:4001:80f::200e", "2001:4860:4860::8888", "2001:200::1", "2003::1", "2620:0:2d0:200::7", "3ffe:ffff::1"}},
		{false, []string{"0.0.0.0", "0.1.2.3", "127.0.0.1", "127.1.2.3", "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1",
			"169.254.0.1", "169.254.169.254", "100.64.0.1", "100.127.255.255", "192.0.0.1", "192.0.0.170", "192.0.2.1", "192.31.196.1", "192.52.193.1",
			"192.88.99.1", "192.175.48.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255"}},
		{false, []string{"::", "::1", "::2", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:0:127.0.0.1",
			"64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "100::1", "2001::1", "2001:0:4136:e378::", "2001:2::1", "2001:10::1", "2001:20::1",
			"2001:db8::1", "2002:7f00:1::", "2002:808:808::1", "2620:4f:8000::1", "3fff::1", "5f00::1", "fc00::1", "fd12:3456::1", "fe80::1", "fe80::1%eth0",
			"2606:4700::1%eth0", "fec0::1", "ff02::1", "ff0e::1", "4000::1", "1::1"}},
		{true, []string{"::ffff:8.8.8.8"}}, // a mapped address is the other one
	} {
		for _, text := range test.addresses {
			if got := public(netip.MustParseAddr(text)); got != test.public {
				t.Errorf("public(%s) = %v", text, got)
			}
		}
	}
	if public(netip.Addr{}) {
		t.Error("no address is public")
	}
}

func TestLoopback(t *testing.T) {
	for host, want := range map[string]bool{
		"localhost": true, "localhost:8080": true, "LOCALHOST": true, "beta.localhost:8081": true, "a.b.localhost": true,
		"127.0.0.1": true, "127.1.2.3:80": true, "[::1]": true, "[::1]:8080": true, "::1": true,
		"": false, "example.com": false, "localhost.example.com": false, "notlocalhost": false, "localhost.": false, "127.0.0.1.example": false,
		"128.0.0.1": false, "0.0.0.0": false, "[::]": false, "[::ffff:127.0.0.1]": false, "[::1%25lo]": false, "127.1": false, "2130706433": false,
	} {
		if got := Loopback(host); got != want {
			t.Errorf("Loopback(%q) = %v", host, got)
		}
	}
}
