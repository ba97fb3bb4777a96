package wire

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
)

// seeds are our own documents and some of the shapes that others send.
func seeds(f *testing.F) {
	paths, err := filepath.Glob("testdata/*.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range paths {
		raw, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	for _, s := range []string{
		`{"id":"https://a.example/1","type":["x","Note"],"attributedTo":[{"id":"https://a.example/u","type":"Person"}],"url":[{"href":"https://a.example/x","mediaType":"text/html"}],"tag":{"type":"Emoji","name":":x:","icon":{"url":"https://a.example/x"}}}`,
		`{"id":"https://a.example/e","type":"Event","actor":"https://a.example/u","startTime":"2026-01-02T03:04:05Z","duration":"PT1H","location":[{"type":"Place","name":"x: y","latitude":1e9}]}`,
		`{"type":"Video","id":"https://a.example/v","attributedTo":"https://a.example/u","url":[{"type":"Link","mediaType":"application/x-mpegURL","tag":[{"type":"Link","mediaType":"video/mp4","href":"https://a.example/v.mp4","height":"720"}]}],"duration":"P1DT1.5S"}`,
		`{"type":"Create","actor":{"id":"https://a.example/u"},"object":[{"type":"Note","name":"a"},{"type":"Note","name":"b"}]}`,
		`{"@context":[{"g":"@graph"}],"type":"Note"}`,
		`{"a":1,"\u0061":2}`,
	} {
		f.Add([]byte(s))
	}
}

func FuzzOpen(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, raw []byte) {
		e, err := Open(raw)
		if err != nil {
			return
		}
		if !jsontext.Value(raw).IsValid() {
			t.Errorf("opened, though it is not JSON: %q", raw)
		}
		if e.ID != "" && !ValidURI(e.ID) || e.Actor != "" && !ValidURI(e.Actor) || e.Type == "" {
			t.Errorf("opened as %+v", e)
		}
		_ = CheckHygiene(raw)
	})
}

// FuzzDecode reads the same bytes as everything.
func FuzzDecode(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, raw []byte) {
		if a, err := DecodeActivity(raw); err == nil {
			if !ValidURI(a.Actor) || len(a.Objects) == 0 || len(a.Objects) > MaxObjects || len(a.To) > MaxRecipients {
				t.Errorf("an activity as %+v", a)
			}
			_ = a.Reaction()
		}
		if p, err := DecodePost(raw); err == nil {
			if !ValidURI(p.ID) || !ValidURI(p.Author) || len(p.Media) > MaxAttachments+1 || len(p.Mentions)+len(p.Hashtags)+len(p.Emojis) > MaxTags {
				t.Errorf("a post as %+v", p)
			}
			_, _ = p.Visibility(nil, ""), p.Practice()
		}
		if a, err := DecodeActor(raw); err == nil {
			if !ValidURI(a.ID) || !ValidURI(a.Inbox) || len(a.Fields) > MaxFields || len(a.AlsoKnownAs) > MaxAliases {
				t.Errorf("an actor as %+v", a)
			}
		}
		if c, err := DecodeCollection(raw); err == nil && (len(c.Items) > MaxItems || c.TotalItems < -1) {
			t.Errorf("a collection as %+v", c)
		}
		_, _ = DecodeTombstone(raw)
		_, _ = DecodeAuthorization(raw)
		_, _ = DecodeKey(raw)
		_, _ = DecodeMultikey(raw)
	})
}
