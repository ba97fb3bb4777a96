package mastodon

import (
	"context"
	"net/http"
	"slices"

	"atelier/models"
	"atelier/models/store"
)

// This file and the others called admin_ are the API of Mastodon's
// administration, for stewards and the president.

// adminTable has the operations for stewards. A path with a fixed last part
// goes before one with a variable there.
func (a *API) adminTable() []row {
	const get, post, put, remove = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete
	return []row{
		{get, "/api/v1/admin/accounts", a.adminAccountsV1},
		{get, "/api/v2/admin/accounts", a.adminAccounts},
		{get, "/api/v1/admin/accounts/{id}", a.adminAccount},
		{remove, "/api/v1/admin/accounts/{id}", a.adminErase},
		{post, "/api/v1/admin/accounts/{id}/approve", a.adminApprove},
		{post, "/api/v1/admin/accounts/{id}/reject", a.adminReject},
		{post, "/api/v1/admin/accounts/{id}/action", a.adminAction},
		{post, "/api/v1/admin/accounts/{id}/enable", a.adminLift(models.MeasureDisable)},
		{post, "/api/v1/admin/accounts/{id}/unsensitive", a.adminLift(models.MeasureSensitive)},
		{post, "/api/v1/admin/accounts/{id}/unsilence", a.adminLift(models.MeasureLimit)},
		{post, "/api/v1/admin/accounts/{id}/unsuspend", a.adminLift(models.MeasureSuspend)},

		{get, "/api/v1/admin/reports", a.adminReports},
		{get, "/api/v1/admin/reports/{id}", a.adminReport},
		{put, "/api/v1/admin/reports/{id}", a.adminSortReport},
		{post, "/api/v1/admin/reports/{id}/assign_to_self", a.adminAssign},
		{post, "/api/v1/admin/reports/{id}/unassign", a.adminUnassign},
		{post, "/api/v1/admin/reports/{id}/resolve", a.adminResolve},
		{post, "/api/v1/admin/reports/{id}/reopen", a.adminReopen},

		{get, "/api/v1/admin/domain_blocks", a.adminDomainBlocks},
		{post, "/api/v1/admin/domain_blocks", a.adminBlockDomain},
		{get, "/api/v1/admin/domain_blocks/{id}", a.adminDomainBlock},
		{put, "/api/v1/admin/domain_blocks/{id}", a.adminChangeDomainBlock},
		{remove, "/api/v1/admin/domain_blocks/{id}", a.adminUnblockDomain},
		{get, "/api/v1/admin/domain_allows", a.adminDomainAllows},
		{post, "/api/v1/admin/domain_allows", a.adminAllowDomain},
		{get, "/api/v1/admin/domain_allows/{id}", a.adminDomainAllow},
		{remove, "/api/v1/admin/domain_allows/{id}", a.adminDisallowDomain},

		{get, "/api/v1/admin/email_domain_blocks", a.adminBars(mailDomains)},
		{post, "/api/v1/admin/email_domain_blocks", a.adminAddBar(mailDomains)},
		{get, "/api/v1/admin/email_domain_blocks/{id}", a.adminBar(mailDomains)},
		{remove, "/api/v1/admin/email_domain_blocks/{id}", a.adminDeleteBar(mailDomains)},
		{get, "/api/v1/admin/canonical_email_blocks", a.adminBars(mails)},
		{post, "/api/v1/admin/canonical_email_blocks", a.adminAddBar(mails)},
		{post, "/api/v1/admin/canonical_email_blocks/test", a.adminTestMail},
		{get, "/api/v1/admin/canonical_email_blocks/{id}", a.adminBar(mails)},
		{remove, "/api/v1/admin/canonical_email_blocks/{id}", a.adminDeleteBar(mails)},
		{get, "/api/v1/admin/ip_blocks", a.adminBars(networks)},
		{post, "/api/v1/admin/ip_blocks", a.adminAddBar(networks)},
		{get, "/api/v1/admin/ip_blocks/{id}", a.adminBar(networks)},
		{put, "/api/v1/admin/ip_blocks/{id}", a.adminChangeBar},
		{remove, "/api/v1/admin/ip_blocks/{id}", a.adminDeleteBar(networks)},

		{get, "/api/v1/admin/tags", a.adminTags},
		{get, "/api/v1/admin/tags/{id}", a.adminTag},
		{get, "/api/v1/admin/trends/tags", a.adminTrends},
		{get, "/api/v1/admin/trends/statuses", a.adminTrends},
		{get, "/api/v1/admin/trends/links", a.adminTrends},
		{get, "/api/v1/admin/trends/links/publishers", a.adminTrends},

		{post, "/api/v1/admin/measures", a.adminMeasures},
		{post, "/api/v1/admin/dimensions", a.adminDimensions},
		{post, "/api/v1/admin/retention", a.adminRetention},
	}
}

// steward is the steward whose token a request carries; the token must carry
// scope. What the steward may do to whom, the verbs know.
func (a *API) steward(r *http.Request, scope string) (*models.Account, models.Viewer, error) {
	me, v, err := a.user(r, scope)
	if err == nil && !v.IsSteward() {
		err = models.Errorf(models.Forbidden, "This action is not allowed")
	}
	return me, v, err
}

// adminAccountEntity is an account as stewards see it (Mastodon
// Admin::Account). The addresses that members come from are not kept, so ip is
// null. Accounts elsewhere have no e-mail address, locale or role.
type adminAccountEntity struct {
	ID            string      `json:"id"`
	Username      string      `json:"username"`
	Domain        nullable    `json:"domain"`
	CreatedAt     moment      `json:"created_at"`
	Email         string      `json:"email"`
	IP            *string     `json:"ip"`
	IPs           []struct{}  `json:"ips"`
	Locale        string      `json:"locale"`
	InviteRequest nullable    `json:"invite_request"`
	Role          *roleEntity `json:"role"`
	Confirmed     bool        `json:"confirmed"`
	Approved      bool        `json:"approved"`
	Disabled      bool        `json:"disabled"`
	Silenced      bool        `json:"silenced"`
	Suspended     bool        `json:"suspended"`
	Sensitized    bool        `json:"sensitized"`
	Account       rendered    `json:"account"`
	CreatedBy     idOrNull    `json:"created_by_application_id"`
	InvitedBy     idOrNull    `json:"invited_by_account_id"`
}

func adminAccount(s store.Soul, account rendered) adminAccountEntity {
	e := adminAccountEntity{ID: s.Account.ID.String(), Username: s.Account.Username, Domain: nullable(s.Account.Domain), CreatedAt: moment(s.Account.CreatedAt),
		IPs: []struct{}{}, Silenced: !s.Account.SilencedAt.IsZero(), Suspended: s.Account.Suspended(), Sensitized: !s.Account.SensitizedAt.IsZero(), Account: account}
	if m := s.Member; m != nil {
		r := role(m.Role)
		e.Email, e.Locale, e.InviteRequest, e.Role, e.InvitedBy = m.Email, m.Locale, nullable(m.Application), &r, idOrNull(m.InvitedBy)
		e.Approved, e.Disabled = m.State != models.Applied, m.State == models.Disabled || m.State == models.Suspended
		// Whom a steward let in counts as confirmed: apps ask no further.
		e.Confirmed = !m.ConfirmedAt.IsZero() || m.State == models.Active
	}
	return e
}

// adminAccountsOf are accounts as stewards see them, by id.
func (a *API) adminAccountsOf(ctx context.Context, ids []models.ID) (map[models.ID]*adminAccountEntity, error) {
	ids = slices.DeleteFunc(ids, func(id models.ID) bool { return id == 0 })
	souls, err := a.Store.SoulsByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	accounts, err := a.Render.accountsByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make(map[models.ID]*adminAccountEntity, len(souls))
	for id, s := range souls {
		e := adminAccount(s, accounts[id])
		out[id] = &e
	}
	return out, nil
}
