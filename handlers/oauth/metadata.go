package oauth

import (
	"net/http"

	"atelier/handlers/respond"
)

// metadata serves GET /.well-known/oauth-authorization-server (RFC 8414).
// Phanpy proves with S256 only if it is named here; clients choose scopes by
// it.
func (o *OAuth) metadata(w http.ResponseWriter, r *http.Request) error {
	base := o.URLs.Base()
	w.Header().Set("Cache-Control", "public, max-age=300")
	return respond.JSON(w, map[string]any{
		"issuer":                                base + "/",
		"service_documentation":                 base + "/about",
		"authorization_endpoint":                base + "/oauth/authorize",
		"token_endpoint":                        base + "/oauth/token",
		"app_registration_endpoint":             base + "/api/v1/apps",
		"revocation_endpoint":                   base + "/oauth/revoke",
		"userinfo_endpoint":                     base + "/oauth/userinfo",
		"scopes_supported":                      scopes,
		"response_types_supported":              []string{"code"},
		"response_modes_supported":              []string{"query"},
		"token_endpoint_auth_methods_supported": []string{"client_secret_basic", "client_secret_post"},
		"grant_types_supported":                 []string{"authorization_code", "client_credentials"},
		"code_challenge_methods_supported":      []string{"S256"},
	})
}

// claims are who a member is, for apps that only want to know that.
type claims struct {
	Issuer   string `json:"iss"`
	Subject  string `json:"sub"`
	Name     string `json:"name"`
	Username string `json:"preferred_username"`
	Profile  string `json:"profile"`
	Picture  string `json:"picture"`
}

// userinfo serves GET and POST /oauth/userinfo.
func (o *OAuth) userinfo(w http.ResponseWriter, r *http.Request) error {
	c, err := o.Who(r)
	if err != nil {
		return err
	}
	me, err := c.User("profile")
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "private, no-store")
	return respond.JSON(w, claims{
		Issuer: o.URLs.Base() + "/", Subject: me.URI, Name: me.Label(), Username: me.Username, Profile: me.URL, Picture: o.Avatar(me),
	})
}
