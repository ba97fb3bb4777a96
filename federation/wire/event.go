package wire

import (
	"context"
	"fmt"
	"time"

	"github.com/go-fed/activity/streams"
	"github.com/go-fed/activity/streams/vocab"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Event is what an Event says beside its texts (Mobilizon, Gancio, FEP-8a8e).
type Event struct {
	Start, End  time.Time
	Place       string // its name
	Address     string // one line
	Latitude    float64
	Longitude   float64
	Status      string // CONFIRMED, TENTATIVE, CANCELLED, or ""
	JoinMode    string // free, restricted, external, none, or ""
	JoinURL     string // where to sign up if JoinMode is external
	Timezone    string
	Online      bool
	Capacity    int // 0: no limit known
	Attendees   int
	OrganizedBy string // actor, when attributedTo is a Group
}

// decodeEvent reads what go-fed's Event knows, and beside it what it does not.
// What cannot be read is left out: the post itself was read already.
func decodeEvent(raw []byte) *Event {
	e := &Event{}
	e.extra(raw)
	event, ok := vocabularyEvent(raw)
	if !ok {
		return e
	}
	if p := event.GetActivityStreamsStartTime(); p != nil && p.IsXMLSchemaDateTime() {
		e.Start = p.Get().UTC()
	}
	if p := event.GetActivityStreamsEndTime(); p != nil && p.IsXMLSchemaDateTime() {
		e.End = p.Get().UTC()
	}
	locations := event.GetActivityStreamsLocation()
	if locations == nil {
		return e
	}
	for i := range locations.Len() {
		place := locations.At(i).GetActivityStreamsPlace()
		if place == nil {
			continue
		}
		if p := place.GetActivityStreamsLatitude(); p != nil && p.IsXMLSchemaFloat() {
			e.Latitude = p.Get()
		}
		if p := place.GetActivityStreamsLongitude(); p != nil && p.IsXMLSchemaFloat() {
			e.Longitude = p.Get()
		}
		break
	}
	return e
}

// vocabularyEvent reads into go-fed's Event those members that are taken from
// it: the whole document would cost a hundred times its size.
func vocabularyEvent(raw []byte) (vocab.ActivityStreamsEvent, bool) {
	const enough = 64 << 10 // bytes; Places may have outlines
	var part struct {
		Type     kind           `json:"type"`
		Start    jsontext.Value `json:"startTime,omitempty"`
		End      jsontext.Value `json:"endTime,omitempty"`
		Location jsontext.Value `json:"location,omitempty"`
	}
	if !parse(raw, &part) {
		return nil, false
	}
	if part.Type = "Event"; len(part.Location) > enough {
		part.Location = nil
	}
	small, err := json.Marshal(&part)
	if err != nil {
		return nil, false
	}
	t, err := vocabulary(small)
	if err != nil {
		return nil, false
	}
	event, ok := t.(vocab.ActivityStreamsEvent)
	return event, ok
}

// extra reads what go-fed cannot say, or says wrongly: a name with a colon is
// an address to it.
func (e *Event) extra(raw []byte) {
	var w struct {
		Location   location `json:"location"`
		Status     text     `json:"status"`
		ICalStatus text     `json:"ical:status"`
		JoinMode   text     `json:"joinMode"`
		JoinURL    uri      `json:"externalParticipationUrl"`
		Timezone   text     `json:"timezone"`
		Online     boolean  `json:"isOnline"`
		Capacity   number   `json:"maximumAttendeeCapacity"`
		Attendees  number   `json:"participantCount"`
		Actor      uri      `json:"actor"`
	}
	if !parse(raw, &w) {
		return
	}
	if w.Status == "" {
		w.Status = w.ICalStatus
	}
	*e = Event{
		Place: cut(w.Location.Name, MaxName), Address: cut(w.Location.Address, MaxName),
		Status: cut(w.Status, 40), JoinMode: cut(w.JoinMode, 40), JoinURL: address(w.JoinURL), Timezone: cut(w.Timezone, 100),
		Online: w.Online.val, Capacity: w.Capacity.count(), Attendees: w.Attendees.count(), OrganizedBy: address(w.Actor),
	}
}

// location is a Place's name and address; of several, the first.
type location struct{ Name, Address string }

func (l *location) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return each(dec, func() error {
		if dec.PeekKind() != '{' || *l != (location{}) {
			return dec.SkipValue()
		}
		var w struct {
			Name    text          `json:"name"`
			Address postalAddress `json:"address"`
		}
		err := json.UnmarshalDecode(dec, &w)
		*l = location{string(w.Name), string(w.Address)}
		return err
	})
}

// postalAddress is a text, or schema.org's parts of one.
type postalAddress string

func (a *postalAddress) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	switch dec.PeekKind() {
	case '"':
		return (*text)(a).UnmarshalJSONFrom(dec)
	case '{':
		var w struct {
			Street   text `json:"streetAddress"`
			Code     text `json:"postalCode"`
			Locality text `json:"addressLocality"`
			Region   text `json:"addressRegion"`
			Country  text `json:"addressCountry"`
		}
		if err := json.UnmarshalDecode(dec, &w); err != nil {
			return err
		}
		for _, part := range []text{w.Street, w.Code, w.Locality, w.Region, w.Country} {
			switch {
			case part == "":
			case *a == "":
				*a = postalAddress(part)
			default:
				*a += postalAddress(", " + part)
			}
		}
		return nil
	}
	return dec.SkipValue()
}

// vocabulary reads a document into go-fed's types. It is for documents that
// have been read already, of types that are seldom met: see the package's
// documentation for what it costs and gets wrong. It needs a context and
// panics on some values ("duration": ""); neither reaches the caller.
func vocabulary(raw []byte) (t vocab.Type, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("read by the vocabulary: %v", r)
		}
	}()
	var m map[string]any
	if err := json.Unmarshal(raw, &m); err != nil {
		return nil, fmt.Errorf("read by the vocabulary: %w", err)
	}
	m["@context"] = "https://www.w3.org/ns/activitystreams" // whatever it was: names are matched as they stand
	return streams.ToType(context.Background(), m)
}
