package streaming

import (
	"bytes"
	"encoding/json"
	"sync"
)

// message is one event for one or many readers. Its two spellings are made
// once, when the first reader needs one.
type message struct {
	event   string
	payload []byte // nil: the event has none

	quoted func() []byte // the rest of a WebSocket message, behind its label
	lines  func() []byte // the whole of a server-sent event
}

func newMessage(event string, payload []byte) *message {
	m := &message{event: event, payload: payload}
	m.quoted = sync.OnceValue(m.makeQuoted)
	m.lines = sync.OnceValue(m.makeLines)
	return m
}

// makeQuoted puts the payload, which clients expect as a string, behind the
// event's name.
func (m *message) makeQuoted() []byte {
	var b bytes.Buffer
	b.WriteString(`,"event":"` + m.event + `"`)
	if m.payload != nil {
		b.WriteString(`,"payload":`)
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		_ = enc.Encode(string(m.payload)) // a string into memory
		b.Truncate(b.Len() - 1)           // the line's end
	}
	b.WriteByte('}')
	return b.Bytes()
}

// frame appends the message as a WebSocket carries it.
func (m *message) frame(b []byte, l label) []byte {
	b = append(b, `{"stream":`...)
	b = append(b, l...)
	return append(b, m.quoted()...)
}

// makeLines is the message as server-sent event. JSON has no line breaks of
// its own.
func (m *message) makeLines() []byte {
	payload := m.payload
	if payload == nil {
		payload = []byte("undefined") // what Mastodon sends; without data a browser would tell nobody
	}
	b := make([]byte, 0, len(m.event)+len(payload)+20)
	b = append(b, "event: "+m.event+"\ndata: "...)
	b = append(b, payload...)
	return append(b, "\n\n"...)
}
