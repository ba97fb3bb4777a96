package mastodon

import (
	"strconv"

	"atelier/models"
)

// roleEntity is a role with what it allows (Mastodon Role); only its bearer
// and stewards see it.
type roleEntity struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Color       string `json:"color"`
	Permissions string `json:"permissions"` // a sum of Mastodon's permission flags
	Highlighted bool   `json:"highlighted"`
}

// Mastodon's permission flags (UserRole::FLAGS): apps ask whether reports and
// members may be looked after.
const (
	permitAdministrator = 1 << 0
	permitAuditLog      = 1 << 2
	permitDashboard     = 1 << 3
	permitReports       = 1 << 4
	permitFederation    = 1 << 5
	permitBlocks        = 1 << 7
	permitTaxonomies    = 1 << 8
	permitUsers         = 1 << 10
	permitInvites       = 1 << 11
	permitRules         = 1 << 12
	permitAnnouncements = 1 << 13
	permitInviteUsers   = 1 << 16

	stewardPermissions = permitAuditLog | permitDashboard | permitReports | permitFederation | permitBlocks | permitTaxonomies |
		permitUsers | permitInvites | permitRules | permitAnnouncements | permitInviteUsers
)

func role(r models.Role) roleEntity {
	permissions := 0
	switch r {
	case models.President:
		permissions = permitAdministrator
	case models.Steward:
		permissions = stewardPermissions
	case models.Ordinary:
		permissions = permitInviteUsers
	}
	return roleEntity{ID: roleID(r), Name: roleName(r), Permissions: strconv.Itoa(permissions), Highlighted: r.AtLeast(models.Steward)}
}

// roleID is the id of a role; -99 is Mastodon's for everybody.
func roleID(r models.Role) string {
	switch r {
	case models.President:
		return "3"
	case models.Steward:
		return "2"
	case models.Ordinary:
		return "1"
	}
	return "-99"
}

func roleName(r models.Role) string {
	switch r {
	case models.President:
		return "President"
	case models.Steward:
		return "Steward"
	case models.Ordinary:
		return "Member"
	case models.Guest:
		return "Guest"
	}
	return ""
}
