package mastodon

import (
	"context"
	"net/http"
	"time"

	"atelier/models"
	"atelier/models/chapter"
)

// toward serves an operation that does one verb towards an account and answers
// what is between the two then.
func (a *API) toward(w http.ResponseWriter, r *http.Request, scope, name string, verb func(context.Context, *models.Account, models.ID) error) error {
	me, _, err := a.user(r, scope)
	if err != nil {
		return err
	}
	other, err := a.someone(r.Context(), id(r, name))
	if err != nil {
		return err
	}
	if err := verb(r.Context(), me, other.ID); err != nil {
		return err
	}
	return a.relation(w, r.Context(), me, other.ID)
}

// follow serves POST /api/v1/accounts/{id}/follow.
func (a *API) follow(w http.ResponseWriter, r *http.Request) error {
	var form struct {
		Boosts    *bool    `param:"reblogs"`
		Notify    *bool    `param:"notify"`
		Languages []string `param:"languages"`
	}
	if err := a.decode(w, r, &form); err != nil {
		return err
	}
	return a.toward(w, r, "write:follows", "id", func(ctx context.Context, me *models.Account, id models.ID) error {
		return a.Chapter.Follow(ctx, me, id, chapter.FollowWish{Boosts: form.Boosts, Notify: form.Notify, Languages: form.Languages})
	})
}

// unfollow serves POST /api/v1/accounts/{id}/unfollow.
func (a *API) unfollow(w http.ResponseWriter, r *http.Request) error {
	return a.toward(w, r, "write:follows", "id", a.Chapter.Unfollow)
}

// removeFollower serves POST /api/v1/accounts/{id}/remove_from_followers.
func (a *API) removeFollower(w http.ResponseWriter, r *http.Request) error {
	return a.toward(w, r, "write:follows", "id", a.Chapter.RemoveFollower)
}

// block serves POST /api/v1/accounts/{id}/block.
func (a *API) block(w http.ResponseWriter, r *http.Request) error {
	return a.toward(w, r, "write:blocks", "id", a.Chapter.Block)
}

// unblock serves POST /api/v1/accounts/{id}/unblock.
func (a *API) unblock(w http.ResponseWriter, r *http.Request) error {
	return a.toward(w, r, "write:blocks", "id", a.Chapter.Unblock)
}

// mute serves POST /api/v1/accounts/{id}/mute.
func (a *API) mute(w http.ResponseWriter, r *http.Request) error {
	form := struct {
		Notifications bool  `param:"notifications"`
		Duration      int64 `param:"duration"` // seconds, 0: until taken back
	}{Notifications: true}
	if err := a.decode(w, r, &form); err != nil {
		return err
	}
	return a.toward(w, r, "write:mutes", "id", func(ctx context.Context, me *models.Account, id models.ID) error {
		return a.Chapter.Mute(ctx, me, id, form.Notifications, time.Duration(max(form.Duration, 0))*time.Second)
	})
}

// unmute serves POST /api/v1/accounts/{id}/unmute.
func (a *API) unmute(w http.ResponseWriter, r *http.Request) error {
	return a.toward(w, r, "write:mutes", "id", a.Chapter.Unmute)
}

// setNote serves POST /api/v1/accounts/{id}/note.
func (a *API) setNote(w http.ResponseWriter, r *http.Request) error {
	var form struct {
		Comment string `param:"comment"`
	}
	if err := a.decode(w, r, &form); err != nil {
		return err
	}
	return a.toward(w, r, "write:accounts", "id", func(ctx context.Context, me *models.Account, id models.ID) error {
		return a.Chapter.SetAccountNote(ctx, me, id, form.Comment)
	})
}

// authorizeFollow serves POST /api/v1/follow_requests/{account_id}/authorize.
func (a *API) authorizeFollow(w http.ResponseWriter, r *http.Request) error {
	return a.answerFollow(w, r, true)
}

// rejectFollow serves POST /api/v1/follow_requests/{account_id}/reject.
func (a *API) rejectFollow(w http.ResponseWriter, r *http.Request) error {
	return a.answerFollow(w, r, false)
}

func (a *API) answerFollow(w http.ResponseWriter, r *http.Request, yes bool) error {
	return a.toward(w, r, "write:follows", "account_id", func(ctx context.Context, me *models.Account, id models.ID) error {
		return a.Chapter.AnswerFollow(ctx, me, id, yes)
	})
}
