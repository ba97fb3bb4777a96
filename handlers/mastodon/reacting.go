package mastodon

import (
	"context"
	"net/http"

	"atelier/models"
)

// A deed is a verb on a post.
type deed func(ctx context.Context, me *models.Account, id models.ID) (*models.Post, error)

// do serves an operation that does one verb on a status and answers it as the
// member sees it then.
func (a *API) do(w http.ResponseWriter, r *http.Request, verb deed, scope string) error {
	me, v, err := a.user(r, scope)
	if err != nil {
		return err
	}
	p, err := verb(r.Context(), me, id(r, "id"))
	if err != nil {
		return err
	}
	return a.status(w, r, v, p.ID)
}

// favourite serves POST /api/v1/statuses/{id}/favourite.
func (a *API) favourite(w http.ResponseWriter, r *http.Request) error {
	return a.do(w, r, a.Chapter.Favourite, "write:favourites")
}

// unfavourite serves POST /api/v1/statuses/{id}/unfavourite.
func (a *API) unfavourite(w http.ResponseWriter, r *http.Request) error {
	return a.do(w, r, a.Chapter.Unfavourite, "write:favourites")
}

// bookmark serves POST /api/v1/statuses/{id}/bookmark.
func (a *API) bookmark(w http.ResponseWriter, r *http.Request) error {
	return a.do(w, r, a.Chapter.Bookmark, "write:bookmarks")
}

// unbookmark serves POST /api/v1/statuses/{id}/unbookmark.
func (a *API) unbookmark(w http.ResponseWriter, r *http.Request) error {
	return a.do(w, r, a.Chapter.Unbookmark, "write:bookmarks")
}

// pin serves POST /api/v1/statuses/{id}/pin.
func (a *API) pin(w http.ResponseWriter, r *http.Request) error {
	return a.do(w, r, a.Chapter.Pin, "write:accounts")
}

// unpin serves POST /api/v1/statuses/{id}/unpin.
func (a *API) unpin(w http.ResponseWriter, r *http.Request) error {
	return a.do(w, r, a.Chapter.Unpin, "write:accounts")
}

// muteThread serves POST /api/v1/statuses/{id}/mute.
func (a *API) muteThread(w http.ResponseWriter, r *http.Request) error {
	return a.do(w, r, a.Chapter.MuteThread, "write:mutes")
}

// unmuteThread serves POST /api/v1/statuses/{id}/unmute.
func (a *API) unmuteThread(w http.ResponseWriter, r *http.Request) error {
	return a.do(w, r, a.Chapter.UnmuteThread, "write:mutes")
}

// reblog serves POST /api/v1/statuses/{id}/reblog: it answers the boost.
func (a *API) reblog(w http.ResponseWriter, r *http.Request) error {
	var form struct {
		Visibility models.Visibility `param:"visibility"`
	}
	if err := a.decode(w, r, &form); err != nil {
		return err
	}
	return a.do(w, r, func(ctx context.Context, me *models.Account, id models.ID) (*models.Post, error) {
		return a.Chapter.Boost(ctx, me, id, form.Visibility)
	}, "write:statuses")
}

// unreblog serves POST /api/v1/statuses/{id}/unreblog: it answers what was
// boosted.
func (a *API) unreblog(w http.ResponseWriter, r *http.Request) error {
	return a.do(w, r, a.Chapter.Unboost, "write:statuses")
}

// getPoll serves GET /api/v1/polls/{id}.
func (a *API) getPoll(w http.ResponseWriter, r *http.Request) error {
	v, err := a.viewer(r, "read:statuses")
	if err != nil {
		return err
	}
	p, err := a.Store.Post(r.Context(), v, id(r, "id"))
	if err != nil {
		return err
	}
	brief(w, v.AccountID == 0)
	return a.poll(w, r.Context(), v, p)
}

func (a *API) poll(w http.ResponseWriter, ctx context.Context, v models.Viewer, p *models.Post) error {
	if p.Poll == nil {
		return errNoPoll
	}
	var own []int
	if v.AccountID != 0 {
		votes, err := a.Store.Votes(ctx, v.AccountID, []models.ID{p.ID})
		if err != nil {
			return err
		}
		own = votes[p.ID]
	}
	return reply(w, poll(p.Poll, p.AuthorID, a.Render.emojis(p.Emojis), v, own, a.Store.Now()))
}

var errNoPoll = models.Errorf(models.NotFound, "Record not found")

// vote serves POST /api/v1/polls/{id}/votes.
func (a *API) vote(w http.ResponseWriter, r *http.Request) error {
	me, v, err := a.user(r, "write:statuses")
	if err != nil {
		return err
	}
	var form struct {
		Choices []int `param:"choices"`
	}
	if err := a.decode(w, r, &form); err != nil {
		return err
	}
	p, err := a.Chapter.Vote(r.Context(), me, id(r, "id"), form.Choices)
	if err != nil {
		return err
	}
	return a.poll(w, r.Context(), v, p)
}
