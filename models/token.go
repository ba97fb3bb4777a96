package models

import (
	"slices"
	"strings"
	"time"
)

// App is a registered client program (RFC 6749, section 2).
type App struct {
	ID           ID
	ClientID     string
	SecretHash   string
	Name         string
	Website      string
	RedirectURIs []string
	Scopes       Scopes
	CreatedAt    time.Time
}

// Token is an access token, an authorization code or a browser's session;
// only the hash of its secret is kept.
type Token struct {
	ID        ID
	Kind      TokenKind
	Hash      string
	AppID     ID // 0 for sessions
	AccountID ID // 0 for an app's own token
	Scopes    Scopes
	CreatedAt time.Time
	UsedAt    time.Time
	ExpiresAt time.Time // zero: never
}

// TokenKind says what a token is for.
type TokenKind string

// The kinds of token.
const (
	AccessToken  TokenKind = "access"
	SessionToken TokenKind = "session"
)

// Code is an authorization code: short-lived, for one use.
type Code struct {
	Hash        string
	AppID       ID
	AccountID   ID
	RedirectURI string
	Scopes      Scopes
	Challenge   string // PKCE S256 (RFC 7636), "" if none
	ExpiresAt   time.Time
	TokenID     ID // the token it was changed for: a second use revokes that
}

// Scopes is a set of OAuth scopes as Mastodon has them: a tree, where "read"
// includes "read:statuses".
type Scopes []string

// ParseScopes reads a list separated by spaces; doubles count once.
func ParseScopes(s string) Scopes {
	var out Scopes
	for _, f := range strings.Fields(s) {
		if !slices.Contains(out, f) {
			out = append(out, f)
		}
	}
	return out
}

func (s Scopes) String() string { return strings.Join(s, " ") }

// Allow says whether the set includes scope.
func (s Scopes) Allow(scope string) bool {
	for _, have := range s {
		if have == scope || strings.HasPrefix(scope, have+":") {
			return true
		}
		if have == "follow" && isFollowScope(scope) {
			return true
		}
	}
	return false
}

// Cover says whether every scope of o is allowed by s.
func (s Scopes) Cover(o Scopes) bool {
	for _, scope := range o {
		if !s.Allow(scope) {
			return false
		}
	}
	return true
}

// "follow" is the old name for these (Mastodon, OAuth scopes).
func isFollowScope(scope string) bool {
	switch scope {
	case "read:follows", "write:follows", "read:blocks", "write:blocks", "read:mutes", "write:mutes":
		return true
	}
	return false
}
