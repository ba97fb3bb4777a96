package mastodon_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"atelier/models/chapter/chaptertest"
)

// pushService takes messages, and answers each with the next status.
type pushService struct {
	*httptest.Server
	mu     sync.Mutex
	status int
	got    []*http.Request
	bodies [][]byte
}

func newPushService(t *testing.T) *pushService {
	s := &pushService{status: 201}
	s.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		body, _ := io.ReadAll(r.Body)
		s.got, s.bodies = append(s.got, r), append(s.bodies, body)
		w.WriteHeader(s.status)
	}))
	t.Cleanup(s.Close)
	return s
}

func TestPush(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		service := newPushService(t)
		*w.push = *service.Client()
		ua, err := ecdh.P256().GenerateKey(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		b64 := base64.RawURLEncoding
		auth := make([]byte, 16)
		const path = "/api/v1/push/subscription"
		w.ana.ask("GET", path, "", "").want(404)
		w.ana.ask("DELETE", path, "", "").want(200)
		fields := []string{"subscription[endpoint]=" + service.URL + "/for/ana", "subscription[keys][p256dh]=" + b64.EncodeToString(ua.PublicKey().Bytes()),
			"subscription[keys][auth]=" + b64.EncodeToString(auth), "subscription[standard]=true", "data[alerts][mention]=true", "data[alerts][favourite]=false", "data[policy]=followed"}
		a := w.ana.post(path, fields...)
		a.is("alerts", map[string]any{"mention": true, "favourite": false}).is("policy", "followed").is("standard", true).
			is("server_key", w.nobody.get("/api/v2/instance").str("configuration.vapid.public_key"))
		w.ana.get(path).is("endpoint", service.URL+"/for/ana")
		if id, ok := a.at("id").(float64); !ok || id != float64(int32(id)) {
			t.Errorf("the subscription's id is %v: Tusky reads 32 bits", a.at("id"))
		}
		for _, wrong := range []string{"subscription[endpoint]=http://elsewhere.example/", "subscription[keys][p256dh]=AAAA", "subscription[keys][auth]=AA", "data[policy]=some"} {
			w.ben.form("POST", path, append(append([]string{}, fields...), wrong)...).want(422)
		}
		w.client(w.ana.account, "read write").ask("GET", path, "", "").want(403)

		// From nobody whom she follows: nothing. Then a mention, but no favourite.
		w.ben.says("@ana one")
		chaptertest.DoJobs(t, w.Chapter)
		w.ana.post("/api/v1/accounts/" + w.ben.id() + "/follow")
		w.ben.post("/api/v1/statuses/" + w.ana.says("mine") + "/favourite")
		w.ben.says("@ana a *word*", "spoiler_text=")
		chaptertest.DoJobs(t, w.Chapter)
		if len(service.got) != 1 {
			t.Fatalf("%d messages, want one", len(service.got))
		}
		r := service.got[0]
		if r.URL.Path != "/for/ana" || r.Header.Get("TTL") == "" || r.Header.Get("Content-Encoding") != "aes128gcm" {
			t.Errorf("%s %v", r.URL.Path, r.Header)
		}
		checkVapid(t, r, a.str("server_key"), service.URL)
		var payload map[string]any // with a number where Swift apps read one
		numbers := json.NewDecoder(bytes.NewReader(open(t, service.bodies[0], ua, auth)))
		numbers.UseNumber()
		if err := numbers.Decode(&payload); err != nil {
			t.Fatal(err)
		}
		n := w.ana.get("/api/v1/notifications?limit=1")
		if payload["notification_id"] != json.Number(n.str("0.id")) || payload["notification_type"] != "mention" || payload["title"] != "ben mentioned you" ||
			payload["body"] != "@ana a *word*" || payload["access_token"] != w.ana.token.Hash || payload["preferred_locale"] == "" || payload["icon"] == "" {
			t.Errorf("payload: %v", payload)
		}

		// A browser has rounded the number when it asks for the notification.
		var rounded struct{ ID float64 }
		if err := json.Unmarshal([]byte(`{"id":`+n.str("0.id")+`}`), &rounded); err != nil {
			t.Fatal(err)
		}
		shown := strconv.FormatFloat(rounded.ID, 'f', -1, 64)
		w.ana.get("/api/v1/notifications/%s", shown).is("id", n.str("0.id"))
		w.ben.ask("GET", "/api/v1/notifications/"+shown, "", "").want(404)

		// The database alone does not tell the token, and a row opens where it was
		// sealed only.
		sealed, err := w.Store.Push(t.Context(), w.ana.token.ID)
		if err != nil || sealed.Sealed == "" || strings.Contains(sealed.Sealed, w.ana.token.Hash) || w.PushToken(sealed) != w.ana.token.Hash {
			t.Errorf("kept of the token: %q, %v", sealed.Sealed, err)
		}
		moved := *sealed
		moved.TokenID++
		if got := w.PushToken(&moved); got != "" {
			t.Errorf("another row's token opens: %q", got)
		}
		if err := w.SealWith([]byte(strings.Repeat("another ", 4))); err != nil {
			t.Fatal(err)
		}
		if got := w.PushToken(sealed); got != "" {
			t.Errorf("it opens with another key: %q", got)
		}

		w.ana.form("PUT", path, "data[alerts][mention]=false", "policy=all").want(200).is("policy", "all").is("alerts", map[string]any{"mention": false})
		w.ben.says("@ana quiet")
		chaptertest.DoJobs(t, w.Chapter)
		if len(service.got) != 1 {
			t.Error("pushed what was not asked for")
		}
		w.ana.form("PUT", path, "data[alerts][mention]=true").want(200)
		service.status = 410
		w.ben.says("@ana gone")
		chaptertest.DoJobs(t, w.Chapter)
		w.ana.ask("GET", path, "", "").want(404) // its service said that it is over
	})
}

// open decrypts a message as its app would (RFC 8291, section 4).
func open(t *testing.T, body []byte, ua *ecdh.PrivateKey, auth []byte) []byte {
	t.Helper()
	salt, size := body[:16], int(body[20])
	ours := body[21 : 21+size]
	theirs, err := ecdh.P256().NewPublicKey(ours)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := ua.ECDH(theirs)
	if err != nil {
		t.Fatal(err)
	}
	ikm, _ := hkdf.Key(sha256.New, secret, auth, "WebPush: info\x00"+string(ua.PublicKey().Bytes())+string(ours), 32)
	key, _ := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: aes128gcm\x00", 16)
	nonce, _ := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: nonce\x00", 12)
	block, _ := aes.NewCipher(key)
	gcm, _ := cipher.NewGCM(block)
	text, err := gcm.Open(nil, nonce, body[21+size:], nil)
	if err != nil {
		t.Fatal(err)
	}
	return text[:len(text)-1] // without the delimiter
}

// checkVapid checks who sent a message, as its service would (RFC 8292).
func checkVapid(t *testing.T, r *http.Request, public, audience string) {
	t.Helper()
	fields, ok := strings.CutPrefix(r.Header.Get("Authorization"), "vapid t=")
	token, key, ok2 := strings.Cut(fields, ", k=")
	parts := strings.Split(token, ".")
	if !ok || !ok2 || key != public || len(parts) != 3 {
		t.Fatalf("Authorization: %s", r.Header.Get("Authorization"))
	}
	point, err := base64.RawURLEncoding.DecodeString(key)
	if err != nil {
		t.Fatal(err)
	}
	k, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		t.Fatal(err)
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil || len(signature) != 64 {
		t.Fatalf("signature: %v", err)
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if !ecdsa.Verify(k, sum[:], new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])) {
		t.Error("the signature is wrong")
	}
	var claims struct {
		Aud, Sub string
		Exp      int64
	}
	text, _ := base64.RawURLEncoding.DecodeString(parts[1])
	if err := json.Unmarshal(text, &claims); err != nil {
		t.Fatal(err)
	}
	if in := time.Until(time.Unix(claims.Exp, 0)); claims.Aud != audience || claims.Sub == "" || in < time.Hour || in > 24*time.Hour {
		t.Errorf("claims: %+v", claims)
	}
}
