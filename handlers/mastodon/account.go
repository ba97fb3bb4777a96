package mastodon

import (
	"cmp"
	"time"

	"atelier/models"
)

// accountEntity is an account (Mastodon Account).
type accountEntity struct {
	ID                string        `json:"id"`
	Username          string        `json:"username"`
	Acct              string        `json:"acct"`
	DisplayName       string        `json:"display_name"`
	Locked            bool          `json:"locked"`
	Bot               bool          `json:"bot"`
	Discoverable      bool          `json:"discoverable"`
	Indexable         bool          `json:"indexable"`
	Group             bool          `json:"group"`
	CreatedAt         moment        `json:"created_at"`
	Note              string        `json:"note"`
	URL               string        `json:"url"`
	URI               string        `json:"uri"`
	Avatar            string        `json:"avatar"`
	AvatarStatic      string        `json:"avatar_static"`
	AvatarDescription string        `json:"avatar_description"`
	Header            string        `json:"header"`
	HeaderStatic      string        `json:"header_static"`
	HeaderDescription string        `json:"header_description"`
	FollowersCount    int           `json:"followers_count"`
	FollowingCount    int           `json:"following_count"`
	StatusesCount     int           `json:"statuses_count"`
	LastStatusAt      day           `json:"last_status_at"`
	HideCollections   bool          `json:"hide_collections"`
	ShowMedia         bool          `json:"show_media"`
	ShowMediaReplies  bool          `json:"show_media_replies"`
	ShowFeatured      bool          `json:"show_featured"`
	Noindex           *bool         `json:"noindex,omitempty"` // local accounts only
	Emojis            []emojiEntity `json:"emojis"`
	Roles             []roleBadge   `json:"roles"`
	Fields            []fieldEntity `json:"fields"`
	Memorial          bool          `json:"memorial,omitempty"`
	Suspended         bool          `json:"suspended,omitempty"`
	Limited           bool          `json:"limited,omitempty"`
	Moved             rendered      `json:"moved,omitempty"`
}

// roleBadge is a role that a profile shows.
type roleBadge struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Color string `json:"color"`
}

// fieldEntity is a row of a profile's table.
type fieldEntity struct {
	Name       string `json:"name"`
	Value      string `json:"value"`
	VerifiedAt moment `json:"verified_at"`
}

// emojiEntity is a custom emoji.
type emojiEntity struct {
	Shortcode       string `json:"shortcode"`
	URL             string `json:"url"`
	StaticURL       string `json:"static_url"`
	VisibleInPicker bool   `json:"visible_in_picker"`
}

// account is what an account looks like to everybody. role is a local
// account's, moved the account it moved to, if that is known.
func (r *Render) account(a *models.Account, role models.Role, moved rendered) accountEntity {
	e := accountEntity{
		ID: a.ID.String(), Username: a.Username, Acct: a.Acct(), URI: a.URI, URL: r.accountURL(a),
		Group: a.Type == models.Group, CreatedAt: moment(a.CreatedAt.UTC().Truncate(24 * time.Hour)),
		Emojis: []emojiEntity{}, Roles: []roleBadge{}, Fields: []fieldEntity{},
		ShowMedia: true, ShowMediaReplies: true, ShowFeatured: true,
	}
	if a.Suspended() || !a.DeletedAt.IsZero() {
		e.Suspended = true
		e.Avatar, e.Header = r.noAvatar(), r.noHeader()
		e.AvatarStatic, e.HeaderStatic = e.Avatar, e.Header
		return e
	}
	e.DisplayName, e.Locked, e.Note = a.Name, a.Locked, a.BioHTML
	e.Bot = a.Bot || a.Type == models.Service || a.Type == models.Application
	e.Discoverable, e.Indexable, e.HideCollections = a.Discoverable, a.Indexable, a.HideNetwork
	e.FollowersCount, e.FollowingCount, e.StatusesCount = max(a.Stats.Followers, 0), max(a.Stats.Following, 0), max(a.Stats.Posts, 0)
	e.LastStatusAt, e.Memorial, e.Limited, e.Moved = day(a.Stats.LastPostAt), a.Memorial, !a.SilencedAt.IsZero(), moved
	e.Avatar, e.AvatarDescription = r.picture(a.Avatar, r.noAvatar())
	e.Header, e.HeaderDescription = r.picture(a.Header, r.noHeader())
	e.AvatarStatic, e.HeaderStatic = e.Avatar, e.Header
	e.Emojis = r.emojis(a.Emojis)
	for _, f := range a.Fields {
		e.Fields = append(e.Fields, fieldEntity{f.Name, f.HTML, moment(f.VerifiedAt)})
	}
	if a.Local() {
		hidden := !a.Indexable
		e.Noindex = &hidden
		if role.AtLeast(models.Steward) {
			e.Roles = append(e.Roles, roleBadge{ID: roleID(role), Name: roleName(role)})
		}
	}
	return e
}

// accountURL is the page of an account.
func (r *Render) accountURL(a *models.Account) string {
	switch {
	case a.Local():
		return r.URLs.AccountPage(a.URI, a.Username)
	case a.URL != "":
		return a.URL
	}
	return a.URI
}

func (r *Render) picture(p models.Picture, none string) (address, description string) {
	switch {
	case p.Key != "":
		return r.URLs.Media(p.Key), p.Description
	case p.Remote != "":
		return r.Remote(p.Remote), p.Description
	}
	return none, ""
}

// Clients know Mastodon's name for no picture and then show their own.
func (r *Render) noAvatar() string { return r.URLs.Base() + "/avatars/original/missing.png" }
func (r *Render) noHeader() string { return r.URLs.Base() + "/headers/original/missing.png" }

func (r *Render) emojis(list []models.Emoji) []emojiEntity {
	out := make([]emojiEntity, len(list))
	for i, e := range list {
		out[i] = emojiEntity{Shortcode: e.Shortcode, URL: r.Remote(e.URL), StaticURL: r.Remote(cmp.Or(e.StaticURL, e.URL))}
	}
	return out
}
