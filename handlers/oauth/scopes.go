package oauth

import (
	"slices"

	"atelier/models"
)

// defaultScopes are those of apps and authorizations that name none.
var defaultScopes = models.Scopes{"read"}

// scopes are all that a token can carry (Mastodon 4.6, OAuth scopes).
var scopes = models.Scopes{
	"profile", "read", "write", "push", "follow", "admin:read", "admin:write",
	"read:accounts", "read:blocks", "read:bookmarks", "read:collections", "read:favourites", "read:filters", "read:follows",
	"read:lists", "read:mutes", "read:notifications", "read:search", "read:statuses",
	"write:accounts", "write:blocks", "write:bookmarks", "write:collections", "write:conversations", "write:favourites",
	"write:filters", "write:follows", "write:lists", "write:media", "write:mutes", "write:notifications", "write:reports", "write:statuses",
	"admin:read:accounts", "admin:read:canonical_email_blocks", "admin:read:domain_allows", "admin:read:domain_blocks",
	"admin:read:email_domain_blocks", "admin:read:ip_blocks", "admin:read:reports",
	"admin:write:accounts", "admin:write:canonical_email_blocks", "admin:write:domain_allows", "admin:write:domain_blocks",
	"admin:write:email_domain_blocks", "admin:write:ip_blocks", "admin:write:reports",
}

// known says whether every one of s is a scope that there is.
func known(s models.Scopes) bool {
	for _, scope := range s {
		if !slices.Contains(scopes, scope) {
			return false
		}
	}
	return true
}
