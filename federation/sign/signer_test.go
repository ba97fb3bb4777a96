package sign

import "testing"

// BenchmarkSigner sets Go's RSA and OpenSSL's side by side: the price of a
// delivery, and by how much the latter is cheaper.
func BenchmarkSigner(b *testing.B) {
	k, err := GenerateRSA()
	if err != nil {
		b.Fatal(err)
	}
	message := make([]byte, 300) // about as long as what is signed of a request
	for name, s := range map[string]signer{"Go": rsaSigner{k}, "fastest": newSigner(k)} {
		run := func(b *testing.B) {
			if _, err := s.sign(message); err != nil {
				b.Fatal(err)
			}
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				run(b)
			}
		})
		b.Run(name+"/parallel", func(b *testing.B) {
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					run(b)
				}
			})
		})
	}
}
