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
// fifty: every tenth a reply, every twentieth a boost.
func filled(b *testing.B, s *store.Store, n int) (reader *models.Account, ids []models.ID) {
	b.Helper()
	reader = storetest.Member(b, s, "reader", models.Ordinary)
	var authors []*models.Account
	for i := range 100 {
		authors = append(authors, storetest.Account(b, s, fmt.Sprintf("author%d@away.example", i)))
	}
	storetest.Write(b, s, func(tx *store.Tx) error {
		for _, a := range authors[:50] {
			id := tx.NewID()
			if err := tx.SetFollow(b.Context(), &models.Follow{ID: id, AccountID: reader.ID, TargetID: a.ID, URI: "f" + id.String(), State: models.FollowAccepted, Boosts: true}, true); err != nil {
				return err
			}
		}
		return nil
	})
	words := strings.Repeat("Some words that a post may have, so that its row has the usual size. ", 4)
	for len(ids) < n {
		storetest.Write(b, s, func(tx *store.Tx) error {
			for range min(1000, n-len(ids)) {
				i := len(ids)
				a := authors[i%len(authors)]
				id := tx.NewID()
				p := &models.Post{ID: id, URI: a.URI + "/" + id.String(), URL: a.URL + "/" + id.String(), Type: models.NoteType, AuthorID: a.ID, Visibility: models.Public,
					State: models.Published, HTML: "<p>" + words + "</p>", Format: models.HTML, Language: "en", ThreadID: id, Version: 1, CreatedAt: tx.Now()}
				switch {
				case i%20 == 19:
					p.BoostOfID, p.HTML = ids[i-1], ""
				case i%10 == 9:
					p.InReplyToID, p.InReplyToURI, p.ThreadID = ids[i-5], "x", ids[i-5]
				}
				if _, err := tx.AddPost(b.Context(), p, words); err != nil {
					return err
				}
				if err := tx.AddHome(b.Context(), p); err != nil {
					return err
				}
				ids = append(ids, id)
			}
			return nil
		})
	}
	return reader, ids
}

func eachSize(b *testing.B, do func(b *testing.B, s *store.Store, reader models.Viewer, ids []models.ID)) {
	for name, open := range map[string]func(testing.TB) *store.Store{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		for _, n := range benchSizes(b) {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				s := open(b)
				reader, ids := filled(b, s, n)
				b.ReportAllocs()
				do(b, s, storetest.ViewerOf(reader, models.Ordinary), ids)
			})
		}
	}
}

// BenchmarkHome reads pages of 20 of a home timeline: the newest, one in the
// middle, the oldest.
func BenchmarkHome(b *testing.B) {
	eachSize(b, func(b *testing.B, s *store.Store, v models.Viewer, ids []models.ID) {
		for _, page := range []struct {
			name string
			max  models.ID
		}{{"newest", 0}, {"middle", ids[len(ids)/2]}, {"oldest", ids[100]}} {
			b.Run(page.name, func(b *testing.B) {
				for b.Loop() {
					posts, err := s.Home(b.Context(), v, store.Page{Max: page.max, Limit: 20})
					if err != nil || len(posts) != 20 {
						b.Fatalf("%d posts, %v", len(posts), err)
					}
				}
			})
		}
	})
}

// BenchmarkPublic reads the newest page of all public posts.
func BenchmarkPublic(b *testing.B) {
	eachSize(b, func(b *testing.B, s *store.Store, v models.Viewer, ids []models.ID) {
		for b.Loop() {
			if _, err := s.Public(b.Context(), v, store.PublicFilter{}, store.Page{Limit: 20}); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkSearch finds the newest 20 of posts that nearly all match.
func BenchmarkSearch(b *testing.B) {
	eachSize(b, func(b *testing.B, s *store.Store, v models.Viewer, ids []models.ID) {
		storetest.Write(b, s, func(tx *store.Tx) error { // whoever wants to be found
			a, err := tx.AccountByHandle(b.Context(), "author1@away.example")
			if err != nil {
				return err
			}
			a.Indexable = true
			_, err = tx.SetAccount(b.Context(), a)
			return err
		})
		b.ResetTimer()
		for b.Loop() {
			if _, err := s.SearchPosts(b.Context(), v, "words usual siz", false, store.Page{Limit: 20}); err != nil {
				b.Fatal(err)
			}
		}
	})
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
