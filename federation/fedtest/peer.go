package fedtest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"atelier/federation/sign"
)

// Peer is a server of another make. It serves the documents that a test gives
// it, notes what it is sent, and sends what a test wants sent: true or not.
type Peer struct {
	*httptest.Server
	t testing.TB

	mu        sync.Mutex
	documents map[string]any // by path; a string is a media type's body as it stands
	gone      map[string]bool
	received  []map[string]any
	bodies    [][]byte // of received, as they came
	headers   []http.Header
	asked     map[string]int
	turned    http.HandlerFunc
}

// Actor is an actor of a Peer, with the keys to sign as.
type Actor struct {
	*Peer
	Name, URI, KeyID string
	Key              *sign.Key
	Document         map[string]any
}

// JSON is a document to be.
type JSON = map[string]any

// Public is the address of everyone.
const Public = "https://www.w3.org/ns/activitystreams#Public"

// NewPeer starts a peer that runs until the test ends.
func NewPeer(t testing.TB) *Peer {
	p := &Peer{t: t, documents: map[string]any{}, gone: map[string]bool{}, asked: map[string]int{}}
	p.Server = httptest.NewServer(p)
	t.Cleanup(p.Close)
	return p
}

// Host is the peer's name, with its port.
func (p *Peer) Host() string { return strings.TrimPrefix(p.URL, "http://") }

// Actor adds an actor with the nth of the shared keys, from the end.
func (p *Peer) Actor(name string, n int) *Actor {
	k := Key(40 + n)
	a := &Actor{Peer: p, Name: name, URI: p.URL + "/users/" + name}
	a.KeyID = a.URI + "#main-key"
	var err error
	if a.Key, err = sign.ParseKey(a.KeyID, k.RSA); err != nil {
		p.t.Fatal(err)
	}
	a.Document = JSON{
		"@context": []any{"https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"},
		"id":       a.URI, "type": "Person", "preferredUsername": name, "name": strings.ToUpper(name), "url": a.URI,
		"inbox": a.URI + "/inbox", "outbox": a.URI + "/outbox", "followers": a.URI + "/followers", "following": a.URI + "/following", "featured": a.URI + "/featured",
		"endpoints": JSON{"sharedInbox": p.URL + "/inbox"},
		"publicKey": JSON{"id": a.KeyID, "owner": a.URI, "publicKeyPem": k.PublicKey},
	}
	p.Put(a.URI, a.Document)
	p.Put(p.URL+"/.well-known/webfinger?resource=acct:"+name+"@"+p.Host(), JSON{"subject": "acct:" + name + "@" + p.Host(),
		"links": []any{JSON{"rel": "self", "type": "application/activity+json", "href": a.URI}}})
	return a
}

// Put serves a document at an address.
func (p *Peer) Put(uri string, doc any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.documents[strings.TrimPrefix(uri, p.URL)] = doc
	delete(p.gone, strings.TrimPrefix(uri, p.URL))
}

// Gone answers 410 at an address from now on.
func (p *Peer) Gone(uri string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.gone[strings.TrimPrefix(uri, p.URL)] = true
}

// Asked is how often an address was asked for.
func (p *Peer) Asked(uri string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked[strings.TrimPrefix(uri, p.URL)]
}

// AskedInAll is how often anything was asked for.
func (p *Peer) AskedInAll() (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, times := range p.asked {
		n += times
	}
	return n
}

// Received is what came to the peer's inboxes so far, by type.
func (p *Peer) Received(typ string) (out []map[string]any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, a := range p.received {
		if a["type"] == typ {
			out = append(out, a)
		}
	}
	return out
}

// Arrivals are the bodies of what came to the peer's inboxes so far, by type,
// and the headers that they came with.
func (p *Peer) Arrivals(typ string) (bodies [][]byte, headers []http.Header) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, a := range p.received {
		if a["type"] == typ {
			bodies, headers = append(bodies, p.bodies[i]), append(headers, p.headers[i])
		}
	}
	return bodies, headers
}

// Turn has answer answer everything from now on.
func (p *Peer) Turn(answer http.HandlerFunc) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.turned = answer
}

// ServeHTTP implements http.Handler.
func (p *Peer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	if turned := p.turned; turned != nil {
		p.mu.Unlock()
		turned(w, r)
		return
	}
	defer p.mu.Unlock()
	if r.Method == http.MethodPost {
		var a map[string]any
		body, _ := io.ReadAll(r.Body)
		json.Unmarshal(body, &a)
		p.received, p.bodies, p.headers = append(p.received, a), append(p.bodies, body), append(p.headers, r.Header.Clone())
		w.WriteHeader(http.StatusAccepted)
		return
	}
	at := r.URL.Path
	if resource := r.URL.Query().Get("resource"); resource != "" {
		at += "?resource=" + resource
	} else if r.URL.RawQuery != "" {
		at += "?" + r.URL.RawQuery
	}
	p.asked[at]++
	doc, ok := p.documents[at]
	switch {
	case p.gone[at]:
		w.WriteHeader(http.StatusGone)
	case !ok:
		http.NotFound(w, r)
	default:
		w.Header().Set("Content-Type", "application/activity+json")
		if strings.HasPrefix(at, "/.well-known/") {
			w.Header().Set("Content-Type", "application/jrd+json")
		}
		json.NewEncoder(w).Encode(doc)
	}
}

// Send posts an activity, signed by the actor, and returns the status of the
// answer.
func (a *Actor) Send(to *Server, activity any) int {
	a.t.Helper()
	return a.SendTo(to.URLs.SharedInbox(), activity, sign.Cavage)
}

// SendTo posts to any inbox, signed in any scheme; with no scheme, unsigned.
func (a *Actor) SendTo(inbox string, activity any, scheme sign.Scheme) int {
	a.t.Helper()
	body, ok := activity.([]byte)
	if !ok {
		var err error
		if body, err = json.Marshal(activity); err != nil {
			a.t.Fatal(err)
		}
	}
	r, err := http.NewRequestWithContext(a.t.Context(), http.MethodPost, inbox, bytes.NewReader(body))
	if err != nil {
		a.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/activity+json")
	if scheme != "" {
		if err := sign.Sign(r, a.Key, scheme, sign.DigestOf(body), time.Now()); err != nil {
			a.t.Fatal(err)
		}
	}
	return a.do(r)
}

func (a *Actor) do(r *http.Request) int {
	a.t.Helper()
	resp, err := local.Do(r)
	if err != nil {
		a.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, _ := io.ReadAll(resp.Body)
	if resp.StatusCode >= 300 {
		a.t.Logf("%s %s: %s %s", r.Method, r.URL, resp.Status, bytes.TrimSpace(text))
	}
	return resp.StatusCode
}

// local reaches the names of this machine.
var local = &http.Client{Transport: localTransport()}

// Get fetches an address as ActivityPub, signed by the actor if a is not nil.
func (a *Actor) Get(t testing.TB, uri string) (status int, doc map[string]any) {
	t.Helper()
	var key *sign.Key
	if a != nil {
		key = a.Key
	}
	return Get(t, uri, key)
}

// Get fetches an address as ActivityPub, signed with key unless that is nil.
func Get(t testing.TB, uri string, key *sign.Key) (status int, doc map[string]any) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, uri, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", "application/activity+json")
	if key != nil {
		if err := sign.Sign(r, key, sign.Cavage, sign.Digest{}, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	resp, err := local.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	json.NewDecoder(resp.Body).Decode(&doc)
	return resp.StatusCode, doc
}

// Note is a post of the actor for everyone.
func (a *Actor) Note(id, content string, more JSON) JSON {
	n := JSON{"id": a.URI + "/notes/" + id, "type": "Note", "attributedTo": a.URI, "to": []string{Public}, "cc": []string{a.URI + "/followers"},
		"content": "<p>" + content + "</p>", "published": time.Now().UTC().Format(time.RFC3339)}
	for k, v := range more {
		n[k] = v
	}
	return n
}

// Do is an activity of the actor.
func (a *Actor) Do(typ, id string, object any, more JSON) JSON {
	act := JSON{"@context": "https://www.w3.org/ns/activitystreams", "id": a.URI + "#" + id, "type": typ, "actor": a.URI, "object": object, "to": []string{Public}}
	for k, v := range more {
		act[k] = v
	}
	return act
}

// Create is the activity that publishes a note.
func (a *Actor) Create(note JSON) JSON {
	return JSON{"@context": "https://www.w3.org/ns/activitystreams", "id": note["id"].(string) + "/activity", "type": "Create", "actor": a.URI, "object": note,
		"to": note["to"], "cc": note["cc"]}
}

func marshal(t testing.TB, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
