package mastodon

import (
	"context"
	"net/http"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/media"
)

// profileSource is the part of one's own account that is for editing.
type profileSource struct {
	Privacy             string        `json:"privacy"`
	Sensitive           bool          `json:"sensitive"`
	Language            nullable      `json:"language"`
	Note                string        `json:"note"`
	Fields              []fieldEntity `json:"fields"`
	FollowRequestsCount int           `json:"follow_requests_count"`
	HideCollections     bool          `json:"hide_collections"`
	Discoverable        bool          `json:"discoverable"`
	Indexable           bool          `json:"indexable"`
	AttributionDomains  []string      `json:"attribution_domains"`
	QuotePolicy         string        `json:"quote_policy"`
}

// credential is one's own account (Mastodon CredentialAccount).
func (a *API) credential(ctx context.Context, id models.ID) (rendered, error) {
	account, err := a.Store.Account(ctx, id)
	if err != nil {
		return nil, err
	}
	member, err := a.Store.Member(ctx, id)
	if err != nil {
		return nil, err
	}
	head, err := a.Render.keepAccount(ctx, account)
	if err != nil {
		return nil, err
	}
	privacy, err := a.privacy(ctx, member)
	if err != nil {
		return nil, err
	}
	requests, err := a.Store.CountFollowRequests(ctx, id)
	if err != nil {
		return nil, err
	}
	source := profileSource{Privacy: string(privacy), Sensitive: member.Sensitive, Language: nullable(member.Language), Note: account.BioSource, Fields: []fieldEntity{},
		FollowRequestsCount: requests, HideCollections: account.HideNetwork, Discoverable: account.Discoverable, Indexable: account.Indexable,
		AttributionDomains: texts(member.AttributionDomains), QuotePolicy: string(member.Quotes)}
	if member.Quotes == "" {
		source.QuotePolicy = string(models.QuotesPublic)
	}
	for _, f := range account.Fields {
		source.Fields = append(source.Fields, fieldEntity{f.Name, f.Source, moment(f.VerifiedAt)})
	}
	b := append([]byte(nil), head[:len(head)-1]...)
	b = append(append(b, `,"source":`...), encode(source)...)
	b = append(append(b, `,"role":`...), encode(role(member.Role))...)
	return append(b, '}'), nil
}

// privacy is what a post from an app gets that names no visibility. Members
// first is shown as private.
func (a *API) privacy(ctx context.Context, m *models.Member) (models.Visibility, error) {
	if m.MembersFirst {
		return models.Private, nil
	}
	if m.Privacy != "" {
		return m.Privacy, nil
	}
	self, err := a.Chapter.Self(ctx)
	if err != nil {
		return "", err
	}
	if self.Settings.AppPrivacy == "" {
		return models.Public, nil
	}
	return self.Settings.AppPrivacy, nil
}

// verifyCredentials serves GET /api/v1/accounts/verify_credentials.
func (a *API) verifyCredentials(w http.ResponseWriter, r *http.Request) error {
	me, _, err := a.user(r, "profile", "read:accounts")
	if err != nil {
		return err
	}
	return a.ownAccount(w, r, me)
}

func (a *API) ownAccount(w http.ResponseWriter, r *http.Request, me *models.Account) error {
	body, err := a.credential(r.Context(), me.ID)
	if err != nil {
		return err
	}
	write(w, http.StatusOK, body)
	return nil
}

// profileForm is what update_credentials and PATCH profile take.
type profileForm struct {
	DisplayName       *string            `param:"display_name"`
	Note              *string            `param:"note"`
	Locked            *bool              `param:"locked"`
	Bot               *bool              `param:"bot"`
	Discoverable      *bool              `param:"discoverable"`
	Indexable         *bool              `param:"indexable"`
	HideCollections   *bool              `param:"hide_collections"`
	AvatarDescription *string            `param:"avatar_description"`
	HeaderDescription *string            `param:"header_description"`
	Fields            *[]fieldForm       `param:"fields_attributes"`
	Attribution       *[]string          `param:"attribution_domains"`
	Source            *profileSourceForm `param:"source"`
}

type fieldForm struct {
	Name  string `param:"name"`
	Value string `param:"value"`
}

type profileSourceForm struct {
	Privacy     *models.Visibility  `param:"privacy"`
	Sensitive   *bool               `param:"sensitive"`
	Language    *string             `param:"language"`
	QuotePolicy *models.QuotePolicy `param:"quote_policy"`
}

// updateProfile changes the member's profile by what r asks for.
func (a *API) updateProfile(w http.ResponseWriter, r *http.Request, me *models.Account) error {
	p, err := a.params(w, r)
	if err != nil {
		return err
	}
	if r.MultipartForm != nil {
		defer r.MultipartForm.RemoveAll()
	}
	var form profileForm
	if err := fillForm(&form, p); err != nil {
		return err
	}
	ctx := r.Context()
	change := chapter.Profile{Name: form.DisplayName, Bio: form.Note, Locked: form.Locked, Bot: form.Bot, Discoverable: form.Discoverable,
		Indexable: form.Indexable, HideNetwork: form.HideCollections, Attribution: form.Attribution}
	if form.Fields != nil {
		change.Fields = []models.Field{}
		for _, f := range *form.Fields {
			change.Fields = append(change.Fields, models.Field{Name: f.Name, Source: f.Value})
		}
	}
	if s := form.Source; s != nil {
		change.Privacy, change.Sensitive, change.Language = s.Privacy, s.Sensitive, s.Language
		if s.QuotePolicy != nil {
			policy, err := quotePolicy(string(*s.QuotePolicy))
			if err != nil {
				return err
			}
			change.Quotes = &policy
		}
	}
	now, err := a.Store.Account(ctx, me.ID)
	if err != nil {
		return err
	}
	if change.Avatar, err = a.newPicture(ctx, p["avatar"], media.Avatar, now.Avatar, form.AvatarDescription); err != nil {
		return err
	}
	if change.Header, err = a.newPicture(ctx, p["header"], media.Header, now.Header, form.HeaderDescription); err != nil {
		return err
	}
	_, err = a.Chapter.UpdateProfile(ctx, me, change)
	return err
}

// newPicture is a picture with what was sent of it, nil if nothing was.
func (a *API) newPicture(ctx context.Context, sent any, purpose media.Purpose, old models.Picture, description *string) (*models.Picture, error) {
	p, err := a.picture(ctx, sent, purpose)
	if err != nil || p == nil && description == nil {
		return nil, err
	}
	if p == nil {
		p = &old
	}
	if description != nil {
		p.Description = *description
	}
	return p, nil
}

// updateCredentials serves PATCH /api/v1/accounts/update_credentials.
func (a *API) updateCredentials(w http.ResponseWriter, r *http.Request) error {
	me, _, err := a.user(r, "write:accounts")
	if err != nil {
		return err
	}
	if err := a.updateProfile(w, r, me); err != nil {
		return err
	}
	return a.ownAccount(w, r, me)
}

// deleteAvatar serves DELETE /api/v1/profile/avatar.
func (a *API) deleteAvatar(w http.ResponseWriter, r *http.Request) error {
	return a.changeOwn(w, r, chapter.Profile{Avatar: &models.Picture{}})
}

// deleteHeader serves DELETE /api/v1/profile/header.
func (a *API) deleteHeader(w http.ResponseWriter, r *http.Request) error {
	return a.changeOwn(w, r, chapter.Profile{Header: &models.Picture{}})
}

func (a *API) changeOwn(w http.ResponseWriter, r *http.Request, change chapter.Profile) error {
	me, _, err := a.user(r, "write:accounts")
	if err != nil {
		return err
	}
	if _, err := a.Chapter.UpdateProfile(r.Context(), me, change); err != nil {
		return err
	}
	return a.ownAccount(w, r, me)
}

// profileEntity is one's own profile in raw form (Mastodon Profile).
type profileEntity struct {
	ID                 string        `json:"id"`
	DisplayName        string        `json:"display_name"`
	Note               string        `json:"note"`
	Fields             []fieldEntity `json:"fields"`
	Avatar             nullable      `json:"avatar"`
	AvatarStatic       nullable      `json:"avatar_static"`
	AvatarDescription  string        `json:"avatar_description"`
	Header             nullable      `json:"header"`
	HeaderStatic       nullable      `json:"header_static"`
	HeaderDescription  string        `json:"header_description"`
	Locked             bool          `json:"locked"`
	Bot                bool          `json:"bot"`
	HideCollections    bool          `json:"hide_collections"`
	Discoverable       bool          `json:"discoverable"`
	Indexable          bool          `json:"indexable"`
	ShowMedia          bool          `json:"show_media"`
	ShowMediaReplies   bool          `json:"show_media_replies"`
	ShowFeatured       bool          `json:"show_featured"`
	AttributionDomains []string      `json:"attribution_domains"`
}

func (a *API) profileOf(account *models.Account) profileEntity {
	e := profileEntity{ID: account.ID.String(), DisplayName: account.Name, Note: account.BioSource, Fields: []fieldEntity{}, Locked: account.Locked, Bot: account.Bot,
		HideCollections: account.HideNetwork, Discoverable: account.Discoverable, Indexable: account.Indexable,
		ShowMedia: true, ShowMediaReplies: true, ShowFeatured: true}
	avatar, text := a.Render.picture(account.Avatar, "")
	e.Avatar, e.AvatarStatic, e.AvatarDescription = nullable(avatar), nullable(avatar), text
	header, text := a.Render.picture(account.Header, "")
	e.Header, e.HeaderStatic, e.HeaderDescription = nullable(header), nullable(header), text
	for _, f := range account.Fields {
		e.Fields = append(e.Fields, fieldEntity{f.Name, f.Source, moment(f.VerifiedAt)})
	}
	return e
}

// getProfile serves GET /api/v1/profile.
func (a *API) getProfile(w http.ResponseWriter, r *http.Request) error {
	me, _, err := a.user(r, "profile", "read:accounts")
	if err != nil {
		return err
	}
	return a.ownProfile(w, r, me)
}

func (a *API) ownProfile(w http.ResponseWriter, r *http.Request, me *models.Account) error {
	account, err := a.Store.Account(r.Context(), me.ID)
	if err != nil {
		return err
	}
	member, err := a.Store.Member(r.Context(), me.ID)
	if err != nil {
		return err
	}
	e := a.profileOf(account)
	e.AttributionDomains = texts(member.AttributionDomains)
	return reply(w, e)
}

// patchProfile serves PATCH /api/v1/profile.
func (a *API) patchProfile(w http.ResponseWriter, r *http.Request) error {
	me, _, err := a.user(r, "write:accounts")
	if err != nil {
		return err
	}
	if err := a.updateProfile(w, r, me); err != nil {
		return err
	}
	return a.ownProfile(w, r, me)
}

// preferencesEntity are defaults of writing and reading (Mastodon
// Preferences).
type preferencesEntity struct {
	Visibility  string   `json:"posting:default:visibility"`
	Sensitive   bool     `json:"posting:default:sensitive"`
	Language    nullable `json:"posting:default:language"`
	QuotePolicy string   `json:"posting:default:quote_policy"`
	Media       string   `json:"reading:expand:media"`
	Spoilers    bool     `json:"reading:expand:spoilers"`
	Autoplay    bool     `json:"reading:autoplay:gifs"`
}

// getPreferences serves GET /api/v1/preferences.
func (a *API) getPreferences(w http.ResponseWriter, r *http.Request) error {
	me, _, err := a.user(r, "read:accounts")
	if err != nil {
		return err
	}
	member, err := a.Store.Member(r.Context(), me.ID)
	if err != nil {
		return err
	}
	privacy, err := a.privacy(r.Context(), member)
	if err != nil {
		return err
	}
	policy := member.Quotes
	if policy == "" {
		policy = models.QuotesPublic
	}
	return reply(w, preferencesEntity{Visibility: string(privacy), Sensitive: member.Sensitive, Language: nullable(member.Language),
		QuotePolicy: string(policy), Media: "default"})
}
