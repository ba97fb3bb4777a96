package sign

import (
	"crypto"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/textproto"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dunglas/httpsfv"
)

// signMessage adds the digest, if there is one, and the signature to r, by
// RFC 9421: @method, @target-uri and, with a body, content-digest.
func signMessage(r *http.Request, k *Key, d Digest, now time.Time) error {
	m := message{method: r.Method, scheme: r.URL.Scheme, host: sentHost(r), target: r.URL.RequestURI()}
	alg := "ed25519"
	if k.rsa() {
		alg = "rsa-v1_5-sha256"
	}
	var params, base strings.Builder
	params.Grow(len(k.id) + 128)
	base.Grow(len(k.id) + len(m.target) + len(m.host) + 320)
	params.WriteString(`("@method" "@target-uri"`)
	base.WriteString("\"@method\": " + m.method + "\n\"@target-uri\": " + m.targetURI() + "\n")
	if !d.zero() {
		r.Header["Content-Digest"] = []string{d.message}
		params.WriteString(` "content-digest"`)
		base.WriteString("\"content-digest\": " + d.message + "\n")
	}
	if sync := r.Header[SyncHeader]; len(sync) > 0 {
		params.WriteString(` "` + syncName + `"`)
		base.WriteString("\"" + syncName + "\": " + sync[0] + "\n")
	}
	params.WriteString(`);created=` + strconv.FormatInt(now.Unix(), 10) + `;keyid="` + k.id + `";alg="` + alg + `"`)
	base.WriteString("\"@signature-params\": " + params.String())
	signature, err := k.signer().sign([]byte(base.String()))
	if err != nil {
		return err
	}
	r.Header["Signature-Input"] = []string{"sig1=" + params.String()}
	r.Header["Signature"] = []string{"sig1=:" + base64.StdEncoding.EncodeToString(signature) + ":"}
	return nil
}

// message is what a signature may cover of a request: what was sent, except
// that scheme and host may have been told otherwise.
type message struct {
	method string
	scheme string
	host   string
	target string // path and query
	header http.Header
}

func (m *message) targetURI() string {
	return m.scheme + "://" + authority(m.scheme, m.host) + m.target
}

func (m *message) path() string {
	path, _, _ := strings.Cut(m.target, "?")
	return path
}

// query is the query with its question mark, which is also there if there is
// no query: RFC 9421, section 2.2.7.
func (m *message) query() string {
	_, query, _ := strings.Cut(m.target, "?")
	return "?" + query
}

// component returns the value of a covered component. It reports false for one
// that the request does not have, or that is not known here.
func (m *message) component(name string) (value string, ok bool) {
	switch name {
	case "@method":
		return m.method, true
	case "@target-uri":
		return m.targetURI(), true
	case "@authority":
		return authority(m.scheme, m.host), true
	case "@scheme":
		return m.scheme, true
	case "@request-target":
		return m.target, true
	case "@path":
		return m.path(), true
	case "@query":
		return m.query(), true
	case "host":
		return m.host, true // net/http keeps it beside the header
	}
	values, ok := m.header[textproto.CanonicalMIMEHeaderKey(name)]
	if !ok {
		return "", false
	}
	trimmed := make([]string, len(values))
	for i, v := range values {
		trimmed[i] = strings.TrimSpace(v)
	}
	return strings.Join(trimmed, ", "), true
}

// parseMessage is Parse for RFC 9421. Of several signatures it takes the first
// that does: a proxy on the way may have added its own.
func (v *Verifier) parseMessage(r *http.Request, body []byte) (*Signature, error) {
	inputs, err := httpsfv.UnmarshalDictionary(r.Header["Signature-Input"])
	if err != nil {
		return nil, errors.New("the Signature-Input header cannot be read")
	}
	signatures, err := httpsfv.UnmarshalDictionary(r.Header["Signature"])
	if err != nil {
		return nil, errors.New("the Signature header cannot be read")
	}
	labels := inputs.Names()
	if len(labels) > maxLabels {
		return nil, errors.New("there are too many")
	}
	m := &message{method: r.Method, scheme: v.Scheme, host: r.Host, target: requestTarget(r), header: r.Header}
	var first error
	for _, label := range labels {
		s, err := v.parseLabel(m, label, inputs, signatures, hasBody(r, body))
		if err == nil && s.covers("content-digest") {
			err = checkContentDigest(r.Header["Content-Digest"], body)
		}
		if err == nil {
			return &Signature{KeyID: s.keyID, Scheme: RFC9421, covered: s.components, check: s.check}, nil
		}
		if first == nil {
			first = err
		}
	}
	if first == nil {
		first = errors.New("the Signature-Input header is empty")
	}
	return nil, first
}

// messageSignature is one labelled signature, ready to be checked.
type messageSignature struct {
	keyID      string
	components []string
	base       string // what was signed
	signature  []byte
}

func (s *messageSignature) covers(name string) bool { return slices.Contains(s.components, name) }

func (s *messageSignature) check(pub crypto.PublicKey) error {
	return verify(pub, []byte(s.base), s.signature)
}

// parseLabel reads the signature called label and checks what it covers.
func (v *Verifier) parseLabel(m *message, label string, inputs, signatures *httpsfv.Dictionary, body bool) (*messageSignature, error) {
	member, _ := inputs.Get(label)
	list, ok := member.(httpsfv.InnerList)
	if !ok || len(list.Items) > maxComponents {
		return nil, errors.New("the Signature-Input header cannot be read")
	}
	member, _ = signatures.Get(label)
	item, _ := member.(httpsfv.Item)
	s := &messageSignature{}
	if s.signature, ok = item.Value.([]byte); !ok {
		return nil, fmt.Errorf("there is no signature called %q", label)
	}
	if err := v.readParams(s, list.Params); err != nil {
		return nil, err
	}
	if err := s.readComponents(m, list); err != nil {
		return nil, err
	}
	return s, s.checkCoverage(m, body)
}

// readParams takes keyid, created and expires. The parameter alg counts for
// nothing: the algorithm follows from the type of the key.
func (v *Verifier) readParams(s *messageSignature, params *httpsfv.Params) error {
	keyID, _ := params.Get("keyid")
	s.keyID, _ = keyID.(string)
	if err := checkKeyID(s.keyID); err != nil {
		return err
	}
	created, ok := seconds(params, "created")
	if !ok || created.IsZero() {
		return errors.New("it does not say when it was made")
	}
	expires, ok := seconds(params, "expires")
	if !ok {
		return errors.New("it does not say properly when it expires")
	}
	return v.checkTime(created, expires)
}

// seconds returns the time that a parameter gives in Unix seconds, the zero
// time if it is absent, and false if it is something else.
func seconds(params *httpsfv.Params, name string) (time.Time, bool) {
	value, ok := params.Get(name)
	if !ok {
		return time.Time{}, true
	}
	n, ok := value.(int64)
	return time.Unix(n, 0), ok
}

// readComponents lists what s covers and puts together what was signed:
// RFC 9421, section 2.5.
func (s *messageSignature) readComponents(m *message, list httpsfv.InnerList) error {
	var base strings.Builder
	for _, item := range list.Items {
		name, ok := item.Value.(string)
		if !ok || len(item.Params.Names()) > 0 { // such as ;bs, ;key and ;req, which nobody sends
			return errors.New("it covers something that is not known here")
		}
		if s.covers(name) {
			return fmt.Errorf("it covers %q twice", name)
		}
		value, ok := m.component(name)
		if !ok || name != strings.ToLower(name) {
			return fmt.Errorf("it covers %q, which is not here", name)
		}
		s.components = append(s.components, name)
		base.WriteString(`"` + name + `": ` + value + "\n")
	}
	params, err := httpsfv.Marshal(list)
	if err != nil {
		return errors.New("the Signature-Input header cannot be read")
	}
	base.WriteString(`"@signature-params": ` + params)
	s.base = base.String()
	return nil
}

// checkCoverage says whether what s covers is enough to believe the request.
func (s *messageSignature) checkCoverage(m *message, body bool) error {
	query := s.covers("@query") || !strings.Contains(m.target, "?")
	target := s.covers("@request-target") || s.covers("@path") && query
	host := s.covers("@authority") || s.covers("host")
	switch {
	case !s.covers("@method"):
		return errors.New("it does not cover @method")
	case !s.covers("@target-uri") && !(host && target):
		return errors.New("it does not cover @target-uri")
	case body && !s.covers("content-digest"):
		return errors.New("it does not cover content-digest")
	}
	return nil
}
