package mastodon

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"atelier/models"
	"atelier/models/chapter"
)

// scheduledEntity is a post that leaves later (Mastodon ScheduledStatus).
type scheduledEntity struct {
	ID               string        `json:"id"`
	ScheduledAt      moment        `json:"scheduled_at"`
	Params           rendered      `json:"params"`
	MediaAttachments []mediaEntity `json:"media_attachments"`
}

// scheduledParams are what the client sent, as it is shown them again.
type scheduledParams struct {
	Text                string         `json:"text"`
	Visibility          nullable       `json:"visibility"`
	LocalOnly           *bool          `json:"local_only,omitempty"`
	SpoilerText         nullable       `json:"spoiler_text"`
	Sensitive           *bool          `json:"sensitive"`
	Language            nullable       `json:"language"`
	MediaIDs            []string       `json:"media_ids"`
	InReplyToID         idOrNull       `json:"in_reply_to_id"`
	QuotedStatusID      idOrNull       `json:"quoted_status_id"`
	QuoteApprovalPolicy string         `json:"quote_approval_policy,omitempty"`
	Poll                *scheduledPoll `json:"poll"`
	ScheduledAt         *string        `json:"scheduled_at"` // always null: it stands outside
	ApplicationID       models.ID      `json:"application_id"`
	Idempotency         nullable       `json:"idempotency"`
	WithRateLimit       bool           `json:"with_rate_limit"`
}

type scheduledPoll struct {
	Options    []string `json:"options"`
	ExpiresIn  int      `json:"expires_in"`
	Multiple   bool     `json:"multiple"`
	HideTotals bool     `json:"hide_totals"`
}

func (f *statusForm) params(app models.ID, key string) json.RawMessage {
	p := scheduledParams{Text: value(f.Status), Visibility: nullable(f.Visibility), LocalOnly: f.LocalOnly, SpoilerText: nullable(value(f.Warning)), Sensitive: f.Sensitive,
		Language: nullable(value(f.Language)), MediaIDs: idTexts(value(f.Media)), InReplyToID: idOrNull(value(f.InReplyTo)), QuotedStatusID: idOrNull(value(f.QuoteOf)),
		QuoteApprovalPolicy: f.QuotePolicy, ApplicationID: app, Idempotency: nullable(key)}
	if f.Poll != nil {
		p.Poll = &scheduledPoll{f.Poll.Options, f.Poll.ExpiresIn, f.Poll.Multiple, f.Poll.HideTotals}
	}
	return encode(p)
}

func (a *API) scheduled(ctx context.Context, p *models.ScheduledPost) (scheduledEntity, error) {
	e := scheduledEntity{ID: p.ID.String(), ScheduledAt: moment(p.DueAt), Params: rendered(p.Params), MediaAttachments: []mediaEntity{}}
	var d chapter.Draft
	if err := json.Unmarshal(p.Draft, &d); err != nil {
		return e, err
	}
	files, err := a.Store.MediaOf(ctx, p.AccountID, d.Media)
	for _, m := range files {
		e.MediaAttachments = append(e.MediaAttachments, a.Render.media(m))
	}
	return e, err
}

func (a *API) replyScheduled(w http.ResponseWriter, r *http.Request, p *models.ScheduledPost) error {
	e, err := a.scheduled(r.Context(), p)
	if err != nil {
		return err
	}
	return reply(w, e)
}

// getScheduled serves GET /api/v1/scheduled_statuses.
func (a *API) getScheduled(w http.ResponseWriter, r *http.Request) error {
	me, _, err := a.user(r, "read:statuses")
	if err != nil {
		return err
	}
	p := pageOf(r, 20)
	found, err := a.Store.ScheduledPosts(r.Context(), me.ID, p.Page)
	if err != nil {
		return err
	}
	out := []scheduledEntity{}
	for _, s := range found {
		e, err := a.scheduled(r.Context(), s)
		if err != nil {
			return err
		}
		out = append(out, e)
	}
	if n := len(found); n > 0 {
		a.link(w, r, p, full(n, p.Limit, found[n-1].ID), found[0].ID, minID)
	}
	return reply(w, out)
}

// getScheduledStatus serves GET /api/v1/scheduled_statuses/{id}.
func (a *API) getScheduledStatus(w http.ResponseWriter, r *http.Request) error {
	me, _, err := a.user(r, "read:statuses")
	if err != nil {
		return err
	}
	p, err := a.Store.ScheduledPost(r.Context(), me.ID, id(r, "id"))
	if err != nil {
		return err
	}
	return a.replyScheduled(w, r, p)
}

// moveScheduled serves PUT /api/v1/scheduled_statuses/{id}.
func (a *API) moveScheduled(w http.ResponseWriter, r *http.Request) error {
	me, _, err := a.user(r, "write:statuses")
	if err != nil {
		return err
	}
	var form struct {
		At time.Time `param:"scheduled_at"`
	}
	if err := a.decode(w, r, &form); err != nil {
		return err
	}
	p, err := a.Chapter.Reschedule(r.Context(), me, id(r, "id"), form.At)
	if err != nil {
		return err
	}
	return a.replyScheduled(w, r, p)
}

// deleteScheduled serves DELETE /api/v1/scheduled_statuses/{id}.
func (a *API) deleteScheduled(w http.ResponseWriter, r *http.Request) error {
	me, _, err := a.user(r, "write:statuses")
	if err != nil {
		return err
	}
	if err := a.Chapter.Unschedule(r.Context(), me, id(r, "id")); err != nil {
		return err
	}
	return empty(w)
}
