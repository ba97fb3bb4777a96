package oauth

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"atelier/handlers/session"
	"atelier/models"
	"atelier/models/store"
)

// codeLife is how long a code can be changed for a token.
const codeLife = 10 * time.Minute

// A wish is an authorization request (RFC 6749, section 4.1.1) that may be
// put before a member.
type wish struct {
	app       *models.App
	redirect  string
	scopes    models.Scopes
	state     string
	challenge string // PKCE S256
	query     url.Values
}

// wishFields are the parts of a wish that the consent form carries along.
var wishFields = []string{"client_id", "redirect_uri", "response_type", "scope", "state", "code_challenge", "code_challenge_method", "lang"}

// A refusal is an error that the app is told, by way of the browser.
type refusal struct {
	wish *wish
	code string // RFC 6749, section 4.1.2.1
	msg  string
}

func (r *refusal) Error() string { return r.code + ": " + r.msg }

// wish reads an authorization request. Before app and redirect are known to
// belong together nobody is redirected: such errors are for the member.
func (o *OAuth) wish(ctx context.Context, q url.Values) (*wish, error) {
	app, err := o.Store.AppByClientID(ctx, q.Get("client_id"))
	if models.KindOf(err) == models.NotFound {
		return nil, models.Errorf(models.Malformed, "This app is not known here. Go back to it and add this server again.")
	}
	if err != nil {
		return nil, err
	}
	x := &wish{app: app, redirect: q.Get("redirect_uri"), scopes: models.ParseScopes(q.Get("scope")), state: q.Get("state"), query: q}
	if x.redirect == "" && len(app.RedirectURIs) == 1 {
		x.redirect = app.RedirectURIs[0]
	}
	if !slices.Contains(app.RedirectURIs, x.redirect) {
		return nil, models.Errorf(models.Malformed, "The app wants to be called back at an address that it did not name before. Nothing was given to it.")
	}
	return x, x.check()
}

func (x *wish) check() error {
	if len(x.scopes) == 0 {
		x.scopes = defaultScopes
	}
	switch {
	case x.query.Get("response_type") != "code":
		return &refusal{x, "unsupported_response_type", "The authorization server does not support this response type."}
	case !known(x.scopes), !x.app.Scopes.Cover(x.scopes):
		return &refusal{x, "invalid_scope", "The requested scope is invalid, unknown, or malformed."}
	}
	challenge, method := x.query.Get("code_challenge"), x.query.Get("code_challenge_method")
	switch {
	case challenge == "" && method == "":
		return nil
	case method != "S256":
		return &refusal{x, "invalid_request", "The code challenge method must be S256."}
	case !isChallenge(challenge):
		return &refusal{x, "invalid_request", "The code challenge is no SHA-256 in base64url."}
	}
	x.challenge = challenge
	return nil
}

func isChallenge(s string) bool {
	b, err := base64.RawURLEncoding.DecodeString(s)
	return err == nil && len(b) == 32
}

// ask serves GET /oauth/authorize: the consent page, after signing in. An app
// that may do as much already gets its code at once.
func (o *OAuth) ask(w http.ResponseWriter, r *http.Request) error {
	secure(w)
	q := r.URL.Query()
	x, err := o.wish(r.Context(), q)
	if err != nil {
		return o.refuse(w, r, err)
	}
	s, err := o.Sessions.Of(r)
	if err != nil {
		return err
	}
	again := truthy(q.Get("force_login"))
	if s == nil || again {
		http.Redirect(w, r, signIn(q, again), http.StatusFound)
		return nil
	}
	allowed, err := o.allowedBefore(r.Context(), s.Member.AccountID, x)
	if err != nil {
		return err
	}
	if allowed {
		return o.grant(w, r, s, x)
	}
	return o.AskConsent(w, r, s, Consent{
		App: x.app, Scopes: x.scopes, RedirectURI: x.redirect, Action: "/oauth/authorize", Kept: x.kept(), SwitchURL: signIn(q, true),
	})
}

// decide serves POST /oauth/authorize: what the member answered. Everything
// is checked anew.
func (o *OAuth) decide(w http.ResponseWriter, r *http.Request) error {
	secure(w)
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if err := r.ParseForm(); err != nil {
		return models.Errorf(models.Malformed, "The form cannot be read.").Because(err)
	}
	s, err := o.Sessions.Of(r)
	if err != nil {
		return err
	}
	if s == nil {
		http.Redirect(w, r, signIn(r.PostForm, false), http.StatusSeeOther)
		return nil
	}
	if err := s.CheckForm(r); err != nil {
		return err
	}
	x, err := o.wish(r.Context(), r.PostForm)
	if err != nil {
		return o.refuse(w, r, err)
	}
	switch r.PostForm.Get(decision) {
	case allow:
		return o.grant(w, r, s, x)
	case deny:
		return o.refuse(w, r, &refusal{x, "access_denied", "The resource owner or authorization server denied the request."})
	}
	return models.Errorf(models.Malformed, "Please say whether the app may come in.")
}

// secure keeps answers that hold codes out of caches and of the Referer of
// what comes next.
func secure(w http.ResponseWriter) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
}

func truthy(s string) bool { return s == "true" || s == "1" || s == "on" || s == "t" }

// signIn is where to sign in before an authorization request is answered.
// again asks also who is signed in already.
func signIn(q url.Values, again bool) string {
	next := "/oauth/authorize?" + keep(q).Encode()
	out := url.Values{"next": {next}}
	if again {
		out.Set("again", "1")
	}
	return "/sign-in?" + out.Encode()
}

func (x *wish) kept() url.Values { return keep(x.query) }

// keep is an authorization request without what was dealt with.
func keep(q url.Values) url.Values {
	out := url.Values{}
	for _, name := range wishFields {
		if q.Has(name) {
			out.Set(name, q.Get(name))
		}
	}
	return out
}

// allowedBefore says whether the member let the app in before, for as much as
// it wants now.
func (o *OAuth) allowedBefore(ctx context.Context, accountID models.ID, x *wish) (bool, error) {
	tokens, err := o.Store.TokensFor(ctx, x.app.ID, accountID)
	if err != nil {
		return false, err
	}
	for _, t := range tokens {
		if t.Scopes.Cover(x.scopes) {
			return true, nil
		}
	}
	return false, nil
}

// grant gives the app a code, by way of the browser.
func (o *OAuth) grant(w http.ResponseWriter, r *http.Request, s *session.Session, x *wish) error {
	secret := newSecret()
	code := &models.Code{
		Hash: hash(secret), AppID: x.app.ID, AccountID: s.Member.AccountID, RedirectURI: x.redirect, Scopes: x.scopes,
		Challenge: x.challenge, ExpiresAt: o.Store.Now().Add(codeLife),
	}
	err := o.Store.Write(r.Context(), func(tx *store.Tx) error { return tx.AddCode(r.Context(), code) })
	if err != nil {
		return err
	}
	if x.redirect == outOfBand {
		q := url.Values{"code": {secret}}
		http.Redirect(w, r, "/oauth/authorize/native?"+q.Encode(), http.StatusSeeOther)
		return nil
	}
	x.answer(w, "code", secret)
	return nil
}

// refuse tells the app that it gets no code; or the member, if the app cannot
// be told.
func (o *OAuth) refuse(w http.ResponseWriter, r *http.Request, err error) error {
	no, ok := err.(*refusal)
	if !ok {
		return err
	}
	if no.wish.redirect == outOfBand {
		kind := models.Malformed
		if no.code == "access_denied" {
			kind = models.Forbidden
		}
		return models.Errorf(kind, "%s", no.msg)
	}
	no.wish.answer(w, "error", no.code, "error_description", no.msg)
	return nil
}

// answer sends the browser back to the app. The address stays as the app wrote
// it, byte for byte; the answer is added to its query.
func (x *wish) answer(w http.ResponseWriter, pairs ...string) {
	var b strings.Builder
	b.WriteString(x.redirect)
	separator := "?"
	if strings.Contains(x.redirect, "?") {
		separator = "&"
	}
	if x.query.Has("state") {
		pairs = append(pairs, "state", x.state)
	}
	for i := 0; i < len(pairs); i += 2 {
		b.WriteString(separator + pairs[i] + "=" + url.QueryEscape(pairs[i+1]))
		separator = "&"
	}
	w.Header().Set("Location", b.String())
	w.WriteHeader(http.StatusSeeOther)
}

// showCode serves GET /oauth/authorize/native: a code to copy.
func (o *OAuth) showCode(w http.ResponseWriter, r *http.Request) error {
	secure(w)
	s, err := o.Sessions.Of(r)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	code, err := o.Store.Code(r.Context(), hash(q.Get("code")))
	if models.KindOf(err) == models.NotFound || (err == nil && (s == nil || code.AccountID != s.Member.AccountID)) {
		return models.Errorf(models.NotFound, "There is no such code.")
	}
	if err != nil {
		return err
	}
	app, err := o.Store.App(r.Context(), code.AppID)
	if err != nil {
		return err
	}
	return o.ShowCode(w, r, app.Name, q.Get("code"))
}
