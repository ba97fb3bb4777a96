package fedtest

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"atelier/federation/sign"
	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/store"
	"atelier/models/store/storetest"
)

var engines = map[string]func(testing.TB) *store.Store{"sqlite": storetest.SQLite, "postgres": storetest.Postgres}

// BenchmarkInbox receives signed Creates from an account that a member
// follows, 16 at a time: from reading the request to the commit that is behind
// its 202. Signing them is not counted.
func BenchmarkInbox(b *testing.B) {
	for name, open := range engines {
		b.Run(name, func(b *testing.B) {
			s := Start(b, "alpha", open(b))
			ana := s.Member(b, "ana")
			far := NewPeer(b).Actor("far", 0)
			there, err := s.Finder.Account(b.Context(), far.URI)
			if err != nil {
				b.Fatal(err)
			}
			storetest.Write(b, s.Store, func(tx *store.Tx) error {
				return tx.SetFollow(b.Context(), &models.Follow{ID: tx.NewID(), AccountID: ana.ID, TargetID: there.ID, URI: "f", State: models.FollowAccepted, Boosts: true, CreatedAt: tx.Now()}, true)
			})
			requests := make([]*http.Request, b.N)
			for i := range requests {
				body := marshal(b, far.Create(far.Note(fmt.Sprint(i), "A thought for the day, of the usual size.", nil)))
				r := httptest.NewRequest(http.MethodPost, s.URLs.SharedInbox(), bytes.NewReader(body))
				r.Header.Set("Content-Type", "application/activity+json")
				if err := sign.Sign(r, far.Key, sign.Cavage, sign.DigestOf(body), time.Now()); err != nil {
					b.Fatal(err)
				}
				requests[i] = r
			}
			var next atomic.Int64
			b.ReportAllocs()
			b.SetParallelism(16)
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					w := httptest.NewRecorder()
					s.ServeHTTP(w, requests[next.Add(1)-1])
					if w.Code != http.StatusAccepted {
						b.Fatalf("%d %s", w.Code, w.Body)
					}
				}
			})
		})
	}
}

// BenchmarkPublish publishes posts that everybody may read, 8 at a time, with
// what follows from each until it is committed.
func BenchmarkPublish(b *testing.B) {
	for name, open := range engines {
		b.Run(name, func(b *testing.B) {
			s := Start(b, "alpha", open(b))
			ana := s.Member(b, "ana")
			b.ReportAllocs()
			b.SetParallelism(8)
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if _, err := s.Chapter.Publish(b.Context(), ana, chapter.Draft{Source: "A thought for the day, of the usual size.", Visibility: models.Public}); err != nil {
						b.Fatal(err)
					}
				}
			})
		})
	}
}
