package store_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"atelier/models"
	"atelier/models/store"
	"atelier/models/store/storetest"
)

// benchSizes are how many posts databases have that benchmarks look at; the
// variable ATELIER_BENCH_POSTS ("10000,100000,1000000") names others.
func benchSizes(b *testing.B) (sizes []int) {
	list := os.Getenv("ATELIER_BENCH_POSTS")
	if list == "" {
		list = "10000"
	}
	for s := range strings.SplitSeq(list, ",") {
		n, err := strconv.Atoi(s)
		if err != nil {
			b.Fatalf("ATELIER_BENCH_POSTS: %v", err)
		}
		sizes = append(sizes, n)
	}
	return sizes
}

// filled is a database with n posts of 100 authors, of whom one reader follows
// fifty.
func filled(b *testing.B, s *store.Store, n int) (reader *models.Account, ids []models.ID) {
	b.Helper()
	reader = storetest.Member(b, s, "reader", models.Ordinary)
	words := strings.Repeat("Some words that a post may have, so that its row has the usual size. ", 4)
	for i := range 100 {
		a := storetest.Account(b, s, fmt.Sprintf("author%d@away.example", i))
		storetest.Write(b, s, func(tx *store.Tx) error {
			id := tx.NewID()
			p := &models.Post{ID: id, URI: a.URI + "/" + id.String(), URL: a.URL + "/" + id.String(), Type: models.NoteType, AuthorID: a.ID, Visibility: models.Public,
				State: models.Published, HTML: "<p>" + words + "</p>", Format: models.HTML, Language: "en", ThreadID: id, Version: 1, CreatedAt: tx.Now()}
			if _, err := tx.AddPost(b.Context(), p, words); err != nil {
				return err
			}
			if i%2 == 1 {
				return nil
			}
			return tx.SetFollow(b.Context(), &models.Follow{ID: tx.NewID(), AccountID: reader.ID, TargetID: a.ID, URI: "f" + id.String(), State: models.FollowAccepted, Boosts: true}, true)
		})
	}
	storetest.Write(b, s, func(tx *store.Tx) error {
		a, err := tx.AccountByHandle(b.Context(), "author1@away.example") // who wants to be found
		if err != nil {
			return err
		}
		a.Indexable = true
		if _, err := tx.SetAccount(b.Context(), a); err != nil {
			return err
		}
		ids, err = tx.Multiply(b.Context(), n, reader.ID, words)
		return err
	})
	storetest.Write(b, s, func(tx *store.Tx) error { return tx.Analyze(b.Context()) })
	return reader, ids
}

// BenchmarkRead reads what must not slow down with the number of posts: pages
// of 20 of a home timeline (the newest, one in the middle, the oldest), the
// newest page of all public posts, the newest 20 of a search that nearly all
// match.
func BenchmarkRead(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *store.Store{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		for _, n := range benchSizes(b) {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				s := open(b)
				reader, ids := filled(b, s, n)
				benchReads(b, s, storetest.ViewerOf(reader, models.Ordinary), ids)
			})
		}
	}
}

func benchReads(b *testing.B, s *store.Store, v models.Viewer, ids []models.ID) {
	home := func(max models.ID) func() (int, error) {
		return func() (int, error) {
			refs, err := s.HomeRefs(b.Context(), v, store.Page{Max: max, Limit: 20})
			return len(refs), err
		}
	}
	posts := func(read func() ([]*models.Post, error)) func() (int, error) {
		return func() (int, error) {
			posts, err := read()
			return len(posts), err
		}
	}
	for _, read := range []struct {
		name string
		do   func() (int, error)
	}{
		{"home newest", home(0)},
		{"home middle", home(ids[len(ids)/2])},
		{"home oldest", home(ids[1000])},
		{"home with posts", posts(func() ([]*models.Post, error) { return s.Home(b.Context(), v, store.Page{Limit: 20}) })},
		{"public", posts(func() ([]*models.Post, error) {
			return s.Public(b.Context(), v, store.PublicFilter{}, store.Page{Limit: 20})
		})},
		{"search", posts(func() ([]*models.Post, error) {
			return s.SearchPosts(b.Context(), v, "words usual size", false, store.Page{Limit: 20})
		})},
		{"search beginning", posts(func() ([]*models.Post, error) {
			return s.SearchPosts(b.Context(), v, "words usual siz", false, store.Page{Limit: 20})
		})},
	} {
		b.Run(read.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if n, err := read.do(); err != nil || n != 20 {
					b.Fatalf("%d posts, %v", n, err)
				}
			}
		})
	}
}

// BenchmarkAddPost stores posts, many at a time: what an inbox does.
func BenchmarkAddPost(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *store.Store{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(name, func(b *testing.B) {
			s := open(b)
			a := storetest.Account(b, s, "far@away.example")
			b.ReportAllocs()
			b.SetParallelism(16)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					err := s.Write(b.Context(), func(tx *store.Tx) error {
						id := tx.NewID()
						p := &models.Post{ID: id, URI: a.URI + "/" + id.String(), Type: models.NoteType, AuthorID: a.ID, Visibility: models.Public,
							State: models.Published, HTML: "<p>Hello there</p>", ThreadID: id, CreatedAt: tx.Now()}
						if _, err := tx.TakeIn(b.Context(), p.URI); err != nil {
							return err
						}
						if _, err := tx.AddPost(b.Context(), p, "Hello there"); err != nil {
							return err
						}
						return tx.AddHome(b.Context(), p)
					})
					if err != nil {
						b.Fatal(err)
					}
				}
			})
		})
	}
}
