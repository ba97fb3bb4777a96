package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"atelier/federation/fetch"
	"atelier/models/chapter"
	"atelier/models/media"
)

// doctorCommand is atelier doctor.
type doctorCommand struct{}

// Run checks one thing after the other, and says what to do about what is not
// in order.
func (doctorCommand) Run(r *run) error {
	x := &doctor{run: r, now: time.Now}
	defer x.close()
	bad := 0
	for _, check := range []struct {
		name string
		do   func() (string, error)
	}{
		{"configuration", x.configuration}, {"database", x.database}, {"media", x.files}, {"name", x.name},
		{"certificate", x.certificate}, {"server", x.server}, {"clock", x.clock}, {"webfinger", x.webfinger},
		{"mail", x.letters},
	} {
		found, err := check.do()
		switch {
		case errors.Is(err, errNotChecked):
			fmt.Fprintf(r.stdout, "  -   %-14s %s\n", check.name, found)
		case err != nil:
			bad++
			fmt.Fprintf(r.stdout, "  BAD %-14s %s\n", check.name, oneLine(line(err)))
		default:
			fmt.Fprintf(r.stdout, "  ok  %-14s %s\n", check.name, found)
		}
	}
	if bad > 0 {
		return fmt.Errorf("not all is in order: see the %s marked BAD", counted(bad, "line"))
	}
	return nil
}

// counted says "1 line", "2 lines".
func counted[N int | int64](n N, what string) string {
	if n == 1 {
		return fmt.Sprintf("%d %s", n, what)
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// errNotChecked says that there is nothing to check.
var errNotChecked = errors.New("not checked")

// doctor is what is known after each check for those that follow.
type doctor struct {
	*run
	now     func() time.Time
	chapter *chapter.Chapter
	answer  *http.Response // of the server itself
	failed  error          // why there is none
}

func (x *doctor) close() {
	if x.chapter != nil {
		x.chapter.Store.Close()
	}
}

// patience is how long one check may wait.
const patience = 15 * time.Second

func (x *doctor) limited() (context.Context, context.CancelFunc) {
	return context.WithTimeout(x.ctx, patience)
}

func (x *doctor) configuration() (string, error) {
	from := x.File
	if from == "" {
		from = "flags and variables"
	}
	return fmt.Sprintf("%s, from %s", x.urls.Base(), from), nil
}

func (x *doctor) database() (string, error) {
	c, err := x.open(x.ctx, true)
	if err != nil {
		return "", err
	}
	x.chapter = c
	self, err := c.Self(x.ctx)
	if missing(err) {
		return "", fmt.Errorf("there is no chapter in %s yet: open it with atelier setup", x.databaseName())
	}
	if err != nil {
		return "", err
	}
	counts, err := c.Store.Counts(x.ctx)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s: %s, %s", x.databaseName(), self.Name, counted(counts.Members, "member")), nil
}

func (x *doctor) files() (string, error) {
	ctx, cancel := x.limited()
	defer cancel()
	files, err := media.NewStorage(x.Media)
	if err != nil {
		return "", err
	}
	if err := files.Check(ctx); err != nil {
		return "", err
	}
	return x.Media + " can be written", nil
}

func (x *doctor) host() string {
	u, err := url.Parse(x.urls.Base())
	if err != nil {
		return x.Domain
	}
	return u.Hostname()
}

func (x *doctor) name() (string, error) {
	if loopback(x.Domain) {
		return x.Domain + " is this machine's own: nobody else can reach it", errNotChecked
	}
	ctx, cancel := x.limited()
	defer cancel()
	addresses, err := net.DefaultResolver.LookupNetIP(ctx, "ip", x.host())
	if err != nil {
		return "", fmt.Errorf("%s has no address (%w): add an A or AAAA record where the name is kept", x.host(), err)
	}
	for _, a := range addresses {
		if a = a.Unmap(); a.IsLoopback() || a.IsPrivate() || a.IsUnspecified() || a.IsLinkLocalUnicast() {
			return "", fmt.Errorf("%s leads to %s, which nobody outside can reach: its record has to hold the public address", x.host(), a)
		}
	}
	return fmt.Sprintf("%s leads to %s", x.host(), addresses[0].Unmap()), nil
}

// soon is how long a certificate has to be good at least.
const soon = 7 * 24 * time.Hour

func (x *doctor) certificate() (string, error) {
	if x.Scheme != "https" {
		return "none is needed for http", errNotChecked
	}
	ctx, cancel := x.limited()
	defer cancel()
	u, _ := url.Parse(x.urls.Base())
	port := u.Port()
	if port == "" {
		port = "443"
	}
	conn, err := (&tls.Dialer{}).DialContext(ctx, "tcp", net.JoinHostPort(u.Hostname(), port))
	if err != nil {
		return "", fmt.Errorf("%s is not answered by a certificate that others trust (%w): look at --tls or at the proxy", x.urls.Base(), err)
	}
	defer conn.Close()
	return goodUntil(conn.(*tls.Conn).ConnectionState().PeerCertificates[0].NotAfter, x.now())
}

func goodUntil(end, now time.Time) (string, error) {
	day := end.Format("2 January 2006")
	if end.Sub(now) < soon {
		return "", fmt.Errorf("the certificate ends on %s: see why it was not renewed", day)
	}
	return "good until " + day, nil
}

// get asks the server as others do, by its public address.
func (x *doctor) get(path string) (*http.Response, error) {
	out := fetch.New(fetch.Config{Scheme: x.Scheme, AllowPeers: x.peers, UserAgent: "Atelier/" + version + " doctor"})
	ctx, cancel := x.limited()
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, x.urls.Base()+path, nil)
	if err != nil {
		return nil, err
	}
	client := out.HTTP()
	if loopback(x.Domain) { // the guard keeps others away from it, not its operator
		client = &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			_, port, err := net.SplitHostPort(address)
			if err != nil {
				return nil, err
			}
			return (&net.Dialer{}).DialContext(ctx, network, net.JoinHostPort("127.0.0.1", port))
		}}}
	}
	answer, err := client.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	if err != nil {
		return nil, err
	}
	answer.Body = io.NopCloser(bytes.NewReader(body))
	return answer, nil
}

func (x *doctor) server() (string, error) {
	x.answer, x.failed = x.get("/readyz")
	switch {
	case x.failed != nil:
		return "", fmt.Errorf("%s does not answer (%w): start atelier serve, and lead requests to %s", x.urls.Base(), x.failed, x.Listen)
	case x.answer.StatusCode != http.StatusOK:
		return "", fmt.Errorf("%s/readyz answers %s: is it atelier that serves there?", x.urls.Base(), x.answer.Status)
	}
	return x.urls.Base() + " answers", nil
}

// mostWrong is how much a clock may be wrong: signatures are good for minutes.
const mostWrong = 30 * time.Second

func (x *doctor) clock() (string, error) {
	if x.failed != nil {
		return "nothing to compare it with", errNotChecked
	}
	there, err := http.ParseTime(x.answer.Header.Get("Date"))
	if err != nil {
		return "nothing to compare it with", errNotChecked
	}
	return compareClocks(there, x.now())
}

func compareClocks(there, here time.Time) (string, error) {
	if off := here.Sub(there).Abs().Round(time.Second); off > mostWrong {
		return "", fmt.Errorf("the clocks of this machine and of the server differ by %s: have them set by the network (NTP), else signatures are refused", off)
	}
	return "agrees with the server's", nil
}

func (x *doctor) webfinger() (string, error) {
	if x.failed != nil || x.chapter == nil {
		return "not without a server", errNotChecked
	}
	g, err := x.chapter.Group(x.ctx)
	if err != nil {
		return "", err
	}
	handle := x.urls.Handle(g.Username)
	answer, err := x.get("/.well-known/webfinger?resource=" + url.QueryEscape("acct:"+handle))
	if err != nil {
		return "", err
	}
	if answer.StatusCode != http.StatusOK {
		return "", fmt.Errorf("WebFinger of %s answers %s: the proxy has to pass /.well-known/ on", handle, answer.Status)
	}
	if err := pointsTo(answer.Body, g.URI); err != nil {
		return "", fmt.Errorf("WebFinger of %s: %w", handle, err)
	}
	return handle + " is found", nil
}

func (x *doctor) letters() (string, error) {
	waits := ""
	if x.chapter != nil {
		n, _, err := x.chapter.Store.CountLetters(x.ctx)
		if err != nil {
			return "", err
		}
		if n > 0 {
			waits = fmt.Sprintf("; letters that wait: %d", n)
		}
	}
	if x.mail == nil {
		return "without --smtp letters wait, and stewards pass their links on" + waits, errNotChecked
	}
	ctx, cancel := x.limited()
	defer cancel()
	if err := x.mail.check(ctx); err != nil {
		return "", fmt.Errorf("%s does not take letters (%w): look at --smtp", x.mail.host, err)
	}
	return x.mail.host + " takes letters" + waits, nil
}

// pointsTo says whether a WebFinger document names the actor.
func pointsTo(r io.Reader, uri string) error {
	var doc struct {
		Links []struct{ Rel, Href string }
	}
	if err := json.NewDecoder(r).Decode(&doc); err != nil {
		return fmt.Errorf("it is no JSON (%w): something else answers there", err)
	}
	for _, l := range doc.Links {
		if l.Rel == "self" && l.Href == uri {
			return nil
		}
	}
	return fmt.Errorf("it does not lead to %s: another server, or another domain in its configuration, answers there", uri)
}
