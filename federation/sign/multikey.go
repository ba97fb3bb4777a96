package sign

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"fmt"
)

// The multicodec numbers of public keys.
const (
	codecEd25519 = 0xed
	codecRSA     = 0x1205
)

// EncodeMultikey writes a public key as publicKeyMultibase of a Multikey
// (FEP-521a): base58btc of the multicodec number and the key, which is PKCS#1
// in DER for RSA.
func EncodeMultikey(k crypto.PublicKey) (string, error) {
	switch k := k.(type) {
	case ed25519.PublicKey:
		return encodeMultibase(append(binary.AppendUvarint(nil, codecEd25519), k...)), nil
	case *rsa.PublicKey:
		return encodeMultibase(append(binary.AppendUvarint(nil, codecRSA), x509.MarshalPKCS1PublicKey(k)...)), nil
	}
	return "", fmt.Errorf("encode multikey: a key of type %T", k)
}

// ParseMultikey reads what EncodeMultikey writes. It refuses keys that
// CheckPublic refuses.
func ParseMultikey(text string) (crypto.PublicKey, error) {
	k, err := parseMultikey(text)
	if err == nil {
		err = CheckPublic(k)
	}
	if err != nil {
		return nil, fmt.Errorf("parse multikey: %w", err)
	}
	return k, nil
}

func parseMultikey(text string) (crypto.PublicKey, error) {
	data, err := decodeMultibase(text)
	if err != nil {
		return nil, err
	}
	codec, n := binary.Uvarint(data) // 0 if there is none
	switch codec {
	case codecEd25519:
		return ed25519.PublicKey(data[n:]), nil
	case codecRSA:
		return x509.ParsePKCS1PublicKey(data[n:])
	}
	return nil, fmt.Errorf("a key of multicodec %#x", codec)
}

const base58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

// maxMultibase is the longest text that is decoded, in bytes: base58 takes
// time that grows with the square. The largest RSA key needs some 1,420.
const maxMultibase = 2048

// encodeMultibase writes data in base58btc with its multibase prefix, "z".
func encodeMultibase(data []byte) string {
	zeros := 0
	for zeros < len(data) && data[zeros] == 0 {
		zeros++
	}
	digits := make([]byte, 0, len(data)*138/100+1) // the last one first
	for _, b := range data[zeros:] {
		carry := int(b)
		for i := range digits {
			carry += int(digits[i]) << 8
			digits[i] = byte(carry % 58)
			carry /= 58
		}
		for ; carry > 0; carry /= 58 {
			digits = append(digits, byte(carry%58))
		}
	}
	text := make([]byte, 0, 1+zeros+len(digits))
	text = append(text, 'z')
	for range zeros {
		text = append(text, base58[0])
	}
	for i := len(digits) - 1; i >= 0; i-- {
		text = append(text, base58[digits[i]])
	}
	return string(text)
}

// base58Value gives the value of each base58 digit, 0xff for other bytes.
var base58Value = func() (value [256]byte) {
	for i := range value {
		value[i] = 0xff
	}
	for i, c := range []byte(base58) {
		value[c] = byte(i)
	}
	return value
}()

// decodeMultibase reads what encodeMultibase wrote.
func decodeMultibase(text string) ([]byte, error) {
	if len(text) > maxMultibase {
		return nil, errors.New("too long")
	}
	if text == "" || text[0] != 'z' {
		return nil, errors.New("not in base58btc")
	}
	text = text[1:]
	zeros := 0
	for zeros < len(text) && text[zeros] == base58[0] {
		zeros++
	}
	var data []byte // the last one first
	for _, c := range []byte(text[zeros:]) {
		carry := int(base58Value[c])
		if carry == 0xff {
			return nil, errors.New("not in base58btc")
		}
		for i := range data {
			carry += int(data[i]) * 58
			data[i] = byte(carry)
			carry >>= 8
		}
		for ; carry > 0; carry >>= 8 {
			data = append(data, byte(carry))
		}
	}
	out := make([]byte, zeros, zeros+len(data))
	for i := len(data) - 1; i >= 0; i-- {
		out = append(out, data[i])
	}
	return out, nil
}
