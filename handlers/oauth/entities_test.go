package oauth_test

import (
	"io"
	"net/http"
	"testing"

	"atelier/handlers/apitest"
	"atelier/models/store/storetest"
)

// The entities of this room are what they were when somebody last looked at
// them. Secrets are no words to compare.
func TestEntities(t *testing.T) {
	x := open(t, storetest.SQLite(t))
	golden := func(name string, res *http.Response) {
		t.Helper()
		body, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode != 200 {
			t.Fatalf("%s: %d, %v: %s", name, res.StatusCode, err, body)
		}
		apitest.Golden(t, name, body)
	}
	golden("CredentialApplication", x.do("POST", "/api/v1/apps", "client_name=Test&website=https://app.example&redirect_uris="+callback+"&scopes=read"))
	a := x.app(callback, "read write")
	golden("Application", x.do("GET", "/api/v1/apps/verify_credentials", "", withToken(x.token(a, "read"))))
	golden("DiscoverOauthServerConfigurationResponse", x.do("GET", "/.well-known/oauth-authorization-server", ""))
	golden("Userinfo", x.do("GET", "/oauth/userinfo", "", withToken(x.token(x.app(callback, "profile"), "profile"))))
}
