// Package chaptertest gives a test an open chapter with members, on a real
// database.
package chaptertest

import (
	"testing"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/store"
)

// URLs are the addresses of the test's chapter.
var URLs = models.NewURLs("https", "here.example", "")

// Open opens a chapter in s whose president is pia. Its keys are words, good
// for nothing but being compared.
func Open(t testing.TB, s *store.Store) *chapter.Chapter {
	t.Helper()
	return OpenWith(t, s, chapter.Options{URLs: URLs, Keys: func() (models.KeyPair, error) {
		return models.KeyPair{RSA: "rsa", PublicKey: "public", Ed25519: "ed25519", EdKey: "multikey"}, nil
	}})
}

// OpenWith is Open with options of the test's own.
func OpenWith(t testing.TB, s *store.Store, o chapter.Options) *chapter.Chapter {
	t.Helper()
	c := chapter.New(s, o)
	_, err := c.SetUp(t.Context(), chapter.SetUp{Name: "Test Coaches", Handle: "coaches", Sentence: "We try things.",
		Steward: chapter.NewMember{Username: "pia", Name: "Pia President", Email: "pia@mail.example", Password: "correct horse"}})
	if err != nil {
		t.Fatalf("set up: %v", err)
	}
	return c
}

// Member adds a member called name with the password "correct horse".
func Member(t testing.TB, c *chapter.Chapter, name string, role models.Role) *models.Account {
	t.Helper()
	a, err := c.AddMember(t.Context(), chapter.NewMember{Username: name, Email: name + "@mail.example", Password: "correct horse", Role: role})
	if err != nil {
		t.Fatalf("add %s: %v", name, err)
	}
	return a
}

// Account returns the local account called name.
func Account(t testing.TB, c *chapter.Chapter, name string) *models.Account {
	t.Helper()
	a, err := c.Store.AccountByHandle(t.Context(), name)
	if err != nil {
		t.Fatalf("account %s: %v", name, err)
	}
	return a
}

// DoJobs does all jobs that are due, and those that they leave.
func DoJobs(t testing.TB, c *chapter.Chapter) {
	t.Helper()
	for range 100 {
		n, err := c.WorkOnce(t.Context())
		if err != nil {
			t.Fatalf("do jobs: %v", err)
		}
		if n == 0 {
			return
		}
	}
	t.Fatal("jobs without end")
}
