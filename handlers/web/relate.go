package web

import (
	"context"
	"net/http"
	"strings"

	"atelier/models"
	"atelier/models/chapter"
)

// relate serves POST /people/{acct}: follow, mute, block, and their undoing;
// and the answer to somebody who asked to follow.
func (p *Pages) relate(w http.ResponseWriter, r *http.Request, v *visit) error {
	a, err := p.accountOf(r)
	if err != nil {
		return err
	}
	line, err := p.relateTo(r.Context(), v.Account, a, r.PostFormValue("do"))
	if err != nil {
		return err
	}
	if back := r.PostFormValue("back"); back != "" {
		return see(w, r, local(back))
	}
	return see(w, r, p.personURL(a)+line)
}

// relateTo calls the verb for what a button says, and returns the line to show
// after it.
func (p *Pages) relateTo(ctx context.Context, me, a *models.Account, do string) (line string, err error) {
	c := p.Chapter
	switch do {
	case "follow":
		if err := c.Follow(ctx, me, a.ID, chapter.FollowWish{}); err != nil {
			return "", err
		}
		f, err := p.Store.Follow(ctx, me.ID, a.ID)
		if err == nil && f.State == models.FollowPending {
			return "?done=asked", nil
		}
		return "?done=followed", err
	case "unfollow":
		return "?done=unfollowed", c.Unfollow(ctx, me, a.ID)
	case "mute":
		return "", c.Mute(ctx, me, a.ID, true, 0)
	case "unmute":
		return "", c.Unmute(ctx, me, a.ID)
	case "block":
		return "", c.Block(ctx, me, a.ID)
	case "unblock":
		return "", c.Unblock(ctx, me, a.ID)
	case "accept", "reject":
		return "", c.AnswerFollow(ctx, me, a.ID, do == "accept")
	}
	return "", models.Errorf(models.Malformed, "This button is not known.")
}

// handleIn says whether q is the full address of somebody: name@host.
func handleIn(q string) (handle string, ok bool) {
	q = strings.TrimPrefix(strings.TrimPrefix(q, "acct:"), "@")
	name, host, ok := strings.Cut(q, "@")
	return q, ok && name != "" && host != "" && !strings.ContainsAny(q, " /?#")
}

// find returns the account with a handle, also one that was not known here.
func (p *Pages) find(ctx context.Context, handle string) (*models.Account, error) {
	if name, host, _ := strings.Cut(handle, "@"); strings.EqualFold(host, p.URLs.AccountDomain) || strings.EqualFold(host, p.URLs.Domain) {
		return p.Store.AccountByHandle(ctx, name)
	}
	if p.Chapter.Find == nil {
		return p.Store.AccountByHandle(ctx, handle)
	}
	return p.Chapter.Find.Handle(ctx, handle)
}
