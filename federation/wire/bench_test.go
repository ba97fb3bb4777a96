package wire

import (
	"os"
	"path/filepath"
	"testing"
)

// recorded is a document of our own, or of another server where those are.
func recorded(b *testing.B, name string) []byte {
	path := filepath.Join("testdata", name+".json")
	if filepath.Ext(name) == ".json" {
		path = filepath.Join(documentsDir(b), name)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		b.Fatal(err)
	}
	return raw
}

var incoming = []string{"create-note", "bonfire-fixtures/mastodon/mastodon-post-activity-hashtag.json"}

// BenchmarkOpen is what the inbox does before it looks at the signature.
func BenchmarkOpen(b *testing.B) {
	for _, name := range incoming {
		b.Run(filepath.Base(name), func(b *testing.B) {
			raw := recorded(b, name)
			b.SetBytes(int64(len(raw)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Open(raw); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkDecodeCreate is the whole way of a Create of a Note: envelope,
// activity, post.
func BenchmarkDecodeCreate(b *testing.B) {
	for _, name := range incoming {
		b.Run(filepath.Base(name), func(b *testing.B) {
			raw := recorded(b, name)
			b.SetBytes(int64(len(raw)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Open(raw); err != nil {
					b.Fatal(err)
				}
				a, err := DecodeActivity(raw)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := DecodePost(a.Object().Raw); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkDecodeActor(b *testing.B) {
	raw := recorded(b, "person")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := DecodeActor(raw); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkVocabulary is the same Create read by go-fed, for comparison.
func BenchmarkVocabulary(b *testing.B) {
	raw := recorded(b, "create-note")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := vocabulary(raw); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncode(b *testing.B) {
	for _, name := range []string{"create-note", "create-article", "like", "person"} {
		for _, s := range sent {
			if s.name != name {
				continue
			}
			b.Run(name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					d, err := s.make()
					if err != nil {
						b.Fatal(err)
					}
					if _, err := d.JSON(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
