package fedtest

import (
	"context"
	"net"
	"net/http"
	"strings"
)

// localTransport dials 127.0.0.1 for names that end in .localhost.
func localTransport() *http.Transport {
	var d net.Dialer
	return &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		if host, port, err := net.SplitHostPort(address); err == nil && strings.HasSuffix(host, ".localhost") {
			address = net.JoinHostPort("127.0.0.1", port)
		}
		return d.DialContext(ctx, network, address)
	}}
}
