package sign_test

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"atelier/federation/sign"
	"atelier/models"
)

// example is the signed document of FEP-8b32's test suite (CC0).
const example = `{
	"@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/data-integrity/v2"],
	"id": "https://server.example/activities/1",
	"type": "Create",
	"actor": "https://server.example/users/alice",
	"object": {
		"id": "https://server.example/objects/1",
		"type": "Note",
		"attributedTo": "https://server.example/users/alice",
		"content": "Hello world",
		"location": {"type": "Place", "longitude": -71.184902, "latitude": 25.273962}
	},
	"proof": {
		"@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/data-integrity/v2"],
		"type": "DataIntegrityProof",
		"cryptosuite": "eddsa-jcs-2022",
		"verificationMethod": "https://server.example/users/alice#ed25519-key",
		"proofPurpose": "assertionMethod",
		"proofValue": "z42ffGu6AUKPCFcFPiabmUvnGLPJzC7e4DGWC52NUasSSH37UMa9c58tdgVszUcZfytxa4fQ5TYHaJENCxUDe9SdL",
		"created": "2023-02-24T23:36:38Z"
	}
}`

// proofRefusal returns why the proof in document was not accepted, "" if it was.
func proofRefusal(t testing.TB, document string, key any) string {
	t.Helper()
	p, err := sign.ParseProof([]byte(document), now)
	if err == nil {
		err = p.Verify(key)
	}
	if err == nil {
		return ""
	}
	if kind := models.KindOf(err); kind != models.NoSession {
		t.Errorf("the error is of kind %s", kind)
	}
	return err.Error()
}

func TestProofOfOthers(t *testing.T) {
	alice := must(sign.ParseMultikey(exampleEd25519))
	replace := func(old, new string) string {
		if !strings.Contains(example, old) {
			t.Fatalf("%q is not in the example", old)
		}
		return strings.ReplaceAll(example, old, new)
	}
	contexts := `["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/data-integrity/v2"]`
	for _, test := range []struct {
		name, document string
		want           string // part of the reason, "" if accepted
	}{
		{"the example", example, ""},
		{"spelled otherwise", strings.NewReplacer("\t", "", `"Hello world"`, `"Hello\u0020world"`, "-71.184902", "-711.84902e-1").Replace(example), ""},
		{"signed in the old way too", replace(`"proof":`, `"signature": {"type": "RsaSignature2017"}, "proof":`), ""},
		{"with a context added", strings.Replace(example, `data-integrity/v2"],`, `data-integrity/v2", "https://peer.example/more"],`, 1), ""},
		{"in a list", strings.Replace(replace(`"proof": {`, `"proof": [{`), "Z\"\n\t}", "Z\"\n\t}]", 1), ""},
		{"after a proof of another kind", strings.Replace(replace(`"proof": {`, `"proof": [{"type":"DataIntegrityProof","cryptosuite":"mldsa44-jcs-2024"}, {`), "Z\"\n\t}", "Z\"\n\t}]", 1), ""},

		{"a changed word", replace("Hello", "Hallo"), "was not made with"},
		{"a changed number", replace("-71.184902", "-71.184903"), "was not made with"},
		{"a changed name", replace(`"content"`, `"summary"`), "was not made with"},
		{"something added", replace(`"object":`, `"to": [], "object":`), "was not made with"},
		{"something added deep inside", replace(`"Place",`, `"Place", "radius": 1,`), "was not made with"},
		{"a proof with something added", replace(`"proof": {`, `"proof": {"domain": "x",`), "was not made with"},
		{"a proof with another time", replace("23:36:38", "23:36:39"), "was not made with"},
		{"a proof with another key", replace("#ed25519-key", "#other-key"), "was not made with"},
		{"a context changed in both", replace("data-integrity/v2", "data-integrity/v1"), "was not made with"},
		{"a context changed in the document", strings.Replace(example, "data-integrity/v2", "data-integrity/v1", 1), "another @context"},
		{"a context put first", strings.Replace(example, contexts, `["https://peer.example/more",`+contexts[1:], 1), "another @context"},
		{"a context removed", strings.Replace(example, contexts, `["https://www.w3.org/ns/activitystreams"]`, 1), "another @context"},
		{"no context", strings.Replace(example, `"@context": `+contexts+",", "", 1), "another @context"},

		{"no proof", `{"id":"https://server.example/activities/1"}`, "no proof that can be checked"},
		{"a proof of another suite", replace("eddsa-jcs-2022", "eddsa-rdfc-2022"), "no proof that can be checked"},
		{"a proof of another type", replace("DataIntegrityProof", "Ed25519Signature2020"), "no proof that can be checked"},
		{"a proof by reference", `{"proof":"https://server.example/proof"}`, "not a JSON object"},
		{"nine proofs", `{"proof":[{},{},{},{},{},{},{},{},{}]}`, "too many"},
		{"another purpose", replace("assertionMethod", "authentication"), "purpose"},
		{"a key that is no URL", replace("https://server.example/users/alice#ed25519-key", "did:key:z6Mk"), "not an http or https URL"},
		{"a value that is no signature", replace("z42ff", "z"), "value cannot be read"},
		{"a value in another base", replace("z42ff", "u42ff"), "value cannot be read"},
		{"made in the future", replace("2023-02-24", "2093-02-24"), "at a time that can be"},
		{"made at no time", replace("2023-02-24T", ""), "at a time that can be"},
		{"expired", replace(`"created":`, `"expires": "2024-01-01T00:00:00Z", "created":`), "expired"},
		{"not expired, but added", replace(`"created":`, `"expires": "2094-01-01T00:00:00Z", "created":`), "was not made with"},
		{"expiring in words", replace(`"created":`, `"expires": "soon", "created":`), "expired"},

		// What another reader may understand otherwise.
		{"a name twice", replace(`"type": "Create",`, `"type": "Create", "type": "Delete",`), "duplicate"},
		{"a name twice deep inside", replace(`"content":`, `"content": "x", "content":`), "duplicate"},
		{"a name twice, one escaped", replace(`"type": "Create",`, `"type": "Create", "\u0074ype": "Delete",`), "duplicate"},
		{"a graph", replace(`"object":`, `"@graph": [], "object":`), "@graph"},
		{"a graph that is escaped", replace(`"object":`, `"\u0040graph": [], "object":`), "@graph"},
		{"something included", replace(`"content":`, `"@included": [], "content":`), "@included"},
		{"something reversed in a context", replace(`"https://w3id.org/security/data-integrity/v2"`, `{"x": {"@reverse": "y"}}`), "@reverse"},
		{"bytes that are not UTF-8", replace("Hello", "H\xffllo"), "UTF-8"},
		{"half a surrogate pair", replace("Hello", `\ud800`), "surrogate"},
		{"something after it", example + "{}", "after the JSON object"},
		{"half of it", example[:len(example)/2], "unexpected EOF"},
		{"a list", "[" + example + "]", "not a JSON object"},
		{"nothing", "", "not a JSON object"},
		{"eleven thousand lists", `{"x":` + strings.Repeat("[", 11_000) + strings.Repeat("]", 11_000) + "}", "depth"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := proofRefusal(t, test.document, alice)
			if (got == "") != (test.want == "") || !strings.Contains(got, test.want) {
				t.Errorf("refused because %q, want %q", got, test.want)
			}
		})
	}
	for name, key := range map[string]crypto.PublicKey{"an RSA key": &rsaKey.PublicKey, "a short key": ed25519.PublicKey("short"), "no key": nil} {
		if got := proofRefusal(t, example, key); !strings.Contains(got, "was not made with") {
			t.Errorf("with %s: refused because %q", name, got)
		}
	}
	p, err := sign.ParseProof([]byte(example), now)
	if err != nil {
		t.Fatal(err)
	}
	got := [2]any{p.KeyID, p.Created}
	want := [2]any{"https://server.example/users/alice#ed25519-key", time.Date(2023, 2, 24, 23, 36, 38, 0, time.UTC)}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("ParseProof (-want +got):\n%s", diff)
	}
	if _, err := sign.ParseProof([]byte("{}"), now); err != sign.ErrUnproved {
		t.Errorf("ParseProof of no proof = %v", err)
	}
}

func TestProve(t *testing.T) {
	key := keys(t)["Ed25519"]
	for _, document := range []string{
		`{"@context":"https://www.w3.org/ns/activitystreams","id":"https://peer.example/1"}`,
		`{"@context":["https://www.w3.org/ns/activitystreams",{"a":"b"}],"id":"https://peer.example/1","content":"<p>é & \u2028</p>"}`,
		`{"@context":"https:\/\/www.w3.org\/ns\/activitystreams","id":"https://peer.example/1"}`,
		`{"id":"https://peer.example/1"}`,
		` { "b" : 1.0 , "a" : [ ] }` + "\n",
	} {
		proved, err := sign.Prove([]byte(document), key, now)
		if err != nil {
			t.Fatal(err)
		}
		if got := proofRefusal(t, string(proved), ed25519Key.Public()); got != "" {
			t.Errorf("%s\nrefused because %q", proved, got)
		}
		if end := strings.LastIndexByte(document, '}'); !bytes.HasPrefix(proved, []byte(document[:end])) || !bytes.HasSuffix(proved, []byte(document[end:])) {
			t.Errorf("Prove changed the document:\n%s", proved)
		}
	}
}

// TestProofSent holds what a proof of ours looks like, and that it is the one
// that FEP-8b32 gives for its example.
func TestProofSent(t *testing.T) {
	var document map[string]any
	if err := json.Unmarshal([]byte(example), &document); err != nil {
		t.Fatal(err)
	}
	want := document["proof"]
	delete(document, "proof")
	secret := must(sign.ParseExampleSecret("z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq"))
	key := must(sign.NewKey("https://server.example/users/alice#ed25519-key", secret))
	proved, err := sign.Prove(must(json.Marshal(document)), key, time.Date(2023, 2, 24, 23, 36, 38, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(proved, &document); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, document["proof"]); diff != "" {
		t.Errorf("proof (-want +got):\n%s", diff)
	}
}

func TestWhatIsNotProved(t *testing.T) {
	for _, test := range []struct{ name, key, document string }{
		{"with an RSA key", "RSA", `{"id":"https://peer.example/1"}`},
		{"a document that is proved", "Ed25519", `{"id":"https://peer.example/1","proof":{}}`},
		{"a document that is signed", "Ed25519", `{"id":"https://peer.example/1","signature":{}}`},
		{"an empty object", "Ed25519", `{}`},
		{"a list", "Ed25519", `[]`},
		{"what is no JSON", "Ed25519", `{"id"}`},
		{"a graph", "Ed25519", `{"@graph":[]}`},
	} {
		if proved, err := sign.Prove([]byte(test.document), keys(t)[test.key], now); err == nil {
			t.Errorf("%s: Prove = %s", test.name, proved)
		}
	}
}
