//go:build cgo && linux

package sign

/*
#cgo LDFLAGS: -ldl
#include <dlfcn.h>
#include <stddef.h>

// What is used of libcrypto. The declarations are written out here, so that
// building needs no headers of OpenSSL; all of them are functions, with these
// types, in 1.1.1 and in 3.
static void *(*d2i_auto)(void **key, const unsigned char **der, long n); // d2i_AutoPrivateKey
static void (*pkey_free)(void *key);
static void *(*md_ctx_new)(void);
static void (*md_ctx_free)(void *ctx);
static const void *(*sha256)(void);
static int (*sign_init)(void *ctx, void **pctx, const void *md, void *engine, void *key);
static int (*sign_once)(void *ctx, unsigned char *sig, size_t *n, const unsigned char *msg, size_t len);
static void (*err_clear)(void);

// native_load finds libcrypto. It returns 1 if everything needed is there.
static int native_load(void) {
	void *lib = dlopen("libcrypto.so.3", RTLD_NOW | RTLD_LOCAL);
	if (!lib) lib = dlopen("libcrypto.so.1.1", RTLD_NOW | RTLD_LOCAL);
	if (!lib) return 0;
	d2i_auto = dlsym(lib, "d2i_AutoPrivateKey");
	pkey_free = dlsym(lib, "EVP_PKEY_free");
	md_ctx_new = dlsym(lib, "EVP_MD_CTX_new");
	md_ctx_free = dlsym(lib, "EVP_MD_CTX_free");
	sha256 = dlsym(lib, "EVP_sha256");
	sign_init = dlsym(lib, "EVP_DigestSignInit");
	sign_once = dlsym(lib, "EVP_DigestSign");
	err_clear = dlsym(lib, "ERR_clear_error");
	if (d2i_auto && pkey_free && md_ctx_new && md_ctx_free && sha256 && sign_init && sign_once && err_clear) return 1;
	dlclose(lib);
	return 0;
}

// native_key reads a private key, PKCS#1 in DER. It returns NULL on failure.
static void *native_key(const unsigned char *der, long n) {
	void *key = d2i_auto(NULL, &der, n);
	if (!key) err_clear();
	return key;
}

static void native_free(void *key) { pkey_free(key); }

// native_sign signs msg into sig, which has room for n bytes. It returns the
// length of the signature, or 0. The padding is OpenSSL's default for RSA
// keys, PKCS#1 v1.5. Errors are kept per thread, so they are cleared here,
// while the goroutine cannot have moved to another one.
static size_t native_sign(void *key, const unsigned char *msg, size_t len, unsigned char *sig, size_t n) {
	void *ctx = md_ctx_new();
	if (!ctx) { err_clear(); return 0; }
	if (sign_init(ctx, NULL, sha256(), NULL, key) != 1 || sign_once(ctx, sig, &n, msg, len) != 1) {
		err_clear();
		n = 0;
	}
	md_ctx_free(ctx);
	return n;
}
*/
import "C"

import (
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"unsafe"
)

// nativeLoaded says whether OpenSSL's libcrypto is on this machine.
var nativeLoaded = sync.OnceValue(func() bool { return C.native_load() == 1 })

// nativeTurns limits the native signatures under way to the number of
// processors: each one keeps a thread, and more threads would only wait.
var nativeTurns = make(chan struct{}, runtime.GOMAXPROCS(0))

// nativeSigner signs with OpenSSL, which takes a third of Go's time for RSA.
// The key is freed when the signer is no longer reachable.
type nativeSigner struct {
	key  unsafe.Pointer // EVP_PKEY, which may sign on several threads at once
	size int            // of a signature, in bytes
}

// newNativeSigner returns a signer for k that uses OpenSSL, or nil if there is
// no OpenSSL or it does not make signatures of k that Go can verify.
func newNativeSigner(k *rsa.PrivateKey) signer {
	if !nativeLoaded() {
		return nil
	}
	der := x509.MarshalPKCS1PrivateKey(k)
	key := C.native_key((*C.uchar)(unsafe.SliceData(der)), C.long(len(der)))
	clear(der)
	if key == nil {
		return nil
	}
	s := &nativeSigner{key: key, size: k.Size()}
	runtime.AddCleanup(s, freeNative, key)
	test := []byte("a signature that is not sent anywhere")
	signature, err := s.sign(test)
	if err != nil || verify(&k.PublicKey, test, signature) != nil {
		return nil
	}
	return s
}

// nativeFreed counts the keys that were given back, for the tests.
var nativeFreed atomic.Int64

func freeNative(key unsafe.Pointer) {
	C.native_free(key)
	nativeFreed.Add(1)
}

var errNative = errors.New("OpenSSL did not sign")

func (s *nativeSigner) sign(message []byte) ([]byte, error) {
	nativeTurns <- struct{}{}
	defer func() { <-nativeTurns }()
	signature := make([]byte, s.size)
	n := C.native_sign(s.key, (*C.uchar)(unsafe.SliceData(message)), C.size_t(len(message)),
		(*C.uchar)(unsafe.SliceData(signature)), C.size_t(len(signature)))
	runtime.KeepAlive(s)
	if n == 0 {
		return nil, errNative
	}
	return signature[:n], nil
}
