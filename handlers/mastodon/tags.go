package mastodon

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/gorilla/mux"

	"atelier/models"
	"atelier/models/store"
	"atelier/models/text"
)

// tagEntity is a hashtag (Mastodon Tag).
type tagEntity struct {
	ID        string       `json:"id"`
	Name      string       `json:"name"`
	URL       string       `json:"url"`
	History   []tagHistory `json:"history"`
	Following *bool        `json:"following,omitempty"`
	Featuring *bool        `json:"featuring,omitempty"`
}

// tagHistory is how much a tag was used on a day; the numbers are strings.
type tagHistory struct {
	Day      string `json:"day"` // its first moment, Unix seconds
	Uses     string `json:"uses"`
	Accounts string `json:"accounts"`
}

// historyDays is how many days a tag's history has.
const historyDays = 7

// tags are hashtags as v sees them.
func (a *API) tags(ctx context.Context, v models.Viewer, list []store.Tag) ([]tagEntity, error) {
	out := make([]tagEntity, 0, len(list))
	if len(list) == 0 {
		return out, nil
	}
	ids := make([]models.ID, len(list))
	for i, t := range list {
		ids[i] = t.ID
	}
	var marks map[models.ID]store.TagMarks
	if v.AccountID != 0 {
		var err error
		if marks, err = a.Store.TagMarks(ctx, v.AccountID, ids); err != nil {
			return nil, err
		}
	}
	today := a.Store.Now().UTC().Truncate(24 * time.Hour)
	days, err := a.Store.TagDays(ctx, ids, today.AddDate(0, 0, 1-historyDays))
	if err != nil {
		return nil, err
	}
	for _, t := range list {
		e := tagEntity{ID: strconv.FormatInt(int64(t.ID), 10), Name: t.Label, URL: a.URLs.TagPage(text.TagKey(t.Label)), History: history(t.ID, days, today)}
		if v.AccountID != 0 {
			m := marks[t.ID]
			e.Following, e.Featuring = &m.Following, &m.Featuring
		}
		out = append(out, e)
	}
	return out, nil
}

// history is a tag's use day by day, today first.
func history(id models.ID, days []store.TagDay, today time.Time) []tagHistory {
	out := make([]tagHistory, historyDays)
	for i := range out {
		day := today.AddDate(0, 0, -i)
		out[i] = tagHistory{strconv.FormatInt(day.Unix(), 10), "0", "0"}
		for _, d := range days {
			if d.TagID == id && d.Day.Equal(day) {
				out[i].Uses, out[i].Accounts = strconv.Itoa(d.Uses), strconv.Itoa(d.Accounts)
			}
		}
	}
	return out
}

func (a *API) tag(w http.ResponseWriter, r *http.Request, v models.Viewer, t store.Tag) error {
	list, err := a.tags(r.Context(), v, []store.Tag{t})
	if err != nil {
		return err
	}
	return reply(w, list[0])
}

// getTag serves GET /api/v1/tags/{name}. A tag that nobody used yet is one
// without a history.
func (a *API) getTag(w http.ResponseWriter, r *http.Request) error {
	v, err := a.viewer(r)
	if err != nil {
		return err
	}
	name := mux.Vars(r)["name"]
	t, err := a.Store.Tag(r.Context(), name)
	if err == nil { // one that stands only in what others may read is as good as none
		var met bool
		if met, err = a.Store.MeetsTag(r.Context(), v, t.ID); err == nil && !met {
			err = store.ErrNotFound
		}
	}
	if models.KindOf(err) == models.NotFound {
		if found := text.Scan("#"+name, models.PlainText).Hashtags; len(found) != 1 || found[0].Name != name {
			return err
		}
		t, err = store.Tag{Name: text.TagKey(name), Label: name}, nil
	}
	if err != nil {
		return err
	}
	return a.tag(w, r, v, t)
}

// followTag serves POST /api/v1/tags/{name}/follow.
func (a *API) followTag(w http.ResponseWriter, r *http.Request) error {
	return a.changeTagFollow(w, r, true)
}

// unfollowTag serves POST /api/v1/tags/{name}/unfollow.
func (a *API) unfollowTag(w http.ResponseWriter, r *http.Request) error {
	return a.changeTagFollow(w, r, false)
}

func (a *API) changeTagFollow(w http.ResponseWriter, r *http.Request, follows bool) error {
	me, v, err := a.user(r, "write:follows")
	if err != nil {
		return err
	}
	t, err := a.Chapter.FollowTag(r.Context(), me, mux.Vars(r)["name"], follows)
	if err != nil {
		return err
	}
	return a.tag(w, r, v, t)
}

// getFollowedTags serves GET /api/v1/followed_tags; the cursor is the list's
// own.
func (a *API) getFollowedTags(w http.ResponseWriter, r *http.Request) error {
	me, v, err := a.user(r, "read:follows")
	if err != nil {
		return err
	}
	p := pageOf(r, 100)
	found, err := a.Store.FollowedTags(r.Context(), me.ID, p.Page)
	if err != nil {
		return err
	}
	list := make([]store.Tag, len(found))
	for i, t := range found {
		list[i] = t.Tag
	}
	out, err := a.tags(r.Context(), v, list)
	if err != nil {
		return err
	}
	if n := len(found); n > 0 {
		a.link(w, r, p, full(n, p.Limit, found[n-1].Cursor), found[0].Cursor, sinceID)
	}
	return reply(w, out)
}

// featureTag serves POST /api/v1/tags/{id}/feature; the path has a name.
func (a *API) featureTag(w http.ResponseWriter, r *http.Request) error {
	me, v, err := a.user(r, "write:accounts")
	if err != nil {
		return err
	}
	t, err := a.Chapter.FeatureTag(r.Context(), me, mux.Vars(r)["id"])
	if err != nil {
		return err
	}
	return a.tag(w, r, v, t)
}

// unfeatureTag serves POST /api/v1/tags/{id}/unfeature.
func (a *API) unfeatureTag(w http.ResponseWriter, r *http.Request) error {
	me, v, err := a.user(r, "write:accounts")
	if err != nil {
		return err
	}
	t, err := a.Store.Tag(r.Context(), mux.Vars(r)["id"])
	if err != nil {
		return err
	}
	if err := a.Chapter.UnfeatureTag(r.Context(), me, t.ID); err != nil && models.KindOf(err) != models.NotFound {
		return err
	}
	return a.tag(w, r, v, t)
}

// featuredTagEntity is a tag that a profile shows (Mastodon FeaturedTag).
type featuredTagEntity struct {
	ID            string `json:"id"`
	Name          string `json:"name"`
	URL           string `json:"url"`
	StatusesCount string `json:"statuses_count"`
	LastStatusAt  day    `json:"last_status_at"`
}

func (a *API) featuredTag(t store.FeaturedTag) featuredTagEntity {
	return featuredTagEntity{t.ID.String(), t.Tag.Label, a.URLs.TagPage(text.TagKey(t.Tag.Label)), strconv.Itoa(t.Posts), day(t.LastAt)}
}

func (a *API) featuredTagsOf(w http.ResponseWriter, r *http.Request, accountID models.ID) error {
	found, err := a.Store.FeaturedTags(r.Context(), accountID)
	if err != nil {
		return err
	}
	out := []featuredTagEntity{}
	for _, t := range found {
		out = append(out, a.featuredTag(t))
	}
	return reply(w, out)
}

// getFeaturedTags serves GET /api/v1/featured_tags.
func (a *API) getFeaturedTags(w http.ResponseWriter, r *http.Request) error {
	me, _, err := a.user(r, "read:accounts")
	if err != nil {
		return err
	}
	return a.featuredTagsOf(w, r, me.ID)
}

// getAccountFeaturedTags serves GET /api/v1/accounts/{id}/featured_tags.
func (a *API) getAccountFeaturedTags(w http.ResponseWriter, r *http.Request) error {
	account, err := a.someone(r.Context(), id(r, "id"))
	if err != nil {
		return err
	}
	return a.featuredTagsOf(w, r, account.ID)
}

// createFeaturedTag serves POST /api/v1/featured_tags.
func (a *API) createFeaturedTag(w http.ResponseWriter, r *http.Request) error {
	me, _, err := a.user(r, "write:accounts")
	if err != nil {
		return err
	}
	var form struct {
		Name string `param:"name"`
	}
	if err := a.decode(w, r, &form); err != nil {
		return err
	}
	t, err := a.Chapter.FeatureTag(r.Context(), me, form.Name)
	if err != nil {
		return err
	}
	found, err := a.Store.FeaturedTags(r.Context(), me.ID)
	if err != nil {
		return err
	}
	for _, f := range found {
		if f.Tag.ID == t.ID {
			return reply(w, a.featuredTag(f))
		}
	}
	return store.ErrNotFound // taken off again meanwhile
}

// deleteFeaturedTag serves DELETE /api/v1/featured_tags/{id}.
func (a *API) deleteFeaturedTag(w http.ResponseWriter, r *http.Request) error {
	me, _, err := a.user(r, "write:accounts")
	if err != nil {
		return err
	}
	found, err := a.Store.FeaturedTags(r.Context(), me.ID)
	if err != nil {
		return err
	}
	for _, f := range found {
		if f.ID == id(r, "id") {
			if err := a.Chapter.UnfeatureTag(r.Context(), me, f.Tag.ID); err != nil {
				return err
			}
			return empty(w)
		}
	}
	return store.ErrNotFound
}

// getTagSuggestions serves GET /api/v1/featured_tags/suggestions: ten tags
// that the member used lately.
func (a *API) getTagSuggestions(w http.ResponseWriter, r *http.Request) error {
	me, v, err := a.user(r, "read:accounts")
	if err != nil {
		return err
	}
	found, err := a.Store.TagsUsedBy(r.Context(), me.ID, 10)
	if err != nil {
		return err
	}
	out, err := a.tags(r.Context(), v, found)
	if err != nil {
		return err
	}
	return reply(w, out)
}
