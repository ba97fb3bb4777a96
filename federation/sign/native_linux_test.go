//go:build cgo && linux

package sign

import (
	"crypto/rsa"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// needNative skips where there is no OpenSSL to call. It asks the dynamic
// linker, so that a native signer that no longer loads fails the test.
func needNative(t testing.TB) {
	t.Helper()
	out, err := exec.Command("ldconfig", "-p").Output()
	if err != nil || !strings.Contains(string(out), "libcrypto.so.3") && !strings.Contains(string(out), "libcrypto.so.1.1") {
		t.Skip("There is no libcrypto.so on this machine, so Go signs, which other tests check.")
	}
}

func TestNativeSignsAsGoDoes(t *testing.T) {
	needNative(t)
	k, err := GenerateRSA()
	if err != nil {
		t.Fatal(err)
	}
	s, ok := newSigner(k).(*nativeSigner)
	if !ok {
		t.Fatalf("newSigner = %T", s)
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for _, message := range [][]byte{nil, {}, []byte("x"), make([]byte, 100_000)} {
				got, err := s.sign(message)
				want, _ := rsaSigner{k}.sign(message) // this padding leaves no choice, so the bytes are equal
				if err != nil || string(got) != string(want) {
					t.Errorf("%d bytes: sign = %x, %v; want %x", len(message), got, err, want)
				}
			}
		})
	}
	all.Wait()
}

func TestNativeFreesItsKeys(t *testing.T) {
	needNative(t)
	k, err := GenerateRSA()
	if err != nil {
		t.Fatal(err)
	}
	freed := nativeFreed.Load()
	for range 10 {
		if newNativeSigner(k) == nil {
			t.Fatal("no native signer")
		}
	}
	for deadline := time.Now().Add(10 * time.Second); nativeFreed.Load() < freed+9; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("of 10 keys %d were freed", nativeFreed.Load()-freed)
		}
		runtime.GC()
	}
}

// TestNativeIsNotUsedIfItIsWrong gives it a key whose public half does not
// belong to it, as a broken library would look.
func TestNativeIsNotUsedIfItIsWrong(t *testing.T) {
	needNative(t)
	k, err := GenerateRSA()
	if err != nil {
		t.Fatal(err)
	}
	other, err := GenerateRSA()
	if err != nil {
		t.Fatal(err)
	}
	if s := newNativeSigner(&rsa.PrivateKey{PublicKey: other.PublicKey, D: k.D, Primes: k.Primes, Precomputed: k.Precomputed}); s != nil {
		t.Errorf("newNativeSigner = %v", s)
	}
}
