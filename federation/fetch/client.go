package fetch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"

	"golang.org/x/net/idna"

	"atelier/federation/sign"
	"atelier/models"
)

// Config says who asks, and what may be reached.
type Config struct {
	// Scheme is our own. With "https", others are spoken to by https only;
	// with "http", hosts on this machine (see Loopback) also by http.
	Scheme string
	// OwnHosts are the names of this server, with a port if it is not the
	// scheme's own. It never asks itself over the network.
	OwnHosts []string
	// AllowPeers are networks that may be reached, on any port, although they
	// are not public. Public addresses are reached on port 443 alone.
	AllowPeers []netip.Prefix
	// UserAgent is sent with every request.
	UserAgent string
	// RootCAs are trusted; nil means the system's, and SSL_CERT_FILE.
	RootCAs *x509.CertPool
	// Resolver looks names up; nil means the system's. Names that end in
	// .localhost are never looked up.
	Resolver *net.Resolver
	// Now is the clock, time.Now if nil.
	Now func() time.Time
	// Knocks remembers how each host wants requests to be signed. It is to be
	// shared with deliveries; nil means a memory of its own.
	Knocks *sign.Knocks

	limits limits // the standard ones if zero
}

// limits are how long is waited, and how much is asked at once.
type limits struct {
	connect time.Duration // name, TCP, and again as much for TLS
	header  time.Duration // from the request to the header of the answer
	total   time.Duration // for one document or delivery, redirects and body included
	stream  time.Duration // for one file, the same
	queue   time.Duration // for one of the places at a host
	perHost int           // fetches under way to one host
}

var standard = limits{
	connect: 5 * time.Second,
	header:  10 * time.Second,
	total:   30 * time.Second,
	stream:  2 * time.Minute,
	queue:   5 * time.Second,
	perHost: 8,
}

// The limits of what is read and followed.
const (
	maxURL       = 2048     // bytes
	maxHeader    = 64 << 10 // bytes in the header of an answer
	maxRedirects = 3
)

// ErrRefused is the cause of an error if this server did not want to ask: the
// URL or the address behind it is one that is never reached.
var ErrRefused = errors.New("not to be reached from here")

// Client asks other servers. It is safe for concurrent use, and there should
// be one of it, since it keeps the connections.
type Client struct {
	config Config
	own    map[string]bool
	plain  *http.Client // no redirects, no deadline
	timed  *http.Client // no redirects, total deadline
	gates  gates
}

// New returns a Client.
func New(config Config) *Client {
	if config.limits == (limits{}) {
		config.limits = standard
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.Knocks == nil {
		config.Knocks = &sign.Knocks{}
	}
	c := &Client{config: config, own: make(map[string]bool)}
	for _, host := range config.OwnHosts {
		c.own[trimPort(config.Scheme, strings.ToLower(host))] = true
	}
	c.plain = &http.Client{Transport: &guard{c, c.transport()}, CheckRedirect: stay}
	c.timed = &http.Client{Transport: c.plain.Transport, CheckRedirect: stay, Timeout: config.limits.total}
	return c
}

// stay makes an http.Client return redirects instead of following them: a
// signature is for one URL, and a POST is for one inbox.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// HTTP returns a client for requests that are made elsewhere, such as
// deliveries and push messages. It follows no redirects, and a request takes
// 30 seconds at most, body included. The caller limits what is read of the
// answer, and Drains it.
func (c *Client) HTTP() *http.Client { return c.timed }

// transport returns the connections of c. They are kept for a fan-out to many
// hosts: few to each, many in all.
func (c *Client) transport() *http.Transport {
	dialer := &net.Dialer{
		Timeout:        c.config.limits.connect,
		Resolver:       c.config.Resolver,
		ControlContext: c.control,
	}
	return &http.Transport{
		Proxy:                  nil, // whatever the environment says: a proxy would look names up itself
		DialContext:            local(dialer),
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: c.config.RootCAs, ClientSessionCache: tls.NewLRUClientSessionCache(512)},
		TLSHandshakeTimeout:    c.config.limits.connect,
		ResponseHeaderTimeout:  c.config.limits.header,
		MaxResponseHeaderBytes: maxHeader,
		MaxIdleConns:           1024,
		MaxIdleConnsPerHost:    8,
		IdleConnTimeout:        90 * time.Second,
		ForceAttemptHTTP2:      true,
		// A connection that died unseen would else be used, and waited for, again and again.
		HTTP2: &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 5 * time.Second},
	}
}

// local dials 127.0.0.1 for names of this machine, whatever the resolver says
// of them.
func local(d *net.Dialer) func(ctx context.Context, network, address string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		host, port, err := net.SplitHostPort(address)
		if err == nil && localName(host) {
			address = net.JoinHostPort("127.0.0.1", port)
		}
		return d.DialContext(ctx, network, address)
	}
}

// control decides about a connection when its address is known for certain
// and nothing was sent yet, so that no name can mean one thing when it is
// checked and another one when it is used.
func (c *Client) control(_ context.Context, _, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("address %q: %w", address, ErrRefused)
	}
	if within(c.config.AllowPeers, to.Addr().Unmap()) {
		return nil
	}
	if !public(to.Addr()) {
		return fmt.Errorf("address %s is not public: %w", to.Addr(), ErrRefused)
	}
	if to.Port() != 443 {
		return fmt.Errorf("port %d: %w", to.Port(), ErrRefused)
	}
	return nil
}

// guard is the http.RoundTripper through which every request goes.
type guard struct {
	client    *Client
	transport *http.Transport
}

// RoundTrip implements http.RoundTripper.
func (g *guard) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := g.client.check(r.URL); err != nil {
		if r.Body != nil {
			r.Body.Close()
		}
		return nil, err
	}
	if _, ok := r.Header["User-Agent"]; !ok {
		r = r.Clone(r.Context()) // a RoundTripper may not change the request it was given
		r.Header.Set("User-Agent", g.client.config.UserAgent)
	}
	return g.transport.RoundTrip(r)
}

// CloseIdleConnections makes that of an http.Client work.
func (g *guard) CloseIdleConnections() { g.transport.CloseIdleConnections() }

// check says whether u may be asked at all, going by its spelling.
func (c *Client) check(u *url.URL) error {
	switch {
	case u.Host == "" || u.Opaque != "" || u.User != nil || strings.HasSuffix(u.Hostname(), "."):
		return fmt.Errorf("%s: %w", u.Redacted(), ErrRefused)
	case u.Scheme == "https":
	case u.Scheme == "http" && c.config.Scheme == "http" && Loopback(u.Host):
	default:
		return fmt.Errorf("%s by %s: %w", u.Host, u.Scheme, ErrRefused)
	}
	if host, err := asciiHost(u.Scheme, u.Host); err != nil || c.own[host] {
		return fmt.Errorf("%s is this server: %w", u.Host, ErrRefused)
	}
	return nil
}

// SchemeOf returns the scheme in which host is to be spoken to, for URLs that
// are made of a host alone, such as those of WebFinger.
func (c *Client) SchemeOf(host string) string {
	if c.config.Scheme == "http" && Loopback(host) {
		return "http"
	}
	return "https"
}

// ParseURL reads a URL that a stranger gave, and brings it into the form in
// which it is asked and compared: the host in lower case and ASCII, without
// the scheme's own port. It fails with kind Invalid if that is no URL, and
// with ErrRefused if it is one that is never asked.
func (c *Client) ParseURL(text string) (*url.URL, error) {
	invalid := models.Errorf(models.Invalid, "This is not the address of anything.")
	if len(text) > maxURL {
		return nil, invalid
	}
	u, err := url.Parse(text)
	if err != nil {
		return nil, invalid.Because(err)
	}
	if u.Host, err = asciiHost(u.Scheme, u.Host); err != nil {
		return nil, invalid.Because(err)
	}
	if err := c.check(u); err != nil {
		return nil, models.Errorf(models.Invalid, "This address is not one that can be asked.").Because(err)
	}
	return u, nil
}

// asciiHost is the one form of host in which it is asked and compared.
func asciiHost(scheme, host string) (string, error) {
	for _, c := range []byte(host) {
		if c >= 0x80 {
			ascii, err := idna.Lookup.ToASCII(hostname(host))
			return trimPort(scheme, strings.Replace(host, hostname(host), ascii, 1)), err
		}
	}
	return trimPort(scheme, strings.ToLower(host)), nil
}

// trimPort returns host without the port that is the scheme's own.
func trimPort(scheme, host string) string {
	switch scheme {
	case "https":
		return strings.TrimSuffix(host, ":443")
	case "http":
		return strings.TrimSuffix(host, ":80")
	}
	return host
}

// Drain reads a little of what is left of body and closes it, so that the
// connection can be used again if that was all.
func Drain(body io.ReadCloser) {
	io.CopyN(io.Discard, body, 4<<10)
	body.Close()
}
