package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"math/big"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/http"
	"net/mail"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"atelier/models"
)

// postOffice is a mail server that keeps what it is given.
type postOffice struct {
	mu     sync.Mutex
	got    []string
	to     []string
	user   string // who has to sign in, "" for nobody
	secret string
	plain  []bool // whether each letter came unencrypted
	refuse error
}

func (o *postOffice) NewSession(c *smtp.Conn) (smtp.Session, error) {
	_, encrypted := c.TLSConnectionState()
	return &counter{o, encrypted, o.user == "", ""}, nil
}

type counter struct {
	*postOffice
	encrypted, known bool
	rcpt             string
}

func (c *counter) AuthMechanisms() []string { return []string{sasl.Plain} }

func (c *counter) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != c.user || password != c.secret {
			return errors.New("not known here")
		}
		c.known = true
		return nil
	}), nil
}

func (c *counter) Mail(string, *smtp.MailOptions) error {
	if !c.known {
		return smtp.ErrAuthRequired
	}
	return c.refuse
}

func (c *counter) Rcpt(to string, _ *smtp.RcptOptions) error { c.rcpt = to; return nil }

func (c *counter) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.got, c.to, c.plain = append(c.got, string(b)), append(c.to, c.rcpt), append(c.plain, !c.encrypted)
	return err
}

func (c *counter) Reset()        {}
func (c *counter) Logout() error { return nil }

// open has the office answer on loopback, with a certificate if config is set:
// from the first byte if wrapped, else by STARTTLS.
func (o *postOffice) open(t *testing.T, config *tls.Config, wrapped bool) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := smtp.NewServer(o)
	s.AllowInsecureAuth = true
	if wrapped {
		l = tls.NewListener(l, config)
	} else {
		s.TLSConfig = config
	}
	go s.Serve(l)
	t.Cleanup(func() { s.Close() })
	return l.Addr().String()
}

// certificate is one for loopback, and the configuration that trusts it.
func certificate(t *testing.T) (server, client *tls.Config) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(parsed)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, &tls.Config{RootCAs: roots, ServerName: "127.0.0.1"}
}

var aLetter = &models.Letter{ID: 42, To: "ana@mail.example", Subject: "Ein neues Paßwort", Text: "Dear Ana,\n\nhere it is: http://localhost:8080/reset/x\n\nVI Coaches\n"}

func TestLettersAreHandedIn(t *testing.T) {
	server, client := certificate(t)
	self := &models.Chapter{Name: "VI Coaches", Email: "pia@mail.example"}
	for _, test := range []struct {
		name, scheme, userinfo, user string
		tls                          *tls.Config
		want                         bool
		plain                        bool
	}{
		{"without encryption on this machine", "smtp://", "", "", nil, true, true},
		{"STARTTLS where it is offered", "smtp://", "", "", server, true, false},
		{"with a password", "smtp://", "ana:p%40ss@", "ana", server, true, false},
		{"from the first byte", "smtps://", "ana:p%40ss@", "ana", server, true, false},
		{"with a wrong password", "smtp://", "ana:wrong@", "ana", server, false, false},
		{"with none where one is needed", "smtp://", "", "ana", server, false, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := &postOffice{user: test.user, secret: "p@ss"}
			s, err := parseSMTP(test.scheme+test.userinfo+o.open(t, test.tls, test.scheme == "smtps://"), "localhost:8080")
			if err != nil {
				t.Fatal(err)
			}
			s.roots = client
			checked := s.check(t.Context())
			err = s.send(t.Context(), self, aLetter)
			if (err == nil) != test.want || test.user == "" != (checked == nil) && test.userinfo == "" && test.user == "" {
				t.Fatalf("send: %v, check: %v", err, checked)
			}
			if test.userinfo == "ana:wrong@" && checked == nil {
				t.Error("the check does not see a wrong password")
			}
			if !test.want {
				return
			}
			if len(o.got) != 1 || o.to[0] != "ana@mail.example" || o.plain[0] != test.plain {
				t.Fatalf("%d letters to %v, unencrypted %v", len(o.got), o.to, o.plain)
			}
			readable(t, o.got[0])
		})
	}
}

// readable looks at a letter as its reader's program does.
func readable(t *testing.T, raw string) {
	t.Helper()
	m, err := mail.ReadMessage(strings.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	decode := func(s string) string {
		out, err := new(mime.WordDecoder).DecodeHeader(s)
		if err != nil {
			t.Error(err)
		}
		return out
	}
	for name, want := range map[string]string{"From": `"VI Coaches" <letters@localhost>`, "To": "<ana@mail.example>", "Reply-To": "<pia@mail.example>",
		"Subject": "Ein neues Paßwort", "Auto-Submitted": "auto-generated", "Message-Id": "<42.letters@localhost>"} {
		if got := decode(m.Header.Get(name)); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if kind, _, err := mime.ParseMediaType(m.Header.Get("Content-Type")); err != nil || kind != "text/plain" {
		t.Errorf("it is %s, %v", kind, err)
	}
	body, err := io.ReadAll(quotedprintable.NewReader(m.Body))
	if err != nil || string(bytes.ReplaceAll(body, []byte("\r\n"), []byte("\n"))) != aLetter.Text {
		t.Errorf("it says %q, %v", body, err)
	}
}

func TestAddressesOfMailServers(t *testing.T) {
	for in, want := range map[string]string{
		"smtp://mail.example": "mail.example:587", "smtps://mail.example": "mail.example:465", "smtp://u:p@mail.example:25": "mail.example:25",
		"mail.example:25": "", "http://mail.example": "", "smtp://": "", "smtp://mail.example/inbox": "", "smtp://mail.example:0": "", "smtp://mail.example?tls=no": "",
	} {
		s, err := parseSMTP(in, "vi.example")
		if want == "" {
			if err == nil {
				t.Errorf("%q is %+v", in, s)
			}
			continue
		}
		if err != nil || net.JoinHostPort(s.host, strconv.Itoa(s.port)) != want || s.from != "letters@vi.example" {
			t.Errorf("%q is %+v, %v", in, s, err)
		}
	}
	if code, _, stderr := atelier(t, "", append(place(t), "--smtp", "mail.example", "version")...); code != 1 || !strings.Contains(stderr, "--smtp is smtp://user:password@host:port") {
		t.Errorf("%d %q", code, stderr)
	}
}

// From the form to the letter box, through a running server.
func TestAForgottenPassword(t *testing.T) {
	o := &postOffice{}
	where := append(place(t), "--smtp", "smtp://"+o.open(t, nil, false))
	opened(t, where)
	x := serve(t, where...)
	res, err := post(x.base+"/forgotten", "login", "ana")
	if err != nil || res != 200 {
		t.Fatalf("%d, %v", res, err)
	}
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		o.mu.Lock()
		n := len(o.got)
		o.mu.Unlock()
		if n == 1 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d letters came", n)
		}
	}
	if !strings.Contains(o.got[0], "http://localhost:8080/reset/") {
		t.Errorf("the letter has no link: %s", o.got[0])
	}
	if out := printed(t, append(where, "doctor")...); !strings.Contains(out, "ok  mail") {
		t.Errorf("the doctor says %s", out)
	}
}

func post(address string, pairs ...string) (status int, err error) {
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	res, err := http.PostForm(address, form)
	if err != nil {
		return 0, err
	}
	return res.StatusCode, res.Body.Close()
}

// printed is what a command prints, whether or not it finds all in order.
func printed(t *testing.T, args ...string) string {
	t.Helper()
	_, stdout, _ := atelier(t, "", args...)
	return stdout
}
