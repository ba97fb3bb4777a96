package fetch

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"atelier/federation/sign"
)

// BenchmarkFanOut signs one activity for each of 100 hosts and posts it to
// them, 32 at a time, as a delivery does; the hosts, which do not verify, are
// in this process too. One operation is all 100 deliveries.
func BenchmarkFanOut(b *testing.B) {
	private, err := sign.GenerateRSA()
	if err != nil {
		b.Fatal(err)
	}
	key, err := sign.NewKey("http://localhost:8080/users/ana#main-key", private)
	if err != nil {
		b.Fatal(err)
	}
	inboxes := make([]string, 100)
	for i := range inboxes {
		listener, err := net.Listen("tcp", fmt.Sprintf("127.1.0.%d:0", i+1))
		if err != nil {
			b.Skipf("This machine has no address for each host: %v", err)
		}
		server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body)
			w.WriteHeader(http.StatusAccepted)
		})}
		go server.Serve(listener)
		defer server.Close()
		inboxes[i] = "http://" + listener.Addr().String() + "/inbox"
	}
	activity := `{"content":"` + strings.Repeat("x", 3000) + `"}`
	digest := sign.DigestOf([]byte(activity))
	client := plainClient().HTTP()
	deliver := func(inbox string) error {
		r, err := http.NewRequest("POST", inbox, strings.NewReader(activity))
		if err != nil {
			return err
		}
		r.Header["Content-Type"] = []string{"application/activity+json"}
		if err := sign.Sign(r, key, sign.Cavage, digest, time.Now()); err != nil {
			return err
		}
		answer, err := client.Do(r)
		if err == nil {
			Drain(answer.Body)
		}
		return err
	}
	b.ReportAllocs()
	for b.Loop() {
		turns := make(chan struct{}, 32)
		var all sync.WaitGroup
		for _, inbox := range inboxes {
			turns <- struct{}{}
			all.Go(func() {
				if err := deliver(inbox); err != nil {
					b.Error(err)
				}
				<-turns
			})
		}
		all.Wait()
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/100, "µs/delivery")
}
