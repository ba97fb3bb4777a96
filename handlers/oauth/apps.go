package oauth

import (
	"crypto/subtle"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"atelier/handlers/respond"
	"atelier/models"
	"atelier/models/store"
)

// The most that an app may say of itself (Mastodon's limits; of redirects it
// has none).
const (
	maxName      = 60 // letters
	maxWebsite   = 2000
	maxRedirect  = 2000
	maxRedirects = 30
)

// application is the client API's CredentialApplication; without secret it is
// its Application.
type application struct {
	ID              models.ID     `json:"id,string"`
	Name            string        `json:"name"`
	Website         *string       `json:"website"`
	Scopes          models.Scopes `json:"scopes"`
	RedirectURI     string        `json:"redirect_uri"`
	RedirectURIs    []string      `json:"redirect_uris"`
	VAPIDKey        string        `json:"vapid_key"`
	ClientID        string        `json:"client_id,omitempty"`
	ClientSecret    string        `json:"client_secret,omitempty"`
	SecretExpiresAt *int          `json:"client_secret_expires_at,omitempty"` // 0: never
}

func (o *OAuth) application(r *http.Request, a *models.App) (application, error) {
	out := application{
		ID: a.ID, Name: a.Name, Scopes: a.Scopes,
		RedirectURI: strings.Join(a.RedirectURIs, "\n"), RedirectURIs: a.RedirectURIs,
	}
	if a.Website != "" {
		out.Website = &a.Website
	}
	var err error
	out.VAPIDKey, err = o.PushKey(r.Context())
	return out, err
}

// register serves POST /api/v1/apps.
func (o *OAuth) register(w http.ResponseWriter, r *http.Request) error {
	q, err := params(w, r)
	if err != nil {
		return err
	}
	app, err := newApp(q)
	if err != nil {
		return err
	}
	secret := newSecret()
	app.ID, app.ClientID, app.SecretHash, app.CreatedAt = o.Store.NewID(), newSecret(), hash(secret), o.Store.Now()
	answer, err := o.application(r, app)
	if err != nil {
		return err
	}
	err = o.Store.Write(r.Context(), func(tx *store.Tx) error { return tx.AddApp(r.Context(), app) })
	if err != nil {
		return err
	}
	answer.ClientID, answer.ClientSecret, answer.SecretExpiresAt = app.ClientID, secret, new(int)
	w.Header().Set("Cache-Control", "no-store")
	return respond.JSON(w, answer)
}

// newApp reads what an app says of itself.
func newApp(q url.Values) (*models.App, error) {
	a := &models.App{Name: strings.TrimSpace(q.Get("client_name")), Website: strings.TrimSpace(q.Get("website")), Scopes: models.ParseScopes(q.Get("scopes"))}
	switch n := utf8.RuneCountInString(a.Name); {
	case n == 0:
		return nil, models.Errorf(models.Invalid, "Validation failed: Name can't be blank").On("client_name")
	case n > maxName:
		return nil, models.Errorf(models.Invalid, "Validation failed: Name is too long (maximum is %d characters)", maxName).On("client_name")
	}
	if a.Website != "" && !isPage(a.Website) {
		return nil, models.Errorf(models.Invalid, "Validation failed: Website is not a valid URL").On("website")
	}
	if len(a.Scopes) == 0 {
		a.Scopes = defaultScopes
	}
	if !known(a.Scopes) {
		return nil, models.Errorf(models.Invalid, "Validation failed: Scopes doesn't match configured on the server.").On("scopes")
	}
	for _, list := range q["redirect_uris"] {
		a.RedirectURIs = append(a.RedirectURIs, strings.Fields(list)...)
	}
	if len(a.RedirectURIs) == 0 {
		return nil, models.Errorf(models.Invalid, "Validation failed: Redirect URI can't be blank").On("redirect_uris")
	}
	if len(a.RedirectURIs) > maxRedirects {
		return nil, models.Errorf(models.Invalid, "Validation failed: Redirect URI has too many entries (maximum is %d)", maxRedirects).On("redirect_uris")
	}
	for _, uri := range a.RedirectURIs {
		if err := checkRedirect(uri); err != nil {
			return nil, err
		}
	}
	return a, nil
}

func isPage(address string) bool {
	u, err := url.Parse(address)
	return err == nil && len(address) <= maxWebsite && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}

// checkRedirect says whether browsers may be sent to uri: an address without a
// fragment (RFC 6749, section 3.1.2), of any scheme but those that run what
// the address says.
func checkRedirect(uri string) error {
	fault := func(why string) error {
		return models.Errorf(models.Invalid, "Validation failed: Redirect URI %s", why).On("redirect_uris")
	}
	u, err := url.Parse(uri)
	switch {
	case len(uri) > maxRedirect:
		return fault("is too long")
	case err != nil:
		return fault("must be a valid URI.")
	case !u.IsAbs():
		return fault("must be an absolute URI.")
	case strings.Contains(uri, "#"):
		return fault("cannot contain a fragment.")
	}
	switch u.Scheme { // url.Parse has made it lower case
	case "javascript", "data", "vbscript", "blob", "file", "about", "view-source", "filesystem":
		return fault("is forbidden by the server.")
	case "http", "https":
		if u.Host == "" {
			return fault("must be an absolute URI.")
		}
	}
	return nil
}

// verifyApp serves GET /api/v1/apps/verify_credentials.
func (o *OAuth) verifyApp(w http.ResponseWriter, r *http.Request) error {
	c, err := o.Who(r)
	if err != nil {
		return err
	}
	if err := c.AsApp(); err != nil {
		return err
	}
	if c.App == nil {
		return models.Errorf(models.NotFound, "This token belongs to no app: it was made on the command line.")
	}
	answer, err := o.application(r, c.App)
	if err != nil {
		return err
	}
	return respond.JSON(w, answer)
}

// errClient answers whoever is no app of ours, or cannot prove to be one.
var errClient = &respond.OAuthFault{Code: "invalid_client", Err: models.Errorf(models.NoSession,
	"Client authentication failed due to unknown client, no client authentication included, or unsupported authentication method.")}

// client returns the app that sent a request: by HTTP Basic (RFC 6749, section
// 2.3.1) or by client_id and client_secret.
func (o *OAuth) client(w http.ResponseWriter, r *http.Request, q url.Values) (*models.App, error) {
	id, secret, err := credentials(r, q)
	if err != nil || id == "" || secret == "" {
		return nil, refuse(w, r)
	}
	app, err := o.Store.AppByClientID(r.Context(), id)
	if models.KindOf(err) == models.NotFound {
		return nil, refuse(w, r)
	}
	if err != nil {
		return nil, err
	}
	if subtle.ConstantTimeCompare([]byte(hash(secret)), []byte(app.SecretHash)) != 1 {
		return nil, refuse(w, r)
	}
	return app, nil
}

func refuse(w http.ResponseWriter, r *http.Request) error {
	if r.Header.Get("Authorization") != "" {
		w.Header().Set("WWW-Authenticate", `Basic realm="OAuth"`)
	}
	return errClient
}

func credentials(r *http.Request, q url.Values) (id, secret string, err error) {
	id, secret, basic := r.BasicAuth()
	if !basic {
		return q.Get("client_id"), q.Get("client_secret"), nil
	}
	if id, err = url.QueryUnescape(id); err != nil {
		return "", "", err
	}
	secret, err = url.QueryUnescape(secret)
	return id, secret, err
}
