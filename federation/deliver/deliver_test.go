package deliver

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"atelier/federation/sign"
	"atelier/models"
	"atelier/models/store"
	"atelier/models/store/storetest"
)

// testKeys are made once: a key costs more than most tests.
var testKeys = sync.OnceValue(func() (k struct{ rsa, pub, ed, multi string }) {
	key, err := sign.GenerateRSA()
	if err != nil {
		panic(err)
	}
	k.rsa, _ = sign.EncodePrivate(key)
	k.pub, _ = sign.EncodePublic(key.Public())
	ed, err := sign.GenerateEd25519()
	if err != nil {
		panic(err)
	}
	k.ed, _ = sign.EncodePrivate(ed)
	k.multi, _ = sign.EncodeMultikey(ed.Public())
	return k
})

var urls = models.NewURLs("https", "here.example", "")

// member stores a local account that can sign.
func member(t testing.TB, s *store.Store, name string) *models.Account {
	t.Helper()
	k := testKeys()
	a := storetest.NewAccount(s, name)
	a.KeyID, a.PublicKey, a.EdKeyID, a.EdKey = urls.MainKey(a.URI), k.pub, urls.EdKey(a.URI), k.multi
	storetest.Write(t, s, func(tx *store.Tx) error {
		if _, err := tx.AddAccount(t.Context(), a); err != nil {
			return err
		}
		return tx.AddKeys(t.Context(), models.Keys{AccountID: a.ID, RSA: k.rsa, Ed25519: k.ed})
	})
	return a
}

// A peer is another server that notes what it is told.
type peer struct {
	*httptest.Server
	host string

	mu    sync.Mutex
	heard []message
	// answer decides the status; nil is 202.
	answer func(m message) (int, http.Header)
	delay  time.Duration
}

// A message is a request as it came.
type message struct {
	inbox  string
	scheme sign.Scheme
	body   struct {
		ID     string `json:"id"`
		Type   string `json:"type"`
		Actor  string `json:"actor"`
		Object any    `json:"object"`
	}
	raw []byte
	at  time.Time
}

func newPeer(t testing.TB) *peer {
	p := &peer{}
	p.Server = httptest.NewServer(p)
	p.host = strings.TrimPrefix(p.URL, "http://")
	t.Cleanup(p.Close)
	return p
}

func (p *peer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m := message{inbox: p.URL + r.URL.Path, at: time.Now()}
	m.raw, _ = io.ReadAll(r.Body)
	json.Unmarshal(m.raw, &m.body)
	v := sign.Verifier{Scheme: "http", Hosts: []string{p.host}}
	s, err := v.Parse(r, m.raw)
	if err == nil {
		m.scheme = s.Scheme
		pub, _ := sign.ParsePublic(testKeys().pub)
		err = s.Verify(pub)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusTeapot)
		return
	}
	time.Sleep(p.delay)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.heard = append(p.heard, m)
	status := http.StatusAccepted
	if p.answer != nil {
		var h http.Header
		status, h = p.answer(m)
		for name := range h {
			w.Header().Set(name, h.Get(name))
		}
	}
	w.WriteHeader(status)
}

func (p *peer) messages() []message {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.heard)
}

func (p *peer) set(answer func(m message) (int, http.Header)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answer = answer
}

// follower stores an account on a peer that follows an account here; with
// shared it has a shared inbox.
func (p *peer) follower(t testing.TB, s *store.Store, name string, of *models.Account, shared bool) *models.Account {
	t.Helper()
	a := storetest.NewAccount(s, name+"@"+p.host)
	a.URI = p.URL + "/users/" + name
	a.InboxURI, a.SharedInboxURI = a.URI+"/inbox", ""
	if shared {
		a.SharedInboxURI = p.URL + "/inbox"
	}
	storetest.Write(t, s, func(tx *store.Tx) error {
		if _, err := tx.AddAccount(t.Context(), a); err != nil {
			return err
		}
		if of == nil {
			return nil
		}
		id := tx.NewID()
		return tx.SetFollow(t.Context(), &models.Follow{ID: id, AccountID: a.ID, TargetID: of.ID, URI: a.URI + "#follows/" + id.String(),
			State: models.FollowAccepted, Boosts: true, CreatedAt: tx.Now()}, false)
	})
	return a
}

// run starts a Deliverer until the test ends, or until stop is called.
func run(t testing.TB, s *store.Store, change func(*Options)) (d *Deliverer, stop func()) {
	t.Helper()
	o := Options{Client: &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{MaxIdleConnsPerHost: 8, MaxIdleConns: 1000}},
		Pauses: []time.Duration{50 * time.Millisecond, 100 * time.Millisecond}, Timeout: 2 * time.Second, Lease: time.Second}
	if change != nil {
		change(&o)
	}
	d = New(s, urls, o)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := d.Run(ctx); err != nil {
			t.Errorf("Run: %v", err)
		}
	}()
	stop = sync.OnceFunc(func() { cancel(); <-done })
	t.Cleanup(stop)
	return d, stop
}

// publish stores a post and leaves its event, as the chapter does.
func publish(t testing.TB, s *store.Store, by *models.Account, change func(*models.Post)) *models.Post {
	t.Helper()
	p := storetest.Post(t, s, by, change)
	leave(t, s, models.Event{Kind: models.PostPublished, AccountID: by.ID, PostID: p.ID})
	return p
}

func leave(t testing.TB, s *store.Store, e models.Event) {
	t.Helper()
	e.Federates = true
	storetest.Write(t, s, func(tx *store.Tx) error { return tx.Leave(t.Context(), e) })
}

// eventually waits until ok says "".
func eventually(t testing.TB, ok func() string) {
	t.Helper()
	var why string
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		if why = ok(); why == "" {
			return
		}
	}
	t.Fatal(why)
}

func heard(p *peer, n int) func() string {
	return func() string {
		if got := len(p.messages()); got != n {
			return fmt.Sprintf("%s heard %d messages, want %d", p.host, got, n)
		}
		return ""
	}
}

// idle says that nothing waits any more, and that nobody works on a host.
func idle(t testing.TB, s *store.Store) func() string {
	return func() string {
		events, err := s.Events(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		left, err := s.Backlogs(t.Context(), 10)
		if err != nil {
			t.Fatal(err)
		}
		next, err := s.NextHost(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(events)+len(left) > 0 || !next.IsZero() {
			return fmt.Sprintf("%d events and deliveries to %d hosts are left; next at %v", len(events), len(left), next)
		}
		return ""
	}
}

func TestAPostGoesOnceToEachServerOfItsFollowers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ana := member(t, s, "ana")
		one, two, none := newPeer(t), newPeer(t), newPeer(t)
		one.follower(t, s, "bob", ana, true)
		one.follower(t, s, "ben", ana, true)
		two.follower(t, s, "cy", ana, false)
		two.follower(t, s, "cleo", ana, false)
		none.follower(t, s, "nobody", nil, true)
		run(t, s, nil)
		p := publish(t, s, ana, nil)
		eventually(t, heard(one, 1))
		eventually(t, heard(two, 2))
		eventually(t, idle(t, s))
		m := one.messages()[0]
		if m.body.Type != "Create" || m.body.Actor != ana.URI || m.body.ID != p.URI+"/activity" || m.inbox != one.URL+"/inbox" || m.scheme != sign.Cavage {
			t.Errorf("heard %+v", m)
		}
		if string(m.raw) != string(two.messages()[0].raw) {
			t.Error("two servers were told different things")
		}
		if proof, err := sign.ParseProof(m.raw, time.Now()); err != nil || proof.KeyID != ana.EdKeyID {
			t.Errorf("the proof: %v", err)
		}
		if n := len(none.messages()); n > 0 {
			t.Errorf("a server that has nothing to do with it heard %d messages", n)
		}
	})
}

func TestWhoIsToldOfAPost(t *testing.T) {
	s := storetest.SQLite(t)
	ana := member(t, s, "ana")
	follower, named, parent, blocked := newPeer(t), newPeer(t), newPeer(t), newPeer(t)
	follower.follower(t, s, "fo", ana, true)
	bob := named.follower(t, s, "bob", nil, true)
	par := parent.follower(t, s, "par", nil, true)
	blocked.follower(t, s, "bad", ana, true)
	storetest.Write(t, s, func(tx *store.Tx) error {
		host, _, _ := strings.Cut(blocked.host, ":")
		_ = host
		return tx.SetDomainRule(t.Context(), &models.DomainRule{Domain: blocked.host, Severity: models.Suspend, CreatedAt: tx.Now()})
	})
	run(t, s, nil)
	mention := []models.Mention{{AccountID: bob.ID, URI: bob.URI, Username: "bob", Acct: bob.Acct()}}
	for _, test := range []struct {
		name   string
		change func(*models.Post)
		want   []string // inboxes
	}{
		{"a public post", nil, []string{follower.URL + "/inbox"}},
		{"one that names somebody", func(p *models.Post) { p.Mentions = mention }, []string{follower.URL + "/inbox", named.URL + "/inbox"}},
		{"one for the followers", func(p *models.Post) { p.Visibility = models.Private }, []string{follower.URL + "/inbox"}},
		{"one for the followers that answers a stranger", func(p *models.Post) {
			p.Visibility, p.InReplyToURI, p.InReplyToAuthorID = models.Private, par.URI+"/1", par.ID
		}, []string{follower.URL + "/inbox"}},
		{"a public answer", func(p *models.Post) {
			p.InReplyToURI, p.InReplyToAuthorID = par.URI+"/1", par.ID
		}, []string{follower.URL + "/inbox", parent.URL + "/inbox"}},
		{"a direct message", func(p *models.Post) { p.Visibility, p.Mentions = models.Direct, mention }, []string{bob.InboxURI}},
		{"one that stays here", func(p *models.Post) { p.LocalOnly, p.Mentions = true, mention }, nil},
		{"a draft", func(p *models.Post) { p.State = models.Draft }, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			before := map[*peer]int{}
			peers := []*peer{follower, named, parent, blocked}
			for _, p := range peers {
				before[p] = len(p.messages())
			}
			publish(t, s, ana, test.change)
			publishedMarker(t, s, ana, follower)
			var got []string
			for _, p := range peers {
				for _, m := range p.messages()[before[p]:] {
					if m.body.Type == "Create" {
						got = append(got, m.inbox)
					}
				}
			}
			slices.Sort(got)
			slices.Sort(test.want)
			if !slices.Equal(got, test.want) {
				t.Errorf("told %v, want %v", got, test.want)
			}
		})
	}
}

// publishedMarker waits until all events before it were told.
func publishedMarker(t *testing.T, s *store.Store, by *models.Account, p *peer) {
	t.Helper()
	n := len(p.messages())
	leave(t, s, models.Event{Kind: models.AccountChanged, AccountID: by.ID})
	eventually(t, func() string {
		for _, m := range p.messages()[n:] {
			if m.body.Type == "Update" {
				return idle(t, s)()
			}
		}
		return "the marker did not come"
	})
}

func TestWhatOneActorTellsOneHostArrivesInOrder(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ana, ben := member(t, s, "ana"), member(t, s, "ben")
		p := newPeer(t)
		p.follower(t, s, "bob", ana, true)
		p.follower(t, s, "bea", ben, true)
		fails := 0
		p.answer = func(message) (int, http.Header) {
			if fails++; fails%5 == 2 {
				return http.StatusBadGateway, nil
			}
			return http.StatusAccepted, nil
		}
		var want []string
		for range 30 {
			want = append(want, publish(t, s, ana, nil).URI)
			publish(t, s, ben, nil)
		}
		run(t, s, nil)
		eventually(t, idle(t, s))
		var got []string
		for _, m := range p.messages() {
			uri := strings.TrimSuffix(m.body.ID, "/activity")
			if m.body.Actor == ana.URI && (len(got) == 0 || got[len(got)-1] != uri) {
				got = append(got, uri)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("arrived in the order\n%v\nwant\n%v", got, want)
		}
	})
}

func TestAHostThatFailsRestsAndIsThenTold(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ana := member(t, s, "ana")
		p, well := newPeer(t), newPeer(t)
		p.follower(t, s, "bob", ana, true)
		well.follower(t, s, "cy", ana, true)
		p.set(func(message) (int, http.Header) { return http.StatusInternalServerError, nil })
		run(t, s, func(o *Options) { o.Pauses = []time.Duration{300 * time.Millisecond} })
		for range 10 {
			publish(t, s, ana, nil)
		}
		eventually(t, heard(well, 10))
		time.Sleep(50 * time.Millisecond)
		if n := len(p.messages()); n > 2 {
			t.Errorf("a failing host was asked %d times at once", n)
		}
		p.set(nil)
		n := len(p.messages())
		eventually(t, heard(p, n+10))
		eventually(t, idle(t, s))
		h, err := s.Hosts(t.Context(), []string{p.host})
		if err != nil || h[p.host].Fails != 0 || !h[p.host].OpenUntil.IsZero() {
			t.Errorf("the host: %+v, %v", h[p.host], err)
		}
	})
}

func TestAnswers(t *testing.T) {
	after := http.Header{"Retry-After": {"3600"}}
	for _, test := range []struct {
		name   string
		status int
		header http.Header
		tries  int  // requests within a moment
		left   bool // the delivery is kept
		rest   time.Duration
	}{
		{"accepted", 202, nil, 1, false, 0},
		{"no content", 204, nil, 1, false, 0},
		{"found elsewhere", 302, nil, 1, true, 100 * time.Second},
		{"not understood", 400, nil, 2, false, 0}, // both schemes
		{"not believed", 401, nil, 2, true, 0},
		{"forbidden", 403, nil, 2, false, 0},
		{"no such inbox", 404, nil, 1, false, 0},
		{"timed out", 408, nil, 1, true, 100 * time.Second},
		{"too large", 413, nil, 1, false, 0},
		{"too many", 429, nil, 1, true, 100 * time.Second},
		{"too many, for an hour", 429, after, 1, true, time.Hour},
		{"broken", 500, nil, 1, true, 100 * time.Second},
		{"not implemented", 501, nil, 1, false, 0},
		{"unavailable", 503, nil, 1, true, 100 * time.Second},
		{"unavailable for an hour", 503, after, 1, true, time.Hour},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := storetest.SQLite(t)
			ana := member(t, s, "ana")
			p := newPeer(t)
			p.follower(t, s, "bob", ana, true)
			p.answer = func(message) (int, http.Header) { return test.status, test.header }
			run(t, s, func(o *Options) { o.Pauses = []time.Duration{100 * time.Second} })
			publish(t, s, ana, nil)
			eventually(t, heard(p, test.tries))
			eventually(t, func() string {
				left, err := s.Backlogs(t.Context(), 10)
				if err != nil {
					t.Fatal(err)
				}
				h, err := s.Hosts(t.Context(), []string{p.host})
				if err != nil {
					t.Fatal(err)
				}
				if h[p.host] == nil || h[p.host].Node != "" {
					return "somebody works on the host"
				}
				if test.left != (len(left) == 1) {
					return fmt.Sprintf("hosts with deliveries: %d", len(left))
				}
				rest := time.Duration(0)
				if !h[p.host].OpenUntil.IsZero() {
					rest = time.Until(h[p.host].OpenUntil)
				}
				if rest < test.rest*8/10 || rest > test.rest*12/10 {
					return fmt.Sprintf("the host rests for %v, want %v", rest, test.rest)
				}
				if test.left && (left[0].Host.NextAt.IsZero() || left[0].Host.NextAt.Before(time.Now().Add(80*time.Second))) {
					return fmt.Sprintf("the next try is at %v", left[0].Host.NextAt)
				}
				return ""
			})
		})
	}
}

func TestDoubleKnockIsRemembered(t *testing.T) {
	s := storetest.SQLite(t)
	ana := member(t, s, "ana")
	p := newPeer(t)
	p.follower(t, s, "bob", ana, true)
	p.answer = func(m message) (int, http.Header) {
		if m.scheme == sign.Cavage {
			return http.StatusUnauthorized, nil
		}
		return http.StatusAccepted, nil
	}
	_, stop := run(t, s, nil)
	publish(t, s, ana, nil)
	eventually(t, heard(p, 2))
	eventually(t, idle(t, s))
	publish(t, s, ana, nil)
	eventually(t, heard(p, 3))
	eventually(t, idle(t, s))
	stop()
	run(t, s, nil) // another program
	publish(t, s, ana, nil)
	eventually(t, heard(p, 4))
	eventually(t, idle(t, s))
	var got []sign.Scheme
	for _, m := range p.messages() {
		got = append(got, m.scheme)
	}
	if want := []sign.Scheme{sign.Cavage, sign.RFC9421, sign.RFC9421, sign.RFC9421}; !slices.Equal(got, want) {
		t.Errorf("knocked by %v, want %v", got, want)
	}
}

func TestGone(t *testing.T) {
	t.Run("a shared inbox takes its host with it", func(t *testing.T) {
		s := storetest.SQLite(t)
		ana := member(t, s, "ana")
		p := newPeer(t)
		p.follower(t, s, "bob", ana, true)
		p.answer = func(message) (int, http.Header) { return http.StatusGone, nil }
		d, _ := run(t, s, nil)
		publish(t, s, ana, nil)
		eventually(t, heard(p, 1))
		eventually(t, idle(t, s))
		publish(t, s, ana, nil)
		eventually(t, idle(t, s))
		if n := len(p.messages()); n != 1 {
			t.Errorf("a host that is gone was asked %d times", n)
		}
		if err := d.Heard(t.Context(), p.host); err != nil { // it was not so gone
			t.Fatal(err)
		}
		p.set(nil)
		publish(t, s, ana, nil)
		eventually(t, heard(p, 2))
	})
	t.Run("an inbox of somebody has its owner looked after", func(t *testing.T) {
		s := storetest.SQLite(t)
		ana := member(t, s, "ana")
		p := newPeer(t)
		bob := p.follower(t, s, "bob", ana, false)
		p.follower(t, s, "cy", ana, false)
		p.answer = func(m message) (int, http.Header) {
			if m.inbox == bob.InboxURI {
				return http.StatusGone, nil
			}
			return http.StatusAccepted, nil
		}
		run(t, s, nil)
		publish(t, s, ana, nil)
		eventually(t, heard(p, 2))
		eventually(t, idle(t, s))
		var jobs []*models.Job
		storetest.Write(t, s, func(tx *store.Tx) (err error) {
			jobs, err = tx.ClaimJobs(t.Context(), []string{"refresh"}, time.Minute, 10)
			return err
		})
		if len(jobs) != 1 || jobs[0].Key != bob.URI {
			t.Errorf("jobs: %+v", jobs)
		}
	})
}

func TestAHostThatIsHeardOfIsTriedAtOnce(t *testing.T) {
	s := storetest.SQLite(t)
	ana := member(t, s, "ana")
	p := newPeer(t)
	p.follower(t, s, "bob", ana, true)
	p.set(func(message) (int, http.Header) { return http.StatusBadGateway, nil })
	d, _ := run(t, s, func(o *Options) { o.Pauses = []time.Duration{time.Hour} })
	publish(t, s, ana, nil)
	eventually(t, heard(p, 1))
	eventually(t, func() string {
		h, err := s.Hosts(t.Context(), []string{p.host})
		if err != nil || h[p.host].Node != "" || h[p.host].Fails != 1 {
			return fmt.Sprintf("the host: %+v, %v", h[p.host], err)
		}
		return ""
	})
	p.set(nil)
	if err := d.Heard(t.Context(), p.host); err != nil {
		t.Fatal(err)
	}
	eventually(t, heard(p, 2))
	eventually(t, idle(t, s))
}

func TestWhatWaitsTooLongIsGivenUp(t *testing.T) {
	s := storetest.SQLite(t)
	ana := member(t, s, "ana")
	p := newPeer(t)
	p.follower(t, s, "bob", ana, true)
	p.set(func(message) (int, http.Header) { return http.StatusBadGateway, nil })
	run(t, s, func(o *Options) { o.Age = 300 * time.Millisecond })
	publish(t, s, ana, nil)
	eventually(t, func() string {
		h, err := s.Hosts(t.Context(), []string{p.host})
		if err != nil || h[p.host] == nil || h[p.host].GoneAt.IsZero() {
			return fmt.Sprintf("the host: %+v, %v", h[p.host], err)
		}
		return idle(t, s)()
	})
	var n int
	if _, err := s.Activity(t.Context(), 1); models.KindOf(err) != models.NotFound {
		n++
	}
	if n != 0 {
		t.Error("bodies are left")
	}
}

func TestADeleteCancelsWhatWaits(t *testing.T) {
	s := storetest.SQLite(t)
	ana := member(t, s, "ana")
	p := newPeer(t)
	p.follower(t, s, "bob", ana, true)
	var down = func(message) (int, http.Header) { return http.StatusBadGateway, nil }
	p.set(down)
	d, _ := run(t, s, func(o *Options) { o.Pauses = []time.Duration{time.Hour} })
	publish(t, s, ana, nil)
	eventually(t, heard(p, 1))
	post := publish(t, s, ana, nil)
	gone := models.DeletedPost{URI: post.URI, Type: post.Type, Visibility: post.Visibility}
	data, _ := json.Marshal(gone)
	storetest.Write(t, s, func(tx *store.Tx) error { return tx.DeletePost(t.Context(), post.ID) })
	leave(t, s, models.Event{Kind: models.PostDeleted, AccountID: ana.ID, PostID: post.ID, Data: data})
	eventually(t, func() string {
		left, err := s.Backlogs(t.Context(), 1)
		events, err2 := s.Events(t.Context(), 1)
		if err != nil || err2 != nil || len(events) > 0 || len(left) != 1 || left[0].Deliveries != 2 {
			return fmt.Sprintf("%d events; %+v, %v", len(events), left, err)
		}
		return ""
	})
	p.set(nil)
	if err := d.Heard(t.Context(), p.host); err != nil {
		t.Fatal(err)
	}
	eventually(t, idle(t, s))
	var got []string
	for _, m := range p.messages()[1:] {
		got = append(got, m.body.Type)
	}
	if want := []string{"Create", "Delete"}; !slices.Equal(got, want) {
		t.Errorf("told %v, want %v: the deleted post was never to be seen there", got, want)
	}
}

func TestAnotherNodeTakesOver(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ana := member(t, s, "ana")
		p := newPeer(t)
		bob := p.follower(t, s, "bob", ana, true)
		// What a node leaves that was killed: a host that it was at work on, and
		// deliveries.
		storetest.Write(t, s, func(tx *store.Tx) error {
			a := &models.OutgoingActivity{ID: tx.NewID(), URI: ana.URI + "#1", ActorID: ana.ID, Object: "x", Body: []byte(`{"id":"x","type":"Like"}`), CreatedAt: tx.Now()}
			if err := tx.AddActivity(t.Context(), a); err != nil {
				return err
			}
			row := &models.Delivery{ID: tx.NewID(), ActivityID: a.ID, ActorID: ana.ID, Inbox: bob.Inbox(), Host: p.host, RunAt: tx.Now(), CreatedAt: tx.Now()}
			if err := tx.AddDelivery(t.Context(), row); err != nil {
				return err
			}
			mine, err := tx.EngageHost(t.Context(), p.host, "dead", tx.Now().Add(500*time.Millisecond))
			if err == nil && !mine {
				err = fmt.Errorf("the host was not free")
			}
			return err
		})
		start := time.Now()
		run(t, s, nil)
		publish(t, s, ana, nil)
		eventually(t, heard(p, 2))
		eventually(t, idle(t, s))
		if wait := time.Since(start); wait < 400*time.Millisecond {
			t.Errorf("the host was taken from a living node after %v", wait)
		}
		if first := p.messages()[0].body.Type; first != "Like" {
			t.Errorf("first came the %s", first)
		}
	})
}

func TestTwoNodesShareTheWork(t *testing.T) {
	s := storetest.Postgres(t)
	ana := member(t, s, "ana")
	var peers []*peer
	for range 10 {
		p := newPeer(t)
		p.follower(t, s, "bob", ana, true)
		peers = append(peers, p)
	}
	patient := func(o *Options) { o.Lease = time.Minute } // a busy machine is no dead node, and a lost lease sends twice
	run(t, s, patient)
	run(t, s, patient)
	var want []string
	for range 20 {
		want = append(want, publish(t, s, ana, nil).URI+"/activity")
	}
	eventually(t, idle(t, s))
	for _, p := range peers {
		var got []string
		for _, m := range p.messages() {
			got = append(got, m.body.ID)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s heard %d messages, or not in order, want %d", p.host, len(got), len(want))
		}
	}
}

func TestADeadHostDelaysNobody(t *testing.T) {
	s := storetest.SQLite(t)
	ana := member(t, s, "ana")
	hung := newPeer(t)
	hung.delay = 700 * time.Millisecond
	for i := range 20 {
		hung.follower(t, s, fmt.Sprint("bob", i), ana, false)
	}
	well := newPeer(t)
	well.follower(t, s, "cy", ana, true)
	run(t, s, func(o *Options) { o.Timeout = 500 * time.Millisecond })
	start := time.Now()
	for range 5 {
		publish(t, s, ana, nil)
	}
	eventually(t, heard(well, 5))
	if took := slices.MaxFunc(well.messages(), func(a, b message) int { return cmp.Compare(a.at.UnixNano(), b.at.UnixNano()) }).at.Sub(start); took > 400*time.Millisecond {
		t.Errorf("the other host waited %v", took)
	}
}
