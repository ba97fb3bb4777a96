package session

import (
	"net/http"

	"atelier/models"
)

// Caller is who sent a request of the client API: what its access token says.
// A nil Caller is a request without a token. Callers are shared between
// requests: they are read, never changed.
type Caller struct {
	Viewer  models.Viewer
	Account *models.Account // nil: an app's own token
	Member  *models.Member  // nil: an app's own token
	App     *models.App     // nil: a token that the command line made
	Token   *models.Token
}

// A Who says who sent a request: nil without a token; an error if the token is
// unknown, or its member may not use it now.
type Who func(r *http.Request) (*Caller, error)

// Look is who reads, for what everybody may read: a token, if there is one,
// must carry one of scopes.
func (c *Caller) Look(scopes ...string) (models.Viewer, error) {
	if c == nil {
		return models.Stranger, nil
	}
	return c.Viewer, c.allow(scopes)
}

// AsApp is for what an app may do without a member: the token must carry one of
// scopes.
func (c *Caller) AsApp(scopes ...string) error {
	if c == nil {
		return noToken
	}
	return c.allow(scopes)
}

// User is the member's account; the token must be a member's and carry one of
// scopes. The account is a copy of what was known a few seconds ago: who needs
// its counts reads it anew.
func (c *Caller) User(scopes ...string) (*models.Account, error) {
	switch {
	case c == nil:
		return nil, noToken
	case c.Account == nil:
		return nil, models.Errorf(models.Invalid, "This method requires an authenticated user")
	}
	if err := c.allow(scopes); err != nil {
		return nil, err
	}
	me := *c.Account
	return &me, nil
}

// These sentences are Mastodon's: clients show and compare them.
var (
	noToken  = models.Errorf(models.NoSession, "The access token is invalid")
	tooScant = models.Errorf(models.Forbidden, "This action is outside the authorized scopes")
)

func (c *Caller) allow(scopes []string) error {
	if len(scopes) == 0 {
		return nil
	}
	for _, scope := range scopes {
		if c.Token.Scopes.Allow(scope) {
			return nil
		}
	}
	return tooScant
}
