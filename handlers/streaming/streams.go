package streaming

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/mux"

	"atelier/handlers/respond"
	"atelier/handlers/session"
	"atelier/models"
	"atelier/models/store"
)

// Config is what the streams need from outside.
type Config struct {
	Store *store.Store
	// Listen has hear called with what happens, until cancel is called; hear
	// does not block.
	Listen func(hear func([]models.Event)) (cancel func())
	// CallerOf says whose token a secret is.
	CallerOf func(ctx context.Context, secret string) (*session.Caller, error)
	// Status returns a post as a viewer sees it, as the client API's JSON; an
	// error of kind NotFound if the viewer may not.
	Status func(ctx context.Context, v models.Viewer, id models.ID) ([]byte, error)
	// Notification and Conversation return what is the viewer's likewise.
	Notification func(ctx context.Context, v models.Viewer, id models.ID) ([]byte, error)
	Conversation func(ctx context.Context, v models.Viewer, id models.ID) ([]byte, error)
	// Announcement returns an announcement, without anybody's own part.
	Announcement func(ctx context.Context, id models.ID) ([]byte, error)
	// ChapterLists are the lists that every member has, by id: whether each
	// shows a post.
	ChapterLists map[models.ID]func(*models.Post) bool

	// Beat is how often server-sent events show that they are alive, Ping how
	// often a WebSocket must show it, and tokens are looked at again.
	// 15 s and 30 s if 0.
	Beat, Ping time.Duration

	// NoLimits lets one member have as many streams open as they like: for
	// load tests.
	NoLimits bool
}

// maxOfOne is how many streams one member may have open at a time.
const maxOfOne = 50

// Streams serves the streaming API.
type Streams struct {
	Config
	news    news
	cancel  func()
	done    chan struct{} // closed by Close
	stopped chan struct{} // closed when nothing is told any more

	mu       sync.RWMutex
	closed   bool
	readers  map[*reader]map[channel]label
	channels map[channel]map[*reader]label
	ofOne    map[models.ID]int // readers by account
}

// New returns the streams. They listen until Close.
func New(c Config) *Streams {
	if c.Beat == 0 {
		c.Beat = 15 * time.Second
	}
	if c.Ping == 0 {
		c.Ping = 30 * time.Second
	}
	s := &Streams{
		Config: c, done: make(chan struct{}), stopped: make(chan struct{}), news: news{more: make(chan struct{}, 1)},
		readers: map[*reader]map[channel]label{}, channels: map[channel]map[*reader]label{}, ofOne: map[models.ID]int{},
	}
	s.cancel = c.Listen(s.hear)
	go s.work()
	return s
}

// Close ends all streams and takes no new ones.
func (s *Streams) Close() {
	s.mu.Lock()
	was := s.closed
	s.closed = true
	for r := range s.readers {
		r.end(goingOff)
	}
	s.mu.Unlock()
	if !was {
		s.cancel()
		close(s.done)
		<-s.stopped
	}
}

// Routes adds every route to m.
func (s *Streams) Routes(m *mux.Router) {
	stream := respond.Wrap(s.serve, respond.JSONError)
	m.HandleFunc("/api/v1/streaming/health", healthy).Methods(http.MethodGet)
	m.Handle("/api/v1/streaming", stream).Methods(http.MethodGet)
	m.Handle("/api/v1/streaming/", stream).Methods(http.MethodGet)
	m.Handle("/api/v1/streaming/{stream:[a-z/]+}", stream).Methods(http.MethodGet)
}

func healthy(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Write([]byte("OK"))
}

// add lets a reader in.
func (s *Streams) add(r *reader) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return models.Errorf(models.Busy, goingOff)
	}
	if s.ofOne[r.of] >= maxOfOne && !s.NoLimits {
		return models.Errorf(models.TooMany, "Too many streams are open already")
	}
	s.ofOne[r.of]++
	s.readers[r] = nil
	return nil
}

// remove forgets a reader.
func (s *Streams) remove(r *reader) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for ch := range s.readers[r] {
		s.leave(r, ch)
	}
	delete(s.readers, r)
	if s.ofOne[r.of]--; s.ofOne[r.of] == 0 {
		delete(s.ofOne, r.of)
	}
}

// maxStreams is how many streams one connection carries.
const maxStreams = 100

// subscribe lets a reader listen to a channel.
func (s *Streams) subscribe(r *reader, ch channel, l label) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	mine := s.readers[r]
	if mine == nil {
		mine = map[channel]label{}
		s.readers[r] = mine
	}
	if len(mine) >= maxStreams {
		return models.Errorf(models.TooMany, "Too many streams on one connection")
	}
	mine[ch] = l
	all := s.channels[ch]
	if all == nil {
		all = map[*reader]label{}
		s.channels[ch] = all
	}
	all[r] = l
	return nil
}

// unsubscribe lets it listen no more.
func (s *Streams) unsubscribe(r *reader, ch channel) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.leave(r, ch)
	delete(s.readers[r], ch)
}

func (s *Streams) leave(r *reader, ch channel) {
	delete(s.channels[ch], r)
	if len(s.channels[ch]) == 0 {
		delete(s.channels, ch)
	}
}

// Open counts the open connections.
func (s *Streams) Open() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return len(s.readers)
}

// listener is a reader of a channel.
type listener struct {
	*reader
	label label
}

// on returns who listens to a channel.
func (s *Streams) on(ch channel) []listener {
	s.mu.RLock()
	defer s.mu.RUnlock()
	all := s.channels[ch]
	if len(all) == 0 {
		return nil
	}
	out := make([]listener, 0, len(all))
	for r, l := range all {
		out = append(out, listener{r, l})
	}
	return out
}

// onKind returns who listens to any channel of a kind.
func (s *Streams) onKind(k kind) (out []listener) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for ch, all := range s.channels {
		if ch.kind != k {
			continue
		}
		for r, l := range all {
			out = append(out, listener{r, l})
		}
	}
	return out
}

// anybody says whether anybody listens to a channel of a kind.
func (s *Streams) anybody(kinds ...kind) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for ch := range s.channels {
		for _, k := range kinds {
			if ch.kind == k {
				return true
			}
		}
	}
	return false
}

// of returns the readers of an account.
func (s *Streams) of(account models.ID) (out []*reader) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.ofOne[account] == 0 {
		return nil
	}
	for r := range s.readers {
		if r.of == account {
			out = append(out, r)
		}
	}
	return out
}

// still looks again whether a reader may read on, and as whom.
func (s *Streams) still(ctx context.Context, r *reader) {
	c, err := s.CallerOf(ctx, r.secret)
	switch kind := models.KindOf(err); {
	case kind == models.NoSession, kind == models.Forbidden:
		r.end(revoked)
	case err == nil:
		r.is(c)
	}
}
