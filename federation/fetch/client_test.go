package fetch

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/dns/dnsmessage"

	"atelier/models"
)

// loopback is what --allow-peers says in tests.
var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}

// plainClient may reach this machine by http.
func plainClient() *Client {
	return New(Config{Scheme: "http", OwnHosts: []string{"localhost:8080"}, AllowPeers: loopback, UserAgent: "Atelier/1 (+http://localhost:8080)"})
}

// hurriedClient is a plainClient whose limits of time a test can wait for.
func hurriedClient() *Client {
	config := plainClient().config
	config.limits = limits{connect: time.Second, header: 200 * time.Millisecond, total: 400 * time.Millisecond, stream: 800 * time.Millisecond, queue: time.Minute, perHost: 2}
	return New(config)
}

func TestURLs(t *testing.T) {
	secure := New(Config{Scheme: "https", OwnHosts: []string{"c1.example", "xn--bcher-kva.example:8443"}, AllowPeers: loopback})
	for _, test := range []struct {
		client *Client
		text   string
		want   string // "" if refused
	}{
		{secure, "https://a.example/users/bo#main-key", "https://a.example/users/bo#main-key"},
		{secure, "https://A.Example:443/Users", "https://a.example/Users"},
		{secure, "https://a.example:8443", "https://a.example:8443"},
		{secure, "https://127.0.0.1:8443/", "https://127.0.0.1:8443/"},
		{secure, "https://[::1]:8443/", "https://[::1]:8443/"},
		{secure, "HTTPS://bücher.example/é?q", "https://xn--bcher-kva.example/%C3%A9?q"},
		{secure, "https://bücher.example:444/", "https://xn--bcher-kva.example:444/"},
		{secure, "http://a.example/", ""},
		{secure, "http://localhost:8080/", ""},
		{secure, "https://c1.example/users/ana", ""},
		{secure, "https://C1.EXAMPLE:443/users/ana", ""},
		{secure, "https://bücher.example:8443/", ""},
		{secure, "https://c1.example./", ""},
		{secure, "https://bo:pass@a.example/", ""},
		{secure, "https:///users/bo", ""},
		{secure, "https:a.example", ""},
		{secure, "//a.example/", ""},
		{secure, "/users/bo", ""},
		{secure, "", ""},
		{secure, "ftp://a.example/", ""},
		{secure, "file:///etc/passwd", ""},
		{secure, "gopher://a.example/", ""},
		{secure, "acct:bo@a.example", ""},
		{secure, "javascript:alert(1)", ""},
		{secure, "https://a.exa mple/", ""},
		{secure, "https://a.example\x00.b.example/", ""},
		{secure, "https://%6cocalhost/", ""},
		{secure, "https://⒈é.example/", ""},
		{secure, "https://a.example/" + strings.Repeat("a", 3000), ""},
		{plainClient(), "https://a.example/", "https://a.example/"},
		{plainClient(), "http://a.example/", ""},
		{plainClient(), "http://localhost:3000/", "http://localhost:3000/"},
		{plainClient(), "http://beta.localhost:80/", "http://beta.localhost/"},
		{plainClient(), "http://127.1.2.3:3000/", "http://127.1.2.3:3000/"},
		{plainClient(), "http://[::1]/", "http://[::1]/"},
		{plainClient(), "http://localhost:8080/", ""},
		{plainClient(), "http://10.0.0.1/", ""},
		{plainClient(), "http://localhost.example/", ""},
	} {
		u, err := test.client.ParseURL(test.text)
		got := ""
		if err == nil {
			got = u.String()
		} else if kind := models.KindOf(err); kind != models.Invalid {
			t.Errorf("%q: the error is of kind %s", test.text, kind)
		}
		if got != test.want {
			t.Errorf("ParseURL(%q) = %q, %v; want %q", test.text, got, err, test.want)
		}
	}
}

// TestRequestsAreChecked: what ParseURL would have refused is refused too if
// somebody makes a request without it.
func TestRequestsAreChecked(t *testing.T) {
	c := New(Config{Scheme: "https", OwnHosts: []string{"C1.Example:443"}})
	for _, u := range []url.URL{
		{Scheme: "http", Host: "a.example", Path: "/inbox"},
		{Scheme: "https", Host: "C1.example:443", Path: "/inbox"},
		{Scheme: "https", Host: "c1.example", Path: "/inbox"},
		{Scheme: "https", Host: "a.example", Path: "/inbox", User: url.User("bo")},
		{Scheme: "https", Host: "a.example", Opaque: "//b.example/inbox"},
		{Scheme: "file", Path: "/etc/passwd"},
	} {
		closed := false
		r := &http.Request{Method: "POST", URL: &u, Header: http.Header{}, Body: &closing{http.NoBody, func() { closed = true }}}
		if _, err := c.HTTP().Do(r); !errors.Is(err, ErrRefused) {
			t.Errorf("%v: %v, want that it is refused", u, err)
		}
		if !closed {
			t.Errorf("%v: the body was not closed", u)
		}
	}
}

func TestSchemeOf(t *testing.T) {
	got := []string{plainClient().SchemeOf("beta.localhost:8081"), plainClient().SchemeOf("a.example"), New(Config{Scheme: "https"}).SchemeOf("localhost")}
	if diff := cmp.Diff([]string{"http", "https", "https"}, got); diff != "" {
		t.Errorf("SchemeOf (-want +got):\n%s", diff)
	}
}

func TestConnections(t *testing.T) {
	c := New(Config{AllowPeers: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("fd00::/8")}})
	for address, want := range map[string]bool{
		"8.8.8.8:443":                true,
		"[2606:4700::1]:443":         true,
		"10.1.2.3:443":               true,
		"10.1.2.3:3000":              true,
		"[::ffff:10.1.2.3]:3000":     true,
		"[fd00::1]:3000":             true,
		"8.8.8.8:80":                 false,
		"8.8.8.8:22":                 false,
		"8.8.8.8:6379":               false,
		"10.2.0.1:443":               false,
		"127.0.0.1:443":              false,
		"169.254.169.254:80":         false,
		"[::1]:443":                  false,
		"[::ffff:127.0.0.1]:443":     false,
		"[fe80::1%lo]:443":           false,
		"[64:ff9b::10.1.2.3]:443":    false,
		"/run/some.sock":             false,
		"a.example:443":              false,
		"255.255.255.255:443":        false,
		"[2001:db8:ffff::1]:443":     false,
		"[2002:808:808::1]:443":      false,
		"[::ffff:169.254.1.1]:443":   false,
		"[::ffff:8.8.8.8]:443":       true,
		"[::ffff:0:10.1.2.3]:443":    false,
		"[0:0:0:0:0:0:10.1.2.3]:443": false,
	} {
		err := c.control(t.Context(), "tcp", address, nil)
		if (err == nil) != want || err != nil && !errors.Is(err, ErrRefused) {
			t.Errorf("%s: %v, want ok = %v", address, err, want)
		}
	}
}

// names is a name server that answers from a table, each time with the next
// addresses of the name.
type names struct {
	mu      sync.Mutex
	answers map[string][]string // lists of addresses, separated by commas
	asked   int
}

// resolver starts the name server.
func (n *names) resolver(t *testing.T) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	go func() {
		buf := make([]byte, 1500)
		for {
			size, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			if answer, err := n.answer(buf[:size]); err == nil {
				conn.WriteTo(answer, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

// count returns how often a name was looked up that is in the table.
func (n *names) count() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.asked
}

func (n *names) answer(query []byte) ([]byte, error) {
	var m dnsmessage.Message
	if err := m.Unpack(query); err != nil {
		return nil, err
	}
	m.Response, m.Additionals = true, nil
	q := m.Questions[0]
	name := strings.TrimSuffix(q.Name.String(), ".")
	n.mu.Lock()
	defer n.mu.Unlock()
	if q.Type == dnsmessage.TypeA && len(n.answers[name]) > 0 {
		n.asked++
		for text := range strings.SplitSeq(n.answers[name][0], ",") {
			m.Answers = append(m.Answers, dnsmessage.Resource{
				Header: dnsmessage.ResourceHeader{Name: q.Name, Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET},
				Body:   &dnsmessage.AResource{A: netip.MustParseAddr(text).As4()},
			})
		}
		if len(n.answers[name]) > 1 {
			n.answers[name] = n.answers[name][1:]
		}
	}
	return m.Pack()
}

// TestNamesThatMeanThisNetwork asks by names, as an attacker would, with a
// certificate that is good for all of them.
func TestNamesThatMeanThisNetwork(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(document))
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	_, port, _ := net.SplitHostPort(server.Listener.Addr().String())
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	n := &names{answers: map[string][]string{
		"honest.example.com":    {"127.0.0.1"},
		"private.example.com":   {"10.255.255.1"},
		"metadata.example.com":  {"169.254.169.254"},
		"nowhere.example.com":   {"0.0.0.0"},
		"mixed.example.com":     {"10.255.255.1,127.0.0.1"},
		"rebinding.example.com": {"127.0.0.1", "10.255.255.1"},
	}}
	c := New(Config{Scheme: "https", AllowPeers: loopback[:1], RootCAs: roots, Resolver: n.resolver(t)})
	refused := New(Config{Scheme: "https", RootCAs: roots, Resolver: n.resolver(t)})
	for _, test := range []struct {
		name, host string
		client     *Client
		want       models.Kind
	}{
		{"a name of an allowed address", "honest.example.com", c, ""},
		{"the same, if it is not allowed", "honest.example.com", refused, models.Unreachable},
		{"a name of a private address", "private.example.com", c, models.Unreachable},
		{"a name of the metadata service", "metadata.example.com", c, models.Unreachable},
		{"a name of this host in another way", "nowhere.example.com", c, models.Unreachable},
		{"a name of several addresses", "mixed.example.com", c, ""},
		{"a name before it changes its address", "rebinding.example.com", c, ""},
		{"a name after it changed its address", "rebinding.example.com", c, models.Unreachable},
		{"a private address itself", "10.255.255.1", c, models.Unreachable},
		{"a private address as IPv6", "[::ffff:10.255.255.1]", c, models.Unreachable},
		{"a number that is this host", "2130706433", refused, models.Unreachable},
		{"a short address", "127.1", refused, models.Unreachable},
		{"an address in octal", "0177.0.0.1", refused, models.Unreachable},
		{"a name that is not there", "missing.example.com", c, models.Unreachable},
	} {
		start := time.Now()
		_, err := test.client.GetDocument(t.Context(), "https://"+test.host+":"+port+"/", nil)
		test.client.HTTP().CloseIdleConnections() // so that the next one looks the name up again
		if got := models.KindOf(err); got != test.want {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
		if strings.Contains(test.host, "example.com") && !strings.HasPrefix(test.host, "missing") && test.want != "" && !errors.Is(err, ErrRefused) {
			t.Errorf("%s: %v, want that it is refused", test.name, err)
		}
		if d := time.Since(start); d > 4*time.Second {
			t.Errorf("%s: %v went by, as if it had been asked", test.name, d)
		}
	}
	if n.count() < 8 {
		t.Errorf("names were looked up %d times: the test asked nobody", n.count())
	}
}

// TestLocalNames: names of this machine are not looked up.
func TestLocalNames(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(document))
	defer server.Close()
	n := &names{answers: map[string][]string{"evil.localhost": {"10.255.255.1"}, "localhost": {"10.255.255.1"}}}
	c := New(Config{Scheme: "http", AllowPeers: loopback, Resolver: n.resolver(t)})
	_, port, _ := net.SplitHostPort(server.Listener.Addr().String())
	for _, host := range []string{"localhost", "evil.localhost", "LocalHost"} {
		if _, err := c.GetDocument(t.Context(), "http://"+host+":"+port+"/", nil); err != nil {
			t.Errorf("%s: %v", host, err)
		}
	}
	if n.count() != 0 {
		t.Errorf("names were looked up %d times", n.count())
	}
	forbidden := New(Config{Scheme: "http"})
	if _, err := forbidden.GetDocument(t.Context(), "http://localhost:"+port+"/", nil); !errors.Is(err, ErrRefused) {
		t.Errorf("without leave: %v, want that it is refused", err)
	}
}

func TestHTTP2AndConnectionsAreKept(t *testing.T) {
	var protocols, addresses []string
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		protocols, addresses = append(protocols, r.Proto), append(addresses, r.RemoteAddr)
		document(w, r)
	}))
	server.EnableHTTP2 = true
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	c := New(Config{Scheme: "https", AllowPeers: loopback, RootCAs: roots})
	for range 3 {
		if _, err := c.GetDocument(t.Context(), server.URL, nil); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]string{"HTTP/2.0", "HTTP/2.0", "HTTP/2.0"}, protocols); diff != "" {
		t.Errorf("protocols (-want +got):\n%s", diff)
	}
	if addresses[0] != addresses[2] {
		t.Errorf("the connection was not kept: %v", addresses)
	}
	strange := New(Config{Scheme: "https", AllowPeers: loopback})
	if _, err := strange.GetDocument(t.Context(), server.URL, nil); models.KindOf(err) != models.Unreachable {
		t.Errorf("with a certificate that nobody trusts: %v", err)
	}
}

// TestPostsAreNotRedirected: neither the activity nor its signature goes
// anywhere but to the inbox they are for.
func TestPostsAreNotRedirected(t *testing.T) {
	var seen []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, r.Method+" "+r.URL.Path+" "+r.UserAgent())
		http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
	}))
	defer server.Close()
	r, err := http.NewRequest("POST", server.URL+"/inbox", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := plainClient().HTTP().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	Drain(answer.Body)
	if len(r.Header) != 0 {
		t.Errorf("the caller's request was changed: %v", r.Header)
	}
	if diff := cmp.Diff([]string{"POST /inbox Atelier/1 (+http://localhost:8080)"}, seen); diff != "" || answer.StatusCode != 307 {
		t.Errorf("status %d; requests (-want +got):\n%s", answer.StatusCode, diff)
	}
}

func TestDeliveriesEnd(t *testing.T) {
	stop := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { <-stop }))
	defer server.Close()
	defer close(stop)
	c := New(Config{Scheme: "http", AllowPeers: loopback, limits: limits{connect: time.Second, header: time.Minute, total: 100 * time.Millisecond, queue: time.Minute}})
	start := time.Now()
	if _, err := c.HTTP().Post(server.URL, "application/activity+json", strings.NewReader("{}")); err == nil || time.Since(start) > 5*time.Second {
		t.Errorf("after %v: %v", time.Since(start), err)
	}
}

func TestNoProxy(t *testing.T) {
	if plainClient().transport().Proxy != nil {
		t.Error("a proxy would be asked, which looks names up itself")
	}
}

// TestSilentListener: a server that takes the connection and says nothing, in
// TLS, is given up.
func TestSilentListener(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	c := New(Config{Scheme: "https", AllowPeers: loopback, limits: limits{connect: 100 * time.Millisecond, header: time.Minute, total: time.Minute, queue: time.Minute, perHost: 1}})
	start := time.Now()
	u := url.URL{Scheme: "https", Host: listener.Addr().String()}
	if _, err := c.GetDocument(t.Context(), u.String(), nil); models.KindOf(err) != models.Unreachable || time.Since(start) > 5*time.Second {
		t.Errorf("after %v: %v", time.Since(start), err)
	}
}
