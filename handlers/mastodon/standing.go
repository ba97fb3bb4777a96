package mastodon

import (
	"bytes"
	"net/http"
	"time"

	"github.com/maypok86/otter/v2"

	"atelier/handlers/respond"
	"atelier/models"
)

// An answer stands until anything is written: apps ask for the same page again
// and again, and most of the time nothing has happened. What is compared is
// the state of the whole database, so nothing has to be told what an answer
// depends on.
type standing struct {
	state  string // of the database, before the answer was made
	at     time.Time
	header http.Header
	body   []byte
}

// question is what an answer depends on besides the database.
type question struct {
	token   models.ID // 0 for strangers; its scopes never change
	address string
}

const (
	standingBytes  = 6 << 20
	standingLimit  = 1 << 20         // bytes of an answer that is kept: a context of 500 replies
	standingExpiry = 3 * time.Second // polls and filters end without a write
)

func newStanding() *otter.Cache[question, *standing] {
	return otter.Must(&otter.Options[question, *standing]{
		MaximumWeight: standingBytes,
		Weigher:       func(q question, s *standing) uint32 { return uint32(len(q.address) + len(s.body) + 500) },
	})
}

// standing answers as h did before if the database is as it was then. It is
// for handlers that only read, and read nothing of a request but its address
// and token.
func (a *API) standing(h respond.Handler) respond.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if r.Method != http.MethodGet || r.ContentLength != 0 {
			return h(w, r)
		}
		c, err := a.Who(r)
		if err != nil {
			return err
		}
		q := question{address: r.URL.RequestURI()}
		if c != nil {
			q.token = c.Token.ID
		}
		state, err := a.Store.State(r.Context())
		if err != nil {
			return err
		}
		if s, ok := a.answers.GetIfPresent(q); ok && s.state == state && time.Since(s.at) < standingExpiry {
			s.send(w)
			return nil
		}
		made := &copied{ResponseWriter: w}
		if err := h(made, r); err != nil {
			return err
		}
		if made.status == http.StatusOK && made.body.Len() <= standingLimit && made.header != nil {
			a.answers.Set(q, &standing{state: state, at: time.Now(), header: made.header, body: made.body.Bytes()})
		}
		return nil
	}
}

func (s *standing) send(w http.ResponseWriter) {
	h := w.Header()
	for k, v := range s.header {
		h[k] = v
	}
	w.WriteHeader(http.StatusOK)
	w.Write(s.body) // a reader that went away is no trouble of ours
}

// copied keeps a copy of an answer while it is written.
type copied struct {
	http.ResponseWriter
	status int
	header http.Header // what the handler said; nil if that may not be repeated
	body   bytes.Buffer
}

// saidByHandlers are the headers that handlers set. The others are set anew around
// them for every request.
var saidByHandlers = []string{"Cache-Control", "Content-Length", "Content-Type", "Deprecation", "Link", "Vary", "X-Content-Type-Options"}

func (c *copied) WriteHeader(status int) {
	c.status = status
	all := c.ResponseWriter.Header()
	if all["Mastodon-Async-Refresh"] == nil { // something is under way
		c.header = make(http.Header, len(saidByHandlers))
		for _, k := range saidByHandlers {
			if v := all[k]; v != nil {
				c.header[k] = v
			}
		}
	}
	c.ResponseWriter.WriteHeader(status)
}

func (c *copied) Write(p []byte) (int, error) {
	if c.status == 0 {
		c.WriteHeader(http.StatusOK)
	}
	if c.body.Len() <= standingLimit {
		c.body.Write(p)
	}
	return c.ResponseWriter.Write(p)
}
