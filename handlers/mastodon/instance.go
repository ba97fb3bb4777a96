package mastodon

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gorilla/mux"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/media"
	"atelier/models/text"
)

// compatible is the release of Mastodon whose API is whole here, and apiLevel
// what of it clients may count on (instance.api_versions.mastodon).
const (
	compatible = "4.5.0"
	apiLevel   = 9
)

// version tells clients what they can expect: it starts with digits, as their
// parsers need.
func (a *API) version() string {
	return compatible + " (compatible; Atelier " + a.Config.Version + ")"
}

// instanceEntity is the chapter as clients see it (Mastodon Instance, v2).
type instanceEntity struct {
	Domain        string            `json:"domain"`
	Title         string            `json:"title"`
	Version       string            `json:"version"`
	SourceURL     string            `json:"source_url"`
	Description   string            `json:"description"`
	Usage         instanceUsage     `json:"usage"`
	Thumbnail     instanceThumbnail `json:"thumbnail"`
	Icon          []instanceIcon    `json:"icon"`
	Languages     []string          `json:"languages"`
	Configuration configuration     `json:"configuration"`
	Registrations registrationState `json:"registrations"`
	APIVersions   apiVersions       `json:"api_versions"`
	Contact       instanceContact   `json:"contact"`
	Rules         []ruleEntity      `json:"rules"`
}

type instanceUsage struct {
	Users struct {
		ActiveMonth int `json:"active_month"`
	} `json:"users"`
}

type instanceThumbnail struct {
	URL         string            `json:"url"`
	Blurhash    nullable          `json:"blurhash"`
	Versions    map[string]string `json:"versions"`
	Description nullable          `json:"description"`
}

type instanceIcon struct {
	Src  string `json:"src"`
	Size string `json:"size"`
}

type apiVersions struct {
	Mastodon int `json:"mastodon"`
}

type instanceContact struct {
	Email   string   `json:"email"`
	Account rendered `json:"account"`
}

type registrationState struct {
	Enabled          bool     `json:"enabled"`
	ApprovalRequired bool     `json:"approval_required"`
	ReasonRequired   bool     `json:"reason_required"`
	Message          nullable `json:"message"`
	MinAge           *int     `json:"min_age"`
	URL              nullable `json:"url"`
}

type ruleEntity struct {
	ID           string              `json:"id"`
	Text         string              `json:"text"`
	Hint         string              `json:"hint"`
	Translations map[string]struct{} `json:"translations"`
}

// configuration are the limits by which clients check what they send.
type configuration struct {
	URLs              *instanceURLs     `json:"urls,omitempty"`  // v2 only
	Vapid             *instanceVapid    `json:"vapid,omitempty"` // v2 only
	Accounts          accountLimits     `json:"accounts"`
	Statuses          statusLimits      `json:"statuses"`
	MediaAttachments  mediaLimits       `json:"media_attachments"`
	Polls             pollLimits        `json:"polls"`
	Translation       *translationState `json:"translation,omitempty"` // v2 only
	TimelinesAccess   *timelinesAccess  `json:"timelines_access,omitempty"`
	LimitedFederation *bool             `json:"limited_federation,omitempty"`
}

type instanceURLs struct {
	Streaming      string   `json:"streaming"`
	Status         nullable `json:"status"`
	About          string   `json:"about"`
	PrivacyPolicy  nullable `json:"privacy_policy"`
	TermsOfService nullable `json:"terms_of_service"`
}

type instanceVapid struct {
	PublicKey string `json:"public_key"`
}

type accountLimits struct {
	MaxDisplayName  int `json:"max_display_name_length"`
	MaxNote         int `json:"max_note_length"`
	MaxAvatarText   int `json:"max_avatar_description_length"`
	MaxHeaderText   int `json:"max_header_description_length"`
	MaxFeaturedTags int `json:"max_featured_tags"`
	MaxPinned       int `json:"max_pinned_statuses"`
	MaxFields       int `json:"max_profile_fields"`
	FieldName       int `json:"profile_field_name_limit"`
	FieldValue      int `json:"profile_field_value_limit"`
}

type statusLimits struct {
	MaxCharacters int      `json:"max_characters"`
	MaxMedia      int      `json:"max_media_attachments"`
	PerURL        int      `json:"characters_reserved_per_url"`
	MIMETypes     []string `json:"supported_mime_types"`
}

type mediaLimits struct {
	MIMETypes        []string `json:"supported_mime_types"`
	DescriptionLimit int      `json:"description_limit"`
	ImageSize        int64    `json:"image_size_limit"`
	ImageMatrix      int      `json:"image_matrix_limit"`
	VideoSize        int64    `json:"video_size_limit"`
	VideoFrameRate   int      `json:"video_frame_rate_limit"`
	VideoMatrix      int      `json:"video_matrix_limit"`
}

type pollLimits struct {
	MaxOptions    int `json:"max_options"`
	MaxCharacters int `json:"max_characters_per_option"`
	MinExpiration int `json:"min_expiration"`
	MaxExpiration int `json:"max_expiration"`
}

type translationState struct {
	Enabled bool `json:"enabled"`
}

// timelinesAccess says who may read which timelines: all are public, since a
// stranger only finds public posts there.
type timelinesAccess struct {
	LiveFeeds         feedAccess `json:"live_feeds"`
	HashtagFeeds      feedAccess `json:"hashtag_feeds"`
	TrendingLinkFeeds feedAccess `json:"trending_link_feeds"`
}

type feedAccess struct {
	Local  string `json:"local"`
	Remote string `json:"remote"`
}

func (a *API) configuration() configuration {
	video := int64(media.MaxFilmBytes)
	return configuration{
		Accounts: accountLimits{MaxDisplayName: chapter.MaxName, MaxNote: chapter.MaxBio, MaxAvatarText: chapter.MaxDescription, MaxHeaderText: chapter.MaxDescription,
			MaxFeaturedTags: chapter.MaxFeaturedTags, MaxPinned: chapter.MaxPins, MaxFields: chapter.MaxFields, FieldName: chapter.MaxField, FieldValue: chapter.MaxField},
		Statuses: statusLimits{MaxCharacters: chapter.MaxCharacters, MaxMedia: chapter.MaxMedia, PerURL: text.AddressLength, MIMETypes: []string{"text/plain", "text/markdown"}},
		MediaAttachments: mediaLimits{MIMETypes: a.Processor.Types(), DescriptionLimit: chapter.MaxDescription, ImageSize: media.MaxPictureBytes, ImageMatrix: media.MaxPixels,
			VideoSize: video, VideoFrameRate: media.MaxFrameRate, VideoMatrix: media.MaxFilmPixels},
		Polls: pollLimits{MaxOptions: chapter.MaxOptions, MaxCharacters: chapter.MaxOption,
			MinExpiration: int(chapter.MinPoll / time.Second), MaxExpiration: int(chapter.MaxPoll / time.Second)},
	}
}

// streaming is where streams are: clients add the path.
func (a *API) streaming() string { return "ws" + strings.TrimPrefix(a.URLs.Base(), "http") }

// getInstance serves GET /api/v2/instance.
func (a *API) getInstance(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	self, err := a.Chapter.Self(ctx)
	if err != nil {
		return err
	}
	counts, err := a.counts(ctx)
	if err != nil {
		return err
	}
	contact, err := a.contact(ctx)
	if err != nil {
		return err
	}
	c := a.configuration()
	limited := self.Settings.AllowList
	c.URLs = &instanceURLs{Streaming: a.streaming(), About: a.URLs.InstancePage()}
	if self.Settings.Privacy != "" {
		c.URLs.PrivacyPolicy = nullable(a.URLs.Base() + "/privacy")
	}
	if self.Settings.Terms != "" {
		c.URLs.TermsOfService = nullable(a.URLs.InstancePage())
	}
	public, _, err := a.Chapter.VAPID(ctx)
	if err != nil {
		return err
	}
	all := feedAccess{Local: "public", Remote: "public"}
	c.Vapid, c.Translation = &instanceVapid{public}, &translationState{}
	c.TimelinesAccess, c.LimitedFederation = &timelinesAccess{all, all, all}, &limited
	e := instanceEntity{Domain: a.URLs.AccountDomain, Title: self.Name, Version: a.version(), SourceURL: a.URLs.InstancePage(), Description: self.Sentence,
		Thumbnail: instanceThumbnail{URL: a.Render.noHeader(), Versions: map[string]string{}}, Icon: a.icons(), Languages: languages(self), Configuration: c,
		Registrations: a.registrations(self), APIVersions: apiVersions{apiLevel}, Contact: instanceContact{self.Email, contact}, Rules: rules(self)}
	e.Usage.Users.ActiveMonth = counts.ActiveMonth
	shared(w)
	return reply(w, e)
}

func (a *API) registrations(self *models.Chapter) registrationState {
	s := registrationState{}
	switch self.Settings.Registration {
	case models.Open:
		s.Enabled = true
	case models.ByAsking:
		s.Enabled, s.ApprovalRequired, s.ReasonRequired = true, true, true
	}
	if s.Enabled {
		s.URL = nullable(a.URLs.Base() + "/join")
	}
	return s
}

func languages(self *models.Chapter) []string {
	if len(self.Settings.Languages) == 0 {
		return []string{"en"}
	}
	return self.Settings.Languages
}

func rules(self *models.Chapter) []ruleEntity {
	out := []ruleEntity{}
	for _, r := range self.Settings.Rules {
		out = append(out, ruleEntity{r.ID.String(), r.Text, r.Hint, map[string]struct{}{}})
	}
	return out
}

// instanceV1 is the old form (Mastodon V1::Instance).
type instanceV1 struct {
	URI              string            `json:"uri"`
	Title            string            `json:"title"`
	ShortDescription string            `json:"short_description"`
	Description      string            `json:"description"`
	Email            string            `json:"email"`
	Version          string            `json:"version"`
	URLs             map[string]string `json:"urls"`
	Stats            instanceStats     `json:"stats"`
	Thumbnail        string            `json:"thumbnail"`
	Languages        []string          `json:"languages"`
	Registrations    bool              `json:"registrations"`
	ApprovalRequired bool              `json:"approval_required"`
	InvitesEnabled   bool              `json:"invites_enabled"`
	Configuration    configuration     `json:"configuration"`
	ContactAccount   rendered          `json:"contact_account"`
	Rules            []ruleEntity      `json:"rules"`
	MaxTootChars     int               `json:"max_toot_chars"` // what older apps read
}

type instanceStats struct {
	UserCount   int `json:"user_count"`
	StatusCount int `json:"status_count"`
	DomainCount int `json:"domain_count"`
}

// getInstanceV1 serves GET /api/v1/instance.
func (a *API) getInstanceV1(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	self, err := a.Chapter.Self(ctx)
	if err != nil {
		return err
	}
	counts, err := a.counts(ctx)
	if err != nil {
		return err
	}
	contact, err := a.contact(ctx)
	if err != nil {
		return err
	}
	s := a.registrations(self)
	shared(w)
	deprecated(w, time.Date(2022, 11, 14, 0, 0, 0, 0, time.UTC))
	return reply(w, instanceV1{URI: a.URLs.AccountDomain, Title: self.Name, ShortDescription: self.Sentence, Description: self.Sentence, Email: self.Email,
		Version: a.version(), URLs: map[string]string{"streaming_api": a.streaming()},
		Stats:     instanceStats{counts.Members, counts.Posts + counts.Replies, counts.Hosts},
		Thumbnail: a.Render.noHeader(), Languages: languages(self), Registrations: s.Enabled, ApprovalRequired: s.ApprovalRequired,
		InvitesEnabled: self.Settings.Registration != models.Closed, Configuration: a.configuration(), ContactAccount: contact, Rules: rules(self),
		MaxTootChars: chapter.MaxCharacters})
}

// getRules serves GET /api/v1/instance/rules.
func (a *API) getRules(w http.ResponseWriter, r *http.Request) error {
	self, err := a.Chapter.Self(r.Context())
	if err != nil {
		return err
	}
	shared(w)
	return reply(w, rules(self))
}

// documentEntity is a text of the chapter about itself (Mastodon
// ExtendedDescription, PrivacyPolicy).
type documentEntity struct {
	UpdatedAt moment `json:"updated_at"` // not kept
	Content   string `json:"content"`
}

// getExtendedDescription serves GET /api/v1/instance/extended_description.
func (a *API) getExtendedDescription(w http.ResponseWriter, r *http.Request) error {
	self, err := a.Chapter.Self(r.Context())
	if err != nil {
		return err
	}
	return document(w, self, self.Settings.About)
}

// getPrivacyPolicy serves GET /api/v1/instance/privacy_policy.
func (a *API) getPrivacyPolicy(w http.ResponseWriter, r *http.Request) error {
	self, err := a.Chapter.Self(r.Context())
	if err != nil {
		return err
	}
	return document(w, self, self.Settings.Privacy)
}

func document(w http.ResponseWriter, self *models.Chapter, source string) error {
	shared(w)
	return reply(w, documentEntity{moment(self.OpenedAt), text.Render(source, models.Markdown, text.Env{})})
}

// termsEntity are the terms of service (Mastodon TermsOfService).
type termsEntity struct {
	EffectiveDate day    `json:"effective_date"`
	Effective     bool   `json:"effective"`
	Content       string `json:"content"`
	SucceededBy   day    `json:"succeeded_by"`
}

// getTerms serves GET /api/v1/instance/terms_of_service: 404 while there are
// none.
func (a *API) getTerms(w http.ResponseWriter, r *http.Request) error {
	self, err := a.Chapter.Self(r.Context())
	if err != nil {
		return err
	}
	return terms(w, self)
}

// getTermsOf serves GET /api/v1/instance/terms_of_service/{date}: there is one
// text, which is in force since the chapter opened.
func (a *API) getTermsOf(w http.ResponseWriter, r *http.Request) error {
	self, err := a.Chapter.Self(r.Context())
	if err != nil {
		return err
	}
	if mux.Vars(r)["date"] != self.OpenedAt.UTC().Format(time.DateOnly) {
		return models.Errorf(models.NotFound, "Record not found")
	}
	return terms(w, self)
}

func terms(w http.ResponseWriter, self *models.Chapter) error {
	if self.Settings.Terms == "" {
		return models.Errorf(models.NotFound, "Record not found")
	}
	shared(w)
	return reply(w, termsEntity{EffectiveDate: day(self.OpenedAt), Effective: true, Content: text.Render(self.Settings.Terms, models.Markdown, text.Env{})})
}

// languageEntity is a language that posts can be in.
type languageEntity struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// getLanguages serves GET /api/v1/instance/languages.
func (a *API) getLanguages(w http.ResponseWriter, _ *http.Request) error {
	out := []languageEntity{}
	for _, l := range text.Languages() {
		out = append(out, languageEntity{l.Tag, l.Name})
	}
	shared(w)
	return reply(w, out)
}

// weekEntity is a week of statistics; its numbers are strings.
type weekEntity struct {
	Week          string `json:"week"` // its first moment, Unix seconds
	Statuses      string `json:"statuses"`
	Logins        string `json:"logins"`
	Registrations string `json:"registrations"`
}

// getActivity serves GET /api/v1/instance/activity: twelve weeks, the present
// one first.
func (a *API) getActivity(w http.ResponseWriter, r *http.Request) error {
	weeks, err := a.Store.Weeks(r.Context(), 12)
	if err != nil {
		return err
	}
	out := make([]weekEntity, len(weeks))
	for i, week := range weeks {
		out[i] = weekEntity{strconv.FormatInt(week.Start.Unix(), 10), strconv.Itoa(week.Posts), strconv.Itoa(week.Seen), strconv.Itoa(week.Joined)}
	}
	shared(w)
	return reply(w, out)
}

// getPeers serves GET /api/v1/instance/peers.
func (a *API) getPeers(w http.ResponseWriter, r *http.Request) error {
	hosts, err := a.Store.KnownHosts(r.Context(), "", 5000)
	if err != nil {
		return err
	}
	shared(w)
	return reply(w, texts(hosts))
}

// searchPeers serves GET /api/v1/peers/search: completes the name of a server.
func (a *API) searchPeers(w http.ResponseWriter, r *http.Request) error {
	word := strings.ToLower(strings.TrimSpace(r.URL.Query().Get("q")))
	if word == "" {
		return reply(w, []string{})
	}
	hosts, err := a.Store.KnownHosts(r.Context(), word, 10)
	if err != nil {
		return err
	}
	return reply(w, texts(hosts))
}

// texts is list, never null.
func texts(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// getTranslationLanguages serves GET
// /api/v1/instance/translation_languages: nothing is translated here.
func (a *API) getTranslationLanguages(w http.ResponseWriter, _ *http.Request) error {
	shared(w)
	return reply(w, map[string][]string{})
}

// getTrends serves GET /api/v1/trends and its siblings: nothing trends in a
// chapter, by decision; apps ask all the same.
func (a *API) getTrends(w http.ResponseWriter, _ *http.Request) error {
	shared(w)
	return reply(w, []struct{}{})
}

// getCustomEmojis serves GET /api/v1/custom_emojis: the chapter has none of
// its own.
func (a *API) getCustomEmojis(w http.ResponseWriter, _ *http.Request) error {
	shared(w)
	return reply(w, []emojiEntity{})
}
