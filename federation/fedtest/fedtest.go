// Package fedtest runs several chapters in one process, which talk to each
// other over loopback as they would over the internet: real requests, real
// signatures, real databases. And it has a peer that can say whatever a test
// wants said, for the ones that lie.
//
// It is for tests only.
package fedtest

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"atelier/federation/deliver"
	"atelier/federation/documents"
	"atelier/federation/fetch"
	"atelier/federation/inbox"
	"atelier/federation/sign"
	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/store"
)

// Server is one chapter with all its rooms of federation.
type Server struct {
	Name    string
	Store   *store.Store
	Chapter *chapter.Chapter
	Client  *fetch.Client
	Finder  *fetch.Finder
	Deliver *deliver.Deliverer
	URLs    models.URLs
	Place   *Place

	// Requests counts what was asked of the server, by method and path.
	mu       sync.Mutex
	requests map[string]int
	answer   http.Handler
	down     bool
	before   func(w http.ResponseWriter, r *http.Request) (answered bool)
}

var (
	keysMu sync.Mutex
	keys   []models.KeyPair
)

// Key returns the nth of the keys that all tests of a process share: making
// one takes longer than most tests.
func Key(n int) models.KeyPair {
	keysMu.Lock()
	defer keysMu.Unlock()
	for len(keys) <= n {
		r, err := sign.GenerateRSA()
		if err != nil {
			panic(err)
		}
		e, err := sign.GenerateEd25519()
		if err != nil {
			panic(err)
		}
		var k models.KeyPair
		k.RSA, _ = sign.EncodePrivate(r)
		k.PublicKey, _ = sign.EncodePublic(r.Public())
		k.Ed25519, _ = sign.EncodePrivate(e)
		k.EdKey, _ = sign.EncodeMultikey(e.Public())
		keys = append(keys, k)
	}
	return keys[n]
}

// keysEach is how many keys a server may use before it shares them with the
// next one.
const keysEach = 8

var servers struct {
	sync.Mutex
	n map[testing.TB]int
}

// number counts the servers of a test.
func number(t testing.TB) int {
	servers.Lock()
	defer servers.Unlock()
	if servers.n == nil {
		servers.n = map[testing.TB]int{}
	}
	servers.n[t]++
	return servers.n[t] - 1
}

// Peers is what the servers of a test may reach.
var Peers = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

// A Place is an address at which one server after the other can be opened.
type Place struct {
	Name, Domain string
	Key          int // the first of the keys of its members

	mu     sync.Mutex
	server *Server
}

// NewPlace listens at name.localhost until the test ends.
func NewPlace(t testing.TB, name string) *Place {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Place{Name: name, Domain: name + ".localhost:" + strconv.Itoa(l.Addr().(*net.TCPAddr).Port), Key: number(t) * keysEach}
	hs := &http.Server{Handler: p}
	go hs.Serve(l)
	t.Cleanup(func() { hs.Close() })
	return p
}

// ServeHTTP has the server that is open answer.
func (p *Place) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	s := p.server
	p.mu.Unlock()
	if s == nil {
		http.Error(w, "closed", http.StatusBadGateway)
		return
	}
	s.ServeHTTP(w, r)
}

func (p *Place) put(s *Server) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.server = s
}

// Start opens a chapter at name.localhost in s, whose president is pia, and
// serves it until the test ends.
func Start(t testing.TB, name string, s *store.Store) *Server {
	t.Helper()
	return NewPlace(t, name).Begin(t, s)
}

// Begin opens a new chapter in s, whose president is pia, and serves it until
// the test ends.
func (p *Place) Begin(t testing.TB, s *store.Store) *Server {
	t.Helper()
	srv := p.make(t, s)
	_, err := srv.Chapter.SetUp(t.Context(), chapter.SetUp{Name: strings.ToUpper(p.Name[:1]) + p.Name[1:] + " Coaches", Handle: p.Name + "_coaches", Sentence: "We try things.",
		Steward: chapter.NewMember{Username: "pia", Name: "Pia", Email: "pia@mail.example", Password: "correct horse"}})
	if err != nil {
		t.Fatalf("set up %s: %v", p.Name, err)
	}
	srv.work(t)
	return srv
}

// Reopen serves the chapter that is in s already, until the test ends.
func (p *Place) Reopen(t testing.TB, s *store.Store) *Server {
	t.Helper()
	srv := p.make(t, s)
	srv.work(t)
	return srv
}

// make puts all rooms together around s, and has them answer at p.
func (p *Place) make(t testing.TB, s *store.Store) *Server {
	srv := &Server{Name: p.Name, Store: s, URLs: models.NewURLs("http", p.Domain, ""), Place: p, requests: map[string]int{}}
	var used atomic.Int64 // members are added while jobs make themes
	srv.Chapter = chapter.New(s, chapter.Options{URLs: srv.URLs, Keys: func() (models.KeyPair, error) {
		return Key(p.Key + int(used.Add(1)-1)%keysEach), nil
	}})
	srv.Client = fetch.New(fetch.Config{Scheme: "http", OwnHosts: []string{p.Domain}, AllowPeers: Peers, UserAgent: "Atelier/test (" + p.Name + ")"})
	srv.Finder = fetch.NewFinder(srv.Client, srv.Chapter)
	srv.Chapter.Find = srv.Finder
	srv.Deliver = deliver.New(s, srv.URLs, deliver.Options{Client: srv.Client.HTTP(), Pauses: []time.Duration{50 * time.Millisecond, 100 * time.Millisecond}})
	srv.answer = srv.routes(inbox.New(srv.Chapter, srv.Finder, srv.Deliver, inbox.Options{}), documents.New(srv.Chapter, srv.Finder, documents.Options{Version: "test"}))
	p.put(srv)
	t.Cleanup(func() { p.put(nil) })
	return srv
}

// work runs what a server does in the background until the test ends.
func (s *Server) work(t testing.TB) {
	ctx, cancel := context.WithCancel(context.Background())
	var under sync.WaitGroup
	under.Go(func() { s.Chapter.Work(ctx) })
	under.Go(func() {
		if err := s.Deliver.Run(ctx); err != nil {
			t.Errorf("%s delivers: %v", s.Name, err)
		}
	})
	t.Cleanup(func() { cancel(); under.Wait() })
}

// statuses are the status codes of errors, as the program answers them.
var statuses = map[models.Kind]int{
	models.Invalid: 422, models.Malformed: 400, models.NoSession: 401, models.Forbidden: 403, models.NotFound: 404, models.Gone: 410,
	models.Conflict: 409, models.TooLarge: 413, models.TooMany: 429, models.Unsupported: 415, models.Unreachable: 503, models.Busy: 503,
}

// routes is a small route table; the program's own knows the same handlers.
func (s *Server) routes(in *inbox.Inbox, d *documents.Documents) http.Handler {
	answer := func(h func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			err := h(w, r)
			if err == nil {
				return
			}
			status := statuses[models.KindOf(err)]
			if status == 0 {
				status = http.StatusInternalServerError
			}
			http.Error(w, models.Sentence(err), status)
		}
	}
	m := http.NewServeMux()
	m.HandleFunc("GET /.well-known/webfinger", answer(d.WebFinger))
	m.HandleFunc("GET /.well-known/host-meta", answer(d.HostMeta))
	m.HandleFunc("GET /.well-known/host-meta.json", answer(d.HostMetaJSON))
	m.HandleFunc("GET /.well-known/nodeinfo", answer(d.NodeInfoLinks))
	m.HandleFunc("GET /nodeinfo/{version}", answer(d.NodeInfo))
	m.HandleFunc("POST /", answer(in.Serve))
	m.HandleFunc("GET /", answer(d.Serve))
	return m
}

// ServeHTTP counts a request and answers it, unless the server is down.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.requests[r.Method+" "+r.URL.Path]++
	down, before := s.down, s.before
	s.mu.Unlock()
	if down {
		http.Error(w, "down", http.StatusBadGateway)
		return
	}
	if before == nil || !before(w, r) {
		s.answer.ServeHTTP(w, r)
	}
}

// SetBefore has every request looked at first; what before answered is
// answered. nil ends that.
func (s *Server) SetBefore(before func(w http.ResponseWriter, r *http.Request) (answered bool)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.before = before
}

// SetDown has the server answer nothing but 502, or be well again.
func (s *Server) SetDown(down bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.down = down
}

// Requests is how often the server was asked for something: "GET /users/ana".
func (s *Server) Requests(what string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests[what]
}

// Member adds a member called name.
func (s *Server) Member(t testing.TB, name string) *models.Account {
	t.Helper()
	a, err := s.Chapter.AddMember(t.Context(), chapter.NewMember{Username: name, Email: name + "@mail.example", Password: "correct horse", Role: models.Ordinary})
	if err != nil {
		t.Fatalf("add %s to %s: %v", name, s.Name, err)
	}
	return a
}

// Group is the account that the chapter is to others.
func (s *Server) Group(t testing.TB) *models.Account {
	t.Helper()
	a, err := s.Chapter.Group(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// See is an account of another server as this one knows it; it is looked up by
// its handle if need be.
func (s *Server) See(t testing.TB, a *models.Account, of *Server) *models.Account {
	t.Helper()
	seen, err := s.Finder.Handle(t.Context(), a.Username+"@"+of.URLs.Domain)
	if err != nil {
		t.Fatalf("%s looks %s up: %v", s.Name, a.Username, err)
	}
	return seen
}

// Follow has an account here follow one of another server, and waits for the
// answer.
func (s *Server) Follow(t testing.TB, me, a *models.Account, of *Server) {
	t.Helper()
	target := s.See(t, a, of)
	if err := s.Chapter.Follow(t.Context(), me, target.ID, chapter.FollowWish{}); err != nil {
		t.Fatalf("%s follows %s: %v", me.Username, a.Username, err)
	}
	Eventually(t, func() string {
		f, err := s.Store.Follow(t.Context(), me.ID, target.ID)
		if err != nil || f.State != models.FollowAccepted {
			return fmt.Sprintf("%s does not follow %s: %+v, %v", me.Username, a.Username, f, err)
		}
		return ""
	})
}

// Publish has a member publish a text for everyone, or as change says.
func (s *Server) Publish(t testing.TB, me *models.Account, text string, change func(*chapter.Draft)) *models.Post {
	t.Helper()
	d := chapter.Draft{Source: text, Format: models.PlainText, Visibility: models.Public}
	if change != nil {
		change(&d)
	}
	p, err := s.Chapter.Publish(t.Context(), me, d)
	if err != nil {
		t.Fatalf("%s publishes: %v", me.Username, err)
	}
	return p
}

// Post waits until the post with an id is here, and returns it.
func (s *Server) Post(t testing.TB, uri string) *models.Post {
	t.Helper()
	var p *models.Post
	Eventually(t, func() (why string) {
		var err error
		if p, err = s.Store.PostByURI(t.Context(), uri); err != nil {
			return fmt.Sprintf("%s has no post %s: %v", s.Name, uri, err)
		}
		return ""
	})
	return p
}

// Quiet waits until all servers have nothing more to tell or to do.
func Quiet(t testing.TB, servers ...*Server) {
	t.Helper()
	Eventually(t, func() string {
		for _, s := range servers {
			events, err := s.Store.Events(t.Context(), 1)
			if err != nil {
				t.Fatal(err)
			}
			backlog, err := s.Store.Backlogs(t.Context(), 1)
			if err != nil {
				t.Fatal(err)
			}
			jobs, err := s.Store.JobsUnderWay(t.Context(), []string{chapter.JobThread, chapter.JobCard, chapter.JobVerify, chapter.JobRefresh, chapter.JobFeatured, chapter.JobMoved, chapter.JobQuote, inbox.JobActivity, inbox.JobErase, chapter.JobReplies, inbox.JobOrigin, inbox.JobFollowers, chapter.JobRelay, chapter.JobImport})
			if err != nil {
				t.Fatal(err)
			}
			if len(events) > 0 || len(backlog) > 0 || jobs {
				return fmt.Sprintf("%s is not quiet: %d events, %d hosts, jobs %v", s.Name, len(events), len(backlog), jobs)
			}
		}
		return ""
	})
}

// Eventually waits until ok says "", for ten seconds at most.
func Eventually(t testing.TB, ok func() string) {
	t.Helper()
	var why string
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		if why = ok(); why == "" {
			return
		}
	}
	t.Fatal(why)
}
