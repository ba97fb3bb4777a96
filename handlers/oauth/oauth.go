package oauth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/url"

	"github.com/gorilla/mux"

	"atelier/handlers/respond"
	"atelier/handlers/session"
	"atelier/models"
	"atelier/models/store"
)

// Config is what the handlers need from outside.
type Config struct {
	Store    *store.Store
	Sessions *session.Sessions
	URLs     models.URLs

	// AskConsent shows the page on which a member lets an app in or not.
	AskConsent func(w http.ResponseWriter, r *http.Request, s *session.Session, c Consent) error
	// ShowCode shows a code to copy, for an app that cannot be called back.
	ShowCode func(w http.ResponseWriter, r *http.Request, app, code string) error
	// PageError answers a browser with an error.
	PageError respond.ErrorWriter
	// Avatar is the address of an account's picture.
	Avatar func(*models.Account) string
	// PushKey is the key that the chapter shows push services.
	PushKey func(context.Context) (string, error)
}

// Consent is what the consent page asks, and what its form sends back.
type Consent struct {
	App         *models.App
	Scopes      models.Scopes
	RedirectURI string
	Action      string     // where the form posts to
	Kept        url.Values // what the form carries along
	SwitchURL   string     // where to sign in as somebody else
}

// The name and the values of the consent form's buttons.
const (
	decision = "do"
	allow    = "allow"
	deny     = "deny"
)

// outOfBand is the redirect URI of apps that cannot be called back: the code
// is shown to be copied.
const outOfBand = "urn:ietf:wg:oauth:2.0:oob"

// OAuth serves apps, authorizations and tokens.
type OAuth struct {
	Config
	callers callers
}

// New returns the handlers. They listen to the store for tokens that end.
func New(c Config) *OAuth {
	o := &OAuth{Config: c}
	c.Store.Listen(o.callers.hear)
	return o
}

// Routes adds every route to m.
func (o *OAuth) Routes(m *mux.Router) {
	api := func(path string, h respond.Handler, methods ...string) {
		m.Handle(path, respond.Wrap(h, respond.JSONError)).Methods(methods...)
	}
	rfc := func(path string, h respond.Handler, methods ...string) {
		m.Handle(path, respond.Wrap(h, respond.OAuthError)).Methods(methods...)
	}
	page := func(path string, h respond.Handler, methods ...string) {
		m.Handle(path, respond.Wrap(h, o.PageError)).Methods(methods...)
	}
	api("/api/v1/apps", o.register, http.MethodPost)
	api("/api/v1/apps/verify_credentials", o.verifyApp, http.MethodGet)
	for _, path := range []string{"/oauth/authorize", "/oauth/authorize/"} { // toot asks with a slash at the end
		page(path, o.ask, http.MethodGet)
		page(path, o.decide, http.MethodPost)
	}
	page("/oauth/authorize/native", o.showCode, http.MethodGet)
	rfc("/oauth/token", o.token, http.MethodPost)
	rfc("/oauth/revoke", o.revoke, http.MethodPost)
	rfc("/oauth/userinfo", o.userinfo, http.MethodGet, http.MethodPost)
	api("/.well-known/oauth-authorization-server", o.metadata, http.MethodGet)
}

// newSecret returns 256 random bits that can stand in an address.
func newSecret() string {
	b := make([]byte, 32)
	rand.Read(b) // never fails (crypto/rand)
	return base64.RawURLEncoding.EncodeToString(b)
}

// hash is what is kept of a secret. The secrets are random and long, so that
// one round without salt is enough.
func hash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}
