package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"time"

	"github.com/wneessen/go-mail"

	"atelier/models"
)

// smtpServer is where letters are handed in (--smtp).
type smtpServer struct {
	host           string
	port           int
	user, password string
	wrapped        bool // TLS from the first byte (smtps)
	from           string
	roots          *tls.Config // for tests; nil: what the machine trusts
}

// smtpPatience is how long a mail server may take.
const smtpPatience = 30 * time.Second

// parseSMTP reads smtp://user:password@host:port or smtps://...
func parseSMTP(address, domain string) (*smtpServer, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "smtp" && u.Scheme != "smtps" || u.Hostname() == "" || u.Path != "" && u.Path != "/" || u.RawQuery != "" {
		return nil, fmt.Errorf("--smtp is smtp://user:password@host:port, or smtps://..., with signs such as @ in the password written as %%40")
	}
	s := &smtpServer{host: u.Hostname(), port: 587, user: u.User.Username(), wrapped: u.Scheme == "smtps"}
	s.password, _ = u.User.Password()
	if s.wrapped {
		s.port = 465
	}
	if p := u.Port(); p != "" {
		if s.port, err = strconv.Atoi(p); err != nil || s.port < 1 || s.port > 65535 {
			return nil, fmt.Errorf("--smtp: %q is no port", p)
		}
	}
	name := domain
	if h, _, err := net.SplitHostPort(domain); err == nil {
		name = h
	}
	s.from = "letters@" + name
	return s, nil
}

// client speaks TLS as soon as the server offers it. A password is told to
// nobody without, but to a server on this machine.
func (s *smtpServer) client() (*mail.Client, error) {
	options := []mail.Option{mail.WithPort(s.port), mail.WithTimeout(smtpPatience)}
	switch {
	case s.wrapped:
		options = append(options, mail.WithSSL())
	case s.user != "" && !loopback(s.host):
		options = append(options, mail.WithTLSPolicy(mail.TLSMandatory))
	default:
		options = append(options, mail.WithTLSPolicy(mail.TLSOpportunistic))
	}
	if s.roots != nil {
		options = append(options, mail.WithTLSConfig(s.roots))
	}
	if s.user != "" {
		options = append(options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(s.user), mail.WithPassword(s.password))
	}
	return mail.NewClient(s.host, options...)
}

// send hands one letter in: plain text, from the chapter; answers go to its
// stewards.
func (s *smtpServer) send(ctx context.Context, self *models.Chapter, l *models.Letter) error {
	m := mail.NewMsg(mail.WithNoDefaultUserAgent())
	if err := m.FromFormat(self.Name, s.from); err != nil {
		return models.Errorf(models.Invalid, "%s cannot be a sender.", s.from).Because(err)
	}
	if err := m.To(l.To); err != nil {
		return models.Errorf(models.Invalid, "%s cannot be written to.", l.To).Because(err)
	}
	if self.Email != "" {
		if err := m.ReplyTo(self.Email); err != nil {
			return models.Errorf(models.Invalid, "%s cannot be answered to.", self.Email).Because(err)
		}
	}
	m.Subject(l.Subject)
	m.SetDate()
	m.SetMessageIDWithValue(l.ID.String() + "." + s.from) // the same when it is sent again after a crash
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	m.SetBodyString(mail.TypeTextPlain, l.Text)
	client, err := s.client()
	if err != nil {
		return fmt.Errorf("prepare the mail: %w", err)
	}
	if err := client.DialAndSendWithContext(ctx, m); err != nil {
		return fmt.Errorf("send mail by %s: %w", net.JoinHostPort(s.host, strconv.Itoa(s.port)), err)
	}
	return nil
}

// check says whether the server takes the name and the password.
func (s *smtpServer) check(ctx context.Context) error {
	client, err := s.client()
	if err != nil {
		return err
	}
	if err := client.DialWithContext(ctx); err != nil {
		return err
	}
	return client.Close()
}
