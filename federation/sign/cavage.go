package sign

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/textproto"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-fed/httpsig"
	"golang.org/x/crypto/ssh"
)

// The headers that are signed, in the order in which most peers sign them.
var (
	cavageGet  = []string{httpsig.RequestTarget, "host", "date"}
	cavagePost = []string{httpsig.RequestTarget, "host", "date", "digest", "content-type"}
	cavageSync = append(slices.Clone(cavagePost), syncName)
)

// signCavage adds the digest, if there is one, and the signature to r.
func signCavage(r *http.Request, k *Key, d Digest) error {
	names := cavageGet
	if !d.zero() {
		names = cavagePost
		if len(r.Header[SyncHeader]) > 0 {
			names = cavageSync
		}
		r.Header["Digest"] = []string{d.cavage}
	}
	// A signer of httpsig keeps the state of its hash: shared between
	// goroutines it makes wrong signatures. So each request gets its own.
	s, _, err := httpsig.NewSSHSigner(sshKey{k}, httpsig.DigestSha256, names, httpsig.Signature, 0)
	if err != nil {
		return err
	}
	// httpsig reads the host from the header, where net/http has no use for
	// it, and the target from the decoded path, where an escaped slash is
	// lost: it gets the target as it will be sent.
	r.Header["Host"] = []string{sentHost(r)}
	defer delete(r.Header, "Host")
	if err := s.SignRequest(k.id, target(r.Method, r.URL.RequestURI(), r.Header), nil); err != nil {
		return err
	}
	if k.rsa() { // "hs2019", which httpsig always says, is not known everywhere
		r.Header["Signature"][0] = strings.Replace(r.Header["Signature"][0], `algorithm="hs2019"`, `algorithm="rsa-sha256"`, 1)
	}
	return nil
}

// target returns a request whose target httpsig will sign, or verify, as uri.
func target(method, uri string, h http.Header) *http.Request {
	return &http.Request{Method: method, URL: &url.URL{Path: uri}, Header: h}
}

// sshKey shows a Key to httpsig as a key held by an SSH agent. It is the only
// way httpsig has of signing with anything but Go's own RSA; no SSH is spoken.
type sshKey struct{ *Key }

// Sign implements ssh.Signer. The format of the result is not looked at.
func (k sshKey) Sign(_ io.Reader, message []byte) (*ssh.Signature, error) {
	signature, err := k.signer().sign(message)
	return &ssh.Signature{Blob: signature}, err
}

// PublicKey implements ssh.Signer.
func (k sshKey) PublicKey() ssh.PublicKey { return sshPublic{k.Key} }

// sshPublic tells httpsig of which type a Key is.
type sshPublic struct{ key *Key }

func (p sshPublic) Type() string {
	if p.key.rsa() {
		return ssh.KeyAlgoRSA
	}
	return ssh.KeyAlgoED25519
}

func (p sshPublic) Marshal() []byte { return nil }

func (p sshPublic) Verify(message []byte, s *ssh.Signature) error {
	return verify(p.key.Public(), message, s.Blob)
}

// cavageParams are the parameters of a Signature header.
type cavageParams struct {
	keyID, algorithm, signature string
	headers                     []string
	created, expires            int64 // Unix seconds, 0 if not given
}

// parseCavage is Parse for draft-cavage; values are those of the header that
// carries the signature.
func (v *Verifier) parseCavage(r *http.Request, values []string, body []byte) (*Signature, error) {
	if len(values) != 1 {
		return nil, errors.New("there is more than one")
	}
	p, err := parseCavageParams(values[0])
	if err != nil {
		return nil, err
	}
	if err := p.checkCoverage(hasBody(r, body)); err != nil {
		return nil, err
	}
	if slices.Contains(p.headers, "digest") {
		if err := checkDigest(r.Header["Digest"], body); err != nil {
			return nil, err
		}
	}
	created, expires, err := p.times(r.Header["Date"])
	if err != nil {
		return nil, err
	}
	if err := v.checkTime(created, expires); err != nil {
		return nil, err
	}
	return &Signature{KeyID: p.keyID, Scheme: Cavage, covered: p.headers, check: p.checker(r)}, nil
}

// parseCavageParams reads the value of a Signature header: NAME="VALUE" or
// NAME=NUMBER, separated by commas, with or without spaces around them.
func parseCavageParams(s string) (*cavageParams, error) {
	var p cavageParams
	seen := make(map[string]bool, 8)
	for rest := strings.TrimSpace(s); rest != ""; {
		name, value, after, err := cutParam(rest)
		if err != nil {
			return nil, err
		}
		if seen[name] {
			return nil, fmt.Errorf("it names %q twice", name)
		}
		seen[name] = true
		if err := p.set(name, value); err != nil {
			return nil, err
		}
		rest = after
	}
	if p.keyID == "" || p.signature == "" {
		return nil, errors.New("it needs keyId and signature")
	}
	return &p, nil
}

// cutParam cuts the first parameter off s.
func cutParam(s string) (name, value, after string, err error) {
	name, s, ok := strings.Cut(s, "=")
	name, s = strings.TrimSpace(name), strings.TrimSpace(s)
	if !ok || name == "" || strings.ContainsAny(name, ", \"") {
		return "", "", "", errors.New("it cannot be read")
	}
	if strings.HasPrefix(s, `"`) {
		value, s, ok = strings.Cut(s[1:], `"`)
		if !ok {
			return "", "", "", errors.New("a quote is left open")
		}
		s = strings.TrimSpace(s)
		if s != "" && s[0] != ',' {
			return "", "", "", errors.New("it cannot be read")
		}
		return name, value, strings.TrimSpace(strings.TrimPrefix(s, ",")), nil
	}
	value, s, _ = strings.Cut(s, ",")
	return name, strings.TrimSpace(value), strings.TrimSpace(s), nil
}

// set takes one parameter in. Those with unknown names mean nothing.
func (p *cavageParams) set(name, value string) (err error) {
	switch name {
	case "keyId":
		p.keyID = value
		return checkKeyID(value)
	case "algorithm":
		p.algorithm = strings.ToLower(value)
		// What is done follows from the type of the key. This only refuses
		// early what would then fail, and what nobody should ask for.
		if !slices.Contains([]string{"hs2019", "rsa-sha256", "ed25519"}, p.algorithm) {
			return fmt.Errorf("the algorithm %q is not accepted", value)
		}
	case "headers":
		p.headers = strings.Fields(strings.ToLower(value))
	case "signature":
		p.signature = value
		if _, err := base64.StdEncoding.DecodeString(value); err != nil {
			return errors.New("its signature is not in base64")
		}
	case "created":
		p.created, err = parseSeconds(value)
	case "expires":
		p.expires, err = parseSeconds(value)
	}
	return err
}

// parseSeconds reads a time in Unix seconds; the draft allows fractions of
// them for expires, but signs what was written, which httpsig cannot.
func parseSeconds(s string) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("the time %q is not accepted", s)
	}
	return n, nil
}

// checkCoverage says whether what p covers is enough to believe the request.
func (p *cavageParams) checkCoverage(body bool) error {
	if len(p.headers) > maxComponents {
		return errors.New("it covers too many headers")
	}
	for i, name := range p.headers {
		if strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-_()") != "" {
			return fmt.Errorf("it covers %q, which is no header", name)
		}
		if slices.Contains(p.headers[:i], name) {
			return fmt.Errorf("it covers %q twice", name)
		}
	}
	covers := func(name string) bool { return slices.Contains(p.headers, name) }
	switch {
	case !covers("(request-target)"):
		return errors.New("it does not cover (request-target)")
	case !covers("host"):
		return errors.New("it does not cover host")
	case !covers("date") && !covers("(created)"):
		return errors.New("it covers neither date nor (created)")
	case body && !covers("digest"):
		return errors.New("it does not cover digest")
	case strings.HasPrefix(p.algorithm, "rsa") && (covers("(created)") || covers("(expires)")):
		return errors.New("(created) and (expires) need the algorithm hs2019") // draft 12, section 2.3
	}
	return nil
}

// times returns when the signature was made, by (created) or else by the Date
// header, and until when it is valid, by (expires). Only what is covered counts.
func (p *cavageParams) times(date []string) (created, expires time.Time, err error) {
	if slices.Contains(p.headers, "(expires)") {
		if p.expires == 0 {
			return created, expires, errors.New("it covers (expires) and does not give it")
		}
		expires = time.Unix(p.expires, 0)
	}
	if slices.Contains(p.headers, "(created)") {
		if p.created == 0 {
			return created, expires, errors.New("it covers (created) and does not give it")
		}
		return time.Unix(p.created, 0), expires, nil
	}
	if len(date) != 1 {
		return created, expires, errors.New("there is not one Date header")
	}
	created, err = http.ParseTime(date[0])
	if err != nil {
		err = errors.New("the Date header cannot be read")
	}
	return created, expires, err
}

// checker returns the check of p with a key. It is given nothing of r but what
// the signature covers, so that it may outlive r.
func (p *cavageParams) checker(r *http.Request) func(crypto.PublicKey) error {
	h := make(http.Header, len(p.headers)+1)
	for _, name := range p.headers {
		name = textproto.CanonicalMIMEHeaderKey(name)
		if values, ok := r.Header[name]; ok {
			h[name] = values
		}
	}
	h["Host"] = []string{r.Host}
	h["Signature"] = []string{p.plain()}
	method, targets := r.Method, cavageTargets(r)
	return func(pub crypto.PublicKey) error {
		var err error
		for _, uri := range targets {
			if err = verifyCavage(target(method, uri, h), pub); err == nil {
				return nil
			}
		}
		return err
	}
}

// plain writes p in the one form that httpsig reads: no spaces, and no key id,
// which it does not need. It cuts at every comma, also within quotes, so that
// nothing may come in here that was not checked to have none.
func (p *cavageParams) plain() string {
	s := `keyId="-",headers="` + strings.Join(p.headers, " ") + `",signature="` + p.signature + `"`
	if p.created != 0 {
		s += ",created=" + strconv.FormatInt(p.created, 10)
	}
	if p.expires != 0 {
		s += ",expires=" + strconv.FormatInt(p.expires, 10)
	}
	return s
}

// cavageTargets are the forms in which peers are known to sign the target of
// r: as sent; with the path decoded (go-fed/httpsig); and each without the
// query (Fedify, old Mastodon). Nearly always they are one and the same.
func cavageTargets(r *http.Request) []string {
	sent := requestTarget(r)
	path, query, hasQuery := strings.Cut(sent, "?")
	targets := []string{sent}
	add := func(uri string) {
		if !slices.Contains(targets, uri) {
			targets = append(targets, uri)
		}
	}
	decoded, err := url.PathUnescape(path)
	if err != nil {
		decoded = path
	}
	if hasQuery {
		add(decoded + "?" + query)
		add(path)
	}
	add(decoded)
	return targets
}

// verifyCavage checks the signature of r with pub; the algorithm follows from
// the type of the key, so that a request cannot choose one.
//
// httpsig itself refuses a (created) more than ten seconds in the future.
func verifyCavage(r *http.Request, pub crypto.PublicKey) error {
	v, err := httpsig.NewVerifier(r)
	if err != nil {
		return err
	}
	switch pub.(type) {
	case *rsa.PublicKey:
		return v.Verify(pub, httpsig.RSA_SHA256)
	case ed25519.PublicKey:
		return v.Verify(pub, httpsig.ED25519)
	}
	return errWrongSignature
}
