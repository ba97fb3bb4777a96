//go:build !cgo || !linux

package sign

import "crypto/rsa"

// newNativeSigner returns nil: without cgo there is no calling into OpenSSL.
func newNativeSigner(*rsa.PrivateKey) signer { return nil }
