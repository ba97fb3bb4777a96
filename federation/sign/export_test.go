package sign

import (
	"crypto/ed25519"
	"errors"
)

// ParseExampleSecret reads an Ed25519 key as FEP-8b32 writes it: the seed as a
// Multikey of codec 0x1300.
func ParseExampleSecret(text string) (ed25519.PrivateKey, error) {
	data, err := decodeMultibase(text)
	if err != nil || len(data) != 34 || data[0] != 0x80 || data[1] != 0x26 {
		return nil, errors.New("no secret Multikey")
	}
	return ed25519.NewKeyFromSeed(data[2:]), nil
}
