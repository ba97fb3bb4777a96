package fedtest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"runtime/metrics"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"atelier/federation/sign"
	"atelier/models"
	"atelier/models/store"
	"atelier/models/store/storetest"
)

// A vice is how a peer answers from some moment on.
type vice struct {
	name   string
	answer func(b *villain, w http.ResponseWriter, r *http.Request)
}

var vices = []vice{
	{"never answers", func(b *villain, w http.ResponseWriter, r *http.Request) { <-b.stop }},
	{"a byte a second", func(b *villain, w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/activity+json")
		for {
			if _, err := w.Write([]byte(" ")); err != nil {
				return
			}
			w.(http.Flusher).Flush()
			select {
			case <-b.stop:
				return
			case <-r.Context().Done():
				return
			case <-time.After(time.Second):
			}
		}
	}},
	{"redirects for ever", func(b *villain, w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, b.URL+r.URL.Path+"x", http.StatusTemporaryRedirect)
	}},
	{"sends a gigabyte", func(b *villain, w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/activity+json")
		io.Copy(w, gigabyte())
	}},
	{"lies about ids", func(b *villain, w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/activity+json")
		if strings.HasPrefix(r.URL.Path, "/users/") {
			w.Write(b.actor)
		} else {
			w.Write(b.note)
		}
	}},
}

// gigabyte is one of JSON that does not end.
func gigabyte() io.Reader {
	return io.MultiReader(bytes.NewReader([]byte(`{"id":"`)), io.LimitReader(same('a'), 1<<30))
}

type same byte

func (s same) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(s)
	}
	return len(p), nil
}

// rounds are how many posts the good peer sends and gets in one measurement;
// as many wait for the bad one.
const rounds = 50

// TestHostilePeers: whatever one peer does, the others are served as before.
// The figures are logged; what is judged is that everything arrives, and that
// memory and goroutines stay within bounds.
func TestHostilePeers(t *testing.T) {
	w := newLoad(t)
	w.measure(t, "warm-up")
	before := w.measure(t, "nobody is bad")
	for i, v := range vices {
		t.Run(v.name, func(t *testing.T) {
			quiet := goroutines(t)
			bad := w.begin(t, v, i)
			during := w.measure(t, v.name)
			if more := int64(during.heap) - int64(before.heap); more > 64<<20 {
				t.Errorf("the heap grew by %d MiB", more>>20)
			}
			w.unharmed(t)
			if asked := bad.asked(); asked == 0 {
				t.Error("the bad peer was asked for nothing")
			}
			if bad.posted.Load() == 0 {
				t.Error("nothing was sent to the bad peer")
			}
			bad.end()
			Eventually(t, func() string {
				if n := runtime.NumGoroutine(); n > quiet+20 {
					return fmt.Sprintf("%d goroutines, %d before", n, quiet)
				}
				return ""
			})
		})
	}
}

// goroutines is how many there are when idle connections are closed.
func goroutines(t *testing.T) int {
	t.Helper()
	local.CloseIdleConnections()
	return runtime.NumGoroutine()
}

// A load is a chapter and a good peer: its gil follows ana here, and she him.
type load struct {
	*Server
	ana     *models.Account
	good    *Peer
	gil     *Actor
	gilHere *models.Account
	n       int
}

func newLoad(t *testing.T) *load {
	w := &load{Server: Start(t, "alpha", storetest.SQLite(t))}
	w.ana, w.good = w.Member(t, "ana"), NewPeer(t)
	w.gil = w.good.Actor("gil", 0)
	w.gilHere = w.befriend(t, w.gil)
	return w
}

// befriend has ana and an actor follow each other.
func (w *load) befriend(t *testing.T, a *Actor) *models.Account {
	t.Helper()
	here, err := w.Finder.Account(t.Context(), a.URI)
	if err != nil {
		t.Fatal(err)
	}
	storetest.Write(t, w.Store, func(tx *store.Tx) error {
		return tx.SetFollow(t.Context(), &models.Follow{ID: tx.NewID(), AccountID: w.ana.ID, TargetID: here.ID, URI: w.ana.URI + "#" + a.URI, State: models.FollowAccepted, Boosts: true, CreatedAt: tx.Now()}, true)
	})
	must(t, a.Send(w.Server, a.Do("Follow", "follow", w.ana.URI, nil)), 202)
	return here
}

// A measurement is how long things took, and the most of the heap that was in
// use meanwhile.
type measurement struct {
	inbox, home, sent, fetched []time.Duration
	heap                       uint64
}

// measure has the good peer send posts, and is sent some; the home timeline is
// read; and what the peer only names is fetched. Everything has to arrive.
func (w *load) measure(t *testing.T, name string) (m measurement) {
	t.Helper()
	runtime.GC()
	watched := watchHeap()
	took := func(list *[]time.Duration, do func()) {
		begun := time.Now()
		do()
		*list = append(*list, time.Since(begun))
	}
	for i := range rounds {
		w.n++
		id := fmt.Sprint("post", w.n)
		took(&m.inbox, func() { must(t, w.gil.Send(w.Server, w.gil.Create(w.gil.Note(id, "Good "+id, nil))), 202) })
		took(&m.home, func() {
			if _, err := w.Store.Home(t.Context(), models.Viewer{AccountID: w.ana.ID, Role: models.Ordinary}, store.Page{Limit: 20}); err != nil {
				t.Fatal(err)
			}
		})
		took(&m.sent, func() {
			p := w.Publish(t, w.ana, "To all who follow "+id, nil)
			Eventually(t, func() string { return w.arrived(p.URI) })
		})
		if i%10 == 0 {
			note := w.gil.Note("named"+id, "Only named", nil)
			w.good.Put(note["id"].(string), note)
			took(&m.fetched, func() {
				must(t, w.gil.Send(w.Server, w.gil.Do("Announce", "boost"+id, note["id"], JSON{"cc": []string{w.gil.URI + "/followers"}})), 202)
				w.Post(t, note["id"].(string))
			})
		}
	}
	m.heap = watched()
	t.Logf("%-20s inbox %s, home %s, delivery %s, by reference %s, heap in use at most %d MiB, %d goroutines", name,
		spread(m.inbox), spread(m.home), spread(m.sent), spread(m.fetched), m.heap>>20, runtime.NumGoroutine())
	return m
}

// arrived says "" when the good peer was sent a post.
func (w *load) arrived(uri string) string {
	bodies, _ := w.good.Arrivals("Create")
	for _, b := range slices.Backward(bodies) {
		if bytes.Contains(b, []byte(uri)) {
			return ""
		}
	}
	return uri + " did not arrive"
}

// unharmed says that the good peer's actor is who it was.
func (w *load) unharmed(t *testing.T) {
	t.Helper()
	a, err := w.Store.Account(t.Context(), w.gilHere.ID)
	if err != nil || a.Name != "GIL" || a.PublicKey != w.gilHere.PublicKey {
		t.Errorf("gil is %+v now, %v", a, err)
	}
	if _, err := w.Store.PostByURI(t.Context(), w.gil.URI+"/notes/lie"); models.KindOf(err) != models.NotFound {
		t.Errorf("a post in gil's name is here: %v", err)
	}
}

func spread(list []time.Duration) string {
	slices.Sort(list)
	at := func(n int) time.Duration {
		return list[min(len(list)-1, len(list)*n/100)].Round(100 * time.Microsecond)
	}
	return fmt.Sprintf("p50 %v p99 %v", at(50), at(99))
}

// watchHeap looks how much of the heap is in use until the function that it
// returns is called, which returns the most. What waits to be collected does
// not count: how much that is depends on how large the heap was before.
func watchHeap() func() uint64 {
	stop, most := make(chan struct{}), make(chan uint64)
	go func() {
		live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		var n uint64
		for {
			metrics.Read(live)
			n = max(n, live[0].Value.Uint64())
			select {
			case <-stop:
				runtime.GC()
				metrics.Read(live)
				most <- max(n, live[0].Value.Uint64())
				return
			case <-time.After(2 * time.Millisecond):
			}
		}
	}()
	return func() uint64 { close(stop); return <-most }
}

// A villain is a peer that was good until it was known here.
type villain struct {
	*Peer
	stop   chan struct{}
	once   sync.Once
	under  sync.WaitGroup
	got    atomic.Int64
	posted atomic.Int64
	cancel context.CancelFunc

	actor, note []byte // of the good peer, as the liar tells of them
}

func (b *villain) asked() int64 { return b.got.Load() }

func (b *villain) end() {
	b.once.Do(func() {
		b.cancel()
		close(b.stop)
		b.under.Wait()
		b.CloseClientConnections()
		b.Close()
	})
}

// begin makes a peer known here, as one that follows and is followed. Then it
// turns bad, and sends what makes this server ask it.
func (w *load) begin(t *testing.T, v vice, n int) *villain {
	t.Helper()
	b := &villain{Peer: NewPeer(t), stop: make(chan struct{})}
	ctx, cancel := context.WithCancel(t.Context())
	b.cancel = cancel
	t.Cleanup(b.end)
	vic := b.Actor("vic", 1+n)
	w.befriend(t, vic)
	Eventually(t, func() string {
		if len(vic.Received("Accept")) == 0 {
			return "vic's follow was not answered"
		}
		return ""
	})
	b.actor = marshal(t, with(w.gil.Document, JSON{"name": "Not gil", "publicKey": vic.Document["publicKey"]}))
	b.note = marshal(t, w.gil.Note("lie", "In gil's name", nil))
	b.Turn(func(rw http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			b.posted.Add(1)
		} else {
			b.got.Add(1)
		}
		v.answer(b, rw, r)
	})
	for i := range 40 {
		id := fmt.Sprint(i)
		parent := b.URL + "/parents/" + id
		must(t, vic.Send(w.Server, vic.Create(vic.Note("reply"+id, "A reply", JSON{"inReplyTo": parent}))), 202)
		must(t, vic.Send(w.Server, vic.Do("Announce", "boost"+id, b.URL+"/notes/far"+id, JSON{"cc": []string{vic.URI + "/followers"}})), 202)
	}
	must(t, vic.Send(w.Server, vic.Do("Create", "stolen", w.gil.Note("lie", "In gil's name", nil), nil)), 403)
	for i := range 16 { // whose keys are there, of many names
		b.under.Go(func() {
			for j := 0; ctx.Err() == nil; j++ {
				uri := fmt.Sprintf("%s/users/unknown%d-%d", b.URL, i, j)
				b.knock(ctx, w.Server, uri)
				select {
				case <-ctx.Done():
				case <-time.After(250 * time.Millisecond):
				}
			}
		})
	}
	if v.name == "sends a gigabyte" {
		b.under.Go(func() {
			if status := post(ctx, w.URLs.SharedInbox(), gigabyte(), nil, nil); status != http.StatusRequestEntityTooLarge && status != 0 {
				t.Errorf("a gigabyte was answered %d", status)
			}
		})
	}
	return b
}

// knock sends an activity of an actor whose key has to be fetched.
func (b *villain) knock(ctx context.Context, to *Server, uri string) {
	key, err := sign.ParseKey(uri+"#main-key", Key(41).RSA)
	if err != nil {
		b.t.Error(err)
		return
	}
	body := []byte(fmt.Sprintf(`{"@context":"https://www.w3.org/ns/activitystreams","id":"%s#1","type":"Follow","actor":"%s","object":"%s"}`, uri, uri, to.URLs.Chapter()))
	if status := post(ctx, to.URLs.SharedInbox(), bytes.NewReader(body), key, body); status == http.StatusAccepted {
		b.t.Errorf("%s was believed", uri)
	}
}

// post posts a body, signed if there is a key, and returns the status of the
// answer, 0 if there is none.
func post(ctx context.Context, inbox string, body io.Reader, k *sign.Key, whole []byte) int {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, inbox, body)
	if err != nil {
		return 0
	}
	r.Header.Set("Content-Type", "application/activity+json")
	if k != nil {
		if err := sign.Sign(r, k, sign.Cavage, sign.DigestOf(whole), time.Now()); err != nil {
			return 0
		}
	}
	resp, err := local.Do(r)
	if err != nil {
		return 0
	}
	resp.Body.Close()
	return resp.StatusCode
}
