package wire

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// documentsDir is where documents of other software are, recorded as they
// were sent. They are not part of the project.
func documentsDir(t testing.TB) string {
	if dir := os.Getenv("ATELIER_SHARED"); dir != "" {
		return filepath.Join(dir, "federation", "documents")
	}
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		at := filepath.Join(dir, "shared", "federation", "documents")
		if _, err := os.Stat(at); err == nil {
			return at
		}
		if filepath.Dir(dir) == dir {
			t.Skip("the recorded documents of other servers are not beside the project (shared/federation/documents); left out")
		}
		dir = filepath.Dir(dir)
	}
}

// documents calls f for each recorded document, by its path in the folder.
func documents(t testing.TB, f func(name string, raw []byte)) {
	dir := documentsDir(t)
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".json") {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		f(filepath.ToSlash(name), raw)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// decode reads a document as what its type says, and everything inside it
// that came along.
func decode(raw []byte) (any, error) {
	e, err := Open(raw)
	if err != nil {
		return nil, err
	}
	switch ClassOf(e.Type) {
	case ActivityClass:
		a, err := DecodeActivity(raw)
		if err != nil {
			return nil, err
		}
		for _, o := range a.Objects {
			// What is deleted is named; a stub of it may stand there.
			if !o.Embedded() || o.Type == "" || a.Type == "Delete" {
				continue
			}
			if _, err := decode(o.Raw); err != nil {
				return nil, fmt.Errorf("%s in it: %w", o.Type, err)
			}
		}
		return a, nil
	case ActorClass:
		return DecodeActor(raw)
	case PostClass:
		return DecodePost(raw)
	case CollectionClass:
		c, err := DecodeCollection(raw)
		if err != nil {
			return nil, err
		}
		for _, o := range append([]Object{c.First}, c.Items...) {
			if !o.Embedded() || o.Type == "" {
				continue
			}
			if _, err := decode(o.Raw); err != nil {
				return nil, fmt.Errorf("%s in it: %w", o.Type, err)
			}
		}
		return c, nil
	}
	if e.Type == "Tombstone" {
		return DecodeTombstone(raw)
	}
	return e, nil
}

// refusals are the recorded documents that are not read, and why. All the
// others are.
var refusals = map[string]error{
	// WebFinger and NodeInfo documents, which are not ActivityPub.
	"bonfire-fixtures/framasoft@framatube.org.json":        ErrType,
	"bonfire-fixtures/kaniini@gerzilla.de.json":            ErrType,
	"bonfire-fixtures/mastodon/mastodon_webfinger.json":    ErrType,
	"bonfire-fixtures/mike@osada.macgirvin.com.json":       ErrType,
	"bonfire-fixtures/pekorino@pawoo.net_host_meta.json":   ErrType,
	"bonfire-fixtures/pleroma_webfinger.json":              ErrType,
	"bonfire-fixtures/snowdusk@sdf.org_host_meta.json":     ErrType,
	"bonfire-fixtures/webfinger_emelie.json":               ErrType,
	"bonfire-fixtures/winterdienst_webfinger.json":         ErrType,
	"discourse-fixtures/account.json":                      ErrType,
	"mobilizon-fixtures/nodeinfo/wp-event-federation.json": ErrType,
	"mobilizon-fixtures/webfinger/mastodon-webfinger.json": ErrType,
	"bonfire-fixtures/poll_attachment.json":                ErrTwice, // "closed", edited by hand
}

func TestRecordedDocumentsAreReadOrRefusedForAReason(t *testing.T) {
	n := 0
	documents(t, func(name string, raw []byte) {
		n++
		if _, err := decode(raw); !errors.Is(err, refusals[name]) {
			t.Errorf("%s: %v; want %v", name, err, refusals[name])
		}
	})
	if n < 300 {
		t.Errorf("%d documents; there should be over 300", n)
	}
}
