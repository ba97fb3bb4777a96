package sign_test

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/yaronf/httpsign"

	"atelier/federation/sign"
)

// messagePeer is a request as some other software signs it, by RFC 9421. It
// knows nothing of the code under test.
type messagePeer struct {
	method, target, host string
	body                 []byte
	header               http.Header
	components           string   // as in the signature's parameters
	lines                []string // of the signature base, but for the last one
	params               string   // behind the components
	label                string
	key                  crypto.Signer
	after                func(*http.Request)
}

// honestMessage is what Mastodon accepts at least.
func honestMessage() *messagePeer {
	sum := sha256.Sum256(create)
	digest := "sha-256=:" + base64.StdEncoding.EncodeToString(sum[:]) + ":"
	return &messagePeer{
		method: "POST", target: "/inbox", host: "c1.example", body: create,
		header:     http.Header{"Content-Digest": {digest}, "Content-Type": {"application/activity+json"}},
		components: `"@method" "@target-uri" "content-digest"`,
		lines:      []string{`"@method": POST`, `"@target-uri": https://c1.example/inbox`, `"content-digest": ` + digest},
		params:     fmt.Sprintf(`;created=%d;keyid="%s"`, now.Unix(), rsaID),
		label:      "sig1",
		key:        rsaKey,
	}
}

// covers replaces what is covered, without the digest.
func (p *messagePeer) covers(components string, lines ...string) {
	p.components, p.lines = components, lines
}

// coversToo adds one component to what is covered.
func (p *messagePeer) coversToo(component, line string) {
	p.components += " " + component
	p.lines = append(p.lines, line)
}

func (p *messagePeer) digest() string { return `"content-digest": ` + p.header.Get("Content-Digest") }

func (p *messagePeer) send(t testing.TB) *http.Request {
	t.Helper()
	params := "(" + p.components + ")" + p.params
	message, opts := []byte(strings.Join(append(p.lines, `"@signature-params": `+params), "\n")), crypto.Hash(0)
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
	r.Header.Set("Signature-Input", p.label+"="+params)
	r.Header.Set("Signature", p.label+"=:"+base64.StdEncoding.EncodeToString(signature)+":")
	if p.after != nil {
		p.after(r)
	}
	return r
}

// TestMessage has for each refusal the request it is made of, which is accepted.
func TestMessage(t *testing.T) {
	prepend := func(name, value string) func(*messagePeer) {
		return func(p *messagePeer) {
			p.after = func(r *http.Request) { r.Header.Set(name, value+r.Header.Get(name)) }
		}
	}
	replace := func(name, old, new string) func(*messagePeer) {
		return func(p *messagePeer) {
			p.after = func(r *http.Request) { r.Header.Set(name, strings.Replace(r.Header.Get(name), old, new, 1)) }
		}
	}
	params := func(format string, args ...any) func(*messagePeer) {
		return func(p *messagePeer) { p.params = fmt.Sprintf(format, args...) }
	}
	fedify := func(p *messagePeer) {
		p.header["Date"] = httpDate(now)
		p.covers(`"@method" "@target-uri" "@authority" "host" "date" "content-digest"`, `"@method": POST`, `"@target-uri": https://c1.example/inbox`,
			`"@authority": c1.example`, `"host": c1.example`, `"date": `+p.header.Get("Date"), p.digest())
		p.params += `;alg="rsa-v1_5-sha256"`
	}
	get := func(target string) func(*messagePeer) {
		return func(p *messagePeer) {
			p.method, p.target, p.body = "GET", target, nil
			delete(p.header, "Content-Digest")
			p.covers(`"@method" "@target-uri"`, `"@method": GET`, `"@target-uri": https://c1.example`+target)
		}
	}
	split := func(p *messagePeer) {
		p.target = "/inbox?x=1&y"
		p.covers(`"@method" "@authority" "@path" "@query" "content-digest"`,
			`"@method": POST`, `"@authority": c1.example`, `"@path": /inbox`, `"@query": ?x=1&y`, p.digest())
	}
	for _, test := range []struct {
		name   string
		change func(*messagePeer)
		want   string // part of the reason, "" if accepted
	}{
		{"the least that is needed", func(*messagePeer) {}, ""},
		{"as Fedify signs", fedify, ""},
		{"with an Ed25519 key", func(p *messagePeer) { p.key = ed25519Key }, ""},
		{"with the algorithm of another key", func(p *messagePeer) { p.key = ed25519Key; p.params += `;alg="rsa-v1_5-sha256"` }, ""},
		{"with an algorithm that is not known", func(p *messagePeer) { p.params += `;alg="hmac-sha256"` }, ""},
		{"with more parameters", func(p *messagePeer) { p.params += `;nonce="n";tag="t";x;y=?0;z=1.5` }, ""},
		{"with another label", func(p *messagePeer) { p.label = "bo-1" }, ""},
		{"with spaces in the list", func(p *messagePeer) {
			replace("Signature-Input", `("@method" `, `( "@method"   `)(p)
		}, ""},
		{"a GET", get("/users/ana"), ""},
		{"a GET with a query", get("/users/ana?page=2"), ""},
		{"a GET with an escaped path", get("/a%2Fb/%C3%BC"), ""},
		{"an escape signed decoded", func(p *messagePeer) { get("/a/b")(p); p.target = "/a%2Fb" }, "was not made with"},
		{"a query not signed", func(p *messagePeer) { get("/a")(p); p.target = "/a?x" }, "was not made with"},

		// Several signatures.
		{"a proxy's signature before", func(p *messagePeer) {
			p.after = func(r *http.Request) {
				r.Header.Set("Signature-Input", `proxy=("@method");created=1;keyid="proxy", `+r.Header.Get("Signature-Input"))
				r.Header.Set("Signature", "proxy=:AAAA:, "+r.Header.Get("Signature"))
			}
		}, ""},
		{"a proxy's signature in headers of its own", func(p *messagePeer) {
			p.after = func(r *http.Request) {
				r.Header.Add("Signature-Input", `proxy=("@method");created=1;keyid="proxy"`)
				r.Header.Add("Signature", "proxy=:AAAA:")
			}
		}, ""},
		{"nine signatures", func(p *messagePeer) {
			p.after = func(r *http.Request) {
				for i := range 8 {
					r.Header.Add("Signature-Input", fmt.Sprintf(`s%d=("@method");created=1;keyid="k"`, i))
				}
			}
		}, "too many"},
		{"and one in Authorization", func(p *messagePeer) {
			p.after = func(r *http.Request) { r.Header.Set("Authorization", `Signature keyId="k",signature="AAAA"`) }
		}, "in Authorization and another"},
		{"draft-cavage in the Signature header", func(p *messagePeer) {
			p.after = func(r *http.Request) {
				r.Header.Set("Signature", `keyId="`+rsaID+`",headers="date",signature="AAAA"`)
			}
		}, "Signature header cannot be read"},

		// What cannot be read.
		{"an empty Signature-Input", replace("Signature-Input", "sig1=", ""), "cannot be read"},
		{"no label at all", func(p *messagePeer) { p.after = func(r *http.Request) { r.Header.Set("Signature-Input", "") } }, "is empty"},
		{"a list that is not one", func(p *messagePeer) { p.after = func(r *http.Request) { r.Header.Set("Signature-Input", `sig1="x"`) } }, "cannot be read"},
		{"no Signature", func(p *messagePeer) { p.after = func(r *http.Request) { r.Header.Del("Signature") } }, `no signature called "sig1"`},
		{"a Signature under another label", replace("Signature", "sig1", "sig2"), `no signature called "sig1"`},
		{"a Signature that is no bytes", func(p *messagePeer) { p.after = func(r *http.Request) { r.Header.Set("Signature", `sig1="x"`) } }, `no signature called "sig1"`},
		{"a header of 9,000 bytes", prepend("Signature", "x="+strings.Repeat("x", 9000)+","), "headers are too long"},

		// What is covered.
		{"covering the parts of the target", split, ""},
		{"covering the request target", func(p *messagePeer) {
			p.covers(`"@method" "@authority" "@request-target" "content-digest"`, `"@method": POST`, `"@authority": c1.example`, `"@request-target": /inbox`, p.digest())
		}, ""},
		{"covering the host header", func(p *messagePeer) {
			p.covers(`"@method" "@scheme" "host" "@path" "content-digest"`, `"@method": POST`, `"@scheme": https`, `"host": c1.example`, `"@path": /inbox`, p.digest())
		}, ""},
		{"covering a query that is not there", func(p *messagePeer) { p.coversToo(`"@query"`, `"@query": ?`) }, ""},
		{"covering a header sent twice", func(p *messagePeer) {
			p.header["X-A"] = []string{" 1 ", "2"}
			p.coversToo(`"x-a"`, `"x-a": 1, 2`)
		}, ""},
		{"not covering the query", func(p *messagePeer) {
			split(p)
			p.covers(`"@method" "@authority" "@path" "content-digest"`, `"@method": POST`, `"@authority": c1.example`, `"@path": /inbox`, p.digest())
		}, "does not cover @target-uri"},
		{"not covering the path", func(p *messagePeer) {
			p.covers(`"@method" "@authority" "@query" "content-digest"`, `"@method": POST`, `"@authority": c1.example`, `"@query": ?`, p.digest())
		}, "does not cover @target-uri"},
		{"not covering the host", func(p *messagePeer) {
			p.covers(`"@method" "@path" "content-digest"`, `"@method": POST`, `"@path": /inbox`, p.digest())
		}, "does not cover @target-uri"},
		{"not covering the method", func(p *messagePeer) {
			p.covers(`"@target-uri" "content-digest"`, `"@target-uri": https://c1.example/inbox`, p.digest())
		}, "does not cover @method"},
		{"not covering the digest", func(p *messagePeer) {
			p.covers(`"@method" "@target-uri"`, `"@method": POST`, `"@target-uri": https://c1.example/inbox`)
		}, "does not cover content-digest"},
		{"not covering the digest, with no body", func(p *messagePeer) {
			p.body = nil
			p.covers(`"@method" "@target-uri"`, `"@method": POST`, `"@target-uri": https://c1.example/inbox`)
		}, "does not cover content-digest"},
		{"covering nothing", func(p *messagePeer) { p.covers("") }, "does not cover @method"},
		{"covering something twice", func(p *messagePeer) { p.coversToo(`"@method"`, `"@method": POST`) }, `covers "@method" twice`},
		{"covering what is not there", func(p *messagePeer) { p.coversToo(`"x-missing"`, `"x-missing": `) }, "not here"},
		{"covering a header in capitals", func(p *messagePeer) {
			p.coversToo(`"Content-Type"`, `"Content-Type": application/activity+json`)
		}, "not here"},
		{"covering the status of an answer", func(p *messagePeer) { p.coversToo(`"@status"`, `"@status": 200`) }, "not here"},
		{"covering a parameter of the query", func(p *messagePeer) {
			p.target = "/inbox?x=1"
			p.coversToo(`"@query-param";name="x"`, `"@query-param";name="x": 1`)
		}, "not known here"},
		{"covering another request", func(p *messagePeer) { p.coversToo(`"@method";req`, `"@method";req: POST`) }, "not known here"},
		{"covering a number", func(p *messagePeer) { p.coversToo(`1`, `1: 1`) }, "not known here"},
		{"covering forty headers", func(p *messagePeer) {
			for i := range 40 {
				p.header.Set(fmt.Sprintf("x-%d", i), "1")
				p.coversToo(fmt.Sprintf(`"x-%d"`, i), fmt.Sprintf(`"x-%d": 1`, i))
			}
		}, "cannot be read"},

		// The digest.
		{"a digest of SHA-512", func(p *messagePeer) {
			sum := sha512.Sum512(create)
			p.header["Content-Digest"] = []string{"sha-512=:" + base64.StdEncoding.EncodeToString(sum[:]) + ":"}
			p.lines[2] = p.digest()
		}, ""},
		{"a digest and an unknown one", func(p *messagePeer) {
			p.header["Content-Digest"] = []string{"md5=:AAAA:, " + p.header.Get("Content-Digest")}
			p.lines[2] = p.digest()
		}, ""},
		{"another body", func(p *messagePeer) { p.body = append([]byte(" "), create...) }, "not the body's"},
		{"no body", func(p *messagePeer) { p.body = nil }, "not the body's"},
		{"a right digest and a wrong one", func(p *messagePeer) {
			p.header["Content-Digest"] = []string{p.header.Get("Content-Digest") + ", sha-512=:AAAA:"}
			p.lines[2] = p.digest()
		}, "not the body's"},
		{"a digest that is no bytes", func(p *messagePeer) {
			p.header["Content-Digest"] = []string{`sha-256="x"`}
			p.lines[2] = p.digest()
		}, "not the body's"},
		{"no known digest", func(p *messagePeer) {
			p.header["Content-Digest"] = []string{"md5=:AAAA:"}
			p.lines[2] = p.digest()
		}, "no SHA-256"},
		{"a digest header that cannot be read", func(p *messagePeer) {
			p.header["Content-Digest"] = []string{"="}
			p.lines[2] = p.digest()
		}, "Content-Digest header cannot be read"},

		// The parameters.
		{"no key id", params(";created=%d", now.Unix()), "not an http or https URL"},
		{"a key id that is no string", params(";created=%d;keyid=1", now.Unix()), "not an http or https URL"},
		{"a key id that is no URL", params(`;created=%d;keyid="bo"`, now.Unix()), "not an http or https URL"},
		{"not created", params(`;keyid="%s"`, rsaID), "when it was made"},
		{"created in words", params(`;created="now";keyid="%s"`, rsaID), "when it was made"},
		{"created 59 minutes ago", params(`;created=%d;keyid="%s"`, now.Add(-59*time.Minute).Unix(), rsaID), ""},
		{"created 61 minutes ago", params(`;created=%d;keyid="%s"`, now.Add(-61*time.Minute).Unix(), rsaID), "more than an hour ago"},
		{"created in 59 minutes", params(`;created=%d;keyid="%s"`, now.Add(59*time.Minute).Unix(), rsaID), ""},
		{"created in 61 minutes", params(`;created=%d;keyid="%s"`, now.Add(61*time.Minute).Unix(), rsaID), "in the future"},
		{"created 61 minutes ago, not expired", params(`;created=%d;expires=%d;keyid="%s"`, now.Add(-61*time.Minute).Unix(), now.Unix()+60, rsaID), ""},
		{"created 13 hours ago, not expired", params(`;created=%d;expires=%d;keyid="%s"`, now.Add(-13*time.Hour).Unix(), now.Unix()+60, rsaID), "more than twelve hours ago"},
		{"expired", params(`;created=%d;expires=%d;keyid="%s"`, now.Unix()-100, now.Unix()-60, rsaID), "has expired"},
		{"expiring in words", params(`;created=%d;expires="now";keyid="%s"`, now.Unix(), rsaID), "when it expires"},

		// What changes on the way.
		{"another host", func(p *messagePeer) { p.host = "c2.example" }, "not this server's"},
		{"our host, signed for another", func(p *messagePeer) { p.lines[1] = `"@target-uri": https://c2.example/inbox` }, "was not made with"},
		{"our host, signed for another scheme", func(p *messagePeer) { p.lines[1] = `"@target-uri": http://c1.example/inbox` }, "was not made with"},
		{"our host in capitals with its port", func(p *messagePeer) { p.host = "C1.example:443" }, ""},
		{"another method", func(p *messagePeer) { p.after = func(r *http.Request) { r.Method = "PUT" } }, "was not made with"},
		{"another path", func(p *messagePeer) { p.target = "/outbox" }, "was not made with"},
		{"another key id", replace("Signature-Input", "/users/bo", "/users/al"), "was not made with"},
		{"an added parameter", replace("Signature-Input", ";created", `;tag="x";created`), "was not made with"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := honestMessage()
			test.change(p)
			got := refusal(t, p.send(t), p.body, p.key.Public())
			if (got == "") != (test.want == "") || !strings.Contains(got, test.want) {
				t.Errorf("refused because %q, want %q", got, test.want)
			}
		})
	}
}

// TestFirstThatDoesIsTaken: a weaker signature by another key does not become
// the one that counts by standing first.
func TestFirstThatDoesIsTaken(t *testing.T) {
	p := honestMessage()
	p.after = func(r *http.Request) {
		weak := fmt.Sprintf(`weak=("@method");created=%d;keyid="https://evil.example/#key", `, now.Unix())
		r.Header.Set("Signature-Input", weak+r.Header.Get("Signature-Input"))
		r.Header.Set("Signature", "weak=:AAAA:, "+r.Header.Get("Signature"))
	}
	s, err := verifier().Parse(p.send(t), p.body)
	if err != nil || s.KeyID != rsaID {
		t.Errorf("Parse = %+v, %v; want the key %s", s, err, rsaID)
	}
}

// paths are what servers and clients like to disagree on. Left out are a host
// in capitals, which the other implementation does not lower, and
// @request-target, which it decodes.
var paths = []string{"/", "/inbox", "/a%2Fb?x=1&y=%20z", "/%C3%BC?q", "/users/ana?"}

func TestOtherImplementationVerifiesOurs(t *testing.T) {
	for keyType, key := range keys(t) {
		for _, path := range paths {
			for _, body := range [][]byte{nil, create} {
				method := "GET"
				fields := httpsign.Headers("@method", "@target-uri")
				if body != nil {
					method = "POST"
					fields = httpsign.Headers("@method", "@target-uri", "content-digest")
				}
				r, d := outgoing(t, method, "https://c1.example"+path, body)
				if err := sign.Sign(r, key, sign.RFC9421, d, now); err != nil {
					t.Fatal(err)
				}
				config := httpsign.NewVerifyConfig().SetKeyID(key.ID())
				var v *httpsign.Verifier
				var err error
				switch pub := key.Public().(type) {
				case *rsa.PublicKey:
					v, err = httpsign.NewRSAVerifier(*pub, config, fields)
				case ed25519.PublicKey:
					v, err = httpsign.NewEd25519Verifier(pub, config, fields)
				}
				if err != nil {
					t.Fatal(err)
				}
				if err := httpsign.VerifyRequest("sig1", *v, otherRequest(method, path, body, r.Header)); err != nil {
					t.Errorf("%s, %s %s: %v", keyType, method, path, err)
				}
				if body != nil {
					content := io.NopCloser(bytes.NewReader(body))
					if err := httpsign.ValidateContentDigestHeader(r.Header["Content-Digest"], &content, []string{"sha-256"}); err != nil {
						t.Errorf("%s, %s %s: %v", keyType, method, path, err)
					}
				}
			}
		}
	}
}

// otherRequest is a request as the other implementation wants it: from a
// client's side, with a URL that says scheme and host.
func otherRequest(method, path string, body []byte, h http.Header) *http.Request {
	r := must(http.NewRequest(method, "https://c1.example"+path, bytes.NewReader(body)))
	r.Header = h.Clone()
	return r
}

func TestOursVerifiesOtherImplementation(t *testing.T) {
	for _, path := range paths {
		for _, components := range [][]string{
			{"@method", "@target-uri", "content-digest"},
			{"@method", "@authority", "@scheme", "@path", "@query", "content-digest", "content-type"},
			{"date", "@query", "@path", "@authority", "@method", "content-digest"},
		} {
			r := otherRequest("POST", path, create, http.Header{"Content-Type": {"application/activity+json"}, "Date": httpDate(now)})
			content := io.NopCloser(bytes.NewReader(create))
			digest, err := httpsign.GenerateContentDigestHeader(&content, []string{"sha-256", "sha-512"})
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Digest", digest)
			fields := httpsign.Headers(components...)
			rsaSigner, err := httpsign.NewRSASigner(*rsaKey, httpsign.NewSignConfig().SetKeyID(rsaID), fields)
			if err != nil {
				t.Fatal(err)
			}
			ed25519Signer, err := httpsign.NewEd25519Signer(ed25519Key, httpsign.NewSignConfig().SetKeyID(ed25519ID).SignAlg(false), fields)
			if err != nil {
				t.Fatal(err)
			}
			for keyID, signer := range map[string]*httpsign.Signer{rsaID: rsaSigner, ed25519ID: ed25519Signer} {
				input, signature, err := httpsign.SignRequest("other", *signer, r)
				if err != nil {
					t.Fatal(err)
				}
				r.Header.Set("Signature-Input", input)
				r.Header.Set("Signature", signature)
				in := httptest.NewRequest("POST", path, nil)
				in.Host, in.Header = "c1.example", r.Header.Clone()
				pub := crypto.PublicKey(&rsaKey.PublicKey)
				if keyID == ed25519ID {
					pub = ed25519Key.Public()
				}
				if got := refusal(t, in, create, pub); got != "" {
					t.Errorf("%s, %v: refused because %q", path, components, got)
				}
			}
		}
	}
}

// TestBehindProxy: what the proxy spoke with the peer is not what it speaks
// with us, so scheme and target come from the configuration and the line that
// it passed on.
func TestBehindProxy(t *testing.T) {
	r, d := outgoing(t, "POST", "https://c1.example/a%2Fb?x=1", create)
	if err := sign.Sign(r, keys(t)["RSA"], sign.RFC9421, d, now); err != nil {
		t.Fatal(err)
	}
	proxied := &http.Request{Method: "POST", Host: "c1.example", RequestURI: "/a%2Fb?x=1", Header: r.Header,
		URL: &url.URL{Path: "/a/b", RawQuery: "x=1"}}
	if got := refusal(t, proxied, create, &rsaKey.PublicKey); got != "" {
		t.Errorf("refused because %q", got)
	}
	plain := verifier()
	plain.Scheme = "http"
	s, err := plain.Parse(proxied, create)
	if err == nil {
		err = s.Verify(&rsaKey.PublicKey)
	}
	if err == nil {
		t.Error("a signature for https was accepted at http")
	}
}
