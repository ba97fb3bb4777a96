package streaming

import (
	"net/http"
	"net/url"
	"time"
)

// events serves one stream as server-sent events (HTML, section 9.2).
func (s *Streams) events(w http.ResponseWriter, r *http.Request, x *reader, q url.Values) error {
	ch, l, err := s.channelOf(r.Context(), x.who(), q)
	if err != nil {
		return err
	}
	if err := s.subscribe(x, ch, l); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "private, no-store")
	h.Set("X-Accel-Buffering", "no") // nginx would wait for more
	out := &lines{w, http.NewResponseController(w)}
	// The server's own limits are for what ends.
	if err := out.out.SetReadDeadline(time.Time{}); err != nil {
		return err
	}
	// A greeting that every reader takes for a sign of life: with another comment
	// some drop the first event (npm's mastodon-api), and an empty line, too, ends
	// an event for others (Mastodon.py).
	if out.send(beating) != nil {
		return nil
	}
	beat := time.NewTicker(s.Beat)
	defer beat.Stop()
	for {
		queue, ended := x.take()
		for _, d := range queue {
			if out.send(d.lines()) != nil {
				return nil
			}
		}
		if ended != "" {
			return nil
		}
		if len(queue) > 0 {
			continue
		}
		select {
		case <-r.Context().Done():
			return nil
		case <-x.more:
		case <-beat.C:
			s.still(r.Context(), x)
			if out.send(beating) != nil {
				return nil
			}
		}
	}
}

// beating shows that a stream is alive.
var beating = []byte(":thump\n")

// lines sends what is written at once.
type lines struct {
	w   http.ResponseWriter
	out *http.ResponseController
}

func (l *lines) send(b []byte) error {
	if err := l.out.SetWriteDeadline(time.Now().Add(writeTime)); err != nil {
		return err
	}
	if _, err := l.w.Write(b); err != nil {
		return err
	}
	return l.out.Flush()
}
