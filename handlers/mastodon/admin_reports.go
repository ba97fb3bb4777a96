package mastodon

import (
	"context"
	"net/http"
	"slices"

	"atelier/models"
	"atelier/models/store"
)

// adminReportEntity is a report as stewards see it (Mastodon Admin::Report).
type adminReportEntity struct {
	ID            string              `json:"id"`
	ActionTaken   bool                `json:"action_taken"`
	ActionTakenAt moment              `json:"action_taken_at"`
	Category      string              `json:"category"`
	Comment       string              `json:"comment"`
	Forwarded     bool                `json:"forwarded"`
	CreatedAt     moment              `json:"created_at"`
	UpdatedAt     moment              `json:"updated_at"`
	Account       *adminAccountEntity `json:"account"`
	Target        *adminAccountEntity `json:"target_account"`
	Assigned      *adminAccountEntity `json:"assigned_account"`
	TakenBy       *adminAccountEntity `json:"action_taken_by_account"`
	Statuses      rendered            `json:"statuses"`
	Rules         []ruleEntity        `json:"rules"`
}

// adminReportsOf are complaints as stewards see them; posts as they are, hidden
// ones too, those that were deleted left out.
func (a *API) adminReportsOf(ctx context.Context, v models.Viewer, list []*models.Complaint) ([]adminReportEntity, error) {
	var people, posts []models.ID
	for _, c := range list {
		people = append(people, c.FromID, c.TargetID, c.AssignedTo, c.ResolvedBy)
		posts = append(posts, c.PostIDs...)
	}
	accounts, err := a.adminAccountsOf(ctx, people)
	if err != nil {
		return nil, err
	}
	refs, err := a.Store.ReportedRefs(ctx, posts)
	if err != nil {
		return nil, err
	}
	all := make([]store.Ref, 0, len(refs))
	for _, ref := range refs {
		all = append(all, ref)
	}
	s, err := a.Render.sheet(ctx, v, all)
	if err != nil {
		return nil, err
	}
	self, err := a.Chapter.Self(ctx)
	if err != nil {
		return nil, err
	}
	out := []adminReportEntity{}
	for _, c := range list {
		var mine []store.Ref
		for _, id := range c.PostIDs {
			if ref, ok := refs[id]; ok {
				mine = append(mine, ref)
			}
		}
		e := adminReportEntity{ID: c.ID.String(), ActionTaken: !c.Open(), ActionTakenAt: moment(c.ResolvedAt), Category: string(c.Category), Comment: c.Comment, Forwarded: c.Forwarded,
			CreatedAt: moment(c.CreatedAt), UpdatedAt: moment(c.UpdatedAt), Account: accounts[c.FromID], Target: accounts[c.TargetID], Assigned: accounts[c.AssignedTo],
			TakenBy: accounts[c.ResolvedBy], Statuses: s.list(nil, mine), Rules: []ruleEntity{}}
		for _, rule := range rules(self) {
			if slices.Contains(c.RuleIDs, models.ParseID(rule.ID)) {
				e.Rules = append(e.Rules, rule)
			}
		}
		out = append(out, e)
	}
	return out, nil
}

// adminReports serves GET /api/v1/admin/reports.
func (a *API) adminReports(w http.ResponseWriter, r *http.Request) error {
	_, v, err := a.steward(r, "admin:read:reports")
	if err != nil {
		return err
	}
	var form struct {
		Resolved   *bool     `param:"resolved"`
		Unresolved bool      `param:"unresolved"`
		From       models.ID `param:"account_id"`
		Target     models.ID `param:"target_account_id"`
	}
	if err := a.decode(w, r, &form); err != nil {
		return err
	}
	// Without a wish only open ones are answered, as by Mastodon.
	f := store.ComplaintFilter{FromID: form.From, TargetID: form.Target}
	f.Resolved = form.Resolved != nil && *form.Resolved
	f.Open = !f.Resolved || form.Unresolved
	if f.Resolved && f.Open {
		f.Resolved, f.Open = false, false
	}
	p := pageOf(r, 100)
	list, err := a.Store.Complaints(r.Context(), f, p.Page)
	if err != nil {
		return err
	}
	out, err := a.adminReportsOf(r.Context(), v, list)
	if err != nil {
		return err
	}
	if n := len(list); n > 0 {
		a.link(w, r, p, full(n, p.Limit, list[n-1].ID), list[0].ID, minID)
	}
	return reply(w, out)
}

func (a *API) adminReportNow(w http.ResponseWriter, ctx context.Context, v models.Viewer, id models.ID) error {
	c, err := a.Store.Complaint(ctx, id)
	if err != nil {
		return err
	}
	out, err := a.adminReportsOf(ctx, v, []*models.Complaint{c})
	if err != nil {
		return err
	}
	return reply(w, out[0])
}

// adminReport serves GET /api/v1/admin/reports/{id}.
func (a *API) adminReport(w http.ResponseWriter, r *http.Request) error {
	_, v, err := a.steward(r, "admin:read:reports")
	if err != nil {
		return err
	}
	return a.adminReportNow(w, r.Context(), v, id(r, "id"))
}

// changeReport serves an operation that does one verb with a report.
func (a *API) changeReport(w http.ResponseWriter, r *http.Request, verb func(context.Context, models.Viewer, models.ID) (*models.Complaint, error)) error {
	_, v, err := a.steward(r, "admin:write:reports")
	if err != nil {
		return err
	}
	if _, err := verb(r.Context(), v, id(r, "id")); err != nil {
		return err
	}
	return a.adminReportNow(w, r.Context(), v, id(r, "id"))
}

// adminSortReport serves PUT /api/v1/admin/reports/{id}.
func (a *API) adminSortReport(w http.ResponseWriter, r *http.Request) error {
	var form struct {
		Category string      `param:"category"`
		RuleIDs  []models.ID `param:"rule_ids"`
	}
	if err := a.decode(w, r, &form); err != nil {
		return err
	}
	return a.changeReport(w, r, func(ctx context.Context, v models.Viewer, id models.ID) (*models.Complaint, error) {
		c, err := a.Store.Complaint(ctx, id)
		if err != nil {
			return nil, err
		}
		category, rules := c.Category, c.RuleIDs
		if form.Category != "" {
			category = models.ComplaintCategory(form.Category)
		}
		if form.RuleIDs != nil {
			rules = form.RuleIDs
		}
		return a.Chapter.SortComplaint(ctx, v, id, category, rules)
	})
}

// adminAssign serves POST /api/v1/admin/reports/{id}/assign_to_self.
func (a *API) adminAssign(w http.ResponseWriter, r *http.Request) error {
	return a.changeReport(w, r, func(ctx context.Context, v models.Viewer, id models.ID) (*models.Complaint, error) {
		return a.Chapter.AssignComplaint(ctx, v, id, v.AccountID)
	})
}

// adminUnassign serves POST /api/v1/admin/reports/{id}/unassign.
func (a *API) adminUnassign(w http.ResponseWriter, r *http.Request) error {
	return a.changeReport(w, r, func(ctx context.Context, v models.Viewer, id models.ID) (*models.Complaint, error) {
		return a.Chapter.AssignComplaint(ctx, v, id, 0)
	})
}

// adminResolve serves POST /api/v1/admin/reports/{id}/resolve.
func (a *API) adminResolve(w http.ResponseWriter, r *http.Request) error {
	return a.changeReport(w, r, a.Chapter.ResolveComplaint)
}

// adminReopen serves POST /api/v1/admin/reports/{id}/reopen.
func (a *API) adminReopen(w http.ResponseWriter, r *http.Request) error {
	return a.changeReport(w, r, a.Chapter.ReopenComplaint)
}
