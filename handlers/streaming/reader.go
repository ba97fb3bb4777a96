package streaming

import (
	"sync"

	"atelier/handlers/session"
	"atelier/models"
)

// maxQueue is how many messages wait for a reader before it is too slow.
const maxQueue = 512

// A reader is one open connection with what it listens to.
type reader struct {
	secret string        // its token
	token  models.ID     // of that token
	of     models.ID     // the account
	more   chan struct{} // there is something in the queue, or the end has come

	mu     sync.Mutex
	caller *session.Caller
	queue  []delivery
	ended  string // why it is over, "" while it is not
}

// delivery is a message for one of a reader's streams.
type delivery struct {
	*message
	label label
}

func newReader(secret string, c *session.Caller) *reader {
	return &reader{secret: secret, token: c.Token.ID, of: c.Account.ID, caller: c, more: make(chan struct{}, 1)}
}

// viewer is who reads.
func (r *reader) viewer() models.Viewer { return r.who().Viewer }

func (r *reader) who() *session.Caller {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.caller
}

func (r *reader) is(c *session.Caller) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.caller = c
}

// push queues a message; a reader with a full queue is let go.
func (r *reader) push(m *message, l label) {
	r.mu.Lock()
	switch {
	case r.ended != "":
	case len(r.queue) >= maxQueue:
		r.ended, r.queue = tooSlow, nil
	default:
		r.queue = append(r.queue, delivery{m, l})
	}
	r.mu.Unlock()
	r.wake()
}

// Why a stream ends.
const (
	tooSlow  = "You read too slowly."
	revoked  = "The access token is not good any more."
	goingOff = "The server is going away."
)

// end ends the stream.
func (r *reader) end(why string) {
	r.mu.Lock()
	if r.ended == "" {
		r.ended, r.queue = why, nil
	}
	r.mu.Unlock()
	r.wake()
}

func (r *reader) wake() {
	select {
	case r.more <- struct{}{}:
	default:
	}
}

// take empties the queue.
func (r *reader) take() (queue []delivery, ended string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	queue, r.queue = r.queue, nil
	return queue, r.ended
}
