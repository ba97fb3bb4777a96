package mastodon

import (
	"context"
	"net/http"

	"atelier/handlers/respond"
	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/store"
)

// adminAccountsV1 serves GET /api/v1/admin/accounts.
func (a *API) adminAccountsV1(w http.ResponseWriter, r *http.Request) error {
	var form struct {
		Local       bool   `param:"local"`
		Remote      bool   `param:"remote"`
		Active      bool   `param:"active"`
		Pending     bool   `param:"pending"`
		Disabled    bool   `param:"disabled"`
		Silenced    bool   `param:"silenced"`
		Suspended   bool   `param:"suspended"`
		Sensitized  bool   `param:"sensitized"`
		Staff       bool   `param:"staff"`
		Username    string `param:"username"`
		DisplayName string `param:"display_name"`
		ByDomain    string `param:"by_domain"`
		Email       string `param:"email"`
		IP          string `param:"ip"`
	}
	if err := a.decode(w, r, &form); err != nil {
		return err
	}
	f := store.SoulFilter{Local: form.Local, Remote: form.Remote, Limited: form.Silenced, Sensitive: form.Sensitized, Username: form.Username, Name: form.DisplayName, Domain: form.ByDomain, Email: form.Email}
	switch {
	case form.Pending:
		f.State = models.Applied
	case form.Disabled:
		f.State = models.Disabled
	case form.Suspended:
		f.State = models.Suspended
	case form.Active:
		f.State = models.Active
	}
	if form.Staff {
		f.Roles = staff
	}
	return a.adminAccountList(w, r, f, form.IP)
}

var staff = []string{string(models.Steward), string(models.President)}

// adminAccounts serves GET /api/v2/admin/accounts.
func (a *API) adminAccounts(w http.ResponseWriter, r *http.Request) error {
	var form struct {
		Origin      string    `param:"origin"`
		Status      string    `param:"status"`
		Permissions string    `param:"permissions"`
		RoleIDs     []string  `param:"role_ids"`
		InvitedBy   models.ID `param:"invited_by"`
		Username    string    `param:"username"`
		DisplayName string    `param:"display_name"`
		ByDomain    string    `param:"by_domain"`
		Email       string    `param:"email"`
		IP          string    `param:"ip"`
	}
	if err := a.decode(w, r, &form); err != nil {
		return err
	}
	f := store.SoulFilter{Local: form.Origin == "local", Remote: form.Origin == "remote", Username: form.Username, Name: form.DisplayName, Domain: form.ByDomain, Email: form.Email, InvitedBy: form.InvitedBy}
	switch form.Status {
	case "active":
		f.State = models.Active
	case "pending":
		f.State = models.Applied
	case "disabled":
		f.State = models.Disabled
	case "silenced":
		f.Limited = true
	case "suspended":
		f.State = models.Suspended
	}
	if form.Permissions == "staff" {
		f.Roles = staff
	}
	for _, id := range form.RoleIDs {
		for _, role := range []models.Role{models.Guest, models.Ordinary, models.Steward, models.President} {
			if roleID(role) == id {
				f.Roles = append(f.Roles, string(role))
			}
		}
	}
	if len(form.RoleIDs) > 0 && len(f.Roles) == 0 {
		f.Roles = []string{"none"}
	}
	return a.adminAccountList(w, r, f, form.IP)
}

// adminAccountList answers a page of accounts. Addresses are not kept: nobody
// is found by one.
func (a *API) adminAccountList(w http.ResponseWriter, r *http.Request, f store.SoulFilter, ip string) error {
	if _, _, err := a.steward(r, "admin:read:accounts"); err != nil {
		return err
	}
	if ip != "" {
		return reply(w, []adminAccountEntity{})
	}
	p := pageOf(r, 100)
	souls, err := a.Store.Souls(r.Context(), f, p.Page)
	if err != nil {
		return err
	}
	ids := make([]models.ID, len(souls))
	for i, s := range souls {
		ids[i] = s.Account.ID
	}
	accounts, err := a.Render.accountsByID(r.Context(), ids)
	if err != nil {
		return err
	}
	out := make([]adminAccountEntity, len(souls))
	for i, s := range souls {
		out[i] = adminAccount(s, accounts[s.Account.ID])
	}
	if len(ids) > 0 {
		a.link(w, r, p, full(len(ids), p.Limit, ids[len(ids)-1]), ids[0], minID)
	}
	return reply(w, out)
}

// adminAccountNow answers an account as it is now.
func (a *API) adminAccountNow(w http.ResponseWriter, ctx context.Context, id models.ID) error {
	found, err := a.adminAccountsOf(ctx, []models.ID{id})
	if err != nil {
		return err
	}
	e := found[id]
	if e == nil {
		return store.ErrNotFound
	}
	return reply(w, e)
}

// adminAccount serves GET /api/v1/admin/accounts/{id}.
func (a *API) adminAccount(w http.ResponseWriter, r *http.Request) error {
	if _, _, err := a.steward(r, "admin:read:accounts"); err != nil {
		return err
	}
	return a.adminAccountNow(w, r.Context(), id(r, "id"))
}

// adminApprove serves POST /api/v1/admin/accounts/{id}/approve.
func (a *API) adminApprove(w http.ResponseWriter, r *http.Request) error {
	_, v, err := a.steward(r, "admin:write:accounts")
	if err != nil {
		return err
	}
	if err := a.Chapter.AcceptApplicant(r.Context(), v, id(r, "id"), ""); err != nil {
		return err
	}
	return a.adminAccountNow(w, r.Context(), id(r, "id"))
}

// adminReject serves POST /api/v1/admin/accounts/{id}/reject. What it answers
// is what there was.
func (a *API) adminReject(w http.ResponseWriter, r *http.Request) error {
	_, v, err := a.steward(r, "admin:write:accounts")
	if err != nil {
		return err
	}
	found, err := a.adminAccountsOf(r.Context(), []models.ID{id(r, "id")})
	if err != nil {
		return err
	}
	if _, err := a.Chapter.RejectApplicant(r.Context(), v, id(r, "id"), "", ""); err != nil {
		return err
	}
	return reply(w, found[id(r, "id")])
}

// adminErase serves DELETE /api/v1/admin/accounts/{id}. What it answers is
// what there was.
func (a *API) adminErase(w http.ResponseWriter, r *http.Request) error {
	_, v, err := a.steward(r, "admin:write:accounts")
	if err != nil {
		return err
	}
	found, err := a.adminAccountsOf(r.Context(), []models.ID{id(r, "id")})
	if err != nil {
		return err
	}
	if err := a.Chapter.Erase(r.Context(), v, id(r, "id")); err != nil {
		return err
	}
	return reply(w, found[id(r, "id")])
}

// adminKinds are Mastodon's names of measures about accounts.
var adminKinds = map[string]models.MeasureKind{
	"none": models.MeasureWord, "sensitive": models.MeasureSensitive, "disable": models.MeasureDisable, "silence": models.MeasureLimit, "suspend": models.MeasureSuspend,
}

// adminAction serves POST /api/v1/admin/accounts/{id}/action.
func (a *API) adminAction(w http.ResponseWriter, r *http.Request) error {
	_, v, err := a.steward(r, "admin:write:accounts")
	if err != nil {
		return err
	}
	form := struct {
		Type      string    `param:"type"`
		ReportID  models.ID `param:"report_id"`
		PresetID  string    `param:"warning_preset_id"`
		Text      string    `param:"text"`
		SendEmail bool      `param:"send_email_notification"`
	}{Type: "none"}
	if err := a.decode(w, r, &form); err != nil {
		return err
	}
	kind, ok := adminKinds[form.Type]
	switch {
	case !ok:
		return models.Errorf(models.Invalid, "Validation failed: Type is not included in the list")
	case form.PresetID != "":
		return models.Errorf(models.Invalid, "There are no warning presets here.")
	}
	d := chapter.Decision{Kind: kind, Target: id(r, "id"), Complaint: form.ReportID, Reason: form.Text}
	if target, err := a.Store.Account(r.Context(), d.Target); err == nil && target.Local() && (form.SendEmail || kind == models.MeasureWord) {
		d.Letter = form.Text
	}
	if kind == models.MeasureWord && d.Letter == "" {
		// Apps close a report so, without a word to anybody.
		if form.ReportID == 0 {
			return models.Errorf(models.Invalid, "Write what the person shall read.")
		}
		if _, err := a.Chapter.ResolveComplaint(r.Context(), v, form.ReportID); err != nil {
			return err
		}
		return empty(w)
	}
	if _, err := a.Chapter.Decide(r.Context(), v, d); err != nil {
		return err
	}
	return empty(w)
}

// adminLift serves the operations that end a measure about an account.
func (a *API) adminLift(kind models.MeasureKind) respond.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		_, v, err := a.steward(r, "admin:write:accounts")
		if err != nil {
			return err
		}
		if err := a.Chapter.Lift(r.Context(), v, id(r, "id"), kind, ""); err != nil {
			return err
		}
		return a.adminAccountNow(w, r.Context(), id(r, "id"))
	}
}
