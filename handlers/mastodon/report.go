package mastodon

import (
	"context"
	"net/http"

	"atelier/models"
	"atelier/models/chapter"
)

// reportEntity is a report to the stewards (Mastodon Report).
type reportEntity struct {
	ID            string   `json:"id"`
	ActionTaken   bool     `json:"action_taken"`
	ActionTakenAt moment   `json:"action_taken_at"`
	Category      string   `json:"category"`
	Comment       string   `json:"comment"`
	Forwarded     bool     `json:"forwarded"`
	CreatedAt     moment   `json:"created_at"`
	StatusIDs     []string `json:"status_ids"`
	RuleIDs       []string `json:"rule_ids"`
	CollectionIDs []string `json:"collection_ids"`
	TargetAccount rendered `json:"target_account"`
}

func (r *Render) report(ctx context.Context, c *models.Complaint) (reportEntity, error) {
	target, err := r.Account(ctx, c.TargetID)
	return reportEntity{ID: c.ID.String(), ActionTaken: !c.Open(), ActionTakenAt: moment(c.ResolvedAt), Category: string(c.Category), Comment: c.Comment,
		Forwarded: c.Forwarded, CreatedAt: moment(c.CreatedAt), StatusIDs: idTexts(c.PostIDs), RuleIDs: idTexts(c.RuleIDs), CollectionIDs: []string{}, TargetAccount: target}, err
}

func idTexts(ids []models.ID) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = id.String()
	}
	return out
}

// createReport serves POST /api/v1/reports.
func (a *API) createReport(w http.ResponseWriter, r *http.Request) error {
	me, _, err := a.user(r, "write:reports")
	if err != nil {
		return err
	}
	var form struct {
		AccountID models.ID                `param:"account_id"`
		StatusIDs []models.ID              `param:"status_ids"`
		RuleIDs   []models.ID              `param:"rule_ids"`
		Category  models.ComplaintCategory `param:"category"`
		Comment   string                   `param:"comment"`
		Forward   bool                     `param:"forward"`
	}
	if err := a.decode(w, r, &form); err != nil {
		return err
	}
	c, err := a.Chapter.Complain(r.Context(), me, chapter.NewComplaint{TargetID: form.AccountID, PostIDs: form.StatusIDs, RuleIDs: form.RuleIDs,
		Category: form.Category, Comment: form.Comment, Forward: form.Forward})
	if err != nil {
		return err
	}
	e, err := a.Render.report(r.Context(), c)
	if err != nil {
		return err
	}
	return reply(w, e)
}
