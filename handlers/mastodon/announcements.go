package mastodon

import (
	"context"
	"net/http"

	"github.com/gorilla/mux"

	"atelier/models"
)

// announcementEntity is a message of the stewards (Mastodon Announcement).
type announcementEntity struct {
	ID          string           `json:"id"`
	Content     string           `json:"content"`
	StartsAt    moment           `json:"starts_at"`
	EndsAt      moment           `json:"ends_at"`
	AllDay      bool             `json:"all_day"`
	PublishedAt moment           `json:"published_at"`
	UpdatedAt   moment           `json:"updated_at"`
	Read        *bool            `json:"read,omitempty"`
	Mentions    []mentionEntity  `json:"mentions"`
	Statuses    []struct{}       `json:"statuses"`
	Tags        []tagLink        `json:"tags"`
	Emojis      []emojiEntity    `json:"emojis"`
	Reactions   []reactionEntity `json:"reactions"`
}

// reactionEntity is how many reacted with one emoji (Mastodon Reaction).
type reactionEntity struct {
	Name  string `json:"name"`
	Count int    `json:"count"`
	Me    *bool  `json:"me,omitempty"`
}

// announcement is an announcement as a member sees it, or with member false
// what all members see of it alike.
func announcement(x *models.Announcement, member bool) announcementEntity {
	e := announcementEntity{ID: x.ID.String(), Content: x.HTML, StartsAt: moment(x.StartsAt), EndsAt: moment(x.EndsAt), AllDay: x.AllDay, PublishedAt: moment(x.PublishedAt),
		UpdatedAt: moment(x.UpdatedAt), Mentions: []mentionEntity{}, Statuses: []struct{}{}, Tags: []tagLink{}, Emojis: []emojiEntity{}, Reactions: []reactionEntity{}}
	if member {
		e.Read = &x.Read
	}
	for _, r := range x.Reactions {
		out := reactionEntity{Name: r.Name, Count: r.Count}
		if member {
			out.Me = &r.Me
		}
		e.Reactions = append(e.Reactions, out)
	}
	return e
}

// Announcement returns a published announcement as JSON, without what one
// member did with it: for the streams.
func (r *Render) Announcement(ctx context.Context, id models.ID) ([]byte, error) {
	x, err := r.Store.Announcement(ctx, 0, id)
	if err != nil {
		return nil, err
	}
	return encode(announcement(x, false)), nil
}

// getAnnouncements serves GET /api/v1/announcements: those that hold now.
func (a *API) getAnnouncements(w http.ResponseWriter, r *http.Request) error {
	me, _, err := a.user(r)
	if err != nil {
		return err
	}
	list, err := a.Store.Announcements(r.Context(), me.ID, true, 40)
	if err != nil {
		return err
	}
	out := []announcementEntity{}
	for _, x := range list {
		out = append(out, announcement(x, true))
	}
	return reply(w, out)
}

// dismissAnnouncement serves POST /api/v1/announcements/{id}/dismiss.
func (a *API) dismissAnnouncement(w http.ResponseWriter, r *http.Request) error {
	me, _, err := a.user(r, "write:accounts")
	if err != nil {
		return err
	}
	if err := a.Chapter.DismissAnnouncement(r.Context(), me, id(r, "id")); err != nil {
		return err
	}
	return empty(w)
}

// addReaction serves PUT /api/v1/announcements/{id}/reactions/{name}.
func (a *API) addReaction(w http.ResponseWriter, r *http.Request) error {
	return a.react(w, r, true)
}

// removeReaction serves DELETE /api/v1/announcements/{id}/reactions/{name}.
func (a *API) removeReaction(w http.ResponseWriter, r *http.Request) error {
	return a.react(w, r, false)
}

func (a *API) react(w http.ResponseWriter, r *http.Request, on bool) error {
	me, _, err := a.user(r, "write:favourites")
	if err != nil {
		return err
	}
	if err := a.Chapter.ReactToAnnouncement(r.Context(), me, id(r, "id"), mux.Vars(r)["name"], on); err != nil {
		return err
	}
	return empty(w)
}
