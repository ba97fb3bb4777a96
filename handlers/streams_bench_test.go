package handlers

import (
	"context"
	"fmt"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"atelier/handlers/oauth"
	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/chapter/chaptertest"
	"atelier/models/store/storetest"
)

// BenchmarkAThousandStreams tells how long it takes from a post until the last
// of a thousand open streams has it, and what a stream costs in memory, with
// both ends in this process.
func BenchmarkAThousandStreams(b *testing.B) {
	const members, each = 50, 20
	for _, test := range []struct{ stream, visibility string }{{"user", "public"}, {"public", "public"}, {"public:local", "members"}} {
		b.Run(test.stream+" "+test.visibility, func(b *testing.B) {
			c := chaptertest.Open(b, storetest.SQLite(b))
			pia := chaptertest.Account(b, c, "pia")
			var tokens []string
			for i := range members {
				a := chaptertest.Member(b, c, fmt.Sprintf("member%d", i), models.Ordinary)
				if err := c.Follow(b.Context(), a, pia.ID, chapter.FollowWish{}); err != nil {
					b.Fatal(err)
				}
				m, err := c.Store.Member(b.Context(), a.ID)
				if err != nil {
					b.Fatal(err)
				}
				token, err := oauth.Issue(b.Context(), c.Store, m, "read")
				if err != nil {
					b.Fatal(err)
				}
				tokens = append(tokens, token)
			}
			h := site(b, func(x *Config) { x.Chapter, x.NoLimits = c, true })
			server := httptest.NewServer(h)
			defer server.Close()
			before := inUse()
			var heard sync.WaitGroup
			for i := range members * each {
				conn, _, err := websocket.Dial(b.Context(), server.URL+"/api/v1/streaming?stream="+test.stream+"&access_token="+tokens[i%members], nil)
				if err != nil {
					b.Fatal(err)
				}
				defer conn.CloseNow()
				go func() {
					for {
						_, text, err := conn.Read(context.Background())
						if err != nil {
							return
						}
						if strings.Contains(string(text), `"event":"update"`) {
							heard.Done()
						}
					}
				}()
			}
			perStream := (inUse() - before) / members / each
			d := chapter.Draft{Source: "Something that everybody would like to know at once."}
			if test.visibility == "members" {
				yes := true
				d.Visibility, d.LocalOnly = models.Private, &yes
			}
			var took []time.Duration
			for b.Loop() {
				heard.Add(members * each)
				begun := time.Now()
				if _, err := c.Publish(b.Context(), pia, d); err != nil {
					b.Fatal(err)
				}
				heard.Wait()
				took = append(took, time.Since(begun))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(perStream), "B/stream")
		})
	}
}

// inUse is how much memory the process has from the system, heap and stacks.
func inUse() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapInuse + m.StackInuse)
}
