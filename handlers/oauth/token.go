package oauth

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"

	"atelier/handlers/respond"
	"atelier/models"
	"atelier/models/store"
)

// tokenAnswer is the client API's Token (RFC 6749, section 5.1). Tokens do not
// expire, so there is no expires_in and nothing to refresh.
type tokenAnswer struct {
	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"`
	Scope       string `json:"scope"`
	CreatedAt   int64  `json:"created_at"` // Unix seconds
}

func fault(code, sentence string) error {
	return &respond.OAuthFault{Code: code, Err: models.Errorf(models.Malformed, "%s", sentence)}
}

var errGrant = fault("invalid_grant",
	"The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used in the authorization request, or was issued to another client.")

// token serves POST /oauth/token.
func (o *OAuth) token(w http.ResponseWriter, r *http.Request) error {
	q, err := params(w, r)
	if err != nil {
		return err
	}
	var t *models.Token
	secret := newSecret()
	switch q.Get("grant_type") {
	case "authorization_code":
		t, err = o.changeCode(w, r, q, hash(secret))
	case "client_credentials":
		t, err = o.appToken(w, r, q, hash(secret))
	case "":
		return fault("invalid_request", "Missing required parameter: grant_type.")
	default:
		return fault("unsupported_grant_type", "The authorization grant type is not supported by the authorization server.")
	}
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Pragma", "no-cache")
	return respond.JSON(w, tokenAnswer{secret, "Bearer", t.Scopes.String(), t.CreatedAt.Unix()})
}

// appToken makes a token of the app's own (RFC 6749, section 4.4).
func (o *OAuth) appToken(w http.ResponseWriter, r *http.Request, q url.Values, hash string) (*models.Token, error) {
	app, err := o.client(w, r, q)
	if err != nil {
		return nil, err
	}
	want := models.ParseScopes(q.Get("scope"))
	switch {
	case len(want) == 0 && app.Scopes.Cover(defaultScopes):
		want = defaultScopes
	case len(want) == 0:
		want = app.Scopes
	}
	if !known(want) || !app.Scopes.Cover(want) {
		return nil, fault("invalid_scope", "The requested scope is invalid, unknown, or malformed.")
	}
	t := o.newToken(app.ID, 0, want, hash)
	return t, o.Store.Write(r.Context(), func(tx *store.Tx) error { return tx.AddToken(r.Context(), t) })
}

func (o *OAuth) newToken(appID, accountID models.ID, scopes models.Scopes, hash string) *models.Token {
	now := o.Store.Now()
	return &models.Token{
		ID: o.Store.NewID(), Kind: models.AccessToken, Hash: hash, AppID: appID, AccountID: accountID, Scopes: scopes,
		CreatedAt: now, UsedAt: now,
	}
}

// NewToken makes a token of an app for a member who did not come to the
// consent page, having joined through the app, and returns its secret.
func (o *OAuth) NewToken(ctx context.Context, app *models.App, account models.ID, scopes models.Scopes) (secret string, t *models.Token, err error) {
	secret = newSecret()
	t = o.newToken(app.ID, account, scopes, hash(secret))
	return secret, t, o.Store.Write(ctx, func(tx *store.Tx) error { return tx.AddToken(ctx, t) })
}

// Issue makes a token for a member without an app, for the command line, and
// returns its secret.
func Issue(ctx context.Context, s *store.Store, m *models.Member, list string) (secret string, err error) {
	scopes := models.ParseScopes(list)
	if len(scopes) == 0 || !known(scopes) {
		return "", models.Errorf(models.Invalid, "The scopes %q are not known here.", list)
	}
	if (scopes.Allow("admin:read") || scopes.Allow("admin:write")) && !m.Role.AtLeast(models.Steward) {
		return "", models.Errorf(models.Forbidden, "Only stewards have the scopes admin:read and admin:write.")
	}
	secret = newSecret()
	now := s.Now()
	t := &models.Token{ID: s.NewID(), Kind: models.AccessToken, Hash: hash(secret), AccountID: m.AccountID, Scopes: scopes, CreatedAt: now, UsedAt: now}
	return secret, s.Write(ctx, func(tx *store.Tx) error { return tx.AddToken(ctx, t) })
}

// changeCode changes an authorization code for a token (RFC 6749, section
// 4.1.3; RFC 7636, section 4.6).
func (o *OAuth) changeCode(w http.ResponseWriter, r *http.Request, q url.Values, tokenHash string) (*models.Token, error) {
	app, err := o.client(w, r, q)
	if err != nil {
		return nil, err
	}
	ctx := r.Context()
	code, err := o.Store.Code(ctx, hash(q.Get("code")))
	if models.KindOf(err) == models.NotFound {
		return nil, errGrant
	}
	if err != nil {
		return nil, err
	}
	if code.TokenID != 0 {
		return nil, o.reused(ctx, code)
	}
	if code.AppID != app.ID || code.RedirectURI != o.redirectOf(q, app) || !code.ExpiresAt.After(o.Store.Now()) || !proves(q, code) {
		return nil, errGrant
	}
	if _, err := o.Store.ViewerOf(ctx, code.AccountID); err != nil { // suspended meanwhile
		if models.KindOf(err) == models.NotFound {
			err = errGrant
		}
		return nil, err
	}
	t := o.newToken(app.ID, code.AccountID, code.Scopes, tokenHash)
	used := false
	err = o.Store.Write(ctx, func(tx *store.Tx) error {
		if used, err = tx.UseCode(ctx, code.Hash, t.ID); err != nil || !used {
			return err
		}
		return tx.AddToken(ctx, t)
	})
	if err != nil {
		return nil, err
	}
	if !used { // somebody was faster: two hold the code
		if code, err = o.Store.Code(ctx, code.Hash); err != nil {
			return nil, err
		}
		return nil, o.reused(ctx, code)
	}
	return t, nil
}

// redirectOf is the redirect URI that a token request names. It may be left
// out where the authorization could leave it out.
func (o *OAuth) redirectOf(q url.Values, app *models.App) string {
	if !q.Has("redirect_uri") && len(app.RedirectURIs) == 1 {
		return app.RedirectURIs[0]
	}
	return q.Get("redirect_uri")
}

// proves says whether the request comes from whoever began the authorization:
// it knows what the challenge is the hash of. A verifier without a challenge
// means that the challenge was taken out on its way (RFC 9700, section 4.8.2).
func proves(q url.Values, code *models.Code) bool {
	verifier := q.Get("code_verifier")
	if code.Challenge == "" {
		return verifier == ""
	}
	sum := sha256.Sum256([]byte(verifier))
	return subtle.ConstantTimeCompare([]byte(base64.RawURLEncoding.EncodeToString(sum[:])), []byte(code.Challenge)) == 1
}

// reused ends the token of a code that comes a second time: one of the two who
// hold it stole it (RFC 6749, section 4.1.2).
func (o *OAuth) reused(ctx context.Context, code *models.Code) error {
	if err := o.end(ctx, &models.Token{ID: code.TokenID, AccountID: code.AccountID}); err != nil {
		return err
	}
	return errGrant
}

// end deletes a token and tells those who hold streams of it.
func (o *OAuth) end(ctx context.Context, t *models.Token) error {
	return o.Store.Write(ctx, func(tx *store.Tx) error {
		if deleted, err := tx.DeleteToken(ctx, t.ID); err != nil || !deleted {
			return err
		}
		data, err := json.Marshal(t.ID)
		if err != nil {
			return err
		}
		return tx.Leave(ctx, models.Event{Kind: models.TokenRevoked, AccountID: t.AccountID, Data: data})
	})
}

// revoke serves POST /oauth/revoke (RFC 7009). A token that is not there is as
// good as ended.
func (o *OAuth) revoke(w http.ResponseWriter, r *http.Request) error {
	q, err := params(w, r)
	if err != nil {
		return err
	}
	app, err := o.client(w, r, q)
	if err != nil {
		return err
	}
	t, err := o.Store.Token(r.Context(), models.AccessToken, hash(q.Get("token")))
	switch {
	case models.KindOf(err) == models.NotFound:
		return respond.JSON(w, struct{}{})
	case err != nil:
		return err
	case t.AppID != app.ID:
		return &respond.OAuthFault{Code: "unauthorized_client", Err: models.Errorf(models.Forbidden, "You are not authorized to revoke this token")}
	}
	if err := o.end(r.Context(), t); err != nil {
		return err
	}
	return respond.JSON(w, struct{}{})
}
