package sign

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"atelier/models"
)

// The one kind of proof that is made and checked here: FEP-8b32 with this
// suite of W3C Data Integrity EdDSA Cryptosuites, section 3.3.
const (
	proofType    = "DataIntegrityProof"
	proofSuite   = "eddsa-jcs-2022"
	proofPurpose = "assertionMethod"
)

// maxProofs is how many proofs of one document are looked at.
const maxProofs = 8

// ErrUnproved is returned by ParseProof for a document without a proof of the
// kind that is known here. Such a document has to be believed for another
// reason, or be fetched from its origin.
var ErrUnproved = models.Errorf(models.NoSession, "This document carries no proof that can be checked.")

// Prove returns document, a JSON object that carries no proof yet, with a
// proof by k, an Ed25519 key. All other bytes stay what they were.
//
// Readers that go by JSON-LD see a proof only if the @context of the document
// defines its terms: https://w3id.org/security/data-integrity/v2 does. They
// find the key only if that of the actor defines assertionMethod.
//
// Whoever gets a proof can show it to anybody: private documents must not
// carry one.
func Prove(document []byte, k *Key, created time.Time) ([]byte, error) {
	proved, err := prove(document, k, created)
	if err != nil {
		return nil, fmt.Errorf("prove by %s: %w", k.id, err)
	}
	return proved, nil
}

func prove(document []byte, k *Key, created time.Time) ([]byte, error) {
	if k.rsa() {
		return nil, errors.New("an Ed25519 key is needed")
	}
	doc, err := readObject(document)
	if err != nil {
		return nil, err
	}
	if len(doc) == 0 || doc.get("proof") != nil || doc.get("signature") != nil {
		return nil, errors.New("the document is empty or signed already")
	}
	options := object{
		{"type", quote(proofType)},
		{"cryptosuite", quote(proofSuite)},
		{"created", quote(created.UTC().Format(time.RFC3339))},
		{"verificationMethod", quote(k.id)},
		{"proofPurpose", quote(proofPurpose)},
	}
	if context := doc.get("@context"); context != nil {
		options = options.with("@context", context)
	}
	message, err := proofMessage(options, doc)
	if err != nil {
		return nil, err
	}
	signature, err := k.signer().sign(message)
	if err != nil {
		return nil, err
	}
	text := options.with("proofValue", quote(encodeMultibase(signature))).encode()
	end := bytes.LastIndexByte(document, '}')
	proved := make([]byte, 0, len(document)+len(text)+len(`,"proof":`))
	proved = append(append(append(proved, document[:end]...), `,"proof":`...), text...)
	return append(proved, document[end:]...), nil
}

// Proof is one that a document carries. All that is left to check is whether
// it was made with the key it names.
type Proof struct {
	// KeyID is the URL of the key, with its fragment. The owner of the key
	// has to list it as assertionMethod, and has to be the one whose document
	// this is: the actor of an activity, whom an object is attributed to.
	KeyID string
	// Created is when it was made, zero if it does not say.
	Created time.Time

	message, signature []byte
}

// ParseProof reads the proof that document, a JSON object, carries for itself,
// and checks everything about it that needs no key. Proofs within embedded
// objects are not looked at; a signature of another kind is no part of what is
// proved.
//
// It returns ErrUnproved if there is none of a known kind, and an error of
// kind NoSession if the proof does not do.
func ParseProof(document []byte, now time.Time) (*Proof, error) {
	p, err := parseProof(document, now)
	if err == nil || err == ErrUnproved {
		return p, err
	}
	return nil, models.Errorf(models.NoSession, "The proof of this document is not accepted: %s.", err)
}

func parseProof(document []byte, now time.Time) (*Proof, error) {
	doc, err := readObject(document)
	if err != nil {
		return nil, err
	}
	options, err := knownProof(doc.get("proof"))
	if err != nil {
		return nil, err
	}
	p := &Proof{KeyID: options.text("verificationMethod")}
	if err := checkKeyID(p.KeyID); err != nil {
		return nil, err
	}
	if options.text("proofPurpose") != proofPurpose {
		return nil, errors.New("its purpose is not assertionMethod")
	}
	if p.Created, err = checkProofTimes(options, now); err != nil {
		return nil, err
	}
	p.signature, err = decodeMultibase(options.text("proofValue"))
	if err != nil || len(p.signature) != ed25519.SignatureSize {
		return nil, errors.New("its value cannot be read")
	}
	doc = doc.without("proof", "signature")
	if context := options.get("@context"); context != nil {
		if !startsWith(doc.get("@context"), context) {
			return nil, errors.New("it was made for another @context")
		}
		doc = doc.with("@context", context)
	}
	p.message, err = proofMessage(options.without("proofValue"), doc)
	return p, err
}

// knownProof returns the first proof of the known kind in v, which is one
// proof or a list of them.
func knownProof(v jsontext.Value) (object, error) {
	for i, v := range list(v) {
		if i == maxProofs {
			return nil, errors.New("there are too many")
		}
		p, err := readObject(v)
		if err != nil {
			return nil, err
		}
		if p.text("type") == proofType && p.text("cryptosuite") == proofSuite {
			return p, nil
		}
	}
	return nil, ErrUnproved
}

// list returns the values in v if that is a list, else v alone.
func list(v jsontext.Value) []jsontext.Value {
	if v == nil {
		return nil
	}
	if v.Kind() != jsontext.KindBeginArray {
		return []jsontext.Value{v.Clone()}
	}
	var values []jsontext.Value
	d := jsontext.NewDecoder(bytes.NewReader(v))
	if _, err := d.ReadToken(); err != nil {
		return nil
	}
	for d.PeekKind() != jsontext.KindEndArray {
		value, err := d.ReadValue()
		if err != nil {
			return nil
		}
		values = append(values, value.Clone())
	}
	return values
}

// startsWith says whether the values in v begin with those in prefix.
func startsWith(v, prefix jsontext.Value) bool {
	values, first := list(v), list(prefix)
	if len(first) > len(values) {
		return false
	}
	for i := range first {
		if values[i].Canonicalize() != nil || first[i].Canonicalize() != nil || !bytes.Equal(values[i], first[i]) {
			return false
		}
	}
	return true
}

// checkProofTimes reads when a proof was made and says whether it is valid
// now. A proof stays valid as long as it does not say otherwise, since a
// document may be passed on at any time.
func checkProofTimes(p object, now time.Time) (created time.Time, err error) {
	if p.get("created") != nil {
		created, err = time.Parse(time.RFC3339, p.text("created"))
		if err != nil || created.After(now.Add(window)) {
			return created, errors.New("it was not made at a time that can be")
		}
	}
	if p.get("expires") != nil {
		expires, err := time.Parse(time.RFC3339, p.text("expires"))
		if err != nil || expires.Before(now) {
			return created, errors.New("it has expired")
		}
	}
	return created, nil
}

// proofMessage is what a proof signs: the hashes of its own options and of the
// document, both canonical.
func proofMessage(options, doc object) ([]byte, error) {
	message := make([]byte, 0, 2*sha256.Size)
	for _, o := range []object{options, doc} {
		text, err := o.canonical()
		if err != nil {
			return nil, err
		}
		if err := checkNoGraph(text); err != nil {
			return nil, err
		}
		sum := sha256.Sum256(text)
		message = append(message, sum[:]...)
	}
	return message, nil
}

// checkNoGraph refuses documents that another reader, a JSON-LD processor, may
// take for something else than their plain members say. In canonical text
// each name is written in one way only.
func checkNoGraph(canonical []byte) error {
	for _, name := range []string{`"@graph":`, `"@included":`, `"@reverse":`} {
		if bytes.Contains(canonical, []byte(name)) {
			return fmt.Errorf("it holds %s", name[:len(name)-1])
		}
	}
	return nil
}

// Verify checks p with pub, the public key that p.KeyID names, an
// ed25519.PublicKey.
func (p *Proof) Verify(pub crypto.PublicKey) error {
	if verify(pub, p.message, p.signature) != nil { // never with RSA, whose signatures are longer
		return models.Errorf(models.NoSession, "The proof of this document was not made with the key %s.", p.KeyID)
	}
	return nil
}
