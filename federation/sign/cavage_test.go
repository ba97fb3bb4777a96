package sign_test

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"atelier/models"
)

// peer is a request as some other software signs it, by draft-cavage. It knows
// nothing of the code under test.
type peer struct {
	method, target, host string
	signedTarget         string // if it signs another one than it sends
	body                 []byte
	header               http.Header
	names                string // covered headers
	params               string // parameters of the signature; %s is its value
	created, expires     int64
	key                  crypto.Signer
	after                func(*http.Request) // what happens on the way
}

// honest is what Mastodon sends.
func honest() *peer {
	sum := sha256.Sum256(create)
	return &peer{
		method: "POST", target: "/inbox", host: "c1.example", body: create,
		header: http.Header{
			"Date":         {now.UTC().Format(http.TimeFormat)},
			"Digest":       {"SHA-256=" + base64.StdEncoding.EncodeToString(sum[:])},
			"Content-Type": {"application/activity+json"},
		},
		names:  "(request-target) host date digest content-type",
		params: `keyId="` + rsaID + `",algorithm="rsa-sha256",headers="(request-target) host date digest content-type",signature="%s"`,
		key:    rsaKey,
	}
}

// honestGet is a signed GET.
func honestGet() *peer {
	p := honest()
	p.method, p.target, p.body = "GET", "/users/ana", nil
	delete(p.header, "Digest")
	p.covers("(request-target) host date")
	return p
}

func (p *peer) covers(names string) {
	p.params = strings.Replace(p.params, `headers="`+p.names+`"`, `headers="`+names+`"`, 1)
	p.names = names
}

// text is what p signs.
func (p *peer) text() string {
	var lines []string
	for name := range strings.FieldsSeq(p.names) {
		value := strings.Join(p.header.Values(name), ", ")
		switch name {
		case "(request-target)":
			value = strings.ToLower(p.method) + " " + p.target
			if p.signedTarget != "" {
				value = strings.ToLower(p.method) + " " + p.signedTarget
			}
		case "host":
			value = p.host
		case "(created)":
			value = fmt.Sprint(p.created)
		case "(expires)":
			value = fmt.Sprint(p.expires)
		}
		lines = append(lines, name+": "+value)
	}
	return strings.Join(lines, "\n")
}

// send returns the request as it arrives.
func (p *peer) send(t testing.TB) *http.Request {
	t.Helper()
	message, opts := []byte(p.text()), crypto.Hash(0)
	if _, ok := p.key.(*rsa.PrivateKey); ok {
		sum := sha256.Sum256(message)
		message, opts = sum[:], crypto.SHA256
	}
	signature, err := p.key.Sign(nil, message, opts)
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(p.method, p.target, nil)
	r.Host, r.Header = p.host, p.header.Clone()
	r.Header.Set("Signature", fmt.Sprintf(p.params, base64.StdEncoding.EncodeToString(signature)))
	if p.after != nil {
		p.after(r)
	}
	return r
}

// check sends the request and returns why it was not accepted, "" if it was.
func (p *peer) check(t testing.TB) string {
	t.Helper()
	return refusal(t, p.send(t), p.body, p.key.Public())
}

func refusal(t testing.TB, r *http.Request, body []byte, pub crypto.PublicKey) string {
	t.Helper()
	s, err := verifier().Parse(r, body)
	if err == nil {
		err = s.Verify(pub)
	}
	if err == nil {
		return ""
	}
	if kind := models.KindOf(err); kind != models.NoSession {
		t.Errorf("the error is of kind %s", kind)
	}
	return err.Error()
}

func httpDate(t time.Time) []string { return []string{t.UTC().Format(http.TimeFormat)} }

// TestCavage has for each refusal the request it is made of, which is accepted.
func TestCavage(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*peer)
		want   string // part of the reason, "" if accepted
	}{
		{"as Mastodon signs", func(*peer) {}, ""},
		{"with spaces after the commas", func(p *peer) { p.params = strings.ReplaceAll(p.params, `",`, `" ,  `) }, ""},
		{"without an algorithm", func(p *peer) { p.params = strings.Replace(p.params, `algorithm="rsa-sha256",`, "", 1) }, ""},
		{"with hs2019", func(p *peer) { p.params = strings.Replace(p.params, "rsa-sha256", "hs2019", 1) }, ""},
		{"with an algorithm in capitals", func(p *peer) { p.params = strings.Replace(p.params, "rsa-sha256", "RSA-SHA256", 1) }, ""},
		{"with rsa-sha256 by an Ed25519 key", func(p *peer) { p.key = ed25519Key }, ""},
		{"with names of headers in capitals", func(p *peer) {
			p.params = strings.Replace(p.params, "host date digest content-type", "Host Date Digest Content-Type", 1)
		}, ""},
		{"with unknown parameters", func(p *peer) { p.params = `nonce="a,b=c",` + p.params }, ""},
		{"with a comma in the key id", func(p *peer) { p.params = strings.Replace(p.params, "/users/bo", "/users/b,headers=", 1) }, ""},
		{"in Authorization", func(p *peer) {
			p.after = func(r *http.Request) {
				r.Header.Set("Authorization", "Signature "+r.Header.Get("Signature"))
				r.Header.Del("Signature")
			}
		}, ""},
		{"beside a token in Authorization", func(p *peer) {
			p.after = func(r *http.Request) { r.Header.Set("Authorization", "Bearer token") }
		}, ""},

		{"in Signature and Authorization", func(p *peer) {
			p.after = func(r *http.Request) { r.Header.Set("Authorization", "Signature "+r.Header.Get("Signature")) }
		}, "in Authorization and another"},
		{"twice", func(p *peer) {
			p.after = func(r *http.Request) { r.Header.Add("Signature", r.Header.Get("Signature")) }
		}, "more than one"},
		{"with an empty header", func(p *peer) { p.after = func(r *http.Request) { r.Header.Set("Signature", "") } }, "needs keyId"},
		{"without a key id", func(p *peer) { p.params = strings.Replace(p.params, "keyId=", "key=", 1) }, "needs keyId"},
		{"without a signature", func(p *peer) { p.params = strings.Replace(p.params, "signature=", "sig=", 1) }, "needs keyId"},
		{"with an open quote", func(p *peer) {
			p.after = func(r *http.Request) { r.Header.Set("Signature", strings.TrimSuffix(r.Header.Get("Signature"), `"`)) }
		}, "left open"},
		{"with something after a quote", func(p *peer) { p.params = strings.Replace(p.params, `",`, `"x,`, 1) }, "cannot be read"},
		{"without a comma", func(p *peer) { p.params = strings.Replace(p.params, `",`, `" `, 1) }, "cannot be read"},
		{"with a parameter without a value", func(p *peer) { p.params = "hello," + p.params }, "cannot be read"},
		{"with a parameter that is nothing", func(p *peer) { p.params = p.params + ",hello" }, "cannot be read"},
		{"with a parameter given twice", func(p *peer) { p.params = `headers="date",` + p.params }, `names "headers" twice`},
		{"with a key id that is no URL", func(p *peer) { p.params = strings.Replace(p.params, rsaID, "acct:bo@peer.example", 1) }, "not an http or https URL"},
		{"with a key id with a password", func(p *peer) { p.params = strings.Replace(p.params, "https://", "https://a:b@", 1) }, "not an http or https URL"},
		{"with a key id of another scheme", func(p *peer) { p.params = strings.Replace(p.params, "https://", "file://", 1) }, "not an http or https URL"},
		{"with a space in the key id", func(p *peer) { p.params = strings.Replace(p.params, "/users/bo", "/users/b o", 1) }, "holds the byte"},
		{"with a key id of 3,000 bytes", func(p *peer) {
			p.params = strings.Replace(p.params, "/users/bo", "/users/"+strings.Repeat("o", 3000), 1)
		}, "too long"},
		{"with a header of 9,000 bytes", func(p *peer) { p.params = `x="` + strings.Repeat("x", 9000) + `",` + p.params }, "headers are too long"},
		{"with hmac", func(p *peer) { p.params = strings.Replace(p.params, "rsa-sha256", "hmac-sha256", 1) }, "hmac-sha256"},
		{"with SHA-1", func(p *peer) { p.params = strings.Replace(p.params, "rsa-sha256", "rsa-sha1", 1) }, "rsa-sha1"},

		// What is covered.
		{"not covering the content type", func(p *peer) { p.covers("(request-target) host date digest") }, ""},
		{"in another order", func(p *peer) { p.covers("(request-target) date host digest") }, ""},
		{"not covering the target", func(p *peer) { p.covers("host date digest content-type") }, "(request-target)"},
		{"not covering the host", func(p *peer) { p.covers("(request-target) date digest") }, "does not cover host"},
		{"not covering the date", func(p *peer) { p.covers("(request-target) host digest") }, "neither date nor (created)"},
		{"not covering the digest", func(p *peer) { p.covers("(request-target) host date") }, "does not cover digest"},
		{"not covering the digest, with no body", func(p *peer) { p.body = nil; p.covers("(request-target) host date") }, "does not cover digest"},
		{"not saying what it covers", func(p *peer) {
			p.params = strings.Replace(p.params, `headers="`+p.names+`",`, "", 1)
			p.names = "date"
		}, "(request-target)"},
		{"covering a header that is not there", func(p *peer) { p.covers(p.names + " x-missing") }, "was not made with"},
		{"covering a header twice", func(p *peer) { p.covers(p.names + " date") }, `covers "date" twice`},
		{"covering forty headers", func(p *peer) {
			for i := range 40 {
				name := fmt.Sprintf("x-%d", i)
				p.header.Set(name, "1")
				p.covers(p.names + " " + name)
			}
		}, "too many"},
		{"a GET", func(p *peer) { *p = *honestGet() }, ""},
		{"a GET covering the digest of nothing", func(p *peer) {
			*p = *honestGet()
			sum := sha256.Sum256(nil)
			p.header["Digest"] = []string{"SHA-256=" + base64.StdEncoding.EncodeToString(sum[:])}
			p.covers(p.names + " digest")
		}, ""},
		{"a GET with a body", func(p *peer) { *p = *honestGet(); p.body = create }, "does not cover digest"},

		// What the library underneath would take for other parameters: it cuts
		// at every comma. The first line of each is what an attacker has, the
		// signature of another request, over nothing but its date.
		{"smuggling headers into the signature", func(p *peer) {
			p.names, p.params = "date", strings.Replace(p.params, `signature="%s"`, `signature="%s,headers=date"`, 1)
		}, "not in base64"},
		{"smuggling a signature into the headers", func(p *peer) {
			p.names, p.params = "date", strings.Replace(p.params, `content-type"`, `content-type,headers=date"`, 1)
		}, "is no header"},

		// The digest.
		{"a digest in lower case", func(p *peer) { p.header["Digest"][0] = strings.Replace(p.header["Digest"][0], "SHA", "sha", 1) }, ""},
		{"a list of digests", func(p *peer) {
			sum := sha512.Sum512(create)
			p.header["Digest"][0] = "unixsum=30637, " + p.header["Digest"][0] + ", SHA-512=" + base64.StdEncoding.EncodeToString(sum[:])
		}, ""},
		{"digests in two headers", func(p *peer) { p.header["Digest"] = append(p.header["Digest"], "unixsum=AAAA") }, ""},
		{"a list with one wrong digest", func(p *peer) { p.header["Digest"][0] += ",SHA-512=AAAA" }, "not the body's"},
		{"a wrong digest before the right one", func(p *peer) { p.header["Digest"][0] = "SHA-256=AAAA," + p.header["Digest"][0] }, "not the body's"},
		{"another body", func(p *peer) { p.body = append([]byte(" "), create...) }, "not the body's"},
		{"no body", func(p *peer) { p.body = nil }, "not the body's"},
		{"no known digest", func(p *peer) { p.header["Digest"][0] = "MD5=AAAA" }, "no SHA-256"},
		{"a digest that is not base64", func(p *peer) { p.header["Digest"][0] = "SHA-256=?" }, "not the body's"},
		{"a digest with something after it", func(p *peer) { p.header["Digest"][0] += "?" }, "not the body's"},
		{"a digest header that is not there", func(p *peer) { delete(p.header, "Digest") }, "no SHA-256"},

		// The time.
		{"59 minutes old", func(p *peer) { p.header["Date"] = httpDate(now.Add(-59 * time.Minute)) }, ""},
		{"61 minutes old", func(p *peer) { p.header["Date"] = httpDate(now.Add(-61 * time.Minute)) }, "more than an hour ago"},
		{"59 minutes early", func(p *peer) { p.header["Date"] = httpDate(now.Add(59 * time.Minute)) }, ""},
		{"61 minutes early", func(p *peer) { p.header["Date"] = httpDate(now.Add(61 * time.Minute)) }, "in the future"},
		{"with a date that cannot be read", func(p *peer) { p.header["Date"] = []string{"today"} }, "cannot be read"},
		{"with two dates", func(p *peer) { p.header["Date"] = append(p.header["Date"], p.header["Date"][0]) }, "not one Date"},
		{"created", createdAt(0, 0), ""},
		{"created 59 minutes ago", createdAt(-59*time.Minute, 0), ""},
		{"created 61 minutes ago", createdAt(-61*time.Minute, 0), "more than an hour ago"},
		{"created 61 minutes ago, not expired", createdAt(-61*time.Minute, time.Minute), ""},
		{"created 11 hours ago, not expired", createdAt(-11*time.Hour, time.Minute), ""},
		{"created 13 hours ago, not expired", createdAt(-13*time.Hour, time.Minute), "more than twelve hours ago"},
		{"created just now, expired", createdAt(0, -time.Minute), "it has expired"},
		{"created in an hour and a minute", createdAt(61*time.Minute, 0), "in the future"},
		{"created, with an algorithm that forbids it", func(p *peer) {
			createdAt(0, 0)(p)
			p.params = strings.Replace(p.params, "hs2019", "rsa-sha256", 1)
		}, "need the algorithm hs2019"},
		{"created, without saying when", func(p *peer) {
			createdAt(0, 0)(p)
			p.params = strings.Replace(p.params, ",created=", ",x=", 1)
		}, "does not give it"},
		{"created at no number", func(p *peer) { createdAt(0, 0)(p); p.params = strings.Replace(p.params, ",created=", ",created=x", 1) }, "the time"},
		{"expiring, without saying when", func(p *peer) {
			createdAt(0, time.Minute)(p)
			p.params = strings.Replace(p.params, ",expires=", ",x=", 1)
		}, "does not give it"},
		{"an old date beside a created that is not covered", func(p *peer) {
			p.header["Date"] = httpDate(now.Add(-2 * time.Hour))
			p.params += fmt.Sprintf(",created=%d,expires=%d", now.Unix(), now.Unix()+60)
		}, "more than an hour ago"},

		// The target and the host.
		{"a path with an escape, signed as sent", func(p *peer) { p.target = "/a%2Fb" }, ""},
		{"a path with an escape, signed decoded", func(p *peer) { p.target, p.signedTarget = "/a%2Fb", "/a/b" }, ""},
		{"a path and a query, signed decoded", func(p *peer) { p.target, p.signedTarget = "/a%2Fb?c=%20d", "/a/b?c=%20d" }, ""},
		{"a query, not signed", func(p *peer) { p.target, p.signedTarget = "/inbox?x=1", "/inbox" }, ""},
		{"a query and a path, signed without it", func(p *peer) { p.target, p.signedTarget = "/a%2Fb?x=1", "/a%2Fb" }, ""},
		{"a query and a path, signed decoded without it", func(p *peer) { p.target, p.signedTarget = "/a%2Fb?x=1", "/a/b" }, ""},
		{"an empty query", func(p *peer) { p.target = "/inbox?" }, ""},
		{"another path", func(p *peer) { p.target, p.signedTarget = "/inbox", "/outbox" }, "was not made with"},
		{"another query", func(p *peer) { p.target, p.signedTarget = "/inbox?x=1", "/inbox?x=2" }, "was not made with"},
		{"another method", func(p *peer) { p.after = func(r *http.Request) { r.Method = "PUT" } }, "was not made with"},
		{"our host with its port", func(p *peer) { p.host = "C1.example:443" }, ""},
		{"another host", func(p *peer) { p.host = "c2.example" }, "not this server's"},
		{"our host with another port", func(p *peer) { p.host = "c1.example:80" }, "not this server's"},
		{"our host, signed for another", func(p *peer) {
			p.host = "c2.example"
			p.after = func(r *http.Request) { r.Host = "c1.example" }
		}, "was not made with"},
		{"a header changed on the way", func(p *peer) {
			p.after = func(r *http.Request) { r.Header.Set("Content-Type", "application/json") }
		}, "was not made with"},
		{"another date", func(p *peer) {
			p.after = func(r *http.Request) { r.Header["Date"] = httpDate(now.Add(time.Minute)) }
		}, "was not made with"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := honest()
			test.change(p)
			got := p.check(t)
			if (got == "") != (test.want == "") || !strings.Contains(got, test.want) {
				t.Errorf("refused because %q, want %q", got, test.want)
			}
		})
	}
}

// createdAt makes a peer sign (created) instead of date, and (expires) if
// expires is not 0. Both are from now.
func createdAt(created, expires time.Duration) func(*peer) {
	return func(p *peer) {
		p.params = strings.Replace(p.params, "rsa-sha256", "hs2019", 1)
		p.created = now.Add(created).Unix()
		p.params += fmt.Sprintf(",created=%d", p.created)
		names := strings.Replace(p.names, "date", "(created)", 1)
		if expires != 0 {
			p.expires = now.Add(expires).Unix()
			p.params += fmt.Sprintf(",expires=%d", p.expires)
			names += " (expires)"
		}
		p.covers(names)
	}
}

// TestAlgorithmFollowsFromTheKey is the confusion of algorithms: an HMAC made
// with the public key, which everybody has.
func TestAlgorithmFollowsFromTheKey(t *testing.T) {
	p := honest()
	p.key = ed25519Key
	r := p.send(t)
	if got := refusal(t, r, p.body, ed25519Key.Public().(ed25519.PublicKey)); got != "" {
		t.Errorf("refused because %q", got)
	}
	if got := refusal(t, r, p.body, &rsaKey.PublicKey); !strings.Contains(got, "was not made with") {
		t.Errorf("an Ed25519 signature was accepted from an RSA key: %q", got)
	}
}
