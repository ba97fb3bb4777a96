package streaming

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/coder/websocket"

	"atelier/models"
)

const (
	maxCommand = 4 << 10          // bytes of what a client says
	writeTime  = 10 * time.Second // for one message
)

// webSocket serves one WebSocket. Whoever has the token may come from any
// site: no cookie counts here.
func (s *Streams) webSocket(w http.ResponseWriter, r *http.Request, x *reader, q url.Values, protocol string) error {
	o := &websocket.AcceptOptions{InsecureSkipVerify: true, CompressionMode: websocket.CompressionDisabled}
	if protocol != "" {
		o.Subprotocols = []string{protocol}
	}
	conn, err := websocket.Accept(w, r, o)
	if err != nil {
		return nil // it has answered
	}
	defer conn.CloseNow()
	conn.SetReadLimit(maxCommand)
	ctx, cancel := context.WithCancel(context.WithoutCancel(r.Context()))
	defer cancel()
	if q.Get("stream") != "" {
		s.command(ctx, x, "subscribe", q)
	}
	go func() {
		defer cancel()
		s.write(ctx, conn, x)
	}()
	s.read(ctx, conn, x)
	return nil
}

// command is what a client says on a WebSocket.
type command struct {
	Type   string          `json:"type"`
	Stream string          `json:"stream"`
	Tag    string          `json:"tag"`
	List   json.RawMessage `json:"list"` // a string or a number
}

// read does what the client says until the connection ends.
func (s *Streams) read(ctx context.Context, conn *websocket.Conn, x *reader) {
	for {
		kind, text, err := conn.Read(ctx)
		if err != nil {
			return
		}
		var c command
		if kind != websocket.MessageText || json.Unmarshal(text, &c) != nil {
			continue // as Mastodon does
		}
		s.command(ctx, x, c.Type, url.Values{"stream": {c.Stream}, "tag": {c.Tag}, "list": {strings.Trim(string(c.List), `"`)}})
	}
}

// command lets a reader listen to a stream, or no more. There is no answer
// but of errors.
func (s *Streams) command(ctx context.Context, x *reader, do string, q url.Values) {
	ch, l, err := s.channelOf(ctx, x.who(), q)
	switch {
	case err != nil:
	case do == "subscribe":
		err = s.subscribe(x, ch, l)
	case do == "unsubscribe":
		s.unsubscribe(x, ch)
	}
	if err != nil {
		x.push(complaint(err), "")
	}
}

// status are the codes that errors have inside a WebSocket.
var status = map[models.Kind]int{models.Malformed: 400, models.Forbidden: 401, models.NoSession: 401, models.NotFound: 404, models.TooMany: 429}

// complaint is an error as a WebSocket tells it.
func complaint(err error) *message {
	b, _ := json.Marshal(map[string]any{"error": models.Sentence(err), "status": status[models.KindOf(err)]})
	return &message{quoted: func() []byte { return b }}
}

// write sends what comes until the stream ends, and makes sure now and then
// that somebody is there.
func (s *Streams) write(ctx context.Context, conn *websocket.Conn, x *reader) {
	ping := time.NewTicker(s.Ping)
	defer ping.Stop()
	var frame []byte
	for {
		queue, ended := x.take()
		for _, d := range queue {
			if d.label == "" {
				frame = append(frame[:0], d.quoted()...)
			} else {
				frame = d.frame(frame[:0], d.label)
			}
			limited, cancel := context.WithTimeout(ctx, writeTime)
			err := conn.Write(limited, websocket.MessageText, frame)
			cancel()
			if err != nil {
				return
			}
		}
		if ended != "" {
			conn.Close(closing[ended], ended)
			return
		}
		if len(queue) > 0 {
			if cap(frame) > maxKept {
				frame = nil
			}
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-x.more:
		case <-ping.C:
			s.still(ctx, x)
			go s.ping(ctx, conn)
		}
	}
}

// maxKept is how much of a frame's memory an idle stream keeps, in bytes.
const maxKept = 1 << 10

var closing = map[string]websocket.StatusCode{
	tooSlow: websocket.StatusPolicyViolation, revoked: websocket.StatusPolicyViolation, goingOff: websocket.StatusGoingAway,
}

// ping ends the connection unless the other side answers before the next one.
func (s *Streams) ping(ctx context.Context, conn *websocket.Conn) {
	limited, cancel := context.WithTimeout(ctx, s.Ping)
	defer cancel()
	if conn.Ping(limited) != nil {
		conn.CloseNow()
	}
}
